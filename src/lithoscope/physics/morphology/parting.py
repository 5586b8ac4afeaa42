"""Between two loops of steps: lithium that has lost its contact, and lithium that has found it again, on the books."""

from __future__ import annotations

import jax
import jax.numpy as jnp
import numpy as np
from numpy.typing import NDArray

from lithoscope.constants import FARADAY
from lithoscope.physics.morphology.equations import LOW, geometry
from lithoscope.physics.morphology.fragments import THRESHOLD, Fibres, Numbers, divide, label, metal_of, no_pieces, within
from lithoscope.physics.morphology.obstacle import Obstacle, electrolyte, geometry_among, metal
from lithoscope.physics.morphology.state import Parameters, Scheme, State

HAZE_REACH = 12
"""Cells from the nearest metal beyond which a metal fraction is no tail of an interface: its profile is down to 6e-6 there."""

LEAST_HAZE = 1e-9
"""Mean metal fraction of haze below which there is none."""


def gathered(state: State, parameters: Parameters, scheme: Scheme) -> State:
    """The state with the haze that a receding surface left behind given back to the surface.

    Below a metal fraction of 2e-3 nothing reacts, and where the profile is flatter than 2e-4 per cell the keeper does not draw
    it in. What lags behind so far off is no lithium of its own: it belongs to the surface, which it would have left with the
    charge that passed. It goes to the surface of lithium in proportion to its area; lithium and salt stay on the books. What
    touches a conducting fibre is no haze, see `_near`.
    """
    grid, xi, beside = scheme.grid, np.asarray(state.xi), parameters.obstacle
    room = np.ones(grid.shape) if beside is None else np.asarray(beside.room)
    near = _near(xi, beside, periodic=not grid.closed)
    haze = np.where(near, 0.0, xi * room)
    lagging = float(haze.sum())
    if lagging <= LEAST_HAZE * haze.size:
        return state
    connected = 1.0 if state.pieces is None else np.asarray(state.pieces.owner) == 0
    area = np.asarray(geometry(state.xi, grid).area) * near * connected
    found = np.where(near, xi, 0.0) + lagging * area / float((area * room).sum())
    floor, per_area = float(parameters.floor), grid.spacing / grid.columns
    freed = np.asarray(electrolyte(found, floor, beside) - electrolyte(xi, floor, beside))
    salt = float((freed * (float(parameters.c0) + np.asarray(state.salt))).sum()) * per_area
    charge = FARADAY / float(parameters.molar_volume) * per_area
    of_pieces = 0.0 if state.pieces is None else float(np.where(np.asarray(state.pieces.owner) > 0, haze, 0.0).sum())
    books = state.books._replace(displaced=state.books.displaced - salt, isolated=state.books.isolated - of_pieces * charge)
    return state._replace(xi=jnp.asarray(found), books=books)


def _near(xi: Numbers, beside: Obstacle | None, *, periodic: bool) -> NDArray[np.bool_]:
    """Which cells are too near to a surface for haze.

    On a conducting fibre lithium begins from nothing, far from all other: what touches one is kept, and once it reacts, which
    it does from `LOW` on, what surrounds it as well.
    """
    lithium = xi > THRESHOLD
    if beside is None or beside.contact is None:
        return within(lithium, HAZE_REACH, periodic=periodic)
    touching = np.asarray(beside.contact) > 0
    return within(lithium | (touching & (xi > LOW)), HAZE_REACH, periodic=periodic) | touching


def divided(state: State, parameters: Parameters, scheme: Scheme) -> State:
    """The state with its metal divided into what is connected to the electrode and pieces without contact.

    What lost its contact or found it again, and what was too small for the grid, is booked: C/m2 of electrode.
    """
    grid = scheme.grid
    periodic = not grid.closed
    xi, beside = np.asarray(state.xi), parameters.obstacle
    fibres = None if beside is None else Fibres(np.asarray(beside.room), beside.contact is not None)
    contact = None if fibres is None else fibres.contact
    if state.pieces is None and label(metal_of(xi, fibres), periodic=periodic, contact=contact)[1] == 0:
        return state
    area = np.asarray(geometry_among(geometry(state.xi, grid), state, parameters).area)
    before = no_pieces(grid.shape) if state.pieces is None else state.pieces
    found = divide(xi, before, np.asarray(state.phi), area, periodic=periodic, fibres=fibres)
    charge = FARADAY / float(parameters.molar_volume) * grid.spacing / grid.columns
    was, now = (
        float(np.where(np.asarray(p.owner) > 0, metal(x, beside), 0.0).sum())
        for p, x in ((before, xi), (found.pieces, found.xi))
    )
    # Electrolyte takes the place of what was too small: salt comes into the domain with it.
    freed = np.asarray(
        electrolyte(found.xi, float(parameters.floor), beside) - electrolyte(xi, float(parameters.floor), beside)
    )
    salt = float((freed * (float(parameters.c0) + np.asarray(state.salt))).sum()) * grid.spacing / grid.columns
    books = state.books._replace(
        isolated=state.books.isolated + (now - was) * charge, subgrid=state.books.subgrid + found.dissolved * charge,
        displaced=state.books.displaced - salt,
    )  # fmt: skip
    pieces = jax.tree.map(jnp.asarray, found.pieces)
    return state._replace(
        xi=jnp.asarray(found.xi), pieces=pieces if bool(np.any(np.asarray(pieces.alive))) else None, books=books,
        skin=scheme.carried.divided(state.skin, pieces.owner, pieces.places),
    )  # fmt: skip
