"""The tension of a stretched film: cylinders, spheres and ellipses that grow, cracks, flat surfaces, and what kinetics see of it."""

from dataclasses import replace
from functools import cache, partial
from itertools import pairwise

import jax
import jax.numpy as jnp
import numpy as np
import pytest

import lithoscope as ls
from lithoscope.data import lookup
from lithoscope.design.carried import CarriedFilm, Corrosion, Cracking, Diffusion, FilmSpecies
from lithoscope.errors import InputError
from lithoscope.physics.morphology.checks import check
from lithoscope.physics.morphology.grid import Grid
from lithoscope.physics.morphology.notes import neutral_wavelength
from lithoscope.physics.morphology.params import Surface, control, of_cell
from lithoscope.physics.morphology.start import at_rest, metal
from lithoscope.physics.morphology.state import Parameters, Scheme
from lithoscope.physics.morphology.step import begin, solve_potential, step
from lithoscope.physics.morphology.surface import start
from lithoscope.physics.morphology.surface.film import Fields, FilmLaws, Mark
from lithoscope.physics.morphology.surface.tension import elastic

FILM, TENSION, STEP = (f"physics/morphology/{name}.py" for name in ("surface/film", "surface/tension", "step"))

THICKNESS, MODULUS = 20e-9, 10e9
OWN = {"conductivity": "1e-6 S/cm", "molar_volume": "30 cm3/mol", "lithium": 1}


def species(breaks: float) -> FilmSpecies:
    return FilmSpecies("mine", "20 nm", fracture_strain=breaks, shear_modulus="10 GPa", **OWN)


def rigidity(dimensions: int) -> float:
    """K of a Poisson ratio of 0.25: plane strain, and alike both ways."""
    return 2 * MODULUS / 0.75 * (1.25 if dimensions == 3 else 1)


@cache
def parameters(current: float = 0.0, tension: float = 0.0) -> Parameters:
    cell = ls.Cell.symmetric(anode=ls.Foil("50 um"), electrolyte="1 M LiPF6 EC:DMC 1:1", separator="PP 20 um", area="1.13 cm2")
    return of_cell(cell, Surface(0.47, tension))._replace(control=control(current))


def laws_on(film: CarriedFilm, grid: Grid, growth_stress: float = 0.0, **changes: object) -> FilmLaws:
    stiff = elastic(film, len(grid.shape), growth_stress)
    made = start.laws(film, grid, 1.0, 1.3e-5, start.electrolyte_of(parameters()), elastic=stiff)
    return replace(made, **changes)  # type: ignore[arg-type]


def fraction(d: np.ndarray) -> jax.Array:
    return jnp.asarray(1 / (1 + np.exp(np.clip(d, -60, 60))))


def grown(laws: FilmLaws, film: CarriedFilm, levels: list[np.ndarray]) -> Fields:
    """What a film becomes on a surface that goes through these distances, in cells."""
    moved, fields = jax.jit(laws.advance), start.fields(film, laws, fraction(levels[0]))
    for before, after in pairwise(levels):
        fields = moved(fields, fraction(before), fraction(after), jnp.zeros(laws.grid.shape), jnp.asarray(1.0))
    return fields


def ball(shape: tuple[int, ...]) -> np.ndarray:
    return np.sqrt(sum((x - n / 2 + 0.4) ** 2 for x, n in zip(np.indices(shape), shape, strict=True)))


def error_on_a_cylinder(n: int) -> float:
    """Largest relative error of T_f after growth from 0.25 n to 0.35 n."""
    film, r = CarriedFilm([species(1.0)]), ball((n, n))
    radii = np.linspace(0.25 * n, 0.35 * n, n // 2 + 1)
    laws = laws_on(film, Grid((n, n), 1e-6), places=24 * n)
    fields = grown(laws, film, [r - R for R in radii])
    ratio = radii[-1] / radii[0]
    exact = rigidity(2) * np.log(ratio) * THICKNESS / ratio
    return float(abs(np.asarray(laws.tension(fields))[abs(r - radii[-1]) < 0.7] / exact - 1).max())


@pytest.mark.fails_when(TENSION, "self.growth_stress + K * strain, 0.0", "self.growth_stress + 1.02 * K * strain, 0.0")
def test_the_film_on_a_growing_cylinder() -> None:
    """T_f = K delta_0 (R_0 / R) ln(R / R_0) below its strength: to second order in the cells."""
    coarse, fine = error_on_a_cylinder(32), error_on_a_cylinder(64)
    assert fine < 2e-3
    assert np.log2(coarse / fine) > 1.8


def torn_on_a_cylinder(film: CarriedFilm) -> np.ndarray:
    """T_f over K delta_0 R_0 / R after growth by a stretch of 0.3365."""
    r, radii = ball((48, 48)), np.linspace(12.0, 16.8, 25)
    laws = laws_on(film, Grid((48, 48), 1e-6), places=24 * 48)
    seen = np.asarray(laws.tension(grown(laws, film, [r - R for R in radii])))[abs(r - radii[-1]) < 0.7]
    return seen / (rigidity(2) * THICKNESS * radii[0] / radii[-1])


BROKEN = [(0.34, 0.3365), (0.2, 0.4 - 0.3365), (0.16, 0.0), (0.01, 0.0)]
"""Strain at which a film breaks, and that which still pulls after a stretch of 0.3365: 2 e_c - ln J from e_c on, 0 from 2 e_c on."""


@pytest.mark.parametrize(("breaks", "left"), BROKEN)
@pytest.mark.fails_when(FILM, "left = jnp.clip(2 * self.strength - before", "left = jnp.clip(3 * self.strength - before")
def test_a_film_that_breaks_pulls_no_more(breaks: float, left: float) -> None:
    """T_f = K delta_0 (R_0 / R) (2 e_c - ln(R / R_0)), also where its cracks are not followed as fresh surface."""
    assert torn_on_a_cylinder(CarriedFilm([species(breaks)])) == pytest.approx(left, abs=2e-3)


@pytest.mark.parametrize(("breaks", "left"), BROKEN)
@pytest.mark.fails_when(FILM, "return jnp.maximum(strength - opened, 0.0)", "return strength")
def test_a_film_whose_cracks_are_followed_pulls_no_more(breaks: float, left: float) -> None:
    """The same to the last digit of the law: cracks are then fresh surface as well."""
    assert torn_on_a_cylinder(CarriedFilm([species(breaks)], cracking=Cracking("1 ohm cm2"))) == pytest.approx(left, abs=2e-3)


@pytest.mark.fails_when(TENSION, "K * jnp.minimum(most, left))", "K * left)")
def test_a_tough_film_flows_before_it_breaks() -> None:
    """T_f = K delta_0 (R_0 / R) e_j between the strain of its strength and that at which it is said to crack."""
    tough = CarriedFilm([species(0.1)], cracking=Cracking("1 ohm cm2", strain=0.5))
    assert torn_on_a_cylinder(tough) == pytest.approx(0.1, abs=2e-3)


@pytest.mark.fails_when(FILM, ".add(stretched).at[Mark.STRENGTH].set(left)", ".add(stretched)")
def test_a_film_that_has_torn_stays_torn() -> None:
    """On a cylinder that shrinks to where the film is stretched by 0.05, half of the strain that it once bore."""
    r, there = ball((48, 48)), 12.0 * np.exp(0.05)
    radii = np.concatenate([np.linspace(12.0, 16.8, 25), np.linspace(16.6, there, 24)])
    seen = {}
    for breaks in (0.1, 0.4):
        film = CarriedFilm([species(breaks)])
        laws = laws_on(film, Grid((48, 48), 1e-6), places=24 * 48)
        seen[breaks] = np.asarray(laws.tension(grown(laws, film, [r - R for R in radii])))[abs(r - there) < 0.7]
    assert seen[0.1].max() < 1e-9
    assert seen[0.4] == pytest.approx(rigidity(2) * THICKNESS * 0.05 / np.exp(0.05), rel=0.05)


@pytest.mark.fails_when(FILM, "self.strength - old * (self.strength - marks[Mark.STRENGTH])", "marks[Mark.STRENGTH]")
def test_film_that_grows_in_a_torn_one_is_whole() -> None:
    """Grown to n times its thickness at rest, a film without strength has (1 - 1 / n) of that of a new one."""
    grid = Grid((48, 16), 0.25e-6)
    film = CarriedFilm([species(0.1)], corrosion=Corrosion(Diffusion("1e-20 m2/s"), "mine"))
    xi, laws = metal(grid, 6e-6 * np.ones(16), 1.0), laws_on(film, grid)
    fields = start.fields(film, laws, xi)
    torn = fields._replace(carried=fields.carried._replace(marks=fields.carried.marks.at[Mark.STRENGTH].set(0.0)))
    after = jax.jit(laws.advance)(torn, xi, xi, jnp.zeros(grid.shape), jnp.asarray(3600.0 * 10))
    row = int(np.argmin(abs(np.asarray(xi)[:, 0] - 0.5)))
    thinner = float(laws.thickness(torn)[0][row, 0] / laws.thickness(after)[0][row, 0])
    assert thinner < 0.7
    assert float(laws.borne(after)[row, 0]) == pytest.approx(0.1 * (1 - thinner), rel=1e-3)


@pytest.mark.fails_when(TENSION, "strain, left = stretch / self.ways", "strain, left = stretch")
def test_the_film_on_a_growing_sphere_is_stretched_both_ways() -> None:
    """Each way by ln(R / R_0), half of ln J: T_f = K delta_0 (R_0 / R)^2 ln(R / R_0)."""
    film, shape = CarriedFilm([species(1.0)]), (28, 28, 28)
    r, radii = ball(shape), np.linspace(6.0, 8.0, 11)
    laws = laws_on(film, Grid(shape, 1e-6), places=9000)
    fields = grown(laws, film, [r - R for R in radii])
    ratio = radii[-1] / radii[0]
    seen = np.asarray(laws.tension(fields))[abs(r - radii[-1]) < 0.5]
    assert seen == pytest.approx(rigidity(3) * THICKNESS * np.log(ratio) / ratio**2, rel=2e-2)


@pytest.mark.fails_when(FILM, "self.elastic.tension(solids, fields.carried.marks[Mark.STRETCH],", "self.elastic.tension(solids, fields.carried.marks[Mark.STRETCH].max(),")  # fmt: skip
def test_the_film_on_an_ellipse_that_grows_evenly() -> None:
    """Curves parallel to an ellipse, a distance s outside: J = 1 + k_0 s with the curvature k_0 of the ellipse at the foot point.

    T_f = K delta_0 ln(1 + k_0 s) / (1 + k_0 s): most at the ends of the long axis.
    """
    n, a, b, far = 96, 24.0, 16.0, 6.0
    y, x = np.indices((n, n)) - n / 2 + 0.4
    film, laws = CarriedFilm([species(2.0)]), laws_on(CarriedFilm([species(2.0)]), Grid((n, n), 1e-6), places=24 * n)
    away, angle = from_ellipse(a, b, x, y)
    fields = grown(laws, film, [away - s for s in np.linspace(0.0, far, 31)])
    curvature = a * b / (a**2 * np.sin(angle) ** 2 + b**2 * np.cos(angle) ** 2) ** 1.5
    J = 1 + curvature * far
    near = abs(away - far) < 0.5
    exact = (rigidity(2) * THICKNESS * np.log(J) / J)[near]
    seen = np.asarray(laws.tension(fields))[near]
    assert exact.max() > 1.7 * exact.min()
    assert float(abs(seen - exact).max() / exact.max()) < 1e-2


def from_ellipse(a: float, b: float, x: np.ndarray, y: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Signed distance from an ellipse and the parameter of the nearest point, found point by point."""
    start_at = np.linspace(0, 2 * np.pi, 721)
    outline = np.hypot(x[..., None] - a * np.cos(start_at), y[..., None] - b * np.sin(start_at))
    angle = start_at[outline.argmin(-1)]
    for _ in range(6):
        cos, sin = np.cos(angle), np.sin(angle)
        slope = (a * cos - x) * -a * sin + (b * sin - y) * b * cos
        bend = a**2 * sin**2 + b**2 * cos**2 + (a * cos - x) * -a * cos + (b * sin - y) * -b * sin
        angle = angle - np.clip(slope / np.where(abs(bend) > 1e-3, bend, 1e-3), -0.01, 0.01)
    size = np.hypot(x - a * np.cos(angle), y - b * np.sin(angle))
    return np.where((x / a) ** 2 + (y / b) ** 2 < 1, -size, size), angle


@pytest.mark.fails_when(FILM, "solids = [n * each", "solids = [n / jnp.maximum(self.covered(fields), 1e-9) * each")
def test_what_has_cracked_carries_no_tension() -> None:
    """On a cylinder whose film opens beyond e_c: T_f = theta delta K (e_c + ln(theta)), theta delta = delta_0 R_0 / R."""
    n, e_c = 48, 0.2
    film = CarriedFilm([species(0.5)], cracking=Cracking("1 ohm cm2", strain=e_c))
    r, radii = ball((n, n)), np.linspace(12.0, 16.8, 25)
    laws = laws_on(film, Grid((n, n), 1e-6), places=24 * n)
    fields = grown(laws, film, [r - R for R in radii])
    near = abs(r - radii[-1]) < 0.7
    covered = np.asarray(laws.covered(fields))[near]
    assert covered == pytest.approx(radii[0] / radii[-1] * np.exp(e_c), rel=2e-3)
    exact = rigidity(2) * THICKNESS * radii[0] / radii[-1] * (e_c + np.log(covered))
    assert np.asarray(laws.tension(fields))[near] == pytest.approx(exact, rel=2e-2)


@pytest.mark.fails_when(STEP, "parameters.capillarity + skin.tension * parameters.molar_volume / FARADAY", "parameters.capillarity + 0 * skin.tension")  # fmt: skip
def test_tension_adds_to_the_surface_energy() -> None:
    """A film made under stress has sigma_g delta everywhere at once: the same rates as a constant tension, to rounding."""
    grid = Grid((48, 32), 0.25e-6)
    film, x = CarriedFilm([species(0.1)]), np.arange(32) * 2 * np.pi / 32
    xi = metal(grid, 6e-6 + 0.5e-6 * np.cos(x), 1.0)

    def currents(growth_stress: float, tension: float) -> np.ndarray:
        laws, p = laws_on(film, grid, growth_stress), parameters(20.0, tension)
        scheme = Scheme(grid, carried=laws)
        state = begin(at_rest(xi, start.fields(film, laws, xi)), p, scheme=scheme)
        found = jax.jit(partial(solve_potential, scheme=scheme))(state, p)
        return np.asarray(found.potential.rate.i * found.seen.area)

    given, plain = currents(500e6, 0.0), currents(0.0, 0.0)
    assert given == pytest.approx(currents(0.0, 500e6 * THICKNESS), rel=1e-9, abs=1e-6 * abs(plain).max())
    assert abs(given - plain).max() > 0.01 * abs(plain).max()
    compressed = currents(-500e6, 0.0)
    assert compressed == pytest.approx(plain, rel=1e-12)


def amplitude(height: float, stiff: bool) -> float:
    """Of a wave of that height, m, after plating a micrometre behind a film."""
    grid = Grid((64, 32), 0.25e-6)
    film, x = CarriedFilm([species(0.5)]), (np.arange(32) + 0.5) * 2 * np.pi / 32
    xi, p = metal(grid, 5e-6 + height * np.cos(x), 1.0), parameters(20.0)
    laws = laws_on(film, grid) if stiff else laws_on(film, grid, elastic=None)
    scheme = Scheme(grid, carried=laws)
    state = begin(at_rest(xi, start.fields(film, laws, xi)), p, scheme=scheme)
    one = jax.jit(partial(step, scheme=scheme))
    for _ in range(24):
        state = one(state, p, jnp.asarray(15.0))[0]
    return float(2 * (np.asarray(state.xi).sum(0) * np.cos(x)).mean() * grid.spacing)


@pytest.mark.fails_when(TENSION, "self.growth_stress + K * strain, 0.0", "self.growth_stress + K * strain + 1e8, 0.0")
def test_an_unstressed_film_does_not_change_how_waves_begin_to_grow() -> None:
    """What it changes falls with the square of the height, relative to it: no linear effect, and one that flattens."""
    effects = [1 - amplitude(height, True) / amplitude(height, False) for height in (0.1e-6, 0.05e-6)]
    assert effects[0] > 1e-4
    assert effects[1] < 0.6 * effects[0]


@pytest.mark.fails_when(STEP, "spacing**2 / (4 * flattens + 1e-300)", "spacing**2 / (1e-300 + 0 * flattens)")
def test_a_step_is_no_longer_than_tension_allows() -> None:
    """A stiff film at rest on a wave: the height falls in every step and does not swing."""
    grid = Grid((48, 32), 0.25e-6)
    film, x = CarriedFilm([FilmSpecies("LiF", "200 nm", conductivity="1e-6 S/cm")]), (np.arange(32) + 0.5) * 2 * np.pi / 32
    xi, p = metal(grid, 6e-6 + 0.3e-6 * np.cos(x), 1.0), parameters()
    laws = laws_on(film, grid, 1e9)
    scheme = Scheme(grid, carried=laws)
    state = begin(at_rest(xi, start.fields(film, laws, xi)), p, scheme=scheme)
    one, heights = jax.jit(partial(step, scheme=scheme)), []
    for _ in range(40):
        state, record = one(state, p, jnp.asarray(1e5))
        heights.append(float(record.shape.roughness))
    assert np.all(np.diff(heights) <= 0)
    assert heights[-1] < 0.9 * heights[0]


@pytest.mark.fails_when(TENSION, 'if not species.has("shear_modulus"):', "if False:")
def test_a_material_of_unknown_stiffness_is_refused_with_what_to_do() -> None:
    cell = ls.Cell.symmetric(anode=ls.Foil("50 um"), electrolyte="1 M LiPF6 EC:DMC 1:1", separator="PP 20 um", area="1 cm2")
    program = ls.Program([ls.Current("-1 mA/cm2", {"duration": "5 s"})])
    film = CarriedFilm([FilmSpecies("mine", "20 nm", fracture_strain=0.1, **OWN)])
    model = ls.PhaseField(width="16 um", height="24 um", cell_size="0.5 um", film=film)
    with pytest.raises(InputError, match=r'species\.0\.shear_modulus of mine is neither.*Write shear_modulus = "30 GPa"'):
        model.driver(cell, program, check(model, cell, program))
    for remedy in (model.changed("elasticity", False), model.changed("film.species.0.shear_modulus", "30 GPa")):
        remedy.driver(cell, program, check(remedy, cell, program))  # ready for its first step


@pytest.mark.fails_when("physics/morphology/notes.py", "+ driver.tension * float(p.molar_volume) / FARADAY", "")
def test_the_shortest_wave_that_grows_knows_the_tension_of_the_film() -> None:
    """2 pi sqrt((gamma + T_f) V_m / (F G)): alike for a tension that is given and one that a film has from its growth."""
    cell = ls.Cell.symmetric(anode=ls.Foil("50 um"), electrolyte="1 M LiPF6 EC:DMC 1:1", separator="PP 20 um", area="1 cm2")
    program = ls.Program([ls.Current("-2 mA/cm2", {"duration": "5 s"})])
    model = ls.PhaseField(width="16 um", height="24 um", cell_size="0.5 um", roughness="0 um", film=CarriedFilm([species(0.1)]))

    def shortest(**changes: str) -> float:
        changed = model.replaced(**changes)
        return neutral_wavelength(changed.driver(cell, program, check(changed, cell, program)))

    plain, tension = shortest(), 200e6 * THICKNESS
    energy = lookup("lithium.surface_energy").to("J/m2")
    assert shortest(growth_stress="200 MPa") == pytest.approx(plain * np.sqrt(1 + tension / energy), rel=1e-6)
    assert shortest(film_tension=f"{tension} N/m") == pytest.approx(plain * np.sqrt(1 + tension / energy), rel=1e-12)
    assert shortest(growth_stress="-200 MPa") == plain, "a film that is pressed together buckles"
