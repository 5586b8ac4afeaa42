"""What the ranges of unmeasured parameters do to a prediction.

Each parameter is moved to both ends of its range by itself, which gives the sensitivities; then all of them together to the
ends that raise, and to those that lower, the prediction. A parameter of which only its ends exist, such as two ways to read a
number, is not moved with the others: everything is repeated at each of its readings, because what the others do may depend on
it. The interval is the hull of all these runs. It is exact where the prediction is monotonic in each other parameter, and the
run of every end stands in the table, so that a reader can see whether it is.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from itertools import product

from lithoscope.data import lookup
from lithoscope.studies.verdict import Prediction
from lithoscope.units import ValueStatus, convert

WIDE = 3.0
"""Ratio of the ends of a range from which its values are spread on a logarithmic scale."""


@dataclass(frozen=True, slots=True)
class Range:
    """A parameter that is not known better than this.

    name       as a reader would call it
    symbol     short, with unit, for figures and tables
    value      at which predictions are quoted
    low, high  ends of its range
    unit       of the three
    source     why this range
    status     what is known about the value
    readings   what its low and its high end mean, if only these two exist and nothing between
    """

    name: str
    symbol: str
    value: float
    low: float
    high: float
    unit: str
    source: str
    status: ValueStatus | None = None
    readings: tuple[str, str] | None = None

    @property
    def extent(self) -> str:
        """The range as a table shows it."""
        return " or ".join(self.readings) if self.readings else f"{self.low:.4g} to {self.high:.4g}"

    @property
    def quoted(self) -> str:
        """The value as a table shows it."""
        return self.readings[self.value == self.high] if self.readings else f"{self.value:.4g}"

    @property
    def distribution(self) -> str:
        """How its values are spread where all ranges are sampled at once, in words."""
        if self.readings:
            return "either, equally likely"
        even = "evenly on a logarithmic scale" if self._logarithmic else "evenly"
        return even if self.value in (self.low, self.high) else f"{even}, half on each side of the value"

    @property
    def _logarithmic(self) -> bool:
        return self.low > 0 and self.high / self.low > WIDE

    def quantile(self, u: Sequence[float]) -> list[float]:
        """The value below which each share of the probability lies. The quoted value is the median, unless it is an end."""
        return [self._at(share) for share in u]

    def _at(self, share: float) -> float:
        if self.readings:
            return self.high if share >= 0.5 else self.low
        if self.value in (self.low, self.high):
            return self._between(self.low, self.high, share)
        if share < 0.5:
            return self._between(self.low, self.value, 2 * share)
        return self._between(self.value, self.high, 2 * share - 1)

    def _between(self, low: float, high: float, part: float) -> float:
        return float(low * (high / low) ** part if self._logarithmic else low + (high - low) * part)

    def written(self, value: float) -> dict[str, str]:
        """A value as a cell file states it; one outside the range, as in a search, goes without the range."""
        unit = "" if self.unit == "1" else f" {self.unit}"
        table = {"value": f"{value!r}{unit}", "source": self.source}
        if self.low <= value <= self.high:
            table |= {"low": f"{self.low!r}{unit}", "high": f"{self.high!r}{unit}"}
        return table | ({"status": self.status} if self.status else {})


def from_data(name: str, symbol: str, unit: str, identifier: str) -> Range:
    """A record of the data tables with its range, in a unit."""
    record = lookup(identifier)
    low, value, high = (convert(x, record.unit, unit) for x in (record.low, record.number, record.high) if x is not None)
    return Range(name, symbol, value, low, high, unit, f"data: {identifier}", record.status)


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


def leading(moves: Sequence[Sensitivity], least: float = 0.01) -> list[Sensitivity]:
    """The sensitivities by falling swing, without those below a share `least` of the largest."""
    largest = max((s.swing for s in moves), default=0.0)
    return sorted((s for s in moves if s.swing > least * largest), key=lambda s: -s.swing)


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
    moves = _moves(predict, base, ranges)
    free = [r for r in ranges if r.readings is None]
    read = [r for r in ranges if r.readings is not None]
    seen = [predict(base)]
    for chosen in product(*((r.low, r.high) for r in read)):
        seen += _hull(predict, base | dict(zip((r.name for r in read), chosen, strict=True)), free)
    decided_by = max(moves, key=lambda s: s.swing).parameter if moves else None
    return Prediction(seen[0], min(seen), max(seen), decided_by, calibrated, run), moves


def _moves(predict: Callable[[Point], float], base: Point, ranges: Sequence[Range]) -> tuple[Sensitivity, ...]:
    """Each parameter moved by itself."""
    return tuple(Sensitivity(r.name, predict({**base, r.name: r.low}), predict({**base, r.name: r.high})) for r in ranges)


def _hull(predict: Callable[[Point], float], base: Point, ranges: Sequence[Range]) -> list[float]:
    """Everything that is predicted around a point: each parameter moved by itself, and all of them up and down together."""
    moves = _moves(predict, base, ranges)
    ends = {r.name: (r.low, r.high) for r in ranges}
    rising = {s.parameter: ends[s.parameter][s.at_high >= s.at_low] for s in moves}
    falling = {s.parameter: ends[s.parameter][s.at_high < s.at_low] for s in moves}
    together = [predict({**base, **rising}), predict({**base, **falling})]
    return together + [end for s in moves for end in (s.at_low, s.at_high)]
