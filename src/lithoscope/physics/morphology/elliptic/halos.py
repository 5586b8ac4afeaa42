"""Neighbours and sums on a grid that lies on one device, or is split along one axis over several.

A split grid gets the layer beside its own from the neighbouring device (one permutation of devices for each look) and adds up
over all of them.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

import jax
import jax.numpy as jnp
from jax import Array
from jax.sharding import Mesh, PartitionSpec


class Layout(Protocol):
    """How a field lies on the devices."""

    def after(self, u: Array, axis: int) -> Array:
        """u of the next cell along the axis; the first cell follows the last."""
        ...

    def before(self, u: Array, axis: int) -> Array:
        """u of the cell before."""
        ...

    def dot(self, u: Array, v: Array) -> Array:
        """Inner product over the whole grid, in double precision."""
        ...


@dataclass(frozen=True, slots=True)
class Whole:
    """The grid lies on one device."""

    def after(self, u: Array, axis: int) -> Array:
        """See `Layout`."""
        return jnp.roll(u, -1, axis)

    def before(self, u: Array, axis: int) -> Array:
        """See `Layout`."""
        return jnp.roll(u, 1, axis)

    def dot(self, u: Array, v: Array) -> Array:
        """See `Layout`."""
        return jnp.vdot(u, v)


@dataclass(frozen=True, slots=True)
class Split:
    """The grid is split into equal parts along one axis, one for each device of a mesh with one axis.

    mesh  devices in a row;  axis: of the grid, lateral, so that each device has part of the electrode
    """

    mesh: Mesh
    axis: int

    @property
    def name(self) -> str:
        """Name of the axis of the mesh."""
        return str(self.mesh.axis_names[0])

    @property
    def parts(self) -> int:
        """How many devices."""
        return int(self.mesh.size)

    def spec(self, leading: int = 0) -> PartitionSpec:
        """How a field lies that has so many axes before those of the grid."""
        return PartitionSpec(*(None,) * (leading + self.axis), self.name)

    def after(self, u: Array, axis: int) -> Array:
        """See `Layout`."""
        if axis != self.axis:
            return jnp.roll(u, -1, axis)
        edge = self._moved(jax.lax.slice_in_dim(u, 0, 1, axis=axis), -1)
        return jnp.concatenate([jax.lax.slice_in_dim(u, 1, u.shape[axis], axis=axis), edge], axis)

    def before(self, u: Array, axis: int) -> Array:
        """See `Layout`."""
        if axis != self.axis:
            return jnp.roll(u, 1, axis)
        edge = self._moved(jax.lax.slice_in_dim(u, u.shape[axis] - 1, u.shape[axis], axis=axis), 1)
        return jnp.concatenate([edge, jax.lax.slice_in_dim(u, 0, u.shape[axis] - 1, axis=axis)], axis)

    def dot(self, u: Array, v: Array) -> Array:
        """See `Layout`."""
        return jnp.asarray(jax.lax.psum(jnp.vdot(u, v), self.name))

    def gather(self, u: Array) -> Array:
        """The whole field on every device."""
        return jnp.asarray(jax.lax.all_gather(u, self.name, axis=self.axis, tiled=True))

    def own(self, u: Array) -> Array:
        """The part of a whole field that belongs to this device."""
        size = u.shape[self.axis] // self.parts
        return jax.lax.dynamic_slice_in_dim(u, jax.lax.axis_index(self.name) * size, size, self.axis)

    def _moved(self, edge: Array, by: int) -> Array:
        to = [(device, (device + by) % self.parts) for device in range(self.parts)]
        return jnp.asarray(jax.lax.ppermute(edge, self.name, to))
