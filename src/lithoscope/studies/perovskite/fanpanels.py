"""The figures of the designs that are spread over all ranges: fans of their voltages, and which parameters lead."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from matplotlib.lines import Line2D
from matplotlib.ticker import NullFormatter

from lithoscope.analysis.figures.fans import SAID, fan
from lithoscope.analysis.figures.style import BLACK, CURVES, DOUBLE, GREY, MM, figure, svg
from lithoscope.studies.outcome import Panel
from lithoscope.studies.perovskite.cells import MATERIALS
from lithoscope.studies.perovskite.fullcells import reported
from lithoscope.studies.perovskite.fullruns import LCO, LTO
from lithoscope.studies.perovskite.mechanisms import HOURS_PER_CYCLE, READINGS, hours
from lithoscope.studies.perovskite.voltammetry import BARE
from lithoscope.studies.spread import LEADS
from lithoscope.studies.typeset import typeset

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from lithoscope.studies.claims import Claims
    from lithoscope.studies.perovskite.ensembles import Ensembles
    from lithoscope.studies.perovskite.fullspread import FullSpread
    from lithoscope.studies.perovskite.joint import Joint, Kept
    from lithoscope.studies.perovskite.scanspread import ScanSpread
    from lithoscope.studies.spread import Spread

COATED = MATERIALS[1:]


def voltages(found: Ensembles, claims: Claims) -> Panel:
    """The first cycle over all ranges."""
    reported = claims["perovskite.sym.overpotential_msc"]
    band = reported.band(0)
    with figure(DOUBLE, 60 * MM) as drawn:
        for axes, material in zip(drawn.subplots(1, 3, sharey=True), MATERIALS, strict=True):
            curve = CURVES[material]
            fan(axes, *found.traces(material), curve.colour, curve.label)
            axes.set(yscale="log", ylim=(10, 3000), xlabel="Time / h", xlim=(0, 2))
            axes.set_title(curve.label, fontweight="normal")
            if material in COATED:
                axes.axhspan(band.low, band.high, color=GREY, alpha=0.45, lw=0, zorder=0)
                axes.text(0.06, band.low * 0.95, f"reported, {reported.tolerance}", fontsize=6, va="top", color=BLACK)
        drawn.axes[0].set_ylabel("|Voltage| / mV")
    seen = found.voltage["MASnCl3"].sampled
    caption = (
        f"Magnitude of the voltage in the first cycle at 1 mA/cm2 over {seen.designs} designs, in which all open parameters of "
        f"the table below are spread over their ranges at once and each cell is calibrated anew on its spectrum: {SAID}. "
        f"Grey: the reported voltage. Of the designs {found.voltage['MASnCl3'].inside(band):.1%} (MASnCl3) and "
        f"{found.voltage['MAPbCl3'].inside(band):.1%} (MAPbCl3) lie in it."
    )
    return Panel("fan-first", "First cycle over all ranges", svg(drawn), caption)


def parameters(found: Ensembles) -> Panel:
    """Which parameters lead."""
    shown: dict[str, Spread] = {CURVES[m].label: found.voltage[m] for m in COATED} | {"ratio of both": found.ratio}
    names = [i.name for i in found.voltage["MASnCl3"].indices]
    names = [n for n in names if any(i.total > LEADS for s in shown.values() for i in s.indices if i.name == n)]
    with figure(DOUBLE, 58 * MM) as drawn:
        for axes, (label, spread) in zip(drawn.subplots(1, 3, sharey=True), shown.items(), strict=True):
            _bars(axes, spread, names)
            axes.set_title(label, fontweight="normal")
            axes.set(xlabel="Total Sobol index", xlim=(0, 1))
        drawn.axes[0].set_yticks(range(len(names)), [typeset(name) for name in reversed(names)])
    caption = (
        "Share of each open parameter in the variance of the logarithm of the voltage, alone (dark) and together with others "
        "(light; lines: 95 % of its error), for both coated cells and for the ratio of their voltages. Indices of Sobol on "
        f"{len(found.plan)} designs. Those below {LEADS:g} everywhere are left out. The ratio, which any electrode area has "
        "in common, hangs on how the reported arcs are to be read."
    )
    return Panel("sobol", "Which parameters lead", svg(drawn), caption)


def _bars(axes: Axes, spread: Spread, names: list[str]) -> None:
    by_name = {index.name: index for index in spread.indices}
    for n, name in enumerate(reversed(names)):
        index = by_name[name]
        axes.barh(n, index.total, color="#AAC4E0", height=0.62, xerr=index.error, error_kw={"lw": 0.6, "ecolor": BLACK})
        axes.barh(n, max(index.first, 0.0), color="#335577", height=0.34)


def scans(found: ScanSpread, claims: Claims) -> Panel:
    """The first scan down over all ranges."""
    volts = np.linspace(-0.1, 1.95, 411)
    with figure(DOUBLE, 62 * MM) as drawn:
        for axes, name in zip(drawn.subplots(1, 3, sharey=True), (BARE, *COATED), strict=True):
            seen = [curves for curves in found.curves[name] if curves is not None]
            curve = CURVES["bare" if name == BARE else name]
            label = name if name == BARE else curve.label.replace("Li", "steel")
            fan(axes, volts, -np.array([curves.down.at(volts) for curves in seen]), curve.colour, label)
            axes.set(yscale="log", ylim=(1e-4, 30), xlabel="Voltage / V", xlim=(-0.1, 1.95))
            axes.set_title(f"{label}: {len(seen)} designs", fontweight="normal")
            claim = claims["perovskite.cv.current_bare" if name == BARE else "perovskite.cv.current_coated"]
            axes.plot(-0.1, claim.values[0], curve.marker, color=BLACK, ms=5, clip_on=False, zorder=5)
        drawn.axes[0].set_ylabel("−Current density / mA cm$^{-2}$")
    caption = (
        f"First scan down of designs in which all {len(found.plan.marginals)} open numbers are spread over their ranges at "
        f"once: {SAID}. Mark: the current that is reported at -0.1 V. Currents below the axis are left out."
    )
    return Panel("fan-scans", "Voltammograms over all ranges", svg(drawn), caption)


def lives(found: Joint, claims: Claims) -> Panel:
    """Lives of the designs whose bare cell ends at its time."""
    reported, kept = hours(claims), [each for each in found.kept.values() if len(each)]
    with figure(DOUBLE, 66 * MM) as drawn:
        left, right = drawn.subplots(1, 2)
        most = max(kept, key=len, default=None)
        if most is not None:
            _plateaus(left, most, reported)
        for each in kept:
            _alive(right, each, "-" if each is most else ":")
        right.set(xscale="log", xlabel="Time / h", xlim=(50, 900), ylim=(0, 1.02), ylabel="Share of the designs that is alive")
        right.set_xticks([50, 100, 200, 400, 800], ["50", "100", "200", "400", "800"])
        right.xaxis.set_minor_formatter(NullFormatter())
        for material in COATED:
            right.plot(reported[material], 1.0, CURVES[material].marker, color=CURVES[material].colour, ms=5, clip_on=False)
        drawn.legend(_lines(*MATERIALS), [CURVES[m].label for m in MATERIALS], loc="outside upper center", ncols=3)
    caption = (
        f"Designs whose bare cell ends at {reported['bare']:g} h within the tolerance: of {found.drawn - found.refused} over "
        f"all ranges of ageing and of the cell {_counts(kept)}. Coated cells run with the same numbers. Left, for the first of "
        f"them: voltage of each cycle, mean over the middle half of its half-cycles, bare and with MASnCl3; {SAID}; an ended "
        "cell counts as above. Right: share of the coated cells that is alive, for it (lines) and for the other reading "
        "(dots). Marks: reported lives. So this is what the resistance of a coating does to the life, with everything that "
        "nobody measured left open, and not what it does to the ageing itself."
    )
    return Panel("fan-lives", "Lives over all ranges", svg(drawn), caption)


def _lines(*materials: str) -> list[Line2D]:
    """What stands for each material in a legend."""
    return [Line2D([], [], color=CURVES[m].colour, ls=CURVES[m].dash, marker=CURVES[m].marker, ms=4) for m in materials]


def _counts(kept: list[Kept]) -> str:
    return " and ".join(f"{len(each)} if the end is that {READINGS[each.reading]}" for each in kept) or "none"


def _plateaus(axes: Axes, kept: Kept, reported: dict[str, float]) -> None:
    for material in ("bare", "MASnCl3"):
        curve, seen = CURVES[material], 1e3 * kept.plateau[material]
        fan(axes, HOURS_PER_CYCLE * np.arange(1, seen.shape[1] + 1), seen, curve.colour, curve.label, curve.dash)
        axes.plot(reported[material], 0.03, curve.marker, color=curve.colour, ms=5, transform=axes.get_xaxis_transform())
    axes.set(xscale="log", yscale="log", xlabel="Time / h", xlim=(2, 900), ylim=(20, 1500), ylabel="Voltage of a cycle / mV")


def _alive(axes: Axes, kept: Kept, dash: str) -> None:
    for material in COATED:
        ends = np.sort(kept.life[material])
        ends = ends[np.isfinite(ends)]
        end = HOURS_PER_CYCLE * kept.plateau[material].shape[1]
        shares = 1 - np.arange(len(ends) + 1) / len(kept)
        axes.step([0.1, *ends, end], [*shares, shares[-1]], where="post", color=CURVES[material].colour, ls=dash, lw=1.1)


def capacities(found: FullSpread, claims: Claims) -> Panel:
    """Capacities of the full cells of the designs whose bare symmetric cell ends at its time."""
    with figure(DOUBLE, 62 * MM) as drawn:
        for axes, plan in zip(drawn.subplots(1, 2), (LTO, LCO), strict=True):
            for what in (each for each in reported(claims) if each.plan is plan):
                curve, seen = CURVES[what.material], found.capacity[what.claim]
                fan(axes, np.arange(plan.first, what.cycle + 1), seen, curve.colour, curve.label, curve.dash)
                largest = what.of(float(np.nanmedian(seen.max(axis=1))))
                axes.plot(what.cycle, largest, curve.marker, color=curve.colour, ms=5, clip_on=False, zorder=5)
            axes.set(xlabel="Cycle", ylim=(0, None), xlim=(0, None))
            axes.set_title(plan.cathode.upper(), fontweight="normal")
        drawn.axes[0].set_ylabel("Capacity / mAh g$^{-1}$")
        drawn.legend(
            _lines("bare", "MASnCl3"), [CURVES[m].label for m in ("bare", "MASnCl3")], loc="outside upper center", ncols=2
        )
    caption = (
        f"Capacity of each discharge of {len(found)} of the {found.kept} designs whose bare symmetric cell ends at its time, "
        "with the same lithium against each cathode, every open number free at once, and the coated lithium ageing as the bare "
        f"one: {SAID}. A cell that has ended has none. Each is shown up to the cycle of which a capacity is reported. Marks: "
        "those capacities, of the median of the largest ones where a share is reported."
    )
    return Panel("fan-full", "Full cells over all ranges", svg(drawn), caption)
