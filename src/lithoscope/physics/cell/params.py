"""What the cell scale needs to know of a cell: every number with its name, unit, range and where it comes from.

A number that the cell does not give is taken from the data tables and marked so; nothing is defaulted in silence.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from lithoscope.constants import FARADAY
from lithoscope.data import lookup
from lithoscope.design import Cathode, Cell, Film, Foil, Short
from lithoscope.design.ageing import FIELDS as AGEING_FIELDS
from lithoscope.design.cathode import FIELDS as CATHODE_FIELDS
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
class Surroundings:
    """What every cell has beside its electrodes, in numbers, SI.

    area           m2;  temperature K;  concentration mol/m3
    thickness      of the separator, m;  porosity;  macmullin_number
    transport      transport law of the electrolyte
    lithium_molar_volume  m3/mol
    """

    area: float
    temperature: float
    concentration: float
    thickness: float
    porosity: float
    macmullin_number: float
    transport: Transport
    lithium_molar_volume: float


@dataclass(frozen=True, slots=True)
class CellNumbers(Surroundings):
    """A cell of two foils in numbers, SI.

    working, counter  faces of the two foils
    short             the electronic leak from one foil to the other, or None
    """

    working: FaceNumbers
    counter: FaceNumbers
    short: ShortNumbers | None


def numbers(cell: Cell) -> CellNumbers:
    """A cell of two foils in numbers, SI."""
    around = surroundings(cell)
    fields = {name: getattr(around, name) for name in Surroundings.__slots__}
    short = None if cell.short is None else short_numbers(cell.short)
    return CellNumbers(**fields, working=face(cell.foil, cell.temperature.value), counter=counter_face(cell), short=short)


def surroundings(cell: Cell) -> Surroundings:
    """What every cell has beside its electrodes, in numbers, SI."""
    return Surroundings(
        area=cell.area.value,
        temperature=cell.temperature.value,
        concentration=cell.electrolyte.concentration.value,
        thickness=cell.separator.thickness.value,
        porosity=cell.separator.property("porosity").value,
        macmullin_number=cell.separator.property("macmullin_number").value,
        transport=transport_law(cell),
        lithium_molar_volume=lookup("lithium.molar_volume").to("m3/mol"),
    )


def counter_face(cell: Cell) -> FaceNumbers:
    """The face of the counter foil in numbers, SI."""
    return face(cell.counter_foil, cell.temperature.value)


def face(foil: Foil, T: float) -> FaceNumbers:
    """The face of a foil in numbers, SI, at a temperature, K."""
    found = {parameter.path: parameter.quantity.value for parameter in foil_parameters("foil", foil, ageing=True)}
    return _face(found, "foil", len(foil.films), T)


def short_numbers(short: Short) -> ShortNumbers:
    """An electronic leak in numbers, SI."""
    found = {parameter.path: parameter.quantity.value for parameter in short_parameters("short", short)}
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


def parameters(
    cell: Cell, working: Iterable[Parameter], counter: Iterable[Parameter] | None = None, *, ageing: bool = False
) -> tuple[Parameter, ...]:
    """Every number of a cell with its range, status and source, in the order of the cell file.

    working  those of the working electrode
    counter  those of the counter electrode where it is no foil; of two that are alike one is said
    ageing   whether the model uses how the lithium of a foil that is the counter electrode ages
    """
    first = (Parameter("area", cell.area, True), Parameter("temperature", cell.temperature, True))
    if cell.is_symmetric:
        counter = ()
    elif counter is None:
        counter = foil_parameters("counter", cell.counter_foil, ageing=ageing)
    leak = () if cell.short is None else short_parameters("short", cell.short)
    return (*first, *working, *counter, *_between(cell), *leak)


def _between(cell: Cell) -> Iterator[Parameter]:
    """Separator and electrolyte."""
    yield Parameter("separator.thickness", cell.separator.thickness, True)
    for name in ("porosity", "macmullin_number"):
        yield Parameter(f"separator.{name}", cell.separator.property(name), getattr(cell.separator, name) is not None)
    yield Parameter("electrolyte.concentration", cell.electrolyte.concentration, True)
    if properties := cell.electrolyte.properties:
        for name in ("conductivity", "diffusivity", "transference_number", "thermodynamic_factor"):
            yield Parameter(f"electrolyte.properties.{name}", getattr(properties, name), True)


def foil_parameters(path: str, foil: Foil, *, ageing: bool = False) -> Iterator[Parameter]:
    """The numbers of a foil; those of its ageing where the model uses them."""
    yield Parameter(f"{path}.thickness", foil.thickness, True)
    for n, film in enumerate(foil.films):
        yield from film_parameters(f"{path}.films.{n}", film)
    native = foil.native_film
    for name, unit in (("thickness", "m"), ("conductivity", "S/m")):
        yield or_table(f"{path}.native_film.{name}", getattr(native, name), f"native_film.{name}", unit)
    for name, unit in FOIL_FIELDS.items():
        yield or_table(f"{path}.{name}", getattr(foil, name), f"lithium.{name}", unit)
    for name in AGEING_FIELDS if ageing else ():
        yield Parameter(f"{path}.ageing.{name}", foil.ageing.quantity(name), getattr(foil.ageing, name) is not None)


def short_parameters(path: str, short: Short) -> Iterator[Parameter]:
    """The numbers of an electronic leak."""
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


def cathode_parameters(path: str, cathode: Cathode) -> Iterator[Parameter]:
    """The numbers of a cathode."""
    loading = Quantity(cathode.active_loading, "kg/m2", status="computed", source="areal capacity over specific capacity")
    yield Parameter(f"{path}.loading", cathode.loading or loading, True)
    thickness = Quantity(cathode.coating_thickness, "m", status="computed", source="loading over density and active_fraction")
    yield Parameter(f"{path}.thickness", cathode.thickness or thickness, cathode.thickness is not None)
    for name in CATHODE_FIELDS:
        if name != "active_fraction" or cathode.thickness is None:
            yield Parameter(f"{path}.{name}", cathode.quantity(name), getattr(cathode, name) is not None)
    bruggeman = Quantity(cathode.macmullin, "1", status="assumed", source="porosity^-1.5")
    macmullin = cathode.macmullin_number
    yield Parameter(f"{path}.macmullin_number", macmullin or bruggeman, macmullin is not None)


def film_parameters(path: str, film: Film) -> Iterator[Parameter]:
    """The numbers of a protective film."""
    yield Parameter(f"{path}.thickness", film.thickness, True)
    yield Parameter(f"{path}.conductivity", film.property("conductivity"), film.conductivity is not None)
    yield Parameter(f"{path}.permittivity", film.property("permittivity"), film.permittivity is not None)


def or_table(path: str, given: Quantity | None, identifier: str, unit: str) -> Parameter:
    """What the cell gives, else what the data tables say, SI."""
    return Parameter(path, given or lookup(identifier).quantity(unit), given is not None)


def number_rows(found: Sequence[Parameter]) -> list[dict[str, Any]]:
    """Parameters as a manifest keeps them."""
    return [
        {"path": p.path, "value": p.quantity.value, "unit": p.quantity.unit, "low": p.quantity.low, "high": p.quantity.high,
         "status": p.quantity.status, "source": p.quantity.source, "given": p.given}
        for p in found
    ]  # fmt: skip


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
