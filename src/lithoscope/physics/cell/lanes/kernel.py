"""Thousands of designs of one cell model through one program: what the rest of the package calls."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import ArrayLike

from lithoscope.errors import InputError, Status, nearest
from lithoscope.physics.cell.control import STOP
from lithoscope.physics.cell.lanes.build import Built, build, check_target
from lithoscope.physics.cell.lanes.ends import emptied, end_of, status
from lithoscope.physics.cell.lanes.functions import Array, Form
from lithoscope.physics.cell.lanes.native import usual_width
from lithoscope.physics.cell.lanes.result import NOT_REACHED, TIME_IS_UP, LaneResult
from lithoscope.physics.cell.lanes.table import needs_voltage, table

if TYPE_CHECKING:
    from lithoscope.design import Cell
    from lithoscope.physics.cell.lanes.records import Out
    from lithoscope.physics.cell.lanes.spectra import Complex
    from lithoscope.physics.cell.lanes.threads import Progress, Task
    from lithoscope.physics.cell.model import CellModel
    from lithoscope.protocol import Program
    from lithoscope.protocol.program import Visit

COARSEST, FINEST = 1e-3, 1e-10
"""Relative tolerances between which results can be trusted and be had."""

WIDTHS = (4, 8)


def kernel(
    model: CellModel,
    cell: Cell,
    varied: Sequence[str] | None = None,
    outputs: Sequence[str] = ("Voltage [V]",),
    width: int | None = None,
) -> Kernel:
    """A model of cells of one structure, ready to run many designs.

    model    of the cell scale;  cell: one of the structure, whose numbers stand where none are varied
    varied   names of the numbers that differ between designs, those of `model.values(cell)`; all of them if not given
    outputs  variables of the model that are wanted
    width    number of lanes, 4 or 8; what suits the processor if not given

    Every number of a cell is an argument of the code, so that kernels that vary other numbers share it.

    Raises NotLoweredError for a model that cannot run in lanes, NoTargetError on a machine that cannot run it, InputError for
    an unknown name.
    """
    model.check_suits(cell)
    base = model.values(cell)
    names = tuple(base) if varied is None else tuple(varied)
    for name in names:
        if name not in base:
            raise InputError(
                "varied",
                f'names "{name}", which is no number of this cell',
                expected="names of model.values(cell)",
                do=nearest(name, base),
            )
    if width is not None and width not in WIDTHS:
        raise InputError("width", f"= {width}", expected="4 or 8", do="Leave width out")
    check_target()
    made = Kernel(model, cell, names, tuple(outputs), width or usual_width(), base)
    made.built("current")
    return made


@dataclass(slots=True)
class Kernel:
    """A model that runs many designs at once; made by `kernel`.

    varied   names of the numbers of a design, in the order of the columns of `run`
    outputs  variables of the model;  width: number of lanes
    base     all numbers of the cell that designs start from
    """

    model: CellModel
    cell: Cell
    varied: tuple[str, ...]
    outputs: tuple[str, ...]
    width: int
    base: Mapping[str, float]
    _built: dict[Form, Built] = field(default_factory=dict)

    def built(self, form: Form) -> Built:
        """The native code of a form, made when it is first needed. Raises NotLoweredError."""
        if form not in self._built:
            system = self.model.system(self.cell, by="current" if form == "current" else "voltage")
            self._built[form] = build(system, self.outputs, self.width)
        return self._built[form]

    def key(self, program: Program) -> str:
        """What names the code that runs a program: a hash of all that it follows from."""
        return self.built("switched" if needs_voltage(program) else "current").key

    def run(
        self,
        values: ArrayLike,
        program: Program,
        rtol: float = 1e-4,
        threads: int | None = None,
        samples: int = 0,
        progress: Progress | None = None,
        finished: Callable[[slice, LaneResult], object] | None = None,
    ) -> LaneResult:
        """Run designs through a program.

        values    of `varied`, SI, shape (designs, numbers)
        rtol      relative tolerance, from 1e-10 to 1e-3
        threads   the cores that this process may use if not given
        samples   outputs are taken at this many equal parts of each step as well
        progress  called now and then with the number of designs that are done and of all; if it returns False the run ends, and
                  designs that are not done are interrupted
        finished  called with the rows of some designs and what came of them as soon as all of them are done, to keep it

        A program with a voltage or a scan needs code of its own, made when it first comes.
        Raises InputError for values of another shape, NotLoweredError if that code cannot be made.
        """
        from lithoscope.physics.cell.lanes import threads as pool

        cells = self._cells(values)
        check_numbers(rtol, samples, threads)
        form: Form = "switched" if needs_voltage(program) else "current"
        built, count = self.built(form), threads or pool.usual_threads()
        told, kept = table(program, built.found.step)
        order = [cells[name] for name in built.found.cell]
        task = pool.Task(built, np.ascontiguousarray(np.column_stack(order)), told, kept, rtol, samples)
        begun = time.perf_counter(), time.process_time()

        def result(of: Task, out: Out) -> LaneResult:
            took = time.perf_counter() - begun[0], time.process_time() - begun[1]
            return self._result(built, program, of, out, count, took)

        def chunk(rows: slice, out: Out) -> None:
            if finished is not None:
                finished(rows, result(replace(task, cell=task.cell[rows]), out))

        return result(task, pool.run(task, count, progress, chunk))

    def spectra(self, values: ArrayLike, states: Array, frequency: Array, threads: int | None = None) -> Complex:
        """Areal impedance of designs, each about its own state: at the end of a run or at rest before one of its spectra.

        values  as for `run`;  states: `LaneResult.states` or one of `LaneResult.rested`;  frequency: Hz
        Returns Z in ohm m2, shape (designs, 4, frequencies); see `spectra.spectra`.
        """
        from lithoscope.physics.cell.lanes.spectra import spectra

        return spectra(self.built("current").system, self._cells(values), states, frequency, threads)

    def _cells(self, values: ArrayLike) -> dict[str, Array]:
        """Every number of every design."""
        given = np.asarray(values, dtype=float)
        if given.ndim != 2 or given.shape[1] != len(self.varied) or not len(given):
            raise InputError("values", f"have the shape {given.shape}", expected=f"(designs, {len(self.varied)})",
                             why="There is one column for each name in varied")  # fmt: skip
        cells = {name: np.full(len(given), value) for name, value in self.base.items()}
        return cells | {name: given[:, n] for n, name in enumerate(self.varied)}

    def _result(
        self, built: Built, program: Program, task: Task, out: Out, threads: int, took: tuple[float, float]
    ) -> LaneResult:
        visits = tuple(program.visits())
        words = (NOT_REACHED, TIME_IS_UP, *built.found.conditions)
        time_at_end = np.nansum(out.duration, axis=1)
        final = self._under_current(built, out.states)
        by_row = {int(place): visits[row].number for row, place in enumerate(task.kept) if place >= 0}
        outputs = self._split(built, out.seen[:, :, -1])
        return LaneResult(
            outputs=outputs,
            samples=self._split(built, out.seen) if task.samples else {},
            duration=out.duration,
            ended=out.ended + 1,
            words=words,
            cycle=np.array([visit.cycle for visit in visits], dtype=np.int64),
            status=tuple(self._status(built, program, visits, task, out, n) for n in range(len(out.counts))),
            time=time_at_end,
            tried=out.counts[:, 1],
            accepted=out.counts[:, 2],
            states=final[:, -1],
            rested={number: final[:, place] for place, number in by_row.items()},
            rtol=task.rtol,
            form=built.found.form,
            width=self.width,
            threads=threads,
            wall=took[0],
            cpu=took[1],
            how=built.how,
        )

    def _split(self, built: Built, seen: Array) -> dict[str, Array]:
        """The outputs by name, one number without a last dimension."""
        bounds = np.cumsum([0, *built.found.sizes])
        parts = (seen[..., a:b] for a, b in pairwise(bounds))
        return {
            name: np.ascontiguousarray(part[..., 0] if part.shape[-1] == 1 else part)
            for name, part in zip(self.outputs, parts, strict=True)
        }

    def _under_current(self, built: Built, states: Array) -> Array:
        """States of the model under current control."""
        if built.found.form == "current":
            return states
        here = self.built("current").system
        rows = here.state_from(built.system, np.arange(built.system.states, dtype=float)).astype(int)
        return states[..., rows]

    def _status(self, built: Built, program: Program, visits: Sequence[Visit], task: Task, out: Out, design: int) -> Status:
        code, done = int(out.counts[design, 0]), int(np.count_nonzero(out.ended[design] >= 0))
        visit = visits[min(done - (code > 0), len(visits) - 1)]
        condition = built.found.conditions[code - 1] if code > 0 else ""
        empty = None
        if condition == STOP and not program.stop.voltage_magnitude:
            numbers = dict(zip(built.found.cell, task.cell[design].tolist(), strict=True))
            empty = emptied(built.system, visit, out.states[design, -1], numbers)
        end, detail = end_of(code, condition, program, empty)
        return status(end, detail, visit, float(np.nansum(out.duration[design])))


def check_numbers(rtol: float, samples: int, threads: int | None) -> None:
    """Raises InputError for numbers with which no run is to be trusted, or none can be made."""
    if not FINEST <= rtol <= COARSEST:
        raise InputError("rtol", f"= {rtol:g}", expected=f"from {FINEST:g} to {COARSEST:g}",
                         why="Coarser results are off by millivolts, finer by round-off", do="Write rtol=1e-4")  # fmt: skip
    if samples < 0:
        raise InputError("samples", f"= {samples}", expected="0 or more", do="Write samples=0")
    if threads is not None and threads < 1:
        raise InputError("threads", f"= {threads}", expected="1 or more", do="Leave threads out")
