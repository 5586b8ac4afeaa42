"""Rest, then plating, then cell, in one go: each scale hands its result to the next through a bridge.

Assumes  what `rested` and `closures` assume. Rows of the map of the rest are the seeds of the closure: independent where they
         lie further apart than the surface varies. The counter electrode does not corrode.
Error    that of the closure, from rows and two sizes of cells; the difference of the two voltages, which is the error of taking
         the deposit for an even layer.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from lithoscope.constants import FARADAY
from lithoscope.data import lookup
from lithoscope.errors import End, InputError
from lithoscope.physics.bridge.closures import LEAST_DENSE_M, Closure, closure
from lithoscope.physics.bridge.plated import foil_under
from lithoscope.physics.bridge.rested import RestedSurface, film_from_rest
from lithoscope.physics.contract import silent
from lithoscope.physics.interphase.model import Interphase
from lithoscope.protocol import Current, Program, Rest
from lithoscope.units import MAH_PER_CM2

if TYPE_CHECKING:
    from lithoscope.design import Cell
    from lithoscope.physics.contract import Report
    from lithoscope.result import Result
    from lithoscope.units import Given

COARSER = 1.5
"""Size of the cells of the coarser grid over that of the finer one; 12 um hold whole numbers of 250, 375 and 500 nm."""

ROWS = 2
"""Rows of the map that are plated."""

HALF_MINUTE = "30 s"
"""Of the cell model: long beside the double layer and the seconds, L^2 / D_eff, in which the salt of a separator settles."""


@dataclass(frozen=True)
class RestedAndPlated:
    """What a rest did, what was plated on it, and what that means for the cell.

    rest      result of the interphase;  surface: the film and the pits of its first row
    platings  results of the phase field: the first row on fine cells, then every row on coarse ones
    closure   effective laws from them
    capacity  C/m2;  voltage: of the phase field, V;  cell_voltage: of the cell with area and film of the closure, V; (n,) each
    """

    rest: Result
    surface: RestedSurface
    platings: tuple[Result, ...]
    closure: Closure
    capacity: Any
    voltage: Any
    cell_voltage: Any


def check_plating(plating: Program) -> None:
    """Raise InputError for a plating that is too thin for a closure, before anything is run."""
    steps = [visit.step for visit in plating.visits()]
    plated = -sum(step.current_density.value * step.duration for step in steps if isinstance(step, Current))
    least = LEAST_DENSE_M * FARADAY / lookup("lithium.molar_volume").to("m3/mol")
    if plated < least:
        raise InputError(
            "plating", f"of {plated / MAH_PER_CM2:.2g} mAh/cm2 is less than a micrometre of lithium",
            expected=f"at least {least / MAH_PER_CM2:.2g} mAh/cm2, at negative current densities",
            why="A thickness below that is the width of the surface of a phase field",
            do='Write until = { capacity = "0.5 mAh/cm2" }',
        )  # fmt: skip


def rest_then_plate(
    cell: Cell, rest: Given, plating: Program, *, interphase: Interphase | None = None, report: Report = silent, **how: Any
) -> RestedAndPlated:
    """Let a cell rest, plate lithium on what that leaves, and bring area, film and voltage to the scale of the cell.

    rest        how long, e.g. "30 d";  plating: a program of one current density, e.g. 2 mAh/cm2 at 1 mA/cm2
    interphase  model of the rest, 12 um wide if not given;  how: see `plate_rested`

    Raises InputError for what a scale cannot run, and for a plating that did not go through.
    """
    check_plating(plating)
    report(0.0, "at rest")
    rested = (interphase or Interphase(edge=24)).simulate(cell, Program([Rest(rest)]), silent)
    return plate_rested(cell, rested, plating, report=report, **how)


def plate_rested(
    cell: Cell, rested: Result, plating: Program, *, height: str = "48 um", cell_size: str = "250 nm", rows: int = ROWS,
    report: Report = silent, **changes: Any,
) -> RestedAndPlated:  # fmt: skip
    """The same from the result of a rest.

    height, cell_size, changes  of the phase field
    rows                        of the map of the rest that are plated, at least two: they give the scatter
    """
    check_plating(plating)
    surfaces = _surfaces(rested, rows)
    foil, made = surfaces[0].cell(cell), []
    plan = [(0, 1.0), *((n, COARSER) for n in range(rows))]
    for n, (row, wider) in enumerate(plan):
        report((n + 1) / (len(plan) + 2), f"plating on row {row}")
        made.append(_plated(foil, surfaces[row], plating, height, cell_size, row, wider, changes))
    report(1 - 1 / (len(plan) + 2), "cell")
    effective = closure(made)
    fine = made[0].trace
    current = float(-fine["current_density"].values.min())
    voltage = np.interp(effective.capacities, -fine["charge_passed"].values, fine["voltage"].values)
    above = np.array([_cell_voltage(foil, effective, float(Q), current) for Q in effective.capacities])
    return RestedAndPlated(rested, surfaces[0], tuple(made), effective, effective.capacities, voltage, above)


def _surfaces(rested: Result, rows: int) -> list[RestedSurface]:
    first = film_from_rest(rested)
    edge = rested.tree["map"].sizes["along"]
    if not 2 <= rows <= edge:
        raise InputError("rows", f"= {rows} of a map with {edge}", expected=f"2 to {edge}", why="One row has no scatter",
                         do=f"Write rows = {min(max(rows, 2), edge)}" if edge > 1 else "Rest with edge = 24")  # fmt: skip
    return [first, *(film_from_rest(rested, row=n * (edge // rows)) for n in range(1, rows))]


def _plated(
    cell: Cell, surface: RestedSurface, plating: Program, height: str, cell_size: str, row: int, wider: float,
    changes: dict[str, Any],
) -> Result:  # fmt: skip
    model = surface.model(height, cell_size=cell_size, seed=row, **changes)
    if wider != 1:
        model = model.replaced(cell_size=f"{model.cell_size.value * wider * 1e9!r} nm")
    result = model.simulate(cell, plating, silent)
    if result.status.end is not End.COMPLETED:
        raise InputError("plating", f"did not go through: {result.status}", expected="a plating that the domain holds",
                         why="A run that ends early has no closure", do=f"{result.status.remedy or 'Plate less'}")  # fmt: skip
    return result


def _cell_voltage(cell: Cell, effective: Closure, Q: float, current: float) -> float:
    """Voltage of the cell half a minute into the current, with the electrode of the closure, V."""
    from lithoscope.physics.cell import Planar

    q, i = f"{Q / MAH_PER_CM2!r} mAh/cm2", f"{current / 10!r} mA/cm2"
    at_once = Program([Current(f"-{i}", {"duration": HALF_MINUTE})])
    result = Planar().simulate(foil_under(effective, cell, q, i), at_once, silent)
    return float(result.trace["voltage"].values[-1])
