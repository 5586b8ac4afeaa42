"""What the runs of the study give: three spectra calibrate, the rest is predicted over the ranges of the open parameters."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import brentq

from lithoscope.studies.perovskite.cells import AREA, KINETICS, MATERIALS, READING, RESISTANCE, Reported, ranges
from lithoscope.studies.perovskite.ensembles import Ensembles, spread
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
CALIBRATED_ON = {"bare": (BARE_SPECTRUM,), "MASnCl3": (COATED_SPECTRA,), "MAPbCl3": (COATED_SPECTRA,)}
"""The claims that set the interfaces of each cell."""


@dataclass(frozen=True)
class AreaCurve:
    """A prediction over electrode areas: areas cm2, value, low and high mV."""

    area: Array
    value: Array
    low: Array
    high: Array


@dataclass(frozen=True)
class Findings:
    """Everything that the runs of the study gave; figures, tables and verdicts are made from it.

    reported       what the cells are calibrated on
    ranges         the open parameters;  point: all at the value at which predictions are quoted
    runs           spectrum and first cycles of the three cells at that point;  wide: their spectra beyond the window
    overpotential  prediction of each cell, mV;  ratio: of lead over tin;  arc: width of the arcs in the window, ohm
    hidden         overpotential of each cell if what is reported is only what the window shows, mV
    sensitivities  what each open parameter does to each prediction
    area_curves    overpotential of each coated cell over electrode areas, mV: at the quoted values, and the ends that the
                   tolerance of its resistance and the range of the kinetics leave
    ensembles      the first cycle of designs that are spread over all ranges at once
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
    hidden: dict[str, float]
    sensitivities: dict[str, tuple[Sensitivity, ...]]
    area_curves: dict[str, AreaCurve]
    ensembles: Ensembles
    area_needed: dict[str, float]

    def interface_resistance(self, material: str) -> float:
        """Resistance of both interfaces, read off the simulated spectrum of a cell, ohm."""
        return self.runs[material].interface_resistance(0)


def find(claims: Claims, report: Report) -> Findings:
    """Run everything that the study needs. Takes some seconds."""
    open_ranges, reported = ranges(claims), Reported.of(claims)
    point, runs = at_values(open_ranges), Runs(claims)
    full, wide, hidden = {}, {}, {}
    for n, material in enumerate(MATERIALS):
        report(0.1 * n / 3, f"spectrum and first cycles, {material}")
        full[material] = runs.full(material, point)
        wide[material] = runs.wide_spectrum(material, point)
        hidden[material] = runs.overpotential(material, {**point, READING: 1.0})
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
    designs = spread(claims, open_ranges, lambda done, text: report(0.6 + 0.2 * done, text))
    for material, claim in (("bare", None), ("MASnCl3", TIN), ("MAPbCl3", LEAD)):
        over[material] = designs.voltage[material].added_to(over[material], claims[claim].band(0) if claim else None)
    ratio = designs.ratio.added_to(ratio)
    report(0.8, "electrode areas")
    curves = {material: _area_curve(runs, material, point, open_ranges) for material in MATERIALS[1:]}
    needed = {m: _area_for(runs, m, point, float(claims[c].values[0])) for m, c in (("MASnCl3", TIN), ("MAPbCl3", LEAD))}
    report(0.95, "figures")
    return Findings(reported, open_ranges, point, full, wide, over, ratio, arcs, hidden, moves, curves, designs, needed)


def _area_curve(runs: Runs, material: str, point: Point, open_ranges: tuple[Range, ...]) -> AreaCurve:
    by_name = {r.name: r for r in open_ranges}
    areas = np.linspace(by_name[AREA].low, by_name[AREA].high, 9)
    i0, R = by_name[KINETICS], by_name[RESISTANCE[material]]
    ends: tuple[dict[str, float], ...] = ({}, {i0.name: i0.low, R.name: R.low}, {i0.name: i0.high, R.name: R.high})
    curves = (np.array([runs.overpotential(material, {**point, AREA: float(a), **end}) for a in areas]) for end in ends)
    return AreaCurve(areas, *curves)


def _area_for(runs: Runs, material: str, point: Point, target: float) -> float:
    """The electrode area at which a cell has the overpotential `target`, cm2."""
    return float(brentq(lambda a: runs.overpotential(material, {**point, AREA: a}) - target, 0.1, 3.0, xtol=1e-3))
