"""What every model of every scale gives, so that one verb runs them all and one test checks them all."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

import numpy as np

from lithoscope.design import Cell, Foil
from lithoscope.errors import End, Status
from lithoscope.protocol import Program
from lithoscope.result import Result
from lithoscope.result.checkpoint import Journal

if TYPE_CHECKING:
    import xarray as xr


class Report(Protocol):
    """Is told how far a run has come; shows it or not."""

    def __call__(self, done: float, text: str) -> None:
        """done is a share from 0 to 1; text says where the run is, e.g. "cycle 12 of 100"."""


def silent(done: float, text: str) -> None:
    """A `Report` that shows nothing."""


@dataclass(frozen=True, slots=True)
class Violation:
    """An invariant that does not hold: which, one of `ENDS`, and by how much."""

    invariant: str
    detail: str


@dataclass(frozen=True, slots=True)
class ExactCase:
    """A case with an exact solution.

    name       what is compared, e.g. "steady salt profile"
    tolerance  largest relative error that a correct model makes with the mesh of the case
    error      runs the case and returns its relative error
    """

    name: str
    tolerance: float
    error: Callable[[], float]


class Model(Protocol):
    """A model: how a cell behaves. Frozen, and written to a file as a literal tag `kind` with its fields."""

    @property
    def kind(self) -> str:
        """The literal tag."""

    def to_toml(self) -> str:
        """The model as it stands in a file."""

    def simulate(self, cell: Cell, program: Program, report: Report, journal: Journal | None = None) -> Result:
        """Run a program on a cell. A physical end is a Status, not an exception.

        With a journal every part of the run is kept there, and the run begins where the journal ends.

        Raises InputError for a cell or a program that this model cannot run, and RunInterrupted, which holds the result
        up to there, when the user interrupts it.
        """

    def invariants(self, result: Result) -> Sequence[Violation]:
        """What should hold at every saved time and does not."""

    def exact_cases(self) -> Sequence[ExactCase]:
        """Cases with exact solutions that this model is checked against."""


def contact_left_out(cell: Cell) -> tuple[str, ...]:
    """What a reader must know of a model without galvanic couples, if a metal touches a foil of the cell."""
    foils = [each for each in (cell.working, cell.counter_electrode) if isinstance(each, Foil)]
    metals = dict.fromkeys(foil.contact.material for foil in foils if foil.contact is not None)
    return tuple(
        f"{metal} touches the lithium in this cell and draws no current here: the model interphase has it, at rest."
        for metal in metals
    )


KIRCHHOFF_V = 1e-9
"""Largest difference between the voltage and the sum of its parts, V."""


def of_every_scale(result: Result) -> Iterator[Violation]:
    """What must hold in the trace of every model: finite values, and lithium."""
    for name, values in result.trace.data_vars.items():
        if not np.all(np.isfinite(values)):
            yield Violation("finite values", f"{name} is not finite at {int(np.sum(~np.isfinite(values)))} times")
    ledger = result.ledger
    if not ledger.closes:
        worst = max(ledger.reservoirs, key=lambda name: ledger.reservoirs[name].mismatch)
        yield Violation(
            "lithium",
            f"the total changes by {ledger.residual:.1e} of the inventory, and {worst} differs from its flux by "
            f"{ledger.reservoirs[worst].mismatch:.1e}",
        )


def kirchhoff(trace: xr.Dataset) -> Iterator[Violation]:
    """The voltage is the potential of the working electrode, less that of the counter electrode, and the electrolyte's part."""
    parts = trace["working_potential"] - trace["counter_potential"] + trace["electrolyte_potential"]
    gap = float(np.max(np.abs(trace["voltage"] - parts)))
    if gap > KIRCHHOFF_V:
        yield Violation("Kirchhoff", f"the voltage differs from the sum of its parts by {gap:.1e} V")


ENDS = {
    "finite values": End.NOT_FINITE,
    "lithium": End.LEDGER_OPEN, "elements": End.LEDGER_OPEN, "salt": End.LEDGER_OPEN, "electrolyte": End.LEDGER_OPEN,
    "charge": End.CURRENTS_OPEN, "current": End.CURRENTS_OPEN,
    "Kirchhoff": End.VOLTAGE_OPEN,
    "bounds": End.OUT_OF_BOUNDS,
}  # fmt: skip
"""How a run ends in which an invariant does not hold. The first of them names the end where several do not."""


def marked(result: Result, found: Sequence[Violation]) -> Result:
    """A result whose invariants do not hold, marked so; the place where it ended is kept."""
    detail = "; ".join(f"{violation.invariant}: {violation.detail}" for violation in found)
    broken = {violation.invariant for violation in found}
    end, s = next(end for name, end in ENDS.items() if name in broken), result.status
    return Result(result.tree, Status(end, detail, s.time, s.cycle, s.step), result.ledger, result.manifest)
