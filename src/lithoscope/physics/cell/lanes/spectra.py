"""Impedance of many designs, each about its own state: the same linearised model as that of a single spectrum.

With M dy/dt = f(y, J), M = diag(1, 0), and the current at zero (see `physics.cell.spectrum`),

    Z = (dV/dy) (j omega M - df/dy)^-1 (df/dJ) + dV/dJ

df/dy, df/dJ and dV/dy are derivatives of the functions that the lanes engine runs, so that an aged cell is linearised about the
state that it came to. One pattern of factors serves all designs and all frequencies.
"""

from __future__ import annotations

from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from lithoscope.errors import InputError
from lithoscope.physics.cell.buffers import Buffered
from lithoscope.physics.cell.control import Setting
from lithoscope.physics.cell.engine import casadi
from lithoscope.physics.cell.lanes.functions import Array, functions
from lithoscope.physics.cell.lanes.harmonic import Pattern, pattern, respond
from lithoscope.physics.cell.lanes.threads import usual_threads
from lithoscope.physics.cell.spectrum import PARTS, spectrum
from lithoscope.physics.cell.system import NEWTON_ITERATIONS, NEWTON_TOLERANCE, SolverGaveUpError, System

Complex = NDArray[np.complex128]

ACCURATE = 1e-6
"""Relative change by refinement up to which a spectrum stands: what is left after it is smaller by this factor once more."""

CHUNK = 64
"""Designs whose derivatives are held at a time by each thread."""

CURRENT = "Set current density [A.m-2]"


def spectra(
    system: System, cells: Mapping[str, ArrayLike], states: Array, frequency: Array, threads: int | None = None
) -> Complex:
    """Areal impedance of many designs of one structure, each about its own state.

    system     the cell under current control
    cells      the numbers of the designs by name, each of the shape (designs,), or one number for all
    states     of the designs, shape (designs, states): those of a `LaneResult`
    frequency  Hz, shape (n,)
    threads    the cores that this process may use if not given

    Returns Z in ohm m2, shape (designs, 4, n), in the order of `PARTS`; rows 1 to 3 add up to row 0. NaN for a state that is
    not finite or has no consistent start. A design for which the pivots chosen in advance are not good is solved singly.

    Raises NotLoweredError for a model whose functions have no scalar form, InputError for states of another shape.
    """
    states, frequency = np.atleast_2d(np.asarray(states, dtype=float)), np.asarray(frequency, dtype=float)
    if states.shape[1] != system.states or not len(frequency):
        raise InputError("states", f"have the shape {states.shape}, and there are {len(frequency)} frequencies",
                         expected=f"(designs, {system.states}) and one or more", why="Each is about its own state",
                         do="Give result.states, or result.rested[step], of the same kernel")  # fmt: skip
    linear = _linear(system)
    p = np.stack([np.broadcast_to(np.asarray(cells[name], dtype=float), len(states)) for name in linear.cell], axis=1)
    y = linear.consistent(states, p)
    Z, change = linear.response(y, p, frequency, threads or usual_threads())
    good = np.isfinite(Z).all(axis=(1, 2)) & (change <= ACCURATE)
    for n in np.flatnonzero(np.isfinite(y).all(axis=1) & ~good):
        inputs = {**dict(zip(linear.cell, p[n].tolist(), strict=True)), **Setting().inputs()}
        try:
            Z[n] = spectrum(system, states[n], inputs, frequency)
        except (SolverGaveUpError, RuntimeError):  # no consistent start; a singular matrix
            Z[n] = np.nan
    return Z


@dataclass(frozen=True, slots=True)
class _Linear:
    """The derivatives of a model at rest.

    derivatives  (y, p) -> entries of df/dy, df/dJ, d(parts)/dy and d(parts)/dJ, one below the other; parts with their sign
    algebraic    (y, p) -> residuals of the algebraic equations and their matrix
    plan         pattern of the factors;  differential: number of differential unknowns;  cell: names of p
    """

    derivatives: Buffered
    algebraic: Buffered
    plan: Pattern
    differential: int
    cell: tuple[str, ...]

    def consistent(self, states: Array, p: Array) -> Array:
        """The states with algebraic unknowns that satisfy their equations without a current, NaN where there are none."""
        return np.array([self._consistent(y, numbers) for y, numbers in zip(states, p, strict=True)])

    def _consistent(self, y: Array, p: Array) -> Array:
        y, n = y.copy(), self.differential
        for _ in range(NEWTON_ITERATIONS if np.isfinite(y).all() else 0):
            residual, matrix = self.algebraic(y, p)
            try:
                step = np.linalg.solve(matrix, -residual.ravel())
            except np.linalg.LinAlgError:
                break
            y[n:] += step
            if not np.isfinite(y[n:]).all():
                break
            if np.max(np.abs(step), initial=0.0) <= NEWTON_TOLERANCE * (1 + np.max(np.abs(y[n:]), initial=0.0)):
                return y
        return np.full_like(y, np.nan)

    def response(self, y: Array, p: Array, frequency: Array, threads: int) -> tuple[Complex, Array]:
        """Z, shape (designs, parts, n), and by how much refinement changed that of the cell at most."""
        Z, change = np.full((len(y), len(PARTS), len(frequency)), np.nan + 0j), np.full(len(y), np.inf)
        omega, sized = 2 * np.pi * frequency, (len(self.plan.row), y.shape[1], len(PARTS) * y.shape[1])
        bounds = [*range(0, len(y), CHUNK), len(y)]
        with ThreadPoolExecutor(threads) as pool:
            jobs = []
            for a, b in pairwise(bounds):
                found = np.array([self.derivatives(*each)[0].ravel() for each in zip(y[a:b], p[a:b], strict=True)])
                J, forcing, rows, direct = np.split(found, np.cumsum(sized), axis=1)
                parts = np.ascontiguousarray(rows).reshape(b - a, len(PARTS), -1)
                J, forcing, direct = (np.ascontiguousarray(each) for each in (J, forcing, direct))
                jobs.append(pool.submit(respond, self.plan, J, forcing, parts, direct, omega, Z[a:b], change[a:b]))
            for job in jobs:
                job.result()
        return Z, change


@lru_cache(maxsize=32)
def _linear(system: System) -> _Linear:
    found = functions(system, [name for name, _ in PARTS.values()])
    x, p = casadi.SX.sym("x", found.size), casadi.SX.sym("p", len(found.cell))
    current, rest = casadi.SX.sym("current"), Setting().inputs()
    s = casadi.vertcat(*(current if name == CURRENT else rest[name] for name in found.step))
    f, seen, n = found.rate(x, p, s), found.outputs(x, p, s), found.differential
    signs = casadi.DM([sign for _, sign in PARTS.values()])
    jacobian, rows = casadi.jacobian(f, x), casadi.densify(casadi.jacobian(signs * seen, x))
    forcing, direct = (casadi.densify(casadi.jacobian(each, current)) for each in (f, signs * seen))
    # By columns in CasADi, so that the rows of each part follow one another when turned.
    column = casadi.vertcat(jacobian.nz[:], forcing, casadi.vec(rows.T), direct)
    entries = list(zip(*jacobian.sparsity().get_triplet(), strict=True))
    block = casadi.densify(f[n:]), casadi.densify(jacobian[n:, n:])
    return _Linear(
        derivatives=Buffered(_at_rest("derivatives", x, p, current, [column])),
        algebraic=Buffered(_at_rest("algebraic", x, p, current, block)),
        plan=pattern(entries, n, found.unknowns),
        differential=n,
        cell=found.cell,
    )


def _at_rest(name: str, x: Any, p: Any, current: Any, expressions: Any) -> Any:
    """A function of x and p without a current."""
    return casadi.Function(name, [x, p], casadi.substitute(list(expressions), [current], [casadi.SX(0.0)]), {"cse": True})
