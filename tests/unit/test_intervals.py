"""What the ensembles of the studies give: numbers of a verdict, lives by rejection, fans."""

from __future__ import annotations

import json

import numpy as np
import pytest
from matplotlib.figure import Figure

from lithoscope.analysis.figures.fans import fan
from lithoscope.physics.contract import silent
from lithoscope.studies.claims import Band, read_claims
from lithoscope.studies.perovskite import joint as joints
from lithoscope.studies.perovskite.joint import Followed, Joint, Kept
from lithoscope.studies.perovskite.mechanisms import HOURS_PER_CYCLE, LIFE
from lithoscope.studies.report import spread
from lithoscope.studies.spread import Scatter
from lithoscope.studies.verdict import Prediction, Sampled, Verdict, Word, judged

CLAIMS = read_claims("perovskite")

SAMPLED = Sampled(64, 1, 1.0, 2.0, 3.0, (("area", 0.8), ("film", 0.1)), "total Sobol index", 0.25)


def scatter(n=64):
    rng = np.random.default_rng(0)
    columns = {"area": rng.uniform(1, 2, n).tolist(), "idle": rng.uniform(1, 2, n).tolist()}
    return Scatter(columns, 10 * np.array(columns["area"]))


def joint(*lives):
    """Lives of MASnCl3 in two readings."""
    kept = {
        name: Kept(name, {"a": list(range(len(each)))}, {}, {"MASnCl3": np.array(each)})
        for name, each in zip(("doubled", "limit"), lives, strict=True)
    }
    return Joint(100, 4, {}, kept, {})


@pytest.mark.fails_when("studies/verdict.py", "sampled=tuple(p.sampled if p else None for p in predictions),", "")
def test_a_verdict_carries_what_was_sampled_into_its_file_and_the_report():
    claim = read_claims("perovskite")["perovskite.sym.overpotential_msc"]
    verdict = judged(claim, [Prediction(40.0, 39.0, 41.0, sampled=SAMPLED)])
    data = json.loads(json.dumps(verdict.as_data(), allow_nan=False))
    assert data["sampled"][0]["leading"][0] == {"parameter": "area", "value": 0.8}
    assert data["sampled"][0]["inside"] == 0.25
    assert spread(verdict) == "90 % of 64 designs: 1 to 3 mV; 25% as reported; total Sobol index: area 0.80, film 0.10"


@pytest.mark.fails_when("studies/verdict.py", "if any(self.sampled) else None", "if True else None")
def test_a_verdict_without_designs_says_nothing_of_them():
    verdict = Verdict("a.b", "a", "cell", Word.AGREES, (1.0,), None, "exact", None)
    assert verdict.as_data()["sampled"] is None
    assert spread(verdict) == ""


@pytest.mark.fails_when("studies/spread.py", "abs(pair[1]) > least", "abs(pair[1]) > 0")
def test_a_parameter_leads_only_beyond_what_chance_gives():
    assert [name for name, _ in scatter().sampled.leading] == ["area"]


@pytest.mark.fails_when("sensitivity.py", "if np.ptp(ranks) == 0:", "if False:")
def test_nothing_leads_where_all_designs_show_the_same():
    """Cells of which none ends: their lives are infinite, which is a number, and not a failure."""
    seen = Scatter(scatter().columns, np.full(64, np.inf)).added_to(Prediction(500.0, 400.0, np.inf), Band(450.0, np.inf))
    assert seen.sampled.leading == ()
    assert (seen.sampled.failed, seen.sampled.inside) == (0, 1.0)
    assert (seen.low, seen.high) == (400.0, np.inf)


@pytest.mark.fails_when("studies/spread.py", "inside=_inside(values, band) if band else None", "inside=1.0")
def test_designs_as_reported_are_counted():
    made = scatter().added_to(Prediction(15.0, 14.0, 16.0), Band(10.0, 15.0))
    assert made.sampled.inside == pytest.approx(np.mean(scatter().values <= 15))
    assert made.low < 14 < 16 < made.high
    assert made.decided_by == "area"


@pytest.mark.fails_when("studies/perovskite/joint.py", "np.mean(lives >= least)", "np.mean(lives > least)")
def test_lives_of_both_readings_count_and_those_that_outlive_the_report():
    seen = joint([100.0, 400.0, 800.0, np.inf], [90.0]).sampled("MASnCl3", 800.0)
    assert (seen.designs, seen.failed, seen.inside) == (5, 0, 0.4)
    assert (seen.low, seen.median, seen.high) == (90.0, 400.0, None)
    assert joint([], []).sampled("MASnCl3", 800.0) is None


@pytest.mark.fails_when("studies/perovskite/joint.py", "past[:, :SETTLED] = False", "past[:, :0] = False")
def test_a_voltage_that_falls_at_first_does_not_end_a_cell():
    plateau = np.array([[9.0, 5.0, 2.0, 1.0, 1.0, 1.0, 1.5, 2.0], [9.0, 5.0, 2.0, 1.0, 1.0, 1.0, 1.1, 1.2]])
    lived = Followed(None, plateau, np.array([np.inf, 15.0]))
    assert lived.ends("doubled").tolist() == [16.0, 15.0]
    assert lived.ends("limit").tolist() == [np.inf, 15.0]


@pytest.mark.fails_when("studies/perovskite/joint.py", "(ends >= band.low) & (ends <= band.high)", "(ends >= band.low)")
def test_kept_designs_end_the_bare_cell_at_its_time(monkeypatch: pytest.MonkeyPatch):
    """By the voltages of each: twice that of cycle 5 is first reached at the reported time."""
    monkeypatch.setattr(joints, "DESIGNS", 32)
    found, band = joints.draw(CLAIMS, silent), CLAIMS[LIFE].band(1)
    kept = found.kept["doubled"]
    assert 0 < len(kept) <= (1 - found.early["doubled"]) * (found.drawn - found.refused)
    assert all(len(lives) == len(kept) for lives in kept.life.values())
    for plateau in kept.plateau["bare"]:
        first = int(np.flatnonzero(plateau[5:] >= 2 * plateau[4])[0]) + 6
        assert band.low <= HOURS_PER_CYCLE * first <= band.high


@pytest.mark.fails_when(
    "analysis/figures/fans.py", "np.minimum(quantiles(seen, (low, high)), top)", "quantiles(seen, (high, low))"
)
def test_a_fan_is_open_above_where_designs_have_ended():
    values = np.tile([1.0, 2.0, 3.0], (20, 1)) * np.linspace(1, 2, 20)[:, None]
    values[5:, 2] = np.nan
    axes = Figure().subplots()
    fan(axes, [0, 1, 2], values, "k", "designs")
    outer = axes.collections[0].get_paths()[0].vertices
    assert outer[:, 1].max() == pytest.approx(10 * np.nanmax(values))
    assert outer[outer[:, 0] == 0, 1].min() == pytest.approx(np.quantile(values[:, 0], 0.05, method="inverted_cdf"))
    assert np.isnan(axes.lines[0].get_ydata()[2])
