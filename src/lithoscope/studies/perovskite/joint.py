"""Lives with every open number free at once: the designs that end the bare cell at its reported time, and what they leave to a
coated one.

The searches take one mechanism at a time. Here all numbers of ageing and all that the paper leaves open are spread over their
ranges together; of these designs the ones are kept whose bare cell ends within the tolerance of the reported life, which is a
calibration by rejection. The coated cells then run with the same numbers: what they show is what the films do by their
resistance alone, with everything that nobody measured left open.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from lithoscope.data import lookup
from lithoscope.design.ageing import FIELDS
from lithoscope.ensemble import sweep
from lithoscope.errors import End, InputError
from lithoscope.sensitivity import scattered
from lithoscope.studies.perovskite.cells import calibrated_cell, ranges
from lithoscope.studies.perovskite.longruns import MODEL, life_program
from lithoscope.studies.perovskite.mechanisms import HOURS_PER_CYCLE, LIFE, READINGS, SETTLED, cycles
from lithoscope.studies.ranges import Point, Range, from_data
from lithoscope.studies.spread import Scatter
from lithoscope.studies.verdict import Sampled

if TYPE_CHECKING:
    from lithoscope.design import Cell
    from lithoscope.ensemble import Sweep
    from lithoscope.physics.contract import Report
    from lithoscope.studies.claims import Claims

Array = NDArray[np.float64]

DESIGNS = 4096
"""Designs that are drawn."""

SAMPLES = 8
"""Times in a half-cycle at which the voltage is taken; those of its middle half make the plateau."""

RTOL = 3e-5
"""Relative tolerance of the designs: of voltages near 1 V a tenth of a millivolt is to be kept."""

PAST = 10
"""Cycles for which bare cells are followed beyond the reported life."""

COATED = ("MASnCl3", "MAPbCl3")


@dataclass(frozen=True, eq=False)
class Kept:
    """The designs whose bare cell ends at its time, for one reading of the end.

    reading  of the end;  columns: their numbers, by name
    plateau  voltage of each cycle, V, by material, shape (designs, cycles), NaN after the end
    life     of each coated cell, h, infinite if it outlives the reported life
    """

    reading: str
    columns: dict[str, list[float]]
    plateau: dict[str, Array]
    life: dict[str, Array]

    def __len__(self) -> int:
        """Number of designs."""
        return len(next(iter(self.columns.values()), []))

    @property
    def points(self) -> list[Point]:
        """The open numbers of each design, by name."""
        return [dict(zip(self.columns, row, strict=True)) for row in zip(*self.columns.values(), strict=True)]


@dataclass(frozen=True, eq=False)
class Joint:
    """What came of the designs.

    drawn    how many;  refused: those of them that no cell can be, e.g. with more film on moss than moss
    early    share of the rest whose bare cell ends before its reported time, by reading
    kept     the designs that are kept, by reading
    sweeps   the ensembles, by name
    """

    drawn: int
    refused: int
    early: dict[str, float]
    kept: dict[str, Kept]
    sweeps: dict[str, Sweep]

    def points(self, most: int | None = None) -> list[Point]:
        """The open numbers of the designs that are kept, each once; of each reading the first, if not all."""
        found = [point for kept in self.kept.values() for point in kept.points[:most]]
        return list({tuple(point.values()): point for point in found}.values())

    def sampled(self, material: str, least: float) -> Sampled | None:
        """The lives of a coated cell over the designs that are kept, both readings together; None without any.

        least  reported life, h
        """
        found = [kept.life[material] for kept in self.kept.values() if len(kept)]
        if not found:
            return None
        lives = np.concatenate(found)
        columns = {
            name: [x for kept in self.kept.values() if len(kept) for x in kept.columns[name]]
            for name in max(self.kept.values(), key=len).columns
        }
        return replace(Scatter(columns, lives).sampled, inside=float(np.mean(lives >= least)))


def ageing_ranges() -> tuple[Range, ...]:
    """The numbers of ageing that nobody measured. At one temperature the activation energy does nothing."""
    known = {field: lookup(f"ageing.{field}") for field in FIELDS if "activation" not in field}
    return tuple(from_data(field, field, r.unit, f"ageing.{field}") for field, r in known.items() if r.low is not None)


def draw(claims: Claims, report: Report) -> Joint:
    """Run all designs. Takes a minute."""
    known = (*ageing_ranges(), *ranges(claims))
    columns = scattered({each.name: each for each in known}, DESIGNS)
    points: list[Point] = [dict(zip(columns, row, strict=True)) for row in zip(*columns.values(), strict=True)]
    report(0.0, f"{DESIGNS} bare cells")
    cells = {n: cell for n, point in enumerate(points) if (cell := possible("bare", claims, point)) is not None}
    asked = cycles(claims)
    bare = _through(list(cells.values()), asked["bare"] + PAST)
    numbers, band = np.array(list(cells)), claims[LIFE].band(1)
    kept, early, sweeps = {}, {}, {"lives, bare": bare.sweep}
    for n, reading in enumerate(READINGS):
        report(0.4 + 0.3 * n, f"coated cells, {reading}")
        ends = bare.ends(reading)
        early[reading] = float(np.mean(ends < band.low))
        inside = np.flatnonzero((ends >= band.low) & (ends <= band.high))
        kept[reading], more = _coated(claims, reading, [points[i] for i in numbers[inside]], bare.plateau[inside])
        sweeps |= {f"lives, {material}, {reading}": found for material, found in more.items()}
    return Joint(DESIGNS, DESIGNS - len(cells), early, kept, sweeps)


def _coated(claims: Claims, reading: str, points: Sequence[Point], bare: Array) -> tuple[Kept, dict[str, Sweep]]:
    """The coated cells with the numbers of the designs that are kept; those of which one is impossible are left out."""
    made = {m: [possible(m, claims, point) for point in points] for m in COATED}
    whole = [n for n in range(len(points)) if all(made[m][n] is not None for m in COATED)]
    columns = {name: [points[n][name] for n in whole] for name in (points[0] if points else ())}
    plateau, life, sweeps = {"bare": bare[whole]}, {}, {}
    for material in COATED if whole else ():
        lived = _through([cell for n in whole if (cell := made[material][n]) is not None], cycles(claims)[material])
        plateau[material], life[material], sweeps[material] = lived.plateau, lived.ends(reading), lived.sweep
    return Kept(reading, columns, plateau, life), sweeps


def possible(material: str, claims: Claims, point: Point) -> Cell | None:
    """A cell at a point, or None if its numbers contradict each other."""
    ageing = {f"working.ageing.{each.name}": each.written(point[each.name]) for each in ageing_ranges()}
    try:
        cell = calibrated_cell(material, claims, point).changed_at(ageing)
        MODEL.values(cell)
    except InputError:
        return None
    return cell


@dataclass(frozen=True, eq=False)
class Followed:
    """sweep: the runs;  plateau: voltage of each cycle, V, shape (designs, cycles);  ended: when a cell could not go on, h."""

    sweep: Sweep
    plateau: Array
    ended: Array

    def ends(self, reading: str) -> Array:
        """When each cell was at its end, h; infinite for one that outlived its program."""
        if reading == "limit" or self.plateau.shape[1] <= SETTLED:
            return self.ended
        past = self.plateau >= 2 * self.plateau[:, SETTLED - 1 : SETTLED]
        past[:, :SETTLED] = False
        doubled = np.where(past.any(axis=1), HOURS_PER_CYCLE * (past.argmax(axis=1) + 1.0), np.inf)
        return np.minimum(doubled, self.ended)


def _through(cells: Sequence[Cell], number: int) -> Followed:
    """Cells through cycles of 1 mA/cm2 and 1 mAh/cm2."""
    found = sweep(cells, life_program(number), model=MODEL, samples=SAMPLES, rtol=RTOL, progress=False)
    return Followed(found, _plateau(found), np.array([_ended(status.end, status.time) for status in found.statuses]))


def _ended(end: End, time: float) -> float:
    return np.inf if end is End.COMPLETED else time / 3600


def _plateau(found: Sweep) -> Array:
    """Mean magnitude over the middle half of the time of both half-cycles, V, shape (designs, cycles)."""
    middle = np.abs(found["voltage_trace"].values[:, :, SAMPLES // 4 : 3 * SAMPLES // 4 + 1])
    weights = np.array([0.5, *(1.0,) * (SAMPLES // 2 - 1), 0.5]) / (SAMPLES // 2)
    halves = middle @ weights
    cycles_of_each: Array = halves.reshape(len(halves), -1, 2).mean(axis=2)
    return cycles_of_each
