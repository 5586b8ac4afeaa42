"""What a run has done so far, on the disk: a folder of parts that only grows, beside the place of the result.

    inputs.json     what is run and with which versions: a run is taken up only by the same
    000001.part     what happened first, and so on; each complete or absent

The folder is locked by the process that writes it, and the lock ends with the process, however it ends.
"""

from __future__ import annotations

import json
import os
import shutil
import tempfile
from collections.abc import Iterator, Mapping
from pathlib import Path

from filelock import FileLock, Timeout

from lithoscope.errors import StoreError

INPUTS = "inputs.json"


class Journal:
    """The parts of one run. Use as a context: the lock is held inside.

    place    where the result will be; the journal is the hidden folder beside it
    inputs   what makes the run: texts by name
    replace  whether an unfinished run of other inputs is given up for this one
    """

    def __init__(self, place: str | Path, inputs: Mapping[str, str], *, replace: bool = False) -> None:
        self.place, self.inputs, self._replace = Path(place), dict(inputs), replace
        self.folder = self.place.parent / f".{self.place.name}.run"
        self._parts = 0
        self._lock = FileLock(self.place.parent / f".{self.place.name}.lock")

    def __enter__(self) -> Journal:
        try:
            self.place.parent.mkdir(parents=True, exist_ok=True)
            self._lock.acquire(timeout=0)
        except Timeout:
            raise StoreError(
                f"{self.place} is being written by another run. Wait for it to end, or choose another folder."
            ) from None
        except OSError as error:
            raise StoreError(f"{self.place} cannot be written: {error.strerror}. Choose another folder.") from error
        try:
            self._open()
        except OSError as error:
            self._lock.release()
            raise StoreError(f"{self.folder} could not be written: {error.strerror}. Make room and run it again.") from error
        except BaseException:
            self._lock.release()
            raise
        return self

    def __exit__(self, *_: object) -> None:
        self._lock.release()

    def _open(self) -> None:
        """Take up what is there if it is of the same run; begin if there is nothing to lose."""
        self._parts = self._count() if (self.folder / INPUTS).is_file() else 0
        other = self._other() if self._parts else ""
        if other and not self._replace:
            raise StoreError(f"{self.place} holds an unfinished run {other} or give it up: --replace, in Python replace=True, "
                             f"or remove {self.folder}.")  # fmt: skip
        if other or not self._parts:
            self._begin()
        self._tidy()

    def _other(self) -> str:
        """In what the run that is there is another one, and what to do about it; empty if it is the same."""
        try:
            theirs = json.loads((self.folder / INPUTS).read_text(encoding="utf-8"))
        except ValueError:
            return f"whose {INPUTS} is damaged. Choose another folder,"
        differing = sorted(name for name in self.inputs.keys() | theirs.keys() if self.inputs.get(name) != theirs.get(name))
        return (
            f"that differs in: {', '.join(differing)}. Run it again to finish it, choose another folder," if differing else ""
        )

    def _begin(self) -> None:
        shutil.rmtree(self.folder, ignore_errors=True)
        self.folder.mkdir(parents=True)
        self._write(INPUTS, json.dumps(self.inputs, indent=1).encode())
        self._parts = 0

    def _tidy(self) -> None:
        """Remove what was not written to its end, and parts after a gap: they belong to another history of the run."""
        known = {_name(number) for number in range(1, self._parts + 1)}
        for leftover in [*self.folder.glob("*.partial"), *self.folder.glob("*.part")]:
            if leftover.name not in known:
                leftover.unlink()

    def parts(self) -> Iterator[tuple[int, bytes]]:
        """Every part with its number, in order. One that is missing in the row ends it: what comes after cannot be taken up."""
        for number in range(1, self._parts + 1):
            yield number, (self.folder / _name(number)).read_bytes()

    def cut(self, number: int) -> None:
        """Remove a part and all after it."""
        for later in range(number, self._parts + 1):
            (self.folder / _name(later)).unlink()
        self._parts = number - 1

    def _count(self) -> int:
        number = 0
        while (self.folder / _name(number + 1)).is_file():
            number += 1
        return number

    def append(self, data: bytes) -> None:
        """Add a part; it is there completely or not at all. Raises StoreError if there is no room."""
        try:
            self._write(_name(self._parts + 1), data)
            self._parts += 1
        except OSError as error:
            raise StoreError(
                f"{self.folder} could not be written: {error.strerror}. All steps up to the last part are kept; make room "
                "and run the same command again to go on."
            ) from error

    def _write(self, name: str, data: bytes) -> None:
        handle, partial = tempfile.mkstemp(dir=self.folder, suffix=".partial")
        try:
            with os.fdopen(handle, "wb") as stream:
                stream.write(data)
                stream.flush()
                os.fsync(stream.fileno())
            Path(partial).replace(self.folder / name)
        finally:
            Path(partial).unlink(missing_ok=True)

    def discard(self) -> None:
        """Remove the parts, once the result is stored."""
        shutil.rmtree(self.folder, ignore_errors=True)


def _name(number: int) -> str:
    return f"{number:06d}.part"
