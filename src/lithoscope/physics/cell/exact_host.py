"""Exact solutions of the host model, and the cases that compare the model with them.

While little has been stripped the lithium is the same everywhere. With lithium that conducts well and a salt whose lithium ions
carry all of the current (t+ = 1) the host is the porous electrode of the textbook: with the depth d, the thickness L and
l = sqrt(kappa R / a),

    j = J / (a l) cosh((L - d) / l) / sinh(L / l),   resistance sqrt(R / (kappa a)) coth(L / l)
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from lithoscope.constants import FARADAY
from lithoscope.design import Cell, ConstantProperties, Electrolyte, Foil, FrontLaw, Host, NativeFilm, Separator
from lithoscope.physics.cell.exact import current_step
from lithoscope.physics.contract import ExactCase, silent
from lithoscope.physics.laws.host import penetration_depth, porous_resistance, stripping_share
from lithoscope.protocol import Current, Program

if TYPE_CHECKING:
    from lithoscope.physics.cell.model import CellModel
    from lithoscope.result import Result

Array = NDArray[np.float64]

CURRENT = 10.0
"""A/m2, in all cases."""


def porous_cell(transference: float = 1.0, **host: Any) -> Cell:
    """A host of 200 um whose interface is a film, so that it is linear, against a fast foil."""
    given: dict[str, Any] = {
        "thickness": "200 um", "lithium_fraction": 0.4, "fibre_diameter": "400 nm", "fibre_fraction": 0.08, "area_share": 0.5,
        "native_film": NativeFilm("10 nm", "2e-8 S/cm"), "exchange_current_density": "1000 mA/cm2",
        "front": FrontLaw(lithium_conductivity="1e7 S/m"),
    }  # fmt: skip
    return Cell(
        working=Host(**(given | host)),
        counter=Foil("750 um", native_film=NativeFilm("0.1 nm", "1 S/cm"), exchange_current_density="1000 mA/cm2"),
        separator=Separator("slab", "25 um", 0.5, 4.0),
        electrolyte=Electrolyte("salt", "1 mol/L", {"solvent": 1.0},
                                properties=ConstantProperties("5 mS/cm", "3e-10 m2/s", transference, 2.0)),
        area="1 cm2",
    )  # fmt: skip


def _numbers(cell: Cell) -> tuple[float, float, float, float]:
    """kappa S/m, R ohm m2, a 1/m and L m of a porous cell."""
    from lithoscope.physics.cell.models.host import host_inputs

    n = host_inputs(cell)
    s = n["Working host initial lithium fraction"]
    kappa = 0.5 * (1 - n["Working host matrix fraction"] - s) ** n["Working host Bruggeman exponent"]
    area = n["Working host specific area [m-1]"] * float(stripping_share(s, n["Working host area half fraction"]))
    # Charge transfer adds a two-thousandth to the film.
    R = n["Working native film resistance [Ohm.m2]"] + 0.025693 / n["Working exchange current density [A.m-2]"]
    return kappa, R, area, n["Working host thickness [m]"]


def reaction(depth: Array, conductivity: float, resistance: float, area: float, thickness: float) -> Array:
    """Current density on the inner surface at a depth for 10 A/m2, A/m2. Arguments as in `laws.host`."""
    reach = penetration_depth(conductivity, resistance, area)
    return np.asarray(CURRENT / (area * reach) * np.cosh((thickness - depth) / reach) / np.sinh(thickness / reach))


def cases(model: CellModel) -> Sequence[ExactCase]:
    """The exact cases of a host model, at a tolerance and with a mesh fine enough for them. Each takes some seconds."""
    fine = model.replaced(relative_tolerance=1e-7, cells=60)

    def run(cell: Cell, *steps: Current) -> Result:
        return fine.simulate(cell, Program(list(steps)), silent)

    return (
        ExactCase("resistance of a porous electrode", 3e-3, partial(_resistance, run)),
        ExactCase("depth of its reaction", 3e-3, partial(_profile, run)),
        ExactCase("salt that is carried with the volume", 1e-7, partial(_carried, run)),
        ExactCase("electrolyte that lithium displaces", 1e-6, partial(_displaced, run)),
        ExactCase("steady salt in the separator", 1e-2, partial(_steady, run)),
    )


def _resistance(run: Any) -> float:
    """Error of the potential of the host over the current, a second after the current was switched on."""
    cell = porous_cell()
    found = float(run(cell, current_step(CURRENT, 1.0))["working_potential"][-1]) / CURRENT
    return abs(found / porous_resistance(*_numbers(cell)) - 1)


def _profile(run: Any) -> float:
    """Largest error of what ten seconds have stripped at each depth, relative to the top."""
    cell = porous_cell()
    result = run(cell, current_step(CURRENT, 10.0))
    last = result.profiles.isel(time=-1)
    n = last.sizes["cell"] // 2
    kappa, R, area, L = _numbers(cell)
    depth = last["position"].values[n:] - 25e-6
    gone = 0.4 - last["lithium_fraction"].values[n:]
    exact = reaction(depth, kappa, R, area, L) * area
    # The shares of the depths are compared: the double layer takes its part of the charge in the first moment.
    return float(np.max(np.abs(gone / gone.sum() - exact / exact.sum())) / (exact[0] / exact.sum()))


def _carried(run: Any) -> float:
    """Largest change of the concentration while 2 mAh/cm2 of lithium go: without diffusion and migration of anions there is
    none, because the electrolyte that moves takes its salt along.
    """
    result = run(porous_cell(), current_step(CURRENT, 7200.0))
    return float(np.max(np.abs(result.profiles["salt_concentration"].values / 1000.0 - 1)))


def _displaced(run: Any) -> float:
    """Error of the salt that came in from outside with the volume of the lithium that went, c_0 V_m Q."""
    result = run(porous_cell(), current_step(CURRENT, 7200.0))
    reservoirs = result.ledger.reservoirs
    volume = -reservoirs["working_host_lithium"].change * 13.0e-6 / FARADAY
    return float(abs(reservoirs["electrolyte_lithium"].change / (FARADAY * 1000.0 * volume) - 1))


def _steady(run: Any) -> float:
    """Error of the difference of concentration over the separator, (1 - t+) J L N_M / (F D): once steady no anions move against
    the electrolyte. The host goes on changing slowly, which keeps it from being exact.
    """
    result = run(porous_cell(transference=0.3), current_step(CURRENT, 3600.0))
    last = result.profiles.isel(time=-1)
    n = last.sizes["cell"] // 2
    x, c = last["position"].values[:n], last["salt_concentration"].values[:n]
    slope = (c[-1] - c[0]) / (x[-1] - x[0])
    return float(abs(slope / (0.7 * CURRENT * 4.0 / (FARADAY * 3e-10)) - 1))
