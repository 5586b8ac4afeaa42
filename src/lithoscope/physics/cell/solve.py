"""Running a program on a cell: step after step, until the program or the cell comes to an end."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np

from lithoscope.errors import End, Status
from lithoscope.physics.cell.control import NEVER, STEP_ENDS, STOP, Setting, setting
from lithoscope.physics.cell.record import Recorder
from lithoscope.physics.cell.spectrum import frequencies, spectrum
from lithoscope.physics.cell.system import Array, SolverGaveUpError, Stretch, System, Tolerances
from lithoscope.physics.contract import Report
from lithoscope.protocol import Current, Program, Rest, Spectrum, Voltage
from lithoscope.protocol.program import Visit

PHYSICAL_ENDS = {"lithium exhausted": End.LITHIUM_EXHAUSTED, "salt depleted": End.SALT_DEPLETED}
"""Events of a cell model, by the words before the colon of their name."""


@dataclass(frozen=True, slots=True)
class Driver:
    """Takes a cell through a program.

    system    the cell model under the control of a program
    cell      its numbers, as inputs of the model
    rtol      relative tolerance of the integrator
    recorder  keeps what happens
    """

    system: System
    cell: Mapping[str, float]
    rtol: float
    recorder: Recorder

    def run(self, program: Program, report: Report) -> Status:
        """Run a program from the state at assembly. Everything up to the end is in the recorder."""
        stop = program.stop.voltage_magnitude.value if program.stop.voltage_magnitude else NEVER
        y, time, count, visit = self.system.initial_state(self.cell), 0.0, len(program), None
        try:
            for visit in program.visits():
                report((visit.number - 1) / count, _place(visit, program))
                y, time, status = self._visit(visit, y, time, stop)
                if status:
                    return status.at(time=time, cycle=visit.cycle, step=visit.number)
        except KeyboardInterrupt:
            at = visit or Visit(Rest("1 s"), 0, 0)
            return Status(End.INTERRUPTED, "by the user", time, at.cycle, at.number)
        report(1.0, "done")
        return Status(End.COMPLETED, f"{count} steps, {program.cycles} cycles", time)

    def _visit(self, visit: Visit, y: Array, time: float, stop: float) -> tuple[Array, float, Status | None]:
        step = visit.step
        if isinstance(step, Spectrum):
            rested, time, status = self._integrate(replace(visit, step=Rest(step.rest)), y, time, stop)
            if status is None:
                self._measure(visit, step, rested, time)
            return rested, time, status
        return self._integrate(visit, y, time, stop)

    def _measure(self, visit: Visit, step: Spectrum, y: Array, time: float) -> None:
        f = frequencies(step.high.value, step.low.value, step.points_per_decade)
        inputs = dict(self.cell) | Setting().inputs()
        self.recorder.spectrum(visit, time, f, spectrum(self.system, y, inputs, f))

    def _integrate(self, visit: Visit, y: Array, time: float, stop: float) -> tuple[Array, float, Status | None]:
        """One step of rest, current or voltage: the state after it, its time, and the end of the run if it came."""
        step = visit.step
        assert isinstance(step, Rest | Current | Voltage)
        charge = float(self.system.read(["Charge passed [C.m-2]"], y, self.cell | Setting().inputs())["Charge passed [C.m-2]"][0])
        told, longest = setting(step, stop, charge)
        inputs = dict(self.cell) | told.inputs()
        try:
            y = self.system.consistent(y, inputs)
            met = self.system.met(y, inputs)
            stretch = _no_time(y, met) if met else self._attempt(y, inputs, longest)
        except SolverGaveUpError as error:
            self.recorder.log.append(f"step {visit.number}: {error.reason}")
            return y, time, Status(End.NO_SOLUTION, f"{step.kind} step at {self._nearest_limit(y, inputs)}")
        self.recorder.stretch(visit, time, stretch, inputs)
        return stretch.y[:, -1], time + float(stretch.t[-1]), self._status(stretch, inputs)

    def _attempt(self, y: Array, inputs: Mapping[str, float], duration: float) -> Stretch:
        """Integrate, and try again with smaller first steps and a tighter tolerance before giving up."""
        ladder = (Tolerances(self.rtol, 1e-6), Tolerances(self.rtol, 1e-9), Tolerances(self.rtol / 10, 1e-9))
        for rung, tolerances in enumerate(ladder):
            try:
                stretch = self.system.integrate(y, inputs, duration, tolerances)
            except SolverGaveUpError:
                if rung == len(ladder) - 1:
                    raise
                self.recorder.retries += 1
            else:
                return stretch
        raise AssertionError("the ladder is not empty")

    def _status(self, stretch: Stretch, inputs: Mapping[str, float]) -> Status | None:
        """The end of the run that this stretch brought, or None if the program goes on."""
        if stretch.ended is None or stretch.ended in STEP_ENDS:
            return None
        y = stretch.y[:, -1]
        if stretch.ended == STOP:
            voltage = float(self.system.read(["Voltage [V]"], y, inputs)["Voltage [V]"][0])
            return Status(End.STOP_REACHED, f"the voltage reached {voltage:.4g} V; {self._nearest_limit(y, inputs)}")
        word, _, face = stretch.ended.partition(": ")
        return Status(PHYSICAL_ENDS[word], f"{face}; {self._nearest_limit(y, inputs)}")

    def _nearest_limit(self, y: Array, inputs: Mapping[str, float]) -> str:
        """The state that decides: lithium and salt left at each electrode."""
        names = [f"{face} {what}" for face in ("Working", "Counter") for what in ("lithium [C.m-2]", "salt concentration [mol.m-3]")]
        found = self.system.read([*names, "Program current density [A.m-2]"], y, inputs)
        lithium = {face: float(found[f"{face} lithium [C.m-2]"][0]) for face in ("Working", "Counter")}
        salt = {face: float(found[f"{face} salt concentration [mol.m-3]"][0]) for face in ("Working", "Counter")}
        J = float(found["Program current density [A.m-2]"][0])
        sides = (f"{face.lower()} side: {lithium[face] / 36e3:.4g} mAh/cm2 of lithium, {salt[face]:.4g} mol/m3 of salt"
                 for face in lithium)  # fmt: skip
        return f"at {J / 10:.4g} mA/cm2, {', '.join(sides)}"


def _no_time(y: Array, met: str) -> Stretch:
    """A step that ends as it begins because its condition is already met."""
    return Stretch(np.zeros(1), y[:, None], np.zeros((len(y), 1)), met)


def _place(visit: Visit, program: Program) -> str:
    return f"cycle {visit.cycle} of {program.cycles}" if visit.cycle else f"step {visit.number} of {len(program)}"
