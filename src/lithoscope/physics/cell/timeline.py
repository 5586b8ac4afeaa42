"""A run of the cell scale put together from its chunks: books, and the labelled tree."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import xarray as xr

from lithoscope.physics.cell.chunk import Array, Chunk, Point
from lithoscope.physics.cell.cycles import charge_and_discharge, per_cycle
from lithoscope.physics.ledger import BookKeeper, Entry
from lithoscope.result import Ledger
from lithoscope.result.names import STEP_KINDS, dataset


class Timeline:
    """A run as it grows, chunk by chunk.

    retries, points, log  as in a chunk, over the whole run
    """

    def __init__(self) -> None:
        self.retries, self.points, self.log, self.not_expanded = 0, 0, list[str](), tuple[str, ...]()
        self.chunks: list[Chunk] = []
        self._books: BookKeeper | None = None

    def add(self, chunk: Chunk) -> None:
        """Append what happened next."""
        self.chunks.append(chunk)
        self.retries, self.points = self.retries + chunk.retries, self.points + chunk.points
        self.log += chunk.log
        self.not_expanded = chunk.not_expanded
        if initial := chunk.part("initial"):
            self._books = BookKeeper({name: float(values[0]) for name, values in initial.items()})
        if self._books is not None:
            for stretch in _entries(chunk):
                self._books.add(stretch)

    @property
    def point(self) -> Point:
        """Where it ends."""
        return self.chunks[-1].point if self.chunks else Point()

    @property
    def compiled(self) -> str:
        """Which of its steps were solved with functions compiled to machine code: "all", "some" or "none"."""
        found = {chunk.compiled for chunk in self.chunks if chunk.points}
        return "some" if len(found) > 1 else "all" if True in found else "none"

    @property
    def ledger(self) -> Ledger:
        """The books as they stand."""
        return self._books.ledger() if self._books else Ledger({}, 0.0)

    def _part(self, name: str) -> dict[str, Array]:
        parts = [part for part in (chunk.part(name) for chunk in self.chunks) if part]
        return {key: np.concatenate([part[key] for part in parts]) for key in parts[0]} if parts else {}

    def tree(self, area: float) -> xr.DataTree:
        """The run as a labelled tree.

        area  of the electrode, m2
        """
        steps, profiles = self._part("steps"), self._part("profiles")
        nodes = {
            "/": xr.Dataset(attrs={"area_m2": area}),
            "/trace": dataset("time", ["time"], self._part("trace") or {"time": np.empty(0)}),
            "/steps": dataset("step", ["step"], steps or {"step": np.empty(0)}),
        }
        if steps:
            driven = steps["kind"] == STEP_KINDS.index("current")
            initial = {name: float(values[0]) for name, values in self._part("initial").items()}
            cycles = per_cycle(steps, self._part("books/final"), initial, driven)
            trace = self._part("trace")
            if "solvent_left" in trace:
                cycles |= charge_and_discharge(steps, trace, cycles["cycle"], driven)
            nodes["/cycles"] = dataset("cycle", ["cycle"], cycles)
        if profiles:
            nodes["/profiles"] = dataset(("time", "cell"), ["time"], profiles)
        nodes |= {f"/spectra/{n}": data for n, data in enumerate(self._spectra())}
        return xr.DataTree.from_dict(nodes)

    def _spectra(self) -> list[xr.Dataset]:
        found = {key: values for chunk in self.chunks for key, values in chunk.part("spectra").items()}
        numbers = sorted({int(key.partition("/")[0]) for key in found})
        spectra = []
        for number in numbers:
            columns = {key.partition("/")[2]: values for key, values in found.items() if key.startswith(f"{number}/")}
            time, cycle, step = columns.pop("at")
            data = dataset("frequency", ["frequency"], columns)
            spectra.append(data.assign_attrs(time_s=float(time), cycle=int(cycle), step=int(step)))
        return spectra


def _entries(chunk: Chunk) -> Iterator[Entry]:
    """What each step of a chunk did to the reservoirs."""
    final, inflow, passed, total = (chunk.part(f"books/{kind}") for kind in ("final", "inflow", "passed", "total"))
    for n in range(len(total.get("least", ()))):
        of = [{name: float(values[n]) for name, values in kind.items()} for kind in (final, inflow, passed)]
        yield Entry(of[0], of[1], of[2], float(total["least"][n]), float(total["most"][n]))
