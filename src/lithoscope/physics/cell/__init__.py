"""The cell scale, millimetres: voltage, impedance and life of whole cells. PyBaMM lives behind this wall."""

from lithoscope.physics.cell.models import Full, Mossy, Planar, Plated, PorousHost, models_for, read_model

__all__ = ["Full", "Mossy", "Planar", "Plated", "PorousHost", "models_for", "read_model"]
