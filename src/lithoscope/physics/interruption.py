"""An interrupt (Ctrl-C, or the end of a job) comes at any line. A run heeds it between two steps, where it is whole."""

from __future__ import annotations

import signal
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager


@contextmanager
def interrupts_noted() -> Iterator[Callable[[], bool]]:
    """Inside the block a first interrupt is noted, and what is given says so; a second one acts at once, as ever.

    Only the main thread is ever interrupted.
    """
    came: list[int] = []
    if threading.current_thread() is not threading.main_thread():
        yield lambda: False
        return
    found = {number: signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM)}
    # A signal that is ignored, or ends the process without asking Python, stays so.
    handlers = {number: handler for number, handler in found.items() if callable(handler)}

    def note(number: int, _frame: object) -> None:
        came.append(number)
        signal.signal(number, handlers[signal.Signals(number)])

    for number in handlers:
        signal.signal(number, note)
    try:
        yield lambda: bool(came)
    finally:
        for number, handler in handlers.items():
            signal.signal(number, handler)
