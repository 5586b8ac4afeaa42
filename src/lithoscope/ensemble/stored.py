"""Sweeps on the disk: a folder of its own, complete or absent, as of a result.

manifest.json   inputs, versions, seed, code, and a checksum of every other file
summary.json    how each design ended, and what was checked
sweep.zarr      the table; words are numbers with their meanings beside them
"""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from functools import partial
from pathlib import Path

import numpy as np
import xarray as xr

from lithoscope.ensemble.result import Sweep
from lithoscope.errors import End, Status, StoreError
from lithoscope.result.manifest import SWEEP_SCHEMA, Manifest
from lithoscope.result.names import words
from lithoscope.result.store import MANIFEST, keep, trusted, write_json

TABLE = "sweep.zarr"


def save(sweep: Sweep, path: str | Path, *, replace: bool = False) -> Path:
    """Write a sweep into a folder. The same sweep that is already there is replaced; see `result.store.save`."""
    return keep(path, sweep.manifest.as_data(SWEEP_SCHEMA), partial(_write, sweep), replace=replace)


def load_sweep(path: str | Path) -> Sweep:
    """Read a sweep from its folder.

    Raises StoreError if it is absent, incomplete, damaged, from another program or from a newer version.
    """
    path = Path(path)
    manifest = trusted(path, SWEEP_SCHEMA)
    summary = json.loads((path / "summary.json").read_text(encoding="utf-8"))
    with xr.open_zarr(path / TABLE, consolidated=False) as stored:
        data = _with_words(stored.load())
    statuses = tuple(Status(End.named(word), *rest) for word, *rest in summary["statuses"])
    error = math.inf if summary["error_v"] is None else summary["error_v"]
    return Sweep(data, statuses, tuple(summary["checked"]), error, Manifest.from_data(manifest))


def finished(path: Path, inputs: Mapping[str, str], versions: Mapping[str, str], *, replace: bool) -> Sweep | None:
    """The sweep of these inputs that is already in a folder, None if it holds none or another one that may be replaced.

    Raises StoreError that says in what another one differs, or if it is damaged.
    """
    if not (path / MANIFEST).is_file():
        return None
    try:
        found = load_sweep(path)
    except StoreError as error:
        if replace:
            return None
        raise StoreError(f"{error} To make it anew: --replace, in Python replace=True.") from error
    theirs = {**found.manifest.inputs, **found.manifest.versions}
    mine = {**inputs, **versions}
    differing = sorted(name for name in mine.keys() | theirs.keys() if mine.get(name) != theirs.get(name))
    if differing and not replace:
        raise StoreError(f"{path} holds a sweep that differs in: {', '.join(differing)}. Choose another folder, or let it be "
                         "replaced: --replace, in Python replace=True.")  # fmt: skip
    return None if differing else found


def _write(sweep: Sweep, folder: Path) -> None:
    _without_words(sweep.data).to_zarr(folder / TABLE, mode="w", consolidated=False)
    for name in ("cell", "program", "model"):
        if text := sweep.manifest.inputs.get(name):
            (folder / f"{name}.toml").write_text(text, encoding="utf-8")
    statuses = [[s.end.word, s.detail, s.time, s.cycle, s.step] for s in sweep.statuses]
    error = sweep.error if math.isfinite(sweep.error) else None
    write_json(folder / "summary.json", {"statuses": statuses, "checked": list(sweep.checked), "error_v": error})


def _without_words(data: xr.Dataset) -> xr.Dataset:
    """Words as numbers, with the words in the attributes, as CF conventions have it."""
    coded = {}
    for name, values in data.coords.items():
        if values.dtype.kind == "U":
            known, codes = np.unique(values.values, return_inverse=True)
            meanings = {"flag_values": list(range(len(known))), "flag_meanings": ";".join(known)}
            coded[str(name)] = (values.dims, codes, meanings)
    return data.assign_coords(coded)


def _with_words(data: xr.Dataset) -> xr.Dataset:
    coded = [name for name, values in data.coords.items() if "flag_meanings" in values.attrs]
    return data.assign_coords({name: (data[name].dims, words(data[name])) for name in coded})
