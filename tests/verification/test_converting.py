"""Films that convert, over their depth: exact solutions, orders, the law of the cell scale as a limit, books of every run."""

from dataclasses import replace
from functools import cache

import numpy as np
import pytest

import lithoscope as ls
from lithoscope.design.catalogue import entry
from lithoscope.errors import InputError
from lithoscope.physics.interphase.converting import exact, front
from lithoscope.physics.interphase.converting.chemistry import LINES, converting
from lithoscope.physics.interphase.converting.equations import behind_resistance
from lithoscope.physics.interphase.converting.params import setting
from lithoscope.physics.laws.conversion import in_series, leak_by_tunnelling, reduction_rate
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


@pytest.mark.fails_when(HERE + "equations.py", "(1 + pushed * (1 + slope * j))", "(1 + 3 * pushed * (1 + slope * j))")
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


@pytest.mark.fails_when(HERE + "equations.py", "supply = supply * front.finding(", "supply = supply * 0.5 * front.finding(")
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


@pytest.mark.fails_when(
    HERE + "solve.py", "(current + reduced) / self.setting.capacitance", "(current + 1.1 * reduced) / self.setting.capacitance"
)
def test_a_lithiation_ends_as_that_of_the_cell_scale() -> None:
    """The cell, solved by another code, adds what the bare steel reduces and where lithium is inserted in what has converted."""
    cell = ls.run(STEEL, LITHIATION, ls.Plated(relative_tolerance=1e-9))
    found = lithiated("1 m")
    assert float(found["working_converted_share"][-1]) == pytest.approx(float(cell["working_converted_share"][-1]), rel=0.02)
    assert float(found["voltage"][-1]) == pytest.approx(0.02, abs=1e-6)


@cache
def rested() -> ls.Result:
    return ls.run(FOIL, ls.Program([ls.Rest("200 h")]), ls.ConvertingFilm(layers=40))


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


@pytest.mark.fails_when(HERE + "solve.py", "found[1] = (into_film - found[0]) / self.setting.capacitance", "found[1] *= 1.001")
def test_the_charge_is_that_of_the_program_and_of_the_film() -> None:
    """I t = F (z n + lithium in film and alloy) and what the double layer took, to 1e-9; 46.9 uAh/cm2 for 2.8e-7 mol/cm2."""
    result = lithiated("10 nm")
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


@pytest.mark.fails_when(HERE + "drive.py", "WHOLE - float(y[2])", "2 - float(y[2])")
def test_a_film_that_conducts_converts_wholly_and_waits() -> None:
    result = ls.run(
        FOIL, ls.Program([ls.Rest("20 h")]), ls.ConvertingFilm(leak="conduction", layers=12, relative_tolerance=1e-7)
    )
    assert result.status.end is ls.End.COMPLETED, str(result.status)
    assert float(result["working_converted_share"][-1]) == pytest.approx(0.999, abs=1e-6)
    assert float(result["time"][-1]) == 20 * 3600


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
    result = ls.run(cell, LITHIATION, ls.ConvertingFilm(layers=8))
    assert result.status.end is ls.End.COMPLETED, str(result.status)
    assert float(result.tree["gas"]["gas_amount"][-1].min()) > 0


@pytest.mark.fails_when(HERE + "model.py", "kinds = (Rest,) if of.on_lithium", "kinds = (Rest, Current) if of.on_lithium")
def test_what_it_cannot_run_is_refused_and_the_remedy_runs() -> None:
    model = ls.ConvertingFilm(layers=8)
    with pytest.raises(InputError, match="is not a step that this model takes") as refused:
        ls.run(FOIL, LITHIATION, model)
    assert 'Program([Rest("200 h")])' in str(refused.value)
    assert ls.run(FOIL, ls.Program([ls.Rest("200 h")]), model).status.end is ls.End.COMPLETED
    bare = ls.Cell.parse(entry("perovskite/bare"))
    with pytest.raises(InputError, match="carries no film that converts"):
        ls.run(bare, ls.Program([ls.Rest("1 h")]), model)
    with pytest.raises(InputError, match="leaves products that are not known"):
        ls.run(STEEL.changed("working.coating.conversion_electrons", "4"), LITHIATION, model)


@pytest.mark.fails_when("physics/models.py", '"converting-film": (', '"converting": (')
def test_a_model_file_is_read() -> None:
    model = ls.ConvertingFilm(leak="conduction", reaction_depth="20 nm")
    assert read_model(model.to_toml()) == model
