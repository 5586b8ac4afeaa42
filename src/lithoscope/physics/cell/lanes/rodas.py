"""One step of a Rosenbrock method for M dx/dt = f(x), M = diag(1, 0), as small functions.

W K_i = f(x + sum_j<i a_ij K_j) + (1/h) M sum_j<i c_ij K_j,   W = M / (gamma h) - df/dx
x_new = (x of the last stage) + K_6,   error = K_6

The coefficients stand in `physics.rosenbrock`.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from lithoscope.physics.cell.engine import casadi
from lithoscope.physics.cell.lanes.functions import Functions
from lithoscope.physics.cell.lanes.lu import Entry, factors
from lithoscope.physics.rosenbrock import GAMMA


@dataclass(frozen=True, slots=True)
class Parts:
    """What a step is made of, as CasADi functions.

    rate      f(x, p, s)
    jacobian  f and the factors of W, of x, p, s, h
    solve     K of the factors and the right-hand side
    newton    algebraic unknowns after one step of Newton's method, and the largest relative change, of x, p, s
    watch     conditions, of x, p, s;  outputs: of x, p, s
    factors   number of the factors
    """

    rate: Any
    jacobian: Any
    solve: Any
    newton: Any
    watch: Any
    outputs: Any
    factors: int


def parts(found: Functions) -> Parts:
    """The functions of a step for a model. Raises NotLoweredError if W or its algebraic block has no pivots."""
    n, nd = found.size, found.differential
    x, p, s = (casadi.SX.sym(name, count) for name, count in (("x", n), ("p", len(found.cell)), ("s", len(found.step))))
    h = casadi.SX.sym("h")
    f = casadi.densify(found.rate(x, p, s))
    slopes = _entries(casadi.jacobian(f, x))
    w = {entry: -slope for entry, slope in slopes.items()}
    for k in range(nd):
        w[k, k] = w.get((k, k), casadi.SX(0)) + 1 / (GAMMA * h)
    lu = factors(w, n, found.unknowns)
    symbols, right = casadi.SX.sym("L", lu.values.numel()), casadi.SX.sym("b", n)
    cse = {"cse": True}
    return Parts(
        rate=casadi.Function("rate", [x, p, s], [f], cse),
        jacobian=casadi.Function("jacobian", [x, p, s, h], [f, lu.values], cse),
        solve=casadi.Function("solve", [symbols, right], [lu.solve(symbols, right)]),
        newton=_newton(found, (x, p, s), f, slopes),
        watch=found.watch,
        outputs=found.outputs,
        factors=lu.values.numel(),
    )


def _newton(found: Functions, arguments: tuple[Any, Any, Any], f: Any, slopes: dict[Entry, Any]) -> Any:
    """z - (dg/dz)^-1 g and max |dz| / (1 + |z|) of the algebraic equations 0 = g(y, z)."""
    x, nd = arguments[0], found.differential
    z, g = x[nd:], f[nd:]
    block = {(r - nd, c - nd): slope for (r, c), slope in slopes.items() if r >= nd and c >= nd}
    lu = factors(block, found.size - nd, found.unknowns[nd:])
    dz = -lu.solve(lu.values, g)
    change = casadi.mmax(casadi.fabs(dz) / (1 + casadi.fabs(z + dz)))
    return casadi.Function("newton", list(arguments), [z + dz, change], {"cse": True})


def _entries(matrix: Any) -> dict[Entry, Any]:
    rows, columns = matrix.sparsity().get_triplet()
    return {(r, c): matrix[r, c] for r, c in zip(rows, columns, strict=True)}
