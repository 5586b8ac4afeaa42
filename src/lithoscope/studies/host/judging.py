"""The verdicts on the short runs and on the map."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from lithoscope.analysis.confinement import Confinement
from lithoscope.studies.host.cells import CAPACITY, FIRST_VOLTAGE, THICK, THIN, most_fibres
from lithoscope.studies.host.confine import COVERED, EXPOSED, GROWN_M
from lithoscope.studies.host.findings import CALIBRATED
from lithoscope.studies.host.runs import EARLY_CYCLES, RATES, bump, whole
from lithoscope.studies.verdict import Prediction, Verdict, Word, judged, stated

if TYPE_CHECKING:
    from lithoscope.studies.claims import Claims
    from lithoscope.studies.host.confine import Confined
    from lithoscope.studies.host.findings import Findings

HOST1, RATIO, RATED = "host.overpot.host1", "host.eis.ratio", "host.overpot.rates"
FLAT, FADING = "host.flatprofile", "host.bump.attenuate"

PLATED_SHARE = "share of the matrix on which lithium is plated"

NOT_USED = "No run of this study could be used."


def short(claims: Claims, found: Findings) -> dict[str, Verdict]:
    """What the short runs decide."""
    made = (
        _first_voltage(claims, found),
        _capacity(claims, found),
        _host_voltage(claims, found),
        _rates(claims, found),
        _ratio(claims, found),
        _bumps(claims, found),
        _fading(claims, found),
    )
    return {verdict.id: verdict for verdict in made}


def _first_voltage(claims: Claims, found: Findings) -> Verdict:
    value = found.profiles["bare, no moss"][1.0][0].mean
    result = found.runs["bare, fresh"]
    return judged(
        claims[FIRST_VOLTAGE],
        [Prediction(value, value, value, None, (FIRST_VOLTAGE,), result.manifest.run_id)],
        "Sets the interface of lithium, which the host shares. It is a lower bound, so everything is predicted up to the "
        "voltage of the 100th cycle as well. It is read as the voltage of the fresh surface: as soon as moss grows, the model "
        "needs less.",
    )


def _capacity(claims: Claims, found: Findings) -> Verdict:
    value = float(claims[CAPACITY].values[0])
    return judged(
        claims[CAPACITY],
        [Prediction(value, value, value, None, (CAPACITY,))],
        "Sets the lithium fraction for each fraction of fibres, which the paper does not give. With 400 nm fibres and 30 nm "
        f"of zinc oxide, turned into LiZn and Li2O, it cannot be reached with more than {most_fibres(claims):.2f} of fibres: "
        "there all pores are full. The lithium in LiZn counts as matrix.",
    )


def _host_voltage(claims: Claims, found: Findings) -> Verdict:
    p, bare = found.overpotential[1.0], found.profiles["bare, no moss"][1.0][0].mean
    reported = float(claims[HOST1].values[0])
    share = share_for(found, reported)
    there = at_share(found, share)
    note = (
        f"At the quoted values {p.value:.0f} mV, half of them in the separator and its salt, where foils need {bare:.0f} mV; "
        f"{reported - p.value:.0f} mV are unexplained. Only ends of several ranges together reach {reported:g} mV, such as an "
        f"exponent of the porosity of 3 with a porosity of 0.3. Or {share:.1%} of the surface take part, far below its range; "
        f"then a fresh host has {there[1]:.1f} times less resistance than a foil and needs {there[0][3.0]:.0f} and "
        f"{there[0][5.0]:.0f} mV at 3 and 5 mA/cm2."
    )
    return judged(claims[HOST1], [p], note)


def _rates(claims: Claims, found: Findings) -> Verdict:
    """The shape: one voltage sets the height of the line, the two others follow."""
    first = float(claims[HOST1].values[0])
    band = claims[HOST1].band(0)
    scaled = []
    for n, i in enumerate(RATES[1:]):
        r, designs = found.rising[i], found.drawn.rising[i]
        by_ranges = Prediction(first * r.value, band.low * r.low, band.high * r.high, r.decided_by, (*CALIBRATED, HOST1), r.run)
        scaled.append(replace(designs, values=first * designs.values).added_to(by_ranges, claims[RATED].band(n)))
    alone = " and ".join(f"{found.overpotential[i].value:.0f}" for i in RATES[1:])
    values = [first, *(float(v) for v in claims[RATED].values)]
    slope = (values[2] - values[0]) / (RATES[2] - RATES[0])
    least = [found.rising[i].low for i in RATES[1:]]
    note = (
        f"Predicted from the {first:g} mV at 1 mA/cm2, with their tolerance, and the ratio of the voltages in the model: over "
        f"all ranges at least {least[0]:.2f} at 3 and {least[1]:.2f} at 5 mA/cm2. Reported are {values[0]:g}, {values[1]:g} "
        f"and {values[2]:g} mV: a line of {slope:.1f} ohm cm2 that does not pass through the origin but "
        f"{values[0] - slope:.0f} mV above it. Charge transfer, films and electrolyte all vanish with the current. So a "
        "voltage that does not depend on it is missing in the model: nucleation in every half-cycle, a film that breaks, or an "
        f"offset of the instrument. The model by itself gives {alone} mV at 3 and 5 mA/cm2: "
        f"{values[1] - found.overpotential[3.0].value:.0f} and {values[2] - found.overpotential[5.0].value:.0f} mV less, where "
        f"{first - found.overpotential[1.0].value:.0f} are missing at 1 mA/cm2."
    )
    return judged(claims[RATED], scaled, note)


def _ratio(claims: Claims, found: Findings) -> Verdict:
    f, a = found.fresh, found.aged
    note = (
        f"Fresh electrodes: {f.value:.0f} ({f.low:.1f} to {f.high:.0f}). After {EARLY_CYCLES} cycles moss has made the foil's "
        f"own surface larger, and the ratio is {a.value:.1f} with every number of moss at its prior; the host's model has no "
        "moss. The reported 10 lies between both. Straight fibres with an even coat, all of it connected, would give "
        f"{found.by_share[1.0][1]:.0f}."
    )
    return judged(claims[RATIO], [a], note)


def share_for(found: Findings, voltage: float) -> float:
    """Share of the surface at which the cell of two hosts shows a voltage at 1 mA/cm2, mV; between the shares that were run."""
    shares = sorted(found.by_share)
    volts = [found.by_share[share][0][1.0] for share in shares]
    return float(np.exp(np.interp(np.log(voltage), np.log(volts[::-1]), np.log(shares[::-1]))))


def at_share(found: Findings, share: float) -> tuple[dict[float, float], float]:
    """What a host shows at a share of its surface, between those that were run: mV by current density, and fresh ratio."""
    shares = sorted(found.by_share)

    def at(values: Sequence[float]) -> float:
        return float(np.exp(np.interp(np.log(share), np.log(shares), np.log(values))))

    return {i: at([found.by_share[s][0][i] for s in shares]) for i in RATES}, at([found.by_share[s][1] for s in shares])


# ------------------------------------------------------------------------------------------- the shape of a half-cycle


def _bumps(claims: Claims, found: Findings) -> Verdict:
    host = {i: bump(pair[0]) for i, pair in found.profiles["host"].items()}
    bare = {i: bump(pair[0]) for i, pair in found.profiles["bare, first cycle"].items()}
    both = all(bare[i] > host[i] for i in RATES)
    listed = ", ".join(f"{bare[i]:.1f} and {host[i]:.1f} at {i:g} mA/cm2" for i in RATES)
    note = (
        "Height of the peaks over the lowest voltage in the first half-cycle, foil and host: "
        + listed
        + ". In the foil the peak "
        "stands at the beginning: moss and pits open a surface that the fresh face does not have. A peak at the end needs "
        "moss that is used up, which the priors do not give at 1 mAh/cm2. What looks like a slope in the host is salt, not "
        "kinetics: its first minutes. Without moss the foil is as flat. The numbers of moss are priors."
    )
    return replace(
        stated(claims[FLAT], Word.UNDECIDED if both else Word.DISAGREES, note, calibrated_on=(FIRST_VOLTAGE,)),
        decided_by="moss: its share, its area and its kinetics" if both else None,
    )


def _fading(claims: Claims, found: Findings) -> Verdict:
    result = found.runs["bare, ten cycles"]
    first, last = bump(whole(result, 0)), bump(whole(result, 2 * (EARLY_CYCLES - 1)))
    word = Word.AGREES if found.fading.low > 1 else Word.DISAGREES if found.fading.high < 1 else Word.UNDECIDED
    note = (
        f"With every number of moss at its prior the peaks of the foil fall from {first:.2f} to {last:.2f} of the lowest "
        f"voltage in {EARLY_CYCLES} cycles; over the ranges of moss the first is {found.fading.low:.1f} to "
        f"{found.fading.high:.0f} times as high as the last. In the model the cause is the one that the paper names, a larger "
        "surface."
    )
    made = stated(claims[FADING], word, note, calibrated_on=(FIRST_VOLTAGE,), run=result.manifest.run_id)
    return replace(made, decided_by=found.fading.decided_by if word is Word.UNDECIDED else None)


# ------------------------------------------------------------------------------------------- the map


def confined(claims: Claims, made: Confined) -> dict[str, Verdict]:
    """What the map decides."""
    insulating, conducting = made.of("insulating"), made.of("conducting")
    verdicts = (
        *(_over_map(claims, insulating, statement) for statement in _statements(made)),
        _control(claims, made, conducting),
        _nucleation(claims, made),
        *_thickness(claims, made),
    )
    return {verdict.id: verdict for verdict in verdicts}


@dataclass(frozen=True, slots=True)
class Statement:
    """A statement about a host with an insulating matrix: its claim, when it holds, in words, what else is to say, what "
    "decides."""

    name: str
    holds: Callable[[Confinement], bool]
    what: str
    more: str
    decides: str


def _statements(made: Confined) -> tuple[Statement, ...]:
    return (
        Statement(
            "host.strip.top",
            lambda f: f.top_stripped < EXPOSED * f.top_before,
            f"At the top less than {EXPOSED:.0%} of the lithium is left",
            _left(made),
            "percolation threshold",
        ),
        Statement(
            "host.strip.favoured",
            lambda f: f.stripped_depth < 0.5,
            "More is stripped from the upper half than from the lower",
            _reference(made, "stripped_depth"),
            "percolation threshold",
        ),
        Statement(
            "host.plate.inside",
            lambda f: f.fills_from_inside and f.outgrown < GROWN_M,
            "What is plated first lies deeper than what was stripped, and nothing on top",
            _depths(made),
            PLATED_SHARE,
        ),
        Statement(
            "host.plate.back",
            lambda f: f.top_after > COVERED * f.top_before and f.outgrown < GROWN_M,
            f"At the end the top holds more than {COVERED:.0%} of its lithium again, and nothing grows out of it",
            _covered(made),
            "the law of the front",
        ),
    )


def _over_map(claims: Claims, found: Sequence[Confinement], statement: Statement) -> Verdict:
    """A statement over all points of the map with an insulating matrix."""
    number = sum(statement.holds(f) for f in found)
    word = Word.AGREES if number == len(found) else Word.UNDECIDED if number else Word.DISAGREES
    note = (
        f"{statement.what} in {number} of {len(found)} runs: hosts of {THICK:g} and {THIN:g} um with an insulating matrix, "
        f"each free choice of the front law at both ends of its range. {statement.more} That the matrix insulates and that "
        "nothing is plated on bare fibres is put in."
    )
    made = stated(claims[statement.name], word, note, calibrated_on=(CAPACITY, FIRST_VOLTAGE))
    return replace(made, decided_by=statement.decides if word is Word.UNDECIDED else None)


def _reference(made: Confined, field: str) -> str:
    parts = [f"{getattr(f, field):.2f} of the thickness for {t:g} um" for t, f in _references(made)]
    return f"Mean depth at the quoted values: {', '.join(parts) or 'not solved'}; 0.5 would be even."


def _references(made: Confined) -> list[tuple[float, Confinement]]:
    """Thickness and what was found at the quoted values with an insulating matrix, where that was solved."""
    return [(t, f) for t in (THICK, THIN) if (f := made.reference("insulating", t)) is not None]


def _left(made: Confined) -> str:
    worst = max((s for s in made.choices if s.place.matrix == "insulating"), key=lambda s: s.found.top_stripped)
    name = worst.place.changed.rpartition(".")[2].replace("_", " ")
    return (
        "The exceptions leave more because lithium below a threshold is cut off: "
        f"{worst.found.top_stripped / worst.found.top_before:.0%} with a {name} of {worst.place.value:g}."
    )


def _depths(made: Confined) -> str:
    parts = [f"{f.stripped_depth:.3f} to {f.plated_depth:.3f} of {t:g} um" for t, f in _references(made)]
    on_fibres = [s.found for s in made.sweep if s.plated_matrix > 0 and s.place.value <= 1e-6]
    return (
        f"The difference is small: the mean depth goes from {' and from '.join(parts)}. Where nothing is plated on bare fibres "
        "this holds for every conductivity of the matrix up to 100 S/m; where lithium is plated on fibres, it does so in "
        f"{sum(f.fills_from_inside for f in on_fibres)} of {len(on_fibres)} runs even of an insulator."
    )


def _covered(made: Confined) -> str:
    low, high = (pick(f.top_after / f.top_before for f in made.of("insulating")) for pick in (min, max))
    return f"It holds {low:.2f} to {high:.2f} of what it held at first."


def _control(claims: Claims, made: Confined, conducting: Sequence[Confinement]) -> Verdict:
    upward = sum(not f.fills_from_inside for f in conducting)
    clogged, grown = sum(f.clogs_its_top for f in conducting), max(f.outgrown for f in conducting)
    bare = [s.found for s in made.sweep if s.plated_matrix == 0 and s.place.value >= 1]
    inside = sum(f.fills_from_inside for f in bare)
    note = (
        f"A mat of 100 S/m on which lithium is plated as well as on a third of the lithium: in {upward} of {len(conducting)} "
        f"runs what is plated first lies nearer to the top than what was stripped, in {clogged} the top ends more than 90 % "
        f"full, and at most {grown * 1e6:.1f} um grow out of it. But with the same conductivity and nothing plated on the "
        f"fibres {inside} of {len(bare)} runs fill from inside. So what decides is whether lithium is plated on the fibres, "
        "and not how well they conduct: a point that the paper's contrast leaves open."
    )
    word = Word.UNDECIDED if inside > 0 or upward < len(conducting) else Word.AGREES
    decided = PLATED_SHARE if word is Word.UNDECIDED else None
    return replace(
        stated(claims["host.control.conductive"], word, note, calibrated_on=(CAPACITY, FIRST_VOLTAGE)), decided_by=decided
    )


def _nucleation(claims: Claims, made: Confined) -> Verdict:
    fronts = [f"{f.front * 1e6:.0f} of {t:g} um" for t, f in _references(made)]
    note = (
        "The law of the front puts this in: on fibres without electrons no lithium is plated, whatever their surface would "
        f"allow. What it gives is the consequence, that a front stays below the top after stripping: {' and '.join(fronts)}. A "
        "rule that is put in cannot be tested by its consequence alone."
    )
    return replace(stated(claims["host.insul.no_nucleation"], Word.UNDECIDED, note), decided_by="the law of the front")


def _thickness(claims: Claims, made: Confined) -> tuple[Verdict, Verdict]:
    """A rigid mat: what is not filled with lithium is filled with electrolyte."""
    result, claim = made.emptied, claims["host.thickness"]
    if result is None:
        thick, percent = (stated(c, Word.PENDING, NOT_USED) for c in (claim, claims["host.thickness.pct"]))
        return thick, percent
    before, after = (float(v) for v in claim.values)
    out = float(result.trace["charge_passed"].values[-1]) / 36000
    change = 1e6 * float(result.trace["working_thickness_change"].values[-1])
    run = result.manifest.run_id
    note = (
        f"Stripped until nothing has contact any more, the host gives {out:.1f} mAh/cm2 and stays {before + change:.1f} um "
        f"thick: the model's mat is rigid, and electrolyte takes the place of the lithium. A foil would lose {out * 4.85:.0f} "
        f"um. The reported {before - after:g} um need a mat that gives way, by {(before - after) / before:.1%} of its "
        "thickness under the pressure of the cell, which is not in the model."
    )
    left = before + change
    predictions = [Prediction(before, before, before, None, (claim.id,), run), Prediction(left, left, left, None, (), run)]
    thick = judged(claim, predictions, note)
    share = round(abs(change) / before * 100, 9)  # no lithium grows out of it but by rounding
    percent = judged(claims["host.thickness.pct"], [Prediction(share, share, share, None, (), run)],
                     f"{note} The two thicknesses make {(before - after) / before:.2%}, as stated.")  # fmt: skip
    return thick, percent
