"""Solving in a process of its own, which can be stopped when it hangs and stays warm for the next run.

The parent starts `python -m lithoscope.physics.cell.worker ADDRESS` and talks to it over a local connection. Messages are a
JSON header and NumPy arrays (see `chunk.pack`), never pickles. The child leaves when the connection closes.
"""

from __future__ import annotations

import atexit
import os
import subprocess
import sys
import time
from collections.abc import Callable
from multiprocessing.connection import Client, Connection, Listener

from lithoscope.design import Cell
from lithoscope.errors import LithoscopeError
from lithoscope.physics.cell.chunk import Chunk, Point, pack, unpack
from lithoscope.physics.cell.drive import HungError, Patience
from lithoscope.protocol import Program

KEY = "LITHOSCOPE_WORKER_KEY"


class Worker:
    """A warm process that solves. Started when it is first needed; `idle` keeps one between runs."""

    def __init__(self) -> None:
        self._process: subprocess.Popen[bytes] | None = None
        self._connection: Connection | None = None
        self.patience = Patience()

    @property
    def pid(self) -> int | None:
        """Number of the process, None before it is started."""
        return self._process.pid if self._process else None

    def remote(self, cell: str, program: str, model: str) -> Remote:
        """A run in this worker. Cell, program and model as TOML."""
        return Remote(self, {"cell": cell, "program": program, "model": model})

    def ask(self, message: bytes, limit: float) -> bytes:
        """The answer to a message. Raises HungError if there is none in time or the process died."""
        if self._connection is None:
            self._start()
        assert self._connection is not None
        begun = time.monotonic()
        try:
            self._connection.send_bytes(message)
            if self._connection.poll(limit):
                answer = self._connection.recv_bytes()
                self.patience.took(time.monotonic() - begun)
                return answer
            reason = f"the solver did not answer within {limit:.0f} s"
        except (EOFError, OSError):
            reason = "the process that solves was killed"
        except BaseException:
            self.stop()
            raise
        self.stop()
        raise HungError(reason)

    def _start(self) -> None:
        key = os.urandom(16)
        with Listener(authkey=key) as listener:
            command = [sys.executable, "-m", "lithoscope.physics.cell.worker", str(listener.address)]
            # A process group of its own: Ctrl-C reaches the parent alone, which then stops its worker.
            self._process = subprocess.Popen(command, env=os.environ | {KEY: key.hex()}, start_new_session=True)  # noqa: S603
            self._connection = listener.accept()

    def stop(self) -> None:
        """Kill the process, whatever it is doing."""
        if self._connection:
            self._connection.close()
        if self._process:
            self._process.kill()
            self._process.wait()
        self._process = self._connection = None


class Remote:
    """A run that is solved by a worker."""

    def __init__(self, worker: Worker, inputs: dict[str, str]) -> None:
        self._worker, self._inputs = worker, inputs

    def advance(self, point: Point, budget: float, rung: int, enough: Callable[[], bool]) -> Chunk:
        """Solve steps from a point; see `solve.Stepper`. Raises HungError."""
        # The other process cannot ask; its budget is short enough.
        del enough
        header = {**self._inputs, "visit": point.visit, "time": point.time, "budget": budget, "rung": rung}
        return Chunk.from_bytes(self._worker.ask(pack(header, {"y": point.y}), self._worker.patience.limit))


_idle: list[Worker] = []


def take() -> Worker:
    """An idle worker, or a new one. Give it back with `leave`."""
    return _idle.pop() if _idle else Worker()


def leave(worker: Worker) -> None:
    """Keep a worker warm for the next run. It ends with this process."""
    _idle.append(worker)


@atexit.register
def _stop_all() -> None:
    for worker in _idle:
        worker.stop()


def serve(address: str, key: bytes) -> None:
    """The loop of the child: solve what is asked until the parent is gone."""
    from lithoscope.physics.cell.model import read_model, stepper

    # What libraries print must not end up in the output of a command whose output programs read.
    os.dup2(2, 1)
    known, solves = "", None
    with Client(address, authkey=key) as connection:
        while True:
            try:
                header, arrays = unpack(connection.recv_bytes())
            except (EOFError, OSError):
                return
            inputs = "\0".join(header[name] for name in ("cell", "program", "model"))
            if solves is None or inputs != known:
                model = read_model(header["model"])
                known, solves = inputs, stepper(Cell.parse(header["cell"]), Program.parse(header["program"]), model)
            point = Point(header["visit"], header["time"], arrays["y"])
            connection.send_bytes(solves.advance(point, header["budget"], header["rung"]).to_bytes())


if __name__ == "__main__":
    try:
        serve(sys.argv[1], bytes.fromhex(os.environ.pop(KEY)))
    except (LithoscopeError, BrokenPipeError, ConnectionResetError) as failed:
        sys.exit(str(failed))
