"""The salt of the electrolyte: eq. (4), implicit in time and solved for c - c0.

Everything is scaled by spacing^2 / D(c0), so that conductances of faces are near 1.
"""

from __future__ import annotations

from typing import NamedTuple

from lithoscope.constants import FARADAY
from lithoscope.physics.laws.transport import ConstantTransport
from lithoscope.physics.morphology.charge import Charge, Potential, currents
from lithoscope.physics.morphology.elliptic import Operator, solve
from lithoscope.physics.morphology.engine import Array, applied, jnp
from lithoscope.physics.morphology.equations import Geometry, Medium
from lithoscope.physics.morphology.grid import Grid
from lithoscope.physics.morphology.state import Parameters, Scheme, State


class Salt(NamedTuple):
    """Its solution.

    salt        c - c0, mol/m3
    came_in     through the top, mol/m2 of electrode
    used        by the reaction, mol/m2
    iterations  of the linear solver
    """

    salt: Array
    came_in: Array
    used: Array
    iterations: Array


def advance(state: State, dt: Array, seen: Geometry, liquid: Medium, charge: Charge, solved: Potential,
            parameters: Parameters, scheme: Scheme) -> Salt:  # fmt: skip
    """One step of eq. (4).

    With a transference number that depends on the salt the anions drift as well, - i . grad t+ / F: written as the difference
    of t+ at a face from that of its cell times the current there, what leaves one cell enters the next.
    """
    grid = scheme.grid
    unit = applied(parameters.law.diffusivity, parameters.c0, parameters.temperature)
    faces = grid.harmonic(seen.electrolyte * liquid.diffusivity / unit)
    above = liquid.diffusivity[-1] / unit / (0.5 + parameters.beyond / grid.spacing)
    store = seen.electrolyte * grid.spacing**2 / (unit * dt)
    used = (1 - liquid.transference) * seen.area * solved.rate.i * grid.spacing**2
    used = (used - _drift(liquid, charge, solved, parameters, grid)) / (FARADAY * unit)
    right = store * state.salt - used
    sink = store.at[-1].add(above)
    found = solve(Operator(faces, sink, grid.periodic), right, state.salt + state.trend.salt * dt, scheme.salt)
    # A constant more or less makes the sum over all cells exact, whatever the tolerance was.
    new = found.field + (jnp.sum(right) - jnp.sum(sink * found.field)) / jnp.sum(sink)
    per_area = unit * dt / (grid.spacing * grid.columns)
    return Salt(new, -jnp.sum(above * new[-1]) * per_area, jnp.sum(used) * per_area, found.iterations)


def _drift(liquid: Medium, charge: Charge, solved: Potential, parameters: Parameters, grid: Grid) -> Array:
    """- i . grad t+ in each cell times spacing^2, A/m; nothing for a constant transference number."""
    if isinstance(parameters.law, ConstantTransport):
        return jnp.zeros(())
    halves = tuple(
        0.5 * step * flow
        for flow, step in zip(currents(charge, solved.phi, grid), grid.steps(liquid.transference), strict=True)
    )
    total = 2 * sum(halves, start=jnp.zeros(grid.shape)) - grid.gain(halves)
    return total * charge.scale * grid.spacing
