"""Where two scales meet: amounts and resistances of a rest on the grid of a phase field, flat fronts against cells, closures."""

from dataclasses import replace
from typing import Any

import numpy as np
import pytest
import xarray as xr

import lithoscope as ls
from lithoscope.constants import FARADAY
from lithoscope.data import lookup
from lithoscope.design.electrolyte import ConstantProperties, Electrolyte
from lithoscope.errors import InputError
from lithoscope.physics.bridge import chain
from lithoscope.physics.bridge.closures import LAWS, Closure, Plated, closure_of, plated
from lithoscope.physics.bridge.plated import ageing_from, foil_under
from lithoscope.physics.bridge.rested import film_from_rest
from lithoscope.physics.contract import silent
from lithoscope.physics.interphase.network import METAL, lithium_network
from lithoscope.physics.morphology.checks import check
from lithoscope.physics.morphology.surface.sites import shares
from lithoscope.result import Result
from lithoscope.result.names import words

ELECTROLYTE = Electrolyte(
    "LiPF6", "1 mol/L", {"EC": 0.5, "DMC": 0.5}, properties=ConstantProperties("10 mS/cm", "3e-10 m2/s", 0.4, 1.0)
)
CELL = ls.Cell.symmetric(ls.Foil("50 um"), separator="PP 20 um", electrolyte=ELECTROLYTE, area="1 cm2")
PLATE = ls.Program([ls.Current("-1 mA/cm2", {"capacity": "0.02 mAh/cm2"})])


def rest(edge: int = 12, **changes: Any) -> Result:
    """A day at rest."""
    model = ls.Interphase(edge=edge, spacing="0.5 um", snapshots=3, **changes)
    return model.simulate(CELL, ls.Program([ls.Rest("1 d")]), silent)


@pytest.fixture(scope="module")
def rested() -> Result:
    """An uneven surface after a day."""
    return rest()


def begun(surface: Any, cell_size: str, **changes: Any) -> Any:
    """The driver of a phase field on a surface before the first step."""
    model = surface.model("24 um", cell_size=cell_size, roughness="0 um", **changes)
    return model.driver(CELL, PLATE, check(model, CELL, PLATE))


# ------------------------------------------------------------------------------------------ interphase to morphology


@pytest.mark.fails_when("physics/bridge/rested.py", "np.tensordot(lithium[rest] / lithium[j], held[rest], 1)", "0 * np.tensordot(lithium[rest] / lithium[j], held[rest], 1)")  # fmt: skip
@pytest.mark.parametrize("cell_size", ["0.25 um", "0.375 um"])
def test_the_lithium_of_the_film_is_that_of_the_rest(rested: Result, cell_size: str) -> None:
    """Lithium in the film on the grid, with pits, against the map of the rest: 1e-10."""
    surface = film_from_rest(rested, row=5)
    driver = begun(surface, cell_size)
    laws, fields = driver.scheme.carried, driver.point.state.skin
    now = rested.tree["map"].to_dataset().isel(time=-1, along=5)
    known = lithium_network().species
    per = [known[name].elements.get(METAL, 0) for name in words(now["solid"])]
    wanted = FARADAY * float(per @ now["surface_amount"].values.mean(axis=-1))
    assert float(laws.lithium(fields)) == pytest.approx(wanted, rel=1e-10)
    volume = sum(s.thickness.value for s in surface.film.species)
    dense = [lookup(f"sei.{name}.molar_volume").to("m3/mol") for name in words(now["solid"])]
    assert volume == pytest.approx(float(dense @ now["surface_amount"].values.mean(axis=-1)), rel=surface.errors.lumped)


@pytest.mark.fails_when("physics/bridge/rested.py", "left += n * sum(", "left += 2 * n * sum(")
def test_adsorbed_anions_stay_behind_and_are_counted() -> None:
    """What still stands on the surface is no film: lithium and thickness are those of the solids, and an error says what is lost."""
    result = rest(adsorbed={"PF6-": "1 umol/m2"})
    surface = film_from_rest(result, whole=True)
    now = result.tree["map"].to_dataset().isel(time=-1)
    held = dict(zip(words(now["solid"]), now["surface_amount"].values.mean(axis=(1, 2)), strict=True))
    left = held.pop("PF6- adsorbed")
    assert left > 0.5e-6
    known = lithium_network().species
    wanted = sum(known[name].elements.get(METAL, 0) * n for name, n in held.items())
    carried = [s.number("lithium") * s.thickness.value / s.number("molar_volume") for s in surface.film.species]
    assert sum(carried) == pytest.approx(wanted, rel=1e-10)
    V = {name: lookup(f"sei.{name}.molar_volume").to("m3/mol") for name in held}
    film = sum(V[name] * n for name, n in held.items())
    assert surface.errors.adsorbed == pytest.approx(3 * V["LiF"] * left / film, rel=1e-12)


@pytest.mark.fails_when("physics/bridge/rested.py", "cell.foil.thickness.value - gone", "cell.foil.thickness.value + gone")
def test_the_foil_is_thinner_by_what_corroded(rested: Result) -> None:
    """Lithium of the foil after the bridge against the end of the rest: 1e-10; the counter electrode keeps its own."""
    after = film_from_rest(rested).cell(CELL)
    per_m = FARADAY / lookup("lithium.molar_volume").to("m3/mol")
    left = float(rested.trace["working_lithium"].values[-1])
    assert after.foil.thickness.value * per_m == pytest.approx(left, rel=1e-10)
    assert after.counter_foil.thickness.value == CELL.foil.thickness.value


@pytest.mark.fails_when("physics/morphology/surface/start.py", "* conductance / (1 - of.porosity) ** 1.5)", "* conductance)")
def test_resistances_are_those_of_the_map(rested: Result) -> None:
    """On cells of half a site every resistance is that of its site; on larger cells the mean conductance is kept."""
    surface = film_from_rest(rested, row=5)
    driver = begun(surface, "0.25 um")
    seen = np.asarray(driver.scheme.carried.shown(driver.point.state.skin)["surface_resistance"])
    columns = np.nanmean(seen, axis=0)
    sites = rested.tree["map"].to_dataset()["surface_resistance"].values[-1, 5]
    # The film on a pit is thinner by the area that the pit adds and keeps the resistance of its site.
    assert columns == pytest.approx(np.repeat(sites, 2), rel=1e-6)
    for size in (0.25e-6, 0.375e-6, 1e-6):
        kept = surface.on(size)
        assert abs(kept.conductance) < 1e-14
        assert kept.variance <= 1 + 1e-12
    assert surface.on(0.25e-6).variance == pytest.approx(1)
    assert surface.on(1.5e-6).variance < 0.95, "what is finer than a cell is gone, and the bridge says so"


@pytest.mark.fails_when(
    "physics/morphology/surface/sites.py", "of.recession.value * (1 - on_columns", "of.recession.value * (on_columns"
)
def test_pits_are_where_lithium_receded(rested: Result) -> None:
    """Lithium stands lower where more of it has gone, by as much, and its mean does not move."""
    surface = film_from_rest(rested, row=5)
    recession = rested.tree["map"].to_dataset()["surface_recession"].values[-1, 5]
    driver = begun(surface, "0.25 um", base="6 um")
    grid = driver.scheme.grid
    h = np.asarray(driver.point.state.xi).sum(0) * grid.spacing
    deeper = np.repeat(recession - recession.mean(), 2)
    assert h - h.mean() == pytest.approx(-deeper, abs=1e-5 * np.ptp(deeper))
    flat = begun(surface.evened("pits"), "0.25 um", base="6 um").point.state.xi
    assert float(np.asarray(driver.point.state.xi).sum()) == pytest.approx(float(np.asarray(flat).sum()), rel=1e-9)


@pytest.mark.fails_when("physics/morphology/surface/sites.py", "np.maximum(first, begin)", "first")
def test_shares_of_sites_add_up() -> None:
    """Rows to one, columns to the width of a site over that of a cell; 24 sites on 16, 24, 32 and 36 cells."""
    for cells in (16, 24, 32, 36):
        found = shares(24, 0.5e-6, cells, 12e-6 / cells)
        assert found.sum(1) == pytest.approx(np.ones(cells), rel=1e-12)
        assert found.sum(0) == pytest.approx(np.full(24, cells / 24), rel=1e-12)


@pytest.mark.fails_when("physics/bridge/rested.py", '"film" in what', '"pits" in what')
def test_a_control_has_the_same_film_spread_evenly(rested: Result) -> None:
    surface = film_from_rest(rested, row=5)
    even = surface.evened("film")
    assert even.film == surface.film
    assert even.start is not None
    assert surface.start is not None
    assert set(even.start.conductance_map) == {1.0}
    assert even.start.recession_map == surface.start.recession_map
    assert even.start.resistance == surface.start.resistance


@pytest.mark.fails_when("physics/bridge/rested.py", '"start": self.start}', '"start": None}')
def test_a_model_on_a_rested_surface_is_a_file(rested: Result) -> None:
    model = film_from_rest(rested, row=5).model("24 um", cell_size="0.25 um")
    assert ls.PhaseField.parse(model.to_toml()) == model


@pytest.mark.fails_when("design/sites.py", "if abs(mean - 1) > OF_ONE:", "if False:")
def test_maps_that_do_not_fit_are_refused_with_a_remedy(rested: Result) -> None:
    surface = film_from_rest(rested, row=5)
    with pytest.raises(InputError, match="mean 2") as found:
        ls.SurfaceMaps(spacing="1 um", sites=[2], recession="1 nm", recession_map=[1.0, 3.0])
    assert "Divide" in found.value.do
    ls.SurfaceMaps(spacing="1 um", sites=[2], recession="1 nm", recession_map=[0.5, 1.5])
    with pytest.raises(InputError, match="2 numbers|3 numbers") as found:
        ls.SurfaceMaps(spacing="1 um", sites=[3], recession="1 nm", recession_map=[0.5, 1.5])
    assert "sites = [2]" in found.value.do
    model = surface.model("24 um", cell_size="0.25 um", roughness="0 um")
    with pytest.raises(InputError, match="not the 6 um of the maps") as found:
        check(model.replaced(width="8 um"), CELL, PLATE)
    assert 'width = "6 um"' in found.value.do
    check(model.replaced(width="6 um"), CELL, PLATE)
    with pytest.raises(InputError, match="row = 12 is not on the map") as found:
        film_from_rest(rested, row=12)
    assert "row = 11" in found.value.do
    film_from_rest(rested, row=11)
    with pytest.raises(InputError, match="film is missing"):
        check(model.replaced(film=None), CELL, PLATE)
    with pytest.raises(InputError, match="no map of a film"):
        film_from_rest(ls.Planar().simulate(CELL, ls.Program([ls.Rest("1 s")]), silent))


@pytest.mark.fails_when("physics/bridge/rested.py", "if not rates.any():", "if False:")
def test_a_film_that_stopped_growing_is_carried_as_it_is(rested: Result) -> None:
    """The growth of a map is relative to its mean: where nothing grew there is none, and the bridge says so."""
    still = rested.tree.copy()
    maps = still["map"].to_dataset()
    last = maps["surface_film_thickness"].isel(time=-1)
    still["map"] = xr.DataTree(maps.assign(surface_film_thickness=xr.zeros_like(maps["surface_film_thickness"]) + last))
    stopped = replace(rested, tree=still)
    with pytest.raises(InputError, match="did not grow") as found:
        film_from_rest(stopped, corrosion=True)
    assert "Leave corrosion out" in found.value.do
    assert film_from_rest(stopped).film.corrosion is None
    grows = film_from_rest(rested, corrosion=True).film.corrosion
    assert grows is not None
    assert grows.growth.rate.value > 0  # type: ignore[union-attr]


# ------------------------------------------------------------------------------------------------ between flat scales


def flat_voltage(resistance: float, film: bool) -> float:
    """Voltage of a flat phase field at the beginning of a current, V. resistance: ohm cm2."""
    sigma = 10e-9 / (resistance * 1e-4)
    if film:
        carried = ls.CarriedFilm([ls.FilmSpecies("Li2CO3", "10 nm", conductivity=f"{sigma!r} S/m")])
        model, cell = ls.PhaseField(width="4 um", height="16 um", roughness="0 um", film=carried, base="6 um"), CELL
    else:
        native = {"working.native_film": {"thickness": "10 nm", "conductivity": f"{sigma!r} S/m"}}
        counter = CELL.foil.model_dump(mode="json", exclude_unset=True, exclude_none=True)
        return float(
            ls.Planar().simulate(CELL.changed_at({"counter": counter}).changed_at(native), SECOND, silent).trace["voltage"][-1]
        )
    return float(model.simulate(cell, SECOND, silent).trace["voltage"][-1])


SECOND = ls.Program([ls.Current("-1 mA/cm2", {"duration": "2 s"})])


@pytest.mark.fails_when("physics/morphology/surface/film.py", "film = self.dense_resistance(parts)", "film = 0.9 * self.dense_resistance(parts)")  # fmt: skip
def test_an_even_film_is_a_series_resistance_in_the_cell() -> None:
    """Voltage of a film of 200 against one of 50 ohm cm2: the same step in both scales to 0.5 %, and i R."""
    thick, thin = (flat_voltage(R, film=True) for R in (200.0, 50.0))
    cell = flat_voltage(200.0, film=False) - flat_voltage(50.0, film=False)
    assert thick - thin == pytest.approx(-10 * 150e-4, rel=5e-3)
    assert thick - thin == pytest.approx(cell, rel=5e-3)


@pytest.mark.fails_when("physics/morphology/params.py", "beyond=number(found.macmullin_number * found.thickness)", "beyond=number(found.thickness)")  # fmt: skip
def test_a_flat_front_is_the_cell_of_one_dimension() -> None:
    """Voltage two seconds into a current: that of the planar cell and the electrolyte over the front, i h / kappa, to 0.5 mV."""
    height = 10e-6
    over = 10 * height / 1.0
    assert flat_voltage(100.0, film=True) == pytest.approx(flat_voltage(100.0, film=False) - over, abs=5e-4)


# ---------------------------------------------------------------------------------------------- morphology to cell


def one(current: float, size: float, seed: int, *, shift: float = 0.0, dimensions: int = 2) -> Plated:
    """A run whose laws are known: area 1 + Q / 1e5 + shift."""
    Q = np.linspace(1e4, 7e4, 7)
    laws = dict.fromkeys(LAWS, 0 * Q + 0.5) | {"area": 1 + Q / 1e5 + shift, "film_resistance": 0 * Q + 0.02}
    return Plated(current, size, seed, dimensions, Q, laws)


def synthetic(**changes: Any) -> Closure:
    """Two currents, two grids, three seeds."""
    return closure_of([
        run for i, more in ((10.0, 0.0), (20.0, 0.2)) for run in (
            one(i, 2e-7, 0, shift=more), one(i, 3e-7, 0, shift=more + 0.05, **changes), one(i, 3e-7, 1, shift=more + 0.07),
            one(i, 3e-7, 2, shift=more + 0.03),
        )
    ])  # fmt: skip


@pytest.mark.fails_when("physics/bridge/closures.py", "return seen(fine).mean(0), error, grid, width * error + grid", "return seen(fine).mean(0), error, grid, width * error")  # fmt: skip
def test_a_closure_has_the_value_of_the_finest_cells_and_both_errors() -> None:
    """Half way between currents and charges it is linear; scatter 0.02 of three seeds, 2.92 for 90 %, grids 0.05 apart."""
    found = synthetic()("area", f"{4e4 / 36000!r} mAh/cm2", "1.5 mA/cm2")
    assert found.value == pytest.approx(1 + 0.4 + 0.1)
    assert found.seeds == pytest.approx(0.02)
    assert found.grid == pytest.approx(0.05)
    assert found.high - found.value == pytest.approx(2.92 * 0.02 + 0.05, rel=1e-3)


@pytest.mark.fails_when("physics/bridge/closures.py", "max(value - half, min(least, value))", "value - half")
def test_an_interval_holds_nothing_that_cannot_be() -> None:
    """Three seeds of area 1.05, 1.07 and 1.03 with a grid 0.05 apart leave room below 1, where no area is."""
    found = synthetic()("area", f"{1e4 / 36000!r} mAh/cm2", "1 mA/cm2")
    assert found.value == pytest.approx(1.1)
    assert found.low == 1.0


@pytest.mark.fails_when("physics/bridge/closures.py", "if not low - slack <= value <= high + slack:", "if value < 0:")
def test_a_closure_is_never_used_outside_its_range() -> None:
    made = synthetic()
    with pytest.raises(InputError, match="lies outside the runs") as found:
        made("area", "3 mAh/cm2", "1 mA/cm2")
    assert found.value.do.endswith('capacity = "1.944444444 mAh/cm2"')
    made("area", "1.944444444 mAh/cm2", "1 mA/cm2")
    with pytest.raises(InputError, match="lies outside the runs") as found:
        made("area", "1 mAh/cm2", "0.5 mA/cm2")
    assert found.value.do.endswith('current_density = "1 mA/cm2"')
    with pytest.raises(InputError, match="is not known"):
        made("areas", "1 mAh/cm2", "1 mA/cm2")


@pytest.mark.fails_when("physics/bridge/closures.py", "if law in RIDGES and law not in self.deep:", "if False:")
def test_tips_and_dead_lithium_need_a_run_in_three_dimensions() -> None:
    flat = [one(10.0, 2e-7, 0), one(10.0, 3e-7, 0), one(10.0, 3e-7, 1)]
    for law in ("tip_ratio", "dead_fraction"):
        with pytest.raises(InputError, match="two dimensions alone"):
            closure_of(flat)(law, "1 mAh/cm2", "1 mA/cm2")
    deep = one(10.0, 3e-7, 0, dimensions=3)
    deep = replace(deep, laws={**deep.laws, "dead_fraction": deep.laws["dead_fraction"] + 0.2})
    found = closure_of([*flat, deep])("dead_fraction", "1 mAh/cm2", "1 mA/cm2")
    assert found.grid == pytest.approx(0.2), "what three dimensions say differs by that much"


@pytest.mark.fails_when("physics/bridge/closures.py", "for name in names if all(_beside(", "for name in names if any(_beside(")
def test_a_run_in_three_dimensions_speaks_for_its_current_and_its_cells() -> None:
    """At one of two currents it says nothing of the other; on other cells it cannot be compared; of sizes the finest counts."""
    flat = [one(i, size, seed) for i in (10.0, 20.0) for size in (3e-7, 2e-7) for seed in (0, 1)]
    with pytest.raises(InputError, match="at every current density"):
        closure_of([*flat, one(10.0, 3e-7, 0, dimensions=3)])("tip_ratio", "1 mAh/cm2", "1 mA/cm2")
    both = closure_of([*flat, *(one(i, 3e-7, 0, dimensions=3) for i in (10.0, 20.0))])
    assert both("tip_ratio", "1 mAh/cm2", "1.5 mA/cm2").value > 0
    with pytest.raises(InputError, match="500 nm"):
        closure_of([*flat, one(10.0, 5e-7, 0, dimensions=3)])


@pytest.mark.fails_when("physics/bridge/closures.py", "len(sizes) > 1 and len(seeds) > 1", "len(sizes) > 0")
def test_a_closure_without_an_error_is_refused() -> None:
    for runs in ([one(10.0, 2e-7, 0)], [one(10.0, 2e-7, 0), one(10.0, 3e-7, 0)], [one(10.0, 2e-7, 0), one(10.0, 2e-7, 1)]):
        with pytest.raises(InputError, match="seeds on"):
            closure_of(runs)
    closure_of([one(10.0, 2e-7, 0), one(10.0, 3e-7, 0), one(10.0, 3e-7, 1)])


@pytest.mark.fails_when("physics/bridge/plated.py", "film.value - others", "2 * film.value - others")
def test_the_cell_has_area_and_film_of_the_closure() -> None:
    """Roughness 1.4, 200 ohm cm2 of area, and the ranges; the counter electrode keeps its own."""
    from lithoscope.physics.cell.params import numbers

    at = (f"{4e4 / 36000!r} mAh/cm2", "1 mA/cm2")
    cell = foil_under(synthetic(), CELL, *at)
    assert cell.foil.roughness is not None
    assert cell.foil.roughness.value == pytest.approx(1.4)
    assert cell.foil.roughness.high == pytest.approx(1.4 + 2.92 * 0.02 + 0.05, rel=1e-3)
    assert numbers(cell).working.native_film_resistance == pytest.approx(0.02)
    assert cell.counter_foil.roughness is None
    aged = ageing_from(synthetic(), CELL, "1 mA/cm2").foil.ageing
    assert aged.dead_fraction is None, "two dimensions do not tell it"
    assert aged.mossy_area is not None
    assert aged.mossy_half_charge is not None
    Q = 6e4
    assert aged.mossy_area.value * Q / (Q + aged.mossy_half_charge.value) == pytest.approx(0.6, rel=0.1)
    assert aged.mossy_area.low is not None
    assert aged.mossy_area.low < aged.mossy_area.value


@pytest.mark.fails_when("physics/bridge/closures.py", "* area / current", "/ current")
def test_a_run_tells_the_film_that_it_carries() -> None:
    """A flat film of 100 ohm cm2 on a front: area 1, resistance to 1 %, thickness to half a cell."""
    sigma = 10e-9 / 0.01
    film = ls.CarriedFilm([ls.FilmSpecies("Li2CO3", "10 nm", conductivity=f"{sigma!r} S/m")])
    model = ls.PhaseField(width="4 um", height="16 um", roughness="0 um", film=film, snapshot="0.4 um")
    result = model.simulate(CELL, ls.Program([ls.Current("-2 mA/cm2", {"capacity": "0.4 mAh/cm2"})]), silent)
    seen = plated(result)
    assert seen.current == pytest.approx(20)
    assert seen.laws["area"] == pytest.approx(np.ones_like(seen.capacity), rel=2e-3)
    assert seen.laws["film_resistance"] == pytest.approx(0.01 + 0 * seen.capacity, rel=1e-2)
    assert seen.laws["thickness_ratio"][-1] == pytest.approx(1, abs=0.065)
    with pytest.raises(InputError, match="without a deposit"):
        plated(ls.Planar().simulate(CELL, SECOND, silent))


@pytest.mark.fails_when("physics/bridge/closures.py", "if np.any(np.diff(on) != 1):", "if False:")
def test_a_plating_with_a_break_has_no_closure() -> None:
    model = ls.PhaseField(width="4 um", height="16 um", cell_size="0.5 um", roughness="0 um", snapshot="0.4 um")
    first, more = (ls.Current("-2 mA/cm2", {"capacity": f"{q} mAh/cm2"}) for q in ("0.3", "0.05"))
    broken = model.simulate(CELL, ls.Program([first, ls.Rest("10 s"), more]), silent)
    with pytest.raises(InputError, match=r"plates, stops and plates again.*one plating without a break") as found:
        plated(broken)
    assert "Plate with one step" in found.value.do
    assert plated(model.simulate(CELL, ls.Program([first, more]), silent)).current == pytest.approx(20), "two steps, no break"


# --------------------------------------------------------------------------------------------------- all in one go


@pytest.mark.fails_when("physics/bridge/chain.py", "    check_plating(plating)\n    report(", "    report(")
def test_a_plating_that_is_too_thin_is_refused_before_the_rest() -> None:
    thin = ls.Program([ls.Current("-0.5 mA/cm2", {"capacity": "0.1 mAh/cm2"})])
    told: list[str] = []
    with pytest.raises(InputError, match=r"plating of 0\.1 mAh/cm2 is less .*Write until = \{ capacity = \"0\.5 mAh/cm2\" \}"):
        ls.rest_then_plate(CELL, "30 d", thin, report=lambda _, text: told.append(text))
    assert not told
    chain.check_plating(ls.Program([ls.Current("-0.5 mA/cm2", {"capacity": "0.5 mAh/cm2"})]))


@pytest.mark.slow
@pytest.mark.fails_when("physics/bridge/chain.py", "foil_under(effective, cell, q, i)", "cell")
def test_rest_then_plate_hands_its_voltage_to_the_cell() -> None:
    """Half a micrometre on a rested surface: the voltage of the cell with area and film of the closure is that of the phase field."""
    cell = CELL.changed_at({"working.native_film.conductivity": "1e-6 S/cm"})
    plating = ls.Program([ls.Current("-1 mA/cm2", {"capacity": "0.3 mAh/cm2"})])
    found = ls.rest_then_plate(cell, "1 h", plating, interphase=ls.Interphase(edge=12), height="24 um", roughness="0 um",
                               snapshot="0.2 um")  # fmt: skip
    assert len(found.platings) == 3
    off = np.abs(found.voltage - found.cell_voltage)
    assert np.max(off) < 0.05 * np.max(np.abs(found.voltage))
    assert np.ptp(found.capacity) > 0
    with pytest.raises(InputError, match="lies outside the runs"):
        found.closure("area", "5 mAh/cm2", "1 mA/cm2")
    with pytest.raises(InputError, match="rows = 1"):
        ls.rest_then_plate(cell, "1 h", plating, interphase=ls.Interphase(edge=12), rows=1)
