"""The phase field of lithium as a model: `ls.run(cell, program, ls.PhaseField(width="64 um", height="48 um"))`."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Annotated, Any, Literal

from pydantic import Field

from lithoscope import units
from lithoscope.design.carried import CarriedFilm
from lithoscope.design.fibres import FibreHost
from lithoscope.design.sites import SurfaceMaps
from lithoscope.document import Document
from lithoscope.errors import End, RunInterrupted, Status
from lithoscope.physics.cell.params import number_rows
from lithoscope.physics.contract import ExactCase, Report, Violation, contact_left_out, marked
from lithoscope.physics.interruption import interrupts_noted
from lithoscope.physics.morphology.checks import Plan, check
from lithoscope.physics.morphology.params import Surface, cell_parameters, film_resistance, of_cell, surface_energy
from lithoscope.result import Manifest, Result
from lithoscope.result.manifest import circumstances, inputs_of

if TYPE_CHECKING:
    from lithoscope.design import Cell
    from lithoscope.physics.cell.params import CellNumbers
    from lithoscope.physics.morphology.drive import Driver
    from lithoscope.physics.morphology.engine import Array
    from lithoscope.physics.morphology.state import Parameters, Scheme
    from lithoscope.protocol import Program
    from lithoscope.result.checkpoint import Journal

Roughness = Annotated[
    units.Quantity, units.Dimension("roughness", "m", "0 um", "1 mm", "0.2 um", "It is a root mean square of heights")
]
Tension = Annotated[
    units.Quantity, units.Dimension("tension", "N/m", "0 N/m", "100 N/m", "2 N/m", "Stress of a film times its thickness")
]

Stress = Annotated[
    units.Quantity, units.Dimension("stress", "Pa", "-10 GPa", "10 GPa", "50 MPa", "Positive where the film pulls together")
]


class PhaseField(Document):
    """The shape of lithium on the working electrode, in two dimensions, or in three if it has a depth.

    Two potentials, a smoothed boundary, salt transport and films as a resistance of the surface; the equations stand in
    `lithoscope.physics.morphology.equations`. The working electrode is a foil; the domain holds its surface and the electrolyte
    up to the separator, behind which the salt has its initial concentration. A host of fibres may stand on the foil, or in it.

    width, height       of the domain;  depth: along the electrode, which makes it three-dimensional
    cell_size           edge of a cell; the surface is about four of them thick
    roughness           rms of the height of the surface at the start;  correlation_length: over which it varies;  seed: of it
    base                lithium in the domain below the mean surface at the start; as much as the program needs if not given
    capillarity         whether surface energy shifts the equilibrium potential of curved surfaces
    film_tension        tension of the film that is there whatever happens, stress times thickness: adds to the surface energy
    elasticity          whether the carried film has a tension of its own where it is stretched;  growth_stress: as it is made
    sides               whether the domain repeats itself or is closed at its sides
    snapshot            thickness of dense lithium between two snapshots of the fields
    courant             largest share of a cell by which the surface moves in a step
    film                that the surface carries as it moves, in place of the native film; if not given, that stays where it is
    host                rigid fibres that stand in the way of lithium, insulating or conducting; none if not given
    start               maps of the film, and of pits beside the roughness, that a rest left
    """

    width: units.Length
    height: units.Length
    cell_size: units.Length = units.Quantity(0.25e-6, "m", text="0.25 um")
    roughness: Roughness = units.Quantity(0.2e-6, "m", text="0.2 um")
    correlation_length: units.Length = units.Quantity(4e-6, "m", text="4 um")
    seed: Annotated[int, Field(ge=0, le=2**31, strict=True, description="a whole number")] = 0
    depth: units.Length | None = None
    base: units.Length | None = None
    capillarity: bool = True
    film_tension: Tension = units.Quantity(0.0, "N/m", text="0 N/m")
    elasticity: bool = True
    growth_stress: Stress = units.Quantity(0.0, "Pa", text="0 MPa")
    sides: Annotated[Literal["periodic", "closed"], Field(description='"periodic" or "closed"')] = "periodic"
    snapshot: units.Length = units.Quantity(0.5e-6, "m", text="0.5 um")
    courant: Annotated[float, Field(gt=0, le=0.3, description="a number up to 0.3")] = 0.2
    film: CarriedFilm | None = None
    host: FibreHost | None = None
    start: SurfaceMaps | None = None
    kind: Literal["phase-field"] = "phase-field"
    format: Literal["lithoscope.model/1"] = "lithoscope.model/1"

    if TYPE_CHECKING:

        def __init__(
            self, width: units.Given, height: units.Given, cell_size: units.Given = ..., roughness: units.Given = ...,
            correlation_length: units.Given = ..., seed: int = ..., depth: units.Given | None = ...,
            base: units.Given | None = ..., capillarity: bool = ..., film_tension: units.Given = ...,
            elasticity: bool = ..., growth_stress: units.Given = ...,
            sides: Literal["periodic", "closed"] = ..., snapshot: units.Given = ..., courant: float = ...,
            film: CarriedFilm | None = ..., host: FibreHost | None = ..., start: SurfaceMaps | None = ..., *,
            kind: Literal["phase-field"] = ...,
            format: Literal["lithoscope.model/1"] = ...,
        ) -> None: ...  # fmt: skip

    def simulate(self, cell: Cell, program: Program, report: Report, journal: Journal | None = None) -> Result:
        """Run a program on a cell. Raises InputError for what it cannot run, and RunInterrupted on Ctrl-C."""
        begun = time.perf_counter()
        plan = check(self, cell, program)
        from lithoscope.physics.morphology.kept import Keeper

        with interrupts_noted() as interrupted:
            driver = self.driver(cell, program, plan)
            driver.report = report
            driver.enough = interrupted
            if journal is not None:
                keeper = Keeper(journal)
                keeper.take_up(driver)
                driver.keep = keeper.keep
            status = driver.finish()
            if journal is not None and status is None:
                keeper.keep(driver, now=True)
        if status is None:
            visit = driver.point.visit + (0 if not driver.point.begun else 1)
            status = Status(End.INTERRUPTED, "", float(driver.point.state.time), 0, max(visit, 1))
        result = self._result(cell, program, driver, status, begun)
        if status.end is End.INTERRUPTED:
            raise RunInterrupted(result)
        return result

    def driver(self, cell: Cell, program: Program, plan: Plan) -> Driver:
        """What takes a run through its program, before the first step."""
        from lithoscope.physics.cell.params import numbers
        from lithoscope.physics.morphology.drive import Driver, Point
        from lithoscope.physics.morphology.record import Recorder
        from lithoscope.physics.morphology.start import at_rest, metal, rough
        from lithoscope.physics.morphology.surface.sites import pits

        scheme, found = self.scheme(plan), numbers(cell)
        parameters = of_cell(cell, self.surface())
        if self.host is not None:
            from lithoscope.physics.morphology.hosts import in_the_way

            parameters = parameters._replace(obstacle=in_the_way(self.host, scheme.grid, plan.base))
        h = plan.base + rough(scheme.grid, self.roughness.value, self.correlation_length.value, self.seed)
        h += pits(self.start, scheme.grid)
        xi = metal(scheme.grid, h, scheme.width)
        scheme, skin = self._film(scheme, parameters, found, xi)
        state = at_rest(xi, skin)
        recorder = Recorder(scheme.grid, parameters, (found.working.lithium, found.counter.lithium), scheme.carried)
        every, tension = self._every(found.lithium_molar_volume), scheme.carried.flat_tension(skin)
        driver = Driver(program, parameters, scheme, Point(state), recorder, every, tension)
        driver.shoot()
        return driver

    def scheme(self, plan: Plan) -> Scheme:
        """How it is discretised."""
        from lithoscope.physics.morphology.grid import Grid
        from lithoscope.physics.morphology.state import Scheme

        return Scheme(Grid(plan.shape, self.cell_size.value, self.sides == "closed"), courant=self.courant)

    def _film(self, scheme: Scheme, parameters: Parameters, found: CellNumbers, xi: Array) -> tuple[Scheme, Any]:
        """What the surface carries at the start, and the scheme with its laws.

        The film of the model takes the place of the native film; films that the cell puts on it stay, in series.
        """
        from lithoscope.physics.morphology.skin import uniform

        native, others = film_resistance(found)[0], sum(film.resistance for film in found.working.films)
        if self.film is None:
            return scheme, uniform(native)
        from lithoscope.physics.morphology.surface import start
        from lithoscope.physics.morphology.surface.tension import elastic

        electrolyte = start.electrolyte_of(parameters)
        stiff = elastic(self.film, len(scheme.grid.shape), self.growth_stress.value) if self.elasticity else None
        carried = start.laws(self.film, scheme.grid, scheme.width, float(parameters.molar_volume), electrolyte, others, stiff)
        return replace(scheme, carried=carried), start.fields(self.film, carried, xi, self.start)

    def surface(self) -> Surface:
        """What resists curvature."""
        return Surface(surface_energy().quantity.value if self.capillarity else 0.0, self.film_tension.value)

    def _every(self, molar_volume: float) -> float:
        from lithoscope.constants import FARADAY

        return self.snapshot.value * FARADAY / molar_volume

    def _result(self, cell: Cell, program: Program, driver: Driver, status: Status, begun: float) -> Result:
        from lithoscope.physics.morphology.notes import notes, numerics

        recorder = driver.recorder
        manifest = Manifest(
            inputs=inputs_of(cell, program, self),
            numbers=number_rows(cell_parameters(cell)),
            notes=(*notes(driver), *contact_left_out(cell)),
            wall_s=time.perf_counter() - begun,
            solver=numerics(driver),
            **circumstances(),
        )
        result = Result(recorder.tree(cell.area.value), status, recorder.ledger(), manifest)
        wrong = self.invariants(result)
        return marked(result, wrong) if wrong else result

    def invariants(self, result: Result) -> Sequence[Violation]:
        """Lithium, charge, finite values, bounds, Kirchhoff."""
        from lithoscope.physics.morphology.invariants import violations

        return violations(result)

    def exact_cases(self) -> Sequence[ExactCase]:
        """Those of `lithoscope.physics.morphology.cases`."""
        from lithoscope.physics.morphology.cases import cases

        return cases()
