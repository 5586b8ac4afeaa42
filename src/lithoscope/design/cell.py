"""A cell: what a paper's Methods section says that it is made of."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any, Literal

from pydantic import BeforeValidator, Field

from lithoscope import units
from lithoscope.design.anode import PLANNED_ANODES, Anode, Foil
from lithoscope.design.electrolyte import Electrolyte, ElectrolyteLike
from lithoscope.design.separator import Separator, SeparatorLike
from lithoscope.design.short import Short
from lithoscope.document import Document, Frozen, choose

if TYPE_CHECKING:
    from lithoscope.units import Given


class Same(Frozen):
    """The counter electrode is like the working electrode: a symmetric cell."""

    kind: Literal["same"] = "same"


def _counter(given: object) -> object:
    return choose({"same": Same, "foil": Foil}, PLANNED_ANODES, "a counter electrode", given)


Counter = Annotated[Same | Foil, BeforeValidator(_counter)]


class Cell(Document):
    """A cell with two electrodes, a separator and an electrolyte.

    working      the electrode that is studied
    separator    between the electrodes
    electrolyte  in the separator
    area         of one electrode face, geometric
    counter      the other electrode; { kind = "same" } makes a symmetric cell
    temperature  of the whole cell
    source       where the cell is described
    short        an electronic leak from one electrode to the other; none if not given
    """

    working: Annotated[Anode, Field(description='a table such as { kind = "foil", thickness = "50 um" }')]
    separator: SeparatorLike
    electrolyte: ElectrolyteLike
    area: units.Area
    counter: Counter = Same()
    temperature: units.Temperature = units.Quantity(298.15, "K", text="25 degC")
    source: str | None = None
    short: Short | None = None
    format: Literal["lithoscope.cell/1"] = "lithoscope.cell/1"

    if TYPE_CHECKING:

        def __init__(
            self, working: Foil, separator: Separator | str, electrolyte: Electrolyte | str, area: Given,
            counter: Same | Foil = ..., temperature: Given = ..., source: str | None = ...,
            short: Short | None = ..., *, format: Literal["lithoscope.cell/1"] = ...,
        ) -> None: ...  # fmt: skip

    @classmethod
    def symmetric(
        cls, anode: Foil, *, separator: Separator | str, electrolyte: Electrolyte | str, area: Given,
        temperature: Given = "25 degC", source: str | None = None, short: Short | None = None,
    ) -> Cell:  # fmt: skip
        """A cell with the same electrode on both sides."""
        given: dict[str, Any] = {name: value for name, value in {"source": source, "short": short}.items() if value is not None}
        return cls(
            working=anode, separator=separator, electrolyte=electrolyte, area=area, counter=Same(),
            temperature=temperature, **given,
        )  # fmt: skip

    @property
    def counter_electrode(self) -> Foil:
        """The counter electrode, also where it is the same as the working electrode."""
        return self.working if isinstance(self.counter, Same) else self.counter

    @property
    def is_symmetric(self) -> bool:
        """Whether both electrodes are alike."""
        return self.counter_electrode == self.working
