"""Exact solutions of the mossy model, and the cases that compare the model with them.

Each leaves one process on and the others off; with all of them off it is the planar model.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import ArrayLike, NDArray

from lithoscope.constants import FARADAY
from lithoscope.design import Ageing, Cell, Foil, Separator
from lithoscope.physics.cell.exact import current_step
from lithoscope.physics.cell.params import numbers
from lithoscope.physics.contract import ExactCase, silent
from lithoscope.protocol import Current, Program, Rest

if TYPE_CHECKING:
    from lithoscope.physics.cell.model import CellModel
    from lithoscope.result import Result
    from lithoscope.units import Given

Array = NDArray[np.float64]
Run = Callable[..., "Result"]
"""Runs the steps that follow the cell."""


def film_thickness(fresh: float, rate: float, t: ArrayLike) -> Array:
    """Parabolic growth at rest, delta = sqrt(delta_0^2 + 2 k t), m.

    fresh  delta_0, m;  rate  k, m2/s;  t  s
    """
    return np.asarray(np.sqrt(fresh**2 + 2 * rate * np.asarray(t)))


def pit_area(largest: float, stripped: ArrayLike, charge: float) -> Array:
    """Area that pits add on bulk lithium that is stripped, a = a_max (1 - exp(-Q / Q_pit)).

    largest  a_max;  stripped  Q, C/m2;  charge  Q_pit, C/m2
    """
    return np.asarray(largest * (1 - np.exp(-np.asarray(stripped) / charge)))


def dead_share(fraction: float) -> float:
    """Share of the moss that has gone that died, chi / (1 + chi), while moss is stripped and no film grows.

    fraction  chi: what dies for each part that is stripped
    """
    return fraction / (1 + fraction)


def still(thickness: Given = "500 um", **on: Given) -> Cell:
    """A cell whose lithium does not age but for what is switched on."""
    off: dict[str, Given] = {"dead_fraction": 0, "mossy_fraction": 0, "pit_area": 0, "film_growth_rate": "0 m2/s"}
    return Cell.symmetric(
        Foil(thickness, ageing=Ageing(**(off | on))),
        separator="PP 20 um",
        electrolyte="1 M LiPF6 EC:DMC 1:1",
        area="1 cm2",
    )


def cases(model: CellModel) -> Sequence[ExactCase]:
    """The exact cases of a mossy model, at a tolerance fine enough for them. Each takes about a second."""
    fine = model.replaced(relative_tolerance=1e-9)

    def run(cell: Cell, *steps: Current | Rest) -> Result:
        return fine.simulate(cell, Program(list(steps)), silent)

    return (
        ExactCase("film growth at rest", 1e-6, partial(_film, run)),
        ExactCase("lithium in that film", 1e-6, partial(_film_lithium, run)),
        ExactCase("area of pits", 1e-4, partial(_pits, run)),
        ExactCase("share of moss that dies", 1e-4, partial(_dead, run)),
        ExactCase("planar model without ageing", 1e-8, partial(_planar, fine.replaced(cells=60))),
    )


def _film(run: Run) -> float:
    """Error of the thickness after ten hours of rest."""
    cell = still(film_growth_rate="3e-21 m2/s")
    exact = film_thickness(numbers(cell).working.native_film_thickness, 3e-21, 36000.0)
    return float(abs(run(cell, Rest("10 h"))["working_film_thickness"][-1] / exact - 1))


def _film_lithium(run: Run) -> float:
    """Error of the lithium that this film took, F (delta - delta_0) / V_f on an area of 1."""
    cell = still(film_growth_rate="3e-21 m2/s")
    face = numbers(cell).working
    grown = film_thickness(face.native_film_thickness, 3e-21, 36000.0) - face.native_film_thickness
    exact = FARADAY * float(grown) / face.ageing.film_molar_volume
    return float(abs(run(cell, Rest("10 h"))["working_film_lithium"][-1] / exact - 1))


def _pits(run: Run) -> float:
    """Largest error of the area while 1 mAh/cm2 is stripped, relative to the largest area. The smooth positive part of the
    current is 2.5e-5 below the current.
    """
    cell = still(pit_area=2.5)
    seen = run(cell, current_step(10.0, 3600.0))
    exact = pit_area(2.5, seen["charge_passed"], numbers(cell).working.ageing.pit_charge)
    return float(np.max(np.abs(seen["working_pit_area"] - exact)) / 2.5)


def _dead(run: Run) -> float:
    """Error of the share that died of the moss that was plated and then stripped."""
    cell = still(mossy_fraction=0.5, dead_fraction=0.05)
    seen = run(cell, current_step(-100.0, 60.0), current_step(100.0, 20.0))
    moss, dead = (seen[f"working_{kind}_lithium"].values for kind in ("mossy", "dead"))
    return float(abs((dead[-1] - dead.min()) / (moss.max() - moss[-1]) / dead_share(0.05) - 1))


def _planar(model: CellModel) -> float:
    """Difference to the planar model in a voltage, its two thin layers made of and taken from the separator.

    The two have different cells, so that both meshes have to be fine.
    """
    from lithoscope.physics.cell.equations.mossy import SEED_LAYER_M
    from lithoscope.physics.cell.models import Planar

    whole = still().replaced(separator=Separator("PP", "20 um", 0.5, 6.0))
    thinner = Separator("PP", f"{20e-6 - 2 * SEED_LAYER_M!r} m", 0.5, 6.0)
    same = still(dead_layer_porosity=0.5, dead_layer_tortuosity=3.0).replaced(separator=thinner)
    step = Current("5 mA/cm2", {"duration": "1 h"})
    planar = Planar(cells=200, relative_tolerance=1e-9).simulate(whole, Program([step]), silent)
    mossy = model.simulate(same, Program([step]), silent)
    return float(abs(mossy["voltage"][-1] / planar["voltage"][-1] - 1))
