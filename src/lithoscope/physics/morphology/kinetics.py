"""How fast lithium deposits at each point of its surface: Butler-Volmer kinetics behind the film that it carries there.

Sign in this folder: current density and driving potential are positive when lithium is plated.
"""

from __future__ import annotations

from typing import NamedTuple

from lithoscope.physics.laws.kinetics import exchange_current_density
from lithoscope.physics.morphology.engine import Array, applied, jax, jnp

STEEPEST = 40.0
"""Largest driving potential over twice the thermal voltage: beyond 2 V the exponentials would overflow."""

LEAST_SALT = 1e-3
"""Share of the concentration of the reservoir below which kinetics and conduction no longer follow the salt."""

NEWTON_STEPS = 4
"""From the start used here they reach rounding for every film: 1e-13 over 1e-6 < R i0 / V_T < 1e6, checked by a test."""


class Rate(NamedTuple):
    """What one evaluation gives: i, A/m2, positive for plating; g = di/dPhi, S/m2."""

    i: Array
    g: Array


def held(c: Array, c0: Array) -> Array:
    """Salt concentration that kinetics and conduction see: not below `LEAST_SALT` of the reservoir, mol/m3."""
    return jnp.maximum(c, LEAST_SALT * c0)


def exchange(i0: Array, c: Array, c0: Array) -> Array:
    """Exchange current density at a salt concentration, A/m2: the law of `physics.laws.kinetics`."""
    return applied(exchange_current_density, i0, c, c0)


def rate(E: Array, i0: Array, R: Array, V_T: Array) -> Rate:
    """Plating current density behind a film, from E = R i + 2 V_T asinh(i / (2 i0)): eq. (3) with (R_g T / F) = V_T.

    E    driving potential Phi - phi_k - E_off, V
    i0   exchange current density, A/m2, positive
    R    areal resistance of the film, ohm m2, not negative
    V_T  thermal voltage, V
    All shapes that broadcast. It is `physics.laws.kinetics.overpotential` solved for the current.

    With u = asinh(i / (2 i0)), rho = R i0 / V_T and e = E / (2 V_T) it reads u + rho sinh(u) = e. The left side is convex for
    e > 0, and both e and asinh(e / rho) are above the root, so that Newton's method from the smaller of them falls to it.
    Gradients pass through one more step of Newton's method and not through the iteration.
    """
    e = E / (2 * V_T)
    size = jnp.minimum(jnp.abs(e), STEEPEST)
    rho = R * i0 / V_T
    u = jax.lax.stop_gradient(_root(size, rho))
    sinh, cosh = _hyperbolic(u)
    u = u - (u + rho * sinh - size) / (1 + jax.lax.stop_gradient(rho * cosh))
    sinh, cosh = _hyperbolic(u)
    return Rate(jnp.sign(e) * 2 * i0 * sinh, i0 / V_T * cosh / (1 + rho * cosh))


def _root(size: Array, rho: Array) -> Array:
    u = jnp.minimum(size, jnp.arcsinh(size / (rho + 1e-30)))
    for _ in range(NEWTON_STEPS - 1):
        sinh, cosh = _hyperbolic(u)
        u = u - (u + rho * sinh - size) / (1 + rho * cosh)
    return u


def _hyperbolic(u: Array) -> tuple[Array, Array]:
    """sinh and cosh from one exponential. Below 1e-5 the difference would lose digits, and u + u^3/6 is exact."""
    grown = jnp.exp(u)
    fallen = 1 / grown
    return jnp.where(u < 1e-2, u * (1 + u**2 / 6 * (1 + u**2 / 20 * (1 + u**2 / 42))), 0.5 * (grown - fallen)), 0.5 * (
        grown + fallen
    )
