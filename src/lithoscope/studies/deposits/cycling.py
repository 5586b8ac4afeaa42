"""How unevenly lithium is plated, early and from cycle to cycle, how much of a film cracks, and where."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from lithoscope.analysis.morphologies import Morphology
from lithoscope.studies.deposits.reading import BEGUN
from lithoscope.units import MAH_PER_CM2

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from lithoscope.physics.morphology.model import PhaseField
    from lithoscope.result import Result

    Array = NDArray[np.float64]

EDGE = (0.2, 0.8)
"""Metal fractions between which a cell counts as surface: beyond, a film is only continued along the normal."""

EARLY = MAH_PER_CM2
"""Charge at which a deposit is looked at early, C/m2: 5 um of lithium, before fronts that run ahead have met."""

PART = 3
"""The weakest and the strongest of so many equal parts of the surface are compared."""


def cycled(result: Result, model: PhaseField) -> dict[str, float]:
    """What is kept beside the numbers at the end; some of it of films that crack or of cycles alone.

    tips          largest over mean current density while lithium is plated for the first time, mean over that time; 0
                  where nothing is plated
    early         rms of the height of the surface at 1 mAh/cm2, um; 0 where less is plated
    cracked       share of the film on the surface that has cracked at the end;  cracked_first: when the first plating ends
    weak_share    of what has cracked when a twentieth of the film has, the part in the weakest third of the surface, over a
                  third: 1 where strength has no say, and where less than that ever cracks
    tips_growth   the last time lithium is plated over the first
    """
    tips = plated_tips(result)
    found = {"tips": tips[0] if tips else 0.0, "early": early(result)}
    if model.film and model.film.cracking:
        found |= cracks(Morphology(result), model)
    if len(tips) > 1:
        found["tips_growth"] = tips[-1] / tips[0]
    return found


def early(result: Result) -> float:
    """Roughness when 1 mAh/cm2 has been plated in all, um; 0 where less is."""
    trace = result.trace
    plated = -trace["charge_passed"].values
    past = np.flatnonzero(plated >= EARLY)
    return float(1e6 * trace["roughness"].values[past[0]]) if len(past) else 0.0


def cracks(seen: Morphology, model: PhaseField) -> dict[str, float]:
    """How much of a film has cracked, early and at the end, and whether it begins where the film is weak."""
    open_ = [opened(seen, snapshot) for snapshot in range(len(seen.times))]
    shares = np.array([share for share, _ in open_])
    begun = np.flatnonzero(shares >= BEGUN)
    found = {"cracked": float(shares[-1]), "cracked_first": float(shares[_plated_first(seen)]), "weak_share": 1.0}
    if len(begun):
        columns = open_[begun[0]][1]
        found["weak_share"] = weak_share(columns, strengths(model, len(columns)))
    return found


def _plated_first(seen: Morphology) -> int:
    """The last snapshot of the first step that plates."""
    trace = seen.result.trace
    number, time = trace["step"].values, trace["time"].values
    plating = number[trace["current_density"].values < 0]
    end = time[number == plating[0]][-1] if len(plating) else time[-1]
    return max(int(np.searchsorted(seen.times, end * (1 + 1e-9), side="right")) - 1, 0)


def opened(seen: Morphology, snapshot: int = -1) -> tuple[float, Array]:
    """Share of the film that has cracked at a snapshot: over the surface, and in each column, where it is known."""
    metal, bare = seen.field("lithium_fraction", snapshot), 1 - seen.field("covered", snapshot)
    known = (metal > EDGE[0]) & (metal < EDGE[1]) & np.isfinite(bare)
    count = known.sum(0)
    columns = np.where(known, bare, 0.0).sum(0) / np.where(count, count, np.nan)
    return float(bare[known].mean()), columns


def strengths(model: PhaseField, columns: int) -> Array:
    """Strain at which the film cracks in each column at the start: its map, as the run has it."""
    # These need JAX, which a reader of shipped results does not.
    from lithoscope.physics.morphology.grid import Grid
    from lithoscope.physics.morphology.surface.start import weibull

    assert model.film is not None  # asked for where there is a film that cracks
    cracking = model.film.cracking
    assert cracking is not None
    mean, spacing = model.film.strength, model.cell_size.value
    if cracking.weibull is None:
        return np.full(columns, mean)
    grid = Grid((4, columns), spacing, model.sides == "closed")
    return weibull(grid, mean, cracking.weibull.value, cracking.correlation_length.value, cracking.seed)


def weak_share(bare: Array, strong: Array) -> float:
    """How much more of the film has cracked in the weakest part of the surface than on average; 1 where nothing has.

    bare, strong  share that has cracked, and strain at which it cracks, of each column; columns that are not known are left out
    """
    known = np.isfinite(bare)
    bare, strong = bare[known], strong[known]
    mean = float(bare.mean()) if len(bare) else 0.0
    if mean == 0:
        return 1.0
    weakest = np.argsort(strong, kind="stable")[: max(len(strong) // PART, 1)]
    return float(bare[weakest].mean()) / mean


def plated_tips(result: Result) -> tuple[float, ...]:
    """Largest over mean current density, averaged over each step that plates."""
    trace = result.trace
    number, time, tips = (trace[name].values for name in ("step", "time", "tip_ratio"))
    current = trace["current_density"].values
    found = []
    for step in np.unique(number):
        mine = (number == step) & (current < 0)
        if mine.sum() > 1:
            found.append(float(np.trapezoid(tips[mine], time[mine]) / (time[mine][-1] - time[mine][0])))
    return tuple(found)
