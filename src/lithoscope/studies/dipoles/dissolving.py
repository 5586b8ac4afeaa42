"""How much of a film of barium titanate lithium and the electrolyte take in a day and a month, and whether it stays polar."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import replace

from lithoscope.data import lookup
from lithoscope.design.polar import PolarFilm
from lithoscope.physics.laws.film_loss import Lost, lost, pieces
from lithoscope.studies.claims import Band
from lithoscope.studies.dipoles.layers import electrolyte_ranges, layer
from lithoscope.studies.ranges import Point, Range, at_values, explore, from_data
from lithoscope.studies.verdict import Prediction, Verdict, Word, compare
from lithoscope.units import MAH_PER_CM2

MATERIAL = "BaTiO3"
THICKNESS, SPEED, CONSTANT, DISSOLVING = "thickness of the film", "speed of reduction", "parabolic constant", "dissolution rate"
"""Names of what is open."""

DAY_S = 86400.0
MONTH_D = 30.0

SUBSTANTIAL = 0.1
"""Share of a film lost in a month from which it is not stable: a band of ours."""


def ranges() -> tuple[Range, ...]:
    """What is open about a film that reacts."""
    return (
        Range(THICKNESS, "d", 200.0, 50.0, 500.0, "nm", "films of the paper and thinner", "prior"),
        from_data(SPEED, "k_r", "m/s", f"film_loss.{MATERIAL}.reduction_speed"),
        from_data(CONSTANT, "k_p", "m2/s", f"film_loss.{MATERIAL}.reduction_constant"),
        from_data(DISSOLVING, "r_d", "mol/m2/s", f"film_loss.{MATERIAL}.dissolution_rate"),
    )


def after(point: Point, days: float) -> Lost:
    """What a film has lost after days."""
    volume = lookup(f"film_loss.{MATERIAL}.molar_volume").to("m3/mol")
    return lost(days * DAY_S, point[THICKNESS] * 1e-9, point[SPEED], point[CONSTANT], point[DISSOLVING] * volume)


def share(days: float) -> Callable[[Point], float]:
    """The share of its thickness that a film has lost after days."""

    def of(point: Point) -> float:
        return 1 - after(point, days).left / (point[THICKNESS] * 1e-9)

    return of


def lost_share(days: float) -> Prediction:
    """That share, over all ranges."""
    return explore(share(days), ranges(), calibrated=(), run=None)[0]


def lithium_taken(days: float) -> float:
    """Lithium that the quoted film has taken after days, C/m2."""
    found = after(at_values(ranges()), days)
    volume, lithium = (
        lookup(f"film_loss.{MATERIAL}.{name}").to(unit) for name, unit in (("molar_volume", "m3/mol"), ("lithium", "1"))
    )
    return pieces(found, volume, lithium).charge


def polarisation_after(point: Point, days: float) -> float:
    """Polarisation of what is left beside the electrolyte, C/m2: what was reduced is a layer without one, on the lithium.

    0 where nothing is left, or what is left does not keep it.
    """
    found = after(point, days)
    if found.left < lookup(f"ferroelectrics.{MATERIAL}.unit_cell").to("m"):
        return 0.0
    dead = f"{found.reduced!r} m" if found.reduced > 1e-10 else None
    state = layer(at_values(electrolyte_ranges()), PolarFilm(MATERIAL, f"{found.left!r} m", dead_layer=dead)).static()
    return float(state["polarisation"]) if state.attrs["keeps_polarisation"] else 0.0


def with_loss(verdict: Verdict) -> Verdict:
    """A verdict on what lithium can do to the film, by energies, with how fast it does it.

    Rates refute it if a month takes nothing substantial in all ranges; they hold it if it does in all, and the energies hold.
    """
    day, month, quoted = lost_share(1.0), lost_share(MONTH_D), at_values(ranges())
    note = (
        f"{verdict.note} How fast: of {quoted[THICKNESS]:g} nm of {MATERIAL} a day takes {_share(day)} and a month "
        f"{_share(month)}, by reduction from the lithium and dissolution from the electrolyte, with "
        f"{1000 * lithium_taken(MONTH_D) / MAH_PER_CM2:.2g} uAh/cm2 of lithium; substantial is {100 * SUBSTANTIAL:g} % in a "
        f"month, a band of ours. {_polar(quoted)} These rates are priors over decades."
    )
    word = compare(Band(SUBSTANTIAL, math.inf), month)
    energies_hold = verdict.low[0] is not None and verdict.low[0] > 0
    if word is Word.AGREES and not energies_hold:
        word = Word.UNDECIDED
    decided_by = month.decided_by if word is Word.UNDECIDED and energies_hold else verdict.decided_by
    return replace(verdict, verdict=word, note=note, decided_by=decided_by if word is Word.UNDECIDED else None)


def _share(of: Prediction) -> str:
    return f"{100 * of.value:.2g} % ({100 * of.low:.1g} to {100 * of.high:.3g})"


def _polar(quoted: Point) -> str:
    """What becomes of the polarisation at the quoted values."""
    fresh, day, month = (polarisation_after(quoted, days) for days in (0.0, 1.0, MONTH_D))
    told = f"still {month:.2g} C/m2 after a month" if month else "none that it keeps after a month"
    reduced = after(quoted, MONTH_D).reduced * 1e9
    return (
        f"What is reduced, {reduced:.2g} nm then, is a layer without polarisation between lithium and the rest: that has "
        f"{fresh:.2g} C/m2 as made, {day:.2g} after a day and {told}."
    )
