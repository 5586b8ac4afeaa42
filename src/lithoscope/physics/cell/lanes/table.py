"""A program as a table of numbers, one row for each of its steps."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from lithoscope.physics.cell.control import Before, setting
from lithoscope.physics.cell.lanes.functions import SWITCH, Array
from lithoscope.physics.cell.solve import INSTRUMENT_V
from lithoscope.protocol import Program, Rest, Scan, Spectrum, Voltage

Whole = NDArray[np.int64]


def needs_voltage(program: Program) -> bool:
    """Whether a program sets a voltage anywhere."""
    return any(isinstance(visit.step, Voltage | Scan) for visit in program.visits())


def table(program: Program, names: Sequence[str]) -> tuple[Array, Whole]:
    """What the driver is told, see `records.Plan`: the numbers of each step and which state is kept at its end, for a spectrum.

    names  of the numbers of a step, see `Functions.step`
    """
    stop = program.stop.voltage_magnitude.value if program.stop.voltage_magnitude else INSTRUMENT_V
    places, count = {name: place for place, name in enumerate(names)}, len(program)
    told, kept, spectra = np.zeros((count, len(names) + 3)), np.full(count, -1, dtype=np.int64), 0
    for n, visit in enumerate(program.visits()):
        step = visit.step
        if isinstance(step, Spectrum):
            kept[n], spectra, step = spectra, spectra + 1, Rest(step.rest)
        # What depends on where the step starts is filled in for each lane.
        given, duration = setting(step, stop, Before(0.0, 0.0))
        numbers = given.inputs() | {SWITCH: float(given.current_density is not None)}
        for name, value in numbers.items():
            if name in places:
                told[n, places[name]] = value
        told[n, -3] = duration
        if isinstance(step, Scan) and step.start is None:
            told[n, -2:] = step.to.value, step.rate.value
    return told, kept
