"""Lithium at rest over all ranges: what it loses, what reactive places do, and what ferroelectric films do to the reactions.

Every design is run with each cause alone and with all of them: the same draw of all that is open, so that what a cause
does is a difference within a design and not between designs.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from lithoscope.constants import FARADAY, thermal_voltage
from lithoscope.data import lookup
from lithoscope.design.polar import PolarFilm
from lithoscope.physics.interphase.polarised import PolarisedFilm
from lithoscope.sensitivity import scattered
from lithoscope.studies.dipoles.layers import PER_NM2
from lithoscope.studies.dipoles.resting import CONDUCTS, LEAKS, NATIVE, PLAIN, SPEED, TUNNELS, Case, Rests, Seen, ranges
from lithoscope.studies.ranges import Point, Range, at_values, explore, from_data
from lithoscope.studies.spread import Scatter
from lithoscope.studies.verdict import Prediction

if TYPE_CHECKING:
    from lithoscope.physics.contract import Report
    from lithoscope.studies.ranges import Sensitivity

Array = NDArray[np.float64]

LEAKIER = 10.0
"""Factor on what passes the film in a dent over that beside it, at the upper end; nobody measured it, 1 is the lower end."""

DESIGNS = 32
"""Designs that are drawn, a power of two."""

STEP, RADIUS, TENSION, ENRICHED, POTENTIAL = (
    "activity of a step edge",
    "radius of a bump",
    "surface energy of lithium",
    "enrichment of anions",
    "potential of the diffuse layer",
)
PAIRS, BY_PAIRS, PATH = (
    "share of anions at a lithium ion", "share of their reduction that goes by such pairs", "mean free path of photoelectrons"
)  # fmt: skip
"""What is open about reactive places, and about ferroelectric films."""

TEMPERATURE = 298.15

PREDICTED = LOST, ETHER, GROWN, ORGANIC, RESISTS, HOT, CAPILLARY, THICKER, ANION_SHARE, INORGANIC, SHOWN, STOCKED = (
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
    "inorganic share of what photoemission shows that a positive face adds",
    "thickness that a layer of anions adds / nm",
)
"""What is predicted."""

AT_FACE = (ANION_SHARE, INORGANIC, SHOWN)
"""What a positive face changes."""

SPREADING = SHARE, SHARE_STOCKED, THICK, THICK_STOCKED = (
    "inorganic share of a day's film",
    "inorganic share with a layer of anions",
    "logarithm of the thickness",
    "logarithm of the thickness with a layer of anions",
)
"""What is compared over the designs, without and with a layer of anions."""

MIXTURE = ("PF6-", "FSI-", "NO3-")
"""Anions of the layer, in equal parts: what they leave is LiF, Li2O, Li3N and Li2S."""

FACE = ("BaTiO3", "200 nm")
"""The film of the cases in which each cause acts alone."""

BOOTSTRAPS = 2000
"""Draws of designs with replacement, for the interval of a ratio of spreads."""


def place_ranges() -> tuple[Range, ...]:
    """What is open about reactive places: kinetics by the table of the interphase, the radius by the words of the paper."""
    return (
        from_data(STEP, "m", "1", "interphase.step_activity"),
        Range(RADIUS, "R", 100.0, 10.0, 10000.0, "nm", "the paper speaks of micrometres and nanometres", "prior"),
        from_data(TENSION, "γ", "J/m2", "lithium.surface_energy"),
    )


def film_ranges(enrichment: Prediction, potential: Prediction) -> tuple[Range, ...]:
    """What a positive face does, from what was found beside it, and how deep photoemission sees what that leaves."""
    why = "found beside polar films in this study"
    return (
        Range(ENRICHED, "g", enrichment.value, enrichment.low, enrichment.high, "1", why, "prior"),
        Range(POTENTIAL, "φ_d", potential.value, potential.low, potential.high, "V", why, "prior"),
        from_data(PAIRS, "p", "1", "interphase.pair_fraction"),
        from_data(BY_PAIRS, "s", "1", "interphase.pair_reduction"),
        from_data(PATH, "λ", "nm", "photoemission.mean_free_path"),
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


def plane_potential(point: Point) -> float:
    """Potential of the plane of reaction, V: as drawn, but no lower than ions without size have it where anions are g as many.

    In mean field c_- c_+ <= c0^2, equal for ions without size: phi >= V_T ln g. Both are drawn on their own.
    """
    return max(point[POTENTIAL], thermal_voltage(TEMPERATURE) * math.log(point[ENRICHED]))


def pairs_at_face(point: Point) -> float:
    """Pairs of anion and lithium ion at a positive face over those far away, c_- c_+ / c0^2 = (g exp(-u))^2, u = phi / V_T."""
    return float((point[ENRICHED] * math.exp(-plane_potential(point) / thermal_voltage(TEMPERATURE))) ** 2)


def face(enrichment: float, potential: float, by_pairs: float) -> Case:
    """A positive face with these two causes, whose products leave it free; by_pairs: share of the reduction of anions."""
    film = PolarisedFilm(
        PolarFilm(*FACE), enrichment=True, potential=True, anion_factor=enrichment, plane_potential=f"{potential!r} V",
        pair_reduction=by_pairs,
    )  # fmt: skip
    return Case(face=film, name="at a positive face")


@dataclass(frozen=True, eq=False)
class Rested:
    """What is found at rest.

    ranges       what is open;  point: the quoted values
    predictions  by name;  scatters: the designs behind them;  moves: what each parameter does to the losses
    channels     what each cause of a positive face gives at the quoted values, carbonate and ether
    spreads      over the designs with a layer of anions over those without: inorganic share, ln(thickness)
    pits         recession at a step edge beyond that elsewhere after the day, at the quoted values, m
    dent         recession after the day where the film lets `LEAKIER` times as much through, and elsewhere, m
    resistance   of the film after the day at the quoted values, ohm cm2
    """

    ranges: tuple[Range, ...]
    point: Point
    predictions: Mapping[str, Prediction]
    scatters: Mapping[str, Scatter]
    moves: Mapping[str, tuple[Sensitivity, ...]]
    channels: Mapping[str, Mapping[str, Seen | None]]
    spreads: tuple[Prediction, Prediction]
    pits: float
    dent: tuple[float, float]
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
        number = _searched(rests, name)
        if number is not None:
            ends += farthest(number, rows, scatter.values, open_)
        hull = [x for x in (quoted[name], *ends) if math.isfinite(x)]
        made[name] = scatter.added_to(Prediction(quoted[name], min(hull), max(hull), scatter.ranked[0][0]))
    moves = {}
    for n, (name, kind) in enumerate(((LOST, "carbonate"), (ETHER, "ether"))):
        report(0.7 + 0.15 * n, f"the ends of all ranges in the {kind}")
        run = rests.runs[f"a day in the {kind}"].manifest.run_id
        wide, moves[name] = explore(_loss(rests, kind), known, calibrated=(), run=run)
        made[name] = scatters[name].added_to(wide)
    both = {kind: _channels(rests, kind, point) for kind in ("carbonate", "ether")}
    plain, hot = rests("carbonate", point), rests("carbonate", point, Case(point[STEP]))
    pits = hot.recession - plain.recession if plain and hot else math.nan
    leaky = rests("carbonate", {**point, **{name: LEAKIER * point[name] for name in (LEAKS, CONDUCTS)}})
    dent = (leaky.recession, plain.recession) if plain and leaky else (math.nan, math.nan)
    spreads = [
        spread_ratio(scatters[a].values, scatters[b].values) for a, b in ((SHARE_STOCKED, SHARE), (THICK_STOCKED, THICK))
    ]
    return Rested(open_, point, made, scatters, moves, both, (spreads[0], spreads[1]), pits, dent, rests)


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


def _searched(rests: Rests, name: str) -> Callable[[Point], float] | None:
    """A number whose ends are searched for, because an end within its band would decide against the paper; None for others."""
    if name in AT_FACE:
        return lambda point: _at_face(rests, point)[name]
    return (lambda point: _at_bump(rests, point)) if name == CAPILLARY else None


def farthest(number: Callable[[Point], float], rows: Sequence[Point], values: Array, open_: Sequence[Range]) -> list[float]:
    """The least and the largest number that a walk finds: from the design that has it, each range in turn to the better end.

    rows, values  the designs and their numbers, NaN where a run was not solved. Few designs meet in no corner of many ranges.
    """
    found = []
    for sign in (-1.0, 1.0):
        at = int(np.nanargmax(sign * values))
        point, best = rows[at], sign * float(values[at])
        for each in open_:
            for end in (each.low, each.high):
                tried = sign * number({**point, each.name: end})
                if tried > best:
                    point, best = {**point, each.name: end}, tried
        found.append(sign * best)
    return found


def _loss(rests: Rests, kind: str) -> Callable[[Point], float]:
    def lost(point: Point) -> float:
        found = rests(kind, point)
        return 100 * found.lost if found else math.nan

    return lost


def _numbers(rests: Rests, point: Point) -> dict[str, float]:
    """All that is predicted, in one design; NaN where a run was not solved."""
    plain, ether = rests("carbonate", point), rests("ether", point)
    hot = rests("carbonate", point, Case(point[STEP]))
    stocked = rests("carbonate", point, Case(stock=layer_of(MIXTURE), name="a layer of anions"))
    if plain is None or ether is None or hot is None or stocked is None:
        return dict.fromkeys((*PREDICTED, *SPREADING), math.nan)
    return {
        LOST: 100 * plain.lost,
        ETHER: 100 * ether.lost,
        GROWN: 2**plain.exponent,
        ORGANIC: plain.organic[0],
        RESISTS: plain.stiffened,
        HOT: hot.recession / plain.recession,
        CAPILLARY: _at_bump(rests, point),
        THICKER: hot.thickness / plain.thickness,
        STOCKED: 1e9 * (stocked.thickness - plain.thickness),
        SHARE: 1 - plain.organic[1],
        SHARE_STOCKED: 1 - stocked.organic[1],
        THICK: math.log(plain.thickness),
        THICK_STOCKED: math.log(stocked.thickness),
    } | _at_face(rests, point)


def _at_bump(rests: Rests, point: Point) -> float:
    """Recession at a bump over that elsewhere; NaN where a run was not solved."""
    plain, bump = rests("carbonate", point), rests("carbonate", point, Case(capillary_factor(point)))
    return bump.recession / plain.recession if plain and bump else math.nan


def _at_face(rests: Rests, point: Point) -> dict[str, float]:
    """What a positive face changes, in one design; NaN where a run was not solved."""
    plain = rests("carbonate", point)
    faced = rests("carbonate", point, face(point[ENRICHED], plane_potential(point), point[BY_PAIRS]))
    if plain is None or faced is None:
        return dict.fromkeys(AT_FACE, math.nan)
    return {
        ANION_SHARE: with_pairs(faced.anion, point[PAIRS]),
        INORGANIC: plain.organic[1] - faced.organic[1],
        SHOWN: faced.shown(1e-9 * point[PATH]) - plain.shown(1e-9 * point[PATH]),
    }


def layer_of(anions: Sequence[str], per_nm2: float | None = None) -> tuple[tuple[str, float], ...]:
    """One layer of anions in equal parts, mol/m2 of each: every site taken, at the most sites, if no number is given."""
    most = lookup("double_layer.adsorption_sites").high
    assert most is not None  # the table gives a range
    return tuple((name, (per_nm2 or most) / PER_NM2 / len(anions)) for name in anions)


def cases() -> Mapping[str, Case]:
    """The reference case, each cause of a ferroelectric alone, all of them, and the controls."""
    switches = ("enrichment", "potential", "activation", "image", "saturation")
    every: dict[str, Any] = dict.fromkeys(switches, True)
    stock = layer_of(MIXTURE)

    def case(name: str, film: PolarFilm, held: tuple[tuple[str, float], ...] = (), **causes: Any) -> Case:
        return Case(face=PolarisedFilm(film, **causes), stock=held, name=name)

    out, into, none = (PolarFilm(*FACE, polarised=side) for side in ("out", "in", "none"))
    alone = {name: case(name, out, (), **{name: True}) for name in switches}
    return {
        "no film": PLAIN,
        **alone,
        "enrichment, every anion alike": case("enrichment, every anion alike", out, enrichment=True, pair_reduction=0.0),
        "coverage of half": case("coverage of half", out, coverage=0.5),
        "a layer of anions": Case(stock=stock, name="a layer of anions"),
        "all": case("all", out, stock, **every),
        "all, products on the face": case("all, products on the face", out, stock, products="on the face", **every),
        "all, negative face": case("all, negative face", into, stock, **every),
        "all, no polarisation": case("all, no polarisation", none, stock, **every),
    }


def _channels(rests: Rests, kind: str, point: Point) -> dict[str, Seen | None]:
    return {name: rests(kind, point, case) for name, case in cases().items()}


def spread_ratio(with_: Array, without: Array) -> Prediction:
    """Spread over designs with something over that without it: standard deviations, and 5 to 95 % of a bootstrap.

    with_, without  of the same designs, shape (designs,)
    """
    pairs = np.array([with_, without])[:, np.isfinite(with_) & np.isfinite(without)]
    drawn = np.random.default_rng(0).integers(pairs.shape[1], size=(BOOTSTRAPS, pairs.shape[1]))
    spreads = pairs[:, drawn].std(axis=2)
    low, high = np.quantile(spreads[0] / np.maximum(spreads[1], 1e-12), (0.05, 0.95))
    value = float(pairs[0].std() / pairs[1].std())
    return Prediction(value, min(float(low), value), max(float(high), value), "which designs are drawn")
