"""A mat of fibres that stands in the way of lithium: where its fibres are in a section across them."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Annotated, Literal

import numpy as np
from numpy.typing import NDArray
from pydantic import Field

from lithoscope import units
from lithoscope.document import Frozen
from lithoscope.errors import InputError

if TYPE_CHECKING:
    from lithoscope.units import Given

Points = NDArray[np.float64]

DENSEST = 0.42
"""Share of an area that circles take which are put down at random, one after the other, before there is hardly room for one
more; they jam at 0.547 (E. L. Hinrichsen, J. Feder, T. Jossang, J. Stat. Phys. 44 (1986) 793)."""

ATTEMPTS = 20_000
"""To find room for a fibre."""

Depth = Annotated[
    units.Quantity, units.Dimension("depth", "m", "0 um", "1 mm", "5 um", "It counts from the mean surface of the lithium down")
]


class FibreHost(Frozen):
    """Straight rigid fibres across the section: circles in two dimensions, rods along the depth in three.

    diameter     of a fibre, its coating included
    porosity     share of the mat that is not fibre, lithium in it included
    height       of the mat
    sunk         how far it reaches into the lithium of the start; its other fibres stand in the electrolyte
    gap          least distance between two fibres; half a diameter if not given
    arrangement  "random", not touching each other, or a "square" lattice
    conducting   whether fibres are at the potential of the electrode, so that lithium is plated on them too
    seed         of a random arrangement
    """

    diameter: units.Length
    porosity: units.Fraction
    height: units.Length
    sunk: Depth = units.Quantity(0.0, "m", text="0 um")
    gap: units.Length | None = None
    arrangement: Annotated[Literal["random", "square"], Field(description='"random" or "square"')] = "random"
    conducting: bool = False
    seed: Annotated[int, Field(ge=0, le=2**31, strict=True, description="a whole number")] = 0

    if TYPE_CHECKING:

        def __init__(
            self, diameter: Given, porosity: Given, height: Given, sunk: Given = ..., gap: Given | None = ...,
            arrangement: Literal["random", "square"] = ..., conducting: bool = ..., seed: int = ...,
        ) -> None: ...  # fmt: skip

    @property
    def least_gap(self) -> float:
        """Between the surfaces of two fibres, m."""
        return self.gap.value if self.gap else 0.5 * self.diameter.value

    @property
    def share(self) -> float:
        """Of fibres in the mat, as it was asked for."""
        return 1 - self.porosity.value

    def axes(self, width: float, *, periodic: bool) -> Points:
        """Where the axes of the fibres are: height above the bottom of the mat and place across, m, shape (fibres, 2).

        width  of the section, m;  periodic: whether it repeats itself

        The number of fibres is what comes nearest to the porosity. It knows nothing of a grid: the same seed is the same mat on
        every grid. Raises InputError if there is no room for so many fibres.
        """
        if self.diameter.value + 2 * self.least_gap > min(self.height.value, width):
            raise InputError(
                "height" if self.height.value < width else "diameter",
                f"leaves no room for one fibre of {self.diameter} with its gaps",
                expected=f"a mat above {_um(self.diameter.value + 2 * self.least_gap)} in height and width",
                do=f'Write height = "{_um(4 * (self.diameter.value + 2 * self.least_gap))}", or thinner fibres',
            )
        if self.arrangement == "square":
            return self._lattice(width)
        return self._random(width, periodic)

    def _lattice(self, width: float) -> Points:
        """A square lattice, stretched a little so that it fits."""
        pitch = self.diameter.value * math.sqrt(math.pi / (4 * self.share))
        rows, columns = (max(1, round(length / pitch)) for length in (self.height.value, width))
        steps = np.array([self.height.value / rows, width / columns])
        if steps.min() < self.diameter.value + self.least_gap:
            fits = 1 - math.pi / 4 * (self.diameter.value / (self.diameter.value + self.least_gap)) ** 2
            self._too_dense(f"puts fibres {_um(steps.min() - self.diameter.value)} apart", fits)
        places = np.stack(np.meshgrid(np.arange(rows), np.arange(columns), indexing="ij"), -1).reshape(-1, 2)
        return np.asarray((places + 0.5) * steps)

    def _random(self, width: float, periodic: bool) -> Points:
        """Fibres put down one after the other where there is room, each place as likely as the other."""
        d, apart = self.diameter.value, self.diameter.value + self.least_gap
        fits = 1 - DENSEST * (d / apart) ** 2
        if self.porosity.value < fits:
            self._too_dense("leaves no room for fibres at random", fits)
        count = max(1, round(self.share * self.height.value * width / (math.pi / 4 * d**2)))
        random, found = np.random.default_rng(self.seed), np.empty((0, 2))
        low = np.array([d / 2, 0.0 if periodic else apart / 2])
        high = np.array([self.height.value - d / 2, width if periodic else width - apart / 2])
        for _ in range(ATTEMPTS * count):
            if len(found) == count:
                return found
            here = random.uniform(low, high)
            if np.all(np.hypot(*offsets(here, found, width, periodic)) >= apart):
                found = np.vstack([found, here])
        if len(found) < count:
            self._too_dense(f"leaves no room for more than {len(found)} fibres of {count}", 1 - 0.8 * self.share)
        return found

    def _too_dense(self, given: str, fits: float) -> None:
        raise InputError(
            "porosity",
            f"= {self.porosity} {given} with gaps of at least {_um(self.least_gap)}",
            expected=f"at least {_up(fits):g}",
            why="Fibres do not go through each other, and the surface of lithium needs room between them",
            do=f"Write porosity = {_up(fits):g}, or a smaller gap",
        )


def offsets(here: Points, there: Points, width: float, periodic: bool) -> tuple[Points, Points]:
    """From points to one place, the nearest way round where the section repeats itself: up and across, m."""
    up, across = here[..., 0] - there[..., 0], here[..., 1] - there[..., 1]
    return up, across - width * np.round(across / width) if periodic else across


def _up(share: float) -> float:
    return math.ceil(share * 1000) / 1000


def _um(length: float) -> str:
    return f"{length * 1e6:.4g} um"
