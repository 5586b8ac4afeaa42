"""Direct solution of the last level in machine code: a Cholesky factor within the band.

Cells are numbered layer by layer, so that no two neighbours are further apart than a layer has cells.
"""

from __future__ import annotations

from math import sqrt
from typing import Any

import numpy as np

from lithoscope.physics.morphology.elliptic.layers import LEFT
from lithoscope.physics.morphology.machine import compiled

SHIFT = 1e-12
"""Share of the largest diagonal that is added, so that an operator that is singular to rounding does not divide by zero."""


@compiled
def factor(kx: Any, ky: Any, kz: Any, s: Any, band: Any, columns: int, lateral: tuple[int, ...]) -> None:
    """The factor into `band`, shape (cells, width + 1): the entry of row p and column q stands at [p, q - p + width]."""
    _fill(kx, ky, kz, s, band, columns, lateral)
    width = band.shape[1] - 1
    largest = 0.0
    for p in range(band.shape[0]):
        largest = max(largest, band[p, width])
    for p in range(band.shape[0]):
        band[p, width] += SHIFT * largest if band[p, width] > 0 else 1.0
    for p in range(band.shape[0]):
        for q in range(max(0, p - width), p + 1):
            t = band[p, q - p + width]
            for m in range(max(0, p - width), q):
                t -= band[p, m - p + width] * band[q, m - q + width]
            band[p, q - p + width] = sqrt(t) if p == q else t / band[q, width]


@compiled
def _fill(kx: Any, ky: Any, kz: Any, s: Any, band: Any, columns: int, lateral: tuple[int, ...]) -> None:
    layers, rows = s.shape[0] - 2, s.shape[1]
    for p in range(band.shape[0]):
        for q in range(band.shape[1]):
            band[p, q] = 0.0
    for k in range(layers):
        for j in range(rows):
            for i in range(columns):
                p = (k * rows + j) * columns + i
                band[p, band.shape[1] - 1] += s[k + 1, j, i + LEFT]
                _tie(band, p, p - i + (i + 1) % columns, kx[k + 1, j, i + LEFT])
                if len(lateral) == 2:
                    _tie(band, p, (k * rows + (j + 1) % rows) * columns + i, ky[k + 1, j, i + LEFT])
                if k + 1 < layers:
                    _tie(band, p, p + rows * columns, kz[k + 1, j, i + LEFT])


@compiled
def _tie(band: Any, p: int, q: int, face: Any) -> None:
    width = band.shape[1] - 1
    band[p, width] += face
    band[q, width] += face
    low, high = min(p, q), max(p, q)
    band[high, low - high + width] -= face


@compiled
def substitute(band: Any, x: Any, b: Any, u: Any, columns: int) -> None:
    """u with A u = b, by way of x, one number for each cell."""
    width, rows = band.shape[1] - 1, b.shape[1]
    for p in range(x.size):
        k, j, i = p // (rows * columns), (p // columns) % rows, p % columns
        t = np.float64(b[k + 1, j, i + LEFT])
        for q in range(max(0, p - width), p):
            t -= band[p, q - p + width] * x[q]
        x[p] = t / band[p, width]
    for p in range(x.size - 1, -1, -1):
        x[p] /= band[p, width]
        for q in range(max(0, p - width), p):
            x[q] -= band[p, q - p + width] * x[p]
    for p in range(x.size):
        k, j, i = p // (rows * columns), (p // columns) % rows, p % columns
        u[k + 1, j, i + LEFT] = x[p]
