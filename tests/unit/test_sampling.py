"""Ranges of fields: their values lie where the scale says, and a range that cannot be one is refused with its remedy."""

from typing import Any

import numpy as np
import pytest

import lithoscope as ls
from lithoscope.sampling import kind_at
from lithoscope.units import Quantity

FILE = "sampling.py"


@pytest.mark.fails_when(FILE, "low * (high / low) ** shares", "low + shares * (high - low)")
def test_a_logarithmic_range_has_equal_ratios(coated: ls.Cell) -> None:
    found = ls.Between("0.1 um", "10 um", scale="log").on(coated, "working.films.0.thickness").spaced(5)
    assert [value.value for value in found] == pytest.approx(np.geomspace(1e-7, 1e-5, 5), rel=1e-14)
    assert {value.unit for value in found} == {"m"}


@pytest.mark.fails_when(FILE, "convert(given.value, given.unit, kind.unit)", "given.value")
def test_a_linear_range_has_equal_differences_in_the_unit_of_the_field(coated: ls.Cell) -> None:
    found = ls.Between("0 degC", "40 degC").on(coated, "temperature")
    assert [value.value for value in found.spaced(3)] == pytest.approx([273.15, 293.15, 313.15])
    assert [value.value for value in found.quantile([0.25])] == pytest.approx([283.15])
    of_quantities = ls.Between(Quantity(20.0, "um"), coated.area.with_value(1e-3)).on
    with pytest.raises(ls.InputError, match='has the unit "m2"'):
        of_quantities(coated, "separator.thickness")
    assert ls.Between(Quantity(20.0, "um"), "1 mm").on(coated, "separator.thickness").ends[0].value == pytest.approx(2e-5)


@pytest.mark.fails_when(FILE, "np.clip(values, low, high)", "values")
def test_no_value_lies_beyond_an_end(coated: ls.Cell) -> None:
    """Rounding must not make a design that its field refuses."""
    rng = np.random.default_rng(1)
    for low, factor in zip(rng.uniform(1e-7, 1e-5, 300).tolist(), rng.uniform(1.1, 300, 300).tolist(), strict=True):
        ends = ls.Between(f"{low!r} m", f"{low * factor!r} m", "log").on(coated, "separator.thickness")
        first, last = ends.spaced(2)
        assert ends.ends[0].value <= first.value <= last.value <= ends.ends[1].value


@pytest.mark.fails_when(FILE, "for part in (*metadata, *get_args(annotation)):", "for part in metadata:")
def test_the_kind_of_a_field_is_found_wherever_it_stands(coated: ls.Cell) -> None:
    assert kind_at(coated, "separator.thickness").unit == "m"
    assert kind_at(coated, "working.films.0.conductivity").unit == "S/m", "a field that may be left out"
    assert kind_at(coated, "working.ageing.dead_fraction").unit == "1", "in a part that was not given"
    program = ls.Program.strip_plate("1 mA/cm2", "1 mAh/cm2", cycles=2)
    assert kind_at(program, "steps.0.steps.1.current_density").unit == "A/m2"


REFUSED: list[tuple[Any, str, str, str, Any]] = [
    (ls.Between("25 um", "10 um"), "separator.thickness", "low < high", "Between(", ls.Between("10 um", "25 um")),
    (ls.Between("25 um", "25 um"), "separator.thickness", "low < high", "one value", ls.Between("10 um", "25 um")),
    (ls.Between(0, 0.1, "log"), "working.ageing.dead_fraction", "above 0", "linear", ls.Between(0, 0.1, "linear")),
    (ls.Between(0.1, 2), "working.ageing.dead_fraction", "0 to 1", "Write e.g.", ls.Between(0.1, 1)),
    (ls.Between("1 um", "2 V"), "separator.thickness", "20 um", "thickness such as", ls.Between("1 um", "20 um")),
    (ls.Between("1", "20 um"), "separator.thickness", "has no unit", '"1 um"', ls.Between("1 um", "20 um")),
]


@pytest.mark.fails_when(FILE, "if low.value >= high.value:", "if False:")
@pytest.mark.parametrize(("given", "path", "words", "remedy", "instead"), REFUSED)
def test_a_range_that_is_none_is_refused(
    coated: ls.Cell, given: ls.Between, path: str, words: str, remedy: str, instead: ls.Between
) -> None:
    with pytest.raises(ls.InputError) as refused:
        given.on(coated, path)
    assert refused.value.where.startswith(path)
    assert words in str(refused.value)
    assert remedy in str(refused.value)
    assert len(instead.on(coated, path).spaced(3)) == 3, "the remedy works"


@pytest.mark.fails_when(FILE, "do=nearest(part, known))", 'do="")')
@pytest.mark.parametrize(
    ("path", "words"),
    [
        ("separator.thicknes", 'Did you mean "thickness"?'),
        ("seperator.thickness", 'Did you mean "separator"?'),
        ("separator.material", "Write one of thickness, porosity, macmullin_number"),
        ("working", "is not a number"),
        ("working.films.1.thickness", "the list has 1"),
        ("separator.thickness.low", "thickness has no parts"),
        ("short.conductance", "is not there"),
    ],
)
def test_a_path_that_leads_to_no_number_is_refused(coated: ls.Cell, path: str, words: str) -> None:
    with pytest.raises(ls.InputError) as refused:
        ls.Between("1 um", "2 um").on(coated, path)
    assert words in str(refused.value)


@pytest.mark.fails_when(FILE, "if self.scale not in get_args(Scale):", "if False:")
def test_ranges_that_are_used_wrongly(coated: ls.Cell) -> None:
    with pytest.raises(ls.InputError, match='Did you mean "log"'):
        ls.Between("1 um", "2 um", scale="lg")  # type: ignore[arg-type]
    with pytest.raises(ls.InputError, match="no field yet"):
        ls.Between("1 um", "2 um").spaced(3)
    ready = ls.Between("1 um", "2 um").on(coated, "separator.thickness")
    with pytest.raises(ls.InputError, match="at least 2"):
        ready.spaced(1)
    with pytest.raises(ls.InputError, match="outside the range"):
        ready.quantile([1.1])
    with pytest.raises(ls.InputError, match="outside the range"):
        ready.quantile([float("nan")])
