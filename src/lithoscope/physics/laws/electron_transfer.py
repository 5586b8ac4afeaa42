"""How fast an electron is taken up, relative to zero overpotential: three laws with one normalisation, H(0) = 1.

y = F (U_i - U_k) / (R T): the potential of the electrons over that of the reaction, in thermal voltages. A reduction speeds up
as y falls. l = lambda / (R T): the reorganisation energy in the same measure. All functions return ln H, which stays finite.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.special import erfc

Array = NDArray[np.float64]

POINTS = 6001
"""Of the quadrature over electronic levels: it is a trapezium over a smooth peak and converges as fast as it can."""


def butler_volmer(y: ArrayLike, alpha: float) -> Array:
    """ln H = -alpha y. Validity: small overpotentials; at 0.8 V and 1 eV it is 240 times too fast.

    alpha  transfer coefficient

    >>> float(butler_volmer(-2.0, 0.5))
    1.0
    """
    return -alpha * np.asarray(y, dtype=float)


def marcus_hush_chidsey(y: ArrayLike, energy: float) -> Array:
    """ln H of a transfer from the levels of a metal: k(y) = int exp(-(z - l - y)^2 / (4 l)) / (1 + exp z) dz, H = k(y) / k(0).

    y       any shape
    energy  l, reorganisation energy over R T, positive
    Limits: slope -1/2 at y = 0 for a large l; constant for y below -l: the rate does not rise beyond.
    Source: C. E. D. Chidsey, Science 251 (1991) 919.
    """
    flat = np.atleast_1d(np.asarray(y, dtype=float)).ravel()
    found = np.array([_log_level_sum(value, energy) for value in flat]) - _log_level_sum(0.0, energy)
    return found.reshape(np.shape(y))


def _log_level_sum(y: float, energy: float) -> float:
    """The window follows the product of Gaussian and Fermi factor; its largest term is taken out."""
    wide = 12 * np.sqrt(2 * energy)
    z = np.linspace(min(-60.0, energy + y - wide), max(60.0, energy + y + wide), POINTS)
    exponent = -((z - energy - y) ** 2) / (4 * energy) - np.logaddexp(0, z)
    most = exponent.max()
    return float(most + np.log(np.trapezoid(np.exp(exponent - most), z)))


def marcus_hush_chidsey_closed(y: ArrayLike, energy: float) -> Array:
    """k(y) of the same law in closed form, sqrt(pi l) / (1 + e^y) erfc[(l - sqrt(1 + sqrt(l) + y^2)) / (2 sqrt l)].

    Within 5 % of the integral at l = 8, 8 % at 20, 27 % at 40 (y = 0): for comparison, not for use.
    Source: Y. Zeng, R. B. Smith, P. Bai, M. Z. Bazant, J. Electroanal. Chem. 735 (2014) 77.
    """
    y = np.asarray(y, dtype=float)
    inner = (energy - np.sqrt(1 + np.sqrt(energy) + y**2)) / (2 * np.sqrt(energy))
    return np.asarray(np.sqrt(np.pi * energy) * np.exp(-np.logaddexp(0, y)) * erfc(inner))


def dissociative(y: ArrayLike, energy: float) -> Array:
    """ln H of a transfer that breaks a bond: the barrier is (l / 4) (1 + y / l)^2, and gone below y = -l.

    energy  l, reorganisation energy and bond energy together, over R T, positive
    Source: J.-M. Saveant, J. Am. Chem. Soc. 109 (1987) 6788.

    >>> float(dissociative(0.0, 80.0)), float(dissociative(-100.0, 80.0))
    (0.0, 20.0)
    """
    share = np.maximum(1 + np.asarray(y, dtype=float) / energy, 0.0)
    return energy / 4 * (1 - share**2)
