"""Many designs of one cell through one program: `result = sweep(cell, program, vary)`."""

from __future__ import annotations

import math
import sys
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import product
from typing import TYPE_CHECKING, Any, Literal

import numpy as np
import xarray as xr
from numpy.typing import NDArray

from lithoscope.design import Cell
from lithoscope.errors import End, InputError, Status, counted, nearest
from lithoscope.run import default_model, progress_bar
from lithoscope.units import Given, Quantity

if TYPE_CHECKING:
    from lithoscope.physics.cell.model import CellModel
    from lithoscope.physics.contract import Report
    from lithoscope.protocol import Program

Array = NDArray[np.float64]
Backend = Literal["auto", "lanes", "single"]
Varied = Mapping[str, Sequence[Given]]
"""Values of each field that varies, by its path in the cell; row n of all of them is design n."""

WORTH_COMPILING = 2000
"""Steps of all designs together from which making vector code pays."""

MOST_VALUES = 200_000_000
"""Numbers that a sweep may keep, 1.6 GB of them."""

ACCURATE_V = 5e-5
"""How far a voltage at the end of a step may be from that of a single run at the default tolerance, V."""


@dataclass(frozen=True, eq=False)
class Sweep:
    """What came of many designs.

    data      outputs at the end of each step over design and step, NaN where a design did not come to; varied fields along
              design in SI, `cycle` along step, how each design ended and what solved it
    statuses  how each design ended
    checked   designs that were solved singly as well;  error: the largest difference of their voltages at ends of steps, V,
              infinite if one ended otherwise
    notes     what a reader must know before using the numbers
    """

    data: xr.Dataset
    statuses: tuple[Status, ...]
    checked: tuple[int, ...]
    error: float
    notes: tuple[str, ...]

    def __getitem__(self, name: str) -> xr.DataArray:
        """One output or one varied field."""
        return self.data[name]

    def __len__(self) -> int:
        """Number of designs."""
        return len(self.statuses)

    def __str__(self) -> str:
        ends: dict[str, int] = {}
        for status in self.statuses:
            ends[status.word] = ends.get(status.word, 0) + 1
        said = ", ".join(f"{count} {word}" for word, count in ends.items())
        checks = f"; {counted(len(self.checked), 'design')} checked, {self.error * 1e3:.3g} mV" if self.checked else ""
        return f"{counted(len(self), 'design')}: {said}{checks}"


def grid(vary: Varied) -> dict[str, list[Given]]:
    """Every combination of the values of all fields; the last one varies fastest.

    grid({"area": ["1 cm2", "2 cm2"], "temperature": ["0 degC", "25 degC"]}) has four designs.
    """
    rows = list(product(*vary.values()))
    return {path: [row[n] for row in rows] for n, path in enumerate(vary)}


def sweep(
    cell: Cell, program: Program, vary: Varied, model: CellModel | None = None, *, outputs: Sequence[str] = ("voltage",),
    rtol: float = 1e-4, backend: Backend = "auto", checks: int = 3, threads: int | None = None, seed: int = 0,
    progress: bool | None = None,
) -> Sweep:  # fmt: skip
    """Run many designs of a cell through a program.

    cell      that the designs start from
    vary      the values of each field that differs, by path: {"working.ageing.dead_fraction": [0.01, 0.02, 0.05]}; see `grid`
    model     how it behaves; `default_model` of the first design if not given
    outputs   names of the trace of a result that are wanted at the end of each step; the voltage is always among them
    rtol      relative tolerance in lanes
    backend   "lanes" solves all designs together, "single" one after the other, "auto" in lanes where that pays and can be done
    checks    so many designs, chosen by `seed`, are solved singly as well and compared
    threads   the cores that this process may use if not given
    progress  whether to show how far it is; by default where the error stream is a terminal

    A design that finds no solution in lanes is solved singly; one that does not there either is a row that says so.
    Raises InputError for a design that is refused, with its number, before anything runs.
    """
    designs = _designs(cell, vary)
    chosen = model or default_model(designs[0])
    names = _names(chosen, designs[0], outputs)
    _check_size(len(designs) * len(program) * len(names))
    with progress_bar(sys.stderr.isatty() if progress is None else progress) as report:
        solved, notes = _solve(_Job(chosen, designs, program, names, report), backend, rtol, threads)
        checked, error = _compare(chosen, program, designs, solved, min(checks, len(designs)), seed)
    if error > ACCURATE_V * max(1.0, rtol / 1e-4):
        found = f"differ by up to {error * 1e3:.3g} mV" if math.isfinite(error) else "do not all end as in lanes"
        notes = (*notes, f"CHECK FAILED: single runs {found}. Use a smaller rtol, or backend = 'single'.")
    return Sweep(_dataset(vary, designs, program, solved), solved.statuses, checked, error, notes)


@dataclass(frozen=True)
class _Job:
    """What is to be solved; names: of the model's variables by output."""

    model: CellModel
    designs: Sequence[Cell]
    program: Program
    names: Mapping[str, str]
    report: Report


@dataclass(frozen=True)
class _Solved:
    """Outputs, shape (designs, steps), how each design ended, and what solved it."""

    outputs: dict[str, Array]
    statuses: tuple[Status, ...]
    backend: tuple[str, ...]


def _names(model: CellModel, cell: Cell, outputs: Sequence[str]) -> dict[str, str]:
    from lithoscope.physics.cell.observe import outputs as known

    model.check_suits(cell)
    has = known(model.system(cell))
    for output in outputs:
        if output not in has:
            raise InputError("outputs", f'names "{output}", which this model does not have', expected="names of its trace",
                             do=nearest(output, has))  # fmt: skip
    return {output: has[output] for output in dict.fromkeys(("voltage", *outputs))}


def _designs(cell: Cell, vary: Varied) -> list[Cell]:
    """The cells. Raises InputError that names the design."""
    lengths = {path: len(values) for path, values in vary.items()}
    if not lengths or len(set(lengths.values())) > 1 or not all(lengths.values()):
        raise InputError("vary", f"has {lengths or 'no field'}", expected="fields with equally many values, at least one",
                         why="Row n of all is design n", do="For every combination write vary=ls.grid({...})")  # fmt: skip
    found = []
    for n, row in enumerate(zip(*vary.values(), strict=True)):
        try:
            found.append(cell.changed_at(dict(zip(vary, row, strict=True))))
        except InputError as error:
            raise error.under(f"design {n}") from None
    return found


def _check_size(values: int) -> None:
    if values > MOST_VALUES:
        raise InputError("vary", f"asks for {values:.2g} numbers", expected=f"at most {MOST_VALUES:.2g}",
                         why="They would not fit in memory", do="Take fewer designs, cycles or outputs at a time")  # fmt: skip


def _solve(job: _Job, backend: Backend, rtol: float, threads: int | None) -> tuple[_Solved, tuple[str, ...]]:
    from lithoscope.physics.cell import lanes

    steps = len(job.designs) * len(job.program)
    if backend == "single" or (backend == "auto" and steps < WORTH_COMPILING):
        why = () if backend == "single" else (f"Solved singly: {counted(steps, 'step')} are too few for vector code to pay.",)
        return _singly(job, range(len(job.designs))), why
    try:
        solved = _in_lanes(job, rtol, threads)
    except (lanes.NotLoweredError, lanes.NoTargetError) as error:
        if backend == "lanes":
            raise
        return _singly(job, range(len(job.designs))), (f"Solved singly: {error}",)
    failed = [n for n, status in enumerate(solved.statuses) if status.end is End.NO_SOLUTION]
    if not failed:
        return solved, ()
    note = f"{counted(len(failed), 'design')} found no solution in lanes and were solved singly."
    return _replaced(solved, failed, _singly(job, failed)), (note,)


def _in_lanes(job: _Job, rtol: float, threads: int | None) -> _Solved:
    """All designs together, those of one structure at a time."""
    from lithoscope.physics.cell import lanes
    from lithoscope.physics.cell.params import transport_law

    groups: dict[Any, list[int]] = {}
    for n, cell in enumerate(job.designs):
        groups.setdefault((job.model.structure(cell), transport_law(cell)), []).append(n)
    solved = _empty(job, "lanes")
    for rows in groups.values():
        kernel = lanes.kernel(job.model, job.designs[rows[0]], outputs=tuple(job.names.values()))
        values = np.array([list(job.model.values(job.designs[n]).values()) for n in rows])
        result = kernel.run(values, job.program, rtol, threads, progress=_told(job.report))
        part = {output: np.asarray(result.outputs[name]) for output, name in job.names.items()}
        solved = _replaced(solved, rows, _Solved(part, result.status, ("lanes",) * len(rows)))
    return solved


def _told(report: Report) -> Any:
    def progress(done: int, of: int) -> None:
        report(done / of, f"{done} of {counted(of, 'design')}")

    return progress


def _empty(job: _Job, backend: str) -> _Solved:
    shape, waiting = (len(job.designs), len(job.program)), Status(End.INTERRUPTED, "", 0.0)
    return _Solved({name: np.full(shape, np.nan) for name in job.names}, (waiting,) * shape[0], (backend,) * shape[0])


def _replaced(solved: _Solved, rows: Sequence[int], part: _Solved) -> _Solved:
    """What was solved, with some designs of another solution in their rows."""
    outputs = {name: values.copy() for name, values in solved.outputs.items()}
    statuses, backend = list(solved.statuses), list(solved.backend)
    for name, values in outputs.items():
        values[list(rows)] = part.outputs[name]
    for place, row in enumerate(rows):
        statuses[row], backend[row] = part.statuses[place], part.backend[place]
    return _Solved(outputs, tuple(statuses), tuple(backend))


def _singly(job: _Job, rows: Sequence[int]) -> _Solved:
    """Some designs one after the other."""
    seen = [_single(job, n, done / len(rows)) for done, n in enumerate(rows)]
    outputs = {name: np.array([each[0][name] for each in seen]) for name in job.names}
    return _Solved(outputs, tuple(status for _, status in seen), ("single",) * len(seen))


def _single(job: _Job, design: int, done: float) -> tuple[dict[str, Array], Status]:
    """Outputs at the end of each step of one design, and how it ended."""
    from lithoscope.physics.contract import silent

    job.report(done, f"design {design}")
    try:
        result = job.model.simulate(job.designs[design], job.program, silent)
    except InputError as error:
        raise error.under(f"design {design}") from None
    trace, outputs = result.trace, {name: np.full(len(job.program), np.nan) for name in job.names}
    step = trace["step"].values.astype(int)
    last = np.flatnonzero(np.append(np.diff(step) > 0, bool(len(step))))
    for name, values in outputs.items():
        values[step[last] - 1] = trace[name].values[last]
    return outputs, result.status


def _compare(
    model: CellModel, program: Program, designs: Sequence[Cell], solved: _Solved, checks: int, seed: int
) -> tuple[tuple[int, ...], float]:
    """Some designs that lanes solved, solved singly: which, and the largest difference of a voltage, V."""
    from lithoscope.physics.contract import silent

    candidates = [n for n, backend in enumerate(solved.backend) if backend == "lanes"]
    chosen = np.sort(np.random.default_rng(seed).permutation(candidates)[:checks]).astype(int)
    job = _Job(model, designs, program, {"voltage": ""}, silent)
    differences = [_difference(_single(job, int(n), 0.0), solved, int(n)) for n in chosen]
    return tuple(int(n) for n in chosen), max(differences, default=0.0)


def _difference(single: tuple[dict[str, Array], Status], solved: _Solved, design: int) -> float:
    """Of the voltages at the ends of the steps that both came to; infinite if there are none, or if they ended otherwise: a
    comparison that has nothing to compare must not count as equal.
    """
    alone, together = single[0]["voltage"], solved.outputs["voltage"][design]
    both = np.isfinite(alone) & np.isfinite(together)
    if not both.any() or single[1].end is not solved.statuses[design].end:
        return math.inf
    return float(np.max(np.abs(alone - together)[both]))


def _dataset(vary: Varied, designs: Sequence[Cell], program: Program, solved: _Solved) -> xr.Dataset:
    from lithoscope.result.names import NAMES

    visits = list(program.visits())
    data = xr.Dataset(
        {name: (("design", "step"), values, NAMES[name].attributes) for name, values in solved.outputs.items()},
        coords={
            "design": np.arange(len(designs)),
            "step": [visit.number for visit in visits],
            "cycle": ("step", [visit.cycle for visit in visits]),
            "status": ("design", [status.word for status in solved.statuses]),
            "time_at_end": ("design", [status.time for status in solved.statuses], {"units": "s"}),
            "backend": ("design", list(solved.backend)),
        },
    )
    return data.assign_coords({path: ("design", *column) for path, column in _columns(vary, designs)})


def _columns(vary: Varied, designs: Sequence[Cell]) -> Iterator[tuple[str, tuple[Any, dict[str, str]]]]:
    """Each varied field along the designs, numbers in SI with their unit."""
    for path in vary:
        values = [_at(cell, path) for cell in designs]
        if all(isinstance(value, Quantity) for value in values):
            yield path, ([float(value) for value in values], {"units": values[0].unit})
        else:
            yield path, ([str(value) for value in values], {})


def _at(cell: Cell, path: str) -> Any:
    place: Any = cell
    for part in path.split("."):
        place = place[int(part)] if isinstance(place, tuple | list) else getattr(place, part)
    return place
