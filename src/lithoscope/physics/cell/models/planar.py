"""Two flat lithium electrodes as a model."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, Literal

from lithoscope.physics.cell.inputs import cell_inputs
from lithoscope.physics.cell.model import CellModel
from lithoscope.physics.cell.params import Parameter, foil_parameters, numbers, parameters
from lithoscope.physics.contract import ExactCase

if TYPE_CHECKING:
    from lithoscope.design import Cell


class Planar(CellModel):
    """Two flat lithium electrodes with films, native films and double layers; no side reactions.

    The equations stand in `lithoscope.physics.cell.equations.planar`.
    """

    kind: Literal["planar"] = "planar"

    def structure(self, cell: Cell) -> tuple[int, int]:
        """Number of films on the counter and on the working electrode."""
        return films_on_both(cell)

    @staticmethod
    def equations(structure: Any, current: Any = None) -> Any:
        """The planar model of PyBaMM."""
        from lithoscope.physics.cell.equations.planar import PlanarLithiumCell

        return PlanarLithiumCell(by_face(structure), current)

    def values(self, cell: Cell) -> dict[str, float]:
        """The numbers of a cell by parameter name."""
        return cell_inputs(numbers(cell))

    def parameters(self, cell: Cell) -> tuple[Parameter, ...]:
        """Every number of a cell with its range, status and source."""
        return parameters(cell, foil_parameters("working", cell.foil))

    def exact_cases(self) -> Sequence[ExactCase]:
        """Those of `lithoscope.physics.cell.exact`."""
        from lithoscope.physics.cell.exact import cases

        return cases(self)


def films_on_both(cell: Cell) -> tuple[int, int]:
    """Number of protective films on the counter and on the working electrode."""
    return len(cell.counter_electrode.films), len(cell.working.films)


def by_face(films: tuple[int, int]) -> dict[str, int]:
    """Number of films by the name of the face."""
    return dict(zip(("Counter", "Working"), films, strict=True))
