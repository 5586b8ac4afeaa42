"""Text as a reader expects it in print: um as µm, ohm as Ω, cm2 as cm², MASnCl3 as MASnCl₃, 1e-6 as 10⁻⁶.

Claims, notes and tables are written in plain letters, so that they can be typed, searched and compared; a report prints them.
"""

from __future__ import annotations

import re
from re import Match

FORMULAS = (
    "MASnCl3", "MAPbCl3", "SnCl2", "PbCl2", "LiPF6", "LiCoO2", "Li4Ti5O12", "Li2CO3", "Li2O", "Li3N", "LiC6",
    "BaTiO3", "In2Se3",
)  # fmt: skip
_SUBSCRIPTS = str.maketrans("0123456789", "₀₁₂₃₄₅₆₇₈₉")
_SUPERSCRIPTS = str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹")
_UNITS = {"um": "µm", "uL": "µL", "uF": "µF", "uA": "µA", "uAh": "µAh", "ohm": "Ω", "degC": "°C"}

_FORMULA = re.compile(rf"(?<![\w.])({'|'.join(FORMULAS)})(?!\w|\.\w)")
_UNIT = re.compile(rf"(?<![\w.])({'|'.join(_UNITS)})(?!\w|\.\w)")
_POWER = re.compile(r"(?<![\w.])(cm|nm|mm|m|g)([23])(?!\w)")
_NUMBER = re.compile(r"(?<![\w.])(\d{1,6}(?:\.\d+)?)e([+-]?)0*(\d{1,3})(?!\w)")


def typeset(text: str) -> str:
    """The text in print.

    >>> typeset("60 ohm on 1.13 cm2 of MASnCl3, 1 um thick, give 7.1e-06 S/cm")
    '60 Ω on 1.13 cm² of MASnCl₃, 1 µm thick, give 7.1 × 10⁻⁶ S/cm'
    >>> typeset("BaTiO3, In2Se3 and Li3N")
    'BaTiO₃, In₂Se₃ and Li₃N'
    """
    text = _FORMULA.sub(lambda m: m[1].translate(_SUBSCRIPTS), text)
    text = _UNIT.sub(lambda m: _UNITS[m[1]], text)
    text = _POWER.sub(lambda m: m[1] + m[2].translate(_SUPERSCRIPTS), text)
    return _NUMBER.sub(_power_of_ten, text)


def _power_of_ten(found: Match[str]) -> str:
    power = "10" + (found[2].replace("+", "") + found[3]).translate(_SUPERSCRIPTS)
    return power if found[1] == "1" else f"{found[1]} × {power}"
