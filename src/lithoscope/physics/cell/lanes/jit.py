"""Python functions as machine code, through numba, and calls of functions at an address from them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

import numba
from llvmlite import ir
from numba.core import cgutils, types
from numba.extending import intrinsic

from lithoscope.physics.compiled import version_folder

Compiled = TypeVar("Compiled", bound=Callable[..., Any])


def inner(function: Compiled) -> Compiled:
    """Machine code for `run`, which alone is called from Python and is kept on disk with all that it calls."""
    return numba.njit(nogil=True, no_cpython_wrapper=True, no_cfunc_wrapper=True)(function)  # type: ignore[no-any-return]


def entry(function: Compiled) -> Compiled:
    """Machine code that lets other threads run, kept on disk.

    numba asks only whether the file of the function has changed. The folder is named after all files of the package, so that a
    change of another one counts as well.
    """
    place, before = version_folder("lanes", "driver", "lithoscope.physics.cell.lanes"), numba.config.CACHE_DIR
    numba.config.CACHE_DIR = str(place or "")
    try:
        return numba.njit(nogil=True, cache=place is not None)(function)  # type: ignore[no-any-return]
    finally:
        numba.config.CACHE_DIR = before


@intrinsic  # type: ignore[untyped-decorator]
def call(_context: Any, address: Any, pointers: Any) -> Any:
    """Call the function at an address with the addresses and numbers of a tuple."""

    def generate(_ctx: Any, builder: Any, _signature: Any, arguments: Any) -> Any:
        given = cgutils.unpack_tuple(builder, arguments[1])
        kind = ir.FunctionType(ir.VoidType(), [ir.IntType(64)] * len(given))
        builder.call(builder.inttoptr(arguments[0], kind.as_pointer()), given)

    return types.void(address, pointers), generate
