"""The film that the moving surface of lithium carries: species, growth, cracks, a ferroelectric layer, and how uneven it is.

What is not given is taken from the data tables `sei` and `ferroelectrics`.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Annotated, Literal, Self

from pydantic import Field, model_validator

from lithoscope import units
from lithoscope.data import lookup, records
from lithoscope.document import Frozen, choose
from lithoscope.errors import InputError, nearest

if TYPE_CHECKING:
    from lithoscope.units import Given, Quantity

MOLECULE_M = 0.3e-9
"""Thickness of a layer of molecules."""

RESOLVED_WIDTHS = 10
"""Widths of the diffuse interface below which a layer on the grid delivers less than half of its resistance."""

Strain = Annotated[
    units.Quantity, units.Dimension("strain", "1", "1e-4", "10", "0.03", "It is relative to the stress-free film")
]
Stiffness = Annotated[units.Quantity, units.Dimension("shear modulus", "Pa", "1 kPa", "1 TPa", "30 GPa", "It is positive")]
Modulus = Annotated[units.Quantity, units.Dimension("Weibull modulus", "1", "0.5", "100", "5", "Large where films are alike")]
Field_ = Annotated[units.Quantity, units.Dimension("field", "V/m", "-1e12 V/m", "1e12 V/m", "50 MV/m", "It is a magnitude")]
Polarisation = Annotated[
    units.Quantity, units.Dimension("polarisation", "C/m2", "1e-6 C/m2", "2 C/m2", "0.08 C/m2", "It is a magnitude")
]
Viscosity = Annotated[
    units.Quantity, units.Dimension("switching resistivity", "ohm m", "1e-6 ohm m", "1e12 ohm m", "2 ohm m", "It is positive")
]
FixedCharge = Annotated[
    units.Quantity,
    units.Dimension(
        "concentration",
        "mol/m3",
        "-5 mol/L",
        "5 mol/L",
        "0.1 mol/L",
        "Positive where negative charge is fixed, so that cations gather",
    ),
]
Spread = Annotated[
    units.Quantity, units.Dimension("spread", "1", "0", "3", "0.5", "It is the standard deviation of the logarithm of a factor")
]
Multiple = Annotated[units.Quantity, units.Dimension("factor", "1", "1e-4", "1e4", "10", "It is 1 where nothing is different")]
GrowthSpeed = Annotated[
    units.Quantity, units.Dimension("speed", "m/s", "1e-18 m/s", "1e-3 m/s", "1e-10 m/s", "Of a film before it limits itself")
]
Wait = Annotated[
    units.Quantity, units.Dimension("position", "m", "0 um", "10 mm", "20 um", "It counts from the edge of the domain")
]


def known_species() -> tuple[str, ...]:
    """Species of films that are in the data tables."""
    return tuple(dict.fromkeys(name.split(".")[1] for name in records() if name.startswith("sei.")))


def known_ferroelectrics() -> tuple[str, ...]:
    """Ferroelectrics that are in the data tables."""
    return tuple(dict.fromkeys(name.split(".")[1] for name in records() if name.startswith("ferroelectrics.")))


class FilmSpecies(Frozen):
    """One species of a film.

    material         its name
    thickness        that it adds to the film at the start, if it were dense
    conductivity     of lithium ions through it
    molar_volume     of a formula unit;  lithium: in a formula unit
    fracture_strain  at which it breaks, or flows where the film is said to break later;  shear_modulus: of its tension
    """

    material: Annotated[str, Field(min_length=1, max_length=60, description='a name such as "Li2CO3"')]
    thickness: units.Length
    conductivity: units.Conductivity | None = None
    molar_volume: units.MolarVolume | None = None
    lithium: Annotated[int, Field(ge=1, le=20, strict=True, description="a whole number")] | None = None
    fracture_strain: Strain | None = None
    shear_modulus: Stiffness | None = None

    if TYPE_CHECKING:

        def __init__(
            self, material: str, thickness: Given, conductivity: Given | None = ..., molar_volume: Given | None = ...,
            lithium: int | None = ..., fracture_strain: Given | None = ..., shear_modulus: Given | None = ...,
        ) -> None: ...  # fmt: skip

    @model_validator(mode="after")
    def _is_known_or_described(self) -> Self:
        fields = ("conductivity", "molar_volume", "lithium", "fracture_strain")
        missing = [name for name in fields if getattr(self, name) is None]
        if missing and self.material not in known_species():
            raise InputError(
                "material", f'= "{self.material}" is not in the data tables',
                expected=f"{', '.join(known_species())}, or a material with all of its own numbers",
                do=f"{nearest(self.material, known_species())} Give {', '.join(missing)}".strip(),
            )  # fmt: skip
        if self.thickness.value < MOLECULE_M:
            raise InputError(
                "thickness", f"= {self.thickness} is thinner than a molecule", expected="at least 0.3 nm",
                why="Less than one layer of molecules is no film that could conduct or block",
                do='Write thickness = "0.3 nm" or more, or leave the species out',
            )  # fmt: skip
        return self

    def has(self, name: str) -> bool:
        """Whether a number was given or is in the data tables."""
        return getattr(self, name) is not None or self.material in known_species()

    def number(self, name: Literal["conductivity", "molar_volume", "lithium", "fracture_strain", "shear_modulus"]) -> float:
        """What was given, else what the data tables say, SI."""
        given = getattr(self, name)
        if given is not None:
            return float(given)
        unit = {"conductivity": "S/m", "molar_volume": "m3/mol", "shear_modulus": "Pa"}.get(name, "1")
        return lookup(f"sei.{self.material}.{name}").to(unit)


class Diffusion(Frozen):
    """Growth by what comes through the film: thickness as the root of time.

    rate    k_p in d(delta)/dt = k_p / delta;  linear: largest speed, of a bare surface
    """

    rate: units.GrowthRate
    linear: GrowthSpeed | None = None
    kind: Literal["diffusion"] = "diffusion"

    if TYPE_CHECKING:

        def __init__(
            self, rate: Given, linear: Given | None = ..., *, kind: Literal["diffusion"] = ...,
        ) -> None: ...  # fmt: skip


class Tunnelling(Frozen):
    """Growth by electrons that tunnel through the film: thickness as the logarithm of time.

    speed   without a film;  decay: thickness over which it falls by e
    """

    speed: GrowthSpeed
    decay: units.Length
    kind: Literal["tunnelling"] = "tunnelling"

    if TYPE_CHECKING:

        def __init__(
            self, speed: Given, decay: Given, *, kind: Literal["tunnelling"] = ...,
        ) -> None: ...  # fmt: skip


GROWTHS: dict[str, type[Frozen]] = {"diffusion": Diffusion, "tunnelling": Tunnelling}


class Corrosion(Frozen):
    """Lithium that turns into film without a current from outside.

    growth   law of the film
    product  species that grows, among those of the film
    mode     "local": electrons cross the film on the spot; "galvanic": they are given elsewhere, the lithium dissolves there
    """

    growth: Diffusion | Tunnelling
    product: str
    mode: Annotated[Literal["local", "galvanic"], Field(description='"local" or "galvanic"')] = "local"

    if TYPE_CHECKING:

        def __init__(
            self, growth: Diffusion | Tunnelling, product: str, mode: Literal["local", "galvanic"] = ...,
        ) -> None: ...  # fmt: skip

    @model_validator(mode="before")
    @classmethod
    def _growth_by_kind(cls, data: object) -> object:
        if isinstance(data, dict) and "growth" in data:
            try:
                return data | {"growth": choose(GROWTHS, {}, "a law of growth", data["growth"])}
            except InputError as error:
                raise error.under("growth") from None
        return data


class Cracking(Frozen):
    """A film whose cracks are fresh surface. Without it a film that breaks only lets go: it thins as if it were whole.

    strain            at which it cracks; of its species, weighted by volume, if not given
    weibull           modulus of a random map of that strain: weak spots
    correlation_length, seed  of the map
    fresh_resistance  of lithium in a crack before film grows there
    """

    fresh_resistance: units.ArealResistance = units.Quantity(1e-4, "ohm m2", status="prior", text="1 ohm cm2")
    strain: Strain | None = None
    weibull: Modulus | None = None
    correlation_length: units.Length = units.Quantity(1e-6, "m", text="1 um")
    seed: Annotated[int, Field(ge=0, le=2**31, strict=True, description="a whole number")] = 0

    if TYPE_CHECKING:

        def __init__(
            self, fresh_resistance: Given = ..., strain: Given | None = ..., weibull: Given | None = ...,
            correlation_length: Given = ..., seed: int = ...,
        ) -> None: ...  # fmt: skip


class Defect(Frozen):
    """A place where the film is different.

    position      of its middle along the electrode; in 3D a scratch runs across, a spot has a second position
    width         of the place
    kinetics      factor on the speed of corrosion;  conductivity: factor on that of the film;  thickness: factor on it
    second        position along the other axis, of a spot in 3D
    """

    position: Wait
    width: units.Length
    kinetics: Multiple = units.Quantity(1.0, "1")
    conductivity: Multiple = units.Quantity(1.0, "1")
    thickness: Multiple = units.Quantity(1.0, "1")
    second: Wait | None = None

    if TYPE_CHECKING:

        def __init__(
            self, position: Given, width: Given, kinetics: Given = ..., conductivity: Given = ..., thickness: Given = ...,
            second: Given | None = ...,
        ) -> None: ...  # fmt: skip


class FilmMap(Frozen):
    """An uneven film: log-normal factors with a correlation length, of mean one, on its conductivity and on corrosion.

    conductivity, kinetics  standard deviation of the logarithm of each
    correlation_length      over which they vary
    seed                    of both; they are independent of each other
    """

    correlation_length: units.Length
    conductivity: Spread = units.Quantity(0.0, "1")
    kinetics: Spread = units.Quantity(0.0, "1")
    seed: Annotated[int, Field(ge=0, le=2**31, strict=True, description="a whole number")] = 0

    if TYPE_CHECKING:

        def __init__(
            self, correlation_length: Given, conductivity: Given = ..., kinetics: Given = ..., seed: int = ...,
        ) -> None: ...  # fmt: skip


class FerroelectricLayer(Frozen):
    """A ferroelectric layer over the film: a resistance, and four channels by which it acts, each with its own switch.

    thickness, conductivity      of the layer, for lithium ions: it is there also where the polarisation is zero
    polarisation, coercive_field, viscosity   of the material, from the data tables if not given
    start            polarisation at the start: out of the metal, into it, none, or half of each at random
    potential_step   channel 1: shift of the equilibrium potential at full polarisation, positive out of the metal
    switching        channel 2: the polarisation follows the field in the layer instead of staying as it is
    fixed_charge     channel 3: net fixed charge in its pores
    kinetic_factor   channel 4: factor on the exchange current density at full polarisation, its inverse at the opposite one
    porosity         of the layer, where there is fixed charge
    """

    material: Annotated[str, Field(min_length=1, max_length=60, description='a name such as "BaTiO3"')]
    thickness: units.Length
    conductivity: units.Conductivity
    start: Annotated[Literal["out", "in", "none", "unpoled"], Field(description='"out", "in", "none" or "unpoled"')] = "out"
    potential_step: units.Voltage | None = None
    switching: bool = False
    fixed_charge: FixedCharge | None = None
    kinetic_factor: Multiple | None = None
    porosity: units.Fraction = units.Quantity(0.5, "1")
    polarisation: Polarisation | None = None
    coercive_field: Field_ | None = None
    viscosity: Viscosity | None = None
    seed: Annotated[int, Field(ge=0, le=2**31, strict=True, description="a whole number")] = 0

    if TYPE_CHECKING:

        def __init__(
            self, material: str, thickness: Given, conductivity: Given, start: Literal["out", "in", "none", "unpoled"] = ...,
            potential_step: Given | None = ..., switching: bool = ..., fixed_charge: Given | None = ...,
            kinetic_factor: Given | None = ..., porosity: Given = ..., polarisation: Given | None = ...,
            coercive_field: Given | None = ..., viscosity: Given | None = ..., seed: int = ...,
        ) -> None: ...  # fmt: skip

    @model_validator(mode="after")
    def _is_known_and_possible(self) -> Self:
        missing = [name for name in ("polarisation", "coercive_field", "viscosity") if getattr(self, name) is None]
        if missing and self.material not in known_ferroelectrics():
            raise InputError(
                "material", f'= "{self.material}" is not in the data tables',
                expected=f"{', '.join(known_ferroelectrics())}, or a material with its own numbers",
                do=f"{nearest(self.material, known_ferroelectrics())} Give {', '.join(missing)}".strip(),
            )  # fmt: skip
        if self.coercive_field is not None and self.coercive_field.value <= 0:
            raise InputError(
                "coercive_field", f"= {self.coercive_field} is not positive", expected="a magnitude",
                why="Both signs of the polarisation are alike; the direction of a layer is that of its start",
                do=f'Write coercive_field = "{_unsigned(self.coercive_field)}" and start = "out" or "in"',
            )  # fmt: skip
        return self

    def number(self, name: Literal["polarisation", "coercive_field", "viscosity"]) -> float:
        """What was given, else what the data tables say, SI."""
        given: Quantity | None = getattr(self, name)
        unit = {"polarisation": "C/m2", "coercive_field": "V/m", "viscosity": "ohm m"}[name]
        return given.value if given else lookup(f"ferroelectrics.{self.material}.{name}").to(unit)


def _unsigned(given: Quantity) -> str:
    text = str(given).lstrip("-")
    return text if given.value else "50 MV/m"


class CarriedFilm(Frozen):
    """The film that the surface of lithium carries as it moves.

    species             what it is made of
    porosity            of the film
    mixing              how conductivities of species add: in series (layers) or in parallel (columns)
    contact_resistance  between film and metal, and in cracks
    corrosion, cracking, map, defects, ferroelectric    see their classes; none if not given
    resolved            whether the film is cells of the grid instead of a state of the surface
    """

    species: Annotated[tuple[FilmSpecies, ...], Field(min_length=1, max_length=8)]
    porosity: units.Share = units.Quantity(0.0, "1")
    mixing: Annotated[Literal["series", "parallel"], Field(description='"series" or "parallel"')] = "series"
    contact_resistance: units.ArealResistance | None = None
    corrosion: Corrosion | None = None
    cracking: Cracking | None = None
    map: FilmMap | None = None
    defects: tuple[Defect, ...] = ()
    ferroelectric: FerroelectricLayer | None = None
    resolved: bool = False

    if TYPE_CHECKING:

        def __init__(
            self, species: Sequence[FilmSpecies], porosity: Given = ..., mixing: Literal["series", "parallel"] = ...,
            contact_resistance: Given | None = ..., corrosion: Corrosion | None = ..., cracking: Cracking | None = ...,
            map: FilmMap | None = ..., defects: Sequence[Defect] = ..., ferroelectric: FerroelectricLayer | None = ...,
            resolved: bool = ...,
        ) -> None: ...  # fmt: skip

    @model_validator(mode="after")
    def _grows_what_it_has(self) -> Self:
        names = [each.material for each in self.species]
        if self.corrosion and self.corrosion.product not in names:
            raise InputError(
                "corrosion.product", f'= "{self.corrosion.product}" is not a species of this film',
                expected=", ".join(names), do=nearest(self.corrosion.product, names) or f'Write product = "{names[0]}"',
            )  # fmt: skip
        if self.porosity.value > 0.9:
            raise InputError("porosity", f"= {self.porosity} leaves next to no film", expected="0 to 0.9")
        return self

    @property
    def thickness(self) -> float:
        """At the start and without map, m."""
        return sum(each.thickness.value for each in self.species) / (1 - self.porosity.value)

    @property
    def strength(self) -> float:
        """Strain at which it breaks: as given for its cracks, or the mean of its species by volume."""
        if self.cracking and self.cracking.strain:
            return self.cracking.strain.value
        parts = [(each.thickness.value, each.number("fracture_strain")) for each in self.species]
        return sum(volume * strain for volume, strain in parts) / sum(volume for volume, _ in parts)

    def check_on(self, cell_size: float, width: float = 1.0) -> None:
        """Whether the film can be used on a grid. Raises InputError.

        cell_size  m;  width  of the interface, cells: a profile is four of them thick
        """
        least = RESOLVED_WIDTHS * width * cell_size
        if self.resolved and self.thickness < least:
            raise InputError(
                "film.resolved", f"= true for a film of {self.thickness * 1e9:.4g} nm",
                expected=f"a film above {least * 1e6:.4g} um",
                why="The reaction moves to the outer edge of the diffuse interface: a thinner layer of cells delivers a small "
                "part of its resistance, 1 % of it at four widths, and false branches",
                do="Write resolved = false: the film is then a resistance of the surface, which is exact",
            )  # fmt: skip
        if self.resolved:
            raise InputError("film.resolved", "= true is not built yet: films as cells of the grid", expected="false",
                             do="Write resolved = false")  # fmt: skip
        if self.thickness > least:
            raise InputError(
                "film.thickness", f"= {self.thickness * 1e6:.4g} um is more than the surface can carry on this grid",
                expected=f"at most {least * 1e6:.4g} um",
                why="A film is taken as thin against everything that the grid shows",
                do="Take larger cells or a thinner film",
            )  # fmt: skip
