"""The figures of confinement: where the lithium is after each stage, the map, and the thickness."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from lithoscope.analysis.confinement import MATRICES
from lithoscope.analysis.figures.style import BLACK, BLUE, CURVES, DOUBLE, GREY, MM, ORANGE, TEAL, figure, svg
from lithoscope.analysis.hosts import host_profiles
from lithoscope.studies.host.arithmetic import lithium_thickness
from lithoscope.studies.host.cells import THICK, THIN
from lithoscope.studies.outcome import Panel

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from lithoscope.result import Result
    from lithoscope.studies.claims import Claims
    from lithoscope.studies.host.confine import Confined, Spot

STAGES = (
    ("before", GREY, "-"),
    ("5 mAh cm$^{-2}$ stripped", BLACK, "-"),
    ("3 plated", BLUE, "--"),
    ("all 5 plated", ORANGE, "-."),
)

LOOKS = {("insulating", THICK): (BLUE, "o"), ("insulating", THIN): (BLUE, "s"), ("conducting", THICK): (ORANGE, "o"),
         ("conducting", THIN): (ORANGE, "s")}  # fmt: skip
"""Colour of a matrix and marker of a thickness."""


def panels(made: Confined, claims: Claims) -> tuple[Panel, ...]:
    """The figures of the map, of the runs that were solved."""
    emptied = () if made.emptied is None else (_thickness(made.emptied, claims),)
    return *((_stages(made),) if made.runs else ()), _map(made), _sweep(made), *emptied


def stages(result: Result) -> tuple[np.ndarray, list[np.ndarray]]:
    """Depth below the top, um, and the lithium fraction before and after each step."""
    time, depth, s = host_profiles(result)
    ends = (result.steps["start_time"] + result.steps["duration"]).to_numpy()
    frames = [0, *np.searchsorted(time, ends * (1 - 1e-9)).tolist()]
    return depth * 1e6, [s[min(frame, len(s) - 1)] for frame in frames]


def _stages(made: Confined) -> Panel:
    with figure(DOUBLE, 100 * MM) as drawn:
        grid = drawn.subplots(2, 2, sharey=True)
        for row, thickness in zip(grid, (THICK, THIN), strict=True):
            for axes, matrix in zip(row, MATRICES, strict=True):
                axes.set_title(f"{matrix} matrix, {thickness:g} µm", fontweight="normal")
                if (thickness, matrix) not in made.runs:
                    axes.text(0.5, 0.5, "not solved", transform=axes.transAxes, ha="center", color=GREY)
                    continue
                depth, fractions = stages(made.runs[thickness, matrix])
                for (label, colour, dash), fraction in zip(STAGES, fractions, strict=False):
                    axes.plot(depth, fraction, color=colour, ls=dash, label=label)
                axes.set(xlim=(0, depth[-1]), ylim=(0, 0.8))
                handles, labels = axes.get_legend_handles_labels()
            row[0].set_ylabel("Lithium fraction, $s$")
        for axes in grid[1]:
            axes.set_xlabel("Depth below the top / µm")
        drawn.legend(handles, labels, loc="outside upper center", ncols=4)
    ids = ", ".join(result.manifest.run_id for result in made.runs.values())
    caption = (
        "Lithium fraction over the depth of the host before and after stripping 5, plating 3 and plating the other 2 mAh/cm2 "
        "at 1 mA/cm2 (beside the paper's figures 3a to 3c, photographs, and its sketch 3d). Left: a matrix of 1e-6 S/m on "
        "which nothing is plated; right: one of 100 S/m that is plated as well as a third of the lithium is. 253 um is the "
        "electrode whose thickness the paper measures; 100 um holds about the lithium of its full cells. The paper gives no "
        "number. The front law is a modelling choice; its numbers stand at their priors here and are moved in the next figure. "
        f"Runs: {ids}."
    )
    return Panel("stages", "Where the lithium is", svg(drawn), caption)


def _map(made: Confined) -> Panel:
    with figure(DOUBLE, 84 * MM) as drawn:
        depth, top = drawn.subplots(1, 2)
        depth.axline((0.2, 0.2), slope=1, color=GREY, lw=0.7)
        depth.text(0.1, 0.6, "filled from inside", fontsize=7, color=GREY)
        depth.text(0.32, 0.1, "filled from the top", fontsize=7, color=GREY)
        for spot in made.choices:
            colour, marker = LOOKS[spot.place.matrix, spot.thickness]
            f, reference = spot.found, not spot.place.changed
            look = {"marker": marker, "ls": "", "color": colour, "ms": 5 if reference else 3.2, "mew": 0.7,
                    "mfc": colour if reference else "none", "zorder": 5 if reference else 3}  # fmt: skip
            depth.plot(f.stripped_depth, f.plated_depth, **look)
            top.plot(f.top_stripped / f.top_before, f.top_after / f.top_before, **look)
        for (matrix, thickness), (colour, marker) in LOOKS.items():
            depth.plot([], [], marker=marker, ls="", color=colour, label=f"{matrix}, {thickness:g} µm")
        _name_exceptions(depth, made)
        depth.set(
            xlabel="Mean depth of what was stripped / thickness", ylabel="Mean depth of what was plated first / thickness"
        )
        depth.set(xlim=(0.08, 0.62), ylim=(0.05, 0.72))
        top.axhline(1, color=GREY, lw=0.6)
        top.set(xlabel="Lithium left at the top after stripping / at first", ylabel="Lithium at the top at the end / at first")
        top.set(xlim=(-0.02, 0.5), ylim=(0.8, 2))
        handles, labels = depth.get_legend_handles_labels()
        drawn.legend(handles, labels, loc="outside upper center", ncols=4)
    insulating, conducting = made.of("insulating"), made.of("conducting")
    caption = (
        f"The map: {len(made.choices)} runs of the sequence of the figure above, with each number of the front law and the "
        "share of the surface at both ends of its range, both matrices, both thicknesses; filled marks: all at their priors. "
        "Left: above the line what is plated first lies deeper than what was stripped, which "
        f"{sum(f.fills_from_inside for f in insulating)} of {len(insulating)} insulating and "
        f"{sum(f.fills_from_inside for f in conducting)} of {len(conducting)} conducting hosts do. Right: how much lithium the "
        "uppermost twentieth keeps and ends with. Clogged tops, more than 90 % full: "
        f"{sum(f.clogs_its_top for f in insulating)} and {sum(f.clogs_its_top for f in conducting)}. The paper gives no number "
        "for any of it (figures 3a to 3d)."
    )
    return Panel("map", "Top or inside: the free choices", svg(drawn), caption)


def _name_exceptions(axes: Axes, made: Confined) -> None:
    """The insulating points that are least like the others."""
    worst = max((s for s in made.choices if s.place.matrix == "insulating"), key=lambda s: s.found.stripped_depth)
    name = worst.place.changed.rpartition(".")[2].replace("_", " ")
    axes.annotate(f"{name} {worst.place.value:g}", (worst.found.stripped_depth, worst.found.plated_depth), xytext=(-4, 4),
                  textcoords="offset points", fontsize=6, ha="right")  # fmt: skip


def _sweep(made: Confined) -> Panel:
    with figure(DOUBLE, 66 * MM) as drawn:
        for axes, thickness in zip(drawn.subplots(1, 2), (THICK, THIN), strict=True):
            for share, colour, marker in ((0.0, BLUE, "o"), (0.3, ORANGE, "s")):
                spots = _line(made, thickness, share)
                sigma = [s.place.value for s in spots]
                axes.plot(sigma, [s.found.plated_depth for s in spots], color=colour, marker=marker, ms=3,
                          label=f"plated, matrix takes {share:g}")  # fmt: skip
            axes.plot(sigma, [s.found.stripped_depth for s in spots], color=BLACK, ls="--", label="stripped")
            axes.set(xscale="log", xlabel="Electronic conductivity of the matrix / S m$^{-1}$", ylabel="Mean depth / thickness")
            axes.set_title(f"{thickness:g} µm", fontweight="normal")
        handles, labels = axes.get_legend_handles_labels()
        drawn.legend(handles, labels, loc="outside upper center", ncols=3)
    caption = (
        "The same sequence over the conductivity of the matrix, at the priors of the front law. Blue: nothing is plated on "
        "bare fibres; orange: they take part with 0.3 of the surface of coated ones. Lithium is plated deeper than it was "
        "stripped where a line lies above the dashed one. Beyond about 1e-2 S/m the matrix conducts for the purpose; but the "
        "sign of the difference changes with what the fibres are for lithium, not with what they are for electrons. Beside the "
        "paper's figure 3d, a sketch without numbers."
    )
    return Panel("matrix", "Top or inside: the conductivity of the matrix", svg(drawn), caption)


def _line(made: Confined, thickness: float, share: float) -> list[Spot]:
    found = [s for s in made.sweep if s.thickness == thickness and s.plated_matrix == share]
    return sorted(found, key=lambda s: s.place.value)


def _thickness(result: Result, claims: Claims) -> Panel:
    before, after = (float(v) for v in claims["host.thickness"].values)
    out = result.trace["charge_passed"].values / 36000
    host = before + 1e6 * result.trace["working_thickness_change"].values
    with figure(DOUBLE, 62 * MM) as drawn:
        axes = drawn.subplots()
        axes.plot(out, host, color=CURVES["host"].colour, ls=CURVES["host"].dash, label="host, rigid mat, predicted")
        axes.plot(
            out,
            before - lithium_thickness(1) * out,
            color=CURVES["bare"].colour,
            label=f"foil of {before:g} µm, {lithium_thickness(1):.2f} µm per mAh cm$^{{-2}}$",
        )
        axes.errorbar(
            [0, out[-1]], [before, after], yerr=2, color=BLACK, marker="s", ms=4, capsize=2, ls="", label="host, reported ±2 µm"
        )
        axes.axvline(out[-1], color=TEAL, lw=0.7, ls=":")
        stalled = f"front stalled: {out[-1]:.1f} mAh cm$^{{-2}}$ of {out[-1] + _left(result):.1f}"
        axes.annotate(stalled, (out[-1], 225), xytext=(-4, 0), ha="right", textcoords="offset points", fontsize=7)
        axes.set(
            xlabel="Lithium stripped / mAh cm$^{-2}$",
            ylabel="Thickness of the electrode / µm",
            xlim=(-0.5, out[-1] + 1.5),
            ylim=(140, 262),
        )
        axes.legend(loc="lower left")
    caption = (
        "Thickness of the whole electrode while it is stripped at 1 mA/cm2 until nothing has contact any more (beside the "
        f"paper's figures 4f and 4g). The model's mat is rigid, so the host keeps its {before:g} um, which are an input; "
        f"reported are {after:g} um after complete stripping, drawn at the end of the run, because the paper gives no charge. "
        "The mat would have to give way by 2.4 %. A foil of the same thickness loses what dense lithium takes. Run: "
        f"{result.manifest.run_id}."
    )
    return Panel("thickness", "Thickness of the electrode", svg(drawn), caption)


def _left(result: Result) -> float:
    return float(result.trace["working_lithium"].values[-1]) / 36000
