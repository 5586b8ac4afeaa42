"""Solving in a process of its own, which can be stopped when it hangs and stays warm for the next run.

The parent starts `python -m lithoscope.physics.cell.worker` and talks to it over its input and output: messages are their
length and then a JSON header with NumPy arrays (see `chunk.pack`), never pickles. The child leaves when its input closes, and
is ended by the system if it hangs longer than its parent would wait, so that it does not outlive a parent that was killed.
"""

from __future__ import annotations

import atexit
import os
import queue
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import IO, Any

from lithoscope.design import Cell
from lithoscope.errors import LithoscopeError
from lithoscope.physics.cell.chunk import Array, Chunk, Point
from lithoscope.physics.cell.drive import HungError, Patience
from lithoscope.protocol import Program
from lithoscope.result.parts import pack, unpack

LENGTH = 8
"""Bytes that say how long a message is."""

MARGIN_S = 5.0
"""How much longer than its parent waits a child may hang, s: it is the parent that stops it, if there still is one."""


class StoppedError(Exception):
    """All workers were stopped: what they were asked for is not wanted any more."""


def send(stream: IO[bytes], message: bytes) -> None:
    """Write a message. Raises OSError if nobody reads any more."""
    stream.write(len(message).to_bytes(LENGTH, "big") + message)
    stream.flush()


def receive(stream: IO[bytes]) -> bytes | None:
    """Read a message; None if the other side is gone."""
    length = stream.read(LENGTH)
    if len(length) < LENGTH:
        return None
    message = stream.read(int.from_bytes(length, "big"))
    return message if len(message) == int.from_bytes(length, "big") else None


class Worker:
    """A warm process that solves. Started when it is first needed; `take` and `leave` keep it between runs."""

    def __init__(self) -> None:
        self._process: subprocess.Popen[bytes] | None = None
        self._answers: queue.Queue[bytes | None] = queue.Queue()
        self.patience = Patience()

    @property
    def pid(self) -> int | None:
        """Number of the process, None before it is started."""
        return self._process.pid if self._process else None

    def remote(self, cell: str, program: str, model: str) -> Remote:
        """A run in this worker. Cell, program and model as TOML."""
        self.patience = type(self.patience)()
        return Remote(self, {"cell": cell, "program": program, "model": model})

    def ask(self, header: Mapping[str, Any], arrays: Mapping[str, Array]) -> bytes:
        """The answer to a question. Raises HungError if there is none in time or the process died, and StoppedError."""
        process = self._process
        if process is None or process.poll() is not None:
            process = self._start()
        begun, limit = time.monotonic(), self.patience.limit
        message = pack({**header, "limit": limit}, arrays)
        try:
            # A thread of its own: a process that is frozen does not read, and a long message would wait for it for ever.
            threading.Thread(target=_tell, args=(process, message), daemon=True).start()
            answer, reason = self._answers.get(timeout=limit), "the process that solves has ended"
        except queue.Empty:
            answer, reason = None, f"the solver did not answer within {limit:.0f} s"
        except BaseException:
            self.stop()
            raise
        if answer is None:
            self.stop()
            raise StoppedError if _stopped.is_set() else HungError(reason)
        self.patience.took(time.monotonic() - begun)
        return answer

    def _start(self) -> subprocess.Popen[bytes]:
        # The child imports from where this process does, and never from the folder it happens to be in.
        command = [sys.executable, "-P", "-m", "lithoscope.physics.cell.worker"]
        environment = os.environ | {"PYTHONPATH": os.pathsep.join(path for path in sys.path if path)}
        # A process group of its own: Ctrl-C reaches the parent alone, which then stops its worker.
        process = subprocess.Popen(  # noqa: S603
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, start_new_session=True, env=environment
        )
        self.stop()
        self._process, self._answers = process, queue.Queue()
        self.patience = type(self.patience)()
        _running.add(process)
        threading.Thread(target=_listen, args=(process, self._answers), daemon=True).start()
        if _stopped.is_set():
            self.stop()
            raise StoppedError
        return process

    def stop(self) -> None:
        """Kill the process, whatever it is doing."""
        if self._process:
            _end(self._process)
        self._process = None


def _end(process: subprocess.Popen[bytes]) -> None:
    """Kill a process, whatever it is doing. Any thread may do it."""
    process.kill()
    process.wait()
    assert process.stdin is not None
    with suppress(OSError):  # what was still to be sent is of no use
        process.stdin.close()
    _running.discard(process)


def _tell(process: subprocess.Popen[bytes], message: bytes) -> None:
    """Send a message to a process. If it ends meanwhile, who listens to it hears of it."""
    assert process.stdin is not None
    with suppress(OSError, ValueError):  # its input is broken, or closed by who stopped it
        send(process.stdin, message)


def _listen(process: subprocess.Popen[bytes], answers: queue.Queue[bytes | None]) -> None:
    """Pass on what a process answers, and None when it ends."""
    assert process.stdout is not None
    with process.stdout as stream:
        while (answer := receive(stream)) is not None:
            answers.put(answer)
    answers.put(None)


class Remote:
    """A run that is solved by a worker."""

    def __init__(self, worker: Worker, inputs: dict[str, str]) -> None:
        self._worker, self._inputs = worker, inputs

    def advance(self, point: Point, budget: float, rung: int, enough: Callable[[], bool]) -> Chunk:
        """Solve steps from a point; see `solve.Stepper`. Raises HungError."""
        # The other process cannot ask; its budget is short enough.
        del enough
        place = {"visit": point.visit, "time": point.time, "voltage": point.voltage}
        answer = self._worker.ask({**self._inputs, **place, "budget": budget, "rung": rung}, {"y": point.y})
        told, _ = unpack(answer)
        if "error" in told:
            raise LithoscopeError(f"The process that solves failed: {told['error']}")
        return Chunk.from_bytes(answer)


_idle: list[Worker] = []
_running: set[subprocess.Popen[bytes]] = set()
_stopped = threading.Event()


def take() -> Worker:
    """An idle worker, or a new one. Give it back with `leave`."""
    try:
        return _idle.pop()
    except IndexError:
        return Worker()


def leave(worker: Worker) -> None:
    """Keep a worker warm for the next run. It ends with this process."""
    _idle.append(worker)


def _forget() -> None:
    _idle.clear()
    _running.clear()


# A forked process has the lists but not the threads that listen; the workers stay with the parent.
if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_forget)


@atexit.register
def _stop_all() -> None:
    """Kill all workers, busy or idle. From now on who asks one gets a StoppedError, and does not start another."""
    _stopped.set()
    for process in list(_running):
        _end(process)


@contextmanager
def threads(count: int) -> Iterator[ThreadPoolExecutor]:
    """Threads in which cells are run apart. An exception in the block, also Ctrl-C, stops at once what they are doing."""
    with ThreadPoolExecutor(max_workers=count) as pool:
        try:
            yield pool
        except BaseException:
            try:
                _stop_all()
                pool.shutdown(cancel_futures=True)
            finally:
                _stopped.clear()
            raise


def serve(incoming: IO[bytes], outgoing: IO[bytes]) -> None:
    """The loop of the child: solve what is asked until the parent is gone."""
    from lithoscope.physics.cell.model import stepper
    from lithoscope.physics.cell.models import read_model

    known, solves = "", None
    while (message := receive(incoming)) is not None:
        header, arrays = unpack(message)
        _end_after(header["limit"] + MARGIN_S)
        inputs = "\0".join(header[name] for name in ("cell", "program", "model"))
        try:
            if solves is None or inputs != known:
                model = read_model(header["model"])
                known, solves = inputs, stepper(Cell.parse(header["cell"]), Program.parse(header["program"]), model)
            point = Point(header["visit"], header["time"], arrays["y"], header["voltage"])
            answer = solves.advance(point, header["budget"], header["rung"]).to_bytes()
        except Exception as error:  # noqa: BLE001  # whatever it is, the parent has to say it
            answer = pack({"error": f"{type(error).__name__}: {error}"}, {})
        _end_after(0.0)
        send(outgoing, answer)


def _end_after(seconds: float) -> None:
    """Have the system end this process after a time, s, unless told another before; 0: never.

    What hangs in a library runs no Python any more, so that it sees neither that its input closes nor a handler. The system's
    own clock ends it all the same. Windows has none.
    """
    if hasattr(signal, "setitimer"):
        signal.signal(signal.SIGALRM, signal.SIG_DFL)
        signal.setitimer(signal.ITIMER_REAL, seconds)


def main() -> None:
    """The child. Input and output carry the messages alone: libraries and what they start read nothing, and print errors."""
    questions, answers = os.fdopen(os.dup(0), "rb"), os.fdopen(os.dup(1), "wb")
    with Path(os.devnull).open("rb") as nothing:
        os.dup2(nothing.fileno(), 0)
    os.dup2(2, 1)
    with suppress(BrokenPipeError):  # the parent is gone
        serve(questions, answers)


if __name__ == "__main__":
    main()
