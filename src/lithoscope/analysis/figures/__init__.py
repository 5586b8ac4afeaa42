"""Figures as papers print them. `draw(result, "voltage")` is the quick way; studies use the functions of each module."""

from lithoscope.analysis.figures.host import animate_host
from lithoscope.analysis.figures.morphology import draw_fields, draw_surface
from lithoscope.analysis.figures.moving import animate
from lithoscope.analysis.figures.quick import draw
from lithoscope.analysis.figures.style import Curve, figure, save, svg

__all__ = ["Curve", "animate", "animate_host", "draw", "draw_fields", "draw_surface", "figure", "save", "svg"]
