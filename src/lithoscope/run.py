"""The one verb: `result = run(cell, program, model)`."""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from lithoscope.design import Cell
    from lithoscope.physics.cell.model import CellModel
    from lithoscope.physics.contract import Model, Report
    from lithoscope.protocol import Program
    from lithoscope.result import Result

SHOWN_AFTER_S = 2.0
"""Runs that take longer than this show their progress."""


def default_model(cell: Cell) -> CellModel:
    """The model that a cell is run with unless another is given, by the kind of its working electrode.

    A foil: "mossy" if the cell says how it ages, else "planar". Any other: the model that suits it.
    """
    from lithoscope.design import Ageing
    from lithoscope.physics.cell import Mossy, Planar, models_for

    if cell.working.kind != "foil":
        tag, model = next(iter(models_for(cell.working.kind).items()))
        return model(kind=tag)
    ages = any(electrode.ageing != Ageing() for electrode in (cell.foil, cell.counter_foil))
    return Mossy() if ages else Planar()


def run(
    cell: Cell, program: Program, model: Model | None = None, *, to: str | Path | None = None, replace: bool = False,
    progress: bool | None = None,
) -> Result:  # fmt: skip
    """Run a program on a cell and return what came out.

    cell      what it is
    program   what is done to it
    model     how it behaves; `default_model(cell)` if not given
    to        folder of the result. The run is then solved in a process apart and kept while it grows: one that was killed or
              interrupted goes on where it was when it is run again. Without a folder nothing is written
    replace   whether the result of another run in that folder may be replaced, and one that was not finished given up
    progress  whether to show how far the run is, on the error stream; by default where that is a terminal

    A physical end, such as exhausted lithium, is a Status of the result and not an exception; everything up to it is
    kept. Raises InputError for a cell or a program that the model cannot run. Ctrl-C raises RunInterrupted, a
    KeyboardInterrupt that holds the result up to there: `except ls.RunInterrupted as interrupted: interrupted.result`.
    """
    check_read(cell, program)
    chosen = model or default_model(cell)
    with progress_bar(sys.stderr.isatty() if progress is None else progress) as report:
        if to is None:
            return chosen.simulate(cell, program, report)
        return _run_to(Path(to), cell, program, chosen, report, replace=replace)


def _run_to(to: Path, cell: Cell, program: Program, model: Model, report: Report, *, replace: bool) -> Result:
    """A run that is kept while it grows. Raises StoreError if it cannot be kept."""
    from lithoscope.errors import End, RunInterrupted
    from lithoscope.result.checkpoint import Journal
    from lithoscope.result.manifest import Manifest, circumstances, inputs_of
    from lithoscope.result.store import check_target, clear_up

    inputs = inputs_of(cell, program, model)
    check_target(to, Manifest(inputs).run_id, replace=replace)
    with Journal(to, inputs | circumstances()["versions"], replace=replace) as journal:
        clear_up(to)
        try:
            result = model.simulate(cell, program, report, journal)
        except RunInterrupted as interrupted:
            interrupted.result.save(to, replace=replace)
            raise
        result.save(to, replace=replace)
        # What is kept of a run that met a step without a solution ends before that step: run again, it tries from there.
        if result.status.end is not End.NO_SOLUTION:
            journal.discard()
    return result


def check_read(cell: object, program: object) -> None:
    """A file name in place of what is in the file is a common slip. Raises InputError that says how to read it."""
    from lithoscope.design import Cell
    from lithoscope.errors import InputError
    from lithoscope.protocol import Program

    for where, given, kind in (("cell", cell, Cell), ("program", program, Program)):
        if isinstance(given, kind):
            continue
        is_path = isinstance(given, str | os.PathLike)
        raise InputError(
            where,
            f'= "{given}" is the name of a {where}, not the {where} itself'
            if is_path
            else f"is a {type(given).__name__}, not a {where}",
            expected=f"a {kind.__name__}",
            do=f'Read it from its file: ls.{kind.__name__}.read("{given if is_path else where + ".toml"}")',
        )


@contextmanager
def progress_bar(shown: bool) -> Iterator[Report]:
    """A progress bar that appears once a run has taken `SHOWN_AFTER_S`."""
    if not shown:
        from lithoscope.physics.contract import silent

        yield silent
        return
    bar = _Bar()
    try:
        yield bar
    finally:
        bar.close()


class _Bar:
    """Shows a share done, where the run is, and the time left. Lives as long as a run."""

    def __init__(self) -> None:
        self._begun = time.monotonic()
        self._update: Callable[[float, str], None] | None = None
        self._stop: Callable[[], None] = lambda: None

    def __call__(self, done: float, text: str) -> None:
        if self._update is None and time.monotonic() - self._begun > SHOWN_AFTER_S:
            self._start()
        if self._update is not None:
            self._update(done, text)

    def _start(self) -> None:
        from rich.console import Console
        from rich.progress import BarColumn, Progress, TextColumn, TimeRemainingColumn

        columns = (TextColumn("{task.description}"), BarColumn(), TimeRemainingColumn())
        shown = Progress(*columns, console=Console(stderr=True), transient=True)
        task = shown.add_task("running", total=1.0)
        shown.start()
        self._update = lambda done, text: shown.update(task, completed=done, description=text)
        self._stop = shown.stop

    def close(self) -> None:
        self._stop()
