"""The operator: cell-centred finite volumes on a structured grid in any number of dimensions."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial

import jax
import jax.numpy as jnp
from jax import Array

from lithoscope.physics.morphology.elliptic.halos import Layout, Whole


@partial(jax.tree_util.register_dataclass, data_fields=["faces", "sink"], meta_fields=["periodic"])
@dataclass(frozen=True)
class Operator:
    """A u = sink u - div(faces grad u) on the cells of a grid.

    faces     one array for each axis, each of the shape of the grid: conductance between a cell and the next one along that
              axis, >= 0. The last entry is the face between the last cell and the first, and is ignored where the axis is not
              periodic.
    sink      diagonal term, shape of the grid, >= 0 and somewhere positive. A fixed value at a border is a conductance here
              and the same conductance times the value in the right-hand side.
    periodic  for each axis whether the first cell follows the last; otherwise nothing flows through the border. Axis 0 is
              the height and is never periodic.

    Units are those of the caller: an amount per time and per unit of u, the same in faces and sink. The cells should be
    near to cubes: on grids stretched tenfold the iterations grow.
    """

    faces: tuple[Array, ...]
    sink: Array
    periodic: tuple[bool, ...]

    def closed(self) -> Operator:
        """The same with zero conductance through borders that are not periodic."""
        return Operator(
            tuple(f if p else _closed(f, axis) for axis, (f, p) in enumerate(zip(self.faces, self.periodic, strict=True))),
            self.sink,
            self.periodic,
        )


def _closed(face: Array, axis: int) -> Array:
    return face.at[(slice(None),) * axis + (-1,)].set(0.0)


def difference(faces: tuple[Array, ...], sink: Array, u: Array, layout: Layout) -> Array:
    """sink u - div(faces grad u), for faces that are closed at borders.

    In flux form: what leaves a cell enters the next to the last bit, and a small sink is not lost beside large conductances.
    """
    out = sink * u
    for axis, face in enumerate(faces):
        flux = face * (layout.after(u, axis) - u)
        out = out - (flux - layout.before(flux, axis))
    return out


def diagonal(faces: tuple[Array, ...], sink: Array, layout: Layout) -> Array:
    """Diagonal of the operator; 1 in a cell that is tied to nothing, whose equation is 0 = 0."""
    total = sink
    for axis, face in enumerate(faces):
        total = total + face + layout.before(face, axis)
    return jnp.where(total > 0, total, 1.0)


def apply(operator: Operator, u: Array, pieces: Array | None = None) -> Array:
    """(A - sum_k s_k s_k^T / (1^T s_k)) u, with the vectors s_k of `pieces`, shape (K, grid).

    The rank-one terms eliminate the potential of a floating piece from the condition that its net current is zero. A piece
    without a surface (s_k = 0) adds nothing.
    """
    closed = operator.closed()
    out = difference(closed.faces, closed.sink, u, Whole())
    return out if pieces is None else out - floating(pieces, u, Whole())


def floating(pieces: Array, u: Array, layout: Layout) -> Array:
    """sum_k s_k (s_k^T u) / (1^T s_k)."""
    ones = jnp.ones_like(u)
    total = jax.vmap(lambda s: layout.dot(s, ones))(pieces)
    shares = jax.vmap(lambda s: layout.dot(s, u))(pieces) / jnp.where(total > 0, total, 1.0)
    return jnp.tensordot(shares, pieces, 1)
