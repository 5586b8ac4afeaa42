"""How fast lithium dissolves and deposits: charge transfer through the native film at one face of lithium.

Sign: current and overpotential are positive when lithium is oxidised (stripped).
"""

from __future__ import annotations

from typing import Any

import numpy as np

from lithoscope.constants import BOLTZMANN, thermal_voltage


def overpotential(i: Any, i0: Any, R: Any, T: float) -> Any:
    """Overpotential of one lithium interface: native film in series with symmetric Butler-Volmer kinetics.

    phi = R i + (2 R_g T / F) asinh(i / (2 i0))

    i   current density, A/m2 of active area, any shape; positive strips lithium
    i0  exchange current density, A/m2, positive
    R   resistance of the native film, ohm m2, not negative
    T   temperature, K
    Returns phi in V, shape of i.

    The potential form is used because it is well conditioned at every current; its inverse, i(phi), overflows.
    Validity: one electron, transfer coefficient 1/2.
    Limits: phi -> (R + R_g T / (F i0)) i for |i| << i0; slope 2 R_g T / F per e-fold for |i| >> i0 and R = 0.
    Source: J. Newman and N. P. Balsara, Electrochemical Systems, 4th ed., chapter 8.

    >>> round(float(overpotential(10.0, 4.409, 0.0, 298.15)), 4)
    0.05
    """
    return R * i + 2 * thermal_voltage(T) * np.arcsinh(i / (2 * i0))


def charge_transfer_resistance(i0: float, T: float) -> float:
    """Resistance of charge transfer at zero current, R_ct = R_g T / (F i0), ohm m2.

    i0  exchange current density, A/m2, positive
    T   temperature, K

    >>> round(charge_transfer_resistance(70.6, 298.15) * 1e4, 3)
    3.639
    """
    return thermal_voltage(T) / i0


def exchange_current_density(i0_ref: Any, c: Any, c_ref: Any) -> Any:
    """Exchange current density at a salt concentration, i0 = i0_ref (c / c_ref)^(1/2).

    i0_ref  its value at c_ref, A/m2
    c       salt concentration at the face, mol/m3, not negative
    c_ref   reference concentration, mol/m3
    Validity: transfer coefficient 1/2, activity of lithium ions proportional to the salt concentration.
    """
    return i0_ref * np.sqrt(c / c_ref)


def active_area(Q: Any, Q_min: Any) -> Any:
    """Share of its area that a foil keeps as it runs out, A = Q+ / (Q+ + Q_min).

    Q      lithium left, C/m2
    Q_min  lithium in the last layer, C/m2, F delta_min / V_m
    Q+ = (Q + sqrt(Q^2 + (Q_min/10)^2)) / 2 is Q wherever there is lithium. The area falls to one half when the last layer
    is left; a run ends there as exhausted. It differs from 1 by 6e-6 for a 50 um foil and a layer of 0.3 nm.

    Beyond exhaustion the area stays next to nothing instead of coming back with the ratio of two negative numbers: a
    solver that takes steps of hours could otherwise jump over the end and find everything in order behind it.
    """
    left = (Q + np.sqrt(Q**2 + (Q_min / 10) ** 2)) / 2
    return left / (left + Q_min)


def share_of_area(Q: Any, Q_min: Any) -> Any:
    """Share of the ground that bulk lithium covers where other lithium remains when it is gone, s = Q+ / (Q+ + Q_min).

    Q, Q_min  as in `active_area`; Q+ = max(Q, 0)
    It vanishes linearly with Q, so that what strips the bulk stops as the bulk does. An integrator may end a hair below zero;
    the share is then zero.
    """
    left = np.maximum(Q, 0.0)
    return left / (left + Q_min)


def positive_part(i: Any, smooth: float = 0.05) -> Any:
    """Smooth positive part of a current density, [i]+ = m^3 / (m^2 + s^2) with m = max(i, 0), A/m2.

    i       current density, A/m2, any shape
    smooth  s, below which it is rounded, A/m2

    It is never negative, has two continuous derivatives, and vanishes as i^3 at i = 0, so that a rest makes nothing. The common
    form (i + sqrt(i^2 + s^2)) / 2 is s/2 at rest and would kill lithium there; i/2 (1 + i / sqrt(i^2 + s^2)) is negative for
    i < 0, and what it feeds, such as moss, would become so too.

    >>> float(positive_part(0.0)), round(float(positive_part(10.0)), 4), float(positive_part(-10.0))
    (0.0, 9.9998, 0.0)
    """
    m = np.maximum(i, 0.0)
    return m**3 / (m**2 + smooth**2)


REFERENCE_TEMPERATURE_K = 298.15
"""Temperature at which the numbers of an interface are quoted, K."""


def arrhenius(energy: float, T: float) -> float:
    """How much faster an activated process is at T than at 25 degC, exp(-E/k_B (1/T - 1/298.15 K)).

    energy  activation energy E, J for one particle
    T       temperature, K

    >>> round(arrhenius(0.55 * 1.602176634e-19, 308.15), 3)
    2.003
    """
    return float(np.exp(-energy / BOLTZMANN * (1 / T - 1 / REFERENCE_TEMPERATURE_K)))
