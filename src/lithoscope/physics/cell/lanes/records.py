"""What the driver and its caller hand to each other: places in buffers, codes, and what is run.

Every function of the driver takes

lane  which;  c: addresses of the lowered functions;  z: sizes
v     all vectors of the thread, shape (places, width);  z and the places below say which is where
k     whole numbers of the lanes, shape (WHOLES, width)
"""

from __future__ import annotations

from typing import NamedTuple

from lithoscope.physics.cell.lanes.functions import Array
from lithoscope.physics.cell.lanes.table import Whole

COMPLETED, NO_START, STEP_TOO_SMALL, TOO_MANY_STEPS, NOT_FINITE, INTERRUPTED, NOT_RUN = 0, -1, -2, -3, -4, -5, -9
"""How a design ended; n + 1: condition n ended it."""
NOT_REACHED, TIME_IS_UP = -1, 0
"""How a step ended; n + 1: condition n ended it."""

TIME, SIZE, UNTIL, WALL, SETTLED, MASK, ERROR, BEFORE, VECTORS = 0, 1, 2, 3, 4, 5, 6, 7, 10
"""Places in v: time since the start of the step, size to try next, time at which it ends, time at which a condition is known to
be passed, last change of the algebraic unknowns, lanes whose step is taken, its error, what the last step left (3 places)."""
WHO, ROW, FRESH, TRIED, SAMPLED, REPLAY, ENDED, WAITS_WHO, WAITS_ROW, WAITS_AS, REACHED, FAILED, SHARED, WHOLES = range(14)
"""Places in k: design or -1; row of the program; whether at the start of it; steps tried in it; samples taken; whether it runs
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

    told   numbers of each step of the program, then its duration, s, and for a scan from where the cell is its end, V, and
           rate, V/s, else 0; shape (rows, step + 3)
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
