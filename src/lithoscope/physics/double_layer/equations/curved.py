"""Film, Stern layer and ions on a curved electrode, in coordinates in which the electrode is straight.

    div D = rho(phi),   D = -eps eps_0 grad phi + P n
    weak:  int eps eps_0 grad phi . grad v dV - int P (n . grad v) dV - int rho v dV = 0   for all v that are zero on the metals

n is the direction away from the electrode. P is fixed, zero, or follows rho_LK dP/dt = E_n - E_Landau(P).
Coordinates q with scale factors h_q: grad_q = (1/h_q) d/dq, dV = J dq; the last coordinate crosses the film.

    flat          q = x, h = 1, J = 1
    sphere        q = r, h = 1, J = r^2
    hyperboloid   q = (s, u), prolate spheroidal xi = cosh s, eta = tanh u, half distance of the foci a:
                  h_s = a sqrt(xi^2 - eta^2), h_u = h_s sech u, J = a^3 (xi^2 - eta^2) sinh s sech^2 u

The field between two confocal hyperboloids is linear in u, so that the apex is no harder than a plane.
Units inside: lengths in nm, potential in V_T.
Source: L. D. Landau, E. M. Lifshitz, Electrodynamics of Continuous Media, section 4; the coordinates are textbook.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray
from scipy.interpolate import CubicSpline

from lithoscope.physics.double_layer.equations.drift import growing

Array = NDArray[np.float64]

NM = 1e-9

FAR_S = 2.5
"""Where the hyperboloid ends, xi = cosh s = 6.1; no flux crosses there."""


class Shape(Protocol):
    """An electrode in its coordinates."""

    @property
    def outward(self) -> float:
        """+1 where the last coordinate grows away from the electrode, else -1."""

    def scales(self, q: Any) -> tuple[list[Any], Any]:
        """Scale factors of every coordinate, and J."""


@dataclass(frozen=True, slots=True)
class Plane:
    """A flat electrode; q counts from it."""

    outward: float = 1.0

    def scales(self, q: Any) -> tuple[list[Any], Any]:
        """h = J = 1."""
        one = np.ones_like(q[0])
        return [one], one


@dataclass(frozen=True, slots=True)
class Ball:
    """A sphere of a radius in nm; q = r."""

    radius: float
    outward: float = 1.0

    def scales(self, q: Any) -> tuple[list[Any], Any]:
        """h = 1, J = r^2."""
        return [np.ones_like(q[0])], q[0] ** 2


@dataclass(frozen=True, slots=True)
class Hyperboloid:
    """A tip of a radius at a distance from a plane, nm; u falls away from it.

    eta_0 = (1 + R/d)^(-1/2), a = d / eta_0
    """

    radius: float
    distance: float
    outward: float = -1.0

    @property
    def eta_0(self) -> float:
        """eta on the electrode."""
        return float(1 / np.sqrt(1 + self.radius / self.distance))

    @property
    def a(self) -> float:
        """Half the distance of the foci, nm."""
        return self.distance / self.eta_0

    def scales(self, q: Any) -> tuple[list[Any], Any]:
        """h_s, h_u and J."""
        s, u = q
        stretch = np.cosh(s) ** 2 - np.tanh(u) ** 2
        h = self.a * np.sqrt(stretch)
        return [h, h / np.cosh(u)], self.a**3 * stretch * np.sinh(s) / np.cosh(u) ** 2

    def offset(self, s: Array, thickness: float, *, confocal: bool) -> Array:
        """u of a surface outside the electrode: at the same distance from it everywhere, or another hyperboloid."""
        if thickness == 0 or confocal:
            return np.full_like(s, np.arctanh((self.distance - thickness) / self.a))
        foot = np.linspace(-0.1, FAR_S + 1.0, 400)
        r, z = self.a * np.sinh(foot) * np.sqrt(1 - self.eta_0**2), self.a * np.cosh(foot) * self.eta_0
        across, along = np.sinh(foot) * self.eta_0 / np.sqrt(1 - self.eta_0**2), -np.cosh(foot)
        size = np.hypot(across, along)
        r, z = r + thickness * across / size, z + thickness * along / size
        to_far, to_near = np.hypot(r, z + self.a), np.hypot(r, z - self.a)
        at = np.sign(r) * np.arccosh(np.maximum((to_far + to_near) / (2 * self.a), 1.0))
        return np.asarray(CubicSpline(at, np.arctanh((to_far - to_near) / (2 * self.a)))(s))


def line(begin: float, layers: list[tuple[float, int]], depth: float, cells: int, first: float | None) -> Array:
    """Nodes of a mesh along q: even cells in each layer (thickness, cells), then cells that grow from `first`, or even ones."""
    nodes = [begin]
    for thickness, count in layers:
        nodes.extend(nodes[-1] + thickness * np.arange(1, count + 1) / count)
    h = growing(depth, cells, first) if first else np.full(cells, depth / cells)
    return np.concatenate([nodes, nodes[-1] + np.cumsum(h)])


def grid(
    shape: Hyperboloid, layers: list[tuple[float, int]], columns: int, cells: int, first: float | None, *, confocal: bool
) -> Array:
    """Nodes (2, columns + 1, rows + 1) of a mesh between a hyperboloid and the plane; layers and `first` in nm."""
    s = np.linspace(0, FAR_S, columns + 1)
    edges = [shape.offset(s, 0.0, confocal=confocal)]
    rows = [edges[0]]
    depth = 0.0
    for thickness, count in layers:
        depth += thickness
        edges.append(shape.offset(s, depth, confocal=confocal))
        rows.extend(edges[-2] + (edges[-1] - edges[-2]) * k / count for k in range(1, count + 1))
    last = edges[-1]
    thin = np.full_like(s, np.nan) if first is None else first / shape.scales((s, last))[0][1]
    steps = np.stack([np.full(cells, top / cells) if first is None else growing(top, cells, one)
                      for top, one in zip(last, thin, strict=True)])  # fmt: skip
    liquid = last[:, None] - np.cumsum(steps, axis=1)
    u = np.concatenate([np.stack(rows, axis=1), liquid], axis=1)
    return np.stack([np.broadcast_to(s[:, None], u.shape), u])
