"""Lithium at rest over all ranges: what it loses, what reactive places do, and what ferroelectric films do to the reactions.

Every design is run with each cause alone and with all of them: the same draw of all that is open, so that what a cause
does is a difference within a design and not between designs.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from lithoscope.constants import FARADAY, thermal_voltage
from lithoscope.data import lookup
from lithoscope.sensitivity import scattered
from lithoscope.studies.dipoles.resting import CONDUCTS, LEAKS, NATIVE, SPEED, TUNNELS, Rests, Seen, ranges
from lithoscope.studies.ranges import Point, Range, at_values, explore, from_data
from lithoscope.studies.spread import Scatter
from lithoscope.studies.verdict import Prediction

if TYPE_CHECKING:
    from lithoscope.physics.contract import Report
    from lithoscope.studies.ranges import Sensitivity

DESIGNS = 32
"""Designs that are drawn, a power of two."""

STEP, RADIUS, TENSION, ENRICHED, POTENTIAL = (
    "activity of a step edge",
    "radius of a bump",
    "surface energy of lithium",
    "enrichment of anions",
    "potential of the diffuse layer",
)
PAIRS = "share of anions at a lithium ion"
"""What is open about reactive places, and about ferroelectric films."""

TEMPERATURE = 298.15

PREDICTED = LOST, ETHER, GROWN, ORGANIC, RESISTS, HOT, CAPILLARY, THICKER, ANION_SHARE, INORGANIC = (
    "lithium lost in a day in the carbonate / % of 1 mAh cm-2",
    "lithium lost in a day in the ether / % of 1 mAh cm-2",
    "growth of the film in the second half of a day",
    "share of organics after an hour",
    "resistance of the film after a day over that at the start",
    "recession at a step edge over that elsewhere",
    "recession at a bump over that elsewhere",
    "thickness of the film at a step edge over that elsewhere",
    "share of the electrons that reduce anions at a positive face",
    "inorganic share that a positive face adds",
)
"""What is predicted."""

CHANNELS = ("no film", "anions enriched", "potential of the diffuse layer", "both")
"""Causes by which a ferroelectric film acts on the reactions here."""


def place_ranges() -> tuple[Range, ...]:
    """What is open about reactive places: kinetics by the table of the interphase, the radius by the words of the paper."""
    return (
        from_data(STEP, "m", "1", "interphase.step_activity"),
        Range(RADIUS, "R", 100.0, 10.0, 10000.0, "nm", "the paper speaks of micrometres and nanometres", "prior"),
        from_data(TENSION, "γ", "J/m2", "lithium.surface_energy"),
    )


def film_ranges(enrichment: Prediction, potential: Prediction) -> tuple[Range, ...]:
    """What a positive face does, from what was found beside it."""
    why = "found beside polar films in this study"
    return (
        Range(ENRICHED, "g", enrichment.value, enrichment.low, enrichment.high, "1", why, "prior"),
        Range(POTENTIAL, "φ_d", potential.value, potential.low, potential.high, "V", why, "prior"),
        from_data(PAIRS, "p", "1", "interphase.pair_fraction"),
    )


def capillary_energy(point: Point) -> float:
    """What a bump of a radius adds to the free energy of lithium, 2 gamma V / R, J/mol."""
    return 2 * point[TENSION] * lookup("lithium.molar_volume").to("m3/mol") / (point[RADIUS] * 1e-9)


def capillary_factor(point: Point) -> float:
    """By which it makes reductions faster, exp(2 gamma V / (2 R R_gas T)) at half a transfer coefficient."""
    return math.exp(0.5 * capillary_energy(point) / (FARADAY * thermal_voltage(TEMPERATURE)))


def with_pairs(share: float, pairs: float) -> float:
    """Share of the electrons that anions take where another part of them can be reduced than the tables say.

    The flux of anions that can be reduced is proportional to that part, whatever limits it, beside that of the solvent.
    """
    anions = share * pairs / lookup("interphase.pair_fraction").number
    return anions / (anions + 1 - share)


def frumkin(potential: float) -> float:
    """By which a potential at the plane of reaction makes every reduction faster, exp(phi / (2 V_T))."""
    return min(math.exp(0.5 * potential / thermal_voltage(TEMPERATURE)), MOST_FASTER)


MOST_FASTER = 1e4
"""The field of reaction constants that the model takes ends there; reactions are then beyond all that limits the film."""


@dataclass(frozen=True, eq=False)
class Rested:
    """What is found at rest.

    ranges       what is open;  point: the quoted values
    predictions  by name;  scatters: the designs behind them;  moves: what each parameter does to the losses
    channels     what each cause of a positive face gives at the quoted values, carbonate and ether
    pits         recession at a step edge beyond that elsewhere after the day, at the quoted values, m
    resistance   of the film after the day at the quoted values, ohm cm2
    """

    ranges: tuple[Range, ...]
    point: Point
    predictions: Mapping[str, Prediction]
    scatters: Mapping[str, Scatter]
    moves: Mapping[str, tuple[Sensitivity, ...]]
    channels: Mapping[str, Mapping[str, Seen | None]]
    pits: float
    rests: Rests


def look(enrichment: Prediction, potential: Prediction, report: Report, designs: int = DESIGNS) -> Rested:
    """Run all of it. enrichment, potential: beside polar films; designs: a power of two. Takes a minute or two."""
    rests, known = Rests(), ranges()
    open_ = (*known, *place_ranges(), *film_ranges(enrichment, potential))
    point = at_values(open_)
    columns = scattered({each.name: each for each in open_}, designs)
    rows: list[Point] = [dict(zip(columns, row, strict=True)) for row in zip(*columns.values(), strict=True)]
    seen = []
    for n, row in enumerate(rows):
        report(0.6 * n / len(rows), f"design {n + 1} of {len(rows)} at rest")
        seen.append(_numbers(rests, row))
    quoted = _numbers(rests, point)
    scatters = {name: Scatter(columns, np.array([each[name] for each in seen])) for name in quoted}
    made = {}
    for name in PREDICTED[2:]:
        scatter = scatters[name]
        report(0.6, f"ends of the ranges: {name}")
        ends = [_numbers(rests, each)[name] for each in _ends(scatter, open_, point)]
        hull = [x for x in (quoted[name], *ends) if math.isfinite(x)]
        made[name] = scatter.added_to(Prediction(quoted[name], min(hull), max(hull), scatter.ranked[0][0]))
    moves = {}
    for n, (name, kind) in enumerate(((LOST, "carbonate"), (ETHER, "ether"))):
        report(0.7 + 0.15 * n, f"the ends of all ranges in the {kind}")
        run = rests.runs[f"a day in the {kind}"].manifest.run_id
        wide, moves[name] = explore(_loss(rests, kind), known, calibrated=(), run=run)
        made[name] = scatters[name].added_to(wide)
    both = {kind: _channels(rests, kind, point) for kind in ("carbonate", "ether")}
    plain, hot = rests("carbonate", point), rests("carbonate", point, faster=point[STEP])
    pits = hot.recession - plain.recession if plain and hot else math.nan
    return Rested(open_, point, made, scatters, moves, both, pits, rests)


def _ends(scatter: Scatter, open_: Sequence[Range], point: Point) -> list[Point]:
    """Points at which all ranges are at the ends that raise, and that lower, a number, and one where reactions limit the film.

    Which end raises it is the sign of the rank correlation over the designs.
    """
    raises = dict(scatter.ranked)
    up = {r.name: r.high if raises[r.name] >= 0 else r.low for r in open_}
    down = {r.name: r.low if raises[r.name] >= 0 else r.high for r in open_}
    leaky = {r.name: r.high for r in open_ if r.name in (LEAKS, TUNNELS, CONDUCTS, STEP, TENSION)}
    slow = {r.name: r.low for r in open_ if r.name in (SPEED, NATIVE, RADIUS)}
    return [up, down, {**point, **leaky, **slow}]


def _loss(rests: Rests, kind: str) -> Callable[[Point], float]:
    def lost(point: Point) -> float:
        found = rests(kind, point)
        return 100 * found.lost if found else math.nan

    return lost


def _numbers(rests: Rests, point: Point) -> dict[str, float]:
    """All that is predicted, in one design; NaN where a run was not solved."""
    plain, ether = rests("carbonate", point), rests("ether", point)
    hot = rests("carbonate", point, faster=point[STEP])
    bump = rests("carbonate", point, faster=capillary_factor(point))
    faced = rests("carbonate", point, enriched=point[ENRICHED], faster=frumkin(point[POTENTIAL]))
    if plain is None or ether is None or hot is None or bump is None or faced is None:
        return dict.fromkeys(PREDICTED, math.nan)
    return {
        LOST: 100 * plain.lost,
        ETHER: 100 * ether.lost,
        GROWN: 2**plain.exponent,
        ORGANIC: plain.organic[0],
        RESISTS: plain.stiffened,
        HOT: hot.recession / plain.recession,
        CAPILLARY: bump.recession / plain.recession,
        THICKER: hot.thickness / plain.thickness,
        ANION_SHARE: with_pairs(faced.anion, point[PAIRS]),
        INORGANIC: plain.organic[1] - faced.organic[1],
    }


def _channels(rests: Rests, kind: str, point: Point) -> dict[str, Seen | None]:
    g, f = point[ENRICHED], frumkin(point[POTENTIAL])
    causes: Sequence[tuple[float, float]] = ((1.0, 1.0), (g, 1.0), (1.0, f), (g, f))
    return {name: rests(kind, point, enriched=more, faster=fast) for name, (more, fast) in zip(CHANNELS, causes, strict=True)}
