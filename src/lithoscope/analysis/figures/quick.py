"""The figure that a user asks a single result for."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
import xarray as xr
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import LogFormatter, MaxNLocator
from numpy.typing import NDArray

from lithoscope.analysis.figures.cycles import draw_cycles
from lithoscope.analysis.figures.host import draw_host
from lithoscope.analysis.figures.style import BLACK, BLUE, DOUBLE, GREY, MM, ORANGE, RED, TEAL, figure
from lithoscope.analysis.figures.voltammogram import draw_voltammogram
from lithoscope.errors import InputError, duration_text, nearest
from lithoscope.result import Result
from lithoscope.units import MAH_PER_CM2

Array = NDArray[np.float64]

MANY_CYCLES = 30
"""Beyond these a trace is a black block; an envelope and three windows are drawn instead."""

ALIKE = 2e-3
"""Curves that differ by less than this, relative to their largest value, share one label."""


def draw(result: Result, what: str = "voltage") -> Figure:
    """A figure of one result.

    what  "voltage": voltage and current density over time; "electrodes": the voltage split into both electrodes and the
          electrolyte; "spectrum": Nyquist plot; "bode": magnitude and phase over frequency; "ledger": lithium in each
          reservoir over time; "profile": salt across the electrolyte at the end of steps; "cycles": peaks, efficiency, losses
          and resistances over cycles; "host": lithium over the depth of a host; "voltammogram": current density against voltage
          of the scans
    Raises InputError for anything else, and for a figure that the result has no data for.
    """
    over_time: dict[str, Callable[[Result], Figure]] = {
        "voltage": _voltage,
        "electrodes": _electrodes,
        "ledger": _ledger,
        "profile": _profile,
        "host": draw_host,
        "voltammogram": draw_voltammogram,
    }
    over_frequency: dict[str, Callable[[Result], Figure]] = {"spectrum": _spectrum, "bode": _bode}
    known = over_time | over_frequency | {"cycles": draw_cycles}
    if what not in known:
        raise InputError("what", f'= "{what}" is not a figure of a result', expected=", ".join(known), do=nearest(what, known))
    if what in over_frequency and not result.spectra:
        raise InputError(
            "what", f'= "{what}", but the program measured no spectrum', do='Add a step of kind "spectrum" to the program'
        )
    if what in over_time and not result.trace.sizes.get("time"):
        raise InputError("what", f'= "{what}", but the run ended before its first step')
    if what == "cycles" and not len(result.cycles):
        raise InputError("what", '= "cycles", but the program has none', do='Put its steps into a step of kind "loop"')
    return known[what](result)


# ------------------------------------------------------------------------------------------- over time


def _voltage(result: Result) -> Figure:
    trace = result.trace
    drawn = _long_voltage(trace) if int(trace["cycle"].max()) > MANY_CYCLES else _short_voltage(trace)
    drawn.axes[0].set_title(result.status.sentence.split(". Data")[0], fontsize=7, fontweight="normal", color=GREY, loc="left")
    return drawn


def _short_voltage(trace: xr.Dataset) -> Figure:
    time, unit = _time(trace)
    voltage, volt = _volts(trace["voltage"].values)
    current = trace["current_density"].values / 10
    with figure(DOUBLE, 70 * MM) as drawn:
        above, below = drawn.subplots(2, 1, sharex=True, height_ratios=[3, 1])
        above.plot(time, voltage, color=BLACK, lw=0.9)
        above.set_ylabel(f"Voltage, $V$ / {volt}")
        below.plot(time, current, color=BLACK, lw=0.9)
        below.set_ylabel("$J$ / mA cm$^{-2}$")
        below.set_xlabel(f"Time / {unit}      ($J$ > 0 strips the working electrode)")
        # A constant current would otherwise fill its axis with the noise of its last digit.
        largest = max(float(np.abs(current).max()), 1e-6)
        below.set_ylim(-1.25 * largest if current.min() < 0 else -0.1 * largest, 1.25 * largest)
        below.yaxis.set_major_locator(MaxNLocator(3))
        for axes in (above, below):
            axes.axhline(0, color=GREY, lw=0.4, zorder=0)
            axes.margins(x=0.01)
    return drawn


def _long_voltage(trace: xr.Dataset) -> Figure:
    """The envelope over all cycles, and two cycles at the start, in the middle and at the end."""
    cycle, hours = trace["cycle"].values, trace["time"].values / 3600
    voltage, volt = _volts(trace["voltage"].values)
    numbers, starts = np.unique(cycle, return_index=True)
    numbers, starts = numbers[numbers > 0], starts[numbers > 0]
    highest, lowest = np.maximum.reduceat(voltage, starts), np.minimum.reduceat(voltage, starts)
    with figure(DOUBLE, 95 * MM) as drawn:
        axes = drawn.subplot_mosaic([["all"] * 3, ["first", "middle", "last"]], height_ratios=[1.2, 1])
        axes["all"].fill_between(hours[starts], lowest, highest, color=GREY, alpha=0.35, lw=0, step="post")
        for edge in (lowest, highest):
            axes["all"].plot(hours[starts], edge, color=BLACK, lw=0.9, drawstyle="steps-post")
        axes["all"].set(ylabel=f"Voltage, $V$ / {volt}", xlabel="Time / h      (highest and lowest of each cycle)")
        for name, n in (("first", 0), ("middle", len(numbers) // 2), ("last", len(numbers) - 2)):
            shown = (cycle >= numbers[n]) & (cycle <= numbers[n + 1])
            axes[name].plot(hours[shown], voltage[shown], color=BLACK, lw=0.9)
            axes[name].set_title(f"cycles {numbers[n]:g} and {numbers[n + 1]:g}", fontweight="normal")
            axes[name].set(ylim=(1.1 * lowest.min(), 1.1 * highest.max()), xlabel="Time / h")
            axes[name].xaxis.set_major_locator(MaxNLocator(4, integer=True))
        axes["first"].set_ylabel(f"Voltage, $V$ / {volt}")
        for each in axes.values():
            each.axhline(0, color=GREY, lw=0.4, zorder=0)
    return drawn


def _electrodes(result: Result) -> Figure:
    """What each electrode and the electrolyte take of the voltage, V = working - counter + electrolyte."""
    trace = result.trace
    last = int(trace["cycle"].max())
    if last > MANY_CYCLES:
        trace = trace.isel(time=trace["cycle"].values > last - 2)
    time, unit = _time(trace)
    parts = {"working electrode": trace["working_potential"], "counter electrode, reversed": -trace["counter_potential"],
             "electrolyte": trace["electrolyte_potential"]}  # fmt: skip
    with figure(DOUBLE, 66 * MM) as drawn:
        axes = drawn.subplots()
        whole, volt = _volts(trace["voltage"].values)
        factor = 1e3 if volt == "mV" else 1.0
        axes.plot(time, whole, color=GREY, lw=2.2, alpha=0.45, label="cell, their sum")
        for (label, values), colour, dash in zip(parts.items(), (BLUE, ORANGE, TEAL), ("-", "--", "-."), strict=True):
            axes.plot(time, values * factor, color=colour, ls=dash, lw=0.9, label=label)
        axes.axhline(0, color=GREY, lw=0.4, zorder=0)
        axes.set(xlabel=f"Time / {unit}", ylabel=f"Share of the voltage / {volt}")
        axes.margins(x=0.01)
        drawn.legend(loc="outside upper center", ncols=4)
    return drawn


def _ledger(result: Result) -> Figure:
    trace = result.trace
    time, unit = _time(trace)
    styles = zip((BLUE, ORANGE, TEAL, RED, BLACK, GREY), ("-", "--", "-.", ":", "-", "--"), strict=True)
    with figure(DOUBLE, 60 * MM) as drawn:
        axes = drawn.subplots()
        for (colour, dash), (label, keys) in zip(styles, _places(result).items(), strict=False):
            held = np.sum([trace[key].values for key in keys], axis=0)
            axes.plot(time, (held - held[0]) / MAH_PER_CM2, label=label, color=colour, ls=dash)
        axes.set(xlabel=f"Time / {unit}", ylabel="Change of lithium / mAh cm$^{-2}$")
        closes = f"the total changes by {result.ledger.residual:.0e} of the inventory"
        axes.set_title(closes, fontsize=7, fontweight="normal", color=GREY)
        axes.margins(x=0.01)
        drawn.legend(loc="outside upper center", ncols=4)
    return drawn


def _places(result: Result) -> dict[str, list[str]]:
    """Where lithium can be, and the outputs that hold it: by electrode, or by kind where it ages."""
    rest = {"electrolyte": ["electrolyte_lithium"], "double layers": ["double_layer_lithium"]}
    if "working_surface_film_lithium" in result.ledger.reservoirs:
        lost, taken = ("dead", "film", "surface_film"), ("inserted", "converted", "alloyed")
        held = {"plated": ["working_lithium"], "dead or in films": [f"working_{kind}_lithium" for kind in lost]}
        coating = [f"working_{kind}_lithium" for kind in taken]
        if coating[0] in result.ledger.reservoirs:
            held["in the coating"] = coating
        return held | {"counter electrode": ["counter_lithium"]} | rest
    if "working_mossy_lithium" not in result.ledger.reservoirs:
        return {"working electrode": ["working_lithium"], "counter electrode": ["counter_lithium"]} | rest
    kinds = {"dense lithium": "bulk", "moss": "mossy", "dead lithium": "dead", "films": "film"}
    both = {label: [f"{face}_{kind}_lithium" for face in ("working", "counter")] for label, kind in kinds.items()}
    return both | {"electrolyte in pores": ["electrolyte_lithium"], "electrolyte outside": ["free_electrolyte_lithium"]}


def _profile(result: Result) -> Figure:
    profiles = result.profiles
    rows = profiles["salt_concentration"].values / 1e3
    groups = _groups(list(rows))
    chosen = [groups[n] for n in np.unique(np.linspace(0, len(groups) - 1, 5).astype(int))]
    with figure(DOUBLE, 62 * MM) as drawn:
        axes = drawn.subplots()
        for group, colour, dash in zip(chosen, (BLACK, BLUE, ORANGE, TEAL, RED), ("-", "--", "-.", ":", "-"), strict=False):
            label = _several([float(profiles["time"][n]) for n in group])
            axes.plot(profiles["position"][group[0]] * 1e6, rows[group[0]], color=colour, ls=dash, label=label)
        axes.set_xlabel("Distance from the counter electrode, $x$ / µm")
        axes.set_ylabel("Salt concentration, $c$ / mol L$^{-1}$")
        axes.xaxis.set_major_locator(MaxNLocator(5))
        axes.ticklabel_format(axis="y", useOffset=False)
        drawn.legend(title="at the end of a step", title_fontsize=7, loc="outside right upper")
    return drawn


def _time(trace: xr.Dataset) -> tuple[Array, str]:
    """Time in the unit in which a laboratory would give it."""
    seconds = trace["time"].values
    for size, unit in ((3600.0, "h"), (60.0, "min")):
        if seconds[-1] >= 2 * size:
            return seconds / size, unit
    return seconds, "s"


def _volts(values: Array) -> tuple[Array, str]:
    """A voltage in mV, or in V where it reaches one."""
    return (values, "V") if float(np.abs(values).max()) >= 1 else (values * 1e3, "mV")


# ------------------------------------------------------------------------------------------- over frequency


def _spectrum(result: Result) -> Figure:
    with figure(DOUBLE, 80 * MM) as drawn:
        axes = drawn.subplots()
        for n, (spectrum, label, colour, dash) in enumerate(_different(result)):
            nyquist(axes, spectrum, result.area, colour=colour, label=label, dash=dash, marks=n == 0)
        finish_nyquist(axes)
        # As high as equal axes need at this width, so that no band stays empty.
        shape = axes.get_ylim()[1] / axes.get_xlim()[1]
        drawn.set_size_inches(DOUBLE, float(np.clip(0.9 * DOUBLE * shape + 18 * MM, 42 * MM, 120 * MM)))
        drawn.legend(loc="outside upper center", ncols=3)
    return drawn


def _bode(result: Result) -> Figure:
    with figure(DOUBLE, 80 * MM) as drawn:
        above, below = drawn.subplots(2, 1, sharex=True)
        for spectrum, label, colour, dash in _different(result):
            f, x, y = _in_ohm(spectrum, result.area)
            above.loglog(f, np.hypot(x, y), color=colour, ls=dash, label=label)
            below.semilogx(f, np.degrees(np.arctan2(y, x)), color=colour, ls=dash)
        for axis in (above.yaxis.set_major_formatter, above.yaxis.set_minor_formatter):
            axis(LogFormatter(minor_thresholds=(1.5, 0.6)))
        above.set_ylabel("$|Z|$ / $\\Omega$")
        below.set(xlabel="Frequency, $f$ / Hz", ylabel="$-$Phase / °", ylim=(min(0, below.get_ylim()[0]), None))
        drawn.legend(loc="outside upper center", ncols=3)
    return drawn


def _different(result: Result) -> list[tuple[xr.Dataset, str, str, str]]:
    """Spectra that differ, each with the times at which it was measured, a colour and a dash."""
    spectra = result.spectra
    curves = [s["real_impedance"].values + 1j * s["imaginary_impedance"].values for s in spectra]
    groups = _groups(curves)
    shades = np.linspace(0.0, 0.65, len(groups))
    dashes = ("-", "--", "-.", ":")
    return [
        (spectra[g[0]], _several([float(spectra[n].attrs["time_s"]) for n in g]), str(shade), dashes[n % 4])
        for n, (g, shade) in enumerate(zip(groups, shades, strict=True))
    ]


def nyquist(
    axes: Axes, spectrum: xr.Dataset, area: float, *, colour: str, label: str, dash: str = "-", marks: bool = True
) -> None:
    """One spectrum of the cell, in ohm, with a point at each decade of frequency."""
    f, x, y = _in_ohm(spectrum, area)
    axes.plot(x, y, color=colour, ls=dash, label=label)
    decades = np.isclose(np.log10(f), np.round(np.log10(f)), atol=1e-6)
    axes.plot(x[decades], y[decades], ls="", marker="o", ms=2.6, color=colour, mfc="white", mew=0.8)
    if marks:
        highest = y[decades].max()
        for fk, xk, yk in zip(f[decades], x[decades], y[decades], strict=True):
            if yk > 0.12 * highest:
                axes.annotate(_frequency(fk), (xk, yk), textcoords="offset points", xytext=(3, 3), fontsize=6, color=colour)


def _in_ohm(spectrum: xr.Dataset, area: float) -> tuple[Array, Array, Array]:
    """Frequency, Z' and -Z''."""
    real, imaginary = (spectrum[name].values / area for name in ("real_impedance", "imaginary_impedance"))
    return spectrum["frequency"].values, real, -imaginary


def finish_nyquist(axes: Axes) -> None:
    """Equal axes from zero, with their names."""
    axes.set_aspect("equal", adjustable="box")
    axes.set_xlim(left=0)
    axes.set_ylim(bottom=0)
    axes.set_xlabel("$Z'$ / $\\Omega$")
    axes.set_ylabel("$-Z''$ / $\\Omega$")


def _frequency(f: float) -> str:
    for size, unit in ((1e6, "MHz"), (1e3, "kHz"), (1.0, "Hz")):
        if f >= size * 0.999:
            return f"{f / size:.3g} {unit}"
    return f"{f * 1e3:.3g} mHz"


# ------------------------------------------------------------------------------------------- curves that are alike


def _groups(curves: Sequence[NDArray[np.inexact]]) -> list[list[int]]:
    """Numbers of the curves that are alike, in the order in which each kind first appears."""
    groups: list[list[int]] = []
    for n, curve in enumerate(curves):
        for group in groups:
            first = curves[group[0]]
            if first.shape == curve.shape and np.max(np.abs(curve - first)) <= ALIKE * np.max(np.abs(first)):
                group.append(n)
                break
        else:
            groups.append([n])
    return groups


def _several(times: Sequence[float]) -> str:
    """When a curve was seen, e.g. 'after 1 min', or 'after 1 min and 3 more alike'."""
    first = f"after {duration_text(times[0])}"
    return first if len(times) == 1 else f"{first}, and {len(times) - 1} more alike"
