"""The reactions behind the film of many sites, in machine code: rates at a potential, and the potential at which they take what
passes the film. The equations stand in `equations`, which calls this and names everything.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np
from numpy.typing import NDArray

from lithoscope.physics.cell.lanes.jit import entry, inner

Array = NDArray[np.float64]
Whole = NDArray[np.int64]

ITERATIONS = 100

CLOSED = 1e-14
"""Relative width of the bracket at which a root is as good as it gets."""

MATCHED = 1e-13
"""|ln supply - ln demand| below which a site is solved."""

LEAST = 1e-300


@inner
def _site(
    U: float, m: float, q: float, base: Array, factor: Array, chemistry: tuple[Any, ...], table: tuple[Any, ...], out: Array,
    taken: Array,
) -> tuple[float, float]:  # fmt: skip
    """Moles of electrons that a site takes at a potential, and the slope; fills out (3, reactions): rate, slope, share left of
    the reactant. `factor` (reactions,): on the rate constants; `taken` (2, dissolved) is room for sums.
    """
    slope, potential, rate, electrons, reactant, moles = chemistry
    least, step, cubics = table
    taken[:] = 0.0
    for k in range(len(rate)):
        if electrons[k] == 0.0:
            out[0, k], out[1, k] = rate[k], 0.0
            continue
        place = (slope * (U - potential[k]) - least) / step
        cell = min(max(int(place), 0), cubics.shape[2] - 1)
        x = (place - cell) * step
        c3, c2, c1, c0 = cubics[k, 0, cell], cubics[k, 1, cell], cubics[k, 2, cell], cubics[k, 3, cell]
        speed = m * rate[k] * factor[k] * math.exp(((c3 * x + c2) * x + c1) * x + c0)
        out[0, k], out[1, k] = speed, speed * ((3 * c3 * x + 2 * c2) * x + c1) * slope
        if reactant[k] >= 0:
            taken[0, reactant[k]] += moles[k] * out[0, k]
            taken[1, reactant[k]] += moles[k] * out[1, k]
    demand, tilt = 0.0, 0.0
    for k in range(len(rate)):
        left, change = 1.0, 0.0
        if reactant[k] >= 0 and electrons[k] > 0.0:
            left = 1 / (1 + q * taken[0, reactant[k]])
            change = q * taken[1, reactant[k]] * left
        out[1, k] = base[k] * left * (out[1, k] - out[0, k] * change)
        out[0, k] *= base[k] * left
        out[2, k] = left
        demand += electrons[k] * out[0, k]
        tilt += electrons[k] * out[1, k]
    return demand, tilt


@entry
def rates(
    U: Array, m: Array, q: Array, base: Array, factor: Array, chemistry: tuple[Any, ...], table: tuple[Any, ...], kinds: int
) -> Array:
    """Rates, their slopes by the potential, and the share left of the reactant, shape (3, sites, reactions)."""
    out = np.empty((3, len(U), base.shape[1]))
    room, taken = np.empty((3, base.shape[1])), np.empty((2, kinds))
    for n in range(len(U)):
        _site(U[n], m[n], q[n], base[n], factor[n], chemistry, table, room, taken)
        out[:, n, :] = room
    return out


@entry
def balance(
    start: Array, most: float, shift: Array, m: Array, q: Array, base: Array, factor: Array, chemistry: tuple[Any, ...],
    table: tuple[Any, ...], kinds: int, supply: Array,
) -> Array:  # fmt: skip
    """U_i of every site, V: ln supply = ln demand, by Newton's method in the closed bracket [0, most].

    shift   (sites,): what the plane of reaction takes from U_i, V
    supply  (2, sites): what stands before 1 - exp(-F U / R T), and what stands before U, mol of electrons/m2/s and per V
    """
    slope = chemistry[0]
    found = np.empty(len(start))
    room, taken = np.empty((3, base.shape[1])), np.empty((2, kinds))
    for n in range(len(start)):
        low, high, U = 0.0, most, min(max(start[n], LEAST), most)
        for _ in range(ITERATIONS):
            demand, tilt = _site(U - shift[n], m[n], q[n], base[n], factor[n], chemistry, table, room, taken)
            demand = max(demand, LEAST)
            given = -supply[0, n] * math.expm1(-slope * U) + supply[1, n] * U
            rise = supply[0, n] * slope * math.exp(-slope * U) + supply[1, n]
            gap = math.log(max(given, LEAST) / demand)
            if abs(gap) < MATCHED:
                break
            if gap < 0:
                low = U
            else:
                high = U
            if high - low <= CLOSED * high:
                break
            newton = U - gap / (rise / max(given, LEAST) - tilt / demand)
            U = newton if low < newton < high else (0.5 * (low + high) if low > 0 else 0.1 * U)
        found[n] = U
    return found
