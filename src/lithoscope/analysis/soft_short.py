"""Is there a soft short in this cell? Asked of a trace of voltage and current, simulated or measured.

A leak of conductance G beside a cell of resistance R lowers the level V/I from R to R / (1 + G R), and the height of every peak
and arc on it by that factor once more. But healthy lithium lowers its voltage too: moss and pits make area, and films break,
while the cell is formed. Two things tell them apart, and the detector rests on them.

1. What forms a cell decelerates: each half-cycle adds less area than the one before, and once the level has held or risen,
   nothing makes it fall. So a fall counts only as far as it exceeds the least one that this direction of current has shown:
       d_n = ln(R_{n-1} / R_n),   e_n = d_n - max(0, min(d_1 ... d_{n-1})),   S_n = max(0, S_{n-1} + e_n)
   S is the fall without a cause: a leak that carries the share s of the current makes S = -ln(1 - s).
2. A leak flattens what it lowers, and a contact of lithium flickers: with one of them a smaller fall is believed.

3. No current goes around the electrolyte but through a leak: a level below the resistance of the electrolyte alone, where that
is known from the impedance at high frequency, is evidence even in the first half-cycle.

Charge that comes out without having gone in is evidence of its own, where each strip ends at a cut-off voltage. A flat, square
trace alone is none: healthy cells become square when their moss has spread.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum
from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np

from lithoscope.analysis.half_cycles import HalfCycle, half_cycles
from lithoscope.analysis.impedance import read_arc
from lithoscope.analysis.trace import Trace
from lithoscope.errors import InputError, duration_text
from lithoscope.result.names import words

if TYPE_CHECKING:
    from lithoscope.result import Result

MIMICS = (
    "A warmer cell: 5 K lower the resistance of a lithium interface by nearly a third; compare the temperature.",
    "New area after the cell had settled, as when a film breaks: the impedance at high frequency stays as it was, which a leak "
    "lowers by as much as all the rest.",
    "A better contact or a higher pressure: it comes at once and without noise, and the voltage at rest stays as it was.",
)
"""What else makes the voltage fall, and how it would be told apart."""


class Verdict(Enum):
    """What is said of a half-cycle or of a record."""

    HEALTHY = "healthy"
    NO_REFERENCE = "no reference yet"
    SUSPECTED = "soft short suspected"
    HARD = "hard short"


@dataclass(frozen=True, slots=True)
class Thresholds:
    """What the detector takes for evidence. The defaults are justified on the page of soft shorts and tested beside others.

    fall            without a cause, S, from which a short is suspected: the leak carries 1 - exp(-S) of the current
    supported_fall  the same where the trace is flattened with it, or noisier
    hard_fall       from which the short counts as hard
    noisier         noise over its median before; least_noise  over the level, below which no noise counts
    flattened       a contrast counts as flattened below this share of what the fall alone leaves of it
    least_contrast  of the reference, below which there is nothing to flatten
    below_electrolyte  share of the resistance of the electrolyte, below which the level cannot be without a leak
    surplus         of the charge that comes out over that which went in
    missing         share of the charge that comes out, below its median, which is said beside other evidence
    """

    fall: float = 0.25
    supported_fall: float = 0.12
    hard_fall: float = float(np.log(10))
    noisier: float = 3.0
    least_noise: float = 0.02
    flattened: float = 1.1
    least_contrast: float = 0.05
    below_electrolyte: float = 0.9
    surplus: float = 0.02
    missing: float = 0.1


DEFAULT = Thresholds()


@dataclass(frozen=True, slots=True)
class Finding:
    """What is found in one half-cycle, or in one piece of a record of direct current.

    number, start, end  as in `HalfCycle`, s
    score               evidence over what is needed: a short is suspected from 1 on
    verdict             in words
    fall                S, without a cause
    leaked_share        share of the current that a leak would carry to make this fall, 1 - exp(-S)
    reasons             sentences, strongest first
    """

    number: int
    start: float
    end: float
    score: float
    verdict: Verdict
    fall: float
    leaked_share: float
    reasons: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Diagnosis:
    """What is found in a trace.

    findings  one for each half-cycle
    onset     when it begins to show, s, or None
    reason    why, in one sentence
    """

    findings: tuple[Finding, ...]
    onset: float | None
    reason: str

    @property
    def worst(self) -> Finding:
        """The finding with the highest score."""
        return max(self.findings, key=lambda finding: finding.score)

    @property
    def verdict(self) -> Verdict:
        """Of the whole record: the worst one."""
        verdicts = {finding.verdict for finding in self.findings}
        ranked = (Verdict.HARD, Verdict.SUSPECTED, Verdict.HEALTHY, Verdict.NO_REFERENCE)
        return next(verdict for verdict in ranked if verdict in verdicts)

    @property
    def mimics(self) -> tuple[str, ...]:
        """What else could look like it; nothing for a healthy cell."""
        return MIMICS if self.onset is not None else ()

    def __str__(self) -> str:
        return " ".join((f"{self.verdict.value.upper()}.", self.reason, *self.mimics))


def soft_short(
    seen: Result | Trace, *, electrolyte: float | None = None, strips_all: bool | None = None, thresholds: Thresholds = DEFAULT
) -> Diagnosis:
    """Look for a soft short in a run or in a measured trace.

    seen         a result, or a trace as `read_trace` gives it
    electrolyte  resistance of the electrolyte alone, as the impedance of the fresh cell at high frequency shows it, ohm m2, or
                 ohm where the area of the trace is not known; by default from the first spectrum of a result
    strips_all   whether each half-cycle strips to a cut-off voltage what the one before has plated, so that the charges can
                 be compared; by default taken from a result in which second half-cycles ended at a voltage
    Raises InputError for a trace without half-cycles, and for a run against a cathode.
    """
    if not isinstance(seen, Trace) and has_cathode(seen):
        raise InputError(
            "trace",
            "is that of a cell with a cathode",
            expected="a cell whose two electrodes are lithium, or a metal or host that it is plated on",
            why="V/I is no resistance where the cathode makes the voltage, so that its fall says nothing",
            do='Look at result.cycles["coulombic_efficiency"], which a leak lowers',
        )
    trace = seen if isinstance(seen, Trace) else Trace.of(seen)
    if strips_all is None:
        strips_all = not isinstance(seen, Trace) and _ends_at_a_voltage(seen)
    if electrolyte is None and not isinstance(seen, Trace) and seen.spectra:
        electrolyte = read_arc(seen.spectra[0]).start
    pieces = half_cycles(trace)
    if not pieces:
        raise InputError("trace", "has no half-cycle: no current flows in it", expected="a record with a current",
                         do='Give the column of the current, or current="0.4 mA"')  # fmt: skip
    falls = _falls(pieces)
    findings = tuple(
        _finding(pieces, n, falls, thresholds, electrolyte=electrolyte or 0.0, strips_all=strips_all)
        for n in range(len(pieces))
    )
    onset = _onset(pieces, falls, findings, thresholds)
    if onset is None:
        return Diagnosis(findings, None, "The voltage falls nowhere by more than the forming of the cell explains.")
    shown = next(finding for finding in findings if finding.score >= 1)
    return Diagnosis(findings, onset, f"From {duration_text(onset)} on: {' '.join(shown.reasons)}")


def has_cathode(result: Result) -> bool:
    """Whether a run is that of a cell whose voltage is mainly that of its cathode."""
    return "open_circuit_voltage" in result.trace


def _falls(pieces: Sequence[HalfCycle]) -> list[float]:
    """S of each half-cycle, each direction by itself."""
    falls = [0.0] * len(pieces)
    for sign in (1, -1):
        places = [n for n, piece in enumerate(pieces) if piece.sign == sign]
        least = np.inf
        for before, n in pairwise(places):
            fall = _log_ratio(pieces[before].level, pieces[n].level)
            if np.isfinite(least):
                falls[n] = max(0.0, falls[before] + fall - max(0.0, least))
            least = min(least, fall)
    return falls


def _log_ratio(before: float, after: float) -> float:
    """ln(before / after); a level that is not positive, as of noise about zero, counts as a thousandth of the one before."""
    if before <= 0:
        return 0.0
    return float(np.log(before / max(after, 1e-3 * before)))


def _reference(pieces: Sequence[HalfCycle], n: int, falls: Sequence[float]) -> int:
    """The last half-cycle of the same direction that had not fallen."""
    same = [m for m in range(n) if pieces[m].sign == pieces[n].sign]
    settled = [m for m in same if falls[m] == 0]
    return settled[-1] if settled else n


def _finding(
    pieces: Sequence[HalfCycle], n: int, falls: Sequence[float], limits: Thresholds, *, electrolyte: float, strips_all: bool
) -> Finding:
    piece, fall = pieces[n], falls[n]
    before = [m for m in range(n) if pieces[m].sign == piece.sign]
    evidence = [_fallen(pieces, n, falls, limits), _below(piece, electrolyte, limits)]
    evidence += [_surplus(pieces, n, limits)] if strips_all else []
    score = max(each for each, _ in evidence)
    reasons = [said for each, said in sorted(evidence, reverse=True) if each >= 1]
    if score >= 1:
        reference = pieces[_reference(pieces, n, falls)]
        reasons += [*_flatter(piece, reference, fall, limits), *_noisier(piece, [pieces[m] for m in before], limits)]
        reasons += _missing(pieces, n, limits) if strips_all else []
    return Finding(piece.number, piece.start, piece.end, score, _verdict(score, fall, len(before), limits), fall,
                   float(1 - np.exp(-fall)), tuple(reasons))  # fmt: skip


def _fallen(pieces: Sequence[HalfCycle], n: int, falls: Sequence[float], limits: Thresholds) -> tuple[float, str]:
    """The fall without a cause over what is needed, which is less where the trace is flatter or noisier with it."""
    piece, reference = pieces[n], pieces[_reference(pieces, n, falls)]
    before = [pieces[m] for m in range(n) if pieces[m].sign == piece.sign]
    support = _flatter(piece, reference, falls[n], limits) or _noisier(piece, before, limits)
    said = (
        f"the voltage in this direction is {1 - np.exp(-falls[n]):.0%} below that of half-cycle {reference.number}, after the "
        "cell had settled; nothing in its own earlier life explains the fall."
    )
    return falls[n] / (limits.supported_fall if support else limits.fall), said


def _below(piece: HalfCycle, electrolyte: float, limits: Thresholds) -> tuple[float, str]:
    """The level against what the electrolyte alone would need."""
    said = f"the voltage is {piece.level / electrolyte:.0%} of what the electrolyte alone would need." if electrolyte else ""
    return limits.below_electrolyte * electrolyte / max(piece.level, 1e-3 * electrolyte) if electrolyte else 0.0, said


def _verdict(score: float, fall: float, before: int, limits: Thresholds) -> Verdict:
    if score >= 1:
        return Verdict.HARD if fall >= limits.hard_fall else Verdict.SUSPECTED
    # Two half-cycles are needed to see how much the cell falls by itself.
    return Verdict.HEALTHY if before >= 2 else Verdict.NO_REFERENCE


def _flatter(piece: HalfCycle, reference: HalfCycle, fall: float, limits: Thresholds) -> list[str]:
    """Peaks and arcs that are lower by at least the factor by which the level has fallen."""
    left = limits.flattened * reference.contrast * np.exp(-fall)
    if fall > 0 and reference.contrast >= limits.least_contrast and piece.contrast <= left:
        return [
            f"Its peaks and arcs are flattened with it, from {reference.contrast:.0%} to {piece.contrast:.0%} of the level."
        ]
    return []


def _noisier(piece: HalfCycle, before: Sequence[HalfCycle], limits: Thresholds) -> list[str]:
    usual = float(np.median([each.noise for each in before])) if before else np.inf
    if piece.noise >= max(limits.noisier * usual, limits.least_noise):
        return [f"It jumps by {piece.noise:.0%} of its level, {usual:.1%} before."]
    return []


def _shares(pieces: Sequence[HalfCycle], n: int) -> list[float]:
    """What came out over what went in, of each pair up to the one that ends with this half-cycle; empty where none does."""
    if n % 2 == 0 or pieces[n].sign == pieces[n - 1].sign:
        return []
    return [pieces[m].charge / pieces[m - 1].charge for m in range(1, n + 1, 2)]


def _surplus(pieces: Sequence[HalfCycle], n: int, limits: Thresholds) -> tuple[float, str]:
    """More charge came out than went in: over what is needed, and a sentence."""
    share = (_shares(pieces, n) or [1.0])[-1]
    said = f"{share:.1%} of the charge that went in came out again: what is too much went through a leak."
    return max(0.0, share - 1) / limits.surplus, said


def _missing(pieces: Sequence[HalfCycle], n: int, limits: Thresholds) -> list[str]:
    """Charge that went in and did not come out, against what is usual: dead lithium does that, too."""
    shares = _shares(pieces, n)
    if shares and shares[-1] <= (usual := float(np.median(shares))) - limits.missing:
        return [f"Only {shares[-1]:.1%} of the charge that went in came out again, {usual:.1%} before."]
    return []


def _onset(
    pieces: Sequence[HalfCycle], falls: Sequence[float], findings: Sequence[Finding], limits: Thresholds
) -> float | None:
    """The first window that lies, and stays, below the same window of the reference by what was needed to suspect a short."""
    flagged = next((n for n, finding in enumerate(findings) if finding.score >= 1), None)
    if flagged is None:
        return None
    needed = min(limits.fall, falls[flagged]) if falls[flagged] else limits.fall
    for n in range(flagged + 1):
        piece, reference = pieces[n], pieces[_reference(pieces, flagged, falls)]
        if piece.sign != pieces[flagged].sign or piece.number <= reference.number:
            continue
        below = np.array([_log_ratio(a, b) for a, b in zip(reference.windows, piece.windows, strict=True)])
        lasting = [k for k in range(len(below)) if below[k] >= needed and np.median(below[k:]) >= needed]
        if lasting:
            return float(piece.times[lasting[0]])
    return pieces[flagged].start


def _ends_at_a_voltage(result: Result) -> bool:
    """Whether any second half-cycle at constant current ended at a voltage: beside a leak some no longer do."""
    steps = result.tree["steps"].to_dataset()
    if not steps.sizes["step"]:
        return False
    driven = np.asarray(words(steps["kind"])) == "current"
    ended = np.asarray(words(steps["ended"]))[driven][1::2]
    return bool(np.any(np.isin(ended, ("voltage above", "voltage below"))))
