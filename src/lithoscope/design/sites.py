"""The surface that a run of the phase field begins with, as maps over sites: what a rest left of film and shape."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import TYPE_CHECKING, Annotated, Self

from pydantic import Field, model_validator

from lithoscope import units
from lithoscope.document import Frozen
from lithoscope.errors import InputError

if TYPE_CHECKING:
    from lithoscope.design.carried import CarriedFilm
    from lithoscope.units import Given

MOST_SITES = 4096
"""Sites of a map that a file can hold."""

OF_ONE = 1e-9
"""How far the mean of a map may lie from one: rounding."""

Recession = Annotated[
    units.Quantity, units.Dimension("recession", "m", "0 nm", "1 mm", "80 nm", "It is the mean over the surface")
]
Factors = Annotated[
    tuple[Annotated[float, Field(ge=0, le=1e6)], ...], Field(max_length=MOST_SITES, description="a list of numbers of mean one")
]


class SurfaceMaps(Frozen):
    """Maps over the sites of a periodic surface, each relative to its mean. What has no map is even.

    spacing          distance of the sites
    sites            how many across, and along for a surface in 3D; maps list those along first: site (m, n) is m * along + n
    recession        mean recession of the metal;  recession_map: pits, which the shape at the start has
    resistance       whose inverse is the mean conductance of the film;  conductance_map: of the film
    amount_maps      one for each species of the film
    kinetics_map     of its growth
    """

    spacing: units.Length
    sites: Annotated[
        tuple[Annotated[int, Field(ge=1, le=MOST_SITES, strict=True)], ...],
        Field(min_length=1, max_length=2, description="one whole number, or two for a surface in 3D"),
    ]
    recession: Recession | None = None
    recession_map: Factors = ()
    resistance: units.ArealResistance | None = None
    conductance_map: Factors = ()
    amount_maps: Annotated[tuple[Factors, ...], Field(max_length=8, description="a list for each species of the film")] = ()
    kinetics_map: Factors = ()

    if TYPE_CHECKING:

        def __init__(
            self, spacing: Given, sites: Sequence[int], recession: Given | None = ..., recession_map: Sequence[float] = ...,
            resistance: Given | None = ..., conductance_map: Sequence[float] = ...,
            amount_maps: Sequence[Sequence[float]] = ..., kinetics_map: Sequence[float] = ...,
        ) -> None: ...  # fmt: skip

    @property
    def count(self) -> int:
        """Of sites."""
        return math.prod(self.sites)

    @property
    def lengths(self) -> tuple[float, ...]:
        """Of the edges of the map, m."""
        return tuple(n * self.spacing.value for n in self.sites)

    @property
    def deepest(self) -> float:
        """How far the deepest pit or the highest rest lies from the mean surface, m."""
        if self.recession is None:
            return 0.0
        return self.recession.value * max(max(self.recession_map) - 1, 1 - min(self.recession_map))

    @model_validator(mode="after")
    def _has_means(self) -> Self:
        maps = {"recession_map": self.recession_map, "conductance_map": self.conductance_map, "kinetics_map": self.kinetics_map}
        maps |= {f"amount_maps.{n}": each for n, each in enumerate(self.amount_maps)}
        for name, values in maps.items():
            self._check(name, values)
        for name, of in (("recession_map", "recession"), ("conductance_map", "resistance")):
            if bool(maps[name]) != (getattr(self, of) is not None):
                missing = of if maps[name] else name
                raise InputError(missing, "is missing", expected=f"{of} and {name}, or neither",
                                 why="A map is relative to its mean", do=f"Give {missing}, or leave both out")  # fmt: skip
        return self

    def _check(self, name: str, values: tuple[float, ...]) -> None:
        if not values:
            return
        if len(values) != self.count:
            shape = " x ".join(map(str, self.sites))
            raise InputError(
                name, f"has {len(values)} numbers for {shape} sites", expected=f"{self.count} numbers",
                why="Every site has one", do=f"Give {self.count} numbers, or write sites = [{len(values)}]",
            )  # fmt: skip
        mean = math.fsum(values) / len(values)
        if abs(mean - 1) > OF_ONE:
            raise InputError(
                name, f"has the mean {mean:.6g}", expected="numbers of mean one",
                why="The amount stands beside the map; a map with another mean would make or lose some",
                do=f"Divide its numbers by {mean!r}",
            )  # fmt: skip
        if name == "conductance_map" and min(values) <= 0:
            raise InputError(name, f"has the number {min(values):g}", expected="positive numbers",
                             why="No current ever reaches a place that does not conduct",
                             do="Write a small number such as 1e-6, and keep the mean at one")  # fmt: skip

    def check_on(self, film: CarriedFilm | None, lengths: dict[str, float]) -> None:
        """Whether they suit a film and a domain. Raises InputError.

        lengths  of the domain along the electrode by the name of its field, m
        """
        if len(self.sites) != len(lengths):
            line = len(self.sites) == 1
            given, does = ("a line of sites", "Leave depth out") if line else ("a square of sites", "Give depth")
            raise InputError("start.sites", f"is {given} for a surface of {len(lengths)} dimensions",
                             expected=f"{len(lengths)} numbers", do=f"{does}, or take maps that suit")  # fmt: skip
        for (name, length), own in zip(lengths.items(), self.lengths, strict=True):
            if abs(length - own) > 1e-9 * own:
                raise InputError(
                    f"model.{name}", f"= {length * 1e6:.6g} um is not the {own * 1e6:.6g} um of the maps",
                    expected=f"{own * 1e6:.6g} um", why="A part of a map has neither its mean nor its period",
                    do=f'Write {name} = "{own * 1e6:.12g} um"',
                )  # fmt: skip
        self._check_film(film)

    def _check_film(self, film: CarriedFilm | None) -> None:
        if film is None and (self.conductance_map or self.amount_maps or self.kinetics_map):
            raise InputError("film", "is missing", expected="a film, whose maps start has", why="Maps are of a film",
                             do="Give the film that the rest left, or start with recession alone")  # fmt: skip
        if film is None:
            return
        if self.amount_maps and len(self.amount_maps) != len(film.species):
            raise InputError("start.amount_maps", f"has {len(self.amount_maps)} maps for {len(film.species)} species",
                             expected=f"{len(film.species)} maps, in the order of film.species",
                             do="Give one for each, or none")  # fmt: skip
        if film.map is not None or film.defects:
            raise InputError("film.map", "is a second map beside those of start", expected="one of them",
                             why="Which of the two would hold is not said",
                             do="Leave film.map and film.defects out, or leave start out")  # fmt: skip
