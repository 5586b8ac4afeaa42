"""The potential of the electrolyte: eqs. (2) and (3) by Newton's method, with the current or the voltage given.

Everything is scaled by spacing^2 / kappa(c0), so that conductances of faces are near 1.
"""

from __future__ import annotations

from typing import NamedTuple

from lithoscope.physics.laws.kinetics import overpotential
from lithoscope.physics.morphology.elliptic import Operator, solve
from lithoscope.physics.morphology.engine import Array, applied, jax, jnp
from lithoscope.physics.morphology.equations import Geometry, Medium, diffusion_currents
from lithoscope.physics.morphology.fragments import Pieces, potential_of_metal, sum_over
from lithoscope.physics.morphology.grid import Grid
from lithoscope.physics.morphology.kinetics import Rate, rate_near
from lithoscope.physics.morphology.skin import Skin
from lithoscope.physics.morphology.state import Counter, Parameters, Scheme

MOST_NEWTON = 40

SMALL_CURRENT = 1e-4
"""Below which a current that a held voltage drives need not be known better, A/m2."""


class Charge(NamedTuple):
    """The problem of one time step.

    faces     conductances of the faces over kappa(c0)
    driven    fluxes over the faces that gradients of salt drive
    weight    a spacing^2 / kappa(c0): times i_n it is what the reaction takes from a cell
    exchange  i0 at each cell, A/m2;  resistance  ohm m2;  offset  E_off, V
    side      current density into the metal that plates no lithium, A/m2
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
    side: Array
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
    pieces: Pieces | None
    rate: Rate
    current: Array
    reservoir: Array
    left: Array
    newton: Array
    iterations: Array


def problem(seen: Geometry, liquid: Medium, c: Array, exchange: Array, skin: Skin,
            parameters: Parameters, V_T: Array, grid: Grid) -> Charge:  # fmt: skip
    """The problem for a surface and a salt distribution; c as `kinetics.held` gives it."""
    reference = _reference(parameters)
    faces = grid.harmonic(seen.electrolyte * liquid.conductivity / reference)
    top = liquid.conductivity[-1] / reference
    strength = (1 - liquid.transference[-1]) * liquid.factor[-1]
    return Charge(
        faces=faces, driven=diffusion_currents(faces, liquid, c, V_T, grid), weight=seen.area * grid.spacing**2 / reference,
        exchange=exchange, resistance=skin.resistance, offset=skin.offset, side=skin.side, scale=reference / grid.spacing,
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


def evaluate(charge: Charge, phi: Array, pieces: Pieces | None, V_T: Array) -> Rate:
    """Kinetics at a potential; that of metal without contact counts from its own."""
    metal = 0.0 if pieces is None else potential_of_metal(pieces)
    found = rate_near(charge.weight > 0, phi - metal - charge.offset, charge.exchange, charge.resistance, V_T)
    return Rate(found.i + charge.side, found.g)


def currents(charge: Charge, phi: Array, grid: Grid) -> tuple[Array, ...]:
    """Current over the face after each cell, pointing back (down to the metal), in units of `scale`."""
    return tuple(k * d - s for k, d, s in zip(charge.faces, grid.steps(phi), charge.driven, strict=True))


def residual(charge: Charge, end: Top, phi: Array, i: Array, grid: Grid) -> Array:
    """What is left of (2) in each cell: in - out."""
    left = grid.gain(currents(charge, phi, grid)) - charge.weight * i
    return left.at[-1].add(end.right - end.sink * phi[-1])


class _Iterate(NamedTuple):
    phi: Array
    pieces: Pieces | None
    rate: Rate
    current: Array
    left: Array
    newton: Array
    iterations: Array


def potential(charge: Charge, known: Array, guess: Array, pieces: Pieces | None, parameters: Parameters, V_T: Array,
              scheme: Scheme) -> Potential:  # fmt: skip
    """Solve (2) with (3).

    known  Phi of the last step: the linear equations are solved for the change from it, so that their tolerance is a share of
           that change and not of what it is off from a guess
    guess  Phi about which the kinetics are taken linear first

    Each step of Newton's method solves the linear equation loosely, evaluates the kinetics and then shifts Phi everywhere by
    what the total current is off over the total conductance. The shift changes no gradient, so that it costs nothing, and the
    total closes quadratically and, after a last linear correction of the rates, to rounding. So does the net current of each
    piece without contact.
    """
    grid = scheme.grid

    def advance(last: _Iterate) -> _Iterate:
        end = top(charge, parameters, last.current, V_T)
        conductance = charge.weight * last.rate.g
        operator = Operator(charge.faces, conductance.at[-1].add(end.sink), grid.periodic)
        before = last.rate.i + last.rate.g * (known - last.phi)
        wrong = residual(charge, end, known, before, grid)
        guess = last.phi - known
        change, shifts, iterations = _linear(operator, wrong, guess, conductance, charge.weight * before, last.pieces, scheme)
        phi, pieces = known + change, _moved(last.pieces, shifts)
        linear = before + last.rate.g * (change - _in_metal(last.pieces, shifts))
        rated = evaluate(charge, phi, pieces, V_T)
        turnover = jnp.sum(charge.weight * jnp.abs(rated.i)) + 1e-12 * grid.columns
        left = jnp.sum(charge.weight * jnp.abs(rated.i - linear)) / turnover
        phi, pieces, rated, current = _closed(charge, end, phi, pieces, rated)
        # Where the voltage is held, the counter electrode was taken at the current of the last iterate.
        left = left + parameters.control.held * jnp.abs(current - last.current) / (jnp.abs(current) + SMALL_CURRENT)
        return _Iterate(phi, pieces, rated, current, left, last.newton + 1, last.iterations + iterations)

    none = jnp.zeros((), jnp.int32)
    started = evaluate(charge, guess, pieces, V_T)
    last = _Iterate(guess, pieces, started, parameters.control.current, jnp.asarray(jnp.inf), none, none)
    if scheme.newton is not None:
        for _ in range(scheme.newton):
            last = advance(last)
    else:
        last = jax.lax.while_loop(lambda it: (it.newton < MOST_NEWTON) & ~(it.left < scheme.closure), advance, last)
    reservoir = jnp.mean(last.phi[-1] + charge.lift + last.current / (charge.scale * charge.above))
    return Potential(last.phi, last.pieces, last.rate, last.current, reservoir, last.left, last.newton, last.iterations)


def _linear(operator: Operator, wrong: Array, guess: Array, conductance: Array, current: Array, pieces: Pieces | None,
            scheme: Scheme) -> tuple[Array, Array, Array]:  # fmt: skip
    """One linear step: the changes of Phi and of the potentials of the pieces, and the iterations.

    A dPhi - sum_k s_k dphi_k = r and N_k + s_k . dPhi - S_k dphi_k = 0, with S_k = 1 . s_k, N_k the net current of a piece:
    (A - sum_k s_k s_k^T / S_k) dPhi = r + sum_k s_k N_k / S_k.
    """
    if pieces is None:
        found = solve(operator, wrong, guess, scheme.tolerance)
        return found.field, jnp.zeros(1), found.iterations
    numbers = jnp.arange(1, pieces.places + 1, dtype=pieces.owner.dtype).reshape(-1, *(1 for _ in wrong.shape))
    vectors = jnp.where(pieces.owner == numbers, conductance, 0.0)
    net, total = sum_over(pieces, current), sum_over(pieces, conductance)
    total = jnp.where(total > 0, total, 1.0)
    right = wrong + conductance * _in_metal(pieces, net / total)
    found = solve(operator, right, guess, scheme.tolerance, pieces=vectors)
    return found.field, (net + sum_over(pieces, conductance * found.field)) / total, found.iterations


def _in_metal(pieces: Pieces | None, shifts: Array) -> Array:
    """A number for each piece in the cells that belong to it, 0 elsewhere."""
    return jnp.zeros(()) if pieces is None else potential_of_metal(pieces._replace(potential=shifts))


def _moved(pieces: Pieces | None, shifts: Array) -> Pieces | None:
    """The pieces at other potentials."""
    if pieces is None:
        return None
    return pieces._replace(potential=jnp.where(pieces.alive, pieces.potential + shifts, 0.0))


def _closed(
    charge: Charge, end: Top, phi: Array, pieces: Pieces | None, rated: Rate
) -> tuple[Array, Pieces | None, Rate, Array]:
    """Phi moved by a constant and each piece by its own, so that the total current and the net current of pieces close.

    The rates follow linearly. Gives Phi, the pieces, the rates and the delivered current density.
    """
    current, conductance = charge.weight * rated.i, charge.weight * rated.g
    beside = jnp.where(pieces.owner == 0, 1.0, 0.0) if pieces is not None else 1.0
    comes_in = jnp.sum(end.right - end.sink * phi[-1] + jnp.zeros_like(phi[-1]))
    gives_way = jnp.sum(conductance * beside) + jnp.sum(end.sink + jnp.zeros_like(phi[-1]))
    shift = (comes_in - jnp.sum(current * beside)) / gives_way
    shifts = jnp.zeros(1)
    if pieces is not None:
        total = sum_over(pieces, conductance)
        shifts = jnp.where(pieces.alive, shift + sum_over(pieces, current) / jnp.where(total > 0, total, 1.0), 0.0)
    moved = Rate(rated.i + rated.g * (shift - _in_metal(pieces, shifts)), rated.g)
    delivered = jnp.sum(charge.weight * moved.i) / phi[-1].size * charge.scale
    return phi + shift, _moved(pieces, shifts), moved, delivered


def flat_guess(current: Array, parameters: Parameters, resistance: Array) -> Array:
    """Potential in front of a flat surface under a current, V: where a step of a program begins to look."""
    return applied(overpotential, current, parameters.exchange, resistance, parameters.temperature)
