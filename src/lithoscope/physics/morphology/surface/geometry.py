"""Where the surface is: foot points, normals, curvatures and area, from the metal fraction alone.

The level of a metal fraction xi = 1 / (1 + exp(d / eps)) is d = -eps ln(xi / (1 - xi)), the signed distance from the surface
xi = 1/2, positive in the electrolyte. A profile in motion keeps this form only near, so the level is read within three cells of
the surface and distances are measured to foot points: the point y on the surface nearest to a cell x,

    d(y) = 0,   (x - y) parallel to grad d(y),

by Newton's method on the cubic through the 4^n cells around y. Value, gradient and second derivatives come from the same
cubic: the normal n = grad d / |grad d|, which points into the electrolyte, and of the curvature tensor the sum of the principal
curvatures kappa = div n, positive on a tip, and their product (zero in 2D).

Only a band of cells is worked on. It has a fixed number of places, so that the compiled step keeps its shape.
Lengths in this file are in cells, and the centre of a cell is at its index.
"""

from __future__ import annotations

import math
from typing import NamedTuple

import jax
import jax.numpy as jnp

BAND = 4.5
"""Half-width of the band. The stencil around a point of the surface reaches 2 cells along each axis, 3.5 in all in 3D: a band
that is narrower leaks its edge into the fields."""

KERNEL = 0.9
"""Width of the Gaussian that spreads the area of the surface over the band: its sum over cells is the area to 3e-7, and what it
has outside the band is 6e-7."""

FARTHEST_LEVEL = 30.0
"""Level, in units of eps, at which it is cut off: the profile is flat to rounding there."""

ITERATIONS = 5
"""Newton steps of a foot point; from 4 cells away on a curvature of 1/8 they reach 1e-7."""


class Frame(NamedTuple):
    """What of a grid the geometry needs.

    shape     cells along each axis, height first
    periodic  whether the lateral axes are periodic; the others mirror
    """

    shape: tuple[int, ...]
    periodic: bool

    @property
    def size(self) -> int:
        """Cells."""
        return math.prod(self.shape)

    @property
    def axes(self) -> int:
        """2 or 3."""
        return len(self.shape)


class Jet(NamedTuple):
    """A field at points: value (points,), gradient (axes, points), second derivatives (axes, axes, points)."""

    value: jax.Array
    gradient: jax.Array
    second: jax.Array


class Feet(NamedTuple):
    """Foot points on a surface.

    at        positions, (axes, points)
    normal    out of the metal, (axes, points)
    mean      sum of the principal curvatures, 1/cell, (points,)
    product   their product, 1/cell2; 0 in 2D, (points,)
    distance  signed distance from the foot, positive in the electrolyte, (points,)
    found     whether there is a surface near enough, (points,)
    """

    at: jax.Array
    normal: jax.Array
    mean: jax.Array
    product: jax.Array
    distance: jax.Array
    found: jax.Array


class Band(NamedTuple):
    """The cells near a surface, with their foot points.

    cells     index of each cell in the flattened grid; the number of cells where a place is empty, (places,)
    feet      their foot points
    area      area of the surface that each stands for, cell^(axes - 1), (places,)
    overflow  how many cells found no place: the band must have more of them if this is not zero
    """

    cells: jax.Array
    feet: Feet
    area: jax.Array
    overflow: jax.Array

    @property
    def used(self) -> jax.Array:
        """Whether a place holds a cell whose foot was found."""
        return self.feet.found


def level(xi: jax.Array, width: float) -> jax.Array:
    """Level d = -eps ln(xi / (1 - xi)) of a metal fraction, cells.

    width  eps, cells
    """
    least = math.exp(-FARTHEST_LEVEL)
    held = jnp.clip(xi, least, 1 - 1e-13)
    return -width * (jnp.log(held) - jnp.log1p(-held))


# ---------------------------------------------------------------------------------------------- local cubics


def _weights(t: jax.Array) -> tuple[tuple[jax.Array, ...], ...]:
    """Weights of the cubic through -1, 0, 1, 2 at 0 <= t < 1, and of its first and second derivative."""
    t2 = t * t
    value = (-t * (t - 1) * (t - 2) / 6, (t2 - 1) * (t - 2) / 2, -(t + 1) * t * (t - 2) / 2, (t2 - 1) * t / 6)
    first = (-(3 * t2 - 6 * t + 2) / 6, (3 * t2 - 4 * t - 1) / 2, -(3 * t2 - 2 * t - 2) / 2, (3 * t2 - 1) / 6)
    second = (1 - t, 3 * t - 2, 1 - 3 * t, t)
    return value, first, second


def _around(frame: Frame, low: jax.Array) -> jax.Array:
    """Flat indices of the 4^n cells around points, (4, ..., 4, points); low is the index before each point, (axes, points)."""
    flat = jnp.zeros((1,) * frame.axes + low.shape[1:], low.dtype)
    for axis, n in enumerate(frame.shape):
        index = low[axis] + jnp.arange(-1, 3, dtype=low.dtype)[:, None]
        if axis and frame.periodic:
            index = jnp.mod(index, n)
        else:
            index = jnp.clip(jnp.where(index < 0, -1 - index, jnp.where(index >= n, 2 * n - 1 - index, index)), 0, n - 1)
        flat = flat * n + index.reshape((1,) * axis + (4,) + (1,) * (frame.axes - axis - 1) + (-1,))
    return flat


def _held(values: jax.Array) -> jax.Array:
    """The values as they are; the compiler is kept from gathering them once more for every sum that they are in."""
    kept: jax.Array = jax.lax.optimization_barrier(values)
    return kept


def _contract(values: jax.Array, weights: tuple[jax.Array, ...]) -> jax.Array:
    """Sum over the first axis of a stencil with four weights, (points,) each. Written out: the points are then one vector."""
    return values[0] * weights[0] + values[1] * weights[1] + values[2] * weights[2] + values[3] * weights[3]


def jet(frame: Frame, field: jax.Array, at: jax.Array) -> Jet:
    """Value, gradient and second derivatives of a field at points, (axes, points): fourth, third and second order."""
    low = jnp.floor(at).astype(jnp.int32)
    found: dict[tuple[int, ...], jax.Array] = {(): _held(field.ravel()[_around(frame, low)])}
    for axis in range(frame.axes):
        weights = _weights(at[axis] - low[axis])
        found = {(*orders, order): _contract(values, weights[order])
                 for orders, values in found.items() for order in range(3 - sum(orders))}  # fmt: skip

    def derivative(*along: int) -> jax.Array:
        return found[tuple(along.count(axis) for axis in range(frame.axes))]

    axes = range(frame.axes)
    second = jnp.stack([jnp.stack([derivative(a, b) for b in axes]) for a in axes])
    return Jet(derivative(), jnp.stack([derivative(a) for a in axes]), second)


def interpolate(frame: Frame, fields: jax.Array, at: jax.Array) -> jax.Array:
    """Fields (number, *grid) at points (axes, points): (number, points), by local cubics."""
    low = jnp.floor(at).astype(jnp.int32)
    where = _around(frame, low)
    weights = [_weights(at[axis] - low[axis])[0] for axis in range(frame.axes)]
    found = []
    for field in fields:
        values = _held(field.ravel()[where])
        for weight in weights:
            values = _contract(values, weight)
        found.append(values)
    return jnp.stack(found)


# ------------------------------------------------------------------------------------------------ foot points


def _dot(a: jax.Array, b: jax.Array) -> jax.Array:
    return (a * b).sum(0)


def _bend(n: jax.Array, second: jax.Array) -> jax.Array:
    """n . H n."""
    return jnp.einsum("ap,abp,bp->p", n, second, n)


def _curvatures(gradient: jax.Array, second: jax.Array) -> tuple[jax.Array, jax.Array]:
    """Sum and product of the principal curvatures of a level surface."""
    size = jnp.sqrt(_dot(gradient, gradient))
    n = gradient / size
    mean = (jnp.trace(second) - _bend(n, second)) / size
    if len(n) == 2:
        return mean, jnp.zeros_like(mean)
    a, b, c = second
    cofactors = jnp.stack([jnp.cross(b, c, axis=0), jnp.cross(c, a, axis=0), jnp.cross(a, b, axis=0)])
    return mean, _bend(n, cofactors) / size**2


def feet(frame: Frame, levels: jax.Array, x: jax.Array, *, reach: float, iterations: int = ITERATIONS) -> Feet:
    """Foot points of positions on the surface of a level.

    levels  signed distance where it is near, shape of the grid
    x       positions, (axes, points)
    reach   a foot farther away does not count
    """

    def better(_: int, y: jax.Array) -> jax.Array:
        here = jet(frame, levels, y)
        size2 = jnp.maximum(_dot(here.gradient, here.gradient), 1e-12)
        size = jnp.sqrt(size2)
        onto = -_within(here.value / size2 * here.gradient, 2.0)
        offset = x - (y + onto)
        d = _dot(offset, here.gradient) / size
        along = offset - d * here.gradient / size
        bend = _bend(along, here.second) / (jnp.maximum(_dot(along, along), 1e-30) * size)
        return y + onto + _within(along / jnp.maximum(1 + bend * d, 0.5), 1.0)

    y = jax.lax.fori_loop(0, iterations, better, x)
    here = jet(frame, levels, y)
    size = jnp.maximum(jnp.sqrt(_dot(here.gradient, here.gradient)), 1e-12)
    normal = here.gradient / size
    offset = x - y
    d = _dot(offset, normal)
    aside = jnp.sqrt(jnp.maximum(_dot(offset, offset) - d**2, 0.0))
    found = (jnp.abs(here.value) < 0.02 * size) & (aside < 0.1) & (jnp.abs(d) < reach) & (size > 0.2) & (size < 5.0)
    mean, product = _curvatures(here.gradient, here.second)
    return Feet(y, normal, jnp.clip(mean, -1.0, 1.0), jnp.clip(product, -1.0, 1.0), d, found & jnp.isfinite(d))


def _within(step: jax.Array, longest: float) -> jax.Array:
    """A step, shortened to a length: far from the surface the level is no distance."""
    return step * jnp.minimum(1.0, longest / jnp.sqrt(jnp.maximum(_dot(step, step), 1e-30)))


def stretch(at: Feet, shift: jax.Array) -> jax.Array:
    """Ratio of areas of the surface moved along its normal by a shift and of the surface, prod_i (1 + kappa_i shift)."""
    return 1 + at.mean * shift + at.product * shift**2


def band(frame: Frame, levels: jax.Array, places: int) -> Band:
    """The band around a surface.

    levels  of the metal fraction, from `level`
    places  how many cells it has room for
    """
    near = jnp.abs(levels) < BAND
    (cells,) = jnp.nonzero(near.ravel(), size=places, fill_value=frame.size)
    x = jnp.stack(jnp.unravel_index(jnp.minimum(cells, frame.size - 1), frame.shape)).astype(levels.dtype)
    there = feet(frame, levels, x, reach=BAND + 1)
    there = there._replace(found=there.found & (cells < frame.size))
    spread = jnp.exp(-0.5 * (there.distance / KERNEL) ** 2) / (KERNEL * math.sqrt(2 * math.pi))
    area = jnp.where(there.found, spread / jnp.maximum(stretch(there, there.distance), 0.1), 0.0)
    return Band(cells, there, area, jnp.maximum(near.sum() - places, 0))


def on_grid(frame: Frame, cells: jax.Array, values: jax.Array, fill: float | bool = 0.0) -> jax.Array:
    """Values of the cells of a band, (places,), on the grid."""
    flat: jax.Array = jnp.full(frame.size, fill, values.dtype).at[cells].set(values, mode="drop")
    return flat.reshape(frame.shape)
