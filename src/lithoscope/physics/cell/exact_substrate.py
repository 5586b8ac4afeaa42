"""Exact solutions of the substrate model, and the cases that compare the model with them.

Of what is plated the share f goes into film, and for each that is stripped chi dies. With nothing else lost the lithium of a
cycle is plated as 1 - f and stripped as 1 + chi, so that what comes back is (1 - f) / (1 + chi): in one cycle between two
equal states, and over a reservoir of any size and any number of cycles.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from typing import TYPE_CHECKING, Any

import numpy as np

from lithoscope.constants import FARADAY
from lithoscope.data import lookup
from lithoscope.design import Cell, Deposit, Foil, NativeFilm, Substrate, SurfaceFilm
from lithoscope.physics.cell.exact import current_step
from lithoscope.physics.contract import ExactCase, silent
from lithoscope.protocol import Program, Rest

if TYPE_CHECKING:
    from lithoscope.physics.cell.model import CellModel
    from lithoscope.result import Result
    from lithoscope.units import Given

Run = Callable[[Cell, Program], "Result"]


def efficiency(film_fraction: float, dead_fraction: float) -> float:
    """What comes back of what was plated, (1 - f) / (1 + chi).

    >>> round(efficiency(0.03, 0.03), 4)
    0.9417
    """
    return (1 - film_fraction) / (1 + dead_fraction)


def dense_thickness(charge: float) -> float:
    """Thickness of dense lithium, V_m Q / F, m; charge C/m2."""
    return lookup("lithium.molar_volume").to("m3/mol") * charge / FARADAY


def lossless(material: str = "Cu", *, nucleation: Any = None, **on: Given) -> Cell:
    """A cell with a substrate on which nothing is lost but what is switched on."""
    off: dict[str, Given] = {"dead_fraction": 0, "film_fraction": 0, "corrosion_current_density": "0 A/m2"}
    metal = Substrate(
        material,
        deposit=Deposit(native_film=NativeFilm("1 nm", "1e-8 S/cm"), **(off | on)),
        surface_film=SurfaceFilm(surface_film_leak="0 A/m2"),
        **({} if nucleation is None else {"nucleation": nucleation}),
    )
    return Cell(metal, "PP 20 um", "1 M LiPF6 EC:DMC 1:1", "1 cm2", Foil("500 um"))


def cases(model: CellModel) -> Sequence[ExactCase]:
    """The exact cases of the substrate model, at a tolerance fine enough for them. Each takes about a second."""
    fine = model.replaced(relative_tolerance=1e-9)

    def run(cell: Cell, program: Program) -> Result:
        return fine.simulate(cell, program, silent)

    return (
        ExactCase("all comes back without losses", 1e-6, partial(_cycle, run, 0.0, 0.0)),
        ExactCase("efficiency of set losses", 1e-5, partial(_cycle, run, 0.05, 0.08)),
        ExactCase("average efficiency with a reservoir", 1e-5, partial(_reservoir, run)),
        ExactCase("thickness of a dense deposit", 1e-6, partial(_thickness, run)),
        ExactCase("corrosion at rest", 1e-5, partial(_corrosion, run)),
    )


def _cycle(run: Run, f: float, chi: float) -> float:
    """Error of the efficiency of the second of two cycles: the first leaves what has no area to be stripped."""
    result = run(lossless(film_fraction=f, dead_fraction=chi), Program.plate_strip("1 mA/cm2", "1 mAh/cm2", "1 V", cycles=2))
    return float(abs(result.cycles["coulombic_efficiency"].iloc[-1] / efficiency(f, chi) - 1))


def _reservoir(run: Run) -> float:
    """Error of the average efficiency."""
    program = Program.reservoir_efficiency("1 mA/cm2", "2 mAh/cm2", "0.5 mAh/cm2", "1 V", cycles=5)
    steps = run(lossless(film_fraction=0.05, dead_fraction=0.08), program).steps
    charge = steps["charge"].to_numpy()[2:]
    return float(abs(charge[charge > 0].sum() / -charge[charge < 0].sum() / efficiency(0.05, 0.08) - 1))


def _thickness(run: Run) -> float:
    """Error of the thickness that 1 mAh/cm2 makes, but for what charges the double layer."""
    result = run(lossless(), Program([current_step(-10.0, 3600.0)]))
    charged = result.ledger.reservoirs["double_layer_lithium"].change
    return float(abs(result["working_deposit_thickness"][-1] / dense_thickness(36000.0 - charged) - 1))


def _corrosion(run: Run) -> float:
    """Error of the time that corrosion takes for what it took, t = (Q_0 - Q_1 + Q_h ln(Q_0 / Q_1)) / i_c, after a second in
    which the double layers empty.
    """
    cell = lossless("Au", corrosion_current_density="0.1 A/m2")
    result = run(cell, Program([current_step(-10.0, 360.0), Rest("1 s"), Rest("2 h")]))
    plated = result["working_lithium"].values[result["step"].values == 3]
    half = lookup("plating.stripping_half_charge").to("C/m2")
    t = (plated[0] - plated[-1] + half * np.log(plated[0] / plated[-1])) / 0.1
    return float(abs(t / 7200.0 - 1))
