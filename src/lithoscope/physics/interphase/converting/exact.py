"""Cases of a film that converts with exact solutions. No number of a material enters: they are round."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray
from scipy.integrate import quad, solve_ivp

from lithoscope.constants import FARADAY, thermal_voltage
from lithoscope.physics.contract import ExactCase
from lithoscope.physics.interphase.converting import front
from lithoscope.physics.interphase.converting.equations import Film, Numbers, behind_resistance
from lithoscope.physics.laws.conversion import LEAST_PRODUCT_M, amount_by_tunnelling
from lithoscope.physics.laws.kinetics import positive_part

Array = NDArray[np.float64]

PLAIN = Numbers(
    metal="Sn", leak="tunnelling", thickness=1e-6, molar_volume=1e-4, conductivity=1e-3, insertion_potential=1.5,
    insertion_limit=0.1, insertion_interaction=0.0, insertion_rate=1e-30, conversion_potential=0.75, conversion_rate=1e20,
    conversion_electrons=2.0, leak_current_density=50.0, leak_amount=3e-4, product_conductivity=1e-8,
    product_molar_volume=6e-5, alloying_rate=1e-30, reaction_depth=1e-9, lithium_diffusivity=1e-14, tunnelling_decay=5e9,
    skin_conductivity=1e30, temperature=298.15,
)  # fmt: skip
"""A film whose reaction is fast: what passes the product decides. A hundredth of a mole in a square metre."""

TIMES = np.geomspace(1e-2, 1e5, 10)


def converted(numbers: Numbers, times: Array = TIMES) -> Array:
    """n at some times at 0 V, mol/m2, by integration of the law of the film."""
    per = numbers.conversion_electrons * FARADAY
    found = solve_ivp(lambda _, n: numbers.converting(n, 0.0) / per, (0, times[-1]), [0.0], method="LSODA", t_eval=times,
                      rtol=1e-11, atol=1e-16)  # fmt: skip
    return np.asarray(found.y[0])


def stopping() -> float:
    """A front far from the surface, electrons tunnel: n = n* ln(1 + j_e0 t / (z F n*))."""
    p = PLAIN
    exact = amount_by_tunnelling(p.leak_current_density, p.leak_amount, p.conversion_electrons, TIMES)
    return float(np.max(np.abs(converted(p) / exact - 1)))


def stefan() -> float:
    """A front far from the surface, the product conducts: (V_c n + x_0)^2 = x_0^2 + 2 V_c sigma U t / (z F)."""
    p = replace(PLAIN, leak="conduction")
    driving = float(positive_part(p.conversion_potential, 1e-3))
    k = 2 * p.product_molar_volume * p.product_conductivity * driving / (p.conversion_electrons * FARADAY)
    times = TIMES[TIMES < 1e4]
    exact = (np.sqrt(LEAST_PRODUCT_M**2 + k * times) - LEAST_PRODUCT_M) / p.product_molar_volume
    return float(np.max(np.abs(converted(p, times) / exact - 1)))


def even() -> float:
    """An even reaction: t = int z F dn / (j_e0 (1 - n / n_f) exp(-n / n*)), as the cell scale has it, by quadrature."""
    p = replace(PLAIN, reaction_depth=1.0)
    n = converted(p)
    per = p.conversion_electrons * FARADAY / p.leak_current_density

    def slowness(at: float) -> float:
        return float(per * np.exp(at / p.leak_amount) / (1 - at / p.amount))

    t = np.array([quad(slowness, 0, each, epsrel=1e-12)[0] for each in n])
    return float(np.max(np.abs(t / TIMES - 1)))


def profile(layers: int = 400) -> float:
    """The profile at which half has converted, against its own equation ds/dn = V g in finite volumes, over its largest value.

    u at the middle of a layer takes half of it, so that the error falls as the square of the thickness of a layer.
    """
    p = replace(PLAIN, reaction_depth=1e-7)
    thin = p.thickness / layers

    def left(_: float, free: Array) -> Array:
        u = np.cumsum(free) * thin - free * thin / 2
        g = free * np.exp(-u / p.reaction_depth)
        return np.asarray(-p.molar_volume * g / (g.sum() * thin))

    half = p.amount / 2
    found = solve_ivp(left, (0, half), np.ones(layers), method="LSODA", rtol=1e-10, atol=1e-12)
    exact = Film(p, layers).host(np.float64(half)) * p.molar_volume / thin
    return float(np.max(np.abs(found.y[:, -1] - exact)))


def spreading(layers: int = 200) -> float:
    """Inserted lithium: a filling (1 + cos(pi x / L)) / 2 evens out as exp(-pi^2 D t / L^2); second order in the layers."""
    p = PLAIN
    film = Film(p, layers)
    at = (film.edges[1:] + film.edges[:-1]) / 2 / p.thickness
    per = p.insertion_limit * p.amount / layers
    t = 0.1 * p.thickness**2 / p.lithium_diffusivity
    start = (1 + np.cos(np.pi * at)) / 2

    def change(_: float, theta: Array) -> Array:
        return np.asarray(-np.diff(film.diffused(np.float64(0.0), theta)) / per)

    found = solve_ivp(change, (0, t), start, method="BDF", rtol=1e-10, atol=1e-12)
    exact = (1 + np.cos(np.pi * at) * np.exp(-(np.pi**2) * 0.1)) / 2
    return float(np.max(np.abs(found.y[:, -1] - exact)))


def ions() -> float:
    """Behind a large resistance lithium ions limit: R j = U_c - phi + 2 V_T ln(j_c0 / j), whatever the electrons could."""
    kinetic, R, T = 4e6, 1e3, 298.15
    j = float(behind_resistance(kinetic, 1e12, np.float64(R), T))
    return float(abs(R * j / (2 * thermal_voltage(T) * np.log(kinetic / j)) - 1))


def taken() -> float:
    """Half of what converts next lies before the place where l ln 2 of unconverted film lie between the metal and it."""
    u = np.array([0.0, 1e-8 * np.log(2), 1e-6])
    return float(abs(front.taken(u, 1e-8)[1] - 0.5))


def cases() -> tuple[ExactCase, ...]:
    """Every case with what a correct model may be off by."""
    named: tuple[tuple[str, float, Callable[[], float]], ...] = (
        ("a front that stops", 1e-8, stopping),
        ("a front that slows down", 1e-8, stefan),
        ("an even reaction", 4e-7, even),
        ("profile of a front", 5e-6, profile),
        ("lithium spreads", 1e-5, spreading),
        ("ions limit", 1e-12, ions),
        ("depth of the reaction", 1e-12, taken),
    )
    return tuple(ExactCase(*each) for each in named)
