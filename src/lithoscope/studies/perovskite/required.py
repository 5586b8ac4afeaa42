"""What the reported lives require of one mechanism, with one reading of the end of a cell."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from lithoscope.studies.mechanisms import Mechanism
from lithoscope.studies.perovskite.mechanisms import READINGS, cycles, hours
from lithoscope.studies.search import Bounded, Strength

if TYPE_CHECKING:
    from collections.abc import Sequence

    from lithoscope.studies.claims import Claims
    from lithoscope.studies.perovskite.longruns import LongRuns

COATED = ("MASnCl3", "MAPbCl3")


@dataclass(frozen=True, slots=True)
class Required:
    """What the reported lives require of one mechanism, with one reading of the end.

    bare       strength that ends the bare cell at its time
    coated     strength that ends each coated cell when it is reported to be alive still, looked for up to that of the bare one
    unchanged  life of each coated cell with the strength of the bare one, h
    """

    mechanism: Mechanism
    reading: str
    bare: Strength
    coated: dict[str, Strength]
    unchanged: dict[str, Bounded]

    @property
    def name(self) -> str:
        """Mechanism and reading, as a reader would call them."""
        return name_of(self.mechanism, self.reading)

    @property
    def explains(self) -> bool:
        """Whether the mechanism can end the bare cell at its time."""
        return self.bare.bound != "lower"

    @property
    def is_known(self) -> bool:
        """Whether the strength that ends the bare cell lies in the range in which it is known."""
        low, high = self.mechanism.known
        return self.explains and low <= self.bare.value <= high

    def reduction(self, material: str) -> Bounded | None:
        """How many times less the coated cell needs; at most 1 if it lives with as much, None if nothing can be said."""
        return reduction(self.bare, self.coated[material])


def reduction(bare: Strength, allowed: Strength) -> Bounded | None:
    """Strength that ends the bare cell over the one that ends a coated cell, which was looked for up to the first."""
    if bare.bound == "lower":
        return None
    if allowed.bound == "lower":
        return Bounded(1.0, "upper")
    if bare.bound == "upper":
        return None
    return Bounded(bare.value / allowed.value, "lower" if allowed.bound == "upper" else "exact")


def name_of(mechanism: Mechanism, reading: str) -> str:
    """Mechanism and reading, as a reader would call them."""
    return f"{mechanism.name}, if the end is that {READINGS[reading]}"


def require(ageing: LongRuns, claims: Claims, mechanism: Mechanism, reading: str) -> Required:
    """Search what the reported lives require. Raises NotSolvedError."""
    lives = hours(claims)
    bare = ageing.strength("bare", mechanism, reading, lives["bare"])
    coated, unchanged = {}, {}
    for material in COATED:
        as_bare = ageing.run(material, mechanism.ageing(bare.value), cycles(claims)[material])
        unchanged[material] = ageing.life(as_bare, reading)
        coated[material] = ageing.strength(material, mechanism, reading, lives[material], bare.value)
    return Required(mechanism, reading, bare, coated, unchanged)


def deciding(required: Sequence[Required]) -> Required | None:
    """The case that asks most of the MASnCl3 cell with a strength that is known, or with any if none is."""
    found = [(factor.value, case) for case in required if (factor := case.reduction("MASnCl3")) is not None]
    known = [each for each in found if each[1].is_known]
    return max(known or found, key=lambda each: each[0], default=(0.0, None))[1]
