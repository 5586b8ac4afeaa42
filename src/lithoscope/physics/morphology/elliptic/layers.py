"""How fields of the solver lie in memory.

All arrays have three axes (layer, row, column); in two dimensions a layer has one row. A field in single precision has one more
layer at each end, and its columns begin at `LEFT`, with those beyond the border beside them: rows then begin at multiples of 64
bytes, and few of the loads of the processor cross such a border, which would take it twice as long.
"""

from __future__ import annotations

from lithoscope.physics.morphology.machine import compiled

LEFT = 16
"""First column of a field in single precision."""
LEFT_DOUBLE = 8
"""First column of the direction, in double precision."""
LINE = 64
"""Bytes to which rows are aligned."""


@compiled
def width(columns: int) -> int:
    """Numbers in a row of a field in single precision."""
    return (columns + 1 + 2 * LEFT - 1) // LEFT * LEFT


@compiled
def width_double(columns: int) -> int:
    """Numbers in a row of the direction."""
    return (columns + 1 + 2 * LEFT_DOUBLE - 1) // LEFT_DOUBLE * LEFT_DOUBLE


@compiled
def aligned(address: int) -> int:
    """The next address at which a row may begin."""
    return (address + LINE - 1) // LINE * LINE
