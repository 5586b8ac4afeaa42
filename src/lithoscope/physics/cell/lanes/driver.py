"""Many designs through one program, eight at a time: each lane has its own design, time, step size and place in the program.

A lane that ends takes the next design, so that none waits for another. What all lanes do together are calls of lowered functions;
everything here decides for one lane at a time, from the numbers of that lane alone.

A step of the program: set its numbers; make the algebraic unknowns consistent with them; look at the conditions; then step after
step until the time is up or a condition falls to zero. A step that passes over a condition is not taken: the lane goes back to
where it was and tries the size at which a straight line would be zero, until it stands on the condition. With samples inside a
step whose length a condition decides, the step is run a second time, when its length is known.

Compiled by numba: once for an installation, since sizes and addresses are arguments. In every function

l    lane;  c: addresses of the lowered functions;  z: sizes
v    all vectors of the thread, shape (places, width);  z and the places below say which is where
k    whole numbers of the lanes, shape (WHOLES, width)
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple, TypeVar

import numba
import numpy as np
from llvmlite import ir
from numba.core import cgutils, types
from numba.extending import intrinsic

from lithoscope.physics.cell.lanes.functions import Array
from lithoscope.physics.cell.lanes.table import Whole

EVENT_TIME = 1e-6
"""A condition is reached in a step shorter than this, s, that passes it by less than `EVENT_VALUE`, ..."""
EVENT_VALUE = 1e-6
"""... in the unit of the condition, ..."""
EVENT_MIN = 1e-10
"""... or in one shorter than this, s."""
FIRST_STEP = 1e-4
"""Size of the first step after a change, s."""
LEAST_STEP = 1e-13
"""Size below which a lane gives up, s."""
MOST_TRIED = 100_000
"""Steps that may be tried in one step of a program."""
NEWTON_TOLERANCE, NEWTON_GOOD, NEWTON_ITERATIONS = 1e-11, 1e-7, 50
"""Relative change of the algebraic unknowns at which a start is consistent; with which it is good enough after so many."""
SAFETY, SHRINK, GROW = 0.9, 0.1, 6.0
"""Of the step size: below what the error asks for, and at most so much smaller or larger."""

COMPLETED, NO_START, STEP_TOO_SMALL, TOO_MANY_STEPS, NOT_FINITE, INTERRUPTED, NOT_RUN = 0, -1, -2, -3, -4, -5, -9
"""How a design ended; n + 1: condition n ended it."""
NOT_REACHED, TIME_IS_UP = -1, 0
"""How a step ended; n + 1: condition n ended it."""

TIME, SIZE, UNTIL, WALL, SETTLED, MASK, ERROR, BEFORE, VECTORS = 0, 1, 2, 3, 4, 5, 6, 7, 10
"""Places in v: time since the start of the step, size to try next, time at which it ends, time at which a condition is known to
be passed, last change of the algebraic unknowns, lanes whose step is taken, its error, what the last step left (3 places)."""
WHO, ROW, FRESH, TRIED, SAMPLED, REPLAY, ENDED, WAITS_WHO, WAITS_ROW, WAITS_AS, REACHED, FAILED, SHARED, WHOLES = range(14)
"""Places in k: design or -1; row of the program; whether at the start of it; steps tried in it; samples taken; whether it is run
again for samples, and how it ended before; of the states that wait for outputs, design, row and sample; how the last step ended
it, and why the lane cannot go on; and three numbers of the thread."""
DONE, STOP, WAITING = 0, 1, 2
"""In SHARED: designs that are done, not 0 to end early, number of states that wait for outputs."""


class Code(NamedTuple):
    """Addresses of the lowered functions, in the order of `assembly.SYMBOLS`."""

    step: int
    commit: int
    watch: int
    newton: int
    outputs: int
    jacobian_prelude: int
    rate_prelude: int
    watch_prelude: int
    newton_prelude: int


class Sizes(NamedTuple):
    """Numbers of vectors, see `assembly.Layout`; places of buffers in v; and what depends on the run.

    base     address of v
    samples  in each step;  tolerant: conditions that end only the step
    charge, clock, voltage, scan  places of the numbers of a step that depend on where it starts, -1 where there is none
    """

    width: int
    unknowns: int
    differential: int
    cell: int
    step: int
    conditions: int
    outputs: int
    base: int
    a: int
    X: int
    K: int
    W: int
    f: int
    left: int
    jacobian: int
    rate: int
    watch: int
    newton: int
    tolerances: int
    watched: int
    corrected: int
    batch: int
    seen: int
    start: int
    end: int
    sample: int
    earlier: int
    samples: int
    tolerant: int
    charge: int
    clock: int
    voltage: int
    scan: int


class Plan(NamedTuple):
    """What is run.

    told   numbers of each step of the program, then its duration, s, and for a scan from where the cell is its end, V, and rate,
           V/s, else 0; shape (rows, step + 3)
    kept   number of the state that is kept at the end of each step, -1 for none
    start  numbers of the cell, state at assembly and `functions.BEFORE` of each design
    dense  coefficients of the dense output, shape (2, 5)
    """

    told: Array
    kept: Whole
    start: Array
    dense: Array


class Out(NamedTuple):
    """What comes of it, one row for each design.

    seen      outputs at the samples of each step, the last of which is its end, shape (designs, rows, samples + 1, outputs)
    duration  of each step, s; of the one in which a design failed, how far it came
    ended     how each ended, see `TIME_IS_UP`
    states    those that are kept, then the last, shape (designs, kept + 1, unknowns)
    counts    how the design ended, steps tried, steps accepted
    """

    seen: Array
    duration: Array
    ended: Whole
    states: Array
    counts: Whole


Compiled = TypeVar("Compiled", bound=Callable[..., Any])


def _inner(function: Compiled) -> Compiled:
    """Machine code for `run`, which alone is called from Python and is kept on disk with all that it calls."""
    return numba.njit(nogil=True, no_cpython_wrapper=True, no_cfunc_wrapper=True)(function)  # type: ignore[no-any-return]


def _entry(function: Compiled) -> Compiled:
    """Machine code that lets other threads run, kept on disk."""
    return numba.njit(nogil=True, cache=True)(function)  # type: ignore[no-any-return]


@intrinsic  # type: ignore[untyped-decorator]
def _call(_context: Any, address: Any, pointers: Any) -> Any:
    """Call the function at an address with the addresses and numbers of a tuple."""

    def generate(_ctx: Any, builder: Any, _signature: Any, arguments: Any) -> Any:
        given = cgutils.unpack_tuple(builder, arguments[1])
        kind = ir.FunctionType(ir.VoidType(), [ir.IntType(64)] * len(given))
        builder.call(builder.inttoptr(arguments[0], kind.as_pointer()), given)

    return types.void(address, pointers), generate


@_inner
def _at(z: Sizes, place: int) -> int:
    """Address of a place in v."""
    return z.base + 8 * z.width * place


@_inner
def _evaluate(address: int, kept: int, into: int, z: Sizes) -> None:
    """Call a lowered function of the arguments."""
    a = _at(z, z.a)
    _call(address, (a, a, _at(z, kept), _at(z, into), _at(z, z.left)))


@_inner
def _copy(to: int, of: int, count: int, l: int, v: Array) -> None:
    """Copy vectors in one lane."""
    for i in range(count):
        v[to + i, l] = v[of + i, l]


@_inner
def _load(l: int, design: int, z: Sizes, v: Array, k: Whole, plan: Plan) -> None:
    """Lane l takes a design."""
    k[WHO, l], k[ROW, l], k[FRESH, l] = design, 0, 1
    for i in range(z.cell):
        v[z.a + z.unknowns + i, l] = plan.start[design, i]
    for i in range(z.unknowns):
        v[z.X + i, l] = plan.start[design, z.cell + i]
    for i in range(3):
        v[BEFORE + i, l] = plan.start[design, z.cell + z.unknowns + i]


@_inner
def _preludes(c: Code, z: Sizes) -> None:
    """What depends on the design alone, after a lane was loaded."""
    _evaluate(c.jacobian_prelude, z.jacobian, z.left, z)
    _evaluate(c.rate_prelude, z.rate, z.left, z)
    _evaluate(c.watch_prelude, z.watch, z.left, z)
    _evaluate(c.newton_prelude, z.newton, z.left, z)


@_inner
def _tell(l: int, z: Sizes, v: Array, k: Whole, plan: Plan) -> None:
    """Lane l is told the numbers of its step."""
    row, s = k[ROW, l], z.a + z.unknowns + z.cell
    for i in range(z.step):
        v[s + i, l] = plan.told[row, i]
    duration, rate = plan.told[row, z.step], plan.told[row, z.step + 2]
    v[s + z.charge, l] = v[BEFORE, l]
    if z.clock >= 0:
        v[s + z.clock, l] = v[BEFORE + 1, l]
    if rate > 0:
        way = plan.told[row, z.step + 1] - v[BEFORE + 2, l]
        v[s + z.voltage, l], v[s + z.scan, l] = v[BEFORE + 2, l], np.copysign(rate, way)
        duration = abs(way) / rate
    v[TIME, l], v[SIZE, l], v[UNTIL, l], v[WALL, l], v[SETTLED, l] = 0.0, FIRST_STEP, duration, 0.0, np.inf
    k[TRIED, l], k[SAMPLED, l], k[REPLAY, l] = 0, 0, 0


@_inner
def _take_states(z: Sizes, v: Array) -> None:
    """The states of all lanes become arguments."""
    for i in range(z.unknowns):
        for l in range(z.width):
            v[z.a + i, l] = v[z.X + i, l]


@_inner
def _make_consistent(c: Code, z: Sizes, v: Array, k: Whole) -> None:
    """Newton's method on the algebraic unknowns of the fresh lanes; one that has converged is left alone."""
    algebraic = z.unknowns - z.differential
    for _ in range(NEWTON_ITERATIONS):
        _take_states(z, v)
        _evaluate(c.newton, z.newton, z.corrected, z)
        moving = False
        for l in range(z.width):
            if k[FRESH, l] == 1 and not v[SETTLED, l] <= NEWTON_TOLERANCE:
                v[SETTLED, l] = v[z.corrected + algebraic, l]
                _copy(z.X + z.differential, z.corrected, algebraic, l, v)
                moving = moving or not v[SETTLED, l] <= NEWTON_TOLERANCE
        if not moving:
            return


@_inner
def _wait(l: int, sample: int, of: int, c: Code, z: Sizes, v: Array, k: Whole, out: Out) -> None:
    """A state of lane l waits to have its outputs made."""
    place, n = k[SHARED, WAITING], z.unknowns
    k[WAITS_WHO, place], k[WAITS_ROW, place], k[WAITS_AS, place] = k[WHO, l], k[ROW, l], sample
    for i in range(n):
        v[z.batch + i, place] = v[of + i, l]
    for i in range(n, n + z.cell + z.step):
        v[z.batch + i, place] = v[z.a + i, l]
    k[SHARED, WAITING] = place + 1
    if place + 1 == z.width:
        _make_outputs(c, z, v, k, out)


@_inner
def _make_outputs(c: Code, z: Sizes, v: Array, k: Whole, out: Out) -> None:
    """The outputs of all states that wait."""
    batch = _at(z, z.batch)
    _call(c.outputs, (batch, batch, batch, _at(z, z.seen), _at(z, z.left)))
    for place in range(k[SHARED, WAITING]):
        for i in range(z.outputs):
            out.seen[k[WAITS_WHO, place], k[WAITS_ROW, place], k[WAITS_AS, place], i] = v[z.seen + i, place]
    k[SHARED, WAITING] = 0


@_inner
def _keep(l: int, place: int, z: Sizes, v: Array, k: Whole, out: Out) -> None:
    """Keep the state of lane l."""
    for i in range(z.unknowns):
        out.states[k[WHO, l], place, i] = v[z.X + i, l]


@_inner
def _leave(l: int, status: int, z: Sizes, v: Array, k: Whole, out: Out) -> None:
    """The design of lane l has ended."""
    out.counts[k[WHO, l], 0] = status
    _keep(l, out.states.shape[1] - 1, z, v, k, out)
    k[WHO, l], k[FRESH, l] = -1, 0
    k[SHARED, DONE] += 1


@_inner
def _finish(l: int, ended: int, c: Code, z: Sizes, v: Array, k: Whole, plan: Plan, out: Out) -> None:
    """The step of lane l has ended, in the state X: outputs, and the next step or the end of the design."""
    who, row = k[WHO, l], k[ROW, l]
    _wait(l, z.samples, z.X, c, z, v, k, out)
    out.duration[who, row], out.ended[who, row] = v[TIME, l], ended
    if plan.kept[row] >= 0:
        _keep(l, plan.kept[row], z, v, k, out)
    ends_run = 0 < ended <= z.conditions - z.tolerant
    if ends_run or row + 1 == plan.told.shape[0]:
        _leave(l, ended if ends_run else COMPLETED, z, v, k, out)
    else:
        k[ROW, l], k[FRESH, l] = row + 1, 1


@_inner
def _lowest(l: int, z: Sizes, v: Array) -> int:
    """The condition that is nearest to being met, or not a number."""
    lowest = 0
    for n in range(z.conditions):
        if not v[z.watched + n, l] >= v[z.watched + lowest, l]:
            lowest = n
    return lowest


@_inner
def _begin(c: Code, z: Sizes, v: Array, k: Whole, plan: Plan, out: Out) -> None:
    """Start the steps of the fresh lanes: consistent unknowns, and conditions that hold already."""
    for l in range(z.width):
        if k[FRESH, l] == 1:
            _tell(l, z, v, k, plan)
    _make_consistent(c, z, v, k)
    _take_states(z, v)
    _evaluate(c.watch, z.watch, z.watched, z)
    for l in range(z.width):
        k[REACHED, l], k[FAILED, l] = NOT_REACHED, COMPLETED
        if k[FRESH, l] == 1:
            k[FRESH, l] = 0
            _open(l, c, z, v, k, out)


@_inner
def _open(l: int, c: Code, z: Sizes, v: Array, k: Whole, out: Out) -> None:
    """Lane l stands at the start of its step with consistent unknowns, or without."""
    lowest = _lowest(l, z, v)
    value = v[z.watched + lowest, l]
    if not np.isfinite(value) or not v[SETTLED, l] <= NEWTON_GOOD:
        k[FAILED, l] = NO_START if np.isfinite(value) else NOT_FINITE
        return
    if value <= 0:
        k[REACHED, l] = lowest + 1
    elif v[UNTIL, l] <= 0:
        k[REACHED, l] = TIME_IS_UP
    for n in range(min(z.samples, 1) if k[REACHED, l] == NOT_REACHED else z.samples):
        _wait(l, n, z.X, c, z, v, k, out)
    k[SAMPLED, l] = 1
    _copy(z.earlier, z.watched, z.conditions, l, v)
    _copy(z.start, z.X, z.unknowns, l, v)


@_inner
def _crossed(l: int, z: Sizes, v: Array) -> tuple[int, float]:
    """The condition that a step passes first, -1 for none, and the share of the step at which a straight line is zero."""
    first, theta = -1, 2.0
    for n in range(z.conditions):
        now, before = v[z.watched + n, l], v[z.earlier + n, l]
        if now <= 0 and before / (before - now) < theta:
            first, theta = n, before / (before - now)
    return first, theta


@_inner
def _sample(l: int, h: float, c: Code, z: Sizes, v: Array, k: Whole, plan: Plan, out: Out) -> None:
    """Samples of lane l inside the step of size h that was just tried and is good."""
    n = z.unknowns
    while k[SAMPLED, l] < z.samples:
        s = (v[UNTIL, l] * k[SAMPLED, l] / z.samples - v[TIME, l]) / h
        if s > 1.0:
            return
        for i in range(n):
            second, third = 0.0, 0.0
            for j in range(5):
                second += plan.dense[0, j] * v[z.K + j * n + i, l]
                third += plan.dense[1, j] * v[z.K + j * n + i, l]
            v[z.sample + i, l] = (1 - s) * v[z.X + i, l] + s * (v[z.a + i, l] + (1 - s) * (second + s * third))
        _wait(l, k[SAMPLED, l], z.sample, c, z, v, k, out)
        k[SAMPLED, l] += 1


@_inner
def _judge(l: int, h: float, c: Code, z: Sizes, v: Array, k: Whole, plan: Plan, out: Out) -> int:
    """Take or leave the step of size h that lane l has tried. Returns how the step of the program ended by it, or NOT_REACHED."""
    error = np.sqrt(v[ERROR, l] / z.differential)
    good = error <= 1.0 and np.isfinite(v[z.watched + _lowest(l, z, v), l])
    if not good:
        v[SIZE, l] = h * (max(SHRINK, SAFETY * error**-0.25) if 1.0 < error < 1e6 else SHRINK)
        return NOT_REACHED
    crossed, theta = _crossed(l, z, v)
    if k[REPLAY, l] == 1:
        crossed = -1
    if crossed >= 0 and h > EVENT_MIN and (h > EVENT_TIME or v[z.watched + crossed, l] < -EVENT_VALUE):
        v[WALL, l] = v[TIME, l] + h
        v[SIZE, l] = min(0.95 * h, max(h * max(theta, 0.05) * (1 + 1e-9), 0.9 * EVENT_MIN))
        return NOT_REACHED
    _sample(l, h, c, z, v, k, plan, out)
    out.counts[k[WHO, l], 2] += 1
    v[TIME, l] += h
    v[MASK, l] = 1.0
    _copy(z.earlier, z.watched, z.conditions, l, v)
    size = h * min(GROW, max(SHRINK, SAFETY * max(error, 1e-10) ** -0.25))
    if v[WALL, l] > v[TIME, l]:
        size = min(size, max(0.5 * (v[WALL, l] - v[TIME, l]), 0.9 * EVENT_MIN))
    v[SIZE, l] = size
    if crossed >= 0:
        return crossed + 1
    return TIME_IS_UP if v[TIME, l] >= v[UNTIL, l] * (1 - 1e-12) else NOT_REACHED


@_inner
def _advance(c: Code, z: Sizes, v: Array, k: Whole, plan: Plan, out: Out) -> None:
    """One step in every lane, and what follows; a lane without a design repeats what it has."""
    h = z.a + z.unknowns + z.cell + z.step
    for l in range(z.width):
        v[h, l] = min(v[SIZE, l], v[UNTIL, l] - v[TIME, l]) if k[WHO, l] >= 0 else FIRST_STEP
        v[MASK, l], k[REACHED, l], k[FAILED, l] = 0.0, NOT_REACHED, COMPLETED
    _call(c.step, (_at(z, z.a), _at(z, z.X), _at(z, z.K), _at(z, z.W), _at(z, z.f), _at(z, z.jacobian), _at(z, z.rate),
                   _at(z, z.left), _at(z, z.tolerances), _at(z, ERROR)))  # fmt: skip
    _evaluate(c.watch, z.watch, z.watched, z)
    for l in range(z.width):
        if k[WHO, l] >= 0:
            k[TRIED, l] += 1
            out.counts[k[WHO, l], 1] += 1
            k[REACHED, l] = _judge(l, v[h, l], c, z, v, k, plan, out)
    _call(c.commit, (_at(z, MASK), _at(z, z.a), _at(z, z.X), z.unknowns))
    for l in range(z.width):
        if k[WHO, l] >= 0 and k[REACHED, l] == NOT_REACHED:
            if not v[SIZE, l] >= LEAST_STEP:
                k[FAILED, l] = STEP_TOO_SMALL
            elif k[TRIED, l] >= MOST_TRIED:
                k[FAILED, l] = TOO_MANY_STEPS


@_inner
def _settle(c: Code, z: Sizes, v: Array, k: Whole, plan: Plan, out: Out) -> None:
    """What follows for lanes whose step has ended, and for those that cannot go on."""
    for l in range(z.width):
        if k[FAILED, l] != COMPLETED:
            out.duration[k[WHO, l], k[ROW, l]] = v[TIME, l]
            _leave(l, k[FAILED, l], z, v, k, out)
        elif k[REACHED, l] != NOT_REACHED:
            _reached(l, c, z, v, k, plan, out)


@_inner
def _reached(l: int, c: Code, z: Sizes, v: Array, k: Whole, plan: Plan, out: Out) -> None:
    """The step of lane l has come to its end; one of unknown length runs again for its samples, and then comes here again."""
    ended, n = k[REACHED, l], z.unknowns
    if k[REPLAY, l] == 1:
        _copy(z.X, z.end, n, l, v)
        v[TIME, l], ended = v[UNTIL, l], k[ENDED, l]
    else:
        _copy(BEFORE, z.watched + z.conditions, 3, l, v)
        if z.samples > 0 and ended != TIME_IS_UP and v[TIME, l] > 0:
            _copy(z.end, z.X, n, l, v)
            _copy(z.X, z.start, n, l, v)
            v[UNTIL, l], v[TIME, l], v[SIZE, l], v[WALL, l] = v[TIME, l], 0.0, FIRST_STEP, 0.0
            k[REPLAY, l], k[ENDED, l], k[SAMPLED, l] = 1, ended, 1
            return
    _finish(l, ended, c, z, v, k, plan, out)


@_inner
def _refill(first: int, c: Code, z: Sizes, v: Array, k: Whole, plan: Plan) -> int:
    """Lanes without a design take the next ones. Returns the first that still waits."""
    waiting = first
    for l in range(z.width):
        if k[WHO, l] < 0 and waiting < plan.start.shape[0]:
            _load(l, waiting, z, v, k, plan)
            waiting += 1
    if waiting > first:
        _preludes(c, z)
    return waiting


@_entry
def run(c: Code, z: Sizes, v: Array, k: Whole, plan: Plan, out: Out) -> None:
    """All designs of a chunk through the program. `out` is filled."""
    waiting = 0
    while k[SHARED, STOP] == 0:
        waiting = _refill(waiting, c, z, v, k, plan)
        if k[WHO].max() < 0:
            break
        if k[FRESH].max() > 0:
            _begin(c, z, v, k, plan, out)
        else:
            _advance(c, z, v, k, plan, out)
        _settle(c, z, v, k, plan, out)
    for l in range(z.width):
        k[REACHED, l], k[FAILED, l] = NOT_REACHED, INTERRUPTED if k[WHO, l] >= 0 else COMPLETED
    _settle(c, z, v, k, plan, out)
    if k[SHARED, WAITING] > 0:
        _make_outputs(c, z, v, k, out)
