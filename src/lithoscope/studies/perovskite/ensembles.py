"""The first cycle of the three cells over the ranges of everything that is open, all at once."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from lithoscope.ensemble import sweep
from lithoscope.errors import End
from lithoscope.physics.cell import Planar
from lithoscope.studies.perovskite.cells import MATERIALS, calibrated_cell
from lithoscope.studies.perovskite.runs import SHORT
from lithoscope.studies.spread import Spread, spread_over

if TYPE_CHECKING:
    from lithoscope.ensemble import Sweep
    from lithoscope.physics.contract import Report
    from lithoscope.sensitivity import Plan
    from lithoscope.studies.claims import Claims
    from lithoscope.studies.ranges import Range

Array = NDArray[np.float64]

SAMPLES = 40
"""Times in a half-cycle at which the voltage is taken."""


@dataclass(frozen=True, eq=False)
class Ensembles:
    """What the designs show.

    plan      the points;  sweeps: their runs, by material
    voltage   mean magnitude in the cycle, mV, by material;  ratio: of lead over tin
    """

    plan: Plan
    sweeps: dict[str, Sweep]
    voltage: dict[str, Spread]
    ratio: Spread

    def traces(self, material: str) -> tuple[Array, Array]:
        """Time, h, and magnitude of the voltage, mV, through the cycle; shapes (times,) and (designs, times).

        NaN where a design gave no number. All designs pass the same charge, so that they share their times. The instant of a
        reversal, in which the voltage passes zero, is left out.
        """
        data = self.sweeps[material].data.isel(step=slice(-2, None))
        hours = data["time"].isel(design=0).values / 3600
        shown = np.abs(data["voltage_trace"].values[:, :, 1:]) * 1e3
        return (hours - hours[0, 0])[:, 1:].ravel(), shown.reshape(len(shown), -1)


def spread(claims: Claims, ranges: tuple[Range, ...], report: Report) -> Ensembles:
    """Run the designs. Takes some seconds."""
    plan = spread_over(ranges)
    sweeps = {}
    for n, material in enumerate(MATERIALS):
        report(n / len(MATERIALS), f"{len(plan)} designs, {material}")
        cells = [calibrated_cell(material, claims, point) for point in plan.points]
        sweeps[material] = sweep(cells, SHORT, model=Planar(), samples=SAMPLES, progress=False)
    means = {material: _mean_voltage(found) for material, found in sweeps.items()}
    ratio = Spread.of(plan, means["MAPbCl3"] / means["MASnCl3"])
    return Ensembles(plan, sweeps, {m: Spread.of(plan, mean) for m, mean in means.items()}, ratio)


def _mean_voltage(found: Sweep) -> Array:
    """Mean magnitude of the voltage over the time of the cycle, mV; NaN for a design that did not come to its end."""
    data = found.data.isel(step=slice(-2, None))
    t, volt = data["time"].values, np.abs(data["voltage_trace"].values)
    mean = np.trapezoid(volt, t, axis=-1).sum(axis=-1) / np.ptp(t, axis=-1).sum(axis=-1)
    ended = np.array([status.end is End.COMPLETED for status in found.statuses])
    result: Array = np.where(ended, 1e3 * mean, np.nan)
    return result
