"""Exact solutions for full cells, each a closed form or PyBaMM's own half cell."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from typing import Any

import numpy as np

from lithoscope.design import Ageing, Cathode, Cell, Electrolyte, Foil, NativeFilm
from lithoscope.physics.cell.chunk import Array
from lithoscope.physics.cell.consumption import consumption
from lithoscope.physics.cell.exact_ageing import film_thickness
from lithoscope.physics.cell.model import CellModel
from lithoscope.physics.cell.params import counter_face
from lithoscope.physics.contract import ExactCase, silent
from lithoscope.physics.laws.cathodes import OPEN_CIRCUIT_POTENTIALS
from lithoscope.protocol import Current, Program, Rest
from lithoscope.result import Result

Run = Callable[..., Result]

DENSITY, LOW, HIGH = 14.0, 3.0, 4.2
"""Current density, A/m2, and limits of the voltage, V, of the comparison."""


def calm(material: str = "LCO", loading: str = "20 mg/cm2", *, share: float = 0.0, **electrolyte: Any) -> Cell:
    """A full cell whose lithium ages at a share of the rates of the data tables, under a film of 1e-7 ohm m2.

    electrolyte  fields of the electrolyte, such as its amount
    """
    usual = Ageing()
    scaled: dict[str, Any] = {
        name: share * usual.quantity(name).value for name in ("dead_fraction", "mossy_fraction", "pit_area")
    }
    # With a film that conducts so well, that on moss of the usual resistance is thick: less area for it to take lithium from.
    scaled["mossy_half_charge"] = "2.6e5 C/m2"
    scaled["film_growth_rate"] = f"{share * usual.quantity('film_growth_rate').value!r} m2/s"
    return Cell(
        Cathode(material, loading),
        counter=Foil("200 um", native_film=NativeFilm("1 nm", "1e-4 S/cm"), ageing=Ageing(**scaled)),
        separator="PP 20 um",
        electrolyte=Electrolyte("LiPF6", "1 mol/L", {"EC": 0.5, "DMC": 0.5}, **electrolyte),
        area="1 cm2",
    )


def charged_and_discharged(run: Run, cell: Cell) -> list[tuple[Array, Array]]:
    """Times, s, and voltages, V, of a full charge and a full discharge."""
    steps = (Current(f"{DENSITY} A/m2", {"voltage_above": f"{HIGH} V", "duration": "10 h"}),
             Current(f"-{DENSITY} A/m2", {"voltage_below": f"{LOW} V", "duration": "10 h"}))  # fmt: skip
    seen = run(cell, *steps)
    halves = []
    for step in (1, 2):
        here = seen["step"].values == step
        halves.append((seen["time"].values[here] - seen["time"].values[here][0], seen["voltage"].values[here]))
    return halves


def difference(ours: Sequence[tuple[Array, Array]], theirs: Sequence[tuple[Array, Array]]) -> float:
    """Largest difference of the voltages of both halves at the same times, V.

    Without the first second, in which double layers are charged, and without the last percent of the discharge, where the
    voltage falls by volts and what is compared is the capacity.
    """
    worst = 0.0
    for (t, V), (s, W) in zip(ours, theirs, strict=True):
        at = np.linspace(1.0, 0.99 * min(t[-1], s[-1]), 2000)
        worst = max(worst, float(np.max(np.abs(np.interp(at, t, V) - np.interp(at, s, W)))))
    return worst


def stock(cell: Cell, rtol: float = 1e-8, cells: int = 20) -> list[tuple[Array, Array]]:
    """The same charge and discharge by PyBaMM's own half cell."""
    from lithoscope.physics.cell.reference import stock_cycles, stock_voltages

    return stock_voltages(stock_cycles(cell, DENSITY, LOW, HIGH, 1, rtol, cells)())


def cases(model: CellModel) -> Sequence[ExactCase]:
    """The exact cases of the full cell. Each takes some seconds."""
    fine = model.replaced(relative_tolerance=1e-8)

    def run(cell: Cell, *steps: Current | Rest) -> Result:
        return fine.simulate(cell, Program(list(steps)), silent)

    return (
        ExactCase("half cell of PyBaMM without ageing, share of 1 V", 5e-4, partial(_half_cell, run, fine.cells)),
        ExactCase("voltage at rest", 1e-9, partial(_rest, run)),
        ExactCase("solvent in the film that grows at rest", 5e-6, partial(_solvent, run)),
    )


def _half_cell(run: Run, cells: int) -> float:
    """Largest difference of the voltage over a full charge and a full discharge, V."""
    return difference(charged_and_discharged(run, calm()), stock(calm(), cells=cells))


def _rest(run: Run) -> float:
    """Error of the voltage of a cell at rest, the potential of its cathode."""
    cell = calm("LTO", "3.2 mg/cm2")
    assert isinstance(cell.working, Cathode)
    exact = OPEN_CIRCUIT_POTENTIALS["LTO"](cell.working.quantity("lithium_content").value)
    return float(abs(run(cell, Rest("1 h"))["voltage"][-1] / exact - 1))


def _solvent(run: Run) -> float:
    """Error of the solvent that ten hours of rest consume, nu_s (delta - delta_0) / V_f on an area of 1."""
    cell = calm(share=1.0, film_reactions={"carbonate": 0.7, "fluoride": 0.3}).changed("counter.ageing.mossy_fraction", 0)
    seen, used = run(cell, Rest("10 h")), consumption(cell, 0.0)
    face = counter_face(cell)
    grown = film_thickness(face.native_film_thickness, face.ageing.film_growth_rate, 36000.0) - face.native_film_thickness
    exact = used.solvent * float(grown) / used.film_volume
    left = seen["solvent_left"]
    return float(abs((left[0] - left[-1]) / exact - 1))
