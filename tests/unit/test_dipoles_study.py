"""The study of the dipoles paper: its claims are complete, its closed forms are those of the solvers, its verdicts follow from runs."""

import math
from types import SimpleNamespace

import numpy as np
import pytest

from lithoscope.studies.claims import read_claims
from lithoscope.studies.dipoles import arithmetic, chemistry, judging, layers, resistances, resting, restsweep, tips
from lithoscope.studies.outcome import stamp, told
from lithoscope.studies.ranges import Range, at_values
from lithoscope.studies.spread import Scatter
from lithoscope.studies.verdict import Prediction, Verdict, Word, stated

CLAIMS = read_claims("dipoles")
POINT = at_values((layers.material_range(), *layers.electrolyte_ranges(), *layers.adsorption_ranges()))
REST = at_values(resting.ranges())


@pytest.mark.fails_when("studies/dipoles/arithmetic.py", '    "dipoles.fd.li.potential": _potential,\n', "")
def test_the_claims_are_complete() -> None:
    """All 56; inputs are read in, and what arithmetic leaves open says what it needs."""
    assert len(CLAIMS.claims) == 56
    made = arithmetic.checked(CLAIMS)
    inputs = {claim.id for claim in CLAIMS.claims if claim.scale == "input"}
    assert inputs == {name for name, verdict in made.items() if verdict.verdict is Word.INPUT}
    for name, verdict in made.items():
        if verdict.verdict is Word.PENDING:
            assert f"Needs {CLAIMS[name].needs}." in verdict.note
    assert "3862 mAh/g" in made["dipoles.fd.li.capacity"].note
    assert "-1.10 kT" in made["dipoles.fd.solvation_loosen"].note


@pytest.mark.parametrize("material", [0.0, 1.0])
@pytest.mark.fails_when(
    "studies/dipoles/layers.py", "return -thermal_voltage(TEMPERATURE)", "return thermal_voltage(TEMPERATURE)"
)
def test_where_lithium_is_enriched(material: float) -> None:
    """At the energy of the closed form the solver finds lithium ions as in the bulk; fewer above it, more below."""
    point = {**POINT, layers.MATERIAL: material, layers.ADSORBS: 1.0}
    energy = layers.inversion(point)
    assert -0.1 < energy < 0.1
    found = [layers.cations({**point, layers.ENERGY: energy + shift}) for shift in (-0.02, 0.0, 0.02)]
    assert found[1] == pytest.approx(1.0, abs=1e-6)
    assert found[0] > 1.01
    assert found[2] < 0.99
    assert layers.inversion({**point, layers.MATERIAL: 0.0, layers.SITES: 1.2}) == -math.inf, "fewer sites than charges"


@pytest.mark.fails_when("studies/dipoles/layers.py", "float(min(point[ION], most))", "point[ION]")
def test_ions_fit_in() -> None:
    """The largest ions at the highest concentration are made smaller, others are not."""
    assert layers.ion_size(POINT) == 0.7
    packed = {**POINT, layers.ION: 0.9, layers.SALT: 2.0}
    assert layers.layer(packed, None).solution.nu == pytest.approx(layers.MOST_PACKED)


@pytest.mark.fails_when("studies/dipoles/layers.py", '    if not found.attrs["keeps_polarisation"]:\n        return 0.0\n', "")
def test_thin_films_keep_nothing() -> None:
    thick = layers.thinnest("BaTiO3", POINT)
    assert layers.kept({**POINT, layers.THICKNESS: 0.99 * thick}) == 0.0
    assert 0.6 < layers.kept({**POINT, layers.THICKNESS: 1.01 * thick}) < 0.9


@pytest.mark.fails_when("studies/dipoles/layers.py", '"negative face": (other, {})', '"negative face": (polar, {})')
def test_each_cause_alone() -> None:
    """Without polarisation nothing happens, and the two faces are mirror images."""
    cases = layers.channels("P(VDF-TrFE)", POINT)
    assert float(cases["no polarisation (control)"]["anion_factor"]) == pytest.approx(1.0, abs=1e-9)
    positive, negative = cases["positive face"], cases["negative face"]
    assert float(negative["cation_factor"]) == pytest.approx(float(positive["anion_factor"]), rel=1e-9)
    assert float(positive["cation_factor"]) < 0.1 < 1 < float(positive["anion_factor"])


@pytest.mark.fails_when("studies/dipoles/tips.py", "(point[WIDTH] * 1e-6 + length) /", "length /")
def test_current_at_a_tip() -> None:
    """Without a resistance it is the field of a sphere, d/R, with a large one there is no tip; the inverse is one."""
    point = at_values(tips.cell_ranges())
    assert tips.flux_ratio({**point, tips.RESISTANCE: 0.0}) == pytest.approx(2500)
    assert tips.flux_ratio({**point, tips.RESISTANCE: 1e9}) == pytest.approx(1.0)
    needed = tips.resistance_for(point, 2.0)
    assert tips.flux_ratio({**point, tips.RESISTANCE: needed}) == pytest.approx(2.0, rel=1e-12)


@pytest.mark.fails_when("studies/dipoles/tips.py", "GAPS * point[RADIUS])", "point[RADIUS])")
def test_ions_take_the_field_of_a_tip_away() -> None:
    point = {**POINT, tips.RADIUS: 10.0}
    assert tips.enhancement(point, "bare") > 9
    assert tips.enhancement(point) < 1


@pytest.mark.fails_when("studies/dipoles/judging.py", '("volts", "salt")', '("salt", "volts")')
def test_polarisation_by_a_film_has_two_halves() -> None:
    """Voltage and salt, each at the high rate, over both rates; conservation alone decides no claim."""
    found = {"1 mA/cm2": resistances.Thick(1.9, 1.0), "5 mA/cm2": resistances.Thick(1.8, 1.01)}
    made = judging._current(CLAIMS, Prediction(2.0, 1.5, 3.0), found)
    seen = made["dipoles.sei.polarisation"]
    assert seen.verdict is Word.UNDECIDED
    assert seen.decided_by == judging.CROWDING
    assert (seen.predicted, seen.low, seen.high) == ((1.8, 1.01), (1.8, 1.0), (1.9, 1.01))
    assert made["dipoles.sei.ohm"].verdict is Word.AGREES


@pytest.mark.fails_when("studies/dipoles/judging.py", "lost, Band(SEEN, math.inf), ocp)", "lost, Band(0.0, math.inf), ocp)")
def test_a_loss_that_nobody_could_see_is_no_corrosion() -> None:
    """Any reaction loses something; the claim holds from what can be measured on."""
    rested = SimpleNamespace(
        predictions=dict.fromkeys(restsweep.PREDICTED, Prediction(1.0, 1e-4, 150.0, "what passes the film")),
        point=at_values(restsweep.place_ranges()),
        pits=1e-9,
        dent=(3e-8, 1e-8),
    )
    seen = judging._corrosion(CLAIMS, rested)["dipoles.corr.ocp_driven"]
    assert (seen.verdict, seen.decided_by) == (Word.UNDECIDED, "what passes the film")


@pytest.mark.fails_when("studies/dipoles/judging.py", "max(hot.high, floor / beside)", "max(hot.high, 1.0)")
def test_whether_a_dent_deepens_is_open_as_long_as_its_film_may_leak_more() -> None:
    """With the same film its floor recedes as its rim does; a film that leaks more deepens it, one that does not cannot."""

    def judged(floor: float, hot: float) -> Verdict:
        rested = SimpleNamespace(
            predictions={restsweep.HOT: Prediction(1.01, 1.0, hot)}, point=at_values(restsweep.place_ranges()),
            pits=1e-10, dent=(floor, 1e-8),
        )  # fmt: skip
        return judging._pits(CLAIMS["dipoles.corr.pits"], rested)  # type: ignore[arg-type]  # all that it reads

    leaks = judged(3e-8, 1.02)
    assert (leaks.verdict, leaks.decided_by, leaks.low) == (Word.UNDECIDED, judging.DENT, (1.0,))
    assert leaks.high == pytest.approx((3.0,))
    assert "3.0 (20 nm deeper)" in leaks.note
    assert "by 20 nm: both walls" in leaks.note
    assert judged(1e-8, 1.02).verdict is Word.DISAGREES


@pytest.mark.fails_when("studies/dipoles/chemistry.py", "claim, shown, Band(SUBSTANTIAL,", "claim, shown, Band(-SUBSTANTIAL,")
def test_what_photoemission_shows_is_clearly_more_from_a_tenth_on() -> None:
    claim = CLAIMS["dipoles.fd.xps"]
    for (value, low, high), word in (((0.2, 0.15, 0.3), Word.AGREES), ((0.0, -0.03, 0.4), Word.UNDECIDED),
                                     ((0.0, -0.01, 0.05), Word.DISAGREES)):  # fmt: skip
        assert chemistry.shown_by_light(claim, Prediction(value, low, high)).verdict is word


@pytest.mark.fails_when("studies/dipoles/resting.py", "return 1 - float(share_in(", "return float(share_in(")
def test_photoemission_of_a_film_that_lets_nothing_through_shows_the_inorganic_native_film() -> None:
    rests, point = resting.Rests(), {**REST, resting.AREA: 1.0}
    tight, plain = rests("carbonate", {**point, resting.LEAKS: 1e-19}), rests("carbonate", point)
    assert tight is not None
    assert plain is not None
    assert tight.shown(2.5e-9) > 0.99
    assert plain.shown(2.5e-9) < tight.shown(2.5e-9)


@pytest.mark.fails_when("studies/dipoles/tips.py", "high=max(each.high", "high=min(each.high")
def test_coercive_fields_are_those_of_both_films() -> None:
    known = tips.coercive_range()
    assert (known.low, known.value, known.high) == (1e5, 1.65e7, 5e8)


@pytest.mark.fails_when("studies/dipoles/restsweep.py", "return 2 * point[TENSION]", "return point[TENSION]")
def test_surface_energy_of_a_bump() -> None:
    """2 gamma V / R = 2 x 0.47 J/m2 x 13 cm3/mol / 100 nm; the radius for a factor is the inverse."""
    point = at_values(restsweep.place_ranges())
    assert restsweep.capillary_energy(point) == pytest.approx(122, rel=0.02)
    small = {**point, restsweep.RADIUS: judging.radius_for(1.1, point)}
    assert restsweep.capillary_factor(small) == pytest.approx(1.1, rel=1e-12)


@pytest.mark.fails_when("studies/dipoles/restsweep.py", "pairs / lookup(", "1.0 / lookup(")
def test_anions_that_can_be_reduced() -> None:
    assert restsweep.with_pairs(0.2, 0.3) == pytest.approx(0.2)
    assert restsweep.with_pairs(0.2, 0.9) == pytest.approx(0.75 / 1.75)


@pytest.mark.fails_when("studies/dipoles/restsweep.py", "return max(point[POTENTIAL], ", "return min(point[POTENTIAL], ")
def test_pairs_beside_a_face_are_never_more_than_in_the_bulk() -> None:
    """Anions and potential are drawn on their own: ions without size are the upper end, c- c+ = c0^2."""
    for g, phi in ((27.0, 0.01), (4.84, 0.256), (2.0, 0.0)):
        point = {restsweep.ENRICHED: g, restsweep.POTENTIAL: phi}
        assert restsweep.pairs_at_face(point) <= 1 + 1e-12
    assert restsweep.pairs_at_face({restsweep.ENRICHED: 27.0, restsweep.POTENTIAL: 0.01}) == pytest.approx(1.0, rel=1e-12)
    assert restsweep.pairs_at_face({restsweep.ENRICHED: 4.84057, restsweep.POTENTIAL: 0.25597}) == pytest.approx(
        5.2e-8, rel=0.02
    )


@pytest.mark.fails_when("studies/dipoles/restsweep.py", "anion_factor=enrichment", "anion_factor=1.0")
def test_a_day_of_rest() -> None:
    """The loss is that of the ledger, scales with the area, and more anions at the surface reduce more of them."""
    rests = resting.Rests()
    point = {**REST, resting.AREA: 1.0}
    plain, rich = rests("carbonate", point), rests("carbonate", point, restsweep.face(4.84, 0.0, 0.0))
    assert plain is not None
    assert rich is not None
    assert rich.anion == pytest.approx(4.84 * plain.anion, rel=0.01)
    assert plain.lost == pytest.approx(plain.recession / 4.85e-6, rel=1e-3), "4.85 um of lithium per mAh/cm2"
    wide = rests("carbonate", {**point, resting.AREA: 3.0})
    assert wide is not None
    assert wide.lost == pytest.approx(3 * wide.recession / 4.85e-6, rel=1e-3)
    assert rests.unsolved == []


@pytest.mark.fails_when("studies/dipoles/restsweep.py", "up = {r.name: r.high if raises", "up = {r.name: r.low if raises")
def test_the_ends_that_raise_a_number() -> None:
    known = restsweep.place_ranges()
    columns = {r.name: list(np.linspace(r.low, r.high, 8)) for r in known}
    columns[restsweep.RADIUS] = columns[restsweep.RADIUS][::-1]
    up, down, _ = restsweep._ends(Scatter(columns, np.arange(8.0)), known, at_values(known))
    assert up == {r.name: r.low if r.name == restsweep.RADIUS else r.high for r in known}
    assert down == {r.name: r.high if r.name == restsweep.RADIUS else r.low for r in known}


@pytest.mark.fails_when(
    "studies/dipoles/judging.py", "word = weakest([each.verdict for each in links])", "word = links[0].verdict"
)
def test_a_chain_is_as_strong_as_its_weakest_link() -> None:
    claim = CLAIMS["dipoles.fd.hypothesis"]
    links = [stated(CLAIMS[f"dipoles.fd.{name}"], word, "") for name, word in
             (("anion_bind", Word.AGREES), ("anion_first", Word.UNDECIDED))]  # fmt: skip
    assert judging._chain(claim, links).verdict is Word.UNDECIDED


@pytest.mark.fails_when("studies/dipoles/arithmetic.py", "* point[FLUORINES] *", "*")
def test_one_layer_of_anions_is_no_film() -> None:
    made, per_nm2 = arithmetic.preadsorbed()
    assert per_nm2 == pytest.approx(1.65, abs=0.01)
    assert made.value == pytest.approx(1.654e18 / 6.022e23 * 3 * 9.83e-6 * 1e9, rel=1e-3)
    assert made.high < 2


@pytest.mark.fails_when("studies/dipoles/arithmetic.py", "point[PIEZO] * 1e-12", "point[PIEZO] * 1e-11")
def test_stress_is_felt_little() -> None:
    """Charge of 85 uC/m2 over the Stern layer and the diffuse layer in series."""
    point = at_values(arithmetic.piezo_ranges())
    solution = layers.layer(POINT, None).solution
    capacitance = 1 / (1 / 0.1 + solution.debye_length / solution.permittivity)
    assert arithmetic.piezo_potential(point) * 0.025693 == pytest.approx(85e-6 / capacitance, rel=5e-3)


@pytest.mark.fails_when("studies/outcome.py", "if part not in RUN_BY.get(name, ())", "")
def test_the_stamp_counts_what_the_study_runs(monkeypatch: pytest.MonkeyPatch) -> None:
    """Without the two scales the stamp is another one; those of the other studies never had them."""
    from lithoscope.studies import outcome

    with_scales = {name: stamp(name) for name in ("dipoles", "host")}
    monkeypatch.setattr(outcome, "RUN_BY", {})
    assert stamp("dipoles") != with_scales["dipoles"]
    assert stamp("host") == with_scales["host"]


@pytest.mark.fails_when("studies/outcome.py", 'if name != "wall"', "if name")
def test_a_ready_run_made_again_tells_the_same() -> None:
    """Its stamp and how long it took do not count; every number does."""
    first = '{"stamp": "1", "name": "crack", "runs": [{"wall": 1.0, "residual": 1e-16}]}'
    assert told(first.replace('"1"', '"2"').replace("1.0", "2.5")) == told(first)
    assert told(first.replace("1e-16", "2e-16")) != told(first)


@pytest.mark.fails_when("studies/dipoles/judging.py", "Band(MUCH, math.inf)", "Band(0.0, math.inf)")
def test_tips_are_judged_by_what_they_do() -> None:
    found = tips.Tips(
        with_ions=Prediction(0.97, 0.8, 1.0), moves=(), without=9.3, diluted=1.0, cases={},
        flux=Prediction(1.0, 1.0, 1.6), resistance=0.2, reversal=Prediction(1e-6, 1e-8, 1e-2), ranges=(),
    )  # fmt: skip
    words = {name: verdict.verdict for name, verdict in judging._tips(CLAIMS, found).items()}
    assert set(words.values()) == {Word.DISAGREES}


@pytest.mark.fails_when(
    "studies/dipoles/arithmetic.py", "for a, b in ((0, 0), (1, 2), (2, 1))", "for a, b in ((0, 0), (1, 1), (2, 2))"
)
def test_what_lithium_does_to_oxides() -> None:
    """BaTiO3 + 4 Li -> BaO + Ti + 2 Li2O by hand: (-1572 + 522 + 2 x 561) kJ/mol over 4 F; every energy against it, or for it."""
    made = arithmetic.taken_apart("BaTiO3")
    assert made.value == pytest.approx((-1572 + 522 + 2 * 561) / (4 * 96.48533), rel=1e-6)
    assert made.low == pytest.approx((-1582 + 517 + 2 * 559) / (4 * 96.48533), rel=1e-6)
    assert made.high == pytest.approx((-1562 + 527 + 2 * 563) / (4 * 96.48533), rel=1e-6)
    assert arithmetic.taken_apart("PbTiO3").value == pytest.approx((-1112 + 889 + 561) / (2 * 96.48533), rel=1e-6)


@pytest.mark.fails_when("studies/dipoles/arithmetic.py", "(max(getattr(way, name) for way", "(min(getattr(way, name) for way")
def test_one_way_is_enough_for_an_oxide_to_be_reduced() -> None:
    """To TiO and Ti2O3 by hand; the highest potential of all ways is that at which reduction begins."""
    assert arithmetic.reduced("BaTiO3", "TiO").value == pytest.approx((-1572 + 522 + 505 + 561) / (2 * 96.48533), rel=1e-6)
    assert arithmetic.reduced("BaTiO3", "Ti2O3").value == pytest.approx((-1572 + 522 + 717 + 280.5) / 96.48533, rel=1e-6)
    every = [arithmetic.reduced("BaTiO3", to) for to in arithmetic.TAKEN_APART["BaTiO3"]]
    best = arithmetic.taken_apart("BaTiO3")
    assert best.value == max(each.value for each in every)
    assert best.low >= max(each.low for each in every)


@pytest.mark.parametrize(("low", "decides"), [(0.1, "DISSOLVES"), (-0.1, "PHASES"), (-0.5, "PHASES")])
@pytest.mark.fails_when("studies/dipoles/chemistry.py", "holds = hardest.low > 0", "holds = hardest.value > 0")
def test_ways_that_are_not_known_refute_nothing(monkeypatch: pytest.MonkeyPatch, low: float, decides: str) -> None:
    monkeypatch.setattr(arithmetic, "taken_apart", lambda oxide: Prediction(low + 0.2, low, low + 0.3))
    made = chemistry.taken_apart(CLAIMS["dipoles.fd.stability"])
    assert made.verdict is Word.UNDECIDED
    assert made.decided_by == getattr(chemistry, decides)
    assert ("So lithium reduces both" in made.note) is (low > 0)


@pytest.mark.fails_when("studies/dipoles/restsweep.py", "pairs[0].std() / pairs[1].std()", "pairs[1].std() / pairs[0].std()")
def test_ratio_of_spreads() -> None:
    """Half as wide in every draw of designs is half exactly; designs that gave none do not count."""
    values = np.array([0.1, 0.9, 0.3, np.nan, 0.5])
    half = restsweep.spread_ratio(0.5 * values + 0.2, values)
    assert (half.value, half.low, half.high) == pytest.approx((0.5, 0.5, 0.5))
    mixed = restsweep.spread_ratio(np.array([0.2, 0.3, 0.9, 0.1, 0.0]), values)
    assert mixed.low < mixed.value < mixed.high


@pytest.mark.parametrize(
    ("ratio", "word"),
    [((0.4, 0.3, 0.45), Word.AGREES), ((0.6, 0.4, 0.9), Word.UNDECIDED), ((1.6, 1.0, 2.1), Word.DISAGREES)],
)
@pytest.mark.fails_when("studies/dipoles/chemistry.py", "Band(-math.inf, 1 / MUCH)", "Band(-math.inf, MUCH)")
def test_predictable_is_half_the_spread(ratio: tuple[float, float, float], word: Word) -> None:
    designs = SimpleNamespace(values=np.zeros(32))
    rested = SimpleNamespace(spreads=(Prediction(*ratio), Prediction(1.0, 0.9, 1.1)), scatters={restsweep.SHARE: designs})
    made = chemistry.stocked(CLAIMS, rested)  # type: ignore[arg-type]  # all that it reads
    assert made["dipoles.fd.predictable"].verdict is word
    assert made["dipoles.fd.stability"].verdict is Word.UNDECIDED


@pytest.mark.fails_when(
    "studies/dipoles/restsweep.py",
    "{name: case(name, out, (), **{name: True}) for name in switches}",
    "{name: case(name, out, (), **every) for name in switches}",
)
def test_each_cause_at_rest_stands_alone() -> None:
    switches = ("enrichment", "potential", "activation", "image", "saturation")
    found = restsweep.cases()
    assert found["no film"] == resting.PLAIN
    for name in switches:
        film = found[name].face
        assert film is not None
        assert [each for each in switches if getattr(film, each)] == [name]
        assert not found[name].stock
    whole = found["all"].face
    assert whole is not None
    assert all(getattr(whole, each) for each in switches)
    assert sum(amount for _, amount in found["all"].stock) == pytest.approx(4e18 / 6.02214076e23)
    assert restsweep.layer_of(("PF6-",), 2.0) == (("PF6-", pytest.approx(2e18 / 6.02214076e23)),)


@pytest.mark.fails_when("studies/dipoles/restsweep.py", "point, best = {**point, each.name: end}, tried", "best = tried")
def test_the_ends_of_a_number_are_walked_to() -> None:
    """x y z over 0 to 1: designs end at 0.2, the walk at the corner; with x - y both ends, past a design without a number."""
    names = ("x", "y", "z")
    open_ = [Range(name, name, 0.5, 0.0, 1.0, "1", "", "prior") for name in names]
    rows = [dict.fromkeys(names, at) for at in (0.0, 0.2, 0.5)]
    values = np.array([0.0, 0.008, np.nan])
    assert restsweep.farthest(lambda p: p["x"] * p["y"] * p["z"], rows, values, open_) == [0.0, pytest.approx(1.0)]
    assert restsweep.farthest(lambda p: p["x"] - p["y"], rows, np.zeros(3), open_) == [-1.0, 1.0]
