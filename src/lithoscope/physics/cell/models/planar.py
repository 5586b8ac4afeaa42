"""Two flat lithium electrodes as a model."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar, Literal

from lithoscope.physics.cell.inputs import cell_inputs
from lithoscope.physics.cell.model import CellModel
from lithoscope.physics.cell.params import Parameter, foil_parameters, numbers, parameters
from lithoscope.physics.contract import ExactCase

if TYPE_CHECKING:
    from lithoscope.design import Cell


@dataclass(frozen=True, slots=True)
class FoilStructure:
    """What tells cells of two foils apart before their numbers: protective films on each, and whether electrons leak."""

    counter: int
    working: int
    shorted: bool

    @property
    def films(self) -> dict[str, int]:
        """Number of films by the name of the face."""
        return {"Counter": self.counter, "Working": self.working}


class Planar(CellModel):
    """Two flat lithium electrodes with films, native films and double layers; no side reactions.

    The equations stand in `lithoscope.physics.cell.equations.planar`.
    """

    kind: Literal["planar"] = "planar"
    shorts: ClassVar[bool] = True

    def structure(self, cell: Cell) -> FoilStructure:
        """Films on both electrodes, and whether they are shorted."""
        return structure_of(cell)

    @staticmethod
    def equations(structure: Any, current: Any = None) -> Any:
        """The planar model of PyBaMM."""
        from lithoscope.physics.cell.equations.planar import PlanarLithiumCell

        return PlanarLithiumCell(structure.films, current, shorted=structure.shorted)

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


def structure_of(cell: Cell) -> FoilStructure:
    """The structure of a cell of two foils."""
    return FoilStructure(len(cell.counter_electrode.films), len(cell.working.films), cell.short is not None)
