"""`lithoscope deposits`: the ready runs of the phase field, what their grids say, and making them again."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from lithoscope.cli import output
from lithoscope.errors import InputError
from lithoscope.run import progress_bar

if TYPE_CHECKING:
    from lithoscope.studies.deposits.ready import Ready


def show_deposits(name: str | None, to: Path | None, *, make: bool, ship: bool, as_json: bool) -> None:
    """List the ready runs, show one, or make one again, or all of a pattern."""
    from lithoscope.studies.deposits import kept
    from lithoscope.studies.deposits.ready import READY, matching, named

    if name is None:
        if make:
            raise InputError("--make", "needs the name of a ready run", expected=", ".join(ready.name for ready in READY),
                             do=f"Write lithoscope deposits {READY[0].name} --make")  # fmt: skip
        _list(as_json=as_json)
        return
    folder = kept.shipped_folder() if ship else to or Path("deposits")
    if make and set(name) & set("*?["):
        _make_all(matching(name), folder)
        return
    if make:
        from lithoscope.studies.deposits.making import make as make_again

        with progress_bar(sys.stderr.isatty()) as report:
            study = make_again(named(name), report)
        path, is_current = kept.write(study, folder), True
    else:
        (study, is_current), path = kept.shipped(name), None
    if as_json:
        output.write_json({"name": name, "stale": not is_current, "numbers": kept.summary(study), "file": str(path or "")})
        return
    of = named(name)
    output.say(f"{name}: {of.cell}, {of.program}, {of.model}\nfilm: {of.film}\n")
    output.table(
        "",
        ("cells / nm", "seed", "ended", "thickness over dense", "roughness / um", "largest area", "wall / s"),
        [(f"{r.size:g}", str(r.seed), r.ended, *(f"{r.numbers[key]:.4g}" for key in ("thickness_ratio", "roughness",
          "largest_area")), f"{r.wall:.0f}") for r in study.runs],
    )  # fmt: skip
    for each in kept.summary(study):
        output.say(f"{each['name']}: {each['words']}")
    for note, sizes in kept.noted(study).items():
        output.say(f"Noted with cells of {sizes}: {note}")
    for run in study.unusable:
        output.say(f"Not used, cells of {run.size:g} nm, seed {run.seed}: {run.sentence}")
    if path:
        output.say(f"\nwritten to {path}")
    _say_stale(name, is_current=is_current)


def _make_all(readies: Sequence[Ready], folder: Path) -> None:
    """Make several again in one process: runs of one film on one grid are compiled once."""
    from lithoscope.studies.deposits import kept
    from lithoscope.studies.deposits.making import make as make_again

    for n, ready in enumerate(readies):
        with progress_bar(sys.stderr.isatty()) as report:
            study = make_again(ready, report)
        output.say(f"{n + 1} of {len(readies)}: {kept.write(study, folder)}")


def _list(*, as_json: bool) -> None:
    from lithoscope.studies.deposits import kept
    from lithoscope.studies.deposits.ready import READY

    rows = []
    for ready in READY:
        study, is_current = kept.shipped(ready.name)
        words = next(each["words"] for each in kept.summary(study) if each["name"] == "thickness_ratio")
        rows.append((ready.name, ready.film, words, "" if is_current else "older than the code"))
    if as_json:
        output.write_json([{"name": a, "film": b, "thickness_ratio": c, "stale": bool(d)} for a, b, c, d in rows])
        return
    output.table("", ("ready run", "film", "thickness over dense", ""), rows)
    output.say("Show one with `lithoscope deposits NAME`, make it again with `--make`; 'channel-*' makes all of a pattern.")


def _say_stale(name: str, *, is_current: bool) -> None:
    if not is_current:
        output.say(f"\nThis result is older than the installed code. Make it again: lithoscope deposits {name} --make")
