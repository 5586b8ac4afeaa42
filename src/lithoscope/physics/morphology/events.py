"""What ends a step of a program or a run of the morphology scale, and where."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from lithoscope.errors import End, Status
from lithoscope.physics.morphology.grid import Grid
from lithoscope.physics.morphology.kinetics import LEAST_SALT
from lithoscope.physics.morphology.record import Columns
from lithoscope.physics.morphology.step import UNSOLVED
from lithoscope.protocol import Current
from lithoscope.protocol.program import Visit

CLEARANCE = 10
"""Cells below the top within which lithium ends the run: the profile of its surface would feel the end of the grid."""

BRANCHES = 0.5
"""Metal in the domain over the height of its highest point, below which what arrives at the top is a branch and no front."""

LOCATED = 1e-6
"""How near an event is located, relative to the change of its quantity in the time step."""


@dataclass(frozen=True, slots=True)
class Window:
    """Within what a step of the program goes on, SI; see `step.Limits`.

    end  of its time, s;  c0: concentration of the reservoir
    """

    low: float
    high: float
    least_current: float
    start_charge: float
    capacity: float
    bottom: float
    top: float
    finest: float
    end: float
    c0: float


@dataclass(frozen=True, slots=True)
class Event:
    """Something that is met.

    word     of `result.names.STEP_ENDS` for what a program sets; else for people
    end      how the run ends, or None where only the step does
    sound    whether the instant itself is to be kept
    column   quantity that reaches `limit`, where the event can be located between two instants
    """

    word: str
    end: End | None = None
    sound: bool = True
    column: str = ""
    limit: float = 0.0

    @property
    def located(self) -> bool:
        """Whether it can be located between two instants."""
        return bool(self.column)

    def distance(self, rows: Columns, index: int) -> float:
        """How far its quantity is from the limit."""
        value = float(rows[self.column][index])
        return (abs(value) if self.column == "current" else value) - self.limit


def first(rows: Columns, window: Window) -> tuple[int, Event] | None:
    """The first instant at which something is met, and what."""
    found = [(int(np.argmax(hit)), event) for event, hit in _events(rows, window) if np.any(hit)]
    return min(found, key=lambda each: each[0]) if found else None


def _events(rows: Columns, w: Window) -> Iterator[tuple[Event, NDArray[np.bool_]]]:
    finite = np.isfinite(rows["voltage"]) & np.isfinite(rows["metal"]) & np.isfinite(rows["solution"])
    yield Event("not finite", End.NOT_FINITE, sound=False), ~finite
    yield Event("not solved", End.NO_SOLUTION, sound=False), finite & (rows["left"] >= UNSOLVED)
    yield Event("top", End.DOMAIN_FULL), rows["top"] >= w.top
    yield Event("bottom", End.DOMAIN_EMPTY), rows["lowest"] <= w.bottom
    yield Event("salt", End.SALT_DEPLETED), rows["salt_mean"] <= 2 * LEAST_SALT * w.c0
    stepping = np.arange(len(rows["dt"])) < len(rows["dt"]) - 1
    yield Event("collapsed", End.STEP_COLLAPSED), stepping & (rows["dt"] < w.finest) & (rows["time"] + w.finest < w.end)
    yield Event("voltage above", column="voltage", limit=w.high), rows["voltage"] >= w.high
    yield Event("voltage below", column="voltage", limit=w.low), rows["voltage"] <= w.low
    yield Event("current below", column="current", limit=w.least_current), np.abs(rows["current"]) <= w.least_current
    if np.isfinite(w.capacity):
        passed = rows["charge"] - w.start_charge
        limit = w.start_charge + np.copysign(w.capacity, passed[-1])
        yield Event("capacity reached", column="charge", limit=float(limit)), np.abs(passed) >= w.capacity


Found = TypeVar("Found")


def located(attempt: Callable[[float], tuple[Found, float]], left: float, right: float, most: int) -> Found:
    """The share of a time step at which a quantity meets its limit, by the secant rule held between two sides.

    attempt      solves for a share and gives what was found and the distance from the limit there
    left, right  distances at shares 0 and 1, of opposite signs
    """
    low, high, scale = 0.0, 1.0, abs(right - left)
    for _ in range(most):
        share = min(max(low + (high - low) * left / (left - right), low + 0.01 * (high - low)), high - 0.01 * (high - low))
        found, distance = attempt(share)
        if abs(distance) <= LOCATED * scale:
            break
        if distance * left > 0:
            low, left = share, distance
        else:
            high, right = share, distance
    return found


def timed(visit: Visit) -> str:
    """What ended a step that used up its time: a capacity at constant current is a time."""
    if isinstance(visit.step, Current) and visit.step.until.capacity is not None:
        longest = visit.step.until.duration
        if longest is None or visit.step.duration < longest.value:
            return "capacity reached"
    return "time is up"


def status_of(event: Event, rows: Columns, stop: float, grid: Grid) -> tuple[str, Status | None]:
    """How a step of the program ended after an event, and how the run did, if it did."""
    if event.end is None:
        if event.column == "voltage" and abs(event.limit) >= stop:
            return "the run ended", Status(End.STOP_REACHED, f"{rows['voltage'][-1]:.3g} V")
        return event.word, None
    end = event.end
    if end is End.DOMAIN_FULL and rows["mean"][-1] < BRANCHES * rows["top"][-1]:
        end = End.BRANCH_ACROSS
    return "the run ended", Status(end, _detail(event, rows, grid))


def _detail(event: Event, rows: Columns, grid: Grid) -> str:
    last = {name: float(column[-1]) for name, column in rows.items()}
    um = 1e6
    if event.word == "top":
        return (f"the highest lithium is at {last['top'] * um:.3g} um of {grid.height * um:.3g} um; dense and flat the metal "
                f"would end at {last['mean'] * um:.3g} um")  # fmt: skip
    if event.word == "bottom":
        return f"the lowest surface is {last['lowest'] * um:.3g} um above the bottom of the domain"
    if event.word == "salt":
        return f"{max(last['salt_mean'], 0):.2g} mol/m3 are left at the surface, where the salt ends"
    if event.word == "collapsed":
        return f"a step of {last['dt']:.2g} s, where the fastest point of the front moves at {last['fastest'] * 1e9:.3g} nm/s"
    return "the state before it is kept"
