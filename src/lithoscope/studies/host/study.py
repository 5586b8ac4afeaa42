"""The study: one voltage and one capacity calibrate, all else is predicted, and the free choices of the front law are a map."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import TYPE_CHECKING

from lithoscope.physics.cell.worker import threads
from lithoscope.physics.contract import silent
from lithoscope.studies.claims import Claims, read_claims
from lithoscope.studies.host import confine, deposited, judging, lifepanels, living, mappanels, panels, tables
from lithoscope.studies.host.arithmetic import checked
from lithoscope.studies.host.findings import Findings, find
from lithoscope.studies.host.lives import Lives, live
from lithoscope.studies.outcome import Link, Outcome, Table
from lithoscope.studies.typeset import typeset
from lithoscope.studies.verdict import Verdict, Word, stated
from lithoscope.studies.work import Work

if TYPE_CHECKING:
    from lithoscope.physics.contract import Report
    from lithoscope.result import Result


@dataclass(frozen=True)
class HostStudy:
    """The study of the paper on the fibre host: voltages, impedance, confinement, thickness, composite, and lives.

    long  whether the map and the lives are run as well, which takes minutes; without them their claims stay pending
    """

    name: str = field(default="host", init=False)
    long: bool = True

    @cached_property
    def claims(self) -> Claims:
        """What the paper says."""
        return read_claims(self.name)

    def run(self, report: Report | None = None) -> Outcome:
        """Run the cells to a verdict on each claim. Takes minutes, or one without the long runs."""
        told = report or silent
        share = 0.3 if self.long else 1.0
        found = find(self.claims, lambda done, text: told(share * done, text))
        grown = deposited.studies()
        made = checked(self.claims) | judging.short(self.claims, found) | deposited.verdicts(self.claims, grown)
        first = Outcome(
            study=self.name,
            claims=self.claims,
            verdicts=[made.get(claim.id) or _pending(self.claims, claim.id) for claim in self.claims.claims],
            answer=[typeset(tables.answer(found, self.claims))],
            panels=panels.panels(found, self.claims),
            tables=(*tables.all_tables(found, self.claims), deposited.deposits(grown)),
            chain=_chain(),
            ranges=(*found.ranges, *found.moss),
            sensitivities=found.sensitivities,
            runs=found.runs,
        )
        if not self.long:
            return first
        return _with_long(first, found, lambda done, text: told(share + (1 - share) * done, text))


def _pending(claims: Claims, name: str) -> Verdict:
    needs = claims[name].needs
    return stated(claims[name], Word.PENDING, f"Needs {needs}." if needs else "Needs the long runs of this study.")


def _with_long(first: Outcome, found: Findings, report: Report) -> Outcome:
    """The outcome with the map and the lives."""
    with threads(2) as pool:
        work = Work(pool, report)
        spots = work.ask(confine.jobs(found.point, found.ranges, first.claims))
        drawn = work.ask(confine.references(found.point, found.ranges, first.claims))
        points = tuple(work.collect(spots, 0.0, 0.4).values())
        made = confine.gathered(points, work.collect(drawn, 0.4, 0.45))
        lives = live(work, first.claims, found.point, found.ranges, 0.45)
    verdicts = judging.confined(first.claims, made) | living.verdicts(lives, first.claims, found)
    shown, late = mappanels.panels(made, first.claims), lifepanels.panels(lives, first.claims)
    return replace(
        first,
        verdicts=[verdicts.get(verdict.id, verdict) for verdict in first.verdicts],
        answer=(*first.answer, typeset(tables.sentence(made).strip())),
        panels=(*first.panels[:2], *shown, *first.panels[2:-2], *late, *first.panels[-2:]),
        tables=(*living.tables(lives, found, first.claims), *first.tables, *_unsolved(work)),
        chain=(*first.chain, *living.chain()),
        runs={**first.runs, **_runs(made, lives)},
    )


def _runs(made: confine.Confined, lives: Lives) -> dict[str, Result]:
    """The long runs behind the figures."""
    return {
        **{f"{m} host, {t:g} um": r for (t, m), r in made.runs.items()},
        **({"host, emptied": made.emptied} if made.emptied else {}),
        **{f"bare, {g.mechanism.name}": g.bare for g in lives.grown},
        # A slash would end the name of a folder.
        **{f"two hosts, {name.replace('/cm2', '')}": r for name, r in lives.hosts.items()},
        **{f"perovskite bare, {name}": r for name, r in lives.beside.items()},
        **{f"LTO, {name}": r for name, r in lives.full.items()},
    }


def _unsolved(work: Work) -> tuple[Table, ...]:
    rows = tuple((each.what, each.words) for each in work.unsolved)
    return (Table("What was not solved", ("run", "how it ended"), rows, "These runs are in no number."),) if rows else ()


def _chain() -> tuple[Link, ...]:
    return (
        Link(("host.overpot.bare",), "interface of lithium", (judging.HOST1, judging.RATIO, judging.FLAT, judging.FADING)),
        Link(("host.capacity",), "lithium fraction of the composite", (judging.HOST1, judging.RATIO)),
        Link((judging.HOST1,), "height of the host's voltage", (judging.RATED,)),
    )
