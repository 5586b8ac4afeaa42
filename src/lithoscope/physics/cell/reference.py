"""The same equations driven by PyBaMM itself: the peer of our tests and benchmarks."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import numpy as np

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


def pybamm_spectrum(model: CellModel, cell: Cell) -> Callable[[], Any]:
    """A call that returns the spectrum of the fresh cell, 100 kHz to 100 mHz, by PyBaMM's EISSimulation, ohm."""
    theirs, values = model.to_pybamm(cell)
    simulation = pybamm.EISSimulation(theirs, parameter_values=values, var_pts={"x": model.cells})
    return lambda: simulation.solve(np.geomspace(1e5, 0.1, 61)).impedance
