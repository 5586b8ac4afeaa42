"""A cell: what a paper's Methods section says that it is made of."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any, Literal, Self

from pydantic import BeforeValidator, Field, model_validator

from lithoscope import units
from lithoscope.design.anode import Foil
from lithoscope.design.electrode import Electrode
from lithoscope.design.electrolyte import Electrolyte, ElectrolyteLike
from lithoscope.design.host import Host
from lithoscope.design.separator import Separator, SeparatorLike
from lithoscope.design.short import Short
from lithoscope.document import Document, Frozen, choose
from lithoscope.errors import InputError

if TYPE_CHECKING:
    from lithoscope.design.cathode import Cathode
    from lithoscope.design.substrate import Substrate
    from lithoscope.units import Given


class Same(Frozen):
    """The counter electrode is like the working electrode, a foil or a host: a symmetric cell."""

    kind: Literal["same"] = "same"


def _counter(given: object) -> object:
    return choose({"same": Same, "foil": Foil, "host": Host}, {}, "a counter electrode", given)


Counter = Annotated[Same | Foil | Host, BeforeValidator(_counter)]


class Cell(Document):
    """A cell with two electrodes, a separator and an electrolyte.

    working      the electrode that is studied
    separator    between the electrodes
    electrolyte  in the separator
    area         of one electrode face, geometric
    counter      the other electrode, a lithium foil, or a host opposite a host; { kind = "same" } makes a symmetric cell
    temperature  of the whole cell
    source       where the cell is described
    short        an electronic leak from one electrode to the other; none if not given
    """

    working: Annotated[Electrode, Field(description='a table such as { kind = "foil", thickness = "50 um" }')]
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
            self, working: Foil | Substrate | Host | Cathode, separator: Separator | str, electrolyte: Electrolyte | str,
            area: Given,
            counter: Same | Foil | Host = ..., temperature: Given = ..., source: str | None = ...,
            short: Short | None = ..., *, format: Literal["lithoscope.cell/1"] = ...,
        ) -> None: ...  # fmt: skip

    @model_validator(mode="after")
    def _has_lithium_for_the_other_electrode(self) -> Self:
        if isinstance(self.counter, Same) and not isinstance(self.working, Foil | Host):
            raise InputError(
                "counter",
                f"is the same as the working electrode, which is a {self.working.kind}",
                expected="a lithium foil",
                why="Only a foil brings the lithium and the reference that both electrodes need",
                do='Give the counter electrode, e.g. counter = { kind = "foil", thickness = "500 um" }',
            )
        if isinstance(self.counter, Host) and not isinstance(self.working, Host):
            raise InputError(
                "counter.kind",
                f'= "host", and the working electrode is a {self.working.kind}',
                expected="a lithium foil, or a host as the working electrode",
                why="Only a cell whose working electrode is a host has equations for one on the other side",
                do="Exchange the two electrodes, so that the host is the working electrode, and reverse the current",
            )
        return self

    @classmethod
    def symmetric(
        cls, anode: Foil | Host, *, separator: Separator | str, electrolyte: Electrolyte | str, area: Given,
        temperature: Given = "25 degC", source: str | None = None, short: Short | None = None,
    ) -> Cell:  # fmt: skip
        """A cell with the same electrode on both sides."""
        given: dict[str, Any] = {name: value for name, value in {"source": source, "short": short}.items() if value is not None}
        return cls(
            working=anode, separator=separator, electrolyte=electrolyte, area=area, counter=Same(),
            temperature=temperature, **given,
        )  # fmt: skip

    @property
    def counter_electrode(self) -> Foil | Host:
        """The counter electrode, also where it is the same as the working electrode."""
        if not isinstance(self.counter, Same):
            return self.counter
        assert isinstance(self.working, Foil | Host)  # nothing else can be its own counter electrode
        return self.working

    @property
    def counter_foil(self) -> Foil:
        """The counter electrode of a cell in which it is a foil."""
        assert isinstance(self.counter_electrode, Foil)  # who asks has a cell whose counter electrode can be nothing else
        return self.counter_electrode

    @property
    def foil(self) -> Foil:
        """The working electrode of a cell in which it is a foil."""
        assert isinstance(self.working, Foil)  # models of foils refuse other cells before they ask
        return self.working

    @property
    def is_symmetric(self) -> bool:
        """Whether both electrodes are alike."""
        return self.counter_electrode == self.working
