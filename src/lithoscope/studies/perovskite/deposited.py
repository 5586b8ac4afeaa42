"""The deposits on bare and on coated lithium, as a part of the study: ready runs of the phase field judge what grew.

The coating is a resistance that stays whole and follows the surface, so that where lithium grows is built in and not found.
What makes bare lithium uneven was not measured: the film's map, its cracks and how it grows again are priors.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from lithoscope.constants import FARADAY
from lithoscope.data import lookup
from lithoscope.studies.deposits.kept import shipped
from lithoscope.studies.deposits.reading import AGAIN, NAMES, ROOT, Hull, Studies, hull, interval, pores, said, table, unchecked
from lithoscope.studies.perovskite.depositpanels import panel
from lithoscope.studies.typeset import typeset
from lithoscope.studies.verdict import Prediction, Verdict, Word, judged
from lithoscope.units import MAH_PER_CM2

if TYPE_CHECKING:
    from lithoscope.studies.claims import Claims
    from lithoscope.studies.outcome import Outcome

COATED = tuple(name for name in NAMES if name.startswith("coated-"))
BARE = tuple(name for name in NAMES if name.startswith("bare-"))
"""The ready runs of the paper's depositions: currents, films, times."""

CURRENTS = (2, 4, 6)

BORNE = 0.03
"""Strain that a coating of a brittle crystal bears at most, a prior: by so much its surface may grow while it stays whole."""

DECIDED = tuple(
    f"perovskite.{name}"
    for name in (
        "plate.thickness_linear", "plate.underneath", "plate.bare_porous", "plate.bare_exponential", "plate.bare_decline",
        "fib", "loose_structure", "black_surface",
    )
)  # fmt: skip
"""The claims that they judge."""

TEARING = "strain that the coating bears before it tears"

RATIO = "thickness_ratio"

POROUS = 0.2
"""Share of pores from which a deposit is called highly porous here; the paper states none."""

STEEPER = 0.02
"""How much the thickness per charge must rise from 10 to 30 mAh/cm2 to be called faster than linear."""


def added(before: Outcome) -> Outcome:
    """The outcome with what the ready runs say. Takes no time: the runs ship with the package."""
    names = (*COATED, *BARE)
    studies = {name: shipped(name)[0] for name in names}
    made = verdicts(before.claims, studies)
    return replace(
        before,
        verdicts=[made.get(verdict.id, verdict) for verdict in before.verdicts],
        answer=(*before.answer, typeset(sentence(studies))),
        panels=(*before.panels, panel(studies)),
        tables=(*before.tables, table(studies, names)),
    )


def verdicts(claims: Claims, studies: Studies) -> dict[str, Verdict]:
    """What the ready runs say of the claims on deposits."""
    coated, bare = hull(studies, COATED, RATIO), hull(studies, BARE, RATIO)
    if coated is None or bare is None:
        return {name: said(claims[name], Word.UNDECIDED, "No ready run can be used.", decided_by=AGAIN) for name in DECIDED}
    made = (
        _linear(claims, studies, coated), _underneath(claims, coated), _porous(claims, studies, bare),
        _exponential(claims, studies), _decline(claims, studies), _sections(claims, studies), _loose(claims, bare),
        _black(claims, studies),
    )  # fmt: skip
    return {verdict.id: verdict for verdict in made}


def _dense() -> float:
    """Thickness of dense lithium, um per mAh/cm2."""
    return 1e6 * lookup("lithium.molar_volume").to("m3/mol") / FARADAY * MAH_PER_CM2


def _linear(claims: Claims, studies: Studies, coated: Hull) -> Verdict:
    slope = _dense()
    predicted = Prediction(slope * coated.value, slope * coated.low, slope * coated.high, AGAIN, run=coated.runs[0])
    area = max(run.numbers["largest_area"] for name in COATED for run in studies[name].runs if run.usable)
    note = (
        f"{slope:.2f} um per mAh/cm2 are dense lithium; under the coating the deposit is {coated.low:.3f} to {coated.high:.3f} "
        f"times as thick, at 2 to 6 mA/cm2, over native films, grids and seeds. The model lets the coating stay whole, on a "
        f"surface that reaches {area:.2f} times the electrode's; one that bears a strain of {100 * BORNE:.0f} % tears before. "
        f"{_grids(studies, COATED)} {_unresolved(studies, COATED)}"
    )
    verdict = judged(claims["perovskite.plate.thickness_linear"], [predicted], note.strip())
    if verdict.verdict is Word.AGREES and area > 1 + BORNE:
        return replace(verdict, verdict=Word.UNDECIDED, decided_by=TEARING)
    return verdict


def _unresolved(studies: Studies, names: tuple[str, ...]) -> str:
    """Which ready runs are not used on their finest grid."""
    lost = [name for name in names if not studies[name].finest.usable]
    return f"Not used, because the run on the finest grid is marked or ended early: {', '.join(lost)}." if lost else ""


def _grids(studies: Studies, names: tuple[str, ...]) -> str:
    loose = unchecked(studies, names, RATIO)
    return f"Not converged, or on one grid only: {', '.join(loose)}." if loose else "All grids go to a limit."


def _underneath(claims: Claims, coated: Hull) -> Verdict:
    note = (
        f"Dense it is: {100 * pores(coated.high):.1f} % of pores at most, at 2 to 6 mA/cm2 and up to 30 mAh/cm2. That it lies "
        "beneath the film is built into the model, in which the film is a property of the surface of lithium; where lithium "
        "forms is decided by whether electrons cross the lithiated film."
    )
    return said(claims["perovskite.plate.underneath"], Word.UNDECIDED, note,
                decided_by="electronic conductivity of the lithiated film", run=coated.runs[0])  # fmt: skip


def _porous(claims: Claims, studies: Studies, bare: Hull) -> Verdict:
    low, high = pores(bare.low), pores(bare.high)
    note = (
        f"A native film that is uneven, or cracks and grows again, leaves {100 * low:.1f} to {100 * high:.1f} % of pores after "
        "2 h or more, over maps, grids and seeds, and many more before, when its unevenness is fresh; highly "
        f"porous is read as more than {100 * POROUS:.0f} %. Where the film conducts best lithium runs ahead, spreads over the "
        "rest and buries its film, so that the front becomes even again: that alone makes no porous deposit. Whiskers "
        f"that grow from their root through a crack are not in the model. {_unresolved(studies, BARE)}"
    )
    claim = claims["perovskite.plate.bare_porous"]
    if low > POROUS:
        return said(claim, Word.AGREES, note.strip(), run=bare.runs[0])
    return said(claim, Word.UNDECIDED, note.strip(), decided_by=ROOT if high < POROUS else AGAIN, run=bare.runs[0])


def _exponential(claims: Claims, studies: Studies) -> Verdict:
    claim = claims["perovskite.plate.bare_exponential"]
    ends = {i: interval(studies, f"bare-regrowing-{i}", RATIO) for i in CURRENTS}
    shown = ", ".join(f"{seen.value:.3f} at {i} mA/cm2" if seen else f"no usable run at {i} mA/cm2" for i, seen in ends.items())
    early = interval(studies, "bare-regrowing-early", RATIO)
    note = (
        f"Thickness over that of dense lithium after 5 h, with a film that cracks and grows again: {shown}. "
        + (f"After 2 h at 2 mA/cm2 it was {early.value:.3f}. " if early else "")
        + "What is overgrown early does not grow further. Current and capacity rise together in the series."
    )
    first, last = ends[CURRENTS[0]], ends[CURRENTS[-1]]
    if first and last and last.low > first.high * (1 + STEEPER):
        return said(claim, Word.AGREES, note, run=last.runs[0])
    return said(claim, Word.UNDECIDED, note, decided_by=ROOT, run=last.runs[0] if last else None)


def _decline(claims: Claims, studies: Studies) -> Verdict:
    dead = max(run.numbers["dead_share"] for name in BARE for run in studies[name].runs if run.usable)
    note = (
        f"While lithium is plated, {100 * dead:.2g} % of it lose contact in the model at most; what comes off when the sample "
        "is rinsed needs the strength with which the deposit holds together, which is in no model, and no number is given."
    )
    return said(claims["perovskite.plate.bare_decline"], Word.NOT_TESTABLE, note)


def _sections(claims: Claims, studies: Studies) -> Verdict:
    """The pores at the capacity of the sections, along the runs at their current density."""
    claim = claims["perovskite.fib"]
    current, _, capacity = (float(value) for value in claim.values)
    found = {}
    for kind in ("bare", "coated"):
        names = [f"{kind}-{film}-{current:g}" for film in ("uneven", "regrowing")]
        seen = [each for name in names if (each := _along(studies, name, capacity))]
        if not seen:
            return said(claim, Word.UNDECIDED, f"No {kind} run can be used.", decided_by=AGAIN)
        found[kind] = (pores(min(each.low for each in seen)), pores(max(each.high for each in seen)), seen[0].runs[0])
    (low, high, run), (dense_low, dense_high, _) = found["bare"], found["coated"]
    note = (
        f"After {capacity:g} mAh/cm2 at {current:g} mA/cm2 the coated deposit has {100 * dense_low:.1f} to "
        f"{100 * dense_high:.1f} % of pores and the bare one {100 * low:.1f} to {100 * high:.1f} %."
    )
    if low > POROUS and dense_high < dense(claims):
        return said(claim, Word.AGREES, note, run=run)
    return said(claim, Word.UNDECIDED, note, decided_by=ROOT if high < POROUS else AGAIN, run=run)


def dense(claims: Claims) -> float:
    """Share of pores up to which a deposit is called dense here: what the claim on the thickness is allowed."""
    claim = claims["perovskite.plate.thickness_linear"]
    return pores(claim.band(0).high / float(claim.values[0]))


def _along(studies: Studies, name: str, capacity: float) -> Hull | None:
    """Thickness over that of dense lithium when a capacity is reached in a run, mAh/cm2, as uncertain as at its end."""
    end = interval(studies, name, RATIO)
    if end is None:
        return None
    run = studies[name].finest
    there = float(np.interp(capacity, run.capacity, run.thickness)) / (_dense() * capacity)
    return Hull(there, there + end.low - end.value, there + end.high - end.value, end.runs)


def _loose(claims: Claims, bare: Hull) -> Verdict:
    lean = float(claims["perovskite.lco.lean"].values[0])
    per_charge = 0.1 * _dense() * (max(bare.high, 1.0) - 1)
    note = (
        f"Pores of a deposit take {per_charge:.2g} uL/mAh of electrolyte at most, of the {lean:g} uL/mAh in the paper's "
        f"leanest cell. A deposit of twice the thickness of dense lithium would take {0.1 * _dense():.2g} uL/mAh. "
        "More is taken only by pores that are left in every cycle."
    )
    return said(claims["perovskite.loose_structure"], Word.UNDECIDED, note,
                decided_by="pores that dead lithium leaves over many cycles, and the electrolyte of the cell")  # fmt: skip


def _black(claims: Claims, studies: Studies) -> Verdict:
    bare, coated = (hull(studies, names, "roughness") for names in (BARE, COATED))
    shown = (
        f"After one deposition the rms height is {max(coated.low, 0):.2g} to {coated.high:.2g} um under the coating and "
        f"{max(bare.low, 0):.2g} to {bare.high:.2g} um without. " if bare and coated else ""
    )  # fmt: skip
    note = f"{shown}Fifty cycles were not run; colour is not modelled."
    return said(claims["perovskite.black_surface"], Word.UNDECIDED, note, decided_by=AGAIN)


def sentence(studies: Studies) -> str:
    """The finding in words."""
    coated, bare = hull(studies, COATED, RATIO), hull(studies, BARE, RATIO)
    if coated is None or bare is None:
        return "No ready run of a deposit can be used."
    return (
        f"Deposits: under a coating that stays whole lithium is {coated.low:.3f} to {coated.high:.3f} times as thick as dense "
        f"lithium, as reported. On bare lithium an uneven film, or one that cracks and grows again, makes it {bare.low:.3f} to "
        f"{bare.high:.3f} times as thick. Growth from the root is not in the model; the paper's porous deposit needs more."
    )
