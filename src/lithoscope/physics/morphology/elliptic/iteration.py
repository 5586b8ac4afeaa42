"""Conjugate gradients in machine code, in double precision; see `gradients` for the same in JAX.

Arrays in double precision have the shape of the grid, except the direction p, which has a column more at each end: the first and
the last again where the axis is not periodic, so that nothing flows there.
"""

from __future__ import annotations

from math import sqrt
from typing import Any

import numpy as np

from lithoscope.physics.morphology.elliptic.gradients import MOST_ITERATIONS
from lithoscope.physics.morphology.elliptic.hierarchy import FIELD, RIGHT, build, cycle, field, total
from lithoscope.physics.morphology.elliptic.jit import inner


@inner
def iterate(
    plan: Any, faces: Any, sink: Any, right: Any, guess: Any, tolerance: float, pieces: Any, c: Any,
    lateral: tuple[int, ...], u: Any,
) -> tuple[int, float]:  # fmt: skip
    """The solution into u, a copy of the guess at first; iterations and relative residual."""
    layers, rows, columns = right.shape
    memory = np.empty(total(plan), np.float32)
    last = len(plan) - 1
    band = np.empty((plan[last, 0] * plan[last, 1] * plan[last, 2], plan[last, 1] * plan[last, 2] + 1))
    x = np.empty(len(band))
    build(memory, plan, faces, sink, band, lateral)
    z, single = field(memory, plan, 0, FIELD), field(memory, plan, 0, RIGHT)
    q, r, p = np.empty(right.shape), np.empty(right.shape), np.empty((layers, rows, columns + 2))
    starts, places = _places(pieces)
    _copy(guess, p, lateral)
    multiply(faces, sink, p, q, lateral)
    _float(pieces, starts, places, p, q)
    by_right = _begin(guess, right, q, u, r, single)
    cycle(memory, plan, band, x, c, lateral)
    rz, previous, iterations = dot(r, z), 0.0, 0
    while rz != 0.0 and iterations < MOST_ITERATIONS:
        if sqrt(abs(rz) / max(abs(by_right), 1e-300)) <= tolerance:
            break
        pq = advance(faces, sink, p, z, rz / previous if previous != 0.0 else 0.0, q, lateral)
        pq -= _float(pieces, starts, places, p, q)
        by_right = descend(u, r, p, q, right, rz / pq, single)
        cycle(memory, plan, band, x, c, lateral)
        previous, rz = rz, dot(r, z)
        iterations += 1
    return iterations, sqrt(abs(rz) / max(abs(by_right), 1e-300))


@inner
def _copy(given: Any, p: Any, lateral: tuple[int, ...]) -> None:
    for k in range(given.shape[0]):
        for j in range(given.shape[1]):
            for i in range(given.shape[2]):
                p[k, j, i + 1] = given[k, j, i]
            _ends(p, k, j, lateral)


@inner
def _ends(p: Any, k: int, j: int, lateral: tuple[int, ...]) -> None:
    last = p.shape[2] - 2
    p[k, j, 0] = p[k, j, last] if lateral[-1] else p[k, j, 1]
    p[k, j, last + 1] = p[k, j, 1] if lateral[-1] else p[k, j, last]


@inner
def multiply(faces: Any, sink: Any, p: Any, q: Any, lateral: tuple[int, ...]) -> float:
    """q = A p; p.q."""
    t = 0.0
    for k in range(sink.shape[0]):
        t += _layer(faces, sink, p, q, k, lateral)
    return t


@inner
def advance(faces: Any, sink: Any, p: Any, z: Any, beta: float, q: Any, lateral: tuple[int, ...]) -> float:
    """p <- z + beta p and q = A p, one layer behind; p.q."""
    layers, t = sink.shape[0], 0.0
    for k in range(layers + 1):
        if k < layers:
            for j in range(p.shape[1]):
                for i in range(1, p.shape[2] - 1):
                    p[k, j, i] = z[k + 1, j, i] + beta * p[k, j, i] if beta != 0.0 else np.float64(z[k + 1, j, i])
                _ends(p, k, j, lateral)
        if k > 0:
            t += _layer(faces, sink, p, q, k - 1, lateral)
    return t


@inner
def _layer(faces: Any, sink: Any, p: Any, q: Any, k: int, lateral: tuple[int, ...]) -> float:
    """q = A p in a layer: beyond a border stands the same value, so that nothing flows there."""
    layers, rows, columns = sink.shape
    above, below = min(k + 1, layers - 1), max(k - 1, 0)
    kz, kx, s, t = faces[0], faces[-1], sink, 0.0
    for j in range(rows):
        for i in range(columns):
            here = p[k, j, i + 1]
            v = s[k, j, i] * here - kx[k, j, i] * (p[k, j, i + 2] - here)
            v += kz[below, j, i] * (here - p[below, j, i + 1]) - kz[k, j, i] * (p[above, j, i + 1] - here)
            q[k, j, i] = v
        if len(lateral) == 2:
            _rows(faces[1], p, q, k, j, lateral)
        q[k, j, 0] += kx[k, j, columns - 1] * (p[k, j, 1] - p[k, j, 0])
        for i in range(1, columns):
            q[k, j, i] += kx[k, j, i - 1] * (p[k, j, i + 1] - p[k, j, i])
        for i in range(columns):
            t += q[k, j, i] * p[k, j, i + 1]
    return t


@inner
def _rows(ky: Any, p: Any, q: Any, k: int, j: int, lateral: tuple[int, ...]) -> None:
    rows = q.shape[1]
    j1 = (j + 1) % rows if lateral[0] else min(j + 1, rows - 1)
    j0 = (j + rows - 1) % rows if lateral[0] else max(j - 1, 0)
    for i in range(q.shape[2]):
        here = p[k, j, i + 1]
        q[k, j, i] += ky[k, j0, i] * (here - p[k, j0, i + 1]) - ky[k, j, i] * (p[k, j1, i + 1] - here)


@inner
def _begin(guess: Any, right: Any, q: Any, u: Any, r: Any, single: Any) -> float:
    """u, r and r in single precision; u.right."""
    t = 0.0
    for k in range(r.shape[0]):
        for j in range(r.shape[1]):
            for i in range(r.shape[2]):
                u[k, j, i] = guess[k, j, i]
                v = right[k, j, i] - q[k, j, i]
                r[k, j, i] = v
                single[k + 1, j, i + 1] = v
                t += guess[k, j, i] * right[k, j, i]
    return t


@inner
def descend(u: Any, r: Any, p: Any, q: Any, right: Any, alpha: float, single: Any) -> float:
    """u + alpha p, r - alpha q, and r in single precision; u.right."""
    t = 0.0
    for k in range(r.shape[0]):
        for j in range(r.shape[1]):
            for i in range(r.shape[2]):
                w = u[k, j, i] + alpha * p[k, j, i + 1]
                u[k, j, i] = w
                t += w * right[k, j, i]
                v = r[k, j, i] - alpha * q[k, j, i]
                r[k, j, i] = v
                single[k + 1, j, i + 1] = v
    return t


@inner
def dot(r: Any, z: Any) -> float:
    """r.z, with z in single precision."""
    t = 0.0
    for k in range(r.shape[0]):
        for j in range(r.shape[1]):
            for i in range(r.shape[2]):
                t += r[k, j, i] * z[k + 1, j, i + 1]
    return t


@inner
def _places(pieces: Any) -> tuple[Any, Any]:
    """Where each piece has a surface: the start of its cells in a list, and the list."""
    starts = np.zeros(len(pieces) + 1, np.int64)
    for piece in range(len(pieces)):
        starts[piece + 1] = starts[piece] + np.count_nonzero(pieces[piece])
    places, at = np.empty(starts[-1], np.int64), 0
    for piece in range(len(pieces)):
        flat = pieces[piece].reshape(-1)
        for cell in range(flat.size):
            if flat[cell] != 0.0:
                places[at] = cell
                at += 1
    return starts, places


@inner
def _float(pieces: Any, starts: Any, places: Any, p: Any, q: Any) -> float:
    """q <- q - sum_k s_k (s_k.p) / (1.s_k); what p.q loses."""
    rows, columns, lost = q.shape[1], q.shape[2], 0.0
    flat = q.reshape(-1)
    for piece in range(len(pieces)):
        s, both, whole = pieces[piece].reshape(-1), 0.0, 0.0
        for cell in places[starts[piece] : starts[piece + 1]]:
            whole += s[cell]
            both += s[cell] * p[cell // (rows * columns), (cell // columns) % rows, cell % columns + 1]
        share = both / whole if whole != 0.0 else 0.0
        for cell in places[starts[piece] : starts[piece + 1]]:
            flat[cell] -= share * s[cell]
        lost += share * both
    return lost
