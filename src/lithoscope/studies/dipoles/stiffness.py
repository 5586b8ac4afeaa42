"""A thin stiff film on growing lithium: which waves its stiffness holds back, and whether it bears the waves of a deposit.

Stiffness helps if the shortest wave that grows is longer under a stiff film than under a soft one as thick, and if the stiff
film is still whole on a surface as rough as the deposit's.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from lithoscope.constants import FARADAY, thermal_voltage
from lithoscope.data import lookup
from lithoscope.physics.laws.bending import bending_stiffness, breaking_height, neutral_wavelength
from lithoscope.physics.laws.transport import LandesfeindGasteiger
from lithoscope.studies.claims import Band
from lithoscope.studies.dipoles.layers import TEMPERATURE
from lithoscope.studies.dipoles.tips import NOTICED
from lithoscope.studies.ranges import Point, Range, at_values, explore, from_data
from lithoscope.studies.verdict import Prediction, Verdict, compare, stated, weakest, with_numbers

if TYPE_CHECKING:
    from lithoscope.studies.claims import Claims
    from lithoscope.studies.deposits.reading import Hull
    from lithoscope.studies.ranges import Sensitivity

STIFF, SOFT = "LiF", "LEDC"
"""The stiffest solid that every film has, and a soft one."""

SALT = 1000.0
"""Of the electrolyte, mol/m3."""

MODULUS, SOFTER, POISSON, THICK, STRESS, TENSION, CURRENT, STRAIN, WAVE = (
    f"shear modulus of {STIFF}",
    f"shear modulus of {SOFT}",
    "Poisson's ratio of the film",
    "thickness of the film",
    "stress of the film as it grows",
    "surface energy of lithium",
    "current density",
    f"strain at which {STIFF} breaks",
    "rms height of the deposit",
)
"""Names of what is open."""


def ranges() -> tuple[Range, ...]:
    """What is open about the neutral wave."""
    return (
        from_data(MODULUS, "G", "GPa", f"sei.{STIFF}.shear_modulus"),
        from_data(SOFTER, "G'", "GPa", f"sei.{SOFT}.shear_modulus"),
        from_data(POISSON, "ν", "1", "interphase.film_poisson_ratio"),
        from_data(THICK, "L", "nm", "native_film.thickness"),
        from_data(STRESS, "σ", "MPa", "native_film.stress"),
        from_data(TENSION, "γ", "J/m2", "lithium.surface_energy"),
        Range(CURRENT, "i", 2.0, 0.5, 6.0, "mA/cm2", "usual in tests of lithium", "prior"),
    )


def height_range(seen: Hull) -> Range:
    """How rough a deposit is: what the ready runs of bare lithium leave."""
    return Range(WAVE, "h", seen.value, max(seen.low, 1e-3), seen.high, "um", "ready runs of bare lithium", "computed")


def slope(current: float) -> float:
    """Slope of the potential in front of flat lithium, i / kappa + 2 V_T (1 - t+)^2 chi i / (F D c), V/m; current: A/m2."""
    law = LandesfeindGasteiger()
    functions = (law.conductivity, law.diffusivity, law.transference_number, law.thermodynamic_factor)
    kappa, D, t_plus, chi = (float(function(SALT, TEMPERATURE)) for function in functions)
    salt = 2 * thermal_voltage(TEMPERATURE) * (1 - t_plus) ** 2 * chi / (FARADAY * D * SALT)
    return current * (1 / kappa + salt)


def wavelength(point: Point, modulus: str | None) -> float:
    """Shortest wave that grows under a film of this modulus, m; without a film if there is none."""
    thick = 1e-9 * point[THICK]
    stiffness = bending_stiffness(1e9 * point[modulus], point[POISSON], thick) if modulus else 0.0
    tension = point[TENSION] + (1e6 * point[STRESS] * thick if modulus else 0.0)
    return neutral_wavelength(slope(10.0 * point[CURRENT]), tension, stiffness, lookup("lithium.molar_volume").to("m3/mol"))


def longer(point: Point) -> float:
    """Shortest wave that grows under the stiff film over that under the soft one."""
    return wavelength(point, MODULUS) / wavelength(point, SOFTER)


def borne(point: Point) -> float:
    """Height of a wave that breaks the stiff film, at the shortest length that grows, over that of the deposit's waves."""
    k = 2 * math.pi / wavelength(point, MODULUS)
    return breaking_height(k, 1e-9 * point[THICK], point[STRAIN]) / (math.sqrt(2) * 1e-6 * point[WAVE])


@dataclass(frozen=True, slots=True)
class Stiff:
    """What is found.

    longer  shortest wave that grows under a stiff film over that under a soft one;  borne: height at which it breaks over
    that of the deposit;  waves: um, without a film, under the soft and the stiff one, and the stiff one in compression
    breaks  height at which it breaks, um
    """

    longer: Prediction
    borne: Prediction
    waves: tuple[float, float, float, float]
    breaks: float
    moves: dict[str, tuple[Sensitivity, ...]]
    ranges: tuple[Range, ...]


def look(deposit: Hull) -> Stiff:
    """Everything about the stiff film. Takes no time."""
    open_ = (*ranges(), from_data(STRAIN, "e", "1", f"sei.{STIFF}.fracture_strain"), height_range(deposit))
    stiff, moves = explore(longer, ranges(), calibrated=(), run=None)
    bears, others = explore(borne, open_, calibrated=(), run=deposit.runs[0])
    at = at_values(open_)
    pressed = {**at, STRESS: ranges()[4].low}
    waves = [wavelength(at, None), wavelength(at, SOFTER), wavelength(at, MODULUS), wavelength(pressed, MODULUS)]
    k = 2 * math.pi / waves[2]
    return Stiff(
        stiff, bears, tuple(1e6 * each for each in waves),  # type: ignore[arg-type]  # four of them
        1e6 * breaking_height(k, 1e-9 * at[THICK], at[STRAIN]),
        {"wave under a stiff film": moves, "height that a stiff film bears": others}, open_,
    )  # fmt: skip


def verdict(claims: Claims, seen: Stiff) -> Verdict:
    """Both conditions: the stiff film holds back longer waves, and it is whole where it has to."""
    claim = claims["dipoles.fd.modulus_block"]
    words = [compare(Band(NOTICED, math.inf), seen.longer), compare(Band(1.0, math.inf), seen.borne)]
    bare, soft, stiff, pressed = seen.waves
    word = weakest(words)
    note = (
        f"Two conditions. Stiffness has to hold back longer waves, by a tenth (ours): at 2 mA/cm2 those above {bare:.2f} um "
        f"grow without a film, above {soft:.2f} um under {SOFT} and above {stiff:.2f} um under {STIFF} as thick, without "
        f"stress; the third power of the thickness decides, and a stress of its own: in compression ({seen.ranges[4].low:g} "
        f"MPa) the film buckles, and waves above {pressed:.2f} um grow. And the stiff film has to be whole there: it breaks on "
        f"waves of {seen.breaks:.2g} um, {seen.borne.value:.2g} times the height of those on bare lithium in the ready runs. "
        "What the growing crest stretches is not counted, which favours the claim. Tips are narrower than "
        "these waves: they come through where the film is broken."
    )
    made = with_numbers(stated(claim, word, note), [seen.longer, seen.borne])
    undecided = next((each for each, one in zip((seen.longer, seen.borne), words, strict=True) if one is word), seen.longer)
    return replace(made, decided_by=undecided.decided_by if made.decided_by else None)
