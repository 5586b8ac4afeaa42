"""What a film shows: outputs over time, amounts by species, and what lies at which depth."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from lithoscope.constants import FARADAY
from lithoscope.physics.interphase.converting.chemistry import ALLOYED, INSERTED, KEPT, converting
from lithoscope.physics.interphase.converting.equations import Film, Rates
from lithoscope.physics.interphase.converting.params import Setting, volumes
from lithoscope.physics.interphase.network import METAL
from lithoscope.physics.ledger import Flux

Array = NDArray[np.float64]


@dataclass(frozen=True)
class State:
    """At one time: lithium that came from outside, C/m2; phi, V; n, n_y, c_i, mol/m2."""

    given: float
    phi: float
    converted: float
    alloyed: float
    inserted: Array

    @classmethod
    def of(cls, y: Array) -> State:
        """From the vector of the integrator."""
        return cls(float(y[0]), float(y[1]), float(y[2]), float(y[3]), np.asarray(y[4:]))

    @property
    def vector(self) -> Array:
        """For the integrator."""
        return np.array([self.given, self.phi, self.converted, self.alloyed, *self.inserted])


@dataclass(frozen=True)
class Eyes:
    """Sees a film.

    setting  what it is;  film: its equations
    """

    setting: Setting
    film: Film

    @cached_property
    def solids(self) -> tuple[str, ...]:
        """Solids, the film itself first."""
        found = converting(self.setting.material).films
        return (self.setting.material, *(name for name in found if name != self.setting.material))

    @cached_property
    def molar_volume(self) -> Array:
        """Of the solids, m3/mol."""
        return volumes(self.setting, self.solids)[0]

    @property
    def source(self) -> str:
        """Where lithium comes from."""
        return "working_lithium" if self.setting.on_lithium else "counter_lithium"

    def contents(self, s: State) -> dict[str, float]:
        """Lithium by reservoir, C/m2."""
        p = self.setting.numbers
        found = {
            self.source: self.setting.lithium - s.given,
            "working_inserted_lithium": FARADAY * float(s.inserted.sum()),
            "working_converted_lithium": FARADAY * p.conversion_electrons * s.converted,
            "working_alloyed_lithium": FARADAY * s.alloyed,
        }
        if not self.setting.on_lithium:
            found["double_layer_lithium"] = self.setting.capacitance * (self.setting.potential - s.phi)
        return found

    def fluxes(self, rates: Rates, current: Array) -> dict[str, Array]:
        """Lithium into each reservoir, A/m2. current: J of the cell, positive strips, A/m2; on lithium it is none."""
        given = rates.reduced if self.setting.on_lithium else -current
        found = {
            self.source: -given,
            "working_inserted_lithium": rates.inserting - FARADAY * rates.released,
            "working_converted_lithium": rates.converting,
            "working_alloyed_lithium": rates.alloying,
        }
        if not self.setting.on_lithium:
            found["double_layer_lithium"] = -(current + rates.reduced)
        return found

    def seen(self, s: State, rates: Rates, current: float) -> dict[str, float]:
        """The row of a time."""
        p = self.setting.numbers
        rest, between = float(p.left(s.converted)) / p.conductivity, float(self.setting.between(s.converted))
        skin = float(p.skin(s.converted))
        return self.contents(s) | {
            "working_converted_amount": s.converted,
            "working_converted_share": s.converted / p.amount,
            "conversion_front_depth": s.converted * p.molar_volume,
            "blocking_length": skin,
            "interphase_resistance": skin / p.skin_conductivity + rest,
            "working_potential": s.phi,
            "voltage": s.phi + current * between,
            "current_density": current,
            "charge_passed": 0.0 if self.setting.on_lithium else -s.given,
            "corrosion_current_density": float(rates.reduced) if self.setting.on_lithium else 0.0,
        }

    def amounts(self, s: State) -> dict[str, Array]:
        """Moles per area: solids, gases, and what the metal of lithium has gained."""
        p = self.setting.numbers
        by_three = (p.conversion_electrons - KEPT) * s.converted
        solids = self._solids(p.amount - s.converted, s.converted, by_three, s.alloyed, float(s.inserted.sum()))
        gases = [{"CH3NH2": by_three, "H2": by_three / 2}[name] for name in converting(self.setting.material).gases]
        held = 0.0 if self.setting.on_lithium else self.contents(s)["double_layer_lithium"]
        return {
            "film_amount": solids, "gas_amount": np.array(gases), "metal_amount": np.array([(held - s.given) / FARADAY]),
        }  # fmt: skip

    def _solids(self, host: float | Array, converted: float | Array, by_three: float | Array, alloyed: float | Array,
                inserted: float | Array) -> Array:  # fmt: skip
        p = self.setting.numbers
        known = {
            self.setting.material: host, p.metal: converted, "LiCl": KEPT * converted + by_three, "MACl": converted - by_three,
            ALLOYED: alloyed, INSERTED: inserted,
        }  # fmt: skip
        return np.array([known[name] for name in self.solids])

    def layers(self, s: State) -> dict[str, Array]:
        """Over the depth, from the metal outwards: amounts, mol/m2, and volume shares of the solids, shape (solids, layers);
        thickness of each layer, m, and filling of the unconverted film with lithium, shape (layers,)."""
        p = self.setting.numbers
        host = self.film.host(np.float64(s.converted))
        converted = p.amount / self.film.layers - host
        by_three = (p.conversion_electrons - KEPT) * converted
        alloyed = converted * s.alloyed / max(s.converted, 1e-300)
        amount = self._solids(host, converted, by_three, alloyed, s.inserted)
        volume = amount * self.molar_volume[:, None]
        return {
            "layer_amount": amount,
            "layer_share": volume / volume.sum(axis=0),
            "layer_thickness": volume.sum(axis=0),
            "layer_filling": self.film.filling(np.float64(s.converted), s.inserted),
        }

    def element_residual(self, amounts: Mapping[str, Array]) -> Array:
        """What each element in metal, film and gas has changed by since the start, over what moved of it; (times, elements).

        Lithium that came from outside is counted by the charge, and not by what the film holds.
        """
        net = converting(self.setting.material)
        places = (([METAL], amounts["metal_amount"]), (self.solids, amounts["film_amount"]), (net.gases, amounts["gas_amount"]))
        total = moved = np.zeros((len(amounts["metal_amount"]), len(net.elements)))
        for names, amount in places:
            atoms, change = net.composition(names), amount - amount[0]
            total, moved = total + change @ atoms.T, moved + np.abs(change) @ atoms.T
        least = 1e-5 * self.setting.numbers.amount
        return np.asarray(total / np.maximum(moved, least))


def as_fluxes(rows: Mapping[str, Array]) -> dict[str, Flux]:
    """Net fluxes with their turnover."""
    return {name: Flux(values, np.abs(values)) for name, values in rows.items()}
