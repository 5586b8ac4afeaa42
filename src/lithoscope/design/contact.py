"""A second metal that touches the lithium: copper or steel of a current collector that the lithium does not cover.

What is not given is taken from the data table `contacts`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Self

from pydantic import Field, model_validator

from lithoscope import units
from lithoscope.data import records
from lithoscope.document import Frozen
from lithoscope.errors import InputError, nearest

if TYPE_CHECKING:
    from lithoscope.units import Given

KineticFactor = Annotated[
    units.Quantity, units.Dimension("factor", "1", "1e-6", "1e4", "1", "It is a rate constant over that on lithium")
]
TransportFactor = Annotated[
    units.Quantity, units.Dimension("factor", "1", "0", "1e4", "1", "It is what passes the film, over that on lithium; 0: none")
]
Distance = Annotated[
    units.Quantity,
    units.Dimension("distance", "m", "1 nm", "1 m", "1 mm", "Both metals are in one cell, in the same electrolyte"),
]

UNITS = {"kinetics": "1", "transport": "1", "native_thickness": "m", "roughness": "1"}
"""What the table of contacts holds for every metal, and its SI unit."""


def known_contacts() -> tuple[str, ...]:
    """Metals that are in the data tables."""
    return tuple(dict.fromkeys(identifier.split(".")[1] for identifier in records() if identifier.startswith("contacts.")))


class Contact(Frozen):
    """A foreign metal in electronic contact with lithium, in the same electrolyte: it stays at 0 V and reduces electrolyte too.

    material          its name, e.g. "Cu", "steel"
    area              its geometric area in the electrolyte over that of the lithium; a deposit that covers the share s of its
                      collector has (1 - s) / s
    distance          from the metal to the farthest lithium that pays for it; not judged if not given
    kinetics          rate constants on it over those on lithium;  transport: what passes its film over that of lithium's
    native_thickness  of the Li2O that its oxide has become
    roughness         true over geometric area
    """

    material: Annotated[str, Field(min_length=1, max_length=60, description='a name such as "Cu"')]
    area: units.AreaRatio
    distance: Distance | None = None
    kinetics: KineticFactor | None = None
    transport: TransportFactor | None = None
    native_thickness: units.Length | None = None
    roughness: units.Ratio | None = None

    if TYPE_CHECKING:

        def __init__(
            self, material: str, area: Given, distance: Given | None = ..., kinetics: Given | None = ...,
            transport: Given | None = ..., native_thickness: Given | None = ..., roughness: Given | None = ...,
        ) -> None: ...  # fmt: skip

    @model_validator(mode="after")
    def _is_known_or_described(self) -> Self:
        missing = [name for name in UNITS if getattr(self, name) is None]
        if missing and self.material not in known_contacts():
            raise InputError(
                "material", f'= "{self.material}": what it does to an electrolyte is not in the data tables',
                expected=f"{', '.join(known_contacts())}, or a metal with its own {', '.join(UNITS)}",
                why="How fast a metal reduces electrolyte cannot be guessed from its name",
                do=f"{nearest(self.material, known_contacts())} Give {', '.join(missing)}".strip(),
            )  # fmt: skip
        return self
