"""The planar model as an object that a user passes: `run(cell, program, Planar())`."""

from __future__ import annotations

import time
from collections.abc import Sequence
from functools import lru_cache, partial
from typing import TYPE_CHECKING, Annotated, Any, Literal

import numpy as np
from pydantic import Field

from lithoscope.design import Cell
from lithoscope.document import Document
from lithoscope.errors import End, InputError, Status
from lithoscope.physics.cell.invariants import violations
from lithoscope.physics.cell.params import CellNumbers, numbers, parameters, transport_law
from lithoscope.physics.contract import ExactCase, Report, Violation
from lithoscope.physics.laws.transport import Transport
from lithoscope.protocol import Program
from lithoscope.result import Manifest, Result
from lithoscope.result.manifest import circumstances

if TYPE_CHECKING:
    from lithoscope.physics.cell.system import System

TEMPERATURE_MARGIN = 20.0
"""How far outside its measured temperatures a transport law may still be used, with a note, K."""


class Planar(Document):
    """Two flat lithium electrodes with films, native films and double layers; no side reactions.

    cells               finite volumes across the separator
    relative_tolerance  of the integrator
    The equations stand in `lithoscope.physics.cell.equations.planar`.
    """

    cells: Annotated[int, Field(ge=5, le=1000, strict=True, description="a whole number from 5 to 1000")] = 40
    relative_tolerance: Annotated[float, Field(ge=1e-10, le=1e-3, description="a number from 1e-10 to 1e-3")] = 1e-7
    kind: Literal["planar"] = "planar"
    format: Literal["lithoscope.model/1"] = "lithoscope.model/1"

    def simulate(self, cell: Cell, program: Program, report: Report) -> Result:
        """Run a program on a cell. Raises InputError if this model cannot run it."""
        from lithoscope.physics.cell.control import Setting
        from lithoscope.physics.cell.observe import RESERVOIRS, TRACE
        from lithoscope.physics.cell.record import Recorder
        from lithoscope.physics.cell.solve import Driver
        from lithoscope.physics.ledger import BookKeeper

        begun = time.perf_counter()
        found = numbers(cell)
        _check_temperature(found)
        system, inputs = self.system(cell), cell_inputs(found)
        start = system.read(
            [TRACE[name] for name in RESERVOIRS], system.initial_state(inputs), {**inputs, **Setting().inputs()}
        )
        recorder = Recorder(BookKeeper({name: float(start[TRACE[name]][0]) for name in RESERVOIRS}))
        held = partial(self.system, cell, by="voltage")
        status = Driver(system, held, inputs, self.relative_tolerance, recorder).run(program, report)
        position = (np.arange(self.cells) + 0.5) / self.cells * found.thickness
        tree, ledger = recorder.tree(found.area, position), recorder.books.ledger()
        manifest = Manifest(
            inputs={"cell": cell.to_toml(), "program": program.to_toml(), "model": self.to_toml()},
            numbers=_number_rows(cell),
            notes=_notes(found, tree["trace"].to_dataset()),
            wall_s=time.perf_counter() - begun,
            solver={"points": recorder.points, "retries": recorder.retries, "log": recorder.log,
                    "not_expanded": system.not_expanded},
            **circumstances(),
        )  # fmt: skip
        result = Result(tree, status, ledger, manifest)
        return result if not self.invariants(result) else _marked(result, self.invariants(result))

    def system(self, cell: Cell, by: Literal["current", "voltage"] = "current") -> System:
        """The discretised model that cells of this structure share, under current or voltage control."""
        return _system(len(cell.counter_electrode.films), len(cell.working.films), transport_law(cell), self.cells, by)

    def to_pybamm(self, cell: Cell) -> tuple[Any, Any]:
        """The model and its parameter values as plain PyBaMM objects: `pybamm.Simulation(model, parameter_values=values)`.

        PyBaMM's sign: a positive current strips the counter electrode, and the voltage falls.
        """
        from lithoscope.physics.cell.engine import pybamm
        from lithoscope.physics.cell.equations.planar import PlanarLithiumCell

        found = numbers(cell)
        model = PlanarLithiumCell({"Counter": len(found.counter.films), "Working": len(found.working.films)})
        values = {
            "Current function [A]": 10 * found.area,
            "Nominal cell capacity [A.h]": 10 * found.area,
            "Initial temperature [K]": found.temperature,
            "Number of electrodes connected in parallel to make a cell": 1.0,
            "Number of cells connected in series to make a battery": 1.0,
            "Lower voltage cut-off [V]": -10.0,
            "Upper voltage cut-off [V]": 10.0,
        }
        return model, pybamm.ParameterValues(values | cell_inputs(found) | _functions(found.transport))

    def invariants(self, result: Result) -> Sequence[Violation]:
        """What should hold at every saved time and does not."""
        return violations(result)

    def exact_cases(self) -> Sequence[ExactCase]:
        """The exact solutions of `lithoscope.physics.cell.exact`."""
        from lithoscope.physics.cell.exact import cases

        return cases(self)


@lru_cache(maxsize=32)
def _system(
    counter_films: int, working_films: int, transport: Transport, cells: int, by: Literal["current", "voltage"]
) -> System:
    from lithoscope.physics.cell.control import under_current, under_voltage
    from lithoscope.physics.cell.equations.planar import PlanarLithiumCell
    from lithoscope.physics.cell.system import System

    form = under_current if by == "current" else under_voltage
    films = {"Counter": counter_films, "Working": working_films}
    return System(form(lambda current: PlanarLithiumCell(films, current)), _functions(transport), cells)


def _functions(transport: Transport) -> dict[str, Any]:
    return {
        "Electrolyte conductivity [S.m-1]": transport.conductivity,
        "Salt diffusivity [m2.s-1]": transport.diffusivity,
        "Lithium transference number": transport.transference_number,
        "Thermodynamic factor": transport.thermodynamic_factor,
    }


def cell_inputs(found: CellNumbers) -> dict[str, float]:
    """The numbers of a cell by the parameter names of the PyBaMM model."""
    values = {
        "Electrode area [m2]": found.area,
        "Ambient temperature [K]": found.temperature,
        "Initial salt concentration [mol.m-3]": found.concentration,
        "Separator thickness [m]": found.thickness,
        "Separator porosity": found.porosity,
        "Separator MacMullin number": found.macmullin_number,
    }
    for face, side in (("Working", found.working), ("Counter", found.counter)):
        values |= {
            f"{face} initial lithium [C.m-2]": side.lithium,
            f"{face} least lithium [C.m-2]": side.least_lithium,
            f"{face} roughness": side.roughness,
            f"{face} exchange current density [A.m-2]": side.exchange_current_density,
            f"{face} native film resistance [Ohm.m2]": side.native_film_resistance,
            f"{face} double-layer capacitance [F.m-2]": side.double_layer_capacitance,
        }
        for n, film in enumerate(side.films):
            values |= {
                f"{face} film {n} resistance [Ohm.m2]": film.resistance,
                f"{face} film {n} capacitance [F.m-2]": film.capacitance,
            }
    return values


def _check_temperature(found: CellNumbers) -> None:
    low, high = found.transport.temperatures
    if not low - TEMPERATURE_MARGIN <= found.temperature <= high + TEMPERATURE_MARGIN:
        raise InputError(
            "temperature",
            f"= {found.temperature - 273.15:.4g} degC is far outside the {low - 273.15:.4g} to {high - 273.15:.4g} degC "
            "in which the transport of this electrolyte was measured",
            expected=f"{low - TEMPERATURE_MARGIN - 273.15:.4g} to {high + TEMPERATURE_MARGIN - 273.15:.4g} degC",
            do="Give its properties at that temperature as constants: [electrolyte.properties]",
        )


def _notes(found: CellNumbers, trace: Any) -> tuple[str, ...]:
    """What a reader must know before using the numbers."""
    notes = []
    low, high = found.transport.temperatures
    if not low <= found.temperature <= high:
        notes.append(f"The transport of the electrolyte was measured from {low - 273.15:.4g} to {high - 273.15:.4g} degC; "
                     f"it is used at {found.temperature - 273.15:.4g} degC.")  # fmt: skip
    most = found.transport.concentrations[1]
    if "working_salt_concentration" in trace and trace.sizes["time"]:
        reached = max(float(trace[f"{face}_salt_concentration"].max()) for face in ("working", "counter"))
        if reached > most:
            notes.append(f"The salt concentration reached {reached / 1000:.3g} mol/L; the transport of the electrolyte was "
                         f"measured up to {most / 1000:.3g} mol/L and is held constant beyond.")  # fmt: skip
    return tuple(notes)


def _number_rows(cell: Cell) -> list[dict[str, Any]]:
    return [
        {"path": p.path, "value": p.quantity.value, "unit": p.quantity.unit, "low": p.quantity.low, "high": p.quantity.high,
         "status": p.quantity.status, "source": p.quantity.source, "given": p.given}
        for p in parameters(cell)
    ]  # fmt: skip


def _marked(result: Result, found: Sequence[Violation]) -> Result:
    """A result whose invariants do not hold, marked so; the place where it ended is kept."""
    detail = "; ".join(f"{violation.invariant}: {violation.detail}" for violation in found)
    s = result.status
    return Result(result.tree, Status(End.LEDGER_OPEN, detail, s.time, s.cycle, s.step), result.ledger, result.manifest)
