"""A sweep that is kept in a folder survives what happens to it, and comes out with the same bits."""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import lithoscope as ls
from lithoscope.ensemble import solving, stored, sweeping
from lithoscope.ensemble.parts import Part
from lithoscope.errors import End, StoreError
from lithoscope.physics.cell import lanes, worker
from lithoscope.physics.cell.drive import HungError
from lithoscope.result.checkpoint import Journal

CELL = ls.Cell.symmetric(ls.Foil("500 um"), separator="PP 20 um", electrolyte="1 M LiPF6 EC:DMC 1:1", area="1 cm2")
PROGRAM = ls.Program.strip_plate("1 mA/cm2", "1 mAh/cm2", cycles=2)
MODEL = ls.Mossy(cells=5)
VARY = {"working.ageing.dead_fraction": [0.01, 0.05, 0.02, 0.03], "separator.thickness": ["15 um", "20 um", "30 um", "25 um"]}

SCRIPT = """
import sys
import numpy as np
import lithoscope as ls
from lithoscope.physics.cell.lanes import threads

threads.PER_LANE = 1
cell = ls.Cell.symmetric(ls.Foil("500 um"), separator="PP 20 um", electrolyte="1 M LiPF6 EC:DMC 1:1", area="1 cm2")
program = ls.Program.strip_plate("1 mA/cm2", "0.1 mAh/cm2", cycles=60)
vary = {"working.ageing.dead_fraction": list(np.linspace(0.005, 0.05, 320))}
ls.sweep(cell, program, vary, ls.Mossy(cells=5), outputs=["working_dead_lithium"], samples=2, to=sys.argv[1], threads=2)
"""


def sweep(to: Path | None = None, **given: Any) -> ls.Sweep:
    """The sweep that most tests make."""
    asked = {"outputs": ["working_dead_lithium"], "backend": "lanes", "samples": 3, "checks": 1, "progress": False} | given
    vary = asked.pop("vary", VARY)
    return ls.sweep(asked.pop("cell", CELL), asked.pop("program", PROGRAM), vary, asked.pop("model", MODEL), to=to, **asked)


@pytest.fixture(scope="module")
def honest() -> ls.Sweep:
    """The sweep without any accident."""
    return sweep()


def assert_same(found: ls.Sweep, honest: ls.Sweep) -> None:
    """Bitwise."""
    assert np.isfinite(honest["voltage"].values).any()
    assert found.data.identical(honest.data)
    assert (found.statuses, found.checked, found.error) == (honest.statuses, honest.checked, honest.error)
    assert found.notes == honest.notes


def parts(folder: Path) -> list[Path]:
    """The parts of a sweep that is under way."""
    return sorted((folder.parent / f".{folder.name}.run").glob("*.part"))


def started(to: Path) -> subprocess.Popen[bytes]:
    return subprocess.Popen([sys.executable, "-c", SCRIPT, str(to)], stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)


def wait_for(met: Callable[[], bool], process: subprocess.Popen[bytes]) -> None:
    begun = time.monotonic()
    while process.poll() is None and not met() and time.monotonic() - begun < 120:
        time.sleep(0.002)


@pytest.mark.fails_when("ensemble/sweeping.py", "table.put(Part.from_bytes(data))", "Part.from_bytes(data)")
@pytest.mark.parametrize("times", [2, pytest.param(10, marks=pytest.mark.slow)])
def test_killed_at_random_moments(times: int, tmp_path: Path) -> None:
    """In blocks of eight designs, killed again and again: the same bits as at one go, and nothing half is left."""
    moments, killed = random.Random(7), 0
    for _ in range(times):
        before = len(parts(tmp_path / "mine"))
        with started(tmp_path / "mine") as process:
            wait_for(lambda: len(parts(tmp_path / "mine")) > before + moments.randrange(3), process)  # noqa: B023
            time.sleep(moments.uniform(0.0, 0.05))
            killed += process.poll() is None
            process.kill()
        assert not (tmp_path / "mine").exists() or ls.load_sweep(tmp_path / "mine"), "complete or absent"
    assert killed
    for name in ("mine", "whole"):
        with started(tmp_path / name) as process:
            assert process.wait(300) == 0
    mine, whole = (ls.load_sweep(tmp_path / name) for name in ("mine", "whole"))
    assert_same(mine, whole)
    assert mine.manifest.solver["designs_taken_up"] > whole.manifest.solver["designs_taken_up"] == 0
    assert {path.name for path in tmp_path.iterdir()} == {"mine", "whole", ".mine.lock", ".whole.lock"}


class AccidentError(Exception):
    """What ends a process at a place that a test chooses."""


def stop_after(count: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """End the sweep when so many parts are kept."""
    kept, append = list[int](), Journal.append

    def counted(self: Journal, data: bytes) -> None:
        append(self, data)
        kept.append(1)
        if len(kept) == count:
            raise AccidentError

    monkeypatch.setattr(Journal, "append", counted)


def begun(to: Path, count: int, **given: Any) -> None:
    """A sweep of which so many parts are kept."""
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr("lithoscope.physics.cell.lanes.threads.PER_LANE", 0.1)
        stop_after(count, patched)
        with pytest.raises(AccidentError):
            sweep(to, **given)


@pytest.mark.fails_when("ensemble/solving.py", "_in_lanes(job, table.missing(group), keep)", "_in_lanes(job, group, keep)")
def test_only_what_is_missing_is_computed(honest: ls.Sweep, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    begun(tmp_path / "mine", 1)
    run, counts = lanes.Kernel.run, list[int]()

    def counted(self: Any, values: Any, *args: Any, **given: Any) -> Any:
        counts.append(len(values))
        return run(self, values, *args, **given)

    monkeypatch.setattr(lanes.Kernel, "run", counted)
    found = sweep(tmp_path / "mine")
    assert_same(found, honest)
    assert counts == [len(VARY["separator.thickness"]) - found.manifest.solver["designs_taken_up"]]
    assert 0 < counts[0] < len(VARY["separator.thickness"])
    assert_same(ls.load_sweep(tmp_path / "mine"), honest)
    assert_same(sweep(tmp_path / "mine"), honest)
    assert len(counts) == 1, "a finished sweep is read"


@pytest.mark.fails_when("ensemble/solving.py", 'singly(job, table.missing(rows), "single"', 'singly(job, rows, "single"')
def test_single_runs_are_taken_up(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """And how many run at the same time changes no bit."""
    whole = sweep(backend="single", threads=1)
    begun(tmp_path / "mine", 2, backend="single")
    asked, single = list[int](), solving._single

    def counted(job: Any, n: int, *rest: Any) -> Part:
        asked.append(n)
        return single(job, n, *rest)

    monkeypatch.setattr(solving, "_single", counted)
    assert_same(sweep(tmp_path / "mine", backend="single", threads=2), whole)
    assert len(asked) == 2


@pytest.mark.fails_when("result/parts.py", "if hashlib.sha256(content).digest() != checksum:", "if False:")
@pytest.mark.parametrize("harm", ["cut", "bit"])
def test_a_damaged_part_is_computed_again(harm: str, honest: ls.Sweep, tmp_path: Path) -> None:
    """Also where the writing of the next one was cut off."""
    begun(tmp_path / "mine", 2)
    data = parts(tmp_path / "mine")[1].read_bytes()
    spoilt = data[: len(data) // 2] if harm == "cut" else data[:90] + bytes([data[90] ^ 1]) + data[91:]
    parts(tmp_path / "mine")[1].write_bytes(spoilt)
    (tmp_path / ".mine.run" / "tmp123.partial").write_bytes(data[:100])
    assert_same(sweep(tmp_path / "mine"), honest)
    assert not (tmp_path / ".mine.run").exists()


@pytest.mark.fails_when("ensemble/sweeping.py", "            journal.cut(number)\n", "            pass\n")
def test_what_follows_a_damaged_part_is_taken_up(tmp_path: Path) -> None:
    """One of two parts is damaged, the sweep goes on and ends again: the first and the new one count."""
    begun(tmp_path / "mine", 2, backend="single")
    parts(tmp_path / "mine")[1].write_bytes(b"")
    begun(tmp_path / "mine", 1, backend="single")
    assert sweep(tmp_path / "mine", backend="single").manifest.solver["designs_taken_up"] == 2


OTHER: dict[str, dict[str, Any]] = {
    "rtol": {"rtol": 1e-5},
    "seed": {"seed": 4},
    "outputs": {"outputs": ["voltage"]},
    "samples": {"samples": 2},
    "model": {"model": ls.Mossy(cells=6)},
    "cell": {"cell": CELL.replaced(area="2 cm2")},
    "program": {"program": ls.Program.strip_plate("1 mA/cm2", "1 mAh/cm2", cycles=1)},
    "vary": {"vary": {**VARY, "separator.thickness": ["15 um", "20 um", "30 um", "26 um"]}},
}


@pytest.mark.fails_when("ensemble/sweeping.py", "Journal(to, inputs | versions, replace", "Journal(to, {}, replace")
@pytest.mark.parametrize("name", OTHER)
def test_another_sweep_is_not_taken_up(name: str, tmp_path: Path) -> None:
    """It is refused with what differs; the remedy works."""
    begun(tmp_path / "mine", 1)
    with pytest.raises(StoreError, match=f"an unfinished run that differs in: {name}.*replace=True"):
        sweep(tmp_path / "mine", **OTHER[name])
    found = sweep(tmp_path / "mine", replace=True, **OTHER[name])
    assert found.manifest.solver["designs_taken_up"] == 0
    assert np.isfinite(found["voltage"].values).all()


@pytest.mark.fails_when("ensemble/stored.py", "    if differing and not replace:", "    if False:")
def test_another_finished_sweep_is_not_replaced(honest: ls.Sweep, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Of other inputs or of another version."""
    sweep(tmp_path / "mine")
    with pytest.raises(StoreError, match="a sweep that differs in: rtol, seed.*replace=True"):
        sweep(tmp_path / "mine", rtol=1e-5, seed=1)
    versions = sweeping._versions()
    monkeypatch.setattr(sweeping, "_versions", lambda: versions | {"llvmlite": "0.1"})
    with pytest.raises(StoreError, match="a sweep that differs in: llvmlite"):
        sweep(tmp_path / "mine")
    assert_same(sweep(tmp_path / "mine", replace=True), honest)
    assert ls.load_sweep(tmp_path / "mine").manifest.versions["llvmlite"] == "0.1"


@pytest.mark.fails_when(
    "ensemble/sweeping.py",
    "with Journal(to, inputs | versions, replace=replace) as",
    "with Journal(Path(f'{to}{time.time()}'), inputs | versions, replace=replace) as",
)
def test_two_at_a_time_are_refused(honest: ls.Sweep, tmp_path: Path) -> None:
    with Journal(tmp_path / "mine", {}), pytest.raises(StoreError, match="is being written by another run"):
        sweep(tmp_path / "mine")
    assert_same(sweep(tmp_path / "mine"), honest)


@pytest.mark.fails_when("ensemble/sweeping.py", "        if journal is None:\n            raise\n", "        raise\n")
def test_an_interrupt_keeps_what_is_done(tmp_path: Path) -> None:
    """Within seconds, with words on how to go on."""
    with started(tmp_path / "mine") as process:
        wait_for(lambda: len(parts(tmp_path / "mine")) >= 2, process)
        pressed = time.monotonic()
        process.send_signal(signal.SIGINT)
        _, err = process.communicate(timeout=60)
        assert time.monotonic() - pressed < 10
    kept = len(parts(tmp_path / "mine"))
    assert kept >= 2
    assert b"SweepInterrupted" in err
    assert b"of 320 designs are done and kept beside" in err
    with started(tmp_path / "mine") as process:
        assert process.wait(300) == 0
    assert ls.load_sweep(tmp_path / "mine").manifest.solver["designs_taken_up"] >= 8 * kept - 8


@pytest.mark.fails_when(
    "cli/sweeping.py", "except SweepInterrupted as interrupted:", "except ZeroDivisionError as interrupted:"
)
def test_an_interrupt_on_the_command_line(tmp_path: Path) -> None:
    code = "from lithoscope.physics.cell.lanes import threads; threads.PER_LANE = 0.1; from lithoscope.cli import main; main()"
    given = [
        "sweep",
        "perovskite/bare",
        str(tmp_path / "long.toml"),
        "--vary",
        "separator.thickness=" + ",".join(f"{n} um" for n in range(15, 31)),
    ]
    ls.Program.strip_plate("1 mA/cm2", "0.1 mAh/cm2", cycles=300).save(tmp_path / "long.toml")
    command = [sys.executable, "-c", code, *given, "--to", str(tmp_path / "mine")]
    with subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, env=os.environ) as process:
        wait_for(lambda: len(parts(tmp_path / "mine")) >= 1, process)
        process.send_signal(signal.SIGINT)
        _, err = process.communicate(timeout=60)
        assert process.returncode == End.INTERRUPTED.exit_code
    assert b"INTERRUPTED" in err
    assert b"of 16 designs are done and kept beside" in err


@pytest.mark.fails_when("ensemble/solving.py", "worker.threads(min(job.threads, len(rows)))", "worker.threads(1)")
def test_a_worker_that_dies_is_a_row_that_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    """The others are not touched, and two of them are solved at the same time."""
    advance, seen = worker.Remote.advance, set[int]()

    def dies(self: worker.Remote, *args: Any, **given: Any) -> Any:
        if '"30 um"' in self._inputs["cell"]:
            raise HungError("the process that solves has ended")
        seen.add(id(self._worker))
        return advance(self, *args, **given)

    monkeypatch.setattr(worker, "_idle", [])
    monkeypatch.setattr(worker.Remote, "advance", dies)
    found = sweep(backend="single", threads=2)
    assert found.statuses[2].end is End.NO_SOLUTION
    assert "the process that solves has ended" in found.statuses[2].detail
    assert np.isnan(found["voltage"].values[2]).all()
    assert [status.end for n, status in enumerate(found.statuses) if n != 2] == [End.COMPLETED] * 3
    assert np.isfinite(found["voltage"].values[[0, 1, 3]]).all()
    assert len(seen) == 2


@pytest.mark.fails_when(
    "ensemble/stored.py", "statuses = tuple(Status(End.named(word), *rest)", "statuses = tuple(Status(End.NO_SOLUTION, *rest)"
)
def test_what_is_stored_is_what_was_found(honest: ls.Sweep, tmp_path: Path) -> None:
    """A damaged sweep is noticed, and made anew if that is asked for; a sweep is no result."""
    assert_same(stored.load_sweep(honest.save(tmp_path / "mine")), honest)
    with pytest.raises(StoreError, match="read it with ls.load_sweep"):
        ls.load(tmp_path / "mine")
    sweep(tmp_path / "mine")
    (file,) = (tmp_path / "mine" / "sweep.zarr" / "voltage").rglob("zarr.json")
    file.write_text("{}")
    with pytest.raises(StoreError, match="is damaged.*To make it anew: --replace, in Python replace=True"):
        sweep(tmp_path / "mine")
    assert_same(sweep(tmp_path / "mine", replace=True), honest)
    assert_same(ls.load_sweep(tmp_path / "mine"), honest)
