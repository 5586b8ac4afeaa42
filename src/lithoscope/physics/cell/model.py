"""The planar model as an object that a user passes: `run(cell, program, Planar())`."""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from functools import lru_cache, partial
from typing import TYPE_CHECKING, Annotated, Any, Literal

import numpy as np
from pydantic import Field

from lithoscope.design import Cell
from lithoscope.document import Document
from lithoscope.errors import End, InputError, RunInterrupted, Status
from lithoscope.physics.cell.invariants import violations
from lithoscope.physics.cell.params import CellNumbers, numbers, parameters, transport_law
from lithoscope.physics.contract import ExactCase, Report, Violation
from lithoscope.physics.laws.transport import Transport
from lithoscope.protocol import Program
from lithoscope.result import Manifest, Result
from lithoscope.result.manifest import circumstances, inputs_of
from lithoscope.result.names import STEP_ENDS, words

if TYPE_CHECKING:
    import xarray as xr

    from lithoscope.physics.cell.system import System

INTERFACES_KNOWN_AT = 298.15
"""Temperature of the exchange current densities and film properties of the data tables, K."""

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
        """Run a program on a cell.

        Raises InputError if this model cannot run it, and RunInterrupted with what there is on Ctrl-C.
        """
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
            inputs=inputs_of(cell, program, self),
            numbers=_number_rows(cell),
            notes=_notes(found, tree),
            wall_s=time.perf_counter() - begun,
            solver={"points": recorder.points, "retries": recorder.retries, "log": recorder.log,
                    "not_expanded": system.not_expanded},
            **circumstances(),
        )  # fmt: skip
        result = Result(tree, status, ledger, manifest)
        found_wrong = self.invariants(result)
        result = _marked(result, found_wrong) if found_wrong else result
        if status.end is End.INTERRUPTED:
            raise RunInterrupted(result)
        return result

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


def _notes(found: CellNumbers, tree: xr.DataTree) -> tuple[str, ...]:
    """What a reader must know before using the numbers."""
    return (
        *_temperature_notes(found),
        *_concentration_notes(found, tree["trace"].to_dataset()),
        *_step_notes(tree["steps"].to_dataset()),
    )


def _temperature_notes(found: CellNumbers) -> Iterator[str]:
    low, high = found.transport.temperatures
    here = f"{found.temperature - 273.15:.4g} degC"
    if not low <= found.temperature <= high:
        yield (f"The transport of the electrolyte was measured from {low - 273.15:.4g} to {high - 273.15:.4g} degC; "
               f"it is used at {here}.")  # fmt: skip
    if abs(found.temperature - INTERFACES_KNOWN_AT) > 0.01:
        yield (f"The exchange current density and the films do not depend on temperature in this model: at {here} they are "
               "those that the cell gives, or those of the data tables at 25 degC.")  # fmt: skip


def _concentration_notes(found: CellNumbers, trace: xr.Dataset) -> Iterator[str]:
    if not trace.sizes["time"]:
        return
    most = found.transport.concentrations[1]
    reached = max(float(trace[f"{face}_salt_concentration"].max()) for face in ("working", "counter"))
    if reached > most:
        yield (f"The salt concentration reached {reached / 1000:.3g} mol/L; the transport of the electrolyte was "
               f"measured up to {most / 1000:.3g} mol/L and is held constant beyond.")  # fmt: skip


def _step_notes(steps: xr.Dataset) -> Iterator[str]:
    """Steps that did nothing, because what was to end them held already: one note for each condition."""
    if not steps.sizes["step"]:
        return
    ended = np.asarray(words(steps["ended"]))
    for condition in STEP_ENDS[:-1]:
        idle = steps["step"].values[(ended == condition) & (steps["duration"].values == 0)]
        if len(idle):
            which = f"Step {idle[0]:.0f} and {len(idle) - 1} more" if len(idle) > 1 else f"Step {idle[0]:.0f}"
            yield f'{which} ended at 0 s: the limit "{condition}" was already met at the start.'


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
