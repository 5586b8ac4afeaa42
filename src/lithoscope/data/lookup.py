"""Finding a number: `lookup("lithium.molar_volume")`.

The tables are TOML files beside this module, one per subject or publication. A record is a TOML table whose path,
after the name of the file, is its id.
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterator, Mapping
from functools import cache
from importlib import resources
from typing import Any

from lithoscope.data.record import Record
from lithoscope.errors import InputError, nearest


@cache
def records() -> Mapping[str, Record]:
    """Every record of every table by its id, in the order of the tables."""
    folder = resources.files(__package__) / "tables"
    files = sorted((file for file in folder.iterdir() if file.name.endswith(".toml")), key=lambda file: file.name)
    return {
        record.id: record
        for file in files
        for record in _records(file.name.removesuffix(".toml"), tomllib.loads(file.read_text(encoding="utf-8")))
    }


def lookup(identifier: str) -> Record:
    """The record with this id. Raises InputError naming the nearest id if there is none."""
    known = records()
    if identifier not in known:
        raise InputError(identifier, "is not in the data tables", expected="an id that `lithoscope data` lists",
                         do=nearest(identifier, known))  # fmt: skip
    return known[identifier]


@cache
def sources() -> Mapping[str, str]:
    """The reference behind each key that records name as their source."""
    text = (resources.files(__package__) / "sources.toml").read_text(encoding="utf-8")
    return {str(key): str(value) for key, value in tomllib.loads(text).items()}


def _records(path: str, table: Mapping[str, Any]) -> Iterator[Record]:
    for key, entry in table.items():
        identifier = f"{path}.{key}"
        if "value" not in entry:
            yield from _records(identifier, entry)
            continue
        value = entry["value"]
        yield Record(
            id=identifier,
            name=entry["name"],
            value=tuple(float(part) for part in value) if isinstance(value, list) else float(value),
            unit=entry["unit"],
            low=entry.get("low"),
            high=entry.get("high"),
            status=entry["status"],
            source=entry["source"],
            conditions=entry.get("conditions", ""),
            note=entry.get("note", ""),
        )
