"""Between two loops of steps: lithium that has lost its contact, and lithium that has found it again, on the books."""

from __future__ import annotations

import jax
import jax.numpy as jnp
import numpy as np

from lithoscope.constants import FARADAY
from lithoscope.physics.morphology.equations import geometry
from lithoscope.physics.morphology.fragments import Fibres, divide, label, metal_of, no_pieces
from lithoscope.physics.morphology.obstacle import electrolyte, geometry_among, metal
from lithoscope.physics.morphology.state import Parameters, Scheme, State


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
