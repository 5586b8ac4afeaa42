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

from lithoscope.constants import FARADAY, thermal_voltage
from lithoscope.data import lookup
from lithoscope.design import Cell, Coating, Deposit, Foil, NativeFilm, Substrate, SurfaceFilm
from lithoscope.physics.cell.exact import current_step
from lithoscope.physics.contract import ExactCase, silent
from lithoscope.physics.laws.conversion import amount_by_tunnelling
from lithoscope.protocol import Program, Rest, Scan, Voltage

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


def thin_layer_peak(charge: float, rate: float, T: float) -> float:
    """Peak of the current density of a layer that takes up a charge evenly and reversibly, J = Q nu / (4 V_T), A/m2.

    charge  Q of the full layer, C/m2;  rate  nu, V/s;  T  K
    At unit slope of Nernst's law x = 1 / (1 + e^u) the largest rate of x is 1/4 per V_T. Where diffusion in the film decides,
    the peak is that of Randles and Sevcik and grows with the root of the rate; which holds is said by delta^2 nu / (D V_T).
    """
    return charge * rate / (4 * thermal_voltage(T))


def amount_by_conduction(driving: float, conductivity: float, volume: float, first: float, z: float, t: float) -> float:
    """What converts in a time at one potential, V n^2 / 2 + x_0 n = (U - phi) sigma t / (z F), mol/m2.

    driving  U - phi, V;  conductivity  sigma, S/m;  volume  V of the product, m3/mol;  first  x_0, m;  z  electrons;  t  s
    """
    passed = driving * conductivity * t / (z * FARADAY)
    return float((np.sqrt(first**2 + 2 * volume * passed) - first) / volume)


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
        ExactCase("peak of insertion in a thin layer", 2e-3, partial(_peak, model)),
        ExactCase("conversion where electrons tunnel", 1e-3, partial(_tunnelling, run)),
        ExactCase("conversion where electrons are conducted", 1e-3, partial(_conducting, model)),
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


def coated(**coating: Given) -> Cell:
    """A cell with a coating that does nothing but what is switched on, and next to no other resistance."""
    off: dict[str, Given] = {
        "conductivity": "1e-4 S/cm", "insertion_rate": "0 A/m2", "leak_current_density": "0 A/m2", "alloying_rate": "0 A/m2",
        "surface_film_share": 0,
    }  # fmt: skip
    thin, fast = NativeFilm("1 nm", "1e-8 S/cm"), "100 mA/cm2"
    metal = Substrate(
        "steel",
        coating=Coating("MASnCl3", **({"thickness": "1 um"} | off | coating)),  # type: ignore[arg-type]  # fields by name
        deposit=Deposit(native_film=thin),
    )
    foil = Foil("500 um", native_film=thin, exchange_current_density=fast)
    return Cell(metal, "PP 20 um", "1 M LiPF6 EC:DMC 1:1", "1 cm2", foil)


def _peak(model: CellModel) -> float:
    """Error of the peak of fast insertion without interaction."""
    cell = coated(insertion_rate="1000 A/m2", insertion_interaction=0, insertion_limit=0.1)
    result = model.simulate(cell, Program([Scan("1.2 V", "1 mV/s", start="2 V")]), silent)
    t, J = result["time"].values, result["current_density"].values
    charge = 0.1 * FARADAY * 1e-6 / lookup("films.MASnCl3.molar_volume").to("m3/mol")
    return float(abs(-J[t > 100].min() / thin_layer_peak(charge, 1e-3, 298.15) - 1))


def _hold(cell: Cell) -> tuple[Cell, Program]:
    return cell, Program([Voltage("0.1 V", {"duration": "1 h"})])


def _tunnelling(run: Run) -> float:
    """Error of what converts in an hour where only the leak limits, in a film that holds too much to be used up."""
    cell = coated(thickness="10 um", molar_volume="1 cm3/mol", leak_current_density="6 mA/cm2", leak_amount="4e-8 mol/cm2",
                  conversion_rate="10 mA/cm2")  # fmt: skip
    found = run(*_hold(cell))["working_converted_amount"][-1]
    return float(abs(found / amount_by_tunnelling(60.0, 4e-4, 2.0, 3600.0) - 1))


def _conducting(model: CellModel) -> float:
    """The same where the product conducts; the potential of the interface is the voltage that is held, less a millivolt."""
    from lithoscope.physics.laws.conversion import LEAST_PRODUCT_M

    fine = model.replaced(relative_tolerance=1e-9, leak="conduction")
    cell = coated(thickness="10 um", molar_volume="1 cm3/mol", product_conductivity="1e-10 S/cm", conversion_rate="10 mA/cm2")
    result = fine.simulate(*_hold(cell), silent)
    volume = lookup("coatings.MASnCl3.product_molar_volume").to("m3/mol")
    exact = amount_by_conduction(0.75 - 0.1, 1e-8, volume, LEAST_PRODUCT_M, 2.0, 3600.0)
    return float(abs(result["working_converted_amount"][-1] / exact - 1))


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
