"""Programs: steps, loops, and what cannot be run."""

from collections.abc import Callable

import pytest

import lithoscope as ls
from lithoscope.errors import InputError


@pytest.mark.fails_when("protocol/program.py", "counter.cycle += innermost", "counter.cycle += 1")
def test_cycles_are_passages_through_innermost_loops() -> None:
    rest, strip = ls.Rest("1 s"), ls.Current("1 mA/cm2", {"duration": "1 s"})
    program = ls.Program([rest, ls.Loop(2, [ls.Loop(3, [strip]), rest]), ls.Loop(2, [strip, strip])])
    visits = list(program.visits())
    assert [v.cycle for v in visits] == [0, 1, 2, 3, 0, 4, 5, 6, 0, 7, 7, 8, 8]
    assert [v.number for v in visits] == list(range(1, 14))
    assert len(program) == 13
    assert program.cycles == 8


@pytest.mark.fails_when("protocol/program.py", 'f"-{density.text.lstrip', 'f"{density.text.lstrip')
def test_strip_and_plate() -> None:
    program = ls.Program.strip_plate("1 mA/cm2", "0.5 mAh/cm2", cycles=3, stop=ls.Stop("1 V"))
    steps = [visit.step for visit in program.visits()]
    assert [s.current_density.value for s in steps if isinstance(s, ls.Current)] == [10.0, -10.0] * 3
    assert {s.duration for s in steps if isinstance(s, ls.Current)} == {1800.0}
    assert program.stop.voltage_magnitude is not None
    other = ls.Program.strip_plate("1 mA/cm2", "0.5 mAh/cm2", cycles=3, first="plate")
    assert next(other.visits()).step.current_density.value == -10.0  # type: ignore[union-attr]
    assert ls.Program.parse(program.to_toml()) == program


@pytest.mark.fails_when("protocol/steps.py", "return min(times)", "return max(times)")
def test_a_current_step_ends_with_the_first_of_its_limits() -> None:
    step = ls.Current("1 mA/cm2", {"duration": "30 min", "capacity": "1 mAh/cm2"})
    assert step.duration == 1800.0


REFUSED: list[tuple[Callable[[], object], str, str]] = [
    (lambda: ls.Current("1 mA/cm2", {}), "until", "names no condition"),
    (lambda: ls.Current("1 mA/cm2", {"voltage_above": "1 V"}), "until", "might never end"),
    (lambda: ls.Current("0 mA/cm2", {"duration": "1 h"}), "current_density", 'Use a step of kind "rest"'),
    (lambda: ls.Current("1 mA", {"duration": "1 h"}), "current_density", "mA/cm2"),
    (
        lambda: ls.Current("1 mA/cm2", {"duration": "1 h", "current_below": "1 mA/cm2"}),
        "until.current_below",
        "constant current",
    ),
    (lambda: ls.Voltage("0.1 V", {"capacity": "1 mAh/cm2"}), "until.duration", "is missing"),
    (lambda: ls.Voltage("0.1 V", {"duration": "1 h", "voltage_above": "1 V"}), "until.voltage_above", "constant voltage"),
    (lambda: ls.Voltage("100 V", {"duration": "1 h"}), "voltage", "outside what is possible"),
    (lambda: ls.Rest("-1 s"), "duration", "outside what is possible"),
    (lambda: ls.Rest("1 m"), "duration", "1 m"),
    (lambda: ls.Spectrum("1 Hz", "10 Hz"), "low", "is not below"),
    (lambda: ls.Spectrum(points_per_decade=0), "points_per_decade", "a whole number from 1 to 100"),
    (lambda: ls.Loop(0, [ls.Rest("1 s")]), "times", "a whole number from 1 to 100000"),
    (lambda: ls.Loop(2, []), "steps", "at least one step"),
    (lambda: ls.Loop("2", [ls.Rest("1 s")]), "times", "a whole number"),  # type: ignore[arg-type]
    (lambda: ls.Program([]), "steps", "at least one step"),
    (lambda: ls.Program.strip_plate("-1 mA/cm2", "1 mAh/cm2", cycles=1), "current_density", "not positive"),
    (lambda: ls.Program.strip_plate("1 mA/cm2", "1 mAh", cycles=1), "capacity", "mAh"),
]


@pytest.mark.parametrize(("wrong", "where", "words"), REFUSED)
@pytest.mark.fails_when("protocol/steps.py", "if not self.low.value < self.high.value:", "if False:")
def test_refusals(wrong: Callable[[], object], where: str, words: str) -> None:
    with pytest.raises(InputError, match=words) as caught:
        wrong()
    assert caught.value.where == where


@pytest.mark.parametrize("kind", ["power", "repeat_until"])
def test_a_step_that_does_not_exist_yet_says_so(kind: str) -> None:
    with pytest.raises(InputError, match=rf'steps.0.kind.*"{kind}" is not built yet'):
        ls.Program.parse(f'format = "lithoscope.program/1"\n[[steps]]\nkind = "{kind}"\n')


@pytest.mark.fails_when("protocol/program.py", "if count > MOST_STEPS:", "if False:")
def test_a_program_of_bounded_size() -> None:
    loop: object = ls.Rest("1 s")
    for _ in range(3):
        loop = ls.Loop(1000, [loop])  # type: ignore[list-item]
    with pytest.raises(InputError, match="comes to 1000000000 steps"):
        ls.Program([loop])  # type: ignore[list-item]
    for _ in range(4):
        loop = ls.Loop(1, [loop])  # type: ignore[list-item]
    with pytest.raises(InputError, match="loops 7 deep"):
        ls.Program([loop])  # type: ignore[list-item]
