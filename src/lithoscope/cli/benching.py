"""`lithoscope bench`: how fast, beside a reference in the same run."""

from __future__ import annotations

import os
import statistics
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from lithoscope.cli import output

if TYPE_CHECKING:
    from lithoscope.design import Cell
    from lithoscope.protocol import Program


FULL_CYCLES = 100
"""Cycles of full cells that are timed: as many as are worth compiling."""


@dataclass(frozen=True, slots=True)
class Measured:
    """One measurement beside its reference, medians over repetitions, s.

    what       is timed;  beside: the reference
    time       ours;  reference: theirs
    """

    what: str
    beside: str
    time: float
    reference: float

    @property
    def ratio(self) -> float:
        """Ours over theirs."""
        return self.time / self.reference


def run_benchmarks(repetitions: int, *, life: bool, as_json: bool) -> None:
    """Measure and print; with `life` also 400 cycles of a cell that ages and 100 of full cells, which takes minutes."""
    long = (*_life(repetitions), *_full(repetitions)) if life else ()
    measured = [*_start_up(repetitions), *_cell(repetitions), *long]
    if as_json:
        output.write_json([asdict(m) | {"ratio": m.ratio} for m in measured])
        return
    rows = [(m.what, f"{m.time * 1e3:.1f}", m.beside, f"{m.reference * 1e3:.1f}", f"{m.ratio:.2f}") for m in measured]
    output.table(f"median of {repetitions}, this machine", ("what", "ms", "beside", "ms", "ratio"), rows, right=(1, 3, 4))
    above = measured[0].time - measured[0].reference, measured[1].time - measured[1].reference
    output.say(f"above a bare Python start: import {above[0]:.3f} s, --help {above[1]:.3f} s")


def _alternate(repetitions: int, ours: Callable[[], object], theirs: Callable[[], object]) -> tuple[float, float]:
    """Median times of two things, taken in turn after one warm-up of each, so that a drifting machine treats both alike."""
    times: tuple[list[float], list[float]] = ([], [])
    for turn in range(repetitions + 1):
        for record, action in zip(times, (ours, theirs), strict=True):
            begun = time.perf_counter()
            action()
            if turn:
                record.append(time.perf_counter() - begun)
    return statistics.median(times[0]), statistics.median(times[1])


def _process(*arguments: str) -> Callable[[], object]:
    return lambda: subprocess.run([sys.executable, *arguments], check=True, capture_output=True, env=dict(os.environ))  # noqa: S603


def _start_up(repetitions: int) -> list[Measured]:
    bare = _process("-c", "pass")
    lines = (
        ("import lithoscope", _process("-c", "import lithoscope")),
        (
            "lithoscope --help",
            _process("-c", "from lithoscope.cli import main; import sys; sys.argv = ['lithoscope', '--help']; main()"),
        ),
    )
    return [Measured(what, "bare Python", *_alternate(repetitions, action, bare)) for what, action in lines]


def _cell(repetitions: int) -> list[Measured]:
    """Cycles and a spectrum, beside PyBaMM's own drivers on the same equations, mesh and tolerance."""
    from lithoscope.design import Cell
    from lithoscope.design.catalogue import entry
    from lithoscope.physics.cell import Planar
    from lithoscope.physics.cell.reference import pybamm_cycles, pybamm_spectrum
    from lithoscope.physics.contract import silent
    from lithoscope.protocol import Program, Spectrum

    cell, model = Cell.parse(entry("perovskite/masncl3")), Planar()
    cycles, spectrum = Program.strip_plate("1 mA/cm2", "1 mAh/cm2", cycles=20), Program([Spectrum(rest="1 s")])
    theirs_cycles, theirs_spectrum = pybamm_cycles(model, cell, 20), pybamm_spectrum(model, cell)
    return [
        Measured("20 cycles, Li|MASnCl3 cell, everything kept", "the same model in PyBaMM's Experiment",
                 *_alternate(repetitions, lambda: model.simulate(cell, cycles, silent), theirs_cycles)),
        Measured("spectrum of 61 points, split by electrode", "PyBaMM's EISSimulation, cell only",
                 *_alternate(repetitions, lambda: model.simulate(cell, spectrum, silent), theirs_spectrum)),
    ]  # fmt: skip


def _full(repetitions: int) -> list[Measured]:
    """Cycles of full cells, beside PyBaMM's half cell, which has no ageing, on the same mesh and tolerance."""
    from lithoscope.design import Cell
    from lithoscope.design.catalogue import entry
    from lithoscope.physics.cell import Full
    from lithoscope.physics.cell.reference import stock_cycles
    from lithoscope.physics.contract import silent
    from lithoscope.protocol import Program

    model, measured = Full(), []
    for name, density, low, high, first in _full_cells():
        cell = Cell.parse(entry(f"perovskite/{name}-bare"))
        program = Program.charge_discharge(
            f"{density} A/m2", low=f"{low} V", high=f"{high} V", cycles=FULL_CYCLES, first=first, longest="10 h"
        )
        theirs = stock_cycles(cell, density, low, high, FULL_CYCLES, model.relative_tolerance, model.cells,
                              discharge_first=first == "discharge")  # fmt: skip
        ours = partial(model.simulate, cell, program, silent)
        times = _alternate(repetitions, ours, theirs)
        what = f"{FULL_CYCLES} cycles, Li|{name.upper()} cell, everything kept"
        measured.append(Measured(what, "the half cell of PyBaMM in its Experiment", *times))
    return measured


def _full_cells() -> tuple[tuple[str, float, float, float, Literal["charge", "discharge"]], ...]:
    """Name, current density in A/m2, limits of the voltage in V, and what comes first."""
    return ("lto", 28.0, 1.0, 2.5, "discharge"), ("lco", 14.0, 3.0, 4.2, "charge")


def _life(repetitions: int) -> list[Measured]:
    """400 cycles of a bare cell with everything on, in a warm worker, beside the same model in PyBaMM's Experiment."""
    from lithoscope.design import Cell, Foil
    from lithoscope.physics.cell import Mossy
    from lithoscope.physics.cell.engine import compiler
    from lithoscope.physics.cell.reference import pybamm_cycles
    from lithoscope.physics.contract import silent
    from lithoscope.protocol import Program

    cell = Cell.symmetric(Foil("500 um"), separator="PP 20 um", electrolyte="1 M LiPF6 EC:DMC 1:1", area="1 cm2")
    program, theirs = Program.strip_plate("1 mA/cm2", "1 mAh/cm2", cycles=400), pybamm_cycles(Mossy(), cell, 400)
    models = {"interpreted": Mossy(compiled=False)} | ({"compiled": Mossy()} if compiler() else {})
    measured = []
    for how, model in models.items():
        ours = partial(model.simulate, cell, program, silent, apart=True)
        measured.append(Measured(f"400 cycles of ageing, {how}, everything kept", "the same model in PyBaMM's Experiment",
                                 *_alternate(repetitions, ours, theirs)))  # fmt: skip
    output.say(f"memory of the warm worker grows by {_growth(cell, program):.0f} MB over another 400 cycles")
    return measured


def _growth(cell: Cell, program: Program) -> float:
    """What one more run adds to the memory of the worker that made the others, MB."""
    from lithoscope.physics.cell import Mossy, worker
    from lithoscope.physics.contract import silent

    taken = worker.take()
    before = _resident(taken.pid)
    worker.leave(taken)
    Mossy().simulate(cell, program, silent, apart=True)
    return _resident(taken.pid) - before


def _resident(pid: int | None) -> float:
    """Resident memory of a process, MB; 0 where the system does not say."""
    statm = Path(f"/proc/{pid}/statm")
    return int(statm.read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE") / 1e6 if statm.exists() else 0.0
