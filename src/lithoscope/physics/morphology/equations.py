"""The equations of the morphology scale: pure functions of fields, no loop over time.

    area      a = | grad S(xi) |,   S(xi) = int_0^xi G / int_0^1 G                                       (1)
    charge    div( psi kappa(c) [ grad Phi - 2 V_T (1 - t+) chi grad ln c ] ) = a i_n                     (2)
    kinetics  Phi - phi_k - E_off = R i_n + 2 V_T asinh( i_n / (2 i0(c)) ),   i0 ~ (c/c0)^(1/2)             (3)
    salt      psi dc/dt = div( psi D grad c ) - ((1 - t+)/F) a i_n                                        (4)
    metal     dxi/dt = a (V_m/F)(i_n - i_corr) + V_r div[ eps grad xi + xi (1 - xi) n ]                   (5)

xi   metal fraction; psi = max(1 - xi, 1e-4) electrolyte fraction
Phi  potential of the electrolyte measured with a lithium reference, V: (3) vanishes at zero overpotential for every c
i_n  current density into the metal, A/m2, positive for plating; the same discrete a i_n stands in (2), (4) and (5)
n    normal out of the metal, -grad xi / |grad xi|

Source: two potentials and a smoothed boundary, H.-C. Yu et al., Modelling Simul. Mater. Sci. Eng. 20 (2012) 075008; the
profile keeper of (5) without motion by curvature, Y. Sun and C. Beckermann, J. Comput. Phys. 220 (2007) 626.
"""

from __future__ import annotations

from typing import NamedTuple

from jax.typing import ArrayLike

from lithoscope.physics.laws.transport import Transport
from lithoscope.physics.morphology.engine import Array, applied, jnp
from lithoscope.physics.morphology.grid import Grid

FLOOR = 1e-4
"""Least electrolyte fraction. It keeps (2) and (4) solvable in the metal; results do not depend on it (test)."""

LOW, LOW_RAMP, HIGH, HIGH_RAMP = 2e-3, 2e-2, 2e-4, 2e-3
"""The gate G rises from 0 at xi = LOW to 1 at LOW + LOW_RAMP, and likewise in 1 - xi. Without it metal would nucleate in the
electrolyte from rounding."""


GATED = 1 - (LOW + LOW_RAMP / 2) - (HIGH + HIGH_RAMP / 2)
"""int_0^1 G: what the gate leaves of the area of a flat front; without it the voltage of a film is 1.3 % off."""


def gated(xi: Array) -> Array:
    """S of eq. (1), from 0 to 1: the integral of the gate over its whole.

    Its differences over the cells of a flat front add up to 1 wherever the front stands between them; those of xi times the
    gate, which is the same in the limit of a fine grid, wander by half a percent.
    """
    low = jnp.clip((xi - LOW) / LOW_RAMP, 0, 1)
    high = jnp.clip((1 - xi - HIGH) / HIGH_RAMP, 0, 1)
    between = jnp.clip(xi, LOW + LOW_RAMP, 1 - HIGH - HIGH_RAMP) - LOW - LOW_RAMP
    return (0.5 * LOW_RAMP * low**2 + between + 0.5 * HIGH_RAMP * (1 - high**2)) / GATED


class Geometry(NamedTuple):
    """What the metal fraction says of the surface.

    slopes       gradient of xi times the spacing, one array for each axis
    steepness    its magnitude
    area         of the interface per volume, eq. (1), 1/m
    electrolyte  psi
    """

    slopes: tuple[Array, ...]
    steepness: Array
    area: Array
    electrolyte: Array


def geometry(xi: Array, grid: Grid, floor: ArrayLike = FLOOR) -> Geometry:
    """The surface as the metal fraction shows it."""
    slopes = grid.slopes(xi)
    steepness = jnp.sqrt(sum((slope**2 for slope in slopes), start=jnp.asarray(1e-20)))
    # The root of nothing has no derivative, and most cells hold nothing.
    square = sum((slope**2 for slope in grid.slopes(gated(xi))), start=jnp.zeros(grid.shape))
    area = jnp.where(square > 0, jnp.sqrt(jnp.where(square > 0, square, 1.0)), 0.0) / grid.spacing
    return Geometry(slopes, steepness, area, jnp.maximum(1 - xi, floor))


def curvature(xi: Array, grid: Grid) -> Array:
    """Sum of the principal curvatures, 1/m, positive on a tip: -div( grad xi / |grad xi| ).

    Taken from ln(xi / (1 - xi)), which is a distance over eps in the profile of (5) and so nearly linear across the interface.
    What is sharper than one cell is not resolved and is held at 1/spacing.
    """
    q = jnp.clip(xi, 1e-4, 1 - 1e-4)
    slopes = grid.slopes(jnp.log(q / (1 - q)))
    size = jnp.sqrt(sum((slope**2 for slope in slopes), start=jnp.asarray(1e-12)))
    bent = sum((grid.slope(slope / size, axis) for axis, slope in enumerate(slopes)), start=jnp.zeros(grid.shape))
    return jnp.clip(-bent / grid.spacing, -1 / grid.spacing, 1 / grid.spacing)


class Medium(NamedTuple):
    """The electrolyte at each cell: kappa, S/m; D, m2/s; t+; chi."""

    conductivity: Array
    diffusivity: Array
    transference: Array
    factor: Array


def medium(law: Transport, c: Array, T: Array) -> Medium:
    """The four functions of a transport law at the concentrations of the cells."""
    functions = (law.conductivity, law.diffusivity, law.transference_number, law.thermodynamic_factor)
    return Medium(*(applied(function, c, T) for function in functions))


def diffusion_currents(faces: tuple[Array, ...], liquid: Medium, c: Array, V_T: Array, grid: Grid) -> tuple[Array, ...]:
    """The part of the fluxes of (2) that gradients of salt drive: k 2 V_T (1 - t+) chi (ln c_(i+1) - ln c_i) at each face.

    faces  conductances of the faces; fluxes come in their unit times V
    """
    strength = grid.means(2 * V_T * (1 - liquid.transference) * liquid.factor)
    return tuple(k * s * d for k, s, d in zip(faces, strength, grid.steps(jnp.log(c)), strict=True))


def profile_keeper(xi: Array, seen: Geometry, grid: Grid, width: float, passing: tuple[Array, ...] | None = None) -> Array:
    """Divergence of the regulariser of (5) over V_r, times the spacing: spacing div[ eps grad xi + xi (1 - xi) n ].

    width    eps in cells
    passing  share of each face that obstacles leave open; all of them if not given
    It holds the profile 1 / (1 + exp(d / eps)) and moves no front: its flux is the difference of two that cancel there. In
    divergence form it conserves the metal to rounding.
    """
    sizes = jnp.maximum(seen.steepness, 2e-4)
    q = xi * (1 - xi)
    fluxes = []
    for axis, (step, slope) in enumerate(zip(grid.steps(xi), seen.slopes, strict=True)):
        outward = q * slope / sizes
        fluxes.append(width * step - 0.5 * (outward + grid.ahead(outward, axis)))
    if passing is not None:
        fluxes = [flux * share for flux, share in zip(fluxes, passing, strict=True)]
    return grid.gain(grid.shut(tuple(fluxes)))
