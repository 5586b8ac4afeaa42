"""Substrates with a film that reacts with lithium: exact solutions, what self-limits and what does not, the voltammograms."""

from functools import cache
from typing import Any

import numpy as np
import pytest

import lithoscope as ls
from lithoscope.design.catalogue import entry
from lithoscope.physics.contract import ExactCase
from lithoscope.physics.laws.alloys import alloy_potential, plateaus
from lithoscope.physics.laws.conversion import amount_by_tunnelling, in_series, leak_by_tunnelling

COATING = "physics/cell/equations/coating.py"
LAW = "physics/laws/conversion.py"
CASES = {case.name: case for case in ls.Plated().exact_cases()}


def assert_exact(case: ExactCase) -> None:
    """The case, and no other fault, decides."""
    assert case.error() <= case.tolerance


@pytest.mark.fails_when(LAW, "(1 - x) * into - x * out", "(1 - x) * into - 1.1 * x * out * out")
def test_the_peak_of_insertion_is_that_of_a_thin_layer() -> None:
    """F n x_max F nu / (4 R T). The film is one well-mixed layer in this model, so that Randles and Sevcik do not apply."""
    assert_exact(CASES["peak of insertion in a thin layer"])


@pytest.mark.fails_when("physics/laws/conversion.py", "np.exp(-product / decay)", "np.exp(-1.01 * product / decay)")
def test_conversion_where_electrons_tunnel() -> None:
    assert_exact(CASES["conversion where electrons tunnel"])


@pytest.mark.fails_when(
    "physics/laws/conversion.py", "driving * conductivity / thickness", "1.01 * driving * conductivity / thickness"
)
def test_conversion_where_electrons_are_conducted() -> None:
    assert_exact(CASES["conversion where electrons are conducted"])


@pytest.mark.fails_when("physics/laws/conversion.py", "electrons * FARADAY * decay", "electrons * decay")
def test_the_amount_solves_its_law() -> None:
    """dn/dt = j_e / (z F), by differences; and reaction and supply in series have both limits."""
    t, h = np.geomspace(1, 1e6, 25), 1e-4
    rate = (amount_by_tunnelling(60.0, 4e-4, 2.0, t * (1 + h)) - amount_by_tunnelling(60.0, 4e-4, 2.0, t * (1 - h))) / (
        2 * h * t
    )
    leak = leak_by_tunnelling(60.0, amount_by_tunnelling(60.0, 4e-4, 2.0, t), 4e-4)
    assert rate == pytest.approx(leak / (2 * 96485.33212), rel=1e-6)
    assert in_series(1e30, 3.0) == pytest.approx(3.0)
    assert in_series(3.0, 1e30) == pytest.approx(3.0)


@pytest.mark.fails_when(
    "physics/laws/alloys.py", "(after - before) * (1 + np.tanh((y - end)", "(after - before) * (1 + np.tanh((y + end)"
)
@pytest.mark.parametrize("metal", ["Sn", "Pb"])
def test_the_staircase_has_its_plateaus(metal: str) -> None:
    steps = plateaus(metal)
    assert steps[-1][1] == 4.25
    starts = [0.0, *(end for _, end in steps[:-1])]
    for (U, end), start in zip(steps, starts, strict=True):
        assert float(alloy_potential(metal, (start + end) / 2)) == pytest.approx(U, abs=0.012)


@cache
def lithiated(material: str, density: str, leak: str = "tunnelling") -> ls.Result:
    """A coated substrate at a constant current down to 20 mV."""
    program = ls.Program([ls.Current(density, {"voltage_below": "20 mV", "duration": "300 h"})])
    return ls.run(ls.Cell.parse(entry(f"perovskite/steel-{material}")), program, ls.Plated(leak=leak), progress=False)  # type: ignore[arg-type]


def share(material: str, density: str, leak: str = "tunnelling") -> float:
    return float(lithiated(material, density, leak)["working_converted_share"][-1])


@pytest.mark.fails_when(COATING, "supply * (1 - share)", "supply * (1 - share) / (1 + share)")
def test_the_tin_film_calibrates_and_the_lead_film_is_predicted() -> None:
    """30 % of 1 um sets the leak amount; with it 2 um of the lead film convert by 15 %, as reported: the amount is the same."""
    assert share("masncl3", "-0.05 mA/cm2") == pytest.approx(0.30, abs=1e-3)
    assert share("mapbcl3", "-0.05 mA/cm2") == pytest.approx(0.15, abs=5e-3)
    amounts = [float(lithiated(m, "-0.05 mA/cm2")["working_converted_amount"][-1]) for m in ("masncl3", "mapbcl3")]
    assert amounts[1] == pytest.approx(amounts[0], rel=0.05), "whatever the thickness"


@pytest.mark.fails_when(COATING, 'if leak == "tunnelling":', "if True:")
def test_the_rate_tells_the_two_leaks_apart() -> None:
    """Ten times the rate: a third less converts where electrons tunnel, six parts in seven where they are conducted."""
    tunnelling, conduction = (
        [share("masncl3", density, leak) for density in ("-0.05 mA/cm2", "-0.5 mA/cm2")]
        for leak in ("tunnelling", "conduction")
    )
    assert conduction[0] == pytest.approx(0.30, abs=0.01), "calibrated on the same amount"
    assert tunnelling[1] / tunnelling[0] == pytest.approx(0.65, abs=0.03)
    assert conduction[1] / conduction[0] < 0.2
    assert share("mapbcl3", "-0.05 mA/cm2", "conduction") > 0.18, "and conduction misses the lead film"


@pytest.mark.fails_when(COATING, "cell.rhs[content] = reduced", "cell.rhs[content] = 0.999 * reduced")
def test_ledger_of_a_lithiation() -> None:
    """Closes to 1e-9; each reservoir within 1e-6; the charge is what the reservoirs hold; each metal takes 4.25 lithium at most."""
    result = lithiated("masncl3", "-0.05 mA/cm2")
    assert result.ledger.residual <= 1e-9
    r = result.ledger.reservoirs
    assert max(one.mismatch for one in r.values()) <= 1e-6
    taken = sum(r[f"working_{kind}_lithium"].change for kind in ("inserted", "converted", "alloyed", "surface_film"))
    assert -float(result["charge_passed"][-1]) == pytest.approx(taken, rel=1e-3)
    per_metal = r["working_alloyed_lithium"].final / (96485.33212 * float(result["working_converted_amount"][-1]))
    assert 4.2 < per_metal <= 4.25
    first = taken / 36000
    assert 0.045 < first < 0.06, "of a first 1 mAh/cm2"


@pytest.mark.fails_when(LAW, "return u / (abs(u) + NEARLY_FULL)", "return (u + abs(u)) / 2 / (abs(u) + NEARLY_FULL)")
def test_an_alloy_that_is_not_there_does_not_fall_below_nothing() -> None:
    """Where metal has hardly formed and nothing alloys, the alloyed lithium stays at zero, to what the solver can tell.

    At a tolerance that lets it drift.
    """
    program = ls.Program([ls.Scan("0.9 V", "1 mV/s", start="2 V")])
    for film in ("masncl3", "mapbcl3"):
        cell, model = ls.Cell.parse(entry(f"perovskite/steel-{film}")), ls.Plated(relative_tolerance=1e-7)
        result = ls.run(cell, program, model, progress=False)
        assert float(result["working_alloyed_lithium"].min()) > -1e-7, "C/m2"
        assert result.manifest.solver["retries"] == 0


@pytest.mark.fails_when(LAW, "FASTEST_A_M2 = 100.0", "FASTEST_A_M2 = 10000.0")
def test_the_books_of_a_fast_alloy_close() -> None:
    """At the end of its range the rate is a hundred times its value; the alloy then follows its equilibrium."""
    cell = ls.Cell.parse(entry("perovskite/steel-mapbcl3")).changed("working.coating.alloying_rate", "20 mA/cm2")
    result = ls.run(cell, ls.Program.cyclic_voltammetry(["2 V", "-0.1 V", "1 V"], "1 mV/s"), progress=False)
    assert result.status.word == "program completed"
    assert result.manifest.solver["points"] < 8000, "the integrator does not creep: it took 17900"


@cache
def scanned(cell: str) -> ls.Result:
    """The first cycle of a voltammogram from 2 V."""
    program = ls.Program.cyclic_voltammetry(["2 V", "-0.1 V", "1 V"], "1 mV/s")
    return ls.run(ls.Cell.parse(entry(f"perovskite/{cell}")), program, progress=False)


def down(cell: str) -> tuple[Any, Any]:
    """Voltage, V, and current density, mA/cm2, of the first scan, without its first tenth of a second."""
    result = scanned(cell)
    shown = (result["step"].values == 1) & (result["time"].values > 0.1)
    return result["voltage"].values[shown], result["current_density"].values[shown] / 10


@pytest.mark.fails_when(COATING, 'P("Insertion potential [V]")', '(0.3 + P("Insertion potential [V]"))')
def test_insertion_shows_and_bare_steel_is_flat() -> None:
    """A peak near 1.5 V on the tin film, near 1.2 V on the lead film, and none above 1 V on bare steel or PbCl2."""
    for cell, potential in (("steel-masncl3", 1.48), ("steel-mapbcl3", 1.16)):
        V, J = down(cell)
        above = V > 1
        assert V[above][np.argmin(J[above])] == pytest.approx(potential, abs=0.03)
        assert J[above].min() < -0.03
    for cell in ("steel", "steel-pbcl2"):
        V, J = down(cell)
        assert np.abs(np.interp(np.linspace(1, 1.9, 50), V[::-1], J[::-1])).max() < 1e-3, (
            "a trace keeps no points where it is flat"
        )


@pytest.mark.fails_when("physics/cell/models/substrate.py", '*(["coating"] if of.coating else [])', "*([])")
def test_order_of_the_currents() -> None:
    """At -0.1 V and near +0.1 V the coated substrates carry more than bare steel, and PbCl2 much less than MAPbCl3."""
    at_least, at_most = {}, {}
    for cell in ("steel", "steel-masncl3", "steel-mapbcl3", "steel-pbcl2"):
        result = scanned(cell)
        V, J, back = result["voltage"].values, result["current_density"].values / 10, result["step"].values == 2
        at_least[cell] = -down(cell)[1][-1]
        at_most[cell] = float(np.interp(0.1, V[back], J[back]))
        assert result.ledger.residual <= 1e-9
        assert max(one.mismatch for one in result.ledger.reservoirs.values()) <= 1e-6
    for coated in ("steel-masncl3", "steel-mapbcl3"):
        assert at_least[coated] > 1.5 * at_least["steel"]
        assert at_most[coated] > 1.5 * at_most["steel"]
    assert at_least["steel-pbcl2"] < 0.1 * at_least["steel-mapbcl3"]


@pytest.mark.fails_when("design/coating.py", "if missing:", "if False:")
def test_an_unknown_coating_is_refused() -> None:
    """It says what is missing; a known one can be changed in part."""
    with pytest.raises(ls.InputError, match='"MASnCl4": how it reacts.*Did you mean "MASnCl3".*Give conductivity'):
        ls.Coating("MASnCl4", "1 um")
    assert ls.Coating("MASnCl3", "1 um", insertion_limit=0.02)
    metal = ls.Substrate("steel", coating=ls.Coating("PbCl2", "1 um"))
    cell = ls.Cell(metal, "PP 20 um", "1 M LiPF6 EC:DMC 1:1", "1 cm2", ls.Foil("500 um"))
    assert ls.Cell.parse(cell.to_toml()) == cell


@pytest.mark.fails_when("analysis/voltammetry.py", "begins = min(t[0] + SETTLED_S, t[-1])", "begins = t[0]")
def test_voltammogram() -> None:
    """One curve for each scan, in its own units, without the spike of the start."""
    drawn = ls.draw(scanned("steel-masncl3"), "voltammogram")
    (axes,) = drawn.axes
    curves = [line for line in axes.lines if len(line.get_xdata()) > 2]
    assert len(curves) == 2
    V, J = (np.asarray(values) for values in curves[0].get_data())
    assert V[0] == pytest.approx(1.999, abs=1e-4)
    assert V[-1] == pytest.approx(-0.1, abs=1e-6)
    assert np.abs(J).max() < 3
    assert "mA" in axes.get_ylabel()
    rested = ls.run(ls.Cell.parse(entry("perovskite/steel")), ls.Program([ls.Rest("1 s")]), progress=False)
    with pytest.raises(ls.InputError, match="has no scan.*cyclic_voltammetry"):
        ls.draw(rested, "voltammogram")
