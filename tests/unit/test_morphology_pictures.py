"""Pictures of morphologies: sections, surfaces, moving pictures, files for ParaView. The fields are made up, of known geometry."""

import base64
import struct
import xml.etree.ElementTree as ET
from pathlib import Path

import numpy as np
import pytest
import xarray as xr

import lithoscope as ls
from lithoscope.analysis.figures import animate
from lithoscope.analysis.figures.morphology import animate_fields, draw_fields, draw_surface
from lithoscope.analysis.figures.style import save
from lithoscope.analysis.morphologies import Morphology, at_points, outline, surface
from lithoscope.analysis.paraview import export_paraview
from lithoscope.errors import End, InputError, Status
from lithoscope.result import Ledger, Manifest, Result
from lithoscope.result.names import NAMES

PICTURES, FIELDS, PARAVIEW = "analysis/figures/morphology.py", "analysis/morphologies.py", "analysis/paraview.py"


def made_up(shape: tuple[int, ...], *, film: bool = True) -> Result:
    """A flat front that rises, with a ball above it that has no contact."""
    h, times = 0.5e-6, np.array([0.0, 1800.0, 3600.0])
    axes = [(np.arange(n) + 0.5) * h for n in shape]
    x = np.meshgrid(*axes, indexing="ij")
    centre = [0.65 * shape[0] * h, *(0.5 * n * h for n in shape[1:])]
    ball = np.sqrt(sum((each - c) ** 2 for each, c in zip(x, centre, strict=True))) - 3e-6
    columns: dict[str, list[np.ndarray]] = {}
    for n in range(3):
        d = np.minimum(x[0] - (4e-6 + 0.8e-6 * n), ball)
        xi = 1 / (1 + np.exp(np.clip(d / h, -50, 50)))
        seen = {"lithium_fraction": xi, "salt_concentration": 900 + 1e7 * x[0], "potential": 0.02 + 1e3 * x[0],
                "piece": np.where(ball < x[0] - 6e-6, 1.0, 0.0)}  # fmt: skip
        if film:
            seen["surface_resistance"] = np.where(abs(d) < 3 * h, 1e-3 * (1 + x[1] / 10e-6), np.nan)
        for name, values in seen.items():
            columns.setdefault(name, []).append(values)
    names = ("height", "across", "along")[: len(shape)]
    variables = {name: (("time", *names), np.stack(values), NAMES[name].attributes) for name, values in columns.items()}
    fields = xr.Dataset(
        variables, coords={"time": times} | {name: (name, axis) for name, axis in zip(names, axes, strict=True)}
    )
    trace = xr.Dataset({"charge_passed": ("time", np.array([0.0, -18000.0, -36000.0]))}, coords={"time": times})
    fields["charge_passed"] = trace["charge_passed"]
    tree = xr.DataTree.from_dict({"/": xr.Dataset(attrs={"area_m2": 1e-4}), "/trace": trace, "/fields": fields})
    model = ls.PhaseField(width="16 um", height="20 um", cell_size="0.5 um", seed=7)
    manifest = Manifest({"model": model.to_toml()})
    return Result(tree, Status(End.COMPLETED), Ledger({}, 0.0), manifest)


@pytest.fixture(scope="module")
def flat() -> Result:
    return made_up((40, 32))


@pytest.fixture(scope="module")
def solid() -> Result:
    return made_up((40, 24, 28))


@pytest.mark.fails_when(FIELDS, "(line + 0.5) * spacing", "line * spacing")
def test_the_surface_is_where_it_is(flat: Result, solid: Result) -> None:
    """The outline of a plane at its height; the triangles of a ball have its radius and area; fields are read there."""
    found = Morphology(flat)
    lines = sorted(outline(found.field("lithium_fraction"), found.spacing), key=lambda line: line[:, 0].mean())
    assert lines[0][:, 0] == pytest.approx(5.6e-6, abs=0.02e-6)
    points, corners = surface(Morphology(solid).field("lithium_fraction"), 0.5e-6)
    ball = points[corners].mean(1)[:, 0] > 8e-6
    edges = points[corners[ball]]
    area = 0.5 * np.linalg.norm(np.cross(edges[:, 1] - edges[:, 0], edges[:, 2] - edges[:, 0]), axis=1).sum()
    assert area == pytest.approx(4 * np.pi * (3e-6) ** 2, rel=0.02)
    R = at_points(found.field("surface_resistance"), lines[0], found.spacing)
    assert R[1:-1] == pytest.approx(1e-3 * (1 + lines[0][1:-1, 1] / 10e-6), rel=1e-6)


@pytest.mark.fails_when(
    PICTURES, "np.linspace(0, count - 1, min(count, MOST_PANELS))", "np.linspace(0, 0, min(count, MOST_PANELS))"
)
@pytest.mark.parametrize("what", ["salt", "potential", "film"])
def test_sections_show_every_moment_on_one_scale(flat: Result, what: str, tmp_path: Path) -> None:
    drawn = draw_fields(flat, what)
    panels = [axes for axes in drawn.axes if axes.get_title(loc="left")]
    assert [axes.get_title(loc="left").replace("\n", ", ") for axes in panels] == [
        "start",
        "30 min, 0.5 mAh cm$^{-2}$ plated",
        "1 h, 1 mAh cm$^{-2}$ plated",
    ]
    assert "cells of 0.5 µm, seed 7" in [text.get_text() for text in drawn.texts]
    assert save(drawn, tmp_path / "section.png").stat().st_size > 10_000


@pytest.mark.fails_when(PICTURES, "if not found.is_solid:", "if False:")
def test_the_surface_of_a_solid_is_drawn(solid: Result, flat: Result, tmp_path: Path) -> None:
    for what in ("height", "film"):
        assert save(draw_surface(solid, what), tmp_path / f"{what}.png").stat().st_size > 20_000
    with pytest.raises(InputError, match="result is two-dimensional: its surface is a line.*Draw it with"):
        draw_surface(flat)
    assert len(draw_fields(solid, "salt").axes) > 1
    with pytest.raises(InputError, match=r'what = "salt" is not known along the surface\. Expected height, film'):
        draw_surface(solid, "salt")


@pytest.mark.fails_when(PICTURES, 'if suffix != ".mp4":', "if False:")
def test_moving_pictures(flat: Result, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A GIF with a frame for each snapshot; an MP4 only with ffmpeg, and the refusal says what to write."""
    from PIL import Image

    with Image.open(animate(flat, tmp_path / "plating.gif")) as film:
        assert film.n_frames == 3
    with pytest.raises(InputError, match=r'not in a format that is written.*Write e\.g\. "plating\.gif"'):
        animate_fields(flat, tmp_path / "plating.avi")
    monkeypatch.setattr("matplotlib.animation.FFMpegWriter.isAvailable", lambda: False)
    with pytest.raises(InputError, match=r'needs ffmpeg, which was not found.*Write "plating\.gif", or install ffmpeg'):
        animate(flat, tmp_path / "plating.mp4")


@pytest.mark.fails_when(FIELDS, 'if "fields" not in self.result.tree.children:', "if False:")
def test_what_is_not_there_is_said(flat: Result, short_run: Result) -> None:
    with pytest.raises(InputError, match=r"result has no fields over space.*Run the cell with ls\.PhaseField"):
        draw_fields(short_run)
    with pytest.raises(InputError, match=r'what = "slat" is not a field that is drawn.*Did you mean "salt"'):
        draw_fields(flat, "slat")
    with pytest.raises(InputError, match='name = "polarisation" is not a field of this result. Expected lithium_fraction'):
        draw_fields(flat, "polarisation")
    with pytest.raises(InputError, match=r"snapshot = 9 is not there\. Expected 0 to 2"):
        draw_fields(flat, "salt", [9])


def array(element: ET.Element, name: str) -> np.ndarray:
    """A DataArray as a reader of VTK would read it."""
    node = next(node for node in element.iter("DataArray") if node.get("Name") == name)
    raw = base64.b64decode(node.text or "")
    assert struct.unpack("<Q", raw[:8])[0] == len(raw) - 8
    values = np.frombuffer(raw[8:], {"Float32": "<f4", "Int64": "<i8"}[node.get("type", "")])
    return values.reshape(-1, int(node.get("NumberOfComponents", 1)))


@pytest.mark.fails_when(PARAVIEW, "np.swapaxes(values, 1, 2).ravel()", "values.ravel()")
def test_files_for_paraview(solid: Result, flat: Result, tmp_path: Path) -> None:
    """Read back as VTK says: x fastest, one value for each cell, triangles that refer to their points."""
    first = export_paraview(solid, tmp_path / "solid")
    assert [node.get("file") for node in ET.parse(first).iter("DataSet")] == [f"fields_00{n}.vti" for n in range(3)]
    image = ET.parse(tmp_path / "solid" / "fields_002.vti").getroot()
    assert image.find("ImageData").get("WholeExtent") == "0 24 0 28 0 40"
    salt = array(image, "salt_concentration / mol/m3").reshape(40, 28, 24)
    expected = Morphology(solid).field("salt_concentration")
    assert salt.transpose(0, 2, 1) == pytest.approx(expected, rel=1e-6)
    resistance = array(image, "surface_resistance / ohm m2").reshape(40, 28, 24).transpose(0, 2, 1)
    assert resistance == pytest.approx(Morphology(solid).field("surface_resistance"), rel=1e-6, nan_ok=True)
    surface_ = ET.parse(tmp_path / "solid" / "surface_002.vtp").getroot()
    piece = surface_.find("PolyData/Piece")
    points, corners = array(surface_, "points"), array(surface_, "connectivity").ravel()
    assert len(points) == int(piece.get("NumberOfPoints"))
    assert len(corners) == 3 * int(piece.get("NumberOfPolys")) == array(surface_, "offsets")[-1, 0]
    assert corners.max() == len(points) - 1
    assert points[:, 2].min() == pytest.approx(5.6, abs=0.05)
    export_paraview(flat, tmp_path / "flat")
    assert not list((tmp_path / "flat").glob("*.vtp"))
    plane = ET.parse(tmp_path / "flat" / "fields_000.vti").getroot()
    assert array(plane, "potential / V").reshape(40, 32) == pytest.approx(Morphology(flat).field("potential", 0), rel=1e-6)


@pytest.mark.fails_when(PARAVIEW, " if values.ndim == len(shape) + 1]", "]")
def test_the_solid_of_the_catalogue_is_run_drawn_and_written(tmp_path: Path) -> None:
    """2 um in three dimensions: lithium closes, an even film keeps the surface as it is, and the files hold its fields."""
    from lithoscope.design.catalogue import entry

    cell, program = ls.Cell.parse(entry("perovskite/bare")), ls.Program.parse(entry("deposits/plate-2um"))
    result = ls.run(cell, program, ls.PhaseField.parse(entry("deposits/solid")))
    assert result.ledger.residual < 1e-12
    assert result.tree["deposit"]["dense_thickness"].values[-1] == pytest.approx(2e-6, rel=1e-3)
    assert result.trace["roughness"].values[[0, -1]] == pytest.approx(0.265e-6, rel=0.01)
    assert result.trace["tip_ratio"].values[-1] == pytest.approx(1, abs=1e-3)
    last = len(Morphology(result).times) - 1
    export_paraview(result, tmp_path / "solid")
    image = ET.parse(tmp_path / "solid" / f"fields_{last:03}.vti").getroot()
    metal = array(image, "lithium_fraction").reshape(32, 32, 32).transpose(0, 2, 1)
    assert metal == pytest.approx(Morphology(result).field("lithium_fraction"), abs=1e-6)
    assert save(draw_surface(result), tmp_path / "solid.png").stat().st_size > 20_000
