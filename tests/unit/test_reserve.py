"""The laws of a lithium reserve and of energy density: exact, against step-by-step counting, and by hand."""

import numpy as np
import pytest

import lithoscope as ls
from lithoscope.physics.cell.consumption import consumption, mean_molar_volume
from lithoscope.physics.laws.cathodes import exchange_current_density, lithium_cobalt_oxide, lithium_titanate, mean_potential
from lithoscope.physics.laws.life import (
    capacity_after,
    cycles_hidden,
    efficiency_from_knee,
    efficiency_from_loss,
    infer_efficiency,
)

LIFE = "physics/laws/life.py"


def counted(R: float, Q: float, e: float, cycles: int) -> list[float]:
    """Discharge after discharge: what was plated comes back as e of it, the reserve fills up the rest."""
    capacity, found = Q, [Q]
    for _ in range(cycles):
        there = R + e * capacity
        capacity = min(Q, there)
        R = there - capacity
        found.append(capacity)
    return found


@pytest.mark.parametrize(("R", "e"), [(10.3, 0.8), (0.5, 0.9), (0.0, 0.95), (3.7, 0.99)])
@pytest.mark.fails_when(LIFE, "rest = R - last * (1 - e) * Q", "rest = 0 * R")
def test_capacity_after_is_what_counting_gives(R: float, e: float) -> None:
    exact = capacity_after(np.arange(61), R, 2.8, e)
    assert exact == pytest.approx(counted(R, 2.8, e, 60), rel=1e-12)


@pytest.mark.fails_when(LIFE, "R / (Q * (1 - e))\n", "R / Q\n")
def test_reserve_hides_and_knee_reveals() -> None:
    """Efficiency to knee and back; nothing is lost at an efficiency of one."""
    assert cycles_hidden(10.3, 2.8, efficiency_from_knee(37.5, 10.3, 2.8)) == pytest.approx(37.5, rel=1e-12)
    assert cycles_hidden(10.3, 2.8, 1.0) == np.inf
    assert (capacity_after(np.arange(5), 0.0, 2.8, 1.0) == 2.8).all()


@pytest.mark.fails_when(LIFE, "R + (1 - left) * Q, Q)", "R, Q)")
def test_efficiencies_that_the_papers_imply() -> None:
    """50 um against 2.8 mAh/cm2 with 60 % left after 20 cycles; 10.3 mAh/cm2 against 3 with a knee at 20, then 750 um."""
    assert efficiency_from_loss(20, 0.6, 10.3, 2.8) == pytest.approx(0.796, abs=5e-4)
    e = efficiency_from_knee(20, 10.3 - 3, 3)
    assert e == pytest.approx(0.878, abs=5e-4)
    assert cycles_hidden(154.6 - 3, 3, e) == pytest.approx(415, abs=1)
    assert efficiency_from_loss(100, 0.85, 10.3, 2.8) == pytest.approx(0.962, abs=5e-4)


@pytest.mark.parametrize("e", [0.7, 0.85, 0.95, 0.985])
@pytest.mark.fails_when(LIFE, "return Inferred(1 - loss,", "return Inferred(1 - 1.1 * loss,")
def test_efficiency_is_found_again_from_a_curve(e: float) -> None:
    curve = counted(2.0, 2.8, e, 120)
    found = infer_efficiency(curve, 2.0)
    assert found.efficiency == pytest.approx(e, abs=1e-4)
    assert found.knee == pytest.approx(cycles_hidden(2.0, 2.8, e), rel=5e-3)
    assert found.misfit < 1e-3


@pytest.mark.fails_when(LIFE, "float(np.sqrt(squares(loss)))", "0.0")
def test_a_gradual_fade_is_not_lithium() -> None:
    """A fade that is gradual from the start, as of a growing resistance, misfits by far more than a scatter of 1 %."""
    assert infer_efficiency([1 - 0.4 * n / 20 for n in range(21)], 10.3 / 2.8).misfit > 0.03


@pytest.mark.fails_when(LIFE, "if len(n) < 3 or min(capacity) > (1 - SEEN) * Q:", "if False:")
def test_what_says_nothing_is_refused_and_the_bound_is_given() -> None:
    with pytest.raises(ls.InputError, match=r"has no knee.* at least 0\.632.* Give the curve up to the end of life"):
        infer_efficiency([2.8] * 10, 10.3)
    assert efficiency_from_knee(10, 10.3, 2.8) == pytest.approx(0.632, abs=1e-3)


@pytest.mark.fails_when(LIFE, "if not N * Q > R > 0:", "if False:")
def test_impossible_reserves_are_refused() -> None:
    with pytest.raises(ls.InputError, match=r"= 10\.3 is not below the 2\.8 that 1 cycles plate"):
        efficiency_from_knee(1, 10.3, 2.8)
    with pytest.raises(ls.InputError, match=r"efficiency = 98 is not possible.*Write 0\.98 for 98 %"):
        cycles_hidden(10.3, 2.8, 98)
    assert cycles_hidden(10.3, 2.8, 0.98) > 100


def lean(**electrolyte: str) -> ls.Cell:
    """Every number given, so that no table decides."""
    return ls.Cell(
        ls.Cathode("LCO", "20 mg/cm2", thickness="80 um", porosity=0.3),
        ls.Separator("PP", "20 um", 0.475, 6.0),
        ls.Electrolyte("LiPF6", "1 mol/L", {"EC": 0.5, "DMC": 0.5}, **electrolyte),
        "1 cm2",
        counter=ls.Foil("50 um"),
    )


@pytest.mark.fails_when(
    "physics/laws/energy.py",
    "return Q * V / sum(layer.mass for layer in layers)",
    "return Q * V / sum(layer.mass for layer in layers) / 0.9",
)
def test_energy_density_by_hand() -> None:
    """2.8 mAh/cm2 at 3.9 V over mg/cm2: Al 2.025, LCO 20, binder (0.7 - 20/(5.0127 x 8)) x 8 x 1.85 = 2.979, separator 0.966,
    electrolyte 5.6 uL x 1.3 = 7.28, lithium 2.67, Cu 4.48; 7.5 + 80 + 20 + 22.5 (electrolyte outside) + 50 + 5 um."""
    found = ls.energy_density(lean(per_capacity="2 uL/mAh"), voltage=3.9)
    binder = (0.7 - 20e-3 / (5.012698 * 80e-4)) * 80e-4 * 1.85e3
    mass = 2.025 + 20 + binder + 0.966 + 7.28 + 2.67 + 4.48
    outside = 56.0 - (0.475 * 20 + 0.3 * 80)
    thickness = 7.5 + 80 + 20 + outside + 50 + 5
    assert found.by_mass == pytest.approx(2.8 * 3.9 / mass * 1e3, rel=1e-4)
    assert found.by_volume == pytest.approx(2.8 * 3.9 / thickness * 1e4, rel=1e-4)
    table = found.table
    assert table["mass_mg_cm2"].sum() == pytest.approx(mass, rel=1e-4)
    assert table.loc["electrolyte outside the pores", "thickness_um"] == pytest.approx(outside, rel=1e-6)
    assert table["mass_share"].sum() == pytest.approx(1)
    assert table.loc["excess of lithium", "mass_mg_cm2"] == pytest.approx(2.67)


@pytest.mark.fails_when("analysis/energy.py", "if not isinstance(cell.working, Cathode):", "if False:")
def test_a_cell_without_a_cathode_has_no_energy() -> None:
    foils = ls.Cell.symmetric(ls.Foil("50 um"), separator="PP 20 um", electrolyte="LP30", area="1 cm2")
    with pytest.raises(ls.InputError, match="has no energy of its own"):
        ls.energy_density(foils)
    full = foils.replaced(working=ls.Cathode("LCO", "20 mg/cm2"), counter=ls.Foil("50 um"))
    assert ls.energy_density(full).by_mass > 50


def test_foil_that_a_cathode_fills_from_is_no_excess() -> None:
    """LTO takes 0.56 mAh/cm2, 2.716 um, from the foil; LCO brings its own."""
    cell = ls.Cell(ls.Cathode("LTO", "3.2 mg/cm2"), "PP 20 um", "LP30", "1 cm2", counter=ls.Foil("50 um"))
    assert ls.energy_density(cell).table.loc["lithium that is cycled", "thickness_um"] == pytest.approx(2.716, abs=1e-3)


test_foil_that_a_cathode_fills_from_is_no_excess = pytest.mark.fails_when(
    "analysis/energy.py", 'if cathode.quantity("lithium_content").value > 0.5:', "if True:"
)(test_foil_that_a_cathode_fills_from_is_no_excess)


@pytest.mark.fails_when(
    "physics/laws/cathodes.py",
    "return plateau + rise * np.exp(-x / width)",
    "return 0.03 + plateau + rise * np.exp(-x / width)",
)
def test_open_circuit_potentials() -> None:
    """The plateau of LTO, LCO as PyBaMM has it, and means against a fine sum."""
    from lithoscope.physics.cell.engine import pybamm

    assert 1.55 <= float(lithium_titanate(0.5)) <= 1.57
    x = np.linspace(0.44, 0.96, 53)
    theirs = pybamm.ParameterValues("Marquis2019")["Positive electrode OCP [V]"]
    assert lithium_cobalt_oxide(x) == pytest.approx(np.asarray(theirs(x)), rel=1e-12)
    fine = np.linspace(0.45, 0.95, 200001)
    assert mean_potential("LCO", 0.95, 0.45) == pytest.approx(np.trapezoid(lithium_cobalt_oxide(fine), fine) / 0.5, abs=1e-6)


@pytest.mark.fails_when("data/tables/cathodes.toml", "value = 0.0486", "value = 0.06")
def test_exchange_current_density_of_lco_is_that_of_its_source() -> None:
    """6e-7 sqrt(c c_s (c_max - c_s)) with c_max = 51218 mol/m3."""
    ours = exchange_current_density(0.486, 800.0, 0.7, 1000.0)
    i0 = ls.lookup("cathodes.LCO.exchange_current_density").to("A/m2")
    assert i0 == pytest.approx(6e-7 * np.sqrt(1000.0) * 51217.9 / 2, rel=1e-3)
    assert ours == pytest.approx(6e-7 * np.sqrt(800.0 * 0.7 * 0.3) * 51217.9, rel=1e-3)


@pytest.mark.fails_when(
    "design/cathode.py", "return self.areal_capacity.value / self.specific_capacity", "return self.areal_capacity.value / 1e6"
)
def test_loading_and_capacity_of_the_papers() -> None:
    """20 mg/cm2 of LCO are 2.8 mAh/cm2, 3.2 of LTO 0.56; a thickness follows from either."""
    by_loading, by_capacity = ls.Cathode("LCO", "20 mg/cm2"), ls.Cathode("LCO", areal_capacity="2.8 mAh/cm2")
    assert by_loading.practical_capacity / 36000 == pytest.approx(2.8, rel=1e-12)
    assert by_capacity.active_loading == pytest.approx(0.2, rel=1e-12)
    assert by_capacity.coating_thickness == pytest.approx(by_loading.coating_thickness, rel=1e-12)
    assert ls.Cathode("LTO", "3.2 mg/cm2").practical_capacity / 36000 == pytest.approx(0.56, rel=1e-12)
    assert ls.Cathode("LTO", "3.2 mg/cm2").sites / 36000 == pytest.approx(0.56, rel=2e-3), "all sites, by another route"


@pytest.mark.parametrize(
    ("given", "words", "remedy"),
    [
        ({"material": "LFP", "loading": "20 mg/cm2"}, "no cathode in the data tables", {"material": "LCO", "loading": "20 mg/cm2"}),
        ({"material": "LCO"}, "loading is missing", {"material": "LCO", "loading": "20 mg/cm2"}),
        ({"material": "LCO", "loading": "20 mg/cm2", "areal_capacity": "3 mAh/cm2"}, "were both given", {"material": "LCO", "loading": "20 mg/cm2"}),
        ({"material": "LCO", "loading": "20 mg/cm2", "thickness": "40 um"}, r"leaves no room.*thickness = .68.4 um", {"material": "LCO", "loading": "20 mg/cm2", "thickness": "68.4 um"}),
        ({"material": "LCO", "loading": "20 mg/cm2", "active_fraction": 0.8}, r"active_fraction = 0\.63", {"material": "LCO", "loading": "20 mg/cm2", "active_fraction": 0.63}),
        ({"material": "LCO", "loading": "20 mg/cm2", "lithium_content": 1.2}, "outside what is possible", {"material": "LCO", "loading": "20 mg/cm2", "lithium_content": 0.9}),
        ({"material": "LCO", "loading": "20 mg/cm2", "thickness": "80 um", "active_fraction": 0.5}, "beside the thickness", {"material": "LCO", "loading": "20 mg/cm2", "thickness": "80 um"}),
    ],
)  # fmt: skip
@pytest.mark.fails_when("design/cathode.py", "if solid + porosity > 1:", "if False:")
def test_impossible_cathodes_are_refused(given: dict, words: str, remedy: dict) -> None:
    with pytest.raises(ls.InputError, match=words):
        ls.Cathode(**given)
    assert ls.Cathode(**remedy).sites > 0


@pytest.mark.fails_when(
    "physics/cell/consumption.py",
    "electrolyte.per_capacity.value * cell.working.practical_capacity",
    "electrolyte.per_capacity.value",
)
def test_electrolyte_as_an_amount() -> None:
    """20 uL/mAh of 2.8 mAh/cm2 are 56 uL/cm2, about 0.7 mmol of solvent and 56 umol of salt per cm2."""
    found = consumption(lean(per_capacity="20 uL/mAh"), 0.0).inputs()
    volume = found["Electrolyte in the pores at assembly [m]"] + found["Free electrolyte at assembly [m]"]
    assert volume == pytest.approx(560e-6, rel=1e-12)
    assert found["Salt at assembly [mol.m-2]"] * 0.1 == pytest.approx(0.056, rel=1e-12)
    assert found["Solvent at assembly [mol.m-2]"] * 0.1 == pytest.approx(0.71, abs=0.02)
    by_weight = ls.Electrolyte("LiPF6", "1 mol/L", {"EC": 0.5, "DMC": 0.5}, basis="weight")
    assert mean_molar_volume(by_weight) == pytest.approx((88.06 / 1.321 / 88.06 + 90.08 / 1.063 / 90.08) / (1 / 88.06 + 1 / 90.08) * 1e-6, rel=1e-9)  # fmt: skip


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ({"amount": "5 uL/cm2", "per_capacity": "2 uL/mAh"}, "per_capacity was given beside the amount"),
        ({"film_reactions": {"carbonat": 1.0}}, 'Did you mean "carbonate"'),
        ({"film_reactions": {"carbonate": 0.5}}, "add up to 0.5"),
        ({"amount": "5 um2"}, "such as"),
    ],
)
@pytest.mark.fails_when("design/electrolyte.py", "if name not in FILM_REACTIONS:", "if False:")
def test_amounts_that_contradict_themselves_are_refused(given: dict, words: str) -> None:
    with pytest.raises(ls.InputError, match=words):
        lean(**given)
    assert lean(film_reactions={"carbonate": 1.0}).electrolyte.film_reactions == {"carbonate": 1.0}


@pytest.mark.fails_when("protocol/program.py", "if least.value >= most.value:", "if False:")
def test_charge_and_discharge() -> None:
    program = ls.Program.charge_discharge(
        ls.Program.current_at(5, "0.56 mAh/cm2"), low="1 V", high="2.5 V", cycles=7, first="discharge"
    )
    loop = program.steps[0]
    assert isinstance(loop, ls.Loop)
    first, second = loop.steps
    assert isinstance(first, ls.Current)
    assert isinstance(second, ls.Current)
    assert (program.cycles, len(program)) == (7, 14)
    assert (first.current_density.to("mA/cm2"), second.current_density.to("mA/cm2")) == (-2.8, 2.8)
    assert first.until.voltage_below is not None
    assert first.until.voltage_below.value == 1.0
    assert ls.Program.parse(program.to_toml()) == program
    with pytest.raises(ls.InputError, match='low = 2 V is not below high = 1 V.*Write low = "1 V", high = "2 V"'):
        ls.Program.charge_discharge("1 mA/cm2", low="2 V", high="1 V", cycles=1)
    with pytest.raises(ls.InputError, match="rate = -1 is not positive"):
        ls.Program.current_at(-1, "0.56 mAh/cm2")


@pytest.mark.parametrize("name", ["lto-bare", "lto-coated", "lco-bare", "lco-coated"])
@pytest.mark.fails_when("design/catalogue/perovskite/lto-bare.toml", '"3.2 mg/cm2"', '"3.2 mg"')
def test_catalogue_of_full_cells(name: str) -> None:
    from lithoscope.design.catalogue import entry
    from lithoscope.run import default_model

    cell = ls.Cell.parse(entry(f"perovskite/{name}"))
    assert default_model(cell).kind == "full"
    assert isinstance(cell.working, ls.Cathode)
    assert len(cell.counter_electrode.films) == ("coated" in name)
    program = ls.Program.parse(entry("perovskite/lto-5c" if "lto" in name else "perovskite/lco-half-c"))
    rate = {"lto": 5.0, "lco": 0.5}[name[:3]]
    first = next(program.visits()).step
    assert abs(first.current_density.value) == pytest.approx(rate * cell.working.practical_capacity / 3600)
