"""Preconditioned conjugate gradients."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

import jax
import jax.numpy as jnp
from jax import Array

from lithoscope.physics.morphology.elliptic.halos import Layout

MOST_ITERATIONS = 200
"""A solve that needs more has failed; its residual says so."""

Map = Callable[[Array], Array]


class State(NamedTuple):
    """u with its residual r and direction p; rz = r.M r estimates the square of the error in the energy norm."""

    u: Array
    r: Array
    p: Array
    rz: Array
    iterations: Array


def conjugate_gradients(
    operator: Map, preconditioner: Map, right: Array, guess: Array, tolerance: Array, layout: Layout
) -> tuple[Array, Array, Array]:
    """u, iterations and relative residual.

    Ends when sqrt(r.M r) <= tolerance sqrt(u.right), the error over the solution in the energy norm: u.right needs neither a
    second cycle nor a good guess, and tends to u.A u.
    """
    r = right - operator(guess)
    z = preconditioner(r)
    first = State(guess, r, z, layout.dot(r, z), jnp.zeros((), jnp.int32))

    def relative(at: State) -> Array:
        return jnp.sqrt(jnp.abs(at.rz) / jnp.maximum(jnp.abs(layout.dot(at.u, right)), 1e-300))

    def goes_on(at: tuple[State, Array]) -> Array:
        return (at[0].rz != 0) & (at[1] > tolerance) & (at[0].iterations < MOST_ITERATIONS)

    def step(at: tuple[State, Array]) -> tuple[State, Array]:
        u, r, p, rz, iterations = at[0]
        q = operator(p)
        alpha = rz / layout.dot(p, q)
        u, r = u + alpha * p, r - alpha * q
        z = preconditioner(r)
        following = layout.dot(r, z)
        found = State(u, r, z + (following / rz) * p, following, iterations + 1)
        return found, relative(found)

    last, residual = jax.lax.while_loop(goes_on, step, (first, relative(first)))
    return last.u, last.iterations, jnp.where(last.rz == 0, 0.0, residual)
