"""Half-cycles and cycles in the numbers by which they are compared."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from lithoscope.physics.cell.chunk import Array
from lithoscope.physics.cell.observe import LEAK, POWERS
from lithoscope.result.names import STEP_ENDS

Mask = NDArray[np.bool_]

SHAPE = ("start_peak_voltage", "valley_voltage", "plateau_voltage", "end_peak_voltage")
"""Numbers of the voltage of a half-cycle, as magnitudes, V."""


def shape(t: Array, voltage: Array) -> dict[str, float]:
    """The voltage of a half-cycle as peak, valley, plateau and peak, magnitudes, V.

    t, voltage  of a step under constant current, s and V, shape (n,)

    Start peak: the largest in the first half of the time. Valley: the least after it. End peak: the largest after the valley.
    Plateau: the mean over the middle half of the time. A voltage that only falls has its end peak at the valley, one that only
    rises its start peak: what arcs has no peaks. What has another sign than the end counts as zero.
    """
    # What still has the sign of the half-cycle before is the double layer and not a peak.
    magnitude, elapsed = np.maximum(voltage * np.sign(voltage[-1]), 0.0), t - t[0]
    half, quarters = elapsed <= elapsed[-1] / 2, np.linspace(elapsed[-1] / 4, 3 * elapsed[-1] / 4, 101)
    peak = int(np.argmax(magnitude[half]))
    valley = peak + int(np.argmin(magnitude[peak:]))
    plateau = float(np.mean(np.interp(quarters, elapsed, magnitude)))
    values = (float(magnitude[peak]), float(magnitude[valley]), plateau, float(magnitude[valley:].max()))
    return dict(zip(SHAPE, values, strict=True))


def resistances(t: Array, current_density: Array, powers: Mapping[str, Array]) -> dict[str, float]:
    """What a step dissipates in each part, as a resistance, int P dt / int J^2 dt, ohm m2.

    powers  dissipated power by the name of the resistance, W/m2, shape (n,)
    They add up to int V J dt / int J^2 dt, but for what charges films and double layers.
    """
    squared = float(np.trapezoid(current_density**2, t))
    return {name: float(np.trapezoid(power, t)) / squared for name, power in powers.items()}


def per_cycle(
    steps: Mapping[str, Array], contents: Mapping[str, Array], initial: Mapping[str, float], driven: Mask
) -> dict[str, Array]:
    """One row for each cycle, from the table of steps.

    steps     its columns
    contents  of the reservoirs at the end of each step, C/m2;  initial  at the start
    driven    which steps are under constant current
    Returns shape and resistances as means over the half-cycles of a cycle; the lithium that died and that went into films on
    both electrodes, C/m2; and the efficiency 1 - (died + filmed) / plated, where what is plated on one electrode or the other
    is the charge that passed without what leaked: electrons that pass a short plate nothing. Its share is `leaked_share`.
    Of a working electrode that had no lithium at assembly only what is plated on it counts, and where it is stripped to a
    voltage the Coulombic efficiency says what came back, stripped / plated.
    """
    empty = initial.get("working_lithium") == 0
    numbers = np.unique(steps["cycle"][np.logical_and(driven, steps["cycle"] > 0)]).astype(int)
    rows: dict[str, list[float]] = {}
    for cycle in numbers:
        inside = np.flatnonzero(steps["cycle"] == cycle)
        halves = inside[driven[inside]]
        lost = {kind: _gained(kind, inside, contents, initial) for kind in ("dead", "film")}
        charge = steps["charge"][halves]
        ions = charge - steps["leaked"][halves] if "leaked" in steps else charge
        plated = float(np.sum(np.maximum(-ions, 0) if empty else np.abs(ions)))
        row = {name: float(np.mean(steps[name][halves])) for name in (*SHAPE, *POWERS, *LEAK) if name in steps}
        if "leaked" in steps:
            passed = float(np.sum(np.abs(charge)))
            row["leaked_share"] = 1 - float(np.sum(np.abs(ions))) / passed if passed else np.nan
        row |= {f"{kind}_lithium_made": amount for kind, amount in lost.items()}
        row["efficiency"] = 1 - sum(lost.values()) / plated if plated else np.nan
        if empty:
            row["coulombic_efficiency"] = _came_back(charge, steps["ended"][halves])
        for name, value in row.items():
            rows.setdefault(name, []).append(value)
    return {"cycle": numbers} | {name: np.array(values) for name, values in rows.items()}


def _came_back(charge: Array, ended: Array) -> float:
    """Coulombic efficiency of a cycle, stripped / plated; not a number if nothing was plated or stripping had another end.

    charge  of its half-cycles, C/m2, positive strips;  ended  codes of what ended them
    """
    stripped, plated = float(np.sum(np.maximum(charge, 0))), float(np.sum(np.maximum(-charge, 0)))
    to_a_voltage = np.any((charge > 0) & (ended == STEP_ENDS.index("voltage above")))
    return stripped / plated if plated and to_a_voltage else np.nan


def _gained(kind: str, inside: NDArray[np.intp], contents: Mapping[str, Array], initial: Mapping[str, float]) -> float:
    """What the reservoirs of a kind gained in the steps of one cycle, both electrodes together, C/m2."""
    first, last = int(inside[0]), int(inside[-1])
    names = [name for name in contents if name.endswith(f"_{kind}_lithium")]
    before = {name: contents[name][first - 1] if first else initial[name] for name in names}
    return float(sum(contents[name][last] - before[name] for name in names))


def charge_and_discharge(
    steps: Mapping[str, Array], trace: Mapping[str, Array], cycles: Array, driven: Mask
) -> dict[str, Array]:
    """What full cells are compared by, one row for each cycle.

    steps   columns of the table of steps;  trace: columns of the trace;  cycles: which;  driven: as above
    Returns charge and discharge capacity, C/m2, and the mean voltages at which they pass, V, where charging is a positive
    current; the Coulombic efficiency, which is the second of the two capacities over the first in the order in which the cycle
    runs them; the efficiency of the lithium, 1 - (what the metal lost) / (what was plated), where it loses what was not
    stripped; and lithium, C/m2, and solvent, mol/m2, that are left at the end. A cycle without one of the two halves has nan.
    """
    rows = [_full_cycle(steps, trace, int(number), driven) for number in cycles]
    return {name: np.array([row[name] for row in rows]) for name in rows[0]} if rows else {}


def _full_cycle(steps: Mapping[str, Array], trace: Mapping[str, Array], number: int, driven: Mask) -> dict[str, float]:
    inside = np.flatnonzero(np.logical_and(steps["cycle"] == number, driven))
    charge, voltage = steps["charge"][inside], steps["mean_voltage"][inside]
    capacity = {"charge": float(charge[charge > 0].sum()), "discharge": float(-charge[charge < 0].sum())}
    mean = {
        kind: float(np.sum(np.abs(charge[of]) * voltage[of]) / capacity[kind]) if capacity[kind] else np.nan
        for kind, of in (("charge", charge > 0), ("discharge", charge < 0))
    }
    order = [kind for kind in ("charge", "discharge") if capacity[kind]]
    moved = charge[charge != 0]
    if len(order) == 2 and moved[0] < 0:
        order.reverse()
    at = np.flatnonzero(trace["cycle"] == number)
    metal = trace["counter_lithium"][at]
    lost = float(charge.sum()) - float(metal[-1] - metal[0])
    return {
        "charge_capacity": capacity["charge"],
        "discharge_capacity": capacity["discharge"],
        "mean_charge_voltage": mean["charge"],
        "mean_discharge_voltage": mean["discharge"],
        "coulombic_efficiency": capacity[order[1]] / capacity[order[0]] if len(order) == 2 else np.nan,
        "efficiency": 1 - lost / capacity["charge"] if capacity["charge"] else np.nan,
        "lithium_left": float(metal[-1]),
        "solvent_left": float(trace["solvent_left"][at[-1]]),
    }
