"""Which of several unknown numbers decides: points over all their ranges at once, and the share of each in what comes out.

The points are a scrambled Sobol sequence, which fills a space of many dimensions more evenly than random numbers do, in the
arrangement of Saltelli: one point, the same with one number exchanged, for each number, and the point they were taken from.
The indices of Sobol follow from it without any assumption on the model,

    first order   S_i = V[E(Y | x_i)] / V[Y]          what number i does alone
    total         T_i = E[V(Y | all but x_i)] / V[Y]  what it does alone and together with others

A. Saltelli et al., Comput. Phys. Commun. 181 (2010) 259; both sums are of SALib (MIT licence).
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Any, Protocol

import numpy as np
from numpy.typing import ArrayLike, NDArray

from lithoscope.errors import InputError

if TYPE_CHECKING:
    from lithoscope.design import Cell
    from lithoscope.sampling import Between

Array = NDArray[np.float64]

FEWEST_GROUPS = 8
"""Groups of points without which nothing is said about the share of a number."""


class Marginal(Protocol):
    """How one number is distributed."""

    def quantile(self, u: Sequence[float]) -> Sequence[Any]:
        """The value below which each share of the probability lies."""


@dataclass(frozen=True, slots=True)
class Index:
    """The share of one number in the variance of what comes out.

    name    of the number
    first   alone;  total  alone and with others
    error   of the total, half width of its 95 % interval
    """

    name: str
    first: float
    total: float
    error: float


@dataclass(frozen=True, eq=False)
class Plan:
    """Points over the ranges of several numbers, in groups of one more than there are numbers and one.

    marginals  how each number is distributed, by its name; of fields of a cell `plan` makes them
    groups     how many, a power of two; the plan has groups * (numbers + 2) points
    seed       of the scrambling: the same seed gives the same points

    Raises InputError for a number of groups that is no power of two, or without a number.
    """

    marginals: Mapping[str, Marginal]
    groups: int = 128
    seed: int = 0
    _names: tuple[str, ...] = field(init=False)

    def __post_init__(self) -> None:
        if not self.marginals:
            raise InputError("marginals", "names nothing", expected="at least one number with its range",
                             do='For example {"separator.thickness": ls.Between("10 um", "30 um")}')  # fmt: skip
        if self.groups < FEWEST_GROUPS or self.groups & (self.groups - 1):
            nearest = 2 ** max(3, round(math.log2(max(self.groups, 1))))
            raise InputError(
                "groups",
                f"= {self.groups}",
                expected=f"a power of two, at least {FEWEST_GROUPS}",
                why="Points of a Sobol sequence are even only in such numbers",
                do=f"Write groups={nearest}",
            )
        object.__setattr__(self, "_names", tuple(self.marginals))

    def __len__(self) -> int:
        """Number of points."""
        return self.groups * (len(self._names) + 2)

    @property
    def _problem(self) -> dict[str, Any]:
        return {"num_vars": len(self._names), "names": list(self._names), "bounds": [[0.0, 1.0]] * len(self._names)}

    @cached_property
    def shares(self) -> Array:
        """The points as shares of probability, shape (points, numbers)."""
        from SALib.sample import sobol

        found: Array = sobol.sample(self._problem, self.groups, calc_second_order=False, seed=self.seed)
        return found

    @cached_property
    def columns(self) -> dict[str, list[Any]]:
        """The values of each number at all points: what a sweep varies."""
        columns = zip(self._names, self.shares.T, strict=True)
        return {name: list(self.marginals[name].quantile(column.tolist())) for name, column in columns}

    @property
    def points(self) -> list[dict[str, Any]]:
        """Each point as value by name."""
        return [dict(zip(self._names, row, strict=True)) for row in zip(*self.columns.values(), strict=True)]

    def indices(self, values: ArrayLike) -> tuple[Index, ...]:
        """The share of each number in the variance of a result, by falling total.

        values  of the result at each point, shape (points,). A group with a value that is not finite is left out.
        Raises InputError for another number of values, or if fewer than FEWEST_GROUPS groups are left.
        """
        from SALib.analyze import sobol

        seen = np.asarray(values, dtype=float)
        if seen.shape != (len(self),):
            raise InputError("values", f"have the shape {seen.shape}", expected=f"({len(self)},), one for each point")
        groups = seen.reshape(self.groups, -1)
        whole = groups[np.isfinite(groups).all(axis=1)]
        if len(whole) < FEWEST_GROUPS:
            raise InputError(
                "values",
                f"are finite in {len(whole)} of {self.groups} groups",
                expected=f"at least {FEWEST_GROUPS}",
                why="A group needs the result of each of its points",
                do="Take more groups, or narrower ranges",
            )
        if np.ptp(whole) <= 1e-12 * np.abs(whole).max():
            return tuple(Index(name, 0.0, 0.0, 0.0) for name in self._names)
        found = sobol.analyze(self._problem, whole.ravel(), calc_second_order=False, seed=self.seed)
        columns = (found[key] for key in ("S1", "ST", "ST_conf"))
        rows = (Index(name, *(float(x) for x in row)) for name, *row in zip(self._names, *columns, strict=True))
        return tuple(sorted(rows, key=lambda index: -index.total))


def plan(cell: Cell, ranges: Mapping[str, Between], *, groups: int = 128, seed: int = 0) -> Plan:
    """Points over the ranges of fields of a cell; its columns are what `sweep` varies.

        points = ls.plan(cell, {"separator.thickness": ls.Between("10 um", "30 um"), "area": ls.Between("1 cm2", "2 cm2")})
        found = ls.sweep(cell, program, points.columns)
        points.indices(found["voltage"][:, -1])  # which of them decides the last voltage

    Values lie evenly in each range, on the scale that it names. Raises InputError for a range that its field does not take.
    """
    return Plan({path: between.on(cell, path) for path, between in ranges.items()}, groups, seed)


def quantiles(values: ArrayLike, shares: Sequence[float]) -> Array:
    """Quantiles of values over designs, the first axis; a value that is not finite counts as beyond all others.

    values  shape (designs, ...);  shares of probability.  Returns shape (shares, ...).
    """
    seen = np.where(np.isfinite(values), values, np.inf)
    found: Array = np.quantile(seen, shares, axis=0, method="inverted_cdf")
    return found


def scattered(marginals: Mapping[str, Marginal], designs: int, seed: int = 0) -> dict[str, list[Any]]:
    """Points of a scrambled Sobol sequence as columns by name, without the arrangement that indices need.

    designs  a power of two;  seed: of the scrambling
    """
    from scipy.stats import qmc

    shares = qmc.Sobol(len(marginals), rng=np.random.default_rng(seed)).random(designs)
    return {name: list(each.quantile(shares[:, n].tolist())) for n, (name, each) in enumerate(marginals.items())}


def associated(columns: Mapping[str, Sequence[float]], values: ArrayLike) -> list[tuple[str, float]]:
    """Rank correlation of each number with a result over given points, by falling magnitude (Spearman).

    For designs that were chosen by what they show, on which Sobol indices are not defined: their numbers are no longer
    independent. An infinite value counts as beyond all others. Nothing is associated with a result that is always the same.
    """
    from scipy.stats import spearmanr

    seen = np.asarray(values, dtype=float)
    ranks = np.where(np.isinf(seen), np.finfo(float).max, seen)
    if np.ptp(ranks) == 0:
        return []
    found = [(name, float(spearmanr(column, ranks).statistic)) for name, column in columns.items() if np.ptp(column) > 0]
    return sorted(found, key=lambda pair: -abs(pair[1]))
