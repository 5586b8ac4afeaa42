"""The runs of the study: spectrum and first cycles of the three cells, each made once at any point of the open parameters."""

from __future__ import annotations

from dataclasses import dataclass, field

from lithoscope.analysis.impedance import read_arc
from lithoscope.design.catalogue import entry
from lithoscope.errors import End, LithoscopeError
from lithoscope.protocol import Program, Spectrum
from lithoscope.result import Result
from lithoscope.run import run
from lithoscope.studies.claims import Claims
from lithoscope.studies.perovskite.cells import IDLE, calibrated_cell
from lithoscope.studies.ranges import Point

WIDE = Program([Spectrum("100 MHz", "10 mHz", 30)])
"""A spectrum far wider and finer than the instrument's, to show what its window leaves out."""

FIRST_CYCLES = Program.parse(entry("perovskite/first-cycles"))

SHORT = FIRST_CYCLES.changed("steps.1.times", 1).changed("stop", {})
"""The spectrum and one cycle: without ageing every cycle is like the first. At some points of the open parameters the bare
cell needs more than the 1 V at which the experiment ends; a prediction must not be cut off there."""


@dataclass(frozen=True, slots=True)
class Seen:
    """What is read off the runs of one cell at one point.

    overpotential  mean magnitude of the voltage of the last cycle, mV
    arc            width of the arcs in the instrument's window, ohm
    """

    overpotential: float
    arc: float


@dataclass(frozen=True, slots=True)
class Runs:
    """Runs cells and remembers what was seen. Raises LithoscopeError for a run that did not complete its program."""

    claims: Claims
    _seen: dict[tuple[object, ...], Seen] = field(default_factory=dict)

    def full(self, material: str, point: Point) -> Result:
        """Spectrum and first cycles of a cell, with all its traces."""
        return self._completed(material, point, FIRST_CYCLES)

    def wide_spectrum(self, material: str, point: Point) -> Result:
        """The spectrum far beyond the instrument's window."""
        return self._completed(material, point, WIDE)

    def seen(self, material: str, point: Point) -> Seen:
        """What is read off the runs of a cell at a point of the open parameters."""
        key = (material, *sorted(item for item in point.items() if item[0] not in IDLE[material]))
        if key not in self._seen:
            result = self._completed(material, point, SHORT)
            self._seen[key] = Seen(result.overpotential() * 1e3, read_arc(result.spectra[0]).width / result.area)
        return self._seen[key]

    def _completed(self, material: str, point: Point, program: Program) -> Result:
        result = run(calibrated_cell(material, self.claims, point), program, progress=False)
        if result.status.end is not End.COMPLETED:
            # A prediction from half a run would be a number like any other.
            where = ", ".join(f"{name} {value:g}" for name, value in point.items())
            raise LithoscopeError(f"The {material} cell did not complete its program at {where}. {result.status}")
        return result

    def overpotential(self, material: str, point: Point) -> float:
        """Mean magnitude of the voltage of a cycle, mV."""
        return self.seen(material, point).overpotential

    def arc(self, material: str, point: Point) -> float:
        """Width of the arcs in the instrument's window, ohm."""
        return self.seen(material, point).arc
