"""What stands on lithium where its double layer is asked for: a polar or dielectric film, adsorbed ions, and a tip.

What is not given is taken from the data tables `ferroelectrics` and `double_layer`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Literal, Self

from pydantic import Field, model_validator

from lithoscope import units
from lithoscope.data import lookup, records
from lithoscope.design.anode import Permittivity
from lithoscope.design.carried import Field_, Polarisation, Viscosity, known_ferroelectrics
from lithoscope.document import Document, Frozen
from lithoscope.errors import InputError, nearest

if TYPE_CHECKING:
    from lithoscope.units import Given

THINNEST_M = 0.3e-9
"""Thickness of a layer of atoms, where the unit cell of a material is not in the tables."""

AdsorptionEnergy = Annotated[
    units.Quantity,
    units.Dimension("adsorption energy", "J", "-3 eV", "3 eV", "-0.1 eV", "Beyond that a bond is broken or made"),
]
SiteDensity = Annotated[
    units.Quantity,
    units.Dimension("site density", "1/m2", "0.001 1/nm2", "30 1/nm2", "2 1/nm2", "Atoms of a surface are 0.2 nm apart"),
]
AdsorbedAmount = Annotated[
    units.Quantity,
    units.Dimension("adsorbed amount", "1/m2", "0 1/nm2", "30 1/nm2", "1 1/nm2", "A layer of ions cannot be denser than atoms"),
]
Rate = Annotated[units.Quantity, units.Dimension("rate", "1/s", "0 1/s", "1e14 1/s", "1e6 1/s", "Atoms vibrate at 1e13 1/s")]
Radius = Annotated[units.Quantity, units.Dimension("radius", "m", "1 nm", "100 um", "10 nm", "A sharper tip is a single atom")]
Gap = Annotated[
    units.Quantity, units.Dimension("distance", "m", "2 nm", "10 mm", "200 nm", "It ends at the electrode that faces the tip")
]

UNITS = {
    "polarisation": "C/m2",
    "coercive_field": "V/m",
    "viscosity": "ohm m",
    "curie_temperature": "K",
    "background_permittivity": "1",
    "unit_cell": "m",
}
"""What the table of ferroelectrics holds for every material, and its SI unit."""


class PolarFilm(Frozen):
    """A ferroelectric or dielectric film on lithium.

    material         its name;  thickness: of the film
    polarised        out of the lithium (its positive face to the electrolyte), into it, or not at all: a dielectric
    response         whether the polarisation follows its field by the law of Landau or is fixed
    permittivity     without the polar mode; of a dielectric all of it
    polarisation, coercive_field, viscosity   of a material that is not in the tables, or instead of what they say
    dead_layer, dead_permittivity   of a layer without polarisation on the lithium
    """

    material: Annotated[str, Field(min_length=1, max_length=60, description='a name such as "BaTiO3"')]
    thickness: units.Length
    polarised: Annotated[Literal["out", "in", "none"], Field(description='"out", "in" or "none"')] = "out"
    response: Annotated[Literal["landau", "fixed"], Field(description='"landau" or "fixed"')] = "landau"
    permittivity: Permittivity | None = None
    polarisation: Polarisation | None = None
    coercive_field: Field_ | None = None
    viscosity: Viscosity | None = None
    dead_layer: units.Length | None = None
    dead_permittivity: Permittivity = units.Quantity(30.0, "1", status="prior", text="30")

    if TYPE_CHECKING:

        def __init__(
            self, material: str, thickness: Given, polarised: Literal["out", "in", "none"] = ...,
            response: Literal["landau", "fixed"] = ..., permittivity: Given | None = ..., polarisation: Given | None = ...,
            coercive_field: Given | None = ..., viscosity: Given | None = ..., dead_layer: Given | None = ...,
            dead_permittivity: Given = ...,
        ) -> None: ...  # fmt: skip

    @model_validator(mode="after")
    def _is_known_and_possible(self) -> Self:
        needed = (
            ("permittivity",) if self.polarised == "none" else ("polarisation", "coercive_field", "viscosity", "permittivity")
        )
        missing = [name for name in needed if getattr(self, name) is None]
        if missing and not self.is_in_tables:
            raise InputError(
                "material", f'= "{self.material}" is not in the data tables',
                expected=f"{', '.join(known_ferroelectrics())}, or a material with its own numbers",
                why="How a film is polarised cannot be guessed from its name",
                do=f"{nearest(self.material, known_ferroelectrics())} Give {', '.join(missing)}".strip(),
            )  # fmt: skip
        least = self.number("unit_cell") if self.is_in_tables else THINNEST_M
        if self.thickness.value < least:
            raise InputError(
                "thickness", f"= {self.thickness} is thinner than a unit cell of {self.material}",
                expected=f"at least {least * 1e9:.3g} nm",
                why="Less than a unit cell is no film, and has no polarisation of one",
                do=f'Write thickness = "{10 * least * 1e9:.2g} nm", or leave the film out',
            )  # fmt: skip
        return self

    @property
    def is_in_tables(self) -> bool:
        """Whether the data tables know the material as a ferroelectric."""
        return self.material in known_ferroelectrics()

    @property
    def is_ferroelectric(self) -> bool:
        """Whether it has a polarisation that follows its field."""
        return self.polarised != "none" and self.response == "landau"

    @property
    def has_landau_coefficients(self) -> bool:
        """Whether its coefficients are in the tables and nothing was given instead."""
        given = self.polarisation is not None or self.coercive_field is not None
        return not given and f"ferroelectrics.{self.material}.landau_a1" in records()

    def replaced_by(self, P: float, polarised: Literal["out", "in"]) -> PolarFilm:
        """The film with a polarisation that stays as it is, C/m2."""
        held = {name: f"{self.number(name)!r} {UNITS[name]}" for name in ("coercive_field", "viscosity")}
        given = {name: getattr(self, name) for name in type(self).model_fields}
        return PolarFilm(**(given | held | {"response": "fixed", "polarised": polarised, "polarisation": f"{P!r} C/m2"}))

    def number(self, name: str) -> float:
        """What was given, else what the data tables say, SI; `name` as in the table of ferroelectrics."""
        given = self.permittivity if name == "background_permittivity" else getattr(self, name, None)
        return float(given) if given is not None else lookup(f"ferroelectrics.{self.material}.{name}").to(UNITS[name])


class Adsorbed(Frozen):
    """One kind of ion or molecule that adsorbs on the film, at the sites that all kinds compete for.

    name       of it
    energy     of adsorption without a potential, from a solution with activity 1 (1 mol/L)
    charge     of the adsorbed species, in elementary charges
    activity   relative to 1 mol/L; that of the salt if not given
    amount     put there beforehand, and never replaced; the isotherm is then not used
    rate       at which coverage follows the isotherm, or at which what was put there goes
    """

    name: Annotated[str, Field(min_length=1, max_length=40, description='a name such as "PF6"')]
    energy: AdsorptionEnergy | None = None
    charge: Annotated[int, Field(ge=-2, le=2, strict=True, description="-2 to 2")] = -1
    activity: Annotated[float, Field(gt=0, le=1e3, description="a positive number")] | None = None
    amount: AdsorbedAmount | None = None
    rate: Rate | None = None

    if TYPE_CHECKING:

        def __init__(
            self, name: str, energy: Given | None = ..., charge: int = ..., activity: float | None = ...,
            amount: Given | None = ..., rate: Given | None = ...,
        ) -> None: ...  # fmt: skip

    @model_validator(mode="after")
    def _has_one_of_two(self) -> Self:
        if (self.energy is None) == (self.amount is None):
            raise InputError(
                "energy", "and amount are alternatives", expected="one of the two",
                why="What adsorbs by its energy has the amount of the isotherm; what was put there has its own",
                do='Write energy = "-0.1 eV", or amount = "1 1/nm2"',
            )  # fmt: skip
        return self


class Tip(Document):
    """A tip of lithium that faces a flat electrode: a hyperboloid, axisymmetric.

    radius   of curvature at the apex;  distance: from the apex to the flat electrode
    """

    radius: Radius = units.Quantity(10e-9, "m", text="10 nm")
    distance: Gap = units.Quantity(200e-9, "m", text="200 nm")

    if TYPE_CHECKING:

        def __init__(self, radius: Given = ..., distance: Given = ...) -> None: ...
