"""The program as an equation: one model that can be told any step.

The current becomes an algebraic unknown of the model, with

    0 = w (J - J_set) + (1 - w) (V - V_set) / R_scale

so that rest (w = 1, J_set = 0), constant current (w = 1) and constant voltage (w = 0) are the same system with other
numbers, and a state passes from one step to the next as it is. What ends a step is a set of events whose thresholds
are inputs as well. Signs here are the public ones: J > 0 strips the working electrode, V = working - counter.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from lithoscope.physics.cell.engine import pybamm
from lithoscope.protocol import Current, Rest, Voltage

NEVER = 1e30
"""A threshold that is never met."""

STEP_ENDS = ("voltage above", "voltage below", "current below", "capacity")
"""Events that end a step and let the program go on."""

STOP = "stop: voltage magnitude"
"""Event that ends the whole program."""

_RESISTANCE_SCALE = 1e-2
"""Makes an error of 1 V weigh like one of 100 A/m2, ohm m2."""


@dataclass(frozen=True, slots=True)
class Setting:
    """What the model is told for one step, public signs, SI. Thresholds that are not given are never met."""

    current_density: float | None = 0.0
    voltage: float | None = None
    voltage_above: float = NEVER
    voltage_below: float = -NEVER
    current_below: float = -NEVER
    capacity: float = NEVER
    charge_at_start: float = 0.0
    stop_voltage: float = NEVER

    def inputs(self) -> dict[str, float]:
        """The inputs of the model by name."""
        return {
            "Current control": 0.0 if self.current_density is None else 1.0,
            "Set current density [A.m-2]": self.current_density or 0.0,
            "Set voltage [V]": self.voltage or 0.0,
            "Voltage above [V]": self.voltage_above,
            "Voltage below [V]": self.voltage_below,
            "Current density below [A.m-2]": self.current_below,
            "Capacity [C.m-2]": self.capacity,
            "Charge at start [C.m-2]": self.charge_at_start,
            "Stop voltage [V]": self.stop_voltage,
        }


def setting(step: Rest | Current | Voltage, stop_voltage: float, charge: float) -> tuple[Setting, float]:
    """The setting of a step and the longest time it may take, s.

    stop_voltage  magnitude of the voltage that ends the program, V
    charge        passed since the start of the run, C/m2, positive strips the working electrode
    """
    if isinstance(step, Rest):
        return Setting(stop_voltage=stop_voltage), step.duration.value
    until = step.until
    limits = {
        "voltage_above": NEVER if until.voltage_above is None else until.voltage_above.value,
        "voltage_below": -NEVER if until.voltage_below is None else until.voltage_below.value,
        "stop_voltage": stop_voltage,
    }
    if isinstance(step, Current):
        return Setting(current_density=step.current_density.value, **limits), step.duration
    assert until.duration is not None  # a voltage step without one is refused
    held = Setting(
        current_density=None,
        voltage=step.voltage.value,
        current_below=-NEVER if until.current_below is None else until.current_below.value,
        capacity=NEVER if until.capacity is None else until.capacity.value,
        charge_at_start=charge,
        **limits,
    )
    return held, until.duration.value


def controlled(build: Callable[[Any], Any]) -> Any:
    """A cell model under the control of a program.

    build  makes the model for a given symbol of its current (A, positive strips the counter electrode)
    Returns the model with its current as an algebraic unknown and the events of `STEP_ENDS` and `STOP`.
    """
    current = pybamm.Variable("Program current [A]", scale=1e-3)
    model = build(current)
    model.variables["Program current [A]"] = current
    J, V = -model.variables["Current density [A.m-2]"], model.variables["Voltage [V]"]
    charge = pybamm.Variable("Charge passed [C.m-2]", scale=1e4)
    model.rhs[charge], model.initial_conditions[charge] = J, pybamm.Scalar(0)
    model.variables |= {"Charge passed [C.m-2]": charge, "Program current density [A.m-2]": J}
    given = pybamm.InputParameter
    w = given("Current control")
    model.algebraic[current] = w * (J - given("Set current density [A.m-2]")) + (1 - w) / _RESISTANCE_SCALE * (
        V - given("Set voltage [V]")
    )
    model.initial_conditions[current] = pybamm.Scalar(0)
    passed = abs(charge - given("Charge at start [C.m-2]"))
    remaining = (
        given("Voltage above [V]") - V,
        V - given("Voltage below [V]"),
        abs(J) - given("Current density below [A.m-2]"),
        1 - passed / given("Capacity [C.m-2]"),
    )
    model.events += [pybamm.Event(name, value) for name, value in zip(STEP_ENDS, remaining, strict=True)]
    model.events.append(pybamm.Event(STOP, given("Stop voltage [V]") - abs(V)))
    return model
