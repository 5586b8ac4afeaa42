"""Fibres that stand in the way of lithium: books, exact cases, limits, insulating against conducting, refusals."""

import math
import re
from dataclasses import replace
from typing import Any

import jax.numpy as jnp
import numpy as np
import pytest
import scipy.sparse as sparse
from scipy.sparse.linalg import spsolve

import lithoscope as ls
from lithoscope.analysis.figures.morphology import draw_fields
from lithoscope.analysis.morphologies import Morphology
from lithoscope.design.catalogue import entry
from lithoscope.design.electrolyte import ConstantProperties, Electrolyte
from lithoscope.design.fibres import FibreHost, offsets
from lithoscope.errors import InputError
from lithoscope.physics.morphology import hosts
from lithoscope.physics.morphology.cases import MOLAR_VOLUME, Bench
from lithoscope.physics.morphology.checks import check
from lithoscope.physics.morphology.exact import front_speed
from lithoscope.physics.morphology.fragments import Fibres, divide, no_pieces
from lithoscope.physics.morphology.grid import Grid
from lithoscope.physics.morphology.observe import heights
from lithoscope.physics.morphology.obstacle import Obstacle, electrolyte, metal, obstacle
from lithoscope.physics.morphology.parting import gathered
from lithoscope.physics.morphology.start import rough
from lithoscope.physics.morphology.state import Scheme, State

GRID = Grid((96, 32), 0.1e-6)
BENCH = Bench(Scheme(GRID), i=100.0)
SLOW = Bench(Scheme(GRID), i=10.0, exchange=3.0)
"""With kinetics much slower than conduction, so that the current is even over the surface."""

ELECTROLYTE = Electrolyte(
    "LiPF6", "1 mol/L", {"EC": 0.5, "DMC": 0.5}, properties=ConstantProperties("10 mS/cm", "3e-10 m2/s", 0.4, 1.0)
)
CELL = ls.Cell.symmetric(ls.Foil("50 um"), separator="PP 20 um", electrolyte=ELECTROLYTE, area="1 cm2")
HOST = FibreHost("0.46 um", porosity=0.9, height="4 um", gap="0.25 um")
MODEL = ls.PhaseField("3.2 um", "9.6 um", cell_size="0.1 um", roughness="0.02 um", correlation_length="1.6 um", host=HOST)
PROGRAM = ls.Program([
    ls.Current("-5 mA/cm2", {"capacity": "0.4 mAh/cm2"}), ls.Current("5 mA/cm2", {"capacity": "0.3 mAh/cm2"}),
])  # fmt: skip


def mat(grid: Grid = GRID, *, conducting: bool = False, **changes: Any) -> Obstacle:
    """Fibres from 2 um on above the bottom."""
    host = FibreHost("0.46 um", porosity=0.9, height="4 um", gap="0.25 um", conducting=conducting, **changes)
    return hosts.in_the_way(host, grid, 2e-6)


def start(bench: Bench) -> State:
    """A rough surface below the fibres."""
    return bench.start(1.8e-6 + rough(bench.scheme.grid, 0.02e-6, 1.6e-6, 3))


@pytest.fixture(scope="module", params=[False, True], ids=["insulating", "conducting"])
def hosted(request: pytest.FixtureRequest) -> ls.Result:
    """Plated between fibres and partly stripped again."""
    return ls.run(CELL, PROGRAM, MODEL.changed_at({"host.conducting": request.param}))


@pytest.mark.fails_when("physics/morphology/obstacle.py", "gained / jnp.where(has, beside.room, 1.0)", "gained")
def test_lithium_and_charge_close_among_fibres(hosted: ls.Result) -> None:
    assert hosted.status.end is ls.End.COMPLETED
    assert hosted.ledger.residual < 1e-10
    assert max(each.mismatch for each in hosted.ledger.reservoirs.values()) < 1e-10
    trace = hosted.trace
    delivered, imposed = trace["delivered_current_density"].values, trace["current_density"].values
    assert np.max(np.abs(delivered - imposed)) < 1e-6 * 50


@pytest.mark.fails_when(
    "physics/morphology/obstacle.py", "return jnp.asarray(xi) if beside is None else beside.room * xi", "return jnp.asarray(xi)"
)
def test_no_metal_is_where_fibres_are(hosted: ls.Result) -> None:
    seen = hosted.tree["fields"]
    lithium, fibres = seen["lithium_fraction"].values, seen["fibre_fraction"].values
    assert float(np.max(lithium[fibres > 0.999])) == 0.0
    assert float(np.max(lithium + fibres)) < 1.02


@pytest.mark.fails_when("physics/morphology/obstacle.py", "if beside.contact is None:", "if True:")
def test_conducting_fibres_are_plated_and_insulating_ones_are_not() -> None:
    """From the first instant: electrode is the foil alone, or all of the fibres too; afterwards lithium is on it."""
    length = 2 * math.pi * 0.23 * len(HOST.axes(3.2e-6, periodic=True)) / 3.2
    found = {}
    for conducting in (False, True):
        bench = replace(SLOW, obstacle=mat(conducting=conducting))
        state, rows = bench.run(start(bench), 60)
        high = np.asarray(metal(state.xi, bench.obstacle))[45:].sum() / GRID.columns * 0.1
        found[conducting] = (rows["area"][0], float(high), rows["metal"][-1] - rows["metal"][0], rows["charge"][-1])
    assert found[False][0] == pytest.approx(1, abs=0.02)
    assert found[True][0] == pytest.approx(1 + length, rel=0.01)
    assert found[False][1] < 1e-6 < 0.02 < found[True][1]
    for _, _, gained, charge in found.values():
        assert gained == pytest.approx(charge, rel=1e-10)


@pytest.mark.fails_when("physics/morphology/obstacle.py", "jnp.where(state.phi > 0, beside.contact", "jnp.where(state.phi != 0, beside.contact")  # fmt: skip
def test_bare_fibres_give_no_lithium() -> None:
    bench = replace(SLOW, i=-10.0, obstacle=mat(conducting=True))
    state, rows = bench.run(start(bench), 20)
    assert rows["area"] == pytest.approx(1, abs=0.02)
    assert float(jnp.min(state.xi)) > -1e-6


@pytest.mark.fails_when("physics/morphology/parting.py", "HAZE_REACH, periodic=periodic) | touching", "HAZE_REACH, periodic=periodic)")  # fmt: skip
def test_lithium_that_begins_on_a_conducting_fibre_is_no_haze() -> None:
    """Before it reacts and after, far from all other lithium, it stays where it is; what lies about elsewhere is given back."""
    for begun in (1e-3, 0.1):
        found = {}
        for conducting in (False, True):
            bench = replace(SLOW, obstacle=mat(conducting=conducting))
            state = start(bench)
            touching = np.asarray(mat(conducting=True).contact) > 0
            far = np.arange(GRID.shape[0])[:, None] > 45
            xi = np.asarray(state.xi) + np.where(touching & far, begun, 0.0)
            xi[90:] += 1e-5
            after = gathered(state._replace(xi=jnp.asarray(xi)), bench.parameters, bench.scheme)
            room = np.asarray(mat().room)
            assert float((np.asarray(after.xi) * room).sum()) == pytest.approx(float((xi * room).sum()), rel=1e-12)
            assert float(np.asarray(after.xi)[90:].max()) == 0.0
            found[conducting] = float(np.asarray(after.xi)[touching & far].min())
        assert found == {False: 0.0, True: pytest.approx(begun, rel=1e-6)}


@pytest.mark.fails_when("physics/morphology/parting.py", "if beside is None or beside.contact is None:", "if True:")
def test_conducting_fibres_are_plated_at_a_held_voltage_as_by_a_current() -> None:
    """The same charge at the voltage that the current had: as much lithium on the fibres, 5 %."""
    host = MODEL.changed_at({"host.conducting": True})
    high = {}
    current = ls.run(CELL, ls.Program([ls.Current("-5 mA/cm2", {"capacity": "0.01 mAh/cm2"})]), host)
    volts = float(np.mean(current["voltage"].values[1:]))
    step = ls.Voltage(f"{volts} V", {"duration": "1 h", "capacity": "0.01 mAh/cm2"})
    for name, result in (("current", current), ("voltage", ls.run(CELL, ls.Program([step]), host))):
        lithium = result.tree["fields"]["lithium_fraction"].values[-1]
        high[name] = float(lithium[lithium.shape[0] // 2 :].sum())
        assert result.ledger.residual < 1e-10
    assert high["voltage"] == pytest.approx(high["current"], rel=0.05)
    assert high["current"] > 0


@pytest.mark.fails_when("physics/morphology/obstacle.py", "area = beside.room * seen.area", "area = seen.area")
def test_a_front_in_a_slot_moves_by_the_current_that_is_left_to_it() -> None:
    """V_m i / (F porosity) between parallel walls, 0.2 %."""
    across = np.abs(GRID.centres(1) - 1.6e-6)[None, :]
    up = GRID.centres(0)[:, None]
    slot = 0.83e-6
    walls = obstacle(GRID, np.maximum(slot - across, up - 7e-6))
    open_share = float(walls.room[30].mean())
    assert open_share == pytest.approx(slot / 1.6e-6, rel=0.01)
    bench = replace(BENCH, obstacle=walls)
    state, rows = bench.run(bench.start(2e-6), 120)
    middle = slice(12, 20)
    first, last = (float(np.mean(heights(s.xi, GRID)[middle])) for s in (bench.run(bench.start(2e-6), 20)[0], state))
    moved = (last - first) / (rows["time"][-1] - rows["time"][20])
    assert moved == pytest.approx(front_speed(100.0 / open_share, MOLAR_VOLUME), rel=2e-3)


@pytest.mark.fails_when("physics/morphology/hosts.py", "radius**2 - (EDGE * grid.spacing) ** 2 / 3", "radius**2 + (EDGE * grid.spacing) ** 2 / 3")  # fmt: skip
@pytest.mark.parametrize(("share", "cells"), [(0.08, 16), (0.2, 16), (0.35, 16)])
def test_a_square_array_resists_as_rayleigh_found(share: float, cells: int) -> None:
    """Effective conductivity 1 - 2 f / (1 + f - 0.3058 f^4) with insulating circles of 5 to 11 cells, 1 %.

    J. W. Strutt (Lord Rayleigh), Phil. Mag. 34 (1892) 481.
    """
    grid, h = Grid((cells, cells), 1e-7), 1e-7
    host = FibreHost(f"{2 * math.sqrt(share / math.pi) * cells * h} m", 1 - share, f"{cells * h} m", gap=f"{h} m",
                     arrangement="square")  # fmt: skip
    psi = electrolyte(jnp.zeros(grid.shape), 1e-4, hosts.in_the_way(host, grid, 0.0))
    assert conductance(grid, psi) == pytest.approx(1 - 2 * share / (1 + share - 0.305827 * share**4), rel=0.01)


def conductance(grid: Grid, psi: Any) -> float:
    """Of a square section between plates at its bottom and its top, over that of free electrolyte."""
    n = psi.size
    numbers, ends = np.arange(n).reshape(psi.shape), np.zeros(psi.shape)
    ends[0], ends[-1] = 2 * np.asarray(psi[0]), 2 * np.asarray(psi[-1])
    matrix = sparse.diags(ends.ravel()).tocsr()
    for axis, face in enumerate(grid.harmonic(psi)):
        here, there, k = numbers.ravel(), np.roll(numbers, -1, axis).ravel(), np.asarray(face).ravel()
        rows, columns = np.concatenate([here, there, here, there]), np.concatenate([here, there, there, here])
        matrix = matrix + sparse.coo_matrix((np.concatenate([k, k, -k, -k]), (rows, columns)), (n, n)).tocsr()
    right = np.zeros(psi.shape)
    right[-1] = ends[-1]
    u = spsolve(matrix.tocsc(), right.ravel()).reshape(psi.shape)
    return float((ends[0] * u[0]).sum())


@pytest.mark.fails_when("physics/morphology/obstacle.py", "(1 if beside is None else beside.room) * (1 -", "(1 if beside is None else 0.9 * beside.room) * (1 -")  # fmt: skip
def test_an_obstacle_of_nothing_is_none() -> None:
    """The limit of no fibres, to rounding; and one thin fibre in a hundred of its areas hardly matters."""
    empty = replace(BENCH, obstacle=obstacle(GRID, np.ones(GRID.shape)))
    (state, rows), (other, others) = (bench.run(start(bench), 40) for bench in (BENCH, empty))
    assert float(jnp.max(jnp.abs(state.xi - other.xi))) < 1e-12
    assert rows["voltage"] == pytest.approx(others["voltage"], rel=1e-12)
    few = replace(BENCH, obstacle=hosts.in_the_way(FibreHost("0.4 um", 0.99, "4 um"), GRID, 2e-6))
    seen = few.run(start(few), 40)[1]
    assert seen["voltage"] == pytest.approx(rows["voltage"], rel=5e-3)
    assert not np.array_equal(seen["voltage"], rows["voltage"])


@pytest.mark.fails_when(
    "physics/morphology/obstacle.py", "reach = EDGE - distance", "start[1] += 1\n    reach = EDGE - distance"
)
def test_a_mirrored_run_is_the_mirror_of_the_run() -> None:
    grid = GRID
    up, across = grid.centres(0)[:, None], grid.centres(1)[None, :]
    d = np.minimum(np.hypot(up - 2.6e-6, across - 0.9e-6), np.hypot(up - 3.3e-6, across - 2.2e-6)) - 0.25e-6
    h = 1.8e-6 + rough(grid, 0.05e-6, 1.6e-6, 5)
    found = []
    for distance, surface in ((d, h), (d[:, ::-1], h[::-1])):
        bench = replace(BENCH, obstacle=obstacle(grid, distance, conducting=True))
        found.append(bench.run(bench.start(surface), 60)[0].xi)
    room = np.asarray(obstacle(grid, d).room) > 0
    assert float(np.max(np.abs(np.asarray(found[0]) - np.asarray(found[1])[:, ::-1])[room])) < 1e-8


@pytest.mark.fails_when("physics/morphology/hosts.py", "along = math.prod(grid.shape[2:])", "along = math.prod(grid.shape[1:])")  # fmt: skip
def test_rods_in_three_dimensions_are_the_section() -> None:
    """A run that is the same along the rods, to what the solvers leave."""
    found = []
    for shape in ((48, 24), (48, 24, 12)):
        grid = Grid(shape, 0.1e-6)
        bench = Bench(Scheme(grid, courant=0.1), i=100.0,
                      obstacle=hosts.in_the_way(FibreHost("0.46 um", 0.85, "1.6 um", gap="0.25 um", conducting=True), grid, 1.6e-6))  # fmt: skip
        found.append(bench.run(bench.start(1.5e-6), 8))
    (section, rows), (solid, others) = found
    assert rows["area"] == pytest.approx(others["area"], rel=1e-6)
    assert rows["voltage"] == pytest.approx(others["voltage"], rel=1e-6)
    assert np.max(np.abs(np.asarray(solid.xi) - np.asarray(section.xi)[..., None])) < 1e-6


@pytest.mark.fails_when("physics/morphology/fragments.py", "return self.room <= THRESHOLD if self.conducting else None", "return self.room <= THRESHOLD")  # fmt: skip
def test_a_conducting_fibre_is_contact_and_an_insulating_one_is_none() -> None:
    """Lithium around a fibre high above the foil."""
    up, across = GRID.centres(0)[:, None], GRID.centres(1)[None, :]
    d = np.hypot(up - 5e-6, across - 1.6e-6) - 0.3e-6
    xi = np.where((up < 1e-6) | (d < 0.3e-6), 1.0, 0.0) * np.ones(GRID.shape)
    room = np.asarray(obstacle(GRID, d).room)
    nothing = np.zeros(GRID.shape)
    for conducting, pieces in ((True, 0), (False, 1)):
        found = divide(xi, no_pieces(GRID.shape), nothing, nothing, periodic=True, fibres=Fibres(room, conducting))
        assert len(found.births) == pieces
    small = divide(np.where((up > 4.9e-6) & (up < 5.1e-6) & (np.abs(across - 1.25e-6) < 0.1e-6), 1.0, 0.0) * np.ones(GRID.shape),
                   no_pieces(GRID.shape), nothing, nothing, periodic=True, fibres=Fibres(room, conducting=False))  # fmt: skip
    assert small.dissolved < 4, "what left the grid is the metal beside the fibre, not the fibre"


@pytest.mark.fails_when("design/fibres.py", ">= apart):", ">= 0.8 * apart):")
@pytest.mark.parametrize("seed", range(4))
def test_fibres_at_random_keep_their_distance_and_their_share(seed: int) -> None:
    host = HOST.model_copy(update={"seed": seed})
    axes, width = host.axes(6.4e-6, periodic=True), 6.4e-6
    up, across = offsets(axes[:, None], axes[None], width, periodic=True)
    apart = np.hypot(up, across) + np.diag(np.full(len(axes), 1.0))
    assert float(apart.min()) >= 0.71e-6
    assert len(axes) * math.pi / 4 * 0.46**2 / (4 * 6.4) == pytest.approx(0.1, abs=0.005)
    grid = Grid((96, 64), 0.1e-6)
    assert hosts.real_porosity(hosts.in_the_way(host, grid, 2e-6), host, grid) == pytest.approx(0.9, abs=0.005)
    assert np.array_equal(host.axes(width, periodic=True), axes)


REFUSED = [
    ({"cell_size": "0.2 um"}, "cell_size = 0.2 um does not resolve fibres with a diameter of 0.46 um", {"cell_size": "0.1 um"}),
    ({"host.gap": "0.1 um"}, "does not resolve fibres with a gap of 0.1 um", {"cell_size": "0.05 um"}),
    ({"host.porosity": 0.6}, "host.porosity = 0.6 leaves no room for fibres at random", {"host.porosity": 0.85}),
    ({"host.arrangement": "square", "host.porosity": 0.5}, "puts fibres", {"host.porosity": 0.85}),
    ({"host.height": "9 um"}, "host.height = 9 um ends", {"height": "12.8 um"}),
    ({"host.sunk": "2 um"}, "host.sunk = 2 um reaches below", {"base": "3.2 um"}),
    ({"host.height": "0.8 um"}, "leaves no room for one fibre", {"host.height": "3 um"}),
]


@pytest.mark.parametrize(("changes", "words", "remedy"), REFUSED)
@pytest.mark.fails_when("physics/morphology/hosts.py", "if length < cells * size * (1 - 1e-9):", "if False:")
def test_hosts_that_cannot_be_are_refused(changes: dict[str, Any], words: str, remedy: dict[str, Any]) -> None:
    program = ls.Program([ls.Current("-5 mA/cm2", {"capacity": "0.1 mAh/cm2"})])
    with pytest.raises(InputError, match=re.escape(words)):
        check(MODEL.changed_at(changes), CELL, program)
    check(MODEL.changed_at(changes | remedy), CELL, program)


@pytest.mark.fails_when("physics/morphology/hosts.py", "if model.film is not None:", "if False:")
def test_a_film_that_moves_and_a_host_are_not_run_together() -> None:
    film = ls.CarriedFilm((ls.FilmSpecies("Li2CO3", "15 nm"),))
    both = ls.PhaseField(
        **{name: getattr(MODEL, name) for name in ("width", "height", "cell_size", "roughness", "correlation_length", "host")},
        film=film,
    )
    with pytest.raises(InputError, match="is given together with a host"):
        check(both, CELL, PROGRAM)


@pytest.mark.fails_when("document.py", "elif isinstance(present, bool):", "elif False:")
def test_a_model_with_a_host_keeps_its_text() -> None:
    """Also where a line of its file is changed and the switch is not."""
    text = entry("deposits/host-conducting")
    written = ls.PhaseField.parse(text).changed_at({"host.seed": 4}).to_toml()
    assert written.replace("}", " }") == text.replace("conducting = true", "conducting = true, seed = 4")


@pytest.mark.fails_when("analysis/figures/morphology.py", "if np.any(fibres > SURFACE):", "if False:")
def test_pictures_show_fibres(hosted: ls.Result) -> None:
    from lithoscope.analysis.figures.morphology import FIBRE

    drawn = draw_fields(hosted)
    colours = {tuple(np.round(each, 3)) for axes in drawn.axes for c in axes.collections for each in c.get_facecolor()}
    assert tuple(np.round([int(FIBRE[i : i + 2], 16) / 255 for i in (1, 3, 5)] + [1.0], 3)) in colours
    found = Morphology(hosted)
    assert np.all(np.isnan(found.electrolyte("potential")[found.fibres() > 0.6]))
