"""What the study of lives concludes from its runs, and how it searches."""

from dataclasses import replace

import numpy as np
import pytest

from lithoscope.studies.claims import read_claims
from lithoscope.studies.perovskite import living
from lithoscope.studies.perovskite.cells import ranges
from lithoscope.studies.perovskite.life import (
    LEAD_LIFE,
    LIFE,
    MECHANISMS,
    HostComparison,
    Lives,
    LongRuns,
    Required,
    _crossing,
)
from lithoscope.studies.ranges import at_values
from lithoscope.studies.verdict import Prediction, Word

CLAIMS = read_claims("perovskite")
DEAD, _ = MECHANISMS


def lives(*unchanged: float) -> Lives:
    """Cells that live this long with what ends the bare one, by mechanism."""
    required = tuple(
        Required(mechanism, "limit", 0.1, {"MASnCl3": 0.02, "MAPbCl3": None}, dict.fromkeys(("MASnCl3", "MAPbCl3"), hours))
        for mechanism, hours in zip(MECHANISMS, unchanged, strict=True)
    )
    return Lives(required, {}, {}, {"doubled": 84.0, "limit": np.inf}, HostComparison({}, {}), 11.0)


@pytest.mark.parametrize("unchanged", [(100.0, 300.0), (100.0, 900.0), (850.0, np.inf)])
@pytest.mark.fails_when("studies/perovskite/living.py", "min(found), max(found)", "min(found), min(found)")
def test_a_measured_life_is_not_refuted_by_a_cell_that_ages_like_another(unchanged: tuple[float, float]) -> None:
    """The interval is that of cells that age as fast as the bare one; what less ageing would do is said in the note."""
    verdict = living.verdicts(lives(*unchanged), CLAIMS, Prediction(71, 25, 434))[LIFE]
    assert verdict.verdict is Word.UNDECIDED
    assert verdict.decided_by == living.DECIDES
    assert (verdict.low[0], verdict.high[0]) == (min(unchanged), max(unchanged) if np.isfinite(max(unchanged)) else None)
    assert verdict.predicted[1] == 100
    assert "5.0 times less" in verdict.note
    assert living.FAILURE in verdict.calibrated_on


@pytest.mark.fails_when(
    "studies/perovskite/life.py", "return 1.0 if allowed is None else self.bare / allowed", "return self.bare / (allowed or 1)"
)
def test_reduction() -> None:
    case = lives(100.0, 100.0).required[0]
    assert case.reduction("MASnCl3") == pytest.approx(5.0)
    assert case.reduction("MAPbCl3") == 1.0, "it outlives its report without any"
    assert replace(case, bare=None).reduction("MASnCl3") is None


@pytest.mark.fails_when("studies/perovskite/living.py", "bare / coated", "coated / bare")
def test_what_full_cells_support() -> None:
    """(10.31 + 0.4 x 2.8) / 20 against at most (10.31 + 0.15 x 2.8) / 100 mAh/cm2 per cycle."""
    assert living.independent_reduction(CLAIMS) == pytest.approx((10.31 + 1.12) / 20 / ((10.31 + 0.42) / 100), rel=1e-3)


@pytest.mark.fails_when("studies/perovskite/life.py", "return float(np.exp(brentq(", "return float((lambda x: x)(brentq(")
def test_search_on_a_logarithmic_scale() -> None:
    assert _crossing(lambda s: np.log(s / 3e-5), (1e-9, 1.0)) == pytest.approx(3e-5, rel=0.04)
    assert _crossing(lambda s: -1.0, (1e-9, 1.0)) is None
    assert _crossing(lambda s: 1.0, (1e-9, 1.0)) == 1e-9


@pytest.mark.fails_when("studies/perovskite/life.py", "lived.plateau.iloc[-1] / end))", "lived.plateau.iloc[-1] / end)) - 1.0")
def test_the_strength_that_is_found_ends_the_cell_in_time() -> None:
    """Dead lithium that doubles the voltage of the bare cell after 40 h: the run with it does."""
    ageing = LongRuns(CLAIMS, at_values(ranges(CLAIMS)))
    strength = ageing.strength("bare", DEAD, "doubled", 40.0)
    assert strength is not None
    slower, faster = (ageing.run("bare", DEAD.ageing(f * strength), 24) for f in (0.7, 1.4))
    assert ageing.life(faster, "doubled") <= 40.0 <= ageing.life(slower, "doubled")
    assert ageing.life(slower, "limit") == np.inf


def test_mechanisms_are_known_numbers() -> None:
    for mechanism in MECHANISMS:
        low, high = mechanism.known
        assert mechanism.ends[0] <= high
        assert low < high <= mechanism.ends[1]
    assert CLAIMS[LEAD_LIFE].bound == "lower"
