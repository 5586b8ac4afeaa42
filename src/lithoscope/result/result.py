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
        """Outputs over position at the end of every step, and during it where lithium moves through the thickness."""
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

    def overpotential(self, cycle: int | None = None) -> float:
        """Overpotential of a strip-and-plate run: the magnitude of the cell voltage, averaged over the time of a cycle, V.

        cycle  which, counted from 1; the last one in which a current was driven if not given

        It is the whole cell voltage, both electrodes and the electrolyte, as papers print it for symmetric cells. Only the
        steps at constant current count.
        Raises InputError if the cycle has no such step.
        """
        steps = self._driven_steps()
        cycles = steps["cycle"].values if steps.sizes["step"] else np.zeros(0, dtype=int)
        wanted = cycle if cycle is not None else max(cycles, default=0)
        chosen = steps.isel(step=cycles == wanted)
        if wanted < 1 or not chosen.sizes["step"]:
            raise InputError(
                "cycle", f"= {cycle}: no current step was run in it", expected="a cycle of a strip-and-plate program"
            )
        return float(np.average(abs(chosen["mean_voltage"].values), weights=chosen["duration"].values))

    def interface_resistance(self, spectrum: int) -> float:
        """Resistance of both interfaces of the cell at the low-frequency end of a spectrum, without the electrolyte, ohm.

        spectrum  which, counted from 0; -1 for the last
        Only a simulation can tell it: the impedance of each electrode is known by itself.
        """
        seen = self.spectra[spectrum]
        return float(seen["working_real_impedance"][-1] + seen["counter_real_impedance"][-1]) / self.area

    def _driven_steps(self) -> xr.Dataset:
        """The steps at constant current that took any time."""
        steps = self.tree["steps"].to_dataset()
        if not steps.sizes["step"]:
            return steps
        return steps.isel(step=(np.asarray(words(steps["kind"])) == "current") & (steps["duration"].values > 0))

    @property
    def metrics(self) -> dict[str, dict[str, Any]]:
        """The numbers that people ask for first: name -> value and unit. Only what the run has.

        charge_throughput                   what passed in either direction, summed over all steps
        net_charge                          what passed in all; positive stripped the working electrode
        cycles                              the last one in which a current was driven
        overpotential_first_cycle, _last_   mean magnitude of the voltage; only of programs with cycles
        interface_resistance                of both interfaces; with _first_spectrum and _last_spectrum if there are several
        """
        found = {"time": (float(self.status.time) / 3600, "h")}
        steps = self.tree["steps"].to_dataset()
        if steps.sizes["step"] and bool(abs(steps["charge"]).sum() > 0):
            found["charge_throughput"] = (float(abs(steps["charge"]).sum()) / MAH_PER_CM2, "mAh/cm2")
            found["net_charge"] = (float(steps["charge"].sum()) / MAH_PER_CM2, "mAh/cm2")
        driven = self._driven_steps()
        cycles = [int(cycle) for cycle in driven["cycle"].values if cycle > 0] if driven.sizes["step"] else []
        if cycles:
            found["cycles"] = (float(cycles[-1]), "1")
            found["overpotential_first_cycle"] = (self.overpotential(cycles[0]) * 1e3, "mV")
            found["overpotential_last_cycle"] = (self.overpotential(cycles[-1]) * 1e3, "mV")
        ends = {"_first_spectrum": 0, "_last_spectrum": -1} if len(self.spectra) > 1 else {"": 0} if self.spectra else {}
        for name, number in ends.items():
            found[f"interface_resistance{name}"] = (self.interface_resistance(number), "ohm")
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
        """A figure of the result: "voltage", "spectrum", "bode", "electrodes", "ledger" or "profile"."""
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
