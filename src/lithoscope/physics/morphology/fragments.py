"""What breaks off the lithium: pieces without electrons from the electrode, their potentials, their births and ends.

A piece keeps reacting with the electrolyte as a bipolar electrode: what it gains on one side it loses on the other. Its
potential phi_k is unknown and follows from its net current,

    int a_k i_n dV = 0,        i_n = i_n(Phi - phi_k)

With g = di_n/dPhi and the vector s_k = a_k g dV of the piece, one Newton step of it reads

    phi_k = phi_k,old + [ int a_k (i_n,old - g Phi_old) dV + s_k . Phi ] / (1 . s_k)

and phi_k leaves the charge equation: its matrix becomes A - sum_k s_k s_k^T / (1 . s_k), still symmetric and semidefinite.

Pieces are found on the host, every few steps; what is used in a step (`Pieces`) has a fixed number of places, so that the
compiled step keeps its shape. Arrays are fields on the grid; axis 0 is the height, the metal lies at its bottom.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, NamedTuple

import jax
import jax.numpy as jnp
import numpy as np
from numpy.typing import NDArray

Numbers = NDArray[np.float64]
Labels = NDArray[np.int32]

THRESHOLD = 0.5
"""Metal fraction above which a cell belongs to a piece."""

LEAST_CELLS = 8
"""Pieces of fewer cells are too small for the grid: they leave it and are booked as dead lithium below the grid."""

PLACES = 8
"""Places for pieces at the start of a run; doubled when they do not suffice."""

REACH = 16
"""Cells to which the metal on the other side of a periodic boundary is looked for; the interface is narrower."""

ELECTRODE = 0
"""The owner that is connected to the terminal."""


class Pieces(NamedTuple):
    """The pieces during a step.

    owner      whose interface a cell belongs to: 0 the electrode, k the piece in place k - 1; whole numbers, shape of the grid
    potential  phi_k of each place, V, shape (places,)
    alive      whether there is a piece in the place, shape (places,)
    """

    owner: jax.Array
    potential: jax.Array
    alive: jax.Array

    @property
    def places(self) -> int:
        """How many pieces there is room for."""
        return int(self.potential.shape[0])


def no_pieces(shape: tuple[int, ...], places: int = PLACES) -> Pieces:
    """All metal is connected to the terminal."""
    return Pieces(jnp.zeros(shape, jnp.int32), jnp.zeros(places), jnp.zeros(places, bool))


# ------------------------------------------------------------------------------------------------ within a step


def potential_of_metal(pieces: Pieces) -> jax.Array:
    """Electronic potential of the metal that each cell belongs to, V, shape of the grid: phi_k, and 0 at the electrode."""
    return _by_owner(pieces, pieces.potential)


def _by_owner(pieces: Pieces, per_piece: jax.Array) -> jax.Array:
    """A number for each piece, shape (places,), in the cells that belong to it; zero at the electrode."""
    field: jax.Array = jnp.concatenate([jnp.zeros(1), per_piece])[pieces.owner]
    return field


def sum_over(pieces: Pieces, values: jax.Array) -> jax.Array:
    """Sum of a field over the interface of each piece, shape (places,).

    Masked sums, not a scatter: their order, and so their last digit, is the same on every device.
    """
    numbers = jnp.arange(1, pieces.places + 1, dtype=pieces.owner.dtype)
    sums: jax.Array = jax.lax.map(lambda k: jnp.sum(jnp.where(pieces.owner == k, values, 0.0)), numbers)
    return sums


class Elimination(NamedTuple):
    """What the pieces add to one Newton step of the charge equation.

    conductance  s = a g dV of the cells that belong to pieces, zero elsewhere, A/V, shape of the grid
    total        1 . s_k, A/V, shape (places,); one in an empty place, where s_k is zero
    residual     int a_k (i_n - g Phi) dV with the last iterate, A, shape (places,)
    """

    conductance: jax.Array
    total: jax.Array
    residual: jax.Array


def eliminate(pieces: Pieces, conductance: jax.Array, current: jax.Array, potential: jax.Array) -> Elimination:
    """Eliminate the potentials of the pieces from a Newton step.

    conductance  a g dV, A/V
    current      a i_n dV, A
    potential    Phi of the last iterate, V
    """
    s = jnp.where(pieces.owner == ELECTRODE, 0.0, conductance)
    total = sum_over(pieces, s)
    return Elimination(s, jnp.where(total > 0, total, 1.0), sum_over(pieces, jnp.where(s > 0, current - s * potential, 0.0)))


def spread(pieces: Pieces, part: Elimination, per_piece: jax.Array) -> jax.Array:
    """sum_k s_k x_k: a number for each piece, shape (places,), over the cells of its interface."""
    return part.conductance * _by_owner(pieces, per_piece)


def rank_one(pieces: Pieces, part: Elimination, u: jax.Array) -> jax.Array:
    """sum_k s_k (s_k . u) / (1 . s_k), which the matrix of the charge equation loses."""
    return spread(pieces, part, sum_over(pieces, part.conductance * u) / part.total)


def source(pieces: Pieces, part: Elimination) -> jax.Array:
    """What the right-hand side of the charge equation gains, sum_k s_k residual_k / (1 . s_k), A."""
    return spread(pieces, part, part.residual / part.total)


def advance_potentials(pieces: Pieces, part: Elimination, potential: jax.Array) -> Pieces:
    """The pieces with the potentials that belong to a solution Phi of the reduced equation.

    potential  Phi, V, shape of the grid
    """
    change = (part.residual + sum_over(pieces, part.conductance * potential)) / part.total
    return pieces._replace(potential=jnp.where(pieces.alive, pieces.potential + change, 0.0))


def net_currents(pieces: Pieces, current: jax.Array) -> tuple[jax.Array, jax.Array]:
    """Net and gross current of each piece, int a_k i_n dV and int a_k |i_n| dV, A, shape (places,).

    current  a i_n dV, A
    """
    return sum_over(pieces, current), sum_over(pieces, jnp.abs(current))


# ---------------------------------------------------------------------------------------------- between steps


def label(metal: NDArray[np.bool_], *, periodic: bool, contact: NDArray[np.bool_] | None = None) -> tuple[Labels, int]:
    """Connected parts of the metal; cells that touch at a corner are connected (8 neighbours in 2D, 26 in 3D).

    metal     whether a cell is metal
    periodic  whether the lateral axes are
    contact   cells that are connected to the terminal by themselves; they count as metal
    Returns the labels, 0 where there is no metal, 1 for everything that reaches the bottom or a contact, 2, 3,
    ... for the pieces, and how many pieces there are.
    """
    from scipy import ndimage  # takes longer to load than all else here, and plating does without
    from scipy.sparse import coo_array
    from scipy.sparse.csgraph import connected_components

    metal = metal if contact is None else metal | contact
    rim = [(0, 0)] + [(1, 1) if periodic else (0, 0)] * (metal.ndim - 1)
    inner = tuple(slice(low, -high or None) for low, high in rim)
    wide = np.pad(metal, rim, mode="wrap")
    found, count = ndimage.label(wide, structure=np.ones((3,) * metal.ndim))
    behind = np.pad(found[inner], rim, mode="wrap")
    across = wide & (found != behind)
    links = coo_array((np.ones(int(across.sum())), (found[across], behind[across])), shape=(count + 1, count + 1))
    part = np.asarray(connected_components(links, directed=False)[1])[found[inner]]
    bottom = np.unique(part[0][metal[0]])
    if contact is not None:
        bottom = np.union1d(bottom, part[contact])
    pieces = np.setdiff1d(np.unique(part[metal]), bottom)
    number = np.zeros(count + 1, np.int32)
    number[bottom] = 1
    number[pieces] = np.arange(2, 2 + len(pieces))
    return np.where(metal, number[part], 0).astype(np.int32), len(pieces)


def within(metal: NDArray[np.bool_], reach: int, *, periodic: bool) -> NDArray[np.bool_]:
    """Which cells are no further than so many cells from metal."""
    from scipy import ndimage

    rim = [(0, 0)] + [(min(reach, n), min(reach, n)) if periodic else (0, 0) for n in metal.shape[1:]]
    inner = tuple(slice(low, -high or None) for low, high in rim)
    near: NDArray[np.bool_] = ndimage.distance_transform_edt(~np.pad(metal, rim, mode="wrap"))[inner] <= reach
    return near


def nearest_label(labels: Labels, *, periodic: bool) -> Labels:
    """The label of the nearest metal for every cell: an interface belongs to the metal that it is nearest to."""
    from scipy import ndimage

    rim = [(0, 0)] + [(min(REACH, n), min(REACH, n)) if periodic else (0, 0) for n in labels.shape[1:]]
    wide = np.pad(labels, rim, mode="wrap")
    nearest = ndimage.distance_transform_edt(wide == 0, return_distances=False, return_indices=True)
    inner = tuple(slice(low, -high or None) for low, high in rim)
    return np.asarray(wide[tuple(nearest)][inner])


End = Literal["rejoined", "merged", "dissolved", "subgrid dead"]


@dataclass(frozen=True, slots=True)
class Birth:
    """A piece that has just lost its contact.

    place   where it is among the pieces, from 1
    parent  the place of the piece that it broke from; 0 for the electrode
    cells   how many cells it has
    """

    place: int
    parent: int
    cells: int


@dataclass(frozen=True, slots=True)
class Death:
    """A piece that is no piece any more: it touches the electrode again, another piece, or is gone.

    place  where it was, from 1; 0 for one that was too small to have had a place
    end    what became of it
    """

    place: int
    end: End


@dataclass(frozen=True, slots=True)
class Division:
    """The metal, divided anew.

    pieces      for the next steps
    labels      0 no metal, 1 the electrode, k + 1 the piece in place k - 1 of `pieces`
    xi          metal fraction without the pieces that were too small
    dissolved   metal that left the grid with them, cells
    births, deaths  what happened since the last division
    """

    pieces: Pieces
    labels: Labels
    xi: Numbers
    dissolved: float
    births: tuple[Birth, ...]
    deaths: tuple[Death, ...]


@dataclass(frozen=True, slots=True)
class Fibres:
    """What stands in the way of metal.

    room        share of each cell that is not obstacle;  conducting: whether obstacles are connected to the terminal
    """

    room: Numbers
    conducting: bool

    @property
    def contact(self) -> NDArray[np.bool_] | None:
        """Cells that are connected to the terminal by themselves."""
        return self.room <= THRESHOLD if self.conducting else None


def metal_of(xi: Numbers, fibres: Fibres | None) -> NDArray[np.bool_]:
    """Which cells are metal."""
    found = xi > THRESHOLD
    return found if fibres is None else found & (fibres.room > THRESHOLD)


def divide(
    xi: Numbers, before: Pieces, potential: Numbers, area: Numbers, *, periodic: bool, fibres: Fibres | None = None
) -> Division:
    """Find the pieces and carry on those that were there before.

    xi         metal fraction
    before     pieces so far
    potential  Phi, V: a new piece starts at its mean over its surface
    area       a dV, area of the interface in each cell, in any unit
    periodic   whether the lateral axes are
    fibres     what stands in the way

    A piece that breaks in two stays where its larger part is; a piece that touches the electrode has rejoined it, and its
    lithium counts as connected again.
    """
    contact = None if fibres is None else fibres.contact
    labels, count = label(metal_of(xi, fibres), periodic=periodic, contact=contact)
    sizes = np.bincount(labels.ravel(), minlength=count + 2)
    nearest = nearest_label(labels, periodic=periodic) if count else np.ones_like(labels)
    small = [n for n in range(2, count + 2) if sizes[n] < LEAST_CELLS]
    gone = np.isin(nearest, small)
    left = np.where(gone, 0.0, xi)
    share = xi if fibres is None else xi * fibres.room
    large = [n for n in range(2, count + 2) if n not in small]
    places, births, deaths = _carried_on(labels, large, small, sizes, before)
    pieces = _placed(nearest, places, births, before, potential, area)
    shown = np.where(labels == 1, 1, 0).astype(np.int32)
    for n, place in places.items():
        shown[labels == n] = place + 1
    return Division(pieces, shown, left, float(share[gone].sum()), births, deaths)


def _carried_on(
    labels: Labels, large: list[int], small: list[int], sizes: NDArray[np.int64], before: Pieces
) -> tuple[dict[int, int], tuple[Birth, ...], tuple[Death, ...]]:
    """The place of each piece, by label; who is new; who has ended."""
    owner, alive = np.asarray(before.owner), np.asarray(before.alive)
    places: dict[int, int] = {}
    parents = {n: int(np.argmax(np.bincount(owner[labels == n]))) for n in (*large, *small)}
    for n in sorted(large, key=lambda n: -int(sizes[n])):
        if parents[n] != ELECTRODE and alive[parents[n] - 1] and parents[n] not in places.values():
            places[n] = parents[n]
    free = (k for k in range(1, len(large) + before.places + 1) if k not in places.values())
    births = []
    for n in large:
        if n not in places:
            places[n] = next(free)
            births.append(Birth(places[n], parents[n], int(sizes[n])))
    carried = {place for n, place in places.items() if place == parents[n]} - {birth.place for birth in births}
    ended = (k for k in range(1, before.places + 1) if alive[k - 1] and k not in carried)
    deaths = tuple(Death(k, _end(labels[owner == k], small)) for k in ended)
    crumbled = {death.place for death in deaths if death.end == "subgrid dead"}
    deaths += tuple(Death(0, "subgrid dead") for n in small if parents[n] not in crumbled)
    return places, tuple(births), deaths


def _end(labels: Labels, small: list[int]) -> End:
    """What stands now where a piece was: most of it counts."""
    seen = labels[labels > 0]
    if not seen.size:
        return "dissolved"
    most = int(np.argmax(np.bincount(seen)))
    if most in small:
        return "subgrid dead"
    return "rejoined" if most == 1 else "merged"


def _placed(
    nearest: Labels, places: dict[int, int], births: tuple[Birth, ...], before: Pieces, potential: Numbers, area: Numbers
) -> Pieces:
    """The pieces of the next steps."""
    room = before.places
    while room < max(places.values(), default=0):
        room *= 2
    owner = np.zeros(nearest.shape, np.int32)
    phi, alive = np.zeros(room), np.zeros(room, bool)
    phi[: before.places] = np.asarray(before.potential)
    born = {birth.place for birth in births}
    for n, place in places.items():
        mine = nearest == n
        owner[mine] = place
        alive[place - 1] = True
        if place in born:
            phi[place - 1] = float((area * potential)[mine].sum() / max(float(area[mine].sum()), 1e-300))
    return Pieces(jnp.asarray(owner), jnp.asarray(np.where(alive, phi, 0.0)), jnp.asarray(alive))
