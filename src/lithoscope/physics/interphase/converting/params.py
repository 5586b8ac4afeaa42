"""Every number of a film that converts, with where it comes from: the cell's coating, the model, the data tables."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from lithoscope.constants import FARADAY
from lithoscope.design import Coating, Foil, Substrate
from lithoscope.errors import InputError
from lithoscope.physics.cell.models.substrate import coating_parameters
from lithoscope.physics.cell.params import FOIL_FIELDS, Parameter, counter_face, or_table, parameters, surroundings
from lithoscope.physics.interphase.converting.chemistry import ALLOYED, INSERTED, KEPT, LINES, WHOLE
from lithoscope.physics.interphase.converting.equations import Numbers
from lithoscope.physics.interphase.rates import quickened
from lithoscope.physics.laws.kinetics import arrhenius

if TYPE_CHECKING:
    from lithoscope.design import Cell
    from lithoscope.physics.interphase.converting.model import ConvertingFilm

OF_MODEL = {
    "reaction_depth": ("converting.reaction_depth", "m"),
    "lithium_diffusivity": ("converting.lithium_diffusivity", "m2/s"),
    "tunnelling_decay": ("converting.tunnelling_decay", "1/m"),
    "skin_conductivity": ("films.LiCl.conductivity", "S/m"),
}
"""Fields of the model, their record and SI unit."""

ACTIVATED = {
    "insertion_rate": "reaction",
    "alloying_rate": "reaction",
    "conductivity": "hopping",
    "lithium_diffusivity": "hopping",
    "skin_conductivity": "skin",
    "product_conductivity": "product",
}
"""Number -> the energy with which it rises by Arrhenius; that of conversion depends on the potential, see `rates`."""


@dataclass(frozen=True)
class Setting:
    """A film with what is around it.

    material     of the film;  numbers: of it
    on_lithium   whether the metal is lithium, or a substrate against a foil
    lithium      in the foil, C/m2
    capacitance  of a substrate, F/m2, and its potential at assembly, V
    resistance   of electrolyte and counter electrode at low current, ohm m2; 0 on lithium, where no current passes them
    taken        every number, for the manifest
    """

    material: str
    numbers: Numbers
    on_lithium: bool
    lithium: float
    capacitance: float
    potential: float
    resistance: float
    taken: tuple[Parameter, ...]

    def between(self, n: Any) -> Any:
        """Resistance between the metal and the other end of the cell, ohm m2. n: converted amount, mol/m2."""
        return self.numbers.left(n) / self.numbers.conductivity + self.resistance


def setting(cell: Cell, model: ConvertingFilm) -> Setting:
    """The film of a cell. Raises InputError for a cell without one."""
    coating, path = coating_of(cell)
    of_coating = tuple(coating_parameters(path, coating))
    of_model = tuple(or_table(name, getattr(model, name), *record) for name, record in OF_MODEL.items())
    of_energies = tuple(
        or_table(f"activation.{name}", getattr(model.activation, name), f"converting.activation.{name}", "J")
        for name in type(model.activation).model_fields
    )
    around, of_metal = _around(cell), _of_metal(cell)
    values = {p.path.removeprefix(f"{path}."): p.quantity.value for p in (*of_coating, *of_model)}
    check_electrons(coating.material, values["conversion_electrons"], path)
    check_metal(coating, path)
    energies = {p.path.removeprefix("activation."): p.quantity.value for p in of_energies}
    given, T = {each.name for each in fields(Numbers)}, cell.temperature.value
    numbers = Numbers(
        metal=coating.alloy, leak=model.leak, temperature=T,
        **{name: value for name, value in at_temperature(values, energies, T).items() if name in given},
    )  # fmt: skip
    capacitance, potential = (p.quantity.value for p in of_metal) if of_metal else (0.0, 0.0)
    found = {p.path: p.quantity.value for p in around}
    face = "counter" if of_metal else "working"
    lithium = found[f"{face}.thickness"] * FARADAY / found["lithium.molar_volume"]
    resistance = _beyond(cell) if of_metal else 0.0
    taken = (*of_coating, *of_model, *of_energies, *around, *of_metal)
    return Setting(coating.material, numbers, not of_metal, lithium, capacitance, potential, resistance, taken)


def at_temperature(values: Mapping[str, float], energies: Mapping[str, float], T: float) -> dict[str, float]:
    """Numbers of 25 degC at a temperature.

    values    by name, SI;  energies: reaction, hopping, skin and product, J;  T: K
    Insertion and alloying are exchanges, whose energy is that at equilibrium; that of conversion is the one at 0 V, where the
    film is on lithium. Tunnelling has none. At 25 degC nothing changes.
    """
    faster = {name: arrhenius(energies[kind], T) for name, kind in ACTIVATED.items()}
    U = values["conversion_potential"]
    faster["conversion_rate"] = quickened("butler-volmer", U, 1.0, 0.5, energies["reaction"], T)
    return {name: value * faster.get(name, 1.0) for name, value in values.items()}


def _around(cell: Cell) -> tuple[Parameter, ...]:
    """The foil, and what lies between it and a substrate."""
    volume = or_table("lithium.molar_volume", None, "lithium.molar_volume", "m3/mol")
    if isinstance(cell.working, Foil):
        return (
            Parameter("temperature", cell.temperature, True),
            Parameter("working.thickness", cell.working.thickness, True),
            volume,
        )
    return (*parameters(cell, ()), volume)


def _beyond(cell: Cell) -> float:
    """Resistance of electrolyte and counter electrode where currents are low, ohm m2."""
    of = surroundings(cell)
    liquid = of.thickness * of.macmullin_number / float(of.transport.conductivity(of.concentration, of.temperature))
    return liquid + counter_face(cell).resistance(of.temperature)


def _of_metal(cell: Cell) -> tuple[Parameter, ...]:
    if not isinstance(cell.working, Substrate):
        return ()
    return tuple(
        or_table(f"working.{name}", getattr(cell.working, name), f"plating.{name}", unit)
        for name, unit in (
            ("double_layer_capacitance", FOIL_FIELDS["double_layer_capacitance"]),
            ("potential_at_assembly", "V"),
        )
    )


def coating_of(cell: Cell) -> tuple[Coating, str]:
    """The film that converts and where it stands in the cell. Raises InputError for a cell without one."""
    if isinstance(cell.working, Substrate) and cell.working.coating is not None:
        return cell.working.coating, "working.coating"
    if isinstance(cell.working, Foil):
        for n, film in enumerate(cell.working.films):
            if film.material in LINES:
                found = Coating(film.material, film.thickness, conductivity=film.conductivity, permittivity=film.permittivity)
                return found, f"working.films.{n}"
    raise InputError(
        "working", f'= "{cell.working.kind}" carries no film that converts', expected=f"a film of {', '.join(LINES)}",
        why="This model follows such a film over its depth",
        do='Write films = [{ material = "MASnCl3", thickness = "1 um" }] on a foil, or a coating on a substrate',
    )  # fmt: skip


def check_electrons(material: str, z: float, path: str) -> None:
    """Raises InputError where the products of so much lithium are not known."""
    most = WHOLE if LINES.get(material, ("", "", None))[2] else KEPT
    if not KEPT <= z <= most:
        raise InputError(f"{path}.conversion_electrons", f"= {z:g} leaves products that are not known",
                         expected=f"{KEPT} to {most}" if most > KEPT else f"{KEPT}",
                         why="With two the organic cation is kept, with three it is reduced: the elements follow from it",
                         do=f"Write conversion_electrons = {KEPT}")  # fmt: skip


def check_metal(coating: Coating, path: str) -> None:
    """Raises InputError for a metal that the material does not convert to."""
    metal = LINES[coating.material][0] if coating.material in LINES else coating.alloy
    if coating.alloy != metal:
        raise InputError(
            f"{path}.metal", f'= "{coating.alloy}" is not in {coating.material}', expected=f'"{metal}"',
            why="A film converts to the metal that it holds", do=f'Write metal = "{metal}", or leave it out',
        )  # fmt: skip


def volumes(setting_: Setting, names: tuple[str, ...]) -> tuple[NDArray[np.float64], tuple[Parameter, ...]]:
    """Molar volumes of solids, m3/mol, and where they come from; inserted lithium takes no room."""
    metal = setting_.numbers.metal
    records = {ALLOYED: f"converting.{metal}.alloyed_volume", metal: f"converting.{metal}.molar_volume",
               "LiCl": "films.LiCl.molar_volume", "MACl": "converting.MACl.molar_volume"}  # fmt: skip
    found = {name: or_table(record, None, record, "m3/mol") for name, record in records.items() if name in names}
    own = {setting_.material: setting_.numbers.molar_volume, INSERTED: 0.0}
    return np.array([own[name] if name in own else found[name].quantity.value for name in names]), tuple(found.values())
