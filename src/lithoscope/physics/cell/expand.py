"""PyBaMM's solver on scalar expressions: the same equations and steps, in about a third of the time.

PyBaMM hands CasADi functions of matrix operations (MX) to its solver, which interprets them one node at a time.
`Function.expand()` turns them into a flat list of scalar operations (SX). The solver first lets its base class build
the functions of the model and only then its own core, so a class that stands between the two in the order of method
resolution can replace each function by its expanded form, and nothing in PyBaMM is changed. A function without a
scalar form, such as an interpolation table, stays as it is.
"""

from __future__ import annotations

from typing import Any

from lithoscope.physics.cell.engine import pybamm

FUNCTIONS = (
    "rhs_eval",
    "rhs_algebraic_eval",
    "jac_rhs_algebraic_eval",
    "jac_rhs_algebraic_action_eval",
    "algebraic_eval",
    "jac_algebraic_eval",
)
"""Attributes of a model that hold the functions which the solver calls for every step."""


def expanded(function: Any) -> tuple[Any, bool]:
    """The scalar form of a CasADi function, and whether there is one; without one, the function itself."""
    try:
        return function.expand(function.name(), {"cse": True}), True
    except RuntimeError:
        return function, False


class _ExpandsItsFunctions(pybamm.BaseSolver):  # type: ignore[misc]  # PyBaMM carries no types
    """Stands between the solver and its base: expands what the base has just built."""

    not_expanded: tuple[str, ...] = ()

    def set_up(self, model: Any, inputs: Any = None, t_eval: Any = None, ics_only: bool = False) -> Any:
        """As the base class does, then with the functions expanded."""
        result = super().set_up(model, inputs, t_eval, ics_only)
        if not ics_only:
            done = {name: expanded(getattr(model, name)) for name in FUNCTIONS}
            for name, (function, _) in done.items():
                setattr(model, name, function)
            model.terminate_events_eval = [expanded(event)[0] for event in model.terminate_events_eval]
            self.not_expanded = tuple(name for name, (_, is_expanded) in done.items() if not is_expanded)
        return result


class ExpandedIDAKLUSolver(pybamm.IDAKLUSolver, _ExpandsItsFunctions):  # type: ignore[misc]
    """IDAKLU on expanded functions. `not_expanded` names those that have no scalar form."""
