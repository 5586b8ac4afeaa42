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


def simpson(t: Array, nodes: Array, middles: Array) -> float:
    """Integral by Simpson's rule on every interval, int f dt.

    t        times, s, shape (n,)
    nodes    f at these times, shape (n,)
    middles  f half-way between them, shape (n - 1,)
    Fourth order in the length of the intervals.
    """
    h = np.diff(t) / 6
    return float(h @ nodes[:-1] + 4 * h @ middles + h @ nodes[1:])


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


@dataclass(frozen=True, slots=True)
class Entry:
    """What one stretch of a run does to the reservoirs; amounts are charge per area, C/m2.

    final         content of each reservoir at the end
    inflow        quadrature of its net flux
    passed        quadrature of its turnover
    least, most   extremes of the total over all solved times
    """

    final: Mapping[str, float]
    inflow: Mapping[str, float]
    passed: Mapping[str, float]
    least: float
    most: float


def entry(t: Array, contents: Mapping[str, Array], fluxes: Mapping[str, Flux], fluxes_between: Mapping[str, Flux]) -> Entry:
    """The entry of one stretch.

    t               times, s, shape (n,)
    contents        of each reservoir at these times, C/m2, shape (n,)
    fluxes          of each reservoir at these times, A/m2, positive into it, shape (n,)
    fluxes_between  the same half-way between them, shape (n - 1,)
    """
    total = sum(contents.values(), start=np.zeros(len(t)))
    inflow, passed = dict.fromkeys(contents, 0.0), dict.fromkeys(contents, 0.0)
    if len(t) > 1:
        for name in contents:
            flux, between = fluxes[name], fluxes_between[name]
            inflow[name] = simpson(t, flux.net, between.net)
            passed[name] = simpson(t, flux.turnover, between.turnover)
    final = {name: float(content[-1]) for name, content in contents.items()}
    return Entry(final, inflow, passed, float(total.min()), float(total.max()))


def mismatch(stretch: Entry, first: Mapping[str, float], stretches: int) -> float:
    """How far the content of a reservoir is from its quadrature after one stretch; the worst one, as a share of what passed
    or, if that is more, of its part of the floor: if no stretch of a run exceeds a value, the run does not exceed twice that.

    first      content of each reservoir at its start, C/m2
    stretches  that the run has
    """
    floor = FLOOR * sum(first.values()) / stretches
    return max(
        abs(stretch.final[name] - first[name] - stretch.inflow[name]) / max(stretch.passed[name], floor) for name in first
    )


class BookKeeper:
    """Follows the reservoirs of one run, entry by entry.

    initial  content of each reservoir at the start, C/m2
    """

    def __init__(self, initial: Mapping[str, float]) -> None:
        self._initial = dict(initial)
        self._total = sum(initial.values())
        self._final = dict(initial)
        self._inflow = dict.fromkeys(initial, 0.0)
        self._passed = dict.fromkeys(initial, 0.0)
        self._mismatch = dict.fromkeys(initial, 0.0)
        self._drift = 0.0

    def add(self, stretch: Entry) -> None:
        """Book one stretch of the run."""
        self._drift = max(self._drift, abs(stretch.most - self._total), abs(stretch.least - self._total))
        for name, final in stretch.final.items():
            self._final[name] = final
            self._inflow[name] += stretch.inflow[name]
            self._passed[name] += stretch.passed[name]
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
