"""What every study gives, and what it gives out: verdicts, figures, tables, runs."""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from importlib import resources
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

from lithoscope.document import write_text
from lithoscope.studies.verdict import Verdict, Word

if TYPE_CHECKING:
    from lithoscope.physics.contract import Report
    from lithoscope.result import Result
    from lithoscope.studies.claims import Claims
    from lithoscope.studies.ranges import Range, Sensitivity


@dataclass(frozen=True, slots=True)
class Panel:
    """A figure of a report.

    key      short name, used for the file and the anchor
    title    what it shows
    svg      the picture
    caption  what was run, what is calibrated, what is predicted, the paper's panel beside which it stands, the run
    """

    key: str
    title: str
    svg: str
    caption: str


@dataclass(frozen=True, slots=True)
class Table:
    """A table of a report: a title, the columns, rows of text, and a remark below."""

    title: str
    columns: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    remark: str = ""


@dataclass(frozen=True, slots=True)
class Link:
    """One step of the chain from calibration to prediction: on what, which number, which predictions."""

    on: tuple[str, ...]
    sets: str
    predicts: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a study found.

    study          its name
    claims         what the paper says
    verdicts       one for each claim, in the order of the paper
    answer         the finding, in paragraphs
    panels         figures
    tables         tables
    chain          what was calibrated and what predicted
    ranges         parameters that nobody measured
    sensitivities  what each does to each prediction: quantity with unit -> rows
    runs           the runs behind the figures, by name
    """

    study: str
    claims: Claims
    verdicts: Sequence[Verdict]
    answer: Sequence[str]
    panels: Sequence[Panel]
    tables: Sequence[Table]
    chain: Sequence[Link]
    ranges: Sequence[Range]
    sensitivities: Mapping[str, Sequence[Sensitivity]]
    runs: Mapping[str, Result] = field(default_factory=dict)

    @property
    def counts(self) -> dict[str, int]:
        """Number of claims with each verdict, strongest first, none left out."""
        found = Counter(verdict.verdict for verdict in self.verdicts)
        return {str(word): found[word] for word in reversed(Word)}

    def report(self, path: str | Path = "report.html") -> Path:
        """Write the report as one self-contained page, and verdicts.json beside it."""
        from lithoscope.studies.report import page

        path = Path(path)
        path.parent.mkdir(parents=True, exist_ok=True)
        write_text(path, page(self))
        write_text(path.with_name("verdicts.json"), verdicts_json(self.verdicts))
        return path


class Study(Protocol):
    """A paper as code."""

    @property
    def name(self) -> str:
        """Short name of the paper."""

    @property
    def claims(self) -> Claims:
        """What the paper says."""

    def run(self, report: Report | None = None) -> Outcome:
        """Run the paper's cells to a verdict on each claim."""


def verdicts_json(verdicts: Sequence[Verdict]) -> str:
    """The verdicts as JSON: a list of rows; null, never NaN."""
    return json.dumps([v.as_data() for v in verdicts], indent=1, ensure_ascii=False, allow_nan=False) + "\n"


# ------------------------------------------------------------------------------------------- shipped verdicts


CHECKS = ("exact", "reference")
"""Beginnings of the names of files that check a model and take no part in a run."""


NOT_RUN = ("morphology", "double_layer", "interphase", "atoms", "figures")
"""Scales that a study does not run unless `RUN_BY` says so, and pictures: verdicts are not older for a change there."""

RUN_BY: Mapping[str, tuple[str, ...]] = {"dipoles": ("double_layer", "interphase"), "perovskite": ("interphase",)}
"""Studies that run some of these scales, and which."""


def stamp(name: str) -> str:
    """Hash of all that the verdicts of a study are made from: its own files, the models, the data, ready runs as shipped."""
    root = resources.files("lithoscope")
    folders = [root / part for part in ("data", "design", "protocol", "physics", "analysis")]
    folders += [root / "studies" / part for part in (name, "deposits")]
    left_out = tuple(part for part in NOT_RUN if part not in RUN_BY.get(name, ()))
    digest = hashlib.sha256()
    for kept in sorted((root / "studies" / "deposits" / "results").iterdir(), key=lambda found: found.name):
        digest.update(kept.name.encode() + told(kept.read_text(encoding="utf-8")))
    for folder in folders:
        for file in sorted(_files(folder, left_out), key=lambda found: found[0]):
            digest.update(file[0].encode() + file[1])
    return digest.hexdigest()[:16]


def told(ready_run: str) -> bytes:
    """What a ready run tells a study: its file without the stamp and the wall time, which change when it is made again."""
    data = json.loads(ready_run)
    runs = [{name: value for name, value in run.items() if name != "wall"} for run in data.pop("runs")]
    return json.dumps([data["name"], runs], sort_keys=True).encode()


def _files(folder: Any, left_out: tuple[str, ...], prefix: str = "") -> list[tuple[str, bytes]]:
    found = []
    for entry in folder.iterdir():
        if entry.is_dir() and not entry.name.startswith(("_", "results", *left_out)):
            found += _files(entry, left_out, f"{prefix}{entry.name}/")
        elif entry.name.endswith((".py", ".toml")) and not entry.name.startswith(CHECKS):
            found.append((prefix + entry.name, entry.read_bytes()))
    return found


def shipped(name: str) -> tuple[list[dict[str, Any]], bool]:
    """The verdicts that come with the package, and whether they were made by the code that is installed."""
    text = (resources.files("lithoscope.studies") / name / "results" / "verdicts.json").read_text(encoding="utf-8")
    data = json.loads(text)
    return data["verdicts"], data["stamp"] == stamp(name)


def ship(outcome: Outcome) -> Path:
    """Put the verdicts of an outcome into the package, with the stamp of the code that made them."""
    folder = Path(str(resources.files("lithoscope.studies") / outcome.study / "results"))
    folder.mkdir(exist_ok=True)
    data = {"stamp": stamp(outcome.study), "verdicts": [v.as_data() for v in outcome.verdicts]}
    write_text(folder / "verdicts.json", json.dumps(data, indent=1, ensure_ascii=False, allow_nan=False) + "\n")
    return folder / "verdicts.json"
