"""The polarisation of a ferroelectric film: its static branches, the field at which it reverses, how it follows a field.

    E = 2 a1 P + 4 a11 P^3 + 6 a111 P^5            Landau, static
    rho dP/dt = E - (2 a1 P + 4 a11 P^3 + 6 a111 P^5)    Landau and Khalatnikov

P and E are components along one direction, both signs alike; the film is one domain. Hysteresis follows from the equation;
there is no rule for switching.
Source: A. F. Devonshire, Phil. Mag. 40 (1949) 1040; L. D. Landau and I. M. Khalatnikov, Dokl. Akad. Nauk SSSR 96 (1954) 469.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
from scipy.optimize import brentq

from lithoscope.errors import InputError

STEPS = 24
"""Newton steps kept inside a bracket, each at worst halving it: 1e-7 of it then, rounding in every case that is met."""

DOUBLINGS = 12
"""Of the largest static polarisation, until its field is above any that is applied."""


class Landau(NamedTuple):
    """Coefficients of f = a1 P^2 + a11 P^4 + a111 P^6, J m/C2, J m5/C4, J m9/C6; a111 is not negative."""

    a1: Any
    a11: Any
    a111: Any


def field(law: Landau, P: Any) -> Any:
    """Field that holds a polarisation, E = 2 a1 P + 4 a11 P^3 + 6 a111 P^5, V/m."""
    square = P * P
    return P * (2 * law.a1 + square * (4 * law.a11 + 6 * law.a111 * square))


def stiffness(law: Landau, P: Any) -> Any:
    """Its slope dE/dP = 2 a1 + 12 a11 P^2 + 30 a111 P^4, m/F; a static state is stable where it is positive."""
    square = P * P
    return 2 * law.a1 + square * (12 * law.a11 + 30 * law.a111 * square)


def turning_points(law: Landau, shift: Any = 0.0) -> tuple[Any, Any]:
    """The two positive polarisations at which dE/dP = -shift, C/m2, smaller first; zero where there is none.

    shift  m/F, not negative; any shape
    With a shift of zero they are the ends of the static branches.
    """
    xp = _arithmetic(shift)
    a, b, c = 30 * law.a111, 12 * law.a11, 2 * law.a1 + xp.asarray(shift)
    inside = b * b - 4 * a * c
    # The two forms of the roots of a quadratic: neither loses digits, and a = 0 is allowed.
    q = -0.5 * (b + (1.0 if b >= 0 else -1.0) * xp.sqrt(xp.maximum(inside, 0.0 * c)))
    first = xp.where((inside > 0) & (q != 0), c / xp.where(q == 0, 1.0, q), 0.0)
    second = xp.where(inside > 0, q / a if a else 0.0 * q, 0.0)
    low, high = xp.minimum(first, second), xp.maximum(first, second)
    return xp.sqrt(xp.maximum(low, 0.0 * low)), xp.sqrt(xp.maximum(high, 0.0 * high))


def _arithmetic(values: Any) -> Any:
    """The array library that values belong to, so that one law serves all of them."""
    return values.__array_namespace__() if hasattr(values, "__array_namespace__") else np


def spontaneous_polarisation(law: Landau) -> float:
    """Polarisation without a field, P_s, C/m2: the outer root of 2 a1 + 4 a11 P^2 + 6 a111 P^4 = 0.

    Raises InputError for coefficients without a polar state.

    >>> round(spontaneous_polarisation(Landau(-1.0, 0.5, 0.0)), 6)
    1.0
    """
    a, b, c = 6 * law.a111, 4 * law.a11, 2 * law.a1
    discriminant = b * b - 4 * a * c
    square = -c / b if a == 0 and b > 0 else (-b + np.sqrt(max(discriminant, 0.0))) / (2 * a) if a > 0 else -1.0
    if discriminant < 0 or not square > 0:
        raise InputError("landau", f"= ({law.a1:g}, {law.a11:g}, {law.a111:g}) has no polar state",
                         expected="a1 < 0, or a11 < 0 and deep enough; a111 >= 0",
                         why="Without one the film is a dielectric and has no polarisation to switch",
                         do="Give a temperature below the Curie point, or polarisation and coercive field")  # fmt: skip
    return float(np.sqrt(square))


def coercive_field(law: Landau) -> float:
    """Field at which the opposite state ceases to exist, E_c, V/m: |E| at the end of the polar branch.

    With a111 = 0 it is (2/3)^(3/2) |a1|^(3/2) / sqrt(a11) * 2, i.e. 4 |a1| P_s / (3 sqrt(3)).

    >>> round(coercive_field(Landau(-1.0, 0.5, 0.0)) * 3 * 3**0.5 / 4, 6)
    1.0
    """
    end = turning_points(law)[1]
    return float(abs(field(law, end)))


def quartic(P_s: float, E_c: float) -> Landau:
    """The coefficients with a111 = 0 of a film known by its polarisation and coercive field: E = k (-P/P_s + (P/P_s)^3).

    P_s  spontaneous polarisation, C/m2, positive;  E_c  intrinsic coercive field, V/m, positive
    k = (3 sqrt(3) / 2) E_c. Measured coercive fields are those of nucleating domains, below the intrinsic one.
    Raises InputError for values that are not positive.

    >>> law = quartic(0.08, 5e7)
    >>> round(spontaneous_polarisation(law), 6), round(coercive_field(law) / 1e7, 6)
    (0.08, 5.0)
    """
    for name, value, unit, example in (("polarisation", P_s, "C/m2", "0.08 C/m2"), ("coercive_field", E_c, "V/m", "50 MV/m")):
        if not value > 0:
            raise InputError(name, f"= {value:g} {unit} is not positive", expected="a positive value",
                             why="Both signs of the polarisation are alike; the sign of a film is that of its start",
                             do=f'Write e.g. {name} = "{example}"')  # fmt: skip
    k = 1.5 * 3**0.5 * E_c
    return Landau(-k / (2 * P_s), k / (4 * P_s**3), 0.0)


def relaxation_time(law: Landau, viscosity: float) -> float:
    """Time in which a polar state answers a small field, tau = rho / (dE/dP at P_s), s.

    viscosity  rho, ohm m
    """
    return viscosity / float(stiffness(law, spontaneous_polarisation(law)))


def follow(law: Landau, P: Any, E: Any, dt: Any, viscosity: Any) -> Any:
    """Polarisation after a step of time in a field, C/m2: backward Euler, on the branch that the equation leads to.

    P + (dt / rho) (E_Landau(P) - E) = P_0

    P_0        polarisation before, C/m2, any shape;  E: field, V/m, of the same shape
    dt         s;  viscosity: rho, ohm m
    The equation has up to five roots. P moves monotonically in one field, so that the right one is the first on the side to
    which it begins to move: between P_0 and the next turning point at which the left side has changed its sign. So a step that
    is far longer than the time of switching, as all steps of a cell are, ends in the static state that is reached and stays on
    its branch below the coercive field.
    Limits: dt -> 0 explicit Euler; dt -> infinity the static branch. Order 1 in dt.
    """
    xp = _arithmetic(P)
    speed = dt / viscosity
    # Mirrored so that P always rises: the law is odd.
    sign = xp.where(field(law, P) < E, 1.0, -1.0)
    start, push = sign * P, sign * E

    def excess(p: Any) -> Any:
        return p - start + speed * (field(law, p) - push)

    inner, outer = turning_points(law, 1 / speed)
    low, high, found = start, _beyond(law, start, push), start > xp.inf
    for end in (-outer, -inner, inner, outer):
        ahead = (end > low) & ~found
        reached = ahead & (excess(end) >= 0)
        high = xp.where(reached, end, high)
        found = found | reached
        low = xp.where(ahead & ~reached, end, low)
    middle = 0.5 * (low + high)
    for _ in range(STEPS):
        wrong = excess(middle)
        high, low = xp.where(wrong >= 0, middle, high), xp.where(wrong >= 0, low, middle)
        slope = 1 + speed * stiffness(law, middle)
        newton = middle - wrong / xp.where(slope > 0, slope, 1.0)
        middle = xp.where((slope > 0) & (newton >= low) & (newton <= high), newton, 0.5 * (low + high))
    return sign * middle


def _beyond(law: Landau, start: Any, push: Any) -> Any:
    """A polarisation whose field is above the applied one."""
    xp = _arithmetic(start)
    size = xp.maximum(xp.abs(start), turning_points(law)[1] + 0.0 * start) + 1e-6
    for _ in range(DOUBLINGS):
        size = xp.where(field(law, size) < push, 2.0 * size, size)
    return size


class Devonshire(NamedTuple):
    """Landau coefficients that depend on temperature, each linear in it.

    a1(T) = slope (T - T_0);  a11, a111(T) = slope (T - reference) + value

    a1    slope, J m/C2/K, and T_0, K;  a11, a111: slope and value at the reference temperature
    """

    a1: tuple[float, float]
    a11: tuple[float, float]
    a111: tuple[float, float]
    reference: float

    def at(self, T: float) -> Landau:
        """The coefficients at a temperature, K."""
        past = T - self.reference
        return Landau(
            self.a1[0] * (T - self.a1[1]), self.a11[0] * past + self.a11[1], self.a111[0] * past + self.a111[1]
        )  # fmt: skip


def curie_temperature(law: Devonshire) -> float:
    """Temperature at which the polar and the unpolar state have the same energy, K.

    a11 < 0 and a11^2 = 4 a1 a111: both minima of a1 P^2 + a11 P^4 + a111 P^6 are zero. With a11 > 0 there it is T_0.
    """
    T_0 = law.a1[1]
    if law.at(T_0).a11 >= 0:
        return T_0

    def excess(T: float) -> float:
        at = law.at(T)
        return at.a11**2 - 4 * at.a1 * at.a111 if at.a11 < 0 else -1.0

    return float(brentq(excess, T_0, T_0 + 100, xtol=1e-9))
