"""Solved states as labelled tables: names, units, and what they say."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import xarray as xr

from lithoscope.physics.double_layer.equations.drift import Drift
from lithoscope.physics.double_layer.equations.stack import (
    adsorbed_charge,
    coverages,
    film_elastance,
    liquid_capacitance,
    voltage,
)
from lithoscope.physics.double_layer.params import Liquid, Stack
from lithoscope.physics.double_layer.solve.static import Equilibrium, profile
from lithoscope.physics.double_layer.solve.transient import History
from lithoscope.physics.laws.ferroelectric import stiffness

ENRICHED = 1.5
"""Concentration over that far away, from which anions count as enriched."""

UNITS: Mapping[str, str] = {
    "voltage": "V",
    "polarisation": "C/m2",
    "charge": "C/m2",
    "film_displacement": "C/m2",
    "adsorbed_charge": "C/m2",
    "film_field": "V/m",
    "stern_field": "V/m",
    "diffuse_field": "V/m",
    "surface_potential": "V",
    "stern_drop": "V",
    "diffuse_potential": "V",
    "capacitance": "F/m2",
    "cation_factor": "1",
    "anion_factor": "1",
    "cation_excess": "mol/m2",
    "anion_excess": "mol/m2",
    "enriched_width": "m",
    "coverage": "1",
    "potential": "V",
    "cations": "mol/m3",
    "anions": "mol/m3",
    "field": "V/m",
    "position": "m",
    "solid_potential": "V",
    "solid_position": "m",
    "time": "s",
    "cations_from_outside": "mol/m2",
    "anions_from_outside": "mol/m2",
    "adsorbed": "mol/m2",
    "cation_residual": "1",
    "anion_residual": "1",
    "cell_width": "m",
    "field_at_tip": "V/m",
    "field_at_plane": "V/m",
    "enhancement": "1",
}
"""Every name that this scale gives, with its unit."""


def labelled(variables: Mapping[str, Any], coordinates: Mapping[str, Any] | None = None, **attributes: Any) -> xr.Dataset:
    """A dataset whose variables carry their unit."""
    data = xr.Dataset(dict(variables), dict(coordinates or {}), attributes)
    for name in data.variables:
        if str(name) in UNITS:
            data[name].attrs["unit"] = UNITS[str(name)]
    return data


def keeps_polarisation(stack: Stack, state: Equilibrium) -> bool:
    """Whether a ferroelectric is on the branch on which it started, and that branch is stable without what is beside it."""
    film = stack.film
    if film is None or film.law is None:
        return True
    return state.p * film.P > 0 and float(stiffness(film.law, state.p)) > 0


def numbers_of(stack: Stack, state: Equilibrium) -> dict[str, float]:
    """What a state is, in single numbers."""
    found = {
        "voltage": float(voltage(stack, state.p)),
        "polarisation": state.film.P,
        "film_displacement": state.film.D,
        "charge": state.D_out,
        "film_field": state.film.E,
        "surface_potential": state.phi_s,
        "diffuse_potential": state.phi_d,
        "stern_drop": state.phi_s - state.phi_d,
    }
    if isinstance(stack.beside, Liquid):
        found |= _of_liquid(stack, stack.beside, state)
    return found


def _of_liquid(stack: Stack, liquid: Liquid, state: Equilibrium) -> dict[str, float]:
    within = profile(liquid, state.phi_d)
    c0 = liquid.solution.c0
    enriched = within.x[within.anions > ENRICHED * c0]
    elastance = film_elastance(stack.film, state.p) + 1 / liquid_capacitance(liquid, state.phi_s, state.phi_d)
    return {
        "adsorbed_charge": float(adsorbed_charge(liquid, state.phi_s)),
        "stern_field": (state.phi_s - state.phi_d) / liquid.thickness,
        "diffuse_field": state.D_out / liquid.solution.permittivity,
        "capacitance": 1 / elastance,
        "cation_factor": float(within.cations[0] / c0),
        "anion_factor": float(within.anions[0] / c0),
        "cation_excess": within.excess[0],
        "anion_excess": within.excess[1],
        "enriched_width": float(enriched[-1]) if len(enriched) else 0.0,
    }


def static_table(stack: Stack, state: Equilibrium) -> xr.Dataset:
    """A state in equilibrium: single numbers, profiles of the electrolyte over `position`, the potential in the solids."""
    variables: dict[str, Any] = dict(numbers_of(stack, state))
    coordinates: dict[str, Any] = {}
    film = stack.film
    if isinstance(liquid := stack.beside, Liquid):
        within = profile(liquid, state.phi_d)
        coordinates["position"] = within.x
        variables |= {
            "potential": ("position", within.phi),
            "cations": ("position", within.cations),
            "anions": ("position", within.anions),
            "field": ("position", within.field),
        }
        if liquid.species:
            coordinates["species"] = [s.name for s in liquid.species]
            variables["coverage"] = ("species", coverages(liquid, state.phi_s))
        thick = film.thickness if film else 0.0
        V = variables["voltage"]
        dead = film.elastance * state.film.D if film else 0.0
        coordinates["solid_position"] = -liquid.thickness + np.array([
            -thick - (film.dead_thickness if film else 0.0), -thick, 0.0, liquid.thickness])  # fmt: skip
        variables["solid_potential"] = ("solid_position", [V, V - dead, state.phi_s, state.phi_d])
    return labelled(variables, coordinates, keeps_polarisation=int(keeps_polarisation(stack, state)))


def branch_table(stack: Stack, states: Sequence[Equilibrium], voltages: Sequence[float]) -> xr.Dataset:
    """Single numbers of states one after another, over `step`."""
    rows = [numbers_of(stack, state) for state in states]
    variables = {name: ("step", [row[name] for row in rows]) for name in rows[0]}
    return labelled(variables | {"voltage": ("step", list(voltages))}, {"step": np.arange(len(rows))})


def history_table(drift: Drift, history: History) -> xr.Dataset:
    """A way to equilibrium over `time`, its profiles over `position`, and the balance of both ions at every saved time."""
    walls = drift.walls(history.states)
    cations, anions, P, amounts, outside = drift.parts(history.states)
    solution = drift.liquid.solution
    V_T, lam, c0 = solution.V_T, drift.lam, solution.c0
    held = drift.h @ (cations - 1), drift.h @ (anions - 1)
    entered = drift.inflow * history.t / drift.time
    inventory = float(drift.h.sum())
    residuals = []
    for k, sign in enumerate((1, -1)):
        adsorbed = sum((amounts[j] - amounts[j, 0] for j, s in enumerate(drift.adsorbs) if s.charge == sign), 0.0 * P)
        given = outside[k] + (entered if sign > 0 else 0.0)
        residuals.append((held[k] + adsorbed - given) / inventory)
    profiles = {"potential": walls.phi * V_T, "cations": cations * c0, "anions": anions * c0}
    variables: dict[str, Any] = {name: (("position", "time"), value) for name, value in profiles.items()}
    variables |= {
        "polarisation": ("time", P),
        "charge": ("time", walls.D_out * drift.D_unit),
        "adsorbed_charge": ("time", walls.sigma * drift.D_unit),
        "film_field": ("time", walls.E_f),
        "surface_potential": ("time", walls.phi_s),
        "diffuse_potential": ("time", walls.phi_w * V_T),
        "cations_from_outside": ("time", outside[0] * c0 * lam),
        "anions_from_outside": ("time", outside[1] * c0 * lam),
        "cation_residual": ("time", residuals[0]),
        "anion_residual": ("time", residuals[1]),
        "cell_width": ("position", drift.h * lam),
    }
    coordinates: dict[str, Any] = {"position": drift.x * lam, "time": history.t}
    if drift.adsorbs:
        coordinates["species"] = [s.name for s in drift.adsorbs]
        variables["adsorbed"] = (("species", "time"), amounts * c0 * lam)
    return labelled(variables, coordinates, status=history.status.word, sentence=str(history.status))
