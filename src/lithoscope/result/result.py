"""A result: the tree, how the run ended, where the lithium is, and what it was made from."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import xarray as xr

from lithoscope.errors import InputError, Status, counted, nearest
from lithoscope.result.ledger import Ledger
from lithoscope.result.manifest import Manifest
from lithoscope.result.names import words
from lithoscope.units import MAH_PER_CM2

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.figure import Figure


@dataclass(frozen=True, eq=False)
class Result:
    """What came out of a run.

    tree      xarray tree: /trace over time, /steps, /cycles, /profiles over time and position, /spectra/<n>
    status    how the run ended
    ledger    where the lithium is
    manifest  what the run was made from
    """

    tree: xr.DataTree
    status: Status
    ledger: Ledger
    manifest: Manifest

    @property
    def trace(self) -> xr.Dataset:
        """Outputs over time."""
        return self.tree["trace"].to_dataset()

    @property
    def profiles(self) -> xr.Dataset:
        """Outputs over position at the end of every step."""
        return self.tree["profiles"].to_dataset()

    @property
    def spectra(self) -> list[xr.Dataset]:
        """The impedance spectra in the order in which they were measured."""
        if "spectra" not in self.tree.children:
            return []
        nodes = self.tree["spectra"].children
        return [nodes[name].to_dataset() for name in sorted(nodes, key=int)]

    @property
    def steps(self) -> pd.DataFrame:
        """One row per step, coded columns in words."""
        return _table(self.tree["steps"].to_dataset())

    @property
    def cycles(self) -> pd.DataFrame:
        """One row per cycle: shape of the voltage, efficiency, lithium lost, resistance by part; empty without cycles."""
        if "cycles" not in self.tree.children:
            return xr.Dataset().to_dataframe()
        return _table(self.tree["cycles"].to_dataset())

    @property
    def area(self) -> float:
        """Electrode area, m2."""
        return float(self.tree.attrs["area_m2"])

    @property
    def metrics(self) -> dict[str, dict[str, Any]]:
        """The numbers that people ask for first: name -> value and unit. Only what the run has."""
        found = {"time": (float(self.status.time) / 3600, "h")}
        steps = self.tree["steps"].to_dataset()
        driven = steps.isel(step=np.asarray(words(steps["kind"])) == "current") if steps.sizes["step"] else steps
        if driven.sizes["step"]:
            magnitude = abs(driven["mean_voltage"]) * 1e3
            found["charge_passed"] = (float(abs(driven["charge"]).sum()) / MAH_PER_CM2, "mAh/cm2")
            found["voltage_first_half_cycle"] = (float(magnitude[0]), "mV")
            found["voltage_last_half_cycle"] = (float(magnitude[-1]), "mV")
            found["cycles"] = (float(driven["cycle"].max()), "1")
        for n, spectrum in enumerate(self.spectra):
            Z = spectrum["real_impedance"] / self.area
            found[f"spectrum_{n}_real_impedance_low_frequency"] = (float(Z[-1]), "ohm")
            found[f"spectrum_{n}_real_impedance_high_frequency"] = (float(Z[0]), "ohm")
        return {name: {"value": value, "unit": unit} for name, (value, unit) in found.items()}

    def summary(self) -> dict[str, Any]:
        """The run in a few numbers, as written to summary.json."""
        s = self.status
        return {
            "schema": "lithoscope.summary/1",
            "run_id": self.manifest.run_id,
            "status": {
                "word": s.word, "sentence": s.sentence, "remedy": s.remedy, "detail": s.detail,
                "cycle": s.cycle, "step": s.step, "time_s": s.time,
            },
            "ledger": self.ledger.as_data(),
            "metrics": self.metrics,
            "notes": list(self.manifest.notes),
            "versions": dict(self.manifest.versions),
            "wall_s": self.manifest.wall_s,
        }  # fmt: skip

    def plot(self, what: str = "voltage") -> Figure:
        """A figure of the result: "voltage", "spectrum", "ledger" or "profile"."""
        # Pictures stand on a higher floor than results, so they are asked for by their public name.
        import lithoscope

        figure: Figure = lithoscope.draw(self, what)
        return figure

    def save(self, path: str | Path, *, replace: bool = False) -> Path:
        """Write the result into a folder; see `lithoscope.result.store`.

        replace  whether the result of another run that is there may be replaced; the same run always may
        """
        from lithoscope.result.store import save

        return save(self, path, replace=replace)

    def to_csv(self, path: str | Path) -> Path:
        """Write the trace as CSV with the column names of the Battery Data Format."""
        from lithoscope.result.export import trace_csv

        return trace_csv(self, path)

    def __repr__(self) -> str:
        steps = self.tree["steps"].to_dataset()
        cycles = int(steps["cycle"].max()) if steps.sizes["step"] else 0
        extent = counted(steps.sizes["step"], "step") + (f", {counted(cycles, 'cycle')}" if cycles else "")
        return f"<Result of {self._cell_kind}: {self.status.word}, {extent}, run {self.manifest.run_id}>"

    @property
    def _cell_kind(self) -> str:
        """What the working electrode is, e.g. "foil with MASnCl3"."""
        working = tomllib.loads(self.manifest.inputs["cell"])["working"]
        films = [film["material"] for film in working.get("films", ())]
        return f"{working['kind']} with {' and '.join(films)}" if films else f"bare {working['kind']}"

    def __getitem__(self, name: str) -> xr.DataArray:
        """An output of the trace, e.g. result["voltage"]."""
        if name not in self.trace:
            raise InputError(name, "is not an output of this result", expected=", ".join(map(str, self.trace)),
                             do=nearest(name, map(str, self.trace)))  # fmt: skip
        return self.trace[name]


def _table(data: xr.Dataset) -> pd.DataFrame:
    frame = data.to_dataframe()
    for name in frame.columns:
        if "flag_meanings" in data[name].attrs:
            frame[name] = words(data[name])
    return frame
