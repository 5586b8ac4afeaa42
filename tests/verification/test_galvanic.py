"""A metal that touches lithium at rest: exact limits, the balance of currents, the books, how far it reaches, what it says."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from typer.testing import CliRunner

import lithoscope as ls
from lithoscope.cli.app import app
from lithoscope.constants import FARADAY, thermal_voltage
from lithoscope.design.catalogue import entry
from lithoscope.errors import InputError
from lithoscope.physics.contract import contact_left_out, silent
from lithoscope.physics.interphase.drive import Driver
from lithoscope.physics.interphase.galvanic import couple
from lithoscope.physics.interphase.params import Numbers
from lithoscope.physics.laws.composites import current_of_patches
from lithoscope.physics.laws.kinetics import overpotential

BARE = ls.Cell.parse(entry("perovskite/bare"))
ETHER = BARE.replaced(
    electrolyte=ls.Electrolyte(
        "LiTFSI", "1 mol/L", {"DOL": 0.5, "DME": 0.5}, properties=ls.ConstantProperties("13 mS/cm", "8e-10 m2/s", "0.4", "1.8")
    )
)
DAY = ls.Program([ls.Rest("1 d")])
LIKE_LITHIUM: dict[str, Any] = {"kinetics": 1.0, "transport": 1.0, "native_thickness": "3 nm", "roughness": 1.0}
T = 298.15


def touched(area: float, cell: ls.Cell = BARE, **numbers: Any) -> ls.Cell:
    """A cell whose lithium copper touches."""
    return cell.replaced(working=cell.foil.model_copy(update={"contact": ls.Contact("Cu", area, **numbers)}))


def even(**fields: Any) -> ls.Interphase:
    """A model of an even surface."""
    return ls.Interphase(edge=1, defects=[], snapshots=1, **fields)


def driver(cell: ls.Cell, **fields: Any) -> Driver:
    """What takes an even surface through a rest."""
    return even(**fields).driver(cell, Numbers())


def lost(of: Driver) -> float:
    """Lithium that the metal loses in a day, C/m2."""
    assert of.run(DAY, silent).word == "program completed"
    return of.rows[0]["working_lithium"] - of.rows[-1]["working_lithium"]


@pytest.fixture(scope="module")
def rested() -> ls.Result:
    """A map of lithium beside twice its area of copper, after a day."""
    return ls.Interphase(edge=16, snapshots=2).simulate(touched(2.0, distance="1 m"), DAY, silent)


@pytest.mark.fails_when(
    "physics/interphase/params.py", "+ (metal.area if metal else 0.0)", "+ (2 * metal.area if metal else 0.0)"
)
def test_a_metal_like_lithium_multiplies_the_loss() -> None:
    """The same kinetics and film on A_M, and liquid for both: 1 + A_M/A_Li of what lithium loses alone."""
    amount = 60.0
    alone = driver(BARE.changed_at({"electrolyte.amount": f"{amount} um"}))
    both = driver(touched(2.0, BARE.changed_at({"electrolyte.amount": f"{3 * amount} um"}), **LIKE_LITHIUM))
    both.eyes.surface.start[-1] = both.eyes.surface.start[0]
    assert lost(both) == pytest.approx(3 * lost(alone), rel=1e-9)
    assert both.rows[-1]["galvanic_lithium"] == pytest.approx(2 / 3 * lost_of(both), rel=1e-9)
    assert both.rows[-1]["film_thickness"] == pytest.approx(alone.rows[-1]["film_thickness"], rel=1e-9)
    assert both.rows[-1]["contact_film_thickness"] == pytest.approx(both.rows[-1]["film_thickness"], rel=1e-9)


def lost_of(of: Driver) -> float:
    """Lithium lost up to the last row, C/m2."""
    return of.rows[0]["working_lithium"] - of.rows[-1]["working_lithium"]


@pytest.mark.fails_when("physics/interphase/galvanic.py", "contact is None or contact.area.value == 0", "contact is None")
def test_no_area_is_no_metal() -> None:
    """Every bit of a rest without one; a little of it changes the loss in proportion."""
    without, none = driver(BARE), driver(touched(0.0))
    first = lost(without)
    lost(none)
    assert without.rows == none.rows
    once, twice = (lost(driver(touched(a), relative_tolerance=1e-9)) for a in (1e-3, 2e-3))
    exact = lost(driver(BARE, relative_tolerance=1e-9))
    assert first == pytest.approx(exact, rel=1e-4)
    assert (twice - exact) / (once - exact) == pytest.approx(2.0, abs=0.01)


@pytest.mark.fails_when(
    "physics/interphase/galvanic.py", "np.append(surface.m_f, metal.transport)", "np.append(surface.m_f, 1.0)"
)
def test_a_metal_whose_film_blocks_is_none() -> None:
    """In a liquid without reactions of its own, which would lay solids down on the metal as well."""
    blocked = {**LIKE_LITHIUM, "transport": 0.0, "native_thickness": "30 nm"}
    tight: dict[str, Any] = {"additives": {"H2O": "0 mol/L"}, "relative_tolerance": 1e-8}
    alone, both = driver(ETHER, **tight), driver(touched(5.0, ETHER, **blocked), **tight)
    assert lost(both) == pytest.approx(lost(alone), rel=1e-6)
    assert both.rows[-1]["galvanic_lithium"] < 1e-9 * lost_of(both)


@pytest.mark.fails_when(
    "physics/interphase/galvanic.py", "2 * thermal_voltage(T) * np.arcsinh(i", "thermal_voltage(T) * np.arcsinh(i"
)
def test_the_currents_of_lithium_are_those_of_one_potential() -> None:
    R, w, i0 = np.array([0.0, 0.01, 0.3]), np.array([0.2, 0.5, 0.3]), 5.0
    for drawn in (1e-9, 1e-3, 20.0, 1e4):
        found = couple(drawn, R, w, i0, T)
        assert float(w @ found.current) == pytest.approx(drawn, rel=1e-11)
        assert overpotential(found.current, i0, R, T) == pytest.approx(np.full(3, found.potential), rel=1e-11)
    small = couple(1e-9, R, w, i0, T).current
    assert small == pytest.approx(current_of_patches(1e-9, R + thermal_voltage(T) / i0, w), rel=1e-8)
    assert couple(0.0, R, w, i0, T).potential == 0


@pytest.mark.fails_when(
    "physics/interphase/drive.py", "drawn * 0.5 * (self.eyes.paying(self._pair)", "drawn * 0.4 * (self.eyes.paying(self._pair)"
)
def test_lithium_elements_and_currents_close(rested: ls.Result) -> None:
    """What the metal draws comes off lithium: of all that is lost, of the depth, and of its map."""
    trace = rested.trace
    assert rested.status.word == "program completed"
    assert not ls.Interphase().invariants(rested)
    assert rested.ledger.residual <= 1e-12
    assert float(abs(rested.tree["elements"]["element_residual"]).max()) <= 1e-9
    assert float(abs(trace["net_current_density"] / trace["corrosion_current_density"]).max()) <= 1e-8
    whole = float(trace["working_lithium"][0] - trace["working_lithium"][-1])
    assert 0.4 < float(trace["galvanic_lithium"][-1]) / whole < 0.9
    volume = ls.lookup("lithium.molar_volume").to("m3/mol")
    roughness = ls.lookup("lithium.roughness").to("1")
    assert float(trace["recession"][-1]) * FARADAY / volume * roughness == pytest.approx(whole, rel=1e-9)
    depth = rested.tree["map"]["surface_recession"].values[-1]
    assert depth.mean() == pytest.approx(float(trace["recession"][-1]), rel=1e-9)


@pytest.mark.fails_when("physics/interphase/observe.py", "taken[: self.count] + pair.current", "taken[: self.count]")
def test_a_net_current_marks_a_run() -> None:
    found = even().simulate(touched(1.0), ls.Program([ls.Rest("1 min")]), silent)
    assert found.status.word == "program completed"
    tree = found.tree.copy(deep=True)
    tree["trace"]["net_current_density"][-1] = 1e-7 * float(tree["trace"]["corrosion_current_density"][-1])
    assert [each.invariant for each in even().invariants(replace(found, tree=tree))] == ["current"]


@pytest.mark.fails_when(
    "physics/interphase/galvanic.py", "return np.asarray(self.current / mean if", "return np.asarray(mean / mean if"
)
def test_lithium_pays_where_its_film_resists_least() -> None:
    """Two kinds of places that differ by their native film alone: the thin one recedes more than it does without copper."""
    thin = [ls.Defect("scratch", width="2 um", native="0.3 nm")]
    model = ls.Interphase(edge=16, snapshots=1, kinetic_spread=0.0, transport_spread=0.0, defects=thin)
    hour = ls.Program([ls.Rest("1 min")])
    maps = [model.simulate(cell, hour, silent).tree["map"].to_dataset().isel(time=-1) for cell in (touched(5.0), BARE)]
    more = (maps[0]["surface_recession"] - maps[1]["surface_recession"]).values.ravel()
    R = maps[0]["surface_resistance"].values.ravel()
    assert more[R.argmin()] > 1.2 * more[R.argmax()] > 0


@pytest.mark.fails_when("physics/interphase/galvanic.py", "metal.distance <= length", "metal.distance >= length")
def test_how_far_the_current_spreads(rested: ls.Result) -> None:
    """kappa (R + R_ct) per geometric area; lithium beyond that is told."""
    trace = rested.trace
    kappa = 1.0  # S/m, of 1 mol/L in carbonates within a factor
    R = float(trace["interphase_resistance"][-1])
    assert float(trace["wagner_length"][-1]) == pytest.approx(kappa * R, rel=0.5)
    assert any("The lithium reaches to 1e+03 mm" in note for note in rested.manifest.notes)
    near = even().simulate(touched(1.0, distance="1 um"), ls.Program([ls.Rest("1 min")]), silent)
    assert not any("reaches to" in note for note in near.manifest.notes)
    assert any("Cu touches the lithium" in note for note in near.manifest.notes)
    twice = driver(touched(1.0, BARE.changed_at({"working.roughness": 2.0}))).rows[0]["wagner_length"]
    assert twice == pytest.approx(driver(touched(1.0)).rows[0]["wagner_length"] / 2, rel=1e-9)


@pytest.mark.fails_when("physics/interphase/equations.py", "self.faced * np.exp(-grown", "np.exp(-grown")
def test_a_polarised_film_lies_on_lithium_alone() -> None:
    face = ls.PolarisedFilm(
        ls.PolarFilm("BaTiO3", "200 nm"), enrichment=True, potential=True, anion_factor=4.0, plane_potential="0.2 V"
    )
    plain, polar = driver(touched(1.0)).eyes.surface, driver(touched(1.0), ferroelectric=face).eyes.surface
    xi = np.zeros((plain.sites, len(plain.chemistry.rate)))
    rates = [each.rates(xi, each.activity(xi))[0] for each in (plain, polar)]
    assert np.allclose(rates[1][-1], rates[0][-1], rtol=1e-9, atol=0)
    assert not np.allclose(rates[1][0], rates[0][0], rtol=1e-3, atol=0)


@pytest.mark.fails_when("design/contact.py", "if missing and self.material not in known_contacts():", "if False:")
def test_a_metal_that_is_not_known_needs_its_numbers() -> None:
    with pytest.raises(InputError, match="not in the data tables") as caught:
        ls.Contact("Ni", 1.0, kinetics=1.0)
    error = caught.value
    assert all((error.where, error.problem, error.expected, error.why, error.do))
    assert error.do.endswith("Give transport, native_thickness, roughness")
    assert ls.Contact("Ni", 1.0, kinetics=1.0, transport=1.0, native_thickness="1 nm", roughness=1.0).material == "Ni"
    assert ls.Contact("steel", 1.0).area.value == 1


@pytest.mark.fails_when("physics/contract.py", "for foil in foils if foil.contact is not None", "for foil in foils if not foil")
def test_models_without_couples_say_so() -> None:
    assert contact_left_out(BARE) == ()
    assert "Cu touches the lithium" in contact_left_out(touched(1.0))[0]


@pytest.mark.fails_when("cli/resting.py", 'if "galvanic_lithium" in trace else {}', "if False else {}")
def test_the_command_tells_what_the_metal_took(tmp_path: Path) -> None:
    cell, model = tmp_path / "cell.toml", tmp_path / "model.toml"
    cell.write_text(touched(1.0).to_toml(), encoding="utf-8")
    model.write_text('kind = "interphase"\nedge = 8\nnodes = 5\n', encoding="utf-8")
    words = ["rest", str(cell), "--days", "2", "--model", str(model), "--figure", str(tmp_path / "rest.png")]
    shown = CliRunner().invoke(app, words)
    assert shown.exit_code == 0, shown.output
    assert "of it for the other metal" in shown.output
    asked = CliRunner().invoke(app, [*words, "--json"])
    row = json.loads(asked.output)["rest"][-1]
    assert 0.3 < row["galvanic_uAh_cm2"] / row["lithium_lost_uAh_cm2"] < 0.8


@pytest.mark.fails_when("physics/interphase/galvanic.py", "share * surface.past", "surface.past")
def test_films_of_lithium_crack_beside_a_metal() -> None:
    """Lithium loses more, the metal keeps its film and draws what it drew; all balances hold."""
    changes = [ls.VolumeChange("0.02", "6 h", every="6 h", number=3)]
    cracked = driver(touched(0.3), cracks=ls.FilmCracks(changes))
    whole, split = driver(touched(0.3)), lost(cracked)
    assert split > 1.2 * lost(whole)
    assert cracked.rows[-1]["galvanic_lithium"] == pytest.approx(whole.rows[-1]["galvanic_lithium"], rel=0.01)
    assert max(abs(row["net_current_density"]) for row in cracked.rows) < 1e-8
    of_metal = cracked.rows[-1]["recession"] / float(cracked.eyes.molar_volume) * FARADAY * cracked.eyes.open
    assert of_metal == pytest.approx(split, rel=1e-9)
    assert max(abs(cracked.eyes.element_residual({
        name: np.array([each[name] for each in cracked.amounts]) for name in cracked.amounts[0]
    }).ravel())) < 1e-9  # fmt: skip


@pytest.mark.fails_when("physics/interphase/drive.py", "self.starved or bool(np.max(", "self.starved or bool(np.min(")
def test_a_film_that_passes_nothing_is_told() -> None:
    """Of two places one passes nothing: its potential stands at the end of its range."""
    some = ls.Interphase(edge=4, defects=[], snapshots=1, nodes=5).driver(BARE, Numbers())
    assert some.run(DAY, silent).word == "program completed"
    assert not some.starved
    none = ls.Interphase(edge=4, defects=[], snapshots=1, nodes=5).driver(BARE, Numbers())
    none.eyes.surface.m_f[0] = 0.0
    none.eyes.surface.start[0] *= 1000.0
    none.run(DAY, silent)
    assert none.starved
