"""A film on a metal that reacts with lithium: it takes lithium in, converts to metal and lithium salt, and the metal alloys.

What is not given is taken from the data tables `coatings` and `films`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Literal, Self

from pydantic import Field, model_validator

from lithoscope import units
from lithoscope.data import records
from lithoscope.design.anode import Permittivity
from lithoscope.document import Frozen
from lithoscope.errors import InputError, nearest

if TYPE_CHECKING:
    from lithoscope.units import Given

SideCurrentDensity = Annotated[
    units.Quantity,
    units.Dimension("current density", "A/m2", "0 mA/cm2", "1000 mA/cm2", "0.2 mA/cm2", "It is a magnitude; 0 switches it off"),
]
Amount = Annotated[
    units.Quantity,
    units.Dimension(
        "areal amount", "mol/m2", "1e-12 mol/cm2", "1e-3 mol/cm2", "4e-8 mol/cm2", "A micrometre holds 1e-6 mol/cm2"
    ),
]
Content = Annotated[units.Quantity, units.Dimension("content", "1", "1e-4", "10", "0.1", "It is lithium per formula unit")]
Number = Annotated[units.Quantity, units.Dimension("number", "1", "-20", "20", "2", "Beyond that a plateau is a jump")]

FIELDS = {
    "insertion_potential": "V",
    "insertion_limit": "1",
    "insertion_interaction": "1",
    "insertion_rate": "A/m2",
    "conversion_potential": "V",
    "conversion_rate": "A/m2",
    "conversion_electrons": "1",
    "leak_current_density": "A/m2",
    "leak_amount": "mol/m2",
    "product_conductivity": "S/m",
    "product_molar_volume": "m3/mol",
    "alloying_rate": "A/m2",
    "surface_film_share": "1",
}
"""Fields that the table `coatings` knows for a material under the same name, and their SI unit."""

OF_FILM = {"conductivity": "S/m", "permittivity": "1", "molar_volume": "m3/mol"}
"""Fields that the table `films` knows."""

METALS = {"MASnCl3": "Sn", "MAPbCl3": "Pb", "PbCl2": "Pb"}
"""The metal to which a material converts."""


def known_coatings() -> tuple[str, ...]:
    """Materials whose reactions with lithium are in the data tables."""
    return tuple(dict.fromkeys(identifier.split(".")[1] for identifier in records() if identifier.startswith("coatings.")))


class Coating(Frozen):
    """A film on a substrate that reacts with lithium. Lithium is plated beneath it.

    material, thickness              of the film
    conductivity, permittivity       for lithium ions, and relative to vacuum: it is in series with all else
    molar_volume                     with the thickness it gives the amount
    insertion_potential, insertion_rate    of the solid solution with lithium
    insertion_limit, insertion_interaction its largest content per formula unit; interaction in units of R T
    conversion_potential, conversion_rate  to metal and lithium salt: potential, current density there
    conversion_electrons             lithium per formula unit
    leak_current_density             electrons that a film without product lets through
    leak_amount                      converted amount that lowers this leak by a factor e, where electrons tunnel
    product_conductivity, product_molar_volume  of what it converts to, where electrons are conducted
    metal                            that alloys
    alloying_rate                    how fast
    surface_film_share               of the metal beneath, that the electrolyte reaches
    """

    material: Annotated[str, Field(min_length=1, max_length=60, description='a name such as "MASnCl3"')]
    thickness: units.Length
    conductivity: units.Conductivity | None = None
    permittivity: Permittivity | None = None
    molar_volume: units.MolarVolume | None = None
    insertion_potential: units.Voltage | None = None
    insertion_limit: Content | None = None
    insertion_interaction: Number | None = None
    insertion_rate: SideCurrentDensity | None = None
    conversion_potential: units.Voltage | None = None
    conversion_rate: SideCurrentDensity | None = None
    conversion_electrons: Content | None = None
    leak_current_density: SideCurrentDensity | None = None
    leak_amount: Amount | None = None
    product_conductivity: units.Conductivity | None = None
    product_molar_volume: units.MolarVolume | None = None
    metal: Literal["Sn", "Pb"] | None = None
    alloying_rate: SideCurrentDensity | None = None
    surface_film_share: units.Share | None = None

    if TYPE_CHECKING:

        def __init__(
            self, material: str, thickness: Given, conductivity: Given | None = ..., permittivity: Given | None = ...,
            molar_volume: Given | None = ..., insertion_potential: Given | None = ..., insertion_limit: Given | None = ...,
            insertion_interaction: Given | None = ..., insertion_rate: Given | None = ...,
            conversion_potential: Given | None = ..., conversion_rate: Given | None = ...,
            conversion_electrons: Given | None = ..., leak_current_density: Given | None = ..., leak_amount: Given | None = ...,
            product_conductivity: Given | None = ..., product_molar_volume: Given | None = ...,
            metal: Literal["Sn", "Pb"] | None = ..., alloying_rate: Given | None = ..., surface_film_share: Given | None = ...,
        ) -> None: ...  # fmt: skip

    @model_validator(mode="after")
    def _is_known_or_described(self) -> Self:
        if self.material in known_coatings():
            return self
        missing = [name for name in (*OF_FILM, *FIELDS, "metal") if getattr(self, name) is None]
        if missing:
            raise InputError(
                "material",
                f'= "{self.material}": how it reacts with lithium is not in the data tables',
                expected=f"{', '.join(known_coatings())}, or a material with all of its own numbers",
                do=f"{nearest(self.material, known_coatings())} Give {', '.join(missing)}".strip(),
            )
        return self

    @property
    def alloy(self) -> str:
        """The metal that alloys."""
        return self.metal or METALS[self.material]
