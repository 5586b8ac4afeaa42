"""Machine code from Python functions, through numba, and memory at an address.

All arrays have three axes (layer, row, column); in two dimensions a layer has one row. A field in single precision has one more
layer and column at each end, which hold what is beyond the border: layers 0 and n + 1, columns 0 and n + 1.
"""

from __future__ import annotations

import hashlib
import shutil
from collections.abc import Callable
from functools import cache
from importlib import resources
from pathlib import Path
from typing import Any, TypeVar

import numba
from numba.core import types
from numba.extending import intrinsic

from lithoscope.physics.morphology.precision import folder

Compiled = TypeVar("Compiled", bound=Callable[..., Any])

OTHER_VERSIONS = 5
"""Folders of machine code of other versions that are kept."""

SAFE = {"reassoc", "contract", "nsz", "arcp"}
"""Liberties of the compiler: sums may be reordered; what is not a number stays so."""


def inner(function: Compiled) -> Compiled:
    """Machine code that other machine code calls."""
    return numba.njit(fastmath=SAFE, nogil=True, error_model="numpy")(function)  # type: ignore[no-any-return]


def handler(function: Callable[..., Any]) -> Any:
    """Machine code that XLA calls with the address of a frame, kept on disk with all that it calls.

    numba asks only whether the file of the function has changed. The folder is named after all files of the package, so that a
    change of another one counts as well.
    """
    place, before = _place(), numba.config.CACHE_DIR
    numba.config.CACHE_DIR = str(place or "")
    try:
        return numba.cfunc("int64(int64)", cache=place is not None, fastmath=SAFE, error_model="numpy")(function)
    finally:
        numba.config.CACHE_DIR = before


def _place() -> Path | None:
    """Where machine code of this very package is kept, None without such a place. Those of other versions go in time."""
    place = folder("kernels")
    if place is None:
        return None
    mine = place / _version()[:16]
    try:
        mine.mkdir(exist_ok=True)
        others = sorted((each for each in place.iterdir() if each != mine), key=lambda each: each.stat().st_mtime)
    except OSError:
        return None
    for each in others[:-OTHER_VERSIONS]:
        shutil.rmtree(each, ignore_errors=True)
    return mine


@cache
def _version() -> str:
    """The code that is compiled."""
    place = resources.files("lithoscope.physics.morphology.elliptic")
    files = sorted((file for file in place.iterdir() if file.name.endswith(".py")), key=lambda file: file.name)
    return hashlib.sha256("".join(file.read_text(encoding="utf-8") for file in files).encode()).hexdigest()


@intrinsic  # type: ignore[untyped-decorator]
def pointer(_context: Any, address: Any) -> Any:
    """The pointer with this address."""

    def generate(ctx: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        return builder.inttoptr(arguments[0], ctx.get_value_type(signature.return_type))

    return types.voidptr(address), generate
