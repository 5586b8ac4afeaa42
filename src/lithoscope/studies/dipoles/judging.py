"""From what was found to a verdict on each claim.

The paper gives almost no numbers, so that most claims are statements. A statement is judged by a number that stands for it and
the band in which it holds; where the band is ours, the note says so.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import TYPE_CHECKING

from lithoscope.constants import FARADAY
from lithoscope.data import lookup
from lithoscope.studies.claims import Band, Claim, Claims
from lithoscope.studies.dipoles import arithmetic, chemistry, layers, resistances, restsweep, tips
from lithoscope.studies.dipoles.layers import BOTH, MATERIALS, PER_NM2, Beside
from lithoscope.studies.dipoles.restsweep import Rested, capillary_energy
from lithoscope.studies.dipoles.tips import MAINLY, MUCH, NOTICED, Tips
from lithoscope.studies.verdict import Prediction, Verdict, Word, answered, stated, weakest, with_numbers

if TYPE_CHECKING:
    import xarray as xr

    from lithoscope.studies.dipoles.resistances import Thick

MORE = Band(NOTICED, math.inf)
"""Where something is more than something else: by a tenth."""

OURS = f"The paper gives no number; a difference counts here from a factor of {NOTICED:g} on."

KEPT = 0.5
"""Share of its polarisation from which a film keeps it."""

SEEN = 0.1
"""Loss in a day that counts as corrosion, % of 1 mAh/cm2: what careful coulometry tells from none."""

DENT = "whether the film in a dent lets more through than that beside it"

CROWDING = "how far an uneven film crowds the current"

LEAST_SALT_EXCESS = 0.05
"""Excess of lithium ions that counts as salt held beside a film, per nm2: a quarter of what 0.35 nm of 1 mol/L holds."""


def verdicts(
    claims: Claims, beside: Beside, tip: Tips, rested: Rested, patches: Prediction, thick: Mapping[str, Thick]
) -> dict[str, Verdict]:
    """All that runs decide, by claim."""
    made = {
        **_corrosion(claims, rested),
        **_current(claims, patches, thick),
        **_film(claims, rested),
        **_ions(claims, beside),
        **_tips(claims, tip),
        **chemistry.verdicts(claims, rested),
    }
    chain = [made[f"dipoles.fd.{name}"] for name in ("retained", "anion_bind", "anion_first", "sei_inorganic")]
    made["dipoles.fd.hypothesis"] = _chain(claims["dipoles.fd.hypothesis"], chain)
    return made


def _corrosion(claims: Claims, rested: Rested) -> dict[str, Verdict]:
    found = rested.predictions
    lost, ether = found[restsweep.LOST], found[restsweep.ETHER]
    ocp = (
        f"Without any current a deposit loses {lost.value:.2g} % of 1 mAh/cm2 in a day in the carbonate ({lost.low:.1g} to "
        f"{lost.high:.3g}) and {ether.value:.2g} % in the ether ({ether.low:.1g} to {ether.high:.3g}), priors only; "
        f"corrosion counts here from {SEEN:g} % on, a band of ours. That lithium reacts is put in as rates; whether its film "
        "lets it go on, and how far, follows. The potential of the electrode shows microvolts of it."
    )
    hot, bump = found[restsweep.HOT], found[restsweep.CAPILLARY]
    energy = capillary_energy(rested.point)
    return {
        v.id: v
        for v in (
            answered(claims["dipoles.corr.ocp_driven"], lost, Band(SEEN, math.inf), ocp),
            answered(
                claims["dipoles.corr.hotspot"], hot, MORE,
                f"{OURS} Recession in a day at a step edge, with reactions {rested.point[restsweep.STEP]:g} times faster, "
                f"over that elsewhere: the film limits both, and what is left is {1e9 * rested.pits:.1g} nm. It is more "
                "only where a film lets much through. The activity is a prior, and kinetic: surface energy does not give "
                "it (`corr.thermo`).",
            ),
            answered(
                claims["dipoles.corr.thermo"], bump, MORE,
                f"{OURS} Surface energy adds {energy:.0f} J/mol at a radius of {rested.point[restsweep.RADIUS]:g} nm, "
                f"{energy / (lookup('reactions.EC_LEDC.potential').to('V') * FARADAY):.1%} of what the reduction of EC "
                f"gives, and makes a reaction {restsweep.capillary_factor(rested.point):.3f} times faster; {NOTICED:g} "
                f"times need a bump of {radius_for(NOTICED, rested.point):.0f} nm on bare lithium. Recession in a day, bump "
                "over flat.",
            ),
            with_numbers(
                stated(
                    claims["dipoles.corr.thicker_porous"], Word.PENDING,
                    "Thickness of the film at a step edge over that elsewhere after a day. Needs "
                    f"{claims['dipoles.corr.thicker_porous'].needs}.",
                ),
                [found[restsweep.THICKER]],
            ),
            _pits(claims["dipoles.corr.pits"], rested),
        )
    }  # fmt: skip


def radius_for(factor: float, point: Mapping[str, float]) -> float:
    """Radius of a bump, nm, at which surface energy makes a reaction so much faster; the inverse of `capillary_factor`."""
    at = restsweep.capillary_factor(point)
    return point[restsweep.RADIUS] * math.log(at) / math.log(factor)


def _pits(claim: Claim, rested: Rested) -> Verdict:
    """A dent deepens where lithium recedes faster at its floor than beside it; its walls recede whatever the floor does."""
    hot, (floor, beside) = rested.predictions[restsweep.HOT], rested.dent
    low, high = min(hot.low, 1.0), max(hot.high, floor / beside)
    note = (
        f"{OURS} Recession in a day at the floor of a dent over that beside it: 1 with the same film, {hot.value:.2f} "
        f"({1e9 * rested.pits:.1g} nm deeper) where reactions are {rested.point[restsweep.STEP]:g} times faster, "
        f"{floor / beside:.1f} ({1e9 * (floor - beside):.2g} nm deeper) where {restsweep.LEAKIER:g} times as much passes the "
        f"film. Wider it becomes in any case, by {2e9 * beside:.2g} nm: both walls recede along their normal. Dents of "
        "micrometres change little by either; the change of shape does not act back."
    )
    return answered(claim, Prediction(1.0, low, high, DENT, run=hot.run), MORE, note)


def _film(claims: Claims, rested: Rested) -> dict[str, Verdict]:
    found = rested.predictions
    organic = found[restsweep.ORGANIC]
    return {
        v.id: v
        for v in (
            answered(
                claims["dipoles.sei.continuous"], found[restsweep.GROWN], MORE,
                f"{OURS} What has grown after a day over what had grown after half of it: {math.sqrt(2):.2f} by diffusion, "
                "2 for a film that does not hold back, 1 for one that has ended.",
            ),
            answered(
                claims["dipoles.sei.initial_organic"], organic, Band(MAINLY, math.inf),
                f"Volume of organic solids over all that has grown in an hour in the carbonate, against {MAINLY:g}, which "
                "is ours; lithium carbonate counts as inorganic. Behind a film the electrons stand so high that water and "
                "what hydrolysis leaves are reduced first; solvent is, once that is used up, or where the film lets more "
                "through.",
            ),
            answered(
                claims["dipoles.sei.impedance_rise"], found[restsweep.RESISTS], MORE,
                f"{OURS} Resistance of the film after a day of rest over that of the native film.",
            ),
            answered(
                claims["dipoles.sei.organic_poor"], arithmetic.conductivity_ratio(), Band(-math.inf, 1 / NOTICED),
                f"{OURS} Conductivity of the organic salt of EC over that of LiF, Li2O and Li2CO3, by the priors of the "
                "data tables, which overlap by decades; at their quoted values it conducts better. Strength is not judged.",
            ),
        )
    }  # fmt: skip


def _current(claims: Claims, patches: Prediction, thick: Mapping[str, Thick]) -> dict[str, Verdict]:
    slow, fast = (thick[current] for current in resistances.CURRENTS)
    volts = (
        f"{resistances.THICKER:g} times the native film on both sides raises the voltage {slow.volts:.2f} times at "
        f"{resistances.CURRENTS[0]} and {fast.volts:.2f} times at {resistances.CURRENTS[1]}, and the difference of salt "
        f"between the electrodes {slow.salt:.3f} and {fast.salt:.3f} times"
    )
    ends = {what: (getattr(fast, what), getattr(slow, what)) for what in ("volts", "salt")}
    seen = [Prediction(pair[0], min(pair), max(pair), CROWDING) for pair in ends.values()]
    return {
        v.id: v
        for v in (
            answered(
                claims["dipoles.sei.ohm"], patches, MORE,
                f"{OURS} Current density in the thinnest tenth of a film over that in the thickest, film and charge "
                "transfer side by side, after a day in which only what passes the film varies.",
            ),
            with_numbers(
                stated(
                    claims["dipoles.sei.polarisation"], Word.UNDECIDED,
                    f"{volts}. The numbers are those of voltage and salt at the high rate. That the film adds overpotential "
                    "holds. That it adds concentration polarisation does not for an even film, by the conservation of salt "
                    "and not by a number: current and electrolyte alone set it. An uneven film that crowds the current "
                    "could, which one dimension does not tell.",
                ),
                seen,
            ),
        )
    }  # fmt: skip


def _ions(claims: Claims, beside: Beside) -> dict[str, Verdict]:
    found, states = beside.predictions, beside.states
    bare, invert = found[layers.BARE_CATIONS], found[layers.INVERTS]
    ceramic, polymer = (states[name] for name in BOTH)
    thin = "; ".join(f"{name} {thick:.3g} nm" for name, thick in beside.thinnest.items())
    excess = {name: _unpoled(beside.channels[name]) for name in BOTH}
    most = max(max(values) for values in beside.enriched.values())
    return {
        v.id: v
        for v in (
            answered(
                claims["dipoles.fd.retained"], found[layers.KEPT], Band(KEPT, math.inf),
                f"Share of the polarisation that a film keeps beside the electrolyte, against {KEPT:g}, which is ours: ions "
                f"stand at the distance of a Stern layer and leave a field in the film. Thinner than {thin}, none. Outside, "
                f"the field is {field_share(ceramic, 1.0):.0e} of that at the Stern layer at 1 nm: nothing lasts beyond the "
                "double layer.",
            ),
            answered(
                claims["dipoles.fd.anion_bind"], found[layers.ANIONS], MORE,
                f"{OURS} Anions at the Stern layer over the bulk. {_described(beside)} The paper's positive face is put in "
                "with its polarisation fixed; the negative face is the mirror image, and a film without polarisation does "
                f"{float(beside.channels[BOTH[0]]['no polarisation (control)']['anion_factor']):.2f}.",
            ),
            answered(
                claims["dipoles.fd.li_enrich"], found[layers.CATIONS], MORE,
                f"{OURS} The opposite without adsorption: {float(ceramic['cation_factor']):.0e} of the bulk beside "
                f"{MATERIALS[BOTH[0]]:g} nm of {BOTH[0]} and {float(polymer['cation_factor']):.2f} beside {BOTH[1]}, at "
                f"most {bare.high:.2f} over all ranges. To be true, anions have to adsorb by their own energy: below "
                f"{invert.value:.3f} eV on {BOTH[0]} at the quoted values, {_inverts(beside)} on {BOTH[1]} "
                f"({_end(invert.low)} to {invert.high:+.3f} eV over the ranges of both); then up to {most:.1f} times at "
                f"{layers.SHOWN_ENERGIES[0]:g} eV. Nobody knows that energy.",
            ),
            answered(
                claims["dipoles.fd.local_high_conc"], found[layers.EXCESS], Band(LEAST_SALT_EXCESS, math.inf),
                "Lithium ions beside a positive face in excess of the bulk, per nm2: salt that the face holds. It is "
                "negative without adsorption, as for `fd.li_enrich`. A film that is not poled holds "
                f"{', '.join(f'{value:+.2f} beside {name}' for name, value in excess.items())}, mean of both faces, within "
                "a nanometre: faces of both signs side by side hold some salt, a poled film does not.",
            ),
        )
    }  # fmt: skip


def _described(beside: Beside) -> str:
    rows = []
    for name, state in beside.states.items():
        width = float(state["enriched_width"]) * 1e9
        rows.append(f"{name} {float(state['anion_factor']):.3g}{f', above 1.5 within {width:.2f} nm' if width else ''}")
    return f"At the quoted values: {'; '.join(rows)}."


def _inverts(beside: Beside) -> str:
    other = layers.inversion({**beside.point, layers.MATERIAL: 1.0, layers.THICKNESS: MATERIALS[BOTH[1]]})
    return f"{other:+.3f} eV"


def _end(value: float) -> str:
    return f"{value:+.3f}" if math.isfinite(value) else "no energy is enough"


def _unpoled(cases: Mapping[str, xr.Dataset]) -> float:
    """Excess of lithium ions per nm2 beside a film with as many positive as negative faces."""
    both = (cases["positive face"], cases["negative face"])
    return 0.5 * sum(float(each["cation_excess"]) * PER_NM2 for each in both)


def field_share(state: xr.Dataset, distance_nm: float) -> float:
    """Field at a distance from the Stern layer over that at it."""
    import numpy as np

    x, E = state["position"].values * 1e9, np.abs(state["field"].values)
    return float(np.exp(np.interp(distance_nm, x, np.log(np.maximum(E, 1e-300)))) / E[0])


def _tips(claims: Claims, tip: Tips) -> dict[str, Verdict]:
    ions, flux, turned = tip.with_ions, tip.flux, tip.reversal
    shielded = "; ".join(f"{name}: {_cases(table)}" for name, table in tip.cases.items())
    return {
        v.id: v
        for v in (
            answered(
                claims["dipoles.corr.tip_field"], ions, MORE,
                f"{OURS} Field at a tip in the electrolyte over that on a plane. By its shape alone a tip of 10 nm has "
                f"{tip.without:.1f} times the field; ions take it away, and at {tips.LEAST_SALT:g} mol/L still "
                f"({tip.diluted:.2f}). It would be true of a conductor in a medium without ions.",
            ),
            answered(
                claims["dipoles.corr.tip_flux"], flux, Band(MUCH, math.inf),
                "Current at a tip over that on a plane, (d + l)/(R + l) with l the conductivity times the resistance of "
                f"the interface; much is a factor of {MUCH:g} here. It takes an interface of less than {tip.resistance:.2g} "
                "ohm cm2, as bare lithium in a crack has it, or salt near its end; an intact film levels a small tip.",
            ),
            answered(
                claims["dipoles.fd.tip_shield"], ions, MORE,
                "What is to be shielded, the field at a tip with ions over that on a plane, is not there. Films make both "
                f"fields smaller alike: {shielded}.",
            ),
            answered(
                claims["dipoles.fd.reversal"], turned, Band(1.0, math.inf),
                f"Field i/κ of the electrolyte, enhanced {tip.without:.1f} times as if there were no ions, over the field "
                f"that reverses a film. It would need {1 / turned.value:.0e} times the field at the quoted values, "
                f"{1 / turned.high:.0f} times at the most favourable ends. Only the double layer and the interphase have "
                "fields of that size, and they have them everywhere.",
            ),
        )
    }  # fmt: skip


def _cases(table: xr.Dataset) -> str:
    names = [str(name) for name in table["case"].values if str(name).endswith(", ions")]
    return ", ".join(f"{name.removesuffix(', ions')} {float(table['enhancement'].sel(case=name)):.2f}" for name in names)


def _chain(claim: Claim, links: list[Verdict]) -> Verdict:
    word = weakest([each.verdict for each in links])
    rows = ", ".join(f"`{each.id.removeprefix('dipoles.')}` {each.verdict}" for each in links)
    return stated(claim, word, f"As strong as its weakest link: {rows}. Bonds in a field are not among them (atoms).")


def pending(claims: Claims, name: str) -> Verdict:
    """A claim that no model here can judge, with what it needs."""
    needs = claims[name].needs
    return stated(claims[name], Word.PENDING, f"Needs {needs}." if needs else "")
