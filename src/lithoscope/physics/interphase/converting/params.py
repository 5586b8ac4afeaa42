"""Every number of a film that converts, with where it comes from: the cell's coating, the model, the data tables."""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from lithoscope.constants import FARADAY
from lithoscope.design import Coating, Foil, Substrate
from lithoscope.errors import InputError
from lithoscope.physics.cell.models.substrate import coating_parameters
from lithoscope.physics.cell.params import FOIL_FIELDS, Parameter, or_table
from lithoscope.physics.interphase.converting.chemistry import ALLOYED, INSERTED, KEPT, LINES, WHOLE
from lithoscope.physics.interphase.converting.equations import Numbers

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


@dataclass(frozen=True)
class Setting:
    """A film with what is around it.

    material     of the film;  numbers: of it
    on_lithium   whether the metal is lithium, or a substrate against a foil
    lithium      in the foil, C/m2
    capacitance  of a substrate, F/m2, and its potential at assembly, V
    taken        every number, for the manifest
    """

    material: str
    numbers: Numbers
    on_lithium: bool
    lithium: float
    capacitance: float
    potential: float
    taken: tuple[Parameter, ...]


def setting(cell: Cell, model: ConvertingFilm) -> Setting:
    """The film of a cell. Raises InputError for a cell without one."""
    coating, path = coating_of(cell)
    of_coating = tuple(coating_parameters(path, coating))
    of_model = tuple(or_table(name, getattr(model, name), *record) for name, record in OF_MODEL.items())
    foil = cell.working if isinstance(cell.working, Foil) else cell.counter_foil
    face = "working" if isinstance(cell.working, Foil) else "counter"
    of_foil = (
        Parameter(f"{face}.thickness", foil.thickness, True),
        or_table("lithium.molar_volume", None, "lithium.molar_volume", "m3/mol"),
    )
    of_metal = _of_metal(cell)
    values = {p.path.removeprefix(f"{path}."): p.quantity.value for p in (*of_coating, *of_model)}
    check_electrons(coating.material, values["conversion_electrons"], path)
    given = {each.name for each in fields(Numbers)}
    numbers = Numbers(
        metal=coating.alloy, leak=model.leak, temperature=cell.temperature.value,
        **{name: value for name, value in values.items() if name in given},
    )  # fmt: skip
    capacitance, potential = (p.quantity.value for p in of_metal) if of_metal else (0.0, 0.0)
    lithium = of_foil[0].quantity.value * FARADAY / of_foil[1].quantity.value
    taken = (*of_coating, *of_model, *of_foil, *of_metal)
    return Setting(coating.material, numbers, not of_metal, lithium, capacitance, potential, taken)


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


def volumes(setting_: Setting, names: tuple[str, ...]) -> tuple[NDArray[np.float64], tuple[Parameter, ...]]:
    """Molar volumes of solids, m3/mol, and where they come from; inserted lithium takes no room."""
    metal = setting_.numbers.metal
    records = {ALLOYED: f"converting.{metal}.alloyed_volume", metal: f"converting.{metal}.molar_volume",
               "LiCl": "films.LiCl.molar_volume", "MACl": "converting.MACl.molar_volume"}  # fmt: skip
    found = {name: or_table(record, None, record, "m3/mol") for name, record in records.items() if name in names}
    own = {setting_.material: setting_.numbers.molar_volume, INSERTED: 0.0}
    return np.array([own[name] if name in own else found[name].quantity.value for name in names]), tuple(found.values())
