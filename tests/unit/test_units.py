"""Texts with units become SI; everything else is refused with a remedy that works."""

from typing import get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lithoscope import units
from lithoscope.errors import InputError
from lithoscope.units import Quantity, convert, parse_as

SAME = [
    ("1.13 cm2", units.Area, 1.13e-4),
    ("20 um", units.Length, 20e-6),
    ("20 µm", units.Length, 20e-6),
    ("  2.5e1 um ", units.Length, 25e-6),
    ("1 mol/L", units.Concentration, 1000.0),
    ("1 M", units.Concentration, 1000.0),
    ("25 degC", units.Temperature, 298.15),
    ("298.15 K", units.Temperature, 298.15),
    ("-1 mA/cm2", units.CurrentDensity, -10.0),
    ("10 A m-2", units.CurrentDensity, 10.0),
    ("1 mAh/cm2", units.ArealCapacity, 36000.0),
    ("1e-8 S/cm", units.Conductivity, 1e-6),
    ("10 uF/cm^2", units.ArealCapacitance, 0.1),
    ("100 kHz", units.Frequency, 1e5),
    ("10 min", units.Duration, 600.0),
    ("45 %", units.Fraction, 0.45),
    ("1 mA cm⁻²", units.CurrentDensity, 10.0),
    ("1.13 cm²", units.Area, 1.13e-4),
    ("3e-10 m²·s⁻¹", units.Diffusivity, 3e-10),
    (0.45, units.Fraction, 0.45),
]


@pytest.mark.parametrize(("text", "kind", "value"), SAME)
@pytest.mark.fails_when("units.py", 'sign = "/" if match.group(1) == "/" else "*"', 'sign = "*"')
def test_text_becomes_si(text: str, kind: object, value: float) -> None:
    assert parse_as(kind, text, "x").value == pytest.approx(value, rel=1e-14)


@pytest.mark.fails_when("units.py", "_RAISED.sub(lambda m: m.group().translate(_LOWERED), text.strip())", "text.strip()")
def test_raised_exponents_are_those_of_printed_papers() -> None:
    assert convert(1, "mA cm⁻²", "A/m2") == 10.0
    assert convert(1, "mol·L⁻¹", "mol/m³") == 1000.0


@pytest.mark.fails_when("units.py", 'if self.name[0] in "aeiou"', "if False")
def test_articles() -> None:
    for kind, words in ((units.Area, "an area such as"), (units.ExchangeCurrentDensity, "an exchange"), (units.Length, "a th")):
        with pytest.raises(InputError, match=words):
            parse_as(kind, "x", "x")


@pytest.mark.parametrize(
    ("kind", "outside"),
    [
        (units.ElectrolyteConductivity, ("1e-9 S/cm", "11 S/cm")),
        (units.Diffusivity, ("9e-16 m2/s", "1.1e-8 m2/s")),
    ],
)
@pytest.mark.fails_when("units.py", '"1e-8 S/cm", "10 S/cm", "10 mS/cm"', '"1e-16 S/cm", "1e3 S/cm", "10 mS/cm"')
def test_transport_of_a_liquid_is_not_that_of_a_film(kind: object, outside: tuple[str, ...]) -> None:
    for text in outside:
        with pytest.raises(InputError, match="outside what is possible"):
            parse_as(kind, text, "x")


@pytest.mark.fails_when("units.py", ".15g}", "}")
def test_conversion_of_round_numbers_is_exact() -> None:
    assert convert(1, "mol/L", "mol/m3") == 1000.0
    assert convert(1, "mAh/cm2", "C/m2") == units.MAH_PER_CM2
    assert convert(1, "ohm cm2", "ohm m2") == 1e-4


REFUSED = [
    ("20", "has no unit"),
    (20, "has no unit"),
    ("20 ohm", 'has the unit "ohm"'),
    ("20 furlongz", "is not known"),
    ("20⁻⁶ m", "cannot be read"),
    ("20 ² m", "cannot be read"),
    ("abc", "cannot be read"),
    ("nan um", "cannot be read"),
    ("1e999 um", "outside what is possible"),
    ("-5 um", "outside what is possible"),
    ("0 um", "outside what is possible"),
    ("9**9**9 um", "cannot be read"),
    ("__import__('os')", "cannot be read"),
    ("20 " + "u" * 200, "cannot be read"),
    (True, "is not a thickness"),
    (None, "is not a thickness"),
    ([1], "is not a thickness"),
    ({"value": "20 um", "low": "30 um"}, "wrong side"),
    ({"value": "20 um", "high": "3 um"}, "wrong side"),
    ({"value": "20 um", "lw": "3 um"}, "not a key"),
    ({"low": "3 um"}, "is missing"),
    ({"value": "20 um", "status": "guess"}, "is not known"),
    ({"value": "20 um", "source": 3}, "is not a text"),
    ({"value": "20 um", "high": "3 km"}, "outside what is possible"),
]


@pytest.mark.parametrize(("given", "words"), REFUSED)
@pytest.mark.fails_when("units.py", "math.isfinite(number) and low <= number <= high", "True")
def test_refusal_names_the_field_and_gives_an_example(given: object, words: str) -> None:
    with pytest.raises(InputError, match="separator.thickness") as caught:
        parse_as(units.Length, given, "separator.thickness")
    assert words in str(caught.value)
    assert "Expected" in str(caught.value)


@pytest.mark.fails_when("units.py", "return f'Did you mean", "return f'Mean")
def test_wrong_unit_is_guessed_and_the_guess_works() -> None:
    with pytest.raises(InputError, match=r'Did you mean "1.0 mol/L"\?'):
        parse_as(units.Concentration, "1.0 mol/m3", "electrolyte.concentration")
    assert parse_as(units.Concentration, "1.0 mol/L", "electrolyte.concentration").value == 1000.0


@pytest.mark.parametrize("kind", [k for k in vars(units).values() if getattr(k, "__metadata__", None)])
@pytest.mark.fails_when("units.py", '"20 um", "Cells', '"20 km", "Cells')
def test_every_example_is_accepted_and_lies_inside_its_range(kind: object) -> None:
    dimension = get_args(kind)[1]
    low, high = dimension.bounds()
    assert low <= dimension.parse(dimension.example).value <= high


@pytest.mark.fails_when("units.py", "_text(convert(self.low, self.unit, unit), unit)", "_text(self.low, unit)")
def test_table_round_trip_keeps_text_and_range() -> None:
    table = {"value": "1.13 cm2", "low": "0.4 cm2", "high": "2 cm2", "status": "prior", "source": "a disc"}
    quantity = parse_as(units.Area, table, "area")
    assert quantity.written() == table
    assert quantity.range_in("cm2") == pytest.approx((0.4, 2.0))
    assert parse_as(units.Area, quantity.written(), "area") == quantity


@given(st.floats(1e-9, 9e-3), st.sampled_from(["m", "mm", "um", "nm"]))
@pytest.mark.fails_when("units.py", '{value:.10g}"', '{value:.3g}"')
def test_any_length_survives_writing(metres: float, unit: str) -> None:
    text = f"{convert(metres, 'm', unit):.12g} {unit}"
    quantity = parse_as(units.Length, text, "x")
    assert parse_as(units.Length, quantity.written(), "x").value == pytest.approx(quantity.value, rel=1e-9)
    bare = Quantity(quantity.value, "m")
    assert parse_as(units.Length, bare.written(), "x").value == pytest.approx(quantity.value, rel=1e-9)


def test_equality_is_of_value_and_not_of_text() -> None:
    assert parse_as(units.CurrentDensity, "1 mA/cm2", "x") == parse_as(units.CurrentDensity, "10 A/m2", "x")
