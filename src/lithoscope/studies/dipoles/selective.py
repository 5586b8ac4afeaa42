"""A porous layer with fixed charge before lithium: its transference number, and what it does to the salt of the whole cell.

In the steady state no anion moves, so that the salt falls by (1 - t+) i / F over D in the separator, whatever lies before it. A
layer with fixed charge makes its own part of that fall smaller by c/c+, salt over cations in it, and adds that part at all.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from lithoscope.constants import FARADAY
from lithoscope.data import lookup
from lithoscope.physics.laws.membranes import Membrane, membrane
from lithoscope.physics.laws.transport import LandesfeindGasteiger
from lithoscope.studies.claims import Band
from lithoscope.studies.dipoles.layers import SALT, TEMPERATURE
from lithoscope.studies.dipoles.tips import NOTICED
from lithoscope.studies.ranges import Point, Range, at_values, explore, from_data
from lithoscope.studies.verdict import Prediction, Verdict, compare, stated, weakest, with_numbers

if TYPE_CHECKING:
    from lithoscope.studies.claims import Claims
    from lithoscope.studies.ranges import Sensitivity

CHARGE, THICK, POROSITY, TORTUOUS = (
    "net fixed charge in the layer",
    "thickness of the porous layer",
    "porosity of the layer",
    "MacMullin number of the separator",
)
"""Names of what is open."""

SEPARATOR_UM = 20.0
"""Thickness of the separator of the cells of this project, um."""

HIGHER, LOWER = Band(NOTICED, float("inf")), Band(0.0, 1 / NOTICED)


def ranges() -> tuple[Range, ...]:
    """What is open about the layer and the cell."""
    return (
        from_data(CHARGE, "X", "mol/L", "channels.fixed_charge"),
        from_data(THICK, "δ", "um", "channels.porous_thickness"),
        from_data(POROSITY, "ε", "1", "channels.porosity"),
        from_data(TORTUOUS, "N", "1", "separators.PP.macmullin_number"),
        Range(SALT, "c", 1.0, 0.5, 2.0, "mol/L", "usual electrolytes; the paper names none", "prior"),
    )


def layer(point: Point, charge: float | None = None) -> Membrane:
    """The layer of a point, with its fixed charge or with another one, mol/L."""
    law, salt = LandesfeindGasteiger(), 1e3 * point[SALT]
    return membrane(
        salt, 1e3 * (point[CHARGE] if charge is None else charge), 1e-6 * point[THICK], point[POROSITY],
        float(law.conductivity(salt, TEMPERATURE)), float(law.diffusivity(salt, TEMPERATURE)),
        float(law.transference_number(salt, TEMPERATURE)),
    )  # fmt: skip


def transference_ratio(point: Point) -> float:
    """Transference number of lithium in the layer over that in the electrolyte."""
    return layer(point).transference / layer(point, 0.0).transference


def fall(point: Point, *, covered: bool, charge: float | None = None) -> float:
    """Fall of the salt from the middle of the cell to lithium, mol/m3 per A/m2; with the layer before it or without."""
    law, salt = LandesfeindGasteiger(), 1e3 * point[SALT]
    D, t_plus = float(law.diffusivity(salt, TEMPERATURE)), float(law.transference_number(salt, TEMPERATURE))
    separator = (1 - t_plus) * point[TORTUOUS] * SEPARATOR_UM * 1e-6 / 2 / (FARADAY * D)
    return separator + (layer(point, charge).depletion if covered else 0.0)


def polarisation_ratio(point: Point) -> float:
    """Fall of the salt with the charged layer over that with the same layer without charge."""
    return fall(point, covered=True) / fall(point, covered=True, charge=0.0)


@dataclass(frozen=True, slots=True)
class Selective:
    """What is found: transference number and fall of the salt against the same layer without charge, and against no layer."""

    transference: Prediction
    polarisation: Prediction
    added: Prediction
    number: tuple[float, float]
    moves: dict[str, tuple[Sensitivity, ...]]


def look() -> Selective:
    """Everything about the layer. Takes no time."""
    found, moves = {}, {}
    names = {
        "transference number in a charged layer over that outside": transference_ratio,
        "fall of the salt with a charged layer over that with the layer uncharged": polarisation_ratio,
        "fall of the salt with a charged layer over that without a layer": lambda p: (
            fall(p, covered=True) / fall(p, covered=False)
        ),
    }
    for name, predict in names.items():
        found[name], moves[name] = explore(predict, ranges(), calibrated=(), run=None)
    at = at_values(ranges())
    number, cell, added = found.values()
    return Selective(number, cell, added, (layer(at).transference, layer(at, 0.0).transference), moves)


def verdict(claims: Claims, seen: Selective) -> Verdict:
    """Both halves of the claim: the transference number is held up, and the polarisation of concentration is kept small."""
    claim = claims["dipoles.fd.tplus"]
    words = [compare(HIGHER, seen.transference), compare(LOWER, seen.polarisation)]
    inside, outside = seen.number
    most = lookup("channels.porous_thickness").high
    note = (
        f"Two halves, a tenth more and a tenth less, which are ours. In the layer the transference number is {inside:.3f}, "
        f"{outside:.3f} outside, with {lookup('channels.fixed_charge').number:g} mol/L of net charge; without net charge, as "
        "in mean field, the same as outside. The fall of the salt in the cell is "
        f"{seen.polarisation.value:.4f} times that with the layer uncharged ({seen.polarisation.low:.3f} to 1 with up to "
        f"{most:g} um), because the separator has the rest of it, where no anion moves in the steady state; against no "
        f"layer at all it is {seen.added.value:.3f} times ({seen.added.low:.3f} to {seen.added.high:.2f}): the layer is one "
        "more way to go. Anions on a face that their charge neutralises are no fixed charge."
    )
    return with_numbers(stated(claim, weakest(words), note), [seen.transference, seen.polarisation])
