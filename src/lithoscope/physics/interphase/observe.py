"""What can be seen of the representatives: contents, thickness, resistance, amounts, and maps of the whole surface."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from lithoscope.constants import FARADAY
from lithoscope.physics.interphase.equations import Layers, Surface
from lithoscope.physics.interphase.film import Properties
from lithoscope.physics.interphase.galvanic import OXIDE, Couple, Metal, couple, notes, wagner_length
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

    surface, nodes   the representatives, and how they make up the map
    properties       of its films
    lithium          metal of the foil at the start, C/m2;  exchange: i0 of lithium, A/m2;  molar_volume: of lithium, m3/mol
    metal            that touches the lithium, the last site of the surface; none if not given
    What is called that of the film or of the surface is that on lithium alone.
    """

    surface: Surface
    nodes: Nodes
    properties: Properties
    lithium: float
    exchange: float
    molar_volume: float
    metal: Metal | None = None

    @property
    def count(self) -> int:
        """How many sites are lithium: the first."""
        return len(self.nodes.weight)

    @property
    def open(self) -> float:
        """True area of lithium that reacts over its geometric area."""
        area = self.surface.chemistry.stock.area
        return area if self.metal is None else area - self.metal.area

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
        """Lithium in each reservoir, C per projected m2."""
        c, weight = self.surface.chemistry, self.surface.weight
        native = self._faraday * float(self._lithium_of_solids @ (weight @ self.surface.start))
        dissolved = FARADAY * float(c.stock.initial[c.stock.names.index(CATION)])
        first = {"working_lithium": self.lithium, "working_film_lithium": native, "electrolyte_lithium": dissolved}
        mean = weight @ xi
        return {name: first[name] + self._faraday * float(self._lithium_in(name) @ mean) for name in RESERVOIRS}

    def fluxes(self, rates: Array) -> dict[str, float]:
        """Lithium into each reservoir, A per projected m2.

        What the metal loses is counted by the electrons that pass the film and those taken at the metal, in `rates`.
        """
        mean = self.surface.weight @ rates
        return {name: self._faraday * float(self._lithium_in(name) @ mean) for name in RESERVOIRS}

    def layers(self, xi: Array) -> Layers:
        """The film on lithium."""
        n, inner, outer, decay = (each[: self.count] for each in self.surface.layers(xi))
        return Layers(n, inner, outer, decay)

    def _electrons(self, moles: Array) -> Array:
        """Charge of extents, C/m2, or rates, A/m2, of each site, per its true area."""
        return FARADAY * np.asarray(moles @ self.surface.chemistry.network.electrons)

    def drawn(self, xi: Array) -> float:
        """What lithium has dissolved for the metal, mol per true m2 of lithium; of rates: dissolves, mol/m2/s."""
        return 0.0 if self.metal is None else self.metal.area / self.open * float(self._electrons(xi)[-1]) / FARADAY

    def couple(self, xi: Array, rates: Array) -> Couple:
        """How lithium shares what the metal draws."""
        if self.metal is None:
            return Couple(np.zeros(self.count), 0.0)
        resistance = self.properties.resistance(self.layers(xi).n)
        T = self.surface.chemistry.temperature
        return couple(FARADAY * self.drawn(rates), resistance, self.nodes.weight, self.exchange, T)

    def recession(self, xi: Array, paid: Array) -> Array:
        """Of each site of lithium, m. paid: what it has dissolved for the metal, mol per true m2, (sites of lithium,)."""
        electrons = self.surface.chemistry.network.electrons
        return np.asarray((xi[: self.count] @ electrons + paid) * self.molar_volume)

    def seen(self, xi: Array, rates: Array, potential: Array, paid: Array, pair: Couple) -> dict[str, float]:
        """The row of a time: outputs by name. paid: see `recession`;  pair: of `couple`."""
        c, weight, layers = self.surface.chemistry, self.nodes.weight, self.layers(xi)
        corroding = -self.fluxes(rates)["working_lithium"]
        receded = self.recession(xi, paid)
        whole = layers.inner + layers.outer
        alone = corroding / self.open - FARADAY * self.drawn(rates)
        rest = float(overpotential(alone, self.exchange, 0.0, c.temperature)) + pair.potential
        R = resistance_of_patches(self.properties.resistance(layers.n), weight)
        return self.contents(xi) | {
            "film_thickness": float(weight @ whole),
            "film_thickness_spread": self.nodes.spread(whole),
            "inner_film_thickness": float(weight @ layers.inner),
            "outer_film_thickness": float(weight @ layers.outer),
            "recession": float(weight @ receded),
            "recession_spread": self.nodes.spread(receded),
            "corrosion_current_density": corroding,
            "working_potential": rest,
            "voltage": rest,
            "current_density": 0.0,
            "charge_passed": 0.0,
            "reduction_potential": float(weight @ potential[: self.count]),
            "interphase_resistance": R / self.open,
        } | self._of_metal(xi, rates, pair, R)  # fmt: skip

    def _of_metal(self, xi: Array, rates: Array, pair: Couple, resistance: float) -> dict[str, float]:
        """What is seen of a metal in contact. resistance: of the film on lithium, ohm m2 of true area."""
        if self.metal is None:
            return {}
        c, weight = self.surface.chemistry, self.nodes.weight
        taken = self._electrons(rates)
        dissolved = self.open * float(weight @ (taken[: self.count] + pair.current))
        layers = self.surface.layers(xi)
        return {
            "galvanic_current_density": self.open * FARADAY * self.drawn(rates),
            "galvanic_lithium": self.open * FARADAY * self.drawn(xi),
            "net_current_density": dissolved - c.stock.area * float(self.surface.weight @ taken),
            "contact_film_thickness": float(layers.inner[-1] + layers.outer[-1]),
            "wagner_length": wagner_length(
                self.properties.electrolyte, resistance, self.exchange, c.temperature, self.open
            ),
        }  # fmt: skip

    def notes(self, row: dict[str, float]) -> tuple[str, ...]:
        """What a reader must know of a metal in contact, from the last row."""
        if self.metal is None:
            return ()
        solids = self.surface.chemistry.solids
        lost = self.lithium - row["working_lithium"]
        share = row["galvanic_lithium"] / lost if lost > 0 else 0.0
        volume = float(solids.molar_volume[solids.names.index(OXIDE)])
        return notes(self.metal, row["wagner_length"], row["galvanic_lithium"], share, volume)

    def amounts(self, xi: Array) -> dict[str, Array]:
        """Moles per projected m2: of solids in the film on lithium and on a metal in contact, of what is dissolved, of gases,
        and what the lithium metal has gained.
        """
        c, weight = self.surface.chemistry, self.surface.weight
        gases = c.network.numbers(c.network.gases)
        n = self.surface.layers(xi).n
        of_metal = {} if self.metal is None else {"contact_film_amount": self.metal.area * n[-1]}
        return of_metal | {
            "film_amount": self.open * (self.nodes.weight @ n[: self.count]),
            "liquid_amount": self.surface.stock(xi),
            "gas_amount": c.stock.area * (gases @ (weight @ xi)),
            "metal_amount": np.atleast_1d(-c.stock.area * (c.network.electrons @ (weight @ xi))),
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
            (c.solids.names, amounts["film_amount"] + amounts.get("contact_film_amount", 0.0)),
            (net.gases, amounts["gas_amount"]),
        )
        total = moved = np.zeros((len(amounts["metal_amount"]), len(net.elements)))
        for names, amount in places:
            atoms, change = net.composition(names), amount - amount[0]
            total, moved = total + change @ atoms.T, moved + np.abs(change) @ atoms.T
        adsorbed = np.array([name in net.adsorbed for name in c.solids.names]) * amounts["film_amount"][0]
        held = net.composition(c.stock.names) @ c.stock.initial + net.composition(c.solids.names) @ adsorbed
        return np.asarray(total / np.maximum(moved, 1e-6 * np.maximum(held, 1e-9)))

    def shot(self, xi: Array, paid: Array) -> dict[str, Array]:
        """Maps of the surface, flattened; of solids: (solids, sites). Of the resistance the logarithm is interpolated."""
        c = self.surface.chemistry
        held = self.layers(xi).n
        resistance = np.log(np.maximum(self.properties.resistance(held), LEAST_RESISTANCE))
        wide = self.nodes.expand(np.hstack([held, self.recession(xi, paid)[:, None], resistance[:, None]]))
        n = wide[:, :-2]
        return {
            "surface_film_thickness": n @ (c.inner_volume + c.outer_volume),
            "surface_recession": wide[:, -2],
            "surface_resistance": np.exp(wide[:, -1]),
            "surface_share": self.properties.shares(n).T,
            "surface_amount": n.T,
        }


def as_fluxes(rows: Mapping[str, Array]) -> dict[str, Flux]:
    """Net fluxes with their turnover: nothing goes in and out of a reservoir at the same time."""
    return {name: Flux(values, np.abs(values)) for name, values in rows.items()}
