"""Is the host stripped from its top and filled from inside? Over the free choices of the front law and the matrix's
conductivity.

Each point is a run: strip 5, plate 3, plate 2 mAh/cm2 at 1 mA/cm2, as in the paper's figure 3. Nothing of the answer is built
in
but what the law of the front says: lithium is plated where electrons and ions meet, on lithium, on what is near to lithium, and
on the matrix as far as it is said to take part.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

from lithoscope.analysis.confinement import MATRICES, Confinement, Place, measured, strip_and_plate, variants
from lithoscope.design import Host
from lithoscope.physics.contract import silent
from lithoscope.protocol import Current, Program
from lithoscope.studies.host.cells import THICK, THICKNESS, THIN, host_cell
from lithoscope.studies.host.runs import HOST
from lithoscope.studies.search import NotSolvedError

if TYPE_CHECKING:
    from lithoscope.design import Cell
    from lithoscope.result import Result
    from lithoscope.studies.claims import Claims
    from lithoscope.studies.ranges import Point, Range

CONDUCTIVITIES = (1e-12, 1e-6, 1e-5, 1e-4, 1e-3, 3e-3, 1e-2, 3e-2, 1e-1, 1.0, 100.0)
"""Electronic conductivities of the matrix, S/m."""

PLATED_MATRIX = (0.0, 0.3)
"""Share of the surface of the matrix itself on which lithium is plated, where electrons get there."""

EXPOSED = 0.2
"""Fibres count as exposed when less than this share of their lithium is left at the top."""

COVERED = 0.8
"""They count as covered again with more than this share of what was there at first."""

GROWN_M = 1e-6
"""Lithium on top that a microscope would show, m."""


@dataclass(frozen=True, slots=True)
class Spot:
    """A point of the map: thickness um, share of the matrix that is plated, and what was found there."""

    thickness: float
    plated_matrix: float
    place: Place

    @property
    def found(self) -> Confinement:
        """Where the lithium went."""
        return self.place.found


@dataclass(frozen=True)
class Confined:
    """What the map gave.

    choices     both matrices at every choice of the front law, both thicknesses
    sweep       over the conductivity of the matrix
    runs        the reference runs that were solved, by thickness and matrix
    emptied     the thick host stripped until nothing has contact any more, if that was solved
    """

    choices: tuple[Spot, ...]
    sweep: tuple[Spot, ...]
    runs: dict[tuple[float, str], Result]
    emptied: Result | None

    def reference(self, matrix: str, thickness: float) -> Confinement | None:
        """What was found with every number at its prior, if that was solved."""
        spots = (s for s in self.choices if s.place.matrix == matrix and s.thickness == thickness and not s.place.changed)
        return next((spot.found for spot in spots), None)

    def of(self, matrix: str, thickness: float | None = None) -> list[Confinement]:
        """What was found with a matrix."""
        return [s.found for s in self.choices if s.place.matrix == matrix and thickness in (None, s.thickness)]


def jobs(point: Point, known: Sequence[Range], claims: Claims) -> dict[str, Callable[[], Spot]]:
    """Every point of the map."""
    made: dict[str, Callable[[], Spot]] = {}
    for thickness in (THICK, THIN):
        cell = host_cell({**point, THICKNESS: thickness}, known, claims)
        for matrix, path, value, changed in variants(cell):
            place = partial(Place, matrix, path, value)
            made[f"{matrix}, {thickness:g} um, {path} {value:g}"] = partial(
                _spot, changed, thickness, MATRICES[matrix]["front.matrix_plating"], place
            )
        for share in PLATED_MATRIX:
            sweep = [("matrix_conductivity", sigma) for sigma in CONDUCTIVITIES]
            for _, path, value, changed in variants(cell, sweep, {"": {"front.matrix_plating": share}}):
                if path:
                    made[f"sweep, {thickness:g} um, {share:g}, {value:g} S/m"] = partial(
                        _spot, changed, thickness, share, partial(Place, "sweep", path, value)
                    )
    return made


def _spot(cell: Cell, thickness: float, plated: float, place: Callable[[Confinement], Place]) -> Spot:
    """One point. Raises NotSolvedError."""
    assert isinstance(cell.working, Host)
    return Spot(thickness, plated, place(measured(solved(cell, strip_and_plate()), cell.working)))


def solved(cell: Cell, program: Program) -> Result:
    """A run of a host apart; it may end early, as a host that clogs does. Raises NotSolvedError."""
    result = HOST.simulate(cell, program, silent, apart=True)
    if result.status.end.numerical:
        raise NotSolvedError(f"A host was not solved. {result.status}")
    return result


def references(point: Point, known: Sequence[Range], claims: Claims) -> dict[str, Callable[[], Result]]:
    """The runs that are drawn, and the one that empties the host."""
    made: dict[str, Callable[[], Result]] = {}
    for thickness in (THICK, THIN):
        cell = host_cell({**point, THICKNESS: thickness}, known, claims)
        for matrix, _, _, changed in variants(cell, ()):
            made[f"{matrix} host, {thickness:g} um"] = partial(solved, changed, strip_and_plate())
    empty = Program([Current("1 mA/cm2", {"voltage_above": "1 V", "capacity": "100 mAh/cm2"})])
    made["host, emptied"] = partial(solved, host_cell(point, known, claims), empty)
    return made


def gathered(spots: Sequence[Spot], runs: dict[str, Result]) -> Confined:
    """All that was run."""
    kept = {(t, m): runs[name] for t in (THICK, THIN) for m in MATRICES if (name := f"{m} host, {t:g} um") in runs}
    sweep = tuple(s for s in spots if s.place.matrix == "sweep")
    return Confined(tuple(s for s in spots if s.place.matrix != "sweep"), sweep, kept, runs.get("host, emptied"))
