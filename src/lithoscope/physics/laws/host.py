"""A fibre mat that holds lithium: what is in it, how much surface it has, and which of its lithium has electrons.

Volume fractions are shares of the volume of the whole electrode.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from lithoscope.constants import FARADAY
from lithoscope.data import lookup


def stripping_share(s: Any, half: Any) -> Any:
    """Share of its surface that lithium in a mat has while it is stripped, g = s / (s + h).

    s     volume fraction of lithium, not negative
    half  h, at which half of the surface is left
    It vanishes linearly with s, so that lithium is not stripped below zero.
    """
    return s / (s + half)


def plating_share(s: Any, seed: Any, half: Any) -> Any:
    """Share of the surface on which lithium is plated, g = (s + s_0) / (s + s_0 + h).

    s     volume fraction of lithium nearby
    seed  s_0, what a bare fibre with electrons is worth
    half  h, as in `stripping_share`
    """
    return (s + seed) / (s + seed + half)


ROOM_WIDTH = 0.01
"""Range of the volume fraction over which the last room for lithium goes."""


def room(s: Any, largest: Any) -> Any:
    """Share of the surface that still has a pore beside it, 1 / (1 + exp((s - s_max) / 0.01)).

    s        volume fraction of lithium
    largest  s_max, at which half of it is closed
    """
    return 1 / (1 + np.exp((s - largest) / ROOM_WIDTH))


def electronic_conductivity(s: Any, threshold: Any, lithium: Any, matrix: Any) -> Any:
    """Conductivity of a mat with lithium in it, sigma = sigma_m + sigma_Li ([s - s_c]+ / (1 - s_c))^2, S/m.

    s          volume fraction of lithium
    threshold  s_c, below which lithium does not hang together
    lithium    sigma_Li, of dense lithium, S/m
    matrix     sigma_m, of the mat without lithium, S/m

    Validity: the exponent 2 of percolation in three dimensions, used up to s = 1. It has a continuous slope at the threshold
    and no tail below it: with lithium at 1e7 S/m even a tail of 1e-10 would short an insulator.
    Source: D. Stauffer and A. Aharony, Introduction to Percolation Theory, 2nd ed., chapter 5.
    """
    above = np.maximum(s - threshold, 0.0) / (1 - threshold)
    return matrix + lithium * above**2


def coaxial_area(length: float, radius: float, s: Any) -> Any:
    """Surface of fibres that carry an even coat of lithium, a = 2 pi Lambda sqrt(R^2 + s / (pi Lambda)), 1/m.

    length  Lambda, of fibre per volume, 1/m2
    radius  R, of a fibre, m
    s       volume fraction of lithium
    Validity: straight fibres whose coats do not touch.
    Limit: 2 pi Lambda R without lithium.

    >>> round(float(coaxial_area(4.8e11, 0.26e-6, 0.4)) / 1e6, 2)
    1.74
    """
    return 2 * np.pi * length * np.sqrt(radius**2 + s / (np.pi * length))


def penetration_depth(conductivity: float, resistance: float, area: float) -> float:
    """Depth to which a reaction reaches into a porous electrode that conducts electrons well, sqrt(kappa R / a), m.

    conductivity  kappa, of the electrolyte in the pores, S/m
    resistance    R, of the interface, ohm m2 of inner surface
    area          a, inner surface per volume, 1/m
    Source: J. Newman and N. P. Balsara, Electrochemical Systems, 4th ed., chapter 22.

    >>> round(penetration_depth(0.3, 58e-4, 1.1e6) * 1e6, 1)
    39.8
    """
    return float(np.sqrt(conductivity * resistance / area))


def porous_resistance(conductivity: float, resistance: float, area: float, thickness: float) -> float:
    """Resistance of such an electrode per geometric area, sqrt(R / (kappa a)) coth(L / depth), ohm m2.

    thickness  L, m; the others as in `penetration_depth`
    Limits: R / (a L) for a thin electrode; the square root for a thick one.
    """
    depth = penetration_depth(conductivity, resistance, area)
    return float(np.sqrt(resistance / (conductivity * area)) / np.tanh(thickness / depth))


@dataclass(frozen=True, slots=True)
class Composite:
    """What a lithium-filled mat is made of; amounts per volume of the electrode.

    fibre     mass of the polymer, kg/m3
    coating   mass of zinc oxide before it reacted, kg/m3
    bound     lithium that the coating took, kg/m3
    metallic  lithium that is left as metal, kg/m3
    """

    fibre: float
    coating: float
    bound: float
    metallic: float

    @property
    def density(self) -> float:
        """kg/m3 of the electrode without electrolyte."""
        return self.fibre + self.coating + self.bound + self.metallic

    @property
    def lithium_share(self) -> float:
        """Mass of metallic lithium over that of everything."""
        return self.metallic / self.density

    @property
    def bound_share(self) -> float:
        """Share of all its lithium that the coating has taken."""
        return self.bound / (self.bound + self.metallic)

    @property
    def specific_capacity(self) -> float:
        """Charge that complete stripping gives, per mass of everything, C/kg. The lithium in LiZn counts as matrix."""
        return FARADAY * self.lithium_share / lookup("lithium.molar_mass").to("kg/mol")


def composite(length: float, core: float, coated: float, s: float, fibre_density: float) -> Composite:
    """What a mat holds after its coating has reacted, ZnO + 3 Li -> LiZn + Li2O.

    length         of fibre per volume, 1/m2
    core, coated   radius of a fibre without and with its coating before it reacts, m
    s              volume fraction of metallic lithium
    fibre_density  of the polymer, kg/m3
    """
    zinc_oxide = lookup("host.zno_density").to("kg/m3") * np.pi * length * (coated**2 - core**2)
    lithium = lookup("lithium.molar_mass").to("kg/mol")
    bound = 3 * lithium * zinc_oxide / lookup("host.zno_molar_mass").to("kg/mol")
    metallic = s * lithium / lookup("lithium.molar_volume").to("m3/mol")
    return Composite(fibre_density * np.pi * length * core**2, float(zinc_oxide), float(bound), metallic)
