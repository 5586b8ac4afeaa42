"""What the models of cells with two lithium faces have in common, as PyBaMM models that work without the rest of Lithoscope.

The separator lies between the counter electrode (left, PyBaMM's negative) and the working electrode (right, its positive).
As always in PyBaMM a positive current discharges: it strips the counter electrode and plates the working electrode.
"""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import numpy as np

from lithoscope.constants import FARADAY
from lithoscope.physics.cell.engine import pybamm
from lithoscope.physics.cell.equations.short import Leak
from lithoscope.physics.laws.transport import NODES, WEIGHTS, Functions, diffusion_potential

SEPARATOR = "separator"
FACES = {"Counter": "left", "Working": "right"}
"""The two faces and the side of the electrolyte on which each stands."""

CLOCK = "Clock [s]"
"""Time since the start of the run, an unknown: each step is integrated from time 0, wherever it stands in the program."""

DEPLETED_MOL_M3 = 1.0
"""Salt concentration at a face below which the salt counts as depleted."""


class ElectrolyteTransport(Functions):
    """The four functions of the electrolyte as PyBaMM function parameters, so that a user can replace each one."""

    @staticmethod
    def _function(name: str, c: Any, T: Any) -> Any:
        return pybamm.FunctionParameter(name, {"Salt concentration [mol.m-3]": c, "Temperature [K]": T})

    def conductivity(self, c: Any, T: Any) -> Any:
        """kappa, S/m."""
        return self._function("Electrolyte conductivity [S.m-1]", c, T)

    def diffusivity(self, c: Any, T: Any) -> Any:
        """D, m2/s."""
        return self._function("Salt diffusivity [m2.s-1]", c, T)

    def transference_number(self, c: Any, T: Any) -> Any:
        """t+."""
        return self._function("Lithium transference number", c, T)

    def thermodynamic_factor(self, c: Any, T: Any) -> Any:
        """chi = 1 + d ln f / d ln c."""
        return self._function("Thermodynamic factor", c, T)


def symbolic_diffusion_potential(law: Functions, c_left: Any, c_right: Any, T: Any) -> Any:
    """`laws.transport.diffusion_potential` of two symbols: its quadrature as one column, so that it is a handful of nodes."""
    ones, weights = pybamm.Matrix(np.ones((1, len(NODES)))), pybamm.Vector(WEIGHTS)
    # With constant properties PyBaMM simplifies the column to a number; times the weights it is one again.
    return diffusion_potential(law, c_left, c_right, T, pybamm.Vector(NODES), lambda column: ones @ (weights * column))


class LithiumCell(pybamm.BaseModel):  # type: ignore[misc]  # PyBaMM carries no types
    """Li | electrolyte | Li: what a model adds is its electrolyte, `_electrolyte`, and its faces, `_face`.

    films    number of protective films on each face, {"Counter": 0, "Working": 1}
    current  the symbol of the current, A, positive strips the counter electrode; PyBaMM's own input if not given
    shorted  whether an electronic leak lies beside the cell, see `equations.short`

    V = (phi + sum v)_working - (phi + sum v)_counter - J R + 2 V_T int (1 - t+) chi d ln c,   R = int N_M / kappa dx
    C_l dv_l/dt = J_k - v_l / R_l                                                          for each protective film
    J = I / A, without a leak; J crosses the electrolyte, I / A the terminals

    Every place that holds lithium is a reservoir with its content, its inflow and its turnover (see `physics.ledger`).
    """

    def __init__(self, films: dict[str, int] | None, current: Any, name: str, *, shorted: bool = False) -> None:
        super().__init__(name)
        self.films = films or dict.fromkeys(FACES, 0)
        self.I = current if current is not None else _current_function()
        P = pybamm.Parameter
        self.area, self.T = P("Electrode area [m2]"), P("Ambient temperature [K]")
        self.c0 = P("Initial salt concentration [mol.m-3]")
        self.transport = ElectrolyteTransport()
        self.variables = {"Time [s]": pybamm.t}
        self.reservoirs: list[str] = []
        clock = self._variable(CLOCK, 0, 1e3)
        self.rhs[clock] = pybamm.Scalar(1)
        self.leak = Leak(self, self.I / self.area, clock) if shorted else None
        self.J = self.leak.ionic if self.leak else self.I / self.area
        for face, side in FACES.items():
            self._face(face, side)
        # The electrolyte comes last, because a layer that grows on a face belongs to it.
        self._electrolyte()
        self._double_layers()
        self._voltage()
        self._as_pybamm_expects()

    def _face(self, face: str, side: str) -> None:
        raise NotImplementedError

    def _electrolyte(self) -> None:
        raise NotImplementedError

    def _anions_inwards(self, c: Any, path: Any, unit: float = 1.0) -> Any:
        """Flux of anions against the coordinate xi, -N = (D / path) dc/dxi + (1 - t+) J / F, with N = 0 at both ends.

        c     salt concentration, mol/m3;  path  length of xi in m times MacMullin number, a number or a field
        unit  in which the flux is counted per m2 and s, mol
        Between two cells D and t+ are their means, and the path is that from one centre to the other.
        """
        law, T, path = self.transport, self.T, path * unit
        D, carried = law.diffusivity(c, T), (1 - law.transference_number(c, T)) * (self.J / FARADAY / unit)
        # The boundary values are those of whole expressions: PyBaMM extrapolates them exactly as it does inside the
        # divergence, so that the anion flux through a face is zero to round-off and salt cannot leak.
        at = pybamm.boundary_value
        self.boundary_conditions[c] = {
            side: (-at(carried, side) * at(path, side) / at(D, side), "Neumann") for side in FACES.values()
        }
        # To PyBaMM what stands before a bare gradient has a harmonic mean: paths in series add. What stands before all else has
        # the arithmetic one.
        return D * (1 / path * pybamm.grad(c)) + carried

    def _variable(self, name: str, initial: Any, scale: float, domain: str | None = None) -> Any:
        variable = pybamm.Variable(name, domain=domain, scale=scale)
        self.initial_conditions[variable] = initial if isinstance(initial, pybamm.Symbol) else pybamm.Scalar(initial)
        self.variables[name] = variable
        return variable

    def _current_density(self, face: str) -> Any:
        """J_k, what passes from the face into the electrolyte, positive strips it."""
        return self.J if face == "Counter" else -self.J

    def _reservoir(self, name: str, content: Any, inflow: Any, turnover: Any) -> None:
        """A place that holds lithium: content C/m2, net inflow and turnover A/m2."""
        self.variables |= {
            f"{name} [C.m-2]": content,
            f"{name} inflow [A.m-2]": inflow,
            f"{name} turnover [A.m-2]": turnover,
        }
        self.reservoirs.append(name)

    def _protective_films(self, face: str, phi: Any, stripped: Any) -> None:
        """The films in series with an interface, and what follows for its face.

        phi       potential of the interface, V
        stripped  current density of charge transfer, per geometric area, A/m2
        """
        P, J = pybamm.Parameter, self._current_density(face)
        drop, heat = phi, pybamm.Scalar(0)
        for n in range(self.films[face]):
            R, C = P(f"{face} film {n} resistance [Ohm.m2]"), P(f"{face} film {n} capacitance [F.m-2]")
            v = self._variable(f"{face} film {n} potential [V]", 0, 1e-3)
            self.rhs[v] = (J - v / R) / C
            drop, heat = drop + v, heat + v**2 / R
        self.variables |= {
            f"{face} potential [V]": drop,
            f"{face} protective film power [W.m-2]": heat,
            f"{face} charge transfer [A.m-2]": stripped,
        }

    def _ends(self, face: str, c: Any, left: Any, least: Any) -> None:
        self.events.append(pybamm.Event(f"lithium exhausted: {face.lower()} electrode", left / least - 1))
        self._salt_end(face, c)

    def _salt_end(self, face: str, c: Any) -> None:
        self.variables[f"{face} salt concentration [mol.m-3]"] = c
        self.events.append(pybamm.Event(f"salt depleted: {face.lower()} electrode", c / DEPLETED_MOL_M3 - 1))

    def _crossing(self) -> Any:
        """What crosses the electrolyte: the larger of the two charge transfers, A/m2."""
        counter, working = (abs(self.variables[f"{face} charge transfer [A.m-2]"]) for face in FACES)
        return pybamm.maximum(counter, working)

    def _double_layers(self) -> None:
        """What leaves the metal without having crossed the electrolyte charges the double layers."""
        v = self.variables
        stripped = sum(v[f"{face} charge transfer [A.m-2]"] for face in FACES)
        content = -sum(self._double_layer_charge(face) for face in FACES)
        self._reservoir("Double-layer lithium", content, stripped, self._crossing())

    def _double_layer_charge(self, face: str) -> Any:
        """Charge of the lithium of a face, per geometric area, C/m2."""
        capacitance = pybamm.Parameter(f"{face} double-layer capacitance [F.m-2]")
        return capacitance * self.variables[f"{face} interface potential [V]"]

    def _beside(self, face: str) -> Any:
        """Salt concentration at the end of the separator on the side of a face, mol/m3."""
        return self.variables[f"{face} salt concentration [mol.m-3]"]

    def _voltage(self) -> None:
        v, law, T, J = self.variables, self.transport, self.T, self.J
        left, right = (self._beside(face) for face in FACES)
        diffusion = symbolic_diffusion_potential(law, left, right, T)
        ohmic = v["Electrolyte resistance [Ohm.m2]"]
        V = v["Working potential [V]"] - v["Counter potential [V]"] + diffusion - J * ohmic
        film = sum(v[f"{face} {kind} film power [W.m-2]"] for face in FACES for kind in ("protective", "native"))
        v |= {
            "Current [A]": self.I,
            "Current variable [A]": self.I,
            "Current density [A.m-2]": self.I / self.area,
            "Voltage [V]": V,
            "Battery voltage [V]": V,
            "Electrolyte potential [V]": diffusion - J * ohmic,
            "Share of the limiting current": self._share_of_limit(),
            "Ohmic power [W.m-2]": J**2 * ohmic,
            "Transport power [W.m-2]": -J * diffusion,
            "Film power [W.m-2]": film,
            "Charge-transfer power [W.m-2]": sum(v[f"{face} charge-transfer power [W.m-2]"] for face in FACES),
            "Ledger [C.m-2]": sum(v[f"{name} [C.m-2]"] for name in self.reservoirs),
        }
        if self.leak:
            self.leak.close(V)

    def _share_of_limit(self) -> Any:
        """J / J_lim, J_lim = 2 F D c_0 / ((1 - t+) int N_M dx): what would leave no salt at the face that is plated, with the
        properties at the concentration at assembly.
        """
        law, c, T = self.transport, self.c0, self.T
        anions, path = 1 - law.transference_number(c, T), self.variables["Path of the salt [m]"]
        return abs(self.J) * anions * path / (2 * FARADAY * law.diffusivity(c, T) * c)

    def _as_pybamm_expects(self) -> None:
        """What PyBaMM's simulations, experiments and spectra ask of a battery model."""
        capacity = self._variable("Discharge capacity [A.h]", 0, 1.0)
        self.rhs[capacity] = self.I / 3600
        self.param = SimpleNamespace(
            Q=pybamm.Parameter("Nominal cell capacity [A.h]"),
            A_cc=self.area,
            n_electrodes_parallel=pybamm.Scalar(1),
            current_with_time=self.I,
            current_density_with_time=self.J,
        )
        self.options = pybamm.BatteryModelOptions({"surface form": "differential"})
        self.summary_variables = [f"{name} [C.m-2]" for name in self.reservoirs]

    summary_variables: Any = None

    @property
    def default_solver(self) -> Any:
        """IDAKLU, made to survive reversals of the current."""
        # A small first step and no error test on algebraic unknowns: the solver otherwise gives up right after the
        # current reverses, where they jump.
        return pybamm.IDAKLUSolver(rtol=1e-7, atol=1e-9, options={"dt_init": 1e-8, "suppress_algebraic_error": True})


def _current_function() -> Any:
    return pybamm.FunctionParameter("Current function [A]", {"Time [s]": pybamm.t})
