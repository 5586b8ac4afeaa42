"""Which axes are halved from level to level, and which grids cannot be."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import chain
from math import prod

from lithoscope.errors import InputError

SHORTEST = 4
"""Cells below which an axis is not halved."""
SMALLEST, LARGEST = 64, 512
"""A grid with at most `SMALLEST` cells is solved directly; one that cannot be halved further may have `LARGEST`."""
MOST_UNEVEN = 2
"""How often one axis may be halved alone: each time the couplings along and across it part by a factor of four."""

Axes = tuple[int, ...]


def halvings(shape: tuple[int, ...]) -> tuple[Axes, ...]:
    """Axes that are halved at each level, finest first. Empty for a grid that is solved directly.

    All axes together while they can; then those that are left, which happens in long domains.
    """
    steps: list[Axes] = []
    while prod(shape) > SMALLEST:
        axes = tuple(axis for axis, size in enumerate(shape) if size % 2 == 0 and size > SHORTEST)
        uneven = len(axes) < len(shape)
        if not axes or (uneven and prod(shape) <= LARGEST // 2):
            break
        shape = tuple(size // 2 if axis in axes else size for axis, size in enumerate(shape))
        steps.append(axes)
    return tuple(steps)


def coarsest(shape: tuple[int, ...]) -> tuple[int, ...]:
    """Shape of the last level."""
    for axes in halvings(shape):
        shape = tuple(size // 2 if axis in axes else size for axis, size in enumerate(shape))
    return shape


def suits(shape: tuple[int, ...]) -> bool:
    """Whether the last level is small enough, and no axis was halved alone too often."""
    alone = sum(len(axes) < len(shape) for axes in halvings(shape))
    return prod(coarsest(shape)) <= LARGEST and alone <= MOST_UNEVEN


def check_shape(shape: tuple[int, ...], where: str = "grid") -> None:
    """Raise InputError for a grid that cannot be made coarse, naming the nearest that can."""
    if len(shape) < 2 or min(shape) < 2:
        raise InputError(
            where,
            f"has the shape {shape}",
            expected="two or three axes with at least two cells each",
            why="Lithium grows in height and along the electrode.",
            do="Use the cell scale for one dimension.",
        )
    if suits(shape):
        return
    near = " x ".join(str(size) for size in nearest(shape))
    raise InputError(
        where,
        f"of {' x '.join(map(str, shape))} cells cannot be halved to a coarse grid",
        expected="sizes with many factors of two, of similar length: 2^n, 3 2^n, 5 2^n, ...",
        why="The equations are solved on a sequence of grids, each with half the cells of the last along every axis.",
        do=f"Use {near} cells.",
    )


def nearest(shape: tuple[int, ...]) -> tuple[int, ...]:
    """The nearest grid that suits: each axis as near as possible, the shorter ones longer where a domain is too long."""
    return min(_candidates(shape), key=lambda other: sum(abs(a - b) / a for a, b in zip(shape, other, strict=True)))


def _candidates(shape: tuple[int, ...]) -> Iterable[tuple[int, ...]]:
    found: Iterable[tuple[int, ...]] = [()]
    for size in shape:
        found = [(*start, other) for start in found for other in _sizes(size, max(shape))]
    return (each for each in found if suits(each))


def _sizes(size: int, longest: int) -> list[int]:
    """Sizes m 2^n with m <= 8, the nearest ones, and those up to the longest axis."""
    good = sorted(set(chain.from_iterable((m << n for m in (4, 5, 6, 7)) for n in range((2 * longest).bit_length()))))
    around = sorted(good, key=lambda other: abs(other - size))[:4]
    return sorted({*around, *(each for each in good if size < each <= longest)})
