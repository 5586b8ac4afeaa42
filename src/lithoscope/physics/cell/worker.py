"""Solving in a process of its own, which can be stopped when it hangs and stays warm for the next run.

The parent starts `python -m lithoscope.physics.cell.worker` and talks to it over its input and output: messages are their
length and then a JSON header with NumPy arrays (see `chunk.pack`), never pickles. The child leaves when its input closes.
"""

from __future__ import annotations

import atexit
import os
import queue
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from typing import IO

from lithoscope.design import Cell
from lithoscope.errors import LithoscopeError
from lithoscope.physics.cell.chunk import Chunk, Point, pack, unpack
from lithoscope.physics.cell.drive import HungError, Patience
from lithoscope.protocol import Program

LENGTH = 8
"""Bytes that say how long a message is."""


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

    def ask(self, message: bytes, limit: float) -> bytes:
        """The answer to a message. Raises HungError if there is none in time or the process died."""
        process = self._process
        if process is None:
            process, limit = self._start(), max(limit, self.patience.limit)
        begun = time.monotonic()
        try:
            assert process.stdin is not None
            send(process.stdin, message)
            answer = self._answers.get(timeout=limit)
        except queue.Empty:
            answer, reason = None, f"the solver did not answer within {limit:.0f} s"
        except OSError:
            answer, reason = None, "the process that solves has ended"
        except BaseException:
            self.stop()
            raise
        else:
            reason = "the process that solves has ended"
        if answer is None:
            self.stop()
            raise HungError(reason)
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
        self.patience = type(self.patience)()
        self._process, self._answers = process, queue.Queue()
        threading.Thread(target=_listen, args=(process, self._answers), daemon=True).start()
        return process

    def stop(self) -> None:
        """Kill the process, whatever it is doing."""
        if self._process:
            self._process.kill()
            self._process.wait()
            assert self._process.stdin is not None
            with suppress(OSError):  # what was still to be sent is of no use
                self._process.stdin.close()
        self._process = None


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
        header = {
            **self._inputs,
            "visit": point.visit,
            "time": point.time,
            "voltage": point.voltage,
            "budget": budget,
            "rung": rung,
        }
        answer = self._worker.ask(pack(header, {"y": point.y}), self._worker.patience.limit)
        told, _ = unpack(answer)
        if "error" in told:
            raise LithoscopeError(f"The process that solves failed: {told['error']}")
        return Chunk.from_bytes(answer)


_idle: list[Worker] = []


def take() -> Worker:
    """An idle worker, or a new one. Give it back with `leave`."""
    try:
        return _idle.pop()
    except IndexError:
        return Worker()


def leave(worker: Worker) -> None:
    """Keep a worker warm for the next run. It ends with this process."""
    _idle.append(worker)


# A forked process has the list but not the threads that listen; the workers stay with the parent.
if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_idle.clear)


@atexit.register
def _stop_all() -> None:
    for worker in _idle:
        worker.stop()


def serve(incoming: IO[bytes], outgoing: IO[bytes]) -> None:
    """The loop of the child: solve what is asked until the parent is gone."""
    from lithoscope.physics.cell.model import stepper
    from lithoscope.physics.cell.models import read_model

    known, solves = "", None
    while (message := receive(incoming)) is not None:
        header, arrays = unpack(message)
        inputs = "\0".join(header[name] for name in ("cell", "program", "model"))
        try:
            if solves is None or inputs != known:
                model = read_model(header["model"])
                known, solves = inputs, stepper(Cell.parse(header["cell"]), Program.parse(header["program"]), model)
            point = Point(header["visit"], header["time"], arrays["y"], header["voltage"])
            answer = solves.advance(point, header["budget"], header["rung"]).to_bytes()
        except Exception as error:  # noqa: BLE001  # whatever it is, the parent has to say it
            answer = pack({"error": f"{type(error).__name__}: {error}"}, {})
        send(outgoing, answer)


if __name__ == "__main__":
    # What libraries print goes to the error stream: the output carries the answers.
    answers = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)
    with suppress(BrokenPipeError):  # the parent is gone
        serve(sys.stdin.buffer, answers)
