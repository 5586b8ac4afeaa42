"""The multigrid cycle in machine code: each level is passed over twice, once on the way down and once on the way up.

All steps of a pass run one layer behind each other, so that a layer is still in the cache when the next step needs it. Three
smoothing steps u1, u2, u3 before and after the correction; u1 and u2 are kept for `RING` layers only. `lateral` has one entry
for each lateral axis, 1 where it is periodic; its length is known when this is compiled.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np

from lithoscope.physics.morphology.elliptic.layers import LEFT, LEFT_DOUBLE
from lithoscope.physics.morphology.machine import compiled

Field = Any
"""Single precision, shape (layers + 2, rows, width); see `jit`."""
RING = 4
"""Layers of an intermediate field that are kept."""


class Stage(NamedTuple):
    """One level: right-hand side, field, intermediate fields, faces, reciprocal diagonal, a layer of sums, and the
    number of columns."""

    b: Field
    u: Field
    u1: Field
    u2: Field
    kx: Field
    ky: Field
    kz: Field
    di: Field
    acc: Field
    columns: int


class Vectors(NamedTuple):
    """Vectors of the iteration in double precision, which the passes over the finest level take along."""

    u: Any
    r: Any
    p: Any
    q: Any


@compiled
def wrap(u: Field, k: int, columns: int, lateral: tuple[int, ...]) -> None:
    """Fill the columns beyond the border. Where the axis is not periodic their conductance is zero."""
    if lateral[-1]:
        after = LEFT + columns
        for j in range(u.shape[1]):
            u[k, j, LEFT - 1] = u[k, j, after - 1]
            u[k, j, after] = u[k, j, LEFT]


@compiled
def down(
    at: Stage,
    coarse: Field,
    halved: tuple[int, int, int],
    c: Any,
    lateral: tuple[int, ...],
    finest: bool,
    v: Vectors,
    alpha: float,
) -> None:
    """Smooth from zero and sum the residual into the right-hand side of the next level.

    On the finest level first u + alpha p and r - alpha q, and the right-hand side is r.
    """
    layers = at.b.shape[0] - 2
    for k in range(1, layers + 4):
        if k <= layers:
            if finest:
                _update(v, alpha, at.b, k)
            _start(at, k, c[0])
            wrap(at.u1, k % RING, at.columns, lateral)
        m = k - 1
        if 1 <= m <= layers:
            _relax(
                at,
                at.u1,
                m % RING,
                (m + 1) % RING,
                (m - 1) % RING,
                at.u1,
                m % RING,
                at.u2,
                m % RING,
                m,
                c[1],
                np.float32(0.0),
                lateral,
            )
            wrap(at.u2, m % RING, at.columns, lateral)
        m = k - 2
        if 1 <= m <= layers:
            _relax(at, at.u2, m % RING, (m + 1) % RING, (m - 1) % RING, at.u1, m % RING, at.u, m, m, c[2], c[2][0], lateral)
            wrap(at.u, m, at.columns, lateral)
        m = k - 3
        if m >= 1:
            _residual(at, m, halved[0] == 1 or m % 2 == 1, halved[1], lateral)
            if halved[0] == 1 or m % 2 == 0:
                _compress(at, coarse, (m - 1) // halved[0] + 1, halved[2])


@compiled
def _update(v: Vectors, alpha: float, b: Field, k: int) -> None:
    u, r, p, q = v.u, v.r, v.p, v.q
    for j in range(r.shape[1]):
        for i in range(r.shape[2]):
            u[k - 1, j, i] += alpha * p[k - 1, j, i + LEFT_DOUBLE]
        for i in range(r.shape[2]):
            t = r[k - 1, j, i] - alpha * q[k - 1, j, i]
            r[k - 1, j, i] = t
            b[k, j, i + LEFT] = t


@compiled
def _start(at: Stage, k: int, c: Any) -> None:
    b, u1, di, to, step = at.b, at.u1, at.di, k % RING, c[1]
    for j in range(b.shape[1]):
        for i in range(at.columns):
            u1[to, j, i + LEFT] = step * di[k, j, i + LEFT] * b[k, j, i + LEFT]


@compiled
def _relax(
    at: Stage, v: Field, here: int, above: int, below: int, w: Field, older: int, out: Field, to: int, k: int, c: Any,
    past: Any, lateral: tuple[int, ...],
) -> None:  # fmt: skip
    """A Chebyshev step in layer k: v + a (v - w) + b D^-1 (right - A v), from v and the iterate w before it, with c = (a, b);
    past is a, or zero where w is zero."""
    b, kx, kz, di, rows = at.b, at.kx, at.kz, at.di, at.b.shape[1]
    c1, c0, c2 = np.float32(1) + c[0] - c[1], -past, c[1]
    for j in range(rows):
        if len(lateral) == 2:
            _across(at.ky, v, here, k, j, out, to, j, np.float32(0.0))
        for i in range(at.columns):
            o = i + LEFT
            t = b[k, j, o] + kx[k, j, o] * v[here, j, o + 1] + kx[k, j, o - 1] * v[here, j, o - 1]
            t += kz[k, j, o] * v[above, j, o] + kz[k - 1, j, o] * v[below, j, o]
            if len(lateral) == 2:
                t += out[to, j, o]
            out[to, j, o] = c1 * v[here, j, o] + c0 * w[older, j, o] + c2 * (t * di[k, j, o])


@compiled
def _across(ky: Field, v: Field, here: int, k: int, j: int, out: Field, to: int, row: int, keep: Any) -> None:
    """What the rows beside give to one. A loop of its own: with more arrays than in the others the compiler does not prove that
    they lie apart, and takes one cell at a time instead of sixteen."""
    rows = ky.shape[1]
    j1, j0 = (j + 1) % rows, (j + rows - 1) % rows
    for i in range(ky.shape[2] - LEFT):
        o = i + LEFT
        out[to, row, o] = keep * out[to, row, o] + (ky[k, j, o] * v[here, j1, o] + ky[k, j0, o] * v[here, j0, o])


@compiled
def _residual(at: Stage, k: int, first: bool, fold: int, lateral: tuple[int, ...]) -> None:
    b, u, kx, kz, di, acc = at.b, at.u, at.kx, at.kz, at.di, at.acc
    for j in range(u.shape[1]):
        to, keep = j // fold, np.float32(0.0) if first and j % fold == 0 else np.float32(1.0)
        if len(lateral) == 2:
            _across(at.ky, u, k, k, j, acc, 0, to, keep)
            keep = np.float32(1.0)
        for i in range(at.columns):
            o = i + LEFT
            t = b[k, j, o] + kx[k, j, o] * u[k, j, o + 1] + kx[k, j, o - 1] * u[k, j, o - 1]
            t += kz[k, j, o] * u[k + 1, j, o] + kz[k - 1, j, o] * u[k - 1, j, o]
            acc[0, to, o] = keep * acc[0, to, o] + (t - u[k, j, o] / di[k, j, o])


@compiled
def _compress(at: Stage, coarse: Field, to: int, fold: int) -> None:
    acc = at.acc
    for j in range(coarse.shape[1]):
        if fold == 2:
            for i in range(at.columns // 2):
                coarse[to, j, LEFT + i] = acc[0, j, LEFT + 2 * i] + acc[0, j, LEFT + 2 * i + 1]
        else:
            for i in range(at.columns):
                coarse[to, j, i + LEFT] = acc[0, j, i + LEFT]


@compiled
def up(at: Stage, coarse: Field, halved: tuple[int, int, int], c: Any, lateral: tuple[int, ...], finest: bool, r: Any) -> float:
    """Add the correction of the next level and smooth; on the finest level r.u."""
    layers, product = at.b.shape[0] - 2, 0.0
    for k in range(1, layers + 4):
        if k <= layers:
            _correct(at, coarse, k, halved)
            wrap(at.u, k, at.columns, lateral)
        m = k - 1
        if 1 <= m <= layers:
            _relax(at, at.u, m, m + 1, m - 1, at.u, m, at.u1, m % RING, m, c[0], c[0][0], lateral)
            wrap(at.u1, m % RING, at.columns, lateral)
        m = k - 2
        if 1 <= m <= layers:
            _relax(at, at.u1, m % RING, (m + 1) % RING, (m - 1) % RING, at.u, m, at.u2, m % RING, m, c[1], c[1][0], lateral)
            wrap(at.u2, m % RING, at.columns, lateral)
        m = k - 3
        if m >= 1:
            _relax(at, at.u2, m % RING, (m + 1) % RING, (m - 1) % RING, at.u1, m % RING, at.u, m, m, c[2], c[2][0], lateral)
            if finest:
                product += _dot(r, at.u, m)
    return product


@compiled
def _correct(at: Stage, coarse: Field, k: int, halved: tuple[int, int, int]) -> None:
    u, here = at.u, (k - 1) // halved[0] + 1
    for j in range(u.shape[1]):
        row = j // halved[1]
        if halved[2] == 2:
            for i in range(at.columns // 2):
                e = coarse[here, row, LEFT + i]
                u[k, j, LEFT + 2 * i] += e
                u[k, j, LEFT + 2 * i + 1] += e
        else:
            for i in range(at.columns):
                u[k, j, i + LEFT] += coarse[here, row, i + LEFT]


@compiled
def _dot(r: Any, u: Field, k: int) -> float:
    t = 0.0
    for j in range(r.shape[1]):
        for i in range(r.shape[2]):
            t += r[k - 1, j, i] * u[k, j, i + LEFT]
    return t
