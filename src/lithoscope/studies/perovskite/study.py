"""The study: three spectra calibrate, the overpotentials are predicted, and the electrode area is the question."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from functools import cached_property, partial
from typing import TYPE_CHECKING

import numpy as np
from scipy.optimize import brentq

from lithoscope.analysis.impedance import interface_resistance
from lithoscope.physics.contract import silent
from lithoscope.studies.claims import Claims, read_claims
from lithoscope.studies.outcome import Link, Outcome
from lithoscope.studies.perovskite import panels, tables
from lithoscope.studies.perovskite.arithmetic import checked
from lithoscope.studies.perovskite.cells import MATERIALS, Reported, film_conductivity, hopping_conductivity, ranges
from lithoscope.studies.perovskite.runs import Runs
from lithoscope.studies.ranges import Point, Range, Sensitivity, at_values, explore
from lithoscope.studies.verdict import Prediction, Verdict, Word, compare, judged, stated

if TYPE_CHECKING:
    from lithoscope.physics.contract import Report
    from lithoscope.result import Result

SPECTRA = ("perovskite.eis.bare", "perovskite.eis.msc")
TIN, LEAD = "perovskite.sym.overpotential_msc", "perovskite.sym.overpotential_mpc"
AREA = "electrode area"


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
    area_curves: dict[str, tuple[np.ndarray, np.ndarray, np.ndarray]]
    area_needed: dict[str, float]


@dataclass(frozen=True)
class Perovskite:
    """The study of the perovskite paper, first part: spectra, first cycles, area and film conductivity."""

    name: str = field(default="perovskite", init=False)

    @cached_property
    def claims(self) -> Claims:
        """What the paper says."""
        return read_claims(self.name)

    def run(self, report: Report | None = None) -> Outcome:
        """Run the cells to a verdict on each claim. Takes some seconds."""
        found = _find(self.claims, report or silent)
        verdicts = _verdicts(self.claims, found)
        return Outcome(
            study=self.name,
            claims=self.claims,
            verdicts=verdicts,
            answer=tables.answer(found, self.claims),
            panels=panels.all_panels(found, self.claims),
            tables=tables.all_tables(found),
            chain=_chain(),
            ranges=found.ranges,
            sensitivities=found.sensitivities,
            runs=found.runs,
        )


def _find(claims: Claims, report: Report) -> Findings:
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
        calibrated = SPECTRA[:1] if material == "bare" else SPECTRA[1:]
        run_id = full[material].manifest.run_id
        over[material], moves[f"overpotential, {material} / mV"] = explore(
            partial(runs.overpotential, material), open_ranges, calibrated=calibrated, run=run_id
        )
        arcs[material], moves[f"arc in the window, {material} / ohm"] = explore(
            partial(runs.arc, material), open_ranges, calibrated=calibrated, run=run_id
        )
    ratio, moves["overpotential of MAPbCl3 over MASnCl3"] = explore(
        lambda p: runs.overpotential("MAPbCl3", p) / runs.overpotential("MASnCl3", p),
        open_ranges, calibrated=SPECTRA[1:], run=full["MAPbCl3"].manifest.run_id,
    )  # fmt: skip
    report(0.6, "electrode areas")
    curves = {material: _area_curve(runs, material, point, open_ranges) for material in MATERIALS}
    needed = {m: _area_for(runs, m, point, float(claims[c].values[0])) for m, c in (("MASnCl3", TIN), ("MAPbCl3", LEAD))}
    report(0.9, "figures")
    return Findings(reported, open_ranges, point, full, wide, over, ratio, arcs, moves, curves, needed)


def _area_curve(
    runs: Runs, material: str, point: Point, open_ranges: tuple[Range, ...]
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
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


def _verdicts(claims: Claims, found: Findings) -> list[Verdict]:
    made = checked(claims) | _spectra(claims, found) | _overpotentials(claims, found)
    return [made.get(claim.id) or stated(claim, Word.PENDING, f"Needs {claim.needs}.") for claim in claims.claims]


def _spectra(claims: Claims, found: Findings) -> dict[str, Verdict]:
    """The three spectra: all of them calibrate."""
    n = found.point["interfaces counted"]
    read = {m: found_resistance(found, m) * n / 2 for m in MATERIALS}
    as_predicted = {
        m: Prediction(v, v, v, None, SPECTRA[:1] if m == "bare" else SPECTRA[1:], found.runs[m].manifest.run_id)
        for m, v in read.items()
    }
    arc = found.arc["MASnCl3"]
    alone = (
        f"Calibrated on {found.reported.tin:g} ohm alone, {found.reported.lead:g} ohm would only be bounded: "
        f"{found.reported.tin:g} to "
        f"{2 * found.reported.tin:g} ohm, for a film that costs nothing or everything. Both together give a film "
        "conductivity of "
        f"{film_conductivity(found.reported, found.point[AREA] * 1e-4, n) / 100:.2g} S/cm at {found.point[AREA]:g} cm2; the "
        "computed "
        f"barrier gives {hopping_conductivity(1.0) / 100:.2g} S/cm at one lithium per cell. Of the {found.reported.tin:g} "
        "ohm the "
        f"instrument's window shows {arc.value:.0f} ohm ({arc.low:.0f} to {arc.high:.0f}), decided by {arc.decided_by}."
    )
    return {
        SPECTRA[0]: judged(claims[SPECTRA[0]], [as_predicted["bare"]], "Sets the native film of the bare electrodes."),
        SPECTRA[1]: judged(claims[SPECTRA[1]], [as_predicted["MASnCl3"], as_predicted["MAPbCl3"]], alone),
    }


def found_resistance(found: Findings, material: str) -> float:
    """Resistance of both interfaces read off the simulated spectrum of a cell, ohm."""
    result = found.runs[material]
    return interface_resistance(result.spectra[0]) / result.area


def _overpotentials(claims: Claims, found: Findings) -> dict[str, Verdict]:
    """Each overpotential by itself, and both together: the same disc cannot show both."""
    alone = {
        TIN: judged(claims[TIN], [found.overpotential["MASnCl3"]], _area_note(found, "MASnCl3")),
        LEAD: judged(claims[LEAD], [found.overpotential["MAPbCl3"]], _area_note(found, "MAPbCl3")),
    }
    limit = judged(claims["perovskite.sym.overpotential_abstract"], [found.overpotential["MASnCl3"], None],
                   f"The bound on the voltage is {_word_for_bound(claims, found)}; the life needs "
                   f"{claims['perovskite.sym.overpotential_abstract'].needs}.")  # fmt: skip
    tin, lead = (claims[c].band(0) for c in (TIN, LEAD))
    if found.ratio.low > lead.high / tin.low or found.ratio.high < lead.low / tin.high:
        alone = {key: _contradicted(verdict, found, claims) for key, verdict in alone.items()}
    return alone | {limit.id: limit}


def _word_for_bound(claims: Claims, found: Findings) -> Word:
    return compare(claims["perovskite.sym.overpotential_abstract"].band(0), found.overpotential["MASnCl3"])


def _area_note(found: Findings, material: str) -> str:
    p, R = found.overpotential[material], found.reported.resistance(material)
    needed = found.area_needed[material]
    return f"{R:g} ohm cost {p.value:.0f} mV on {found.point[AREA]:g} cm2; 40 mV need a disc of {needed:.2f} cm2."


def _contradicted(verdict: Verdict, found: Findings, claims: Claims) -> Verdict:
    R = found.reported
    note = (
        f"{verdict.note} By itself it would be {verdict.verdict}. Together: {R.lead:g} and {R.tin:g} ohm make the two "
        "overpotentials "
        f"differ by {found.ratio.value:.2f} ({found.ratio.low:.2f} to {found.ratio.high:.2f}) on any area, while both are "
        "reported as "
        f"{claims[TIN].values[0]:g} mV; the bands would have to be ±{(found.ratio.low - 1) / (found.ratio.low + 1):.0%} "
        "wide to meet. "
        "Either the interface resistance falls on cycling and to the same value in both cells, or the discs differ; the "
        "spectrum after "
        "cycling would tell."
    )
    return replace(verdict, verdict=Word.INCONSISTENT, note=note)


def _chain() -> tuple[Link, ...]:
    return (
        Link(("perovskite.eis.bare",), "native film of bare lithium", ("overpotential of the bare cell",)),
        Link(
            ("perovskite.eis.msc", "perovskite.film.thickness_sn"),
            "film conductivity; native film under the films",
            (TIN, LEAD, "perovskite.sym.overpotential_abstract"),
        ),
    )
