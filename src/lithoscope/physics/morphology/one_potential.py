"""The published phase field with one potential, for comparison with the literature: why it is not the model of this scale.

    dxi/dt = - L_sigma ( g'(xi) - kappa_g xi'' ) - L_eta h'(xi) [ e^(F phi / 2RT) - e^(-F phi / 2RT) ]
    ( sigma(xi) phi' )' = F c_s dxi/dt

One continuous potential phi spans metal and electrolyte, sigma = h sigma_metal + (1 - h) sigma_electrolyte. The metal holds the
whole interface at its potential, so that the electrolyte carries sigma V / L whatever the reaction does, and the current of the
reaction comes back through the metal: the two are not tied to each other. Such a model runs at a fixed voltage, has no cell
voltage under a current, and no charge balance.
Source: L. Chen et al., J. Power Sources 300 (2015) 376, as restated in arXiv:2204.06696.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar, NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy.linalg import solve_banded

from lithoscope.constants import FARADAY, thermal_voltage
from lithoscope.errors import InputError

Array = NDArray[np.float64]


class OnePotentialCurrents(NamedTuple):
    """What the electrolyte carries and what the reaction deposits, A/m2, positive for plating."""

    ionic: float
    deposition: float


@dataclass(frozen=True)
class OnePotential2015:
    """A flat front of the published model with one potential, SI. For comparison only: charge does not balance in it.

    thickness     of metal at the start;  distance: from the bottom of the metal to the top, where phi = 0
    cells         of the one-dimensional grid;  width: of the interface
    conductivity  of the electrolyte;  metal_conductivity
    rate          L_eta, 1/s;  mobility: L_sigma times the height of the double well, 1/s
    sites         c_s of lithium, mol/m3;  temperature
    """

    thickness: float = 20e-6
    distance: float = 100e-6
    cells: int = 400
    width: float = 1e-6
    conductivity: float = 1.19
    metal_conductivity: float = 1e7
    rate: float = 5e-4
    mobility: float = 1.0
    sites: float = 7.64e4
    temperature: float = 298.15

    label: ClassVar[str] = "one potential (2015), reference only: deposition and ionic current are not tied to each other"

    def front(self) -> Array:
        """Metal fraction at the start."""
        return np.asarray(0.5 * (1 - np.tanh((self._x() - self.thickness) / self.width)))

    def _x(self) -> Array:
        return (np.arange(self.cells, dtype=np.float64) + 0.5) * self._dx

    @property
    def _dx(self) -> float:
        return self.distance / self.cells

    def potential(self, xi: Array, voltage: float) -> Array:
        """phi for a front whose metal is held at a voltage, V; the source is iterated with half of each change."""
        h = xi**3 * (6 * xi**2 - 15 * xi + 10)
        sigma = h * self.metal_conductivity + (1 - h) * self.conductivity
        k = 2 * sigma[1:] * sigma[:-1] / (sigma[1:] + sigma[:-1])
        bands = np.zeros((3, self.cells))
        bands[0, 1:], bands[2, :-1] = k, k
        bands[1] = -np.append(k, 0) - np.append(0, k)
        bands[1, [0, -1]] -= 2 * sigma[[0, -1]]
        phi = np.where(xi > 0.5, voltage, 0.0)
        for _ in range(400):
            source = FARADAY * self.sites * self.reaction(xi, phi) * self._dx**2
            source[0] -= 2 * sigma[0] * voltage
            change = np.asarray(solve_banded((1, 1), bands, source)) - phi
            phi = phi + 0.5 * change
            if np.max(np.abs(change)) < 1e-12:
                return phi
        raise InputError(
            "voltage", f"= {voltage:g} V drives a reaction that the potential does not follow", expected="a smaller voltage",
            why="The source grows exponentially with the potential that it lowers", do="Use -0.45 V or less in magnitude",
        )  # fmt: skip

    def reaction(self, xi: Array, phi: Array) -> Array:
        """What the reaction adds to dxi/dt, 1/s."""
        u = phi / (2 * thermal_voltage(self.temperature))
        return np.asarray(-2 * self.rate * 30 * xi**2 * (1 - xi) ** 2 * np.sinh(u))

    def currents(self, xi: Array, voltage: float) -> OnePotentialCurrents:
        """Both currents of a front."""
        phi = self.potential(xi, voltage)
        ionic = self.conductivity * abs(phi[-1] - phi[-2]) / self._dx
        return OnePotentialCurrents(float(ionic), float(FARADAY * self.sites * np.sum(self.reaction(xi, phi)) * self._dx))

    def advance(self, xi: Array, voltage: float, dt: float) -> Array:
        """The front after a time step, s, at a voltage."""
        wide = np.pad(xi, 1, mode="edge")
        bend = (wide[2:] - 2 * xi + wide[:-2]) / self._dx**2
        # g = xi^2 (1 - xi)^2, and the gradient energy that gives the profile (1 - tanh(x / width)) / 2.
        well = 2 * xi * (1 - xi) * (1 - 2 * xi) - 0.5 * self.width**2 * bend
        return np.asarray(xi + dt * (self.reaction(xi, self.potential(xi, voltage)) - self.mobility * well))
