"""Impedance: the linearised model about a state.

With M dy/dt = f(y, J), M = diag(1, 0), and a small harmonic change J' of the current density,

    (j omega M - df/dy) y' = (df/dJ) J',      Z = (dV/dy) y' / J' + dV/dJ

at each frequency, with the current at zero and the differential unknowns as they are. The potentials of the two
electrodes and of the electrolyte are read off the same y', so the impedance of the cell is split exactly.

Sign: Z'' is negative when capacitive. Z of an electrode is that of its interface and films.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csc_matrix, diags
from scipy.sparse.linalg import splu

from lithoscope.physics.cell.system import Array, System

PARTS = {
    "cell": ("Voltage [V]", 1.0),
    "working": ("Working potential [V]", 1.0),
    "counter": ("Counter potential [V]", -1.0),
    "electrolyte": ("Electrolyte potential [V]", 1.0),
}
"""What a spectrum is split into: the variable whose response it is, and its sign in the cell voltage."""


def frequencies(high: float, low: float, points_per_decade: int) -> Array:
    """Frequencies of a spectrum from high to low, evenly spaced in their logarithm, both ends included, Hz."""
    count = max(2, round(np.log10(high / low) * points_per_decade) + 1)
    return np.geomspace(high, low, count)


def spectrum(system: System, y: Array, inputs: Mapping[str, float], frequency: Array) -> NDArray[np.complex128]:
    """Areal impedance of the cell, its two electrodes and the electrolyte about a state.

    system     the cell under current control
    y          a state, shape (states,)
    inputs     of the model, with the current at zero
    frequency  Hz, shape (n,)
    Returns Z in ohm m2, shape (4, n), in the order of `PARTS`; rows 1 to 3 add up to row 0.
    """
    y = system.consistent(y, inputs)
    J = system.input_names.index("Set current density [A.m-2]")
    jacobian, by_inputs = system.linearised(y, inputs)
    rows, direct = system.gradients([name for name, _ in PARTS.values()], y, inputs)
    mass = csc_matrix(diags(np.where(np.arange(system.states) < system.differential, 2j * np.pi, 0.0)))
    minus, forcing = csc_matrix(-jacobian), by_inputs[:, J].astype(complex)
    Z = np.array([rows @ splu(f * mass + minus).solve(forcing) + direct[:, J] for f in frequency]).T
    return np.asarray(np.array([sign for _, sign in PARTS.values()])[:, None] * Z)
