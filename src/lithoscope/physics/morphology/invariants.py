"""What must hold at every saved time of a run of the morphology scale."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np

from lithoscope.physics.contract import Violation, kirchhoff, of_every_scale
from lithoscope.result import Result

DELIVERED = 1e-6
"""Largest relative difference between the delivered and the imposed current."""

OVERSHOOT = 0.02
"""How far the metal fraction may leave 0 to 1: the profile keeper brings it back."""


def violations(result: Result) -> Sequence[Violation]:
    """Every invariant that does not hold: finite values, lithium, charge, Kirchhoff, bounds."""
    return tuple(_violations(result))


def _violations(result: Result) -> Iterator[Violation]:
    trace = result.trace
    yield from of_every_scale(result)
    if not trace.sizes["time"]:
        return
    imposed, delivered = trace["current_density"].values, trace["delivered_current_density"].values
    gap = float(np.max(np.abs(delivered - imposed) / (1e-3 + np.abs(imposed))))
    if gap > DELIVERED:
        yield Violation("charge", f"the delivered current differs from the imposed one by {gap:.1e} of it")
    yield from kirchhoff(trace)
    if "fields" in result.tree.children:
        xi = result.tree["fields"]["lithium_fraction"]
        low, high = float(xi.min()), float(xi.max())
        if low < -OVERSHOOT or high > 1 + OVERSHOOT:
            yield Violation("bounds", f"the metal fraction goes from {low:.3g} to {high:.3g}")
