"""The figure of the designs that are spread over all open numbers at once."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

import numpy as np

from lithoscope.analysis.figures.fans import SAID, fan
from lithoscope.analysis.figures.style import BLUE, DOUBLE, GREY, MM, ORANGE, TEAL, figure, svg
from lithoscope.errors import End
from lithoscope.studies.host.runs import RATES
from lithoscope.studies.outcome import Panel
from lithoscope.studies.typeset import typeset

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from lithoscope.studies.claims import Band
    from lithoscope.studies.host.ensembles import Drawn

SHOWN = 6
"""Numbers that the right panel names."""


def spread(found: Drawn, bands: dict[float, Band]) -> Panel:
    """The first half-cycle of two hosts over all ranges, and which numbers go with its voltage."""
    looks = dict(zip(RATES, ((BLUE, "-"), (TEAL, "--"), (ORANGE, ":")), strict=True))
    with figure(DOUBLE, 62 * MM) as drawn:
        *fans, right = drawn.subplots(1, 4, width_ratios=[1, 1, 1, 1.6])
        for axes, current in zip(fans, RATES, strict=True):
            colour, dash = looks[current]
            fan(axes, *found.trace(current), colour, "", dash)
            axes.axhspan(bands[current].low, bands[current].high, xmin=0.9, color=colour, lw=0)
            axes.set(yscale="log", xlim=(0, 1.1), ylim=(6, 400))
            axes.set_title(f"{current:g} mA cm$^{{-2}}$", fontsize=7)
            axes.set_xticks([0, 0.5, 1], ["0", "0.5", "1"])
            axes.tick_params(labelleft=axes is fans[0])
        fans[0].set_ylabel("|Voltage| / mV")
        fans[1].set_xlabel("Charge / mAh cm$^{-2}$")
        _bars(right, found)
    seen = found.overpotential[RATES[0]].sampled
    caption = (
        f"Two hosts in {seen.designs} designs in which all open numbers are spread over their ranges at once, each with the "
        f"interface and the lithium that the bare cell and the capacity ask of it. Left: first half-cycle, {SAID}; bars at the "
        "right edge: what is reported, with its tolerance. A band that holds a design which does not come to its end is open "
        f"above ({_ends(found)}). Right: rank correlation of each number with the mean voltage at {RATES[0]:g} mA/cm2 (dark) "
        "and with the ratio of resistances of a foil with moss and a host (light)."
    )
    return Panel("fan-hosts", "Two hosts over all ranges", svg(drawn), caption)


def _ends(found: Drawn) -> str:
    """How the designs of each current ended that did not complete their program."""
    rows = []
    for current in RATES:
        ends = Counter(status.word for status in found.at(current).statuses if status.end is not End.COMPLETED)
        rows += [f"{count} {word} at {current:g} mA/cm2" for word, count in ends.items()]
    return ", ".join(rows) or "none here"


def _bars(axes: Axes, found: Drawn) -> None:
    volt, ratio = (dict(scatter.ranked) for scatter in (found.overpotential[RATES[0]], found.aged))
    names = sorted(ratio, key=lambda name: -max(abs(volt.get(name, 0.0)), abs(ratio[name])))[:SHOWN][::-1]
    for n, name in enumerate(names):
        axes.barh(n + 0.18, volt.get(name, 0.0), color="#335577", height=0.34)
        axes.barh(n - 0.18, ratio[name], color="#AAC4E0", height=0.34)
    axes.axvline(0, color=GREY, lw=0.6)
    axes.set_yticks(np.arange(len(names)), [typeset(name) for name in names])
    axes.set(xlabel="Rank correlation", xlim=(-1, 1))
