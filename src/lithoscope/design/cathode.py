"""A porous cathode: particles of an active material in a coating that electrolyte soaks.

How much of it there is, is given as a loading or as an areal capacity. Everything else has a value in the data tables, and a
result lists what was taken from there.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Literal, Self

from pydantic import Field, model_validator

from lithoscope import units
from lithoscope.constants import FARADAY
from lithoscope.data import lookup, records
from lithoscope.document import Frozen
from lithoscope.errors import InputError, nearest

if TYPE_CHECKING:
    from lithoscope.design.anode import Film
    from lithoscope.units import Given, Quantity

FIELDS = {
    "porosity": "1",
    "active_fraction": "1",
    "particle_radius": "m",
    "lithium_content": "1",
    "diffusivity": "m2/s",
    "exchange_current_density": "A/m2",
    "conductivity": "S/m",
    "double_layer_capacitance": "F/m2",
}
"""Fields of a cathode that the data tables know under the same name, and their SI unit."""

BRUGGEMAN = 1.5
"""Exponent of a volume fraction in the transport through it."""


def known_materials() -> tuple[str, ...]:
    """Materials in the data tables."""
    return tuple(i.split(".")[1] for i in records() if i.startswith("cathodes.") and i.endswith(".largest_concentration"))


class Cathode(Frozen):
    """A porous cathode on its foil.

    material                  "LCO" (LiCoO2) or "LTO" (Li4Ti5O12)
    loading                   active material per area; this or areal_capacity
    areal_capacity            its practical capacity per area
    thickness                 of the coating; from the loading and the active_fraction unless given
    porosity                  share of the coating that electrolyte fills
    active_fraction           share of the coating that is active material; from loading and thickness where these are given
    macmullin_number          bulk over effective conductivity of the electrolyte in it; porosity^-1.5 unless given
    particle_radius           of the active material
    lithium_content           stoichiometry at assembly, from 0 to 1
    diffusivity               of lithium in a particle
    exchange_current_density  at half its lithium and 1 mol/L
    conductivity              electronic, of the solid
    double_layer_capacitance  per surface of the particles
    """

    material: Annotated[str, Field(min_length=1, max_length=40, description='a name such as "LCO"')]
    loading: units.Loading | None = None
    areal_capacity: units.ArealCapacity | None = None
    thickness: units.Length | None = None
    porosity: units.Fraction | None = None
    active_fraction: units.Fraction | None = None
    macmullin_number: units.Ratio | None = None
    particle_radius: units.Length | None = None
    lithium_content: units.Fraction | None = None
    diffusivity: units.SolidDiffusivity | None = None
    exchange_current_density: units.ExchangeCurrentDensity | None = None
    conductivity: units.Conductivity | None = None
    double_layer_capacitance: units.ArealCapacitance | None = None
    kind: Literal["cathode"] = "cathode"

    if TYPE_CHECKING:

        def __init__(
            self, material: str, loading: Given | None = ..., areal_capacity: Given | None = ...,
            thickness: Given | None = ..., porosity: Given | None = ..., active_fraction: Given | None = ...,
            macmullin_number: Given | None = ..., particle_radius: Given | None = ..., lithium_content: Given | None = ...,
            diffusivity: Given | None = ..., exchange_current_density: Given | None = ..., conductivity: Given | None = ...,
            double_layer_capacitance: Given | None = ..., *, kind: Literal["cathode"] = ...,
        ) -> None: ...  # fmt: skip

    @property
    def films(self) -> tuple[Film, ...]:
        """None: films are put on lithium."""
        return ()

    @model_validator(mode="after")
    def _is_known(self) -> Self:
        if self.material not in known_materials():
            raise InputError("material", f'= "{self.material}" is no cathode in the data tables',
                             expected=", ".join(known_materials()),
                             do=nearest(self.material, known_materials()) or f'Write "{known_materials()[0]}"')  # fmt: skip
        return self

    @model_validator(mode="after")
    def _has_an_amount(self) -> Self:
        if (self.loading is None) == (self.areal_capacity is None):
            both = self.loading is not None
            problem = "and areal_capacity were both given" if both else "is missing, and so is areal_capacity"
            raise InputError("loading", problem,
                             expected='one of them, such as loading = "20 mg/cm2"',
                             why="One follows from the other" if both else "",
                             do="Leave out areal_capacity" if both else 'Write e.g. loading = "20 mg/cm2"')  # fmt: skip
        return self

    @model_validator(mode="after")
    def _has_room(self) -> Self:
        if self.thickness is not None and self.active_fraction is not None:
            raise InputError("active_fraction", "was given beside the thickness", expected="one of them",
                             why="With the loading, one follows from the other",
                             do="Leave out the active_fraction")  # fmt: skip
        solid, porosity = self.active_volume_fraction, self.quantity("porosity").value
        if solid + porosity > 1:
            least = self.active_loading / self.density / (1 - porosity)
            where = "active_fraction" if self.thickness is None else "thickness"
            raise InputError(
                where,
                f"leaves no room: {solid:.3g} of the coating is active material and {porosity:.3g} is pores",
                expected="together at most 1",
                do=f'Write e.g. active_fraction = {0.9 * (1 - porosity):.2g}' if self.thickness is None
                else f'Write e.g. thickness = "{1.2e6 * least:.3g} um"',
            )  # fmt: skip
        return self

    def quantity(self, name: str) -> Quantity:
        """What was given, else what the data tables say, SI; one of `FIELDS`."""
        given: Quantity | None = getattr(self, name)
        return given or lookup(f"cathodes.{self.material}.{name}").quantity(FIELDS[name])

    @property
    def largest_concentration(self) -> float:
        """Lithium sites per volume of active material, mol/m3."""
        return lookup(f"cathodes.{self.material}.largest_concentration").to("mol/m3")

    @property
    def density(self) -> float:
        """Of the active material without lithium beyond its formula, kg/m3: sites per volume times mass per site."""
        table = f"cathodes.{self.material}"
        return self.largest_concentration * lookup(f"{table}.molar_mass").to("kg/mol") / lookup(f"{table}.lithium_sites").number

    @property
    def specific_capacity(self) -> float:
        """Practical capacity per mass of active material, C/kg."""
        return lookup(f"cathodes.{self.material}.specific_capacity").to("C/kg")

    @property
    def active_loading(self) -> float:
        """Active material per area, kg/m2."""
        if self.loading is not None:
            return self.loading.value
        assert self.areal_capacity is not None  # one of the two is given
        return self.areal_capacity.value / self.specific_capacity

    @property
    def practical_capacity(self) -> float:
        """Practical capacity per area, C/m2."""
        return self.active_loading * self.specific_capacity

    @property
    def coating_thickness(self) -> float:
        """Thickness of the coating, m."""
        if self.thickness is not None:
            return self.thickness.value
        return self.active_loading / (self.density * self.quantity("active_fraction").value)

    @property
    def active_volume_fraction(self) -> float:
        """Share of the coating that is active material."""
        return self.active_loading / (self.density * self.coating_thickness)

    @property
    def macmullin(self) -> float:
        """Bulk over effective conductivity of the electrolyte in the coating."""
        given = self.macmullin_number
        return given.value if given is not None else self.quantity("porosity").value ** -BRUGGEMAN

    @property
    def sites(self) -> float:
        """Lithium that the cathode could hold, per area as charge, C/m2."""
        return FARADAY * self.largest_concentration * self.active_volume_fraction * self.coating_thickness
