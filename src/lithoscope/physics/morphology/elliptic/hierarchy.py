"""The levels in machine code: coefficients in single precision, in one block of memory, and the cycle through them.

`plan` has one line for each level: layers, rows, columns, and for each axis 2 if it is halved towards the next level, else 1.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from lithoscope.physics.morphology.elliptic.direct import factor, substitute
from lithoscope.physics.morphology.elliptic.layers import LEFT, width
from lithoscope.physics.morphology.elliptic.sweeps import RING, Stage, Vectors, down, up, wrap
from lithoscope.physics.morphology.machine import compiled, flat, in_place, view

RIGHT, FIELD, ACROSS_X, ACROSS_Y, ACROSS_Z, RECIPROCAL = range(6)
"""Fields of each level; the sink stands in the place of the right-hand side while the levels are built.
"""
FIELDS = 6

FINEST = 0
"""Level."""


@compiled
def size(plan: Any, level: int) -> int:
    """Numbers in one field of a level."""
    return (plan[level, 0] + 2) * _layer(plan, level)  # type: ignore[no-any-return]


@compiled
def _layer(plan: Any, level: int) -> int:
    return plan[level, 1] * width(plan[level, 2])  # type: ignore[no-any-return]


@compiled
def start(plan: Any, level: int) -> int:
    """Where the numbers of a level begin: its fields, layers of two intermediate ones, and a layer of sums. With the level
    after the last, how many numbers all need."""
    found = 0
    for each in range(level):
        found += FIELDS * size(plan, each) + (2 * RING + 1) * _layer(plan, each)
    return found


@in_place
def field(memory: int, plan: Any, level: int, which: int) -> Any:
    """A field of a level; `memory` is the address of the block."""
    begin = start(plan, level) + which * size(plan, level)
    return view(memory + 4 * begin, (plan[level, 0] + 2, plan[level, 1], width(plan[level, 2])), np.float32)


@in_place
def stage(memory: int, plan: Any, level: int) -> Stage:
    """All that a pass over a level needs."""
    layer = _layer(plan, level)
    after = memory + 4 * (start(plan, level) + FIELDS * size(plan, level))
    ring = (RING, plan[level, 1], width(plan[level, 2]))
    return Stage(
        field(memory, plan, level, RIGHT), field(memory, plan, level, FIELD),
        view(after, ring, np.float32), view(after + 4 * RING * layer, ring, np.float32),
        field(memory, plan, level, ACROSS_X), field(memory, plan, level, ACROSS_Y), field(memory, plan, level, ACROSS_Z),
        field(memory, plan, level, RECIPROCAL),
        view(after + 8 * RING * layer, (1, plan[level, 1], width(plan[level, 2])), np.float32), plan[level, 2],
    )  # fmt: skip


@compiled
def build(memory: int, plan: Any, faces: Any, sink: Any, band: Any, lateral: tuple[int, ...]) -> None:
    """All levels from the faces and the sink in double precision."""
    _clear(view(memory, (start(plan, len(plan)),), np.float32))
    across = (ACROSS_Z, ACROSS_X) if len(faces) == 2 else (ACROSS_Z, ACROSS_Y, ACROSS_X)
    for face, which in zip(faces, across, strict=True):
        _single(face, field(memory, plan, FINEST, which))
    _single(sink, field(memory, plan, FINEST, RIGHT))
    _close(memory, plan, lateral)
    last = len(plan) - 1
    for level in range(last):
        _finish(memory, plan, level, lateral)
        _coarsen(memory, plan, level, lateral)
    _finish(memory, plan, last, lateral)
    kx, ky, kz = (field(memory, plan, last, ACROSS_X), field(memory, plan, last, ACROSS_Y), field(memory, plan, last, ACROSS_Z))
    factor(kx, ky, kz, field(memory, plan, last, RIGHT), band, plan[last, 2], lateral)


@compiled
def _clear(of: Any) -> None:
    for i in range(of.size):
        of[i] = np.float32(0.0)


@compiled
def _single(given: Any, to: Any) -> None:
    for k in range(given.shape[0]):
        for j in range(given.shape[1]):
            for i in range(given.shape[2]):
                to[k + 1, j, i + LEFT] = given[k, j, i]


@compiled
def _close(memory: int, plan: Any, lateral: tuple[int, ...]) -> None:
    """No conductance through borders that are not periodic."""
    layers, rows, columns = plan[0, 0], plan[0, 1], plan[0, 2]
    kx, ky = field(memory, plan, FINEST, ACROSS_X), field(memory, plan, FINEST, ACROSS_Y)
    kz = field(memory, plan, FINEST, ACROSS_Z)
    _clear(flat(kz[layers]))
    for k in range(layers + 2):
        if not lateral[-1]:
            for j in range(rows):
                kx[k, j, LEFT + columns - 1] = np.float32(0.0)
        if len(lateral) == 2 and not lateral[0]:
            _clear(ky[k, rows - 1])


@compiled
def _finish(memory: int, plan: Any, level: int, lateral: tuple[int, ...]) -> None:
    """Columns beyond the border and the reciprocal diagonal; 1 in a cell that is tied to nothing."""
    kx, ky, kz = (
        field(memory, plan, level, ACROSS_X),
        field(memory, plan, level, ACROSS_Y),
        field(memory, plan, level, ACROSS_Z),
    )
    s, di, rows = field(memory, plan, level, RIGHT), field(memory, plan, level, RECIPROCAL), plan[level, 1]
    for k in range(1, plan[level, 0] + 1):
        wrap(kx, k, plan[level, 2], lateral)
        for j in range(rows):
            for i in range(plan[level, 2]):
                t = (
                    s[k, j, i + LEFT]
                    + kx[k, j, i + LEFT]
                    + kx[k, j, i + LEFT - 1]
                    + kz[k, j, i + LEFT]
                    + kz[k - 1, j, i + LEFT]
                )
                if len(lateral) == 2:
                    t += ky[k, j, i + LEFT] + ky[k, (j + rows - 1) % rows, i + LEFT]
                di[k, j, i + LEFT] = np.float32(1.0) / t if t > 0 else np.float32(1.0)


@compiled
def _coarsen(memory: int, plan: Any, level: int, lateral: tuple[int, ...]) -> None:
    """Faces and sink of the next level: half of the sums on the far side for the faces across an axis that is halved."""
    h, columns = (plan[level, 3], plan[level, 4], plan[level, 5]), plan[level + 1, 2]
    whole = np.float32(1.0)
    _sum(field(memory, plan, level, RIGHT), field(memory, plan, level + 1, RIGHT), h, 0, 0, whole, False, columns)
    z, zz = field(memory, plan, level, ACROSS_Z), field(memory, plan, level + 1, ACROSS_Z)
    _sum(z, zz, h, h[0] - 1, 0, np.float32(0.5) if h[0] == 2 else whole, False, columns)
    if len(lateral) == 2:
        y, yy = field(memory, plan, level, ACROSS_Y), field(memory, plan, level + 1, ACROSS_Y)
        _sum(y, yy, h, 0, h[1] - 1, np.float32(0.5) if h[1] == 2 else whole, False, columns)
    x, xx = field(memory, plan, level, ACROSS_X), field(memory, plan, level + 1, ACROSS_X)
    _sum(x, xx, h, 0, 0, np.float32(0.5) if h[2] == 2 else whole, True, columns)


@compiled
def _sum(fine: Any, coarse: Any, h: tuple[int, int, int], a: int, b: int, weight: Any, far: bool, columns: int) -> None:
    """Sums over the cells of a coarse one, added to zero; of its layers from a and of its rows from b on, and of its columns
    the far one or all."""
    for k in range(coarse.shape[0] - 2):
        for j in range(coarse.shape[1]):
            for dk in range(a, h[0]):
                for dj in range(b, h[1]):
                    _add_row(fine, k * h[0] + dk + 1, j * h[1] + dj, coarse, k + 1, j, weight, h[2], far, columns)


@compiled
def _add_row(
    fine: Any, k: int, j: int, coarse: Any, to: int, row: int, weight: Any, fold: int, far: bool, columns: int
) -> None:
    if fold == 1:
        for i in range(columns):
            coarse[to, row, i + LEFT] += weight * fine[k, j, i + LEFT]
    elif far:
        for i in range(columns):
            coarse[to, row, LEFT + i] += weight * fine[k, j, LEFT + 2 * i + 1]
    else:
        for i in range(columns):
            coarse[to, row, LEFT + i] += weight * (fine[k, j, LEFT + 2 * i] + fine[k, j, LEFT + 2 * i + 1])


@compiled
def cycle(memory: int, plan: Any, band: Any, x: Any, c: Any, lateral: tuple[int, ...], v: Vectors, alpha: float) -> float:
    """u + alpha p, r - alpha q, and one V-cycle from r to the field z of the finest level; r.z."""
    last, product = len(plan) - 1, 0.0
    for level in range(last):
        halved = (plan[level, 3], plan[level, 4], plan[level, 5])
        coarse = field(memory, plan, level + 1, RIGHT)
        down(stage(memory, plan, level), coarse, halved, c, lateral, level == 0, v, alpha)
    substitute(band, x, field(memory, plan, last, RIGHT), field(memory, plan, last, FIELD), plan[last, 2])
    for level in range(last - 1, -1, -1):
        halved = (plan[level, 3], plan[level, 4], plan[level, 5])
        product = up(stage(memory, plan, level), field(memory, plan, level + 1, FIELD), halved, c, lateral, level == 0, v.r)
    return product
