"""Rung 5: what a run must not depend on."""

from typing import Any

import numpy as np
import pytest

import lithoscope as ls
from lithoscope.physics.cell.exact import current_step


def asymmetric() -> ls.Cell:
    """A coated foil against a thinner bare one."""
    return ls.Cell(
        working=ls.Foil("50 um", films=[ls.Film("MASnCl3", "1 um")]),
        counter=ls.Foil("20 um", exchange_current_density="2 mA/cm2"),
        separator="PP 20 um",
        electrolyte="1 M LiPF6 EC:DMC 1:1",
        area="1 cm2",
    )


def mirrored() -> ls.Cell:
    """The same cell seen from the other side."""
    cell = asymmetric()
    return cell.replaced(working=cell.counter_electrode, counter=cell.working)


@pytest.mark.fails_when("physics/cell/equations/base.py", 'self.J if face == "Counter" else -self.J', "self.J")
def test_mirror(simulate: Any) -> None:
    """Swapping the electrodes and the sign of the current turns the voltage around."""
    here = simulate(
        asymmetric(), ls.Current("5 mA/cm2", {"duration": "10 min"}), ls.Rest("1 min"), ls.Spectrum(points_per_decade=2)
    )
    there = simulate(
        mirrored(), ls.Current("-5 mA/cm2", {"duration": "10 min"}), ls.Rest("1 min"), ls.Spectrum(points_per_decade=2)
    )
    grid = np.concatenate([np.linspace(1, 600, 50), np.linspace(601, 660, 20)])
    V = [np.interp(grid, r.trace["time"], r["voltage"]) for r in (here, there)]
    assert V[0] == pytest.approx(-V[1], abs=1e-4), "the resolution of a kept trace"
    ends = [r.steps["end_voltage"].to_numpy() for r in (here, there)]
    assert ends[0] == pytest.approx(-ends[1], abs=1e-7)
    assert here.spectra[0]["real_impedance"].values == pytest.approx(there.spectra[0]["real_impedance"].values, rel=1e-6)
    assert here.spectra[0]["working_real_impedance"].values == pytest.approx(
        there.spectra[0]["counter_real_impedance"].values, rel=1e-6
    )
    assert float(here["working_lithium"][-1]) == pytest.approx(float(there["counter_lithium"][-1]), rel=1e-9)


@pytest.mark.fails_when(
    "physics/cell/control.py", 'area = pybamm.Parameter("Electrode area [m2]")', "area = pybamm.Scalar(1e-4)"
)
def test_areal_numbers_do_not_depend_on_the_area(coated: ls.Cell, simulate: Any) -> None:
    small = simulate(
        coated.replaced(area="0.01 cm2"), ls.Current("1 mA/cm2", {"duration": "10 min"}), ls.Spectrum(points_per_decade=2)
    )
    large = simulate(
        coated.replaced(area="100 cm2"), ls.Current("1 mA/cm2", {"duration": "10 min"}), ls.Spectrum(points_per_decade=2)
    )
    assert float(small["voltage"][-1]) == pytest.approx(float(large["voltage"][-1]), abs=1e-9)
    assert small.spectra[0]["real_impedance"].values == pytest.approx(large.spectra[0]["real_impedance"].values, rel=1e-9)
    assert large.area / small.area == pytest.approx(1e4)


def test_two_halves_make_a_whole(coated: ls.Cell, simulate: Any) -> None:
    """A step that is cut in two ends in the same state."""
    whole = simulate(coated, current_step(10.0, 1200.0))
    halves = simulate(coated, current_step(10.0, 600.0), current_step(10.0, 600.0))
    for name in ("voltage", "working_lithium", "counter_salt_concentration"):
        assert float(halves[name][-1]) == pytest.approx(float(whole[name][-1]), rel=1e-6)


@pytest.mark.fails_when(
    "physics/cell/solve.py",
    "self.system.state_from(system, stretch.y[:, -1])",
    "self.system.state_from(system, stretch.y[:, -2])",
)
def test_a_cycle_does_not_know_when_it_is_run(coated: ls.Cell) -> None:
    """Without ageing every later cycle is like the second, however late it is, and brings the lithium back."""
    program = ls.Program.strip_plate("1 mA/cm2", "1 mAh/cm2", cycles=30)
    result = ls.run(coated, program, progress=False)
    late = result.steps["mean_voltage"].to_numpy()[2:]
    assert np.ptp(np.abs(late)) < 1e-7
    assert float(result["charge_passed"][-1]) == pytest.approx(0, abs=1e-5)
    assert float(result["working_lithium"][-1] - result["working_lithium"][0]) == pytest.approx(0, abs=0.1)


def test_same_inputs_give_the_same_bits(coated: ls.Cell, bare: ls.Cell) -> None:
    """Also with other runs between, and for a system that another cell of the same structure has used."""
    program = ls.Program.strip_plate("1 mA/cm2", "0.1 mAh/cm2", cycles=2)
    first = ls.run(coated, program, progress=False)
    ls.run(bare, program, progress=False)
    ls.run(coated.changed("working.films.0.thickness", "3 um"), program, progress=False)
    again = ls.run(coated, program, progress=False)
    assert first.tree.identical(again.tree)
    assert first.manifest.run_id == again.manifest.run_id


def test_current_and_voltage_control_describe_one_cell(coated: ls.Cell, simulate: Any) -> None:
    """Holding the voltage that a steady current needs draws that current."""
    driven = simulate(coated, ls.Current("1 mA/cm2", {"duration": "10 min"}))
    V = float(driven["voltage"][-1])
    held = simulate(coated, ls.Voltage(f"{V!r} V", {"duration": "10 min"}))
    assert float(held["current_density"][-1]) == pytest.approx(10.0, rel=1e-6)
    assert float(held["voltage"][-1]) == pytest.approx(V, abs=1e-9)


def test_tolerance_and_mesh_do_not_decide_the_answer(coated: ls.Cell, simulate: Any) -> None:
    """0.01 mV between the default and a much finer run."""
    default = simulate(coated, ls.Current("1 mA/cm2", {"duration": "1 h"}))
    fine = simulate(coated, ls.Current("1 mA/cm2", {"duration": "1 h"}), cells=160, relative_tolerance=1e-9)
    assert float(default["voltage"][-1]) == pytest.approx(float(fine["voltage"][-1]), abs=1e-5)


def test_a_salt_that_does_not_leak(coated: ls.Cell, simulate: Any) -> None:
    """The anions are blocked at both faces, also near depletion and for the fitted electrolyte."""
    result = simulate(coated, ls.Current("40 mA/cm2", {"duration": "1 min"}), ls.Current("-40 mA/cm2", {"duration": "1 min"}))
    salt = result["electrolyte_lithium"].values
    assert np.ptp(salt) / salt[0] < 1e-12
    assert float(result["counter_salt_concentration"].min()) < 600, "the profile is steep"
