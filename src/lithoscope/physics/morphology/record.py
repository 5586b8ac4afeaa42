"""What is kept of a run of the morphology scale: a row for every step, the fields at snapshots, the ledger."""

from __future__ import annotations

from dataclasses import dataclass, field

import jax
import numpy as np
import xarray as xr
from numpy.typing import NDArray

from lithoscope.constants import FARADAY
from lithoscope.physics.morphology.grid import Grid
from lithoscope.physics.morphology.observe import deposit
from lithoscope.physics.morphology.obstacle import electrolyte, metal
from lithoscope.physics.morphology.skin import Carried
from lithoscope.physics.morphology.state import Parameters, State
from lithoscope.physics.morphology.step import Batch, stock
from lithoscope.protocol.program import Visit
from lithoscope.result.ledger import Ledger, Reservoir
from lithoscope.result.names import NAMES, STEP_KINDS, dataset

Columns = dict[str, NDArray[np.float64]]

FLOOR = 1e-3
"""Share of the inventory below which a mismatch is not measured against what passed, as in `physics.ledger`."""


def instants(done: Batch) -> Columns:
    """The instants of a loop, by the name of the quantity; what is nested comes under its own name."""
    rows, n = jax.device_get((done.rows, done.instants))
    return {name: column[: int(n)] for name, column in _flat(rows).items()}


def _flat(record: object) -> dict[str, NDArray[np.float64]]:
    found: dict[str, NDArray[np.float64]] = {}
    for name, value in record._asdict().items():  # type: ignore[attr-defined]  # a NamedTuple
        found |= _flat(value) if hasattr(value, "_asdict") else {name: np.asarray(value)}
    return found


@dataclass(slots=True)
class Recorder:
    """Collects a run.

    foils    lithium in the working and the counter electrode at assembly, C/m2
    carried  laws of what the surface carries
    """

    grid: Grid
    parameters: Parameters
    foils: tuple[float, float]
    carried: Carried
    trace: list[Columns] = field(default_factory=list)
    steps: list[Columns] = field(default_factory=list)
    shots: list[Columns] = field(default_factory=list)

    def rows(self, visit: Visit, rows: Columns, *, last: bool) -> None:
        """Keep the instants of a loop. Its end is the beginning of the next one, and is kept with the last."""
        count = len(rows["time"]) if last else len(rows["time"]) - 1
        kept = {name: column[:count] for name, column in rows.items()}
        kept |= {name: np.full(count, value) for name, value in (("cycle", visit.cycle), ("step", visit.number))}
        self.trace.append(kept)

    def divided(self, state: State) -> None:
        """Put lithium and salt of a state whose metal was divided anew into the last instant, at whose time that was done."""
        p, rows, books = self.parameters, self.trace[-1], state.books
        found = stock(state, electrolyte(state.xi, p.floor, p.obstacle), p, self.grid)
        found |= {"isolated": books.isolated, "subgrid": books.subgrid, "displaced": books.displaced}
        for name, value in found.items():
            rows[name] = np.append(rows[name][:-1], float(value))

    def step(self, visit: Visit, ended: int) -> None:
        """Close a step of the program."""
        parts = [part for part in self.trace if len(part["step"]) and part["step"][0] == visit.number]
        rows = {name: np.concatenate([part[name] for part in parts]) for name in ("time", "voltage", "charge")}
        t, voltage = rows["time"], rows["voltage"]
        duration = float(t[-1] - t[0])
        row = {
            "step": visit.number, "cycle": visit.cycle, "kind": STEP_KINDS.index(visit.step.kind), "ended": ended,
            "start_time": float(t[0]), "duration": duration, "charge": -float(rows["charge"][-1] - rows["charge"][0]),
            "mean_voltage": float(np.trapezoid(voltage, t) / duration) if duration else float(voltage[-1]),
            "end_voltage": float(voltage[-1]),
        }  # fmt: skip
        self.steps.append({name: np.asarray(value) for name, value in row.items()})

    def snapshot(self, state: State) -> None:
        """Keep the fields, in single precision."""
        beside = self.parameters.obstacle
        xi, salt, phi, time = jax.device_get((metal(state.xi, beside), state.salt, state.phi, state.time))
        piece = np.zeros(xi.shape) if state.pieces is None else jax.device_get(state.pieces.owner)
        fields = {
            "lithium_fraction": xi,
            "salt_concentration": salt + float(self.parameters.c0),
            "potential": phi,
            "piece": piece,
        }
        fields |= {} if beside is None else {"fibre_fraction": 1 - jax.device_get(beside.room)}
        fields |= jax.device_get(dict(self.carried.shown(state.skin)))
        at = {"time": np.asarray(time), "charge_passed": -np.asarray(state.books.charge)}
        self.shots.append(at | {name: np.asarray(u, np.float32) for name, u in fields.items()})

    def columns(self) -> Columns:
        """All instants."""
        return {name: np.concatenate([part[name] for part in self.trace]) for name in self.trace[0]} if self.trace else {}

    def reservoirs(self) -> tuple[Columns, Columns]:
        """Contents of the reservoirs at all instants, C/m2, and what flowed into each since the start, by the fluxes.

        The contents of metal and solution are sums over the fields; the flows are integrals of currents.
        """
        rows = self.columns()
        plated, corroded, loose = rows["charge"], rows["corroded"], rows["isolated"]
        used, came_in, displaced = (FARADAY * rows[name] for name in ("salt_used", "salt_in", "displaced"))
        flows = {
            "working_lithium": plated - corroded - loose - rows["subgrid"],
            "working_dead_lithium": loose + rows["subgrid"],
            "working_film_lithium": corroded,
            "counter_lithium": -plated,
            "electrolyte_lithium": came_in - used - displaced,
            "displaced_lithium": displaced,
            "reservoir_lithium": used - came_in,
        }
        contents = dict(flows)
        contents["working_lithium"] = self.foils[0] + (rows["metal"] - rows["loose"]) - rows["metal"][0]
        contents["working_dead_lithium"] = rows["loose"] + rows["subgrid"]
        contents["working_film_lithium"] = rows["film"] - rows["film"][0]
        contents["counter_lithium"] = self.foils[1] - np.cumsum(np.append(0.0, rows["current"][:-1] * rows["dt"][:-1]))
        contents["electrolyte_lithium"] = FARADAY * rows["solution"]
        return contents, flows

    def ledger(self) -> Ledger:
        """Where the lithium is."""
        if not self.trace:
            return Ledger({}, 0.0)
        contents, flows = self.reservoirs()
        initial = {name: float(column[0]) for name, column in contents.items()}
        inventory = sum(initial.values())
        total = sum(contents.values(), start=np.zeros_like(contents["working_lithium"]))
        reservoirs = {}
        for name, content in contents.items():
            passed = np.append(0.0, np.cumsum(np.abs(np.diff(flows[name]))))
            wrong = np.abs(content - content[0] - flows[name]) / np.maximum(passed, FLOOR * inventory)
            reservoirs[name] = Reservoir(
                initial[name], float(content[-1]), float(flows[name][-1]), float(passed[-1]), float(wrong.max())
            )
        return Ledger(reservoirs, float(np.abs(total - total[0]).max() / inventory))

    def tree(self, area: float) -> xr.DataTree:
        """The run as a labelled tree."""
        nodes = {"/": xr.Dataset(attrs={"area_m2": area}), "/trace": self._trace(), "/steps": self._steps()}
        if self.shots:
            nodes |= {"/fields": self._fields(), "/deposit": self._deposits()}
        return xr.DataTree.from_dict(nodes)

    def _trace(self) -> xr.Dataset:
        rows = self.columns()
        if not rows:
            return dataset("time", ["time"], {"time": np.empty(0)})
        contents, _ = self.reservoirs()
        return dataset("time", ["time"], {
            "time": rows["time"], "cycle": rows["cycle"], "step": rows["step"],
            "current_density": -rows["imposed"], "delivered_current_density": -rows["current"], "voltage": rows["voltage"],
            "charge_passed": -rows["charge"], "working_potential": rows["working"], "counter_potential": rows["counter"],
            "electrolyte_potential": rows["electrolyte"], "working_salt_concentration": rows["salt_mean"],
            "lowest_salt_concentration": rows["salt_low"], "roughness": rows["roughness"],
            "tip_height": rows["top"] - rows["mean"], "tip_ratio": rows["tip_ratio"], "surface_area": rows["area"],
            "time_step": rows["dt"], **contents,
        })  # fmt: skip

    def _steps(self) -> xr.Dataset:
        rows = {name: np.array([step[name] for step in self.steps]) for name in self.steps[0]} if self.steps else {}
        return dataset("step", ["step"], rows or {"step": np.empty(0)})

    def _fields(self) -> xr.Dataset:
        axes = {name: self.grid.centres(axis) for axis, name in enumerate(AXES[: len(self.grid.shape)])}
        dimensions = ("time", *axes)
        columns = {name: np.stack([shot[name] for shot in self.shots]) for name in self.shots[0]}
        variables = {name: (dimensions[: u.ndim], u, NAMES[name].attributes) for name, u in columns.items()}
        coordinates = {name: ((name,), x, NAMES[name].attributes) for name, x in axes.items()}
        time = variables.pop("time")
        return xr.Dataset(variables, coords={"time": time, **coordinates})

    def _deposits(self) -> xr.Dataset:
        """Thickness and porosity of the deposit at every snapshot, above the mean surface of the first one."""
        if self.parameters.obstacle is None:
            substrate = float(np.mean(self.shots[0]["lithium_fraction"], dtype=float)) * self.grid.height
        else:
            substrate = float(self.trace[0]["mean"][0])
        per_charge = float(self.parameters.molar_volume) / FARADAY
        found = [
            deposit(
                shot["lithium_fraction"].astype(float), self.grid.spacing, substrate, -per_charge * float(shot["charge_passed"])
            )
            for shot in self.shots
        ]
        highest, usual, lowest = (np.array([each.thickness[n] for each in found]) for n in range(3))
        return dataset("time", ["time"], {
            "time": np.array([float(shot["time"]) for shot in self.shots]), "deposit_thickness": usual,
            "deposit_thickness_at_2_percent": highest, "deposit_thickness_at_10_percent": lowest,
            "dense_thickness": np.array([each.dense for each in found]),
            "deposit_porosity": np.array([each.porosity for each in found]),
        })  # fmt: skip


AXES = ("height", "across", "along")
"""Names of the axes of the fields."""
