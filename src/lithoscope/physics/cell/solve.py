"""Running a program on a cell: step after step, until the program or the cell comes to an end."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np

from lithoscope.errors import End, Status, counted
from lithoscope.physics.cell.control import NEVER, STEP_ENDS, STOP, Setting, setting
from lithoscope.physics.cell.record import Recorder
from lithoscope.physics.cell.spectrum import frequencies, spectrum
from lithoscope.physics.cell.system import Array, SolverGaveUpError, Stretch, System, Tolerances
from lithoscope.physics.contract import Report
from lithoscope.physics.interruption import interrupts_noted
from lithoscope.protocol import Current, Program, Rest, Spectrum, Voltage
from lithoscope.protocol.program import Visit
from lithoscope.units import MAH_PER_CM2

PHYSICAL_ENDS = {"lithium exhausted": End.LITHIUM_EXHAUSTED, "salt depleted": End.SALT_DEPLETED}
"""Events of a cell model, by the words before the colon of their name."""

FIRST_STEPS = (1e-8, 1e-12)
"""First step sizes that are tried in turn, s."""


@dataclass(frozen=True, slots=True)
class Driver:
    """Takes a cell through a program.

    system       the cell model under current control; every state between steps is one of it
    held         makes the same model under voltage control, when a step first needs it
    cell         its numbers, as inputs of the model
    rtol         relative tolerance of the integrator
    recorder     keeps what happens
    """

    system: System
    held: Callable[[], System]
    cell: Mapping[str, float]
    rtol: float
    recorder: Recorder

    def run(self, program: Program, report: Report) -> Status:
        """Run a program from the state at assembly. Everything up to the end is in the recorder."""
        stop = program.stop.voltage_magnitude.value if program.stop.voltage_magnitude else NEVER
        y, time, count = self.system.initial_state(self.cell), 0.0, len(program)
        with interrupts_noted() as interrupted:
            for visit in program.visits():
                report((visit.number - 1) / count, _place(visit, program))
                y, time, status = self._visit(visit, y, time, stop)
                if interrupted():
                    status = Status(End.INTERRUPTED, f"{status.word}, {status.detail}" if status else "after this step")
                if status:
                    return status.at(time=time, cycle=visit.cycle, step=visit.number)
        report(1.0, "done")
        return Status(End.COMPLETED, _extent(program), time)

    def _visit(self, visit: Visit, y: Array, time: float, stop: float) -> tuple[Array, float, Status | None]:
        step = visit.step
        if isinstance(step, Spectrum):
            rested, time, status = self._integrate(visit, Rest(step.rest), y, time, stop)
            if status is None:
                self._measure(visit, step, rested, time)
            return rested, time, status
        return self._integrate(visit, step, y, time, stop)

    def _measure(self, visit: Visit, step: Spectrum, y: Array, time: float) -> None:
        f = frequencies(step.high.value, step.low.value, step.points_per_decade)
        inputs = {**self.cell, **Setting().inputs()}
        self.recorder.spectrum(visit, time, f, spectrum(self.system, y, inputs, f))

    def _integrate(
        self, visit: Visit, step: Rest | Current | Voltage, y: Array, time: float, stop: float
    ) -> tuple[Array, float, Status | None]:
        """One step of rest, current or voltage, also the rest before a spectrum.

        Returns the state after it, its time, and the end of the run if it came.
        """
        told, longest = setting(step, stop, self._charge(y))
        system = self.held() if isinstance(step, Voltage) else self.system
        inputs = {**self.cell, **told.inputs()}
        y = system.state_from(self.system, y)
        try:
            y = system.consistent(y, inputs)
            met = system.met(y, inputs)
            stretch = _no_time(y, met) if met else self._attempt(system, y, inputs, longest)
        except SolverGaveUpError as error:
            self.recorder.log.append(f"step {visit.number}: {error.reason}")
            back = self.system.state_from(system, y)
            return back, time, Status(End.NO_SOLUTION, f"{step.kind} step; {self._state(system, y, inputs)}")
        self.recorder.stretch(system, visit, time, stretch, inputs)
        end = stretch.y[:, -1]
        return self.system.state_from(system, end), time + float(stretch.t[-1]), self._status(system, stretch, inputs)

    def _charge(self, y: Array) -> float:
        """Charge passed since the start of the run, C/m2."""
        name = "Charge passed [C.m-2]"
        return float(self.system.read([name], y, {**self.cell, **Setting().inputs()})[name][0])

    def _attempt(self, system: System, y: Array, inputs: Mapping[str, float], duration: float) -> Stretch:
        """Integrate, and try again with smaller first steps and a tighter tolerance before giving up.

        The first step has to be below the fastest relaxation, which for a thin double layer on a fast electrode is less
        than a nanosecond.
        """
        ladder = (*(Tolerances(self.rtol, first) for first in FIRST_STEPS), Tolerances(self.rtol / 10, FIRST_STEPS[-1]))
        for rung, tolerances in enumerate(ladder):
            try:
                stretch = system.integrate(y, inputs, duration, tolerances)
            except SolverGaveUpError:
                if rung == len(ladder) - 1:
                    raise
                self.recorder.retries += 1
            else:
                return stretch
        raise AssertionError("the ladder is not empty")

    def _status(self, system: System, stretch: Stretch, inputs: Mapping[str, float]) -> Status | None:
        """The end of the run that this stretch brought, or None if the program goes on."""
        if stretch.ended is None or stretch.ended in STEP_ENDS:
            return None
        state = self._state(system, stretch.y[:, -1], inputs)
        if stretch.ended == STOP:
            return Status(End.STOP_REACHED, f"the voltage reached its limit; {state}")
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


def _no_time(y: Array, met: str) -> Stretch:
    """A step that ends as it begins because its condition is already met."""
    return Stretch(np.zeros(1), y[:, None], np.zeros((len(y), 1)), met)


def _extent(program: Program) -> str:
    cycles = f", {counted(program.cycles, 'cycle')}" if program.cycles else ""
    return f"{counted(len(program), 'step')}{cycles}"


def _place(visit: Visit, program: Program) -> str:
    return f"cycle {visit.cycle} of {program.cycles}" if visit.cycle else f"step {visit.number} of {len(program)}"
