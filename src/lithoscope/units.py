"""Units at the border: a text with a unit becomes a number in SI here, and nowhere else.

Inside the package every number is SI. A user writes "1.13 cm2", "1 mA/cm2" or "25 degC"; a bare number is refused
where a unit is needed, because a factor of 10,000 is the most common mistake in this field. A value may also be a
table with a range and a status: `{ value = "1.13 cm2", low = "0.4 cm2", high = "2 cm2", status = "prior" }`.

The text is taken apart by a small grammar of our own before any library sees it, so that no text from a file is
ever evaluated. The units themselves are those of pint.
"""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from functools import cache, lru_cache
from typing import TYPE_CHECKING, Annotated, Any, Literal, get_args

from lithoscope.errors import InputError, nearest

if TYPE_CHECKING:
    import pint
    from pydantic_core import CoreSchema

ValueStatus = Literal["measured", "checked", "prior", "calibrated", "computed", "assumed"]
"""What is known about a number. One vocabulary for the whole house."""

MAH_PER_CM2 = 36_000.0
"""C/m2 in 1 mAh/cm2, the unit in which laboratories count lithium."""

STATUSES: tuple[str, ...] = get_args(ValueStatus)

NUMBER = r"[+-]?(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][+-]?[0-9]{1,3})?"
_TEXT = re.compile(rf"^\s*({NUMBER})\s*(.*?)\s*$")
_FACTOR = re.compile(r"\s*([*/· ]?)\s*(1|[A-Za-zµμΩÅ°%]+)\s*(?:(?:\^|\*\*)?\s*([+-]?[0-9]))?")
_RAISED = re.compile(r"(?<=[A-Za-zµμΩÅ°])[⁺⁻]?[⁰¹²³⁴⁵⁶⁷⁸⁹]")
_LOWERED = str.maketrans("⁺⁻⁰¹²³⁴⁵⁶⁷⁸⁹", "+-0123456789")
_LONGEST_TEXT = 80


@cache
def _registry() -> pint.UnitRegistry[Any]:
    import pint

    return pint.UnitRegistry(autoconvert_offset_to_baseunit=True)


@cache
def parse_unit(text: str) -> pint.Unit:
    """The unit written as text, e.g. "mA/cm2", "ohm cm2", "S/cm", "uL/mAh".

    Grammar: names with an optional one-digit exponent, which may be raised (cm⁻²), joined by a blank, `*`, `·` or `/`.
    Raises InputError (with an empty `where`) for anything else.
    """
    import pint

    written, position, terms = _RAISED.sub(lambda m: m.group().translate(_LOWERED), text.strip()), 0, []
    while position < len(written):
        match = _FACTOR.match(written, position)
        if not match or not match.group(0).strip():
            raise InputError("", f'has the unit "{text}", which cannot be read', expected='a unit such as "mA/cm2"')
        sign = "/" if match.group(1) == "/" else "*"
        terms.append(f"{sign}{match.group(2)}**({match.group(3) or 1})")
        position = match.end()
    product = "".join(terms).replace("%", "percent").removeprefix("*")
    try:
        return _registry().parse_units(f"1{product}" if product.startswith("/") else product)
    except (pint.PintError, AttributeError) as error:
        raise InputError(
            "", f'has the unit "{text}", which is not known', expected='a unit such as "um", "mA/cm2", "mol/L"'
        ) from error


@lru_cache(maxsize=4096)
def convert(value: float, unit: str, to: str) -> float:
    """A number in one unit as a number in another, e.g. convert(1, "mAh/cm2", "C/m2") = 36000.

    The numbers of the data tables come again with every cell, so that they are remembered.
    Raises InputError if the units measure different things.
    """
    import pint

    try:
        # 15 significant digits: 1 mol/L is 1000 mol/m3 and not 999.9999999999999.
        return float(f"{_registry().Quantity(value, parse_unit(unit)).to(parse_unit(to)).magnitude:.15g}")
    except pint.DimensionalityError as error:
        raise InputError("", f'has the unit "{unit}"', expected=f'a unit that converts to "{to}"') from error


@dataclass(frozen=True, slots=True)
class Quantity:
    """A number in SI with what is known about it.

    value   the number, SI
    unit    its SI unit as text
    low     lower end of its range, SI, or None
    high    upper end of its range, SI, or None
    status  one of `STATUSES`, or None where the user gave a bare value
    source  where the number comes from
    text    the value as it was written, e.g. "1.13 cm2"; kept so that files round-trip
    """

    value: float
    unit: str
    low: float | None = None
    high: float | None = None
    status: ValueStatus | None = None
    source: str | None = None
    text: str | None = field(default=None, compare=False)

    def __float__(self) -> float:
        return self.value

    def to(self, unit: str) -> float:
        """The value in another unit."""
        return convert(self.value, self.unit, unit)

    def range_in(self, unit: str) -> tuple[float, float] | None:
        """The range in another unit, or None if no range was given."""
        if self.low is None or self.high is None:
            return None
        return convert(self.low, self.unit, unit), convert(self.high, self.unit, unit)

    def with_value(self, value: float, *, status: ValueStatus | None = None) -> Quantity:
        """The same quantity at another value (SI), e.g. one end of its range."""
        return replace(self, value=value, text=None, status=status or self.status)

    @property
    def written_unit(self) -> str:
        """The unit in which it was written, else its SI unit."""
        match = _TEXT.match(self.text or "")
        return match.group(2) if match and match.group(2) else self.unit

    def written(self) -> str | float | dict[str, str]:
        """As it stands in a file: a text, a bare number if it has no unit, or a table with range and status."""
        unit = self.written_unit
        rest = {
            "low": None if self.low is None else _text(convert(self.low, self.unit, unit), unit),
            "high": None if self.high is None else _text(convert(self.high, self.unit, unit), unit),
            "status": self.status,
            "source": self.source,
        }
        kept = {key: value for key, value in rest.items() if value is not None}
        value = str(self)
        return {"value": value} | kept if kept else self.value if self.unit == "1" else value

    def __str__(self) -> str:
        return self.text or _text(self.value, self.unit)


def _text(value: float, unit: str) -> str:
    number = f"{value:.10g}"
    return number if unit == "1" else f"{number} {unit}"


@dataclass(frozen=True, slots=True)
class Dimension:
    """The kind of number that a field takes: its unit, the range that is physically possible, an example.

    Used as the metadata of an annotated field, `Annotated[Quantity, Dimension(...)]`; pydantic then accepts a text,
    a table or a `Quantity` and gives a `Quantity`.

    name     e.g. "thickness"
    unit     SI unit
    low      least possible value, as text
    high     greatest possible value, as text
    example  a literal that works
    why      the physical reason of the range
    """

    name: str
    unit: str
    low: str
    high: str
    example: str
    why: str = ""

    def bounds(self) -> tuple[float, float]:
        """The possible range, SI."""
        return _bounds(self)

    @property
    def such_as(self) -> str:
        """What a field of this kind takes, e.g. 'an area such as "1.13 cm2"'."""
        return f'{self._a_name} such as "{self.example}"'

    @property
    def _a_name(self) -> str:
        return f"an {self.name}" if self.name[0] in "aeiou" else f"a {self.name}"

    def parse(self, given: object) -> Quantity:
        """What was given, as a quantity. Raises InputError naming the key below this field, if any."""
        if isinstance(given, Quantity):
            return self._checked(given)
        if isinstance(given, Mapping):
            return self._checked(self._table(given))
        value, text = self._number(given, ""), given if isinstance(given, str) else None
        return self._checked(Quantity(value, self.unit, text=text))

    def _table(self, given: Mapping[str, object]) -> Quantity:
        keys = ("value", "low", "high", "status", "source")
        for key in given:
            if key not in keys:
                raise InputError(str(key), "is not a key of a value", expected=", ".join(keys), do=nearest(str(key), keys))
        if "value" not in given:
            raise InputError("value", "is missing", expected=self.such_as)
        status, source, text = given.get("status"), given.get("source"), given["value"]
        if status is not None and status not in STATUSES:
            raise InputError("status", f"= {shown(status)} is not known", expected=", ".join(STATUSES))
        if source is not None and not isinstance(source, str):
            raise InputError("source", f"= {shown(source)} is not a text", expected="a text that names the source")
        ends = {end: self._number(given[end], end) if end in given else None for end in ("low", "high")}
        return Quantity(
            self._number(text, "value"),
            self.unit,
            low=ends["low"],
            high=ends["high"],
            status=status,  # type: ignore[arg-type]  # membership in STATUSES was just checked
            source=source,
            text=text if isinstance(text, str) else None,
        )

    def _number(self, given: object, where: str) -> float:
        """A text or bare number as SI. Raises InputError."""
        example = self.such_as
        if isinstance(given, bool) or not isinstance(given, str | int | float):
            raise InputError(where, f"= {shown(given)} is not {self._a_name}", expected=example)
        text = str(given)
        match = _TEXT.match(text) if len(text) <= _LONGEST_TEXT else None
        if not match:
            raise InputError(where, f"= {shown(given)} cannot be read as {self._a_name}", expected=example)
        number, unit = float(match.group(1)), match.group(2)
        if not unit and self.unit != "1":
            raise InputError(
                where,
                f"= {shown(given)} has no unit",
                expected=example,
                do=f'Write the unit, e.g. "{text.strip()} {self.example.split(" ", 1)[-1]}"',
            )
        try:
            return convert(number, unit or "1", self.unit)
        except InputError as error:
            raise InputError(where, f"= {shown(given)}: {error.problem}", expected=example) from error

    def _checked(self, quantity: Quantity) -> Quantity:
        low, high = self.bounds()
        for where, number in (("", quantity.value), ("low", quantity.low), ("high", quantity.high)):
            if number is not None and not (math.isfinite(number) and low <= number <= high):
                raise InputError(
                    where,
                    f"= {quantity if where == '' else _text(number, self.unit)} is outside what is possible",
                    expected=f"{self.low} to {self.high}",
                    why=self.why,
                    do=self._suggestion(quantity, where) or f'Write e.g. "{self.example}"',
                )
        ends = (quantity.low if quantity.low is not None else quantity.value, quantity.value,
                quantity.high if quantity.high is not None else quantity.value)  # fmt: skip
        if not ends[0] <= ends[1] <= ends[2]:
            where = "low" if ends[0] > ends[1] else "high"
            raise InputError(
                where,
                f"= {_text(ends[0] if where == 'low' else ends[2], self.unit)} is on the wrong side of the value {quantity}",
                expected="low <= value <= high",
            )
        return quantity

    def _suggestion(self, quantity: Quantity, where: str) -> str:
        """Whether the same number in the unit of the example would be possible."""
        match = _TEXT.match(quantity.text or "")
        if where or not match or " " not in self.example:
            return ""
        unit = self.example.split(" ", 1)[1]
        low, high = self.bounds()
        if low <= convert(float(match.group(1)), unit, self.unit) <= high and match.group(2) != unit:
            return f'Did you mean "{match.group(1)} {unit}"?'
        return ""

    def __get_pydantic_core_schema__(self, _source: object, _handler: object) -> CoreSchema:
        from pydantic_core import core_schema

        return core_schema.no_info_plain_validator_function(
            self.parse, serialization=core_schema.plain_serializer_function_ser_schema(Quantity.written)
        )


@cache
def _bounds(dimension: Dimension) -> tuple[float, float]:
    return dimension._number(dimension.low, ""), dimension._number(dimension.high, "")


def shown(given: object) -> str:
    """What was given, as text that fits a line."""
    text = f'"{given}"' if isinstance(given, str) else repr(given).replace("'", '"')
    return text if len(text) <= 60 else text[:57] + "..."


Given = str | float | Quantity | Mapping[str, object]
"""What a user may write for a quantity: a text with a unit, a table with a range, or a `Quantity`."""


def parse_as(kind: Any, given: object, where: str) -> Quantity:
    """What was given as a quantity of one of the kinds below, e.g. parse_as(Length, "20 um", "thickness")."""
    dimension: Dimension = get_args(kind)[1]
    try:
        return dimension.parse(given)
    except InputError as error:
        raise error.under(where) from None


Length = Annotated[
    Quantity,
    Dimension(
        "thickness", "m", "0.1 nm", "10 mm", "20 um", "Cells of this kind are built between an atom and some millimetres"
    ),
]
Area = Annotated[Quantity, Dimension("area", "m2", "1e-4 cm2", "1 m2", "1.13 cm2", "From a microelectrode to a sheet")]
Temperature = Annotated[
    Quantity,
    Dimension(
        "temperature",
        "K",
        "-60 degC",
        "150 degC",
        "25 degC",
        "The electrolyte freezes below and lithium comes near to melting above",
    ),
]
Concentration = Annotated[
    Quantity,
    Dimension(
        "concentration",
        "mol/m3",
        "0.01 mol/L",
        "5 mol/L",
        "1 mol/L",
        "Salts of lithium are not soluble beyond some moles per litre",
    ),
]
CurrentDensity = Annotated[
    Quantity,
    Dimension("current density", "A/m2", "-1000 mA/cm2", "1000 mA/cm2", "1 mA/cm2", "Beyond that no lithium cell can be run"),
]
CurrentDensityMagnitude = Annotated[
    Quantity, Dimension("current density", "A/m2", "1e-6 mA/cm2", "1000 mA/cm2", "0.05 mA/cm2", "It is a magnitude")
]
ExchangeCurrentDensity = Annotated[
    Quantity, Dimension("exchange current density", "A/m2", "1e-4 mA/cm2", "1000 mA/cm2", "7 mA/cm2", "It is positive")
]
ArealCapacity = Annotated[
    Quantity,
    Dimension(
        "areal capacity",
        "C/m2",
        "1e-6 mAh/cm2",
        "1000 mAh/cm2",
        "1 mAh/cm2",
        "It is positive; the sign of the current says which electrode is stripped",
    ),
]
Voltage = Annotated[Quantity, Dimension("voltage", "V", "-10 V", "10 V", "0.1 V", "Beyond that every electrolyte decomposes")]
VoltageMagnitude = Annotated[Quantity, Dimension("voltage", "V", "0.1 mV", "10 V", "1 V", "It is a magnitude")]
ScanRate = Annotated[
    Quantity,
    Dimension("scan rate", "V/s", "1 uV/s", "1000 V/s", "1 mV/s", "It is a magnitude; its sign follows from the vertices"),
]
Duration = Annotated[Quantity, Dimension("duration", "s", "1 ms", "20000 d", "10 h", "It is positive")]
Frequency = Annotated[
    Quantity, Dimension("frequency", "Hz", "1 uHz", "100 MHz", "100 kHz", "Impedance instruments work in this range")
]
Conductivity = Annotated[Quantity, Dimension("conductivity", "S/m", "1e-16 S/cm", "1e3 S/cm", "1e-6 S/cm", "It is positive")]
ElectrolyteConductivity = Annotated[
    Quantity,
    Dimension("conductivity", "S/m", "1e-8 S/cm", "10 S/cm", "10 mS/cm", "From a poor polymer to a molten salt"),
]
ArealCapacitance = Annotated[
    Quantity,
    Dimension(
        "capacitance", "F/m2", "1e-3 uF/cm2", "1e4 uF/cm2", "10 uF/cm2", "From a film of some millimetres to a porous electrode"
    ),
]
Fraction = Annotated[Quantity, Dimension("fraction", "1", "0.01", "0.99", "0.45", "It is a share of a volume")]
Ratio = Annotated[Quantity, Dimension("ratio", "1", "1", "1000", "6", "It is at least 1")]
Diffusivity = Annotated[
    Quantity, Dimension("diffusivity", "m2/s", "1e-15 m2/s", "1e-8 m2/s", "3e-10 m2/s", "From a poor polymer to a thin liquid")
]
Transference = Annotated[
    Quantity, Dimension("transference number", "1", "-1", "1", "0.3", "It is 1 for a single-ion conductor")
]
Factor = Annotated[Quantity, Dimension("factor", "1", "0.01", "100", "2", "It is 1 for an ideal solution")]
Share = Annotated[Quantity, Dimension("share", "1", "0", "1", "0.02", "It is a share of a whole")]
AreaRatio = Annotated[Quantity, Dimension("ratio of areas", "1", "0", "1000", "4", "It is an area over the geometric area")]
ArealResistance = Annotated[
    Quantity, Dimension("areal resistance", "ohm m2", "0.01 ohm cm2", "1e6 ohm cm2", "10 ohm cm2", "It is positive")
]
ArealConductance = Annotated[
    Quantity,
    Dimension(
        "areal conductance", "S/m2", "1e-9 S/cm2", "1e6 S/cm2", "1 mS/cm2", "Beyond that the separator would be made of metal"
    ),
]
ArealThroughput = Annotated[
    Quantity,
    Dimension("areal capacity", "C/m2", "0 mAh/cm2", "1e6 mAh/cm2", "5 mAh/cm2", "It counts what passed in both directions"),
]
Moment = Annotated[Quantity, Dimension("time", "s", "0 s", "20000 d", "10 h", "It counts from the start of the run")]
GrowthRate = Annotated[
    Quantity,
    Dimension("growth rate", "m2/s", "0 m2/s", "1e-15 m2/s", "3e-21 m2/s", "Faster films are micrometres thick in an hour"),
]
MolarVolume = Annotated[
    Quantity, Dimension("molar volume", "m3/mol", "1 cm3/mol", "1000 cm3/mol", "17.5 cm3/mol", "That of a solid")
]
ActivationEnergy = Annotated[
    Quantity, Dimension("activation energy", "J", "0 eV", "3 eV", "0.55 eV", "Beyond that nothing moves at room temperature")
]
Loading = Annotated[
    Quantity, Dimension("loading", "kg/m2", "0.01 mg/cm2", "500 mg/cm2", "20 mg/cm2", "Thicker coatings fall off their foil")
]
SolidDiffusivity = Annotated[
    Quantity, Dimension("diffusivity", "m2/s", "1e-22 m2/s", "1e-10 m2/s", "1e-14 m2/s", "In a solid at room temperature")
]
ArealVolume = Annotated[
    Quantity, Dimension("electrolyte amount", "m", "0.1 uL/cm2", "10000 uL/cm2", "50 uL/cm2", "Per area of one electrode")
]
VolumePerCapacity = Annotated[
    Quantity, Dimension("electrolyte amount", "m3/C", "0.1 uL/mAh", "1000 uL/mAh", "20 uL/mAh", "Per capacity of the cathode")
]
