"""Rungs 2, 4 and 5 for the mossy model: exact solutions, the ledger over a life, and what must not or must make a difference."""

from typing import Any

import numpy as np
import pytest

import lithoscope as ls
from lithoscope.design.catalogue import entry
from lithoscope.physics.cell.cycles import per_cycle, shape
from lithoscope.physics.cell.exact_ageing import still
from lithoscope.physics.cell.observe import POWERS
from lithoscope.physics.contract import ExactCase
from lithoscope.physics.laws.kinetics import positive_part, share_of_area

CASES = {case.name: case for case in ls.Mossy().exact_cases()}
FAULTS = {
    "film growth at rest": ("self.rhs[delta] = rate / delta", "self.rhs[delta] = 1.01 * rate / delta"),
    "lithium in that film": ("(area * rate / delta + fresh", "(1.01 * area * rate / delta + fresh"),
    "area of pits": ("self.rhs[pits] = opened", "self.rhs[pits] = 1.01 * opened"),
    "share of moss that dies": ("- died - filmed", "- 1.01 * died - filmed"),
    "planar model without ageing": ("g * N_M / law", "1.01 * g * N_M / law"),
}


@pytest.mark.fails_when("physics/cell/equations/mossy.py", *FAULTS["film growth at rest"])
def test_film_growth() -> None:
    assert_exact(CASES["film growth at rest"])


@pytest.mark.fails_when("physics/cell/equations/mossy.py", *FAULTS["lithium in that film"])
def test_film_lithium() -> None:
    assert_exact(CASES["lithium in that film"])


@pytest.mark.fails_when("physics/cell/equations/mossy.py", *FAULTS["area of pits"])
def test_pits() -> None:
    assert_exact(CASES["area of pits"])


@pytest.mark.fails_when("physics/cell/equations/mossy.py", *FAULTS["share of moss that dies"])
def test_dead_share() -> None:
    assert_exact(CASES["share of moss that dies"])


@pytest.mark.fails_when("physics/cell/equations/mossy.py", *FAULTS["planar model without ageing"])
def test_planar_limit() -> None:
    assert_exact(CASES["planar model without ageing"])


def assert_exact(case: ExactCase) -> None:
    """The case, and no other fault, decides."""
    assert case.error() <= case.tolerance


def aged(cycles: int = 30, *, film: str = "15 nm", **ageing: Any) -> ls.Result:
    """A bare cell through cycles of 1 mA/cm2 and 1 mAh/cm2."""
    foil = ls.Foil("500 um", native_film=ls.NativeFilm(film, "2.5e-8 S/cm"), ageing=ls.Ageing(**ageing))
    cell = ls.Cell.symmetric(foil, separator="PP 20 um", electrolyte="1 M LiPF6 EC:DMC 1:1", area="1 cm2")
    program = ls.Program.strip_plate("1 mA/cm2", "1 mAh/cm2", cycles=cycles, stop=ls.Stop("1 V"))
    return ls.run(cell, program, ls.Mossy(), progress=False)


@pytest.fixture(scope="module")
def life() -> ls.Result:
    """400 cycles with everything on, long enough to be compiled where there is a compiler."""
    return aged(400)


@pytest.mark.fails_when(
    "physics/cell/equations/mossy.py", "self.rhs[free] = -FARADAY * taken", "self.rhs[free] = -0.9999 * FARADAY * taken"
)
def test_ledger_over_a_life(life: ls.Result) -> None:
    """Closes to 1e-9 over 400 cycles with everything on; every reservoir agrees with its own quadrature to 1e-6."""
    assert life.status.word == "program completed"
    assert life.ledger.residual <= 1e-9
    assert max(r.mismatch for r in life.ledger.reservoirs.values()) <= 1e-6
    assert len(life.ledger.reservoirs) == 11
    salt = sum(life.ledger.reservoirs[name].change for name in ("electrolyte_lithium", "free_electrolyte_lithium"))
    assert salt == pytest.approx(0, abs=1e-6), "what the dead layers hold came from outside the pores"
    assert life.ledger.reservoirs["free_electrolyte_lithium"].change < -100


def test_nothing_becomes_negative(life: ls.Result) -> None:
    for face in ("working", "counter"):
        for kind in ("bulk", "mossy", "dead", "film"):
            assert float(life[f"{face}_{kind}_lithium"].min()) > -1e-2, "C/m2, of millions"


@pytest.mark.fails_when("physics/laws/kinetics.py", "return m**3 / (m**2 + smooth**2)", "return m + smooth / 2")
def test_a_rest_makes_no_dead_lithium() -> None:
    """Ten hours of rest after two cycles, with the film law off: at most 1e-5 C/m2 once the double layers are empty.

    In the first millisecond what they hold, 6 mC/m2, still strips the electrode that was being stripped, and kills its share.
    """
    cell = still(mossy_fraction=0.3, dead_fraction=0.02, pit_area=2.5)
    cycles = ls.Program.strip_plate("1 mA/cm2", "1 mAh/cm2", cycles=2)
    result = ls.run(cell, ls.Program([*cycles.steps, ls.Rest("1 s"), ls.Rest("10 h")]), ls.Mossy(), progress=False)
    ends = [float(result.steps["start_time"].loc[step]) for step in (5, 6)]
    for face in ("working", "counter"):
        dead = result[f"{face}_dead_lithium"]
        switched_off, emptied = (float(np.interp(t, dead["time"], dead)) for t in ends)
        assert switched_off > 10
        assert 0 <= emptied - switched_off < 0.02 * 6e-3
        assert abs(float(dead[-1]) - emptied) <= 1e-5


def row(result: ls.Result, cycle: int) -> Any:
    """One row of the table of cycles."""
    return result.cycles.loc[cycle]


@pytest.mark.fails_when("physics/cell/equations/mossy.py", 'P(f"{face} mossy fraction") * plated', "0.3 * plated")
def test_early_peaks_come_from_the_populations() -> None:
    """Peak, valley, peak in an early half-cycle; with neither moss nor pits there is none."""
    on, off = row(aged(2), 2), row(aged(2, mossy_fraction=0, pit_area=0), 2)
    assert on["start_peak_voltage"] > 1.05 * on["valley_voltage"]
    assert on["end_peak_voltage"] > 1.05 * on["valley_voltage"]
    assert off["start_peak_voltage"] < 1.01 * off["valley_voltage"]


@pytest.mark.fails_when("physics/cell/equations/mossy.py", "SEED_LAYER_M + dead *", "SEED_LAYER_M + 0 * dead *")
def test_late_arcs_come_from_the_dead_layer() -> None:
    """The voltage rises through a late half-cycle; without dead lithium it does not."""
    harsh: dict[str, Any] = {"dead_fraction": 0.1, "dead_layer_tortuosity": 20, "film_growth_rate": "0 m2/s"}
    on, off = aged(100, **harsh), aged(100, **(harsh | {"dead_fraction": 0}))
    arc = [row(result, 100)["end_peak_voltage"] / row(result, 100)["valley_voltage"] for result in (on, off)]
    layer = [float(result["working_dead_layer_thickness"][-1]) for result in (on, off)]
    assert row(on, 100)["plateau_voltage"] > 3 * row(off, 100)["plateau_voltage"]
    assert row(on, 100)["transport_resistance"] > 10 * row(off, 100)["transport_resistance"]
    assert arc[0] > 1.05
    assert layer[0] > 20e-6
    assert layer[1] < 1e-7


@pytest.mark.fails_when("physics/cell/params.py", 'given["film_growth_rate"] *= growth', "pass")
def test_warmer_is_faster() -> None:
    """Arrhenius: the film grows faster and the interface is less resistive."""
    cell = still(film_growth_rate="3e-21 m2/s")
    program = ls.Program([ls.Rest("10 h"), ls.Spectrum(points_per_decade=2)])
    cold, warm = (ls.run(cell.replaced(temperature=T), program, ls.Mossy(), progress=False) for T in ("15 degC", "35 degC"))
    factor = np.exp(-0.4 * 1.602176634e-19 / 1.380649e-23 * (1 / 308.15 - 1 / 288.15))
    grown = [float(r["working_film_thickness"][-1] ** 2 - r["working_film_thickness"][0] ** 2) for r in (cold, warm)]
    assert grown[1] / grown[0] == pytest.approx(factor, rel=1e-6)
    ends = [r.interface_resistance(0) for r in (cold, warm)]
    assert ends[1] < ends[0] / 2


@pytest.mark.fails_when("physics/cell/equations/mossy.py", "if name in self.variables else pybamm.Parameter(name)",
                        "if name in self.variables else pybamm.Parameter(name.replace('Counter', 'Working'))")  # fmt: skip
def test_mirror() -> None:
    """Swapping two unlike electrodes and the sign of the current turns the voltage around."""
    a, b = (
        ls.Foil("300 um", ageing=ls.Ageing(dead_fraction=chi, dead_layer_tortuosity=tau)) for chi, tau in ((0.1, 4), (0.05, 9))
    )
    parts: dict[str, Any] = {"separator": "PP 20 um", "electrolyte": "1 M LiPF6 EC:DMC 1:1", "area": "1 cm2"}
    ends = []
    for working, counter, first in ((a, b, "strip"), (b, a, "plate")):
        program = ls.Program.strip_plate("2 mA/cm2", "1 mAh/cm2", cycles=5, first=first)  # type: ignore[arg-type]
        ends.append(ls.run(ls.Cell(working, counter=counter, **parts), program, progress=False).steps["end_voltage"].to_numpy())
    assert ends[0] == pytest.approx(-ends[1], rel=1e-6)


@pytest.mark.fails_when(
    "physics/cell/cycles.py", "float(np.trapezoid(power, t)) / squared", "1.01 * float(np.trapezoid(power, t)) / squared"
)
def test_the_parts_of_a_resistance_add_up(life: ls.Result) -> None:
    """Ohmic, film, charge transfer and transport make the whole voltage of a half-cycle, but for 1e-3 in capacitances."""
    for cycle in (1, 100, 400):
        whole = abs(life.steps.loc[2 * cycle, "mean_voltage"]) / 10.0
        parts = sum(life.steps.loc[2 * cycle, name] for name in POWERS)
        assert parts == pytest.approx(whole, rel=2e-3)


@pytest.mark.fails_when("physics/cell/cycles.py", "1 - sum(lost.values()) / plated", "1 - sum(lost.values()) / (2 * plated)")
def test_efficiency_follows_from_the_reservoirs(life: ls.Result) -> None:
    lost = life.cycles["dead_lithium_made"] + life.cycles["film_lithium_made"]
    reservoirs = life.ledger.reservoirs
    in_all = sum(reservoirs[f"{face}_{kind}_lithium"].final for face in ("working", "counter") for kind in ("dead", "film"))
    assert lost.sum() == pytest.approx(in_all, rel=1e-12)
    assert (1 - life.cycles["efficiency"]).to_numpy() == pytest.approx(lost.to_numpy() / 72000.0, rel=1e-6)


@pytest.mark.parametrize(
    ("volts", "expected"),
    [([9, 5, 4, 4, 4, 6], (9, 4, 4.1, 6)), ([1, 2, 3, 4, 5, 6], (3, 3, 3.5, 6)), ([6, 5, 4, 3, 2, 1], (6, 1, 3.5, 1))],
    ids=["peak, valley, peak", "arc", "falls"],
)
@pytest.mark.fails_when("physics/cell/cycles.py", "np.argmin(magnitude[peak:])", "np.argmax(magnitude[peak:])")
def test_shape(volts: list[float], expected: tuple[float, ...]) -> None:
    found = shape(np.arange(6.0), -np.array(volts, dtype=float))
    assert tuple(found.values()) == pytest.approx(expected, abs=0.2)


@pytest.mark.fails_when("physics/cell/cycles.py", 'np.logical_and(driven, steps["cycle"] > 0)', "driven")
def test_steps_outside_cycles_make_no_row() -> None:
    columns = {name: np.ones(3) for name in (*shape(np.arange(2.0), np.ones(2)), *POWERS)}
    steps = {"cycle": np.array([0, 1, 1]), "charge": np.array([1.0, 5.0, -5.0]), **columns}
    table = per_cycle(steps, {}, {}, np.array([True, True, True]))
    assert table["cycle"].tolist() == [1]
    assert table["efficiency"].tolist() == [1.0]


@pytest.mark.fails_when("physics/laws/kinetics.py", "left = np.maximum(Q, 0.0)", "left = Q")
def test_bulk_lithium_that_is_gone_has_no_area() -> None:
    assert share_of_area(np.array([-1.0, 0.0, 2.0, 1e6]), 2.0) == pytest.approx([0.0, 0.0, 0.5, 1.0], abs=1e-5)
    i = np.linspace(-50, 50, 1001)
    assert np.all(positive_part(i) >= 0)
    assert np.max(np.abs(positive_part(i) - np.maximum(i, 0))) < 0.03


@pytest.mark.fails_when("run.py", "return Mossy() if ages else Planar()", "return Planar()")
def test_a_cell_that_says_how_it_ages_is_run_with_it(bare: ls.Cell) -> None:
    program = ls.Program([ls.Rest("1 s")])
    assert 'kind = "planar"' in ls.run(bare, program, progress=False).manifest.inputs["model"]
    ageing = bare.changed("working.ageing", {"dead_fraction": 0.02})
    result = ls.run(ageing, program, progress=False)
    assert 'kind = "mossy"' in result.manifest.inputs["model"]
    given = {row["path"]: row["given"] for row in result.manifest.numbers}
    assert given["working.ageing.dead_fraction"]
    assert not given["working.ageing.mossy_fraction"]


def test_an_aged_cell_has_another_spectrum() -> None:
    """A spectrum is that of the state in which it is measured."""
    foil = ls.Foil("500 um", ageing=ls.Ageing(dead_fraction=0.1))
    cell = ls.Cell.symmetric(foil, separator="PP 20 um", electrolyte="1 M LiPF6 EC:DMC 1:1", area="1 cm2")
    cycles = ls.Program.strip_plate("1 mA/cm2", "1 mAh/cm2", cycles=20)
    result = ls.run(cell, ls.Program([ls.Spectrum(), *cycles.steps, ls.Spectrum()]), progress=False)
    fresh, old = (result.interface_resistance(n) for n in (0, 1))
    assert old < 0.7 * fresh, "moss adds area"
    electrolyte = [float(spectrum["electrolyte_real_impedance"][0]) for spectrum in result.spectra]
    assert electrolyte[1] > 1.1 * electrolyte[0], "the dead layer lengthens the way"


@pytest.mark.fails_when("physics/cell/inputs.py", "    _check_moss(face, side)\n", "")
def test_a_film_that_takes_more_lithium_than_moss_has_is_refused() -> None:
    """The remedy runs, and moss and dead lithium stay where they can be."""
    cell = ls.Cell.parse(entry("host/bare")).changed("working.ageing.mossy_film_resistance", "10 ohm cm2")
    program = ls.Program.strip_plate("1 mA/cm2", "1 mAh/cm2", cycles=6)
    with pytest.raises(ls.InputError, match="more lithium than the moss under it has") as caught:
        ls.run(cell, program, ls.Mossy(), progress=False)
    assert caught.value.where == "working.ageing.mossy_film_resistance"
    name, _, value = caught.value.do.partition(" = ")
    result = ls.run(cell.changed(f"working.ageing.{name}", value.strip('"')), program, ls.Mossy(), progress=False)
    assert result.status.word == "program completed"
    for each in ("working_mossy_lithium", "working_dead_lithium", "counter_dead_lithium"):
        assert float(result[each].min()) > -1e-6
