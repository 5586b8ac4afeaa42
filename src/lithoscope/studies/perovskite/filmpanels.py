"""The figures of the voltammograms and of the lithiations."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from matplotlib.lines import Line2D
from matplotlib.ticker import NullFormatter, ScalarFormatter

from lithoscope.analysis.figures.style import BLACK, BLUE, CURVES, DOUBLE, GREY, MM, figure, svg
from lithoscope.studies.outcome import Panel
from lithoscope.studies.perovskite import filmverdicts as on
from lithoscope.studies.perovskite.converted import CONTACT_H, DENSITY, FRACTION, LAWS
from lithoscope.studies.perovskite.scanned import COMPARED, INSERTION
from lithoscope.studies.perovskite.voltammetry import BARE, CHLORIDE, ELECTRODES, FILMS, LEAD, PLATING_V, TIN
from lithoscope.studies.typeset import typeset

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from lithoscope.studies.claims import Claim, Claims
    from lithoscope.studies.perovskite.converted import Converted
    from lithoscope.studies.perovskite.scanned import Scanned

LOOKS = {
    BARE: (CURVES["bare"].colour, "-", "bare steel", "o"),
    TIN: (CURVES[TIN].colour, "--", "MASnCl$_3$", "s"),
    LEAD: (CURVES[LEAD].colour, "-.", "MAPbCl$_3$", "^"),
    CHLORIDE: (BLUE, ":", "PbCl$_2$", "v"),
}
"""Colour, dash, label and mark of each electrode; the films look as they do on lithium."""

DASHES = dict(zip(LAWS, ("-", ":"), strict=True))


def panels(seen: Scanned, done: Converted, claims: Claims) -> tuple[Panel, ...]:
    """The voltammograms, what the counter electrode does to their currents, and the conversion of the films."""
    return _voltammograms(seen, claims), _counter(seen, claims), _conversion(done, claims)


def _run_ids(seen: Scanned) -> str:
    return ", ".join(f"{name} {seen.run_id(name)}" for name in ELECTRODES)


def _voltammograms(seen: Scanned, claims: Claims) -> Panel:
    with figure(DOUBLE, 96 * MM) as drawn:
        axes = drawn.subplot_mosaic([["all", "all"], ["insertion", "reactions"]], height_ratios=[1.25, 1])
        for name in ELECTRODES:
            colour, dash, label, _ = LOOKS[name]
            curves = seen.curves(name)
            for key, each in axes.items():
                each.plot(curves.down.voltage, curves.down.current_density, color=colour, ls=dash, label=label)
                if key == "all":
                    each.plot(curves.up.voltage, curves.up.current_density, color=colour, ls=dash)
        _marks(axes["all"], axes["insertion"], axes["reactions"], claims)
        axes["all"].set(xlim=(-0.16, 2.0), ylim=(-2.2, 2.4))
        axes["insertion"].set(xlim=(0.95, 1.95), ylim=(-0.16, 0.02))
        axes["reactions"].set(xlim=(0.0, 1.0), ylim=(-0.75, 0.03))
        for key, title in (("insertion", "insertion, enlarged"), ("reactions", "conversion and alloying, enlarged")):
            axes[key].set_title(title, fontweight="normal")
        for each in axes.values():
            each.axhline(0, color=GREY, lw=0.4, zorder=0)
            each.set(xlabel="Voltage, $V$ / V", ylabel="$J$ / mA cm$^{-2}$")
        handles, labels = axes["all"].get_legend_handles_labels()
        mark = Line2D([], [], color=BLACK, marker="D", ms=3, ls="", mfc="white")
        drawn.legend([*handles, mark], [*labels, "reported"], loc="outside upper center", ncols=5)
    at_end = ", ".join(f"{seen.plating[name].value:.2f} ({name})" for name in COMPARED)
    caption = (
        "Voltammograms of the four electrodes against lithium at 1 mV/s, first cycle, down from 2 V to -0.1 V and back to 1 V "
        "(beside the paper's figure 1c; PbCl2 beside its supplementary figure 6); below, two windows of the scan down. J > 0 "
        "oxidises the working electrode. Reported, as marks: insertion near 1.5 and 1.2 V, whose height is not given; the "
        "window of the other peaks, 0.4 to 0.7 V, as grey band; 1.5 and 0.6 mA/cm2 at -0.1 V, ±10 %. Calibrated: the "
        "potentials of insertion, on these peaks; the film conductivity, on the spectra. Predicted, with priors for the rest: "
        f"{at_end} mA/cm2 at -0.1 V, and where the alloys form, which follows from their equilibria in the literature. Runs: "
        f"{_run_ids(seen)}."
    )
    return Panel("voltammograms", "Voltammograms on steel", svg(drawn), typeset(caption))


def _marks(whole: Axes, insertion: Axes, reactions: Axes, claims: Claims) -> None:
    """What the paper reports."""
    for name, claim in ((TIN, claims[on.COATED]), (BARE, claims[on.ON_STEEL])):
        _bar(whole, PLATING_V, -float(claim.values[0]), claim, LOOKS[name][0] if name == BARE else BLACK)
    claim = claims[INSERTION]
    for n, film in enumerate(FILMS):
        band = claim.band(n)
        insertion.errorbar(float(claim.values[n]), 0.008, xerr=(band.high - band.low) / 2, color=LOOKS[film][0],
                           marker="D", ms=3, mfc="white", capsize=2, zorder=5)  # fmt: skip
    low, high = (float(value) for value in claims[on.WINDOW].values)
    for axes in (whole, reactions):
        axes.axvspan(low, high, color=GREY, alpha=0.2, lw=0, zorder=0)


def _bar(axes: Axes, x: float, y: float, claim: Claim, colour: str) -> None:
    band = claim.band(0)
    axes.errorbar(x, y, yerr=(band.high - band.low) / 2, color=colour, marker="D", ms=3, mfc="white", capsize=2, zorder=5)


def _counter(seen: Scanned, claims: Claims) -> Panel:
    counter = seen.counter
    with figure(DOUBLE, 66 * MM) as drawn:
        left, right = drawn.subplots(1, 2, sharey=True)
        for name in COMPARED:
            colour, dash, label, mark = LOOKS[name]
            left.plot(counter.resistance, counter.by_resistance[name], color=colour, ls=dash, marker=mark, ms=3, label=label)
            right.plot(counter.area, counter.fresh[name], color=colour, ls=dash, marker=mark, ms=3)
            right.plot(counter.area, counter.most[name], color=colour, ls=dash, marker=mark, ms=3, mfc="white", lw=0.7)
        for axes in (left, right):
            for identifier in (on.COATED, on.ON_STEEL):
                band = claims[identifier].band(0)
                axes.axhspan(band.low, band.high, color=GREY, alpha=0.3, lw=0, zorder=0)
        left.set(xscale="log", ylim=(0, 2.6), xlabel="Film on the counter electrode, $R$ / $\\Omega$ cm$^2$",
                 ylabel="$-J$ at $-$0.1 V / mA cm$^{-2}$")  # fmt: skip
        left.set_xticks([2, 5, 10, 20, 50, 100])
        left.xaxis.set_major_formatter(ScalarFormatter())
        left.xaxis.set_minor_formatter(NullFormatter())
        left.set_title("film of the counter electrode: a prior", fontweight="normal")
        right.set(xlabel="Electrode area, $A$ / cm$^2$", xlim=(0.3, 2.1))
        right.set_title("counter electrode as the fresh bare cell", fontweight="normal")
        handles, labels = left.get_legend_handles_labels()
        handles += [
            Line2D([], [], color=GREY, marker="o", ms=3),
            Line2D([], [], color=GREY, marker="o", ms=3, mfc="white", lw=0.7),
        ]
        drawn.legend(handles, [*labels, "numbers at their values", "all at the ends that let most through"],
                     loc="outside upper center", ncols=5)  # fmt: skip
    caption = (
        "What the counter electrode makes of the currents at -0.1 V; first cycles. Grey bands: the reported 1.5 mA/cm2 on "
        "both films and 0.6 mA/cm2 on bare steel, ±10 %. Left: the film on the counter electrode as a prior; with "
        f"{_meeting(seen, claims)}. Right: the interface that the 320 ohm of the fresh bare cell give it, both interfaces "
        "counted, against the electrode area, which the paper does not give; filled marks with every other number at its "
        "value, open marks with all at the ends that let most through, as much of the resistance as there can be in charge "
        "transfer. The film conductivity is calibrated at each area. Spectra of fresh foils and these currents do not "
        f"describe one foil on discs of usual size. Runs at the values: {_run_ids(seen)}."
    )
    return Panel("counter", "The counter electrode of the voltammograms", svg(drawn), typeset(caption))


def _meeting(seen: Scanned, claims: Claims) -> str:
    """The resistance of the counter electrode that comes nearest to the three reported currents, and how near."""
    R = np.geomspace(seen.counter.resistance[0], seen.counter.resistance[-1], 200)
    reported = {name: float(claims[on.ON_STEEL if name == BARE else on.COATED].values[0]) for name in COMPARED}
    curves = {
        name: np.interp(np.log(R), np.log(seen.counter.resistance), seen.counter.by_resistance[name]) for name in COMPARED
    }
    worst = np.max([abs(curves[name] / reported[name] - 1) for name in COMPARED], axis=0)
    best = int(np.argmin(worst))
    return f"{R[best]:.0f} ohm cm2 all three currents come within {worst[best]:.0%} of the reported ones"


def _conversion(done: Converted, claims: Claims) -> Panel:
    with figure(DOUBLE, 68 * MM) as drawn:
        thickness, rate, time = drawn.subplots(1, 3)
        by_film, amounts = done.thicknesses
        densities, shares = done.rates
        for film in FILMS:
            colour, _, _, mark = LOOKS[film]
            for law in LAWS:
                thickness.plot(by_film[film], amounts[law, film] * 1e7, color=colour, ls=DASHES[law], marker=mark, ms=3)
                rate.plot(densities, shares[law, film] * 100, color=colour, ls=DASHES[law], marker=mark, ms=3)
        for law in LAWS:
            hours = np.geomspace(1e-2, CONTACT_H, 100)
            at, share = (values[1:] for values in done.held[law])
            time.plot(hours, 100 * np.interp(np.log(hours), np.log(at), share), color=LOOKS[TIN][0], ls=DASHES[law])
        _reported(thickness, rate, done, claims)
        thickness.set(
            xlabel="Film thickness / µm", ylabel="Converted / 10$^{-7}$ mol cm$^{-2}$", xlim=(0.4, 4.3), ylim=(0, 4.5)
        )
        rate.set(xscale="log", xlabel="Current density / mA cm$^{-2}$", ylabel="Converted share / %", ylim=(0, 80))
        time.set(xscale="log", xlabel="Time at 20 mV / h", ylabel="Converted share / %", xlim=(1e-2, 250), ylim=(0, 104))
        rate.set_xticks([0.01, 0.05, 0.5])
        rate.xaxis.set_major_formatter("{x:g}")
        rate.xaxis.set_minor_formatter(NullFormatter())
        handles = [Line2D([], [], color=LOOKS[f][0], marker=LOOKS[f][3], ms=3, ls="", label=LOOKS[f][2]) for f in FILMS]
        handles += [Line2D([], [], color=BLACK, ls=DASHES[law], label=f"electrons: {law}") for law in LAWS]
        handles.append(Line2D([], [], color=BLACK, marker="D", ms=4, ls="", mfc="white", label="reported"))
        drawn.legend(handles=handles, loc="outside upper center", ncols=5)
    caption = (
        f"Conversion of the films, lithiated at {done.point[DENSITY]:g} mA/cm2 to 20 mV (beside the paper's supplementary "
        "figure 7). Left: the amount against the thickness of the film; open marks and band: the reported 2.8e-7 mol/cm2 in "
        "both films, ±10 %. Middle: the share against the current density; open marks: 30 % and 15 %, drawn at the quoted "
        "current, which the paper's text does not give (0.01 to 0.5 mA/cm2). Right: the tin film held at 20 mV after its "
        f"lithiation; {CONTACT_H:g} h are 100 cycles. Calibrated under each law: the share of the tin film. Predicted: all "
        "else. Where electrons tunnel, the amount hardly depends on the thickness, and goes with the logarithm of rate and "
        "time; where they are conducted it follows all three, and the film converts wholly. Runs: "
        f"{', '.join(f'{name} {result.manifest.run_id}' for name, result in done.runs.items())}."
    )
    return Panel("conversion", "Conversion of the films", svg(drawn), typeset(caption))


def _reported(thickness: Axes, rate: Axes, done: Converted, claims: Claims) -> None:
    """The reported amount at the reported thicknesses, and the shares at the quoted current."""
    band, value = claims[on.AMOUNT].band(0), float(claims[on.AMOUNT].values[0])
    thickness.axhspan(band.low * 1e7, band.high * 1e7, color=GREY, alpha=0.3, lw=0, zorder=0)
    share = claims[FRACTION]
    thick = (float(d) for d in claims["perovskite.film.thickness_sn"].values)
    for n, (film, d) in enumerate(zip(FILMS, thick, strict=True)):
        colour = LOOKS[film][0]
        thickness.plot(d, value * 1e7, color=colour, marker="D", ms=4.5, mfc="white", ls="", zorder=5)
        allowed = share.band(n)
        rate.errorbar(done.point[DENSITY], 100 * float(share.values[n]), yerr=50 * (allowed.high - allowed.low), color=colour,
                      marker="D", ms=4.5, mfc="white", capsize=2, zorder=5)  # fmt: skip
