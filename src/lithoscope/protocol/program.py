"""A program: what is done to a cell, from the first step to the last."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated, Any, Literal

from pydantic import Field

from lithoscope.document import Document
from lithoscope.errors import InputError
from lithoscope.protocol.steps import Current, Loop, Rest, Scan, Spectrum, Step, Stop, Until, Voltage
from lithoscope.units import ArealCapacity, CurrentDensity, Given, parse_as

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

    @classmethod
    def from_pybamm(
        cls, strings: Sequence[str | Sequence[str]], *, area: Given | None = None, capacity: Given | None = None
    ) -> Program:
        """A program from the strings of a PyBaMM experiment: `["Rest for 1 hour", ("Charge at 1 mA for 1 hour", ...)]`.

        strings   as for pybamm.Experiment; a tuple is a cycle, and equal cycles in a row become one loop
        area      of the cell, e.g. "1.13 cm2"; needed where a current is that of the whole cell
        capacity  which 1C passes in an hour, e.g. "3 mAh/cm2"; needed where a current is a C-rate

        A charge strips the working electrode and is positive here. Without "for", a step ends when PyBaMM would give it up:
        after 24 h, or twice the time in which its C-rate passes the capacity.
        Raises InputError naming the string for a drive cycle, power, resistance, temperature, period, or anything unknown.
        """
        from lithoscope.protocol.experiment import steps_of

        return cls(steps=steps_of(strings, area=area, capacity=capacity))

    @classmethod
    def from_unicycler(cls, protocol: Any, *, area: Given, capacity: Given | None = None) -> Program:
        """A program from a protocol of aurora-unicycler.

        protocol  a CyclingProtocol, or the path of its JSON file
        area      of the cell, e.g. "1.13 cm2"
        capacity  which 1C passes in an hour, e.g. "3 mAh/cm2"; without it that of the protocol's sample

        What belongs to the instrument is not read: names, recording, averaging. A spectrum takes the rest before it along.
        Raises InputError naming what a program does not know, MissingExtraError if aurora-unicycler is not installed.
        """
        from lithoscope.protocol.unicycler import read_protocol

        steps, stop = read_protocol(protocol, area=area, capacity=capacity)
        return cls(steps=steps, stop=stop) if stop.model_fields_set else cls(steps=steps)

    def to_unicycler(self, *, area: Given, sample: str = "$NAME", record: Given = "10 s") -> Any:
        """The program as a CyclingProtocol of aurora-unicycler, which writes what cyclers read; `.to_json()` is its file.

        area    of the cell, e.g. "1.13 cm2": a protocol tells the current of the whole cell
        sample  its name
        record  time between two records of the instrument, which a protocol must tell

        Steps end by time there: a capacity at constant current is written as the time in which it passes.
        Raises InputError naming what a protocol cannot hold, MissingExtraError if aurora-unicycler is not installed.
        """
        from lithoscope.protocol.unicycler import protocol_of

        return protocol_of(self, area=area, sample=sample, record=record)

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
