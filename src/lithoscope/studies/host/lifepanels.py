"""The figures of long cycling: voltages over cycles, both bare cells, ether, full cells."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from lithoscope.analysis.figures.style import BLACK, BLUE, CURVES, DOUBLE, GREY, MM, ORANGE, TEAL, figure, svg
from lithoscope.studies.host import lasting
from lithoscope.studies.host.hundred import LATE, plateau
from lithoscope.studies.host.lives import delivered, fade
from lithoscope.studies.outcome import Panel
from lithoscope.studies.typeset import typeset

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from lithoscope.studies.claims import Claims
    from lithoscope.studies.host.lives import Grown, Lives

DASHES = ("-", "--", ":", "-.")


def panels(lives: Lives, claims: Claims) -> tuple[Panel, ...]:
    """The figures of the long runs that were solved."""
    made = []
    if lives.hosts:
        made.append(lasting.panel(lives))
    if lives.grown:
        made.append(_cycling(lives, claims))
    if lives.grown and lives.beside:
        made.append(_side_by_side(lives, claims))
    if lives.ether:
        made.append(_ether(lives))
    if lives.full:
        made.append(_full(lives, claims))
    return tuple(made)


def _number(claims: Claims, name: str, n: int = 0) -> float:
    return float(claims[f"host.{name}"].values[n])


def _cycling(lives: Lives, claims: Claims) -> Panel:
    bare, host = CURVES["bare"], CURVES["host"]
    with figure(DOUBLE, 72 * MM) as drawn:
        axes = drawn.subplots()
        for g, dash in zip(lives.grown, DASHES, strict=False):
            volts = plateau(g.bare)
            axes.plot(np.arange(1, len(volts) + 1), volts, color=bare.colour, ls=dash, label=f"two foils, {g.mechanism.name}")
            axes.plot(LATE, g.host[1.0], color=host.colour, marker=host.marker if dash == "-" else "v", ls="", ms=4,
                      label=f"two hosts, {g.mechanism.name}")  # fmt: skip
        for name, cycle, colour in (("overpot.bare", 1, bare.colour), ("overpot.bare100", LATE, bare.colour)):
            axes.plot(cycle, _number(claims, name), color=colour, mec=BLACK, marker="^", ls="", ms=6, zorder=5)
        for name, cycle in (("overpot.host1", 1), ("overpot.host100", LATE)):
            axes.errorbar(
                cycle,
                _number(claims, name),
                yerr=0.1 * _number(claims, name),
                color=host.colour,
                mec=BLACK,
                marker="s",
                capsize=2,
                ls="",
            )
        axes.plot([], [], color=GREY, mec=BLACK, marker="^", ls="", label="reported: more than")
        axes.plot([], [], color=GREY, mec=BLACK, marker="s", ls="", label="reported ±10 %")
        axes.set(xlabel="Cycle", ylabel="Voltage at 1 mA cm$^{-2}$ / mV", xlim=(-3, 106), ylim=(0, 235))
        axes.legend(loc="upper left", fontsize=6, ncols=2)
    ids = ", ".join(r.manifest.run_id for r in (g.bare for g in lives.grown))
    caption = (
        f"Voltage of two foils over {LATE} cycles of 1 mAh/cm2 at 1 mA/cm2, for each mechanism as strong as the reported "
        "voltage of the last cycle asks, which is calibrated (triangles: lower bounds of the paper, figures 5a and 5d). The "
        "plateau lies far below the fresh 100 mV at first, because moss grows: one number cannot hold both ends. Blue marks: "
        f"two hosts with the film of cycle 100, predicted; squares: reported. Runs: {ids}."
    )
    return Panel("cycling", "One hundred cycles", svg(drawn), caption)


def _side_by_side(lives: Lives, claims: Claims) -> Panel:
    with figure(DOUBLE, 66 * MM) as drawn:
        axes = drawn.subplots()
        for g, dash in zip(lives.grown, DASHES, strict=False):
            _both_papers(axes, lives, g, dash)
        axes.plot(2 * LATE, _number(claims, "overpot.bare100"), color=CURVES["bare"].colour, mec=BLACK, marker="^", ls="", ms=6,
                  label="reported here: more than")  # fmt: skip
        axes.axvline(100, color=TEAL, lw=0.8, ls=":")
        axes.annotate("reported end of the perovskite paper's cell", (100, 5), xytext=(3, 0), textcoords="offset points",
                      fontsize=6, color=TEAL)  # fmt: skip
        axes.set(xlabel="Time, $t$ / h", ylabel="Voltage at 1 mA cm$^{-2}$ / mV", xlim=(0, 205), ylim=(0, None))
        drawn.legend(loc="outside upper center", fontsize=6, ncols=3)
    ids = ", ".join(r.manifest.run_id for r in lives.beside.values())
    caption = (
        "Two papers, one bare lithium: symmetric cells of foils at 1 mA/cm2 and 1 mAh/cm2. Each cell has the interface that "
        "its own paper gives; the ageing is that which the 170 mV of this paper's cell ask for, per area, in both. Nothing of "
        "the other paper's life is used: with the same ageing its cell does not reach 1 V at its reported 100 h, marked. Runs "
        f"of the other cell: {ids}."
    )
    return Panel("two-papers", "Two papers, one bare lithium", svg(drawn), caption)


def _both_papers(axes: Axes, lives: Lives, grown: Grown, dash: str) -> None:
    """One mechanism in the cells of both papers, two hours for a cycle."""
    name, ours = grown.mechanism.name, plateau(grown.bare)
    axes.plot(2 * np.arange(1, len(ours) + 1), ours, color=CURVES["bare"].colour, ls=dash, label=f"this paper's cell, {name}")
    if name in lives.beside:
        theirs = plateau(lives.beside[name])
        axes.plot(2 * np.arange(1, len(theirs) + 1), theirs, color=TEAL, ls=dash,
                  label=f"perovskite paper's cell, same {name}")  # fmt: skip


def _ether(lives: Lives) -> Panel:
    with figure(DOUBLE, 66 * MM) as drawn:
        axes = drawn.subplots()
        colours = (BLACK, BLUE, BLUE, ORANGE, ORANGE, TEAL, TEAL)
        for (name, volts), colour, dash in zip(
            lives.ether.items(), colours, ("-", "--", ":", "--", ":", "--", ":"), strict=False
        ):
            axes.plot(np.arange(1, len(volts) + 1), volts, color=colour, ls=dash, label=typeset(name))
        axes.set(xlabel="Cycle", ylabel="Voltage of two foils / mV", xlim=(0, LATE + 1), ylim=(0, None))
        drawn.legend(loc="outside upper center", ncols=4, fontsize=6)
    caption = (
        f"The bare cell in ether electrolyte through {LATE} cycles of 1 mAh/cm2 at 1 mA/cm2: all numbers of ageing at their "
        "priors, and three of them at both ends of their range. The paper sees the voltage fall first and then rise (text; no "
        "number). The interface is that of the carbonate cell, the transport a prior."
    )
    return Panel("ether", "Bare lithium in ether", svg(drawn), caption)


def _full(lives: Lives, claims: Claims) -> Panel:
    onset = _number(claims, "lto.bare50", 2)
    with figure(DOUBLE, 62 * MM) as drawn:
        axes = drawn.subplots()
        for (name, result), dash, marker in zip(lives.full.items(), DASHES, "os", strict=False):
            capacity = delivered(result)
            axes.plot(
                np.arange(1, len(capacity) + 1),
                capacity,
                color=CURVES["bare"].colour,
                ls=dash,
                marker=marker,
                ms=2.5,
                label=f"{name.replace('um', 'µm')} of lithium",
            )
        axes.axvline(onset, color=GREY, lw=0.8, ls=":")
        axes.annotate(
            "reported: begins to fade", (onset, 0.3), xytext=(3, 0), textcoords="offset points", fontsize=7, color=GREY
        )
        axes.set(xlabel="Cycle", ylabel="Capacity / mAh cm$^{-2}$", ylim=(0, 3.4), xlim=(0, None))
        axes.legend(loc="lower left")
    thin = next(iter(lives.full.values()))
    caption = (
        f"Full cells with Li4Ti5O12 of 3 mAh/cm2 at 1 mA/cm2: a foil of 50 um with {lives.dead:.2f} of the stripped moss "
        f"dying, which is calibrated on the reported cycle {onset:g} (the run fades after {fade(thin):.0f}), and one of 750 um "
        "with the same. The model loses the lithium in excess first and then falls at once; the paper gives the beginning of "
        f"the fade only (text, supplementary figure). Runs: {', '.join(r.manifest.run_id for r in lives.full.values())}."
    )
    return Panel("full", "Full cells with Li₄Ti₅O₁₂", svg(drawn), caption)
