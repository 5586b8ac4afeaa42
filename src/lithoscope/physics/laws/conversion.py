"""Films that convert: a reaction whose electrons have to pass what it has already made.

The same law serves the reduction of a halide film to metal and lithium salt, and the film that the electrolyte leaves on a bare
metal. Reaction and supply of electrons stand in series, j = j_k j_e / (j_k + j_e).
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from lithoscope.constants import FARADAY, thermal_voltage


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
    3.074
    """
    return np.asarray(decay * np.log1p(largest * np.asarray(t) / (electrons * FARADAY * decay)))
