"""What a sweep gives: a labelled table of designs."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import xarray as xr

from lithoscope.ensemble.designs import Designs
from lithoscope.ensemble.parts import Table
from lithoscope.errors import Status, counted
from lithoscope.result import Manifest
from lithoscope.result.names import NAMES

if TYPE_CHECKING:
    from lithoscope.protocol import Program


@dataclass(frozen=True, eq=False)
class Sweep:
    """What came of many designs.

    data      outputs at the end of each step over design and step, NaN where a design did not come to, and the duration of the
              step; with spectra `real_impedance`, `working_real_impedance` and so on over design, spectrum and frequency;
              with samples `voltage_trace` and so on over design, step and sample, at `time`; varied fields along design
              in SI, or the name of each cell; `cycle` along step, how each design ended and what solved it
    statuses  how each design ended
    checked   designs that were solved singly as well;  error: the largest difference of their voltages at ends of steps, V,
              infinite if one ended otherwise
    manifest  what the sweep was made from
    """

    data: xr.Dataset
    statuses: tuple[Status, ...]
    checked: tuple[int, ...]
    error: float
    manifest: Manifest

    @property
    def notes(self) -> tuple[str, ...]:
        """What a reader must know before using the numbers."""
        return tuple(self.manifest.notes)

    def __getitem__(self, name: str) -> xr.DataArray:
        """One output or one varied field."""
        return self.data[name]

    def __len__(self) -> int:
        """Number of designs."""
        return len(self.statuses)

    def __str__(self) -> str:
        ends: dict[str, int] = {}
        for status in self.statuses:
            ends[status.word] = ends.get(status.word, 0) + 1
        said = ", ".join(f"{count} {word}" for word, count in ends.items())
        checks = f"; {counted(len(self.checked), 'design')} checked, {self.error * 1e3:.3g} mV" if self.checked else ""
        return f"{counted(len(self), 'design')}: {said}{checks}"

    def save(self, path: str | Path, *, replace: bool = False) -> Path:
        """Write it into a folder; `load_sweep` reads it. Raises StoreError if it cannot be written.

        replace  whether another sweep or result in the folder may be replaced
        """
        from lithoscope.ensemble.stored import save

        return save(self, path, replace=replace)


def dataset(designs: Designs, program: Program, table: Table, samples: int) -> xr.Dataset:
    """All that the table has, with its labels."""
    visits, statuses = list(program.visits()), table.ended()
    data = xr.Dataset(
        {name: (("design", "step"), values, NAMES[name].attributes) for name, values in table.ends.items()},
        coords={
            "design": np.arange(len(designs)),
            "step": [visit.number for visit in visits],
            "cycle": ("step", [visit.cycle for visit in visits]),
            "duration": (("design", "step"), table.duration, NAMES["duration"].attributes),
            "status": ("design", [status.word for status in statuses]),
            "time_at_end": ("design", [status.time for status in statuses], {"units": "s"}),
            "backend": ("design", table.kinds),
        },
    )
    data = data.assign_coords({path: ("design", values, attributes) for path, values, attributes in designs.columns()})
    return _with_traces(data, table, samples) if samples else data


def _with_traces(data: xr.Dataset, table: Table, samples: int) -> xr.Dataset:
    """Outputs within the steps, at times from the start of the run."""
    start = np.cumsum(np.nan_to_num(table.duration), axis=1) - np.nan_to_num(table.duration)
    time = start[..., None] + table.duration[..., None] * np.arange(samples + 1) / samples
    dimensions = ("design", "step", "sample")
    data = data.assign_coords({"sample": np.arange(samples + 1), "time": (dimensions, time, NAMES["time"].attributes)})
    return data.assign({f"{name}_trace": (dimensions, values, NAMES[name].attributes) for name, values in table.traces.items()})
