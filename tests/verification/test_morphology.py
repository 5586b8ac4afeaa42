"""The phase field of lithium against exact and linear solutions, its invariances and its order."""

from dataclasses import replace
from functools import partial

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from lithoscope.constants import FARADAY, GAS
from lithoscope.physics.contract import ExactCase
from lithoscope.physics.laws.kinetics import overpotential
from lithoscope.physics.laws.transport import LandesfeindGasteiger
from lithoscope.physics.morphology.cases import FLAT, MOLAR_VOLUME, T_PLUS, WAVES, Bench, cases, growth_rate
from lithoscope.physics.morphology.equations import curvature, gated, geometry, profile_keeper
from lithoscope.physics.morphology.exact import reservoir_limit, sand_time
from lithoscope.physics.morphology.grid import Grid
from lithoscope.physics.morphology.kinetics import rate, rate_near, slabs_of
from lithoscope.physics.morphology.start import metal, rough
from lithoscope.physics.morphology.state import Scheme
from lithoscope.physics.morphology.step import begin, step

STEEP = Bench(WAVES, exchange=300.0, kappa=0.1, D=3e-4)
"""Kinetics and conduction of one size, without polarisation by salt."""

ROUGH = Scheme(Grid((64, 32), 0.25e-6))
ONE = jax.jit(partial(step, scheme=ROUGH))


def uneven(scheme: Scheme, seed: int = 3, height: float = 5e-6) -> np.ndarray:
    """A rough surface."""
    return height + rough(scheme.grid, 0.3e-6, 2e-6, seed)


@pytest.mark.parametrize("case", cases(), ids=lambda case: case.name)
@pytest.mark.fails_when("physics/morphology/step.py", "per_current = parameters.molar_volume / FARADAY", "per_current = 1.02 * parameters.molar_volume / FARADAY")  # fmt: skip
def test_exact_cases(case: ExactCase) -> None:
    assert case.error() < case.tolerance


@pytest.mark.fails_when("physics/morphology/kinetics.py", "HALLEY_STEPS = 3", "HALLEY_STEPS = 1")
def test_kinetics_invert_the_law_of_the_house() -> None:
    """i(E) put into E = R i + 2 V_T asinh(i / 2 i0) gives E again, for every film; its derivative is that of the law."""
    i0, V_T = 30.0, 0.0257
    R, E = np.logspace(-10, 4, 60)[:, None], np.concatenate([-np.logspace(1, -7, 40), np.logspace(-7, 1, 40)])
    found = rate(jnp.asarray(E), jnp.asarray(i0), jnp.asarray(R), jnp.asarray(V_T))
    again = overpotential(np.asarray(found.i), i0, R, V_T * FARADAY / GAS)
    assert np.max(np.abs(again / E - 1)) < 1e-11
    h = 1e-6
    slope = (rate(E + h, i0, R, V_T).i - rate(E - h, i0, R, V_T).i) / (2 * h)
    assert np.asarray(found.g) == pytest.approx(np.asarray(slope), rel=1e-5)


@pytest.mark.fails_when("physics/morphology/kinetics.py", "has[:-2] | has[1:-1] | has[2:]", "has[:-2] | has[2:]")
def test_kinetics_near_the_surface_are_those_of_every_cell() -> None:
    """Within the thickness of a slab of the surface the same to rounding, with a film that varies; far from it nothing."""
    shape, rng = (128, 256), np.random.default_rng(0)
    E, i0, R = jnp.asarray(rng.normal(size=shape)), 30.0 * jnp.ones(shape), jnp.asarray(rng.uniform(0, 1e-3, shape))
    surface = jnp.zeros(shape, bool).at[60].set(True)
    near, everywhere = jax.jit(rate_near)(surface, E, i0, R, 0.0257), rate(E, i0, R, jnp.asarray(0.0257))
    thin = shape[0] // slabs_of(shape)
    here = slice(60 - thin, 61 + thin)
    assert np.asarray(near.i[here]) == pytest.approx(np.asarray(everywhere.i[here]), rel=1e-13)
    assert np.asarray(near.g[here]) == pytest.approx(np.asarray(everywhere.g[here]), rel=1e-13)
    assert slabs_of(shape) == 8
    assert not np.any(near.i[: 60 - 3 * thin])


@pytest.mark.fails_when("physics/morphology/equations.py", "0.5 * LOW_RAMP * low**2", "0.6 * LOW_RAMP * low**2")
def test_a_flat_front_has_the_area_of_the_electrode_wherever_it_stands() -> None:
    assert float(gated(jnp.asarray(1.0))) == pytest.approx(1, abs=1e-14)
    for shift in (0.0, 0.13, 0.5, 0.9):
        seen = jax.jit(geometry, static_argnums=1)(metal(FLAT.grid, 5e-6 + shift * FLAT.grid.spacing, 1.0), FLAT.grid)
        assert float(seen.area.sum()) * FLAT.grid.spacing / FLAT.grid.columns == pytest.approx(1, abs=1e-9)


@pytest.mark.fails_when(
    "physics/morphology/equations.py", "jnp.clip(-bent / grid.spacing", "jnp.clip(-0.9 * bent / grid.spacing"
)
def test_curvature_of_a_circle_and_a_sphere() -> None:
    """1/r and 2/r on the surface, positive on a tip, 1 %."""
    for shape, bends in (((64, 64), 1), ((40, 40, 40), 2)):
        grid = Grid(shape, 0.25e-6, closed=True)
        r = 0.3 * shape[0] * grid.spacing
        axes = np.meshgrid(*(grid.centres(axis) - shape[axis] * grid.spacing / 2 for axis in range(len(shape))), indexing="ij")
        d = np.sqrt(sum(x**2 for x in axes)) - r
        xi = jnp.asarray(1 / (1 + np.exp(d / grid.spacing)))
        here = np.abs(d) < 0.3 * grid.spacing
        assert np.asarray(jax.jit(curvature, static_argnums=1)(xi, grid))[here].mean() * r == pytest.approx(bends, rel=1e-2)


@pytest.mark.fails_when("physics/morphology/equations.py", "0.5 * (outward + grid.ahead(outward, axis))", "0.45 * (outward + grid.ahead(outward, axis))")  # fmt: skip
def test_the_profile_keeper_keeps_the_profile_and_the_metal() -> None:
    """A profile that is too wide is brought back to what the grid holds, 3 %, the metal is conserved to rounding and a flat front stands still."""
    grid = FLAT.grid
    xi = metal(grid, 8e-6, 1.5)
    mean, before = float(xi.sum()), float(jnp.max(geometry(xi, grid).steepness))
    kept = jax.jit(lambda xi: xi + 0.2 * profile_keeper(xi, geometry(xi, grid), grid, 1.0))
    for _ in range(400):
        xi = kept(xi)
    right = float(jnp.max(geometry(metal(grid, 8e-6, 1.0), grid).steepness))
    assert float(xi.sum()) == pytest.approx(mean, rel=1e-13)
    assert abs(float(jnp.max(geometry(xi, grid).steepness)) / right - 1) < 0.03 < abs(before / right - 1)


@pytest.mark.parametrize(
    ("bench", "waves", "tolerance"),
    [(STEEP, 1, 0.01), (replace(STEEP, resistance=2e-4), 1, 0.01),
     (replace(STEEP, capillarity=5 * MOLAR_VOLUME / FARADAY), 1, 0.01), (replace(STEEP, kappa=1.0, D=3e-10), 1, 0.01),
     (STEEP, 2, 0.06), (replace(STEEP, resistance=2e-4), 2, 0.06),
     (replace(STEEP, capillarity=5 * MOLAR_VOLUME / FARADAY), 2, 0.06), (replace(STEEP, kappa=1.0, D=3e-10), 2, 0.06)],
    ids=[f"{name}, {waves}" for waves in ("0.05", "0.1") for name in ("bare", "film", "capillarity", "salt")],
)  # fmt: skip
@pytest.mark.fails_when("physics/morphology/equations.py", "strength = grid.means(2 * V_T", "strength = grid.means(1 * V_T")
def test_growth_of_waves(bench: Bench, waves: int, tolerance: float) -> None:
    """omega(k) of linear theory: kinetics, film, capillarity, concentration; k eps = 0.05 and 0.1."""
    found, exact = growth_rate(bench, waves)
    assert abs(found / exact - 1) < tolerance


@pytest.mark.fails_when(
    "physics/morphology/salt.py", "used = (1 - liquid.transference)", "used = 1.03 * (1 - liquid.transference)"
)
def test_salt_of_a_steady_front() -> None:
    """Its slope is (1 - t+) i / (F D), 1e-4, and its limiting current that of the reservoir, 0.5 %."""
    bench = Bench(FLAT)
    state, _ = bench.run(bench.start(5e-6), 200)
    c = np.asarray(state.salt)[:, 0]
    slope = (c[-20] - c[-60]) / (40 * FLAT.grid.spacing)
    assert slope == pytest.approx((1 - T_PLUS) * bench.i / (FARADAY * bench.D), rel=1e-4)


@pytest.mark.fails_when("physics/morphology/step.py", "scheme.change / (change", "40 * scheme.change / (change")
def test_sands_time() -> None:
    """Above the limiting current the salt at the surface ends after Sand's time, 2 %, in more than fifty steps.

    At 0.1 mol/L, so that the surface moves little: it moves into salt, which delays the end by c0 V_m / (1 - t+), 2 % at 1 mol/L.
    """
    bench = Bench(Scheme(Grid((512, 8), 0.25e-6), change=0.025), i=75.0, c0=100.0)
    exact = sand_time(bench.i, bench.D, T_PLUS, bench.c0)
    assert bench.i > 1.9 * reservoir_limit(bench.D, T_PLUS, bench.c0, bench.scheme.grid.height)
    _, rows = bench.run(bench.start(6e-6), until=1.05 * exact)
    ended = int(np.argmax(rows["salt_mean"] <= 2e-3 * bench.c0))
    assert ended > 50
    assert rows["time"][ended] == pytest.approx(exact, rel=0.02)


@pytest.mark.fails_when("physics/morphology/equations.py", "jnp.maximum(1 - xi, floor))", "1 - xi + 30 * floor)")
def test_the_floor_does_not_show_in_the_voltage() -> None:
    bench = Bench(FLAT)
    _, reference = bench.run(bench.start(5e-6), 40)
    for floor in (1e-3, 1e-5, 1e-6):
        _, rows = replace(bench, floor=floor).run(bench.start(5e-6), 40)
        assert rows["voltage"][-1] == pytest.approx(reference["voltage"][-1], abs=1e-7)


@pytest.mark.fails_when("physics/morphology/charge.py", "phi - metal - charge.offset", "phi - metal + charge.offset")
def test_a_uniform_step_of_potential_changes_the_voltage_alone() -> None:
    """50 mV of dipoles everywhere: the same shape to 1e-6 and a voltage that is lower by 50 mV."""
    plain, shifted = Bench(ROUGH, resistance=1e-4), Bench(ROUGH, resistance=1e-4, offset=0.05)
    (a, seen), (b, moved) = (each.run(each.start(uneven(ROUGH)), 30) for each in (plain, shifted))
    assert float(jnp.max(jnp.abs(a.xi - b.xi))) < 1e-6
    assert seen["voltage"] - moved["voltage"] == pytest.approx(0.05, abs=1e-7)


@pytest.mark.fails_when(
    "physics/morphology/grid.py", "ends = (last, first) if self.periodic", "ends = (first, last) if self.periodic"
)
def test_mirrored_and_moved_along_the_electrode() -> None:
    """A mirrored start gives the mirrored run, and a start that is moved by some cells the moved one: 1e-8."""
    bench = Bench(ROUGH, resistance=1e-4, capillarity=6e-11)
    h = uneven(ROUGH)
    plain = bench.run(bench.start(h), 20)[0].xi
    for change in (lambda u: u[..., ::-1], lambda u: np.roll(u, 5, -1)):
        other = bench.run(bench.start(change(h)), 20)[0].xi
        assert float(np.max(np.abs(np.asarray(other) - change(np.asarray(plain))))) < 1e-8


@pytest.mark.fails_when("physics/morphology/step.py", "displaced=books.displaced +", "displaced=0 * books.displaced +")
def test_lithium_salt_and_charge_close_with_rough_surfaces() -> None:
    """Plated, then stripped, with a transport law that depends on the salt: every amount against its fluxes."""
    bench = Bench(ROUGH, resistance=1e-4)
    state = bench.start(uneven(ROUGH))
    scheme, real = bench.scheme, bench.parameters._replace(law=LandesfeindGasteiger())
    first = state
    solution = float(jnp.sum(geometry(first.xi, scheme.grid).electrolyte * 1000.0)) * scheme.grid.spacing / scheme.grid.columns
    for current in (100.0, -100.0):
        parameters = real._replace(control=real.control._replace(current=jnp.asarray(current)))
        state = begin(state, parameters, scheme=scheme)
        for _ in range(10):
            state, _ = ONE(state, parameters, jnp.asarray(10.0))
    books, per_area = state.books, scheme.grid.spacing / scheme.grid.columns
    gained = float(jnp.sum(state.xi) - jnp.sum(first.xi)) * per_area * FARADAY / MOLAR_VOLUME
    passed = float(jnp.abs(state.time)) * 100
    assert gained == pytest.approx(float(books.charge), abs=1e-10 * passed)
    now = float(jnp.sum(geometry(state.xi, scheme.grid).electrolyte * (1000.0 + state.salt))) * per_area
    flows = float(books.salt_in - books.salt_used - books.displaced)
    assert now - solution == pytest.approx(flows, abs=1e-10 * passed / FARADAY)
