"""Rung 4: invariants hold in every run, and each of them notices when it does not. The clauses of the model contract."""

from dataclasses import replace
from typing import Any

import numpy as np
import pytest

import lithoscope as ls
from lithoscope.errors import End
from lithoscope.physics.contract import Model, Violation, marked, silent
from lithoscope.physics.ledger import entry
from lithoscope.result.ledger import Ledger

SMALL = ls.PhaseField(width="8 um", height="12 um", roughness="0.1 um")
REST = ls.Interphase(edge=4, snapshots=2, adsorbed={"NO3-": "2.7 umol/m2"})
MODELS: list[Model] = [ls.Planar(), ls.Mossy(), ls.Plated(), ls.Full(), SMALL, REST]


def cell_for(model: Model, foils: ls.Cell) -> ls.Cell:
    """A cell that the model suits."""
    if model.kind == "substrate":
        return foils.replaced(working=ls.Substrate("Cu"), counter=foils.working)
    if model.kind == "full":
        return foils.replaced(working=ls.Cathode("LTO", "3.2 mg/cm2"), counter=foils.working)
    return foils


@pytest.mark.parametrize("model", MODELS, ids=lambda model: model.kind)
def test_contract(model: Model, coated: ls.Cell) -> None:
    """Whoever writes a model can run this clause by clause."""
    reports: list[tuple[float, str]] = []
    cell = cell_for(model, coated)
    program = ls.Program.strip_plate("1 mA/cm2", "0.1 mAh/cm2", cycles=2)
    if model.kind == "full":
        program = ls.Program.charge_discharge("2.8 mA/cm2", low="1.5 V", high="2 V", cycles=2, first="discharge")
    elif model.kind == "interphase":
        program = ls.Program([ls.Rest("1 h"), ls.Rest("1 d")])
    elif cell is not coated:
        program = ls.Program.plate_strip("1 mA/cm2", "0.1 mAh/cm2", "1 V", cycles=2)
    result = model.simulate(cell, program, lambda done, text: reports.append((done, text)))
    assert result.status.word == "program completed"
    assert not model.invariants(result)
    assert [done for done, _ in reports] == sorted(done for done, _ in reports), "progress never goes back"
    assert reports[-1][0] == 1.0
    assert type(model).parse(model.to_toml()) == model  # type: ignore[attr-defined]
    assert len(model.exact_cases()) >= 3
    assert set(result.manifest.inputs) == {"cell", "program", "model"}


def with_values(result: ls.Result, name: str, value: float) -> ls.Result:
    """The result with one value of its trace replaced."""
    tree = result.tree.copy(deep=True)
    tree["trace"][name].values[3] = value
    return replace(result, tree=tree)


@pytest.mark.parametrize(
    ("name", "value", "words"),
    [("voltage", np.nan, "finite values"), ("voltage", 7.0, "Kirchhoff"), ("working_lithium", -1.0, "bounds"),
     ("counter_salt_concentration", -1e-3, "bounds")],
)  # fmt: skip
@pytest.mark.fails_when("physics/contract.py", "if gap > KIRCHHOFF_V:", "if False:")
def test_every_invariant_notices(name: str, value: float, words: str, short_run: ls.Result) -> None:
    model = ls.Planar()
    assert not model.invariants(short_run)
    found = model.invariants(with_values(short_run, name, value))
    assert words in {violation.invariant for violation in found}


@pytest.mark.fails_when("physics/contract.py", "if not ledger.closes:", "if False:")
def test_an_open_ledger_is_noticed(short_run: ls.Result) -> None:
    open_books = Ledger(short_run.ledger.reservoirs, residual=1e-6)
    found = ls.Planar().invariants(replace(short_run, ledger=open_books))
    assert [violation.invariant for violation in found] == ["lithium"]


@pytest.mark.parametrize(
    ("invariants", "end"),
    [(("bounds",), End.OUT_OF_BOUNDS), (("bounds", "Kirchhoff"), End.VOLTAGE_OPEN), (("charge",), End.CURRENTS_OPEN),
     (("current", "bounds"), End.CURRENTS_OPEN), (("elements", "charge"), End.LEDGER_OPEN), (("lithium",), End.LEDGER_OPEN),
     (("lithium", "finite values"), End.NOT_FINITE)],
)  # fmt: skip
@pytest.mark.fails_when("physics/contract.py", '"bounds": End.OUT_OF_BOUNDS', '"bounds": End.LEDGER_OPEN')
def test_each_invariant_has_a_word_of_its_own(invariants: tuple[str, ...], end: End, short_run: ls.Result) -> None:
    """A bound that is passed is no open ledger; where several do not hold, the worst names the end and all are told."""
    status = marked(short_run, [Violation(name, "by much") for name in invariants]).status
    assert status.end is end
    assert status.end.exit_code == 3
    assert status.detail == "; ".join(f"{name}: by much" for name in invariants)
    assert status.time == short_run.status.time


@pytest.mark.fails_when("errors.py", "self.exit_code == End.NO_SOLUTION.exit_code", "self is End.NO_SOLUTION")
def test_which_ends_are_of_the_numbers() -> None:
    """Physical ends and interruptions are results; marked runs were gone through."""
    failed = {End.STEP_COLLAPSED, End.NOT_FINITE, End.NO_SOLUTION}
    kept = {End.LEDGER_OPEN, End.CURRENTS_OPEN, End.VOLTAGE_OPEN, End.OUT_OF_BOUNDS}
    assert {end for end in End if end.marked} == kept
    assert {end for end in End if end.numerical} == kept | failed


@pytest.mark.fails_when("physics/cell/model.py", "if found_wrong else result", "if False else result")
def test_a_run_whose_lithium_does_not_close_is_marked(coated: ls.Cell, monkeypatch: pytest.MonkeyPatch) -> None:
    """A model that books a flux twice ends in words and with exit code 3, and its numbers are kept."""
    from lithoscope.physics.cell import observe

    def twice(*of: Any) -> Any:
        honest = entry(*of)
        return replace(honest, inflow={name: 2 * amount for name, amount in honest.inflow.items()})

    monkeypatch.setattr(observe, "entry", twice)
    result = ls.Planar().simulate(coated, ls.Program.strip_plate("1 mA/cm2", "1 mAh/cm2", cycles=1), silent)
    assert result.status.end is End.LEDGER_OPEN
    assert result.status.end.exit_code == 3
    assert "differs from its flux" in result.status.detail
    assert result.trace.sizes["time"] > 10
