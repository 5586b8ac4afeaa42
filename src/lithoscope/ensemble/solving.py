"""Solving the designs of a sweep: together in lanes, or singly in processes of their own."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable, Mapping, Sequence
from concurrent.futures import as_completed
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

import numpy as np

from lithoscope.design import Cell
from lithoscope.ensemble.parts import Array, Kind, Part, Table
from lithoscope.ensemble.spectra import Spectra
from lithoscope.errors import End, InputError, LithoscopeError, Status, counted
from lithoscope.physics.contract import silent

if TYPE_CHECKING:
    from lithoscope.physics.cell.lanes import LaneResult
    from lithoscope.physics.cell.model import CellModel
    from lithoscope.physics.contract import Report
    from lithoscope.protocol import Program
    from lithoscope.result import Result

Backend = Literal["auto", "lanes", "single"]

Keep = Callable[[Part], None]
"""Takes over a part that is done."""

WORTH_COMPILING = 2000
"""Steps of all designs together from which making vector code pays."""

NO_SOLUTION = "no solution found in lanes"
"""Why a design is solved singly that lanes have tried."""


@dataclass(frozen=True)
class Job:
    """What is to be solved.

    names    of the model's variables by output;  samples: parts of a step at whose ends outputs are wanted as well
    spectra  those that the program measures
    rtol     relative tolerance in lanes;  threads: threads or processes at the same time
    """

    model: CellModel
    cells: Sequence[Cell]
    program: Program
    names: Mapping[str, str]
    samples: int
    spectra: Spectra
    rtol: float
    threads: int
    report: Report


def solve(job: Job, backend: Backend, table: Table, keep: Keep) -> None:
    """Solve what the table does not have yet, and hand over each part as soon as it is done.

    Raises NotLoweredError or NoTargetError if lanes are asked for and cannot be.
    """
    from lithoscope.physics.cell import lanes

    rows, steps = range(len(job.cells)), len(job.cells) * len(job.program)
    if backend == "single" or (backend == "auto" and steps < WORTH_COMPILING):
        why = "" if backend == "single" else f"{counted(steps, 'step')} are too few for vector code to pay."
        singly(job, table.missing(rows), "single", why, keep)
        return
    for group in _groups(job):
        try:
            _in_lanes(job, table.missing(group), keep)
        except (lanes.NotLoweredError, lanes.NoTargetError) as error:
            if backend == "lanes":
                raise
            singly(job, table.missing(group), "single", str(error), keep)
    singly(job, table.failed_in_lanes(rows), "single", NO_SOLUTION, keep)


def _groups(job: Job) -> Iterable[list[int]]:
    """Designs of one structure, which share their code."""
    from lithoscope.physics.cell.params import transport_law

    groups: dict[Hashable, list[int]] = {}
    for n, cell in enumerate(job.cells):
        groups.setdefault((job.model.structure(cell), transport_law(cell)), []).append(n)
    return groups.values()


def _in_lanes(job: Job, rows: Sequence[int], keep: Keep) -> None:
    """Designs of one structure together."""
    from lithoscope.physics.cell import lanes
    from lithoscope.physics.cell.lanes.native import processor

    if not rows:
        return
    kernel = lanes.kernel(job.model, job.cells[rows[0]], outputs=tuple(job.names.values()))
    values = np.array([list(job.model.values(job.cells[n]).values()) for n in rows])
    code = kernel.key(job.program)

    def finished(chunk: slice, found: LaneResult) -> None:
        ends = {output: np.asarray(found.outputs[name]) for output, name in job.names.items()}
        traces = {output: np.asarray(found.samples[name]) for output, name in job.names.items() if job.samples}
        spectra = job.spectra.in_lanes(kernel, values[chunk], found, job.threads)
        keep(Part("lanes", rows[chunk], ends, traces, found.duration, found.status, "", code, processor(), spectra))

    def told(done: int, of: int) -> None:
        job.report(done / of, f"{done} of {counted(of, 'design')}")

    kernel.run(values, job.program, job.rtol, job.threads, job.samples, told, finished)


def singly(job: Job, rows: Sequence[int], kind: Kind, why: str, keep: Keep) -> None:
    """Some designs, each in a process that may hang or die: what it cannot solve is a row that says so."""
    from lithoscope.physics.cell import worker

    if not rows:
        return
    with worker.threads(min(job.threads, len(rows))) as pool:
        asked = [pool.submit(_single, job, n, kind, why) for n in rows]
        for done, future in enumerate(as_completed(asked), 1):
            keep(future.result())
            job.report(done / len(rows), f"{done} of {counted(len(rows), 'design')} singly")


def _single(job: Job, n: int, kind: Kind, why: str) -> Part:
    """One design."""
    try:
        result = job.model.simulate(job.cells[n], job.program, silent, apart=True)
    except InputError as error:
        raise error.under(f"design {n}") from None
    except LithoscopeError as error:
        return _nothing(job, n, kind, why, Status(End.NO_SOLUTION, str(error)))
    if "step" not in result.trace:
        return _nothing(job, n, kind, why, result.status)
    ends, traces, duration = _rows(result, job)
    spectra = job.spectra.of_result(result)
    return Part(kind, [n], _as_row(ends), _as_row(traces), duration[None], (result.status,), why, spectra=spectra)


def _as_row(outputs: Mapping[str, Array]) -> dict[str, Array]:
    return {name: values[None] for name, values in outputs.items()}


def _nothing(job: Job, n: int, kind: Kind, why: str, status: Status) -> Part:
    """A design of which nothing is known but how it ended."""
    shape = (1, len(job.program))
    ends = {name: np.full(shape, np.nan) for name in job.names}
    traces = {name: np.full((*shape, job.samples + 1), np.nan) for name in job.names if job.samples}
    return Part(kind, [n], ends, traces, np.full(shape, np.nan), (status,), why, spectra=job.spectra.empty(1))


def _rows(result: Result, job: Job) -> tuple[dict[str, Array], dict[str, Array], Array]:
    """Outputs at the end of each step and at evenly spaced times of it, and durations; NaN for steps that did not come.

    Between the points of the trace runs a straight line, off by 0.05 mV at most.
    """
    steps, trace, table = len(job.program), result.trace, result.tree["steps"].to_dataset()
    ends = {name: np.full(steps, np.nan) for name in job.names}
    traces = {name: np.full((steps, job.samples + 1), np.nan) for name in job.names if job.samples}
    duration = np.full(steps, np.nan)
    of, time = trace["step"].values.astype(int), trace["time"].values
    columns = {name: trace[name].values for name in job.names}
    done: Any = zip(table["step"].values.astype(int), table["start_time"].values, table["duration"].values, strict=True)
    for number, start, length in done:
        first, last = np.searchsorted(of, [number, number + 1])
        duration[number - 1] = length
        for name, values in columns.items():
            ends[name][number - 1] = values[last - 1]
            if job.samples:
                times = start + length * np.arange(job.samples + 1) / job.samples
                traces[name][number - 1] = np.interp(times, time[first:last], values[first:last])
    return ends, traces, duration
