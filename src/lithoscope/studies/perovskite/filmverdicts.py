"""What the voltammograms and the lithiations say: verdicts, with what they rest on."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from lithoscope.analysis.voltammetry import scan_curve
from lithoscope.constants import FARADAY
from lithoscope.data import lookup
from lithoscope.studies.claims import Band
from lithoscope.studies.perovskite.converted import CONTACT_H, DENSITY, FRACTION, LAW, LAWS
from lithoscope.studies.perovskite.scanned import INSERTION, highest_peak, insertion_peak, lowest_peak, steel_peak
from lithoscope.studies.perovskite.voltammetry import ABOVE_V, BARE, CHLORIDE, FILMS, LEAD, PLATING_V, TIN
from lithoscope.studies.verdict import Prediction, Verdict, Word, answered, judged, stated, with_numbers

if TYPE_CHECKING:
    from lithoscope.studies.claims import Claim, Claims
    from lithoscope.studies.perovskite.converted import Converted
    from lithoscope.studies.perovskite.convertspread import ConvertedSpread
    from lithoscope.studies.perovskite.scanned import Scanned
    from lithoscope.studies.perovskite.scanspread import ScanSpread

FLAT, WINDOW, FINAL = "perovskite.cv.bare_flat", "perovskite.cv.alloy_window", "perovskite.alloy.final"
COATED, ON_STEEL, STRIP, SALT = (f"perovskite.cv.{name}" for name in ("current_coated", "current_bare", "strip", "pbcl2"))
OXIDISED, SAME = "perovskite.plate.sn_oxidised", "perovskite.xps.same"
AMOUNT, INDEPENDENT = "perovskite.conv.amount", "perovskite.conv.independent"
LIMIT, SEQUENCE, GRADIENT = (
    "perovskite.shield.licl_self_limit", "perovskite.shield.conversion_sequence", "perovskite.gradient.structure",
)  # fmt: skip
DECIDED = (
    INSERTION,
    FLAT,
    WINDOW,
    FINAL,
    COATED,
    ON_STEEL,
    STRIP,
    SALT,
    FRACTION,
    AMOUNT,
    INDEPENDENT,
    LIMIT,
    SEQUENCE,
    GRADIENT,
    OXIDISED,
    SAME,
)
"""The claims on which these runs say something."""

MUCH_LESS = 0.5
"""Share of a current below which another one counts as much lower: the paper gives no number, this is a reading."""


def informed(seen: Scanned, designs: ScanSpread, claims: Claims) -> Scanned:
    """The predictions with what the designs show; the shares that lie as reported are those of each film by itself."""
    plating = {name: designs.read(name, lambda c: c.plating) for name in (*FILMS, BARE)}
    bands = {BARE: claims[ON_STEEL].band(0), **dict.fromkeys(FILMS, claims[COATED].band(0))}
    below, above, less = Band(-math.inf, ABOVE_V), Band(0.0, math.inf), Band(-math.inf, MUCH_LESS)
    window = [claims[WINDOW].band(n) for n in (0, 1)]
    more = {f: designs.compared(f, BARE, lambda film, steel: film.stripping - steel.stripping) for f in FILMS}
    salt = designs.compared(CHLORIDE, LEAD, lambda one, other: one.plating / other.plating)
    ratio = designs.compared(TIN, LEAD, lambda one, other: one.plating / other.plating)
    return replace(
        seen,
        insertion={f: designs.read(f, insertion_peak).added_to(p, claims[INSERTION].band(n))
                   for n, (f, p) in enumerate(seen.insertion.items())},
        plating={name: spread.added_to(seen.plating[name], bands[name]) for name, spread in plating.items()},
        tin_over_lead=ratio.added_to(seen.tin_over_lead),
        lowest={f: designs.read(f, lowest_peak).added_to(p, window[0]) for f, p in seen.lowest.items()},
        highest={f: designs.read(f, highest_peak).added_to(p, window[1]) for f, p in seen.highest.items()},
        flat=designs.read(BARE, steel_peak).added_to(seen.flat, below),
        more={f: more[f].added_to(p, above) for f, p in seen.more.items()},
        chloride=salt.added_to(seen.chloride, less),
    )  # fmt: skip


def informed_of_conversion(done: Converted, designs: ConvertedSpread, claims: Claims) -> Converted:
    """The predictions on the conversion with what the designs show."""
    share, moles, deep = claims[FRACTION].band(1), claims[AMOUNT].band(0), claims[AMOUNT].band(1)
    same, still = _unchanged(claims)
    return replace(
        done,
        lead=designs.film(LEAD, "share").added_to(done.lead, share),
        amount={f: designs.film(f, "amount").added_to(p, moles) for f, p in done.amount.items()},
        depth={f: designs.film(f, "thickness").added_to(p, deep) for f, p in done.depth.items()},
        thicker=designs.read(lambda each: each.thicker).added_to(done.thicker, same),
        grown=designs.read(lambda each: each.grown).added_to(done.grown, still),
    )


def _unchanged(claims: Claims) -> tuple[Band, Band]:
    """What counts as the same amount, and as no more of it: within the tolerance of the reported amount."""
    tenth = claims[AMOUNT].tolerance
    assert tenth is not None  # the claim has one
    return Band(1 - tenth.around(1), 1 + tenth.around(1)), Band(-math.inf, 1 + tenth.around(1))


def verdicts(seen: Scanned, done: Converted, claims: Claims) -> dict[str, Verdict]:
    """The claims on the voltammograms and on the conversion of the films."""
    same, still = _unchanged(claims)
    made = (
        judged(claims[INSERTION], [seen.insertion[f] for f in FILMS], _insertion_note(seen)),
        answered(claims[FLAT], seen.flat, Band(-math.inf, ABOVE_V), _flat_note(seen)),
        judged(claims[WINDOW], [_joint(seen.lowest, min), _joint(seen.highest, max)], _window_note(seen)),
        _read_in(claims[FINAL], [done.per_metal[f] for f in FILMS], _final_note()),
        judged(claims[COATED], [_both(seen.plating)], _coated_note(seen, claims)),
        judged(claims[ON_STEEL], [seen.plating[BARE]], _steel_note(seen)),
        answered(claims[STRIP], _both(seen.more), Band(0.0, math.inf), _strip_note(seen)),
        answered(claims[SALT], seen.chloride, Band(-math.inf, MUCH_LESS), _salt_note(seen)),
        _fraction(claims[FRACTION], done),
        judged(claims[AMOUNT], [_both(done.amount), _both(done.depth)], _amount_note(done, claims)),
        answered(claims[INDEPENDENT], done.thicker, same, _thicker_note(done)),
        _open(answered(claims[LIMIT], done.grown, still, _limit_note(done, still.high - 1))),
        stated(claims[SEQUENCE], Word.PENDING, _sequence_note(seen, claims)),
    )  # fmt: skip
    return {verdict.id: verdict for verdict in made}


# ------------------------------------------------------------------------------------------------ how a word is found


def _both(found: Mapping[str, Prediction]) -> Prediction:
    """One prediction for both films: that of the tin film and of its designs, over the interval of both."""
    tin, lead = (found[f] for f in FILMS)
    wider = max((tin, lead), key=lambda p: p.high - p.low)
    return replace(tin, low=min(tin.low, lead.low), high=max(tin.high, lead.high), decided_by=wider.decided_by)


def _joint(found: Mapping[str, Prediction], pick: Callable[[float, float], float]) -> Prediction:
    """The lowest, or the highest, of both films."""
    tin, lead = (found[f] for f in FILMS)
    value, low, high = (pick(getattr(tin, at), getattr(lead, at)) for at in ("value", "low", "high"))
    return replace(tin if value == tin.value else lead, value=value, low=low, high=high)


def _read_in(claim: Claim, predictions: Sequence[Prediction], note: str) -> Verdict:
    """The verdict on what the models read in from elsewhere."""
    return with_numbers(stated(claim, Word.INPUT, note), predictions)


def _open(verdict: Verdict) -> Verdict:
    """A mechanism is not refuted by two laws out of many."""
    return replace(verdict, verdict=Word.UNDECIDED, decided_by=LAW)


def _fraction(claim: Claim, done: Converted) -> Verdict:
    """Its first number sets the leak, its second is predicted from it."""
    tin = done.films[LAWS[0], TIN].share
    first = Prediction(tin, tin, tin, None, (FRACTION,), done.lead.run)
    made = judged(claim, [first, replace(done.lead, calibrated=())], _fraction_note(done))
    return replace(made, calibrated_on=(FRACTION,), decided_by=done.lead.decided_by)


# ----------------------------------------------------------------------------------------------------------- notes


def _jointly(found: Prediction, what: str) -> str:
    """What is left if every open number is free at once. what: the designs do that lie as reported."""
    seen = found.sampled
    if seen is None or seen.inside is None:
        return ""
    lost = f", and {seen.failed} gave no number" if seen.failed else ""
    return f" Of {seen.designs} designs with all open numbers free at once {seen.inside:.0%} {what}{lost}."


def _insertion_note(seen: Scanned) -> str:
    heights = ", ".join(f"{-peak.current_density:.2g} mA/cm2 ({f})" for f in FILMS if (peak := seen.curves(f).insertion))
    filled = ", ".join(f"{_filled(seen, f):.0f} s ({f})" for f in FILMS)
    return (
        "The potentials of insertion are taken from these peaks, so that they support nothing. What follows is that a peak at "
        "1 mV/s lies below the potential, the more so the more lithium the film takes; an entry of 1 V says that no peak is "
        f"left above it. The heights, {heights}, are not reported; they would measure how much lithium the films take, which "
        "nobody knows (0.02 to 1 per formula unit). In the window that the Methods state no peak can show: at 1 V the films "
        f"fill to nine tenths in {filled}, before the scan begins to tell. Insertion voltages from the atoms would be "
        "predictions."
    )


def _filled(seen: Scanned, film: str) -> float:
    """Time in which a film at 1 V, where the stated window begins, takes nine tenths of its lithium, s."""
    trace = seen.stated[film].trace
    inserted, t = trace["working_inserted_lithium"].values, trace["time"].values
    return float(t[np.argmax(inserted >= 0.9 * inserted.max())])


def _flat_note(seen: Scanned) -> str:
    return (
        f"The one reduction of bare steel before lithium is plated is that of the electrolyte, at {seen.flat.value:.2f} V "
        f"({seen.flat.low:.2f} to {seen.flat.high:.2f} V over the priors of this film), so none shows above {ABOVE_V:g} V. "
        "That steel takes no lithium in is not a finding: the model has no such reaction on it."
    )


def _window_note(seen: Scanned) -> str:
    reactions = {f: ", ".join(f"{peak.voltage:.2f}" for peak in seen.curves(f).reactions) for f in FILMS}
    last = {f: lookup(f"alloys.{metal}.potentials").value for f, metal in ((TIN, "Sn"), (LEAD, "Pb"))}
    ends = {f: potentials[-1] for f, potentials in last.items() if isinstance(potentials, tuple)}
    return (
        f"The reductions stand at {reactions[TIN]} V (MASnCl3) and {reactions[LEAD]} V (MAPbCl3), from equilibria of the "
        "alloys in the literature; each film has peaks inside the reported window. Compared are the lowest and the highest of "
        f"both films. The lowest cannot lie there: the last plateaus, {ends[TIN]:g} V (Li-Sn) and {ends[LEAD]:g} V (Li-Pb), "
        "bound it from above at any rate, and a lead film that ends as Li17Pb4, as the paper says, has reductions below "
        f"{seen.lowest[LEAD].high:.2f} V. Either those peaks were not counted, or lead stops at an earlier alloy. The highest "
        "is set by the potential of conversion, a prior."
    )


def _final_note() -> str:
    ends = [lookup(f"alloys.{metal}.compositions").value for metal in ("Sn", "Pb")]
    last = [phases[-1] for phases in ends if isinstance(phases, tuple)]
    return (
        f"The last phases, {last[0]:g} and {last[1]:g} lithium per metal atom, are read in with the plateaus of the "
        "literature. What the runs add is that nothing slow keeps the alloys from them above 20 mV, at 0.01 to 0.5 mA/cm2. "
        "Their stability needs reaction energies (interphase, atoms)."
    )


def _coated_note(seen: Scanned, claims: Claims) -> str:
    counter, band = seen.counter, claims[COATED].band(0)
    fresh, most = (_on_areas(seen, each) for each in (counter.fresh, counter.most))
    reached = [a for n, a in enumerate(counter.area) if all(counter.most[f][n] >= band.low for f in FILMS)]
    where = f"up to {max(reached):g} cm2 of those areas only" if reached else "on none of these areas"
    ratio = seen.tin_over_lead
    return (
        f"{seen.plating[TIN].value:.2f} (MASnCl3) and {seen.plating[LEAD].value:.2f} mA/cm2 (MAPbCl3), with the film "
        "conductivity of the spectra and a counter electrode whose film is a prior. If that has the interface which the 320 "
        f"ohm of the fresh bare cell give it: {fresh}; with every other number at the end that lets most through, and as much "
        f"of the 320 ohm in charge transfer as there can be: {most}. The reported current is then reached {where}: the film of "
        f"the fresh foil does not last under current, or the disc was small. The two films differ by {ratio.value:.2f} "
        f"({ratio.low:.2f} to {ratio.high:.2f}), where two currents within {claims[COATED].tolerance} of one value differ by "
        f"{band.high / band.low:.2f} at most."
    )


def _on_areas(seen: Scanned, currents: Mapping[str, NDArray[np.float64]]) -> str:
    """The currents of both films at every area."""
    rows = zip(seen.counter.area, currents[TIN], currents[LEAD], strict=True)
    return ", ".join(f"{tin:.2f} and {lead:.2f} mA/cm2 on {area:g} cm2" for area, tin, lead in rows)


def _steel_note(seen: Scanned) -> str:
    second = -float(scan_curve(seen.runs[BARE].trace, 3).at(PLATING_V))
    return (
        f"In the first cycle; in the second it is {second:.2f} mA/cm2, as on the films, because nuclei stay as sites, so that "
        "the reported difference is that of a first cycle. The barrier of steel, the number of nuclei and the film on the "
        "deposit each decide alone: this current and that of the films do not tell barrier and film conductivity apart."
    )


def _strip_note(seen: Scanned) -> str:
    parts = ", ".join(f"{seen.more[f].value:.2f} mA/cm2 more ({f})" for f in FILMS)
    return (
        f"{parts}, at the values of all numbers; the sign holds unless the films are far more resistive than the quoted "
        "reading of the spectra has them, and steel has a low barrier and many nuclei."
    )


def _salt_note(seen: Scanned) -> str:
    p = seen.chloride
    return (
        f"The current is {p.value:.2g} of that of MAPbCl3 ({p.low:.1g} to {p.high:.2g}); it counts as much lower below "
        f"{MUCH_LESS:g}, which is a reading. The conductivity of PbCl2 is a prior over four decades, and that decides. That no "
        "insertion peak shows is read in: the model gives PbCl2 no insertion."
    )


def _fraction_note(done: Converted) -> str:
    shares = {law: done.films[law, LEAD].share for law in LAWS}
    densities, by_rate = done.rates
    n = int(np.argmax(densities))
    faster = ", ".join(f"{by_rate[law, TIN][n]:.1%} if by {law}" for law in LAWS)
    return (
        f"The tin film sets how electrons pass the product. The lead film then converts by {shares['tunnelling']:.1%} if they "
        f"tunnel and by {shares['conduction']:.1%} if they are conducted. Where they tunnel this is stoichiometry: equal moles "
        "block, and it supports no number of the law. The rate tells the two apart: at "
        f"{densities[n] / done.point[DENSITY]:.0f} times the current the tin film converts by {faster}."
        f"{_jointly(done.lead, 'give the lead film the reported share')}"
    )


def _amount_note(done: Converted, claims: Claims) -> str:
    moles, depth = (float(value) for value in claims[AMOUNT].values)
    volumes = {f: lookup(f"films.{f}.molar_volume").to("cm3/mol") for f in FILMS}
    charge = done.films[LAWS[0], TIN].charge
    return (
        f"The percentages and the amount are one measurement: {moles:g} mol/cm2 are {moles * volumes[TIN] * 1e4:.2f} um of "
        f"MASnCl3 and {moles * volumes[LEAD] * 1e4:.2f} um of MAPbCl3, {depth:g} um as reported within its digit, and "
        f"{moles * (2 + 4.25) * FARADAY / 3.6e-3:.1f} uAh/cm2. The run passes {charge:.1f} uAh/cm2 with what the film inserts "
        f"and the steel takes: {charge / 10:.1f} % of a first 1 mAh/cm2. What leaves it open is the thickness of the films."
        f"{_jointly(done.amount[TIN], 'give the tin film the reported amount')}"
    )


def _thicker_note(done: Converted) -> str:
    _, amounts = done.thicknesses
    spread = ", ".join(f"{amounts[law, TIN][-1] / amounts[law, TIN][0]:.2f} ({law})" for law in LAWS)
    return (
        f"Twice the thickness of the tin film changes the amount by {done.thicker.value:.3f} where electrons tunnel and "
        f"{done.thicker.high:.2f} where they are conducted; eight times, by {spread}. Independence follows from blocking in "
        "the product and does not support it: both were assumed."
        f"{_jointly(done.thicker, 'leave the amount the same within its tolerance')}"
    )


def _limit_note(done: Converted, unchanged: float) -> str:
    grown = {law: done.held[law][1][-1] / done.held[law][1][0] for law in LAWS}
    half = float(np.interp(0.99, done.held["conduction"][1], done.held["conduction"][0]))
    return (
        f"Held where its lithiation ended, for the {CONTACT_H:g} h of 100 cycles, the tin film converts by "
        f"{grown['tunnelling']:.2f} times as much where electrons tunnel, and wholly where they are conducted, in {half:.0f} "
        f"h: neither law stops within {unchanged:.0%}, over the ranges of what is open "
        f"({done.grown.low:.2f} to {done.grown.high:.2f} times). The lithiation ends because the current asks for more than "
        "passes. A film that stays as it is for 200 h needs a steeper law, a product that cuts the metal off, or a stop by "
        "lithium ions: these belong to the interphase. The leak amount stands for 50 nm of blocking, which the resistance of "
        f"the film forbids.{_jointly(done.grown, 'stop')}"
    )


def _sequence_note(seen: Scanned, claims: Claims) -> str:
    firsts = ", ".join(f"{peak.voltage:.2f} V, then from {seen.curves(f).reactions[0].voltage:.2f} V on ({f})"
                       for f in FILMS if (peak := seen.curves(f).insertion))  # fmt: skip
    return (
        f"In the scans insertion comes first, {firsts}; but the order is that of the potentials that were read in, and metal "
        f"and LiCl are the products that the law assumes. Needs {claims[SEQUENCE].needs}."
    )
