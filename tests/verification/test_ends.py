"""How a run of the cell scale ends: at the right moment, and for the reason that is said."""

from typing import Any

import numpy as np
import pytest

import lithoscope as ls
from lithoscope.errors import End
from lithoscope.physics.contract import silent
from lithoscope.physics.ledger import Entry, mismatch

PARTS: dict[str, Any] = {"separator": "PP 20 um", "electrolyte": "1 M LiPF6 EC:DMC 1:1", "area": "1 cm2"}
SOLVE = "physics/cell/solve.py"


def lived(foil: str, cycles: int, *, rtol: float = 1e-7, stop: str | None = None, **ageing: Any) -> ls.Result:
    """A bare cell through cycles of 1 mA/cm2 and 1 mAh/cm2."""
    cell = ls.Cell.symmetric(ls.Foil(foil, ageing=ls.Ageing(**ageing)), **PARTS)
    end = ls.Stop(stop) if stop else None
    program = ls.Program.strip_plate("1 mA/cm2", "1 mAh/cm2", cycles=cycles, stop=end)
    return ls.Mossy(cells=10, relative_tolerance=rtol).simulate(cell, program, silent)


def program(density: str, until: ls.Until, stop: str | None = None) -> ls.Program:
    return ls.Program([ls.Current(density, until)], stop=ls.Stop(stop) if stop else ls.Stop())


@pytest.mark.fails_when("physics/cell/equations/mossy.py", "SEEDS = 1e-3", "SEEDS = 0.0")
def test_a_foil_that_is_gone_comes_back_where_it_is_plated() -> None:
    """Whatever the tolerance: what the integrator leaves of it, a hair above zero or below, decides nothing."""
    coarse, fine = (lived("20 um", 24, rtol=rtol) for rtol in (1e-6, 1e-8))
    bulk = coarse["working_bulk_lithium"]
    gone = int(np.argmax(bulk.to_numpy() < 1e-3))
    assert gone > 0
    assert float(bulk[gone:].max()) > 1000
    for name in ("plateau_voltage", "end_peak_voltage"):
        assert coarse.cycles[name].to_numpy() == pytest.approx(fine.cycles[name].to_numpy(), rel=1e-4)


@pytest.mark.fails_when(SOLVE, "if least <= MISMATCH:", "if least <= 1.0:")
def test_a_step_whose_books_do_not_agree_is_solved_again() -> None:
    result = lived("20 um", 24, rtol=1e-6)
    assert result.ledger.closes
    assert result.manifest.solver["retries"] > 0


@pytest.mark.fails_when("physics/ledger.py", "max(stretch.passed[name], floor)", "floor")
def test_mismatch_of_a_stretch() -> None:
    """Of what passed, but not of less than its share of the floor."""
    busy = Entry({"a": 51.0, "b": 49.0}, {"a": 0.9, "b": -1.0}, {"a": 10.0, "b": 10.0}, 100.0, 100.0)
    assert mismatch(busy, {"a": 50.0, "b": 50.0}, 10) == pytest.approx(0.1 / 10.0)
    idle = Entry({"a": 51.0, "b": 49.0}, {"a": 1.0, "b": -0.9}, {"a": 0.0, "b": 0.0}, 100.0, 100.0)
    assert mismatch(idle, {"a": 50.0, "b": 50.0}, 10) == pytest.approx(0.1 / 0.01)


@pytest.mark.fails_when(SOLVE, '>= inputs["Stop voltage [V]"]', ">= np.inf")
def test_a_limit_of_the_program_is_met_to_the_microvolt(bare: ls.Cell) -> None:
    """Also where it is not watched, but found afterwards."""
    rising = ls.run(bare, program("20 mA/cm2", ls.Until(duration="1 h"), "0.4 V"), progress=False)
    assert rising.status.end is End.STOP_REACHED
    assert abs(float(rising["voltage"][-1])) == pytest.approx(0.4, abs=1e-6)


@pytest.mark.fails_when(
    SOLVE, "if self.program.stop.voltage_magnitude else INSTRUMENT_V", "if self.program.stop.voltage_magnitude else NEVER"
)
def test_no_cycler_goes_beyond_ten_volts() -> None:
    """And the remedy in the sentence ends the run where the program says."""
    foil = ls.Foil("500 um", native_film=ls.NativeFilm("1 um", "1e-9 S/cm"))
    cell = ls.Cell.symmetric(foil, **PARTS)
    result = ls.run(cell, program("1 mA/cm2", ls.Until(duration="1 s")), progress=False)
    assert result.status.end is End.POLARISED
    assert abs(float(result["voltage"][-1])) == pytest.approx(10.0, abs=1e-6)
    assert "stop" in result.status.remedy
    stopped = ls.run(cell, program("1 mA/cm2", ls.Until(duration="1 s"), "5 V"), progress=False)
    assert stopped.status.end is End.STOP_REACHED


@pytest.mark.fails_when(SOLVE, "return face if left < NEARLY_EXHAUSTED_S * abs(J) else None", "return None")
def test_moss_that_runs_out_counts_as_exhausted() -> None:
    """The last of it has so little area that the voltage runs away first. The sentence says where the lithium is."""
    result = lived("10 um", 60, dead_fraction=0.1, film_growth_rate="3e-19 m2/s")
    assert result.status.end is End.LITHIUM_EXHAUSTED
    final = {name: reservoir.final / 36000 for name, reservoir in result.ledger.reservoirs.items()}
    assert f"{final['working_dead_lithium']:.3g} died in a layer of" in result.status.detail
    assert f"{final['working_film_lithium']:.3g} went into films" in result.status.detail


@pytest.mark.fails_when("physics/cell/equations/base.py", "path / (2 * FARADAY", "path / (FARADAY")
def test_salt_that_is_depleted_says_how_far_above_the_limit() -> None:
    """At 1.5 of the limiting current density, with constant properties."""
    properties = ls.ConstantProperties("10 mS/cm", "3e-6 cm2/s", 0.4, 1.0)
    parts = PARTS | {"electrolyte": ls.Electrolyte("LiPF6", "1 mol/L", {"EC": 0.5, "DMC": 0.5}, properties=properties)}
    cell = ls.Cell.symmetric(ls.Foil("500 um", native_film=ls.NativeFilm("1 nm", "1e-6 S/cm")), **parts)
    N_M, L = cell.separator.property("macmullin_number").value, 20e-6
    limit = 2 * 96485.33212 * 3e-10 * 1000 / (N_M * 0.6 * L)
    result = ls.run(cell, program(f"{0.15 * limit} mA/cm2", ls.Until(duration="1 h")), progress=False)
    assert result.status.end is End.SALT_DEPLETED
    assert "1.5 of the limiting current density" in result.status.detail
