"""A lithium-filled fibre host against a lithium foil, or against a second host, as a model."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated, Any, ClassVar, Literal

from pydantic import Field

from lithoscope.constants import FARADAY
from lithoscope.data import lookup
from lithoscope.design.host import FRONT_FIELDS, HOST_FIELDS, Host
from lithoscope.errors import InputError
from lithoscope.physics.cell.consumption import electrolyte_amount
from lithoscope.physics.cell.inputs import Face, foil_inputs, surroundings_inputs
from lithoscope.physics.cell.model import CellModel
from lithoscope.physics.cell.params import Parameter, Surroundings, counter_face, or_table, parameters, surroundings
from lithoscope.physics.contract import ExactCase
from lithoscope.physics.laws.host import coaxial_area
from lithoscope.physics.laws.kinetics import arrhenius

if TYPE_CHECKING:
    from lithoscope.design import Cell

LITHIUM_FIELDS = {"exchange_current_density": "A/m2", "double_layer_capacitance": "F/m2", "activation_energy": "J"}
"""Fields of a host that are those of its lithium, and their SI unit."""


@dataclass(frozen=True, slots=True)
class HostStructure:
    """What tells cells with hosts apart before their numbers: whether a host stands opposite, else films on the foil."""

    opposite: bool
    films: int

    @property
    def faces(self) -> tuple[Face, ...]:
        """The electrodes that are hosts."""
        return ("Counter", "Working") if self.opposite else ("Working",)


class PorousHost(CellModel):
    """Lithium in the pores of a fibre mat, through its thickness: where it is stripped, where it grows, what is cut off.

    The other electrode is a lithium foil or a host as well. The equations stand in `lithoscope.physics.cell.equations.host`.
    """

    cells: Annotated[int, Field(ge=5, le=1000, strict=True, description="a whole number from 5 to 1000")] = 80
    relative_tolerance: Annotated[float, Field(ge=1e-10, le=1e-3, description="a number from 1e-10 to 1e-3")] = 1e-7

    kind: Literal["host"] = "host"
    suits: ClassVar[tuple[str, ...]] = ("host",)

    def structure(self, cell: Cell) -> HostStructure:
        """Whether a host stands opposite, and the films on a foil."""
        return HostStructure(isinstance(cell.counter_electrode, Host), len(cell.counter_electrode.films))

    @staticmethod
    def equations(structure: Any, current: Any = None) -> Any:
        """The host model of PyBaMM."""
        from lithoscope.physics.cell.equations.host import HostCell

        return HostCell(structure.faces, {"Counter": structure.films}, current)

    def values(self, cell: Cell) -> dict[str, float]:
        """The numbers of a cell by parameter name."""
        return host_inputs(cell)

    def parameters(self, cell: Cell) -> tuple[Parameter, ...]:
        """Every number of a cell with its range, status and source."""
        opposite = cell.counter_electrode
        counter = _host_parameters("counter", opposite) if isinstance(opposite, Host) else None
        found = parameters(cell, _host_parameters("working", _host(cell)), counter)
        return (*found, Parameter("electrolyte.amount", electrolyte_amount(cell), cell.electrolyte.amount is not None))

    def exact_cases(self) -> Sequence[ExactCase]:
        """Those of `lithoscope.physics.cell.exact_host`."""
        from lithoscope.physics.cell.exact_host import cases

        return cases(self)


def _host(cell: Cell) -> Host:
    assert isinstance(cell.working, Host)  # other cells are refused before
    return cell.working


def _host_parameters(path: str, host: Host) -> Iterator[Parameter]:
    for name in ("thickness", "lithium_fraction", "fibre_diameter", "coating_thickness", "spacing"):
        if (given := getattr(host, name)) is not None:
            yield Parameter(f"{path}.{name}", given, True)
    if host.spacing is None:
        yield Parameter(f"{path}.fibre_fraction", host.quantity("fibre_fraction"), host.fibre_fraction is not None)
    for name in HOST_FIELDS:
        yield Parameter(f"{path}.{name}", host.quantity(name), getattr(host, name) is not None)
    native = host.native_film
    for name, unit in (("thickness", "m"), ("conductivity", "S/m")):
        yield or_table(f"{path}.native_film.{name}", getattr(native, name), f"native_film.{name}", unit)
    for name, unit in LITHIUM_FIELDS.items():
        yield or_table(f"{path}.{name}", getattr(host, name), f"lithium.{name}", unit)
    for name in FRONT_FIELDS:
        yield Parameter(f"{path}.front.{name}", host.front.quantity(name), getattr(host.front, name) is not None)


def host_inputs(cell: Cell) -> dict[str, float]:
    """A cell with a host as the host model sees it. Raises InputError if its electrolyte does not fill the pores."""
    found, opposite = surroundings(cell), cell.counter_electrode
    values = surroundings_inputs(found) | _mat_inputs("Working", _host(cell), found)
    if isinstance(opposite, Host):
        values |= _mat_inputs("Counter", opposite, found)
    else:
        values |= foil_inputs("Counter", counter_face(cell))
    return values | {
        "Lithium molar volume [m3.mol-1]": found.lithium_molar_volume,
        "Free electrolyte at assembly [m]": _free_electrolyte(cell),
    }


def _mat_inputs(face: Face, host: Host, found: Surroundings) -> dict[str, float]:
    """A host as an electrode."""
    n = {p.path.removeprefix("host."): p.quantity.value for p in _host_parameters("host", host)}
    faster = arrhenius(n["activation_energy"], found.temperature)
    coat = coaxial_area(host.fibre_length, host.reacted_radius, n["lithium_fraction"])
    area = n["area_share"] * coat
    layer = lookup("lithium.least_thickness").to("m")
    mat = {
        "thickness [m]": n["thickness"],
        "matrix fraction": host.matrix_fraction,
        "initial lithium fraction": n["lithium_fraction"],
        "largest lithium fraction": host.largest_lithium_fraction,
        "fibre spacing [m]": host.fibre_spacing,
        "specific area [m-1]": area,
        "matrix conductivity [S.m-1]": n["matrix_conductivity"],
        "growth length [m]": n["front.growth_length"],
        "seed fraction": n["front.seed_fraction"],
        "percolation threshold": n["front.percolation_threshold"],
        "area half fraction": n["front.half_fraction"],
        "plating share of the matrix": n["front.matrix_plating"],
        "lithium conductivity [S.m-1]": n["front.lithium_conductivity"],
        "Bruggeman exponent": n["front.bruggeman_exponent"],
        "closed porosity": n["front.closed_porosity"],
    }
    return {f"{face} host {name}": value for name, value in mat.items()} | {
        f"{face} exchange current density [A.m-2]": faster * n["exchange_current_density"],
        f"{face} native film resistance [Ohm.m2]": n["native_film.thickness"] / (faster * n["native_film.conductivity"]),
        f"{face} double-layer capacitance [F.m-2]": n["double_layer_capacitance"],
        # The last layer on all of its surface.
        f"{face} least lithium [C.m-2]": layer * area * n["thickness"] * FARADAY / found.lithium_molar_volume,
    }


LEAST_OUTSIDE = 1.01
"""Electrolyte at assembly over what the pores hold, at least: the model needs some outside."""


def _free_electrolyte(cell: Cell) -> float:
    """Electrolyte outside the pores at assembly, per area, m."""
    hosts = [electrode for electrode in (cell.working, cell.counter_electrode) if isinstance(electrode, Host)]
    pores = cell.separator.property("porosity").value * cell.separator.thickness.value
    pores += sum(h.thickness.value * (1 - h.matrix_fraction - h.lithium_fraction.value) for h in hosts)
    amount = electrolyte_amount(cell)
    if amount.value < LEAST_OUTSIDE * pores:
        raise InputError(
            "electrolyte.amount",
            f"= {amount.value * 1e5:.3g} uL/cm2{'' if cell.electrolyte.amount else ', from the data tables,'} and the pores of "
            f"separator and {'hosts' if len(hosts) > 1 else 'host'} hold {pores * 1e5:.3g} uL/cm2",
            expected=f"at least {LEAST_OUTSIDE * pores * 1e5:.3g} uL/cm2",
            why="The pores of a host are full of electrolyte, and more is drawn in as lithium leaves them",
            do=f'Write e.g. electrolyte.amount = "{2 * pores * 1e5:.2g} uL/cm2"',
        )
    return amount.value - pores
