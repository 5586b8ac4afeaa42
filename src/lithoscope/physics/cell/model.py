"""The models of the cell scale as objects that a user passes: `run(cell, program, Planar())`."""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import lru_cache, partial
from typing import TYPE_CHECKING, Annotated, Any, ClassVar, Literal

import numpy as np
from pydantic import Field

from lithoscope.design import Cell
from lithoscope.document import Document, choose, line_of, parse_toml
from lithoscope.errors import End, InputError, RunInterrupted, Status
from lithoscope.physics.cell.invariants import violations
from lithoscope.physics.cell.params import CellNumbers, numbers, parameters, transport_law
from lithoscope.physics.contract import ExactCase, Report, Violation
from lithoscope.physics.laws.kinetics import REFERENCE_TEMPERATURE_K
from lithoscope.physics.laws.transport import Transport
from lithoscope.protocol import Program
from lithoscope.result import Manifest, Result
from lithoscope.result.manifest import circumstances, inputs_of
from lithoscope.result.names import STEP_ENDS, words

if TYPE_CHECKING:
    import xarray as xr

    from lithoscope.physics.cell.drive import Solves
    from lithoscope.physics.cell.solve import Stepper
    from lithoscope.physics.cell.system import System
    from lithoscope.result.checkpoint import Journal

COMPILED_FROM_STEPS = 200
"""Programs of this many steps are worth the seconds that a compiler takes."""

Control = Literal["current", "voltage"]

TEMPERATURE_MARGIN = 20.0
"""How far outside its measured temperatures a transport law may still be used, with a note, K."""


class CellModel(Document):
    """What the models of the cell scale share. A leaf says which equations it solves.

    cells               finite volumes per layer of the electrolyte
    relative_tolerance  of the integrator
    compiled            whether long runs are compiled to machine code where there is a C compiler; it is faster, and changes
                        numbers by rounding only
    """

    cells: Annotated[int, Field(ge=5, le=1000, strict=True, description="a whole number from 5 to 1000")] = 40
    relative_tolerance: Annotated[float, Field(ge=1e-10, le=1e-3, description="a number from 1e-10 to 1e-3")] = 1e-7
    compiled: bool = True
    kind: str
    format: Literal["lithoscope.model/1"] = "lithoscope.model/1"

    ages: ClassVar[bool] = False
    """Whether the model uses how the lithium of a cell ages."""

    def simulate(
        self, cell: Cell, program: Program, report: Report, journal: Journal | None = None, *, apart: bool = False
    ) -> Result:
        """Run a program on a cell, in this process or apart, in one that may hang or die: so always with a journal.

        Raises InputError if this model cannot run it, and RunInterrupted with what there is on Ctrl-C.
        """
        from lithoscope.physics.cell.drive import Driver

        begun = time.perf_counter()
        found = numbers(cell)
        _check_temperature(found)
        with self._solving(cell, program, apart=apart or journal is not None) as solves:
            timeline, status = Driver(solves, journal).run(program, report)
        tree = timeline.tree(found.area)
        manifest = Manifest(
            inputs=inputs_of(cell, program, self),
            numbers=_number_rows(cell, ageing=self.ages),
            notes=_notes(found, tree),
            wall_s=time.perf_counter() - begun,
            solver={"points": timeline.points, "retries": timeline.retries, "log": timeline.log,
                    "not_expanded": timeline.not_expanded},
            **circumstances(),
        )  # fmt: skip
        result = Result(tree, status, timeline.ledger, manifest)
        found_wrong = self.invariants(result)
        result = _marked(result, found_wrong) if found_wrong else result
        if status.end is End.INTERRUPTED:
            raise RunInterrupted(result)
        return result

    @contextmanager
    def _solving(self, cell: Cell, program: Program, *, apart: bool) -> Iterator[Solves]:
        """What solves the run: this process, or a warm one apart."""
        if not apart:
            yield stepper(cell, program, self)
            return
        from lithoscope.physics.cell import worker

        taken = worker.take()
        try:
            yield taken.remote(**inputs_of(cell, program, self))
        finally:
            worker.leave(taken)

    def system(self, cell: Cell, by: Control = "current", *, compiled: bool = False) -> System:
        """The discretised model that cells of this structure share, under current or voltage control.

        compiled  whether to machine code
        """
        films = (len(cell.counter_electrode.films), len(cell.working.films))
        return _system(type(self), films, transport_law(cell), self.cells, by, compiled, cell.short is not None)

    @staticmethod
    def equations(films: Mapping[str, int], current: Any = None, *, shorted: bool = False) -> Any:
        """The PyBaMM model for a number of films on each face, a symbol of the current, and with a leak or without."""
        raise NotImplementedError

    @staticmethod
    def values(found: CellNumbers) -> dict[str, float]:
        """The numbers of a cell by the parameter names of the PyBaMM model."""
        raise NotImplementedError

    def to_pybamm(self, cell: Cell) -> tuple[Any, Any]:
        """The model and its parameter values as plain PyBaMM objects: `pybamm.Simulation(model, parameter_values=values)`.

        PyBaMM's sign: a positive current strips the counter electrode, and the voltage falls.
        """
        from lithoscope.physics.cell.engine import pybamm

        found = numbers(cell)
        films = {"Counter": len(found.counter.films), "Working": len(found.working.films)}
        model = self.equations(films, shorted=found.short is not None)
        values = {
            "Current function [A]": 10 * found.area,
            "Nominal cell capacity [A.h]": 10 * found.area,
            "Initial temperature [K]": found.temperature,
            "Number of electrodes connected in parallel to make a cell": 1.0,
            "Number of cells connected in series to make a battery": 1.0,
            "Lower voltage cut-off [V]": -10.0,
            "Upper voltage cut-off [V]": 10.0,
        }
        return model, pybamm.ParameterValues(values | self.values(found) | _functions(found.transport))

    def invariants(self, result: Result) -> Sequence[Violation]:
        """What should hold at every saved time and does not."""
        return violations(result)

    def exact_cases(self) -> Sequence[ExactCase]:
        """The exact solutions that this model is compared with."""
        raise NotImplementedError


class Planar(CellModel):
    """Two flat lithium electrodes with films, native films and double layers; no side reactions.

    The equations stand in `lithoscope.physics.cell.equations.planar`.
    """

    kind: Literal["planar"] = "planar"

    @staticmethod
    def equations(films: Mapping[str, int], current: Any = None, *, shorted: bool = False) -> Any:
        """The planar model of PyBaMM."""
        from lithoscope.physics.cell.equations.planar import PlanarLithiumCell

        return PlanarLithiumCell(dict(films), current, shorted=shorted)

    @staticmethod
    def values(found: CellNumbers) -> dict[str, float]:
        """The numbers of a cell by parameter name."""
        return cell_inputs(found)

    def exact_cases(self) -> Sequence[ExactCase]:
        """Those of `lithoscope.physics.cell.exact`."""
        from lithoscope.physics.cell.exact import cases

        return cases(self)


class Mossy(CellModel):
    """Lithium that grows moss and pits, dies, and builds up films and a dead layer, on top of all that `Planar` has.

    The equations stand in `lithoscope.physics.cell.equations.mossy`.
    """

    cells: Annotated[int, Field(ge=5, le=1000, strict=True, description="a whole number from 5 to 1000")] = 20

    kind: Literal["mossy"] = "mossy"
    ages: ClassVar[bool] = True

    @staticmethod
    def equations(films: Mapping[str, int], current: Any = None, *, shorted: bool = False) -> Any:
        """The mossy model of PyBaMM."""
        from lithoscope.physics.cell.equations.mossy import MossyLithiumCell

        return MossyLithiumCell(dict(films), current, shorted=shorted)

    @staticmethod
    def values(found: CellNumbers) -> dict[str, float]:
        """The numbers of a cell by parameter name."""
        return ageing_inputs(found)

    def exact_cases(self) -> Sequence[ExactCase]:
        """Those of `lithoscope.physics.cell.exact_ageing`."""
        from lithoscope.physics.cell.exact_ageing import cases

        return cases(self)


MODELS: Mapping[str, type[CellModel]] = {"planar": Planar, "mossy": Mossy}
"""The models of the cell scale by their literal tag."""

PLANNED_MODELS = {
    "substrate": "plating from zero thickness comes with the substrate cells",
    "host": "the porous host comes with the substrate cells",
    "phase_field": "the shape of lithium comes with the morphology scale",
}


def read_model(text: str, *, file: str | None = None) -> CellModel:
    """A model from the text of its file. Raises InputError naming the field, with the file and its line."""
    try:
        return choose(MODELS, PLANNED_MODELS, "a model", parse_toml(text, file=file))  # type: ignore[return-value]  # one of them
    except InputError as error:
        raise error.in_file(file, line_of(text, error.where)) if file else error from None


def stepper(cell: Cell, program: Program, model: CellModel) -> Stepper:
    """A run ready to be solved in this process; a long one with compiled functions where there is a compiler."""
    from lithoscope.physics.cell.engine import compiler
    from lithoscope.physics.cell.solve import Stepper

    compiled = model.compiled and len(program) >= COMPILED_FROM_STEPS and compiler() is not None
    held = partial(model.system, cell, by="voltage")
    system = model.system(cell, compiled=compiled)
    return Stepper(system, held, model.values(numbers(cell)), model.relative_tolerance, program)


@lru_cache(maxsize=32)
def _system(
    model: type[CellModel], films: tuple[int, int], transport: Transport, cells: int, by: Control, compiled: bool, shorted: bool
) -> System:
    from lithoscope.physics.cell.control import under_current, under_voltage
    from lithoscope.physics.cell.system import System

    form = under_current if by == "current" else under_voltage
    of = dict(zip(("Counter", "Working"), films, strict=True))
    equations = form(lambda current: model.equations(of, current, shorted=shorted))
    return System(equations, _functions(transport), cells, compiled=compiled)


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
    return values | _leak_inputs(found)


def _leak_inputs(found: CellNumbers) -> dict[str, float]:
    from lithoscope.physics.cell.equations.short import leak_inputs

    return leak_inputs(found.short) if found.short else {}


def ageing_inputs(found: CellNumbers) -> dict[str, float]:
    """The numbers of a cell by the parameter names of the mossy model."""
    values = cell_inputs(found) | {"Lithium molar volume [m3.mol-1]": found.lithium_molar_volume}
    for face, side in (("Working", found.working), ("Counter", found.counter)):
        a = side.ageing
        del values[f"{face} native film resistance [Ohm.m2]"]
        values |= {
            f"{face} fresh bulk film thickness [m]": side.native_film_thickness,
            f"{face} fresh mossy film thickness [m]": a.mossy_film_resistance * side.native_film_conductivity,
            f"{face} native film conductivity [S.m-1]": side.native_film_conductivity,
            f"{face} mossy exchange current density [A.m-2]": a.mossy_exchange_current_density,
            f"{face} dead fraction": a.dead_fraction,
            f"{face} mossy fraction": a.mossy_fraction,
            f"{face} largest mossy area": a.mossy_area,
            f"{face} mossy half charge [C.m-2]": a.mossy_half_charge,
            f"{face} largest pit area": a.pit_area,
            f"{face} pit charge [C.m-2]": a.pit_charge,
            f"{face} pit-filling charge [C.m-2]": a.pit_filling_charge,
            f"{face} dead layer porosity": a.dead_layer_porosity,
            f"{face} dead layer MacMullin number": a.dead_layer_tortuosity / a.dead_layer_porosity,
            f"{face} film growth rate [m2.s-1]": a.film_growth_rate,
            f"{face} film molar volume [m3.mol-1]": a.film_molar_volume,
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
    films = found.working.films + found.counter.films
    if films and abs(found.temperature - REFERENCE_TEMPERATURE_K) > 0.01:
        yield (f"The conductivity of protective films does not depend on temperature in this model: at {here} it is that which "
               "the cell gives, or that of the data tables at 25 degC.")  # fmt: skip


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


def _number_rows(cell: Cell, *, ageing: bool) -> list[dict[str, Any]]:
    return [
        {"path": p.path, "value": p.quantity.value, "unit": p.quantity.unit, "low": p.quantity.low, "high": p.quantity.high,
         "status": p.quantity.status, "source": p.quantity.source, "given": p.given}
        for p in parameters(cell, ageing=ageing)
    ]  # fmt: skip


def _marked(result: Result, found: Sequence[Violation]) -> Result:
    """A result whose invariants do not hold, marked so; the place where it ended is kept."""
    detail = "; ".join(f"{violation.invariant}: {violation.detail}" for violation in found)
    s = result.status
    return Result(result.tree, Status(End.LEDGER_OPEN, detail, s.time, s.cycle, s.step), result.ledger, result.manifest)
