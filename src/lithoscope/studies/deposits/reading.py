"""What several ready runs say together: the interval of a number over films, grids and seeds, and verdicts on statements."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from lithoscope.data import lookup
from lithoscope.studies.deposits.ready import READY, named
from lithoscope.studies.outcome import Table
from lithoscope.studies.verdict import Verdict, Word, stated

if TYPE_CHECKING:
    from lithoscope.design.carried import CarriedFilm
    from lithoscope.studies.claims import Claim
    from lithoscope.studies.deposits.making import Made, Study

Studies = Mapping[str, "Study"]

ROOT = "growth of lithium from its root, which the phase field has not"
BEGUN = 0.05
"""Share of the film that has cracked when it is asked where cracks begin: later, what is already open hides it."""

AGAIN = "how fast the native film grows again where it cracked"
"""What decides where lithium is porous: beyond the model, and within it."""


@dataclass(frozen=True, slots=True)
class Hull:
    """A number over several ready runs: of the first, and the ends over all. runs: ids of those that count."""

    value: float
    low: float
    high: float
    runs: tuple[str, ...]


def hull(studies: Studies, names: Sequence[str], number: str) -> Hull | None:
    """The interval that films, grids and seeds leave together; None if no run of them can be used."""
    each = [seen for name in names if (seen := interval(studies, name, number))]
    if not each:
        return None
    ids = tuple(run for seen in each for run in seen.runs)
    return Hull(each[0].value, min(seen.low for seen in each), max(seen.high for seen in each), ids)


def interval(studies: Studies, name: str, number: str) -> Hull | None:
    """A number of one ready run on its finest grid, with the ends that seeds leave, wider by what its grids leave.

    What grids leave is the difference of the two finest of them. Where one grid alone can be used it is taken from the
    ready run that checks it: the largest difference between its grids. What seeds leave is taken from there as well where a
    ready run has one seed. None if no run can be used, nothing checks it, or fewer than two of its seeds can be used.
    """
    study, of = studies[name], named(name)
    ids = tuple(run.run_id for run in study.grids if run.usable)
    if not ids:
        return None
    seen, checks = study.number(number), studies[of.checked_by] if of.checked_by else study
    left = seen.difference
    if len(seen.values) == 1:
        values = [run.numbers[number] for run in checks.grids if run.usable]
        if len(values) < 2:
            return None
        left = max(values) - min(values)
    beside = (study if study.seeded else checks).beside(number)
    if beside is None:
        return None
    return Hull(seen.values[-1], seen.values[-1] - beside[0] - left, seen.values[-1] + beside[1] + left, ids)


def relative(studies: Studies, name: str, to: str, number: str) -> Hull | None:
    """A number of one ready run over that of another, run by run: the same grid, the same seed; see `interval`.

    Runs of which one of the pair cannot be used do not count.
    """
    checks = named(name).checked_by
    both = {each: over(studies[each], studies[to], number) for each in (name, checks) if each}
    return interval({**studies, **both}, name, number)


NO_PAIR = "no other run to divide by"
"""How a quotient ends that has none."""


def over(study: Study, to: Study, number: str) -> Study:
    """A ready run whose number is divided by that of another, at the same grid and seed.

    What has no other run, or one whose number is zero, stays as a run that cannot be used.
    """
    of = {(run.size, run.seed): run for run in to.runs}
    return replace(study, runs=tuple(_over(run, of.get((run.size, run.seed)), number) for run in study.runs))


def _over(run: Made, other: Made | None, number: str) -> Made:
    if other is None or not other.numbers[number]:
        return replace(run, numbers={number: math.nan}, ended=NO_PAIR, sentence=NO_PAIR)
    ended = run.ended if other.usable else other.ended
    return replace(run, numbers={number: run.numbers[number] / other.numbers[number]}, ended=ended)


def pores(ratio: float) -> float:
    """Share of pores in a deposit that is so many times as thick as dense lithium, 1 - 1 / ratio; none below 1."""
    return max(0.0, 1 - 1 / ratio) if ratio > 0 else 0.0


def said(claim: Claim, word: Word, note: str, *, decided_by: str | None = None, run: str | None = None) -> Verdict:
    """A verdict on a statement without a number; an undecided one names what decides."""
    if (word is Word.UNDECIDED) != (decided_by is not None):
        raise ValueError(f"{claim.id}: only what is undecided has something that decides it, and it always has")
    return replace(stated(claim, word, note, run=run), decided_by=decided_by)


def unchecked(studies: Studies, names: Sequence[str], number: str) -> tuple[str, ...]:
    """Those of the ready runs whose grids do not go to a limit."""
    return tuple(
        name for name in names if any(r.usable for r in studies[name].grids) and not studies[name].number(number).converged
    )


def table(studies: Studies, names: Sequence[str]) -> Table:
    """The ready runs with what their grids say; runs that cannot be used are rows too."""
    rows = []
    for name in names:
        study, of = studies[name], named(name)
        for run in study.runs:
            shown = [f"{run.numbers[key]:.4g}" for key in ("thickness_ratio", "roughness", "largest_area")]
            rows.append((name, f"{run.size:g}", str(run.seed), *shown, "" if run.usable else "not used: ", run.sentence))
        if any(run.usable for run in study.grids):
            said_by_grids = [study.number(key).words for key in ("thickness_ratio", "roughness", "largest_area")]
            rows.append((name, "grids", "0", *said_by_grids, "", of.film))
    rows = [(*row[:6], row[6] + row[7]) for row in rows]
    columns = (
        "ready run",
        "cells / nm",
        "seed",
        "thickness over dense",
        "roughness / um",
        "largest area",
        "how it ended; film",
    )
    remark = (
        "These runs ship with the package; `lithoscope deposits NAME --make` makes them again. Thickness is what was gained "
        "since the start, over that of dense lithium of the charge; area is that of the surface over that of the electrode. "
        f"{held_back(names)} In two dimensions tips are ridges."
    )
    return Table("Deposits on three grids", columns, tuple(rows), remark)


def held_back(names: Sequence[str]) -> str:
    """What keeps short waves from growing in these ready runs: surface energy, and films that pull until they break."""
    energy = lookup("lithium.surface_energy").to("J/m2")
    models = [named(name).inputs(*named(name).plan[0])[2] for name in names]
    films = [model.film for model in models if model.film and model.elasticity]
    text = f"Waves are held back by a surface energy of {energy:.2g} J/m2: those longer than a few micrometres grow."
    if not films:
        return text
    strains = [f"{100 * strain:.2g}" for strain in sorted({film.strength for film in films})]
    ends = strains[0] if len(strains) == 1 else f"{strains[0]} to {strains[-1]}"
    return (
        f"{text} Where they stretch the native film its tension adds to that, up to {max(map(strongest_pull, films)):.2g} N/m, "
        f"until it breaks at {ends} %; from twice that on it pulls no more."
    )


def strongest_pull(film: CarriedFilm) -> float:
    """Tension of a film where it breaks, in two dimensions, N/m: sum 2 G_j delta_j min(e_j, e_c) / (1 - nu)."""
    stiff = 2 / (1 - lookup("interphase.film_poisson_ratio").to("1"))
    return stiff * sum(
        each.number("shear_modulus") * each.thickness.value * min(each.number("fracture_strain"), film.strength)
        for each in film.species
    )


NAMES = tuple(ready.name for ready in READY)
