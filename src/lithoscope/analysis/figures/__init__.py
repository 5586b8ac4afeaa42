"""Figures as papers print them. `draw(result, "voltage")` is the quick way; studies use the functions of each module."""

from lithoscope.analysis.figures.host import animate_host
from lithoscope.analysis.figures.quick import draw
from lithoscope.analysis.figures.style import Curve, figure, save, svg

__all__ = ["Curve", "animate_host", "draw", "figure", "save", "svg"]
