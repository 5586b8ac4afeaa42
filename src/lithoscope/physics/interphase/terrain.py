"""How the surface of lithium varies: a random field, and defects drawn into it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Literal

import numpy as np
from numpy.typing import NDArray
from pydantic import Field

from lithoscope import units
from lithoscope.document import Frozen
from lithoscope.physics.interphase.sites import Array, Terrain, Whole, gaussian_field

if TYPE_CHECKING:
    from lithoscope.units import Given

Spread = Annotated[
    units.Quantity, units.Dimension("spread", "1", "0", "3", "0.5", "It is the standard deviation of the logarithm of a factor")
]
Factor = Annotated[units.Quantity, units.Dimension("factor", "1", "1e-3", "1e3", "7", "It is 1 where nothing is different")]

WAVES = 3.0
"""Waves of a grain boundary over the map."""

WAVE_HEIGHT = 0.03
"""Their height as a share of the map."""


class Defect(Frozen):
    """What is different in places.

    kind       a scratch is a straight line, a boundary a wavy one, an inclusion a disc
    number     how many;  width: of a line, or diameter of a disc
    kinetics   factor on the rate constants there;  transport: factor on what passes the film
    native     thickness of the native film there; that of the rest if not given
    """

    kind: Annotated[Literal["scratch", "boundary", "inclusion"], Field(description='"scratch", "boundary" or "inclusion"')]
    number: Annotated[int, Field(ge=1, le=1000, strict=True, description="a whole number")] = 1
    width: units.Length = units.Quantity(1e-6, "m", text="1 um")
    kinetics: Factor = units.Quantity(1.0, "1", text="1")
    transport: Factor = units.Quantity(1.0, "1", text="1")
    native: units.Length | None = None

    if TYPE_CHECKING:

        def __init__(
            self, kind: Literal["scratch", "boundary", "inclusion"], number: int = ..., width: Given = ...,
            kinetics: Given = ..., transport: Given = ..., native: Given | None = ...,
        ) -> None: ...  # fmt: skip


def draw(
    edge: int, spacing: float, spreads: tuple[float, float], length: float, defects: tuple[Defect, ...],
    rng: np.random.Generator,
) -> Terrain:  # fmt: skip
    """The terrain of a square map.

    edge, spacing  sites along an edge, and their distance, m
    spreads        standard deviations of ln m and ln m_f;  length: over which they vary, m
    """
    kinetics, transport = (spread * gaussian_field(edge, spacing, length, rng) for spread in spreads)
    kind: Whole = np.zeros((edge, edge), dtype=np.int64)
    for number, defect in enumerate(defects, start=1):
        for _ in range(defect.number):
            there = marked(defect, edge, spacing, rng)
            kinetics[there] += np.log(defect.kinetics.value)
            transport[there] += np.log(defect.transport.value)
            if defect.native is not None:
                kind[there] = number
    return Terrain(kinetics.ravel(), transport.ravel(), kind.ravel())


def marked(defect: Defect, edge: int, spacing: float, rng: np.random.Generator) -> NDArray[np.bool_]:
    """Sites of one defect somewhere in the map; at least as wide as a site."""
    y, x = np.mgrid[:edge, :edge].astype(float)
    half = max(0.5 * defect.width.value / spacing, 0.5)
    across, along = rng.uniform(0, edge, 2)
    if defect.kind == "inclusion":
        return np.asarray(_periodic(y - across, edge) ** 2 + _periodic(x - along, edge) ** 2 <= half**2)
    if defect.kind == "scratch":
        angle = rng.uniform(0, np.pi)
        return np.asarray(np.abs((y - across) * np.cos(angle) - (x - along) * np.sin(angle)) <= half)
    centre = across + WAVE_HEIGHT * edge * np.sin(2 * np.pi * (WAVES * x / edge + along / edge))
    return np.asarray(np.abs(_periodic(y - centre, edge)) <= half)


def _periodic(distance: Array, edge: int) -> Array:
    return np.asarray((distance + edge / 2) % edge - edge / 2)
