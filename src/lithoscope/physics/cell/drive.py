"""Taking a run from its first step to its end: chunk by chunk, whatever happens to the solver or to the process."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from itertools import islice
from statistics import median
from typing import Protocol

from lithoscope.errors import End, Status
from lithoscope.physics.cell.chunk import Chunk, Point
from lithoscope.physics.cell.timeline import Timeline
from lithoscope.physics.contract import Report
from lithoscope.physics.interruption import interrupts_noted
from lithoscope.protocol import Program
from lithoscope.protocol.program import Visit
from lithoscope.result.checkpoint import Journal

BUDGET_S = 1.0
"""Time after which a chunk is handed over, s: what a killed run loses and what an interrupt waits for, beside a step."""

RUNGS = 4
"""Rungs of the ladder of tolerances; a step that hangs is tried again from the next one."""

CAREFUL_STEPS = 100
"""Steps that are solved one by one after a solver hung: about as many as a chunk has."""


class HungError(Exception):
    """A solver did not answer within its time and was stopped."""


class Solves(Protocol):
    """What solves a program: a `solve.Stepper` in this process, or a `worker.Remote` in another one."""

    def advance(self, point: Point, budget: float, rung: int, enough: Callable[[], bool]) -> Chunk:
        """Solve steps from a point; see `solve.Stepper`. Raises HungError."""


@dataclass(slots=True)
class Driver:
    """Takes a run to its end.

    solves    where it is solved
    journal   keeps every chunk on the disk, if the run is to survive its process
    careful   number of steps that are still to be solved one by one, after a solver hung
    """

    solves: Solves
    journal: Journal | None = None
    careful: int = 0

    def run(self, program: Program, report: Report) -> tuple[Timeline, Status]:
        """Run a program, from its start or from where the journal ends."""
        timeline, count = Timeline(), len(program)
        if self.journal:
            self._take_up(self.journal, timeline)
        point = timeline.point
        status = timeline.chunks[-1].status if timeline.chunks else None
        with interrupts_noted() as interrupted:
            while status is None:
                report(point.visit / count, _place(point.visit, program, count))
                chunk = self._advance(program, point, interrupted)
                timeline.add(chunk)
                point, status = chunk.point, chunk.status
                # A step that was not solved is tried again when the run is run again.
                if self.journal and not (status and status.end is End.NO_SOLUTION):
                    self.journal.append(chunk.to_bytes())
                if interrupted():
                    status = _interrupted(program, chunk)
        report(1.0, "done")
        return timeline, status

    @staticmethod
    def _take_up(journal: Journal, timeline: Timeline) -> None:
        """All that the journal holds, up to the first part that is damaged or does not follow; from there it is solved anew."""
        for number, data in journal.parts():
            try:
                timeline.add(Chunk.from_bytes(data).after(timeline.point))
            except ValueError:
                journal.cut(number)
                return

    def _advance(self, program: Program, point: Point, interrupted: Callable[[], bool]) -> Chunk:
        """The next chunk. A solver that hangs is stopped; from there it is tried step by step, so that all before the one
        that hangs are kept, and that one with other tolerances.
        """
        single = [(0.0, rung) for rung in range(RUNGS)]
        attempts = single if self.careful else [(BUDGET_S, 0), *single]
        reason = ""
        for budget, rung in attempts:
            if reason and interrupted():
                # Nothing is decided: the run goes on from here when it is run again.
                return Chunk(point, {}, None, 0, 0, (reason,))
            try:
                chunk = self.solves.advance(point, budget, rung, interrupted)
            except HungError as error:
                self.careful, reason = CAREFUL_STEPS, str(error)
            else:
                self.careful = max(self.careful - 1, 0)
                return chunk
        hung = _visit(program, point.visit + 1)
        status = Status(End.NO_SOLUTION, reason, point.time, hung.cycle, hung.number)
        return Chunk(point, {}, status, len(attempts), 0, (reason,))


LEAST_PATIENCE_S = 60.0


class Patience:
    """How long a chunk may take: 20 times the median so far, at least a minute; five minutes for the first, which starts it."""

    def __init__(self) -> None:
        self._taken: list[float] = []

    @property
    def limit(self) -> float:
        """s."""
        return max(LEAST_PATIENCE_S, 20 * median(self._taken)) if self._taken else 5 * LEAST_PATIENCE_S

    def took(self, seconds: float) -> None:
        """A chunk that was answered."""
        self._taken.append(seconds)


def _interrupted(program: Program, last: Chunk) -> Status:
    """The status of a run that was interrupted after a chunk."""
    detail = f"{last.status.word}, {last.status.detail}" if last.status else "after this step"
    visit = _visit(program, max(last.point.visit, 1))
    return Status(End.INTERRUPTED, detail, last.point.time, visit.cycle, visit.number)


def _visit(program: Program, number: int) -> Visit:
    """A step of a program by its number, counted from 1 over the whole run."""
    return next(islice(program.visits(), number - 1, None))


def _place(visit: int, program: Program, count: int) -> str:
    return (
        f"cycle {visit * program.cycles // count + 1} of {program.cycles}" if program.cycles else f"step {visit + 1} of {count}"
    )
