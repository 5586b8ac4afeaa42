"""Results on disk: one folder per run, complete or absent.

    manifest.json   inputs, versions, numbers used, and a checksum of every other file; written last
    summary.json    how it ended, ledger, first numbers
    result.zarr     the tree
    cell.toml, program.toml, model.toml   the inputs, as they were written

A folder is written beside its final place and renamed there, so that a killed process leaves no half result. Reading
checks the schema and the checksums first.
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import tempfile
from pathlib import Path
from typing import Any

import xarray as xr

from lithoscope.errors import End, Status, StoreError
from lithoscope.result.ledger import Ledger
from lithoscope.result.manifest import SCHEMA, Manifest
from lithoscope.result.result import Result

MANIFEST = "manifest.json"
TREE = "result.zarr"


def save(result: Result, path: str | Path) -> Path:
    """Write a result into a folder. A result that is already there is replaced; other files beside it are kept.

    Raises StoreError if the folder exists and holds something else, or if there is no room.
    """
    path = Path(path)
    if path.exists() and not (path / MANIFEST).is_file() and any(path.iterdir()):
        raise StoreError(f"{path} exists and is not a result of Lithoscope. Choose another folder.")
    path.parent.mkdir(parents=True, exist_ok=True)
    partial = Path(tempfile.mkdtemp(dir=path.parent, prefix=f".{path.name}.", suffix=".partial"))
    try:
        _write(result, partial)
        _keep_what_is_not_ours(path, partial)
        _replace(partial, path)
    except OSError as error:
        raise StoreError(f"{path} could not be written: {error.strerror}. What was there before is untouched.") from error
    finally:
        shutil.rmtree(partial, ignore_errors=True)
    return path


def load(path: str | Path) -> Result:
    """Read a result from its folder.

    Raises StoreError if it is absent, incomplete, damaged, from another program or from a newer version.
    """
    path = Path(path)
    manifest = _manifest(path)
    for name, checksum in manifest["files"].items():
        if not (path / name).resolve().is_relative_to(path.resolve()):
            raise StoreError(f"{path} is not to be trusted: its manifest names a file outside the folder.")
        if not (path / name).is_file() or _checksum(path / name) != checksum:
            raise StoreError(f"{path / name} is damaged or missing: its checksum does not match. Run the program again.")
    summary = json.loads((path / "summary.json").read_text(encoding="utf-8"))
    with xr.open_datatree(path / TREE, engine="zarr", consolidated=False) as stored:
        tree = stored.load()
    return Result(tree, _status(summary["status"]), Ledger.from_data(summary["ledger"]), Manifest.from_data(manifest))


def _status(data: dict[str, Any]) -> Status:
    return Status(End.named(data["word"]), data["detail"], data["time_s"], data["cycle"], data["step"])


def _manifest(path: Path) -> dict[str, Any]:
    try:
        data: dict[str, Any] = json.loads((path / MANIFEST).read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise StoreError(f"{path} is not a result of Lithoscope: it has no {MANIFEST}.") from None
    except (ValueError, OSError) as error:
        raise StoreError(f"{path / MANIFEST} cannot be read: {error}.") from error
    schema = str(data.get("schema"))
    if schema.rpartition("/")[0] != SCHEMA.rpartition("/")[0] or "files" not in data:
        raise StoreError(f"{path} is not a result of Lithoscope: its schema is {schema!r}.")
    if schema != SCHEMA:
        writer = data.get("versions", {}).get("lithoscope", "unknown")
        raise StoreError(f"{path} has schema {schema}, written by Lithoscope {writer}; this version reads {SCHEMA}. Update it.")
    return data


def _write(result: Result, folder: Path) -> None:
    result.tree.to_zarr(folder / TREE, mode="w", consolidated=False)
    for name, text in result.manifest.inputs.items():
        (folder / f"{name}.toml").write_text(text, encoding="utf-8")
    _json(folder / "summary.json", result.summary())
    files = sorted(file for file in folder.rglob("*") if file.is_file())
    checksums = {str(file.relative_to(folder)): _checksum(file) for file in files}
    _json(folder / MANIFEST, result.manifest.as_data() | {"files": checksums})


def _keep_what_is_not_ours(path: Path, partial: Path) -> None:
    """Take over the files that somebody put into the folder of the result that is replaced: figures, notes."""
    if not (path / MANIFEST).is_file():
        return
    ours = {MANIFEST, *_manifest(path)["files"]}
    for file in path.rglob("*"):
        name = file.relative_to(path)
        if file.is_file() and str(name) not in ours and not (partial / name).exists():
            (partial / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(file, partial / name)


def _replace(partial: Path, path: Path) -> None:
    """Move a finished folder to its place; an older one is moved away first and removed after."""
    for file in partial.rglob("*"):
        if file.is_file():
            with file.open("rb") as stream:
                os.fsync(stream.fileno())
    if path.exists():
        old = Path(tempfile.mkdtemp(dir=path.parent, prefix=f".{path.name}.", suffix=".old"))
        path.replace(old / path.name)
        partial.replace(path)
        shutil.rmtree(old, ignore_errors=True)
    else:
        partial.replace(path)


def _json(path: Path, data: dict[str, Any]) -> None:
    path.write_text(json.dumps(data, indent=1, ensure_ascii=False, allow_nan=False) + "\n", encoding="utf-8")


def _checksum(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()
