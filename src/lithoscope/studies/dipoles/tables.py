"""The answer in words, and the tables of the report."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from lithoscope.studies.dipoles import layers, restsweep
from lithoscope.studies.dipoles.layers import BOTH, MATERIALS, PER_NM2, Beside
from lithoscope.studies.dipoles.restsweep import Rested
from lithoscope.studies.dipoles.tips import Tips
from lithoscope.studies.outcome import Table
from lithoscope.studies.tables import ledgers, moves, opened

if TYPE_CHECKING:
    from lithoscope.studies.dipoles.resting import Seen

REMARK = (
    "The paper is a perspective and gives almost no numbers: everything is a prior, of the data tables or of this study, "
    "and nothing was calibrated. The numbers of the ferroelectrics were not compared with their sources."
)


def answer(beside: Beside, tip: Tips, rested: Rested) -> tuple[str, ...]:
    """What was found, in paragraphs."""
    found, states = beside.predictions, beside.states
    ceramic, polymer = (states[name] for name in BOTH)
    lost, ether = rested.predictions[restsweep.LOST], rested.predictions[restsweep.ETHER]
    return (
        f"The positive face of a ferroelectric does enrich anions, {found[layers.ANIONS].value:.1f} times "
        f"({found[layers.ANIONS].low:.1f} to {found[layers.ANIONS].high:.0f}), within a nanometre, as long as the film "
        f"keeps its polarisation, for which {BOTH[0]} has to be thicker than {beside.thinnest[BOTH[0]]:.0f} nm and "
        f"{BOTH[1]} thicker than {beside.thinnest[BOTH[1]]:.0f} nm. Lithium ions do the opposite of what the paper says: "
        f"{float(ceramic['cation_factor']):.0e} of the bulk beside {BOTH[0]}, {float(polymer['cation_factor']):.2f} beside "
        f"{BOTH[1]}. Only anions that adsorb by their own energy could turn that, below {found[layers.INVERTS].value:+.3f} "
        f"eV on {BOTH[0]}.",
        f"There is no field at a tip to be shielded: ions bring {tip.without:.1f} times the field of a plane down to "
        f"{tip.with_ions.value:.2f}. A current goes to a tip only where the interface has less than {tip.resistance:.2g} "
        f"ohm cm2, and the field of the electrolyte is {1 / tip.reversal.high:.0f} to {1 / tip.reversal.low:.0e} times too "
        "small to reverse a film.",
        f"At rest a deposit loses {lost.value:.2g} % of 1 mAh/cm2 in a day in the carbonate and {ether.value:.2g} % in the "
        f"ether, anything from {min(lost.low, ether.low):.1g} to {max(lost.high, ether.high):.3g} % over the ranges; "
        f"{lost.decided_by} decides. Surface energy is no reason for uneven corrosion, and the film evens out what kinetics "
        "begin.",
    )


def all_tables(beside: Beside, tip: Tips, rested: Rested) -> tuple[Table, ...]:
    """Each cause alone and together, what is open, what it does, ledgers."""
    known = (*beside.ranges, *tip.ranges, *rested.ranges)
    once = tuple({each.name: each for each in known}.values())
    predictions = {**beside.predictions, **{name: rested.predictions[name] for name in rested.moves}}
    return (
        _films(beside),
        _channels(beside),
        *(_tip(name, table) for name, table in tip.cases.items()),
        _faces(rested),
        _rest(rested),
        opened(once, REMARK),
        *moves(predictions, {**beside.moves, **rested.moves}),
        ledgers(rested.rests.runs, "a day of rest"),
        *_unsolved(rested),
    )


def _films(beside: Beside) -> Table:
    rows = tuple(
        (
            f"{name}, {MATERIALS[name]:g} nm", f"{float(s['polarisation']):.3f}", f"{float(s['anion_factor']):.3g}",
            f"{float(s['cation_factor']):.2g}", f"{float(s['anion_excess']) * PER_NM2:+.2f}",
            f"{float(s['cation_excess']) * PER_NM2:+.2f}", f"{float(s['enriched_width']) * 1e9:.2f}",
            f"{float(s['stern_drop']):.2f}", f"{beside.thinnest[name]:.3g}",
        )
        for name, s in beside.states.items()
    )  # fmt: skip
    columns = ("film", "P / C m⁻²", "anions over bulk", "Li⁺ over bulk", "excess of anions / nm⁻²", "of Li⁺ / nm⁻²",
               "anions above 1.5 within / nm", "Stern drop / V", "thinnest film / nm")  # fmt: skip
    remark = (
        "Beside the positive face, 1 mol/L, nothing adsorbed, every number at its quoted value. A drop above 1 V is beyond "
        "what an interface stands: something would react or leak, and the fields are upper bounds."
    )
    return Table("Ions beside polar films", columns, rows, remark)


def _channels(beside: Beside) -> Table:
    rows = tuple(
        (
            name, cause, f"{float(s['anion_factor']):.3g}", f"{float(s['cation_factor']):.2g}",
            f"{float(s['cation_excess']) * PER_NM2:+.2f}", f"{float(s['diffuse_potential']):+.3f}",
            "yes" if s.attrs["keeps_polarisation"] else "no",
        )
        for name, cases in beside.channels.items()
        for cause, s in cases.items()
    )  # fmt: skip
    columns = ("film", "cause", "anions over bulk", "Li⁺ over bulk", "excess of Li⁺ / nm⁻²", "φ_d / V", "polarisation kept")
    return Table("Beside a film: each cause alone and together", columns, rows, "Outside the adsorbed layer.")


def _tip(name: str, data: Any) -> Table:
    rows = tuple(
        (
            str(case), f"{float(data['field_at_tip'][n]):.2e}", f"{float(data['field_at_plane'][n]):.2e}",
            f"{float(data['enhancement'][n]):.2f}", "yes" if float(data["keeps_polarisation"][n]) else "no",
        )
        for n, case in enumerate(data["case"].values)
    )  # fmt: skip
    columns = ("case", "field at the tip / V m⁻¹", "on a plane / V m⁻¹", "ratio", "polarisation kept")
    remark = "A tip at -0.1 V against zero charge. Where the polarisation is lost domains would form; they are not resolved."
    return Table(f"At a tip: {name}", columns, rows, remark)


def _faces(rested: Rested) -> Table:
    rows = tuple((kind, cause, *_row(seen)) for kind, cases in rested.channels.items() for cause, seen in cases.items())
    columns = ("electrolyte", "cause", "lithium lost / % of 1 mAh cm⁻²", "film / nm", "electrons to anions",
               "organic after 1 h", "organic after 1 d")  # fmt: skip
    remark = (
        f"A day at rest at the quoted values, beside the positive face of {restsweep.FACE[1]} of {restsweep.FACE[0]} where "
        "nothing else is said, products beneath it. Each cause has its own switch: anions enriched, potential of the plane of "
        "reaction, barrier in the field, image charges and saturation in the pair of ion and anion, coverage, and one layer of "
        f"{', '.join(restsweep.MIXTURE)} on all sites. The share of electrons to anions counts those of the salt."
    )
    return Table("A ferroelectric at rest: the reference, each cause alone, all together", columns, rows, remark)


def _row(seen: Seen | None) -> tuple[str, ...]:
    if seen is None:
        return ("not solved", "", "", "", "")
    return (
        f"{100 * seen.lost:.3g}",
        f"{seen.thickness * 1e9:.3g}",
        f"{seen.anion:.2g}",
        *(f"{share:.2g}" for share in seen.organic),
    )


def _rest(rested: Rested) -> Table:
    rows = []
    for name, each in rested.predictions.items():
        seen = each.sampled
        assert seen is not None  # every one of them was drawn
        leads = ", ".join(f"{what} {value:+.2f}" for what, value in seen.leading[:3]) or "none"
        ends = tuple("none" if x is None else f"{x:.3g}" for x in (seen.low, seen.median, seen.high))
        rows.append((name, f"{each.value:.3g}", *ends, f"{each.low:.2g} to {each.high:.3g}", leads))
    columns = ("prediction", "quoted values", "5 %", "median", "95 %", "interval", "leading, by rank correlation")
    remark = (
        f"{len(rested.scatters[restsweep.LOST].values)} designs in which all that is open is spread over its ranges at once."
    )
    return Table("Lithium at rest over all ranges", columns, tuple(rows), remark)


def _unsolved(rested: Rested) -> tuple[Table, ...]:
    rows = tuple(rested.rests.unsolved)
    return (Table("What was not solved", ("run", "how it ended"), rows, "These runs are in no number."),) if rows else ()
