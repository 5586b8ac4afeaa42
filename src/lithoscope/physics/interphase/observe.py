"""What can be seen of the representatives: contents, thickness, resistance, amounts, and maps of the whole surface."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from lithoscope.constants import FARADAY
from lithoscope.physics.interphase.ages import Ages
from lithoscope.physics.interphase.equations import Surface
from lithoscope.physics.interphase.film import Properties
from lithoscope.physics.interphase.network import CATION, METAL
from lithoscope.physics.interphase.sites import Nodes
from lithoscope.physics.laws.composites import resistance_of_patches
from lithoscope.physics.laws.kinetics import overpotential
from lithoscope.physics.ledger import Flux

Array = NDArray[np.float64]

LEAST_RESISTANCE = 1e-12
"""Of a place without a film, ohm m2: its logarithm is interpolated."""

RESERVOIRS = ("working_lithium", "working_film_lithium", "electrolyte_lithium")


@dataclass(frozen=True, slots=True)
class Eyes:
    """Sees a surface.

    surface, nodes   the representatives, each age of them beside the others, and how they make up the map
    ages             how the area of each node is shared by films of different age
    properties       of its films
    lithium          metal of the foil at the start, C/m2;  exchange: i0 of lithium, A/m2;  molar_volume: of lithium, m3/mol
    """

    surface: Surface
    ages: Ages
    nodes: Nodes
    properties: Properties
    lithium: float
    exchange: float
    molar_volume: float

    @property
    def _faraday(self) -> float:
        """Charge per projected area for a mole per true area, C m2/mol/m2."""
        return FARADAY * self.surface.chemistry.stock.area

    def _lithium_in(self, kind: str) -> Array:
        """Lithium that a mole of each reaction brings to a reservoir, (reactions,)."""
        c = self.surface.chemistry
        if kind == "working_lithium":
            return -c.network.electrons
        if kind == "electrolyte_lithium":
            return np.asarray(c.used[c.stock.names.index(CATION)])
        return np.asarray(self._lithium_of_solids @ c.made)

    @property
    def _lithium_of_solids(self) -> Array:
        species = self.surface.chemistry.network.species
        return np.array([species[name].elements.get(METAL, 0) for name in self.surface.chemistry.solids.names], dtype=float)

    def contents(self, xi: Array) -> dict[str, float]:
        """Lithium in each reservoir, C per projected m2; that of the film with what came off."""
        c, first = self.surface.chemistry, self.ages.nodes
        native = self._faraday * float(self._lithium_of_solids @ (first.weight @ first.start))
        dissolved = FARADAY * float(c.stock.initial[c.stock.names.index(CATION)])
        held = {"working_lithium": self.lithium, "working_film_lithium": native, "electrolyte_lithium": dissolved}
        mean = self.surface.extents(xi)
        return {name: held[name] + self._faraday * float(self._lithium_in(name) @ mean) for name in RESERVOIRS}

    def fluxes(self, rates: Array) -> dict[str, float]:
        """Lithium into each reservoir, A per projected m2.

        What the metal loses is counted by the electrons that pass the film and those taken at the metal, in `rates`.
        """
        mean = self.surface.weight @ rates
        return {name: self._faraday * float(self._lithium_in(name) @ mean) for name in RESERVOIRS}

    def seen(self, xi: Array, rates: Array, potential: Array) -> dict[str, float]:
        """The row of a time: outputs by name."""
        c, weight = self.surface.chemistry, self.surface.weight
        layers, ages = self.surface.layers(xi), self.ages
        corroding = -self.fluxes(rates)["working_lithium"]
        receded = ages.extents(xi) @ c.network.electrons * self.molar_volume
        whole = ages.mean(layers.inner + layers.outer)
        strain = ages.growth_strain(xi, self.properties)
        rest = float(overpotential(corroding / c.stock.area, self.exchange, 0.0, c.temperature))
        return self.contents(xi) | {
            "film_thickness": float(ages.nodes.weight @ whole),
            "film_thickness_spread": self.nodes.spread(whole),
            "inner_film_thickness": float(weight @ layers.inner),
            "outer_film_thickness": float(weight @ layers.outer),
            "recession": float(ages.nodes.weight @ receded),
            "recession_spread": self.nodes.spread(receded),
            "corrosion_current_density": corroding,
            "working_potential": rest,
            "voltage": rest,
            "current_density": 0.0,
            "charge_passed": 0.0,
            "reduction_potential": float(weight @ potential),
            "interphase_resistance": resistance_of_patches(self._resistance(layers.n), weight) / c.stock.area,
            "bared_area": float(ages.nodes.weight @ ages.bared),
            "growth_strain": float(weight @ strain.ravel()),
        }

    def _resistance(self, n: Array) -> Array:
        """Of films, and of places without one, ohm m2."""
        return np.maximum(self.properties.resistance(n), LEAST_RESISTANCE)

    def amounts(self, xi: Array) -> dict[str, Array]:
        """Moles per projected m2: of solids on the metal and of those that came off, of what is dissolved, of gases, and what
        the metal has gained."""
        c, weight, reacted = self.surface.chemistry, self.surface.weight, self.surface.extents(xi)
        gases = c.network.numbers(c.network.gases)
        return {
            "film_amount": c.stock.area * (weight @ self.surface.layers(xi).n),
            "shed_amount": c.stock.area * (self.ages.nodes.weight @ self.ages.shed),
            "liquid_amount": self.surface.stock(xi),
            "gas_amount": c.stock.area * (gases @ reacted),
            "metal_amount": np.atleast_1d(-c.stock.area * (c.network.electrons @ reacted)),
        }

    def element_residual(self, amounts: Mapping[str, Array]) -> Array:
        """What each element in metal, liquid, film and gas has changed by since the start, over what moved of it.

        amounts  of `amounts`, over time, shapes (times, species)
        Returns shape (times, elements). What moved is at least 1e-6 of what the liquid holds and of what is adsorbed, so that
        rounding is not measured against nothing.
        """
        c, net = self.surface.chemistry, self.surface.chemistry.network
        places = (
            ([METAL], amounts["metal_amount"]),
            (c.stock.names, amounts["liquid_amount"]),
            (c.solids.names, amounts["film_amount"] + amounts["shed_amount"]),
            (net.gases, amounts["gas_amount"]),
        )
        total = moved = np.zeros((len(amounts["metal_amount"]), len(net.elements)))
        for names, amount in places:
            atoms, change = net.composition(names), amount - amount[0]
            total, moved = total + change @ atoms.T, moved + np.abs(change) @ atoms.T
        adsorbed = np.array([name in net.adsorbed for name in c.solids.names]) * amounts["film_amount"][0]
        held = net.composition(c.stock.names) @ c.stock.initial + net.composition(c.solids.names) @ adsorbed
        return np.asarray(total / np.maximum(moved, 1e-6 * np.maximum(held, 1e-9)))

    def shot(self, xi: Array) -> dict[str, Array]:
        """Maps of the surface, flattened; of solids: (solids, sites). Of the resistance the logarithm is interpolated."""
        c = self.surface.chemistry
        films = self.surface.layers(xi).n
        held, receded = self.ages.mean(films), self.ages.extents(xi) @ c.network.electrons
        # The ages of a place lie beside each other.
        resistance = -np.log(self.ages.mean(1 / self._resistance(films)))
        wide = self.nodes.expand(np.hstack([held, receded[:, None], resistance[:, None]]))
        n = wide[:, :-2]
        return {
            "surface_film_thickness": n @ (c.inner_volume + c.outer_volume),
            "surface_recession": wide[:, -2] * self.molar_volume,
            "surface_resistance": np.exp(wide[:, -1]),
            "surface_share": self.properties.shares(n).T,
            "surface_amount": n.T,
        }


def as_fluxes(rows: Mapping[str, Array]) -> dict[str, Flux]:
    """Net fluxes with their turnover: nothing goes in and out of a reservoir at the same time."""
    return {name: Flux(values, np.abs(values)) for name, values in rows.items()}
