"""What must hold at every saved time: no ion is lost, none is negative, none above the ceiling, charge and field agree."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import xarray as xr

from lithoscope.constants import FARADAY
from lithoscope.physics.contract import Violation
from lithoscope.physics.laws.double_layer import Solution

LEDGER = 1e-9
"""Of the inventory, that may be missing or too much."""

ROUNDING = 1e-9
"""Of the concentration far away, by which one may be below zero."""

GAUSS = 1e-10


def violations(data: xr.Dataset, solution: Solution) -> Sequence[Violation]:
    """What does not hold in a table that has profiles."""
    found = []
    for name in ("cations", "anions"):
        least, most = float(data[name].min()), float(data[name].max())
        if least < -ROUNDING * solution.c0:
            found.append(Violation("positive", f"{name} fall to {least:.3g} mol/m3"))
        if most > solution.ceiling * (1 + ROUNDING):
            found.append(Violation("ceiling", f"{name} rise to {most:.4g} mol/m3 of {solution.ceiling:.4g}"))
    balances = [(name, float(np.abs(data[name]).max())) for name in ("cation_residual", "anion_residual") if name in data]
    found += [Violation("ledger", f"{name} is {worst:.2g}") for name, worst in balances if worst > LEDGER]
    if "time" in data.dims and (worst := gauss_error(data, solution)) > GAUSS:
        found.append(Violation("gauss", f"charge and field differ by {worst:.2g} of the largest charge"))
    return found


def gauss_error(data: xr.Dataset, solution: Solution) -> float:
    """Charge of the electrolyte and both of its boundary displacements, as a share of the largest charge met."""
    h = data["cell_width"]
    ions = FARADAY * ((data["cations"] - data["anions"]) * h).sum("position")
    far = solution.permittivity * data["potential"].isel(position=-1) / (h[-1] / 2)
    largest = FARADAY * float((abs(data["cations"] - solution.c0) * h).sum("position").max())
    return float(np.abs(ions + data["charge"] - far).max()) / largest if largest > 0 else 0.0
