"""PyBaMM's half cell, told from outside what its current is, what stands on its lithium face, and how wet its pores are.

Separator and cathode are those of `pybamm.lithium_ion.DFN` with the working electrode "positive" and the surface form
"differential": porous-electrode theory with a double layer in the cathode, so that every unknown has a rate. Five of its
submodels are exchanged:

    lithium face          phi is an unknown of the model around it, and so are its kinetics
    porosity              what holds salt in a layer: its pores as far as they are filled
    transport efficiency  of the electrolyte and of the electrode in a layer, effective over bulk
    interface utilisation share of the surface of the cathode that is wet

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
class Surroundings:
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

    def __init__(self, around: Surroundings) -> None:
        super().__init__(OPTIONS, "half cell", build=False)
        p = self.param
        p.A_cc = around.area
        p.current_with_time, p.current_density_with_time = around.current, around.current / around.area
        p.c_e_init, p.c_e_init_av = around.c0, pybamm.Scalar(CONCENTRATION_SCALE)
        fields = {
            name: {layer: _in(layer, value) for layer, value in values.items()}
            for name, values in (
                ("filled", around.filled),
                ("transport", around.transport),
                ("solid", {SEPARATOR: pybamm.Scalar(0), CATHODE: around.solid}),
            )
        }
        self.submodels |= {
            "porosity": _Filled(p, self.options, fields["filled"]),
            "electrolyte transport efficiency": _Transport(p, "Electrolyte", self.options, fields["transport"]),
            "electrode transport efficiency": _Transport(p, "Electrode", self.options, fields["solid"]),
            "Positive interface utilisation": _Wet(p, self.options, _in(CATHODE, around.wet)),
            "negative electrode potential": _LithiumFace(p, self.options, around.phi),
        }
        # Its place is taken by the kinetics of the model around.
        del self.submodels["negative electrode interface"]
        self.build_model()

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


class _Filled(pybamm.porosity.Constant):  # type: ignore[misc]
    """What holds salt in each layer; its change is booked where the salt is, so that none is booked here."""

    def __init__(self, param: Any, options: Any, fields: dict[str, Any]) -> None:
        super().__init__(param, options)
        self._fields = fields

    def get_fundamental_variables(self) -> dict[str, Any]:
        """Porosity and its rate by PyBaMM's names."""
        zero = {layer: _in(layer, 0) for layer in LAYERS}
        return self._get_standard_porosity_variables(self._fields) | self._get_standard_porosity_change_variables(zero)


class _Transport(pybamm.transport_efficiency.Bruggeman):  # type: ignore[misc]
    """Effective over bulk transport property of the electrolyte or of the electrode in each layer."""

    def __init__(self, param: Any, component: str, options: Any, fields: dict[str, Any]) -> None:
        super().__init__(param, component, options)
        self._fields = fields

    def get_coupled_variables(self, variables: dict[str, Any]) -> dict[str, Any]:
        """Transport efficiency by PyBaMM's names."""
        return variables | self._get_standard_transport_efficiency_variables(self._fields)


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
        return variables | self._get_li_metal_interface_variables(pybamm.Scalar(0), phi_s, phi_s - self._phi)

    def set_rhs(self, variables: dict[str, Any]) -> None:
        """Nothing: the model around has the equation."""

    def set_initial_conditions(self, variables: dict[str, Any]) -> None:
        """Nothing, likewise."""
