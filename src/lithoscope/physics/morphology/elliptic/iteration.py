"""Conjugate gradients in machine code, in double precision; see `gradients` for the same in JAX.

Arrays in double precision have the shape of the grid, except the direction p, whose columns begin at `LEFT_DOUBLE`, with one
more at each end: the first and the last again where the axis is not periodic, so that nothing flows there.
"""

from __future__ import annotations

from math import sqrt
from typing import Any

import numpy as np
from numba import carray

from lithoscope.physics.morphology.elliptic.gradients import MOST_ITERATIONS
from lithoscope.physics.morphology.elliptic.hierarchy import FIELD, FINEST, build, cycle, field, start
from lithoscope.physics.morphology.elliptic.jit import LEFT, LEFT_DOUBLE, LINE, aligned, inner, pointer, width_double
from lithoscope.physics.morphology.elliptic.sweeps import Vectors


@inner
def iterate(
    plan: Any, faces: Any, sink: Any, right: Any, guess: Any, tolerance: float, pieces: Any, c: Any,
    lateral: tuple[int, ...], u: Any,
) -> tuple[int, float]:  # fmt: skip
    """The solution into u; iterations and relative residual."""
    layers, rows, columns = right.shape
    single, long, last = start(plan, len(plan)) + LINE, layers * rows * width_double(columns), len(plan) - 1
    block = np.empty(single * 4 + (long + 2 * right.size) * 8 + 4 * LINE, np.uint8)
    memory = aligned(block.ctypes.data)
    doubles = aligned(memory + 4 * single)
    band = np.empty((plan[last, 0] * plan[last, 1] * plan[last, 2], plan[last, 1] * plan[last, 2] + 1))
    x = np.empty(len(band))
    build(memory, plan, faces, sink, band, lateral)
    p = carray(pointer(doubles), (layers, rows, width_double(columns)), np.float64)
    q = carray(pointer(doubles + 8 * long), right.shape, np.float64)
    r = carray(pointer(aligned(doubles + 8 * (long + right.size))), right.shape, np.float64)
    v, z = Vectors(u, r, p, q), field(memory, plan, FINEST, FIELD)
    starts, places = _places(pieces)
    _copy(guess, p, lateral)
    multiply(faces, sink, p, q, lateral)
    _float(pieces, starts, places, p, q)
    energy = _begin(guess, right, q, u, r)
    rz, previous, iterations = cycle(memory, plan, band, x, c, lateral, v, 0.0), 0.0, 0
    while rz != 0.0 and iterations < MOST_ITERATIONS:
        if sqrt(abs(rz) / max(energy, 1e-300)) <= tolerance:
            break
        pq = advance(faces, sink, p, z, rz / previous if previous != 0.0 else 0.0, q, lateral)
        pq -= _float(pieces, starts, places, p, q)
        energy += rz * rz / pq
        previous, rz = rz, cycle(memory, plan, band, x, c, lateral, v, rz / pq)
        iterations += 1
    block[0] = 0  # numba frees memory after its last use by name, and until here it is used by address
    return iterations, sqrt(abs(rz) / max(energy, 1e-300))


@inner
def _copy(given: Any, p: Any, lateral: tuple[int, ...]) -> None:
    for k in range(given.shape[0]):
        for j in range(given.shape[1]):
            for i in range(given.shape[2]):
                p[k, j, i + LEFT_DOUBLE] = given[k, j, i]
            _ends(p, k, j, given.shape[2], lateral)


@inner
def _ends(p: Any, k: int, j: int, columns: int, lateral: tuple[int, ...]) -> None:
    first, last = LEFT_DOUBLE, LEFT_DOUBLE + columns - 1
    p[k, j, first - 1] = p[k, j, last] if lateral[-1] else p[k, j, first]
    p[k, j, last + 1] = p[k, j, first] if lateral[-1] else p[k, j, last]


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
                _direct(p, z, beta, k, j, sink.shape[2])
                _ends(p, k, j, sink.shape[2], lateral)
        if k > 0:
            t += _layer(faces, sink, p, q, k - 1, lateral)
    return t


@inner
def _direct(p: Any, z: Any, beta: float, k: int, j: int, columns: int) -> None:
    if beta == 0.0:
        for i in range(columns):
            p[k, j, i + LEFT_DOUBLE] = z[k + 1, j, i + LEFT]
    else:
        for i in range(columns):
            p[k, j, i + LEFT_DOUBLE] = z[k + 1, j, i + LEFT] + beta * p[k, j, i + LEFT_DOUBLE]


@inner
def _layer(faces: Any, sink: Any, p: Any, q: Any, k: int, lateral: tuple[int, ...]) -> float:
    """q = A p in a layer: beyond a border stands the same value, so that nothing flows there."""
    layers, rows, columns = sink.shape
    above, below = min(k + 1, layers - 1), max(k - 1, 0)
    kz, kx, s, t, o = faces[0], faces[-1], sink, 0.0, LEFT_DOUBLE
    for j in range(rows):
        for i in range(columns):
            here = p[k, j, i + o]
            v = s[k, j, i] * here - kx[k, j, i] * (p[k, j, i + o + 1] - here)
            v += kz[below, j, i] * (here - p[below, j, i + o]) - kz[k, j, i] * (p[above, j, i + o] - here)
            q[k, j, i] = v
        if len(lateral) == 2:
            _rows(faces[1], p, q, k, j, lateral)
        q[k, j, 0] += kx[k, j, columns - 1] * (p[k, j, o] - p[k, j, o - 1])
        for i in range(1, columns):
            q[k, j, i] += kx[k, j, i - 1] * (p[k, j, i + o] - p[k, j, i + o - 1])
        for i in range(columns):
            t += q[k, j, i] * p[k, j, i + o]
    return t


@inner
def _rows(ky: Any, p: Any, q: Any, k: int, j: int, lateral: tuple[int, ...]) -> None:
    rows, o = q.shape[1], LEFT_DOUBLE
    j1 = (j + 1) % rows if lateral[0] else min(j + 1, rows - 1)
    j0 = (j + rows - 1) % rows if lateral[0] else max(j - 1, 0)
    for i in range(q.shape[2]):
        here = p[k, j, i + o]
        q[k, j, i] += ky[k, j0, i] * (here - p[k, j0, i + o]) - ky[k, j, i] * (p[k, j1, i + o] - here)


@inner
def _begin(guess: Any, right: Any, q: Any, u: Any, r: Any) -> float:
    """u and r; the square of the solution less that of its error in the energy norm, u.(right + r)."""
    t = 0.0
    for k in range(r.shape[0]):
        for j in range(r.shape[1]):
            for i in range(r.shape[2]):
                v = right[k, j, i] - q[k, j, i]
                u[k, j, i] = guess[k, j, i]
                r[k, j, i] = v
                t += guess[k, j, i] * (right[k, j, i] + v)
    return t


@inner
def _places(pieces: Any) -> tuple[Any, Any]:
    """Where each piece has a surface: the start of its cells in a list, and the list."""
    starts = np.zeros(len(pieces) + 1, np.int64)
    for piece in range(len(pieces)):
        flat, count = pieces[piece].reshape(-1), 0
        for cell in range(flat.size):
            count += flat[cell] != 0.0
        starts[piece + 1] = starts[piece] + count
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
            both += s[cell] * p[cell // (rows * columns), (cell // columns) % rows, cell % columns + LEFT_DOUBLE]
        share = both / whole if whole != 0.0 else 0.0
        for cell in places[starts[piece] : starts[piece + 1]]:
            flat[cell] -= share * s[cell]
        lost += share * both
    return lost
