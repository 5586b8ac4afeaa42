"""Taking a run of the morphology scale through its program: loops of steps, events, snapshots, ends."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from itertools import islice

import jax
import jax.numpy as jnp
import numpy as np

from lithoscope.constants import FARADAY
from lithoscope.errors import End, Status
from lithoscope.physics.morphology.events import CLEARANCE, INSTRUMENT_V, Event, Window, first, located, status_of, timed
from lithoscope.physics.morphology.params import control
from lithoscope.physics.morphology.parting import divided, gathered
from lithoscope.physics.morphology.record import Columns, Recorder, instants
from lithoscope.physics.morphology.state import Control, Parameters, Scheme, State
from lithoscope.physics.morphology.step import ROWS, Batch, Limits, batch, begin
from lithoscope.protocol import Current, Program, Rest, Voltage
from lithoscope.protocol.program import Visit
from lithoscope.result.names import STEP_ENDS

FINEST = 1e-6
"""Share of the time in which the mean front crosses a cell, or of the step, below which a time step has collapsed."""

BETWEEN = 5
"""Most steps between two looks for lithium without contact: the surface moves by a cell in them."""

SECANTS = 12
"""Most attempts to locate an event."""


@dataclass(frozen=True)
class Point:
    """A place in a run from which it can be taken up.

    visit  steps of the program that are done;  begun: whether the next one has begun
    start, start_charge  time, s, and charge, C/m2, at which it began;  shot: charge at the last snapshot
    """

    state: State
    visit: int = 0
    begun: bool = False
    start: float = 0.0
    start_charge: float = 0.0
    shot: float = 0.0


@dataclass(slots=True)
class Driver:
    """Takes a run through its program.

    every   charge between two snapshots, C/m2;  tension: of the film at the start, on a flat surface, N/m
    enough  whether to stop between two loops
    keep    is called after every loop
    report  is told how far it has come
    """

    program: Program
    parameters: Parameters
    scheme: Scheme
    point: Point
    recorder: Recorder
    every: float
    tension: float = 0.0
    enough: Callable[[], bool] = lambda: False
    keep: Callable[[Driver], None] = lambda driver: None
    report: Callable[[float, str], None] = lambda done, text: None

    def finish(self) -> Status | None:
        """Run to the end of the program, or to what ends it before; None if it was told to stop."""
        for visit in _from(self.program, self.point.visit):
            status = self._visit(visit)
            if status is not None:
                return status.at(time=self._time(), cycle=visit.cycle, step=visit.number)
            if self.enough():
                return None
        self.report(1.0, "done")
        return Status(End.COMPLETED, "", self._time())

    def _time(self) -> float:
        return float(self.point.state.time)

    def _charge(self) -> float:
        return float(self.point.state.books.charge)

    def _visit(self, visit: Visit) -> Status | None:
        parameters = self.parameters._replace(control=control_of(visit))
        if not self.point.begun:
            state = begin(self.point.state, parameters, scheme=self.scheme)
            self.point = replace(self.point, state=state, begun=True, start=self._time(), start_charge=self._charge())
        while True:
            share = min((self._time() - self.point.start) / duration(visit), 1.0)
            self.report((visit.number - 1 + share) / len(self.program), f"step {visit.number} of {len(self.program)}")
            ended, status = self._loop(visit, parameters)
            if ended and self._charge() != self.point.shot:
                self.shoot()
            if ended:
                self.recorder.step(visit, STEP_ENDS.index(ended))
                self.point = replace(self.point, visit=visit.number, begun=False)
            self.keep(self)
            if ended or status or self.enough():
                return status

    def _loop(self, visit: Visit, parameters: Parameters) -> tuple[str, Status | None]:
        """One loop of steps: how the step of the program ended, if it did, and how the run did."""
        limits, window = self._limits(visit)
        # Only where metal goes, or where there are pieces, can contacts come and go.
        breaks = plating(visit) <= 0 or self.point.state.pieces is not None
        done = self._steps(self.point.state, parameters, limits, BETWEEN if breaks else ROWS)
        if not self.scheme.carried.has_room(done.state.skin):
            self._widen()
            return self._loop(visit, parameters)
        rows = instants(done)
        met = first(rows, window)
        if met is None:
            over = float(done.state.time) >= float(limits.time)
            self._take(visit, done, rows, last=over)
            if breaks:
                self._divide(last=over)
            if abs(self._charge() - self.point.shot) >= self.every * (1 - 1e-9):
                self.shoot()
            return (timed(visit), None) if over else ("", None)
        index, event = met
        done = self._up_to(index, event, rows, parameters, limits)
        rows = instants(done)
        self._take(visit, done, rows, last=True)
        if breaks:
            self._divide(last=True)
        return status_of(event, rows, self._stop, self.scheme.grid)

    def _widen(self) -> None:
        """Give a surface that has grown longer the room that it needs; the loop in which it had too little is run again."""
        carried, skin = self.scheme.carried.widened(self.point.state.skin, self.point.state.xi)
        self.scheme = replace(self.scheme, carried=carried)
        self.point = replace(self.point, state=self.point.state._replace(skin=skin))

    def _steps(self, state: State, parameters: Parameters, limits: Limits, most: int) -> Batch:
        done: Batch = batch(state, parameters, limits, jnp.asarray(most), scheme=self.scheme)
        return done

    def _up_to(self, index: int, event: Event, rows: Columns, parameters: Parameters, limits: Limits) -> Batch:
        """The loop again, up to an event: to the instant itself, or to the time between two where it is met."""
        state = self.point.state
        if not event.located or index == 0:
            return self._steps(state, parameters, limits, index if event.sound else max(index - 1, 0))
        before = self._steps(state, parameters, limits, index - 1)
        start, span = float(rows["time"][index - 1]), float(rows["time"][index] - rows["time"][index - 1])

        def attempt(share: float) -> tuple[Batch, float]:
            until = limits._replace(time=_f(start + share * span))
            tried = self._steps(before.state, parameters, until, 1)
            return tried, event.distance(instants(tried), -1)

        last = located(attempt, event.distance(rows, index - 1), event.distance(rows, index), SECANTS)
        return joined(before, last)

    def _take(self, visit: Visit, done: Batch, rows: Columns, *, last: bool) -> None:
        self.recorder.rows(visit, rows, last=last)
        self.point = replace(self.point, state=done.state)

    def _divide(self, *, last: bool) -> None:
        """Give the haze behind a receding surface back to it, and find the lithium without contact.

        last  at the end of a step of the program: what the division finds is on the books of that step
        """
        state = gathered(self.point.state, self.parameters, self.scheme)
        self.point = replace(self.point, state=divided(state, self.parameters, self.scheme))
        if last:
            self.recorder.divided(self.point.state)

    def shoot(self) -> None:
        """Keep the fields."""
        self.recorder.snapshot(self.point.state)
        self.point = replace(self.point, shot=self._charge())

    @property
    def _stop(self) -> float:
        stop = self.program.stop.voltage_magnitude
        return stop.value if stop else INSTRUMENT_V

    def _limits(self, visit: Visit) -> tuple[Limits, Window]:
        """What ends the next loop: limits of the step, the next snapshot, the stop of the program, the ends of the domain."""
        p, until, cell = self.point, getattr(visit.step, "until", None), self.scheme.grid.spacing
        low, high = (getattr(until, name, None) for name in ("voltage_below", "voltage_above"))
        least = getattr(until, "current_below", None)
        capacity = until.capacity.value if isinstance(visit.step, Voltage) and visit.step.until.capacity else np.inf  # type: ignore[union-attr]
        speed = abs(plating(visit)) * float(self.parameters.molar_volume) / FARADAY
        window = Window(
            low=max(low.value if low else -np.inf, -self._stop), high=min(high.value if high else np.inf, self._stop),
            least_current=least.value if least else -1.0, start_charge=p.start_charge, capacity=capacity,
            bottom=CLEARANCE * cell, top=self.scheme.grid.height - CLEARANCE * cell,
            finest=FINEST * min(duration(visit), cell / (speed + 1e-30)), end=p.start + duration(visit),
            c0=float(self.parameters.c0),
        )  # fmt: skip
        moved = self._charge() - p.shot
        left = min(max(self.every - abs(moved), 1e-6 * self.every), capacity - abs(self._charge() - p.start_charge))
        return Limits(
            time=_f(window.end), low=_f(window.low), high=_f(window.high), least_current=_f(window.least_current),
            charge=(_f(self._charge()), _f(left)), bottom=_f(window.bottom), top=_f(window.top), least_dt=_f(window.finest),
        ), window  # fmt: skip


def _from(program: Program, number: int) -> Iterator[Visit]:
    return islice(program.visits(), number, None)


def plating(visit: Visit) -> float:
    """The plating current density of a step, A/m2; 0 where it is not given."""
    return -visit.step.current_density.value if isinstance(visit.step, Current) else 0.0


def control_of(visit: Visit) -> Control:
    """What drives a step of a program."""
    if isinstance(visit.step, Voltage):
        return control(voltage=visit.step.voltage.value)
    return control(current=plating(visit))


def duration(visit: Visit) -> float:
    """The longest time that a step takes, s."""
    step = visit.step
    if isinstance(step, Current):
        return step.duration
    if isinstance(step, Voltage):
        assert step.until.duration is not None  # a step at a voltage has one
        return step.until.duration.value
    assert isinstance(step, Rest)  # others are refused before a run
    return step.duration.value


def joined(first: Batch, then: Batch) -> Batch:
    """Two loops as one, where the second begins at the end of the first; together they have at most `ROWS` steps."""
    n, m = int(first.instants) - 1, int(then.instants)
    rows = jax.tree.map(lambda a, b: a.at[n : n + m].set(b[:m]), first.rows, then.rows)
    return Batch(then.state, rows, jnp.asarray(n + m))


def _f(value: float) -> jnp.ndarray:
    return jnp.asarray(value, jnp.float64)
