"""The program as equations: two forms of one model, between which a state passes unchanged.

Under current control the current density is an input, so that rest and every constant current are one system. Under
voltage control the current is one more algebraic unknown, with 0 = V - V_set; kept apart because this equation couples
the current to the whole salt profile, which costs as much as all others together. What ends a step is a set of
conditions whose thresholds are inputs. Signs here are the public ones: J > 0 strips the working electrode,
V = working - counter.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from functools import reduce
from typing import Any

from lithoscope.physics.cell.engine import pybamm
from lithoscope.protocol import Current, Rest, Scan, Voltage

NEVER = 1e30
"""A threshold that is never met."""

STEP_ENDS = ("voltage above", "voltage below", "current below", "capacity")
"""Conditions that end a step and let the program go on."""

STOP = "stop: voltage magnitude"
"""Condition that ends the whole program."""

VOLTAGE_LIMIT = "a limit of the voltage is met"
"""The event of all conditions on the voltage."""

PROGRAM_CURRENT = "Program current [A]"


@dataclass(frozen=True, slots=True)
class Setting:
    """What the model is told for one step, public signs, SI. Thresholds that are not given are never met.

    current_density  that is set, A/m2, or None under voltage control
    voltage          that is set at the start of the step, V, or None under current control;  rate at which it changes, V/s
    """

    current_density: float | None = 0.0
    voltage: float | None = None
    rate: float = 0.0
    voltage_above: float = NEVER
    voltage_below: float = -NEVER
    current_below: float = -NEVER
    capacity: float = NEVER
    charge_at_start: float = 0.0
    stop_voltage: float = NEVER

    def inputs(self) -> dict[str, float]:
        """The inputs of the model by name."""
        if self.current_density is not None:
            told = {"Set current density [A.m-2]": self.current_density}
        else:
            told = {
                "Set voltage [V]": self.voltage or 0.0,
                "Scan rate [V.s-1]": self.rate,
            }
        return told | {
            "Voltage above [V]": self.voltage_above,
            "Voltage below [V]": self.voltage_below,
            "Current density below [A.m-2]": self.current_below,
            "Capacity [C.m-2]": self.capacity,
            "Charge at start [C.m-2]": self.charge_at_start,
            "Stop voltage [V]": self.stop_voltage,
        }


@dataclass(frozen=True, slots=True)
class Before:
    """Where a step starts.

    charge   passed since the start of the run, C/m2, positive strips the working electrode
    voltage  V
    """

    charge: float
    voltage: float


def setting(step: Rest | Current | Voltage | Scan, stop_voltage: float, before: Before) -> tuple[Setting, float]:
    """The setting of a step and the longest time it may take, s.

    stop_voltage  magnitude of the voltage that ends the program, V
    before        where the step starts
    """
    if isinstance(step, Rest):
        return Setting(stop_voltage=stop_voltage), step.duration.value
    if isinstance(step, Scan):
        return _scan(step, stop_voltage, before)
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
        charge_at_start=before.charge,
        **limits,
    )
    return held, until.duration.value


def _scan(step: Scan, stop_voltage: float, before: Before) -> tuple[Setting, float]:
    """A scan that is already where it ends takes no time."""
    start = before.voltage if step.start is None else step.start.value
    way = step.to.value - start
    told = Setting(
        current_density=None,
        voltage=start,
        rate=math.copysign(step.rate.value, way),
        stop_voltage=stop_voltage,
    )
    return told, abs(way) / step.rate.value


def under_current(build: Callable[[Any], Any]) -> Any:
    """A cell model whose current density is the input "Set current density [A.m-2]".

    build  makes the model for a given symbol of its current (A, positive strips the counter electrode)
    """
    area = pybamm.Parameter("Electrode area [m2]")
    return _with_conditions(build(-pybamm.InputParameter("Set current density [A.m-2]") * area))


def under_voltage(build: Callable[[Any], Any]) -> Any:
    """A cell model whose voltage is the input "Set voltage [V]" or runs from there at "Scan rate [V.s-1]".

    Its current is an unknown.

    build  makes the model for a given symbol of its current (A, positive strips the counter electrode)
    """
    current = pybamm.Variable(PROGRAM_CURRENT, scale=1e-3)
    model = build(current)
    model.variables[PROGRAM_CURRENT] = current
    model.initial_conditions[current] = pybamm.Scalar(0)
    model = _with_conditions(model)
    given = pybamm.InputParameter
    # The time of the solver, which is zero at the start of a step: a clock that is integrated is right to the tolerance
    # only, and its noise shakes the current of a scan.
    ramp = given("Scan rate [V.s-1]") * pybamm.t
    model.algebraic[current] = model.variables["Voltage [V]"] - given("Set voltage [V]") - ramp
    return model


def _with_conditions(model: Any) -> Any:
    """Add the charge that has passed, and the conditions that end a step or the program.

    The solver is given two events: the smallest of the conditions on the voltage, which costs nearly as much as all
    equations together, and the smallest of the others. Which condition it was is found afterwards.
    """
    J, V = -model.variables["Current density [A.m-2]"], model.variables["Voltage [V]"]
    charge = pybamm.Variable("Charge passed [C.m-2]", scale=1e4)
    model.rhs[charge], model.initial_conditions[charge] = J, pybamm.Scalar(0)
    model.variables |= {"Charge passed [C.m-2]": charge, "Program current density [A.m-2]": J}
    given = pybamm.InputParameter
    passed = abs(charge - given("Charge at start [C.m-2]"))
    limits = {
        "voltage above": given("Voltage above [V]") - V,
        "voltage below": V - given("Voltage below [V]"),
        STOP: given("Stop voltage [V]") - abs(V),
    }
    others = {event.name: event.expression for event in model.events}
    others["current below"] = abs(J) - given("Current density below [A.m-2]")
    others["capacity"] = 1 - passed / given("Capacity [C.m-2]")
    for name, value in (others | limits).items():
        model.variables[f"Condition: {name}"] = value
    model.events = [
        pybamm.Event(name, reduce(pybamm.minimum, conditions.values()))
        for name, conditions in (("a condition is met", others), (VOLTAGE_LIMIT, limits))
    ]
    return model
