"""What a cell is: anode with its films, separator, electrolyte, counter electrode, area, temperature."""

from lithoscope.design.ageing import Ageing
from lithoscope.design.anode import Film, Foil, NativeFilm
from lithoscope.design.cathode import Cathode
from lithoscope.design.cell import Cell, Same
from lithoscope.design.coating import Coating
from lithoscope.design.contact import Contact
from lithoscope.design.electrolyte import ConstantProperties, Electrolyte
from lithoscope.design.host import FrontLaw, Host
from lithoscope.design.separator import Separator
from lithoscope.design.short import Flicker, Growth, Onset, Short
from lithoscope.design.substrate import Deposit, Nucleation, Substrate, SurfaceFilm

__all__ = [
    "Ageing",
    "Cathode",
    "Cell",
    "Coating",
    "ConstantProperties",
    "Contact",
    "Deposit",
    "Electrolyte",
    "Film",
    "Flicker",
    "Foil",
    "FrontLaw",
    "Growth",
    "Host",
    "NativeFilm",
    "Nucleation",
    "Onset",
    "Same",
    "Separator",
    "Short",
    "Substrate",
    "SurfaceFilm",
]
