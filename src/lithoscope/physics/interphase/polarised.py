"""A polarised film on lithium at rest: what it does to the reactions at its face, each cause with a switch of its own.

    enrichment   rates of dissolved anions times s c_- c_+ / c0^2 + (1 - s) c_- / c0 there              (double layer)
    potential    every reduction sees U_i - phi, phi of the plane of reaction                           (double layer)
    activation   reductions of anions with fluorine times exp(beta E / kT), E the field there
    image        anions that touch a lithium ion: K' = K exp(2 W / kT), W the energy of an ion by its image in the film
    saturation   the same: K' = K exp(l_B (1/eps(E) - 1/eps) / a), l_B = e2 / (4 pi eps0 kT), a the distance in the pair
    coverage     share of the lithium that the film seals: nothing reacts there

s is the share of the reduction that goes by anions that touch a lithium ion, the rest by free ones (`pair_reduction`). Pairs in
equilibrium with their ions are c_- c_+ / c0^2 times as many as far away: no face draws them, packed ions leave them no room. In
mean field c_+ = c_- exp(-2 F phi / R T), whatever the size of ions. Image and saturation act on pairs alone.

K c = p / (1 - p)^2 is the equilibrium of a pair, p the share of anions in one, at the composition far away. The film and its
temperature (Landau, Curie) give E, phi and c_- by a state in equilibrium; a stress adds d33 sigma to the polarisation.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Annotated, Literal, NamedTuple, Self

import numpy as np
from pydantic import Field, model_validator

from lithoscope import units
from lithoscope.constants import BOLTZMANN, ELEMENTARY_CHARGE, VACUUM_PERMITTIVITY, thermal_voltage
from lithoscope.design.polar import PolarFilm
from lithoscope.document import Frozen
from lithoscope.errors import InputError
from lithoscope.physics.cell.params import Parameter
from lithoscope.physics.interphase.equations import Face
from lithoscope.physics.laws.double_layer import grahame_permittivity, image_energy
from lithoscope.units import Quantity

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from lithoscope.design import Cell
    from lithoscope.physics.double_layer.model import DoubleLayer
    from lithoscope.physics.interphase.network import Network, Reaction
    from lithoscope.physics.interphase.params import Numbers
    from lithoscope.units import Given

Enrichment = Annotated[
    Quantity, units.Dimension("ratio", "1", "1e-30", "1e3", "4.8", "It is a concentration over that far away")
]
FacePotential = Annotated[
    Quantity, units.Dimension("potential", "V", "-3 V", "3 V", "0.1 V", "Beyond that solvents decompose in the double layer")
]
FaceField = Annotated[
    Quantity, units.Dimension("field", "V/m", "-1e10 V/m", "1e10 V/m", "5e8 V/m", "Atoms are torn apart at 1e10 V/m")
]
Stress = Annotated[
    Quantity, units.Dimension("stress", "Pa", "-1 GPa", "1 GPa", "1 MPa", "Lithium yields at about 1 MPa, ceramics below 1 GPa")
]
PairReduction = Annotated[
    Quantity, units.Dimension("share", "1", "0", "1", "0.5", "1 where pairs alone are reduced, 0 where every anion is alike")
]
Coverage = Annotated[Quantity, units.Dimension("share", "1", "0", "0.999", "0.5", "A film that seals all lets nothing react")]

LOST = (
    "The ferroelectric film does not keep its polarisation beside this electrolyte: it is thinner than what the field of "
    "the ions leaves polar."
)


class PolarisedFilm(Frozen):
    """A polarised film at whose face the electrolyte reacts. Every cause is off until it is switched on.

    film          material, thickness, and which face is to the electrolyte
    products      whether what grows lies beneath the film, or buries its face and screens it
    enrichment, potential, activation, image, saturation   causes, see the top of this file
    coverage      share of the lithium that it seals
    pair_reduction   share of the reduction of anions that goes by those that touch a lithium ion
    stress        along its axis, which adds the piezoelectric polarisation
    voltage       of the lithium against its potential of zero charge
    anion_factor, plane_potential, plane_field   in place of those of the double layer
    """

    film: PolarFilm
    products: Annotated[Literal["beneath", "on the face"], Field(description='"beneath" or "on the face"')] = "beneath"
    enrichment: bool = False
    potential: bool = False
    activation: bool = False
    image: bool = False
    saturation: bool = False
    coverage: Coverage = Quantity(0.0, "1", text="0")
    pair_reduction: PairReduction | None = None
    stress: Stress | None = None
    voltage: FacePotential = Quantity(0.0, "V", text="0 V")
    anion_factor: Enrichment | None = None
    plane_potential: FacePotential | None = None
    plane_field: FaceField | None = None

    if TYPE_CHECKING:

        def __init__(
            self, film: PolarFilm, products: Literal["beneath", "on the face"] = ..., enrichment: bool = ...,
            potential: bool = ..., activation: bool = ..., image: bool = ..., saturation: bool = ..., coverage: Given = ...,
            pair_reduction: Given | None = ..., stress: Given | None = ..., voltage: Given = ...,
            anion_factor: Given | None = ..., plane_potential: Given | None = ..., plane_field: Given | None = ...,
        ) -> None: ...  # fmt: skip

    @model_validator(mode="after")
    def _has_no_idle_cause(self) -> Self:
        if all(each is not None for each in self.given) and (self.stress is not None or self.voltage.value != 0):
            name = "stress" if self.stress is not None else "voltage"
            raise InputError(
                name, f"= {getattr(self, name)} is given beside anion_factor, plane_potential and plane_field",
                expected=f"{name}, or all three of them",
                why="It acts through the double layer, in whose place these three stand: it would do nothing",
                do=f"Leave {name} out, or leave out the three numbers of the plane",
            )  # fmt: skip
        return self

    @property
    def given(self) -> tuple[Quantity | None, Quantity | None, Quantity | None]:
        """What stands in place of the double layer: anions, potential, field."""
        return self.anion_factor, self.plane_potential, self.plane_field


class Plane(NamedTuple):
    """The plane of reaction at the face, SI.

    anions     c_-/c0;  cations: c_+/c0
    potential  V;  field: away from the film, V/m;  kept: whether the film keeps its polarisation
    """

    anions: float
    cations: float
    potential: float
    field: float
    kept: bool


def plane(of: PolarisedFilm, cell: Cell, numbers: Numbers) -> Plane:
    """What stands at the plane of reaction. Raises InputError for a film that cannot be polar at this temperature."""
    found, kept = (1.0, 0.0, 0.0), True
    if any(each is None for each in of.given):
        try:
            layer, kept = beside(of, cell, numbers)
            state = layer.static()
        except InputError as error:
            raise error.under("ferroelectric") from None
        found = tuple(float(state[name]) for name in ("anion_factor", "diffuse_potential", "diffuse_field"))  # type: ignore[assignment]
    names = (("anion_factor", "1"), ("plane_potential", "V"), ("plane_field", "V/m"))
    taken: list[float] = []
    for (name, unit), own, value in zip(names, of.given, found, strict=True):
        quantity = own if own is not None else _computed(value, unit)
        numbers.taken.append(Parameter(f"ferroelectric.{name}", quantity, own is not None))
        taken.append(quantity.value)
    anions, potential, field = taken
    cations = anions * math.exp(-2 * potential / thermal_voltage(cell.temperature.value))
    numbers.taken.append(Parameter("ferroelectric.cation_factor", _computed(cations, "1"), False))
    return Plane(anions, cations, potential, field, kept)


def _computed(value: float, unit: str) -> Quantity:
    return Quantity(value, unit, status="computed", source="the double layer")


def beside(of: PolarisedFilm, cell: Cell, numbers: Numbers) -> tuple[DoubleLayer, bool]:
    """The double layer beside the film, under its stress, and whether the film keeps its polarisation there.

    P is in equilibrium, with d33 sigma beside it; a stress that turns its sign has taken it as well.
    """
    from lithoscope.physics.double_layer.model import DoubleLayer

    layer = DoubleLayer(of.film, voltage=of.voltage, concentration=cell.electrolyte.concentration, temperature=cell.temperature)
    state = layer.static()
    kept = bool(state.attrs["keeps_polarisation"])
    if of.stress is None or of.film.polarised == "none":
        return layer, kept
    d33 = numbers(f"ferroelectrics.{of.film.material}.piezoelectric_coefficient", "C/N")
    sign = 1 if of.film.polarised == "out" else -1
    P = float(state["polarisation"]) + sign * d33 * of.stress.value
    side: Literal["out", "in"] = "out" if P > 0 else "in"
    return layer.replaced(film=of.film.replaced_by(P=abs(P), polarised=side)), kept and side == of.film.polarised


def paired(share: float, change: float) -> float:
    """Share of anions in a pair, where its equilibrium constant has changed by a factor: p/(1-p)^2 = change p0/(1-p0)^2.

    >>> round(paired(0.3, 1.0), 12)
    0.3
    """
    K = change * share / (1 - share) ** 2
    # The root below one of K p^2 - (2 K + 1) p + K = 0, in the form that loses no digits.
    return 2 * K / (2 * K + 1 + math.sqrt(4 * K + 1))


def face_of(of: PolarisedFilm, cell: Cell, network: Network, numbers: Numbers) -> Face:
    """The face of a polarised film for the reactions of a network."""
    at, kT = plane(of, cell, numbers), BOLTZMANN * cell.temperature.value
    gain = np.zeros(len(network.reactions))
    dissolved = _of_anions(network, network.dissolved)
    gain[dissolved] += math.log(more_reduced(of, at, cell, numbers))
    if of.activation:
        beta = numbers("interphase.field_activation", "C m")
        fluorinated = [each for each in (*network.dissolved, *network.adsorbed) if "F" in network.species[each].elements]
        gain[_of_anions(network, fluorinated)] += beta * at.field / kT
    reach = numbers("interphase.burial_length", "m") if of.products == "on the face" else math.inf
    return Face(gain, at.potential if of.potential else 0.0, reach, at.kept)


def _of_anions(network: Network, names: object) -> NDArray[np.bool_]:
    """Which reactions reduce one of these that is an anion."""

    def anionic(each: Reaction) -> bool:
        return bool(each.electrons) and any(network.species[a].charge < 0 and a in names for a in each.reactants)  # type: ignore[operator]

    return np.array([anionic(each) for each in network.reactions], dtype=bool)


def more_reduced(of: PolarisedFilm, at: Plane, cell: Cell, numbers: Numbers) -> float:
    """Rate of the reduction of dissolved anions at the plane over that far away: s c_- c_+ / c0^2 M + (1 - s) c_- / c0.

    s  share of it that goes by pairs of anion and lithium ion, the rest by free anions
    M  pairs there over pairs far away at one composition, by image and saturation
    """
    if not (of.enrichment or of.image or of.saturation):
        return 1.0
    by_pairs = numbers("interphase.pair_reduction", "1", of.pair_reduction, "ferroelectric.pair_reduction")
    anions, cations = (at.anions, at.cations) if of.enrichment else (1.0, 1.0)
    return by_pairs * anions * cations * _more_pairs(of, at, cell, numbers) + (1 - by_pairs) * anions


def _more_pairs(of: PolarisedFilm, at: Plane, cell: Cell, numbers: Numbers) -> float:
    """Share of anions that touch a lithium ion over that without the film."""
    if not (of.image or of.saturation):
        return 1.0
    eps, kT = numbers("double_layer.permittivity", "1"), BOLTZMANN * cell.temperature.value
    exponent = 0.0
    if of.image:
        solid = numbers(f"ferroelectrics.{of.film.material}.permittivity", "1")
        exponent += 2 * image_energy(eps, solid, numbers("double_layer.stern_thickness", "m")) / kT
    if of.saturation:
        least, half = numbers("double_layer.saturated_permittivity", "1"), numbers("double_layer.saturation_field", "V/m")
        there = grahame_permittivity(eps, least, half, at.field)
        bjerrum = ELEMENTARY_CHARGE**2 / (4 * math.pi * VACUUM_PERMITTIVITY * kT)
        exponent += bjerrum / numbers("double_layer.pair_distance", "m") * (1 / there - 1 / eps)
    share = numbers("interphase.pair_fraction", "1")
    return paired(share, math.exp(exponent)) / share
