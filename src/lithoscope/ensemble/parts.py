"""What came of some designs, as it is solved, kept on the disk and put together."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from lithoscope.ensemble.spectra import Spectra
from lithoscope.errors import End, Status
from lithoscope.result.parts import pack, unpack

Array = NDArray[np.float64]
Kind = Literal["lanes", "single", "check"]
"""What solved a part; a check is a single run of a design that lanes solved."""


@dataclass(frozen=True, eq=False)
class Part:
    """Some designs that are done.

    kind      what solved them
    rows      their numbers
    ends      outputs at the end of each step by name, shape (designs, steps)
    traces    outputs at evenly spaced times of each step, shape (designs, steps, times); empty if they were not asked for
    duration  of each step, s, shape (designs, steps)
    statuses  how they ended
    spectra   parts of the impedance by name, shape (designs, spectra, frequencies); empty without spectra
    why       they were solved singly
    code      what names the vector code;  processor: on which it ran
    """

    kind: Kind
    rows: Sequence[int]
    ends: Mapping[str, Array]
    traces: Mapping[str, Array]
    duration: Array
    statuses: tuple[Status, ...]
    why: str = ""
    code: str = ""
    processor: str = ""
    spectra: Mapping[str, Array] = field(default_factory=dict)

    def to_bytes(self) -> bytes:
        """As bytes, checksum included."""
        header = {
            "kind": self.kind, "why": self.why, "code": self.code, "processor": self.processor, "rows": list(self.rows),
            "statuses": [[s.end.word, s.detail, s.time, s.cycle, s.step] for s in self.statuses],
        }  # fmt: skip
        ends, traces, spectra = _under("end", self.ends), _under("trace", self.traces), _under("spectrum", self.spectra)
        return pack(header, {"duration": self.duration, **ends, **traces, **spectra})

    @classmethod
    def from_bytes(cls, data: bytes) -> Part:
        """From the bytes of `to_bytes`. Raises ValueError if they are damaged."""
        h, arrays = unpack(data)
        statuses = tuple(Status(End.named(word), *rest) for word, *rest in h["statuses"])
        ends, traces, spectra = (_from_under(what, arrays) for what in ("end", "trace", "spectrum"))
        return cls(
            h["kind"], h["rows"], ends, traces, arrays["duration"], statuses, h["why"], h["code"], h["processor"], spectra
        )


def _under(what: str, arrays: Mapping[str, Array]) -> dict[str, Array]:
    return {f"{what}/{name}": values for name, values in arrays.items()}


def _from_under(what: str, arrays: Mapping[str, Array]) -> dict[str, Array]:
    return {name[len(what) + 1 :]: values for name, values in arrays.items() if name.startswith(f"{what}/")}


class Table:
    """All designs, as far as they are done.

    ends, traces, duration, spectra  as in a part, NaN where nothing is there yet
    statuses  how each design ended, None while it is not done;  kinds: what solved it, "" while nothing did
    reasons   why some were solved singly, and which;  checks: single runs of designs that lanes solved
    codes, processors  of all parts
    """

    def __init__(self, designs: int, steps: int, names: Sequence[str], samples: int, spectra: Spectra) -> None:
        shape = (designs, steps)
        self.ends = {name: np.full(shape, np.nan) for name in names}
        self.traces = {name: np.full((*shape, samples + 1), np.nan) for name in names if samples}
        self.duration = np.full(shape, np.nan)
        self.spectra = spectra.empty(designs)
        self.statuses: list[Status | None] = [None] * designs
        self.kinds = [""] * designs
        self.reasons: dict[str, list[int]] = {}
        self.checks: dict[int, Part] = {}
        self.codes: dict[str, None] = {}
        self.processors: dict[str, None] = {}

    def put(self, part: Part) -> None:
        """Take over a part. A single run replaces what lanes found; a check stands beside it."""
        if part.kind == "check":
            self.checks |= dict.fromkeys(part.rows, part)
            return
        rows = list(part.rows)
        self.duration[rows] = part.duration
        for mine, theirs in ((self.ends, part.ends), (self.traces, part.traces), (self.spectra, part.spectra)):
            for name, values in mine.items():
                values[rows] = theirs[name]
        for row, status in zip(rows, part.statuses, strict=True):
            self.statuses[row], self.kinds[row] = status, part.kind
        if part.why:
            self.reasons.setdefault(part.why, []).extend(rows)
        if part.code:
            self.codes[part.code], self.processors[part.processor] = None, None

    @property
    def done(self) -> int:
        """Designs that are done."""
        return sum(status is not None for status in self.statuses)

    def missing(self, rows: Sequence[int]) -> list[int]:
        """Of some designs those that are not done."""
        return [n for n in rows if self.statuses[n] is None]

    def failed_in_lanes(self, rows: Sequence[int]) -> list[int]:
        """Of some designs those for which lanes found no solution."""
        return [n for n in rows if self.kinds[n] == "lanes" and self._status(n).end is End.NO_SOLUTION]

    def solved_in_lanes(self) -> list[int]:
        """Designs whose numbers are those of lanes."""
        return [n for n, kind in enumerate(self.kinds) if kind == "lanes"]

    def ended(self) -> tuple[Status, ...]:
        """How each design ended, once all are done."""
        return tuple(self._status(n) for n in range(len(self.statuses)))

    def _status(self, n: int) -> Status:
        status = self.statuses[n]
        assert status is not None  # asked of what is done
        return status

    def reasons_in_order(self) -> Iterator[tuple[str, list[int]]]:
        """Why some designs were solved singly, and which: the same however often the sweep was taken up."""
        for why, rows in sorted(self.reasons.items(), key=lambda item: min(item[1])):
            yield why, sorted(rows)
