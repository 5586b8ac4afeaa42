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
    """A function (y, p) of one state, evaluated on the columns of a matrix of states.

    function  with one output, a column
    compiled  whether to machine code
    """

    def __init__(self, function: Any, *, compiled: bool = False) -> None:
        self._one, self._block = _Buffer(function, 1, compiled=False), _Buffer(function, BLOCK, compiled=compiled)

    def __call__(self, y: Array, p: Array) -> Array:
        """The output at every state: y of shape (states, n) gives shape (rows, n)."""
        return (self._one if y.shape[1] == 1 else self._block)(y, p)


class _Buffer:
    """The function on a fixed number of columns at once."""

    def __init__(self, function: Any, size: int, *, compiled: bool) -> None:
        self._size = size
        # The input p is shared by all columns.
        mapped = function.map(f"{function.name()}_columns", "serial", size, [1], [])
        if compiled:
            mapped = aot_compile(mapped)
        self._buffer, self._trigger = mapped.buffer()
        self._y = np.zeros(function.size1_in(0) * size)
        self._p = np.zeros(function.size1_in(1))
        self._out = np.zeros((size, function.size1_out(0)))
        self._buffer.set_arg(0, self._y.data)
        self._buffer.set_arg(1, self._p.data)
        self._buffer.set_res(0, self._out.data)

    def __call__(self, y: Array, p: Array) -> Array:
        n = y.shape[1]
        result = np.empty((n, self._out.shape[1]))
        self._p[:] = p
        for start in range(0, n, self._size):
            block = y[:, start : start + self._size]
            filled, columns = block.size, block.shape[1]
            self._y[:filled] = block.ravel(order="F")
            if columns < self._size:
                # A padded column repeats the last state, so that no function is evaluated where it is not defined.
                self._y[filled:] = np.tile(block[:, -1], self._size - columns)
            self._trigger()
            result[start : start + self._size] = self._out[:columns]
        return result.T
