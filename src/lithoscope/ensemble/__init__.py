"""Many designs of a cell through one program: `found = sweep(cell, program, vary)`."""

from lithoscope.ensemble.designs import Varied, grid
from lithoscope.ensemble.result import Sweep
from lithoscope.ensemble.solving import Backend
from lithoscope.ensemble.stored import load_sweep
from lithoscope.ensemble.sweeping import sweep

__all__ = ["Backend", "Sweep", "Varied", "grid", "load_sweep", "sweep"]
