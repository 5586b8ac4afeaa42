"""Exact solutions of the interphase scale, and small surfaces that have them. Shipped, and used by the tests."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from lithoscope.constants import FARADAY, GAS, thermal_voltage
from lithoscope.physics.contract import ExactCase
from lithoscope.physics.interphase.ages import Ages
from lithoscope.physics.interphase.equations import Chemistry, Solids, Stock, Supply, Surface
from lithoscope.physics.interphase.network import Network, network
from lithoscope.physics.interphase.rates import RateLaw, rate_table
from lithoscope.physics.interphase.solve import steps
from lithoscope.physics.laws.composites import current_of_patches
from lithoscope.physics.laws.films import grown_by_diffusion, grown_by_tunnelling
from lithoscope.physics.laws.kinetics import overpotential

Array = NDArray[np.float64]

T = 298.15
VOLUME = 35e-6
"""Molar volume of the product, m3/mol."""

START = 1e-12
"""Thickness at the start, m."""

POTENTIAL = 0.8
DAY = 86400.0

NOTHING = Supply(0.0, 0.0, 0.0, 1e10, 0.0, 0.0, 0.3, 1e-6)
"""A film that lets nothing through; reactants reach its face without effort."""

SPECIES: Mapping[str, Mapping[str, Any]] = {
    "e-": {"formula": "", "charge": -1, "place": "electrode"},
    "Li+": {"formula": "Li", "charge": 1, "place": "solute"},
    "EC": {"formula": "C3H4O3", "place": "solvent"},
    "Li2CO3": {"formula": "Li2CO3"},
    "C2H4": {"formula": "C2H4", "place": "gas"},
}


def carbonate() -> Network:
    """EC + 2 e- + 2 Li+ -> Li2CO3 + C2H4 alone."""
    return network(SPECIES, {"film": "EC + 2 e- + 2 Li+ -> Li2CO3 + C2H4"})


def surface(
    net: Network, rate: Sequence[float], supply: Supply, *, law: RateLaw = "butler-volmer", alpha: float = 1.0,
    decay: float = 0.0, start: float = START, stock: float = 1e12, sites: int = 1,
) -> Surface:  # fmt: skip
    """An even surface with one solid in an inner layer; rates at the potential of the reactions, in a liquid without end.

    With Butler-Volmer kinetics and a transfer coefficient of 1 it is H = exp(-y).
    """
    solids = net.films or ("F",)
    V_T = thermal_voltage(T)
    table = rate_table(law, [1.0 / V_T] * len(rate), alpha, -POTENTIAL / V_T - 1, 1.0 / V_T + 1)
    names = tuple(dict.fromkeys(("Li+", *net.dissolved)))
    stocks = Stock(names, np.full(len(names), stock), np.where(np.array(names) == "Li+", 0.0, 1 / stock), 1.0)
    film = Solids(solids, np.full(len(solids), VOLUME), np.full(len(solids), decay), np.zeros(len(solids)))
    chemistry = Chemistry(net, np.full(len(rate), POTENTIAL), np.array(rate), table, film, stocks, supply, T)
    native = np.zeros((sites, len(solids)))
    native[:, 0] = start / VOLUME
    return Surface(chemistry, np.ones(sites), np.ones(sites), native, np.full(sites, 1 / sites))


def followed(found: Surface, times: Array, tolerance: float = 1e-8) -> Array:
    """Extents of the first site at some times, shape (times, reactions)."""
    xi = np.zeros((found.sites, len(found.chemistry.rate)))
    return np.array([step.xi[0] for step in steps(found, xi, 0.0, times, tolerance) if step.end in times])


def bare_rate(speed: float) -> float:
    """Rate constant at its potential of a reaction with H = exp(-y) that grows a film at a speed where U_i = 0, mol/m2/s."""
    return float(speed / VOLUME * np.exp(-POTENTIAL / thermal_voltage(T)))


TIMES = np.geomspace(10.0, 30 * DAY, 12)


def _growth(found: Surface, exact: Callable[[Array], Array]) -> float:
    thickness = START + followed(found, TIMES)[:, 0] * VOLUME
    return float(np.max(np.abs(thickness / exact(TIMES) - 1)))


def linear() -> float:
    """Without a barrier: L = L0 + k_l t; the supply is so large that U_i stays at 0."""
    speed = 1e-15
    supply = replace(NOTHING, tunnelling=1e9)
    return _growth(surface(carbonate(), [bare_rate(speed)], supply), lambda t: START + speed * t)


def parabolic() -> float:
    """L = sqrt(L0^2 + 2 k_p t), k_p = P_e V / 2, reactions far faster."""
    supply = replace(NOTHING, electrons=1e-16)
    k_p = supply.electrons * VOLUME / 2
    return _growth(surface(carbonate(), [1e6], supply), lambda t: np.asarray(grown_by_diffusion(START, k_p, np.inf, t)))


def linear_parabolic() -> float:
    """L/k_l + L^2/(2 k_p) = t, for rates that fall as exp(-y)."""
    speed, supply = 1e-12, replace(NOTHING, electrons=1e-16)
    k_p = supply.electrons * VOLUME / 2
    found = surface(carbonate(), [bare_rate(speed)], supply)
    return _growth(found, lambda t: np.asarray(grown_by_diffusion(START, k_p, speed, t)))


def logarithmic() -> float:
    """L = L0 + l ln(1 + (v t / l) exp(-L0 / l)), l = 1 / (2 kappa), v = j_t V / (2 F)."""
    kappa, supply = 5.1e9, replace(NOTHING, tunnelling=1e3)
    v = supply.tunnelling * VOLUME / (2 * FARADAY)
    found = surface(carbonate(), [1e-2], supply, decay=kappa)
    return _growth(found, lambda t: np.asarray(grown_by_tunnelling(np.full_like(t, START), v, 1 / (2 * kappa), t)))


def cracked_growth(found: Surface, share: float, every: float, times: int) -> tuple[float, float]:
    """Product of an even surface that cracks, as thickness, m: all of it, and what stands at the end.

    share  of the area that loses its film at each change;  every: time between two, s, and after the last;  times: how many
    """
    ages, xi = Ages.one(found), np.zeros((1, 1))
    for n in range(times + 1):
        surface = ages.surface()
        *_, last = steps(surface, xi, n * every, np.array([(n + 1) * every]), 1e-9)
        xi = last.xi
        if n < times:
            ages, xi = ages.cracked(xi, np.full_like(ages.share, share))
    standing = float(ages.mean(ages.surface().layers(xi).inner)[0])
    return float(ages.extents(xi)[0, 0]) * VOLUME, standing


def growth_anew(k_p: float, gap: float, share: float, every: float, times: int) -> float:
    """All product of a film by diffusion that cracks again and again, m: the sum over ages of sqrt(g^2 + 2 k_p a) - g.

    Before the first change all is of one age; of each later age a share c remains (1 - c)^j after j changes.
    """
    grown = np.sqrt(gap**2 + 2 * k_p * every * np.arange(times + 2))
    gain, j = np.diff(grown), np.arange(times + 1)
    left = (1 - share) ** j
    first = float(left @ gain)
    later = sum(share * float(left[: times + 1 - n] @ gain[: times + 1 - n]) for n in range(1, times + 1))
    return first + later


def cracked_through() -> float:
    """All of the film comes off 5 times: 6 (sqrt(g^2 + 2 k_p dt) - g)."""
    supply = replace(NOTHING, electrons=1e-16, gap=1e-10)
    made = cracked_growth(surface(carbonate(), [1e6], supply, start=0.0), 1.0, DAY, 5)[0]
    return abs(made / (6 * (float(np.sqrt(1e-20 + supply.electrons * VOLUME * DAY)) - 1e-10)) - 1)


def cracked_in_part() -> float:
    """0.3 of each age comes off 7 times: the sum over 8 ages."""
    supply = replace(NOTHING, electrons=1e-16, gap=1e-10)
    made = cracked_growth(surface(carbonate(), [1e6], supply, start=0.0), 0.3, DAY, 7)[0]
    return abs(made / growth_anew(supply.electrons * VOLUME / 2, 1e-10, 0.3, DAY, 7) - 1)


def cracked_without_a_barrier() -> float:
    """A reaction that no film slows does not see cracks; after N of them v dt (1 - (1 - c)^(N + 1)) / c stands."""
    speed, c, N = 1e-15, 0.2, 15
    supply = replace(NOTHING, tunnelling=1e9, gap=1e-10)
    found = surface(carbonate(), [bare_rate(speed)], supply, start=0.0)
    made, stands = cracked_growth(found, c, DAY, N)
    return max(abs(made / (speed * DAY * (N + 1)) - 1), abs(stands / (speed * DAY * (1 - (1 - c) ** (N + 1)) / c) - 1))


def leaking() -> float:
    """Ohmic leakage with a potential of the electrons that stays put: L^2 = L0^2 + 2 sigma U V t / (2 F).

    The reaction is so fast and of one potential only where U_i varies little; the speed is compared with j V / (2 F) at U_i.
    """
    found = surface(carbonate(), [1e-9], replace(NOTHING, leakage=1e-13))
    xi = np.array([[1e-4]])
    rates, U = found.rates(xi, found.activity(xi))
    L = START + xi[0, 0] * VOLUME
    return float(abs(rates[0, 0] * 2 * FARADAY * L / (1e-13 * U[0]) - 1))


def solvent_to_the_metal() -> float:
    """Solvent through the film: L/k_l + L^2/(2 k_p) = t with k_p = P_in V, for any rate law, because U_i = 0 at the metal."""
    supply = replace(NOTHING, inner=1e-12, tunnelling=0.0)
    found = surface(carbonate(), [bare_rate(1e-9)], supply)
    k_p = supply.inner * VOLUME
    return _growth(found, lambda t: np.asarray(grown_by_diffusion(START, k_p, 1e-9, t)))


def charge_and_thickness() -> float:
    """L = Q V / (n F), with the charge of the electrons that passed by quadrature of what the film let through."""
    found = surface(carbonate(), [1e-3], replace(NOTHING, electrons=1e-16), start=3e-9)
    xi, charge = np.zeros((1, 1)), 0.0
    layers = found.layers(xi)
    for step in steps(found, xi, 0.0, np.geomspace(1.0, 10 * DAY, 1200), 1e-8):
        ends = [_supply(found, each) for each in (xi, step.middle, step.xi)]
        charge += (step.end - step.start) / 6 * (ends[0] + 4 * ends[1] + ends[2])
        xi = step.xi
    grown = float(found.layers(xi).inner[0] - layers.inner[0])
    return abs(grown / (charge * VOLUME / (2 * FARADAY)) - 1)


def _supply(found: Surface, xi: Array) -> float:
    U = found.rates(xi, found.activity(xi))[1]
    return float(found.supplied(U, found.layers(xi))[0][0])


CHAIN: Mapping[str, Mapping[str, Any]] = {
    "A": {"formula": "C", "place": "solute"},
    "B": {"formula": "C", "place": "solute"},
    "C": {"formula": "C", "place": "gas"},
    "D": {"formula": "C", "place": "gas"},
    "e-": {"formula": "", "charge": -1, "place": "electrode"},
    "Li+": {"formula": "Li", "charge": 1, "place": "solute"},
    "F": {"formula": "C", "place": "film"},
}


def chain() -> float:
    """A -> B -> C in the liquid: A = e^(-k1 t), B = k1/(k2 - k1) (e^(-k1 t) - e^(-k2 t)), C the rest."""
    k1, k2 = 3e-3, 1e-3
    found = surface(network(CHAIN, {"first": "A -> B", "second": "B -> C"}), [k1, k2],
                    replace(NOTHING, electrons=1.0), stock=1.0)  # fmt: skip
    found.chemistry.stock.initial[found.chemistry.stock.names.index("B")] = 0.0
    t = np.array([50.0, 300.0, 1000.0, 4000.0])
    xi = followed(found, t, 1e-11)
    a = np.exp(-k1 * t)
    b = k1 / (k2 - k1) * (np.exp(-k1 * t) - np.exp(-k2 * t))
    return float(np.max(np.abs([1 - xi[:, 0] - a, xi[:, 0] - xi[:, 1] - b, xi[:, 1] - (1 - a - b)])))


def branching() -> float:
    """A -> C and A -> D beside each other: shares k1/(k1 + k2) and k2/(k1 + k2) at any time."""
    k = np.array([3e-3, 1e-3])
    found = surface(network(CHAIN, {"one": "A -> C", "other": "A -> D"}), list(k), replace(NOTHING, electrons=1.0), stock=1.0)
    xi = followed(found, np.array([100.0, 1000.0]), 1e-9)
    return float(np.max(np.abs(xi / xi.sum(axis=1, keepdims=True) - k / k.sum())))


def patches() -> float:
    """i_1/i_2 = R_2/R_1, and the mean is what was driven."""
    R, share = np.array([1.0, 7.0]), np.array([0.3, 0.7])
    i = current_of_patches(5.0, R, share)
    return float(max(abs(i[0] / i[1] - R[1] / R[0]), abs(share @ i / 5.0 - 1)))


def corrosion_potential() -> float:
    """U = (2RT/F) asinh(j / (2 i0)): the anodic branch of lithium equals what is reduced, i0 2 sinh(F U / 2RT) = j."""
    j, i0 = 0.01, 1.0
    U = float(overpotential(j, i0, 0.0, T))
    return float(abs(2 * i0 * np.sinh(FARADAY * U / (2 * GAS * T)) / j - 1))


def cases() -> tuple[ExactCase, ...]:
    """Every case with what a correct model may be off by."""
    return (
        ExactCase("linear growth", 1e-6, linear),
        ExactCase("parabolic growth", 1e-6, parabolic),
        ExactCase("linear-parabolic growth", 1e-6, linear_parabolic),
        ExactCase("logarithmic growth", 1e-6, logarithmic),
        ExactCase("film that comes off", 1e-6, cracked_through),
        ExactCase("film that comes off in part", 1e-6, cracked_in_part),
        ExactCase("cracks without a barrier", 1e-6, cracked_without_a_barrier),
        ExactCase("leakage by Ohm", 1e-10, leaking),
        ExactCase("solvent through the film", 1e-6, solvent_to_the_metal),
        ExactCase("charge and thickness", 1e-10, charge_and_thickness),
        ExactCase("A to B to C", 1e-8, chain),
        ExactCase("branching", 1e-8, branching),
        ExactCase("parallel patches", 1e-10, patches),
        ExactCase("corrosion potential", 1e-10, corrosion_potential),
    )
