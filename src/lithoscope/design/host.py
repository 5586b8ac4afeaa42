"""A mat of fibres with lithium in its pores, as an electrode."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Annotated, ClassVar, Literal, Self

from pydantic import model_validator

from lithoscope import units
from lithoscope.data import lookup
from lithoscope.design.anode import Film, NativeFilm
from lithoscope.document import Frozen
from lithoscope.errors import InputError

if TYPE_CHECKING:
    from lithoscope.units import Given, Quantity

ElectronicConductivity = Annotated[
    units.Quantity,
    units.Dimension("conductivity", "S/m", "1e-16 S/m", "1e8 S/m", "1e-6 S/m", "From a polymer to a metal"),
]
GrowthLength = Annotated[
    units.Quantity, units.Dimension("length", "m", "0 um", "1 mm", "2 um", "It is a part of the thickness of a host")
]
AreaShare = Annotated[
    units.Quantity,
    units.Dimension("share", "1", "0.001", "1", "0.3", "It is a share of the surface, and none at all passes nothing"),
]
Exponent = Annotated[units.Quantity, units.Dimension("exponent", "1", "1", "10", "1.5", "It is at least 1")]
Density = Annotated[
    units.Quantity, units.Dimension("density", "kg/m3", "0.1 g/cm3", "25 g/cm3", "1.42 g/cm3", "That of a solid")
]

FRONT_FIELDS = {
    "growth_length": "m",
    "seed_fraction": "1",
    "percolation_threshold": "1",
    "half_fraction": "1",
    "largest_filling": "1",
    "matrix_plating": "1",
    "lithium_conductivity": "S/m",
    "bruggeman_exponent": "1",
    "closed_porosity": "1",
}
"""Fields of `FrontLaw`, each a record of the table `host`, and their SI unit."""

HOST_FIELDS = {"fibre_density": "kg/m3", "matrix_conductivity": "S/m", "area_share": "1"}
"""Fields of `Host` that the table `host` knows under the same name, and their SI unit."""


class FrontLaw(Frozen):
    """How lithium hangs together and where it grows in a mat. A modelling choice: every number has a range.

    growth_length          over which lithium grows into bare fibres beside it
    seed_fraction          lithium fraction that a bare fibre with electrons is worth
    percolation_threshold  lithium fraction below which lithium does not hang together
    half_fraction          lithium fraction at which half of the surface is left
    largest_filling        share of the pores that lithium can fill
    matrix_plating         surface on which the matrix itself is plated, over that of lithium-coated fibres
    lithium_conductivity   electronic, of lithium that fills the mat
    bruggeman_exponent     of the porosity in effective over bulk conductivity
    closed_porosity        of the top, at which the host counts as clogged
    """

    growth_length: GrowthLength | None = None
    seed_fraction: units.Share | None = None
    percolation_threshold: units.Share | None = None
    half_fraction: units.Share | None = None
    largest_filling: units.Fraction | None = None
    matrix_plating: units.Share | None = None
    lithium_conductivity: ElectronicConductivity | None = None
    bruggeman_exponent: Exponent | None = None
    closed_porosity: units.Fraction | None = None

    if TYPE_CHECKING:

        def __init__(
            self, growth_length: Given | None = ..., seed_fraction: Given | None = ...,
            percolation_threshold: Given | None = ..., half_fraction: Given | None = ..., largest_filling: Given | None = ...,
            matrix_plating: Given | None = ..., lithium_conductivity: Given | None = ...,
            bruggeman_exponent: Given | None = ..., closed_porosity: Given | None = ...,
        ) -> None: ...  # fmt: skip

    def quantity(self, name: str) -> Quantity:
        """What was given, else what the data tables say, SI."""
        given: Quantity | None = getattr(self, name)
        return given or lookup(f"host.{name}").quantity(FRONT_FIELDS[name])


class Host(Frozen):
    """A mat of polymer fibres, coated with zinc oxide that has reacted with molten lithium, and the lithium in its pores.

    thickness                  of the electrode
    lithium_fraction           volume of metallic lithium over that of the electrode
    fibre_diameter             without coating
    coating_thickness          of zinc oxide before it reacts, ZnO + 3 Li -> LiZn + Li2O; none for bare fibres
    fibre_fraction             volume of the fibres with their coating before it reacts, over that of the electrode
    spacing                    between the axes of neighbouring fibres; in place of the fraction
    matrix_conductivity        electronic, of the mat without lithium
    fibre_density              of the polymer
    area_share                 share of the surface of lithium-coated fibres that takes part
    native_film                that the lithium carries
    exchange_current_density   of its lithium, at the initial salt concentration
    double_layer_capacitance   per area of its lithium
    activation_energy          of its exchange current density and of the conductivity of its native film, from 25 degC
    front                      how its lithium hangs together and where it grows
    """

    thickness: units.Length
    lithium_fraction: units.Fraction
    fibre_diameter: units.Length
    coating_thickness: units.Length | None = None
    fibre_fraction: units.Fraction | None = None
    spacing: units.Length | None = None
    matrix_conductivity: ElectronicConductivity | None = None
    fibre_density: Density | None = None
    area_share: AreaShare | None = None
    native_film: NativeFilm = NativeFilm()
    exchange_current_density: units.ExchangeCurrentDensity | None = None
    double_layer_capacitance: units.ArealCapacitance | None = None
    activation_energy: units.ActivationEnergy | None = None
    front: FrontLaw = FrontLaw()
    kind: Literal["host"] = "host"

    films: ClassVar[tuple[Film, ...]] = ()
    """No films are put on the fibres."""

    if TYPE_CHECKING:

        def __init__(
            self, thickness: Given, lithium_fraction: Given, fibre_diameter: Given, coating_thickness: Given | None = ...,
            fibre_fraction: Given | None = ..., spacing: Given | None = ..., matrix_conductivity: Given | None = ...,
            fibre_density: Given | None = ..., area_share: Given | None = ..., native_film: NativeFilm = ...,
            exchange_current_density: Given | None = ..., double_layer_capacitance: Given | None = ...,
            activation_energy: Given | None = ..., front: FrontLaw = ..., *, kind: Literal["host"] = ...,
        ) -> None: ...  # fmt: skip

    def quantity(self, name: str) -> Quantity:
        """A field of `HOST_FIELDS` or the fibre fraction: what was given, else what the data tables say, SI."""
        given: Quantity | None = getattr(self, name)
        return given or lookup(f"host.{name}").quantity(HOST_FIELDS.get(name, "1"))

    @property
    def coated_radius(self) -> float:
        """Radius of a fibre with its coating before it reacts, m."""
        return self.fibre_diameter.value / 2 + (self.coating_thickness.value if self.coating_thickness else 0.0)

    @property
    def fibre_length(self) -> float:
        """Length of fibre per volume, 1/m2: f / (pi R^2), or 1 / spacing^2 where each fibre has a square of its own."""
        if self.spacing is not None:
            return 1 / self.spacing.value**2
        return self.quantity("fibre_fraction").value / (math.pi * self.coated_radius**2)

    @property
    def fibre_spacing(self) -> float:
        """Distance between the axes of neighbouring fibres, m."""
        return 1 / math.sqrt(self.fibre_length)

    @property
    def reacted_radius(self) -> float:
        """Radius of a fibre after its coating has reacted, m: R^2 = r^2 + (R_0^2 - r^2) (V_LiZn + V_Li2O) / V_ZnO."""
        r = self.fibre_diameter.value / 2
        return math.sqrt(r**2 + (self.coated_radius**2 - r**2) * swelling())

    @property
    def matrix_fraction(self) -> float:
        """Volume fraction of the fibres after their coating has reacted."""
        return math.pi * self.reacted_radius**2 * self.fibre_length

    @property
    def largest_lithium_fraction(self) -> float:
        """Volume fraction of lithium when all pores that it can fill are full."""
        return self.front.quantity("largest_filling").value * (1 - self.matrix_fraction)

    @model_validator(mode="after")
    def _is_possible(self) -> Self:
        self._check_spacing()
        if self.matrix_fraction >= 1:
            raise InputError(
                "fibre_fraction",
                f"= {self.quantity('fibre_fraction')}: after the coating has reacted the fibres would fill "
                f"{self.matrix_fraction:.2f} of the volume",
                expected=f"below {self.quantity('fibre_fraction').value / self.matrix_fraction:.2g}",
                why=f"Zinc oxide that reacts with lithium swells {swelling():.2f} times",
                do="Write e.g. fibre_fraction = 0.08, or a thinner coating",
            )
        most = self.largest_lithium_fraction
        if self.lithium_fraction.value > most:
            raise InputError(
                "lithium_fraction",
                f"= {self.lithium_fraction} is more than the pores hold: fibres take {self.matrix_fraction:.3f} of the volume",
                expected=f"at most {most:.3f}",
                why="Lithium fills the largest filling of the pores between the fibres at most, and electrolyte needs the rest",
                do=f"Write e.g. lithium_fraction = {0.5 * most:.2f}",
            )
        return self

    def _check_spacing(self) -> None:
        if self.spacing is None:
            return
        if self.fibre_fraction is not None:
            raise InputError(
                "spacing", f"= {self.spacing} and fibre_fraction = {self.fibre_fraction} say the same twice",
                expected="one of them", why="The one follows from the other and the diameter", do="Leave one out",
            )  # fmt: skip
        thick = 2 * max(self.coated_radius, self.reacted_radius)
        if thick >= self.spacing.value:
            raise InputError(
                "spacing",
                f"= {self.spacing} is not more than the fibres are thick, {thick * 1e6:.3g} um with their coating",
                expected=f"more than {thick * 1e6:.3g} um",
                why="Fibres that touch on all sides leave no pores for lithium",
                do=f'Write e.g. spacing = "{4e6 * thick:.2g} um", or thinner fibres',
            )


def swelling() -> float:
    """How much the volume of zinc oxide grows as it reacts with lithium, (V_LiZn + V_Li2O) / V_ZnO."""
    products = sum(lookup(f"host.{name}_molar_volume").to("m3/mol") for name in ("lizn", "li2o"))
    return products * lookup("host.zno_density").to("kg/m3") / lookup("host.zno_molar_mass").to("kg/mol")
