"""The same equations driven by PyBaMM itself: the peer of our tests and benchmarks."""

from __future__ import annotations

import warnings
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import numpy as np

from lithoscope.physics.cell.chunk import Array
from lithoscope.physics.cell.engine import pybamm

if TYPE_CHECKING:
    from lithoscope.design import Cell
    from lithoscope.physics.cell.model import CellModel


def pybamm_cycles(model: CellModel, cell: Cell, cycles: int, rtol: float = 1e-7) -> Callable[[], Any]:
    """A call that strips and plates 1 mAh/cm2 at 1 mA/cm2 with PyBaMM's Experiment and returns its solution.

    The simulation is built once, so that a second call times the solution alone.
    """
    theirs, values = model.to_pybamm(cell)
    ampere = 10 * cell.area.value
    steps = (f"Charge at {ampere!r} A for 1 hour", f"Discharge at {ampere!r} A for 1 hour")
    options = {"dt_init": 1e-8, "suppress_algebraic_error": True}
    solver = pybamm.IDAKLUSolver(rtol=rtol, atol=rtol * 1e-2, options=options)
    simulation = pybamm.Simulation(
        theirs,
        parameter_values=values,
        experiment=pybamm.Experiment([steps] * cycles),
        solver=solver,
        var_pts={"x": model.cells},
    )
    return lambda: simulation.solve(calc_esoh=False)


def pybamm_designs(
    model: CellModel, cell: Cell, names: Sequence[str], cycles: int, rtol: float
) -> Callable[[Sequence[float]], list[float]]:
    """A call that strips and plates one design 1 mAh/cm2 at 1 mA/cm2 with PyBaMM's Experiment: voltages at half-cycle ends, V.

    names  of the numbers of a design, which are inputs, so that the simulation is built once
    """
    theirs, values = model.to_pybamm(cell)
    values.update(dict.fromkeys(names, "[input]"))
    ampere = 10 * cell.area.value
    steps = (f"Charge at {ampere!r} A for 1 hour", f"Discharge at {ampere!r} A for 1 hour")
    options = {"dt_init": 1e-8, "suppress_algebraic_error": True}
    simulation = pybamm.Simulation(
        theirs,
        parameter_values=values,
        experiment=pybamm.Experiment([steps] * cycles),
        solver=pybamm.IDAKLUSolver(rtol=rtol, atol=rtol * 1e-2, options=options),
        var_pts={"x": model.cells},
    )

    def solve(row: Sequence[float]) -> list[float]:
        solution = simulation.solve(calc_esoh=False, inputs=dict(zip(names, map(float, row), strict=True)))
        return [float(step["Voltage [V]"].entries[-1]) for each in solution.cycles for step in each.steps]

    return solve


_solve: Callable[[Sequence[float]], list[float]] | None = None


def begin_in_a_pool(model: str, cell: str, names: Sequence[str], cycles: int, rtol: float) -> None:
    """What a process of a pool does first, see `pybamm_designs`. Model and cell are the texts of their files."""
    from lithoscope.design import Cell
    from lithoscope.physics.cell.models import read_model

    global _solve  # noqa: PLW0603  # a pool has no other way to keep something in its processes
    _solve = pybamm_designs(read_model(model), Cell.parse(cell), names, cycles, rtol)


def in_a_pool(row: Sequence[float]) -> list[float]:
    """One design in a process of a pool."""
    assert _solve is not None  # the pool was made with `begin_in_a_pool`
    return _solve(row)


def pybamm_spectrum(model: CellModel, cell: Cell) -> Callable[[], Any]:
    """A call that returns the spectrum of the fresh cell, 100 kHz to 100 mHz, by PyBaMM's EISSimulation, ohm."""
    theirs, values = model.to_pybamm(cell)
    points = dict.fromkeys(("x", "x_n", "x_s", "x_p", "r_n", "r_p"), model.cells)
    simulation = pybamm.EISSimulation(theirs, parameter_values=values, var_pts=points)
    return lambda: simulation.solve(np.geomspace(1e5, 0.1, 61)).impedance


def stock_half_cell(cell: Cell) -> tuple[Any, Any]:
    """PyBaMM's own half cell of a full cell and its numbers: no films, no ageing, no end of the lithium or the electrolyte."""
    from lithoscope.physics.cell.models.full import Full
    from lithoscope.physics.cell.params import counter_face, surroundings

    ours, found = Full(), surroundings(cell)
    values = ours.functions(ours.structure(cell), found.transport) | ours.values(cell)
    i0, c0, face = values["Counter exchange current density [A.m-2]"], found.concentration, counter_face(cell)
    side = found.area**0.5
    values |= {
        "Electrode height [m]": side,
        "Electrode width [m]": side,
        "Current function [A]": 10 * found.area,
        "Nominal cell capacity [A.h]": 10 * found.area,
        "Number of electrodes connected in parallel to make a cell": 1.0,
        "Number of cells connected in series to make a battery": 1.0,
        "Lower voltage cut-off [V]": 0.0,
        "Upper voltage cut-off [V]": 10.0,
        "Initial concentration in electrolyte [mol.m-3]": c0,
        "Negative electrode conductivity [S.m-1]": 1e7,
        "Negative electrode double-layer capacity [F.m-2]": face.double_layer_capacitance,
        "Exchange-current density for lithium metal electrode [A.m-2]": lambda c, c_metal, T: i0 * (c / c0) ** 0.5,
        "Lithium metal partial molar volume [m3.mol-1]": found.lithium_molar_volume,
        "Typical plated lithium concentration [mol.m-3]": 1 / found.lithium_molar_volume,
        "SEI resistivity [Ohm.m]": 0.0,
        "Separator Bruggeman coefficient (electrolyte)": -np.log(found.macmullin_number) / np.log(found.porosity),
        "Positive electrode Bruggeman coefficient (electrolyte)": (
            -np.log(values["Cathode MacMullin number"]) / np.log(values["Positive electrode porosity"])
        ),
        "Positive electrode Bruggeman coefficient (electrode)": (
            np.log(values["Cathode electronic transport efficiency"]) / np.log(1 - values["Positive electrode porosity"])
        ),
    }
    model = pybamm.lithium_ion.DFN({"working electrode": "positive", "surface form": "differential"})
    return model, pybamm.ParameterValues(values)


def stock_cycles(
    cell: Cell, density: float, low: float, high: float, cycles: int, rtol: float, cells: int = 20,
    *, discharge_first: bool = False,
) -> Callable[[], Any]:  # fmt: skip
    """A call that charges and discharges PyBaMM's half cell with its Experiment and returns its solution.

    density  A/m2;  low, high  V
    """
    model, values = stock_half_cell(cell)
    ampere = density * cell.area.value
    steps = (f"Charge at {ampere!r} A until {high!r} V", f"Discharge at {ampere!r} A until {low!r} V")
    options = {"dt_init": 1e-8, "suppress_algebraic_error": True}
    simulation = pybamm.Simulation(
        model,
        parameter_values=values,
        experiment=pybamm.Experiment([steps[::-1] if discharge_first else steps] * cycles),
        solver=pybamm.IDAKLUSolver(rtol=rtol, atol=rtol * 1e-2, options=options),
        var_pts=dict.fromkeys(("x_n", "x_s", "x_p", "r_n", "r_p"), cells),
    )

    def solve() -> Any:
        with _interpolating():
            return simulation.solve(calc_esoh=False)

    return solve


def stock_voltages(solution: Any) -> list[tuple[Array, Array]]:
    """Times from the start of each step, s, and voltages, V, of the first cycle of such a solution."""
    with _interpolating():
        return [(step.t - step.t[0], step["Voltage [V]"].entries) for step in solution.cycles[0].steps]


@contextmanager
def _interpolating() -> Iterator[None]:
    """PyBaMM interpolates between the end of a step and the start of the next, which are at the same time, and warns of it."""
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", "invalid value encountered in divide", RuntimeWarning)
        yield
