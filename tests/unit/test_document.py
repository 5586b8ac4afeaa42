"""Files: text is kept, wrong fields are named with their line, nothing unbounded is parsed."""

from pathlib import Path
from typing import Any

import pytest

from lithoscope import document
from lithoscope.design import Cell, Foil
from lithoscope.design.catalogue import catalogue, entry
from lithoscope.document import Document, line_of, parse_toml, write_text
from lithoscope.errors import InputError
from lithoscope.physics.cell import Planar
from lithoscope.physics.models import read_model
from lithoscope.protocol import Program, Stop

BARE = entry("perovskite/bare")


def parse(text: str) -> Any:
    """A cell, a program or a model, as the text says."""
    if "lithoscope.model" in text:
        return read_model(text)
    return (Cell if "lithoscope.cell" in text else Program).parse(text)


@pytest.mark.parametrize("name", list(catalogue()))
@pytest.mark.fails_when("document.py", "elif present is None or present.unwrap() != value", "else")
def test_round_trip_keeps_the_written_text(name: str) -> None:
    assert parse(catalogue()[name]).to_toml() == catalogue()[name]


@pytest.mark.parametrize("name", list(catalogue()))
@pytest.mark.fails_when("units.py", '"status": self.status,', '"status": None,')
def test_round_trip_without_text(name: str) -> None:
    original = parse(catalogue()[name])
    rewritten = type(original)(**original.written())
    assert rewritten == original
    assert type(original).parse(rewritten.to_toml()) == original


@pytest.mark.fails_when("document.py", "return tags | fields", "return fields")
def test_what_is_made_in_python_can_be_read_from_its_file() -> None:
    program = Program.strip_plate("1 mA/cm2", "1 mAh/cm2", cycles=3)
    assert Program.parse(program.to_toml()) == program
    cell = Cell.symmetric(Foil("50 um"), separator="PP 20 um", electrolyte="1 M LiPF6 EC:DMC", area="1 cm2")
    assert Cell.parse(cell.to_toml()) == cell


@pytest.mark.fails_when(
    "document.py", "copy._text = self._text\n        return copy\n\n    def changed", "return copy\n\n    def changed"
)
def test_a_change_touches_only_its_line() -> None:
    changed = Cell.parse(BARE).replaced(temperature="40 degC").to_toml()
    before, after = BARE.splitlines(), changed.splitlines()
    assert [(a, b) for a, b in zip(before, after, strict=True) if a != b] == [
        ('temperature = "25 degC"', 'temperature = "40 degC"')
    ]


@pytest.mark.fails_when("document.py", "place.setdefault(part, {})", "place.get(part, {})")
def test_change_deep_inside() -> None:
    cell = Cell.parse(entry("perovskite/masncl3"))
    assert cell.changed("working.films.0.thickness", "2 um").working.films[0].thickness.value == pytest.approx(2e-6)
    without = Cell.symmetric(Foil("50 um"), separator="PP 20 um", electrolyte="1 M LiPF6 EC:DMC", area="1 cm2")
    assert (
        without.changed("working.native_film.thickness", "5 nm").working.native_film.thickness
        == cell.changed("working.native_film.thickness", "5 nm").working.native_film.thickness
    )
    with pytest.raises(InputError, match=r"working\.films\.3\.thickness.*leads nowhere"):
        cell.changed("working.films.3.thickness", "2 um")


WRONG = [
    ('thickness = "20 um"', 'thickness = "20"', "separator.thickness"),
    ("[separator]", "[seperator]", "seperator"),
    ('kind = "foil"', 'kind = "anode"', "working.kind"),
    ('kind = "same"', 'kind = "copper"', "counter.kind"),
    ('salt = "LiPF6"', 'salt = "LiTFSI"', "electrolyte.salt"),
    ('basis = "volume"', 'basis = "mass"', "electrolyte.basis"),
    ("EC = 0.5", "EC = 0.6", "electrolyte.solvent"),
    ('material = "PP"\n', "", "separator.material"),
    ('low = "0.4 cm2"', 'low = "4 cm2"', "area.low"),
    ("lithoscope.cell/1", "lithoscope.cell/2", "format"),
    ('temperature = "25 degC"', 'temperature = "25 V"', "temperature"),
]


@pytest.mark.parametrize(("old", "new", "where"), WRONG)
@pytest.mark.fails_when("document.py", "raise error.in_file(file or", "raise error; raise error.in_file(file or")
def test_wrong_field_is_named_with_its_line(old: str, new: str, where: str) -> None:
    assert old in BARE
    text = BARE.replace(old, new, 1)
    with pytest.raises(InputError) as caught:
        Cell.parse(text, file="cell.toml")
    assert caught.value.where == where
    assert caught.value.file == "cell.toml"
    assert caught.value.line is not None
    key = where.rsplit(".", 1)[-1]
    near = text.splitlines()[caught.value.line - 1]
    assert key in near or where.split(".")[0] in near


@pytest.mark.fails_when("document.py", "if key not in cls.model_fields:", "if False:")
def test_remedy_of_an_unknown_key_works() -> None:
    with pytest.raises(InputError, match=r'Did you mean "separator"\?'):
        Cell.parse(BARE.replace("[separator]", "[seperator]"))
    assert Cell.parse(BARE)


def test_look_alike_letter_is_an_unknown_key() -> None:
    with pytest.raises(InputError, match='Did you mean "area"'):
        Cell.parse(BARE.replace("area =", '"аrea" ='))


def test_keyword_typed_wrong_in_python() -> None:
    with pytest.raises(InputError, match=r'Did you mean "voltage_magnitude"\?'):
        Stop(voltage_magnitud="1 V")  # type: ignore[call-arg]
    with pytest.raises(InputError, match="given twice"):
        Stop("1 V", voltage_magnitude="1 V")  # type: ignore[misc]
    with pytest.raises(InputError, match="takes at most"):
        Stop("1 V", "2 V")  # type: ignore[call-arg]


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("a = [" * 60, "nested too deeply"),
        ("x" * 1_000_001, "at most one million"),
        ("a = 1\na = 2", "not valid TOML"),
        ("[a\nb = 1", "not valid TOML"),
        ("a = 1" + "0" * 5000, "not valid TOML"),
    ],
)
@pytest.mark.fails_when("document.py", "if _nesting(text) > DEEPEST_NESTING", "if False")
def test_hostile_text_is_refused_before_it_costs_anything(text: str, words: str) -> None:
    with pytest.raises(InputError, match=words):
        parse_toml(text, file="x.toml")


def test_a_header_ten_thousand_levels_deep_is_refused() -> None:
    with pytest.raises(InputError):
        Program.parse("[" + ".".join(["steps"] * 10_000) + "]")


def test_infinite_numbers_are_refused() -> None:
    with pytest.raises(InputError, match="separator.porosity"):
        Cell.parse(BARE.replace('thickness = "20 um"', 'thickness = "20 um"\nporosity = inf'))
    with pytest.raises(InputError, match="separator.porosity"):
        Cell.parse(BARE.replace('thickness = "20 um"', 'thickness = "20 um"\nporosity = nan'))


@pytest.mark.fails_when("document.py", "except (OSError, UnicodeDecodeError)", "except OSError")
def test_files_that_are_no_text(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="does not exist"):
        Cell.read(tmp_path / "none.toml")
    (tmp_path / "utf16.toml").write_bytes(BARE.encode("utf-16"))
    with pytest.raises(InputError, match="UTF-8"):
        Cell.read(tmp_path / "utf16.toml")
    (tmp_path / "huge.toml").write_bytes(b"#" * 1_000_001)
    with pytest.raises(InputError, match="at most 1 MB"):
        Cell.read(tmp_path / "huge.toml")


@pytest.mark.fails_when("document.py", 'encoding="utf-8-sig"', 'encoding="utf-8"')
def test_a_file_from_an_editor_that_puts_a_mark_first(tmp_path: Path) -> None:
    (tmp_path / "cell.toml").write_bytes(BARE.encode("utf-8-sig"))
    assert Cell.read(tmp_path / "cell.toml") == Cell.parse(BARE)


@pytest.mark.fails_when("document.py", "do=self._instead_of_assigning", 'do=""')
def test_assignment_is_refused_with_what_to_do_instead() -> None:
    cell = Cell.parse(BARE)
    with pytest.raises(InputError, match=r"^area cannot be assigned: a Cell is frozen. Make a changed copy: \.replaced\("):
        cell.area = "2 cm2"  # type: ignore[misc, assignment]
    with pytest.raises(InputError, match=r'e\.g\. cell\.changed\("separator\.thickness", "20 um"\)'):
        cell.separator.thickness = "20 um"  # type: ignore[misc, assignment]
    assert cell.changed("separator.thickness", "20 um").replaced(area="2 cm2") != cell


REFUSED_IN_OUR_WORDS = [
    (Program, 'steps.0.until', '[[steps]]\nkind = "current"\ncurrent_density = "1 mA/cm2"\nuntil = 5',
     'is not allowed. Expected a table such as { capacity = "1 mAh/cm2" }.'),
    (Program, 'steps.0.until', '[[steps]]\nkind = "current"\ncurrent_density = "1 mA/cm2"',
     'is missing. Expected a table such as { capacity = "1 mAh/cm2" }.'),
    (Program, 'steps.0.until', '[[steps]]\nkind = "voltage"\nvoltage = "1 V"',
     'is missing. Expected a table such as { duration = "10 min" }.'),
    (Program, "steps", 'steps = []', "= [] is not allowed. Expected at least one step."),
    (Program, "stop", 'stop = "1 V"\n[[steps]]\nkind = "rest"\nduration = "1 s"', '= "1 V" is not allowed. Expected a table.'),
    (Program, "source", 'source = 5\n[[steps]]\nkind = "rest"\nduration = "1 s"', "= 5 is not allowed. Expected a text."),
    (Program, "steps.0.kind", '[[steps]]\nkind = "r\'st"', """= "r'st" is not a step that Lithoscope knows."""),
    (Cell, "working.films", BARE.replace('kind = "foil"', 'kind = "foil"\nfilms = "MASnCl3"', 1),
     '= "MASnCl3" is not allowed. Expected a list of films.'),
    (Cell, "electrolyte.basis", BARE.replace('basis = "volume"', 'basis = "mass"'),
     '= "mass" is not allowed. Expected "volume" or "weight".'),
    (Cell, "area", BARE.replace('area = {', 'are = {'), "is not a known key."),
    (Cell, "area", 'format = "lithoscope.cell/1"\nworking = 1\nseparator = 1\nelectrolyte = 1',
     'is missing. Expected an area such as "1.13 cm2".'),
    (Planar, "cells", 'kind = "planar"\ncells = 2', "= 2 is not allowed. Expected a whole number from 5 to 1000."),
]  # fmt: skip


@pytest.mark.parametrize(("kind", "where", "text", "words"), REFUSED_IN_OUR_WORDS)
@pytest.mark.fails_when("document.py", 'expected=said or _in_words(first["type"], context)', 'expected=first["msg"]')
def test_refusals_speak_our_words(kind: type[Document], where: str, text: str, words: str) -> None:
    with pytest.raises(InputError) as caught:
        kind.parse(text)
    assert where in str(caught.value)
    assert words in str(caught.value)
    assert not any(theirs in str(caught.value) for theirs in ("Input should", "valid", "Tuple", "'volume'"))


@pytest.mark.fails_when("document.py", "counts[key] = counts.get(key, -1) + 1", "counts[key] = 0")
def test_line_of_a_field_in_an_array_of_tables() -> None:
    text = '[[steps]]\nkind = "rest"\n\n[[steps]]\nkind = "scan"\n'
    assert line_of(text, "steps.1.kind") == 5
    assert line_of(text, "steps.0.kind") == 2
    assert line_of(text, "nothing") is None


@pytest.mark.fails_when("document.py", "Path(temporary).unlink(missing_ok=True)", "pass")
def test_a_write_that_fails_leaves_the_old_file_and_no_litter(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    target = tmp_path / "cell.toml"
    Cell.parse(BARE).save(target)

    def full(_: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(document.os, "fsync", full)
    with pytest.raises(OSError, match="No space left"):
        write_text(target, "half")
    assert target.read_text() == BARE
    assert list(tmp_path.iterdir()) == [target]
