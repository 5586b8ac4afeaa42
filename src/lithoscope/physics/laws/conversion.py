"""Films that convert: a reaction whose electrons have to pass what it has already made.

The same law serves the reduction of a halide film to metal and lithium salt, and the film that the electrolyte leaves on a bare
metal. Reaction and supply of electrons stand in series, j = j_k j_e / (j_k + j_e).
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from lithoscope.constants import FARADAY, thermal_voltage
from lithoscope.physics.laws.alloys import alloy_potential, plateaus

FASTEST_A_M2 = 100.0
"""How fast a reaction can be. Without it a fast one that has come to its end would be stiffer than its books can be kept."""

NEARLY_FULL = 0.05
"""Lithium per metal from which on a phase hesitates to take or to give."""

FEW = 1e-4
"""Converted amount at which half of its metal takes part in alloying, mol/m2: a few nanometres."""

NONE = 1e-8
"""Converted amount below which the composition of its metal has no meaning, mol/m2."""

LEAST_PRODUCT_M = 3e-10
"""Thickness of a product that is not there yet: electrons need some way to go."""


def reduction_rate(rate: Any, U: Any, phi: Any, T: Any) -> Any:
    """Current density of a reduction without limit of supply, j_k = j_k0 exp((U - phi) / (2 V_T)), A/m2.

    rate  j_k0, at phi = U, A/m2;  U  potential of the reaction, V;  phi  of the electrode, V;  T  K
    Validity: irreversible, transfer coefficient 1/2.
    """
    return rate * np.exp((U - phi) / (2 * thermal_voltage(T)))


def in_series(kinetic: Any, supply: Any) -> Any:
    """Current density of a reaction whose electrons must be supplied, j = j_k j_e / (j_k + j_e), A/m2.

    kinetic  j_k, positive;  supply  j_e, not negative
    It is written as j_e / (1 + j_e / j_k), which stays finite however large j_k is.
    """
    return supply / (1 + supply / kinetic)


def leak_by_tunnelling(largest: Any, product: Any, decay: Any) -> Any:
    """Supply of electrons through a product that blocks them, j_e = j_e0 exp(-n / n*), A/m2.

    largest  j_e0, without product, A/m2;  product  n, and  decay  n*, in the same unit
    It stops the reaction at an amount that grows with the logarithm of time, whatever the thickness of the film.
    """
    return largest * np.exp(-product / decay)


def leak_by_conduction(driving: Any, conductivity: Any, thickness: Any) -> Any:
    """Supply of electrons through a product that conducts them, j_e = (U - phi) sigma_e / x, A/m2.

    driving  U - phi, V, not negative;  conductivity  sigma_e, S/m;  thickness  x of the product, m, positive
    It slows the reaction down, as the root of time at one potential, and never stops it.
    """
    return driving * conductivity / thickness


def amount_by_tunnelling(largest: float, decay: float, electrons: float, t: ArrayLike) -> NDArray[np.float64]:
    """What converts in a time where only the supply limits, n = n* ln(1 + j_e0 t / (z F n*)), mol/m2.

    largest  j_e0, A/m2;  decay  n*, mol/m2;  electrons  z;  t  s
    The solution of dn/dt = j_e0 exp(-n / n*) / (z F) from n = 0.

    >>> round(float(amount_by_tunnelling(60.0, 3.85e-4, 2.0, 3600.0)) * 1e3, 3)
    3.071
    """
    return np.asarray(decay * np.log1p(largest * np.asarray(t) / (electrons * FARADAY * decay)))


def insertion_rate(rate: Any, potential: Any, interaction: Any, x: Any, phi: Any, T: Any) -> Any:
    """Current density with which a solid solution takes lithium in, A/m2.

    i = k ((1 - x) e^-a - x e^a) / (1 + 2 k cosh(a) / i_m),   a = ((phi - E_0) / V_T + G (x - 1/2)) / 2
    rate  k, A/m2;  potential  E_0, V;  interaction  G;  x  share of the largest content;  phi  of the electrode, V;  T  K
    Equilibrium: phi = E_0 - V_T (ln(x / (1 - x)) + G (x - 1/2)). i_m = 100 A/m2: no reaction goes faster.
    """
    a = ((phi - potential) / thermal_voltage(T) + interaction * (x - 0.5)) / 2
    out, into = _ways(rate, a)
    return (1 - x) * into - x * out


def alloying_rate(rate: Any, metal: str, y: Any, amount: Any, phi: Any, T: Any) -> Any:
    """Current density with which a metal that a conversion has made takes lithium in, A/m2.

    i = k n / (n + n_h) (w(y_m - y) e^-b - w(y) e^b) / (1 + 2 k cosh(b) / i_m),   b = (phi - U_y(y)) / (2 V_T)
    rate  k, A/m2;  metal  "Sn" or "Pb";  y  lithium per metal, y_m in the last phase;  amount  n of the metal, mol/m2
    w is `_willing`, n_h a few nanometres. What takes and what gives vanishes where nothing more fits or nothing is left.
    """
    b = (phi - alloy_potential(metal, y)) / (2 * thermal_voltage(T))
    out, into = _ways(rate, b)
    net = _willing(plateaus(metal)[-1][1] - y) * into - _willing(y) * out
    return amount / (amount + FEW) * net


def _ways(rate: Any, a: Any) -> tuple[Any, Any]:
    """Rates of oxidation and of reduction, k e^a and k e^-a over 1 + 2 k cosh(a) / i_m, A/m2."""
    forth, back = rate * np.exp(a), rate * np.exp(-a)
    limit = 1 + (forth + back) / FASTEST_A_M2
    return forth / limit, back / limit


def _willing(u: Any) -> Any:
    """w(u) = u / (|u| + 0.05), how readily a phase takes or gives where so much lithium per metal is left to it.

    An integrator may step a hair below zero. There w is as steep as above and negative, which drives the lithium back: cut off
    at zero, it would leave a step with nothing to correct it, and the lithium would drift below zero from step to step.
    """
    return u / (abs(u) + NEARLY_FULL)
