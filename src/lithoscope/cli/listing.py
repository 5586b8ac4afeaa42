"""`lithoscope catalogue` and `lithoscope data`."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path

from lithoscope.cli import output
from lithoscope.data import Record, records, sources
from lithoscope.design.catalogue import catalogue, entry
from lithoscope.document import parse_toml, write_text
from lithoscope.errors import InputError, nearest


def show_catalogue(name: str | None, to: Path | None, *, as_json: bool) -> None:
    """List, print or copy ready cells and programs."""
    if name is None:
        found = {each: parse_toml(text) for each, text in catalogue().items()}
        rows = [(each, data["format"].split("/")[0].split(".")[1], data.get("source", "")) for each, data in found.items()]
        if as_json:
            output.write_json([{"name": a, "kind": b, "source": c} for a, b, c in rows])
        else:
            output.table("", ("name", "kind", "described in"), rows)
            output.say("Print one with `lithoscope catalogue NAME`, copy it with `--to FILE`, run it by its name.")
        return
    text = entry(name)
    if to is not None:
        if to.exists():
            raise InputError("--to", f"= {to} exists already", do="Choose another file")
        write_text(to, text)
        output.say(f"wrote {to}")
    elif as_json:
        output.write_json(parse_toml(text))
    else:
        output.say(text.rstrip())


def show_data(pattern: str | None, *, as_json: bool) -> None:
    """List records, or explain them if few fit."""
    wanted = (pattern or "").lower()
    found = [record for record in records().values() if wanted in record.id.lower() or wanted in record.name.lower()]
    if not found:
        raise InputError(
            "pattern", f'= "{pattern}" fits no record', expected="part of an id or a name", do=nearest(wanted, records())
        )
    if as_json:
        output.write_json([asdict(record) | {"reference": sources()[record.source]} for record in found])
    elif len(found) <= 3:
        for record in found:
            _explain(record)
    else:
        rows = [(r.id, r.name, _value(r), r.unit, _range(r), r.status) for r in found]
        output.table("", ("id", "what", "value", "unit", "range", "status"), rows)


def _explain(record: Record) -> None:
    lines = (
        ("id", record.id),
        ("what", record.name),
        ("value", f"{_value(record)} {record.unit}"),
        ("range", _range(record)),
        ("status", record.status),
        ("source", sources()[record.source]),
        ("conditions", record.conditions),
        ("note", record.note),
    )
    for label, text in lines:
        if text:
            output.say(f"{label:<12}{text}")
    output.say("")


def _value(record: Record) -> str:
    return ", ".join(f"{v:g}" for v in record.value) if isinstance(record.value, tuple) else f"{record.value:g}"


def _range(record: Record) -> str:
    return "" if record.low is None or record.high is None else f"{record.low:g} to {record.high:g}"
