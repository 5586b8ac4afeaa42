"""Morphology to cell: what a closure says in the words of a cell file.

Assumes  that the deposit is an even layer of the area that the closure has, as far from the counter electrode as a foil, with
         one film resistance per area. `foil_under` is the electrode at one instant; `ageing_from` is how its area grows with
         what is on it, A - 1 = A_max Q / (Q + Q_half), and holds up to the largest charge of the closure alone.
Error    the interval of the closure as the range of each number; for the fit its largest misfit is added.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from lithoscope.data import lookup
from lithoscope.design import Cell
from lithoscope.errors import InputError
from lithoscope.physics.bridge.closures import Closure, Estimate
from lithoscope.physics.bridge.rested import apart
from lithoscope.physics.cell.params import numbers
from lithoscope.units import MAH_PER_CM2, Given

FLATTEST = 1.0
"""No surface is smaller than the electrode."""

LEAST_POROSITY, MOST_POROSITY = 0.01, 0.99


def foil_under(closure: Closure, cell: Cell, capacity: Given, current: Given) -> Cell:
    """The cell with the electrode that the closure has at a charge plated and a current density: its area and its film.

    The native film keeps its thickness and takes the conductivity that gives the resistance of the closure, less films on it.
    Raises InputError outside the closure, and where films that the cell puts on it resist more than the closure's.
    """
    area, film = closure("area", capacity, current), closure("film_resistance", capacity, current)
    face = numbers(cell).working
    others = sum(each.resistance for each in face.films)
    if film.value <= others:
        raise InputError("cell.working.films", f"resist {others:.3g} ohm m2, and the closure has {film.value:.3g} in all",
                         expected="the cell that the phase field was run with", why="A film on the electrode only adds",
                         do="Leave films out, or make the closure from runs of this cell")  # fmt: skip
    thickness, per_25 = face.native_film_thickness, _at_25(cell, face.native_film_conductivity)
    return apart(cell).changed_at({
        "working.roughness": _given(area, "", closure.assumption, low=FLATTEST),
        "working.native_film.thickness": f"{thickness * 1e9!r} nm",
        "working.native_film.conductivity": {
            "value": f"{per_25 * thickness / (film.value - others)!r} S/m",
            "low": f"{per_25 * thickness / max(film.high - others, 1e-9)!r} S/m",
            "high": f"{per_25 * thickness / max(film.low - others, 1e-3 * film.value)!r} S/m",
            "status": "computed", "source": closure.assumption,
        },
    })  # fmt: skip


def _at_25(cell: Cell, conductivity: float) -> float:
    """Conductivity of the native film in the cell file over that at the temperature of the cell."""
    given = cell.foil.native_film.conductivity
    return (given.value if given else lookup("native_film.conductivity").to("S/m")) / conductivity


def ageing_from(closure: Closure, cell: Cell, current: Given) -> Cell:
    """The cell with the numbers of the mossy model that follow from the closure at a current density.

    mossy_fraction 1, because the area of the closure is that of all that is plated; mossy_area and mossy_half_charge fit its
    growth; dead_layer_porosity is that of the deposit at the largest charge, where it has pores; dead_fraction only from a
    closure with a run in three dimensions. Raises InputError where the area does not grow, and outside the closure.
    """
    Q = closure.capacities
    each = [closure("area", f"{float(q) / MAH_PER_CM2!r} mAh/cm2", current) for q in Q]
    more, half = np.array([e.value - 1 for e in each]), np.array([e.high - e.value for e in each])
    if not more.max() > 0:
        raise InputError("closure", "has an area that does not grow", expected="an area above that of the electrode",
                         why="Lithium that stays flat is no moss", do="Run this cell as it is")  # fmt: skip
    largest, at_half = _fitted(Q, more)
    shape = Q / (Q + at_half)
    off = float(np.max((half + np.abs(largest * shape - more)) / shape))
    last = f"{float(Q[-1]) / MAH_PER_CM2!r} mAh/cm2"
    pores = closure("porosity", last, current)
    changes: dict[str, Any] = {
        "mossy_fraction": 1.0,
        "mossy_area": _given(Estimate(largest, 0, 0, largest - off, largest + off), "", closure.assumption, low=0.0),
        "mossy_half_charge": f"{at_half / MAH_PER_CM2!r} mAh/cm2",
    }
    if pores.value >= LEAST_POROSITY:
        changes["dead_layer_porosity"] = _given(pores, "", closure.assumption, low=LEAST_POROSITY, high=MOST_POROSITY)
    if "dead_fraction" in closure.deep:
        dead = closure("dead_fraction", last, current)
        changes["dead_fraction"] = _given(dead, "", closure.assumption, low=0.0, high=1.0)
    return apart(cell).changed_at({f"working.ageing.{name}": value for name, value in changes.items()})


def _fitted(Q: Any, more: Any) -> tuple[float, float]:
    """A_max and Q_half of the least squares; Q_half at most ten times the range, beyond which growth is a straight line."""

    def largest(at_half: float) -> float:
        s = Q / (Q + at_half)
        return float(max(s @ more / (s @ s), 0.0))

    def squares(at_half: float) -> float:
        return float(np.sum((largest(at_half) * Q / (Q + at_half) - more) ** 2))

    tried = np.geomspace(1e-2 * Q[0], 10 * Q[-1], 400)
    best = tried[int(np.argmin([squares(float(h)) for h in tried]))]
    return largest(float(best)), float(best)


def _given(of: Estimate, unit: str, source: str, *, low: float, high: float = np.inf) -> dict[str, str | float]:
    """A number with its range, as a cell file has it, kept within what is possible."""
    value, ends = max(of.value, low), (max(of.low, low), min(of.high, high))

    def written(x: float) -> str | float:
        return f"{x!r} {unit}" if unit else float(x)

    return {"value": written(value), "low": written(min(ends[0], value)), "high": written(max(ends[1], value)),
            "status": "computed", "source": source}  # fmt: skip
