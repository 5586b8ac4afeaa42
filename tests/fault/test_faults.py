"""What happens when something goes wrong in the middle: it ends in words, and what was there is kept."""

import signal
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import lithoscope as ls
from lithoscope.errors import End, InputError
from lithoscope.physics.cell.system import SolverGaveUpError, System

PROGRAM = ls.Program.strip_plate("1 mA/cm2", "0.1 mAh/cm2", cycles=5)


def before_each_step(monkeypatch: pytest.MonkeyPatch, act: Callable[[int], None]) -> None:
    """Act before every call of the integrator; the argument counts them from 1."""
    honest, calls = System.integrate, [0]

    def integrate(self: System, *arguments: Any, **limits: bool) -> Any:
        calls[0] += 1
        act(calls[0])
        return honest(self, *arguments, **limits)

    monkeypatch.setattr(System, "integrate", integrate)


def fail_from(monkeypatch: pytest.MonkeyPatch, call: int, until: int, error: BaseException) -> None:
    """Make the integrator raise from its n-th call on, up to but not including another."""

    def act(n: int) -> None:
        if call <= n < until:
            raise error

    before_each_step(monkeypatch, act)


def press_at(monkeypatch: pytest.MonkeyPatch, *calls: int, times: int = 1) -> None:
    """Press Ctrl-C before these calls of the integrator."""

    def act(n: int) -> None:
        for _ in range(times if n in calls else 0):
            signal.raise_signal(signal.SIGINT)

    before_each_step(monkeypatch, act)


@pytest.mark.fails_when("physics/cell/solve.py", "except SolverGaveUpError as error:", "except ZeroDivisionError as error:")
def test_a_solver_that_gives_up_ends_in_words(coated: ls.Cell, monkeypatch: pytest.MonkeyPatch) -> None:
    fail_from(monkeypatch, 4, 1000, SolverGaveUpError("IDA_CONV_FAIL"))
    result = ls.run(coated, PROGRAM, progress=False)
    assert result.status.end is End.NO_SOLUTION
    assert (result.status.cycle, result.status.step) == (2, 4)
    assert "IDA" not in str(result.status)
    assert "IDA_CONV_FAIL" in str(result.manifest.solver["log"]), "its own words go to the log"
    assert result.steps.index.tolist() == [1, 2, 3]
    assert result.ledger.closes
    assert np.isfinite(result["voltage"]).all()


@pytest.mark.fails_when("physics/cell/solve.py", "recorder.retries += 1", "raise")
def test_a_single_failure_is_survived(coated: ls.Cell, monkeypatch: pytest.MonkeyPatch) -> None:
    honest = ls.run(coated, PROGRAM, progress=False)
    fail_from(monkeypatch, 4, 5, SolverGaveUpError("once"))
    result = ls.run(coated, PROGRAM, progress=False)
    assert result.status.end is End.COMPLETED
    assert result.manifest.solver["retries"] == 1
    assert result.steps["end_voltage"].to_numpy() == pytest.approx(honest.steps["end_voltage"].to_numpy(), abs=1e-6)


@pytest.mark.fails_when("physics/cell/model.py", "raise RunInterrupted(result)", "return result")
def test_an_interrupted_run_keeps_what_it_has(coated: ls.Cell, monkeypatch: pytest.MonkeyPatch, tmp_path: Any) -> None:
    press_at(monkeypatch, 6)
    with pytest.raises(ls.RunInterrupted, match="INTERRUPTED") as caught:
        ls.run(coated, PROGRAM, progress=False)
    result = caught.value.result
    assert isinstance(caught.value, KeyboardInterrupt), "a loop of runs ends with it"
    assert result.status.end is End.INTERRUPTED
    assert result.status.end.exit_code == 4
    assert (result.status.cycle, result.status.step) == (3, 6)
    assert result.steps.index.tolist() == [1, 2, 3, 4, 5, 6], "it ends between two steps, so that the books are whole"
    assert result.status.time == pytest.approx(float(result["voltage"].time[-1]))
    assert result.ledger.closes
    assert ls.load(result.save(tmp_path / "run")).status == result.status


@pytest.mark.fails_when("physics/cell/drive.py", "if interrupted():", "if interrupted() and not status:")
def test_an_interrupt_is_not_lost_in_the_last_step(coated: ls.Cell, monkeypatch: pytest.MonkeyPatch) -> None:
    """A loop of short runs would never end if a run that is about to end swallowed it."""
    press_at(monkeypatch, 1)
    with pytest.raises(ls.RunInterrupted) as caught:
        ls.run(coated, ls.Program([ls.Current("1 mA/cm2", {"duration": "1 s"})]), progress=False)
    assert caught.value.result.steps.index.tolist() == [1]
    thin = coated.changed("working.thickness", "0.1 um")
    press_at(monkeypatch, 1)
    with pytest.raises(ls.RunInterrupted, match="lithium exhausted"):
        ls.run(thin, ls.Program([ls.Current("1 mA/cm2", {"duration": "1 h"})]), progress=False)


@pytest.mark.fails_when("physics/interruption.py", "signal.signal(number, handlers[signal.Signals(number)])", "pass")
def test_a_second_interrupt_acts_at_once_and_the_handlers_are_put_back(
    coated: ls.Cell, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = signal.getsignal(signal.SIGINT)
    press_at(monkeypatch, 2, times=2)
    with pytest.raises(KeyboardInterrupt) as caught:
        ls.run(coated, PROGRAM, progress=False)
    assert not isinstance(caught.value, ls.RunInterrupted)
    assert signal.getsignal(signal.SIGINT) is before


def test_a_run_that_ends_before_its_first_step(coated: ls.Cell, monkeypatch: pytest.MonkeyPatch, tmp_path: Any) -> None:
    fail_from(monkeypatch, 1, 1000, SolverGaveUpError("never"))
    result = ls.run(coated, PROGRAM, progress=False)
    assert result.status.end is End.NO_SOLUTION
    assert ls.load(result.save(tmp_path / "run")).status == result.status
    with pytest.raises(InputError, match="before its first step"):
        result.plot("voltage")
    with pytest.raises(InputError, match="no current step was run"):
        result.overpotential()


@pytest.mark.parametrize("value", [np.nan, np.inf])
@pytest.mark.fails_when(
    "physics/cell/system.py", 'raise SolverGaveUpError("no consistent start of the step was found")', "return y"
)
def test_a_state_that_is_not_finite_is_a_status(value: float, coated: ls.Cell, monkeypatch: pytest.MonkeyPatch) -> None:
    honest = System.state_from
    calls = [0]

    def poisoned(self: System, other: System, y: Any) -> Any:
        calls[0] += 1
        taken = honest(self, other, y).copy()
        if calls[0] == 4:
            taken[:] = value
        return taken

    monkeypatch.setattr(System, "state_from", poisoned)
    with np.errstate(invalid="ignore"):
        result = ls.run(coated, PROGRAM, progress=False)
    assert result.status.end is End.NO_SOLUTION


@pytest.mark.fails_when("physics/cell/model.py", "*_step_notes(tree", "*() and (tree")
def test_a_condition_that_is_met_at_once_ends_the_step_and_says_so(coated: ls.Cell) -> None:
    steps = [
        ls.Current("1 mA/cm2", {"duration": "10 min"}),
        ls.Current("1 mA/cm2", {"duration": "10 min", "voltage_above": "1 mV"}),
        ls.Rest("1 min"),
    ]
    result = ls.run(coated, ls.Program(steps), progress=False)
    assert result.status.end is End.COMPLETED
    assert result.steps["ended"].tolist() == ["time is up", "voltage above", "time is up"]
    assert result.steps["duration"].tolist()[1] == 0.0
    assert result.manifest.notes == ('Step 2 ended at 0 s: the limit "voltage above" was already met at the start.',)


@pytest.mark.fails_when("physics/cell/model.py", "len(idle) > 1", "False")
def test_steps_that_did_nothing_are_noted_together(coated: ls.Cell) -> None:
    idle = ls.Current("1 mA/cm2", {"duration": "10 min", "voltage_above": "-1 mV"})
    result = ls.run(coated, ls.Program([ls.Loop(3, [idle])]), progress=False)
    assert [note.split(":")[0] for note in result.manifest.notes] == ["Step 1 and 2 more ended at 0 s"]


@pytest.mark.fails_when("physics/cell/model.py", "> 0.01:", "> 1000:")
def test_films_without_temperature_dependence_are_noted(coated: ls.Cell) -> None:
    program = ls.Program([ls.Rest("1 s")])
    (note,) = ls.run(coated.replaced(temperature="20 degC"), program, progress=False).manifest.notes
    assert "conductivity of protective films does not depend on temperature" in note
    assert ls.run(coated.replaced(temperature="298.15 K"), program, progress=False).manifest.notes == ()


@pytest.mark.fails_when(
    "physics/cell/control.py", 'STOP: given("Stop voltage [V]") - abs(V)', 'STOP: given("Stop voltage [V]") + abs(V)'
)
def test_the_stop_of_the_program(bare: ls.Cell) -> None:
    program = ls.Program.strip_plate("5 mA/cm2", "1 mAh/cm2", cycles=5, stop=ls.Stop("1 V"))
    result = ls.run(bare, program, progress=False)
    assert result.status.end is End.STOP_REACHED
    assert float(result["voltage"][-1]) == pytest.approx(1.0, abs=1e-6)
    assert result.steps["ended"].tolist() == ["the run ended"]


@pytest.mark.fails_when("physics/cell/model.py", "<= high + TEMPERATURE_MARGIN:", "<= 1e9:")
def test_a_temperature_that_nobody_measured(bare: ls.Cell) -> None:
    with pytest.raises(InputError, match=r"temperature.*Give its properties") as caught:
        ls.run(bare.replaced(temperature="90 degC"), PROGRAM, progress=False)
    assert caught.value.where == "temperature"
    noted = ls.run(bare.replaced(temperature="40 degC"), PROGRAM, progress=False)
    assert "used at 40 degC" in noted.manifest.notes[0]
    properties = ls.ConstantProperties("1 S/m", "3e-10 m2/s", 0.3, 2)
    assert ls.run(bare.replaced(temperature="90 degC").changed("electrolyte.properties", properties.model_dump(mode="json")),
                  PROGRAM, progress=False).status.end is End.COMPLETED  # fmt: skip


def test_salt_beyond_the_measurements_is_noted(bare: ls.Cell) -> None:
    cell = bare.changed("electrolyte.concentration", "2.5 mol/L").changed("separator.thickness", "100 um")
    result = ls.run(cell, ls.Program([ls.Current("10 mA/cm2", {"duration": "10 min"})]), progress=False)
    assert any("measured up to 3 mol/L" in note for note in result.manifest.notes)
