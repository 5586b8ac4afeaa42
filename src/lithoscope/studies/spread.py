"""What the ranges of all open parameters do together: cells at points that are spread over them, through one program.

Each range is a distribution (`Range.distribution` says which); the points are those of `Plan`. All cells run as one ensemble,
so that thousands of them take seconds. Beside the interval that the ends of the ranges give, a prediction then has the part
in which nine of ten designs lie, the share of designs that would agree with the paper, and the parameters that lead.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from lithoscope.errors import InputError
from lithoscope.sensitivity import Index, Plan, quantiles
from lithoscope.studies.verdict import Prediction, Sampled

if TYPE_CHECKING:
    from lithoscope.studies.claims import Band
    from lithoscope.studies.ranges import Range

Array = NDArray[np.float64]

SHARES = (0.05, 0.5, 0.95)
"""Of the designs below the low end, the middle and the high end of what is quoted."""

LEADS = 0.02
"""Total index from which a parameter is named."""


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
        low, median, high = (float(q) if np.isfinite(q) else None for q in quantiles(self.values, SHARES))
        leading = tuple((index.name, index.total) for index in self.indices if index.total > LEADS)
        return Sampled(len(self.values), int(np.sum(~np.isfinite(self.values))), low, median, high, leading)

    def inside(self, band: Band) -> float:
        """The share of the designs that lie in a reported band."""
        return float(np.mean((self.values >= band.low) & (self.values <= band.high)))

    def added_to(self, prediction: Prediction, band: Band | None = None) -> Prediction:
        """A prediction with what was sampled: its interval holds every design as well, and the leading parameter decides.

        band  what was reported, if anything was
        """
        seen = self.values[np.isfinite(self.values)]
        return replace(
            prediction,
            low=min(prediction.low, *seen),
            high=max(prediction.high, *seen) if len(seen) == len(self.values) else math.inf,
            decided_by=self.indices[0].name if self.indices and self.indices[0].total > 0 else prediction.decided_by,
            sampled=replace(self.sampled, inside=self.inside(band) if band else None),
        )


def spread_over(ranges: Sequence[Range], groups: int = 128, seed: int = 0) -> Plan:
    """Points over the ranges of open parameters."""
    return Plan({each.name: each for each in ranges}, groups, seed)
