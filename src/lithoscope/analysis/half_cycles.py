"""A trace cut into half-cycles, each in the few numbers by which a short would show."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from lithoscope.analysis.trace import Trace

Array = NDArray[np.float64]

WINDOWS = 12
"""Windows of a half-cycle, for its shape and for the time at which something begins."""

SAMPLES = 600
"""Regular times at which a half-cycle is looked at, 50 in a window."""

AVERAGED = 10
"""Samples that are averaged before a level is taken, against the noise of instruments: a sixtieth of the half-cycle."""

LEADING_SHARE = 0.03
"""Share of a half-cycle after a reversal that is left out: double layers, and currents that are still being switched."""

LOW_QUANTILE = 0.2
"""The level of a half-cycle is this quantile of the voltage: a flickering contact shows if it is closed for a fifth of it."""

FEWEST = 4
"""Half-cycles below which a record counts as one of direct current, and is cut into pieces."""

PIECES = 40
"""Pieces of a record of direct current."""


@dataclass(frozen=True, eq=False)
class HalfCycle:
    """One half-cycle, or one piece of a record of direct current.

    number     counted from 1
    start, end s
    sign       of the current: 1 strips the working electrode
    charge     that passed, C or C/m2, magnitude
    level      voltage over current, low quantile, ohm or ohm m2
    windows    the same in each window, shape (WINDOWS,);  times: their middles, s
    contrast   height of its peaks and arcs, (largest - smallest window) / level
    noise      standard deviation of what is faster than a window, over the level
    """

    number: int
    start: float
    end: float
    sign: int
    charge: float
    level: float
    windows: Array
    times: Array
    contrast: float
    noise: float


def half_cycles(trace: Trace) -> list[HalfCycle]:
    """The half-cycles of a trace in order; rests between them are left out.

    Where there are fewer than FEWEST, each is cut into pieces of one PIECES-th of the time in which a current flows.
    """
    runs = list(_runs(trace))
    if len(runs) < FEWEST:
        runs = [piece for run in runs for piece in _cut(trace, run, runs)]
    return [_half_cycle(trace, number, run) for number, run in enumerate(runs, 1)]


def _runs(trace: Trace) -> Iterator[tuple[int, int]]:
    """First and last record of each stretch in which the current keeps its direction."""
    current = trace.current
    sign = np.sign(current) * (np.abs(current) > 1e-3 * np.max(np.abs(current), initial=0.0))
    edges = np.concatenate([[0], np.flatnonzero(np.diff(sign)) + 1, [len(sign)]])
    for first, end in pairwise(edges):
        if sign[first] and trace.time[end - 1] > trace.time[first] and end - first > 3:
            yield int(first), int(end) - 1


def _cut(trace: Trace, run: tuple[int, int], runs: list[tuple[int, int]]) -> Iterator[tuple[int, int]]:
    total = sum(trace.time[last] - trace.time[first] for first, last in runs)
    first, last = run
    begin, length = trace.time[first], trace.time[last] - trace.time[first]
    count = max(1, round(PIECES * length / total))
    edges = np.searchsorted(trace.time[: last + 1], begin + length * np.arange(count + 1) / count)
    for a, b in pairwise(edges):
        if b - a > 3:
            # Before the run there may be a record at the same time, without a current.
            yield int(max(a, first)), int(min(b, last))


def _half_cycle(trace: Trace, number: int, run: tuple[int, int]) -> HalfCycle:
    first, last = run
    t, current = trace.time[first : last + 1], trace.current[first : last + 1]
    sign = 1 if current[len(current) // 2] > 0 else -1
    # Records at the same time, as at the start of a step, would leave the order of what is interpolated to chance.
    at, where = np.unique(t, return_index=True)
    when = np.linspace(t[0] + LEADING_SHARE * (t[-1] - t[0]), t[-1], SAMPLES)
    ratio = np.interp(when, at, trace.voltage[first : last + 1][where] / current[where])
    blocks, calm = ratio.reshape(WINDOWS, -1), ratio.reshape(-1, AVERAGED).mean(axis=1)
    windows = np.quantile(calm.reshape(WINDOWS, -1), LOW_QUANTILE, axis=1)
    level, middles = float(np.quantile(calm, LOW_QUANTILE)), np.median(blocks, axis=1)
    scale = max(abs(level), np.finfo(float).tiny)
    return HalfCycle(
        number=number,
        start=float(t[0]),
        end=float(t[-1]),
        sign=sign,
        charge=float(np.trapezoid(np.abs(current), t)),
        level=level,
        windows=windows,
        times=when.reshape(WINDOWS, -1).mean(axis=1),
        contrast=float(np.ptp(middles)) / scale,
        noise=_fast(blocks) / scale,
    )


def _fast(blocks: Array) -> float:
    """Standard deviation of what is left of each window without its straight line; single spikes do not count."""
    x = np.linspace(-1, 1, blocks.shape[1])
    slopes = blocks @ x / (x @ x)
    left = blocks - blocks.mean(axis=1)[:, None] - slopes[:, None] * x
    low, high = np.quantile(left, [0.05, 0.95])
    return float(high - low) / 3.29
