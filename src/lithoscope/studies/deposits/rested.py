"""Ready runs on a surface that rested: fresh against corroded, with film and pits, one of them, or neither of them uneven."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from types import MappingProxyType
from typing import TYPE_CHECKING

from lithoscope.design import Cell
from lithoscope.design.catalogue import entry
from lithoscope.physics.bridge.rested import Evened, film_from_rest
from lithoscope.physics.contract import silent
from lithoscope.physics.interphase.model import Interphase
from lithoscope.protocol import Program, Rest

if TYPE_CHECKING:
    from lithoscope.physics.morphology.model import PhaseField
    from lithoscope.result import Result

ROWS_APART = 8
"""Rows of the map between one seed and the next: 4 um, twice as far as the surface varies."""

CELL, PROGRAM, MODEL, REST = "perovskite/bare", "deposits/plate-rested", "deposits/rested", "deposits/rest"


@dataclass(frozen=True, slots=True)
class Rested:
    """The rest before a ready run.

    time     of the rest;  evened: what of it is made even, with the same amounts and the same mean conductance
    spread   of kinetics and of transport over the surface, where it is not that of the model
    """

    time: str
    evened: tuple[Evened, ...] = ()
    spread: float | None = None

    def on(self, cell: Cell, model: PhaseField, seed: int) -> tuple[Cell, PhaseField]:
        """The cell and the phase field after the rest. seed: chooses the row of the map."""
        surface = film_from_rest(self.rest(cell), row=seed * ROWS_APART).evened(*self.evened)
        return surface.cell(cell), model.replaced(film=surface.film, start=surface.start)

    def rest(self, cell: Cell) -> Result:
        """The result of the rest."""
        return _rest(cell.to_toml(), self.interphase.to_toml(), self.time)

    @property
    def interphase(self) -> Interphase:
        """The model of the rest."""
        model = Interphase.parse(entry(REST), file=REST)
        return model if self.spread is None else model.replaced(kinetic_spread=self.spread, transport_spread=self.spread)

    @property
    def words(self) -> str:
        """What a table says of it."""
        even = {
            (): "film and pits",
            ("pits",): "film alone, without pits",
            ("film",): "pits alone, under an even film",
            ("film", "pits"): "an even film on a surface without pits: the control",
        }
        spread = "" if self.spread is None else f", kinetics and transport spread by {self.spread:g}"
        return f"of a rest of {self.time}, {even[self.evened]}{spread}; moving with the surface"


@cache
def _rest(cell: str, model: str, time: str) -> Result:
    """One rest serves all grids and controls."""
    return Interphase.parse(model).simulate(Cell.parse(cell), Program([Rest(time)]), silent)


FRESH, DAY, MONTH = "1 min", "1 d", "30 d"
"""In the electrolyte: as long as it takes to assemble a cell, and after that."""

CONTROL: tuple[Evened, ...] = ("film", "pits")

RESTED: Mapping[str, Rested] = MappingProxyType({
    "rest-fresh": Rested(FRESH),
    "rest-day": Rested(DAY),
    "rest-day-even": Rested(DAY, CONTROL),
    "rest-month": Rested(MONTH),
    "rest-month-film": Rested(MONTH, ("pits",)),
    "rest-month-pits": Rested(MONTH, ("film",)),
    "rest-month-even": Rested(MONTH, CONTROL),
    "rest-month-least": Rested(MONTH, spread=0.0),
    "rest-month-most": Rested(MONTH, spread=2.0),
})  # fmt: skip
"""By the name of the ready run. The last two are the ends of the ranges of the data tables."""

ENDS = {"rest-month-least": "rest-month", "rest-month-most": "rest-month"}
"""Runs on the coarsest cells alone, and the run that checks them."""
