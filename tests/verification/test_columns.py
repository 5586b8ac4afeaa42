"""Reading many states at once gives what CasADi gives state by state, for every variable of every model."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

import lithoscope as ls
from lithoscope.design.catalogue import entry
from lithoscope.physics.cell.control import Setting
from lithoscope.physics.cell.engine import casadi, compiler
from lithoscope.physics.cell.model import CellModel
from lithoscope.physics.cell.observe import RESOLUTION_V, kept, outputs, powers
from lithoscope.physics.cell.system import System

Array = NDArray[np.float64]

CASES = {
    "perovskite/bare": ls.Planar(),
    "perovskite/masncl3": ls.Mossy(),
    "perovskite/steel-masncl3": ls.Plated(),
    "host/filled": ls.PorousHost(),
    "perovskite/lto-coated": ls.Full(),
}


def prepared(name: str, model: CellModel, states: int, *, compiled: bool = False) -> tuple[System, dict[str, float], Array]:
    """A system, its inputs, and different states near the one at assembly."""
    cell = ls.Cell.parse(entry(name))
    system = model.system(cell, compiled=compiled)
    inputs = {**model.values(cell), **Setting(current_density=10.0).inputs()}
    start = system.initial_state(inputs)[:, None]
    shift = np.random.default_rng(1).random((len(start), states))
    # What is zero at assembly gets a value, too.
    return system, inputs, start * (1 + 0.05 * shift) + 1e-3 * shift * (start == 0)


def state_by_state(system: System, name: str, y: Array, inputs: dict[str, float]) -> Array:
    """A variable by CasADi."""
    expression: Any = casadi.densify(system._casadi(system.model.get_processed_variable(name)))
    function = casadi.Function("one", [system._y, system._p], [expression])
    return np.column_stack([np.asarray(function(column, system.p(inputs))).ravel() for column in y.T])


@pytest.mark.fails_when("physics/cell/columns.py", "base, exponent = base * base, 2", "base, exponent = base * base, 1")
@pytest.mark.parametrize(("name", "model"), CASES.items(), ids=CASES)
def test_many_states_at_once(name: str, model: CellModel) -> None:
    system, inputs, y = prepared(name, model, 7)
    names = [*(outputs(system) | powers(system)).values(), "Salt concentration [mol.m-3]"]
    found = system.read(names, y, inputs)
    for each in names:
        expected = state_by_state(system, each, y, inputs)
        assert np.atleast_2d(found[each]) == pytest.approx(expected, rel=1e-11, abs=1e-11 * np.abs(expected).max()), each


@pytest.mark.skipif(compiler() is None, reason="needs a C compiler")
@pytest.mark.fails_when("physics/cell/buffers.py", 'block.ravel(order="F")', "block.ravel()")
@pytest.mark.parametrize("states", [1, 31, 32, 33])
def test_compiled_and_not(states: int) -> None:
    """In blocks, the last of which is not full."""
    names = ["Voltage [V]", "Salt concentration [mol.m-3]", "Working bulk lithium inflow [A.m-2]"]
    (plain, inputs, y), (compiled, _, _) = (
        prepared("perovskite/bare", ls.Mossy(), states, compiled=compiled) for compiled in (False, True)
    )
    expected, found = plain.read(names, y, inputs), compiled.read(names, y, inputs)
    for name in names:
        assert found[name] == pytest.approx(expected[name], rel=1e-11)


@pytest.mark.fails_when("physics/cell/observe.py", "chosen = np.union1d(chosen, splits)", "return np.union1d(chosen, splits)")
def test_kept_points_carry_the_shape() -> None:
    """Between the kept points the trace is straight within the resolution, and they are much fewer."""
    t = np.concatenate([[0.0], np.geomspace(1e-8, 3600, 460)])
    voltage = 0.1 * np.tanh(np.log10(t + 1e-9) + 3) + 0.03 * np.exp(-(((t - 1500) / 100) ** 2))
    chosen = kept(t, voltage, np.full(len(t), 10.0))
    assert np.abs(np.interp(t, t[chosen], voltage[chosen]) - voltage).max() <= RESOLUTION_V
    assert len(chosen) < len(t) / 3
    assert chosen[0] == 0
    assert chosen[-1] == len(t) - 1
