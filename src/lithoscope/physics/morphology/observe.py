"""From fields to the numbers that laboratories print: roughness, tips, area, thickness, porosity."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from lithoscope.physics.morphology.engine import Array, jnp
from lithoscope.physics.morphology.equations import Geometry
from lithoscope.physics.morphology.grid import Grid

Numbers = NDArray[np.float64]


class Shape(NamedTuple):
    """The surface in numbers.

    roughness  rms of the height of the highest metal of each column, m
    lowest, top  heights of the lowest and the highest of these, m
    mean       metal per area, m: the height of the same metal if it were dense and flat
    area       of the surface over that of the electrode
    tip_ratio  largest over mean current density, averaged over about two cells
    """

    roughness: Array
    lowest: Array
    top: Array
    mean: Array
    area: Array
    tip_ratio: Array


def heights(xi: Array, grid: Grid) -> Array:
    """Height at which the metal of each column ends, xi = 1/2, m; between the centres of cells it is interpolated."""
    n = grid.shape[0]
    rows = jnp.arange(n).reshape(-1, *(1 for _ in grid.shape[1:]))
    last = jnp.max(jnp.where(xi > 0.5, rows, -1), axis=0)
    inside = jnp.clip(last, 0, n - 2)[None]
    low, high = (jnp.take_along_axis(xi, inside + k, axis=0)[0] for k in (0, 1))
    return (last + 0.5 + jnp.clip((low - 0.5) / (low - high + 1e-30), 0, 1)) * grid.spacing


def shape(xi: Array, seen: Geometry, i: Array, grid: Grid) -> Shape:
    """The surface in numbers, with the current density i into it."""
    h = heights(xi, grid)
    smooth_area, smooth_current = _smoothed(seen.area, grid), _smoothed(seen.area * i, grid)
    known = seen.area > 0.2 * jnp.max(seen.area)
    local = jnp.where(known, smooth_current / (smooth_area + 1e-30), 0.0)
    area = jnp.sum(seen.area) * grid.spacing / grid.columns
    mean = jnp.sum(seen.area * i) * grid.spacing / grid.columns / area
    return Shape(
        roughness=jnp.std(h), lowest=jnp.min(h), top=jnp.max(h), mean=jnp.sum(xi) * grid.spacing / grid.columns, area=area,
        tip_ratio=jnp.max(local * jnp.sign(mean)) / (jnp.abs(mean) + 1e-12),
    )  # fmt: skip


def _smoothed(u: Array, grid: Grid) -> Array:
    """u averaged over about two cells in every direction: weights 1/16, 4/16, 6/16, 4/16, 1/16."""
    for axis in range(len(grid.shape)):
        for _ in range(2):
            u = 0.5 * u + 0.25 * (grid.ahead(u, axis) + grid.behind(u, axis))
    return u
