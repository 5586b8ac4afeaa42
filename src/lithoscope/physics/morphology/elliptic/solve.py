"""The one call: from an operator and a right-hand side to a solution that can be differentiated."""

from __future__ import annotations

from functools import partial
from typing import Any, NamedTuple

import jax
import jax.numpy as jnp
import numpy as np
from jax import Array
from jax.sharding import PartitionSpec
from jax.typing import ArrayLike

from lithoscope.errors import InputError
from lithoscope.physics.morphology.elliptic import native
from lithoscope.physics.morphology.elliptic.coarsening import check_shape
from lithoscope.physics.morphology.elliptic.gradients import conjugate_gradients
from lithoscope.physics.morphology.elliptic.halos import Layout, Split, Whole
from lithoscope.physics.morphology.elliptic.multigrid import cycle, levels
from lithoscope.physics.morphology.elliptic.operator import Operator, apply, difference, floating
from lithoscope.physics.morphology.precision import require_double


class Solution(NamedTuple):
    """What a solve gives.

    field       u, shape of the grid
    iterations  of conjugate gradients
    residual    error over solution in the energy norm, as estimated; above the tolerance, or not a number, if it failed
    """

    field: Array
    iterations: Array
    residual: Array


def solve(
    operator: Operator,
    right: Array,
    guess: Array,
    tolerance: ArrayLike,
    pieces: Array | None = None,
    split: Split | None = None,
) -> Solution:
    """u with (A - sum_k s_k s_k^T / (1^T s_k)) u = right.

    operator   A, see `Operator`;  right: shape of the grid;  guess: where to start, the last solution or zero
    tolerance  of the error over the solution in the energy norm
    pieces     s_k, shape (K, grid), for metal pieces that float; None without
    split      how the grid lies on several devices; None on one

    Runs inside jit, scan and vmap. Derivatives with respect to the operator, the right-hand side and the pieces follow from
    one more solve with the same operator; the guess and the tolerance have none.
    Raises InputError for single precision and for grids that cannot be made coarse.
    """
    require_double()
    check_shape(right.shape)
    if split is not None:
        _check_split(right.shape, split)
    given = (operator, right, jax.lax.stop_gradient(guess), jnp.asarray(tolerance, jnp.float64), pieces)
    if right.dtype != jnp.float64 or operator.sink.dtype != jnp.float64:
        raise InputError("right", f"has the precision {right.dtype}", expected="float64", do='Use right.astype("float64").')
    return Solution(*_solution(split, *given))


def _check_split(shape: tuple[int, ...], split: Split) -> None:
    if not 0 <= split.axis < len(shape) or shape[split.axis] % split.parts:
        raise InputError(
            "split.axis",
            f"= {split.axis} splits a grid of {' x '.join(map(str, shape))} cells over {split.parts} devices",
            expected="an axis of the grid whose number of cells is a multiple of the number of devices",
            why="Every device holds the same number of cells.",
            do="Use an axis with a power of two as number of cells.",
        )


@partial(jax.custom_jvp, nondiff_argnums=(0,))
def _solution(
    split: Split | None, operator: Operator, right: Array, guess: Array, tolerance: Array, pieces: Array | None
) -> tuple[Array, Array, Array]:
    if split is None:
        return _on_one(operator, right, guess, tolerance, pieces)
    closed, field = operator.closed(), split.spec()
    spread = jax.shard_map(
        partial(_iterate, split, split, right.shape),
        mesh=split.mesh,
        in_specs=(field, field, field, field, PartitionSpec(), None if pieces is None else split.spec(leading=1)),
        out_specs=(field, PartitionSpec(), PartitionSpec()),
        check_vma=False,
    )
    return spread(closed.faces, closed.sink, right, guess, tolerance, pieces)


def _on_one(
    operator: Operator, right: Array, guess: Array, tolerance: Array, pieces: Array | None
) -> tuple[Array, Array, Array]:
    """On one device: machine code on a processor, where it is several times as fast, and a program of XLA everywhere else."""

    def processor(operator: Operator, *given: Any) -> tuple[Array, Array, Array]:
        return native.solve(operator.faces, operator.sink, operator.periodic, *given)

    found: tuple[Array, Array, Array]
    if not native.available(right.ndim):
        found = _anywhere(operator, right, guess, tolerance, pieces)
    else:
        found = jax.lax.platform_dependent(operator, right, guess, tolerance, pieces, cpu=processor, default=_anywhere)
    return found


@jax.jit
def _anywhere(
    operator: Operator, right: Array, guess: Array, tolerance: Array, pieces: Array | None
) -> tuple[Array, Array, Array]:
    """As a program of XLA. Compiled for itself, so that all solves of a program are traced once: that takes JAX longest."""
    closed = operator.closed()
    found: tuple[Array, Array, Array] = _iterate(
        Whole(), None, right.shape, closed.faces, closed.sink, right, guess, tolerance, pieces
    )
    return found


def _iterate(
    layout: Layout,
    split: Split | None,
    shape: tuple[int, ...],
    faces: tuple[Array, ...],
    sink: Array,
    right: Array,
    guess: Array,
    tolerance: Array,
    pieces: Array | None,
) -> tuple[Array, Array, Array]:
    """The iteration on one device, or on the part of one."""
    single = jnp.float32
    at = levels(tuple(face.astype(single) for face in faces), sink.astype(single), shape, split)

    def operator(u: Array) -> Array:
        out = difference(faces, sink, u, layout)
        return out if pieces is None else out - floating(pieces, u, layout)

    def preconditioner(r: Array) -> Array:
        return cycle(r.astype(single), at, split).astype(r.dtype)

    return conjugate_gradients(operator, preconditioner, right, guess, tolerance, layout)


@_solution.defjvp
def _tangent(split: Split | None, given: tuple[Any, ...], changes: tuple[Any, ...]) -> tuple[Any, Any]:
    """A du = d right - dA u, solved as a linear equation that JAX can turn round for the reverse mode."""
    operator, right, guess, tolerance, pieces = given
    d_operator, d_right, _, _, d_pieces = changes
    field, iterations, residual = _solution(split, operator, right, guess, tolerance, pieces)
    _, bent = jax.jvp(lambda a, s: apply(a, field, s), (operator, pieces), (d_operator, d_pieces))
    fixed, held = jax.lax.stop_gradient((operator, pieces))

    def inverse(_: Any, b: Array) -> Array:
        return _solution(split, fixed, b, jnp.zeros_like(b), tolerance, held)[0]

    d_field = jax.lax.custom_linear_solve(lambda u: apply(operator, u, pieces), d_right - bent, inverse, symmetric=True)
    none = np.zeros(iterations.shape, jax.dtypes.float0)
    return (field, iterations, residual), (d_field, none, jnp.zeros_like(residual))
