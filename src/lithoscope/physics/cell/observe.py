"""From the raw state of a cell model to the named outputs of `result.names`."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from lithoscope.physics.cell.chunk import Array
from lithoscope.physics.ledger import Entry, Flux, entry, mismatch

if TYPE_CHECKING:
    from lithoscope.physics.cell.system import Stretch, System

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
    "working_bulk_lithium": "Working bulk lithium [C.m-2]",
    "counter_bulk_lithium": "Counter bulk lithium [C.m-2]",
    "working_mossy_lithium": "Working mossy lithium [C.m-2]",
    "counter_mossy_lithium": "Counter mossy lithium [C.m-2]",
    "working_dead_lithium": "Working dead lithium [C.m-2]",
    "counter_dead_lithium": "Counter dead lithium [C.m-2]",
    "working_film_lithium": "Working film lithium [C.m-2]",
    "counter_film_lithium": "Counter film lithium [C.m-2]",
    "working_surface_film_lithium": "Working surface film lithium [C.m-2]",
    "working_inserted_lithium": "Working inserted lithium [C.m-2]",
    "working_converted_lithium": "Working converted lithium [C.m-2]",
    "working_alloyed_lithium": "Working alloyed lithium [C.m-2]",
    "electrolyte_lithium": "Electrolyte lithium [C.m-2]",
    "free_electrolyte_lithium": "Free electrolyte lithium [C.m-2]",
    "double_layer_lithium": "Double-layer lithium [C.m-2]",
    "free_electrolyte": "Free electrolyte [m]",
    "free_salt_concentration": "Free salt concentration [mol.m-3]",
    "working_film_thickness": "Working bulk film thickness [m]",
    "counter_film_thickness": "Counter bulk film thickness [m]",
    "working_deposit_thickness": "Working deposit thickness [m]",
    "working_deposit_area": "Working deposit area",
    "working_coverage": "Working coverage",
    "working_converted_amount": "Working converted amount [mol.m-2]",
    "working_converted_share": "Working converted share",
    "working_nuclei": "Working nuclei [m-2]",
    "working_pit_area": "Working pit area",
    "counter_pit_area": "Counter pit area",
    "working_mossy_area": "Working mossy area",
    "counter_mossy_area": "Counter mossy area",
    "working_host_lithium": "Working host lithium [C.m-2]",
    "counter_host_lithium": "Counter host lithium [C.m-2]",
    "working_outgrown_lithium": "Working outgrown lithium [C.m-2]",
    "counter_outgrown_lithium": "Counter outgrown lithium [C.m-2]",
    "working_connected_lithium": "Working connected lithium [C.m-2]",
    "counter_connected_lithium": "Counter connected lithium [C.m-2]",
    "working_orphaned_lithium": "Working orphaned lithium [C.m-2]",
    "counter_orphaned_lithium": "Counter orphaned lithium [C.m-2]",
    "working_front_depth": "Working front depth [m]",
    "counter_front_depth": "Counter front depth [m]",
    "working_reaction_depth": "Working reaction depth [m]",
    "counter_reaction_depth": "Counter reaction depth [m]",
    "working_top_porosity": "Working porosity at the top",
    "counter_top_porosity": "Counter porosity at the top",
    "working_thickness_change": "Working thickness change [m]",
    "counter_thickness_change": "Counter thickness change [m]",
    "working_dead_layer_thickness": "Working dead layer thickness [m]",
    "counter_dead_layer_thickness": "Counter dead layer thickness [m]",
    "ionic_current_density": "Program ionic current density [A.m-2]",
    "leaked_charge": "Leaked charge [C.m-2]",
    "short_conductance": "Short conductance [S.m-2]",
    "open_circuit_voltage": "Open-circuit voltage [V]",
    "solvent_left": "Solvent left [mol.m-2]",
    "salt_left": "Salt left [mol.m-2]",
    "electrolyte_volume": "Electrolyte volume [m]",
    "electrolyte_used": "Electrolyte used [m]",
    "saturation": "Share of pores filled",
}
"""Output of the trace -> variable of the model, for all models; a model has those that make sense in it."""

POWERS = {
    "ohmic_resistance": "Ohmic power [W.m-2]",
    "film_resistance": "Film power [W.m-2]",
    "charge_transfer_resistance": "Charge-transfer power [W.m-2]",
    "transport_resistance": "Transport power [W.m-2]",
}
"""Share of the resistance -> what is dissipated in it."""

LEAK = {"leak_resistance": "Leak power [W.m-2]"}
"""The same for a short, where there is one."""

PROFILE = {
    "position": "Position [m]",
    "salt_concentration": "Salt concentration [mol.m-3]",
    "lithium_fraction": "Lithium fraction",
}
"""Output of the profiles -> variable of the model; a model has those that make sense in it."""

MOVING = "Lithium fraction"
"""Where lithium moves through the thickness, its profiles are kept during a step as well."""

FRAMES = 12
"""How often in a step."""

RESOLUTION_V = 5e-5
"""A trace is thinned until a straight line between two points is off by this much, V."""

RESOLUTION_J = 1e-3
"""The same for the current density, as a share of its value, to which 1 A/m2 is added."""


def outputs(system: System) -> dict[str, str]:
    """The outputs of the trace that this model has."""
    return {key: name for key, name in TRACE.items() if name in system.model.variables}


def powers(system: System) -> dict[str, str]:
    """The shares of the resistance that this model has."""
    return POWERS | {key: name for key, name in LEAK.items() if name in system.model.variables}


def reservoirs(system: System) -> tuple[str, ...]:
    """The outputs that hold lithium; together they are all of it."""
    inflows = {key: name.replace("[C.m-2]", "inflow [A.m-2]") for key, name in outputs(system).items() if "[C.m-2]" in name}
    return tuple(key for key, inflow in inflows.items() if inflow in system.model.variables)


def profiles(system: System, stretch: Stretch, inputs: Mapping[str, float]) -> dict[str, Array]:
    """Profiles at the end of a stretch, and during it where lithium moves: times from its start, s, and each output in the
    shape (times, cells).
    """
    wanted = {key: name for key, name in PROFILE.items() if name in system.model.variables}
    chosen = [len(stretch.t) - 1]
    if MOVING in wanted.values():
        within = np.searchsorted(stretch.t, stretch.t[-1] * np.arange(1, FRAMES) / FRAMES)
        chosen = sorted({*within.tolist(), *chosen})
    found = system.read(list(wanted.values()), stretch.y[:, chosen], inputs)
    return {"time": stretch.t[chosen]} | {key: found[name].T for key, name in wanted.items()}


def _flows(system: System) -> dict[str, tuple[str, str]]:
    """The variables of the net flux and of the turnover of each reservoir."""
    return {
        key: (TRACE[key].replace("[C.m-2]", "inflow [A.m-2]"), TRACE[key].replace("[C.m-2]", "turnover [A.m-2]"))
        for key in reservoirs(system)
    }


@dataclass(frozen=True, slots=True)
class Seen:
    """A stretch in named numbers at every solved time.

    outputs  of the trace, and the dissipated powers
    books    what the stretch did to each reservoir
    """

    outputs: Mapping[str, Array]
    books: Entry

    def mismatch(self, stretches: int) -> float:
        """Of the books, in a run of so many stretches; see `physics.ledger.mismatch`."""
        return mismatch(self.books, {name: float(self.outputs[name][0]) for name in self.books.final}, stretches)


def observe(system: System, stretch: Stretch, inputs: Mapping[str, float]) -> Seen:
    """Read everything off a stretch, its states once and the fluxes half-way between them."""
    wanted, flows = outputs(system) | powers(system), _flows(system)
    names = [name for pair in flows.values() for name in pair]
    found = system.read([*wanted.values(), *names], stretch.y, inputs)
    seen = {key: found[name] for key, name in wanted.items()}
    middles = _middles(stretch)
    between = system.read(names, middles, inputs) if middles.shape[1] else dict.fromkeys(names, np.empty(0))
    fluxes, fluxes_between = (
        {key: Flux(values[net], values[turnover]) for key, (net, turnover) in flows.items()} for values in (found, between)
    )
    return Seen(seen, entry(stretch.t, {key: seen[key] for key in flows}, fluxes, fluxes_between))


def _middles(stretch: Stretch) -> Array:
    """States half-way between the solved times, from the cubic that joins states and their rates."""
    h, y, dy = np.diff(stretch.t), stretch.y, stretch.dy
    return np.asarray((y[:, :-1] + y[:, 1:]) / 2 + h / 8 * (dy[:, :-1] - dy[:, 1:]))


def kept(t: Array, voltage: Array, current_density: Array) -> Array:
    """Indices of a stretch that carry its shape: a straight line between them is within `RESOLUTION_V` of the voltage and
    within `RESOLUTION_J` of the current density. Both ends are always kept.
    """
    corners = _corners(t, voltage, np.full(len(t), RESOLUTION_V))
    return np.union1d(corners, _corners(t, current_density, RESOLUTION_J * (np.abs(current_density) + 1)))


def _corners(t: Array, values: Array, tolerance: Array) -> NDArray[np.intp]:
    """Indices between which values are straight within a tolerance: every line that is not is split at its worst point, all of
    them at once, until none is left.
    """
    chosen = np.array([0, len(t) - 1])
    while True:
        error = np.abs(values - np.interp(t, t[chosen], values[chosen])) / tolerance
        worst = np.maximum.reduceat(error, chosen[:-1])
        if not np.any(worst > 1):
            return chosen
        line = np.searchsorted(chosen, np.arange(len(t)), side="right").clip(max=len(worst)) - 1
        splits = np.flatnonzero((error > 1) & (error == worst[line]))
        chosen = np.union1d(chosen, splits)
