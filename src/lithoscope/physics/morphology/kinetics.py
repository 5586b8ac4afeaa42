"""How fast lithium deposits at each point of its surface: Butler-Volmer kinetics behind the film that it carries there.

Sign in this folder: current density and driving potential are positive when lithium is plated.
"""

from __future__ import annotations

from functools import partial
from math import prod
from typing import NamedTuple

from lithoscope.physics.laws.kinetics import exchange_current_density
from lithoscope.physics.morphology.engine import Array, applied, jax, jnp

STEEPEST = 300.0
"""Largest overpotential of the bare reaction over twice the thermal voltage, 15 V: beyond it products would overflow."""

LEAST_SALT = 1e-3
"""Share of the concentration of the reservoir below which kinetics and conduction no longer follow the salt."""

HALLEY_STEPS = 3
"""With the step of Newton's method after them they reach rounding for every film: 1e-13 over 1e-8 < R i0 / V_T < 1e8."""


THINNEST, FEWEST = 8, 4096
"""Layers and cells that a slab has at least."""


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
    e > 0, and both e and asinh(e / rho) are above the root: Halley's method begins at the smaller of them. Gradients pass
    through one more step of Newton's method and not through the iteration.
    """
    e = E / (2 * V_T)
    size = jnp.abs(e)
    rho = R * i0 / V_T
    u = jax.lax.stop_gradient(_root(size, rho))
    sinh, cosh = _hyperbolic(u)
    u = u - (u + rho * sinh - size) / (1 + jax.lax.stop_gradient(rho * cosh))
    sinh, cosh = _hyperbolic(u)
    return Rate(jnp.sign(e) * 2 * i0 * sinh, i0 / V_T * cosh / (1 + rho * cosh))


def rate_near(surface: Array, E: Array, i0: Array, R: Array, V_T: Array) -> Rate:
    """`rate` at and near the surface; far from it, where no current flows, it may be zero instead.

    surface  where there is area, shape of the grid

    A processor takes the grid in slabs of layers and leaves out those that neither have surface nor lie beside one that has:
    most of a domain is metal or electrolyte. Other devices would wait for each slab, and take all cells at once.
    """
    slabs = slabs_of(surface.shape)

    def in_slabs(surface: Array, *of: Array) -> Rate:
        shape = (slabs, -1, *surface.shape[1:])
        has = jnp.pad(jnp.any(surface.reshape(slabs, -1), axis=1), 1)
        given = tuple(jnp.broadcast_to(u, surface.shape).reshape(shape) for u in of)
        found = jax.lax.map(partial(_in_slab, V_T), (has[:-2] | has[1:-1] | has[2:], given))
        return Rate(*(u.reshape(surface.shape) for u in found))

    def at_once(_: Array, E: Array, i0: Array, R: Array) -> Rate:
        return rate(E, i0, R, V_T)

    if slabs == 1:
        return at_once(surface, E, i0, R)
    found: Rate = jax.lax.platform_dependent(surface, E, i0, R, cpu=in_slabs, default=at_once)
    return found


def _in_slab(V_T: Array, slab: tuple[Array, tuple[Array, ...]]) -> Rate:
    near, given = slab
    nothing = Rate(jnp.zeros(given[0].shape), jnp.zeros(given[0].shape))
    found: Rate = jax.lax.cond(near, lambda E, i0, R: rate(E, i0, R, V_T), lambda *_: nothing, *given)
    return found


def slabs_of(shape: tuple[int, ...]) -> int:
    """Into how many slabs of equal height a grid is taken apart: a power of two, as long as a slab has enough to do."""
    slabs = 1
    while shape[0] % (2 * slabs) == 0 and shape[0] // (2 * slabs) >= THINNEST and prod(shape) // (2 * slabs) >= FEWEST:
        slabs *= 2
    return slabs


def _root(size: Array, rho: Array) -> Array:
    u = jnp.minimum(jnp.minimum(size, STEEPEST), jnp.arcsinh(size / (rho + 1e-30)))
    for _ in range(HALLEY_STEPS):
        sinh, cosh = _hyperbolic(u)
        left, slope, bend = u + rho * sinh - size, 1 + rho * cosh, rho * sinh
        u = u - 2 * left * slope / (2 * slope**2 - left * bend)
    return u


def _hyperbolic(u: Array) -> tuple[Array, Array]:
    """sinh and cosh from one exponential. Below 1e-5 the difference would lose digits, and u + u^3/6 is exact."""
    grown = jnp.exp(u)
    fallen = 1 / grown
    return jnp.where(u < 1e-2, u * (1 + u**2 / 6 * (1 + u**2 / 20 * (1 + u**2 / 42))), 0.5 * (grown - fallen)), 0.5 * (
        grown + fallen
    )
