"""CasADi functions (y, p) of a state and the inputs, called on buffers that NumPy fills and reads.

CasADi's own calling convention turns every array into a matrix of its own element by element, which costs more than most
evaluations.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from lithoscope.physics.cell.engine import aot_compile

Array = NDArray[np.float64]

BLOCK = 32
"""States per call of machine code; the last block is padded."""


class Buffered:
    """A function with dense outputs; each call gives new arrays of their shapes."""

    def __init__(self, function: Any) -> None:
        self._buffer, self._trigger = function.buffer()
        self._arguments = [np.zeros(function.size1_in(n)) for n in range(function.n_in())]
        self._results = [np.zeros(function.size_out(n), order="F") for n in range(function.n_out())]
        for n, argument in enumerate(self._arguments):
            self._buffer.set_arg(n, argument.data)
        for n, result in enumerate(self._results):
            self._buffer.set_res(n, result.ravel(order="K").data)

    def __call__(self, *arguments: Array) -> list[Array]:
        """Every output."""
        for kept, given in zip(self._arguments, arguments, strict=True):
            kept[:] = given
        self._trigger()
        return [result.copy() for result in self._results]


class CompiledColumns:
    """A function of one state, compiled, on the columns of a matrix of states.

    sizes  of the parts of its one output, a column
    """

    def __init__(self, function: Any, sizes: Sequence[int]) -> None:
        # The input p is shared by all columns.
        self._buffer, self._trigger = aot_compile(function.map("columns", "serial", BLOCK, [1], [])).buffer()
        self._ends = np.cumsum(sizes)[:-1]
        self._y = np.zeros(function.size1_in(0) * BLOCK)
        self._p = np.zeros(function.size1_in(1))
        self._out = np.zeros((BLOCK, function.size1_out(0)))
        self._buffer.set_arg(0, self._y.data)
        self._buffer.set_arg(1, self._p.data)
        self._buffer.set_res(0, self._out.data)

    def __call__(self, y: Array, p: Array) -> list[Array]:
        """Each part of the output at every state: y of shape (states, n) gives shape (points, n) for each."""
        n = y.shape[1]
        result = np.empty((n, self._out.shape[1]))
        self._p[:] = p
        for start in range(0, n, BLOCK):
            block = y[:, start : start + BLOCK]
            filled, columns = block.size, block.shape[1]
            self._y[:filled] = block.ravel(order="F")
            if columns < BLOCK:
                # A padded column repeats the last state, so that no function is evaluated where it is not defined.
                self._y[filled:] = np.tile(block[:, -1], BLOCK - columns)
            self._trigger()
            result[start : start + BLOCK] = self._out[:columns]
        return np.split(result.T, self._ends)
