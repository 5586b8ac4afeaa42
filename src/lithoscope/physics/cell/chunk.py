"""A part of a run on its way: between processes, to the disk, and back. Plain arrays and JSON, nothing that is executed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from lithoscope.errors import End, Status
from lithoscope.result.parts import pack, unpack

Array = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Point:
    """A place between two steps of a program, from which a run can be taken up.

    visit    number of steps that are done
    time     s
    y        state of the model under current control; empty before the first step
    voltage  at the end of the last step, with its current, V
    """

    visit: int = 0
    time: float = 0.0
    y: Array = field(default_factory=lambda: np.empty(0))
    voltage: float = 0.0


@dataclass(frozen=True, slots=True)
class Chunk:
    """What happened in some steps of a run.

    point    where they ended
    arrays   columns of the trace, the steps, the profiles, the books and the spectra, by "part/name"
    status   how the run ended, if it did
    retries  how often a step was tried again with other tolerances;  points  solved times
    log      the solver's own words
    not_expanded  functions of the model without a scalar form, which are interpreted as they are
    compiled      whether the functions of the model under current control were compiled to machine code
    """

    point: Point
    arrays: Mapping[str, Array]
    status: Status | None = None
    retries: int = 0
    points: int = 0
    log: tuple[str, ...] = ()
    not_expanded: tuple[str, ...] = ()
    compiled: bool = False

    def part(self, name: str) -> dict[str, Array]:
        """The columns of one part."""
        return {key[len(name) + 1 :]: values for key, values in self.arrays.items() if key.startswith(f"{name}/")}

    def after(self, before: Point) -> Chunk:
        """The chunk itself. Raises ValueError unless it begins where another one ended: same time, the next step."""
        steps = self.part("steps")
        done, begun = (list(steps["step"]), steps["start_time"][0]) if steps else ([], self.point.time)
        if begun != before.time or done != list(range(before.visit + 1, self.point.visit + 1)):
            raise ValueError(f"the part does not begin after step {before.visit} of the run")
        return self

    def to_bytes(self) -> bytes:
        """As bytes, checksums included."""
        s = self.status
        header = {
            "visit": self.point.visit, "time": self.point.time, "voltage": self.point.voltage,
            "retries": self.retries, "points": self.points, "log": self.log, "not_expanded": self.not_expanded,
            "compiled": self.compiled,
            "status": None if s is None else [s.end.word, s.detail, s.time, s.cycle, s.step],
        }  # fmt: skip
        return pack(header, {"y": self.point.y, **self.arrays})

    @classmethod
    def from_bytes(cls, data: bytes) -> Chunk:
        """From the bytes of `to_bytes`. Raises ValueError if they are damaged."""
        h, arrays = unpack(data)
        y, status = arrays.pop("y"), h["status"]
        ended = None if status is None else Status(End.named(status[0]), *status[1:])
        return cls(Point(h["visit"], h["time"], y, h["voltage"]), arrays, ended, h["retries"], h["points"], tuple(h["log"]),
                   tuple(h["not_expanded"]), h["compiled"])  # fmt: skip
