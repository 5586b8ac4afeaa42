"""Keeps what happens in a run of the cell scale and makes the labelled tree of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np
import xarray as xr
from numpy.typing import NDArray

from lithoscope.physics.cell.control import STEP_ENDS
from lithoscope.physics.cell.observe import PROFILE, RESERVOIRS, TRACE, fluxes_between, into_reservoirs, kept, observe
from lithoscope.physics.cell.spectrum import PARTS
from lithoscope.physics.cell.system import Array, Stretch, System
from lithoscope.physics.ledger import BookKeeper
from lithoscope.protocol.program import Visit
from lithoscope.result.names import NAMES, dataset


@dataclass(slots=True)
class Recorder:
    """Collects a run stretch by stretch. Lives as long as the run.

    books    follows the lithium
    retries  how often a step was tried again with other tolerances
    points   solved times in all
    log      the solver's own words, for the manifest
    """

    books: BookKeeper
    retries: int = 0
    points: int = 0
    log: list[str] = field(default_factory=list)
    _trace: dict[str, list[Array]] = field(default_factory=dict)
    _steps: dict[str, list[float]] = field(default_factory=dict)
    _profiles: list[Array] = field(default_factory=list)
    _profile_times: list[float] = field(default_factory=list)
    _spectra: list[xr.Dataset] = field(default_factory=list)

    def stretch(self, system: System, visit: Visit, start: float, stretch: Stretch, inputs: Mapping[str, float]) -> None:
        """Keep one step that a form of the model integrated from the time `start`, s."""
        seen = observe(system, stretch, inputs)
        between = (
            fluxes_between(system, stretch, inputs) if len(stretch.t) > 1 else {k: np.empty(0) for k in ("working", "counter")}
        )
        contents = {name: seen[name] for name in RESERVOIRS}
        self.books.stretch(stretch.t, contents, into_reservoirs(seen), into_reservoirs(between))
        self.points += len(stretch.t)
        chosen = kept(stretch.t, seen["voltage"], seen["current_density"])
        columns = {name: seen[name][chosen] for name in TRACE}
        columns |= {
            "time": start + stretch.t[chosen],
            "cycle": np.full(len(chosen), visit.cycle),
            "step": np.full(len(chosen), visit.number),
        }
        for name, values in columns.items():
            self._trace.setdefault(name, []).append(values)
        self._profiles.append(system.read([PROFILE], stretch.y[:, -1], inputs)[PROFILE][:, 0])
        self._profile_times.append(start + float(stretch.t[-1]))
        self._step(visit, start, stretch, seen)

    def _step(self, visit: Visit, start: float, stretch: Stretch, seen: Mapping[str, Array]) -> None:
        t, V = stretch.t, seen["voltage"]
        duration = float(t[-1])
        row = {
            "step": visit.number,
            "cycle": visit.cycle,
            "kind": NAMES["kind"].flags.index(visit.step.kind),
            "ended": _ended_code(stretch.ended, visit),
            "start_time": start,
            "duration": duration,
            "charge": float(seen["charge_passed"][-1] - seen["charge_passed"][0]),
            "mean_voltage": float(np.trapezoid(V, t) / duration) if duration else float(V[-1]),
            "end_voltage": float(V[-1]),
        }
        for name, value in row.items():
            self._steps.setdefault(name, []).append(value)

    def spectrum(self, visit: Visit, time: float, frequency: Array, Z: NDArray[np.complex128]) -> None:
        """Keep a spectrum measured at a time, s; Z as `spectrum.spectrum` returns it."""
        columns: dict[str, Array] = {"frequency": frequency}
        for part, row in zip(PARTS, Z, strict=True):
            prefix = "" if part == "cell" else f"{part}_"
            columns |= {f"{prefix}real_impedance": row.real, f"{prefix}imaginary_impedance": row.imag}
        data = dataset("frequency", ["frequency"], columns)
        self._spectra.append(data.assign_attrs(time_s=time, cycle=visit.cycle, step=visit.number))

    def tree(self, area: float, position: Array) -> xr.DataTree:
        """The run as a labelled tree.

        area      of the electrode, m2
        position  of the centres of the cells in the separator, m
        """
        trace = {name: np.concatenate(parts) for name, parts in self._trace.items()} or {"time": np.empty(0)}
        nodes = {
            "/": xr.Dataset(attrs={"area_m2": area}),
            "/trace": dataset("time", ["time"], trace),
            "/steps": dataset("step", ["step"], self._steps or {"step": np.empty(0)}),
        }
        if self._profiles:
            columns = {
                "time": np.array(self._profile_times),
                "position": position,
                "salt_concentration": np.array(self._profiles),
            }
            nodes["/profiles"] = dataset(("time", "position"), ["time", "position"], columns)
        nodes |= {f"/spectra/{n}": data for n, data in enumerate(self._spectra)}
        return xr.DataTree.from_dict(nodes)


def _ended_code(ended: str | None, visit: Visit) -> int:
    """The code of `result.names.STEP_ENDS` for the event that ended a step."""
    words = NAMES["ended"].flags
    if ended is None:
        until = getattr(visit.step, "until", None)
        by_capacity = until is not None and until.capacity is not None and (
            until.duration is None or getattr(visit.step, "duration", np.inf) < until.duration.value
        )  # fmt: skip
        return words.index("capacity reached" if by_capacity else "time is up")
    if ended == "capacity":
        return words.index("capacity reached")
    return words.index(ended if ended in STEP_ENDS else "the run ended")
