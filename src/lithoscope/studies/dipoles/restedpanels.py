"""The figure of plating on fresh and on corroded lithium."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from lithoscope.analysis.figures.style import BLUE, DOUBLE, MM, ORANGE, TEAL, figure, svg
from lithoscope.studies.deposits.making import PIXEL_UM
from lithoscope.studies.dipoles.rested import WHERE
from lithoscope.studies.outcome import Panel

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from lithoscope.studies.dipoles.rested import Studies

PLATED = 0.3
"""mAh/cm2."""

SECTIONS = {"rest-fresh": "fresh, 1 min", "rest-month": "corroded, 30 d", "rest-month-even": "30 d, evened"}
LINES = {"rest-fresh": (TEAL, "^", ":"), "rest-month": (ORANGE, "o", "-"), "rest-month-film": (ORANGE, "s", "--"),
         "rest-month-pits": (BLUE, "v", "--"), "rest-month-even": (BLUE, "D", "-")}  # fmt: skip
LABELS = {"rest-fresh": "fresh", "rest-month": "30 d: film and pits", "rest-month-film": "30 d: film alone",
          "rest-month-pits": "30 d: pits alone", "rest-month-even": "30 d: neither"}  # fmt: skip


def panel(of: Studies) -> Panel:
    """Sections of deposits on fresh and corroded lithium, and their roughness as they grow, on all grids."""
    with figure(DOUBLE, 66 * MM) as drawn:
        axes = drawn.subplot_mosaic([[*SECTIONS, "lines"]], width_ratios=[1, 1, 1, 1.7])
        for name, title in SECTIONS.items():
            _section(axes[name], of, name, title)
        _lines(axes["lines"], of)
    ids = ", ".join(f"{name} {of[name].finest.run_id}" for name in LINES)
    caption = (
        f"Fresh beside corroded lithium, beside figure 1 of the paper: {WHERE}. Left: sections of the finest grid at the end, "
        "dark is lithium, same scale along both axes. Right: roughness before and after plating; each line is a "
        "grid or a seed. Film and pits are those of a row of the map of a rest, by priors; the controls have the same amounts "
        f"and the same mean conductance. Runs: {ids}."
    )
    return Panel("corroded", "Plating on fresh and on corroded lithium", svg(drawn), caption)


def _section(ax: Axes, of: Studies, name: str, title: str) -> None:
    run = of[name].finest
    shown = np.array([[int(shade) for shade in row] for row in run.picture])
    height, width = (n * PIXEL_UM for n in shown.shape)
    ax.imshow(shown, cmap="Greys", vmin=0, vmax=9, extent=(0, width, 0, height), interpolation="nearest")
    ax.set(title=title, xlabel="x / µm", ylim=(0, 12))
    ax.set_facecolor("white")
    if name == next(iter(SECTIONS)):
        ax.set_ylabel("height / µm")


def _lines(ax: Axes, of: Studies) -> None:
    for name, (colour, mark, dash) in LINES.items():
        for n, run in enumerate(run for run in of[name].runs if run.usable):
            values = [run.numbers[key] for key in ("first_roughness", "roughness")]
            ax.semilogy([0, PLATED], values, dash, color=colour, marker=mark, ms=3, lw=0.8, alpha=0.75,
                        label=LABELS[name] if n == 0 else None)  # fmt: skip
    ax.set(xlabel="Charge plated / mAh cm$^{-2}$", ylabel="Roughness / µm")
    ax.legend(fontsize=6)
