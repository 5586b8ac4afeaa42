"""What must hold at every saved time of a run of the cell scale."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np
import xarray as xr

from lithoscope.physics.contract import Violation
from lithoscope.result import Result

ROUNDING = {"C/m2": 1e-3}
"""How far below zero a content may end for the tolerance of the integrator: 0.1 pm of lithium."""

KIRCHHOFF_V = 1e-9
"""Largest difference between the voltage and the sum of its parts, V."""

SHARED = 1e-5
"""Largest difference between the current density of the terminals and the sum of its parts, over its value plus 1 A/m2. The
part of the ions is an algebraic unknown, which the integrator leaves out of its error test: a flicker shows there at 1e-6."""


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
    if "short_conductance" in trace:
        yield from _shared(trace)


def _shared(trace: xr.Dataset) -> Iterator[Violation]:
    """The current of the terminals is that of the ions and that of the leak, J = J_ion + G V."""
    J, leak = trace["current_density"], trace["short_conductance"] * trace["voltage"]
    gap = float(np.max(np.abs(J - trace["ionic_current_density"] - leak) / (1 + np.abs(J))))
    if gap > SHARED:
        yield Violation("current", f"that of ions and leak differs from that of the terminals by {gap:.1e} of it")
