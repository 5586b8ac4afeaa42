"""Verdicts on the chemistry of films beside a positive face: anions first, inorganic, adsorbed layers, what oxides bear."""

from __future__ import annotations

import math
from dataclasses import replace

from lithoscope.data import lookup
from lithoscope.studies.claims import Band, Claim, Claims
from lithoscope.studies.dipoles import arithmetic, dissolving, restsweep
from lithoscope.studies.dipoles.restsweep import Rested
from lithoscope.studies.dipoles.tips import MAINLY, MUCH, SUBSTANTIAL
from lithoscope.studies.verdict import Prediction, Verdict, Word, answered, stated, with_numbers

DISSOLVES = "whether barium and lead dissolve in the electrolyte"

PHASES = "energies of formation, and phases that the tables do not have"
"""What decides whether lithium reduces an oxide where the known ways do not tell."""


def verdicts(claims: Claims, rested: Rested) -> dict[str, Verdict]:
    """All of them, by claim."""
    return _films(claims, rested) | stocked(claims, rested)


def _films(claims: Claims, rested: Rested) -> dict[str, Verdict]:
    """What a positive face and a layer of anions make of the film."""
    found = rested.predictions
    layer_, per_nm2 = arithmetic.preadsorbed()
    least, usual = (lookup("native_film.thickness").low, lookup("native_film.thickness").number)
    assert least is not None  # the table gives a range
    stress = arithmetic.stressed()
    return {
        v.id: v
        for v in (
            answered(
                claims["dipoles.fd.anion_first"], found[restsweep.ANION_SHARE], Band(MAINLY, math.inf),
                "Share of the electrons of a day that reduce PF6-, with anions enriched as a positive face does it and all "
                f"reductions shifted by its potential; first is from {MAINLY:g} on, a band of ours; {_alone(rested)} In the "
                "ether most electrons reduce the imide without any film. Anions are reduced in pairs with lithium ions, of "
                f"which the face has {restsweep.pairs_at_face(rested.point):.1g} times as many as the bulk, or free, of which "
                f"it has {rested.point[restsweep.ENRICHED]:.1f} times as many: the share of either is open from 0 to 1, and "
                f"quoted at {rested.point[restsweep.BY_PAIRS]:g} by pairs. Rates are priors over four decades, and the "
                "products are taken to leave the face free.",
            ),
            answered(
                claims["dipoles.fd.sei_inorganic"], found[restsweep.INORGANIC], Band(SUBSTANTIAL, math.inf),
                "What a positive face adds to the inorganic share of a day's film in the carbonate; substantial is "
                f"{SUBSTANTIAL:g} here. The face enriches free anions and not their pairs with lithium ions, and which of them "
                "are reduced is open; its potential works for the solvent as well. In the ether the film is inorganic "
                "without it.",
            ),
            shown_by_light(claims["dipoles.fd.xps"], found[restsweep.SHOWN]),
            answered(
                claims["dipoles.fd.preadsorb"], layer_, Band(least, math.inf),
                f"LiF, nm, that one layer of {per_nm2:.2g} anions per nm2 leaves on a flat film, against the thinnest "
                f"interphase, {least:g} nm. It would take {least / layer_.high:.0f} times the area of a flat film at best, "
                f"and {usual / layer_.value:.0f} for the usual {usual:g} nm at the quoted values, or a face that takes up "
                f"new anions again and again, which is another claim. In a run a layer of {', '.join(restsweep.MIXTURE)} on "
                f"all sites makes the film of a day thicker by {found[restsweep.STOCKED].value:.2g} nm "
                f"({found[restsweep.STOCKED].low:.2g} to {found[restsweep.STOCKED].high:.2g}).",
            ),
            answered(
                claims["dipoles.fd.piezo"], stress, Band(1.0, math.inf),
                "Potential that a stress puts on the face of a film beside the electrolyte, over RT/F, which is what ions "
                "notice: ions answer the charge d33 σ within a nanometre, and beyond that no field is left.",
            ),
        )
    }  # fmt: skip


def shown_by_light(claim: Claim, shown: Prediction) -> Verdict:
    """The trend of what instruments show; the electrodes of the paper were cycled."""
    note = (
        "What a positive face adds to the share of atoms, without hydrogen, that photoemission shows in inorganic solids at "
        f"the surface of a day's film in the carbonate; clearly more is {SUBSTANTIAL:g} here, a band of ours. It is the film "
        "of `fd.sei_inorganic` seen through its own depth, native film and all. The films that were measured had been cycled, "
        "and the face sealed a part of the lithium, which is not in it."
    )
    return answered(claim, shown, Band(SUBSTANTIAL, math.inf), note)


def stocked(claims: Claims, rested: Rested) -> dict[str, Verdict]:
    """A layer of anions over all that is open, and what lithium does to the oxides themselves."""
    ratio, thick = rested.spreads
    return {
        v.id: v
        for v in (
            answered(
                claims["dipoles.fd.predictable"], ratio, Band(-math.inf, 1 / MUCH),
                f"Spread of the inorganic share of a day's film over {len(rested.scatters[restsweep.SHARE].values)} designs "
                f"with a full layer of {', '.join(restsweep.MIXTURE)} (all sites of the densest kind), over that without; far "
                f"more predictable is half of it here, a band of ours. That of ln(thickness) is {thick.value:.2f} times as "
                f"wide ({thick.low:.2f} to {thick.high:.2f}): what passes the film decides, before the layer and after it.",
            ),
            dissolving.with_loss(taken_apart(claims["dipoles.fd.stability"])),
        )
    }  # fmt: skip


def taken_apart(claim: Claim) -> Verdict:
    """Energies of formation can hold one half of the claim, and refute nothing: a phase that is not in them may be stabler."""
    oxides = {name: arithmetic.taken_apart(name) for name in arithmetic.TAKEN_APART}
    parts = "; ".join(
        f"{name} {each.value:.2f} V ({each.low:.2f} to {each.high:.2f}), "
        + ", ".join(f"to {to} {arithmetic.reduced(name, to).value:+.2f}" for to in arithmetic.TAKEN_APART[name])
        for name, each in oxides.items()
    )
    hardest = min(oxides.values(), key=lambda each: each.low)
    holds = hardest.low > 0
    told = "So lithium reduces both" if holds else "So these energies do not tell whether lithium reduces both"
    note = (
        f"Potential against lithium below which it reduces the oxide, the most favourable way of those in the tables: {parts}; "
        "beside BaO, TiO2 and Li2O. Lithium that enters the oxide and oxides of lithium and titanium are not in them: they "
        f"could only raise it. {told}, by energies that are priors, which is the first half of the claim. How fast, and "
        "whether barium or lead goes into the liquid, they do not say."
    )
    return with_numbers(stated(claim, Word.UNDECIDED, note), [replace(hardest, decided_by=DISSOLVES if holds else PHASES)])


def _alone(rested: Rested) -> str:
    rows = [f"{name} {each.anion:.1g}" for name, each in rested.channels["carbonate"].items() if each]
    return f"each cause alone at the quoted values: {', '.join(rows)}."
