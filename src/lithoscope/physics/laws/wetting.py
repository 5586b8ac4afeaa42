"""Whether a melt goes into a mat of fibres, how fast it climbs, how high and how much of it.

A liquid goes in if that lowers the energy of the surfaces: each area of fibre that it covers gains gamma cos(theta). Contact
angles are measured; that a reaction (ZnO + 3 Li -> LiZn + Li2O) lowers them is an observation and not computed here.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np
from scipy.special import lambertw

GRAVITY = 9.80665
"""Standard acceleration, m/s2."""


def wets(contact_angle: float) -> bool:
    """Whether a mat draws the liquid in by itself: below 90 degrees.

    contact_angle  theta, rad, on the material of the fibres
    Validity: a mat of fibres that are much thinner than the mat, so that the top counts for nothing.
    """
    return math.cos(contact_angle) > 0


def pore_radius(area: float, solid: float) -> float:
    """Radius of the tube with as much wall per volume of pore as a mat has, r = 2 (1 - f) / a, m.

    area   a, surface of the fibres per volume of the mat, 1/m
    solid  f, their volume fraction
    The capillary pressure of this tube, 2 gamma cos(theta) / r, is that of the mat: the energy gained per volume of liquid.
    """
    return 2 * (1 - solid) / area


def capillary_pressure(tension: float, contact_angle: float, radius: float) -> float:
    """Pressure with which a tube draws a liquid in, 2 gamma cos(theta) / r, Pa; negative if it does not wet.

    tension        gamma, N/m
    contact_angle  theta, rad
    radius         r, m
    Source: Young and Laplace.

    >>> round(capillary_pressure(0.4, 0.0, 1e-6) / 1e5, 1)
    8.0
    """
    return 2 * tension * math.cos(contact_angle) / radius


def highest_rise(pressure: float, density: float) -> float:
    """Height at which the weight of the liquid balances the capillary pressure, p / (rho g), m.

    pressure  p, Pa;  density  rho, kg/m3
    Source: J. Jurin, Phil. Trans. 30 (1718) 739.
    """
    return pressure / (density * GRAVITY)


def washburn_height(t: Any, pressure: float, radius: float, viscosity: float) -> Any:
    """Height of the liquid without gravity, h = sqrt(p r^2 t / (4 eta)), m.

    t          time, s
    pressure   p = 2 gamma cos(theta) / r, Pa, positive
    radius     r, m;  viscosity  eta, Pa s
    With p of a tube it is sqrt(gamma r cos(theta) t / (2 eta)).
    Validity: slow enough for Poiseuille's law, low enough for gravity to play no part; liquid waits below.
    Source: E. W. Washburn, Phys. Rev. 17 (1921) 273.
    """
    return np.sqrt(pressure * radius**2 * np.asarray(t) / (4 * viscosity))


def height(t: Any, pressure: float, radius: float, viscosity: float, density: float) -> Any:
    """Height of the liquid against gravity, m: h = h_e (1 + W(-exp(-1 - k t))),   k = rho g r^2 / (8 eta h_e).

    It solves dh/dt = r^2 / (8 eta) (p / h - rho g) with h(0) = 0; W is the principal branch of Lambert's function, h_e the
    highest rise. Arguments as in `washburn_height`; density rho, kg/m3.
    Limits: Washburn's law for t -> 0; h_e for t -> infinity.
    Source: N. Fries and M. Dreyer, J. Colloid Interface Sci. 320 (2008) 259.
    """
    most = highest_rise(pressure, density)
    rate = density * GRAVITY * radius**2 / (8 * viscosity * most)
    argument: Any = -np.exp(-1 - rate * np.asarray(t))
    return most * (1 + np.real(lambertw(argument)))


def time_to_rise(h: float, pressure: float, radius: float, viscosity: float, density: float) -> float:
    """Time after which the liquid stands at a height, s; infinite above the highest rise.

    t = -(8 eta h_e / (rho g r^2)) (h / h_e + ln(1 - h / h_e)); arguments as in `height`.
    """
    most = highest_rise(pressure, density)
    if h >= most:
        return math.inf
    share = h / most
    return -8 * viscosity * most / (density * GRAVITY * radius**2) * (share + math.log1p(-share))


def fastest_speed(pressure: float, density: float) -> float:
    """Speed of the first moment, in which only inertia holds the liquid back, sqrt(p / rho), m/s.

    Source: C. H. Bosanquet, Phil. Mag. 45 (1923) 525, limit t -> 0.
    """
    return math.sqrt(pressure / density)
