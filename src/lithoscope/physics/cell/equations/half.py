"""PyBaMM's half cell, told from outside what its current is, what stands on its lithium face, and how wet its pores are.

Separator and cathode are those of `pybamm.lithium_ion.DFN` with the working electrode "positive" and the surface form
"differential": porous-electrode theory with a double layer in the cathode, so that every unknown has a rate. Six of its
submodels are exchanged:

    lithium face          phi is an unknown of the model around it, and so are its kinetics
    porosity              what holds salt in a layer: its pores as far as they are filled
    transport efficiency  of the electrolyte and of the electrode in a layer, effective over bulk
    interface utilisation share of the surface of the cathode that is wet
    electrolyte diffusion the balance of the salt instead of that of lithium ions:

        d(eps c)/dt = -div N,   N = -B D grad c - (1 - t+) i_e / F,   N = 0 at the cathode, N = -s at the lithium

with B effective over bulk and s the salt that is consumed there. PyBaMM's own balance differs from it by the ions in the double
layer of the cathode, which it counts as salt; and what passes its ends is zero only as fast as the mesh is refined, where here
it is to rounding.

With phi from symmetric Butler-Volmer kinetics and constants in place of the others it is PyBaMM's half cell.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from lithoscope.physics.cell.engine import pybamm

OPTIONS = {"working electrode": "positive", "surface form": "differential"}
SEPARATOR, CATHODE = LAYERS = ("separator", "positive electrode")

CONCENTRATION_SCALE = 1e3
"""Size of a salt concentration for the error test of the solver, mol/m3."""


@dataclass(frozen=True, slots=True)
class Outside:
    """What the half cell is told, as symbols.

    current    A, positive strips the lithium;  area  m2
    phi        potential of the lithium against the electrolyte beside it, V
    c0         salt concentration at assembly, mol/m3
    filled     volume that is filled with electrolyte, per volume of a layer, by layer
    transport  effective over bulk transport property, by layer
    solid      effective over bulk electronic conductivity of the cathode
    wet        share of the surface of the cathode that is wet
    """

    current: Any
    area: Any
    phi: Any
    c0: Any
    filled: dict[str, Any]
    transport: dict[str, Any]
    solid: Any
    wet: Any


class HalfCell(pybamm.lithium_ion.DFN):  # type: ignore[misc]  # PyBaMM carries no types
    """Separator and cathode as PyBaMM describes them. Its lithium face has no equation of its own: who builds it gives one."""

    def __init__(self, around: Outside) -> None:
        super().__init__(OPTIONS, "half cell", build=False)
        p = self.param
        p.A_cc = around.area
        p.current_with_time, p.current_density_with_time = around.current, around.current / around.area
        p.c_e_init = p.p.prim.c_e_init = around.c0
        p.c_e_init_av = pybamm.Scalar(CONCENTRATION_SCALE)
        fields = {
            name: {layer: _in(layer, value) for layer, value in values.items()}
            for name, values in (
                ("filled", around.filled),
                ("transport", around.transport),
                ("solid", {SEPARATOR: pybamm.Scalar(0), CATHODE: around.solid}),
            )
        }
        self.submodels |= {
            "external circuit": _GivenCurrent(p, self.options),
            "porosity": _Filled(p, self.options, fields["filled"]),
            "electrolyte transport efficiency": _Transport(p, "Electrolyte", self.options, fields["transport"]),
            "electrode transport efficiency": _Transport(p, "Electrode", self.options, fields["solid"]),
            "Positive interface utilisation": _Wet(p, self.options, _in(CATHODE, around.wet)),
            "negative electrode potential": _LithiumFace(p, self.options, around.phi),
            "electrolyte diffusion": _Salt(p, self.options),
        }
        # Its place is taken by the kinetics of the model around.
        del self.submodels["negative electrode interface"]
        self.build_model()

    def consume(self, rate: Any) -> None:
        """Let salt be consumed at the lithium face, mol/m2/s; nothing is before."""
        self.boundary_conditions |= self.submodels["electrolyte diffusion"].conditions(self.variables, rate)

    def set_voltage_variables(self) -> None:
        """Nothing: the voltage belongs to the model around."""

    def set_soc_variables(self) -> None:
        """Nothing: the inventory belongs to the model around."""

    def set_degradation_variables(self) -> None:
        """Nothing: ageing belongs to the model around."""

    def set_summary_variables(self) -> None:
        """Nothing: the model around has its own."""


def _in(layer: str, value: Any) -> Any:
    return pybamm.FullBroadcast(value, layer, "current collector")


class _GivenCurrent(pybamm.external_circuit.ExplicitCurrentControl):  # type: ignore[misc]
    """The current, also where it is an unknown, which PyBaMM then wants to see under its own name."""

    def get_fundamental_variables(self) -> dict[str, Any]:
        """Currents by PyBaMM's names."""
        current = self.param.current_with_time
        own = {current.name: current} if isinstance(current, pybamm.Variable) else {}
        return dict(super().get_fundamental_variables()) | own


class _Filled(pybamm.porosity.Constant):  # type: ignore[misc]
    """What holds salt in each layer; its change is booked where the salt is, so that none is booked here."""

    def __init__(self, param: Any, options: Any, fields: dict[str, Any]) -> None:
        super().__init__(param, options)
        self._fields = fields

    def get_fundamental_variables(self) -> dict[str, Any]:
        """Porosity and its rate by PyBaMM's names."""
        zero = {layer: _in(layer, 0) for layer in LAYERS}
        return dict(self._get_standard_porosity_variables(self._fields)) | dict(
            self._get_standard_porosity_change_variables(zero)
        )


class _Transport(pybamm.transport_efficiency.Bruggeman):  # type: ignore[misc]
    """Effective over bulk transport property of the electrolyte or of the electrode in each layer."""

    def __init__(self, param: Any, component: str, options: Any, fields: dict[str, Any]) -> None:
        super().__init__(param, component, options)
        self._fields = fields

    def get_coupled_variables(self, variables: dict[str, Any]) -> dict[str, Any]:
        """Transport efficiency by PyBaMM's names."""
        return variables | dict(self._get_standard_transport_efficiency_variables(self._fields))


class _Wet(pybamm.interface_utilisation.Full):  # type: ignore[misc]
    """Share of the surface of the cathode at which charge is transferred."""

    def __init__(self, param: Any, options: Any, wet: Any) -> None:
        super().__init__(param, "positive", options)
        self._wet = wet

    def get_fundamental_variables(self) -> dict[str, Any]:
        """Utilisation by PyBaMM's names."""
        return dict(self._get_standard_interface_utilisation_variables(self._wet))


class _LithiumFace(pybamm.electrode.ohm.LithiumMetalSurfaceForm):  # type: ignore[misc]
    """The potential of the lithium, given; a foil has no resistance worth counting."""

    def __init__(self, param: Any, options: Any, phi: Any) -> None:
        super().__init__(param, "negative", options)
        self._phi = phi

    def get_fundamental_variables(self) -> dict[str, Any]:
        """The potential difference by PyBaMM's name."""
        phi = pybamm.PrimaryBroadcast(self._phi, "current collector")
        return {"Lithium metal interface surface potential difference [V]": phi}

    def get_coupled_variables(self, variables: dict[str, Any]) -> dict[str, Any]:
        """Potentials on both sides of the face."""
        phi_s = variables["Negative current collector potential [V]"]
        return variables | dict(self._get_li_metal_interface_variables(pybamm.Scalar(0), phi_s, phi_s - self._phi))

    def set_rhs(self, variables: dict[str, Any]) -> None:
        """Nothing: the model around has the equation."""

    def set_initial_conditions(self, variables: dict[str, Any]) -> None:
        """Nothing, likewise."""


class _Salt(pybamm.electrolyte_diffusion.Full):  # type: ignore[misc]
    """The balance of the salt, conserved to rounding."""

    def set_rhs(self, variables: dict[str, Any]) -> None:
        """d(eps c)/dt = -div N.

        The current that the electrolyte carries stands at the centres of the volumes; continued to the end of the cathode it is
        zero there only as fast as the square of their width. What this would bring is taken away again, evenly.
        """
        c, i_e = variables["Electrolyte concentration [mol.m-3]"], variables["Electrolyte current density [A.m-2]"]
        carried = self._anions(variables) * i_e / self.param.F
        flux = -self._mobility(variables) * pybamm.grad(c) - carried
        beyond = pybamm.boundary_value(carried, "right") / self.param.p.L
        spread = pybamm.concatenation(_in(SEPARATOR, 0), pybamm.PrimaryBroadcast(beyond, CATHODE))
        self.rhs = {variables["Porosity times concentration [mol.m-3]"]: -pybamm.div(flux) - spread}

    def set_boundary_conditions(self, variables: dict[str, Any]) -> None:
        """No salt leaves at either end."""
        self.boundary_conditions = self.conditions(variables, pybamm.Scalar(0))

    def conditions(self, variables: dict[str, Any], consumed: Any) -> dict[Any, Any]:
        """The gradients at both ends with which N is what it should be: of the very terms of the flux, to rounding.

        consumed  at the lithium, mol/m2/s
        """
        J = variables["Current collector current density [A.m-2]"]
        carried = pybamm.boundary_value(self._anions(variables), "left") * J / self.param.F
        gradient = (consumed - carried) / pybamm.boundary_value(self._mobility(variables), "left")
        sides = {"left": (gradient, "Neumann"), "right": (pybamm.Scalar(0), "Neumann")}
        return {variables[f"Electrolyte concentration{name} [mol.m-3]"]: dict(sides) for name in ("", " concatenation")}

    def _mobility(self, variables: dict[str, Any]) -> Any:
        c, T = variables["Electrolyte concentration [mol.m-3]"], variables["Cell temperature [K]"]
        return variables["Electrolyte transport efficiency"] * self.param.D_e(c, T)

    def _anions(self, variables: dict[str, Any]) -> Any:
        """Share of the current that the anions carry, 1 - t+."""
        c, T = variables["Electrolyte concentration [mol.m-3]"], variables["Cell temperature [K]"]
        return 1 - self.param.t_plus(c, T)
