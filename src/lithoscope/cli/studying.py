"""`lithoscope reproduce` and `lithoscope claims`."""

from __future__ import annotations

import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from lithoscope.cli import output
from lithoscope.errors import InputError, StoreError, nearest
from lithoscope.result.store import check_writable
from lithoscope.run import progress_bar
from lithoscope.studies import NAMES, study

if TYPE_CHECKING:
    from lithoscope.studies.claims import Claim


def reproduce_study(name: str, to: Path, *, long: bool, show: bool, ship: bool, as_json: bool) -> None:
    """Run a study, write its report and its runs, and say what it found."""
    from lithoscope.studies.outcome import ship as put_into_package

    if ship and not long:
        raise InputError("--ship", "needs all runs", do="Leave out --no-long")
    chosen = study(name, long=long)
    _check_report(to / "report.html")
    with progress_bar(sys.stderr.isatty()) as report:
        outcome = chosen.run(report)
    page = outcome.report(to / "report.html")
    for label, result in outcome.runs.items():
        result.save(to / "runs" / label.replace(", ", "-").replace(" ", "-"), replace=True)
    if ship:
        put_into_package(outcome)
    if show:
        import webbrowser

        webbrowser.open(page.resolve().as_uri())
    if as_json:
        output.write_json({"report": str(page), "verdicts": str(page.with_name("verdicts.json")), "counts": outcome.counts})
        return
    output.say("\n" + "\n\n".join(each for each in outcome.answer if each) + "\n")
    output.say("  ".join(f"{word} {count}" for word, count in outcome.counts.items() if count))
    output.say(f"\nreport in {page}, verdicts in {page.with_name('verdicts.json')}, runs in {to / 'runs'}")


GENERATOR = '<meta name="generator" content="Lithoscope">'
"""In the head of every report, so that it is told from a page of somebody else."""


def _check_report(page: Path) -> None:
    """Raises StoreError if the report cannot be written, or would overwrite a page that Lithoscope did not write."""
    check_writable(page.parent)
    if page.exists() and GENERATOR not in page.read_text(encoding="utf-8", errors="replace"):
        raise StoreError(f"{page} exists and was not written by Lithoscope. Choose another folder: --to FOLDER.")


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
    _say_stale(stale)


def show_claim(identifier: str, *, as_json: bool) -> None:
    """All about one claim: what the paper says, what the runs say, and what decides."""
    from lithoscope.studies.claims import read_claims
    from lithoscope.studies.outcome import shipped
    from lithoscope.studies.verdict import MEANS, Word

    name = identifier.partition(".")[0]
    claims, (verdicts, is_current) = read_claims(study(name).name), shipped(name)
    rows = {row["id"]: row for row in verdicts}
    if identifier not in rows:
        listed = f"an id that `lithoscope claims {name}` lists"
        raise InputError("claim", f'= "{identifier}" is not known', expected=listed, do=nearest(identifier, rows))
    claim, row = claims[identifier], rows[identifier]
    stale = [] if is_current else [name]
    if as_json:
        output.write_json({"stale": stale, "claims": [{**row, "text": claim.text, "section": claim.section}]})
        return
    for label, text in (
        ("claim", identifier),
        ("text", claim.text),
        ("section", claim.section),
        ("reported", _reported(claim)),
        ("tolerance", f"{claim.tolerance}, {claim.tolerance.why}" if claim.tolerance else ""),
        ("predicted", _predicted(row, claim)),
        ("verdict", f"{row['verdict']}: {MEANS[Word(row['verdict'])]}"),
        ("decided by", row["decided_by"] or ""),
        ("note", row["note"]),
    ):
        if text:
            output.say(f"{label:<12}{text}")
    _say_stale(stale)


def _reported(claim: Claim) -> str:
    bounds = {"exact": "", "lower": "at least ", "upper": "at most "}
    return ", ".join(
        "stated" if isinstance(value, bool) else f"{bounds[claim.bound_of(n)]}{value:g} {claim.unit_of(n) or ''}".strip()
        for n, value in enumerate(claim.values)
    )


def _predicted(row: Mapping[str, Any], claim: Claim) -> str:
    """Each predicted value with its interval; empty where there is no model."""
    columns = (row[key] if isinstance(row[key], list) else [row[key]] for key in ("predicted", "low", "high"))
    parts = [
        "open" if value is None else f"{value:.4g} {claim.unit_of(n) or ''} ({_end(low)} to {_end(high)})"
        for n, (value, low, high) in enumerate(zip(*columns, strict=True))
    ]
    return ", ".join(parts) if set(parts) != {"open"} else ""


def _end(value: float | None) -> str:
    """An end of an interval; one that is not there has no bound."""
    return "no bound" if value is None else f"{value:.4g}"


def _say_stale(stale: Sequence[str]) -> None:
    for each in stale:
        output.say(f"These verdicts on {each} are older than the installed code. Make them again: lithoscope reproduce {each}")
