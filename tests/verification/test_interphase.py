"""The interphase scale: exact solutions, balances, an independent integrator, statistics of the map, and its cost."""

from __future__ import annotations

import time
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from scipy.integrate import quad, solve_ivp
from scipy.optimize import brentq

import lithoscope as ls
from lithoscope.constants import FARADAY, thermal_voltage
from lithoscope.design.catalogue import entry
from lithoscope.physics.contract import ExactCase, silent
from lithoscope.physics.interphase import exact
from lithoscope.physics.interphase.equations import Surface
from lithoscope.physics.interphase.film import cracked_share, growth_speed_reexposed, leakage, volume_ratio
from lithoscope.physics.interphase.network import lithium_network
from lithoscope.physics.interphase.params import Numbers
from lithoscope.physics.interphase.sites import gaussian_field
from lithoscope.physics.interphase.solve import steps
from lithoscope.physics.laws import composites, electron_transfer
from lithoscope.result.names import words

V_T = thermal_voltage(298.15)
DAY = 86400.0
BARE = ls.Cell.parse(entry("perovskite/bare"))


def case(name: str) -> ExactCase:
    """The shipped case of this name."""
    return next(each for each in exact.cases() if each.name == name)


def holds(name: str) -> None:
    """The shipped case keeps to what it promises."""
    found = case(name)
    assert found.error() <= found.tolerance


@pytest.mark.fails_when("physics/interphase/kernel.py", "speed = m * rate[k] *", "speed = 1.001 * m * rate[k] *")
def test_linear_growth() -> None:
    holds("linear growth")


@pytest.mark.fails_when(
    "physics/interphase/equations.py", "passing = s.electrons * self.m_f / L", "passing = 2 * s.electrons * self.m_f / L"
)
def test_parabolic_growth() -> None:
    holds("parabolic growth")


@pytest.mark.fails_when(
    "physics/interphase/kernel.py", "given = -supply[0, n] * math.expm1(-slope * U)", "given = supply[0, n]"
)
def test_linear_parabolic_growth() -> None:
    holds("linear-parabolic growth")


@pytest.mark.fails_when(
    "physics/interphase/equations.py", "np.exp(-2 * layers.decay) / FARADAY", "np.exp(-layers.decay) / FARADAY"
)
def test_logarithmic_growth() -> None:
    holds("logarithmic growth")


@pytest.mark.fails_when("physics/interphase/equations.py", "s.leakage * self.m_f / L / FARADAY", "s.leakage / FARADAY")
def test_leakage_by_ohm() -> None:
    holds("leakage by Ohm")


@pytest.mark.fails_when(
    "physics/interphase/equations.py",
    "rates = speed * D * self._orders(activity)",
    "rates = 0.5 * speed * D * self._orders(activity)",
)
def test_solvent_through_the_film() -> None:
    holds("solvent through the film")


@pytest.mark.fails_when(
    "physics/interphase/equations.py",
    "return np.asarray((1 - self.solids.outer_share) * self.solids.molar_volume)",
    "return np.asarray(1.0001 * self.solids.molar_volume)",
)
def test_charge_gives_thickness() -> None:
    holds("charge and thickness")


@pytest.mark.parametrize("name", ["A to B to C", "branching"])
@pytest.mark.fails_when(
    "physics/rosenbrock.py", "12.53708332932087, -0.6878860361058950, 1.0)", "12.53708332932087, -0.6878860361058950, 1.001)"
)
def test_reactions_in_the_liquid(name: str) -> None:
    holds(name)


@pytest.mark.parametrize("name", ["parallel patches", "corrosion potential"])
@pytest.mark.fails_when(
    "physics/laws/composites.py",
    "current * resistance_of_patches(R, share) / R",
    "current * R / resistance_of_patches(R, share)",
)
def test_patches_and_the_corrosion_potential(name: str) -> None:
    if name == "corrosion potential":
        # 1 uA/cm2 on 1 and 0.1 mA/cm2: 0.026 and 0.26 mV.
        assert exact.overpotential(0.01, 10.0, 0.0, 298.15) == pytest.approx(2.57e-5, rel=2e-3)
        assert exact.overpotential(0.01, 1.0, 0.0, 298.15) == pytest.approx(2.57e-4, rel=2e-3)
    holds(name)


@pytest.mark.parametrize("law", ["marcus-hush-chidsey", "dissociative", "butler-volmer"])
@pytest.mark.fails_when(
    "physics/interphase/kernel.py", "(3 * c3 * x + 2 * c2) * x + c1) * slope", "(3 * c3 * x + 2 * c2) * x + c1)"
)
def test_any_rate_law_against_quadrature(law: Any) -> None:
    """t = int dL / (V r(U_i(L))), with U_i found by another root finder; the Deal-Grove law would be wrong here."""
    speed, supply = 1e-12, replace(exact.NOTHING, electrons=1e-16)
    raw = exact.surface(exact.carbonate(), [1.0], supply, law=law, alpha=0.5)

    def ln_h(U: float) -> float:
        y = np.array((U - exact.POTENTIAL) / V_T)
        energy = 1 / V_T
        return float({"marcus-hush-chidsey": lambda: electron_transfer.marcus_hush_chidsey(y, energy).item(),
                      "dissociative": lambda: electron_transfer.dissociative(y, energy),
                      "butler-volmer": lambda: electron_transfer.butler_volmer(y, 0.5)}[law]())  # fmt: skip

    k = speed / exact.VOLUME / np.exp(ln_h(0.0))
    found = exact.surface(exact.carbonate(), [k], supply, law=law, alpha=0.5)
    times = np.array([3600.0, 3 * DAY])
    L = exact.START + exact.followed(found, times)[:, 0] * exact.VOLUME
    grid = np.linspace(0.0, 1.5, 400)
    table = np.array([ln_h(u) for u in grid])
    from scipy.interpolate import CubicSpline

    fine = CubicSpline(grid, table)

    def slowness(z: float) -> float:
        thick = np.exp(z)
        root = brentq(
            lambda u: np.log(FARADAY * 1e-16 * -np.expm1(-u / V_T) / thick) - np.log(2 * FARADAY * k) - fine(u), 1e-15, 1.5
        )
        return float(thick / (exact.VOLUME * k * np.exp(fine(root))))

    for t, reached in zip(times, L, strict=True):
        exact_time = quad(slowness, np.log(exact.START), np.log(reached), epsrel=1e-8, limit=300)[0]
        assert exact_time == pytest.approx(t, rel=2e-6)
    assert raw.most == pytest.approx(1.8)


@pytest.mark.fails_when(
    "physics/laws/electron_transfer.py", "np.logaddexp(0, z)\n    most", "np.logaddexp(0, 1.01 * z)\n    most"
)
def test_marcus_hush_chidsey_against_quadrature_and_closed_form() -> None:
    for energy, y in ((8.0, -5.0), (20.0, 7.0), (1.0 / V_T, -0.8 / V_T)):

        def level(z: float, y: float = y, energy: float = energy) -> float:
            return float(np.exp(-((z - energy - y) ** 2) / (4 * energy) - np.logaddexp(0, z)))

        ratio = quad(level, -300, 300, points=[0, energy + y], epsabs=0, epsrel=1e-11, limit=500)[0]
        ratio /= quad(
            lambda z, energy=energy: level(z, 0.0, energy), -300, 300, points=[0, energy], epsabs=0, epsrel=1e-11, limit=500
        )[0]
        assert float(electron_transfer.marcus_hush_chidsey(y, energy)) == pytest.approx(np.log(ratio), abs=1e-8)
    at_08 = np.exp(electron_transfer.marcus_hush_chidsey(-0.8 / V_T, 1.0 / V_T))
    assert float(at_08) == pytest.approx(2.4e4, rel=0.02)
    assert np.exp(0.5 * 0.8 / V_T) / float(at_08) == pytest.approx(240, rel=0.02)
    closed = electron_transfer.marcus_hush_chidsey_closed(-0.8 / V_T, 1.0 / V_T) / electron_transfer.marcus_hush_chidsey_closed(
        0.0, 1.0 / V_T
    )
    assert float(closed) == pytest.approx(1.9e4, rel=0.03)


@pytest.mark.fails_when("data/networks/lithium.toml", 'LEDC = { formula = "C4H4O6Li2"', 'LEDC = { formula = "C4H4O6Li3"')
def test_every_shipped_reaction_balances() -> None:
    net = lithium_network()
    assert len(net.reactions) == 22
    assert not net.residual().any()
    charge = np.array([0, *(net.species[name].charge for name in net.everything[1:])])
    assert not (charge @ net.numbers(net.everything)).any()


def surface_of(cell: ls.Cell, **fields: Any) -> Surface:
    return ls.Interphase(**fields).driver(cell, Numbers()).eyes.surface


@pytest.mark.fails_when(
    "physics/interphase/equations.py",
    "by_xi += by_U[:, :, None] * U_by_xi[:, None, :]",
    "by_xi += 0.9 * by_U[:, :, None] * U_by_xi[:, None, :]",
)
def test_jacobian_against_differences() -> None:
    supply = ls.ElectronSupply(solvent_permeability="1e-13 mol/m/s")
    found = surface_of(BARE, edge=8, nodes=5, supply=supply)
    xi = np.zeros((found.sites, len(found.chemistry.rate)))
    for step in steps(found, xi, 0.0, np.array([3600.0]), 1e-4):
        xi = step.xi
    activity = found.activity(xi)
    slopes = found.slopes(xi, activity)
    scale = np.abs(slopes.by_extent).max()
    for k in range(xi.shape[1]):
        d = np.zeros_like(xi)
        d[:, k] = 1e-11
        difference = (found.rates(xi + d, activity)[0] - found.rates(xi - d, activity)[0]) / 2e-11
        assert np.abs(difference - slopes.by_extent[:, :, k]).max() < 3e-4 * scale
    for s in range(len(activity)):
        h = 1e-5 * max(activity[s], 1e-6)
        d = np.where(np.arange(len(activity)) == s, h, 0.0)
        difference = (found.rates(xi, activity + d)[0] - found.rates(xi, activity - d)[0]) / (2 * h)
        expected = slopes.by_activity[:, :, s]
        assert np.abs(difference - expected).max() <= 1e-4 * max(np.abs(expected).max(), 1e-12)


@pytest.mark.fails_when("physics/interphase/solve.py", "return np.asarray(x + self.columns @ rho)", "return np.asarray(x)")
def test_sites_on_one_reservoir_against_another_integrator() -> None:
    """All unknowns of five sites that share little water, beside SciPy's BDF."""
    cell = BARE.changed("electrolyte.amount", "2 uL/cm2")
    found = surface_of(cell, edge=16, nodes=5, defects=(), transport_spread="0.0", seed=3)
    shape = (found.sites, len(found.chemistry.rate))
    times = np.geomspace(10.0, 10 * DAY, 8)
    made = list(steps(found, np.zeros(shape), 0.0, times, 1e-5))
    assert len(made) < 300, "105 with the shared water in the factors, 11,000 without"
    mine = [s.xi for s in made if s.end in times]
    assert len(mine) == 8
    other = surface_of(cell, edge=16, nodes=5, defects=(), transport_spread="0.0", seed=3)

    def rate(_t: float, x: Any) -> Any:
        return other.rates(x.reshape(shape), other.activity(x.reshape(shape)))[0].ravel()

    reference = solve_ivp(
        rate, (0, times[-1]), np.zeros(shape).ravel(), method="BDF", t_eval=times, rtol=1e-7, atol=1e-13, first_step=1e-7
    )
    thickness = [[found.layers(x.reshape(shape)).inner for x in side] for side in (mine, reference.y.T)]
    assert np.max(np.abs(np.array(thickness[0]) / np.array(thickness[1]) - 1)) < 1e-4


@pytest.fixture(scope="module")
def rested() -> ls.Result:
    """The bare cell after 30 days."""
    return ls.Interphase(edge=64, snapshots=4).simulate(BARE, ls.Program([ls.Rest("10 d"), ls.Rest("20 d")]), silent)


@pytest.mark.fails_when(
    "physics/interphase/network.py",
    "return Fraction(-of.electrons)",
    "return Fraction(-of.electrons) * Fraction(1000001, 1000000)",
)
def test_elements_and_lithium_close(rested: ls.Result) -> None:
    assert rested.status.word == "program completed"
    assert not ls.Interphase().invariants(rested)
    residual = rested.tree["elements"]["element_residual"]
    assert words(rested.tree["elements"].to_dataset()["element"]) == ["Li", "C", "F", "H", "O", "P"]
    assert float(abs(residual).max()) <= 1e-9
    assert rested.ledger.residual <= 1e-12
    assert all(reservoir.mismatch <= 1e-6 for reservoir in rested.ledger.reservoirs.values())


@pytest.mark.fails_when("physics/interphase/observe.py", '"charge_passed": 0.0,', '"charge_passed": corroding,')
def test_growth_at_rest_moves_no_charge_and_hardly_any_voltage(rested: ls.Result) -> None:
    assert float(abs(rested["charge_passed"]).max()) == 0
    assert float(abs(rested["current_density"]).max()) == 0
    assert not ls.Interphase().invariants(rested)
    later = rested.trace.isel(time=rested.trace["time"].values > 60)
    assert 0 < float(later["voltage"].max()) < 1e-4


@pytest.mark.fails_when(
    "physics/interphase/film.py", "volume = n * self.solids.molar_volume\n", "volume = n * self.solids.molar_volume - 1e-12\n"
)
def test_bounds(rested: ls.Result) -> None:
    maps = rested.tree["map"].to_dataset()
    assert float(maps["surface_film_thickness"].min()) > 0
    assert float(maps["surface_share"].min()) >= -1e-9
    assert float(maps["surface_share"].max()) <= 1
    assert np.abs(maps["surface_share"].sum("solid") - 1).max() < 1e-12
    volume = rested.tree["film"]["film_volume"].values[-1]
    names = words(rested.tree["film"].to_dataset()["solid"])
    assert volume[names.index("LEDC")] / volume.sum() > 0.3


@pytest.mark.parametrize("name", ["film_thickness", "surface_share", "element_residual", "charge_passed", "lithium"])
@pytest.mark.fails_when("physics/interphase/invariants.py", "if least < 0:", "if False:")
def test_every_invariant_notices(rested: ls.Result, name: str) -> None:
    tree = rested.tree.copy(deep=True)
    expected = {
        "film_thickness": "bounds",
        "surface_share": "bounds",
        "element_residual": "elements",
        "charge_passed": "charge",
    }
    if name == "lithium":
        books = dict(rested.ledger.reservoirs)
        books["working_lithium"] = replace(books["working_lithium"], mismatch=1e-5)
        broken = replace(rested, ledger=replace(rested.ledger, reservoirs=books))
    else:
        node = {"film_thickness": "trace", "charge_passed": "trace", "surface_share": "map", "element_residual": "elements"}[
            name
        ]
        tree[node][name].values[(1,) + (0,) * (tree[node][name].ndim - 1)] = -0.1
        broken = replace(rested, tree=tree)
    found = ls.Interphase().invariants(broken)
    assert [each.invariant for each in found] == [expected.get(name, "lithium")]


@pytest.mark.fails_when(
    "physics/interphase/observe.py",
    '"film_thickness_spread": self.nodes.spread(whole),',
    '"film_thickness_spread": float(whole.std()),',
)
def test_the_map_is_what_its_nodes_say(rested: ls.Result) -> None:
    """Mean and spread of the curves, which never expand the map, are those of the map."""
    last = rested.tree["map"]["surface_film_thickness"].isel(time=-1).values
    assert last.mean() == pytest.approx(float(rested["film_thickness"][-1]), rel=1e-12)
    assert last.std() == pytest.approx(float(rested["film_thickness_spread"][-1]), rel=1e-9)


@pytest.mark.fails_when("physics/interphase/model.py", 'if broken != {"bounds"}', 'if broken == {"bounds"}')
def test_a_map_that_asks_for_more_nodes_gets_them() -> None:
    """Five undershoot on a map with defects: the run is done again, says so, and holds. An even surface needs one."""
    program = ls.Program([ls.Rest("1 d")])
    wide = ls.Interphase(edge=24, nodes=5, snapshots=2, kinetic_spread="0.9", transport_spread="0.9")
    few = ls.run(BARE, program, wide, progress=False)
    assert few.status.word == "program completed"
    assert float(few.tree["map"]["surface_share"].min()) >= -1e-6
    assert any("9 nodes along each axis, in place of 5" in note for note in few.manifest.notes)
    nine = ls.run(BARE, program, wide.changed_at({"nodes": 9}), progress=False)
    assert not any("nodes along" in note for note in nine.manifest.notes)
    assert np.array_equal(few["film_thickness"].values, nine["film_thickness"].values)


@pytest.mark.fails_when("physics/interphase/model.py", "if over > TOLD else ()", "if over < TOLD else ()")
def test_a_map_on_which_a_stock_is_used_up_says_how_far_it_overshoots() -> None:
    """Nitrate that some places have used up: no share of the film is off by a thousandth, and the run is not marked."""
    model = ls.Interphase(edge=24, nodes=5, snapshots=2, adsorbed={"NO3-": "2.7 umol/m2"})
    found = ls.run(BARE, ls.Program([ls.Rest("1 d")]), model, progress=False)
    assert found.status.word == "program completed"
    assert -1e-3 < float(found.tree["map"]["surface_share"].min()) < -1e-6
    assert any("leave 0 to 1 by up to 2" in note for note in found.manifest.notes)


@pytest.mark.fails_when("physics/interphase/sites.py", "sign[[0, -1]] *= 0.5", "sign[[0, -1]] *= 1.0")
def test_interpolated_sites_against_sites_of_their_own() -> None:
    """Random sites of the map, each solved by itself in the liquid of the map; more nodes come closer."""
    model = ls.Interphase(edge=64, relative_tolerance=1e-7)
    driver = model.driver(BARE, Numbers())
    terrain, whole = driver.eyes.nodes.terrain, driver.eyes.surface
    pick = np.random.default_rng(0).choice(64 * 64, 20, replace=False)
    kinds = driver.eyes.nodes.kind
    natives = np.array([whole.start[np.flatnonzero(kinds == kind)[0]] for kind in terrain.kind[pick]])
    times = np.array([3600.0, 3 * DAY])
    errors = []
    for nodes in (5, 7, 9):
        found = ls.Interphase(edge=64, nodes=nodes).driver(BARE, Numbers()).eyes
        # The sites hang on the same liquid without weighing in it.
        joined = Surface(
            found.surface.chemistry,
            np.concatenate([found.surface.m, np.exp(terrain.kinetics[pick])]),
            np.concatenate([found.surface.m_f, np.exp(terrain.transport[pick])]),
            np.concatenate([found.surface.start, natives]),
            np.concatenate([found.surface.weight, np.zeros(len(pick))]),
        )
        xi = [
            s.xi
            for s in steps(joined, np.zeros((joined.sites, len(joined.chemistry.rate))), 0.0, times, 1e-6)
            if s.end in times
        ]
        worst = 0.0
        for state in xi:
            L = joined.layers(state)
            both = L.inner + L.outer
            wide = found.nodes.expand(both[: found.surface.sites, None])[pick, 0]
            worst = max(worst, float(np.max(np.abs(wide / both[found.surface.sites :] - 1))))
        errors.append(worst)
    assert errors[0] > errors[1] > errors[2]
    assert errors[2] < 1e-4


@pytest.mark.fails_when(
    "physics/interphase/terrain.py", "transport[there] += np.log(defect.transport.value)", "transport[there] += 0"
)
def test_what_lasts_is_a_contrast_of_transport() -> None:
    """A kinetic contrast leaves a difference of less than a nanometre; one of the transport in the film lasts."""
    spread = {}
    for name, (kinetic, transport) in {"kinetics": ("0.6", "0"), "transport": ("0", "0.3")}.items():
        model = ls.Interphase(edge=32, kinetic_spread=kinetic, transport_spread=transport, defects=[])
        spread[name] = float(model.simulate(BARE, ls.Program([ls.Rest("30 d")]), silent)["film_thickness_spread"][-1]) * 1e9
    assert spread["transport"] > 20 * spread["kinetics"]
    pitted = ls.Interphase(edge=32, kinetic_spread="0", transport_spread="0", defects=[ls.Defect("boundary", transport="5")])
    maps = pitted.simulate(BARE, ls.Program([ls.Rest("30 d")]), silent).tree["map"]["surface_recession"].isel(time=-1)
    assert 1.5 < float(maps.max() / maps.min()) < 5, "pits follow the transport in the film"


@pytest.mark.parametrize("seed", [0, 1, 2])
@pytest.mark.fails_when("physics/interphase/sites.py", "length**2 / 4", "length**2 / 2")
def test_random_fields_have_their_statistics(seed: int) -> None:
    g = gaussian_field(256, 0.25, 2.0, np.random.default_rng(seed))
    assert g.mean() == pytest.approx(0, abs=1e-12)
    assert g.std() == pytest.approx(1)
    correlation = [np.mean(g * np.roll(g, shift, axis=1)) for shift in (4, 8, 16)]
    # 64 um / 2 um: about 250 independent patches, so 0.06 is three standard errors and more.
    assert np.array(correlation) == pytest.approx(np.exp(-((np.array([1.0, 2.0, 4.0]) / 2) ** 2) / 2), abs=0.1)
    assert not np.array_equal(g, gaussian_field(256, 0.25, 2.0, np.random.default_rng(seed + 1)))


@pytest.mark.fails_when(
    "physics/interphase/model.py", "rng = np.random.default_rng(self.seed)", "rng = np.random.default_rng(0)"
)
def test_statistics_against_sites_and_seeds() -> None:
    """The mean thickness of small maps scatters from seed to seed, less so for larger maps; a seed gives one map."""
    program = ls.Program([ls.Rest("1 d")])

    def mean(edge: int, seed: int) -> float:
        model = ls.Interphase(edge=edge, seed=seed, defects=[], snapshots=1, nodes=5, relative_tolerance=1e-4)
        return float(model.simulate(BARE, program, silent)["film_thickness"][-1])

    scatter = [np.std([mean(edge, seed) for seed in range(3)]) for edge in (8, 32)]
    assert scatter[0] > 1.5 * scatter[1] > 0
    assert mean(16, 7) == mean(16, 7)
    assert mean(16, 7) != mean(16, 8)


@pytest.mark.fails_when("physics/laws/composites.py", "below = s + (dimensions - 1) * m", "below = s + dimensions * m")
def test_mixtures() -> None:
    s = np.array([1e-11, 1e-7])
    assert composites.mixed_conductivity([0.5, 0.5], s, 2) == pytest.approx(1e-9, rel=1e-10)
    v = np.array([[0.2, 0.8], [0.9, 0.1], [1.0, 0.0]])
    mixed = composites.mixed_conductivity(v, s)
    assert np.all(mixed >= composites.series_conductivity(v, s) * (1 - 1e-12))
    assert np.all(mixed <= composites.parallel_conductivity(v, s) * (1 + 1e-12))
    assert mixed[2] == pytest.approx(1e-11)
    low, high = composites.shear_bounds([0.5, 0.5], [1e9, 55e9])
    assert 1 / (0.5 / 1e9 + 0.5 / 55e9) < low < high < 28e9
    even = composites.shear_bounds([0.3, 0.7], [2e9, 2e9])
    assert even[0] == pytest.approx(2e9)
    assert even[1] == pytest.approx(2e9)
    assert composites.resistance_of_layers([3e-9, 1e-9], [1e-9, 1e-6]) == pytest.approx(3.001)


@pytest.mark.fails_when(
    "physics/interphase/film.py", "math.sqrt(math.pi * rate * exposure / 2)", "math.sqrt(rate * exposure / 2)"
)
def test_cracks_leaks_and_volumes() -> None:
    """Ages are w exp(-w t), and the film of age t grows at sqrt(k_p / (2 t))."""
    k_p, w = 3e-21, 1e-5
    mean = quad(lambda x: 2 * w * np.exp(-w * x * x) * np.sqrt(k_p / 2), 0, 20 / np.sqrt(w), epsabs=0)[0]
    assert growth_speed_reexposed(k_p, w) / mean == pytest.approx(1, rel=1e-8)
    assert cracked_share(np.array([0.0, 0.003]), np.array(0.003), 5.0) == pytest.approx([0, 1 - np.exp(-1)])
    assert leakage(np.array([2.0, 20.0]), np.array([0.01, 0.99])) == pytest.approx(0.01 * np.exp(-4), rel=1e-6)
    ratios = {
        name: volume_ratio(ls.lookup(f"sei.{name}.molar_volume").to("m3/mol"), z)
        for name, z in (("Li2O", 2), ("Li3N", 3), ("LiF", 1), ("Li2CO3", 2), ("LEDC", 2))
    }
    assert ratios == pytest.approx({"Li2O": 0.57, "Li3N": 0.70, "LiF": 0.76, "Li2CO3": 1.35, "LEDC": 3.69}, abs=0.01)


@pytest.mark.fails_when("physics/interphase/params.py", "pairs if species.charge < 0 else 1.0", "1.0")
def test_free_anions_are_not_reduced() -> None:
    found = surface_of(BARE, edge=1, defects=[])
    names = found.chemistry.stock.names
    activity = found.activity(np.zeros((1, len(found.chemistry.rate))))
    assert activity[names.index("PF6-")] == pytest.approx(0.3)
    assert activity[names.index("EC")] == pytest.approx(0.5, rel=1e-9)


@pytest.mark.fails_when("physics/interphase/params.py", "change.potential if change else None", "None")
def test_an_additive_that_is_reduced_first_takes_the_electrons() -> None:
    """Nitrate lies at 1.7 V: behind a film it is what is left to take electrons; moved below EC it is not."""
    program = ls.Program([ls.Rest("2 d")])
    shares = {}
    for name, changes in {"first": {}, "last": {"NO3_LiNO2": ls.ReactionChange(potential="0.1 V")}}.items():
        model = ls.Interphase(edge=1, defects=[], additives={"LiNO3": "0.2 mol/L", "H2O": "0 mol/L"}, reactions=changes)
        result = model.simulate(BARE, program, silent)
        names = words(result.tree["film"].to_dataset()["solid"])
        volume = result.tree["film"]["film_volume"].values[-1]
        shares[name] = sum(volume[names.index(each)] for each in ("Li3N", "LiNO2")) / volume.sum()
        assert not model.invariants(result)
    assert shares["first"] > 0.1
    assert shares["last"] < 1e-3 * shares["first"]


@pytest.mark.fails_when("physics/interphase/drive.py", 'if self.eyes.contents(step.xi)["working_lithium"] <= 0:', "if False:")
def test_a_thin_foil_corrodes_away() -> None:
    foil = ls.Foil("10 nm", least_thickness="0.3 nm")
    result = ls.run(
        BARE.replaced(working=foil, counter=BARE.working),
        ls.Program([ls.Rest("30 d")]),
        ls.Interphase(edge=1, defects=[]),
        progress=False,
    )
    assert result.status.word == "lithium exhausted"
    assert float(result["working_lithium"][-1]) > 0
    assert result.ledger.closes


def seconds(edge: int) -> float:
    model = ls.Interphase(edge=edge, snapshots=2)
    begun = time.process_time()
    model.simulate(BARE, ls.Program([ls.Rest("30 d")]), silent)
    return time.process_time() - begun


@pytest.mark.slow
@pytest.mark.fails_when("physics/interphase/sites.py", "CHUNK = 16384", "CHUNK = 4")
def test_a_map_of_65536_sites_rests_for_30_days_in_ten_seconds_at_linear_cost() -> None:
    seconds(16)
    taken = {edge: min(seconds(edge) for _ in range(2)) for edge in (128, 256, 512)}
    assert taken[256] < 10
    assert taken[512] / taken[256] < 4 * 1.2
    assert (taken[512] - taken[256]) / (taken[256] - taken[128] + 0.3) < 4 * 1.5
