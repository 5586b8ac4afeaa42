"""Exact and linear solutions of the equations of the morphology scale, which tests compare with."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from lithoscope.constants import FARADAY, thermal_voltage
from lithoscope.physics.laws.transport import limiting_current_density


def front_speed(i: float, molar_volume: float) -> float:
    """Speed of a flat front, v = (V_m / F) i, m/s: 1 mA/cm2 is 1.35 nm/s.

    i             plating current density, A/m2
    molar_volume  V_m of lithium, m3/mol
    """
    return molar_volume / FARADAY * i


def sand_time(i: float, D: float, t_plus: float, c0: float) -> float:
    """Time in which the salt at a flat surface is used up, t = pi D (c0 F / (2 i (1 - t+)))^2, s.

    i       plating current density, A/m2;  D: salt diffusivity, m2/s;  t_plus;  c0: initial concentration, mol/m3
    Validity: constant properties, an electrolyte deeper than sqrt(D t).
    Source: H. J. S. Sand, Philos. Mag. 1 (1901) 45.
    """
    return float(np.pi * D * (c0 * FARADAY / (2 * i * (1 - t_plus))) ** 2)


def reservoir_limit(D: float, t_plus: float, c0: float, distance: float) -> float:
    """Limiting current density with the concentration held at a distance, i = F D c0 / ((1 - t+) L), A/m2.

    Half of that of a cell with two lithium electrodes, `physics.laws.transport.limiting_current_density`.
    """
    return limiting_current_density(D, t_plus, c0, distance, 1.0) / 2


@dataclass(frozen=True)
class Front:
    """A flat front that is plated at a steady current density, disturbed by a wave of small height. SI.

    i             plating current density
    exchange      exchange current density at the surface;  resistance: of its film
    capillarity   Gamma = gamma V_m / F, V m
    kappa, D, t_plus, factor  of the electrolyte, constant
    surface_salt  concentration at the surface
    depth         of the electrolyte; its top passes an even current
    reservoir     distance of the fixed concentration; without salt transport infinite D does the same
    """

    i: float
    exchange: float
    resistance: float
    capillarity: float
    kappa: float
    D: float
    t_plus: float
    factor: float
    surface_salt: float
    depth: float
    reservoir: float
    temperature: float = 298.15
    molar_volume: float = 13e-6

    def growth_rate(self, k: float) -> float:
        """Growth rate of a wave of wave number k, 1/m, in its height h_1 e^(ikx + omega t), 1/s.

        omega = (V_m / F) N / Z
        N = i/kappa + beta c'/c - Gamma k^2 + i c' / (2 c g0)                                drive, V/m for 1 m of height
        Z = 1/g0 + R + 1/(kappa k tanh(k H)) + (beta / c + i / (2 c g0)) (1 - t+) tanh(k L) / (F D k)     resistance

        c' = (1 - t+) i / (F D) slope of the salt at the surface, beta = 2 V_T (1 - t+) chi, g0 = di/dw of the bare kinetics.
        Without salt transport it is (V_m/F) k (i - kappa Gamma k^2) / (1 + kappa k (1/g0 + R)) for a deep electrolyte.

        Derivation: with kappa and D constant, Phi - beta ln c and c are harmonic; a wave of current i_1 at the surface changes
        them there by -i_1 / (kappa k tanh(k H)) and -(1 - t+) i_1 tanh(k L) / (F D k); the surface that stands h_1 further out
        sees i/kappa and c' more of them; i = i0(c) 2 sinh(w / 2 V_T), i0 ~ c^(1/2), w = Phi - Gamma k^2 h_1 - R i.
        Validity: heights small beside the wave length; a front slow beside diffusion, v << D k; steady salt.
        """
        V_T = thermal_voltage(self.temperature)
        g0 = np.sqrt(self.exchange**2 + (self.i / 2) ** 2) / V_T
        slope = (1 - self.t_plus) * self.i / (FARADAY * self.D)
        beta = 2 * V_T * (1 - self.t_plus) * self.factor
        kinetic = self.i / (2 * g0 * self.surface_salt)
        drive = self.i / self.kappa + (beta / self.surface_salt + kinetic) * slope - self.capillarity * k**2
        diffusion = (1 - self.t_plus) * np.tanh(k * self.reservoir) / (FARADAY * self.D * k)
        resists = 1 / g0 + self.resistance + 1 / (self.kappa * k * np.tanh(k * self.depth))
        resists += (beta / self.surface_salt + kinetic) * diffusion
        return float(self.molar_volume / FARADAY * drive / resists)
