"""How designs ended, in laboratory words: as a single run says it."""

from __future__ import annotations

from collections.abc import Mapping

from lithoscope.errors import End, Status
from lithoscope.physics.cell.control import STOP, Before, setting
from lithoscope.physics.cell.lanes import records
from lithoscope.physics.cell.lanes.functions import Array
from lithoscope.physics.cell.solve import INSTRUMENT_V, PHYSICAL_ENDS, nearly_exhausted
from lithoscope.physics.cell.system import System
from lithoscope.protocol import Program, Rest, Spectrum
from lithoscope.protocol.program import Visit

REASONS = {
    records.NO_START: "no consistent start of the step was found",
    records.STEP_TOO_SMALL: "the step of the integrator fell below its least size",
    records.TOO_MANY_STEPS: "the integrator needed too many steps",
    records.NOT_FINITE: "a number of the cell, or what follows from it at the start of the step, is not finite",
}
"""Why a lane found no solution, by the codes of `records`."""

NOT_DONE = (records.INTERRUPTED, records.NOT_RUN)
"""Codes of designs that were interrupted, or not begun when the run was."""


def end_of(code: int, condition: str, program: Program, empty: str | None) -> tuple[End, str]:
    """How a design ended, and one clause on why.

    code       of `records`;  condition: its name, where one ended the run
    empty      the electrode that is nearly exhausted, where the voltage ran away
    """
    if code <= records.COMPLETED:
        end = End.COMPLETED if code == records.COMPLETED else End.INTERRUPTED if code in NOT_DONE else End.NO_SOLUTION
        return end, REASONS.get(code, "")
    if condition != STOP:
        word, _, face = condition.partition(": ")
        return PHYSICAL_ENDS[word], face
    if program.stop.voltage_magnitude:
        return End.STOP_REACHED, "the voltage reached its limit"
    if empty:
        return End.LITHIUM_EXHAUSTED, f"{empty} electrode; the rest cannot carry the current"
    return End.POLARISED, f"the voltage reached {INSTRUMENT_V:g} V, beyond which no cycler goes"


def emptied(system: System, visit: Visit, y: Array, cell: Mapping[str, float]) -> str | None:
    """The electrode that is nearly exhausted in the last state of a design.

    cell  its numbers
    """
    step = Rest(visit.step.rest) if isinstance(visit.step, Spectrum) else visit.step
    told, _ = setting(step, INSTRUMENT_V, Before(0.0, 0.0))
    return nearly_exhausted(system, y, {**cell, **told.inputs()})


def status(end: End, detail: str, visit: Visit, time: float) -> Status:
    """The status of a design with its place."""
    if end is End.COMPLETED:
        return Status(end, detail, time)
    return Status(end, detail, time, visit.cycle, visit.number)
