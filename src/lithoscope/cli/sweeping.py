"""`lithoscope sweep`."""

from __future__ import annotations

import math
import os
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from lithoscope.cli import output
from lithoscope.errors import End, InputError, SweepInterrupted

if TYPE_CHECKING:
    from lithoscope.ensemble import Sweep

SHOWN = 20
"""Designs that are listed on the screen."""


def sweep_files(
    cell: str, program: str, vary: Sequence[str], *, paired: bool, outputs: Sequence[str], samples: int = 0, model: str | None,
    to: Path | None, replace: bool = False, as_json: bool,
) -> int:  # fmt: skip
    """Run many designs of a cell file through a program file; returns the exit code, also of an interrupted sweep."""
    from lithoscope.cli.running import read_document, read_model_named
    from lithoscope.design import Cell
    from lithoscope.ensemble import grid, sweep
    from lithoscope.protocol import Program

    columns = parse_vary(vary)
    of, plan = read_document(Cell, cell), read_document(Program, program)
    chosen = read_model_named(model) if model else None
    table = to if to and to.suffix == ".csv" else None
    if samples and (to is None or table):
        raise InputError("--samples", f"= {samples}, and nothing keeps them", expected="a folder",
                         why="A table has no place for them",
                         do="Write --to and the name of a folder, or leave --samples out")  # fmt: skip
    try:
        found = sweep(of, plan, columns if paired else grid(columns), chosen, outputs=tuple(outputs), samples=samples,
                      to=None if table else to, replace=replace)  # fmt: skip
    except SweepInterrupted as interrupted:
        output.complain(f"INTERRUPTED  {interrupted}")
        return End.INTERRUPTED.exit_code
    if table:
        partial = table.with_name(f".{table.name}.partial")
        # Spectra are over frequencies: beside steps they would make a row of every pair.
        found.data.drop_dims(["spectrum", "frequency"], errors="ignore").to_dataframe().to_csv(partial)
        os.replace(partial, table)  # noqa: PTH105  # atomic, and over what was there
    _show(found, list(columns), to, as_json=as_json)
    return max((status.end.exit_code for status in found.statuses), default=0)


def parse_vary(given: Sequence[str]) -> dict[str, list[str]]:
    """What was written as --vary "path=a, b, c". Raises InputError."""
    columns: dict[str, list[str]] = {}
    for text in given:
        path, sign, values = text.partition("=")
        listed = [value.strip() for value in values.split(",") if value.strip()]
        if not sign or not path.strip() or not listed:
            raise InputError(
                "--vary", f'= "{text}"', expected='a field and its values, e.g. "separator.thickness=15 um, 25 um"'
            )
        columns[path.strip()] = listed
    return columns


def _show(found: Sweep, paths: Sequence[str], to: Path | None, *, as_json: bool) -> None:
    rows = [_row(found, paths, n) for n in range(len(found))]
    if as_json:
        error = found.error if math.isfinite(found.error) else None
        output.write_json({"designs": rows, "checked": list(found.checked), "error_v": error, "notes": list(found.notes)})
        return
    shown = [[_cell(value) for value in row.values()] for row in rows[:SHOWN]]
    output.table("", list(rows[0]), shown, right=(0,))
    if len(rows) > SHOWN:
        output.say(f"and {len(rows) - SHOWN} more")
    output.say(str(found))
    for note in found.notes:
        output.say(note)
    if to is not None:
        output.say(f"every step of every design in {to}")


def _row(found: Sweep, paths: Sequence[str], n: int) -> Mapping[str, Any]:
    """One design: its number, what varies, how it ended and when, and its last outputs."""
    import numpy as np

    design = found.data.isel(design=n)
    varied = {_headed(found, path): design[path].values.item() for path in paths}
    done = np.flatnonzero(np.isfinite(design["voltage"].values))
    last = {
        f"{name}, {values.attrs['units']}": float(values[done[-1]]) if len(done) else None
        for name, values in design.data_vars.items()
        if values.dims == ("step",)
    }
    return {"design": n} | varied | {"ended": found.statuses[n].word, "time, h": found.statuses[n].time / 3600} | last


def _headed(found: Sweep, path: str) -> str:
    unit = found[path].attrs.get("units", "1")
    return path if unit == "1" else f"{path}, {unit}"


def _cell(value: Any) -> str:
    return f"{value:.5g}" if isinstance(value, float) else str(value)
