"""Films of different age at one place: what a crack bares begins anew, and what is left goes on.

The area of each node is shared by a few ages. An age has its own extents xi since it began, its own solids at that time, and a
share f of the area of the node; a crack takes c f of each and makes a new age of it, without a film. What had happened on that
area is added to the past of the node, X = X_0 + sum f xi, and its film to what came off: both are linear, so that X does not
jump and every element keeps to rounding whatever cracks. Sites interpolate the means of the nodes, as without cracks.

Ages that differ least are made one, so that there are at most `MOST_AGES`: area, extents, solids and strain take their mean.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from itertools import combinations

import numpy as np
from numpy.typing import NDArray

from lithoscope.physics.interphase.cracks import Weakness
from lithoscope.physics.interphase.equations import Surface
from lithoscope.physics.interphase.film import Properties, hazard

Array = NDArray[np.float64]

MOST_AGES = 8

LEAST_AREA = 1e-12
"""Share of the area below which nothing has cracked."""

THIN = 1e-10
"""Thickness to which films slow down growth alike, m: where ages are compared."""

CERTAIN = 700.0
"""Hazard at which everything cracks: exp(-700) is no number any more."""


@dataclass(frozen=True, slots=True)
class Ages:
    """The ages of all nodes. Rows of a surface are ordered by age, then by node.

    nodes      the nodes at the start, one age
    share      f, of the area of the node, (ages, nodes);  survived: hazard that its weak spots have seen, the same shape
    stretched  sum of strain times volume of what grew at the metal, m, the same shape
    start      solids when the age began, mol/m2, (ages, nodes, solids)
    past       extents of area that cracked since, mol/m2, (nodes, reactions);  shed: its film, mol/m2, (nodes, solids)
    bared      area that cracked over area of the node, (nodes,)
    slowed     largest share of the speed of growth by diffusion that making two ages one took away
    """

    nodes: Surface
    share: Array
    survived: Array
    stretched: Array
    start: Array
    past: Array
    shed: Array
    bared: Array
    slowed: float = 0.0

    @classmethod
    def one(cls, nodes: Surface) -> Ages:
        """Nodes before anything has cracked."""
        n, c = nodes.sites, nodes.chemistry
        one, zero = np.ones((1, n)), np.zeros((1, n))
        past, shed = np.zeros((n, len(c.rate))), np.zeros((n, len(c.solids.names)))
        return cls(nodes, one, zero, zero, nodes.start[None], past, shed, np.zeros(n))

    @property
    def count(self) -> int:
        """How many ages."""
        return len(self.share)

    def surface(self) -> Surface:
        """All ages of all nodes beside each other, in one liquid."""
        of, weight = self.nodes, self.share * self.nodes.weight
        rows = self.start.reshape(-1, self.start.shape[-1])
        m, m_f, faced = (np.tile(np.broadcast_to(each, of.sites), self.count) for each in (of.m, of.m_f, of.faced))
        return Surface(of.chemistry, m, m_f, rows, weight.ravel(), faced, of.weight @ self.past)

    def mean(self, rows: Array) -> Array:
        """Mean over the ages of each node, (nodes, ...), of what rows have, (rows, ...)."""
        held = rows.reshape(*self.share.shape, *rows.shape[1:])
        return np.asarray((self.share.reshape(*self.share.shape, *(1,) * (rows.ndim - 1)) * held).sum(axis=0))

    def extents(self, xi: Array) -> Array:
        """X of each node since the start of the run, mol/m2, (nodes, reactions)."""
        return self.past + self.mean(xi)

    def growth_strain(self, xi: Array, properties: Properties) -> Array:
        """g of each age, (ages, nodes): mean strain of the film by what grew at the metal, 0 where it is pressed."""
        volume = self._solids(xi) @ properties.solids.molar_volume
        return np.maximum(np.divide(self.stretched, volume, out=np.zeros_like(volume), where=volume > THIN), 0.0)

    def stretch(self, more: Array) -> Ages:
        """The same after growth at the metal; more: strain times volume, m, (rows,)."""
        return replace(self, stretched=self.stretched + more.reshape(self.share.shape))

    def _solids(self, xi: Array) -> Array:
        return np.asarray(self.start + (xi @ self.nodes.chemistry.made.T).reshape(self.start.shape))

    def strained(self, xi: Array, strain: float, of: Weakness, properties: Properties) -> tuple[Ages, Array]:
        """The ages after a change of volume, and their extents.

        Raises nothing; a change that cracks less than `LEAST_AREA` everywhere leaves all as it is.
        """
        held = self._solids(xi)
        growth = self.growth_strain(xi, properties)
        limit = properties.fracture_strain(held)
        there = limit > 0
        limit = np.where(there, limit, 1.0)
        seen = [np.minimum(hazard(e, limit, of.modulus), CERTAIN) * there for e in (strain + growth, growth)]
        share = -of.bared * np.expm1(-np.maximum(seen[0] - self.survived, 0.0))
        survived = np.maximum(self.survived, seen[0] if of.kept else seen[1])
        return replace(self, survived=survived).cracked(xi, share)

    def cracked(self, xi: Array, share: Array) -> tuple[Ages, Array]:
        """The ages after each has lost a share of its area, (ages, nodes), to one that begins there, and their extents."""
        gone = self.share * share
        if gone.sum(axis=0).max() <= LEAST_AREA:
            return self, xi
        x = xi.reshape(*self.share.shape, -1)
        after = replace(
            self, share=_newborn(self.share - gone, gone.sum(axis=0)), survived=_newborn(self.survived),
            stretched=_newborn(self.stretched), start=_newborn(self.start),
            past=self.past + (gone[..., None] * x).sum(axis=0),
            shed=self.shed + (gone[..., None] * self._solids(xi)).sum(axis=0), bared=self.bared + gone.sum(axis=0),
        )  # fmt: skip
        return after._fewer(_newborn(x))

    def _fewer(self, x: Array) -> tuple[Ages, Array]:
        """Without ages that have no area any more, and at most `MOST_AGES` of them."""
        some = self.share.any(axis=1)
        ages, x = self._map(lambda held: held[some]), x[some]
        while ages.count > MOST_AGES:
            ages, x = ages._joined(x)
        return ages, x.reshape(-1, x.shape[-1])

    def _joined(self, x: Array) -> tuple[Ages, Array]:
        """The two ages made one that differ least: whose joint film slows growth by diffusion, sum f/L, least."""
        c = self.nodes.chemistry
        L = (self.start + x @ c.made.T) @ (c.inner_volume + c.outer_volume) + THIN
        f, weight = self.share, np.abs(self.nodes.weight)
        speed = f / L

        def lost(a: int, b: int) -> float:
            both = f[a] + f[b]
            joint = both**2 / np.where(both > 0, f[a] * L[a] + f[b] * L[b], 1.0)
            return float(weight @ (speed[a] + speed[b] - joint))

        first, second = min(combinations(range(self.count), 2), key=lambda pair: lost(*pair))
        slowed = lost(first, second) / float(weight @ speed.sum(axis=0))
        both = f[first] + f[second]
        part = np.where(both > 0, f[first] / np.where(both > 0, both, 1.0), 0.5)

        def join(held: Array) -> Array:
            p = part.reshape(-1, *(1,) * (held.ndim - 2))
            mean = p * held[first] + (1 - p) * held[second]
            return np.concatenate([np.delete(held, [first, second], axis=0), mean[None]])

        after = replace(self._map(join), slowed=max(self.slowed, slowed))
        return replace(after, share=np.concatenate([np.delete(f, [first, second], axis=0), both[None]])), join(x)

    def _map(self, change: Callable[[Array], Array]) -> Ages:
        """The same with a change of everything that each age has."""
        return replace(
            self, share=change(self.share), survived=change(self.survived), stretched=change(self.stretched),
            start=change(self.start),
        )  # fmt: skip


def _newborn(held: Array, value: Array | float = 0.0) -> Array:
    """With one age more."""
    return np.concatenate([held, np.broadcast_to(value, held.shape[1:])[None]])
