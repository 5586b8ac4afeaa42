"""From a list of scalar CasADi operations to LLVM assembly on one number for each lane.

Each function becomes two: a prelude with all that depends on the numbers of the cell alone, run when a lane is loaded, and the
body, run at every call. What a body takes from its prelude is kept in a buffer. Long bodies are cut into pieces, since the
time to compile grows faster than their length; what one piece leaves to a later one goes through another buffer.

All buffers hold one vector for each value. Lanes never mix, so that the result of one cannot depend on its neighbours.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from lithoscope.physics.cell.engine import casadi
from lithoscope.physics.cell.lanes import vectormath
from lithoscope.physics.cell.lanes.refusals import RUN_SINGLY, NotLoweredError
from lithoscope.physics.cell.lanes.writer import Writer

ARGUMENTS = "ptr noalias %a, ptr noalias %b, ptr noalias %q, ptr noalias %o, ptr noalias %m"
"""Of every lowered function: two buffers of inputs, what is kept, outputs, what pieces leave to each other."""

CALL = "ptr %a, ptr %b, ptr %q, ptr %o, ptr %m"
PIECE = 1500
"""Operations in one piece of a body."""

_CODES = {getattr(casadi, name): name.removeprefix("OP_") for name in dir(casadi) if name.startswith("OP_")}

C_LIBRARY = ("sin", "cos", "tan", "asin", "acos", "atan", "acosh", "atanh", "erf")
C_LIBRARY_OF_TWO = ("atan2", "fmod", "remainder")
"""Functions that the models do not use often enough to be written for vectors."""

Unary = Callable[[Writer, str], str]
Binary = Callable[[Writer, str, str], str]


def _truth(predicate: str) -> Binary:
    return lambda w, a, b: w.as_number(w.compare(predicate, a, b))


def _is(w: Writer, a: str) -> str:
    return w.compare("une", a, w.number(0.0))


def _sign(w: Writer, a: str) -> str:
    value = w.choose(w.compare("ogt", a, w.number(0.0)), w.number(1.0), a)
    return w.choose(w.compare("olt", a, w.number(0.0)), w.number(-1.0), value)


def _from_library(name: str) -> Any:
    return lambda w, *operands: w.per_lane(name, *operands)


def _intrinsic(name: str) -> Any:
    return lambda w, *operands: w.call(name, *operands)


UNARY: dict[str, Unary] = {
    "ASSIGN": lambda _, a: a,
    "NEG": lambda w, a: w.neg(a),
    "SQ": lambda w, a: w.mul(a, a),
    "TWICE": lambda w, a: w.add(a, a),
    "INV": lambda w, a: w.div(w.number(1.0), a),
    "NOT": lambda w, a: w.as_number(w.compare("oeq", a, w.number(0.0))),
    "SIGN": _sign,
    "EXP": vectormath.exp,
    "LOG": vectormath.log,
    "LOG1P": vectormath.log1p,
    "EXPM1": lambda w, a: w.per_lane("expm1", a),
    "ASINH": vectormath.asinh,
    "TANH": vectormath.tanh,
    "SINH": vectormath.sinh,
    "COSH": vectormath.cosh,
} | {
    name.upper(): _from_library(name) for name in C_LIBRARY
} | {
    code: _intrinsic(name) for code, name in {"SQRT": "sqrt", "FABS": "fabs", "FLOOR": "floor", "CEIL": "ceil"}.items()
}  # fmt: skip

BINARY: dict[str, Binary] = {
    "ADD": lambda w, a, b: w.add(a, b),
    "SUB": lambda w, a, b: w.sub(a, b),
    "MUL": lambda w, a, b: w.mul(a, b),
    "DIV": lambda w, a, b: w.div(a, b),
    "FMIN": _intrinsic("minnum"),
    "FMAX": _intrinsic("maxnum"),
    "COPYSIGN": _intrinsic("copysign"),
    "LT": _truth("olt"),
    "LE": _truth("ole"),
    "EQ": _truth("oeq"),
    "NE": _truth("une"),
    "AND": lambda w, a, b: w.as_number(w.both("and", _is(w, a), _is(w, b))),
    "OR": lambda w, a, b: w.as_number(w.both("or", _is(w, a), _is(w, b))),
    "IF_ELSE_ZERO": lambda w, a, b: w.choose(_is(w, a), b, w.number(0.0)),
    "HYPOT": vectormath.hypot,
    "POW": vectormath.power,
    "CONSTPOW": vectormath.power,
} | {
    name.upper(): _from_library(name) for name in C_LIBRARY_OF_TWO
}  # fmt: skip


def declarations() -> str:
    """The functions of the C library that may be called."""
    one = "".join(f"declare double @{name}(double)\n" for name in (*C_LIBRARY, "expm1"))
    return one + "".join(f"declare double @{name}(double, double)\n" for name in C_LIBRARY_OF_TWO)


@dataclass(frozen=True, slots=True)
class Lowered:
    """A function in LLVM assembly.

    text   defines @name_prelude and @name
    kept   number of vectors that the prelude leaves to the body
    left   number of vectors that pieces of the body leave to each other
    """

    text: str
    kept: int
    left: int


@dataclass(frozen=True, slots=True)
class _Operation:
    """One value: what it is made of, its constant, and whether it changes from call to call."""

    code: str
    operands: tuple[int, ...]
    place: tuple[str, int]
    constant: float
    changes: bool


@dataclass(frozen=True, slots=True)
class _Code:
    """A function as a list of values, and which of them are its outputs in order."""

    values: list[_Operation]
    outputs: list[int]


def lower(name: str, function: Any, *, where: Sequence[tuple[str, int]], static: Sequence[int], width: int) -> Lowered:
    """A CasADi function of scalar operations in LLVM assembly.

    where   pointer and first place of each input
    static  inputs that change only when a lane is loaded
    Its outputs stand one below the other.

    Raises NotLoweredError for an operation without a form on vectors.
    """
    code = _read(name, function, where, static)
    kept = _kept(code)
    prelude = Writer(width)
    _Piece(prelude, code, kept, {}).write([k for k, v in enumerate(code.values) if not v.changes], keep=True)
    body, left = _body(name, code, kept, width)
    return Lowered(prelude.function(f"{name}_prelude", ARGUMENTS) + body, len(kept), left)


def _read(name: str, function: Any, where: Sequence[tuple[str, int]], static: Sequence[int]) -> _Code:
    first = np.cumsum([0] + [function.nnz_out(n) for n in range(function.n_out())])
    values: list[_Operation] = []
    outputs = [-1] * int(first[-1])
    at: dict[int, int] = {}
    for k in range(function.n_instructions()):
        code = _CODES[function.instruction_id(k)]
        out, given = function.instruction_output(k), function.instruction_input(k)
        if code == "OUTPUT":
            outputs[first[out[0]] + out[1]] = at[given[0]]
            continue
        operands: tuple[int, ...] = ()
        place, constant, changes = ("", 0), 0.0, False
        if code == "INPUT":
            pointer, start = where[given[0]]
            place, changes = (pointer, start + given[1]), given[0] not in static
        elif code == "CONST":
            constant = function.instruction_constant(k)
        else:
            _check(name, code)
            operands = tuple(at[n] for n in given)
            changes = any(values[n].changes for n in operands)
        values.append(_Operation(code, operands, place, constant, changes))
        at[out[0]] = len(values) - 1
    return _Code(values, outputs)


def _check(name: str, code: str) -> None:
    if code not in UNARY and code not in BINARY:
        raise NotLoweredError(f"The operation {code} in the {name}", "has no form on vectors", RUN_SINGLY)


def _kept(code: _Code) -> dict[int, int]:
    """Places of the values of the prelude that the body uses."""
    used = {n for value in code.values if value.changes for n in value.operands} | set(code.outputs)
    wanted = sorted(n for n in used if not code.values[n].changes and code.values[n].code not in ("CONST", "INPUT"))
    return {n: place for place, n in enumerate(wanted)}


def _body(name: str, code: _Code, kept: dict[int, int], width: int) -> tuple[str, int]:
    """The pieces of a body and the function that calls one after the other; and what they leave to each other."""
    changing = [k for k, value in enumerate(code.values) if value.changes and value.code != "INPUT"]
    pieces = [changing[n : n + PIECE] for n in range(0, len(changing), PIECE)] or [[]]
    piece_of = {k: n for n, piece in enumerate(pieces) for k in piece}
    crossing = {
        n for k in changing for n in code.values[k].operands if n in piece_of and piece_of[n] != piece_of[k]
    }  # fmt: skip
    left = {n: place for place, n in enumerate(sorted(crossing))}
    made: dict[int, list[int]] = {n: [] for n in range(len(pieces))}
    for output, value in enumerate(code.outputs):
        made[piece_of.get(value, 0)].append(output)
    texts = []
    for n, piece in enumerate(pieces):
        w = Writer(width)
        _Piece(w, code, kept, left).write(piece, outputs=made[n])
        texts.append(w.function(f"{name}_{n}", ARGUMENTS))
    whole = Writer(width)
    whole.lines += [f"call void @{name}_{n}({CALL})" for n in range(len(pieces))]
    return "".join(texts) + whole.function(name, ARGUMENTS), len(left)


class _Piece:
    """Writes some of the values of a function."""

    def __init__(self, w: Writer, code: _Code, kept: dict[int, int], left: dict[int, int]) -> None:
        self.w, self.code, self.kept, self.left = w, code, kept, left
        self.names: dict[int, str] = {}

    def write(self, which: Sequence[int], *, keep: bool = False, outputs: Sequence[int] = ()) -> None:
        """Write values, the outputs among them, and what later pieces or, of a prelude, the body will use."""
        for k in which:
            value = self.code.values[k]
            if value.code in ("CONST", "INPUT"):
                continue
            self.names[k] = self._operation(value)
            if k in self.left:
                self.w.store("%m", self.left[k], self.names[k])
        for output in outputs:
            self.w.store("%o", output, self._named(self.code.outputs[output], keep))
        for k, place in self.kept.items() if keep else ():
            self.w.store("%q", place, self._named(k, keep))

    def _operation(self, value: _Operation) -> str:
        operands = [self._named(n, not value.changes) for n in value.operands]
        if len(operands) == 1:
            return UNARY[value.code](self.w, operands[0])
        exponent = self.code.values[value.operands[1]]
        if value.code in ("POW", "CONSTPOW") and exponent.code == "CONST" and exponent.constant in _POWERS:
            return _POWERS[exponent.constant](self.w, operands[0])
        return BINARY[value.code](self.w, operands[0], operands[1])

    def _named(self, k: int, in_prelude: bool) -> str:
        """The text of a value, loaded where it is not of this piece."""
        value = self.code.values[k]
        if value.code == "CONST":
            return self.w.number(value.constant)
        if k not in self.names:
            if not in_prelude and k in self.kept:
                self.names[k] = self.w.load("%q", self.kept[k])
            elif value.code == "INPUT":
                self.names[k] = self.w.load(f"%{value.place[0]}", value.place[1])
            else:
                self.names[k] = self.w.load("%m", self.left[k])
        return self.names[k]


def _cube(w: Writer, a: str) -> str:
    return w.mul(w.mul(a, a), a)


def _fourth(w: Writer, a: str) -> str:
    square = w.mul(a, a)
    return w.mul(square, square)


_POWERS: dict[float, Unary] = {
    0.5: lambda w, a: w.call("sqrt", a),
    1.5: lambda w, a: w.mul(a, w.call("sqrt", a)),
    2.0: lambda w, a: w.mul(a, a),
    3.0: _cube,
    4.0: _fourth,
    -0.5: lambda w, a: w.div(w.number(1.0), w.call("sqrt", a)),
    -1.0: lambda w, a: w.div(w.number(1.0), a),
}
"""Powers that are products and roots."""
