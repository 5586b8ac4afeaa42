"""Maps over sites on the columns of a grid: means over cells, so that what is conserved stays so.

A column takes from each site the share of its width that lies in it. The sum over columns of amount times width is that over
sites to rounding, whatever the two widths are. Of the film the conductance is averaged, because places conduct side by side.
Where cells are wider than sites the variance falls; it never rises.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    from lithoscope.design.sites import SurfaceMaps
    from lithoscope.physics.morphology.grid import Grid

Map = NDArray[np.float64]


def shares(sites: int, spacing: float, cells: int, size: float) -> Map:
    """Share of each cell that lies in each site, shape (cells, sites); rows and, over widths, columns add up.

    spacing, size  of sites and cells, m;  sites * spacing = cells * size
    """
    first = size * np.arange(cells)[:, None]
    begin = spacing * np.arange(sites)[None, :]
    covered = np.minimum(first + size, begin + spacing) - np.maximum(first, begin)
    found = np.clip(covered, 0.0, None)
    return np.asarray(found / found.sum(axis=1, keepdims=True))


def on_columns(values: tuple[float, ...], of: SurfaceMaps, shape: tuple[int, ...], size: float) -> Map:
    """A map on the columns of a grid; ones if there is none.

    shape  of the columns;  size: of a cell, m
    """
    if not values:
        return np.ones(shape)
    found = np.asarray(values, float).reshape(of.sites)
    for axis, (sites, cells) in enumerate(zip(of.sites, shape, strict=True)):
        mean = shares(sites, of.spacing.value, cells, size)
        found = np.moveaxis(np.tensordot(mean, found, (1, axis)), 0, axis)
    return np.asarray(found)


def pits(of: SurfaceMaps | None, grid: Grid) -> Map:
    """Height of the surface over its mean, m, of mean zero: where more metal receded it lies lower."""
    if of is None or of.recession is None:
        return np.zeros(grid.shape[1:])
    return np.asarray(of.recession.value * (1 - on_columns(of.recession_map, of, grid.shape[1:], grid.spacing)))
