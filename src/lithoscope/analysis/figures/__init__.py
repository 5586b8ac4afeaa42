"""Figures as papers print them. `draw(result, "voltage")` is the quick way; studies use the functions of each module."""

from lithoscope.analysis.figures.quick import draw
from lithoscope.analysis.figures.style import Curve, figure, save, svg

__all__ = ["Curve", "draw", "figure", "save", "svg"]
