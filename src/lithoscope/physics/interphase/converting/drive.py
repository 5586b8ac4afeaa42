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
"""Converted share from which on a film counts as used up: what is left is less than a front is wide."""

SOURCE, PLATING, LIMIT = "lithium", "plating", "limit"
"""What ends a run, beside what a program sets."""

BELOW_V = 1e-6
"""Potential below that of lithium at which it is plated: a film that is held at 0 V stays above."""

INSTRUMENT_V = 10.0
"""Voltage beyond which no cycler goes."""

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
        visits, limit = list(program.visits()), program.stop.voltage_magnitude
        with interrupts_noted() as interrupted:
            for n, visit in enumerate(visits):
                begun, charge = self.times[-1], self.rows[-1]["charge_passed"]
                ends = Ends.of(visit, None if limit is None else limit.value)
                end, ended = self._step(visit, ends, partial(_told, report, n, len(visits)), interrupted)
                self._shoot(self.times[-1], self._state.vector)
                self._close(visit, begun, charge, "the run ended" if end else ended)
                if end is not None:
                    return end
        report(1.0, "converting")
        return Status(End.COMPLETED, time=self.times[-1])

    def _step(
        self, visit: Visit, ends: Ends, report: Callable[[float], None], interrupted: Callable[[], bool]
    ) -> tuple[Status | None, str]:
        """One step; returns how the run ended in it, if it did, and what ended the step."""
        start, longest = self.times[-1], _longest(visit)
        end = start + longest
        problem = self._problem(_drive(visit))
        wanted = start + np.geomspace(FIRST_SHOT * longest, longest, self.snapshots + 1)[:-1]

        def room(y: Array) -> float:
            return min(self._rooms(problem, y, ends).values())

        try:
            for step in steps(problem, self._state, start, end, self.tolerance, room):
                for t in wanted[(wanted > step.start) & (wanted <= step.end)]:
                    self._shoot(float(t), step.at(float(t)))
                self._take(problem, step, visit.number)
                if interrupted():
                    return Status(End.INTERRUPTED, "", step.end, 0, visit.number), ""
                report((step.end - start) / longest)
        except StalledError as stalled:
            return Status(End.NO_SOLUTION, str(stalled), stalled.time, 0, visit.number), ""
        if self.times[-1] < end:
            rooms = self._rooms(problem, self._state.vector, ends)
            return self._ended(min(rooms, key=lambda name: rooms[name]), ends, visit.number)
        reached = isinstance(visit.step, Current) and visit.step.until.capacity is not None
        return None, "capacity reached" if reached and not _by_duration(visit) else "time is up"

    def _rooms(self, problem: Problem, y: Array, ends: Ends) -> dict[str, float]:
        """How far a state is from each end of a step or run, V, and from where the lithium is used up, as its share."""
        rates, current = problem.rates(y)
        row = self.eyes.seen(State.of(y), rates, float(current))
        found = {SOURCE: row[self.eyes.source] / self.eyes.setting.lithium}
        if self.eyes.setting.on_lithium:
            return found
        found |= {PLATING: row["working_potential"] + BELOW_V, LIMIT: ends.limit - abs(row["voltage"])}
        if ends.above is not None:
            found["voltage above"] = ends.above - row["voltage"]
        if ends.below is not None:
            found["voltage below"] = row["voltage"] - ends.below
        return found

    def _ended(self, which: str, ends: Ends, number: int) -> tuple[Status | None, str]:
        """How the run ended, if it did, and what ended the step: the end that is nearest."""
        if which not in (SOURCE, PLATING, LIMIT):
            return None, which
        if which == SOURCE:
            end, detail = End.LITHIUM_EXHAUSTED, "the film took it all"
        elif which == LIMIT:
            detail = f"the voltage reached {ends.limit:g} V{'' if ends.chosen else ', beyond which no cycler goes'}"
            end = End.STOP_REACHED if ends.chosen else End.POLARISED
        else:
            share = self._state.converted / self.eyes.setting.numbers.amount
            per_metal = self._state.alloyed / max(self._state.converted, 1e-300)
            held = f"{share:.1%} have converted, with {per_metal:.2f} lithium in each {self.eyes.setting.numbers.metal}"
            end = End.FILM_USED_UP if share >= WHOLE else End.POLARISED
            detail = f"{held}; the film takes less than the current, and lithium would plate beneath it"
        return Status(end, detail, self.times[-1], 0, number), ""

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


@dataclass(frozen=True, slots=True)
class Ends:
    """What ends a step: voltages, V, or None. limit: of the whole program, and whether it was chosen there."""

    above: float | None
    below: float | None
    limit: float
    chosen: bool

    @classmethod
    def of(cls, visit: Visit, limit: float | None) -> Ends:
        """Of a step. limit: of the program, V."""
        until = visit.step.until if isinstance(visit.step, Current) else None
        above, below = (
            None if each is None else each.value
            for each in ((until.voltage_above, until.voltage_below) if until else (None, None))
        )
        return cls(above, below, INSTRUMENT_V if limit is None else limit, limit is not None)


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


def _by_duration(visit: Visit) -> bool:
    """Whether the duration of a current ends it before its capacity."""
    assert isinstance(visit.step, Current)
    limit = visit.step.until.duration
    return limit is not None and limit.value <= visit.step.duration
