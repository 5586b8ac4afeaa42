"""Verdicts on plating after a rest: pairs of runs with their controls, from made-up numbers."""

import math
from typing import Any

import pytest

from lithoscope.studies.claims import read_claims
from lithoscope.studies.deposits.making import NUMBERS, Made, Study
from lithoscope.studies.deposits.ready import named
from lithoscope.studies.deposits.rested import RESTED
from lithoscope.studies.dipoles import rested
from lithoscope.studies.verdict import Word

CLAIMS = read_claims("dipoles")
BASE = dict.fromkeys(NUMBERS, 1.0) | {"first_roughness": 0.05, "first_tip_ratio": 1.0, "first_voltage": -3.0, "roughness": 0.1}


def made(size: float, seed: int, **numbers: float) -> Made:
    """A run with some numbers."""
    return Made(size, seed, "program completed", "Ended.", (0.0, 0.3), (0.0, 1.5), BASE | numbers, 0.0, (), f"id-{size:g}-{seed}", 1.0)  # fmt: skip


def study(name: str, **numbers: float) -> Study:
    """All runs of a ready run with the same numbers."""
    return Study(name, tuple(made(size, seed, **numbers) for size, seed in named(name).plan))


def everything(**of: dict[str, float]) -> dict[str, Study]:
    """All ready runs, alike but for what is given by name with underscores."""
    return {name: study(name, **of.get(name.replace("-", "_"), {})) for name in RESTED}


def words(**of: dict[str, float]) -> dict[str, Any]:
    """Words of the verdicts by the end of the claim's name."""
    return {name.split(".")[-1]: each.verdict for name, each in rested.verdicts(CLAIMS, everything(**of)).items()}


UNEVEN = {"roughness": 0.3, "first_tip_ratio": 1.3}
ALL = dict.fromkeys(("rest_month", "rest_month_film", "rest_day", "rest_month_least"), UNEVEN)


@pytest.mark.fails_when("studies/dipoles/rested.py", "run.numbers[number] / control.numbers[number]", "1.0")
def test_what_makes_no_difference_disagrees_and_what_does_agrees() -> None:
    judged, unmoved = ("initial_state", "coupled", "mosaic"), ("loop", "transient")
    for runs, word in (({}, Word.DISAGREES), (ALL, Word.AGREES)):
        found = words(**runs)
        assert {found[name] for name in judged} == {word}
        assert {found[name] for name in unmoved} == {Word.UNDECIDED}, "what decides them is the same in all runs"


@pytest.mark.fails_when("studies/dipoles/rested.py", "each**2 - foil for", "each**2 for")
def test_heights_of_corrosion_and_plating_add_as_independent_ones_beyond_the_foil() -> None:
    control = made(250.0, 0, first_roughness=0.05, roughness=0.13)
    assert rested.together(made(250.0, 0, first_roughness=0.05, roughness=0.13), control) == pytest.approx(1.0)
    assert rested.together(
        made(250.0, 0, first_roughness=math.hypot(0.05, 0.05), roughness=math.hypot(0.05, 0.26)), control
    ) == (pytest.approx(2.0))


@pytest.mark.fails_when("studies/dipoles/rested.py", "for end in ends]", "for end in ()]")
def test_the_ends_of_the_spread_leave_a_claim_open() -> None:
    """A surface that does not vary has an even film: then the rest decides nothing."""
    even = ALL | {"rest_month_least": {"roughness": 0.1}}
    verdict = rested.verdicts(CLAIMS, everything(**even))["dipoles.corr.initial_state"]
    assert verdict.verdict is Word.UNDECIDED
    assert verdict.decided_by == rested.SPREAD
    assert verdict.low[0] == pytest.approx(1.0)
    assert verdict.high[0] == pytest.approx(3.0)


@pytest.mark.fails_when(
    "studies/dipoles/rested.py", "max(min(reached) - left, 0.0), max(reached) + left", "min(reached), max(reached)"
)
def test_grids_widen_an_interval() -> None:
    of = everything()
    runs = [made(size, 0, roughness=r) for size, r in ((500.0, 0.2), (375.0, 0.22), (250.0, 0.25))]
    of["rest-month"] = Study("rest-month", tuple(runs))
    seen = rested.paired(of, "rest-month", "rest-month-even", rested.ratio("roughness"))
    assert (seen.value, seen.low, seen.high) == pytest.approx((2.5, 2.2, 2.8))
    of["rest-month"] = Study("rest-month", (runs[0],))
    assert math.isinf(rested.paired(of, "rest-month", "rest-month-even", rested.ratio("roughness")).high), (
        "one grid says nothing"
    )
    of["rest-month"] = Study("rest-month", ())
    with pytest.raises(ValueError, match="no pair"):
        rested.paired(of, "rest-month", "rest-month-even", rested.ratio("roughness"))


@pytest.mark.fails_when("studies/dipoles/rested.py", "if size not in first:", "if False:")
def test_runs_without_their_pair_are_named() -> None:
    """A first seed that cannot be used on some cells leaves what else ran there without its measure."""
    roughness, of = rested.ratio("roughness"), everything()
    coarse, fine = (size for size, seed in named("rest-month").plan if seed == 0 and size in (500.0, 250.0))
    of["rest-month"] = Study("rest-month", (made(coarse, 1, roughness=0.2), made(fine, 0, roughness=0.2)))
    with pytest.raises(ValueError, match=f"rest-month with seed 1 on cells of {coarse:g} nm has no pair"):
        rested.paired(of, "rest-month", "rest-month-even", roughness)
    of["rest-month"] = Study("rest-month", (made(coarse, 1, roughness=0.2),))
    with pytest.raises(ValueError, match="no pair of rest-month and rest-month-even with the first seed"):
        rested.paired(of, "rest-month", "rest-month-even", roughness)
    with pytest.raises(ValueError, match="no ready run nowhere"):
        rested.paired(of, "rest-month", "nowhere", roughness)
