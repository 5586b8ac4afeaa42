"""Alloys of lithium: the potential of a metal that goes from phase to phase."""

from __future__ import annotations

from itertools import pairwise
from typing import Any

import numpy as np

from lithoscope.data import lookup

STEP_WIDTH = 0.06
"""Lithium per metal over which the potential goes from one plateau to the next; a single phase is about as wide."""


def plateaus(metal: str) -> tuple[tuple[float, float], ...]:
    """Potential, V, and lithium per metal at its end, of every plateau of an alloy, from the metal on."""
    potentials, compositions = (lookup(f"alloys.{metal}.{what}").value for what in ("potentials", "compositions"))
    assert isinstance(potentials, tuple)
    assert isinstance(compositions, tuple)
    return tuple(zip(potentials, compositions, strict=True))


def alloy_potential(metal: str, y: Any) -> Any:
    """Potential of an alloy against lithium, U = U_1 + sum_k (U_(k+1) - U_k) (1 + tanh((y - y_k) / w)) / 2, V.

    metal  "Sn" or "Pb";  y  lithium per metal, any shape
    Limits: U_k in the middle of plateau k. Validity: 25 degC, equilibrium, no hysteresis.
    Source: R. A. Huggins, Handbook of Battery Materials, chapter 14.

    >>> round(float(alloy_potential("Sn", 0.2)), 3), round(float(alloy_potential("Sn", 4.0)), 3)
    (0.76, 0.38)
    """
    steps = plateaus(metal)
    U: Any = steps[0][0]
    for (before, end), (after, _) in pairwise(steps):
        U = U + (after - before) * (1 + np.tanh((y - end) / STEP_WIDTH)) / 2
    return U
