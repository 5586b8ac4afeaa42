"""Morphology to cell: effective laws of plated lithium against capacity and current density, with their range and error.

Assumes  that a deposit is told by the charge plated and the current density alone, and that in two dimensions tips are ridges:
         no ratio at tips and no share of dead lithium is given without a run in three dimensions beside those in two.
Error    half the interval in which 90 % of means of as many seeds lie, after Student; the difference of the two finest grids;
         and, where there is one, the difference of a run in three dimensions from those in two on the same cells.
Outside the range of the runs it raises: nothing is extrapolated.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from itertools import groupby

import numpy as np
from numpy.typing import NDArray
from scipy.interpolate import RegularGridInterpolator
from scipy.stats import t as student

from lithoscope.constants import FARADAY
from lithoscope.data import lookup
from lithoscope.design import Cell
from lithoscope.errors import End, InputError, nearest
from lithoscope.physics.laws.kinetics import overpotential
from lithoscope.physics.morphology.model import PhaseField
from lithoscope.result import Result
from lithoscope.units import MAH_PER_CM2, ArealCapacity, CurrentDensityMagnitude, Given, parse_as

Array = NDArray[np.float64]

LAWS = {
    "area": "area of the surface over that of the electrode",
    "thickness_ratio": "thickness gained over that of dense lithium of the charge",
    "porosity": "share of what was gained that is not metal, 1 - 1 / thickness_ratio",
    "film_resistance": "of the film per area of the surface, ohm m2",
    "tip_ratio": "largest over mean current density",
    "dead_fraction": "share of the plated lithium that stripping leaves without contact",
}
"""Laws and what they say."""

BOUNDS = {"area": (1.0, math.inf), "porosity": (0.0, 1.0), "tip_ratio": (1.0, math.inf), "dead_fraction": (0.0, 1.0)}
"""What a law cannot lie outside of; the others are not negative. Few seeds make wider intervals than that."""

RIDGES = ("tip_ratio", "dead_fraction")
"""Laws that two dimensions do not tell."""

ASSUMPTION = (
    "From a phase field: a deposit is told by charge and current density. In two dimensions tips are ridges; laws of tips and "
    "of dead lithium need a run in three dimensions. Lithium that grows from its root is not in it."
)

LEAST_DENSE_M = 1e-6
"""Dense lithium of the charge from which a thickness over it means something."""

POINTS = 9
"""Of the capacity axis."""

CONFIDENCE = 0.9


@dataclass(frozen=True, slots=True)
class Plated:
    """One run: laws against the charge plated.

    current  density, A/m2;  size: of the cells, m;  seed;  dimensions: 2 or 3
    capacity  C/m2, (n,);  laws: by name, (n,), or a single number for one that holds for the whole run
    """

    current: float
    size: float
    seed: int
    dimensions: int
    capacity: Array
    laws: Mapping[str, Array]


@dataclass(frozen=True, slots=True)
class Estimate:
    """A number of a closure: value, standard error over seeds, error of the grid, and the interval of both together."""

    value: float
    seeds: float
    grid: float
    low: float
    high: float


@dataclass(frozen=True)
class Closure:
    """Effective laws of plated lithium.

    currents    A/m2, rising, (n,);  capacities: C/m2, rising, (m,)
    values, seeds, grids, half  by law, (n, m): the number, its standard error over seeds, that of the grid, half the interval
    runs        how many made it;  cells: sizes of cells, m, finest first
    deep        laws that a run in three dimensions stands beside at every current density
    assumption  what has to hold
    """

    currents: Array
    capacities: Array
    values: Mapping[str, Array]
    seeds: Mapping[str, Array]
    grids: Mapping[str, Array]
    half: Mapping[str, Array]
    runs: int
    cells: tuple[float, ...]
    deep: frozenset[str]
    assumption: str = field(default=ASSUMPTION)

    def __call__(self, law: str, capacity: Given, current: Given) -> Estimate:
        """A law at a charge plated and a current density, e.g. closure("area", "2 mAh/cm2", "1 mA/cm2").

        Raises InputError outside the range of the runs, for an unknown law, and for one that two dimensions do not tell.
        """
        self._check_law(law)
        Q = parse_as(ArealCapacity, capacity, "capacity").value
        i = parse_as(CurrentDensityMagnitude, current, "current_density").value
        _check_inside("capacity", Q, self.capacities, MAH_PER_CM2, "mAh/cm2")
        _check_inside("current_density", i, self.currents, 10.0, "mA/cm2")
        value, seeds, grid, half = (self._at(table[law], Q, i) for table in (self.values, self.seeds, self.grids, self.half))
        least, most = BOUNDS.get(law, (0.0, math.inf))
        return Estimate(value, seeds, grid, max(value - half, min(least, value)), min(value + half, max(most, value)))

    def _at(self, table: Array, Q: float, i: float) -> float:
        Q = min(max(Q, self.capacities[0]), self.capacities[-1])
        if len(self.currents) == 1:
            return float(np.interp(Q, self.capacities, table[0]))
        i = min(max(i, self.currents[0]), self.currents[-1])
        return float(RegularGridInterpolator((self.currents, self.capacities), table)((i, Q)))

    def _check_law(self, law: str) -> None:
        if law not in LAWS:
            raise InputError("law", f'= "{law}" is not known', expected=", ".join(LAWS), do=nearest(law, list(LAWS)))
        if law in RIDGES and law not in self.deep:
            raise InputError(
                "law", f'= "{law}" comes from runs in two dimensions alone',
                expected="a run in three dimensions beside them at every current density",
                why="In two dimensions tips are ridges: they focus less current and part less lithium",
                do='Add a result of PhaseField(depth="12 um") on the coarsest cells to those of the closure',
            )  # fmt: skip
        if law not in self.values:
            raise InputError("law", f'= "{law}" is not in these runs', expected=", ".join(self.values),
                             why="Dead lithium shows when it is stripped",
                             do="Strip what was plated in the same program")  # fmt: skip


def _check_inside(name: str, value: float, axis: Array, unit: float, text: str) -> None:
    low, high = float(axis[0]), float(axis[-1])
    slack = 1e-9 * high
    if not low - slack <= value <= high + slack:
        near = low if value < low else high
        raise InputError(
            name, f"= {value / unit:.4g} {text} lies outside the runs that the closure was made from",
            expected=f"{low / unit:.10g} to {high / unit:.10g} {text}",
            why="A law of the shape of lithium says nothing beyond the runs that it is read from",
            do=f'Run the phase field there as well, or write {name} = "{near / unit:.10g} {text}"',
        )  # fmt: skip


def closure(results: Sequence[Result]) -> Closure:
    """Effective laws from runs of the phase field: for each current density at least two seeds and two sizes of cells.

    Raises InputError for results of other models, runs that did not go through, and too few of them.
    """
    return closure_of([plated(result) for result in results])


def closure_of(runs: Sequence[Plated]) -> Closure:
    """The same from what was read of the runs."""
    flat = sorted((run for run in runs if run.dimensions == 2), key=lambda run: run.current)
    by_current = [(i, list(group)) for i, group in groupby(flat, key=lambda run: round(run.current, 9))]
    if not by_current:
        raise InputError("results", "has no run in two dimensions", expected="at least two seeds and two sizes of cells",
                         do="Give results of PhaseField without depth")  # fmt: skip
    for i, group in by_current:
        _check_enough(i, group)
    first = max(run.capacity[0] for run in runs)
    last = min(run.capacity[-1] for run in runs)
    if not last > first:
        raise InputError("results", "have no range of charge in common", expected="runs that plate the same charge",
                         do="Plate more than 1 um of dense lithium in each: 0.25 mAh/cm2 or more")  # fmt: skip
    capacities = np.linspace(first, last, POINTS)
    names = [name for name in LAWS if all(name in run.laws for run in flat)]
    deep = [run for run in runs if run.dimensions == 3]
    known = {name for name in names if all(_beside(name, group, deep) for _, group in by_current)}
    tables = {name: [_table(name, group, deep, capacities) for _, group in by_current] for name in names}
    value, seeds, grid, half = ({n: np.array([row[k] for row in rows]) for n, rows in tables.items()} for k in range(4))
    return Closure(
        np.array([i for i, _ in by_current]), capacities, value, seeds, grid, half, len(runs),
        tuple(sorted({run.size for run in runs})), frozenset(known),
    )  # fmt: skip


def _check_enough(i: float, group: list[Plated]) -> None:
    sizes, seeds = {run.size for run in group}, {run.seed for run in group}
    if len(sizes) > 1 and len(seeds) > 1 and any(len(_of(group, size)) > 1 for size in sizes):
        return
    raise InputError(
        "results", f"has {len(seeds)} seeds on {len(sizes)} sizes of cells at {i / 10:.4g} mA/cm2",
        expected="at least two seeds on the same cells and two sizes of cells",
        why="A law without an error is no law: seeds give the scatter, cells the error of the grid",
        do="Add a run with another seed (another row of the map of a rest), and one with smaller cells",
    )  # fmt: skip


def _of(group: Sequence[Plated], size: float) -> list[Plated]:
    return [run for run in group if run.size == size]


def _beside(name: str, group: list[Plated], deep: Sequence[Plated]) -> list[Plated]:
    """Runs in three dimensions at the current of a group that tell a law: on the finest cells that both have.

    Raises InputError where they are on cells that no run in two dimensions has: grids and dimensions could not be told apart.
    """
    mine = [run for run in deep if abs(run.current - group[0].current) < 1e-9 and name in run.laws]
    shared = {run.size for run in mine} & {run.size for run in group}
    if mine and not shared:
        sizes = ", ".join(f"{run.size * 1e9:g}" for run in group)
        raise InputError(
            "results", f"has a run in three dimensions on cells of {mine[0].size * 1e9:g} nm", expected=f"one of {sizes} nm",
            why="It is held against runs in two dimensions on the same cells", do="Run both on cells of one size",
        )  # fmt: skip
    return _of(mine, min(shared)) if shared else []


def _table(name: str, group: list[Plated], runs: Sequence[Plated], Q: Array) -> tuple[Array, Array, Array, Array]:
    """A law at one current, (m,) each: value on the finest cells, standard error over seeds, of the grid, half the interval.

    runs  in three dimensions: what they differ by from those in two on the same cells is added to the error of the grid
    """

    def seen(of: Sequence[Plated]) -> Array:
        return np.array([np.interp(Q, run.capacity, np.broadcast_to(run.laws[name], run.capacity.shape)) for run in of])

    sizes = sorted({run.size for run in group})
    fine, coarser = _of(group, sizes[0]), _of(group, sizes[1])
    both = {run.seed for run in fine} & {run.seed for run in coarser}
    if not both:
        raise InputError("results", "has no seed on both of the finest cells", expected="one seed on every size of cells",
                         why="Another seed is another surface", do="Run the first seed on all of them")  # fmt: skip
    alike = [seen([run for run in of if run.seed in both]).mean(0) for of in (fine, coarser)]
    many = max((_of(group, size) for size in sizes), key=len)
    scatter = seen(many).std(0, ddof=1)
    error = scatter / math.sqrt(len(fine))
    grid = np.abs(alike[0] - alike[1])
    deep = _beside(name, group, runs)
    if deep:
        grid = grid + np.abs(seen(deep).mean(0) - seen(_of(group, deep[0].size)).mean(0))
    width = float(student.ppf(0.5 + CONFIDENCE / 2, len(many) - 1))
    return seen(fine).mean(0), error, grid, width * error + grid


def plated(result: Result) -> Plated:
    """The laws that one run of the phase field shows. Raises InputError for another model and a run that did not go through."""
    if "deposit" not in result.tree.children:
        raise InputError("results", "has a result without a deposit", expected='results of the model "phase-field"',
                         do='Run the cell with ls.PhaseField(width="64 um", height="48 um")')  # fmt: skip
    if result.status.end is not End.COMPLETED:
        raise InputError("results", f"has a run that did not go through: {result.status}", expected="completed runs",
                         why="What is marked or cut short is in no law", do="Leave it out, or take smaller cells")  # fmt: skip
    model, cell = PhaseField.parse(result.manifest.inputs["model"]), Cell.parse(result.manifest.inputs["cell"])
    trace = result.trace
    Q, passing = -trace["charge_passed"].values, -trace["current_density"].values
    on = np.flatnonzero(passing > 0)
    current = float(passing[on[0]]) if len(on) else 0.0
    if not len(on) or np.ptp(passing[on]) > 1e-9 * current:
        raise InputError("results", "has a run that plates at no current density or at several", expected="one current density",
                         do='Plate with one step: ls.Current("-1 mA/cm2", {"capacity": "2 mAh/cm2"})')  # fmt: skip
    if np.any(np.diff(on) != 1):
        raise InputError(
            "results", "has a run that plates, stops and plates again", expected="one plating without a break",
            why="A closure takes a deposit to be told by the charge plated, and a break lets films grow or lithium dissolve",
            do='Plate with one step: ls.Current("-1 mA/cm2", {"capacity": "2 mAh/cm2"})',
        )  # fmt: skip
    laws = _laws(result, cell, current, slice(on[0], on[-1] + 1))
    deposit = result.tree["deposit"].to_dataset()
    dense = np.asarray(deposit["dense_thickness"].values, float)
    until = int(np.argmax(dense)) + 1
    gained = (deposit["deposit_thickness"].values - deposit["deposit_thickness"].values[0])[:until]
    shots = dense[:until] * FARADAY / lookup("lithium.molar_volume").to("m3/mol")
    keep = np.flatnonzero(dense[:until] >= LEAST_DENSE_M)
    if not len(keep):
        raise InputError("results", "has a run that plates less than 1 um", expected="more", do="Plate 0.5 mAh/cm2 or more")
    at = shots[keep]
    rising = np.maximum.accumulate(Q[on])
    found = {name: np.interp(at, rising, values) for name, values in laws.items()}
    ratio = gained[keep] / dense[keep]
    found |= {"thickness_ratio": ratio, "porosity": np.clip(1 - 1 / np.maximum(ratio, 1e-3), 0.0, 1.0)}
    if (passing < 0).any():
        dead = float(trace["working_dead_lithium"].values[-1]) / float(Q.max())
        found["dead_fraction"] = np.full(len(keep), dead)
    return Plated(current, model.cell_size.value, model.seed, 3 if model.depth else 2, at, found)


def _laws(result: Result, cell: Cell, current: float, on: slice) -> dict[str, Array]:
    """Laws that every time step of the plating tells.

    The film is what the potential of the electrode leaves for it: |E| = R i / A + 2 V_T asinh(i / (2 i0 A)).
    """
    from lithoscope.physics.cell.params import numbers

    trace, found = result.trace, numbers(cell)
    area = trace["surface_area"].values[on]
    salt = trace["working_salt_concentration"].values[on] / found.concentration
    i0 = found.working.exchange_current_density * np.sqrt(np.maximum(salt, 1e-12))
    kinetic = overpotential(current / area, i0, 0.0, found.temperature)
    film = (np.abs(trace["working_potential"].values[on]) - kinetic) * area / current
    return {"area": area, "tip_ratio": trace["tip_ratio"].values[on], "film_resistance": np.asarray(film)}
