"""Maps: what comes out over two quantities of a cell or of its program, as a table and as a figure with iso-lines."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import xarray as xr
from numpy.typing import NDArray

from lithoscope.design import Cell
from lithoscope.ensemble import Backend, Sweep, grid, sweep
from lithoscope.errors import End, InputError, Status, counted, nearest
from lithoscope.physics.cell.lanes.refusals import NoTargetError, NotLoweredError
from lithoscope.protocol import Current, Loop, Program
from lithoscope.result.names import NAMES
from lithoscope.run import default_model
from lithoscope.sampling import Between
from lithoscope.units import Quantity

if TYPE_CHECKING:
    from matplotlib.figure import Figure

    from lithoscope.physics.cell.model import CellModel

Array = NDArray[np.float64]

OF_THE_PROGRAM = "program."
"""Paths that begin so are fields of the steps of the program."""

WORTH_COMPILING = 2000
"""Steps of all designs together from which programs that differ are solved in lanes all the same."""

POINTS = 21
"""Values along each axis."""


@dataclass(frozen=True)
class Metric:
    """A number of each design that follows from a sweep.

    label    what it is, as an axis says it;  unit: SI
    outputs  that it needs at the ends of steps
    of       the sweep and its program to one number for each design
    ended    whether it also says something of a design whose program was not completed
    """

    label: str
    unit: str
    outputs: tuple[str, ...]
    of: Callable[[Sweep, Program], Array]
    ended: bool = False


def last(found: Sweep, name: str) -> Array:
    """An output at the end of the last step that each design came to, NaN for none."""
    values = found[name].values
    there = np.isfinite(values)
    step = values.shape[1] - 1 - np.argmax(there[:, ::-1], axis=1)
    return np.where(there.any(axis=1), values[np.arange(len(values)), step], np.nan)


def overpotential(found: Sweep, program: Program) -> Array:
    """Mean magnitude of the voltage at the ends of the steps of constant current in the last cycle of each design, V."""
    visits = list(program.visits())
    current = np.array([isinstance(visit.step, Current) for visit in visits])
    cycle = np.array([visit.cycle for visit in visits])
    voltage = np.where(current, np.abs(found["voltage"].values), np.nan)
    reached = np.isfinite(voltage)
    latest = np.max(np.where(reached, cycle, -1), axis=1, keepdims=True)
    counted_in = reached & (cycle == latest)
    number = np.where(counted_in.any(axis=1), counted_in.sum(axis=1), np.nan)
    return np.asarray(np.where(counted_in, voltage, 0.0).sum(axis=1) / number)


def cycles_reached(found: Sweep, program: Program) -> Array:
    """Cycles that were completed: those after which another step began, and all of a completed program."""
    ends = {visit.cycle: visit.number for visit in program.visits() if visit.cycle}
    done = np.array([status.step - 1 if status.end is not End.COMPLETED else len(program) for status in found.statuses])
    return np.asarray((np.array(list(ends.values()), dtype=int)[None, :] <= done[:, None]).sum(axis=1), dtype=float)


METRICS: Mapping[str, Metric] = {
    "overpotential": Metric("overpotential in the last cycle", "V", ("voltage",), overpotential),
    "cycles": Metric("cycles reached", "1", (), cycles_reached, ended=True),
    "dead_lithium": Metric(
        "dead lithium on both electrodes", "C/m2", ("working_dead_lithium", "counter_dead_lithium"),
        lambda found, _: last(found, "working_dead_lithium") + last(found, "counter_dead_lithium"), ended=True,
    ),
    "time_at_end": Metric("time at the end", "s", (), lambda found, _: found["time_at_end"].values.astype(float), ended=True),
}  # fmt: skip


@dataclass(frozen=True)
class Axis:
    """One of the two quantities.

    path    of the field, one of the steps of the program where it begins with "program."
    range   its ends;  values: along the axis
    base    what the cell or the program has itself, SI, None if that is not one number
    """

    path: str
    range: Between
    values: tuple[Quantity, ...]
    base: float | None


@dataclass(frozen=True, eq=False)
class Map:
    """What came out over two quantities.

    data      `value` over y and x, SI, NaN where a design has none; how each design ended, in words; the quantities in SI
    x, y      the axes;  metric: what is shown
    statuses  how each design ended, rows of y one after the other
    checked   number of designs that were solved singly as well;  error: their largest difference of a voltage, V
    notes     what a reader must know before using the numbers
    """

    data: xr.Dataset
    x: Axis
    y: Axis
    metric: Metric
    statuses: tuple[Status, ...]
    checked: int
    error: float
    notes: tuple[str, ...]

    def __str__(self) -> str:
        ends: dict[str, int] = {}
        for status in self.statuses:
            ends[status.word] = ends.get(status.word, 0) + 1
        said = ", ".join(f"{count} {word}" for word, count in ends.items())
        checks = f"; {counted(self.checked, 'design')} checked, {self.error * 1e3:.3g} mV" if self.checked else ""
        return f"{counted(len(self.statuses), 'design')}: {said}{checks}"

    def figure(self) -> Figure:
        """Filled contours with iso-lines; designs that ended otherwise than completed are hatched, with their end in words."""
        from lithoscope.analysis.figures.maps import draw_map

        return draw_map(self)

    def save(self, path: str | Path) -> Path:
        """Write the figure; its format follows the file name (svg, png, pdf)."""
        from lithoscope.analysis.figures.style import save

        return save(self.figure(), path)


def map_of(
    cell: Cell, program: Program, model: CellModel | None = None, *, x: tuple[str, Between], y: tuple[str, Between],
    output: str | Metric = "overpotential", points: int | tuple[int, int] = POINTS, rtol: float = 1e-4,
    backend: Backend = "auto", checks: int = 3, threads: int | None = None, seed: int = 0, progress: bool | None = None,
) -> Map:  # fmt: skip
    """Run a cell over a grid of two quantities.

    x, y    path and range of each: ("working.films.0.thickness", Between("0.1 um", "10 um", "log")). A path that begins with
            "program." is a field of the steps, which all steps that have it take, currents with their own sign:
            "program.current_density", "program.until.capacity"
    output  an output of the trace, at the end of the last step; or a name of `METRICS`; or a `Metric`
    points  values along both axes, or along x and along y

    Else as for `sweep`, of which there is one for each program.
    Raises InputError for a range or a field that is refused, before anything runs.
    """
    along = points if isinstance(points, tuple) else (points, points)
    if x[0] == y[0]:
        raise InputError("y", f'= "{y[0]}" is the quantity along x as well', expected="two quantities",
                         why="A map has two axes", do="Vary one quantity with ls.sweep, or name another one")  # fmt: skip
    chosen = model or default_model(cell)
    axes = [_axis(cell, program, chosen, where, *given, n) for where, given, n in zip("xy", (x, y), along, strict=True)]
    metric = _metric(output)
    programs, rows = _programs(program, axes), _rows(axes)
    common = {"outputs": metric.outputs or ("voltage",), "rtol": rtol, "threads": threads, "seed": seed, "progress": progress}
    several = len(programs) > 1 and backend == "auto" and len(program) * along[0] * along[1] >= WORTH_COMPILING
    found = []
    for n, each in enumerate(programs):
        # With a few programs all are checked; with many the first, the middle and the last.
        few = checks if n in {0, len(programs) // 2, len(programs) - 1} else 0
        found.append(_swept(cell, each, rows, chosen, "lanes" if several else backend, {**common, "checks": few}))
    return _put_together(axes, metric, programs, found)


def _swept(cell: Cell, program: Program, rows: Mapping[str, list[Any]], model: CellModel, backend: Backend, rest: Any) -> Sweep:
    """One program. Where lanes were our own choice a model that cannot run in them is solved as it can be."""
    of, vary = (cell, rows) if rows else ([cell], None)
    try:
        return sweep(of, program, vary, model, backend=backend, **rest)
    except (NotLoweredError, NoTargetError):
        return sweep(of, program, vary, model, backend="auto", **rest)


def _metric(output: str | Metric) -> Metric:
    if isinstance(output, Metric):
        return output
    if output in METRICS:
        return METRICS[output]
    if output not in NAMES:
        known = [*METRICS, *NAMES]
        raise InputError("output", f'= "{output}" is not an output', expected=f"{', '.join(METRICS)}, or a name of the trace",
                         do=nearest(output, known))  # fmt: skip
    name = NAMES[output]
    return Metric(f"{name.long_name} at the end", name.unit, (output,), lambda found, _: last(found, output))


def _axis(
    cell: Cell, program: Program, model: CellModel, where: str, path: str, given: Between, points: int
) -> Axis:  # fmt: skip
    try:
        if path.startswith(OF_THE_PROGRAM):
            return _axis_of_the_program(program, path, given, points)
        ready = given.on(cell, path)
    except InputError as error:
        raise error.under(where) from None
    base = {parameter.path: parameter.quantity.value for parameter in model.parameters(cell)}.get(path)
    return Axis(path, ready, tuple(ready.spaced(points)), base)


def _axis_of_the_program(program: Program, path: str, given: Between, points: int) -> Axis:
    ready = given.on(program, _first_place(program, path))
    if ready.ends[0].value <= 0:
        raise InputError(path, f"from {ready.ends[0]}", expected="a magnitude above 0",
                         why="Every step keeps its own sign", do="Write a low end above 0")  # fmt: skip
    magnitudes = {abs(quantity.value) for quantity in _held(program.steps, path.removeprefix(OF_THE_PROGRAM))}
    return Axis(path, ready, tuple(ready.spaced(points)), magnitudes.pop() if len(magnitudes) == 1 else None)


def _field(step: Any, path: str) -> Quantity | None:
    """A number of a step by its path, None if it has none."""
    for part in path.split("."):
        step = getattr(step, part, None)
    return step if isinstance(step, Quantity) else None


def _held(steps: Sequence[Any], path: str) -> list[Quantity]:
    """The numbers of all steps that have a field."""
    found: list[Quantity] = []
    for step in steps:
        if isinstance(step, Loop):
            found += _held(step.steps, path)
        elif quantity := _field(step, path):
            found.append(quantity)
    return found


def _first_place(program: Program, path: str) -> str:
    """The path in a program of the first step that has a field. Raises InputError if there is none."""
    wanted = path.removeprefix(OF_THE_PROGRAM)

    def place(steps: Sequence[Any], above: str) -> str | None:
        for n, step in enumerate(steps):
            here = f"{above}steps.{n}"
            found = (
                place(step.steps, f"{here}.")
                if isinstance(step, Loop)
                else f"{here}.{wanted}"
                if _field(step, wanted)
                else None
            )
            if found:
                return found
        return None

    if found := place(program.steps, ""):
        return found
    known = ["current_density", "duration", "voltage", "rate", "until.duration", "until.capacity", "until.voltage_above",
             "until.voltage_below", "until.current_below"]  # fmt: skip
    here = [f"{OF_THE_PROGRAM}{name}" for name in known if _held(program.steps, name)]
    raise InputError(path, "is a number of no step of this program", expected=", ".join(here), do=nearest(path, here))


def _programs(program: Program, axes: Sequence[Axis]) -> list[Program]:
    """The program with every value of the axes that are its own, in the order of a grid; itself without such an axis."""
    mine = {axis.path: list(axis.values) for axis in reversed(axes) if axis.path.startswith(OF_THE_PROGRAM)}
    columns = grid(mine) if mine else {}
    made = []
    for n in range(math.prod(len(values) for values in mine.values())):
        data = program.written()
        for path, values in columns.items():
            _tell(data["steps"], program.steps, path.removeprefix(OF_THE_PROGRAM), values[n])
        made.append(Program(**data))
    return made


def _tell(data: list[Any], steps: Sequence[Any], path: str, value: Any) -> None:
    """Write a number into all steps that have the field, each with its own sign."""
    *parents, name = path.split(".")
    for written, step in zip(data, steps, strict=True):
        if isinstance(step, Loop):
            _tell(written["steps"], step.steps, path, value)
        elif old := _field(step, path):
            place = written
            for part in parents:
                place = place[part]
            place[name] = Quantity(math.copysign(value.value, old.value), value.unit)


def _rows(axes: Sequence[Axis]) -> dict[str, list[Any]]:
    """The designs of every sweep."""
    mine = {axis.path: list(axis.values) for axis in reversed(axes) if not axis.path.startswith(OF_THE_PROGRAM)}
    return grid(mine) if mine else {}


def _put_together(axes: Sequence[Axis], metric: Metric, programs: Sequence[Program], found: Sequence[Sweep]) -> Map:
    """Every design in its place: sweeps stand one after the other, and in each the designs."""
    x, y = axes
    shape = len(y.values), len(x.values)
    # What varies with the program varies slowest; of the rest, y.
    turned = x.path.startswith(OF_THE_PROGRAM) and not y.path.startswith(OF_THE_PROGRAM)

    def placed(values: Any) -> Any:
        flat = np.empty(len(values), dtype=object)
        flat[:] = values
        return flat.reshape(shape[::-1]).T if turned else flat.reshape(shape)

    statuses = placed([status for each in found for status in each.statuses])
    values = np.concatenate([metric.of(each, program) for each, program in zip(found, programs, strict=True)])
    completed = np.array([[status.end is End.COMPLETED for status in row] for row in statuses])
    solved = np.array([[status.end is not End.NO_SOLUTION for status in row] for row in statuses])
    shown = np.where(solved if metric.ended else completed, placed(values).astype(float), np.nan)
    words = [[status.word for status in row] for row in statuses]
    data = xr.Dataset(
        {"value": (("y", "x"), shown, {"units": metric.unit, "long_name": metric.label})},
        coords={
            name: (name, [value.value for value in axis.values], {"units": axis.values[0].unit, "long_name": axis.path})
            for name, axis in (("y", y), ("x", x))
        }
        | {"status": (("y", "x"), words)},
    )
    notes = dict.fromkeys(note for each in found for note in each.notes)
    checked, error = sum(len(each.checked) for each in found), max(each.error for each in found)
    return Map(data, x, y, metric, tuple(statuses.ravel()), checked, error, tuple(notes))
