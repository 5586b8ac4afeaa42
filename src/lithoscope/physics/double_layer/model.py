"""The double layer as one object: `ls.DoubleLayer(film=ls.PolarFilm("BaTiO3", "100 nm"), concentration="1 mol/L").static()`."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Annotated, Literal, Self

import numpy as np
import xarray as xr
from numpy.typing import NDArray
from pydantic import Field, model_validator

from lithoscope import units
from lithoscope.data import lookup
from lithoscope.design.anode import Permittivity
from lithoscope.design.polar import Adsorbed, PolarFilm, SiteDensity, Tip
from lithoscope.document import Document
from lithoscope.errors import InputError
from lithoscope.physics.contract import ExactCase, Violation
from lithoscope.physics.double_layer.params import (
    METAL,
    Liquid,
    Stack,
    check_room,
    film_numbers,
    species_numbers,
)
from lithoscope.physics.laws.double_layer import Solution

if TYPE_CHECKING:
    from lithoscope.physics.double_layer.solve.static import Equilibrium
    from lithoscope.units import Given

IonSize = Annotated[
    units.Quantity, units.Dimension("diameter", "m", "0 nm", "2 nm", "0.7 nm", "It is zero for ions without size")
]
Potential = Annotated[
    units.Quantity, units.Dimension("voltage", "V", "-1000 V", "1000 V", "0.1 V", "Beyond that every film breaks down")
]
Span = Annotated[units.Quantity, units.Dimension("duration", "s", "1 ps", "1 d", "1 us", "It is positive")]
SternCapacitance = Annotated[
    units.Quantity,
    units.Dimension("capacitance", "F/m2", "0.1 uF/cm2", "1e9 uF/cm2", "10 uF/cm2", "1e9 uF/cm2 is as good as no Stern layer"),
]

CELLS, FIRST_CELL, DEPTH = 80, 0.02, 40.0
"""Of a run in time: cells, thickness of the first one and depth of the electrolyte in Debye lengths."""


class DoubleLayer(Document):
    """Ions and potential beside a film on lithium, or beside bare lithium.

    film               polar or dielectric; none if not given
    voltage            of the lithium against its potential of zero charge, the electrolyte far away at zero
    concentration      of the salt (1:1);  permittivity: of the electrolyte;  ion_size: diameter of an ion with its solvent
    stern_capacitance, stern_thickness   of the layer that no ion enters
    adsorbed           what adsorbs on the film, competing for `sites`
    ion_diffusivity    the same for both ions
    facing             the electrolyte, or a metal at zero volt in its place, as in a capacitor that holds the film
    """

    film: PolarFilm | None = None
    voltage: Potential = units.Quantity(0.0, "V", text="0 V")
    concentration: units.Concentration = units.Quantity(1000.0, "mol/m3", text="1 mol/L")
    temperature: units.Temperature = units.Quantity(298.15, "K", text="25 degC")
    adsorbed: Annotated[tuple[Adsorbed, ...], Field(max_length=8)] = ()
    permittivity: Permittivity | None = None
    ion_size: IonSize | None = None
    stern_capacitance: SternCapacitance | None = None
    stern_thickness: units.Length | None = None
    sites: SiteDensity | None = None
    ion_diffusivity: units.Diffusivity | None = None
    facing: Annotated[Literal["electrolyte", "metal"], Field(description='"electrolyte" or "metal"')] = "electrolyte"
    kind: Literal["double-layer"] = "double-layer"
    format: Literal["lithoscope.double-layer/1"] = "lithoscope.double-layer/1"

    if TYPE_CHECKING:

        def __init__(
            self, film: PolarFilm | None = ..., voltage: Given = ..., concentration: Given = ..., temperature: Given = ...,
            adsorbed: Sequence[Adsorbed] = ..., permittivity: Given | None = ..., ion_size: Given | None = ...,
            stern_capacitance: Given | None = ..., stern_thickness: Given | None = ..., sites: Given | None = ...,
            ion_diffusivity: Given | None = ..., facing: Literal["electrolyte", "metal"] = ...,
            *, kind: Literal["double-layer"] = ..., format: Literal["lithoscope.double-layer/1"] = ...,
        ) -> None: ...  # fmt: skip

    @model_validator(mode="after")
    def _is_possible(self) -> Self:
        check_room(self.solution)
        if self.film is not None:
            try:
                film_numbers(self.film, self.temperature.value)
            except InputError as error:
                raise error if error.where.startswith("film") else error.under("film") from None
        if self.facing == "metal" and self.film is None:
            raise InputError(
                "facing", '= "metal" without a film', expected="a film between the lithium and the metal",
                why="Two metals that touch have no field", do='Give a film, or leave facing = "electrolyte"',
            )  # fmt: skip
        return self

    def _number(self, name: str, unit: str) -> float:
        given = getattr(self, name)
        return float(given) if given is not None else lookup(f"double_layer.{name}").to(unit)

    @property
    def solution(self) -> Solution:
        """The electrolyte far away."""
        return Solution(
            self.concentration.value, self._number("permittivity", "1"), self._number("ion_size", "m"), self.temperature.value
        )

    @property
    def liquid(self) -> Liquid:
        """Electrolyte, Stern layer and adsorbed species as numbers."""
        return Liquid(
            self.solution,
            1 / self._number("stern_capacitance", "F/m2"),
            self._number("stern_thickness", "m"),
            self._sites(),
            tuple(species_numbers(each, self.concentration.value) for each in self.adsorbed),
            self._number("ion_diffusivity", "m2/s"),
        )

    def _sites(self) -> float:
        return self.sites.value if self.sites is not None else lookup("double_layer.adsorption_sites").to("1/m2")

    @property
    def stack(self) -> Stack:
        """All layers as numbers."""
        film = film_numbers(self.film, self.temperature.value) if self.film is not None else None
        return Stack(film, METAL if self.facing == "metal" else self.liquid)

    def static(self) -> xr.Dataset:
        """The state in equilibrium that the film comes to: single numbers, profiles of potential and ions, coverages.

        `keeps_polarisation` among the attributes is 0 where a ferroelectric has left its branch; its uniform state would then
        break into domains, which one dimension cannot show.
        Raises InputError for a voltage beyond the validity of the mean field.
        """
        from lithoscope.physics.double_layer.observe import static_table
        from lithoscope.physics.double_layer.solve.static import equilibrium

        stack = self.stack
        return static_table(stack, equilibrium(stack, self.voltage.value))

    def transient(self, duration: Given) -> xr.Dataset:
        """The way to equilibrium, from the solution as it is far away and the film as it was made, over `time`."""
        from lithoscope.physics.double_layer.equations.drift import Drift
        from lithoscope.physics.double_layer.observe import history_table
        from lithoscope.physics.double_layer.solve.static import check_voltage
        from lithoscope.physics.double_layer.solve.transient import transient

        self._needs_electrolyte("transient")
        stack, span = self.stack, units.parse_as(Span, duration, "duration").value
        check_voltage(stack, self.voltage.value)
        drift = Drift(stack.film, self.liquid, self.voltage.value, depth=DEPTH, cells=CELLS, first=FIRST_CELL, i=0.0)
        return history_table(drift, transient(drift, span))

    def hysteresis(self, amplitude: Given, points: int = 160) -> xr.Dataset:
        """Loop of voltage from zero to the amplitude, to its negative and back, each state in equilibrium from the one before.

        Raises InputError without a ferroelectric.
        """
        if self.film is None or not self.film.is_ferroelectric:
            raise InputError(
                "film", "has no polarisation that follows a field", expected="a ferroelectric film with response = \"landau\"",
                why="Only what can reverse has a loop", do='Give film = PolarFilm("BaTiO3", "100 nm")',
            )  # fmt: skip
        most = abs(units.parse_as(Potential, amplitude, "amplitude").value)
        way = np.concatenate([np.linspace(0, most, points // 4), np.linspace(most, -most, points // 2),
                              np.linspace(-most, most, points // 2)])  # fmt: skip
        return self._along(way)

    def capacitance(self, low: Given, high: Given, points: int = 81) -> xr.Dataset:
        """Charge and differential capacitance over voltage, from low to high, each state from the one before."""
        self._needs_electrolyte("capacitance")
        ends = [units.parse_as(Potential, end, name).value for end, name in ((low, "low"), (high, "high"))]
        return self._along(np.linspace(ends[0], ends[1], points))

    def _along(self, voltages: NDArray[np.float64]) -> xr.Dataset:
        from lithoscope.physics.double_layer.observe import branch_table
        from lithoscope.physics.double_layer.solve.static import equilibrium

        stack = self.stack
        states: list[Equilibrium] = []
        for V in voltages:
            states.append(equilibrium(stack, float(V), states[-1].p if states else None))
        return branch_table(stack, states, [float(V) for V in voltages])

    def tip(self, tip: Tip | None = None) -> xr.Dataset:
        """Field at a tip and on a plane at the same distance, each contribution switched on alone, over `case`.

        Raises InputError at zero volt, where a bare tip has no field, and for a film that fills the gap.
        """
        from lithoscope.physics.double_layer.tips import contributions

        self._needs_electrolyte("tip")
        if self.voltage.value == 0:
            raise InputError(
                "voltage", "= 0 V: a bare tip has no field", expected="a voltage that is not zero",
                why="The field at a tip is compared with that on a plane at the same voltage", do='Write voltage = "-0.1 V"',
            )  # fmt: skip
        chosen = tip or Tip()
        film = self.stack.film
        if film is not None and film.thickness >= chosen.distance.value:
            raise InputError(
                "tip.distance", f"= {1e9 * chosen.distance.value:g} nm leaves no electrolyte beyond the film",
                expected=f"more than the thickness of the film, {1e9 * film.thickness:g} nm",
                why="The other electrode would stand in the film", do=f'Write distance = "{2e9 * film.thickness:g} nm"',
            )  # fmt: skip
        return contributions(self, chosen)

    def violations(self, table: xr.Dataset) -> Sequence[Violation]:
        """What should hold in a table with profiles and does not."""
        from lithoscope.physics.double_layer.invariants import violations

        return violations(table, self.solution)

    def exact_cases(self) -> Sequence[ExactCase]:
        """Cases with exact solutions that this scale is checked against."""
        from lithoscope.physics.double_layer.exact import cases

        return cases()

    def _needs_electrolyte(self, what: str) -> None:
        if self.facing == "metal":
            raise InputError(
                "facing", f'= "metal" has no ions for {what}', expected='"electrolyte"', why="There are none between metals",
                do='Write facing = "electrolyte"',
            )  # fmt: skip
