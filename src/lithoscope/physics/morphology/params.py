"""What the morphology scale needs to know of a cell: the numbers of the cell scale, and the tension of the surface."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from lithoscope.constants import FARADAY
from lithoscope.data import lookup
from lithoscope.design import Cell
from lithoscope.physics.cell.params import CellNumbers, Parameter, foil_parameters, numbers, parameters
from lithoscope.physics.morphology.engine import Array, jnp
from lithoscope.physics.morphology.equations import FLOOR
from lithoscope.physics.morphology.state import Control, Counter, Parameters


@dataclass(frozen=True, slots=True)
class Surface:
    """What resists curvature: surface energy of lithium and tension of the film, N/m; both 0 without capillarity."""

    energy: float
    tension: float

    def capillarity(self, molar_volume: float) -> float:
        """Gamma of E_off = Gamma kappa_c, V m.

        Gamma = (gamma + T_f) V_m / F

        A film under the tension T_f = stress times thickness presses on a convex surface with T_f kappa_c; the work of bringing
        a mole of lithium under that pressure is V_m T_f kappa_c. So tension of the film adds to the surface energy.
        Source: C. Monroe and J. Newman, J. Electrochem. Soc. 151 (2004) A880, for normal stress at a lithium surface.
        """
        return (self.energy + self.tension) * molar_volume / FARADAY


def surface_energy() -> Parameter:
    """Surface energy of lithium with its provenance."""
    return Parameter("lithium.surface_energy", lookup("lithium.surface_energy").quantity("J/m2"), given=False)


def cell_parameters(cell: Cell) -> tuple[Parameter, ...]:
    """Every number that a run uses, with its unit, range, source and status."""
    return (*parameters(cell, foil_parameters("working", cell.foil)), surface_energy())


def film_resistance(found: CellNumbers) -> tuple[float, float]:
    """Of the films on the working and the counter electrode at zero current, native film included, ohm m2 of real surface."""
    faces = (found.working, found.counter)
    working, counter = (face.native_film_resistance + sum(film.resistance for film in face.films) for face in faces)
    return working, counter


def of_cell(cell: Cell, surface: Surface) -> Parameters:
    """The numbers of a cell; nothing is driven yet."""
    found = numbers(cell)
    _, counter = film_resistance(found)
    return Parameters(
        law=found.transport,
        temperature=number(found.temperature),
        c0=number(found.concentration),
        exchange=number(found.working.exchange_current_density),
        capillarity=number(surface.capillarity(found.lithium_molar_volume)),
        molar_volume=number(found.lithium_molar_volume),
        beyond=number(found.macmullin_number * found.thickness),
        counter=Counter(number(found.counter.exchange_current_density), number(counter)),
        control=control(),
        floor=number(FLOOR),
    )


def control(current: float = 0.0, voltage: float | None = None) -> Control:
    """A plating current density, A/m2, or a voltage that is held, V."""
    return Control(number(voltage is not None), number(current), number(voltage or 0.0))


def number(value: float) -> Array:
    """A number as an array of JAX, in double precision."""
    return jnp.asarray(np.float64(value))
