"""The film on the moving surface: growth at rest, galvanic corrosion, cracks, the four channels of a ferroelectric layer, maps."""

from dataclasses import replace
from functools import cache, partial
from itertools import pairwise
from pathlib import Path

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from numpy.typing import NDArray
from scipy.integrate import solve_bvp

import lithoscope as ls
from lithoscope.constants import FARADAY
from lithoscope.design.carried import (
    CarriedFilm,
    Corrosion,
    Cracking,
    Defect,
    Diffusion,
    FerroelectricLayer,
    FilmMap,
    FilmSpecies,
)
from lithoscope.errors import End
from lithoscope.physics.laws.ferroelectric import coercive_field
from lithoscope.physics.laws.films import grown_by_diffusion, grown_by_tunnelling
from lithoscope.physics.laws.membranes import donnan, membrane
from lithoscope.physics.morphology.checks import check
from lithoscope.physics.morphology.equations import geometry
from lithoscope.physics.morphology.grid import Grid
from lithoscope.physics.morphology.kept import Keeper
from lithoscope.physics.morphology.params import Surface, control, of_cell
from lithoscope.physics.morphology.start import at_rest, metal
from lithoscope.physics.morphology.state import Parameters, Scheme, State
from lithoscope.physics.morphology.step import begin, solve_potential, step
from lithoscope.physics.morphology.surface import start
from lithoscope.physics.morphology.surface.film import ByTunnelling, Fields, FilmLaws, Mark
from lithoscope.result.checkpoint import Journal
from lithoscope.result.manifest import inputs_of
from lithoscope.studies.deposits.ready import named

FILM, START = "physics/morphology/surface/film.py", "physics/morphology/surface/start.py"
MEMBRANES, FILMS = "physics/laws/membranes.py", "physics/laws/films.py"

Array = NDArray[np.float64]

GRID = Grid((48, 32), 0.25e-6)


@cache
def parameters(current: float = 0.0) -> Parameters:
    cell = ls.Cell.symmetric(anode=ls.Foil("50 um"), electrolyte="1 M LiPF6 EC:DMC 1:1", separator="PP 20 um", area="1.13 cm2")
    return of_cell(cell, Surface(0.47, 0.0))._replace(control=control(current))


def flat(film: CarriedFilm, current: float = 0.0) -> tuple[State, Scheme, Parameters]:
    """A flat surface with a film, at the beginning of a step."""
    p = parameters(current)
    laws = start.laws(film, GRID, 1.0, float(p.molar_volume), start.electrolyte_of(p))
    xi = metal(GRID, np.full(32, 6.07e-6), 1.0)
    scheme = Scheme(GRID, carried=laws)
    return begin(at_rest(xi, start.fields(film, laws, xi)), p, scheme=scheme), scheme, p


def ran(state: State, scheme: Scheme, p: Parameters, dt: float, steps: int) -> State:
    one = jax.jit(partial(step, scheme=scheme))
    for _ in range(steps):
        state = one(state, p, jnp.asarray(dt))[0]
    return state


def lithium(state: State, scheme: Scheme) -> tuple[float, float]:
    """In the metal and in film, C/m2."""
    per = GRID.spacing / GRID.columns * FARADAY / float(parameters().molar_volume)
    return float(state.xi.sum()) * per, float(scheme.carried.lithium(state.skin))


def beside(state: State, values: jax.Array) -> np.ndarray:
    """What a field is at the surface, for each column."""
    rows = np.argmin(abs(np.asarray(state.xi) - 0.5), axis=0)
    return np.asarray(values)[rows, np.arange(len(rows))]


RUSTS = CarriedFilm([FilmSpecies("Li2CO3", "10 nm")], corrosion=Corrosion(Diffusion("1e-19 m2/s"), "Li2CO3"))


@cache
def rusted() -> tuple[State, State, Scheme]:
    state, scheme, p = flat(RUSTS)
    return state, ran(state, scheme, p, 3600.0, 24), scheme


@pytest.mark.fails_when(FILM, "(self.growth.grown(old, factor, dt) - old)", "dt * self.growth.speed(old, factor)")
def test_uniform_corrosion_is_the_root_of_time() -> None:
    """delta = sqrt(delta_0^2 + 2 k t) after a day in steps of an hour, and the surface recedes by the lithium in it: 1e-6."""
    before, after, scheme = rusted()
    assert float(after.time) == pytest.approx(86400)
    exact = np.sqrt((10e-9) ** 2 + 2e-19 * 86400)
    seen = beside(after, scheme.carried.thickness(after.skin)[0])
    assert seen == pytest.approx(exact, rel=1.5e-6)
    recession = (float(before.xi.sum()) - float(after.xi.sum())) * GRID.spacing / GRID.columns
    assert recession == pytest.approx((exact - 10e-9) * 2 * float(parameters().molar_volume) / 35e-6, rel=2e-6)


@pytest.mark.fails_when(FILM, "return mean * jnp.sum(fields.carried.band.area) / jnp.maximum(diffuse, 1e-30)", "return mean")
def test_a_drop_corrodes_by_its_sharp_surface() -> None:
    """The lithium that a drop of six cells loses in an hour is that of the law times 2 pi R; its diffuse area is 1.3 % less."""
    laws = start.laws(RUSTS, GRID, 1.0, float(parameters().molar_volume), start.electrolyte_of(parameters()))
    y, x = np.mgrid[0:48, 0:32] + 0.5
    xi = jnp.asarray(1 / (1 + np.exp(np.hypot(x - 16.3, y - 23.8) - 6.0)))
    lost = laws.corroded(start.fields(RUSTS, laws, xi), xi, jnp.asarray(3600.0))
    taken = float(jnp.sum(geometry(xi, GRID).area * lost)) * 3600 * GRID.spacing**2
    grown = np.sqrt((10e-9) ** 2 + 2e-19 * 3600) - 10e-9
    assert taken == pytest.approx(2 * np.pi * 6 * GRID.spacing * grown * 2 * FARADAY / 35e-6, rel=1e-4)


@pytest.mark.fails_when(
    FILM, "totals = now.totals.at[:, self.product].add(closed)", "totals = now.totals.at[:, self.product].add(1.001 * closed)"
)
def test_lithium_that_leaves_the_metal_is_in_the_film() -> None:
    before, after, scheme = rusted()
    (metal_before, film_before), (metal_after, film_after) = lithium(before, scheme), lithium(after, scheme)
    gained = film_after - film_before
    assert gained > 100
    assert metal_before - metal_after == pytest.approx(gained, rel=1e-10)
    assert float(after.books.corroded) == pytest.approx(gained, rel=1e-10)


@pytest.mark.fails_when("physics/morphology/charge.py", "Rate(found.i + charge.side, found.g)", "Rate(found.i, found.g)")
def test_a_galvanic_pair_has_no_net_current() -> None:
    """Film grows where the defect is, with electrons from lithium everywhere: the sum of both currents is below 1e-8 of them."""
    film = RUSTS.model_copy(
        update={
            "corrosion": Corrosion(Diffusion("1e-19 m2/s"), "Li2CO3", mode="galvanic"),
            "defects": (Defect("2 um", "2 um", kinetics="1000"),),
        }
    )
    state, scheme, p = flat(film)
    found = jax.jit(partial(solve_potential, scheme=scheme))(state, p)
    area, i, side = (np.broadcast_to(each, GRID.shape) for each in (found.seen.area, found.potential.rate.i, found.skin.side))
    anodic = i - side
    assert (area * side).sum() > 0
    assert abs((area * i).sum()) < 1e-8 * (area * side).sum()
    assert (area * anodic).sum() == pytest.approx(-(area * side).sum(), rel=1e-8)
    away = np.asarray(area[:, 24:]).sum() / np.asarray(area).sum()
    assert 0.1 < (area * anodic)[:, 24:].sum() / (area * anodic).sum() / away < 1.1
    after = ran(state, scheme, p, 600.0, 5)
    (metal_before, film_before), (metal_after, film_after) = lithium(state, scheme), lithium(after, scheme)
    assert metal_before - metal_after == pytest.approx(film_after - film_before, rel=1e-8)


# ----------------------------------------------------------------------------------------------------- channels

LAYER = {"material": "P(VDF-TrFE)", "thickness": "50 nm", "conductivity": "1e-7 S/cm"}


def layered(**channels: object) -> CarriedFilm:
    return CarriedFilm([FilmSpecies("Li2CO3", "5 nm", conductivity="1e-7 S/cm")],
                       ferroelectric=FerroelectricLayer(**(LAYER | channels)))  # type: ignore[arg-type]  # fmt: skip


@cache
def plated(start_: str, potential_step: str | None = None) -> tuple[State, float]:
    channels = {"potential_step": potential_step} if potential_step else {}
    state, scheme, p = flat(layered(start=start_, **channels), current=20.0)
    for _ in range(20):
        state, seen = _one(scheme)(state, p, jnp.asarray(50.0))
    return state, float(seen.voltage)


@cache
def _one(scheme: Scheme):  # type: ignore[no-untyped-def]
    return jax.jit(partial(step, scheme=scheme))


@pytest.mark.slow
@pytest.mark.fails_when(FILM, "step = self.layer.potential_step * share", "step = (self.layer.potential_step + 1e-3) * share")
def test_a_constant_polarisation_has_no_effect_on_a_direct_current() -> None:
    """The same film with P = P_s and all channels off is the film with P = 0, to 1e-6; a uniform step shifts the voltage alone."""
    none, off = plated("none"), plated("out")
    assert off[1] == pytest.approx(none[1], rel=1e-6)
    assert abs(off[0].xi - none[0].xi).max() < 1e-6
    shifted = plated("out", "50 mV")
    assert shifted[1] - none[1] == pytest.approx(-0.05, abs=1e-5)
    assert abs(shifted[0].xi - none[0].xi).max() < 1e-6


@pytest.mark.fails_when(FILM, "return -self.resistance / self.thickness * i", "return self.resistance / self.thickness * i")
def test_the_field_of_the_current_reverses_the_layer_above_the_coercive_field() -> None:
    """E_n = R i / delta against the outward normal: plating turns an outward polarisation in, at 50 MV/m, and stripping does not."""
    state, scheme, _ = flat(layered(switching=True, conductivity="2e-10 S/cm"))
    laws = scheme.carried
    assert isinstance(laws, FilmLaws)
    assert laws.layer is not None
    E_c = coercive_field(laws.layer.law)
    critical = E_c * laws.layer.thickness / laws.layer.resistance
    assert float(laws.layer.reach(jnp.asarray(-critical))) == pytest.approx(1.0, rel=1e-9)
    per = laws.molar_volume / FARADAY
    moved = jax.jit(laws.advance)
    for current, sign in ((0.98, 1), (1.02, -1), (-1.5, 1)):
        speed = jnp.full(GRID.shape, current * critical * per)
        after = moved(state.skin, state.xi, state.xi, speed, jnp.asarray(1.0))
        P = beside(state, laws.polarisation(after))
        assert np.sign(P) == pytest.approx(sign)
        assert (abs(P) > 0.4 * 0.08).all()
    held = jax.jit(replace(laws, layer=replace(laws.layer, switching=False)).advance)
    after = held(state.skin, state.xi, state.xi, jnp.full(GRID.shape, 5 * critical * per), jnp.asarray(1.0))
    assert beside(state, laws.polarisation(after)) == pytest.approx(0.08, rel=1e-9)


@pytest.mark.fails_when(FILM, "self.layer.kinetic_factor**share * self.layer.selective[0]", "self.layer.kinetic_factor**share")
def test_each_channel_acts_by_itself() -> None:
    """Off, a channel is not there; on, it changes what it is for and nothing else."""
    skins = {}
    for name, channels in {
        "off": {}, "step": {"potential_step": "30 mV"}, "charge": {"fixed_charge": "0.5 mol/L"},
        "kinetics": {"kinetic_factor": "3"}, "in": {"kinetic_factor": "3", "potential_step": "30 mV", "start": "in"},
    }.items():  # fmt: skip
        state, scheme, _ = flat(layered(**channels))
        skins[name] = {key: np.asarray(value).max() for key, value in scheme.carried.skin(state.skin)._asdict().items()}
    off = skins["off"]
    assert (off["offset"], off["exchange"], off["depletion"]) == (0, 1, 0)
    assert skins["step"] == off | {"offset": pytest.approx(0.03)}
    assert skins["kinetics"] == off | {"exchange": pytest.approx(3)}
    assert skins["in"] == off | {"exchange": pytest.approx(1 / 3), "offset": pytest.approx(-0.03)}
    charged = skins["charge"]
    assert charged["exchange"] == pytest.approx((donnan(1000, 500)[0] / 1000) ** 0.5)
    assert charged["depletion"] > 0
    assert charged["resistance"] < off["resistance"]
    assert charged["offset"] == 0


@pytest.mark.slow
@pytest.mark.fails_when(FILM, "grown.carried._replace(marks=marks), before", "grown.carried, before")
def test_the_channels_side_by_side() -> None:
    """A rough front under one layer: constant polarisation only shifts the voltage; switching, charge and kinetics act by
    themselves. In every run lithium closes and the polarisation is what the channel says."""
    cell = ls.Cell.symmetric(anode=ls.Foil("50 um"), electrolyte="1 M LiPF6 EC:DMC 1:1", separator="PP 20 um", area="1.13 cm2")
    program = ls.Program([ls.Current("-10 mA/cm2", {"capacity": "0.2 mAh/cm2"})])

    def run(**channels: object) -> tuple[float, float, float]:
        film = layered(**({"thickness": "30 nm", "conductivity": "1e-7 S/cm"} | channels))
        model = ls.PhaseField(width="16 um", height="24 um", cell_size="0.5 um", roughness="0.4 um", film=film, seed=2)
        result = ls.run(cell, program, model, progress=False)
        assert result.status.end is End.COMPLETED
        assert result.ledger.residual < 1e-10
        trace, P = result.trace, result.tree["fields"]["polarisation"].values[-1]
        return float(trace["roughness"][-1]), float(trace["voltage"][-1]), float(np.nanmean(P))

    none = run(start="none", potential_step="50 mV")
    constant = run(potential_step="50 mV")
    assert constant[0] == pytest.approx(none[0], rel=1e-6)
    assert constant[1] - none[1] == pytest.approx(-0.05, abs=1e-4)
    assert constant[2] == pytest.approx(0.08)
    switched = run(potential_step="50 mV", switching=True, coercive_field="1 MV/m")
    assert switched[2] < -0.08
    assert switched[1] > none[1] + 0.04
    charged, kinetics = run(fixed_charge="0.5 mol/L"), run(kinetic_factor="3")
    assert charged[1] > none[1] + 0.1
    assert none[1] + 0.001 < kinetics[1] < charged[1]
    assert len({each[0] for each in (none, switched, charged, kinetics)}) == 4


@pytest.mark.fails_when(MEMBRANES, "root = (half**2 + salt**2) ** 0.5", "root = (half**2 + 2 * salt**2) ** 0.5")
def test_a_charged_layer_keeps_anions_out() -> None:
    """c+ c- = c^2 to rounding; without charge it is the electrolyte; with much charge only cations carry current."""
    for fixed in (-3000.0, -1.0, 0.0, 160.0, 1e7):
        cations, anions = donnan(1000.0, fixed)
        assert cations * anions == pytest.approx(1e6, rel=1e-12)
        assert cations - anions == pytest.approx(fixed, abs=1e-6)
    plain = membrane(1000.0, 0.0, 1e-6, 1.0, 1.2, 3e-10, 0.3)
    assert plain.permselectivity == pytest.approx(0, abs=1e-12)
    assert plain.resistance == pytest.approx(1e-6 / 1.2)
    assert plain.depletion == pytest.approx(0.7 * 1e-6 / (FARADAY * 3e-10))
    strong = membrane(1000.0, 1e6, 1e-6, 1.0, 1.2, 3e-10, 0.3)
    assert strong.permselectivity == pytest.approx(1, abs=1e-5)
    assert strong.depletion == pytest.approx(1e-3 * plain.depletion, rel=1e-5), "c/c+"


@pytest.mark.parametrize("fixed", [0.16, 2.0, -0.5])
@pytest.mark.fails_when(MEMBRANES, "salt / cations * (1 - t_plus)", "(1 - selectivity) * (1 - t_plus)")
def test_fall_of_the_salt_in_a_charged_layer_against_poisson_nernst_planck(fixed: float) -> None:
    """Ions one by one with Poisson's equation between two reservoirs, no flux of anions: lengths of the layer, salt outside, V_T.

    c+' = -J - c+ phi',  c-' = c- phi',  phi'' = -(c+ - c- - X(x)) / (2 lambda^2); the fall of the salt is J/2 without charge.
    """
    t_plus, J, screen, edge = 0.3, 1e-4, 0.02, 0.03

    def charge(x: Array) -> Array:
        return np.asarray(0.5 * fixed * (np.tanh((x - 1) / edge) - np.tanh((x - 2) / edge)))

    def slopes(x: Array, y: Array) -> Array:
        cations, anions, _, field = y
        return np.array([-J - cations * field, anions * field, field, -(cations - anions - charge(x)) / (2 * screen**2)])

    def ends(left: Array, right: Array) -> Array:
        return np.array([left[0] - 1, left[1] - 1, left[2], right[0] - right[1]])

    x = np.linspace(0, 3, 601)
    start = np.array([donnan(1.0, float(each)) for each in charge(x)]).T
    found = solve_bvp(slopes, ends, x, np.array([*start, -np.log(start[0]), 0 * x]), tol=1e-9, max_nodes=200000)
    assert found.success
    # Of the salt in equilibrium with each place, away from the edges of the layer.
    salt = np.sqrt(np.prod(found.sol([0.2, 0.6, 1.3, 1.7])[:2], axis=0))
    outside, fall = (salt[0] - salt[1]) / 0.4, (salt[2] - salt[3]) / 0.4
    layer = membrane(1.0, fixed, 1.0, 1.0, 1.0, 1.0, t_plus)
    plain = membrane(1.0, 0.0, 1.0, 1.0, 1.0, 1.0, t_plus)
    assert outside == pytest.approx(J / 2, rel=1e-3)
    assert fall / outside == pytest.approx(layer.depletion / plain.depletion, rel=1e-3)


# ------------------------------------------------------------------------------------------------------- cracks


@pytest.mark.fails_when(FILM, "opened = jnp.clip(free - most, 0.0", "opened = jnp.clip(free, 0.0")
def test_a_film_on_a_growing_cylinder_cracks_where_it_is_too_short() -> None:
    """ln J = ln(R / R_0) up to e_c, then theta = (R_0 / R) exp(e_c); intact film and cracks conduct side by side."""
    n, e_c = 60, 0.1
    grid = Grid((n, n), 1e-6)
    film = CarriedFilm(
        [FilmSpecies("Li2CO3", "100 nm", conductivity="1e-6 S/cm")], cracking=Cracking("1 ohm cm2", strain="0.1")
    )
    laws = replace(start.laws(film, grid, 1.0, 1.3e-5, start.electrolyte_of(parameters())), places=2400)
    y, x = np.mgrid[0:n, 0:n] - (n / 2 - 0.4)
    r = np.hypot(x, y)

    def disc(R: float) -> jax.Array:
        return jnp.asarray(1 / (1 + np.exp(np.clip(r - R, -60, 60))))

    radii = np.linspace(12.0, 18.0, 31)
    moved = jax.jit(laws.advance)
    fields = start.fields(film, laws, disc(radii[0]))
    for before, after in pairwise(radii):
        fields = moved(fields, disc(before), disc(after), jnp.zeros((n, n)), jnp.asarray(1.0))
        near = abs(r - after) < 0.7
        grown = np.log(after / radii[0])
        assert np.asarray(fields.carried.marks[Mark.STRETCH])[near] == pytest.approx(min(grown, e_c), abs=2e-3)
        theta = np.asarray(laws.covered(fields))[near]
        assert theta == pytest.approx(min(1.0, np.exp(e_c - grown)), rel=3e-3)
    intact = 100e-9 / 1e-4 * np.exp(-e_c)
    assert np.asarray(laws.thickness(fields)[0])[near] == pytest.approx(100e-9 * np.exp(-e_c), rel=5e-3)
    expected = 1 / (theta.mean() / intact + (1 - theta.mean()) / 1e-4)
    assert np.asarray(laws.resistance(fields))[near] == pytest.approx(expected, rel=5e-3)


@pytest.mark.slow
@pytest.mark.fails_when(
    "physics/morphology/surface/transport.py", "jnp.maximum(here.overflow, carried.band.overflow)", "0 * here.overflow"
)
def test_a_surface_that_outgrows_its_band_says_so_and_gets_more_room() -> None:
    """It is noticed later as well; with more room the fields are those of a band that had enough from the start."""
    n = 60
    grid = Grid((n, n), 1e-6)
    film = CarriedFilm([FilmSpecies("Li2CO3", "100 nm")])
    narrow = replace(start.laws(film, grid, 1.0, 1.3e-5, start.electrolyte_of(parameters())), places=900)
    y, x = np.mgrid[0:n, 0:n] - (n / 2 - 0.4)
    r = np.hypot(x, y)
    levels = [jnp.asarray(1 / (1 + np.exp(np.clip(r - R, -60, 60)))) for R in (*np.arange(14.0, 17.1, 0.2), 16.9, 16.7)]

    def moved(laws: FilmLaws, fields: Fields, before: jax.Array, after: jax.Array) -> Fields:
        result: Fields = _moved(laws, fields, before, after)
        return result

    wide = replace(narrow, places=2400)
    ours, theirs, grew = start.fields(film, narrow, levels[0]), start.fields(film, wide, levels[0]), 0
    assert narrow.has_room(ours)
    for before, after in pairwise(levels):
        theirs = moved(wide, theirs, before, after)
        next_ = moved(narrow, ours, before, after)
        if not narrow.has_room(next_):
            narrow, ours = narrow.widened(ours, before)
            next_, grew = moved(narrow, ours, before, after), grew + 1
        ours = next_
    assert grew == 1
    assert narrow.places == 1800
    assert np.asarray(ours.carried.amounts) == pytest.approx(np.asarray(theirs.carried.amounts), rel=1e-12)
    tight = replace(narrow, places=900)
    full = moved(tight, start.fields(film, tight, levels[-4]), levels[-4], levels[-3])
    assert not tight.has_room(full)
    assert not tight.has_room(moved(tight, full, levels[-3], levels[0]))


@partial(jax.jit, static_argnums=0)
def _moved(laws: FilmLaws, fields: Fields, before: jax.Array, after: jax.Array) -> Fields:
    return laws.advance(fields, before, after, jnp.zeros(before.shape), jnp.asarray(1.0))


@pytest.mark.fails_when("physics/morphology/surface/transport.py", "jnp.where(old > 0.5,", "jnp.where(old > 2.0,")
def test_a_void_that_closes_is_not_filled_beyond_its_volume() -> None:
    """A film that cracks and grows again, 2 mA/cm2: branches meet and enclose voids, and no cell holds more than lithium."""
    result = ls.run(*named("bare-regrowing-early").inputs(500, 1))
    assert result.status.end is End.COMPLETED
    assert float(result.tree["fields"]["lithium_fraction"].max()) < 1 + 1e-6
    assert result.ledger.residual < 1e-12


@pytest.mark.fails_when(FILM, "volume / jnp.maximum(covered, ALL_OPEN)", "volume")
def test_new_film_is_without_stress() -> None:
    """ln J falls as delta_0 / delta while film grows; film in cracks starts from nothing and is counted."""
    state, scheme, _ = flat(RUSTS)
    laws = scheme.carried
    marks = state.skin.carried.marks.at[Mark.STRETCH].set(0.2).at[Mark.COVERED].set(0.6)
    strained = Fields(state.skin.carried._replace(marks=marks), state.skin.owner)
    cracked = replace(laws, cracks=True)  # type: ignore[type-var]
    after = jax.jit(cracked.advance)(strained, state.xi, state.xi, jnp.zeros(GRID.shape), jnp.asarray(3600.0))
    (was, _), (film, fresh) = cracked.thickness(strained), cracked.thickness(after)
    was, film, fresh = (beside(state, each) for each in (was, film, fresh))
    assert beside(state, after.carried.marks[Mark.STRETCH]) == pytest.approx(0.2 * was / film, rel=1e-3)
    assert film == pytest.approx(np.sqrt((10e-9 / 0.6) ** 2 + 2e-19 * 3600), rel=1e-5)
    assert fresh == pytest.approx(np.sqrt(2e-19 * 3600), rel=1e-5)


@pytest.mark.fails_when(
    FILMS, "return ((a + thickness) ** 2 + 2 * rate * t) ** 0.5 - a", "return (thickness**2 + 2 * rate * t) ** 0.5"
)
def test_growth_laws_solve_their_equations() -> None:
    """By differences; both limits of growth by diffusion; the laws of the surface are the same ones."""
    h, t = 1.0, 5000.0
    for grown, speed in (
        (lambda t: grown_by_diffusion(2e-9, 1e-20, 3e-12, t), lambda d: 1 / (d / 1e-20 + 1 / 3e-12)),
        (lambda t: grown_by_tunnelling(2e-9, 1e-10, 0.2e-9, t), lambda d: 1e-10 * np.exp(-d / 0.2e-9)),
    ):
        assert (grown(t + h) - grown(t - h)) / (2 * h) == pytest.approx(speed(grown(t)), rel=1e-5)
        assert grown(0.0) == pytest.approx(2e-9)
    assert grown_by_diffusion(0.0, 1e-10, 1e-12, 1.0) == pytest.approx(1e-12, rel=1e-3)
    law = ByTunnelling(1e-10, 0.2e-9)
    assert float(law.grown(jnp.asarray(2e-9), jnp.asarray(1.0), jnp.asarray(t))) == pytest.approx(
        grown_by_tunnelling(2e-9, 1e-10, 0.2e-9, t), rel=1e-12
    )


# --------------------------------------------------------------------------------------------------------- maps


@pytest.mark.fails_when(START, "np.exp(spread * g - spread**2 / 2)", "np.exp(spread * g)")
def test_a_film_map_has_its_spread_and_correlation_length() -> None:
    """Mean 1, ln of the factor with the given standard deviation, correlation 1/e at one length; the same on a finer grid."""
    grid, fine = Grid((16, 512), 0.25e-6), Grid((16, 1024), 0.125e-6)
    logs = []
    for seed in range(12):
        factor = start.log_normal(grid, 0.6, 4e-6, seed)
        logs.append(np.log(factor))
        assert start.log_normal(fine, 0.6, 4e-6, seed)[::2] == pytest.approx(factor, rel=0.2)
    g = np.array(logs)
    assert g.mean() == pytest.approx(-0.18, abs=0.02)
    assert g.std() == pytest.approx(0.6, abs=0.03)
    assert np.exp(g).mean() == pytest.approx(1.0, abs=0.05)
    g = g - g.mean()
    at_length = (g * np.roll(g, 16, 1)).mean() / (g**2).mean()
    assert at_length == pytest.approx(np.exp(-1), abs=0.08)
    assert (start.log_normal(grid, 0.0, 4e-6, 1) == 1).all()


@pytest.mark.fails_when(START, "mean / gamma(1 + 1 / modulus)", "mean")
def test_weak_spots_are_weibull_distributed() -> None:
    grid = Grid((16, 512), 0.25e-6)
    e = np.concatenate([start.weibull(grid, 0.03, 5.0, 1e-6, seed) for seed in range(8)])
    assert e.mean() == pytest.approx(0.03, rel=0.02)
    scale = 0.03 / 0.9181687
    assert (e < scale).mean() == pytest.approx(1 - np.exp(-1), abs=0.03)
    assert (e < 0.5 * scale).mean() == pytest.approx(1 - np.exp(-(0.5**5)), abs=0.02)


@pytest.mark.fails_when(START, "np.minimum(away, length - away)", "away")
def test_defects_stand_where_they_are_told() -> None:
    """Across a periodic side too; a scratch in 3D runs across, a spot is round."""
    grid = Grid((32, 40, 40), 1e-6)
    scratch = start.place_of(Defect("1 um", "6 um"), grid)
    assert scratch[:, 7].nonzero()[0].tolist() == [0, 1, 2, 3, 38, 39]
    assert (scratch.all(1) == scratch.any(1)).all()
    spot = start.place_of(Defect("20 um", "10 um", second="20 um"), grid)
    assert spot.sum() == pytest.approx(np.pi * 25, rel=0.05)
    film = CarriedFilm([FilmSpecies("LiF", "5 nm")], map=FilmMap("4 um"), defects=[Defect("8 um", "2 um", conductivity="7")])
    state = flat(film)[0]
    conduction = beside(state, state.skin.carried.marks[Mark.CONDUCTIVITY])
    assert sorted(set(conduction.tolist())) == [1, 7]


@pytest.mark.fails_when("physics/morphology/kept.py", "driver.scheme = replace(driver.scheme, carried=carried)", "pass")
def test_a_run_whose_surface_got_more_room_is_taken_up_with_it(tmp_path: Path) -> None:
    """A process that begins with the room of the start goes on with the kept one, to the same end."""
    model = ls.PhaseField("8 um", "16 um", roughness="0.1 um", film=RUSTS)
    cell = ls.Cell.symmetric(anode=ls.Foil("50 um"), electrolyte="1 M LiPF6 EC:DMC 1:1", separator="PP 20 um", area="1.13 cm2")
    program = ls.Program([ls.Rest("1 s"), ls.Rest("2 s")])
    ours, theirs = (model.driver(cell, program, check(model, cell, program)) for _ in range(2))
    with Journal(tmp_path / "mine", inputs_of(cell, program, model)) as journal:
        keeper = Keeper(journal)
        carried, skin = ours.scheme.carried.widened(ours.point.state.skin, ours.point.state.xi)
        ours.scheme = replace(ours.scheme, carried=carried)
        ours.point = replace(ours.point, state=ours.point.state._replace(skin=skin))
        ours.keep = lambda driver: keeper.keep(driver, now=driver.point.visit == 1)
        assert ours.finish() is not None
    with Journal(tmp_path / "mine", inputs_of(cell, program, model)) as journal:
        Keeper(journal).take_up(theirs)
    assert theirs.point.visit == 1
    assert theirs.scheme == ours.scheme
    assert theirs.finish() == ours.finish()
    assert np.array_equal(theirs.point.state.skin.carried.amounts, ours.point.state.skin.carried.amounts)
