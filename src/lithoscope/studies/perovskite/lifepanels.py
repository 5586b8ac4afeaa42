"""The figures of the long runs."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np
from matplotlib.lines import Line2D
from matplotlib.ticker import NullFormatter, ScalarFormatter

from lithoscope.analysis.figures.style import BLACK, BLUE, CURVES, DOUBLE, GREY, MM, ORANGE, TEAL, figure, svg
from lithoscope.studies.mechanisms import MECHANISMS
from lithoscope.studies.outcome import Panel
from lithoscope.studies.perovskite import aged, fanpanels
from lithoscope.studies.perovskite.cells import MATERIALS
from lithoscope.studies.perovskite.life import EARLY, LATE, Lives, harshest
from lithoscope.studies.perovskite.living import comparable
from lithoscope.studies.perovskite.mechanisms import HOURS_PER_CYCLE, LIMIT_V, hours
from lithoscope.studies.perovskite.panels import HIGH_END, LOW_END
from lithoscope.studies.perovskite.required import deciding
from lithoscope.studies.typeset import typeset

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from lithoscope.result import Result
    from lithoscope.studies.claims import Claims
    from lithoscope.studies.perovskite.priors import Move


def panels(lives: Lives, claims: Claims) -> tuple[Panel, ...]:
    """The long runs, what their result depends on, the shapes of half-cycles, and the spectra of the aged cells."""
    made = []
    if lives.runs:
        made.append(_voltages(lives, claims))
    made.append(fanpanels.lives(lives.joint, claims))
    if deciding(lives.required) and lives.moves:
        made.append(_moves(lives))
    if lives.shapes:
        made.append(_shapes(lives))
    if lives.aged:
        made.append(_order(lives, claims))
    if lives.runs:
        made.append(_spectra(lives, claims))
    return tuple(made)


def _run_ids(runs: dict[str, Result]) -> str:
    return ", ".join(f"{name} {result.manifest.run_id}" for name, result in runs.items())


def _voltages(lives: Lives, claims: Claims) -> Panel:
    reported = hours(claims)
    looks = (
        ("bare", CURVES["bare"].colour, "-", "bare Li"),
        ("MASnCl3 as bare", CURVES["MASnCl3"].colour, ":", "MASnCl$_3$, ageing as the bare one"),
        ("MASnCl3 alive", CURVES["MASnCl3"].colour, "--", "MASnCl$_3$, ageing less"),
    )
    with figure(DOUBLE, 62 * MM) as drawn:
        for axes, of in zip(drawn.subplots(1, len(MECHANISMS), sharey=True), MECHANISMS, strict=True):
            for kind, colour, dash, label in looks:
                if run := lives.runs.get(f"{of.name}, {kind}"):
                    peaks = run.cycles["end_peak_voltage"] * 1e3
                    axes.plot(HOURS_PER_CYCLE * peaks.index, peaks, color=colour, ls=dash, label=label)
            axes.set_title(of.name, fontweight="normal")
            axes.set_xlabel("Time / h")
            for material in ("bare", "MASnCl3"):
                axes.axvline(reported[material], color=GREY, lw=0.6)
            axes.set(ylim=(0, 1e3 * LIMIT_V), xlim=(0, 1.03 * reported["MASnCl3"]))
        drawn.axes[0].set_ylabel("Largest voltage of a half-cycle / mV")
        handles = [Line2D([], [], color=colour, ls=dash, label=label) for _, colour, dash, label in looks]
        drawn.legend(handles=handles, loc="outside upper center", ncols=3)
    runs = {name: run for name, run in lives.runs.items() if name.partition(", ")[2] in {kind for kind, *_ in looks}}
    caption = (
        f"The cells through their lives (beside the paper's figure 3b), each mechanism alone, ended at {LIMIT_V:g} V. "
        f"Calibrated: the bare cell, so that it ends at {reported['bare']:g} h (grey line). Predicted: the coated cell "
        f"that ages as fast as the bare one, and with {aged.WITHIN:g} of the strength with which it would just live the "
        f"reported {reported['MASnCl3']:g} h (second line). The start differs because the films of the cells were "
        f"calibrated on their spectra. {comparable(lives)} Where the voltage of a coated cell jumps, its dense foil has "
        f"become moss. Runs: {_run_ids(runs)}."
    )
    return Panel("life", "Voltage over a life", svg(drawn), typeset(caption))


def _moves(lives: Lives) -> Panel:
    case = deciding(lives.required)
    assert case is not None  # asked before
    base = case.reduction("MASnCl3")
    assert base is not None  # it decides
    by_name: dict[str, list[Move]] = {}
    for move in lives.moves:
        by_name.setdefault(move.end.name, []).append(move)
    ordered = sorted(by_name.items(), key=lambda item: _swing(item[1], base.value))
    with figure(DOUBLE, (26 + 6 * len(ordered)) * MM) as drawn:
        axes = drawn.subplots()
        for n, (_, found) in enumerate(ordered):
            _bars(axes, n, found, base.value)
        axes.axvline(base.value, color=BLACK, lw=0.7)
        axes.set_yticks(range(len(ordered)), [name for name, _ in ordered])
        values = [move.reduction.value for move in lives.moves if move.reduction]
        axes.set(xscale="log", xlim=(min(1.0, *values) / 1.3, max(values) * 2.2), xlabel="Times less for the MASnCl$_3$ cell")
        axes.set_xticks([tick for tick in TICKS if tick < axes.get_xlim()[1]])
        axes.xaxis.set_major_formatter(ScalarFormatter())
        axes.xaxis.set_minor_formatter(NullFormatter())
        axes.set_title(f"{case.mechanism.name}: {base.said('.1f')} at the quoted values", fontweight="normal")
    caption = (
        f"How many times less the MASnCl3 cell must age than the bare one to live as long as reported ({case.name}), with one "
        "number at a time at the end of its range that stands beside the bar, everything else as quoted, and both cells "
        "calibrated and searched anew, to about a tenth. Light: its low end; dark: its high end. An arrow: at least so many "
        "times."
    )
    return Panel("moves", "On what the required reduction depends", svg(drawn), typeset(caption))


def _swing(found: list[Move], base: float) -> float:
    """How far a number moves the reduction, as a logarithm."""
    return max((abs(np.log(move.reduction.value / base)) for move in found if move.reduction), default=0.0)


TICKS = (1, 2, 5, 10, 20, 50, 100, 200, 500, 1000)


def _bars(axes: Axes, n: int, found: list[Move], base: float) -> None:
    """From the quoted value to those at the ends of a number, which are written beside them; the longer bar lies below."""
    known = [(move, move.reduction) for move in found if move.reduction is not None]
    sides = set()
    for move, reduction in sorted(known, key=lambda each: -abs(math.log(each[1].value / base))):
        right = reduction.value >= base
        axes.barh(n, reduction.value - base, left=base, color=HIGH_END if move.end.is_high else LOW_END, height=0.6)
        if reduction.bound == "lower":
            axes.plot(reduction.value, n, marker=">", color=BLACK, ms=6, clip_on=False)
        # Where both ends are on one side, the nearer is named on the other.
        named = not right if right in sides else right
        at = base if right in sides else reduction.value
        sides.add(right)
        axes.annotate(typeset(move.end.at), (at, n), xytext=(7 if named else -7, 0), textcoords="offset points", va="center",
                      ha="left" if named else "right", fontsize=7)  # fmt: skip


def _shapes(lives: Lives) -> Panel:
    looks = {"all": (BLACK, "-", "all processes"), "no populations": (BLUE, "--", "neither moss nor pits"),
             "no dead layer": (ORANGE, "-.", "no dead lithium")}  # fmt: skip
    with figure(DOUBLE, 60 * MM) as drawn:
        early, late = drawn.subplots(1, 2)
        for name, run in lives.shapes.items():
            colour, dash, label = looks[name]
            for axes, cycle in ((early, EARLY), (late, LATE)):
                t, V = _half_cycle(run, cycle)
                axes.plot(t, V, color=colour, ls=dash, label=label)
        for axes, title in ((early, f"cycle {EARLY}"), (late, f"cycle {LATE}")):
            axes.set_title(title, fontweight="normal")
            axes.set(xlabel="Capacity / mAh cm$^{-2}$", ylabel="Plating voltage / mV", xlim=(0, 1))
            axes.axhline(0, color=GREY, lw=0.4, zorder=0)
        drawn.legend(*early.get_legend_handles_labels(), loc="outside upper center", ncols=3)
    ends = " and ".join(f"a {name.replace('_', ' ')} of {high:g}" for name, high in harshest().items())
    caption = (
        f"Half-cycles of the bare cell at 1 mA/cm2 with {ends}, the ends of their ranges, and no film growth. The shapes come "
        "from the equations: without moss and pits there are no peaks, "
        f"without dead lithium no arc. Nothing here is calibrated but the first resistance. Runs: {_run_ids(lives.shapes)}."
    )
    return Panel("shapes", "From peaks to arcs", svg(drawn), typeset(caption))


def _half_cycle(result: Result, cycle: int) -> tuple[np.ndarray, np.ndarray]:
    """Capacity, mAh/cm2, and voltage, mV, of the plating half of a cycle, after the first seconds; positive plates."""
    trace = result.trace
    inside = (trace["cycle"].values == cycle) & (trace["current_density"].values < 0)
    seconds = trace["time"].values[inside] - trace["time"].values[inside][0]
    shown = np.linspace(5, seconds[-1], 400)
    return shown / 3600, -np.interp(shown, seconds, trace["voltage"].values[inside]) * 1e3


def _order(lives: Lives, claims: Claims) -> Panel:
    lowest = claims["perovskite.eis.range"].values[1]
    dashes = {aged.AS_BARE: "-", aged.LESS: "--"}
    with figure(DOUBLE, 62 * MM) as drawn:
        for axes, each in zip(np.atleast_1d(drawn.subplots(1, len(lives.aged), sharey=True)), lives.aged, strict=True):
            for (material, how), values in each.impedance.items():
                look = CURVES[material]
                axes.plot(range(len(values)), values, color=look.colour, ls=dashes[how], marker=look.marker, ms=3)
            axes.set_xticks(range(len(each.cycles)), [f"{n}" for n in each.cycles])
            axes.set_title(f"{each.case.mechanism.name},\n{END_SHORT[each.case.reading]}", fontweight="normal")
            axes.set(yscale="log", xlabel="Cycles")
        drawn.axes[0].set_ylabel(f"Impedance at {lowest:g} Hz / $\\Omega$")
        drawn.axes[0].yaxis.set_major_formatter(ScalarFormatter())
        looks = [CURVES[material] for material in MATERIALS]
        handles = [Line2D([], [], color=look.colour, marker=look.marker, ms=3, label=look.label) for look in looks]
        handles += [Line2D([], [], color=GREY, ls=dash, label=how) for how, dash in dashes.items()]
        drawn.legend(handles=handles, loc="outside upper center", ncols=5)
    caption = (
        "Which cell has the lower impedance after the same cycles: real impedance of the whole cell at the lowest frequency of "
        f"the instrument, each mechanism alone, with both readings of the end, {aged.WITHIN:g} of the strengths that end the "
        "cells. Predicted but for the first point, which is calibrated. The paper reports the coated cells below the bare one, "
        "without saying after how many cycles."
    )
    return Panel("order", "Impedance after the same cycles", svg(drawn), typeset(caption))


END_SHORT = {"doubled": "voltage doubled", "limit": f"{LIMIT_V:g} V reached"}


def _spectra(lives: Lives, claims: Claims) -> Panel:
    names = [of.name for of in MECHANISMS]
    with figure(DOUBLE, 94 * MM) as drawn:
        grid = drawn.subplots(len(names), len(MATERIALS))
        for row, name in zip(grid, names, strict=True):
            for axes, material in zip(row, MATERIALS, strict=True):
                if run := lives.runs.get(f"{name}, {material} alive"):
                    _nyquist(axes, run)
                axes.set_title(f"{CURVES[material].label}, {name}", fontweight="normal")
        handles = [Line2D([], [], color=colour, ls=dash, label=label) for colour, dash, label in STAGES]
        drawn.legend(handles=handles, loc="outside upper center", ncols=3)
    reported = hours(claims)
    lived = ", ".join(f"{life:g} h for {material}" for material, life in reported.items())
    caption = (
        f"Impedance of the three cells before, in the middle and at the end of their reported lives ({lived}), for each "
        f"mechanism alone with {aged.WITHIN:g} of the strength that takes the cell to {LIMIT_V:g} V then: what spectra after "
        "cycling would show, and by which the mechanisms can be told apart. Each has axes of its own. Predicted; only the "
        "spectra before are calibrated."
    )
    return Panel("aged", "Impedance of the aged cells", svg(drawn), typeset(caption))


STAGES = ((BLACK, "-", "before"), (TEAL, "--", "in the middle"), (ORANGE, "-.", "at the end"))


def _nyquist(axes: Axes, result: Result) -> None:
    """Spectra with one scale for both axes, in a box twice as wide as high."""
    wide = 0.0
    for spectrum, (colour, dash, _) in zip(result.spectra, STAGES, strict=False):
        x, y = (sign * spectrum[f"{part}_impedance"] / result.area for sign, part in ((1, "real"), (-1, "imaginary")))
        axes.plot(x, y, color=colour, ls=dash)
        wide = max(wide, 1.05 * float(x.max()), 2.1 * float(y.max()))
    axes.set(xlabel="$Z'$ / $\\Omega$", ylabel="$-Z''$ / $\\Omega$", xlim=(0, wide), ylim=(0, wide / 2))
    axes.set_box_aspect(0.5)
