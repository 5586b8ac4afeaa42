"""The cells of the paper: two foils, two hosts, in carbonate and ether, all with one interface of lithium.

The voltage V that the bare cell shows at i = 1 mA/cm2 sets that interface. With the separator (thickness L, MacMullin number N)
and its salt at steady state a face has

    v = (V - i R_s) / 2,    v = i R + 2 V_T asinh(i / (2 i0)),    R_s = N L (1/kappa + 2 V_T (1 - t+)^2 chi / (F D c))

where the native film has R and the exchange current density i0 is open. Charge transfer can take all of v; a smaller i0 than
that does not exist, so i0 is at least i / (2 sinh(v / (2 V_T))).

A gram of the composite holds a stated capacity: this sets the lithium fraction for each fraction of fibres.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from lithoscope.constants import FARADAY, thermal_voltage
from lithoscope.data import lookup
from lithoscope.design import Cell, Host, Same
from lithoscope.design.catalogue import entry
from lithoscope.physics.laws.host import Composite, composite
from lithoscope.studies.ranges import Point, Range, from_data
from lithoscope.units import MAH_PER_CM2

if TYPE_CHECKING:
    from lithoscope.studies.claims import Claims
    from lithoscope.units import Quantity

TEMPERATURE = 298.15

FIRST_VOLTAGE, CAPACITY = "host.overpot.bare", "host.capacity"
"""The claims that set the interface of lithium, and the lithium in a host."""

VOLTAGE, KINETICS, SHARE, FIBRES = (
    "voltage of the bare cell",
    "exchange current density",
    "share of the surface",
    "fibre fraction",
)
THICKNESS, MACMULLIN, CONDUCTIVITY = (
    "thickness of the host",
    "MacMullin number of the separator",
    "conductivity of the electrolyte",
)
BRUGGEMAN, HALF = "exponent of the porosity", "lithium fraction at half of the surface"
"""Names of the open parameters."""

MOSS = ("mossy_fraction", "mossy_area", "mossy_half_charge", "mossy_exchange_current_density", "mossy_film_resistance",
        "film_growth_rate")  # fmt: skip
"""Numbers of ageing that move the impedance of the bare cell after ten cycles."""

ON_HOST = {SHARE, FIBRES, THICKNESS, BRUGGEMAN, HALF}
"""The open parameters that do not enter the bare cell."""

LEAST_POROSITY = 0.3
"""Porosity that an electrode has at least of which a paper says that it is highly porous."""

MOST_KINETIC = 0.9
"""Largest share of the voltage of a face that may be charge transfer: the native film keeps a tenth. No lithium is without one
here, and the model of moss is not solved with less."""

CURRENT = 10.0
"""Current density at which the paper gives the voltage of the bare cell, A/m2."""

THICK, THIN = 253.0, 100.0
"""Thickness of the host that the paper measures, and of one with the lithium of its full cells, um."""

ETHER = {
    "kind": "constant",
    "conductivity": {"value": "13 mS/cm", "low": "11 mS/cm", "high": "16 mS/cm", "status": "prior"},
    "diffusivity": {"value": "8e-10 m2/s", "low": "3e-10 m2/s", "high": "1e-9 m2/s", "status": "prior"},
    "transference_number": {"value": "0.4", "low": "0.3", "high": "0.55", "status": "prior"},
    "thermodynamic_factor": {"value": "1.8", "low": "1", "high": "4", "status": "prior"},
}
"""Transport in 1 mol/L LiTFSI in dioxolane and dimethoxyethane: usual values of lithium-sulfur models, not checked."""


def catalogued(name: str) -> Cell:
    """A cell of the catalogue."""
    return Cell.parse(entry(f"host/{name}"))


def ranges(claims: Claims) -> tuple[Range, ...]:
    """What is open about the bare and the host cell."""
    hosted = catalogued("filled")
    properties = hosted.electrolyte.properties
    assert properties is not None  # the catalogue gives them
    assert hosted.separator.macmullin_number is not None
    source = "the paper measures a thick one; those that it cycles may be thinner"
    return (
        _first_voltage(claims),
        from_data(KINETICS, "i₀", "mA/cm2", "lithium.exchange_current_density"),
        from_data(SHARE, "-", "1", "host.area_share"),
        _fibres(claims),
        Range(THICKNESS, "L", THICK, THIN, THICK, "um", source, readings=(f"{THIN:g} um", f"{THICK:g} um")),
        _from_cell(MACMULLIN, "N_M", "1", hosted.separator.macmullin_number),
        _from_cell(CONDUCTIVITY, "κ", "S/m", properties.conductivity),
        from_data(BRUGGEMAN, "-", "1", "host.bruggeman_exponent"),
        from_data(HALF, "h", "1", "host.half_fraction"),
    )  # fmt: skip


def moss_ranges() -> tuple[Range, ...]:
    """What is open about moss."""
    return tuple(from_data(name.replace("_", " "), "-", lookup(f"ageing.{name}").unit, f"ageing.{name}") for name in MOSS)


def _first_voltage(claims: Claims) -> Range:
    """At least the stated bound, and less than what the same cell shows in its 100th cycle."""
    first, late = (float(claims[f"host.overpot.{name}"].values[0]) for name in ("bare", "bare100"))
    source = "the paper, a lower bound; less than in the 100th cycle, to which it is said to rise"
    return Range(VOLTAGE, "V", first, first, late, "mV", source, "measured")


def _fibres(claims: Claims) -> Range:
    """Up to what leaves the electrode porous: lithium and matrix are both proportional to the fraction of fibres."""
    record = lookup("host.fibre_fraction")
    assert record.low is not None  # the table gives a range
    assert record.high is not None
    solid = lithium_fraction(record.number, claims) + matrix_fraction(record.number)
    high = min(record.high, record.number * (1 - LEAST_POROSITY) / solid)
    source = f"data: host.fibre_fraction, up to a porosity of {LEAST_POROSITY:g}"
    return Range(FIBRES, "f", record.number, record.low, high, "1", source, record.status)


def _from_cell(name: str, symbol: str, unit: str, given: Quantity) -> Range:
    assert given.low is not None  # the catalogue gives a range
    assert given.high is not None
    return Range(name, symbol, given.value, given.low, given.high, unit, "the cell of the catalogue", given.status)


# ------------------------------------------------------------------------------------------- the interface


@dataclass(frozen=True, slots=True)
class Interface:
    """One face of lithium: exchange current density A/m2, resistance of its native film ohm m2."""

    exchange_current_density: float
    film: float

    @property
    def resistance(self) -> float:
        """At no current, ohm m2."""
        return self.film + thermal_voltage(TEMPERATURE) / self.exchange_current_density


def interface(point: Point) -> Interface:
    """The face that the first voltage of the bare cell leaves."""
    face = (point[VOLTAGE] * 1e-3 - CURRENT * separator_resistance(point)) / 2
    twice = 2 * thermal_voltage(TEMPERATURE)
    least = CURRENT / (2 * math.sinh(MOST_KINETIC * face / twice))
    i0 = max(10 * point[KINETICS], least)
    return Interface(i0, (face - twice * math.asinh(CURRENT / (2 * i0))) / CURRENT)


def separator_resistance(point: Point) -> float:
    """Of the separator with its salt at steady state, for a small current, ohm m2."""
    cell = catalogued("bare")
    p = cell.electrolyte.properties
    assert p is not None  # the catalogue gives them
    chi, D, anions = p.thermodynamic_factor.value, p.diffusivity.value, 1 - p.transference_number.value
    salt = 2 * thermal_voltage(TEMPERATURE) * anions**2 * chi / (FARADAY * D * cell.electrolyte.concentration.value)
    return point[MACMULLIN] * cell.separator.thickness.value * (1 / point[CONDUCTIVITY] + salt)


def bare_cell(point: Point, known: Sequence[Range], *, ether: bool = False) -> Cell:
    """Two foils.

    known  the ranges of what stands in `point`;  ether: in the other electrolyte
    """
    given = {r.name: r for r in known}
    changes = _surroundings(point, given, ether=ether) | _lithium("working", point, given)
    return _changed(catalogued("bare"), changes)


def host_cell(point: Point, known: Sequence[Range], claims: Claims, *, ether: bool = False) -> Cell:
    """A host against a foil; arguments as in `bare_cell`."""
    given = {r.name: r for r in known}
    fraction = lithium_fraction(point[FIBRES], claims)
    changes = _surroundings(point, given, ether=ether) | _lithium("working", point, given) | _lithium("counter", point, given)
    changes |= {
        "working.thickness": given[THICKNESS].written(point[THICKNESS]),
        "working.fibre_fraction": given[FIBRES].written(point[FIBRES]),
        "working.lithium_fraction": {
            "value": f"{fraction!r}",
            "status": "calibrated",
            "source": "capacity per gram of composite",
        },
        "working.area_share": given[SHARE].written(point[SHARE]),
        "working.front.bruggeman_exponent": given[BRUGGEMAN].written(point[BRUGGEMAN]),
        "working.front.half_fraction": given[HALF].written(point[HALF]),
    }
    return _changed(catalogued("filled"), changes)


def two_hosts(point: Point, known: Sequence[Range], claims: Claims, *, ether: bool = False) -> Cell:
    """A host against one that is alike; arguments as in `bare_cell`."""
    return host_cell(point, known, claims, ether=ether).replaced(counter=Same())


def _changed(cell: Cell, changes: Mapping[str, object]) -> Cell:
    for path, value in changes.items():
        cell = cell.changed(path, value)
    return cell


def _surroundings(point: Point, given: Mapping[str, Range], *, ether: bool) -> dict[str, object]:
    """Separator and electrolyte."""
    changes: dict[str, object] = {"separator.macmullin_number": given[MACMULLIN].written(point[MACMULLIN])}
    if not ether:
        return changes | {"electrolyte.properties.conductivity": given[CONDUCTIVITY].written(point[CONDUCTIVITY])}
    return changes | {
        "electrolyte.salt": "LiTFSI", "electrolyte.solvent": {"DOL": 0.5, "DME": 0.5}, "electrolyte.basis": "weight",
        "electrolyte.properties": ETHER,
    }  # fmt: skip


def _lithium(electrode: str, point: Point, given: Mapping[str, Range]) -> dict[str, object]:
    """The interface of an electrode."""
    face, film = interface(point), catalogued("bare").foil.native_film.thickness
    assert film is not None  # the catalogue gives it
    source, asked = f"voltage of the bare cell, {point[VOLTAGE]:g} mV at 1 mA/cm2", point[KINETICS] * 10
    kinetics = given[KINETICS].written(point[KINETICS])
    calibrated = {"value": f"{face.exchange_current_density!r} A/m2", "status": "calibrated", "source": source}
    conductivity = {"value": f"{film.value / face.film!r} S/m", "status": "calibrated", "source": source}
    return {
        f"{electrode}.exchange_current_density": kinetics if face.exchange_current_density == asked else calibrated,
        f"{electrode}.native_film.conductivity": conductivity,
    }


# ------------------------------------------------------------------------------------------- the composite


def _composite(fibres: float, s: float) -> Composite:
    """What the mat of the paper holds with a fraction of fibres and of lithium."""
    host = catalogued("filled").changed("working.fibre_fraction", fibres).changed("working.lithium_fraction", s).working
    assert isinstance(host, Host)
    density = host.quantity("fibre_density").value
    return composite(host.fibre_length, host.fibre_diameter.value / 2, host.coated_radius, s, density)


def specific_capacity(fibres: float, s: float) -> float:
    """Of the whole composite, mAh/g."""
    return _composite(fibres, s).specific_capacity / 3600


def lithium_fraction(fibres: float, claims: Claims) -> float:
    """Lithium fraction at which the composite holds the stated capacity per gram.

    The mass share of lithium fixes lithium over matrix, so this is proportional to the fraction of fibres.
    """
    capacity = float(claims[CAPACITY].values[0])
    base, some = 0.05, 0.1
    other = _composite(base, some)
    rest = other.density - other.metallic
    whole = FARADAY / 3.6 / lookup("lithium.molar_mass").number
    lithium = rest * capacity / (whole - capacity)
    return some * lithium / other.metallic * fibres / base


def _mat(fibres: float) -> Host:
    """The host of the paper with a fraction of fibres and little lithium."""
    host = catalogued("filled").changed("working.lithium_fraction", 0.05).changed("working.fibre_fraction", fibres).working
    assert isinstance(host, Host)
    return host


def matrix_fraction(fibres: float) -> float:
    """Volume fraction of the fibres after their coating has reacted."""
    return _mat(fibres).matrix_fraction


def largest_lithium_fraction(fibres: float) -> float:
    """What the pores hold."""
    return _mat(fibres).largest_lithium_fraction


def most_fibres(claims: Claims) -> float:
    """Fraction of fibres beyond which the pores cannot hold the lithium that the capacity per gram asks for.

    Both the lithium and the matrix are proportional to the fraction of fibres: s f / f_0 = filling (1 - m f / f_0).
    """
    reference = 0.05
    filling = _mat(reference).front.quantity("largest_filling").value
    return reference * filling / (lithium_fraction(reference, claims) + filling * matrix_fraction(reference))


def areal_capacity(point: Point, claims: Claims) -> float:
    """Metallic lithium of a host, mAh/cm2."""
    volume = lookup("lithium.molar_volume").to("m3/mol")
    return lithium_fraction(point[FIBRES], claims) * point[THICKNESS] * 1e-6 * FARADAY / volume / MAH_PER_CM2
