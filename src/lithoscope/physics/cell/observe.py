"""From the raw state of a cell model to the named outputs of `result.names`."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from lithoscope.physics.cell.system import Array, Stretch, System
from lithoscope.physics.ledger import Flux

TRACE = {
    "current_density": "Program current density [A.m-2]",
    "voltage": "Voltage [V]",
    "charge_passed": "Charge passed [C.m-2]",
    "working_potential": "Working potential [V]",
    "counter_potential": "Counter potential [V]",
    "electrolyte_potential": "Electrolyte potential [V]",
    "working_salt_concentration": "Working salt concentration [mol.m-3]",
    "counter_salt_concentration": "Counter salt concentration [mol.m-3]",
    "working_lithium": "Working lithium [C.m-2]",
    "counter_lithium": "Counter lithium [C.m-2]",
    "electrolyte_lithium": "Electrolyte lithium [C.m-2]",
    "double_layer_lithium": "Double-layer lithium [C.m-2]",
}
"""Output of the trace -> variable of the model."""

RESERVOIRS = ("working_lithium", "counter_lithium", "electrolyte_lithium", "double_layer_lithium")
"""Outputs that hold lithium; together they are all of it."""

FLUXES = {"working": "Working lithium flux [A.m-2]", "counter": "Counter lithium flux [A.m-2]"}
"""Lithium that leaves each foil by charge transfer, A/m2."""

PROFILE = "Salt concentration [mol.m-3]"

RESOLUTION_V = 5e-5
"""A trace is thinned until a straight line between two points is off by this much, V."""

RESOLUTION_J = 1e-3
"""The same for the current density, as a share of its value, to which 1 A/m2 is added."""


def observe(system: System, stretch: Stretch, inputs: Mapping[str, float]) -> dict[str, Array]:
    """Every output of the trace at every solved time of a stretch, and the two lithium fluxes."""
    wanted = list(TRACE.values()) + list(FLUXES.values())
    found = system.read(wanted, stretch.y, inputs)
    return {key: found[name] for key, name in (TRACE | FLUXES).items()}


def fluxes_between(system: System, stretch: Stretch, inputs: Mapping[str, float]) -> dict[str, Array]:
    """The lithium fluxes half-way between the solved times, from the cubic that joins states and their rates."""
    h = np.diff(stretch.t)
    y, dy = stretch.y, stretch.dy
    middle = (y[:, :-1] + y[:, 1:]) / 2 + h / 8 * (dy[:, :-1] - dy[:, 1:])
    found = system.read(list(FLUXES.values()), middle, inputs)
    return {key: found[name] for key, name in FLUXES.items()}


def into_reservoirs(fluxes: Mapping[str, Array]) -> dict[str, Flux]:
    """The flux of each reservoir.

    What leaves a foil by charge transfer enters the electrolyte or the double layer. The electrolyte loses at one
    face what it gains at the other, because the same current crosses both; the rest is in the double layers.
    """
    working, counter = fluxes["working"], fluxes["counter"]
    larger = np.maximum(np.abs(working), np.abs(counter))
    return {
        "working_lithium": Flux(-working, np.abs(working)),
        "counter_lithium": Flux(-counter, np.abs(counter)),
        "electrolyte_lithium": Flux(np.zeros_like(working), larger),
        "double_layer_lithium": Flux(working + counter, larger),
    }


def kept(t: Array, voltage: Array, current_density: Array) -> Array:
    """Indices of a stretch that carry its shape: a straight line between them is within `RESOLUTION_V` of the voltage and
    within `RESOLUTION_J` of the current density. Both ends are always kept.
    """
    in_voltage = _corners(t, voltage, np.full(len(t), RESOLUTION_V))
    return np.array(sorted(in_voltage | _corners(t, current_density, RESOLUTION_J * (np.abs(current_density) + 1))))


def _corners(t: Array, values: Array, tolerance: Array) -> set[int]:
    """Indices between which values are straight within a tolerance, by splitting at the worst point again and again."""
    chosen = {0, len(t) - 1}
    open_ranges = [(0, len(t) - 1)]
    while open_ranges:
        first, last = open_ranges.pop()
        if last - first < 2:
            continue
        inside = slice(first + 1, last)
        slope = (values[last] - values[first]) / (t[last] - t[first])
        error = np.abs(values[inside] - values[first] - slope * (t[inside] - t[first])) / tolerance[inside]
        worst = int(error.argmax())
        if error[worst] > 1:
            middle = first + 1 + worst
            chosen.add(middle)
            open_ranges += [(first, middle), (middle, last)]
    return chosen
