"""What the short runs give: one voltage calibrates, the rest is predicted over the ranges of the open parameters."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

from lithoscope.studies.claims import Band
from lithoscope.studies.host.cells import CAPACITY, FIRST_VOLTAGE, SHARE, moss_ranges, ranges
from lithoscope.studies.host.ensembles import Drawn, draw
from lithoscope.studies.host.runs import EARLY_CYCLES, RATES, Half, Runs, whole
from lithoscope.studies.ranges import Point, Range, Sensitivity, at_values, explore
from lithoscope.studies.verdict import Prediction

if TYPE_CHECKING:
    from lithoscope.physics.contract import Report
    from lithoscope.result import Result
    from lithoscope.studies.claims import Claims

CALIBRATED = (FIRST_VOLTAGE, CAPACITY)
"""The claims that set a number."""

MORE = 3.0
"""The larger capacity that the paper cycles, mAh/cm2."""

SHARES = (0.01, 0.02, 0.03, 0.05, 0.1, 0.2, 0.3, 0.5, 1.0)
"""Shares of the surface for which a host is run, beyond the range of the table at its lower end."""


@dataclass(frozen=True)
class Findings:
    """Everything that the short runs gave; figures, tables and verdicts are made from it.

    ranges, moss    the open parameters, and those of moss;  point, mossy  all at their quoted values, without and with moss
    runs            the runs behind the figures
    profiles        half-cycles of the cell of two hosts and of the bare cell after some cycles: name -> current -> half-cycle
    overpotential   of a cell of two hosts, by current density, mV
    rising          the same over that at 1 mA/cm2
    fresh, aged     resistance of a foil over that of a host: fresh, and after ten cycles with moss
    fading          height of the voltage peaks of a foil with moss in its first cycle over that after ten
    sensitivities   what each open parameter does to each prediction
    drawn           designs over all open numbers at once
    by_share        what a host shows, by share of its surface: overpotential at each current density, mV, and fresh ratio
    """

    ranges: tuple[Range, ...]
    moss: tuple[Range, ...]
    point: Point
    mossy: Point
    runs: dict[str, Result]
    profiles: dict[str, dict[float, tuple[Half, Half]]]
    overpotential: dict[float, Prediction]
    rising: dict[float, Prediction]
    fading: Prediction
    fresh: Prediction
    aged: Prediction
    sensitivities: dict[str, tuple[Sensitivity, ...]]
    drawn: Drawn
    by_share: dict[float, tuple[dict[float, float], float]]


def find(claims: Claims, report: Report) -> Findings:
    """Run everything that needs only short runs."""
    known, moss = ranges(claims), moss_ranges()
    point = at_values(known)
    mossy = point | at_values(moss)
    runs = Runs(claims, known)
    report(0.0, "cells at the quoted values")
    shown, profiles = _shown(runs, point, mossy)
    over, moves = {}, {}
    run_id = shown["two hosts"].manifest.run_id
    for n, current in enumerate(RATES):
        report(0.1 + 0.2 * n, f"ranges of the open parameters, {current:g} mA/cm2")
        over[current], moves[f"overpotential of two hosts at {current:g} mA/cm2 / mV"] = explore(
            partial(runs.overpotential, current=current), known, calibrated=CALIBRATED, run=run_id
        )
    rising = {}
    for current in RATES[1:]:
        rising[current], moves[f"voltage at {current:g} over that at 1 mA/cm2"] = explore(
            partial(_rising, runs, current), known, calibrated=CALIBRATED, run=run_id
        )
    report(0.6, "ratio of the interface resistances")
    fresh, moves["resistance of a fresh foil over that of a fresh host"] = explore(
        runs.fresh_ratio, known, calibrated=CALIBRATED, run=run_id
    )
    aged, moves[f"the same after {EARLY_CYCLES} cycles, with moss"] = explore(
        runs.ratio, (*known, *moss), calibrated=CALIBRATED, run=shown["bare, ten cycles"].manifest.run_id
    )
    fading = _one_at_a_time(lambda p: runs.fading({**point, **p}), moss, shown["bare, ten cycles"].manifest.run_id)
    drawn = draw(claims, known, moss, lambda done, text: report(0.7 + 0.25 * done, text))
    over = {i: drawn.overpotential[i].added_to(p, reported_band(claims, i)) for i, p in over.items()}
    rising = {i: drawn.rising[i].added_to(p) for i, p in rising.items()}
    fresh, aged = drawn.fresh.added_to(fresh), drawn.aged.added_to(aged, claims["host.eis.ratio"].band(0))
    fading = drawn.fading.added_to(fading, Band(1.0, math.inf))
    report(0.95, "share of the surface")
    by_share = {share: _at_share(runs, {**point, SHARE: share}) for share in SHARES}
    return Findings(known, moss, point, mossy, shown, profiles, over, rising, fading, fresh, aged, moves, drawn, by_share)


def reported_band(claims: Claims, current: float) -> Band:
    """What is reported for two hosts at a current density, mV."""
    if current == RATES[0]:
        return claims["host.overpot.host1"].band(0)
    return claims["host.overpot.rates"].band(RATES.index(current) - 1)


def _shown(runs: Runs, point: Point, mossy: Point) -> tuple[dict[str, Result], dict[str, dict[float, tuple[Half, Half]]]]:
    """The runs behind the figures, and the half-cycles in them."""
    hosts = runs.hosts(point)
    foils = runs.bare(point)
    after = {current: runs.mossy(mossy, EARLY_CYCLES, current) for current in RATES}
    shown = {"two hosts": hosts, "bare, fresh": foils, "bare, ten cycles": after[1.0]}
    shown |= {f"bare, ten cycles at {current:g} mA": after[current] for current in RATES[1:]}
    ether, ether_foils = runs.hosts(point, ether=True), runs.bare(point, ether=True)
    more = runs.hosts(point, capacity=MORE, currents=RATES[:1])
    more_foils = runs.bare(point, capacity=MORE, currents=RATES[:1])
    last = 2 * (EARLY_CYCLES - 1)
    profiles = {
        "host": {i: (whole(hosts, 2 * n), whole(hosts, 2 * n + 1)) for n, i in enumerate(RATES)},
        "host, ether": {i: (whole(ether, 2 * n), whole(ether, 2 * n + 1)) for n, i in enumerate(RATES)},
        "bare, ether": {i: (whole(ether_foils, 2 * n), whole(ether_foils, 2 * n + 1)) for n, i in enumerate(RATES)},
        "host, 3 mAh": {1.0: (whole(more, 0), whole(more, 1))},
        "bare, 3 mAh": {1.0: (whole(more_foils, 0), whole(more_foils, 1))},
        "bare, no moss": {i: (whole(foils, 2 * n), whole(foils, 2 * n + 1)) for n, i in enumerate(RATES)},
        "bare, first cycle": {i: (whole(run, 0), whole(run, 1)) for i, run in after.items()},
        f"bare, cycle {EARLY_CYCLES}": {i: (whole(run, last), whole(run, last + 1)) for i, run in after.items()},
    }
    return shown, profiles


def _one_at_a_time(predict: Callable[[Point], float], moved: Sequence[Range], run: str) -> Prediction:
    """A prediction with each parameter moved by itself: moss is not solved at all ends together."""
    base = at_values(moved)
    value = predict(base)
    ends = {r.name: (predict({**base, r.name: r.low}), predict({**base, r.name: r.high})) for r in moved}
    seen = [value, *(end for pair in ends.values() for end in pair)]
    decided = max(ends, key=lambda name: abs(ends[name][1] - ends[name][0]))
    return Prediction(value, min(seen), max(seen), decided, (FIRST_VOLTAGE,), run)


def _rising(runs: Runs, current: float, point: Point) -> float:
    """Voltage over that at 1 mA/cm2; the largest that can be said where the electrolyte does not carry the current."""
    return runs.overpotential(point, current) / runs.overpotential(point, 1.0)


def _at_share(runs: Runs, point: Point) -> tuple[dict[float, float], float]:
    return runs.host(point).overpotential, runs.fresh_ratio(point)
