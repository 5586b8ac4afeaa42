"""Cases with exact solutions, and what runs them: a surface, an electrolyte of constant properties, a given current."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import jax.numpy as jnp
import numpy as np
from numpy.typing import ArrayLike

from lithoscope.constants import FARADAY
from lithoscope.physics.contract import ExactCase
from lithoscope.physics.laws.transport import ConstantTransport
from lithoscope.physics.morphology.equations import FLOOR
from lithoscope.physics.morphology.exact import Front, front_speed, reservoir_limit
from lithoscope.physics.morphology.grid import Grid
from lithoscope.physics.morphology.obstacle import Obstacle
from lithoscope.physics.morphology.params import control, number
from lithoscope.physics.morphology.record import Columns, instants
from lithoscope.physics.morphology.skin import uniform
from lithoscope.physics.morphology.start import at_rest, metal
from lithoscope.physics.morphology.state import Counter, Parameters, Scheme, State
from lithoscope.physics.morphology.step import ROWS, Limits, batch, begin

MOLAR_VOLUME = 13e-6
T_PLUS = 0.4
NEVER = 1e30


@dataclass(frozen=True)
class Bench:
    """A surface in an electrolyte of constant properties, SI.

    i            plating current density;  exchange: exchange current density;  resistance: of the film, a number or a map
    kappa, D     of the electrolyte, whose transference number is 0.4 and whose thermodynamic factor is 1
    capillarity  Gamma, V m;  offset: step of the potential at the surface, V
    beyond       distance of the reservoir beyond the top, m
    voltage      that is held instead of the current, V
    obstacle     what stands in the way of lithium
    """

    scheme: Scheme
    i: float = 100.0
    exchange: float = 30.0
    resistance: Any = 0.0
    kappa: float = 1.0
    D: float = 3e-10
    c0: float = 1000.0
    capillarity: float = 0.0
    offset: float = 0.0
    beyond: float = 0.0
    floor: float = FLOOR
    voltage: float | None = None
    obstacle: Obstacle | None = None

    @property
    def parameters(self) -> Parameters:
        """As a step takes them."""
        law = ConstantTransport(*(number(each) for each in (self.kappa, self.D, T_PLUS, 1.0)))  # type: ignore[arg-type]  # traced
        return Parameters(
            law=law, temperature=number(298.15), c0=number(self.c0), exchange=number(self.exchange),
            capillarity=number(self.capillarity), molar_volume=number(MOLAR_VOLUME), beyond=number(self.beyond),
            counter=Counter(number(30.0), number(1e-3)), control=control(self.i, self.voltage), floor=number(self.floor),
            obstacle=self.obstacle,
        )  # fmt: skip

    def start(self, height: ArrayLike) -> State:
        """A surface at a height, m, a number or one for each column, and an electrolyte at rest."""
        skin = uniform(self.resistance, self.offset)
        return at_rest(metal(self.scheme.grid, np.asarray(height, float), self.scheme.width), skin)

    def run(self, state: State, steps: int = 10**9, *, until: float = NEVER) -> tuple[State, Columns]:
        """So many steps, or until a time, s. Gives the state and all instants."""
        limits = Limits(
            time=number(until), low=number(-NEVER), high=number(NEVER), least_current=number(-1.0),
            charge=(number(0.0), number(NEVER)), bottom=number(-1.0), top=number(NEVER), least_dt=number(0.0),
        )  # fmt: skip
        state, parts = begin(state, self.parameters, scheme=self.scheme), []
        while steps > 0 and float(state.time) < until:
            done = batch(state, self.parameters, limits, jnp.asarray(min(steps, ROWS)), scheme=self.scheme)
            rows, state = instants(done), done.state
            steps -= len(rows["time"]) - 1
            parts.append({name: column[:-1] for name, column in rows.items()})
        parts.append({name: column[-1:] for name, column in rows.items()})
        return state, {name: np.concatenate([part[name] for part in parts]) for name in parts[0]}


FLAT = Scheme(Grid((128, 8), 0.25e-6))
"""For flat fronts."""

WAVES = Scheme(Grid((96, 64), 0.25e-6, closed=True), courant=0.1)
"""For waves: closed sides hold waves of half the width, so that k eps = 0.05 is the first of 64 cells."""


def growth_rate(bench: Bench, waves: int, *, steps: int = 16) -> tuple[float, float]:
    """Growth rate of a wave of small height as the model has it, and by linear theory, 1/s.

    waves  half waves in the width;  the salt is that of a steady front
    """
    grid, h0 = bench.scheme.grid, 6e-6
    x, y = grid.centres(1), grid.centres(0)[:, None]
    k = waves * np.pi / (grid.shape[1] * grid.spacing)
    slope = (1 - T_PLUS) * bench.i / (FARADAY * bench.D)
    state = bench.start(h0 + 0.04 / k * np.cos(k * x))
    salt = -slope * (grid.height + bench.beyond - np.maximum(y, h0)) * np.ones(grid.shape)
    state, _ = bench.run(state._replace(salt=jnp.asarray(salt)), steps // 2)
    before = _amplitude(state, grid, k), float(state.time)
    state, rows = bench.run(state, steps)
    found = np.log(_amplitude(state, grid, k) / before[0]) / (float(state.time) - before[1])
    surface, depth = float(np.mean(rows["salt_mean"])), grid.height - float(np.mean(rows["mean"]))
    front = Front(
        i=bench.i, exchange=bench.exchange * np.sqrt(surface / bench.c0), resistance=float(bench.resistance),
        capillarity=bench.capillarity, kappa=bench.kappa, D=bench.D, t_plus=T_PLUS, factor=1.0, surface_salt=surface,
        depth=depth, reservoir=depth + bench.beyond, molar_volume=MOLAR_VOLUME,
    )  # fmt: skip
    return float(found), front.growth_rate(k)


def _amplitude(state: State, grid: Grid, k: float) -> float:
    columns = np.asarray(state.xi).sum(0) * grid.spacing
    return float(2 * abs(np.mean(columns * np.cos(k * grid.centres(1)))))


def _speed() -> float:
    """Error of the speed at which xi = 1/2 moves."""
    bench = Bench(FLAT)
    _, rows = bench.run(bench.start(5e-6), 100)
    moved = (rows["top"][-1] - rows["top"][20]) / (rows["time"][-1] - rows["time"][20])
    return float(abs(moved / front_speed(bench.i, MOLAR_VOLUME) - 1))


def _volume() -> float:
    """Difference of the lithium in the domain and the charge, relative to the charge."""
    bench = Bench(FLAT)
    _, rows = bench.run(bench.start(5e-6), 100)
    return float(abs((rows["metal"][-1] - rows["metal"][0]) / rows["charge"][-1] - 1))


def _film() -> float:
    """Largest error of the voltage that a film of 10 ohm cm2 takes."""
    bench = Bench(FLAT)
    (_, bare), (_, filmed) = (each.run(each.start(5e-6), 40) for each in (bench, replace(bench, resistance=1e-3)))
    return float(np.max(np.abs((bare["voltage"] - filmed["voltage"]) / (1e-3 * bench.i) - 1)))


def _limit() -> float:
    """Error of the limiting current density, from the salt at the surface at half of it."""
    grid = FLAT.grid
    bench = Bench(FLAT, beyond=40e-6)
    limit = reservoir_limit(bench.D, T_PLUS, bench.c0, grid.height - 5e-6 + bench.beyond)
    bench = replace(bench, i=0.5 * limit)
    _, rows = bench.run(bench.start(5e-6), 200)
    distance = grid.height - rows["mean"][-1] + bench.beyond
    seen = bench.i / (1 - rows["salt_mean"][-1] / bench.c0)
    return float(abs(seen / reservoir_limit(bench.D, T_PLUS, bench.c0, distance) - 1))


def _waves() -> float:
    """Error of the growth rate of a wave with k eps = 0.05."""
    found, exact = growth_rate(Bench(WAVES, exchange=300.0, kappa=0.1, D=3e-4), 1)
    return abs(found / exact - 1)


def cases() -> Sequence[ExactCase]:
    """Flat fronts and waves on them."""
    return (
        ExactCase("speed of a flat front", 1e-3, _speed),
        ExactCase("lithium against charge", 1e-10, _volume),
        ExactCase("voltage of a film", 5e-3, _film),
        ExactCase("limiting current density", 5e-3, _limit),
        ExactCase("growth of a wave", 1e-2, _waves),
    )
