"""Micrometres: the shape of lithium as it is plated, stripped and corroded, with the film that it carries.

Everything of this scale is computed in double precision, which JAX has to be told.
"""

import jax

jax.config.update("jax_enable_x64", True)
