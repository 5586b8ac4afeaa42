"""What the interphase scale refuses, and that its remedies work; its files and its command."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

import lithoscope as ls
from lithoscope.cli.app import app
from lithoscope.design.catalogue import entry
from lithoscope.errors import InputError
from lithoscope.physics.contract import silent
from lithoscope.physics.interphase.network import Species, lithium_network, network, reaction
from lithoscope.result import load

BARE = ls.Cell.parse(entry("perovskite/bare"))
REST = ls.Program([ls.Rest("1 h")])
SPECIES = lithium_network().species


def complete(error: InputError) -> InputError:
    """An error with all of its five parts."""
    assert all((error.where, error.problem, error.expected, error.why, error.do)), error
    return error


def refused(call: Any, match: str) -> InputError:
    with pytest.raises(InputError, match=match) as caught:
        call()
    return complete(caught.value)


def even(**fields: Any) -> ls.Interphase:
    """A model of an even surface."""
    return ls.Interphase(edge=1, defects=[], snapshots=1, **fields)


@pytest.mark.fails_when(
    "physics/interphase/network.py",
    "return f'Write \"{electrons} e- + {ions} Li+\" on the left'",
    "return f'Write \"{ions} e- + {electrons} Li+\" on the left'",
)
def test_a_reaction_that_lacks_electrons_or_ions_is_told_which() -> None:
    error = refused(lambda: reaction("x", "PF6- + 2 e- + 2 Li+ -> 3 LiF + PF3", SPECIES), r"Li \+1, charge \+1")
    assert error.do == 'Write "2 e- + 3 Li+" on the left'
    assert reaction("x", "PF6- + 2 e- + 3 Li+ -> 3 LiF + PF3", SPECIES).electrons == 2


@pytest.mark.fails_when("physics/interphase/network.py", "_check_balance(where, text, nu, species)", "pass")
def test_a_network_that_cannot_balance_names_the_elements() -> None:
    tables = {name: {"formula": each.formula, "charge": each.charge, "place": each.place} for name, each in SPECIES.items()}
    lines = {"x": "EC + 2 e- + 2 Li+ -> 2 Li2CO3 + C2H4"}
    error = refused(lambda: network(tables, lines), r"C \+1, Li \+2, O \+3")
    assert error.where == "reactions.x"
    # The remedy: change the numbers of what holds C, Li and O.
    assert network(tables, {"x": "EC + 2 e- + 2 Li+ -> Li2CO3 + C2H4"}).residual().max() == 0


@pytest.mark.fails_when("physics/interphase/network.py", "do=nearest(given, species) or", "do=")
def test_unknown_species_with_the_nearest_name() -> None:
    error = refused(lambda: reaction("x", "EC + 2 e- + 2 Li+ -> Li2CO + C2H4", SPECIES), 'unknown species "Li2CO"')
    assert error.do == 'Did you mean "Li2CO3"?'
    assert reaction("x", "EC + 2 e- + 2 Li+ -> Li2CO3 + C2H4", SPECIES).electrons == 2


@pytest.mark.parametrize(
    ("call", "match"),
    [(lambda: reaction("x", "EC + LiF", SPECIES), "is not a reaction"),
     (lambda: Species("EC", "C3H4(O3)"), "cannot be read"),
     (lambda: Species("EC", "C3H4O3", place="liqid"), "is not a place")],
)  # fmt: skip
@pytest.mark.fails_when("physics/interphase/network.py", "if self.place not in places:", "if False:")
def test_reactions_and_species_that_cannot_be_read(call: Any, match: str) -> None:
    refused(call, match)
    assert Species("EC", "C3H4O3", place="solvent").elements == {"C": 3, "H": 4, "O": 3}


@pytest.mark.fails_when("physics/interphase/params.py", "do=nearest(name, names) or", "do=")
def test_unknown_additives_and_negative_concentrations() -> None:
    error = refused(lambda: even(additives={"FECC": "0.1 mol/L"}).simulate(BARE, REST, silent), "additives.FECC")
    assert error.do == 'Did you mean "FEC"?'
    assert even(additives={"FEC": "0.1 mol/L"}).simulate(BARE, REST, silent).status.word == "program completed"
    with pytest.raises(InputError, match=r"additives.FEC.*-0.1 mol/L") as caught:
        even(additives={"FEC": "-0.1 mol/L"})
    assert "10 mmol/L" in caught.value.message
    even(additives={"FEC": "10 mmol/L"})


@pytest.mark.fails_when("physics/interphase/params.py", "if name not in happening:", "if False:")
def test_numbers_of_a_reaction_that_does_not_happen() -> None:
    change = ls.ReactionChange(potential="0.9 V")
    error = refused(lambda: even(reactions={"EC_LEDCC": change}).simulate(BARE, REST, silent), "reactions.EC_LEDCC")
    assert error.do == 'Did you mean "EC_LEDC"?'
    assert even(reactions={"EC_LEDC": change}).simulate(BARE, REST, silent).status.word == "program completed"


@pytest.mark.fails_when("physics/interphase/params.py", "if not electrons + tunnelling + leakage + inner > 0:", "if False:")
def test_a_film_that_nothing_passes() -> None:
    off = {"electron_permeability": "0 mol/m/s", "tunnelling_current": "0 A/m2", "electron_conductivity": "0 S/m"}
    error = refused(lambda: even(supply=ls.ElectronSupply(**off)).simulate(BARE, REST, silent), "lets neither")
    assert 'electron_permeability = "1e-16 mol/m/s"' in error.do
    repaired = even(supply=ls.ElectronSupply(**(off | {"electron_permeability": "1e-16 mol/m/s"})))
    assert repaired.simulate(BARE, REST, silent).status.word == "program completed"


@pytest.mark.fails_when("physics/interphase/model.py", "if not isinstance(visit.step, Rest):", "if False:")
def test_programs_and_cells_that_do_not_rest() -> None:
    program = ls.Program.strip_plate("1 mA/cm2", "0.1 mAh/cm2", cycles=1)
    error = refused(lambda: even().simulate(BARE, program, silent), "is not a rest")
    assert error.do == 'Use a program of rests: Program([Rest("30 d")])'
    assert even().simulate(BARE, ls.Program([ls.Rest("30 d")]), silent).status.word == "program completed"
    with pytest.raises(InputError, match="duration is missing") as caught:
        ls.Rest()  # type: ignore[call-arg]
    assert "10 h" in caught.value.expected
    substrate = BARE.replaced(working=ls.Substrate("Cu"), counter=BARE.working)
    refused(lambda: even().simulate(substrate, REST, silent), "no lithium surface")


@pytest.mark.fails_when("physics/interphase/params.py", "if name not in known:", "if False:")
def test_electrolytes_whose_reactions_are_not_known() -> None:
    properties = ls.ConstantProperties("10 mS/cm", "3e-10 m2/s", "0.3", "1")
    other = BARE.replaced(electrolyte=ls.Electrolyte("LiPF6", "1 mol/L", {"EMC": 1.0}, properties=properties))
    error = refused(lambda: even().simulate(other, REST, silent), "electrolyte.solvent.EMC")
    assert error.do == 'Did you mean "EC"?'
    salt = BARE.replaced(electrolyte=ls.Electrolyte("LiClO4", "1 mol/L", {"EC": 1.0}, properties=properties))
    refused(lambda: even().simulate(salt, REST, silent), "electrolyte.salt")
    ether = BARE.replaced(
        electrolyte=ls.Electrolyte("LiTFSI", "1 mol/L", {"DOL": 0.5, "DME": 0.5}, basis="weight", properties=properties)
    )
    result = even(additives={"LiNO3": "0.2 mol/L"}).simulate(ether, REST, silent)
    assert result.status.word == "program completed"
    assert not even().invariants(result)


@pytest.mark.fails_when(
    "physics/interphase/model.py", 'kind: Literal["interphase"] = "interphase"', 'kind: Literal["interphas"] = "interphas"'
)
def test_a_model_and_its_result_survive_their_files(tmp_path: Path) -> None:
    text = """
kind = "interphase"
edge = 8
seed = 4
additives = { H2O = "7 mmol/L" }
reactions = { EC_LEDC = { potential = "0.9 V" } }
defects = [{ kind = "inclusion", width = "2 um", native = "10 nm" }]

[supply]
tunnelling_current = "0 A/m2"
"""
    model = ls.Interphase.parse(text)
    assert ls.Interphase.parse(model.to_toml()) == model
    result = ls.run(BARE, REST, model, to=tmp_path / "r", progress=False)
    again = load(tmp_path / "r")
    assert again.tree["map"].to_dataset().identical(result.tree["map"].to_dataset())
    assert again.summary()["ledger"]["closes"]
    assert any(row["path"] == "reactions.EC_LEDC.potential" and row["given"] for row in again.manifest.numbers)
    assert len(model.exact_cases()) >= 3


PLATE = """format = "lithoscope.program/1"
[[steps]]
kind = "current"
current_density = "-1 mA/cm2"
until = { capacity = "0.25 mAh/cm2" }
"""


@pytest.mark.slow
@pytest.mark.fails_when("cli/resting.py", "(to or Path())", "Path()")
def test_a_rest_and_then_a_plating(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Rest of a small map, two rows plated on two grids, closures; both pictures lie in the folder of the result."""
    monkeypatch.chdir(tmp_path)
    Path("model.toml").write_text('kind = "interphase"\nedge = 18\nsnapshots = 2\n', encoding="utf-8")
    Path("plate.toml").write_text(PLATE, encoding="utf-8")
    call = ["rest", "perovskite/bare", "--days", "1", "--model", "model.toml", "--then", "plate.toml", "--to", "out", "--json"]
    done = CliRunner().invoke(app, call, catch_exceptions=False)
    assert done.exit_code == 0
    told = json.loads(done.stdout)
    assert {"bare-rest.png", "bare-rest-depth.png"} <= {each.name for each in Path("out").iterdir()}
    assert load(Path("out")).tree["map"].sizes["along"] == 18
    rows = told["plating"]
    assert rows[-1]["capacity_mAh_cm2"] == pytest.approx(0.25, rel=0.05)
    assert all(row["area_low"] <= row["area"] <= row["area_high"] for row in rows)
    assert all(row["area"] >= 1 for row in rows)


@pytest.mark.fails_when("cli/resting.py", "if not days > 0:", "if False:")
def test_the_command(tmp_path: Path) -> None:
    model = tmp_path / "model.toml"
    model.write_text('kind = "interphase"\nedge = 8\nnodes = 5\n', encoding="utf-8")
    figure = tmp_path / "map.png"
    call = ["rest", "perovskite/bare", "--days", "2", "--model", str(model), "--figure", str(figure)]
    done = CliRunner().invoke(app, call)
    assert done.exit_code == 0, done.output
    for word in ("PROGRAM COMPLETED", "lithium lost", "LiOH", "sputtered off", "map in"):
        assert word in done.output
    assert figure.read_bytes()[:4] == (tmp_path / "map-depth.png").read_bytes()[:4] == b"\x89PNG"
    written = json.loads(CliRunner().invoke(app, [*call, "--json"]).output)
    assert written["rest"][-1]["time_d"] == 2
    assert 5 < written["rest"][-1]["film_thickness_nm"] < 100
    assert sum(written["composition"].values()) == pytest.approx(1)
    first, last = written["photoemission"][0], written["photoemission"][-1]
    assert first.pop("sputtered_nm") == 0 < last.pop("sputtered_nm")
    assert sum(first.values()) == pytest.approx(1)
    assert first["Li"] < 0.6 < last["Li"], "beneath the film there is lithium"
    with pytest.raises(InputError, match="--days = 0 is no time") as caught:
        CliRunner().invoke(app, ["rest", "perovskite/bare", "--days", "0"], catch_exceptions=False)
    assert complete(caught.value).do == "Write --days 30"
