"""What a mixture of phases conducts and how stiff it is, and how layers and patches add up.

Shares are of volume, the last axis of an array; they add up to 1.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

Array = NDArray[np.float64]

ITERATIONS = 100


def series_conductivity(shares: ArrayLike, conductivity: ArrayLike) -> Array:
    """Layers across the current, 1 / sum v / sigma: the least that a mixture can conduct (Wiener).

    >>> float(series_conductivity([0.5, 0.5], [1.0, 3.0]))
    1.5
    """
    return np.asarray(1 / np.sum(np.asarray(shares) / np.asarray(conductivity), axis=-1))


def parallel_conductivity(shares: ArrayLike, conductivity: ArrayLike) -> Array:
    """Layers along the current, sum v sigma: the most that a mixture can conduct (Wiener).

    >>> float(parallel_conductivity([0.5, 0.5], [1.0, 3.0]))
    2.0
    """
    return np.asarray(np.sum(np.asarray(shares) * np.asarray(conductivity), axis=-1))


def mixed_conductivity(shares: ArrayLike, conductivity: ArrayLike, dimensions: int = 3) -> Array:
    """Symmetric effective medium: sum v (s_j - s) / (s_j + (d - 1) s) = 0.

    shares        v, shape (..., phases);  conductivity: s_j, positive, shape (phases,)
    dimensions    d, 2 or 3
    Exact for two phases in equal shares in two dimensions, sqrt(s1 s2); percolates at a share of 1/d.
    Source: D. A. G. Bruggeman, Ann. Phys. 416 (1935) 636.
    """
    v, s = np.asarray(shares, dtype=float), np.asarray(conductivity, dtype=float)
    low, high = np.log(series_conductivity(np.maximum(v, 0), s)), np.log(parallel_conductivity(np.maximum(v, 0), s))
    x = 0.5 * (low + high)
    for _ in range(ITERATIONS):
        m = np.exp(x)[..., None]
        below = s + (dimensions - 1) * m
        excess, slope = np.sum(v * (s - m) / below, axis=-1), -dimensions * np.sum(v * s * m / below**2, axis=-1)
        low, high = np.where(excess > 0, x, low), np.where(excess > 0, high, x)
        newton = x - excess / slope
        new = np.where((newton > low) & (newton < high), newton, 0.5 * (low + high))
        if np.all(np.abs(new - x) <= 1e-14 * np.maximum(1.0, np.abs(x))):
            break
        x = new
    return np.asarray(np.exp(x))


def shear_bounds(shares: ArrayLike, shear: ArrayLike, bulk_over_shear: float = 5 / 3) -> tuple[Array, Array]:
    """Least and greatest shear modulus of an isotropic mixture, Pa.

    G = 1 / sum v / (G_j + zeta) - zeta,   zeta = G (9 K + 8 G) / (6 (K + 2 G)) of the softest and of the stiffest phase

    shear            G_j, Pa
    bulk_over_shear  K / G of every phase; 5/3 is a Poisson ratio of 1/4
    Source: Z. Hashin and S. Shtrikman, J. Mech. Phys. Solids 11 (1963) 127.
    """
    v, G = np.asarray(shares, dtype=float), np.asarray(shear, dtype=float)
    factor = (9 * bulk_over_shear + 8) / (6 * (bulk_over_shear + 2))
    low, high = (1 / np.sum(v / (G + factor * end), axis=-1) - factor * end for end in (G.min(), G.max()))
    return np.asarray(low), np.asarray(high)


def resistance_of_layers(thickness: ArrayLike, conductivity: ArrayLike) -> Array:
    """Layers across the current, R = sum L / sigma, ohm m2.

    >>> float(resistance_of_layers([1e-9, 2e-9], [1e-9, 1e-6]))
    1.002
    """
    return np.asarray(np.sum(np.asarray(thickness) / np.asarray(conductivity), axis=-1))


def resistance_of_patches(resistance: ArrayLike, share: ArrayLike) -> float:
    """Patches beside each other under one voltage, R = 1 / sum w / R_j, ohm m2; w: share of the area of each.

    >>> resistance_of_patches([1.0, 3.0], [0.5, 0.5])
    1.5
    """
    return float(1 / np.sum(np.asarray(share) / np.asarray(resistance)))


def current_of_patches(current: float, resistance: ArrayLike, share: ArrayLike) -> Array:
    """Current density in each patch under one voltage, i_j = i R / R_j, A/m2: i_1 / i_2 = R_2 / R_1.

    current  i, of the whole area
    """
    R = np.asarray(resistance, dtype=float)
    return np.asarray(current * resistance_of_patches(R, share) / R)
