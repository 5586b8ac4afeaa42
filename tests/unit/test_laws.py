"""Rung 1: each law by itself: closed forms, limits, symmetry, derivatives."""

import numpy as np
import pytest
from scipy.integrate import quad

from lithoscope.constants import FARADAY, GAS, thermal_voltage
from lithoscope.data import lookup
from lithoscope.physics.laws import films, kinetics, transport

T = 298.15
V_T = thermal_voltage(T)
LAW = transport.LandesfeindGasteiger()


@pytest.mark.fails_when("physics/laws/kinetics.py", "2 * thermal_voltage(T) * np.arcsinh", "thermal_voltage(T) * np.arcsinh")
def test_overpotential_inverts_butler_volmer() -> None:
    phi = np.linspace(-0.3, 0.3, 13)
    i = 2 * 4.0 * np.sinh(phi / (2 * V_T))
    assert np.asarray(kinetics.overpotential(i, 4.0, 0.0, T)) == pytest.approx(phi, abs=1e-14)


@pytest.mark.fails_when("physics/laws/kinetics.py", "R * i + 2", "R * abs(i) + 2")
def test_overpotential_is_odd_and_has_its_limits() -> None:
    i = np.geomspace(1e-6, 1e6, 25)
    assert np.asarray(kinetics.overpotential(-i, 4.0, 0.01, T)) == pytest.approx(
        -np.asarray(kinetics.overpotential(i, 4.0, 0.01, T))
    )
    small = kinetics.overpotential(1e-6, 4.0, 0.01, T) / 1e-6
    assert small == pytest.approx(0.01 + kinetics.charge_transfer_resistance(4.0, T), rel=1e-10)
    tafel = kinetics.overpotential(np.e * 1e6, 4.0, 0.0, T) - kinetics.overpotential(1e6, 4.0, 0.0, T)
    assert tafel == pytest.approx(2 * V_T, rel=1e-8)


@pytest.mark.fails_when("physics/laws/kinetics.py", "return thermal_voltage(T) / i0", "return 2 * thermal_voltage(T) / i0")
def test_charge_transfer_resistance_is_the_slope_at_zero() -> None:
    h = 1e-4
    slope = (kinetics.overpotential(h, 7.0, 0.0, T) - kinetics.overpotential(-h, 7.0, 0.0, T)) / (2 * h)
    assert slope == pytest.approx(kinetics.charge_transfer_resistance(7.0, T), rel=1e-10)


@pytest.mark.fails_when("physics/laws/kinetics.py", "i0_ref * np.sqrt(c / c_ref)", "i0_ref * (c / c_ref)")
def test_exchange_current_density_is_its_reference_at_the_reference() -> None:
    assert kinetics.exchange_current_density(5.0, 1000.0, 1000.0) == 5.0
    assert kinetics.exchange_current_density(5.0, 4000.0, 1000.0) == pytest.approx(10.0, rel=1e-14)


@pytest.mark.fails_when("physics/laws/kinetics.py", "left = (Q + np.sqrt(Q**2 + (Q_min / 10) ** 2)) / 2", "left = Q")
def test_active_area_is_one_half_at_the_last_layer_and_never_comes_back() -> None:
    assert kinetics.active_area(2.2, 2.2) == pytest.approx(0.5, abs=1e-3)
    assert 1 - kinetics.active_area(3.7e5, 2.2) < 1e-5
    assert 0 < kinetics.active_area(-1e5, 2.2) < 1e-6


@pytest.mark.fails_when("data/tables/landesfeind2019_ec_dmc.toml", "0.798", "0.799")
def test_transport_reproduces_published_values() -> None:
    """Conductivities at two states are test values of an independent code; the rest are the numbers quoted for 1 mol/L, 25 degC."""
    assert LAW.conductivity(1000.0, 283.15) == pytest.approx(0.870352, abs=1e-6)
    assert LAW.conductivity(2000.0, 303.15) == pytest.approx(0.839076, abs=1e-6)
    assert LAW.conductivity(1000.0, T) == pytest.approx(1.182, abs=1e-3)
    assert LAW.diffusivity(1000.0, T) == pytest.approx(2.905e-10, abs=1e-13)
    assert LAW.transference_number(1000.0, T) == pytest.approx(0.325, abs=1e-3)
    assert LAW.thermodynamic_factor(1000.0, T) == pytest.approx(2.201, abs=1e-3)


@pytest.mark.fails_when("physics/laws/transport.py", "p3 * T + p6 * T**2", "p3 * T")
def test_horner_form_is_the_printed_polynomial() -> None:
    p = lookup("landesfeind2019_ec_dmc.transference_number").value
    assert isinstance(p, tuple)
    for c in (0.2, 1.0, 2.7):
        for temperature in (283.15, T, 303.15):
            terms = (1, c, temperature, c**2, c * temperature, temperature**2, c**3, c**2 * temperature, c * temperature**2)
            printed = sum(a * b for a, b in zip(p, terms, strict=True))
            assert LAW.transference_number(1000 * c, temperature) == pytest.approx(printed, rel=1e-12)


@pytest.mark.fails_when("physics/laws/transport.py", "np.minimum(c, self.concentrations[1])", "c")
def test_beyond_the_measurements_the_edge_is_used() -> None:
    for name in ("conductivity", "diffusivity", "transference_number", "thermodynamic_factor"):
        assert getattr(LAW, name)(5000.0, T) == getattr(LAW, name)(3000.0, T)


@pytest.mark.parametrize("ratio", [1e-3, 0.5, 1.0, 2.0, 300.0])
@pytest.mark.fails_when(
    "physics/laws/transport.py", "thermal_voltage(T) * ratio * total", "2 * thermal_voltage(T) * ratio * total"
)
def test_concentration_cell_with_constant_properties(ratio: float) -> None:
    law = transport.ConstantTransport(1.0, 3e-10, 0.3, 2.1)
    exact = 2 * GAS * T / FARADAY * 0.7 * 2.1 * np.log(ratio)
    assert transport.diffusion_potential(law, 1000.0, 1000.0 * ratio, T) == pytest.approx(exact, rel=1e-12, abs=1e-15)


@pytest.mark.parametrize(("left", "right"), [(1.0, 3000.0), (10.0, 2000.0), (1000.0, 1100.0), (2000.0, 900.0)])
@pytest.mark.fails_when("physics/laws/transport.py", "leggauss(16)", "leggauss(4)")
def test_diffusion_potential_against_adaptive_quadrature(left: float, right: float) -> None:
    def integrand(u: float) -> float:
        c = np.exp(u)
        return float((1 - LAW.transference_number(c, T)) * LAW.thermodynamic_factor(c, T))

    exact = 2 * V_T * quad(integrand, np.log(left), np.log(right), epsabs=1e-14, epsrel=1e-13, limit=500)[0]
    assert transport.diffusion_potential(LAW, left, right, T) == pytest.approx(exact, abs=1e-9)
    assert transport.diffusion_potential(LAW, right, left, T) == pytest.approx(-exact, abs=1e-9)


def test_laws_take_arrays_and_symbols_alike() -> None:
    """The symbols of the model are evaluated to the same numbers as NumPy gives."""
    from lithoscope.physics.cell.engine import pybamm

    c = np.array([100.0, 1000.0, 3500.0])
    symbol = pybamm.Vector(c)
    for name in ("conductivity", "diffusivity", "transference_number", "thermodynamic_factor"):
        function = getattr(LAW, name)
        assert function(symbol, T).evaluate().ravel() == pytest.approx(function(c, T), rel=1e-14)
    i = np.array([-50.0, 0.0, 3.0])
    assert kinetics.overpotential(pybamm.Vector(i), 4.0, 0.01, T).evaluate().ravel() == pytest.approx(
        kinetics.overpotential(i, 4.0, 0.01, T), rel=1e-14
    )


@pytest.mark.fails_when("physics/laws/films.py", "return thickness / conductivity", "return conductivity / thickness")
def test_film_resistance_and_apex() -> None:
    assert films.areal_resistance(1e-6, 4.5e-4) * 1e4 == pytest.approx(22.2, abs=0.1)
    assert films.apex_frequency(12.5e-4, 1e-3) == pytest.approx(127e3, rel=5e-3)


@pytest.mark.fails_when("physics/laws/films.py", "VACUUM_PERMITTIVITY / thickness", "VACUUM_PERMITTIVITY * thickness / 1e-12")
def test_film_capacitance_falls_with_thickness_and_its_time_constant_does_not() -> None:
    """1 um of a relative permittivity of 113 is 1 mF/m2; R C = eps / sigma whatever the thickness."""
    assert films.areal_capacitance(1e-6, 112.94) == pytest.approx(1e-3, rel=1e-4)
    for thickness in (1e-9, 2e-6):
        RC = films.areal_resistance(thickness, 7e-4) * films.areal_capacitance(thickness, 113.0)
        assert pytest.approx(113.0 * 8.8541878188e-12 / 7e-4, rel=1e-12) == RC


@pytest.mark.fails_when("physics/laws/films.py", "return x**2 / (1 + x**2)", "return x / (1 + x**2)")
def test_what_a_window_shows_of_a_film() -> None:
    """The width of an arc between a frequency and zero, against its impedance; nothing above it and all far below it."""
    R, C, f = 14e-4, 1e-3, 1e5
    seen = (R - (R / (1 + 2j * np.pi * f * R * C)).real) / R
    sigma = 1e-6 / R
    assert films.visible_share(f, sigma, C * 1e-6 / 8.8541878188e-12) == pytest.approx(seen, rel=1e-12)
    assert films.visible_share(1e12, sigma, 30) == pytest.approx(1.0, abs=1e-6)
    assert films.visible_share(1.0, sigma, 30) < 1e-10


@pytest.mark.fails_when("physics/laws/films.py", "(BOLTZMANN * temperature)) / 6", "(BOLTZMANN * temperature)) / 4")
def test_hopping_over_the_barrier_of_the_paper() -> None:
    """0.45 eV and 1e13 1/s give 1.4e-10 cm2/s and 4.5e-6 S/cm at one lithium per cell."""
    barrier = lookup("films.MASnCl3.migration_barrier").to("J")
    volume = lookup("films.MASnCl3.molar_volume").to("m3/mol")
    D = films.hopping_diffusivity(barrier, 5.76e-10, 1e13, T)
    assert pytest.approx(1.4e-10, rel=0.03) == D * 1e4
    assert films.ionic_conductivity(D, 1 / volume, T) / 100 == pytest.approx(4.5e-6, rel=0.03)


@pytest.mark.fails_when("physics/laws/transport.py", "2 * FARADAY * D * c0", "FARADAY * D * c0")
def test_limiting_current_of_the_papers_separator() -> None:
    """37 to 91 mA/cm2 for separators of 20 to 25 um: the thinnest and most open is at the upper end."""
    found = transport.limiting_current_density(2.905e-10, 0.325, 1000.0, 20e-6, 4.5) / 10
    assert found == pytest.approx(92.3, abs=0.5)
