"""The iteration in machine code as an operation of XLA on processors.

XLA calls a function with the address of a frame (the C interface of XLA, `xla/ffi/api/c_api.h`, which jaxlib carries). All its
members are words of eight bytes at fixed places; new members are only added behind them while the major version stays.
"""

from __future__ import annotations

import ctypes
import re
from functools import cache
from pathlib import Path
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
from jax import Array
from numba import carray

from lithoscope.physics.morphology.elliptic.coarsening import halvings
from lithoscope.physics.morphology.elliptic.iteration import iterate
from lithoscope.physics.morphology.elliptic.jit import handler, inner, places, pointer
from lithoscope.physics.morphology.elliptic.multigrid import coefficients

EXTENSION, FRAMEWORK, ARGUMENTS, RESULTS, WORDS = places((1, 2, 9, 14, 15))
"""Words of a frame: what is asked for besides a call, the interface, addresses of the arguments and of the results."""
MAJOR = "0"
"""Version of the interface for which these places hold."""
LEVELS, PIECES, ROWS_PERIODIC, COLUMNS_PERIODIC, HEAD = places(range(5))
"""Whole numbers that come with a call, before the plan of the levels."""
TOLERANCE, NUMBERS = places((0, 7))
"""Numbers that come with a call: the tolerance and two for each step of the smoother."""
WHOLE, REAL, FACES = places(range(3))
"""Arguments: whole numbers, numbers, and the first of the faces, which sink, right, guess and pieces follow."""
SOLUTION, ITERATIONS, RESIDUAL = places(range(3))
"""Results."""


@inner
def _words(address: int, count: int) -> Any:
    return carray(pointer(address), (count,), np.int64)


@inner
def _introduce(extension: int, framework: int) -> None:
    """Answer with the version of the interface that asks: the word after the first two of `api_version`, in both structures."""
    answer = _words(_words(extension, 4)[3], 5)
    answer[3] = _words(framework, 5)[4]
    answer[4] = 0


@inner
def _buffer(list_of: int, which: int) -> int:
    """Address of the numbers of an argument or a result."""
    return _words(_words(list_of, which + 1)[which], 4)[3]  # type: ignore[no-any-return]


@inner
def _doubles(list_of: int, which: int, shape: tuple[int, ...]) -> Any:
    return carray(pointer(_buffer(list_of, which)), shape, np.float64)


@inner
def _run(arguments: int, results: int, plan: Any, faces: Any, first: int, lateral: tuple[int, ...]) -> None:
    """Iterate on the arguments: sink, right, guess and pieces stand from `first` on."""
    shape = (plan[0, 0], plan[0, 1], plan[0, 2])
    pieces = _doubles(arguments, first + 3, (_words(_buffer(arguments, WHOLE), HEAD)[PIECES], *shape))
    numbers = _doubles(arguments, REAL, (NUMBERS,))
    c = (
        (np.float32(numbers[1]), np.float32(numbers[2])),
        (np.float32(numbers[3]), np.float32(numbers[4])),
        (np.float32(numbers[5]), np.float32(numbers[6])),
    )
    iterations, residual = iterate(
        plan, faces, _doubles(arguments, first, shape), _doubles(arguments, first + 1, shape),
        _doubles(arguments, first + 2, shape), numbers[TOLERANCE], pieces, c, lateral, _doubles(results, SOLUTION, shape),
    )  # fmt: skip
    carray(pointer(_buffer(results, ITERATIONS)), (1,), np.int32)[0] = iterations
    _doubles(results, RESIDUAL, (1,))[0] = residual


@inner
def _plan(arguments: int) -> Any:
    levels = _words(_buffer(arguments, WHOLE), HEAD)[LEVELS]
    return _words(_buffer(arguments, WHOLE) + 8 * HEAD, 6 * levels).reshape((levels, 6))


def _in_two(address: int) -> int:
    """Solve in two dimensions; 0 says that all is well."""
    frame = _words(address, WORDS)
    if frame[EXTENSION] != 0:
        _introduce(frame[EXTENSION], frame[FRAMEWORK])
        return 0
    arguments, plan = frame[ARGUMENTS], _plan(frame[ARGUMENTS])
    shape = (plan[0, 0], plan[0, 1], plan[0, 2])
    faces = (_doubles(arguments, FACES, shape), _doubles(arguments, FACES + 1, shape))
    head = _words(_buffer(arguments, WHOLE), HEAD)
    _run(arguments, frame[RESULTS], plan, faces, FACES + 2, (head[COLUMNS_PERIODIC],))
    return 0


def _in_three(address: int) -> int:
    """Solve in three dimensions; 0 says that all is well."""
    frame = _words(address, WORDS)
    if frame[EXTENSION] != 0:
        _introduce(frame[EXTENSION], frame[FRAMEWORK])
        return 0
    arguments, plan = frame[ARGUMENTS], _plan(frame[ARGUMENTS])
    shape = (plan[0, 0], plan[0, 1], plan[0, 2])
    faces = (
        _doubles(arguments, FACES, shape), _doubles(arguments, FACES + 1, shape), _doubles(arguments, FACES + 2, shape),
    )  # fmt: skip
    head = _words(_buffer(arguments, WHOLE), HEAD)
    _run(arguments, frame[RESULTS], plan, faces, FACES + 3, (head[ROWS_PERIODIC], head[COLUMNS_PERIODIC]))
    return 0


FUNCTIONS = {2: _in_two, 3: _in_three}


def available(dimensions: int) -> bool:
    """Whether there is machine code for so many dimensions that this version of XLA can call."""
    return dimensions in FUNCTIONS and _major() == MAJOR


@cache
def _major() -> str:
    header = Path(jax.ffi.include_dir()) / "xla" / "ffi" / "api" / "c_api.h"
    found = re.search(r"#define XLA_FFI_API_MAJOR (\d+)", header.read_text(encoding="utf-8")) if header.exists() else None
    return found[1] if found else ""


@cache
def _target(dimensions: int) -> str:
    """Name under which XLA knows the function; compiled or read from disk at the first call."""
    name, code = f"lithoscope_elliptic_{dimensions}", handler(FUNCTIONS[dimensions])
    capsule = ctypes.pythonapi.PyCapsule_New
    capsule.restype, capsule.argtypes = ctypes.py_object, [ctypes.c_void_p, ctypes.c_char_p, ctypes.c_void_p]
    jax.ffi.register_ffi_target(name, capsule(code.address, None, None), platform="cpu")
    _kept.append(code)
    return name


_kept: list[Any] = []
"""Machine code that XLA may call as long as the process lives."""


def solve(
    faces: tuple[Array, ...], sink: Array, periodic: tuple[bool, ...], right: Array, guess: Array, tolerance: Array,
    pieces: Array | None,
) -> tuple[Array, Array, Array]:  # fmt: skip
    """As `gradients.conjugate_gradients` for an operator, in one operation."""
    shape = right.shape
    result = (
        jax.ShapeDtypeStruct(shape, np.float64),
        jax.ShapeDtypeStruct((), np.int32),
        jax.ShapeDtypeStruct((), np.float64),
    )
    floating = jnp.zeros((0, *shape)) if pieces is None else pieces
    head = _head(shape, floating.shape[0], periodic)
    call = jax.ffi.ffi_call(_target(len(shape)), result, vmap_method="sequential")
    found = call(head, _numbers(tolerance), *faces, sink, right, guess, floating)
    return found[0], found[1], found[2]


def _numbers(tolerance: Array) -> Array:
    return jnp.concatenate([tolerance[None], jnp.array(coefficients()).reshape(-1)])


def _head(shape: tuple[int, ...], pieces: int, periodic: tuple[bool, ...]) -> np.ndarray[tuple[int], np.dtype[np.int64]]:
    lines, size = [], shape
    for axes in (*halvings(shape), ()):
        halved = tuple(2 if axis in axes else 1 for axis in range(len(shape)))
        lines.append((*_three(size), *_three(halved)))
        size = tuple(a // b for a, b in zip(size, halved, strict=True))
    rows, columns = _three(tuple(map(int, periodic)))[1:]
    return np.array([len(lines), pieces, rows, columns, *np.ravel(lines)], np.int64)


def _three(of: tuple[int, ...]) -> tuple[int, int, int]:
    """Layers, rows, columns; in two dimensions a layer has one row."""
    return (of[0], 1, of[1]) if len(of) == 2 else (of[0], of[1], of[2])
