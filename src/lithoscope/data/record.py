"""One number with its provenance."""

from __future__ import annotations

from dataclasses import dataclass

from lithoscope.units import Quantity, ValueStatus, convert


@dataclass(frozen=True, slots=True)
class Record:
    """A number from a table, as its source states it.

    id          table and key, e.g. "lithium.molar_volume"
    name        what it is
    value       one number, or several that belong together (coefficients of a fit)
    unit        unit of value, low and high
    low, high   the range within which it is known, or None
    status      "measured", "checked", "prior", "calibrated", "computed" or "assumed"
    source      key into the table of sources
    conditions  where it holds
    note        what a user should know before relying on it
    """

    id: str
    name: str
    value: float | tuple[float, ...]
    unit: str
    low: float | None
    high: float | None
    status: ValueStatus
    source: str
    conditions: str
    note: str

    @property
    def number(self) -> float:
        """The value in its own unit. Raises TypeError for a record of several values: use `value`."""
        if isinstance(self.value, tuple):
            raise TypeError(f"{self.id} holds {len(self.value)} values; use its field value")
        return self.value

    def to(self, unit: str) -> float:
        """The value in another unit."""
        return convert(self.number, self.unit, unit)

    def quantity(self, unit: str) -> Quantity:
        """The value with range, status and source as a quantity in an SI unit."""
        low, high = (None if end is None else convert(end, self.unit, unit) for end in (self.low, self.high))
        text = f"{self.number:.10g}" if self.unit == "1" else f"{self.number:.10g} {self.unit}"
        return Quantity(self.to(unit), unit, low, high, self.status, f"data: {self.id}", text)
