"""Many designs through one program, eight at a time: each lane has its own design, time, step and place in the program.

A lane that ends takes the next design, so that none waits for another. What all lanes do together are calls of lowered
functions; everything here decides for one lane at a time, from the numbers of that lane alone.

A step of the program: set its numbers; make the algebraic unknowns consistent with them; look at the conditions; then one after
another until the time is up or a condition falls to zero. A step that passes over a condition is not taken: the lane goes back
to where it was and tries the size at which a straight line would be zero, until it stands on the condition. With samples in a
step whose length a condition decides, the step is run a second time, when its length is known.

Compiled by numba, once for an installation, since sizes and addresses are arguments. What all functions take stands in
`records`.
"""

from __future__ import annotations

import numpy as np

from lithoscope.physics.cell.lanes.functions import Array
from lithoscope.physics.cell.lanes.jit import call, entry, inner
from lithoscope.physics.cell.lanes.records import (
    BEFORE,
    COMPLETED,
    DONE,
    ENDED,
    ERROR,
    FAILED,
    FRESH,
    INTERRUPTED,
    MASK,
    NO_START,
    NOT_FINITE,
    NOT_REACHED,
    REACHED,
    REPLAY,
    ROW,
    SAMPLED,
    SETTLED,
    SHARED,
    SIZE,
    STEP_TOO_SMALL,
    STOP,
    TIME,
    TIME_IS_UP,
    TOO_MANY_STEPS,
    TRIED,
    UNTIL,
    WAITING,
    WAITS_AS,
    WAITS_ROW,
    WAITS_WHO,
    WALL,
    WHO,
    Code,
    Out,
    Plan,
    Sizes,
)
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


@inner
def _at(z: Sizes, place: int) -> int:
    """Address of a place in v."""
    return z.base + 8 * z.width * place


@inner
def _evaluate(address: int, kept: int, into: int, z: Sizes) -> None:
    """Call a lowered function of the arguments."""
    a = _at(z, z.a)
    call(address, (a, a, _at(z, kept), _at(z, into), _at(z, z.left)))


@inner
def _copy(to: int, of: int, count: int, lane: int, v: Array) -> None:
    """Copy vectors in one lane."""
    for i in range(count):
        v[to + i, lane] = v[of + i, lane]


@inner
def _load(lane: int, design: int, z: Sizes, v: Array, k: Whole, plan: Plan) -> None:
    """A lane takes a design."""
    k[WHO, lane], k[ROW, lane], k[FRESH, lane] = design, 0, 1
    for i in range(z.cell):
        v[z.a + z.unknowns + i, lane] = plan.start[design, i]
    for i in range(z.unknowns):
        v[z.X + i, lane] = plan.start[design, z.cell + i]
    for i in range(3):
        v[BEFORE + i, lane] = plan.start[design, z.cell + z.unknowns + i]


@inner
def _preludes(c: Code, z: Sizes) -> None:
    """What depends on the design alone, after a lane was loaded."""
    _evaluate(c.jacobian_prelude, z.jacobian, z.left, z)
    _evaluate(c.rate_prelude, z.rate, z.left, z)
    _evaluate(c.watch_prelude, z.watch, z.left, z)
    _evaluate(c.newton_prelude, z.newton, z.left, z)


@inner
def _tell(lane: int, z: Sizes, v: Array, k: Whole, plan: Plan) -> None:
    """A lane is told the numbers of its step."""
    row, s = k[ROW, lane], z.a + z.unknowns + z.cell
    for i in range(z.step):
        v[s + i, lane] = plan.told[row, i]
    duration, rate = plan.told[row, z.step], plan.told[row, z.step + 2]
    v[s + z.charge, lane] = v[BEFORE, lane]
    if z.clock >= 0:
        v[s + z.clock, lane] = v[BEFORE + 1, lane]
    if rate > 0:
        way = plan.told[row, z.step + 1] - v[BEFORE + 2, lane]
        v[s + z.voltage, lane], v[s + z.scan, lane] = v[BEFORE + 2, lane], np.copysign(rate, way)
        duration = abs(way) / rate
    v[TIME, lane], v[SIZE, lane], v[UNTIL, lane], v[WALL, lane], v[SETTLED, lane] = 0.0, FIRST_STEP, duration, 0.0, np.inf
    k[TRIED, lane], k[SAMPLED, lane], k[REPLAY, lane] = 0, 0, 0


@inner
def _take_states(z: Sizes, v: Array) -> None:
    """The states of all lanes become arguments."""
    for i in range(z.unknowns):
        for lane in range(z.width):
            v[z.a + i, lane] = v[z.X + i, lane]


@inner
def _make_consistent(c: Code, z: Sizes, v: Array, k: Whole) -> None:
    """Newton's method on the algebraic unknowns of the fresh lanes; one that has converged is left alone."""
    algebraic = z.unknowns - z.differential
    for _ in range(NEWTON_ITERATIONS):
        _take_states(z, v)
        _evaluate(c.newton, z.newton, z.corrected, z)
        moving = False
        for lane in range(z.width):
            if k[FRESH, lane] == 1 and not v[SETTLED, lane] <= NEWTON_TOLERANCE:
                v[SETTLED, lane] = v[z.corrected + algebraic, lane]
                _copy(z.X + z.differential, z.corrected, algebraic, lane, v)
                moving = moving or not v[SETTLED, lane] <= NEWTON_TOLERANCE
        if not moving:
            return


@inner
def _wait(lane: int, sample: int, of: int, c: Code, z: Sizes, v: Array, k: Whole, out: Out) -> None:
    """A state of a lane waits to have its outputs made."""
    place, n = k[SHARED, WAITING], z.unknowns
    k[WAITS_WHO, place], k[WAITS_ROW, place], k[WAITS_AS, place] = k[WHO, lane], k[ROW, lane], sample
    for i in range(n):
        v[z.batch + i, place] = v[of + i, lane]
    for i in range(n, n + z.cell + z.step):
        v[z.batch + i, place] = v[z.a + i, lane]
    k[SHARED, WAITING] = place + 1
    if place + 1 == z.width:
        _make_outputs(c, z, v, k, out)


@inner
def _make_outputs(c: Code, z: Sizes, v: Array, k: Whole, out: Out) -> None:
    """The outputs of all states that wait."""
    batch = _at(z, z.batch)
    call(c.outputs, (batch, batch, batch, _at(z, z.seen), _at(z, z.left)))
    for place in range(k[SHARED, WAITING]):
        for i in range(z.outputs):
            out.seen[k[WAITS_WHO, place], k[WAITS_ROW, place], k[WAITS_AS, place], i] = v[z.seen + i, place]
    k[SHARED, WAITING] = 0


@inner
def _keep(lane: int, place: int, z: Sizes, v: Array, k: Whole, out: Out) -> None:
    """Keep the state of a lane."""
    for i in range(z.unknowns):
        out.states[k[WHO, lane], place, i] = v[z.X + i, lane]


@inner
def _leave(lane: int, status: int, z: Sizes, v: Array, k: Whole, out: Out) -> None:
    """The design of a lane has ended."""
    out.counts[k[WHO, lane], 0] = status
    _keep(lane, out.states.shape[1] - 1, z, v, k, out)
    k[WHO, lane], k[FRESH, lane] = -1, 0
    k[SHARED, DONE] += 1


@inner
def _finish(lane: int, ended: int, c: Code, z: Sizes, v: Array, k: Whole, plan: Plan, out: Out) -> None:
    """The step of a lane has ended, in the state X: outputs, and the next step or the end of the design."""
    who, row = k[WHO, lane], k[ROW, lane]
    _wait(lane, z.samples, z.X, c, z, v, k, out)
    out.duration[who, row], out.ended[who, row] = v[TIME, lane], ended
    if plan.kept[row] >= 0:
        _keep(lane, plan.kept[row], z, v, k, out)
    ends_run = 0 < ended <= z.conditions - z.tolerant
    if ends_run or row + 1 == plan.told.shape[0]:
        _leave(lane, ended if ends_run else COMPLETED, z, v, k, out)
    else:
        k[ROW, lane], k[FRESH, lane] = row + 1, 1


@inner
def _lowest(lane: int, z: Sizes, v: Array) -> int:
    """The condition that is nearest to being met, or the first that is not a number."""
    lowest = 0
    for n in range(z.conditions):
        if np.isnan(v[z.watched + n, lane]):
            return n
        if v[z.watched + n, lane] < v[z.watched + lowest, lane]:
            lowest = n
    return lowest


@inner
def _begin(c: Code, z: Sizes, v: Array, k: Whole, plan: Plan, out: Out) -> None:
    """Start the steps of the fresh lanes: consistent unknowns, and conditions that hold already."""
    for lane in range(z.width):
        if k[FRESH, lane] == 1:
            _tell(lane, z, v, k, plan)
    _make_consistent(c, z, v, k)
    _take_states(z, v)
    _evaluate(c.watch, z.watch, z.watched, z)
    for lane in range(z.width):
        k[REACHED, lane], k[FAILED, lane] = NOT_REACHED, COMPLETED
        if k[FRESH, lane] == 1:
            k[FRESH, lane] = 0
            _open(lane, c, z, v, k, out)


@inner
def _open(lane: int, c: Code, z: Sizes, v: Array, k: Whole, out: Out) -> None:
    """A lane stands at the start of its step with consistent unknowns, or without."""
    lowest = _lowest(lane, z, v)
    value = v[z.watched + lowest, lane]
    total = value
    for i in range(z.unknowns):
        total += v[z.X + i, lane]
    if not np.isfinite(total) or not v[SETTLED, lane] <= NEWTON_GOOD:
        k[FAILED, lane] = NO_START if np.isfinite(total) else NOT_FINITE
        return
    if value <= 0:
        k[REACHED, lane] = lowest + 1
    elif v[UNTIL, lane] <= 0:
        k[REACHED, lane] = TIME_IS_UP
    for n in range(min(z.samples, 1) if k[REACHED, lane] == NOT_REACHED else z.samples):
        _wait(lane, n, z.X, c, z, v, k, out)
    k[SAMPLED, lane] = 1
    _copy(z.earlier, z.watched, z.conditions, lane, v)
    _copy(z.start, z.X, z.unknowns, lane, v)


@inner
def _crossed(lane: int, z: Sizes, v: Array) -> tuple[int, float]:
    """The condition that a step passes first, -1 for none, and the share of the step at which a straight line is zero."""
    first, theta = -1, 2.0
    for n in range(z.conditions):
        now, before = v[z.watched + n, lane], v[z.earlier + n, lane]
        if now <= 0 and before / (before - now) < theta:
            first, theta = n, before / (before - now)
    return first, theta


@inner
def _sample(lane: int, h: float, c: Code, z: Sizes, v: Array, k: Whole, plan: Plan, out: Out) -> None:
    """Samples of a lane inside the step of size h that was just tried and is good."""
    n = z.unknowns
    while k[SAMPLED, lane] < z.samples:
        s = (v[UNTIL, lane] * k[SAMPLED, lane] / z.samples - v[TIME, lane]) / h
        if s > 1.0:
            return
        for i in range(n):
            second, third = 0.0, 0.0
            for j in range(5):
                second += plan.dense[0, j] * v[z.K + j * n + i, lane]
                third += plan.dense[1, j] * v[z.K + j * n + i, lane]
            v[z.sample + i, lane] = (1 - s) * v[z.X + i, lane] + s * (v[z.a + i, lane] + (1 - s) * (second + s * third))
        _wait(lane, k[SAMPLED, lane], z.sample, c, z, v, k, out)
        k[SAMPLED, lane] += 1


@inner
def _judge(lane: int, h: float, c: Code, z: Sizes, v: Array, k: Whole, plan: Plan, out: Out) -> int:
    """Take or leave the step of size h that a lane has tried. Returns how the program's step ended by it, or NOT_REACHED."""
    error = np.sqrt(v[ERROR, lane] / z.differential)
    good = error <= 1.0 and np.isfinite(v[z.watched + _lowest(lane, z, v), lane])
    if not good:
        v[SIZE, lane] = h * (max(SHRINK, SAFETY * error**-0.25) if 1.0 < error < 1e6 else SHRINK)
        return NOT_REACHED
    crossed, theta = _crossed(lane, z, v)
    if k[REPLAY, lane] == 1:
        crossed = -1
    if crossed >= 0 and h > EVENT_MIN and (h > EVENT_TIME or v[z.watched + crossed, lane] < -EVENT_VALUE):
        v[WALL, lane] = v[TIME, lane] + h
        v[SIZE, lane] = min(0.95 * h, max(h * max(theta, 0.05) * (1 + 1e-9), 0.9 * EVENT_MIN))
        return NOT_REACHED
    _sample(lane, h, c, z, v, k, plan, out)
    out.counts[k[WHO, lane], 2] += 1
    v[TIME, lane] += h
    v[MASK, lane] = 1.0
    _copy(z.earlier, z.watched, z.conditions, lane, v)
    size = h * min(GROW, max(SHRINK, SAFETY * max(error, 1e-10) ** -0.25))
    if v[WALL, lane] > v[TIME, lane]:
        size = min(size, max(0.5 * (v[WALL, lane] - v[TIME, lane]), 0.9 * EVENT_MIN))
    v[SIZE, lane] = size
    if crossed >= 0:
        return crossed + 1
    return TIME_IS_UP if v[TIME, lane] >= v[UNTIL, lane] * (1 - 1e-12) else NOT_REACHED


@inner
def _advance(c: Code, z: Sizes, v: Array, k: Whole, plan: Plan, out: Out) -> None:
    """One step in every lane, and what follows; a lane without a design repeats what it has."""
    h = z.a + z.unknowns + z.cell + z.step
    for lane in range(z.width):
        v[h, lane] = min(v[SIZE, lane], v[UNTIL, lane] - v[TIME, lane]) if k[WHO, lane] >= 0 else FIRST_STEP
        v[MASK, lane], k[REACHED, lane], k[FAILED, lane] = 0.0, NOT_REACHED, COMPLETED
    call(c.step, (_at(z, z.a), _at(z, z.X), _at(z, z.K), _at(z, z.W), _at(z, z.f), _at(z, z.jacobian), _at(z, z.rate),
                   _at(z, z.left), _at(z, z.tolerances), _at(z, ERROR)))  # fmt: skip
    _evaluate(c.watch, z.watch, z.watched, z)
    for lane in range(z.width):
        if k[WHO, lane] >= 0:
            k[TRIED, lane] += 1
            out.counts[k[WHO, lane], 1] += 1
            k[REACHED, lane] = _judge(lane, v[h, lane], c, z, v, k, plan, out)
    call(c.commit, (_at(z, MASK), _at(z, z.a), _at(z, z.X), z.unknowns))
    for lane in range(z.width):
        if k[WHO, lane] >= 0 and k[REACHED, lane] == NOT_REACHED:
            if not v[SIZE, lane] >= LEAST_STEP:
                k[FAILED, lane] = STEP_TOO_SMALL
            elif k[TRIED, lane] >= MOST_TRIED:
                k[FAILED, lane] = TOO_MANY_STEPS


@inner
def _settle(c: Code, z: Sizes, v: Array, k: Whole, plan: Plan, out: Out) -> None:
    """What follows for lanes whose step has ended, and for those that cannot go on."""
    for lane in range(z.width):
        if k[FAILED, lane] != COMPLETED:
            out.duration[k[WHO, lane], k[ROW, lane]] = v[TIME, lane]
            _leave(lane, k[FAILED, lane], z, v, k, out)
        elif k[REACHED, lane] != NOT_REACHED:
            _reached(lane, c, z, v, k, plan, out)


@inner
def _reached(lane: int, c: Code, z: Sizes, v: Array, k: Whole, plan: Plan, out: Out) -> None:
    """The step of a lane has come to its end; one of unknown length runs again for its samples, and comes here again."""
    ended, n = k[REACHED, lane], z.unknowns
    if k[REPLAY, lane] == 1:
        _copy(z.X, z.end, n, lane, v)
        v[TIME, lane], ended = v[UNTIL, lane], k[ENDED, lane]
    else:
        _copy(BEFORE, z.watched + z.conditions, 3, lane, v)
        if z.samples > 0 and ended != TIME_IS_UP and v[TIME, lane] > 0:
            _copy(z.end, z.X, n, lane, v)
            _copy(z.X, z.start, n, lane, v)
            v[UNTIL, lane], v[TIME, lane], v[SIZE, lane], v[WALL, lane] = v[TIME, lane], 0.0, FIRST_STEP, 0.0
            k[REPLAY, lane], k[ENDED, lane], k[SAMPLED, lane] = 1, ended, 1
            return
    _finish(lane, ended, c, z, v, k, plan, out)


@inner
def _refill(first: int, c: Code, z: Sizes, v: Array, k: Whole, plan: Plan) -> int:
    """Lanes without a design take the next ones. Returns the first that still waits."""
    waiting = first
    for lane in range(z.width):
        if k[WHO, lane] < 0 and waiting < plan.start.shape[0]:
            _load(lane, waiting, z, v, k, plan)
            waiting += 1
    if waiting > first:
        _preludes(c, z)
    return waiting


@entry
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
    for lane in range(z.width):
        k[REACHED, lane], k[FAILED, lane] = NOT_REACHED, INTERRUPTED if k[WHO, lane] >= 0 else COMPLETED
    _settle(c, z, v, k, plan, out)
    if k[SHARED, WAITING] > 0:
        _make_outputs(c, z, v, k, out)
