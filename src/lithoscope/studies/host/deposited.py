"""What grows on bare lithium and between fibres, as a part of the study: ready runs of the phase field judge what they can.

Fibres stand in the way of lithium in a section across them. One plating of an empty host is run, not a hundred cycles: what is
missing can only make a surface rougher, so that these runs can refute that a host stays flat and cannot confirm it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from lithoscope.data import lookup
from lithoscope.errors import End
from lithoscope.studies.deposits.kept import shipped
from lithoscope.studies.deposits.reading import NAMES as READY_NAMES
from lithoscope.studies.deposits.reading import ROOT, Studies, hull, said, table
from lithoscope.studies.deposits.ready import named
from lithoscope.studies.host.cells import lithium_fraction, matrix_fraction
from lithoscope.studies.verdict import Verdict, Word

if TYPE_CHECKING:
    from lithoscope.design.fibres import FibreHost
    from lithoscope.physics.morphology.model import PhaseField
    from lithoscope.studies.claims import Claims
    from lithoscope.studies.outcome import Table

CRACK, STRIPPED = "crack", ("strip-uneven", "strip-regrowing")
GROWN = tuple(name for name in READY_NAMES if name.startswith("bare-"))
HOST, CONDUCTING, BESIDE = "host-insulating", "host-conducting", "foil-beside-host"
NAMES = (CRACK, *STRIPPED, *GROWN, HOST, CONDUCTING, BESIDE)

FIBRES = "fraction of fibres in the mat"

CYCLED = "what cycles leave on a surface, and growth of lithium from its root"
"""What one plating does not show."""


def studies() -> Studies:
    """The ready runs that ship with the package."""
    return {name: shipped(name)[0] for name in NAMES}


def deposits(seen: Studies) -> Table:
    """The ready runs of this study."""
    return table(seen, NAMES)


def verdicts(claims: Claims, seen: Studies) -> dict[str, Verdict]:
    """What the ready runs and the arithmetic of the mat say of the claims on morphology."""
    made = (
        _pores(claims),
        _cracks(claims, seen),
        _mossy(claims, seen),
        _soft_short(claims, seen),
        _flat(claims, seen),
        _no_dendrites(claims, seen),
    )
    return {verdict.id: verdict for verdict in made}


def open_pores(fibres: float, claims: Claims) -> float:
    """Share of the electrode that is neither lithium nor matrix, with what a gram of it is said to hold."""
    return 1 - lithium_fraction(fibres, claims) - matrix_fraction(fibres)


def _pores(claims: Claims) -> Verdict:
    record = lookup("host.fibre_fraction")
    few, usual, many = (open_pores(float(f), claims) for f in (record.low or 0.0, record.number, record.high or 1.0))
    note = (
        f"The stated capacity leaves {100 * few:.0f} % of pores with {record.low:g} of fibres, {100 * usual:.0f} % with "
        f"{record.number:g} and {100 * max(many, 0):.0f} % with {record.high:g}; the paper does not give the fraction. That "
        "a melt follows fibres is capillarity, and its way through a mat in three dimensions is in no model."
    )
    claim = claims["host.porous"]
    if many > 0:
        return said(claim, Word.AGREES, note)
    return said(claim, Word.UNDECIDED, note, decided_by=FIBRES)


def _cracks(claims: Claims, seen: Studies) -> Verdict:
    claim, found = claims["host.sei.cracks"], hull(seen, (CRACK,), "tip_ratio")
    if found is None:
        return said(claim, Word.UNDECIDED, "No run of a crack can be used.", decided_by=ROOT)
    note = (
        f"With a film of {_film_resistance():.0f} ohm cm2 that is {named(CRACK).film}, the current there is "
        f"{found.value:.1f} times the mean ({found.low:.1f} to {found.high:.1f} over the grids: "
        f"{seen[CRACK].number('tip_ratio').words}). Charge transfer in the crack limits it, and the share that is cracked; "
        "any crack that conducts better draws more. How wide cracks are is a prior."
    )
    word = Word.AGREES if found.low > 1 else Word.UNDECIDED
    return said(claim, word, note, decided_by=None if word is Word.AGREES else ROOT, run=found.runs[-1])


def _film_resistance() -> float:
    """Of the even film around the crack, ohm cm2."""
    cell = named(CRACK).inputs(named(CRACK).grids[0], 0)[0]
    film = cell.foil.native_film
    assert film is not None  # the catalogue gives it, with both numbers
    assert film.thickness is not None
    assert film.conductivity is not None
    return 1e4 * film.thickness.value / film.conductivity.value


def _mossy(claims: Claims, seen: Studies) -> Verdict:
    rough, dead = hull(seen, STRIPPED, "roughness"), hull(seen, STRIPPED, "dead_share")
    shown = "No run of stripping can be used. "
    if rough and dead:
        shown = (
            "Plated with 2 mAh/cm2 and stripped again, over films, grids and seeds, the rms height is "
            f"{max(rough.low, 0):.2g} to {rough.high:.2g} um, {_first_roughness():g} um at the start, and "
            f"{100 * max(dead.low, 0):.1f} to {100 * dead.high:.1f} % of the lithium is dead "
            f"({seen[STRIPPED[0]].number('dead_share').words}). "
        )
    note = f"{shown}Moss grows from its root, which is not in the model, and ten cycles were not run."
    return said(claims["host.bare.mossy"], Word.UNDECIDED, note, decided_by=ROOT)


def _first_roughness() -> float:
    """Of the surface that is plated and stripped, at the start, um."""
    return 1e6 * named(STRIPPED[0]).inputs(named(STRIPPED[0]).grids[0], 0)[2].roughness.value


def _soft_short(claims: Claims, seen: Studies) -> Verdict:
    ends = {run.ended for name in GROWN for run in seen[name].runs if run.usable}
    most = max(run.capacity[-1] for name in GROWN for run in seen[name].runs if run.usable)
    reached = "in some" if "branch at the separator" in ends else "in none"
    note = (
        f"A branch reaches the separator {reached} of the ready runs, up to {most:.0f} mAh/cm2. What grows from its root "
        "could; the recorded voltage, which a detector of soft shorts needs, is not given as numbers."
    )
    return said(claims["host.bare.softshort"], Word.UNDECIDED, note, decided_by=ROOT)


def _flat(claims: Claims, seen: Studies) -> Verdict:
    """The rms height after one plating against the diameter of a fibre."""
    claim, found = claims["host.flat"], hull(seen, (HOST,), "roughness")
    fibre = 1e6 * _fibres().diameter.value
    if found is None:
        return said(claim, Word.UNDECIDED, "No run of a host can be used.", decided_by=CYCLED)
    note = (
        f"Filled with 1 mAh/cm2 at {claim.values[0]:g} mA/cm2 from lithium below, a host of insulating fibres ends with an rms "
        f"height of {_range(seen, HOST, 'roughness')} um ({seen[HOST].number('roughness').words}); it began with "
        f"{1e6 * _inputs(HOST).roughness.value:g} um and has fibres of {fibre:g} um. The foil beside it has "
        f"{_range(seen, BESIDE, 'roughness')} um, a host of conducting fibres {_range(seen, CONDUCTING, 'roughness')} um, and "
        f"there lithium stands {_range(seen, CONDUCTING, 'thickness_ratio')} times as high as dense lithium, where it is "
        f"{_range(seen, HOST, 'thickness_ratio')} times between insulating fibres: what their volume takes. The foil stays as "
        "flat as the host, because slow kinetics even the current out. Ten cycles were not run, and what they and growth from "
        f"the root would add can only make it rougher: more than {fibre:g} um here would refute the claim, less cannot "
        "confirm it."
    )
    if found.low > fibre:
        return said(claim, Word.DISAGREES, note, run=found.runs[-1])
    return said(claim, Word.UNDECIDED, note, decided_by=CYCLED, run=found.runs[-1])


def _no_dendrites(claims: Claims, seen: Studies) -> Verdict:
    """Whether a branch leaves the host in one plating."""
    claim, found = claims["host.no_dendrite100"], hull(seen, (HOST,), "tip_ratio")
    branched = [run.sentence for run in seen[HOST].runs if run.ended == BRANCHED]
    if branched:
        note = f"In one plating {len(branched)} of {len(seen[HOST].runs)} runs ended so: {branched[0]}"
        return said(claim, Word.DISAGREES, note)
    if found is None:
        return said(claim, Word.UNDECIDED, "No run of a host can be used.", decided_by=CYCLED)
    note = (
        f"In one plating at 5 mA/cm2 no branch grows out of a host of insulating fibres: the largest current density at "
        f"its end is {found.value:.2f} times the mean ({found.low:.2f} to {found.high:.2f} over grids and seeds; "
        f"{seen[HOST].number('tip_ratio').words}). On the foil beside it the same is "
        f"{_range(seen, BESIDE, 'tip_ratio')}. A hundred cycles, with a film that ages and lithium that loses its contact, "
        "were not run, and a section knows fibres only as rods across it."
    )
    return said(claim, Word.UNDECIDED, note, decided_by=CYCLED, run=found.runs[-1])


BRANCHED = End.BRANCH_ACROSS.value[0]


def _range(seen: Studies, name: str, number: str) -> str:
    """A number of a ready run with the ends that grids and seeds leave, for a sentence."""
    found = hull(seen, (name,), number)
    return "not known" if found is None else f"{found.value:.3g} ({found.low:.3g} to {found.high:.3g})"


def _inputs(name: str) -> PhaseField:
    return named(name).inputs(named(name).grids[0], 0)[2]


def _fibres() -> FibreHost:
    host = _inputs(HOST).host
    assert host is not None  # the catalogue gives it
    return host
