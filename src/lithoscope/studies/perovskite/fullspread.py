"""Full cells of the designs that end the bare symmetric cell at its reported time, with every open number free at once.

Nothing is chosen by a full cell: the designs are those that `joint` keeps. The coated lithium ages as the bare one.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from lithoscope.design import Cathode
from lithoscope.ensemble import sweep
from lithoscope.errors import InputError
from lithoscope.protocol import Current
from lithoscope.studies.perovskite.fullcells import LCO_BARE, LCO_COATED, LTO_BARE, LTO_COATED, Reported, reported
from lithoscope.studies.perovskite.fullruns import MODEL, FullRuns, Plan, fallen
from lithoscope.studies.perovskite.joint import ageing_ranges
from lithoscope.studies.spread import Scatter

if TYPE_CHECKING:
    from collections.abc import Mapping

    from lithoscope.design import Cell
    from lithoscope.ensemble import Sweep
    from lithoscope.physics.contract import Report
    from lithoscope.protocol import Program
    from lithoscope.studies.claims import Claims
    from lithoscope.studies.perovskite.joint import Joint
    from lithoscope.studies.ranges import Point

Array = NDArray[np.float64]

MOST = 96
"""Designs for each reading of the end that are cycled, the first that are kept: all of them would take minutes more."""

WORKS = 10.0
"""Largest capacity of a cell that works, at least, mAh/g. One at the limit of its voltage at once has nothing to lose."""

RTOL = 1e-5
"""Relative tolerance of the designs: what is lost in hundreds of cycles is to be right."""


@dataclass(frozen=True, eq=False)
class FullSpread:
    """What the designs show.

    kept      how many there were to choose from
    columns   the open numbers at each design, by name
    capacity  of the discharge of each cycle that counts, mAh/g, zero after the end of a cell and NaN for one that was not
              solved, shape (designs, cycles); by the claim, up to the cycle in which it states a capacity
    sweeps    the ensembles, by name
    """

    kept: int
    columns: dict[str, list[float]]
    capacity: Mapping[str, Array]
    sweeps: Mapping[str, Sweep]

    def __len__(self) -> int:
        """Number of designs."""
        return len(next(iter(self.columns.values()), []))

    def read(self, what: Reported) -> tuple[Scatter, ...]:
        """What each design shows of a claim, one for each of its numbers. Of a design that did not end the life is infinite.

        A design that never works has lost all, in its first cycle.
        """
        found = self.capacity[what.claim]
        share = np.where(self.idle(what), 0.0, found[:, -1] / np.maximum(found.max(axis=1), WORKS))
        numbers = {
            LTO_BARE: (np.where(self.idle(what), 0.0, found[:, -1]),),
            LTO_COATED: (self._lives(what), 100 * (1 - share) / what.cycle),
            LCO_BARE: (100 * (1 - share),),
            LCO_COATED: (100 * share,),
        }  # fmt: skip
        return tuple(Scatter(self.columns, values) for values in numbers[what.claim])

    def idle(self, what: Reported) -> NDArray[np.bool_]:
        """Designs that never have a capacity to lose."""
        found: NDArray[np.bool_] = self.capacity[what.claim].max(axis=1) < WORKS
        return found

    def _lives(self, what: Reported) -> Array:
        """Cycle in which each design falls below what is reported."""
        found = self.capacity[what.claim]
        cycles = np.arange(what.plan.first, what.cycle + 1)
        ends = [fallen(cycles, each, what.of(each.max())) for each in found]
        lives = np.array([np.inf if end is None else end for end in ends])
        lives[self.idle(what)] = what.plan.first
        return np.where(np.isnan(found).any(axis=1), np.nan, lives)


def cycle_designs(claims: Claims, joint: Joint, report: Report) -> FullSpread:
    """Cycle the designs that are kept; those that cannot be one of the full cells are left out. Takes two minutes."""
    points = joint.points(MOST)
    wanted = reported(claims)
    made = [[_possible(what, claims, point) for what in wanted] for point in points]
    whole = [n for n, cells in enumerate(made) if all(cells)]
    columns = {name: [points[n][name] for n in whole] for name in (points[0] if points else ())}
    capacity, sweeps = {}, {}
    for number, what in enumerate(wanted if whole else ()):
        report(number / len(wanted), f"{len(whole)} designs, {what.plan.cathode.upper()}, {what.material}")
        cells = [cell for n in whole if (cell := made[n][number]) is not None]
        program = what.plan.plain(what.cycle)
        found = sweep(cells, program, model=MODEL, rtol=RTOL, progress=False)
        capacity[what.claim] = _capacities(found, program, cells, what.plan)
        sweeps[f"full cells, {what.plan.cathode.upper()}, {what.material}"] = found
    return FullSpread(sum(len(each) for each in joint.kept.values()), columns, capacity, sweeps)


def _possible(what: Reported, claims: Claims, point: Point) -> Cell | None:
    """A full cell at a point, or None if its numbers contradict each other."""
    ageing = {f"counter.ageing.{each.name}": each.written(point[each.name]) for each in ageing_ranges()}
    try:
        cell = FullRuns(claims, point).cell(what.plan, what.material).changed_at(ageing)
        MODEL.values(cell)
    except InputError:
        return None
    return cell


def _capacities(found: Sweep, program: Program, cells: list[Cell], plan: Plan) -> Array:
    """Capacity of each discharge that follows a charge, mAh/g: currents are constant, so that their times tell."""
    steps = [visit.step for visit in program.visits()]
    current = np.array([step.current_density.value if isinstance(step, Current) else 0.0 for step in steps])
    passed = found["duration"].values[:, current < 0] * -current[current < 0]
    active = np.array([cell.working.active_loading for cell in cells if isinstance(cell.working, Cathode)])
    capacity = np.nan_to_num(passed[:, plan.first - 1 :]) / (3600 * active[:, None])
    lost = np.array([status.end.numerical for status in found.statuses])
    result: Array = np.where(lost[:, None], np.nan, capacity)
    return result
