"""A surface at rest: maps of the film and of the pits, and what it grows and costs over time."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import LogLocator
from numpy.typing import NDArray

from lithoscope.analysis.figures.style import BLACK, BLUE, DOUBLE, GREY, MM, ORANGE, RED, figure, solid_colours, solid_label
from lithoscope.errors import InputError, duration_text
from lithoscope.result.names import words

if TYPE_CHECKING:
    from lithoscope.result import Result

Array = NDArray[np.float64]

DAY = 86400.0
FIRST_S = 60.0
"""Curves over the logarithm of time begin here."""

SHOWN = 5
"""Solids that have a colour of their own; the rest is drawn together."""


def draw_interphase(result: Result) -> Figure:
    """Thickness and recession as maps at the end, thickness, resistance and composition over time.

    Raises InputError for a result without maps of a film.
    """
    if "map" not in result.tree.children:
        raise InputError("result", "has no map of a film", expected="a result of the model Interphase",
                         why="Only that model resolves the surface", do='Run it with ls.Interphase()')  # fmt: skip
    with figure(DOUBLE, 118 * MM) as drawn:
        # Columns of one grid add up what both rows need beside their axes, which can be more than there is.
        rows = drawn.add_gridspec(2, 1)
        above, below = (drawn.add_subfigure(rows[n]) for n in (0, 1))
        left, right = above.subplots(1, 2)
        _map(drawn, left, result, "surface_film_thickness", "Film thickness", "cividis")
        _map(drawn, right, result, "surface_recession", "Lithium receded", "magma")
        for draw, axes in zip((_thickness, _cost, _composition), below.subplots(1, 3), strict=True):
            draw(axes, result)
    return drawn


def draw_thickness(result: Result) -> Figure:
    """The thickness of the film over the surface at the end of the rest, as one map."""
    with figure(DOUBLE * 0.6, 88 * MM) as drawn:
        _map(drawn, drawn.subplots(), result, "surface_film_thickness", "Film thickness", "cividis")
    return drawn


def _map(drawn: Figure, axes: Axes, result: Result, name: str, title: str, shade: str) -> None:
    maps = result.tree["map"].to_dataset()
    last = maps[name].isel(time=-1)
    values = np.asarray(last.values) * 1e9
    step = float(maps["across"][0]) * 2e6
    across = len(maps["across"]) * step
    # A few sites of a gap or an inclusion shall not flatten the colours of all others.
    low, high = np.percentile(values, [0.5, 99.5])
    shown = axes.imshow(values, origin="lower", extent=(0, across, 0, across), cmap=shade, vmin=low, vmax=high)
    axes.set(xlabel="Across / µm", ylabel="Along / µm", title=f"{title}, {duration_text(float(last['time']))}")
    axes.grid(visible=False)
    extend = "both" if values.min() < low and values.max() > high else "neither"
    drawn.colorbar(shown, ax=axes, label=f"{title} / nm", extend=extend)


def _after_start(result: Result) -> tuple[Array, Array]:
    """Times in days that are drawn, and which rows they are."""
    t = np.asarray(result.trace["time"].values, dtype=float)
    chosen = t >= min(FIRST_S, t[-1] / 10)
    return t[chosen] / DAY, chosen


def _decades(axes: Axes) -> None:
    """A tick at every decade of time."""
    axes.xaxis.set_major_locator(LogLocator(numticks=12))


def _thickness(axes: Axes, result: Result) -> None:
    t, chosen = _after_start(result)
    trace = result.trace
    mean, spread = (trace[name].values[chosen] * 1e9 for name in ("film_thickness", "film_thickness_spread"))
    inner = trace["inner_film_thickness"].values[chosen] * 1e9
    axes.loglog(t, mean, color=BLACK, label="film, mean")
    axes.loglog(t, inner, color=BLUE, ls="--", label="inner layer")
    axes.loglog(t, spread, color=ORANGE, ls=":", label="spread")
    axes.set(xlabel="Time / d", ylabel="Thickness / nm")
    _decades(axes)
    axes.legend()


def _cost(axes: Axes, result: Result) -> None:
    t, chosen = _after_start(result)
    trace = result.trace
    lithium = trace["working_lithium"].values
    lost = (lithium[0] - lithium[chosen]) / 36
    axes.semilogx(t, lost, color=BLACK)
    axes.set(xlabel="Time / d", ylabel="Lithium lost / µAh cm$^{-2}$")
    twin = axes.twinx()
    twin.semilogx(t, trace["interphase_resistance"].values[chosen] * 1e4, color=RED, ls="--")
    twin.set_ylabel("Film resistance / Ω cm$^2$", color=RED)
    twin.tick_params(axis="y", colors=RED)
    twin.grid(visible=False)
    _decades(axes)


def _composition(axes: Axes, result: Result) -> None:
    t, chosen = _after_start(result)
    film = result.tree["film"].to_dataset()
    names = words(film["solid"])
    volume = np.asarray(film["film_volume"].values)[chosen]
    share = volume / volume.sum(axis=1, keepdims=True)
    order = np.argsort(-share.max(axis=0))
    parts = [share[:, i] for i in order[:SHOWN]]
    shown = [names[i] for i in order[:SHOWN]]
    labels, colours = [solid_label(name) for name in shown], solid_colours(shown)
    if len(order) > SHOWN:
        parts.append(share[:, order[SHOWN:]].sum(axis=1))
        labels.append("others")
        colours.append(GREY)
    axes.stackplot(t, parts, labels=labels, colors=colours, lw=0)
    axes.set(xscale="log", xlabel="Time / d", ylabel="Volume share", ylim=(0, 1), xlim=(t[0], t[-1]))
    _decades(axes)
    axes.legend(loc="upper center", bbox_to_anchor=(0.5, -0.28), ncols=3, fontsize=5.5, handlelength=1.0, columnspacing=1.0)
