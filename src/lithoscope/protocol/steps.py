"""The steps of a program.

Sign: a positive current oxidises the working electrode, which strips it where it is lithium. Voltage is that of the
working electrode against the counter electrode.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Annotated, Literal, Self

from pydantic import BeforeValidator, Field, model_validator

from lithoscope import units
from lithoscope.document import Frozen, choose
from lithoscope.errors import InputError

if TYPE_CHECKING:
    from lithoscope.units import Given

MOST_LOOPS = 100_000


class Until(Frozen):
    """What ends a step; the first condition that is met ends it.

    duration           time since the start of the step
    capacity           charge passed since the start of the step, per area
    voltage_above      the voltage rises to this value
    voltage_below      the voltage falls to this value
    current_below      the magnitude of the current density falls to this value
    """

    duration: units.Duration | None = None
    capacity: units.ArealCapacity | None = None
    voltage_above: units.Voltage | None = None
    voltage_below: units.Voltage | None = None
    current_below: units.CurrentDensityMagnitude | None = None

    @model_validator(mode="after")
    def _ends(self) -> Self:
        if not self.model_fields_set:
            raise InputError("", "names no condition", expected=", ".join(type(self).model_fields))
        return self


class Stop(Frozen):
    """What ends the whole program: the end of life that the experimenter chose.

    voltage_magnitude  the magnitude of the cell voltage reaches this value
    """

    voltage_magnitude: units.VoltageMagnitude | None = None

    if TYPE_CHECKING:

        def __init__(self, voltage_magnitude: Given | None = ...) -> None: ...


class Rest(Frozen):
    """The cell rests: no current.

    duration  how long
    """

    duration: units.Duration
    kind: Literal["rest"] = "rest"

    if TYPE_CHECKING:

        def __init__(self, duration: Given, *, kind: Literal["rest"] = ...) -> None: ...


class Current(Frozen):
    """A constant current density; positive strips the working electrode.

    current_density  per geometric area
    until            what ends the step; it needs a duration or a capacity
    """

    current_density: units.CurrentDensity
    until: Annotated[Until, Field(description='a table such as { capacity = "1 mAh/cm2" }')]
    kind: Literal["current"] = "current"

    if TYPE_CHECKING:

        def __init__(
            self, current_density: Given, until: Until | dict[str, Given], *, kind: Literal["current"] = ...
        ) -> None: ...

    @model_validator(mode="after")
    def _comes_to_an_end(self) -> Self:
        if self.current_density.value == 0:
            raise InputError(
                "current_density",
                "= 0 passes no charge",
                expected='a current density such as "1 mA/cm2"',
                do='Use a step of kind "rest"',
            )
        if self.until.duration is None and self.until.capacity is None:
            raise InputError("until", "has neither a duration nor a capacity, so the step might never end",
                             expected='a duration or a capacity such as "1 mAh/cm2"')  # fmt: skip
        if self.until.current_below is not None:
            raise InputError("until.current_below", "can never be met at a constant current",
                             expected="duration, capacity, voltage_above, voltage_below")  # fmt: skip
        return self

    @property
    def duration(self) -> float:
        """The longest time the step can take, s."""
        times = [] if self.until.duration is None else [self.until.duration.value]
        if self.until.capacity is not None:
            times.append(self.until.capacity.value / abs(self.current_density.value))
        return min(times)


class Voltage(Frozen):
    """A constant voltage of the working against the counter electrode.

    voltage  the voltage that is held
    until    what ends the step; it needs a duration
    """

    voltage: units.Voltage
    until: Annotated[Until, Field(description='a table such as { duration = "10 min" }')]
    kind: Literal["voltage"] = "voltage"

    if TYPE_CHECKING:

        def __init__(self, voltage: Given, until: Until | dict[str, Given], *, kind: Literal["voltage"] = ...) -> None: ...

    @model_validator(mode="after")
    def _comes_to_an_end(self) -> Self:
        if self.until.duration is None:
            raise InputError("until.duration", "is missing, so the step might never end",
                             expected='a duration such as "10 min"; other conditions may stand beside it')  # fmt: skip
        for name in ("voltage_above", "voltage_below"):
            if getattr(self.until, name) is not None:
                raise InputError(f"until.{name}", "can never be met at a constant voltage",
                                 expected="duration, capacity, current_below")  # fmt: skip
        return self


class Scan(Frozen):
    """The voltage of the working against the counter electrode runs from one value to another at a constant rate.

    to     voltage at which it ends
    rate   how fast, a magnitude
    start  voltage at which it begins; where the cell is, if not given
    """

    to: units.Voltage
    rate: units.ScanRate
    start: units.Voltage | None = None
    kind: Literal["scan"] = "scan"

    if TYPE_CHECKING:

        def __init__(self, to: Given, rate: Given, start: Given | None = ..., *, kind: Literal["scan"] = ...) -> None: ...

    @model_validator(mode="after")
    def _goes_somewhere(self) -> Self:
        if self.start is not None and self.start.value == self.to.value:
            raise InputError("to", f"= {self.to} is where the scan starts", expected="another voltage than start",
                             do='Use a step of kind "voltage" to hold it')  # fmt: skip
        return self


class Spectrum(Frozen):
    """An impedance spectrum about the state that the cell is in, after a short rest.

    high               highest frequency
    low                lowest frequency
    points_per_decade  number of frequencies per decade
    rest               how long the cell rests before, so that it is measured at rest
    amplitude          of the instrument; recorded only, since the response is linear
    """

    high: units.Frequency = units.Quantity(1e5, "Hz", text="100 kHz")
    low: units.Frequency = units.Quantity(0.1, "Hz", text="100 mHz")
    points_per_decade: Annotated[int, Field(ge=1, le=100, strict=True, description="a whole number from 1 to 100")] = 10
    rest: units.Duration = units.Quantity(60.0, "s", text="1 min")
    amplitude: units.VoltageMagnitude | None = None
    kind: Literal["spectrum"] = "spectrum"

    if TYPE_CHECKING:

        def __init__(
            self, high: Given = ..., low: Given = ..., points_per_decade: int = ..., rest: Given = ...,
            amplitude: Given | None = ..., *, kind: Literal["spectrum"] = ...,
        ) -> None: ...  # fmt: skip

    @model_validator(mode="after")
    def _goes_down(self) -> Self:
        if not self.low.value < self.high.value:
            raise InputError("low", f"= {self.low} is not below high = {self.high}", expected="low < high")
        return self


class Loop(Frozen):
    """Steps that are repeated. One passage through a loop that holds no other loop is a cycle.

    times  how often
    steps  what is repeated
    """

    times: Annotated[int, Field(ge=1, le=MOST_LOOPS, strict=True, description=f"a whole number from 1 to {MOST_LOOPS}")]
    steps: Annotated[tuple[Step, ...], Field(min_length=1, max_length=1000, description="at least one step")]
    kind: Literal["loop"] = "loop"

    if TYPE_CHECKING:

        def __init__(self, times: int, steps: Sequence[Step], *, kind: Literal["loop"] = ...) -> None: ...


PLANNED_STEPS = {
    "power": "a constant power comes with the full cells",
    "repeat_until": "a loop that ends by a condition comes with the long runs",
}
KINDS: dict[str, type[Frozen]] = {
    "rest": Rest, "current": Current, "voltage": Voltage, "scan": Scan, "spectrum": Spectrum, "loop": Loop,
}  # fmt: skip


def _step(given: object) -> object:
    return choose(KINDS, PLANNED_STEPS, "a step", given)


Step = Annotated[Rest | Current | Voltage | Scan | Spectrum | Loop, BeforeValidator(_step)]
Loop.model_rebuild()
