"""One time step: `step(state, parameters, dt) -> state, record`, pure, and many of them in one compiled loop."""

from __future__ import annotations

from functools import partial
from typing import Any, NamedTuple

from lithoscope.constants import FARADAY, thermal_voltage
from lithoscope.physics.laws.transport import limiting_current_density
from lithoscope.physics.morphology import salt as salts
from lithoscope.physics.morphology.charge import Potential, counter_potential, evaluate, flat_guess, potential, problem
from lithoscope.physics.morphology.engine import Array, applied, jax, jnp
from lithoscope.physics.morphology.equations import Geometry, curvature, geometry, medium, profile_keeper
from lithoscope.physics.morphology.grid import Grid
from lithoscope.physics.morphology.kinetics import exchange, held
from lithoscope.physics.morphology.observe import Shape, shape
from lithoscope.physics.morphology.obstacle import advanced, at_front, electrolyte, geometry_among, metal
from lithoscope.physics.morphology.state import Books, Parameters, Scheme, State, Trend

FASTEST_GROWTH = 1.5
"""Of the time step that the salt allows, from one step to the next."""

LEAST_SHARE = 0.05
"""Share of the concentration of the reservoir below which its change counts against that share."""


class Record(NamedTuple):
    """What is kept of every step: numbers, SI, per area of electrode.

    time, dt      at its beginning; its length
    current       delivered plating current density
    imposed       the current density of the control; the delivered one where a voltage is held
    voltage       working against counter electrode; working, counter, electrolyte: its parts
    fastest       largest speed of the front, m/s
    left          local residual of the potential;  newton, iterations, salt_iterations: of the solvers
    salt_mean, salt_low, salt_high  salt concentration at the surface
    books         integrals since the start;  shape: roughness and what goes with it
    metal         lithium in the domain, C/m2;  loose: of it without contact;  solution: salt there, mol/m2
    film          lithium in film of the surface, C/m2
    """

    time: Array
    dt: Array
    current: Array
    imposed: Array
    voltage: Array
    working: Array
    counter: Array
    electrolyte: Array
    fastest: Array
    left: Array
    newton: Array
    iterations: Array
    salt_iterations: Array
    salt_mean: Array
    salt_low: Array
    salt_high: Array
    books: Books
    shape: Shape
    metal: Array
    loose: Array
    film: Array
    solution: Array


class Solved(NamedTuple):
    """The potential of a state and what it was found from."""

    seen: Geometry
    c: Array
    charge: Any
    liquid: Any
    skin: Any
    potential: Potential


def solve_potential(state: State, parameters: Parameters, scheme: Scheme) -> Solved:
    """Eqs. (1) to (3) for a state."""
    grid, T = scheme.grid, parameters.temperature
    V_T = applied(thermal_voltage, T)
    seen = jax.lax.optimization_barrier(geometry_among(geometry(state.xi, grid, parameters.floor), state, parameters))
    c = held(parameters.c0 + state.salt, parameters.c0)
    liquid = medium(parameters.law, c, T)
    skin = scheme.carried.skin(state.skin)
    stiffness = parameters.capillarity + skin.tension * parameters.molar_volume / FARADAY
    offset = skin.offset + stiffness * curvature(state.xi, grid)
    i0 = exchange(parameters.exchange, c, parameters.c0) * skin.exchange
    charge = problem(seen, liquid, c, i0, skin._replace(offset=offset), parameters, V_T, grid)
    if scheme.carried.depletes:
        # With the current that the last potential drives: the film is thin, and follows within a step.
        beneath = held(c - skin.depletion * evaluate(charge, state.phi, state.pieces, V_T).i, parameters.c0)
        charge = charge._replace(exchange=exchange(parameters.exchange, beneath, parameters.c0) * skin.exchange)
    charge, liquid = jax.lax.optimization_barrier((charge, liquid))
    guess = state.phi + state.trend.phi * state.trend.age
    found = potential(charge, state.phi, guess, state.pieces, parameters, V_T, scheme)
    return Solved(seen, c, charge, liquid, skin, found)


def step(state: State, parameters: Parameters, dt: Array, *, scheme: Scheme) -> tuple[State, Record]:
    """One time step of at most dt, s. The record says how things stand at its beginning; dt = 0 only looks."""
    grid = scheme.grid
    found = solve_potential(state, parameters, scheme)
    seen, i = found.seen, found.potential.rate.i
    per_current = parameters.molar_volume / FARADAY
    fastest = per_current * jnp.max(
        jnp.abs(i - found.skin.corrosion - found.skin.side) * at_front(seen, state, parameters.obstacle)
    )
    taken = jnp.minimum(jnp.minimum(dt, state.salt_dt), scheme.front * grid.spacing / (fastest + 1e-30))
    taken = jnp.minimum(taken, _tension_dt(found, per_current, grid.spacing))
    lost = scheme.carried.corroded(state.skin, state.xi, taken)
    speed = per_current * (i - lost)

    # A salt step of no length does not exist; what is found for another one is not used then.
    moves = taken > 0
    dissolved = salts.advance(
        state, jnp.where(moves, taken, 1.0), seen, found.liquid, found.charge, found.potential, parameters, scheme
    )
    passing = None if parameters.obstacle is None else parameters.obstacle.passing
    keeper = profile_keeper(state.xi, seen, grid, scheme.width, passing) / grid.spacing
    growth = seen.area * speed + scheme.keeping * fastest * keeper
    xi = advanced(state.xi, taken * growth, parameters.obstacle)
    new = State(
        xi=xi, salt=dissolved.salt, phi=found.potential.phi, pieces=found.potential.pieces,
        skin=scheme.carried.advance(state.skin, state.xi, xi, speed, taken), time=state.time + taken,
        salt_dt=_salt_dt(state, dissolved.salt, seen, taken, parameters, scheme),
        trend=_trend(state, found.potential.phi, dissolved.salt, taken),
        books=_booked(state, found, lost, growth, dissolved, xi, taken, parameters, scheme),
    )  # fmt: skip
    looked = state._replace(phi=new.phi, pieces=new.pieces, trend=new.trend._replace(salt=state.trend.salt, age=taken))
    record = _record(state, found, taken, fastest, dissolved.iterations, parameters, scheme)
    return jax.tree.map(lambda a, b: jnp.where(moves, a, b), new, looked), record


def _tension_dt(found: Solved, per_current: Array, spacing: float) -> Array:
    """The longest step, s, in which the tension of a film flattens no more than there is: it is taken from before the step.

    The height of a surface follows dh/dt = L kappa, L = g T_f (V_m / F)^2: explicit in time up to spacing^2 / (4 L).
    """
    flattens = per_current**2 * jnp.max(found.potential.rate.g * found.skin.tension * (found.seen.area > 0))
    # A bound on the step has no derivative that counts, and where there is no tension none that is finite.
    return jax.lax.stop_gradient(spacing**2 / (4 * flattens + 1e-300))


def _trend(state: State, phi: Array, salt: Array, taken: Array) -> Trend:
    """How potential and salt go now; as before where no time passed."""
    last = state.trend
    return Trend(
        jnp.where(last.age > 0, (phi - state.phi) / jnp.where(last.age > 0, last.age, 1.0), last.phi),
        (salt - state.salt) / jnp.where(taken > 0, taken, 1.0),
        taken,
    )


def _salt_dt(state: State, salt: Array, seen: Geometry, taken: Array, parameters: Parameters, scheme: Scheme) -> Array:
    """The time step that changes the salt at the surface as much as it may, from what this one did."""
    c = parameters.c0 + state.salt
    at_surface = seen.area > 0.1 * jnp.max(seen.area)
    change = jnp.max(jnp.abs(salt - state.salt) / jnp.maximum(c, LEAST_SHARE * parameters.c0) * at_surface)
    return taken * jnp.clip(scheme.change / (change + 1e-30), 0.2, FASTEST_GROWTH)


def _booked(state: State, found: Solved, lost: Array, growth: Array, dissolved: salts.Salt, xi: Array, dt: Array,
            parameters: Parameters, scheme: Scheme) -> Books:  # fmt: skip
    grid, books = scheme.grid, state.books
    per_area = grid.spacing / grid.columns
    after = electrolyte(xi, parameters.floor, parameters.obstacle)
    c = parameters.c0 + dissolved.salt
    return books._replace(
        charge=books.charge + found.potential.current * dt,
        salt_in=books.salt_in + dissolved.came_in,
        salt_used=books.salt_used + dissolved.used,
        displaced=books.displaced + jnp.sum((found.seen.electrolyte - after) * c) * per_area,
        corroded=books.corroded + jnp.sum(found.seen.area * lost) * dt * per_area,
        # Pieces take part in no net current, but in corrosion and, at what is left of a neck, in the keeping of the profile.
        isolated=books.isolated + _of_pieces(state, growth) * dt * per_area * FARADAY / parameters.molar_volume,
    )


def _record(state: State, found: Solved, dt: Array, fastest: Array, salt_iterations: Array, parameters: Parameters,
            scheme: Scheme) -> Record:  # fmt: skip
    grid, solved, seen, books = scheme.grid, found.potential, found.seen, state.books
    counter = counter_potential(solved.current, parameters.counter, parameters.temperature)
    total = jnp.sum(seen.area)
    beside = jnp.sum(seen.area * solved.phi) / total
    at_surface = seen.area > 0.1 * jnp.max(seen.area)
    control = parameters.control
    salt = parameters.c0 + state.salt
    return Record(
        time=state.time, dt=dt, current=solved.current,
        imposed=jnp.where(control.held > 0, solved.current, control.current),
        voltage=-solved.reservoir - counter, working=-beside, counter=counter, electrolyte=beside - solved.reservoir,
        fastest=fastest, left=solved.left, newton=solved.newton, iterations=solved.iterations,
        salt_iterations=salt_iterations, salt_mean=jnp.sum(seen.area * salt) / total,
        salt_low=jnp.min(jnp.where(at_surface, salt, jnp.inf)), salt_high=jnp.max(jnp.where(at_surface, salt, -jnp.inf)),
        books=books, shape=shape(state.xi, seen, solved.rate.i, grid),
        film=scheme.carried.lithium(state.skin), **stock(state, seen.electrolyte, parameters, grid),
    )  # fmt: skip


def stock(state: State, liquid: Array, parameters: Parameters, grid: Grid) -> dict[str, Array]:
    """Lithium in the domain and that of it without contact, C/m2; salt in the solution, mol/m2; as in `Record`.

    liquid  psi, share of each cell that is electrolyte
    """
    per_area, here = grid.spacing / grid.columns, metal(state.xi, parameters.obstacle)
    charge = per_area * FARADAY / parameters.molar_volume
    return {
        "metal": jnp.sum(here) * charge, "loose": _of_pieces(state, here) * charge,
        "solution": jnp.sum(liquid * (parameters.c0 + state.salt)) * per_area,
    }  # fmt: skip


def _of_pieces(state: State, u: Array) -> Array:
    """Sum of a field over the cells that belong to pieces without contact."""
    return jnp.zeros(()) if state.pieces is None else jnp.sum(jnp.where(state.pieces.owner > 0, u, 0.0))


def start_step(state: State, parameters: Parameters, scheme: Scheme) -> State:
    """The state at the beginning of a step of the program: a potential to begin the search from, and a first time step.

    The salt in front of a flat surface changes by a share x in t = pi D (x c0 F / (2 i (1 - t+)))^2, Sand's law.
    """
    control = parameters.control
    D, t_plus = _at_reservoir(parameters)
    current = jnp.where(control.held > 0, 0.0, control.current)
    resistance = jnp.mean(scheme.carried.skin(state.skin).resistance)
    guess = flat_guess(current, parameters, resistance)
    reference = jnp.where(control.held > 0, limiting(parameters, scheme), jnp.abs(control.current)) + 1e-9
    first = jnp.pi * D * (scheme.change * parameters.c0 * FARADAY / (2 * reference * (1 - t_plus) + 1e-9)) ** 2
    nothing = jnp.zeros(scheme.grid.shape)
    trend = Trend(nothing, nothing, jnp.zeros(()))
    return state._replace(phi=jnp.full(scheme.grid.shape, guess), salt_dt=first, trend=trend)


def limiting(parameters: Parameters, scheme: Scheme) -> Array:
    """Limiting current density from the reservoir to the bottom of the domain, A/m2."""
    D, t_plus = _at_reservoir(parameters)
    thickness = scheme.grid.height + parameters.beyond
    return applied(limiting_current_density, D, t_plus, parameters.c0, thickness, 1.0) / 2


def _at_reservoir(parameters: Parameters) -> tuple[Array, Array]:
    """D, m2/s, and t+ at the concentration of the reservoir."""
    law = parameters.law
    D, t_plus = (applied(each, parameters.c0, parameters.temperature) for each in (law.diffusivity, law.transference_number))
    return D, t_plus


class Limits(NamedTuple):
    """Where a loop of steps ends.

    time           s
    low, high      voltages between which it goes on, V
    least_current  magnitude above which it goes on, A/m2
    charge         pair: charge plated at the beginning of the loop, and how much more or less ends it, C/m2
    bottom, top    heights between which the surface may be, m
    least_dt       of a step, s
    """

    time: Array
    low: Array
    high: Array
    least_current: Array
    charge: tuple[Array, Array]
    bottom: Array
    top: Array
    least_dt: Array


class Batch(NamedTuple):
    """A loop of steps: the state at its end, one row for each instant, the end included, and how many rows there are."""

    state: State
    rows: Record
    instants: Array


ROWS = 32
"""Most steps in one loop."""

UNSOLVED = 1e-2
"""Local residual of the potential from which a step counts as not solved."""


def sound(record: Record) -> Array:
    """Whether the numbers of a step are finite and its potential was found."""
    finite = jnp.isfinite(record.voltage) & jnp.isfinite(record.metal) & jnp.isfinite(record.solution)
    return finite & (record.left < UNSOLVED)


def goes_on(record: Record, limits: Limits) -> Array:
    """Whether nothing ends the loop at an instant."""
    return (
        sound(record)
        & (record.voltage > limits.low) & (record.voltage < limits.high)
        & (jnp.abs(record.current) > limits.least_current)
        & (jnp.abs(record.books.charge - limits.charge[0]) < limits.charge[1])
        & (record.shape.lowest > limits.bottom) & (record.shape.top < limits.top)
        & (record.dt > limits.least_dt)
    )  # fmt: skip


@partial(jax.jit, static_argnames=("scheme",))
def batch(state: State, parameters: Parameters, limits: Limits, most: Array, *, scheme: Scheme) -> Batch:
    """Up to `most` steps, fewer where a limit is met, and a look at the end; a step ends exactly at the limit of time.

    The loop ends after the step at whose beginning a limit was met: who asks looks at the rows.
    """
    advance = jax.jit(partial(step, scheme=scheme))  # traced once, for what it gives and for the loop
    kinds, tree = jax.tree.flatten(jax.eval_shape(advance, state, parameters, limits.time)[1])
    going, ending, over = 0, 1, 2

    def one(at: tuple[State, Array, Array, Array]) -> tuple[State, Array, Array, Array]:
        state, rows, n, phase = at
        left = limits.time - state.time
        last = (phase == ending) | (n >= most) | (left <= 0)
        state, record = advance(state, parameters, jnp.where(last, 0.0, left))
        state = state._replace(time=jnp.where((record.dt >= left) & ~last, limits.time, state.time))
        # One array for all numbers: a column for each would be a program of its own to XLA, thirty in all.
        rows = rows.at[n].set(jnp.stack([leaf.astype(rows.dtype) for leaf in jax.tree.leaves(record)]))
        return state, rows, n + 1, jnp.where(last, over, jnp.where(goes_on(record, limits), going, ending))

    start = (state, jnp.zeros((ROWS + 1, len(kinds))), jnp.asarray(0), jnp.asarray(going))
    state, rows, instants, _ = jax.lax.while_loop(lambda at: at[3] < over, one, start)
    columns = (rows[:, column].astype(kind.dtype) for column, kind in enumerate(kinds))
    return Batch(state, jax.tree.unflatten(tree, columns), instants)


@partial(jax.jit, static_argnames=("scheme",))
def begin(state: State, parameters: Parameters, *, scheme: Scheme) -> State:
    """`start_step`, compiled."""
    return start_step(state, parameters, scheme)
