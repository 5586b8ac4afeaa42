"""Voltage over time, simulated or measured, in one form; measured ones are read from text tables with units in the headers."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from lithoscope.errors import InputError, nearest
from lithoscope.units import convert

if TYPE_CHECKING:
    from lithoscope.result import Result

Array = NDArray[np.float64]

LARGEST_FILE_BYTES = 300_000_000
MOST_SKIPPED_LINES = 200
"""Lines before the header of an instrument's file."""

COLUMNS = {
    "time": ("Test Time / s", "test_time_second", "time/s", "Time / s"),
    "voltage": ("Voltage / V", "voltage_volt", "Ewe/V", "Ecell/V", "Potential/V"),
    "current": ("Current / A", "current_ampere", "I/mA", "<I>/mA", "control/mA"),
}
"""Headers that are known without being told: those of the Battery Data Format first, then those of common instruments."""

_HEADER = re.compile(r"^\s*(?P<name>.*?)\s*(?:/\s*(?P<unit>[^/\[\]()]+)|[\[(](?P<boxed>[^\[\]()]+)[\])])\s*$")


@dataclass(frozen=True, eq=False)
class Trace:
    """What a cycler records. Lives as long as it is analysed.

    time     s, increasing, shape (n,)
    voltage  working against counter electrode, V
    current  positive strips the working electrode; A/m2, or A where the area is not known, as `per_area` says
    """

    time: Array
    voltage: Array
    current: Array
    per_area: bool

    @property
    def resistance_unit(self) -> str:
        """Of voltage over current."""
        return "ohm m2" if self.per_area else "ohm"

    @classmethod
    def of(cls, result: Result) -> Trace:
        """The trace of a run: its rests, its currents and its voltages."""
        time, voltage, current = (result.trace[name].to_numpy() for name in ("time", "voltage", "current_density"))
        return cls(time, voltage, current, per_area=True)

    def measured(self, *, noise: float, interval: float, seed: int | Sequence[int]) -> Trace:
        """As an instrument would have recorded it: at regular times, with white noise on the voltage.

        noise     standard deviation, V;  interval  between samples, s;  seed  of the noise
        """
        begins = np.flatnonzero(np.diff(self.current)) + 1
        regular = np.arange(self.time[0], self.time[-1], interval)
        # A sample at which the current is switched belongs to what follows.
        place = np.searchsorted(self.time[begins], regular, side="right")
        edges = np.concatenate([[0], begins, [len(self.time)]])
        voltage, current = np.empty(len(regular)), np.empty(len(regular))
        for n in range(len(edges) - 1):
            inside, of = place == n, slice(edges[n], edges[n + 1])
            voltage[inside] = np.interp(regular[inside], self.time[of], self.voltage[of])
            current[inside] = np.interp(regular[inside], self.time[of], self.current[of])
        voltage += noise * np.random.default_rng(seed).standard_normal(len(voltage))
        return Trace(regular, voltage, current, self.per_area)


def read_trace(
    path: str | Path, *, columns: Mapping[str, str] | None = None, units: Mapping[str, str] | None = None,
    current: str | None = None, area: str | None = None,
) -> Trace:  # fmt: skip
    """Read a trace from a text table: comma, semicolon or tab between columns, one line of headers, decimal points.

    columns  headers of "time", "voltage" and "current", where they are not among the known ones (`COLUMNS`)
    units    their units, where the headers do not end in one, as "Voltage / V" or "time [h]" do
    current  the constant current, if the file has no column of it, e.g. "0.4 mA"; positive strips the working electrode
    area     of the electrode, if the current is to be taken per area, e.g. "1.13 cm2"
    Raises InputError with the row that is wrong.
    """
    path = Path(path)
    header, rows = _table(path)
    wanted = ("time", "voltage") if current is not None else ("time", "voltage", "current")
    places = {name: _place(path, header, name, dict(columns or {})) for name in wanted}
    found = _numbers(path, rows, places)
    values = {name: _in_si(path, header[places[name]], name, found[name], dict(units or {})) for name in wanted}
    _check_order(path, values["time"])
    if current is not None:
        values["current"] = np.full(len(values["time"]), _quantity(current, "current", "A", "0.4 mA"))
    per = 1.0 if area is None else _quantity(area, "area", "m2", "1.13 cm2")
    return Trace(values["time"], values["voltage"], values["current"] / per, per_area=area is not None)


def _table(path: Path) -> tuple[list[str], Iterator[tuple[int, list[str]]]]:
    """The headers, and the rows after them with the number of their line."""
    try:
        size = path.stat().st_size
        data = path.read_bytes() if size <= LARGEST_FILE_BYTES else b""
    except OSError as error:
        raise InputError(str(path), f"cannot be read: {error.strerror}", do="Give the path of a text table") from None
    if size > LARGEST_FILE_BYTES:
        raise InputError(str(path), f"has {size / 1e6:.0f} MB", expected=f"at most {LARGEST_FILE_BYTES / 1e6:.0f} MB",
                         do="Cut it, or export fewer columns")  # fmt: skip
    encoding = "utf-16" if data[:2] in (b"\xff\xfe", b"\xfe\xff") else "utf-8-sig"
    try:
        lines = data.decode(encoding).splitlines()
    except UnicodeDecodeError:
        lines = data.decode("latin-1").splitlines()
        if "\x00" in "".join(lines[:20]):
            raise InputError(path.name, "is not a text table", expected="columns of numbers with a line of headers",
                             do="Export the record as text from the program of the instrument") from None  # fmt: skip
    for number, line in enumerate(lines[:MOST_SKIPPED_LINES]):
        separator = max("\t;,", key=line.count)
        # Some instruments end the line of headers, or every line, with a separator.
        cells = [cell.strip() for cell in next(csv.reader(io.StringIO(line.rstrip(separator)), delimiter=separator), [])]
        after = lines[number + 1].rstrip(separator).split(separator) if number + 1 < len(lines) else []
        if len(cells) > 1 and len(after) == len(cells) and not _is_number(cells[0]) and _is_number(after[0]):
            rows = csv.reader(lines[number + 1 :], delimiter=separator)
            return cells, ((number + 2 + n, row) for n, row in enumerate(rows) if row)
    raise InputError(path.name, "has no line of headers above two or more columns of numbers",
                     expected='a line such as "time/s,Ewe/V,I/mA", then rows with decimal points',
                     do="Export the record as text, with headers")  # fmt: skip


def _is_number(text: str) -> bool:
    try:
        float(text)
    except ValueError:
        return False
    return True


def _place(path: Path, header: Sequence[str], name: str, told: Mapping[str, str]) -> int:
    """Which column holds a quantity."""
    wanted = (told[name],) if name in told else COLUMNS[name]
    for title in wanted:
        if title in header:
            return header.index(title)
    hint = nearest(wanted[0], header)
    do = f'{hint} Say which it is: columns={{"{name}": "..."}}'.strip()
    if name == "current":
        do += ', or give a constant one: current="0.4 mA"'
    raise InputError(path.name, f"has no column {' or '.join(wanted)} for the {name}", expected=f"one of {', '.join(header)}",
                     do=do)  # fmt: skip


def _numbers(path: Path, rows: Iterator[tuple[int, list[str]]], places: Mapping[str, int]) -> dict[str, Array]:
    """The columns as numbers. Raises InputError naming the first row that is not."""
    found: dict[str, list[float]] = {name: [] for name in places}
    for line, row in rows:
        for name, place in places.items():
            try:
                value = float(row[place])
            except (ValueError, IndexError):
                value = np.nan
            if not np.isfinite(value):
                given = f'"{row[place][:40]}"' if place < len(row) else "nothing"
                raise InputError(f"{path.name}, row {line}", f"has {given} for the {name}", expected="a number such as 0.0123",
                                 why="A row that is left out in silence would shift what follows",
                                 do="Delete the row, or write its decimals with a point") from None  # fmt: skip
            found[name].append(value)
    if len(next(iter(found.values()))) < 10:
        raise InputError(path.name, f"has {len(next(iter(found.values())))} rows", expected="at least 10",
                         do="Give the whole record")  # fmt: skip
    return {name: np.array(values) for name, values in found.items()}


UNITS = {"time": ("s", "s, min, h"), "voltage": ("V", "V, mV"), "current": ("A", "A, mA, uA")}
"""Quantity -> its SI unit and units in which it is recorded."""


def _in_si(path: Path, title: str, name: str, values: Array, told: Mapping[str, str]) -> Array:
    match = _HEADER.match(title)
    unit = told.get(name) or (match and (match["unit"] or match["boxed"]))
    to, known = UNITS[name]
    if not unit:
        raise InputError(
            f'{path.name}, column "{title}"', "has no unit", expected=known, do=f'Give it: units={{"{name}": "{to}"}}'
        )
    try:
        factor = convert(1.0, unit.strip(), to)
    except InputError as error:
        raise InputError(f'{path.name}, column "{title}"', error.problem, expected=known,
                         do=f'Give its unit: units={{"{name}": "{to}"}}') from None  # fmt: skip
    return values * factor


def _check_order(path: Path, time: Array) -> None:
    back = np.flatnonzero(np.diff(time) < 0)
    if len(back):
        n = int(back[0]) + 1
        raise InputError(f"{path.name}, record {n + 1}", f"is at {time[n]:.6g} s, before the one above at {time[n - 1]:.6g} s",
                         expected="times that do not go back", do="Sort the rows, or give the records one by one")  # fmt: skip


def _quantity(text: str, where: str, unit: str, example: str) -> float:
    number, _, given = text.strip().partition(" ")
    if not _is_number(number) or not given:
        raise InputError(where, f'= "{text}" cannot be read', expected=f'a number and its unit such as "{example}"')
    try:
        return convert(float(number), given, unit)
    except InputError as error:
        raise InputError(where, f'= "{text}" {error.problem}', expected=f'such as "{example}"') from None
