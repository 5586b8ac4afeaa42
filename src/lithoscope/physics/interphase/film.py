"""What a film of a composition does: resists lithium ions, lets electrons through, is stiff, cracks, and wants more room.

Compositions are amounts n of the solids, mol per m2 of true area, the last axis of an array.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from lithoscope.data import lookup
from lithoscope.physics.interphase.equations import Solids
from lithoscope.physics.laws.composites import mixed_conductivity, resistance_of_layers, shear_bounds

Array = NDArray[np.float64]

THINNEST = 1e-15
"""Volume per area below which a film has no composition, m."""


@dataclass(frozen=True, slots=True)
class Properties:
    """Of solids in a film, SI, arrays of shape (solids,).

    solids            with their volumes and how they share the two layers
    conductivity      of lithium ions, S/m;  shear: modulus, Pa;  fracture: strain at which it cracks
    porosity          of the outer layer;  electrolyte: conductivity of the liquid in it, S/m
    """

    solids: Solids
    conductivity: Array
    shear: Array
    fracture: Array
    porosity: float
    electrolyte: float

    def shares(self, n: Array) -> Array:
        """Volume shares of the solids; zeros where there is no film."""
        volume = n * self.solids.molar_volume
        whole = volume.sum(axis=-1, keepdims=True)
        return np.asarray(np.divide(volume, whole, out=np.zeros_like(volume), where=whole > THINNEST))

    def resistance(self, n: Array) -> Array:
        """Of true area, R = L_in / s_in + L_out / (kappa eps^1.5), ohm m2.

        s_in is that of the mixture in the inner layer, kappa that of the liquid in the pores of the outer one.
        """
        inner = n * self.solids.molar_volume * (1 - self.solids.outer_share)
        outer = (n * self.solids.molar_volume * self.solids.outer_share).sum(axis=-1) / (1 - self.porosity)
        thickness = inner.sum(axis=-1)
        # Without a film any mixture gives no resistance.
        any_ = np.full_like(inner, 1 / inner.shape[-1])
        shares = np.divide(inner, thickness[..., None], out=any_, where=thickness[..., None] > THINNEST)
        sigma = mixed_conductivity(shares, self.conductivity)
        layers = np.stack([np.maximum(thickness, 0.0), outer], axis=-1)
        open_ = np.full_like(sigma, self.electrolyte * self.porosity**1.5)
        return resistance_of_layers(layers, np.stack([sigma, open_], axis=-1))

    def stiffness(self, n: Array) -> tuple[Array, Array]:
        """Bounds of the shear modulus of the dense film, Pa."""
        return shear_bounds(self.shares(n), self.shear)

    def fracture_strain(self, n: Array) -> Array:
        """Strain at which it cracks: the mean of its solids by volume."""
        return np.asarray(self.shares(n) @ self.fracture)


def leakage(decay_lengths: Array, share: Array) -> float:
    """Electrons that tunnel through patches, relative to a bare surface: sum w exp(-2 T).

    decay_lengths  T = sum kappa_j L_j along the path in each patch;  share: w of the area
    The exponents add along a path and the exponentials over patches: the leakiest patch rules.
    """
    return float(np.sum(share * np.exp(-2 * decay_lengths)))


def hazard(strain: Array, fracture: Array, modulus: float) -> Array:
    """x = (e / e_f)^m of weak spots after Weibull: exp(-x) of the film bears the strain.

    strain    e, not negative;  fracture: e_f, at which 63 % are cracked;  modulus: m, large where all spots are alike
    Source: W. Weibull, J. Appl. Mech. 18 (1951) 293.
    """
    with np.errstate(over="ignore"):  # infinite where nothing bears it
        return np.asarray((strain / fracture) ** modulus)


def cracked_share(strain: Array, fracture: Array, modulus: float) -> Array:
    """Share of the film that a strain has cracked, 1 - exp(-x); x: `hazard`."""
    return np.asarray(-np.expm1(-hazard(strain, fracture, modulus)))


def growth_speed_reexposed(rate: float, exposure: float) -> float:
    """Mean speed of a film by diffusion that cracks and starts again, d(volume)/dt = sqrt(pi k_p w / 2), m/s.

    rate      k_p in dL/dt = k_p / L, m2/s
    exposure  w, share of the surface that is bared in unit time, 1/s: ages are distributed as w exp(-w t)
    """
    return math.sqrt(math.pi * rate * exposure / 2)


def volume_ratio(molar_volume: float, lithium: float) -> float:
    """Volume of a solid over that of the lithium in it, V / (z V_Li): above 1 a film that grows at the metal is compressed.

    >>> round(volume_ratio(14.84e-6, 2), 2)
    0.57
    """
    return molar_volume / (lithium * lookup("lithium.molar_volume").to("m3/mol"))
