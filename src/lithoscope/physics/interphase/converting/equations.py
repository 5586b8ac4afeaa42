"""A film on a metal that takes lithium in, converts from the metal outwards, and whose metal alloys.

Symbols, per geometric area:
    x, L, V          distance from the metal in the film as made, its thickness, m; molar volume, m3/mol
    n, n_f, n_y      amount that converted, amount of the film, lithium alloyed with its metal, mol/m2
    c_i              lithium inserted in layer i, mol/m2;  h_i = int (1 - s) dx / V  unconverted film there
    theta_i          filling c_i / (x_max h_i);  w_i  share of the electrons that layer i takes, see `front`
    phi              potential of the metal against lithium, V;  J  current density that reduces the film, A/m2
    d, R             skin of product that electrons pass by tunnelling, m, and its resistance for lithium ions, ohm m2

Equations
    z F dn/dt = j_c = j_k j_e / (j_k + j_e),   j_k = j_c0 exp((U_c - phi - R j_c) / (2 V_T))
    j_e = f j_e0 exp(-n / n*)                               tunnelling
    j_e = f [U_c - phi]+ sigma_e / (n V_c + x_0)            conduction
    f = (1 - e^(-u_L/l)) / (1 - e^(-L/l)),   u_L = L - n V: electrons that find something to reduce
    d = n / (2 kappa n*),   R = d / sigma_skin;   R = 0 where the product conducts
    F dn_y/dt = i_y(n_y / n),   F dc_i/dt = w_i f i_x(sum w theta) - F x_max theta_i w_i dn/dt + F (N_(i-1/2) - N_(i+1/2))
    N = -D (x_max / V) (1 - s) dtheta/dx;   J = j_c + i_y + f i_x - F x_max sum_i theta_i w_i dn/dt

The laws j_k, j_e, i_x and i_y are those of `laws.conversion`, which the cell scale uses. With l and D large, R = 0 and little
converted this is the law of the cell scale: f becomes the unconverted share 1 - n / n_f, and theta is even.
A layer that converts hands its inserted lithium to the reaction, with its electrons. So all lithium in the film is
x_max-filling, z n and n_y, and what the metal gave is their sum.
The skin follows from the leak: a product of which a share f_s = d / (z V_LiCl n) lies as a skin of LiCl at the front, through
which electrons tunnel as exp(-2 kappa d), has n* = 1 / (2 kappa f_s z V_LiCl).

Validity: one dimension; metal and lithium in the product are in equilibrium over its depth; organic salt stays in place.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray
from scipy.special import lambertw

from lithoscope.constants import FARADAY, thermal_voltage
from lithoscope.physics.interphase.converting import front
from lithoscope.physics.laws.conversion import (
    LEAST_PRODUCT_M,
    NONE,
    alloying_rate,
    in_series,
    insertion_rate,
    leak_by_conduction,
    leak_by_tunnelling,
    reduction_rate,
)
from lithoscope.physics.laws.kinetics import positive_part

Array = NDArray[np.float64]
Leak = Literal["tunnelling", "conduction"]

WIDEST_V = 5.0
"""Potential against lithium beyond which nothing depends on it."""

LEAST_LEFT = 1e-12
"""Unconverted share of the film that is always left."""

LEAST_HOST = 1e-6
"""Unconverted share of a layer below which its filling has no meaning."""


@dataclass(frozen=True, slots=True)
class Numbers:
    """Of a film at its temperature, SI; the names are those of the table `coatings` where it has them.

    metal, leak          that alloys; how electrons pass the product
    thickness, molar_volume, conductivity           of the film, the last for lithium ions
    reaction_depth, lithium_diffusivity             l, D
    tunnelling_decay, skin_conductivity             kappa, sigma_skin
    """

    metal: str
    leak: Leak
    thickness: float
    molar_volume: float
    conductivity: float
    insertion_potential: float
    insertion_limit: float
    insertion_interaction: float
    insertion_rate: float
    conversion_potential: float
    conversion_rate: float
    conversion_electrons: float
    leak_current_density: float
    leak_amount: float
    product_conductivity: float
    product_molar_volume: float
    alloying_rate: float
    reaction_depth: float
    lithium_diffusivity: float
    tunnelling_decay: float
    skin_conductivity: float
    temperature: float

    @property
    def amount(self) -> float:
        """n_f, mol/m2."""
        return self.thickness / self.molar_volume

    def finding(self, n: Any) -> Any:
        """f, none where nothing is left."""
        return front.finding(self.thickness, np.maximum(self.thickness - n * self.molar_volume, 0.0), self.reaction_depth)

    def left(self, n: Any) -> Any:
        """u_L, m: unconverted film, never quite none, so that its profile has a logarithm."""
        return np.maximum(self.thickness - n * self.molar_volume, LEAST_LEFT * self.thickness)

    def skin(self, n: Any) -> Any:
        """d = n / (2 kappa n*), m: what electrons tunnel through; none where the product conducts."""
        return n / (2 * self.tunnelling_decay * self.leak_amount) if self.leak == "tunnelling" else 0 * n

    def converting(self, n: Any, phi: Any) -> Any:
        """j_c, A/m2."""
        if self.leak == "tunnelling":
            supply = leak_by_tunnelling(self.leak_current_density, n, self.leak_amount)
        else:
            thickness = n * self.product_molar_volume + LEAST_PRODUCT_M
            supply = leak_by_conduction(
                positive_part(self.conversion_potential - phi, 1e-3), self.product_conductivity, thickness
            )
        supply = supply * self.finding(n)
        kinetic = reduction_rate(self.conversion_rate, self.conversion_potential, phi, self.temperature)
        return behind_resistance(kinetic, supply, self.skin(n) / self.skin_conductivity, self.temperature)


def behind_resistance(kinetic: Any, supply: Any, resistance: Any, T: float) -> Any:
    """j = j_k j_e / (j_k + j_e) with j_k e^(-R j / (2 V_T)) for j_k, A/m2: lithium ions pass a resistance R, ohm m2.

    By Newton's method from above on j (1 + (j_e / j_k) e^(R j / (2 V_T))) = j_e, whose left side is convex in j.
    """
    slope = np.asarray(resistance / (2 * thermal_voltage(T)))
    free = np.asarray(in_series(kinetic, supply))
    if not np.any(slope > 0):
        return free
    held = np.divide(lambertw(slope * kinetic).real, slope, out=np.full_like(free * slope, np.inf), where=slope > 0)
    j = np.minimum(free, held)
    for _ in range(60):
        pushed = supply / kinetic * np.exp(np.minimum(slope * j, 600))
        step = (j * (1 + pushed) - supply) / (1 + pushed * (1 + slope * j))
        j = j - step
        if np.all(np.abs(step) <= 1e-14 * j):
            break
    return j


@dataclass(frozen=True, slots=True)
class Rates:
    """What goes on at a time; arrays over layers have the layers first.

    converting, alloying, inserting  current densities, A/m2
    released   lithium that converting layers hand to the reaction, mol/m2/s
    layers     dc_i/dt, mol/m2/s
    """

    converting: Any
    alloying: Any
    inserting: Any
    released: Any
    layers: Array

    @property
    def reduced(self) -> Any:
        """J, A/m2: what comes from outside."""
        return self.converting + self.alloying + self.inserting - FARADAY * self.released


@dataclass(frozen=True)
class Film:
    """The film in layers of one thickness.

    numbers  of it;  layers: how many
    """

    numbers: Numbers
    layers: int

    @property
    def edges(self) -> Array:
        """x between layers, m."""
        return np.linspace(0.0, self.numbers.thickness, self.layers + 1)

    def host(self, n: Any) -> Array:
        """h_i, mol/m2, shape (layers, *n.shape)."""
        p = self.numbers
        return np.asarray(
            np.diff(front.unconverted(self.edges, p.thickness, p.left(n), p.reaction_depth), axis=0) / p.molar_volume
        )

    def filling(self, n: Any, c: Array) -> Array:
        """theta_i of the unconverted film in each layer."""
        least = LEAST_HOST * self.numbers.amount / self.layers
        return np.asarray(c / (self.numbers.insertion_limit * (self.host(n) + least)))

    def rates(self, n: Any, alloyed: Any, c: Array, phi: Any) -> Rates:
        """n, n_y: mol/m2, any shape; c: shape (layers, *n.shape); phi: V."""
        p = self.numbers
        # Trial steps of a solver go far beyond what a potential can be.
        phi = np.clip(phi, -WIDEST_V, WIDEST_V)
        u = front.unconverted(self.edges, p.thickness, p.left(n), p.reaction_depth)
        w = np.diff(front.taken(u, p.reaction_depth), axis=0)
        theta = self.filling(n, c)
        converting = p.converting(n, phi)
        metal = np.maximum(n, 0.0) + NONE
        alloying = alloying_rate(p.alloying_rate, p.metal, alloyed / metal, metal - NONE, phi, p.temperature)
        at_front = (w * theta).sum(axis=0)
        inserting = p.finding(n) * insertion_rate(
            p.insertion_rate, p.insertion_potential, p.insertion_interaction, at_front, phi, p.temperature
        )
        handed = p.insertion_limit * theta * w * converting / (p.conversion_electrons * FARADAY)
        moved = -np.diff(self.diffused(n, theta), axis=0)
        return Rates(converting, alloying, inserting, handed.sum(axis=0), w * inserting / FARADAY - handed + moved)

    def diffused(self, n: Any, theta: Array) -> Array:
        """N at the edges of the layers, mol/m2/s, none through the metal and the surface."""
        p = self.numbers
        open_ = front.share_left(self.edges[1:-1], p.thickness, p.left(n), p.reaction_depth)
        per = p.lithium_diffusivity * p.insertion_limit / p.molar_volume * self.layers / p.thickness
        inner = -per * open_ * np.diff(theta, axis=0)
        none = np.zeros((1, *inner.shape[1:]))
        return np.concatenate([none, inner, none])
