"""What a run says about a claim, and the rules that keep it honest.

A prediction is an interval: what the ranges of the parameters that nobody measured leave open. It agrees with a
reported value only if the whole interval lies inside the band around that value, and disagrees only if the two do not
meet. A number that was used to set a parameter can support no verdict.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from enum import StrEnum
from typing import Any, Literal

from lithoscope.studies.claims import Band, Claim


class Word(StrEnum):
    """The verdicts, from the one that supports a claim least to the one that supports it most.

    A claim with several values is all of them together, so it takes the first of theirs in this order: one part
    refuted refutes it, one part without a model leaves it open.
    """

    INCONSISTENT = "inconsistent"
    DISAGREES = "disagrees"
    PENDING = "pending"
    UNDECIDED = "undecided"
    NOT_TESTABLE = "not testable"
    CALIBRATED = "calibrated"
    INPUT = "input"
    AGREES = "agrees"


MEANS = {
    Word.AGREES: "the whole predicted interval lies inside the reported band",
    Word.DISAGREES: "the predicted interval and the reported band do not meet",
    Word.UNDECIDED: "the interval is wider than the question; the deciding parameter is named",
    Word.INCONSISTENT: "the paper contradicts itself; the arithmetic is shown",
    Word.CALIBRATED: "the number set a parameter; it supports nothing by itself",
    Word.INPUT: "a condition of the experiment, read in, and checked where arithmetic can",
    Word.NOT_TESTABLE: "no calculation can decide it; the reason is given",
    Word.PENDING: "the model that would decide it is not built yet",
}


Measure = Literal["total Sobol index", "rank correlation"]
"""How it is said how much a parameter leads."""


@dataclass(frozen=True, slots=True)
class Sampled:
    """What a prediction is over designs that are spread over all ranges at once.

    designs            how many;  failed: those of them that gave no number, which count as beyond every other
    low, median, high  5, 50 and 95 % of the designs lie below; None if that many gave a number
    leading            parameters that lead, by the number that says how much
    by                 what that is: the total Sobol index, a share in the variance, or a rank correlation
    inside             share of the designs that lie in the reported band; None before it is compared
    """

    designs: int
    failed: int
    low: float | None
    median: float | None
    high: float | None
    leading: tuple[tuple[str, float], ...]
    by: Measure
    inside: float | None = None


@dataclass(frozen=True, slots=True)
class Prediction:
    """One predicted number with what is open about it.

    value        with every parameter at its own value
    low, high    over the ranges of the parameters
    decided_by   path of the parameter that moves it most
    calibrated   ids of the claims that set a parameter of it
    run          id of the run at value
    sampled      what it is over designs that are spread over all ranges at once, if they were
    """

    value: float
    low: float
    high: float
    decided_by: str | None = None
    calibrated: tuple[str, ...] = ()
    run: str | None = None
    sampled: Sampled | None = None


@dataclass(frozen=True, slots=True)
class Verdict:
    """What a study says about one claim; one row of verdicts.json. Lists run parallel to the claim's values."""

    id: str
    study: str
    scale: str
    verdict: Word
    reported: tuple[float | bool, ...]
    unit: str | tuple[str, ...] | None
    bound: str | tuple[str, ...]
    tolerance: str | None
    predicted: tuple[float | None, ...] = ()
    low: tuple[float | None, ...] = ()
    high: tuple[float | None, ...] = ()
    calibrated_on: tuple[str, ...] = ()
    decided_by: str | None = None
    run: str | None = None
    note: str = ""
    sampled: tuple[Sampled | None, ...] = ()

    def as_data(self) -> dict[str, Any]:
        """As plain data for JSON; a list of one becomes the value itself."""
        data = asdict(self) | {"verdict": str(self.verdict)}
        for key in ("reported", "predicted", "low", "high"):
            values = data[key]
            data[key] = values[0] if len(values) == 1 else (list(values) or None)
        data["sampled"] = [_sampled_data(each) for each in self.sampled] if any(self.sampled) else None
        return data


def compare(band: Band, prediction: Prediction) -> Word:
    """Whether an interval lies inside a band, outside it, or neither."""
    if band.low <= prediction.low and prediction.high <= band.high:
        return Word.AGREES
    if prediction.high < band.low or prediction.low > band.high:
        return Word.DISAGREES
    return Word.UNDECIDED


def weakest(words: Sequence[Word]) -> Word:
    """The verdict of a claim whose values have these."""
    order = list(Word)
    return min(words, key=order.index)


def stated(claim: Claim, word: Word, note: str, *, calibrated_on: tuple[str, ...] = (), run: str | None = None) -> Verdict:
    """A verdict that does not come from comparing a prediction: input, calibrated, pending, not testable, inconsistent."""
    return Verdict(
        id=claim.id,
        study=claim.id.split(".")[0],
        scale=claim.scale,
        verdict=word,
        reported=claim.values,
        unit=claim.unit,
        bound=claim.bound,
        tolerance=str(claim.tolerance) if claim.tolerance else None,
        calibrated_on=calibrated_on,
        run=run,
        note=note,
    )


def judged(claim: Claim, predictions: Sequence[Prediction | None], note: str = "") -> Verdict:
    """The verdict on a claim from one prediction per value; None where there is no model yet.

    A prediction that was calibrated on the claim itself never counts as agreement.
    """
    words = []
    for n, prediction in enumerate(predictions):
        if prediction is None:
            words.append(Word.PENDING)
        elif claim.id in prediction.calibrated:
            words.append(Word.CALIBRATED)
        else:
            words.append(compare(claim.band(n), prediction))
    made = [prediction for prediction in predictions if prediction is not None]
    word = weakest(words)
    base = stated(claim, word, note)
    return Verdict(
        **{
            name: getattr(base, name)
            for name in ("id", "study", "scale", "verdict", "reported", "unit", "bound", "tolerance", "note")
        },
        predicted=tuple(_finite(p.value) if p else None for p in predictions),
        low=tuple(_finite(p.low) if p else None for p in predictions),
        high=tuple(_finite(p.high) if p else None for p in predictions),
        calibrated_on=tuple(dict.fromkeys(c for p in made for c in p.calibrated)),
        decided_by=next((p.decided_by for p in made if word is Word.UNDECIDED), None),
        run=next((p.run for p in made), None),
        sampled=tuple(p.sampled if p else None for p in predictions),
    )


def answered(claim: Claim, prediction: Prediction, band: Band, note: str) -> Verdict:
    """The verdict on a statement without a number, from a number that stands for it and the band in which it holds."""
    return with_numbers(stated(claim, compare(band, prediction), note), [prediction])


def with_numbers(verdict: Verdict, predictions: Sequence[Prediction]) -> Verdict:
    """A stated verdict with the numbers that stand for it."""
    return replace(
        verdict,
        predicted=tuple(_finite(p.value) for p in predictions),
        low=tuple(_finite(p.low) for p in predictions),
        high=tuple(_finite(p.high) for p in predictions),
        calibrated_on=tuple(dict.fromkeys(c for p in predictions for c in p.calibrated)),
        decided_by=predictions[0].decided_by if verdict.verdict is Word.UNDECIDED else None,
        run=predictions[0].run,
        sampled=tuple(p.sampled for p in predictions),
    )


def _sampled_data(sampled: Sampled | None) -> dict[str, Any] | None:
    if sampled is None:
        return None
    return asdict(sampled) | {"leading": [{"parameter": name, "value": value} for name, value in sampled.leading]}


def _finite(value: float) -> float | None:
    return value if math.isfinite(value) else None
