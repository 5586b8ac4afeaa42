"""Cracks in time at rest: exact sums, limits, balances, weak spots, growth at the metal, and what is refused."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest

import lithoscope as ls
from lithoscope.design.catalogue import entry
from lithoscope.errors import InputError
from lithoscope.physics.contract import silent
from lithoscope.physics.interphase import ages as of_ages
from lithoscope.physics.interphase import exact
from lithoscope.physics.interphase.ages import Ages
from lithoscope.physics.interphase.cracks import Weakness, growth_stretch
from lithoscope.physics.interphase.film import Properties, cracked_share, growth_speed_reexposed
from lithoscope.physics.interphase.network import network
from lithoscope.physics.interphase.params import Numbers
from lithoscope.physics.interphase.solve import steps
from lithoscope.units import Quantity

DAY = 86400.0
GAP = 1e-10
BARE = ls.Cell.parse(entry("perovskite/bare"))
REST = ls.Program([ls.Rest("4 d")])
DIFFUSING = replace(exact.NOTHING, electrons=1e-16, gap=GAP)
K_P = DIFFUSING.electrons * exact.VOLUME / 2


def even(cracks: ls.FilmCracks | None = None, program: ls.Program = REST, **fields: Any) -> ls.Result:
    """An even surface at rest."""
    return ls.Interphase(edge=1, defects=[], snapshots=1, cracks=cracks, **fields).simulate(BARE, program, silent)


def lost(result: ls.Result) -> float:
    """Lithium that the metal has lost, C/m2."""
    lithium = result["working_lithium"].values
    return float(lithium[0] - lithium[-1])


def daily(strain: str, number: int = 3, **fields: Any) -> ls.FilmCracks:
    """A change at the end of each day."""
    return ls.FilmCracks([ls.VolumeChange(strain, "1 d", every="1 d", number=number)], **fields)


@pytest.mark.parametrize("name", ["film that comes off", "film that comes off in part", "cracks without a barrier"])
@pytest.mark.fails_when(
    "physics/interphase/ages.py",
    "past=self.past + (gone[..., None] * x).sum(axis=0),",
    "past=self.past + 0.999 * (gone[..., None] * x).sum(axis=0),",
)
def test_against_sums_over_ages(name: str) -> None:
    found = next(each for each in exact.cases() if each.name == name)
    assert found.error() <= 1e-8


@pytest.mark.fails_when("physics/interphase/ages.py", "return float(weight @ (speed[a] + speed[b] - joint))", "return 0.0")
def test_eight_ages_do_for_many() -> None:
    """Sixty changes bare a tenth each: the sum over 61 ages, and the mean speed of ages w exp(-w t)."""
    every, share = 3600.0, 0.1
    made = exact.cracked_growth(exact.surface(exact.carbonate(), [1e6], DIFFUSING, start=0.0), share, every, 60)[0]
    assert made == pytest.approx(exact.growth_anew(K_P, GAP, share, every, 60), rel=2e-3)
    late = exact.growth_anew(K_P, GAP, share, every, 300) - exact.growth_anew(K_P, GAP, share, every, 299)
    assert late / every == pytest.approx(growth_speed_reexposed(K_P, share / every), rel=0.02)


@pytest.mark.fails_when("physics/interphase/ages.py", "share=_newborn(self.share - gone,", "share=_newborn(self.share,")
def test_ages_keep_area_film_and_extents() -> None:
    """Cracks and joined ages change neither the area nor what has reacted, nor the sum of film and what came off."""
    found = exact.surface(exact.carbonate(), [1e6], DIFFUSING, start=5e-9, sites=3)
    ages, xi = Ages.one(found), np.zeros((3, 1))
    rng = np.random.default_rng(0)
    for n in range(15):
        *_, last = steps(ages.surface(), xi, n * DAY, np.array([(n + 1) * DAY]), 1e-6)
        xi, before = last.xi, ages.extents(last.xi)
        ages, xi = ages.cracked(xi, rng.uniform(0, 1, ages.share.shape))
        assert ages.count <= of_ages.MOST_AGES
        assert ages.share.sum(axis=0) == pytest.approx(1, abs=1e-14)
        assert ages.extents(xi) == pytest.approx(before, rel=1e-13)
        held = ages.mean(ages.surface().layers(xi).n) + ages.shed
        assert held == pytest.approx(found.start + ages.extents(xi) @ found.chemistry.made.T, rel=1e-13)
    assert 0 < ages.slowed < 1e-3


@pytest.mark.fails_when("physics/interphase/ages.py", "if gone.sum(axis=0).max() <= LEAST_AREA:", "if False:")
def test_without_cracks_nothing_changes() -> None:
    """A strain that cracks nothing is the same rest in as many parts, bit for bit; and no cracks are the default."""
    idle = even(daily("1e-5"))
    parts = even(None, ls.Program([ls.Rest("1 d")] * 4))
    for name in ("working_lithium", "film_thickness", "interphase_resistance", "recession"):
        assert np.array_equal(idle[name].values, parts[name].values), name
    assert float(idle["bared_area"][-1]) == 0
    assert idle.manifest.solver["ages"] == 1
    assert ls.Interphase().cracks is None


@pytest.mark.fails_when(
    "physics/interphase/drive.py", "stops = sorted({t for t, _ in self._ahead", "stops = sorted({t for t, _ in []"
)
def test_what_comes_off_entirely_is_a_rest_that_begins_without_a_film() -> None:
    """A film that comes off at once leaves the bare lithium: the rest of a surface without native film, and its liquid."""
    whole = even(ls.FilmCracks([ls.VolumeChange("1", "0 s")]))
    # The thinnest native film that a model takes is 0.1 nm: no film at all is a straight line further.
    thin, thicker = (lost(even(None, native_thickness=each)) for each in ("0.1 nm", "0.2 nm"))
    assert float(whole["bared_area"][-1]) == pytest.approx(1, abs=1e-12)
    assert lost(whole) == pytest.approx(2 * thin - thicker, rel=5e-4)
    assert lost(whole) > thin > lost(even())
    again = even(daily("1"))
    assert float(again["bared_area"][-1]) == pytest.approx(3, abs=1e-9)
    assert lost(again) > lost(even(daily("0.02"))) > lost(even())


@pytest.mark.fails_when(
    "physics/interphase/observe.py",
    'amounts["film_amount"] + amounts["shed_amount"]',
    'amounts["film_amount"] + 0.999999 * amounts["shed_amount"]',
)
def test_a_map_that_cracks_closes() -> None:
    """Elements, lithium, fluxes and bounds of a map with defects; the curves are means of the map."""
    model = ls.Interphase(edge=16, nodes=7, snapshots=2, cracks=daily("0.03", number=2), defects=ls.Interphase().defects[:2])
    result = model.simulate(BARE, ls.Program([ls.Rest("1 d"), ls.Rest("2 d")]), silent)
    assert not model.invariants(result), result.status
    assert float(abs(result.tree["elements"]["element_residual"]).max()) <= 1e-9
    assert result.ledger.residual <= 1e-12
    assert all(reservoir.mismatch <= 1e-6 for reservoir in result.ledger.reservoirs.values())
    assert 0.1 < float(result["bared_area"][-1]) < 2
    last = result.tree["map"].to_dataset().isel(time=-1)
    assert float(last["surface_film_thickness"].mean()) == pytest.approx(float(result["film_thickness"][-1]), rel=1e-10)
    assert float(last["surface_recession"].std()) == pytest.approx(float(result["recession_spread"][-1]), rel=1e-9)
    shed = result.tree["film"].to_dataset()["shed_amount"].values
    assert np.all(shed[-1] >= 0)
    assert shed[-1].sum() > 0
    area = Numbers()("lithium.roughness", "1", BARE.foil.roughness)
    parallel = 1 / float((1 / last["surface_resistance"]).mean()) / area
    assert parallel == pytest.approx(float(result["interphase_resistance"][-1]), rel=0.02)


def holding(film: float) -> tuple[Ages, Properties]:
    """An even film of LiF of a thickness, and what it does: it cracks at 0.3 %."""
    species = {**exact.SPECIES, "LiF": {"formula": "LiF"}, "HF": {"formula": "HF", "place": "solute"},
               "H2": {"formula": "H2", "place": "gas"}}  # fmt: skip
    net = network(species, {"film": "HF + e- + Li+ -> LiF + 1/2 H2"})
    found = exact.surface(net, [exact.bare_rate(1e-9)], replace(exact.NOTHING, inner=1e-12, gap=GAP), start=film)
    one = np.ones(1)
    return Ages.one(found), Properties(found.chemistry.solids, one, one, np.array([0.003]), 0.3, 1.0)


@pytest.mark.fails_when("physics/interphase/ages.py", "seen[0] if of.kept else seen[1]", "seen[1]")
def test_weak_spots() -> None:
    """One change cracks the share of `cracked_share`; spots that are kept bear it again, and crack at more as if at once."""
    ages, film = holding(3e-9)
    xi = np.zeros((1, 1))
    changes = Weakness((), 5.0, 1.0, kept=False, stretch=np.zeros(1))
    share = float(cracked_share(np.array(0.0025), np.array(0.003), 5.0))
    once, x = ages.strained(xi, 0.0025, changes, film)
    assert once.bared[0] == pytest.approx(share, rel=1e-12)
    twice, _ = once.strained(x, 0.0025, changes, film)
    assert twice.bared[0] == pytest.approx(share + share * (1 - share), rel=1e-12), "new film is none yet, the old cracks anew"
    kept = changes._replace(kept=True)
    once, x = ages.strained(xi, 0.0025, kept, film)
    again, x = once.strained(x, 0.0025, kept, film)
    assert again.bared[0] == once.bared[0]
    more, _ = again.strained(x, 0.0035, kept, film)
    assert more.bared[0] == pytest.approx(float(cracked_share(np.array(0.0035), np.array(0.003), 5.0)), rel=1e-12)
    half, _ = ages.strained(xi, 0.0025, changes._replace(bared=0.5), film)
    assert half.bared[0] == pytest.approx(share / 2, rel=1e-12)
    all_, _ = ages.strained(xi, 1.0, changes._replace(modulus=100.0), film)
    assert all_.bared[0] == 1


@pytest.mark.fails_when(
    "physics/interphase/cracks.py", "np.log(volume_ratio(V, lithium)) / 3", "np.log(volume_ratio(V, lithium))"
)
def test_growth_at_the_metal() -> None:
    """A film of LiF that grew at the metal alone is stretched by ln(1/J)/3 = 9 %; beside a native film by its share."""
    ages, film = holding(0.0)
    names, net = ("LiF",), ages.nodes.chemistry.network
    V = ls.lookup("sei.LiF.molar_volume").to("m3/mol")
    stretch = growth_stretch(net, names, Numbers())
    assert stretch[0] / V == pytest.approx(-np.log(0.76) / 3, abs=0.002)
    assert growth_stretch(net, ("Li2CO3",), Numbers())[0] < 0
    whole = grown(ages, stretch * exact.VOLUME / V)
    assert whole[0].growth_strain(whole[1], film)[0, 0] == pytest.approx(stretch[0] / V, rel=1e-6)
    native = holding(1e-8)[0]
    part, xi = grown(native, stretch * exact.VOLUME / V)
    new = xi[0, 0] * exact.VOLUME
    assert part.growth_strain(xi, film)[0, 0] == pytest.approx(stretch[0] / V * new / (new + 1e-8), rel=1e-6)
    pressed, xi = grown(native, -stretch)
    assert pressed.growth_strain(xi, film)[0, 0] == 0


def grown(ages: Ages, per_mole: np.ndarray[Any, Any]) -> tuple[Ages, Any]:
    """Ages after an hour, strained by what grew at the metal."""
    surface, xi = ages.surface(), np.zeros((1, 1))
    for step in steps(surface, xi, 0.0, np.array([3600.0]), 1e-8):
        of = (xi, step.middle, step.xi)
        first, middle, last = (surface.metal(surface.layers(each), surface.activity(each))[0] for each in of)
        more = (step.end - step.start) / 6 * (first + 4 * middle + last)
        ages = ages.stretch(more @ (per_mole @ surface.chemistry.made))
        xi = step.xi
    return ages, xi


@pytest.mark.fails_when(
    "physics/interphase/ages.py", "np.minimum(hazard(e, limit, of.modulus), CERTAIN)", "hazard(e, limit, of.modulus)"
)
def test_growth_cracks_once_however_often_it_is_looked_at() -> None:
    ages, film = holding(1e-8)
    of = Weakness((), 5.0, 1.0, kept=False, stretch=np.ones(1))
    xi = np.zeros((1, 1))
    strains = np.linspace(0.0005, 0.003, 6)
    stepwise = ages
    for _ in strains:
        stepwise = stepwise.stretch(np.r_[0.0005 * 1e-8, np.zeros(stepwise.count - 1)])
        stepwise, xi = stepwise.strained(xi, 0.0, of, film)
        stepwise, xi = stepwise.strained(xi, 0.0, of, film)
    assert stepwise.bared[0] == pytest.approx(float(cracked_share(np.array(0.003), np.array(0.003), 5.0)), rel=1e-9)
    surely = of._replace(modulus=200.0, kept=True, bared=0.5)
    certain, xi = ages.strained(np.zeros((1, 1)), 1.0, surely, film)
    again, _ = certain.strained(xi, 1.0, surely, film)
    assert again.bared[0] == 0.5


@pytest.mark.fails_when("physics/interphase/drive.py", "self._strain(step)\n", "pass\n")
def test_a_run_feels_growth_at_the_metal() -> None:
    """Fluoride of acid that reaches the metal stretches the film until it cracks; carbonate of solvent presses it."""
    change = ls.ReactionChange(rate="0 mol/m2/s")
    solvents = ("EC_LEDC", "EC_Li2CO3", "EC_LEG", "LEDC_Li2CO3", "DMC_LMC", "DMC_LiOCH3")
    fields: dict[str, Any] = {
        "supply": ls.ElectronSupply(solvent_permeability="1e-16 mol/m/s"),
        "additives": {"HF": "0.5 mol/L", "H2O": "0 mol/L"},
        "reactions": dict.fromkeys(solvents, change),
    }
    cracks = ls.FilmCracks([ls.VolumeChange("0", "6 h", every="6 h", number=8)], growth=True)
    result = even(cracks, **fields)
    assert 0.01 < float(result["growth_strain"].max()) < 0.0915
    assert float(result["bared_area"][-1]) > 1
    assert not ls.Interphase(edge=1).invariants(result)
    assert lost(result) > lost(even(None, **fields))
    pressed = even(cracks, supply=fields["supply"])
    assert float(pressed["growth_strain"].max()) == 0
    assert float(pressed["bared_area"][-1]) == 0


@pytest.mark.fails_when("physics/interphase/cracks.py", "if last >= whole * (1 - SAME_TIME):", "if False:")
def test_what_is_refused_and_the_remedies() -> None:
    with pytest.raises(InputError, match=r"cracks.changes.0.*345600 s") as late:
        even(ls.FilmCracks([ls.VolumeChange("0.02", "4 d")]))
    assert all((late.value.expected, late.value.why, late.value.do))
    assert late.value.do.endswith('e.g. Rest("694800 s")')
    assert even(ls.FilmCracks([ls.VolumeChange("0.02", "4 d")]), ls.Program([ls.Rest("694800 s")])).ledger.closes
    with pytest.raises(InputError, match="nothing grows at the metal") as nothing:
        even(daily("0", growth=True))
    assert 'solvent_permeability = "1e-16 mol/m/s"' in nothing.value.do
    assert even(daily("0", growth=True), supply=ls.ElectronSupply(solvent_permeability="1e-16 mol/m/s")).ledger.closes
    copper = BARE.changed_at({"working.contact": {"material": "Cu", "area": 0.1}})
    with pytest.raises(InputError, match="Cu in contact do not go together") as both:
        ls.Interphase(edge=1, defects=[], cracks=daily("0.02")).simulate(copper, REST, silent)
    assert both.value.do == "Leave out the cracks, or the contact of the foil"
    assert even(None).ledger.closes
    with pytest.raises(InputError, match="belong together") as alone:
        ls.VolumeChange("0.02", "1 d", number=10)
    assert alone.value.do
    ls.VolumeChange("0.02", "1 d", every="1 d", number=10)
    with pytest.raises(InputError, match="come to 20000"):
        even(ls.FilmCracks([ls.VolumeChange("0.02", "1 s", every="1 s", number=10000)] * 2))
    text = (
        'kind = "interphase"\n[cracks]\nspots = "kept"\nchanges = [{ strain = 0.02, at = "1 d", every = "1 d", number = 10 }]\n'
    )
    model = ls.Interphase.parse(text)
    assert ls.Interphase.parse(model.to_toml()) == model
    assert model.cracks is not None
    assert model.cracks.changes[0].times()[-1] == pytest.approx(10 * DAY)
    assert Quantity(0.02, "1").value == model.cracks.changes[0].strain.value
