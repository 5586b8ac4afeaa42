"""The figures of the report."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from lithoscope.analysis.figures.style import BLUE, DOUBLE, GREY, MM, ORANGE, TEAL, figure, svg
from lithoscope.studies.dipoles import layers, resting, restsweep
from lithoscope.studies.dipoles.layers import BOTH, MATERIALS, SHOWN_ENERGIES, Beside
from lithoscope.studies.dipoles.restsweep import Rested
from lithoscope.studies.dipoles.tips import Tips
from lithoscope.studies.outcome import Panel
from lithoscope.studies.typeset import typeset

if TYPE_CHECKING:
    from matplotlib.axes import Axes

DASHES = {BOTH[0]: (BLUE, "-"), BOTH[1]: (ORANGE, "--")}
NAMED = {BOTH[0]: "BaTiO$_3$", BOTH[1]: BOTH[1]}

SHOWN = 6
"""Numbers that the panel of the losses names."""

DEEP_NM = 1.5
"""Depth of the electrolyte that is shown: eight Debye lengths of 1 mol/L."""


def panels(beside: Beside, tip: Tips, rested: Rested) -> tuple[Panel, ...]:
    """All of them, in the order of the paper."""
    return (ions(beside), field(tip), losses(rested), places(rested))


def ions(beside: Beside) -> Panel:
    """Ions beside two films, and lithium ions against the energy with which anions adsorb."""
    with figure(DOUBLE, 64 * MM) as drawn:
        left, right = drawn.subplots(1, 2)
        for name, (colour, dash) in DASHES.items():
            state = beside.states[name]
            x = state["position"].values * 1e9
            left.plot(x, state["anions"] / 1e3, color=colour, ls=dash, label=f"anions, {NAMED[name]}")
            left.plot(x, state["cations"] / 1e3, color=colour, ls=dash, lw=0.8, marker="o", ms=2, markevery=12,
                      label=f"Li$^+$, {NAMED[name]}")  # fmt: skip
            right.semilogy(SHOWN_ENERGIES, beside.enriched[name], color=colour, ls=dash, label=NAMED[name])
            right.axhline(float(state["cation_factor"]), color=colour, ls=dash, lw=0.8)
        left.axhline(1, color=GREY, lw=0.6)
        left.set(
            xlabel="Distance from the Stern layer, $x$ / nm", ylabel="Concentration, $c$ / mol L$^{-1}$", xlim=(0, DEEP_NM)
        )
        left.set_ylim(0, None)
        left.legend()
        right.axhline(1, color=GREY, lw=0.6)
        right.set(xlabel="Adsorption energy of anions, $E$ / eV", ylabel="Li$^+$ over the bulk", ylim=(1e-2, 10))
        right.legend()
    invert = beside.predictions[layers.INVERTS]
    caption = (
        f"Beside the positive face of {MATERIALS[BOTH[0]]:g} nm of {BOTH[0]} and {MATERIALS[BOTH[1]]:g} nm of {BOTH[1]} in 1 "
        "mol/L. Left: nothing adsorbed; anions are enriched up to the closest packing, lithium ions are driven away. Right: "
        "lithium ions outside anions that adsorb, against the energy with which they do so by themselves; thin lines: "
        f"nothing adsorbed ({BOTH[0]}: {float(beside.states[BOTH[0]]['cation_factor']):.0e}, below the frame). Lithium is "
        f"enriched to the left of the crossing with one, at {invert.value:+.3f} eV for {BOTH[0]}. Nobody measured that "
        "energy. Beside figure 2 of the paper, which draws both ions enriched."
    )
    return Panel("ions", "Ions beside a polar film", svg(drawn), caption)


def field(tip: Tips) -> Panel:
    """Field at tips under films, with and without ions."""
    with figure(DOUBLE, 60 * MM) as drawn:
        for axes, (name, table) in zip(drawn.subplots(1, 2), tip.cases.items(), strict=True):
            cases = [str(case) for case in table["case"].values if not str(case).endswith("ions")]
            for n, case in enumerate(cases[::-1]):
                with_ions = "ions" if case == "bare" else f"{case}, ions"
                for shift, key, colour in ((0.19, case, ORANGE), (-0.19, with_ions, BLUE)):
                    _bar(axes, n + shift, abs(float(table["enhancement"].sel(case=key))), colour)
            axes.axvline(1, color=GREY, lw=0.8, ls="--")
            axes.set_yticks(range(len(cases)), [case.replace(" ", "\n", 1) for case in cases[::-1]])
            axes.set(xlabel="Field at the tip over that on a plane", xlim=(0, 11))
            axes.set_title(typeset(name), fontsize=7)
        axes.barh([0], [0], color=ORANGE, label="without ions")
        axes.barh([0], [0], color=BLUE, label="with ions")
        axes.legend(loc="lower right")
    caption = (
        "The field in the electrolyte at the apex of a lithium tip over that on a plane at the same distance and voltage: "
        "bare, under the film as a dielectric, with its polarisation fixed, and as a ferroelectric that answers its field. "
        f"Without ions a bare tip of 10 nm has {tip.without:.1f} times the field of a plane; with those of 1 mol/L "
        f"{tip.with_ions.value:.2f}. There is nothing left that a film could shield. Beside figure 3 of the paper."
    )
    return Panel("tip", "The field at a tip", svg(drawn), caption)


def _bar(axes: Axes, at: float, ratio: float, colour: str) -> None:
    axes.barh([at], [np.nan_to_num(ratio)], color=colour, height=0.36)
    text = f"{ratio:.2f}" if np.isfinite(ratio) else "loses its polarisation"
    axes.text(np.nan_to_num(ratio) + 0.15, at, text, va="center", fontsize=6,
              bbox={"facecolor": "white", "edgecolor": "none", "pad": 0.5})  # fmt: skip


def losses(rested: Rested) -> Panel:
    """Lithium lost in a day in two electrolytes, over all ranges."""
    looks = {restsweep.LOST: ("carbonate", BLUE, "o"), restsweep.ETHER: ("ether", TEAL, "s")}
    with figure(DOUBLE, 62 * MM) as drawn:
        left, right = drawn.subplots(1, 2, width_ratios=[1, 1.1])
        for n, (name, (kind, colour, mark)) in enumerate(looks.items()):
            values = np.sort(rested.scatters[name].values)
            made = rested.predictions[name]
            left.plot([made.low, made.high], [n, n], color=colour, lw=1)
            rng = np.linspace(-0.22, 0.22, len(values))
            left.plot(values, n + rng, mark, color=colour, ms=3, alpha=0.7, mec="none")
            left.plot([made.value], [n], marker="D", color="black", ms=5, zorder=5)
            left.text(made.low, n + 0.3, kind, color=colour)
        left.set(xscale="log", xlabel="Lithium lost in a day / % of 1 mAh cm$^{-2}$", ylim=(-0.5, 1.6))
        left.set_yticks([])
        _leading(right, rested, looks)
    caption = (
        "Lithium that a deposit of 1 mAh/cm2 loses in 24 h without current. Left: line, interval over the ends of all "
        f"ranges; marks, {len(rested.scatters[restsweep.LOST].values)} designs in which all of them are spread at once; "
        "diamond, quoted values. Right: rank correlation of each open number with the loss. Priors only: nothing was "
        "calibrated. Beside figure 1 of the paper."
    )
    return Panel("losses", "What rest costs", svg(drawn), caption)


def _leading(axes: Axes, rested: Rested, looks: dict[str, tuple[str, str, str]]) -> None:
    ranks = {name: dict(rested.scatters[name].ranked) for name in looks}
    own = {each.name for each in resting.ranges()}
    names = sorted(own, key=lambda what: -max(abs(rank[what]) for rank in ranks.values()))[:SHOWN][::-1]
    for n, what in enumerate(names):
        for shift, (name, (_, colour, _)) in zip((0.18, -0.18), looks.items(), strict=True):
            axes.barh(n + shift, ranks[name][what], color=colour, height=0.34)
    axes.axvline(0, color=GREY, lw=0.6)
    axes.set_yticks(range(len(names)), names)
    axes.set(xlabel="Rank correlation", xlim=(-1, 1))


def places(rested: Rested) -> Panel:
    """What reactive places do over all ranges: recession over that elsewhere against the loss."""
    lost = rested.scatters[restsweep.LOST].values
    with figure(DOUBLE, 58 * MM) as drawn:
        axes = drawn.subplots()
        for name, label, colour, mark in (
            (restsweep.HOT, "step edge (kinetics)", ORANGE, "o"),
            (restsweep.CAPILLARY, "bump (surface energy)", BLUE, "s"),
        ):
            axes.semilogx(lost, rested.scatters[name].values, mark, color=colour, ms=4, mec="none", label=label)
        axes.axhline(1, color=GREY, lw=0.6)
        axes.set(xlabel="Lithium lost in a day / % of 1 mAh cm$^{-2}$", ylabel="Recession over that elsewhere")
        axes.legend()
    hot, bump = rested.predictions[restsweep.HOT], rested.predictions[restsweep.CAPILLARY]
    caption = (
        "Recession of lithium in a day at a step edge (reactions up to 50 times faster) and at a bump of 10 nm to 10 um, "
        f"over that elsewhere, in {len(rested.scatters[restsweep.LOST].values)} designs; quoted values {hot.value:.3f} and "
        f"{bump.value:.4f}. The film limits both, so that little is left of what is faster on bare lithium. Beside figure 1 "
        "of the paper."
    )
    return Panel("places", "Reactive places", svg(drawn), caption)
