"""Which reactions a film on lithium goes through, each checked for elements and charge in whole numbers.

insertion    e- + Li+ -> lithium in the film
conversion   ABX3 + 2 e- + 2 Li+ -> B + 2 LiX + AX, or with the organic cation, + 3 e- + 3 Li+ -> B + 3 LiX + CH3NH2 + 1/2 H2
alloying     e- + Li+ -> lithium in the metal
"""

from __future__ import annotations

import tomllib
from functools import cache
from importlib import resources

from lithoscope.errors import InputError, nearest
from lithoscope.physics.interphase.network import Network, Species, reaction

INSERTED, ALLOYED = "Li_inserted", "Li_alloyed"
KEPT, WHOLE = 2, 3
"""Lithium per formula unit where the organic cation is kept, and where it is reduced."""

LINES = {
    "MASnCl3": ("Sn", "Sn + 2 LiCl + MACl", "Sn + 3 LiCl + CH3NH2 + 1/2 H2"),
    "MAPbCl3": ("Pb", "Pb + 2 LiCl + MACl", "Pb + 3 LiCl + CH3NH2 + 1/2 H2"),
    "PbCl2": ("Pb", "Pb + 2 LiCl", None),
}
"""Material -> its metal, and what it converts to with two and with three lithium."""


def converting(material: str) -> Network:
    """The reactions of a material, in the order insertion, conversion by two, conversion by three, alloying.

    Raises InputError for a material whose products are not known.
    """
    if material not in LINES:
        raise InputError("material", f'= "{material}": what it converts to is not known', expected=", ".join(LINES),
                         why="Its elements could not be followed",
                         do=nearest(material, LINES) or "Use one of these materials")  # fmt: skip
    _, two, three = LINES[material]
    lines = {"insertion": f"e- + Li+ -> {INSERTED}", "conversion": f"{material} + 2 e- + 2 Li+ -> {two}"}
    if three:
        lines["conversion with the organic cation"] = f"{material} + 3 e- + 3 Li+ -> {three}"
    lines["alloying"] = f"e- + Li+ -> {ALLOYED}"
    known = _species()
    return Network(known, tuple(reaction(name, text, known) for name, text in lines.items()))


@cache
def _species() -> dict[str, Species]:
    text = (resources.files("lithoscope.data") / "networks" / "converting.toml").read_text(encoding="utf-8")
    return {name: Species(name, **fields) for name, fields in tomllib.loads(text)["species"].items()}
