"""Lithium that is plated on another metal, as a model."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Annotated, Any, ClassVar, Literal

from pydantic import Field

from lithoscope.design import Coating, Substrate
from lithoscope.design.coating import FIELDS as OF_COATING
from lithoscope.design.coating import OF_FILM, known_coatings
from lithoscope.physics.cell.inputs import film_inputs, foil_inputs, surroundings_inputs
from lithoscope.physics.cell.model import CellModel
from lithoscope.physics.cell.params import (
    FilmNumbers,
    Parameter,
    counter_face,
    film_parameters,
    or_table,
    parameters,
    surroundings,
)
from lithoscope.physics.contract import ExactCase
from lithoscope.physics.laws.films import areal_resistance
from lithoscope.physics.laws.kinetics import arrhenius

if TYPE_CHECKING:
    from lithoscope.design import Cell

OF_METAL = {"barrier": ("V", "Nucleation barrier [V]"), "coverage": ("1", "Share without nucleation")}
"""What tells one metal from another: field of `Nucleation` -> SI unit and parameter."""

NUCLEATION = {
    "reference_overpotential": ("V", "Nucleation reference overpotential [V]"),
    "reference_nuclei": ("1/m2", "Nuclei at reference [m-2]"),
    "nucleation_time": ("s", "Nucleation time [s]"),
    "seeds": ("1/m2", "Seeds [m-2]"),
    "seed_radius": ("m", "Seed radius [m]"),
}
DEPOSIT = {
    "stripping_half_charge": ("C/m2", "Working stripping half charge [C.m-2]"),
    "dead_fraction": ("1", "Working dead fraction"),
    "film_fraction": ("1", "Working film fraction"),
    "corrosion_current_density": ("A/m2", "Working corrosion current density [A.m-2]"),
}
SURFACE_FILM = {
    "surface_film_potential": ("V", "Surface film potential [V]"),
    "surface_film_rate": ("A/m2", "Surface film rate [A.m-2]"),
    "surface_film_leak": ("A/m2", "Surface film leak [A.m-2]"),
    "surface_film_charge": ("C/m2", "Surface film charge [C.m-2]"),
}
METAL = {
    "double_layer_capacitance": ("F/m2", "Working double-layer capacitance [F.m-2]"),
    "potential_at_assembly": ("V", "Working potential at assembly [V]"),
}
COATING = {
    "insertion_potential": "Insertion potential [V]",
    "insertion_limit": "Insertion limit",
    "insertion_interaction": "Insertion interaction",
    "insertion_rate": "Insertion rate [A.m-2]",
    "conversion_potential": "Conversion potential [V]",
    "conversion_rate": "Conversion rate [A.m-2]",
    "conversion_electrons": "Conversion electrons",
    "leak_current_density": "Leak current density [A.m-2]",
    "leak_amount": "Leak amount [mol.m-2]",
    "product_conductivity": "Product conductivity [S.m-1]",
    "product_molar_volume": "Product molar volume [m3.mol-1]",
    "alloying_rate": "Alloying rate [A.m-2]",
    "surface_film_share": "Share that the electrolyte reaches",
}
"""Fields of a coating and their parameter."""

PARTS = {"nucleation": NUCLEATION, "deposit": DEPOSIT, "surface_film": SURFACE_FILM}
"""Part of a substrate -> its fields that the table `plating` knows under the same name, their SI unit and their parameter."""


class Plated(CellModel):
    """Lithium plated on a metal from zero thickness, stripped, and lost, against a lithium foil.

    The equations stand in `lithoscope.physics.cell.equations.substrate`, those of a coating in `coating` beside it.

    leak  how electrons pass what a coating has converted to: "tunnelling" stops the conversion at an amount that hardly depends
          on the rate, "conduction" never stops it
    """

    # Reactions of a coating are fast beside the potential that drives them; at 1e-7 their books need a second solution.
    relative_tolerance: Annotated[float, Field(ge=1e-10, le=1e-3, description="a number from 1e-10 to 1e-3")] = 1e-8
    leak: Annotated[Literal["tunnelling", "conduction"], Field(description='"tunnelling" or "conduction"')] = "tunnelling"

    kind: Literal["substrate"] = "substrate"
    suits: ClassVar[tuple[str, ...]] = ("substrate",)

    def structure(self, cell: Cell) -> tuple[int, int, tuple[str, str] | None]:
        """Number of films on the counter and on the working electrode; metal of the coating and law of its leak."""
        of = substrate_of(cell)
        coating = None if of.coating is None else (of.coating.alloy, self.leak)
        return len(cell.counter_electrode.films), len(of.films) + (coating is not None), coating

    @staticmethod
    def equations(structure: Any, current: Any = None) -> Any:
        """The substrate model of PyBaMM."""
        from lithoscope.physics.cell.equations.substrate import SubstrateCell

        counter, working, coating = structure
        return SubstrateCell({"Counter": counter, "Working": working}, current, coating=coating)

    def values(self, cell: Cell) -> dict[str, float]:
        """The numbers of a cell by parameter name."""
        around = surroundings(cell)
        of = substrate_of(cell)
        found = {p.path.removeprefix("working."): p.quantity.value for p in substrate_parameters("working", of)}
        named = {name: found[f"{part}.{field}"] for part, fields in PARTS.items() for field, (_, name) in fields.items()}
        named |= {name: found[f"nucleation.{field}"] for field, (_, name) in OF_METAL.items()}
        named |= {name: found[field] for field, (_, name) in METAL.items()}
        return (
            surroundings_inputs(around)
            | foil_inputs("Counter", counter_face(cell))
            | {"Lithium molar volume [m3.mol-1]": around.lithium_molar_volume}
            | named
            | _interface(found, around.temperature)
            | _coating(found, of)
            | film_inputs("Working", _films(found, of))
        )

    def parameters(self, cell: Cell) -> tuple[Parameter, ...]:
        """Every number of a cell with its range, status and source."""
        return parameters(cell, substrate_parameters("working", substrate_of(cell)))

    def exact_cases(self) -> Sequence[ExactCase]:
        """Those of `lithoscope.physics.cell.exact_substrate`."""
        from lithoscope.physics.cell.exact_substrate import cases

        return cases(self)


def substrate_of(cell: Cell) -> Substrate:
    """The substrate of a cell that has one."""
    assert isinstance(cell.working, Substrate)  # the model refuses other cells before it asks
    return cell.working


def substrate_parameters(path: str, metal: Substrate) -> Iterator[Parameter]:
    """The numbers of a substrate and of the lithium on it."""
    for n, film in enumerate(metal.films):
        yield from film_parameters(f"{path}.films.{n}", film)
    if metal.coating is not None:
        yield from coating_parameters(f"{path}.coating", metal.coating)
    # Beneath a coating lithium begins as the coating has it, and not as the metal.
    coated = metal.coating is not None and metal.coating.material in known_coatings()
    begins = f"coatings.{metal.coating.material}" if metal.coating and coated else f"substrates.{metal.material}"
    for field, (unit, _) in OF_METAL.items():
        table = f"{begins}.{'nucleation_barrier' if field == 'barrier' else field}"
        yield or_table(f"{path}.nucleation.{field}", getattr(metal.nucleation, field), table, unit)
    for part, fields in PARTS.items():
        for field, (unit, _) in fields.items():
            yield or_table(f"{path}.{part}.{field}", getattr(getattr(metal, part), field), f"plating.{field}", unit)
    for name, unit in (("thickness", "m"), ("conductivity", "S/m")):
        given = getattr(metal.deposit.native_film, name)
        yield or_table(f"{path}.deposit.native_film.{name}", given, f"native_film.{name}", unit)
    for name, unit in (("exchange_current_density", "A/m2"), ("activation_energy", "J")):
        yield or_table(f"{path}.deposit.{name}", getattr(metal.deposit, name), f"lithium.{name}", unit)
    for field, (unit, _) in METAL.items():
        yield or_table(f"{path}.{field}", getattr(metal, field), f"plating.{field}", unit)


def coating_parameters(path: str, coating: Coating) -> Iterator[Parameter]:
    """The numbers of a coating."""
    yield Parameter(f"{path}.thickness", coating.thickness, True)
    for table, fields in (("films", OF_FILM), ("coatings", OF_COATING)):
        for field, unit in fields.items():
            yield or_table(f"{path}.{field}", getattr(coating, field), f"{table}.{coating.material}.{field}", unit)


def _coating(found: dict[str, float], of: Substrate) -> dict[str, float]:
    """A coating; without one the electrolyte reaches all of the metal."""
    if of.coating is None:
        return {COATING["surface_film_share"]: 1.0}
    amount = found["coating.thickness"] / found["coating.molar_volume"]
    return {"Coating amount [mol.m-2]": amount} | {name: found[f"coating.{field}"] for field, name in COATING.items()}


def _interface(found: dict[str, float], T: float) -> dict[str, float]:
    """Charge transfer and native film of the deposit at the temperature of the cell."""
    faster = arrhenius(found["deposit.activation_energy"], T)
    thickness, conductivity = (found[f"deposit.native_film.{name}"] for name in ("thickness", "conductivity"))
    return {
        "Working exchange current density [A.m-2]": faster * found["deposit.exchange_current_density"],
        "Working native film resistance [Ohm.m2]": areal_resistance(thickness, faster * conductivity),
    }


def _films(found: dict[str, float], of: Substrate) -> list[FilmNumbers]:
    """All films that are in series with the metal, from there outwards, the coating first."""
    names = ("thickness", "conductivity", "permittivity")
    places = [*(["coating"] if of.coating else []), *(f"films.{n}" for n in range(len(of.films)))]
    return [FilmNumbers(*(found[f"{place}.{name}"] for name in names)) for place in places]
