"""One style for all: sizes, colours, and how a figure leaves the house."""

from __future__ import annotations

import io
import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from importlib import resources
from pathlib import Path

import matplotlib as mpl
from matplotlib.figure import Figure

from lithoscope.document import write_text
from lithoscope.errors import InputError

MM = 1 / 25.4
SINGLE, DOUBLE = 89 * MM, 183 * MM
"""Width of one and of two columns, inch."""

FORMATS = (".svg", ".png", ".pdf")
"""Endings of the files that figures are written to."""

BLACK, GREY = "#222222", "#8a8a8a"

BLUE, ORANGE, TEAL, RED = "#0077BB", "#EE7733", "#009988", "#CC3311"
"""A set that can be told apart with every kind of colour vision."""


PURPLE, SAND, CYAN, INDIGO, WINE = "#AA4499", "#DDCC77", "#33BBEE", "#332288", "#882255"

SOLIDS = {
    "LiOH": BLUE, "Li2CO3": ORANGE, "Li2O": TEAL, "LiF": RED, "LEDC": PURPLE, "LiPOF2": SAND, "Li3N": CYAN, "LiCl": INDIGO,
    "Li2S": WINE,
}  # fmt: skip
"""One colour for a solid of a film in every figure; the others take what is left."""


def solid_colours(names: Sequence[str]) -> list[str]:
    """Colours of solids that stand in one figure, in their order; none twice among the first nine."""
    left = [colour for name, colour in SOLIDS.items() if name not in names]
    return [SOLIDS[name] if name in SOLIDS else (left.pop(0) if left else GREY) for name in names]


def solid_label(name: str) -> str:
    """A formula with its numbers as subscripts."""
    return re.sub(r"(?<=[A-Za-z])(\d+)", r"$_\1$", name)


@dataclass(frozen=True, slots=True)
class Curve:
    """How one material looks in every figure: colour and dash, so that it can be told without colour."""

    label: str
    colour: str
    dash: str
    marker: str


CURVES = {
    "bare": Curve("bare Li", "#AA4499", "-", "o"),
    "host": Curve("Li in fibres", "#0077BB", "--", "D"),
    "MASnCl3": Curve("MASnCl$_3$ on Li", "#117733", "--", "s"),
    "MAPbCl3": Curve("MAPbCl$_3$ on Li", "#DD7711", "-.", "^"),
}


@contextmanager
def figure(width: float = SINGLE, height: float = 62 * MM) -> Iterator[Figure]:
    """A figure in the style of the house. Draw into it inside the block."""
    with resources.as_file(resources.files(__package__) / "lithoscope.mplstyle") as style, mpl.rc_context(fname=style):
        yield Figure(figsize=(width, height))


def svg(drawn: Figure) -> str:
    """The figure as SVG text, the same bytes for the same figure."""
    buffer = io.StringIO()
    with mpl.rc_context({"svg.hashsalt": "lithoscope", "svg.fonttype": "path"}):
        drawn.savefig(buffer, format="svg", metadata=dict.fromkeys(("Date", "Creator", "Format", "Type")))
    text = buffer.getvalue()
    return text[text.index("<svg") :]


def save(drawn: Figure, path: str | Path) -> Path:
    """Write a figure; its format follows the file name (svg, png, pdf). Raises InputError for any other ending."""
    path = Path(path)
    suffix = path.suffix.lower()
    if suffix not in FORMATS:
        raise InputError("figure", f'= "{path}" is not in a format that is written', expected=f"a name in {', '.join(FORMATS)}",
                         do=f'Write e.g. "{path.stem}.svg"')  # fmt: skip
    if suffix == ".svg":
        write_text(path, svg(drawn))
    else:
        drawn.savefig(path, dpi=200)
    return path
