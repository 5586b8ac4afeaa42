"""`lithoscope map`."""

from __future__ import annotations

import math
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING

from lithoscope.cli import output
from lithoscope.errors import InputError

if TYPE_CHECKING:
    from lithoscope.analysis.maps import Map
    from lithoscope.sampling import Between, Scale


def map_files(
    cell: str, program: str, x: str, y: str, *, wanted: str, points: int, model: str | None, to: Path, as_json: bool
) -> int:
    """Draw a cell file through a program file over two quantities; returns the exit code."""
    from lithoscope.analysis.figures.style import FORMATS
    from lithoscope.analysis.maps import map_of
    from lithoscope.cli.running import read_document, read_model_named
    from lithoscope.design import Cell
    from lithoscope.protocol import Program

    if to.suffix.lower() not in FORMATS:
        raise InputError("--to", f'= "{to}" is not in a format that is written', expected=f"a name in {', '.join(FORMATS)}",
                         why="The map is a figure", do=f'Write --to "{to.stem}.svg"')  # fmt: skip
    axes = parse_axis("--x", x), parse_axis("--y", y)
    of, plan = read_document(Cell, cell), read_document(Program, program)
    chosen = read_model_named(model) if model else None
    found = map_of(of, plan, chosen, x=axes[0], y=axes[1], output=wanted, points=points)
    found.save(to)
    _show(found, to, as_json=as_json)
    return max(status.end.exit_code for status in found.statuses)


def parse_axis(option: str, given: str) -> tuple[str, Between]:
    """What was written as --x "path=low..high" or "path=low..high log". Raises InputError."""
    from lithoscope.sampling import Between

    path, sign, ends = given.partition("=")
    text = ends.strip()
    scale: Scale = "log" if text.endswith(" log") else "linear"
    low, dots, high = text.removesuffix(" log").partition("..")
    if not (sign and path.strip() and dots and low.strip() and high.strip()):
        raise InputError(option, f'= "{given}"', expected='a field and its range, e.g. "separator.thickness=10 um..50 um"',
                         why="An axis runs from a low to a high end",
                         do=f'Write {option} "working.thickness=20 um..500 um log" for a logarithmic axis')  # fmt: skip
    return path.strip(), Between(low.strip(), high.strip(), scale)


def _show(found: Map, to: Path, *, as_json: bool) -> None:
    if as_json:
        value, error = found.data["value"].values, found.error if math.isfinite(found.error) else None
        ends = dict(Counter(status.word for status in found.statuses))
        rows = [[number if math.isfinite(number) else None for number in row] for row in value.tolist()]
        axes = {name: {"path": axis.path, "unit": axis.values[0].unit, "values": [v.value for v in axis.values]}
                for name, axis in (("x", found.x), ("y", found.y))}  # fmt: skip
        shown = {"value": rows, "unit": found.metric.unit, "of": found.metric.label, "ends": ends, "figure": str(to)}
        output.write_json({**axes, **shown, "checked": found.checked, "error_v": error, "notes": list(found.notes)})
        return
    output.say(str(found))
    for note in found.notes:
        output.say(note)
    output.say(f"{found.metric.label} in {to}")
