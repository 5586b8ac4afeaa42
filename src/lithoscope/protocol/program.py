"""A program: what is done to a cell, from the first step to the last."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated, Any, Literal

from pydantic import Field

from lithoscope.document import Document
from lithoscope.errors import InputError
from lithoscope.protocol.steps import Current, Loop, Rest, Scan, Spectrum, Step, Stop, Until, Voltage
from lithoscope.units import ArealCapacity, CurrentDensity, CurrentDensityMagnitude, Given, Quantity, parse_as
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
        strip, plate = (_plate(current_density, capacity, stripped=stripped) for stripped in (True, False))
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
        reverse = _reverse(density)
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
    def plate_strip(
        cls, current_density: Given, capacity: Given, to: Given, *, cycles: int, stripping: Given | None = None,
        stop: Stop | None = None,
    ) -> Program:  # fmt: skip
        """Plate a capacity on the working electrode and strip it to a voltage, again and again.

        current_density  its magnitude, e.g. "1 mA/cm2"
        capacity         that is plated, e.g. "1 mAh/cm2"
        to               voltage at which stripping ends, e.g. "1 V"
        cycles           how often
        stripping        magnitude of the current density of stripping, if another one
        stop             what ends the program early
        """
        plate = _plate(current_density, capacity)
        strip = _strip(current_density if stripping is None else stripping, capacity, to)
        given = {} if stop is None else {"stop": stop}
        return cls(steps=[Loop(cycles, [plate, strip])], **given)  # type: ignore[arg-type]  # an optional keyword

    @classmethod
    def reservoir_efficiency(
        cls, current_density: Given, reservoir: Given, capacity: Given, to: Given, *, cycles: int = 10, conditioning: int = 1,
    ) -> Program:  # fmt: skip
        """Average efficiency with a reservoir: plate one, strip and plate a part of it again and again, strip what is left.

        current_density  its magnitude, e.g. "0.5 mA/cm2"
        reservoir        capacity that is plated first, e.g. "5 mAh/cm2"; conditioning plates and strips it as well
        capacity         of each cycle, e.g. "1 mAh/cm2"
        to               voltage at which conditioning and the last stripping end, e.g. "1 V"
        cycles           how often
        conditioning     plating and stripping of the reservoir before, so that the metal has its film; how often

        `lithoscope.reservoir_efficiency(result)` is its average efficiency.
        Source: D. Aurbach et al., J. Electrochem. Soc. 136 (1989) 1606; B. D. Adams et al., Adv. Energy Mater. 8 (2018)
        1702097.
        """
        plate, strip = _plate(current_density, reservoir), _strip(current_density, reservoir, to)
        before = [Loop(conditioning, [plate, strip])] if conditioning else []
        part = [_plate(current_density, capacity, stripped=True), _plate(current_density, capacity)]
        return cls(steps=[*before, plate, Loop(cycles, part), strip])

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


MOST_STRIPPED = 1.5
"""Stripping to a voltage ends at the latest when so much more was stripped than plated: then something else dissolves."""


def _magnitude(current_density: Given) -> Quantity:
    density = parse_as(CurrentDensity, current_density, "current_density")
    if density.value <= 0:
        raise InputError("current_density", f"= {density} is not positive", expected='a magnitude such as "1 mA/cm2"')
    return density


def _reverse(density: Quantity) -> Quantity:
    if density.text:
        return parse_as(CurrentDensity, f"-{density.text.lstrip('+ ')}", "current_density")
    return density.with_value(-density.value)


def _plate(current_density: Given, capacity: Given, *, stripped: bool = False) -> Current:
    """A capacity plated on the working electrode, or stripped from it."""
    density = _magnitude(current_density)
    until = Until(capacity=parse_as(ArealCapacity, capacity, "capacity"))
    return Current(density if stripped else _reverse(density), until)


def _strip(current_density: Given, capacity: Given, to: Given) -> Current:
    """The working electrode stripped to a voltage."""
    most = parse_as(ArealCapacity, capacity, "capacity")
    bound = parse_as(ArealCapacity, f"{MOST_STRIPPED * most.value!r} C/m2", "capacity")
    return Current(_magnitude(current_density), Until(voltage_above=parse_as(VoltageKind, to, "to"), capacity=bound))


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
