"""What the models of the cell scale share: an object that a user passes, `run(cell, program, Planar())`.

The models themselves stand in `physics.cell.models`, one file each.
"""

from __future__ import annotations

import time
from collections.abc import Hashable, Iterator, Sequence
from contextlib import contextmanager
from functools import lru_cache, partial
from typing import TYPE_CHECKING, Annotated, Any, ClassVar, Literal

import numpy as np
from pydantic import Field

from lithoscope.design import Cell
from lithoscope.document import Document
from lithoscope.errors import End, InputError, RunInterrupted
from lithoscope.physics.cell.invariants import violations
from lithoscope.physics.cell.params import Parameter, Surroundings, number_rows, surroundings, transport_law
from lithoscope.physics.contract import ExactCase, Report, Violation, contact_left_out, marked
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
    from lithoscope.physics.cell.timeline import Timeline
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

    suits: ClassVar[tuple[str, ...]] = ("foil",)
    """The kinds of working electrodes that the model can run."""

    shorts: ClassVar[bool] = False
    """Whether the model can run a cell with an electronic leak."""

    def simulate(
        self, cell: Cell, program: Program, report: Report, journal: Journal | None = None, *, apart: bool = False
    ) -> Result:
        """Run a program on a cell, in this process or apart, in one that may hang or die: so always with a journal.

        Raises InputError if this model cannot run it, and RunInterrupted with what there is on Ctrl-C.
        """
        from lithoscope.physics.cell.drive import Driver

        begun = time.perf_counter()
        self.check(cell)
        found = surroundings(cell)
        with self._solving(cell, program, apart=apart or journal is not None) as solves:
            timeline, status = Driver(solves, journal).run(program, report)
        tree = timeline.tree(found.area)
        manifest = Manifest(
            inputs=inputs_of(cell, program, self),
            numbers=number_rows(self.parameters(cell)),
            notes=(*_notes(cell, found, tree), *_compiled_notes(timeline)),
            wall_s=time.perf_counter() - begun,
            solver={"points": timeline.points, "retries": timeline.retries, "log": timeline.log,
                    "not_expanded": timeline.not_expanded, "compiled": timeline.compiled},
            **circumstances(),
        )  # fmt: skip
        result = Result(tree, status, timeline.ledger, manifest)
        found_wrong = self.invariants(result)
        result = marked(result, found_wrong) if found_wrong else result
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
        return _system(type(self), self.structure(cell), transport_law(cell), self.cells, by, compiled)

    def check(self, cell: Cell) -> None:
        """Raises InputError if this model cannot run a cell: see `check_suits`, or its temperature is far from all that was
        measured.
        """
        self.check_suits(cell)
        _check_temperature(surroundings(cell))

    def check_suits(self, cell: Cell) -> None:
        """Raises InputError if this model cannot run the working electrode of a cell, naming the right model, or its short."""
        from lithoscope.physics.cell.models import models_for

        kind = cell.working.kind
        if kind not in self.suits:
            right = models_for(kind)
            raise InputError(
                "model.kind",
                f'= "{self.kind}" is a model of cells whose working electrode is a {" or ".join(self.suits)}, and here it is a '
                f"{kind}",
                expected=" or ".join(f'"{tag}"' for tag in right),
                why="Each working electrode has equations of its own",
                do=f"Leave the model out, or pass ls.{next(iter(right.values())).__name__}()",
            )
        if cell.short is not None and not self.shorts:
            raise InputError(
                "short",
                f"is given, and the working electrode is a {kind}",
                expected="no short, or a working electrode that is a foil",
                why=f'The equations of the model "{self.kind}" have no electronic leak',
                do='Leave short out, or write working = { kind = "foil", thickness = "50 um" }',
            )

    def structure(self, cell: Cell) -> Hashable:
        """What tells compiled systems apart, such as the number of films; cells of one structure share a system."""
        raise NotImplementedError

    @staticmethod
    def equations(structure: Any, current: Any = None) -> Any:
        """The PyBaMM model of a structure, for a symbol of the current."""
        raise NotImplementedError

    @staticmethod
    def functions(structure: Any, transport: Transport) -> dict[str, Any]:
        """The parameters of the PyBaMM model that are functions, or that are fixed for a structure."""
        return transport_functions(transport)

    def values(self, cell: Cell) -> dict[str, float]:
        """The numbers of a cell by the parameter names of the PyBaMM model, SI."""
        raise NotImplementedError

    def parameters(self, cell: Cell) -> tuple[Parameter, ...]:
        """Every number of a cell that this model uses, with its unit, range, source and status."""
        raise NotImplementedError

    def to_pybamm(self, cell: Cell) -> tuple[Any, Any]:
        """The model and its parameter values as plain PyBaMM objects: `pybamm.Simulation(model, parameter_values=values)`.

        PyBaMM's sign: a positive current strips the counter electrode, and the voltage falls.
        """
        from lithoscope.physics.cell.engine import pybamm

        self.check_suits(cell)
        found = surroundings(cell)
        structure = self.structure(cell)
        model, functions = self.equations(structure), self.functions(structure, found.transport)
        values = {
            "Current function [A]": 10 * found.area,
            "Nominal cell capacity [A.h]": 10 * found.area,
            "Initial temperature [K]": found.temperature,
            "Number of electrodes connected in parallel to make a cell": 1.0,
            "Number of cells connected in series to make a battery": 1.0,
            "Lower voltage cut-off [V]": -10.0,
            "Upper voltage cut-off [V]": 10.0,
        }
        return model, pybamm.ParameterValues(values | functions | self.values(cell))

    def invariants(self, result: Result) -> Sequence[Violation]:
        """What should hold at every saved time and does not."""
        return violations(result)

    def exact_cases(self) -> Sequence[ExactCase]:
        """The exact solutions that this model is compared with."""
        raise NotImplementedError


def stepper(cell: Cell, program: Program, model: CellModel) -> Stepper:
    """A run ready to be solved in this process; a long one with compiled functions where there is a compiler."""
    from lithoscope.physics.cell.engine import compiler
    from lithoscope.physics.cell.solve import Stepper

    model.check_suits(cell)
    compiled = model.compiled and len(program) >= COMPILED_FROM_STEPS and compiler() is not None
    held = partial(model.system, cell, by="voltage")
    system = model.system(cell, compiled=compiled)
    return Stepper(system, held, model.values(cell), model.relative_tolerance, program)


@lru_cache(maxsize=32)
def _system(
    model: type[CellModel], structure: Hashable, transport: Transport, cells: int, by: Control, compiled: bool
) -> System:
    from lithoscope.physics.cell.control import under_current, under_voltage
    from lithoscope.physics.cell.system import System

    form = under_current if by == "current" else under_voltage
    return System(
        form(lambda current: model.equations(structure, current)),
        model.functions(structure, transport),
        cells,
        compiled=compiled,
    )


def transport_functions(transport: Transport) -> dict[str, Any]:
    """The functions of the electrolyte by the parameter names of the PyBaMM models."""
    return {
        "Electrolyte conductivity [S.m-1]": transport.conductivity,
        "Salt diffusivity [m2.s-1]": transport.diffusivity,
        "Lithium transference number": transport.transference_number,
        "Thermodynamic factor": transport.thermodynamic_factor,
    }


def _check_temperature(found: Surroundings) -> None:
    low, high = found.transport.temperatures
    if not low - TEMPERATURE_MARGIN <= found.temperature <= high + TEMPERATURE_MARGIN:
        raise InputError(
            "temperature",
            f"= {found.temperature - 273.15:.4g} degC is far outside the {low - 273.15:.4g} to {high - 273.15:.4g} degC "
            "in which the transport of this electrolyte was measured",
            expected=f"{low - TEMPERATURE_MARGIN - 273.15:.4g} to {high + TEMPERATURE_MARGIN - 273.15:.4g} degC",
            do="Give its properties at that temperature as constants: [electrolyte.properties]",
        )


def _notes(cell: Cell, found: Surroundings, tree: xr.DataTree) -> tuple[str, ...]:
    """What a reader must know before using the numbers."""
    return (
        *_temperature_notes(cell, found),
        *_concentration_notes(found, tree["trace"].to_dataset()),
        *_step_notes(tree["steps"].to_dataset()),
        *contact_left_out(cell),
    )


def _temperature_notes(cell: Cell, found: Surroundings) -> Iterator[str]:
    low, high = found.transport.temperatures
    here = f"{found.temperature - 273.15:.4g} degC"
    if not low <= found.temperature <= high:
        yield (f"The transport of the electrolyte was measured from {low - 273.15:.4g} to {high - 273.15:.4g} degC; "
               f"it is used at {here}.")  # fmt: skip
    films = cell.working.films + cell.counter_electrode.films
    if films and abs(found.temperature - REFERENCE_TEMPERATURE_K) > 0.01:
        yield (f"The conductivity of protective films does not depend on temperature in this model: at {here} it is that which "
               "the cell gives, or that of the data tables at 25 degC.")  # fmt: skip


def _concentration_notes(found: Surroundings, trace: xr.Dataset) -> Iterator[str]:
    if not trace.sizes["time"]:
        return
    most = found.transport.concentrations[1]
    reached = max(float(trace[f"{face}_salt_concentration"].max()) for face in ("working", "counter"))
    if reached > most:
        yield (f"The salt concentration reached {reached / 1000:.3g} mol/L; the transport of the electrolyte was "
               f"measured up to {most / 1000:.3g} mol/L and is held constant beyond.")  # fmt: skip


def _compiled_notes(timeline: Timeline) -> Iterator[str]:
    if timeline.compiled == "some":
        yield ("The run was taken up on a machine with a C compiler and on one without: some steps were solved with compiled "
               "functions, some without. Their numbers differ by rounding.")  # fmt: skip


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
