"""The results of the ready runs that ship with the package, and whether the installed code made them."""

from __future__ import annotations

import hashlib
import json
from dataclasses import asdict
from importlib import resources
from pathlib import Path
from typing import Any

from lithoscope.document import write_text
from lithoscope.result.manifest import Manifest
from lithoscope.studies.deposits.making import Made, Study
from lithoscope.studies.deposits.ready import READY, Ready, named

FOLDERS = ("data/tables", "physics/laws", "physics/morphology")
"""What a ready run is computed with, beside the design of its cell."""

BEFORE = ("physics/interphase", "physics/bridge", "data/networks")
"""What a rest before it is computed with."""

CHECKS = ("exact", "reference", "one_potential", "gradient", "cases")
"""Files that check a model and take no part in a run."""


def stamp(ready: Ready) -> str:
    """Hash of a ready run and of the code and the data that it is computed with."""
    root = resources.files("lithoscope")
    digest = hashlib.sha256(" ".join(Manifest(ready.written(*each)).run_id for each in ready.plan).encode())
    for folder in (*FOLDERS, *(BEFORE if ready.rested else ())):
        for name, content in sorted(_files(root.joinpath(*folder.split("/")), f"{folder}/")):
            digest.update(name.encode() + content)
    return digest.hexdigest()[:16]


def _files(folder: Any, prefix: str) -> list[tuple[str, bytes]]:
    found = []
    for each in folder.iterdir():
        if each.is_dir() and not each.name.startswith("_"):
            found += _files(each, f"{prefix}{each.name}/")
        elif each.name.endswith((".py", ".toml")) and not each.name.startswith(CHECKS):
            found.append((prefix + each.name, each.read_bytes()))
    return found


def write(study: Study, folder: Path) -> Path:
    """Write the result of a ready run with the stamp of the code that made it; a file of its name is replaced."""
    folder.mkdir(parents=True, exist_ok=True)
    data = {"stamp": stamp(named(study.name)), **asdict(study)}
    path = folder / f"{study.name}.json"
    write_text(path, json.dumps(data, indent=1, ensure_ascii=False, allow_nan=False) + "\n")
    return path


def shipped_folder() -> Path:
    """Where the package keeps results."""
    return Path(str(resources.files("lithoscope.studies"))) / "deposits" / "results"


def shipped(name: str) -> tuple[Study, bool]:
    """The result of a ready run that comes with the package, and whether the installed code made it."""
    of = named(name)
    text = (resources.files("lithoscope.studies") / "deposits" / "results" / f"{name}.json").read_text(encoding="utf-8")
    data = json.loads(text)
    return read(data), data["stamp"] == stamp(of)


def read(data: dict[str, Any]) -> Study:
    """A result from what was written."""
    fields: list[dict[str, Any]] = [
        {key: tuple(value) if isinstance(value, list) else value for key, value in run.items()} for run in data["runs"]
    ]
    runs = tuple(Made(**each) for each in fields)
    return Study(data["name"], runs)


def summary(study: Study) -> list[dict[str, Any]]:
    """What the grids say of every number that can be used, for tables."""
    if not any(run.usable for run in study.grids):
        return [{"name": "thickness_ratio", "value": None, "words": "no run can be used"}]
    seen = {name: study.number(name) for name in study.names}
    return [{"name": name, "value": each.values[-1], "words": each.words} for name, each in seen.items()]


def noted(study: Study) -> dict[str, str]:
    """What the runs say of themselves, and with which cells, nm: that the grid decides what grows, for one."""
    found: dict[str, list[float]] = {}
    for run in study.runs:
        for note in run.notes:
            sizes = found.setdefault(note, [])
            if run.size not in sizes:
                sizes.append(run.size)
    return {note: f"{', '.join(f'{size:g}' for size in sizes)} nm" for note, sizes in found.items()}


def all_shipped() -> dict[str, Study]:
    """Every result that comes with the package, by name."""
    return {ready.name: shipped(ready.name)[0] for ready in READY}
