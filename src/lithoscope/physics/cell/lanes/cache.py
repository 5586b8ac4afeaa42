"""Object code on disk, so that a model is compiled once on a machine.

An entry is named by the SHA-256 of everything that it follows from: the functions of the model, the code of this package, the
width, the processor and the version of LLVM. It begins with its own SHA-256, so that a damaged one is noticed and made anew.
The folder belongs to the user alone, since what lies in it is run.
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import stat
import tempfile
from collections.abc import Mapping
from functools import cache
from importlib import resources
from pathlib import Path

from lithoscope.physics.cell.lanes.functions import Functions
from lithoscope.physics.cell.lanes.native import processor

MOST_ENTRIES = 200
"""Entries that are kept; the oldest go first. One is less than a megabyte for most models."""

OTHER_DRIVERS = 5
"""Drivers of other versions that are kept."""

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
        _engine(),
    ):
        digest.update(hashlib.sha256(text.encode()).digest())
    return digest.hexdigest()


@cache
def _engine() -> str:
    """The code that makes the entries."""
    folder = resources.files("lithoscope.physics.cell.lanes")
    files = sorted((file for file in folder.iterdir() if file.name.endswith(".py")), key=lambda file: file.name)
    return hashlib.sha256("".join(file.read_text(encoding="utf-8") for file in files).encode()).hexdigest()


def folder(kind: str = "models") -> Path | None:
    """Where entries lie, None without a place that is the user's alone."""
    base = os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache"
    place = Path(base) / "lithoscope" / "lanes" / kind
    try:
        place.mkdir(mode=0o700, parents=True, exist_ok=True)
        status = place.lstat()
    except OSError:
        return None
    if not stat.S_ISDIR(status.st_mode):
        return None
    if hasattr(os, "getuid") and (status.st_uid != os.getuid() or status.st_mode & 0o022):
        return None
    return place


def driver_folder() -> Path | None:
    """Where numba keeps the driver of this very package, None without such a place. Those of other versions go in time."""
    place = folder("driver")
    if place is None:
        return None
    mine = place / _engine()[:16]
    try:
        mine.mkdir(exist_ok=True)
        others = sorted((each for each in place.iterdir() if each != mine), key=lambda each: each.stat().st_mtime)
    except OSError:
        return None
    for each in others[:-OTHER_DRIVERS]:
        shutil.rmtree(each, ignore_errors=True)
    return mine


def read(name: str) -> tuple[dict[str, int], bytes] | None:
    """The layout and the code of an entry, None if there is none. Raises DamagedEntryError."""
    place = folder()
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
    place = folder()
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
