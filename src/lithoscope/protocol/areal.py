"""From the current of a whole cell to the current density of a program, for what other programs write."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from lithoscope.errors import InputError
from lithoscope.units import Area, ArealCapacity, Quantity, convert, parse_as

if TYPE_CHECKING:
    from lithoscope.units import Given

SECONDS_PER_HOUR = 3600.0


def rounded(value: float, unit: str, to: str) -> float:
    """A number in another unit to 12 digits: a current over an area and back is the current that was written."""
    return float(f"{convert(value, unit, to):.12g}")


def text(value: float, unit: str, to: str) -> str:
    """A number in another unit as a text with its unit, e.g. text(10, "A/m2", "mA/cm2") = "1 mA/cm2"."""
    return f"{convert(value, unit, to):.12g} {to}"


@dataclass(frozen=True, slots=True)
class Areal:
    """What turns currents of a whole cell and C-rates into current densities.

    area      geometric, or None if it was not given
    capacity  per area, which a C-rate of 1 passes in an hour, or None if it was not given
    """

    area: Quantity | None
    capacity: Quantity | None

    @classmethod
    def given(cls, area: Given | None, capacity: Given | None) -> Areal:
        """From what a user gave. Raises InputError for a wrong area or capacity."""
        return cls(
            None if area is None else parse_as(Area, area, "area"),
            None if capacity is None else parse_as(ArealCapacity, capacity, "capacity"),
        )

    def of_current(self, current: float) -> float:
        """The current density of a current in A, A/m2. Raises InputError if no area was given."""
        if self.area is None:
            raise InputError("", "there is a current of the whole cell, and no area is given", expected="a current per area",
                             why="Currents of a program are per geometric area",
                             do='Give the area of the cell, e.g. area="1.13 cm2"')  # fmt: skip
        return current / self.area.value

    def of_rate(self, rate: float) -> float:
        """The current density of a C-rate, A/m2. Raises InputError if no capacity was given."""
        if self.capacity is None:
            raise InputError("", "there is a C-rate, and no capacity is given", expected="a current per area",
                             why="A C-rate of 1 passes the capacity in an hour",
                             do='Give what 1C passes in an hour, e.g. capacity="3 mAh/cm2"')  # fmt: skip
        return rate * self.capacity.value / SECONDS_PER_HOUR
