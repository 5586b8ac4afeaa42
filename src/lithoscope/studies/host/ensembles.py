"""Two hosts and the bare cell at points that are spread over all open numbers at once.

The matrix couples every cell of a host with all others, so that hosts are solved one by one, in two processes; foils with moss
run as one ensemble. Thirty-two designs are too few for indices: the leading numbers are named by rank correlation.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from lithoscope.ensemble import sweep
from lithoscope.errors import End, InputError
from lithoscope.physics.cell import PorousHost
from lithoscope.protocol import Program, Spectrum
from lithoscope.sensitivity import scattered
from lithoscope.studies.host.cells import two_hosts
from lithoscope.studies.host.runs import EARLY_CYCLES, MOSSY, RATES, Half, bump, cycled, half_cycle, mossy_cell
from lithoscope.studies.ranges import Point
from lithoscope.studies.spread import Scatter
from lithoscope.units import MAH_PER_CM2

if TYPE_CHECKING:
    from lithoscope.design import Cell
    from lithoscope.ensemble import Sweep
    from lithoscope.physics.contract import Report
    from lithoscope.studies.claims import Claims
    from lithoscope.studies.ranges import Range

Array = NDArray[np.float64]

DESIGNS = 32
"""Designs that are drawn, a power of two."""

COARSER = PorousHost(cells=20)
"""Half of the volumes of the other runs: the voltage at 5 mA/cm2 differs by 1 %, and by 9 % with the densest pores."""

SAMPLES = 50
"""Times in a half-cycle at which the voltage is taken."""


@dataclass(frozen=True, eq=False)
class Drawn:
    """What the designs show.

    sweeps         their runs, by name;  refused: designs that no cell can be
    overpotential  of two hosts, by current density, mV;  rising: over that at 1 mA/cm2
    fresh, aged    resistance of a foil over that of a host: fresh, and after ten cycles with moss
    fading         height of the voltage peaks of a foil with moss in its first cycle over that after ten
    """

    sweeps: Mapping[str, Sweep]
    refused: int
    overpotential: Mapping[float, Scatter]
    rising: Mapping[float, Scatter]
    fresh: Scatter
    aged: Scatter
    fading: Scatter

    def at(self, current: float) -> Sweep:
        """The ensemble of two hosts at a current density, mA/cm2."""
        return self.sweeps[_name(current)]

    def trace(self, current: float) -> tuple[Array, Array]:
        """Charge, mAh/cm2, and magnitude of the voltage, mV, in the first half-cycle; shapes (times,) and (designs, times)."""
        return np.linspace(0, 1, SAMPLES + 1)[1:], 1e3 * np.abs(_volts(self.at(current), -1))[:, 1:]


def draw(claims: Claims, known: Sequence[Range], moss: Sequence[Range], report: Report) -> Drawn:
    """Run the designs. Takes a minute or two."""
    columns = scattered({each.name: each for each in (*known, *moss)}, DESIGNS)
    points: list[Point] = [dict(zip(columns, row, strict=True)) for row in zip(*columns.values(), strict=True)]
    pairs = [(point, *cells) for point in points if (cells := _possible(point, known, claims))]
    whole = {name: [point[name] for point, _, _ in pairs] for name in columns}
    open_host = {each.name: whole[each.name] for each in known}
    hosts, sweeps = [host for _, host, _ in pairs], {}
    for n, current in enumerate(RATES):
        report(0.25 * n, f"{len(pairs)} designs of two hosts, {current:g} mA/cm2")
        program = Program([*((Spectrum(),) if not n else ()), half_cycle(current)])
        sweeps[_name(current)] = sweep(hosts, program, model=COARSER, samples=SAMPLES, backend="single", progress=False)
    report(0.75, f"{len(pairs)} designs of foils with moss")
    foils = sweep([foil for _, _, foil in pairs], cycled(EARLY_CYCLES), model=MOSSY, samples=SAMPLES, progress=False)
    volt = {current: _mean(sweeps[_name(current)]) for current in RATES}
    host, first, last = _resistance(sweeps[_name(RATES[0])], 0), _resistance(foils, 0), _resistance(foils, 1)
    return Drawn(
        {**sweeps, "foils with moss": foils},
        DESIGNS - len(pairs),
        {current: Scatter(open_host, v) for current, v in volt.items()},
        {current: Scatter(open_host, volt[current] / volt[RATES[0]]) for current in RATES[1:]},
        Scatter(open_host, first / host),
        Scatter(whole, last / host),
        Scatter(whole, _fallen(foils)),
    )


def _name(current: float) -> str:
    return f"two hosts, {current:g} mA/cm2"


def _possible(point: Point, known: Sequence[Range], claims: Claims) -> tuple[Cell, Cell] | None:
    """Two hosts and the bare cell at a point, or None if its numbers contradict each other."""
    try:
        cells = two_hosts(point, tuple(known), claims), mossy_cell(point, known)
        COARSER.values(cells[0])
        MOSSY.values(cells[1])
    except InputError:
        return None
    return cells


def _volts(found: Sweep, step: int) -> Array:
    """Voltage in a step, V, shape (designs, samples); NaN for designs that did not come to its end."""
    ended = np.array([status.end is End.COMPLETED for status in found.statuses])
    volts: Array = np.where(ended[:, None], found["voltage_trace"].values[:, step], np.nan)
    return volts


def _mean(found: Sweep) -> Array:
    """Mean magnitude of the voltage of the last step, mV; all of its designs pass the same charge in the same time."""
    mean: Array = 1e3 * np.trapezoid(np.abs(_volts(found, -1)), dx=1 / SAMPLES, axis=1)
    return mean


def _resistance(found: Sweep, spectrum: int) -> Array:
    """Of the working electrode at the lowest frequency, ohm m2."""
    seen: Array = found["working_real_impedance"].values[:, spectrum, -1]
    return seen


def _fallen(foils: Sweep) -> Array:
    """Height of the voltage peaks in the first half-cycle over that in the same of the last cycle."""
    charge = np.linspace(0, 1, SAMPLES + 1)[1:] * MAH_PER_CM2
    heights = [[_height(charge, row) for row in _volts(foils, step)] for step in (1, -3)]
    fallen: Array = np.array(heights[0]) / np.array(heights[1])
    return fallen


def _height(charge: Array, volts: Array) -> float:
    return bump(Half(charge, np.abs(volts[1:]))) if np.isfinite(volts).all() else np.nan
