"""How fast lanes are, beside plain PyBaMM in a pool of processes and beside the single run. Slow, and printed with -s."""

import multiprocessing
import sys
import time
from typing import Any

import numpy as np
import pytest

import lithoscope as ls
from lithoscope.design.catalogue import entry
from lithoscope.physics.cell import Mossy, lanes
from lithoscope.physics.cell.chunk import Point
from lithoscope.physics.cell.lanes.threads import usual_threads
from lithoscope.physics.cell.model import stepper
from lithoscope.physics.cell.reference import begin_in_a_pool, in_a_pool

CELL = ls.Cell.symmetric(ls.Foil("500 um"), separator="PP 20 um", electrolyte="1 M LiPF6 EC:DMC 1:1", area="1 cm2")
NAMES = [f"{face} {what}" for face in ("Working", "Counter") for what in (
    "exchange current density [A.m-2]", "mossy exchange current density [A.m-2]", "dead fraction", "mossy fraction",
    "largest mossy area")]  # fmt: skip
V = "Voltage [V]"
RTOL = 1e-4

pytestmark = pytest.mark.slow


def designs(count: int, factor: float = 1.5) -> Any:
    base = Mossy().values(CELL)
    factors = np.exp(np.random.default_rng(4).uniform(-np.log(factor), np.log(factor), (count, len(NAMES))))
    return np.array([base[name] for name in NAMES]) * factors


@pytest.mark.parametrize("cells", [20, 40])
def test_a_pool_of_plain_pybamm_is_forty_times_slower(cells: int) -> None:
    """Both in one job, at one tolerance, warm, with as many processes as threads; and lanes are no less accurate."""
    model, cycles, many, few = Mossy(cells=cells), 20, 1000, 24
    rows, count = designs(many), usual_threads()
    program = ls.Program.strip_plate("1 mA/cm2", "1 mAh/cm2", cycles=cycles)
    kernel = lanes.kernel(model, CELL, NAMES)
    kernel.run(rows[:16], ls.Program.strip_plate("1 mA/cm2", "1 mAh/cm2", cycles=1))
    exact = kernel.run(rows[:few], program, 1e-8).outputs[V]
    first = (model.to_toml(), CELL.to_toml(), NAMES, cycles, RTOL)
    with multiprocessing.get_context("spawn").Pool(count, begin_in_a_pool, first) as pool:
        pool.map(in_a_pool, rows[: 2 * count], chunksize=1)
        begun = time.perf_counter()
        theirs = np.array(pool.map(in_a_pool, rows[:few], chunksize=2))
        plain = (time.perf_counter() - begun) / few / cycles
        found = kernel.run(rows, program, RTOL)
    ours = found.wall / many / cycles
    errors = np.abs(theirs - exact).max(), np.abs(found.outputs[V][:few] - exact).max()
    sys.stdout.write(f"\n{cells} cells per layer, {count} at a time: plain PyBaMM {plain * 1e3:.2f}, lanes {ours * 1e3:.3f} ms per cycle and "
          f"design ({found.cpu / many / cycles * 1e3:.3f} of one core), ratio {plain / ours:.0f}; "
          f"errors {errors[0] * 1e3:.3f} and {errors[1] * 1e3:.4f} mV")  # fmt: skip
    assert not found.failed.any()
    assert errors[1] <= errors[0]
    assert plain / ours > 40


def test_a_thousand_designs_through_a_hundred_cycles() -> None:
    """All of them come to their end; the time is printed."""
    program = ls.Program.strip_plate("1 mA/cm2", "1 mAh/cm2", cycles=100)
    kernel = lanes.kernel(Mossy(), CELL, NAMES)
    found = kernel.run(designs(1000), program, RTOL)
    sys.stdout.write(f"\n1000 x 100: {found.wall:.1f} s on {found.threads} threads, {found.cpu:.1f} s of one core")
    assert not found.failed.any()


def others() -> dict[str, tuple[Any, str, ls.Program, str]]:
    return {
        "host": (ls.PorousHost(cells=20), "host/filled", ls.Program.strip_plate("1 mA/cm2", "1 mAh/cm2", cycles=2),
                 "Working exchange current density [A.m-2]"),
        "substrate": (ls.Plated(), "efficiency/copper", ls.Program.plate_strip("0.5 mA/cm2", "1 mAh/cm2", "1 V", cycles=2),
                      "Counter exchange current density [A.m-2]"),
        "full": (ls.Full(), "perovskite/lco-bare",
                 ls.Program.charge_discharge("14 A/m2", low="3 V", high="4.2 V", cycles=2, longest="10 h"),
                 "Counter exchange current density [A.m-2]"),
    }  # fmt: skip


@pytest.mark.parametrize("kind", ["host", "substrate", "full"])
def test_a_hundred_designs_of_other_models(kind: str) -> None:
    """By the same call, beside the single run; ends of half-cycles to 0.1 mV and 0.1 s."""
    model, name, program, varied = others()[kind]
    cell = ls.Cell.parse(entry(name))
    kernel = lanes.kernel(model, cell, [varied])
    rows = model.values(cell)[varied] * np.geomspace(0.5, 2.0, 100)[:, None]
    found = kernel.run(rows, program, RTOL)
    took, count = 0.0, 6
    for n in np.linspace(0, 99, count).astype(int):
        single = stepper(cell, program, model)
        single.cell = {**model.values(cell), varied: float(rows[n, 0])}
        begun = time.process_time()
        steps = single.advance(Point(), np.inf).part("steps")
        took += time.process_time() - begun
        assert found.outputs[V][n] == pytest.approx(steps["end_voltage"], abs=1e-4)
        assert found.duration[n] == pytest.approx(steps["duration"], abs=0.1)
    sys.stdout.write(f"\n{kind}: lanes {found.cpu / 100 * 1e3:.1f}, single run {took / count * 1e3:.0f} ms of one core for a design; "
          f"ratio {took / count / (found.cpu / 100):.0f}")  # fmt: skip
    assert took / count > 20 * found.cpu / 100


def test_a_model_that_is_too_large() -> None:
    """The host on its usual mesh is refused, and told what to do."""
    with pytest.raises(lanes.NotLoweredError, match="fewer cells per layer"):
        lanes.kernel(ls.PorousHost(), ls.Cell.parse(entry("host/filled")), [])
