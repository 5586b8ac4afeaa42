"""PyBaMM's experiment strings: they mean here what they mean there, and what is not known is refused by name."""

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import lithoscope as ls
from lithoscope.errors import InputError
from lithoscope.physics.cell.engine import pybamm

AREA, CAPACITY = "2 cm2", "3 mAh/cm2"
AMPERE_HOURS = 6e-3
"""The capacity of the whole cell."""


def one(string: str) -> Any:
    """The step of one string."""
    (step,) = ls.Program.from_pybamm([string], area=AREA, capacity=CAPACITY).steps
    return step


numbers = st.sampled_from(["1", "2.5", "0.25", "20", "1e1", "7."])
times = st.builds("{}{}{}".format, numbers, st.sampled_from(["", " "]), st.sampled_from(
    ["second", "seconds", "s", "sec", "minute", "minutes", "m", "min", "hour", "hours", "h", "hr"]))  # fmt: skip
currents = st.one_of(
    st.builds("{} mA".format, numbers), st.builds("{}A".format, st.sampled_from(["0.001", "1e-3"])),
    st.builds("C/{}".format, numbers), st.builds("{}C".format, numbers), st.builds("{} C".format, numbers),
)  # fmt: skip
voltages = st.builds("{}{}".format, st.sampled_from(["0.5", "-0.25", "3"]), st.sampled_from(["V", " V"]))
millivolts = st.sampled_from(["120 mV", "-30mV"])
ends = st.one_of(
    st.builds(" for {}".format, times),
    st.builds(" until {}".format, voltages | millivolts),
    st.builds(" for {} or until {}{}".format, times, st.sampled_from(["", "<", "> "]), voltages),
)
moves = st.builds("{} at {}{}".format, st.sampled_from(["Charge", "Discharge"]), currents, ends)
holds = st.builds("Hold at {}{}".format, voltages | millivolts, st.one_of(
    st.builds(" for {}".format, times), st.builds(" until {}".format, currents), st.builds(" for {} or until {}".format, times, currents),
))  # fmt: skip
rests = st.builds("Rest for {}".format, times)


def expected(string: str) -> dict[str, float]:
    """What PyBaMM's own reader makes of a string, in the quantities and signs of a program."""
    theirs = pybamm.step.string(string)
    per_area = -1 / 2e-4
    rate = isinstance(theirs, pybamm.step.CRate)
    if isinstance(theirs, pybamm.step.Voltage):
        told = {"voltage": theirs.value}
    else:
        told = {"current_density": theirs.value * (AMPERE_HOURS if rate else 1) * per_area} if theirs.value else {}
    for end in theirs.termination:
        if isinstance(end, pybamm.step.VoltageTermination):
            told["voltage_above" if end._get_operator(theirs) == ">" else "voltage_below"] = end.value
        else:
            told["current_below"] = end.value * (AMPERE_HOURS if isinstance(end, pybamm.step.CRateTermination) else 1) / 2e-4
    return told | {"duration": theirs.duration}


def found(step: Any) -> dict[str, float]:
    """The numbers of a step and of what ends it, SI."""
    parts = {name: getattr(step, name, None) for name in ("voltage", "current_density", "duration")}
    if until := getattr(step, "until", None):
        parts |= {name: getattr(until, name) for name in type(until).model_fields}
    return {name: float(value) for name, value in parts.items() if value is not None}


@settings(deadline=None, max_examples=200)
@given(st.one_of(moves, moves, holds, rests))
@pytest.mark.fails_when("protocol/experiment.py", 'return _MINUTES.sub("min", given)', "return given")
def test_a_string_means_what_it_means_to_pybamm(string: str) -> None:
    assert found(one(string)) == pytest.approx(expected(string), rel=1e-9)


@pytest.mark.fails_when("protocol/experiment.py", 'match["verb"] == "Charge"', 'match["verb"] == "Discharge"')
def test_a_charge_strips_the_working_electrode() -> None:
    """The same program run by PyBaMM on our model and by us: the same voltage at the end of each step."""
    cell = ls.Cell.symmetric(anode=ls.Foil("50 um"), electrolyte="LP30", separator="PP 20 um", area=AREA)
    strings = ["Charge at 2 mA for 10 minutes", "Rest for 5 minutes", "Discharge at 1 mA for 10 minutes"]
    model, values = ls.Planar().to_pybamm(cell)
    theirs = pybamm.Simulation(
        model, parameter_values=values, experiment=pybamm.Experiment(strings), solver=model.default_solver
    ).solve(calc_esoh=False)
    ours = ls.run(cell, ls.Program.from_pybamm(strings, area=AREA), progress=False)
    volts = [float(each["Voltage [V]"].entries[-1]) for each in theirs.cycles]
    last = [float(ours["voltage"].values[ours["step"].values == n][-1]) for n in (1, 2, 3)]
    assert last == pytest.approx(volts, rel=1e-9, abs=1e-12)
    assert last[0] > 0 > last[2]


@pytest.mark.fails_when("protocol/experiment.py", "times = len(list(same))", "times = 1")
def test_tuples_are_cycles_and_equal_ones_a_loop() -> None:
    pair = ("Charge at 1 mA/cm2 for 1 hour", "Discharge at 1 mA/cm2 for 1 hour")
    program = ls.Program.from_pybamm(["Rest for 1 hour", *[pair] * 3, ("Rest for 1 s",), *["Rest for 2 s"] * 2, list(pair)])
    assert [step.kind for step in program.steps] == ["rest", "loop", "loop", "rest", "rest", "loop"]
    assert [getattr(step, "times", None) for step in program.steps] == [None, 3, 1, None, None, 1]
    assert program.cycles == 5
    assert ls.Program.parse(program.to_toml()) == program


@pytest.mark.fails_when("protocol/experiment.py", 'for si in ("A", "A/m2", "V"):', 'for si in ("A", "V"):')
def test_currents_per_area_and_small_ones_need_no_more() -> None:
    (hold,) = ls.Program.from_pybamm(["Hold at 0.5 V for 1 hour or until 10 uA"], area="1 cm2").steps
    assert float(hold.until.current_below) == pytest.approx(0.1)  # type: ignore[union-attr]
    (charge,) = ls.Program.from_pybamm(["Charge at 1 mA/cm2 for 1 hour"]).steps
    assert str(charge.current_density) == "1 mA/cm2"  # type: ignore[union-attr]


REFUSED = [
    ("Run US06", "runs a drive cycle", "Charge at 1 mA/cm2 for 10 seconds"),
    ("Charge at 4 mW for 1 hour", "sets a power", "Charge at 1 mA/cm2 for 1 hour"),
    ("Discharge at 2 Ohm for 1 hour", "sets a resistance", "Charge at 1 mA/cm2 for 1 hour"),
    ("Rest for 1 hour (1 minute period)", "sets a period", "Rest for 1 hour"),
    ("Rest for 1 hour at 25oC", "sets a temperature", "Rest for 1 hour"),
    ("Charge at 1 mA/cm2", "does not say when it ends", "Charge at 1 mA/cm2 for 1 hour"),
    ("Charge at 4 V for 1 hour", "at a voltage", "Hold at 4 V for 1 hour"),
    ("Hold at 1 mA/cm2 for 1 hour", "holds a current", "Charge at 1 mA/cm2 for 1 hour"),
    ("Hold at 1 V until <1 mA/cm2", "current with its sign", "Hold at 1 V until 1 mA/cm2"),
    ("Hold at 1 V until 2 V", "can never be met at a constant voltage", "Hold at 1 V for 1 hour"),
    ("Charge at C/0 for 1 hour", "is no C-rate", "Rest for 1 hour"),
    ("Charge at 1e999 C for 1 hour", "is no C-rate", "Rest for 1 hour"),
    ("Charge at 0 A for 1 hour", "passes no charge", "Rest for 1 hour"),
    ("Rest until 1 V", "a rest ends after a time only", "Rest for 10 minutes"),
    ("Charge at 1 banana for 1 hour", "is no unit of a current", "Charge at C/2 for 1 hour"),
    ("Charge at full speed for 1 hour", "is not a number with a unit", "Charge at C/2 for 1 hour"),
    ("Charge at 1 mA/cm2 for 1 parsec", 'duration = "1 parsec"', "Charge at 1 mA/cm2 for 10 h"),
    ("charge a bit", "cannot be read", "Rest for 10 minutes"),
]


@pytest.mark.parametrize(("string", "words", "instead"), REFUSED)
@pytest.mark.fails_when("protocol/experiment.py", "if re.search(pattern, given):", "if False:")
def test_what_is_not_known_is_refused_by_name(string: str, words: str, instead: str) -> None:
    with pytest.raises(InputError) as caught:
        ls.Program.from_pybamm(["Rest for 1 s", (string, string)], area=AREA, capacity=CAPACITY)
    error = caught.value
    assert error.where == "strings.1.0"
    assert f'"{string}"' in error.problem
    assert words in error.problem
    assert error.expected
    one(instead)


@pytest.mark.parametrize(
    ("strings", "missing", "value"),
    [
        (["Charge at 1 mA for 1 hour"], "area", "1.13 cm2"),
        (["Hold at 1 V until 10 uA"], "area", "1.13 cm2"),
        (["Charge at C/2 until 1 V"], "capacity", "3 mAh/cm2"),
    ],
)
@pytest.mark.fails_when("protocol/areal.py", "return rate * self.capacity.value / SECONDS_PER_HOUR", "return rate")
def test_what_a_whole_cell_needs_is_asked_for(strings: list[str], missing: str, value: str) -> None:
    with pytest.raises(InputError, match=f'{missing}="{value}"'):
        ls.Program.from_pybamm(strings)
    program = ls.Program.from_pybamm(strings, **{missing: value})  # type: ignore[arg-type]
    if missing == "capacity":
        assert str(program.steps[0].current_density) == "1.5 mA/cm2"  # type: ignore[union-attr]


@pytest.mark.parametrize(
    "strings", ["Rest for 1 s", 5, {"Rest for 1 s": 1}, [5], [("Rest for 1 s", ("Rest for 1 s",))], ["R" * 300]]
)
@pytest.mark.fails_when("protocol/experiment.py", "if not isinstance(given, str) or", "if")
def test_what_is_no_list_of_strings_is_refused(strings: Any) -> None:
    with pytest.raises(InputError, match="Rest for 10 minutes"):
        ls.Program.from_pybamm(strings)
