"""Results as text tables for other programs: CSV with the column names of the Battery Data Format (BDF)."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from lithoscope.document import write_text

if TYPE_CHECKING:
    from lithoscope.result.result import Result


def trace_csv(result: Result, path: str | Path) -> Path:
    """The trace: test time, voltage, current (positive oxidises the working electrode), cycle and step."""
    trace = result.trace
    return _csv(path, {
        "Test Time / s": trace["time"].values,
        "Voltage / V": trace["voltage"].values,
        "Current / A": trace["current_density"].values * result.area,
        "Cycle Count / 1": trace["cycle"].values,
        "Step Count / 1": trace["step"].values,
        "Net Capacity / Ah": trace["charge_passed"].values * result.area / 3600,
    })  # fmt: skip


def spectrum_csv(result: Result, number: int, path: str | Path) -> Path:
    """One spectrum: frequency, real and imaginary impedance (negative when capacitive) of the cell and of its parts.

    number  place of the spectrum in `result.spectra`
    """
    spectrum = result.spectra[number]
    columns = {"Frequency / Hz": spectrum["frequency"].values}
    for part in ("", "working_", "counter_", "electrolyte_"):
        for name in ("real_impedance", "imaginary_impedance"):
            title = f"{part}{name}".replace("_", " ").title()
            columns[f"{title} / ohm"] = spectrum[f"{part}{name}"].values / result.area
    return _csv(path, columns)


def _csv(path: str | Path, columns: Mapping[str, NDArray[np.float64]]) -> Path:
    rows = zip(*(column.tolist() for column in columns.values()), strict=True)
    lines = [",".join(columns)] + [",".join(f"{value:.12g}" for value in row) for row in rows]
    write_text(path, "\n".join(lines) + "\n")
    return Path(path)
