"""`lithoscope reproduce` and `lithoscope claims`."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

from lithoscope.cli import output
from lithoscope.errors import InputError, nearest
from lithoscope.run import progress_bar
from lithoscope.studies import NAMES, study


def reproduce_study(name: str, to: Path, *, show: bool, ship: bool, as_json: bool) -> None:
    """Run a study, write its report and its runs, and say what it found."""
    from lithoscope.studies.outcome import ship as put_into_package

    chosen = study(name)
    with progress_bar(sys.stderr.isatty()) as report:
        outcome = chosen.run(report)
    page = outcome.report(to / "report.html")
    for label, result in outcome.runs.items():
        result.save(to / "runs" / label)
    if ship:
        put_into_package(outcome)
    if show:
        import webbrowser

        webbrowser.open(page.resolve().as_uri())
    if as_json:
        output.write_json({"report": str(page), "verdicts": str(page.with_name("verdicts.json")), "counts": outcome.counts})
        return
    output.say(f"\n{outcome.answer}\n")
    output.say("  ".join(f"{word} {count}" for word, count in outcome.counts.items() if count))
    output.say(f"\nreport in {page}, verdicts in {page.with_name('verdicts.json')}, runs in {to / 'runs'}")


def list_claims(name: str | None, verdict: str | None, *, as_json: bool) -> None:
    """List the claims of one or all studies with the verdicts that come with the package."""
    from lithoscope.studies.claims import read_claims
    from lithoscope.studies.outcome import shipped
    from lithoscope.studies.verdict import Word

    if verdict is not None and verdict not in list(Word):
        raise InputError(
            "--verdict", f'= "{verdict}" is not a verdict', expected=", ".join(Word), do=nearest(verdict, list(Word))
        )
    names = (study(name).name,) if name else NAMES
    rows: list[dict[str, Any]] = []
    stale = []
    for each in names:
        verdicts, is_current = shipped(each)
        texts = {claim.id: claim.text for claim in read_claims(each).claims}
        rows += [{**row, "text": texts[row["id"]]} for row in verdicts if verdict in (None, row["verdict"])]
        stale += [] if is_current else [each]
    if as_json:
        output.write_json({"stale": stale, "claims": rows})
        return
    output.table(
        "", ("claim", "scale", "verdict", "what the paper says"), [(r["id"], r["scale"], r["verdict"], r["text"]) for r in rows]
    )
    for each in stale:
        output.say(f"These verdicts on {each} are older than the installed code. Make them again: lithoscope reproduce {each}")
