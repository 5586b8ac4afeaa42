"""The life of the symmetric cells: what kills the bare one at its time, and how much less of it the coated ones can bear.

Nobody measured what kills a cell. Each mechanism of the mossy model is taken alone and made as strong as the bare cell's life
demands; the coated cells then need less of it, and how much less is what the study reports. What a paper calls the end is not
stated either, so both readings of it are used. A run that is not solved is reported and decides nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

from lithoscope.data import lookup
from lithoscope.physics.cell.params import numbers
from lithoscope.physics.cell.worker import threads
from lithoscope.studies.mechanisms import MECHANISMS
from lithoscope.studies.perovskite import aged, priors
from lithoscope.studies.perovskite.agedspread import AgedSpread, measure
from lithoscope.studies.perovskite.cells import MATERIALS, calibrated_cell
from lithoscope.studies.perovskite.hostcell import HostComparison, compare_with_host
from lithoscope.studies.perovskite.joint import Joint, draw
from lithoscope.studies.perovskite.longruns import LongRuns
from lithoscope.studies.perovskite.mechanisms import READINGS, cycles
from lithoscope.studies.perovskite.required import Required, deciding, name_of, require
from lithoscope.studies.search import Bounded
from lithoscope.studies.work import Unsolved, Work

if TYPE_CHECKING:
    from lithoscope.physics.contract import Report
    from lithoscope.result import Result
    from lithoscope.studies.claims import Claims
    from lithoscope.studies.ranges import Point

EARLY, LATE = 2, 200
"""Cycles in which the shape of a half-cycle is shown."""

PRIOR_CYCLES = 100
"""Cycles of the bare cell with every number at its prior."""

PAST_ITS_END = 50
"""Cycles for which the bare cell is followed beyond its reported life: it may end a little later than the search says."""


@dataclass(frozen=True)
class Lives:
    """What the long runs gave. What was not solved is missing everywhere but in `unsolved`.

    required    for each mechanism and reading
    runs        the bare and the coated cells with what they need, by a name: the runs behind the figures
    shapes      half-cycles early and late, with parts of the model switched off: name -> run
    prior       life of the bare cell with every number at its prior, h, by reading
    host        what the bare cell of the host paper does with the growth of this one, and the other way round
    aged        impedance of all cells after the same cycles, for each case
    moves       what other open numbers do to the reduction that the case that decides requires
    unsolved    what is missing
    joint       designs with every open number free at once
    spectra     of the designs that are kept, after the same cycles
    fresh       thickness of the native film at assembly that the spectra leave, by material, m
    """

    required: tuple[Required, ...]
    runs: dict[str, Result]
    shapes: dict[str, Result]
    prior: dict[str, Bounded]
    host: tuple[HostComparison, ...]
    aged: tuple[aged.Aged, ...]
    moves: tuple[priors.Move, ...]
    unsolved: tuple[Unsolved, ...]
    joint: Joint
    spectra: AgedSpread
    fresh: dict[str, float]


def live(claims: Claims, point: Point, report: Report) -> Lives:
    """Make all long runs of the study, two at a time. Takes some minutes."""
    ageing = LongRuns(claims, point)
    joint = draw(claims, lambda done, what: report(0.09 * done, f"life: {what}"))
    spectra = measure(claims, joint, lambda done, what: report(0.09 + 0.01 * done, f"life: {what}"))
    with threads(2) as pool:
        work = Work(pool, lambda done, what: report(0.1 + 0.9 * done, f"life: {what}"))
        required = _required(work, ageing, claims)
        shown = work.ask(_shown(ageing, claims, required))
        explained = [case for case in required if case.explains]
        same = work.ask({f"spectra, {case.name}": partial(aged.compared, ageing, claims, case) for case in explained})
        hosts = work.ask(
            {
                f"host paper, {case.name}": partial(compare_with_host, ageing, case.mechanism, case.bare.value)
                for case in explained
                if case.reading == "limit"
            }
        )
        prior = work.ask({"the bare cell at its priors": partial(_at_priors, ageing)})
        shapes = work.ask(_shapes(ageing))
        moves = work.ask(_moves(ageing, claims, deciding(required)))
        return Lives(
            required=required,
            runs=work.collect(shown, 0.5, 0.55),
            aged=tuple(work.collect(same, 0.55, 0.6).values()),
            host=tuple(work.collect(hosts, 0.6, 0.65).values()),
            prior=next(iter(work.collect(prior, 0.65, 0.65).values()), {}),
            shapes=work.collect(shapes, 0.65, 0.67),
            moves=tuple(work.collect(moves, 0.67, 1.0).values()),
            unsolved=tuple(work.unsolved),
            joint=joint,
            spectra=spectra,
            fresh=_fresh(claims, point),
        )


def _required(work: Work, ageing: LongRuns, claims: Claims) -> tuple[Required, ...]:
    """What the lives require, in the order of mechanisms and readings."""
    # Neighbours in this order have different mechanisms: two readings of one share runs and should not make them at once.
    cases = {
        name_of(of, reading): partial(require, ageing, claims, of, reading)
        for reading in reversed(READINGS)
        for of in MECHANISMS
    }
    found = work.collect(work.ask(cases), 0.0, 0.5)
    return tuple(found[name] for of in MECHANISMS for reading in READINGS if (name := name_of(of, reading)) in found)


def _fresh(claims: Claims, point: Point) -> dict[str, float]:
    return {m: numbers(calibrated_cell(m, claims, point)).working.native_film_thickness for m in MATERIALS}


def _at_priors(ageing: LongRuns) -> dict[str, Bounded]:
    lived = ageing.run("bare", {}, PRIOR_CYCLES)
    return {reading: ageing.life(lived, reading) for reading in READINGS}


def _shown(ageing: LongRuns, claims: Claims, required: Sequence[Required]) -> dict[str, Callable[[], Result]]:
    """The runs behind the figures: the bare cell with what ends it, the coated one with the same, and each as it lives."""
    jobs: dict[str, Callable[[], Result]] = {}
    asked = cycles(claims)
    for case in required:
        if case.reading == "limit" and case.explains:
            of, strong = case.mechanism, case.mechanism.ageing(case.bare.value)
            jobs[f"{of.name}, bare"] = partial(ageing.whole, "bare", strong, asked["bare"] + PAST_ITS_END)
            jobs[f"{of.name}, MASnCl3 as bare"] = partial(ageing.whole, "MASnCl3", strong, asked["MASnCl3"])
            for material in MATERIALS:
                jobs[f"{of.name}, {material} alive"] = partial(aged.lived, ageing, claims, case, material)
    return jobs


def harshest() -> dict[str, float]:
    """The upper ends of what makes a dead layer, by the name of the number."""
    found = {name: lookup(f"ageing.{name}").high for name in ("dead_fraction", "dead_layer_tortuosity")}
    return {name: high for name, high in found.items() if high is not None}


def _shapes(ageing: LongRuns) -> dict[str, Callable[[], Result]]:
    """Early and late half-cycles of the bare cell, inside the ranges of the tables, with parts switched off."""
    harsh: dict[str, str | float] = {**harshest(), "film_growth_rate": "0 m2/s"}
    still: dict[str, str | float] = {"mossy_fraction": 0.0, "pit_area": 0.0}
    return {
        "all": partial(ageing.whole, "bare", harsh, LATE),
        "no populations": partial(ageing.whole, "bare", harsh | still, LATE),
        "no dead layer": partial(ageing.whole, "bare", harsh | {"dead_fraction": 0.0}, LATE),
    }


def _moves(ageing: LongRuns, claims: Claims, case: Required | None) -> dict[str, Callable[[], priors.Move]]:
    """Other open numbers at the ends of their ranges, in the case that decides."""
    ends = priors.ends(claims, case) if case else ()
    return {f"{end.name} {end.at}": partial(priors.moved, ageing, claims, case, end) for end in ends if case}
