"""A rigid third phase: fibres that stand in the way of lithium and electrolyte.

    room         w = 1 - chi, share of a cell that is not obstacle; 0 where it is less than `LEAST`
    metal        w xi,   electrolyte  psi = max(w (1 - xi), floor):  xi is the share of the room that is metal
    area         a = w |grad S(xi)|  +  conducting: |grad w^2| (1 - S(xi)) where lithium is plated                (1')
    metal        w dxi/dt = a (V_m/F)(i_n - i_corr) + V_r div[ w_f ( eps grad xi + xi (1 - xi) n ) ]               (5')

xi does not jump where metal meets an obstacle, so that this contact does not react: with m = w xi and psi = w (1 - xi),
w^2 grad xi = psi grad m - m grad psi, which vanishes unless both are there. w_f, the smaller w of the two cells at a face,
shuts the obstacle to the keeper; nothing is divided by less than what it passed. Without room xi is continued along the normal
of the obstacle, which makes the contact angle 90 degrees: metal neither spreads on fibres nor shuns them.

A conducting obstacle is electrode as well: where it is bare it takes lithium, as part 1 - S(xi) of its surface, and the layer
thickens from nothing. It gives none back that it does not have: the second part of (1') counts where the electrolyte beside it
plates. There is no barrier of nucleation.

Source: smoothed boundaries of several phases, H.-C. Yu et al., Modelling Simul. Mater. Sci. Eng. 20 (2012) 075008.
"""

from __future__ import annotations

from itertools import product
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from jax.typing import ArrayLike
from numpy.typing import NDArray

from lithoscope.physics.morphology.engine import Array, jnp
from lithoscope.physics.morphology.equations import Geometry, gated
from lithoscope.physics.morphology.grid import Grid

if TYPE_CHECKING:
    from lithoscope.physics.morphology.state import Parameters, State

EDGE = 1.0
"""Cells on both sides of its surface over which an obstacle begins."""

LEAST = 0.05
"""Room in a cell below which it has none: what remains would move ten times as fast as its neighbours."""

PLACES = 256
"""Numbers of cells without room are rounded up to multiples, so that mats of other seeds need not be compiled anew."""


class Obstacle(NamedTuple):
    """Where there is no room, arrays of the shape of the grid.

    room      w
    passing   w_f at the face after each cell, for each axis
    ghosts    flat numbers of the cells without room, shape (cells,)
    sources, weights  where and with what weights xi is read for each of them, shape (cells, corners)
    contact   |grad w^2|, surface of a conducting obstacle per volume, 1/m; None for one that insulates
    """

    room: Array
    passing: tuple[Array, ...]
    ghosts: Array
    sources: Array
    weights: Array
    contact: Array | None


def obstacle(grid: Grid, distance: NDArray[np.float64], *, conducting: bool = False, surface: float | None = None) -> Obstacle:
    """An obstacle from the distance to its surface.

    distance    signed, positive outside, m, shape of the grid
    conducting  whether it is at the potential of the electrode
    surface     its area, m2, or m of a section, to which that on the grid is scaled; not scaled if not given
    """
    w = np.clip(0.5 + distance / (2 * EDGE * grid.spacing), 0, 1)
    w = np.where(w < LEAST, 0.0, w)
    room = jnp.asarray(w)
    passing = grid.shut(tuple(jnp.minimum(grid.ahead(room, axis), room) for axis in range(len(grid.shape))))
    ghosts, sources, weights = _continued(grid, distance, w)
    contact = None
    if conducting:
        slopes = grid.slopes(room**2)
        found = jnp.where(room > 0, jnp.sqrt(sum((slope**2 for slope in slopes), start=jnp.zeros(grid.shape))), 0.0)
        whole = float(jnp.sum(found)) * grid.spacing ** (len(grid.shape) - 1)
        contact = found / grid.spacing * (surface / whole if surface and whole else 1.0)
    return Obstacle(room, passing, jnp.asarray(ghosts), jnp.asarray(sources), jnp.asarray(weights), contact)


def _continued(grid: Grid, distance: NDArray[np.float64], w: NDArray[np.float64]) -> tuple[NDArray[np.int64], ...]:
    """Cells without room, and where along the normal, a cell outside the surface, their xi is read: linear between cells."""
    ghosts = np.flatnonzero(w == 0)
    normals = np.stack([np.gradient(distance, grid.spacing, axis=axis) for axis in range(distance.ndim)])
    normals /= np.maximum(np.sqrt((normals**2).sum(0)), 1e-12)
    start = np.stack(np.unravel_index(ghosts, grid.shape)).astype(float)
    reach = EDGE - distance.ravel()[ghosts] / grid.spacing
    foot = start + normals.reshape(len(grid.shape), -1)[:, ghosts] * reach
    low = np.floor(foot).astype(int)
    sources, weights = [], []
    for corner in product((0, 1), repeat=len(grid.shape)):
        at = low + np.array(corner)[:, None]
        weights.append(np.prod(1 - np.abs(foot - at), axis=0))
        index = [np.mod(k, n) if p else np.clip(k, 0, n - 1) for k, n, p in zip(at, grid.shape, grid.periodic, strict=True)]
        sources.append(np.ravel_multi_index(tuple(index), grid.shape))
    read, weight = np.stack(sources, -1), np.stack(weights, -1)
    weight = weight * (w.ravel()[read] > 0) + 1e-30
    filled = -len(ghosts) % PLACES if len(ghosts) else 0
    rows = np.concatenate([np.arange(len(ghosts)), np.zeros(filled, int)])
    return ghosts[rows], read[rows], (weight / weight.sum(-1, keepdims=True))[rows]


def continued(xi: Array, beside: Obstacle) -> Array:
    """xi with its values in cells without room read along the normal of the obstacle."""
    flat = xi.ravel()
    read = jnp.sum(flat[beside.sources] * beside.weights, -1)
    return flat.at[beside.ghosts].set(read).reshape(xi.shape)


def metal(xi: ArrayLike, beside: Obstacle | None) -> Array:
    """Share of each cell that is metal: w xi."""
    return jnp.asarray(xi) if beside is None else beside.room * xi


def electrolyte(xi: ArrayLike, floor: ArrayLike, beside: Obstacle | None) -> Array:
    """psi: share of each cell that is electrolyte, not below the floor."""
    return jnp.maximum((1 if beside is None else beside.room) * (1 - jnp.asarray(xi)), floor)


def advanced(xi: Array, gained: Array, beside: Obstacle | None) -> Array:
    """xi after each cell has gained metal, a share of the cell."""
    if beside is None:
        return xi + gained
    has = beside.room > 0
    return continued(xi + jnp.where(has, gained / jnp.where(has, beside.room, 1.0), 0.0), beside)


def geometry_among(seen: Geometry, state: State, parameters: Parameters) -> Geometry:
    """Eq. (1') and psi, from the surface without obstacles."""
    beside = parameters.obstacle
    if beside is None:
        return seen
    area = beside.room * seen.area + bare(state, beside)
    return seen._replace(area=area, electrolyte=electrolyte(state.xi, parameters.floor, beside))


def bare(state: State, beside: Obstacle) -> Array:
    """Surface of conducting fibres per volume that takes lithium and has none yet, 1/m."""
    if beside.contact is None:
        return jnp.zeros(())
    return jnp.where(state.phi > 0, beside.contact * (1 - gated(state.xi)), 0.0)


def at_front(seen: Geometry, state: State, beside: Obstacle | None) -> Array:
    """Where the speed of the surface counts for the time step."""
    steep = seen.steepness > 0.3 * jnp.max(seen.steepness)
    return steep if beside is None else (steep | (bare(state, beside) > 0)) & (beside.room > 0)
