"""Machine code from Python functions, through numba, and memory at an address.

All arrays have three axes (layer, row, column); in two dimensions a layer has one row. A field in single precision has one more
layer at each end, and its columns begin at `LEFT`, with those beyond the border beside them: rows then begin at multiples of 64
bytes, and few of the loads of the processor cross such a border, which would take it twice as long.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any, TypeVar

import numba
import numpy as np
from numba.core import types
from numba.core.codegen import CPUCodeLibrary, JITCPUCodegen
from numba.core.compiler_lock import global_compiler_lock
from numba.core.registry import cpu_target
from numba.core.runtime import rtsys
from numba.extending import intrinsic

from lithoscope.physics.compiled import version_folder

Compiled = TypeVar("Compiled", bound=Callable[..., Any])

LEFT = 16
"""First column of a field in single precision."""
LEFT_DOUBLE = 8
"""First column of the direction, in double precision."""
LINE = 64
"""Bytes to which rows are aligned."""

SAFE = {"reassoc", "contract", "nsz", "arcp"}
"""Liberties of the compiler: sums may be reordered; what is not a number stays so."""


def places(numbers: Iterable[int]) -> tuple[int, ...]:
    """Constants for calls: numba compiles a function anew for each whole number of Python, but once for those of NumPy."""
    return tuple(np.int64(each) for each in numbers)  # type: ignore[misc]


def inner(function: Compiled) -> Compiled:
    """Machine code that only other machine code calls: Python gets no way to call it, which would be compiled as well."""
    return numba.njit(  # type: ignore[no-any-return]
        fastmath=SAFE, nogil=True, error_model="numpy", no_cpython_wrapper=True, no_cfunc_wrapper=True
    )(function)


def handler(function: Callable[..., Any]) -> Any:
    """Machine code that XLA calls with the address of a frame, kept on disk with all that it calls.

    numba asks only whether the file of the function has changed. The folder is named after all files of the package, so that a
    change of another one counts as well.
    """
    place = version_folder("morphology", "kernels", "lithoscope.physics.morphology.elliptic")
    before = numba.config.CACHE_DIR
    numba.config.CACHE_DIR = str(place or "")
    try:
        return _optimised_once(
            numba.cfunc("int64(int64)", cache=place is not None, fastmath=SAFE, error_model="numpy"), function
        )
    finally:
        numba.config.CACHE_DIR = before


def _optimised_once(compiler: Callable[[Any], Any], function: Callable[..., Any]) -> Any:
    """The function compiled, and what it calls made into machine code only as part of it.

    numba optimises each function together with all that it calls and then makes machine code of it, so that code six calls deep
    goes through that six times, which is most of the time of compilation. Only the outermost library, which has the name of the
    function, is what runs. Nobody calls the others by address; they have no place for the environment of a function of Python.
    """
    rtsys.initialize(cpu_target.target_context)  # a library of its own, which is called by address
    whole = {name: getattr(CPUCodeLibrary, name) for name in ("_optimize_final_module", "_finalize_final_module")}
    environment = JITCPUCodegen.set_env

    def optimise(library: Any) -> None:
        if library.name == function.__name__:
            whole["_optimize_final_module"](library)

    def finalise(library: Any) -> None:
        if library.name == function.__name__:
            whole["_finalize_final_module"](library)
        library._finalized = True

    def place(codegen: Any, name: str, env: Any) -> None:
        if codegen._engine.is_symbol_defined(name):
            environment(codegen, name, env)

    with global_compiler_lock:  # nothing else is compiled meanwhile
        CPUCodeLibrary._optimize_final_module, CPUCodeLibrary._finalize_final_module = optimise, finalise
        JITCPUCodegen.set_env = place
        try:
            return compiler(function)
        finally:
            for name, method in whole.items():
                setattr(CPUCodeLibrary, name, method)
            JITCPUCodegen.set_env = environment


@inner
def width(columns: int) -> int:
    """Numbers in a row of a field in single precision."""
    return (columns + 1 + 2 * LEFT - 1) // LEFT * LEFT


@inner
def width_double(columns: int) -> int:
    """Numbers in a row of the direction."""
    return (columns + 1 + 2 * LEFT_DOUBLE - 1) // LEFT_DOUBLE * LEFT_DOUBLE


@inner
def aligned(address: int) -> int:
    """The next address at which a row may begin."""
    return (address + LINE - 1) // LINE * LINE


@intrinsic  # type: ignore[untyped-decorator]
def pointer(_context: Any, address: Any) -> Any:
    """The pointer with this address."""

    def generate(ctx: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        return builder.inttoptr(arguments[0], ctx.get_value_type(signature.return_type))

    return types.voidptr(address), generate
