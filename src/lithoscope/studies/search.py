"""Searches for the strength that ends a cell in time, and numbers that a search could only bound.

More of a mechanism need not be worse: film growth raises the voltage of cycle 5 as well, against which a later one is said to
be doubled. So a few strengths are tried from below before a crossing is trusted, and the smallest one is taken.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from scipy.optimize import brentq

from lithoscope.errors import LithoscopeError
from lithoscope.studies.claims import Bound

LEAST_STEP, LONGEST_STEP, ATTEMPTS = 0.2, 2.0, 6
"""Coarse searches: the step, a logarithm of strength, below which no further run is made, the longest one, and how many runs a
search may take after the first."""

WITHIN_LOG = 0.04
"""How near a strength is found, as a logarithm."""

LOWER: Bound = "lower"
UPPER: Bound = "upper"
SAID = {"exact": "", "lower": "at least ", "upper": "at most "}


class NotSolvedError(LithoscopeError):
    """A run that an answer needs was not solved, or its ledger stays open: it is neither a life nor a death."""


@dataclass(frozen=True, slots=True)
class Bounded:
    """A number, or an end beyond which it lies.

    bound  whether it is the number itself, a lower end of it, or an upper one
    """

    value: float
    bound: Bound = "exact"

    @property
    def high(self) -> float:
        """The largest that it can be."""
        return math.inf if self.bound == "lower" else self.value

    def said(self, form: str) -> str:
        """In words, e.g. "at least 5.0" with the form ".1f"."""
        return f"{SAID[self.bound]}{self.value:{form}}"


@dataclass(frozen=True, slots=True)
class Strength(Bounded):
    """The smallest strength of a mechanism that ends a cell in time, in the unit of the mechanism.

    bound  "upper" if the least that was tried is enough, "lower" if the most that was tried is not
    again  a larger one with which the cell lives again; None if there is none among those that were tried
    """

    again: float | None = None


def crossing(excess: Callable[[float], float], tried: Sequence[float]) -> Strength:
    """The smallest strength with which a cell is at its end in time, to 4 %.

    excess  below zero for a cell that lives longer, above for one that does not; raises NotSolvedError for an unsolved run
    tried   strengths at which it is looked for first, rising
    Raises NotSolvedError if a run is not solved whose strength is not above the crossing.
    """
    past = next((n for n, strength in enumerate(tried) if excess(strength) >= 0), None)
    if past is None:
        return Strength(tried[-1], "lower")
    again = next((strength for strength in tried[past + 1 :] if _lives(excess, strength)), None)
    if not past:
        return Strength(tried[0], "upper", again)
    low, high = (math.log(strength) for strength in tried[past - 1 : past + 1])
    found = brentq(lambda x: excess(math.exp(x)), low, high, xtol=WITHIN_LOG, rtol=1e-6)
    return Strength(math.exp(found), "exact", again)


def _lives(excess: Callable[[float], float], strength: float) -> bool:
    """Whether a cell is known to live with a strength."""
    try:
        return excess(strength) < 0
    except NotSolvedError:
        return False


def near(excess: Callable[[float], float], start: float, ends: tuple[float, float]) -> Strength:
    """The crossing next to a strength, to some percent, from as few runs as may be: secants on logarithmic scales.

    start   where it is expected;  ends: where it is given up
    Raises NotSolvedError if a run on the way is not solved, or if the search does not settle.
    """
    low, high = (math.log(end) for end in ends)
    here = min(max(math.log(start), low), high)
    value = excess(math.exp(here))
    # The voltage at a time is about proportional to the strength: that is the slope of the first step.
    step = math.copysign(float(np.clip(abs(value), LEAST_STEP, LONGEST_STEP)), -value)
    for _ in range(ATTEMPTS):
        there = min(max(here + step, low), high)
        if there == here:
            return Strength(math.exp(here), UPPER if value >= 0 else LOWER)
        beyond = excess(math.exp(there))
        rise, here, value = (beyond - value) / (there - here), there, beyond
        # Where more is not worse, nothing is near: it is looked for at the end.
        step = -value / rise if rise > 0 else math.copysign(high - low, -value)
        if abs(step) <= LEAST_STEP and low <= here + step <= high:
            return Strength(math.exp(here + step))
    raise NotSolvedError(f"The search around a strength of {start:.2g} did not settle.")
