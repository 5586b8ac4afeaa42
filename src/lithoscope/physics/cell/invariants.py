"""What must hold at every saved time of a run of the cell scale."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np
import xarray as xr

from lithoscope.physics.contract import Violation, kirchhoff, of_every_scale
from lithoscope.result import Result

ROUNDING = {"C/m2": 1e-3}
"""How far below zero a content may end for the tolerance of the integrator: 0.1 pm of lithium."""

SHARED = 1e-5
"""Largest difference between the current density of the terminals and the sum of its parts, over its value plus 1 A/m2. The
part of the ions is an algebraic unknown, which the integrator leaves out of its error test: a flicker shows there at 1e-6."""


def violations(result: Result) -> Sequence[Violation]:
    """Every invariant that does not hold: lithium, finite values, bounds, Kirchhoff."""
    return tuple(_violations(result))


def _violations(result: Result) -> Iterator[Violation]:
    trace = result.trace
    yield from of_every_scale(result)
    if not trace.data_vars:
        return
    for face in ("working", "counter"):
        for name in (f"{face}_lithium", f"{face}_salt_concentration"):
            if name in trace and float(trace[name].min()) < -ROUNDING.get(trace[name].attrs["units"], 0):
                yield Violation("bounds", f"{name} falls to {float(trace[name].min()):.3g} {trace[name].attrs['units']}")
    yield from kirchhoff(trace)
    if "short_conductance" in trace:
        yield from _shared(trace)


def _shared(trace: xr.Dataset) -> Iterator[Violation]:
    """The current of the terminals is that of the ions and that of the leak, J = J_ion + G V."""
    J, leak = trace["current_density"], trace["short_conductance"] * trace["voltage"]
    gap = float(np.max(np.abs(J - trace["ionic_current_density"] - leak) / (1 + np.abs(J))))
    if gap > SHARED:
        yield Violation("current", f"that of ions and leak differs from that of the terminals by {gap:.1e} of it")
