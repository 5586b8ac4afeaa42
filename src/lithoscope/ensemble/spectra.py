"""The spectra of a sweep: of every design, about the state that it came to."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import xarray as xr
from numpy.typing import NDArray

from lithoscope.protocol import Program, Spectrum
from lithoscope.result.names import NAMES

if TYPE_CHECKING:
    from lithoscope.physics.cell.lanes import Kernel, LaneResult
    from lithoscope.result import Result

Array = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Spectra:
    """The steps of a program that measure a spectrum.

    steps, cycles  their numbers and their cycles
    each           frequencies of each, Hz;  frequency: all of them, from high to low
    """

    steps: tuple[int, ...]
    cycles: tuple[int, ...]
    each: tuple[Array, ...]
    frequency: Array

    @classmethod
    def of(cls, program: Program) -> Spectra:
        """Those of a program; most have none."""
        from lithoscope.physics.cell.spectrum import frequencies

        visits = [(visit, visit.step) for visit in program.visits() if isinstance(visit.step, Spectrum)]
        each = tuple(frequencies(step.high.value, step.low.value, step.points_per_decade) for _, step in visits)
        steps, cycles = tuple(visit.number for visit, _ in visits), tuple(visit.cycle for visit, _ in visits)
        return cls(steps, cycles, each, np.unique(np.concatenate([np.zeros(0), *each]))[::-1])

    @property
    def shape(self) -> tuple[int, int]:
        """Number of spectra and of frequencies."""
        return len(self.steps), len(self.frequency)

    def empty(self, designs: int) -> dict[str, Array]:
        """Every part of the impedance by name, NaN, shape (designs, spectra, frequencies); nothing without spectra."""
        return {name: np.full((designs, *self.shape), np.nan) for name, _, _ in parts()} if self.steps else {}

    def in_lanes(self, kernel: Kernel, values: Array, found: LaneResult, threads: int) -> dict[str, Array]:
        """Of designs that lanes have solved, about their states at rest before each spectrum."""
        filled = self.empty(len(values))
        for n, (step, frequency) in enumerate(zip(self.steps, self.each, strict=True)):
            Z = kernel.spectra(values, found.rested[step], frequency, threads)
            at = np.searchsorted(-self.frequency, -frequency)
            for name, part, component in parts():
                filled[name][:, n, at] = getattr(Z[:, part], component)
        return filled

    def of_result(self, result: Result) -> dict[str, Array]:
        """Of one design that was solved singly, as a row; NaN for spectra that it did not come to."""
        filled = self.empty(1)
        for spectrum in result.spectra:
            n = self.steps.index(int(spectrum.attrs["step"]))
            at = np.searchsorted(-self.frequency, -spectrum["frequency"].values)
            for name in filled:
                filled[name][0, n, at] = spectrum[name].values
        return filled

    def labelled(self, data: xr.Dataset, found: Mapping[str, Array]) -> xr.Dataset:
        """A table of designs with their spectra, over design, spectrum and frequency."""
        if not self.steps:
            return data
        dimensions = ("design", "spectrum", "frequency")
        coordinates = {
            "spectrum": np.arange(1, len(self.steps) + 1),
            "frequency": ("frequency", self.frequency, NAMES["frequency"].attributes),
            "spectrum_step": ("spectrum", list(self.steps)),
            "spectrum_cycle": ("spectrum", list(self.cycles)),
        }
        variables = {name: (dimensions, values, NAMES[name].attributes) for name, values in found.items()}
        return data.assign_coords(coordinates).assign(variables)


def parts() -> Iterator[tuple[str, int, str]]:
    """Name of each real and imaginary part, its row in the impedance by electrode, and which of both it is."""
    from lithoscope.physics.cell.spectrum import PARTS

    for row, part in enumerate(PARTS):
        prefix = "" if part == "cell" else f"{part}_"
        yield f"{prefix}real_impedance", row, "real"
        yield f"{prefix}imaginary_impedance", row, "imag"
