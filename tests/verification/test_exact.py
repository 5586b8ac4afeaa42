"""Rung 2: the planar cell against exact solutions, each at a tolerance at most three times above the observed error."""

from typing import Any

import numpy as np
import pytest
from scipy.integrate import quad
from scipy.optimize import brentq

import lithoscope as ls
from lithoscope.constants import FARADAY, thermal_voltage
from lithoscope.physics.cell.exact import Slab, current_step, foil_life, interface_impedance
from lithoscope.physics.cell.params import numbers
from lithoscope.physics.contract import ExactCase
from lithoscope.physics.laws.kinetics import charge_transfer_resistance
from lithoscope.physics.laws.transport import LandesfeindGasteiger

EQUATIONS, BASE, FOIL = (f"physics/cell/equations/{name}.py" for name in ("planar", "base", "foil"))


@pytest.mark.parametrize("case", ls.Planar().exact_cases(), ids=lambda case: case.name)
@pytest.mark.fails_when(
    "physics/cell/equations/base.py", "1 - law.transference_number(c, T)", "1 - 0.9 * law.transference_number(c, T)"
)
def test_exact_cases_of_the_model(case: ExactCase) -> None:
    error = case.error()
    assert error <= case.tolerance, f"{case.name}: {error:.2e}"


@pytest.mark.fails_when(FOIL, 'area = P(f"{face} roughness") * active_area(left, least)', 'area = P(f"{face} roughness")')
def test_a_foil_of_a_tenth_of_a_micrometre_gives_what_it_holds(simulate: Any) -> None:
    """0.0206 mAh/cm2 within 1 %, and it ends exhausted: a lithium electrode without an inventory gives a hundred times more."""
    cell = ls.Cell.symmetric(ls.Foil("0.1 um"), separator="PP 20 um", electrolyte="1 M LiPF6 EC:DMC 1:1", area="1.13 cm2")
    result = simulate(cell, ls.Current("1 mA/cm2", {"duration": "10 h"}))
    delivered = float(result["charge_passed"][-1]) / 36e3
    assert result.status.word == "lithium exhausted"
    assert result.status.detail.startswith("working electrode")
    assert delivered == pytest.approx(0.0206, rel=0.01)
    face = numbers(cell).working
    assert result.status.time == pytest.approx(foil_life(face.lithium, face.least_lithium, 10.0), rel=1e-4)
    assert float(result["working_potential"][-1]) > float(result["working_potential"][-2]), "its area falls as it runs out"


def test_fifty_micrometres_last_ten_hours(simulate: Any) -> None:
    """10.31 h at 1 mA/cm2, on the electrode that is stripped; the sign says which."""
    for sign, face in (("", "working"), ("-", "counter")):
        cell = Slab().cell(thickness="50 um")
        result = simulate(cell, ls.Current(f"{sign}1 mA/cm2", {"duration": "20 h"}))
        assert result.status.time / 3600 == pytest.approx(10.31, abs=0.005)
        assert result.status.detail.startswith(f"{face} electrode")


@pytest.mark.fails_when(EQUATIONS, "/ (eps * L)", "/ L")
def test_sand_concentration_converges_with_order_two(simulate: Any) -> None:
    slab = Slab(L=500e-6)
    J = 12 * slab.limiting_current_density
    t = 0.64 * slab.sand_time(J)
    exact = float(slab.sand_concentration(J, t))
    errors = []
    for cells in (50, 100, 200, 400):
        result = simulate(slab.cell(thickness="5 mm"), current_step(J, t), cells=cells, relative_tolerance=1e-9)
        errors.append(abs(float(result["counter_salt_concentration"][-1]) - exact))
    orders = np.log2(np.array(errors[:-1]) / errors[1:])
    assert errors[0] > 1e-3 * exact, "the coarse mesh is wrong enough for the order to mean something"
    assert np.all(orders > 1.9), orders


@pytest.mark.fails_when("physics/cell/exact.py", "return float(np.pi * self.eps", "return float(2 * np.pi * self.eps")
def test_sand_time(simulate: Any) -> None:
    """The salt at the plated face is gone at Sand's time, within 1 %."""
    slab = Slab(L=500e-6)
    J = 12 * slab.limiting_current_density
    result = simulate(slab.cell(thickness="5 mm"), current_step(J, 10 * slab.sand_time(J)), cells=400, relative_tolerance=1e-8)
    assert result.status.word == "salt depleted"
    assert result.status.detail.startswith("counter electrode")
    assert result.status.time == pytest.approx(slab.sand_time(J), rel=0.01)


def test_a_voltage_step_to_depletion(simulate: Any) -> None:
    """The current falls as one over the root of time, within 1 %."""
    slab = Slab(L=500e-6, kappa=1000.0)
    # Both faces together hold 2 c0 while neither feels the other, so their ratio sets both.
    V = 0.2
    ratio = brentq(lambda r: slab.concentration_potential(r) - V, 1.0001, 1e6)
    c_face = 2 * slab.c0 / (1 + ratio)
    duration = 0.02 / slab.slowest_rate()
    result = simulate(slab.cell(), ls.Voltage(f"{V} V", {"duration": f"{duration!r} s"}), cells=400, relative_tolerance=1e-8)
    t, J = result.trace["time"].values, result["current_density"].values
    late = t > 0.3 * duration
    assert late.sum() > 5, "the current is kept where the voltage is flat"
    assert J[late] == pytest.approx(slab.depletion_current_density(c_face, t[late]), rel=0.01)


@pytest.mark.fails_when(BASE, "diffusion - J * ohmic", "diffusion - 0.99 * J * ohmic")
def test_interface_semicircle(simulate: Any) -> None:
    """With t+ = 1 there is no diffusion: two interfaces, two films and a resistance, at every frequency."""
    slab = Slab(t_plus=1.0)
    film = ls.Film("x", "1 um", "1e-6 S/cm", 113)
    cell = slab.cell(
        exchange_current_density="1 mA/cm2",
        double_layer_capacitance="10 uF/cm2",
        native_film=ls.NativeFilm("10 nm", "1e-8 S/cm"),
        films=[film],
        least_thickness="0.1 nm",
        thickness="10 mm",
    )
    spectrum = simulate(cell, ls.Spectrum("1 MHz", "1 mHz")).spectra[0]
    face = numbers(cell).working
    f = spectrum["frequency"].values
    R = face.native_film_resistance + charge_transfer_resistance(face.exchange_current_density, slab.T)
    # The active area is below the geometric one by the share of the last layer.
    area = face.lithium / (face.lithium + face.least_lithium)
    one = interface_impedance(R / area, face.double_layer_capacitance, f)
    one = one + interface_impedance(face.films[0].resistance, face.films[0].capacitance, f)
    Z = spectrum["real_impedance"].values + 1j * spectrum["imaginary_impedance"].values
    assert np.max(np.abs(Z / (2 * one + slab.ohmic_resistance()) - 1)) < 1e-8
    working = spectrum["working_real_impedance"].values + 1j * spectrum["working_imaginary_impedance"].values
    assert np.max(np.abs(working / one - 1)) < 1e-8


@pytest.mark.fails_when("physics/cell/spectrum.py", "+ direct[:, J]", "")
def test_charge_transfer_resistance_is_the_slope_of_the_polarisation_curve(bare: ls.Cell, simulate: Any) -> None:
    """R from the spectrum at low frequency against V / J of a small steady current, 0.5 %."""
    spectrum = simulate(bare, ls.Spectrum("1 Hz", "100 uHz")).spectra[0]
    steady = simulate(bare, ls.Current("1e-3 mA/cm2", {"duration": "1 h"}))
    slope = float(steady["voltage"][-1]) / 0.01
    assert float(spectrum["real_impedance"][-1]) == pytest.approx(slope, rel=5e-3)
    assert float(spectrum["real_impedance"][-1]) == pytest.approx(slope, rel=5e-5), "observed: 1e-5"


@pytest.mark.fails_when("physics/cell/equations/base.py", "pybamm.grad(c)) + carried", "pybamm.grad(c))")
def test_steady_profile_of_the_measured_electrolyte(bare: ls.Cell, simulate: Any) -> None:
    """With D(c) and t+(c) the profile is implicit, x(c) = int D F / ((1 - t+) J N_M) dc: order two in space."""
    law, T, J = LandesfeindGasteiger(), 298.15, 300.0
    N_M, L = 6.0, 20e-6
    # At 30 mA/cm2 the film of the cell would cost more than any cycler has.
    cell = bare.changed("working.native_film.conductivity", "1e-6 S/cm")

    def length(c0: float, c1: float) -> float:
        integrand = lambda c: law.diffusivity(c, T) * FARADAY / ((1 - law.transference_number(c, T)) * J * N_M)  # noqa: E731
        return float(quad(integrand, c0, c1, epsrel=1e-12)[0])

    def top(c0: float) -> float:
        return float(brentq(lambda c: length(c0, c) - L, c0, 3000, xtol=1e-10))

    def salt(c0: float) -> float:
        weighted = lambda c: c * law.diffusivity(c, T) * FARADAY / ((1 - law.transference_number(c, T)) * J * N_M)  # noqa: E731
        return float(quad(weighted, c0, top(c0), epsrel=1e-12)[0] / L)

    bottom = float(brentq(lambda c: salt(c) - 1000, 100, 999, xtol=1e-9))
    errors = []
    for cells in (10, 20, 40, 80):
        result = simulate(cell, current_step(J, 200.0), cells=cells, relative_tolerance=1e-9)
        errors.append(abs(float(result["counter_salt_concentration"][-1]) - bottom))
    orders = np.log2(np.array(errors[:-1]) / errors[1:])
    assert errors[-1] < 1.0
    assert np.all(np.abs(orders - 2) < 0.1), (errors, orders)


@pytest.mark.fails_when("physics/cell/control.py", "self.current_density}", "self.current_density + 1e-12}")
def test_nothing_happens_at_rest(coated: ls.Cell, simulate: Any) -> None:
    """Zero current, long time: bitwise the same."""
    result = simulate(coated, ls.Rest("1000 h"))
    for name in ("voltage", "working_lithium", "counter_lithium", "working_salt_concentration", "electrolyte_lithium"):
        values = result[name].values
        assert np.all(values == values[0]), name
    assert float(result["voltage"][0]) == 0.0
    assert np.all(result.profiles["salt_concentration"].values == 1000.0)


def amplitude_and_phase(t: np.ndarray, x: np.ndarray, f: float) -> complex:
    """Complex amplitude of a settled sine by projection over whole periods."""
    w = np.exp(-2j * np.pi * f * t)
    return complex(2 * np.trapezoid(x * w, t) / (t[-1] - t[0]))


@pytest.mark.parametrize("frequency", [300.0, 3.0, 0.03])
@pytest.mark.fails_when("physics/cell/spectrum.py", "2j * np.pi, 0.0", "3j * np.pi, 0.0")
def test_spectrum_is_the_small_signal_response_in_time(frequency: float, coated: ls.Cell, simulate: Any) -> None:
    """A sine of 1 uA/cm2 in time, run by PyBaMM on the same equations after a rest, against the linearised spectrum: 1 %."""
    from lithoscope.physics.cell.engine import pybamm

    decade = simulate(coated, ls.Spectrum(f"{frequency * 1.01!r} Hz", f"{frequency / 1.01!r} Hz", 100)).spectra[0]
    Z = decade["real_impedance"].values + 1j * decade["imaginary_impedance"].values
    expected = np.interp(0.0, [-1, 1], [0, 1]) * (Z[0] + Z[-1])
    model, values = ls.Planar().to_pybamm(coated)
    area, periods = coated.area.value, 30
    omega = 2 * np.pi * frequency
    values["Current function [A]"] = lambda t: -0.01 * area * pybamm.sin(omega * t)
    solver = pybamm.IDAKLUSolver(
        rtol=1e-8, atol=1e-10, options={"dt_init": 1e-9, "dt_max": 0.02 / frequency, "suppress_algebraic_error": True}
    )
    solution = pybamm.Simulation(model, parameter_values=values, solver=solver).solve([0, periods / frequency])
    t = np.linspace((periods - 10) / frequency, periods / frequency, 20001)
    measured = amplitude_and_phase(t, solution["Voltage [V]"](t), frequency) / amplitude_and_phase(
        t, 0.01 * np.sin(omega * t), frequency
    )
    assert abs(measured / expected - 1) < 0.01, (measured, expected)


@pytest.mark.fails_when(FOIL, "cell.rhs[Q] = area * i", "cell.rhs[Q] = 0.99999 * area * i")
def test_lithium_closes_over_a_hundred_cycles(coated: ls.Cell) -> None:
    """1e-9 of the inventory, and every reservoir agrees with the quadrature of its flux to 1e-6."""
    result = ls.run(coated, ls.Program.strip_plate("1 mA/cm2", "1 mAh/cm2", cycles=100), progress=False)
    assert result.status.word == "program completed"
    assert result.ledger.residual < 1e-9
    assert set(result.ledger.reservoirs) == {
        "working_lithium",
        "counter_lithium",
        "electrolyte_lithium",
        "double_layer_lithium",
    }
    for name, reservoir in result.ledger.reservoirs.items():
        assert reservoir.mismatch < 1e-6, name
    passed = result.ledger.reservoirs["working_lithium"].passed
    assert passed == pytest.approx(200 * 36000, rel=1e-5)


@pytest.mark.fails_when(BASE, "content = -sum(", "content = -0.99 * sum(")
def test_double_layers_are_in_the_books() -> None:
    """Two thin foils that are not alike, so that the ions in their double layers are a millionth of all lithium and do not cancel."""
    cell = ls.Cell(
        working=ls.Foil("2 um", roughness=3),
        counter=ls.Foil("1 um", films=[ls.Film("MASnCl3", "1 um")], exchange_current_density="0.1 mA/cm2"),
        separator="PP 20 um",
        electrolyte="1 M LiPF6 EC:DMC 1:1",
        area="1 cm2",
    )
    result = ls.run(cell, ls.Program.strip_plate("1 mA/cm2", "0.02 mAh/cm2", cycles=100), progress=False)
    content = result["double_layer_lithium"].values
    assert np.ptp(content) > 1e-7 * result.ledger.initial
    assert result.ledger.residual < 1e-9
    assert result.ledger.closes


def test_the_potential_of_a_concentration_cell(simulate: Any) -> None:
    """After a current is switched off the cell shows (2RT/F)(1 - t+) chi ln(c1/c2) of its two faces, 1e-8."""
    slab = Slab()
    result = simulate(
        slab.cell(double_layer_capacitance="1e-3 uF/cm2", exchange_current_density="10 mA/cm2"),
        current_step(0.5 * slab.limiting_current_density, 2 / slab.slowest_rate()),
        ls.Rest("1 s"),
        relative_tolerance=1e-9,
    )
    working, counter = (float(result[f"{face}_salt_concentration"][-1]) for face in ("working", "counter"))
    assert working > counter + 100
    assert float(result["voltage"][-1]) == pytest.approx(slab.concentration_potential(working / counter), rel=1e-8)


def test_thermal_voltage_enters_where_it_should(simulate: Any) -> None:
    """Kinetics at another temperature: V = (4RT/F) asinh(J / 2 i0) + R J."""
    slab = Slab(t_plus=1.0, T=318.15)
    cell = slab.cell(exchange_current_density="1 mA/cm2", thickness="10 mm", least_thickness="0.1 nm", activation_energy="0 eV")
    V = float(simulate(cell, current_step(30.0, 1.0), relative_tolerance=1e-9)["voltage"][-1])
    native = 2 * numbers(cell).working.native_film_resistance
    exact = 4 * thermal_voltage(318.15) * np.arcsinh(1.5) + (slab.ohmic_resistance() + native) * 30
    assert pytest.approx(exact, rel=1e-7) == V
