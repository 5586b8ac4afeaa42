"""The figures of the study, in the layout that a reader of the paper expects, with the reported numbers as marks."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.ticker import MultipleLocator, NullFormatter, ScalarFormatter

from lithoscope.analysis.figures.style import BLACK, CURVES, DOUBLE, GREY, MM, figure, svg
from lithoscope.studies.outcome import Panel
from lithoscope.studies.perovskite.cells import MATERIALS, film_conductivity, hopping_conductivity

if TYPE_CHECKING:
    import xarray as xr

    from lithoscope.studies.claims import Claims
    from lithoscope.studies.perovskite.findings import Findings

COATED = MATERIALS[1:]
USUAL_DISCS = {"12 mm": 1.13, "14 mm": 1.54, "15.6 mm": 1.91}
"""Lithium discs of coin cells and their area, cm2."""

LABEL_OFFSETS = {
    ("MAPbCl3", 10_000): (16, -7),
    ("MASnCl3", 100_000): (0, -8),
    ("MASnCl3", 10_000): (0, -8),
    ("MASnCl3", 1_000): (-2, -8),
}
"""Where the frequency of a point is written if not above it, in points: the two spectra cross."""


def all_panels(found: Findings, claims: Claims) -> tuple[Panel, ...]:
    """Every figure of the report, in the order of the paper."""
    return (
        _spectra(found),
        _voltages(found, claims),
        _areas(found, claims),
        _conductivity(found),
        _sensitivities(found),
    )


def _run_ids(found: Findings) -> str:
    return ", ".join(f"{material} {found.runs[material].manifest.run_id}" for material in MATERIALS)


def _ohm(spectrum: xr.Dataset, area: float) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    return (
        spectrum["frequency"].values,
        spectrum["real_impedance"].values / area,
        -spectrum["imaginary_impedance"].values / area,
    )


def _spectra(found: Findings) -> Panel:
    with figure(DOUBLE, 60 * MM) as drawn:
        whole, near = drawn.subplots(1, 2)
        for material in MATERIALS:
            for axes in (whole, near):
                _nyquist(axes, found, material, named=axes is near)
        for axes, right, top, tick in ((whole, 345, 190, 50), (near, 109, 60, 20)):
            axes.set(xlim=(0, right), ylim=(0, top), xlabel="$Z'$ / $\\Omega$", ylabel="$-Z''$ / $\\Omega$")
            axes.set_aspect("equal", adjustable="box")
            axes.xaxis.set_major_locator(MultipleLocator(tick))
            axes.yaxis.set_major_locator(MultipleLocator(tick))
        drawn.legend(*whole.get_legend_handles_labels(), loc="outside upper center", ncols=3)
    caption = (
        f"Impedance of the three fresh symmetric cells (electrodes of {found.point['electrode area']:g} cm², beside the "
        "paper's figure 3a); the right panel enlarges the left. Lines: the instrument's window, 100 kHz to 100 mHz, with "
        "a circle at each decade; dotted: what lies above it. Marks on the axis: the reported 320, 60 and 85 Ω, drawn "
        "from the resistance of the electrolyte, with the declared ±5 %. All three resistances are calibrated, so their "
        "agreement says nothing; the shape is predicted. The arc of the films, a prior of 1 mF/m² beside their "
        f"resistance, lies mostly above the window: what a reader can see of 60 Ω is {found.arc['MASnCl3'].value:.0f} Ω. "
        f"Runs: {_run_ids(found)}."
    )
    return Panel("spectra", "Impedance before cycling", svg(drawn), caption)


def _nyquist(axes: Axes, found: Findings, material: str, *, named: bool) -> None:
    curve, result = CURVES[material], found.runs[material]
    _, x, y = _ohm(found.wide[material].spectra[0], result.area)
    axes.plot(x, y, color=curve.colour, ls=":", lw=0.8)
    f, x, y = _ohm(result.spectra[0], result.area)
    axes.plot(x, y, color=curve.colour, ls=curve.dash, label=curve.label)
    decade = np.isclose(np.log10(f), np.round(np.log10(f)), atol=1e-6)
    axes.plot(x[decade], y[decade], ls="", marker="o", ms=2.4, mfc="white", mew=0.7, color=curve.colour)
    reported = found.reported.resistance(material)
    ohmic = float(found.wide[material].spectra[0]["electrolyte_real_impedance"][0]) / result.area
    axes.errorbar(
        ohmic + reported,
        0,
        xerr=0.05 * reported,
        color=curve.colour,
        marker=curve.marker,
        ms=4,
        capsize=2,
        clip_on=False,
        zorder=5,
    )
    if named and material != "bare":
        for fk, xk, yk in zip(f[decade], x[decade], y[decade], strict=True):
            if fk >= 1e3:
                offset = LABEL_OFFSETS.get((material, round(fk)), (0, 4))
                _label(axes, f"{fk / 1e3:.0f} kHz", (xk, yk), offset, curve.colour, size=6, ha="center")


def _label(
    axes: Axes, text: str, at: tuple[float, float], offset: tuple[float, float], colour: str, *, size: float = 7, **placed: Any
) -> None:
    """A short text beside a point; offset in points."""
    axes.annotate(text, at, xytext=offset, textcoords="offset points", fontsize=size, color=colour, **placed)


def _voltages(found: Findings, claims: Claims) -> Panel:
    reported = float(claims["perovskite.sym.overpotential_msc"].values[0])
    with figure(DOUBLE, 88 * MM) as drawn:
        axes = drawn.subplot_mosaic([["all", "all"], ["first", "last"]], height_ratios=[1.1, 1])
        for material in MATERIALS:
            curve, trace = CURVES[material], found.runs[material].trace
            hours, mV = trace["time"].values / 3600, trace["voltage"].values * 1e3
            for name in axes:
                axes[name].plot(hours, mV, color=curve.colour, ls=curve.dash, label=curve.label, lw=0.9)
        for name, window, limit in (("all", (-0.1, 10.1), 460), ("first", (-0.05, 2.1), 130), ("last", (8.0, 10.1), 130)):
            axes[name].set(xlim=window, ylim=(-limit, limit), ylabel="Voltage / mV")
            axes[name].axhline(0, color=GREY, lw=0.4, zorder=0)
            for sign in (1, -1):
                axes[name].axhspan(sign * 0.9 * reported, sign * 1.1 * reported, color=GREY, alpha=0.3, lw=0, zorder=0)
        drawn.legend(*axes["all"].get_legend_handles_labels(), loc="outside upper center", ncols=3)
        axes["all"].set_xlabel("Time / h")
        axes["first"].set(xlabel="Time / h")
        axes["last"].set(xlabel="Time / h")
        for name, title in (("first", "first cycle, enlarged"), ("last", "fifth cycle, enlarged")):
            axes[name].set_title(title, fontweight="normal")
    caption = (
        "Voltage of the three symmetric cells over the first five cycles at 1 mA/cm² and 1 mAh/cm² (beside the paper's "
        f"figure 3b), and two windows of it. Grey band: the reported {reported:g} mV of both coated cells, ±10 %. "
        "Interfaces are calibrated on the spectra of the fresh cells; the voltages are predicted, for electrodes of "
        f"{found.point['electrode area']:g} cm²: {_listed(found)}. No ageing is modelled here, so every cycle is like the "
        f"first: the flat traces are a property of the model and not a finding. Runs: {_run_ids(found)}."
    )
    return Panel("voltage", "Voltage in the first cycles", svg(drawn), caption)


def _listed(found: Findings) -> str:
    return ", ".join(f"{m} {found.overpotential[m].value:.0f} mV" for m in MATERIALS)


def _areas(found: Findings, claims: Claims) -> Panel:
    reported = float(claims["perovskite.sym.overpotential_msc"].values[0])
    with figure(DOUBLE, 72 * MM) as drawn:
        axes = drawn.subplots()
        axes.axhspan(0.9 * reported, 1.1 * reported, color=GREY, alpha=0.3, lw=0, label=f"reported {reported:g} mV, ±10 %")
        for material in COATED:
            curve, (areas, slow, fast) = CURVES[material], found.area_curves[material]
            axes.fill_between(areas, slow, fast, color=curve.colour, alpha=0.25, lw=0)
            axes.plot(
                areas,
                fast,
                color=curve.colour,
                ls=curve.dash,
                label=f"{curve.label}, {found.reported.resistance(material):g} $\\Omega$",
            )
            needed = found.area_needed[material]
            axes.plot(needed, reported, marker=curve.marker, color=curve.colour, mec=BLACK, mew=0.6, ms=5, ls="", zorder=5)
            _label(axes, f"{needed:.2f} cm$^2$", (needed, reported), (2, -14), curve.colour)
        for name, area in USUAL_DISCS.items():
            axes.axvline(area, color=GREY, lw=0.6, ls=":")
            _label(axes, f"{name} disc", (area, 4), (-1, 0), GREY, ha="right", va="bottom", rotation=90)
        axes.set(
            xlim=(0.3, 2.05),
            ylim=(0, 180),
            xlabel="Electrode area, $A$ / cm$^2$",
            ylabel="Overpotential at 1 mA cm$^{-2}$ / mV",
        )
        axes.legend(loc="upper left")
    caption = (
        "The electrode area, which the paper does not give, decides the overpotential that the spectra imply. Lines: "
        "predicted with fast charge transfer, where nearly all of the resistance is ohmic; bands: down to the slowest "
        "charge transfer that the spectra and its range allow. Marks: the areas at which each cell would show the "
        f"reported {reported:g} mV, {found.area_needed['MASnCl3']:.2f} and {found.area_needed['MAPbCl3']:.2f} cm². No "
        "area fits both cells, and discs of usual size fit neither. Both interfaces are counted in the reported "
        "resistances; with one, every prediction doubles."
    )
    return Panel("area", "The electrode area", svg(drawn), caption)


def _conductivity(found: Findings) -> Panel:
    areas = np.geomspace(0.3, 2.5, 40)
    both, one = ([film_conductivity(found.reported, a * 1e-4, n) / 100 for a in areas] for n in (2.0, 1.0))
    with figure(DOUBLE, 70 * MM) as drawn:
        axes = drawn.subplots()
        axes.fill_between(areas, one, both, color=CURVES["MASnCl3"].colour, alpha=0.25, lw=0)
        axes.plot(areas, both, color=CURVES["MASnCl3"].colour, label="from 60 and 85 $\\Omega$, both interfaces counted")
        axes.plot(areas, one, color=CURVES["MASnCl3"].colour, ls="--", label="the same, one interface counted")
        for lithium, text in ((1.0, "1 Li per unit cell"), (0.1, "0.1 Li per unit cell"), (0.02, "0.02 Li per unit cell")):
            sigma = hopping_conductivity(lithium) / 100
            axes.axhline(sigma, color=BLACK, lw=0.8, ls="-.")
            axes.annotate(text, (2.45, sigma), fontsize=7, ha="right", va="bottom", xytext=(0, 1), textcoords="offset points")
        ends = [hopping_conductivity(1.0, nu) / 100 for nu in (1e12, 1e14)]
        axes.axhspan(
            *ends,
            color=GREY,
            alpha=0.2,
            lw=0,
            label="0.45 eV, 1 Li per cell, attempt frequency 10$^{12}$ to 10$^{14}$ s$^{-1}$",
        )
        axes.set(xscale="log", yscale="log", xlim=(0.3, 2.5), ylim=(3e-8, 1e-3), xlabel="Electrode area, $A$ / cm$^2$",
                 ylabel="Film conductivity, $\\sigma$ / S cm$^{-1}$")  # fmt: skip
        axes.set_xticks([0.3, 0.5, 1, 2])
        axes.xaxis.set_major_formatter(ScalarFormatter())
        axes.xaxis.set_minor_formatter(NullFormatter())
        axes.legend(loc="upper right")
    caption = (
        "The conductivity of the films that makes one more micrometre on each electrode cost 25 Ω, against the electrode "
        "area; and what the computed barrier of 0.45 eV lets one expect for independent hops (dash-dotted, by number of "
        "mobile lithium ions per unit cell). The spectra need about one lithium per cell; at 0.02, the doping limit "
        "known from related crystals, the film alone would cost "
        f"{2 * 1e-6 / hopping_conductivity(0.02) / (found.point['electrode area'] * 1e-4):.0f} Ω. The barrier is the "
        "authors' and belongs to the cubic phase, which is not that of MASnCl₃ at 25 °C. Nothing here is run: both sides "
        "are arithmetic on reported numbers."
    )
    return Panel("conductivity", "The conductivity of the films", svg(drawn), caption)


def _sensitivities(found: Findings) -> Panel:
    quantities = [(m, f"overpotential, {m} / mV") for m in COATED]
    with figure(DOUBLE, 72 * MM) as drawn:
        for axes, (material, key) in zip(drawn.subplots(1, 2, sharey=True), quantities, strict=True):
            rows = sorted(found.sensitivities[key], key=lambda s: s.swing)
            base = found.overpotential[material].value
            for n, row in enumerate(rows):
                low, high = row.at_low, row.at_high
                axes.barh(n, low - base, left=base, color="#88AACC", height=0.6, label="low end" if n == 0 else None)
                axes.barh(n, high - base, left=base, color="#335577", height=0.6, label="high end" if n == 0 else None)
            axes.axvline(base, color=BLACK, lw=0.7)
            axes.set_yticks(range(len(rows)), [row.parameter for row in rows])
            axes.set_xlabel("Overpotential / mV")
            axes.set_title(f"{CURVES[material].label}: {base:.0f} mV", fontweight="normal")
            axes.margins(x=0.08)
        axes.legend(loc="lower right", title="parameter at the", title_fontsize=7)
    caption = (
        "What each open parameter does to the predicted overpotentials, one at a time over its range, with the cells "
        "calibrated anew at every point. Area and the meaning of the reported resistance decide; everything else is "
        "small beside them."
    )
    return Panel("sensitivities", "Sensitivities", svg(drawn), caption)
