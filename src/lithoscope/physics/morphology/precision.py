"""Double precision and the cache of compiled programs: what JAX must be told once, before anything is computed."""

from __future__ import annotations

import jax

from lithoscope.errors import InputError
from lithoscope.physics.compiled import folder

MOST_BYTES = 500_000_000
"""Size of the cache of compiled programs; the least recently used go first."""


def double_precision() -> None:
    """Switch JAX to double precision for this process; single stays available where it is asked for by name."""
    jax.config.update("jax_enable_x64", True)


def require_double() -> None:
    """Raise InputError if JAX computes in single precision: charge would close to 1e-4 and no better."""
    if jax.dtypes.canonicalize_dtype(float).itemsize < 8:
        raise InputError(
            "jax_enable_x64",
            "was switched off after the morphology scale was loaded",
            expected="double precision",
            why="Lithium and charge close to 1e-9, which single precision cannot hold.",
            do='Remove jax.config.update("jax_enable_x64", False).',
        )


def compiled_once() -> None:
    """Keep compiled programs on disk, so that only the first process on a machine compiles them.

    A cache that the user has chosen is left as it is. Without a folder that is the user's alone, nothing is kept.
    """
    if jax.config.jax_compilation_cache_dir is not None:  # type: ignore[attr-defined]
        return
    place = folder("morphology", "programs")
    if place is None:
        return
    jax.config.update("jax_compilation_cache_dir", str(place))
    jax.config.update("jax_compilation_cache_max_size", MOST_BYTES)
    jax.config.update("jax_persistent_cache_min_compile_time_secs", 0.05)
    jax.config.update("jax_persistent_cache_min_entry_size_bytes", -1)
