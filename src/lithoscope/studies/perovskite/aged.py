"""Spectra of the three cells as they age: what decides which of them has the lower impedance after cycling."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from itertools import product
from typing import TYPE_CHECKING

import numpy as np

from lithoscope.studies.claims import Band
from lithoscope.studies.perovskite.findings import BARE_SPECTRUM, COATED_SPECTRA
from lithoscope.studies.perovskite.mechanisms import LEAD_LIFE, LIFE, cycles
from lithoscope.studies.perovskite.required import COATED, Required
from lithoscope.studies.verdict import Prediction, Verdict, Word, answered, stated

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from lithoscope.result import Result
    from lithoscope.studies.claims import Claims
    from lithoscope.studies.perovskite.agedspread import AgedSpread
    from lithoscope.studies.perovskite.longruns import LongRuns

AFTER = "perovskite.eis_after"
"""The claim that the coated cells have the lower impedance after cycling, too."""

CALIBRATED = (LIFE, LEAD_LIFE, BARE_SPECTRUM, COATED_SPECTRA)
"""Claims that set what the cells are and how they age."""

DECIDES = "what kills the bare cell, what counts as its end, and the number of cycles before the spectra"

WITHIN = 0.9
"""Share of the strength that ends a cell with which it is shown: its last spectrum is measured before its end."""

FIRST = (0, 1, 5)
"""Cycles after which spectra are compared while the first transients last."""

AS_BARE, LESS = "ageing as the bare one", "ageing less"

HOLDS = Band(1.0, math.inf)
"""Of the impedance of the bare cell over that of a coated one."""

CELLS = (("bare", AS_BARE), *product(COATED, (AS_BARE, LESS)))
"""Material and how it ages."""


@dataclass(frozen=True, slots=True)
class Aged:
    """The impedance of the three cells over the life of the bare one, for one mechanism and reading of the end.

    case       the mechanism and its strengths
    cycles     after which a spectrum was measured
    impedance  real impedance at the lowest frequency of the instrument, ohm, one for each of these; by material and how it ages
    """

    case: Required
    cycles: tuple[int, ...]
    impedance: Mapping[tuple[str, str], tuple[float, ...]]

    def ratio(self, material: str, how: str, n: int) -> float:
        """Impedance of the bare cell over that of a coated one in the n-th spectrum."""
        return self.impedance["bare", AS_BARE][n] / self.impedance[material, how][n]


def compared(ageing: LongRuns, claims: Claims, case: Required) -> Aged:
    """Spectra of all cells after the same cycles, up to the end of the bare one. Raises NotSolvedError."""
    end = cycles(claims)["bare"]
    after = (*FIRST, end // 2, end)
    strengths = {("bare", AS_BARE): case.bare.value}
    for material in COATED:
        strengths[material, AS_BARE] = case.bare.value
        if case.coated[material].bound != "lower":
            strengths[material, LESS] = case.coated[material].value
    found = {}
    for (material, how), strength in strengths.items():
        table = case.mechanism.ageing(WITHIN * strength)
        found[material, how] = lowest(ageing.whole(material, table, end, after))
    measured = min(len(values) for values in found.values())
    return Aged(case, after[:measured], {key: values[:measured] for key, values in found.items()})


def lowest(result: Result) -> tuple[float, ...]:
    """Real impedance at the lowest frequency of each spectrum, ohm."""
    return tuple(float(spectrum["real_impedance"][-1]) / result.area for spectrum in result.spectra)


def lived(ageing: LongRuns, claims: Claims, case: Required, material: str) -> Result:
    """A cell through its reported life, with a little less than what ends it then; spectra before, in the middle and after.

    Raises NotSolvedError.
    """
    strength = case.bare if material == "bare" else case.coated[material]
    life = cycles(claims)[material]
    return ageing.whole(material, case.mechanism.ageing(WITHIN * strength.value), life, (0, life // 2, life))


def ordering(aged: Sequence[Aged]) -> tuple[float, float] | None:
    """Least and largest impedance of the bare cell over that of a coated one, from the middle of the bare cell's life on.

    After the same cycles, over mechanisms, readings of the end, both films, and how they age. None without a run.
    """
    ratios = [
        each.ratio(*key, n)
        for each in aged
        for n in range(len(FIRST), len(each.cycles))
        for key in each.impedance
        if key[0] != "bare"
    ]
    return (min(ratios), max(ratios)) if ratios else None


def predicted(aged: Sequence[Aged], designs: AgedSpread) -> Prediction | None:
    """Impedance of the bare cell over that of a coated one, at least, as `ordering`, with what the designs show.

    Quoted where the strength of the mechanism is known. None without a run.
    """
    found = ordering(aged)
    if found is None:
        return None
    known = [each for each in aged if each.case.is_known and ordering([each])]
    value, _ = ordering(known) or found
    prediction = Prediction(value, *found, DECIDES, CALIBRATED)
    if not len(designs):
        return prediction
    made = designs.least.added_to(prediction, HOLDS)
    return replace(made, high=max(made.high, designs.most), decided_by=DECIDES)


def verdict(aged: Sequence[Aged], claims: Claims, designs: AgedSpread, *, complete: bool) -> Verdict:
    """Whether the coated cells have the lower impedance after cycling.

    complete  whether every case was solved; with fewer the order is undecided at best
    """
    claim, found = claims[AFTER], predicted(aged, designs)
    if found is None:
        return stated(claim, Word.PENDING, f"Needs {claim.needs}; no run of this study could be used.")
    made = answered(claim, found, HOLDS, f"{_note(aged, claims)}{_jointly(designs)}")
    return made if complete else replace(made, verdict=Word.UNDECIDED, decided_by=DECIDES)


def _jointly(designs: AgedSpread) -> str:
    """What is left if every open number is free at once."""
    if not len(designs):
        return " No design with all open numbers free at once is kept."
    share, when = np.mean(designs.least.values > 1), " and ".join(str(cycle) for cycle in designs.cycles)
    return (
        f" Of {len(designs)} designs with all open numbers free at once that end the bare cell at its time {share:.0%} show "
        f"that order for both films, ageing as the bare cell, after {when} cycles."
    )


def _note(aged: Sequence[Aged], claims: Claims) -> str:
    """What the ratio is in each case, where the reported order holds, and what is missing."""
    lowest_frequency = float(claims["perovskite.eis.range"].values[1])
    found = {each.case.name: ratio for each in aged if (ratio := ordering([each])) is not None}
    parts = [f"{name}: {low:.2g} to {high:.2g}" for name, (low, high) in found.items()]
    holds = [name for name, (low, _) in found.items() if low > 1]
    return (
        f"Impedance at {lowest_frequency:g} Hz of the bare cell over that of a coated one after the same cycles, half and all "
        "of the bare cell's life, for both films, ageing as the bare cell or as much less as their lives require: "
        f"{'; '.join(parts)}. {_moss(aged)} So the coated cells have the lower impedance throughout "
        f"{'only for ' + '; '.join(holds) if holds else 'in no case'}. Missing inputs: after how many cycles the spectra were "
        "measured and what they show in numbers, of which the text gives neither; and how fast each cell ages, measured."
    )


def _moss(aged: Sequence[Aged]) -> str:
    """How the bare cell comes to have the lower impedance, where it does."""
    each = min(aged, key=lambda one: min(one.impedance["bare", AS_BARE]))
    values = each.impedance["bare", AS_BARE]
    least = values.index(min(values))
    return (
        f"Moss under a thin fresh film takes the bare cell from {values[0]:.0f} to {values[least]:.0f} ohm in "
        f"{each.cycles[least]} cycles ({each.case.name}), while the coating stays where it is."
    )
