"""Cases with exact solutions, run by the model itself."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache

import numpy as np

from lithoscope.design import Cell, Foil
from lithoscope.design.electrolyte import ConstantProperties, Electrolyte
from lithoscope.physics.cell.params import numbers
from lithoscope.physics.contract import ExactCase, silent
from lithoscope.physics.morphology.exact import front_speed
from lithoscope.protocol import Current, Program
from lithoscope.result import Result

I_PLATING = 100.0


def plain_cell() -> Cell:
    """A cell with constant properties of the electrolyte."""
    constant = ConstantProperties("10 mS/cm", "3e-10 m2/s", 0.4, 1.0)
    electrolyte = Electrolyte("LiPF6", "1 mol/L", {"EC": 0.5, "DMC": 0.5}, properties=constant)
    return Cell.symmetric(Foil("50 um"), separator="PP 20 um", electrolyte=electrolyte, area="1 cm2")


@cache
def _flat() -> Result:
    from lithoscope.physics.morphology.model import PhaseField

    model = PhaseField(width="2 um", height="16 um", roughness="0 um")
    program = Program([Current(f"-{I_PLATING / 10} mA/cm2", {"duration": "20 s"})])
    return model.simulate(plain_cell(), program, silent)


def _speed() -> float:
    """Error of the speed of a flat front."""
    trace, found = _flat().trace, numbers(plain_cell())
    charge = -float(trace["charge_passed"][-1])
    grown = front_speed(charge, found.lithium_molar_volume)
    exact = front_speed(I_PLATING, found.lithium_molar_volume) * float(trace["time"][-1])
    return abs(grown / exact - 1)


def _volume() -> float:
    """Largest difference of the lithium in the domain and the charge, relative to the charge at the end."""
    trace = _flat().trace
    gained = trace["working_lithium"].values - float(trace["working_lithium"][0])
    return float(np.max(np.abs(gained + trace["charge_passed"].values)) / abs(float(trace["charge_passed"][-1])))


def _delivered() -> float:
    """Largest relative difference of the delivered and the imposed current."""
    trace = _flat().trace
    return float(np.max(np.abs(trace["delivered_current_density"] / trace["current_density"] - 1)))


def cases() -> Sequence[ExactCase]:
    """Flat fronts."""
    return (
        ExactCase("speed of a flat front", 1e-6, _speed),
        ExactCase("lithium against charge", 1e-10, _volume),
        ExactCase("delivered against imposed current", 1e-6, _delivered),
    )
