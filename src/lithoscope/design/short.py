"""An electronic leak between the electrodes: a soft short, from a whisker that carries microamperes to a bridge of metal."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Literal, Self

from pydantic import Field, model_validator

from lithoscope import units
from lithoscope.data import lookup
from lithoscope.document import Frozen
from lithoscope.errors import InputError

if TYPE_CHECKING:
    from lithoscope.units import Given, Quantity

GrowthKind = Literal["linear", "exponential"]

UNITS = {"greatest_conductance": "S/m2", "flicker_depth": "1", "flicker_dwell_time": "s"}
"""Numbers of a short that the data tables know under the same name, and their SI unit."""


class Onset(Frozen):
    """When a short begins: a time since the start of the run, or the charge per area that has passed in both directions."""

    time: units.Moment | None = None
    capacity: units.ArealThroughput | None = None

    if TYPE_CHECKING:

        def __init__(self, time: Given | None = ..., capacity: Given | None = ...) -> None: ...

    @model_validator(mode="after")
    def _is_one(self) -> Self:
        _either(self, 'Write e.g. { time = "10 h" }')
        return self


class Growth(Frozen):
    """How the conductance of a short grows, with the time or the charge in which it doubles or is multiplied by e at first.

    kind  "linear": G = G_0 (1 + x), "exponential": G = G_0 exp(x), with x = (time or charge since the onset) / (that given)
    """

    kind: GrowthKind
    time: units.Duration | None = None
    capacity: units.ArealCapacity | None = None

    if TYPE_CHECKING:

        def __init__(self, kind: GrowthKind, time: Given | None = ..., capacity: Given | None = ...) -> None: ...

    @model_validator(mode="after")
    def _is_one(self) -> Self:
        _either(self, 'Write e.g. { kind = "linear", time = "2 h" }')
        return self


class Flicker(Frozen):
    """A short whose contact opens and closes at random: its conductance jumps between G and (1 - depth) G.

    depth       share of the conductance that is lost while the contact is open
    dwell_time  mean time between two jumps
    seed        of the jumps: the same seed gives the same ones
    """

    depth: units.Share | None = None
    dwell_time: units.Duration | None = None
    seed: Annotated[int, Field(ge=0, le=2**31 - 1, strict=True, description="a whole number from 0")] = 0

    if TYPE_CHECKING:

        def __init__(self, depth: Given | None = ..., dwell_time: Given | None = ..., seed: int = ...) -> None: ...


class Short(Frozen):
    """An electronic path from one electrode to the other, beside the electrolyte.

    conductance           per area of the electrode, at the onset
    onset                 when it begins; from the start of the run if not given
    growth                how it grows from then on; it stays as it is if not given
    flicker               whether its contact opens and closes; it does not if not given
    greatest_conductance  beyond which it does not grow
    """

    conductance: units.ArealConductance
    onset: Onset | None = None
    growth: Growth | None = None
    flicker: Flicker | None = None
    greatest_conductance: units.ArealConductance | None = None

    if TYPE_CHECKING:

        def __init__(
            self, conductance: Given, onset: Onset | None = ..., growth: Growth | None = ..., flicker: Flicker | None = ...,
            greatest_conductance: Given | None = ...,
        ) -> None: ...  # fmt: skip

    @model_validator(mode="after")
    def _grows_from_its_onset(self) -> Self:
        most = self.property("greatest_conductance")
        if most.value < self.conductance.value:
            raise InputError(
                "greatest_conductance",
                f"= {most} is below the conductance {self.conductance} that it starts with",
                expected=f"at least {self.conductance}",
                do=f'Write e.g. greatest_conductance = "{self.conductance.value / 1e4:g} S/cm2"',
            )
        if self.onset and self.growth and (self.onset.time is None) != (self.growth.time is None):
            by, other = ("capacity", "time") if self.onset.time is None else ("time", "capacity")
            raise InputError(
                "growth",
                f"goes by {other}, but the onset by {by}",
                expected=f"a growth by {by}, as the onset",
                why="A short that waits for charge does not grow at rest, and one that waits for time does",
                do=f"Give growth its {by}, or the onset its {other}",
            )
        return self

    def property(self, name: str) -> Quantity:
        """What was given, else what the data tables say, SI: "greatest_conductance", "flicker_depth", "flicker_dwell_time"."""
        if name == "greatest_conductance":
            given = self.greatest_conductance
        else:
            given = getattr(self.flicker, name.removeprefix("flicker_"), None)
        return given or lookup(f"short.{name}").quantity(UNITS[name])


def _either(given: Onset | Growth, example: str) -> None:
    """Exactly one of a time and a capacity. Raises InputError."""
    if (given.time is None) == (given.capacity is None):
        found = "neither" if given.time is None else "both"
        raise InputError("", f"gives {found} of time and capacity", expected="one of them", do=example)
