"""Solving a program step after step, in whichever process: from one point of it to the next."""

from __future__ import annotations

import time as clock
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from itertools import islice

import numpy as np

from lithoscope.errors import End, Status, counted
from lithoscope.physics.cell.chunk import Chunk, Point
from lithoscope.physics.cell.control import NEVER, STEP_ENDS, STOP, Before, Setting, setting
from lithoscope.physics.cell.observe import TRACE, Seen, observe, powers, profiles, reservoirs
from lithoscope.physics.cell.record import Recorder
from lithoscope.physics.cell.spectrum import frequencies, spectrum
from lithoscope.physics.cell.system import Array, SolverGaveUpError, Stretch, System, Tolerances
from lithoscope.protocol import Current, Program, Rest, Scan, Spectrum, Voltage
from lithoscope.protocol.program import Visit
from lithoscope.units import MAH_PER_CM2

PHYSICAL_ENDS = {
    end.word: end for end in (End.LITHIUM_EXHAUSTED, End.SALT_DEPLETED, End.FRONT_STALLED, End.HOST_CLOGGED, End.DRIED_OUT)
}
"""Events of a cell model, by the words before the colon of their name."""


FACES = ("Working", "Counter")
LEFT = ("lithium [C.m-2]", "salt concentration [mol.m-3]")
LOST = ("dead lithium [C.m-2]", "film lithium [C.m-2]", "dead layer thickness [m]")
"""Variables of an electrode that its state is said with; not every model has what is lost."""

INSTRUMENT_V = 10.0
"""Magnitude of the voltage at which a program without a stop of its own ends: no cycler goes beyond."""

NEARLY_EXHAUSTED_S = 60.0
"""An electrode from which the current could be stripped for less than this counts as exhausted when the voltage runs away."""

MISMATCH = 1e-6
"""Mismatch of the books of a step above which it is solved again with a tighter tolerance."""


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
        return replace(chunk, not_expanded=self.system.not_expanded, compiled=self.system.compiled)

    def _advance(self, point: Point, enough: Callable[[], bool], rung: int) -> Chunk:
        recorder = Recorder()
        stop = self.program.stop.voltage_magnitude.value if self.program.stop.voltage_magnitude else INSTRUMENT_V
        if not point.visit:
            point = self._assembled(recorder)
        for visit in self._from(point.visit):
            point, status = self._visit(recorder, visit, point, stop, rung)
            if status:
                return recorder.chunk(point, status.at(time=point.time, cycle=visit.cycle, step=visit.number))
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

    def _assembled(self, recorder: Recorder) -> Point:
        """The state at assembly; its reservoirs are recorded."""
        y = self.system.initial_state(self.cell)
        keys = reservoirs(self.system)
        found = self.system.read([*(TRACE[key] for key in keys), "Voltage [V]"], y, {**self.cell, **Setting().inputs()})
        recorder.start({key: float(found[TRACE[key]][0]) for key in keys})
        return Point(0, 0.0, y, float(found["Voltage [V]"][0]))

    def _visit(self, recorder: Recorder, visit: Visit, point: Point, stop: float, rung: int) -> tuple[Point, Status | None]:
        step = visit.step
        if isinstance(step, Spectrum):
            rested, status = self._integrate(recorder, visit, Rest(step.rest), point, stop, rung)
            if status is None:
                self._measure(recorder, visit, step, rested.y, rested.time)
            return rested, status
        return self._integrate(recorder, visit, step, point, stop, rung)

    def _measure(self, recorder: Recorder, visit: Visit, step: Spectrum, y: Array, time: float) -> None:
        f = frequencies(step.high.value, step.low.value, step.points_per_decade)
        inputs = {**self.cell, **Setting().inputs()}
        recorder.spectrum(visit, time, f, spectrum(self.system, y, inputs, f))

    def _integrate(
        self, recorder: Recorder, visit: Visit, step: Rest | Current | Voltage | Scan, point: Point, stop: float, rung: int
    ) -> tuple[Point, Status | None]:
        """One step of rest, current or voltage, also the rest before a spectrum.

        Returns where it ended, and the end of the run if it came.
        """
        time = point.time
        told, longest = setting(step, stop, self._before(point))
        system = self.held() if isinstance(step, Voltage | Scan) else self.system
        inputs = {**self.cell, **told.inputs()}
        y = system.state_from(self.system, point.y)
        try:
            y = system.consistent(y, inputs)
            met = system.met(y, inputs)
            if met:
                stretch = _no_time(y, met)
                seen = observe(system, stretch, inputs)
            else:
                stretch, seen = self._attempt(recorder, system, y, inputs, longest, rung)
        except SolverGaveUpError as error:
            recorder.log.append(f"step {visit.number}: {error.reason}")
            return replace(point, visit=visit.number), Status(
                End.NO_SOLUTION, f"{step.kind} step; {self._state(system, y, inputs)}"
            )
        recorder.stretch(visit, time, stretch, seen, profiles(system, stretch, inputs))
        end = self.system.state_from(system, stretch.y[:, -1])
        voltage = float(seen.outputs["voltage"][-1])
        return Point(visit.number, time + float(stretch.t[-1]), end, voltage), self._status(system, stretch, inputs)

    def _before(self, point: Point) -> Before:
        """Where the next step starts."""
        charge = "Charge passed [C.m-2]"
        found = self.system.read([charge], point.y, {**self.cell, **Setting().inputs()})
        return Before(float(found[charge][0]), point.voltage)

    def _attempt(
        self, recorder: Recorder, system: System, y: Array, inputs: Mapping[str, float], duration: float, rung: int
    ) -> tuple[Stretch, Seen]:
        """Integrate, and try again with smaller first steps and tighter tolerances, before giving up or if the books do not
        agree.
        """
        best: tuple[Stretch, Seen] | None = None
        least, steps = np.inf, len(self.program)
        for tolerances, limits in _attempts(self.rtol, rung, inputs):
            # Only a tighter tolerance helps books that do not agree.
            if best and tolerances.relative == self.rtol:
                continue
            try:
                stretch = system.integrate(y, inputs, duration, tolerances, limits=limits)
            except SolverGaveUpError as error:
                reason = error
                recorder.retries += 1
                continue
            seen = observe(system, stretch, inputs)
            if not limits and np.max(np.abs(seen.outputs["voltage"])) >= inputs["Stop voltage [V]"]:
                continue
            if (mismatch := seen.mismatch(steps)) < least:
                best, least = (stretch, seen), mismatch
            if least <= MISMATCH:
                break
            recorder.retries += 1
        if best is None:
            raise reason
        return best

    def _status(self, system: System, stretch: Stretch, inputs: Mapping[str, float]) -> Status | None:
        """The end of the run that this stretch brought, or None if the program goes on."""
        if stretch.ended is None or stretch.ended in STEP_ENDS:
            return None
        state = self._state(system, stretch.y[:, -1], inputs)
        if stretch.ended != STOP:
            word, _, face = stretch.ended.partition(": ")
            return Status(PHYSICAL_ENDS[word], f"{face}; {state}")
        state += f"; {self._split(system, stretch, inputs)}"
        if self.program.stop.voltage_magnitude:
            return Status(End.STOP_REACHED, f"the voltage reached its limit; {state}")
        if empty := nearly_exhausted(system, stretch.y[:, -1], inputs):
            return Status(End.LITHIUM_EXHAUSTED, f"{empty} electrode; the rest cannot carry the current; {state}")
        return Status(End.POLARISED, f"the voltage reached {INSTRUMENT_V:g} V, beyond which no cycler goes; {state}")

    def _state(self, system: System, y: Array, inputs: Mapping[str, float]) -> str:
        """The state that decides: voltage, current, and what is left and what was lost at each electrode."""
        names = [f"{face} {what}" for face in FACES for what in (*LEFT, *LOST) if f"{face} {what}" in system.model.variables]
        names += ["Voltage [V]", "Program current density [A.m-2]", "Share of the limiting current"]
        found = {name: float(values[0]) for name, values in system.read(names, y, inputs).items()}
        V, J, share = (found[name] for name in names[-3:])
        sides = ", ".join(_side(face, found) for face in FACES)
        return f"{V:.4g} V at {J / 10:.4g} mA/cm2, {share:.2g} of the limiting current density, {sides}"

    def _split(self, system: System, stretch: Stretch, inputs: Mapping[str, float]) -> str:
        """Where the voltage falls at the end of a stretch."""
        J = "Program current density [A.m-2]"
        parts = powers(system)
        found = system.read([J, *parts.values()], stretch.y[:, -1], inputs)
        current = abs(float(found[J][0]))
        if not current:
            return "no current flows"
        millivolts = {key: 1e3 * float(found[name][0]) / current for key, name in parts.items()}
        said = (f"{value:.3g} mV {key.removesuffix('_resistance').replace('_', ' ')}" for key, value in millivolts.items())
        return "of it " + ", ".join(said)


def nearly_exhausted(system: System, y: Array, inputs: Mapping[str, float]) -> str | None:
    """The electrode that is being stripped in a state, if it could not be for much longer."""
    # What leaks strips nothing.
    ionic, all_of_it = (f"Program {kind}current density [A.m-2]" for kind in ("ionic ", ""))
    current = ionic if ionic in system.model.variables else all_of_it
    J = float(system.read([current], y, inputs)[current][0])
    face = "working" if J > 0 else "counter"
    lithium = f"{face.title()} lithium [C.m-2]"
    if lithium not in system.model.variables:
        return None
    left = float(system.read([lithium], y, inputs)[lithium][0])
    return face if left < NEARLY_EXHAUSTED_S * abs(J) else None


def _side(face: str, found: Mapping[str, float]) -> str:
    """What is left and what was lost at one electrode, of its variables."""
    lithium = found.get(f"{face} {LEFT[0]}")
    said = f"{face.lower()} side" + ("" if lithium is None else f" {lithium / MAH_PER_CM2:.4g} mAh/cm2 of lithium")
    dead, film, layer = (found.get(f"{face} {what}") for what in LOST)
    if dead is not None and film is not None:
        there = "" if layer is None else f" in a layer of {layer * 1e6:.3g} um"
        said += f" ({dead / MAH_PER_CM2:.3g} died{there}, {film / MAH_PER_CM2:.3g} went into films)"
    return f"{said} and {found[f'{face} {LEFT[1]}']:.4g} mol/m3 of salt"


def _attempts(rtol: float, rung: int, inputs: Mapping[str, float]) -> Iterator[tuple[Tolerances, bool]]:
    """Tolerances that are tried in turn, and whether limits of the voltage are watched.

    A limit that is not expected to be met is at first not watched but looked for afterwards: the solver, too, would see it at
    the end of its steps only.
    """
    tolerances = ladder(rtol)[rung:]
    if inputs["Voltage above [V]"] == NEVER and inputs["Voltage below [V]"] == -NEVER:
        yield tolerances[0], False
    for each in tolerances:
        yield each, True


def _no_time(y: Array, met: str) -> Stretch:
    """A step that ends as it begins because its condition is already met."""
    return Stretch(np.zeros(1), y[:, None], np.zeros((len(y), 1)), met)


def ladder(rtol: float) -> tuple[Tolerances, ...]:
    """Tolerances that are tried in turn.

    The first step has to be below the fastest relaxation, which for a thin double layer on a fast electrode is less than a
    nanosecond.
    """
    return (
        Tolerances(rtol, 1e-8),
        Tolerances(rtol, 1e-12),
        Tolerances(rtol / 3, 1e-12),
        Tolerances(rtol / 10, 1e-12, uniform=True),
    )


def _extent(program: Program) -> str:
    cycles = f", {counted(program.cycles, 'cycle')}" if program.cycles else ""
    return f"{counted(len(program), 'step')}{cycles}"
