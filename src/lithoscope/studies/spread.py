"""What the ranges of all open parameters do together: cells at points that are spread over them, through one program.

Each range is a distribution (`Range.distribution` says which); the points are those of `Plan`. All cells run as one ensemble,
so that thousands of them take seconds. Beside the interval that the ends of the ranges give, a prediction then has the part
in which nine of ten designs lie, the share of designs that would agree with the paper, and the parameters that lead.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from lithoscope.errors import InputError
from lithoscope.sensitivity import Index, Plan, associated, quantiles
from lithoscope.studies.verdict import Measure, Prediction, Sampled

if TYPE_CHECKING:
    from lithoscope.studies.claims import Band
    from lithoscope.studies.ranges import Range

Array = NDArray[np.float64]

SHARES = (0.05, 0.5, 0.95)
"""Of the designs below the low end, the middle and the high end of what is quoted."""

LEADS = 0.02
"""Total index from which a parameter is named."""


CHANCE = 3.29
"""A rank correlation of n designs that chance alone gives in one of a thousand is this over sqrt(n - 1)."""


@dataclass(frozen=True, eq=False)
class Spread:
    """Numbers of the designs at the points of a plan.

    plan     the points
    values   of each design, shape (designs,); NaN where it gave none
    indices  the share of each parameter in their variance; of their logarithms if all are positive
    """

    plan: Plan
    values: Array
    indices: tuple[Index, ...]

    @classmethod
    def of(cls, plan: Plan, values: Array) -> Spread:
        """With the indices of the values. Nothing leads where too few designs gave a number."""
        positive = bool(np.all(values[np.isfinite(values)] > 0))
        try:
            indices = plan.indices(np.log(values) if positive else values)
        except InputError:
            indices = ()
        return cls(plan, values, indices)

    @property
    def sampled(self) -> Sampled:
        """In the numbers of a verdict."""
        leading = tuple((index.name, index.total) for index in self.indices if index.total > LEADS)
        return _numbers(self.values, leading, "total Sobol index")

    def inside(self, band: Band) -> float:
        """The share of the designs that lie in a reported band."""
        return _inside(self.values, band)

    def added_to(self, prediction: Prediction, band: Band | None = None) -> Prediction:
        """A prediction with what was sampled: its interval holds every design as well, and the leading parameter decides.

        band  what was reported, if anything was
        """
        return _widened(prediction, self.values, self.sampled, band)


@dataclass(frozen=True, eq=False)
class Scatter:
    """Numbers of designs that are too dear for the arrangement that indices need: points of a sequence and no more.

    columns  the open parameters at each design, by name
    values   of each design, shape (designs,); NaN where it gave none, infinite where it is beyond all others
    """

    columns: Mapping[str, Sequence[float]]
    values: Array

    @property
    def ranked(self) -> list[tuple[str, float]]:
        """Rank correlation of each parameter with the values, by falling magnitude."""
        return associated(self.columns, np.where(np.isfinite(self.values), self.values, np.inf))

    @property
    def sampled(self) -> Sampled:
        """In the numbers of a verdict; parameters lead by rank correlation, from what chance gives in one of a thousand on."""
        least = CHANCE / math.sqrt(max(len(self.values) - 1, 1))
        return _numbers(self.values, tuple(pair for pair in self.ranked if abs(pair[1]) > least), "rank correlation")

    def added_to(self, prediction: Prediction, band: Band | None = None) -> Prediction:
        """As `Spread.added_to`."""
        return _widened(prediction, self.values, self.sampled, band)


def _numbers(values: Array, leading: tuple[tuple[str, float], ...], by: Measure) -> Sampled:
    low, median, high = (float(q) if np.isfinite(q) else None for q in quantiles(values, SHARES))
    return Sampled(len(values), int(np.sum(np.isnan(values))), low, median, high, leading, by)


def _inside(values: Array, band: Band) -> float:
    return float(np.mean((values >= band.low) & (values <= band.high)))


def _widened(prediction: Prediction, values: Array, sampled: Sampled, band: Band | None) -> Prediction:
    seen = values[np.isfinite(values)]
    return replace(
        prediction,
        low=min([prediction.low, *seen]),
        high=max([prediction.high, *seen]) if len(seen) == len(values) else math.inf,
        decided_by=sampled.leading[0][0] if sampled.leading else prediction.decided_by,
        sampled=replace(sampled, inside=_inside(values, band) if band else None),
    )


def spread_over(ranges: Sequence[Range], groups: int = 128, seed: int = 0) -> Plan:
    """Points over the ranges of open parameters."""
    return Plan({each.name: each for each in ranges}, groups, seed)
