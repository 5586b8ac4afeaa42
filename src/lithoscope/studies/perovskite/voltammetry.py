"""The four electrodes of the voltammograms, at any point of what the paper leaves open, and what is read off their curves.

The film conductivity is that which the study calibrates on the spectra of the symmetric cells; every other number and its
range are those of the catalogue's cells and of the data tables. Each electrode is scanned once at each point: from 2 V to
-0.1 V and back to 1 V, at 1 mV/s.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from lithoscope.analysis.voltammetry import Peak, ScanCurve, scan_curve
from lithoscope.design import Cell
from lithoscope.design.catalogue import entry
from lithoscope.errors import End, LithoscopeError
from lithoscope.physics.cell import Plated
from lithoscope.physics.contract import silent
from lithoscope.protocol import Program
from lithoscope.result import Result
from lithoscope.studies.claims import Claims
from lithoscope.studies.perovskite.cells import THICKNESS, conductivity_at
from lithoscope.studies.perovskite.cells import Reported as Spectra
from lithoscope.studies.perovskite.cells import ranges as spectra_ranges
from lithoscope.studies.ranges import Point, Range, at_values, explore
from lithoscope.units import convert

BARE, TIN, LEAD, CHLORIDE = "bare steel", "MASnCl3", "MAPbCl3", "PbCl2"
ELECTRODES = {BARE: "steel", TIN: "steel-masncl3", LEAD: "steel-mapbcl3", CHLORIDE: "steel-pbcl2"}
"""Electrodes and their entries in the catalogue."""

FILMS = (TIN, LEAD)

FIRST_CYCLE = Program.cyclic_voltammetry(["2 V", "-0.1 V", "1 V"], "1 mV/s")
THREE_CYCLES = Program.parse(entry("perovskite/voltammetry"))
STATED_WINDOW = Program.parse(entry("perovskite/voltammetry-stated"))

PLATING_V, STRIPPING_V = -0.1, 0.1
"""Voltages at which the paper compares currents, V."""

ABOVE_V, TOP_V = 1.0, 2.0
"""Voltages between which insertion shows, V; the scan begins at the upper one."""

REACTIONS_V = (0.02, 1.0)
"""Window of the voltage in which a reduction is neither insertion nor plating, V."""

VISIBLE = 0.05
"""Share of the most prominent peak that another one needs to be seen beside it."""

LEAST_MA_CM2 = 0.01
"""What a peak needs to be seen at all: half of the width of a line in the figure of the paper."""

FILM_CONDUCTIVITY = "conductivity of the films"
CONDUCTIVITY_PATH = "working.coating.conductivity"


@dataclass(frozen=True, slots=True)
class Knob:
    """An open number of the electrodes.

    name        as a reader would call it;  symbol, unit  for tables
    paths       where it stands in a cell; of several all take the value
    electrodes  in which it enters
    """

    name: str
    symbol: str
    unit: str
    paths: tuple[str, ...]
    electrodes: tuple[str, ...] = tuple(ELECTRODES)


COATED = (TIN, LEAD, CHLORIDE)

KNOBS = (
    Knob("film on the counter electrode, conductivity", "σ", "S/cm", ("counter.native_film.conductivity",)),
    Knob("film on plated lithium, conductivity", "σ", "S/cm", ("working.deposit.native_film.conductivity",)),
    Knob("exchange current density of lithium", "i₀", "mA/cm2",
         ("counter.exchange_current_density", "working.deposit.exchange_current_density")),
    Knob("nucleation barrier of steel", "η_n", "mV", ("working.nucleation.barrier",), (BARE,)),
    Knob("reference overpotential of nucleation", "η_r", "mV", ("working.nucleation.reference_overpotential",), (BARE,)),
    Knob("nuclei at it", "N_r", "1/m2", ("working.nucleation.reference_nuclei",), (BARE,)),
    Knob("time of nucleation", "t_n", "s", ("working.nucleation.nucleation_time",), (BARE,)),
    Knob("nuclei at assembly", "N_0", "1/m2", ("working.nucleation.seeds",), (BARE,)),
    Knob("radius of a nucleus without lithium", "r_c", "nm", ("working.nucleation.seed_radius",), (BARE,)),
    Knob("potential of the surface film on steel", "U_s", "V", ("working.surface_film.surface_film_potential",), (BARE,)),
    Knob("rate of the surface film", "j_k0", "uA/cm2", ("working.surface_film.surface_film_rate",), (BARE,)),
    Knob("leak of the surface film", "j_l0", "mA/cm2", ("working.surface_film.surface_film_leak",), (BARE,)),
    Knob("charge in the surface film", "Q*", "C/m2", ("working.surface_film.surface_film_charge",), (BARE,)),
    Knob("plated lithium that goes into films", "f", "1", ("working.deposit.film_fraction",)),
    Knob("plated lithium that dies", "χ", "1", ("working.deposit.dead_fraction",)),
    Knob("plated lithium at half of its area", "Q_h", "C/m2", ("working.deposit.stripping_half_charge",)),
    Knob("largest lithium content", "x_max", "1", ("working.coating.insertion_limit",), FILMS),
    Knob("interaction of inserted lithium", "G", "1", ("working.coating.insertion_interaction",), FILMS),
    Knob("rate of insertion", "k_x", "mA/cm2", ("working.coating.insertion_rate",), FILMS),
    Knob("potential of conversion", "U_c", "V", ("working.coating.conversion_potential",), COATED),
    Knob("rate of conversion", "j_c0", "mA/cm2", ("working.coating.conversion_rate",), COATED),
    Knob("leak of a fresh film", "j_e0", "mA/cm2", ("working.coating.leak_current_density",), COATED),
    Knob("rate of alloying", "k_y", "mA/cm2", ("working.coating.alloying_rate",), COATED),
    Knob("share covered without nuclei beneath a film", "s", "1", ("working.nucleation.coverage",), COATED),
    Knob("conductivity of PbCl2", "σ", "S/cm", (CONDUCTIVITY_PATH,), (CHLORIDE,)),
)  # fmt: skip
"""The open numbers that are moved; every other one moves a current by less than a tenth, see `tests/unit/test_films.py`."""

SPECTRA = (
    Knob(FILM_CONDUCTIVITY, "σ", "S/cm", (CONDUCTIVITY_PATH,), FILMS),
    Knob(THICKNESS, "d", "1", ("working.coating.thickness",), FILMS),
)
"""What the study knows of the films from elsewhere."""


def ranges(claims: Claims) -> dict[str, Range]:
    """The open numbers of the electrodes by name, with value, range and source."""
    found = {knob.name: _from_cell(knob) for knob in KNOBS}
    return found | {FILM_CONDUCTIVITY: _conductivity(claims), THICKNESS: _thickness(claims)}


def _from_cell(knob: Knob) -> Range:
    """A number as the cells of the catalogue and the data tables have it."""
    cell = Cell.parse(entry(f"perovskite/{ELECTRODES[knob.electrodes[0]]}"))
    quantity = next(p.quantity for p in Plated().parameters(cell) if p.path == knob.paths[0])
    assert quantity.low is not None  # an open number has a range, see `tests/unit/test_films.py`
    assert quantity.high is not None
    value, low, high = (convert(x, quantity.unit, knob.unit) for x in (quantity.value, quantity.low, quantity.high))
    return Range(knob.name, knob.symbol, value, low, high, knob.unit, quantity.source or "the cell", quantity.status)


def _conductivity(claims: Claims) -> Range:
    """What the spectra of the symmetric cells say, over all that is open in them; S/cm."""
    reported = Spectra.of(claims)
    found, _ = explore(lambda point: conductivity_at(reported, point) / 100, spectra_ranges(claims), calibrated=(), run=None)
    source = "impedance of both coated cells, over electrode area, interfaces counted and tolerances"
    return Range(FILM_CONDUCTIVITY, "σ", found.value, found.low, found.high, "S/cm", source, "calibrated")


def _thickness(claims: Claims) -> Range:
    return next(r for r in spectra_ranges(claims) if r.name == THICKNESS)


def electrode(name: str, open_ranges: Mapping[str, Range], point: Point) -> Cell:
    """One of the four electrodes against lithium, at a point of the open numbers.

    What stands at its value is left as the catalogue and the data tables have it.
    """
    cell = Cell.parse(entry(f"perovskite/{ELECTRODES[name]}"))
    changes: dict[str, object] = {}
    for knob in (*KNOBS, *SPECTRA):
        r = open_ranges[knob.name]
        if name not in knob.electrodes or (knob in KNOBS and point[knob.name] == r.value):
            continue
        scale, unit = (_reported_thickness(cell), "m") if knob.name == THICKNESS else (1.0, knob.unit)
        changes |= dict.fromkeys(knob.paths, _written(r, point[knob.name], scale, unit))
    return cell.changed_at(changes)


def _reported_thickness(cell: Cell) -> float:
    """Of the coating, m."""
    return next(p.quantity.value for p in Plated().parameters(cell) if p.path == "working.coating.thickness")


def _written(r: Range, at: float, scale: float, unit: str) -> dict[str, str]:
    """An open number as a cell file states it, to six digits, so that an end of its range is written as the value there is."""
    tail = "" if unit == "1" else f" {unit}"
    value, low, high = (f"{x * scale:.6g}{tail}" for x in (at, r.low, r.high))
    return {"value": value, "low": low, "high": high, "source": r.source, "status": str(r.status)}


@dataclass(frozen=True, slots=True)
class Curves:
    """The first cycle of an electrode: the scan down from 2 V, and the one back up to 1 V."""

    down: ScanCurve
    up: ScanCurve

    @classmethod
    def of(cls, result: Result) -> Curves:
        """Read off a run."""
        return cls(scan_curve(result.trace, 1), scan_curve(result.trace, 2))

    @property
    def plating(self) -> float:
        """Magnitude of the current density at -0.1 V, mA/cm2."""
        return -float(self.down.at(PLATING_V))

    @property
    def stripping(self) -> float:
        """Current density at +0.1 V on the way back, mA/cm2."""
        return float(self.up.at(STRIPPING_V))

    @property
    def insertion(self) -> Peak | None:
        """The most prominent reduction above 1 V."""
        return max(self.down.peaks(ABOVE_V, TOP_V), key=lambda peak: peak.prominence, default=None)

    @property
    def reactions(self) -> list[Peak]:
        """The reductions below 1 V that a reader sees, from the highest voltage down."""
        found = self.down.peaks(*REACTIONS_V, LEAST_MA_CM2)
        least = VISIBLE * max((peak.prominence for peak in found), default=0.0)
        return [peak for peak in found if peak.prominence >= least]


@dataclass(frozen=True, slots=True)
class Scans:
    """Scans electrodes and remembers the curves. Raises LithoscopeError for a run that did not complete its program.

    ranges  the open numbers by name
    """

    ranges: Mapping[str, Range]
    _seen: dict[tuple[object, ...], Curves] = field(default_factory=dict)

    @property
    def point(self) -> dict[str, float]:
        """Every open number at its value."""
        return at_values(tuple(self.ranges.values()))

    def curves(self, name: str, point: Point) -> Curves:
        """The first cycle of an electrode at a point of the open numbers; those that are not told stand at their value."""
        enters = {knob.name for knob in (*KNOBS, *SPECTRA) if name in knob.electrodes}
        whole = self.point | dict(point)
        key = (name, *sorted(item for item in whole.items() if item[0] in enters))
        if key not in self._seen:
            self._seen[key] = Curves.of(self.full(name, whole, FIRST_CYCLE))
        return self._seen[key]

    def full(self, name: str, point: Point, program: Program = THREE_CYCLES) -> Result:
        """A program on an electrode, with all its traces."""
        return completed(electrode(name, self.ranges, point), program)


def completed(cell: Cell, program: Program, model: Plated | None = None, *, apart: bool = False) -> Result:
    """A run that came to its end, with a tenth of the tolerance if its ledger stays open. Raises LithoscopeError for any other.

    An alloy at its equilibrium is stiff: its books need more digits the faster it is and the longer it stays there.
    """
    first = model or Plated()
    result = first.simulate(cell, program, silent, apart=apart)
    if result.status.end.marked:
        tighter = first.replaced(relative_tolerance=first.relative_tolerance / 10)
        result = tighter.simulate(cell, program, silent, apart=apart)
    if result.status.end is not End.COMPLETED:
        # A number read off half a run would look like any other.
        raise LithoscopeError(f"A substrate did not complete its program. {result.status}")
    return result
