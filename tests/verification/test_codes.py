"""Rung 6: independent drivers and solvers agree."""

import numpy as np
import pytest
from scipy.integrate import solve_bvp

import lithoscope as ls
from lithoscope.constants import FARADAY
from lithoscope.physics.cell.engine import pybamm
from lithoscope.physics.cell.params import numbers
from lithoscope.physics.cell.reference import pybamm_cycles, pybamm_spectrum


@pytest.mark.fails_when("physics/cell/control.py", "build(-pybamm.InputParameter", "build(-0.999 * pybamm.InputParameter")
def test_cycles_against_pybamms_experiment(coated: ls.Cell) -> None:
    """The model that a PyBaMM user takes away, run by PyBaMM's own experiment: 1 uV at the ends of half-cycles."""
    theirs = pybamm_cycles(ls.Planar(), coated, 3)()
    ours = ls.run(coated, ls.Program.strip_plate("1 mA/cm2", "1 mAh/cm2", cycles=3), progress=False)
    ends = [float(step["Voltage [V]"].entries[-1]) for cycle in theirs.cycles for step in cycle.steps]
    assert ours.steps["end_voltage"].to_numpy() == pytest.approx(ends, abs=1e-6)
    t = np.linspace(10, 3590, 100)
    assert np.interp(t, ours.trace["time"], ours["voltage"]) == pytest.approx(theirs["Voltage [V]"](t), abs=1e-4)


@pytest.mark.fails_when("physics/cell/system.py", '"[V]": 1.0', '"[V]": 1e4')
def test_loose_potentials_and_salt_do_not_show(bare: ls.Cell) -> None:
    """PyBaMM's own solver at one tight tolerance for all unknowns: 0.01 mV at the ends of half-cycles; 0.5 mV where
    the trace is a straight line between solved points."""
    theirs = pybamm_cycles(ls.Mossy(), bare, 3, rtol=1e-9)()
    ours = ls.run(bare, ls.Program.strip_plate("1 mA/cm2", "1 mAh/cm2", cycles=3), ls.Mossy(), progress=False)
    ends = [float(step["Voltage [V]"].entries[-1]) for cycle in theirs.cycles for step in cycle.steps]
    assert ours.steps["end_voltage"].to_numpy() == pytest.approx(ends, abs=1e-5)
    t = np.geomspace(1e-3, 3590, 200)
    assert np.interp(t, ours.trace["time"], ours["voltage"]) == pytest.approx(theirs["Voltage [V]"](t), abs=5e-4)
    assert ours.ledger.closes


@pytest.mark.fails_when(
    "physics/cell/spectrum.py", "by_inputs[:, J].astype(complex)", "1.001 * by_inputs[:, J].astype(complex)"
)
def test_spectrum_against_pybamms(coated: ls.Cell) -> None:
    theirs = pybamm_spectrum(ls.Planar(), coated)()
    spectrum = ls.run(coated, ls.Program([ls.Spectrum(rest="1 ms")]), progress=False).spectra[0]
    ours = (spectrum["real_impedance"].values + 1j * spectrum["imaginary_impedance"].values) / coated.area.value
    assert np.max(np.abs(ours / theirs - 1)) < 1e-8


def test_the_parts_of_a_spectrum_add_up(coated: ls.Cell) -> None:
    spectrum = ls.run(
        coated, ls.Program([ls.Current("1 mA/cm2", {"duration": "10 min"}), ls.Spectrum()]), progress=False
    ).spectra[0]
    for part in ("real_impedance", "imaginary_impedance"):
        total = sum(spectrum[f"{each}_{part}"] for each in ("working", "counter", "electrolyte"))
        assert spectrum[part].values == pytest.approx(total.values, rel=1e-12, abs=1e-16)


def test_profile_against_a_boundary_value_solver(bare: ls.Cell) -> None:
    """The steady salt profile at 20 mA/cm2 from SciPy's collocation, 1e-4."""
    found, J, T = numbers(bare), 200.0, 298.15
    law, L, N_M = found.transport, found.thickness, found.macmullin_number

    def slope(c: np.ndarray) -> np.ndarray:
        return np.asarray((1 - law.transference_number(c, T)) * J * N_M / (FARADAY * law.diffusivity(c, T)))

    # Unknowns: c / c0 and the salt up to x over that of the whole; x / L from 0 to 1.
    solution = solve_bvp(
        lambda _, y: np.vstack([slope(1000 * y[0]) * L / 1000, y[0]]),
        lambda a, b: np.array([a[1], b[1] - 1]),
        np.linspace(0, 1, 30),
        np.vstack([np.linspace(0.8, 1.2, 30), np.linspace(0, 1, 30)]),
        tol=1e-9,
    )
    result = ls.run(bare, ls.Program([ls.Current("20 mA/cm2", {"duration": "5 min"})]), progress=False)
    profile = result.profiles.isel(time=-1)
    exact = 1000 * solution.sol(profile["position"].values / L)[0]
    assert profile["salt_concentration"].values == pytest.approx(exact, rel=1e-4)


def test_the_model_is_a_plain_pybamm_model(coated: ls.Cell) -> None:
    """It solves with a changed parameter and a replaced function, and its foil runs out in PyBaMM as well."""
    model, values = ls.Planar().to_pybamm(coated)
    assert isinstance(model, pybamm.BaseModel)
    values["Electrolyte conductivity [S.m-1]"] = 1.0
    values["Working initial lithium [C.m-2]"] = 1000.0
    values["Current function [A]"] = -1.13e-3
    solution = pybamm.Simulation(model, parameter_values=values).solve([0, 3600])
    assert solution.termination == "event: lithium exhausted: working electrode"
    assert solution.t[-1] == pytest.approx((1000 - values["Working least lithium [C.m-2]"]) / 10, rel=1e-4)
