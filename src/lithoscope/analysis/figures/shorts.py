"""Soft shorts: where one shows in a trace, and how well they are found."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from lithoscope.analysis.detection import Trial, curve, rate
from lithoscope.analysis.figures.style import BLACK, BLUE, DOUBLE, GREY, MM, ORANGE, RED, TEAL, figure
from lithoscope.analysis.half_cycles import half_cycles
from lithoscope.analysis.soft_short import Diagnosis
from lithoscope.analysis.trace import Trace

RELATIVE = 100.0


def draw_diagnosis(trace: Trace, found: Diagnosis) -> Figure:
    """The trace, its level in each half-cycle, and the score; a line where a short begins to show."""
    pieces = half_cycles(trace)
    hours = np.array([(piece.start + piece.end) / 7200 for piece in pieces])
    unit, factor = ("$\\Omega$ cm$^2$", 1e4) if trace.per_area else ("$\\Omega$", 1.0)
    with figure(DOUBLE, 95 * MM) as drawn:
        voltage, level, score = drawn.subplots(3, 1, sharex=True, height_ratios=[2, 1.2, 1])
        voltage.plot(trace.time / 3600, trace.voltage * 1e3, color=BLACK, lw=0.5)
        voltage.set(ylabel="Voltage / mV", ylim=_limits(trace))
        for sign, colour, marker in ((1, BLUE, "o"), (-1, ORANGE, "s")):
            chosen = np.array([piece.sign == sign for piece in pieces])
            if chosen.any():
                values = np.array([piece.level for piece in pieces])[chosen] * factor
                label = "stripped" if sign == 1 else "plated"
                level.plot(hours[chosen], values, color=colour, marker=marker, ms=2.5, lw=0.9, label=label)
        level.set(ylabel=f"Level $V/I$ / {unit}", ylim=(0, None))
        if len({piece.sign for piece in pieces}) > 1:
            level.legend(title="working electrode", title_fontsize=6, ncols=2)
        score.plot(hours, [finding.score for finding in found.findings], color=BLACK, marker=".", ms=3, lw=0.9)
        score.axhline(1, color=GREY, lw=0.6, ls="--")
        score.set(ylabel="Score", xlabel="Time / h", ylim=(0, None))
        for axes in (voltage, level, score):
            axes.margins(x=0.01)
            if found.onset is not None:
                axes.axvline(found.onset / 3600, color=RED, lw=0.8)
        voltage.set_title(_title(found), fontsize=7, fontweight="normal", color=GREY, loc="left")
    return drawn


def _limits(trace: Trace) -> tuple[float, float]:
    """Limits of the voltage, mV, that leave out what lasts less than a five-hundredth of the record at either end."""
    regular = np.interp(np.linspace(trace.time[0], trace.time[-1], 5000), trace.time, trace.voltage * 1e3)
    low, high = np.quantile(regular, [0.002, 0.998])
    return min(1.15 * float(low), 0.0), max(1.15 * float(high), 0.0)


def _title(found: Diagnosis) -> str:
    return found.verdict.value if found.onset is None else f"{found.verdict.value}, from {found.onset / 3600:.2f} h on"


def draw_detection(trials: Sequence[Trial]) -> Figure:
    """Left: rate of detection over the strength of the short, healthy cells at 0. Right: detections over false alarms as the
    level of the score is moved, for each strength, all cells together.
    """
    noises = sorted({trial.noise for trial in trials})
    with figure(DOUBLE, 72 * MM) as drawn:
        rates, curves = drawn.subplots(1, 2)
        for kind, colour, marker in (("planar", BLUE, "o"), ("mossy", ORANGE, "s")):
            for noise, dash in zip(noises, ("-", "--", ":"), strict=False):
                _rates(rates, [t for t in trials if t.kind == kind and t.noise == noise], f"{kind}, {noise * 1e3:g} mV", colour,
                       dash, marker)  # fmt: skip
        rates.set(xlabel="Share of the current that leaks in the end / %", ylabel="Records with an alarm / %", ylim=(-3, 103))
        rates.legend(title="cell, noise of the voltage", title_fontsize=7)
        _curves(curves, [t for t in trials if t.noise == noises[-1]])
        curves.set_title(f"noise {noises[-1] * 1e3:g} mV", fontsize=7, fontweight="normal", color=GREY, loc="left")
    return drawn


def _rates(axes: Axes, trials: Sequence[Trial], label: str, colour: str, dash: str, marker: str) -> None:
    shares = sorted({trial.share for trial in trials})
    found = [RELATIVE * rate([trial for trial in trials if trial.share == share]) for share in shares]
    axes.plot([RELATIVE * share for share in shares], found, color=colour, ls=dash, marker=marker, ms=3, lw=1, label=label)


def _curves(axes: Axes, trials: Sequence[Trial]) -> None:
    healthy = [trial for trial in trials if trial.share == 0]
    shares = sorted({trial.share for trial in trials} - {0.0})
    styles = zip((GREY, TEAL, BLUE, ORANGE, RED, BLACK), ("-", "--", "-.", ":", "-", "--"), strict=True)
    for share, (colour, dash) in zip(shares, styles, strict=False):
        false, right = curve([trial for trial in trials if trial.share == share], healthy)
        axes.step(RELATIVE * false, RELATIVE * right, where="post", color=colour, ls=dash, lw=1.2, label=f"{share:.0%}")
    axes.plot([RELATIVE * rate(healthy)], [0], ls="", marker="^", ms=5, color=BLACK, clip_on=False, label="at score 1")
    axes.set(xlabel="False alarms / %", ylabel="Detections / %", xlim=(-3, 103), ylim=(-3, 103))
    axes.legend(title="share that leaks", title_fontsize=7, loc="lower right")
