"""The processes that solve leave nothing behind: not after Ctrl-C, not after their parent, and no parent waits for a dead one."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import lithoscope as ls
from lithoscope.design.catalogue import entry
from lithoscope.errors import End
from lithoscope.physics.cell import worker
from lithoscope.physics.cell.chunk import Point
from lithoscope.physics.cell.drive import HungError
from lithoscope.physics.contract import silent
from lithoscope.studies.claims import read_claims
from lithoscope.studies.perovskite import life
from lithoscope.studies.perovskite.cells import ranges
from lithoscope.studies.ranges import at_values

CELL = ls.Cell.parse(entry("perovskite/bare"))
LONG = ls.Program.strip_plate("1 mA/cm2", "0.1 mAh/cm2", cycles=20_000)
SHORT = ls.Program([ls.Rest("1 s")])
MODEL = ls.Mossy(cells=10, compiled=False)


@pytest.fixture(autouse=True)
def own_workers(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Workers of this test alone, all gone after it."""
    monkeypatch.setattr(worker, "_idle", [])
    monkeypatch.setattr(worker, "_running", set())
    yield
    for process in list(worker._running):
        worker._end(process)


def solving(count: int) -> list[int]:
    """The processes, once so many have begun and have had time to solve something."""
    waited = time.monotonic()
    while len(worker._running) < count and time.monotonic() - waited < 30:
        time.sleep(0.05)
    time.sleep(3)
    return [process.pid for process in worker._running]


def is_there(pid: int) -> bool:
    """Whether a child of this process runs, or was not waited for."""
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True


@pytest.mark.fails_when(
    "physics/cell/worker.py", "raise StoppedError if _stopped.is_set() else HungError(reason)", "raise HungError(reason)"
)
def test_an_interrupt_stops_what_runs_in_threads(monkeypatch: pytest.MonkeyPatch) -> None:
    """At once, without starting another process to try again; workers solve again after it."""
    begun, asked = list[float](), list[Any]()
    starts, start = list[int](), worker.Worker._start

    def counted(self: worker.Worker) -> Any:
        starts.append(1)
        return start(self)

    def interrupted() -> None:
        with worker.threads(2) as pool:
            asked.extend(pool.submit(MODEL.simulate, CELL, LONG, silent, apart=True) for _ in range(2))
            pids.extend(solving(2))
            begun.append(time.monotonic())
            raise KeyboardInterrupt

    monkeypatch.setattr(worker.Worker, "_start", counted)
    pids = list[int]()
    with pytest.raises(KeyboardInterrupt):
        interrupted()
    assert time.monotonic() - begun[0] < 2
    assert len(starts) == len(pids) == 2
    assert not any(is_there(pid) for pid in pids)
    assert [type(each.exception()) for each in asked] == [worker.StoppedError] * 2
    assert MODEL.simulate(CELL, SHORT, silent, apart=True).status.end is End.COMPLETED


@pytest.mark.fails_when("physics/cell/worker.py", "        if _stopped.is_set():\n", "        if False:\n")
def test_no_worker_starts_while_all_are_stopped(monkeypatch: pytest.MonkeyPatch) -> None:
    """A thread that was between two runs does not go on with the next one."""
    monkeypatch.setattr(worker, "_stopped", threading.Event())
    worker._stop_all()
    with pytest.raises(worker.StoppedError):
        MODEL.simulate(CELL, SHORT, silent, apart=True)
    assert not worker._running


@pytest.mark.fails_when("physics/cell/worker.py", "                _stop_all()\n", "")
def test_an_interrupt_stops_a_long_study(monkeypatch: pytest.MonkeyPatch) -> None:
    """Ctrl-C does not wait for the lives that are being searched."""
    begun: list[float] = []

    def pressed(*_: Any) -> None:
        solving(2)
        begun.append(time.monotonic())
        raise KeyboardInterrupt

    monkeypatch.setattr(life, "require", lambda *_: MODEL.simulate(CELL, LONG, silent, apart=True))
    claims = read_claims("perovskite")
    with pytest.raises(KeyboardInterrupt):
        life.live(claims, at_values(ranges(claims)), pressed)
    assert time.monotonic() - begun[0] < 2
    assert not worker._running


@pytest.mark.fails_when(
    "physics/cell/worker.py", "for process in list(_running):", "for process in [each._process for each in _idle]:"
)
def test_busy_workers_end_with_the_process(tmp_path: Path) -> None:
    """Also when what uses them is a thread that nobody waits for."""
    code = (
        "import threading, sys, time\n"
        "from lithoscope.physics.cell import worker\n"
        "from lithoscope.physics.cell.chunk import Point\n"
        "cell, program, model = (open(name).read() for name in sys.argv[1:])\n"
        "remote = worker.Worker().remote(cell, program, model)\n"
        "threading.Thread(target=remote.advance, args=(Point(), 600.0, 0, lambda: False), daemon=True).start()\n"
        "while not worker._running: time.sleep(0.1)\n"
        "time.sleep(3)"
    )
    # The error stream closes when nobody holds it any more.
    with subprocess.Popen([sys.executable, "-c", code, *written(tmp_path)], stderr=subprocess.PIPE) as process:
        process.communicate(timeout=30)


def written(folder: Path) -> list[str]:
    """The files of a run that takes long."""
    documents = {"cell": CELL, "program": LONG, "model": MODEL}
    for name, document in documents.items():
        (folder / f"{name}.toml").write_text(document.to_toml(), encoding="utf-8")
    return [str(folder / f"{name}.toml") for name in documents]


@pytest.mark.skipif(not hasattr(signal, "setitimer"), reason="the system has no clock that ends a process")
@pytest.mark.fails_when("physics/cell/worker.py", "signal.setitimer(signal.ITIMER_REAL, seconds)", "pass")
def test_a_process_that_hangs_does_not_outlive_its_parent(tmp_path: Path) -> None:
    """It hangs in C, with the lock of the interpreter, and its parent is killed: the system ends it."""
    hangs, told = tmp_path / "hangs", tmp_path / "hangs" / "pid"
    hangs.mkdir()
    (hangs / "pybamm.py").write_text(
        f"import itertools, os, pathlib\npathlib.Path({str(told)!r}).write_text(str(os.getpid()))\nsum(itertools.repeat(0))\n"
    )
    code = (
        f"import sys; sys.path.insert(0, {str(hangs)!r})\n"
        "from lithoscope.physics.cell import worker\n"
        "from lithoscope.physics.cell.chunk import Point\n"
        "worker.Patience.limit = 8.0\n"
        "cell, program, model = (open(name).read() for name in sys.argv[1:])\n"
        "worker.Worker().remote(cell, program, model).advance(Point(), 1.0, 0, lambda: False)"
    )
    with subprocess.Popen([sys.executable, "-c", code, *written(tmp_path)], stderr=subprocess.PIPE) as process:
        while not (told.exists() and told.read_text()) and process.poll() is None:
            time.sleep(0.05)
        process.kill()
        begun = time.monotonic()
        try:
            # The error stream closes when nobody holds it any more: the parent is dead, the child still does.
            process.communicate(timeout=30)
        finally:
            with suppress(ProcessLookupError):
                os.kill(int(told.read_text()), signal.SIGKILL)
    assert time.monotonic() - begun > 1, "it was hanging when its parent died"


@pytest.mark.skipif(not hasattr(signal, "SIGSTOP"), reason="the system cannot freeze a process")
@pytest.mark.fails_when(
    "physics/cell/worker.py",
    "threading.Thread(target=_tell, args=(process, message), daemon=True).start()",
    "_tell(process, message)",
)
def test_a_process_that_does_not_read_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    """More than a pipe holds is sent to a frozen process: the time limit counts all the same."""
    monkeypatch.setattr(worker.Patience, "limit", 20.0)
    taken = worker.Worker()
    remote = taken.remote(CELL.to_toml(), SHORT.to_toml(), MODEL.to_toml())
    remote.advance(Point(), 1.0, 0, lambda: False)
    pid = taken.pid
    assert pid is not None
    os.kill(pid, signal.SIGSTOP)
    rescue = threading.Timer(10, os.kill, (pid, signal.SIGKILL))
    rescue.start()
    monkeypatch.setattr(worker.Patience, "limit", 1.0)
    begun = time.monotonic()
    with pytest.raises(HungError, match="did not answer within 1 s"):
        remote.advance(Point(0, 0.0, np.zeros(100_000)), 1.0, 0, lambda: False)
    rescue.cancel()
    assert time.monotonic() - begun < 5


@pytest.mark.fails_when("physics/cell/worker.py", "or process.poll() is not None", "")
def test_a_process_that_died_idle_is_replaced() -> None:
    """No run takes it for a solver that hung."""
    taken = worker.Worker()
    remote = taken.remote(CELL.to_toml(), SHORT.to_toml(), MODEL.to_toml())
    remote.advance(Point(), 1.0, 0, lambda: False)
    assert taken._process is not None
    taken._process.kill()
    taken._process.wait()
    assert remote.advance(Point(), 1.0, 0, lambda: False).point.visit == 1
