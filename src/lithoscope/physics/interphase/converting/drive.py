"""Takes a film through a program and keeps it: series over time, what lies at which depth, and the books."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial

import numpy as np
import xarray as xr
from numpy.typing import NDArray

from lithoscope.errors import End, Status
from lithoscope.physics.contract import Report
from lithoscope.physics.interphase.converting.chemistry import converting
from lithoscope.physics.interphase.converting.observe import Eyes, State, as_fluxes
from lithoscope.physics.interphase.converting.solve import Drive, Problem, StalledError, Step, steps
from lithoscope.physics.interruption import interrupts_noted
from lithoscope.physics.ledger import BookKeeper, entry
from lithoscope.protocol import Current, Program, Rest, Voltage
from lithoscope.protocol.program import Visit
from lithoscope.result.ledger import Ledger
from lithoscope.result.names import STEP_ENDS, STEP_KINDS, dataset

Array = NDArray[np.float64]

WHOLE = 0.999
"""Converted share from which on a film is not followed further: what is left is less than a front is wide."""

ROUNDING = 1e-6
"""Share below which an end counts as reached."""

FIRST_SHOT = 1e-3
"""The first depth profile that is kept of a step shows this share of its time."""


@dataclass
class Driver:
    """One run.

    eyes       what sees the film;  tolerance: of the integrator;  snapshots: depth profiles that are kept of each step
    """

    eyes: Eyes
    tolerance: float
    snapshots: int
    times: list[float] = field(default_factory=list)
    numbers: list[int] = field(default_factory=list)
    rows: list[dict[str, float]] = field(default_factory=list)
    amounts: list[dict[str, Array]] = field(default_factory=list)
    shots: list[tuple[float, dict[str, Array]]] = field(default_factory=list)
    done: list[dict[str, float]] = field(default_factory=list)

    def __post_init__(self) -> None:
        setting, film = self.eyes.setting, self.eyes.film
        potential = 0.0 if setting.on_lithium else setting.potential
        self._state = State(0.0, potential, 0.0, 0.0, np.zeros(film.layers))
        self._keeper = BookKeeper(self.eyes.contents(self._state))
        self._keep(0.0, 1, self._problem(Drive()), self._state.vector)
        self._shoot(0.0, self._state.vector)

    def _problem(self, drive: Drive) -> Problem:
        return Problem(self.eyes.setting, self.eyes.film, drive)

    def run(self, program: Program, report: Report) -> Status:
        """All steps of a program; returns how it ended."""
        visits = list(program.visits())
        with interrupts_noted() as interrupted:
            for n, visit in enumerate(visits):
                begun, charge = self.times[-1], self.rows[-1]["charge_passed"]
                end, ended = self._step(visit, partial(_told, report, n, len(visits)), interrupted)
                self._shoot(self.times[-1], self._state.vector)
                self._close(visit, begun, charge, "the run ended" if end else ended)
                if end is not None:
                    return end
        report(1.0, "converting")
        return Status(End.COMPLETED, time=self.times[-1])

    def _step(
        self, visit: Visit, report: Callable[[float], None], interrupted: Callable[[], bool]
    ) -> tuple[Status | None, str]:
        """One step; returns how the run ended in it, if it did, and what ended the step."""
        start, longest = self.times[-1], _longest(visit)
        end = start + longest
        problem = self._problem(_drive(visit))
        wanted = start + np.geomspace(FIRST_SHOT * longest, longest, self.snapshots + 1)[:-1]
        stop = _stop(visit)
        try:
            for step in steps(problem, self._state, start, end, self.tolerance, lambda y: self._room(problem, y, stop)):
                for t in wanted[(wanted > step.start) & (wanted <= step.end)]:
                    self._shoot(float(t), step.at(float(t)))
                self._take(problem, step, visit.number)
                over = self._over(visit.number)
                if over is not None or interrupted():
                    return over or Status(End.INTERRUPTED, "", step.end, 0, visit.number), ""
                report((step.end - start) / longest)
        except StalledError as stalled:
            return Status(End.NO_SOLUTION, str(stalled), stalled.time, 0, visit.number), ""
        if self._left(self._state.vector) <= ROUNDING and not isinstance(visit.step, Current):
            self._wait(end, visit.number, problem)
        elif self.times[-1] < end:
            return None, "voltage below"
        reached = isinstance(visit.step, Current) and visit.step.until.capacity is not None
        return None, "capacity reached" if reached and not _by_duration(visit) else "time is up"

    def _room(self, problem: Problem, y: Array, stop: float | None) -> float:
        """How far a state is from where a step ends: unconverted share, or voltage, V, above its condition."""
        if stop is None:
            return self._left(y)
        rates, current = problem.rates(y)
        return min(self._left(y), self.eyes.seen(State.of(y), rates, float(current))["voltage"] - stop)

    def _left(self, y: Array) -> float:
        return WHOLE - float(y[2]) / self.eyes.setting.numbers.amount

    def _wait(self, end: float, number: int, problem: Problem) -> None:
        """A film that has converted stays as it is until the end of a step."""
        eyes, none = self.eyes, np.zeros(2)
        contents = {name: np.full(2, value) for name, value in eyes.contents(self._state).items()}
        idle = as_fluxes(dict.fromkeys(contents, none))
        self._keeper.add(entry(np.array([self.times[-1], end]), contents, idle, as_fluxes(dict.fromkeys(contents, none[:1]))))
        self._keep(end, number, problem, self._state.vector)

    def _over(self, number: int) -> Status | None:
        """Whether the run has come to its end."""
        row, t = self.rows[-1], self.times[-1]
        if row[self.eyes.source] <= 0:
            return Status(End.LITHIUM_EXHAUSTED, "the film took it all", t, 0, number)
        if not self.eyes.setting.on_lithium and row["working_potential"] < 0:
            return Status(End.POLARISED, "the film takes less than the current: lithium would plate beneath it", t, 0, number)
        return None

    def _take(self, problem: Problem, step: Step, number: int) -> None:
        """Book a step and keep what is seen at its end."""
        eyes, y = self.eyes, step.quarters
        rates, current = problem.rates(y)
        fluxes = eyes.fluxes(rates, current)
        states = [State.of(each) for each in (self._state.vector, y[:, 2], y[:, 4])]
        rows = [eyes.contents(each) for each in states]
        contents = {name: np.array([row[name] for row in rows]) for name in rows[0]}
        nodes = as_fluxes({name: values[::2] for name, values in fluxes.items()})
        between = as_fluxes({name: values[1::2] for name, values in fluxes.items()})
        self._keeper.add(entry(np.linspace(step.start, step.end, 3), contents, nodes, between))
        self._state = states[-1]
        self._keep(step.end, number, problem, y[:, -1])

    def _keep(self, t: float, number: int, problem: Problem, y: Array) -> None:
        rates, current = problem.rates(y)
        state = State.of(y)
        self.times.append(t)
        self.numbers.append(number)
        self.rows.append(self.eyes.seen(state, rates, float(current)))
        self.amounts.append(self.eyes.amounts(state))

    def _shoot(self, t: float, y: Array) -> None:
        if not self.shots or self.shots[-1][0] < t:
            self.shots.append((t, self.eyes.layers(State.of(y))))

    def _close(self, visit: Visit, begun: float, charge: float, ended: str) -> None:
        t = np.array(self.times)
        voltage = np.array([row["voltage"] for row in self.rows])
        inside = t >= begun
        lasted = t[-1] - begun
        mean = float(np.trapezoid(voltage[inside], t[inside]) / lasted) if lasted > 0 else voltage[-1]
        self.done.append({
            "step": visit.number, "cycle": visit.cycle, "kind": STEP_KINDS.index(visit.step.kind),
            "ended": STEP_ENDS.index(ended), "start_time": begun, "duration": lasted,
            "charge": self.rows[-1]["charge_passed"] - charge, "mean_voltage": mean, "end_voltage": float(voltage[-1]),
        })  # fmt: skip

    def ledger(self) -> Ledger:
        """Where the lithium is."""
        return self._keeper.ledger()

    def tree(self, area: float) -> xr.DataTree:
        """The run as a labelled tree: /trace, /steps, /film, /gas, /elements, /depth."""
        net = converting(self.eyes.setting.material)
        columns = {name: np.array([row[name] for row in self.rows]) for name in self.rows[0]}
        trace = {"time": np.array(self.times), "step": np.array(self.numbers), "cycle": np.zeros(len(self.times), dtype=int)}
        amounts = {name: np.array([each[name] for each in self.amounts]) for name in self.amounts[0]}
        residual = self.eyes.element_residual(amounts)
        solids = self.eyes.solids
        volume = amounts["film_amount"] * self.eyes.molar_volume
        return xr.DataTree.from_dict({
            "/": xr.Dataset(attrs={"area_m2": area}),
            "/trace": dataset("time", ["time"], trace | columns),
            "/steps": dataset("step", ["step"], {name: [each[name] for each in self.done] for name in self.done[0]}),
            "/film": self._over_time("solid", solids, {"film_amount": amounts["film_amount"], "film_volume": volume}),
            "/gas": self._over_time("gas", net.gases, {"gas_amount": amounts["gas_amount"]}),
            "/elements": self._over_time("element", net.elements, {"element_residual": residual}),
            "/depth": self._depth(solids),
        })  # fmt: skip

    def _over_time(self, axis: str, names: tuple[str, ...], values: dict[str, Array]) -> xr.Dataset:
        axes = {"time": np.array(self.times), axis: np.arange(len(names))}
        return _named(dataset(("time", axis), ["time", axis], axes | values), axis, names)

    def _depth(self, solids: tuple[str, ...]) -> xr.Dataset:
        edges = self.eyes.film.edges
        axes = {"time": np.array([t for t, _ in self.shots]), "distance": (edges[1:] + edges[:-1]) / 2}
        over = {name: np.stack([shot[name] for _, shot in self.shots]) for name in self.shots[0][1]}
        flat = {name: values for name, values in over.items() if values.ndim == 2}
        of_solids = {name: values for name, values in over.items() if values.ndim == 3}
        plain = dataset(("time", "distance"), ["time", "distance"], axes | flat)
        kinds = axes | {"solid": np.arange(len(solids))}
        deep = dataset(("time", "solid", "distance"), ["time", "distance", "solid"], kinds | of_solids)
        return _named(xr.merge([plain, deep]), "solid", solids)


def _named(found: xr.Dataset, axis: str, names: tuple[str, ...]) -> xr.Dataset:
    """The words behind a coded axis, as `result.names.words` reads them."""
    found[axis].attrs |= {"flag_values": list(range(len(names))), "flag_meanings": ";".join(names)}
    return found


def _told(report: Report, before: int, steps_: int, part: float) -> None:
    report((before + part) / steps_, "converting")


def _drive(visit: Visit) -> Drive:
    step = visit.step
    if isinstance(step, Voltage):
        return Drive(voltage=step.voltage.value)
    return Drive(step.current_density.value if isinstance(step, Current) else 0.0)


def _longest(visit: Visit) -> float:
    step = visit.step
    if isinstance(step, Voltage):
        assert step.until.duration is not None  # a step without one was refused
        return step.until.duration.value
    assert isinstance(step, Current | Rest)  # other steps were refused
    return step.duration if isinstance(step, Current) else step.duration.value


def _stop(visit: Visit) -> float | None:
    """The voltage below which a step ends, V."""
    below = visit.step.until.voltage_below if isinstance(visit.step, Current) else None
    return None if below is None else below.value


def _by_duration(visit: Visit) -> bool:
    """Whether the duration of a current ends it before its capacity."""
    assert isinstance(visit.step, Current)
    limit = visit.step.until.duration
    return limit is not None and limit.value <= visit.step.duration
