"""The films on steel, as a part of the study: their voltammograms and their conversion."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from lithoscope.studies.perovskite import depthverdicts, fanpanels, filmpanels, filmtables, filmverdicts
from lithoscope.studies.perovskite.converted import lithiate
from lithoscope.studies.perovskite.convertspread import spread_lithiations
from lithoscope.studies.perovskite.depth import resolve
from lithoscope.studies.perovskite.scanned import scan
from lithoscope.studies.perovskite.scanspread import spread_scans
from lithoscope.studies.tables import ensembles
from lithoscope.studies.typeset import typeset

if TYPE_CHECKING:
    from lithoscope.physics.contract import Report
    from lithoscope.studies.outcome import Outcome


def added(first: Outcome, report: Report, *, long: bool) -> Outcome:
    """An outcome with what the voltammograms and the lithiations add. Takes a minute.

    long  whether designs over all open numbers are scanned and lithiated as well, which takes some more
    """
    claims = first.claims
    seen = scan(claims, lambda done, text: report(0.35 * done, text))
    designs = spread_scans(seen.ranges, lambda done, text: report(0.35 + 0.4 * done, text)) if long else None
    if designs:
        seen = filmverdicts.informed(seen, designs, claims)
    done = lithiate(claims, lambda part, text: report(0.75 + 0.1 * part, text))
    if long:
        drawn = spread_lithiations(done.point, done.ranges, lambda part, text: report(0.85 + 0.12 * part, text))
        done = filmverdicts.informed_of_conversion(done, drawn, claims)
    deep = resolve(done, depthverdicts.SHOWS, lambda part, text: report(0.97 + 0.03 * part, text))
    made = filmverdicts.verdicts(seen, done, claims) | depthverdicts.verdicts(deep, done, claims)
    made[filmverdicts.LIMIT] = depthverdicts.with_lengths(made[filmverdicts.LIMIT], deep, done)
    steel = {f"{name}, voltammogram": result for name, result in seen.runs.items()}
    return replace(
        first,
        verdicts=[made.get(verdict.id, verdict) for verdict in first.verdicts],
        answer=(*first.answer, typeset(filmtables.sentence(seen, done, claims).strip())),
        panels=(
            *first.panels,
            *filmpanels.panels(seen, done, claims),
            depthverdicts.panel(deep, done),
            *([fanpanels.scans(designs, claims)] if designs else []),
        ),
        tables=(
            *first.tables,
            *filmtables.tables(seen, done),
            depthverdicts.table(deep),
            *([ensembles(designs.sweeps)] if designs else []),
        ),
        chain=(*first.chain, *filmtables.chain()),
        sensitivities={**first.sensitivities, **seen.sensitivities, **done.sensitivities, **deep.moves},
        runs={**first.runs, **steel, **done.runs, "tin film over its depth": deep.run},
    )
