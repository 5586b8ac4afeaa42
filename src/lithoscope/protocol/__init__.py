"""What is done to a cell: steps, loops and the conditions that end them."""

from lithoscope.protocol.program import Program
from lithoscope.protocol.steps import Current, Loop, Rest, Scan, Spectrum, Stop, Until, Voltage

__all__ = ["Current", "Loop", "Program", "Rest", "Scan", "Spectrum", "Stop", "Until", "Voltage"]
