"""Does a host keep its lithium inside? Where lithium is stripped and where it comes back, over what nobody knows of it.

The question of the paper of the fibre host: an insulating matrix is said to be stripped from the top and filled from inside, a
conducting one to clog its top. The law of the front is a modelling choice, so the answer is asked over all of its numbers.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from lithoscope.analysis.hosts import host_profiles
from lithoscope.data import lookup
from lithoscope.design import Cell, Host
from lithoscope.design.host import FRONT_FIELDS
from lithoscope.physics.cell import PorousHost
from lithoscope.protocol import Current, Program
from lithoscope.result import Result
from lithoscope.run import run

Array = NDArray[np.float64]

MATRICES: Mapping[str, Mapping[str, float]] = {
    "insulating": {"matrix_conductivity": 1e-6, "front.matrix_plating": 0.0},
    "conducting": {"matrix_conductivity": 100.0, "front.matrix_plating": 0.3},
}
"""What tells an insulating matrix from a conducting one, SI."""

CLOGGED = 0.9
"""Share of the room at the top beyond which it counts as clogged."""

TOP = 0.05
"""Share of the thickness that counts as the top."""


@dataclass(frozen=True, slots=True)
class Confinement:
    """Where the lithium of a host went and came from in a strip and the plating of the same charge.

    stripped_depth  mean depth of what was stripped, over the thickness: 0.5 is even, less is from the top
    plated_depth    mean depth of the first three fifths that were plated back, over the thickness
    top_before, top_stripped, top_after   lithium fraction in the uppermost twentieth
    top_filled      share of the room for lithium at the top that is filled at the end
    orphaned        largest share of the lithium without electrons
    front           depth of the front after stripping, m
    outgrown        thickness of lithium on top at the end, m
    end             how the run ended
    """

    stripped_depth: float
    plated_depth: float
    top_before: float
    top_stripped: float
    top_after: float
    top_filled: float
    orphaned: float
    front: float
    outgrown: float
    end: str

    @property
    def strips_from_the_top(self) -> bool:
        """Whether more comes from the upper half than from the lower."""
        return self.stripped_depth < 0.45

    @property
    def fills_from_inside(self) -> bool:
        """Whether what is plated first goes deeper than what was stripped."""
        return self.plated_depth > self.stripped_depth

    @property
    def clogs_its_top(self) -> bool:
        """Whether the top ends full."""
        return self.top_filled > CLOGGED


def strip_and_plate(capacity: float = 5.0, current_density: float = 1.0) -> Program:
    """Strip a capacity, plate three fifths of it, plate the rest; mAh/cm2 and mA/cm2."""
    shares = ((1.0, 1), (0.6, -1), (0.4, -1))
    return Program([
        Current(f"{sign * current_density!r} mA/cm2", {"capacity": f"{share * capacity!r} mAh/cm2"}) for share, sign in shares
    ])  # fmt: skip


def confinement(cell: Cell, model: PorousHost, program: Program | None = None) -> Confinement:
    """Strip and plate a host, and see where its lithium went. Raises InputError for a cell without one."""
    model.check_suits(cell)
    host = cell.working
    assert isinstance(host, Host)  # any other was refused
    return measured(run(cell, program or strip_and_plate(), model, progress=False), host)


def measured(result: Result, host: Host) -> Confinement:
    """The confinement in a result of `strip_and_plate`."""
    trace, starts = result.trace, result.steps["start_time"].to_numpy()
    time, _, s = host_profiles(result)
    stages = [s[np.searchsorted(time, start + duration - 1e-6)] for start, duration in
              zip(starts, result.steps["duration"].to_numpy(), strict=True)]  # fmt: skip
    before, stripped = s[0], stages[0]
    later = stages[1] if len(stages) > 1 else stripped
    top = max(1, round(TOP * s.shape[1]))
    total = trace["working_host_lithium"].values
    return Confinement(
        stripped_depth=_mean_depth(before - stripped),
        plated_depth=_mean_depth(later - stripped),
        top_before=host.lithium_fraction.value,
        top_stripped=float(stripped[:top].mean()),
        top_after=float(stages[-1][:top].mean()),
        top_filled=float(stages[-1][:top].mean()) / host.largest_lithium_fraction,
        orphaned=float(np.max(trace["working_orphaned_lithium"].values / total)),
        front=float(np.max(trace["working_front_depth"].values)),
        outgrown=float(trace["working_thickness_change"].values[-1]),
        end=result.status.word,
    )


def _mean_depth(amount: Array) -> float:
    """Mean depth of an amount over the thickness, 0 to 1; nan if there is none."""
    depth = (np.arange(len(amount)) + 0.5) / len(amount)
    total = float(np.sum(amount))
    return float(np.sum(amount * depth)) / total if total else float("nan")


@dataclass(frozen=True, slots=True)
class Place:
    """One point of the map: what was changed, to which value, and what came out.

    matrix   "insulating" or "conducting"
    changed  path of the number of the host that was changed; empty for the reference
    value    SI
    """

    matrix: str
    changed: str
    value: float
    found: Confinement


def front_ends() -> Iterator[tuple[str, float]]:
    """Both ends of the range of every number of the law of the front that matters for where lithium goes, and of the share of
    the surface that takes part.
    """
    for name in ("growth_length", "seed_fraction", "percolation_threshold", "half_fraction", "largest_filling",
                 "lithium_conductivity", "bruggeman_exponent"):  # fmt: skip
        for end in _range(name, FRONT_FIELDS[name]):
            yield f"front.{name}", end
    for end in _range("area_share", "1"):
        yield "area_share", end


def _range(name: str, unit: str) -> tuple[float, float]:
    found = lookup(f"host.{name}").quantity(unit)
    assert found.low is not None  # every record of the front has a range; a test says so
    assert found.high is not None
    return found.low, found.high


def confinement_map(
    cell: Cell,
    model: PorousHost,
    changes: Sequence[tuple[str, float]] | None = None,
    matrices: Mapping[str, Mapping[str, float]] = MATRICES,
    program: Program | None = None,
) -> Iterator[Place]:
    """The confinement of a host with an insulating and with a conducting matrix, one number changed at a time.

    cell     with a host
    changes  path below the host and value, SI; both ends of every range if not given
    program  from `strip_and_plate`; 5 mAh/cm2 at 1 mA/cm2 if not given
    """
    for matrix, path, value, changed in variants(cell, changes, matrices):
        yield Place(matrix, path, value, confinement(changed, model, program))


def variants(
    cell: Cell,
    changes: Sequence[tuple[str, float]] | None = None,
    matrices: Mapping[str, Mapping[str, float]] = MATRICES,
) -> Iterator[tuple[str, str, float, Cell]]:
    """Matrix, path, value and cell of each point of `confinement_map`; the first of each matrix is the reference."""
    for matrix, numbers in matrices.items():
        reference = cell
        for path, value in numbers.items():
            reference = _with(reference, path, value)
        for path, value in (("", 0.0), *(front_ends() if changes is None else changes)):
            yield matrix, path, value, _with(reference, path, value) if path else reference


def _with(cell: Cell, path: str, value: float) -> Cell:
    """The cell with a number of its host changed, SI."""
    unit = {**FRONT_FIELDS, "matrix_conductivity": "S/m", "area_share": "1"}[path.rpartition(".")[2]]
    return cell.changed(f"working.{path}", value if unit == "1" else f"{value!r} {unit}")
