"""A metal on which lithium is plated from zero thickness: copper, steel, or a metal that dissolves in lithium.

What is not given is taken from the data tables `substrates` (what tells one metal from another), `plating` and `lithium`.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Annotated, Literal, Self

from pydantic import Field, model_validator

from lithoscope import units
from lithoscope.data import records
from lithoscope.design.anode import Film, NativeFilm
from lithoscope.design.coating import Coating, SideCurrentDensity, known_coatings
from lithoscope.document import Frozen
from lithoscope.errors import InputError, nearest

if TYPE_CHECKING:
    from lithoscope.units import Given

Barrier = Annotated[
    units.Quantity, units.Dimension("barrier", "V", "0 V", "1 V", "40 mV", "It is a magnitude; lithium nucleates within 1 V")
]
Nuclei = Annotated[
    units.Quantity, units.Dimension("number of nuclei", "1/m2", "1 1/m2", "1e17 1/m2", "1e13 1/m2", "An atom has 0.1 nm2")
]


def known_substrates() -> tuple[str, ...]:
    """Metals whose nucleation is in the data tables."""
    return tuple(dict.fromkeys(identifier.split(".")[1] for identifier in records() if identifier.startswith("substrates.")))


class Nucleation(Frozen):
    """How lithium begins on a bare metal.

    barrier                  overpotential below which no nucleus forms
    coverage                 share of the metal on which lithium grows without nucleation: 1 where it dissolves the metal
    reference_overpotential  beyond the barrier, at which `reference_nuclei` form; their number grows with its third power
    reference_nuclei         per area
    nucleation_time          in which they form
    seeds, seed_radius       nuclei that are there at assembly, and the radius of a nucleus without lithium
    """

    barrier: Barrier | None = None
    coverage: units.Share | None = None
    reference_overpotential: Barrier | None = None
    reference_nuclei: Nuclei | None = None
    nucleation_time: units.Duration | None = None
    seeds: Nuclei | None = None
    seed_radius: units.Length | None = None

    if TYPE_CHECKING:

        def __init__(
            self, barrier: Given | None = ..., coverage: Given | None = ..., reference_overpotential: Given | None = ...,
            reference_nuclei: Given | None = ..., nucleation_time: Given | None = ..., seeds: Given | None = ...,
            seed_radius: Given | None = ...,
        ) -> None: ...  # fmt: skip


class Deposit(Frozen):
    """The lithium that is plated on a substrate.

    exchange_current_density   under its film, at the initial salt concentration
    native_film                on it
    stripping_half_charge      lithium at which half of its area can be stripped; it decides what is left at the end
    dead_fraction              that dies for each that is stripped
    film_fraction              share of what is plated that goes into the film on it
    corrosion_current_density  per area of the deposit, at rest as well
    activation_energy          of its exchange current density and of the conductivity of its native film, from 25 degC
    """

    exchange_current_density: units.ExchangeCurrentDensity | None = None
    native_film: NativeFilm = NativeFilm()
    stripping_half_charge: units.ArealCapacity | None = None
    dead_fraction: units.Share | None = None
    film_fraction: units.Share | None = None
    corrosion_current_density: SideCurrentDensity | None = None
    activation_energy: units.ActivationEnergy | None = None

    if TYPE_CHECKING:

        def __init__(
            self, exchange_current_density: Given | None = ..., native_film: NativeFilm = ...,
            stripping_half_charge: Given | None = ..., dead_fraction: Given | None = ..., film_fraction: Given | None = ...,
            corrosion_current_density: Given | None = ..., activation_energy: Given | None = ...,
        ) -> None: ...  # fmt: skip


class SurfaceFilm(Frozen):
    """What the electrolyte leaves on a bare metal before and beside lithium: the loss of the first cycle.

    surface_film_potential  at which it forms, against lithium
    surface_film_rate       current density of the reaction at this potential
    surface_film_leak       largest current density through a film that is not there yet
    surface_film_charge     in the film that lowers its leak by a factor e
    """

    surface_film_potential: units.Voltage | None = None
    surface_film_rate: SideCurrentDensity | None = None
    surface_film_leak: SideCurrentDensity | None = None
    surface_film_charge: units.ArealCapacity | None = None

    if TYPE_CHECKING:

        def __init__(
            self, surface_film_potential: Given | None = ..., surface_film_rate: Given | None = ...,
            surface_film_leak: Given | None = ..., surface_film_charge: Given | None = ...,
        ) -> None: ...  # fmt: skip


class Substrate(Frozen):
    """A current collector without lithium.

    material                  its name; what tells it from other metals comes from the data tables unless given
    films                     put on it, from the metal outwards: lithium is plated beneath them
    coating                   a film that reacts with lithium, on the metal, beneath the films
    nucleation                how lithium begins on it
    deposit                   the lithium that is plated
    surface_film              what the electrolyte leaves on the bare metal
    double_layer_capacitance  of the metal
    potential_at_assembly     against lithium
    """

    material: Annotated[str, Field(min_length=1, max_length=60, description='a name such as "Cu"')]
    films: Annotated[tuple[Film, ...], Field(max_length=8, description="a list of films")] = ()
    coating: Coating | None = None
    nucleation: Nucleation = Nucleation()
    deposit: Deposit = Deposit()
    surface_film: SurfaceFilm = SurfaceFilm()
    double_layer_capacitance: units.ArealCapacitance | None = None
    potential_at_assembly: units.Voltage | None = None
    kind: Literal["substrate"] = "substrate"

    if TYPE_CHECKING:

        def __init__(
            self, material: str, films: Sequence[Film] = ..., coating: Coating | None = ..., nucleation: Nucleation = ...,
            deposit: Deposit = ..., surface_film: SurfaceFilm = ..., double_layer_capacitance: Given | None = ...,
            potential_at_assembly: Given | None = ..., *, kind: Literal["substrate"] = ...,
        ) -> None: ...  # fmt: skip

    @model_validator(mode="after")
    def _is_known_or_described(self) -> Self:
        given = self.nucleation.barrier is not None and self.nucleation.coverage is not None
        coated = self.coating is not None and self.coating.material in known_coatings()
        if not given and not coated and self.material not in known_substrates():
            hint = nearest(self.material, known_substrates())
            raise InputError(
                "material",
                f'= "{self.material}": how lithium nucleates on it is not in the data tables',
                expected=f"{', '.join(known_substrates())}, or a metal with its own nucleation.barrier and nucleation.coverage",
                do=f'{hint} Give both, e.g. nucleation = {{ barrier = "40 mV", coverage = 0 }}'.strip(),
            )
        return self
