"""Plating on a surface that rested: what the ready runs of fresh and corroded lithium say of the claims that start from a rest.

Every number is a ratio of two runs on the same cells with the same seed: one of them with what is asked for, the other a
control with the same film in the mean. Its interval holds the other seeds and the difference of the two finest grids; after
30 days also the lower end of the spread over the surface, which nobody measured: a statement that something is more uneven can
fail there alone. Where what decides was not moved in the runs, the claim stays open whatever they show.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import TYPE_CHECKING

from lithoscope.studies.claims import Band, Claims
from lithoscope.studies.deposits import kept
from lithoscope.studies.deposits.rested import RESTED
from lithoscope.studies.dipoles.tips import NOTICED
from lithoscope.studies.outcome import Table
from lithoscope.studies.verdict import Prediction, Verdict, Word, compare, stated, weakest, with_numbers

if TYPE_CHECKING:
    from lithoscope.studies.deposits.making import Made, Study

Studies = Mapping[str, "Study"]
Seen = Callable[["Made", "Made"], float]

MORE = Band(NOTICED, math.inf)

SPREAD = "how much the film varies over the surface"
"""What decides: kinetics and transport have spreads from 0 on in the data tables."""

RESISTS = "conductivity of the film that a rest leaves"
"""What decides about pits: under ohms instead of thousands of ohms the current would see them; it was not moved."""

OURS = f"The paper gives no number; a difference counts here from a factor of {NOTICED:g} on."

WHERE = "0.3 mAh/cm2, 1.5 um of dense lithium, at 1 mA/cm2 on a surface after a rest"

LIMIT = (
    "A film that resists most of the voltage and only thins where the surface is stretched has no shortest wave that grows: "
    "later the cells choose where it breaks. How fast new lithium is filmed again would decide that."
)
"""Why the runs end where lithium begins to grow."""

ENDS = ("rest-month-least",)


def studies() -> dict[str, Study]:
    """The ready runs on rested surfaces, as they ship."""
    return {name: kept.shipped(name)[0] for name in RESTED}


def paired(of: Studies, name: str, control: str, seen: Seen, ends: tuple[str, ...] = ()) -> Prediction:
    """A number of two ready runs, pair by pair on the same cells and with the same seed.

    ends  further runs on the coarsest cells in place of the first, whose numbers belong to the interval as well
    Other seeds and further runs count by their ratio to the first seed on the same cells.
    Raises ValueError if no pair of the first seed can be used, or none on the cells of another seed or of a further run.
    """
    pairs = _pairs(of, name, control, seen)
    first = {size: value for (size, seed), value in sorted(pairs.items(), reverse=True) if seed == 0}
    if not first:
        raise ValueError(f"no pair of {name} and {control} with the first seed can be used")
    grids = list(first.values())
    left = abs(grids[-1] - grids[-2]) if len(grids) > 1 else math.inf
    value = grids[-1]
    others = [(name, {key: v for key, v in pairs.items() if key[1] != 0})]
    others += [(end, _pairs(of, end, control, seen)) for end in ends]
    reached = [value]
    for who, found in others:
        for (size, seed), v in found.items():
            if size not in first:
                raise ValueError(
                    f"{who} with seed {seed} on cells of {size:g} nm has no pair of {name} with the first seed there"
                )
            reached.append(v * value / first[size])
    run = next(r.run_id for r in reversed(of[name].grids) if r.usable)
    return Prediction(value, max(min(reached) - left, 0.0), max(reached) + left, SPREAD, run=run)


def _pairs(of: Studies, name: str, control: str, seen: Seen) -> dict[tuple[float, int], float]:
    """The number by size of the cells and seed, of runs that can be used in both."""
    if missing := [each for each in (name, control) if each not in of]:
        raise ValueError(f"there is no ready run {' and no '.join(missing)}")
    known = {(run.size, run.seed): run for run in of[control].runs if run.usable}
    return {
        (run.size, run.seed): seen(run, known[run.size, run.seed])
        for run in of[name].runs
        if run.usable and (run.size, run.seed) in known
    }


def ratio(number: str) -> Seen:
    """Of one number in two runs."""
    return lambda run, control: run.numbers[number] / control.numbers[number]


def growth(run: Made, control: Made) -> float:
    """How much the roughness grows over that of the control."""
    return (run.numbers["roughness"] / run.numbers["first_roughness"]) / (
        control.numbers["roughness"] / control.numbers["first_roughness"]
    )


def together(run: Made, control: Made) -> float:
    """Rms height after corrosion and plating over that of both alone, each beyond the foil's: as independent heights add.

    r = sqrt( (both^2 - foil^2) / ((corroded^2 - foil^2) + (plated^2 - foil^2)) ); foil: the control before it is plated, whose
    film is as thick and even.
    """
    foil = control.numbers["first_roughness"] ** 2
    both, corroded, plated = (
        each**2 - foil for each in (run.numbers["roughness"], run.numbers["first_roughness"], control.numbers["roughness"])
    )
    return math.sqrt(max(both, 0.0) / (corroded + plated))


def verdicts(claims: Claims, of: Studies) -> dict[str, Verdict]:
    """On the claims that start from a rest."""
    rough, flux = ratio("roughness"), ratio("first_tip_ratio")
    month, both = (paired(of, "rest-month", "rest-month-even", each, ENDS) for each in (rough, together))
    pits = paired(of, "rest-month-pits", "rest-month-even", growth)
    fresh = paired(of, "rest-month", "rest-fresh", rough)
    day = [paired(of, "rest-day", "rest-day-even", each) for each in (flux, rough)]
    film = paired(of, "rest-month-film", "rest-month-even", rough, ENDS)
    made = {
        "corr.initial_state": (
            [month],
            f"Roughness on film and pits of 30 days over that of the same film spread evenly, {_said(month)}; over that on a "
            f"surface of one minute, where a scratch has hardly a film yet, {_said(fresh)}: a rest also levels what the native "
            "film has left uneven.",
        ),
        "corr.loop": (
            [pits],
            f"Growth of the roughness with pits under an even film over that without pits, {_said(pits)}: 1 where tips that "
            "corrosion leaves draw no more lithium than other waves. Under a film of thousands of ohm cm2, by priors, no "
            "current sees a pit; one that conducts far better was not run.",
        ),
        "corr.coupled": (
            [both],
            f"Rms height after corrosion and plating over that of both alone, each beyond the foil's and added as independent "
            f"heights are, {_said(both)}; alone means on the same film spread evenly.",
        ),
        "sei.transient": (
            day,
            f"After a day: largest over mean current density at the first moment over that of an even film, {_said(day[0])}, "
            f"and roughness, {_said(day[1])}; the spread over the surface at its quoted value.",
        ),
        "sei.mosaic": (
            [film],
            f"Roughness with the uneven film of 30 days over that with the same film spread evenly, {_said(film)}; that with "
            f"the even film grows as well, {_grows(of['rest-month-even']):.1f} times.",
        ),
    }  # fmt: skip
    return {f"dipoles.{name}": _verdict(claims, f"dipoles.{name}", *each, UNMOVED.get(name)) for name, each in made.items()}


UNMOVED = {"corr.loop": RESISTS, "sei.transient": SPREAD}
"""What decides a claim and is the same in all of its runs."""


def _grows(study: Study) -> float:
    """Roughness at the end over that at first, on the finest cells that can be used."""
    run = next(run for run in reversed(study.grids) if run.usable)
    return run.numbers["roughness"] / run.numbers["first_roughness"]


def _verdict(claims: Claims, name: str, seen: list[Prediction], note: str, unmoved: str | None) -> Verdict:
    word = Word.UNDECIDED if unmoved else weakest([compare(MORE, each) for each in seen])
    text = f"{OURS} {note} {WHERE}. {LIMIT} In two dimensions tips are ridges."
    deciding = next((each for each in seen if compare(MORE, each) is word), seen[0])
    made = with_numbers(stated(claims[name], word, text), seen)
    return replace(made, decided_by=(unmoved or deciding.decided_by) if made.decided_by else None)


def _said(seen: Prediction) -> str:
    return f"{seen.value:.2f} ({seen.low:.2f} to {seen.high:.2f})"


def table(of: Studies) -> Table:
    """All runs, with how they ended."""
    keys = ("first_roughness", "first_tip_ratio", "roughness", "tip_ratio", "voltage")
    rows = tuple(
        (name, f"{run.size:g}", str(run.seed), *(f"{run.numbers[key]:.3g}" for key in keys), run.sentence)
        for name, study in of.items()
        for run in study.runs
    )
    columns = ("ready run", "cells / nm", "seed", "roughness at first / um", "largest over mean current at first",
               "roughness / um", "largest over mean current", "voltage / V", "how it ended")  # fmt: skip
    remark = f"{WHERE}. " + "; ".join(f"{name}: {rested.words}" for name, rested in RESTED.items()) + "."
    return Table("Plating on rested surfaces, on three grids", columns, rows, remark)
