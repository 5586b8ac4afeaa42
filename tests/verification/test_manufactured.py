"""Rung 3: the nonlinear salt balance with a source that makes a chosen profile its exact solution."""

import numpy as np
import pytest
import sympy as sp

from lithoscope.data import lookup
from lithoscope.design import Cell
from lithoscope.design.catalogue import entry
from lithoscope.physics.cell.engine import pybamm
from lithoscope.physics.cell.equations.planar import SEPARATOR, PlanarLithiumCell
from lithoscope.physics.cell.inputs import cell_inputs
from lithoscope.physics.cell.params import numbers

RATE, SWING = 0.05, 0.4
"""Decay of the chosen profile, 1/s, and its amplitude relative to the mean."""


def manufactured() -> tuple[object, object]:
    """The profile c(xi, t) and the source S = eps c_t - (D(c) c_x)_x / N_M at zero current, as functions of xi and t."""
    xi, t, L, eps, N_M, c0, T = sp.symbols("xi t L eps N_M c0 T", positive=True)
    p1, p2, p3, p4 = (sp.Float(p, 17) for p in lookup("landesfeind2019_ec_dmc.diffusivity").value)  # type: ignore[union-attr]
    c = c0 * (1 + sp.Float(SWING) * sp.cos(sp.pi * xi) * sp.exp(-sp.Float(RATE) * t))
    D = 1e-10 * p1 * sp.exp(p2 * c / 1000) * sp.exp(p3 / T) * sp.exp(p4 * c / 1000 / T)
    source = eps * sp.diff(c, t) - sp.diff(D * sp.diff(c, xi), xi) / N_M / L**2
    arguments = (xi, t, L, eps, N_M, c0, T)
    return sp.lambdify(arguments, c, "numpy"), sp.lambdify(arguments, source / eps, "numpy")


def solve(cells: int, rtol: float) -> float:
    """Largest error of the salt profile at the end of 20 s, mol/m3."""
    profile, source = manufactured()
    found = numbers(Cell.parse(entry("perovskite/bare")))
    model = PlanarLithiumCell(current=pybamm.Scalar(0))
    P = pybamm.Parameter
    names = ("Separator thickness [m]", "Separator porosity", "Separator MacMullin number", "Initial salt concentration [mol.m-3]",
             "Ambient temperature [K]")  # fmt: skip
    symbols = [P(name) for name in names]
    c = next(variable for variable in model.rhs if variable.name == "Salt concentration [mol.m-3]")
    model.rhs[c] = model.rhs[c] + source(model.xi, pybamm.t, *symbols)
    model.initial_conditions[c] = profile(model.xi, 0.0, *symbols)
    model.events = []
    law = found.transport
    functions = {
        "Electrolyte conductivity [S.m-1]": law.conductivity,
        "Salt diffusivity [m2.s-1]": law.diffusivity,
        "Lithium transference number": law.transference_number,
        "Thermodynamic factor": law.thermodynamic_factor,
    }
    values = cell_inputs(found)
    simulation = pybamm.Simulation(
        model,
        parameter_values=pybamm.ParameterValues(values | functions),
        var_pts={"x": cells},
        solver=pybamm.IDAKLUSolver(rtol=rtol, atol=rtol * 1e-2, options={"suppress_algebraic_error": True}),
    )
    solution = simulation.solve([0, 20.0])
    seen = solution["Salt concentration [mol.m-3]"].entries[:, -1]
    nodes = (np.arange(cells) + 0.5) / cells
    exact = profile(nodes, solution.t[-1], *(values[name] for name in names))
    return float(np.max(np.abs(seen - exact)))


@pytest.mark.fails_when(
    "physics/cell/equations/base.py", "law.diffusivity(c, T), (1", "law.diffusivity(self.c0, T) + 0 * c, (1"
)
def test_order_in_space() -> None:
    errors = np.array([solve(cells, 1e-10) for cells in (10, 20, 40, 80)])
    orders = np.log2(errors[:-1] / errors[1:])
    assert np.all(np.diff(errors) < 0)
    assert errors[0] > 0.1, "the coarse mesh is wrong enough for the order to mean something"
    assert np.all(np.abs(orders - 2) < 0.1), orders


def test_error_in_time_follows_the_tolerance() -> None:
    """On one mesh, against the same mesh at 1e-11: monotone, and below 100 times the tolerance."""
    reference = solve(40, 1e-11)
    errors = np.array([abs(solve(40, rtol) - reference) for rtol in (1e-4, 1e-6, 1e-8)])
    assert np.all(np.diff(errors) < 0)
    assert np.all(errors < 100 * 1000 * np.array([1e-4, 1e-6, 1e-8]))


def test_the_separator_is_the_domain() -> None:
    assert PlanarLithiumCell().c.domain == [SEPARATOR]
