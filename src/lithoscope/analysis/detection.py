"""How well are soft shorts found? Simulated cells with shorts from weak to strong, with the noise of an instrument, against
healthy cells: the rate of detection and the rate of false alarms.

The healthy cells are of every kind that the tables allow: planar ones with films of any thickness, and mossy ones whose moss,
pits and dead lithium are drawn from the whole range of each record. What forms them lowers their voltage as a short would.
"""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from functools import partial
from multiprocessing import get_context
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from lithoscope.analysis.half_cycles import half_cycles
from lithoscope.analysis.soft_short import DEFAULT, Thresholds, soft_short
from lithoscope.analysis.trace import Trace
from lithoscope.data import lookup
from lithoscope.design import Ageing, Cell, Flicker, Foil, Growth, NativeFilm, Onset, Short
from lithoscope.physics.cell import Mossy, Planar
from lithoscope.physics.contract import silent
from lithoscope.protocol import Program

Array = NDArray[np.float64]
Kind = Literal["planar", "mossy"]

SHARES = (0.05, 0.1, 0.2, 0.3, 0.5, 0.8)
"""Strength of the shorts: share of the current that leaks in the end."""

CYCLES = 8
CAPACITY = 1.0
"""Per half-cycle, mAh/cm2, at 1 mA/cm2; the short begins after half of all that passes."""

INTERVAL_S = 10.0
"""Between two records of the simulated instrument."""

DRAWN = ("dead_fraction", "mossy_fraction", "mossy_area", "mossy_half_charge", "pit_area", "pit_charge")
"""Numbers of the mossy cells that are drawn, evenly in their logarithm, from the ranges of the data tables."""


@dataclass(frozen=True, slots=True)
class Trial:
    """One simulated record.

    kind    of the cell;  cell: its number
    share   of the current that leaks in the end, 0 of a healthy cell
    noise   of the voltage, V
    score   highest of the detector, after the onset if there is a short
    delay   from the onset to what the detector says it is, s; not a number where it says nothing
    """

    kind: Kind
    cell: int
    share: float
    noise: float
    score: float
    delay: float


@dataclass(frozen=True, slots=True)
class Sample:
    """How much is simulated.

    planar, mossy  cells with shorts of every strength;  healthy: further mossy cells without
    noises         standard deviations of the voltage, V;  repeats: records of each run with noise of their own
    """

    planar: int = 4
    mossy: int = 8
    healthy: int = 16
    noises: tuple[float, ...] = (1e-3, 5e-3)
    repeats: int = 3


def trials(sample: Sample, *, processes: int = 1, thresholds: Thresholds = DEFAULT) -> list[Trial]:
    """Simulate and judge; the same numbers whatever the number of processes."""
    cells: list[tuple[Kind, int, tuple[float, ...]]] = [("planar", n, SHARES) for n in range(sample.planar)]
    cells += [("mossy", n, SHARES) for n in range(sample.mossy)]
    cells += [("mossy", sample.mossy + n, ()) for n in range(sample.healthy)]
    judge = partial(_trials_of, sample=sample, thresholds=thresholds)
    if processes == 1:
        return [trial for each in cells for trial in judge(each)]
    with ProcessPoolExecutor(processes, mp_context=get_context("spawn")) as pool:
        return [trial for found in pool.map(judge, cells) for trial in found]


def rate(chosen: Sequence[Trial], level: float = 1.0) -> float:
    """Share of records with a score of this level and more."""
    return float(np.mean([trial.score >= level for trial in chosen])) if chosen else float("nan")


def curve(short: Sequence[Trial], healthy: Sequence[Trial]) -> tuple[Array, Array]:
    """False alarms and detections, as shares, for every level of the score from the highest to 0."""
    levels = np.array(sorted({trial.score for trial in (*short, *healthy)}, reverse=True))
    return (np.concatenate([[0.0], [rate(healthy, level) for level in levels]]),
            np.concatenate([[0.0], [rate(short, level) for level in levels]]))  # fmt: skip


def _trials_of(which: tuple[Kind, int, tuple[float, ...]], *, sample: Sample, thresholds: Thresholds) -> list[Trial]:
    kind, number, shares = which
    cell, found = drawn_cell(kind, number), []
    run = partial(_run, Planar() if kind == "planar" else Mossy())
    whole = run(cell)
    seen: list[tuple[float, Trace]] = [(0.0, whole)]
    seen += [(share, run(cell.replaced(short=short(share, whole, number + n)))) for n, share in enumerate(shares)]
    for share, trace in seen:
        for noise in sample.noises:
            for repeat in range(sample.repeats):
                seed = [number, kind == "mossy", round(1e3 * share), round(1e6 * noise), repeat]
                record = trace.measured(noise=noise, interval=INTERVAL_S, seed=seed)
                found.append(_judged(kind, number, share, noise, record, thresholds))
    return found


def _run(model: Planar | Mossy, cell: Cell) -> Trace:
    program = Program.strip_plate("1 mA/cm2", f"{CAPACITY:g} mAh/cm2", cycles=CYCLES)
    return Trace.of(model.simulate(cell, program, silent))


def _judged(kind: Kind, cell: int, share: float, noise: float, record: Trace, thresholds: Thresholds) -> Trial:
    found = soft_short(record, strips_all=False, thresholds=thresholds)
    begins = CYCLES * CAPACITY * 3600 if share else 0.0
    score = max(finding.score for finding in found.findings if finding.end > begins)
    delay = float("nan") if found.onset is None or not share else found.onset - begins
    return Trial(kind, cell, share, noise, score, delay)


def drawn_cell(kind: Kind, number: int) -> Cell:
    """A healthy cell: its film, and for a mossy one its ageing, drawn from the ranges of the data tables."""
    random = np.random.default_rng([number, kind == "mossy"])

    def drawn(identifier: str) -> str:
        record = lookup(identifier)
        low, high = record.low or record.number, record.high or record.number
        return f"{float(np.exp(random.uniform(np.log(low), np.log(high)))):.6g} {record.unit}".removesuffix(" 1")

    film = NativeFilm(drawn("native_film.thickness"))
    ageing = Ageing(**{name: drawn(f"ageing.{name}") for name in DRAWN}) if kind == "mossy" else Ageing()
    foil = Foil("500 um", native_film=film, ageing=ageing)
    return Cell.symmetric(foil, separator="PP 20 um", electrolyte="1 M LiPF6 EC:DMC 1:1", area="1 cm2")


def short(share: float, healthy: Trace, number: int) -> Short:
    """A short that carries a share of the current in the end; in turn constant, growing linearly, exponentially, flickering.

    healthy  trace of the same cell without it: G = share / ((1 - share) R) with its last level R
    """
    begins = CYCLES * CAPACITY
    conductance = share / (1 - share) / half_cycles(healthy)[-1].level
    growth: Growth | None = None
    flicker: Flicker | None = None
    grown = 1.0
    match number % 4:
        case 1:
            growth, grown = Growth("linear", capacity="2 mAh/cm2"), 1 + begins / 2
        case 2:
            growth, grown = Growth("exponential", capacity="4 mAh/cm2"), float(np.exp(begins / 4))
        case 3:
            flicker = Flicker("0.7", "5 min", number)
        case _:
            pass
    return Short(f"{conductance / grown!r} S/m2", Onset(capacity=f"{begins:g} mAh/cm2"), growth, flicker)
