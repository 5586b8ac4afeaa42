"""What the moving surface takes along.

Lithium is added and removed under the film, so the film moves along the normal with the surface. Its area elements stretch at
the rate kappa v_n, with kappa the sum of the principal curvatures, positive on a tip. In the frame of the moving surface

    areal amounts    dn/dt = -kappa v_n n      int n dA is conserved
    marks            dq/dt = 0                 what a given piece of material has, such as its polarisation, is not diluted

Fields are known in a band around the surface and are constant along its normals. In a step every cell of the new band asks
where its foot point y came from: the foot y_0 of y on the old surface, and the foot along the new normal; half-way between them
is the departure point, which is right to second order where the speed varies along the surface. Fields are read there by local
cubics, and amounts divided by the ratio of areas sqrt(prod(1 + kappa_0 s) / prod(1 - kappa_1 s)), s the distance moved.

Old surface that finds no new surface within a cell has ended: in the metal its film is *buried* (fronts have merged), in the
electrolyte it is *residue* (metal has dissolved). So has film that is squeezed where the surface is too sharp for the grid. New
surface that finds no old one carries what its neighbours carry, and without neighbours it is *fresh*: it has no film yet. Metal
out of reach of every surface keeps what its cells had: the liquid that is left in a void that closes still has the film of its
walls. With none it would be filled at the rate of bare lithium, to a metal fraction above 1. The totals of every connected part
are a ledger of their own; fields are scaled to it after every step, and the largest logarithm of that factor is kept.

Validity: a surface that moves by less than half a cell in a step; features wider than four cells. A film that stays behind as a
shell while the metal retreats is not represented: on a shrinking surface it thickens.
"""

from __future__ import annotations

from typing import NamedTuple

import jax
import jax.numpy as jnp

from lithoscope.physics.morphology.surface.geometry import Band, Frame, band, feet, interpolate, jet, level, on_grid, stretch

JUMP = 1.0
"""Cells that a point of the surface may move in a step; what lies farther is another piece of surface."""

NEAR_ITERATIONS = 3
"""Newton steps between two surfaces less than a cell apart."""

SWEEPS = 12
"""Layers of cells to which fields are continued beyond the band. The interface reacts up to nine cells from its middle, and
where rounding opens the gate deeper in the metal there must be a film, or lithium grows there."""

SIDEWAYS = 0.02
"""Cells by which the way to the new surface may leave the normal: where it is more, the surface ends in a corner."""

SHARP = 0.25
"""Curvature, 1/cell, beyond which the surface is not resolved. Film that is squeezed there is not thickened any further: it
ends, in the metal under a closing corner, in the electrolyte at a vanishing tip."""

NEIGHBOURHOOD = 4
"""Cells around an end of the surface in which the film is counted before and after; half as many again in its smooth edge."""

LARGEST_FACTOR = 2.0
"""Amounts are never scaled up by more: what then is left over has lost its surface, and is residue."""


class Carried(NamedTuple):
    """What the surface carries.

    amounts     areal amounts n_j, mol/m2, (species, *grid)
    marks       material marks, (marks, *grid)
    band        where they are known
    totals      int n_j dA of each connected part, mol/m2 cell^(axes - 1), (1 + places, species); the electrode first
    buried      what merging fronts have enclosed, same unit, (species,)
    residue     what dissolving metal has left in the electrolyte, (species,)
    correction  largest |ln| of the factor by which amounts were scaled in the last step
    """

    amounts: jax.Array
    marks: jax.Array
    band: Band
    totals: jax.Array
    buried: jax.Array
    residue: jax.Array
    correction: jax.Array


class Setting(NamedTuple):
    """What stays the same in a run.

    frame   of the grid
    width   eps of the profile, cells
    places  of the band
    """

    frame: Frame
    width: float
    places: int


def start(setting: Setting, xi: jax.Array, amounts: jax.Array, marks: jax.Array, owner: jax.Array, pieces: int) -> Carried:
    """The surface of a metal fraction with the fields given on the grid.

    owner   connected part that each cell belongs to, 0 to pieces
    """
    here = band(setting.frame, level(xi, setting.width), setting.places)
    nothing = jnp.zeros(amounts.shape[0])
    carried = Carried(amounts, marks, here, jnp.zeros((pieces + 1, amounts.shape[0])), nothing, nothing, jnp.zeros(()))
    return reassigned(setting, carried, owner, pieces)


def reassigned(setting: Setting, carried: Carried, owner: jax.Array, pieces: int) -> Carried:
    """The same surface, divided anew into connected parts; arguments as for `start`."""
    return carried._replace(totals=_by_part(setting, carried.band, carried.band.area * _in_band(carried), owner, pieces + 1))


def advance(
    setting: Setting, carried: Carried, old: jax.Array, new: jax.Array, owner: jax.Array, fresh: jax.Array
) -> tuple[Carried, jax.Array]:
    """What the surface carries after it has moved, and ln of the ratio by which its area elements have grown, on the grid.

    old, new  metal fraction before and after the step
    owner     connected part that each cell belongs to
    fresh     marks of a surface that had no neighbours, (marks,); it has no film
    """
    frame, species = setting.frame, len(carried.amounts)
    before, after = level(old, setting.width), level(new, setting.width)
    here = band(frame, after, setting.places)
    here = here._replace(overflow=jnp.maximum(here.overflow, carried.band.overflow))
    origin = feet(frame, before, here.feet.at, reach=JUMP, iterations=NEAR_ITERATIONS)
    shift = ((here.feet.at - origin.at) * here.feet.normal).sum(0)
    departure = 0.5 * (origin.at + here.feet.at - shift * here.feet.normal)
    ratio = jnp.sqrt(jnp.maximum(stretch(origin, shift), 0.1) / jnp.maximum(stretch(here.feet, -shift), 0.1))
    sharp = jnp.maximum(jnp.abs(here.feet.mean), jnp.abs(origin.mean)) > SHARP
    ratio = jnp.where(sharp & (ratio < 1), 1.0, ratio)
    known = here.used & origin.found
    departure = jnp.where(known, departure, 0.0)
    bare = jnp.concatenate([jnp.zeros(species), fresh])
    beyond = jnp.where(old > 0.5, jnp.concatenate([carried.amounts, carried.marks]), _as_field(frame, bare))
    values = interpolate(frame, jnp.concatenate([carried.amounts, carried.marks]), departure)
    values = values.at[:species].set(jnp.maximum(values[:species], 0.0) / ratio)
    fields = continued(frame, on_band(frame, here, values), on_grid(frame, here.cells, known, fill=False), beyond)
    moved = carried._replace(amounts=fields[:species], marks=fields[species:], band=here)
    settled = scaled(setting, _settled(setting, carried, moved, after, departure, owner), owner)
    return settled, on_grid(frame, here.cells, jnp.where(known, jnp.log(ratio), 0.0))


def on_band(frame: Frame, here: Band, values: jax.Array) -> jax.Array:
    """Values (number, places) of a band on the grid, (number, *grid)."""
    return jnp.stack([on_grid(frame, here.cells, value) for value in values])


def continued(frame: Frame, fields: jax.Array, known: jax.Array, beyond: jax.Array, sweeps: int = SWEEPS) -> jax.Array:
    """Fields (number, *grid) continued by the mean of known neighbours, layer by layer; other fields beyond."""

    def outwards(_: int, state: tuple[jax.Array, jax.Array]) -> tuple[jax.Array, jax.Array]:
        fields, known = state
        count = _neighbours(frame, known.astype(fields.dtype))
        total = _neighbours(frame, jnp.where(known, fields, 0.0))
        reached = known | (count > 0)
        return jnp.where(known, fields, total / jnp.maximum(count, 1.0)), reached

    fields, known = jax.lax.fori_loop(0, sweeps, outwards, (fields, known))
    return jnp.where(known, fields, beyond)


def _as_field(frame: Frame, values: jax.Array) -> jax.Array:
    """Values (number,) that are the same everywhere."""
    return values.reshape((-1,) + (1,) * frame.axes)


def _neighbours(frame: Frame, u: jax.Array) -> jax.Array:
    """Sum over the neighbours of each cell; u may have axes before those of the grid. Nothing comes from beyond an end."""
    total = jnp.zeros_like(u)
    for axis in range(-frame.axes, 0):
        first, last = jax.lax.slice_in_dim(u, 0, 1, axis=axis), jax.lax.slice_in_dim(u, -1, None, axis=axis)
        if axis == -frame.axes or not frame.periodic:
            first, last = jnp.zeros_like(first), jnp.zeros_like(last)
        ahead = jnp.concatenate([jax.lax.slice_in_dim(u, 1, None, axis=axis), first], axis)
        total = total + ahead + jnp.concatenate([last, jax.lax.slice_in_dim(u, 0, -1, axis=axis)], axis)
    return total


def _in_band(carried: Carried) -> jax.Array:
    """Amounts in the cells of the band, (species, places)."""
    flat = carried.amounts.reshape(len(carried.amounts), -1)
    return flat[:, jnp.minimum(carried.band.cells, flat.shape[1] - 1)]


def _by_part(setting: Setting, here: Band, values: jax.Array, owner: jax.Array, parts: int) -> jax.Array:
    """Sums of values (species, places) over the cells of each connected part, (parts, species)."""
    part = owner.ravel()[jnp.minimum(here.cells, setting.frame.size - 1)]
    numbers = jnp.arange(parts, dtype=owner.dtype)
    sums: jax.Array = jax.lax.map(lambda k: jnp.where(part == k, values, 0.0).sum(1), numbers)
    return sums


def _settled(
    setting: Setting, before: Carried, moved: Carried, after: jax.Array, origin: jax.Array, owner: jax.Array
) -> Carried:
    """The ledger after a step: what had its surface enclosed or dissolved.

    after   level of the new metal fraction
    origin  departure points of the cells of the new band

    It is counted where surface ends: the film around there before the step less the film around there after it, both in the
    same window that moves with the surface.
    """
    frame, was, now = setting.frame, before.band, moved.band
    onto = feet(frame, after, was.feet.at, reach=JUMP, iterations=NEAR_ITERATIONS)
    offset = onto.at - was.feet.at
    aside = offset - (offset * was.feet.normal).sum(0) * was.feet.normal
    height = jet(frame, after, was.feet.at).value
    squeezed = (jnp.abs(was.feet.mean) > SHARP) & (was.feet.mean * height > 0)
    ends = was.used & (~(onto.found & ((aside**2).sum(0) < SIDEWAYS**2)) | squeezed)
    window = _window(frame, on_grid(frame, was.cells, ends, fill=False))[None]
    here, there = interpolate(frame, window, was.feet.at)[0], interpolate(frame, window, origin)[0]
    parts = before.totals.shape[0]
    left = _by_part(setting, was, was.area * here * _in_band(before), owner, parts)
    kept = _by_part(setting, now, now.area * there * _in_band(moved), owner, parts)
    gone = jnp.clip(left - kept, 0.0, before.totals)
    area = jnp.where(ends, was.area, 0.0)[None]
    inside = _by_part(setting, was, jnp.where(height < 0, area, 0.0), owner, parts)
    buried = gone * inside / jnp.maximum(_by_part(setting, was, area, owner, parts), 1e-300)
    return moved._replace(
        totals=before.totals - gone,
        buried=before.buried + buried.sum(0),
        residue=before.residue + (gone - buried).sum(0),
    )


def _window(frame: Frame, ends: jax.Array) -> jax.Array:
    """A smooth function that is 1 around the cells where surface ends and 0 away from them."""
    near = jax.lax.fori_loop(0, NEIGHBOURHOOD, lambda _, u: u | (_neighbours(frame, u.astype(float)) > 0), ends)
    smooth: jax.Array = jax.lax.fori_loop(
        0, NEIGHBOURHOOD, lambda _, u: 0.5 * u + 0.25 / frame.axes * _neighbours(frame, u), near.astype(float)
    )
    return smooth


def scaled(setting: Setting, carried: Carried, owner: jax.Array) -> Carried:
    """Amounts scaled so that their integral over every connected part is what the ledger says."""
    parts = carried.totals.shape[0]
    seen = _by_part(setting, carried.band, carried.band.area * _in_band(carried), owner, parts)
    factor = jnp.where(seen > 0, carried.totals / jnp.where(seen > 0, seen, 1.0), 1.0)
    factor = jnp.clip(factor, 0.0, LARGEST_FACTOR)
    left_over = carried.totals - factor * seen
    by_cell = jnp.moveaxis(factor[owner], -1, 0)
    largest = jnp.abs(jnp.log(jnp.where((seen > 0) & (factor > 0), factor, 1.0))).max(initial=0.0)
    return carried._replace(
        amounts=carried.amounts * by_cell,
        totals=carried.totals - left_over,
        residue=carried.residue + left_over.sum(0),
        correction=largest,
    )
