"""The verb: `found = sweep(cell, program, vary)`."""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass, replace
from importlib import metadata
from pathlib import Path
from typing import TYPE_CHECKING, get_args

from lithoscope.design import Cell
from lithoscope.ensemble import stored
from lithoscope.ensemble.checking import compare, notes
from lithoscope.ensemble.designs import Cells, Designs, Varied, count, designs_of, given
from lithoscope.ensemble.parts import Part, Table
from lithoscope.ensemble.result import Sweep, dataset
from lithoscope.ensemble.solving import Backend, Job, solve
from lithoscope.ensemble.spectra import Spectra
from lithoscope.errors import InputError, SweepInterrupted, counted, nearest
from lithoscope.physics.contract import silent
from lithoscope.result.checkpoint import Journal
from lithoscope.result.manifest import Manifest, circumstances
from lithoscope.result.store import check_target, clear_up
from lithoscope.run import check_read, default_model, progress_bar

if TYPE_CHECKING:
    from lithoscope.physics.cell.model import CellModel
    from lithoscope.physics.contract import Report
    from lithoscope.protocol import Program

MOST_VALUES = 200_000_000
"""Numbers that a sweep may keep, 1.6 GB of them."""

OF_A_DESIGN = 1000
"""What the inputs and the status of a design take, in numbers of 8 bytes."""

COMPILERS = ("numba", "llvmlite")
"""What makes the vector code."""


def sweep(
    cell: Cells, program: Program, vary: Varied | None = None, model: CellModel | None = None, *,
    outputs: Sequence[str] = ("voltage",), samples: int = 0, rtol: float = 1e-4, backend: Backend = "auto", checks: int = 3,
    threads: int | None = None, seed: int = 0, to: str | Path | None = None, replace: bool = False,
    progress: bool | None = None,
) -> Sweep:  # fmt: skip
    """Run many designs of a cell through a program.

    cell      that the designs start from; or the designs themselves, [one, other] or {"thin": one, "thick": other}
    vary      the values of each field that differs, by path: {"working.ageing.dead_fraction": [0.01, 0.02, 0.05]}; see `grid`
    model     how it behaves; `default_model` of the first design if not given
    outputs   names of the trace of a result that are wanted at the end of each step; the voltage is always among them
    samples   outputs are wanted at the ends of this many equal parts of each step as well
    rtol      relative tolerance in lanes
    backend   "lanes" solves all designs together, "single" each on its own, "auto" in lanes where that pays and can be done
    checks    so many designs, chosen by `seed`, are solved singly as well and compared, and with them the two extremes of the
              first output; 0: none
    threads   threads, or processes of single runs; the cores that this process may use if not given
    to        folder of the sweep, in which designs are kept while it grows: one that was killed or interrupted goes on where it
              was when it is called again, and one that is finished is read. Without a folder nothing is written
    replace   whether another sweep in that folder may be replaced, and one that was not finished given up
    progress  whether to show how far it is; by default where the error stream is a terminal

    The spectra of the program are in the result over design, spectrum and frequency, whole and by electrode, each about the
    state that the design had come to.
    A design that finds no solution in lanes is solved singly; one that does not there either is a row that says so.
    Numbers depend neither on threads nor on how often the sweep was taken up.
    Raises InputError for a design that is refused, with its number, before anything runs; StoreError if it cannot be kept; and
    SweepInterrupted, a KeyboardInterrupt, for Ctrl-C when it is kept.
    """
    plan = _planned(cell, program, vary, model, outputs, samples, rtol, backend, checks, threads, seed)
    with progress_bar(sys.stderr.isatty() if progress is None else progress) as report:
        if to is None:
            return _made(plan, report, None)
        return _kept(plan, report, Path(to), replace=replace)


@dataclass(frozen=True)
class _Plan:
    """What is asked for, all of it checked."""

    job: Job
    designs: Designs
    backend: Backend
    checks: int
    seed: int
    first: str

    def inputs(self) -> dict[str, str]:
        """What decides the numbers, texts by name."""
        job = self.job
        texts = {
            "program": job.program.to_toml(),
            "model": job.model.to_toml(),
            "outputs": json.dumps([self.first, *job.names]),
        }
        numbers = {"samples": job.samples, "rtol": job.rtol, "backend": self.backend, "checks": self.checks, "seed": self.seed}
        return {**self.designs.inputs, **texts, **{name: str(value) for name, value in numbers.items()}}


def _planned(
    cell: Cells, program: Program, vary: Varied | None, model: CellModel | None, outputs: Sequence[str], samples: int,
    rtol: float, backend: Backend, checks: int, threads: int | None, seed: int,
) -> _Plan:  # fmt: skip
    """Raises InputError for all that is wrong, before anything runs."""
    from lithoscope.physics.cell.lanes.kernel import check_numbers
    from lithoscope.physics.cell.lanes.threads import usual_threads

    for each in given(cell):
        check_read(each, program)
    check_numbers(rtol, samples, threads)
    if backend not in get_args(Backend):
        raise InputError(
            "backend", f'= "{backend}"', expected='"auto", "lanes" or "single"', do=nearest(backend, get_args(Backend))
        )
    if checks < 0:
        raise InputError("checks", f"= {checks}", expected="0 or more", do="Write checks=3")
    wanted = list(dict.fromkeys(("voltage", *outputs)))
    spectra = Spectra.of(program)
    _check_size(count(cell, vary), len(program), len(wanted), samples, spectra)
    designs = designs_of(cell, vary)
    chosen = model or default_model(designs.cells[0])
    for n, design in enumerate(designs.cells):
        try:
            chosen.check(design)
        except InputError as error:
            raise error.under(f"design {n}") from None
    names = _names(chosen, designs.cells[0], wanted)
    job = Job(chosen, designs.cells, program, names, samples, spectra, rtol, threads or usual_threads(), silent)
    return _Plan(job, designs, backend, checks, seed, outputs[0] if outputs else "voltage")


def _names(model: CellModel, cell: Cell, outputs: Sequence[str]) -> dict[str, str]:
    from lithoscope.physics.cell.observe import outputs as known

    has = known(model.system(cell))
    for output in outputs:
        if output not in has:
            raise InputError("outputs", f'names "{output}", which this model does not have', expected="names of its trace",
                             do=nearest(output, has))  # fmt: skip
    return {output: has[output] for output in outputs}


def _check_size(designs: int, steps: int, outputs: int, samples: int, spectra: Spectra) -> None:
    """Raises InputError for what does not fit in memory, before the first design is made."""
    of_a_step = outputs + 1 + ((outputs + 1) * (samples + 1) if samples else 0)
    of_a_design = OF_A_DESIGN + steps * of_a_step + sum(values.size for values in spectra.empty(1).values())
    if designs * of_a_design > MOST_VALUES:
        most = MOST_VALUES // of_a_design
        raise InputError(
            "vary",
            f"asks for {designs} designs of {of_a_design} numbers",
            expected=f"at most {MOST_VALUES:.2g} numbers",
            why="They would not fit in memory",
            do=f"Take at most {counted(most, 'design')} at a time, or fewer cycles, outputs or samples",
        )


def _made(plan: _Plan, report: Report, journal: Journal | None) -> Sweep:
    """Solve all that the journal does not hold, and put it together."""
    begun, job = time.perf_counter(), replace(plan.job, report=report)
    table = Table(len(plan.designs), len(job.program), tuple(job.names), job.samples, job.spectra)
    taken_up = _take_up(journal, table) if journal else 0

    def keep(part: Part) -> None:
        if journal:
            journal.append(part.to_bytes())
        table.put(part)

    try:
        solve(job, plan.backend, table, keep)
        checked, error = compare(job, table, plan.checks, plan.seed, plan.first, keep)
    except KeyboardInterrupt:
        if journal is None:
            raise
        raise SweepInterrupted(journal.place, table.done, len(plan.designs)) from None
    found = tuple(notes(plan.designs, table, error, job.rtol))
    solver = {
        "kernels": list(table.codes), "processors": list(table.processors), "threads": job.threads, "seed": plan.seed,
        "rtol": job.rtol, "designs_taken_up": taken_up,
    }  # fmt: skip
    machine = circumstances()["machine"]
    manifest = Manifest(plan.inputs(), notes=found, versions=_versions(), machine=machine,
                        wall_s=time.perf_counter() - begun, solver=solver)  # fmt: skip
    data = job.spectra.labelled(dataset(plan.designs, job.program, table, job.samples), table.spectra)
    return Sweep(data, table.ended(), checked, error, manifest)


def _take_up(journal: Journal, table: Table) -> int:
    """All that the journal holds, up to the first part that is damaged; returns how many designs are done."""
    for number, data in journal.parts():
        try:
            table.put(Part.from_bytes(data))
        except ValueError:
            journal.cut(number)
            break
    return table.done


def _kept(plan: _Plan, report: Report, to: Path, *, replace: bool) -> Sweep:
    """A sweep that is kept while it grows. Raises StoreError if it cannot be."""
    inputs, versions = plan.inputs(), _versions()
    check_target(to, Manifest(inputs).run_id, replace=True)
    with Journal(to, inputs | versions, replace=replace) as journal:
        clear_up(to)
        found = stored.finished(to, inputs, versions, replace=replace)
        if found is None:
            found = _made(plan, report, journal)
            found.save(to, replace=replace)
        journal.discard()
    return found


def _versions() -> dict[str, str]:
    """Of all that decides numbers to the last bit."""
    found: dict[str, str] = dict(circumstances()["versions"])
    for name in COMPILERS:
        try:
            found[name] = metadata.version(name)
        except metadata.PackageNotFoundError:
            found[name] = "absent"
    return found
