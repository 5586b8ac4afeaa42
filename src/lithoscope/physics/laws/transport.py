"""How salt moves in the electrolyte: its properties as functions of concentration and temperature.

A transport law is an object with four functions and the range in which they were measured. Outside that range the
value at its edge is used, and a run that went there says so.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable
from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np

from lithoscope.constants import FARADAY, thermal_voltage
from lithoscope.data import lookup

Function = Any
"""A number, an array or a symbol; the functions below return what they are given."""


class Functions(Protocol):
    """The four functions of an electrolyte, of its salt concentration c (mol/m3) and temperature T (K)."""

    def conductivity(self, c: Function, T: Function) -> Function:
        """kappa, S/m."""

    def diffusivity(self, c: Function, T: Function) -> Function:
        """D, m2/s."""

    def transference_number(self, c: Function, T: Function) -> Function:
        """t+, the share of the current that lithium ions carry without a gradient."""

    def thermodynamic_factor(self, c: Function, T: Function) -> Function:
        """chi = 1 + d ln f / d ln c."""


class Transport(Functions, Hashable, Protocol):
    """A transport law: the four functions, and where they were measured."""

    @property
    def concentrations(self) -> tuple[float, float]:
        """Lowest and highest salt concentration of the measurements, mol/m3."""

    @property
    def temperatures(self) -> tuple[float, float]:
        """Lowest and highest temperature of the measurements, K."""


@dataclass(frozen=True)
class ConstantTransport:
    """Properties that depend on nothing; exact solutions exist for them.

    kappa   conductivity, S/m
    D       salt diffusivity, m2/s
    t_plus  transference number
    chi     thermodynamic factor
    """

    kappa: float
    D: float
    t_plus: float
    chi: float

    concentrations = (0.0, np.inf)
    temperatures = (0.0, np.inf)

    def conductivity(self, c: Function, T: Function) -> Function:
        """kappa, S/m, in the shape of c."""
        return self.kappa + 0 * c

    def diffusivity(self, c: Function, T: Function) -> Function:
        """D, m2/s, in the shape of c."""
        return self.D + 0 * c

    def transference_number(self, c: Function, T: Function) -> Function:
        """t+, in the shape of c."""
        return self.t_plus + 0 * c

    def thermodynamic_factor(self, c: Function, T: Function) -> Function:
        """chi, in the shape of c."""
        return self.chi + 0 * c


@dataclass(frozen=True)
class LandesfeindGasteiger:
    """LiPF6 in EC:DMC 1:1 by weight, fits to measurements.

    kappa = p1 (1 + (T - p2)) c (1 + p3 sqrt(c) + p4 (1 + p5 exp(1000/T)) c) / (1 + c^4 p6 exp(1000/T))    mS/cm
    D     = p1 exp(p2 c) exp(p3/T) exp(p4 c/T)                                                      1e-10 m2/s
    t+, chi = p1 + p2 c + p3 T + p4 c^2 + p5 c T + p6 T^2 + p7 c^3 + p8 c^2 T + p9 c T^2

    c in mol/L, T in K; coefficients in the data table `landesfeind2019_ec_dmc`.
    Validity: 10 to 30 degC, up to 3 mol/L. kappa +-5 %, D and t+ +-20 to 30 %.
    Source: J. Landesfeind and H. A. Gasteiger, J. Electrochem. Soc. 166 (2019) A3079.
    """

    concentrations = (0.0, 3000.0)
    temperatures = (283.15, 303.15)

    def conductivity(self, c: Function, T: Function) -> Function:
        """kappa, S/m."""
        p1, p2, p3, p4, p5, p6 = _coefficients("conductivity")
        c = self._measured(c)
        e = np.exp(1000 / T)
        kappa = p1 * (1 + (T - p2)) * c * (1 + p3 * np.sqrt(c) + p4 * (1 + p5 * e) * c) / (1 + c**4 * (p6 * e))
        return 0.1 * kappa

    def diffusivity(self, c: Function, T: Function) -> Function:
        """D, m2/s."""
        p1, p2, p3, p4 = _coefficients("diffusivity")
        # One exponential of the concentration, because this is evaluated in every cell at every step.
        return 1e-10 * p1 * np.exp(p3 / T) * np.exp((p2 + p4 / T) * self._measured(c))

    def transference_number(self, c: Function, T: Function) -> Function:
        """t+."""
        return _polynomial(_coefficients("transference_number"), self._measured(c), T)

    def thermodynamic_factor(self, c: Function, T: Function) -> Function:
        """chi."""
        return _polynomial(_coefficients("thermodynamic_factor"), self._measured(c), T)

    def _measured(self, c: Function) -> Function:
        """c in mol/L, held at the edge of the measured range (a convenience: nothing is known beyond it)."""
        return np.minimum(c, self.concentrations[1]) * 1e-3


def _coefficients(name: str) -> tuple[float, ...]:
    value = lookup(f"landesfeind2019_ec_dmc.{name}").value
    assert isinstance(value, tuple)  # a table of this package
    return value


def _polynomial(p: tuple[float, ...], c: Function, T: Function) -> Function:
    p1, p2, p3, p4, p5, p6, p7, p8, p9 = p
    return (p1 + p3 * T + p6 * T**2) + c * ((p2 + p5 * T + p9 * T**2) + c * ((p4 + p8 * T) + c * p7))


NODES, WEIGHTS = np.polynomial.legendre.leggauss(16)
"""Of the Gauss-Legendre quadrature of the diffusion potential."""


def diffusion_potential(
    law: Functions,
    c_left: Function,
    c_right: Function,
    T: Function,
    nodes: Function = NODES,
    total: Callable[[Function], Function] = WEIGHTS.__matmul__,
) -> Function:
    """Potential of the electrolyte on the right against the left, without current, measured with lithium electrodes.

    phi = (2 R T / F) int_{ln c_left}^{ln c_right} (1 - t+) chi d ln c

    c_left, c_right  salt concentrations, mol/m3, positive
    T                temperature, K
    nodes, total     NODES as a column, and the sum of WEIGHTS times a column, in the arithmetic of the concentrations
    Returns phi in V.

    Gauss-Legendre quadrature in ln c with 16 points: exact for constant (1 - t+) chi, below 1e-9 V from 1 mol/m3 to
    3 mol/L for the fitted law. It needs no more than the four functions, so a law can be exchanged in one place.
    """
    ratio = np.log(c_right / c_left)
    c = c_left * np.exp(0.5 * (1 + nodes) * ratio)
    return thermal_voltage(T) * ratio * total((1 - law.transference_number(c, T)) * law.thermodynamic_factor(c, T))


def limiting_current_density(D: float, t_plus: float, c0: float, thickness: float, macmullin: float) -> float:
    """Steady limiting current density of a cell with two lithium electrodes, i_lim = 2 F D c0 / (N_M (1 - t+) L), A/m2.

    D          salt diffusivity, m2/s
    t_plus     transference number
    c0         mean salt concentration, mol/m3
    thickness  L, m
    macmullin  N_M, bulk over effective conductivity
    Validity: constant properties.
    """
    return 2 * FARADAY * D * c0 / (macmullin * (1 - t_plus) * thickness)
