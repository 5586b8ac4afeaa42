"""Programs as protocols of aurora-unicycler, which writes what cyclers read, and back.

A positive current charges there and strips the working electrode here: the sign is the same. Currents there are those of the
whole cell. A limit of the voltage has no direction there: a positive current ends when the voltage has risen to it. A step
ends after a time, so a capacity at constant current is written as the time in which it passes.

aurora-unicycler is an optional package.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple, TypeVar, assert_never

from lithoscope.document import parse_json, read_text
from lithoscope.errors import InputError, MissingExtraError
from lithoscope.protocol.areal import Areal, rounded, text
from lithoscope.protocol.steps import Current, Loop, Rest, Scan, Spectrum, Stop, Voltage
from lithoscope.units import Area, Duration, parse_as, shown

if TYPE_CHECKING:
    from lithoscope.protocol.program import Program
    from lithoscope.protocol.steps import Step
    from lithoscope.units import Given, Quantity

Made = TypeVar("Made")

REQUIREMENT = "aurora-unicycler>=0.4.6"
FREQUENCIES = (1e-5, 1e7)
"""The range that a protocol can hold, Hz."""

NO_REST = "1 ms"
"""The rest before a spectrum that a protocol measures without one: the shortest that a program can have."""


def library() -> Any:
    """The package. Raises MissingExtraError with the command that installs it."""
    try:
        import aurora_unicycler
    except ImportError as error:
        raise MissingExtraError(
            f'Protocols of aurora-unicycler need that package, which is not installed: pip install "{REQUIREMENT}"'
        ) from error
    return aurora_unicycler


# ------------------------------------------------------------------------------------------------------- to a protocol


def protocol_of(program: Program, *, area: Given, sample: str, record: Given) -> Any:
    """A CyclingProtocol. Raises InputError naming what a protocol cannot hold."""
    u = library()
    surface = parse_as(Area, area, "area")
    return u.CyclingProtocol(
        sample=u.SampleParams(name=sample),
        record=u.RecordParams(time_s=_seconds(parse_as(Duration, record, "record"))),
        safety=_safety(u, program.stop),
        method=list(_written(u, program.steps, "steps", surface.value, {None})),
    )


def _seconds(quantity: Quantity) -> float:
    return rounded(quantity.value, "s", "s")


def _safety(u: Any, stop: Stop) -> Any:
    if stop.voltage_magnitude is None:
        return u.SafetyParams()
    most = stop.voltage_magnitude.value
    return u.SafetyParams(max_voltage_V=most, min_voltage_V=-most)


def _written(u: Any, steps: Sequence[Step], where: str, area: float, before: set[float | None]) -> Iterator[Any]:
    """The lines of a method.

    before  voltages at which the first step may begin, V; None for one that is not known beforehand
    """
    for n, step in enumerate(steps):
        place = f"{where}.{n}"
        match step:
            case Rest():
                yield u.OpenCircuitVoltage(until_time_s=_seconds(step.duration))
            case Current():
                yield _constant_current(u, step, place, area)
            case Voltage():
                yield _constant_voltage(u, step, place, area)
            case Scan():
                yield _scan(u, step, place, before)
            case Spectrum():
                yield u.OpenCircuitVoltage(until_time_s=_seconds(step.rest))
                yield _impedance(u, step, place)
            case Loop():
                yield from _loop(u, step, place, area, before)
            case _:
                assert_never(step)
        before = {_held_at_end(step)}


def _loop(u: Any, loop: Loop, where: str, area: float, before: set[float | None]) -> Iterator[Any]:
    # The place is a name that no other loop has.
    yield u.Tag(tag=where)
    again = {_held_at_end(loop)} if loop.times > 1 else set()
    yield from _written(u, loop.steps, f"{where}.steps", area, before | again)
    yield u.Loop(loop_to=where, cycle_count=loop.times)


def _held_at_end(step: Step) -> float | None:
    """The voltage that a step leaves the cell at, V, where the program sets it."""
    if isinstance(step, Loop):
        return _held_at_end(step.steps[-1])
    return step.voltage.value if isinstance(step, Voltage) else step.to.value if isinstance(step, Scan) else None


def _constant_current(u: Any, step: Current, where: str, area: float) -> Any:
    density, until = step.current_density.value, step.until
    along, against = ("voltage_above", "voltage_below") if density > 0 else ("voltage_below", "voltage_above")
    if getattr(until, against) is not None:
        raise InputError(f"{where}.until.{against}", f"= {getattr(until, against)} cannot be written for this current",
                         expected=f"{along}, duration, capacity",
                         why="A positive current of a protocol ends when the voltage has risen to a limit, a negative one "
                         "when it has fallen to it", do="Leave it out")  # fmt: skip
    limit = getattr(until, along)
    if limit is not None and limit.value == 0:
        raise InputError(f"{where}.until.{along}", f"= {limit} cannot be written", expected="another voltage than 0 V",
                         why="A protocol takes 0 as no limit", do='Write a voltage near it, e.g. "1 mV"')  # fmt: skip
    return u.ConstantCurrent(
        current_mA=rounded(density * area, "A", "mA"),
        until_time_s=rounded(step.duration, "s", "s"),
        until_voltage_V=None if limit is None else limit.value,
    )


def _constant_voltage(u: Any, step: Voltage, where: str, area: float) -> Any:
    until = step.until
    if until.capacity is not None:
        raise InputError(f"{where}.until.capacity", f"= {until.capacity} cannot be written for a constant voltage",
                         expected="duration, current_below", why="A step of a protocol ends after no charge",
                         do="Leave it out")  # fmt: skip
    assert until.duration is not None  # a voltage step without one is refused
    return u.ConstantVoltage(
        voltage_V=step.voltage.value,
        until_time_s=_seconds(until.duration),
        until_current_mA=None if until.current_below is None else rounded(until.current_below.value * area, "A", "mA"),
    )


def _scan(u: Any, step: Scan, where: str, before: set[float | None]) -> Any:
    starts = before if step.start is None else {step.start.value}
    start = next(iter(starts)) if len(starts) == 1 else None
    if start is None:
        raise InputError(f"{where}.start", "is missing, and the steps before do not say it", expected="a voltage",
                         why="A scan of a protocol starts at a voltage, not where the cell is",
                         do='Give it, e.g. start = "0 V"')  # fmt: skip
    if start == step.to.value:
        raise InputError(f"{where}.to", f"= {step.to} is where the scan starts", expected="another voltage",
                         do="Leave the step out")  # fmt: skip
    return u.VoltageScan(
        start_voltage_V=start, end_voltage_V=step.to.value, scan_rate_mV_per_s=rounded(step.rate.value, "V/s", "mV/s")
    )


def _impedance(u: Any, step: Spectrum, where: str) -> Any:
    if step.amplitude is None:
        raise InputError(f"{where}.amplitude", "is missing", expected='a voltage such as "10 mV"',
                         why="An instrument needs it; a simulated response is linear and does not",
                         do='Give it: amplitude = "10 mV"')  # fmt: skip
    for name in ("high", "low"):
        frequency = getattr(step, name)
        if not FREQUENCIES[0] <= frequency.value <= FREQUENCIES[1]:
            raise InputError(f"{where}.{name}", f"= {frequency} cannot be written", expected="10 uHz to 10 MHz",
                             do=f'Write e.g. "{"100 kHz" if name == "high" else "100 mHz"}"')  # fmt: skip
    return u.ImpedanceSpectroscopy(
        amplitude_V=step.amplitude.value,
        start_frequency_Hz=step.high.value,
        end_frequency_Hz=step.low.value,
        points_per_decade=step.points_per_decade,
    )


# ----------------------------------------------------------------------------------------------------- from a protocol


def read_protocol(given: Any, *, area: Given, capacity: Given | None) -> tuple[list[Step], Stop]:
    """The steps of a CyclingProtocol or of its JSON file, and what stops it. Raises InputError naming what is not known."""
    u = library()
    if isinstance(given, u.CyclingProtocol):
        return _program(given, area, capacity)
    if not isinstance(given, str | Path):
        raise InputError("protocol", f"= {shown(given)} is no CyclingProtocol", expected="one, or the path of its JSON file")
    file = Path(given).name
    protocol = _validated(u, parse_json(read_text(given), file=file), file)
    try:
        return _program(protocol, area, capacity)
    except InputError as error:
        raise error.in_file(file, None) from None


def _validated(u: Any, data: Any, file: str) -> Any:
    if not isinstance(data, dict):
        raise InputError("", f"= {shown(data)} is no protocol", expected="a table with record and method").in_file(file, None)
    try:
        return u.CyclingProtocol.from_dict(data)
    except (ValueError, TypeError, AttributeError) as error:
        # Its own validators assume the right types further down.
        found = error.errors(include_url=False)[0] if hasattr(error, "errors") else {"loc": (), "msg": str(error)}
        where = ".".join(str(part) for part in found["loc"])
        raise InputError(where, f"is not what aurora-unicycler expects: {found['msg']}").in_file(file, None) from None


def _program(protocol: Any, area: Given, capacity: Given | None) -> tuple[list[Step], Stop]:
    areal = Areal.given(area, capacity)
    sample = protocol.sample.capacity_mAh
    if capacity is None and sample is not None and areal.area is not None:
        areal = Areal.given(area, text(sample * 3.6 / areal.area.value, "C/m2", "mAh/cm2"))
    return _steps(protocol.method, areal), _stop(protocol.safety)


def _stop(safety: Any) -> Stop:
    for name in ("max_current_mA", "min_current_mA", "max_capacity_mAh", "delay_s"):
        if getattr(safety, name) is not None:
            raise InputError(f"safety.{name}", f"= {getattr(safety, name)} has no counterpart in a program",
                             expected="max_voltage_V and min_voltage_V", do="Leave it out of the protocol")  # fmt: skip
    most, least = safety.max_voltage_V, safety.min_voltage_V
    if most is None and least is None:
        return Stop()
    if most is None or least is None or most != -least:
        raise InputError("safety", f"has the voltages {least} to {most} V", expected="the same voltage to both sides",
                         why="What stops a program is the magnitude of the voltage",
                         do='Write e.g. "max_voltage_V": 5, "min_voltage_V": -5')  # fmt: skip
    return _at("safety", Stop, text(most, "V", "V"))


class _Placed(NamedTuple):
    """A step and the places of its first and last line in the method, from 0."""

    first: int
    last: int
    step: Step


def _steps(method: Sequence[Any], areal: Areal) -> list[Step]:
    """The steps of a method, whose loops jump back, as loops that hold their steps."""
    targets = {n: _target(method, each) for n, each in enumerate(method) if each.step == "loop"}
    done: list[_Placed] = []
    for n, each in enumerate(method):
        if each.step == "loop":
            _close(done, n, targets[n], each.cycle_count)
        elif each.step == "impedance_spectroscopy":
            first, rest = (n, NO_REST) if n in targets.values() else _rest_before(done, n)
            done.append(_Placed(first, n, _spectrum(each, f"method.{n}", rest)))
        elif each.step != "tag":
            done.append(_Placed(n, n, _step(each, f"method.{n}", areal)))
    return [placed.step for placed in done]


def _rest_before(done: list[_Placed], n: int) -> tuple[int, Given]:
    """Take a rest right before place n out of the steps: its place and how long it is."""
    if done and done[-1].last == n - 1 and isinstance(rest := done[-1].step, Rest):
        return done.pop().first, rest.duration
    return n, NO_REST


def _target(method: Sequence[Any], loop: Any) -> int:
    """Where a loop goes back to, counted from 0: to a tag, or to a place counted from 1."""
    if isinstance(loop.loop_to, int):
        return loop.loop_to - 1
    return next(n for n, each in enumerate(method) if each.step == "tag" and each.tag == loop.loop_to)


def _close(done: list[_Placed], end: int, target: int, times: int) -> None:
    """Put the steps from the target of a loop to its end into that loop."""
    if any(placed.first < target <= placed.last for placed in done):
        raise InputError(f"method.{end}.loop_to", "leads into another loop", expected="a place before or behind that loop")
    body = [placed for placed in done if placed.first >= target]
    if not body:
        raise InputError(f"method.{end}.loop_to", "repeats nothing", expected="a place before a step")
    del done[-len(body) :]
    done.append(_Placed(body[0].first, end, _at(f"method.{end}", Loop, times, [placed.step for placed in body])))


def _step(given: Any, where: str, areal: Areal) -> Step:
    if given.step == "voltage_scan":
        return _at(where, _voltage_scan, given)
    if given.step == "open_circuit_voltage":
        return _at(where, Rest, text(given.until_time_s, "s", "s"))
    if not given.until_time_s:
        raise InputError(f"{where}.until_time_s", "is missing, so the step might never end", expected="a time in seconds",
                         do='Give one, e.g. "until_time_s": 86400')  # fmt: skip
    read: Callable[[Any, Areal], Step] = _current if given.step == "constant_current" else _voltage
    return _at(where, read, given, areal)


def _current(given: Any, areal: Areal) -> Current:
    density = _density(given.rate_C, given.current_mA, areal)
    until = {"duration": text(given.until_time_s, "s", "s")}
    if given.until_voltage_V:
        until["voltage_above" if density > 0 else "voltage_below"] = text(given.until_voltage_V, "V", "V")
    return Current(text(density, "A/m2", "mA/cm2"), {**until})


def _voltage(given: Any, areal: Areal) -> Voltage:
    until = {"duration": text(given.until_time_s, "s", "s")}
    if given.until_rate_C or given.until_current_mA:
        # The sign says only which way the current goes.
        least = abs(_density(given.until_rate_C, given.until_current_mA, areal))
        until["current_below"] = text(least, "A/m2", "mA/cm2")
    return Voltage(text(given.voltage_V, "V", "V"), {**until})


def _voltage_scan(given: Any) -> Scan:
    start, to = (text(end, "V", "V") for end in (given.start_voltage_V, given.end_voltage_V))
    return Scan(to, text(given.scan_rate_mV_per_s, "mV/s", "mV/s"), start)


def _density(rate: float | None, milliamperes: float | None, areal: Areal) -> float:
    """A/m2; the C-rate comes first where both are given, as in aurora-unicycler."""
    return areal.of_rate(rate) if rate else areal.of_current((milliamperes or 0.0) / 1e3)


def _spectrum(given: Any, where: str, rest: Given) -> Spectrum:
    if given.amplitude_V is None:
        raise InputError(f"{where}.amplitude_mA", f"= {given.amplitude_mA} has no counterpart in a program",
                         expected="amplitude_V", do='Write "amplitude_V": 0.01')  # fmt: skip
    low, high = (text(end, "Hz", "Hz") for end in sorted((given.start_frequency_Hz, given.end_frequency_Hz)))
    return _at(where, Spectrum, high, low, given.points_per_decade, rest, text(given.amplitude_V, "V", "V"))


def _at(where: str, make: Callable[..., Made], *given: object) -> Made:
    """What is made, or its refusal with its place."""
    try:
        return make(*given)
    except InputError as error:
        raise error.under(where) from None
