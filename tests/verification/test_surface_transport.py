"""What a moving surface takes along: known geometry first. Amounts are diluted by stretch, marks are not, nothing is lost."""

from collections.abc import Sequence
from functools import cache
from itertools import pairwise

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from lithoscope.physics.morphology.surface import geometry, transport
from lithoscope.physics.morphology.surface.transport import Carried, Setting

GEOMETRY, TRANSPORT = "physics/morphology/surface/geometry.py", "physics/morphology/surface/transport.py"

advance = jax.jit(transport.advance, static_argnums=0)
start = jax.jit(transport.start, static_argnums=(0, 5))
band = jax.jit(geometry.band, static_argnums=(0, 2))


def setting(*shape: int, places: int = 3200, periodic: bool = True) -> Setting:
    return Setting(geometry.Frame(shape, periodic), 1.0, places)


def fraction(d: np.ndarray) -> jax.Array:
    return jnp.asarray(1 / (1 + np.exp(np.clip(d, -60, 60))))


def carry(
    of: Setting, levels: Sequence[np.ndarray], amounts: np.ndarray, marks: np.ndarray, owner: np.ndarray | None = None
) -> tuple[list[Carried], float]:
    """The surface after every step, and the total at the start."""
    part = jnp.zeros(of.frame.shape, jnp.int32) if owner is None else jnp.asarray(owner, jnp.int32)
    now = start(of, fraction(levels[0]), jnp.asarray(amounts)[None], jnp.asarray(marks)[None], part, 2)
    total, seen = float(now.totals.sum()), [now]
    for before, after in pairwise(levels):
        now, _ = advance(of, now, fraction(before), fraction(after), part, jnp.full(1, -7.0))
        assert int(now.band.overflow) == 0
        seen.append(now)
    return seen, total


def accounted(now: Carried) -> float:
    return float(now.totals.sum() + now.buried.sum() + now.residue.sum())


def polar(n: int, centre: float) -> tuple[np.ndarray, np.ndarray]:
    y, x = np.mgrid[0:n, 0:n] - centre
    return np.hypot(x, y), np.arctan2(y, x)


@cache
def circle(n: int) -> dict[str, float]:
    """A circle with a pattern of five waves grows from 0.2 n to 0.3 n and shrinks back, 0.2 cells in a step."""
    r, angle = polar(n, n / 2 - 0.4)
    pattern, radii = 1 + 0.5 * np.cos(5 * angle), np.linspace(0.2 * n, 0.3 * n, n // 2 + 1)
    path = [*radii, *radii[-2::-1]]
    seen, total = carry(setting(n, n), [r - R for R in path], pattern, pattern)

    def error(now: Carried, R: float) -> tuple[float, float]:
        near = abs(r - R) < 0.7
        of_amount = np.asarray(now.amounts[0])[near] / (pattern[near] * radii[0] / R) - 1
        return float(np.sqrt((of_amount**2).mean())), float(np.sqrt(((np.asarray(now.marks[0]) - pattern)[near] ** 2).mean()))

    grown, back = error(seen[n // 2], radii[-1]), error(seen[-1], radii[0])
    correction = sum(float(now.correction) for now in seen) / 2
    worst = max(abs(accounted(now) / total - 1) for now in seen)
    shown = max(
        abs(float((now.band.area * now.amounts[0].ravel()[np.minimum(now.band.cells, n * n - 1)]).sum()) / total - 1)
        for now in seen
    )
    return {"grown": grown[0], "marks": grown[1], "back": back[0], "correction": correction, "total": worst, "field": shown}


@pytest.mark.fails_when(TRANSPORT, "jnp.maximum(values[:species], 0.0) / ratio", "jnp.maximum(values[:species], 0.0)")
def test_amounts_on_a_growing_circle_are_diluted_and_marks_are_not() -> None:
    """n = n_0 R_0 / R, q = q_0; order above 2 in the size of a cell; after shrinking it is what it was."""
    sizes = [circle(n) for n in (30, 60, 120)]
    for kind, most in (("grown", 5e-4), ("marks", 5e-4), ("back", 8e-4)):
        errors = [found[kind] for found in sizes]
        assert errors[0] > errors[1] > errors[2] > 0
        assert np.log2(np.divide(errors[:-1], errors[1:])).min() > 2.0, (kind, errors)
        assert errors[2] < most, (kind, errors)


@pytest.mark.fails_when(TRANSPORT, "amounts=carried.amounts * by_cell", "amounts=carried.amounts")
def test_the_film_is_conserved_and_hardly_corrected() -> None:
    """The field integrates to the ledger to rounding; ln of all corrections is below 1e-3 for each cell of growth."""
    for n in (30, 60, 120):
        assert circle(n)["total"] < 1e-12
        assert circle(n)["field"] < 1e-12
        assert 0 < circle(n)["correction"] < 1e-3 * 0.1 * n


@pytest.mark.slow
@pytest.mark.fails_when(GEOMETRY, "return mean, _bend(n, cofactors) / size**2", "return mean, 0 * mean")
def test_amounts_on_a_growing_sphere() -> None:
    """n = n_0 (R_0 / R)^2: both principal curvatures count."""
    n, radii = 26, np.linspace(6.0, 8.0, 11)
    z, y, x = np.mgrid[0:n, 0:n, 0:n] - (n / 2 - 0.3)
    r = np.sqrt(x**2 + y**2 + z**2)
    pattern = 1 + 0.3 * z / r
    seen, total = carry(setting(n, n, n, places=9000), [r - R for R in radii], pattern, pattern)
    near = abs(r - radii[-1]) < 0.7
    assert np.asarray(seen[-1].amounts[0])[near] == pytest.approx((pattern * (6 / 8) ** 2)[near], rel=6e-3)
    assert np.asarray(seen[-1].marks[0])[near] == pytest.approx(pattern[near], rel=6e-3)
    assert accounted(seen[-1]) == pytest.approx(total, rel=1e-12)
    uncorrected = sum(float(now.correction) for now in seen)
    assert uncorrected < 0.01


@pytest.mark.fails_when(
    TRANSPORT, "departure = 0.5 * (origin.at + here.feet.at - shift * here.feet.normal)", "departure = here.feet.at"
)
def test_the_pattern_of_a_planar_front_stays() -> None:
    """A plane carries its pattern with it, over 12 cells."""
    n = 120
    y, x = np.mgrid[0:n, 0:n].astype(float)
    pattern = 1 + 0.4 * np.sin(2 * np.pi * x / 24)
    shifts = 0.2 * np.arange(61)
    seen, _ = carry(setting(n, n), [y - 20.3 - s for s in shifts], pattern, pattern)
    near = abs(y - 20.3 - shifts[-1]) < 0.7
    assert np.asarray(seen[-1].amounts[0])[near] == pytest.approx(pattern[near], abs=2e-4)
    assert np.asarray(seen[-1].marks[0])[near] == pytest.approx(pattern[near], abs=2e-4)


# --------------------------------------------------------------------------------------------- an ellipse and markers


def on_ellipse(a: float, b: float, t: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Points of an ellipse, (2, points), and its outward normals."""
    at = np.array([a * np.cos(t), b * np.sin(t)])
    n = np.array([b * np.cos(t), a * np.sin(t)])
    return at, n / np.hypot(*n)


def distance_from_ellipse(a: float, b: float, x: np.ndarray, y: np.ndarray) -> np.ndarray:
    """Signed distance, by Newton's method for the parameter of the nearest point."""
    t = np.arctan2(a * y, b * x)
    for _ in range(30):
        f = (x - a * np.cos(t)) * a * np.sin(t) - (y - b * np.sin(t)) * b * np.cos(t)
        df = (
            a * a * np.sin(t) ** 2
            + (x - a * np.cos(t)) * a * np.cos(t)
            + b * b * np.cos(t) ** 2
            + (y - b * np.sin(t)) * b * np.sin(t)
        )
        t = t - np.clip(f / np.maximum(df, 0.3), -0.3, 0.3)
    at, n = on_ellipse(a, b, t)
    return (x - at[0]) * n[0] + (y - at[1]) * n[1]


def markers(a0: float, b0: float, growth: tuple[float, float], time: float, t: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Markers that move along the normal of the growing ellipse, and by how much their area has grown: Runge and Kutta."""

    def rate(moment: float, state: np.ndarray) -> np.ndarray:
        a, b = a0 + growth[0] * moment, b0 + growth[1] * moment
        angle = np.arctan2(state[1] / b, state[0] / a)
        n = on_ellipse(a, b, angle)[1]
        v = growth[0] * np.cos(angle) * n[0] + growth[1] * np.sin(angle) * n[1]
        curvature = a * b / (a**2 * np.sin(angle) ** 2 + b**2 * np.cos(angle) ** 2) ** 1.5
        return np.array([v * n[0], v * n[1], curvature * v])

    state, h = np.vstack([on_ellipse(a0, b0, t)[0], np.zeros_like(t)]), time / 400
    for step in range(400):
        k1 = rate(step * h, state)
        k2 = rate((step + 0.5) * h, state + 0.5 * h * k1)
        k3 = rate((step + 0.5) * h, state + 0.5 * h * k2)
        k4 = rate((step + 1) * h, state + h * k3)
        state = state + h / 6 * (k1 + 2 * k2 + 2 * k3 + k4)
    return state[:2], np.exp(state[2])


@cache
def ellipse(degrees: float, n: int = 120) -> tuple[np.ndarray, np.ndarray]:
    """Relative errors of amounts and marks at markers of an ellipse that grows from 0.2 n x 0.15 n by 0.13 n and 0.05 n."""
    a0, b0, growth, steps = 0.2 * n, 0.15 * n, (0.13 * n, 0.05 * n), int(0.13 * n / 0.2)
    turn = np.deg2rad(degrees)
    v, u = np.mgrid[0:n, 0:n] - (n / 2 - 0.4)
    x, y = np.cos(turn) * u + np.sin(turn) * v, np.cos(turn) * v - np.sin(turn) * u

    def pattern(x: np.ndarray, y: np.ndarray) -> np.ndarray:
        return np.asarray(1 + 0.4 * np.cos(3 * np.arctan2(y / b0, x / a0)))

    levels = [distance_from_ellipse(a0 + growth[0] * s, b0 + growth[1] * s, x, y) for s in np.linspace(0, 1, steps + 1)]
    # The pattern at the start is constant along the normals.
    t = np.linspace(0, 2 * np.pi, 100, endpoint=False)
    nearest = np.arctan2(a0 * y, b0 * x)
    for _ in range(30):
        f = (x - a0 * np.cos(nearest)) * a0 * np.sin(nearest) - (y - b0 * np.sin(nearest)) * b0 * np.cos(nearest)
        nearest = nearest - np.clip(f / (a0 * b0), -0.3, 0.3)
    start = pattern(a0 * np.cos(nearest), b0 * np.sin(nearest))
    seen, _ = carry(setting(n, n), levels, start, start)
    at, grown = markers(a0, b0, growth, 1.0, t)
    there = np.array([np.sin(turn) * at[0] + np.cos(turn) * at[1], np.cos(turn) * at[0] - np.sin(turn) * at[1]]) + (n / 2 - 0.4)
    found = geometry.interpolate(setting(n, n).frame, jnp.concatenate([seen[-1].amounts, seen[-1].marks]), jnp.asarray(there))
    expected = pattern(*on_ellipse(a0, b0, t)[0])
    return np.asarray(found[0]) / (expected / grown) - 1, np.asarray(found[1]) / expected - 1


@pytest.mark.fails_when(TRANSPORT, "0.5 * (origin.at + here.feet.at - shift * here.feet.normal)", "origin.at")
@pytest.mark.parametrize("degrees", [0.0, 17.0, 45.0])
def test_an_expanding_ellipse_agrees_with_markers_at_any_angle(degrees: float) -> None:
    """The speed varies along the surface, so that material moves sideways against the parameter; and the grid has no direction."""
    of_amounts, of_marks = ellipse(degrees)
    assert abs(of_amounts).max() < 0.01
    assert abs(of_marks).max() < 0.01
    assert np.sqrt((of_amounts**2).mean()) < 4e-3
    assert abs(of_amounts - ellipse(0.0)[0]).max() < 0.01


# ------------------------------------------------------------------------------------------- merging, ending, beginning


@pytest.mark.fails_when(TRANSPORT, "totals=before.totals - gone", "totals=before.totals - 0.99 * gone")
def test_film_between_merging_circles_is_buried() -> None:
    """buried + carried = start to rounding; what is buried is the film on the arcs that the other circle swallowed."""
    n, R0, R1, gap = 120, 18.0, 29.0, 48.0
    r = polar(n, n / 2 - 0.4)[0]
    v, u = np.mgrid[0:n, 0:n] - (n / 2 - 0.4)
    left, right = np.hypot(u + gap / 2, v), np.hypot(u - gap / 2, v)
    radii = np.arange(R0, R1 + 0.1, 0.2)
    seen, total = carry(setting(n, n), [np.minimum(left, right) - R for R in radii], np.ones_like(r), np.ones_like(r))
    assert max(abs(accounted(now) / total - 1) for now in seen) < 1e-12
    angle = 2 * np.arccos(gap / 2 / radii[-1])
    assert float(seen[-1].buried[0]) / total == pytest.approx(angle / (2 * np.pi), rel=0.06)
    assert float(seen[-1].residue[0]) / total < 2e-3
    away = (abs(np.minimum(left, right) - radii[-1]) < 0.7) & (abs(u) > gap / 2)
    assert np.asarray(seen[-1].amounts[0])[away] == pytest.approx(R0 / radii[-1], rel=0.04)


@pytest.mark.fails_when(TRANSPORT, "jnp.where(height < 0, area, 0.0)", "area")
def test_a_piece_that_dissolves_leaves_its_film_as_residue() -> None:
    """The film of each part is its own: that of the part that stays is not touched."""
    n = 120
    v, u = np.mgrid[0:n, 0:n] - 0.0
    small, front = np.hypot(u - 40, v - 50) - 5, v - 20.3
    levels = [np.minimum(small + s, front) for s in np.arange(0, 5.5, 0.2)]
    owner = (small < front).astype(int)
    amounts = np.where(owner, 3.0, 1.0)
    seen, total = carry(setting(n, n), levels, amounts, amounts, owner)
    assert accounted(seen[-1]) == pytest.approx(total, rel=1e-12)
    assert float(seen[-1].totals[1, 0]) == pytest.approx(0, abs=1e-9 * total)
    assert float(seen[-1].residue[0]) == pytest.approx(3 * 2 * np.pi * 5, rel=1e-3)
    assert float(seen[-1].buried[0]) == 0
    assert float(seen[-1].totals[0, 0]) == pytest.approx(n, rel=1e-5)
    assert np.asarray(seen[-1].amounts[0])[20] == pytest.approx(1.0, rel=1e-5)


@pytest.mark.fails_when(
    TRANSPORT, "bare = jnp.concatenate([jnp.zeros(species), fresh])", "bare = jnp.ones(species + len(fresh))"
)
def test_new_metal_has_no_film_and_the_marks_of_a_fresh_surface() -> None:
    n = 120
    v, u = np.mgrid[0:n, 0:n] - 0.0
    front = v - 20.3
    levels = [front, np.minimum(front, np.hypot(u - 40, v - 50) - 6)]
    seen, total = carry(setting(n, n), levels, np.ones((n, n)), np.ones((n, n)))
    assert float(seen[-1].amounts[0][56, 40]) == 0
    assert float(seen[-1].marks[0][56, 40]) == -7
    assert float(seen[-1].marks[0][20, 40]) == pytest.approx(1)
    assert accounted(seen[-1]) == pytest.approx(total, rel=1e-12)


@pytest.mark.fails_when(TRANSPORT, "jnp.where(old > 0.5,", "jnp.where(old > 2.0,")
def test_what_is_left_of_a_void_keeps_its_film() -> None:
    """A void closes deep below the surface; the liquid that is left in it has no surface, and still the film of its walls.

    The walls shrink from 6 cells; below 4 they are too sharp for the grid and film ends there, 6/4 times as thick as it was.
    """
    n = 120
    v, u = np.mgrid[0:n, 0:n] - 0.0
    away = np.hypot(u - 40, v - 50)
    levels = [np.maximum(v - 90.3, R - away) for R in np.arange(6.0, -2.0, -0.2)]
    seen, total = carry(setting(n, n), levels, np.ones((n, n)), np.ones((n, n)))
    assert not bool((seen[-1].band.used & (np.asarray(seen[-1].band.cells) < 75 * n)).any())
    assert float(seen[-1].amounts[0][50, 40]) == pytest.approx(6 / 4, rel=0.02)
    assert float(seen[-1].marks[0][50, 40]) == pytest.approx(1)
    assert float(seen[-1].buried[0]) == pytest.approx(2 * np.pi * 6, rel=0.1)
    assert accounted(seen[-1]) == pytest.approx(total, rel=1e-12)


@pytest.mark.fails_when(GEOMETRY, "bend * d, 0.5)", "bend * d, 5.0)")
def test_foot_points_curvature_and_area() -> None:
    """Foot points to third, curvature to second order, the area to 1e-5: circle and sphere."""

    def of(n: int, axes: int) -> tuple[float, float, float]:
        R, centre = 0.27 * n, n / 2 - 0.37
        x = np.indices((n,) * axes) - centre
        d = np.sqrt((x**2).sum(0)) - R
        here = band(geometry.Frame((n,) * axes, False), geometry.level(fraction(d), 1.0), int((abs(d) < 4.6).sum()))
        at, used = np.asarray(here.feet.at) - centre, np.asarray(here.used)
        feet = abs(np.sqrt((at**2).sum(0)) - R)[used].max()
        curvature = abs(np.asarray(here.feet.mean) * R / (axes - 1) - 1)[used].max()
        return float(feet), float(curvature), float(here.area.sum()) / (2 * np.pi * R if axes == 2 else 4 * np.pi * R**2) - 1

    coarse, fine, sphere = of(40, 2), of(80, 2), of(26, 3)
    assert np.log2(coarse[0] / fine[0]) > 2.7
    assert np.log2(coarse[1] / fine[1]) > 1.8
    assert abs(fine[2]) < 1e-5
    assert sphere[0] < 1e-3
    assert sphere[1] < 0.02
    assert abs(sphere[2]) < 2e-4


@pytest.mark.fails_when(TRANSPORT, "SWEEPS = 12", "SWEEPS = 6")
def test_metal_deep_below_the_surface_has_its_film() -> None:
    """Wherever rounding or the keeper of the profile opens the gate there is a film: bare lithium would react at any voltage.

    With a film of 180 ohm cm2 and 6 mA/cm2, 1.1 V, a cell ten deep grew to a metal fraction of 1.16 in a minute.
    """
    of, y = setting(64, 16, places=1000), np.arange(64)[:, None] + np.zeros((64, 16))
    levels = [y - 30.0 - shift for shift in (0.0, 0.3)]
    seen, _ = carry(of, levels, np.ones((64, 16)), np.ones((64, 16)))
    film = np.asarray(seen[-1].amounts[0])
    assert film[16:46].min() == pytest.approx(1.0, rel=1e-3)
