"""Anions for a wanted film: exact mixtures, what no mixture reaches, what a rest makes of them, refusals and remedies."""

from __future__ import annotations

import json
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

import lithoscope as ls
from lithoscope.analysis.target import stock_left
from lithoscope.cli.app import app
from lithoscope.constants import AVOGADRO
from lithoscope.data import lookup
from lithoscope.design.catalogue import entry
from lithoscope.errors import InputError
from lithoscope.physics.interphase.network import lithium_network

BARE = ls.Cell.parse(entry("perovskite/bare"))


@pytest.mark.fails_when("physics/interphase/network.py", 'if self.species[name].place == "film"}', "}")
def test_what_anions_leave_in_the_end() -> None:
    network = lithium_network()
    assert network.leaves("PF6-") == {"LiF": 3}
    assert network.leaves("NO3-") == {"Li2O": 3, "Li3N": 1}
    assert network.leaves("FSI-") == {"LiF": 2, "Li3N": 1, "Li2S": 2, "Li2O": 4}
    assert all(isinstance(each, Fraction) for each in network.leaves("FSI-").values())


@pytest.mark.fails_when("physics/interphase/network.py", 'if each.place == "film" and {"C", "H"}', 'if {"C", "H"}')
def test_organic_solids_bind_carbon_to_hydrogen() -> None:
    """What solvents leave; carbonate, fluorides and the salts of imides are none."""
    assert lithium_network().organics == ("LEDC", "LEG", "LMC", "LEC", "LiOCH3", "PolyVC", "PolyDOL")


@pytest.mark.fails_when("analysis/target.py", "float(volume @ n) / amount * layer", "float(volume @ n) / amount")
def test_lithium_fluoride_alone() -> None:
    """L / (3 V) of PF6-; one layer of 2 per nm2 leaves 3 V times it."""
    found = ls.target_sei({"LiF": 1.0}, "3 nm")
    V, layer = lookup("sei.LiF.molar_volume").to("m3/mol"), 2e18 / AVOGADRO
    assert found.anions == pytest.approx({"PF6-": 3e-9 / (3 * V)})
    assert found.reached
    assert found.one_layer == pytest.approx(3 * V * layer)
    assert found.layers == pytest.approx(3e-9 / (3 * V * layer))
    assert "one layer cannot, 30.6 layers would" in str(found)
    assert "one layer is enough" in str(ls.target_sei({"LiF": 1.0}, "0.1 nm")) or found.one_layer < 1e-10


@pytest.mark.parametrize("basis", ["volume", "mole"])
@pytest.mark.fails_when(
    "analysis/target.py", "_nearest(target, solids, weight[:, None] * made)", "_nearest(target, solids, made)"
)
def test_a_mixture_that_is_reached(basis: Any) -> None:
    """What two anions leave together is found again, with amounts that fill the thickness."""
    V = {name: lookup(f"sei.{name}.molar_volume").to("m3/mol") for name in ("LiF", "Li2O", "Li3N")}
    n = {"LiF": 3 * 2.0, "Li2O": 3 * 1.0, "Li3N": 1.0}
    part = {name: amount * (V[name] if basis == "volume" else 1.0) for name, amount in n.items()}
    wanted = {name: share / sum(part.values()) for name, share in part.items()}
    found = ls.target_sei(wanted, "5 nm", basis=basis)
    assert found.deviation < 1e-9
    assert found.anions["PF6-"] / found.anions["NO3-"] == pytest.approx(2.0)
    unit = sum(V[name] * amount for name, amount in n.items())
    assert found.anions["NO3-"] * unit == pytest.approx(5e-9)


@pytest.mark.fails_when("analysis/target.py", "return self.deviation <= REACHED", "return True")
def test_a_film_that_no_mixture_leaves() -> None:
    """Nitride comes with three oxides from nitrate: no pure nitride; a part that is left free is no constraint."""
    found = ls.target_sei({"Li3N": 1.0})
    assert not found.reached
    assert "No mixture" in str(found)
    assert "layers would" in str(found)
    free = ls.target_sei({"Li3N": 0.2})
    assert free.reached
    assert free.fractions["Li3N"] == pytest.approx(0.2)


@pytest.mark.fails_when("analysis/target.py", "of_organic * share / (1 - share)", "0 * of_organic")
def test_organic_solids_are_left_to_the_electrolyte() -> None:
    whole, half = ls.target_sei({"LiF": 1.0}), ls.target_sei({"LiF": 0.5, "organic": 0.5})
    assert half.anions["PF6-"] == pytest.approx(0.5 * whole.anions["PF6-"])
    assert half.fractions == pytest.approx({"LiF": 0.5, "organic": 0.5})


V = {name: lookup(f"sei.{name}.molar_volume").to("m3/mol") for name in ("LiF", "Li2O", "Li3N", "Li2S", "LEDC", "LMC")}


@pytest.mark.parametrize("organic", ["LEDC", "LMC"])
@pytest.mark.fails_when("analysis/target.py", "share = target.get(ORGANIC, 0.0)\n", "share = 0.5 * target.get(ORGANIC, 0.0)\n")
def test_organic_moles_take_their_own_room(organic: str) -> None:
    """One mole of organics on three of LiF: L = x (3 V_LiF + V_o), by hand; half of the volume would be another film."""
    found = ls.target_sei({"LiF": 0.75, "organic": 0.25}, "4 nm", basis="mole", organic=organic)
    assert found.anions == pytest.approx({"PF6-": 4e-9 / (3 * V["LiF"] + V[organic])})
    assert found.fractions == pytest.approx({"LiF": 0.75, "organic": 0.25})
    assert ls.target_sei({"LiF": 1.0}, "4 nm", basis="mole").anions["PF6-"] == pytest.approx(4e-9 / (3 * V["LiF"]))


@pytest.mark.fails_when("analysis/target.py", "[:size] / whole)", "[:size])")
def test_the_nearest_mixture_by_moles() -> None:
    """FSI- leaves 2/9 LiF, 1/9 Li3N, 6/9 of others by moles, PF6- LiF alone; wanted are 0.4 LiF and 0.6 Li3N.

    With s of the moles from FSI- the deviation is |0.6 - 7s/9| + |0.6 - s/9| + 6s/9: its slope is -2/9 up to s = 5.4/7, then
    12/9.
    """
    found = ls.target_sei({"LiF": 0.4, "Li3N": 0.6}, "3 nm", ["PF6-", "FSI-"], basis="mole")
    assert found.fractions["LiF"] == pytest.approx(0.4)
    assert found.fractions["Li3N"] == pytest.approx(5.4 / 7 / 9)
    assert not found.reached


@pytest.mark.fails_when("analysis/target.py", "one = np.concatenate([np.ones(size),", "one = np.concatenate([whole**-2.0,")
def test_deviations_are_weighed_per_mole_and_not_per_thickness() -> None:
    """Of all anions nitrate has most nitride by moles, a quarter. Salts of imides are large: few moles fill a film of them.

    Deviations times the moles in a film of given thickness would be least for TFSI-, which leaves no nitride at all.
    """
    found = ls.target_sei({"Li3N": 1.0}, "3 nm", basis="mole")
    assert set(found.anions) == {"NO3-"}
    assert found.fractions == pytest.approx({"Li2O": 0.75, "Li3N": 0.25})
    assert found.anions["NO3-"] == pytest.approx(3e-9 / (3 * V["Li2O"] + V["Li3N"]))


@pytest.mark.fails_when("analysis/target.py", "of.replaced(adsorbed=stock)", "of")
def test_a_rest_shows_what_becomes_of_it() -> None:
    """Nitrate is reduced, all of it; the electrolyte lays its own solids beside, and the fractions add up to one."""
    found = ls.target_sei({"Li2O": 0.6}, "1 nm", ["NO3-"], cell=BARE, rest="2 d")
    assert found.run is not None
    assert found.grown is not None
    assert not found.run.ledger.residual > 1e-9
    assert stock_left(found.run)["NO3-"] < 1e-6
    assert sum(found.grown.values()) == pytest.approx(1.0)
    assert 0 < found.grown["Li3N"] < found.fractions["Li3N"]


@pytest.mark.parametrize(
    ("target", "given", "match", "do", "repaired"),
    [
        ({"LiFF": 0.5}, {}, "target.LiFF", 'Did you mean "LiF"?', {"LiF": 0.5}),
        ({"LiF": 50}, {}, "is not a fraction", "Write LiF = 0.5", {"LiF": 0.5}),
        ({"LiF": 0.8, "Li2O": 0.8}, {}, "adds up to 1.6", "Write LiF = 0.5, Li2O = 0.5", {"LiF": 0.5, "Li2O": 0.5}),
        ({"organic": 1.0}, {}, "1 of it organic", "Write e.g. LiF = 0.6", {"LiF": 0.6}),
        ({"LiF": 0.5}, {"anions": ["NO3-"]}, "is left by none of NO3-", 'Add "PF6-" to the anions', {}),
        ({"LiF": 0.5}, {"anions": ["PF6"]}, "anions", 'Did you mean "PF6-"?', {}),
        ({"LiF": 0.5}, {"basis": "moles"}, "basis", 'Did you mean "mole"?', {}),
        ({"LiF": 0.5}, {"organic": "LEDD"}, "organic", 'Did you mean "LEDC"?', {}),
    ],
)  # fmt: skip
@pytest.mark.fails_when("analysis/target.py", "if not 0 <= share <= 1:", "if False:")
def test_targets_that_are_none(target: Any, given: Any, match: str, do: str, repaired: Any) -> None:
    with pytest.raises(InputError, match=match) as caught:
        ls.target_sei(target, **given)
    error = caught.value
    assert all((error.where, error.problem, error.expected, error.why, error.do))
    assert error.do == do
    remedies: dict[str, Any] = {"basis": {"basis": "mole"}, "organic": {"organic": "LEDC"}}
    remedy = remedies[next(iter(given))] if set(given) & set(remedies) else {"anions": ["PF6-", "NO3-"]} if given else {}
    assert ls.target_sei(repaired or target, **remedy).anions


@pytest.mark.fails_when("cli/targeting.py", '"layers": found.layers', '"layers": found.one_layer')
def test_the_command() -> None:
    runner = CliRunner()
    shown = runner.invoke(app, ["target-sei", "LiF=0.6", "Li2O=0.2"])
    assert shown.exit_code == 0
    assert "left by the anions" in shown.output
    data = json.loads(runner.invoke(app, ["target-sei", "LiF=1", "--json"]).output)
    assert data["layers"] == pytest.approx(30.6, rel=1e-2)
    wrong = runner.invoke(app, ["target-sei", "LiF"])
    assert isinstance(wrong.exception, InputError)
    assert wrong.exception.do == 'Write "LiF=0.5"'
    assert runner.invoke(app, ["target-sei", "LiF=0.5"]).exit_code == 0


@pytest.mark.fails_when("physics/models.py", '"interphase": (', '"interfaces": (')
def test_run_takes_models_of_the_interphase_and_of_the_catalogue(tmp_path: Path) -> None:
    model, program = tmp_path / "model.toml", tmp_path / "rest.toml"
    model.write_text('kind = "interphase"\nedge = 1\ndefects = []\n')
    program.write_text('format = "lithoscope.program/1"\nsteps = [{ kind = "rest", duration = "1 h" }]\n')
    to = str(tmp_path / "out")
    told = CliRunner().invoke(app, ["run", "perovskite/bare", str(program), "--model", str(model), "--to", to, "--json"])
    assert told.exit_code == 0, told.output
    assert json.loads(told.output)["status"]["word"] == "program completed"

    from lithoscope.cli.running import _named
    from lithoscope.physics.models import read_model

    assert _named("deposits/bare-uneven", read_model).kind == "phase-field"
    with pytest.raises(InputError) as caught:
        _named("deposits/bare-unevn", read_model)
    assert caught.value.do == 'Did you mean "deposits/bare-uneven"?'
