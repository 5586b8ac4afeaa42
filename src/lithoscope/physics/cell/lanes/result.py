"""What comes of running many designs."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from lithoscope.errors import End, Status
from lithoscope.physics.cell.lanes.functions import Array

NOT_REACHED, TIME_IS_UP = "not reached", "time is up"


@dataclass(frozen=True, slots=True)
class LaneResult:
    """Every design through every step of a program.

    outputs   at the end of each step, by variable of the model, shape (designs, steps), for a profile (designs, steps, points);
              NaN for steps that a design did not reach
    samples   at evenly spaced times of each step, its start and its end included, shape (designs, steps, samples + 1);
              empty without samples
    duration  of each step, s, shape (designs, steps); of the one in which a design failed, how far it came
    ended     what ended each step, an index of `words`;  words: `NOT_REACHED`, `TIME_IS_UP`, then the conditions of the model,
              those of `control.STEP_ENDS` among them
    cycle     of each step, from 1, 0 outside every loop
    status    how each design ended, and why;  time: when, s
    tried, accepted  steps of the integrator
    states    at the end, of the model under current control, shape (designs, unknowns)
    rested    the same at the end of the rest before each spectrum, by the number of the step
    rtol      relative tolerance;  form: of control;  width: lanes;  threads;  wall, cpu: time it took, s
    how       the kernel came about
    """

    outputs: Mapping[str, Array]
    samples: Mapping[str, Array]
    duration: Array
    ended: NDArray[np.int64]
    words: tuple[str, ...]
    cycle: NDArray[np.int64]
    status: tuple[Status, ...]
    time: Array
    tried: NDArray[np.int64]
    accepted: NDArray[np.int64]
    states: Array
    rested: Mapping[int, Array]
    rtol: float
    form: str
    width: int
    threads: int
    wall: float
    cpu: float
    how: str

    def __len__(self) -> int:
        """Number of designs."""
        return len(self.status)

    @property
    def failed(self) -> NDArray[np.bool_]:
        """Which designs found no solution: those to be run in IDAKLU."""
        return np.array([status.end is End.NO_SOLUTION for status in self.status], dtype=bool)

    @property
    def ended_words(self) -> NDArray[np.str_]:
        """`ended` in words."""
        return np.array(self.words)[self.ended]
