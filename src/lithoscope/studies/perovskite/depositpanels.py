"""The figure of the deposits: thickness against capacity, and what they look like."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from lithoscope.analysis.figures.style import BLACK, CURVES, DOUBLE, GREY, MM, figure, svg
from lithoscope.constants import FARADAY
from lithoscope.data import lookup
from lithoscope.studies.deposits.making import PIXEL_UM
from lithoscope.studies.outcome import Panel
from lithoscope.studies.typeset import typeset
from lithoscope.units import MAH_PER_CM2

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from lithoscope.studies.deposits.making import Study
    from lithoscope.studies.deposits.reading import Studies

CURRENTS = (2, 4, 6)
KINDS = {"bare": "bare-regrowing", "MASnCl3": "coated-regrowing"}
"""The ready runs of each electrode, by its name in all figures."""


def panel(studies: Studies) -> Panel:
    """Thickness against capacity, and sections of the deposits of 10 mAh/cm2. Only runs that can be used are drawn."""
    with figure(DOUBLE, 100 * MM) as drawn:
        axes = drawn.subplot_mosaic(
            [["line", "bare", "MASnCl3"], ["ratio", "bare", "MASnCl3"]], width_ratios=[2.4, 0.8, 0.8], height_ratios=[1.5, 1]
        )
        _thickness(axes["line"], axes["ratio"], studies)
        for kind, name in KINDS.items():
            _section(axes[kind], studies[f"{name}-2"], CURVES[kind].label)
        picture = svg(drawn)
    runs = [f"{KINDS[kind]}-{i}" for kind in KINDS for i in CURRENTS]
    left_out = [name for name in runs if not studies[name].finest.usable]
    missing = f" Not drawn, because their finest run cannot be used: {', '.join(left_out)}." if left_out else ""
    ids = ", ".join(f"{name} {studies[name].finest.run_id}" for name in runs)
    caption = (
        "Deposits after 5 h at 2, 4 and 6 mA/cm2, beside figure 2b, 2d and 2e of the paper; nothing was calibrated on them. "
        "Left: thickness gained along each run of the phase field against the charge, and over that of dense lithium; the line "
        "is dense lithium, which the paper reports for coated lithium. The paper's own points stand in its supplement, not in "
        "its text. Right: sections "
        "after 10 mAh/cm2 at 2 mA/cm2, dark is lithium, with the same scale along both axes. The native film is "
        f"uneven, cracks and grows again, all by priors; the coating stays whole.{missing} Runs: {ids}."
    )
    return Panel("deposits", "Deposits on bare and on coated lithium", picture, typeset(caption))


FROM_MAH = 1.0
"""Charge from which the thickness is shown over that of dense lithium, mAh/cm2."""


def _thickness(ax: Axes, over: Axes, studies: Studies) -> None:
    slope = 1e6 * lookup("lithium.molar_volume").to("m3/mol") / FARADAY * MAH_PER_CM2
    reach = np.array([0.0, 31.0])
    ax.plot(reach, slope * reach, color=GREY, lw=3, alpha=0.5, label="dense lithium, as reported\nunder the films")
    for kind, name in KINDS.items():
        look = CURVES[kind]
        for i in CURRENTS:
            run = studies[f"{name}-{i}"].finest
            if run.usable:
                ax.plot(run.capacity, run.thickness, color=look.colour, ls=look.dash, lw=0.9)
                charge, gained = (np.array(each)[np.array(run.capacity) > FROM_MAH] for each in (run.capacity, run.thickness))
                over.plot(charge, gained / (slope * charge), color=look.colour, ls=look.dash, lw=0.9)
                ax.plot(run.capacity[-1], run.thickness[-1], color=look.colour, marker=look.marker, ls="",
                        mfc="none" if kind == "MASnCl3" else look.colour, ms=7 if kind == "MASnCl3" else 4,
                        label=look.label if i == CURRENTS[0] else None)  # fmt: skip
    ax.set(ylabel="Thickness gained / µm", xlim=(0, 31), ylim=(0, None), xticklabels=[])
    over.axhline(1, color=GREY, lw=3, alpha=0.5)
    over.set(xlabel="Charge plated / mAh cm⁻²", ylabel="Over that of\ndense lithium", xlim=(0, 31))
    ax.legend(loc="upper left")


def _section(ax: Axes, study: Study, title: str) -> None:
    rows = np.array([[int(shade) for shade in row] for row in study.finest.picture])
    height, width = (n * PIXEL_UM for n in rows.shape)
    ax.imshow(rows, cmap="Greys", vmin=0, vmax=12, extent=(0, width, 0, height), interpolation="nearest", aspect="equal")
    ax.set(title=title, xlabel="µm", ylabel="Height / µm", xticks=[0, width])
    ax.set_facecolor("white")
    for side in ax.spines.values():
        side.set_color(BLACK)
