"""Two lithium electrodes that age as a model."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Annotated, Any, ClassVar, Literal

from pydantic import Field

from lithoscope.physics.cell.inputs import ageing_inputs
from lithoscope.physics.cell.model import CellModel
from lithoscope.physics.cell.models.planar import FoilStructure, structure_of
from lithoscope.physics.cell.params import Parameter, foil_parameters, numbers, parameters
from lithoscope.physics.contract import ExactCase

if TYPE_CHECKING:
    from lithoscope.design import Cell


class Mossy(CellModel):
    """Lithium that grows moss and pits, dies, and builds up films and a dead layer, on top of all that `Planar` has.

    The equations stand in `lithoscope.physics.cell.equations.mossy`.
    """

    cells: Annotated[int, Field(ge=5, le=1000, strict=True, description="a whole number from 5 to 1000")] = 20

    kind: Literal["mossy"] = "mossy"
    shorts: ClassVar[bool] = True

    def structure(self, cell: Cell) -> FoilStructure:
        """Films on both electrodes, and whether they are shorted."""
        return structure_of(cell)

    @staticmethod
    def equations(structure: Any, current: Any = None) -> Any:
        """The mossy model of PyBaMM."""
        from lithoscope.physics.cell.equations.mossy import MossyLithiumCell

        return MossyLithiumCell(structure.films, current, shorted=structure.shorted)

    def values(self, cell: Cell) -> dict[str, float]:
        """The numbers of a cell by parameter name."""
        return ageing_inputs(numbers(cell))

    def parameters(self, cell: Cell) -> tuple[Parameter, ...]:
        """Every number of a cell with its range, status and source, those of ageing included."""
        return parameters(cell, foil_parameters("working", cell.foil, ageing=True), ageing=True)

    def exact_cases(self) -> Sequence[ExactCase]:
        """Those of `lithoscope.physics.cell.exact_ageing`."""
        from lithoscope.physics.cell.exact_ageing import cases

        return cases(self)
