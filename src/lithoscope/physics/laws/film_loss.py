"""What is left of an oxide film between lithium, which reduces it, and an electrolyte, which dissolves it."""

from __future__ import annotations

import math
from typing import NamedTuple

from lithoscope.constants import FARADAY


class Lost(NamedTuple):
    """Of the thickness of a film as made, m: reduced from the side of the lithium, dissolved from the other, and left."""

    reduced: float
    dissolved: float
    left: float


class Pieces(NamedTuple):
    """Formula units of the oxide, mol/m2: left, reduced (which stays in the film), dissolved; lithium that it took, mol/m2."""

    left: float
    reduced: float
    dissolved: float
    lithium: float

    @property
    def charge(self) -> float:
        """Of the lithium that was taken, C/m2."""
        return FARADAY * self.lithium


def lost(t: float, thickness: float, speed: float, constant: float, dissolving: float) -> Lost:
    """What a film has lost after a time.

    x/k_r + x^2/(2 k_p) = t    reduced: a reaction in series with transport through what it leaves
    y = v t                    dissolved
    Both end where they meet, x + y = d:   x_e = 2 d / (b + sqrt(b^2 + 2 v d/k_p)),   b = 1 + v/k_r

    t           s;  thickness: d, m
    speed       k_r, m/s, positive;  constant: k_p, m2/s, positive;  dissolving: v, m/s
    Validity: an even film without cracks or pinholes; what is reduced does not dissolve.

    >>> round(sum(lost(86400.0, 200e-9, math.inf, 1e-23, 0.0)[:2]) * 1e9, 4)
    1.3145
    """
    b = 1 + dissolving / speed
    most = 2 * thickness / (b + math.sqrt(b**2 + 2 * dissolving * thickness / constant))
    # The law of `films.grown_by_diffusion` from no film, in the form that loses no digits where the reaction is slow.
    x = min(2 * t / (1 / speed + math.sqrt(1 / speed**2 + 2 * t / constant)), most) if t > 0 else 0.0
    y = min(dissolving * t, thickness - x)
    return Lost(x, y, thickness - x - y)


def pieces(of: Lost, molar_volume: float, lithium: float) -> Pieces:
    """Where the elements of a film are: its barium and titanium are those of the formula units, wherever these are.

    molar_volume  of the oxide, m3/mol;  lithium: atoms that a formula unit takes
    """
    reduced = of.reduced / molar_volume
    return Pieces(of.left / molar_volume, reduced, of.dissolved / molar_volume, lithium * reduced)
