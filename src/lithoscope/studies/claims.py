"""Claims as data: what a paper says, in our words, with its numbers."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from importlib import resources
from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from lithoscope.document import Document, Frozen
from lithoscope.errors import InputError

Scale = Literal["input", "cell", "morphology", "interphase", "double_layer", "atoms", "characterisation"]
Bound = Literal["exact", "lower", "upper"]


class Tolerance(Frozen):
    """How far a prediction may be from a reported value and still be the same.

    relative  half-width of the band, as a share of the value
    absolute  half-width of the band, in the unit of the value
    why       the reason
    """

    relative: Annotated[float, Field(ge=0, lt=1)] | None = None
    absolute: Annotated[float, Field(ge=0)] | None = None
    why: str

    @model_validator(mode="after")
    def _one_of_both(self) -> Self:
        if (self.relative is None) == (self.absolute is None):
            raise InputError("", "needs one of relative and absolute", expected="relative = 0.1, or absolute = 5")
        return self

    def around(self, value: float) -> float:
        """Half-width of the band around a value."""
        return abs(value) * self.relative if self.relative is not None else self.absolute or 0.0

    def __str__(self) -> str:
        return f"±{self.relative:.0%}" if self.relative is not None else f"±{self.absolute:g}"


@dataclass(frozen=True, slots=True)
class Band:
    """What a reported value allows: from low to high, one end infinite for a bound."""

    low: float
    high: float


class Claim(Frozen):
    """One statement of a paper.

    id         study and name, e.g. "perovskite.eis.bare"
    section    of the paper in which it stands
    scale      on which it is decided; "input" for a condition of the experiment
    kind       whether the authors measured it, computed it, explain with it, or suppose it
    text       the statement in our words
    values     the reported numbers; true for a statement without a number
    unit       of all values, or one for each
    bound      what a value bounds; one for all or one for each
    tolerance  width of the band around a value
    panel      the figure of the paper that shows it
    needs      what has to be built before it can be judged
    """

    id: Annotated[str, Field(pattern=r"^[a-z]+(\.[a-z0-9_]+)+$")]
    section: str
    scale: Scale
    kind: Literal["measured", "computed", "mechanism", "hypothesis"]
    text: str
    values: Annotated[tuple[float | bool, ...], Field(min_length=1)]
    unit: str | tuple[str, ...] | None = None
    bound: Bound | tuple[Bound, ...] = "exact"
    tolerance: Tolerance | None = None
    panel: str | None = None
    needs: str | None = None

    @model_validator(mode="after")
    def _lists_run_parallel(self) -> Self:
        for name in ("unit", "bound"):
            given = getattr(self, name)
            if isinstance(given, tuple) and len(given) != len(self.values):
                raise InputError(name, f"has {len(given)} entries", expected=f"{len(self.values)}, one for each value")
        return self

    def unit_of(self, n: int) -> str | None:
        """The unit of the n-th value."""
        return self.unit[n] if isinstance(self.unit, tuple) else self.unit

    def bound_of(self, n: int) -> Bound:
        """What the n-th value bounds."""
        return self.bound[n] if isinstance(self.bound, tuple) else self.bound

    def band(self, n: int) -> Band:
        """What the n-th value allows. Raises TypeError for a statement without a number."""
        value = self.values[n]
        if isinstance(value, bool):
            raise TypeError(f"{self.id} states no number")
        half = self.tolerance.around(value) if self.tolerance else 0.0
        bound = self.bound_of(n)
        return Band(-math.inf if bound == "upper" else value - half, math.inf if bound == "lower" else value + half)


class Claims(Document):
    """All claims of a paper.

    paper   its DOI
    title   a short description
    claims  in the order of the paper
    """

    paper: str
    title: str
    claims: Sequence[Claim]

    @model_validator(mode="after")
    def _ids_differ(self) -> Self:
        seen: set[str] = set()
        for n, claim in enumerate(self.claims):
            if claim.id in seen:
                raise InputError(f"claims.{n}.id", f'= "{claim.id}" stands twice')
            seen.add(claim.id)
        return self

    def __getitem__(self, identifier: str) -> Claim:
        return next(claim for claim in self.claims if claim.id == identifier)


def read_claims(paper: str) -> Claims:
    """The claims of a study that is part of the package, e.g. "perovskite"."""
    text = (resources.files("lithoscope.studies") / paper / "claims.toml").read_text(encoding="utf-8")
    return Claims.parse(text, file=f"{paper}/claims.toml")
