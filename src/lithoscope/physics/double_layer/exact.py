"""Exact solutions of the double layer, and the cases that compare this scale with them."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
from numpy.typing import NDArray
from scipy.integrate import solve_bvp
from scipy.interpolate import CubicSpline
from scipy.optimize import brentq

from lithoscope.constants import FARADAY, GAS, VACUUM_PERMITTIVITY
from lithoscope.physics.cell.exact import Slab
from lithoscope.physics.contract import ExactCase
from lithoscope.physics.double_layer.equations.curved import NM, Ball, Hyperboloid
from lithoscope.physics.double_layer.equations.drift import Drift
from lithoscope.physics.double_layer.params import METAL, Film, Liquid, Stack
from lithoscope.physics.double_layer.solve.curved import Problem, Resolution, solve
from lithoscope.physics.double_layer.solve.static import equilibrium, gauss_residual, profile
from lithoscope.physics.double_layer.solve.transient import transient
from lithoscope.physics.laws.double_layer import Solution, charge_density, displacement
from lithoscope.physics.laws.ferroelectric import quartic

Array = NDArray[np.float64]

POINTS = Solution(1000.0, 30.0, 0.0, 298.15)
"""1 mol/L of ions without size in a solvent of permittivity 30."""

SIZED = Solution(1000.0, 30.0, 0.7e-9, 298.15)
"""The same with ions of 0.7 nm."""


def gouy_chapman(solution: Solution, psi: float, x: Array) -> Array:
    """Potential at distances x, V: tanh(F phi / 4 R T) = tanh(F psi / 4 R T) exp(-x / lambda). Ions without size."""
    share = np.tanh(psi / (4 * solution.V_T)) * np.exp(-x / solution.debye_length)
    return np.asarray(4 * solution.V_T * np.arctanh(share))


def grahame(solution: Solution, psi: float) -> float:
    """Charge sqrt(8 eps R T c0) sinh(F psi / 2 R T), C/m2. Ions without size."""
    scale = 8 * solution.permittivity * GAS * solution.T * solution.c0
    return float(np.sqrt(scale) * np.sinh(psi / (2 * solution.V_T)))


def bikerman(solution: Solution, psi: float) -> float:
    """Charge 2 F c0 lambda sqrt{(2/nu) ln[1 + 2 nu sinh^2(F psi / 2 R T)]}, C/m2."""
    packed = np.log1p(2 * solution.nu * np.sinh(psi / (2 * solution.V_T)) ** 2)
    return float(np.sign(psi) * 2 * FARADAY * solution.c0 * solution.debye_length * np.sqrt(2 / solution.nu * packed))


def boundary_value_charge(solution: Solution, psi: float) -> float:
    """Charge from Poisson's equation by collocation, C/m2: neither a first integral nor its quadrature is used."""
    lam, V_T = solution.debye_length, solution.V_T
    x = np.concatenate([[0.0], np.geomspace(1e-3, 30.0, 300)])
    scale = lam**2 / solution.permittivity / V_T

    def slope(_: Array, y: Array) -> Array:
        return np.vstack([y[1], -charge_density(solution, y[0] * V_T) * scale])

    u = psi / V_T
    found = solve_bvp(slope, lambda a, b: np.array([a[0] - u, b[0]]), x, u * np.exp(-x) * np.array([[1], [-1]]),
                      tol=1e-8, max_nodes=60000)  # fmt: skip
    return float(-solution.permittivity * V_T / lam * found.y[1, 0])


def charging_rate(solution: Solution, D: float, half: float, stern: float = 0.0) -> float:
    """Slowest rate at which two blocking plates 2 `half` apart are charged by a small voltage, 1/s.

    tanh(k L)/(k L) + lambda^2 k^2 (1 + lambda_S / L) = 1,  rate = D (1/lambda^2 - k^2);  D / (lambda L) for lambda << L

    half: L, m;  stern: lambda_S = eps / C_S, m
    Derivation: rho ~ sinh(k x) between the plates, Poisson's equation, and no flux through them.
    Source: M. Z. Bazant, K. Thornton, A. Ajdari, Phys. Rev. E 70 (2004) 021506.
    """
    lam = solution.debye_length

    def wrong(k: float) -> float:
        return float(np.tanh(k * half) / (k * half) + (lam * k) ** 2 * (1 + stern / half) - 1)

    k = float(brentq(wrong, 0.3 / lam, 1 / lam, xtol=1e-12 / lam))
    return float(D * (1 / lam**2 - k**2))


def dead_layer_field(P: float, eps_f: float, d_f: float, eps_s: float, d_s: float) -> float:
    """Field in a film of fixed polarisation with a dead layer, in short circuit: -P / (eps_0 (eps_f + eps_s d_f/d_s)), V/m."""
    return -P / (VACUUM_PERMITTIVITY * (eps_f + eps_s * d_f / d_s))


def hyperboloid_field(shape: Hyperboloid, V: float, eps: float, film: tuple[float, float] | None = None) -> float:
    """Field beside a hyperboloid, or beside a confocal film on it (thickness at the apex nm, permittivity), V/m.

    E = C / (eps a (1 - eta_1^2)),  V / C = (artanh eta_0 - artanh eta_1) / eps_f + artanh(eta_1) / eps
    """
    thickness, eps_f = film or (0.0, eps)
    end = (shape.distance - thickness) / shape.a
    drop = (np.arctanh(shape.eta_0) - np.arctanh(end)) / eps_f + np.arctanh(end) / eps
    return float(V / drop / eps / (shape.a * NM * (1 - end**2)))


def sphere_ratio(solution: Solution, radius: float) -> float:
    """Charge per area of a sphere over that of a plane, small potential: 1 + lambda / R."""
    return 1 + solution.debye_length / radius


def bare(solution: Solution, *, stern: float = 0.0, D: float = 2e-10) -> Liquid:
    """Ions beside a metal; stern: elastance of a Stern layer, m2/F."""
    return Liquid(solution, stern, 0.35e-9, 2e18, (), D)


def relaxation_rate(share: float, stern: float = 1e-4) -> tuple[float, float]:
    """Rate of charging found by the run in time and the exact one, 1/s; share: lambda / L; stern: elastance, m2/F."""
    solution = POINTS._replace(c0=10.0)
    liquid = bare(solution, stern=stern)
    half = solution.debye_length / share
    exact = charging_rate(solution, liquid.D, half, liquid.elastance * solution.permittivity)
    drift = Drift(None, liquid, 1e-4, depth=1 / share, cells=100, first=0.03, i=0.0)
    history = transient(drift, 4 / exact)
    charge = drift.walls(history.states).D_out * drift.D_unit
    end = equilibrium(Stack(None, liquid), 1e-4).D_out
    # The linear state holds all of its charge at the plates: midplane and reservoir agree to first order in the voltage.
    late = history.t > 1 / exact
    steady = float(drift.walls(transient(drift, 60 / exact).states[:, -1:]).D_out[0]) * drift.D_unit
    assert abs(steady / end - 1) < 0.1
    slope = np.polyfit(history.t[late], np.log(1 - charge[late] / steady), 1)[0]
    return -float(slope), exact


def neutral_error(share: float) -> float:
    """Difference half way between the electrodes between a steady current through ions that make their own field and the salt
    profile of the cell scale, relative to c0; share: lambda / L. Of second order in it.
    """
    solution = POINTS._replace(c0=10.0)
    liquid = bare(solution, stern=1e-4)
    L = solution.debye_length / share
    slab = Slab(L=2 * L, eps=1.0, N_M=1.0, c0=solution.c0, D=liquid.D, t_plus=0.5)
    i = -0.5 * slab.limiting_current_density
    drift = Drift(None, liquid, 0.0, depth=1 / share, cells=240, first=0.1, i=i)
    done = transient(drift, 40 * L**2 / liquid.D).states[:, -1:]
    cations, anions, *_ = drift.parts(done)
    salt = 0.5 * (cations + anions)[:, 0] * solution.c0
    x = drift.x * solution.debye_length
    # The middle of the slab is the reservoir; the electrode that is plated is its left face.
    at = 0.5 * L
    return float(abs(CubicSpline(x, salt)(at) - slab.steady_profile(-i, at)) / solution.c0)


def _charge(solution: Solution, formula: Callable[[Solution, float], float]) -> Callable[[], float]:
    def error() -> float:
        found = [(boundary_value_charge(solution, psi), float(displacement(solution, psi))) for psi in (0.05, -0.2)]
        exact = [formula(solution, psi) for psi in (0.05, -0.2)]
        return max(abs(one / at - 1) for pair, at in zip(found, exact, strict=True) for one in pair)

    return error


def _profile_error() -> float:
    found = profile(bare(POINTS), 0.15)
    near = found.x < 10 * POINTS.debye_length
    exact = gouy_chapman(POINTS, 0.15, found.x[near])
    return float(np.abs(found.phi[near] / exact - 1).max())


def _dead_error() -> float:
    P, eps_f, d_f, eps_s, d_s = 0.2, 12.0, 30e-9, 5.0, 1e-9
    film = Film(d_f, eps_f * VACUUM_PERMITTIVITY, None, P, 1.0, d_s / (eps_s * VACUUM_PERMITTIVITY), d_s)
    found = equilibrium(Stack(film, METAL), 0.0).film.E
    return float(abs(found / dead_layer_field(P, eps_f, d_f, eps_s, d_s) - 1))


def _landau_error() -> float:
    """P_s from a loop in short circuit, E_c as the largest voltage at which a film between metals stays on its branch."""
    law, d = quartic(0.08, 5e7), 50e-9
    stack = Stack(Film(d, 10 * VACUUM_PERMITTIVITY, law, 0.08, 2.0), METAL)
    remains = equilibrium(stack, 0.0, p=0.09).p / 0.08 - 1
    kept = [equilibrium(stack, -5e7 * d * (1 - off)).p > 0 for off in (1e-8, -1e-8)]
    return abs(remains) if kept == [True, False] else 1.0


def _tip_error(film: tuple[float, float] | None) -> Callable[[], float]:
    def error() -> float:
        shape = Hyperboloid(10.0, 200.0)
        layer = None if film is None else Film(film[0] * NM, film[1] * VACUUM_PERMITTIVITY, None, 0.0, 1.0)
        found = solve(shape, Problem(layer, SIZED, None, 0.5, shape.distance, confocal=True)).field[0]
        return float(abs(found / hyperboloid_field(shape, 0.5, SIZED.eps, film) - 1))

    return error


def _sphere_error() -> float:
    worst = 0.0
    for c0 in (10.0, 1000.0):
        solution = SIZED._replace(c0=c0)
        lam = solution.debye_length
        problem = Problem(None, solution, bare(solution), 1e-5, 30 * lam / NM)
        found = solve(Ball(10.0), problem, Resolution(liquid=160, first=0.015), begin=10.0).field[0] * lam / 1e-5
        worst = max(worst, float(abs(found / sphere_ratio(solution, 10 * NM) - 1)))
    return worst


def _charging_error() -> float:
    found, exact = relaxation_rate(0.01)
    return abs(found / exact - 1)


def cases() -> Sequence[ExactCase]:
    """Every case, with the tolerance that a correct scale meets."""
    return (
        ExactCase("Gouy-Chapman profile", 1e-8, _profile_error),
        ExactCase("Grahame charge", 1e-8, _charge(POINTS, grahame)),
        ExactCase("Bikerman charge", 1e-8, _charge(SIZED, bikerman)),
        ExactCase("Gauss's law of a static profile", 1e-10, lambda: gauss_residual(bare(SIZED), 0.3)),
        ExactCase("film and dead layer", 1e-10, _dead_error),
        ExactCase("Landau film", 1e-8, _landau_error),
        ExactCase("bare tip", 1e-2, _tip_error(None)),
        ExactCase("tip with a film of low permittivity", 1e-2, _tip_error((5.0, 3.0))),
        ExactCase("tip with a film of high permittivity", 1e-2, _tip_error((5.0, 1500.0))),
        ExactCase("sphere with ions", 1e-4, _sphere_error),
        ExactCase("charging of two blocking plates", 5e-3, _charging_error),
    )
