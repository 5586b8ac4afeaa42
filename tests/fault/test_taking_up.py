"""Taking up a run: whose parts are taken, what becomes of a step that was not solved, and what a mixture says of itself."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import lithoscope as ls
from lithoscope.design.catalogue import entry
from lithoscope.errors import End, StoreError
from lithoscope.physics.cell import worker
from lithoscope.physics.cell.chunk import Chunk, Point
from lithoscope.physics.cell.drive import HungError
from lithoscope.physics.cell.engine import compiler
from lithoscope.physics.cell.model import stepper
from lithoscope.physics.contract import silent
from lithoscope.result import checkpoint
from lithoscope.result.checkpoint import Journal

CELL = ls.Cell.parse(entry("perovskite/bare"))
CYCLES = ls.Program.strip_plate("1 mA/cm2", "0.1 mAh/cm2", cycles=4)
REST = ls.Program([ls.Rest("1 s")])
MODEL = ls.Mossy(cells=10)


@pytest.fixture(scope="module")
def honest() -> ls.Result:
    """The run without any accident."""
    return ls.run(CELL, CYCLES, MODEL, progress=False)


def assert_same(result: ls.Result, honest: ls.Result) -> None:
    """The trace to 1e-10, and the books."""
    assert result.status == honest.status
    np.testing.assert_allclose(result["voltage"].values, honest["voltage"].values, rtol=1e-10, atol=1e-14)
    assert result.ledger == honest.ledger


@pytest.mark.fails_when("result/checkpoint.py", "if other and not self._replace:", "if other:")
def test_an_unfinished_run_is_given_up_if_asked(tmp_path: Path) -> None:
    """The refusal says how; what it says helps. The same run goes on even then."""
    with Journal(tmp_path / "mine", {"cell": "another"}) as journal:
        journal.append(b"first")
    with pytest.raises(StoreError, match=r"Run it again to finish it, .* --replace, in Python replace=True"):
        ls.run(CELL, REST, to=tmp_path / "mine", progress=False)
    with Journal(tmp_path / "mine", {"cell": "another"}, replace=True) as journal:
        assert list(journal.parts()) == [(1, b"first")]
    result = ls.run(CELL, REST, to=tmp_path / "mine", progress=False, replace=True)
    assert result.status.end is End.COMPLETED
    assert not (tmp_path / ".mine.run").exists()


@pytest.mark.fails_when(
    "result/checkpoint.py", "except ValueError:\n            return", "except ZeroDivisionError:\n            return"
)
def test_a_run_with_damaged_inputs_is_given_up_if_asked(tmp_path: Path) -> None:
    with Journal(tmp_path / "mine", {"cell": "a"}) as journal:
        journal.append(b"first")
    (tmp_path / ".mine.run" / checkpoint.INPUTS).write_text("{")
    with pytest.raises(StoreError, match=r"inputs\.json is damaged.*replace=True"), Journal(tmp_path / "mine", {"cell": "a"}):
        pass
    with Journal(tmp_path / "mine", {"cell": "a"}, replace=True) as journal:
        assert not list(journal.parts())


@pytest.mark.fails_when("result/checkpoint.py", 'self._other() if self._parts else ""', "self._other()")
def test_a_run_that_had_not_begun_is_no_obstacle(tmp_path: Path) -> None:
    """Nothing is lost with it."""
    with Journal(tmp_path / "mine", {"cell": "a"}):
        pass
    with Journal(tmp_path / "mine", {"cell": "b"}) as journal:
        journal.append(b"first")
    with Journal(tmp_path / "mine", {"cell": "b"}) as journal:
        assert list(journal.parts()) == [(1, b"first")]


@pytest.mark.fails_when("physics/cell/drive.py", " and not (status and status.end is End.NO_SOLUTION)", "")
def test_a_step_that_was_not_solved_is_tried_again(honest: ls.Result, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """On a day on which the solver hangs the run ends in words; on a better one it goes on from its last valid step."""
    monkeypatch.setattr("lithoscope.physics.cell.drive.BUDGET_S", 0.0)
    asked: list[int] = []
    advance, bad_day = worker.Remote.advance, [True]

    def hangs(self: worker.Remote, point: Point, budget: float, rung: int, enough: Any) -> Chunk:
        asked.append(point.visit)
        if point.visit >= 5 and bad_day[0]:
            raise HungError("the solver did not answer within 60 s")
        return advance(self, point, budget, rung, enough)

    monkeypatch.setattr(worker.Remote, "advance", hangs)
    ended = ls.run(CELL, CYCLES, MODEL, to=tmp_path / "mine", progress=False)
    assert ended.status.end is End.NO_SOLUTION
    assert ls.load(tmp_path / "mine").status == ended.status
    bad_day[0] = False
    asked.clear()
    assert_same(ls.run(CELL, CYCLES, MODEL, to=tmp_path / "mine", progress=False), honest)
    assert asked[0] == 5
    assert not (tmp_path / ".mine.run").exists()


@pytest.mark.fails_when("physics/cell/drive.py", ".after(timeline.point)", "")
@pytest.mark.parametrize("fault", ["repeated", "missing", "of another time"])
def test_parts_that_do_not_follow_are_made_anew(fault: str, honest: ls.Result, tmp_path: Path) -> None:
    """A journal that was copied together: every part is whole, but they are not one run."""
    solves, point, parts = stepper(CELL, CYCLES, MODEL), Point(), list[Chunk]()
    for _ in range(3):
        parts.append(solves.advance(point, 0.0, 0))
        point = parts[-1].point
    mixed = {
        "repeated": [parts[0], parts[1], parts[1]],
        "missing": [parts[0], parts[2]],
        "of another time": [parts[0], moved(parts[1])],
    }
    with Journal(tmp_path / "mine", {}) as journal:
        for part in mixed[fault]:
            journal.append(part.to_bytes())
        assert_same(MODEL.simulate(CELL, CYCLES, silent, journal), honest)


def moved(chunk: Chunk) -> Chunk:
    """The same a second later."""
    later = chunk.arrays["steps/start_time"] + 1
    return replace(
        chunk, point=replace(chunk.point, time=chunk.point.time + 1), arrays={**chunk.arrays, "steps/start_time": later}
    )


@pytest.mark.skipif(compiler() is None, reason="there is no C compiler")
@pytest.mark.fails_when("physics/cell/solve.py", "compiled=self.system.compiled", "compiled=False")
def test_a_run_that_is_taken_up_without_a_compiler_says_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Rounding differs: it is allowed, and the result says it."""
    monkeypatch.setattr("lithoscope.physics.cell.model.COMPILED_FROM_STEPS", 4)
    assert MODEL.simulate(CELL, CYCLES, silent).manifest.solver["compiled"] == "all"
    with Journal(tmp_path / "mine", {}) as journal:
        journal.append(stepper(CELL, CYCLES, MODEL).advance(Point(), 0.0, 0).to_bytes())
        # The process apart compiles no program as short as this.
        manifest = MODEL.simulate(CELL, CYCLES, silent, journal).manifest
    assert manifest.solver["compiled"] == "some"
    assert "Their numbers differ by rounding." in manifest.notes[-1]
    assert MODEL.simulate(CELL, CYCLES, silent, apart=True).manifest.solver["compiled"] == "none"
