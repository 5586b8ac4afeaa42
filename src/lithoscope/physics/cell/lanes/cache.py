"""Object code on disk, so that a model is compiled once on a machine.

An entry is named by the SHA-256 of everything that it follows from: the functions of the model, the code of this package, the
width, the processor and the version of LLVM. It begins with its own SHA-256, so that a damaged one is noticed and made anew.
The folder belongs to the user alone, since what lies in it is run.
"""

from __future__ import annotations

import hashlib
import json
import os
import tempfile
from collections.abc import Mapping
from pathlib import Path

from lithoscope.physics.cell.lanes.functions import Functions
from lithoscope.physics.cell.lanes.native import processor
from lithoscope.physics.compiled import code_of, folder

MOST_ENTRIES = 200
"""Entries that are kept; the oldest go first. One is less than a megabyte for most models."""

_CHECKSUM, _LENGTH = 32, 8


class DamagedEntryError(Exception):
    """An entry is not what was written."""


def key(found: Functions, width: int) -> str:
    """The name of the entry of a model."""
    digest = hashlib.sha256()
    functions = (found.rate, found.watch, found.outputs)
    for text in (
        *(function.serialize() for function in functions),
        str(found.differential),
        str(width),
        processor(),
        code_of("lithoscope.physics.cell.lanes"),
    ):
        digest.update(hashlib.sha256(text.encode()).digest())
    return digest.hexdigest()


def read(name: str) -> tuple[dict[str, int], bytes] | None:
    """The layout and the code of an entry, None if there is none. Raises DamagedEntryError."""
    place = folder("lanes", "models")
    if place is None:
        return None
    try:
        data = (place / name).read_bytes()
    except FileNotFoundError:
        return None
    except OSError as error:
        raise DamagedEntryError(str(error)) from None
    return _unpacked(data)


def _unpacked(data: bytes) -> tuple[dict[str, int], bytes]:
    content = data[_CHECKSUM:]
    if hashlib.sha256(content).digest() != data[:_CHECKSUM]:
        raise DamagedEntryError("its checksum does not match")
    length = int.from_bytes(content[:_LENGTH], "little")
    layout = json.loads(content[_LENGTH : _LENGTH + length])
    return {str(name): int(value) for name, value in layout.items()}, content[_LENGTH + length :]


def write(name: str, layout: Mapping[str, int], code: bytes) -> bool:
    """Keep an entry; whether it could be kept. Another process sees all of it or nothing."""
    place = folder("lanes", "models")
    if place is None:
        return False
    header = json.dumps(dict(layout)).encode()
    content = len(header).to_bytes(_LENGTH, "little") + header + code
    try:
        handle, path = tempfile.mkstemp(dir=place, prefix="new-")
        with os.fdopen(handle, "wb") as file:
            file.write(hashlib.sha256(content).digest() + content)
        Path(path).replace(place / name)
        _forget_the_oldest(place)
    except OSError:
        return False
    return True


def _forget_the_oldest(place: Path) -> None:
    entries = sorted(place.iterdir(), key=lambda entry: entry.stat().st_mtime)
    for entry in entries[:-MOST_ENTRIES]:
        entry.unlink(missing_ok=True)
