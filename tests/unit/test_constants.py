"""Rung 0: constants agree with each other."""

import pytest

from lithoscope import constants as c


@pytest.mark.fails_when("constants.py", "6.02214076e23", "6.02214e23")
def test_products_of_exact_constants() -> None:
    assert pytest.approx(96485.33212331, rel=1e-12, abs=0) == c.FARADAY
    assert pytest.approx(8.31446261815324, rel=1e-14, abs=0) == c.GAS


@pytest.mark.fails_when("constants.py", "1.380649e-23", "1.38065e-23")
def test_boltzmann_in_electronvolt_times_e_is_boltzmann_in_joule() -> None:
    in_electronvolt = 8.617333262145179e-5
    assert pytest.approx(in_electronvolt * c.ELEMENTARY_CHARGE, rel=1e-12, abs=0) == c.BOLTZMANN


@pytest.mark.fails_when("constants.py", "GAS * temperature / FARADAY", "GAS * temperature / 96500")
def test_thermal_voltage() -> None:
    assert c.thermal_voltage(298.15) == pytest.approx(c.BOLTZMANN * 298.15 / c.ELEMENTARY_CHARGE, rel=1e-14, abs=0)


@pytest.mark.fails_when("constants.py", "8.8541878188e-12", "8.8542878188e-12")
def test_permittivity_of_vacuum_and_the_speed_of_light() -> None:
    """eps_0 mu_0 c^2 = 1 with the magnetic constant of the same adjustment."""
    assert pytest.approx(1.0, rel=1e-9) == c.VACUUM_PERMITTIVITY * 1.25663706127e-6 * 299792458.0**2
