"""Film, Stern layer and electrolyte in equilibrium.

    V = E_f L_f + D_f / C_dead + phi_s                                           lithium to electrolyte
    D_f = eps_b eps_0 E_f + P,   E_f = 2 a1 P + 4 a11 P^3 + 6 a111 P^5            film
    D_out = D_f + sigma_a(phi_s)                                                 Gauss at the plane of adsorption
    phi_s = D_out / C_S + phi_d(D_out)                                           Stern and diffuse layer (Bikerman)
    theta_i = K_i a_i / (1 + sum_j K_j a_j),  K_i = exp[-(dG_i + z_i e phi_s) / kT]   Langmuir, competitive
    sigma_a = e (Gamma_max sum_i z_i theta_i + sum of z_i Gamma_i put there)

D displacement, C/m2, E field, V/m, P polarisation, C/m2, all along x; phi in V; Gamma sites, 1/m2.
One number p says where a film is: its polarisation if that follows the field, else its displacement. D_f rises with p, and
V of a film that is not ferroelectric too; a ferroelectric has several p for one V.
Source: A. F. Devonshire (1949); J. J. Bikerman (1942); the isotherm is that of Langmuir in a field.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np

from lithoscope.constants import BOLTZMANN, ELEMENTARY_CHARGE
from lithoscope.physics.double_layer.params import Film, Gap, Liquid, Stack
from lithoscope.physics.laws.double_layer import capacitance, potential
from lithoscope.physics.laws.ferroelectric import field, stiffness

HALVINGS = 64
"""Of the range in which the displacement behind adsorbed ions lies: to rounding."""


class FilmState(NamedTuple):
    """D, E and P in a film, each of the shape of p."""

    D: Any
    E: Any
    P: Any


def film_state(film: Film | None, p: Any) -> FilmState:
    """What is in a film at p; without a film, its displacement alone."""
    p = np.asarray(p, dtype=float)
    if film is None:
        return FilmState(p, np.zeros_like(p), np.zeros_like(p))
    if film.law is None:
        return FilmState(p, (p - film.P) / film.permittivity, np.full_like(p, film.P))
    E = field(film.law, p)
    return FilmState(p + film.permittivity * E, E, p)


def coverages(liquid: Liquid, phi_s: Any) -> Any:
    """theta of every species of the isotherm, shape (species, *phi_s); zero for those that were put there."""
    phi_s = np.asarray(phi_s, dtype=float)
    kT = BOLTZMANN * liquid.solution.T
    exponent = np.stack([
        np.full_like(phi_s, -np.inf) if s.energy is None
        else -(s.energy + s.charge * ELEMENTARY_CHARGE * phi_s) / kT + np.log(s.activity)
        for s in liquid.species
    ])  # fmt: skip
    # Relative to the largest, the empty site (exponent 0) among them, so that nothing overflows.
    top = np.maximum(exponent.max(axis=0), 0.0)
    shares = np.exp(exponent - top)
    return shares / (np.exp(-top) + shares.sum(axis=0))


def adsorbed_charge(liquid: Liquid, phi_s: Any) -> Any:
    """sigma_a, C/m2, shape of phi_s; falls with phi_s or stays."""
    if not liquid.species:
        return np.zeros_like(np.asarray(phi_s, dtype=float))
    charges = np.array([s.charge for s in liquid.species], dtype=float)
    fixed = sum(s.charge * s.amount for s in liquid.species)
    sites = np.tensordot(charges, coverages(liquid, phi_s), axes=1)
    return ELEMENTARY_CHARGE * (liquid.sites * sites + fixed)


def surface_potential(liquid: Liquid, D_out: Any) -> Any:
    """phi_s = D_out / C_S + phi_d(D_out), V."""
    return liquid.elastance * D_out + potential(liquid.solution, D_out)


def outside(beside: Liquid | Gap, D_f: Any) -> tuple[Any, Any]:
    """D_out and phi_s that go with the displacement of a film."""
    D_f = np.asarray(D_f, dtype=float)
    if isinstance(beside, Gap):
        return D_f, beside.elastance * D_f
    if not beside.species:
        return D_f, surface_potential(beside, D_f)
    most = ELEMENTARY_CHARGE * sum(abs(s.charge) * (s.amount + beside.sites) for s in beside.species)
    low, high = D_f - most, D_f + most
    for _ in range(HALVINGS):
        middle = 0.5 * (low + high)
        # D_out - sigma_a rises with D_out, so that there is one root.
        over = middle - adsorbed_charge(beside, surface_potential(beside, middle)) > D_f
        low, high = np.where(over, low, middle), np.where(over, middle, high)
    return middle, surface_potential(beside, middle)


def voltage(stack: Stack, p: Any) -> Any:
    """V at which a film at p is in equilibrium, shape of p."""
    state = film_state(stack.film, p)
    phi_s = outside(stack.beside, state.D)[1]
    film = stack.film
    return phi_s if film is None else state.E * film.thickness + film.elastance * state.D + phi_s


def liquid_capacitance(liquid: Liquid, phi_s: float, phi_d: float) -> float:
    """Of adsorbed ions, Stern and diffuse layer together, F/m2: 1 / (1/C_S + 1/C_d) + C_a, C_a = -d sigma_a / d phi_s."""
    in_series = 1 / (liquid.elastance + 1 / float(capacitance(liquid.solution, phi_d)))
    if not liquid.species:
        return in_series
    z, theta = np.array([s.charge for s in liquid.species], dtype=float), coverages(liquid, phi_s)
    spread = z**2 @ theta - (z @ theta) ** 2
    kT = BOLTZMANN * liquid.solution.T
    return in_series + float(ELEMENTARY_CHARGE**2 * liquid.sites * spread / kT)


def film_elastance(film: Film | None, p: float) -> float:
    """dV_f / dD_f of a film and its layer without polarisation, m2/F; negative between the branches of a ferroelectric."""
    if film is None:
        return 0.0
    if film.law is None:
        return film.thickness / film.permittivity + film.elastance
    slope = float(stiffness(film.law, p))
    return film.thickness * slope / (1 + film.permittivity * slope) + film.elastance
