"""Points over ranges, and the share of each number in what comes out, against functions whose indices are known."""

from __future__ import annotations

import re

import numpy as np
import pytest

import lithoscope as ls
from lithoscope.sensitivity import Plan, associated, quantiles, scattered
from lithoscope.studies.claims import Band
from lithoscope.studies.ranges import Range
from lithoscope.studies.spread import Spread, spread_over
from lithoscope.studies.verdict import Prediction


class Even:
    """Evenly from -pi to pi."""

    def quantile(self, u):
        return [-np.pi + 2 * np.pi * share for share in u]


def open_range(name="x", value=2.0, low=1.0, high=10.0, **more):
    return Range(name, name, value, low, high, "1", "a guess", **more)


def ishigami(plan):
    """y = sin a + 7 sin(b)^2 + 0.1 c^4 sin a"""
    a, b, c = (np.array(plan.columns[name]) for name in "abc")
    return np.sin(a) + 7 * np.sin(b) ** 2 + 0.1 * c**4 * np.sin(a)


@pytest.mark.fails_when("sensitivity.py", '("S1", "ST", "ST_conf")', '("ST", "S1", "ST_conf")')
def test_the_indices_of_a_function_that_has_known_ones():
    plan = Plan({name: Even() for name in "abc"}, groups=2048)
    found = {index.name: index for index in plan.indices(ishigami(plan))}
    first, total = {"a": 0.3139, "b": 0.4424, "c": 0.0}, {"a": 0.5576, "b": 0.4424, "c": 0.2437}
    for name in "abc":
        assert found[name].first == pytest.approx(first[name], abs=0.03)
        assert found[name].total == pytest.approx(total[name], abs=0.03)
        assert abs(found[name].total - total[name]) < 2 * found[name].error


@pytest.mark.fails_when("sensitivity.py", "key=lambda index: -index.total", "key=lambda index: index.total")
def test_the_leading_number_comes_first():
    plan = Plan({name: Even() for name in "abc"}, groups=256)
    assert plan.indices(np.array(plan.columns["b"]))[0].name == "b"


@pytest.mark.fails_when("sensitivity.py", "whole.ravel()", "seen")
def test_groups_with_a_design_that_gave_nothing_are_left_out():
    plan = Plan({name: Even() for name in "abc"}, groups=512)
    values = ishigami(plan)
    values[[3, 700, 701]] = np.nan
    found = {index.name: index.total for index in plan.indices(values)}
    assert found["b"] == pytest.approx(0.4424, abs=0.08)


def test_too_few_whole_groups_are_refused_and_more_groups_help():
    plan = Plan({"a": Even()}, groups=8)
    values = np.array(plan.columns["a"])
    values[0] = np.nan
    with pytest.raises(ls.InputError, match=r"finite in 7 of 8 groups.*Take more groups"):
        plan.indices(values)
    more = Plan({"a": Even()}, groups=16)
    values = np.array(more.columns["a"])
    values[0] = np.nan
    assert more.indices(values)[0].total == pytest.approx(1, abs=0.5)


@pytest.mark.fails_when("sensitivity.py", "self.groups & (self.groups - 1)", "self.groups & 0")
def test_a_number_of_groups_that_is_no_power_of_two_is_refused_and_the_remedy_works():
    with pytest.raises(ls.InputError, match="power of two") as refused:
        Plan({"a": Even()}, groups=100)
    groups = int(re.search(r"groups=(\d+)", refused.value.do)[1])
    assert len(Plan({"a": Even()}, groups=groups)) == 3 * groups


def test_a_plan_without_a_number_is_refused_and_the_remedy_works():
    with pytest.raises(ls.InputError, match="names nothing") as refused:
        Plan({})
    cell = ls.Cell.symmetric(ls.Foil("50 um"), separator="PP 20 um", electrolyte="1 M LiPF6 EC:DMC 1:1", area="1 cm2")
    ranges = eval(refused.value.do.removeprefix("For example "), {"ls": ls})
    assert len(ls.plan(cell, ranges, groups=8).columns["separator.thickness"]) == 24


def test_values_of_another_number_are_refused():
    with pytest.raises(ls.InputError, match="one for each point"):
        Plan({"a": Even()}, groups=8).indices([1.0, 2.0])


@pytest.mark.fails_when("sensitivity.py", "between.on(cell, path)", "between")
def test_a_plan_over_fields_of_a_cell_runs():
    cell = ls.Cell.symmetric(ls.Foil("50 um"), separator="PP 20 um", electrolyte="1 M LiPF6 EC:DMC 1:1", area="1 cm2")
    fields = {"separator.macmullin_number": ls.Between(3, 12), "area": ls.Between("0.9 cm2", "1.1 cm2")}
    points = ls.plan(cell, fields, groups=8)
    program = ls.Program([ls.Current("1 mA/cm2", {"duration": "1 min"})])
    found = ls.sweep(cell, program, points.columns, checks=0)
    first = points.indices(found["voltage"].values[:, -1])[0]
    # At a given current density the area does nothing to the voltage.
    assert first.name == "separator.macmullin_number"
    assert first.total == pytest.approx(1, abs=0.3)


@pytest.mark.fails_when("sensitivity.py", "np.isfinite(values), values, np.inf", "np.isfinite(values), values, 0.0")
def test_what_gave_nothing_counts_as_beyond_all_others():
    assert quantiles([1.0, 2.0, np.nan, np.nan], (0.25, 0.5, 0.9)).tolist() == [1.0, 2.0, np.inf]


@pytest.mark.fails_when("sensitivity.py", "key=lambda pair: -abs(pair[1])", "key=lambda pair: pair[1]")
def test_ranks_of_chosen_designs():
    columns = scattered({"a": Even(), "b": Even()}, 64)
    life = np.exp(np.array(columns["a"])) + 0.1 * np.array(columns["b"])
    life[life > 10] = np.inf
    (first, high), (second, low) = associated(columns, life)
    assert (first, second) == ("a", "b")
    assert high > 0.9 > abs(low)


@pytest.mark.parametrize("given", [{}, {"value": 1.0}, {"value": 1.5, "high": 2.0}, {"value": 0.0, "low": -1.0}])
@pytest.mark.fails_when(
    "studies/ranges.py", "self._between(self.low, self.value, 2 * share)", "self._between(self.low, self.value, share)"
)
def test_a_range_is_left_at_no_share_and_its_value_is_the_median(given):
    known = open_range(**given)
    values = known.quantile(np.linspace(0, 1, 101).tolist())
    assert values[0] == pytest.approx(known.low)
    assert values[-1] == pytest.approx(known.high)
    assert (np.diff(values) > 0).all()
    if known.value not in (known.low, known.high):
        assert values[50] == pytest.approx(known.value)
        assert values[49] < known.value < values[51]
        # Steep on neither side: a quarter of the designs lie in the lower half of the lower part.
        middle = values[25]
        assert known.low < middle < known.value
    assert ("logarithmic" in known.distribution) == (known.low > 0 and known.high > 3 * known.low)


@pytest.mark.fails_when("studies/ranges.py", "share >= 0.5 else", "share >= 0.9 else")
def test_two_readings_are_equally_likely():
    read = open_range(low=1.0, high=2.0, readings=("one", "both"))
    values = read.quantile(np.linspace(0, 1, 100).tolist())
    assert values.count(1.0) == values.count(2.0) == 50
    assert read.distribution == "either, equally likely"


@pytest.mark.fails_when("studies/spread.py", "low=min([prediction.low, *seen])", "low=prediction.low")
def test_the_interval_of_a_prediction_holds_every_design():
    plan = spread_over([open_range("a"), open_range("b", 1.0, 0.5, 1.5)], groups=64)
    values = np.array(plan.columns["a"]) * np.array(plan.columns["b"])
    made = Spread.of(plan, values).added_to(Prediction(2.0, 1.0, 9.0, "b"), Band(0.0, 2.0))
    assert (made.low, made.high) == (values.min(), values.max())
    assert made.decided_by == "a"
    assert made.sampled.inside == pytest.approx(np.mean(values <= 2.0))
    assert made.sampled.low < made.sampled.median < made.sampled.high
    assert made.value == 2.0


@pytest.mark.fails_when("studies/spread.py", "len(seen) == len(values) else math.inf", "True else math.inf")
def test_a_design_that_gave_nothing_opens_the_interval():
    plan = spread_over([open_range("a")], groups=64)
    values = np.array(plan.columns["a"])
    values[values > 8] = np.nan
    made = Spread.of(plan, values).added_to(Prediction(2.0, 1.0, 9.0))
    assert made.high == np.inf
    assert made.sampled.failed == int(np.isnan(values).sum())
