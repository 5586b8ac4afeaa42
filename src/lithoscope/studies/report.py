"""The report of a study: one self-contained page that prints well and needs neither network nor scripts."""

from __future__ import annotations

from importlib import metadata
from typing import TYPE_CHECKING

from jinja2 import Environment, PackageLoader, StrictUndefined, select_autoescape
from markupsafe import Markup

from lithoscope.studies.typeset import typeset
from lithoscope.studies.verdict import MEANS, Verdict, Word

if TYPE_CHECKING:
    from lithoscope.studies.outcome import Outcome, Panel


SHOWN = 3
"""Leading parameters that a row names."""


def page(outcome: Outcome) -> str:
    """The report as HTML text."""
    environment = Environment(
        loader=PackageLoader("lithoscope.studies", "templates"),
        autoescape=select_autoescape(["html"]),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters |= {"number": number, "interval": interval, "spread": spread, "slug": slug, "print": typeset}
    return environment.get_template("report.html").render(
        outcome=outcome,
        claims={claim.id: claim for claim in outcome.claims.claims},
        means={str(word): text for word, text in MEANS.items()},
        words=[str(word) for word in reversed(Word)],
        rows=sorted(outcome.verdicts, key=lambda verdict: verdict.verdict is Word.PENDING),
        scales=list(dict.fromkeys(verdict.scale for verdict in outcome.verdicts)),
        picture=_picture,
        version=metadata.version("lithoscope"),
    )


def _picture(panel: Panel) -> Markup:
    """The SVG of a panel; it is made by this package and by nobody else, so it may stand as it is.

    The ids inside a figure are made local to it, because several figures share a page.
    """
    local = (
        panel.svg.replace('id="', f'id="{panel.key}-')
        .replace('href="#', f'href="#{panel.key}-')
        .replace("url(#", f"url(#{panel.key}-")
    )
    return Markup(local)  # noqa: S704


def number(value: float | bool | None) -> str:
    """A number as a table shows it; a statement without a number as a tick."""
    if value is None:
        return "–"
    if isinstance(value, bool):
        return "stated"
    return f"{value:.4g}"


def interval(verdict: Verdict) -> str:
    """What was predicted, with its interval and unit, value by value."""
    parts = []
    for n, (value, low, high) in enumerate(zip(verdict.predicted, verdict.low, verdict.high, strict=True)):
        unit = verdict.unit[n] if isinstance(verdict.unit, tuple) else verdict.unit
        tail = f" {unit}" if unit not in (None, "1") else ""
        if value is None:
            parts.append("–")
        elif low is not None and high is not None and high - low <= 1e-9 * abs(value):
            parts.append(f"{number(value)}{tail}")
        else:
            ends = ("−∞" if low is None else f"{low:.3g}", "∞" if high is None else f"{high:.3g}")
            parts.append(f"{value:.3g} ({' to '.join(ends)}){tail}")
    return ", ".join(parts) or "–"


def spread(verdict: Verdict) -> str:
    """What was predicted over designs that are spread over all ranges, value by value; empty if nothing was."""
    parts = []
    for n, seen in enumerate(verdict.sampled):
        if seen is None:
            continue
        unit = verdict.unit[n] if isinstance(verdict.unit, tuple) else verdict.unit
        tail = f" {unit}" if unit not in (None, "1") else ""
        low, high = ("−∞" if seen.low is None else f"{seen.low:.3g}", "∞" if seen.high is None else f"{seen.high:.3g}")
        inside = "" if seen.inside is None else f"; {seen.inside:.0%} as reported"
        leading = ", ".join(f"{name} {value:.2f}" for name, value in seen.leading[:SHOWN])
        led = f"; {seen.by}: {leading}" if leading else ""
        parts.append(f"90 % of {seen.designs} designs: {low} to {high}{tail}{inside}{led}")
    return ". ".join(parts)


def slug(text: str) -> str:
    """A text as part of a CSS class."""
    return text.replace(" ", "-")
