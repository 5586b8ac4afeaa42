"""Morphologies for ParaView and other programs that read VTK: fields as VTI, surfaces as VTP, a series as PVD.

Lengths in these files are micrometres, because such programs place a camera badly in a picture of 1e-5. Points are ordered with
x fastest, as VTK counts them: x and y along the electrode, z the height; a two-dimensional result lies in the plane y = 0.
The format is XML with arrays in base64; it is written here, since the libraries that write it bring a whole renderer along.
"""

from __future__ import annotations

import base64
import struct
from collections.abc import Mapping, Sequence
from pathlib import Path
from xml.sax.saxutils import quoteattr

import numpy as np
from numpy.typing import NDArray

from lithoscope.analysis.morphologies import Morphology, at_points, surface
from lithoscope.document import write_text
from lithoscope.result import Result
from lithoscope.result.names import NAMES

Array = NDArray[np.float64]

TYPES = {"float32": "Float32", "float64": "Float64", "int32": "Int32", "int64": "Int64"}

ALONG_SURFACE = ("surface_resistance", "surface_film_thickness", "covered", "polarisation", "piece")
"""Fields that a surface is given."""


def export_paraview(result: Result, folder: str | Path) -> Path:
    """Write every snapshot of a morphology into a folder: fields_000.vti, in 3D surface_000.vtp, and a series of each, .pvd.

    Returns the series to open in ParaView. Raises InputError for a result without fields.
    """
    found, folder = Morphology(result), Path(folder)
    folder.mkdir(parents=True, exist_ok=True)
    fields, surfaces = [], []
    for n in range(len(found.times)):
        fields.append(folder / f"fields_{n:03}.vti")
        write_text(fields[-1], image(found, n))
        if found.is_solid:
            surfaces.append(folder / f"surface_{n:03}.vtp")
            write_text(surfaces[-1], triangles(found, n))
    if surfaces:
        write_text(folder / "surface.pvd", series(found.times, surfaces))
    write_text(folder / "fields.pvd", series(found.times, fields))
    return folder / "fields.pvd"


def image(found: Morphology, snapshot: int) -> str:
    """The fields of a snapshot as VTK image data: one value for each cell."""
    shape = found.field("lithium_fraction", snapshot).shape
    nx, ny, nz = shape[1], shape[2] if found.is_solid else 1, shape[0]
    h = found.spacing * 1e6
    # Beside fields a result keeps numbers of each snapshot, which have no place in an image.
    names = [str(name) for name, values in found.fields.data_vars.items() if values.ndim == len(shape) + 1]
    columns = {_titled(name): _flat(found.field(name, snapshot)).astype(np.float32) for name in names}
    extent = f"0 {nx} 0 {ny} 0 {nz}"
    body = (
        f'<ImageData WholeExtent="{extent}" Origin="0 0 0" Spacing="{h:.9g} {h:.9g} {h:.9g}"><Piece Extent="{extent}">'
        f"<CellData Scalars={quoteattr(_titled('lithium_fraction'))}>{_arrays(columns)}</CellData></Piece></ImageData>"
    )
    return _file("ImageData", body)


def triangles(found: Morphology, snapshot: int) -> str:
    """The surface of a snapshot as VTK polygons, with what it carries at its points."""
    points, corners = surface(found.field("lithium_fraction", snapshot), found.spacing)
    known = {name: found.field(name, snapshot) for name in ALONG_SURFACE if found.has(name)}
    columns = {_titled(name): at_points(values, points, found.spacing).astype(np.float32) for name, values in known.items()}
    columns["height / um"] = (points[:, 0] * 1e6).astype(np.float32)
    places = {"points": (points[:, [1, 2, 0]] * 1e6).astype(np.float32)}
    count = len(corners)
    cells = {"connectivity": corners.ravel(), "offsets": 3 * np.arange(1, count + 1, dtype=np.int64)}
    body = (
        f'<PolyData><Piece NumberOfPoints="{len(points)}" NumberOfVerts="0" NumberOfLines="0" NumberOfStrips="0" '
        f'NumberOfPolys="{count}"><PointData>{_arrays(columns)}</PointData><Points>{_arrays(places)}</Points>'
        f"<Polys>{_arrays(cells)}</Polys></Piece></PolyData>"
    )
    return _file("PolyData", body)


def series(times: Array, files: Sequence[Path]) -> str:
    """Files with their times, s, as one series."""
    rows = "".join(f'<DataSet timestep="{time:.12g}" file={quoteattr(file.name)}/>'
                   for time, file in zip(times, files, strict=True))  # fmt: skip
    return _file("Collection", f"<Collection>{rows}</Collection>")


def _flat(values: Array) -> Array:
    """Values (height, x[, y]) with x fastest, then y, then the height."""
    return values.ravel() if values.ndim == 2 else np.swapaxes(values, 1, 2).ravel()


def _titled(name: str) -> str:
    unit = NAMES[name].unit
    return name if unit == "1" else f"{name} / {unit}"


def _arrays(columns: Mapping[str, NDArray[np.generic]]) -> str:
    return "".join(_array(name, values) for name, values in columns.items())


def _array(name: str, values: NDArray[np.generic]) -> str:
    """An array as VTK reads it: base64 of its size in bytes, 8 bytes, and of its values, little-endian."""
    raw = np.ascontiguousarray(values).astype(values.dtype.newbyteorder("<")).tobytes()
    text = base64.b64encode(struct.pack("<Q", len(raw)) + raw).decode("ascii")
    components = "" if values.ndim == 1 else f' NumberOfComponents="{values.shape[1]}"'
    return f'<DataArray type="{TYPES[values.dtype.name]}" Name={quoteattr(name)}{components} format="binary">{text}</DataArray>'


def _file(kind: str, body: str) -> str:
    return (f'<?xml version="1.0"?>\n<VTKFile type="{kind}" version="1.0" byte_order="LittleEndian" header_type="UInt64">'
            f"{body}</VTKFile>\n")  # fmt: skip
