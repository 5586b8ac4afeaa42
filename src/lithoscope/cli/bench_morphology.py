"""`lithoscope bench morphology`: the elliptic solver beside FiPy and pyamg on one core, and a whole run of the phase field."""

from __future__ import annotations

import os
import statistics
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from lithoscope.cli import output
from lithoscope.errors import MissingExtraError

if TYPE_CHECKING:
    from lithoscope.physics.morphology.reference import Problem
    from lithoscope.physics.morphology.starting import Start

PLANE, SOLID, TOLERANCE, LOOSE = (512, 512), (128, 128, 128), 1e-6, 1e-4
"""Cells in two and in three dimensions, and the tolerances to which they are solved."""

GROWTH_UM = 5.0
"""Dense lithium that is plated in the whole run."""


@dataclass(frozen=True, slots=True)
class Solve:
    """One solver on one problem.

    time   median, s;  error  largest difference from the direct solution over its largest value; none without one
    share  of the bandwidth of the memory; none for the others
    """

    what: str
    time: float
    error: float | None = None
    iterations: int | None = None
    share: float | None = None


@dataclass(frozen=True, slots=True)
class Run:
    """The whole run: steps, wall and processor time in s, dense lithium in um, cells, the kind of device, and bytes
    that it must move at least."""

    steps: int
    wall: float
    processor: float
    growth: float
    cells: int
    device: str
    moved: float

    @property
    def updates(self) -> float:
        """Cell updates per second."""
        return self.cells * self.steps / self.wall

    def share(self, triad: float) -> float:
        """Of the bandwidth of the memory that one core has, bytes/s, for each second of a core."""
        return self.moved / self.processor / triad


def run_morphology(runs: int, *, as_json: bool) -> None:
    """Measure and print; a few minutes."""
    begun = start_up()
    with one_core() as pinned:
        triad, solves, missing = measure(runs)
        whole = growth()
    if as_json:
        output.write_json({
            "bandwidth": triad, "one_core": pinned, "solves": [asdict(each) for each in solves], "missing": missing,
            "run": asdict(whole) | {"updates": whole.updates, "share": whole.share(triad)},
            "start": [asdict(each) for each in begun],
        })  # fmt: skip
        return
    first = solves[0].time
    rows = [
        (s.what, f"{s.time * 1e3:.1f}", _text(s.iterations, "d"), _text(s.error, ".0e"), _text(s.share, ".0%"),
         f"{s.time / first:.1f}")
        for s in solves
    ]  # fmt: skip
    where = "one core" if pinned else "all cores: this system does not bind a process to one"
    heads = ("what", "ms", "iterations", "error", "of the bandwidth", "over ours")
    output.table(f"one solve, contrast 1e4, median of {runs}, {where}", heads, rows, right=(1, 2, 3, 4, 5))
    for line in missing:
        output.say(line)
    output.say(f"memory of this machine: {triad / 1e9:.1f} GB/s (a = b + 2 c)")
    output.say(
        f"phase field, {PLANE[0]} x {PLANE[1]}, +{whole.growth:.1f} um: {whole.steps} steps in {whole.wall:.1f} s, "
        f"{whole.wall / whole.steps * 1e3:.0f} ms per step, {whole.updates:.2g} cell updates per second on {whole.device}; "
        f"{whole.processor:.1f} s of a core, {whole.share(triad):.0%} of the bandwidth of one"
    )
    for which, each in zip(("first process, nothing compiled before", "second process"), begun, strict=True):
        output.say(
            f"start, {which}: first steps done after {each.wall:.1f} s, {each.processor:.1f} s of a core; "
            f"{each.compiled} programs compiled, {each.loaded} from disk"
        )


def _text(value: float | None, form: str) -> str:
    return "" if value is None else format(value, form)


@contextmanager
def one_core() -> Iterator[bool]:
    """Bind this process to one of its cores, and threads that begin now; whether the system can."""
    if not hasattr(os, "sched_setaffinity"):
        yield False
        return
    before = os.sched_getaffinity(0)
    os.sched_setaffinity(0, {min(before)})
    try:
        yield True
    finally:
        os.sched_setaffinity(0, before)


def measure(runs: int, plane: tuple[int, ...] = PLANE, solid: tuple[int, ...] = SOLID) -> tuple[float, list[Solve], list[str]]:
    """Bandwidth, bytes/s; all solvers on the plane and ours on the solid; what is missing."""
    from lithoscope.physics.morphology.reference import bandwidth, fingers, fipy_lu, matrix, ruge_stuben

    triad, flat = bandwidth(), fingers(plane)
    name = " x ".join(map(str, plane))
    peers: dict[str, Callable[[], Any]] = {
        f"FiPy, direct, {name}": lambda: fipy_lu(flat),
        f"pyamg, Ruge-Stuben, to our residual, {name}": lambda: ruge_stuben(flat, residual),
    }
    mine, field = _ours(flat, TOLERANCE, runs, triad)
    found, missing, fields = [mine], [], [field]
    residual = float(np.linalg.norm(matrix(flat) @ field.ravel() - flat.right.ravel()) / np.linalg.norm(flat.right))
    for what, make in peers.items():
        try:
            action = make()
        except MissingExtraError as error:
            missing.append(str(error))
            continue
        seconds, field = _median(action, max(1, runs // 2))
        found.append(Solve(what, seconds))
        fields.append(field)
    exact = _direct(flat)
    off = [float(np.abs(each - exact).max() / np.abs(exact).max()) for each in fields]
    solves = [Solve(s.what, s.time, error, s.iterations, s.share) for s, error in zip(found, off, strict=True)]
    return triad, [*solves, _ours(fingers(solid), LOOSE, runs, triad)[0]], missing


def _direct(problem: Problem) -> Any:
    from scipy.sparse.linalg import spsolve

    from lithoscope.physics.morphology.reference import matrix

    return spsolve(matrix(problem), problem.right.ravel()).reshape(problem.shape)


def _ours(problem: Problem, tolerance: float, runs: int, triad: float) -> tuple[Solve, Any]:
    from lithoscope.physics.morphology.reference import ours, traffic

    action, iterations = ours(problem, tolerance)
    seconds, field = _median(action, runs)
    moved = traffic(len(problem.shape), iterations) * problem.right.size
    what = f"ours, to {tolerance:g}, {' x '.join(map(str, problem.shape))}"
    return Solve(what, seconds, None, iterations, moved / seconds / triad), field


def _median(action: Callable[[], Any], runs: int) -> tuple[float, Any]:
    """Median time after a first call that does not count."""
    field, times = action(), []
    for _ in range(runs):
        begun = time.perf_counter()
        action()
        times.append(time.perf_counter() - begun)
    return statistics.median(times), field


def growth(shape: tuple[int, ...] = PLANE, um: float = GROWTH_UM) -> Run:
    """Plate bare lithium from a rough start at nine tenths of the limiting current, 64 um wide; without compilation."""
    from lithoscope.physics.morphology.reference import device, plate

    made = plate(shape, um)
    return Run(made.steps, made.wall, made.processor, made.grown, int(np.prod(shape)), device(), made.moved)


def start_up() -> list[Start]:
    """The first and the second process on a machine, up to their first steps; each with all cores, in a folder of their own."""
    from lithoscope.physics.morphology.starting import starts

    with tempfile.TemporaryDirectory() as place:
        return starts(Path(place))
