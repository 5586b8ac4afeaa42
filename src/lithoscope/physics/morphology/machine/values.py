"""What a program in machine code computes with: numbers, views of memory and tuples of them.

While a function is translated, whole numbers and truths that are known then are those of Python; everything else is a value of
LLVM: whole numbers of 64 bits, real ones of 32 or 64, truths of one bit.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from llvmlite import ir
from llvmlite.ir import IRBuilder as Build

WHOLE, DOUBLE, SINGLE, TRUTH = ir.IntType(64), ir.DoubleType(), ir.FloatType(), ir.IntType(1)
ADDRESS = ir.PointerType()

SAFE = ("reassoc", "contract", "nsz", "arcp")
"""Liberties of the compiler: sums may be reordered; what is not a number stays so."""

STORED = {np.float32: SINGLE, np.float64: DOUBLE, np.int64: WHOLE, np.int32: ir.IntType(32)}
"""Numbers in memory."""

RANK = (TRUTH, WHOLE, SINGLE, DOUBLE)


class NotTranslatedError(TypeError):
    """A function uses what cannot become machine code: a fault of the function."""


@dataclass(frozen=True)
class View:
    """Numbers in memory, row after row.

    pointer  to the first;  shape: whole numbers;  kind: of LLVM, as they are stored
    """

    pointer: ir.Value
    shape: tuple[Any, ...]
    kind: ir.Type


def known(value: Any) -> bool:
    """Whether a number or a truth is known while it is translated."""
    return isinstance(value, bool | int | np.integer)


def number(value: Any) -> ir.Value:
    """A number as a value of LLVM."""
    if isinstance(value, ir.Value):
        return value
    if isinstance(value, bool | np.bool_):
        return ir.Constant(TRUTH, int(value))
    if isinstance(value, int | np.integer):
        return ir.Constant(WHOLE, int(value))
    if isinstance(value, np.float32):
        return ir.Constant(SINGLE, float(value))
    if isinstance(value, float):
        return ir.Constant(DOUBLE, float(value))
    raise NotTranslatedError(f"{value!r} is not a number")


def converted(build: Build, value: Any, kind: ir.Type) -> ir.Value:
    """A number of another kind; a whole one never follows from a real one."""
    value = number(value)
    if value.type == kind:
        return value
    was_real, is_real = value.type in (SINGLE, DOUBLE), kind in (SINGLE, DOUBLE)
    if was_real and is_real:
        return build.fptrunc(value, kind) if kind == SINGLE else build.fpext(value, kind)
    if was_real:
        raise NotTranslatedError("a real number is stored as a whole one")
    if is_real:
        return build.uitofp(value, kind) if value.type == TRUTH else build.sitofp(value, kind)
    if kind == TRUTH:
        raise NotTranslatedError("a number is stored as a truth")
    if value.type == TRUTH:
        return build.zext(value, kind)
    return build.trunc(value, kind) if value.type.width > kind.width else build.sext(value, kind)


def alike(build: Build, first: Any, second: Any) -> tuple[ir.Value, ir.Value]:
    """Two numbers in the kind of the wider one; a whole one with a real one in single precision gives double, as in NumPy."""
    a, b = number(first), number(second)
    rank = max(RANK.index(a.type), RANK.index(b.type), 1)
    if RANK[rank] == SINGLE and WHOLE in (a.type, b.type):
        rank = 3
    return converted(build, a, RANK[rank]), converted(build, b, RANK[rank])


def combined(build: Build, sign: str, first: Any, second: Any) -> Any:
    """first sign second, for + - * / // %. Quotients of whole numbers go down, as in Python."""
    if known(first) and known(second) and sign != "/":
        return _KNOWN[sign](int(first), int(second))
    a, b = alike(build, first, second)
    if a.type == WHOLE and sign == "/":
        a, b = converted(build, a, DOUBLE), converted(build, b, DOUBLE)
    if a.type == WHOLE:
        return _whole(build, sign, a, b)
    made = {"+": build.fadd, "-": build.fsub, "*": build.fmul, "/": build.fdiv}.get(sign)
    if made is None:
        raise NotTranslatedError(f"{sign} of real numbers")
    return made(a, b, flags=SAFE)


_KNOWN = {
    "+": int.__add__, "-": int.__sub__, "*": int.__mul__, "//": int.__floordiv__, "%": int.__mod__,
}  # fmt: skip


def _whole(build: Build, sign: str, a: ir.Value, b: ir.Value) -> ir.Value:
    if sign in "+-*":
        made = {"+": build.add, "-": build.sub, "*": build.mul}[sign]
        return made(a, b, flags=("nsw",))
    rest = build.srem(a, b)
    zero = ir.Constant(WHOLE, 0)
    below = build.and_(build.icmp_signed("!=", rest, zero), build.icmp_signed("<", build.xor(rest, b), zero))
    if sign == "%":
        return build.add(rest, build.select(below, b, zero))
    return build.sub(build.sdiv(a, b), build.zext(below, WHOLE))


def compared(build: Build, sign: str, first: Any, second: Any) -> Any:
    """first sign second, for < <= > >= == !=. Nothing is true of what is not a number, except that it differs."""
    if known(first) and known(second):
        return {"<": int.__lt__, "<=": int.__le__, ">": int.__gt__, ">=": int.__ge__, "==": int.__eq__, "!=": int.__ne__}[sign](
            int(first), int(second)
        )
    a, b = alike(build, first, second)
    if a.type == WHOLE:
        return build.icmp_signed(sign, a, b)
    return build.fcmp_unordered(sign, a, b) if sign == "!=" else build.fcmp_ordered(sign, a, b)


def truth(build: Build, value: Any) -> Any:
    """Whether a number is not zero."""
    if known(value):
        return bool(value)
    return value if value.type == TRUTH else compared(build, "!=", value, 0)


def chosen(build: Build, sign: str, first: Any, second: Any) -> Any:
    """The first where `first sign second`, else the second: the larger or the smaller of two."""
    if known(first) and known(second):
        return max(first, second) if sign == ">" else min(first, second)
    a, b = alike(build, first, second)
    return build.select(compared(build, sign, a, b), a, b)


def place(build: Build, view: View, at: tuple[Any, ...]) -> Any:
    """Address of a number of a view, or the part of it that begins there. Indices are not negative and lie in the view."""
    offset = at[0]
    for axis, size in enumerate(view.shape[1:], 1):
        offset = combined(build, "*", offset, size)
        if axis < len(at):
            offset = combined(build, "+", offset, at[axis])
    pointer = build.gep(view.pointer, [number(offset)], inbounds=True, source_etype=view.kind)
    return pointer if len(at) == len(view.shape) else View(pointer, view.shape[len(at) :], view.kind)


def read(build: Build, view: View, at: tuple[Any, ...]) -> Any:
    """A number of a view, or a part of it."""
    found = place(build, view, at)
    if isinstance(found, View):
        return found
    value = build.load(found, typ=view.kind)
    return build.sext(value, WHOLE) if value.type not in RANK else value


def product(build: Build, sizes: tuple[Any, ...]) -> Any:
    """How many numbers."""
    count: Any = 1
    for size in sizes:
        count = combined(build, "*", count, size)
    return count


def leaves(value: Any) -> list[ir.Value]:
    """All values of LLVM in numbers, views and tuples, in order."""
    if isinstance(value, View):
        return [value.pointer, *(number(size) for size in value.shape)]
    if isinstance(value, tuple):
        return [leaf for each in value for leaf in leaves(each)]
    return [number(value)]


def shaped(like: Any, given: list[ir.Value]) -> Any:
    """The same numbers, views and tuples with other values of LLVM, which are taken from a list."""
    if isinstance(like, View):
        pointer = given.pop(0)
        return View(pointer, tuple(given.pop(0) for _ in like.shape), like.kind)
    if isinstance(like, tuple):
        parts = [shaped(each, given) for each in like]
        return type(like)(*parts) if hasattr(like, "_fields") else tuple(parts)
    return given.pop(0)


def layout(value: Any) -> str:
    """What distinguishes two lists of arguments for which a function is translated apart."""
    if isinstance(value, View):
        return f"{value.kind}[{len(value.shape)}]"
    if isinstance(value, tuple):
        return f"({' '.join(layout(each) for each in value)})"
    return str(number(value).type)
