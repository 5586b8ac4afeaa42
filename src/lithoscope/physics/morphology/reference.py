"""The elliptic problem of a deposit, for us and in FiPy and pyamg, and what the memory of this machine allows."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
from numpy.typing import NDArray

from lithoscope.constants import FARADAY
from lithoscope.errors import MissingExtraError
from lithoscope.physics.morphology.elliptic import Operator, solve

Array = NDArray[np.float64]
Solver = Callable[[], Array]

EXCHANGE = 1e-4
"""Conductance of the surface over that of a face in the liquid."""


@dataclass(frozen=True)
class Problem:
    """Fingers of metal in a liquid, with a fixed value on top.

    conductivity  of the cells;  faces: harmonic means, zero at borders;  sink, right: as for `elliptic.Operator`
    periodic      whether the sides belong together; they are closed otherwise
    """

    conductivity: Array
    faces: tuple[Array, ...]
    sink: Array
    right: Array
    periodic: bool = False

    @property
    def operator(self) -> Operator:
        """As we solve it."""
        sides = (self.periodic,) * (len(self.shape) - 1)
        return Operator(tuple(map(jnp.asarray, self.faces)), jnp.asarray(self.sink), (False, *sides))

    @property
    def shape(self) -> tuple[int, ...]:
        """Cells along each axis."""
        return self.right.shape


def fingers(shape: tuple[int, ...], contrast: float = 1e4, *, periodic: bool = False) -> Problem:
    """Six fingers of random place and height, whose metal conducts `contrast` times worse than the liquid."""
    cells, random = np.indices(shape) + 0.5, np.random.default_rng(0)
    bottom = 0.2 * shape[0]
    d = cells[0] - bottom
    for _ in range(6):
        foot, height = random.uniform(0.1, 0.9, len(shape) - 1) * shape[1:], random.uniform(0.1, 0.4) * shape[0]
        r = np.sqrt(np.sum([(x - at) ** 2 for x, at in zip(cells[1:], foot, strict=True)], axis=0)) - 0.03 * shape[0]
        d = np.minimum(d, np.maximum(r, cells[0] - bottom - height))
    xi = 0.5 * (1 - np.tanh(d / 1.5))
    k, surface = np.maximum(1 - xi, 1 / contrast), EXCHANGE * np.sqrt(np.sum([g**2 for g in np.gradient(xi)], axis=0))
    faces = []
    for axis in range(len(shape)):
        face = 2 * k * np.roll(k, -1, axis) / (k + np.roll(k, -1, axis))
        if axis == 0 or not periodic:
            face[(slice(None),) * axis + (-1,)] = 0.0
        faces.append(face)
    sink = surface.copy()
    sink[-1] += 2.0
    return Problem(k, tuple(faces), sink, -0.1 * surface, periodic)


def ours(problem: Problem, tolerance: float) -> tuple[Callable[[], Any], int]:
    """What solves it from zero, levels and all, as a call that waits for the solution; and the iterations."""
    operator = problem.operator
    right, zero = jnp.asarray(problem.right), jnp.zeros(problem.shape)
    compiled = jax.jit(lambda a, b, guess: solve(a, b, guess, tolerance))
    found = compiled(operator, right, zero)
    return lambda: np.asarray(jax.block_until_ready(compiled(operator, right, zero)).field), int(found.iterations)


def device() -> str:
    """Kind of the device on which ours runs."""
    return str(jax.devices()[0].device_kind)


def matrix(problem: Problem) -> Any:
    """The same with closed sides as a sparse matrix."""
    from scipy import sparse

    at = np.arange(problem.right.size).reshape(problem.shape)
    rows, columns, values, diagonal = [], [], [], problem.sink.ravel().copy()
    for axis, face in enumerate(problem.faces):
        here, there = (np.take(at, range(a, at.shape[axis] - 1 + a), axis).ravel() for a in (0, 1))
        f = np.take(face, range(at.shape[axis] - 1), axis).ravel()
        np.add.at(diagonal, here, f)
        np.add.at(diagonal, there, f)
        rows += [here, there]
        columns += [there, here]
        values += [-f, -f]
    off = sparse.coo_array((np.concatenate(values), (np.concatenate(rows), np.concatenate(columns))), shape=(at.size, at.size))
    return sparse.csr_array(off + sparse.diags_array(diagonal))


def ruge_stuben(problem: Problem, tolerance: float) -> Solver:
    """pyamg: set-up of classical algebraic multigrid and conjugate gradients with it. Raises MissingExtraError."""
    try:
        import pyamg
    except ImportError:
        raise _missing("pyamg") from None
    from scipy import sparse

    csr, right = sparse.csr_matrix(matrix(problem)), problem.right.ravel()

    def run() -> Array:
        found = pyamg.ruge_stuben_solver(csr).solve(right, tol=tolerance, accel="cg")
        return np.asarray(found).reshape(problem.shape)

    return run


def fipy_lu(problem: Problem) -> Solver:
    """FiPy: assembly of its equation and its direct solver. Raises MissingExtraError."""
    try:
        import fipy
    except ImportError:
        raise _missing("fipy") from None
    ny, nx = problem.shape
    mesh = fipy.Grid2D(nx=nx, ny=ny, dx=1.0, dy=1.0)
    k, sink, right = (
        fipy.CellVariable(mesh=mesh, value=v.ravel()) for v in (problem.conductivity, problem.sink, problem.right)
    )
    face = k.harmonicFaceValue

    def run() -> Array:
        u = fipy.CellVariable(mesh=mesh, value=0.0)
        equation = fipy.DiffusionTerm(coeff=face) - fipy.ImplicitSourceTerm(coeff=sink) + right == 0
        equation.solve(var=u, solver=fipy.LinearLUSolver())
        return np.asarray(u.value).reshape(problem.shape)

    return run


def _missing(name: str) -> MissingExtraError:
    return MissingExtraError(f'{name} is not installed. Install it with: pip install "lithoscope[bench]"')


def bandwidth(cells: int = 4_000_000, repetitions: int = 10) -> float:
    """Bytes per second of a = b + 2 c over arrays that no cache holds, on this thread: two reads and a write per number."""
    import numba

    @numba.njit  # type: ignore[untyped-decorator]
    def triad(a: Array, b: Array, c: Array) -> None:
        for i in range(a.size):
            a[i] = b[i] + 2.0 * c[i]

    a, b, c = (np.ones(cells) for _ in range(3))
    triad(a, b, c)
    best = float("inf")
    for _ in range(repetitions):
        begun = time.perf_counter()
        triad(a, b, c)
        best = min(best, time.perf_counter() - begun)
    return float(3 * a.nbytes / best)


def traffic(dimensions: int, iterations: int) -> float:
    """Bytes per cell that the iterations must move at least if only a few layers stay in a cache.

    Finest level: 4 for z, 16 for the direction, 8 for the sink, each face and A p; on the way down 16 for u and for r, 8 for
    the direction and for A p, and 4 for right-hand side, field, diagonal and faces; on the way up these, the field twice, 8 for
    r and 4 / 2^d for the correction. Coarser levels: only what is single.
    """
    faces = dimensions
    direction = 4 + 16 + 8 + 8 * faces + 8
    single_down, single_up = 4 * (3 + faces), 4 * (4 + faces)
    coarse = (single_down + single_up) / (2**dimensions - 1)
    return float(iterations * (direction + 48 + single_down + single_up + 8 + 4 / 2**dimensions + coarse))


def set_up(dimensions: int) -> float:
    """Bytes per cell that a solve must move at least before it iterates.

    Read in double: each face, sink, right-hand side and guess; written: u, the residual, the direction and A p. In single the
    faces, the sink and the diagonal of all levels are cleared, written and read once.
    """
    levels = 3 * 4 * (dimensions + 2) / (1 - 0.5**dimensions)
    return float(8 * (dimensions + 3) + 8 * 4 + levels)


def around(dimensions: int, steps: int, newton: int) -> float:
    """Bytes per cell that the steps of a run must move at least outside its solves, each field once where it is needed.

    A step reads and writes metal fraction, salt, potential and two trends, and writes the problem of the charge (faces, driven
    fluxes, area, exchange, offset) and of the salt (faces, sink, right). A step of Newton's method reads the first, reads and
    writes the current and its derivative, reads the potential and writes its change and the right-hand side.
    """
    charge = 8 * (2 * dimensions + 3)
    return float(steps * (2 * 5 * 8 + charge + 8 * (dimensions + 2)) + newton * (charge + 2 * 2 * 8 + 8 * 3))


@dataclass(frozen=True, slots=True)
class Plated:
    """A run after compilation: steps, wall and processor time in s, dense lithium that grew in um, bytes that it must move."""

    steps: int
    wall: float
    processor: float
    grown: float
    moved: float


def moved_by(rows: Mapping[str, NDArray[Any]], cells: int, dimensions: int) -> float:
    """Bytes that a run must move at least, from its instants; the last of them is a look and no step, but costs as much."""
    newton, both = int(rows["newton"].sum()), int(rows["iterations"].sum() + rows["salt_iterations"].sum())
    steps = len(rows["time"])
    solves = newton + steps
    return cells * (traffic(dimensions, both) + solves * set_up(dimensions) + around(dimensions, steps, newton))


def plate(shape: tuple[int, ...], um: float) -> Plated:
    """Bare lithium from a rough start at 0.9 of the limiting current, in a domain 64 um wide and with salt fixed at its top,
    until so much dense lithium has grown."""
    from lithoscope.physics.morphology.cases import MOLAR_VOLUME, T_PLUS, Bench
    from lithoscope.physics.morphology.exact import front_speed, reservoir_limit
    from lithoscope.physics.morphology.grid import Grid
    from lithoscope.physics.morphology.start import rough
    from lithoscope.physics.morphology.state import Scheme

    grid, base = Grid(shape, 64e-6 / shape[-1]), 0.1 * shape[0] * 64e-6 / shape[-1]
    bench = Bench(Scheme(grid), exchange=300.0, kappa=0.3)
    bench = Bench(
        Scheme(grid), i=0.9 * reservoir_limit(bench.D, T_PLUS, bench.c0, grid.height - base), exchange=300.0, kappa=0.3
    )
    start = bench.start(base + rough(grid, 0.2e-6, 4e-6, 0))
    bench.run(start, 2)
    begun, used = time.perf_counter(), time.process_time()
    _, rows = bench.run(start, until=um * 1e-6 / front_speed(bench.i, MOLAR_VOLUME))
    wall, used = time.perf_counter() - begun, time.process_time() - used
    grown = (rows["metal"][-1] - rows["metal"][0]) * MOLAR_VOLUME / FARADAY * 1e6
    return Plated(len(rows["time"]) - 1, wall, used, float(grown), moved_by(rows, start.xi.size, len(shape)))
