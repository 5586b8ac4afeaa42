"""How a run begins: a surface of given roughness, an electrolyte at rest."""

from __future__ import annotations

import itertools
import math
from typing import Any

import numpy as np
from numpy.typing import NDArray

from lithoscope.physics.morphology.engine import jnp
from lithoscope.physics.morphology.grid import Grid
from lithoscope.physics.morphology.state import Books, State, Trend

Heights = NDArray[np.float64]


def rough(grid: Grid, rms: float, correlation: float, seed: int) -> Heights:
    """A random surface about height 0, m, of the shape of one layer: a sum of waves that fit the domain.

    rms          root mean square of its height, m
    correlation  l, m: amplitudes fall as exp(-(k l)^2 / 8), which correlates heights as exp(-r^2 / l^2)
    seed         of the random phases and amplitudes

    The waves are numbered and not taken from a grid, so that the same seed is the same surface on every grid that resolves it.
    """
    lengths = [n * grid.spacing for n in grid.shape[1:]]
    random = np.random.default_rng(seed)
    # exp(-(k l)^2 / 8) < 1e-4 beyond k l = 8.6.
    most = [max(1, math.ceil(8.6 * length / (2 * math.pi * correlation))) for length in lengths]
    axes = np.meshgrid(*(grid.centres(axis) for axis in range(1, len(grid.shape))), indexing="ij")
    h, square = np.zeros(grid.shape[1:]), 0.0
    for numbers in itertools.product(range(most[0] + 1), *(range(-m, m + 1) for m in most[1:])):
        strength, phase = random.normal(), random.uniform(0, 2 * math.pi)
        k = [2 * math.pi * m / length for m, length in zip(numbers, lengths, strict=True)]
        if not any(numbers):
            continue
        amplitude = strength * math.exp(-sum(each**2 for each in k) * correlation**2 / 8)
        h += amplitude * np.cos(sum(each * x for each, x in zip(k, axes, strict=True)) + phase)
        square += amplitude**2 / 2
    return h * (rms / math.sqrt(square))


def metal(grid: Grid, h: Heights, width: float) -> Any:
    """Metal fraction of the profile 1 / (1 + exp(d / eps)) about the height h, m.

    d is the vertical distance over sqrt(1 + |grad h|^2), the distance to the tangent.
    width  eps in cells
    """
    h = np.broadcast_to(np.asarray(h, float), grid.shape[1:])
    tilt = np.sqrt(1 + sum(_slope(h, axis, grid) ** 2 for axis in range(h.ndim)))
    above = grid.centres(0).reshape(-1, *(1 for _ in h.shape)) - h
    return jnp.asarray(1 / (1 + np.exp(np.clip(above / (tilt * width * grid.spacing), -60, 60))))


def _slope(h: Heights, axis: int, grid: Grid) -> Heights:
    if grid.closed:
        return np.asarray(np.gradient(h, grid.spacing, axis=axis)) if h.shape[axis] > 1 else np.zeros_like(h)
    return (np.roll(h, -1, axis) - np.roll(h, 1, axis)) / (2 * grid.spacing)


def at_rest(xi: Any, skin: Any) -> State:
    """A morphology whose electrolyte has the concentration of the reservoir."""
    # From NumPy: JAX would compile a program for each kind of zeros.
    zero, nothing = jnp.asarray(np.zeros(())), jnp.asarray(np.zeros(xi.shape))
    books, trend = Books(*(zero,) * len(Books._fields)), Trend(nothing, nothing, zero)
    return State(xi, nothing, nothing, None, skin, zero, zero, trend, books)
