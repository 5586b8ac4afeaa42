"""Steps of all sites through time at once, with the liquid that they share.

RODAS4 (`physics.rosenbrock`) on the extents. Each site has a Jacobian of its own; the shared activities add a few columns to
all of them, which are eliminated by the formula of Sherman, Morrison and Woodbury: the liquid is implicit too and nothing lags.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from lithoscope.physics.interphase.equations import Slopes, Surface
from lithoscope.physics.rosenbrock import D2, D3, GAMMA, STAGES, A, C

Array = NDArray[np.float64]

FIRST_STEP_S = 1e-7
SMALLEST_STEP_S = 1e-14
FEWER, MORE = 0.2, 4.0
SAFETY = 0.9

ABSOLUTE = 1e-11
"""Error of an extent that is always allowed, mol/m2: some 1e-16 m of film."""

BELOW_ZERO = 1e-6
"""Share of its reference activity by which what is dissolved may run below zero inside a step."""


class Stalled(Exception):  # noqa: N818  # an end of a run, not an error of the code
    """The integrator found no step that meets the tolerance."""

    def __init__(self, time: float) -> None:
        super().__init__(f"no step below {SMALLEST_STEP_S:g} s meets the tolerance")
        self.time = time


class Step(NamedTuple):
    """One accepted step.

    start, end        s
    xi                extents at its end;  middle: half-way;  shape (sites, reactions)
    rates, between    rates at its end and half-way, of the same shape
    potential         U_i at its end, V
    """

    start: float
    end: float
    xi: Array
    middle: Array
    rates: Array
    between: Array
    potential: Array


class Factors(NamedTuple):
    """1/(h gamma) - J of all sites, with the shared liquid."""

    inverse: Array
    columns: Array
    coupling: Array
    shared: Array

    def solve(self, b: Array, weight: Array) -> Array:
        """The increment for a right-hand side."""
        x = np.matmul(self.inverse, b[:, :, None])[:, :, 0]
        rho = self.coupling @ (self.shared @ (weight @ x))
        return np.asarray(x + self.columns @ rho)


def factors(surface: Surface, slopes: Slopes, h: float) -> Factors:
    """The linear system of a step."""
    stock = surface.chemistry.stock
    shared = stock.area * stock.per_mole[:, None] * surface.chemistry.used
    size = slopes.by_extent.shape[1]
    inverse = np.linalg.inv(np.eye(size) / (h * GAMMA) - slopes.by_extent)
    columns = np.matmul(inverse, slopes.by_activity)
    mean = np.einsum("n,nks->ks", surface.weight, columns)
    coupling = np.asarray(np.linalg.inv(np.eye(len(shared)) - shared @ mean), dtype=float)
    return Factors(np.asarray(inverse, dtype=float), np.asarray(columns, dtype=float), coupling, shared)


def steps(
    surface: Surface, xi: Array, start: float, times: Array, tolerance: float, *, first: float = FIRST_STEP_S
) -> Iterator[Step]:
    """Every step from a state at `start` up to the last of the times, each of which ends a step.

    tolerance  relative, of each extent
    Raises Stalled.
    """
    t, h = start, first
    slopes = surface.slopes(xi, surface.activity(xi))
    for end in times:
        while t < end:
            reach = end - t
            # A step that would leave a sliver behind is stretched or halved, so that no step is wasted on it.
            trial = reach if h >= reach else min(h, 0.5 * reach) if h > 0.5 * reach else h
            found = attempt(surface, xi, slopes, trial, tolerance)
            if found is None:
                h = FEWER * trial
            else:
                new, middle, error = found
                h = trial * min(MORE, max(FEWER, SAFETY * error**-0.25))
                if error <= 1:
                    # The step that only reached an end says nothing against the one that was meant.
                    after = end if trial == reach else t + trial
                    between = surface.rates(middle, surface.activity(middle))[0]
                    slopes = surface.slopes(new, surface.activity(new))
                    yield Step(t, after, new, middle, slopes.rates, between, slopes.potential)
                    xi, t = new, after
            if h < SMALLEST_STEP_S * max(1.0, t):
                raise Stalled(t)


def attempt(surface: Surface, xi: Array, slopes: Slopes, h: float, tolerance: float) -> tuple[Array, Array, float] | None:
    """State at the end and in the middle of a step, and its error over what is allowed; None if it left what is possible."""
    found = factors(surface, slopes, h)
    K: list[Array] = []
    f = slopes.rates
    stage = xi
    for i in range(STAGES):
        if i:
            stage = xi + sum((a * k for a, k in zip(A[i], K, strict=True)), start=np.zeros_like(xi))
            if not possible(surface, stage):
                return None
            f = surface.rates(stage, surface.activity(stage))[0]
        b = f + sum((c * k for c, k in zip(C[i], K, strict=True)), start=np.zeros_like(xi)) / h
        K.append(found.solve(b, surface.weight))
    new = stage + K[-1]
    if not possible(surface, new):
        return None
    allowed = ABSOLUTE + tolerance * np.maximum(np.abs(xi), np.abs(new))
    error = max(float(np.max(np.abs(K[-1]) / allowed)), 1e-4)
    return new, dense(xi, new, K, 0.5), error


def dense(old: Array, new: Array, K: list[Array], s: float) -> Array:
    """State inside a step, at the share s of it."""
    second = sum((d * k for d, k in zip(D2, K, strict=False)), start=np.zeros_like(old))
    third = sum((d * k for d, k in zip(D3, K, strict=False)), start=np.zeros_like(old))
    return np.asarray((1 - s) * old + s * (new + (1 - s) * (second + s * third)))


def possible(surface: Surface, xi: Array) -> bool:
    """Whether a state is finite, and nothing in it has run out by more than the tolerance."""
    if not np.all(np.isfinite(xi)):
        return False
    activity = surface.activity(xi)
    film = surface.start + xi @ surface.chemistry.made.T
    return bool(np.all(activity > -BELOW_ZERO)) and bool(np.all(film > -1e-2 * surface.chemistry.supply.saturation))
