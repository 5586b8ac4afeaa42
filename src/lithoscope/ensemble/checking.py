"""Every sweep is checked: some of the designs that lanes solved are solved singly as well."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import replace

import numpy as np

from lithoscope.ensemble.designs import Designs, region
from lithoscope.ensemble.parts import Part, Table
from lithoscope.ensemble.solving import NO_SOLUTION, Job, Keep, singly
from lithoscope.errors import counted

ACCURATE_V = 5e-5
"""How far a voltage at the end of a step may be from that of a single run at the default tolerance, V."""

MANY = 0.05
"""Share of designs without a solution in lanes from which a reader must know where they lie."""


def compare(job: Job, table: Table, checks: int, seed: int, first: str, keep: Keep) -> tuple[tuple[int, ...], float]:
    """Some designs that lanes solved, solved singly: which, and the largest difference of a voltage, V.

    checks  number of designs that are drawn; the two with the least and the largest last value of the output `first` join them
    """
    chosen = _chosen(table, checks, seed, first)
    singly(replace(job, samples=0), [n for n in chosen if n not in table.checks], "check", "", keep)
    return tuple(chosen), max((_difference(table, n, table.checks[n]) for n in chosen), default=0.0)


def _chosen(table: Table, checks: int, seed: int, first: str) -> list[int]:
    candidates = table.solved_in_lanes()
    if not candidates or not checks:
        return []
    drawn = np.random.default_rng(seed).permutation(candidates)[:checks]
    return sorted({int(n) for n in (*drawn, *_extremes(table.ends[first], candidates))})


def _extremes(values: np.ndarray, candidates: list[int]) -> list[int]:
    """The designs with the least and the largest last value; those that came to no end of a step have none."""
    there = [n for n in candidates if np.isfinite(values[n]).any()]
    if not there:
        return []
    last = [values[n][np.isfinite(values[n])][-1] for n in there]
    return [there[int(np.argmin(last))], there[int(np.argmax(last))]]


def _difference(table: Table, n: int, single: Part) -> float:
    """Of the voltages at the ends of the steps that both came to; infinite if there are none, or if they ended otherwise: a
    comparison that has nothing to compare must not count as equal.
    """
    alone, together, ended = single.ends["voltage"][0], table.ends["voltage"][n], table.statuses[n]
    both = np.isfinite(alone) & np.isfinite(together)
    if not both.any() or ended is None or single.statuses[0].end is not ended.end:
        return math.inf
    return float(np.max(np.abs(alone - together)[both]))


def notes(designs: Designs, table: Table, error: float, rtol: float) -> Iterator[str]:
    """What a reader must know before using the numbers."""
    for why, rows in table.reasons_in_order():
        if why != NO_SOLUTION:
            some = "" if len(rows) == len(designs) else f"{counted(len(rows), 'design')}: "
            yield f"Solved singly: {some}{why}"
            continue
        where = f" {region(designs, rows)}" if len(rows) > MANY * len(designs) else ""
        yield f"{counted(len(rows), 'design')} found no solution in lanes and were solved singly.{where}"
    if len(table.processors) > 1:
        yield "Solved on several kinds of processors: between them numbers agree within the tolerance, not bitwise."
    if error > ACCURATE_V * max(1.0, rtol / 1e-4):
        found = f"differ by up to {error * 1e3:.3g} mV" if math.isfinite(error) else "do not all end as in lanes"
        yield f"CHECK FAILED: single runs {found}. Use a smaller rtol, or backend = 'single'."
