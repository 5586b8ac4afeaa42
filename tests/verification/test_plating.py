"""Lithium plated on a metal from zero thickness: exact efficiencies, the dip, the ledger, what is refused."""

from typing import Any

import numpy as np
import pytest

import lithoscope as ls
from lithoscope.physics.cell.exact_substrate import efficiency, lossless
from lithoscope.physics.contract import ExactCase

SUBSTRATE = "physics/cell/equations/substrate.py"
CASES = {case.name: case for case in ls.Plated().exact_cases()}
PARTS: dict[str, Any] = {
    "separator": "PP 20 um", "electrolyte": "1 M LiPF6 EC:DMC 1:1", "area": "1 cm2", "counter": ls.Foil("500 um"),
}  # fmt: skip


def assert_exact(case: ExactCase) -> None:
    """The case, and no other fault, decides."""
    assert case.error() <= case.tolerance


@pytest.mark.fails_when(SUBSTRATE, "self.rhs[plated] = -passed - died", "self.rhs[plated] = -passed - 1e-5 * plating - died")
def test_all_comes_back_without_losses() -> None:
    """To 1e-6 of the charge from the second cycle on, measured 1e-12; the first leaves what has no area."""
    assert_exact(CASES["all comes back without losses"])


@pytest.mark.fails_when(SUBSTRATE, 'P("Working film fraction") * plating', '1.001 * P("Working film fraction") * plating')
def test_efficiency_of_set_losses() -> None:
    assert_exact(CASES["efficiency of set losses"])


@pytest.mark.fails_when(SUBSTRATE, 'P("Working dead fraction") * stripping', '1.001 * P("Working dead fraction") * stripping')
def test_average_efficiency_with_a_reservoir() -> None:
    assert_exact(CASES["average efficiency with a reservoir"])


@pytest.mark.fails_when(
    SUBSTRATE, 'P("Lithium molar volume [m3.mol-1]") / FARADAY', '1.00001 * P("Lithium molar volume [m3.mol-1]") / FARADAY'
)
def test_thickness() -> None:
    """4.85 um per mAh/cm2."""
    assert_exact(CASES["thickness of a dense deposit"])


@pytest.mark.fails_when(
    SUBSTRATE,
    'P("Working corrosion current density [A.m-2]") * area',
    '0.999 * P("Working corrosion current density [A.m-2]") * area',
)
def test_corrosion() -> None:
    assert_exact(CASES["corrosion at rest"])


@pytest.fixture(scope="module")
def copper() -> ls.Result:
    """Ten cycles on copper with everything on."""
    program = ls.Program.plate_strip("1 mA/cm2", "1 mAh/cm2", "1 V", cycles=10)
    return ls.run(ls.Cell(ls.Substrate("Cu"), **PARTS), program, progress=False)


@pytest.mark.fails_when(SUBSTRATE, "self.rhs[film] = reduced", "self.rhs[film] = 0.9999 * reduced")
def test_ledger(copper: ls.Result) -> None:
    """Closes to 1e-9; every reservoir agrees with its own quadrature to 1e-6; nothing is negative."""
    assert copper.status.word == "program completed"
    assert copper.ledger.residual <= 1e-9
    assert max(r.mismatch for r in copper.ledger.reservoirs.values()) <= 1e-6
    assert set(copper.ledger.reservoirs) == {
        "working_lithium", "counter_lithium", "working_dead_lithium", "working_film_lithium", "working_surface_film_lithium",
        "electrolyte_lithium", "double_layer_lithium",
    }  # fmt: skip
    for name in ("working_lithium", "working_dead_lithium", "working_film_lithium", "working_surface_film_lithium"):
        assert float(copper[name].min()) >= -1e-9, "C/m2, of tens of thousands"


@pytest.mark.fails_when("physics/cell/cycles.py", "np.maximum(-ions, 0) if empty else", "np.abs(ions) if empty else")
def test_efficiency_by_charge_is_that_by_the_reservoirs(copper: ls.Result) -> None:
    """What did not come back is in the reservoirs of what was lost, on the metal, or in the double layers."""
    r = copper.ledger.reservoirs
    rest = r["working_lithium"].change + r["double_layer_lithium"].change
    table = copper.cycles
    missing = 36000 * (1 - table["coulombic_efficiency"]).sum()
    lost = 36000 * (1 - table["efficiency"]).sum()
    # The counter electrode keeps its part of the double layers, a millivolt on 0.1 F/m2.
    assert missing == pytest.approx(lost + rest, abs=0.05)
    assert table["coulombic_efficiency"].iloc[0] < table["coulombic_efficiency"].iloc[-1] < 0.88
    assert table["coulombic_efficiency"].iloc[-1] == pytest.approx(efficiency(0.05, 0.08), abs=0.003)


def first_plating(metal: ls.Substrate) -> tuple[float, float]:
    """Least voltage of a first plating, and the voltage at its end, V."""
    program = ls.Program.plate_strip("1 mA/cm2", "1 mAh/cm2", "1 V", cycles=1)
    result = ls.run(ls.Cell(metal, **PARTS), program, progress=False)
    plating = result["voltage"].values[result["step"].values == 1]
    return float(plating.min()), float(plating[-1])


@pytest.mark.fails_when(SUBSTRATE, 'without = P("Share without nucleation")', 'without = 0 * P("Share without nucleation")')
@pytest.mark.parametrize("metal", ["Au", "Ag", "Zn", "Sn", "Pb"])
def test_a_metal_that_lithium_dissolves_has_no_dip(metal: str) -> None:
    """Within 0.1 mV of where the plateau ends; on copper the voltage goes far below."""
    least, end = first_plating(ls.Substrate(metal))
    assert least == pytest.approx(end, abs=1e-3)


@pytest.mark.fails_when(SUBSTRATE, '-phi - P("Nucleation barrier [V]")', "-phi")
def test_the_barrier_is_the_dip() -> None:
    """A higher barrier deepens the dip and leaves the plateau where it is. A thin native film lets it show by itself."""
    thin = ls.Deposit(native_film=ls.NativeFilm("1 nm", "1e-8 S/cm"))
    found = [first_plating(ls.Substrate("Cu", nucleation=ls.Nucleation(barrier), deposit=thin)) for barrier in ("0 V", "0.1 V")]
    (low, low_end), (high, high_end) = found
    assert low_end == pytest.approx(high_end, abs=1e-3)
    assert low_end - low > 5e-3
    assert (low - high) == pytest.approx(0.1, abs=0.03)


@pytest.mark.fails_when("analysis/efficiency.py", 'steps["ended"].iloc[outside[1]] != "voltage above"', "False")
def test_reservoir_efficiency_of_a_result() -> None:
    """As the protocol computes it; and a run that is not one, or not complete, is refused with words that help."""
    program = ls.Program.reservoir_efficiency("1 mA/cm2", "2 mAh/cm2", "0.5 mAh/cm2", "1 V", cycles=5)
    cell = lossless(film_fraction=0.02, dead_fraction=0.03)
    assert ls.reservoir_efficiency(ls.run(cell, program, progress=False)) == pytest.approx(efficiency(0.02, 0.03), rel=1e-5)
    with pytest.raises(ls.InputError, match="has no reservoir"):
        ls.reservoir_efficiency(ls.run(cell, ls.Program.plate_strip("1 mA/cm2", "1 mAh/cm2", "1 V", cycles=1), progress=False))
    early = ls.Program([*program.steps[:-1], ls.Current("1 mA/cm2", {"capacity": "0.1 mAh/cm2"})])
    with pytest.raises(ls.InputError, match="ended its last stripping because capacity reached.*would count as lost"):
        ls.reservoir_efficiency(ls.run(cell, early, progress=False))


@pytest.mark.fails_when("physics/cell/model.py", "if kind not in self.suits:", "if False:")
def test_a_wrong_pairing_names_the_right_model(bare: ls.Cell) -> None:
    """And the remedies run."""
    program, substrate = ls.Program([ls.Rest("1 s")]), ls.Cell(ls.Substrate("steel"), **PARTS)
    with pytest.raises(
        ls.InputError, match=r'model.kind = "planar".*is a substrate. Expected "substrate".*ls.Plated\(\)'
    ) as caught:
        ls.run(substrate, program, ls.Planar(), progress=False)
    assert caught.value.why
    with pytest.raises(ls.InputError, match=r'model.kind = "substrate".*is a foil. Expected "planar" or "mossy"'):
        ls.run(bare, program, ls.Plated(), progress=False)
    with pytest.raises(ls.InputError, match="model.kind"):
        ls.Planar().to_pybamm(substrate)
    for model in (None, ls.Plated()):
        result = ls.run(substrate, program, model, progress=False)
        assert 'kind = "substrate"' in result.manifest.inputs["model"]


@pytest.mark.fails_when(
    "design/substrate.py", "if not given and not coated and self.material not in known_substrates():", "if False:"
)
def test_an_unknown_metal_is_refused() -> None:
    """And the remedy runs."""
    with pytest.raises(
        ls.InputError, match=r'"copper": how lithium nucleates on it is not in the data tables.*barrier = "40 mV"'
    ):
        ls.Substrate("copper")
    assert ls.Substrate("copper", nucleation=ls.Nucleation("40 mV", 0))


@pytest.mark.fails_when("physics/cell/solve.py", 'y, float(found["Voltage [V]"][0]))', "y, 0.0)")
def test_the_cell_begins_at_its_potential_at_assembly() -> None:
    """A first scan without a start begins there."""
    result = ls.run(ls.Cell(ls.Substrate("Cu"), **PARTS), ls.Program([ls.Scan("2.4 V", "10 mV/s")]), progress=False)
    assert float(result["voltage"][0]) == pytest.approx(2.5, abs=1e-6)
    assert float(result["time"][-1]) == pytest.approx(10.0, rel=1e-9)


@pytest.mark.fails_when("physics/cell/models/substrate.py", "faster * conductivity)", "conductivity)")
def test_the_model_stays_plain_pybamm() -> None:
    """PyBaMM's own simulation gives the same voltage at the end of a plating, also at 35 degC."""
    from lithoscope.physics.cell.engine import pybamm

    cell = ls.Cell(ls.Substrate("Cu"), **PARTS, temperature="35 degC")
    model, values = ls.Plated().to_pybamm(cell)
    solver = pybamm.IDAKLUSolver(rtol=1e-8, atol=1e-10, options={"dt_init": 1e-8, "suppress_algebraic_error": True})
    values["Current function [A]"] = 1e-3
    theirs = pybamm.Simulation(model, parameter_values=values, solver=solver, var_pts={"x": 40}).solve([0, 3600])
    ours = ls.run(cell, ls.Program([ls.Current("-1 mA/cm2", {"duration": "1 h"})]), progress=False)
    assert float(theirs["Voltage [V]"].entries[-1]) == pytest.approx(float(ours["voltage"][-1]), abs=1e-7)
    warm = float(ours["voltage"][-1])
    cold = ls.run(
        cell.replaced(temperature="25 degC"), ls.Program([ls.Current("-1 mA/cm2", {"duration": "1 h"})]), progress=False
    )
    assert float(cold["voltage"][-1]) < 1.8 * warm, "a resistance that falls by Arrhenius"
    assert np.isfinite(warm)
