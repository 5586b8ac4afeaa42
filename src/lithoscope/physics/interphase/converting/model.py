"""A film that converts, over its depth, as a model: `ls.run(cell, ls.Program([ls.Rest("200 h")]), ls.ConvertingFilm())`."""

from __future__ import annotations

import math
import time
from collections.abc import Sequence
from typing import TYPE_CHECKING, Annotated, Literal

from pydantic import Field

from lithoscope import units
from lithoscope.design import Foil, Substrate
from lithoscope.document import Document, Frozen
from lithoscope.errors import End, InputError, RunInterrupted
from lithoscope.physics.cell.params import number_rows
from lithoscope.physics.contract import ExactCase, Report, Violation, contact_left_out, marked
from lithoscope.physics.laws.kinetics import REFERENCE_TEMPERATURE_K
from lithoscope.protocol import Current, Rest, Voltage
from lithoscope.result import Manifest, Result
from lithoscope.result.manifest import circumstances, inputs_of

if TYPE_CHECKING:
    from lithoscope.design import Cell
    from lithoscope.physics.interphase.converting.drive import Driver
    from lithoscope.physics.interphase.converting.equations import Leak
    from lithoscope.physics.interphase.converting.params import Setting
    from lithoscope.protocol import Program
    from lithoscope.result.checkpoint import Journal
    from lithoscope.units import Given

ReactionDepth = Annotated[
    units.Quantity,
    units.Dimension("length", "m", "0.1 nm", "1 m", "10 nm", "A film within which it is far larger reacts evenly"),
]
Diffusivity = Annotated[
    units.Quantity, units.Dimension("diffusivity", "m2/s", "1e-22 m2/s", "1e-5 m2/s", "1.4e-10 cm2/s", "It is that of a solid")
]
Decay = Annotated[
    units.Quantity, units.Dimension("wave number", "1/m", "0.1 1/nm", "100 1/nm", "5 1/nm", "Amplitudes decay over some 0.1 nm")
]


class Activations(Frozen):
    """Activation energies in place of those of the data tables.

    reaction  of insertion and alloying at equilibrium, and of conversion at the potential of lithium
    hopping   of lithium in the unconverted film: diffusion and conduction
    skin      of lithium ions in the skin
    product   of electrons in what the film converts to, where it conducts
    """

    reaction: units.ActivationEnergy | None = None
    hopping: units.ActivationEnergy | None = None
    skin: units.ActivationEnergy | None = None
    product: units.ActivationEnergy | None = None

    if TYPE_CHECKING:

        def __init__(
            self, reaction: Given | None = ..., hopping: Given | None = ..., skin: Given | None = ...,
            product: Given | None = ...,
        ) -> None: ...  # fmt: skip


LEAST_LAYERS, MOST_LAYERS = 60, 1000

OF_CURRENT = ("voltage_above", "voltage_below", "capacity")
"""Conditions beside a duration that end a step of current."""

NOTES = (
    "Where the reaction goes on follows from how deep electrons get in unconverted film, which nobody has measured.",
    "The skin is what a leak that falls with the amount needs where electrons tunnel; its resistance is that of LiCl.",
)


WARM = (
    "The cell is not at 25 degC: rates and conductivities follow activation energies that nobody has measured on these films; "
    "potentials, and electrons that tunnel, are those of 25 degC."
)
STILL = "Other films of the electrode are not followed: they neither react nor resist."


class ConvertingFilm(Document):
    """A film on lithium, or on a metal under a current, that takes lithium in and converts from the metal outwards.

    leak                 how electrons pass the product: "tunnelling" through a skin, or "conduction" through all of it
    reaction_depth       of unconverted film within which electrons are used up; the front is as wide
    lithium_diffusivity  in the unconverted film
    tunnelling_decay     of the amplitude of electrons in the skin
    skin_conductivity    of the skin for lithium ions; that of LiCl if not given
    activation           energies with which rates and conductivities of 25 degC follow temperature
    layers               over the depth, none thicker than the reaction depth; 60, or as many as that asks for, if not given
    snapshots            depth profiles that are kept of each step
    relative_tolerance   of the integrator
    """

    leak: Annotated[Literal["tunnelling", "conduction"], Field(description='"tunnelling" or "conduction"')] = "tunnelling"
    reaction_depth: ReactionDepth | None = None
    lithium_diffusivity: Diffusivity | None = None
    tunnelling_decay: Decay | None = None
    skin_conductivity: units.Conductivity | None = None
    activation: Activations = Activations()
    layers: (
        Annotated[int, Field(ge=4, le=MOST_LAYERS, strict=True, description=f"a whole number from 4 to {MOST_LAYERS}")] | None
    ) = None
    snapshots: Annotated[int, Field(ge=1, le=100, strict=True, description="a whole number from 1 to 100")] = 5
    relative_tolerance: Annotated[float, Field(ge=1e-11, le=1e-6, description="a number from 1e-11 to 1e-6")] = 1e-9
    kind: Literal["converting-film"] = "converting-film"
    format: Literal["lithoscope.model/1"] = "lithoscope.model/1"

    if TYPE_CHECKING:

        def __init__(
            self, leak: Leak = ..., reaction_depth: Given | None = ..., lithium_diffusivity: Given | None = ...,
            tunnelling_decay: Given | None = ..., skin_conductivity: Given | None = ..., activation: Activations = ...,
            layers: int | None = ..., snapshots: int = ..., relative_tolerance: float = ...,
            *, kind: Literal["converting-film"] = ..., format: Literal["lithoscope.model/1"] = ...,
        ) -> None: ...  # fmt: skip

    def simulate(self, cell: Cell, program: Program, report: Report, journal: Journal | None = None) -> Result:
        """Let a film convert. A run takes seconds, so that one that was interrupted begins anew.

        Raises InputError for what it cannot run, and RunInterrupted on Ctrl-C.
        """
        from lithoscope.physics.interphase.converting.params import setting, volumes

        begun = time.perf_counter()
        of = setting(cell, self)
        check(of, program)
        driver = self.driver(of)
        status = driver.run(program, report)
        _, more = volumes(of, driver.eyes.solids)
        manifest = Manifest(
            inputs=inputs_of(cell, program, self), numbers=number_rows([*of.taken, *more]), notes=(*notes(cell), *contact_left_out(cell)),
            wall_s=time.perf_counter() - begun,
            solver={"steps": len(driver.times) - 1, "layers": driver.eyes.film.layers}, **circumstances(),
        )  # fmt: skip
        result = Result(driver.tree(cell.area.value), status, driver.ledger(), manifest)
        if status.end is End.INTERRUPTED:
            raise RunInterrupted(result)
        found = self.invariants(result)
        return marked(result, found) if found else result

    def driver(self, of: Setting) -> Driver:
        """What takes a film through its program, before the first step. Raises InputError for layers that are too thick."""
        from lithoscope.physics.interphase.converting.drive import Driver
        from lithoscope.physics.interphase.converting.equations import Film
        from lithoscope.physics.interphase.converting.observe import Eyes

        layers = layers_of(self.layers, of.numbers.thickness, of.numbers.reaction_depth)
        return Driver(Eyes(of, Film(of.numbers, layers)), self.relative_tolerance, self.snapshots)

    def invariants(self, result: Result) -> Sequence[Violation]:
        """Lithium, charge, every element, bounds, finite values."""
        from lithoscope.physics.interphase.converting.invariants import violations

        return violations(result)

    def exact_cases(self) -> Sequence[ExactCase]:
        """Those of `lithoscope.physics.interphase.converting.exact`."""
        from lithoscope.physics.interphase.converting.exact import cases

        return cases()


def layers_of(given: int | None, thickness: float, depth: float) -> int:
    """Layers of a film, none thicker than the reaction depth. given: or None;  thickness and depth: m. Raises InputError.

    A front narrower than a layer would jump from one to the next, which no step follows and no picture shows.
    """
    needed = math.ceil(thickness / depth * (1 - 1e-9))
    layers = min(max(needed, LEAST_LAYERS), MOST_LAYERS) if given is None else given
    if layers >= needed:
        return layers
    thinnest = math.ceil(thickness / MOST_LAYERS * 1e10) / 10
    raise InputError(
        "layers" if given is not None else "reaction_depth",
        f"= {given} are {thickness / layers * 1e9:.3g} nm each, and the reaction depth is {depth * 1e9:.3g} nm"
        if given is not None else f"= {depth * 1e9:.3g} nm asks for {needed} layers in {thickness * 1e6:.3g} um",
        expected="layers that are no thicker than the reaction depth", why="A front narrower than a layer is not resolved",
        do=f"Write layers = {needed}, or leave it out" if needed <= MOST_LAYERS
        else f'Write reaction_depth = "{thinnest:g} nm" and leave layers out',
    )  # fmt: skip


def notes(cell: Cell) -> tuple[str, ...]:
    """What a reader of a run should know."""
    warm = cell.temperature.value != REFERENCE_TEMPERATURE_K
    coated = isinstance(cell.working, Substrate)
    others = cell.working.films if isinstance(cell.working, Foil | Substrate) else ()
    return (*NOTES, *((WARM,) if warm else ()), *((STILL,) if len(others) > (0 if coated else 1) else ()))


def check(of: Setting, program: Program) -> None:
    """Raises InputError for a program that a film cannot be taken through."""
    kinds = (Rest,) if of.on_lithium else (Rest, Current, Voltage)
    names = ", ".join(f'"{each.__name__.lower()}"' for each in kinds)
    for visit in program.visits():
        where = f"steps.{visit.number - 1}"
        if not isinstance(visit.step, kinds):
            raise InputError(
                f"{where}.kind", f'= "{visit.step.kind}" is not a step that this model takes', expected=names,
                why="On lithium the film converts by itself, and a current would plate or strip beneath it"
                if of.on_lithium else "It follows a film that is lithiated or rests",
                do='Use a program of rests: Program([Rest("200 h")])',
            )  # fmt: skip
        if isinstance(visit.step, Rest):
            continue
        unheeded = [
            name
            for name in ("voltage_above", "voltage_below", "current_below", "capacity")
            if getattr(visit.step.until, name) is not None and not (name in OF_CURRENT and isinstance(visit.step, Current))
        ]
        if unheeded:
            raise InputError(f"{where}.until.{unheeded[0]}", "is not a condition that this model heeds",
                             expected="duration, capacity, voltage_above or voltage_below of a current, duration of a voltage",
                             why="The step would go on beyond it", do="Leave it out and give a duration")  # fmt: skip
