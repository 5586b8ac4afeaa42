"""A lithium foil against a porous cathode as a model."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated, Any, ClassVar, Literal

import numpy as np
from pydantic import Field

from lithoscope.design import Cathode
from lithoscope.errors import InputError
from lithoscope.physics.cell.consumption import consumption
from lithoscope.physics.cell.inputs import aged_foil_inputs, surroundings_inputs
from lithoscope.physics.cell.model import CellModel, transport_functions
from lithoscope.physics.cell.params import Parameter, cathode_parameters, counter_face, parameters, surroundings
from lithoscope.physics.contract import ExactCase, Violation
from lithoscope.physics.laws.cathodes import OPEN_CIRCUIT_POTENTIALS, exchange_current_density
from lithoscope.physics.laws.kinetics import arrhenius
from lithoscope.protocol import Current, Scan, Voltage

if TYPE_CHECKING:
    from lithoscope.design import Cell
    from lithoscope.physics.contract import Report
    from lithoscope.physics.laws.transport import Transport
    from lithoscope.protocol import Program
    from lithoscope.result import Result
    from lithoscope.result.checkpoint import Journal

REFERENCE_CONCENTRATION = 1000.0
"""Salt concentration to which the exchange current density of a cathode refers, mol/m3."""

FOIL_M = 1e-5
"""Length that the foil takes in the coordinate of the half cell, where nothing happens in it."""

CLOSES = 1e-9
"""Largest share of the salt or of the electrolyte that may be missing."""


@dataclass(frozen=True, slots=True)
class FullStructure:
    """What tells full cells apart before their numbers: films on the lithium, the cathode's law, and lengths of the mesh, m."""

    films: int
    material: str
    separator: float
    cathode: float
    radius: float


class Full(CellModel):
    """Lithium that ages as in `Mossy` against a porous cathode, in electrolyte that films consume.

    The equations stand in `lithoscope.physics.cell.equations.full`. There are as many cells in each particle as in each layer.
    """

    cells: Annotated[int, Field(ge=5, le=200, strict=True, description="a whole number from 5 to 200")] = 20

    kind: Literal["full"] = "full"
    suits: ClassVar[tuple[str, ...]] = ("cathode",)

    def simulate(
        self, cell: Cell, program: Program, report: Report, journal: Journal | None = None, *, apart: bool = False
    ) -> Result:
        """As every model does, once the program is seen to stay where the law of the cathode holds."""
        self.check_suits(cell)
        check_window(cathode_of(cell), program)
        return super().simulate(cell, program, report, journal, apart=apart)

    def structure(self, cell: Cell) -> FullStructure:
        """What tells compiled systems apart."""
        cathode = cathode_of(cell)
        return FullStructure(
            len(cell.counter_electrode.films),
            cathode.material,
            cell.separator.thickness.value,
            cathode.coating_thickness,
            cathode.quantity("particle_radius").value,
        )

    @staticmethod
    def equations(structure: Any, current: Any = None) -> Any:
        """The full cell of PyBaMM."""
        from lithoscope.physics.cell.equations.full import FullLithiumCell

        return FullLithiumCell({"Counter": structure.films, "Working": 0}, current)

    @staticmethod
    def functions(structure: Any, transport: Transport) -> dict[str, Any]:
        """Transport by our names and by PyBaMM's, the laws of the cathode, and the lengths of the mesh."""
        from lithoscope.physics.cell.engine import pybamm

        i0, D = (pybamm.Parameter(f"Cathode {name}") for name in CATHODE_NUMBERS)
        ours = transport_functions(transport)
        return ours | {
            "Electrolyte diffusivity [m2.s-1]": transport.diffusivity,
            "Cation transference number": transport.transference_number,
            "Positive electrode OCP [V]": OPEN_CIRCUIT_POTENTIALS[structure.material],
            "Positive electrode OCP entropic change [V.K-1]": 0.0,
            "Positive electrode exchange-current density [A.m-2]": lambda c_e, c_s, c_max, T: exchange_current_density(
                i0, c_e, c_s / c_max, REFERENCE_CONCENTRATION
            ),
            "Positive particle diffusivity [m2.s-1]": lambda x, T: D,
            "Negative electrode thickness [m]": FOIL_M,
            "Separator thickness [m]": structure.separator,
            "Positive electrode thickness [m]": structure.cathode,
            "Positive particle radius [m]": structure.radius,
            "Maximum concentration in positive electrode [mol.m-3]": _sites_per_volume(structure.material),
            **{f"Cathode {name}": "[input]" for name in CATHODE_NUMBERS},
        }

    def values(self, cell: Cell) -> dict[str, float]:
        """The numbers of a cell by parameter name."""
        cathode, around = cathode_of(cell), surroundings(cell)
        q = {name: cathode.quantity(name).value for name in ("porosity", "conductivity", "double_layer_capacitance")}
        used = consumption(cell, q["porosity"] * cathode.coating_thickness)
        lithium = aged_foil_inputs("Counter", counter_face(cell))
        del lithium["Counter native film resistance [Ohm.m2]"]
        lithium["Counter film molar volume [m3.mol-1]"] = used.film_volume
        values = surroundings_inputs(around) | lithium | used.inputs()
        del values["Separator thickness [m]"]
        energies = ("reaction_energy", "diffusion_energy")
        numbers = ("exchange_current_density", "diffusivity")
        faster = (arrhenius(_of(cathode.material, energy, "J"), around.temperature) for energy in energies)
        return values | {
            "Lithium molar volume [m3.mol-1]": around.lithium_molar_volume,
            "Initial temperature [K]": around.temperature,
            "Reference temperature [K]": around.temperature,
            "Initial concentration in positive electrode [mol.m-3]": cathode.largest_concentration
            * cathode.quantity("lithium_content").value,
            "Positive electrode active material volume fraction": cathode.active_volume_fraction,
            "Positive electrode porosity": q["porosity"],
            "Positive electrode conductivity [S.m-1]": q["conductivity"],
            "Positive electrode double-layer capacity [F.m-2]": q["double_layer_capacitance"],
            "Cathode MacMullin number": cathode.macmullin,
            "Cathode electronic transport efficiency": (1 - q["porosity"]) ** 1.5,
            **{f"Cathode {name}": factor * cathode.quantity(number).value
               for name, number, factor in zip(CATHODE_NUMBERS, numbers, faster, strict=True)},
        }  # fmt: skip

    def parameters(self, cell: Cell) -> tuple[Parameter, ...]:
        """Every number of a cell with its range, status and source."""
        cathode = cathode_of(cell)
        of_lithium = parameters(cell, cathode_parameters("working", cathode), ageing=True)
        used = consumption(cell, cathode.quantity("porosity").value * cathode.coating_thickness)
        of_film = {"counter.ageing.film_molar_volume": used.film_parameter}
        return (*(of_film.get(p.path, p) for p in of_lithium), *used.parameters)

    def invariants(self, result: Result) -> Sequence[Violation]:
        """Those of every cell, and that neither salt nor electrolyte is lost."""
        return (*super().invariants(result), *_closures(result))

    def exact_cases(self) -> Sequence[ExactCase]:
        """Those of `lithoscope.physics.cell.exact_full`."""
        from lithoscope.physics.cell.exact_full import cases

        return cases(self)


CATHODE_NUMBERS = ("exchange current density [A.m-2]", "diffusivity [m2.s-1]")
"""Numbers in the laws of a cathode that differ from cell to cell."""


def cathode_of(cell: Cell) -> Cathode:
    """The cathode of a full cell."""
    assert isinstance(cell.working, Cathode)  # other cells are refused before
    return cell.working


def check_window(cathode: Cathode, program: Program) -> None:
    """Raises InputError for a step that leaves the voltages between which the law of the cathode holds."""
    from lithoscope.data import lookup

    window = lookup(f"cathodes.{cathode.material}.window").value
    assert isinstance(window, tuple)  # a table of this package
    low, high = window
    seen: set[int] = set()
    for visit in program.visits():
        if id(visit.step) in seen:
            continue
        seen.add(id(visit.step))
        for where, voltage in _voltages(visit.step):
            if not low <= voltage <= high:
                raise InputError(
                    f"steps: step {visit.number}, {where}",
                    f"= {voltage:g} V is outside the {low:g} to {high:g} V in which the potential of "
                    f"{cathode.material} is known",
                    expected=f"{low:g} V to {high:g} V",
                    why="Beyond them the cathode is full, empty, or decomposes",
                    do=f'Write e.g. "{low if voltage < low else high:g} V"',
                )
        if isinstance(visit.step, Current) and not any(_limits(visit.step)):
            _check_capacity(cathode, visit.step, visit.number)


def _voltages(step: object) -> Iterator[tuple[str, float]]:
    if isinstance(step, Voltage):
        yield "voltage", step.voltage.value
    if isinstance(step, Scan):
        yield "to", step.to.value
        if step.start is not None:
            yield "start", step.start.value
    if isinstance(step, Current):
        for name in ("voltage_above", "voltage_below"):
            limit = getattr(step.until, name)
            if limit is not None:
                yield f"until.{name}", limit.value


def _limits(step: Current) -> tuple[bool, bool]:
    """Whether a limit of the voltage stands in the way of the current."""
    charging = step.current_density.value > 0
    return charging and step.until.voltage_above is not None, not charging and step.until.voltage_below is not None


def _check_capacity(cathode: Cathode, step: Current, number: int) -> None:
    capacity = step.duration * abs(step.current_density.value)
    if capacity > cathode.sites:
        limit = "voltage_above" if step.current_density.value > 0 else "voltage_below"
        raise InputError(
            f"steps: step {number}, until",
            f"lets {capacity / 36000:.3g} mAh/cm2 pass, more than the {cathode.sites / 36000:.3g} mAh/cm2 of lithium for which "
            "the cathode has sites",
            expected=f"a {limit}, or less capacity",
            do=f'Add {limit} to until, e.g. {limit} = "{"4.2" if limit == "voltage_above" else "3"} V"',
        )


def _closures(result: Result) -> Iterator[Violation]:
    trace = result.trace
    if not trace.data_vars:
        return
    from lithoscope.constants import FARADAY

    salt = (trace["electrolyte_lithium"] + trace["free_electrolyte_lithium"]) / FARADAY - trace["salt_left"]
    volume = trace["electrolyte_volume"] + trace["electrolyte_used"]
    for name, total, scale in (("salt", salt, trace["salt_left"]), ("electrolyte", volume, trace["electrolyte_volume"])):
        missing = float(np.max(np.abs(total - total[0]))) / float(scale[0])
        if missing > CLOSES:
            yield Violation(name, f"{missing:.1e} of it is missing")


def _of(material: str, name: str, unit: str) -> float:
    from lithoscope.data import lookup

    return lookup(f"cathodes.{material}.{name}").to(unit)


def _sites_per_volume(material: str) -> float:
    return _of(material, "largest_concentration", "mol/m3")
