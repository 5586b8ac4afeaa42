"""Makes a ready run on its grids and keeps what a study needs of it: small numbers, a picture of the metal, how it ended."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from lithoscope.analysis.morphologies import Morphology
from lithoscope.errors import End
from lithoscope.physics.contract import silent
from lithoscope.result.manifest import Manifest
from lithoscope.studies.deposits.cycling import cycled
from lithoscope.studies.deposits.grids import Converged, studied
from lithoscope.units import MAH_PER_CM2

if TYPE_CHECKING:
    from lithoscope.physics.contract import Report
    from lithoscope.result import Result
    from lithoscope.studies.deposits.ready import Ready

UM = 1e6

COMPLETED = End.COMPLETED.value[0]

NUMBERS = ("thickness_ratio", "roughness", "tip_ratio", "largest_area", "voltage", "dead_share")
"""What is kept of a run; see `numbers`."""

PIXEL_UM = 0.5
"""Size of a pixel of the picture of a foil: the coarsest cell."""

SHADES = "0123456789"
"""Metal fraction in tenths, as a picture writes it."""


@dataclass(frozen=True, slots=True)
class Made:
    """One run of a grid study.

    size       of the cells, nm;  seed: of surface and film
    ended      word of its status;  sentence: all of it
    capacity, thickness  mAh/cm2 and um at the snapshots; the thickness is that gained since the start
    numbers    see `numbers`, and `cycling.cycled` where a film cracks or is cycled
    residual   of the lithium ledger, relative;  notes: of the run
    run_id     of it;  wall: s
    picture    metal at the end, rows from the top, in tenths
    """

    size: float
    seed: int
    ended: str
    sentence: str
    capacity: tuple[float, ...]
    thickness: tuple[float, ...]
    numbers: dict[str, float]
    residual: float
    notes: tuple[str, ...]
    run_id: str
    wall: float
    picture: tuple[str, ...] = ()

    @property
    def usable(self) -> bool:
        """Whether its numbers are to be used: it went through its program, and nothing in it is marked as wrong."""
        return self.ended == COMPLETED


@dataclass(frozen=True, slots=True)
class Study:
    """A ready run on its grids, and on the coarsest with other seeds."""

    name: str
    runs: tuple[Made, ...]

    @property
    def grids(self) -> tuple[Made, ...]:
        """The runs of the first seed, coarsest first."""
        return tuple(run for run in self.runs if run.seed == self.runs[0].seed)

    @property
    def finest(self) -> Made:
        """The run on the finest grid."""
        return self.grids[-1]

    @property
    def names(self) -> tuple[str, ...]:
        """Of the numbers that were kept."""
        return tuple(self.runs[0].numbers)

    @property
    def unusable(self) -> tuple[Made, ...]:
        """Runs whose numbers are not to be used."""
        return tuple(run for run in self.runs if not run.usable)

    def number(self, name: str) -> Converged:
        """A number on the grids. Only runs that can be used count."""
        usable = [run for run in self.grids if run.usable]
        return studied([run.size for run in usable], [run.numbers[name] for run in usable], len(self.grids))

    @property
    def seeded(self) -> bool:
        """Whether it was run with other seeds."""
        return any(run.seed != self.runs[0].seed for run in self.runs)

    def beside(self, name: str) -> tuple[float, float] | None:
        """How far the number of another seed lies below and above that of the first, on the coarsest grid; 0 without others.

        Where the first cannot be used, nobody knows where among the others it would lie: the whole way between them counts on
        both sides. None where fewer than two of several seeds can be used.
        """
        first = self.runs[0]
        if not self.seeded:
            return 0.0, 0.0
        seen = [run.numbers[name] for run in self.runs if run.usable and run.size == first.size]
        if len(seen) < 2:
            return None
        low, high = min(seen), max(seen)
        return (first.numbers[name] - low, high - first.numbers[name]) if first.usable else (high - low, high - low)


def make(ready: Ready, report: Report = silent) -> Study:
    """Make all runs of a grid study; minutes."""
    made = []
    for n, (size, seed) in enumerate(ready.plan):
        report(n / len(ready.plan), f"{ready.name}, cells of {size:g} nm, seed {seed}")
        made.append(make_one(ready, size, seed))
    return Study(ready.name, tuple(made))


def make_one(ready: Ready, size: float, seed: int) -> Made:
    """One of its runs."""
    cell, program, model = ready.inputs(size, seed)
    run_id = Manifest(ready.written(size, seed)).run_id
    if ready.rested:
        cell, model = ready.rested.on(cell, model, seed)
    result = model.simulate(cell, program, silent)
    capacity, thickness = gained(result)
    seen = numbers(result) | cycled(result, model) | (at_first(result) if ready.rested else {})
    return Made(
        size=size, seed=seed, ended=result.status.end.value[0], sentence=str(result.status),
        capacity=capacity, thickness=thickness, numbers=seen, residual=result.ledger.residual,
        notes=tuple(result.manifest.notes), run_id=run_id, wall=result.manifest.wall_s,
        picture=picture(result, ready.grids[0] / 1000),
    )  # fmt: skip


def gained(result: Result) -> tuple[tuple[float, ...], tuple[float, ...]]:
    """Charge plated, mAh/cm2, and thickness gained, um, at the snapshots.

    The thickness is measured from that of the first snapshot: a diffuse surface is thick by itself, 2.9 times its width at a
    metal fraction of 0.05, and the start is rough.
    """
    deposit = result.tree["deposit"].to_dataset()
    times = deposit["time"].values
    passed = np.interp(times, result.trace["time"].values, -result.trace["charge_passed"].values)
    thickness = deposit["deposit_thickness"].values
    return _rounded(passed / MAH_PER_CM2), _rounded(UM * (thickness - thickness[0]))


LEAST_UM = 1.0
"""Dense lithium of the charge from which a thickness over it means something."""


def _rounded(values: np.ndarray[tuple[int, ...], np.dtype[np.float64]]) -> tuple[float, ...]:
    return tuple(round(float(value), 4) for value in values)


def numbers(result: Result) -> dict[str, float]:
    """What is kept of a run.

    thickness_ratio  thickness gained over that of dense lithium of the charge plated, at the end; 0 below 1 um
    roughness        rms of the height of the surface at the end, um;  tip_ratio: largest over mean current density at the end
    largest_area     of the surface over that of the electrode, at any time;  voltage: at the end, V
    dead_share       lithium without contact at the end over what was plated in all
    """
    trace, thickness = result.trace, gained(result)[1]
    dense = UM * float(result.tree["deposit"].to_dataset()["dense_thickness"].values[-1])
    plated = float(np.sum(np.clip(-np.diff(trace["charge_passed"].values), 0, None)))
    dead = float(trace["working_dead_lithium"].values[-1])
    return {
        "thickness_ratio": thickness[-1] / dense if dense > LEAST_UM else 0.0,
        "roughness": UM * float(trace["roughness"].values[-1]),
        "tip_ratio": float(trace["tip_ratio"].values[-1]),
        "largest_area": float(trace["surface_area"].values.max()),
        "voltage": float(trace["voltage"].values[-1]),
        "dead_share": dead / plated if plated else 0.0,
    }


def at_first(result: Result) -> dict[str, float]:
    """What a surface is before anything has grown: roughness, um, largest over mean current density, voltage, V."""
    trace = result.trace
    first = {
        "first_roughness": UM * trace["roughness"],
        "first_tip_ratio": trace["tip_ratio"],
        "first_voltage": trace["voltage"],
    }
    return {name: float(values.values[1]) for name, values in first.items()}


def picture(result: Result, pixel: float) -> tuple[str, ...]:
    """Metal at the end, from the top down, empty rows left out. pixel: size of one, um, that of the coarsest cell."""
    seen = Morphology(result)
    metal = seen.field("lithium_fraction")
    step = pixel / (UM * seen.spacing)
    rows, columns = (np.minimum((np.arange(int(n / step)) + 0.5) * step, n - 1).astype(int) for n in metal.shape)
    shades = np.clip((10 * metal[np.ix_(rows, columns)]).astype(int), 0, 9)
    occupied = np.flatnonzero(shades.max(1) > 0)
    return tuple("".join(SHADES[s] for s in shades[row]) for row in range(int(occupied[-1]), -1, -1))
