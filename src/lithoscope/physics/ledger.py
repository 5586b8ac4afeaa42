"""Book-keeping of lithium, used by every scale: reservoirs beside the quadrature of their fluxes.

A model integrates its reservoirs as states. The book-keeper integrates the fluxes once more, from the solution and
by another rule, and compares: a reservoir that is recomputed from something else, or a flux that is booked twice, shows.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from lithoscope.result.ledger import Ledger, Reservoir

Array = NDArray[np.float64]


def simpson(t: Array, nodes: Array, middles: Array) -> Array:
    """Running integral by Simpson's rule on every interval, int f dt, at the ends of the intervals.

    t        times, s, shape (n,)
    nodes    f at these times, shape (n,)
    middles  f half-way between them, shape (n - 1,)
    Returns shape (n - 1,). Fourth order in the length of the intervals.
    """
    return np.cumsum(np.diff(t) / 6 * (nodes[:-1] + 4 * middles + nodes[1:]))


@dataclass(frozen=True, slots=True)
class Flux:
    """What moves at one reservoir.

    net       into it, A/m2
    turnover  what goes in or comes out, whichever is more, A/m2: a double layer through which a current passes has
              the turnover of that current and almost no net flux
    """

    net: Array
    turnover: Array


FLOOR = 1e-3
"""Share of the inventory that has to pass before a mismatch is measured against what passed: below it, the rounding of a
run of microseconds would count as much as a leak in one of hours."""


class BookKeeper:
    """Follows the reservoirs of one run, stretch by stretch.

    Amounts are charge per area, C/m2; fluxes A/m2, positive into the reservoir.
    """

    def __init__(self, initial: Mapping[str, float]) -> None:
        self._initial = dict(initial)
        self._total = sum(initial.values())
        self._final = dict(initial)
        self._inflow = dict.fromkeys(initial, 0.0)
        self._passed = dict.fromkeys(initial, 0.0)
        self._mismatch = dict.fromkeys(initial, 0.0)
        self._drift = 0.0

    def stretch(
        self,
        t: Array,
        contents: Mapping[str, Array],
        fluxes: Mapping[str, Flux],
        fluxes_between: Mapping[str, Flux],
    ) -> None:
        """Book one stretch of the run.

        t               times, s, shape (n,)
        contents        of each reservoir at these times, shape (n,)
        fluxes          of each reservoir at these times, shape (n,)
        fluxes_between  the same half-way between them, shape (n - 1,)
        """
        total = sum(contents.values(), start=np.zeros(len(t)))
        self._drift = max(self._drift, float(np.max(np.abs(total - self._total))))
        for name, content in contents.items():
            self._final[name] = float(content[-1])
            if len(t) > 1:
                flux, between = fluxes[name], fluxes_between[name]
                self._inflow[name] += float(simpson(t, flux.net, between.net)[-1])
                self._passed[name] += float(simpson(t, flux.turnover, between.turnover)[-1])
            difference = abs(self._final[name] - self._initial[name] - self._inflow[name])
            scale = max(self._passed[name], FLOOR * self._total)
            self._mismatch[name] = max(self._mismatch[name], difference / scale)

    def ledger(self) -> Ledger:
        """The books as they stand."""
        reservoirs = {
            name: Reservoir(initial, self._final[name], self._inflow[name], self._passed[name], self._mismatch[name])
            for name, initial in self._initial.items()
        }
        return Ledger(reservoirs, self._drift / self._total)
