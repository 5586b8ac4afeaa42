"""Steps of a film through one step of a program, and the state at any time in each."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.integrate import BDF
from scipy.optimize import brentq

from lithoscope.constants import FARADAY
from lithoscope.physics.interphase.converting.equations import Film, Rates
from lithoscope.physics.interphase.converting.observe import State
from lithoscope.physics.interphase.converting.params import Setting

Array = NDArray[np.float64]

FIRST_STEP_S = 1e-6
DIFFERENCE = 1e-7
"""Of an unknown, for the derivatives by differences."""

LEFT, ROUNDED = 0.01, 1e-12
"""Of what is left of a film, and of all of it at least, for the derivatives by the converted amount."""

INSERTED = 1e-11
"""Error of the filling of a layer: near equilibrium a fast reaction turns it into a current, and a rest lasts long."""


class StalledError(Exception):
    """The integrator gave up. time, s."""

    def __init__(self, why: str, time: float) -> None:
        super().__init__(why)
        self.time = time


@dataclass(frozen=True, slots=True)
class Drive:
    """What a step of a program does: a current density, A/m2, positive strips, or a voltage, V; neither on lithium."""

    current: float = 0.0
    voltage: float | None = None


@dataclass(frozen=True)
class Problem:
    """The equations of a film under a drive."""

    setting: Setting
    film: Film
    drive: Drive

    def current(self, n: Array, phi: Array) -> Array:
        """J of the cell, A/m2, positive strips."""
        if self.drive.voltage is None:
            return np.full_like(phi, self.drive.current)
        return np.asarray((self.drive.voltage - phi) / self.setting.between(n))

    def rates(self, y: Array) -> tuple[Rates, Array]:
        """Rates and current at states, shape (unknowns, *states)."""
        return self.film.rates(y[2], y[3], y[4:], y[1]), self.current(y[2], y[1])

    def __call__(self, _t: float, y: Array) -> Array:
        """dy/dt."""
        rates, current = self.rates(y)
        reduced = rates.reduced
        if self.setting.on_lithium:
            outside, potential = reduced, 0.0 * reduced
        else:
            outside, potential = -current, (current + reduced) / self.setting.capacitance
        n = rates.converting / (self.setting.numbers.conversion_electrons * FARADAY)
        return np.concatenate([np.stack([outside, potential, n, rates.alloying / FARADAY]), rates.layers])

    def jacobian(self, t: float, y: Array) -> Array:
        """d(dy/dt)/dy, by differences. What is conserved stays so to rounding, because its row follows from the others."""
        size = np.maximum(np.abs(y), 1e3 * self.tolerances()) * DIFFERENCE
        whole = self.setting.numbers.amount
        if y[2] > whole / 2:
            # Beyond the end of the film nothing depends on how much has converted, and near it all does on what is left.
            size[2] = -min(size[2], max(LEFT * (whole - y[2]), ROUNDED * whole))
        at = np.concatenate([y[:, None], y[:, None] + np.diag(size)], axis=1)
        f = self(t, at)
        found = (f[:, 1:] - f[:, :1]) / ((y + size) - y)
        weight = FARADAY * np.array([0, 0, self.setting.numbers.conversion_electrons, 1.0, *np.ones(self.film.layers)])
        into_film = weight @ found
        if self.setting.on_lithium:
            found[0] = into_film
        else:
            found[1] = (into_film - found[0]) / self.setting.capacitance
        return np.asarray(found)

    def tolerances(self) -> Array:
        """Of each unknown: what has no meaning beside the film."""
        p = self.setting.numbers
        amount = 1e-9 * p.amount
        return np.array([1e-9 * FARADAY * p.amount, 1e-8, amount, amount]
                        + [INSERTED * p.amount * p.insertion_limit / self.film.layers] * self.film.layers)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Step:
    """One step of the integrator: its ends, and the state at any time in it."""

    start: float
    end: float
    at: Callable[[float], Array]

    @property
    def quarters(self) -> Array:
        """States at the start, the quarters and the end, shape (unknowns, 5)."""
        return np.stack([self.at(t) for t in np.linspace(self.start, self.end, 5)], axis=1)


def steps(problem: Problem, state: State, start: float, end: float, tolerance: float,
          ends: Callable[[Array], float]) -> Iterator[Step]:  # fmt: skip
    """Steps from start to end, or to where `ends` of a state falls to zero. Raises StalledError."""
    each: Any = problem.tolerances()  # BDF takes one for each unknown, whatever its types say
    solver: Any = BDF(problem, start, state.vector, end, rtol=tolerance, atol=each,
                 jac=problem.jacobian, first_step=min(FIRST_STEP_S, (end - start) / 10))  # fmt: skip
    while solver.status == "running":
        message = solver.step()
        if solver.status == "failed" or not np.all(np.isfinite(solver.y)):
            raise StalledError(str(message or "numbers are not finite"), float(solver.t))
        dense: Callable[[float], Array] = solver.dense_output()
        before, after = float(solver.t_old), float(solver.t)
        if ends(solver.y) <= 0:
            after = _first(ends, dense, before, after) if ends(dense(before)) > 0 else before
            if after > before:
                yield Step(before, after, dense)
            return
        yield Step(before, after, dense)


def _first(ends: Callable[[Array], float], dense: Callable[[float], Array], low: float, high: float) -> float:
    return float(brentq(lambda t: ends(dense(t)), low, high, xtol=1e-9 * max(high, 1.0), rtol=1e-12))
