"""What can go wrong, in laboratory words: refused inputs, files that cannot be trusted, and how a run ends.

An input error has five parts: where, given, expected, why, do. A run never ends in an exception for a physical
reason: it ends in a `Status` and keeps everything up to its last valid state.
"""

from __future__ import annotations

import difflib
from collections.abc import Iterable
from dataclasses import dataclass, replace
from enum import Enum
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from pathlib import Path

    from lithoscope.result import Result


class LithoscopeError(Exception):
    """Base of every error that Lithoscope raises on purpose."""


class InputError(LithoscopeError, ValueError):
    """An input was refused.

    where     path of the field in the input, e.g. "working.films.0.thickness"
    problem   what is wrong with what was given, with its value
    expected  the range or the names that are allowed
    why       the physical reason, where there is one
    do        a literal that can be typed instead
    line      line of the file in which the field stands, if it came from a file
    """

    def __init__(
        self,
        where: str,
        problem: str,
        *,
        expected: str = "",
        why: str = "",
        do: str = "",
        line: int | None = None,
        file: str | None = None,
    ) -> None:
        self.where, self.problem, self.expected, self.why, self.do = where, problem, expected, why, do
        self.line, self.file = line, file
        super().__init__(self.message)

    @property
    def message(self) -> str:
        """The error as one short paragraph."""
        place = self.where
        if self.line is not None:
            place = f"{place} (line {self.line})" if place else f"line {self.line}"
        if self.file:
            place = f"{self.file}: {place}" if place else self.file
        expected = f"Expected {self.expected}" if self.expected else ""
        sentences = (f"{place} {self.problem}".strip(), expected, self.why, self.do)
        return " ".join(s if s.endswith(("?", ".")) else f"{s}." for s in sentences if s)

    def under(self, prefix: str) -> InputError:
        """The same error seen from one level further up."""
        where = ".".join(part for part in (prefix, self.where) if part)
        return self._with(where=where)

    def in_file(self, file: str, line: int | None) -> InputError:
        """The same error with the file and line in which the field stands."""
        return self._with(file=file, line=line)

    def _with(self, **changes: Any) -> InputError:
        parts = {name: getattr(self, name) for name in ("where", "problem", "expected", "why", "do", "line", "file")}
        return InputError(**(parts | changes))


class StoreError(LithoscopeError):
    """A stored result cannot be trusted or written: damaged, foreign, newer than this version, or no room for it."""


class MissingExtraError(LithoscopeError, ImportError):
    """An optional package is needed for what was asked and is not installed."""


class RunInterrupted(KeyboardInterrupt):
    """A run was interrupted. `result` holds everything up to the last complete step, with the status INTERRUPTED."""

    def __init__(self, result: Result) -> None:
        super().__init__(str(result.status))
        self.result = result


class SweepInterrupted(KeyboardInterrupt):
    """A sweep that is kept in a folder was interrupted with `done` of `count` designs; the same call goes on from there."""

    def __init__(self, folder: Path, done: int, count: int) -> None:
        super().__init__(
            f"{done} of {counted(count, 'design')} are done and kept beside {folder}. Run the same again to go on from there."
        )
        self.folder, self.done, self.count = folder, done, count


def nearest(name: str, known: Iterable[str]) -> str:
    """A hint at the nearest known name: ' Did you mean "separator"?', or an empty text."""
    by_lower = {each.lower(): each for each in known}
    matches = difflib.get_close_matches(name.lower(), by_lower, n=1, cutoff=0.6)
    return f'Did you mean "{by_lower[matches[0]]}"?' if matches else ""


class End(Enum):
    """Every way a run can end: word, exit code of the command line, remedy.

    The words are the vocabulary of `summary.json`; they do not change between versions.
    """

    COMPLETED = ("program completed", 0, "")
    LITHIUM_EXHAUSTED = ("lithium exhausted", 0, "To continue: a thicker foil or less capacity per half-cycle.")
    SALT_DEPLETED = (
        "salt depleted",
        0,
        "To continue: a lower current density, a thinner or more open separator, or a higher salt concentration.",
    )
    FRONT_STALLED = (
        "front stalled",
        0,
        "The lithium that is left has lost its contact to the back. To continue: less capacity per half-cycle, more lithium, "
        "or a matrix that conducts.",
    )
    HOST_CLOGGED = (
        "host clogged",
        0,
        "To continue: a lower current density or less capacity per half-cycle, a more open mat, or a matrix that insulates.",
    )
    DRIED_OUT = (
        "electrolyte dried out",
        0,
        "To continue: more electrolyte, or lithium that loses less to films.",
    )
    DOMAIN_FULL = (
        "domain full",
        0,
        "To continue: a higher domain (`height` of the model) or less capacity.",
    )
    BRANCH_ACROSS = (
        "branch at the separator",
        0,
        "In a cell it may go on through the separator and short. To see more of the time before: a higher domain (`height` of "
        "the model); to avoid it: a lower current density or an even film.",
    )
    DOMAIN_EMPTY = (
        "domain empty",
        0,
        "To continue: more lithium below the surface (`base` of the model) or less capacity per half-cycle.",
    )
    FILM_USED_UP = (
        "film used up",
        0,
        "All of it has converted and its metal takes no more. To continue: a thicker film, or less charge.",
    )
    STOP_REACHED = ("stop condition reached", 0, "To continue: widen or remove the condition under `stop` in the program.")
    POLARISED = (
        "polarisation limit",
        0,
        "To continue: a lower current density; to end where a cycler would, give the program a voltage under `stop`.",
    )
    STEP_COLLAPSED = (
        "time step collapsed",
        3,
        "One point of the surface moves a million times faster than the rest. Try a smaller `cell_size`, a film, or a lower "
        "current density; if it persists it is a bug: send the run folder.",
    )
    NOT_FINITE = (
        "numbers not finite",
        3,
        "Try a smaller `courant` or `cell_size`, or a tighter tolerance, of the model; if it persists it is a bug: send the "
        "run folder.",
    )
    NO_SOLUTION = (
        "no solution found",
        3,
        "Try a tighter relative tolerance or more cells per layer in the model; if it persists it is a bug: send the run "
        "folder.",
    )
    LEDGER_OPEN = (
        "ledger does not close",
        3,
        "The numbers of this run are not to be used. Tighten the tolerance of the model; if it persists it is a bug: "
        "send the run folder.",
    )
    CURRENTS_OPEN = (
        "currents do not add up",
        3,
        "More or less current was delivered than the program asks for, or than its parts carry. The numbers of this run are "
        "not to be used. Tighten the tolerance of the model; if it persists it is a bug: send the run folder.",
    )
    VOLTAGE_OPEN = (
        "voltage does not add up",
        3,
        "The voltage is not the sum of its parts, and neither is to be used. Tighten the tolerance of the model; if it "
        "persists it is a bug: send the run folder.",
    )
    OUT_OF_BOUNDS = (
        "amounts out of bounds",
        3,
        "A content fell below nothing, or a place holds more than it has room for; what closes is the sum. Try a smaller "
        "`cell_size` or `courant` of a phase field, more `nodes` of a rest, or a tighter tolerance; if it persists it is a "
        "bug: send the run folder.",
    )
    INTERRUPTED = ("interrupted", 4, "Run it again to finish it: what is kept in a folder goes on from there.")

    def __init__(self, word: str, exit_code: int, remedy: str) -> None:
        self.word, self.exit_code, self.remedy = word, exit_code, remedy

    @property
    def numerical(self) -> bool:
        """Whether the numbers failed and not the cell: nothing is to be concluded from such a run."""
        return self.exit_code == End.NO_SOLUTION.exit_code

    @property
    def marked(self) -> bool:
        """Whether the run was gone through, and what must hold in it does not."""
        return self in (End.LEDGER_OPEN, End.CURRENTS_OPEN, End.VOLTAGE_OPEN, End.OUT_OF_BOUNDS)

    @classmethod
    def named(cls, word: str) -> End:
        """The end with this word; raises KeyError for an unknown one."""
        return {end.word: end for end in cls}[word]


@dataclass(frozen=True, slots=True)
class Status:
    """How and where a run ended.

    end       one of the ends above
    detail    the state that decided it, in one clause, e.g. "working electrode: 0.0001 mAh/cm2 of lithium left"
    time      cell time at the end, s
    cycle     cycle in which it ended, counted from 1; 0 if the program has no cycles
    step      step in which it ended, counted from 1 over the whole run
    """

    end: End
    detail: str = ""
    time: float = 0.0
    cycle: int = 0
    step: int = 0

    @property
    def word(self) -> str:
        """The laboratory word of the end."""
        return self.end.word

    @property
    def sentence(self) -> str:
        """What, where and when, in one sentence."""
        place = f" in cycle {self.cycle}" if self.cycle else f" in step {self.step}" if self.step else ""
        detail = f": {self.detail}" if self.detail else ""
        kept = "" if self.end is End.COMPLETED else " Data up to that time are kept."
        return f"{self.word.upper()} at {duration_text(self.time)}{place}{detail}.{kept}"

    @property
    def remedy(self) -> str:
        """What to do to go further; empty after a completed program."""
        return self.end.remedy

    def at(self, *, time: float, cycle: int, step: int) -> Status:
        """The same end with its place in the run."""
        return replace(self, time=time, cycle=cycle, step=step)

    def __str__(self) -> str:
        return " ".join(part for part in (self.sentence, self.remedy) if part)


def counted(number: int, noun: str) -> str:
    """A number of things: '1 step', '3 steps'."""
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"


def duration_text(seconds: float) -> str:
    """A duration as a laboratory would say it: '35 s', '12 min', '3.2 h', '33.3 d'."""
    for size, unit in ((86400.0 * 3, "d"), (3600.0, "h"), (60.0, "min")):
        if seconds >= size:
            return f"{seconds / (86400.0 if unit == 'd' else size):.3g} {unit}"
    return f"{seconds:.3g} s"
