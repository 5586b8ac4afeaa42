"""The face of a flat lithium foil, as every model has it whose counter electrode is one. Equations in `planar`."""

from __future__ import annotations

from typing import Any

from lithoscope.physics.cell.engine import pybamm
from lithoscope.physics.cell.equations.base import LithiumCell
from lithoscope.physics.laws.kinetics import active_area, exchange_current_density, overpotential


def foil_face(cell: LithiumCell, face: str, c: Any) -> None:
    """Give a cell model a face of a foil.

    face  "Counter" or "Working";  c  salt concentration beside it, mol/m3
    """
    P = pybamm.Parameter
    phi = cell._variable(f"{face} interface potential [V]", 0, 1e-3)
    Q = cell._variable(f"{face} lithium lost [C.m-2]", 0, 1e4)
    i = cell._variable(f"{face} charge-transfer current density [A.m-2]", 0, 10.0)
    left, least = P(f"{face} initial lithium [C.m-2]") - Q, P(f"{face} least lithium [C.m-2]")
    area = P(f"{face} roughness") * active_area(left, least)
    i0 = exchange_current_density(P(f"{face} exchange current density [A.m-2]"), c, cell.c0)
    R, J = P(f"{face} native film resistance [Ohm.m2]"), cell._current_density(face)
    cell.algebraic[i] = overpotential(i, i0, R, cell.T) - phi
    cell.rhs[phi] = (J - area * i) / P(f"{face} double-layer capacitance [F.m-2]")
    cell.rhs[Q] = area * i
    cell.variables |= {
        f"{face} native film power [W.m-2]": area * R * i**2,
        f"{face} charge-transfer power [W.m-2]": area * i * (phi - R * i),
    }
    cell._protective_films(face, phi, area * i)
    cell._reservoir(f"{face} lithium", left, -area * i, abs(area * i))
    cell._ends(face, c, left, least)
