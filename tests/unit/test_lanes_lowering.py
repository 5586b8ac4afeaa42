"""Vector code computes what NumPy computes, operation by operation."""

from typing import Any

import numpy as np
import pytest
from scipy.special import erf

from lithoscope.physics.cell.engine import casadi
from lithoscope.physics.cell.lanes import NotLoweredError, lower
from lithoscope.physics.cell.lanes.build import aligned, evaluated
from lithoscope.physics.cell.lanes.lower import declarations
from lithoscope.physics.cell.lanes.native import Library, call, compile_module, usual_width
from lithoscope.physics.cell.lanes.writer import declarations as intrinsics

VECTORMATH = "physics/cell/lanes/vectormath.py"
LOWER = "physics/cell/lanes/lower.py"
EDGES = [
    0.0,
    -0.0,
    np.inf,
    -np.inf,
    np.nan,
    1.0,
    -1.0,
    5e-324,
    -2e-310,
    1e-300,
    1.7e308,
    -1.7e308,
    709.5,
    -745.0,
    0.5,
    2.0,
    1e16,
]

UNARY: dict[str, tuple[Any, Any]] = {
    "NEG": (lambda x: -x, lambda x: -x),
    "SQ": (lambda x: x**2, np.square),
    "TWICE": (lambda x: 2 * x, lambda x: 2 * x),
    "INV": (lambda x: 1 / x, lambda x: 1 / x),
    "NOT": (casadi.logic_not, lambda x: (x == 0).astype(float)),
    "SIGN": (casadi.sign, lambda x: np.where(x == 0, x, np.sign(x))),
    "EXP": (casadi.exp, np.exp),
    "LOG": (casadi.log, np.log),
    "LOG1P": (casadi.log1p, np.log1p),
    "EXPM1": (casadi.expm1, np.expm1),
    "ASINH": (casadi.asinh, np.arcsinh),
    "TANH": (casadi.tanh, np.tanh),
    "SINH": (casadi.sinh, np.sinh),
    "COSH": (casadi.cosh, np.cosh),
    "SIN": (casadi.sin, np.sin),
    "COS": (casadi.cos, np.cos),
    "TAN": (casadi.tan, np.tan),
    "ASIN": (casadi.asin, np.arcsin),
    "ACOS": (casadi.acos, np.arccos),
    "ATAN": (casadi.atan, np.arctan),
    "ACOSH": (casadi.acosh, np.arccosh),
    "ATANH": (casadi.atanh, np.arctanh),
    "ERF": (casadi.erf, erf),
    "SQRT": (casadi.sqrt, np.sqrt),
    "FABS": (casadi.fabs, np.abs),
    "FLOOR": (casadi.floor, np.floor),
    "CEIL": (casadi.ceil, np.ceil),
}

BINARY: dict[str, tuple[Any, Any]] = {
    "ADD": (lambda x, y: x + y, np.add),
    "SUB": (lambda x, y: x - y, np.subtract),
    "MUL": (lambda x, y: x * y, np.multiply),
    "DIV": (lambda x, y: x / y, np.divide),
    "FMIN": (casadi.fmin, np.fmin),
    "FMAX": (casadi.fmax, np.fmax),
    "COPYSIGN": (casadi.copysign, np.copysign),
    "LT": (lambda x, y: x < y, lambda x, y: (x < y).astype(float)),
    "LE": (lambda x, y: x <= y, lambda x, y: (x <= y).astype(float)),
    "EQ": (lambda x, y: x == y, lambda x, y: (x == y).astype(float)),
    "NE": (lambda x, y: x != y, lambda x, y: (x != y).astype(float)),
    "AND": (casadi.logic_and, lambda x, y: ((x != 0) & (y != 0)).astype(float)),
    "OR": (casadi.logic_or, lambda x, y: ((x != 0) | (y != 0)).astype(float)),
    "IF_ELSE_ZERO": (lambda x, y: casadi.if_else(x, y, 0), lambda x, y: np.where(x != 0, y, 0.0)),
    "HYPOT": (casadi.hypot, np.hypot),
    "POW": (lambda x, y: x**y, np.power),
    "ATAN2": (casadi.atan2, np.arctan2),
    "FMOD": (casadi.fmod, np.fmod),
    "REMAINDER": (casadi.remainder, None),
}
SIGN_OF_ZERO_IS_FREE = ("FMIN", "FMAX", "REMAINDER", "HYPOT")
ULPS = {"SINH": 4, "COSH": 4, "TANH": 4, "HYPOT": 3, "LOG1P": 3, "EXPM1": 3, "ERF": 4}
"""Units in the last place by which a result may differ; 2 for others, and see `of_power`."""


def codes(function: Any) -> set[str]:
    return {lower._CODES[function.instruction_id(k)] for k in range(function.n_instructions())}


def compared(code: str, ours: Any, theirs: Any, ulps: Any) -> None:
    both_nan = np.isnan(ours) & np.isnan(theirs)
    same = (ours == theirs) | both_nan
    with np.errstate(all="ignore"):
        near = np.abs(ours - theirs) <= ulps * np.spacing(np.abs(theirs))
    assert np.all(same | near), (code, ours[~(same | near)][:5], theirs[~(same | near)][:5])
    if code not in SIGN_OF_ZERO_IS_FREE:
        zero = (theirs == 0) & (ours == 0)
        assert np.array_equal(np.signbit(ours[zero]), np.signbit(theirs[zero])), f"{code}: sign of zero"


def values(count: int, seed: int) -> Any:
    """Numbers of all sizes, edges first."""
    rng = np.random.default_rng(seed)
    wide = rng.choice([-1, 1], count) * 10.0 ** rng.uniform(-20, 20, count)
    near = rng.uniform(-40, 40, count)
    return np.concatenate([EDGES, np.where(rng.random(count) < 0.6, near, wide)])[:count]


@pytest.mark.fails_when(VECTORMATH, "1.818357216161805012e-01", "1.8e-01")
@pytest.mark.parametrize("code", UNARY)
def test_operations_on_one_number(code: str) -> None:
    """Over the whole range of doubles, with signed zeros, infinities, subnormal numbers and NaN."""
    width = usual_width()
    x = casadi.SX.sym("x", 64)
    function = casadi.Function("f", [x], [UNARY[code][0](x)])
    assert code in codes(function)
    given = values(64 * width, 1).reshape(64, width)
    with np.errstate(all="ignore"):
        compared(code, evaluated(function, given, width), UNARY[code][1](given), ULPS.get(code, 2))


@pytest.mark.fails_when(LOWER, '"LE": _truth("ole")', '"LE": _truth("ule")')
@pytest.mark.parametrize("code", BINARY)
def test_operations_on_two_numbers(code: str) -> None:
    """Every edge against every edge, and numbers of all sizes."""
    width = usual_width()
    edges = np.array(EDGES)
    pairs = np.array(np.meshgrid(edges, edges)).reshape(2, -1)
    rows = 80
    first, second = (np.concatenate([pair, values(rows * width, n)])[: rows * width] for n, pair in enumerate(pairs))
    given = np.vstack([first.reshape(rows, width), second.reshape(rows, width)])
    x = casadi.SX.sym("x", 2 * rows)
    function = casadi.Function("f", [x], [BINARY[code][0](x[:rows], x[rows:])])
    assert code in codes(function)
    a, b = given[:rows], given[rows:]
    with np.errstate(all="ignore"):
        theirs = np.vectorize(ieee_remainder)(a, b) if code == "REMAINDER" else BINARY[code][1](a, b)
        ulps = of_power(a, b) if code == "POW" else ULPS.get(code, 2)
        compared(code, evaluated(function, given, width), theirs, ulps)


def of_power(x: Any, y: Any) -> Any:
    """x^y is e^(y ln x): the half unit of ln x counts y ln x times."""
    return np.nan_to_num(4 + 2 * np.abs(y * np.log(np.abs(x))), nan=4.0, posinf=4.0)


def ieee_remainder(x: float, y: float) -> float:
    import math

    return np.nan if np.isnan(x) or np.isnan(y) or np.isinf(x) or y == 0 else math.remainder(x, y)


@pytest.mark.fails_when(LOWER, "1.5: lambda w, a: w.mul(a, w.call", "1.5: lambda w, a: w.add(a, w.call")
@pytest.mark.parametrize("power", [0.5, 1.5, 2.0, 3.0, 4.0, -0.5, -1.0, 2.7, -1.3])
def test_constant_powers(power: float) -> None:
    width = usual_width()
    x = casadi.SX.sym("x", 8)
    given = np.random.default_rng(2).uniform(1e-3, 30, (8, width))
    compared("CONSTPOW", evaluated(casadi.Function("f", [x], [x**power]), given, width), given**power, of_power(given, power))


def test_all_operations_are_compared() -> None:
    assert set(UNARY) | {"ASSIGN"} == set(lower.UNARY)
    assert set(BINARY) | {"CONSTPOW"} == set(lower.BINARY)


@pytest.mark.fails_when(LOWER, "if code not in UNARY and code not in BINARY:", "if not code:")
def test_an_operation_without_a_form_is_named() -> None:
    x = casadi.SX.sym("x")
    with pytest.raises(NotLoweredError, match=r"ERFINV.*IDAKLU"):
        evaluated(casadi.Function("f", [x], [casadi.erfinv(x)]), np.ones((1, 4)), 4)


@pytest.mark.fails_when(LOWER, "if k in self.left:", "if k in self.left and k % 7:")
def test_pieces_and_preludes_change_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    """A function as a whole, with what depends on one input alone taken out, and cut into pieces: only what was one operation, a
    product and a sum, may be rounded twice."""
    x, p = casadi.SX.sym("x", 6), casadi.SX.sym("p", 4)
    terms = [casadi.exp(-p[n % 4]) * x[n] + casadi.asinh(x[n] * p[0]) / (1 + p[1] ** 2) for n in range(6)]
    rows = [terms[n] * terms[n - 1] + casadi.sqrt(p[2] * p[3]) * terms[n - 2] for n in range(6)]
    function = casadi.Function("f", [x, p], [casadi.vertcat(*rows), p[0] * p[1]], {"cse": True})
    given = np.random.default_rng(3).uniform(0.1, 2, (10, 4))
    whole = run(function, given, static=())
    hoisted = run(function, given, static=(1,))
    monkeypatch.setattr(lower, "PIECE", 5)
    assert run(function, given, static=(1,)) == pytest.approx(whole, rel=3e-15)
    assert hoisted == pytest.approx(whole, rel=3e-15)
    theirs = np.array([np.concatenate([np.ravel(part) for part in function(*np.split(lane, [6]))]) for lane in given.T]).T
    assert whole == pytest.approx(theirs, rel=1e-14)


def run(function: Any, given: Any, static: tuple[int, ...]) -> Any:
    lowered = lower.lower("f", function, where=(("a", 0), ("a", 6)), static=static, width=4)
    library = Library(compile_module(intrinsics(4) + declarations() + lowered.text), ("f_prelude", "f"))
    a, q, o, m = (aligned(places, 4) for places in (10, lowered.kept + 1, 7, lowered.left + 1))
    a[:] = given
    for address in library.addresses:
        call(address, *(buffer.ctypes.data for buffer in (a, a, q, o, m)))
    return o
