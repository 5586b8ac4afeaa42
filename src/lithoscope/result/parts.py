"""Arrays and a header as bytes: what a part of a run is kept as. Plain arrays and JSON, nothing that is executed."""

from __future__ import annotations

import hashlib
import io
import json
from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

Array = NDArray[Any]

HEADER = "header"
CHECKSUM_BYTES = 32


def pack(header: Mapping[str, Any], arrays: Mapping[str, Array]) -> bytes:
    """A header and arrays as one zip of NumPy files, after the SHA-256 of it."""
    buffer = io.BytesIO()
    text = np.frombuffer(json.dumps(header, allow_nan=False).encode(), dtype=np.uint8)
    np.savez(buffer, allow_pickle=False, **{HEADER: text}, **arrays)
    data = buffer.getvalue()
    return hashlib.sha256(data).digest() + data


def unpack(data: bytes) -> tuple[dict[str, Any], dict[str, Array]]:
    """The header and the arrays of `pack`. Raises ValueError if the bytes are damaged."""
    checksum, content = data[:CHECKSUM_BYTES], data[CHECKSUM_BYTES:]
    if hashlib.sha256(content).digest() != checksum:
        raise ValueError("the part is damaged: its checksum does not match")
    with np.load(io.BytesIO(content), allow_pickle=False) as stored:
        arrays = {name: stored[name] for name in stored.files}
    return json.loads(arrays.pop(HEADER).tobytes()), arrays
