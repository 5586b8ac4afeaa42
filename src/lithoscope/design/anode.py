"""Lithium electrodes: a foil, the film it always carries, and the films that are put on it.

What is not given is taken from the data tables, and a result lists it as taken from there.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Annotated, Literal, Self

from pydantic import Field, model_validator

from lithoscope import units
from lithoscope.data import lookup, records
from lithoscope.design.ageing import Ageing
from lithoscope.design.contact import Contact
from lithoscope.document import Frozen
from lithoscope.errors import InputError, nearest

if TYPE_CHECKING:
    from lithoscope.units import Given, Quantity


Permittivity = Annotated[
    units.Quantity,
    units.Dimension("relative permittivity", "1", "1", "1e5", "30", "It is 1 for vacuum and thousands for a ferroelectric"),
]


def known_films() -> tuple[str, ...]:
    """Materials whose lithium-ion conductivity and permittivity are in the data tables."""
    names = dict.fromkeys(identifier.split(".")[1] for identifier in records() if identifier.startswith("films."))
    return tuple(n for n in names if {f"films.{n}.conductivity", f"films.{n}.permittivity"} <= set(records()))


class Film(Frozen):
    """A film that was put on lithium: a resistance beside a capacitance, both from its thickness.

    material      its name; its properties come from the data tables unless given
    thickness     of the film
    conductivity  of lithium ions through it
    permittivity  relative to vacuum; with the thickness it gives the capacitance
    """

    material: Annotated[str, Field(min_length=1, max_length=60, description='a name such as "MASnCl3"')]
    thickness: units.Length
    conductivity: units.Conductivity | None = None
    permittivity: Permittivity | None = None

    if TYPE_CHECKING:

        def __init__(
            self, material: str, thickness: Given, conductivity: Given | None = ..., permittivity: Given | None = ...
        ) -> None: ...

    @model_validator(mode="after")
    def _is_known_or_described(self) -> Self:
        for name, example in (("conductivity", "1e-6 S/cm"), ("permittivity", "30")):
            if getattr(self, name) is None and f"films.{self.material}.{name}" not in records():
                raise InputError(
                    "material",
                    f'= "{self.material}": its {name} is not in the data tables',
                    expected=f"{', '.join(known_films())}, or a material with its own conductivity and permittivity",
                    do=f'{nearest(self.material, known_films())} Give it, e.g. {name} = "{example}"'.strip(),
                )
        return self

    def property(self, name: Literal["conductivity", "permittivity"]) -> Quantity:
        """What was given, else what the data tables say, SI."""
        given: Quantity | None = getattr(self, name)
        unit = {"conductivity": "S/m", "permittivity": "1"}[name]
        return given or lookup(f"films.{self.material}.{name}").quantity(unit)


class NativeFilm(Frozen):
    """The film that lithium carries before anything is put on it: a resistance in series with charge transfer.

    thickness     of the film
    conductivity  of lithium ions through it
    """

    thickness: units.Length | None = None
    conductivity: units.Conductivity | None = None

    if TYPE_CHECKING:

        def __init__(self, thickness: Given | None = ..., conductivity: Given | None = ...) -> None: ...


class Foil(Frozen):
    """A flat lithium foil of finite thickness.

    thickness                  of the lithium
    films                      put on it, from the lithium outwards
    native_film                the film it carries by itself
    exchange_current_density   of lithium under its films, at the initial salt concentration
    double_layer_capacitance   per active area
    roughness                  active over geometric area
    least_thickness            of lithium, at which the foil has lost its area
    activation_energy          of its exchange current density and of the conductivity of its native film, from 25 degC
    ageing                     moss, pits, dead lithium, film growth; used by the model "mossy"
    contact                    a second metal that touches it; used at rest, by the model "interphase"
    """

    thickness: units.Length
    films: Annotated[tuple[Film, ...], Field(max_length=8, description="a list of films")] = ()
    native_film: NativeFilm = NativeFilm()
    exchange_current_density: units.ExchangeCurrentDensity | None = None
    double_layer_capacitance: units.ArealCapacitance | None = None
    roughness: units.Ratio | None = None
    least_thickness: units.Length | None = None
    activation_energy: units.ActivationEnergy | None = None
    ageing: Ageing = Ageing()
    contact: Contact | None = None
    kind: Literal["foil"] = "foil"

    if TYPE_CHECKING:

        def __init__(
            self, thickness: Given, films: Sequence[Film] = ..., native_film: NativeFilm = ...,
            exchange_current_density: Given | None = ..., double_layer_capacitance: Given | None = ...,
            roughness: Given | None = ..., least_thickness: Given | None = ..., activation_energy: Given | None = ...,
            ageing: Ageing = ..., contact: Contact | None = ..., *, kind: Literal["foil"] = ...,
        ) -> None: ...  # fmt: skip

    @model_validator(mode="after")
    def _has_lithium(self) -> Self:
        least = self.least_thickness or lookup("lithium.least_thickness").quantity("m")
        if self.thickness.value <= 2 * least.value:
            raise InputError(
                "thickness",
                f"= {self.thickness} is hardly more than the last layer of {least}",
                expected="a foil at least twice as thick as its least thickness",
                do='Write e.g. "50 um"',
            )
        return self
