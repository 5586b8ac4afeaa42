"""What this scale needs, as numbers in SI: film, Stern layer, adsorbed species, ions.

Geometry: lithium (potential V against that of zero charge) | layer without polarisation | film | plane of adsorption |
Stern layer | electrolyte, whose potential far away is zero. x points from the lithium into the electrolyte.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from lithoscope.constants import AVOGADRO, VACUUM_PERMITTIVITY
from lithoscope.data import lookup
from lithoscope.errors import InputError
from lithoscope.physics.laws.double_layer import Solution
from lithoscope.physics.laws.ferroelectric import (
    Devonshire,
    Landau,
    curie_temperature,
    quartic,
    spontaneous_polarisation,
)

if TYPE_CHECKING:
    from lithoscope.design.polar import Adsorbed, PolarFilm

DEVONSHIRE_REFERENCE_K = 393.0
"""Temperature at which the tables give a11 and a111 of BaTiO3."""


@dataclass(frozen=True, slots=True)
class Film:
    """A film. thickness m; permittivity eps_b eps_0 without its polar mode, F/m; law: Landau, or None if P is fixed.

    P            polarisation at the start, and always where it is fixed, C/m2, positive out of the lithium
    viscosity    of Landau and Khalatnikov, ohm m
    elastance    of the layer without polarisation, its thickness over its permittivity, m2/F
    """

    thickness: float
    permittivity: float
    law: Landau | None
    P: float
    viscosity: float
    elastance: float = 0.0
    dead_thickness: float = 0.0


@dataclass(frozen=True, slots=True)
class Species:
    """An adsorbed species. charge z; energy J or None where amount, 1/m2, is given; activity; rate 1/s."""

    name: str
    charge: int
    energy: float | None
    activity: float
    amount: float
    rate: float


@dataclass(frozen=True, slots=True)
class Liquid:
    """Ions behind a Stern layer. elastance: of the Stern layer, m2/F; thickness m; sites 1/m2 for `species`; D m2/s."""

    solution: Solution
    elastance: float
    thickness: float
    sites: float
    species: tuple[Species, ...]
    D: float


@dataclass(frozen=True, slots=True)
class Gap:
    """A medium without ions up to a metal at zero volt. elastance: its thickness over its permittivity, m2/F."""

    elastance: float


METAL = Gap(0.0)
"""A metal at zero volt on the film itself."""


@dataclass(frozen=True, slots=True)
class Stack:
    """A film, or none, and what is beside it."""

    film: Film | None
    beside: Liquid | Gap


def landau_of(film: PolarFilm, T: float) -> Landau:
    """The law of a ferroelectric at a temperature, K: its coefficients if they are known, else from P_s and E_c.

    Raises InputError for a ferroelectric above its Curie temperature.
    """
    if film.has_landau_coefficients:
        coefficients = devonshire(film.material)
        _below(film, T, curie_temperature(coefficients))
        return coefficients.at(T)
    if film.is_in_tables:
        _below(film, T, film.number("curie_temperature"))
    return quartic(film.number("polarisation"), film.number("coercive_field"))


def devonshire(material: str) -> Devonshire:
    """Landau coefficients of a material as functions of temperature, from the tables."""
    a1, a11, a111 = (lookup(f"ferroelectrics.{material}.landau_{name}").value for name in ("a1", "a11", "a111"))
    assert isinstance(a1, tuple)
    assert isinstance(a11, tuple)
    assert isinstance(a111, tuple)
    return Devonshire((a1[0], a1[1]), (a11[0], a11[1]), (a111[0], a111[1]), DEVONSHIRE_REFERENCE_K)


def _below(film: PolarFilm, T: float, curie: float) -> None:
    if curie <= T:
        raise InputError(
            "film.polarised", f'= "{film.polarised}" at {T - 273.15:.4g} degC: {film.material} is not polar there',
            expected=f"a temperature below its Curie point, {curie - 273.15:.4g} degC",
            why="Above it the state without polarisation has the lower energy",
            do=f'Write polarised = "none" with a permittivity, or temperature = "{min(curie - 283.15, 25):.3g} degC"',
        )  # fmt: skip


def film_numbers(film: PolarFilm, T: float) -> Film:
    """A film as numbers. Raises InputError for one that cannot be polar at this temperature, K."""
    dead = film.dead_layer.value if film.dead_layer else 0.0
    dead_elastance = dead / (film.dead_permittivity.value * VACUUM_PERMITTIVITY)
    permittivity = film.number("background_permittivity") * VACUUM_PERMITTIVITY
    if film.polarised == "none":
        return Film(film.thickness.value, permittivity, None, 0.0, 1.0, dead_elastance, dead)
    law = landau_of(film, T)
    P = spontaneous_polarisation(law) * (1 if film.polarised == "out" else -1)
    kept = law if film.response == "landau" else None
    return Film(film.thickness.value, permittivity, kept, P, film.number("viscosity"), dead_elastance, dead)


def species_numbers(species: Adsorbed, salt: float) -> Species:
    """An adsorbed species as numbers; `salt` in mol/m3 is its activity unless it has one of its own."""
    return Species(
        species.name,
        species.charge,
        None if species.energy is None else species.energy.value,
        species.activity if species.activity is not None else salt / 1000.0,
        species.amount.value if species.amount else 0.0,
        species.rate.value if species.rate else 0.0,
    )


def check_room(solution: Solution) -> None:
    """Raises InputError for ions that have no room at the concentration far away."""
    if solution.nu >= 1:
        most = 0.5 / (solution.a**3 * AVOGADRO)
        raise InputError(
            "concentration",
            f"= {solution.c0 / 1000:.4g} mol/L: ions of {solution.a * 1e9:.3g} nm take more than all of the volume",
            expected=f"less than {most / 1000:.3g} mol/L", why="Cations and anions each take the cube of their diameter",
            do=f'Write concentration = "{0.5 * most / 1000:.2g} mol/L", or a smaller ion_size',
        )  # fmt: skip
