"""Machine code from a small part of Python, through LLVM."""

from lithoscope.physics.morphology.machine.calls import flat, view
from lithoscope.physics.morphology.machine.keep import Machine, machine
from lithoscope.physics.morphology.machine.translate import compiled, in_place

__all__ = ["Machine", "compiled", "flat", "in_place", "machine", "view"]
