"""What must hold at every saved time of a run of the morphology scale."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np

from lithoscope.physics.contract import Violation
from lithoscope.result import Result

DELIVERED = 1e-6
"""Largest relative difference between the delivered and the imposed current."""

KIRCHHOFF_V = 1e-9
"""Largest difference between the voltage and the sum of its parts, V."""

OVERSHOOT = 0.02
"""How far the metal fraction may leave 0 to 1: the profile keeper brings it back."""


def violations(result: Result) -> Sequence[Violation]:
    """Every invariant that does not hold: finite values, lithium, charge, Kirchhoff, bounds."""
    return tuple(_violations(result))


def _violations(result: Result) -> Iterator[Violation]:
    trace, ledger = result.trace, result.ledger
    for name, values in trace.data_vars.items():
        if not np.all(np.isfinite(values)):
            yield Violation("finite values", f"{name} is not finite at {int(np.sum(~np.isfinite(values)))} times")
    if not ledger.closes:
        worst = max(ledger.reservoirs, key=lambda name: ledger.reservoirs[name].mismatch)
        yield Violation(
            "lithium",
            f"the total changes by {ledger.residual:.1e} of the inventory, and {worst} differs from its flux by "
            f"{ledger.reservoirs[worst].mismatch:.1e}",
        )
    if not trace.sizes["time"]:
        return
    imposed, delivered = trace["current_density"].values, trace["delivered_current_density"].values
    gap = float(np.max(np.abs(delivered - imposed) / (1e-3 + np.abs(imposed))))
    if gap > DELIVERED:
        yield Violation("charge", f"the delivered current differs from the imposed one by {gap:.1e} of it")
    parts = trace["working_potential"] - trace["counter_potential"] + trace["electrolyte_potential"]
    gap = float(np.max(np.abs(trace["voltage"] - parts)))
    if gap > KIRCHHOFF_V:
        yield Violation("Kirchhoff", f"the voltage differs from the sum of its parts by {gap:.1e} V")
    if "fields" in result.tree.children:
        xi = result.tree["fields"]["lithium_fraction"]
        low, high = float(xi.min()), float(xi.max())
        if low < -OVERSHOOT or high > 1 + OVERSHOOT:
            yield Violation("bounds", f"the metal fraction goes from {low:.3g} to {high:.3g}")
