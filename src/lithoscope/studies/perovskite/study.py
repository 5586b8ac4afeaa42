"""The study: three spectra calibrate, the overpotentials are predicted, and the electrode area is the question."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import TYPE_CHECKING

from lithoscope.physics.contract import silent
from lithoscope.studies.claims import Claims, read_claims
from lithoscope.studies.outcome import Link, Outcome
from lithoscope.studies.perovskite import (
    deposited,
    fanpanels,
    films,
    fullpanels,
    fulltables,
    fullverdicts,
    lifepanels,
    living,
    panels,
    tables,
)
from lithoscope.studies.perovskite.arithmetic import checked
from lithoscope.studies.perovskite.cells import (
    AREA,
    INTERFACES,
    MATERIALS,
    READING,
    conductivity_at,
    mobile_lithium,
)
from lithoscope.studies.perovskite.findings import (
    BARE_SPECTRUM,
    CALIBRATED_ON,
    COATED_SPECTRA,
    LEAD,
    TIN,
    Findings,
    find,
)
from lithoscope.studies.perovskite.fullcells import FullCells, cycle_full_cells
from lithoscope.studies.perovskite.fullspread import FullSpread, cycle_designs
from lithoscope.studies.perovskite.life import Lives, live
from lithoscope.studies.tables import ensembles
from lithoscope.studies.typeset import typeset
from lithoscope.studies.verdict import Prediction, Verdict, Word, compare, judged, stated

if TYPE_CHECKING:
    from lithoscope.physics.contract import Report


@dataclass(frozen=True)
class Perovskite:
    """The study of the perovskite paper: spectra, first cycles, area, film conductivity, and the lives of the cells.

    long  whether the lives and the full cells are run as well, which takes minutes; without them their claims stay pending
    """

    name: str = field(default="perovskite", init=False)
    long: bool = True

    @cached_property
    def claims(self) -> Claims:
        """What the paper says."""
        return read_claims(self.name)

    def run(self, report: Report | None = None) -> Outcome:
        """Run the cells to a verdict on each claim. Takes minutes, or one and a half without the long runs."""
        told = report or silent
        share = 0.15 if self.long else 1.0
        found = find(self.claims, lambda done, text: told(0.4 * share * done, text))
        first = Outcome(
            study=self.name,
            claims=self.claims,
            verdicts=_verdicts(self.claims, found),
            answer=[typeset(tables.answer(found, self.claims))],
            panels=panels.all_panels(found, self.claims),
            tables=tables.all_tables(found, self.claims),
            chain=_chain(),
            ranges=found.ranges,
            sensitivities=found.sensitivities,
            runs=found.runs,
        )
        first = deposited.added(films.added(first, lambda done, text: told(share * (0.4 + 0.6 * done), text), long=self.long))
        if not self.long:
            return first
        lives = live(self.claims, found.point, lambda done, text: told(0.15 + 0.45 * done, text))
        full = cycle_full_cells(self.claims, found.point, lives.required, lambda done, text: told(0.6 + 0.25 * done, text))
        designs = cycle_designs(self.claims, lives.joint, lambda done, text: told(0.85 + 0.15 * done, f"full cells: {text}"))
        return _with_full_cells(_with_lives(first, lives, found), full, designs)


def _with_lives(first: Outcome, lives: Lives, found: Findings) -> Outcome:
    """The outcome with what the long runs add."""
    made = living.verdicts(lives, first.claims, found.overpotential["MASnCl3"])
    return replace(
        first,
        verdicts=[made.get(verdict.id, verdict) for verdict in first.verdicts],
        answer=(*first.answer, typeset(living.sentence(lives, first.claims).strip())),
        panels=(*first.panels, *lifepanels.panels(lives, first.claims)),
        tables=(*living.tables(lives, first.claims), *first.tables),
        chain=(*first.chain, *living.chain()),
        runs={**first.runs, **lives.runs},
    )


def _with_full_cells(before: Outcome, full: FullCells, designs: FullSpread) -> Outcome:
    """The outcome with what the full cells add."""
    made = fullverdicts.verdicts(full, before.claims, designs)
    more = [ensembles(designs.sweeps)] if designs.sweeps else []
    shown = [fanpanels.capacities(designs, before.claims)] if len(designs) else []
    return replace(
        before,
        verdicts=[made.get(verdict.id, verdict) for verdict in before.verdicts],
        answer=(*before.answer, typeset(fulltables.sentence(full, before.claims).strip())),
        panels=(*before.panels, *fullpanels.panels(full, before.claims), *shown),
        tables=(*fulltables.tables(full, before.claims), *more, *before.tables),
        chain=(*before.chain, *fullverdicts.chain()),
    )


def _verdicts(claims: Claims, found: Findings) -> list[Verdict]:
    made = checked(claims) | _spectra(claims, found) | _overpotentials(claims, found)
    return [made.get(claim.id) or stated(claim, Word.PENDING, f"Needs {claim.needs}.") for claim in claims.claims]


def _spectra(claims: Claims, found: Findings) -> dict[str, Verdict]:
    """The three spectra: all of them calibrate."""
    n = found.point[INTERFACES]
    read = {m: found.interface_resistance(m) * n / 2 for m in MATERIALS}
    shown = {m: Prediction(v, v, v, None, CALIBRATED_ON[m], found.runs[m].manifest.run_id) for m, v in read.items()}
    alone = _on_the_film(found)
    return {
        BARE_SPECTRUM: judged(
            claims[BARE_SPECTRUM],
            [shown["bare"]],
            (
                "Sets the native film of the bare electrodes. The paper gives no overpotential of the bare cell: the "
                f"{found.overpotential['bare'].value:.0f} mV that follow are a prediction with nothing to compare with."
            ),
        ),
        COATED_SPECTRA: judged(claims[COATED_SPECTRA], [shown["MASnCl3"], shown["MAPbCl3"]], alone),
    }


def _on_the_film(found: Findings) -> str:
    """What the two coated spectra say about the film, and what they do not."""
    R, arc, point = found.reported, found.arc["MASnCl3"], found.point
    whole, shown = (conductivity_at(R, {**point, READING: reading}) for reading in (0.0, 1.0))
    fewest, most = mobile_lithium(whole)
    return (
        f"Calibrated on {R.tin:g} ohm alone, {R.lead:g} ohm would only be bounded: {R.tin:g} to {2 * R.tin:g} ohm, for a film "
        f"that costs nothing or everything. Both together give a film conductivity of {whole / 100:.2g} S/cm at "
        f"{point[AREA]:g} cm2 with both interfaces counted; the computed barrier needs {fewest:.2g} to {most:.2g} mobile "
        "lithium per unit cell for it, with attempt frequencies from 1e14 down to 1e12 1/s. Then the instrument's window shows "
        f"{arc.value:.0f} of the {R.tin:g} ohm ({arc.low:.0f} to {arc.high:.0f} ohm, decided by {arc.decided_by}). If the "
        f"reported resistances are themselves only what the window shows, the films have {shown / 100:.2g} S/cm."
    )


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
    return (
        f"{R:g} ohm cost {p.value:.0f} mV on {found.point[AREA]:g} cm2, {found.hidden[material]:.0f} mV if only what the "
        f"window shows was reported; 40 mV need a disc of {needed:.2f} cm2."
    )


def _contradicted(verdict: Verdict, found: Findings, claims: Claims) -> Verdict:
    R, tin, lead = found.reported, claims[TIN].band(0), claims[LEAD].band(0)
    widest = lead.high / tin.low
    note = (
        f"{verdict.note} By itself it would be {verdict.verdict}. Together: {R.lead:g} and {R.tin:g} ohm make the two "
        f"overpotentials differ by {found.ratio.value:.2f} ({found.ratio.low:.3f} to {found.ratio.high:.2f}, with "
        f"{claims[COATED_SPECTRA].tolerance} on each resistance) on any area, while both are reported as "
        f"{claims[TIN].values[0]:g} mV, which within {claims[TIN].tolerance} lets them differ by {widest:.3f} at most. At "
        f"worst the margin is {found.ratio.low / widest - 1:.1%}: bands of "
        f"±{(found.ratio.low - 1) / (found.ratio.low + 1):.1%} would meet. Either the interface resistance falls on cycling "
        "and to the same value in both cells, or the discs differ; the spectrum after cycling would tell."
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
