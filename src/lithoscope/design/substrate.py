"""A metal on which lithium is plated from zero thickness: copper, steel, or a metal that dissolves in lithium."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Literal

from pydantic import Field

from lithoscope.design.anode import Film
from lithoscope.document import Frozen

if TYPE_CHECKING:
    from collections.abc import Sequence


class Substrate(Frozen):
    """A current collector without lithium.

    material  its name; what it does to lithium comes from the data tables
    films     put on it, from the metal outwards
    """

    material: Annotated[str, Field(min_length=1, max_length=60, description='a name such as "Cu"')]
    films: Annotated[tuple[Film, ...], Field(max_length=8, description="a list of films")] = ()
    kind: Literal["substrate"] = "substrate"

    if TYPE_CHECKING:

        def __init__(self, material: str, films: Sequence[Film] = ..., *, kind: Literal["substrate"] = ...) -> None: ...
