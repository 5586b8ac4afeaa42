"""The levels in machine code: coefficients in single precision, in one block of memory, and the cycle through them.

`plan` has one line for each level: layers, rows, columns, and for each axis 2 if it is halved towards the next level, else 1.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from lithoscope.physics.morphology.elliptic.direct import factor, substitute
from lithoscope.physics.morphology.elliptic.jit import inner
from lithoscope.physics.morphology.elliptic.sweeps import RING, down, up, wrap

RIGHT, FIELD, ACROSS_X, ACROSS_Y, ACROSS_Z, RECIPROCAL = 0, 1, 2, 3, 4, 5
"""Fields of each level; the sink stands in the place of the right-hand side while the levels are built."""
FIELDS = 6


@inner
def size(plan: Any, level: int) -> int:
    """Numbers in one field of a level."""
    return (plan[level, 0] + 2) * plan[level, 1] * (plan[level, 2] + 2)


@inner
def extent(plan: Any, level: int) -> int:
    """Numbers that a level needs: its fields, the layers of an intermediate one, and a layer of sums."""
    return FIELDS * size(plan, level) + (RING + 1) * plan[level, 1] * (plan[level, 2] + 2)


@inner
def total(plan: Any) -> int:
    """Numbers that all levels need."""
    found = 0
    for level in range(len(plan)):
        found += extent(plan, level)
    return found


@inner
def _base(plan: Any, level: int) -> int:
    found = 0
    for each in range(level):
        found += extent(plan, each)
    return found


@inner
def field(memory: Any, plan: Any, level: int, which: int) -> Any:
    """A field of a level."""
    start = _base(plan, level) + which * size(plan, level)
    shape = (plan[level, 0] + 2, plan[level, 1], plan[level, 2] + 2)
    return memory[start : start + size(plan, level)].reshape(shape)


@inner
def _ring(memory: Any, plan: Any, level: int) -> Any:
    start = _base(plan, level) + FIELDS * size(plan, level)
    layer = plan[level, 1] * (plan[level, 2] + 2)
    return memory[start : start + RING * layer].reshape((RING, plan[level, 1], plan[level, 2] + 2))


@inner
def _sums(memory: Any, plan: Any, level: int) -> Any:
    layer = plan[level, 1] * (plan[level, 2] + 2)
    start = _base(plan, level) + FIELDS * size(plan, level) + RING * layer
    return memory[start : start + layer].reshape((plan[level, 1], plan[level, 2] + 2))


@inner
def build(memory: Any, plan: Any, faces: Any, sink: Any, band: Any, lateral: tuple[int, ...]) -> None:
    """All levels from the faces and the sink in double precision."""
    memory[:] = np.float32(0.0)
    for axis in range(len(faces)):
        which = (ACROSS_Z, ACROSS_X, ACROSS_X)[axis] if len(faces) == 2 else (ACROSS_Z, ACROSS_Y, ACROSS_X)[axis]
        _single(faces[axis], field(memory, plan, 0, which))
    _single(sink, field(memory, plan, 0, RIGHT))
    _close(memory, plan, lateral)
    last = len(plan) - 1
    for level in range(last):
        _finish(memory, plan, level, lateral)
        _coarsen(memory, plan, level, lateral)
    _finish(memory, plan, last, lateral)
    kx, ky, kz = (field(memory, plan, last, ACROSS_X), field(memory, plan, last, ACROSS_Y), field(memory, plan, last, ACROSS_Z))
    factor(kx, ky, kz, field(memory, plan, last, RIGHT), band, lateral)


@inner
def _single(given: Any, to: Any) -> None:
    for k in range(given.shape[0]):
        for j in range(given.shape[1]):
            for i in range(given.shape[2]):
                to[k + 1, j, i + 1] = given[k, j, i]


@inner
def _close(memory: Any, plan: Any, lateral: tuple[int, ...]) -> None:
    """No conductance through borders that are not periodic."""
    layers, rows, columns = plan[0, 0], plan[0, 1], plan[0, 2]
    field(memory, plan, 0, ACROSS_Z)[layers, :, :] = np.float32(0.0)
    if not lateral[-1]:
        field(memory, plan, 0, ACROSS_X)[:, :, columns] = np.float32(0.0)
    if len(lateral) == 2 and not lateral[0]:
        field(memory, plan, 0, ACROSS_Y)[:, rows - 1, :] = np.float32(0.0)


@inner
def _finish(memory: Any, plan: Any, level: int, lateral: tuple[int, ...]) -> None:
    """Columns beyond the border and the reciprocal diagonal; 1 in a cell that is tied to nothing."""
    kx, ky, kz = (
        field(memory, plan, level, ACROSS_X),
        field(memory, plan, level, ACROSS_Y),
        field(memory, plan, level, ACROSS_Z),
    )
    s, di, rows = field(memory, plan, level, RIGHT), field(memory, plan, level, RECIPROCAL), plan[level, 1]
    for k in range(1, plan[level, 0] + 1):
        wrap(kx, k, lateral)
        for j in range(rows):
            for i in range(1, plan[level, 2] + 1):
                t = s[k, j, i] + kx[k, j, i] + kx[k, j, i - 1] + kz[k, j, i] + kz[k - 1, j, i]
                if len(lateral) == 2:
                    t += ky[k, j, i] + ky[k, (j + rows - 1) % rows, i]
                di[k, j, i] = np.float32(1.0) / t if t > 0 else np.float32(1.0)


@inner
def _coarsen(memory: Any, plan: Any, level: int, lateral: tuple[int, ...]) -> None:
    h = (plan[level, 3], plan[level, 4], plan[level, 5])
    _sum(field(memory, plan, level, RIGHT), field(memory, plan, level + 1, RIGHT), h, -1)
    _sum(field(memory, plan, level, ACROSS_Z), field(memory, plan, level + 1, ACROSS_Z), h, 0)
    if len(lateral) == 2:
        _sum(field(memory, plan, level, ACROSS_Y), field(memory, plan, level + 1, ACROSS_Y), h, 1)
    _sum(field(memory, plan, level, ACROSS_X), field(memory, plan, level + 1, ACROSS_X), h, 2)


@inner
def _sum(fine: Any, coarse: Any, h: tuple[int, int, int], across: int) -> None:
    """Sums over the cells of a coarse one; half of those on its far side for the faces across an axis that is halved."""
    a = h[0] - 1 if across == 0 else 0
    b = h[1] - 1 if across == 1 else 0
    c = h[2] - 1 if across == 2 else 0
    weight = np.float32(0.5) if (across >= 0 and h[max(across, 0)] == 2) else np.float32(1.0)
    for k in range(coarse.shape[0] - 2):
        for j in range(coarse.shape[1]):
            for i in range(coarse.shape[2] - 2):
                t = np.float32(0.0)
                for dk in range(a, h[0]):
                    for dj in range(b, h[1]):
                        for di in range(c, h[2]):
                            t += fine[k * h[0] + dk + 1, j * h[1] + dj, i * h[2] + di + 1]
                coarse[k + 1, j, i + 1] = weight * t


@inner
def cycle(memory: Any, plan: Any, band: Any, x: Any, c: Any, lateral: tuple[int, ...]) -> None:
    """One V-cycle from the right-hand side of the finest level to its field."""
    last = len(plan) - 1
    for level in range(last):
        h = (plan[level, 3], plan[level, 4], plan[level, 5])
        down(
            field(memory, plan, level, RIGHT), field(memory, plan, level, FIELD), _ring(memory, plan, level),
            field(memory, plan, level, ACROSS_X), field(memory, plan, level, ACROSS_Y), field(memory, plan, level, ACROSS_Z),
            field(memory, plan, level, RECIPROCAL), _sums(memory, plan, level), field(memory, plan, level + 1, RIGHT),
            h, c, lateral,
        )  # fmt: skip
    substitute(band, x, field(memory, plan, last, RIGHT), field(memory, plan, last, FIELD))
    for level in range(last - 1, -1, -1):
        h = (plan[level, 3], plan[level, 4], plan[level, 5])
        up(
            field(memory, plan, level, RIGHT), field(memory, plan, level, FIELD), _ring(memory, plan, level),
            field(memory, plan, level, ACROSS_X), field(memory, plan, level, ACROSS_Y), field(memory, plan, level, ACROSS_Z),
            field(memory, plan, level, RECIPROCAL), field(memory, plan, level + 1, FIELD), h, c, lateral,
        )  # fmt: skip
