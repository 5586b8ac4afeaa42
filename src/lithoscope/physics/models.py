"""A model of any scale from its file: the literal tag `kind` says which."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

from lithoscope.document import parse_toml

if TYPE_CHECKING:
    from lithoscope.physics.contract import Model

KINDS = {
    "phase-field": ("lithoscope.physics.morphology.model", "PhaseField"),
    "interphase": ("lithoscope.physics.interphase.model", "Interphase"),
    "converting-film": ("lithoscope.physics.interphase.converting.model", "ConvertingFilm"),
}
"""Module and class of the models beyond the cell scale, which load when a file asks for them."""


def read_model(text: str, *, file: str | None = None) -> Model:
    """A model from the text of its file. Raises InputError naming the field, with the file and its line."""
    kind = parse_toml(text, file=file).get("kind")
    if isinstance(kind, str) and kind in KINDS:
        module, name = KINDS[kind]
        model: Model = getattr(import_module(module), name).parse(text, file=file)
        return model
    from lithoscope.physics.cell import read_model as of_a_cell

    return of_a_cell(text, file=file)
