"""The lithiations over the ranges of everything that is open, all at once, each calibrated anew on the tin film."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

import numpy as np

from lithoscope.errors import LithoscopeError
from lithoscope.physics.cell.worker import threads
from lithoscope.sensitivity import scattered
from lithoscope.studies.perovskite.converted import Lithiated, Lithiations, doubled, growth
from lithoscope.studies.perovskite.voltammetry import FILMS
from lithoscope.studies.spread import Scatter

if TYPE_CHECKING:
    from lithoscope.physics.contract import Report
    from lithoscope.studies.ranges import Point, Range

DESIGNS = 64
"""Points, a power of two. Each takes some seven runs, and programs of many currents share no ensemble."""


@dataclass(frozen=True, slots=True)
class Design:
    """What one point gives.

    films    each film at the end of its lithiation
    thicker  amount in a tin film of twice the thickness over that in one of the reported
    grown    converted share of the tin film after 200 h at the cut-off, over that at the end of the lithiation
    """

    films: dict[str, Lithiated]
    thicker: float
    grown: float


@dataclass(frozen=True, eq=False)
class ConvertedSpread:
    """What the designs show.

    columns  the open numbers at each design, by name;  designs: None for one of which a run did not come to its end
    """

    columns: dict[str, list[float]]
    designs: Sequence[Design | None]

    def read(self, of: Callable[[Design], float]) -> Scatter:
        """A number that is read off each design."""
        return Scatter(self.columns, np.array([np.nan if each is None else of(each) for each in self.designs]))

    def film(self, name: str, what: str) -> Scatter:
        """One field of `Lithiated` of a film."""
        return self.read(lambda each: float(getattr(each.films[name], what)))


def spread_lithiations(point: Point, ranges: Sequence[Range], report: Report) -> ConvertedSpread:
    """Lithiate the designs, two at a time. Takes half a minute.

    point  at which the calibrations begin
    """
    columns = scattered({each.name: each for each in ranges}, DESIGNS)
    points: list[Point] = [dict(zip(columns, row, strict=True)) for row in zip(*columns.values(), strict=True)]
    runs, found = Lithiations(point, apart=True), []
    with threads(2) as pool:
        for n, design in enumerate(pool.map(partial(_design, runs), points)):
            report(n / DESIGNS, f"{DESIGNS} designs, lithiation")
            found.append(design)
    return ConvertedSpread(columns, found)


def _design(runs: Lithiations, point: Point) -> Design | None:
    try:
        return Design({name: runs.at(point, name) for name in FILMS}, doubled(runs, point), growth(runs, point))
    except LithoscopeError:
        return None
