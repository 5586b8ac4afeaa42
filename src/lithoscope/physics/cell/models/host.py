"""A lithium-filled fibre host against a lithium foil as a model."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Annotated, Any, ClassVar, Literal

from pydantic import Field

from lithoscope.constants import FARADAY
from lithoscope.data import lookup
from lithoscope.design.host import FRONT_FIELDS, HOST_FIELDS, Host
from lithoscope.physics.cell.inputs import surroundings_inputs
from lithoscope.physics.cell.model import CellModel
from lithoscope.physics.cell.params import Parameter, or_table, parameters, surroundings
from lithoscope.physics.contract import ExactCase
from lithoscope.physics.laws.host import coaxial_area
from lithoscope.physics.laws.kinetics import arrhenius

if TYPE_CHECKING:
    from lithoscope.design import Cell

LITHIUM_FIELDS = {"exchange_current_density": "A/m2", "double_layer_capacitance": "F/m2", "activation_energy": "J"}
"""Fields of a host that are those of its lithium, and their SI unit."""


class PorousHost(CellModel):
    """Lithium in the pores of a fibre mat, through its thickness: where it is stripped, where it grows, what is cut off.

    The equations stand in `lithoscope.physics.cell.equations.host`.
    """

    cells: Annotated[int, Field(ge=5, le=1000, strict=True, description="a whole number from 5 to 1000")] = 80
    relative_tolerance: Annotated[float, Field(ge=1e-10, le=1e-3, description="a number from 1e-10 to 1e-3")] = 1e-6

    kind: Literal["host"] = "host"
    suits: ClassVar[tuple[str, ...]] = ("host",)

    def structure(self, cell: Cell) -> int:
        """Number of films on the counter electrode."""
        return len(cell.counter_electrode.films)

    @staticmethod
    def equations(structure: Any, current: Any = None) -> Any:
        """The host model of PyBaMM."""
        from lithoscope.physics.cell.equations.host import HostCell

        return HostCell({"Counter": structure}, current)

    def values(self, cell: Cell) -> dict[str, float]:
        """The numbers of a cell by parameter name."""
        return host_inputs(cell)

    def parameters(self, cell: Cell) -> tuple[Parameter, ...]:
        """Every number of a cell with its range, status and source."""
        return parameters(cell, _host_parameters("working", _host(cell)))

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
    """A cell with a host as the host model sees it."""
    found, host = surroundings(cell), _host(cell)
    n = {p.path.removeprefix("host."): p.quantity.value for p in _host_parameters("host", host)}
    faster = arrhenius(n["activation_energy"], found.temperature)
    coat = coaxial_area(host.fibre_length, host.reacted_radius, n["lithium_fraction"])
    area = n["area_share"] * coat
    layer = lookup("lithium.least_thickness").to("m")
    return surroundings_inputs(found) | {
        "Lithium molar volume [m3.mol-1]": found.lithium_molar_volume,
        "Host thickness [m]": n["thickness"],
        "Host matrix fraction": host.matrix_fraction,
        "Host initial lithium fraction": n["lithium_fraction"],
        "Host largest lithium fraction": host.largest_lithium_fraction,
        "Host fibre spacing [m]": host.fibre_spacing,
        "Host specific area [m-1]": area,
        "Host matrix conductivity [S.m-1]": n["matrix_conductivity"],
        "Host growth length [m]": n["front.growth_length"],
        "Host seed fraction": n["front.seed_fraction"],
        "Host percolation threshold": n["front.percolation_threshold"],
        "Host area half fraction": n["front.half_fraction"],
        "Host plating share of the matrix": n["front.matrix_plating"],
        "Host lithium conductivity [S.m-1]": n["front.lithium_conductivity"],
        "Host Bruggeman exponent": n["front.bruggeman_exponent"],
        "Host closed porosity": n["front.closed_porosity"],
        "Working exchange current density [A.m-2]": faster * n["exchange_current_density"],
        "Working native film resistance [Ohm.m2]": n["native_film.thickness"] / (faster * n["native_film.conductivity"]),
        "Working double-layer capacitance [F.m-2]": n["double_layer_capacitance"],
        # The last layer on all of its surface.
        "Working least lithium [C.m-2]": layer * area * n["thickness"] * FARADAY / found.lithium_molar_volume,
    }
