"""The voltammograms of the four electrodes over the ranges of everything that is open, all at once."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from lithoscope.analysis.voltammetry import SETTLED_S, ScanCurve
from lithoscope.ensemble import sweep
from lithoscope.errors import End
from lithoscope.physics.cell import Plated
from lithoscope.studies.perovskite.voltammetry import ELECTRODES, FIRST_CYCLE, Curves, electrode
from lithoscope.studies.spread import Spread, spread_over

if TYPE_CHECKING:
    from lithoscope.ensemble import Sweep
    from lithoscope.physics.contract import Report
    from lithoscope.sensitivity import Plan
    from lithoscope.studies.ranges import Range

Array = NDArray[np.float64]

GROUPS = 64
"""Groups of designs: so many times two more than there are open numbers."""

SAMPLES = 420
"""Times in a scan at which the current is taken: every 5 mV of the longer one."""


@dataclass(frozen=True, eq=False)
class ScanSpread:
    """What the designs show.

    plan    the points;  sweeps: their runs, by electrode
    curves  the first cycle of each design, by electrode; None for one that did not come to its end
    """

    plan: Plan
    sweeps: Mapping[str, Sweep]
    curves: Mapping[str, list[Curves | None]]

    def read(self, name: str, of: Callable[[Curves], float]) -> Spread:
        """A number that is read off the curves of one electrode."""
        return Spread.of(self.plan, np.array([np.nan if seen is None else of(seen) for seen in self.curves[name]]))

    def compared(self, one: str, other: str, of: Callable[[Curves, Curves], float]) -> Spread:
        """A number that is read off the curves of two electrodes with the same open numbers."""
        pairs = zip(self.curves[one], self.curves[other], strict=True)
        return Spread.of(self.plan, np.array([np.nan if a is None or b is None else of(a, b) for a, b in pairs]))


def spread_scans(open_ranges: Mapping[str, Range], report: Report) -> ScanSpread:
    """Scan the designs. Takes a minute."""
    plan = spread_over(tuple(open_ranges.values()), GROUPS)
    sweeps = {}
    for n, name in enumerate(ELECTRODES):
        report(n / len(ELECTRODES), f"{len(plan)} designs, {name}")
        cells = [electrode(name, open_ranges, point) for point in plan.points]
        sweeps[name] = sweep(cells, FIRST_CYCLE, model=Plated(), outputs=("current_density",), samples=SAMPLES, progress=False)
    return ScanSpread(plan, sweeps, {name: _curves(found) for name, found in sweeps.items()})


def _curves(found: Sweep) -> list[Curves | None]:
    t, V, J = (found[name].values for name in ("time", "voltage_trace", "current_density_trace"))
    ended = [status.end is End.COMPLETED for status in found.statuses]
    return [Curves(*(_scan(t[n, k], V[n, k], J[n, k]) for k in (0, 1))) if ended[n] else None for n in range(len(found))]


def _scan(t: Array, V: Array, J: Array) -> ScanCurve:
    """A scan without the moment in which it starts."""
    shown = np.concatenate([[t[0] + SETTLED_S], t[t > t[0] + SETTLED_S]])
    return ScanCurve(np.interp(shown, t, V), np.interp(shown, t, J) / 10)
