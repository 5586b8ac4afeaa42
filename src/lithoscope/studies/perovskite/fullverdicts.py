"""What the full cells say: verdicts, what limits each cell, and what a reserve of lithium hides."""

from __future__ import annotations

import math
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from lithoscope.analysis.failure import WHOLE
from lithoscope.constants import FARADAY
from lithoscope.data import lookup
from lithoscope.errors import End, InputError
from lithoscope.physics.laws.life import Inferred, efficiency_from_loss, infer_efficiency
from lithoscope.studies.claims import Band
from lithoscope.studies.mechanisms import MECHANISMS
from lithoscope.studies.outcome import Link
from lithoscope.studies.perovskite.findings import BARE_SPECTRUM, COATED_SPECTRA
from lithoscope.studies.perovskite.fullcells import (
    AS_BARE,
    BARE,
    LCO_BARE,
    LCO_COATED,
    LESS,
    LTO_BARE,
    LTO_COATED,
    PLATEAU,
    Case,
    FullCells,
    Reported,
    reported,
)
from lithoscope.studies.perovskite.fullruns import CHARGE_LIMIT, LCO, LTO, Cycled
from lithoscope.studies.perovskite.mechanisms import LIFE, READINGS
from lithoscope.studies.perovskite.required import reduction
from lithoscope.studies.verdict import Prediction, Verdict, Word, compare, judged, stated
from lithoscope.units import MAH_PER_CM2

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from lithoscope.studies.claims import Claim, Claims
    from lithoscope.studies.mechanisms import Mechanism
    from lithoscope.studies.perovskite.fullspread import FullSpread
    from lithoscope.studies.search import Bounded

CLAIMED = (LTO_BARE, LTO_COATED, PLATEAU, LCO_BARE, LCO_COATED)

CALIBRATED_BARE, CALIBRATED_COATED = (LIFE, BARE_SPECTRUM), (LIFE, BARE_SPECTRUM, COATED_SPECTRA)
"""Claims that set what the lithium is and how fast it ages."""

DECIDES = "what ends the bare symmetric cell, and what counts as its end"


def limited_by(cell: Cycled) -> str:
    """What took the capacity of a cell, in words."""
    ended = cell.status.end is not End.COMPLETED
    if not ended and cell.kept(int(cell.capacity.index[-1])) >= WHOLE:
        return "nothing"
    return f"{cell.failed.value}, in cycle {cell.status.cycle}" if ended else cell.failed.value


# -------------------------------------------------------------------------------------------------- the claims


def verdicts(full: FullCells, claims: Claims, designs: FullSpread) -> dict[str, Verdict]:
    """The five claims on full cells."""
    what = {each.claim: each for each in reported(claims)}
    predicted: dict[str, tuple[Sequence[Prediction | None], str]] = {
        LTO_BARE: ([_capacity(full, what[LTO_BARE])], _lto_bare_note(full, claims)),
        LTO_COATED: (_fade(full, what[LTO_COATED]), _coated_note(full, claims, what[LTO_COATED])),
        LCO_BARE: ([_loss(full, what[LCO_BARE])], _lco_bare_note(full, claims)),
        LCO_COATED: ([_kept(full, what[LCO_COATED])], _coated_note(full, claims, what[LCO_COATED])),
    }
    made = [
        _judged(claims[claim], full, *_with_designs(designs, what[claim], claims, predictions, note))
        for claim, (predictions, note) in predicted.items()
    ]
    made.append(_plateau_verdict(full, claims))
    return {verdict.id: verdict if full.complete else _incomplete(verdict) for verdict in made}


def _with_designs(
    designs: FullSpread, what: Reported, claims: Claims, predictions: Sequence[Prediction | None], note: str
) -> tuple[list[Prediction | None], str]:
    """Predictions and a note with what the designs with all open numbers free show; what decides is still the mechanism."""
    if not len(designs):
        return list(predictions), f"{note} No design with all open numbers free at once is kept."
    found: list[Prediction | None] = []
    shares: list[float] = []
    for n, (prediction, seen) in enumerate(zip(predictions, designs.read(what), strict=True)):
        made = prediction and seen.added_to(prediction, claims[what.claim].band(n))
        found.append(made and replace(made, decided_by=DECIDES))
        if made and made.sampled and made.sampled.inside is not None:
            shares.append(made.sampled.inside)
    said = " and ".join(f"{share:.0%}" for share in shares)
    which = f"the first {len(designs)} of {designs.kept}" if len(designs) < designs.kept else f"all {len(designs)}"
    words = (
        f" Of {which} designs with all open numbers free at once that end the bare symmetric cell at its time, cycled with "
        f"lithium that ages as there, {said} {'show each number' if len(shares) > 1 else 'show it'} as reported; "
        f"{np.mean(designs.idle(what)):.0%} reach the limit of the voltage at once."
    )
    return found, f"{note}{words if shares else ''}"


def _incomplete(verdict: Verdict) -> Verdict:
    """With cases that were not solved nothing is decided."""
    decided = verdict.verdict in (Word.AGREES, Word.DISAGREES)
    return replace(verdict, verdict=Word.UNDECIDED, decided_by=DECIDES) if decided else verdict


def _judged(claim: Claim, full: FullCells, predictions: Sequence[Prediction | None], note: str) -> Verdict:
    if not full.cases or None in predictions:
        return stated(claim, Word.PENDING, f"Needs {claim.needs}; no run of this study could be used.")
    return judged(claim, predictions, f"{note}{_missing(full)}")


def _missing(full: FullCells) -> str:
    names = "; ".join(each.what for each in full.unsolved)
    return f" Not solved, and in no number: {names}." if names else ""


def _over(cells: Sequence[tuple[Case, Cycled]], value: Callable[[Cycled], tuple[float, float]],
          calibrated: tuple[str, ...]) -> Prediction | None:  # fmt: skip
    """A number over mechanisms and readings: quoted where the strength is known, open over all.

    value  of a cell, and the largest that it can be
    """
    if not cells:
        return None
    quoted = next((each for each in cells if each[0].required.is_known), cells[0])
    seen = [value(cell) for _, cell in cells]
    low, high = min(each[0] for each in seen), max(each[1] for each in seen)
    return Prediction(value(quoted[1])[0], low, high, DECIDES, calibrated, quoted[1].run_id)


def _capacity(full: FullCells, what: Reported) -> Prediction | None:
    """Capacity of the bare cell with Li4Ti5O12 in the reported cycle, mAh/g."""
    return _over(full.with_cells(LTO, BARE), lambda cell: (cell.at(what.cycle),) * 2, CALIBRATED_BARE)


def _loss(full: FullCells, what: Reported) -> Prediction | None:
    """Share of the capacity that the bare cell with LiCoO2 has lost in the reported cycle, %."""
    return _over(full.with_cells(LCO, BARE), lambda cell: (100 * (1 - cell.kept(what.cycle)),) * 2, CALIBRATED_BARE)


def _kept(full: FullCells, what: Reported) -> Prediction | None:
    """Share of the capacity that the coated cell with LiCoO2 keeps, %."""
    return _over(full.with_cells(LCO, AS_BARE, LESS), lambda cell: (100 * cell.kept(what.cycle),) * 2, CALIBRATED_COATED)


def _fade(full: FullCells, what: Reported) -> list[Prediction | None]:
    """Cycles for which the coated cell with Li4Ti5O12 keeps what the reported fade leaves, and its fade, % per cycle."""
    cells = full.with_cells(LTO, AS_BARE, LESS)

    def lived(cell: Cycled) -> tuple[float, float]:
        end = cell.below(what.threshold(cell))
        return (end, end) if end is not None else (float(cell.planned), math.inf)

    return [
        _over(cells, lived, CALIBRATED_COATED),
        _over(cells, lambda cell: (100 * (1 - cell.kept(what.cycle)) / what.cycle,) * 2, CALIBRATED_COATED),
    ]


# -------------------------------------------------------------------------------------------------- the plateau


def plateaus(full: FullCells) -> dict[tuple[str, str, int], float]:
    """How far the middle of a charge with bare lithium lies above that with coated lithium, mV.

    By the case, how the coated lithium ages, and the cycle; cells with Li4Ti5O12.
    """
    found = {}
    for case in full.cases:
        bare = case.cells.get((LTO.cathode, BARE))
        for how in (AS_BARE, LESS):
            coated = case.cells.get((LTO.cathode, how))
            for cycle in (LTO.first, *LTO.shown):
                if bare and coated and (b := bare.plateau(cycle)) is not None and (c := coated.plateau(cycle)) is not None:
                    found[case.name, how, cycle] = 1e3 * (b - c)
    return found


def _plateau_verdict(full: FullCells, claims: Claims) -> Verdict:
    claim, found = claims[PLATEAU], plateaus(full)
    if not found:
        return stated(claim, Word.PENDING, f"Needs {claim.needs}; no run of this study could be used.")
    word = compare(Band(0.0, math.inf), Prediction(0.0, min(found.values()), max(found.values())))
    parts = []
    for case in full.cases:
        of = {(how, cycle): value for (name, how, cycle), value in found.items() if name == case.name}
        if of:
            parts.append(f"{case.name}: {min(of.values()):+.0f} to {max(of.values()):+.0f} mV")
    note = (
        "Voltage in the middle of a charge with bare lithium less that with coated lithium, in cycles "
        f"{', '.join(f'{n}' for n in (LTO.first, *LTO.shown))}: {'; '.join(parts)}. {_first_half(full)} Missing: in which "
        "cycles the curves were taken, in numbers."
    )
    made = stated(claim, word, f"{note}{_missing(full)}", calibrated_on=CALIBRATED_COATED)
    return replace(made, decided_by=DECIDES if word is Word.UNDECIDED else None)


def _first_half(full: FullCells) -> str:
    """Why the spectra before cycling do not order the charges: the first stripping opens the surface."""
    found = [
        (bare.table["mean_discharge_voltage"].iloc[0], coated.table["mean_discharge_voltage"].iloc[0])
        for case in full.cases
        if (bare := case.cells.get((LTO.cathode, BARE))) and (coated := case.cells.get((LTO.cathode, AS_BARE)))
    ]
    if not found:
        return ""
    gaps = [1e3 * (coated - bare) for bare, coated in found]
    return (
        f"The spectra before cycling make the first discharge with bare lithium {min(gaps):.0f} to {max(gaps):.0f} mV lower; "
        "then fresh moss carries the current past the film that they show, until the cell ages."
    )


# -------------------------------------------------------------------------------------------------- the notes


def _by_case(cells: Sequence[tuple[Case, Cycled]], said: Callable[[Cycled], str]) -> str:
    return "; ".join(f"{case.name}: {said(cell)}, limited by {limited_by(cell)}" for case, cell in cells)


def _lto_bare_note(full: FullCells, claims: Claims) -> str:
    what = reported(claims)[0]
    cells = full.with_cells(LTO, BARE)
    said = _by_case(cells, lambda cell: f"{cell.at(what.cycle):.1f} mAh/g")
    usual = [(case, case.usual) for case in full.cases if case.usual]
    other = "; ".join(f"{case.name}: {limited_by(cell)}" for case, cell in usual)
    return (
        f"In cycle {what.cycle}, with the lithium of the symmetric cells and nothing set by a full cell, {said}. "
        f"{needed_note(full, what)} The limit of the charge is not reported: {CHARGE_LIMIT} here, as a cycler would go on "
        f"below it{f'; with 2.5 V, {other}' if other else ''}."
    )


def _lco_bare_note(full: FullCells, claims: Claims) -> str:
    what = reported(claims)[2]
    said = _by_case(full.with_cells(LCO, BARE), lambda cell: f"{100 * (1 - cell.kept(what.cycle)):.0f} %")
    reserve, capacity = inventory(claims)
    e = efficiency_from_loss(what.cycle, what.capacity, reserve, capacity)
    return (
        f"Lost in {what.cycle} cycles: {said}. {needed_note(full, what)} If the loss is exhaustion of lithium, the foil of "
        f"{reserve:.1f} mAh/cm2 and {capacity:g} mAh/cm2 per cycle make the efficiency {100 * e:.1f} % at most, and nothing is "
        "lost until the foil is used up: a fade that is gradual from the start is polarisation instead. Of the electrolyte at "
        f"least {least_electrolyte(full):.0%} is left in every cell: it does not dry out."
    )


def _coated_note(full: FullCells, claims: Claims, what: Reported) -> str:
    cells = full.with_cells(what.plan, AS_BARE, LESS)
    said = "; ".join(
        f"{case.name}, {'as the bare one' if cell is case.cells.get((what.plan.cathode, AS_BARE)) else 'less'}: "
        f"{100 * cell.kept(what.cycle):.1f} %, limited by {limited_by(cell)}"
        for case, cell in cells
    )
    return (
        f"Kept in cycle {what.cycle}, ageing as the bare lithium or as much less as the reported life of the symmetric cell "
        f"requires at least: {said}. Less is an upper bound on how it ages, since that cell still lived. "
        f"{needed_note(full, what)} {_shape(full, what)}The cathode does not age in the model."
    )


def _shape(full: FullCells, what: Reported) -> str:
    """Over how many cycles a flat plateau loses its capacity."""
    if what.plan is not LTO:
        return ""
    spans = []
    for _, cell in full.with_cells(LTO, BARE, AS_BARE, LESS):
        begin, end = cell.below(WHOLE * cell.whole), cell.below(cell.whole / 2)
        if begin is not None and end is not None:
            spans.append((end - begin) / end)
    if not spans:
        return ""
    return (
        f"No cell fades at a steady rate: those that lose half of their capacity fall from {WHOLE:.0%} to half within "
        f"{max(spans):.0%} of their cycles at most, because the voltage of Li4Ti5O12 is flat. A steady fade over hundreds of "
        "cycles is that of the cathode, or of an electrode that fails place by place. "
    )


def needed_note(full: FullCells, what: Reported) -> str:
    """The strength that a reported capacity needs, beside those of the symmetric cell."""
    parts = []
    for of in MECHANISMS:
        strength = full.needed.get((what.claim, of.name))
        if strength is not None:
            parts.append(f"{of.field.replace('_', ' ')} = {said(strength, of)} ({_beside(full, what, of)})")
    return f"What is reported needs {'; or '.join(parts)}." if parts else ""


def said(strength: Bounded, of: Mechanism) -> str:
    """A strength with its unit."""
    return f"{strength.said('.2g')} {of.unit}".rstrip()


def _beside(full: FullCells, what: Reported, of: Mechanism) -> str:
    low, high = of.known
    mine = [case.required for case in full.cases if case.required.mechanism.name == of.name]
    if what.material == "bare":
        ends = (f"{said(case.bare, of)} if {READINGS[case.reading]}" for case in mine)
        return f"symmetric cell: {', '.join(ends)}; known: {low:g} to {high:g}"
    ends = (f"{_most(case.coated[what.material], of)} if {READINGS[case.reading]}" for case in mine)
    return f"symmetric cell, at most: {', '.join(ends)}; known: {low:g} to {high:g}"


def _most(strength: Bounded, of: Mechanism) -> str:
    """The most that a coated symmetric cell bears; it was looked for up to that of the bare one."""
    return f"no limit up to {strength.value:.2g} {of.unit}".rstrip() if strength.bound == "lower" else said(strength, of)


def reductions(full: FullCells, of: Mechanism) -> dict[str, Bounded | None]:
    """How many times less the coated lithium must age in the full cells with a cathode, by its name; None without both."""
    found: dict[str, Bounded | None] = {}
    for plan, bare, coated in ((LTO, LTO_BARE, LTO_COATED), (LCO, LCO_BARE, LCO_COATED)):
        worn, spared = (full.needed.get((claim, of.name)) for claim in (bare, coated))
        found[plan.cathode] = reduction(worn, spared) if worn and spared else None
    return found


# -------------------------------------------------------------------------------------------------- the reserve


def inventory(claims: Claims) -> tuple[float, float]:
    """Lithium in the foil and capacity of the cathode of the cell with LiCoO2, mAh/cm2."""
    cathode, foil = (float(value) for value in claims["perovskite.lco.conditions"].values[:2])
    return foil * 1e-6 / lookup("lithium.molar_volume").to("m3/mol") * FARADAY / MAH_PER_CM2, cathode


def inferred(cell: Cycled, claims: Claims) -> Inferred | None:
    """The efficiency that the knee of a simulated curve says, as if lithium limited the cell; None without a knee."""
    reserve = inventory(claims)[0] * MAH_PER_CM2 / (3600 * cell.active)
    try:
        return infer_efficiency(list(cell.capacity), reserve)
    except InputError:
        return None


def least_electrolyte(full: FullCells) -> float:
    """Least share of its solvent that a full cell has left."""
    shares = (
        float(cell.table["solvent_left"].iloc[-1] / cell.table["solvent_left"].iloc[0])
        for case in full.cases
        for cell in case.cells.values()
    )
    return min(shares, default=math.nan)


def chain() -> tuple[Link, ...]:
    """What was set before a full cell was run, and what follows."""
    coated, bare = f"{LIFE}, its first number: the coated cell", f"{LIFE}, its second number: the bare cell"
    return (
        Link((bare, BARE_SPECTRUM), "how fast lithium ages, in the full cells as well", (LTO_BARE, LCO_BARE, PLATEAU)),
        Link((bare, coated, COATED_SPECTRA), "the most that coated lithium may age", (LTO_COATED, LCO_COATED, PLATEAU)),
    )
