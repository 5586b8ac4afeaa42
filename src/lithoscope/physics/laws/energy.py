"""Energy of a stack of layers by mass and by volume."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Layer:
    """What a part of a cell adds, per area of one electrode.

    name       of the part
    mass       kg/m2
    thickness  m; that of what fills pores is zero
    """

    name: str
    mass: float
    thickness: float


def specific_energy(Q: float, V: float, layers: Iterable[Layer]) -> float:
    """Energy by mass, w = Q V / sum m, J/kg.

    Q  capacity, C/m2;  V  mean voltage, V

    >>> round(specific_energy(36000.0, 3.6, [Layer("all", 0.36, 1e-4)]) / 3600)
    100
    """
    return Q * V / sum(layer.mass for layer in layers)


def energy_density(Q: float, V: float, layers: Iterable[Layer]) -> float:
    """Energy by volume, u = Q V / sum d, J/m3; arguments as above."""
    return Q * V / sum(layer.thickness for layer in layers)
