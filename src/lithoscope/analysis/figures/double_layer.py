"""Figures of the double layer: profiles beside a film, a loop, capacitance over voltage, the field at a tip."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import xarray as xr
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from lithoscope.analysis.figures.style import BLACK, BLUE, DOUBLE, GREY, MM, ORANGE, RED, SINGLE, TEAL, figure
from lithoscope.errors import InputError

SHOWN_NM = 2.0
"""Depth of the electrolyte that is drawn: ten Debye lengths of 1 mol/L."""

UNTIL = 1e-3
"""Potential beyond which nothing is to be seen, relative to that at the Stern layer."""

STYLES = ((BLUE, "-"), (ORANGE, "--"), (TEAL, "-."), (RED, ":"), (BLACK, "-"))


def _needs(table: xr.Dataset, names: tuple[str, ...], made_by: str) -> None:
    missing = [name for name in names if name not in table]
    if missing:
        raise InputError("table", f"has no {', '.join(missing)}", expected=f"what {made_by} returns",
                         why="Each figure shows one kind of table", do=f"Draw the result of {made_by}")  # fmt: skip


def draw_profile(table: xr.Dataset) -> Figure:
    """Two panels of `DoubleLayer.static()`: the potential through solids and electrolyte, and the ions. Raises InputError."""
    _needs(table, ("potential", "cations", "solid_potential"), "DoubleLayer.static()")
    x = table["position"].values * 1e9
    end = max(float(np.interp(UNTIL, np.abs(table["potential"] / (table["potential"][0] + 1e-30))[::-1], x[::-1])), 0.5)
    with figure(DOUBLE, 66 * MM) as drawn:
        left, right = drawn.subplots(1, 2)
        solid = table["solid_position"].values * 1e9
        begin = -0.6 * end
        left.plot(solid, table["solid_potential"], color=GREY, label="film and Stern layer")
        left.plot(x, table["potential"], color=BLUE, label="electrolyte")
        left.axvspan(max(solid[-2], begin), 0, color=GREY, alpha=0.2, lw=0)
        left.set(xlabel="Distance from the Stern layer, $x$ / nm", ylabel="Potential, $\\phi$ / V", xlim=(begin, end))
        left.legend()
        right.plot(x, table["anions"] / 1e3, color=ORANGE, ls="--", label="anions")
        right.plot(x, table["cations"] / 1e3, color=BLUE, label="Li$^+$")
        right.set(xlabel="Distance from the Stern layer, $x$ / nm", ylabel="Concentration, $c$ / mol L$^{-1}$", xlim=(0, end))
        right.set_ylim(0, None)
        right.legend()
    return drawn


def draw_loop(tables: Mapping[str, xr.Dataset]) -> Figure:
    """Polarisation over voltage of `DoubleLayer.hysteresis()`, one curve for each name. Raises InputError."""
    with figure(SINGLE, 66 * MM) as drawn:
        axes = drawn.subplots()
        for (name, table), (colour, dash) in zip(tables.items(), STYLES, strict=False):
            _needs(table, ("polarisation", "step"), "DoubleLayer.hysteresis()")
            axes.plot(table["voltage"], table["polarisation"], color=colour, ls=dash, label=name)
        _cross(axes)
        axes.set(xlabel="Voltage of the lithium, $V$ / V", ylabel="Polarisation, $P$ / C m$^{-2}$")
        drawn.legend(loc="outside lower center", ncols=3, handlelength=1.6, columnspacing=1.0)
    return drawn


def draw_capacitance(tables: Mapping[str, xr.Dataset]) -> Figure:
    """Differential capacitance over voltage of `DoubleLayer.capacitance()`, one curve for each name. Raises InputError."""
    with figure(SINGLE, 62 * MM) as drawn:
        axes = drawn.subplots()
        for (name, table), (colour, dash) in zip(tables.items(), STYLES, strict=False):
            _needs(table, ("capacitance", "step"), "DoubleLayer.capacitance()")
            axes.plot(table["voltage"], table["capacitance"] * 100, color=colour, ls=dash, label=name)
        axes.set(xlabel="Voltage of the lithium, $V$ / V", ylabel="Capacitance, $C$ / µF cm$^{-2}$", ylim=(0, None))
        axes.legend()
    return drawn


def draw_transient(table: xr.Dataset) -> Figure:
    """Charge and polarisation over time of `DoubleLayer.transient()`. Raises InputError."""
    _needs(table, ("cation_residual",), "DoubleLayer.transient()")
    with figure(SINGLE, 62 * MM) as drawn:
        axes = drawn.subplots()
        t = table["time"].values[1:] * 1e9
        axes.semilogx(t, table["polarisation"][1:], color=GREY, label="polarisation of the film")
        axes.semilogx(t, table["charge"][1:], color=BLUE, ls="--", label="seen by the electrolyte")
        axes.set(xlabel="Time, $t$ / ns", ylabel="Charge / C m$^{-2}$")
        axes.legend()
    return drawn


def draw_tip(table: xr.Dataset) -> Figure:
    """Field at a tip over that on a plane, a bar for each contribution of `DoubleLayer.tip()`. Raises InputError."""
    _needs(table, ("enhancement", "field_at_tip"), "DoubleLayer.tip()")
    cases, ratio = [str(case) for case in table["case"].values], np.abs(table["enhancement"].values)
    with figure(DOUBLE * 0.75, 12 * MM + 7 * MM * len(cases)) as drawn:
        axes = drawn.subplots()
        rows = np.arange(len(cases))[::-1]
        with_ions = [case == "ions" or case.endswith(", ions") for case in cases]
        axes.barh(rows, np.nan_to_num(ratio), color=[BLUE if ions else ORANGE for ions in with_ions], height=0.65)
        for row, one in zip(rows, ratio, strict=True):
            text = f"{one:.2f}" if np.isfinite(one) else "breaks into domains"
            axes.text(
                np.nan_to_num(one) + 0.01 * np.nanmax(ratio),
                row,
                text,
                va="center",
                fontsize=7,
                bbox={"facecolor": "white", "edgecolor": "none", "pad": 0.5},
            )
        axes.axvline(1, color=GREY, lw=0.8, ls="--")
        axes.set_yticks(rows, cases)
        axes.set(xlabel="Field at the tip over field on a plane", xlim=(0, 1.15 * np.nanmax(ratio)))
    return drawn


def _cross(axes: Axes) -> None:
    axes.axhline(0, color=GREY, lw=0.5)
    axes.axvline(0, color=GREY, lw=0.5)
