"""Thousands of cycles: minutes each, `pytest -m slow`."""

import os
from pathlib import Path

import pytest

import lithoscope as ls
from lithoscope.physics.cell import worker
from lithoscope.physics.cell.exact_ageing import still
from lithoscope.physics.contract import silent

CYCLES = 5000


@pytest.mark.slow
def test_thousands_of_cycles_without_ageing() -> None:
    """They complete, close, and the last is like the second."""
    program = ls.Program.strip_plate("1 mA/cm2", "1 mAh/cm2", cycles=CYCLES)
    result = ls.Mossy(cells=10).simulate(still(), program, silent)
    assert result.status.word == "program completed"
    assert result.ledger.residual < 1e-9
    ends = result.steps["end_voltage"]
    # A cycle exposes no fresh surface here, so nothing at all may change.
    assert ends.iloc[-1] == pytest.approx(ends.iloc[3], rel=1e-6)


@pytest.mark.slow
def test_thousands_of_cycles_with_ageing() -> None:
    """They end for a physical reason, in words."""
    program = ls.Program.strip_plate("1 mA/cm2", "1 mAh/cm2", cycles=CYCLES)
    cell = still("100 um", dead_fraction=0.02, mossy_fraction=0.3, pit_area=2.5, film_growth_rate="3e-21 m2/s")
    # What was lost in a thousand cycles is large beside what is lost in one: the tolerance has to be smaller.
    result = ls.Mossy(cells=10, relative_tolerance=1e-8).simulate(cell, program, silent)
    assert result.status.word == "lithium exhausted"
    assert result.status.cycle > 400
    assert result.ledger.closes
    assert len(result.cycles) >= result.status.cycle - 1


@pytest.mark.slow
@pytest.mark.skipif(not Path("/proc/self/statm").exists(), reason="the system does not say how much memory a process has")
def test_memory_does_not_grow_with_cycles() -> None:
    """Less than 60 MB over 400 cycles in a warm worker; what is kept goes to the parent."""
    model, cell = ls.Mossy(), still(dead_fraction=0.02, mossy_fraction=0.3)
    run = ls.Program.strip_plate("1 mA/cm2", "1 mAh/cm2", cycles=400)
    model.simulate(cell, run, silent, apart=True)
    taken = worker.take()
    worker.leave(taken)
    before = resident(taken.pid)
    model.simulate(cell, run, silent, apart=True)
    assert resident(taken.pid) - before < 60


def resident(pid: int | None) -> float:
    """Resident memory of a process, MB."""
    return int(Path(f"/proc/{pid}/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE") / 1e6
