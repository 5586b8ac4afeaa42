"""JAX as the morphology scale uses it, and what lets laws written with NumPy run on it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
from numpy.lib.mixins import NDArrayOperatorsMixin

Array = jax.Array


class Traced(NDArrayOperatorsMixin):
    """An array of JAX that takes part in laws written with the functions of NumPy.

    Each law of the package is written once, with NumPy; what it does to this object is done by JAX.
    """

    def __init__(self, values: Any) -> None:
        self.values = values

    def __array_ufunc__(self, ufunc: np.ufunc, method: str, *inputs: Any, **keywords: Any) -> Any:
        if method != "__call__" or keywords:
            return NotImplemented
        return Traced(getattr(jnp, ufunc.__name__)(*(_inside(given) for given in inputs)))


def applied(law: Callable[..., Any], *given: Any) -> Array:
    """A law of the package at arrays of JAX or numbers."""
    found = law(*(Traced(each) for each in given))
    return jnp.asarray(_inside(found))


def _inside(given: Any) -> Any:
    return given.values if isinstance(given, Traced) else given


__all__ = ["Array", "applied", "jax", "jnp"]
