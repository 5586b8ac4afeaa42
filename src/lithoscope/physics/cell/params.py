"""What the cell scale needs to know of a cell: every number with its name, unit, range and where it comes from.

A number that the cell does not give is taken from the data tables and marked so; nothing is defaulted in silence.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from lithoscope.constants import FARADAY
from lithoscope.data import lookup
from lithoscope.design import Cell, Film, Foil, Short
from lithoscope.design.ageing import FIELDS as AGEING_FIELDS
from lithoscope.physics.laws.films import areal_capacitance, areal_resistance
from lithoscope.physics.laws.kinetics import arrhenius, charge_transfer_resistance
from lithoscope.physics.laws.transport import ConstantTransport, LandesfeindGasteiger, Transport
from lithoscope.units import Quantity

FOIL_FIELDS = {
    "exchange_current_density": "A/m2",
    "double_layer_capacitance": "F/m2",
    "roughness": "1",
    "least_thickness": "m",
    "activation_energy": "J",
}
"""Fields of a foil that the data tables know under the same name, and their SI unit."""


@dataclass(frozen=True, slots=True)
class Parameter:
    """One number that a run uses.

    path      its place in the cell, e.g. "working.films.0.thickness"
    quantity  value in SI, with range, status and source
    given     whether the cell gives it; otherwise it comes from the data tables
    """

    path: str
    quantity: Quantity
    given: bool


@dataclass(frozen=True, slots=True)
class FilmNumbers:
    """A protective film: thickness m, conductivity S/m, relative permittivity."""

    thickness: float
    conductivity: float
    permittivity: float

    @property
    def resistance(self) -> float:
        """R = delta / sigma, ohm m2."""
        return areal_resistance(self.thickness, self.conductivity)

    @property
    def capacitance(self) -> float:
        """C = eps_r eps_0 / delta, F/m2."""
        return areal_capacitance(self.thickness, self.permittivity)


@dataclass(frozen=True, slots=True)
class AgeingNumbers:
    """How one face of lithium ages, SI; the fields are those of `design.Ageing`, at the temperature of the cell."""

    dead_fraction: float
    mossy_fraction: float
    mossy_area: float
    mossy_half_charge: float
    mossy_exchange_current_density: float
    mossy_film_resistance: float
    pit_area: float
    pit_charge: float
    pit_filling_charge: float
    dead_layer_porosity: float
    dead_layer_tortuosity: float
    film_growth_rate: float
    film_molar_volume: float


@dataclass(frozen=True, slots=True)
class FaceNumbers:
    """One face of lithium, SI.

    lithium                   in the foil at assembly, C/m2
    least_lithium             at which the foil counts as exhausted, C/m2
    roughness                 active over geometric area
    exchange_current_density  A/m2
    native_film_thickness     m
    native_film_conductivity  S/m
    double_layer_capacitance  F/m2 of active area
    films                     from the lithium outwards
    ageing                    moss, pits, dead lithium, film growth
    """

    lithium: float
    least_lithium: float
    roughness: float
    exchange_current_density: float
    native_film_thickness: float
    native_film_conductivity: float
    double_layer_capacitance: float
    films: tuple[FilmNumbers, ...]
    ageing: AgeingNumbers

    @property
    def native_film_resistance(self) -> float:
        """R = delta / sigma, ohm m2 of active area."""
        return areal_resistance(self.native_film_thickness, self.native_film_conductivity)

    def resistance(self, T: float) -> float:
        """Resistance of the interface at zero current: films, native film and charge transfer, ohm m2."""
        bare = self.native_film_resistance + charge_transfer_resistance(self.exchange_current_density, T)
        return bare / self.roughness + sum(film.resistance for film in self.films)


@dataclass(frozen=True, slots=True)
class ShortNumbers:
    """An electronic leak, SI; see `equations.short`.

    conductance           at the onset, S/m2;  greatest_conductance likewise
    onset_time            s;  onset_charge  passed in both directions, C/m2; the one that was not given is 0
    growth                "constant", "linear" or "exponential"
    rate_by_time          of the growth, 1/s;  rate_by_charge  m2/C; the one by which neither onset nor growth count is 0
    depth                 of the flicker, 0 without one;  dwell_time, s;  seed
    """

    conductance: float
    greatest_conductance: float
    onset_time: float
    onset_charge: float
    growth: str
    rate_by_time: float
    rate_by_charge: float
    depth: float
    dwell_time: float
    seed: int


@dataclass(frozen=True, slots=True)
class CellNumbers:
    """A planar cell in numbers, SI.

    area           m2;  temperature K;  concentration mol/m3
    thickness      of the separator, m;  porosity;  macmullin_number
    transport      transport law of the electrolyte
    lithium_molar_volume  m3/mol
    working        its face;  counter, likewise
    short          the electronic leak, or None
    """

    area: float
    temperature: float
    concentration: float
    thickness: float
    porosity: float
    macmullin_number: float
    transport: Transport
    lithium_molar_volume: float
    working: FaceNumbers
    counter: FaceNumbers
    short: ShortNumbers | None


def parameters(cell: Cell, *, ageing: bool = False) -> tuple[Parameter, ...]:
    """Every number of a cell with its range, status and source, in the order of the cell file.

    ageing  whether the model uses how the lithium ages
    """
    return tuple(p for p in _parameters(cell) if ageing or ".ageing." not in p.path)


def numbers(cell: Cell) -> CellNumbers:
    """The cell in numbers, SI."""
    found = {parameter.path: parameter.quantity.value for parameter in parameters(cell, ageing=True)}
    counter = "working" if cell.is_symmetric else "counter"
    return CellNumbers(
        area=cell.area.value,
        temperature=cell.temperature.value,
        concentration=cell.electrolyte.concentration.value,
        thickness=cell.separator.thickness.value,
        porosity=found["separator.porosity"],
        macmullin_number=found["separator.macmullin_number"],
        transport=transport_law(cell),
        lithium_molar_volume=lookup("lithium.molar_volume").to("m3/mol"),
        working=_face(found, "working", len(cell.working.films), cell.temperature.value),
        counter=_face(found, counter, len(cell.counter_electrode.films), cell.temperature.value),
        short=None if cell.short is None else _short(found, cell.short),
    )


def transport_law(cell: Cell) -> Transport:
    """The transport law of the electrolyte: the given constants, else the measured functions of its mixture."""
    given = cell.electrolyte.properties
    if given is None:
        return LandesfeindGasteiger()
    return ConstantTransport(
        given.conductivity.value,
        given.diffusivity.value,
        given.transference_number.value,
        given.thermodynamic_factor.value,
    )


def _parameters(cell: Cell) -> Iterator[Parameter]:
    yield Parameter("area", cell.area, True)
    yield Parameter("temperature", cell.temperature, True)
    yield from _foil("working", cell.working)
    if not cell.is_symmetric:
        yield from _foil("counter", cell.counter_electrode)
    yield Parameter("separator.thickness", cell.separator.thickness, True)
    for name in ("porosity", "macmullin_number"):
        yield Parameter(f"separator.{name}", cell.separator.property(name), getattr(cell.separator, name) is not None)
    yield Parameter("electrolyte.concentration", cell.electrolyte.concentration, True)
    if properties := cell.electrolyte.properties:
        for name in ("conductivity", "diffusivity", "transference_number", "thermodynamic_factor"):
            yield Parameter(f"electrolyte.properties.{name}", getattr(properties, name), True)
    if cell.short is not None:
        yield from _leak("short", cell.short)


def _foil(path: str, foil: Foil) -> Iterator[Parameter]:
    yield Parameter(f"{path}.thickness", foil.thickness, True)
    for n, film in enumerate(foil.films):
        yield from _film(f"{path}.films.{n}", film)
    native = foil.native_film
    for name, unit in (("thickness", "m"), ("conductivity", "S/m")):
        yield _or_table(f"{path}.native_film.{name}", getattr(native, name), f"native_film.{name}", unit)
    for name, unit in FOIL_FIELDS.items():
        yield _or_table(f"{path}.{name}", getattr(foil, name), f"lithium.{name}", unit)
    for name in AGEING_FIELDS:
        yield Parameter(f"{path}.ageing.{name}", foil.ageing.quantity(name), getattr(foil.ageing, name) is not None)


def _leak(path: str, short: Short) -> Iterator[Parameter]:
    yield Parameter(f"{path}.conductance", short.conductance, True)
    most = short.property("greatest_conductance")
    yield Parameter(f"{path}.greatest_conductance", most, short.greatest_conductance is not None)
    for what, given in (("onset", short.onset), ("growth", short.growth)):
        for name in ("time", "capacity"):
            if quantity := getattr(given, name, None):
                yield Parameter(f"{path}.{what}.{name}", quantity, True)
    if short.flicker is not None:
        for name in ("depth", "dwell_time"):
            is_given = getattr(short.flicker, name) is not None
            yield Parameter(f"{path}.flicker.{name}", short.property(f"flicker_{name}"), is_given)


def _film(path: str, film: Film) -> Iterator[Parameter]:
    yield Parameter(f"{path}.thickness", film.thickness, True)
    yield Parameter(f"{path}.conductivity", film.property("conductivity"), film.conductivity is not None)
    yield Parameter(f"{path}.permittivity", film.property("permittivity"), film.permittivity is not None)


def _or_table(path: str, given: Quantity | None, identifier: str, unit: str) -> Parameter:
    return Parameter(path, given or lookup(identifier).quantity(unit), given is not None)


def _face(found: dict[str, float], path: str, films: int, T: float) -> FaceNumbers:
    per_metre = FARADAY / lookup("lithium.molar_volume").to("m3/mol")
    faster = arrhenius(found[f"{path}.activation_energy"], T)
    return FaceNumbers(
        lithium=found[f"{path}.thickness"] * per_metre,
        least_lithium=found[f"{path}.least_thickness"] * per_metre,
        roughness=found[f"{path}.roughness"],
        exchange_current_density=faster * found[f"{path}.exchange_current_density"],
        native_film_thickness=found[f"{path}.native_film.thickness"],
        native_film_conductivity=faster * found[f"{path}.native_film.conductivity"],
        double_layer_capacitance=found[f"{path}.double_layer_capacitance"],
        films=tuple(
            FilmNumbers(*(found[f"{path}.films.{n}.{name}"] for name in ("thickness", "conductivity", "permittivity")))
            for n in range(films)
        ),
        ageing=_ageing({name: found[f"{path}.ageing.{name}"] for name in AGEING_FIELDS}, faster, T),
    )


def _ageing(given: dict[str, float], faster: float, T: float) -> AgeingNumbers:
    growth = arrhenius(given.pop("film_growth_activation_energy"), T)
    given["film_growth_rate"] *= growth
    given["mossy_exchange_current_density"] *= faster
    given["mossy_film_resistance"] /= faster
    return AgeingNumbers(**given)


def _short(found: dict[str, float], short: Short) -> ShortNumbers:
    by_charge = "short.onset.capacity" in found
    scale = found.get("short.growth.capacity" if by_charge else "short.growth.time", 1.0)
    return ShortNumbers(
        conductance=found["short.conductance"],
        greatest_conductance=found["short.greatest_conductance"],
        onset_time=found.get("short.onset.time", 0.0),
        onset_charge=found.get("short.onset.capacity", 0.0),
        growth="constant" if short.growth is None else short.growth.kind,
        rate_by_time=0.0 if by_charge else 1 / scale,
        rate_by_charge=1 / scale if by_charge else 0.0,
        depth=found.get("short.flicker.depth", 0.0),
        dwell_time=found.get("short.flicker.dwell_time", 1.0),
        seed=short.flicker.seed if short.flicker else 0,
    )
