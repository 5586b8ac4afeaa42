"""Tables that every study has: where the lithium is, what is open, and what that does."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from lithoscope.studies.outcome import Table
from lithoscope.studies.ranges import leading
from lithoscope.units import MAH_PER_CM2

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from lithoscope.ensemble import Sweep
    from lithoscope.result import Result
    from lithoscope.studies.ranges import Range, Sensitivity
    from lithoscope.studies.verdict import Prediction


def ledgers(runs: Mapping[str, Result], after: str) -> Table:
    """Where the lithium of each cell is. after: what was run, as in "five cycles"."""
    rows = []
    for name_of_run, result in runs.items():
        ledger = result.ledger
        for name, r in ledger.reservoirs.items():
            amounts = (f"{x / MAH_PER_CM2:z.5f}" for x in (r.initial, r.final, r.passed))
            rows.append((name_of_run, name.replace("_lithium", "").replace("_", " "), *amounts, f"{r.mismatch:.0e}"))
        rows.append((name_of_run, "total", f"{ledger.initial / MAH_PER_CM2:.5f}", "", "", f"{ledger.residual:.0e}"))
    columns = ("cell", "reservoir", "start / mAh cm⁻²", "end / mAh cm⁻²", "passed / mAh cm⁻²", "closes to")
    remark = (
        f"Where the lithium is after {after}. A reservoir closes to the difference between its change and the "
        "quadrature of its flux, relative to what passed; the total to its largest change at any solved time, relative "
        "to the inventory."
    )
    return Table("Ledger", columns, tuple(rows), remark)


def opened(ranges: Sequence[Range], remark: str) -> Table:
    """The parameters that nobody measured."""
    rows = tuple(
        (
            r.name, r.symbol, r.quoted, r.extent, "" if r.unit == "1" else r.unit, r.distribution,
            f"{r.source} ({r.status or 'open'})",
        )
        for r in ranges
    )  # fmt: skip
    columns = ("parameter", "symbol", "value", "range", "unit", "values of the designs lie", "source")
    return Table("What is open", columns, rows, remark)


def ensembles(sweeps: Mapping[str, Sweep]) -> Table:
    """How the designs of each ensemble ended, and how far those that were checked are from single runs."""
    rows = tuple((name, _ends(sweep), f"{len(sweep.checked)}", f"{1e3 * sweep.error:.2g}", " ".join(sweep.notes) or "none")
                 for name, sweep in sweeps.items())  # fmt: skip
    remark = (
        "Thousands of designs are solved together by another integrator than the runs of this page, from the same equations. "
        "Some of each ensemble are solved singly as well; the number is their largest difference at the end of a step."
    )
    return Table("Ensembles", ("ensemble", "how its designs ended", "checked singly", "off by / mV", "notes"), rows, remark)


def _ends(sweep: Sweep) -> str:
    counts = Counter(status.word for status in sweep.statuses)
    return ", ".join(f"{count} {word}" for word, count in counts.most_common())


def moves(predictions: Mapping[str, Prediction], sensitivities: Mapping[str, Sequence[Sensitivity]]) -> tuple[Table, ...]:
    """What each open parameter does to each prediction, by the name of the prediction."""
    tables = []
    for key, prediction in predictions.items():
        rows = tuple(
            (s.parameter, f"{s.at_low:.4g}", f"{s.at_high:.4g}", f"{s.swing:.3g}") for s in leading(sensitivities[key])
        )
        ends = f"{prediction.low:.4g} to {prediction.high:.4g}"
        remark = (
            f"{prediction.value:.4g} at the quoted values; {ends} over all ranges together. Every other parameter moves it by "
            "less than 1 % of what the first does."
        )
        tables.append(Table(f"Sensitivity: {key}", ("parameter", "at its low end", "at its high end", "swing"), rows, remark))
    return tuple(tables)
