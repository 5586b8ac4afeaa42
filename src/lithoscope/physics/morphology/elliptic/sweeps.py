"""The multigrid cycle in machine code: each level is passed over twice, once on the way down and once on the way up.

All steps of a pass run one layer behind each other, so that a layer is still in the cache when the next step needs it. Names as
in `multigrid`. `lateral` has one entry for each lateral axis, 1 where it is periodic; its length is known when this is compiled.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from lithoscope.physics.morphology.elliptic.jit import inner

Field = Any
"""Single precision, shape (layers + 2, rows, columns + 2)."""
RING = 4
"""Layers of an intermediate field that are kept."""


@inner
def wrap(u: Field, k: int, lateral: tuple[int, ...]) -> None:
    """Fill the columns beyond the border. Where the axis is not periodic their conductance is zero."""
    if lateral[-1]:
        last = u.shape[2] - 2
        for j in range(u.shape[1]):
            u[k, j, 0] = u[k, j, last]
            u[k, j, last + 1] = u[k, j, 1]


@inner
def down(
    b: Field, u: Field, ring: Field, kx: Field, ky: Field, kz: Field, di: Field, acc: Field, coarse: Field,
    halved: tuple[int, int, int], c: Any, lateral: tuple[int, ...],
) -> None:  # fmt: skip
    """Smooth from zero into u and sum the residual into the right-hand side of the next level."""
    layers = b.shape[0] - 2
    for k in range(1, layers + 3):
        if k <= layers:
            _start(b, ring, di, k, c[1])
            wrap(ring, k % RING, lateral)
        if 2 <= k <= layers + 1:
            _second(b, u, ring, kx, ky, kz, di, k - 1, c[2], c[3], lateral)
            wrap(u, k - 1, lateral)
        if k >= 3:
            m = k - 2
            first = halved[0] == 1 or m % 2 == 1
            _residual(b, u, kx, ky, kz, di, acc, m, first, halved[1], lateral)
            if halved[0] == 1 or m % 2 == 0:
                _compress(acc, coarse, (m - 1) // halved[0] + 1, halved[2])


@inner
def _start(b: Field, ring: Field, di: Field, k: int, c: Any) -> None:
    to = k % RING
    for j in range(b.shape[1]):
        for i in range(1, b.shape[2] - 1):
            ring[to, j, i] = c * di[k, j, i] * b[k, j, i]


@inner
def _second(
    b: Field, u: Field, v: Field, kx: Field, ky: Field, kz: Field, di: Field, k: int, c1: Any, c2: Any, lateral: tuple[int, ...]
) -> None:
    rows = b.shape[1]
    here, above, below = k % RING, (k + 1) % RING, (k - 1) % RING
    for j in range(rows):
        j1, j0 = (j + 1) % rows, (j + rows - 1) % rows
        for i in range(1, b.shape[2] - 1):
            t = b[k, j, i] + kx[k, j, i] * v[here, j, i + 1] + kx[k, j, i - 1] * v[here, j, i - 1]
            t += kz[k, j, i] * v[above, j, i] + kz[k - 1, j, i] * v[below, j, i]
            if len(lateral) == 2:
                t += ky[k, j, i] * v[here, j1, i] + ky[k, j0, i] * v[here, j0, i]
            u[k, j, i] = c1 * v[here, j, i] + c2 * (t * di[k, j, i])


@inner
def _residual(
    b: Field, u: Field, kx: Field, ky: Field, kz: Field, di: Field, acc: Field, k: int, first: bool, fold: int,
    lateral: tuple[int, ...],
) -> None:  # fmt: skip
    rows = b.shape[1]
    for j in range(rows):
        j1, j0 = (j + 1) % rows, (j + rows - 1) % rows
        to = j // fold
        keep = np.float32(0.0) if first and j % fold == 0 else np.float32(1.0)
        for i in range(1, b.shape[2] - 1):
            t = b[k, j, i] + kx[k, j, i] * u[k, j, i + 1] + kx[k, j, i - 1] * u[k, j, i - 1]
            t += kz[k, j, i] * u[k + 1, j, i] + kz[k - 1, j, i] * u[k - 1, j, i]
            if len(lateral) == 2:
                t += ky[k, j, i] * u[k, j1, i] + ky[k, j0, i] * u[k, j0, i]
            acc[to, i] = keep * acc[to, i] + (t - u[k, j, i] / di[k, j, i])


@inner
def _compress(acc: Field, coarse: Field, to: int, fold: int) -> None:
    for j in range(coarse.shape[1]):
        for i in range(1, coarse.shape[2] - 1):
            coarse[to, j, i] = acc[j, 2 * i - 1] + acc[j, 2 * i] if fold == 2 else acc[j, i]


@inner
def up(
    b: Field, u: Field, ring: Field, kx: Field, ky: Field, kz: Field, di: Field, coarse: Field,
    halved: tuple[int, int, int], c: Any, lateral: tuple[int, ...],
) -> None:  # fmt: skip
    """Add the correction of the next level to u and smooth."""
    layers = b.shape[0] - 2
    for k in range(1, layers + 3):
        if k <= layers:
            _correct(u, coarse, k, halved)
            wrap(u, k, lateral)
        if 2 <= k <= layers + 1:
            _third(b, u, ring, kx, ky, kz, di, k - 1, c[1], lateral)
            wrap(ring, (k - 1) % RING, lateral)
        if k >= 3:
            _fourth(b, u, ring, kx, ky, kz, di, k - 2, c[0], c[3], lateral)


@inner
def _correct(u: Field, coarse: Field, k: int, halved: tuple[int, int, int]) -> None:
    at = (k - 1) // halved[0] + 1
    for j in range(u.shape[1]):
        row = j // halved[1]
        if halved[2] == 2:
            for i in range(1, coarse.shape[2] - 1):
                e = coarse[at, row, i]
                u[k, j, 2 * i - 1] += e
                u[k, j, 2 * i] += e
        else:
            for i in range(1, coarse.shape[2] - 1):
                u[k, j, i] += coarse[at, row, i]


@inner
def _third(
    b: Field, u: Field, v: Field, kx: Field, ky: Field, kz: Field, di: Field, k: int, c: Any, lateral: tuple[int, ...]
) -> None:
    rows, to = b.shape[1], k % RING
    for j in range(rows):
        j1, j0 = (j + 1) % rows, (j + rows - 1) % rows
        for i in range(1, b.shape[2] - 1):
            t = b[k, j, i] + kx[k, j, i] * u[k, j, i + 1] + kx[k, j, i - 1] * u[k, j, i - 1]
            t += kz[k, j, i] * u[k + 1, j, i] + kz[k - 1, j, i] * u[k - 1, j, i]
            if len(lateral) == 2:
                t += ky[k, j, i] * u[k, j1, i] + ky[k, j0, i] * u[k, j0, i]
            v[to, j, i] = u[k, j, i] + c * (t * di[k, j, i] - u[k, j, i])


@inner
def _fourth(
    b: Field, u: Field, v: Field, kx: Field, ky: Field, kz: Field, di: Field, k: int, c1: Any, c2: Any, lateral: tuple[int, ...]
) -> None:
    rows = b.shape[1]
    here, above, below = k % RING, (k + 1) % RING, (k - 1) % RING
    for j in range(rows):
        j1, j0 = (j + 1) % rows, (j + rows - 1) % rows
        for i in range(1, b.shape[2] - 1):
            t = b[k, j, i] + kx[k, j, i] * v[here, j, i + 1] + kx[k, j, i - 1] * v[here, j, i - 1]
            t += kz[k, j, i] * v[above, j, i] + kz[k - 1, j, i] * v[below, j, i]
            if len(lateral) == 2:
                t += ky[k, j, i] * v[here, j1, i] + ky[k, j0, i] * v[here, j0, i]
            w = v[here, j, i]
            u[k, j, i] = w + c1 * (w - u[k, j, i]) + c2 * (t * di[k, j, i] - w)
