"""Takes a run through its program and keeps it: series over time, maps, amounts, and the books."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from itertools import pairwise
from typing import Any

import numpy as np
import xarray as xr
from numpy.typing import NDArray

from lithoscope.errors import End, Status
from lithoscope.physics.contract import Report
from lithoscope.physics.interphase.cracks import SAME_TIME, Weakness
from lithoscope.physics.interphase.observe import RESERVOIRS, Eyes, as_fluxes
from lithoscope.physics.interphase.solve import Stalled, Step, steps
from lithoscope.physics.interruption import interrupts_noted
from lithoscope.physics.ledger import BookKeeper, entry
from lithoscope.protocol import Program, Rest
from lithoscope.protocol.program import Visit
from lithoscope.result.ledger import Ledger
from lithoscope.result.names import STEP_ENDS, STEP_KINDS, dataset

Array = NDArray[np.float64]

FIRST_SHOT_S = 3600.0
"""The first of the maps that are kept shows this time, in a rest that is longer."""


@dataclass
class Driver:
    """One run.

    eyes        what sees the surface;  edge, spacing: of the map, sites and m
    snapshots   maps that are kept;  tolerance: of the integrator
    weakness    how films crack, and when; None if they do not
    starved     whether the film somewhere let fewer electrons through than the reactions took at the end of their range
    """

    eyes: Eyes
    edge: int
    spacing: float
    snapshots: int
    tolerance: float
    weakness: Weakness | None = None
    times: list[float] = field(default_factory=list)
    numbers: list[int] = field(default_factory=list)
    rows: list[dict[str, float]] = field(default_factory=list)
    amounts: list[dict[str, Array]] = field(default_factory=list)
    shots: list[tuple[float, dict[str, Array]]] = field(default_factory=list)
    rests: list[dict[str, float]] = field(default_factory=list)
    starved: bool = False

    def __post_init__(self) -> None:
        surface = self.eyes.surface
        self._xi = np.zeros((surface.sites, len(surface.chemistry.rate)))
        rates, potential = surface.rates(self._xi, surface.activity(self._xi))
        self._paid = np.zeros(len(self.eyes.nodes.weight))
        self._pair = self.eyes.couple(self._xi, rates)
        self._fluxes = self.eyes.fluxes(rates)
        self._keeper = BookKeeper(self.eyes.contents(self._xi))
        self._ahead = list(self.weakness.changes) if self.weakness else []
        self._keep(0.0, 1, rates, potential)

    @property
    def kept(self) -> bool:
        """Whether a polarised film, if there is one, keeps its polarisation."""
        return self.eyes.surface.chemistry.face.kept

    def run(self, program: Program, report: Report) -> Status:
        """All rests of a program; returns how it ended."""
        whole = sum(_duration(visit) for visit in program.visits())
        wanted = shot_times(whole, self.snapshots)
        with interrupts_noted() as interrupted:
            for visit in program.visits():
                begun = self.times[-1]
                end = self._rest(visit, wanted, lambda t: report(min(t / whole, 1.0), "at rest"), interrupted)
                self._close(visit, begun, ended=end is None)
                if end is not None:
                    self._shoot()
                    return end
        report(1.0, "at rest")
        return Status(End.COMPLETED, time=self.times[-1])

    def _rest(
        self, visit: Visit, wanted: Array, report: Callable[[float], None], interrupted: Callable[[], bool]
    ) -> Status | None:
        """One rest; returns how the run ended in it, if it did."""
        end = self.times[-1] + _duration(visit)
        stops = sorted({t for t, _ in self._ahead if self.times[-1] < t < end})
        for start, stop in pairwise([self.times[-1], *stops, end]):
            self._crack(start)
            times = np.array([*wanted[(wanted > start) & (wanted < stop)], stop])
            ended = self._stretch(visit, start, times, {*times} - {*stops} | {*wanted}, report, interrupted)
            if ended is not None:
                return ended
        return None

    def _stretch(
        self, visit: Visit, start: float, times: Array, shown: set[float], report: Callable[[float], None],
        interrupted: Callable[[], bool],
    ) -> Status | None:  # fmt: skip
        """Time in which nothing cracks, up to the last of the times; a map is kept at those that are shown."""
        try:
            for step in steps(self.eyes.surface, self._xi, start, times, self.tolerance):
                if self.eyes.contents(step.xi)["working_lithium"] <= 0:
                    return Status(End.LITHIUM_EXHAUSTED, "working electrode: it corroded", step.start, 0, visit.number)
                self._take(step, visit.number)
                if step.end in shown:
                    self._shoot()
                report(step.end)
                if interrupted():
                    return Status(End.INTERRUPTED, "", step.end, 0, visit.number)
        except Stalled as stalled:
            return Status(End.NO_SOLUTION, str(stalled), stalled.time, 0, visit.number)
        return None

    def _crack(self, now: float) -> None:
        """The changes of volume that are due."""
        while self.weakness and self._ahead and self._ahead[0][0] <= now * (1 + SAME_TIME):
            eyes, strain = self.eyes, self._ahead.pop(0)[1]
            lithium, metal = self._xi[: eyes.count], self._xi[eyes.count :]
            ages, lithium = eyes.ages.strained(lithium, strain, self.weakness, eyes.properties)
            self.eyes, self._xi = eyes.aged(ages), np.vstack([lithium, metal])
            rates = self.eyes.surface.rates(self._xi, self.eyes.surface.activity(self._xi))[0]
            self._fluxes, self._pair = self.eyes.fluxes(rates), self.eyes.couple(self._xi, rates)

    def _strain(self, step: Step) -> None:
        """Add what a step grew at the metal, by Simpson's rule."""
        if self.weakness and self.weakness.grows:
            surface, of = self.eyes.surface, (self._xi, step.middle, step.xi)
            first, middle, last = (surface.metal(surface.layers(xi), surface.activity(xi))[0] for xi in of)
            grown = (step.end - step.start) / 6 * (first + 4 * middle + last)[: self.eyes.count]
            ages = self.eyes.ages.stretch(grown @ (self.weakness.stretch @ surface.chemistry.made))
            self.eyes = replace(self.eyes, ages=ages)

    def _take(self, step: Step, number: int) -> None:
        """Book a step and keep what is seen at its end."""
        self._strain(step)
        eyes, before = self.eyes, self._fluxes
        after, between = eyes.fluxes(step.rates), eyes.fluxes(step.between)
        ends = [eyes.contents(self._xi), eyes.contents(step.xi)]
        contents = {name: np.array([each[name] for each in ends]) for name in RESERVOIRS}
        nodes = as_fluxes({name: np.array([before[name], after[name]]) for name in RESERVOIRS})
        middles = as_fluxes({name: np.array([between[name]]) for name in RESERVOIRS})
        self._keeper.add(entry(np.array([step.start, step.end]), contents, nodes, middles))
        self._pay(step)
        self._xi, self._fluxes = step.xi, after
        self._keep(step.end, number, step.rates, step.potential)

    def _pay(self, step: Step) -> None:
        """What each site of lithium dissolves for a metal in contact. Shares have the mean 1, so that the sum is exact."""
        pair = self.eyes.couple(step.xi, step.rates)
        drawn = self.eyes.drawn(step.xi) - self.eyes.drawn(self._xi)
        self._paid = self._paid + drawn * 0.5 * (self.eyes.paying(self._pair) + self.eyes.paying(pair))
        self._pair = pair

    def _keep(self, t: float, number: int, rates: Array, potential: Array) -> None:
        self.starved = self.starved or bool(np.max(potential[: self.eyes.count]) >= (1 - 1e-6) * self.eyes.surface.most)
        self.times.append(t)
        self.numbers.append(number)
        self.rows.append(self.eyes.seen(self._xi, rates, potential, self._paid, self._pair))
        self.amounts.append(self.eyes.amounts(self._xi))

    def _shoot(self) -> None:
        """Keep a map of the present state, once."""
        if not self.shots or self.shots[-1][0] < self.times[-1]:
            self.shots.append((self.times[-1], self.eyes.shot(self._xi, self._paid)))

    def _close(self, visit: Visit, begun: float, *, ended: bool) -> None:
        rest = self.rows[-1]["voltage"]
        code = STEP_ENDS.index("time is up" if ended else "the run ended")
        self.rests.append({
            "step": visit.number, "cycle": visit.cycle, "kind": STEP_KINDS.index("rest"), "ended": code, "start_time": begun,
            "duration": self.times[-1] - begun, "charge": 0.0, "mean_voltage": rest, "end_voltage": rest,
        })  # fmt: skip

    def ledger(self) -> Ledger:
        """Where the lithium is."""
        return self._keeper.ledger()

    def tree(self, area: float) -> xr.DataTree:
        """The run as a labelled tree: /trace, /steps, /film, /liquid, /gas, /elements, /map."""
        c = self.eyes.surface.chemistry
        columns = {name: np.array([row[name] for row in self.rows]) for name in self.rows[0]}
        trace = {"time": np.array(self.times), "step": np.array(self.numbers), "cycle": np.zeros(len(self.times), dtype=int)}
        amounts = {name: np.array([each[name] for each in self.amounts]) for name in self.amounts[0]}
        amounts["element_residual"] = self.eyes.element_residual(amounts)
        nodes = {
            "/": xr.Dataset(attrs={"area_m2": area}),
            "/trace": dataset("time", ["time"], trace | columns),
            "/steps": dataset("step", ["step"], {name: [rest[name] for rest in self.rests] for name in self.rests[0]}),
            "/film": self._over("solid", c.solids.names, _films(amounts, c.solids.molar_volume)),
            "/liquid": self._over("dissolved", c.stock.names, {"liquid_amount": amounts["liquid_amount"]}),
            "/gas": self._over("gas", c.network.gases, {"gas_amount": amounts["gas_amount"]}),
            "/elements": self._over("element", c.network.elements, {"element_residual": amounts["element_residual"]}),
            "/map": self._maps(),
        }
        return xr.DataTree.from_dict(nodes)

    def _over(self, axis: str, names: tuple[str, ...], values: dict[str, Array]) -> xr.Dataset:
        """Amounts over time and one kind of species."""
        axes = {"time": np.array(self.times), axis: np.arange(len(names))}
        found = dataset(("time", axis), ["time", axis], axes | values)
        return _named(found, axis, names)

    def _maps(self) -> xr.Dataset:
        place = (np.arange(self.edge) + 0.5) * self.spacing
        names = self.eyes.surface.chemistry.solids.names
        columns: dict[str, NDArray[Any]] = {
            "time": np.array([t for t, _ in self.shots]), "along": place, "across": place, "solid": np.arange(len(names))
        }  # fmt: skip
        square = (self.edge, self.edge)
        flat = {name: np.stack([shot[name] for _, shot in self.shots]) for name in self.shots[0][1]}
        maps = dataset(("time", "along", "across"), ["time", "along", "across"], {
            **{name: columns[name] for name in ("time", "along", "across")},
            **{name: values.reshape(len(self.shots), *square) for name, values in flat.items() if values.ndim == 2},
        })  # fmt: skip
        shares = dataset(
            ("time", "solid", "along", "across"), ["time", "solid", "along", "across"],
            columns | {name: flat[name].reshape(len(self.shots), len(names), *square) for name in OF_SOLIDS},
        )  # fmt: skip
        return _named(xr.merge([maps, shares]), "solid", names)


def _named(found: xr.Dataset, axis: str, names: tuple[str, ...]) -> xr.Dataset:
    """The words behind a coded axis, as `result.names.words` reads them."""
    found[axis].attrs |= {"flag_values": list(range(len(names))), "flag_meanings": ";".join(names)}
    return found


def _films(amounts: dict[str, Array], volume: Array) -> dict[str, Array]:
    """What is kept of films over time: amounts on lithium, come off it and on a metal in contact; volumes on lithium."""
    kept = {name: amounts[name] for name in ("film_amount", "shed_amount", "contact_film_amount") if name in amounts}
    return kept | {"film_volume": amounts["film_amount"] * volume}


OF_SOLIDS = ("surface_share", "surface_amount")
"""Maps that each solid has."""


def shot_times(whole: float, count: int) -> Array:
    """Times of the maps, s: evenly in the logarithm from an hour on, the last at the end."""
    return np.geomspace(min(FIRST_SHOT_S, whole / 2), whole, count) if count > 1 else np.array([whole])


def _duration(visit: Visit) -> float:
    assert isinstance(visit.step, Rest)  # other programs were refused
    return visit.step.duration.value
