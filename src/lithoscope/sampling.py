"""Ranges of fields: from which values to which, and how they lie in between."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any, Literal, get_args

import numpy as np

from lithoscope.document import Frozen
from lithoscope.errors import InputError, nearest
from lithoscope.units import Dimension, Given, Quantity, convert, shown

Scale = Literal["linear", "log"]
"""Whether equal steps of a range are equal differences or equal ratios."""


@dataclass(frozen=True, slots=True)
class Between:
    """Every value of a field from `low` to `high`: an axis of a map, or what is uncertain about a number.

    low, high  the ends, as they are written in a cell file, e.g. Between("0.1 um", "10 um", scale="log")
    scale      "linear": v(u) = low + u (high - low);  "log": v(u) = low (high / low)^u,  u from 0 to 1

    Units are those of a field, so that `on` has to come before values are taken.
    Raises InputError for a scale that is not known.
    """

    low: Given
    high: Given
    scale: Scale = "linear"

    def __post_init__(self) -> None:
        if self.scale not in get_args(Scale):
            raise InputError("scale", f"= {shown(self.scale)} is not a scale", expected=", ".join(get_args(Scale)),
                             do=nearest(str(self.scale), get_args(Scale)) or 'Write scale="log"')  # fmt: skip

    def on(self, document: Frozen, path: str) -> Between:
        """The range with its ends as quantities of a field of a cell or a program, SI.

        Raises InputError for a path that leads to no number, ends that the field does not take, and an empty range.
        """
        kind = kind_at(document, path)
        try:
            found = replace(self, low=_end(kind, self.low, "low"), high=_end(kind, self.high, "high"))
            found._check()
        except InputError as error:
            raise error.under(path) from None
        return found

    @property
    def ends(self) -> tuple[Quantity, Quantity]:
        """Low and high as quantities. Raises InputError before `on`."""
        if isinstance(self.low, Quantity) and isinstance(self.high, Quantity):
            return self.low, self.high
        raise InputError("low", f"= {shown(self.low)} has no field yet", expected="a range of a field",
                         why="Only the field says which units it takes",
                         do='Write e.g. Between("15 um", "25 um").on(cell, "separator.thickness")')  # fmt: skip

    def spaced(self, n: int) -> list[Quantity]:
        """So many values at equal steps of the scale, both ends included."""
        if n < 2:
            raise InputError("n", f"= {n}", expected="at least 2", why="Both ends are among the values", do="Write n=2")
        return self.quantile(np.linspace(0.0, 1.0, n).tolist())

    def quantile(self, u: Sequence[float]) -> list[Quantity]:
        """The value v(u) at each share of the range, u from 0 to 1, SI."""
        shares = np.asarray(u, dtype=float)
        if not np.all((shares >= 0) & (shares <= 1)):
            raise InputError("u", "has shares outside the range", expected="0 to 1", do="Write e.g. u=[0.5]")
        self._check()
        low, high = (end.value for end in self.ends)
        values = low * (high / low) ** shares if self.scale == "log" else low + shares * (high - low)
        # Rounding must not lead past an end, beyond which the field may take nothing.
        return [Quantity(float(value), self.ends[0].unit) for value in np.clip(values, low, high)]

    def _check(self) -> None:
        low, high = self.ends
        if low.value >= high.value:
            do = f'Write Between("{high}", "{low}")' if low.value > high.value else "Give the field this one value instead"
            raise InputError(
                "low", f"= {low} is not below high = {high}", expected="low < high", why="A range has an extent", do=do
            )
        if self.scale == "log" and low.value <= 0:
            do = 'Write scale="linear", or a low end above 0'
            raise InputError("low", f"= {low} on a logarithmic scale", expected="a number above 0",
                             why="Zero and below have no logarithm", do=do)  # fmt: skip


def _end(kind: Dimension, given: Given, where: str) -> Quantity:
    """One end of a range in SI. Raises InputError if the field does not take it."""
    try:
        if isinstance(given, Quantity):
            given = replace(given, value=convert(given.value, given.unit, kind.unit), unit=kind.unit, low=None, high=None)
        return kind.parse(given)
    except InputError as error:
        raise error.under(where) from None


def kind_at(document: Frozen, path: str) -> Dimension:
    """The kind of number that a field of a cell or a program takes, by its path, e.g. "working.films.0.thickness".

    Raises InputError if the path leads nowhere, with the nearest name, or to something that is no number.
    """
    *parents, last = path.split(".")
    place: Any = document
    for n, part in enumerate(parents):
        place = _step(place, part, ".".join(parents[: n + 1]))
    if not isinstance(place, Frozen):
        raise InputError(path, f"leads nowhere: {parents[-1]} has no parts", expected="a field that takes a number")
    fields = type(place).model_fields
    if last not in fields:
        raise _unknown(path, last, list(fields))
    if kind := _kind_in(fields[last].annotation, *fields[last].metadata):
        return kind
    raise InputError(path, "is not a number", expected="a field that takes a number", do=_numbers(place))


def _step(place: Any, part: str, path: str) -> Any:
    """One step down a path. Raises InputError."""
    if isinstance(place, tuple | list):
        if not part.isdecimal() or int(part) >= len(place):
            raise InputError(path, f"leads nowhere: the list has {len(place)}", expected="a number counted from 0")
        return place[int(part)]
    if not isinstance(place, Frozen) or part not in type(place).model_fields:
        raise _unknown(path, part, list(getattr(type(place), "model_fields", ())))
    if getattr(place, part) is None:
        raise InputError(path, "is not there", expected="a part that was given", do=f"Give it in the file first: [{path}]")
    return getattr(place, part)


def _unknown(path: str, part: str, known: Sequence[str]) -> InputError:
    return InputError(path, "is not a known key", expected=", ".join(known), do=nearest(part, known))


def _kind_in(annotation: Any, *metadata: Any) -> Dimension | None:
    """The kind of number in an annotation such as `Length` or `Length | None`."""
    for part in (*metadata, *get_args(annotation)):
        if isinstance(part, Dimension):
            return part
        if found := _kind_in(part):
            return found
    return None


def _numbers(place: Frozen) -> str:
    """The fields of a part that take numbers, in words."""
    fields = type(place).model_fields.items()
    names = [name for name, field in fields if _kind_in(field.annotation, *field.metadata)]
    return f"Write one of {', '.join(names)}" if names else "Go one part further down"
