"""A cell model in numbers: discretised, compiled, and ready to be told a step.

`System` is what all runs of the cell scale share: it turns a PyBaMM model into functions of its state vector y and
the inputs p of the current step, finds consistent algebraic unknowns, integrates a step, and reads named variables
off many states at once.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from copy import copy
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from lithoscope.physics.cell.buffers import Buffered, CompiledColumns
from lithoscope.physics.cell.columns import Columns
from lithoscope.physics.cell.control import VOLTAGE_LIMIT
from lithoscope.physics.cell.engine import casadi, pybamm
from lithoscope.physics.cell.expand import ExpandedIDAKLUSolver, expanded

Array = NDArray[np.float64]

NEWTON_TOLERANCE = 1e-11
NEWTON_ITERATIONS = 50


FLOOR = 1e-2
"""Absolute tolerance over relative tolerance, in the scale of each unknown."""

FLOORS_SI = {"[V]": 1.0, "Salt concentration": 1e5, "orosity times concentration": 1e5, "Salt in the ": 1e-1, "[mmol.m-2]": 1e2}
"""The same for potentials and for salt in solution, by words of their names, in their units. Lithium has to be right to the
relative tolerance, because its books are held against their quadrature; a potential to the tolerance times 1 V is better than
any instrument. It saves a third of the steps. At an electrode of almost no resistance a potential so known is no flux: then the
books do not agree, and the step is solved again."""


ROUNDING = 1e-10
"""Least absolute tolerance, in the scale of each unknown, a millivolt for potentials. Small potentials are differences of large
ones: below this the integrator follows their rounding with ever smaller steps."""


class SolverGaveUpError(Exception):
    """The integrator found no solution of a step. `reason` is its own text, for the log only."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


@dataclass(frozen=True, slots=True)
class Stretch:
    """One integrated step.

    t      times from the start of the step, s, shape (n,)
    y      states, shape (states, n)
    dy     their time derivatives, same shape
    ended  name of the condition that ended the step, or None if its time was up
    """

    t: Array
    y: Array
    dy: Array
    ended: str | None


@dataclass(frozen=True, slots=True)
class Tolerances:
    """How accurately a step is integrated.

    relative    tolerance
    first_step  its size, s
    uniform     whether potentials and salt have to be as exact as lithium
    """

    relative: float
    first_step: float
    uniform: bool = False


class System:
    """A discretised model with its functions.

    Two solvers stand behind it: one watches all conditions, the other leaves out those on the voltage.

    model      a PyBaMM model from `control`, with its conditions
    functions  its parameters that are functions, by PyBaMM name
    cells      number of finite volumes per layer
    compiled   whether its functions are compiled to machine code, which takes seconds and pays after a hundred cycles

    Every parameter that is a number stays an input, so that one system serves every cell of the same structure.
    """

    def __init__(self, model: Any, functions: Mapping[str, Callable[..., Any]], cells: int, *, compiled: bool = False) -> None:
        names = [p.name for p in model.parameters if isinstance(p, pybamm.Parameter | pybamm.FunctionParameter)]
        values = pybamm.ParameterValues(dict.fromkeys(names, "[input]") | dict(functions))
        geometry = model.default_geometry
        values.process_model(model)
        values.process_geometry(geometry)
        mesh = pybamm.Mesh(geometry, model.default_submesh_types, dict.fromkeys(model.default_var_pts, cells))
        discretisation = pybamm.Discretisation(mesh, model.default_spatial_methods)
        discretisation.process_model(model)
        self.model, self.compiled = model, compiled
        self.input_names = tuple(sorted(parameter.name for parameter in model.input_parameters))
        self.states, self.differential = model.len_rhs_and_alg, model.len_rhs
        self.conditions = tuple(name for name in model.variables if name.startswith("Condition: "))
        self._y = casadi.MX.sym("y", self.states)
        self._p = casadi.MX.sym("p", len(self.input_names))
        self._inputs = {name: self._p[n] for n, name in enumerate(self.input_names)}
        self._residual = self._casadi(pybamm.numpy_concatenation(model.concatenated_rhs, model.concatenated_algebraic))
        jacobian = casadi.jacobian(self._residual, self._y)
        n = self.differential
        self._jacobian = self._function("jacobian", jacobian, casadi.jacobian(self._residual, self._p))
        algebraic = casadi.densify(self._residual[n:]), casadi.densify(jacobian[n:, n:])
        self._algebraic = Buffered(self._function("algebraic", *algebraic))
        conditions = [casadi.densify(self._casadi(model.get_processed_variable(name))) for name in self.conditions]
        self._at_conditions = Buffered(self._function("conditions", casadi.vertcat(*conditions)))
        self._solvers: dict[tuple[Tolerances, bool], tuple[Any, Any]] = {}
        self._readers: dict[tuple[str, ...], Callable[[Array, Mapping[str, float]], list[Array]]] = {}
        self._gradients: dict[tuple[str, ...], Any] = {}

    def _casadi(self, symbol: Any) -> Any:
        """At the start of a step: a scan is the only thing that depends on the time, and its conditions and outputs do not."""
        return symbol.to_casadi(casadi.MX(0.0), self._y, inputs=self._inputs)

    def _function(self, name: str, *expressions: Any) -> Any:
        return expanded(casadi.Function(name, [self._y, self._p], list(expressions)))[0]

    def initial_state(self, inputs: Mapping[str, float]) -> Array:
        """The state at assembly."""
        state = self.model.concatenated_initial_conditions.evaluate(inputs=dict(inputs))
        return np.asarray(state, dtype=float).ravel()

    def p(self, inputs: Mapping[str, float]) -> Array:
        """The inputs as a vector."""
        return np.array([inputs[name] for name in self.input_names])

    def state_from(self, other: System, y: Array) -> Array:
        """A state of another form of the same model, as a first guess for `consistent`: unknowns that it lacks are 0."""
        if other is self:
            return y
        taken = np.zeros(self.states)
        taken[: self.differential] = y[: other.differential]
        for name, rows in self.algebraic_rows.items():
            if name in other.algebraic_rows:
                taken[rows] = y[other.algebraic_rows[name]]
        return taken

    @property
    def algebraic_rows(self) -> dict[str, slice]:
        """Place of each algebraic unknown in the state vector."""
        places = {unknown.name: slices[0] for unknown, slices in self.model.y_slices.items()}
        return {name: rows for name, rows in places.items() if rows.start >= self.differential}

    def consistent(self, y: Array, inputs: Mapping[str, float]) -> Array:
        """The state with algebraic unknowns that satisfy their equations; differential states stay as they are.

        Raises SolverGaveUpError if Newton's method does not converge.
        """
        y, p, n = y.copy(), self.p(inputs), self.differential
        for _ in range(NEWTON_ITERATIONS):
            residual, matrix = self._algebraic(y, p)
            step = np.linalg.solve(matrix, -residual.ravel())
            y[n:] += step
            if not np.all(np.isfinite(y[n:])):
                break
            if np.max(np.abs(step)) <= NEWTON_TOLERANCE * (1 + np.max(np.abs(y[n:]))):
                return y
        raise SolverGaveUpError("no consistent start of the step was found")

    def met(self, y: Array, inputs: Mapping[str, float]) -> str | None:
        """The first condition that is already met in this state, or None."""
        name, value = self._nearest(y, inputs)
        return name if value <= 0 else None

    def _nearest(self, y: Array, inputs: Mapping[str, float]) -> tuple[str, float]:
        """The condition that is nearest to being met, and its value, which is positive before."""
        values = self._at_conditions(y, self.p(inputs))[0].ravel()
        nearest = int(values.argmin())
        return self.conditions[nearest].removeprefix("Condition: "), float(values[nearest])

    def integrate(
        self, y: Array, inputs: Mapping[str, float], duration: float, tolerances: Tolerances, *, limits: bool = True
    ) -> Stretch:
        """Integrate one step from a consistent state. Time starts at 0, so that a step does not depend on when it is run.

        limits  whether the conditions on the voltage end the step; it costs a fifth of the time
        Raises SolverGaveUpError.
        """
        solver, model = self._solver(tolerances, limits)
        told = {name: inputs[name] for name in self.input_names}
        start = pybamm.Solution(np.array([0.0]), y[:, None], model, told)
        try:
            solution = solver.step(start, model, duration, inputs=told, save=False)
        except pybamm.SolverError as error:
            raise SolverGaveUpError(str(error)) from None
        states, rates = np.asarray(solution.all_ys[0]), np.asarray(solution.all_yps[0])
        ended = None if solution.termination == "final time" else self._nearest(states[:, -1], inputs)[0]
        return Stretch(solution.all_ts[0], states, rates, ended)

    def _solver(self, tolerances: Tolerances, limits: bool) -> tuple[Any, Any]:
        """A solver and its model, on which it keeps its functions."""
        key = tolerances, limits
        if key not in self._solvers:
            model = copy(self.model)
            model.events = [event for event in self.model.events if limits or event.name != VOLTAGE_LIMIT]
            # Algebraic unknowns jump when the current is switched; leaving them out of the error test and starting
            # with a small step keeps the solver from giving up right there.
            options = {
                "dt_init": tolerances.first_step,
                "suppress_algebraic_error": True,
                "silence_sundials_errors": True,
                "compile": self.compiled,
            }
            floors, exact = (np.full(self.states, FLOOR), self.states) if tolerances.uniform else self._floors()
            # The solver holds the root mean square over all unknowns against its tolerance, of which these few are most.
            rtol = tolerances.relative * np.sqrt(exact / self.states)
            atol = np.maximum(tolerances.relative * floors, ROUNDING)
            solver = ExpandedIDAKLUSolver(rtol=rtol, atol=atol, options=options)
            self._solvers[key] = solver, model
        return self._solvers[key]

    def _floors(self) -> tuple[Array, int]:
        """Absolute over relative tolerance of every unknown, and how many have to be right to the relative one."""
        floors, exact = np.full(self.states, FLOOR), np.ones(self.states, dtype=bool)
        for unknown, slices in self.model.y_slices.items():
            for words, floor in FLOORS_SI.items():
                if words in unknown.name:
                    floors[slices[0]] = floor / float(unknown.scale.evaluate())
                    exact[slices[0]] = False
        return floors, int(exact.sum())

    @property
    def not_expanded(self) -> tuple[str, ...]:
        """Functions without a scalar form, which are interpreted as they are."""
        return tuple(dict.fromkeys(name for solver, _ in self._solvers.values() for name in solver.not_expanded))

    def read(self, names: Sequence[str], y: Array, inputs: Mapping[str, float]) -> dict[str, Array]:
        """Named variables of the model in one or many states.

        y  shape (states,) or (states, n)
        Returns each variable in the shape (n,), or (points, n) for one with a profile.
        """
        key = tuple(names)
        if key not in self._readers:
            self._readers[key] = self._reader(key)
        parts = self._readers[key](y.reshape(self.states, -1), inputs)
        return {name: part[0] if len(part) == 1 else part for name, part in zip(key, parts, strict=True)}

    def _reader(self, names: Sequence[str]) -> Callable[[Array, Mapping[str, float]], list[Array]]:
        variables = [self.model.get_processed_variable(name) for name in names]
        if not self.compiled:
            return Columns(variables)
        columns = casadi.vertcat(*(casadi.densify(self._casadi(variable)) for variable in variables))
        compiled = CompiledColumns(self._function("read", columns), [int(variable.size) for variable in variables])
        return lambda y, inputs: compiled(y, self.p(inputs))

    def linearised(self, y: Array, inputs: Mapping[str, float]) -> tuple[Any, Array]:
        """df/dy as a sparse matrix and df/dp, shape (states, inputs), in a state; f holds rates, then algebraic residuals."""
        jacobian, by_inputs = self._jacobian(y, self.p(inputs))
        return jacobian.sparse(), np.asarray(by_inputs)

    def gradients(self, names: Sequence[str], y: Array, inputs: Mapping[str, float]) -> tuple[Array, Array]:
        """d(variable)/dy, shape (names, states), and d(variable)/dp, shape (names, inputs), in a state."""
        key = tuple(names)
        if key not in self._gradients:
            stacked = casadi.vertcat(*(self._casadi(self.model.get_processed_variable(name)) for name in key))
            parts = (casadi.densify(casadi.jacobian(stacked, by)) for by in (self._y, self._p))
            self._gradients[key] = self._function("gradients", *parts)
        by_state, by_inputs = self._gradients[key](y, self.p(inputs))
        return np.asarray(by_state), np.asarray(by_inputs)
