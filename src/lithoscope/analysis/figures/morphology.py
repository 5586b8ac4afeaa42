"""The shape of lithium in pictures: sections, the film along the surface, the surface itself, moving ones."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

import numpy as np
from matplotlib import colormaps
from matplotlib.animation import FFMpegWriter, FuncAnimation, PillowWriter
from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.cm import ScalarMappable
from matplotlib.collections import LineCollection
from matplotlib.colors import LogNorm, Normalize
from matplotlib.figure import Figure
from mpl_toolkits.mplot3d.art3d import Poly3DCollection
from numpy.typing import NDArray

from lithoscope.analysis.figures.style import BLACK, DOUBLE, GREY, MM, SINGLE, figure
from lithoscope.analysis.morphologies import SURFACE, Morphology, at_points, outline, surface
from lithoscope.errors import InputError, duration_text, nearest
from lithoscope.result import Result
from lithoscope.units import MAH_PER_CM2

Array = NDArray[np.float64]

METAL = "#b8b8b8"
FIBRE = "#117733"
DEAD = ("#CC3311", "#EE7733", "#AA4499", "#DDAA33", "#882255", "#EE3377")
"""Of pieces without contact, in turn."""

MOST_PANELS = 4


@dataclass(frozen=True, slots=True)
class Quantity:
    """What a picture shows.

    field    its name in a result;  label, scale: of the colours;  shade: their map
    on_surface  whether it is known along the surface alone;  logarithmic: whether its colours are
    """

    field: str
    label: str
    scale: float
    shade: str
    on_surface: bool = False
    logarithmic: bool = False


QUANTITIES = {
    "salt": Quantity("salt_concentration", "Salt concentration, $c$ / mol L$^{-1}$", 1e-3, "cividis"),
    "potential": Quantity("potential", "Potential against Li, $\\Phi$ / mV", 1e3, "viridis"),
    "film": Quantity("surface_resistance", "Film resistance, $R$ / Ω cm$^2$", 1e4, "plasma", True, True),
    "thickness": Quantity("surface_film_thickness", "Film thickness, $\\delta$ / nm", 1e9, "plasma", True),
    "covered": Quantity("covered", "Share that is not cracked, $\\theta$", 1.0, "plasma", True),
    "polarisation": Quantity("polarisation", "Polarisation, $P$ / C m$^{-2}$", 1.0, "coolwarm", True),
}


def quantity(what: str) -> Quantity:
    """What a name stands for. Raises InputError for an unknown one."""
    if what not in QUANTITIES:
        raise InputError("what", f'= "{what}" is not a field that is drawn', expected=", ".join(QUANTITIES),
                         do=nearest(what, QUANTITIES))  # fmt: skip
    return QUANTITIES[what]


def _chosen(found: Morphology, snapshots: Sequence[int] | None) -> list[int]:
    """Snapshots to draw: those given, or the first, the last and two between them."""
    count = len(found.times)
    if snapshots is None:
        return [int(n) for n in np.unique(np.linspace(0, count - 1, min(count, MOST_PANELS)).round())]
    return [n % count if -count <= n < count else n for n in snapshots]


def _norm(found: Morphology, shown: Quantity, snapshots: Sequence[int]) -> Normalize:
    """One scale of colours for all panels."""
    values = np.concatenate([_values(found, shown, n).ravel() for n in snapshots]) * shown.scale
    values = values[np.isfinite(values)]
    if shown.field == "polarisation":
        largest = float(np.abs(values).max(initial=1e-12))
        return Normalize(-largest, largest)
    low, high = (float(each) for each in np.percentile(values, (0.5, 99.5))) if values.size else (0.0, 1.0)
    if high - low < 1e-6 * max(abs(high), 1e-12):
        low, high = low - 0.01 * abs(low) - 1e-12, high + 0.01 * abs(high) + 1e-12
    return LogNorm(low, high) if shown.logarithmic and low > 0 and high > 3 * low else Normalize(low, high)


def _values(found: Morphology, shown: Quantity, snapshot: int) -> Array:
    """What the colours show: in the electrolyte, or along the surface."""
    values = found.field(shown.field, snapshot) if shown.on_surface else found.electrolyte(shown.field, snapshot)
    return found.middle(values)


def when(found: Morphology, snapshot: int) -> str:
    """A moment as its time and the charge that has passed."""
    time, charge = float(found.times[snapshot]), found.charge(snapshot) / MAH_PER_CM2
    if time == 0:
        return "start"
    if abs(charge) < 1e-4:
        return duration_text(time)
    return f"{duration_text(time)}, {abs(charge):.2g} mAh cm$^{{-2}}$ {'stripped' if charge > 0 else 'plated'}"


def draw_fields(result: Result, what: str = "salt", snapshots: Sequence[int] | None = None) -> Figure:
    """Sections of a morphology at up to four moments: metal grey, pieces without contact coloured, the quantity in colours.

    what       "salt", "potential", and along the surface "film", "thickness", "covered", "polarisation"
    snapshots  which, counted from 0; the first, the last and two between them if not given
    In 3D it is the section through the middle.
    Raises InputError for a result without fields, and for a field or a snapshot that it does not have.
    """
    found, shown = Morphology(result), quantity(what)
    chosen = _chosen(found, snapshots)
    norm = _norm(found, shown, chosen)
    low, high = _heights(found, shown, chosen)
    columns = min(len(chosen), 2 if found.size[1] > 1.3 * (high - low) else MOST_PANELS)
    rows = -(-len(chosen) // columns)
    breadth = (DOUBLE - 34 * MM) / columns
    with figure(DOUBLE, rows * (breadth * (high - low) / found.size[1] + 7 * MM) + 8 * MM) as drawn:
        panels = drawn.subplots(rows, columns, squeeze=False, sharex=True, sharey=True)
        for axes in panels.ravel()[len(chosen) :]:
            axes.set_visible(False)
        for axes, n in zip(panels.ravel(), chosen, strict=False):
            image = _section(axes, found, shown, n, norm)
            axes.set_ylim(low * 1e6, high * 1e6)
            axes.set_title(when(found, n).replace(", ", "\n" if columns > 2 else ", "), fontsize=7, fontweight="normal")
        for axes in panels[-1]:
            axes.set_xlabel("$x$ / µm")
        for axes in panels[:, 0]:
            axes.set_ylabel("Height / µm")
        drawn.colorbar(image, ax=panels.ravel().tolist(), label=shown.label, shrink=0.9)
        drawn.text(0.995, 0.002, found.stamp, fontsize=5, color=GREY, ha="right", va="bottom")
    return drawn


def _heights(found: Morphology, shown: Quantity, snapshots: Sequence[int]) -> tuple[float, float]:
    """What is shown of the height, m: of the surface alone, no more than it takes."""
    ends = [line[:, 0] for n in snapshots for line in outline(found.middle(found.field("lithium_fraction", n)), found.spacing)]
    if not shown.on_surface or not ends:
        return 0.0, found.size[0]
    margin = 0.06 * found.size[1]
    low, high = min(float(end.min()) for end in ends), max(float(end.max()) for end in ends)
    return max(low - 3 * margin, 0.0), min(high + 2 * margin, found.size[0])


def _section(axes: Axes, found: Morphology, shown: Quantity, snapshot: int, norm: Normalize) -> ScalarMappable:
    """One section. Returns what carries the colours."""
    extent = (0.0, found.size[1] * 1e6, 0.0, found.size[0] * 1e6)
    axes.set(xlim=extent[:2], ylim=extent[2:], aspect="equal")
    lines = outline(found.middle(found.solid(snapshot)), found.spacing)
    if shown.on_surface:
        _metal(axes, found, snapshot)
        mark: ScalarMappable = _along_surface(axes, found, shown, snapshot, lines, norm)
    else:
        everywhere = found.middle(found.field(shown.field, snapshot)) * shown.scale
        mark = axes.imshow(everywhere, origin="lower", extent=extent, cmap=shown.shade, norm=norm, interpolation="bilinear")
        _metal(axes, found, snapshot)
        for line in lines:
            axes.plot(line[:, 1] * 1e6, line[:, 0] * 1e6, color=BLACK, lw=0.5)
    _scale_bar(axes, extent)
    return mark


def _metal(axes: Axes, found: Morphology, snapshot: int) -> None:
    """Metal as one grey, pieces without contact in colours of their own, fibres in another one."""
    xi = found.middle(found.field("lithium_fraction", snapshot))
    across, height = (axis * 1e6 for axis in (found.axes[1], found.axes[0]))
    # The outermost cells reach to the edge of the picture.
    across[[0, -1]], height[[0, -1]] = (0.0, found.size[1] * 1e6), (0.0, found.size[0] * 1e6)
    # Metal reaches up to its fibres, which are drawn over it.
    axes.contourf(across, height, found.middle(found.solid(snapshot)), levels=[SURFACE, 2.0], colors=[METAL])
    fibres = found.middle(found.fibres(snapshot))
    if np.any(fibres > SURFACE):
        axes.contourf(across, height, fibres, levels=[SURFACE, 2.0], colors=[FIBRE])
    if not found.has("piece"):
        return
    piece = found.middle(found.field("piece", snapshot))
    for k in np.unique(piece[piece > 0]).astype(int):
        axes.contourf(across, height, np.where(piece == k, xi, 0.0), levels=[SURFACE, 2.0], colors=[DEAD[(k - 1) % len(DEAD)]])


def _along_surface(
    axes: Axes, found: Morphology, shown: Quantity, snapshot: int, lines: list[Array], norm: Normalize
) -> LineCollection:
    """The surface as a line with the quantity in its colour."""
    values = _values(found, shown, snapshot)
    pieces, colours = [], []
    for line in lines:
        seen = at_points(values, line, found.spacing) * shown.scale
        points = line[:, ::-1] * 1e6
        pieces += [np.array(pair) for pair in pairwise(points)]
        colours.append(0.5 * (seen[:-1] + seen[1:]))
    mark = LineCollection(pieces, cmap=shown.shade, norm=norm, linewidths=2.2, capstyle="round")
    mark.set_array(np.concatenate(colours) if colours else np.zeros(0))
    axes.add_collection(mark)
    return mark


def _scale_bar(axes: Axes, extent: tuple[float, float, float, float]) -> None:
    """A bar of a round length at the lower right, in the metal."""
    width = extent[1]
    length = next(n * 10**k for k in range(4, -4, -1) for n in (5, 2, 1) if n * 10**k <= width / 4)
    right, place = width * 0.96, axes.get_xaxis_transform()
    axes.plot([right - length, right], [0.05, 0.05], color=BLACK, lw=1.6, solid_capstyle="butt", transform=place)
    axes.text(right - length / 2, 0.065, f"{length:g} µm", ha="center", va="bottom", fontsize=6, transform=place)


# ------------------------------------------------------------------------------------------------- the surface in 3D

AZIMUTH, ELEVATION = -55, 32
"""From where a surface is looked at, degrees."""

LIGHT = (-0.1, -0.6, 0.8)
"""Where the light comes from: above, to the left of who looks."""

MOST_TRIANGLES = 120_000
"""That are drawn; a finer surface is drawn from every second cell."""


def draw_surface(result: Result, what: str = "height", snapshot: int = -1) -> Figure:
    """The surface of a three-dimensional morphology, lit from the side, coloured by its height or by what it carries.

    what  "height", or one of the quantities along the surface: "film", "thickness", "covered", "polarisation"
    Pieces without contact are drawn in colours of their own. Raises InputError for a two-dimensional result.
    """
    found = Morphology(result)
    if not found.is_solid:
        raise InputError("result", "is two-dimensional: its surface is a line", expected="a three-dimensional one",
                         do='Draw it with result.plot("fields"), or run ls.PhaseField with a depth')  # fmt: skip
    shown = None if what == "height" else quantity(what)
    if shown is not None and not shown.on_surface:
        raise InputError("what", f'= "{what}" is not known along the surface',
                         expected=", ".join(["height", *(name for name, q in QUANTITIES.items() if q.on_surface)]))  # fmt: skip
    points, triangles, spacing = _triangles(found, snapshot)
    middles = points[triangles].mean(1)
    if shown is None:
        values, label, shade = middles[:, 0] * 1e6, "Height / µm", "cividis"
        norm = Normalize(float(values.min()), float(values.max()))
    else:
        values = at_points(found.field(shown.field, snapshot), middles, found.spacing) * shown.scale
        label, shade, norm = shown.label, shown.shade, _norm(found, shown, [snapshot])
    colours = colormaps[shade](norm(np.nan_to_num(values, nan=float(norm.vmin or 0.0))))
    _paint_dead(found, snapshot, middles, colours)
    with figure(SINGLE * 1.35, 92 * MM) as drawn:
        axes = drawn.add_subplot(projection="3d")
        # Width, depth, height, as an eye expects them.
        lit = _lit(points[triangles], colours)
        solid = Poly3DCollection((points[:, [1, 2, 0]] * 1e6)[triangles], facecolors=lit, edgecolors=lit, lw=0.2)
        axes.add_collection3d(solid)
        limits = [found.size[1] * 1e6, found.size[2] * 1e6, float(points[:, 0].max()) * 1e6]
        base = float(points[:, 0].min()) * 1e6
        axes.set(xlim=(0, limits[0]), ylim=(0, limits[1]), zlim=(base, limits[2]), xlabel="$x$ / µm", ylabel="$y$ / µm")
        if shown is not None:  # otherwise the colours say it
            axes.set_zlabel("Height / µm")
        axes.set_box_aspect((limits[0], limits[1], max(limits[2] - base, 0.12 * limits[0])), zoom=0.85)
        for side, most in (("x", 5), ("y", 5), ("z", 2)):
            axes.locator_params(axis=side, nbins=most)
        axes.view_init(ELEVATION, AZIMUTH)
        drawn.colorbar(ScalarMappable(norm, shade), ax=axes, label=label, shrink=0.6, pad=0.12)
        axes.set_title(when(found, snapshot), fontsize=7, fontweight="normal")
        drawn.text(
            0.995, 0.002, f"{found.stamp}; drawn with {spacing * 1e6:.3g} µm", fontsize=5, color=GREY, ha="right", va="bottom"
        )
    return drawn


def _triangles(found: Morphology, snapshot: int) -> tuple[Array, NDArray[np.int64], float]:
    """Points, triangles and the spacing that they were drawn with: coarser where there would be too many."""
    xi, spacing = found.field("lithium_fraction", snapshot), found.spacing
    while True:
        points, triangles = surface(xi, spacing)
        if len(triangles) <= MOST_TRIANGLES:
            return points, triangles, spacing
        xi, spacing = xi[::2, ::2, ::2], 2 * spacing


def _paint_dead(found: Morphology, snapshot: int, middles: Array, colours: Array) -> None:
    """Give the triangles of pieces without contact the colours of those, in place."""
    if not found.has("piece"):
        return
    piece = found.field("piece", snapshot)
    index = np.clip(np.round(middles / found.spacing - 0.5).astype(int), 0, np.array(piece.shape) - 1)
    number = piece[tuple(index.T)].astype(int)
    for k in np.unique(number[number > 0]):
        colours[number == k, :3] = [int(DEAD[(k - 1) % len(DEAD)][i : i + 2], 16) / 255 for i in (1, 3, 5)]


def _lit(corners: Array, colours: Array) -> Array:
    """Colours of triangles (triangles, 3 corners, 3 axes) in the light."""
    normal = np.cross(corners[:, 1] - corners[:, 0], corners[:, 2] - corners[:, 0])[:, [1, 2, 0]]
    # The triangles are turned alike; the metal lies below, so that all of them together look up.
    normal *= np.sign(normal[:, 2].sum()) / np.maximum(np.linalg.norm(normal, axis=1, keepdims=True), 1e-300)
    strength = 0.45 + 0.55 * np.clip(normal @ np.array(LIGHT), 0, 1)
    return np.concatenate([colours[:, :3] * strength[:, None], colours[:, 3:]], 1)


# --------------------------------------------------------------------------------------------------- moving pictures


def animate_fields(result: Result, path: str | Path, what: str = "salt", *, frames_per_second: int = 8) -> Path:
    """Write a section of a morphology as a moving picture: a GIF, or an MP4 where ffmpeg is found.

    what  as for `draw_fields`
    Raises InputError for another ending, and for an MP4 without ffmpeg.
    """
    path, found, shown = Path(path), Morphology(result), quantity(what)
    writer = _writer(path, frames_per_second)
    snapshots = range(len(found.times))
    norm = _norm(found, shown, snapshots)
    with figure(SINGLE * 1.2, SINGLE * 1.2 * min(found.size[0] / found.size[1], 1.3) + 12 * MM) as drawn:
        axes = drawn.subplots()
        drawn.colorbar(_section(axes, found, shown, 0, norm), ax=axes, label=shown.label)
        drawn.text(0.995, 0.002, found.stamp, fontsize=5, color=GREY, ha="right", va="bottom")
        FuncAnimation(drawn, _frames(axes, found, shown, norm), frames=snapshots).save(path, writer=writer, dpi=130)
    return path


def _frames(axes: Axes, found: Morphology, shown: Quantity, norm: Normalize) -> Callable[[int], list[Artist]]:
    def show(n: int) -> list[Artist]:
        axes.clear()
        _section(axes, found, shown, n, norm)
        axes.set(xlabel="$x$ / µm", ylabel="Height / µm")
        axes.set_title(when(found, n), fontsize=7, fontweight="normal")
        return []

    return show


def _writer(path: Path, frames_per_second: int) -> PillowWriter | FFMpegWriter:
    suffix = path.suffix.lower()
    if suffix == ".gif":
        return PillowWriter(fps=frames_per_second)
    if suffix != ".mp4":
        raise InputError("path", f'= "{path}" is not in a format that is written', expected="a name that ends in .gif or .mp4",
                         do=f'Write e.g. "{path.stem}.gif"')  # fmt: skip
    if not FFMpegWriter.isAvailable():
        raise InputError("path", f'= "{path}" needs ffmpeg, which was not found', expected="a name that ends in .gif",
                         why="Video is written by that program", do=f'Write "{path.stem}.gif", or install ffmpeg')  # fmt: skip
    return FFMpegWriter(fps=frames_per_second)
