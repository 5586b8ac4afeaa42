"""Solving a program step after step, in whichever process: from one point of it to the next."""

from __future__ import annotations

import time as clock
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from itertools import islice

import numpy as np

from lithoscope.errors import End, Status, counted
from lithoscope.physics.cell.chunk import Chunk, Point
from lithoscope.physics.cell.control import NEVER, STEP_ENDS, STOP, Setting, setting
from lithoscope.physics.cell.observe import POWERS, TRACE, reservoirs
from lithoscope.physics.cell.record import Recorder
from lithoscope.physics.cell.spectrum import frequencies, spectrum
from lithoscope.physics.cell.system import Array, SolverGaveUpError, Stretch, System, Tolerances
from lithoscope.protocol import Current, Program, Rest, Spectrum, Voltage
from lithoscope.protocol.program import Visit
from lithoscope.units import MAH_PER_CM2

PHYSICAL_ENDS = {"lithium exhausted": End.LITHIUM_EXHAUSTED, "salt depleted": End.SALT_DEPLETED}
"""Events of a cell model, by the words before the colon of their name."""


@dataclass(slots=True)
class Stepper:
    """A cell, a program and a model, ready to be solved from any point. Lives as long as a run.

    system  the cell model under current control; every state between steps is one of it
    held    makes the same model under voltage control, when a step first needs it
    cell    its numbers, as inputs of the model
    rtol    relative tolerance of the integrator
    """

    system: System
    held: Callable[[], System]
    cell: Mapping[str, float]
    rtol: float
    program: Program
    _visits: Iterator[Visit] = field(init=False)
    _next: int = field(init=False, default=-1)

    def advance(self, point: Point, budget: float, rung: int = 0, enough: Callable[[], bool] = lambda: False) -> Chunk:
        """Solve steps from a point of the program until a time budget is spent or the run ends.

        budget  s; the step that is being solved when it ends is finished
        rung    first rung of the ladder of tolerances to try, from 0
        enough  asked after each step
        """
        begun = clock.monotonic()
        chunk = self._advance(point, lambda: enough() or clock.monotonic() - begun > budget, rung)
        return replace(chunk, not_expanded=self.system.not_expanded)

    def _advance(self, point: Point, enough: Callable[[], bool], rung: int) -> Chunk:
        recorder = Recorder()
        stop = self.program.stop.voltage_magnitude.value if self.program.stop.voltage_magnitude else NEVER
        if not point.visit:
            point = Point(0, 0.0, self._assembled(recorder))
        for visit in self._from(point.visit):
            y, time, status = self._visit(recorder, visit, point, stop, rung)
            point = Point(visit.number, time, y)
            if status:
                return recorder.chunk(point, status.at(time=time, cycle=visit.cycle, step=visit.number))
            if enough() and visit.number < len(self.program):
                return recorder.chunk(point, None)
        return recorder.chunk(point, Status(End.COMPLETED, _extent(self.program), point.time))

    def _from(self, number: int) -> Iterator[Visit]:
        """The steps of the program after this many; goes on where the last call ended, if that is there."""
        if number != self._next:
            self._visits = islice(self.program.visits(), number, None)
        for visit in self._visits:
            self._next = visit.number
            yield visit

    def _assembled(self, recorder: Recorder) -> Array:
        """The state at assembly; its reservoirs are recorded."""
        y = self.system.initial_state(self.cell)
        keys = reservoirs(self.system)
        found = self.system.read([TRACE[key] for key in keys], y, {**self.cell, **Setting().inputs()})
        recorder.start({key: float(found[TRACE[key]][0]) for key in keys})
        return y

    def _visit(
        self, recorder: Recorder, visit: Visit, point: Point, stop: float, rung: int
    ) -> tuple[Array, float, Status | None]:
        step = visit.step
        if isinstance(step, Spectrum):
            rested, time, status = self._integrate(recorder, visit, Rest(step.rest), point, stop, rung)
            if status is None:
                self._measure(recorder, visit, step, rested, time)
            return rested, time, status
        return self._integrate(recorder, visit, step, point, stop, rung)

    def _measure(self, recorder: Recorder, visit: Visit, step: Spectrum, y: Array, time: float) -> None:
        f = frequencies(step.high.value, step.low.value, step.points_per_decade)
        inputs = {**self.cell, **Setting().inputs()}
        recorder.spectrum(visit, time, f, spectrum(self.system, y, inputs, f))

    def _integrate(
        self, recorder: Recorder, visit: Visit, step: Rest | Current | Voltage, point: Point, stop: float, rung: int
    ) -> tuple[Array, float, Status | None]:
        """One step of rest, current or voltage, also the rest before a spectrum.

        Returns the state after it, its time, and the end of the run if it came.
        """
        time = point.time
        told, longest = setting(step, stop, self._charge(point.y))
        system = self.held() if isinstance(step, Voltage) else self.system
        inputs = {**self.cell, **told.inputs()}
        y = system.state_from(self.system, point.y)
        try:
            y = system.consistent(y, inputs)
            met = system.met(y, inputs)
            stretch = _no_time(y, met) if met else self._attempt(recorder, system, y, inputs, longest, rung)
        except SolverGaveUpError as error:
            recorder.log.append(f"step {visit.number}: {error.reason}")
            return point.y, time, Status(End.NO_SOLUTION, f"{step.kind} step; {self._state(system, y, inputs)}")
        recorder.stretch(system, visit, time, stretch, inputs)
        end = stretch.y[:, -1]
        return self.system.state_from(system, end), time + float(stretch.t[-1]), self._status(system, stretch, inputs)

    def _charge(self, y: Array) -> float:
        """Charge passed since the start of the run, C/m2."""
        name = "Charge passed [C.m-2]"
        return float(self.system.read([name], y, {**self.cell, **Setting().inputs()})[name][0])

    def _attempt(
        self, recorder: Recorder, system: System, y: Array, inputs: Mapping[str, float], duration: float, rung: int
    ) -> Stretch:
        """Integrate, and try again with smaller first steps and a tighter tolerance before giving up."""
        rungs = ladder(self.rtol)[rung:]
        for tolerances in rungs:
            try:
                return system.integrate(y, inputs, duration, tolerances)
            except SolverGaveUpError as error:
                reason = error
                recorder.retries += 1
        raise reason

    def _status(self, system: System, stretch: Stretch, inputs: Mapping[str, float]) -> Status | None:
        """The end of the run that this stretch brought, or None if the program goes on."""
        if stretch.ended is None or stretch.ended in STEP_ENDS:
            return None
        state = self._state(system, stretch.y[:, -1], inputs)
        if stretch.ended == STOP:
            return Status(End.STOP_REACHED, f"the voltage reached its limit; {state}; {self._split(system, stretch, inputs)}")
        word, _, face = stretch.ended.partition(": ")
        return Status(PHYSICAL_ENDS[word], f"{face}; {state}")

    def _state(self, system: System, y: Array, inputs: Mapping[str, float]) -> str:
        """The state that decides: voltage, and lithium and salt left at each electrode."""
        faces = ("Working", "Counter")
        names = [f"{face} {what}" for face in faces for what in ("lithium [C.m-2]", "salt concentration [mol.m-3]")]
        found = system.read(["Voltage [V]", "Program current density [A.m-2]", *names], y, inputs)
        V, J, *sides = (float(found[name][0]) for name in ("Voltage [V]", "Program current density [A.m-2]", *names))
        left = (f"{face.lower()} side {lithium / MAH_PER_CM2:.4g} mAh/cm2 of lithium and {salt:.4g} mol/m3 of salt"
                for face, lithium, salt in zip(faces, sides[::2], sides[1::2], strict=True))  # fmt: skip
        return f"{V:.4g} V at {J / 10:.4g} mA/cm2, {', '.join(left)}"

    def _split(self, system: System, stretch: Stretch, inputs: Mapping[str, float]) -> str:
        """Where the voltage falls at the end of a stretch."""
        J = "Program current density [A.m-2]"
        found = system.read([J, *POWERS.values()], stretch.y[:, -1], inputs)
        current = abs(float(found[J][0]))
        if not current:
            return "no current flows"
        millivolts = {key: 1e3 * float(found[name][0]) / current for key, name in POWERS.items()}
        said = (f"{value:.3g} mV {key.removesuffix('_resistance').replace('_', ' ')}" for key, value in millivolts.items())
        return "of it " + ", ".join(said)


def _no_time(y: Array, met: str) -> Stretch:
    """A step that ends as it begins because its condition is already met."""
    return Stretch(np.zeros(1), y[:, None], np.zeros((len(y), 1)), met)


def ladder(rtol: float) -> tuple[Tolerances, ...]:
    """Tolerances that are tried in turn.

    The first step has to be below the fastest relaxation, which for a thin double layer on a fast electrode is less than a
    nanosecond.
    """
    return Tolerances(rtol, 1e-8), Tolerances(rtol, 1e-12), Tolerances(rtol / 10, 1e-12)


def _extent(program: Program) -> str:
    cycles = f", {counted(program.cycles, 'cycle')}" if program.cycles else ""
    return f"{counted(len(program), 'step')}{cycles}"
