"""Ions of finite size beside a charged surface, in equilibrium: charge, potential, concentrations, capacitance.

    c_+- = c0 exp(-+u) / [1 + nu (cosh u - 1)],   u = phi / V_T,   nu = 2 a^3 N_A c0
    D = sgn(u) sqrt{ (2 R T eps / (a^3 N_A)) ln[1 + nu (cosh u - 1)] }

A symmetric 1:1 salt. phi is the potential against the electrolyte far away; D the displacement, which is the charge per area
on the side of the surface. For a -> 0 these are the laws of Gouy, Chapman and Grahame.
Validity: mean field, ions of one size, permittivity constant; no layers of solvent, no correlation of ions.
Source: J. J. Bikerman, Philos. Mag. 33 (1942) 384; M. S. Kilic, M. Z. Bazant, A. Ajdari, Phys. Rev. E 75 (2007) 021502.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np

from lithoscope.constants import AVOGADRO, ELEMENTARY_CHARGE, FARADAY, GAS, VACUUM_PERMITTIVITY, thermal_voltage

LARGE = 40.0
"""Potential in thermal voltages from which the larger exponential alone is kept, apart from a correction that is exact."""


class Solution(NamedTuple):
    """A 1:1 salt in a solvent, SI.

    c0    concentration far away, mol/m3
    eps   relative permittivity
    a     diameter of an ion, m; zero for ions without size
    T     temperature, K
    """

    c0: float
    eps: float
    a: float
    T: float

    @property
    def V_T(self) -> float:  # noqa: N802 (symbol)
        """Thermal voltage R T / F, V."""
        return thermal_voltage(self.T)

    @property
    def permittivity(self) -> float:
        """eps eps_0, F/m."""
        return self.eps * VACUUM_PERMITTIVITY

    @property
    def nu(self) -> float:
        """Share of the volume that ions take far away, nu = 2 a^3 N_A c0."""
        return 2 * self.a**3 * AVOGADRO * self.c0

    @property
    def debye_length(self) -> float:
        """lambda = sqrt(eps R T / (2 F^2 c0)), m."""
        return float(np.sqrt(self.permittivity * self.V_T / (2 * FARADAY * self.c0)))

    @property
    def ceiling(self) -> float:
        """Largest concentration of one ion, 1 / (a^3 N_A), mol/m3; infinite for ions without size."""
        return 1 / (self.a**3 * AVOGADRO) if self.a > 0 else float("inf")


def concentrations(solution: Solution, phi: Any) -> tuple[Any, Any]:
    """Concentrations of cations and anions where the potential is phi, mol/m3, shape of phi.

    Limits: cations c0 (1 - u), anions c0 (1 + u) for small u; the ceiling for the ion that is attracted at large u.
    """
    u = np.clip(np.asarray(phi, dtype=float) / solution.V_T, -700, 700)
    # Multiplied by exp(-|u|), so that nothing overflows.
    far = np.exp(-np.abs(u))
    below = far + solution.nu * (0.5 * (1 + far**2) - far)
    more, less = solution.c0 / below, solution.c0 * far**2 / below
    return np.where(u > 0, less, more), np.where(u > 0, more, less)


def charge_density(solution: Solution, phi: Any) -> Any:
    """F (c_+ - c_-), C/m3, shape of phi."""
    cations, anions = concentrations(solution, phi)
    return FARADAY * (cations - anions)


def displacement(solution: Solution, phi: Any) -> Any:
    """Displacement D at a surface whose potential is phi, C/m2: of one sign with phi, shape of phi.

    Limits: eps phi / lambda for small phi; sqrt(8 eps R T c0) sinh(u / 2) for a = 0.
    """
    u = np.asarray(phi, dtype=float) / solution.V_T
    scale = 2 * solution.permittivity * GAS * solution.T * solution.c0
    if solution.a == 0:
        return 2 * np.sqrt(scale) * np.sinh(u / 2)
    nu, size = solution.nu, np.abs(u)
    near = np.log1p(2 * nu * np.sinh(np.minimum(size, LARGE) / 2) ** 2)
    out = np.exp(-size)
    far = size + np.log(nu / 2) + np.log1p(out**2 + (2 / nu - 2) * out)
    return np.sign(u) * np.sqrt(2 * scale / nu * np.where(size < LARGE, near, far))


def potential(solution: Solution, D: Any) -> Any:
    """Potential of a surface with the displacement D, V: the inverse of `displacement`, in closed form, shape of D.

    u = 2 asinh( sqrt( (e^l - 1) / (2 nu) ) ),   l = D^2 a^3 N_A / (2 R T eps)
    """
    D = np.asarray(D, dtype=float)
    scale = 2 * solution.permittivity * GAS * solution.T * solution.c0
    if solution.a == 0:
        return 2 * solution.V_T * np.arcsinh(D / (2 * np.sqrt(scale)))
    nu = solution.nu
    level = D**2 * nu / (2 * scale)
    near = 2 * np.arcsinh(np.sqrt(np.expm1(np.minimum(level, LARGE)) / (2 * nu)))
    # e^u + e^-u = 2 (1 + (e^l - 1) / nu); the smaller exponential is below rounding here.
    far = level + np.log(2 / nu) + np.log1p((nu - 1) * np.exp(-level))
    return np.sign(D) * solution.V_T * np.where(level < LARGE, near, far)


def capacitance(solution: Solution, phi: Any) -> Any:
    """Differential capacitance of the diffuse layer dD/dphi = -rho(phi) eps / D, F/m2, shape of phi.

    Limits: eps / lambda at phi = 0; (eps / lambda) cosh(u / 2) for a = 0; falls as |u|^-1/2 where ions are packed.
    """
    phi = np.asarray(phi, dtype=float)
    D = displacement(solution, phi)
    flat = np.abs(phi) < 1e-6 * solution.V_T
    slope = -charge_density(solution, phi) * solution.permittivity / np.where(flat, 1.0, D)
    return np.where(flat, solution.permittivity / solution.debye_length, slope)


def grahame_permittivity(eps: float, least: float, half: float, field: float) -> float:
    """Relative permittivity of a liquid in a field, eps(E) = eps_s + (eps - eps_s) / sqrt(1 + (E / E_h)^2).

    eps    without a field;  least: eps_s, in an endless one
    half   E_h, V/m;  field: E, V/m, of either sign
    Source: D. C. Grahame, J. Chem. Phys. 18 (1950) 903, with eps_s in place of the square of the refractive index.
    """
    return float(least + (eps - least) / np.hypot(1.0, field / half))


def image_energy(outside: float, inside: float, distance: float) -> float:
    """Energy of an elementary charge beside a flat solid by its image, J.

    U = -e^2 (eps_2 - eps_1) / (16 pi eps_0 eps_1 z (eps_2 + eps_1))

    outside, inside  relative permittivity of the electrolyte, eps_1, and of the solid, eps_2
    distance         z of the charge from the surface, m
    Validity: a sharp boundary, no other ions; z above the size of a molecule.
    Source: J. D. Jackson, Classical Electrodynamics, section 4.4.
    """
    contrast = (inside - outside) / (inside + outside)
    return -(ELEMENTARY_CHARGE**2) * contrast / (16 * np.pi * VACUUM_PERMITTIVITY * outside * distance)
