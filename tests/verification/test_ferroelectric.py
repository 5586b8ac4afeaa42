"""The ferroelectric law: static states, coercive field, and hysteresis that follows from the equation alone."""

import numpy as np
import pytest
from scipy.integrate import solve_ivp

from lithoscope.errors import InputError
from lithoscope.physics.laws.ferroelectric import (
    Landau,
    coercive_field,
    field,
    follow,
    quartic,
    relaxation_time,
    spontaneous_polarisation,
    stiffness,
    turning_points,
)

LAW = "physics/laws/ferroelectric.py"

BATIO3 = Landau(3.34e5 * (298.15 - 381), 4.69e6 * (298.15 - 393) - 2.02e8, -5.52e7 * (298.15 - 393) + 2.76e9)
FIRST_ORDER = Landau(1.0, -4.0, 3.0)
LAWS = {"BaTiO3": BATIO3, "polymer": quartic(0.08, 5e7), "first order": FIRST_ORDER}


@pytest.mark.fails_when(
    LAW, "a, b, c = 6 * law.a111, 4 * law.a11, 2 * law.a1", "a, b, c = 6 * law.a111, 3 * law.a11, 2 * law.a1"
)
@pytest.mark.parametrize("name", LAWS)
def test_the_spontaneous_polarisation_needs_no_field(name: str) -> None:
    law = LAWS[name]
    P = spontaneous_polarisation(law)
    assert abs(field(law, P)) < 1e-9 * coercive_field(law)
    assert stiffness(law, P) > 0
    assert spontaneous_polarisation(BATIO3) == pytest.approx(0.2652, abs=1e-4)


@pytest.mark.fails_when(LAW, "k = 1.5 * 3**0.5 * E_c", "k = 1.5 * E_c")
def test_the_coercive_field_of_a_quartic_is_the_closed_one() -> None:
    """E_c = 2 (-a)^(3/2) / (3 sqrt(3) sqrt(b)) for f = a P^2 / 2 + b P^4 / 4."""
    law = quartic(0.08, 5e7)
    a, b = 2 * law.a1, 4 * law.a11
    assert coercive_field(law) == pytest.approx(5e7, rel=1e-8)
    assert coercive_field(law) == pytest.approx(2 * (-a) ** 1.5 / (3 * 3**0.5 * b**0.5), rel=1e-8)
    assert spontaneous_polarisation(law) == pytest.approx((-a / b) ** 0.5, rel=1e-8)


@pytest.mark.fails_when(LAW, "reached = ahead & (excess(end) >= 0)", "reached = ahead & (end > 0) & (excess(end) >= 0)")
@pytest.mark.parametrize("name", LAWS)
def test_the_loop_at_a_low_rate_is_the_static_curve(name: str) -> None:
    """P(E) lies on the Landau curve to 1 % of E_c, and reverses within 1 % of the coercive field, both ways."""
    law = LAWS[name]
    E_c, P = coercive_field(law), np.array(-spontaneous_polarisation(law))
    top = 1.6 * max(E_c, 0.0)
    E = top * np.sin(np.linspace(0, 4 * np.pi, 1601))
    loop = np.empty_like(E)
    for n, each in enumerate(E):
        P = follow(law, P, np.array(each), 1.0, 1e-6 * E_c)
        loop[n] = P
    off = abs(field(law, loop) - E) / E_c
    assert off.max() < 0.01
    jumps = abs(np.diff(loop)) > 0.3 * spontaneous_polarisation(law)
    if name != "first order":
        assert jumps.sum() == 4
        assert abs(E[1:][jumps]) / E_c == pytest.approx(1.0, abs=0.01)
        assert np.sign(E[1:][jumps]).tolist() == [1, -1, 1, -1]
    area = abs(np.trapezoid(loop[800:], E[800:]))
    assert area > E_c * turning_points(law)[1]


@pytest.mark.fails_when(LAW, "(newton >= low) & (newton <= high)", "(newton > low) & (newton < high)")
def test_below_the_coercive_field_the_polarisation_stays() -> None:
    """However long the step; and a field just above reverses it."""
    for law in LAWS.values():
        E_c, P_s = coercive_field(law), np.array(-spontaneous_polarisation(law))
        if law is FIRST_ORDER:
            continue
        held = follow(law, P_s, np.array(0.999 * E_c), 1e6, 1.0)
        assert float(held) < 0
        assert float(field(law, held)) == pytest.approx(0.999 * E_c, rel=1e-9)
        reversed_ = follow(law, P_s, np.array(1.001 * E_c), 1e6, 1.0)
        assert float(reversed_) > 0
        assert float(field(law, reversed_)) == pytest.approx(1.001 * E_c, rel=1e-9)


@pytest.mark.fails_when(
    LAW, "return p - start + speed * (field(law, p) - push)", "return p - start + 1.1 * speed * (field(law, p) - push)"
)
def test_switching_in_time_follows_the_equation_to_first_order() -> None:
    law, rho = quartic(0.08, 5e7), 2.0
    tau, P_s, E = relaxation_time(law, rho), spontaneous_polarisation(law), 1.3 * coercive_field(law)
    end = 8 * tau
    exact = solve_ivp(lambda _, P: (E - field(law, P)) / rho, (0, end), [-P_s], rtol=1e-11, atol=1e-13).y[0, -1]
    errors = []
    for steps in (100, 200, 400):
        P = np.array(-P_s)
        for _ in range(steps):
            P = follow(law, P, np.array(E), end / steps, rho)
        errors.append(abs(float(P) - exact))
    assert abs(exact) < 0.9 * P_s
    assert np.log2(np.divide(errors[:-1], errors[1:])) == pytest.approx(1.0, abs=0.15)


@pytest.mark.fails_when(LAW, "if discriminant < 0 or not square > 0:", "if discriminant < -1e9:")
def test_a_law_without_a_polar_state_is_refused() -> None:
    with pytest.raises(
        InputError, match=r"landau = \(1, 1, 0\) has no polar state\. Expected a1 < 0.*Give a temperature below"
    ):
        spontaneous_polarisation(Landau(1.0, 1.0, 0.0))
    assert spontaneous_polarisation(quartic(0.08, 5e7)) == pytest.approx(0.08)
    with pytest.raises(
        InputError, match=r'coercive_field = -5e\+07 V/m is not positive.*Write e\.g\. coercive_field = "50 MV/m"'
    ):
        quartic(0.08, -5e7)
