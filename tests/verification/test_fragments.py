"""Pieces of lithium without contact: found in known pictures, their net current is zero, they break off, rejoin and vanish."""

import jax.numpy as jnp
import numpy as np
import pytest
from scipy.sparse import coo_array, diags_array

from lithoscope.physics.morphology import fragments
from lithoscope.physics.morphology.fragments import Birth, Death

FRAGMENTS = "physics/morphology/fragments.py"


def picture(text: str) -> np.ndarray:
    """Rows of a picture, the lowest line is the bottom."""
    return np.array([[mark == "#" for mark in line] for line in reversed(text.split())])


@pytest.mark.fails_when(FRAGMENTS, "np.ones((3,) * metal.ndim)", "None")
def test_metal_that_touches_at_a_corner_is_connected() -> None:
    labels, count = fragments.label(picture("....#\n.#.#.\n.....\n#####"), periodic=False)
    assert count == 2
    assert labels[0].tolist() == [1] * 5
    assert labels[3, 4] == labels[2, 3] != labels[2, 1]
    diagonal = np.zeros((4, 4, 4), bool)
    diagonal[0] = True
    diagonal[[1, 2, 3], [1, 2, 3], [1, 2, 3]] = True
    assert fragments.label(diagonal, periodic=False)[1] == 0


@pytest.mark.fails_when(FRAGMENTS, "across = wide & (found != behind)", "across = wide & (found > count)")
def test_metal_is_connected_across_a_periodic_side() -> None:
    wrapped = picture("#...#\n.....\n..#..\n##.##")
    assert fragments.label(wrapped, periodic=True)[1] == 1
    assert fragments.label(wrapped, periodic=False)[1] == 2
    corner = picture("#....\n....#\n.....\n##.##")
    assert fragments.label(corner, periodic=True)[1] == 1
    assert fragments.nearest_label(fragments.label(picture("#....\n.....\n....."), periodic=True)[0], periodic=True)[2, 4] == 2


@pytest.mark.fails_when(FRAGMENTS, "bottom = np.unique(part[0][metal[0]])", "bottom = np.unique(part[0][metal[0]])[:1]")
def test_percolation_of_sites_that_touch_at_corners() -> None:
    """The threshold of the square lattice with next-nearest neighbours is 1 - 0.5927 = 0.4073, of the cubic one with 26 0.0976."""
    rng = np.random.default_rng(11)
    for shape, threshold in (((256, 256), 0.4073), ((48, 48, 48), 0.0976)):
        spans = {}
        for side in (0.94, 1.06):
            pictures = [rng.random(shape) < side * threshold for _ in range(8)]
            spans[side] = sum((fragments.label(metal, periodic=True)[0][-1] == 1).any() for metal in pictures)
        assert spans[0.94] <= 1
        assert spans[1.06] >= 7


# ------------------------------------------------------------------------------------------------ net current


def stiffness(shape: tuple[int, int], conductivity: np.ndarray) -> coo_array:
    """-div(kappa grad) on a grid of unit cells, insulated all around."""
    number = np.arange(np.prod(shape)).reshape(shape)
    total = coo_array((number.size, number.size))
    for axis in (0, 1):
        low, high = np.delete(number, -1, axis).ravel(), np.delete(number, 0, axis).ravel()
        k = 2 / (1 / conductivity.ravel()[low] + 1 / conductivity.ravel()[high])
        for rows, columns, sign in ((low, low, 1), (high, high, 1), (low, high, -1), (high, low, -1)):
            total = total + coo_array((sign * k, (rows, columns)), shape=total.shape)
    return total.tocsr()


def rate(w: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    return 2 * np.sinh(w / 0.05), 2 / 0.05 * np.cosh(w / 0.05)


@pytest.mark.fails_when(FRAGMENTS, "change = (part.residual + sum_over(", "change = (0.9 * part.residual + sum_over(")
def test_no_piece_has_a_net_current() -> None:
    """Newton's method with the potentials eliminated gives net currents of 1e-8 of what is applied and the charge equation."""
    x, y = np.meshgrid(np.arange(32.0), np.arange(32.0))
    d = np.minimum(np.minimum(y - 8, np.hypot(x - 9, y - 17) - 4), np.hypot(x - 23, y - 20) - 5)
    xi = 1 / (1 + np.exp(d))
    area = np.hypot(*np.gradient(xi)) * (xi > 2e-3) * (xi < 1 - 1e-3)
    k, applied = np.maximum(1 - xi, 1e-4) * 200.0, np.zeros_like(xi)
    applied[-1] = -1.0
    matrix = stiffness(xi.shape, k)
    pieces = fragments.divide(xi, fragments.no_pieces(xi.shape), np.zeros_like(xi), area, periodic=False).pieces
    assert int(pieces.alive.sum()) == 2
    phi = np.zeros_like(xi)
    for _ in range(8):
        i, g = rate(phi - np.asarray(fragments.potential_of_metal(pieces)))
        s = area * g
        part = fragments.eliminate(pieces, jnp.asarray(s), jnp.asarray(area * i), jnp.asarray(phi))
        vectors = [np.asarray(fragments.spread(pieces, part, jnp.eye(8)[n])).ravel() for n in range(8) if pieces.alive[n]]
        totals = np.asarray(part.total)[np.asarray(pieces.alive)]
        dense = (matrix + diags_array(s.ravel())).toarray()
        dense -= sum(np.outer(v, v) / t for v, t in zip(vectors, totals, strict=True))
        u = np.random.default_rng(0).normal(size=xi.shape)
        product = np.asarray(fragments.rank_one(pieces, part, jnp.asarray(u))).ravel()
        assert product == pytest.approx(sum(v * (v @ u.ravel()) / t for v, t in zip(vectors, totals, strict=True)), rel=1e-9)
        right = s * phi - area * i + applied + np.asarray(fragments.source(pieces, part))
        phi = np.linalg.solve(dense, right.ravel()).reshape(xi.shape)
        pieces = fragments.advance_potentials(pieces, part, jnp.asarray(phi))
    i = rate(phi - np.asarray(fragments.potential_of_metal(pieces)))[0]
    net, gross = fragments.net_currents(pieces, jnp.asarray(area * i))
    assert float(gross.max()) > 0.1
    assert float(abs(net).max()) < 1e-8 * 32
    charge = matrix @ phi.ravel() + (area * i).ravel() - applied.ravel()
    assert abs(charge).max() < 1e-9
    assert (area * i).sum() == pytest.approx(-32, rel=1e-9)


# -------------------------------------------------------------------------------------- births, rejoining, ends


def blobs(*centres: tuple[float, float, float], height: float = 10.0) -> np.ndarray:
    y, x = np.mgrid[0:48, 0:64] + 0.5
    d = y - height
    for cx, cy, r in centres:
        d = np.minimum(d, np.hypot(x - cx, y - cy) - r)
    return 1 / (1 + np.exp(d / 0.7))


def divided(xi: np.ndarray, before: fragments.Pieces) -> fragments.Division:
    y = np.mgrid[0:48, 0:64][0] * 1e-3
    return fragments.divide(xi, before, y, np.hypot(*np.gradient(xi)), periodic=True)


@pytest.mark.fails_when(FRAGMENTS, "(area * potential)[mine].sum()", "potential[mine].sum()")
def test_a_piece_is_born_and_starts_at_the_mean_potential_of_its_surface() -> None:
    two = divided(blobs((20, 25, 5), (52, 30, 4)), fragments.no_pieces((48, 64)))
    assert sorted(birth.parent for birth in two.births) == [0, 0]
    assert two.deaths == ()
    first = int(two.labels[25, 20]) - 2
    assert float(two.pieces.potential[first]) == pytest.approx(24.5e-3, abs=2e-5)
    assert float(two.pieces.potential[int(two.labels[30, 52]) - 2]) == pytest.approx(29.5e-3, abs=2e-5)
    assert int(two.pieces.owner[11, 40]) == 0
    assert int(two.pieces.owner[25, 26]) == first + 1


@pytest.mark.fails_when(FRAGMENTS, 'return "rejoined" if', 'return "merged" if')
def test_a_piece_keeps_its_place_until_it_rejoins() -> None:
    start = divided(blobs((20, 25, 5), (50, 30, 4)), fragments.no_pieces((48, 64)))
    here = int(start.labels[30, 50]) - 1
    pieces = start.pieces._replace(potential=start.pieces.potential.at[here - 1].set(0.125))
    joined = divided(blobs((20, 16, 6.5), (50, 30, 4)), pieces)
    assert joined.births == ()
    assert joined.deaths == (Death(int(start.labels[25, 20]) - 1, "rejoined"),)
    assert float(joined.pieces.potential[here - 1]) == 0.125
    assert int(joined.pieces.alive.sum()) == 1
    assert int(joined.pieces.owner[16, 20]) == 0
    merged = divided(blobs((28, 28, 6), (38, 30, 6)), divided(blobs((20, 28, 6), (46, 30, 5)), start.pieces).pieces)
    assert [death.end for death in merged.deaths] == ["merged"]


@pytest.mark.fails_when(FRAGMENTS, "sorted(large, key=lambda n: -int(sizes[n]))", "sorted(large, key=lambda n: int(sizes[n]))")
def test_a_piece_that_breaks_stays_with_its_larger_part() -> None:
    whole = divided(blobs((30, 25, 6), (38, 25, 4)), fragments.no_pieces((48, 64)))
    assert len(whole.births) == 1
    broken = divided(blobs((29, 25, 5), (40, 25, 3)), whole.pieces)
    assert broken.births == (Birth(2, 1, int((broken.labels == 3).sum())),)
    assert broken.labels[25, 29] == 2
    assert broken.deaths == ()


@pytest.mark.fails_when(FRAGMENTS, "float(share[gone].sum())", "float((xi[gone] > 0.5).sum())")
def test_what_is_too_small_for_the_grid_is_booked_and_leaves() -> None:
    xi = blobs((20, 25, 1.1), (50, 30, 4))
    division = divided(xi, fragments.no_pieces((48, 64)))
    assert [death.end for death in division.deaths] == ["subgrid dead"]
    assert xi.sum() == pytest.approx(division.xi.sum() + division.dissolved, rel=1e-13)
    assert 8 < division.dissolved < 9
    assert division.xi[25, 20] == 0
    assert len(division.births) == 1


@pytest.mark.fails_when(FRAGMENTS, "if most in small:", "if False:")
def test_a_piece_that_becomes_too_small_ends_once() -> None:
    """It had a place: its end is its own, and not that of a piece that never had one."""
    piece = divided(blobs((20, 19, 4), (50, 30, 4)), fragments.no_pieces((48, 64)))
    place = int(piece.labels[19, 20]) - 1
    crumbled = divided(blobs((20, 19, 1.1), (50, 30, 4)), piece.pieces)
    assert crumbled.deaths == (Death(place, "subgrid dead"),)
    assert int(crumbled.pieces.alive.sum()) == 1
    beside = divided(blobs((20, 19, 4), (30, 28, 1.1), (50, 30, 4)), piece.pieces)
    assert beside.deaths == (Death(0, "subgrid dead"),)
    assert int(beside.pieces.alive.sum()) == 2


@pytest.mark.fails_when(FRAGMENTS, "while room < max(", "while room < 0 * max(")
def test_more_pieces_than_places_make_room() -> None:
    centres = [(6.0 + 12 * n, 20.0 + 14 * m, 3.0) for n in range(5) for m in range(2)]
    with_room = divided(blobs(*centres), fragments.no_pieces((48, 64), places=2))
    assert with_room.pieces.places == 16
    assert int(with_room.pieces.alive.sum()) == 10
    assert divided(blobs(), with_room.pieces).deaths == tuple(Death(k, "dissolved") for k in range(1, 11))
