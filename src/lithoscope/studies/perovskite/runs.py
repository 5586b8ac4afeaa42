"""The runs of the study, each made once: spectrum and first cycles of the three cells, at any point of the open "
"parameters."""

from __future__ import annotations

from dataclasses import dataclass, field

from lithoscope.analysis.impedance import interface_resistance, read_arc
from lithoscope.analysis.metrics import overpotential
from lithoscope.design.catalogue import entry
from lithoscope.protocol import Program, Spectrum
from lithoscope.result import Result
from lithoscope.run import run
from lithoscope.studies.perovskite.cells import Reported, calibrated_cell
from lithoscope.studies.ranges import Point

WIDE = Program([Spectrum("100 MHz", "10 mHz", 10)])
"""A spectrum far wider than the instrument's, to show what its window leaves out."""


@dataclass(frozen=True, slots=True)
class Seen:
    """What is read off the runs of one cell at one point.

    overpotential  mean magnitude of the voltage of the last cycle, mV
    arc            width of the arcs in the instrument's window, ohm
    interfaces     resistance of both interfaces, ohm
    """

    overpotential: float
    arc: float
    interfaces: float


@dataclass(frozen=True, slots=True)
class Runs:
    """Runs cells and remembers what was seen."""

    reported: Reported
    _seen: dict[tuple[object, ...], Seen] = field(default_factory=dict)

    def full(self, material: str, point: Point) -> Result:
        """Spectrum and first cycles of a cell, with all its traces."""
        return run(
            calibrated_cell(material, self.reported, point), Program.parse(entry("perovskite/first-cycles")), progress=False
        )

    def wide_spectrum(self, material: str, point: Point) -> Result:
        """The spectrum far beyond the instrument's window."""
        return run(calibrated_cell(material, self.reported, point), WIDE, progress=False)

    def seen(self, material: str, point: Point) -> Seen:
        """What is read off the runs of a cell at a point of the open parameters."""
        key = (material, *sorted(point.items()))
        if key not in self._seen:
            result = run(calibrated_cell(material, self.reported, point), SHORT, progress=False)
            spectrum, area = result.spectra[0], result.area
            self._seen[key] = Seen(
                overpotential(result) * 1e3,
                read_arc(spectrum).width / area,
                interface_resistance(spectrum) / area,
            )
        return self._seen[key]

    def overpotential(self, material: str, point: Point) -> float:
        """Mean magnitude of the voltage of a cycle, mV."""
        return self.seen(material, point).overpotential

    def arc(self, material: str, point: Point) -> float:
        """Width of the arcs in the instrument's window, ohm."""
        return self.seen(material, point).arc


def _short() -> Program:
    """The spectrum and one cycle: without ageing every cycle is like the first."""
    program = Program.parse(entry("perovskite/first-cycles"))
    return program.changed("steps.1.times", 1)


SHORT = _short()
