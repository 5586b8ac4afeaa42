"""Whether a phase field can run a program on a cell: asked before anything is computed."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

from lithoscope.constants import FARADAY
from lithoscope.data import lookup
from lithoscope.errors import InputError
from lithoscope.physics.morphology.elliptic.coarsening import nearest, suits
from lithoscope.physics.morphology.hosts import check_host
from lithoscope.protocol import Current, Rest, Voltage

if TYPE_CHECKING:
    from lithoscope.design import Cell
    from lithoscope.physics.morphology.model import PhaseField
    from lithoscope.protocol import Program
    from lithoscope.units import Quantity

CLEAR_CELLS = 12
"""Cells that stay free of the surface at the bottom and the top: the profile reaches ten cells."""

PEAKS = 3.5
"""Highest peak of a random surface over its rms."""

FINE = 8
"""Cells for each correlation length: below, the surface itself, which is four cells thick, is as wide as what is on it."""

MOST_CELLS = 2**27


@dataclass(frozen=True, slots=True)
class Plan:
    """What a run needs: shape of the grid, height first; lithium below the mean surface at the start, m."""

    shape: tuple[int, ...]
    base: float


def check(model: PhaseField, cell: Cell, program: Program) -> Plan:
    """The plan of a run. Raises InputError for what cannot be run, with what can."""
    _check_cell(cell)
    _check_program(program)
    _check_fineness(model)
    if model.start:
        model.start.check_on(model.film, {name: length.value for name, length in _lengths(model).items() if name != "height"})
    shape = _shape(model)
    stripped, plated = _depths(program)
    peak = PEAKS * model.roughness.value + (model.start.deepest if model.start else 0.0)
    clear = CLEAR_CELLS * model.cell_size.value
    _check_lithium(cell, stripped)
    if model.host is not None:
        # Lithium that comes and goes between fibres moves its surface further.
        stripped, plated = (depth / model.host.porosity.value for depth in (stripped, plated))
    base = model.base.value if model.base else stripped + peak + clear
    if base < stripped + peak + clear:
        raise InputError(
            "model.base",
            f"= {_um(base)} is less than the {_um(stripped)} that are stripped, peaks of {_um(peak)} and {CLEAR_CELLS} cells",
            expected=f"at least {_um(stripped + peak + clear)}",
            why="The lowest points of the surface would reach the bottom of the domain",
            do=f'Leave base out, or write base = "{_um(stripped + peak + clear)}"',
        )
    needed = base + plated + peak + clear
    if model.height.value < needed:
        size = model.cell_size.value
        enough = nearest((math.ceil(needed / size), *shape[1:]))[0]
        if enough * size < needed:
            enough = next(n for n in range(math.ceil(needed / size), 100 * enough) if suits((n, *shape[1:])))
        raise InputError(
            "model.height",
            f"= {model.height} is too small: lithium that begins at {_um(base)}, {_um(plated)} that are plated, peaks of "
            f"{_um(peak)} and {CLEAR_CELLS} cells above come to {_um(needed)}",
            expected=f"at least {_um(needed)}",
            why="Porous lithium is higher than dense lithium, so that more is better",
            do=f'Write height = "{_um(enough * size)}"',
        )
    check_host(model, base, CLEAR_CELLS)
    return Plan(shape, base)


def _um(length: float) -> str:
    return f"{length * 1e6:.4g} um"


def _check_cell(cell: Cell) -> None:
    if cell.working.kind != "foil":
        raise InputError(
            "model.kind",
            f'= "phase-field" is a model of foils, and the working electrode is a {cell.working.kind}',
            expected="a cell whose working electrode is a foil",
            why="It follows the surface of lithium that is there from the start",
            do='Write working = { kind = "foil", thickness = "50 um" }',
        )
    if cell.counter_electrode.kind != "foil":
        raise InputError(
            "counter.kind",
            f'= "{cell.counter_electrode.kind}"',
            expected='"foil"',
            why="The phase field takes the counter electrode as a flat foil",
            do='Write counter = { kind = "foil", thickness = "50 um" }',
        )
    if cell.short is not None:
        raise InputError(
            "short",
            "is given, and a phase field has no electronic leak",
            expected="no short",
            why="It ends where lithium reaches the separator",
            do="Leave short out",
        )


def _check_program(program: Program) -> None:
    for visit in program.visits():
        if not isinstance(visit.step, Rest | Current | Voltage):
            raise InputError(
                "program.steps",
                f'has a step of kind "{visit.step.kind}"',
                expected='steps of kind "rest", "current" and "voltage"',
                why="A phase field has no double layer, which spectra and fast scans charge",
                do=f"Leave the {visit.step.kind} out, or run it with a model of the cell scale, e.g. model = ls.Planar()",
            )


def _check_fineness(model: PhaseField) -> None:
    size, correlation = model.cell_size.value, model.correlation_length.value
    if model.roughness.value > 0 and FINE * size > correlation * (1 + 1e-9):
        raise InputError(
            "model.cell_size",
            f"= {model.cell_size} is too coarse for a surface that varies over {model.correlation_length}",
            expected=f"at most {_um(correlation / FINE)}",
            why="The smoothed surface is four cells thick and must be thin beside what is on it",
            do=f'Write cell_size = "{_um(correlation / FINE)}"',
        )
    if model.roughness.value > 0 and model.width.value < 2 * correlation:
        raise InputError(
            "model.width",
            f"= {model.width} is less than two correlation lengths of the surface, {model.correlation_length}",
            expected=f"at least {_um(2 * correlation)}",
            why="A domain that repeats itself holds no wave longer than its width",
            do=f'Write width = "{_um(4 * correlation)}"',
        )


def _lengths(model: PhaseField) -> dict[str, Quantity]:
    """Of the domain, height first, by the name of the field."""
    return {"height": model.height, "width": model.width} | ({"depth": model.depth} if model.depth else {})


def _shape(model: PhaseField) -> tuple[int, ...]:
    size = model.cell_size.value
    lengths = _lengths(model)
    shape = []
    for name, length in lengths.items():
        cells = round(length.value / size)
        if abs(cells * size - length.value) > 1e-6 * length.value or cells < 4:
            raise InputError(
                f"model.{name}",
                f"= {length} is {length.value / size:.6g} cells of {model.cell_size}",
                expected="a whole number of cells, at least 4",
                do=f'Write {name} = "{_um(max(cells, 4) * size)}"',
            )
        shape.append(cells)
    if math.prod(shape) > MOST_CELLS:
        coarser = size * (math.prod(shape) / MOST_CELLS) ** (1 / len(shape))
        raise InputError(
            "model.cell_size",
            f"= {model.cell_size} makes {math.prod(shape):.3g} cells",
            expected=f"at most {MOST_CELLS:.3g} cells",
            why="They would not fit into the memory of one machine",
            do=f'Write cell_size = "{_um(2 ** math.ceil(math.log2(coarser / size)) * size)}", or a smaller domain',
        )
    _check_halving(model, tuple(shape), list(lengths))
    return tuple(shape)


def _check_halving(model: PhaseField, shape: tuple[int, ...], names: list[str]) -> None:
    if suits(shape):
        return
    near = nearest(shape)
    size = model.cell_size.value
    wrong = next(name for name, n, m in zip(names, shape, near, strict=True) if n != m)
    written = ", ".join(f'{name} = "{_um(n * size)}"' for name, n in zip(names, near, strict=True))
    raise InputError(
        f"model.{wrong}",
        f"makes a grid of {' x '.join(map(str, shape))} cells, which cannot be halved to a coarse grid",
        expected="numbers of cells with many factors of two and of similar size",
        why="The equations are solved on a sequence of grids, each with half the cells of the last along every axis",
        do=f"Write {written}",
    )


def _depths(program: Program) -> tuple[float, float]:
    """Dense lithium that a program strips below and plates above the surface of the start at most, m."""
    per_charge = lookup("lithium.molar_volume").to("m3/mol") / FARADAY
    passed = lowest = highest = 0.0
    for visit in program.visits():
        if isinstance(visit.step, Current):
            passed -= visit.step.current_density.value * visit.step.duration
        lowest, highest = min(lowest, passed), max(highest, passed)
    return -lowest * per_charge, highest * per_charge


def _check_lithium(cell: Cell, stripped: float) -> None:
    thickness = cell.foil.thickness
    if stripped >= thickness.value:
        raise InputError(
            "working.thickness",
            f"= {thickness} is less than the program strips, {_um(stripped)} of lithium",
            expected=f"more than {_um(stripped)}",
            why="A phase field does not follow a foil to its last layer",
            do=f'Write thickness = "{_um(2 * stripped)}", or strip less',
        )
