"""Conjugate gradients in machine code, in double precision; see `gradients` for the same in JAX.

Arrays in double precision have the shape of the grid, except the direction p, whose columns begin at `LEFT_DOUBLE`, with one
more at each end: the first and the last again where the axis is not periodic, so that nothing flows there.
"""

from __future__ import annotations

from math import sqrt
from typing import Any, NamedTuple

from lithoscope.physics.morphology.elliptic.gradients import MOST_ITERATIONS
from lithoscope.physics.morphology.elliptic.hierarchy import FIELD, FINEST, build, cycle, field
from lithoscope.physics.morphology.elliptic.layers import LEFT, LEFT_DOUBLE
from lithoscope.physics.morphology.elliptic.sweeps import Vectors
from lithoscope.physics.morphology.machine import compiled, flat


class Space(NamedTuple):
    """Memory of a solve.

    levels         address of the block of the levels
    p, q, r        direction, A p and the residual
    band, x        factor and unknowns of the last level
    starts, places where each piece has a surface: the start of its cells in a list, and the list
    """

    levels: int
    p: Any
    q: Any
    r: Any
    band: Any
    x: Any
    starts: Any
    places: Any


@compiled
def iterate(
    plan: Any, faces: Any, sink: Any, right: Any, guess: Any, tolerance: float, pieces: Any, c: Any,
    lateral: tuple[int, ...], u: Any, space: Space,
) -> tuple[int, float]:  # fmt: skip
    """The solution into u; iterations and relative residual."""
    memory, p, q, r, band, x, starts, places = space
    build(memory, plan, faces, sink, band, lateral)
    v, z = Vectors(u, r, p, q), field(memory, plan, FINEST, FIELD)
    _list(pieces, starts, places)
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
    return iterations, sqrt(abs(rz) / max(energy, 1e-300))


@compiled
def _copy(given: Any, p: Any, lateral: tuple[int, ...]) -> None:
    for k in range(given.shape[0]):
        for j in range(given.shape[1]):
            for i in range(given.shape[2]):
                p[k, j, i + LEFT_DOUBLE] = given[k, j, i]
            _ends(p, k, j, given.shape[2], lateral)


@compiled
def _ends(p: Any, k: int, j: int, columns: int, lateral: tuple[int, ...]) -> None:
    first, last = LEFT_DOUBLE, LEFT_DOUBLE + columns - 1
    p[k, j, first - 1] = p[k, j, last] if lateral[-1] else p[k, j, first]
    p[k, j, last + 1] = p[k, j, first] if lateral[-1] else p[k, j, last]


@compiled
def multiply(faces: Any, sink: Any, p: Any, q: Any, lateral: tuple[int, ...]) -> float:
    """q = A p; p.q."""
    t = 0.0
    for k in range(sink.shape[0]):
        t += _layer(faces, sink, p, q, k, lateral)
    return t


@compiled
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


@compiled
def _direct(p: Any, z: Any, beta: float, k: int, j: int, columns: int) -> None:
    if beta == 0.0:
        for i in range(columns):
            p[k, j, i + LEFT_DOUBLE] = z[k + 1, j, i + LEFT]
    else:
        for i in range(columns):
            p[k, j, i + LEFT_DOUBLE] = z[k + 1, j, i + LEFT] + beta * p[k, j, i + LEFT_DOUBLE]


@compiled
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


@compiled
def _rows(ky: Any, p: Any, q: Any, k: int, j: int, lateral: tuple[int, ...]) -> None:
    rows, o = q.shape[1], LEFT_DOUBLE
    j1 = (j + 1) % rows if lateral[0] else min(j + 1, rows - 1)
    j0 = (j + rows - 1) % rows if lateral[0] else max(j - 1, 0)
    for i in range(q.shape[2]):
        here = p[k, j, i + o]
        q[k, j, i] += ky[k, j0, i] * (here - p[k, j0, i + o]) - ky[k, j, i] * (p[k, j1, i + o] - here)


@compiled
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


@compiled
def _list(pieces: Any, starts: Any, places: Any) -> None:
    """Where each piece has a surface."""
    at = 0
    for piece in range(len(pieces)):
        s = flat(pieces[piece])
        starts[piece] = at
        for cell in range(s.size):
            if s[cell] != 0.0:
                places[at] = cell
                at += 1
        starts[piece + 1] = at


@compiled
def _float(pieces: Any, starts: Any, places: Any, p: Any, q: Any) -> float:
    """q <- q - sum_k s_k (s_k.p) / (1.s_k); what p.q loses."""
    rows, columns, lost, out = q.shape[1], q.shape[2], 0.0, flat(q)
    for piece in range(len(pieces)):
        s, both, whole = flat(pieces[piece]), 0.0, 0.0
        for at in range(starts[piece], starts[piece + 1]):
            cell = places[at]
            whole += s[cell]
            both += s[cell] * p[cell // (rows * columns), (cell // columns) % rows, cell % columns + LEFT_DOUBLE]
        share = both / whole if whole != 0.0 else 0.0
        for at in range(starts[piece], starts[piece + 1]):
            out[places[at]] -= share * s[places[at]]
        lost += share * both
    return lost
