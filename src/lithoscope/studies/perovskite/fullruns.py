"""Full cells through their cycles: lithium that was calibrated in the symmetric cells against the two cathodes of the paper."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np

from lithoscope.analysis.failure import Mode, failure_mode
from lithoscope.design import Cathode, Cell
from lithoscope.design.catalogue import entry
from lithoscope.errors import End, Status
from lithoscope.physics.cell import Full
from lithoscope.physics.contract import silent
from lithoscope.protocol import Loop, Program, Spectrum
from lithoscope.studies.perovskite.cells import calibrated_cell
from lithoscope.studies.search import NotSolvedError

if TYPE_CHECKING:
    from collections.abc import Mapping

    import pandas as pd
    from numpy.typing import NDArray

    from lithoscope.protocol.steps import Step
    from lithoscope.result import Result
    from lithoscope.studies.claims import Claims
    from lithoscope.studies.ranges import Point

    Array = NDArray[np.float64]

MODEL = Full(cells=10)
"""Ten volumes in each layer and particle, as in the symmetric cells: capacities differ by 0.1 % from those of twenty."""

CHARGE_LIMIT = "2 V"
"""Voltage at which a charge of Li4Ti5O12 ends here; the paper gives none, and 2.5 V is as usual. With the higher one a run is
over where the salt at the lithium is used up, near 2.04 V, while a cycler would go on with the next discharge."""

REST = "1 s"
"""Rest before a spectrum: as short as may be, because films grow in it."""


@dataclass(frozen=True, slots=True)
class Plan:
    """How the cells with one cathode are cycled.

    cathode    of the cells in the catalogue
    program    in the catalogue, one loop
    first      first cycle whose discharge follows a charge
    shown      cycles after which a spectrum is measured, and whose curves are kept
    limit      voltage at which a charge ends, if not that of the catalogue
    """

    cathode: str
    program: str
    first: int
    shown: tuple[int, ...]
    limit: str | None = None

    @property
    def cycles(self) -> int:
        """How many are run."""
        return Program.parse(entry(f"perovskite/{self.program}")).cycles

    def plain(self, cycles: int) -> Program:
        """So many of the cycles, without spectra."""
        program = Program.parse(entry(f"perovskite/{self.program}")).changed("steps.0.times", cycles)
        return program if self.limit is None else _charged_to(program, self.limit)

    def steps(self) -> Program:
        """The cycles with a spectrum before, and after those that are shown."""
        (loop,) = Program.parse(entry(f"perovskite/{self.program}")).steps
        assert isinstance(loop, Loop)  # the catalogue has one
        made: list[Step] = [Spectrum(rest=REST)]
        done = 0
        for number in sorted({*self.shown, self.cycles}):
            made += [Loop(number - done, loop.steps), Spectrum(rest=REST)]
            done = number
        program = Program(made)
        return program if self.limit is None else _charged_to(program, self.limit)


def _charged_to(program: Program, limit: str) -> Program:
    """The program with another limit of each charge."""
    for n, outer in enumerate(program.steps):
        if isinstance(outer, Loop):
            for m, step in enumerate(outer.steps):
                if step.kind == "current" and step.until.voltage_above is not None:
                    program = program.changed(f"steps.{n}.steps.{m}.until.voltage_above", limit)
    return program


LTO = Plan("lto", "lto-5c", 2, (20, 400), CHARGE_LIMIT)
LCO = Plan("lco", "lco-half-c", 1, (20, 100))


@dataclass(frozen=True)
class Cycled:
    """What is kept of a full cell that was cycled.

    status   how it ended
    first    first cycle that counts;  planned: the last one of the program
    active   material of the cathode, kg/m2
    table    one row for each cycle
    charges, discharges   capacity, mAh/g, and voltage, V, of some cycles
    lithium  resistance of the lithium side at the lowest frequency, ohm m2, by the cycle after which it was measured
    run_id   of the run
    failed   what took its capacity
    """

    status: Status
    first: int
    planned: int
    active: float
    table: pd.DataFrame
    charges: Mapping[int, tuple[Array, Array]]
    discharges: Mapping[int, tuple[Array, Array]]
    lithium: Mapping[int, float]
    run_id: str
    failed: Mode

    @cached_property
    def capacity(self) -> pd.Series:
        """Of each discharge that follows a charge, mAh/g."""
        return self.table["discharge_capacity"].loc[self.first :] / (3600 * self.active)

    @property
    def whole(self) -> float:
        """The largest capacity, mAh/g, with which a later one is compared."""
        return float(self.capacity.max())

    def at(self, cycle: int) -> float:
        """Capacity in a cycle, mAh/g; none for a cell that had come to its end before."""
        return float(self.capacity.get(cycle, 0.0))

    def kept(self, cycle: int) -> float:
        """Share of the largest capacity that a cycle has."""
        return self.at(cycle) / self.whole

    def below(self, capacity: float) -> float | None:
        """Cycle in which the capacity falls below one in mAh/g, or in which the cell ended; None if neither happened."""
        cycles = self.capacity.index.to_numpy()
        found = fallen(cycles, self.capacity.to_numpy(), capacity)
        if found is not None or self.status.end is End.COMPLETED:
            return found
        return float(cycles[-1])

    def plateau(self, cycle: int) -> float | None:
        """Voltage in the middle of a charge whose curve was kept, V; None without one."""
        if cycle not in self.charges:
            return None
        passed, voltage = self.charges[cycle]
        return float(np.interp(passed[-1] / 2, passed, voltage))


def fallen(cycles: NDArray[np.int64], values: Array, least: float) -> float | None:
    """Cycle in which values of cycles fall below one, between two cycles on a straight line; None if they do not."""
    found = np.flatnonzero(values < least)
    if not len(found):
        return None
    n = int(found[0])
    if not n:
        return float(cycles[0])
    share = (values[n - 1] - least) / (values[n - 1] - values[n])
    return float(cycles[n - 1] + share * (cycles[n] - cycles[n - 1]))


@dataclass(frozen=True, slots=True)
class FullRuns:
    """Cycles full cells at a point of the open parameters. What was seen is remembered."""

    claims: Claims
    point: Point
    _seen: dict[tuple[object, ...], Cycled] = field(default_factory=dict)

    def cell(self, plan: Plan, material: str) -> Cell:
        """The full cell with the calibrated lithium of a symmetric one, in the same separator, on the same area.

        Where the catalogue gives the foil as measured, it keeps its thickness.
        """
        cell = Cell.parse(entry(f"perovskite/{plan.cathode}-{'bare' if material == 'bare' else 'coated'}"))
        alike = calibrated_cell(material, self.claims, self.point)
        thickness = cell.counter_foil.thickness
        changed = alike.changed("working.thickness", thickness) if thickness.status == "measured" else alike
        return cell.replaced(counter=changed.foil, separator=alike.separator, area=alike.area)

    def run(self, plan: Plan, material: str, ageing: Mapping[str, str | float]) -> Cycled:
        """What becomes of a cell. Raises NotSolvedError."""
        key = (plan, material, tuple(sorted(ageing.items())))
        if key not in self._seen:
            self._seen[key] = cycled(plan, self.whole(plan, material, ageing))
        return self._seen[key]

    def whole(self, plan: Plan, material: str, ageing: Mapping[str, str | float]) -> Result:
        """The run with all its traces. Raises NotSolvedError."""
        cell = self.cell(plan, material).changed("counter.ageing", dict(ageing))
        result = MODEL.simulate(cell, plan.steps(), silent, apart=True)
        if result.status.end.numerical:
            what = ", ".join(f"{name.replace('_', ' ')} {value}" for name, value in ageing.items())
            raise NotSolvedError(f"The {material} cell with {plan.cathode.upper()} and {what} was not solved. {result.status}")
        return result


def cycled(plan: Plan, result: Result) -> Cycled:
    """What is kept of a run."""
    shown = {plan.first, *plan.shown}
    active = _active(result)
    spectra = zip((0, *sorted({*plan.shown, plan.cycles})), result.spectra, strict=False)
    return Cycled(
        status=result.status,
        first=plan.first,
        planned=plan.cycles,
        active=active,
        table=result.cycles,
        charges=_curves(result, shown, active, sign=1),
        discharges=_curves(result, shown, active, sign=-1),
        lithium={cycle: float(seen["counter_real_impedance"][-1]) for cycle, seen in spectra},
        run_id=result.manifest.run_id,
        failed=failure_mode(result).mode,
    )


def _active(result: Result) -> float:
    """Active material of the cathode, kg/m2."""
    cathode = Cell.parse(result.manifest.inputs["cell"]).working
    assert isinstance(cathode, Cathode)  # all cells here have one
    return cathode.active_loading


def _curves(result: Result, cycles: set[int], active: float, sign: int) -> dict[int, tuple[Array, Array]]:
    """Capacity, mAh/g, and voltage, V, over the charges or the discharges of some cycles."""
    trace = result.trace
    number, J = trace["cycle"].values, trace["current_density"].values
    found = {}
    for cycle in cycles:
        inside = np.flatnonzero((number == cycle) & (sign * J > 0))
        if len(inside) > 2:
            passed = np.abs(trace["charge_passed"].values[inside] - trace["charge_passed"].values[inside[0]])
            found[cycle] = passed / (3600 * active), trace["voltage"].values[inside]
    return found
