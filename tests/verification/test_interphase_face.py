"""Polarised films and adsorbed anions at rest: exact laws, limits, mirror images, balances; temperature."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest

import lithoscope as ls
from lithoscope.constants import BOLTZMANN, ELEMENTARY_CHARGE, FARADAY, thermal_voltage
from lithoscope.data import lookup
from lithoscope.design.catalogue import entry
from lithoscope.errors import InputError
from lithoscope.physics.interphase.equations import Surface
from lithoscope.physics.interphase.params import Numbers, layer_amount
from lithoscope.physics.interphase.polarised import beside, paired, plane
from lithoscope.physics.interphase.rates import quickened, relative
from lithoscope.physics.interphase.solve import steps
from lithoscope.physics.laws.double_layer import grahame_permittivity
from lithoscope.physics.laws.ferroelectric import spontaneous_polarisation
from lithoscope.physics.laws.kinetics import arrhenius
from lithoscope.result.names import words

BARE = ls.Cell.parse(entry("perovskite/bare"))
ETHER = BARE.replaced(
    electrolyte=ls.Electrolyte(
        "LiTFSI", "1 mol/L", {"DOL": 0.5, "DME": 0.5}, properties=ls.ConstantProperties("13 mS/cm", "8e-10 m2/s", "0.4", "1.8")
    )
)
FILM = ls.PolarFilm("BaTiO3", "200 nm")
DRY = {"H2O": "0 mol/L"}


def even(**fields: Any) -> ls.Interphase:
    """A model of an even surface."""
    return ls.Interphase(edge=1, defects=[], snapshots=1, **fields)


def rested(model: ls.Interphase, cell: ls.Cell = BARE, *times: str) -> ls.Result:
    """A rest, an hour if nothing is said."""
    return ls.run(cell, ls.Program([ls.Rest(each) for each in times or ("1 h",)]), model, progress=False)


def surface_of(face: ls.PolarisedFilm | None = None, **fields: Any) -> Surface:
    """The surface that a model makes."""
    return even(ferroelectric=face, **fields).driver(BARE, Numbers()).eyes.surface


def amounts(result: ls.Result) -> dict[str, Any]:
    """Amounts of solids over time, mol/m2."""
    film = result.tree["film"].to_dataset()
    return dict(zip(words(film["solid"]), film["film_amount"].values.T, strict=True))


def grown(found: Surface) -> Any:
    """Extents after an hour."""
    xi = np.zeros((found.sites, len(found.chemistry.rate)))
    for step in steps(found, xi, 0.0, np.array([3600.0]), 1e-6):
        xi = step.xi
    return xi


@pytest.mark.fails_when("physics/interphase/polarised.py", "at.potential if of.potential else 0.0", "at.potential")
def test_a_film_whose_causes_are_off_changes_no_bit() -> None:
    without, off = rested(even()), rested(even(ferroelectric=ls.PolarisedFilm(FILM)))
    for name in without.trace.data_vars:
        assert np.array_equal(without.trace[name].values, off.trace[name].values), name
    assert np.array_equal(without.tree["film"]["film_amount"].values, off.tree["film"]["film_amount"].values)


@pytest.mark.fails_when("physics/interphase/polarised.py", "gain[dissolved] += math.log(more", "gain += math.log(more")
def test_enrichment_multiplies_the_rate_of_the_anion_alone() -> None:
    """At a fixed potential only the anion's own demand changes, to g r / (1 + (g - 1)(1 - d)), d what the liquid leaves of it.

    Every anion is alike here.
    """
    fast = {"PF6_LiF": ls.ReactionChange(rate="1e-4 mol/m2/s")}
    plain = surface_of(additives=DRY, reactions=fast)
    film = ls.PolarisedFilm(FILM, enrichment=True, anion_factor=3.0, pair_reduction=0.0)
    rich = surface_of(film, additives=DRY, reactions=fast)
    xi = np.zeros((1, len(plain.chemistry.rate)))
    names = [each.name for each in plain.chemistry.network.reactions]
    for U in (0.0, 0.3):
        at, layers, a = np.array([U]), plain.layers(xi), plain.activity(xi)
        rate, _, left = plain._outer(at, layers, plain._multiples(layers, a))[:, 0, names.index("PF6_LiF")]
        more = rich.demanded(xi, a, at)[0] - plain.demanded(xi, a, at)[0]
        assert more == pytest.approx(2 * FARADAY * rate * (3 / (1 + 2 * (1 - left)) - 1), rel=1e-6)


def gain_of(face: ls.PolarisedFilm) -> float:
    """Factor of a face on the reduction of PF6-."""
    c = surface_of(face).chemistry
    return math.exp(c.face.gain[[each.name for each in c.network.reactions].index("PF6_LiF")])


@pytest.mark.fails_when("physics/interphase/polarised.py", "return by_pairs * anions * cations", "return by_pairs * anions")
def test_a_face_draws_free_anions_and_not_their_pairs() -> None:
    """s c- c+ / c0^2 + (1 - s) c- / c0, c+ as the double layer has it; 1 by pairs for ions without size; faces alike for pairs."""
    state = ls.DoubleLayer(FILM).static()
    free, cations = float(state["anion_factor"]), float(state["cation_factor"])
    for share in (0.0, 0.4, 1.0):
        expected = share * free * cations + (1 - share) * free
        assert gain_of(ls.PolarisedFilm(FILM, enrichment=True, pair_reduction=share)) == pytest.approx(expected, rel=1e-9)
    u = 2.5
    points = {"anion_factor": math.exp(u), "plane_potential": f"{u * thermal_voltage(298.15)!r} V", "plane_field": "0 V/m"}
    assert gain_of(ls.PolarisedFilm(FILM, enrichment=True, **points)) == pytest.approx(1.0, rel=1e-12), "the table has s = 1"
    both = [gain_of(ls.PolarisedFilm(ls.PolarFilm("P(VDF-TrFE)", "50 nm", polarised=side), enrichment=True))
            for side in ("out", "in")]  # type: ignore[arg-type]  # they are sides  # fmt: skip
    assert both[0] == pytest.approx(both[1], rel=1e-9)
    assert 0.1 < both[0] < 0.3, "packed ions leave a pair less room"


@pytest.mark.fails_when(
    "physics/interphase/polarised.py", "* _more_pairs(of, at, cell, numbers) + (1 - by_pairs)", "* 1.0 + (1 - by_pairs)"
)
def test_image_and_saturation_act_on_pairs_alone() -> None:
    pairs, free, half = (
        gain_of(ls.PolarisedFilm(FILM, image=True, saturation=True, pair_reduction=share)) for share in (1.0, 0.0, 0.5)
    )
    assert pairs != pytest.approx(1.0, abs=0.1)
    assert free == 1.0
    assert half == pytest.approx(0.5 * (pairs + free), rel=1e-12)


@pytest.mark.parametrize("potential", [0.2, -0.2])
@pytest.mark.fails_when(
    "physics/interphase/equations.py", "U - acting * self.chemistry.face", "U + acting * self.chemistry.face"
)
def test_the_potential_of_the_plane_is_a_shift(potential: float) -> None:
    plain, moved = surface_of(), surface_of(ls.PolarisedFilm(FILM, potential=True, plane_potential=f"{potential} V"))
    xi = grown(plain)
    a = plain.activity(xi)
    for U in (0.3, 0.8):
        assert moved.demanded(xi, a, np.array([U])) == pytest.approx(plain.demanded(xi, a, np.array([U - potential])), rel=1e-9)
    # Behind a film the electrons follow the plane: the supply hardly notices.
    shift = moved.rates(xi, a)[1] - plain.rates(xi, a)[1]
    assert 0.5 < float(shift[0]) / potential <= 1.0


@pytest.mark.fails_when("physics/interphase/polarised.py", "* at.field / kT", "/ kT")
def test_a_field_lowers_the_barrier_of_bonds_with_fluorine() -> None:
    field = 5e8
    gain = surface_of(ls.PolarisedFilm(FILM, activation=True, plane_field=f"{field} V/m"), additives={"LiNO3": "0.1 mol/L"})
    c = gain.chemistry
    found = dict(zip([each.name for each in c.network.reactions], c.face.gain, strict=True))
    beta = lookup("interphase.field_activation").to("C m")
    assert found["PF6_LiF"] == pytest.approx(beta * field / (BOLTZMANN * 298.15), rel=1e-12)
    assert found["NO3_LiNO2"] == found["EC_LEDC"] == 0.0


@pytest.mark.fails_when("physics/interphase/polarised.py", "return 2 * K / (2 * K + 1 +", "return 2 * K / (2 * K + 2 +")
def test_shares_of_pairs() -> None:
    """The root of the equilibrium; its sign follows the permittivities, it is not put in."""
    for share, change in ((0.3, 0.1), (0.3, 270.0), (0.9, 1e-6)):
        p = paired(share, change)
        assert p / (1 - p) ** 2 == pytest.approx(change * share / (1 - share) ** 2, rel=1e-12)

    def more(material: str, **causes: bool) -> float:
        face = ls.PolarisedFilm(ls.PolarFilm(material, "200 nm"), **causes)
        return math.log(gain_of(face))

    assert more("BaTiO3", image=True) < 0 < more("P(VDF-TrFE)", image=True), "a polymer polarises less than the liquid"
    assert more("BaTiO3", saturation=True) > more("P(VDF-TrFE)", saturation=True) > 0


@pytest.mark.fails_when("physics/laws/double_layer.py", "/ np.hypot(1.0, field / half)", "/ (1.0 + field / half)")
def test_permittivity_in_a_field() -> None:
    assert grahame_permittivity(30, 5, 3e8, 0.0) == 30
    assert grahame_permittivity(30, 5, 3e8, 3e8) == pytest.approx(5 + 25 / np.sqrt(2))
    assert grahame_permittivity(30, 5, 3e8, -3e8) == grahame_permittivity(30, 5, 3e8, 3e8)
    assert grahame_permittivity(30, 5, 3e8, 1e14) == pytest.approx(5, abs=1e-3)


@pytest.mark.fails_when(
    "physics/interphase/polarised.py", 'float(state[name]) for name in ("anion', 'abs(float(state[name])) for name in ("anion'
)
def test_faces_are_mirror_images_and_without_polarisation_nothing_acts() -> None:
    out, into, none = (
        plane(ls.PolarisedFilm(ls.PolarFilm("BaTiO3", "200 nm", polarised=side)), BARE, Numbers())  # type: ignore[arg-type]
        for side in ("out", "in", "none")
    )
    assert into.potential == pytest.approx(-out.potential, rel=1e-9)
    assert into.field == pytest.approx(-out.field, rel=1e-9)
    assert out.anions == pytest.approx(4.84, abs=0.01), "closest packing, as the double layer has it"
    assert into.anions < 1e-6
    assert none[:4] == pytest.approx((1.0, 1.0, 0.0, 0.0), abs=1e-9)
    every = dict.fromkeys(("enrichment", "potential", "activation", "saturation"), True)
    control = rested(even(ferroelectric=ls.PolarisedFilm(ls.PolarFilm("BaTiO3", "200 nm", polarised="none"), **every)))
    plain = rested(even())
    assert float(control["film_thickness"][-1]) == pytest.approx(float(plain["film_thickness"][-1]), rel=1e-9)


@pytest.mark.fails_when(
    "physics/interphase/equations.py", "np.where(grown, -self._acting(layers)", "np.where(grown, self._acting(layers)"
)
def test_products_on_the_face_bury_it() -> None:
    """Derivatives against differences, and the action fades to that of no film."""
    every = dict.fromkeys(("enrichment", "potential", "activation", "saturation"), True)
    buried = ls.PolarisedFilm(FILM, "on the face", **every)  # type: ignore[arg-type]  # they are switches
    found = surface_of(buried)
    xi = np.zeros((1, len(found.chemistry.rate)))
    for step in steps(found, xi, 0.0, np.array([10.0]), 1e-6):
        xi = step.xi
    assert 0.01 < float(found._acting(found.layers(xi))[0]) < 0.99
    a = found.activity(xi)
    slopes = found.slopes(xi, a)
    for k in range(xi.shape[1]):
        d = np.zeros_like(xi)
        d[:, k] = 1e-10
        difference = (found.rates(xi + d, a)[0] - found.rates(xi - d, a)[0]) / 2e-10
        assert np.abs(difference - slopes.by_extent[:, :, k]).max() < 3e-4 * np.abs(slopes.by_extent).max()
    day = grown(found)
    left = float(found._acting(found.layers(day))[0])
    assert left < 0.05
    shift = abs(float(found.rates(day, a)[1][0] - surface_of().rates(day, a)[1][0]))
    assert shift < 2 * left * abs(found.chemistry.face.potential)


@pytest.mark.fails_when("physics/interphase/params.py", "return area * (1 - model", "return area * (1 + model")
def test_what_a_film_covers_does_not_react() -> None:
    half = rested(even(ferroelectric=ls.PolarisedFilm(FILM, coverage=0.5)), BARE.changed_at({"working.roughness": 3.0}))
    less = rested(even(), BARE.changed_at({"working.roughness": 1.5}))
    assert half["working_lithium"].values == pytest.approx(less["working_lithium"].values, rel=1e-14)
    assert np.array_equal(half["film_thickness"].values, less["film_thickness"].values)


@pytest.mark.fails_when(
    "physics/interphase/equations.py",
    "np.where(adsorbed, self.layer, self.supply.saturation)",
    "np.full(len(adsorbed), self.supply.saturation)",
)
def test_a_stock_that_leaves() -> None:
    """dG/dt = -k G_1 G / (G + G_1): G + G_1 ln G falls by k G_1 in unit time."""
    k, start, t = 2e-4, 2.7e-6, 3600.0
    still = {"PF6_LiF": ls.ReactionChange(rate="0 mol/m2/s")}
    result = rested(even(adsorbed={"PF6-": f"{start} mol/m2"}, desorption=f"{k} 1/s", reactions=still, relative_tolerance=1e-8))
    left, layer = float(amounts(result)["PF6- adsorbed"][-1]), layer_amount(Numbers())
    assert left + layer * np.log(left) == pytest.approx(start + layer * np.log(start) - k * layer * t, abs=1e-6 * layer)


@pytest.mark.fails_when(
    "physics/interphase/network.py",
    "nu = {there if each == name else each: number",
    "nu = {there if each == name else each: number / (2 if each == name else 1)",
)
def test_a_stock_of_adsorbed_anions_is_finite() -> None:
    """Whatever is reduced of it leaves its products by the numbers of the reaction; when it is gone it is gone."""
    start = {"FSI-": 2.7e-6, "NO3-": 1.5e-6}
    stock = {name: f"{amount} mol/m2" for name, amount in start.items()}
    result = rested(even(adsorbed=stock, additives=DRY), ETHER, "1 d", "1 d")
    assert result.status.word == "program completed"
    held = amounts(result)
    used = {name: start[name] - held[f"{name} adsorbed"] for name in start}
    assert used["FSI-"][-1] == pytest.approx(2.7e-6, rel=1e-6), "all of it is gone"
    assert held["LiF"] == pytest.approx(2 * used["FSI-"], rel=1e-9, abs=1e-16)
    assert held["Li3N"] + held["LiNS2O4"] + held["LiNO2"] == pytest.approx(used["FSI-"] + used["NO3-"], rel=1e-9, abs=1e-16)
    assert float(np.abs(result.tree["elements"]["element_residual"]).max()) < 1e-9
    assert result.ledger.residual < 1e-9


@pytest.mark.fails_when("physics/interphase/params.py", "electrons * solid, tunnelling", "electrons, tunnelling")
def test_growth_by_diffusion_is_activated() -> None:
    """(L2 - L02)/t follows the activation energy of what passes the film where nothing else limits."""
    supply = ls.ElectronSupply("1e-16 mol/m/s", "0 A/m2", "0 S/m")
    fast = {"EC_Li2CO3": ls.ReactionChange(rate="1 mol/m2/s", activation="0 eV")}
    slow = {name: ls.ReactionChange(rate="0 mol/m2/s") for name in (
        "EC_LEDC", "EC_LEG", "DMC_LMC", "DMC_LiOCH3", "PF6_LiF", "LiOH_Li2O", "LEDC_Li2CO3")}  # fmt: skip
    model = even(supply=supply, reactions=fast | slow, additives=DRY)
    speed = []
    for T in (298.15, 328.15):
        inner = rested(model, BARE.replaced(temperature=f"{T} K"), "10 d")["inner_film_thickness"].values
        speed.append(inner[-1] ** 2 - inner[0] ** 2)
    assert speed[1] / speed[0] == pytest.approx(arrhenius(lookup("interphase.film_activation").to("J"), 328.15), rel=2e-3)


@pytest.mark.fails_when("physics/interphase/rates.py", "np.exp(cold - warm)", "np.exp(0.0)")
@pytest.mark.parametrize("law", ["marcus-hush-chidsey", "dissociative", "butler-volmer"])
def test_reactions_on_bare_lithium_have_the_energies_of_the_table(law: Any) -> None:
    """d ln j / d(-1/kT) = E_a at 0 V, whatever the potentials of the reactions and their law are; here all have 0.4 eV."""
    open_ = ls.ElectronSupply("1e-6 mol/m/s", outer_permeability="1e-3 mol/m/s")
    model = even(supply=open_, native_thickness="0.1 nm", rate_law=law, additives=DRY)
    temperatures = np.array([288.15, 298.15, 318.15, 338.15])
    j = [
        float(rested(model, BARE.replaced(temperature=f"{T} K"), "1 ms")["corrosion_current_density"][0]) for T in temperatures
    ]
    energy = -np.diff(np.log(j)) / np.diff(1 / temperatures) * BOLTZMANN / ELEMENTARY_CHARGE
    assert energy == pytest.approx(lookup("reactions.EC_LEDC.activation").number, rel=1e-3)


@pytest.mark.fails_when("physics/interphase/rates.py", "cold, warm = at_lithium", "warm, cold = at_lithium")
def test_where_electrons_stand_higher_the_barrier_is_that_of_the_law() -> None:
    """Butler-Volmer kinetics: E_a + alpha e U at U over lithium, and nothing changes at 25 degC."""
    E, U, U_k, alpha = 0.4 * ELEMENTARY_CHARGE, 0.3, 0.8, 0.5
    T = 308.15

    def rate(at: float) -> float:
        k = quickened("butler-volmer", U_k, 1.0, alpha, E, at)
        return float(np.log(k) + relative("butler-volmer", np.array([(U - U_k) / thermal_voltage(at)]), 1.0, alpha)[0])

    slope = -(rate(T) - rate(298.15)) / (1 / T - 1 / 298.15) * BOLTZMANN / ELEMENTARY_CHARGE
    assert slope == pytest.approx(0.4 + alpha * U, rel=1e-9)
    assert quickened("marcus-hush-chidsey", U_k, 1.0, alpha, E, 298.15) == 1.0


@pytest.mark.fails_when("physics/interphase/polarised.py", "temperature=cell.temperature", 'temperature="25 degC"')
def test_polarisation_follows_temperature_and_stress() -> None:
    """Pyroelectric by the coefficients of Landau; above the Curie point refused, and the remedy runs; d33 stress is added."""
    from lithoscope.physics.double_layer.params import devonshire

    face = ls.PolarisedFilm(FILM, enrichment=True)
    cold, warm = (beside(face, BARE.replaced(temperature=T), Numbers())[0] for T in ("25 degC", "80 degC"))
    P = [spontaneous_polarisation(devonshire("BaTiO3").at(T)) for T in (298.15, 353.15)]
    assert [layer.stack.film.P for layer in (cold, warm) if layer.stack.film] == pytest.approx(P, rel=1e-9)
    hot = BARE.replaced(temperature="130 degC")
    with pytest.raises(InputError, match=r"ferroelectric.film.polarised.*not polar there") as caught:
        rested(even(ferroelectric=face), hot)
    assert 'temperature = "25 degC"' in caught.value.do
    rested(even(ferroelectric=face), BARE.replaced(temperature="25 degC"))
    pressed, _ = beside(ls.PolarisedFilm(FILM, stress="100 MPa"), BARE, Numbers())
    assert pressed.stack.film is not None
    assert pressed.stack.film.P - float(cold.static()["polarisation"]) == pytest.approx(190e-12 * 1e8, rel=1e-6)


@pytest.mark.fails_when("physics/interphase/polarised.py", 'kept = bool(state.attrs["keeps_polarisation"])', "kept = True")
def test_a_film_that_loses_its_polarisation_says_so() -> None:
    thin = rested(even(ferroelectric=ls.PolarisedFilm(ls.PolarFilm("BaTiO3", "20 nm"), enrichment=True)))
    assert any("does not keep its polarisation" in note for note in thin.manifest.notes)
    thick = rested(even(ferroelectric=ls.PolarisedFilm(FILM, enrichment=True)))
    assert not any("does not keep" in note for note in thick.manifest.notes)


@pytest.mark.parametrize(("thickness", "stress", "kept"), [("200 nm", "100 MPa", True), ("20 nm", "100 MPa", False)])
@pytest.mark.fails_when("physics/interphase/polarised.py", "kept and side == of.film.polarised", "side == of.film.polarised")
def test_a_pressed_film_that_loses_its_polarisation_says_so(thickness: str, stress: str, kept: bool) -> None:
    face = ls.PolarisedFilm(ls.PolarFilm("BaTiO3", thickness), enrichment=True, stress=stress)
    assert any("does not keep its polarisation" in note for note in rested(even(ferroelectric=face)).manifest.notes) is not kept


@pytest.mark.fails_when("physics/interphase/polarised.py", "return layer.replaced(film=of.film.replaced_by(P=abs(P), polarised=side)), kept and side == of.film.polarised", "return layer.replaced(film=of.film.replaced_by(P=abs(P), polarised=side)), kept")  # fmt: skip
def test_a_stress_that_turns_the_polarisation_has_taken_it() -> None:
    """190 pC/N times 1 GPa against a film that is held at 0.1 C/m2."""
    weak = ls.PolarFilm("BaTiO3", "200 nm", response="fixed", polarisation="0.1 C/m2")
    for stress, kept in (("-0.4 GPa", True), ("-0.6 GPa", False)):
        layer, holds = beside(ls.PolarisedFilm(weak, stress=stress), BARE, Numbers())
        assert holds is kept
        assert (float(layer.static()["polarisation"]) > 0) is kept


@pytest.mark.parametrize(("name", "given"), [("stress", {"stress": "10 MPa"}), ("voltage", {"voltage": "0.1 V"})])
@pytest.mark.fails_when("physics/interphase/polarised.py", "self.stress is not None or self.voltage.value != 0)", "False)")
def test_what_acts_through_a_double_layer_that_is_replaced_is_refused(name: str, given: dict[str, str]) -> None:
    """The remedies run."""
    numbers: dict[str, Any] = {"anion_factor": 2.0, "plane_potential": "0.1 V", "plane_field": "1e8 V/m"}
    with pytest.raises(InputError, match=f"{name} .*is given beside anion_factor") as caught:
        ls.PolarisedFilm(FILM, **numbers, **given)
    error = caught.value
    assert all((error.where, error.problem, error.expected, error.why, error.do))
    for remedy in (numbers, given, {**given, "anion_factor": 2.0}):
        assert surface_of(ls.PolarisedFilm(FILM, potential=True, **remedy)).chemistry.face.potential != 0


@pytest.mark.fails_when(
    "physics/interphase/params.py", "do=nearest(name, known) or f'Write e.g. adsorbed", "do=f'Write e.g. adsorbed"
)
def test_adsorbed_anions_that_are_not_known() -> None:
    with pytest.raises(InputError, match=r"adsorbed.NO3 ") as caught:
        rested(even(adsorbed={"NO3": "1 umol/m2"}))
    error = caught.value
    assert all((error.where, error.problem, error.expected, error.why, error.do))
    assert error.do == 'Did you mean "NO3-"?'
    assert rested(even(adsorbed={"NO3-": "1 umol/m2"})).status.word == "program completed"
