"""The models of the cell scale, one file each: which electrodes it suits, its numbers, its equations.

A new model is a leaf of `CellModel` in a file of its own here and a line in `MODELS`; its equations go into
`physics.cell.equations`, in a file of the same name.
"""

from __future__ import annotations

from collections.abc import Mapping

from lithoscope.document import choose, line_of, parse_toml
from lithoscope.errors import InputError
from lithoscope.physics.cell.model import CellModel
from lithoscope.physics.cell.models.full import Full
from lithoscope.physics.cell.models.host import PorousHost
from lithoscope.physics.cell.models.mossy import Mossy
from lithoscope.physics.cell.models.planar import Planar
from lithoscope.physics.cell.models.substrate import Plated

MODELS: Mapping[str, type[CellModel]] = {
    "planar": Planar, "mossy": Mossy, "substrate": Plated, "host": PorousHost, "full": Full,
}  # fmt: skip
"""The models of the cell scale by their literal tag."""


def models_for(kind: str) -> Mapping[str, type[CellModel]]:
    """The models that suit a kind of working electrode, by their literal tag; the first is the default."""
    return {tag: model for tag, model in MODELS.items() if kind in model.suits}


def read_model(text: str, *, file: str | None = None) -> CellModel:
    """A model from the text of its file. Raises InputError naming the field, with the file and its line."""
    try:
        return choose(MODELS, {}, "a model", parse_toml(text, file=file))  # type: ignore[return-value]  # one of them
    except InputError as error:
        raise error.in_file(file, line_of(text, error.where)) if file else error from None


__all__ = ["MODELS", "Full", "Mossy", "Planar", "Plated", "PorousHost", "models_for", "read_model"]
