"""What grows on lithium at rest, as a model: `ls.run(cell, ls.Program([ls.Rest("30 d")]), ls.Interphase())`."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Annotated, Literal

import numpy as np
from pydantic import Field

from lithoscope import units
from lithoscope.design import Foil
from lithoscope.document import Document, Frozen
from lithoscope.errors import End, InputError, RunInterrupted
from lithoscope.physics.cell.params import number_rows
from lithoscope.physics.contract import ExactCase, Report, Violation, marked
from lithoscope.physics.interphase.cracks import FilmCracks
from lithoscope.physics.interphase.polarised import LOST, PolarisedFilm
from lithoscope.physics.interphase.rates import RateLaw
from lithoscope.physics.interphase.terrain import Defect, Spread
from lithoscope.protocol import Rest
from lithoscope.result import Manifest, Result
from lithoscope.result.manifest import circumstances, inputs_of

if TYPE_CHECKING:
    from lithoscope.design import Cell
    from lithoscope.physics.interphase.drive import Driver
    from lithoscope.physics.interphase.params import Numbers
    from lithoscope.protocol import Program
    from lithoscope.result.checkpoint import Journal
    from lithoscope.units import Given

Dissolved = Annotated[
    units.Quantity,
    units.Dimension("concentration", "mol/m3", "0 mol/L", "20 mol/L", "10 mmol/L", "It is an amount per volume of liquid"),
]
Rate = Annotated[
    units.Quantity, units.Dimension("rate", "mol/m2/s", "0 mol/m2/s", "1 mol/m2/s", "4e-9 mol/m2/s", "It is not negative")
]
Energy = Annotated[
    units.Quantity, units.Dimension("energy", "J", "0.1 eV", "5 eV", "1 eV", "Reorganisation takes some tenths of eV or more")
]
Permeability = Annotated[
    units.Quantity,
    units.Dimension("permeability", "mol/m/s", "0 mol/m/s", "1e-6 mol/m/s", "1e-16 mol/m/s", "Diffusivity times concentration"),
]
ReactantPermeability = Annotated[
    units.Quantity,
    units.Dimension("permeability", "mol/m/s", "1e-18 mol/m/s", "1e-3 mol/m/s", "1e-10 mol/m/s", "That of the liquid in pores"),
]
Attempt = Annotated[
    units.Quantity, units.Dimension("current density", "A/m2", "0 A/m2", "1e15 A/m2", "1e6 A/m2", "It is not negative")
]
ElectronConductivity = Annotated[
    units.Quantity,
    units.Dimension("conductivity", "S/m", "0 S/m", "1e-3 S/m", "1e-13 S/m", "A film that conducts electrons protects nothing"),
]


AdsorbedAmount = Annotated[
    units.Quantity,
    units.Dimension(
        "adsorbed amount", "mol/m2", "0 mol/m2", "0.01 mol/m2", "2.7 umol/m2", "A layer on a flat face is some umol/m2"
    ),
]
DesorptionRate = Annotated[units.Quantity, units.Dimension("rate", "1/s", "0 1/s", "1e9 1/s", "1e-6 1/s", "It is not negative")]


BEGUN = (
    "The film that a crack bares comes off and is counted beside what stands; strains and the modulus of weak spots are those "
    "that were given, alike everywhere."
)


class ReactionChange(Frozen):
    """Numbers of one reaction in place of those of the data tables.

    potential       U_k against lithium;  rate: at that potential and unit activity, per true area
    reorganisation  energy lambda;  activation: energy of the rate constant over temperature
    """

    potential: units.Voltage | None = None
    rate: Rate | None = None
    reorganisation: Energy | None = None
    activation: units.ActivationEnergy | None = None

    if TYPE_CHECKING:

        def __init__(
            self, potential: Given | None = ..., rate: Given | None = ..., reorganisation: Given | None = ...,
            activation: Given | None = ...,
        ) -> None: ...  # fmt: skip


class ElectronSupply(Frozen):
    """What passes the film, in place of the numbers of the data tables; 0 switches a path off.

    electron_permeability   diffusivity times concentration of electrons in the inner layer: growth as the root of time
    tunnelling_current      attempt current density: growth as the logarithm of time
    electron_conductivity   of the inner layer: leakage by Ohm
    solvent_permeability    of reactants through the inner layer to the metal; none if not given
    outer_permeability      of reactants in the liquid of the outer layer
    """

    electron_permeability: Permeability | None = None
    tunnelling_current: Attempt | None = None
    electron_conductivity: ElectronConductivity | None = None
    solvent_permeability: Permeability | None = None
    outer_permeability: ReactantPermeability | None = None

    if TYPE_CHECKING:

        def __init__(
            self, electron_permeability: Given | None = ..., tunnelling_current: Given | None = ...,
            electron_conductivity: Given | None = ..., solvent_permeability: Given | None = ...,
            outer_permeability: Given | None = ...,
        ) -> None: ...  # fmt: skip


def _um(value: float) -> units.Quantity:
    return units.Quantity(value * 1e-6, "m", text=f"{value:g} um")


DEFECTS = (
    Defect("scratch", width="1 um", kinetics="7", native="0.3 nm"),
    Defect("boundary", width="1 um", transport="5"),
    Defect("inclusion", number=6, width="2 um", kinetics="7", native="10 nm"),
)
"""A scratch, a grain boundary and inclusions, as polished foil has them."""


NOTES = (
    "Rate constants of reactions with lithium are orders of magnitude: the amount of film follows what passes it, its "
    "composition the ratios of these constants.",
    "Only the working electrode corrodes in this model.",
)


STARVED = (
    "In places the reactions take more electrons than the film lets through even at the highest potential that is looked at: "
    "what reacts there is too much, by less than the reactions can do a volt above their potentials."
)


MOST_NODES = 33
"""Along each axis: some thousand for each kind of native film."""

MORE_NODES = "The map asked for {} nodes along each axis, in place of {}: with fewer, shares of solids leave 0 to 1 in places."

OVERSHOT = (
    "Shares of solids over the map leave 0 to 1 by up to {:.1e} of the film: what is interpolated between the nodes overshoots "
    "beside places where a solid is used up. Sums over the surface do not."
)


class Interphase(Document):
    """The film that lithium grows at rest: chemistry, thickness, resistance and corrosion, on a map of sites.

    edge, spacing        sites along the edge of the square map and their distance; edge = 1 is an even surface
    seed                 of what is drawn
    kinetic_spread       standard deviation of the logarithm of the rate constants over the surface
    transport_spread     the same of what passes the film
    correlation_length   over which both vary
    defects              scratches, grain boundaries, inclusions
    native_thickness     of the film before it meets the electrolyte
    additives            beside salt and solvents, e.g. { H2O = "3.5 mmol/L", FEC = "0.5 mol/L", LiNO3 = "0.2 mol/L" }
    reactions            numbers of reactions in place of those of the data tables
    supply               what passes the film
    adsorbed             anions that stand on the surface beforehand, never replaced, e.g. { "NO3-" = "2.7 umol/m2" }, true area
    desorption           rate at which they go into the liquid; none if not given
    ferroelectric        a polarised film, and what it does
    cracks               when and how the film cracks; without it nothing does
    rate_law             of electron transfer
    nodes                representatives along each axis of each kind of native film; a map whose shares of solids leave 0 to 1
                         is run again with more, up to 33
    relative_tolerance   of the integrator;  snapshots: maps that are kept
    """

    edge: Annotated[int, Field(ge=1, le=2048, strict=True, description="a whole number from 1 to 2048")] = 128
    spacing: units.Length = _um(0.5)
    seed: Annotated[int, Field(ge=0, le=2**31, strict=True, description="a whole number")] = 0
    kinetic_spread: Spread | None = None
    transport_spread: Spread | None = None
    correlation_length: units.Length | None = None
    defects: Annotated[tuple[Defect, ...], Field(max_length=20, description="a list of defects")] = DEFECTS
    native_thickness: units.Length | None = None
    additives: Annotated[
        Mapping[str, Dissolved], Field(max_length=20, description='a table such as { FEC = "0.5 mol/L" }')
    ] = {}
    reactions: Annotated[
        Mapping[str, ReactionChange], Field(max_length=50, description='a table such as { EC_LEDC = { potential = "0.9 V" } }')
    ] = {}
    supply: ElectronSupply = ElectronSupply()
    adsorbed: Annotated[
        Mapping[str, AdsorbedAmount], Field(max_length=8, description='a table such as { "NO3-" = "2.7 umol/m2" }')
    ] = {}
    desorption: DesorptionRate | None = None
    ferroelectric: PolarisedFilm | None = None
    cracks: FilmCracks | None = None
    rate_law: Annotated[RateLaw, Field(description='"marcus-hush-chidsey", "dissociative" or "butler-volmer"')] = (
        "marcus-hush-chidsey"
    )
    nodes: Annotated[int, Field(ge=5, le=MOST_NODES, strict=True, description="a whole number from 5 to 33")] = 9
    relative_tolerance: Annotated[float, Field(ge=1e-9, le=1e-3, description="a number from 1e-9 to 1e-3")] = 1e-5
    snapshots: Annotated[int, Field(ge=1, le=100, strict=True, description="a whole number from 1 to 100")] = 5
    kind: Literal["interphase"] = "interphase"
    format: Literal["lithoscope.model/1"] = "lithoscope.model/1"

    if TYPE_CHECKING:

        def __init__(
            self, edge: int = ..., spacing: Given = ..., seed: int = ..., kinetic_spread: Given | None = ...,
            transport_spread: Given | None = ..., correlation_length: Given | None = ..., defects: Sequence[Defect] = ...,
            native_thickness: Given | None = ..., additives: Mapping[str, Given] = ...,
            reactions: Mapping[str, ReactionChange] = ..., supply: ElectronSupply = ...,
            adsorbed: Mapping[str, Given] = ..., desorption: Given | None = ..., ferroelectric: PolarisedFilm | None = ...,
            cracks: FilmCracks | None = ..., rate_law: RateLaw = ..., nodes: int = ..., relative_tolerance: float = ...,
            snapshots: int = ...,
            *, kind: Literal["interphase"] = ..., format: Literal["lithoscope.model/1"] = ...,
        ) -> None: ...  # fmt: skip

    def simulate(self, cell: Cell, program: Program, report: Report, journal: Journal | None = None) -> Result:
        """Let a cell rest. A run takes seconds, so that one that was interrupted begins anew.

        Where the interpolation over the map undershoots, the run is done again with twice as many nodes.
        Raises InputError for what it cannot run, and RunInterrupted on Ctrl-C.
        """
        check(cell, program)
        nodes = self.nodes
        while True:
            result = self._run(cell, program, report, nodes)
            found = self.invariants(result)
            broken = {each.invariant for each in found}
            if broken != {"bounds"} or nodes == MOST_NODES or self.edge == 1:
                return marked(result, found) if found else result
            nodes = min(2 * nodes - 1, MOST_NODES)

    def _run(self, cell: Cell, program: Program, report: Report, nodes: int) -> Result:
        """One run with so many nodes. Raises InputError and RunInterrupted."""
        from lithoscope.physics.interphase.invariants import TOLD, overshoot
        from lithoscope.physics.interphase.params import Numbers

        begun = time.perf_counter()
        if self.cracks is not None:
            self.cracks.check(program, reaches_metal=self.supply.solvent_permeability is not None)
        numbers = Numbers()
        driver = self.driver(cell, numbers, nodes)
        status = driver.run(program, report)
        tree = driver.tree(cell.area.value)
        over = overshoot(tree)
        more: tuple[str, ...] = (MORE_NODES.format(nodes, self.nodes),) if nodes > self.nodes else ()
        more += (OVERSHOT.format(over),) if over > TOLD else ()
        manifest = Manifest(
            inputs=inputs_of(cell, program, self),
            numbers=number_rows(list(dict.fromkeys(numbers.taken))),
            notes=(
                *NOTES,
                *((STARVED,) if driver.starved else ()),
                *(() if driver.kept else (LOST,)),
                *((BEGUN,) if self.cracks else ()),
                *driver.eyes.notes(driver.rows[-1]),
                *more,
            ),
            wall_s=time.perf_counter() - begun,
            solver={
                "steps": len(driver.times) - 1,
                "nodes": driver.eyes.ages.nodes.sites,
                "ages": driver.eyes.ages.count,
                "slowed_by_joining_ages": driver.eyes.ages.slowed,
            },
            **circumstances(),
        )
        result = Result(tree, status, driver.ledger(), manifest)
        if status.end is End.INTERRUPTED:
            raise RunInterrupted(result)
        return result

    def driver(self, cell: Cell, numbers: Numbers, nodes: int | None = None) -> Driver:
        """What takes a run through its program, before the first step; nodes: in place of those of the model."""
        from lithoscope.physics.interphase import galvanic, params
        from lithoscope.physics.interphase.ages import Ages
        from lithoscope.physics.interphase.cracks import weakness
        from lithoscope.physics.interphase.drive import Driver
        from lithoscope.physics.interphase.equations import Surface
        from lithoscope.physics.interphase.observe import Eyes
        from lithoscope.physics.interphase.sites import Nodes
        from lithoscope.physics.interphase.terrain import draw

        chemistry = params.chemistry(cell, self, numbers)
        spreads = (
            numbers("interphase.kinetic_spread", "1", self.kinetic_spread, "kinetic_spread"),
            numbers("interphase.transport_spread", "1", self.transport_spread, "transport_spread"),
        )
        length = numbers("interphase.correlation_length", "m", self.correlation_length, "correlation_length")
        rng = np.random.default_rng(self.seed)
        terrain = draw(self.edge, self.spacing.value, spreads, length, self.defects, rng)
        sites = Nodes(terrain, nodes or self.nodes)
        native = numbers("interphase.native_thickness", "m", self.native_thickness, "native_thickness")
        thickness = np.array([native, *(defect.native.value if defect.native else native for defect in self.defects)])
        films = params.native_film(chemistry.solids.names, thickness, chemistry.solids.molar_volume, numbers)
        films = films + params.adsorbed_stock(self, chemistry.solids.names)
        lithium = Surface(chemistry, np.exp(sites.kinetics), np.exp(sites.transport), films[sites.kind], sites.weight)
        exchange = numbers(
            "lithium.exchange_current_density", "A/m2", cell.foil.exchange_current_density, "working.exchange_current_density"
        )
        eyes = Eyes(
            lithium, Ages.one(lithium), sites, params.properties(cell, chemistry, numbers), params.inventory(cell, numbers),
            exchange, numbers("lithium.molar_volume", "m3/mol"), galvanic.metal_of(cell, numbers),
        )  # fmt: skip
        weak = weakness(self.cracks, chemistry.network, chemistry.solids.names, numbers)
        return Driver(eyes.aged(eyes.ages), self.edge, self.spacing.value, self.snapshots, self.relative_tolerance, weak)

    def invariants(self, result: Result) -> Sequence[Violation]:
        """Lithium, every element, charge, bounds, finite values."""
        from lithoscope.physics.interphase.invariants import violations

        return violations(result)

    def exact_cases(self) -> Sequence[ExactCase]:
        """Those of `lithoscope.physics.interphase.exact`."""
        from lithoscope.physics.interphase.exact import cases

        return cases()


def check(cell: Cell, program: Program) -> None:
    """Raises InputError for a cell or a program that this model cannot run."""
    if not isinstance(cell.working, Foil):
        raise InputError(
            "working.kind", f'= "{cell.working.kind}" has no lithium surface that this model knows',
            expected='"foil"', why="Corrosion at rest is that of a lithium surface",
            do='Write working = { kind = "foil", thickness = "50 um" }; its roughness gives the true area of a deposit',
        )  # fmt: skip
    for visit in program.visits():
        if not isinstance(visit.step, Rest):
            raise InputError(
                f"steps.{visit.number - 1}.kind", f'= "{visit.step.kind}" is not a rest', expected='"rest"',
                why="This model has no counter electrode; films under current are those of the cell models",
                do='Use a program of rests: Program([Rest("30 d")])',
            )  # fmt: skip
