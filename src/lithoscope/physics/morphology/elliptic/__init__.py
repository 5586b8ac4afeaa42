"""Linear elliptic equations with coefficients that jump by orders of magnitude, on structured grids in 2D and 3D.

    A u = sink u - div(faces grad u) = right

One multigrid cycle in single precision preconditions conjugate gradients in double precision. The same call runs on a
processor, a graphics card and, with `split`, on several devices; it can be compiled, batched and differentiated.
"""

from lithoscope.physics.morphology.elliptic.coarsening import check_shape
from lithoscope.physics.morphology.elliptic.halos import Split
from lithoscope.physics.morphology.elliptic.operator import Operator, apply
from lithoscope.physics.morphology.elliptic.solve import Solution, solve

__all__ = ["Operator", "Solution", "Split", "apply", "check_shape", "solve"]
