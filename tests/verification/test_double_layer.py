"""The double layer against exact solutions, its own invariants, and other scales."""

from typing import Any

import numpy as np
import pytest

import lithoscope as ls
from lithoscope.constants import BOLTZMANN, ELEMENTARY_CHARGE, VACUUM_PERMITTIVITY
from lithoscope.physics.contract import ExactCase
from lithoscope.physics.double_layer.equations.curved import NM, Hyperboloid, Plane
from lithoscope.physics.double_layer.exact import POINTS, SIZED, bare, cases, neutral_error, relaxation_rate
from lithoscope.physics.double_layer.params import Film, Stack, devonshire, film_numbers
from lithoscope.physics.double_layer.solve.curved import Problem, Resolution, solve
from lithoscope.physics.double_layer.solve.static import equilibrium
from lithoscope.physics.laws.double_layer import capacitance, concentrations, displacement, image_energy, potential
from lithoscope.physics.laws.ferroelectric import curie_temperature

LAW = "physics/laws/double_layer.py"
STACK, DRIFT, CURVED = (f"physics/double_layer/equations/{name}.py" for name in ("stack", "drift", "curved"))
STATIC, ELEMENTS = (f"physics/double_layer/solve/{name}.py" for name in ("static", "curved"))


@pytest.mark.parametrize("case", cases(), ids=lambda case: case.name)
@pytest.mark.fails_when(LAW, "near = np.log1p(2 * nu *", "near = np.log1p(2.001 * nu *")
def test_exact_cases_of_the_double_layer(case: ExactCase) -> None:
    error = case.error()
    assert error <= case.tolerance, f"{case.name}: {error:.2e}"


def error_of(name: str) -> float:
    (case,) = (case for case in cases() if case.name == name)
    return case.error() / case.tolerance


@pytest.mark.fails_when(LAW, "return 2 * np.sqrt(scale) * np.sinh(u / 2)", "return 2 * np.sqrt(scale) * np.sinh(u / 2.0001)")
def test_gouy_chapman_and_grahame() -> None:
    assert error_of("Grahame charge") < 1
    assert error_of("Gouy-Chapman profile") < 1


@pytest.mark.fails_when(STATIC, "dx = -half * GAUSS[1] * solution.permittivity * at / displacement(solution, at)\n    return",
                        "dx = -half * GAUSS[1] * solution.permittivity * at / displacement(solution, middle)\n    return")  # fmt: skip
def test_charge_of_the_electrolyte_is_the_displacement() -> None:
    assert error_of("Gauss's law of a static profile") < 1


@pytest.mark.fails_when(STACK, "film.elastance * state.D + phi_s", "film.elastance * state.P + phi_s")
def test_depolarisation_by_a_dead_layer() -> None:
    assert error_of("film and dead layer") < 1


@pytest.mark.fails_when(STATIC, "_touching(left, points, values, crossed[0]) or", "")
def test_a_film_between_metals_reverses_at_its_coercive_field() -> None:
    """Spontaneous polarisation and coercive field to 1e-8: roots that are nearer than the points of the search are found."""
    assert error_of("Landau film") < 1


@pytest.mark.fails_when(CURVED, "np.sinh(s) / np.cosh(u) ** 2", "np.sinh(s) / np.cosh(u)")
def test_field_at_a_tip_with_and_without_a_film() -> None:
    for name in ("bare tip", "tip with a film of low permittivity", "tip with a film of high permittivity"):
        assert error_of(name) < 1


@pytest.mark.fails_when(CURVED, "q[0] ** 2", "q[0]")
def test_a_sphere_with_ions() -> None:
    """1 + lambda/R to 1e-4, and of second order or better in the cells."""
    assert error_of("sphere with ions") < 1


def test_values_of_the_charge() -> None:
    """0.26 C/m2 at 102 mV and 0.08 C/m2 at 48.9 mV, permittivity 30 and 1 mol/L; the inverse gives the potential back."""
    assert float(displacement(POINTS, 0.102)) == pytest.approx(0.26, rel=5e-3)
    assert float(displacement(POINTS, 0.0489)) == pytest.approx(0.08, rel=5e-3)
    phi = np.array([-3.0, -1.03, -1.02, -0.2, -1e-9, 1e-3, 0.5, 1.03, 2.0])
    for solution in (SIZED, POINTS):
        assert potential(solution, displacement(solution, phi)) == pytest.approx(phi, rel=1e-12)


@pytest.mark.fails_when(LAW, "more, less = solution.c0 / below", "more, less = 1.01 * solution.c0 / below")
def test_no_concentration_is_above_the_ceiling() -> None:
    """Neither in the law, to a volt, nor in time beside the strongest film; and the ceiling is reached."""
    _, anions = concentrations(SIZED, np.linspace(-1, 1, 201))
    assert anions.max() <= SIZED.ceiling
    assert anions.max() == pytest.approx(SIZED.ceiling, rel=1e-12)
    assert SIZED.ceiling / SIZED.c0 == pytest.approx(4.84, abs=0.005)


@pytest.mark.fails_when(
    LAW, "return np.where(flat, solution.permittivity / solution.debye_length, slope)", "return slope * 1.001"
)
def test_capacitance_of_the_diffuse_layer() -> None:
    """(eps/lambda) cosh(u/2) without size; the slope of the charge with it; and of a whole stack."""
    psi = 0.08
    cosh = POINTS.permittivity / POINTS.debye_length * np.cosh(psi / 2 / POINTS.V_T)
    assert float(capacitance(POINTS, psi)) == pytest.approx(cosh, rel=1e-10)
    assert float(capacitance(SIZED, 0.0)) == pytest.approx(SIZED.permittivity / SIZED.debye_length, rel=1e-12)
    step = 1e-5
    slope = (displacement(SIZED, 0.3 + step) - displacement(SIZED, 0.3 - step)) / (2 * step)
    assert float(capacitance(SIZED, 0.3)) == pytest.approx(float(slope), rel=1e-6)


@pytest.mark.fails_when(STACK, "spread = z**2 @ theta - (z @ theta) ** 2", "spread = z**2 @ theta")
@pytest.mark.parametrize("film", [None, ls.PolarFilm("P(VDF-TrFE)", "50 nm")], ids=["bare", "film"])
def test_capacitance_of_a_stack_is_the_slope_of_its_charge(film: ls.PolarFilm | None) -> None:
    layer = ls.DoubleLayer(film, adsorbed=[ls.Adsorbed("PF6", "-0.05 eV")])
    at = [layer.replaced(voltage=f"{V} V").static() for V in (0.0999, 0.1, 0.1001)]
    slope = float(at[2]["film_displacement"] - at[0]["film_displacement"]) / 2e-4
    assert float(at[1]["capacitance"]) == pytest.approx(slope, rel=1e-5)


@pytest.mark.fails_when(
    LAW, "return -(ELEMENTARY_CHARGE**2) * contrast / (16", "return -(ELEMENTARY_CHARGE**2) * contrast / (8"
)
def test_image_charge() -> None:
    """Permittivity 30 beside 1000, at 0.4 nm: -1.10 kT."""
    kT = BOLTZMANN * 298.15
    assert image_energy(30.0, 1000.0, 0.4e-9) / kT == pytest.approx(-1.10, abs=0.005)
    exact = -(ELEMENTARY_CHARGE**2) * 970 / (16 * np.pi * VACUUM_PERMITTIVITY * 30 * 0.4e-9 * 1030)
    assert image_energy(30.0, 1000.0, 0.4e-9) == pytest.approx(exact, rel=1e-10)


@pytest.mark.fails_when(DRIFT, "+ sigma * (self.S_film + self.S_dead)", "+ sigma * self.S_wall")
@pytest.mark.parametrize("material", ["BaTiO3", "P(VDF-TrFE)"])
@pytest.mark.parametrize("adsorbed", [(), (ls.Adsorbed("PF6", "-0.1 eV", rate="1e7 1/s"),)], ids=["clean", "adsorbed"])
def test_the_way_in_time_ends_in_equilibrium(material: str, adsorbed: Any) -> None:
    """Polarisation, charge and potential to 1e-3; every ion is accounted for, Gauss's law holds, no ion above the ceiling."""
    layer = ls.DoubleLayer(ls.PolarFilm(material, "200 nm"), adsorbed=adsorbed)
    history, static = layer.transient("5 us"), layer.static()
    assert history.attrs["status"] == "program completed"
    assert not layer.violations(history)
    for name in ("polarisation", "charge", "diffuse_potential"):
        assert float(history[name][-1]) == pytest.approx(float(static[name]), rel=1e-3), name


@pytest.mark.fails_when(DRIFT, "out[-2 + k] = -away", "out[-2 + k] = -1.0001 * away")
def test_ions_in_time_are_accounted_for() -> None:
    layer = ls.DoubleLayer(ls.PolarFilm("P(VDF-TrFE)", "50 nm"))
    assert not layer.violations(layer.transient("10 ns"))


@pytest.mark.fails_when(DRIFT, "taken[j] for j", "0.5 * taken[j] for j")
def test_what_was_put_there_goes_into_the_electrolyte() -> None:
    """Half of it in ln 2 / k; the ions are then in the electrolyte or in the reservoir."""
    put = ls.Adsorbed("TFSI", amount="0.3 1/nm2", rate="1e6 1/s")
    layer = ls.DoubleLayer(ls.PolarFilm("LiF", "5 nm", "none", permittivity=9), adsorbed=[put])
    history = layer.transient(f"{np.log(2) * 1e-6} s")
    share = float(history["adsorbed"][0, -1] / history["adsorbed"][0, 0])
    assert share == pytest.approx(0.5, rel=1e-5)
    assert not layer.violations(history)


@pytest.mark.fails_when(
    DRIFT, "self.S_wall = self.S_film + self.S_dead + liquid.elastance * scale", "self.S_wall = self.S_film + self.S_dead"
)
def test_charging_of_two_blocking_plates() -> None:
    """The rate of the run is the exact one to 0.2 %, with a Stern layer; both are D / (lambda L) to 2 %."""
    found, exact = relaxation_rate(0.01)
    solution = POINTS._replace(c0=10.0)
    simple = 2e-10 * 0.01 / solution.debye_length**2
    assert found == pytest.approx(exact, rel=2e-3)
    assert found == pytest.approx(simple, rel=0.02)
    sooner, exact = relaxation_rate(0.01, stern=10.0)
    assert sooner == pytest.approx(exact, rel=2e-3)
    assert sooner > 2 * found, "a Stern layer leaves less charge to be brought"


@pytest.mark.fails_when(
    DRIFT, "c[:-1] * bernoulli(step) - c[1:] * bernoulli(-step)", "c[:-1] * bernoulli(step) - 0.999 * c[1:] * bernoulli(-step)"
)
def test_thin_double_layers_leave_the_salt_profile_of_the_cell() -> None:
    """Half the limiting current through ions that make their own field: second order in lambda / L."""
    errors = np.array([neutral_error(share) for share in (0.05, 0.025, 0.0125)])
    assert errors[-1] < 3e-5
    assert np.all(np.log2(errors[:-1] / errors[1:]) > 1.8), errors


@pytest.mark.fails_when("data/tables/ferroelectrics.toml", "[3.34e5, 381]", "[3.34e5, 391]")
def test_barium_titanate_from_its_coefficients() -> None:
    """0.265 C/m2 at 298 K, Curie temperature within 2 % of the measured one in K, a loop that closes."""
    layer = ls.DoubleLayer(ls.PolarFilm("BaTiO3", "100 nm"), facing="metal", temperature="298 K")
    assert float(layer.static()["polarisation"]) == pytest.approx(0.265, abs=5e-4)
    measured = ls.lookup("ferroelectrics.BaTiO3.curie_temperature").to("K")
    assert curie_temperature(devonshire("BaTiO3")) == pytest.approx(measured, rel=0.02)


@pytest.mark.fails_when("physics/double_layer/model.py", "states[-1].p if states else None", "None")
def test_a_loop_of_barium_titanate() -> None:
    """Both signs of the polarisation at zero volt, and reversal at the intrinsic coercive field, 16.5 MV/m."""
    layer = ls.DoubleLayer(ls.PolarFilm("BaTiO3", "100 nm"), facing="metal", temperature="298 K")
    loop = layer.hysteresis("3 V", points=400)
    V, P = loop["voltage"].values, loop["polarisation"].values
    down = np.flatnonzero((P[1:] < 0) & (P[:-1] > 0))[0]
    up = np.flatnonzero((P[1:] > 0) & (P[:-1] < 0))[0]
    assert -V[down + 1] / 100e-9 == pytest.approx(1.65e7, rel=0.02)
    assert V[up + 1] == pytest.approx(-V[down + 1], rel=0.02)
    assert P[-1] == pytest.approx(P[100], rel=1e-6)


@pytest.mark.fails_when(STACK, "(np.exp(-top) + shares.sum(axis=0))", "(np.exp(-top) + shares)")
def test_the_isotherm() -> None:
    """Langmuir at the potential of the plane, sites shared by competitors, and the energy at which lithium is drawn in."""
    energy, kT = -0.1 * ELEMENTARY_CHARGE, BOLTZMANN * 298.15
    kinds = [ls.Adsorbed("PF6", "-0.1 eV"), ls.Adsorbed("EC", "-0.05 eV", charge=0, activity=10.0)]
    found = ls.DoubleLayer(adsorbed=kinds, concentration="0.5 mol/L").static()
    phi = float(found["surface_potential"])
    K = 0.5 * np.exp(-(energy - ELEMENTARY_CHARGE * phi) / kT), 10.0 * np.exp(0.05 * ELEMENTARY_CHARGE / kT)
    assert found["coverage"].values == pytest.approx(np.array(K) / (1 + sum(K)), rel=1e-9)
    charge = -float(found["coverage"][0]) * ELEMENTARY_CHARGE * ls.lookup("double_layer.adsorption_sites").to("1/m2")
    assert float(found["adsorbed_charge"]) == pytest.approx(charge, rel=1e-9)


@pytest.mark.fails_when(STACK, "- adsorbed_charge(beside, surface_potential(beside, middle)) > D_f", "> D_f")
def test_adsorbed_anions_reverse_what_the_electrolyte_sees() -> None:
    """theta* = P / (e sites): above its energy lithium is depleted at a positive face, below it is enriched."""
    layer = ls.DoubleLayer(ls.PolarFilm("P(VDF-TrFE)", "50 nm"), stern_capacitance="20 uF/cm2", sites="2.04 1/nm2")
    factor = [
        float(layer.replaced(adsorbed=[ls.Adsorbed("X", f"{dG} eV")]).static()["cation_factor"]) for dG in (0.5, -0.1, -0.4)
    ]
    assert factor[0] < 0.5
    assert factor[1] == pytest.approx(1.7, abs=0.1)
    assert factor[2] == pytest.approx(3.5, abs=0.1)


@pytest.mark.fails_when(ELEMENTS, "new = np.asarray(follow(law, P, E, pace, 1.0))", "new = P")
def test_elements_and_the_stack_agree_on_a_flat_film() -> None:
    """A ferroelectric, a Stern layer and ions by finite elements: the field in the electrolyte to 1e-3, P to 1e-6."""
    film, liquid = film_numbers(ls.PolarFilm("P(VDF-TrFE)", "50 nm"), 298.15), bare(SIZED, stern=10.0)
    found = solve(Plane(), Problem(film, SIZED, liquid, -0.3, 62.0), Resolution(liquid=80))
    static = equilibrium(Stack(film, liquid), -0.3)
    assert found.settled
    assert found.polar
    assert pytest.approx(static.film.P, rel=1e-6) == found.P
    assert found.field[0] == pytest.approx(static.D_out / SIZED.permittivity, rel=1e-3)


@pytest.mark.fails_when(ELEMENTS, "w.P / unit * shape.outward", "w.P / unit")
def test_polarisation_of_a_film_on_a_tip_acts_with_its_sign() -> None:
    """Fixed, without ions: 0.01 C/m2 out of a tip and into it shift its field by the same, and opposite."""
    shape = Hyperboloid(10.0, 200.0)
    fields = []
    for P in (-0.01, 0.0, 0.01):
        film = Film(5 * NM, 100 * VACUUM_PERMITTIVITY, None, P, 1.0)
        fields.append(solve(shape, Problem(film, SIZED, None, 0.5, 200.0)).field[0])
    assert fields[2] - fields[1] == pytest.approx(fields[1] - fields[0], rel=1e-9)
    flat_shift = 0.01 * 5 * NM / (100 * VACUUM_PERMITTIVITY)
    assert fields[2] / fields[1] - 1 == pytest.approx(flat_shift / 0.5, rel=0.7)
    assert fields[2] > fields[1]


@pytest.mark.fails_when("physics/double_layer/tips.py", '"ions": (None, ions)', '"ions": (None, None)')
def test_contributions_at_a_tip() -> None:
    """A bare tip of 10 nm has 9.3 times the field of a plane; with 1 mol/L of ions a few per cent, with a film less than one."""
    table = ls.DoubleLayer(ls.PolarFilm("LiF", "5 nm", "none", permittivity=9), voltage="-0.1 V").tip()
    ratio = table["enhancement"]
    assert float(ratio.sel(case="bare")) == pytest.approx(9.30, abs=0.01)
    assert 0.9 < float(ratio.sel(case="ions")) < 1.05
    assert float(ratio.sel(case="unpolarised film, ions")) < 0.8


@pytest.mark.fails_when(
    "physics/double_layer/invariants.py", "if most > solution.ceiling * (1 + ROUNDING)", "if most > 2 * solution.ceiling"
)
def test_invariants_notice_what_is_wrong() -> None:
    layer = ls.DoubleLayer(voltage="3 V")
    table = layer.static()
    assert not layer.violations(table)
    assert [v.invariant for v in layer.violations(table.assign(anions=table["anions"] * 1.5))] == ["ceiling"]
    assert "positive" in [v.invariant for v in layer.violations(table.assign(cations=table["cations"] - 10.0))]
