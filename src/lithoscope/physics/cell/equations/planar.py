"""Two flat lithium electrodes and a separator, as a PyBaMM model that works without the rest of Lithoscope.

x = L xi runs from the counter electrode (xi = 0, PyBaMM's negative) to the working electrode (xi = 1, its positive).
As always in PyBaMM a positive current discharges: it strips the counter electrode and plates the working electrode.

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

from types import SimpleNamespace
from typing import Any

from lithoscope.constants import FARADAY
from lithoscope.physics.cell.engine import pybamm
from lithoscope.physics.laws.kinetics import active_area, exchange_current_density, overpotential
from lithoscope.physics.laws.transport import Functions, diffusion_potential

SEPARATOR = "separator"
FACES = {"Counter": "left", "Working": "right"}
"""The two faces and the side of the separator on which each stands."""

DEPLETED_MOL_M3 = 1.0
"""Salt concentration at a face below which the salt counts as depleted."""


class _SeparatorTransport(Functions):
    """The four functions of the electrolyte as PyBaMM function parameters, so that a user can replace each one."""

    @staticmethod
    def _function(name: str, c: Any, T: Any) -> Any:
        return pybamm.FunctionParameter(name, {"Salt concentration [mol.m-3]": c, "Temperature [K]": T})

    def conductivity(self, c: Any, T: Any) -> Any:
        return self._function("Electrolyte conductivity [S.m-1]", c, T)

    def diffusivity(self, c: Any, T: Any) -> Any:
        return self._function("Salt diffusivity [m2.s-1]", c, T)

    def transference_number(self, c: Any, T: Any) -> Any:
        return self._function("Lithium transference number", c, T)

    def thermodynamic_factor(self, c: Any, T: Any) -> Any:
        return self._function("Thermodynamic factor", c, T)


class PlanarLithiumCell(pybamm.BaseModel):  # type: ignore[misc]  # PyBaMM carries no types
    """Li | separator | Li with finite lithium on both sides. Equations at the top of this module.

    films    number of protective films on each face, {"Counter": 0, "Working": 1}
    current  the symbol of the current, A, positive strips the counter electrode; PyBaMM's own input if not given
    """

    def __init__(self, films: dict[str, int] | None = None, current: Any = None, name: str = "planar Li|Li cell") -> None:
        super().__init__(name)
        self.films = films or dict.fromkeys(FACES, 0)
        self.I = current if current is not None else _current_function()
        P = pybamm.Parameter
        self.area, self.T = P("Electrode area [m2]"), P("Ambient temperature [K]")
        self.J = self.I / self.area
        self.c0 = P("Initial salt concentration [mol.m-3]")
        self.transport = _SeparatorTransport()
        self.variables = {"Time [s]": pybamm.t}
        self._separator()
        for face, side in FACES.items():
            self._face(face, side)
        self._voltage()
        self._as_pybamm_expects()

    def _variable(self, name: str, initial: Any, scale: float, domain: str | None = None) -> Any:
        variable = pybamm.Variable(name, domain=domain, scale=scale)
        self.initial_conditions[variable] = initial
        self.variables[name] = variable
        return variable

    def _separator(self) -> None:
        P, law, T = pybamm.Parameter, self.transport, self.T
        self.L, eps, N_M = P("Separator thickness [m]"), P("Separator porosity"), P("Separator MacMullin number")
        c = self._variable("Salt concentration [mol.m-3]", self.c0, 1000.0, SEPARATOR)
        D, anions = law.diffusivity(c, T) / N_M / self.L, (1 - law.transference_number(c, T)) / FARADAY
        self.rhs[c] = -pybamm.div(-D * pybamm.grad(c) - anions * self.J) / (eps * self.L)
        # The boundary values are those of the whole expressions: PyBaMM extrapolates them exactly as it does inside
        # the divergence, so that the anion flux through a face is zero to round-off and salt cannot leak.
        self.boundary_conditions[c] = {
            side: (-pybamm.boundary_value(anions, side) * self.J / pybamm.boundary_value(D, side), "Neumann")
            for side in FACES.values()
        }
        self.xi = pybamm.SpatialVariable("x", domain=[SEPARATOR], coord_sys="cartesian")
        self.c = c
        self.variables["Position [m]"] = self.L * self.xi
        self.variables["Salt in the separator [mol.m-2]"] = self.L * pybamm.Integral(eps * c, self.xi)

    def _face(self, face: str, side: str) -> None:
        P, T = pybamm.Parameter, self.T
        J = self.J if face == "Counter" else -self.J
        c = pybamm.boundary_value(self.c, side)
        phi = self._variable(f"{face} interface potential [V]", pybamm.Scalar(0), 1e-3)
        Q = self._variable(f"{face} lithium lost [C.m-2]", pybamm.Scalar(0), 1e4)
        i = self._variable(f"{face} charge-transfer current density [A.m-2]", pybamm.Scalar(0), 10.0)
        left = P(f"{face} initial lithium [C.m-2]") - Q
        least = P(f"{face} least lithium [C.m-2]")
        area = P(f"{face} roughness") * active_area(left, least)
        i0 = exchange_current_density(P(f"{face} exchange current density [A.m-2]"), c, self.c0)
        C_dl = P(f"{face} double-layer capacitance [F.m-2]")
        self.algebraic[i] = overpotential(i, i0, P(f"{face} native film resistance [Ohm.m2]"), T) - phi
        self.rhs[phi] = (J - area * i) / C_dl
        self.rhs[Q] = area * i
        drop = phi
        for n in range(self.films[face]):
            R, C = P(f"{face} film {n} resistance [Ohm.m2]"), P(f"{face} film {n} capacitance [F.m-2]")
            v = self._variable(f"{face} film {n} potential [V]", pybamm.Scalar(0), 1e-3)
            self.rhs[v] = (J - v / R) / C
            drop = drop + v
        self.variables |= {
            f"{face} potential [V]": drop,
            f"{face} salt concentration [mol.m-3]": c,
            f"{face} lithium [C.m-2]": left,
            f"{face} lithium flux [A.m-2]": area * i,
            f"{face} double-layer lithium [C.m-2]": -C_dl * phi,
        }
        self.events += [
            pybamm.Event(f"lithium exhausted: {face.lower()} electrode", left / least - 1),
            pybamm.Event(f"salt depleted: {face.lower()} electrode", c / DEPLETED_MOL_M3 - 1),
        ]

    def _voltage(self) -> None:
        v, law, T, N_M = self.variables, self.transport, self.T, pybamm.Parameter("Separator MacMullin number")
        ohmic = self.L * pybamm.Integral(N_M / law.conductivity(self.c, T), self.xi)
        left, right = v["Counter salt concentration [mol.m-3]"], v["Working salt concentration [mol.m-3]"]
        electrolyte = diffusion_potential(law, left, right, T) - self.J * ohmic
        V = v["Working potential [V]"] - v["Counter potential [V]"] + electrolyte
        v |= {
            "Current [A]": self.I,
            "Current variable [A]": self.I,
            "Current density [A.m-2]": self.J,
            "Voltage [V]": V,
            "Battery voltage [V]": V,
            "Electrolyte potential [V]": electrolyte,
            "Electrolyte resistance [Ohm.m2]": ohmic,
            "Electrolyte lithium [C.m-2]": FARADAY * v["Salt in the separator [mol.m-2]"],
            "Double-layer lithium [C.m-2]": sum(v[f"{face} double-layer lithium [C.m-2]"] for face in FACES),
        }
        reservoirs = [
            *(f"{face} lithium [C.m-2]" for face in FACES),
            "Electrolyte lithium [C.m-2]",
            "Double-layer lithium [C.m-2]",
        ]
        v["Ledger [C.m-2]"] = sum(v[name] for name in reservoirs)

    def _as_pybamm_expects(self) -> None:
        """What PyBaMM's simulations, experiments and spectra ask of a battery model."""
        capacity = pybamm.Variable("Discharge capacity [A.h]")
        self.rhs[capacity], self.initial_conditions[capacity] = self.I / 3600, pybamm.Scalar(0)
        self.variables["Discharge capacity [A.h]"] = capacity
        self.param = SimpleNamespace(
            Q=pybamm.Parameter("Nominal cell capacity [A.h]"),
            A_cc=self.area,
            n_electrodes_parallel=pybamm.Scalar(1),
            current_with_time=self.I,
            current_density_with_time=self.J,
        )
        self.options = pybamm.BatteryModelOptions({"surface form": "differential"})
        self.summary_variables = [f"{face} lithium [C.m-2]" for face in FACES]

    summary_variables: Any = None

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

    @property
    def default_solver(self) -> Any:
        """IDAKLU, made to survive reversals of the current."""
        # A small first step and no error test on algebraic unknowns: the solver otherwise gives up right after the
        # current reverses, where they jump.
        return pybamm.IDAKLUSolver(rtol=1e-7, atol=1e-9, options={"dt_init": 1e-8, "suppress_algebraic_error": True})


def _current_function() -> Any:
    return pybamm.FunctionParameter("Current function [A]", {"Time [s]": pybamm.t})
