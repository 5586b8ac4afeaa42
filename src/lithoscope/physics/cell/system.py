"""A cell model in numbers: discretised, compiled, and ready to be told a step.

`System` is what all runs of the cell scale share: it turns a PyBaMM model into functions of its state vector y and
the inputs p of the current step, finds consistent algebraic unknowns, integrates a step, and reads named variables
off many states at once.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from lithoscope.physics.cell.engine import casadi, pybamm
from lithoscope.physics.cell.expand import ExpandedIDAKLUSolver, expanded

Array = NDArray[np.float64]

NEWTON_TOLERANCE = 1e-11
NEWTON_ITERATIONS = 50


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
    ended  name of the event that ended the step, or None if its time was up
    """

    t: Array
    y: Array
    dy: Array
    ended: str | None


@dataclass(frozen=True, slots=True)
class Tolerances:
    """How accurately a step is integrated: relative tolerance, and the first step size in s."""

    relative: float
    first_step: float


class System:
    """A discretised model with its functions.

    model      a PyBaMM model under the control of a program
    functions  its parameters that are functions, by PyBaMM name
    cells      number of finite volumes per layer

    Every parameter that is a number stays an input, so that one system serves every cell of the same structure.
    """

    def __init__(self, model: Any, functions: Mapping[str, Callable[..., Any]], cells: int) -> None:
        names = [p.name for p in model.parameters if isinstance(p, pybamm.Parameter)]
        values = pybamm.ParameterValues({name: "[input]" for name in names} | dict(functions))
        geometry = model.default_geometry
        values.process_model(model)
        values.process_geometry(geometry)
        mesh = pybamm.Mesh(geometry, model.default_submesh_types, dict.fromkeys(model.default_var_pts, cells))
        discretisation = pybamm.Discretisation(mesh, model.default_spatial_methods)
        discretisation.process_model(model)
        self.model = model
        self.input_names = tuple(sorted(parameter.name for parameter in model.input_parameters))
        self.states, self.differential = model.len_rhs_and_alg, model.len_rhs
        self.event_names = tuple(event.name for event in model.events)
        self._y = casadi.MX.sym("y", self.states)
        self._p = casadi.MX.sym("p", len(self.input_names))
        self._inputs = {name: self._p[n] for n, name in enumerate(self.input_names)}
        self._residual = self._casadi(pybamm.numpy_concatenation(model.concatenated_rhs, model.concatenated_algebraic))
        self._compile()
        self._solvers: dict[Tolerances, Any] = {}
        self._readers: dict[tuple[str, ...], Any] = {}
        self._gradients: dict[tuple[str, ...], Any] = {}

    def _casadi(self, symbol: Any) -> Any:
        return symbol.to_casadi(casadi.MX.sym("t"), self._y, inputs=self._inputs)

    def _function(self, name: str, *expressions: Any) -> Any:
        return expanded(casadi.Function(name, [self._y, self._p], list(expressions)))[0]

    def _compile(self) -> None:
        jacobian = casadi.jacobian(self._residual, self._y)
        n = self.differential
        self.jacobian = self._function("jacobian", jacobian)
        self._algebraic = self._function("algebraic", self._residual[n:], casadi.densify(jacobian[n:, n:]))
        events = [self._casadi(event.expression) for event in self.model.events]
        self._events = self._function("events", casadi.vertcat(*events))

    def initial_state(self, inputs: Mapping[str, float]) -> Array:
        """The state at assembly."""
        state = self.model.concatenated_initial_conditions.evaluate(inputs=dict(inputs))
        return np.asarray(state, dtype=float).ravel()

    def p(self, inputs: Mapping[str, float]) -> Array:
        """The inputs as a vector."""
        return np.array([inputs[name] for name in self.input_names])

    def consistent(self, y: Array, inputs: Mapping[str, float]) -> Array:
        """The state with algebraic unknowns that satisfy their equations; differential states stay as they are.

        Raises SolverGaveUpError if Newton's method does not converge.
        """
        y, p, n = y.copy(), self.p(inputs), self.differential
        for _ in range(NEWTON_ITERATIONS):
            residual, matrix = (np.asarray(part) for part in self._algebraic(y, p))
            step = np.linalg.solve(matrix, -residual.ravel())
            y[n:] += step
            if not np.all(np.isfinite(y[n:])):
                break
            if np.max(np.abs(step)) <= NEWTON_TOLERANCE * (1 + np.max(np.abs(y[n:]))):
                return y
        raise SolverGaveUpError("no consistent start of the step was found")

    def met(self, y: Array, inputs: Mapping[str, float]) -> str | None:
        """The first event whose condition is already met in this state, or None."""
        values = np.asarray(self._events(y, self.p(inputs))).ravel()
        return next((name for name, value in zip(self.event_names, values, strict=True) if value <= 0), None)

    def integrate(self, y: Array, inputs: Mapping[str, float], duration: float, tolerances: Tolerances) -> Stretch:
        """Integrate one step from a consistent state. Time starts at 0, so that a step does not depend on when it is run.

        Raises SolverGaveUpError.
        """
        solver = self._solver(tolerances)
        start = pybamm.Solution(np.array([0.0]), y[:, None], self.model, dict(inputs))
        try:
            solution = solver.step(start, self.model, duration, inputs=dict(inputs), save=False)
        except pybamm.SolverError as error:
            raise SolverGaveUpError(str(error)) from None
        ended = solution.termination.removeprefix("event: ") if solution.termination != "final time" else None
        states, rates = solution.all_ys[0], solution.all_yps[0]
        return Stretch(solution.all_ts[0], np.asarray(states), np.asarray(rates), ended)

    def _solver(self, tolerances: Tolerances) -> Any:
        if tolerances not in self._solvers:
            # Algebraic unknowns jump when the current is switched; leaving them out of the error test and starting
            # with a small step keeps the solver from giving up right there.
            options = {"dt_init": tolerances.first_step, "suppress_algebraic_error": True, "silence_sundials_errors": True}
            self._solvers[tolerances] = ExpandedIDAKLUSolver(
                rtol=tolerances.relative, atol=tolerances.relative * 1e-2, options=options
            )
        return self._solvers[tolerances]

    @property
    def not_expanded(self) -> tuple[str, ...]:
        """Functions without a scalar form, which are interpreted as they are."""
        return tuple(dict.fromkeys(name for solver in self._solvers.values() for name in solver.not_expanded))

    def read(self, names: Sequence[str], y: Array, inputs: Mapping[str, float]) -> dict[str, Array]:
        """Named variables of the model in one or many states.

        y  shape (states,) or (states, n)
        Returns each variable in the shape (n,), or (points, n) for one with a profile.
        """
        key = tuple(names)
        if key not in self._readers:
            variables = [self.model.get_processed_variable(name) for name in key]
            self._readers[key] = self._function("read", *(self._casadi(variable) for variable in variables))
        y = y.reshape(self.states, -1)
        p = np.tile(self.p(inputs)[:, None], y.shape[1])
        values = self._readers[key].call([casadi.DM(y), casadi.DM(p)])
        arrays = [np.asarray(value) for value in values]
        return {name: a[0] if a.shape[0] == 1 else a for name, a in zip(key, arrays, strict=True)}

    def row_of(self, name: str) -> int:
        """Place of a scalar unknown in the state vector, which is also the row of its equation."""
        place = next(slices[0] for unknown, slices in self.model.y_slices.items() if unknown.name == name)
        return int(place.start)

    def gradients(self, names: Sequence[str], y: Array, inputs: Mapping[str, float]) -> Array:
        """Rows of d(variable)/dy in a state, one for each name, shape (names, states)."""
        key = tuple(names)
        if key not in self._gradients:
            variables = [self._casadi(self.model.get_processed_variable(name)) for name in key]
            self._gradients[key] = self._function("gradients", casadi.jacobian(casadi.vertcat(*variables), self._y))
        return np.asarray(self._gradients[key](y, self.p(inputs)))
