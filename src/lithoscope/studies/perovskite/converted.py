"""Galvanostatic lithiation of the films: the tin film calibrates how electrons pass the product, the rest is predicted.

Two laws stand for what nobody has seen. Where electrons tunnel, n* is set so that the tin film converts by the reported share;
where they are conducted, sigma_e is. The law is that of `physics.laws.conversion`, run in the cell.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from functools import partial
from typing import TYPE_CHECKING, Literal

import numpy as np
from numpy.typing import NDArray

from lithoscope.constants import FARADAY
from lithoscope.data import lookup
from lithoscope.design import Cell
from lithoscope.design.catalogue import entry
from lithoscope.errors import LithoscopeError
from lithoscope.physics.cell import Plated
from lithoscope.protocol import Current, Program, Voltage
from lithoscope.studies.perovskite.cells import THICKNESS
from lithoscope.studies.perovskite.cells import ranges as spectra_ranges
from lithoscope.studies.perovskite.voltammetry import ELECTRODES, FILMS, LEAD, TIN, completed
from lithoscope.studies.ranges import Point, Range, Sensitivity, at_values, explore
from lithoscope.studies.verdict import Prediction
from lithoscope.units import convert

if TYPE_CHECKING:
    from lithoscope.physics.contract import Report
    from lithoscope.result import Result
    from lithoscope.studies.claims import Claims

Array = NDArray[np.float64]
Law = Literal["tunnelling", "conduction"]

FRACTION = "perovskite.conv.fraction_sn"

LAWS: tuple[Law, Law] = ("tunnelling", "conduction")
SETS = {"tunnelling": ("leak_amount", "mol/m2"), "conduction": ("product_conductivity", "S/m")}
"""What the tin film sets under each law, and its SI unit."""

LITHIATION = Program.parse(entry("perovskite/lithiation"))
CUT_OFF_V, LONGEST = "20 mV", "100 h"
CONTACT_H = 200.0
"""Time of the 100 cycles after which the paper finds the film unchanged, h."""

LAW, SHARE, DENSITY = "how electrons pass the product", "converted share of the tin film", "current density of lithiation"
LEAK = "leak of a fresh film over that current"
COATING = "working.coating."
FIELDS = {
    "potential of conversion": ("conversion_potential", "V"),
    "rate of alloying": ("alloying_rate", "mA/cm2"),
}
"""Open numbers of both films alike: their field and unit."""

CLOSE = 1e-3
"""How near to the reported share the calibration comes, as a share of it."""


def ranges(claims: Claims) -> tuple[Range, ...]:
    """What is open in the lithiation of the films."""
    claim, of_films = claims[FRACTION], next(r for r in spectra_ranges(claims) if r.name == THICKNESS)
    band, value = claim.band(0), float(claim.values[0])
    step = LITHIATION.steps[0]
    assert isinstance(step, Current)
    density = step.current_density
    assert density.low is not None  # the catalogue gives its range
    assert density.high is not None
    low, middle, high = (-convert(x, density.unit, "mA/cm2") for x in (density.high, density.value, density.low))
    law = "the paper reports one current only, and no law"
    return (
        Range(LAW, "-", 0.0, 0.0, 1.0, "1", law, readings=LAWS),
        Range(SHARE, "-", value, band.low, band.high, "1", f"the paper, {claim.tolerance}", "measured"),
        Range(DENSITY, "J", middle, low, high, "mA/cm2", "the paper's supplement, not known here", density.status),
        _leak(middle, high),
        *(_from_data(name, *what) for name, what in FIELDS.items()),
        of_films,
    )


def _leak(middle: float, high: float) -> Range:
    """The leak of a film without product, in units of the current of the lithiation, mA/cm2.

    A film that lets less through than the current would not convert by the reported share whatever its product does.
    """
    r = _from_data(LEAK, "leak_current_density", "mA/cm2")
    return replace(r, symbol="j_e0/J", value=r.value / middle, low=r.low / middle, high=r.high / high, unit="1")


def _from_data(name: str, field: str, unit: str) -> Range:
    record = lookup(f"coatings.{TIN}.{field}")
    assert record.low is not None  # an open number has a range
    assert record.high is not None
    value, low, high = (convert(x, record.unit, unit) for x in (record.number, record.low, record.high))
    return Range(name, "-", value, low, high, unit, f"data: {record.id}", record.status)


@dataclass(frozen=True, slots=True)
class Lithiated:
    """What a film shows at the end of its lithiation.

    share      that converted;  amount: mol/cm2;  thickness: of the film that it was, um
    per_metal  lithium alloyed for each metal atom
    charge     passed, uAh/cm2
    """

    share: float
    amount: float
    thickness: float
    per_metal: float
    charge: float

    @classmethod
    def of(cls, result: Result, thickness: float) -> Lithiated:
        """Read off a run; thickness of the film, um."""
        share, amount = (float(result[f"working_converted_{what}"][-1]) for what in ("share", "amount"))
        per_metal = float(result["working_alloyed_lithium"][-1]) / (FARADAY * amount)
        charge = -float(result["charge_passed"][-1]) / 36
        return cls(share, amount * 1e-4, share * thickness, per_metal, charge)

    def scaled(self, factor: float) -> Lithiated:
        """Of a film that is so many times as thick, where the leak is calibrated on the share: amounts follow the thickness."""
        scaled = (factor * value for value in (self.amount, self.thickness, self.charge))
        return replace(self, **dict(zip(("amount", "thickness", "charge"), scaled, strict=True)))


@dataclass(frozen=True, slots=True)
class Lithiations:
    """Lithiates films and remembers what was seen. Raises LithoscopeError for a run that did not come to its end.

    point  at which the leaks of the data tables are calibrated;  apart: whether to run in processes of their own
    """

    point: Point
    apart: bool = False
    _leaks: dict[tuple[object, ...], float] = field(default_factory=dict)
    _seen: dict[tuple[object, ...], Lithiated] = field(default_factory=dict)
    _held: dict[tuple[object, ...], Result] = field(default_factory=dict)

    def at(self, point: Point, name: str, *, thicker: float = 1.0, density: float | None = None) -> Lithiated:
        """A film at a point of the open numbers, with the leak that the tin film calibrates there.

        thicker  how many times as thick as reported
        density  current density of this film, mA/cm2; the tin film is calibrated at that of the point
        """
        leak = self.leak(point)
        at = point[DENSITY] if density is None else density
        key = (name, thicker, at, *_key(point))
        if key not in self._seen:
            self._seen[key] = self._lithiated(point, name, leak, thicker, at)
        return self._seen[key].scaled(point[THICKNESS])

    def leak(self, point: Point) -> float:
        """n*, mol/m2, or sigma_e, S/m, with which the tin film converts by the share of the point."""
        key = _key(point)
        if key not in self._leaks:
            self._leaks[key] = self._calibrated(point)
        return self._leaks[key]

    def held(self, point: Point, name: str = TIN) -> Result:
        """A film that is lithiated and then held at the voltage at which that ended, for as long as 100 cycles take."""
        key = (name, *_key(point))
        if key not in self._held:
            program = Program([lithiation(point[DENSITY]), Voltage(CUT_OFF_V, {"duration": f"{CONTACT_H:g} h"})])
            self._held[key] = completed(_film(point, name, self.leak(point), 1.0), program, _model(point), apart=self.apart)
        return self._held[key]

    def cell(self, point: Point, name: str) -> Cell:
        """A film on steel with the leak that the tin film calibrates."""
        return _film(point, name, self.leak(point), 1.0)

    def _lithiated(self, point: Point, name: str, leak: float, thicker: float, density: float) -> Lithiated:
        cell = _film(point, name, leak, thicker)
        result = completed(cell, Program([lithiation(density)]), _model(point), apart=self.apart)
        return Lithiated.of(result, _micrometres(cell))

    def _calibrated(self, point: Point) -> float:
        """By secants between logarithms, along which the share is nearly straight. Raises LithoscopeError without an end."""
        what, unit = SETS[_law(point)]
        record = lookup(f"coatings.{TIN}.{what}")
        x = np.log(record.to(unit) * point[SHARE] / self.point[SHARE])
        slope, target = 1.0 if _law(point) == "tunnelling" else 0.5, np.log(point[SHARE])
        last: tuple[float, float] | None = None
        for _ in range(20):
            seen = self._lithiated(point, TIN, float(np.exp(x)), 1.0, point[DENSITY])
            miss = float(np.log(seen.share) - target)
            if abs(miss) <= CLOSE:
                self._seen[TIN, 1.0, point[DENSITY], *_key(point)] = seen
                return float(np.exp(x))
            if last is not None and x != last[0]:
                slope = (miss - last[1]) / (x - last[0])
            last = x, miss
            x = x - float(np.clip(miss / max(slope, 0.1), -2, 2))
        raise LithoscopeError(f"The leak of the tin film was not found at {dict(point)}.")


def lithiation(density: float) -> Current:
    """The step that lithiates a film. density: mA/cm2."""
    return Current(f"{-density!r} mA/cm2", {"voltage_below": CUT_OFF_V, "duration": LONGEST})


def _key(point: Point) -> tuple[object, ...]:
    """What a run depends on: with the leak calibrated on a share, the thickness of the films only scales it."""
    return tuple(sorted(item for item in point.items() if item[0] != THICKNESS))


def _law(point: Point) -> Law:
    return LAWS[int(point[LAW])]


def _model(point: Point) -> Plated:
    # Hours near an equilibrium of the alloy: its books need more digits than those of a scan.
    return Plated(leak=_law(point), relative_tolerance=1e-9)


def _film(point: Point, name: str, leak: float, thicker: float) -> Cell:
    """A coated substrate with its leak."""
    cell = Cell.parse(entry(f"perovskite/{ELECTRODES[name]}"))
    what, unit = SETS[_law(point)]
    cell = cell.changed(COATING + what, f"{leak!r} {unit}")
    cell = cell.changed(COATING + "leak_current_density", f"{point[LEAK] * point[DENSITY]!r} mA/cm2")
    for number, (of, its) in FIELDS.items():
        cell = cell.changed(COATING + of, f"{point[number]!r} {its}")
    return cell.changed(COATING + "thickness", f"{_micrometres(cell) * thicker!r} um")


def _micrometres(cell: Cell) -> float:
    """Thickness of the coating, um."""
    return next(p.quantity.to("um") for p in Plated().parameters(cell) if p.path == COATING + "thickness")


@dataclass(frozen=True)
class Converted:
    """Everything that the lithiations gave.

    ranges         what is open;  point: all at the value at which predictions are quoted
    films          each film under each law at that point, by (law, film)
    leaks          what the tin film sets under each law, SI
    lead           share of the lead film;  amount: mol/cm2, and  depth: um, that convert, by film
    thicker        amount in a tin film of twice the thickness over that in one of the reported
    per_metal      lithium for each metal atom, by film
    grown          converted share of the tin film after 200 h at the cut-off, over that at the end of the lithiation
    rates          current densities, mA/cm2, and by (law, film) the shares that convert, with the leak of the quoted one
    thicknesses    of films, um, and by (law, film) the amounts that convert, mol/cm2
    held           time, h, and converted share of a tin film held at the cut-off, by law;  runs: of them
    sensitivities  what each open number does to each prediction
    lithiations    what remembers the runs
    """

    ranges: tuple[Range, ...]
    point: Point
    films: Mapping[tuple[Law, str], Lithiated]
    leaks: Mapping[Law, float]
    lead: Prediction
    amount: Mapping[str, Prediction]
    depth: Mapping[str, Prediction]
    thicker: Prediction
    per_metal: Mapping[str, Prediction]
    grown: Prediction
    rates: tuple[Array, Mapping[tuple[Law, str], Array]]
    thicknesses: tuple[Mapping[str, Array], Mapping[tuple[Law, str], Array]]
    held: Mapping[Law, tuple[Array, Array]]
    runs: Mapping[str, Result]
    sensitivities: Mapping[str, tuple[Sensitivity, ...]]
    lithiations: Lithiations


def lithiate(claims: Claims, report: Report) -> Converted:
    """Lithiate the films over everything that is open. Takes some ten seconds."""
    open_ranges = ranges(claims)
    point = at_values(open_ranges)
    runs = Lithiations(point)
    at_law = {law: {**point, LAW: float(n)} for n, law in enumerate(LAWS)}
    report(0.0, "lithiation of the films")
    held = {law: runs.held(at_law[law]) for law in LAWS}
    explored = _Explored(runs, open_ranges, held["tunnelling"].manifest.run_id, {})
    of = partial(_read, runs)
    lead = explored("converted share, MAPbCl3", of(LEAD, "share"), LAW, SHARE, DENSITY, LEAK, "potential of conversion")
    amount, depth, per_metal = (
        {f: explored(f"{said} {f}{unit}", of(f, what), *numbers) for f in FILMS}
        for what, said, unit, numbers in (
            ("amount", "converted amount,", " / mol/cm2", (LAW, SHARE, THICKNESS)),
            ("thickness", "converted depth,", " / um", (LAW, SHARE, THICKNESS)),
            ("per_metal", "lithium per metal atom,", "", (DENSITY, "rate of alloying")),
        )
    )
    report(0.5, "thickness, rate and time")
    thicker = explored("amount at twice the thickness", partial(doubled, runs), LAW, LEAK)
    grown = explored("growth in 200 h", partial(growth, runs), LAW, DENSITY, LEAK)
    return Converted(
        open_ranges, point, {(law, f): runs.at(at_law[law], f) for law in LAWS for f in FILMS},
        {law: runs.leak(at_law[law]) for law in LAWS}, lead, amount, depth, thicker, per_metal, grown,
        _rates(runs, open_ranges, at_law), _thicknesses(runs, at_law),
        {law: since_cut_off(result) for law, result in held.items()},
        {f"{TIN} held at 20 mV, {law}": result for law, result in held.items()}, explored.moves, runs,
    )  # fmt: skip


@dataclass(frozen=True)
class _Explored:
    """Predictions over the ranges of what is open, and what each number does."""

    runs: Lithiations
    ranges: tuple[Range, ...]
    run_id: str
    moves: dict[str, tuple[Sensitivity, ...]]

    def __call__(self, key: str, predict: Callable[[Point], float], *numbers: str) -> Prediction:
        chosen = tuple(r for r in self.ranges if r.name in numbers)
        whole = self.runs.point
        found, self.moves[key] = explore(lambda p: predict({**whole, **p}), chosen, calibrated=(FRACTION,), run=self.run_id)
        return found


def _read(runs: Lithiations, name: str, what: str) -> Callable[[Point], float]:
    """A prediction that reads one field of `Lithiated` off a film."""
    return lambda point: float(getattr(runs.at(point, name), what))


def doubled(runs: Lithiations, point: Point) -> float:
    """Amount that converts in a tin film of twice the thickness over that in one of the reported."""
    return runs.at(point, TIN, thicker=2).amount / runs.at(point, TIN).amount


def growth(runs: Lithiations, point: Point) -> float:
    """How many times as much of the tin film has converted after 200 h at the cut-off as at the end of its lithiation."""
    return float(runs.held(point)["working_converted_share"][-1]) / runs.at(point, TIN).share


def since_cut_off(result: Result) -> tuple[Array, Array]:
    """Time since the end of the lithiation, h, and converted share of a film that is held."""
    time, share = (result[name].values[result["step"].values == 2] for name in ("time", "working_converted_share"))
    return (time - time[0]) / 3600, share


def _rates(
    runs: Lithiations, open_ranges: tuple[Range, ...], at_law: Mapping[Law, Point]
) -> tuple[Array, Mapping[tuple[Law, str], Array]]:
    """Shares that convert at other current densities, with the leak of the quoted one."""
    r = next(one for one in open_ranges if one.name == DENSITY)
    densities = np.array([r.low, 0.5 * r.value, r.value, 3 * r.value, r.high])
    return densities, {
        (law, f): np.array([runs.at(at_law[law], f, density=float(J)).share for J in densities]) for law in LAWS for f in FILMS
    }


def _thicknesses(runs: Lithiations, at_law: Mapping[Law, Point]) -> tuple[Mapping[str, Array], Mapping[tuple[Law, str], Array]]:
    """Amounts that convert in films of other thicknesses, half to four times that of the tin film."""
    cells = {f: _micrometres(Cell.parse(entry(f"perovskite/{ELECTRODES[f]}"))) for f in FILMS}
    times = {f: np.array([0.5, 1.0, 2.0, 4.0]) * cells[TIN] / cells[f] for f in FILMS}
    amounts = {
        (law, f): np.array([runs.at(at_law[law], f, thicker=float(n)).amount for n in times[f]]) for law in LAWS for f in FILMS
    }
    return {f: times[f] * cells[f] for f in FILMS}, amounts
