"""Films that convert, over their depth: exact solutions, orders, the law of the cell scale as a limit, books of every run."""

from dataclasses import replace
from functools import cache

import numpy as np
import pytest

import lithoscope as ls
from lithoscope.constants import FARADAY
from lithoscope.data import lookup
from lithoscope.design.catalogue import entry
from lithoscope.errors import InputError
from lithoscope.physics.cell.params import counter_face
from lithoscope.physics.interphase.converting import exact, front
from lithoscope.physics.interphase.converting.chemistry import LINES, converting
from lithoscope.physics.interphase.converting.equations import behind_resistance
from lithoscope.physics.interphase.converting.params import setting
from lithoscope.physics.laws.conversion import in_series, leak_by_tunnelling, reduction_rate
from lithoscope.physics.laws.kinetics import arrhenius
from lithoscope.physics.models import read_model
from lithoscope.result.names import words

HERE = "physics/interphase/converting/"
LAW = "physics/laws/conversion.py"
CASES = {case.name: case for case in ls.ConvertingFilm().exact_cases()}
FOIL = ls.Cell.parse(entry("perovskite/masncl3"))
STEEL = ls.Cell.parse(entry("perovskite/steel-masncl3"))
LITHIATION = ls.Program([ls.Current("-0.05 mA/cm2", {"voltage_below": "20 mV", "duration": "100 h"})])


def assert_exact(name: str) -> None:
    assert CASES[name].error() <= CASES[name].tolerance


@pytest.mark.fails_when(LAW, "np.exp(-product / decay)", "np.exp(-1.01 * product / decay)")
def test_a_front_that_stops() -> None:
    assert_exact("a front that stops")


@pytest.mark.fails_when(
    HERE + "equations.py", "n * self.product_molar_volume + LEAST", "1.01 * n * self.product_molar_volume + LEAST"
)
def test_a_front_that_slows_down_as_stefan_has_it() -> None:
    assert_exact("a front that slows down")


@pytest.mark.fails_when(HERE + "front.py", "np.expm1(-left / depth) / np.expm1", "1.001 * np.expm1(-left / depth) / np.expm1")
def test_an_even_reaction() -> None:
    assert_exact("an even reaction")


@pytest.mark.fails_when(
    HERE + "front.py", "_ln_expm1(left / depth) - _ln_expm1(np.float64(thickness", "left / depth - (np.float64(thickness"
)
def test_the_profile_of_a_front() -> None:
    assert_exact("profile of a front")


@pytest.mark.fails_when(HERE + "equations.py", "* self.layers / p.thickness", "* (self.layers + 1) / p.thickness")
def test_lithium_spreads() -> None:
    assert_exact("lithium spreads")


@pytest.mark.fails_when(
    HERE + "equations.py", "np.exp(np.minimum(slope * j, 600))", "np.exp(np.minimum(0.99 * slope * j, 600))"
)
def test_ions_limit() -> None:
    """Newton's method from above converges; with too long or short a step it would end elsewhere."""
    assert_exact("ions limit")
    j = behind_resistance(np.array([1e3, 1e3, 1e3]), np.array([5.0, 5.0, 5.0]), np.array([1e-2, 0.1, 1.0]), 298.15)
    V_T = 1.380649e-23 * 298.15 / 1.602176634e-19
    assert j == pytest.approx(in_series(1e3 * np.exp(-j * np.array([1e-2, 0.1, 1.0]) / (2 * V_T)), 5.0), rel=1e-10)


@pytest.mark.fails_when(HERE + "front.py", "np.expm1(-u / depth), whole", "np.expm1(-2 * u / depth), whole")
def test_half_of_what_converts_next_lies_within_ln_2_of_the_depth() -> None:
    assert_exact("depth of the reaction")


@pytest.mark.fails_when(HERE + "front.py", "depth * np.logaddexp(0.0, ", "1.00002 * depth * np.logaddexp(0.0, ")
def test_the_profile_is_of_second_order() -> None:
    """Finite volumes of the equation of the front come closer to the closed form as the square of the layers."""
    errors = np.array([exact.profile(n) for n in (50, 100, 200)])
    assert np.log2(errors[:-1] / errors[1:]) == pytest.approx(2, abs=0.1)
    assert errors[0] > 1e-5


@pytest.mark.fails_when(HERE + "equations.py", "inner = -per * open_ * np.diff", "inner = -0.999 * per * open_ * np.diff")
def test_diffusion_is_of_second_order() -> None:
    errors = np.array([exact.spreading(n) for n in (25, 50, 100)])
    assert np.log2(errors[:-1] / errors[1:]) == pytest.approx(2, abs=0.1)
    assert errors[0] > 1e-5


@pytest.mark.fails_when(HERE + "equations.py", "supply = supply * self.finding(", "supply = supply * 0.5 * self.finding(")
def test_an_even_reaction_has_the_law_of_the_cell_scale() -> None:
    """j = j_k j_e / (j_k + j_e) with j_e = (1 - n / n_f) j_e0 exp(-n / n*), at any amount and potential."""
    p = replace(exact.PLAIN, reaction_depth=1.0, conversion_rate=0.2)
    n, phi = np.linspace(0, 0.95 * p.amount, 7)[:, None], np.linspace(0.0, 1.0, 5)
    kinetic = reduction_rate(p.conversion_rate, p.conversion_potential, phi, p.temperature)
    supply = leak_by_tunnelling(p.leak_current_density, n, p.leak_amount) * (1 - n / p.amount)
    assert p.converting(n, phi) == pytest.approx(in_series(kinetic, supply), rel=1e-5)


@cache
def lithiated(depth: str) -> ls.Result:
    # The resistance of the skin is nothing to the cell scale, whose law has none.
    return ls.run(STEEL, LITHIATION, ls.ConvertingFilm(reaction_depth=depth, skin_conductivity="1 S/cm", layers=16))


@pytest.mark.fails_when(HERE + "equations.py", "supply = supply * self.finding(", "supply = 0.5 * supply * self.finding(")
def test_a_lithiation_ends_as_that_of_the_cell_scale() -> None:
    """The cell, solved by another code, adds what the bare steel reduces and where lithium is inserted in what has converted."""
    cell = ls.run(STEEL, LITHIATION, ls.Plated(relative_tolerance=1e-9))
    found = lithiated("1 m")
    assert float(found["working_converted_share"][-1]) == pytest.approx(float(cell["working_converted_share"][-1]), rel=0.02)
    assert float(found["voltage"][-1]) == pytest.approx(0.02, abs=1e-6)


@cache
def rested() -> ls.Result:
    return ls.run(FOIL, ls.Program([ls.Rest("200 h")]), ls.ConvertingFilm(reaction_depth="25 nm", layers=40))


@pytest.mark.fails_when(HERE + "observe.py", "rates.inserting - FARADAY * rates.released,", "rates.inserting,")
def test_the_books_of_a_rest_on_lithium() -> None:
    """Lithium and every element to 1e-9, each reservoir within 1e-6 of its flux."""
    result = rested()
    assert result.status.end is ls.End.COMPLETED, str(result.status)
    assert result.ledger.closes
    assert result.ledger.residual <= 1e-12
    elements = result.tree["elements"].to_dataset()
    assert set(words(elements["element"])) == {"Li", "C", "H", "N", "Cl", "Sn"}
    assert float(abs(elements["element_residual"]).max()) <= 1e-9


@pytest.mark.fails_when(HERE + "observe.py", "else -s.given", "else -1.001 * s.given")
def test_the_charge_is_that_of_the_program_and_of_the_film() -> None:
    """I t = F (z n + lithium in film and alloy) and what the double layer took, to 1e-9; 46.9 uAh/cm2 for 2.8e-7 mol/cm2."""
    result = lithiated("62.5 nm")
    taken = (
        sum(result[f"working_{what}_lithium"] for what in ("inserted", "converted", "alloyed")) + result["double_layer_lithium"]
    )
    passed = 0.5 * result["time"]
    assert float(abs(taken[-1] / passed[-1] - 1)) <= 1e-9
    assert -float(result["charge_passed"][-1]) == pytest.approx(float(passed[-1]), rel=1e-9)
    assert pytest.approx(46.9, abs=0.05) == 2.8e-3 * (2 + 4.25) * 96485.33212 / 36


@pytest.mark.fails_when(HERE + "observe.py", "p.amount / self.film.layers - host", "p.amount / self.film.layers - host[::-1]")
def test_what_lies_where() -> None:
    """Alloy and salt at the metal, the film at the surface, and layers that add up to what the film holds."""
    result = rested()
    depth, film = result.tree["depth"].to_dataset(), result.tree["film"].to_dataset()
    share = {name: depth["layer_share"].values[-1, n] for n, name in enumerate(words(depth["solid"]))}
    assert share["MASnCl3"][0] < 1e-6
    assert share["MASnCl3"][-1] > 0.999
    assert share["LiCl"][0] > 0.2
    assert depth["layer_amount"].values[-1].sum(axis=1) == pytest.approx(film["film_amount"].values[-1], rel=1e-9, abs=1e-12)
    assert float(depth["layer_filling"][-1, -1]) == pytest.approx(1.0, abs=1e-3)


@pytest.mark.fails_when(
    HERE + "equations.py",
    "n / (2 * self.tunnelling_decay * self.leak_amount)",
    "n / (self.tunnelling_decay * self.leak_amount)",
)
def test_the_skin_is_what_the_leak_needs() -> None:
    """exp(-2 kappa d) = exp(-n / n*), and its resistance is in that of the film."""
    result = rested()
    p = setting(FOIL, ls.ConvertingFilm()).numbers
    n = result["working_converted_amount"].values
    assert np.exp(-2 * p.tunnelling_decay * result["blocking_length"].values) == pytest.approx(
        np.exp(-n / p.leak_amount), rel=1e-9
    )
    rest = (p.thickness - n * p.molar_volume) / p.conductivity
    assert result["interphase_resistance"].values == pytest.approx(
        rest + result["blocking_length"].values / p.skin_conductivity
    )


@pytest.mark.fails_when(HERE + "equations.py", "n * self.molar_volume, 0.0), self", "n * self.molar_volume, 1e-8), self")
def test_a_film_that_conducts_converts_wholly_and_goes_on_alloying() -> None:
    """What is left is none and stays so; the tin then holds 17/4 lithium, as at 0 V it must."""
    model = ls.ConvertingFilm(leak="conduction", reaction_depth="84 nm", layers=12, relative_tolerance=1e-7)
    result = ls.run(FOIL, ls.Program([ls.Rest("20 h")]), model)
    assert result.status.end is ls.End.COMPLETED, str(result.status)
    assert float(result["working_converted_share"][-1]) == pytest.approx(1.0, abs=1e-6)
    assert float(result["working_alloyed_lithium"][-1] / (FARADAY * result["working_converted_amount"][-1])) == pytest.approx(
        4.25, rel=1e-4
    )
    assert float(result["corrosion_current_density"][-1]) < 1e-6


THIN = STEEL.changed("working.coating.thickness", "100 nm").changed("working.coating.product_conductivity", "1e-6 S/cm")
CONDUCTS = ls.ConvertingFilm(leak="conduction", layers=10, relative_tolerance=1e-7)


@cache
def used_up() -> ls.Result:
    return ls.run(THIN, ls.Program([ls.Current("-0.05 mA/cm2", {"duration": "10 h"})]), CONDUCTS)


@pytest.mark.fails_when(HERE + "drive.py", "End.FILM_USED_UP if share >= WHOLE", "End.FILM_USED_UP if share > 2")
def test_a_film_that_is_used_up_by_a_current_ends_the_run_in_these_words() -> None:
    """The charge is that of conversion, alloying and the double layer, and the run keeps it."""
    result = used_up()
    assert result.status.end is ls.End.FILM_USED_UP
    assert "100.0% have converted, with 4.25 lithium in each Sn" in str(result.status)
    assert words(result.tree["steps"]["ended"])[-1] == "the run ended"
    full = FARADAY * (2 + 4.25) * setting(THIN, CONDUCTS).numbers.amount
    held = float(result["double_layer_lithium"][-1])
    assert -float(result["charge_passed"][-1]) == pytest.approx(full + held, rel=2e-3)
    assert 0.5 * float(result["time"][-1]) == pytest.approx(-float(result["charge_passed"][-1]), rel=1e-9)


@pytest.mark.fails_when(HERE + "drive.py", 'row["working_potential"] + BELOW_V', 'row["working_potential"] + 0.1')
def test_a_film_that_blocks_is_not_called_used_up() -> None:
    blocked = ls.run(
        STEEL.changed("working.coating.thickness", "100 nm").changed("working.coating.leak_amount", "1e-9 mol/cm2"),
        ls.Program([ls.Current("-0.05 mA/cm2", {"duration": "10 h"})]), ls.ConvertingFilm(layers=10),
    )  # fmt: skip
    assert blocked.status.end is ls.End.POLARISED
    assert float(blocked["working_converted_share"][-1]) < 0.9
    assert float(blocked["working_potential"][-1]) == pytest.approx(-1e-6, abs=1e-7)


@pytest.mark.fails_when(HERE + "observe.py", '"voltage": s.phi + current * between', '"voltage": s.phi + current * rest')
def test_a_held_voltage_is_the_voltage_that_is_reported() -> None:
    """Film, electrolyte and counter electrode are in it, and a film that is used up takes no more."""
    hold = ls.Program([ls.Voltage("20 mV", {"duration": "100 h"})])
    result = ls.run(THIN, hold, CONDUCTS)
    assert result.status.end is ls.End.COMPLETED, str(result.status)
    assert result["voltage"].values[1:] == pytest.approx(0.02, abs=1e-9)
    assert float(result["working_converted_share"][-1]) == pytest.approx(1.0, abs=1e-6)
    assert abs(float(result["current_density"][-1])) < 1e-4
    paths = {row["path"] for row in result.manifest.numbers}
    assert {"separator.thickness", "electrolyte.concentration", "counter.exchange_current_density"} <= paths


@pytest.mark.fails_when(HERE + "params.py", "liquid + counter_face(cell)", "2 * liquid + counter_face(cell)")
def test_the_resistance_beyond_the_film_is_that_of_the_cell_scale() -> None:
    """Two such counter foils in one cell have twice the interface and once the liquid, where the current is low.

    After five milliseconds the double layers are charged, and salt has hardly moved.
    """
    pair = STEEL.replaced(working=STEEL.counter_foil)
    result = ls.run(pair, ls.Program([ls.Current("1e-4 mA/cm2", {"duration": "5 ms"})]), ls.Planar())
    whole = float(result["voltage"][-1]) / 1e-3
    interface = counter_face(STEEL).resistance(298.15)
    assert setting(STEEL, CONDUCTS).resistance == pytest.approx(whole - interface, rel=0.02)


@pytest.mark.fails_when(HERE + "drive.py", 'ends.above - row["voltage"]', '2 * ends.above - row["voltage"]')
def test_lithium_is_taken_out_again_until_a_voltage_is_reached() -> None:
    """The conversion stays; without a voltage a cycler's own limit ends the run, or that of the program."""
    first, out = ls.Current("-0.05 mA/cm2", {"duration": "10 min"}), {"duration": "10 h", "voltage_above": "1 V"}
    result = ls.run(THIN, ls.Program([first, ls.Current("0.05 mA/cm2", out)]), CONDUCTS)
    assert result.status.end is ls.End.COMPLETED, str(result.status)
    assert float(result["voltage"][-1]) == pytest.approx(1.0, abs=1e-6)
    on = ls.Current("0.05 mA/cm2", {"duration": "10 h"})
    assert ls.run(THIN, ls.Program([first, on]), CONDUCTS).status.end is ls.End.POLARISED
    stopped = ls.run(THIN, ls.Program([first, on], ls.Stop("4 V")), CONDUCTS)
    assert stopped.status.end is ls.End.STOP_REACHED
    assert float(stopped["voltage"][-1]) == pytest.approx(4.0, abs=1e-6)


@pytest.mark.fails_when(HERE + "model.py", "if layers >= needed:", "if True:")
def test_layers_thicker_than_the_reaction_depth_are_refused_and_the_remedy_runs() -> None:
    program = ls.Program([ls.Rest("1 min")])
    with pytest.raises(InputError, match="the reaction depth is 10 nm") as refused:
        ls.run(FOIL, program, ls.ConvertingFilm(layers=40))
    assert refused.value.do == "Write layers = 100, or leave it out"
    assert ls.run(FOIL, program, ls.ConvertingFilm(layers=100)).manifest.solver["layers"] == 100
    assert ls.run(FOIL, program, ls.ConvertingFilm()).manifest.solver["layers"] == 100
    assert ls.run(FOIL, program, ls.ConvertingFilm(reaction_depth="50 nm")).manifest.solver["layers"] == 60
    with pytest.raises(InputError, match="asks for 5000 layers in 1 um") as refused:
        ls.run(FOIL, program, ls.ConvertingFilm(reaction_depth="0.2 nm"))
    assert refused.value.do == 'Write reaction_depth = "1 nm" and leave layers out'
    finest = ls.ConvertingFilm(reaction_depth="1 nm")
    assert finest.driver(setting(FOIL, finest)).eyes.film.layers == 1000


@pytest.mark.fails_when(HERE + "params.py", "value * faster.get(name, 1.0)", "value")
def test_temperature_acts_by_the_energies_of_the_table() -> None:
    """Growth that electrons limit rises by Arrhenius; conversion at 0 V too; tunnelling and potentials stay."""
    warm = FOIL.replaced(temperature="45 degC")
    model = ls.ConvertingFilm(leak="conduction", reaction_depth="100 nm", layers=10, skin_conductivity="1 S/cm")
    rest = ls.Program([ls.Rest("10 min")])
    results = [ls.run(cell, rest, model) for cell in (FOIL, warm)]
    (a, b), T = (setting(cell, model).numbers for cell in (FOIL, warm)), 318.15
    energy = {name: lookup(f"converting.activation.{name}").to("J") for name in ("reaction", "hopping", "skin", "product")}
    for name, kind in {"product_conductivity": "product", "skin_conductivity": "skin", "conductivity": "hopping",
                       "lithium_diffusivity": "hopping", "alloying_rate": "reaction"}.items():  # fmt: skip
        assert getattr(b, name) / getattr(a, name) == pytest.approx(arrhenius(energy[kind], T), rel=1e-12)
    kinetic = [reduction_rate(p.conversion_rate, p.conversion_potential, 0.0, p.temperature) for p in (a, b)]
    assert kinetic[1] / kinetic[0] == pytest.approx(arrhenius(energy["reaction"], T), rel=1e-12)
    assert (a.leak_current_density, a.leak_amount, a.conversion_potential) == (
        b.leak_current_density, b.leak_amount, b.conversion_potential,
    )  # fmt: skip
    n = [float(each["working_converted_amount"][-1]) for each in results]
    assert (n[1] / n[0]) ** 2 == pytest.approx(arrhenius(energy["product"], T), rel=0.01)
    assert not any("25 degC" in note for note in results[0].manifest.notes)
    assert any("not at 25 degC" in note for note in results[1].manifest.notes)


@pytest.mark.fails_when(
    HERE + "front.py", "at / depth - np.logaddexp(0.0, factor", "at / depth - np.logaddexp(0.0, 0.99 * factor"
)
@pytest.mark.parametrize("depth", [1e-9, 3e-8, 1e-6, 1e-3])
def test_the_share_is_the_slope_of_what_is_unconverted(depth: float) -> None:
    """1 - s = du/dx, it lies between 0 and 1 and grows outwards; u ends at what is left."""
    x, left = np.linspace(0, 1e-6, 4001), 0.6e-6
    u, share = (f(x, 1e-6, left, depth) for f in (front.unconverted, front.share_left))
    assert u[-1] == pytest.approx(left, rel=1e-9)
    middle = (share[1:] + share[:-1]) / 2
    assert np.diff(u) / np.diff(x) == pytest.approx(middle, abs=2e-2 if depth < 1e-8 else 1e-4)
    assert np.all(np.diff(share) >= -1e-12)
    assert share.min() >= 0
    assert share.max() <= 1 + 1e-9


@pytest.mark.fails_when(HERE + "chemistry.py", "Pb + 3 LiCl + CH3NH2 + 1/2 H2", "Pb + 3 LiCl + CH3NH2 + H2")
def test_every_reaction_balances() -> None:
    for material in LINES:
        assert np.all(converting(material).residual() == 0)


@pytest.mark.fails_when(HERE + "observe.py", '"H2": by_three / 2', '"H2": by_three')
def test_elements_close_where_the_organic_cation_is_reduced() -> None:
    cell = STEEL.changed("working.coating.conversion_electrons", "2.5")
    result = ls.run(cell, LITHIATION, ls.ConvertingFilm(reaction_depth="125 nm", layers=8))
    assert result.status.end is ls.End.COMPLETED, str(result.status)
    assert float(result.tree["gas"]["gas_amount"][-1].min()) > 0


@pytest.mark.fails_when(HERE + "model.py", "kinds = (Rest,) if of.on_lithium", "kinds = (Rest, Current) if of.on_lithium")
def test_what_it_cannot_run_is_refused_and_the_remedy_runs() -> None:
    model = ls.ConvertingFilm(reaction_depth="125 nm", layers=8)
    with pytest.raises(InputError, match="is not a step that this model takes") as refused:
        ls.run(FOIL, LITHIATION, model)
    assert 'Program([Rest("200 h")])' in str(refused.value)
    assert ls.run(FOIL, ls.Program([ls.Rest("200 h")]), model).status.end is ls.End.COMPLETED
    bare = ls.Cell.parse(entry("perovskite/bare"))
    with pytest.raises(InputError, match="carries no film that converts"):
        ls.run(bare, ls.Program([ls.Rest("1 h")]), model)
    with pytest.raises(InputError, match="leaves products that are not known"):
        ls.run(STEEL.changed("working.coating.conversion_electrons", "4"), LITHIATION, model)
    with pytest.raises(InputError, match='metal = "Pb" is not in MASnCl3. Expected "Sn"'):
        ls.run(STEEL.changed("working.coating.metal", "Pb"), LITHIATION, model)
    assert setting(STEEL.changed("working.coating.metal", "Sn"), model).numbers.metal == "Sn"
    held = ls.Program([ls.Voltage("20 mV", {"duration": "1 h", "capacity": "1 mAh/cm2"})])
    with pytest.raises(InputError, match="is not a condition that this model heeds"):
        ls.run(STEEL, held, model)


@pytest.mark.fails_when("physics/models.py", '"converting-film": (', '"converting": (')
def test_a_model_file_is_read() -> None:
    model = ls.ConvertingFilm(leak="conduction", reaction_depth="20 nm")
    assert read_model(model.to_toml()) == model
