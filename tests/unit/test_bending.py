"""A thin stiff film on a growing surface: the plate, the neutral wave and its limits, buckling, and where it breaks."""

import math

import pytest

from lithoscope.constants import FARADAY
from lithoscope.physics.laws import bending

LAW = "physics/laws/bending.py"
V_M, SLOPE, TENSION, STIFFNESS = 1.3e-5, 30.0, 0.47, 4e-14


@pytest.mark.fails_when(LAW, "thickness**3 / (6 * (1 - poisson_ratio))", "thickness**3 / (12 * (1 - poisson_ratio))")
def test_a_plate_is_that_of_the_textbook() -> None:
    """E = 2 G (1 + nu) in E L^3 / (12 (1 - nu^2))."""
    G, nu, L = 40e9, 0.3, 20e-9
    assert bending.bending_stiffness(G, nu, L) == pytest.approx(2 * G * (1 + nu) * L**3 / (12 * (1 - nu**2)), rel=1e-14, abs=0)


@pytest.mark.fails_when(LAW, "2 * pressure / (tension + root)", "pressure / (tension + root)")
def test_at_the_neutral_wave_nothing_grows() -> None:
    for tension, stiffness in ((TENSION, STIFFNESS), (0.0, STIFFNESS), (-0.3, STIFFNESS), (2.0, 0.0)):
        k = 2 * math.pi / bending.neutral_wavelength(SLOPE, tension, stiffness, V_M)
        rates = [bending.growth_rate(f * k, SLOPE, 1.2, 0.017, tension, stiffness, V_M) for f in (0.9, 1.0, 1.1)]
        assert abs(rates[1]) < 1e-10 * abs(rates[0])
        assert rates[0] > 0 > rates[2], "longer waves grow, shorter ones are held back"


@pytest.mark.fails_when(LAW, "(root - tension) / (2 * stiffness)", "(root + tension) / (2 * stiffness)")
def test_its_limits_are_surface_energy_bending_and_buckling() -> None:
    pressure = SLOPE * FARADAY / V_M
    assert bending.neutral_wavelength(SLOPE, TENSION, 0.0, V_M) == pytest.approx(2 * math.pi * math.sqrt(TENSION / pressure))
    assert bending.neutral_wavelength(SLOPE, 0.0, STIFFNESS, V_M) == pytest.approx(2 * math.pi * (STIFFNESS / pressure) ** 0.25)
    buckled = bending.neutral_wavelength(0.0, -1.0, STIFFNESS, V_M)
    assert buckled == pytest.approx(2 * math.pi * math.sqrt(STIFFNESS), rel=1e-12)
    assert bending.neutral_wavelength(SLOPE, -1.0, 0.0, V_M) == 0.0, "a membrane in compression holds no wave back"
    assert bending.neutral_wavelength(0.0, TENSION, STIFFNESS, V_M) == math.inf


@pytest.mark.fails_when(LAW, "drive / (1 + conductivity * k * resistance)", "drive")
def test_a_resistance_slows_waves_and_moves_none() -> None:
    """Without a film: the rate of the phase field's equations, (V_m/F) k (i - kappa Gamma k^2) / (1 + kappa k r)."""
    kappa, r, i, k = 1.2, 0.017, 20.0, 3e5
    gamma = TENSION * V_M / FARADAY
    expected = V_M / FARADAY * k * (i - kappa * gamma * k**2) / (1 + kappa * k * r)
    assert bending.growth_rate(k, i / kappa, kappa, r, TENSION, 0.0, V_M) == pytest.approx(expected, rel=1e-12, abs=0)


@pytest.mark.fails_when(LAW, "stretch = thickness * k**2 / 2, k**2 / 4", "stretch = thickness * k**2 / 2, k**2 / 2")
def test_a_film_breaks_where_bending_and_stretch_reach_its_strain() -> None:
    L, strain = 15e-9, 0.003
    for k in (1e5, 1e6, 1e7):
        h = bending.breaking_height(k, L, strain)
        assert L * k**2 * h / 2 + (k * h) ** 2 / 4 == pytest.approx(strain, rel=1e-12)
    assert bending.breaking_height(1e6, 1e-12, strain) == pytest.approx(2 * math.sqrt(strain) / 1e6, rel=1e-3)
