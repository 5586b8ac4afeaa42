"""A hundred cycles of two hosts, each run whole: at the currents of the paper, in both electrolytes, over the free choices.

The model has no side reactions. What can change in it from cycle to cycle is where the lithium and the salt are. Lithium is
not plated where it was stripped: the salt gradient of a half-cycle is there when the top is most open, while it is stripped,
and when it is fullest, while it is plated, so that more comes back near the top. Where anions hardly move, or diffuse forty
times faster, every half-cycle undoes the one before. What can end it is salt, electrolyte, a clogged top, a front without
contact, or 1 V.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

import numpy as np

from lithoscope.analysis.confinement import front_ends, variants
from lithoscope.errors import End
from lithoscope.physics.cell import PorousHost
from lithoscope.physics.contract import silent
from lithoscope.protocol import Program
from lithoscope.studies.host.cells import THICKNESS, THIN, two_hosts
from lithoscope.studies.host.runs import HOST, RATES
from lithoscope.studies.search import NotSolvedError

if TYPE_CHECKING:
    from lithoscope.design import Cell
    from lithoscope.result import Result
    from lithoscope.studies.claims import Claims
    from lithoscope.studies.ranges import Point, Range
    from lithoscope.units import Quantity

LATE = 100
"""Cycle in which the paper gives voltages."""

FAST = 5.0
"""Current density at which the free choices are run, mA/cm2."""

ROUGH = PorousHost(cells=20)
"""For the free choices: half the cells of the runs that are drawn, a third of their time."""


@dataclass(frozen=True, slots=True)
class Life:
    """What a hundred cycles of two hosts gave.

    what     was changed, with its value;  current  density, mA/cm2
    voltage  of each cycle, mV;  lasted: whether all cycles were run;  end: how it ended;  run: its id
    """

    what: str
    current: float
    voltage: np.ndarray
    lasted: bool
    end: str
    run: str

    @property
    def rise(self) -> float:
        """Voltage of the last cycle over that of the first."""
        return float(self.voltage[-1] / self.voltage[0])


def cycles(number: int, current: float) -> Program:
    """Cycles of 1 mAh/cm2, ended at 1 V."""
    return Program.strip_plate(f"{current!r} mA/cm2", "1 mAh/cm2", cycles=number).changed("stop", {"voltage_magnitude": "1 V"})


def plateau(result: Result) -> np.ndarray:
    """Voltage of each cycle, mV."""
    return 1e3 * result.cycles["plateau_voltage"].to_numpy()


def hundred(cell: Cell, current: float, model: PorousHost = HOST) -> Result:
    """A hundred cycles. Raises NotSolvedError."""
    result = model.simulate(cell, cycles(LATE, current), silent, apart=True)
    if result.status.end.numerical:
        raise NotSolvedError(f"A cell of two hosts was not solved. {result.status}")
    return result


def life(what: str, cell: Cell, current: float = FAST) -> Life:
    """A hundred cycles with something changed. Raises NotSolvedError."""
    return seen(what, current, hundred(cell, current, ROUGH))


def seen(what: str, current: float, result: Result) -> Life:
    """What a run gave."""
    lasted = result.status.end is End.COMPLETED
    return Life(what, current, plateau(result), lasted, result.status.word, result.manifest.run_id)


def drawn(point: Point, known: tuple[Range, ...], claims: Claims) -> dict[str, Callable[[], Result]]:
    """The runs at the quoted values: every current in carbonate, the highest in ether."""
    cell = two_hosts(point, known, claims)
    made: dict[str, Callable[[], Result]] = {f"{i:g} mA/cm2": partial(hundred, cell, i) for i in RATES}
    return made | {f"{FAST:g} mA/cm2, ether": partial(hundred, two_hosts(point, known, claims, ether=True), FAST)}


def choices(point: Point, known: tuple[Range, ...], claims: Claims) -> dict[str, Callable[[], Life]]:
    """The free choices at 5 mA/cm2: each number of the front law, the share of the surface, and what carries the salt, at both
    ends of its range, a thin host, and the quoted values with the same cells.
    """
    cell = two_hosts(point, known, claims)
    made = {"quoted values": cell, f"{THICKNESS} {THIN:g} um": two_hosts({**point, THICKNESS: THIN}, known, claims)}
    for _, path, value, changed in variants(cell, list(front_ends()), {"": {}}):
        if path:
            made[f"{path.rpartition('.')[2].replace('_', ' ')} {value:g}"] = changed
    for name in ("diffusivity", "transference_number"):
        given: Quantity = getattr(cell.electrolyte.properties, name)
        for end in (given.low, given.high):
            unit = "" if given.unit == "1" else f" {given.unit}"
            made[f"{name.replace('_', ' ')} {end:g}{unit}"] = cell.changed(f"electrolyte.properties.{name}", f"{end!r}{unit}")
    return {what: partial(life, what, each) for what, each in made.items()}
