"""What a hundred cycles of two hosts say: two verdicts, a figure and a table."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from lithoscope.analysis.figures.style import BLACK, BLUE, DOUBLE, GREY, MM, ORANGE, TEAL, figure, svg
from lithoscope.analysis.hosts import host_profiles
from lithoscope.studies.host.cells import CAPACITY, FIRST_VOLTAGE, THICK, THIN
from lithoscope.studies.host.hundred import FAST, LATE, Life, plateau, seen
from lithoscope.studies.host.judging import NOT_USED
from lithoscope.studies.host.runs import RATES
from lithoscope.studies.outcome import Panel, Table
from lithoscope.studies.typeset import typeset
from lithoscope.studies.verdict import Verdict, Word, stated

if TYPE_CHECKING:
    from collections.abc import Sequence

    from matplotlib.axes import Axes

    from lithoscope.result import Result
    from lithoscope.studies.claims import Claims
    from lithoscope.studies.host.lives import Lives

CONSTANT, CYCLES = "host.constant", "host.cycles100"

AT_FAST = f"{FAST:g} mA/cm2"


def verdicts(lives: Lives, claims: Claims) -> tuple[Verdict, ...]:
    """On the voltage that stays constant, and on the hundred cycles."""
    return _constant(lives, claims), _cycles(lives, claims)


def _lives(hosts: dict[str, Result]) -> dict[str, Life]:
    return {name: seen(name, float(name.split()[0]), result) for name, result in hosts.items()}


def still(claims: Claims) -> float:
    """Largest voltage of the last cycle over that of the first which counts as constant: less than what the paper sees at
    1 mA/cm2 and gives as two numbers.
    """
    first, late = (float(claims[f"host.overpot.{name}"].values[0]) for name in ("host1", f"host{LATE}"))
    return late / first


def _over(runs: Sequence[Life], words: Sequence[bool]) -> Word:
    """A statement over runs: it holds in all, in none, or it is open."""
    return Word.AGREES if all(words) else Word.UNDECIDED if any(words) else Word.DISAGREES


def _constant(lives: Lives, claims: Claims) -> Verdict:
    claim, found, most = claims[CONSTANT], _lives(lives.hosts), still(claims)
    shown = [found[name] for i in RATES[1:] if (name := f"{i:g} mA/cm2") in found]
    tried = [*shown, *lives.choices]
    if not shown or not lives.choices:
        return stated(claim, Word.PENDING, NOT_USED)
    holds = [run.lasted and 1 / most < run.rise < most for run in tried]
    word = _over(tried, holds)
    listed = "; ".join(f"{r.voltage[0]:.0f} to {r.voltage[-1]:.0f} mV at {r.current:g} mA/cm2" for r in shown)
    by_rise = sorted(lives.choices, key=lambda run: run.rise)
    least, largest = by_rise[0], by_rise[-1]
    films = "; ".join(
        f"{g.mechanism.name}, {', '.join(f'{g.host[i]:.0f} mV at {i:g} mA/cm2' for i in RATES[1:])}" for g in lives.grown
    )
    note = (
        f"Two hosts in one run of {LATE} cycles, without any ageing: {listed}. Lithium is not plated where it was stripped: it "
        "comes back nearer to the top, cycle by cycle, because salt gradients build up while the top is open when it is "
        "stripped and full when it is plated; until it is as full as it can be, and what is left of its pores carries the "
        f"current. Constant is taken as less than {most:.2f} times, which the paper itself sees at 1 mA/cm2. So it "
        f"is in {sum(holds)} of {len(tried)} runs: with a host of {THIN:g} um and each number of the front law and of the salt "
        f"at both ends of its range, at {AT_FAST}, the voltage of the last cycle is {least.rise:.2f} ({least.what}) to "
        f"{largest.rise:.2f} ({largest.what}) times that of the first. A film that grows as on the foil adds to it: "
        f"{films or 'not solved'}, in fresh hosts with the film of cycle {LATE}."
    )
    made = stated(claim, word, note, calibrated_on=(FIRST_VOLTAGE, CAPACITY), run=shown[-1].run)
    return replace(made, decided_by=_deciding(tried, holds) if word is Word.UNDECIDED else None)


def _deciding(runs: Sequence[Life], holds: Sequence[bool]) -> str:
    """The first run in which a statement is other than in the first of all."""
    return next(run.what for run, held in zip(runs, holds, strict=True) if held != holds[0])


def _cycles(lives: Lives, claims: Claims) -> Verdict:
    claim, found = claims[CYCLES], _lives(lives.hosts)
    fast = [run for name, run in found.items() if name.startswith(AT_FAST)]
    filmed = [g.life for g in lives.grown]
    tried = [*fast, *lives.choices, *filmed]
    if not fast or not lives.choices:
        return stated(claim, Word.PENDING, NOT_USED)
    lasted = [run.lasted for run in tried]
    word = _over(tried, lasted)
    ended = [f"{run.what}: {run.end} in cycle {len(run.voltage)}" for run in tried if not run.lasted]
    note = (
        f"At {AT_FAST} {sum(lasted)} of {len(tried)} cells of two hosts run {LATE} cycles: in carbonate and in ether, with a "
        f"host of {THIN:g} um, with each number of the front law and of the salt at both ends of its range, and with the film "
        f"that grows on the foil, as thick from the beginning as in cycle {LATE} "
        f"({', '.join(run.what for run in filmed) or 'not solved'}). "
        f"{'Ended: ' + '; '.join(ended) + '. ' if ended else ''}What could end them is salt, electrolyte, a clogged top, "
        "lithium without contact, or 1 V. Dead lithium, dendrites and soft shorts are not in a host's model, so this says what "
        "does not end the cell, and not that nothing does."
    )
    made = stated(claim, word, note, calibrated_on=(FIRST_VOLTAGE, CAPACITY), run=fast[0].run)
    return replace(made, decided_by=_deciding(tried, lasted) if word is Word.UNDECIDED else None)


# ------------------------------------------------------------------------------------------- table and figure


def table(lives: Lives) -> Table:
    """Every hundred cycles that were run."""
    runs = [*_lives(lives.hosts).values(), *(g.life for g in lives.grown), *lives.choices]
    rows = tuple(
        (run.what, f"{run.current:g}", f"{run.voltage[0]:.1f}", f"{run.voltage[-1]:.1f}", f"{run.rise:.2f}",
         f"{len(run.voltage)}", run.end)
        for run in runs
    )  # fmt: skip
    columns = ("run", "mA/cm2", "first cycle / mV", "last cycle / mV", "last over first", "cycles", "how it ended")
    remark = (
        "Cells of two hosts, 1 mAh/cm2 each way. The first rows are the runs that are drawn; the others have half of their "
        "cells, by which the last voltage is some per cent higher."
    )
    return Table(f"{LATE} cycles of two hosts", columns, rows, remark)


def panel(lives: Lives) -> Panel:
    """Voltage over cycles, and where the lithium is."""
    with figure(DOUBLE, 72 * MM) as drawn:
        volts, where = drawn.subplots(1, 2, width_ratios=[1.2, 1])
        for n, run in enumerate(lives.choices):
            label = typeset(f"free choices, {AT_FAST}") if n == 0 else None
            volts.plot(np.arange(1, len(run.voltage) + 1), run.voltage, color=GREY, lw=0.5, alpha=0.6, label=label)
        looks = zip((TEAL, BLUE, BLACK, ORANGE), ("-.", "--", "-", ":"), strict=True)
        for (name, result), (colour, dash) in zip(lives.hosts.items(), looks, strict=False):
            v = plateau(result)
            volts.plot(np.arange(1, len(v) + 1), v, color=colour, ls=dash, label=typeset(name))
        volts.set(xlabel="Cycle", ylabel="Voltage of two hosts / mV", xlim=(0, LATE + 1), ylim=(0, None))
        volts.legend(loc="upper left", fontsize=6, ncols=2)
        volts.set_ylim(0, 1.35 * volts.get_ylim()[1])
        if AT_FAST in lives.hosts:
            _where(where, lives.hosts[AT_FAST])
    ids = ", ".join(result.manifest.run_id for result in lives.hosts.values())
    caption = (
        f"Two hosts of {THICK:g} um through {LATE} cycles of 1 mAh/cm2, each in one run, without any ageing (beside the "
        "paper's figures 5b to 5d; it sees a constant voltage at 3 and 5 mA/cm2). Left: mean voltage of the middle of the "
        "half-cycles; grey: each number of the front law and of the salt at both ends of its range, and a host of "
        f"{THIN:g} um. Right: lithium fraction in the host that is stripped first, with all of its lithium back, at {AT_FAST}: "
        "lithium gathers in the uppermost part until that is full. Nothing is calibrated but the interface and the lithium "
        f"fraction; the front law is a modelling choice. Runs: {ids}."
    )
    return Panel("hundred", "A hundred cycles of two hosts", svg(drawn), caption)


def _where(axes: Axes, result: Result) -> None:
    time, depth, s = host_profiles(result)
    ends = (result.steps["start_time"] + result.steps["duration"]).to_numpy()[1::2]
    axes.plot(depth * 1e6, s[0], color=GREY, label="at first")
    for cycle, colour, dash in ((10, TEAL, "-."), (50, BLUE, "--"), (LATE, BLACK, "-")):
        if cycle <= len(ends):
            frame = int(np.searchsorted(time, ends[cycle - 1] * (1 - 1e-9)))
            axes.plot(depth * 1e6, s[min(frame, len(s) - 1)], color=colour, ls=dash, label=f"after cycle {cycle}")
    axes.set(xlabel="Depth below the top / µm", ylabel="Lithium fraction, $s$", xlim=(0, depth[-1] * 1e6), ylim=(0, 0.9))
    axes.legend(loc="upper right", fontsize=6)
