"""A program: what is done to a cell, from the first step to the last."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated, Literal

from pydantic import Field

from lithoscope.document import Document
from lithoscope.errors import InputError
from lithoscope.protocol.steps import Current, Loop, Rest, Scan, Spectrum, Step, Stop, Until, Voltage
from lithoscope.units import ArealCapacity, CurrentDensity, CurrentDensityMagnitude, Given, parse_as
from lithoscope.units import Voltage as VoltageKind

MOST_STEPS = 1_000_000
DEEPEST_LOOPS = 5


@dataclass(frozen=True, slots=True)
class Visit:
    """One step of the flattened program: which, in which cycle (from 1, 0 outside every loop), and its number."""

    step: Rest | Current | Voltage | Scan | Spectrum
    cycle: int
    number: int


class Program(Document):
    """What is done to a cell.

    steps   in order; loops may stand inside loops
    stop    what ends the whole program early
    source  where it is described
    """

    steps: Annotated[tuple[Step, ...], Field(min_length=1, max_length=1000, description="at least one step")]
    stop: Stop = Stop()
    source: str | None = None
    format: Literal["lithoscope.program/1"] = "lithoscope.program/1"

    if TYPE_CHECKING:

        def __init__(
            self, steps: Sequence[Rest | Current | Voltage | Scan | Spectrum | Loop], stop: Stop = ...,
            source: str | None = ..., *, format: Literal["lithoscope.program/1"] = ...,
        ) -> None: ...  # fmt: skip

    def model_post_init(self, _context: object) -> None:
        """Bound the size of the program: an error of three digits in a loop should not run for a month."""
        count, depth = _size(self.steps)
        if depth > DEEPEST_LOOPS:
            raise InputError("steps", f"has loops {depth} deep", expected=f"at most {DEEPEST_LOOPS}")
        if count > MOST_STEPS:
            raise InputError("steps", f"comes to {count} steps", expected=f"at most {MOST_STEPS}")

    @classmethod
    def strip_plate(
        cls, current_density: Given, capacity: Given, *, cycles: int, first: Literal["strip", "plate"] = "strip",
        stop: Stop | None = None,
    ) -> Program:  # fmt: skip
        """Strip and plate the working electrode by the same capacity, again and again.

        current_density  its magnitude, e.g. "1 mA/cm2"
        capacity         per half-cycle, e.g. "1 mAh/cm2"
        cycles           how often
        first            whether the working electrode is stripped or plated first
        stop             what ends the program early
        """
        density = parse_as(CurrentDensity, current_density, "current_density")
        if density.value <= 0:
            raise InputError("current_density", f"= {density} is not positive", expected='a magnitude such as "1 mA/cm2"')
        until = Until(capacity=parse_as(ArealCapacity, capacity, "capacity"))
        reverse = density.with_value(-density.value)
        if density.text:
            reverse = parse_as(CurrentDensity, f"-{density.text.lstrip('+ ')}", "current_density")
        strip, plate = Current(density, until), Current(reverse, until)
        pair = (strip, plate) if first == "strip" else (plate, strip)
        given = {} if stop is None else {"stop": stop}
        return cls(steps=[Loop(cycles, pair)], **given)  # type: ignore[arg-type]  # an optional keyword

    @classmethod
    def charge_discharge(
        cls, current_density: Given, *, low: Given, high: Given, cycles: int, first: Literal["charge", "discharge"] = "charge",
        longest: Given = "100 h", stop: Stop | None = None,
    ) -> Program:  # fmt: skip
        """Charge and discharge a full cell between two voltages at a constant current, again and again.

        current_density  its magnitude, e.g. "1.4 mA/cm2"; `Program.current_at` has it for a C-rate
        low, high        voltages at which a discharge and a charge end
        cycles           how often
        first            "discharge" for a cathode that is made without lithium
        longest          duration after which a half-cycle ends even if its voltage was not reached
        stop             what ends the program early
        """
        density = parse_as(CurrentDensityMagnitude, current_density, "current_density")
        least, most = parse_as(VoltageKind, low, "low"), parse_as(VoltageKind, high, "high")
        if least.value >= most.value:
            raise InputError("low", f"= {least} is not below high = {most}", expected="low < high",
                             do=f'Write low = "{most}", high = "{least}"' if least.value > most.value else "")  # fmt: skip
        reverse = density.with_value(-density.value)
        if density.text:
            reverse = parse_as(CurrentDensity, f"-{density.text.lstrip('+ ')}", "current_density")
        charge = Current(density, {"voltage_above": most, "duration": longest})
        discharge = Current(reverse, {"voltage_below": least, "duration": longest})
        pair = (charge, discharge) if first == "charge" else (discharge, charge)
        given = {} if stop is None else {"stop": stop}
        return cls(steps=[Loop(cycles, pair)], **given)  # type: ignore[arg-type]  # an optional keyword

    @staticmethod
    def current_at(rate: float, capacity: Given) -> str:
        """The current density of a C-rate, e.g. Program.current_at(5, "0.56 mAh/cm2") = "2.8 mA/cm2".

        rate      full capacities per hour, positive
        capacity  per area, that of the cathode
        """
        if not rate > 0:
            raise InputError("rate", f"= {rate:g} is not positive", expected="a C-rate such as 0.5", do="Write e.g. 0.5")
        per_hour = parse_as(ArealCapacity, capacity, "capacity").to("mAh/cm2")
        return f"{rate * per_hour:.10g} mA/cm2"

    @classmethod
    def cyclic_voltammetry(
        cls, vertices: Sequence[Given], rate: Given, *, cycles: int = 1, stop: Stop | None = None
    ) -> Program:
        """Scan the voltage of the working electrode from vertex to vertex, again and again.

        vertices  voltages in order, e.g. ["2 V", "-0.1 V", "1 V"]; the first is where the first scan starts, and every cycle
                  after the first goes from the last vertex through the others
        rate      its magnitude, e.g. "1 mV/s"
        cycles    how often
        stop      what ends the program early
        """
        if len(vertices) < 2:
            raise InputError("vertices", f"are {len(vertices)}", expected="at least two, the first being the start",
                             do='Write e.g. ["2 V", "-0.1 V", "1 V"]')  # fmt: skip
        start, *others = vertices
        first = Loop(1, [Scan(others[0], rate, start), *(Scan(to, rate) for to in others[1:])])
        again = [Loop(cycles - 1, [Scan(to, rate) for to in others])] if cycles > 1 else []
        given = {} if stop is None else {"stop": stop}
        return cls(steps=[first, *again], **given)  # type: ignore[arg-type]  # an optional keyword

    def visits(self) -> Iterator[Visit]:
        """The program step by step, loops written out."""
        counter = _Counter()
        yield from _visits(self.steps, counter, inside=False)

    def __len__(self) -> int:
        """Number of steps with loops written out."""
        return _size(self.steps)[0]

    @property
    def cycles(self) -> int:
        """Number of cycles."""
        return _cycles(self.steps)


class _Counter:
    cycle = 0
    number = 0


def _visits(steps: Sequence[Step], counter: _Counter, *, inside: bool) -> Iterator[Visit]:
    for step in steps:
        if isinstance(step, Loop):
            innermost = not any(isinstance(inner, Loop) for inner in step.steps)
            for _ in range(step.times):
                counter.cycle += innermost
                yield from _visits(step.steps, counter, inside=innermost)
        else:
            counter.number += 1
            yield Visit(step, counter.cycle if inside else 0, counter.number)


def _size(steps: Sequence[Step], depth: int = 0) -> tuple[int, int]:
    count, deepest = 0, depth
    for step in steps:
        if isinstance(step, Loop):
            inner, below = _size(step.steps, depth + 1)
            count, deepest = count + step.times * inner, max(deepest, below)
        else:
            count += 1
    return count, deepest


def _cycles(steps: Sequence[Step]) -> int:
    loops = [step for step in steps if isinstance(step, Loop)]
    return sum(loop.times * (_cycles(loop.steps) or 1) for loop in loops)
