"""Energy density of a full cell from its design: how much of it the electrolyte and the excess of lithium cost."""

from __future__ import annotations

from dataclasses import dataclass

import pandas as pd

from lithoscope.data import lookup
from lithoscope.design import Cathode, Cell
from lithoscope.errors import InputError
from lithoscope.physics.cell.consumption import consumption
from lithoscope.physics.laws import energy
from lithoscope.physics.laws.cathodes import mean_potential
from lithoscope.physics.laws.energy import Layer

FULLEST, EMPTIEST = 0.99, 0.01
"""Stoichiometries beyond which no cathode is cycled."""


@dataclass(frozen=True, slots=True)
class EnergyDensity:
    """Energy of a cell by mass and volume, with what it is made of.

    capacity  C/m2;  voltage  mean, V;  layers  from the cathode's foil to the anode's
    """

    capacity: float
    voltage: float
    layers: tuple[Layer, ...]

    @property
    def by_mass(self) -> float:
        """Wh/kg."""
        return energy.specific_energy(self.capacity, self.voltage, self.layers) / 3600

    @property
    def by_volume(self) -> float:
        """Wh/L."""
        return energy.energy_density(self.capacity, self.voltage, self.layers) / 3.6e6

    @property
    def table(self) -> pd.DataFrame:
        """Mass and thickness of each part, and its shares."""
        mass, thickness = (sum(getattr(layer, name) for layer in self.layers) for name in ("mass", "thickness"))
        return pd.DataFrame(
            {
                "mass_mg_cm2": [layer.mass * 100 for layer in self.layers],
                "mass_share": [layer.mass / mass for layer in self.layers],
                "thickness_um": [layer.thickness * 1e6 for layer in self.layers],
                "thickness_share": [layer.thickness / thickness for layer in self.layers],
            },
            index=pd.Index([layer.name for layer in self.layers], name="part"),
        )

    def __str__(self) -> str:
        return f"{self.by_mass:.0f} Wh/kg, {self.by_volume:.0f} Wh/L at {self.voltage:.3g} V"


def energy_density(cell: Cell, voltage: float | None = None) -> EnergyDensity:
    """Energy of a full cell by mass and volume, per one coated side with half of each collector.

    voltage  mean voltage of the discharge, V; the mean open-circuit potential over the practical capacity if not given

    Electrolyte outside the pores takes room of its own. Case, tabs and safety parts are not counted.
    Raises InputError for a cell without a cathode.

    >>> import lithoscope as ls
    >>> cell = ls.Cell(ls.Cathode("LCO", "20 mg/cm2"), "PP 20 um", "1 M LiPF6 EC:DMC 1:1", "1 cm2", counter=ls.Foil("50 um"))
    >>> print(energy_density(cell))
    114 Wh/kg, 178 Wh/L at 4 V
    """
    if not isinstance(cell.working, Cathode):
        raise InputError("working.kind", f'= "{cell.working.kind}" has no energy of its own', expected='"cathode"',
                         do='Write e.g. working = ls.Cathode("LCO", "20 mg/cm2")')  # fmt: skip
    mean = mean_voltage(cell.working) if voltage is None else voltage
    return EnergyDensity(cell.working.practical_capacity, mean, _layers(cell, cell.working))


def mean_voltage(cathode: Cathode) -> float:
    """Mean open-circuit potential of a cathode over its practical capacity, from its stoichiometry at assembly, V.

    A cathode that is made with lithium is emptied, one that is made without is filled.
    """
    start, moved = cathode.quantity("lithium_content").value, cathode.practical_capacity / cathode.sites
    end = start - moved if start > 0.5 else start + moved
    low, high = sorted((start, min(max(end, EMPTIEST), FULLEST)))
    return mean_potential(cathode.material, high, low)


def _layers(cell: Cell, cathode: Cathode) -> tuple[Layer, ...]:
    of = {name: lookup(f"stack.{name}") for name in (
        "cathode_collector_thickness", "aluminium_density", "anode_collector_thickness", "copper_density",
        "additives_density", "separator_density",
    )}  # fmt: skip
    thickness, porosity = cathode.coating_thickness, cathode.quantity("porosity").value
    additives = (1 - porosity - cathode.active_volume_fraction) * thickness * of["additives_density"].to("kg/m3")
    half_cathode, half_anode = (of[f"{side}_collector_thickness"].to("m") / 2 for side in ("cathode", "anode"))
    separator, lithium = cell.separator.thickness.value, cell.counter_foil.thickness.value
    polymer = separator * (1 - cell.separator.property("porosity").value) * of["separator_density"].to("kg/m3")
    electrolyte = consumption(cell, porosity * thickness)
    density = lookup("practice.electrolyte_density").to("kg/m3")
    outside = electrolyte.volume - electrolyte.in_pores
    excess = max(lithium - _cycled_thickness(cathode), 0.0)
    of_lithium = lookup("lithium.density").to("kg/m3")
    return (
        Layer("aluminium foil", half_cathode * of["aluminium_density"].to("kg/m3"), half_cathode),
        Layer("active material", cathode.active_loading, thickness),
        Layer("binder and carbon", additives, 0.0),
        Layer("separator", polymer, separator),
        Layer("electrolyte in the pores", electrolyte.in_pores * density, 0.0),
        Layer("electrolyte outside the pores", outside * density, outside),
        Layer("lithium that is cycled", (lithium - excess) * of_lithium, lithium - excess),
        Layer("excess of lithium", excess * of_lithium, excess),
        Layer("copper foil", half_anode * of["copper_density"].to("kg/m3"), half_anode),
    )


def _cycled_thickness(cathode: Cathode) -> float:
    """Thickness of the lithium that the foil has to bring for the practical capacity, m: none where the cathode brings it."""
    from lithoscope.constants import FARADAY

    if cathode.quantity("lithium_content").value > 0.5:
        return 0.0
    return cathode.practical_capacity / FARADAY * lookup("lithium.molar_volume").to("m3/mol")
