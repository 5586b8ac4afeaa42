"""What the film at each place does to the roughness of a deposit: a derivative through the whole run, backwards."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from functools import partial
from typing import TYPE_CHECKING

import jax
import jax.numpy as jnp
import numpy as np
from numpy.typing import ArrayLike, NDArray

from lithoscope.errors import InputError
from lithoscope.physics.morphology.checks import check
from lithoscope.physics.morphology.drive import control_of, duration, plating
from lithoscope.physics.morphology.exact import front_speed
from lithoscope.physics.morphology.skin import uniform
from lithoscope.physics.morphology.state import Parameters, Scheme, State
from lithoscope.physics.morphology.step import begin, step
from lithoscope.protocol import Current, Program

if TYPE_CHECKING:
    from lithoscope.design import Cell
    from lithoscope.physics.morphology.model import PhaseField

TOLERANCE = 1e-9
"""Of all linear solutions: a derivative is a small difference of large numbers."""

NEWTON = 2
"""Steps of Newton's method in each time step."""

RESERVE = 2.0
"""Largest local over mean current density for which the number of steps is chosen."""


@dataclass(frozen=True)
class RoughnessGradient:
    """The roughness of a deposit and its derivative.

    roughness   rms of the metal per area of the columns at the end, m
    gradient    d roughness / d R at each place along the electrode, m per ohm m2, shape of one layer of the grid
    resistance  R, ohm m2, likewise
    steps       of time
    """

    roughness: float
    gradient: NDArray[np.float64]
    resistance: NDArray[np.float64]
    steps: int


def roughness_gradient(
    cell: Cell, program: Program, model: PhaseField, *, resistance: ArrayLike | None = None
) -> RoughnessGradient:
    """The derivative of the roughness after a step of plating with respect to a map of the film resistance.

    cell, program, model  as for `run`; the program is one step at constant current that plates
    resistance            R at each place along the electrode, ohm m2; that of the cell everywhere if not given

    The map is fixed in space. The run is one with equal time steps, differentiated backwards with every step computed twice
    instead of kept. Valid between events: what breaks off, rejoins or cracks has no derivative.
    Raises InputError for another program, a host, a film that moves, a map of another shape, a step that would be cut short.
    """
    visit = next(program.visits())
    if len(program) != 1 or not isinstance(visit.step, Current) or plating(visit) <= 0:
        raise InputError(
            "program.steps",
            "are not one step that plates at a constant current",
            expected="one step of kind current with a negative current density",
            why="Events have no derivative",
            do='Write ls.Program([ls.Current("-1 mA/cm2", {"capacity": "0.1 mAh/cm2"})])',
        )
    _check_still(model)
    driver = model.driver(cell, program, check(model, cell, program))
    scheme = replace(driver.scheme, newton=NEWTON, tolerance=TOLERANCE, salt=TOLERANCE)
    parameters = driver.parameters._replace(control=control_of(visit))
    state = begin(driver.point.state, parameters, scheme=driver.scheme)
    shape = scheme.grid.shape[1:]
    film = np.broadcast_to(np.asarray(state.skin.resistance if resistance is None else resistance, float), shape)
    speed = front_speed(plating(visit), float(parameters.molar_volume))
    steps = math.ceil(RESERVE * duration(visit) * speed / (scheme.front * scheme.grid.spacing))
    dt = duration(visit) / steps
    (value, time), gradient = _backwards(jnp.asarray(film), state, parameters, dt, scheme=scheme, steps=steps)
    if float(time) < duration(visit) * (1 - 1e-9):
        raise InputError(
            "program.steps.0.current_density",
            f"drives one place of the surface more than {RESERVE:g} times as fast as the mean",
            expected="a surface whose fastest place stays below that",
            why="The time steps of a derivative are equal and set before",
            do="Use less current, less roughness or a film that is more even",
        )
    return RoughnessGradient(float(value), np.asarray(gradient), np.array(film), steps)


def _check_still(model: PhaseField) -> None:
    """Raise InputError for what has no resistance that is fixed in space, or no columns of lithium alone."""
    whys = {
        "host": "The roughness here is that of whole columns of lithium, and fibres take part of them",
        "film": "The map of the resistance is fixed in space, and this film moves with the surface",
    }
    for name, why in whys.items():
        if getattr(model, name) is not None:
            raise InputError(f"model.{name}", "is given to the derivative of a roughness", expected=f"a model without {name}",
                             why=why, do=f"Leave {name} out of the model, or compare two runs with it")  # fmt: skip


@partial(jax.jit, static_argnames=("scheme", "steps"))
def _backwards(
    film: jax.Array, state: State, parameters: Parameters, dt: float, *, scheme: Scheme, steps: int
) -> tuple[tuple[jax.Array, jax.Array], jax.Array]:
    """Roughness and time of `roughness`, and the derivative; compiled once for each scheme."""
    of = jax.value_and_grad(partial(roughness, scheme=scheme, steps=steps), has_aux=True)
    found: tuple[tuple[jax.Array, jax.Array], jax.Array] = of(film, state, parameters, dt)
    return found


def roughness(
    resistance: jax.Array, state: State, parameters: Parameters, dt: float, *, scheme: Scheme, steps: int
) -> tuple[jax.Array, jax.Array]:
    """Roughness after equal steps with a film that is fixed in space, m, and the time that was reached, s."""

    def advance(state: State, _: None) -> tuple[State, None]:
        free = state._replace(salt_dt=jnp.asarray(jnp.inf))
        return step(free, parameters, jnp.asarray(dt), scheme=scheme)[0], None

    start = state._replace(skin=uniform(resistance), salt_dt=jnp.asarray(jnp.inf))
    end, _ = jax.lax.scan(jax.checkpoint(advance), start, None, length=steps)
    columns = end.xi.sum(0) * scheme.grid.spacing
    return jnp.std(columns), end.time
