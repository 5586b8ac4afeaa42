"""How the lithium of an electrode ages. What is not given is taken from the data tables."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lithoscope import units
from lithoscope.data import lookup
from lithoscope.document import Frozen

if TYPE_CHECKING:
    from lithoscope.units import Given, Quantity

FIELDS = {
    "dead_fraction": "1",
    "mossy_fraction": "1",
    "mossy_area": "1",
    "mossy_half_charge": "C/m2",
    "mossy_exchange_current_density": "A/m2",
    "mossy_film_resistance": "ohm m2",
    "pit_area": "1",
    "pit_charge": "C/m2",
    "pit_filling_charge": "C/m2",
    "dead_layer_porosity": "1",
    "dead_layer_tortuosity": "1",
    "film_growth_rate": "m2/s",
    "film_molar_volume": "m3/mol",
    "film_growth_activation_energy": "J",
}
"""Fields of `Ageing`, each a record of the table `ageing`, and their SI unit."""


class Ageing(Frozen):
    """Moss, pits, dead lithium and the growth of the native film at one electrode. Zero switches a part off.

    dead_fraction                   of stripped moss that dies
    mossy_fraction                  of plating on bulk lithium that becomes moss
    mossy_area                      largest area of the moss over geometric area
    mossy_half_charge               moss at which half of that area is reached
    mossy_exchange_current_density  of fresh moss
    mossy_film_resistance           of the film on fresh moss, per its area
    pit_area                        largest area that pits add, over geometric area
    pit_charge, pit_filling_charge  stripped lithium that opens them, plated lithium that fills them
    dead_layer_porosity             of the layer that dead lithium makes
    dead_layer_tortuosity           likewise
    film_growth_rate                k in d(delta)/dt = k / delta
    film_molar_volume               volume of film per mole of lithium in it
    film_growth_activation_energy   of k, from 25 degC
    """

    dead_fraction: units.Share | None = None
    mossy_fraction: units.Share | None = None
    mossy_area: units.AreaRatio | None = None
    mossy_half_charge: units.ArealCapacity | None = None
    mossy_exchange_current_density: units.ExchangeCurrentDensity | None = None
    mossy_film_resistance: units.ArealResistance | None = None
    pit_area: units.AreaRatio | None = None
    pit_charge: units.ArealCapacity | None = None
    pit_filling_charge: units.ArealCapacity | None = None
    dead_layer_porosity: units.Fraction | None = None
    dead_layer_tortuosity: units.Ratio | None = None
    film_growth_rate: units.GrowthRate | None = None
    film_molar_volume: units.MolarVolume | None = None
    film_growth_activation_energy: units.ActivationEnergy | None = None

    if TYPE_CHECKING:

        def __init__(
            self, dead_fraction: Given | None = ..., mossy_fraction: Given | None = ..., mossy_area: Given | None = ...,
            mossy_half_charge: Given | None = ..., mossy_exchange_current_density: Given | None = ...,
            mossy_film_resistance: Given | None = ..., pit_area: Given | None = ..., pit_charge: Given | None = ...,
            pit_filling_charge: Given | None = ..., dead_layer_porosity: Given | None = ...,
            dead_layer_tortuosity: Given | None = ..., film_growth_rate: Given | None = ...,
            film_molar_volume: Given | None = ..., film_growth_activation_energy: Given | None = ...,
        ) -> None: ...  # fmt: skip

    def quantity(self, name: str) -> Quantity:
        """What was given, else what the data tables say, SI."""
        given: Quantity | None = getattr(self, name)
        return given or lookup(f"ageing.{name}").quantity(FIELDS[name])
