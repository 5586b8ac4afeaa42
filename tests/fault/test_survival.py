"""A run that is kept in a folder survives what happens to it: killed, hung, without room, met by another run."""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import lithoscope as ls
from lithoscope.errors import End, StoreError
from lithoscope.physics.cell import worker
from lithoscope.physics.cell.chunk import Chunk, Point
from lithoscope.physics.cell.drive import Driver, HungError
from lithoscope.physics.cell.model import stepper
from lithoscope.physics.contract import silent
from lithoscope.result import checkpoint
from lithoscope.result.checkpoint import Journal

CYCLES = ls.Program.strip_plate("1 mA/cm2", "0.5 mAh/cm2", cycles=95)
MODEL = ls.Mossy()


@pytest.fixture(scope="module")
def honest() -> ls.Result:
    """The run without any accident, in this process."""
    return ls.run(cell(), CYCLES, MODEL, progress=False)


def cell() -> ls.Cell:
    """A bare cell that ages."""
    return ls.Cell.symmetric(ls.Foil("50 um"), separator="PP 20 um", electrolyte="1 M LiPF6 EC:DMC 1:1", area="1 cm2")


def assert_same(result: ls.Result, honest: ls.Result) -> None:
    """All numbers to 1e-10."""
    assert result.status.end is End.COMPLETED
    for node in ("trace", "steps", "cycles"):
        ours, theirs = (r.tree[node].to_dataset() for r in (result, honest))
        for name in theirs.variables:
            np.testing.assert_allclose(ours[name].values, theirs[name].values, rtol=1e-10, atol=1e-14, err_msg=str(name))
    assert result.ledger == honest.ledger


@pytest.fixture
def command(tmp_path: Path) -> list[str]:
    """The command that makes the run."""
    for name, document in (("cell", cell()), ("program", CYCLES), ("model", MODEL)):
        (tmp_path / f"{name}.toml").write_text(document.to_toml(), encoding="utf-8")
    files = [str(tmp_path / name) for name in ("cell.toml", "program.toml")]
    start = "from lithoscope.cli import main; main()"
    options = ["--model", str(tmp_path / "model.toml"), "--to", str(tmp_path / "mine"), "--no-figures"]
    return [sys.executable, "-c", start, "run", *files, *options]


def killed(command: list[str], kept: Path, seconds: float) -> bool:
    """Start the command and kill -9 it this long after it kept something; whether it was still running."""
    with subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as process:
        waited = time.monotonic()
        while process.poll() is None and not kept.exists() and time.monotonic() - waited < 60:
            time.sleep(0.01)
        time.sleep(seconds)
        running = process.poll() is None
        process.kill()
    return running


@pytest.mark.fails_when("physics/cell/drive.py", "point = timeline.point", "point = Point()")
@pytest.mark.parametrize("times", [2, pytest.param(10, marks=pytest.mark.slow)])
def test_killed_at_random_moments(times: int, command: list[str], honest: ls.Result, tmp_path: Path) -> None:
    """Killed again and again it goes on, gives the numbers of the run that was not, and leaves no half files."""
    moments, part = random.Random(20260), tmp_path / ".mine.run" / "000001.part"
    assert killed(command, part, 0.1), "the first time it is met at work"
    assert part.exists(), "what is taken up afterwards is a part of the run"
    for _ in range(times - 1):
        killed(command, part, moments.uniform(0.0, 4.0))
        assert not (tmp_path / "mine").exists() or ls.load(tmp_path / "mine"), "complete or absent"
    assert subprocess.run(command, check=False, stdout=subprocess.DEVNULL).returncode == 0
    assert_same(ls.load(tmp_path / "mine"), honest)
    assert not (tmp_path / ".mine.run").exists()
    left = {path.name for path in tmp_path.iterdir()} - {"mine", ".mine.lock", "cell.toml", "program.toml", "model.toml"}
    assert left == set()


@pytest.mark.fails_when("run.py", "        clear_up(to)\n", "")
def test_killed_between_two_results(tmp_path: Path) -> None:
    """One result was moved away, the next one not yet in its place: nothing is lost, and nothing is left lying about."""
    short = ls.Program.strip_plate("1 mA/cm2", "0.01 mAh/cm2", cycles=1)
    place = tmp_path / "mine"
    ls.run(cell(), short, to=place, progress=False)
    (place / "note.txt").write_text("from the laboratory")
    place.replace(tmp_path / ".mine.0123456789ab.old")
    (tmp_path / ".mine.ba9876543210.partial").mkdir()
    (tmp_path / ".mine.ba9876543210.partial" / "half").write_text("")
    ls.run(cell(), short, to=place, progress=False)
    assert (place / "note.txt").read_text() == "from the laboratory"
    assert {path.name for path in tmp_path.iterdir()} == {"mine", ".mine.lock"}


class Impatient(worker.Patience):
    """Waits long enough for a process to start, and not for minutes."""

    limit = 15.0


@pytest.mark.fails_when("physics/cell/drive.py", "except HungError as error:", "except ZeroDivisionError as error:")
def test_a_solver_that_hangs_is_stopped(honest: ls.Result, tmp_path: Path) -> None:
    """The process that solves is frozen in the middle of the run: it is killed, started again, and nothing is lost."""
    taken = worker.Worker()
    taken.patience = Impatient()
    worker.leave(taken)
    frozen: list[int] = []

    def freeze() -> None:
        while not frozen:
            time.sleep(0.01)
            if any((tmp_path / ".mine.run").glob("*.part")) and taken.pid:
                frozen.append(taken.pid)
                os.kill(taken.pid, signal.SIGSTOP)

    watcher = threading.Thread(target=freeze, daemon=True)
    watcher.start()
    result = ls.run(cell(), CYCLES, MODEL, to=tmp_path / "mine", progress=False)
    watcher.join(timeout=5)
    assert frozen
    assert frozen[0] != taken.pid
    np.testing.assert_allclose(result["voltage"][-1], honest["voltage"][-1], rtol=1e-6)
    assert result.status.end is End.COMPLETED


class Hangs:
    """Solves in this process, but never answers for steps from the n-th on."""

    def __init__(self, first: int) -> None:
        self._solves, self._first = stepper(cell(), CYCLES, MODEL), first
        self.asked: list[tuple[int, float, int]] = []

    def advance(self, point: Point, budget: float, rung: int, enough: Any) -> Chunk:
        """Like a worker."""
        self.asked.append((point.visit, budget, rung))
        chunk = self._solves.advance(point, budget, rung, enough)
        if chunk.point.visit >= self._first:
            raise HungError("the solver did not answer within 60 s")
        return chunk


@pytest.mark.fails_when("physics/cell/drive.py", "self.careful, reason = CAREFUL_STEPS, str(error)", "reason = str(error)")
def test_a_step_that_always_hangs_ends_in_words() -> None:
    """Everything before the step that hangs is kept."""
    hangs = Hangs(first=7)
    timeline, status = Driver(hangs).run(CYCLES, silent)
    assert status.end is End.NO_SOLUTION
    assert "did not answer" in status.detail
    assert hangs.asked[-4:] == [(6, 0.0, 0), (6, 0.0, 1), (6, 0.0, 2), (6, 0.0, 3)], "one step at a time, then every rung"
    assert len(hangs.asked) == 11, "the steps before it do not wait for it again"
    assert timeline.tree(1e-4)["steps"]["step"].values.tolist() == [1, 2, 3, 4, 5, 6]
    assert timeline.ledger.closes


@pytest.mark.fails_when("result/checkpoint.py", "if other and not self._replace:", "if False:")
def test_another_run_is_not_mixed_in(tmp_path: Path) -> None:
    """An unfinished run is taken up only by the same inputs and versions."""
    with Journal(tmp_path / "mine", {"cell": "a", "pybamm": "1"}) as journal:
        journal.append(b"first")
    with (
        pytest.raises(StoreError, match=r"unfinished run that differs in: cell, pybamm\."),
        Journal(tmp_path / "mine", {"cell": "b", "pybamm": "2"}),
    ):
        pass
    with Journal(tmp_path / "mine", {"cell": "a", "pybamm": "1"}) as journal:
        assert list(journal.parts()) == [(1, b"first")]


@pytest.mark.fails_when("result/checkpoint.py", "self._lock.acquire(timeout=0)", "pass")
def test_two_runs_do_not_share_a_folder(tmp_path: Path) -> None:
    """The second is refused at once; the lock of a process that died is no obstacle."""
    with Journal(tmp_path / "mine", {}), pytest.raises(StoreError, match="being written by another run"):
        ls.run(cell(), CYCLES, to=tmp_path / "mine", progress=False)
    with Journal(tmp_path / "mine", {}):
        pass


@pytest.fixture
def full_disk(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[int]]:
    """A disk that is full from the n-th file on."""
    room, honest = [10**9], os.fsync

    def fsync(descriptor: int) -> None:
        room[0] -= 1
        if room[0] < 0:
            raise OSError(28, "No space left on device")
        honest(descriptor)

    monkeypatch.setattr(checkpoint.os, "fsync", fsync)
    return room


@pytest.mark.fails_when("result/checkpoint.py", "Path(partial).unlink(missing_ok=True)", "pass")
def test_a_full_disk(full_disk: list[int], honest: ls.Result, tmp_path: Path) -> None:
    """It ends with what to do, leaves no half file, and goes on once there is room."""
    full_disk[0] = 2
    with pytest.raises(StoreError, match="No space left on device.*make room and run the same"):
        ls.run(cell(), CYCLES, MODEL, to=tmp_path / "mine", progress=False)
    assert sorted(path.name for path in (tmp_path / ".mine.run").iterdir()) == ["000001.part", "inputs.json"]
    full_disk[0] = 10**9
    assert_same(ls.run(cell(), CYCLES, MODEL, to=tmp_path / "mine", progress=False), honest)


@pytest.mark.fails_when("physics/cell/drive.py", "journal.cut(number)", "pass")
def test_a_damaged_part_is_made_anew(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, honest: ls.Result) -> None:
    """A bit that flipped is noticed; the run goes on from what is whole."""
    monkeypatch.setattr("lithoscope.physics.cell.drive.BUDGET_S", 0.2)
    inputs = {"run": "this one"}
    with Journal(tmp_path / "mine", inputs) as journal:
        MODEL.simulate(cell(), CYCLES, silent, journal)
    part = tmp_path / ".mine.run" / "000002.part"
    data = bytearray(part.read_bytes())
    data[len(data) // 2] ^= 1
    part.write_bytes(bytes(data))
    with Journal(tmp_path / "mine", inputs) as journal:
        assert_same(MODEL.simulate(cell(), CYCLES, silent, journal), honest)
        assert all(Chunk.from_bytes(data).points for _, data in journal.parts()), "nothing damaged is left"


@pytest.mark.fails_when("physics/cell/drive.py", "self.journal.append(chunk.to_bytes())", "pass")
def test_an_interrupted_run_goes_on(honest: ls.Result, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Ctrl-C ends it with what it has; run again it takes up there."""
    asked, ask = [0], worker.Worker.ask

    def pressed(self: worker.Worker, *arguments: Any) -> bytes:
        asked[0] += 1
        if asked[0] == 1:
            signal.raise_signal(signal.SIGINT)
        return ask(self, *arguments)

    monkeypatch.setattr(worker.Worker, "ask", pressed)
    with pytest.raises(ls.RunInterrupted) as caught:
        ls.run(cell(), CYCLES, MODEL, to=tmp_path / "mine", progress=False)
    kept = ls.load(tmp_path / "mine")
    assert kept.status == caught.value.result.status
    done = len(kept.steps)
    assert any((tmp_path / ".mine.run").glob("*.part"))
    result = ls.run(cell(), CYCLES, MODEL, to=tmp_path / "mine", progress=False)
    assert_same(result, honest)
    assert 0 < done < len(result.steps)


@pytest.mark.fails_when(
    "physics/cell/timeline.py", 'if initial := chunk.part("initial"):', 'if (initial := chunk.part("initial")) is not None:'
)
def test_a_process_that_cannot_start_ends_in_words(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The run does not wait for an answer that cannot come."""
    monkeypatch.setattr(worker, "_idle", [])
    monkeypatch.setattr(worker.sys, "executable", "/bin/false")
    monkeypatch.setattr(worker.Patience, "limit", 5.0)
    begun = time.monotonic()
    result = ls.run(cell(), CYCLES, MODEL, to=tmp_path / "mine", progress=False)
    assert result.status.end is End.NO_SOLUTION
    assert "has ended" in result.status.detail
    assert time.monotonic() - begun < 5


@pytest.mark.fails_when("result/parts.py", "if hashlib.sha256(content).digest() != checksum:", "if False:")
def test_every_flipped_bit_is_noticed() -> None:
    whole = Chunk(Point(3, 1.5, np.arange(4.0)), {"trace/voltage": np.array([0.1, 0.2])}).to_bytes()
    assert Chunk.from_bytes(whole).point.visit == 3
    for place in range(0, len(whole), 7):
        damaged = bytearray(whole)
        damaged[place] ^= 1
        with pytest.raises(ValueError, match="damaged"):
            Chunk.from_bytes(bytes(damaged))


@pytest.mark.fails_when("physics/cell/worker.py", 'if "error" in told:', "if False:")
def test_what_goes_wrong_apart_is_said_here() -> None:
    """An error of the other process is not taken for a solver that gave up."""
    taken = worker.take()
    broken = taken.remote('format = "lithoscope.cell/1"', CYCLES.to_toml(), MODEL.to_toml())
    with pytest.raises(ls.LithoscopeError, match="InputError: .*working"):
        broken.advance(Point(), 1.0, 0, lambda: False)
    worker.leave(taken)


@pytest.mark.fails_when("physics/cell/worker.py", '"-P", "-m"', '"-m"')
def test_the_worker_imports_nothing_from_the_current_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "pybamm.py").write_text("raise SystemExit('this is not PyBaMM')")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(worker, "_idle", [])
    monkeypatch.setattr(worker.sys, "path", [path for path in sys.path if path])
    result = MODEL.simulate(cell(), ls.Program([ls.Rest("1 s")]), silent, apart=True)
    assert result.status.end is End.COMPLETED


@pytest.mark.fails_when("physics/cell/drive.py", "return Chunk(point, {}, None, 0, 0, (reason,))", "break")
def test_an_interrupt_while_a_solver_hangs_decides_nothing(tmp_path: Path) -> None:
    """The run is interrupted, not unsolved: it goes on when it is run again."""

    class Frozen:
        def advance(self, *_: Any) -> Chunk:
            signal.raise_signal(signal.SIGINT)
            raise HungError("the solver did not answer within 60 s")

    with Journal(tmp_path / "mine", {}) as journal:
        _, status = Driver(Frozen(), journal).run(CYCLES, silent)
        assert status.end is End.INTERRUPTED
    with Journal(tmp_path / "mine", {}) as journal:
        _, status = Driver(stepper(cell(), ls.Program([ls.Rest("1 s")]), MODEL), journal).run(CYCLES, silent)
        assert status.end is End.COMPLETED


@pytest.mark.fails_when("physics/cell/drive.py", "point.time, hung.cycle, hung.number)", "point.time, 0, hung.number)")
def test_where_a_solver_hung_is_said() -> None:
    _, status = Driver(Hangs(first=7)).run(CYCLES, silent)
    assert (status.cycle, status.step) == (4, 7)
