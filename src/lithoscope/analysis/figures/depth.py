"""A film over its depth: what lies where, and what instruments show of it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from numpy.typing import NDArray

from lithoscope.analysis.figures.style import (
    BLACK,
    BLUE,
    DOUBLE,
    GREY,
    MM,
    ORANGE,
    PURPLE,
    RED,
    SAND,
    TEAL,
    figure,
    solid_colours,
    solid_label,
)  # fmt: skip
from lithoscope.analysis.photoemission import Strata, composition, reduced_share, sputtered_ions, strata_of, strata_of_places

if TYPE_CHECKING:
    from lithoscope.result import Result

Array = NDArray[np.float64]

ELEMENTS = {
    "Li": (PURPLE, "-"), "C": (BLACK, (0, (3, 4))), "N": (BLUE, (3, (2, 5))), "O": (RED, "-"), "F": (TEAL, "-"),
    "P": (SAND, "-."),
    "S": (SAND, ":"), "Cl": (TEAL, "--"), "Sn": (ORANGE, "-"), "Pb": (ORANGE, "-"),
}  # fmt: skip
UNDER = {"Sn": 1.5, "Pb": 1.5}
"""Drawn beneath the rest: a perovskite has as much carbon and nitrogen as metal."""

SHOWN = 5
"""Solids that have a colour of their own; the rest is drawn together."""

BENEATH_M = 15e-9
"""Of the film above what lies beneath it, that instruments see through."""

STEPS = 400
"""Depths at which curves are drawn."""

LEAST = 0.01
"""Share of the atoms below which an element is not drawn."""

WITH = {"Li_alloyed": ("Sn", "Pb"), "Li_inserted": ("MASnCl3", "MAPbCl3", "PbCl2")}
"""Lithium that is drawn with what holds it."""

LABELS = {"Sn": "Li-Sn", "Pb": "Li-Pb"}
"""Metals hold lithium here."""


def draw_depth_profile(result: Result, time: float | None = None) -> Figure:
    """Volume shares of the solids, and what photoemission and mass spectrometry show, against the depth below the surface.

    Of a surface that is a map the solids are those of the mean film; what instruments show is the mean over its places.
    time  s; the end of the run if not given
    Raises InputError for a result without a film.
    """
    strata = strata_of(result, time)
    seen, z = strata, depths(strata)
    if result.tree.children.get("map") is not None:
        seen = strata_of_places(result, time)
        z = np.linspace(0, reach(seen), STEPS)
    with figure(DOUBLE, 62 * MM) as drawn:
        shares, electrons, ions = drawn.subplots(1, 3)
        draw_shares(shares, strata)
        draw_photoemission(electrons, seen, z)
        _ions(ions, seen, z)
    return drawn


def reach(places: Strata) -> float:
    """Depth down to which an uneven film is followed, m: where nineteen of twenty places are off."""
    return float(np.quantile(places.edges[..., -2], 0.95)) + BENEATH_M


def _unit(depth: float) -> tuple[float, str]:
    return (1e6, "µm") if depth > 5e-7 else (1e9, "nm")


def depths(strata: Strata) -> Array:
    """Depths at which instruments look, m: not so deep that what lies beneath the film would show, which is not known here."""
    return np.linspace(0, max(strata.edges[-1] - BENEATH_M, strata.edges[-1] / 2), STEPS)


def draw_shares(axes: Axes, strata: Strata) -> None:
    """Volume shares against the depth, stacked."""
    scale, unit = _unit(strata.edges[-1])
    names = list(strata.atoms)
    volume = {name: strata.volume[n].copy() for n, name in enumerate(names)}
    for lithium, holders in WITH.items():
        for holder in holders:
            if lithium in volume and holder in volume:
                volume[holder] += volume.pop(lithium)
    whole = np.sum(list(volume.values()), axis=0)
    order = sorted(volume, key=lambda name: -float(volume[name].sum()))
    shown = {LABELS.get(name, solid_label(name)): np.repeat(volume[name] / whole, 2) for name in order[:SHOWN]}
    if len(order) > SHOWN:
        shown["others"] = np.repeat(np.sum([volume[name] for name in order[SHOWN:]], axis=0) / whole, 2)
    edges = np.repeat(strata.edges, 2)[1:-1] * scale
    colours = [*solid_colours(order[:SHOWN]), GREY]
    axes.stackplot(edges, list(shown.values()), labels=list(shown), colors=colours, lw=0)
    axes.set(xlabel=f"Depth below the surface / {unit}", ylabel="Volume share", xlim=(0, edges[-1]), ylim=(0, 1))
    axes.set_title("what lies where", fontweight="normal")
    axes.legend(loc="upper center", bbox_to_anchor=(0.5, -0.24), ncols=3, fontsize=5.5, handlelength=1.0, columnspacing=1.0)


def draw_photoemission(axes: Axes, strata: Strata, sputtered: Array | None = None) -> None:
    """Shares of atoms as photoemission shows them.

    sputtered  depths down to which the film was taken off, m; all of the film if not given
    """
    z = depths(strata) if sputtered is None else sputtered
    scale = _unit(z[-1])[0]
    for name, share in composition(strata, z).items():
        if share.max() > LEAST:
            colour, dash = ELEMENTS[name]
            axes.plot(z * scale, 100 * share, color=colour, ls=dash, label=name, zorder=UNDER.get(name, 2))
    for metal in ("Sn", "Pb"):
        if metal in strata.atoms:
            axes.plot(z * scale, 100 * reduced_share(strata, metal, z), color=GREY, ls=":", label=f"{metal}$^0$ in {metal}")
    axes.set(ylabel="Atoms / %", ylim=(0, None))
    _against_depth(axes, z[-1], "photoemission, without H")


def _ions(axes: Axes, strata: Strata, z: Array) -> None:
    scale = _unit(z[-1])[0]
    for name, signal in sputtered_ions(strata, z).items():
        if name in ELEMENTS and signal.max() > 0:
            colour, dash = ELEMENTS[name]
            axes.plot(z * scale, signal / signal.max(), color=colour, ls=dash, label=name, zorder=UNDER.get(name, 2))
    axes.set(ylabel="Signal over its largest", ylim=(0, 1.03))
    _against_depth(axes, z[-1], "mass spectrometry")


def _against_depth(axes: Axes, depth: float, title: str) -> None:
    """What an instrument shows has the depth that was taken off below it, and its legend under that."""
    scale, unit = _unit(depth)
    axes.set(xlabel=f"Sputtered depth / {unit}", xlim=(0, depth * scale))
    axes.set_title(title, fontweight="normal")
    axes.legend(
        loc="upper center",
        bbox_to_anchor=(0.5, -0.24),
        ncols=4 + (len(axes.lines) == 5),
        fontsize=5.5,
        handlelength=1.4,
        columnspacing=1.0,
    )
