"""The full cells: what the lithium of the symmetric cells does against a cathode, and what the reported numbers would need.

Nothing is set by a full cell. Each mechanism is as strong as the end of the bare symmetric cell demands, with both readings of
that end; the coated lithium ages as the bare one, or as much less as its life in the symmetric cell requires at least. Then the
strength is searched with which each full cell would show what is reported: if the mechanism is the right one, all cells with
the same lithium need the same.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

import numpy as np

from lithoscope.physics.cell.worker import threads
from lithoscope.studies.mechanisms import Mechanism
from lithoscope.studies.perovskite.fullruns import LCO, LTO, Cycled, FullRuns, Plan
from lithoscope.studies.search import LONGEST_STEP, LOWER, UPPER, NotSolvedError, Strength
from lithoscope.studies.work import Unsolved, Work

if TYPE_CHECKING:
    from lithoscope.physics.contract import Report
    from lithoscope.studies.claims import Claims
    from lithoscope.studies.perovskite.required import Required
    from lithoscope.studies.ranges import Point

LTO_BARE, LTO_COATED, PLATEAU = (f"perovskite.lto.{name}" for name in ("bare", "coated", "plateau"))
LCO_BARE, LCO_COATED = (f"perovskite.lco.{name}" for name in ("bare", "coated"))

ATTEMPTS, WITHIN, LEAST_SLOPE = 9, 0.2, 0.1
"""Searches: how many runs one may take, how near a strength is found, as a logarithm, and the least slope that is trusted."""

LEAST_LOSS = 1e-3
"""Share of its capacity that a cell counts as having lost at least."""

BARE, AS_BARE, LESS = "bare", "MASnCl3, ageing as the bare one", "MASnCl3, ageing less"
"""The lithium of a full cell. The paper gives the same numbers for both films; one of them is run."""

USUAL_LIMIT = Plan(LTO.cathode, LTO.program, LTO.first, LTO.shown)
"""The cells with Li4Ti5O12 charged to the limit in the catalogue."""


@dataclass(frozen=True, slots=True)
class Reported:
    """A capacity that a full cell is reported to have.

    claim     of the paper;  plan: of the cell;  material: of the lithium
    cycle     in which it has it
    capacity  mAh/g, or the share of the largest one if it is below 1
    """

    claim: str
    plan: Plan
    material: str
    cycle: int
    capacity: float

    def threshold(self, cell: Cycled) -> float:
        """The capacity in a cell, mAh/g."""
        return self.of(cell.whole)

    def of(self, whole: float) -> float:
        """The capacity in a cell that has so much at most, mAh/g."""
        return self.capacity if self.capacity > 1 else self.capacity * whole

    def excess(self, cell: Cycled) -> float:
        """Below zero for a cell that still has more in this cycle, above for one that had less before.

        The logarithm of the cycle over that in which the capacity falls below; for a cell that never does, of the loss at the
        end of its program over the loss that is reported. Both grow about as the strength of a mechanism.
        """
        found = cell.below(self.threshold(cell))
        if found is not None:
            return float(np.log(self.cycle / found))
        lost = 1 - float(cell.capacity.iloc[-1]) / cell.whole
        share = max(lost, LEAST_LOSS) / (1 - self.threshold(cell) / cell.whole)
        return float(np.log(share * self.cycle / max(cell.planned, self.cycle))) - 1e-6


def reported(claims: Claims) -> tuple[Reported, ...]:
    """What the paper says of capacities, in the order in which it says it; the cycles stand in the text of the claims."""
    bare, loss = float(claims[LTO_BARE].values[0]), float(claims[LCO_BARE].values[0])
    cycles, fade = (float(value) for value in claims[LTO_COATED].values)
    kept = float(claims[LCO_COATED].values[0])
    return (
        Reported(LTO_BARE, LTO, "bare", 400, bare),
        Reported(LTO_COATED, LTO, "MASnCl3", round(cycles), 1 - cycles * fade / 100),
        Reported(LCO_BARE, LCO, "bare", 20, 1 - loss / 100),
        Reported(LCO_COATED, LCO, "MASnCl3", 100, kept / 100),
    )


@dataclass(frozen=True, slots=True)
class Case:
    """What the full cells do with one mechanism and one reading of the end of the bare symmetric cell.

    required  of the symmetric cells
    cells     by the cathode and the lithium; coated lithium that ages less only where it is needed
    usual     the bare cell with Li4Ti5O12 charged to the limit of the catalogue, if the limit here matters
    """

    required: Required
    cells: Mapping[tuple[str, str], Cycled]
    usual: Cycled | None = None

    @property
    def name(self) -> str:
        """Mechanism and reading."""
        return self.required.name

    def coated(self, plan: Plan) -> tuple[Cycled, ...]:
        """The coated cells with a cathode: ageing as the bare one, and less."""
        return tuple(cell for how in (AS_BARE, LESS) if (cell := self.cells.get((plan.cathode, how))))

    def least_aged(self, plan: Plan) -> Cycled | None:
        """The coated cell that ages least among those that were run."""
        return next(reversed(self.coated(plan)), None)


@dataclass(frozen=True)
class FullCells:
    """What the full cells gave. What was not solved is missing everywhere but in `unsolved`.

    cases     for each mechanism and reading that explains the bare symmetric cell
    needed    strength with which a cell shows what is reported: by the claim and the name of the mechanism
    unsolved  what is missing
    """

    cases: tuple[Case, ...]
    needed: Mapping[tuple[str, str], Strength]
    unsolved: tuple[Unsolved, ...]

    @property
    def complete(self) -> bool:
        """Whether every cell was solved; searches aside."""
        return all(each.what.startswith(STRENGTH) for each in self.unsolved)

    def with_cells(self, plan: Plan, *hows: str) -> list[tuple[Case, Cycled]]:
        """Every cell that was run with a cathode and one of these kinds of lithium."""
        return [(case, cell) for case in self.cases for how in hows if (cell := case.cells.get((plan.cathode, how)))]


def cycle_full_cells(claims: Claims, point: Point, required: Sequence[Required], report: Report) -> FullCells:
    """Make all runs of full cells, two at a time. Takes minutes."""
    runs = FullRuns(claims, point)
    explained = [case for case in required if case.explains]
    with threads(2) as pool:
        work = Work(pool, lambda done, what: report(done, f"full cells: {what}"))
        first = work.collect(work.ask(_first(runs, explained)), 0.0, 0.5)
        more = work.ask(_more(runs, claims, explained, first))
        # The searches begin from runs that are made by then, and go on beside those that are not.
        second = work.collect(more, 0.5, 0.65)
        wanted = work.ask(_wanted(runs, claims, explained))
        found = work.collect(wanted, 0.65, 1.0)
    done = {**first, **second}
    cases = tuple(_case(case, done) for case in explained)
    needed = {
        (each.claim, name): found[label]
        for each in reported(claims)
        for name in dict.fromkeys(case.mechanism.name for case in explained)
        if (label := _label(each, name)) in found
    }
    return FullCells(cases, needed, tuple(work.unsolved))


STRENGTH = "strength"
"""How the words for a search begin."""


def _what(case: Required, plan: Plan, how: str) -> str:
    return f"{plan.cathode.upper()}, {how}; {case.name}"


USUAL = "bare, charged to the usual limit"


def _case(case: Required, done: Mapping[str, Cycled]) -> Case:
    found = {
        (plan.cathode, how): done[what]
        for plan in (LTO, LCO)
        for how in (BARE, AS_BARE, LESS)
        if (what := _what(case, plan, how)) in done
    }
    return Case(case, found, done.get(_what(case, LTO, USUAL)))


def _first(runs: FullRuns, cases: Sequence[Required]) -> dict[str, Callable[[], Cycled]]:
    """Bare lithium, and coated lithium that ages as it does."""
    jobs: dict[str, Callable[[], Cycled]] = {}
    for plan in (LTO, LCO):
        for case in cases:
            table = case.mechanism.ageing(case.bare.value)
            for how, material in ((BARE, "bare"), (AS_BARE, "MASnCl3")):
                jobs[_what(case, plan, how)] = partial(runs.run, plan, material, table)
    return jobs


def _more(
    runs: FullRuns, claims: Claims, cases: Sequence[Required], first: Mapping[str, Cycled]
) -> dict[str, Callable[[], Cycled]]:
    """Coated lithium that ages less, where more does not leave what is reported; the other limit, where the cell fails."""
    jobs: dict[str, Callable[[], Cycled]] = {}
    wanted = {each.claim: each for each in reported(claims)}
    for case in cases:
        for plan, claim in ((LTO, wanted[LTO_COATED]), (LCO, wanted[LCO_COATED])):
            as_bare = first.get(_what(case, plan, AS_BARE))
            if as_bare and claim.excess(as_bare) > 0 and case.coated["MASnCl3"].bound != "lower":
                table = case.mechanism.ageing(case.coated["MASnCl3"].value)
                jobs[_what(case, plan, LESS)] = partial(runs.run, plan, "MASnCl3", table)
        bare = first.get(_what(case, LTO, BARE))
        if bare and bare.below(bare.whole / 2) is not None:
            jobs[_what(case, LTO, USUAL)] = partial(runs.run, USUAL_LIMIT, "bare", case.mechanism.ageing(case.bare.value))
    return jobs


def _label(what: Reported, mechanism: str) -> str:
    return f"{STRENGTH} of {mechanism} for {what.claim}"


def _wanted(runs: FullRuns, claims: Claims, cases: Sequence[Required]) -> dict[str, Callable[[], Strength]]:
    """For each mechanism, the strength that each reported capacity needs, looked for from the strongest that was run."""
    strongest: dict[str, Required] = {}
    for case in cases:
        kept = strongest.setdefault(case.mechanism.name, case)
        if case.bare.value > kept.bare.value:
            strongest[case.mechanism.name] = case
    jobs: dict[str, Callable[[], Strength]] = {}
    for what in reported(claims):
        for name, case in strongest.items():
            begin = case.bare.value if what.material == "bare" else case.coated[what.material].value
            jobs[_label(what, name)] = partial(search, runs, what, case.mechanism, begin)
    return jobs


def search(runs: FullRuns, what: Reported, mechanism: Mechanism, begin: float) -> Strength:
    """The strength with which a cell shows what is reported, to about a tenth. Raises NotSolvedError."""

    def excess(strength: float) -> float:
        return what.excess(runs.run(what.plan, what.material, mechanism.ageing(strength)))

    return settled(excess, begin, mechanism.ends)


def settled(excess: Callable[[float], float], begin: float, ends: tuple[float, float]) -> Strength:
    """The strength at which an excess of `Reported` is zero, from as few runs as may be.

    Below it the cell may be far from what is reported up to a cliff, so slopes are taken above it only, where the excess says
    when it fell; what lies below only bounds.
    begin  where it is looked for first;  ends: where it is given up
    Raises NotSolvedError if a run on the way is not solved, or if the search does not settle.
    """
    low, high = (math.log(end) for end in ends)
    here, slope = math.log(begin), 1.0
    below, above = -math.inf, math.inf
    last: tuple[float, float] | None = None
    for _ in range(ATTEMPTS):
        value = excess(math.exp(here))
        if value >= 0:
            if last and last[0] != here:
                slope = max((last[1] - value) / (last[0] - here), LEAST_SLOPE)
            last, above = (here, value), min(above, here)
        else:
            below = max(below, here)
        step = -value / slope if value >= 0 else min(-value, LONGEST_STEP)
        if abs(step) <= WITHIN and below <= here + step <= above:
            return Strength(math.exp(here + step))
        if above - below <= WITHIN:
            return Strength(math.exp((above + below) / 2))
        if (value >= 0 and here <= low) or (value < 0 and here >= high):
            return Strength(math.exp(here), UPPER if value >= 0 else LOWER)
        there = here + max(min(step, LONGEST_STEP), -LONGEST_STEP)
        here = min(max(there if below < there < above else (below + above) / 2, low), high)
    raise NotSolvedError(f"The search around {math.exp(here):.2g} did not settle.")
