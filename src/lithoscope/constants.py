"""Physical constants, SI, CODATA 2022. The only place where they are written.

Since the revision of the SI in 2019 the elementary charge, the Avogadro and the Boltzmann constant are exact,
so the Faraday and the gas constant are products without uncertainty.

Source: E. Tiesinga et al., CODATA recommended values of the fundamental physical constants: 2022.
"""

from __future__ import annotations

from typing import Final

ELEMENTARY_CHARGE: Final = 1.602176634e-19
"""e, C, exact."""

AVOGADRO: Final = 6.02214076e23
"""N_A, 1/mol, exact."""

BOLTZMANN: Final = 1.380649e-23
"""k_B, J/K, exact."""

VACUUM_PERMITTIVITY: Final = 8.8541878188e-12
"""eps_0, F/m, relative standard uncertainty 1.6e-10."""

FARADAY: Final = AVOGADRO * ELEMENTARY_CHARGE
"""F = N_A e, C/mol."""

GAS: Final = AVOGADRO * BOLTZMANN
"""R = N_A k_B, J/mol/K."""

ZERO_CELSIUS: Final = 273.15
"""0 degC in K, exact."""


def thermal_voltage(temperature: float) -> float:
    """Thermal voltage V_T = R T / F.

    temperature  T, K
    Returns V_T in V: 25.693 mV at 298.15 K.

    >>> round(thermal_voltage(298.15), 6)
    0.025693
    """
    return GAS * temperature / FARADAY
