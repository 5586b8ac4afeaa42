"""A second metal that touches the lithium: it reduces the electrolyte through a film of its own, and lithium dissolves for it.

    j_M = F sum_k n_k r_k                                  of the metal M, at 0 V, by the same network as on lithium
    sum_s w_s i_s = (A_M / A_Li) j_M                       what lithium sites s dissolve for it: the net current is zero
    eta = R_s i_s + (2 R T / F) asinh(i_s / (2 i0))        lithium is one metal in one liquid: one eta for all sites
    l = kappa d eta / dj                                   Wagner: over which the current spreads in the liquid

w_s are shares of the true area A_Li, R_s is the resistance of the film of a site, kappa the conductivity of the liquid. The
metal is a site of the surface like those of lithium, so that liquid, elements and lithium close as they do without it. What
its film takes of electrons from potentials of a millivolt is left out: eta does not enter j_M.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from numpy.typing import NDArray

from lithoscope.constants import FARADAY, thermal_voltage
from lithoscope.design.contact import UNITS
from lithoscope.physics.interphase.equations import Surface
from lithoscope.physics.laws.composites import resistance_of_patches
from lithoscope.physics.laws.kinetics import charge_transfer_resistance, overpotential
from lithoscope.units import MAH_PER_CM2

if TYPE_CHECKING:
    from lithoscope.design import Cell
    from lithoscope.physics.interphase.params import Numbers

Array = NDArray[np.float64]

OXIDE = "Li2O"
"""What the oxide of the metal has become at 0 V."""

ITERATIONS = 200
CLOSED = 1e-13
"""Relative change at which an iteration has ended."""


class Metal(NamedTuple):
    """A metal in contact, SI.

    material   its name;  area: true over the geometric area of the lithium
    kinetics   its rate constants over those of lithium;  transport: the same of what passes its film
    native     thickness of its film at the start, m;  distance: to the farthest lithium that pays, m; None if not given
    """

    material: str
    area: float
    kinetics: float
    transport: float
    native: float
    distance: float | None


class Couple(NamedTuple):
    """What lithium does for the metal, SI.

    current    i_s, A per true m2 of lithium, (sites,);  potential: eta, V
    """

    current: Array
    potential: float

    def shares(self, weight: Array) -> Array:
        """What each site dissolves over the mean; 1 where nothing is drawn."""
        mean = float(weight @ self.current)
        return np.asarray(self.current / mean if mean > 0 else np.ones_like(self.current))


def metal_of(cell: Cell, numbers: Numbers) -> Metal | None:
    """The metal that touches the lithium of a cell; None if there is none, or none of it is bare."""
    contact = cell.foil.contact
    if contact is None or contact.area.value == 0:
        return None
    kinetics, transport, native, roughness = (
        numbers(f"contacts.{contact.material}.{name}", unit, getattr(contact, name), f"working.contact.{name}")
        for name, unit in UNITS.items()
    )
    distance = None if contact.distance is None else contact.distance.value
    return Metal(contact.material, contact.area.value * roughness, kinetics, transport, native, distance)


def with_metal(surface: Surface, metal: Metal, lithium: float) -> Surface:
    """A surface of lithium, and one more site, the last, which is the metal.

    lithium  true area of lithium that reacts over its geometric area
    """
    solids = surface.chemistry.solids
    film = np.zeros((1, len(solids.names)))
    place = solids.names.index(OXIDE)
    film[0, place] = metal.native / solids.molar_volume[place]
    share = lithium / (lithium + metal.area)
    return Surface(
        surface.chemistry, np.append(surface.m, metal.kinetics), np.append(surface.m_f, metal.transport),
        np.vstack([surface.start, film]), np.append(share * surface.weight, 1 - share), np.append(np.ones(surface.sites), 0.0),
    )  # fmt: skip


def couple(drawn: float, resistance: Array, weight: Array, exchange: float, T: float) -> Couple:
    """Currents of lithium sites that give together what a metal draws.

    drawn       (A_M / A_Li) j_M, A per true m2 of lithium
    resistance  R_s, ohm m2, (sites,);  weight: w_s;  exchange: i0, A/m2;  T: K
    """
    if drawn <= 0:
        return Couple(np.zeros_like(resistance), 0.0)
    # Both are too high: a site passes at least eta / (R + R_ct), and no site more than all of it. Slopes rise with eta, so that
    # Newton's method falls from there to the root.
    linear = drawn * resistance_of_patches(resistance + charge_transfer_resistance(exchange, T), weight)
    some = weight > 0
    eta = min(linear, float(np.min(overpotential(drawn / weight[some], exchange, resistance[some], T))))
    i = np.zeros_like(resistance)
    for _ in range(ITERATIONS):
        i = _passed(eta, resistance, exchange, T)
        step = (float(weight @ i) - drawn) / float(weight @ (1 / _slope(i, resistance, exchange, T)))
        eta -= step
        if abs(step) <= CLOSED * eta:
            break
    return Couple(_passed(eta, resistance, exchange, T), eta)


def _slope(i: Array, resistance: Array, exchange: float, T: float) -> Array:
    """d eta / di, ohm m2."""
    return np.asarray(resistance + 2 * thermal_voltage(T) / np.sqrt(i**2 + 4 * exchange**2))


def _passed(eta: float, resistance: Array, exchange: float, T: float) -> Array:
    """i at eta. The law is concave, so that Newton's method climbs from 0 to the root."""
    i = np.zeros_like(resistance)
    for _ in range(ITERATIONS):
        off = eta - resistance * i - 2 * thermal_voltage(T) * np.arcsinh(i / (2 * exchange))
        step = off / _slope(i, resistance, exchange, T)
        i = i + step
        if np.all(np.abs(step) <= CLOSED * np.abs(i)):
            break
    return i


def wagner_length(kappa: float, resistance: float, exchange: float, T: float, area: float) -> float:
    """l = kappa d eta / dj, m: how far from the metal lithium still dissolves for it.

    kappa  of the liquid, S/m;  resistance: of the film, ohm m2 of true area;  exchange: A/m2;  T: K
    area   true over geometric, because j is per geometric area

    >>> round(wagner_length(1.0, 0.03, 10.0, 298.15, 1.0), 4)
    0.0326
    """
    return kappa * (resistance + charge_transfer_resistance(exchange, T)) / area


def notes(metal: Metal, length: float, lost: float, share: float, oxide_volume: float) -> tuple[str, ...]:
    """What a reader must know of a metal in contact.

    length        of Wagner, m;  lost: lithium that dissolved for the metal, C/m2;  share: of all that corroded
    oxide_volume  of a mole of what its oxide became, m3
    """
    before = metal.area * metal.native / oxide_volume * 2 * FARADAY
    told = (
        f"{metal.material} touches the lithium: {1000 * lost / MAH_PER_CM2:.3g} uAh/cm2 dissolved for it, {100 * share:.3g} % "
        f"of what corroded. The {metal.native * 1e9:.3g} nm of {OXIDE} that its oxide became had taken "
        f"{1000 * before / MAH_PER_CM2:.3g} uAh/cm2 before, which are not in it. The current spreads over {_mm(length)} "
        f"of liquid (Wagner), and lithium dissolves evenly but for its film in this run."
    )
    if metal.distance is None or metal.distance <= length:
        return (told,)
    far = (
        f"The lithium reaches to {_mm(metal.distance)} from the {metal.material}, farther than the {_mm(length)} over which "
        "its current spreads: beside the metal lithium dissolves faster than this run says, and far from it hardly for it."
    )
    return (told, far)


def _mm(length: float) -> str:
    return f"{length * 1e3:.3g} mm"
