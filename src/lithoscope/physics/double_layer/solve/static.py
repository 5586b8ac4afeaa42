"""The state in equilibrium that a film comes to from where it starts, and the profile of the electrolyte beside it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import brentq

from lithoscope.constants import ELEMENTARY_CHARGE
from lithoscope.errors import InputError
from lithoscope.physics.double_layer.equations.stack import (
    FilmState,
    adsorbed_charge,
    film_state,
    outside,
    surface_potential,
    voltage,
)
from lithoscope.physics.double_layer.params import Film, Liquid, Stack
from lithoscope.physics.laws.double_layer import charge_density, concentrations, displacement, potential

Array = NDArray[np.float64]

SCAN, ZOOM, ZOOMS = 800, 100, 7
"""Points of the first search for a root, of every finer one, and how many of these there are: to rounding."""

LARGEST_DOUBLINGS = 40
"""Of the range in which a root is searched for."""

PACKED_LAYERS = 2.0
"""Layers of packed ions up to which a mean field without layers is used: D < 2 e / a^2."""

FARTHEST = 1e-12
"""Share of its potential at the surface at which a profile ends."""

GAUSS = np.polynomial.legendre.leggauss(8)


class Equilibrium(NamedTuple):
    """A state in equilibrium: p as in `equations.stack`, the film, D_out (C/m2), phi_s and phi_d (V)."""

    p: float
    film: FilmState
    D_out: float
    phi_s: float
    phi_d: float


def start_of(film: Film | None) -> float:
    """p of a film as it was made."""
    return film.P if film is not None and film.law is not None else 0.0


def equilibrium(stack: Stack, V: float, p: float | None = None) -> Equilibrium:
    """The state that a film comes to at a voltage, from p on.

    rho dP/dt = E_f - E_Landau(P) moves P one way until the right side is zero, so that it ends at the first root on the side
    to which it begins to move. That state is stable.
    Raises InputError for a voltage at which ions would be packed in more than two layers.
    """
    check_voltage(stack, V)
    start = start_of(stack.film) if p is None else p
    return state_at(stack, _first_root(lambda at: voltage(stack, at) - V, start, _span(stack.film)))


def state_at(stack: Stack, p: float) -> Equilibrium:
    """The state of a film at p, whatever the voltage."""
    film = FilmState(*(float(value) for value in film_state(stack.film, p)))
    D_out, phi_s = (float(value) for value in outside(stack.beside, film.D))
    phi_d = float(potential(stack.beside.solution, D_out)) if isinstance(stack.beside, Liquid) else 0.0
    return Equilibrium(float(p), film, D_out, phi_s, phi_d)


def _span(film: Film | None) -> float:
    return 0.05 if film is None or film.P == 0 else 2.2 * abs(film.P)


def _first_root(misfit: Callable[[Array], Any], start: float, span: float) -> float:
    """First zero from a start towards the side on which the misfit falls to it."""
    first = float(misfit(np.array([start]))[0])
    if first == 0:
        return start
    side = -np.sign(first)

    def left(points: Array) -> Array:
        """Positive until the root."""
        return np.asarray(np.sign(first) * misfit(points))

    for _ in range(LARGEST_DOUBLINGS):
        points = start + side * np.linspace(0, span, SCAN)
        values = left(points)
        crossed = np.flatnonzero(values <= 0)
        if len(crossed):
            break
        span *= 2
    low, high = _touching(left, points, values, crossed[0]) or (points[crossed[0] - 1], points[crossed[0]])
    for _ in range(ZOOMS):
        points = np.linspace(low, high, ZOOM)
        wrong = np.flatnonzero(left(points) <= 0)
        if not len(wrong) or wrong[0] == 0:
            break
        low, high = points[wrong[0] - 1], points[wrong[0]]
    return float(0.5 * (low + high))


def _touching(left: Callable[[Array], Array], points: Array, values: Array, end: int) -> tuple[float, float] | None:
    """Ends around a root before points[end] at which the misfit only dips below zero, between two points; None without one."""
    dips = np.flatnonzero((values[1:-1] < values[:-2]) & (values[1:-1] <= values[2:])) + 1
    for dip in dips[dips < end]:
        low, high = points[dip - 1], points[dip + 1]
        for _ in range(ZOOMS):
            finer = np.linspace(low, high, ZOOM)
            at = left(finer)
            if (below := np.flatnonzero(at <= 0)).size:
                return float(points[dip - 1]), float(finer[below[0]])
            least = int(np.clip(np.argmin(at), 1, ZOOM - 2))
            low, high = finer[least - 1], finer[least + 1]
    return None


def check_voltage(stack: Stack, V: float) -> None:
    """Raises InputError for a voltage beyond the validity of the mean field."""
    if not isinstance(stack.beside, Liquid) or stack.beside.solution.a == 0:
        return
    low, high = voltage_limits(stack, stack.beside)
    if not low <= V <= high:
        raise InputError(
            "voltage", f"= {V:.4g} V would pack ions in more than two layers", expected=f"{low:.3g} V to {high:.3g} V",
            why="A mean field knows no layers of ions; beyond two of them its charge is wrong, and solvents decompose",
            do=f'Write voltage = "{0.9 * (low if low > V else high):.2g} V"',
        )  # fmt: skip


def voltage_limits(stack: Stack, liquid: Liquid) -> tuple[float, float]:
    """Voltages at which two layers of ions are packed, D_out = -+2 e / a^2."""
    most = PACKED_LAYERS * ELEMENTARY_CHARGE / liquid.solution.a**2
    low, high = (_voltage_of(stack, liquid, D) for D in (-most, most))
    return low, high


def _voltage_of(stack: Stack, liquid: Liquid, D_out: float) -> float:
    phi_s = surface_potential(liquid, D_out)
    D_f = float(D_out - adsorbed_charge(liquid, phi_s))
    film = stack.film
    if film is None or film.law is None:
        return float(voltage(stack, D_f))
    size = 2 * (abs(D_f) + abs(film.P))
    return float(voltage(stack, brentq(lambda p: float(film_state(film, p).D) - D_f, -size, size, xtol=1e-15)))


class Profile(NamedTuple):
    """The electrolyte over the distance x from the Stern layer, m: phi V, cations and anions mol/m3, field V/m.

    excess  of cations and anions over the solution far away, mol/m2
    """

    x: Array
    phi: Array
    cations: Array
    anions: Array
    field: Array
    excess: tuple[float, float]


def profile(liquid: Liquid, phi_d: float, points: int = 400) -> Profile:
    """The diffuse layer by quadrature of dx = -eps dphi / D(phi).

    Gauss-Legendre in ln phi, on which the integrand is smooth; the part beyond the last point, 1e-12 of it, is left out.
    """
    solution = liquid.solution
    if abs(phi_d) < 1e-9 * solution.V_T:
        x = np.linspace(0, 27 * solution.debye_length, points)
        flat = np.full(points, solution.c0)
        return Profile(x, np.zeros(points), flat, flat, np.zeros(points), (0.0, 0.0))
    phi = phi_d * np.geomspace(1, FARTHEST, points)
    logs = np.log(np.abs(phi))
    half, middle = 0.5 * np.diff(logs)[:, None], 0.5 * (logs[1:] + logs[:-1])[:, None]
    at = np.sign(phi_d) * np.exp(middle + half * GAUSS[0])
    dx = -half * GAUSS[1] * solution.permittivity * at / displacement(solution, at)
    x = np.concatenate([[0.0], np.cumsum(dx.sum(axis=1))])
    inside = concentrations(solution, at)
    excess = [float(((c - solution.c0) * dx).sum()) for c in inside]
    cations, anions = concentrations(solution, phi)
    E = displacement(solution, phi) / solution.permittivity
    return Profile(x, phi, cations, anions, E, (excess[0], excess[1]))


def gauss_residual(liquid: Liquid, phi_d: float) -> float:
    """Charge of the electrolyte, by quadrature of its density, against -D, relative."""
    D = float(displacement(liquid.solution, phi_d))
    solution = liquid.solution
    logs = np.linspace(np.log(abs(phi_d)), np.log(abs(phi_d) * FARTHEST), 400)
    half, middle = 0.5 * np.diff(logs)[:, None], 0.5 * (logs[1:] + logs[:-1])[:, None]
    at = np.sign(phi_d) * np.exp(middle + half * GAUSS[0])
    dx = -half * GAUSS[1] * solution.permittivity * at / displacement(solution, at)
    return abs(float((charge_density(solution, at) * dx).sum()) / -D - 1)
