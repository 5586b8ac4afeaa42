"""Two flat lithium electrodes and a separator, as a PyBaMM model that works without the rest of Lithoscope.

x = L xi runs from the counter electrode (xi = 0) to the working electrode (xi = 1).

Symbols
    J       current density I / A, A/m2;  J_k = J at the counter, -J at the working electrode: positive strips face k
    c       salt concentration in the separator, mol/m3, c(x, t)
    eps     porosity;  N_M  MacMullin number, bulk over effective property
    kappa, D, t+, chi  conductivity, salt diffusivity, transference number, thermodynamic factor, functions of c and T
    phi_k   potential of face k against lithium in the electrolyte beside it, without films, V
    i_k     current density of charge transfer per active area, A/m2
    Q_k     lithium lost by the foil of face k since assembly, C/m2;  Q0_k  lithium in it at assembly
    v_l     potential over a protective film with areal resistance R_l and capacitance C_l

Equations
    eps dc/dt = -dN/dx,   N = -(D / N_M) dc/dx - (1 - t+) J / F,   N = 0 at both faces             (anions are blocked)
    C_dl dphi_k/dt = J_k - A_k i_k
    phi_k = R_k i_k + 2 V_T asinh(i_k / (2 i0_k)),   i0_k = i0_k,ref sqrt(c_k / c_0)
    dQ_k/dt = A_k i_k,   A_k = a_k active_area(Q0_k - Q_k, Q_min)
    C_l dv_l/dt = J_k - v_l / R_l
    V = (phi + sum v)_working - (phi + sum v)_counter - J int dx N_M / kappa + 2 V_T int (1 - t+) chi d ln c

Ends
    Q0_k - Q_k = Q_min: lithium exhausted at face k;   c_k = 1 mol/m3: salt depleted at face k.

Validity: flat faces, no side reactions, no convection, constant temperature. The thickness of the separator is fixed.
Source: J. Newman and N. P. Balsara, Electrochemical Systems, 4th ed., chapters 12 and 22.
"""

from __future__ import annotations

from typing import Any

from lithoscope.constants import FARADAY
from lithoscope.physics.cell.engine import pybamm
from lithoscope.physics.cell.equations.base import SEPARATOR, LithiumCell
from lithoscope.physics.cell.equations.foil import foil_face


class PlanarLithiumCell(LithiumCell):
    """Li | separator | Li with finite lithium on both sides. Equations at the top of this module.

    films    number of protective films on each face, {"Counter": 0, "Working": 1}
    current  the symbol of the current, A, positive strips the counter electrode; PyBaMM's own input if not given
    shorted  whether an electronic leak lies beside the cell, see `equations.short`
    """

    def __init__(
        self,
        films: dict[str, int] | None = None,
        current: Any = None,
        name: str = "planar Li|Li cell",
        *,
        shorted: bool = False,
    ) -> None:
        self.c = pybamm.Variable("Salt concentration [mol.m-3]", domain=SEPARATOR, scale=1000.0)
        super().__init__(films, current, name, shorted=shorted)

    def _electrolyte(self) -> None:
        P, law, T, c = pybamm.Parameter, self.transport, self.T, self.c
        L, eps, N_M = P("Separator thickness [m]"), P("Separator porosity"), P("Separator MacMullin number")
        self.initial_conditions[c] = self.c0
        self.rhs[c] = pybamm.div(self._anions_inwards(c, N_M * L)) / (eps * L)
        self.xi = xi = pybamm.SpatialVariable("x", domain=[SEPARATOR], coord_sys="cartesian")
        salt = L * pybamm.Integral(eps * c, xi)
        self.variables |= {
            "Salt concentration [mol.m-3]": c,
            "Position [m]": L * xi,
            "Salt in the electrolyte [mol.m-2]": salt,
            "Path of the salt [m]": L * N_M,
            "Electrolyte resistance [Ohm.m2]": L * pybamm.Integral(N_M / law.conductivity(c, T), xi),
        }
        # Lithium that enters at one face leaves at the other: the same current crosses both.
        self._reservoir("Electrolyte lithium", FARADAY * salt, pybamm.Scalar(0) * self.J, self._crossing())

    def _face(self, face: str, side: str) -> None:
        foil_face(self, face, pybamm.boundary_value(self.c, side))

    @property
    def default_geometry(self) -> Any:
        """The separator from 0 to 1."""
        xi = pybamm.SpatialVariable("x", domain=[SEPARATOR], coord_sys="cartesian")
        return {SEPARATOR: {xi: {"min": pybamm.Scalar(0), "max": pybamm.Scalar(1)}}}

    @property
    def default_var_pts(self) -> dict[str, int]:
        """40 cells."""
        return {"x": 40}

    @property
    def default_submesh_types(self) -> Any:
        """Evenly spaced."""
        return {SEPARATOR: pybamm.Uniform1DSubMesh}

    @property
    def default_spatial_methods(self) -> Any:
        """Finite volumes, second order."""
        return {SEPARATOR: pybamm.FiniteVolume()}
