"""PyBaMM's experiment strings as steps: "Charge at 1 mA for 1 hour or until 0.5 V".

The grammar is that of `pybamm.step.string`, which a test holds it against; it is our own because PyBaMM stays behind the wall
of the cell scale, and because every refusal here names the string. Beyond it, currents may be per area ("1 mA/cm2") and
in any unit ("10 uA").

Sign: PyBaMM's positive current is a discharge, which strips the counter electrode of our cells. A charge strips the working
electrode and is the positive current density of a program.

Without "for", a step ends when PyBaMM would give it up: after 24 h, or twice the time in which its C-rate passes the
capacity.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from itertools import groupby
from typing import TYPE_CHECKING

from lithoscope.errors import InputError
from lithoscope.protocol.areal import Areal, text
from lithoscope.protocol.steps import Current, Loop, Rest, Voltage
from lithoscope.units import NUMBER, convert, shown

if TYPE_CHECKING:
    from lithoscope.protocol.steps import Step
    from lithoscope.units import Given

LONGEST_STRING = 200

FORMS = (
    '"Rest for 10 minutes", "Charge at 1 mA for 1 hour", "Discharge at C/2 until -0.5 V", '
    '"Charge at 1 mA/cm2 for 1 hour or until 0.5 V", "Hold at 0.5 V for 1 hour or until 10 uA"'
)
"""What is known, by example."""

AMOUNTS = "A, mA, uA, mA/cm2, V, mV, or a C-rate such as C/2"

_STEP = re.compile(
    r"(?:(?P<verb>Charge|Discharge|Hold) at (?P<level>.+?)|Rest)(?: for (?P<time>.+?))?(?:(?: or)? until (?P<limit>.+))?"
)
_RATE = re.compile(rf"C ?/ ?(?P<hours>{NUMBER})|(?P<rate>{NUMBER}) ?C")
_AMOUNT = re.compile(rf"({NUMBER}) ?(\D.*)")
_MINUTES = re.compile(r"(?<=[0-9. ])m$")

_NOT_KNOWN = (
    (r"\bperiod\)", "sets a period of recording", "Leave it out: a run keeps the times that its solver needs"),
    (r"\d ?oC\b", "sets a temperature", 'Leave it out and give it to the cell: cell.replaced(temperature="25 degC")'),
    (r"^Run\b", "runs a drive cycle", 'Write it as steps of constant current, e.g. "Charge at 1 mA/cm2 for 10 seconds"'),
    (r"\d ?[a-zµ]?W\b", "sets a power", 'Write a current instead, e.g. "Charge at 1 mA/cm2 for 1 hour"'),
    (r"\d ?[a-z]?(?:Ohm|ohm|Ω)", "sets a resistance", 'Write a current instead, e.g. "Charge at 1 mA/cm2 for 1 hour"'),
)
"""What PyBaMM knows and a program does not: how it is recognised, what it is, and what to do."""


def steps_of(strings: Sequence[str | Sequence[str]], *, area: Given | None, capacity: Given | None) -> list[Step]:
    """The steps of an experiment of PyBaMM; a tuple of strings is a cycle, and equal cycles in a row are one loop.

    Raises InputError naming the string for what is not known.
    """
    if isinstance(strings, str) or not isinstance(strings, Sequence):
        raise InputError("strings", f"= {shown(strings)} is not a list", expected=f"a list of strings such as {FORMS}")
    areal = Areal.given(area, capacity)
    return [step for where, cycle, times in _repeated(strings) for step in _entry(where, cycle, times, areal)]


def _repeated(strings: Sequence[str | Sequence[str]]) -> Iterator[tuple[str, str | Sequence[str], int]]:
    """Each entry once, with its place and how often it stands in a row."""
    place = 0
    for entry, same in groupby(strings):
        times = len(list(same))
        yield f"strings.{place}", entry, times
        place += times


def _entry(where: str, given: str | Sequence[str], times: int, areal: Areal) -> list[Step]:
    if isinstance(given, list | tuple):
        cycle = [_step(f"{where}.{n}", each, areal) for n, each in enumerate(given)]
        return [Loop(times, cycle)]
    return [_step(where, given, areal)] * times


def _step(where: str, given: object, areal: Areal) -> Step:
    if not isinstance(given, str) or len(given) > LONGEST_STRING:
        raise InputError(where, f"= {shown(given)} is not an experiment string", expected=f"a text such as {FORMS}")
    try:
        return _parsed(" ".join(given.split()), areal)
    except InputError as error:
        said = f"{error.where} {error.problem}" if error.where else error.problem
        raise InputError(where, f'= "{given}": {said}', expected=error.expected or FORMS, why=error.why, do=error.do) from None


def _parsed(given: str, areal: Areal) -> Step:
    for pattern, what, do in _NOT_KNOWN:
        if re.search(pattern, given):
            raise InputError("", f"it {what}, which no step of a program does", expected=FORMS, do=do)
    match = _STEP.fullmatch(given)
    if not match:
        raise InputError("", "it cannot be read", expected=FORMS)
    if not match["time"] and not match["limit"]:
        raise InputError("", "it does not say when it ends", expected=FORMS, do=f'Write e.g. "{given} for 1 hour"')
    if match["verb"] is None:
        return _rest(match["time"], match["limit"])
    return _hold(match, areal) if match["verb"] == "Hold" else _current(match, areal)


def _rest(time: str | None, limit: str | None) -> Rest:
    if time is None or limit:
        raise InputError("", "a rest ends after a time only", expected='"Rest for 10 minutes"')
    return Rest(_duration(time))


def _current(match: re.Match[str], areal: Areal) -> Current:
    level = _amount(match["level"], areal)
    if level.unit != "A/m2":
        raise InputError("", "it charges or discharges at a voltage", expected=FORMS,
                         do=f'Write "Hold at {match["level"]} for 1 hour"')  # fmt: skip
    density = level.value if match["verb"] == "Charge" else -level.value
    until = _until(match, level, areal, rises=density > 0)
    return Current(text(density, "A/m2", "mA/cm2"), until)


def _hold(match: re.Match[str], areal: Areal) -> Voltage:
    level = _amount(match["level"], areal)
    if level.unit != "V":
        raise InputError("", "it holds a current", expected=FORMS,
                         do=f'Write "Charge at {match["level"]} for 1 hour", or "Discharge at"')  # fmt: skip
    return Voltage(match["level"], _until(match, level, areal, rises=True))


def _until(match: re.Match[str], level: _Amount, areal: Areal, *, rises: bool) -> dict[str, Given]:
    """What ends a step; `rises` says which way the voltage goes, where its limit has no sign."""
    ends: dict[str, Given] = {"duration": _duration(match["time"]) if match["time"] else level.given_up}
    return ends | _limit(match["limit"], areal, rises=rises) if match["limit"] else ends


def _limit(given: str, areal: Areal, *, rises: bool) -> dict[str, Given]:
    operator, rest = (given[0], given[1:].strip()) if given[0] in "<>" else ("", given)
    found = _amount(rest, areal)
    if found.unit == "V":
        above = operator == ">" if operator else rises
        return {"voltage_above" if above else "voltage_below": rest}
    if operator:
        raise InputError("", f'"{given}" is a limit of the current with its sign', expected="a limit of its magnitude",
                         do=f'Write "until {rest}"')  # fmt: skip
    return {"current_below": text(found.value, "A/m2", "mA/cm2")}


@dataclass(frozen=True, slots=True)
class _Amount:
    """A current density, A/m2, or a voltage, V, and the time after which PyBaMM gives up a step that holds it."""

    value: float
    unit: str
    given_up: str = "24 h"


def _amount(given: str, areal: Areal) -> _Amount:
    """Raises InputError for what is neither a current, nor a C-rate, nor a voltage."""
    if rate := _RATE.fullmatch(given):
        return _at_rate(given, rate, areal)
    match = _AMOUNT.fullmatch(given)
    if not match:
        raise InputError("", f'"{given}" is not a number with a unit', expected=AMOUNTS)
    value, unit = _in_si(float(match[1]), match[2])
    return _Amount(areal.of_current(value), "A/m2") if unit == "A" else _Amount(value, unit)


def _in_si(number: float, unit: str) -> tuple[float, str]:
    for si in ("A", "A/m2", "V"):
        with suppress(InputError):
            return convert(number, unit, si), si
    raise InputError("", f'"{unit}" is no unit of a current or a voltage', expected=AMOUNTS)


def _at_rate(given: str, match: re.Match[str], areal: Areal) -> _Amount:
    number = float(match["hours"] or match["rate"])
    if number == 0 or math.isinf(number):
        raise InputError(
            "", f'"{given}" is no C-rate', expected="a C-rate such as C/2", do='For no current write "Rest for 1 hour"'
        )
    rate = 1 / number if match["hours"] else number
    return _Amount(areal.of_rate(rate), "A/m2", f"{2 / abs(rate):.12g} h")


def _duration(given: str) -> str:
    """A time as a text with a unit that `Duration` reads; PyBaMM's "m" is a minute."""
    return _MINUTES.sub("min", given)
