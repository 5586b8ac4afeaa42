"""Long runs: what takes the bare cell to its voltage in cycle 100, what ends it, and what a host does meanwhile.

Nobody measured how these cells age. Each mechanism of the mossy model is taken alone and made as strong as one number of the
paper asks; other numbers are then predicted with it. The host's own model has no side reactions. A film that grows on it as
fast as on the foil is put on it by hand, as thick as it would be by then.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

import numpy as np

from lithoscope.data import lookup
from lithoscope.design import Cell
from lithoscope.errors import End
from lithoscope.physics.cell import Full
from lithoscope.physics.contract import silent
from lithoscope.protocol import Current, Loop, Program
from lithoscope.studies.claims import read_claims
from lithoscope.studies.host.cells import bare_cell, catalogued, two_hosts
from lithoscope.studies.host.hundred import FAST, LATE, Life, choices, cycles, drawn, life, plateau
from lithoscope.studies.host.runs import FINER, MOSSY, RATES, first_half
from lithoscope.studies.mechanisms import MECHANISMS, Mechanism
from lithoscope.studies.perovskite.cells import calibrated_cell
from lithoscope.studies.perovskite.cells import ranges as perovskite_ranges
from lithoscope.studies.ranges import Point, Range, at_values
from lithoscope.studies.search import Bounded, NotSolvedError, Strength, crossing

if TYPE_CHECKING:
    from lithoscope.physics.cell.model import CellModel
    from lithoscope.result import Result
    from lithoscope.studies.claims import Claims
    from lithoscope.studies.work import Work

SETTLED = 5
"""Cycle in which the first transients are over; a cell counts as failed when its voltage is twice that of this cycle."""

TRIED = 4
"""Strengths that are tried first."""

LONGEST = 200
"""Cycles after which a cell at 5 mA/cm2 is given up."""

FIRST_SHARE = 0.165
"""Share of stripped moss that dies with which the search for the fade of the full cell begins."""

FULL = Full(cells=8)

FULL_CYCLES = 35
"""Cycles for which full cells are run."""

FADED = 0.98
"""Share of its first capacity at which a full cell begins to fade."""


@dataclass(frozen=True, slots=True)
class Grown:
    """A mechanism as strong as the voltage of the bare cell in cycle 100 asks.

    strength  of it;  bare: the run at 1 mA/cm2
    host      voltage of two fresh hosts with the film of cycle 100, mV, by current density
    life      of two hosts with that film from the beginning
    """

    mechanism: Mechanism
    strength: Strength
    bare: Result
    host: dict[float, float]
    life: Life


@dataclass(frozen=True, slots=True)
class Failed:
    """A mechanism as strong as the failure at 3 mA/cm2 asks; cycles: to the failure at 5 mA/cm2."""

    mechanism: Mechanism
    strength: Strength
    cycles: Bounded | None


@dataclass(frozen=True)
class Lives:
    """What the long runs gave. What was not solved is missing everywhere but in `unsolved` of the work.

    grown       for each mechanism
    failed      likewise
    hosts       a hundred cycles of two hosts, by current and electrolyte
    choices     the same over the free choices, at 5 mA/cm2
    ether       voltage of each cycle of the bare cell in ether, mV, by what was changed
    beside      the bare cell of the perovskite paper with the growth of this one: mechanism -> run
    full        the full cells: label -> run;  dead: share of stripped moss that dies in them
    """

    grown: tuple[Grown, ...]
    failed: tuple[Failed, ...]
    hosts: dict[str, Result]
    choices: tuple[Life, ...]
    ether: dict[str, np.ndarray]
    beside: dict[str, Result]
    full: dict[str, Result]
    dead: float


def live(work: Work, claims: Claims, point: Point, known: tuple[Range, ...], begin: float) -> Lives:
    """Hand out all long runs and wait for them. begin: share of all work that is done before."""
    bare = bare_cell(point, known)
    full = work.ask({"full cells": partial(full_cells, bare, claims)})
    grown = work.ask({f"growth, {of.name}": partial(_grown, of, claims, point, known) for of in MECHANISMS})
    failed = work.ask({f"failure, {of.name}": partial(_failed, of, bare, claims) for of in MECHANISMS})
    hosts = work.ask(drawn(point, known, claims))
    moved = work.ask(choices(point, known, claims))
    ether = work.ask({name: partial(_ether, given, point, known) for name, given in _ethers().items()})
    found = tuple(work.collect(grown, begin, begin + 0.3 * (1 - begin)).values())
    beside = work.ask({each.mechanism.name: partial(_beside, each) for each in found})
    cells, dead = next(iter(work.collect(full, begin, 1.0).values()), ({}, math.nan))
    return Lives(
        found,
        tuple(work.collect(failed, 0.7, 0.75).values()),
        work.collect(hosts, 0.75, 0.85),
        tuple(work.collect(moved, 0.85, 0.97).values()),
        work.collect(ether, 0.97, 0.98),
        work.collect(beside, 0.98, 1.0),
        cells,
        dead,
    )


def aged(cell: Cell, ageing: Mapping[str, str | float], program: Program, model: CellModel = MOSSY) -> Result:
    """A cell through a program, with what is said of its ageing. Raises NotSolvedError."""
    electrode = "working" if cell.working.kind == "foil" else "counter"
    changed = cell.changed(f"{electrode}.ageing", dict(ageing)) if ageing else cell
    result = model.simulate(changed, program, silent, apart=True)
    if result.status.end.marked:
        result = model.changed("relative_tolerance", FINER).simulate(changed, program, silent, apart=True)
    if result.status.end.numerical:
        raise NotSolvedError(f"A cell with {dict(ageing) or 'every number at its prior'} was not solved. {result.status}")
    return result


# ------------------------------------------------------------------------------------------- symmetric cells


def _grown(of: Mechanism, claims: Claims, point: Point, known: tuple[Range, ...]) -> Grown:
    cell, late = bare_cell(point, known), float(claims["host.overpot.bare100"].values[0])
    runs: dict[float, Result] = {}

    def excess(strength: float) -> float:
        runs[strength] = aged(cell, of.ageing(strength), cycles(LATE, 1.0))
        volts = plateau(runs[strength])
        return math.log(volts[-1] / late) if len(volts) == LATE else math.log(1e3 / late)

    found = crossing(excess, of.tried(TRIED))
    shown = min(runs, key=lambda s: abs(math.log(s / found.value)))
    host = two_hosts(point, known, claims)
    filmed = {i: _filmed(host, of, found.value, 2 * LATE / i) for i in RATES}
    hosts = {i: first_half(cell, i, apart=True) for i, cell in filmed.items()}
    return Grown(of, found, runs[shown], hosts, life(f"film of cycle {LATE}, {of.name}", filmed[FAST]))


def _filmed(host: Cell, of: Mechanism, strength: float, hours: float) -> Cell:
    """A host with the film that would have grown on it in this time, as on a foil."""
    return host.changed("working.native_film.thickness", f"{film_after(of, strength, hours)!r} m")


def film_after(of: Mechanism, strength: float, hours: float) -> float:
    """Thickness of a native film that grows from that of the catalogue, sqrt(d0^2 + 2 k t), m."""
    film = catalogued("bare").foil.native_film.thickness
    assert film is not None  # the catalogue gives it
    rate = strength if of.field == "film_growth_rate" else 0.0
    return math.sqrt(film.value**2 + 2 * rate * 3600 * hours)


def _failed(of: Mechanism, cell: Cell, claims: Claims) -> Failed:
    """Calibrated at 3 mA/cm2, followed at 5 mA/cm2. Raises NotSolvedError."""
    ends = [float(v) for v in claims["host.bare.fail"].values]
    asked = round(ends[0])

    def excess(strength: float) -> float:
        volts = plateau(aged(cell, of.ageing(strength), cycles(asked, 3.0)))
        if len(volts) < asked:
            return math.log(asked / max(len(volts), 1)) + 1e-6
        return math.log(volts[-1] / (2 * volts[SETTLED - 1]))

    found = crossing(excess, of.tried(TRIED))
    if found.bound == "lower":
        return Failed(of, found, None)
    return Failed(of, found, failure(aged(cell, of.ageing(found.value), cycles(LONGEST, 5.0))))


def failure(result: Result) -> Bounded:
    """Cycle in which the voltage is first twice that of the settled one, or in which the run ended by itself."""
    volts = plateau(result)
    past = np.flatnonzero(volts[SETTLED:] >= 2 * volts[SETTLED - 1]) if len(volts) > SETTLED else np.zeros(0)
    if len(past):
        return Bounded(float(past[0] + SETTLED + 1))
    return Bounded(float(len(volts)), "lower" if result.status.end is End.COMPLETED else "exact")


def _ethers() -> dict[str, dict[str, str | float]]:
    """What is changed of the ageing of the bare cell in ether: nothing, or one number to an end of its range."""
    made: dict[str, dict[str, str | float]] = {"priors": {}}
    for field in ("film_growth_rate", "mossy_area", "dead_fraction"):
        record = lookup(f"ageing.{field}")
        for value in (record.low, record.high):
            unit = "" if record.unit == "1" else f" {record.unit}"
            made[f"{field.replace('_', ' ')} {value:g}{unit}"] = {field: f"{value!r}{unit}"}
    return made


def _ether(given: Mapping[str, str | float], point: Point, known: tuple[Range, ...]) -> np.ndarray:
    return plateau(aged(bare_cell(point, known, ether=True), given, cycles(LATE, 1.0)))


def _beside(grown: Grown) -> Result:
    """The bare cell of the perovskite paper with the growth of this one. Raises NotSolvedError."""
    claims = read_claims("perovskite")
    cell = calibrated_cell("bare", claims, at_values(perovskite_ranges(claims)))
    return aged(cell, grown.mechanism.ageing(grown.strength.value), cycles(LATE, 1.0))


# ------------------------------------------------------------------------------------------- full cells


def full_cell(bare: Cell, thickness: float, dead: float, claims: Claims) -> Cell:
    """A foil, um, against Li4Ti5O12 of the stated capacity. dead: share of stripped moss that dies."""
    capacity = float(claims["host.lto.capacity"].values[0])
    loading = capacity / lookup("cathodes.LTO.specific_capacity").number * 1000
    foil = {
        **bare.written()["working"],
        "thickness": f"{thickness!r} um",
        "ageing": {"dead_fraction": dead, "film_growth_rate": "0 m2/s"},
    }
    return Cell(**{
        **bare.written(), "working": {"kind": "cathode", "material": "LTO", "loading": f"{loading!r} mg/cm2"}, "counter": foil,
    })  # fmt: skip


def full_cells(bare: Cell, claims: Claims) -> tuple[dict[str, Result], float]:
    """The thin foil with what makes it fade in its cycle, and the thick one with the same. Raises NotSolvedError.

    The loss per cycle is proportional to the share that dies, so one run corrects the first guess.
    """
    thin, thick = float(claims["host.lto.bare50"].values[0]), float(claims["host.lto.750"].values[0])
    asked = float(claims["host.lto.bare50"].values[2])
    guess = aged(full_cell(bare, thin, FIRST_SHARE, claims), {}, _full_program(), FULL)
    dead = FIRST_SHARE * fade(guess) / asked
    return {f"{d:g} um": aged(full_cell(bare, d, dead, claims), {}, _full_program(), FULL) for d in (thin, thick)}, dead


def _full_program() -> Program:
    steps = [
        Current("-1 mA/cm2", {"voltage_below": "1 V", "duration": "5 h"}),
        Current("1 mA/cm2", {"voltage_above": "2.5 V", "duration": "5 h"}),
    ]
    return Program([Loop(FULL_CYCLES, steps)])


def delivered(result: Result) -> np.ndarray:
    """Capacity of each cycle while the lithium is stripped, mAh/cm2."""
    steps = result.steps
    charge: np.ndarray = steps[steps["charge"] < 0]["charge"].to_numpy()
    return -charge / 36000


def fade(result: Result) -> float:
    """Cycle in which the capacity falls below its share of that of the second; as long as the run if it does not."""
    capacity = delivered(result)
    past = np.flatnonzero(capacity < FADED * capacity[1])
    return float(past[0] + 1) if len(past) else float(len(capacity))
