"""What three grids say of a number: its observed order and its limit, or that it is not converged."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from scipy.optimize import brentq

LEAST_ORDER, MOST_ORDER = 0.5, 4.0
"""Orders that a scheme of first and second order can show. Outside, the grids are not yet on their way to a limit."""

QUIET = 1e-3
"""Relative difference of the two finest grids below which a number has no order to be seen and needs none."""


@dataclass(frozen=True, slots=True)
class Converged:
    """A number on grids.

    values      on the grids, coarsest first
    order       p of f(h) = f(0) + C h^p; None where it cannot be seen
    limit       f(0); the value of the finest grid without an order
    difference  between the two finest grids
    converged   whether the grids go to a limit, or no longer differ
    made        grids on which it was run; the values are those that can be used
    """

    values: tuple[float, ...]
    order: float | None
    limit: float
    difference: float
    converged: bool
    made: int

    @property
    def words(self) -> str:
        """One phrase for a table."""
        if self.order is not None:
            return f"order {self.order:.1f}, limit {self.limit:.4g}"
        if self.converged:
            return f"the two finest grids differ by {self.difference:.1g}"
        if self.made == 1:
            return "one grid, not checked by itself"
        if len(self.values) == 1:
            return f"not converged: one of {self.made} grids can be used"
        if len(self.values) < self.made:
            return f"not converged: {len(self.values)} of {self.made} grids can be used, and differ by {self.difference:.2g}"
        return f"not converged: the two finest grids differ by {self.difference:.2g}"


def studied(sizes: Sequence[float], values: Sequence[float], made: int | None = None) -> Converged:
    """What the grids say of a number.

    sizes  of cells, coarsest first;  values: of the number;  made: grids on which it was run, if some of them cannot be used

    The order solves (f1 - f2) / (f2 - f3) = (h1^p - h2^p) / (h2^p - h3^p). With fewer than three grids nothing is converged.
    """
    grids = len(values) if made is None else made
    found, difference = tuple(values), abs(values[-1] - values[-2]) if len(values) > 1 else math.inf
    order = _order(sizes, values) if len(values) == 3 else None
    if order is None:
        quiet = len(values) == 3 and max(values) - min(values) <= QUIET * abs(values[-1])
        return Converged(found, None, values[-1], difference, quiet, grids)
    h2, h3 = (h**order for h in sizes[1:])
    return Converged(found, order, values[2] + (values[2] - values[1]) * h3 / (h2 - h3), difference, True, grids)


def _order(sizes: Sequence[float], values: Sequence[float]) -> float | None:
    """The observed order, or None where differences change their sign, do not fall, or fall as no scheme lets them."""
    first, second = values[0] - values[1], values[1] - values[2]
    if second == 0:
        return None

    def excess(p: float) -> float:
        h1, h2, h3 = (float(h**p) for h in sizes)
        return (h1 - h2) / (h2 - h3) - first / second

    if excess(LEAST_ORDER) * excess(MOST_ORDER) > 0:
        return None
    return float(brentq(excess, LEAST_ORDER, MOST_ORDER))
