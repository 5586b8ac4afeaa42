"""Results on disk: one folder per run, complete or absent. A sweep over many designs is kept in the same way.

    manifest.json   inputs, versions, numbers used, and a checksum of every other file; written last
    summary.json    how it ended, ledger, first numbers
    result.zarr     the tree
    cell.toml, program.toml, model.toml   the inputs, as they were written

A folder is written beside its final place and renamed there, so that a killed process leaves no half result. Reading
checks the schema and the checksums first.
"""

from __future__ import annotations

import glob
import hashlib
import json
import os
import shutil
import tempfile
import uuid
from collections.abc import Callable, Mapping
from functools import partial
from pathlib import Path
from typing import Any

import xarray as xr

from lithoscope.errors import End, Status, StoreError
from lithoscope.result.ledger import Ledger
from lithoscope.result.manifest import SCHEMA, SWEEP_SCHEMA, Manifest
from lithoscope.result.result import Result

MANIFEST = "manifest.json"
TREE = "result.zarr"

READ_BY = {SCHEMA: "ls.load", SWEEP_SCHEMA: "ls.load_sweep"}
"""What reads a folder, by the schema of its manifest."""


def save(result: Result, path: str | Path, *, replace: bool = False) -> Path:
    """Write a result into a folder. The same run that is already there is replaced; other files beside it are kept.

    replace  whether the result of another run may be replaced as well
    Raises StoreError if the folder holds something else, cannot be written, or if there is no room.
    """
    return keep(path, result.manifest.as_data(), partial(_write, result), replace=replace)


def keep(path: str | Path, manifest: Mapping[str, Any], write: Callable[[Path], None], *, replace: bool = False) -> Path:
    """Write a folder that is complete or absent, with a manifest that has a checksum of every file.

    write  writes the files into a folder that is given; otherwise as `save`
    """
    path = Path(path)
    check_target(path, manifest["run_id"], replace=replace)
    half = _beside(path, "partial")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        half.mkdir()
        write(half)
        _seal(half, manifest)
        _keep_what_is_not_ours(path, half)
        _replace(half, path)
    except OSError as error:
        raise _unwritable(path, error) from error
    finally:
        shutil.rmtree(half, ignore_errors=True)
    return path


def check_target(path: str | Path, run_id: str, *, replace: bool = False) -> None:
    """Whether the result of a run can be saved in a folder; asked before the run, so that no run is made in vain.

    Raises StoreError if it cannot.
    """
    path = Path(path)
    try:
        _check_free(path, run_id, replace=replace)
        check_writable(path.parent)
    except OSError as error:
        raise _unwritable(path, error) from error


def check_writable(folder: Path) -> None:
    """Whether files can be made in a folder, or the folder itself. Leaves nothing behind. Raises StoreError if not."""
    there = next(each for each in (folder, *folder.absolute().parents) if each.exists())
    try:
        with tempfile.TemporaryDirectory(dir=there, prefix=".lithoscope."):
            pass
    except OSError as error:
        raise _unwritable(folder, error) from error


def _check_free(path: Path, run_id: str, *, replace: bool) -> None:
    if Path.cwd().is_relative_to(path.resolve()):
        raise StoreError(f"{path} is the current folder or holds it. Choose a folder of its own for the result.")
    if not path.exists():
        return
    if not path.is_dir():
        raise StoreError(f"{path} is a file. Choose a folder for the result.")
    if not (path / MANIFEST).is_file():
        if any(path.iterdir()):
            raise StoreError(f"{path} exists and is not a result of Lithoscope. Choose another folder.")
        return
    there = _manifest(path).get("run_id")
    if there != run_id and not replace:
        raise StoreError(f"{path} holds the result of another run, {there}. Choose another folder, or let it be replaced: "
                         "--replace, in Python replace=True.")  # fmt: skip


def _unwritable(path: Path, error: OSError) -> StoreError:
    return StoreError(f"{path} could not be written: {error.strerror or error}. What was there before is untouched. "
                      "Make room or ask for the right to write there, or choose another folder.")  # fmt: skip


def _beside(path: Path, what: str) -> Path:
    """A hidden name beside a folder, which nobody else takes. Made by mkdir, so that the rights are the user's usual ones."""
    return path.with_name(f".{path.name}.{uuid.uuid4().hex[:12]}.{what}")


def clear_up(path: str | Path) -> None:
    """What a writer that was killed left beside a folder: half of a result is removed, and a result that was moved away to make
    room is put back. For who holds the lock of the folder only.
    """
    path = Path(path)
    left = f".{glob.escape(path.name)}.{'[0-9a-f]' * 12}"
    for half in path.parent.glob(f"{left}.partial"):
        shutil.rmtree(half, ignore_errors=True)
    for old in path.parent.glob(f"{left}.old"):
        if path.exists():
            shutil.rmtree(old, ignore_errors=True)
        else:
            old.replace(path)


def load(path: str | Path) -> Result:
    """Read a result from its folder.

    Raises StoreError if it is absent, incomplete, damaged, from another program or from a newer version.
    """
    path = Path(path)
    manifest = trusted(path, SCHEMA)
    summary = json.loads((path / "summary.json").read_text(encoding="utf-8"))
    with xr.open_datatree(path / TREE, engine="zarr", consolidated=False) as stored:
        tree = stored.load()
    return Result(tree, _status(summary["status"]), Ledger.from_data(summary["ledger"]), Manifest.from_data(manifest))


def trusted(path: Path, schema: str) -> dict[str, Any]:
    """The manifest of a folder of a schema whose files are all as they were written. Raises StoreError if not."""
    manifest = _manifest(path)
    if manifest["schema"] != schema:
        raise StoreError(f"{path} holds something else: read it with {READ_BY[manifest['schema']]}.")
    for name, checksum in manifest["files"].items():
        if not (path / name).resolve().is_relative_to(path.resolve()):
            raise StoreError(f"{path} is not to be trusted: its manifest names a file outside the folder.")
        if not (path / name).is_file() or _checksum(path / name) != checksum:
            raise StoreError(f"{path / name} is damaged or missing: its checksum does not match. Run the program again.")
    return manifest


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
    ours = {each.rpartition("/")[0]: each for each in READ_BY}.get(schema.rpartition("/")[0])
    if ours is None or "files" not in data:
        raise StoreError(f'{path} is not a result of Lithoscope: its schema is "{schema}".')
    if schema != ours:
        writer = data.get("versions", {}).get("lithoscope", "unknown")
        raise StoreError(f"{path} has schema {schema}, written by Lithoscope {writer}; this version reads {ours}. Update it.")
    return data


def _write(result: Result, folder: Path) -> None:
    result.tree.to_zarr(folder / TREE, mode="w", consolidated=False)
    for name, text in result.manifest.inputs.items():
        (folder / f"{name}.toml").write_text(text, encoding="utf-8")
    write_json(folder / "summary.json", result.summary())


def _seal(folder: Path, manifest: Mapping[str, Any]) -> None:
    """Write the manifest, after all else."""
    files = sorted(file for file in folder.rglob("*") if file.is_file())
    checksums = {str(file.relative_to(folder)): _checksum(file) for file in files}
    write_json(folder / MANIFEST, {**manifest, "files": checksums})


def _keep_what_is_not_ours(path: Path, half: Path) -> None:
    """Take over the files that somebody put into the folder of the result that is replaced: figures, notes."""
    if not (path / MANIFEST).is_file():
        return
    ours = {MANIFEST, *_manifest(path)["files"]}
    for file in path.rglob("*"):
        name = file.relative_to(path)
        if file.is_file() and str(name) not in ours and not (half / name).exists():
            (half / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(file, half / name)


def _replace(half: Path, path: Path) -> None:
    """Move a finished folder to its place; an older one is moved away first and removed after."""
    for file in half.rglob("*"):
        if file.is_file():
            with file.open("rb") as stream:
                os.fsync(stream.fileno())
    if not path.exists():
        half.replace(path)
        return
    old = _beside(path, "old")
    path.replace(old)
    try:
        half.replace(path)
    except BaseException:
        old.replace(path)
        raise
    shutil.rmtree(old, ignore_errors=True)


def write_json(path: Path, data: Mapping[str, Any]) -> None:
    """Data as JSON that a person can read."""
    path.write_text(json.dumps(data, indent=1, ensure_ascii=False, allow_nan=False) + "\n", encoding="utf-8")


def _checksum(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()
