"""The lithium of a host over depth and time, on whichever side of the cell it is."""

from __future__ import annotations

from typing import Literal

import numpy as np
from numpy.typing import NDArray

from lithoscope.errors import InputError
from lithoscope.result import Result

Array = NDArray[np.float64]
Face = Literal["working", "counter"]


def hosts_of(result: Result) -> tuple[Face, ...]:
    """Which electrodes of a result are hosts."""
    faces: tuple[Face, ...] = ("working", "counter")
    return tuple(face for face in faces if f"{face}_host_lithium" in result.trace)


def host_profiles(result: Result, face: Face = "working") -> tuple[Array, Array, Array]:
    """Times s, depths below the top m, and lithium fractions, shape (times, depths). The start stands first.

    Raises InputError for a result without a host on that side.
    """
    hosts = hosts_of(result)
    if face not in hosts:
        raise InputError(
            "what", f'= "host", but the {face} electrode is none', expected='a result of the model "host"',
            do=f'Run a cell whose {face} electrode has the kind "host"',
        )  # fmt: skip
    profiles = result.profiles
    n = profiles.sizes["cell"] // (1 + len(hosts))
    # From the top, which is at the separator, to the back.
    inwards = slice(-n, None) if face == "working" else slice(n - 1, None, -1)
    x, s = profiles["position"].values[0][inwards], profiles["lithium_fraction"].values[:, inwards]
    depth = (np.arange(n) + 0.5) * abs(x[1] - x[0])
    start = {row["path"]: row["value"] for row in result.manifest.numbers}
    # Of two hosts that are alike the numbers are those of the working electrode.
    first = float(start.get(f"{face}.lithium_fraction", start["working.lithium_fraction"]))
    time = np.concatenate([[0.0], profiles["time"].values])
    return time, depth, np.concatenate([np.full((1, n), first), s])
