"""Spectra after the same cycles of the designs that end the bare cell at its reported time, with every open number free."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from lithoscope.ensemble import sweep
from lithoscope.errors import End
from lithoscope.studies.perovskite.joint import COATED, possible
from lithoscope.studies.perovskite.longruns import MODEL, life_program
from lithoscope.studies.perovskite.mechanisms import HOURS_PER_CYCLE, LIFE
from lithoscope.studies.spread import Scatter

if TYPE_CHECKING:
    from collections.abc import Mapping

    from lithoscope.ensemble import Sweep
    from lithoscope.physics.contract import Report
    from lithoscope.studies.claims import Claims
    from lithoscope.studies.perovskite.joint import Joint

Array = NDArray[np.float64]

RTOL = 1e-5
"""Relative tolerance of the designs: some are near their end, where the voltage rises steeply."""


@dataclass(frozen=True, eq=False)
class AgedSpread:
    """What the designs show.

    cycles   after which spectra were measured
    columns  the open numbers at each design, by name
    ratio    real impedance of the bare cell at the lowest frequency over that of a coated one, shape (designs, coated cells,
             spectra): zero after the end of the coated cell alone, NaN where one of both was not solved
    sweeps   the ensembles, by name
    """

    cycles: tuple[int, ...]
    columns: dict[str, list[float]]
    ratio: Array
    sweeps: Mapping[str, Sweep]

    def __len__(self) -> int:
        """Number of designs."""
        return len(self.ratio)

    @property
    def least(self) -> Scatter:
        """The least ratio of each design: the reported order holds throughout where it is above one."""
        return Scatter(self.columns, self.ratio.min(axis=(1, 2)))

    @property
    def most(self) -> float:
        """The largest ratio of all."""
        return float(np.nanmax(self.ratio, initial=0.0))


def measure(claims: Claims, joint: Joint, report: Report) -> AgedSpread:
    """Measure the designs that are kept, half way to the bare cell's end and in the last cycle that all of them reach.

    Those that cannot be one of the coated cells are left out. Takes half a minute.
    """
    end = int(claims[LIFE].band(1).low / HOURS_PER_CYCLE)
    after = (end // 2, end)
    cells = {m: [possible(m, claims, point) for point in joint.points()] for m in ("bare", *COATED)}
    whole = [n for n, point in enumerate(joint.points()) if all(made[n] is not None for made in cells.values())]
    points = [joint.points()[n] for n in whole]
    if not points:
        return AgedSpread(after, {}, np.zeros((0, len(COATED), len(after))), {})
    sweeps, seen = {}, {}
    for number, (material, made) in enumerate(cells.items()):
        report(number / len(cells), f"spectra of {len(points)} designs, {material}")
        chosen = [cell for n in whole if (cell := made[n]) is not None]
        found = sweep(chosen, life_program(end, after), model=MODEL, rtol=RTOL, progress=False)
        sweeps[f"spectra, {material}"] = found
        seen[material] = _impedance(found)
    ratio = np.stack([_ratio(seen["bare"], seen[material]) for material in COATED], axis=1)
    return AgedSpread(after, {name: [point[name] for point in points] for name in points[0]}, ratio, sweeps)


def _impedance(found: Sweep) -> Array:
    """Real impedance at the lowest frequency, ohm m2, shape (designs, spectra): infinite after the end of a cell."""
    shown = found["real_impedance"].values[:, :, -1]
    ended = np.array([status.end is not End.COMPLETED and not status.end.numerical for status in found.statuses])
    result: Array = np.where(np.isnan(shown) & ended[:, None], np.inf, shown)
    return result


def _ratio(bare: Array, coated: Array) -> Array:
    """One over the other; where both have ended there is none."""
    both = np.isinf(bare) & np.isinf(coated)
    result: Array = np.divide(bare, coated, out=np.full_like(bare, np.nan), where=~both)
    return result
