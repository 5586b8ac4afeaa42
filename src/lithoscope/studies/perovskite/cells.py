"""The three symmetric cells of the paper, calibrated on their spectra.

With n interfaces counted in a reported resistance R of a cell of area A, one face has R A / n. The two coated cells
differ by one micrometre of film on each face, so

    sigma = n (d_Pb - d_Sn) / ((R_Pb - R_Sn) A)             conductivity of the film
    R_rest = R_Sn A / n - d_Sn / sigma                      native film and charge transfer under the film

and for the bare cell R_rest = R_bare A / n. Charge transfer takes R_ct = V_T / i0 of it and the native film the rest.

If what is reported is only the part of the arcs that the instrument shows, from its highest frequency f down, the share v
of the film's arc stands in place of the whole, and the conductivity s solves

    s / v(s) = s (1 + (s / a)^2) = sigma,    a = 2 pi f eps_r eps_0

while R_rest stays as it is: its arc lies far below f.

The electrolyte is EC:DMC 1:1, by volume, which is 55 % of EC by weight (1.32 and 1.07 g/mL); its transport
properties are those measured at 50 % by weight. The difference is within the scatter of such measurements, and the
electrolyte costs about 3 of 71 mV.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from scipy.optimize import brentq

from lithoscope.constants import AVOGADRO, thermal_voltage
from lithoscope.data import lookup
from lithoscope.design import Cell
from lithoscope.design.catalogue import entry
from lithoscope.physics.laws.films import hopping_diffusivity, ionic_conductivity, visible_share
from lithoscope.studies.claims import Claims
from lithoscope.studies.ranges import Point, Range, from_data

MATERIALS = ("bare", "MASnCl3", "MAPbCl3")
TEMPERATURE = 298.15

AREA, INTERFACES, READING, THICKNESS = "electrode area", "interfaces counted", "reported arc", "thickness of the films"
KINETICS, PERMITTIVITY = "exchange current density", "permittivity of the film"
RESISTANCE = {"bare": "resistance, bare", "MASnCl3": "resistance, MASnCl3", "MAPbCl3": "resistance, MAPbCl3"}
"""Names of the open parameters; the resistances are those of the cells."""

IDLE = {
    "bare": {READING, THICKNESS, PERMITTIVITY, RESISTANCE["MASnCl3"], RESISTANCE["MAPbCl3"]},
    "MASnCl3": {RESISTANCE["bare"]},
    "MAPbCl3": {RESISTANCE["bare"]},
}
"""The open parameters that do not enter a cell."""

ATTEMPT_FREQUENCIES = (1e12, 1e14)
"""Range of the attempt frequency of a hop, 1/s: that of phonons; nobody computed it for these crystals."""

MOST_KINETIC = 0.999
"""Largest share of the resistance under the films that may be charge transfer: the native film keeps a trace of it."""

THINNEST_M = 1e-10
"""Least thickness of a film, that of an atom, m."""


@dataclass(frozen=True, slots=True)
class Reported:
    """What the paper reports and the cells are calibrated on, SI.

    bare, tin, lead                 resistances of the cells, ohm
    thickness_tin, thickness_lead   of the films, m
    highest_frequency               of the spectra, Hz
    """

    bare: float
    tin: float
    lead: float
    thickness_tin: float
    thickness_lead: float
    highest_frequency: float

    @classmethod
    def of(cls, claims: Claims) -> Reported:
        """Read from the claims, so that no number stands twice."""
        tin, lead = (float(v) for v in claims["perovskite.eis.msc"].values)
        thin, thick = (float(v) * 1e-6 for v in claims["perovskite.film.thickness_sn"].values)
        highest = float(claims["perovskite.eis.range"].values[0])
        return cls(float(claims["perovskite.eis.bare"].values[0]), tin, lead, thin, thick, highest)

    def at(self, point: Point) -> Reported:
        """What would be reported at a point of the open parameters, within the tolerance of what is."""
        return replace(
            self,
            **{name: point[RESISTANCE[m]] for name, m in zip(("bare", "tin", "lead"), MATERIALS, strict=True)},
            thickness_tin=self.thickness_tin * point[THICKNESS],
            thickness_lead=self.thickness_lead * point[THICKNESS],
        )

    def resistance(self, material: str) -> float:
        """The reported resistance of a cell, ohm."""
        return {"bare": self.bare, "MASnCl3": self.tin, "MAPbCl3": self.lead}[material]

    def thickness(self, material: str) -> float:
        """The reported thickness of a film, m."""
        return {"MASnCl3": self.thickness_tin, "MAPbCl3": self.thickness_lead}[material]


MEASURED_NOWHERE = (
    (AREA, "A", "cm2", "practice.disc_area"),
    (KINETICS, "i₀", "mA/cm2", "lithium.exchange_current_density"),
    ("MacMullin number of the separator", "N_M", "1", "separators.PP.macmullin_number"),
    ("porosity of the separator", "ε", "1", "separators.PP.porosity"),
    (PERMITTIVITY, "ε_r", "1", "films.MASnCl3.permittivity"),
    ("double-layer capacitance", "C_dl", "F/m2", "lithium.double_layer_capacitance"),
    ("thickness of the foil", "d_Li", "um", "practice.foil_thickness"),
)
"""Name, symbol, unit and record of what the paper leaves open."""


def ranges(claims: Claims) -> tuple[Range, ...]:
    """The parameters that the paper leaves open, with their ranges, and what it reports, with its tolerance."""
    return (*_readings(), *(from_data(*row) for row in MEASURED_NOWHERE), *_tolerances(claims))


def _readings() -> tuple[Range, Range]:
    counted = "the paper does not say whether the resistance of a cell counts one interface or both"
    arc = "the paper does not say whether a resistance is that of a fitted arc or what the window shows"
    return (
        Range(INTERFACES, "n", 2.0, 1.0, 2.0, "1", counted, readings=("one", "both")),
        Range(READING, "-", 0.0, 0.0, 1.0, "1", arc, readings=("the whole arc", "what the window shows")),
    )


def _tolerances(claims: Claims) -> tuple[Range, ...]:
    """The resistances are read independently; the films err together, because their solutions are as 1 : 2."""
    found = []
    for material, identifier, n in (("bare", "eis.bare", 0), ("MASnCl3", "eis.msc", 0), ("MAPbCl3", "eis.msc", 1)):
        claim = claims[f"perovskite.{identifier}"]
        band, value = claim.band(n), float(claim.values[n])
        name = RESISTANCE[material]
        found.append(Range(name, "R", value, band.low, band.high, "ohm", f"the paper, {claim.tolerance}", "measured"))
    claim = claims["perovskite.film.thickness_sn"]
    band, value = claim.band(0), float(claim.values[0])
    source = f"the paper, {claim.tolerance} on both films alike"
    return (*found, Range(THICKNESS, "d", 1.0, band.low / value, band.high / value, "1", source, "measured"))


def film_conductivity(reported: Reported, area: float, interfaces: float) -> float:
    """Conductivity of both films from the two coated cells if all of their arcs is reported, S/m. area in m2."""
    more = reported.thickness_lead - reported.thickness_tin
    return interfaces * more / ((reported.lead - reported.tin) * area)


def partly_hidden(conductivity: float, highest_frequency: float, permittivity: float) -> float:
    """Conductivity of films of which only what lies below a frequency was reported, S/m.

    conductivity  that all of the arc would give, S/m
    """

    def excess(s: float) -> float:
        return s - conductivity * visible_share(highest_frequency, s, permittivity)

    return float(brentq(excess, 1e-6 * conductivity, conductivity, xtol=1e-18, rtol=1e-14))


def conductivity_at(reported: Reported, point: Point) -> float:
    """Conductivity of both films at a point of the open parameters, S/m."""
    at = reported.at(point)
    whole = film_conductivity(at, point[AREA] * 1e-4, point[INTERFACES])
    return partly_hidden(whole, at.highest_frequency, point[PERMITTIVITY]) if point[READING] else whole


def calibrated_cell(material: str, claims: Claims, point: Point) -> Cell:
    """One of the three cells with its interface calibrated on the spectra, at a point of the open parameters.

    Charge transfer is made as slow as asked, but not slower than the spectrum allows. Every number keeps its range, status
    and source.
    """
    reported, by_name = Reported.of(claims), {r.name: r for r in ranges(claims)}
    at = reported.at(point)
    given = {name: r.written(point[name]) for name, r in by_name.items()}
    cell = Cell.parse(entry(f"perovskite/{material.lower()}"))
    changes: dict[str, object] = {
        "area": given[AREA],
        "working.thickness": given["thickness of the foil"],
        "working.double_layer_capacitance": given["double-layer capacitance"],
        "separator.porosity": given["porosity of the separator"],
        "separator.macmullin_number": given["MacMullin number of the separator"],
    }
    changes |= _interface(cell, material, at, point, given[KINETICS])
    if material != "bare":
        changes |= _film(material, reported, point, by_name)
    return cell.changed_at(changes)


def _film(material: str, reported: Reported, point: Point, by_name: dict[str, Range]) -> dict[str, object]:
    """The film on each face."""
    at, d, spread = reported.at(point), reported.thickness(material), by_name[THICKNESS]
    thickness = replace(spread, low=spread.low * d, high=spread.high * d, unit="m")
    return {
        "working.films.0.thickness": thickness.written(at.thickness(material)),
        "working.films.0.conductivity": _calibrated(f"{conductivity_at(reported, point)!r} S/m", material, at),
        "working.films.0.permittivity": by_name[PERMITTIVITY].written(point[PERMITTIVITY]),
    }


def _interface(cell: Cell, material: str, at: Reported, point: Point, kinetics: dict[str, str]) -> dict[str, object]:
    """Charge transfer and native film, which share what the protective film leaves of the resistance.

    The native film is of the same material everywhere: the bare cell, whose film has the thickness of the catalogue, sets its
    conductivity, and what is left of a coated cell sets its thickness there, unless that is less than an atom's.
    """
    thickness = cell.foil.native_film.thickness
    assert thickness is not None  # the catalogue gives it
    area, n, kinetic = point[AREA] * 1e-4, point[INTERFACES], point[KINETICS] * 10
    film = at.thickness_tin / film_conductivity(at, area, n)
    bare = _native(at.bare * area / n, kinetic)[0]
    native, i0 = _native(at.bare * area / n if material == "bare" else at.tin * area / n - film, kinetic)
    d = thickness.value if material == "bare" else max(thickness.value / bare * native, THINNEST_M)
    by = "bare" if material == "bare" or d > THINNEST_M else material
    changes: dict[str, object] = {
        "working.exchange_current_density": kinetics if i0 == kinetic else _calibrated(f"{i0!r} A/m2", material, at),
        "working.native_film.conductivity": _calibrated(f"{d / native!r} S/m", by, at),
    }
    if material != "bare":
        changes["working.native_film.thickness"] = _calibrated(f"{d!r} m", material, at)
    return changes


def _native(rest: float, kinetic: float) -> tuple[float, float]:
    """Resistance of the native film, ohm m2, and exchange current density, A/m2, that share a resistance."""
    i0 = max(kinetic, thermal_voltage(TEMPERATURE) / (MOST_KINETIC * rest))
    return rest - thermal_voltage(TEMPERATURE) / i0, i0


def _calibrated(value: str, material: str, at: Reported) -> dict[str, str]:
    cells = f"the bare cell, {at.bare:g} Ω" if material == "bare" else f"both coated cells, {at.tin:g} and {at.lead:g} Ω"
    return {"value": value, "status": "calibrated", "source": f"impedance of {cells}"}


def hopping_conductivity(lithium_per_cell: float, attempt_frequency: float = 1e13) -> float:
    """Conductivity that the computed barrier lets one expect, for a number of mobile lithium ions per unit cell, S/m."""
    barrier = lookup("films.MASnCl3.migration_barrier").to("J")
    volume = lookup("films.MASnCl3.molar_volume").to("m3/mol")
    edge = (volume / AVOGADRO) ** (1 / 3)
    D = hopping_diffusivity(barrier, edge, attempt_frequency, TEMPERATURE)
    return ionic_conductivity(D, lithium_per_cell / volume, TEMPERATURE)


def mobile_lithium(conductivity: float) -> tuple[float, float]:
    """Fewest and most mobile lithium ions per unit cell that the computed barrier needs for a conductivity in S/m."""
    low, high = (conductivity / hopping_conductivity(1.0, nu) for nu in reversed(ATTEMPT_FREQUENCIES))
    return low, high
