"""Designs in lanes: the same results as the single run of each, whatever runs beside it."""

from collections.abc import Callable, Sequence
from functools import cache
from typing import Any

import numpy as np
import pytest

import lithoscope as ls
from lithoscope.physics.cell import Mossy, lanes
from lithoscope.physics.cell.chunk import Chunk, Point
from lithoscope.physics.cell.control import Setting
from lithoscope.physics.cell.engine import casadi
from lithoscope.physics.cell.lanes.assembly import SYMBOLS, module
from lithoscope.physics.cell.lanes.build import aligned
from lithoscope.physics.cell.lanes.functions import Functions
from lithoscope.physics.cell.lanes.native import Library, call, compile_module
from lithoscope.physics.cell.lanes.rodas import parts
from lithoscope.physics.cell.solve import Stepper
from lithoscope.physics.cell.spectrum import frequencies, spectrum
from lithoscope.physics.rosenbrock import D2, D3, STAGES

DRIVER = "physics/cell/lanes/driver.py"
PARTS: dict[str, Any] = {"separator": "PP 20 um", "electrolyte": "1 M LiPF6 EC:DMC 1:1", "area": "1 cm2"}
FACES = ("Working", "Counter")
KINETICS = tuple(f"{face} {what}" for face in FACES for what in (
    "exchange current density [A.m-2]", "mossy exchange current density [A.m-2]", "dead fraction", "mossy fraction",
    "largest mossy area"))  # fmt: skip
FILMS = tuple(f"{face} {what}" for face in FACES for what in (
    "native film conductivity [S.m-1]", "film growth rate [m2.s-1]", "dead layer MacMullin number", "largest pit area",
    "double-layer capacitance [F.m-2]"))  # fmt: skip
SALT = ("Initial salt concentration [mol.m-3]", "Separator MacMullin number", "Separator thickness [m]")
V, J, LEDGER = "Voltage [V]", "Program current density [A.m-2]", "Ledger [C.m-2]"
CYCLES = ls.Program.strip_plate("1 mA/cm2", "1 mAh/cm2", cycles=3)
COARSE = Mossy(cells=8)


@cache
def foil(thickness: str = "500 um", dead_fraction: float | None = None) -> ls.Cell:
    given = {} if dead_fraction is None else {"ageing": ls.Ageing(dead_fraction=dead_fraction)}
    return ls.Cell.symmetric(ls.Foil(thickness, **given), **PARTS)


def spread(cell: ls.Cell, names: Sequence[str], count: int, factor: float, seed: int = 0) -> Any:
    """Designs whose numbers differ by up to a factor either way; a fraction stays below 1."""
    base = Mossy().values(cell)
    factors = np.exp(np.random.default_rng(seed).uniform(-np.log(factor), np.log(factor), (count, len(names))))
    found = np.array([base[name] for name in names]) * factors
    fractions = [n for n, name in enumerate(names) if "fraction" in name]
    found[:, fractions] = np.minimum(found[:, fractions], 1.0)
    return found


def singly(model: Mossy, cell: ls.Cell, names: Sequence[str], row: Any, program: ls.Program) -> Chunk:
    """One design by the single run, IDAKLU at a relative tolerance of 1e-8 for all unknowns."""
    numbers = {**model.values(cell), **dict(zip(names, map(float, row), strict=True))}
    held: Callable[[], Any] = lambda: model.system(cell, by="voltage")  # noqa: E731
    return Stepper(model.system(cell), held, numbers, 1e-7, program).advance(Point(), np.inf, rung=2)


@pytest.mark.fails_when(DRIVER, "(1 - s) * v[z.X + i, lane]", "v[z.X + i, lane]")
@pytest.mark.parametrize("names", [KINETICS, FILMS], ids=["kinetics", "films"])
def test_a_spread_of_a_factor_five_in_ten_numbers(names: Sequence[str]) -> None:
    """0.1 mV at the ends of half-cycles, 0.2 mV within them, and lithium closes in every lane."""
    cell, designs = foil(), spread(foil(), names, 6, 5.0)
    found = lanes.kernel(Mossy(), cell, names, [V, LEDGER]).run(designs, CYCLES, samples=20)
    assert set(found.ended_words.ravel()) == {"time is up"}
    for n, row in enumerate(designs):
        chunk = singly(Mossy(), cell, names, row, CYCLES)
        steps, trace = chunk.part("steps"), chunk.part("trace")
        assert found.outputs[V][n] == pytest.approx(steps["end_voltage"], abs=1e-4)
        for step in range(len(CYCLES)):
            inside = trace["step"] == step + 1
            times = steps["start_time"][step] + found.duration[n, step] * np.arange(21) / 20
            theirs = np.interp(times, trace["time"][inside], trace["voltage"][inside])
            assert found.samples[V][n, step] == pytest.approx(theirs, abs=2e-4)
    ledger = found.samples[LEDGER]
    assert ledger == pytest.approx(np.broadcast_to(ledger[:, :1, :1], ledger.shape), rel=1e-9)


ALL_STEPS = ls.Program([ls.Loop(2, [
    ls.Current("1 mA/cm2", {"duration": "10 min"}), ls.Rest("20 min"), ls.Voltage("0.03 V", {"duration": "10 min"}),
    ls.Voltage("0.02 V", {"duration": "1 h", "current_below": "0.3 mA/cm2"}),
    ls.Voltage("0.02 V", {"duration": "1 h", "capacity": "0.1 mAh/cm2"}),
    ls.Current("-1 mA/cm2", {"duration": "1 h", "voltage_below": "-0.05 V"}),
    ls.Scan("-0.1 V", "0.1 mV/s"), ls.Scan("-0.05 V", "1 mV/s", "0 V"), ls.Rest("10 min"),
])])  # fmt: skip


@pytest.mark.fails_when(DRIVER, "np.copysign(rate, way)", "rate")
def test_all_kinds_of_steps() -> None:
    """Rests, holds, limits and scans end as in the single run, at the same time in the same state."""
    cell, designs = foil(), spread(foil(), KINETICS, 4, 3.0, seed=3)
    found = lanes.kernel(COARSE, cell, KINETICS, [V, J]).run(designs, ALL_STEPS)
    words = ("time is up", "capacity", "voltage above", "voltage below", "current below")
    for n, row in enumerate(designs):
        chunk = singly(COARSE, cell, KINETICS, row, ALL_STEPS)
        steps, trace = chunk.part("steps"), chunk.part("trace")
        assert found.outputs[V][n] == pytest.approx(steps["end_voltage"], abs=1e-5)
        last = np.searchsorted(trace["step"], steps["step"], side="right") - 1
        assert found.outputs[J][n] == pytest.approx(trace["current_density"][last], abs=5e-3)
        assert found.duration[n] == pytest.approx(steps["duration"], abs=0.05)
        assert [words.index(word) for word in found.ended_words[n]] == steps["ended"].tolist()
    assert found.status[0].end.word == "program completed"


def early() -> dict[str, tuple[ls.Cell, Sequence[str], float, ls.Program]]:
    """Cells and programs that end early: no lithium, a limit of the voltage, no salt."""
    thin = foil("20 um", 0.3)
    return {
        "lithium": (thin, KINETICS, 3.0, ls.Program.strip_plate("1 mA/cm2", "1 mAh/cm2", cycles=25)),
        "voltage": (thin, KINETICS, 3.0, ls.Program.strip_plate("1 mA/cm2", "1 mAh/cm2", cycles=25, stop=ls.Stop("0.12 V"))),
        "salt": (foil(), SALT, 2.0, ls.Program.strip_plate("80 mA/cm2", "8 mAh/cm2", cycles=4)),
    }  # fmt: skip


def ends_early(kind: str, count: int) -> int:
    """Compare designs that end early with their single runs; returns how many there were."""
    cell, names, factor, program = early()[kind]
    designs = spread(cell, names, count, factor, seed=5)
    found = lanes.kernel(COARSE, cell, names).run(designs, program)
    short = [n for n, status in enumerate(found.status) if status.end.word != "program completed"]
    for n in short:
        theirs = singly(COARSE, cell, names, designs[n], program).status
        assert theirs is not None
        ours = found.status[n]
        assert (ours.end, ours.cycle, ours.step) == (theirs.end, theirs.cycle, theirs.step)
        assert ours.time == pytest.approx(theirs.time, abs=1.0)
        assert ours.detail.split(";")[0] in theirs.detail
    return len(short)


@pytest.mark.fails_when("physics/cell/lanes/ends.py", "    if empty:", "    if not empty:")
@pytest.mark.parametrize("kind", ["lithium", "voltage", "salt"])
def test_designs_that_end_early(kind: str) -> None:
    """For the same reason, in the same step, within a second."""
    assert ends_early(kind, 8) >= 4


@pytest.mark.slow
@pytest.mark.parametrize(("kind", "count"), [("lithium", 90), ("voltage", 70), ("salt", 80)])
def test_two_hundred_designs_that_end_early(kind: str, count: int) -> None:
    assert ends_early(kind, count) >= {"lithium": 70, "voltage": 60, "salt": 70}[kind]


@pytest.mark.fails_when(DRIVER, "h > EVENT_MIN and (h", "h > 1.0 and (h")
def test_the_moment_at_which_a_foil_is_exhausted() -> None:
    """Lithium above its last layer, less what charges the double layer of the other electrode, over current density: exact."""
    cell, name, lithium = foil(), "Working initial lithium [C.m-2]", np.array([1e4, 2e4, 3e4, 5e4])
    kernel = lanes.kernel(ls.Planar(cells=8), cell, [name], ["Working lithium [C.m-2]", "Working interface potential [V]"])
    found = kernel.run(lithium[:, None], ls.Program([ls.Current("1 mA/cm2", {"duration": "10 h"})]), 1e-6)
    assert {status.end.word for status in found.status} == {"lithium exhausted"}
    numbers = ls.Planar().values(cell)
    charged = numbers["Working double-layer capacitance [F.m-2]"] * found.outputs["Working interface potential [V]"][:, 0]
    exact = (lithium - numbers["Working least lithium [C.m-2]"] + charged) / 10
    assert found.time == pytest.approx(exact, abs=1e-5)


CODE_OF_A_STEP = ("a", "X", "K", "W", "f", "qj", "qr", "m", "tolerances", "error")


def root() -> Functions:
    """dx/dt = 1, dy/dt = z, 0 = y z - 1 from y = 1: y = sqrt(1 + 2 t), z = 1 / y."""
    x, p, s = casadi.SX.sym("x", 3), casadi.SX.sym("p", 1), casadi.SX.sym("s", 1)
    f = casadi.vertcat(1, x[2], x[1] * x[2] - 1)
    function = lambda value: casadi.Function("of", [x, p, s], [casadi.densify(value)])  # noqa: E731
    return Functions("current", function(f), function(x), function(x[1:]), (1, 1), function(casadi.vertcat(0, 1, 1)), 2,
                     ("t", "y", "z"), ("p",), ("s",), ())  # fmt: skip


def exact(t: float) -> Any:
    return np.array([np.sqrt(1 + 2 * t), 1 / np.sqrt(1 + 2 * t)])


def fixed_steps(count: int, until: float = 1.0) -> tuple[Any, Any]:
    """Largest errors of y and z, and of the dense output in the middle of steps."""
    found = root()
    made = parts(found)
    text, layout = module(found, made, 4)
    library = Library(compile_module(text), SYMBOLS)
    n, h = found.size, until / count
    lengths = (n + 3, n, STAGES * n, n + layout.factors, n, layout.jacobian + 1, layout.rate + 1, layout.left + 1, 3, 1)
    buffers = {name: aligned(length, 4) for name, length in zip(CODE_OF_A_STEP, lengths, strict=True)}
    a, X, K = (buffers[name] for name in ("a", "X", "K"))
    X[1:3], a[n + 2], buffers["tolerances"][:] = 1.0, h, 1.0
    dense, error = 0.0, np.zeros(2)
    for k in range(count):
        call(library.addresses[0], *(buffer.ctypes.data for buffer in buffers.values()))
        K_of = K[:, 0].reshape(STAGES, n)
        half = 0.5 * X[:n, 0] + 0.5 * (a[:n, 0] + 0.5 * (D2 @ K_of[:5] + 0.5 * (D3 @ K_of[:5])))
        at = (k + 0.5) * h
        dense = max(dense, np.abs(half[1:] - exact(at)).max())
        X[:n] = a[:n]
        error = np.maximum(error, np.abs(X[1:n, 0] - exact(at + h / 2)))
    return error, dense


@pytest.mark.fails_when("physics/rosenbrock.py", "16.43084320892478", "16.5")
def test_order_in_time() -> None:
    """4, in the algebraic unknown of this problem even more; the dense output is of order 3, so that its error falls as h^4."""
    errors, dense = zip(*(fixed_steps(count) for count in (20, 40, 80)), strict=True)
    differential, algebraic = np.log2(np.array(errors[:-1]) / errors[1:]).T
    assert differential == pytest.approx(4.0, abs=0.2)
    assert np.all(algebraic > 3.8)
    assert np.log2(np.array(dense[:-1]) / dense[1:]) - 1 == pytest.approx(3.0, abs=0.2)


@pytest.mark.fails_when(
    "physics/cell/lanes/threads.py", 'v[places["tolerances"]] = task.rtol', 'v[places["tolerances"]] = 1e-4'
)
def test_the_error_follows_the_tolerance() -> None:
    cell, designs = foil(), spread(foil(), KINETICS, 4, 2.0)
    kernel = lanes.kernel(COARSE, cell, KINETICS)
    runs = {rtol: kernel.run(designs, CYCLES, rtol).outputs[V] for rtol in (1e-3, 1e-4, 1e-5, 1e-6, 1e-8)}
    errors = [np.abs(runs[rtol] - runs[1e-8]).max() for rtol in (1e-3, 1e-4, 1e-5, 1e-6)]
    factors = np.array(errors[:-1]) / errors[1:]
    assert np.all((factors > 8) & (factors < 40)), factors


def same(one: Any, other: Any) -> None:
    """Bitwise equal, and not for want of anything to compare."""
    assert np.isfinite(one).any()
    assert np.array_equal(one, other, equal_nan=True)


@pytest.mark.fails_when(
    DRIVER, "if k[FRESH, lane] == 1 and not v[SETTLED, lane] <= NEWTON_TOLERANCE:", "if k[FRESH, lane] == 1:"
)
def test_neighbours_change_no_bit() -> None:
    """Order of the designs, width of the vectors, number of threads, and neighbours that fail."""
    cell, names, program = foil(), (*KINETICS, "Separator porosity"), ALL_STEPS
    designs = spread(cell, names, 21, 1.5, seed=7)
    kernels = {width: lanes.kernel(COARSE, cell, names, [V, LEDGER], width=width) for width in (4, 8)}
    base = kernels[8].run(designs, program, threads=1, samples=3)
    order = np.random.default_rng(1).permutation(len(designs))
    spoilt = designs.copy()
    spoilt[5, 0], spoilt[11, -1] = np.nan, -0.4
    others = {
        "order": (kernels[8].run(designs[order], program, threads=1, samples=3), np.argsort(order), slice(None)),
        "width": (kernels[4].run(designs, program, threads=1, samples=3), slice(None), slice(None)),
        "threads": (kernels[8].run(designs, program, threads=2, samples=3), slice(None), slice(None)),
        "alone": (kernels[8].run(designs[3:4], program, threads=1, samples=3), slice(None), slice(3, 4)),
    }
    for other, back, of in others.values():
        for name in (V, LEDGER):
            same(base.outputs[name][of], other.outputs[name][back])
            same(base.samples[name][of], other.samples[name][back])
        same(base.states[of], other.states[back])
        same(base.tried[of], other.tried[back])
    bad = kernels[8].run(spoilt, program, threads=1, samples=3)
    assert bad.failed[5]
    assert np.isnan(bad.outputs[V][11]).any()
    fine = np.setdiff1d(np.arange(len(designs)), [5, 11])
    same(base.samples[V][fine], bad.samples[V][fine])
    assert "not finite" in bad.status[5].detail
    assert np.isnan(bad.outputs[V][5]).all()


@pytest.mark.fails_when(DRIVER, "_copy(z.X, z.end, n, lane, v)", "_copy(z.end, z.X, n, lane, v)")
def test_samples_change_no_bit() -> None:
    """Not even those of steps that run twice, because a condition decided how long they are."""
    cell, designs = foil(), spread(foil(), KINETICS, 5, 2.0, seed=2)
    kernel = lanes.kernel(COARSE, cell, KINETICS, [V, J])
    without, with_them = kernel.run(designs, ALL_STEPS), kernel.run(designs, ALL_STEPS, samples=7)
    for name in (V, J):
        same(without.outputs[name], with_them.outputs[name])
        same(with_them.samples[name][..., -1], with_them.outputs[name])
        assert np.isfinite(with_them.samples[name]).all()
    same(without.states, with_them.states)
    same(without.tried > 0, with_them.tried > 0)
    # A hold has its voltage all along, and the scan before it is a straight line.
    held = [n for n, visit in enumerate(ALL_STEPS.visits()) if visit.step.kind == "voltage"]
    targets = [visit.step.voltage.value for visit in ALL_STEPS.visits() if visit.step.kind == "voltage"]
    assert with_them.samples[V][:, held] == pytest.approx(np.broadcast_to(np.array(targets)[:, None], (5, 6, 8)), abs=1e-6)


@pytest.mark.fails_when("physics/cell/lanes/kernel.py", "rested={number: final[:, place]", "rested={number: final[:, -1]")
def test_a_spectrum_from_the_state_of_a_lane() -> None:
    """The state at the end of its rest, whichever form ran it; the spectrum is that of the single run."""
    cell, designs = foil(), spread(foil(), KINETICS, 2, 2.0, seed=4)
    program = ls.Program([ls.Voltage("0.05 V", {"duration": "10 min"}), ls.Spectrum(points_per_decade=2), *CYCLES.steps])
    found = lanes.kernel(COARSE, cell, KINETICS).run(designs, program, 1e-6)
    f = frequencies(1e5, 0.1, 2)
    for n, row in enumerate(designs):
        numbers = {**COARSE.values(cell), **dict(zip(KINETICS, map(float, row), strict=True)), **Setting().inputs()}
        ours = spectrum(COARSE.system(cell), found.rested[2][n], numbers, f)[0]
        parts_of = singly(COARSE, cell, KINETICS, row, program).part("spectra")
        theirs = parts_of["2/real_impedance"] + 1j * parts_of["2/imaginary_impedance"]
        assert np.abs(ours - theirs) == pytest.approx(0.0, abs=1e-6 * np.abs(theirs).max())
