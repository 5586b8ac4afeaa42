"""Ready cells and programs, each a file that can be copied and changed."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from importlib import resources

from lithoscope.errors import InputError, nearest


@cache
def catalogue() -> Mapping[str, str]:
    """The text of every ready cell and program by name, e.g. "perovskite/bare"."""
    folder = resources.files("lithoscope.design") / "catalogue"
    return {
        f"{shelf.name}/{file.name.removesuffix('.toml')}": file.read_text(encoding="utf-8")
        for shelf in sorted(folder.iterdir(), key=lambda entry: entry.name)
        if shelf.is_dir() and not shelf.name.startswith("_")
        for file in sorted(shelf.iterdir(), key=lambda entry: entry.name)
        if file.name.endswith(".toml")
    }


def entry(name: str) -> str:
    """The text of one ready cell or program. Raises InputError naming the nearest one if there is none."""
    known = catalogue()
    if name not in known:
        raise InputError(name, "is not in the catalogue", expected=", ".join(known), do=nearest(name, known))
    return known[name]
