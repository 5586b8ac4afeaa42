"""Rates of the reactions of a network as tables, ln H and its slope: the laws stand in `laws.electron_transfer`.

The quadrature of Marcus, Hush and Chidsey is done once for every reorganisation energy; between the points of a table stands a
cubic spline, exact to 3e-10 for steps of 0.25 thermal voltages.

Temperature. A rate k is that at the potential of its reaction, U_k, at 25 degC; its activation energy E_a is that of the rate
at the potential of lithium, 0 V, where rates on lithium are measured. With y_0 = -F U_k / (R T), l = lambda / (R T)

    k(T) H(y; l) = k exp(-E_a / k_B (1/T - 1/298.15 K)) H_298(y_0) H_T(y) / H_T(y_0)

so that ln r has the slope -E_a / k_B over 1/T at 0 V whatever the law is, and the larger one that the law itself asks for where
the electrons stand higher.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Literal

import numpy as np
from numpy.typing import NDArray
from scipy.interpolate import CubicSpline

from lithoscope.constants import thermal_voltage
from lithoscope.physics.laws.electron_transfer import butler_volmer, dissociative, marcus_hush_chidsey
from lithoscope.physics.laws.kinetics import REFERENCE_TEMPERATURE_K, arrhenius

Array = NDArray[np.float64]
RateLaw = Literal["marcus-hush-chidsey", "dissociative", "butler-volmer"]

STEP = 0.25
"""Distance of the points of a table, thermal voltages."""


@dataclass(frozen=True, slots=True)
class RateTable:
    """ln H(y) of several reactions on one grid of y.

    least         y of the first point
    coefficients  of the cubics, highest power first, shape (reactions, 4, intervals)
    """

    least: float
    coefficients: Array


def rate_table(law: RateLaw, energies: Sequence[float], alpha: float, least: float, most: float) -> RateTable:
    """The table of reactions.

    energies     l of each reaction, over R T: of reorganisation, with the bond energy for the dissociative law
    alpha        transfer coefficient, of Butler-Volmer kinetics only
    least, most  range of y
    """
    cells = int(np.ceil((most - least) / STEP))
    rows = [_cubics(law, round(float(energy), 9), alpha, least, cells) for energy in energies]
    return RateTable(least, np.stack(rows) if rows else np.zeros((0, 4, cells)))


@lru_cache(maxsize=64)
def _cubics(law: RateLaw, energy: float, alpha: float, least: float, cells: int) -> Array:
    y: Array = least + STEP * np.arange(cells + 1, dtype=float)
    return np.ascontiguousarray(CubicSpline(y, relative(law, y, energy, alpha)).c)


def relative(law: RateLaw, y: Array, energy: float, alpha: float) -> Array:
    """ln H(y). energy: l, over R T; alpha: of Butler-Volmer kinetics only."""
    values = {
        "marcus-hush-chidsey": lambda: marcus_hush_chidsey(y, energy),
        "dissociative": lambda: dissociative(y, energy),
        "butler-volmer": lambda: butler_volmer(y, alpha),
    }
    return values[law]()


def quickened(law: RateLaw, potential: float, energy: float, alpha: float, activation: float, T: float) -> float:
    """What a rate at the potential of its reaction is multiplied by, k(T) / k: at 0 V the rate then rises by Arrhenius.

    potential   U_k, V;  energy: lambda, V, with the bond energy for the dissociative law
    activation  E_a, of the rate at 0 V, J;  T: K
    At 25 degC it is 1.
    """
    at_lithium = (
        float(relative(law, np.array([-potential / V_T]), energy / V_T, alpha)[0])
        for V_T in (thermal_voltage(REFERENCE_TEMPERATURE_K), thermal_voltage(T))
    )
    cold, warm = at_lithium
    return arrhenius(activation, T) * float(np.exp(cold - warm))
