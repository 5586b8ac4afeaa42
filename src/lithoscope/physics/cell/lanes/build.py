"""A model ready to run in lanes: its functions in native code, from the cache or compiled now."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from functools import cache
from typing import Any

import numpy as np

from lithoscope.physics.cell.engine import casadi
from lithoscope.physics.cell.lanes import cache as kept
from lithoscope.physics.cell.lanes.assembly import SYMBOLS, Layout, module
from lithoscope.physics.cell.lanes.functions import Functions, functions
from lithoscope.physics.cell.lanes.lower import declarations, lower
from lithoscope.physics.cell.lanes.native import Library, call, compile_module, usual_width
from lithoscope.physics.cell.lanes.refusals import NoTargetError
from lithoscope.physics.cell.lanes.rodas import parts
from lithoscope.physics.cell.lanes.writer import declarations as intrinsics
from lithoscope.physics.cell.system import System

COMPILED, FROM_CACHE = "compiled", "taken from the cache"
REBUILT = "compiled again, because the entry of the cache was damaged"


@dataclass(frozen=True, slots=True)
class Built:
    """A model in native code.

    system  the discretised model;  found: its functions;  layout: of the buffers
    how     it came about: `COMPILED`, `FROM_CACHE` or `REBUILT`;  key: hash of all that the code follows from
    """

    system: System
    found: Functions
    layout: Layout
    library: Library
    how: str
    key: str


def build(system: System, outputs: Sequence[str], width: int | None = None) -> Built:
    """A discretised model in native code.

    Raises NotLoweredError for a model that has no such form, NoTargetError on a machine without a target.
    """
    check_target()
    width = width or usual_width()
    found = functions(system, outputs)
    name, how = kept.key(found, width), COMPILED
    try:
        if entry := kept.read(name):
            return Built(system, found, Layout(**entry[0]), Library(entry[1], SYMBOLS), FROM_CACHE, name)
    except kept.DamagedEntryError:
        how = REBUILT
    text, layout = module(found, parts(found), width)
    code = compile_module(text)
    kept.write(name, asdict(layout), code)
    return Built(system, found, layout, Library(code, SYMBOLS), how, name)


@cache
def check_target() -> None:
    """Compile a small function and compare it with CasADi's value, once in a process. Raises NoTargetError."""
    try:
        import numba  # noqa: F401
    except ImportError as error:
        raise NoTargetError(f"numba is not installed ({error})") from None
    x = casadi.SX.sym("x", 2)
    expression = casadi.exp(-x[0]) * casadi.sqrt(x[1]) + casadi.asinh(x[0] / x[1]) - casadi.fmin(x[0], x[1]) * casadi.log(x[1])
    function = casadi.Function("check", [x], [expression])
    width = usual_width()
    given = np.linspace(0.5, 2.0, 2 * width).reshape(2, width)
    ours = evaluated(function, given, width)
    theirs = np.asarray(function(given))
    if not np.allclose(ours, theirs, rtol=1e-14, atol=0):
        raise NoTargetError(f"a function compiled for it gives {ours[0, 0]!r}, which should be {theirs[0, 0]!r}")


def evaluated(function: Any, given: Any, width: int) -> Any:
    """The values of a function of one vector in every lane, shape (outputs, width), of its arguments, shape (inputs, width)."""
    lowered = lower("check", function, where=(("a", 0),), static=(), width=width)
    text = intrinsics(width) + declarations() + lowered.text
    library = Library(compile_module(text), ("check",))
    a, o, m = aligned(len(given), width), aligned(function.nnz_out(0), width), aligned(lowered.left + 1, width)
    a[:] = given
    call(library.addresses[0], *(buffer.ctypes.data for buffer in (a, a, m, o, m)))
    return o


def aligned(places: int, width: int) -> Any:
    """A buffer of vectors, zero, at an address that vector instructions can load."""
    memory = np.zeros(places * width + 16)
    first = -(memory.ctypes.data // 8) % 16
    return memory[first : first + places * width].reshape(places, width)
