"""What a run of the morphology scale carries from step to step, and the numbers that it is run with. Trees of arrays."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, NamedTuple

from lithoscope.physics.laws.transport import ConstantTransport, LandesfeindGasteiger, Transport
from lithoscope.physics.morphology.engine import Array, jax
from lithoscope.physics.morphology.fragments import Pieces
from lithoscope.physics.morphology.grid import Grid
from lithoscope.physics.morphology.obstacle import Obstacle
from lithoscope.physics.morphology.skin import Carried, Still

jax.tree_util.register_dataclass(ConstantTransport, ["kappa", "D", "t_plus", "chi"], [])
jax.tree_util.register_dataclass(LandesfeindGasteiger, [], [])


class Books(NamedTuple):
    """Integrals over the run, per area of the electrode.

    charge     delivered by the reaction, C/m2, positive plates
    salt_in    through the top, mol/m2
    salt_used  (1 - t+) a i_n / F, mol/m2
    displaced  salt in the liquid that metal pushed out, mol/m2
    corroded   lithium that films took, C/m2
    isolated   lithium that lost its contact less what found it again, C/m2
    subgrid    lithium in pieces too small for the grid, C/m2
    """

    charge: Array
    salt_in: Array
    salt_used: Array
    displaced: Array
    corroded: Array
    isolated: Array
    subgrid: Array


class Trend(NamedTuple):
    """How the fields that are solved for went in the last step: where the next solution is looked for.

    phi   V/s;  salt  mol/(m3 s);  age  time since the potential of the state was solved, s
    """

    phi: Array
    salt: Array
    age: Array


class State(NamedTuple):
    """A morphology.

    xi        metal fraction
    salt      c - c0, mol/m3: what is solved for, so that a tolerance refers to deviations from the reservoir
    phi       potential of the electrolyte against lithium, V
    pieces    lithium without contact; None while there is none
    skin      what the surface carries
    time      s
    salt_dt   largest time step that the salt at the surface allows, s
    trend     of salt and phi
    books     integrals
    """

    xi: Array
    salt: Array
    phi: Array
    pieces: Pieces | None
    skin: Any
    time: Array
    salt_dt: Array
    trend: Trend
    books: Books


class Control(NamedTuple):
    """What drives the step.

    held     1 where the voltage is held, 0 where the current is given
    current  plating current density, A/m2 of electrode, positive plates
    voltage  of the working against the counter electrode, V
    """

    held: Array
    current: Array
    voltage: Array


class Counter(NamedTuple):
    """The flat face of the counter electrode: exchange current density, A/m2, and resistance of its films, ohm m2."""

    exchange: Array
    resistance: Array


class Parameters(NamedTuple):
    """Numbers of a run, SI; all may change without compiling anew.

    law           transport of the electrolyte
    temperature   K
    c0            concentration of the reservoir, mol/m3
    exchange      exchange current density at c0, A/m2
    capillarity   Gamma = gamma V_m / F with the tension of the film in gamma, V m
    molar_volume  of lithium, m3/mol
    beyond        distance of the reservoir beyond the top over the effective share of the conductivity there, N_M L, m
    counter       the counter electrode
    control       what drives the step
    floor         least electrolyte fraction
    obstacle      what stands in the way of lithium; None if nothing does
    """

    law: Transport
    temperature: Array
    c0: Array
    exchange: Array
    capillarity: Array
    molar_volume: Array
    beyond: Array
    counter: Counter
    control: Control
    floor: Array
    obstacle: Obstacle | None = None


@dataclass(frozen=True)
class Scheme:
    """How it is discretised; another one is compiled anew.

    grid       cells
    carried    laws of what the surface carries
    width      eps of the profile in cells
    keeping    V_r over the largest speed of the front
    courant    largest share of a cell by which a front may move in a step
    change     largest relative change of the salt at the surface in a step
    closure    largest relative difference of delivered and imposed current that is left to the last, linear correction
    tolerance  of the solution for the potential in each step of Newton's method, relative to its residual
    salt       tolerance of the solution for the salt
    newton     number of steps of Newton's method, if it is fixed: then a step can be differentiated backwards
    """

    grid: Grid
    carried: Carried = field(default_factory=Still)
    width: float = 1.0
    keeping: float = 1.0
    courant: float = 0.2
    change: float = 0.05
    closure: float = 1e-4
    tolerance: float = 1e-4
    salt: float = 1e-6
    newton: int | None = None

    @property
    def front(self) -> float:
        """Share of a cell by which the front may move in a step.

        The profile keeper is explicit and diffuses with V_r eps: dt <= 0.8 spacing^2 / (2 d V_r eps), which is 0.2 of a cell in
        two dimensions and 0.133 in three for eps = 1 cell and V_r = the largest speed.
        """
        dimensions = len(self.grid.shape)
        return min(self.courant, 0.4 / (dimensions * max(self.keeping * self.width, 1e-9)))
