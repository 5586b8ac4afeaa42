"""The figure that a user asks a single result for."""

from __future__ import annotations

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator

from lithoscope.analysis.figures.style import BLACK, DOUBLE, GREY, MM, SINGLE, figure
from lithoscope.errors import InputError, duration_text, nearest
from lithoscope.result import Result
from lithoscope.units import MAH_PER_CM2


def draw(result: Result, what: str = "voltage") -> Figure:
    """A figure of one result.

    what  "voltage": voltage and current density over time; "spectrum": Nyquist plot; "ledger": lithium in each reservoir over
          time; "profile": salt across the separator at the end of steps
    Raises InputError for anything else, and for a figure that the result has no data for.
    """
    known = {"voltage": _voltage, "spectrum": _spectrum, "ledger": _ledger, "profile": _profile}
    if what not in known:
        raise InputError("what", f'= "{what}" is not a figure of a result', expected=", ".join(known), do=nearest(what, known))
    if what == "spectrum" and not result.spectra:
        raise InputError(
            "what", '= "spectrum", but the program measured none', do='Add a step of kind "spectrum" to the program'
        )
    if what != "spectrum" and not result.trace.sizes.get("time"):
        raise InputError("what", f'= "{what}", but the run ended before its first step')
    return known[what](result)


def _voltage(result: Result) -> Figure:
    trace = result.trace
    hours = trace["time"].values / 3600
    with figure(DOUBLE, 70 * MM) as drawn:
        above, below = drawn.subplots(2, 1, sharex=True, height_ratios=[3, 1])
        above.plot(hours, trace["voltage"], color=BLACK, lw=0.9)
        above.set_ylabel("Voltage, $V$ / V")
        above.set_title(result.status.sentence.split(". Data")[0], fontsize=7, fontweight="normal", color=GREY)
        below.plot(hours, trace["current_density"] / 10, color=BLACK, lw=0.9)
        below.set_ylabel("$J$ / mA cm$^{-2}$")
        below.set_xlabel("Time / h      ($J$ > 0 strips the working electrode)")
        for axes in (above, below):
            axes.axhline(0, color=GREY, lw=0.4, zorder=0)
            axes.margins(x=0.01)
    return drawn


def _spectrum(result: Result) -> Figure:
    with figure(DOUBLE, 80 * MM) as drawn:
        axes = drawn.subplots()
        shades = np.linspace(0.0, 0.65, len(result.spectra))
        for n, (spectrum, shade) in enumerate(zip(result.spectra, shades, strict=True)):
            label = f"after {duration_text(float(spectrum.attrs['time_s']))}"
            nyquist(axes, spectrum, result.area, colour=str(shade), label=label, marks=n == 0)
        finish_nyquist(axes)
        drawn.legend(loc="outside upper center", ncols=3)
    return drawn


def nyquist(axes: Axes, spectrum: object, area: float, *, colour: str, label: str, dash: str = "-", marks: bool = True) -> None:
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


def _in_ohm(spectrum: object, area: float) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    import xarray as xr

    assert isinstance(spectrum, xr.Dataset)
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


def _ledger(result: Result) -> Figure:
    trace = result.trace
    hours = trace["time"].values / 3600
    names = {"working_lithium": "working electrode", "counter_lithium": "counter electrode",
             "electrolyte_lithium": "electrolyte", "double_layer_lithium": "double layers"}  # fmt: skip
    with figure(DOUBLE, 60 * MM) as drawn:
        axes = drawn.subplots()
        for dash, (key, label) in zip(("-", "--", "-.", ":"), names.items(), strict=True):
            change = (trace[key] - trace[key][0]) / MAH_PER_CM2
            axes.plot(hours, change, label=label, ls=dash)
        axes.set_xlabel("Time / h")
        axes.set_ylabel("Change of lithium / mAh cm$^{-2}$")
        axes.set_title(f"the total changes by {result.ledger.residual:.0e} of the inventory", fontsize=7, fontweight="normal")
        axes.legend(ncols=4, loc="lower center", bbox_to_anchor=(0.5, 1.08))
    return drawn


def _profile(result: Result) -> Figure:
    profiles = result.profiles
    chosen = np.unique(np.linspace(0, profiles.sizes["time"] - 1, 5).astype(int))
    with figure(SINGLE, 60 * MM) as drawn:
        axes = drawn.subplots()
        for shade, n in zip(np.linspace(0, 0.7, len(chosen)), chosen, strict=True):
            hours = float(profiles["time"][n]) / 3600
            axes.plot(
                profiles["position"][n] * 1e6, profiles["salt_concentration"][n] / 1e3, color=str(shade), label=f"{hours:.3g} h"
            )
        axes.set_xlabel("Distance from the counter electrode, $x$ / µm")
        axes.set_ylabel("Salt concentration, $c$ / mol L$^{-1}$")
        axes.xaxis.set_major_locator(MaxNLocator(5))
        drawn.legend(title="end of step at", title_fontsize=7, loc="outside right center")
    return drawn
