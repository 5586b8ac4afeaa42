"""Claims and verdicts: the rules that keep them honest."""

import json
import math

import pytest

from lithoscope.errors import InputError
from lithoscope.studies import NAMES, study
from lithoscope.studies.claims import Band, Claim, Claims, Tolerance, read_claims
from lithoscope.studies.outcome import verdicts_json
from lithoscope.studies.perovskite.arithmetic import CHECKS, NOT_TESTABLE
from lithoscope.studies.perovskite.deposited import DECIDED as ON_DEPOSITS
from lithoscope.studies.perovskite.filmverdicts import DECIDED
from lithoscope.studies.ranges import Range, explore
from lithoscope.studies.report import interval
from lithoscope.studies.typeset import typeset
from lithoscope.studies.verdict import MEANS, Prediction, Word, compare, judged, stated, weakest


def claim(values: tuple[float | bool, ...] = (40.0,), **fields: object) -> Claim:
    given = {"id": "x.y", "section": "s", "scale": "cell", "kind": "measured", "text": "t", "values": values}
    return Claim(**(given | {"tolerance": Tolerance(relative=0.1, why="two digits")} | fields))


@pytest.mark.parametrize(
    ("low", "high", "word"),
    [
        (37, 43, Word.AGREES),
        (36, 44, Word.AGREES),
        (35.9, 43, Word.UNDECIDED),
        (37, 44.1, Word.UNDECIDED),
        (10, 100, Word.UNDECIDED),
        (44.1, 50, Word.DISAGREES),
        (1, 35.9, Word.DISAGREES),
    ],
)
@pytest.mark.fails_when("studies/verdict.py", "prediction.high <= band.high", "prediction.value <= band.high")
def test_the_whole_interval_decides(low: float, high: float, word: Word) -> None:
    assert compare(claim().band(0), Prediction(40, low, high)) is word


@pytest.mark.fails_when("studies/claims.py", '-math.inf if bound == "upper"', 'value if bound == "upper"')
def test_bands_of_bounds() -> None:
    assert claim(bound="upper").band(0) == Band(-math.inf, 44.0)
    assert claim(bound="lower").band(0) == Band(36.0, math.inf)
    assert claim(tolerance=Tolerance(absolute=5, why="w")).band(0) == Band(35.0, 45.0)
    assert claim(tolerance=None).band(0) == Band(40.0, 40.0)
    with pytest.raises(TypeError, match="states no number"):
        claim((True,)).band(0)


@pytest.mark.fails_when("studies/verdict.py", "elif claim.id in prediction.calibrated:", "elif False:")
def test_a_number_used_to_calibrate_never_agrees() -> None:
    verdict = judged(claim(), [Prediction(40, 40, 40, calibrated=("x.y",))])
    assert verdict.verdict is Word.CALIBRATED
    assert judged(claim(), [Prediction(40, 40, 40, calibrated=("x.z",))]).verdict is Word.AGREES


@pytest.mark.fails_when("studies/verdict.py", "return min(words, key=order.index)", "return max(words, key=order.index)")
def test_a_claim_of_several_values_takes_the_weakest() -> None:
    assert weakest([Word.AGREES, Word.DISAGREES, Word.PENDING]) is Word.DISAGREES
    assert weakest([Word.AGREES, Word.CALIBRATED]) is Word.CALIBRATED
    verdict = judged(claim((40.0, 800.0), bound=("upper", "lower")), [Prediction(30, 20, 40), None])
    assert verdict.verdict is Word.PENDING
    assert verdict.predicted == (30, None)


def test_the_deciding_parameter_is_named_only_where_it_decides() -> None:
    assert judged(claim(), [Prediction(40, 10, 90, "area")]).decided_by == "area"
    assert judged(claim(), [Prediction(40, 39, 41, "area")]).decided_by is None


@pytest.mark.fails_when("studies/verdict.py", "return value if math.isfinite(value) else None", "return value")
def test_json_has_null_and_never_nan() -> None:
    text = verdicts_json(
        [judged(claim(), [Prediction(math.nan, -math.inf, math.inf)]), stated(claim((True,)), Word.PENDING, "n")]
    )
    rows = json.loads(text)
    assert rows[0]["predicted"] is None
    assert rows[0]["low"] is None
    keys = [
        "id",
        "study",
        "scale",
        "verdict",
        "reported",
        "tolerance",
        "bound",
        "predicted",
        "low",
        "high",
        "unit",
        "calibrated_on",
        "decided_by",
        "run",
        "note",
    ]
    assert all(key in rows[0] for key in keys)
    assert rows[1]["reported"] is True


@pytest.mark.fails_when("studies/report.py", '"∞" if high is None else', '"" if high is None else')
def test_an_interval_without_an_end_is_shown_as_such() -> None:
    assert interval(judged(claim(unit="mV"), [Prediction(40, 30, math.inf)])) == "40 (30 to ∞) mV"
    assert interval(judged(claim(), [Prediction(40, -math.inf, 50)])) == "40 (−∞ to 50)"
    assert interval(judged(claim(), [Prediction(40, 40, 40)])) == "40"
    assert interval(judged(claim(), [None])) == "–"


@pytest.mark.fails_when("studies/typeset.py", r"0*(\d{1,3})", r"0*(\d+)")
def test_the_id_of_a_run_is_not_a_power_of_ten() -> None:
    assert typeset("3e-20 m2/s, run 0e5497225693, 12e+03") == "3 × 10⁻²⁰ m²/s, run 0e5497225693, 12 × 10³"


def test_every_word_is_explained() -> None:
    assert set(MEANS) == set(Word)


def test_the_perovskite_claims_are_complete() -> None:
    """All 60, each pending one says what is missing, and every other one is judged by somebody."""
    claims = read_claims("perovskite")
    assert len(claims.claims) == 60
    ids = {c.id for c in claims.claims}
    decided = set(CHECKS) | set(NOT_TESTABLE)
    decided |= {f"perovskite.{name}" for name in ("eis.bare", "eis.msc", "sym.overpotential_msc", "sym.overpotential_mpc")}
    decided |= set(DECIDED) | set(ON_DEPOSITS)
    assert decided <= ids
    for each in claims.claims:
        assert each.needs or each.id in decided
        if each.needs:
            assert each.id not in set(CHECKS) | set(NOT_TESTABLE)


@pytest.mark.fails_when("studies/claims.py", "if claim.id in seen:", "if False:")
def test_claims_that_are_written_wrong() -> None:
    fields = {"section": "s", "scale": "cell", "kind": "measured", "text": "t", "values": [1.0]}
    with pytest.raises(InputError, match="stands twice"):
        Claims(paper="p", title="t", claims=[{"id": "a.b", **fields}, {"id": "a.b", **fields}])
    with pytest.raises(InputError, match="one for each value"):
        claim((1.0, 2.0), unit=("V",))
    with pytest.raises(InputError, match="needs one of relative and absolute"):
        Tolerance(why="none")
    with pytest.raises(InputError, match="one of relative and absolute"):
        Tolerance(relative=0.1, absolute=1, why="both")


@pytest.mark.fails_when("studies/ranges.py", "return together + [", "return [")
def test_ranges_cover_all_parameters_together() -> None:
    ranges = [Range(n, n, 1.0, 0.5, 2.0, "1", "s") for n in "ab"]
    prediction, moves = explore(lambda p: p["a"] / p["b"], ranges, calibrated=(), run=None)
    assert (prediction.value, prediction.low, prediction.high) == (1.0, 0.25, 4.0)
    assert [m.swing for m in moves] == [1.5, 1.5]
    prediction, _ = explore(lambda p: 3 * p["a"] + p["b"], ranges, calibrated=(), run=None)
    assert prediction.decided_by == "a"


@pytest.mark.fails_when("studies/ranges.py", "product(*((r.low, r.high) for r in read))", "[tuple(r.value for r in read)]")
def test_ranges_are_explored_at_each_reading() -> None:
    """What b does appears only at the other reading of a: no walk along one parameter at a time from the base finds it."""
    ranges = [
        Range("a", "a", 0.0, 0.0, 1.0, "1", "s", readings=("off", "on")),
        Range("b", "b", 1.0, 0.5, 2.0, "1", "s"),
    ]
    prediction, moves = explore(lambda p: 10 + p["a"] / p["b"], ranges, calibrated=(), run=None)
    assert (prediction.value, prediction.low, prediction.high) == (10.0, 10.0, 12.0)
    assert [m.swing for m in moves] == [1.0, 0.0]
    assert (ranges[0].extent, ranges[0].quoted, ranges[1].extent) == ("off or on", "off", "0.5 to 2")


def test_studies_by_name() -> None:
    assert [study(name).name for name in NAMES] == list(NAMES)
    assert study("perovskite").name == "perovskite", "a second time, too"
    with pytest.raises(InputError, match='Did you mean "perovskite"'):
        study("perovskit")
