"""A fibre host on the grid: whether it can be there, and the obstacle that it is."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from lithoscope.design.fibres import FibreHost, offsets
from lithoscope.errors import InputError
from lithoscope.physics.morphology.grid import Grid
from lithoscope.physics.morphology.obstacle import EDGE, Obstacle, obstacle

if TYPE_CHECKING:
    from lithoscope.physics.morphology.model import PhaseField

FINE = 4
"""Cells across a fibre: an obstacle begins over two of them."""

APART = 2
"""Cells between two fibres."""


def check_host(model: PhaseField, base: float, clear: int) -> None:
    """Whether the host of a model suits its grid and its lithium. Raises InputError.

    base   lithium below the mean surface at the start, m
    clear  cells that stay free below and above a host
    """
    host = model.host
    if host is None:
        return
    _check_fineness(host, model.cell_size.value)
    _check_place(host, model, base, clear)
    if model.film is not None:
        raise InputError(
            "model.film",
            "is given together with a host",
            expected="one of them",
            why="What a moving surface carries is not followed where it ends on fibres",
            do="Leave film out: the native film of the cell stays on the surface as a resistance",
        )
    try:
        host.axes(model.width.value, periodic=model.sides == "periodic")
    except InputError as error:
        raise error.under("model.host") from None


def _check_fineness(host: FibreHost, size: float) -> None:
    for name, length, cells in (("diameter", host.diameter.value, FINE), ("gap", host.least_gap, APART)):
        if length < cells * size * (1 - 1e-9):
            raise InputError(
                "model.cell_size",
                f"= {_um(size)} does not resolve fibres with a {name} of {_um(length)}",
                expected=f"at most {_um(length / cells)}, {cells} cells",
                why="Fibres and the surface of lithium are smoothed over some cells",
                do=f'Write cell_size = "{_um(length / cells)}"',
            )


def _check_place(host: FibreHost, model: PhaseField, base: float, cells: int) -> None:
    clear = cells * model.cell_size.value
    if host.sunk.value > base - clear + 1e-12:
        raise InputError(
            "model.host.sunk",
            f"= {host.sunk} reaches below the {_um(base)} of lithium less {cells} cells",
            expected=f"at most {_um(base - clear)}",
            why="Below its fibres a host stands on lithium",
            do=f'Write base = "{_um(host.sunk.value + clear)}" in the model, or sunk = "{_um(base - clear)}"',
        )
    top = base - host.sunk.value + host.height.value + clear
    block = 32 * model.cell_size.value
    if top > model.height.value * (1 + 1e-9):
        raise InputError(
            "model.host.height",
            f"= {host.height} ends {_um(top - clear)} above the bottom of the domain, which is {model.height} high",
            expected=f"at most {_um(host.height.value - (top - model.height.value))}",
            why=f"Between a host and the separator lie {cells} cells of electrolyte",
            do=f'Write height = "{_um(math.ceil(top / block) * block)}" in the model, or a lower host',
        )


def in_the_way(host: FibreHost, grid: Grid, base: float) -> Obstacle:
    """The fibres on a grid.

    base  lithium below the mean surface at the start, m

    Smoothed over its edge a circle has more area than it should, pi (R^2 + (EDGE spacing)^2 / 3): it is drawn smaller.
    """
    radius, width = host.diameter.value / 2, grid.shape[1] * grid.spacing
    axes = host.axes(width, periodic=not grid.closed)
    drawn = math.sqrt(radius**2 - (EDGE * grid.spacing) ** 2 / 3)
    section = np.stack(np.meshgrid(grid.centres(0), grid.centres(1), indexing="ij"), -1)
    up_from = np.array([base - host.sunk.value, 0.0])
    distance = np.full(grid.shape[:2], np.inf)
    for axis in axes:
        up, across = offsets(section, axis + up_from, width, not grid.closed)
        distance = np.minimum(distance, np.hypot(up, across) - drawn)
    everywhere = np.broadcast_to(distance.reshape(*grid.shape[:2], *(1 for _ in grid.shape[2:])), grid.shape)
    along = math.prod(grid.shape[2:]) * grid.spacing ** len(grid.shape[2:])
    return obstacle(grid, everywhere, conducting=host.conducting, surface=2 * math.pi * radius * len(axes) * along)


def real_porosity(beside: Obstacle, host: FibreHost, grid: Grid) -> float:
    """Porosity of a mat as it is on the grid: what a whole number of fibres leaves."""
    solid: NDArray[np.float64] = 1 - np.asarray(beside.room)
    return 1 - float(solid.sum()) * grid.spacing / grid.columns / host.height.value


def _um(length: float) -> str:
    return f"{length * 1e6:.4g} um"
