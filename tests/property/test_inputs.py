"""Two hundred inputs, each generated with its expected outcome: right ones run, wrong ones are refused by field.

A wrong input is a right one with one mistake put in; the mistake comes with the path of the field that is wrong.
"""

from __future__ import annotations

import copy
import random
import tomllib
from collections.abc import Callable
from typing import Any

import pytest
import tomlkit
from hypothesis import given, settings
from hypothesis import strategies as st

import lithoscope as ls
from lithoscope.design.catalogue import entry
from lithoscope.errors import End, InputError

Data = dict[str, Any]
Mistake = tuple[str, Callable[[Data, Data, random.Random], None]]

RIGHT, WRONG = 80, 120


def right_cell(r: random.Random) -> Data:
    """A cell that can be built, from one end of what is possible to the other."""

    def films() -> list[Data]:
        known = [{"material": m, "thickness": f"{r.choice((5, 50, 500, 2000))} nm"} for m in ("MASnCl3", "MAPbCl3")]
        own = {
            "material": "Al2O3",
            "thickness": f"{r.uniform(1, 20):.2f} nm",
            "conductivity": f"{10 ** r.uniform(-9, -5):.2e} S/cm",
            "permittivity": 9,
        }
        return r.sample([*known, own], r.choice((0, 0, 1, 1, 2)))

    def foil() -> Data:
        data: Data = {"kind": "foil", "thickness": f"{10 ** r.uniform(-1, 3):.3g} um"}
        if found := films():
            data["films"] = found
        if r.random() < 0.5:
            data["exchange_current_density"] = f"{10 ** r.uniform(-2, 2.5):.3g} mA/cm2"
        if r.random() < 0.3:
            data["native_film"] = {
                "thickness": f"{r.uniform(1, 60):.3g} nm",
                "conductivity": f"{10 ** r.uniform(-9, -6):.3g} S/cm",
            }
        if r.random() < 0.3:
            data["double_layer_capacitance"] = f"{10 ** r.uniform(-1, 2.5):.3g} uF/cm2"
        if r.random() < 0.3:
            data["roughness"] = round(r.uniform(1, 20), 2)
        return data

    electrolyte: Data = {
        "salt": "LiPF6",
        "concentration": f"{r.uniform(0.2, 2.5):.3g} mol/L",
        "solvent": {"EC": 0.5, "DMC": 0.5},
        "basis": r.choice(("volume", "weight")),
    }
    if r.random() < 0.3:
        electrolyte |= {
            "salt": "LiTFSI",
            "solvent": {"DOL": 0.5, "DME": 0.5},
            "properties": {
                "conductivity": "13 mS/cm",
                "diffusivity": "8e-10 m2/s",
                "transference_number": 0.4,
                "thermodynamic_factor": 1.5,
            },
        }
    return {
        "format": "lithoscope.cell/1",
        "area": {"value": f"{10 ** r.uniform(-2, 2):.3g} cm2", "status": "prior"},
        "temperature": f"{r.uniform(0, 45):.1f} degC",
        "working": foil(),
        "counter": r.choice(({"kind": "same"}, foil())),
        "separator": r.choice(
            (
                {"material": "PP", "thickness": f"{r.uniform(5, 100):.3g} um"},
                {"material": "glass", "thickness": "260 um", "porosity": 0.9, "macmullin_number": r.uniform(1.2, 3)},
            )
        ),
        "electrolyte": electrolyte,
    }


def right_program(r: random.Random) -> Data:
    """A program that can be run."""
    J = f"{10 ** r.uniform(-2, 1.7):.3g} mA/cm2"
    half = {"kind": "current", "current_density": J, "until": {"capacity": f"{10 ** r.uniform(-3, 1):.3g} mAh/cm2"}}
    back = {**half, "current_density": f"-{J}"}
    steps: list[Data] = [
        half,
        {"kind": "rest", "duration": r.choice(("1 s", "10 h", "100 d"))},
        {
            "kind": "voltage",
            "voltage": f"{r.uniform(-0.3, 0.3):.3g} V",
            "until": {"duration": "1 min", "current_below": "1 uA/cm2"},
        },
        {
            "kind": "spectrum",
            "high": r.choice(("10 MHz", "100 kHz")),
            "low": r.choice(("1 Hz", "1 mHz")),
            "points_per_decade": 3,
        },
        {"kind": "loop", "times": r.randint(1, 3), "steps": [half, back]},
        {**half, "until": {"duration": "10 min", "voltage_above": "0.5 V", "voltage_below": "-0.5 V"}},
    ]
    data: Data = {"format": "lithoscope.program/1", "steps": r.sample(steps, r.randint(1, 4))}
    if r.random() < 0.5:
        data["stop"] = {"voltage_magnitude": f"{r.uniform(0.5, 5):.2g} V"}
    return data


def put(where: str, value: Any, path: str | None = None) -> Mistake:
    """A mistake in the cell: a value at a path. `where` is the path that the refusal must name."""

    def mistake(cell: Data, program: Data, r: random.Random) -> None:
        del program
        *parents, last = (path or where).split(".")
        place = cell
        for part in parents:
            place = place.setdefault(part, {})
        place[last] = value(r) if callable(value) else value

    return where, mistake


def steps_are(where: str, *steps: Data) -> Mistake:
    """A mistake in the program: its steps."""

    def mistake(cell: Data, program: Data, r: random.Random) -> None:
        del cell, r
        program["steps"] = copy.deepcopy(list(steps))

    return where, mistake


def without(where: str) -> Mistake:
    """A mistake in the cell: a key that is missing."""

    def mistake(cell: Data, program: Data, r: random.Random) -> None:
        del program, r
        *parents, last = where.split(".")
        place = cell
        for part in parents:
            place = place[part]
        place.pop(last, None)

    return where, mistake


def counter_only(cell: Data, program: Data, r: random.Random) -> None:
    del program, r
    cell["counter"] = {"kind": "foil", "thickness": "50 kg"}


STRIP = {"kind": "current", "current_density": "1 mA/cm2", "until": {"capacity": "1 mAh/cm2"}}

MISTAKES: list[Mistake] = [
    put(
        "area",
        lambda r: r.choice((0, -1, 1e300, "1.13", "1.13 cm", "0 cm2", "1 km2", "1e300 cm2", "cm2", "", "１ cm2", [1], None)),
    ),
    put("area.low", "3000 cm2"),
    put("area.status", "guess"),
    put("area.valu", "1 cm2"),
    put("temperature", lambda r: r.choice(("25", "25 C", "-300 degC", "1000 K", 298.15, "warm", "25 degF cm"))),
    put("working.thickness", lambda r: r.choice(("50", "-50 um", "1 light_year", "0.3 nm", "50 um um", "5e1e1 um", True))),
    put("working.kind", lambda r: r.choice(("copper", "anode", "foyl", 3, ""))),
    put("working.films", lambda r: r.choice(("MASnCl3", 5, {"material": "MASnCl3", "thickness": "1 um"}))),
    put("working.films.0.material", [{"material": "unobtainium", "thickness": "1 um"}], "working.films"),
    put("working.films.0.thickness", [{"material": "MASnCl3"}], "working.films"),
    put("working.films.0.thicknes", [{"material": "MASnCl3", "thicknes": "1 um"}], "working.films"),
    put(
        "working.films.1.conductivity",
        [
            {"material": "MASnCl3", "thickness": "1 um"},
            {"material": "x", "thickness": "1 um", "conductivity": "1 S/m2", "permittivity": 30},
        ],
        "working.films",
    ),
    put(
        "working.films.0.permittivity",
        lambda r: [
            {"material": "MASnCl3", "thickness": "1 um", "permittivity": r.choice((0, 0.5, -9, 1e6, "1 mF/m2", "high"))}
        ],
        "working.films",
    ),
    put("working.exchange_current_density", lambda r: r.choice(("0 mA/cm2", "-1 mA/cm2", "1 mA", "1 A/cm3"))),
    put("working.double_layer_capacitance", lambda r: r.choice(("10 F", "0 F/m2", "-1 uF/cm2", "nan uF/cm2"))),
    put("working.roughness", lambda r: r.choice((0, -2, 0.5, 1e9, "2 um", "rough"))),
    put("working.native_film.thickness", lambda r: r.choice(("0 nm", "15", "-1 nm", "1 m"))),
    put("working.native_film.conductivity", lambda r: r.choice(("0 S/cm", "1e-8 S", "inf S/cm"))),
    put("working.least_thicknes", "1 nm"),
    ("counter.thickness", counter_only),
    put("counter.kind", lambda r: r.choice(("copper", "identical", None))),
    put("counter", lambda r: r.choice(("same", 1, []))),
    put("separator.thickness", lambda r: r.choice(("20", "20 mol", "-20 um", "1 km", "0 um", "20 µµm"))),
    put("separator.porosity", lambda r: r.choice((0, 1, 1.5, -0.1, "half", "0.4 um", float("inf"), float("nan")))),
    put("separator.macmullin_number", lambda r: r.choice((0, 0.5, -3, 1e6))),
    put("separator.material", lambda r: r.choice(("glas", "Celgard 2250", "", 3))),
    put("seperator", {"material": "PP", "thickness": "20 um"}),
    put("electrolyte.concentration", lambda r: r.choice(("1", "1 mol/m3", "0 mol/L", "-1 mol/L", "50 mol/L", "1 mol/kg"))),
    put("electrolyte.salt", lambda r: r.choice(("LiTFS1", "", 7, "NaPF6"))),
    put("electrolyte.solvent", lambda r: r.choice(({"EC": 0.7, "DMC": 0.5}, {"EC": 0.5, "DEC": 0.5}, {}, "EC:DMC"))),
    put("electrolyte.solvent.EC", lambda r: r.choice((-0.5, 0, 7, "much"))),
    put("electrolyte.basis", lambda r: r.choice(("mass", "vol", 1))),
    put(
        "electrolyte.properties.diffusivity",
        {"conductivity": "1 S/m", "diffusivity": "1 m/s", "transference_number": 0.3, "thermodynamic_factor": 2},
        "electrolyte.properties",
    ),
    put(
        "electrolyte.properties.transference_number",
        {"conductivity": "1 S/m", "diffusivity": "1e-10 m2/s", "transference_number": 3, "thermodynamic_factor": 2},
        "electrolyte.properties",
    ),
    put("format", lambda r: r.choice(("lithoscope.cell/2", "lithoscope.program/1", "cell", 1))),
    *(
        without(where)
        for where in (
            "area",
            "working",
            "separator",
            "electrolyte",
            "working.thickness",
            "working.kind",
            "separator.material",
            "electrolyte.salt",
            "electrolyte.solvent",
            "electrolyte.concentration",
        )
    ),
    steps_are("steps"),
    steps_are("steps.0.kind", {"kind": "power"}),
    steps_are("steps.0.kind", {"kind": "curent", **{k: v for k, v in STRIP.items() if k != "kind"}}),
    steps_are("steps.0.kind", {"duration": "1 h"}),
    steps_are("steps.0.duration", {"kind": "rest"}),
    steps_are("steps.0.duration", {"kind": "rest", "duration": "1 mAh"}),
    steps_are("steps.1.current_density", STRIP, {**STRIP, "current_density": "1 A"}),
    steps_are("steps.0.current_density", {**STRIP, "current_density": "1e30 mA/cm2"}),
    steps_are("steps.0.current_density", {**STRIP, "current_density": "0 mA/cm2"}),
    steps_are("steps.0.until", {**STRIP, "until": {}}),
    steps_are("steps.0.until", {**STRIP, "until": {"voltage_above": "1 V"}}),
    steps_are("steps.0.until.capacity", {**STRIP, "until": {"capacity": "-1 mAh/cm2"}}),
    steps_are("steps.0.until.capcity", {**STRIP, "until": {"capcity": "1 mAh/cm2"}}),
    steps_are("steps.0.until.current_below", {**STRIP, "until": {"duration": "1 h", "current_below": "1 mA/cm2"}}),
    steps_are("steps.0.voltage", {"kind": "voltage", "voltage": "50 V", "until": {"duration": "1 h"}}),
    steps_are("steps.0.until.duration", {"kind": "voltage", "voltage": "0.1 V", "until": {"current_below": "1 mA/cm2"}}),
    steps_are("steps.0.low", {"kind": "spectrum", "high": "1 Hz", "low": "1 kHz"}),
    steps_are("steps.0.points_per_decade", {"kind": "spectrum", "points_per_decade": 5.5}),
    steps_are("steps.0.times", {"kind": "loop", "times": -1, "steps": [STRIP]}),
    steps_are("steps.0.times", {"kind": "loop", "times": 10**12, "steps": [STRIP]}),
    steps_are("steps.0.steps", {"kind": "loop", "times": 1, "steps": []}),
    steps_are("steps.0.steps.1.until", {"kind": "loop", "times": 2, "steps": [STRIP, {**STRIP, "until": 5}]}),
]


def as_toml(data: Data) -> str:
    """As a user would have it in a file; None is a key that is missing."""
    return tomlkit.dumps({key: value for key, value in data.items() if value is not None})


def pruned(data: Any) -> Any:
    """TOML has no null."""
    if isinstance(data, dict):
        return {k: pruned(v) for k, v in data.items() if v is not None}
    return [pruned(v) for v in data] if isinstance(data, list) else data


@pytest.mark.parametrize("seed", range(RIGHT))
def test_a_right_input_runs(seed: int) -> None:
    """It ends in a laboratory word, with its lithium closed, at whatever end of the ranges it is."""
    r = random.Random(seed)
    cell = ls.Cell.parse(as_toml(right_cell(r)))
    program = ls.Program.parse(as_toml(right_program(r)))
    result = ls.run(cell, program, progress=False)
    assert result.status.end in (End.COMPLETED, End.LITHIUM_EXHAUSTED, End.SALT_DEPLETED, End.STOP_REACHED, End.POLARISED), str(
        result.status
    )
    assert result.ledger.closes


@pytest.mark.parametrize("seed", range(WRONG))
@pytest.mark.fails_when("units.py", "math.isfinite(number) and low <= number <= high", "True")
def test_a_wrong_input_is_refused_by_field(seed: int) -> None:
    """One error, which names the field and what was expected there."""
    r = random.Random(10_000 + seed)
    where, mistake = MISTAKES[seed % len(MISTAKES)]
    cell, program = right_cell(r), right_program(r)
    if where.startswith("electrolyte") and "properties" not in where:
        cell["electrolyte"] = {
            "salt": "LiPF6",
            "concentration": "1 mol/L",
            "solvent": {"EC": 0.5, "DMC": 0.5},
            "basis": "volume",
        }
    if where.startswith("separator"):
        cell["separator"] = {"material": "PP", "thickness": "20 um"}
    if where == "separator.macmullin_number":
        cell["separator"]["porosity"] = 0.4
    mistake(cell, program, r)
    texts = as_toml(pruned(cell)), as_toml(pruned(program))
    for text in texts:
        tomllib.loads(text)
    with pytest.raises(InputError) as caught:
        ls.run(ls.Cell.parse(texts[0]), ls.Program.parse(texts[1]), progress=False)
    assert caught.value.where == where or missing_kind(where, caught.value), str(caught.value)
    assert "Expected" in str(caught.value)
    assert str(caught.value).count("Expected") == 1


def missing_kind(where: str, error: InputError) -> bool:
    """A table that is absent altogether is named itself, not a key inside it."""
    return where.startswith(error.where + ".") and "missing" in error.problem


TOKENS = [
    "[",
    "]",
    "{",
    "}",
    "=",
    '"',
    "'",
    "\n",
    ".",
    ",",
    "#",
    "-1",
    "1e999",
    "nan",
    "inf",
    "true",
    "µ",
    "\x00",
    "[[",
    "]]",
    "0",
    " ",
    "steps",
    "kind",
    "value",
    "low",
    "1 cm2",
    "-",
    "1979-05-27",
]


@settings(max_examples=300, deadline=None)
@given(st.data())
def test_any_edit_of_a_file_is_read_or_refused(data: st.DataObject) -> None:
    """Whatever somebody's cat does to a file: it is a cell or a program, or one InputError; never another exception."""
    name = data.draw(st.sampled_from(["perovskite/masncl3", "perovskite/first-cycles"]))
    kind = ls.Cell if name.endswith("masncl3") else ls.Program
    text = entry(name)
    for _ in range(data.draw(st.integers(1, 4))):
        start = data.draw(st.integers(0, len(text)))
        length = data.draw(st.integers(0, 12))
        text = text[:start] + data.draw(st.sampled_from(TOKENS)) + text[start + length :]
    try:
        kind.parse(text, file="x.toml")
    except InputError as error:
        assert str(error)
