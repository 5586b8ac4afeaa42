"""LU factors of a sparse matrix whose pattern is known when the code is made: every entry is a scalar expression.

No pivot is sought while it runs, so that all lanes do the same: rows are matched to columns and the order of elimination is
chosen once, from the pattern alone. The order is that of least fill, (rows - 1) (columns - 1), greedily (Markowitz 1957).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from scipy.sparse import csr_array
from scipy.sparse.csgraph import min_weight_full_bipartite_matching

from lithoscope.physics.cell.engine import casadi
from lithoscope.physics.cell.lanes.refusals import RUN_SINGLY, NotLoweredError

Entry = tuple[int, int]

MOST_OPERATIONS = 200_000
"""Operations of a factorisation that are still compiled. All but models with a dense coupling between cells stay far below."""


@dataclass(frozen=True, slots=True)
class Factors:
    """The symbolic factors of a matrix with n rows.

    order   rows in the order of elimination, after matching
    rows    which equation stands in each row: rows[k] has its pivot in column k
    low     rows below each pivot with an entry in its column;  up: columns right of it with an entry in its row
    places  index of each entry in `values`
    values  multipliers, reciprocal pivots and upper entries as one column of expressions
    """

    order: tuple[int, ...]
    rows: tuple[int, ...]
    low: Mapping[int, tuple[int, ...]]
    up: Mapping[int, tuple[int, ...]]
    places: Mapping[Entry, int]
    values: Any

    def solve(self, factors: Any, right: Any) -> Any:
        """The expressions of the solution, of the factors as symbols and of the right-hand side in the order of equations."""
        b = [right[row] for row in self.rows]
        for k in self.order:
            for r in self.low[k]:
                b[r] = b[r] - factors[self.places[r, k]] * b[k]
        for k in reversed(self.order):
            for c in self.up[k]:
                b[k] = b[k] - factors[self.places[k, c]] * b[c]
            b[k] = b[k] * factors[self.places[k, k]]
        return casadi.vertcat(*b)


def factors(matrix: Mapping[Entry, Any], size: int, names: Sequence[str]) -> Factors:
    """The factors of a square matrix of expressions.

    matrix  entries by row and column; absent ones are zero
    names   of the unknowns, for the message

    Raises NotLoweredError if no order of the rows puts an entry on every pivot, or if there would be too much to compile.
    """
    rows, order, low, up = elimination(matrix, size, names)
    row_of = {row: k for k, row in enumerate(rows)}
    entries = {(row_of[r], c): value for (r, c), value in matrix.items()}
    _check_size(sum(len(low[k]) * (2 * len(up[k]) + 1) for k in order))
    pattern = [(k, k) for k in order] + [(r, k) for k in order for r in low[k]] + [(k, c) for k in order for c in up[k]]
    w = {entry: entries.get(entry, casadi.SX(0)) for entry in pattern}
    for k in order:
        w[k, k] = 1 / w[k, k]
        for r in low[k]:
            w[r, k] = w[r, k] * w[k, k]
            for c in up[k]:
                w[r, c] = w[r, c] - w[r, k] * w[k, c]
    places = {entry: n for n, entry in enumerate(pattern)}
    return Factors(order, rows, low, up, places, casadi.vertcat(*(w[entry] for entry in pattern)))


def elimination(
    matrix: Mapping[Entry, Any], size: int, names: Sequence[str]
) -> tuple[tuple[int, ...], tuple[int, ...], dict[int, tuple[int, ...]], dict[int, tuple[int, ...]]]:
    """Rows, order, low and up of the factors, see `Factors`, from the pattern alone.

    Raises NotLoweredError if no order of the rows puts an entry on every pivot.
    """
    rows = _matched(matrix, size, names)
    row_of = {row: k for k, row in enumerate(rows)}
    return rows, *_elimination([(row_of[r], c) for r, c in matrix], size)


def _check_size(operations: int) -> None:
    if operations > MOST_OPERATIONS:
        raise NotLoweredError(
            "The factorisation of the Jacobian",
            f"takes {operations} operations, and beyond {MOST_OPERATIONS} compiling takes minutes",
            f"{RUN_SINGLY}, or give the model fewer cells per layer",
        )


def _matched(matrix: Mapping[Entry, Any], size: int, names: Sequence[str]) -> tuple[int, ...]:
    """The equation of each unknown, its own where that has it."""
    if all((k, k) in matrix for k in range(size)):
        return tuple(range(size))
    at = np.array(list(matrix), dtype=int).reshape(-1, 2)
    graph = csr_array((np.where(at[:, 0] == at[:, 1], 1.0, 2.0), (at[:, 0], at[:, 1])), shape=(size, size))
    try:
        found, columns = min_weight_full_bipartite_matching(graph)
    except ValueError:
        name = names[next(k for k in range(size) if (k, k) not in matrix)]
        raise NotLoweredError(
            f'The unknown "{name}"',
            "is in no equation that is left for it, so its pivot is zero",
            f"{RUN_SINGLY}, or write the equation that decides this unknown with it",
        ) from None
    return tuple(int(found[n]) for n in np.argsort(columns))


def _elimination(
    entries: Sequence[Entry], size: int
) -> tuple[tuple[int, ...], dict[int, tuple[int, ...]], dict[int, tuple[int, ...]]]:
    """The order of least fill, and below and right of each pivot what is not zero, fill included."""
    rows: list[set[int]] = [{k} for k in range(size)]
    columns: list[set[int]] = [{k} for k in range(size)]
    for r, c in entries:
        rows[r].add(c)
        columns[c].add(r)
    left, order = set(range(size)), []
    low: dict[int, tuple[int, ...]] = {}
    up: dict[int, tuple[int, ...]] = {}
    while left:
        k = min(left, key=lambda q: ((len(rows[q]) - 1) * (len(columns[q]) - 1), q))
        left.remove(k)
        order.append(k)
        below, right = columns[k] - {k}, rows[k] - {k}
        low[k], up[k] = tuple(sorted(below)), tuple(sorted(right))
        for r in below:
            rows[r] |= right
            rows[r].discard(k)
        for c in right:
            columns[c] |= below
            columns[c].discard(k)
    return tuple(order), low, up
