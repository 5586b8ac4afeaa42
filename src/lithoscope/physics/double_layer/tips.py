"""The field at a tip, contribution by contribution: shape alone, film, polarisation, ions, and all of them."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
import xarray as xr

from lithoscope.constants import VACUUM_PERMITTIVITY
from lithoscope.physics.double_layer.equations.curved import NM, Hyperboloid, Plane
from lithoscope.physics.double_layer.observe import labelled
from lithoscope.physics.double_layer.params import Film, Liquid
from lithoscope.physics.double_layer.solve.curved import Problem, Solved, solve
from lithoscope.physics.laws.ferroelectric import stiffness

if TYPE_CHECKING:
    from lithoscope.design.polar import Tip
    from lithoscope.physics.double_layer.model import DoubleLayer


def unpolarised(film: Film) -> Film:
    """A dielectric of the same thickness that answers a small field as the polar film does: eps_b eps_0 + dP/dE."""
    answer = 1 / float(stiffness(film.law, film.P)) if film.law is not None and film.P else 0.0
    return replace(film, law=None, P=0.0, permittivity=film.permittivity + answer)


def frozen(film: Film) -> Film:
    """The same film with its polarisation fixed: dP/dE is then part of its permittivity."""
    return replace(unpolarised(film), P=film.P)


def cases_of(film: Film | None, ions: Liquid) -> dict[str, tuple[Film | None, Liquid | None]]:
    """Film and ions of every case."""
    found: dict[str, tuple[Film | None, Liquid | None]] = {"bare": (None, None), "ions": (None, ions)}
    if film is None:
        return found
    found |= {"unpolarised film": (unpolarised(film), None), "unpolarised film, ions": (unpolarised(film), ions)}
    if film.P:
        found |= {"fixed polarisation": (frozen(film), None), "fixed polarisation, ions": (frozen(film), ions)}
    if film.law is not None:
        found |= {"ferroelectric": (film, None), "ferroelectric, ions": (film, ions)}
    return found


def contributions(layer: DoubleLayer, tip: Tip) -> xr.Dataset:
    """Over `case`: field in the electrolyte at the apex and on a plane at the same distance and voltage, and their ratio.

    NaN where a ferroelectric leaves its branch (`keeps_polarisation` 0): domains would form, which are not resolved.
    """
    shape = Hyperboloid(tip.radius.value / NM, tip.distance.value / NM)
    stack = layer.stack
    cases = cases_of(stack.film, layer.liquid)
    rows: dict[str, list[float]] = {
        name: [] for name in ("field_at_tip", "field_at_plane", "polarisation", "keeps_polarisation")
    }
    for film, ions in cases.values():
        problem = Problem(film, layer.solution, ions, layer.voltage.value, shape.distance)
        curved, flat = solve(shape, problem), solve(Plane(), problem)
        polar = curved.polar and flat.polar
        rows["field_at_tip"].append(_used(curved))
        rows["field_at_plane"].append(_used(flat))
        rows["polarisation"].append(curved.P if polar else np.nan)
        rows["keeps_polarisation"].append(float(polar))
    variables = {name: ("case", values) for name, values in rows.items()}
    data = labelled(variables, {"case": list(cases)}, radius_m=tip.radius.value, distance_m=tip.distance.value,
                    film_permittivity=_relative(stack.film))  # fmt: skip
    data["enhancement"] = data["field_at_tip"] / data["field_at_plane"]
    data["enhancement"].attrs["unit"] = "1"
    return data


def _used(solved: Solved) -> float:
    return float(solved.field[0]) if solved.settled else float("nan")


def _relative(film: Film | None) -> float:
    return unpolarised(film).permittivity / VACUUM_PERMITTIVITY if film is not None else float("nan")
