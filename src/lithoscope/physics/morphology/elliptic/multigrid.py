"""One geometric multigrid cycle: the preconditioner.

Coarse operators follow from summing the faces between pairs of cells. The conductance across a halved axis is divided by two,
since its cells are twice as far apart; without that the correction would be half of what it should be.
The smoother is a Chebyshev polynomial of D^-1 A on [2/5, 2]: it needs no inner products, and the bound 2 holds for every
operator of this kind, so that nothing is tuned. The last level is solved directly.
"""

from __future__ import annotations

from dataclasses import dataclass

import jax
import jax.numpy as jnp
from jax import Array

from lithoscope.physics.morphology.elliptic.coarsening import Axes, halvings
from lithoscope.physics.morphology.elliptic.halos import Layout, Split, Whole
from lithoscope.physics.morphology.elliptic.operator import diagonal, difference

SWEEPS = 2
"""Smoothing steps before and after each correction."""
RATIO = 5.0
"""The smoother acts on the upper part of the spectrum, from 2 / RATIO to 2."""
SPLIT_LEVELS = 3
"""Levels that stay split over devices; the next is gathered on all. Fixed, so that the number of messages does not depend on
the size of the grid; the work that every device repeats is then 1/64 of the grid in two dimensions and 1/512 in three."""


@dataclass(frozen=True, slots=True)
class Level:
    """Operator of one level, closed at borders, in single precision.

    halved  axes that are halved towards the next level; on the last level `inverse` is the dense inverse instead
    """

    faces: tuple[Array, ...]
    sink: Array
    reciprocal: Array
    layout: Layout
    halved: Axes = ()
    inverse: Array | None = None
    gathered: bool = False


def coefficients(sweeps: int = SWEEPS, ratio: float = RATIO) -> tuple[tuple[float, float], ...]:
    """(a, b) of each Chebyshev step p <- a p + b D^-1 r, u <- u + p on [2 / ratio, 2]."""
    centre, half = 1.0 + 1.0 / ratio, 1.0 - 1.0 / ratio
    sigma = centre / half
    rho, found = 1 / sigma, [(0.0, 1 / centre)]
    for _ in range(sweeps - 1):
        following = 1 / (2 * sigma - rho)
        found.append((following * rho, 2 * following / half))
        rho = following
    return tuple(found)


def summed(x: Array, axes: Axes) -> Array:
    """Sum over pairs of cells along each of the axes."""
    for axis in axes:
        x = x.reshape(*x.shape[:axis], x.shape[axis] // 2, 2, *x.shape[axis + 1 :]).sum(axis + 1)
    return x


def spread(x: Array, axes: Axes) -> Array:
    """Each value to both cells of its pair."""
    for axis in axes:
        x = jnp.repeat(x, 2, axis)
    return x


def coarser(faces: tuple[Array, ...], sink: Array, axes: Axes) -> tuple[tuple[Array, ...], Array]:
    """Faces and sink of the next level."""
    found = []
    for axis, face in enumerate(faces):
        if axis in axes:
            between = face[(slice(None),) * axis + (slice(1, None, 2),)]
            found.append(0.5 * summed(between, tuple(each for each in axes if each != axis)))
        else:
            found.append(summed(face, axes))
    return tuple(found), summed(sink, axes)


def levels(faces: tuple[Array, ...], sink: Array, shape: tuple[int, ...], split: Split | None = None) -> tuple[Level, ...]:
    """All levels, finest first; `shape` is that of the whole grid, faces and sink may be the part of one device."""
    found, layout = [], split or Whole()
    for depth, axes in enumerate(halvings(shape)):
        gathered = isinstance(layout, Split) and (depth == SPLIT_LEVELS or not _halves(sink, axes, layout))
        if gathered and split is not None:
            faces, sink, layout = tuple(split.gather(face) for face in faces), split.gather(sink), Whole()
        found.append(Level(faces, sink, 1 / diagonal(faces, sink, layout), layout, axes, gathered=gathered))
        faces, sink = coarser(faces, sink, axes)
    gathered = isinstance(layout, Split)
    if gathered and split is not None:
        faces, sink, layout = tuple(split.gather(face) for face in faces), split.gather(sink), Whole()
    found.append(Level(faces, sink, sink, layout, inverse=dense_inverse(faces, sink), gathered=gathered))
    return tuple(found)


def _halves(sink: Array, axes: Axes, split: Split) -> bool:
    return split.axis not in axes or sink.shape[split.axis] % 2 == 0


def dense_inverse(faces: tuple[Array, ...], sink: Array) -> Array:
    """Inverse of a small operator, factorised in double precision.

    A shift of 1e-12 of the largest diagonal keeps an operator that is singular to rounding from dividing by zero.
    """
    double = tuple(face.astype(jnp.float64) for face in faces)
    d, n = diagonal(double, sink.astype(jnp.float64), Whole()), sink.size
    columns = jnp.eye(n).reshape(n, *sink.shape)
    matrix = jax.vmap(lambda u: difference(double, sink.astype(jnp.float64), u, Whole()))(columns).reshape(n, n)
    matrix = matrix + jnp.diag(jnp.where(jnp.diag(matrix) > 0, 1e-12 * jnp.max(d), 1.0))
    factor = jnp.linalg.cholesky(matrix)
    half = jax.scipy.linalg.solve_triangular(factor, jnp.eye(n), lower=True)
    return (half.T @ half).astype(sink.dtype)


def cycle(right: Array, at: tuple[Level, ...], split: Split | None = None) -> Array:
    """One V-cycle from zero: an approximate inverse, symmetric and positive."""
    level = at[0]
    if level.gathered and split is not None:
        whole = split.gather(right)
        return split.own(_below(whole, at, None))
    return _below(right, at, split)


def _below(right: Array, at: tuple[Level, ...], split: Split | None) -> Array:
    level = at[0]
    if level.inverse is not None:
        solved = jnp.matmul(level.inverse, right.reshape(-1), precision=jax.lax.Precision.HIGHEST)
        return solved.reshape(right.shape)
    u = _smoothed(None, right, level)
    rest = right - difference(level.faces, level.sink, u, level.layout)
    u = u + spread(cycle(summed(rest, level.halved), at[1:], split), level.halved)
    return _smoothed(u, right, level)


def _smoothed(u: Array | None, right: Array, level: Level) -> Array:
    p = jnp.zeros_like(right)
    for a, b in coefficients():
        rest = right if u is None else right - difference(level.faces, level.sink, u, level.layout)
        p = a * p + b * level.reciprocal * rest
        u = p if u is None else u + p
    assert u is not None
    return u
