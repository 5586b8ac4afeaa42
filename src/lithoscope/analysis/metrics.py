"""Numbers that experimenters quote, read off a result."""

from __future__ import annotations

import numpy as np

from lithoscope.errors import InputError
from lithoscope.result import Result
from lithoscope.result.names import words


def overpotential(result: Result, cycle: int | None = None) -> float:
    """Overpotential of a strip-and-plate run: the magnitude of the cell voltage, averaged over the time of its half-cycles, V.

    result  of a program with current steps
    cycle   which cycle; the last one if not given

    It is the whole cell voltage, both electrodes and the electrolyte, as papers print it for symmetric cells.
    Raises InputError if the cycle has no current step.
    """
    steps = result.tree["steps"].to_dataset()
    driven = np.asarray(words(steps["kind"])) == "current"
    wanted = int(steps["cycle"][driven].max()) if cycle is None and driven.any() else cycle
    chosen = driven & (steps["cycle"].values == wanted) & (steps["duration"].values > 0)
    if not chosen.any():
        raise InputError("cycle", f"= {cycle}: no current step was run in it", expected="a cycle of a strip-and-plate program")
    magnitude, duration = np.abs(steps["mean_voltage"].values[chosen]), steps["duration"].values[chosen]
    return float(np.average(magnitude, weights=duration))
