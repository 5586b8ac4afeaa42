"""What the voltammograms of the four electrodes give: peaks and currents, with what the open numbers leave of them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from lithoscope.studies.perovskite.cells import (
    AREA,
    INTERFACES,
    KINETICS,
    RESISTANCE,
    THICKNESS,
    Reported,
    calibrated_cell,
    conductivity_at,
)
from lithoscope.studies.perovskite.cells import ranges as spectra_ranges
from lithoscope.studies.perovskite.voltammetry import (
    ABOVE_V,
    BARE,
    CHLORIDE,
    ELECTRODES,
    FILM_CONDUCTIVITY,
    FILMS,
    FIRST_CYCLE,
    LEAD,
    REACTIONS_V,
    STATED_WINDOW,
    TIN,
    TOP_V,
    Curves,
    Scans,
    completed,
    electrode,
    ranges,
)
from lithoscope.studies.ranges import Point, Range, Sensitivity, at_values, explore
from lithoscope.studies.verdict import Prediction

if TYPE_CHECKING:
    from lithoscope.design import Cell
    from lithoscope.physics.contract import Report
    from lithoscope.result import Result
    from lithoscope.studies.claims import Claims

Array = NDArray[np.float64]

INSERTION, SPECTRA = "perovskite.cv.intercalation_sn", "perovskite.eis.msc"

COUNTER, DEPOSIT = "film on the counter electrode, conductivity", "film on plated lithium, conductivity"
EXCHANGE = "exchange current density of lithium"
SERIES = (COUNTER, EXCHANGE, FILM_CONDUCTIVITY, THICKNESS)
"""What is in series with every reaction of a coated electrode."""

INSERTING = ("largest lithium content", "interaction of inserted lithium", "rate of insertion")
PLATING = (*SERIES, DEPOSIT, "share covered without nuclei beneath a film")
NUCLEI = (
    "nucleation barrier of steel", "reference overpotential of nucleation", "nuclei at it", "time of nucleation",
    "nuclei at assembly", "radius of a nucleus without lithium",
)  # fmt: skip
LOSSES = ("plated lithium that goes into films", "plated lithium that dies", "plated lithium at half of its area")
ON_STEEL = (COUNTER, EXCHANGE, DEPOSIT, *NUCLEI, "plated lithium that goes into films")
ALLOYING = (*SERIES, "potential of conversion", "rate of conversion", "leak of a fresh film", "rate of alloying")
SURFACE = (
    "potential of the surface film on steel", "rate of the surface film", "leak of the surface film",
    "charge in the surface film",
)  # fmt: skip


@dataclass(frozen=True)
class Counter:
    """Currents at -0.1 V against what the counter electrode is.

    resistance  of its film, ohm cm2, and current of each electrode there, mA/cm2
    area        of the electrodes, cm2, and the currents if the counter electrode is as the spectrum of the fresh bare cell has
                it: with every other number at its value, and the most that the ranges of all others let through
    """

    resistance: Array
    by_resistance: Mapping[str, Array]
    area: Array
    fresh: Mapping[str, Array]
    most: Mapping[str, Array]


@dataclass(frozen=True)
class Scanned:
    """Everything that the voltammograms gave.

    ranges         the open numbers by name
    runs           three cycles of each electrode with every number at its value
    stated         the films in the window that the Methods state
    insertion      peak above 1 V of each film, V; 1 V where there is none above it
    plating        magnitude of the current density at -0.1 V, mA/cm2;  tin_over_lead: ratio of the two films
    lowest, highest  peaks of conversion and alloying in each film, V
    flat           voltage of the most prominent reduction on bare steel before lithium is plated, V
    more           current density at +0.1 V beyond that of bare steel, mA/cm2, for each film
    chloride       current of PbCl2 over that of MAPbCl3 at -0.1 V
    counter        what the counter electrode does to the currents
    sensitivities  what each open number does to each prediction
    """

    ranges: Mapping[str, Range]
    runs: Mapping[str, Result]
    stated: Mapping[str, Result]
    insertion: Mapping[str, Prediction]
    plating: Mapping[str, Prediction]
    tin_over_lead: Prediction
    lowest: Mapping[str, Prediction]
    highest: Mapping[str, Prediction]
    flat: Prediction
    more: Mapping[str, Prediction]
    chloride: Prediction
    counter: Counter
    sensitivities: Mapping[str, tuple[Sensitivity, ...]]

    def curves(self, name: str) -> Curves:
        """The first cycle of an electrode with every number at its value."""
        return Curves.of(self.runs[name])

    def run_id(self, name: str) -> str:
        """The run of an electrode."""
        return self.runs[name].manifest.run_id


def scan(claims: Claims, report: Report) -> Scanned:
    """Scan the four electrodes over everything that is open. Takes some half a minute on a quiet core."""
    open_ranges = ranges(claims)
    scans = Scans(open_ranges)
    report(0.0, "voltammograms of the four electrodes")
    runs = {name: scans.full(name, scans.point) for name in ELECTRODES}
    stated = {name: scans.full(name, scans.point, STATED_WINDOW) for name in FILMS}
    explored = _Explored(scans, {name: result.manifest.run_id for name, result in runs.items()}, {})
    report(0.1, "peaks of insertion")
    of = partial(_read, scans)
    insertion = {f: explored(f"insertion, {f} / V", f, INSERTING, of(f, insertion_peak), INSERTION) for f in FILMS}
    report(0.3, "currents at -0.1 V")
    at_end = "current at -0.1 V, {} / mA/cm2"
    plating = {f: explored(at_end.format(f), f, PLATING, of(f, _plating), SPECTRA) for f in FILMS}
    plating[BARE] = explored(at_end.format(BARE), BARE, ON_STEEL, of(BARE, _plating))
    ratio = explored("current of MASnCl3 over that of MAPbCl3", TIN, PLATING, partial(_over, scans, TIN, LEAD), SPECTRA)
    with_salt = (*PLATING, "conductivity of PbCl2")
    chloride = explored("current of PbCl2 over that of MAPbCl3", CHLORIDE, with_salt, partial(_over, scans, CHLORIDE, LEAD),
                        SPECTRA)  # fmt: skip
    report(0.5, "currents at +0.1 V")
    both = tuple(dict.fromkeys((*PLATING, *ON_STEEL, *LOSSES)))
    more = {
        f: explored(f"more current at +0.1 V than on bare steel, {f} / mA/cm2", f, both, partial(_more, scans, f), SPECTRA)
        for f in FILMS
    }
    flat = explored("reduction before plating, bare steel / V", BARE, SURFACE, of(BARE, steel_peak))
    report(0.7, "peaks of conversion and alloying")
    lowest, highest = (
        {f: explored(f"{word} peak below 1 V, {f} / V", f, ALLOYING, of(f, read)) for f in FILMS}
        for word, read in (("lowest", lowest_peak), ("highest", highest_peak))
    )
    report(0.9, "the counter electrode")
    return Scanned(open_ranges, runs, stated, insertion, plating, ratio, lowest, highest, flat, more, chloride,
                   _counter(claims, scans), explored.moves)  # fmt: skip


@dataclass(frozen=True)
class _Explored:
    """Predictions over the ranges of some of the open numbers, and what each does."""

    scans: Scans
    run_ids: Mapping[str, str]
    moves: dict[str, tuple[Sensitivity, ...]]

    def __call__(
        self, key: str, name: str, numbers: tuple[str, ...], predict: Callable[[Point], float], *calibrated: str
    ) -> Prediction:
        chosen = tuple(self.scans.ranges[number] for number in numbers)
        found, self.moves[key] = explore(predict, chosen, calibrated=calibrated, run=self.run_ids[name])
        return found


def _read(scans: Scans, name: str, read: Callable[[Curves], float]) -> Callable[[Point], float]:
    """A prediction that is read off the curves of one electrode."""
    return lambda point: read(scans.curves(name, point))


def _over(scans: Scans, one: str, other: str, point: Point) -> float:
    """Current at -0.1 V of an electrode over that of another one at the same point."""
    return scans.curves(one, point).plating / scans.curves(other, point).plating


def _more(scans: Scans, film: str, point: Point) -> float:
    """Current density at +0.1 V beyond that of bare steel at the same point, mA/cm2."""
    return scans.curves(film, point).stripping - scans.curves(BARE, point).stripping


def _plating(curves: Curves) -> float:
    return curves.plating


def insertion_peak(curves: Curves) -> float:
    """Voltage of the peak above 1 V; 1 V where there is none, since it then lies there or below."""
    return curves.insertion.voltage if curves.insertion else ABOVE_V


def steel_peak(curves: Curves) -> float:
    """Voltage of the most prominent reduction before plating, V; the lower end of the window where there is none."""
    found = curves.down.peaks(REACTIONS_V[0], TOP_V)
    return max(found, key=lambda peak: peak.prominence).voltage if found else REACTIONS_V[0]


def lowest_peak(curves: Curves) -> float:
    """Voltage of the lowest peak of conversion and alloying, V; the lower end of the window where none is seen."""
    return curves.reactions[-1].voltage if curves.reactions else REACTIONS_V[0]


def highest_peak(curves: Curves) -> float:
    """Voltage of the highest peak of conversion and alloying, V; the lower end of the window where none is seen."""
    return curves.reactions[0].voltage if curves.reactions else REACTIONS_V[0]


# --------------------------------------------------------------------------------------------- the counter electrode

COMPARED = (TIN, LEAD, BARE)

LEAST_RESISTANCE = {RESISTANCE["bare"]: "low", RESISTANCE["MASnCl3"]: "high", RESISTANCE["MAPbCl3"]: "low"}
"""Ends of the reported resistances that give the least resistive counter electrode and films."""

MOST_PLATING = {DEPOSIT: "high", THICKNESS: "low", NUCLEI[0]: "low", NUCLEI[1]: "low", NUCLEI[2]: "high", NUCLEI[3]: "low",
                NUCLEI[4]: "high", NUCLEI[5]: "high", LOSSES[0]: "low"}  # fmt: skip
"""Ends of the other numbers that let most through."""


def _counter(claims: Claims, scans: Scans) -> Counter:
    r = scans.ranges[COUNTER]
    conductivity = np.geomspace(r.low, r.high, 5)[::-1]
    by_resistance = {
        name: np.array([scans.curves(name, {COUNTER: float(sigma)}).plating for sigma in conductivity]) for name in COMPARED
    }
    area = next(one for one in spectra_ranges(claims) if one.name == AREA)
    areas = np.array([area.low, area.value, area.high])
    fresh, most = (
        {name: np.array([_as_fresh(claims, scans, name, float(a), best=best) for a in areas]) for name in COMPARED}
        for best in (False, True)
    )
    return Counter(_film_resistance(scans, conductivity), by_resistance, areas, fresh, most)


def _film_resistance(scans: Scans, conductivity: Array) -> Array:
    """Of the film on the counter electrode, ohm cm2; conductivity in S/cm."""
    foil = electrode(BARE, scans.ranges, scans.point).counter_foil
    assert foil.native_film.thickness is not None  # the catalogue gives it
    return np.asarray(foil.native_film.thickness.value * 100 / conductivity)


def _as_fresh(claims: Claims, scans: Scans, name: str, area: float, *, best: bool) -> float:
    """Current density at -0.1 V of an electrode whose counter electrode has the interface of the fresh bare cell, mA/cm2.

    area  of the electrodes, cm2, both interfaces counted
    best  whether every other number is at the end that lets most through, and as much of the resistance as there can be in
          charge transfer, which falls under current
    """
    open_in_spectra = {one.name: one for one in spectra_ranges(claims)}
    kinetics = open_in_spectra[KINETICS]
    point = at_values(tuple(open_in_spectra.values())) | {AREA: area, INTERFACES: 2.0}
    others: dict[str, float] = {}
    if best:
        point |= {KINETICS: kinetics.low} | {key: getattr(open_in_spectra[key], end) for key, end in LEAST_RESISTANCE.items()}
        others = {key: getattr(scans.ranges[key], end) for key, end in MOST_PLATING.items()}
    film = conductivity_at(Reported.of(claims), point) / 100
    cell = electrode(name, scans.ranges, scans.point | others | {FILM_CONDUCTIVITY: film})
    return Curves.of(completed(_with_counter(cell, calibrated_cell("bare", claims, point)), FIRST_CYCLE)).plating


def _with_counter(cell: Cell, symmetric: Cell) -> Cell:
    """A cell whose counter electrode has the interface of another."""
    foil = symmetric.foil
    for field in ("native_film.thickness", "native_film.conductivity", "exchange_current_density"):
        place: object = foil
        for part in field.split("."):
            place = getattr(place, part)
        cell = cell.changed(f"counter.{field}", place)
    return cell
