"""What a cell is: anode with its films, separator, electrolyte, counter electrode, area, temperature."""

from lithoscope.design.ageing import Ageing
from lithoscope.design.anode import Film, Foil, NativeFilm
from lithoscope.design.cell import Cell, Same
from lithoscope.design.coating import Coating
from lithoscope.design.electrolyte import ConstantProperties, Electrolyte
from lithoscope.design.separator import Separator
from lithoscope.design.substrate import Deposit, Nucleation, Substrate, SurfaceFilm

__all__ = ["Ageing", "Cell", "Coating", "ConstantProperties", "Deposit", "Electrolyte", "Film", "Foil", "NativeFilm",
           "Nucleation", "Same", "Separator", "Substrate", "SurfaceFilm"]  # fmt: skip
