"""The cell scale, millimetres: voltage, impedance and life of whole cells. PyBaMM lives behind this wall."""

from lithoscope.physics.cell.model import Mossy, Planar, read_model

__all__ = ["Mossy", "Planar", "read_model"]
