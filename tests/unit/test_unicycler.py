"""Protocols of aurora-unicycler: what both know goes there and back, and the rest is refused by name."""

import copy
import json
import sys
import tomllib
from pathlib import Path
from typing import Any

import aurora_unicycler
import pytest

import lithoscope as ls
from lithoscope.errors import InputError, MissingExtraError
from lithoscope.protocol.unicycler import REQUIREMENT

AREA = "1.13 cm2"

CYCLE = [
    ls.Current("1 mA/cm2", {"duration": "30 min", "voltage_above": "0.5 V"}),
    ls.Rest("90 s"),
    ls.Current("-0.3 mA/cm2", {"duration": "1 h", "voltage_below": "-0.2 V"}),
]
STEPS = [
    ls.Rest("10 min"),
    ls.Spectrum(amplitude="10 mV"),
    ls.Loop(3, [ls.Loop(2, CYCLE), ls.Spectrum("1 kHz", "1 Hz", 5, "2 min", "5 mV")]),
    ls.Loop(4, CYCLE),
    ls.Voltage("-0.1 V", {"duration": "10 min", "current_below": "7 uA/cm2"}),
    ls.Voltage("0 V", {"duration": "1 s"}),
    ls.Scan("1 V", "0.5 mV/s", start="-0.2 V"),
]
"""Everything that both sides know, written with times."""


def there_and_back(program: ls.Program) -> ls.Program:
    """A program written as the JSON of a protocol, and read again."""
    data = json.loads(program.to_unicycler(area=AREA).to_json())
    return ls.Program.from_unicycler(aurora_unicycler.CyclingProtocol.from_dict(data), area=AREA)


@pytest.mark.parametrize("stop", [ls.Stop("2 V"), ls.Stop()])
@pytest.mark.fails_when(
    "protocol/unicycler.py", "max_voltage_V=most, min_voltage_V=-most", "max_voltage_V=most, min_voltage_V=None"
)
def test_what_both_know_goes_there_and_back(stop: ls.Stop) -> None:
    program = ls.Program(STEPS, stop=stop)
    back = there_and_back(program)
    assert back == program
    assert there_and_back(back).to_toml() == back.to_toml()
    assert [visit.cycle for visit in back.visits()] == [visit.cycle for visit in program.visits()]


@pytest.mark.fails_when("protocol/unicycler.py", "until_time_s=rounded(step.duration,", "until_time_s=rounded(1.0,")
def test_a_capacity_becomes_the_time_in_which_it_passes() -> None:
    program = ls.Program.strip_plate("0.4 mA/cm2", "1 mAh/cm2", cycles=20, stop=ls.Stop("1 V"))
    for before, after in zip(program.visits(), there_and_back(program).visits(), strict=True):
        assert after.step.current_density == before.step.current_density  # type: ignore[union-attr]
        assert after.step.duration == before.step.duration == 9000.0  # type: ignore[union-attr]


@pytest.mark.fails_when("protocol/unicycler.py", "current_mA=rounded(density * area,", "current_mA=rounded(-density * area,")
def test_signs_are_those_that_unicycler_tells_pybamm() -> None:
    """From a protocol to PyBaMM's strings by aurora-unicycler itself, and from there back: no sign of ours is between."""
    plain = [ls.Rest("10 min"), ls.Loop(2, CYCLE), ls.Voltage("-0.1 V", {"duration": "10 min", "current_below": "7 uA/cm2"})]
    program = ls.Program(plain)
    strings = program.to_unicycler(area=AREA).to_pybamm_experiment()
    assert strings[1] == "Charge at 1.13 mA for 30 minutes or until 0.5 V"
    back = ls.Program.from_pybamm(strings, area=AREA)
    assert list(back.steps) == [visit.step for visit in program.visits()]


@pytest.mark.fails_when("protocol/unicycler.py", "before | again", "before")
def test_a_scan_starts_where_the_one_before_ended() -> None:
    """Also from cycle to cycle; where a cycle would start elsewhere than the first, the start must be given."""
    program = ls.Program.cyclic_voltammetry(["0.1 V", "1 V", "-1 V", "0.1 V"], "1 mV/s", cycles=5)
    starts = [visit.step.start for visit in there_and_back(program).visits()]  # type: ignore[union-attr]
    assert [float(start) for start in starts if start] == [0.1, 1.0, -1.0] * 5
    held = ls.Program(
        [ls.Voltage("1 V", {"duration": "1 s"}), ls.Loop(2, [ls.Scan("2 V", "1 mV/s"), ls.Scan("1 V", "1 mV/s")])]
    )
    assert len(held.to_unicycler(area=AREA).method) == 5
    with pytest.raises(InputError, match=r"steps\.1\.steps\.0\.start is missing"):
        ls.Program([held.steps[0], ls.Loop(2, [ls.Scan("2 V", "1 mV/s")])]).to_unicycler(area=AREA)
    assert ls.Program([held.steps[0], ls.Loop(2, [ls.Scan("2 V", "1 mV/s", "0 V")])]).to_unicycler(area=AREA)
    with pytest.raises(InputError, match=r"steps\.1\.to = 1 V is where the scan starts.*Leave the step out"):
        ls.Program([held.steps[0], ls.Scan("1 V", "1 mV/s")]).to_unicycler(area=AREA)


@pytest.mark.fails_when("protocol/unicycler.py", "u.SampleParams(name=sample)", "u.SampleParams()")
def test_what_a_protocol_is_told() -> None:
    protocol = ls.Program(STEPS).to_unicycler(area=AREA, sample="cell 7", record="1 min")
    assert (protocol.sample.name, protocol.record.time_s) == ("cell 7", 60.0)
    assert "Ewe ctrl range : min = -5.00 V" in protocol.to_biologic_mps(range_V=(-5, 5))
    charge = next(step for step in protocol.method if step.step == "constant_current")
    assert (charge.current_mA, charge.until_time_s, charge.until_voltage_V) == (1.13, 1800.0, 0.5)


UNWRITABLE = [
    (ls.Current("1 mA/cm2", {"duration": "1 h", "voltage_below": "0.1 V"}), "until.voltage_below", "fallen",
     ls.Current("1 mA/cm2", {"duration": "1 h"})),
    (ls.Current("-1 mA/cm2", {"duration": "1 h", "voltage_above": "0.1 V"}), "until.voltage_above", "risen",
     ls.Current("-1 mA/cm2", {"duration": "1 h"})),
    (ls.Current("1 mA/cm2", {"duration": "1 h", "voltage_above": "0 V"}), "until.voltage_above", "takes 0 as no limit",
     ls.Current("1 mA/cm2", {"duration": "1 h", "voltage_above": "1 mV"})),
    (ls.Voltage("1 V", {"duration": "1 h", "capacity": "1 mAh/cm2"}), "until.capacity", "constant voltage",
     ls.Voltage("1 V", {"duration": "1 h"})),
    (ls.Scan("1 V", "1 mV/s"), "start", "a voltage", ls.Scan("1 V", "1 mV/s", start="0 V")),
    (ls.Spectrum(), "amplitude", "An instrument needs it", ls.Spectrum(amplitude="10 mV")),
    (ls.Spectrum(high="50 MHz", amplitude="10 mV"), "high", "10 uHz to 10 MHz", ls.Spectrum(high="100 kHz", amplitude="10 mV")),
    (ls.Spectrum(low="1 uHz", amplitude="10 mV"), "low", "10 uHz to 10 MHz", ls.Spectrum(low="100 mHz", amplitude="10 mV")),
]  # fmt: skip


@pytest.mark.parametrize(("step", "where", "words", "instead"), UNWRITABLE)
@pytest.mark.fails_when("protocol/unicycler.py", "if limit is not None and limit.value == 0:", "if False:")
def test_what_a_protocol_cannot_hold_is_refused_by_name(step: Any, where: str, words: str, instead: Any) -> None:
    with pytest.raises(InputError) as caught:
        ls.Program([ls.Rest("1 s"), ls.Loop(2, [step])]).to_unicycler(area=AREA)
    error = caught.value
    assert error.where == f"steps.1.steps.0.{where}"
    assert words in error.message
    assert error.expected
    assert error.do
    there_and_back(ls.Program([instead]))


FOREIGN: dict[str, Any] = {
    "sample": {"name": "half cell", "capacity_mAh": 4},
    "record": {"time_s": 10, "voltage_V": 0.1},
    "safety": {"max_voltage_V": 5, "min_voltage_V": -5},
    "method": [
        {"step": "open_circuit_voltage", "until_time_s": 60, "id": "first"},
        {"step": "tag", "tag": "here"},
        {"step": "impedance_spectroscopy", "amplitude_V": 0.01, "start_frequency_Hz": 1, "end_frequency_Hz": 1000},
        {"step": "constant_current", "rate_C": "C/2", "current_mA": 99, "until_time_s": 7200, "until_voltage_V": 1},
        {"step": "constant_current", "current_mA": "-1", "until_time_s": 3600, "until_voltage_V": 0},
        {"step": "loop", "loop_to": 4, "cycle_count": 2},
        {"step": "constant_voltage", "voltage_V": 0.5, "until_time_s": 600, "until_rate_C": -0.01},
        {"step": "loop", "loop_to": "here", "cycle_count": 3},
    ],
}
"""A protocol as others write it: C-rates, loops to numbers and to tags, a spectrum upwards and without a rest."""

AS_PROGRAM = ls.Program(
    [
        ls.Rest("60 s"),
        ls.Loop(3, [
            ls.Spectrum("1 kHz", "1 Hz", 10, "1 ms", "10 mV"),
            ls.Loop(2, [
                ls.Current("1 mA/cm2", {"duration": "2 h", "voltage_above": "1 V"}),
                ls.Current("-0.5 mA/cm2", {"duration": "1 h"}),
            ]),
            ls.Voltage("0.5 V", {"duration": "10 min", "current_below": "0.02 mA/cm2"}),
        ]),
    ],
    stop=ls.Stop("5 V"),
)  # fmt: skip
"""The same on 2 cm2."""


@pytest.mark.fails_when("protocol/unicycler.py", "least = abs(", "least = (")
def test_a_protocol_that_others_wrote(tmp_path: Path) -> None:
    (tmp_path / "theirs.json").write_text(json.dumps(FOREIGN))
    program = ls.Program.from_unicycler(tmp_path / "theirs.json", area="2 cm2")
    assert program == AS_PROGRAM
    other = ls.Program.from_unicycler(str(tmp_path / "theirs.json"), area="2 cm2", capacity="6 mAh/cm2")
    assert str(other.steps[1].steps[1].steps[0].current_density) == "3 mA/cm2"  # type: ignore[union-attr]


@pytest.mark.fails_when("protocol/unicycler.py", "if n in targets.values() else", "if False else")
def test_a_loop_may_begin_with_a_spectrum_that_follows_a_rest() -> None:
    """The rest is before the loop and no part of what is repeated."""
    data = copy.deepcopy(FOREIGN)
    data["method"][1] = {"step": "open_circuit_voltage", "until_time_s": 5}
    data["method"][-1]["loop_to"] = 3
    steps = ls.Program.from_unicycler(aurora_unicycler.CyclingProtocol.from_dict(data), area="2 cm2").steps
    assert [step.kind for step in steps] == ["rest", "rest", "loop"]
    assert steps[2] == AS_PROGRAM.steps[1]


def put(data: dict[str, Any], path: str, value: Any) -> None:
    """Set a value deep inside; None takes the key out."""
    *parents, last = (int(part) if part.isdecimal() else part for part in path.split("."))
    place: Any = data
    for part in parents:
        place = place[part]
    if value is None:
        del place[last]
    else:
        place[last] = value


SCAN = {"step": "voltage_scan", "start_voltage_V": 0, "end_voltage_V": 1, "scan_rate_mV_per_s": 1e9}
GALVANOSTATIC = {"step": "impedance_spectroscopy", "amplitude_mA": 0.1, "start_frequency_Hz": 1000, "end_frequency_Hz": 1}

UNKNOWN = [
    ("safety.max_current_mA", 10, "safety.max_current_mA", "has no counterpart", None),
    ("safety.min_current_mA", -10, "safety.min_current_mA", "has no counterpart", None),
    ("safety.max_capacity_mAh", 10, "safety.max_capacity_mAh", "has no counterpart", None),
    ("safety.delay_s", 1, "safety.delay_s", "has no counterpart", None),
    ("safety.min_voltage_V", 0, "safety", "the same voltage to both sides", -5),
    ("safety", {"max_voltage_V": 5}, "safety", "None to 5.0 V", {"max_voltage_V": 5, "min_voltage_V": -5}),
    ("safety", {"max_voltage_V": 50, "min_voltage_V": -50}, "safety.voltage_magnitude", "outside what is possible", {}),
    ("method.3", SCAN, "method.3.rate", "outside what is possible", {**SCAN, "scan_rate_mV_per_s": 1}),
    ("method.2", GALVANOSTATIC, "method.2.amplitude_mA", "amplitude_V", {**FOREIGN["method"][2], "amplitude_V": 0.01}),
    ("method.3.until_time_s", None, "method.3.until_time_s", "might never end", 86400),
    ("method.6.until_time_s", None, "method.6.until_time_s", "might never end", 86400),
    ("sample.capacity_mAh", None, "method.3", 'capacity="3 mAh/cm2"', 4),
    ("method.4.current_mA", 1e9, "method.4.current_density", "outside what is possible", 1),
    ("method.0.until_time_s", 1e-9, "method.0.duration", "outside what is possible", 1),
    ("method.2.points_per_decade", 500, "method.2.points_per_decade", "a whole number from 1 to 100", 10),
    ("method.7.cycle_count", 10**7, "method.7.times", "a whole number", 10),
    ("method.7.loop_to", 5, "method.7.loop_to", "leads into another loop", 4),
]


@pytest.mark.parametrize(("path", "value", "where", "words", "instead"), UNKNOWN)
@pytest.mark.fails_when(
    "protocol/unicycler.py", "if any(placed.first < target <= placed.last for placed in done):", "if False:"
)
def test_what_a_program_does_not_know_is_refused_by_name(
    path: str, value: Any, where: str, words: str, instead: Any, tmp_path: Path
) -> None:
    data, file = copy.deepcopy(FOREIGN), tmp_path / "theirs.json"
    put(data, path, value)
    file.write_text(json.dumps(data))
    with pytest.raises(InputError) as caught:
        ls.Program.from_unicycler(file, area="2 cm2")
    error = caught.value
    assert (error.file, error.where) == ("theirs.json", where)
    assert words in error.message
    assert error.expected
    put(data, path, instead)
    file.write_text(json.dumps(data))
    ls.Program.from_unicycler(file, area="2 cm2")


@pytest.mark.fails_when("protocol/unicycler.py", "if not body:", "if False:")
def test_a_loop_that_repeats_nothing_is_refused() -> None:
    tags = [{"step": "tag", "tag": tag} for tag in "ab"]
    method = [FOREIGN["method"][0], *tags, {"step": "loop", "loop_to": "a", "cycle_count": 2}]
    protocol = aurora_unicycler.CyclingProtocol.from_dict({**FOREIGN, "method": method})
    with pytest.raises(InputError, match="method.3.loop_to repeats nothing"):
        ls.Program.from_unicycler(protocol, area=AREA)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("{", r"theirs.json: line 1 is not valid JSON"),
        ("[" * 100_000, "theirs.json.*is not valid JSON"),
        ("1" * 5000, "theirs.json.*is not valid JSON"),
        ("[1]", r"is no protocol\. Expected a table"),
        ("{}", "is not what aurora-unicycler expects"),
        ('{"record": {"time_s": 1}, "method": 5}', "is not what aurora-unicycler expects"),
        ('{"record": {"time_s": 1}, "method": [{"step": "tag", "tag": 1}]}', "is not what aurora-unicycler expects"),
        ('{"record": {"time_s": 1}, "method": [{"step": "rest"}]}', "theirs.json: method.0 is not what"),
    ],
)
@pytest.mark.fails_when(
    "protocol/unicycler.py", "except (ValueError, TypeError, AttributeError) as error:", "except ValueError as error:"
)
def test_a_file_that_is_no_protocol_is_refused(text: str, words: str, tmp_path: Path) -> None:
    (tmp_path / "theirs.json").write_text(text)
    with pytest.raises(InputError, match=words):
        ls.Program.from_unicycler(tmp_path / "theirs.json", area=AREA)


@pytest.mark.fails_when("protocol/unicycler.py", "if not isinstance(given, str | Path):", "if False:")
def test_what_is_neither_a_protocol_nor_a_path_is_refused() -> None:
    with pytest.raises(InputError, match=r"protocol = 5 is no CyclingProtocol\. Expected one, or the path"):
        ls.Program.from_unicycler(5, area=AREA)


@pytest.mark.fails_when("protocol/unicycler.py", 'pip install "{REQUIREMENT}"', "pip install it")
def test_without_the_package_the_command_that_installs_it_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "aurora_unicycler", None)
    with pytest.raises(MissingExtraError, match=f'pip install "{REQUIREMENT}"'):
        ls.Program(STEPS).to_unicycler(area=AREA)
    with pytest.raises(MissingExtraError):
        ls.Program.from_unicycler("none.json", area=AREA)
    project = tomllib.loads((Path(__file__).resolve().parents[2] / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    assert project["optional-dependencies"]["unicycler"] == [REQUIREMENT]
    assert REQUIREMENT in project["optional-dependencies"]["dev"]
