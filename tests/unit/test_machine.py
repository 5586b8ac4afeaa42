"""Machine code from Python: it gives what Python gives, refuses what it does not know, and is kept whole or not at all."""

import ctypes
import os
import subprocess
import sys
from math import sqrt
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import pytest

from lithoscope.physics.morphology.machine import compiled, flat, in_place, keep, machine, view
from lithoscope.physics.morphology.machine.values import NotTranslatedError
from lithoscope.physics.morphology.starting import starts

PACKAGE = "lithoscope.physics.morphology.machine"
ROWS = 3


class Pair(NamedTuple):
    """Two fields."""

    a: Any
    b: Any


@in_place
def _row(of: Any, k: int) -> Any:
    return of[k]


@compiled
def _largest(of: Pair, past: float) -> tuple[int, float]:
    """Where the first number above a bound stands, and the largest of all."""
    found, most, n = -1, of.a[0, 0], 0
    while n < of.a.size:
        if flat(of.a)[n] > past and found < 0:
            found = n
        most = max(most, flat(of.a)[n])
        n += 1
        if n >= 10 * ROWS:
            break
    return found, most


@compiled
def _work(of: Pair, whole: Any, far: bool) -> float:
    """A bit of all that is known: floors, remainders, choices, narrow and wide numbers, tuples, loops both ways."""
    total, narrow = 0.0, np.float32(0.1)
    for k in range(of.a.shape[0] - 1, -1, -1):
        row = _row(of.b, k)
        for i in range(len(row)):
            row[i] += narrow * np.float32(of.a[k, i])
            total += row[i] if (i % 2 == 0 and far) or k == 1 else -2.0 * of.a[k, i]
    for shift, each in zip((-7, 5), (of.a[0, 0], of.a[1, 1]), strict=True):
        total += (shift // 3) * each + shift % 3
    for n in range(len(whole)):
        total += (whole[n] // -4) + 10 * (whole[n] % 5) + abs(whole[n]) / 2 - min(whole[n], 2)
    where, most = _largest(of, 0.5)
    return total + sqrt(abs(most)) + where if not far or where != 0 else -total


def _entry(address: int) -> int:
    words = view(address, (6,), np.int64)
    a, b = view(words[0], (ROWS, words[3]), np.float64), view(words[1], (ROWS, words[3]), np.float32)
    view(words[4], (1,), np.float64)[0] = _work(Pair(a, b), view(words[2], (4,), np.int64), words[5])
    return 7


def _call(address: int, a: Any, b: Any, whole: Any, far: bool) -> float:
    out = np.zeros(1)
    words = np.array([a.ctypes.data, b.ctypes.data, whole.ctypes.data, a.shape[1], out.ctypes.data, far], np.int64)
    assert ctypes.CFUNCTYPE(ctypes.c_int64, ctypes.c_int64)(address)(words.ctypes.data) == 7
    return float(out[0])


@pytest.mark.fails_when("physics/morphology/machine/values.py", "build.select(below, b, zero)", "zero")
def test_machine_code_gives_what_python_gives() -> None:
    code = machine("entry", _entry, PACKAGE)
    for seed in range(4):
        random = np.random.default_rng(seed)
        a, b, whole = random.normal(size=(ROWS, 8)), random.normal(size=(ROWS, 8)).astype(np.float32), random.integers(-9, 9, 4)
        for far in (True, False):
            mine, other = b.copy(), b.copy()
            assert _call(code.address, a, mine, whole, far) == pytest.approx(_work(Pair(a, other), whole, far), rel=1e-6)
            assert np.abs(mine - other).max() < 1e-6


def _unknown(address: int) -> int:
    return [address][0]


def _narrowed(address: int) -> int:
    n = 1
    n += view(address, (1,), np.float64)[0]
    return n


def _by_name(address: int) -> int:
    return view(address=address, shape=(1,), kind=np.int64)[0]  # type: ignore[no-any-return]


def _elsewhere(address: int) -> int:
    return len(str(address))


@pytest.mark.fails_when("physics/morphology/machine/translate.py", "RANK.index(value.type) > RANK.index(kind)", "False")
@pytest.mark.parametrize(
    ("function", "why"),
    [(_unknown, r"test_machine.py:\d+: \[address\]: is not an expr"), (_narrowed, "n is a i64 and gets a double"),
     (_by_name, "arguments by name"), (_elsewhere, "is not a function of machine code")],
)  # fmt: skip
def test_what_cannot_become_machine_code_is_refused_with_its_place(function: Any, why: str) -> None:
    with pytest.raises(NotTranslatedError, match=why):
        keep.made("refused", function)
    with pytest.raises(NotTranslatedError, match="for machine code only"):
        view(0, (1,), np.int64)


@pytest.mark.fails_when("physics/morphology/machine/keep.py", "hashlib.sha256(code).digest() == whole[:CHECK]", "True")
def test_code_is_made_once_and_again_where_its_file_is_broken(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    times, make = [], keep.made
    monkeypatch.setattr(keep, "made", lambda name, function: times.append(name) or make(name, function))
    for _ in range(2):
        machine("entry", _entry, PACKAGE)
    assert len(times) == 1
    (file,) = tmp_path.rglob("*.o")
    whole = file.read_bytes()
    for broken in (bytes(keep.CHECK) + whole[keep.CHECK :], whole[:-100], whole[: keep.CHECK], b""):
        file.write_bytes(broken)
        machine("entry", _entry, PACKAGE)
        assert file.read_bytes() == whole
    assert len(times) == 5


KILLED = """
import os, signal, pathlib
from lithoscope.physics.morphology.machine import keep, machine
from lithoscope.physics.morphology.elliptic.native import FUNCTIONS
keep.made = lambda *_: b"half"
pathlib.Path.replace = lambda *_: os.kill(os.getpid(), signal.SIGKILL)
machine("entry", FUNCTIONS[2], "lithoscope.physics.morphology.machine")
"""


@pytest.mark.fails_when("physics/morphology/machine/keep.py", "Path(beside).replace(place)", "place.write_bytes(code)")
def test_a_process_that_is_killed_leaves_nothing_that_is_read(tmp_path: Path) -> None:
    died = subprocess.run([sys.executable, "-c", KILLED], check=False, env=dict(os.environ) | {"XDG_CACHE_HOME": str(tmp_path)})
    assert died.returncode == -9
    assert not list(tmp_path.rglob("*.o"))
    assert list(tmp_path.rglob("*.part"))


@pytest.mark.fails_when(
    "physics/morphology/machine/keep.py", "except OSError:\n        return\n", "except ZeroDivisionError:\n        return\n"
)
def test_without_a_place_to_write_code_is_made_for_the_process(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(keep, "version_folder", lambda *_: tmp_path / "absent")
    assert machine("entry", _entry, PACKAGE).address
    monkeypatch.setattr(keep, "version_folder", lambda *_: None)
    assert machine("entry", _entry, PACKAGE).address
    assert not list(tmp_path.iterdir())


@pytest.mark.fails_when(
    "physics/morphology/precision.py", '"jax_compilation_cache_dir", str(place)', '"jax_compilation_cache_dir", None'
)
def test_the_second_process_compiles_nothing_that_takes_time(tmp_path: Path) -> None:
    """Few programs before the first step; what is large comes from disk the second time, and nothing new is written."""
    (first,) = starts(tmp_path, 1)
    before = {file: file.read_bytes() for file in tmp_path.rglob("*") if file.suffix == ".o" or file.name.endswith("-cache")}
    assert first.compiled <= 8
    assert first.loaded == 0
    (second,) = starts(tmp_path, 1)
    after = {file: file.read_bytes() for file in tmp_path.rglob("*") if file.suffix == ".o" or file.name.endswith("-cache")}
    assert after == before
    assert second.loaded >= 1
    assert second.compiled + second.loaded == first.compiled
    assert second.steps == first.steps > 0
