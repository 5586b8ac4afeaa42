"""The linearised model at many frequencies: LU factors of j omega M - J on a pattern that is chosen once, in machine code.

A block of frequencies of one design is solved together: all of them do the same operations on entries of their own. No pivot is
sought; one step of iterative refinement says how good the order chosen in advance is for the numbers at hand, and makes it
better.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from lithoscope.physics.cell.lanes.functions import Array
from lithoscope.physics.cell.lanes.jit import entry, inner
from lithoscope.physics.cell.lanes.lu import Entry, elimination

BLOCK = 32
"""Frequencies that are solved together."""

Index = NDArray[np.int64]


class Pattern(NamedTuple):
    """Which operations factor and solve, of indices into the entries of the factors.

    pivots      place of each pivot in the order of elimination;  order: its unknown
    low_from    where the rows below each pivot start in `low` and `low_places`; the last one is where they end
    up_from     the same for the columns right of it in `up` and `up_places`
    filled      place that each product of a low and an up entry is taken from, in the order in which they are met
    given       place of each entry of J;  massive: of the diagonal of each differential unknown
    equations   the equation of each unknown
    row, column of each entry of J
    places      their number
    """

    pivots: Index
    order: Index
    low_from: Index
    low: Index
    low_places: Index
    up_from: Index
    up: Index
    up_places: Index
    filled: Index
    given: Index
    massive: Index
    equations: Index
    row: Index
    column: Index
    places: int


def pattern(entries: Sequence[Entry], differential: int, names: Sequence[str]) -> Pattern:
    """The pattern of j omega M - J.

    entries       rows and columns of J;  differential: number of unknowns with a rate, the first ones
    names         of all unknowns, for the message

    Raises NotLoweredError if no order of the rows puts an entry on every pivot.
    """
    size, mass = len(names), [(k, k) for k in range(differential)]
    equations, order, low, up = elimination(dict.fromkeys([*entries, *mass]), size, names)
    row_of = {row: k for k, row in enumerate(equations)}
    listed = [(k, k) for k in order] + [(r, k) for k in order for r in low[k]] + [(k, c) for k in order for c in up[k]]
    places = {at: n for n, at in enumerate(listed)}
    return Pattern(
        pivots=_whole(places[k, k] for k in order),
        order=_whole(order),
        low_from=_whole(np.cumsum([0, *(len(low[k]) for k in order)])),
        low=_whole(r for k in order for r in low[k]),
        low_places=_whole(places[r, k] for k in order for r in low[k]),
        up_from=_whole(np.cumsum([0, *(len(up[k]) for k in order)])),
        up=_whole(c for k in order for c in up[k]),
        up_places=_whole(places[k, c] for k in order for c in up[k]),
        filled=_whole(places[r, c] for k in order for r in low[k] for c in up[k]),
        given=_whole(places[row_of[r], c] for r, c in entries),
        massive=_whole(places[row_of[k], k] for k in range(differential)),
        equations=_whole(equations),
        row=_whole(r for r, _ in entries),
        column=_whole(c for _, c in entries),
        places=len(listed),
    )


def _whole(values: Iterable[int]) -> Index:
    return np.array(list(values), dtype=np.int64)


@inner
def _factor(z: Pattern, w: Array) -> None:
    """The factors in place of the entries w, shape (places, 2, BLOCK): real and imaginary parts. Pivots become reciprocals."""
    at = 0
    for q in range(len(z.pivots)):
        p = z.pivots[q]
        for b in range(BLOCK):
            square = w[p, 0, b] * w[p, 0, b] + w[p, 1, b] * w[p, 1, b]
            w[p, 0, b] = w[p, 0, b] / square
            w[p, 1, b] = -w[p, 1, b] / square
        for i in range(z.low_from[q], z.low_from[q + 1]):
            m = z.low_places[i]
            for b in range(BLOCK):
                real = w[m, 0, b] * w[p, 0, b] - w[m, 1, b] * w[p, 1, b]
                w[m, 1, b] = w[m, 0, b] * w[p, 1, b] + w[m, 1, b] * w[p, 0, b]
                w[m, 0, b] = real
            for j in range(z.up_from[q], z.up_from[q + 1]):
                u, f = z.up_places[j], z.filled[at]
                at += 1
                for b in range(BLOCK):
                    w[f, 0, b] -= w[m, 0, b] * w[u, 0, b] - w[m, 1, b] * w[u, 1, b]
                    w[f, 1, b] -= w[m, 0, b] * w[u, 1, b] + w[m, 1, b] * w[u, 0, b]


@inner
def _take(x: Array, to: int, w: Array, place: int, of: int) -> None:
    """x[to] -= w[place] x[of]."""
    for b in range(BLOCK):
        x[to, 0, b] -= w[place, 0, b] * x[of, 0, b] - w[place, 1, b] * x[of, 1, b]
        x[to, 1, b] -= w[place, 0, b] * x[of, 1, b] + w[place, 1, b] * x[of, 0, b]


@inner
def _solve(z: Pattern, w: Array, x: Array) -> None:
    """The solution in place of the right-hand side x, shape (unknowns, 2, BLOCK), in the order of `equations`."""
    size = len(z.pivots)
    for q in range(size):
        for i in range(z.low_from[q], z.low_from[q + 1]):
            _take(x, z.low[i], w, z.low_places[i], z.order[q])
    for q in range(size - 1, -1, -1):
        k, p = z.order[q], z.pivots[q]
        for j in range(z.up_from[q], z.up_from[q + 1]):
            _take(x, k, w, z.up_places[j], z.up[j])
        for b in range(BLOCK):
            real = x[k, 0, b] * w[p, 0, b] - x[k, 1, b] * w[p, 1, b]
            x[k, 1, b] = x[k, 0, b] * w[p, 1, b] + x[k, 1, b] * w[p, 0, b]
            x[k, 0, b] = real


@inner
def _residual(z: Pattern, J: Array, forcing: Array, omega: Array, x: Array, r: Array, s: Array) -> None:
    """s = b - (j omega M - J) x in the order of `equations`; r is scratch of the same shape, in the order of rows."""
    for k in range(len(z.pivots)):
        for b in range(BLOCK):
            r[k, 0, b], r[k, 1, b] = forcing[k], 0.0
    for k in range(len(z.massive)):
        for b in range(BLOCK):
            r[k, 0, b] += omega[b] * x[k, 1, b]
            r[k, 1, b] -= omega[b] * x[k, 0, b]
    for e in range(len(z.row)):
        row, column = z.row[e], z.column[e]
        for b in range(BLOCK):
            r[row, 0, b] += J[e] * x[column, 0, b]
            r[row, 1, b] += J[e] * x[column, 1, b]
    for k in range(len(z.pivots)):
        for b in range(BLOCK):
            s[k, 0, b], s[k, 1, b] = r[z.equations[k], 0, b], r[z.equations[k], 1, b]


@inner
def _fill(z: Pattern, J: Array, omega: Array, w: Array) -> None:
    """The entries of j omega M - J."""
    w[:] = 0.0
    for e in range(len(z.given)):
        w[z.given[e], 0, :] = -J[e]
    for k in range(len(z.massive)):
        w[z.massive[k], 1, :] = omega


@inner
def _read(rows: Array, direct: Array, x: Array, s: Array, out: NDArray[np.complex128], change: Array) -> None:
    """Z of all parts at one frequency, of a solution x and what refinement adds to it, s, both of the shape (unknowns, 2)."""
    for part in range(len(direct)):
        before, added = complex(direct[part], 0.0), complex(0.0, 0.0)
        for k in range(len(x)):
            before += rows[part, k] * complex(x[k, 0], x[k, 1])
            added += rows[part, k] * complex(s[k, 0], s[k, 1])
        out[part] = before + added
        if part == 0 and abs(added) > change[0] * abs(out[0]):
            change[0] = abs(added) / abs(out[0])


@entry
def respond(
    z: Pattern, J: Array, forcing: Array, rows: Array, direct: Array, omega: Array, out: NDArray[np.complex128], change: Array
) -> None:
    """Z_k = c_k (j omega M - J)^-1 b + d_k of many designs.

    J        its entries, shape (designs, entries);  forcing: b, (designs, unknowns);  rows: c, (designs, parts, unknowns)
    direct   d, (designs, parts);  omega: 1/s, (n,)
    out      Z, (designs, parts, n)
    change   by how much refinement changed the first part at most, relative to it, (designs,)
    """
    size, count = len(z.pivots), len(omega)
    w, here = np.empty((z.places, 2, BLOCK)), np.empty(BLOCK)
    x, s, r = np.empty((size, 2, BLOCK)), np.empty((size, 2, BLOCK)), np.empty((size, 2, BLOCK))
    for design in range(len(J)):
        change[design] = 0.0
        for first in range(0, count, BLOCK):
            for b in range(BLOCK):
                here[b] = omega[min(first + b, count - 1)]
            _fill(z, J[design], here, w)
            _factor(z, w)
            x[:] = 0.0
            # Of a zero solution what is left is the right-hand side itself.
            _residual(z, J[design], forcing[design], here, x, r, s)
            _solve(z, w, s)
            x[:] = s
            _residual(z, J[design], forcing[design], here, x, r, s)
            _solve(z, w, s)
            for b in range(min(BLOCK, count - first)):
                _read(
                    rows[design], direct[design], x[:, :, b], s[:, :, b], out[design, :, first + b], change[design : design + 1]
                )
