"""The surface as a map of sites: how they differ, and how a few representatives tell all of them.

A site has a factor m on its rate constants, m_f on the transport through its film, and a kind of native film. The solution is
smooth in ln m and ln m_f, so that it is computed at Chebyshev nodes for each kind and interpolated. The map is linear in the
nodes, and the liquid takes the mean of the same weights: balances of the map are exact whatever the interpolation does, and the
cost of a run hardly depends on the number of sites.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]
Whole = NDArray[np.int64]

CHUNK = 16384
"""Sites that are expanded at a time, which bounds the memory."""

ALIKE = 1e-12


class Terrain(NamedTuple):
    """The sites of a square map, flattened: ln m, ln m_f, and which kind of native film they carry."""

    kinetics: Array
    transport: Array
    kind: Whole


def gaussian_field(edge: int, spacing: float, length: float, rng: np.random.Generator) -> Array:
    """A periodic random field of mean 0 and standard deviation 1, shape (edge, edge).

    <g(0) g(r)> = exp(-r^2 / (2 length^2))

    edge, spacing  sites along an edge and their distance, m;  length: correlation length, m
    """
    k = 2 * np.pi * np.fft.fftfreq(edge, spacing)
    smooth = np.exp(-(k[:, None] ** 2 + k[None, :] ** 2) * length**2 / 4)
    g = np.fft.ifft2(np.fft.fft2(rng.standard_normal((edge, edge))) * smooth).real
    g -= g.mean()
    return np.asarray(g / g.std()) if edge > 1 else np.zeros((1, 1))


@dataclass(frozen=True, slots=True)
class Block:
    """The nodes of one kind of native film.

    sites                 indices of its sites
    kinetics, transport   ln m and ln m_f of its nodes along each axis
    """

    kind: int
    sites: Whole
    kinetics: Array
    transport: Array

    @property
    def size(self) -> int:
        """How many nodes."""
        return len(self.kinetics) * len(self.transport)

    def weights(self, terrain: Terrain, sites: Whole) -> Array:
        """Interpolation weights of sites, shape (sites, nodes); each row adds up to 1."""
        a = interpolation(terrain.kinetics[sites], self.kinetics)
        b = interpolation(terrain.transport[sites], self.transport)
        return np.asarray((a[:, :, None] * b[:, None, :]).reshape(len(sites), -1))


class Nodes:
    """The representatives of a map.

    terrain  the sites;  across: nodes along each axis
    """

    def __init__(self, terrain: Terrain, across: int) -> None:
        self.terrain = terrain
        kinds = [np.flatnonzero(terrain.kind == kind) for kind in range(int(terrain.kind.max()) + 1)]
        self.blocks = [
            Block(kind, sites, axis(terrain.kinetics[sites], across), axis(terrain.transport[sites], across))
            for kind, sites in enumerate(kinds)
            if len(sites)
        ]
        self.kinetics = np.concatenate([np.repeat(b.kinetics, len(b.transport)) for b in self.blocks])
        self.transport = np.concatenate([np.tile(b.transport, len(b.kinetics)) for b in self.blocks])
        self.kind = np.concatenate([np.full(b.size, b.kind) for b in self.blocks])
        self.weight, self._gram = self._moments()

    def _parts(self) -> Iterator[tuple[slice, Whole, Array]]:
        """Nodes, sites and weights, chunk by chunk."""
        first = 0
        for block in self.blocks:
            for begin in range(0, len(block.sites), CHUNK):
                sites = block.sites[begin : begin + CHUNK]
                yield slice(first, first + block.size), sites, block.weights(self.terrain, sites)
            first += block.size

    def _moments(self) -> tuple[Array, Array]:
        """Share of the map that each node stands for, and the mean product of two weights."""
        count, size = len(self.terrain.kind), len(self.kind)
        weight, gram = np.zeros(size), np.zeros((size, size))
        for nodes, _, W in self._parts():
            weight[nodes] += W.sum(axis=0)
            gram[nodes, nodes] += W.T @ W
        return weight / count, gram / count

    def expand(self, values: Array) -> Array:
        """Values of the nodes, shape (nodes, q), at all sites, shape (sites, q)."""
        out = np.empty((len(self.terrain.kind), values.shape[1]))
        for nodes, sites, W in self._parts():
            out[sites] = W @ values[nodes]
        return out

    def spread(self, values: Array) -> float:
        """Standard deviation over the map of values of the nodes, shape (nodes,), without expanding them."""
        mean = float(self.weight @ values)
        centred = values - mean
        return math.sqrt(max(float(centred @ self._gram @ centred), 0.0))


def axis(values: Array, count: int) -> Array:
    """Chebyshev-Lobatto nodes over the range of values; one node where they do not vary."""
    low, high = float(values.min()), float(values.max())
    if high - low < ALIKE or count == 1:
        return np.array([0.5 * (low + high)])
    return np.asarray(0.5 * (low + high) + 0.5 * (high - low) * np.cos(np.pi * np.arange(count) / (count - 1)))


def interpolation(x: Array, nodes: Array) -> Array:
    """Barycentric weights of points on Chebyshev-Lobatto nodes, shape (points, nodes).

    Source: J.-P. Berrut and L. N. Trefethen, SIAM Rev. 46 (2004) 501.
    """
    if len(nodes) == 1:
        return np.ones((len(x), 1))
    sign = (-1.0) ** np.arange(len(nodes))
    sign[[0, -1]] *= 0.5
    distance = x[:, None] - nodes
    hit = distance == 0
    weights = sign / np.where(hit, 1.0, distance)
    weights = np.where(hit.any(axis=1)[:, None], hit.astype(float), weights)
    return np.asarray(weights / weights.sum(axis=1, keepdims=True))
