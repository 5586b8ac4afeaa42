"""The study: three spectra calibrate, the overpotentials are predicted, and the electrode area is the question."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import TYPE_CHECKING

from lithoscope.physics.contract import silent
from lithoscope.studies.claims import Claims, read_claims
from lithoscope.studies.outcome import Link, Outcome
from lithoscope.studies.perovskite import panels, tables
from lithoscope.studies.perovskite.arithmetic import checked
from lithoscope.studies.perovskite.cells import MATERIALS, film_conductivity, hopping_conductivity
from lithoscope.studies.perovskite.findings import (
    AREA,
    BARE_SPECTRUM,
    CALIBRATED_ON,
    COATED_SPECTRA,
    INTERFACES,
    LEAD,
    TIN,
    Findings,
    find,
)
from lithoscope.studies.verdict import Prediction, Verdict, Word, compare, judged, stated

if TYPE_CHECKING:
    from lithoscope.physics.contract import Report


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
        found = find(self.claims, report or silent)
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


def _verdicts(claims: Claims, found: Findings) -> list[Verdict]:
    made = checked(claims) | _spectra(claims, found) | _overpotentials(claims, found)
    return [made.get(claim.id) or stated(claim, Word.PENDING, f"Needs {claim.needs}.") for claim in claims.claims]


def _spectra(claims: Claims, found: Findings) -> dict[str, Verdict]:
    """The three spectra: all of them calibrate."""
    n = found.point[INTERFACES]
    read = {m: found.interface_resistance(m) * n / 2 for m in MATERIALS}
    shown = {m: Prediction(v, v, v, None, CALIBRATED_ON[m], found.runs[m].manifest.run_id) for m, v in read.items()}
    arc = found.arc["MASnCl3"]
    alone = (
        f"Calibrated on {found.reported.tin:g} ohm alone, {found.reported.lead:g} ohm would only be bounded: "
        f"{found.reported.tin:g} to {2 * found.reported.tin:g} ohm, for a film that costs nothing or everything. Both "
        f"together give a film conductivity of {film_conductivity(found.reported, found.point[AREA] * 1e-4, n) / 100:.2g} "
        f"S/cm at {found.point[AREA]:g} cm2; the computed barrier gives {hopping_conductivity(1.0) / 100:.2g} S/cm at one "
        f"lithium per cell. Of the {found.reported.tin:g} ohm the instrument's window shows {arc.value:.0f} ohm "
        f"({arc.low:.0f} to {arc.high:.0f}), decided by {arc.decided_by}."
    )
    return {
        BARE_SPECTRUM: judged(claims[BARE_SPECTRUM], [shown["bare"]], "Sets the native film of the bare electrodes."),
        COATED_SPECTRA: judged(claims[COATED_SPECTRA], [shown["MASnCl3"], shown["MAPbCl3"]], alone),
    }


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
        f"overpotentials differ by {found.ratio.value:.2f} ({found.ratio.low:.2f} to {found.ratio.high:.2f}) on any area, "
        f"while both are reported as {claims[TIN].values[0]:g} mV; the bands would have to be "
        f"±{(found.ratio.low - 1) / (found.ratio.low + 1):.0%} wide to meet. Either the interface resistance falls on "
        "cycling and to the same value in both cells, or the discs differ; the spectrum after cycling would tell."
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
