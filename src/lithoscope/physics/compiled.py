"""Where compiled code is kept between runs."""

from __future__ import annotations

import hashlib
import os
import shutil
import stat
from functools import cache
from importlib import resources
from pathlib import Path

OTHER_VERSIONS = 5
"""Folders of other versions of the code that are kept."""


def folder(scale: str, kind: str) -> Path | None:
    """A folder for compiled code, None without a place that is the user's alone, since what lies in it is run."""
    base = os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache"
    place = Path(base) / "lithoscope" / scale / kind
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


@cache
def code_of(package: str) -> str:
    """SHA-256 of the Python files of a package: what is compiled, or makes what is compiled."""
    found = (file for file in resources.files(package).iterdir() if file.name.endswith(".py"))
    texts = [file.read_text(encoding="utf-8") for file in sorted(found, key=lambda file: file.name)]
    return hashlib.sha256("".join(texts).encode()).hexdigest()


def version_folder(scale: str, kind: str, package: str) -> Path | None:
    """A folder for what this very package makes, None without such a place. Those of other versions go in time."""
    place = folder(scale, kind)
    if place is None:
        return None
    mine = place / code_of(package)[:16]
    try:
        mine.mkdir(exist_ok=True)
        others = sorted((each for each in place.iterdir() if each != mine), key=lambda each: each.stat().st_mtime)
    except OSError:
        return None
    for each in others[:-OTHER_VERSIONS]:
        shutil.rmtree(each, ignore_errors=True)
    return mine
