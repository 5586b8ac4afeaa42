"""Cells through their lives: the runs of a search, made once and remembered by what was seen."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

import numpy as np

from lithoscope.errors import End, Status
from lithoscope.physics.cell import Mossy
from lithoscope.physics.contract import silent
from lithoscope.protocol import Program, Spectrum, Stop
from lithoscope.studies.mechanisms import Mechanism
from lithoscope.studies.perovskite.cells import calibrated_cell
from lithoscope.studies.perovskite.mechanisms import HOURS_PER_CYCLE, LIMIT_V, SETTLED
from lithoscope.studies.search import Bounded, NotSolvedError, Strength, crossing

if TYPE_CHECKING:
    from collections.abc import Sequence

    import pandas as pd

    from lithoscope.protocol.steps import Step
    from lithoscope.result import Result
    from lithoscope.studies.claims import Claims
    from lithoscope.studies.ranges import Point

MODEL = Mossy(cells=10)
"""Ten volumes in each layer: searches make many runs, and the voltage after 400 cycles differs by less than 1 %."""

FINER = MODEL.changed("relative_tolerance", 1e-8)
"""For runs whose ledger does not close otherwise: what is lost in all cycles is large beside what is lost in one."""

LEAST_CYCLES = 100
"""Programs of fewer cycles are not compiled and take longer than this many."""

TRIED, TRIED_BARE = 4, 7
"""Strengths that are tried first, over the whole range of a mechanism. The bare cell's runs are short."""


@dataclass(frozen=True, slots=True)
class Lived:
    """What a search needs of a long run; the run itself is not kept.

    status   how it ended
    plateau  voltage of each cycle, V;  peak: the largest of it
    """

    status: Status
    plateau: pd.Series
    peak: pd.Series


@dataclass(frozen=True, slots=True)
class LongRuns:
    """Takes cells through their life at a point of the open parameters. What was seen is remembered."""

    claims: Claims
    point: Point
    _seen: dict[tuple[object, ...], Lived] = field(default_factory=dict)

    def at(self, **changes: float) -> LongRuns:
        """The same at another point; what was seen here does not count there."""
        return replace(self, point={**self.point, **changes}, _seen={})

    def run(self, material: str, ageing: dict[str, str | float], cycles: int) -> Lived:
        """What becomes of a cell in cycles of 1 mA/cm2 and 1 mAh/cm2, ended at the limit.

        Raises NotSolvedError.
        """
        key = (material, tuple(sorted(ageing.items())), cycles)
        if key not in self._seen:
            result = self._simulated(material, ageing, life_program(cycles))
            columns = result.cycles
            self._seen[key] = Lived(result.status, columns["plateau_voltage"], columns["end_peak_voltage"])
        _check(self._seen[key].status, material, ageing)
        return self._seen[key]

    def whole(self, material: str, ageing: dict[str, str | float], cycles: int, spectra: tuple[int, ...] = ()) -> Result:
        """The run with all its traces.

        spectra  numbers of cycles after which an impedance spectrum is measured, rising, 0 for before
        Raises NotSolvedError.
        """
        result = self._simulated(material, ageing, life_program(cycles, spectra))
        _check(result.status, material, ageing)
        return result

    def _simulated(self, material: str, ageing: dict[str, str | float], program: Program) -> Result:
        """The run, a second time with a tighter tolerance if its books do not close."""
        cell = calibrated_cell(material, self.claims, self.point).changed("working.ageing", dict(ageing))
        result = MODEL.simulate(cell, program, silent, apart=True)
        return FINER.simulate(cell, program, silent, apart=True) if result.status.end.marked else result

    def life(self, lived: Lived, reading: str) -> Bounded:
        """When a cell was at its end, h; at least as long as its program if it outlived that."""
        plateau, ended = lived.plateau, lived.status.time / 3600
        if reading == "doubled" and len(plateau) >= SETTLED:
            past = plateau.index[(plateau >= 2 * plateau.loc[SETTLED]) & (plateau.index > SETTLED)]
            if len(past):
                return Bounded(HOURS_PER_CYCLE * float(past[0]))
        return Bounded(ended, "lower" if lived.status.end is End.COMPLETED else "exact")

    def excess(self, material: str, mechanism: Mechanism, reading: str, hours: float, strength: float) -> float:
        """Below zero for a cell that lives longer than this, above for one that does not.

        The logarithm of the largest voltage over that of the end; of hours over life for a cell that ended early by itself.
        Raises NotSolvedError.
        """
        asked = round(hours / HOURS_PER_CYCLE)
        lived = self.run(material, mechanism.ageing(strength), max(asked, LEAST_CYCLES))
        if asked not in lived.peak.index or lived.status.time < (1 - 1e-9) * 3600 * hours:
            return float(np.log(hours * 3600 / lived.status.time)) + 1e-6
        if reading == "limit":
            return float(np.log(lived.peak.loc[:asked].max() / LIMIT_V))
        return float(np.log(lived.plateau.loc[SETTLED + 1 : asked].max() / (2 * lived.plateau.loc[SETTLED])))

    def strength(self, material: str, mechanism: Mechanism, reading: str, hours: float, most: float | None = None) -> Strength:
        """The smallest strength with which a cell is at its end after this time; it is looked for up to `most`.

        Raises NotSolvedError.
        """
        tried = mechanism.tried(TRIED_BARE if material == "bare" else TRIED, most)
        return crossing(lambda s: self.excess(material, mechanism, reading, hours, s), tried)


def life_program(cycles: int, spectra: tuple[int, ...] = ()) -> Program:
    """Cycles with spectra after some of them, ended at the limit."""
    steps: list[Step] = []
    done = 0
    for number in spectra:
        steps += [*_cycles(number - done), Spectrum()]
        done = number
    return Program([*steps, *_cycles(cycles - done)], stop=Stop(voltage_magnitude=f"{LIMIT_V} V"))


def _cycles(number: int) -> Sequence[Step]:
    """As many cycles of the paper's test, or nothing."""
    return Program.strip_plate("1 mA/cm2", "1 mAh/cm2", cycles=number).steps if number else ()


def _check(status: Status, material: str, ageing: dict[str, str | float]) -> None:
    """Raises NotSolvedError for a run whose numbers are not to be used."""
    if status.end.numerical:
        what = ", ".join(f"{name.replace('_', ' ')} {value}" for name, value in ageing.items())
        raise NotSolvedError(f"The {material} cell with {what or 'every number at its prior'} was not solved. {status}")
