"""The grid of the morphology scale: equal cells, height first, and the differences that the equations are made of."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from lithoscope.physics.morphology.engine import Array, jnp


@dataclass(frozen=True, slots=True)
class Grid:
    """Equal square or cubic cells.

    shape    cells along each axis; axis 0 is the height, with the metal at its beginning
    spacing  edge of a cell, m
    closed   whether no flux passes the sides; otherwise they are periodic
    """

    shape: tuple[int, ...]
    spacing: float
    closed: bool = False

    @property
    def periodic(self) -> tuple[bool, ...]:
        """Which axes are periodic; the height never is."""
        return (False, *(not self.closed for _ in self.shape[1:]))

    @property
    def columns(self) -> int:
        """Cells in one layer."""
        return math.prod(self.shape[1:])

    @property
    def height(self) -> float:
        """m."""
        return self.shape[0] * self.spacing

    def centres(self, axis: int) -> NDArray[np.float64]:
        """Distances of the centres of cells from the beginning of an axis, m."""
        return (np.arange(self.shape[axis], dtype=np.float64) + 0.5) * self.spacing

    def ahead(self, u: Array, axis: int) -> Array:
        """The value in the next cell along an axis; at a closed end the cell's own."""
        if self.periodic[axis]:
            return jnp.roll(u, -1, axis)
        n = self.shape[axis]
        return jnp.concatenate([_cut(u, axis, 1, n), _cut(u, axis, n - 1, n)], axis)

    def behind(self, u: Array, axis: int) -> Array:
        """The value in the cell before along an axis; at a closed end the cell's own."""
        if self.periodic[axis]:
            return jnp.roll(u, 1, axis)
        n = self.shape[axis]
        return jnp.concatenate([_cut(u, axis, 0, 1), _cut(u, axis, 0, n - 1)], axis)

    def steps(self, u: Array) -> tuple[Array, ...]:
        """Difference over the face after each cell, u_(i+1) - u_i, for each axis; 0 at closed ends."""
        return tuple(self.ahead(u, axis) - u for axis in range(len(self.shape)))

    def means(self, u: Array) -> tuple[Array, ...]:
        """Mean at the face after each cell, for each axis."""
        return tuple(0.5 * (self.ahead(u, axis) + u) for axis in range(len(self.shape)))

    def slopes(self, u: Array) -> tuple[Array, ...]:
        """Central difference over two cells, halved, for each axis: the gradient times the spacing."""
        return tuple(0.5 * (self.ahead(u, axis) - self.behind(u, axis)) for axis in range(len(self.shape)))

    def gain(self, fluxes: tuple[Array, ...]) -> Array:
        """What each cell gains from fluxes over the faces after each cell, pointing back: sum of (f_i - f_(i-1)).

        A flux k (u_(i+1) - u_i) gives the divergence of k grad u. It must be 0 at closed ends: what a cell gains another
        loses, so that the sum over all cells is 0 to rounding.
        """
        return sum((flux - jnp.roll(flux, 1, axis) for axis, flux in enumerate(fluxes)), start=jnp.zeros(self.shape))

    def harmonic(self, k: Array) -> tuple[Array, ...]:
        """Harmonic means at the faces after each cell, for each axis; 0 at closed ends."""
        found = []
        for axis in range(len(self.shape)):
            beyond = self.ahead(k, axis)
            found.append(self._shut(2 * k * beyond / (k + beyond), axis))
        return tuple(found)

    def _shut(self, flux: Array, axis: int) -> Array:
        """The last face of a closed axis set to 0."""
        if self.periodic[axis]:
            return flux
        last = self.shape[axis] - 1
        where = [slice(None)] * len(self.shape)
        where[axis] = slice(last, None)
        return flux.at[tuple(where)].set(0.0)

    def shut(self, fluxes: tuple[Array, ...]) -> tuple[Array, ...]:
        """Fluxes with those through closed ends set to 0."""
        return tuple(self._shut(flux, axis) for axis, flux in enumerate(fluxes))


def _cut(u: Array, axis: int, start: int, stop: int) -> Array:
    where = [slice(None)] * u.ndim
    where[axis] = slice(start, stop)
    return u[tuple(where)]
