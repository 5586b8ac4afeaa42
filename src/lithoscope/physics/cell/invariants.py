"""What must hold at every saved time of a run of the cell scale."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np

from lithoscope.physics.contract import Violation
from lithoscope.result import Result

ROUNDING = {"C/m2": 1e-3}
"""How far below zero a content may end for the tolerance of the integrator: 0.1 pm of lithium."""

KIRCHHOFF_V = 1e-9
"""Largest difference between the voltage and the sum of its parts, V."""


def violations(result: Result) -> Sequence[Violation]:
    """Every invariant that does not hold: lithium, finite values, bounds, Kirchhoff."""
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
    if not trace.data_vars:
        return
    for face in ("working", "counter"):
        for name in (f"{face}_lithium", f"{face}_salt_concentration"):
            if name in trace and float(trace[name].min()) < -ROUNDING.get(trace[name].attrs["units"], 0):
                yield Violation("bounds", f"{name} falls to {float(trace[name].min()):.3g} {trace[name].attrs['units']}")
    parts = trace["working_potential"] - trace["counter_potential"] + trace["electrolyte_potential"]
    gap = float(np.max(np.abs(trace["voltage"] - parts)))
    if gap > KIRCHHOFF_V:
        yield Violation("Kirchhoff", f"the voltage differs from the sum of its parts by {gap:.1e} V")
