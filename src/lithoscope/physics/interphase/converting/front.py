"""Where in a film the reaction goes on, if electrons come from the metal and are used up within a depth.

Symbols: x distance from the metal in the film as it was made, L its thickness, s the converted share at x,
u(x) = int_0^x (1 - s) dx' the unconverted film up to x, u_L = u(L), l the reaction depth.

Electrons that pass the product reach x with exp(-u / l) of their number and are taken by what is not converted:

    V g = (1 - s) exp(-u / l) / (l (1 - exp(-u_L / l))),   ds/dn = V g        n: amount converted, u_L = L - V n

Each value of e^(u/l) - 1 falls by the same factor, so that the profile is known in closed form,

    e^(u/l) - 1 = A (e^(x/l) - 1),   A = (e^(u_L/l) - 1) / (e^(L/l) - 1)

a step of width l at the depth V n where l is small, and even over the film where l is large.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]


def unconverted(x: Array, thickness: float, left: Any, depth: float) -> Array:
    """u(x), m: unconverted film between the metal and x.

    x          m, shape (points,);  thickness: L, m
    left       u_L, m, positive, any shape
    depth      l, m
    Returns shape (points, *left.shape).
    """
    left = np.asarray(left, dtype=float)
    at = x.reshape(-1, *[1] * left.ndim)
    factor = _ln_expm1(left / depth) - _ln_expm1(np.float64(thickness / depth))
    return np.asarray(depth * np.logaddexp(0.0, _ln_expm1(at / depth) + factor))


def share_left(x: Array, thickness: float, left: Any, depth: float) -> Array:
    """1 - s at x, the unconverted share of the film: du/dx. Arguments and shape as of `unconverted`."""
    left = np.asarray(left, dtype=float)
    at = x.reshape(-1, *[1] * left.ndim)
    factor = _ln_expm1(left / depth) - _ln_expm1(np.float64(thickness / depth))
    return np.asarray(np.exp(factor + at / depth - np.logaddexp(0.0, factor + _ln_expm1(at / depth))))


def taken(u: Array, depth: float) -> Array:
    """Share of the electrons that are taken before x, (1 - e^(-u/l)) / (1 - e^(-u_L/l)).

    u  of `unconverted`, its last point the surface;  depth: l, m
    """
    whole = np.expm1(-u[-1] / depth)
    return np.asarray(np.divide(np.expm1(-u / depth), whole, out=np.zeros_like(u), where=whole != 0))


def finding(thickness: float, left: Any, depth: float) -> Any:
    """Electrons that find something to reduce, over those in a fresh film, (1 - e^(-u_L/l)) / (1 - e^(-L/l)).

    Limits: 1 while the front is far from the surface; u_L / L, the share that is left, where l is large.
    """
    return np.expm1(-left / depth) / np.expm1(-thickness / depth)


def _ln_expm1(y: Any) -> Any:
    """ln(e^y - 1), -inf at 0."""
    y = np.asarray(y, dtype=float)
    with np.errstate(divide="ignore"):
        return np.where(y > 1, y + np.log1p(-np.exp(-np.maximum(y, 1))), np.log(np.expm1(np.minimum(y, 1))))
