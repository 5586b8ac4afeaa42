"""Work that is handed out to threads: runs of which one that is not solved is noted, and decides nothing."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, TypeVar

from lithoscope.studies.search import NotSolvedError

if TYPE_CHECKING:
    from lithoscope.physics.contract import Report


@dataclass(frozen=True, slots=True)
class Unsolved:
    """What could not be run, and the words with which it ended."""

    what: str
    words: str


T = TypeVar("T")


@dataclass(slots=True)
class Work:
    """Hands out work to threads and collects what it gave; what was not solved is noted.

    pool      threads;  report: is told how far all has come
    unsolved  what could not be run
    """

    pool: ThreadPoolExecutor
    report: Report
    unsolved: list[Unsolved] = field(default_factory=list)

    def ask(self, jobs: Mapping[str, Callable[[], T]]) -> dict[str, Future[T | Unsolved]]:
        """Begin, by what each job is to give."""
        return {what: self.pool.submit(attempt, what, job) for what, job in jobs.items()}

    def collect(self, asked: Mapping[str, Future[T | Unsolved]], begin: float, end: float) -> dict[str, T]:
        """Wait for what was asked. begin, end: share of all work that is done before and after it."""
        found: dict[str, T] = {}
        for n, (what, future) in enumerate(asked.items()):
            self.report(begin + (end - begin) * n / len(asked), what)
            made = future.result()
            if isinstance(made, Unsolved):
                self.unsolved.append(made)
            else:
                found[what] = made
        return found


def attempt(what: str, job: Callable[[], T]) -> T | Unsolved:
    """What a job gives, or the words with which it was not solved."""
    try:
        return job()
    except NotSolvedError as error:
        return Unsolved(what, str(error))
