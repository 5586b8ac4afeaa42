"""Coulombic efficiency as experiments tell it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from lithoscope.errors import InputError

if TYPE_CHECKING:
    from lithoscope.result import Result


def reservoir_efficiency(result: Result) -> float:
    """Average efficiency of a run of `Program.reservoir_efficiency`.

    CE = (n Q_c + Q_S) / (n Q_c + Q_R)

    n    cycles;  Q_c  capacity of each;  Q_R  reservoir;  Q_S  what the last stripping gave

    All that was stripped over all that was plated, from the reservoir on; what was measured counts, not what was asked for.
    With the same share f of what is plated lost to films, and chi that dies for each that is stripped, it is
    (1 - f) / (1 + chi), as that of one cycle.
    Source: B. D. Adams et al., Adv. Energy Mater. 8 (2018) 1702097.
    Raises InputError if the run has no reservoir or did not come to its last stripping.
    """
    steps = result.steps
    outside = np.flatnonzero((steps["cycle"] == 0) & (steps["kind"] == "current")) if len(steps) else np.empty(0, dtype=int)
    if len(outside) != 2 or not steps["charge"].iloc[outside[0]] < 0:
        raise InputError("result", "has no reservoir that is plated, cycled and stripped at last",
                         expected="a complete run of Program.reservoir_efficiency")  # fmt: skip
    if steps["ended"].iloc[outside[1]] != "voltage above":
        raise InputError(
            "result",
            f"ended its last stripping because {steps['ended'].iloc[outside[1]]}",
            expected="a last stripping to a voltage",
            why="What is left on the electrode would count as lost",
        )
    charge = steps["charge"].to_numpy()[outside[0] : outside[1] + 1]
    return float(charge[charge > 0].sum() / -charge[charge < 0].sum())
