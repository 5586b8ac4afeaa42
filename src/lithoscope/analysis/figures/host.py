"""Where the lithium of a host is: its fraction over the depth at the end of each step, over all times, and as a film."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
from matplotlib.animation import FuncAnimation, PillowWriter
from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from numpy.typing import NDArray

from lithoscope.analysis.figures.style import BLACK, BLUE, DOUBLE, GREY, MM, ORANGE, RED, SINGLE, TEAL, figure
from lithoscope.analysis.hosts import Face, host_profiles, hosts_of
from lithoscope.errors import InputError, duration_text
from lithoscope.result import Result
from lithoscope.units import MAH_PER_CM2

Array = NDArray[np.float64]

MOST_CURVES = 5
"""Ends of steps that are drawn as curves; the first and the last are among them."""

SHADE = "cividis"

WORKING: Face = "working"


def draw_host(result: Result) -> Figure:
    """Two panels for each host: lithium fraction over depth at the ends of steps, and over depth and time. Raises InputError
    for a result without a host.
    """
    found = {face: host_profiles(result, face) for face in hosts_of(result) or (WORKING,)}
    with figure(DOUBLE, 70 * MM * len(found)) as drawn:
        rows = drawn.subplots(len(found), 2, width_ratios=[1, 1.15], squeeze=False)
        for (face, (time, depth, s)), (curves, shades) in zip(found.items(), rows, strict=True):
            _curves(curves, result, face, time, depth, s)
            _shades(drawn, shades, result, face, time, depth, s)
            if len(found) > 1:
                curves.set_title(f"{face.title()} electrode", loc="left")
    return drawn


def _ends(result: Result, time: Array) -> list[int]:
    """Frames at the start and at the ends of steps that took time."""
    steps = result.steps
    took = steps["duration"].to_numpy() > 0
    ends = (steps["start_time"] + steps["duration"]).to_numpy()[took]
    found = [0, *np.searchsorted(time, ends - 1e-6 * ends).tolist()]
    return [found[n] for n in np.unique(np.linspace(0, len(found) - 1, min(len(found), MOST_CURVES)).astype(int))]


def _curves(axes: Axes, result: Result, face: Face, time: Array, depth: Array, s: Array) -> None:
    styles = zip((GREY, BLACK, BLUE, ORANGE, RED), ("-", "-", "--", "-.", ":"), strict=True)
    for frame, (colour, dash) in zip(_ends(result, time), styles, strict=False):
        axes.plot(depth * 1e6, s[frame], color=colour, ls=dash, label=_when(result, face, float(time[frame])))
    axes.set(xlabel="Depth below the top, $d$ / µm", ylabel="Lithium fraction, $s$", ylim=(0, None), xlim=(0, depth[-1] * 1e6))
    axes.legend(fontsize=6, loc="lower right")


def _when(result: Result, face: Face, time: float) -> str:
    """A moment as the charge that was stripped from a host until then, or plated into it."""
    if time == 0:
        return "start"
    trace = result.trace
    stripped = float(np.interp(time, trace["time"].values, trace["charge_passed"].values)) / MAH_PER_CM2
    charge = stripped if face == WORKING else -stripped
    if abs(charge) < 1e-6:
        return f"{duration_text(time)}: all back"
    return f"{duration_text(time)}: {abs(charge):.3g} mAh cm$^{{-2}}$ {'out' if charge > 0 else 'in'}"


def _shades(drawn: Figure, axes: Axes, result: Result, face: Face, time: Array, depth: Array, s: Array) -> None:
    hours = time / 3600
    image = axes.pcolormesh(hours, depth * 1e6, s.T, cmap=SHADE, shading="nearest", vmin=0, rasterized=True)
    drawn.colorbar(image, ax=axes, label="Lithium fraction, $s$")
    trace = result.trace
    front = trace[f"{face}_front_depth"].values * 1e6
    axes.plot(trace["time"].values / 3600, front, color="white", lw=1.0)
    for start in result.steps["start_time"].to_numpy()[1:]:
        axes.axvline(start / 3600, color="white", lw=0.4, ls=":")
    note = "      (white: no electrons above)" if front.max() > depth[0] * 1e6 else ""
    axes.set(xlabel=f"Time / h{note}", ylabel="Depth below the top / µm", ylim=(depth[-1] * 1e6, 0))
    axes.set_xlim(0, hours[-1])


def animate_host(result: Result, path: str | Path, *, frames_per_second: int = 8) -> Path:
    """Write the lithium in a host, or in both, as a moving picture, a GIF.

    Raises InputError for a result without a host, and for a name that does not end in .gif.
    """
    path = Path(path)
    if path.suffix.lower() != ".gif":
        raise InputError("path", f'= "{path}" is not in a format that is written', expected="a name that ends in .gif",
                         do=f'Write e.g. "{path.stem}.gif"')  # fmt: skip
    faces = hosts_of(result) or (WORKING,)
    time = host_profiles(result, faces[0])[0]
    with figure(SINGLE, 65 * MM * len(faces)) as drawn:
        panels = drawn.subplots(len(faces), squeeze=False).ravel()
        moved = [_moving(axes, result, face, titled=len(faces) > 1) for axes, face in zip(panels, faces, strict=True)]

        def show(n: int) -> list[Artist]:
            panels[0].set_title(_when(result, faces[0], float(time[n])), fontsize=7)
            return [artist for move in moved for artist in move(n)]

        FuncAnimation(drawn, show, frames=len(time)).save(path, writer=PillowWriter(fps=frames_per_second), dpi=120)
    return path


def _moving(axes: Axes, result: Result, face: Face, *, titled: bool) -> Callable[[int], tuple[Artist, ...]]:
    """Draw the lithium of a host, and return what moves it to a frame."""
    time, depth, s = host_profiles(result, face)
    below = f", {face} electrode" if titled else ""
    axes.set(xlabel=f"Depth below the top, $d$ / µm{below}", ylabel="Lithium fraction, $s$", ylim=(0, 1.08 * s.max()))
    axes.set_xlim(0, depth[-1] * 1e6)
    axes.plot(depth * 1e6, s[0], color=GREY, lw=0.6)
    (line,) = axes.plot(depth * 1e6, s[0], color=BLACK)
    front = axes.axvline(0, color=ORANGE, ls="--", lw=1.0)
    moments = result.trace["time"].values, result.trace[f"{face}_front_depth"].values * 1e6
    filled = axes.fill_between(depth * 1e6, s[0], color=TEAL, alpha=0.3, lw=0)

    def move(n: int) -> tuple[Artist, ...]:
        line.set_ydata(s[n])
        filled.set_data(depth * 1e6, s[n], np.zeros_like(depth))
        front.set_xdata([float(np.interp(time[n], *moments))] * 2)
        return line, filled, front

    return move
