"""The figures on voltage, impedance, surface, composite and infusion, with the reported numbers as marks."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from matplotlib.lines import Line2D
from matplotlib.patches import Patch

from lithoscope.analysis.figures.style import BLACK, BLUE, CURVES, DOUBLE, GREY, MM, ORANGE, TEAL, figure, svg
from lithoscope.data import lookup
from lithoscope.physics.laws.wetting import height
from lithoscope.studies.host import fanpanels, infusion
from lithoscope.studies.host.cells import (
    CAPACITY,
    largest_lithium_fraction,
    lithium_fraction,
    most_fibres,
    specific_capacity,
)
from lithoscope.studies.host.findings import reported_band
from lithoscope.studies.host.judging import HOST1, RATED, RATIO
from lithoscope.studies.host.runs import EARLY_CYCLES, RATES, SETTLED
from lithoscope.studies.outcome import Panel
from lithoscope.studies.ranges import leading
from lithoscope.studies.typeset import typeset

if TYPE_CHECKING:
    from collections.abc import Mapping

    from matplotlib.axes import Axes

    from lithoscope.studies.claims import Claims
    from lithoscope.studies.host.findings import Findings
    from lithoscope.studies.host.runs import Half

LOW_END, HIGH_END = "#88AACC", "#335577"
DASHES = ("-", "--", ":")


def panels(found: Findings, claims: Claims) -> tuple[Panel, ...]:
    """The figures of the short runs, in the order of the paper."""
    return (
        _infusion(),
        _composite(claims),
        _overpotential(found, claims),
        _spectra(found, claims),
        _profiles(found),
        _shares(found, claims),
        _sensitivities(found),
        fanpanels.spread(found.drawn, {i: reported_band(claims, i) for i in RATES}),
    )


def reported(claims: Claims) -> dict[float, float]:
    """What the paper says the cell of two hosts shows, mV, by current density."""
    return dict(zip(RATES, [float(v) for v in (*claims[HOST1].values, *claims[RATED].values)], strict=True))


def run_ids(found: Findings, *names: str) -> str:
    """The runs behind a figure."""
    return ", ".join(found.runs[name].manifest.run_id for name in names)


# ------------------------------------------------------------------------------------------- making the electrode


def _infusion() -> Panel:
    angle = lookup("host.contact_angle_zno")
    assert angle.low is not None  # the table gives a range
    assert angle.high is not None
    seconds = np.geomspace(1e-6, 1e2, 200)
    with figure(DOUBLE, 62 * MM) as drawn:
        rise, forces = drawn.subplots(1, 2, width_ratios=[1.5, 1])
        for degrees, dash in ((angle.low, "--"), (angle.number, "-"), (angle.high, ":")):
            mat = infusion.mat("zno", degrees)
            risen: np.ndarray = height(seconds, mat.pressure, mat.radius, infusion.viscosity(), infusion.density())
            rise.plot(seconds, 1e3 * risen, color=CURVES["host"].colour, ls=dash, label=f"{degrees:g}°")
        rise.axhline(1e3 * infusion.ACROSS, color=GREY, lw=0.6)
        disc = (2e-6, 1e3 * infusion.ACROSS)
        rise.annotate("across a disc of 1 cm$^2$", disc, xytext=(0, 2), textcoords="offset points", fontsize=6, color=GREY)
        rise.set(xscale="log", yscale="log", xlabel="Time, $t$ / s", ylabel="Height of the melt, $h$ / mm", ylim=(0.02, 300))
        rise.legend(title="contact angle on ZnO", title_fontsize=7, loc="lower right")
        angles = np.linspace(0, 180, 91)
        bar = [infusion.mat("zno", float(d)).pressure / 1e5 for d in angles]
        forces.plot(angles, bar, color=BLACK)
        forces.axhline(0, color=GREY, lw=0.5)
        for name, colour, label in (("contact_angle_zno", TEAL, "coated"), ("contact_angle_bare", ORANGE, "bare")):
            r = lookup(f"host.{name}")
            forces.axvspan(r.low, r.high, color=colour, alpha=0.25, lw=0, label=label)
        forces.set(xlabel="Contact angle, $\\theta$ / °", ylabel="Capillary pressure, $p$ / bar", xlim=(0, 180))
        forces.set_xticks([0, 45, 90, 135, 180])
        forces.legend(loc="upper right")
    mat = infusion.mat("zno")
    caption = (
        "Molten lithium in the dry mat (beside the paper's figure 1). Left: height over time from Washburn's law with gravity, "
        f"held back by viscosity alone, in pores of {mat.radius * 1e6:.1f} um; the disc is crossed in {mat.time:.2g} s at "
        f"{angle.number:g} degrees. That the paper sees the melt climb steadily means that something slower decides. Right: "
        "the capillary pressure over the contact angle, with the ranges taken for bare and for coated fibres; below 90 degrees "
        "the mat fills by itself. The angles are inputs, not results. Nothing is calibrated on this paper, no number of it is "
        "reported."
    )
    return Panel("infusion", "Infusion of molten lithium", svg(drawn), caption)


def _composite(claims: Claims) -> Panel:
    target = float(claims[CAPACITY].values[0])
    record, most = lookup("host.fibre_fraction"), most_fibres(claims)
    assert record.low is not None  # the table gives a range
    with figure(DOUBLE, 66 * MM) as drawn:
        axes, room = drawn.subplots(1, 2)
        shares = np.linspace(0.02, 0.7, 60)
        for fibres, dash in ((record.low, "--"), (record.number, "-"), (most, ":")):
            axes.plot(shares, [specific_capacity(fibres, float(s)) for s in shares], color=CURVES["host"].colour, ls=dash,
                      label=f"{fibres:.2g} fibres")  # fmt: skip
            axes.plot(lithium_fraction(fibres, claims), target, color=BLACK, marker="o", ms=4, ls="", zorder=5)
        axes.axhline(target, color=GREY, lw=0.8)
        axes.annotate(
            f"reported: > {target:g}", (0.0, target), xytext=(2, 3), textcoords="offset points", fontsize=6, color=GREY
        )
        axes.set(
            xlabel="Lithium fraction, $s$", ylabel="Capacity of the composite / mAh g$^{-1}$", xlim=(0, 0.72), ylim=(0, 3900)
        )
        axes.legend(loc="lower right")
        fractions = np.linspace(0.02, 0.15, 50)
        needed = np.array([lithium_fraction(float(f), claims) for f in fractions])
        pores = np.array([largest_lithium_fraction(float(f)) for f in fractions])
        room.plot(fractions, needed, color=CURVES["host"].colour, label=f"lithium for {target:g} mAh/g")
        room.plot(fractions, pores, color=BLACK, ls="--", label="lithium that the pores hold")
        room.fill_between(fractions, needed, pores, where=list(needed < pores), color=TEAL, alpha=0.2, lw=0, label="possible")
        room.plot(most, lithium_fraction(most, claims), marker="s", color=ORANGE, mec=BLACK, mew=0.6, ls="")
        room.annotate(
            f"{most:.3f}", (most, lithium_fraction(most, claims)), xytext=(6, -9), textcoords="offset points", fontsize=7
        )
        room.set(xlabel="Fraction of coated fibres, $f$", ylabel="Lithium fraction, $s$", xlim=(0.02, 0.15), ylim=(0, 1))
        room.legend(loc="lower right")
    caption = (
        "Capacity per gram of the composite from its geometry: 400 nm fibres, 30 nm of zinc oxide that has turned into LiZn "
        "and Li2O, and lithium between them. Left: over the lithium fraction for three fractions of fibres; dots: where it is "
        f"the reported {target:g} mAh/g, which is calibrated: it fixes lithium over fibres. Right: what the paper leaves open. "
        f"The more fibres, the more lithium; beyond {most:.3f} the pores cannot hold it. No run: a balance of mass and volume."
    )
    return Panel("composite", "Capacity of the composite", svg(drawn), caption)


# ------------------------------------------------------------------------------------------- voltage


def _overpotential(found: Findings, claims: Claims) -> Panel:
    seen = reported(claims)
    with figure(DOUBLE, 76 * MM) as drawn:
        axes, shape = drawn.subplots(1, 2, width_ratios=[1.35, 1])
        _heights(axes, found, seen, float(claims["host.overpot.bare"].values[0]))
        _rising(shape, found, seen)
    values = [found.overpotential[i] for i in RATES]
    caption = (
        "Overpotential over current density (beside the paper's figure 5d). Left: means of the first half-cycle of 1 mAh/cm2, "
        f"of the cell of two hosts {', '.join(f'{q.value:.0f}' for q in values)} mV at 1, 3 and 5 mA/cm2, with the interval "
        "over all open parameters as a band (where it leaves the figure, ends of ranges together deplete the salt); of two "
        "foils, fresh and after ten cycles, in which moss has grown at its priors. Marks: reported. Right: the same over the "
        "voltage at 1 mA/cm2, in which the height of the interface drops out; bars: both tolerances. The reported line does "
        "not pass through the origin, and no range makes the model's do so. Calibrated: the interface on the first voltage of "
        "the bare cell, the lithium fraction on the capacity per gram. Runs: "
        f"{run_ids(found, 'two hosts', 'bare, fresh', 'bare, ten cycles')}."
    )
    return Panel("overpotential", "Overpotential and current density", svg(drawn), caption)


def _heights(axes: Axes, found: Findings, seen: Mapping[float, float], foils: float) -> None:
    """Overpotential over current density. seen: of the hosts, reported, mV;  foils: the least of theirs."""
    host, bare, top = CURVES["host"], CURVES["bare"], 420
    p = [found.overpotential[i] for i in RATES]
    axes.fill_between(RATES, [q.low for q in p], [min(q.high, top * 2) for q in p], color=host.colour, alpha=0.15, lw=0)
    axes.plot(RATES, [q.value for q in p], color=host.colour, ls=host.dash, marker=host.marker, label="two hosts, predicted")
    fresh = [found.profiles["bare, no moss"][i][0].mean for i in RATES]
    after = [found.profiles[f"bare, cycle {EARLY_CYCLES}"][i][0].mean for i in RATES]
    axes.plot(RATES, fresh, color=bare.colour, ls=":", marker=bare.marker, label="two foils, fresh")
    axes.plot(RATES, after, color=bare.colour, ls=bare.dash, marker=bare.marker, label=f"two foils, cycle {EARLY_CYCLES}")
    axes.errorbar(list(seen), list(seen.values()), yerr=[0.1 * v for v in seen.values()], color=BLACK, marker="s", ms=4,
                  capsize=2, ls="", label="hosts, reported ±10 %", zorder=5)  # fmt: skip
    axes.plot(1.0, foils, color=BLACK, marker="^", ls="", ms=5, label="foils, reported: more than")
    axes.set(
        xlabel="Current density, $i$ / mA cm$^{-2}$", ylabel="Mean voltage of a half-cycle / mV", xlim=(0, 5.3), ylim=(0, top)
    )
    axes.legend(loc="upper left", fontsize=6)


def _rising(axes: Axes, found: Findings, seen: Mapping[float, float]) -> None:
    """The same over the voltage at 1 mA/cm2."""
    host = CURVES["host"]
    r = {1.0: (1.0, 1.0, 1.0)} | {i: (q.value, q.low, q.high) for i, q in found.rising.items()}
    ends = [min(r[i][2], 9) for i in RATES]
    axes.fill_between(RATES, [r[i][1] for i in RATES], ends, color=host.colour, alpha=0.2, lw=0)
    axes.plot(RATES, [r[i][0] for i in RATES], color=host.colour, ls=host.dash, marker=host.marker, label="predicted")
    ratio = [seen[i] / seen[1.0] for i in RATES]
    bars = [[x - x * 0.9 / 1.1 for x in ratio], [x * 1.1 / 0.9 - x for x in ratio]]
    axes.errorbar(RATES, ratio, yerr=bars, color=BLACK, marker="s", ms=4, capsize=2, ls="", label="reported")
    axes.set(
        xlabel="Current density, $i$ / mA cm$^{-2}$", ylabel="Voltage over that at 1 mA cm$^{-2}$", xlim=(0.5, 5.3), ylim=(0, 7)
    )
    axes.legend(loc="upper left")


def _spectra(found: Findings, claims: Claims) -> Panel:
    lines = (
        ("bare, fresh", 0, "foil, fresh", CURVES["bare"].colour, ":"),
        ("bare, ten cycles", -1, f"foil, after {EARLY_CYCLES} cycles", CURVES["bare"].colour, "-"),
        ("two hosts", 0, "host, fresh", CURVES["host"].colour, "--"),
    )
    with figure(DOUBLE, 66 * MM) as drawn:
        for axes, most in zip(drawn.subplots(1, 2), (56.0, 9.0), strict=True):
            for name, which, label, colour, dash in lines:
                x, y, f = _electrode(found, name, which)
                axes.plot(x, y, color=colour, ls=dash, label=label)
                decade = np.isclose(np.log10(f), np.round(np.log10(f)), atol=1e-6) & (x < most)
                axes.plot(x[decade], y[decade], ls="", marker="o", ms=2.4, mfc="white", mew=0.7, color=colour)
                for fk, xk, yk in zip(f[decade], x[decade], y[decade], strict=True):
                    if most < 20 and dash == "--" and fk in (1.0, 10.0, 1e3, 1e4) and yk > 0.06 * most:
                        axes.annotate(_hertz(fk), (xk, yk), xytext=(3, 3), textcoords="offset points", fontsize=6, color=colour)
            axes.set(
                xlim=(0, most), ylim=(0, 0.55 * most), aspect="equal", xlabel="$Z'$ / Ω cm$^2$", ylabel="$-Z''$ / Ω cm$^2$"
            )
        axes.set_title("enlarged", fontweight="normal")
        handles, labels = axes.get_legend_handles_labels()
        drawn.legend(handles, labels, loc="outside upper center", ncols=3)
    ten = float(claims[RATIO].values[0])
    caption = (
        "Impedance of one electrode without the electrolyte of the separator (beside the paper's figure 5e, which shows "
        f"symmetric cells after ten cycles and gives a ratio of about {ten:g}). Fresh, a foil has {found.fresh.value:.0f} "
        f"times the resistance of a host ({found.fresh.low:.1f} to {found.fresh.high:.0f} over all ranges); after ten cycles, "
        f"with moss at its priors, {found.aged.value:.1f} times. Dots: decades of frequency. Calibrated on the first voltage "
        "of the bare cell; the ratio is predicted. Runs: "
        f"{run_ids(found, 'bare, fresh', 'bare, ten cycles', 'two hosts')}."
    )
    return Panel("spectra", "Impedance of foil and host", svg(drawn), caption)


def _hertz(f: float) -> str:
    return f"{f / 1e3:g} kHz" if f >= 1e3 else f"{f:g} Hz"


def _electrode(found: Findings, name: str, which: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    spectrum = found.runs[name].spectra[which]
    x, y = (1e4 * spectrum[f"working_{part}_impedance"].values for part in ("real", "imaginary"))
    return x, -y, spectrum["frequency"].values


def _profiles(found: Findings) -> Panel:
    shown = (("host", "two hosts, first cycle", CURVES["host"].colour),
             ("bare, first cycle", "two foils, first cycle", CURVES["bare"].colour),
             (f"bare, cycle {EARLY_CYCLES}", f"two foils, cycle {EARLY_CYCLES}", CURVES["bare"].colour))  # fmt: skip
    with figure(DOUBLE, 66 * MM) as drawn:
        for axes, (name, title, colour) in zip(drawn.subplots(1, 3, sharey=True), shown, strict=True):
            for current, dash in zip(RATES, DASHES, strict=True):
                _cycle(axes, found.profiles[name][current], colour, dash, f"{current:g} mA cm$^{{-2}}$")
            axes.axhline(0, color=GREY, lw=0.4)
            axes.set_title(title, fontweight="normal")
            axes.set(xlim=(0, 2), ylim=(-500, 500), xlabel="Charge / mAh cm$^{-2}$")
            axes.set_xticks([0, 0.5, 1, 1.5, 2])
        drawn.axes[0].set_ylabel("Voltage / mV")
        handles = [Line2D([], [], color=BLACK, ls=dash, lw=1.0) for dash in DASHES]
        drawn.legend(handles, [f"{i:g} mA cm$^{{-2}}$" for i in RATES], loc="outside upper center", ncols=3)
    caption = (
        "Voltage in one cycle of 1 mAh/cm2 each way (beside the paper's figures 5f and 5g, which show cycles after the tenth). "
        "The slope of the cell of two hosts is that of the salt. The foil shows its peak at the "
        "beginning of the first half-cycles, while the first moss and pits appear, and hardly any after ten cycles. There is "
        "none at their end: with the priors of moss nothing is used up in 1 mAh/cm2. Nothing is calibrated here but the "
        "interface; every number of moss is a prior. Runs: "
        f"{run_ids(found, 'two hosts', 'bare, ten cycles')}."
    )
    return Panel("profiles", "Voltage in a cycle", svg(drawn), caption)


def _cycle(axes: Axes, pair: tuple[Half, Half], colour: str, dash: str, label: str) -> None:
    """Both half-cycles, without the moment in which double layers are charged."""
    for n, seen in enumerate(pair):
        charge = np.linspace(SETTLED, 1.0, 400) * seen.charge[-1]
        axes.plot(n + charge, (1 - 2 * n) * np.interp(charge, seen.charge, seen.voltage), color=colour, ls=dash, label=label)


def _shares(found: Findings, claims: Claims) -> Panel:
    shares = sorted(found.by_share)
    seen, ten = reported(claims), float(claims[RATIO].values[0])
    record = lookup("host.area_share")
    with figure(DOUBLE, 66 * MM) as drawn:
        volts, ratios = drawn.subplots(1, 2)
        for current, dash, marker, colour in zip(RATES, DASHES, "osD", (BLUE, TEAL, ORANGE), strict=True):
            values = [found.by_share[s][0][current] for s in shares]
            volts.plot(shares, values, color=colour, ls=dash, label=f"{current:g} mA cm$^{{-2}}$")
            volts.axhspan(0.9 * seen[current], 1.1 * seen[current], color=colour, alpha=0.2, lw=0)
            crossing = float(np.exp(np.interp(np.log(seen[current]), np.log(values[::-1]), np.log(shares[::-1]))))
            volts.plot(crossing, seen[current], color=colour, marker=marker, mec=BLACK, mew=0.6, ls="", zorder=5)
            volts.annotate(f"{crossing:.3f}", (crossing, seen[current]), xytext=(4, 4), textcoords="offset points", fontsize=6)
        values = [found.by_share[s][1] for s in shares]
        ratios.plot(shares, values, color=BLACK)
        ratios.axhspan(0.8 * ten, 1.2 * ten, color=GREY, alpha=0.3, lw=0, label=f"reported after ten cycles: {ten:g}, ±20 %")
        for axes in (volts, ratios):
            axes.axvspan(record.low, record.high, color=GREY, alpha=0.1, lw=0, zorder=0)
            axes.set(xscale="log", yscale="log", xlim=(shares[0], 1), xlabel="Share of the surface that takes part")
        volts.set(ylabel="Voltage of two hosts / mV", ylim=(8, 400))
        ratios.set(ylabel="Resistance, foil over host", ylim=(1, 100))
        volts.legend(loc="lower left")
        ratios.legend(loc="lower right")
    caption = (
        "What would have to be true. Left: voltage of the cell of two hosts over the share of its surface that takes part; "
        "bands: reported, ±10 %; marks: the shares at which each is met. No share gives all three. Right: the resistance ratio "
        "of fresh electrodes; the reported one, after ten cycles, as a band. Grey: the range of the share. All other "
        "parameters at their quoted values; interface calibrated on the bare cell."
    )
    return Panel("share", "The surface that takes part", svg(drawn), caption)


def _sensitivities(found: Findings) -> Panel:
    first = leading(found.sensitivities["overpotential of two hosts at 1 mA/cm2 / mV"])[:3]
    volt, after = found.overpotential[1.0].value, f"after {EARLY_CYCLES} cycles"
    shown = (
        ("overpotential of two hosts at 1 mA/cm2 / mV", "two hosts at 1 mA cm$^{-2}$", "Overpotential / mV", volt),
        (f"the same {after}, with moss", f"foil over host, {after}", "Ratio of resistances", found.aged.value),
    )
    with figure(DOUBLE, 74 * MM) as drawn:
        for axes, (key, title, label, base) in zip(drawn.subplots(1, 2), shown, strict=True):
            rows = leading(found.sensitivities[key], 0.03)
            for n, row in enumerate(reversed(rows)):
                for end, colour in ((row.at_low, LOW_END), (row.at_high, HIGH_END)):
                    axes.barh(n, end - base, left=base, color=colour, height=0.6)
            axes.set_yticks(range(len(rows)), [typeset(row.parameter) for row in reversed(rows)], fontsize=6)
            axes.axvline(base, color=BLACK, lw=0.7)
            axes.set_xlabel(label)
            axes.set_title(f"{title}: {base:.3g}", fontweight="normal")
            axes.margins(x=0.08)
        drawn.legend(
            [Patch(color=LOW_END), Patch(color=HIGH_END)],
            ["at its low end", "at its high end"],
            loc="outside upper center",
            ncols=2,
        )
    caption = (
        "What each open parameter does, one at a time over its range, with the cell calibrated anew at every point; what moves "
        f"a prediction by less than 3 % of the first is left out. Left: the host's voltage depends first on "
        f"{', '.join(row.parameter for row in first)}. Right: the ratio after ten cycles depends first on the moss of the foil."
    )
    return Panel("sensitivities", "Sensitivities", svg(drawn), caption)
