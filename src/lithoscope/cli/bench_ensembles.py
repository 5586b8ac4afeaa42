"""`lithoscope bench ensembles`: designs in lanes beside a pool of plain PyBaMM, in one run."""

from __future__ import annotations

import multiprocessing
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from lithoscope.cli import output

if TYPE_CHECKING:
    from lithoscope.physics.cell.lanes import Kernel
    from lithoscope.protocol import Program

Array = NDArray[np.float64]

DESIGNS, CYCLES = 1000, 100
"""What is timed in lanes."""

POOL_DESIGNS, POOL_CYCLES = 24, 20
"""What is timed in the pool, which is a hundred times slower; the first of the same designs."""

RTOL, EXACT = 1e-4, 1e-8

VARIED = ("exchange current density [A.m-2]", "mossy exchange current density [A.m-2]", "dead fraction", "mossy fraction",
          "largest mossy area")  # fmt: skip
"""Numbers of each electrode that differ, by up to a factor of 1.5 either way."""


@dataclass(frozen=True, slots=True)
class Measured:
    """Time per cycle and design, s, and the largest error of a voltage at the end of a half-cycle, V.

    processes   of the pool, and threads of the lanes
    made_s      time until the code was ready;  thousand_s: wall time of the large run
    failed      designs of it without a solution
    """

    lanes_s: float
    pool_s: float
    lanes_error_v: float
    pool_error_v: float
    processes: int
    made_s: float
    thousand_s: float
    failed: int

    @property
    def ratio(self) -> float:
        """How many times as fast lanes are."""
        return self.pool_s / self.lanes_s


def run_ensembles(*, as_json: bool) -> None:
    """Measure and print; a minute or two."""
    found = measure()
    if as_json:
        names = ("lanes_s", "pool_s", "ratio", "lanes_error_v", "pool_error_v", "processes", "made_s", "thousand_s", "failed")
        output.write_json({name: getattr(found, name) for name in names})
        return
    rows = [
        (f"lanes, {found.processes} threads", f"{found.lanes_s * 1e3:.3f}", f"{found.lanes_error_v * 1e3:.4f}"),
        (f"plain PyBaMM, {found.processes} processes", f"{found.pool_s * 1e3:.3f}", f"{found.pool_error_v * 1e3:.4f}"),
    ]
    output.table(f"designs of a cell that ages, rtol {RTOL:g}, warm", ("what", "ms per cycle and design", "error / mV"), rows,
                 right=(1, 2))  # fmt: skip
    output.say(
        f"lanes are {found.ratio:.0f} times as fast; {DESIGNS} designs through {CYCLES} cycles take {found.thousand_s:.1f} s, "
        f"{found.failed} without a solution; their code was ready in {found.made_s:.1f} s"
    )


def measure() -> Measured:
    """Both in one run, warm."""
    from lithoscope.design import Cell, Foil
    from lithoscope.physics.cell import Mossy, lanes
    from lithoscope.physics.cell.lanes.threads import usual_threads

    cell = Cell.symmetric(Foil("500 um"), separator="PP 20 um", electrolyte="1 M LiPF6 EC:DMC 1:1", area="1 cm2")
    model, count = Mossy(), usual_threads()
    names = [f"{face} {what}" for face in ("Working", "Counter") for what in VARIED]
    rows = _designs(model.values(cell), names)
    begun = time.perf_counter()
    kernel = lanes.kernel(model, cell, names)
    kernel.run(rows[:16], _cycles(1), RTOL)
    made = time.perf_counter() - begun
    pool_s, theirs = _pool((model.to_toml(), cell.to_toml(), names, POOL_CYCLES, RTOL), rows, count)
    voltages = _voltages(kernel, rows[:POOL_DESIGNS], _cycles(POOL_CYCLES))
    found = kernel.run(rows, _cycles(CYCLES), RTOL)
    ours_off, theirs_off = (float(np.abs(voltages[EXACT] - each).max()) for each in (voltages[RTOL], theirs))
    return Measured(
        lanes_s=found.wall / DESIGNS / CYCLES,
        pool_s=pool_s,
        lanes_error_v=ours_off,
        pool_error_v=theirs_off,
        processes=count,
        made_s=made,
        thousand_s=found.wall,
        failed=int(found.failed.sum()),
    )


def _cycles(count: int) -> Program:
    from lithoscope.protocol import Program

    return Program.strip_plate("1 mA/cm2", "1 mAh/cm2", cycles=count)


def _designs(base: Any, names: list[str]) -> Array:
    factors = np.exp(np.random.default_rng(4).uniform(-np.log(1.5), np.log(1.5), (DESIGNS, len(names))))
    return np.array([base[name] for name in names]) * factors


def _voltages(kernel: Kernel, rows: Array, program: Program) -> dict[float, Array]:
    """At the ends of half-cycles, by tolerance."""
    return {rtol: kernel.run(rows, program, rtol).outputs["Voltage [V]"] for rtol in (RTOL, EXACT)}


def _pool(first: tuple[Any, ...], rows: Array, count: int) -> tuple[float, Array]:
    """Time per cycle and design in a pool of warm processes, s, and the voltages."""
    from lithoscope.physics.cell.reference import begin_in_a_pool, in_a_pool

    with multiprocessing.get_context("spawn").Pool(count, begin_in_a_pool, first) as pool:
        pool.map(in_a_pool, rows[: 2 * count], chunksize=1)
        begun = time.perf_counter()
        voltages = np.array(pool.map(in_a_pool, rows[:POOL_DESIGNS], chunksize=2))
        return (time.perf_counter() - begun) / POOL_DESIGNS / POOL_CYCLES, voltages
