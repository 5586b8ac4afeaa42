"""The potential of the electrolyte: eqs. (2) and (3) by Newton's method, with the current or the voltage given.

Everything is scaled by spacing^2 / kappa(c0), so that conductances of faces are near 1.
"""

from __future__ import annotations

from typing import NamedTuple

from lithoscope.physics.laws.kinetics import overpotential
from lithoscope.physics.morphology.elliptic import Operator, solve
from lithoscope.physics.morphology.engine import Array, applied, jax, jnp
from lithoscope.physics.morphology.equations import Geometry, Medium, diffusion_currents
from lithoscope.physics.morphology.grid import Grid
from lithoscope.physics.morphology.kinetics import Rate, rate
from lithoscope.physics.morphology.state import Counter, Parameters, Scheme

MOST_NEWTON = 40


class Charge(NamedTuple):
    """The problem of one time step.

    faces     conductances of the faces over kappa(c0)
    driven    fluxes over the faces that gradients of salt drive
    weight    a spacing^2 / kappa(c0): times i_n it is what the reaction takes from a cell
    exchange  i0 at each cell, A/m2;  resistance  ohm m2;  offset  E_off, V
    scale     kappa(c0) / spacing: unit of a flux, A/m2 per V
    above     conductance from the top cells to the reservoir over that unit
    lift      potential that the salt gives the reservoir against the top cells, V
    """

    faces: tuple[Array, ...]
    driven: tuple[Array, ...]
    weight: Array
    exchange: Array
    resistance: Array
    offset: Array
    scale: Array
    above: Array
    lift: Array


class Potential(NamedTuple):
    """Its solution.

    phi         V
    rate        i_n and its derivative; the sum of a i_n is that of the terminals to rounding
    current     plating current density that is delivered, A/m2 of electrode
    reservoir   potential of the reservoir, V
    left        local residual of the nonlinear equation, L1, over the total of |a i_n|
    newton      steps of Newton's method;  iterations  of the linear solver
    """

    phi: Array
    rate: Rate
    current: Array
    reservoir: Array
    left: Array
    newton: Array
    iterations: Array


def problem(seen: Geometry, liquid: Medium, c: Array, exchange: Array, resistance: Array, offset: Array,
            parameters: Parameters, V_T: Array, grid: Grid) -> Charge:  # fmt: skip
    """The problem for a surface and a salt distribution; c as `kinetics.held` gives it."""
    reference = _reference(parameters)
    faces = grid.harmonic(seen.electrolyte * liquid.conductivity / reference)
    top = liquid.conductivity[-1] / reference
    strength = (1 - liquid.transference[-1]) * liquid.factor[-1]
    return Charge(
        faces=faces, driven=diffusion_currents(faces, liquid, c, V_T, grid), weight=seen.area * grid.spacing**2 / reference,
        exchange=exchange, resistance=resistance, offset=offset, scale=reference / grid.spacing,
        above=top / (0.5 + parameters.beyond / grid.spacing),
        lift=2 * V_T * strength * jnp.log(parameters.c0 / c[-1]),
    )  # fmt: skip


def _reference(parameters: Parameters) -> Array:
    return applied(parameters.law.conductivity, parameters.c0, parameters.temperature)


def counter_potential(current: Array, counter: Counter, T: Array) -> Array:
    """Potential of the counter electrode against lithium beside it while it gives a plating current, V."""
    return applied(overpotential, current, counter.exchange, counter.resistance, T)


class Top(NamedTuple):
    """The upper end as a boundary condition: what comes in is `right - sink Phi` for each top cell, in units of `scale`."""

    sink: Array
    right: Array


def top(charge: Charge, parameters: Parameters, current: Array, V_T: Array) -> Top:
    """A given current comes in evenly; a held voltage drives what the electrolyte and the counter electrode let through.

    The counter electrode is taken linear about the current of the last iterate: phi_c(I') = phi_c(I) + r (I' - I).
    """
    control, counter = parameters.control, parameters.counter
    r = counter.resistance + 2 * V_T / jnp.sqrt(current**2 + 4 * counter.exchange**2)
    driving = -control.voltage - counter_potential(current, counter, parameters.temperature) + r * current
    through = 1 / (1 / charge.above + r * charge.scale)
    return Top(
        control.held * through,
        (1 - control.held) * control.current / charge.scale + control.held * through * (driving - charge.lift),
    )


def evaluate(charge: Charge, phi: Array, V_T: Array) -> Rate:
    """Kinetics at a potential."""
    return rate(phi - charge.offset, charge.exchange, charge.resistance, V_T)


def currents(charge: Charge, phi: Array, grid: Grid) -> tuple[Array, ...]:
    """Current over the face after each cell, pointing back (down to the metal), in units of `scale`."""
    return tuple(k * d - s for k, d, s in zip(charge.faces, grid.steps(phi), charge.driven, strict=True))


def residual(charge: Charge, end: Top, phi: Array, found: Rate, grid: Grid) -> Array:
    """What is left of (2) in each cell: in - out."""
    left = grid.gain(currents(charge, phi, grid)) - charge.weight * found.i
    return left.at[-1].add(end.right - end.sink * phi[-1])


class _Iterate(NamedTuple):
    phi: Array
    rate: Rate
    current: Array
    left: Array
    newton: Array
    iterations: Array


def potential(charge: Charge, guess: Array, parameters: Parameters, V_T: Array, scheme: Scheme) -> Potential:
    """Solve (2) with (3) from a guess of Phi.

    Each step of Newton's method solves the linear equation loosely, evaluates the kinetics and then shifts Phi everywhere by
    what the total current is off over the total conductance. The shift changes no gradient, so that it costs nothing, and the
    total closes quadratically and, after a last linear correction of the rates, to rounding.
    """
    grid, control = scheme.grid, parameters.control
    columns = grid.columns

    def advance(last: _Iterate) -> _Iterate:
        end = top(charge, parameters, last.current, V_T)
        wrong = residual(charge, end, last.phi, last.rate, grid)
        sink = (charge.weight * last.rate.g).at[-1].add(end.sink)
        found = solve(Operator(charge.faces, sink, grid.periodic), wrong, jnp.zeros_like(wrong), scheme.tolerance)
        phi = last.phi + found.field
        linear = last.rate.i + last.rate.g * found.field
        rated = evaluate(charge, phi, V_T)
        turnover = jnp.sum(charge.weight * jnp.abs(rated.i)) + 1e-12 * columns
        left = jnp.sum(charge.weight * jnp.abs(rated.i - linear)) / turnover
        phi, rated, current = _shifted(charge, end, phi, rated)
        return _Iterate(phi, rated, current, left, last.newton + 1, last.iterations + found.iterations)

    start = _Iterate(guess, evaluate(charge, guess, V_T), control.current, jnp.asarray(jnp.inf), jnp.asarray(0), jnp.asarray(0))
    if scheme.newton is not None:
        last = start
        for _ in range(scheme.newton):
            last = advance(last)
    else:
        last = jax.lax.while_loop(lambda it: (it.newton < MOST_NEWTON) & ~(it.left < scheme.closure), advance, start)
    reservoir = jnp.mean(last.phi[-1] + charge.lift + last.current / (charge.scale * charge.above))
    return Potential(last.phi, last.rate, last.current, reservoir, last.left, last.newton, last.iterations)


def _shifted(charge: Charge, end: Top, phi: Array, rated: Rate) -> tuple[Array, Rate, Array]:
    """Phi and the rates moved by a constant, so that the total current closes."""
    reacts, through = jnp.sum(charge.weight * rated.i), jnp.sum(jnp.broadcast_to(end.right, phi[-1].shape) - end.sink * phi[-1])
    gain = jnp.sum(charge.weight * rated.g) + jnp.sum(jnp.broadcast_to(end.sink, phi[-1].shape))
    shift = (through - reacts) / gain
    moved = Rate(rated.i + rated.g * shift, rated.g)
    delivered = jnp.sum(charge.weight * moved.i) / phi[-1].size * charge.scale
    return phi + shift, moved, delivered


def flat_guess(current: Array, parameters: Parameters, resistance: Array) -> Array:
    """Potential in front of a flat surface under a current, V: where a step of a program begins to look."""
    return applied(overpotential, current, parameters.exchange, resistance, parameters.temperature)
