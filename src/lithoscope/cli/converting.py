"""`lithoscope convert`."""

from __future__ import annotations

from pathlib import Path

from lithoscope.cli import output
from lithoscope.cli.running import read_document
from lithoscope.document import parse_json, parse_toml, read_text, write_text
from lithoscope.errors import InputError
from lithoscope.protocol import Program


def convert_file(given: str, to: Path | None, *, area: str | None, capacity: str | None, as_json: bool) -> None:
    """Print or write a program as a protocol, or what others wrote as a program: a file in JSON is theirs."""
    if to is not None and to.exists():
        raise InputError("--to", f"= {to} exists already", do="Choose another file")
    theirs = given.lower().endswith(".json")
    text = _their_program(given, area, capacity).to_toml() if theirs else _our_protocol(given, area, capacity)
    if to is not None:
        write_text(to, text)
        output.say(f"wrote {to}")
    elif as_json and theirs:
        output.write_json(parse_toml(text))
    else:
        output.say(text.rstrip())


def _our_protocol(given: str, area: str | None, capacity: str | None) -> str:
    if capacity is not None:
        raise InputError("--capacity", f"= {capacity} is given for a program", expected="nothing",
                         why="A program has no C-rates", do="Leave it out")  # fmt: skip
    text: str = read_document(Program, given).to_unicycler(area=_needed(area)).to_json()
    return text


def _their_program(given: str, area: str | None, capacity: str | None) -> Program:
    """From a list of PyBaMM's strings, or from a protocol of aurora-unicycler."""
    data = parse_json(read_text(given), file=Path(given).name)
    if isinstance(data, list):
        return Program.from_pybamm(data, area=area, capacity=capacity)
    return Program.from_unicycler(given, area=_needed(area), capacity=capacity)


def _needed(area: str | None) -> str:
    if area is None:
        raise InputError("--area", "is missing", expected='an area such as "1.13 cm2"',
                         why="A protocol tells the current of the whole cell, a program that per area",
                         do='Add --area "1.13 cm2"')  # fmt: skip
    return area
