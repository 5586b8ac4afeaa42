"""The separator between two electrodes."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Annotated, Any, Self

from pydantic import BeforeValidator, Field, model_validator

from lithoscope import units
from lithoscope.data import lookup, records
from lithoscope.document import Frozen
from lithoscope.errors import InputError, nearest

if TYPE_CHECKING:
    from lithoscope.units import Given, Quantity


def known_separators() -> tuple[str, ...]:
    """Materials in the data tables."""
    return tuple(
        r.id.split(".")[1] for r in records().values() if r.id.startswith("separators.") and r.id.endswith(".porosity")
    )


class Separator(Frozen):
    """A porous separator soaked with electrolyte.

    material          its name; its properties come from the data tables unless given
    thickness         of all layers together
    porosity          share of the volume that is electrolyte
    macmullin_number  bulk over effective conductivity, tortuosity / porosity
    """

    material: Annotated[str, Field(min_length=1, max_length=60, description='a name such as "PP"')]
    thickness: units.Length
    porosity: units.Fraction | None = None
    macmullin_number: units.Ratio | None = None

    if TYPE_CHECKING:

        def __init__(
            self, material: str, thickness: Given, porosity: Given | None = ..., macmullin_number: Given | None = ...
        ) -> None: ...

    @model_validator(mode="after")
    def _is_known_or_described(self) -> Self:
        for name, example in (("porosity", 0.45), ("macmullin_number", 6)):
            if getattr(self, name) is None and f"separators.{self.material}.{name}" not in records():
                raise InputError(
                    "material",
                    f'= "{self.material}": its {name} is not in the data tables',
                    expected=f"{', '.join(known_separators())}, or a material with its own porosity and macmullin_number",
                    do=f"{nearest(self.material, known_separators())} Give it, e.g. {name} = {example}".strip(),
                )
        porosity, macmullin = self.property("porosity").value, self.property("macmullin_number").value
        if porosity * macmullin < 1:
            raise InputError(
                "macmullin_number",
                f"= {macmullin:g} is below 1 / porosity = {1 / porosity:.3g}",
                expected=f"at least {1 / porosity:.3g}",
                why="The tortuosity, porosity times MacMullin number, is at least 1",
            )
        return self

    def property(self, name: str) -> Quantity:
        """What was given, else what the data tables say: "porosity" or "macmullin_number"."""
        given: Quantity | None = getattr(self, name)
        return given or lookup(f"separators.{self.material}.{name}").quantity("1")


_WRITTEN = re.compile(r"^\s*(?P<material>[A-Za-z].{0,60}?)\s+(?P<thickness>[0-9.]+(?:[eE][+-]?[0-9]+)?\s*[A-Za-zµμ]+)\s*$")


def _separator(given: Any) -> Any:
    """Accept the short form "PP 20 um"; the name may have blanks and numbers, as in "Celgard 2325 25 um"."""
    if not isinstance(given, str):
        return given
    match = _WRITTEN.match(given)
    if not match:
        raise InputError(
            "",
            f'= "{given[:60]}" cannot be read as a separator',
            expected='material and thickness such as "PP 20 um", or a table',
        )
    return Separator(material=match["material"], thickness=match["thickness"])


SeparatorLike = Annotated[Separator, BeforeValidator(_separator), Field(description='a text such as "PP 20 um", or a table')]
"""A separator, or its short form "PP 20 um"."""
