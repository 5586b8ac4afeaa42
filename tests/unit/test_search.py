"""How the study of lives searches, and what it says of numbers that it could only bound."""

import math

import numpy as np
import pytest

from lithoscope.studies.search import Bounded, NotSolvedError, Strength, crossing, near

TRIED = tuple(float(s) for s in np.geomspace(1e-9, 1.0, 10))


@pytest.mark.fails_when("studies/search.py", "Strength(math.exp(found)", "Strength(found")
def test_search_on_a_logarithmic_scale() -> None:
    found = crossing(lambda s: math.log(s / 3e-5), TRIED)
    assert found.value == pytest.approx(3e-5, rel=0.04)
    assert (found.bound, found.again) == ("exact", None)


@pytest.mark.fails_when("studies/search.py", 'Strength(tried[0], "upper", again)', 'Strength(tried[0], "exact", again)')
def test_a_search_says_what_it_only_bounds() -> None:
    assert crossing(lambda s: -1.0, TRIED) == Strength(1.0, "lower"), "none is enough: at least the largest"
    assert crossing(lambda s: 1.0, TRIED) == Strength(1e-9, "upper"), "even the least is enough: at most that"


@pytest.mark.fails_when(
    "studies/search.py",
    "past = next((n for n, strength in enumerate(tried) if excess(strength) >= 0), None)",
    "past = len(tried) - 1 if excess(tried[-1]) >= 0 else None",
)
def test_the_smallest_of_several_crossings_is_taken() -> None:
    """More need not be worse: a cell that dies from 1e-7 on lives again from 1e-4 and dies again from 1e-2 on."""

    def excess(strength: float) -> float:
        x = math.log10(strength)
        return (x + 7) * (x + 4) * (x + 2)

    found = crossing(excess, TRIED)
    assert found.value == pytest.approx(1e-7, rel=0.04)
    assert found.again is not None
    assert 1e-4 < found.again < 1e-2


@pytest.mark.fails_when("studies/search.py", "return excess(strength) < 0\n    except", "return True\n    except")
def test_a_search_that_finds_more_always_worse_says_so() -> None:
    assert crossing(lambda s: s - 1e-3, TRIED).again is None


@pytest.mark.fails_when("studies/search.py", "        return False", "        return True")
def test_an_unsolved_run_is_neither_a_life_nor_a_death() -> None:
    """Above the crossing it changes nothing; below and at it nothing can be said."""

    def excess(strength: float) -> float:
        if strength in unsolved:
            raise NotSolvedError("no solution")
        return math.log(strength / 3e-5)

    unsolved = set(TRIED[-2:])
    found = crossing(excess, TRIED)
    assert found.value == pytest.approx(3e-5, rel=0.04)
    assert found.again is None
    for at in (TRIED[0], TRIED[4], TRIED[5]):
        unsolved = {at}
        with pytest.raises(NotSolvedError):
            crossing(excess, TRIED)


@pytest.mark.parametrize(("start", "runs"), [(2e-4, 2), (1.2e-3, 4), (2e-5, 4)])
@pytest.mark.fails_when("studies/search.py", "step = -value / rise if rise > 0", "step = -value if rise > 0")
def test_a_coarse_search_takes_few_runs(start: float, runs: int) -> None:
    """A voltage that rises with the square root of the strength, from a guess that is off by as much as ten."""
    seen = []

    def excess(strength: float) -> float:
        seen.append(strength)
        return 0.5 * math.log(strength / 2.2e-4)

    found = near(excess, start, (1e-6, 1.0))
    assert found.value == pytest.approx(2.2e-4, rel=0.05)
    assert len(seen) <= runs


@pytest.mark.fails_when(
    "studies/search.py", "return Strength(math.exp(here), UPPER if", "return Strength(math.exp(here), LOWER if"
)
def test_a_coarse_search_that_meets_an_end_says_so() -> None:
    assert near(lambda s: -1.0, 1e-2, (1e-6, 0.5)) == Strength(pytest.approx(0.5), "lower")
    assert near(lambda s: 0.4 - 0.01 * math.log(s), 1e-2, (1e-6, 0.5)) == Strength(pytest.approx(1e-6), "upper")


@pytest.mark.fails_when("studies/search.py", "raise NotSolvedError(f", "return Strength(start) #")
def test_a_coarse_search_that_does_not_settle_says_so() -> None:
    """A step that no secant can see."""
    with pytest.raises(NotSolvedError, match=r"around a strength of 0.5 did not settle"):
        near(lambda s: math.copysign(1.0, s - 0.01), 0.5, (1e-9, 1.0))


@pytest.mark.fails_when("studies/search.py", '"lower": "at least "', '"lower": ""')
def test_bounds_in_words() -> None:
    assert [Bounded(5.04, bound).said(".1f") for bound in ("exact", "lower", "upper")] == ["5.0", "at least 5.0", "at most 5.0"]
    assert (Bounded(5.0).high, Bounded(5.0, "lower").high) == (5.0, math.inf)
