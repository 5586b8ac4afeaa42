"""The three symmetric cells of the paper, calibrated on their spectra.

With n interfaces counted in a reported resistance R of a cell of area A, one face has R A / n. The two coated cells
differ by one micrometre of film on each face, so

    sigma = n (d_Pb - d_Sn) / ((R_Pb - R_Sn) A)             conductivity of the film
    R_rest = R_Sn A / n - d_Sn / sigma                      native film and charge transfer under the film

and for the bare cell R_rest = R_bare A / n. Charge transfer takes R_ct = V_T / i0 of it and the native film the rest.
"""

from __future__ import annotations

from dataclasses import dataclass

from lithoscope.constants import AVOGADRO, thermal_voltage
from lithoscope.data import lookup
from lithoscope.design import Cell
from lithoscope.design.catalogue import entry
from lithoscope.physics.laws.films import hopping_diffusivity, ionic_conductivity
from lithoscope.studies.claims import Claims
from lithoscope.studies.ranges import Point, Range
from lithoscope.units import convert

MATERIALS = ("bare", "MASnCl3", "MAPbCl3")
TEMPERATURE = 298.15

MOST_KINETIC = 0.999
"""Largest share of the resistance under the films that may be charge transfer: the native film keeps a trace of it."""


@dataclass(frozen=True, slots=True)
class Reported:
    """What the paper reports and the cells are calibrated on, SI: resistances in ohm, film thicknesses in m."""

    bare: float
    tin: float
    lead: float
    thickness_tin: float
    thickness_lead: float

    @classmethod
    def of(cls, claims: Claims) -> Reported:
        """Read from the claims, so that no number stands twice."""
        tin, lead = (float(v) for v in claims["perovskite.eis.msc"].values)
        thin, thick = (float(v) * 1e-6 for v in claims["perovskite.film.thickness_sn"].values)
        return cls(float(claims["perovskite.eis.bare"].values[0]), tin, lead, thin, thick)

    def resistance(self, material: str) -> float:
        """The reported resistance of a cell, ohm."""
        return {"bare": self.bare, "MASnCl3": self.tin, "MAPbCl3": self.lead}[material]


RANGES = (
    ("electrode area", "A", "cm2", "practice.disc_area"),
    ("exchange current density", "i0", "mA/cm2", "lithium.exchange_current_density"),
    ("MacMullin number of the separator", "N_M", "1", "separators.PP.macmullin_number"),
    ("porosity of the separator", "eps", "1", "separators.PP.porosity"),
    ("capacitance of the film", "C_film", "F/m2", "films.MASnCl3.capacitance"),
    ("double-layer capacitance", "C_dl", "F/m2", "lithium.double_layer_capacitance"),
    ("thickness of the foil", "d_Li", "um", "practice.foil_thickness"),
)


def ranges() -> tuple[Range, ...]:
    """The parameters that the paper leaves open, with their ranges."""
    found = []
    for name, symbol, unit, identifier in RANGES:
        record = lookup(identifier)
        ends = (record.low, record.number, record.high)
        low, value, high = (convert(x, record.unit, unit) for x in ends if x is not None)
        found.append(Range(name, symbol, value, low, high, unit, f"data: {identifier} ({record.status})"))
    meaning = "the paper does not say whether the resistance of a cell counts one interface or both"
    return (found[0], Range("interfaces counted", "n", 2.0, 1.0, 2.0, "1", meaning), *found[1:])


def film_conductivity(reported: Reported, area: float, interfaces: float) -> float:
    """Conductivity of both films from the two coated cells, S/m. area in m2."""
    more = reported.thickness_lead - reported.thickness_tin
    return interfaces * more / ((reported.lead - reported.tin) * area)


def calibrated_cell(material: str, reported: Reported, point: Point) -> Cell:
    """One of the three cells with its interface calibrated on the spectra, at a point of the open parameters.

    Charge transfer is made as slow as asked, but not slower than the spectrum allows.
    """
    area, n = point["electrode area"] * 1e-4, point["interfaces counted"]
    sigma = film_conductivity(reported, area, n)
    coated = material != "bare"
    rest = reported.tin * area / n - reported.thickness_tin / sigma if coated else reported.bare * area / n
    i0 = max(point["exchange current density"] * 10, thermal_voltage(TEMPERATURE) / (MOST_KINETIC * rest))
    native = rest - thermal_voltage(TEMPERATURE) / i0
    cell = Cell.parse(entry(f"perovskite/{material.lower()}"))
    thickness = cell.working.native_film.thickness
    assert thickness is not None  # the catalogue gives it
    changes: dict[str, object] = {
        "area": f"{point['electrode area']!r} cm2",
        "working.thickness": f"{point['thickness of the foil']!r} um",
        "working.exchange_current_density": f"{i0!r} A/m2",
        "working.native_film.conductivity": {"value": f"{thickness.value / native!r} S/m", "status": "calibrated"},
        "working.double_layer_capacitance": f"{point['double-layer capacitance']!r} F/m2",
        "separator.porosity": point["porosity of the separator"],
        "separator.macmullin_number": point["MacMullin number of the separator"],
    }
    if coated:
        changes |= {
            "working.films.0.conductivity": {"value": f"{sigma!r} S/m", "status": "calibrated"},
            "working.films.0.capacitance": f"{point['capacitance of the film']!r} F/m2",
        }
    for path, value in changes.items():
        cell = cell.changed(path, value)
    return cell


def hopping_conductivity(lithium_per_cell: float, attempt_frequency: float = 1e13) -> float:
    """Conductivity that the computed barrier lets one expect, for a number of mobile lithium ions per unit cell, S/m."""
    barrier = lookup("films.MASnCl3.migration_barrier").to("J")
    volume = lookup("films.MASnCl3.molar_volume").to("m3/mol")
    edge = (volume / AVOGADRO) ** (1 / 3)
    D = hopping_diffusivity(barrier, edge, attempt_frequency, TEMPERATURE)
    return ionic_conductivity(D, lithium_per_cell / volume, TEMPERATURE)
