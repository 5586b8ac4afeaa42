"""What tests share: cells, quick runs, and the marker that records how each test was seen failing."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

import lithoscope as ls
from lithoscope.design.catalogue import entry
from lithoscope.physics.contract import silent

SOURCE = Path(__file__).resolve().parent.parent / "src" / "lithoscope"


def pytest_configure(config: pytest.Config) -> None:
    """Register `fails_when(file, old, new)`: replacing old by new in that file of src/lithoscope makes the test fail.

    `python tests/seen_failing.py` applies every recorded fault and requires its test to fail.
    """
    config.addinivalue_line("markers", "fails_when(file, old, new): a fault in the code that this test notices")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """A fault that is no longer in the code proves nothing: no test runs before it is recorded anew."""
    stale = []
    for item in items:
        if marker := item.get_closest_marker("fails_when"):
            file, old, _ = marker.args
            if old not in (SOURCE / file).read_text(encoding="utf-8"):
                stale.append(f"{item.nodeid}: {file} has no {old!r}")
    if stale:
        raise pytest.UsageError("recorded faults that are not in the code:\n" + "\n".join(stale))


@pytest.fixture
def bare() -> ls.Cell:
    """The bare symmetric cell of the perovskite paper."""
    return ls.Cell.parse(entry("perovskite/bare"))


@pytest.fixture
def coated() -> ls.Cell:
    """The MASnCl3-coated symmetric cell."""
    return ls.Cell.parse(entry("perovskite/masncl3"))


@pytest.fixture(scope="session")
def short_run() -> ls.Result:
    """A spectrum and two cycles of the coated cell, run once."""
    cell = ls.Cell.parse(entry("perovskite/masncl3"))
    cycles = ls.Program.strip_plate("1 mA/cm2", "0.1 mAh/cm2", cycles=2)
    return ls.run(cell, ls.Program([ls.Spectrum(points_per_decade=4), *cycles.steps]), progress=False)


@pytest.fixture
def simulate() -> Any:
    """simulate(cell, *steps, **model_fields): run steps with a planar model."""

    def call(cell: ls.Cell, *steps: Any, stop: ls.Stop | None = None, **fields: Any) -> ls.Result:
        program = ls.Program(list(steps), **({"stop": stop} if stop else {}))
        return ls.Planar(**fields).simulate(cell, program, silent)

    return call
