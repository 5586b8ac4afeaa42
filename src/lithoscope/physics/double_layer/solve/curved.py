"""The potential on a curved electrode by finite elements of second order, Newton's method and steps of the polarisation."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.sparse.linalg import splu
from scipy.spatial import cKDTree
from skfem import Basis, BilinearForm, ElementLineP2, ElementQuad2, LinearForm, MeshLine, MeshQuad

from lithoscope.constants import VACUUM_PERMITTIVITY
from lithoscope.physics.double_layer.equations.curved import NM, Hyperboloid, Shape, grid, line
from lithoscope.physics.double_layer.params import Film, Liquid
from lithoscope.physics.laws.double_layer import Solution, charge_density
from lithoscope.physics.laws.ferroelectric import Landau, follow, stiffness

Array = NDArray[np.float64]

FILM, STERN, LIQUID = 0, 1, 2

NEWTON_STEPS, HALVINGS, SETTLING_STEPS = 60, 20, 80

PACE = 0.5
"""Step of the polarisation, in units of the longest for which its equation has one root whatever the field."""

SHORT_STEPS, LONG = 8, 1e4
"""Steps of this length before longer ones, and how much longer these are."""

CONVERGED = 1e-8
"""Change of the potential, in thermal voltages, at which Newton's method has ended."""

SETTLED = 1e-7
"""Change of the polarisation, relative to the largest, at which it is in equilibrium."""


@dataclass(frozen=True, slots=True)
class Resolution:
    """Cells: across the film, across the Stern layer, in the electrolyte, along the electrode; first cell in Debye lengths."""

    film: int = 6
    stern: int = 2
    liquid: int = 34
    columns: int = 20
    first: float = 0.08


@dataclass(frozen=True, slots=True)
class Problem:
    """What stands on an electrode: film or none, ions or a medium of one permittivity, V in volt, the far metal at zero.

    ions      Bikerman's, behind a Stern layer; if None the medium has no charge and there is no Stern layer
    solution  permittivity and temperature of what is outside, in either case
    depth     of the electrolyte, nm
    confocal  whether a film on a hyperboloid ends at another hyperboloid
    """

    film: Film | None
    solution: Solution
    ions: Liquid | None
    V: float
    depth: float
    confocal: bool = False


@dataclass(frozen=True, slots=True)
class Solved:
    """A solution. field: away from the electrode, in the electrolyte at its inner end, V/m, along the electrode.

    P         polarisation at the apex, C/m2;  film_field: mean field in the film there, V/m
    potential, nodes  V at nodes, and their coordinates, shape (coordinates, n)
    settled   whether the iteration ended by its criterion
    polar     whether the film is on a branch that is stable by itself everywhere; if not, domains would form, and the fields of
              this state are not to be used
    """

    field: Array
    P: float
    film_field: float
    potential: Array
    nodes: Array
    settled: bool
    polar: bool = True


class Curved:
    """The discrete equations of one problem on one shape."""

    def __init__(self, shape: Shape, problem: Problem, resolution: Resolution, begin: float = 0.0) -> None:
        """begin: q of the electrode, for shapes of one coordinate."""
        self.shape, self.problem, self.resolution = shape, problem, resolution
        solution = problem.solution
        self.V_T, self.scale = solution.V_T, VACUUM_PERMITTIVITY * solution.V_T / NM
        first = resolution.first * solution.debye_length / NM if problem.ions else None
        layers, kinds = self._layers()
        if isinstance(shape, Hyperboloid):
            self._mesh_2d(shape, layers, first)
        else:
            thick = sum(thickness for thickness, _ in layers)
            self.q = line(begin, layers, problem.depth - thick, resolution.liquid, first)[None, None]
            self.mesh = MeshLine(self.q[0, 0])
            element: Any = ElementLineP2()
            self.basis = Basis(self.mesh, element, intorder=6)
            self.columns_of = np.arange(self.mesh.nelements)
        rows = np.concatenate([np.full(count, kind) for (_, count), kind in zip(layers, kinds, strict=True)]
                              + [np.full(resolution.liquid, LIQUID)])  # fmt: skip
        self.first_liquid = int(np.argmax(rows == LIQUID))
        self.kind = rows[self.columns_of]
        self.parts = {kind: self.basis.with_elements(np.flatnonzero(self.kind == kind)) for kind in (FILM, LIQUID)
                      if (self.kind == kind).any()}  # fmt: skip
        self.nodes = np.asarray(self.basis.doflocs)
        self._ends()

    def _layers(self) -> tuple[list[tuple[float, int]], list[int]]:
        layers, kinds = [], []
        if (film := self.problem.film) is not None:
            layers.append((film.thickness / NM, self.resolution.film))
            kinds.append(FILM)
        if (ions := self.problem.ions) is not None and ions.elastance > 0:
            layers.append((ions.thickness / NM, self.resolution.stern))
            kinds.append(STERN)
        return layers, kinds

    def _mesh_2d(self, shape: Hyperboloid, layers: list[tuple[float, int]], first: float | None) -> None:
        columns = self.resolution.columns
        self.q = grid(shape, layers, columns, self.resolution.liquid, first, confocal=self.problem.confocal)
        rows = self.q.shape[2] - 1
        number = np.arange(self.q[0].size).reshape(self.q[0].shape)
        # Counter-clockwise in (s, u), where u falls with the row.
        corners = np.stack([number[:-1, 1:], number[1:, 1:], number[1:, :-1], number[:-1, :-1]]).reshape(4, -1)
        self.mesh = MeshQuad(self.q.reshape(2, -1), corners)
        self.basis = Basis(self.mesh, ElementQuad2(), intorder=5)
        self.columns_of = np.tile(np.arange(rows), columns)

    def _ends(self) -> None:
        tree = cKDTree(self.nodes.T)
        q = self.q.reshape(len(self.nodes), -1, self.q.shape[-1])

        def found(at: Array) -> Any:
            return tree.query(at.T)[1]

        def along(row: int) -> Array:
            """Nodes of a row and those between them."""
            points = q[:, :, row]
            return np.concatenate([points, 0.5 * (points[:, 1:] + points[:, :-1])], axis=1)

        self.metal, self.far = found(along(0)), found(along(-1))
        k = self.first_liquid
        self.inner = [found(q[:, :, k]), found(0.5 * (q[:, :, k] + q[:, :, k + 1])), found(q[:, :, k + 1])]
        self.free = np.setdiff1d(np.arange(self.basis.N), np.concatenate([self.metal, self.far]))

    def permittivity(self) -> Array:
        """Relative, of every element."""
        ions, film = self.problem.ions, self.problem.film
        values = np.full(3, self.problem.solution.eps)
        if film is not None:
            values[FILM] = film.permittivity / VACUUM_PERMITTIVITY
        if ions is not None and ions.elastance > 0:
            values[STERN] = ions.thickness / ions.elastance / VACUUM_PERMITTIVITY
        return np.asarray(values[self.kind])

    def stiffness(self) -> Any:
        """int eps grad phi . grad v dV."""
        shape, eps = self.shape, self.permittivity()[:, None]

        def form(phi: Any, v: Any, w: Any) -> Any:
            h, J = shape.scales(w.x)
            return sum(eps * J / one**2 * phi.grad[k] * v.grad[k] for k, one in enumerate(h))

        return BilinearForm(form).assemble(self.basis).tocsr()

    def normal_field(self, basis: Any, phi: Array) -> Array:
        """E_n at the points of quadrature, V/m."""
        at = basis.interpolate(phi)
        h, _ = self.shape.scales(basis.global_coordinates())
        return np.asarray(-self.shape.outward * at.grad[-1] / h[-1] * self.V_T / NM)

    def polar_load(self, P: Array) -> Array:
        """int P n . grad v dV, P at the points of quadrature of the film, C/m2."""
        shape, unit = self.shape, self.scale

        def form(v: Any, w: Any) -> Any:
            h, J = shape.scales(w.x)
            return w.P / unit * shape.outward * v.grad[-1] / h[-1] * J

        return np.asarray(LinearForm(form).assemble(self.parts[FILM], P=P))

    def polar_tangent(self, answer: Array) -> Any:
        """The same for a change of the field; answer dP/dE at the points of quadrature, F/m."""
        shape = self.shape

        def form(phi: Any, v: Any, w: Any) -> Any:
            h, J = shape.scales(w.x)
            return w.answer / VACUUM_PERMITTIVITY * phi.grad[-1] * v.grad[-1] / h[-1] ** 2 * J

        return BilinearForm(form).assemble(self.parts[FILM], answer=answer).tocsr()

    def ions(self, phi: Array) -> tuple[Array, Any]:
        """int rho v dV and minus its derivative."""
        basis, shape, solution = self.parts[LIQUID], self.shape, self.problem.solution
        volts = np.asarray(basis.interpolate(phi)) * self.V_T
        unit = VACUUM_PERMITTIVITY * self.V_T / NM**2
        rho = charge_density(solution, volts) / unit
        slope = _charge_slope(solution, volts) * self.V_T / unit
        load = LinearForm(lambda v, w: w.rho * v * shape.scales(w.x)[1]).assemble(basis, rho=rho)
        tangent = BilinearForm(lambda u, v, w: w.slope * u * v * shape.scales(w.x)[1]).assemble(basis, slope=slope)
        return np.asarray(load), tangent.tocsr()

    def surface_field(self, phi: Array) -> Array:
        """Field away from the electrode in the first cell of the electrolyte at its inner end, V/m, along the electrode."""
        a, b, c = (phi[nodes] for nodes in self.inner)
        at, to = self.nodes[:, self.inner[0]], self.nodes[:, self.inner[2]]
        slope = (-3 * a + 4 * b - c) / (to[-1] - at[-1])
        return np.asarray(-self.shape.outward * slope / self.shape.scales(at)[0][-1] * self.V_T / NM)


def _charge_slope(solution: Solution, phi: Any) -> Any:
    """-d rho / d phi = d/dphi (D^2 / 2 eps)' = C^2 / eps + D C' / eps by a central difference of rho, F/m3."""
    step = 1e-4 * solution.V_T
    return (charge_density(solution, phi - step) - charge_density(solution, phi + step)) / (2 * step)


def least_stiffness(law: Landau) -> float:
    """Smallest dE/dP of a law, m/F."""
    square = -12 * law.a11 / (60 * law.a111) if law.a11 < 0 < law.a111 else 0.0
    return float(stiffness(law, np.sqrt(square)))


def solve(shape: Shape, problem: Problem, resolution: Resolution | None = None, begin: float = 0.0) -> Solved:
    """The potential, with the polarisation in equilibrium with it, from the film as it was made on.

    Polarisation: implicit steps of rho dP/dt = E_n - E_Landau(P), so long that only the fastest branch limits them, and within
    each Newton's method for the potential. A film that leaves its branch breaks into domains, which are not resolved: it ends
    there, and `polar` says so.
    """
    equations = Curved(shape, problem, resolution or Resolution(), begin)
    K = equations.stiffness()
    phi = np.zeros(equations.basis.N)
    phi[equations.metal] = problem.V / equations.V_T
    film = problem.film
    P = np.zeros(()) if film is None else np.full(equations.parts[FILM].dx.shape, film.P)
    phi, P, settled, polar = _settle(equations, K, phi, P)
    inside, mean = 0.0, 0.0
    if film is not None:
        count = equations.resolution.film
        q = equations.q.reshape(len(equations.nodes), -1, equations.q.shape[-1])
        apex = cKDTree(equations.nodes.T).query(q[:, 0, count])[1]
        inside = float(problem.V - phi[apex] * equations.V_T) / film.thickness
        mean = float(P[:count].mean())
    return Solved(equations.surface_field(phi), mean, inside, phi * equations.V_T, equations.nodes, settled, polar)


def _settle(equations: Curved, K: Any, phi: Array, P: Array) -> tuple[Array, Array, bool, bool]:
    """Potential and polarisation in equilibrium, whether they are, and whether the film has kept to its branch."""
    film = equations.problem.film
    law = film.law if film is not None else None
    if film is None or law is None:
        phi, P, settled = _newton(equations, K, phi, P, 0.0)
        return phi, P, settled, True
    short = PACE / max(-least_stiffness(law), 1e3)
    for count in range(SETTLING_STEPS):
        # Near its equilibrium a stable branch takes steps of any length; before, a long one could miss that it is left.
        pace = short if count < SHORT_STEPS else LONG * short
        phi, new, converged = _newton(equations, K, phi, P, pace)
        moved, P = float(np.abs(new - P).max()), new
        if float(stiffness(law, P).min()) <= 0:
            return phi, P, False, False
        if moved <= SETTLED * abs(film.P) and count >= SHORT_STEPS:
            return phi, P, converged, True
    return phi, P, False, True


def _newton(equations: Curved, K: Any, phi: Array, P: Array, pace: float) -> tuple[Array, Array, bool]:
    """Potential and polarisation after one step of the polarisation from P; pace: its length over the viscosity, F/m.

    The residual is the gradient of a convex function, so that Newton's method with halved steps ends at its one zero.
    """
    film, ions, free = equations.problem.film, equations.problem.ions, equations.free
    law = film.law if film is not None else None

    def residual(at: Array) -> tuple[Array, Array, Any]:
        """Of the potential at the free nodes, the polarisation there, and what ions add to the tangent."""
        R, new, slope = K @ at, P, None
        if film is not None and law is not None:
            E = equations.normal_field(equations.parts[FILM], at)
            new = np.asarray(follow(law, P, E, pace, 1.0))
        if film is not None:
            R = R - equations.polar_load(new)
        if ions is not None:
            load, slope = equations.ions(at)
            R = R - load
        return R[free], new, slope

    phi = phi.copy()
    R, new, slope = residual(phi)
    for _ in range(NEWTON_STEPS):
        tangent = K if slope is None else K + slope
        if law is not None:
            tangent = tangent + equations.polar_tangent(pace / (1 + pace * stiffness(law, new)))
        step = splu(tangent[free][:, free].tocsc()).solve(-R)
        size, share = float(np.linalg.norm(R)), 1.0
        largest = float(np.abs(step).max())
        for _ in range(HALVINGS):
            trial = phi.copy()
            trial[free] += share * step
            R, new, slope = residual(trial)
            if largest < CONVERGED or float(np.linalg.norm(R)) <= (1 - 1e-4 * share) * size:
                break
            share *= 0.5
        phi = trial
        if largest < CONVERGED * (1 + np.abs(phi).max()):
            return phi, new, True
    return phi, new, False
