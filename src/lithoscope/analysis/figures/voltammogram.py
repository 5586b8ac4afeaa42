"""Current density against voltage, cycle by cycle."""

from __future__ import annotations

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from numpy.typing import NDArray

from lithoscope.analysis.figures.style import BLACK, BLUE, DOUBLE, GREY, MM, ORANGE, RED, TEAL, figure
from lithoscope.analysis.voltammetry import scan_curve
from lithoscope.errors import InputError
from lithoscope.result import Result

Array = NDArray[np.float64]

MOST_CYCLES = 5
"""Cycles that are drawn; of more the first, the last and some between."""


def draw_voltammogram(result: Result) -> Figure:
    """The scans of a result, coloured by cycle; the arrow shows the way of the first one.

    Raises InputError if the program has no scan.
    """
    steps = result.steps
    scans = [int(n) for n in steps.index[steps["kind"] == "scan"]] if len(steps) else list[int]()
    if not scans:
        raise InputError("what", '= "voltammogram", but the program has no scan',
                         do='Run Program.cyclic_voltammetry, or add steps of kind "scan"')  # fmt: skip
    cycles = [int(n) for n in dict.fromkeys(steps.loc[scans, "cycle"])]
    chosen = [cycles[n] for n in np.unique(np.linspace(0, len(cycles) - 1, MOST_CYCLES).astype(int))]
    styles = zip(chosen, (BLACK, BLUE, ORANGE, TEAL, RED), ("-", "--", "-.", ":", "-"), strict=False)
    with figure(DOUBLE, 85 * MM) as drawn:
        axes = drawn.subplots()
        for cycle, colour, dash in styles:
            of_cycle = [n for n in scans if steps.loc[n, "cycle"] == cycle]
            for number in of_cycle:
                curve, label = scan_curve(result.trace, number), f"cycle {cycle}" if number == of_cycle[0] else None
                axes.plot(curve.voltage, curve.current_density, color=colour, ls=dash, label=label)
        curve = scan_curve(result.trace, scans[0])
        _arrow(axes, curve.voltage, curve.current_density)
        axes.axhline(0, color=GREY, lw=0.4, zorder=0)
        axes.set(xlabel="Voltage of the working electrode, $V$ / V", ylabel="Current density, $J$ / mA cm$^{-2}$")
        axes.set_title("$J$ > 0 oxidises the working electrode", fontsize=7, fontweight="normal", color=GREY, loc="left")
        axes.margins(x=0.02)
        if len(chosen) > 1:
            drawn.legend(loc="outside upper center", ncols=MOST_CYCLES)
    return drawn


def _arrow(axes: Axes, V: Array, J: Array) -> None:
    """The way of a scan, on its curve, a third of the way along."""
    there = len(V) // 3
    if there + 1 < len(V):
        axes.annotate(
            "", xy=(V[there + 1], J[there + 1]), xytext=(V[there], J[there]),
            arrowprops={"arrowstyle": "-|>", "color": BLACK, "lw": 0.9, "mutation_scale": 9},
        )  # fmt: skip
