"""A discretised cell model as scalar functions of its unknowns x, the numbers of the cell p and the numbers of the step s.

M dx/dt = f(x, p, s),   M = diag(1, 0): first the differential unknowns, then the algebraic ones, index 1

Nothing here is an equation of a cell: all functions are those of the discretised PyBaMM model, turned into scalar operations.
Under current control s holds the current density. A program that also sets voltages uses the model under voltage control, whose
current is an unknown, with one row of it replaced:

0 = w (J - J_set) + (1 - w) (V - V_set - rate (clock - clock_at_start)),   w = 1 for a step of current, 0 for one of voltage

so that rest, constant current, voltage hold and scan are one set of functions.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from lithoscope.errors import InputError, nearest
from lithoscope.physics.cell.control import PROGRAM_CURRENT, STEP_ENDS, Setting
from lithoscope.physics.cell.engine import casadi, pybamm
from lithoscope.physics.cell.equations.base import CLOCK
from lithoscope.physics.cell.lanes.refusals import RUN_SINGLY, NotLoweredError
from lithoscope.physics.cell.system import System

Array = NDArray[np.float64]

Form = Literal["current", "switched"]
"""Whether the current is an input in every step, or an unknown that a switch sets or leaves to the voltage."""

SWITCH = "Current is set"
"""Name of w, the last number of a step of the switched form."""

CHARGE = "Charge passed [C.m-2]"
VOLTAGE = "Voltage [V]"
CURRENT = "Program current density [A.m-2]"
CLOCK_AT_START = "Clock at start [s]"
"""Of a step of the switched form, whose scan needs the time from its start. It is what the clock, an unknown, has gained."""

BEFORE = (CHARGE, CLOCK, VOLTAGE)
"""What the next step has to know of the one before; they stand after the conditions."""


@dataclass(frozen=True, slots=True)
class Functions:
    """The functions of a model in one form, of vectors x, p and s, as scalar CasADi functions.

    form          of control
    rate          f(x, p, s), differential rows first
    watch         the conditions, positive before they are met, then `BEFORE`
    outputs       what was asked for;  sizes: numbers that each is made of
    start         x at assembly, of p
    differential  number of differential unknowns
    unknowns      names of all unknowns, one for each row
    cell          names of p;  step: names of s
    conditions    their names, those that end the run before those of `control.STEP_ENDS`
    """

    form: Form
    rate: Any
    watch: Any
    outputs: Any
    sizes: tuple[int, ...]
    start: Any
    differential: int
    unknowns: tuple[str, ...]
    cell: tuple[str, ...]
    step: tuple[str, ...]
    conditions: tuple[str, ...]

    @property
    def size(self) -> int:
        """Number of unknowns."""
        return len(self.unknowns)


def functions(system: System, outputs: Sequence[str]) -> Functions:
    """The functions of a discretised model; of one under voltage control, those of the switched form.

    outputs  variables of the model

    Raises NotLoweredError if a term has no scalar form, depends on the time itself, or the model is not semi-explicit.
    """
    model = system.model
    _check_semi_explicit(system)
    _check_names(system, outputs)
    told = {*Setting().inputs(), *Setting(current_density=None).inputs()}
    cell = tuple(name for name in system.input_names if name not in told)
    step = [name for name in system.input_names if name in told]
    switched = PROGRAM_CURRENT in system.algebraic_rows
    if switched:
        step = [CLOCK_AT_START, *step]
        step += [name for name in Setting().inputs() if name not in step] + [SWITCH]
    scalar = _Scalar(system, cell, tuple(step))
    read = model.get_processed_variable
    rows = pybamm.numpy_concatenation(model.concatenated_rhs, model.concatenated_algebraic)
    rate = scalar("the equations", [rows])
    if switched:
        rate = _with_switch(rate, scalar("the current density", [read(CURRENT)]), system.algebraic_rows[PROGRAM_CURRENT].start)
    conditions = sorted((name.removeprefix("Condition: ") for name in system.conditions), key=STEP_ENDS.__contains__)
    asked = [read(name) for name in outputs]
    watched = [read(name) for name in (*(f"Condition: {name}" for name in conditions), *BEFORE)]
    return Functions(
        form="switched" if switched else "current",
        rate=rate,
        watch=scalar("a condition that ends a step", watched),
        outputs=scalar("an output", asked, outputs),
        sizes=tuple(int(symbol.size) for symbol in asked),
        start=scalar("the state at assembly", [model.concatenated_initial_conditions]),
        differential=int(system.differential),
        unknowns=_unknowns(system),
        cell=cell,
        step=tuple(step),
        conditions=tuple(conditions),
    )


def _check_semi_explicit(system: System) -> None:
    mass = system.model.mass_matrix.entries
    diagonal = np.concatenate([np.ones(system.differential), np.zeros(system.states - system.differential)])
    if abs(mass - np.diag(diagonal)).max() > 0:
        raise NotLoweredError(system.model.name, "has a mass matrix that is not diag(1, 0)", RUN_SINGLY)


def _check_names(system: System, outputs: Sequence[str]) -> None:
    known = system.model.variables
    for name in outputs:
        if name not in known:
            raise InputError("outputs", f'name "{name}", which the model does not have', expected="variables of the model",
                             do=nearest(name, known))  # fmt: skip


class _Scalar:
    """Turns symbols of a discretised model into scalar functions of x, p and s."""

    def __init__(self, system: System, cell: Sequence[str], step: Sequence[str]) -> None:
        self.x = casadi.MX.sym("x", system.states)
        self.p, self.s = casadi.MX.sym("p", len(cell)), casadi.MX.sym("s", len(step))
        self.inputs = {name: self.p[n] for n, name in enumerate(cell)} | {name: self.s[n] for n, name in enumerate(step)}
        self.time = casadi.MX.sym("t")
        if CLOCK_AT_START in self.inputs:
            clock = system.model.get_processed_variable(CLOCK).to_casadi(self.time, self.x, inputs=self.inputs)
            self.time = clock - self.inputs[CLOCK_AT_START]

    def __call__(self, what: str, symbols: Sequence[Any], names: Sequence[str] = ()) -> Any:
        """One function of all symbols, one below the other."""
        found = [self._converted(names[n] if names else what, symbol) for n, symbol in enumerate(symbols)]
        return self._expanded(what, casadi.vertcat(*found))

    def _converted(self, what: str, symbol: Any) -> Any:
        found = casadi.densify(symbol.to_casadi(self.time, self.x, inputs=self.inputs))
        if self.time.is_symbolic() and casadi.depends_on(found, self.time):
            raise NotLoweredError(what, "depends on the time of the solver itself", "Use the clock of the model in its place")
        if found.numel() != symbol.size:
            raise NotLoweredError(what, "has another size as CasADi sees it", RUN_SINGLY)
        return found

    def _expanded(self, what: str, column: Any) -> Any:
        try:
            return casadi.Function("of", [self.x, self.p, self.s], [column]).expand("of", {"cse": True})
        except RuntimeError as error:
            reason = str(error).strip().splitlines()[-1]
            raise NotLoweredError(
                what, f"has no scalar form ({reason})", f"{RUN_SINGLY}; often a table can be a formula"
            ) from None


def _with_switch(rate: Any, current: Any, row: int) -> Any:
    """The rates of the switched form. The step's numbers end with the switch; its set current stands where `Setting` has it."""
    x, p, s = (casadi.SX.sym(name, rate.size1_in(n)) for n, name in enumerate("xps"))
    f = rate(x, p, s)
    place = _place_of_current(s.numel())
    set_current = current(x, p, s) - s[place]
    f[row] = s[-1] * set_current + (1 - s[-1]) * f[row]
    return casadi.Function("of", [x, p, s], [casadi.densify(f)], {"cse": True})


def _place_of_current(count: int) -> int:
    """The set current is the last number before the switch: the model under voltage control has all others itself."""
    return count - 2


def _unknowns(system: System) -> tuple[str, ...]:
    names = [""] * system.states
    for unknown, slices in system.model.y_slices.items():
        for row in range(slices[0].start, slices[0].stop):
            # A field over several layers is listed with its parts; the part says more.
            if not names[row] or len(unknown.name) > len(names[row]):
                names[row] = unknown.name
    return tuple(names)


def starts(found: Functions, p: Array) -> Array:
    """States at assembly of many cells, shape (cells, unknowns), of their numbers, shape (cells, numbers)."""
    x, s = np.zeros((found.size, 1)), np.zeros((len(found.step), 1))
    return np.asarray(found.start(x, p.T, s)).T.reshape(len(p), found.size)
