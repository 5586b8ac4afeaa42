"""What a result was made from: enough to make it again."""

from __future__ import annotations

import hashlib
import json
import platform
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from functools import cache
from importlib import metadata
from typing import Any, Protocol

SCHEMA = "lithoscope.result/1"
SWEEP_SCHEMA = "lithoscope.sweep/1"
LIBRARIES = ("lithoscope", "pybamm", "pybammsolvers", "casadi", "jax", "numpy", "scipy", "xarray", "zarr")


@dataclass(frozen=True, slots=True)
class Manifest:
    """The inputs and circumstances of a run.

    inputs      the text of the cell, program and model files
    numbers     every number used: path, value with unit, range, status, source, whether the cell gave it
    notes       what a reader must know before using the numbers, e.g. a law used outside its measured range
    versions    of the libraries
    machine     processor and operating system
    wall_s      time the run took, s
    solver      steps of the integrator and how it was used
    """

    inputs: Mapping[str, str]
    numbers: Sequence[Mapping[str, Any]] = ()
    notes: Sequence[str] = ()
    versions: Mapping[str, str] = field(default_factory=dict)
    machine: str = ""
    wall_s: float = 0.0
    solver: Mapping[str, Any] = field(default_factory=dict)

    @property
    def run_id(self) -> str:
        """Hash of the inputs, the same for the same inputs on every machine."""
        text = json.dumps(dict(sorted(self.inputs.items())), ensure_ascii=True)
        return hashlib.sha256(text.encode()).hexdigest()[:12]

    def as_data(self, schema: str = SCHEMA) -> dict[str, Any]:
        """As plain data for JSON."""
        return {"schema": schema, "run_id": self.run_id} | asdict(self)

    @classmethod
    def from_data(cls, data: Mapping[str, Any]) -> Manifest:
        """From the plain data of `as_data`."""
        return cls(**{key: value for key, value in data.items() if key in cls.__dataclass_fields__})


class Written(Protocol):
    """A cell, program or model as it stands in a file."""

    def to_toml(self) -> str:
        """Its text."""


def inputs_of(cell: Written, program: Written, model: Written) -> dict[str, str]:
    """What a run is made from, as its manifest keeps it."""
    return {"cell": cell.to_toml(), "program": program.to_toml(), "model": model.to_toml()}


@cache
def circumstances() -> dict[str, Any]:
    """Versions and machine of this process."""
    return {
        "versions": {name: metadata.version(name) for name in LIBRARIES} | {"python": platform.python_version()},
        "machine": f"{platform.system()} {platform.machine()}",
    }
