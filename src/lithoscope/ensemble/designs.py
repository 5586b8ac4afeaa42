"""The designs of a sweep: cells that are given one by one, or one cell with fields that vary."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import product
from typing import Any

import numpy as np

from lithoscope.design import Cell
from lithoscope.errors import InputError, counted
from lithoscope.units import Given, Quantity

Varied = Mapping[str, Sequence[Given]]
"""Values of each field that varies, by its path in the cell; row n of all of them is design n."""

Cells = Cell | Sequence[Cell] | Mapping[str, Cell]
"""A cell that designs start from, or the designs themselves, with names or without."""

MOST_NAMED = 5
"""Designs that are named one by one."""


def grid(vary: Varied) -> dict[str, list[Given]]:
    """Every combination of the values of all fields; the last one varies fastest.

    grid({"area": ["1 cm2", "2 cm2"], "temperature": ["0 degC", "25 degC"]}) has four designs.
    """
    rows = list(product(*vary.values()))
    return {path: [row[n] for row in rows] for n, path in enumerate(vary)}


@dataclass(frozen=True, eq=False)
class Designs:
    """What is run.

    cells   the designs
    vary    the fields that vary; none where the cells were given one by one
    names   of cells that were given one by one; none where fields vary
    inputs  what makes them, texts by name
    """

    cells: tuple[Cell, ...]
    vary: Varied
    names: tuple[str, ...]
    inputs: Mapping[str, str]

    def __len__(self) -> int:
        return len(self.cells)

    def columns(self) -> Iterator[tuple[str, list[Any], dict[str, str]]]:
        """What tells designs apart: its name, its value in each design, and its attributes; numbers in SI with their unit."""
        if self.names:
            yield "cell", list(self.names), {}
        for path in self.vary:
            values = [_at(cell, path) for cell in self.cells]
            if all(isinstance(value, Quantity) for value in values):
                yield path, [float(value) for value in values], {"units": values[0].unit}
            else:
                yield path, [str(value) for value in values], {}


def count(cells: Cells, vary: Varied | None) -> int:
    """Number of designs, before any is made. Raises InputError for what makes none."""
    if isinstance(cells, Cell):
        lengths = {path: len(values) for path, values in (vary or {}).items()}
        if not lengths or len(set(lengths.values())) > 1 or not all(lengths.values()):
            raise InputError("vary", f"has {lengths or 'no field'}", expected="fields with equally many values, at least one",
                             why="Row n of all is design n", do="For every combination write vary=ls.grid({...})")  # fmt: skip
        return next(iter(lengths.values()))
    if vary:
        raise InputError("vary", f"is given beside {counted(len(cells), 'cell')}",
                         expected="one cell whose fields vary, or several cells",
                         why="Cells that are given one by one are the designs",
                         do="Leave vary out, or change each cell: cell.changed_at({...})")  # fmt: skip
    if not cells:
        raise InputError("cell", "is empty", expected="at least one cell", do="Give them: ls.sweep([one, other], program)")
    return len(cells)


def designs_of(cells: Cells, vary: Varied | None) -> Designs:
    """All designs. Raises InputError that names the one that is refused."""
    if not isinstance(cells, Cell):
        named = _named(cells)
        texts = json.dumps({name: cell.written() for name, cell in named})
        return Designs(tuple(cell for _, cell in named), {}, tuple(name for name, _ in named), {"cells": texts})
    varied, found = vary or {}, []
    for n, row in enumerate(zip(*varied.values(), strict=True)):
        try:
            found.append(cells.changed_at(dict(zip(varied, row, strict=True))))
        except InputError as error:
            raise error.under(f"design {n}") from None
    rows = json.dumps({path: [_exactly(value) for value in values] for path, values in varied.items()})
    return Designs(tuple(found), varied, (), {"cell": cells.to_toml(), "vary": rows})


def _exactly(value: Given) -> str:
    """A value as text that no other value has."""
    return value if isinstance(value, str) else repr(float(value)) if isinstance(value, float | int) else repr(value)


def given(cells: object) -> list[object]:
    """Each cell that was given, if they are cells."""
    return list(cells.values() if isinstance(cells, Mapping) else cells if isinstance(cells, list | tuple) else [cells])


def _named(cells: Sequence[Cell] | Mapping[str, Cell]) -> list[tuple[str, Cell]]:
    if isinstance(cells, Mapping):
        return [(str(name), cell) for name, cell in cells.items()]
    return [(str(n), cell) for n, cell in enumerate(cells)]


def region(designs: Designs, rows: Sequence[int]) -> str:
    """Where some designs lie among all of them, in a sentence: the narrowest ranges of the fields that hold them all."""
    said = []
    for path, values, attributes in designs.columns():
        if "units" not in attributes:
            mine = list(dict.fromkeys(values[n] for n in rows))
            if len(mine) < len(set(values)):
                more = f" and {len(mine) - MOST_NAMED} more" if len(mine) > MOST_NAMED else ""
                said.append(f"{path} {', '.join(mine[:MOST_NAMED])}{more}")
            continue
        column, unit = np.array(values), attributes["units"]
        low, high = column[list(rows)].min(), column[list(rows)].max()
        if low > column.min() or high < column.max():
            said.append(f"{path} {low:.4g} to {high:.4g} {unit} of {column.min():.4g} to {column.max():.4g} {unit}")
    return f"They have in common: {'; '.join(said)}." if said else "They are spread over the whole range of every field."


def _at(cell: Cell, path: str) -> Any:
    place: Any = cell
    for part in path.split("."):
        place = place[int(part)] if isinstance(place, tuple | list) else getattr(place, part)
    return place
