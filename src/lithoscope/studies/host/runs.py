"""The runs of the study: a cell of two hosts and the bare cell, each made once at any point."""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from lithoscope.errors import End
from lithoscope.physics.cell import Mossy, Planar, PorousHost
from lithoscope.physics.contract import silent
from lithoscope.protocol import Current, Program, Spectrum
from lithoscope.run import run
from lithoscope.studies.host.cells import ON_HOST, bare_cell, moss_ranges, two_hosts
from lithoscope.studies.search import NotSolvedError
from lithoscope.units import MAH_PER_CM2

if TYPE_CHECKING:
    from collections.abc import Sequence

    from lithoscope.design import Cell
    from lithoscope.physics.cell.model import CellModel
    from lithoscope.result import Result
    from lithoscope.studies.claims import Claims
    from lithoscope.studies.ranges import Point, Range

Array = NDArray[np.float64]

RATES = (1.0, 3.0, 5.0)
"""Current densities of the paper, mA/cm2."""

EARLY_CYCLES = 10
"""Cycles after which the paper measures impedance and shows profiles."""

SETTLED = 0.003
"""Share of a half-cycle in which double layers are charged."""

HOST = PorousHost(cells=40)
BARE = Planar(cells=20)
MOSSY = Mossy(cells=10)

FINER = 1e-8
"""Relative tolerance of runs whose ledger does not close otherwise."""


def rates(capacity: float = 1.0, currents: Sequence[float] = RATES) -> Program:
    """A spectrum, then one cycle at each current density.

    capacity  of a half-cycle, mAh/cm2;  currents: mA/cm2
    """
    return Program([Spectrum(), *(half_cycle(sign * i, capacity) for i in currents for sign in (1, -1))])


def half_cycle(current: float, capacity: float = 1.0) -> Current:
    """A half-cycle at a current density, mA/cm2, of a capacity, mAh/cm2."""
    return Current(f"{current!r} mA/cm2", {"capacity": f"{capacity!r} mAh/cm2"})


def cycled(cycles: int, current: float = 1.0, capacity: float = 1.0) -> Program:
    """A spectrum, cycles, and a spectrum."""
    loop = Program.strip_plate(f"{current!r} mA/cm2", f"{capacity!r} mAh/cm2", cycles=cycles).steps
    return Program([Spectrum(), *loop, Spectrum()])


@dataclass(frozen=True, slots=True)
class Half:
    """One half-cycle of a cell.

    charge   that passed, mAh/cm2;  voltage  magnitude, mV
    """

    charge: Array
    voltage: Array

    @property
    def mean(self) -> float:
        """Mean voltage over the charge, mV."""
        return float(np.trapezoid(self.voltage, self.charge) / (self.charge[-1] - self.charge[0]))


@dataclass(frozen=True, slots=True)
class Seen:
    """What is read off the runs of a host at one point.

    overpotential  of a cell of two hosts, mean of a half-cycle, by current density mA/cm2, mV
    resistance     of one electrode at the lowest frequency of its spectrum, ohm cm2
    """

    overpotential: dict[float, float]
    resistance: float


@dataclass(frozen=True, slots=True)
class Runs:
    """Runs cells and remembers what was seen. Raises NotSolvedError for a run that did not complete its program."""

    claims: Claims
    known: tuple[Range, ...]
    _hosts: dict[tuple[object, ...], Seen] = field(default_factory=dict)
    _foils: dict[tuple[object, ...], tuple[float, float]] = field(default_factory=dict)

    def hosts(self, point: Point, *, capacity: float = 1.0, currents: Sequence[float] = RATES, ether: bool = False) -> Result:
        """A cell of two hosts through all rates."""
        return completed(two_hosts(point, self.known, self.claims, ether=ether), rates(capacity, currents), HOST)

    def host(self, point: Point) -> Seen:
        """What is read off a cell of two hosts."""
        key = tuple(sorted(point.items()))
        if key not in self._hosts:
            cell = two_hosts(point, self.known, self.claims)
            spectrum = completed(cell, Program([Spectrum()]), HOST)
            self._hosts[key] = Seen({i: first_half(cell, i) for i in RATES}, electrode_resistance(spectrum))
        return self._hosts[key]

    def overpotential(self, point: Point, current: float) -> float:
        """Of a cell of two hosts, mV."""
        return self.host(point).overpotential[current]

    def bare(self, point: Point, *, capacity: float = 1.0, currents: Sequence[float] = RATES, ether: bool = False) -> Result:
        """The bare cell without moss, through all rates."""
        return completed(bare_cell(point, self.known, ether=ether), rates(capacity, currents), BARE)

    def fresh_ratio(self, point: Point) -> float:
        """Resistance of a fresh foil over that of a fresh host."""
        return self._foil(point, 0)[0] / self.host(point).resistance

    def ratio(self, point: Point) -> float:
        """The same after ten cycles, in which the foil grows moss and the host none: its model has none."""
        return self._foil(point, EARLY_CYCLES)[0] / self.host({name: point[name] for name in _names(self.known)}).resistance

    def fading(self, point: Point) -> float:
        """Height of the voltage peaks of a foil with moss in its first half-cycle over that after ten cycles."""
        return self._foil(point, EARLY_CYCLES)[1]

    def _foil(self, point: Point, cycles: int) -> tuple[float, float]:
        """Resistance of a foil after cycles at 1 mA/cm2, ohm cm2, and how much its voltage peaks have fallen by then."""
        key = (cycles, *sorted(item for item in point.items() if item[0] not in ON_HOST))
        if key not in self._foils:
            if cycles:
                result = self.mossy(point, cycles)
                fallen = bump(whole(result, 0)) / bump(whole(result, 2 * (cycles - 1)))
            else:
                result, fallen = completed(bare_cell(point, self.known), Program([Spectrum()]), BARE), 1.0
            self._foils[key] = electrode_resistance(result, -1), fallen
        return self._foils[key]

    def mossy(self, point: Point, cycles: int, current: float = 1.0) -> Result:
        """The bare cell with moss: a spectrum, cycles, a spectrum."""
        return completed(mossy_cell(point, self.known), cycled(cycles, current), MOSSY)


def _names(known: tuple[Range, ...]) -> list[str]:
    return [r.name for r in known]


def mossy_cell(point: Point, known: Sequence[Range]) -> Cell:
    """The bare cell with what the point says of moss."""
    cell = bare_cell(point, known)
    for r in moss_ranges():
        if r.name in point:
            cell = cell.changed(f"working.ageing.{r.name.replace(' ', '_')}", r.written(point[r.name]))
    return cell


def first_half(cell: Cell, current: float, *, apart: bool = False) -> float:
    """Mean voltage of the first half-cycle of two hosts, mV; infinite if the electrolyte cannot carry the current so long.

    apart  whether it is run in another process, as threads have to
    """
    result = HOST.simulate(cell, Program([half_cycle(current)]), silent, apart=apart)
    if result.status.end is End.SALT_DEPLETED:
        return math.inf
    _check(result, cell)
    return whole(result, 0).mean


def completed(cell: Cell, program: Program, model: CellModel) -> Result:
    """A run to its end."""
    result = run(cell, program, model, progress=False)
    if result.status.end.marked:
        # Moss that is nearly used up: what is lost in a cycle is small beside what passed.
        result = run(cell, program, model.changed("relative_tolerance", FINER), progress=False)
    _check(result, cell)
    return result


def _check(result: Result, cell: Cell) -> None:
    if result.status.end is not End.COMPLETED:
        # A prediction from half a run would be a number like any other.
        raise NotSolvedError(f"A cell with a {cell.working.kind} did not complete its program. {result.status}")


def electrode_resistance(result: Result, spectrum: int = 0) -> float:
    """Resistance of the working electrode at the lowest frequency of a spectrum, ohm cm2."""
    return 1e4 * float(result.spectra[spectrum]["working_real_impedance"][-1])


def whole(result: Result, step: int) -> Half:
    """A half-cycle of a cell.

    step  number of the step of current, from 0
    """
    number = result.steps.index[result.steps["kind"] == "current"][step]
    trace = result.trace
    inside = (trace["step"].values == number) & (trace["current_density"].values != 0)
    time, current, volt = (trace[name].values[inside] for name in ("time", "current_density", "voltage"))
    return Half(np.abs(current) * (time - time[0]) / MAH_PER_CM2, 1e3 * np.abs(volt))


def bump(seen: Half) -> float:
    """Height of the higher one of the peaks in the first and the last tenth of a half-cycle, over the lowest voltage between
    them. A voltage that rises from the beginning, as salt gradients build up, has no peak there.
    """
    share = np.linspace(SETTLED, 1.0, 500)
    volt = np.interp(share, seen.charge / seen.charge[-1], seen.voltage)
    return float(max(volt[share < 0.1].max(), volt[share > 0.9].max()) / volt[(share >= 0.1) & (share <= 0.9)].min() - 1)
