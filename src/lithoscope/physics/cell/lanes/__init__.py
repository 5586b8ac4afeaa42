"""Thousands of designs of one cell model at once, from the same discretised model that a single run solves.

The model's own functions become vector code with one design in each lane; a Rosenbrock method solves all lanes together, each
with its own time, step size and place in the program. See docs/ensembles.md.
"""

from lithoscope.physics.cell.lanes.kernel import Kernel, kernel
from lithoscope.physics.cell.lanes.refusals import NoTargetError, NotLoweredError
from lithoscope.physics.cell.lanes.result import LaneResult

__all__ = ["Kernel", "LaneResult", "NoTargetError", "NotLoweredError", "kernel"]
