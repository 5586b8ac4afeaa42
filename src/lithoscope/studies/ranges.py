"""What the ranges of unmeasured parameters do to a prediction.

Each parameter is moved to both ends of its range by itself, which gives the sensitivities; then all of them together to the
ends that raise, and to those that lower, the prediction. The interval is the hull of all these runs. It is exact where the
prediction is monotonic in each parameter, and the run of every end stands in the table, so that a reader can see whether it is.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from lithoscope.studies.verdict import Prediction


@dataclass(frozen=True, slots=True)
class Range:
    """A parameter that is not known better than this.

    name       as a reader would call it
    symbol     short, with unit, for figures and tables
    value      at which predictions are quoted
    low, high  ends of its range
    unit       of the three
    source     why this range
    """

    name: str
    symbol: str
    value: float
    low: float
    high: float
    unit: str
    source: str


@dataclass(frozen=True, slots=True)
class Sensitivity:
    """What one parameter does to one prediction: its value with the parameter at the ends of its range."""

    parameter: str
    at_low: float
    at_high: float

    @property
    def swing(self) -> float:
        """|at_high - at_low|."""
        return abs(self.at_high - self.at_low)


Point = Mapping[str, float]
"""Parameter values by name."""


def at_values(ranges: Sequence[Range]) -> dict[str, float]:
    """Every parameter at the value at which predictions are quoted."""
    return {r.name: r.value for r in ranges}


def explore(
    predict: Callable[[Point], float], ranges: Sequence[Range], *, calibrated: tuple[str, ...], run: str | None
) -> tuple[Prediction, tuple[Sensitivity, ...]]:
    """A prediction with its interval and what each parameter does to it.

    predict     the prediction at a point of the parameters
    ranges      the parameters
    calibrated  ids of the claims that set a parameter
    run         id of the run at the point of quoted values
    """
    base = at_values(ranges)
    value = predict(base)
    moves = tuple(Sensitivity(r.name, predict(base | {r.name: r.low}), predict(base | {r.name: r.high})) for r in ranges)
    ends = {r.name: (r.low, r.high) for r in ranges}
    rising = {s.parameter: ends[s.parameter][s.at_high >= s.at_low] for s in moves}
    falling = {s.parameter: ends[s.parameter][s.at_high < s.at_low] for s in moves}
    seen = [value, predict(rising), predict(falling), *(end for s in moves for end in (s.at_low, s.at_high))]
    leading = max(moves, key=lambda s: s.swing).parameter if moves else None
    return Prediction(value, min(seen), max(seen), leading, calibrated, run), moves
