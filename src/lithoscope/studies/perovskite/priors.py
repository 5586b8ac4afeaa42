"""How much less the MASnCl3 cell must age, with the other open numbers moved one at a time.

The lives are searched with every other number at its quoted value. Here the case that decides is searched again, coarsely, at
both ends of the range of each number on which it may depend.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from lithoscope.data import lookup
from lithoscope.design.ageing import FIELDS
from lithoscope.studies.perovskite.cells import AREA, ranges
from lithoscope.studies.perovskite.mechanisms import hours
from lithoscope.studies.perovskite.required import Required, reduction
from lithoscope.studies.search import Bounded, near

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from lithoscope.studies.claims import Claims
    from lithoscope.studies.perovskite.longruns import LongRuns

MOVED = (
    "dead_layer_tortuosity",
    "mossy_fraction",
    "mossy_area",
    "mossy_half_charge",
    "mossy_exchange_current_density",
    "mossy_film_resistance",
)
"""Numbers of ageing that are moved: those that move the reduction by more than a fifth."""

OPEN = (AREA,)
"""Numbers of the cell that are moved; its interface is calibrated anew. One interface instead of two acts as twice the area."""


@dataclass(frozen=True, slots=True)
class End:
    """A number at one end of its range.

    name    as a reader would call it;  at: the value with its unit
    is_high which end
    field   of `design.Ageing`, or empty for one of the cell
    value   of a number of the cell, in the unit of its range
    """

    name: str
    at: str
    is_high: bool
    field: str = ""
    value: float = 0.0


@dataclass(frozen=True, slots=True)
class Move:
    """What one number does to the reduction that the life of the MASnCl3 cell requires; None if nothing can be said."""

    end: End
    reduction: Bounded | None


def ends(claims: Claims, case: Required) -> tuple[End, ...]:
    """Every end at which the case is searched again; none at which it stands already."""
    return (*_of_ageing(dict(case.mechanism.others)), *_of_cell(claims))


def _of_ageing(given: dict[str, str | float]) -> Iterable[End]:
    for field in MOVED:
        record = lookup(f"ageing.{field}")
        for value in (record.low, record.high):
            if value is not None and value != given.get(field):
                unit = "" if record.unit == "1" else f" {record.unit}"
                yield End(field.replace("_", " "), f"{value:g}{unit}", value == record.high, field)


def _of_cell(claims: Claims) -> Iterable[End]:
    for known in ranges(claims):
        for value in (known.low, known.high):
            if known.name in OPEN and value != known.value:
                unit = "" if known.unit == "1" else f" {known.unit}"
                yield End(known.name, f"{value:g}{unit}", value == known.high, value=value)


def moved(ageing: LongRuns, claims: Claims, case: Required, end: End) -> Move:
    """The case with one number at an end of its range: how much less the MASnCl3 cell must age. Raises NotSolvedError."""
    mechanism = case.mechanism.given(end.field, end.at) if end.field else case.mechanism
    there = ageing.at(**({} if end.field else {end.name: end.value}))
    lives = hours(claims)

    def excess(material: str) -> Callable[[float], float]:
        return lambda strength: there.excess(material, mechanism, case.reading, lives[material], strength)

    bare = near(excess("bare"), case.bare.value, mechanism.ends)
    # The coated cell is expected to need as much less as without the change.
    guess = bare.value * case.coated["MASnCl3"].value / case.bare.value
    allowed = near(excess("MASnCl3"), guess, (mechanism.ends[0], bare.value))
    return Move(end, reduction(bare, allowed))


def left(case: Required) -> tuple[str, ...]:
    """Numbers of ageing that are not moved, as a reader would call them."""
    held = {case.mechanism.field, *MOVED}
    return tuple(field.replace("_", " ") for field in FIELDS if field not in held)
