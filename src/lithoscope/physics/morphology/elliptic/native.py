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

from lithoscope.physics.morphology.elliptic.coarsening import halvings
from lithoscope.physics.morphology.elliptic.hierarchy import start
from lithoscope.physics.morphology.elliptic.iteration import Space, iterate
from lithoscope.physics.morphology.elliptic.layers import LINE, aligned, width_double
from lithoscope.physics.morphology.elliptic.multigrid import coefficients
from lithoscope.physics.morphology.machine import Machine, compiled, in_place, machine, view

EXTENSION, FRAMEWORK, ARGUMENTS, RESULTS, WORDS = 1, 2, 9, 14, 15
"""Words of a frame: what is asked for besides a call, the interface, addresses of the arguments and of the results."""
MAJOR = "0"
"""Version of the interface for which these places hold."""
LEVELS, PIECES, ROWS_PERIODIC, COLUMNS_PERIODIC, PLACES, HEAD = 0, 1, 2, 3, 4, 12
"""Whole numbers that come with a call, before the plan of the levels; from `PLACES` on where each part of `Space` begins."""
TOLERANCE, NUMBERS = 0, 7
"""Numbers that come with a call: the tolerance and two for each step of the smoother."""
WHOLE, REAL, FACES = 0, 1, 2
"""Arguments: whole numbers, numbers, and the first of the faces, which sink, right, guess and pieces follow."""
SOLUTION, ITERATIONS, RESIDUAL, MEMORY = 0, 1, 2, 3
"""Results; the last is memory to work in."""


@in_place
def _words(address: int, count: int) -> Any:
    return view(address, (count,), np.int64)


@compiled
def _introduce(extension: int, framework: int) -> None:
    """Answer with the version of the interface that asks: the word after the first two of `api_version`, in both structures."""
    answer = _words(_words(extension, 4)[3], 5)
    answer[3] = _words(framework, 5)[4]
    answer[4] = 0


@compiled
def _buffer(list_of: int, which: int) -> int:
    """Address of the numbers of an argument or a result."""
    return _words(_words(list_of, which + 1)[which], 4)[3]  # type: ignore[no-any-return]


@in_place
def _doubles(list_of: int, which: int, shape: tuple[int, ...]) -> Any:
    return view(_buffer(list_of, which), shape, np.float64)


@compiled
def _run(arguments: int, results: int, plan: Any, faces: Any, first: int, lateral: tuple[int, ...]) -> None:
    """Iterate on the arguments: sink, right, guess and pieces stand from `first` on."""
    shape = (plan[0, 0], plan[0, 1], plan[0, 2])
    head = _words(_buffer(arguments, WHOLE), HEAD)
    pieces = _doubles(arguments, first + 3, (head[PIECES], *shape))
    numbers = _doubles(arguments, REAL, (NUMBERS,))
    c = (
        (np.float32(numbers[1]), np.float32(numbers[2])),
        (np.float32(numbers[3]), np.float32(numbers[4])),
        (np.float32(numbers[5]), np.float32(numbers[6])),
    )
    iterations, residual = iterate(
        plan, faces, _doubles(arguments, first, shape), _doubles(arguments, first + 1, shape),
        _doubles(arguments, first + 2, shape), numbers[TOLERANCE], pieces, c, lateral, _doubles(results, SOLUTION, shape),
        _space(aligned(_buffer(results, MEMORY)), head, plan),
    )  # fmt: skip
    view(_buffer(results, ITERATIONS), (1,), np.int32)[0] = iterations
    _doubles(results, RESIDUAL, (1,))[0] = residual


@in_place
def _space(memory: int, head: Any, plan: Any) -> Space:
    """The parts of the memory; their sizes stand in `_sizes`."""
    layers, rows, columns, last = plan[0, 0], plan[0, 1], plan[0, 2], len(plan) - 1
    cells, layer = plan[last, 0] * plan[last, 1] * plan[last, 2], plan[last, 1] * plan[last, 2]
    return Space(
        memory + head[PLACES],
        view(memory + head[PLACES + 1], (layers, rows, width_double(columns)), np.float64),
        view(memory + head[PLACES + 2], (layers, rows, columns), np.float64),
        view(memory + head[PLACES + 3], (layers, rows, columns), np.float64),
        view(memory + head[PLACES + 4], (cells, layer + 1), np.float64),
        view(memory + head[PLACES + 5], (cells,), np.float64),
        view(memory + head[PLACES + 6], (head[PIECES] + 1,), np.int64),
        view(memory + head[PLACES + 7], (head[PIECES] * layers * rows * columns,), np.int64),
    )


@in_place
def _plan(arguments: int) -> Any:
    levels = _words(_buffer(arguments, WHOLE), HEAD)[LEVELS]
    return view(_buffer(arguments, WHOLE) + 8 * HEAD, (levels, 6), np.int64)


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
    name = f"lithoscope_elliptic_{dimensions}"
    code = machine(name, FUNCTIONS[dimensions], __package__)
    capsule = ctypes.pythonapi.PyCapsule_New
    capsule.restype, capsule.argtypes = ctypes.py_object, [ctypes.c_void_p, ctypes.c_char_p, ctypes.c_void_p]
    jax.ffi.register_ffi_target(name, capsule(code.address, None, None), platform="cpu")
    _kept.append(code)
    return name


_kept: list[Machine] = []
"""Machine code that XLA may call as long as the process lives."""


def solve(
    faces: tuple[Array, ...], sink: Array, periodic: tuple[bool, ...], right: Array, guess: Array, tolerance: Array,
    pieces: Array | None,
) -> tuple[Array, Array, Array]:  # fmt: skip
    """As `gradients.conjugate_gradients` for an operator, in one operation."""
    shape = right.shape
    floating = jnp.zeros((0, *shape)) if pieces is None else pieces
    plan = _levels(shape)
    sizes = _sizes(plan, floating.shape[0])
    result = (
        jax.ShapeDtypeStruct(shape, np.float64),
        jax.ShapeDtypeStruct((), np.int32),
        jax.ShapeDtypeStruct((), np.float64),
        jax.ShapeDtypeStruct((sum(sizes) + LINE,), np.uint8),
    )
    rows, columns = _three(tuple(map(int, periodic)))[1:]
    places = np.cumsum([0, *sizes[:-1]])
    head = np.array([len(plan), floating.shape[0], rows, columns, *places, *plan.ravel()], np.int64)
    call = jax.ffi.ffi_call(_target(len(shape)), result, vmap_method="sequential")
    found = call(head, _numbers(tolerance), *faces, sink, right, guess, floating)
    return found[0], found[1], found[2]


def _numbers(tolerance: Array) -> Array:
    return jnp.concatenate([tolerance[None], jnp.array(coefficients()).reshape(-1)])


def _levels(shape: tuple[int, ...]) -> np.ndarray[tuple[int, int], np.dtype[np.int64]]:
    """The plan of the levels; see `hierarchy`."""
    lines, size = [], shape
    for axes in (*halvings(shape), ()):
        halved = tuple(2 if axis in axes else 1 for axis in range(len(shape)))
        lines.append((*_three(size), *_three(halved)))
        size = tuple(a // b for a, b in zip(size, halved, strict=True))
    return np.array(lines, np.int64)


def _sizes(plan: np.ndarray[tuple[int, int], np.dtype[np.int64]], pieces: int) -> list[int]:
    """Bytes of each part of `Space`."""
    (layers, rows, columns), (a, b, c) = (tuple(map(int, plan[level, :3])) for level in (0, -1))
    cells = layers * rows * columns
    numbers = (
        layers * rows * width_double(columns),
        cells,
        cells,
        a * b * c * (b * c + 1),
        a * b * c,
        pieces + 1,
        pieces * cells,
    )
    return [aligned(bytes_) for bytes_ in (4 * int(start(plan, len(plan))) + LINE, *(8 * each for each in numbers))]


def _three(of: tuple[int, ...]) -> tuple[int, int, int]:
    """Layers, rows, columns; in two dimensions a layer has one row."""
    return (of[0], 1, of[1]) if len(of) == 2 else (of[0], of[1], of[2])
