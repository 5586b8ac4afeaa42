"""One step of a Rosenbrock method for M dx/dt = f(x), M = diag(1, 0), as small functions.

W K_i = f(x + sum_j<i a_ij K_j) + (1/h) M sum_j<i c_ij K_j,   W = M / (gamma h) - df/dx
x_new = (x of the last stage) + K_6,   error = K_6

RODAS4: six stages, order 4 with an error of order 3, stiffly accurate, L-stable, one Jacobian and one factorisation a step.
Dense output of order 3, 0 <= s <= 1:
x(s) = (1 - s) x_old + s (x_new + (1 - s) (sum D2_i K_i + s sum D3_i K_i))

Source: E. Hairer and G. Wanner, Solving Ordinary Differential Equations II, 2nd ed., section IV.7, and their code RODAS.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from lithoscope.physics.cell.engine import casadi
from lithoscope.physics.cell.lanes.functions import Functions
from lithoscope.physics.cell.lanes.lu import Entry, factors

GAMMA = 0.25
STAGES = 6
A = (
    (),
    (1.544,),
    (0.9466785280815826, 0.2557011698983284),
    (3.314825187068521, 2.896124015972201, 0.9986419139977817),
    (1.221224509226641, 6.019134481288629, 12.53708332932087, -0.6878860361058950),
    (1.221224509226641, 6.019134481288629, 12.53708332932087, -0.6878860361058950, 1.0),
)
C = (
    (),
    (-5.6688,),
    (-2.430093356833875, -0.2063599157091915),
    (-0.1073529058151375, -9.594562251023355, -20.47028614809616),
    (7.496443313967647, -10.24680431464352, -33.99990352819905, 11.70890893206160),
    (8.083246795921522, -7.981132988064893, -31.52159432874371, 16.31930543123136, -6.058818238834054),
)
D2 = np.array([10.12623508344586, -7.487995877610167, -34.80091861555747, -7.992771707568823, 1.025137723295662])
D3 = np.array([-0.6762803392801253, 6.087714651680015, 16.43084320892478, 24.76722511418386, -6.594389125716872])


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
