"""The figures of the study, in the layout that a reader of the paper expects, with the reported numbers as marks."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.lines import Line2D
from matplotlib.patches import Patch
from matplotlib.ticker import MultipleLocator, NullFormatter, ScalarFormatter

from lithoscope.analysis.figures.style import BLACK, CURVES, DOUBLE, GREY, MM, figure, svg
from lithoscope.studies.outcome import Panel
from lithoscope.studies.perovskite import fanpanels
from lithoscope.studies.perovskite.cells import (
    AREA,
    ATTEMPT_FREQUENCIES,
    INTERFACES,
    MATERIALS,
    READING,
    RESISTANCE,
    THICKNESS,
    conductivity_at,
    hopping_conductivity,
    mobile_lithium,
)
from lithoscope.studies.ranges import leading
from lithoscope.studies.typeset import typeset

if TYPE_CHECKING:
    from collections.abc import Sequence

    from lithoscope.studies.claims import Claims
    from lithoscope.studies.perovskite.findings import Findings
    from lithoscope.studies.ranges import Sensitivity

COATED = MATERIALS[1:]
DISCS = {"8": 0.503, "10": 0.785, "12": 1.131, "14": 1.539, "15.6": 1.911}
"""Diameters of lithium discs in mm, and their area in cm2."""

LABELS = {
    ("MASnCl3", 100_000): (-3, -9),
    ("MASnCl3", 10_000): (12, -6),
    ("MASnCl3", 1_000): (-1, -9),
    ("MAPbCl3", 100_000): (-6, 5),
    ("MAPbCl3", 10_000): (-7, -7),
    ("MAPbCl3", 1_000): (5, 4),
}
"""Where the frequency of a point is written, in points from it: the two spectra cross."""


def all_panels(found: Findings, claims: Claims) -> tuple[Panel, ...]:
    """Every figure of the report, in the order of the paper."""
    return (
        _spectra(found),
        _voltages(found, claims),
        _areas(found, claims),
        _conductivity(found),
        _sensitivities(found),
        fanpanels.voltages(found.ensembles, claims),
        fanpanels.parameters(found.ensembles),
    )


def _run_ids(found: Findings) -> str:
    return ", ".join(f"{material} {found.runs[material].manifest.run_id}" for material in MATERIALS)


def _spectra(found: Findings) -> Panel:
    with figure(DOUBLE, 66 * MM) as drawn:
        whole, near = drawn.subplots(1, 2)
        for material in MATERIALS:
            for axes in (whole, near):
                _nyquist(axes, found, material, named=axes is near)
        for axes, right, top, tick in ((whole, 348, 200, 50), (near, 108, 62, 20)):
            axes.set(xlim=(0, right), ylim=(0, top), xlabel="$Z'$ / $\\Omega$", ylabel="$-Z''$ / $\\Omega$")
            axes.set_aspect("equal", adjustable="box")
            axes.xaxis.set_major_locator(MultipleLocator(tick))
            axes.yaxis.set_major_locator(MultipleLocator(tick))
        near.set_title("enlarged", fontweight="normal")
        drawn.legend(*_spectra_legend(whole), loc="outside upper center", ncols=5)
    hidden = ", ".join(f"{found.hidden[m]:.0f} mV ({m})" for m in COATED)
    arc = found.arc["MASnCl3"]
    caption = (
        f"Impedance of the three fresh symmetric cells (electrodes of {found.point[AREA]:g} cm2, beside the paper's figure "
        "3a); the right panel enlarges the left. Thick lines: the instrument's window, 100 kHz to 100 mHz, with a circle at "
        "each decade; dotted: what lies above it. Filled marks on the axis: the reported 320, 60 and 85 ohm, drawn from the "
        "resistance of the electrolyte, with the declared ±5 %. All three resistances are calibrated, so their agreement says "
        "nothing; the shape is predicted, with a permittivity of the films that is a prior, 11 to 1130. The cells are drawn "
        "for resistances that are those of the whole arcs; the arc of the films then begins above the window, and a reader "
        f"sees {arc.value:.0f} of {found.reported.tin:g} ohm with MASnCl3. Read the other way, as what the window shows, the "
        f"same numbers mean a more resistive film and overpotentials of {hidden} instead of "
        f"{_listed(found, COATED)}: the arc that is missing would stand as an offset of the spectrum at 100 kHz, which the "
        "reported numbers do not tell. "
        f"Runs: {_run_ids(found)}."
    )
    return Panel("spectra", "Impedance before cycling", svg(drawn), caption)


def _spectra_legend(axes: Axes) -> tuple[list[Any], list[str]]:
    handles, labels = axes.get_legend_handles_labels()
    dotted = Line2D([], [], color=GREY, ls=":", lw=0.8)
    mark = Line2D([], [], color=GREY, ls="", marker="D", ms=3.5)
    return [*handles, dotted, mark], [*labels, "above 100 kHz", "reported, ±5 %"]


def _nyquist(axes: Axes, found: Findings, material: str, *, named: bool) -> None:
    curve, result = CURVES[material], found.wide[material]
    spectrum = result.spectra[0]
    f, x, y = (spectrum[name].values for name in ("frequency", "real_impedance", "imaginary_impedance"))
    x, y, top = x / result.area, -y / result.area, found.reported.highest_frequency
    inside = (f <= top * (1 + 1e-9)) & (f >= 0.1 * (1 - 1e-9))
    axes.plot(x[f >= top * (1 - 1e-9)], y[f >= top * (1 - 1e-9)], color=curve.colour, ls=":", lw=0.8)
    axes.plot(x[inside], y[inside], color=curve.colour, ls=curve.dash, label=curve.label)
    decade = inside & np.isclose(np.log10(f), np.round(np.log10(f)), atol=1e-6)
    axes.plot(x[decade], y[decade], ls="", marker="o", ms=2.4, mfc="white", mew=0.7, color=curve.colour)
    reported = found.reported.resistance(material)
    ohmic = float(spectrum["electrolyte_real_impedance"][0]) / result.area
    axes.errorbar(ohmic + reported, 0, xerr=0.05 * reported, color=curve.colour, marker=curve.marker, ms=4, capsize=2,
                  clip_on=False, zorder=5)  # fmt: skip
    for fk, xk, yk in zip(f[decade], x[decade], y[decade], strict=True):
        if named and (offset := LABELS.get((material, round(fk)))):
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
        for name, window, limit in (("all", (-0.1, 10.1), 460), ("first", (-0.05, 2.1), 135), ("last", (8.0, 10.1), 135)):
            axes[name].set(xlim=window, ylim=(-limit, limit), ylabel="Voltage / mV")
            axes[name].axhline(0, color=GREY, lw=0.4, zorder=0)
            for sign in (1, -1):
                axes[name].axhspan(sign * 0.9 * reported, sign * 1.1 * reported, color=GREY, alpha=0.3, lw=0, zorder=0)
        handles, labels = axes["all"].get_legend_handles_labels()
        band = Patch(color=GREY, alpha=0.3, lw=0)
        drawn.legend([*handles, band], [*labels, f"reported for both films: {reported:g} mV, ±10 %"],
                     loc="outside upper center", ncols=4)  # fmt: skip
        for material in COATED:
            p, above = found.overpotential[material].value, material == "MAPbCl3"
            _label(axes["last"], f"{p:.0f} mV", (9.0, p), (-2, 1.5 if above else -1.5), CURVES[material].colour, size=6,
                   ha="right", va="bottom" if above else "top")  # fmt: skip
        axes["all"].set_xlabel("Time / h")
        axes["first"].set(xlabel="Time / h")
        axes["last"].set(xlabel="Time / h")
        for name, title in (("first", "first cycle, enlarged"), ("last", "fifth cycle, enlarged")):
            axes[name].set_title(title, fontweight="normal")
    caption = (
        "Voltage of the three symmetric cells over the first five cycles at 1 mA/cm2 and 1 mAh/cm2 (beside the paper's "
        f"figure 3b), and two windows of it. Grey band: the reported {reported:g} mV of both coated cells, ±10 %. "
        "Interfaces are calibrated on the spectra of the fresh cells; the voltages are predicted, for electrodes of "
        f"{found.point[AREA]:g} cm2: {_listed(found)}. The paper gives no number for the "
        "bare cell. No ageing is modelled here, so every cycle is like the "
        f"first: the flat traces are a property of the model and not a finding. Runs: {_run_ids(found)}."
    )
    return Panel("voltage", "Voltage in the first cycles", svg(drawn), caption)


def _listed(found: Findings, materials: Sequence[str] = MATERIALS) -> str:
    return ", ".join(f"{found.overpotential[m].value:.0f} mV ({m})" for m in materials)


def _areas(found: Findings, claims: Claims) -> Panel:
    reported = float(claims["perovskite.sym.overpotential_msc"].values[0])
    with figure(DOUBLE, 76 * MM) as drawn:
        axes = drawn.subplots()
        axes.axhspan(0.9 * reported, 1.1 * reported, color=GREY, alpha=0.3, lw=0,
                     label=f"reported for both: {reported:g} mV, ±10 %")  # fmt: skip
        for area in DISCS.values():
            axes.axvline(area, color=GREY, lw=0.5, ls=":", zorder=0)
        for material, offset, side in zip(COATED, ((5, -11), (-5, 9)), ("left", "right"), strict=True):
            curve, over = CURVES[material], found.area_curves[material]
            axes.fill_between(over.area, over.low, over.high, color=curve.colour, alpha=0.22, lw=0)
            label = f"{curve.label}, {found.reported.resistance(material):g} $\\Omega$ (band: ±5 %)"
            axes.plot(over.area, over.value, color=curve.colour, ls=curve.dash, label=label)
            needed = found.area_needed[material]
            axes.plot(needed, reported, marker=curve.marker, color=curve.colour, mec=BLACK, mew=0.6, ms=5, ls="", zorder=5)
            _label(axes, f"{needed:.2f} cm$^2$", (needed, reported), offset, curve.colour, ha=side)
        axes.set(xlim=(0.2, 2.05), ylim=(0, 190), xlabel="Electrode area, $A$ / cm$^2$",
                 ylabel="Overpotential at 1 mA cm$^{-2}$ / mV")  # fmt: skip
        above = axes.secondary_xaxis("top")
        above.set_xticks(list(DISCS.values()), list(DISCS))
        above.set_xlabel("Diameter of a disc / mm")
        axes.legend(loc="upper left", bbox_to_anchor=(0.0, 0.98))
    caption = (
        "The electrode area, which the paper does not give, decides the overpotential that the spectra imply. Lines: "
        "predicted from resistances of 60 and 85 ohm, both interfaces counted; bands: the declared ±5 % on each, and charge "
        "transfer from fast to the slowest that the spectra and its range allow. Marks: the areas at which each cell would "
        f"show the reported {reported:g} mV, {found.area_needed['MASnCl3']:.2f} and {found.area_needed['MAPbCl3']:.2f} cm2, "
        f"discs of {_diameter(found.area_needed['MASnCl3'])} and {_diameter(found.area_needed['MAPbCl3'])} mm. No area fits "
        f"both cells: the lines differ by a factor of at least {found.ratio.low:.2f}, and two "
        f"voltages in the grey band at most {1.1 / 0.9:.2f}. Discs of 10 mm and more fit neither. With one interface counted "
        "every prediction doubles."
    )
    return Panel("area", "The electrode area", svg(drawn), caption)


def _diameter(area: float) -> str:
    """Of a disc with this area in cm2, mm."""
    return f"{20 * (area / np.pi) ** 0.5:.1f}"


def _conductivity(found: Findings) -> Panel:
    areas = np.geomspace(0.3, 2.5, 60)
    colour = CURVES["MASnCl3"].colour
    narrowest, widest = _independent(found)
    with figure(DOUBLE, 74 * MM) as drawn:
        axes, expected = drawn.subplots(1, 2, sharey=True, width_ratios=[3.2, 1])
        low, high = (_conductivities(found, areas, **end) for end in _least_and_most(found))
        axes.fill_between(areas, low, high, color=colour, alpha=0.2, lw=0, label="±5 % on each resistance, ±20 % on the films")
        for changed, dash, label in (
            ({}, "-", "from 60 and 85 $\\Omega$, both interfaces, whole arcs"),
            ({INTERFACES: 1.0}, "--", "the same, one interface"),
            ({READING: 1.0}, ":", "the same, arcs as the window shows them"),
        ):
            axes.plot(areas, _conductivities(found, areas, **changed), color=colour, ls=dash, label=label)
        axes.set(xscale="log", yscale="log", xlim=(0.3, 2.5), ylim=(3e-9, 1e-3), xlabel="Electrode area, $A$ / cm$^2$",
                 ylabel="Film conductivity, $\\sigma$ / S cm$^{-1}$")  # fmt: skip
        axes.set_xticks([0.3, 0.5, 1, 2])
        axes.xaxis.set_major_formatter(ScalarFormatter())
        axes.xaxis.set_minor_formatter(NullFormatter())
        axes.legend(loc="lower left")
        axes.set_title("from the spectra", fontweight="normal")
        _expected(expected)
    caption = (
        "The conductivity of the films that makes one more micrometre on each electrode cost 25 ohm, against the electrode "
        "area, to which it is inverse; and, on the right, what the computed barrier of 0.45 eV lets one expect for independent "
        "hops by number of mobile lithium ions per unit cell: dots for an attempt frequency of 1e13 1/s, bars from 1e12 to "
        f"1e14 1/s, a range and not a measurement. {_lithium_needed(found)} The barrier is the authors' and belongs to the "
        "cubic phase, which is not that of MASnCl3 at 25 degC. Were the two thicknesses wrong against each other, the band "
        f"would reach from {narrowest:.2f} to {widest:.1f} times the line. Nothing here is run: both sides are arithmetic on "
        "reported numbers."
    )
    return Panel("conductivity", "The conductivity of the films", svg(drawn), caption)


def _conductivities(found: Findings, areas: np.ndarray, **changed: float) -> np.ndarray:
    """S/cm over areas in cm2, at the quoted values but for what is changed."""
    points = ({**found.point, **changed, AREA: float(area)} for area in areas)
    return np.array([conductivity_at(found.reported, point) / 100 for point in points])


def _least_and_most(found: Findings) -> tuple[dict[str, float], dict[str, float]]:
    """The ends of the tolerances that give the least and the most conductive film."""
    tin, lead, d = (next(r for r in found.ranges if r.name == name) for name in (*(RESISTANCE[m] for m in COATED), THICKNESS))
    return (
        {tin.name: tin.low, lead.name: lead.high, d.name: d.low},
        {tin.name: tin.high, lead.name: lead.low, d.name: d.high},
    )


def _expected(axes: Axes) -> None:
    """What hopping over the computed barrier gives, by number of mobile ions."""
    counts = (0.02, 0.1, 1.0, 10.0)
    for n, lithium in enumerate(counts):
        axes.plot([n, n], [hopping_conductivity(lithium, nu) / 100 for nu in ATTEMPT_FREQUENCIES], color=BLACK, lw=1.2)
        axes.plot(n, hopping_conductivity(lithium) / 100, marker="o", ms=3.5, color=BLACK, ls="")
    axes.set_xticks(range(len(counts)), [f"{lithium:g}" for lithium in counts])
    axes.set(xlim=(-0.5, len(counts) - 0.5), xlabel="Mobile Li per unit cell")
    axes.set_title("from a barrier of 0.45 eV", fontweight="normal")


def _lithium_needed(found: Findings) -> str:
    fewest, most = mobile_lithium(conductivity_at(found.reported, found.point))
    area = found.point[AREA] * 1e-4
    dear, cheap = (2 * 1e-6 / hopping_conductivity(0.02, nu) / area for nu in ATTEMPT_FREQUENCIES)
    return (
        f"On {found.point[AREA]:g} cm2 the spectra need {fewest:.2g} to {most:.2g} lithium per cell; at 0.02, the doping limit "
        f"known from related crystals, one micrometre on each electrode alone would cost {_round(cheap)} to {_round(dear)} ohm."
    )


def _round(value: float) -> str:
    """Two digits, without an exponent."""
    return f"{float(f'{value:.2g}'):.0f}"


def _independent(found: Findings) -> tuple[float, float]:
    """How far the conductivity could be from its value if the two thicknesses erred against each other."""
    thin, thick = found.reported.thickness_tin, found.reported.thickness_lead
    spread = next(r for r in found.ranges if r.name == THICKNESS)
    least, most = (found.reported.at({**found.point, **end}) for end in _least_and_most(found))
    narrow, wide = thick * spread.low - thin * spread.high, thick * spread.high - thin * spread.low
    asked = (found.reported.lead - found.reported.tin) / (thick - thin)
    return asked * narrow / (least.lead - least.tin), asked * wide / (most.lead - most.tin)


LOW_END, HIGH_END = "#88AACC", "#335577"


def _sensitivities(found: Findings) -> Panel:
    with figure(DOUBLE, 66 * MM) as drawn:
        for axes, material in zip(drawn.subplots(1, 2), COATED, strict=True):
            rows = leading(found.sensitivities[f"overpotential, {material} / mV"])
            base = found.overpotential[material].value
            _tornado(axes, rows, base)
            axes.axvline(base, color=BLACK, lw=0.7)
            axes.set_title(f"{CURVES[material].label}: {base:.0f} mV", fontweight="normal")
        handles = [Patch(color=LOW_END), Patch(color=HIGH_END)]
        drawn.legend(handles, ["at its low end", "at its high end"], loc="outside upper center", ncols=2)
    caption = (
        "What each open parameter does to the predicted overpotentials, one at a time over its range, with the cells "
        "calibrated anew at every point; parameters that move them by less than 1 % of what the first does are left out. Area "
        "and the meaning of the reported resistance decide, the number of interfaces and whether an arc is whole; the "
        "tolerance of the resistances comes next, everything else is small beside them."
    )
    return Panel("sensitivities", "Sensitivities", svg(drawn), caption)


def _tornado(axes: Axes, rows: Sequence[Sensitivity], base: float) -> None:
    """Bars from the quoted value to those at both ends of each parameter, the largest on top."""
    for n, row in enumerate(reversed(rows)):
        for end, colour in ((row.at_low, LOW_END), (row.at_high, HIGH_END)):
            axes.barh(n, end - base, left=base, color=colour, height=0.6)
    axes.set_yticks(range(len(rows)), [typeset(row.parameter) for row in reversed(rows)])
    axes.set_xlabel("Overpotential / mV")
    axes.margins(x=0.08)
