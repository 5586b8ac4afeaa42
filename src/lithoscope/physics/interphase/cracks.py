"""When the film of a rest cracks: volume changes that a user names, and the strain of what grows at the metal.

A change at time t stretches the film by e. A place cracks with the hazard x = (e + g)^m / e_f^m - x_s, where g is the strain by
growth, e_f that at which the film of its composition cracks, m the Weibull modulus and x_s what its weak spots have survived;
the share 1 - exp(-x) of the area cracks, and of that `bared` loses its film.

Growth at the metal puts product where lithium was. What wants the volume J times that of its lithium, held to the place of
that, is stretched by ln(1/J)/3; g is its mean over the volume of the film, where that is positive. Products that want more
room (J > 1) press: they crack nothing here. What grows at the outer face is not held.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Annotated, Literal, NamedTuple

import numpy as np
from numpy.typing import NDArray
from pydantic import Field

from lithoscope import units
from lithoscope.design.carried import Modulus
from lithoscope.document import Frozen
from lithoscope.errors import InputError
from lithoscope.physics.interphase.film import volume_ratio
from lithoscope.physics.interphase.network import METAL, Network

if TYPE_CHECKING:
    from lithoscope.design import Cell
    from lithoscope.physics.interphase.params import Numbers
    from lithoscope.protocol import Program
    from lithoscope.units import Given

Array = NDArray[np.float64]

Stretch = Annotated[
    units.Quantity, units.Dimension("strain", "1", "0", "1", "0.02", "It is relative to the film before the change")
]
When = Annotated[units.Quantity, units.Dimension("time", "s", "0 s", "20000 d", "1 d", "It counts from the program's start")]
BaredShare = Annotated[
    units.Quantity, units.Dimension("share", "1", "1e-6", "1", "1", "It is the part of a cracked area that loses its film")
]

MOST_CHANGES = 10_000
"""Changes of a run."""

SAME_TIME = 1e-9
"""Relative difference of two times that are one."""


class VolumeChange(Frozen):
    """The film is stretched once, or again and again: by a half-cycle, by bending, by pressure.

    strain  of the film;  at: when it happens first
    every   time between two of them;  number: how many
    """

    strain: Stretch
    at: When
    every: units.Duration | None = None
    number: Annotated[int, Field(ge=1, le=MOST_CHANGES, strict=True, description="a whole number from 1 to 10000")] = 1

    if TYPE_CHECKING:

        def __init__(self, strain: Given, at: Given, every: Given | None = ..., number: int = ...) -> None: ...

    def model_post_init(self, _context: object) -> None:
        """Changes that repeat need a time between them, and one that does not has none."""
        if (self.every is None) != (self.number == 1):
            raise InputError("every", "and number belong together", expected="both, or none",
                             why="Changes that repeat have a time between them",
                             do='Write { strain = 0.02, at = "1 d", every = "1 d", number = 10 }')  # fmt: skip

    def times(self) -> Array:
        """When it happens, s."""
        return np.asarray(self.at.value + (self.every.value if self.every else 0.0) * np.arange(self.number), dtype=float)


class FilmCracks(Frozen):
    """How the film at rest cracks. Without it nothing does.

    changes  volume changes, in any order
    weibull  modulus m of weak spots
    bared    part of a cracked area that loses its film and begins anew; 1 if it comes off, the strain if only gaps open
    spots    "renewed": every change finds weak spots anew; "kept": what has survived a strain survives it again
    growth   whether the strain of what grows at the metal is added; needs solvent that reaches the metal
    """

    changes: Annotated[tuple[VolumeChange, ...], Field(min_length=1, max_length=1000, description="at least one change")]
    weibull: Modulus | None = None
    bared: BaredShare | None = None
    spots: Annotated[Literal["renewed", "kept"], Field(description='"renewed" or "kept"')] = "renewed"
    growth: bool = False

    if TYPE_CHECKING:

        def __init__(
            self, changes: Sequence[VolumeChange], weibull: Given | None = ..., bared: Given | None = ...,
            spots: Literal["renewed", "kept"] = ..., growth: bool = ...,
        ) -> None: ...  # fmt: skip

    def check(self, cell: Cell, program: Program, *, reaches_metal: bool) -> None:
        """Raises InputError for a change that a program does not reach, for too many, for growth that is none, and beside a
        metal in contact."""
        if cell.foil.contact is not None:
            raise InputError(
                "cracks", f"and {cell.foil.contact.material} in contact do not go together", expected="one of them",
                why="How the lithium in a crack shares what the metal draws is not computed",
                do="Leave out the cracks, or the contact of the foil",
            )  # fmt: skip
        if self.growth and not reaches_metal:
            raise InputError(
                "cracks.growth", "= true, and nothing grows at the metal", expected="a solvent that reaches it, or false",
                why="What grows at the outer face of the film is not held to the place of its lithium",
                do='Write supply = { solvent_permeability = "1e-16 mol/m/s" }, or leave growth out',
            )  # fmt: skip
        whole = sum(visit.step.duration.value for visit in program.visits() if visit.step.kind == "rest")
        for n, change in enumerate(self.changes):
            last = float(change.times()[-1])
            if last >= whole * (1 - SAME_TIME):
                raise InputError(
                    f"cracks.changes.{n}", f"happens at {last:.6g} s, and the program ends at {whole:.6g} s",
                    expected="a time before the end", why="What cracks at the end or later changes nothing of the run",
                    do=f'Rest longer than {last:.6g} s, e.g. Rest("{2 * last + 3600:.6g} s")',
                )  # fmt: skip
        count = sum(change.number for change in self.changes)
        if count > MOST_CHANGES:
            raise InputError("cracks.changes", f"come to {count}", expected=f"at most {MOST_CHANGES}",
                             why="Each begins a new stretch of the run", do="Let them happen less often")  # fmt: skip


class Weakness(NamedTuple):
    """How films crack, SI.

    changes    (time, strain), in order
    modulus    m;  bared: part of a cracked area;  kept: whether spots that survived a strain survive it again
    stretch    strain of a solid that grows at the metal times its volume, m3/mol, (solids,); zeros where growth is no matter
    """

    changes: tuple[tuple[float, float], ...]
    modulus: float
    bared: float
    kept: bool
    stretch: Array

    @property
    def grows(self) -> bool:
        """Whether growth at the metal strains the film."""
        return bool(np.any(self.stretch))


def weakness(given: FilmCracks | None, network: Network, names: tuple[str, ...], numbers: Numbers) -> Weakness | None:
    """What a run needs to know about cracks, of solids with these names."""
    if given is None:
        return None
    changes = sorted((float(t), change.strain.value) for change in given.changes for t in change.times())
    modulus = numbers("interphase.weibull_modulus", "1", given.weibull, "cracks.weibull")
    bared = numbers("interphase.bared_share", "1", given.bared, "cracks.bared")
    stretch = growth_stretch(network, names, numbers) if given.growth else np.zeros(len(names))
    return Weakness(tuple(changes), modulus, bared, given.spots == "kept", stretch)


def growth_stretch(network: Network, names: tuple[str, ...], numbers: Numbers) -> Array:
    """V ln(1/J)/3 of each solid, m3/mol: what grows at the metal is held to the place of its lithium; 0 without lithium."""
    out = np.zeros(len(names))
    for j, name in enumerate(names):
        lithium = network.species[name].elements.get(METAL, 0)
        if lithium and name not in network.adsorbed:
            V = numbers(f"sei.{name}.molar_volume", "m3/mol")
            out[j] = -V * np.log(volume_ratio(V, lithium)) / 3
    return out
