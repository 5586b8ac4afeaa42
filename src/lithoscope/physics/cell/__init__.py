"""The cell scale, millimetres: voltage, impedance and life of whole cells. PyBaMM lives behind this wall."""

from lithoscope.physics.cell.model import MODELS, Mossy, Planar

__all__ = ["MODELS", "Mossy", "Planar"]
