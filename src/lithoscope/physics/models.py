"""A model of any scale from its file: the literal tag `kind` says which."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lithoscope.document import parse_toml

if TYPE_CHECKING:
    from lithoscope.physics.contract import Model

PHASE_FIELD, INTERPHASE = "phase-field", "interphase"


def read_model(text: str, *, file: str | None = None) -> Model:
    """A model from the text of its file. Raises InputError naming the field, with the file and its line."""
    kind = parse_toml(text, file=file).get("kind")
    if kind == PHASE_FIELD:
        from lithoscope.physics.morphology.model import PhaseField

        return PhaseField.parse(text, file=file)
    if kind == INTERPHASE:
        from lithoscope.physics.interphase.model import Interphase

        return Interphase.parse(text, file=file)
    from lithoscope.physics.cell import read_model as of_a_cell

    return of_a_cell(text, file=file)
