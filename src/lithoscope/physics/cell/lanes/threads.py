"""A chunk of designs in each thread, with buffers of its own."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor, wait
from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from lithoscope.physics.cell.control import STEP_ENDS
from lithoscope.physics.cell.lanes import driver, records
from lithoscope.physics.cell.lanes.build import Built, aligned
from lithoscope.physics.cell.lanes.functions import CLOCK_AT_START, Array, starts
from lithoscope.physics.cell.lanes.table import Whole
from lithoscope.physics.rosenbrock import D2, D3, STAGES

FLOOR = 1e-2
"""Absolute over relative tolerance, in the scale of each unknown."""

PER_LANE = 32
"""Designs for each lane of a chunk, about: it ends with lanes that have nothing left to do. What ends early, and what is kept
while a run grows, ask for many chunks.
"""

POLL_S = 0.1
"""Time between two reports of progress, s."""

Progress = Callable[[int, int], object]
Finished = Callable[[slice, records.Out], object]


@dataclass(frozen=True, slots=True)
class Task:
    """What is run.

    built  the model;  cell: its numbers, shape (designs, numbers)
    told, kept  the program, see `records.Plan`
    rtol   relative tolerance;  samples: in each step
    """

    built: Built
    cell: Array
    told: Array
    kept: Whole
    rtol: float
    samples: int


def usual_threads() -> int:
    """The cores that this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def run(task: Task, threads: int, progress: Progress | None, finished: Finished | None = None) -> records.Out:
    """Run all designs, until progress says False; an exception, also Ctrl-C, ends all threads and is raised.

    finished  called in this thread with each chunk that is done
    """
    out, plan = _empty(task), _plan(task)
    slices = _chunks(len(task.cell), threads, task.built.layout.width)
    marks = [_marks(task.built.layout.width) for _ in slices]
    # Compiled here where it is not yet, since only one thread may.
    _go(task, _part(plan, slice(0, 0)), _rows(out, slice(0, 0)), _marks(task.built.layout.width))
    with ThreadPoolExecutor(threads) as pool:
        try:
            jobs = {
                pool.submit(_go, task, _part(plan, chunk), _rows(out, chunk), mark): chunk
                for chunk, mark in zip(slices, marks, strict=True)
            }
            for done in _watch(jobs, marks, len(task.cell), progress):
                if finished is not None:
                    finished(jobs[done], _rows(out, jobs[done]))
        finally:
            # All is done, or nobody waits for the rest.
            for mark in marks:
                mark[records.SHARED, records.STOP] = 1
    return out


def _watch(
    jobs: Iterable[Future[None]], marks: Sequence[Whole], count: int, progress: Progress | None
) -> Iterator[Future[None]]:
    """What is done, until all is or progress says False; what a thread raises is raised."""
    left: Iterable[Future[None]] = jobs
    while left:
        done, left = wait(jobs, timeout=POLL_S)
        for job in done:
            job.result()
            yield job
        if progress is not None and progress(sum(int(mark[records.SHARED, records.DONE]) for mark in marks), count) is False:
            return


def _chunks(count: int, threads: int, width: int) -> list[slice]:
    """Contiguous parts of the designs, as many for each thread."""
    parts = threads * max(1, round(count / (threads * PER_LANE * width)))
    bounds = [count * n // parts for n in range(parts + 1)]
    return [slice(a, b) for a, b in pairwise(bounds) if b > a]


def _plan(task: Task) -> records.Plan:
    states = starts(task.built.found, task.cell)
    rest = np.repeat(task.told[:1, : task.built.layout.step], len(states), axis=0)
    watched = np.asarray(task.built.found.watch(states.T, task.cell.T, rest.T)).T
    before = watched[:, task.built.layout.conditions :].reshape(len(states), -1)
    return records.Plan(task.told, task.kept, np.hstack([task.cell, states, before]), np.array([D2, D3]))


def _empty(task: Task) -> records.Out:
    """Results before anything is run."""
    designs, rows, spectra = len(task.cell), len(task.told), int(task.kept.max()) + 1
    layout = task.built.layout
    counts = np.zeros((designs, 3), np.int64)
    counts[:, 0] = records.NOT_RUN
    return records.Out(
        seen=np.full((designs, rows, task.samples + 1, layout.outputs), np.nan),
        duration=np.full((designs, rows), np.nan),
        ended=np.full((designs, rows), records.NOT_REACHED, dtype=np.int64),
        states=np.full((designs, spectra + 1, layout.unknowns), np.nan),
        counts=counts,
    )


def _part(plan: records.Plan, chunk: slice) -> records.Plan:
    return plan._replace(start=plan.start[chunk])


def _rows(out: records.Out, chunk: slice) -> records.Out:
    return records.Out(out.seen[chunk], out.duration[chunk], out.ended[chunk], out.states[chunk], out.counts[chunk])


def _marks(width: int) -> Whole:
    marks = np.zeros((records.WHOLES, width), np.int64)
    marks[records.WHO] = -1
    return marks


def _go(task: Task, plan: records.Plan, out: records.Out, marks: Whole) -> None:
    """One chunk, in the thread that calls."""
    v, sizes = _buffers(task, plan)
    driver.run(records.Code(*task.built.library.addresses), sizes, v, marks, plan, out)


def _buffers(task: Task, plan: records.Plan) -> tuple[Array, records.Sizes]:
    """The vectors of a thread; lanes that never get a design compute with the first one."""
    layout = task.built.layout
    n, arguments = layout.unknowns, layout.unknowns + layout.cell + layout.step
    lengths = {
        "a": arguments + 1, "X": n, "K": STAGES * n, "W": n + layout.factors, "f": n, "left": layout.left,
        "jacobian": layout.jacobian, "rate": layout.rate, "watch": layout.watch, "newton": layout.newton,
        "tolerances": 1 + layout.differential, "watched": layout.watched, "corrected": n - layout.differential + 1,
        "batch": arguments, "seen": layout.outputs, "start": n, "end": n, "sample": n, "earlier": layout.conditions,
    }  # fmt: skip
    bounds = np.cumsum([records.VECTORS, *lengths.values()])
    places = dict(zip(lengths, (int(bound) for bound in bounds), strict=False))
    v = aligned(int(bounds[-1]), layout.width)
    v[places["tolerances"]] = task.rtol
    v[places["tolerances"] + 1 : places["watched"]] = FLOOR * task.rtol
    v[records.UNTIL] = 1.0
    first = plan.start[0] if len(plan.start) else np.ones(layout.cell + n + 3)
    cell, state = first[: layout.cell], first[layout.cell : layout.cell + n]
    for place in (places["a"], places["batch"]):
        v[place : place + arguments] = np.concatenate([state, cell, task.told[0, : layout.step]])[:, None]
    v[places["X"] : places["X"] + n] = state[:, None]
    return v, _sizes(task, v, places)


def _sizes(task: Task, v: Array, places: dict[str, int]) -> records.Sizes:
    layout, told = task.built.layout, {name: place for place, name in enumerate(task.built.found.step)}
    return records.Sizes(
        width=layout.width,
        unknowns=layout.unknowns,
        differential=layout.differential,
        cell=layout.cell,
        step=layout.step,
        conditions=layout.conditions,
        outputs=layout.outputs,
        **places,
        base=int(v.ctypes.data),
        samples=task.samples,
        tolerant=len(STEP_ENDS),
        charge=told["Charge at start [C.m-2]"],
        clock=told.get(CLOCK_AT_START, -1),
        voltage=told.get("Set voltage [V]", -1),
        scan=told.get("Scan rate [V.s-1]", -1),
    )
