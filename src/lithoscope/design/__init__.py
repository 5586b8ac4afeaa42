"""What a cell is: anode with its films, separator, electrolyte, counter electrode, area, temperature."""

from lithoscope.design.ageing import Ageing
from lithoscope.design.anode import Film, Foil, NativeFilm
from lithoscope.design.cell import Cell, Same
from lithoscope.design.electrolyte import ConstantProperties, Electrolyte
from lithoscope.design.separator import Separator
from lithoscope.design.short import Flicker, Growth, Onset, Short

__all__ = [
    "Ageing", "Cell", "ConstantProperties", "Electrolyte", "Film", "Flicker", "Foil", "Growth", "NativeFilm", "Onset", "Same",
    "Separator", "Short",
]  # fmt: skip
