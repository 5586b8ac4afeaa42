"""What the long runs say: verdicts, tables and sentences of the report."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from lithoscope.analysis.failure import failure_mode
from lithoscope.constants import FARADAY
from lithoscope.data import lookup
from lithoscope.studies.mechanisms import MECHANISMS
from lithoscope.studies.outcome import Link, Table
from lithoscope.studies.perovskite import aged, priors
from lithoscope.studies.perovskite.findings import BARE_SPECTRUM
from lithoscope.studies.perovskite.hostcell import LONGEST
from lithoscope.studies.perovskite.life import Lives
from lithoscope.studies.perovskite.mechanisms import HOURS_PER_CYCLE, LEAD_LIFE, LIFE, READINGS, hours
from lithoscope.studies.perovskite.required import COATED, Required, deciding, name_of
from lithoscope.studies.tables import ensembles
from lithoscope.studies.verdict import Prediction, Verdict, Word, judged, stated

if TYPE_CHECKING:
    from lithoscope.result import Result
    from lithoscope.studies.claims import Claims
    from lithoscope.studies.search import Bounded

FAILURE, ABSTRACT = "perovskite.sym.bare_failure", "perovskite.sym.overpotential_abstract"
DECIDES = "what kills the bare cell, and what counts as its end"


def predicted_life(lives: Lives, material: str, claims: Claims) -> Prediction | None:
    """Life of a coated cell that ages as fast as the bare one, over mechanisms and readings, h; None without a run."""
    found = [case.unchanged[material] for case in lives.required if case.explains]
    if not found:
        return None
    known = [case.unchanged[material] for case in lives.required if case.is_known]
    value, low = (min(life.value for life in each) for each in (known or found, found))
    sampled = lives.joint.sampled(material, hours(claims)[material])
    least = [float(kept.life[material].min()) for kept in lives.joint.kept.values() if len(kept)]
    return Prediction(value, min([low, *least]), max(life.high for life in found), DECIDES, (LIFE,), sampled=sampled)


def verdicts(lives: Lives, claims: Claims, overpotential: Prediction) -> dict[str, Verdict]:
    """The claims on life, and on the impedance after it."""
    tin, lead = predicted_life(lives, "MASnCl3", claims), predicted_life(lives, "MAPbCl3", claims)
    reported = hours(claims)["bare"]
    bare = Prediction(reported, reported, reported, None, (LIFE,))
    made = (
        _open(judged(claims[LIFE], [tin, bare], f"{_required_note(lives, claims, 'MASnCl3')} {_moved(lives)}".strip())),
        _open(judged(claims[LEAD_LIFE], [lead], _required_note(lives, claims, "MAPbCl3"))),
        _open(
            judged(claims[ABSTRACT], [overpotential, tin], "The first number bounds the voltage, the second the life."),
            f"{overpotential.decided_by}; {DECIDES}",
        ),
        _failure(lives, claims),
        aged.verdict(lives.aged, claims, lives.spectra, complete=len(lives.aged) == len(MECHANISMS) * len(READINGS)),
    )
    return {verdict.id: verdict for verdict in made}


def _failure(lives: Lives, claims: Claims) -> Verdict:
    """Whether the bare cell ends by a steep rise of its voltage, and whether its interphase must differ from place to place."""
    claim = claims[FAILURE]
    rises = {of.name: run for of in MECHANISMS if (run := lives.runs.get(f"{of.name}, bare"))}
    if not rises:
        return stated(claim, Word.PENDING, f"{_failure_note(lives, claims)} Needs {claim.needs}.")
    said = "; ".join(f"{name}: {failure_mode(run).word}, {_rise(run)}" for name, run in rises.items())
    note = (
        f"{_failure_note(lives, claims)} Followed to its end, the voltage rises: {said}. The rise needs no place of its own: "
        "in these runs moss, pits and films are the same all over the electrode. They do not exclude that it has "
        f"one. What would decide: {claim.needs}, or a spectrum just before the end."
    )
    made = stated(claim, Word.UNDECIDED, note, calibrated_on=(LIFE, BARE_SPECTRUM))
    return replace(made, decided_by=DECIDES, run=next(iter(rises.values())).manifest.run_id)


def _rise(run: Result) -> str:
    """How steep the end is: in which share of the life the largest voltage of a cycle doubles for the last time."""
    peaks = run.cycles["end_peak_voltage"].to_numpy()
    below = np.flatnonzero(peaks < peaks[-1] / 2)
    late = 1.0 if not len(below) else 1 - (below[-1] + 1) / len(peaks)
    return f"which doubles for the last time in the last {late:.0%} of its {len(peaks)} cycles, to {1e3 * peaks[-1]:.0f} mV"


def _open(verdict: Verdict, decided_by: str = DECIDES) -> Verdict:
    """A measured life is not refuted by a cell that ages like another one: what is predicted is how much less it must age."""
    return verdict if verdict.verdict is Word.PENDING else replace(verdict, verdict=Word.UNDECIDED, decided_by=decided_by)


def _required_note(lives: Lives, claims: Claims, material: str) -> str:
    """The smallest reduction that the reported life requires, and what supports it."""
    found = [(case, case.reduction(material)) for case in lives.required]
    parts = [f"{case.name}: {_less(factor)}" for case, factor in found if factor is not None]
    return (
        f"To live as long as reported the {material} cell needs, against a bare cell that ends at "
        f"{hours(claims)['bare']:g} h, which is no prediction: {'; '.join(parts) or 'nothing that was solved'}; the predicted "
        f"life is that of a cell that ages as the bare one. {comparable(lives)} Independent of these cells, the full cells "
        f"with LiCoO2 lose at least {independent_reduction(claims):.1f} times less lithium per cycle with the coating, if "
        "their fade is exhaustion of lithium: a number of the same kind, not of the same quantity. The interval holds both "
        "mechanisms and both readings, with every other number at its quoted value, and the designs with all numbers free. "
        f"{_jointly(lives, claims, material)}{_missing(lives)}"
    )


def _jointly(lives: Lives, claims: Claims, material: str) -> str:
    """What is left if every open number is free at once."""
    joint, reported = lives.joint, hours(claims)[material]
    parts = []
    for reading, kept in joint.kept.items():
        ends = f"{len(kept)} end the bare cell at its time if the end is that {READINGS[reading]}"
        if len(kept):
            ends += f", and {np.mean(kept.life[material] >= reported):.0%} of these coated cells live as long as reported"
        parts.append(ends)
    return f"Of {joint.drawn - joint.refused} designs with all open numbers free at once {'; '.join(parts)}."


def _less(factor: Bounded) -> str:
    return "no less" if factor.bound == "upper" else f"{_times(factor)} times less"


def _missing(lives: Lives) -> str:
    """The cases that were not solved."""
    names = [name for of in MECHANISMS for reading in READINGS if (name := name_of(of, reading)) in _not_solved(lives)]
    return f" Not solved, and in no number: {'; '.join(names)}." if names else ""


def _not_solved(lives: Lives) -> dict[str, str]:
    return {each.what: each.words for each in lives.unsolved}


def _moved(lives: Lives) -> str:
    """What the other open numbers do, one at a time, to the reduction that the case that decides requires."""
    case = deciding(lives.required)
    found = [(move, move.reduction) for move in lives.moves if move.reduction is not None]
    if case is None or not found:
        return ""
    (least, low), (most, high) = (pick(found, key=lambda each: each[1].value) for pick in (min, max))
    return (
        f"Moved one at a time over their ranges, other open numbers make it, for {case.name}, {_less(low)} "
        f"({least.end.name} {least.end.at}) to {_less(high)} ({most.end.name} {most.end.at})."
    )


def comparable(lives: Lives) -> str:
    """What the word `less` means for film growth."""
    return (
        "The growth rate k of the film is compared for native films of one material, whose conductivity the bare cell sets. "
        f"What the spectra leave then makes the film {1e9 * lives.fresh['MASnCl3']:.2g} nm thick under the coating at assembly "
        f"and {1e9 * lives.fresh['bare']:.2g} nm on the bare foil."
    )


def independent_reduction(claims: Claims) -> float:
    """How many times less lithium per cycle the coated full cell loses than the bare one, at least.

    Bare: the whole foil and the capacity lost in 20 cycles; coated: at most the foil and what it lost in 100.
    """
    cathode, foil = float(claims["perovskite.lco.conditions"].values[0]), float(claims["perovskite.lco.conditions"].values[1])
    volume = lookup("lithium.molar_volume").to("cm3/mol")
    inventory = foil * 1e-4 / volume * FARADAY / 3.6
    bare = (inventory + float(claims["perovskite.lco.bare"].values[0]) / 100 * cathode) / 20
    coated = (inventory + (1 - float(claims["perovskite.lco.coated"].values[0]) / 100) * cathode) / 100
    return bare / coated


def _failure_note(lives: Lives, claims: Claims) -> str:
    known = [
        f"{case.mechanism.name} needs {_strength(case)} if the end is that {READINGS[case.reading]}"
        for case in lives.required
        if case.explains
    ]
    seen = {reading: f"not in {life.value:.0f} h" if life.bound == "lower" else f"after {life.value:.0f} h"
            for reading, life in lives.prior.items()}  # fmt: skip
    at_priors = [f"{READINGS[reading]} {when}" for reading, when in seen.items()]
    return (
        f"The time of the failure, {hours(claims)['bare']:g} h, sets the strength of each mechanism: "
        f"{'; '.join(known) or 'none can end the cell then'}."
        + (f" With every number at its prior {', and '.join(at_priors)}." if at_priors else "")
        + _missing(lives)
    )


def _strength(case: Required) -> str:
    """The strength that ends the bare cell, with the range in which it is known."""
    low, high = case.mechanism.known
    unit = f" {case.mechanism.unit}".rstrip()
    again = f"; it lives again with {case.bare.again:.2g}{unit}" if case.bare.again else ""
    return f"{case.mechanism.field.replace('_', ' ')} = {case.bare.said('.2g')}{unit} (known: {low:g} to {high:g}{again})"


def chain() -> tuple[Link, ...]:
    """The claim on the lives holds two: that of the bare cell sets how fast it ages, that of the coated one is predicted."""
    coated, bare = f"{LIFE}, its first number: the coated cell", f"{LIFE}, its second number: the bare cell"
    return (
        Link((bare,), "dead fraction, or film growth, of the bare cell", (coated, LEAD_LIFE, ABSTRACT)),
        Link((LIFE, LEAD_LIFE), "the most that each cell may age", (aged.AFTER,)),
    )


def tables(lives: Lives, claims: Claims) -> tuple[Table, ...]:
    """What the lives require and on what that depends, the aged cells, the two bare cells, and what was not solved."""
    made = (
        _required_table(lives), _moves_table(lives), _aged_table(lives), _host_table(lives, claims), _unsolved_table(lives),
        ensembles({**lives.joint.sweeps, **lives.spectra.sweeps}),
    )  # fmt: skip
    return tuple(table for table in made if table.rows)


def _required_table(lives: Lives) -> Table:
    found = {case.name: case for case in lives.required}
    rows = []
    for of in MECHANISMS:
        for reading in READINGS:
            name = name_of(of, reading)
            if name in found:
                rows.append(_required_row(found[name]))
            elif name in _not_solved(lives):
                rows.append((of.name, READINGS[reading], "not solved", *["-"] * 5))
    columns = ("mechanism alone", "the end", "strength that ends the bare cell at its time", "in the known range",
               "life of MASnCl3 as bare / h", "of MAPbCl3 / h", "times less for MASnCl3", "for MAPbCl3")  # fmt: skip
    remark = (
        "Each mechanism of the mossy model alone, as strong as the bare cell's life demands, to 4 %. Times less: the "
        "smallest reduction with which a coated cell lives as long as reported; none where it outlives that without any. "
        "Dead lithium is given the most tortuous layer that is known. Where a cell lives again with more, because the voltage "
        "against which it is measured rises too, the smallest strength that ends it is taken."
    )
    return Table("What the reported lives require", columns, tuple(rows), remark)


def _required_row(case: Required) -> tuple[str, ...]:
    lived = (case.unchanged[m].said(".0f") for m in COATED)
    needed = (case.reduction(m) for m in COATED)
    known = ("yes" if case.is_known else "no") if case.explains else "-"
    strength = _strength(case) if case.explains else "none is enough"
    return case.mechanism.name, READINGS[case.reading], strength, known, *lived, *(_times(factor) for factor in needed)


def _times(factor: Bounded | None) -> str:
    if factor is None:
        return "-"
    return "none" if factor.bound == "upper" else factor.said(".1f" if factor.value < 10 else ".0f")


def _moves_table(lives: Lives) -> Table:
    case = deciding(lives.required)
    rows = tuple((move.end.name, move.end.at, _times(move.reduction)) for move in lives.moves) if case else ()
    remark = "" if case is None else (
        f"{case.name[0].upper()}{case.name[1:]}: how many times less of it the MASnCl3 cell needs, "
        f"{_times(case.reduction('MASnCl3'))} with every number at its quoted value, and with one at a time at an end of its "
        "range, both cells calibrated and searched anew, to about a tenth. At least: the coated cell does not live as long "
        f"even with {case.mechanism.ends[0]:g}, the least that was tried. Not moved, and in no interval: "
        f"{', '.join(priors.left(case))}; two numbers at once; and the other cases."
    )  # fmt: skip
    return Table("On what the required reduction depends", ("number", "at", "times less for MASnCl3"), rows, remark)


def _aged_table(lives: Lives) -> Table:
    rows = []
    for each in lives.aged:
        for n in range(len(aged.FIRST), len(each.cycles)):
            values = (each.impedance.get((m, how)) for m, how in aged.CELLS)
            rows.append((each.case.name, f"{each.cycles[n]}", *("-" if v is None else f"{v[n]:.0f}" for v in values)))
    columns = (
        "mechanism alone, and the end",
        "cycles",
        *(f"{m}{'' if m == 'bare' else f', {how}'} / ohm" for m, how in aged.CELLS),
    )
    remark = (
        f"Real impedance at the lowest frequency, after the same cycles, each with {aged.WITHIN:g} of the strength that ends "
        "the bare cell, or that ends the coated one when it is reported to be alive; a dash where the second is not less."
    )
    return Table("Impedance after cycling", columns, tuple(rows), remark)


def _host_table(lives: Lives, claims: Claims) -> Table:
    reported, late = hours(claims)["bare"], lookup("host_paper.bare_voltage_100")
    rows = tuple(
        (each.mechanism, each.voltage.said(".0f"), f"> {late.number:g}",
         "-" if each.life is None else each.life.said(".0f"), f"{reported:g}")
        for each in lives.host
    )  # fmt: skip
    columns = ("mechanism alone", "host paper's cell in cycle 100, with what ends this one / mV", "reported / mV",
               "this paper's cell, with what the host paper's shows / h", "reported / h")  # fmt: skip
    remark = (
        "Two bare cells under the same current and capacity, in EC:DMC here and in EC:DEC there. The first voltage of "
        "each sets its interface. Neither predicts the other: a factor between two laboratories is the floor of any "
        f"prediction of life. No cell is followed for more than {HOURS_PER_CYCLE * LONGEST:g} h."
    )
    return Table("Two bare cells", columns, rows, remark)


def _unsolved_table(lives: Lives) -> Table:
    rows = tuple((each.what, each.words) for each in lives.unsolved)
    remark = (
        "A run that is not solved, or whose ledger stays open, is neither a life nor a death; nothing is concluded from it."
    )
    return Table("Not solved", ("what", "in words"), rows, remark)


def sentence(lives: Lives, claims: Claims) -> str:
    """What the long runs add to the answer."""
    reductions = [r for case in lives.required if (r := case.reduction("MASnCl3")) is not None]
    if not reductions:
        return f" No mechanism of the model is seen to end the bare cell at {hours(claims)['bare']:g} h.{_missing(lives)}"
    known = [case for case in lives.required if case.is_known]
    ends = " and ".join(dict.fromkeys(READINGS[case.reading] for case in known)) or "nothing that is known"
    low, high = (pick(reductions, key=lambda r: r.value) for pick in (min, max))
    return (
        f" The bare cell's end at {hours(claims)['bare']:g} h follows from ageing inside the known ranges only if the end "
        f"is that {ends}. The reported life of the MASnCl3 cell then needs {_less(low)} to {_less(high)} of what ends the bare "
        f"one, over both mechanisms and both readings of the end. {_moved(lives)}{_missing(lives)}"
    ).rstrip()
