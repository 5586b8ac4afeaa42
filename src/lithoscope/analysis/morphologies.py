"""The fields of a morphology, ready to be looked at: snapshots, the surface as points, the electrolyte without the metal."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from itertools import product
from typing import Any

import numpy as np
import tomlkit
import xarray as xr
from numpy.typing import NDArray
from skimage.measure import find_contours, marching_cubes

from lithoscope.errors import InputError
from lithoscope.result import Result

Array = NDArray[np.float64]

SURFACE = 0.5
"""Metal fraction of the surface."""


@dataclass(frozen=True, eq=False)
class Morphology:
    """The fields of a result.

    result  of the model "phase-field"
    """

    result: Result

    def __post_init__(self) -> None:
        if "fields" not in self.result.tree.children:
            raise InputError(
                "result", "has no fields over space", expected='a result of the model "phase-field"',
                do='Run the cell with ls.PhaseField(width="64 um", height="48 um")',
            )  # fmt: skip

    @cached_property
    def fields(self) -> xr.Dataset:
        """All of them, over time and space."""
        return self.result.tree["fields"].to_dataset()

    @cached_property
    def axes(self) -> tuple[Array, ...]:
        """Centres of cells along the height and the sides, m."""
        return tuple(np.asarray(self.fields[name].values, np.float64) for name in self.fields["lithium_fraction"].dims[1:])

    @property
    def spacing(self) -> float:
        """Edge of a cell, m."""
        return float(self.axes[0][1] - self.axes[0][0])

    @property
    def size(self) -> tuple[float, ...]:
        """Of the domain, m."""
        return tuple(len(axis) * self.spacing for axis in self.axes)

    @cached_property
    def times(self) -> Array:
        """Of the snapshots, s."""
        return np.asarray(self.fields["time"].values, np.float64)

    def has(self, name: str) -> bool:
        """Whether a field was kept."""
        return name in self.fields.data_vars

    def field(self, name: str, snapshot: int = -1) -> Array:
        """A field at a snapshot, shape of the grid, height first. Raises InputError for one that is not there."""
        if not self.has(name):
            names = [str(each) for each in self.fields.data_vars]
            raise InputError("name", f'= "{name}" is not a field of this result', expected=", ".join(names))
        if not -len(self.times) <= snapshot < len(self.times):
            raise InputError(
                "snapshot", f"= {snapshot} is not there", expected=f"0 to {len(self.times) - 1}, or -1 for the last"
            )
        return np.asarray(self.fields[name].values[snapshot], np.float64)

    def electrolyte(self, name: str, snapshot: int = -1) -> Array:
        """A field where there is electrolyte; not a number in metal and fibres."""
        return np.where(self.solid(snapshot) > SURFACE, np.nan, self.field(name, snapshot))

    def fibres(self, snapshot: int = -1) -> Array:
        """Share of fibres in each cell; 0 where the model has no host."""
        name = "fibre_fraction"
        return self.field(name, snapshot) if self.has(name) else np.zeros([len(axis) for axis in self.axes])

    def solid(self, snapshot: int = -1) -> Array:
        """Share of lithium and fibres in each cell."""
        return self.field("lithium_fraction", snapshot) + self.fibres(snapshot)

    def charge(self, snapshot: int = -1) -> float:
        """Charge passed until a snapshot, C/m2, positive strips."""
        trace = self.result.trace
        return float(np.interp(self.times[snapshot], trace["time"].values, trace["charge_passed"].values))

    @property
    def stamp(self) -> str:
        """On which grid and from which seed: it belongs on every picture."""
        model: Any = tomlkit.parse(self.result.manifest.inputs["model"])
        seed = f", seed {model['seed']}" if "seed" in model else ""
        return f"cells of {self.spacing * 1e6:.3g} µm{seed}"

    def middle(self, values: Array) -> Array:
        """A section: the field itself in 2D, the section through the middle of the last axis in 3D."""
        return values if values.ndim == 2 else values[..., values.shape[-1] // 2]

    @property
    def is_solid(self) -> bool:
        """Whether it is three-dimensional."""
        return len(self.axes) == 3


def outline(xi: Array, spacing: float) -> list[Array]:
    """The surface of a section as lines: height and distance of their points, m, shape (points, 2)."""
    return [(line + 0.5) * spacing for line in find_contours(xi, SURFACE)]


def surface(xi: Array, spacing: float) -> tuple[Array, NDArray[np.int64]]:
    """The surface of a metal fraction in 3D as triangles.

    Returns points (points, 3), m, height first, and the numbers of the three points of each triangle.
    """
    points, triangles, _, _ = marching_cubes(np.ascontiguousarray(xi, np.float64), SURFACE)
    return (points + 0.5) * spacing, np.asarray(triangles, np.int64)


def at_points(values: Array, points: Array, spacing: float) -> Array:
    """A field that is known near the surface at points of it: the mean of the known cells around each point.

    values  not a number where the field is not known;  points: (points, axes), m
    """
    position = points / spacing - 0.5
    low = np.floor(position).astype(int)
    total, weights = np.zeros(len(points)), np.zeros(len(points))
    for corner in product((0, 1), repeat=values.ndim):
        index = [
            np.clip(low[:, axis] + step, 0, n - 1) for axis, (step, n) in enumerate(zip(corner, values.shape, strict=True))
        ]
        weight = np.prod([1 - abs(position[:, axis] - low[:, axis] - step) for axis, step in enumerate(corner)], axis=0)
        found = values[tuple(index)]
        weight = np.where(np.isfinite(found), weight, 0.0)
        total += weight * np.where(np.isfinite(found), found, 0.0)
        weights += weight
    return np.where(weights > 0, total / np.where(weights > 0, weights, 1.0), np.nan)
