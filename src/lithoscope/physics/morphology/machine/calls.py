"""Functions and signs of Python that machine code knows, and memory at an address."""

from __future__ import annotations

import ast
from collections.abc import Callable
from dataclasses import dataclass
from math import sqrt
from typing import Any

import numpy as np
from llvmlite import ir
from llvmlite.ir import IRBuilder as Build

from lithoscope.physics.morphology.machine.values import (
    ADDRESS,
    DOUBLE,
    SAFE,
    SINGLE,
    STORED,
    NotTranslatedError,
    View,
    chosen,
    combined,
    compared,
    converted,
    known,
    number,
    product,
)  # fmt: skip

SIGNS: dict[type, str] = {
    ast.Add: "+", ast.Sub: "-", ast.Mult: "*", ast.Div: "/", ast.FloorDiv: "//", ast.Mod: "%",
    ast.Lt: "<", ast.LtE: "<=", ast.Gt: ">", ast.GtE: ">=", ast.Eq: "==", ast.NotEq: "!=",
}  # fmt: skip


@dataclass(frozen=True)
class Range:
    """A range whose ends may be known at the run only; the step is a whole number that is known."""

    start: Any
    stop: Any
    step: int


def view(address: int, shape: tuple[int, ...], kind: type) -> Any:
    """The numbers at an address, row after row; kind: of NumPy."""
    raise NotTranslatedError(f"memory at {address}, {shape}, {kind}, is there for machine code only")


def flat(numbers: Any) -> Any:
    """The same numbers with one axis."""
    return numbers.reshape(-1)


def both(build: Build, parts: list[Any], *, all_of: bool) -> Any:
    """Whether all truths hold, or any; none has a price, so that all are found out."""
    fixed = [part for part in parts if known(part)]
    if any(bool(part) != all_of for part in fixed):
        return not all_of
    open_, found = [part for part in parts if not known(part)], None
    for part in open_:
        found = part if found is None else (build.and_ if all_of else build.or_)(found, part)
    return all_of if found is None else found


def attribute(build: Build, of: Any, name: str) -> Any:
    """`of.name`: shape and size of a view, a field of a named tuple, what a module has."""
    if isinstance(of, View):
        if name not in ("shape", "size"):
            raise NotTranslatedError(f"a view has no {name} in machine code")
        return of.shape if name == "shape" else product(build, of.shape)
    return getattr(of, name)


def _view(build: Build, address: Any, shape: tuple[Any, ...], kind: Any) -> View:
    return View(build.inttoptr(number(address), ADDRESS), tuple(shape), STORED[kind])


def _flat(build: Build, of: View) -> View:
    return View(of.pointer, (product(build, of.shape),), of.kind)


def _range(_build: Build, *given: Any) -> Range:
    first, stop = (0, given[0]) if len(given) == 1 else given[:2]
    return Range(first, stop, given[2] if len(given) == 3 else 1)


def _len(_build: Build, of: Any) -> Any:
    return of.shape[0] if isinstance(of, View) else len(of)


def _root(build: Build, of: Any) -> ir.Value:
    of = converted(build, of, DOUBLE)
    return build.call(build.module.declare_intrinsic("llvm.sqrt", [DOUBLE]), [of], fastmath=SAFE)


def _size(build: Build, of: Any) -> Any:
    if known(of):
        return abs(of)
    of = number(of)
    return build.select(compared(build, "<", of, 0), combined(build, "-", 0, of), of)


def _single(build: Build, of: Any) -> Any:
    return np.float32(of) if isinstance(of, int | float) else converted(build, of, SINGLE)


def _double(build: Build, of: Any) -> ir.Value:
    return converted(build, of, DOUBLE)


def _zip(_build: Build, *of: tuple[Any, ...]) -> tuple[tuple[Any, ...], ...]:
    return tuple(zip(*of, strict=True))


BUILT_IN: dict[Callable[..., Any], Callable[..., Any]] = {
    view: _view, flat: _flat, range: _range, len: _len, sqrt: _root, abs: _size, np.float32: _single, np.float64: _double,
    zip: _zip, max: lambda build, a, b: chosen(build, ">", a, b), min: lambda build, a, b: chosen(build, "<", a, b),
}  # fmt: skip
