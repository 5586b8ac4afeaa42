"""A map: filled contours with iso-lines over two quantities, and hatched where designs did not complete their program."""

from __future__ import annotations

import math
import re
from typing import TYPE_CHECKING

import numpy as np
from matplotlib.axes import Axes
from matplotlib.colors import LogNorm, Normalize
from matplotlib.contour import QuadContourSet
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.patches import Patch
from matplotlib.ticker import LogLocator, MaxNLocator, NullFormatter
from numpy.typing import NDArray

from lithoscope.analysis.figures.style import BLACK, DOUBLE, GREY, MM, RED, figure
from lithoscope.errors import End, counted
from lithoscope.units import convert

if TYPE_CHECKING:
    from lithoscope.analysis.maps import Axis, Map

Array = NDArray[np.float64]

SHADE = "cividis"

SHOWN_IN = {"C/m2": "mAh/cm2", "s": "h", "m": "um", "ohm m2": "ohm cm2", "mol/m3": "mol/L", "A/m2": "mA/cm2"}
"""Units in which a laboratory reads an output."""

HATCHES = ("////", "\\\\\\\\", "xxxx", "....", "++++")

WIDE = 10.0
"""Ratio of the largest to the smallest value from which colours follow the logarithm."""

ALIKE = 1e-3
"""Values that differ by less than this, relative to the largest, have no iso-lines."""

LEVELS = 9
"""Levels of a linear scale."""

MANY_DECADES = 3e3
"""Ratio of the largest to the smallest value from which there is one level in each decade."""

FEW_DECADES = 300.0
"""Ratio of the ends of a logarithmic axis up to which its ticks stand at 1, 2 and 5 of every decade as plain numbers."""

FINER = 8
"""Parts into which a square of the grid is cut before iso-lines are drawn, so that they are straight on logarithmic axes."""


def draw_map(found: Map) -> Figure:
    """Iso-lines carry their value in the unit of the colour bar; a cross is a design that did not complete its program."""
    x, y = (_along(axis) for axis in (found.x, found.y))
    value, unit = _value(found)
    with figure(DOUBLE * 0.78, 96 * MM) as drawn:
        axes = drawn.subplots()
        axes.set_facecolor("white")
        axes.set_xscale(found.x.range.scale)
        axes.set_yscale(found.y.range.scale)
        for ruler, along in ((axes.xaxis, x), (axes.yaxis, y)):
            if ruler.get_scale() == "log" and along[-1] / along[0] < FEW_DECADES:
                ruler.set_major_locator(LogLocator(subs=(1.0, 2.0, 5.0)))
                ruler.set_major_formatter(lambda place, _: f"{place:g}")
                ruler.set_minor_formatter(NullFormatter())
        filled = _contours(axes, x, y, value)
        words = found.data["status"].values
        handles = _ended_otherwise(axes, x, y, words)
        handles += _base(axes, found)
        axes.set(xlabel=_label(found.x), ylabel=_label(found.y), xlim=(x[0], x[-1]), ylim=(y[0], y[-1]))
        label = f"{found.metric.label[:1].upper()}{found.metric.label[1:]}" + (f" / {typeset(unit)}" if unit != "1" else "")
        if filled is not None:
            drawn.colorbar(
                filled, ax=axes, label=label, ticks=filled.levels, format=lambda level, _: f"{level:.4g}"
            ).minorticks_off()
        _title(axes, found, label, value, filled is None)
        if handles:
            drawn.legend(handles=handles, loc="outside lower center", ncols=2)
    return drawn


def _along(axis: Axis) -> Array:
    """Values of an axis in the unit in which its range was written."""
    unit = axis.range.ends[0].written_unit
    return np.array([convert(value.value, value.unit, unit) for value in axis.values])


def _value(found: Map) -> tuple[Array, str]:
    """What is shown in the unit of a laboratory, and the unit."""
    si, unit = found.data["value"].values, found.metric.unit
    volts = "V" if np.nanmax(np.abs(si), initial=0.0) >= 1 else "mV"
    shown = volts if unit == "V" else SHOWN_IN.get(unit, unit)
    return si * convert(1.0, unit, shown), shown


def _contours(axes: Axes, x: Array, y: Array, value: Array) -> QuadContourSet | None:
    """Colours and iso-lines where there is a value; None if there is nothing to tell apart."""
    there = value[np.isfinite(value)]
    if not len(there) or np.ptp(there) <= ALIKE * np.max(np.abs(there)):
        if len(there):
            axes.contourf(x, y, np.ma.masked_invalid(value), levels=[there.min() - 1, there.max() + 1], colors=["#dddddd"])
        return None
    low, high = float(there.min()), float(there.max())
    by_ratio = low > 0 and high / low > WIDE
    levels = _ratios(low, high) if by_ratio else np.asarray(MaxNLocator(LEVELS).tick_values(low, high))
    norm: Normalize = LogNorm(levels[0], levels[-1]) if by_ratio else Normalize(levels[0], levels[-1])
    fine = np.ma.masked_invalid(np.exp(_finer(np.log(value))) if by_ratio else _finer(value))
    across, up = _finer_axis(axes.get_xscale(), x), _finer_axis(axes.get_yscale(), y)
    filled = axes.contourf(across, up, fine, levels=levels, cmap=SHADE, norm=norm)
    lines = axes.contour(across, up, fine, levels=levels, colors=BLACK, linewidths=0.6)
    for text in axes.clabel(lines, fmt=lambda level: f"{level:.4g}", fontsize=6.5):
        text.set_bbox({"facecolor": "white", "alpha": 0.75, "edgecolor": "none", "pad": 0.8})
    return filled


def _finer(values: Array) -> Array:
    """Values between those of the grid, on straight lines as axes show them; NaN in squares with a corner without one."""
    for _ in range(2):
        n = len(values) - 1
        share = np.linspace(0, n, n * FINER + 1)
        below = np.minimum(share.astype(int), n - 1)
        weight = (share - below)[:, None]
        # On a row of the grid the other row must not count, also where it has no value.
        upper = np.where(weight == 0, 0.0, weight * values[below + 1])
        lower = np.where(weight == 1, 0.0, (1 - weight) * values[below])
        values = (lower + upper).T
    return values


def _finer_axis(scale: str, along: Array) -> Array:
    finer = _finer(np.tile(np.log(along) if scale == "log" else along, (2, 1)))[0]
    return np.asarray(np.exp(finer) if scale == "log" else finer)


def _ratios(low: float, high: float) -> Array:
    """Levels at 1, 2 and 5 of every decade, or at 1 over many: from the last one below all values to the first above."""
    decades = range(math.floor(math.log10(low)), math.ceil(math.log10(high)) + 1)
    parts = (1.0, 2.0, 5.0) if high / low < MANY_DECADES else (1.0,)
    levels = np.array([part * 10.0**decade for decade in decades for part in parts])
    return levels[np.searchsorted(levels, low, side="right") - 1 : np.searchsorted(levels, high) + 1]


def _ended_otherwise(axes: Axes, x: Array, y: Array, words: NDArray[np.str_]) -> list[Patch | Line2D]:
    """Hatch every square of the grid with a corner that ended otherwise, a hatch for each end, and cross these corners."""
    handles: list[Patch | Line2D] = []
    across, up = _finer_axis(axes.get_xscale(), x), _finer_axis(axes.get_yscale(), y)
    ends = [word for word in dict.fromkeys(words.ravel().tolist()) if word != End.COMPLETED.word]
    for n, word in enumerate(ends):
        there, hatch = (words == word).astype(float), HATCHES[n % len(HATCHES)]
        hatched = axes.contourf(across, up, _finer(there), levels=[1e-6, 2.0], colors="none", hatches=[hatch])
        hatched.set_edgecolor(GREY)
        hatched.set_linewidth(0.0)
        handles.append(
            Patch(facecolor="white", edgecolor=GREY, hatch=hatch, label=f"{word}: {counted(int(there.sum()), 'design')}")
        )
    rows, columns = np.nonzero(words != End.COMPLETED.word)
    axes.plot(x[columns], y[rows], ls="", marker="x", ms=3, mew=0.7, color=RED, clip_on=False)
    return handles


def _base(axes: Axes, found: Map) -> list[Patch | Line2D]:
    """The cell as it is, where it lies on the map."""
    if found.x.base is None or found.y.base is None:
        return []
    place, inside = [], True
    for axis, base in ((found.x, found.x.base), (found.y, found.y.base)):
        low, high = axis.range.ends
        inside &= low.value <= base <= high.value
        place.append(convert(base, low.unit, low.written_unit))
    if not inside:
        return [Line2D([], [], ls="", label="the cell itself lies outside")]
    style = {"ls": "", "marker": "*", "ms": 11, "color": "white", "mec": BLACK, "mew": 0.9}
    axes.plot([place[0]], [place[1]], zorder=5, **style)  # type: ignore[arg-type]
    return [Line2D([], [], label="the cell as it is", **style)]  # type: ignore[arg-type]


def _title(axes: Axes, found: Map, label: str, value: Array, flat: bool) -> None:
    there = value[np.isfinite(value)]
    said = counted(len(found.statuses), "design")
    if found.checked:
        said += f", {found.checked} solved singly as well"
        said += f": within {found.error * 1e3:.2g} mV" if math.isfinite(found.error) else ""
    if flat:
        said = f"{label}: {there.mean():.4g} everywhere; {said}" if len(there) else f"{label}: no design has one; {said}"
    wrong = next((note for note in found.notes if note.startswith("CHECK FAILED")), "")
    axes.set_title(wrong.split(". ")[0] or said, fontsize=7, fontweight="normal", color=RED if wrong else GREY)


def _label(axis: Axis) -> str:
    """A path as an axis says it: "working.films.0.thickness" is "Thickness (working, film 1)"."""
    *parents, name = axis.path.split(".")
    said: list[str] = []
    for part in parents:
        said.append(f"{said.pop().removesuffix('s')} {int(part) + 1}" if part.isdecimal() else part.replace("_", " "))
    words = name.replace("_", " ")
    unit = axis.range.ends[0].written_unit
    return (
        f"{words[:1].upper()}{words[1:]}"
        + (f" ({', '.join(said)})" if said else "")
        + (f" / {typeset(unit)}" if unit != "1" else "")
    )


def typeset(unit: str) -> str:
    """A unit as print has it: "mA/cm2" is mA cm$^{-2}$."""
    signs = {"um": "µm", "uL": "µL", "uF": "µF", "uV": "µV", "degC": "°C", "ohm": "$\\Omega$"}
    factors = []
    for sign, name, power in re.findall(r"([/* ]?)\s*(1|[A-Za-zµΩÅ°%]+)\^?([+-]?\d)?", unit):
        exponent = int(power or 1) * (-1 if sign == "/" else 1)
        if name != "1":
            factors.append(signs.get(name, name) + (f"$^{{{exponent}}}$" if exponent != 1 else ""))
    return " ".join(factors)
