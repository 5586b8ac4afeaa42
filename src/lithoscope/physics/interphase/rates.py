"""Rates of the reactions of a network as tables, ln H and its slope: the laws stand in `laws.electron_transfer`.

The quadrature of Marcus, Hush and Chidsey is done once for every reorganisation energy; between the points of a table stands a
cubic spline, exact to 3e-10 for steps of 0.25 thermal voltages.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Literal

import numpy as np
from numpy.typing import NDArray
from scipy.interpolate import CubicSpline

from lithoscope.physics.laws.electron_transfer import butler_volmer, dissociative, marcus_hush_chidsey

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
    y = least + STEP * np.arange(cells + 1)
    values = {
        "marcus-hush-chidsey": lambda: marcus_hush_chidsey(y, energy),
        "dissociative": lambda: dissociative(y, energy),
        "butler-volmer": lambda: butler_volmer(y, alpha),
    }[law]()
    return np.ascontiguousarray(CubicSpline(y, values).c)
