"""Keeps what happens in the steps of a run of the cell scale, in whichever process they are solved."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from lithoscope.errors import Status
from lithoscope.physics.cell.chunk import Chunk, Point
from lithoscope.physics.cell.control import STEP_ENDS
from lithoscope.physics.cell.cycles import SHAPE, resistances, shape
from lithoscope.physics.cell.observe import LEAK, POWERS, TRACE, Seen, kept
from lithoscope.physics.cell.spectrum import PARTS
from lithoscope.physics.cell.system import Array, Stretch
from lithoscope.physics.ledger import Entry
from lithoscope.protocol import Current
from lithoscope.protocol.program import Visit
from lithoscope.result.names import NAMES, STEP_KINDS


@dataclass(slots=True)
class Recorder:
    """Collects the steps of one chunk."""

    retries: int = 0
    points: int = 0
    log: list[str] = field(default_factory=list)
    _columns: dict[str, list[Array]] = field(default_factory=dict)

    def start(self, contents: Mapping[str, float]) -> None:
        """Keep the contents of the reservoirs at assembly, C/m2."""
        self._add("initial", contents)

    def stretch(self, visit: Visit, start: float, stretch: Stretch, observed: Seen, profiles: Mapping[str, Array]) -> None:
        """Keep one step that was integrated from the time `start`, s.

        observed  what was seen of it;  profiles: from `observe.profiles`
        """
        seen = observed.outputs
        self.points += len(stretch.t)
        chosen = kept(stretch.t, seen["voltage"], seen["current_density"])
        trace = {name: values[chosen] for name, values in seen.items() if name in TRACE}
        trace["time"] = start + stretch.t[chosen]
        trace |= {name: np.full(len(chosen), n) for name, n in (("cycle", visit.cycle), ("step", visit.number))}
        self._add("trace", trace)
        self._add("profiles", {**profiles, "time": start + profiles["time"]})
        self._add("steps", _step(visit, start, stretch, seen))
        self._book(observed.books)

    def _book(self, done: Entry) -> None:
        for kind in ("final", "inflow", "passed"):
            self._add(f"books/{kind}", getattr(done, kind))
        self._add("books/total", {"least": done.least, "most": done.most})

    def spectrum(self, visit: Visit, time: float, frequency: Array, Z: NDArray[np.complex128]) -> None:
        """Keep a spectrum measured at a time, s; Z as `spectrum.spectrum` returns it."""
        columns: dict[str, Array] = {"frequency": frequency, "at": np.array([time, visit.cycle, visit.number])}
        for part, row in zip(PARTS, Z, strict=True):
            prefix = "" if part == "cell" else f"{part}_"
            columns |= {f"{prefix}real_impedance": row.real, f"{prefix}imaginary_impedance": row.imag}
        self._add(f"spectra/{visit.number}", columns)

    def _add(self, part: str, columns: Mapping[str, Array | float]) -> None:
        for name, values in columns.items():
            self._columns.setdefault(f"{part}/{name}", []).append(np.atleast_1d(values))

    def chunk(self, point: Point, status: Status | None) -> Chunk:
        """All of it, ending at a point of the program."""
        arrays = {name: np.concatenate(parts) for name, parts in self._columns.items()}
        return Chunk(point, arrays, status, self.retries, self.points, tuple(self.log))


def _step(visit: Visit, start: float, stretch: Stretch, seen: Mapping[str, Array]) -> dict[str, float]:
    t, V = stretch.t, seen["voltage"]
    duration = float(t[-1])
    row = {
        "step": visit.number,
        "cycle": visit.cycle,
        "kind": STEP_KINDS.index(visit.step.kind),
        "ended": _ended_code(stretch.ended, visit),
        "start_time": start,
        "duration": duration,
        "charge": float(seen["charge_passed"][-1] - seen["charge_passed"][0]),
        "mean_voltage": float(np.trapezoid(V, t) / duration) if duration else float(V[-1]),
        "end_voltage": float(V[-1]),
    }
    if "leaked_charge" in seen:
        row["leaked"] = float(seen["leaked_charge"][-1] - seen["leaked_charge"][0])
    powers = {name: seen[name] for name in POWERS | LEAK if name in seen}
    if isinstance(visit.step, Current) and duration:
        return row | shape(t, V) | resistances(t, seen["current_density"], powers)
    return row | dict.fromkeys((*SHAPE, *powers), np.nan)


def _ended_code(ended: str | None, visit: Visit) -> int:
    """The code of `result.names.STEP_ENDS` for the event that ended a step."""
    words = NAMES["ended"].flags
    if ended is None:
        until = getattr(visit.step, "until", None)
        by_capacity = until is not None and until.capacity is not None and (
            until.duration is None or getattr(visit.step, "duration", np.inf) < until.duration.value
        )  # fmt: skip
        return words.index("capacity reached" if by_capacity else "time is up")
    if ended == "capacity":
        return words.index("capacity reached")
    return words.index(ended if ended in STEP_ENDS else "the run ended")
