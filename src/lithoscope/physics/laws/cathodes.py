"""What a cathode material does: its potential without current, and how fast lithium goes in and out of a particle.

The stoichiometry x is lithium over lithium sites. Functions take numbers, arrays and symbols alike.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

from lithoscope.data import lookup


def lithium_cobalt_oxide(x: Any) -> Any:
    """Open-circuit potential of LiCoO2 against lithium, V.

    U = p1 + p2 tanh(p3 - p4 z) + p5 tanh(p6 - p7 z) - p8 tanh(p9 - p10 z) + p11 tanh(p12 - p13 z)
        + p14 tanh((p15 - z) / p16) - p17 tanh((z - p18) / p19),   z = s x

    x  stoichiometry, any shape
    Validity: x from 0.43 to 0.97, room temperature.
    Source: the data table `cathodes`, LCO.open_circuit_potential.

    >>> [round(float(lithium_cobalt_oxide(x)), 3) for x in (0.5, 0.7, 0.95)]
    [4.186, 3.939, 3.721]
    """
    s, p1, p2, p3, p4, p5, p6, p7, p8, p9, p10, p11, p12, p13, p14, p15, p16, p17, p18, p19 = _values("LCO")
    z = s * x
    steps = p2 * np.tanh(p3 - p4 * z) + p5 * np.tanh(p6 - p7 * z) - p8 * np.tanh(p9 - p10 * z) + p11 * np.tanh(p12 - p13 * z)
    return p1 + steps + p14 * np.tanh((p15 - z) / p16) - p17 * np.tanh((z - p18) / p19)


def lithium_titanate(x: Any) -> Any:
    """Open-circuit potential of Li4Ti5O12 against lithium, V: a plateau of two phases between two steep ends.

    U = U_p + a exp(-x / w) - b exp(-(1 - x) / v)

    x  stoichiometry, any shape; 1 is Li7Ti5O12
    Validity: the plateau is known to 10 mV, the shape of its ends is not.
    Source: the data table `cathodes`, LTO.open_circuit_potential.

    >>> round(float(lithium_titanate(0.5)), 3)
    1.56
    """
    plateau, rise, width, fall, breadth = _values("LTO")
    return plateau + rise * np.exp(-x / width) - fall * np.exp((x - 1) / breadth)


OPEN_CIRCUIT_POTENTIALS: Mapping[str, Callable[[Any], Any]] = {"LCO": lithium_cobalt_oxide, "LTO": lithium_titanate}
"""The law of each material."""


def exchange_current_density(i0_ref: Any, c: Any, x: Any, c_ref: Any) -> Any:
    """Exchange current density at the surface of a particle, i0 = 2 i0_ref sqrt(c / c_ref) sqrt(x (1 - x)), A/m2.

    i0_ref  at c_ref and half its lithium, A/m2
    c       salt concentration, mol/m3, not negative;  c_ref  reference concentration, mol/m3
    x       stoichiometry at the surface, between 0 and 1
    Validity: transfer coefficient 1/2.
    """
    return 2 * i0_ref * np.sqrt(c / c_ref) * np.sqrt(x * (1 - x))


def mean_potential(material: str, full: float, empty: float) -> float:
    """Mean open-circuit potential between two stoichiometries, int U dx / (full - empty), V.

    material     one of `OPEN_CIRCUIT_POTENTIALS`
    full, empty  stoichiometries, full > empty
    Gauss-Legendre quadrature on 50 intervals; below 1e-6 V for both materials.
    """
    nodes, weights = np.polynomial.legendre.leggauss(8)
    edges = np.linspace(empty, full, 51)
    middles, halves = (edges[1:] + edges[:-1]) / 2, np.diff(edges) / 2
    x = middles[:, None] + halves[:, None] * nodes
    return float(np.sum(OPEN_CIRCUIT_POTENTIALS[material](x) * weights * halves[:, None]) / (full - empty))


def _values(material: str) -> tuple[float, ...]:
    value = lookup(f"cathodes.{material}.open_circuit_potential").value
    assert isinstance(value, tuple)  # a table of this package
    return value
