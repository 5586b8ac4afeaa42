"""The life of the symmetric cells: what kills the bare one at its time, and how much less of it the coated ones can bear.

Nobody measured what kills a cell. Each mechanism of the mossy model is taken alone and made as strong as the bare cell's life
demands; the coated cells then need less of it, and how much less is what the study reports. What a paper calls the end is not
stated either, so both readings of it are used.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import partial
from typing import TYPE_CHECKING

import numpy as np
from scipy.optimize import brentq

from lithoscope.data import lookup
from lithoscope.errors import End, LithoscopeError, Status
from lithoscope.physics.cell import Mossy
from lithoscope.physics.cell.params import numbers
from lithoscope.physics.cell.worker import threads
from lithoscope.physics.contract import silent
from lithoscope.protocol import Program, Spectrum, Stop
from lithoscope.studies.perovskite.cells import AREA, RESISTANCE, calibrated_cell

if TYPE_CHECKING:
    import pandas as pd

    from lithoscope.physics.contract import Report
    from lithoscope.result import Result
    from lithoscope.studies.claims import Claims
    from lithoscope.studies.ranges import Point

MODEL = Mossy(cells=10)
"""Ten volumes in each layer: searches make many runs, and the voltage after 400 cycles differs by less than 1 %."""

LIMIT_V = 1.0
"""Voltage that ends the experiment, V."""

SETTLED = 5
"""Cycle in which the first transients are over."""

EARLY, LATE = 2, 200
"""Cycles in which the shape of a half-cycle is shown."""

PRIOR_CYCLES = 100
"""Cycles of the bare cell with every number at its prior."""

WITHIN = 0.9
"""Share of the largest strength that a coated cell can bear with which it is shown."""

HOURS_PER_CYCLE = 2.0
LIFE, LEAD_LIFE = "perovskite.sym.life_msc", "perovskite.sym.life_mpc"

READINGS = {"doubled": f"the voltage is twice that of cycle {SETTLED}", "limit": f"the voltage reaches {LIMIT_V:g} V"}
"""What the end of a cell may mean."""


@dataclass(frozen=True, slots=True)
class Mechanism:
    """One way to die, with everything else as the data tables say.

    name     as a reader would call it
    field    of `design.Ageing`;  unit: of it
    others   fields that are set with it
    ends     where its strength is searched, in that unit
    """

    name: str
    field: str
    unit: str
    ends: tuple[float, float]
    others: tuple[tuple[str, str | float], ...] = ()

    def ageing(self, strength: float) -> dict[str, str | float]:
        """The table of a cell file with this strength."""
        return {**dict(self.others), self.field: f"{strength!r} {self.unit}".strip()}

    @property
    def known(self) -> tuple[float, float]:
        """Range in which the strength is known, in its unit."""
        record = lookup(f"ageing.{self.field}")
        assert record.low is not None  # records of this table have ranges
        assert record.high is not None
        return record.low, record.high


MECHANISMS = (
    Mechanism(
        "dead lithium", "dead_fraction", "", (5e-3, 0.98), (("dead_layer_tortuosity", 20.0), ("film_growth_rate", "0 m2/s"))
    ),
    Mechanism("film growth", "film_growth_rate", "m2/s", (1e-22, 2e-18), (("dead_fraction", 0.0),)),
)
"""Dead lithium alone is given the most tortuous layer that is known; with less of it, it cannot kill in time."""


@dataclass(frozen=True, slots=True)
class Required:
    """What the reported lives require of one mechanism, with one reading of the end.

    bare       strength that ends the bare cell at its time; None if none does
    coated     largest strength with which each coated cell lives as long as reported; None if that of the bare one will do
    unchanged  life of each coated cell with the strength of the bare one, h
    """

    mechanism: Mechanism
    reading: str
    bare: float | None
    coated: dict[str, float | None]
    unchanged: dict[str, float]

    def reduction(self, material: str) -> float | None:
        """How many times less the coated cell needs; 1 if it needs none, None if the bare cell cannot be explained."""
        if self.bare is None:
            return None
        allowed = self.coated[material]
        return 1.0 if allowed is None else self.bare / allowed


@dataclass(frozen=True)
class Lives:
    """What the long runs gave.

    required    one for each mechanism and reading
    runs        the bare and the coated cells with what they need, by a name: the runs behind the figures
    shapes      half-cycles early and late, with parts of the model switched off: name -> run
    priors      life of the bare cell with every number at its prior, h, by reading
    host        what the bare cell of the host paper does with the growth of this one, and the other way round
    conductivity_ratio  of the native film under the coating over that on the bare foil, as the spectra leave them
    """

    required: tuple[Required, ...]
    runs: dict[str, Result]
    shapes: dict[str, Result]
    priors: dict[str, float]
    host: HostComparison
    conductivity_ratio: float


@dataclass(frozen=True, slots=True)
class HostComparison:
    """Two bare cells side by side.

    voltage      of the host paper's cell in cycle 100 with what ends this paper's cell, mV, by mechanism
    life         of this paper's cell with what takes the host paper's to its voltage in cycle 100, h, by mechanism; infinite
                 if the cell outlives 400 cycles
    """

    voltage: dict[str, float]
    life: dict[str, float]


@dataclass(frozen=True, slots=True)
class Lived:
    """What a search needs of a long run; the run itself is not kept.

    status  how it ended;  plateau: voltage of each cycle, V
    """

    status: Status
    plateau: pd.Series


@dataclass(frozen=True, slots=True)
class LongRuns:
    """Takes cells through their life. What was seen is remembered."""

    claims: Claims
    point: Point
    _seen: dict[tuple[object, ...], Lived] = field(default_factory=dict)

    def run(self, material: str, ageing: dict[str, str | float], cycles: int, **changes: float) -> Lived:
        """What becomes of a cell in cycles of 1 mA/cm2 and 1 mAh/cm2, ended at the limit."""
        key = (material, tuple(sorted(ageing.items())), cycles, tuple(sorted(changes.items())))
        if key not in self._seen:
            result = self.whole(material, ageing, cycles, changes=changes)
            self._seen[key] = Lived(result.status, result.cycles["plateau_voltage"])
        return self._seen[key]

    def whole(
        self,
        material: str,
        ageing: dict[str, str | float],
        cycles: int,
        *,
        spectra: bool = False,
        changes: Mapping[str, float] | None = None,
    ) -> Result:
        """The run with all its traces, with spectra before, in the middle and after if asked.

        Raises LithoscopeError if it is not solved.
        """
        cell = calibrated_cell(material, self.claims, {**self.point, **(changes or {})}).changed("working.ageing", dict(ageing))
        stop = Stop(f"{LIMIT_V} V")
        program = Program.strip_plate("1 mA/cm2", "1 mAh/cm2", cycles=cycles, stop=stop)
        if spectra:
            half = Program.strip_plate("1 mA/cm2", "1 mAh/cm2", cycles=cycles // 2).steps
            program = Program([Spectrum(), *half, Spectrum(), *half, Spectrum()], stop=stop)
        result = MODEL.simulate(cell, program, silent, apart=True)
        if result.status.end in (End.NO_SOLUTION, End.LEDGER_OPEN):
            raise LithoscopeError(f"The life of the {material} cell with {ageing} was not solved. {result.status}")
        return result

    def life(self, lived: Lived, reading: str) -> float:
        """When a cell was at its end, h; infinite if it outlived its program."""
        plateau = lived.plateau
        if reading == "doubled" and len(plateau) >= SETTLED:
            past = plateau.index[(plateau >= 2 * plateau.loc[SETTLED]) & (plateau.index > SETTLED)]
            if len(past):
                return HOURS_PER_CYCLE * float(past[0])
        return np.inf if lived.status.end is End.COMPLETED else lived.status.time / 3600

    def excess(self, material: str, mechanism: Mechanism, reading: str, hours: float, strength: float) -> float:
        """Below zero for a cell that lives longer than this, above for one that does not; rises with the strength."""
        lived = self.run(material, mechanism.ageing(strength), round(hours / HOURS_PER_CYCLE))
        if lived.status.end is not End.COMPLETED:
            return float(np.log(hours * 3600 / lived.status.time)) + 1e-6
        end = LIMIT_V if reading == "limit" else 2 * lived.plateau.loc[SETTLED]
        return float(np.log(lived.plateau.iloc[-1] / end))

    def strength(
        self, material: str, mechanism: Mechanism, reading: str, hours: float, most: float | None = None
    ) -> float | None:
        """The strength with which a cell is at its end after this time, to 4 %; None if none up to `most` is enough."""
        ends = (mechanism.ends[0], most or mechanism.ends[1])
        return _crossing(lambda s: self.excess(material, mechanism, reading, hours, s), ends)


def live(claims: Claims, point: Point, report: Report) -> Lives:
    """Make all long runs of the study, two at a time. Takes some minutes."""
    ageing = LongRuns(claims, point)
    cases = [(mechanism, reading) for mechanism in MECHANISMS for reading in READINGS]
    required = []
    with threads(2) as pool:
        asked = [pool.submit(_require, ageing, claims, *case) for case in cases]
        for n, (future, (mechanism, reading)) in enumerate(zip(asked, cases, strict=True)):
            report(0.8 * n / len(cases), f"life: {mechanism.name}, {reading}")
            required.append(future.result())
    report(0.85, "life: two bare cells")
    host = _compare_with_host(ageing, required)
    report(0.95, "life: shapes of half-cycles")
    prior = ageing.run("bare", {}, PRIOR_CYCLES)
    priors = {reading: ageing.life(prior, reading) for reading in READINGS}
    return Lives(
        tuple(required), _shown(ageing, claims, required), _shapes(ageing), priors, host, _conductivity_ratio(claims, point)
    )


def _conductivity_ratio(claims: Claims, point: Point) -> float:
    bare, coated = (numbers(calibrated_cell(material, claims, point)).working for material in ("bare", "MASnCl3"))
    return coated.native_film_conductivity / bare.native_film_conductivity


def hours(claims: Claims) -> dict[str, float]:
    """The reported lives, h: exact for the bare cell, at least for the others."""
    coated, bare = (float(v) for v in claims[LIFE].values)
    return {"bare": bare, "MASnCl3": coated, "MAPbCl3": float(claims[LEAD_LIFE].values[0])}


def _require(ageing: LongRuns, claims: Claims, mechanism: Mechanism, reading: str) -> Required:
    lives = hours(claims)
    bare = ageing.strength("bare", mechanism, reading, lives["bare"])
    most = bare or mechanism.ends[1]
    coated: dict[str, float | None] = {}
    unchanged = {}
    for material in ("MASnCl3", "MAPbCl3"):
        as_bare = ageing.run(material, mechanism.ageing(most), round(lives[material] / HOURS_PER_CYCLE))
        unchanged[material] = ageing.life(as_bare, reading)
        coated[material] = ageing.strength(material, mechanism, reading, lives[material], most)
    return Required(mechanism, reading, bare, coated, unchanged)


def _shown(ageing: LongRuns, claims: Claims, required: list[Required]) -> dict[str, Result]:
    """The runs behind the figures: the bare cell with what ends it, the coated one with the same and with what it can bear."""
    found: dict[str, Result] = {}
    lives = hours(claims)
    for case in required:
        if case.reading == "limit" and case.bare is not None:
            of, cycles = case.mechanism, round(lives["MASnCl3"] / HOURS_PER_CYCLE)
            found[f"{of.name}, bare"] = ageing.whole("bare", of.ageing(case.bare), round(lives["bare"] / HOURS_PER_CYCLE) + 20)
            found[f"{of.name}, MASnCl3 as bare"] = ageing.whole("MASnCl3", of.ageing(case.bare), cycles)
            # A little less than the largest strength, so that the spectrum at the end is measured.
            allowed = WITHIN * (case.coated["MASnCl3"] or case.bare)
            found[f"{of.name}, MASnCl3 reduced"] = ageing.whole("MASnCl3", of.ageing(allowed), cycles, spectra=True)
    return found


def _shapes(ageing: LongRuns) -> dict[str, Result]:
    """Early and late half-cycles of the bare cell, inside the ranges of the tables, with parts switched off."""
    harsh: dict[str, str | float] = {"dead_fraction": 0.1, "dead_layer_tortuosity": 20.0, "film_growth_rate": "0 m2/s"}
    still: dict[str, str | float] = {"mossy_fraction": 0.0, "pit_area": 0.0}
    return {
        "all": ageing.whole("bare", harsh, LATE),
        "no populations": ageing.whole("bare", harsh | still, LATE),
        "no dead layer": ageing.whole("bare", harsh | {"dead_fraction": 0.0}, LATE),
    }


def _compare_with_host(ageing: LongRuns, required: list[Required]) -> HostComparison:
    """The bare cell of the host paper: its first voltage at 1 mA sets its interface, on 1 cm2, in the same electrolyte.

    Its solvent is EC:DEC, for which no transport is measured here; at 1 mA/cm2 the electrolyte costs a few mV.
    """
    first, late = (lookup(f"host_paper.{name}").to("V") for name in ("bare_first_voltage", "bare_voltage_100"))
    theirs = {AREA: 1.0, RESISTANCE["bare"]: first / 1e-3}
    voltage, life = {}, {}
    for case in required:
        if case.reading == "limit" and case.bare is not None:
            of = case.mechanism
            voltage[of.name] = 1e3 * _late_voltage(ageing, of, theirs, case.bare)
            strength = _crossing(partial(_above, late, ageing, of, theirs), of.ends)
            life[of.name] = np.inf if strength is None else ageing.life(ageing.run("bare", of.ageing(strength), 400), "limit")
    return HostComparison(voltage, life)


def _above(target: float, ageing: LongRuns, mechanism: Mechanism, theirs: dict[str, float], strength: float) -> float:
    """How far the host paper's cell is above a voltage in cycle 100, as a logarithm."""
    return float(np.log(_late_voltage(ageing, mechanism, theirs, strength) / target))


def _late_voltage(ageing: LongRuns, mechanism: Mechanism, theirs: dict[str, float], strength: float) -> float:
    """Voltage of the host paper's cell in cycle 100, or the limit if it ended before, V."""
    lived = ageing.run("bare", mechanism.ageing(strength), 100, **theirs)
    return float(lived.plateau.iloc[-1]) if lived.status.end is End.COMPLETED else LIMIT_V


def _crossing(rising: Callable[[float], float], ends: tuple[float, float]) -> float | None:
    """Where a rising function of a strength crosses zero, to 4 %; None if it stays below, the lower end if it is above."""
    low, high = (float(np.log(end)) for end in ends)
    if rising(ends[1]) < 0:
        return None
    if rising(ends[0]) > 0:
        return ends[0]
    return float(np.exp(brentq(lambda x: rising(float(np.exp(x))), low, high, xtol=0.04, rtol=1e-6)))
