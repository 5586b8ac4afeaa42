"""Ions beside a polar film: the reference case, each cause alone, all together, and all of it over the ranges of what is open.

Lithium ions outside adsorbed anions have the concentration of the bulk where the plane of adsorption is at zero volt, so that
the adsorbed charge e G theta equals the displacement D that the film has beside a metal:

    theta = D / (e G),   theta = K a / (1 + K a),   K = exp(-E / kT)   ->   E = -kT ln[theta / ((1 - theta) a)]

Above this energy of adsorption E the film depletes lithium ions, below it enriches them; with D > e G nothing does.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from lithoscope.constants import AVOGADRO, ELEMENTARY_CHARGE, thermal_voltage
from lithoscope.data import lookup
from lithoscope.design.polar import Adsorbed, PolarFilm
from lithoscope.physics.double_layer.model import DoubleLayer
from lithoscope.sensitivity import scattered
from lithoscope.studies.ranges import Point, Range, at_values, explore, from_data
from lithoscope.studies.spread import Scatter

if TYPE_CHECKING:
    import xarray as xr

    from lithoscope.studies.ranges import Sensitivity
    from lithoscope.studies.verdict import Prediction

TEMPERATURE = 298.15
"""Of everything in this study, K."""

MATERIALS: Mapping[str, float] = {"BaTiO3": 200.0, "P(VDF-TrFE)": 50.0, "PZT": 200.0, "In2Se3": 10.0}
"""Films that are looked at, and their thickness, nm. The paper names the materials and no thickness."""

BOTH = ("BaTiO3", "P(VDF-TrFE)")
"""The ceramic and the polymer of which the paper speaks most."""

MATERIAL, THICKNESS = "film", "thickness of the film"
SALT, PERMITTIVITY, ION, STERN, VOLTAGE = (
    "concentration of the salt",
    "permittivity of the electrolyte",
    "diameter of an ion",
    "capacitance of the Stern layer",
    "voltage against zero charge",
)
ADSORBS, ENERGY, SITES = "adsorption of anions", "energy of adsorption", "sites for adsorbed ions"
"""Names of what is open."""

MOST_PACKED = 0.8
"""Share of the volume that ions take at most: the largest ones do not fit in at the highest concentration."""

DESIGNS = 128
"""Designs that are spread over all ranges, a power of two."""

SHOWN_ENERGIES = np.linspace(-0.4, 0.4, 33)
"""Energies of adsorption of the figure, eV."""

PER_NM2 = AVOGADRO * 1e-18
"""Ions per nm2 in a mol per m2."""


def electrolyte_ranges() -> tuple[Range, ...]:
    """What is open about the electrolyte and the potential."""
    zero = "nobody measured the potential of zero charge of lithium in these electrolytes"
    return (
        Range(SALT, "c", 1.0, 0.5, 2.0, "mol/L", "usual electrolytes; the paper names none", "prior"),
        from_data(PERMITTIVITY, "ε", "1", "double_layer.permittivity"),
        from_data(ION, "a", "nm", "double_layer.ion_size"),
        from_data(STERN, "C_S", "F/m2", "double_layer.stern_capacitance"),
        Range(VOLTAGE, "V", 0.0, -1.0, 1.0, "V", zero, "prior"),
    )


def adsorption_ranges() -> tuple[Range, ...]:
    """What is open about anions on the film."""
    why = "not known for any anion on these films"
    return (
        Range(ADSORBS, "-", 0.0, 0.0, 1.0, "1", why, "prior", readings=("none", "by its energy")),
        Range(ENERGY, "E", 0.0, -0.4, 0.4, "eV", why, "prior"),
        from_data(SITES, "Γ", "1/nm2", "double_layer.adsorption_sites"),
    )


def material_range() -> Range:
    """Which of the two films."""
    return Range(MATERIAL, "-", 0.0, 0.0, 1.0, "1", "the paper speaks of both", "prior", readings=BOTH)


def thickness_range() -> Range:
    """How thick it is."""
    why = "the paper names no thickness; coatings of tens of nanometres to fibre films of micrometres"
    return Range(THICKNESS, "L", 200.0, 10.0, 10000.0, "nm", why, "prior")


def film(point: Point, **changes: Any) -> PolarFilm:
    """The film of a point: the material that it names, as thick as it says or as is usual here."""
    material = BOTH[round(point.get(MATERIAL, 0.0))]
    thick = point.get(THICKNESS, MATERIALS[material])
    return PolarFilm(**({"material": material, "thickness": f"{thick!r} nm"} | changes))


def layer(point: Point, beside: PolarFilm | None, **changes: Any) -> DoubleLayer:
    """The double layer at a point of what is open, beside a film or beside bare lithium."""
    given: dict[str, Any] = {
        "film": beside,
        "concentration": f"{point[SALT]!r} mol/L",
        "permittivity": point[PERMITTIVITY],
        "ion_size": f"{ion_size(point)!r} nm",
        "stern_capacitance": f"{point[STERN]!r} F/m2",
        "voltage": f"{point[VOLTAGE]!r} V",
    }
    if point.get(ADSORBS):
        given |= {"adsorbed": [anion(point[ENERGY])], "sites": f"{point[SITES]!r} 1/nm2"}
    return DoubleLayer(**(given | changes))


def ion_size(point: Point) -> float:
    """Diameter of an ion, nm: as given, but no larger than what fits in at this concentration."""
    most = (0.5 * MOST_PACKED / (point[SALT] * 1000.0 * AVOGADRO)) ** (1 / 3) * 1e9
    return float(min(point[ION], most))


def anion(energy: float) -> Adsorbed:
    """Anions that adsorb with an energy, eV."""
    return Adsorbed("anion", energy=f"{float(energy)!r} eV")


def state(point: Point) -> xr.Dataset:
    """The double layer beside the film of a point, which answers its field."""
    return layer(point, film(point)).static()


def faced(point: Point) -> xr.Dataset:
    """The double layer beside a face that is positive as the paper has it: the polarisation is fixed.

    Whether a film keeps it in the field that the ions leave in it is another claim, `kept`.
    """
    return layer(point, film(point, response="fixed")).static()


def anions(point: Point) -> float:
    """Anions at the Stern layer over those of the bulk."""
    return float(faced(point)["anion_factor"])


def cations(point: Point) -> float:
    """Lithium ions there over those of the bulk."""
    return float(faced(point)["cation_factor"])


def salt_excess(point: Point) -> float:
    """Lithium ions beside the film in excess of the bulk, per nm2: so much salt it holds, the rest is its charge."""
    return float(faced(point)["cation_excess"]) * PER_NM2


def kept(point: Point) -> float:
    """What the film keeps of its polarisation beside the electrolyte, as a share; zero if it leaves its branch."""
    found, at = state(point), film(point)
    if not found.attrs["keeps_polarisation"]:
        return 0.0
    alone = DoubleLayer(film=at, facing="metal").static()
    return float(found["polarisation"]) / float(alone["polarisation"])


def inversion(point: Point) -> float:
    """Energy of adsorption below which lithium ions are enriched at the positive face, eV; -inf if none is enough."""
    beside_metal = layer(point, film(point), adsorbed=[], facing="metal").static()
    theta = float(beside_metal["film_displacement"]) / (ELEMENTARY_CHARGE * point[SITES] * 1e18)
    if theta >= 1:
        return -math.inf
    return -thermal_voltage(TEMPERATURE) * math.log(theta / ((1 - theta) * point[SALT]))


def thinnest(material: str, point: Point) -> float:
    """Thickness below which a film loses its polarisation in the field that the electrolyte leaves in it, nm."""
    named = {**point, MATERIAL: float(BOTH.index(material)) if material in BOTH else 0.0}

    def holds(thick: float) -> bool:
        return bool(layer(named, PolarFilm(material, f"{thick!r} nm")).static().attrs["keeps_polarisation"])

    low, high = math.log(lookup(f"ferroelectrics.{material}.unit_cell").to("m") * 1e9), math.log(1e4)
    while high - low > 1e-3:
        middle = 0.5 * (low + high)
        low, high = (low, middle) if holds(math.exp(middle)) else (middle, high)
    return math.exp(high)


@dataclass(frozen=True, eq=False)
class Beside:
    """What is found beside polar films.

    point        of the quoted values;  ranges: what is open
    predictions  by name: the quoted value, its interval over all ranges, what moves it most
    moves        what each parameter does to each of them
    states       of each film at the quoted values;  channels: each cause alone and together, film -> cause -> state
    enriched     lithium ions over the bulk at the energies of the figure, by film
    thinnest     thickness that keeps its polarisation, by film, nm
    """

    point: Point
    ranges: tuple[Range, ...]
    predictions: Mapping[str, Prediction]
    moves: Mapping[str, tuple[Sensitivity, ...]]
    states: Mapping[str, xr.Dataset]
    channels: Mapping[str, Mapping[str, xr.Dataset]]
    enriched: Mapping[str, list[float]]
    thinnest: Mapping[str, float]


ANIONS, BARE_CATIONS, CATIONS, EXCESS, KEPT, POTENTIAL, INVERTS = (
    "anions at the positive face over the bulk",
    "lithium ions at the positive face over the bulk, nothing adsorbed",
    "lithium ions at the positive face over the bulk",
    "excess of lithium ions at the positive face / nm-2",
    "share of the polarisation that the film keeps",
    "potential of the diffuse layer / V",
    "energy of adsorption below which lithium is enriched / eV",
)
"""What is predicted."""


def look() -> Beside:
    """Everything beside polar films. Takes about half a minute."""
    liquid, more, which = electrolyte_ranges(), adsorption_ranges(), material_range()
    sites = next(r for r in more if r.name == SITES)
    asked: dict[str, tuple[Any, tuple[Range, ...], bool]] = {
        ANIONS: (anions, (which, *liquid), True),
        BARE_CATIONS: (cations, (which, *liquid), True),
        POTENTIAL: (lambda p: float(faced(p)["diffuse_potential"]), (which, *liquid), False),
        CATIONS: (cations, (which, *liquid, *more), True),
        EXCESS: (salt_excess, (which, *liquid, *more), True),
        KEPT: (kept, (which, thickness_range(), *liquid), True),
        INVERTS: (inversion, (which, *liquid, sites), False),
    }
    found, moves = {}, {}
    for name, (predict, ranges, drawn) in asked.items():
        prediction, moves[name] = explore(predict, ranges, calibrated=(), run=None)
        found[name] = drawn_too(predict, ranges).added_to(prediction) if drawn else prediction
    point = at_values((which, *liquid, *more, thickness_range()))
    plain = {name: value for name, value in point.items() if name != THICKNESS}
    return Beside(
        point=point,
        ranges=(which, *liquid, *more, thickness_range()),
        predictions=found,
        moves=moves,
        states={m: layer(plain, PolarFilm(m, f"{L!r} nm")).static() for m, L in MATERIALS.items()},
        channels={m: channels(m, plain) for m in BOTH},
        enriched={m: [_enriched(m, plain, float(E)) for E in SHOWN_ENERGIES] for m in BOTH},
        thinnest={m: thinnest(m, plain) for m in MATERIALS},
    )


def drawn_too(predict: Any, ranges: tuple[Range, ...], designs: int = DESIGNS) -> Scatter:
    """The same prediction at points that are spread over all ranges at once."""
    columns = scattered({each.name: each for each in ranges}, designs)
    rows = (dict(zip(columns, row, strict=True)) for row in zip(*columns.values(), strict=True))
    return Scatter(columns, np.array([predict(row) for row in rows]))


def channels(material: str, point: Point) -> dict[str, xr.Dataset]:
    """Each cause alone and together, beside one film: its polarisation, adsorption, ions without size, the other face."""
    thick = f"{MATERIALS[material]!r} nm"
    polar, other = PolarFilm(material, thick), PolarFilm(material, thick, polarised="in")
    plain = PolarFilm(material, thick, polarised="none")
    stuck = {"adsorbed": [anion(-0.1)], "sites": f"{point[SITES]!r} 1/nm2"}
    cases: dict[str, tuple[PolarFilm, dict[str, Any]]] = {
        "no polarisation (control)": (plain, {}),
        "positive face": (polar, {}),
        "negative face": (other, {}),
        "adsorption of anions at -0.1 eV, no polarisation": (plain, stuck),
        "positive face and adsorption at -0.1 eV": (polar, stuck),
        "negative face and adsorption at -0.1 eV": (other, stuck),
    }
    return {name: layer(point, beside, **changes).static() for name, (beside, changes) in cases.items()}


def _enriched(material: str, point: Point, energy: float) -> float:
    beside = PolarFilm(material, f"{MATERIALS[material]!r} nm")
    return float(layer(point, beside, adsorbed=[anion(energy)]).static()["cation_factor"])
