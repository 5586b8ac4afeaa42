"""A CasADi function evaluated on many states at once.

CasADi's own calling convention turns every array into a matrix of its own element by element, which for a thousand
states costs more than the evaluation. Here the function works on buffers that NumPy fills and reads.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from lithoscope.physics.cell.engine import aot_compile

Array = NDArray[np.float64]

BLOCK = 32
"""States per call; the last block is padded."""


class Columns:
    """A function (y, p) of one state, evaluated on the columns of a matrix of states."""

    def __init__(self, function: Any, *, compiled: bool = False) -> None:
        self._shapes = [function.size_out(n) for n in range(function.n_out())]
        # The input p is shared by all columns.
        mapped = function.map(f"{function.name()}_columns", "serial", BLOCK, [1], [])
        if compiled:
            mapped = aot_compile(mapped)
        self._buffer, self._trigger = mapped.buffer()
        self._y = np.zeros(function.size1_in(0) * BLOCK)
        self._p = np.zeros(function.size1_in(1))
        self._out = [np.zeros(rows * columns * BLOCK) for rows, columns in self._shapes]
        self._buffer.set_arg(0, self._y.data)
        self._buffer.set_arg(1, self._p.data)
        for n, out in enumerate(self._out):
            self._buffer.set_res(n, out.data)

    def __call__(self, y: Array, p: Array) -> list[Array]:
        """Each output at every state: y of shape (states, n) gives shapes (rows, n)."""
        n = y.shape[1]
        results = [np.empty((rows, n)) for rows, _ in self._shapes]
        self._p[:] = p
        for start in range(0, n, BLOCK):
            block = y[:, start : start + BLOCK]
            size = block.size
            self._y[:size] = block.ravel(order="F")
            # A padded column repeats the last state, so that no function is evaluated where it is not defined.
            self._y[size:] = np.tile(block[:, -1], BLOCK - block.shape[1])
            self._trigger()
            for result, out, (rows, _) in zip(results, self._out, self._shapes, strict=True):
                result[:, start : start + BLOCK] = out.reshape(rows, BLOCK, order="F")[:, : block.shape[1]]
        return results
