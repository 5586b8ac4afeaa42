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
    """u with its residual r and direction p; rz = r.M r estimates the square of the error in the energy norm, and energy is
    the square of the solution less that of the error."""

    u: Array
    r: Array
    p: Array
    rz: Array
    energy: Array
    iterations: Array


def conjugate_gradients(
    operator: Map, preconditioner: Map, right: Array, guess: Array, tolerance: Array, layout: Layout
) -> tuple[Array, Array, Array]:
    """u, iterations and relative residual.

    Ends when sqrt(r.M r) <= tolerance sqrt(energy), the error over the solution in the energy norm. energy = u.(right + r) is
    the square of the solution less that of the error, exactly; each step adds what it takes from the error.
    """
    r = right - operator(guess)
    z = preconditioner(r)
    first = State(guess, r, z, layout.dot(r, z), layout.dot(guess, right + r), jnp.zeros((), jnp.int32))

    def relative(at: State) -> Array:
        return jnp.sqrt(jnp.abs(at.rz) / jnp.maximum(at.energy, 1e-300))

    def goes_on(at: State) -> Array:
        return (at.rz != 0) & (relative(at) > tolerance) & (at.iterations < MOST_ITERATIONS)

    def step(at: State) -> State:
        q = operator(at.p)
        alpha = at.rz / layout.dot(at.p, q)
        u, r = at.u + alpha * at.p, at.r - alpha * q
        z = preconditioner(r)
        rz = layout.dot(r, z)
        return State(u, r, z + (rz / at.rz) * at.p, rz, at.energy + alpha * at.rz, at.iterations + 1)

    last = jax.lax.while_loop(goes_on, step, first)
    return last.u, last.iterations, relative(last)
