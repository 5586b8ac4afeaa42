"""Ions that move between a film and a reservoir, and a polarisation that follows its field.

    dc_i/dt = -dN_i/dx,  N_i = -D [ c_i' + c_i (z_i phi'/V_T + mu') ],  mu = -ln(1 - a^3 N_A sum c)      steric Nernst-Planck
    -(eps phi')' = F sum z_i c_i                                                                          Poisson
    rho dP/dt = E_f - E_Landau(P)                                                                         Landau-Khalatnikov
    dGamma_i/dt = k_i (Gamma_eq,i(phi_s) - Gamma_i),  or -k_i Gamma_i for what was put there               adsorption

At the film: N_i = -dGamma_i/dt, and the current density over F for cations where lithium is stripped; film and Stern layer in
series with the electrolyte,
    D_out = [V - phi_w + P/C_f + sigma_a (1/C_f + 1/C_dead)] / (1/C_f + 1/C_dead + 1/C_S).
Far away: c = c0, phi = 0.
Finite volumes; the flux between two cells is exact for a constant flux and field (Scharfetter and Gummel), with mu beside phi.
Units inside: lengths in Debye lengths, time in lambda^2/D, potential in V_T, concentration in c0, displacement in
eps V_T/lambda.
Every function takes states as columns, so that a Jacobian is one call.
Source: D. L. Scharfetter, H. K. Gummel, IEEE Trans. Electron Devices 16 (1969) 64; M. S. Kilic et al., Phys. Rev. E 75 (2007)
021503.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy.linalg import solve_banded

from lithoscope.constants import ELEMENTARY_CHARGE, FARADAY
from lithoscope.physics.double_layer.equations.stack import coverages
from lithoscope.physics.double_layer.params import Film, Liquid
from lithoscope.physics.laws.ferroelectric import field

Array = NDArray[np.float64]

POLARISATION = 0.01
"""Unit of the polarisation in the state, C/m2."""

LEAST_ROOM = 1e-12
"""Share of the volume that ions leave, below which the logarithm is cut; a state that comes near to it is refused."""


class Walls(NamedTuple):
    """Potential of the electrolyte at the Stern layer (V_T), D_out and sigma_a (units of the module), phi_s and E_f (SI)."""

    phi: Any
    phi_w: Any
    D_out: Any
    sigma: Any
    phi_s: Any
    E_f: Any


def bernoulli(u: Array) -> Array:
    """B(u) = u / (e^u - 1)."""
    small = np.abs(u) < 1e-5
    safe = np.where(small, 1.0, np.clip(u, -700, 700))
    return np.where(small, 1 - u / 2 + u * u / 12, safe / np.expm1(safe))


class Drift:
    """The equations on a mesh of cells that grow away from the film.

    State, as a column: cations and anions in c0 (n each), P / 0.01, adsorbed amounts in c0 lambda, and what has come from the
    reservoir since the start, cations and anions, in c0 lambda.
    """

    def __init__(
        self, film: Film | None, liquid: Liquid, V: float, *, depth: float, cells: int, first: float, i: float
    ) -> None:
        """V in volt; depth and first (the thickness of the first cell) in Debye lengths; i: current density, A/m2."""
        self.film, self.liquid, self.V = film, liquid, V
        solution = liquid.solution
        self.n, self.lam = cells, solution.debye_length
        self.time = self.lam**2 / liquid.D
        self.D_unit = solution.permittivity * solution.V_T / self.lam
        self.amount_unit = solution.c0 * self.lam
        self.h = growing(depth, cells, first)
        self.x = np.cumsum(self.h) - self.h / 2
        self.dx = np.diff(self.x)
        self.inflow = i / FARADAY * self.time / self.amount_unit
        self.adsorbs = liquid.species
        # Elastances in units of lambda / eps.
        scale = self.D_unit / solution.V_T
        film_share = film.thickness / film.permittivity if film else 0.0
        self.S_film, self.S_dead = film_share * scale, (film.elastance if film else 0.0) * scale
        self.S_wall = self.S_film + self.S_dead + liquid.elastance * scale
        self.S_first = self.h[0] / 2
        self.matrix = self._matrix()

    def _matrix(self) -> Array:
        g = 1 / self.dx
        diagonal = np.zeros(self.n)
        diagonal[:-1] += g
        diagonal[1:] += g
        diagonal[0] += 1 / (self.S_wall + self.S_first)
        diagonal[-1] += 2 / self.h[-1]
        banded = np.zeros((3, self.n))
        banded[0, 1:], banded[1], banded[2, :-1] = -g, diagonal, -g
        return banded

    def start(self) -> Array:
        """The solution as it is far away, the film as it was made, what was put there."""
        amounts = [s.amount / AVOGADRO_UNIT / self.amount_unit for s in self.adsorbs]
        P = self.film.P if self.film else 0.0
        return np.concatenate([np.ones(2 * self.n), [P / POLARISATION], amounts, [0.0, 0.0]])

    def parts(self, y: Array) -> tuple[Array, Array, Array, Array, Array]:
        """Cations, anions, P in C/m2, adsorbed amounts, reservoirs."""
        n, m = self.n, len(self.adsorbs)
        return y[:n], y[n : 2 * n], y[2 * n] * POLARISATION, y[2 * n + 1 : 2 * n + 1 + m], y[2 * n + 1 + m :]

    def walls(self, y: Array) -> Walls:
        """Poisson's equation for a state."""
        cations, anions, P, amounts, _ = self.parts(y)
        V_T = self.liquid.solution.V_T
        z = np.array([s.charge for s in self.adsorbs], dtype=float)
        # c0 lambda F in units of eps V_T / lambda is 1/2.
        sigma = 0.5 * np.tensordot(z, amounts, axes=1) if len(z) else 0.0 * P
        drive = self.V / V_T + P / self.D_unit * self.S_film + sigma * (self.S_film + self.S_dead)
        charge = 0.5 * (cations - anions) * self.h[:, None]
        charge[0] += drive / (self.S_wall + self.S_first)
        phi = solve_banded((1, 1), self.matrix, charge)
        D_out = (drive - phi[0]) / (self.S_wall + self.S_first)
        phi_w = phi[0] + D_out * self.S_first
        phi_s = (phi_w + D_out * (self.S_wall - self.S_film - self.S_dead)) * V_T
        E_f = ((D_out - sigma) * self.D_unit - P) / self.film.permittivity if self.film else 0.0 * P
        return Walls(phi, phi_w, D_out, sigma, phi_s, E_f)

    def room(self, y: Array) -> Array:
        """Share of the volume that ions leave in every cell."""
        cations, anions, *_ = self.parts(y)
        return 1 - self.liquid.solution.nu / 2 * (cations + anions)

    def rates(self, t: float, y: Array) -> Array:
        """dy/dt for one state or for states as columns."""
        columns = y.reshape(len(y), -1)
        cations, anions, P, amounts, _ = self.parts(columns)
        walls = self.walls(columns)
        nu = self.liquid.solution.nu
        mu = -np.log(np.maximum(self.room(columns), LEAST_ROOM)) + np.log(1 - nu)
        out = np.zeros_like(columns)
        taken = self._adsorption(walls, amounts)
        m = len(self.adsorbs)
        out[2 * self.n + 1 : 2 * self.n + 1 + m] = taken
        for k, (c, sign) in enumerate(((cations, 1), (anions, -1))):
            psi = sign * walls.phi + mu
            step = np.diff(psi, axis=0)
            within = (c[:-1] * bernoulli(step) - c[1:] * bernoulli(-step)) / self.dx[:, None]
            away = (c[-1] * bernoulli(-psi[-1]) - bernoulli(psi[-1])) / (self.h[-1] / 2)
            lost = sum((taken[j] for j, s in enumerate(self.adsorbs) if s.charge == sign), 0.0 * P)
            entering = (self.inflow if sign > 0 else 0.0) - lost
            flux = np.concatenate([entering[None], within, away[None]])
            out[k * self.n : (k + 1) * self.n] = -np.diff(flux, axis=0) / self.h[:, None]
            out[-2 + k] = -away
        if self.film is not None and self.film.law is not None:
            out[2 * self.n] = (walls.E_f - field(self.film.law, P)) / self.film.viscosity * self.time / POLARISATION
        return out.reshape(y.shape)

    def _adsorption(self, walls: Walls, amounts: Array) -> Array:
        if not self.adsorbs:
            return np.zeros_like(amounts)
        held = coverages(self.liquid, walls.phi_s) * (self.liquid.sites / AVOGADRO_UNIT / self.amount_unit)
        rates = np.array([s.rate for s in self.adsorbs])[:, None] * self.time
        put = np.array([s.energy is None for s in self.adsorbs])[:, None]
        return rates * (np.where(put, 0.0, held) - amounts)


AVOGADRO_UNIT = FARADAY / ELEMENTARY_CHARGE
"""1/mol."""


def growing(depth: float, cells: int, first: float) -> Array:
    """Thicknesses of cells that grow by one ratio from the first to fill the depth; even ones if that is enough."""
    if first * cells >= depth:
        return np.full(cells, depth / cells)
    low, high = 1.0 + 1e-12, 10.0
    for _ in range(100):
        ratio = 0.5 * (low + high)
        low, high = (ratio, high) if first * (ratio**cells - 1) / (ratio - 1) < depth else (low, ratio)
    h = first * ratio ** np.arange(cells)
    return np.asarray(h * depth / h.sum())
