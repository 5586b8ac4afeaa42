"""What the runs of the study give: three spectra calibrate, the rest is predicted over the ranges of the open parameters."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import brentq

from lithoscope.analysis.impedance import interface_resistance
from lithoscope.studies.perovskite.cells import MATERIALS, Reported, ranges
from lithoscope.studies.perovskite.runs import Runs
from lithoscope.studies.ranges import Point, Range, Sensitivity, at_values, explore
from lithoscope.studies.verdict import Prediction

if TYPE_CHECKING:
    from lithoscope.physics.contract import Report
    from lithoscope.result import Result
    from lithoscope.studies.claims import Claims

Array = NDArray[np.float64]

BARE_SPECTRUM, COATED_SPECTRA = "perovskite.eis.bare", "perovskite.eis.msc"
TIN, LEAD = "perovskite.sym.overpotential_msc", "perovskite.sym.overpotential_mpc"
AREA, INTERFACES = "electrode area", "interfaces counted"
CALIBRATED_ON = {"bare": (BARE_SPECTRUM,), "MASnCl3": (COATED_SPECTRA,), "MAPbCl3": (COATED_SPECTRA,)}
"""The claims that set the interfaces of each cell."""


@dataclass(frozen=True)
class Findings:
    """Everything that the runs of the study gave; figures, tables and verdicts are made from it.

    reported       what the cells are calibrated on
    ranges         the open parameters;  point: all at the value at which predictions are quoted
    runs           spectrum and first cycles of the three cells at that point;  wide: their spectra beyond the window
    overpotential  prediction of each cell, mV;  ratio: of lead over tin;  arc: width of the arcs in the window, ohm
    sensitivities  what each open parameter does to each prediction
    area_curves    overpotential of each cell over electrode areas: areas in cm2, mV with slowest and fastest kinetics
    area_needed    area at which each coated cell would show the reported overpotential, cm2
    """

    reported: Reported
    ranges: tuple[Range, ...]
    point: Point
    runs: dict[str, Result]
    wide: dict[str, Result]
    overpotential: dict[str, Prediction]
    ratio: Prediction
    arc: dict[str, Prediction]
    sensitivities: dict[str, tuple[Sensitivity, ...]]
    area_curves: dict[str, tuple[Array, Array, Array]]
    area_needed: dict[str, float]

    def interface_resistance(self, material: str) -> float:
        """Resistance of both interfaces, read off the simulated spectrum of a cell, ohm."""
        result = self.runs[material]
        return interface_resistance(result.spectra[0]) / result.area


def find(claims: Claims, report: Report) -> Findings:
    """Run everything that the study needs. Takes some seconds."""
    open_ranges, reported = ranges(), Reported.of(claims)
    point, runs = at_values(open_ranges), Runs(reported)
    full, wide = {}, {}
    for n, material in enumerate(MATERIALS):
        report(0.1 * n / 3, f"spectrum and first cycles, {material}")
        full[material] = runs.full(material, point)
        wide[material] = runs.wide_spectrum(material, point)
    over, arcs, moves = {}, {}, {}
    for n, material in enumerate(MATERIALS):
        report(0.1 + 0.5 * n / 3, f"ranges of the open parameters, {material}")
        calibrated, run_id = CALIBRATED_ON[material], full[material].manifest.run_id
        over[material], moves[f"overpotential, {material} / mV"] = explore(
            partial(runs.overpotential, material), open_ranges, calibrated=calibrated, run=run_id
        )
        arcs[material], moves[f"arc in the window, {material} / ohm"] = explore(
            partial(runs.arc, material), open_ranges, calibrated=calibrated, run=run_id
        )
    ratio, moves["overpotential of MAPbCl3 over MASnCl3"] = explore(
        lambda p: runs.overpotential("MAPbCl3", p) / runs.overpotential("MASnCl3", p),
        open_ranges, calibrated=CALIBRATED_ON["MAPbCl3"], run=full["MAPbCl3"].manifest.run_id,
    )  # fmt: skip
    report(0.6, "electrode areas")
    curves = {material: _area_curve(runs, material, point, open_ranges) for material in MATERIALS}
    needed = {m: _area_for(runs, m, point, float(claims[c].values[0])) for m, c in (("MASnCl3", TIN), ("MAPbCl3", LEAD))}
    report(0.9, "figures")
    return Findings(reported, open_ranges, point, full, wide, over, ratio, arcs, moves, curves, needed)


def _area_curve(runs: Runs, material: str, point: Point, open_ranges: tuple[Range, ...]) -> tuple[Array, Array, Array]:
    by_name = {r.name: r for r in open_ranges}
    areas = np.linspace(by_name[AREA].low, by_name[AREA].high, 9)
    i0 = by_name["exchange current density"]
    slow, fast = (
        np.array([runs.overpotential(material, {**point, AREA: float(a), i0.name: end}) for a in areas])
        for end in (i0.low, i0.high)
    )
    return areas, slow, fast


def _area_for(runs: Runs, material: str, point: Point, target: float) -> float:
    """The electrode area at which a cell has the overpotential `target`, cm2."""
    return float(brentq(lambda a: runs.overpotential(material, {**point, AREA: a}) - target, 0.1, 3.0, xtol=1e-3))
