"""What `lithoscope bench morphology` measures."""

import json

import numpy as np
import pytest

from lithoscope.cli import bench_morphology as bench
from lithoscope.errors import MissingExtraError
from lithoscope.physics.morphology import reference
from lithoscope.physics.morphology.starting import Start


@pytest.mark.fails_when(
    "physics/morphology/reference.py", "off + sparse.diags_array(diagonal)", "off + 1.1 * sparse.diags_array(diagonal)"
)
def test_all_solvers_have_the_same_solution(monkeypatch: pytest.MonkeyPatch) -> None:
    """Ours and the peers against a direct solution; a peer that is not installed is said."""

    def absent(*_: object) -> None:
        raise MissingExtraError("fipy is not installed.")

    def absent_too(*_: object) -> None:
        raise MissingExtraError("pyamg is not installed.")

    monkeypatch.setattr(reference, "fipy_lu", absent)
    monkeypatch.setattr(reference, "ruge_stuben", absent_too)
    triad, solves, missing = bench.measure(1, (64, 48), (16, 16, 16))
    assert missing == ["fipy is not installed.", "pyamg is not installed."]
    assert 1e8 < triad < 1e13
    assert all(each.time > 0 for each in solves)
    assert solves[0].error is not None
    assert solves[0].error < 1e-5
    assert 0 < solves[0].share < 2


@pytest.mark.fails_when(
    "physics/morphology/reference.py", "fipy.ImplicitSourceTerm(coeff=sink)", "fipy.ImplicitSourceTerm(coeff=2 * sink)"
)
def test_fipy_solves_the_same_equation() -> None:
    pytest.importorskip("fipy")
    problem = reference.fingers((32, 24), 1e2)
    mine = reference.ours(problem, 1e-11)[0]()
    assert np.abs(reference.fipy_lu(problem)() - mine).max() < 1e-8 * np.abs(mine).max()


@pytest.mark.fails_when("physics/morphology/reference.py", "grown = (rows", "grown = 2 * (rows")
def test_the_whole_run_grows_what_is_asked(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    whole = bench.growth((64, 64), 0.3)
    assert whole.growth == pytest.approx(0.3, rel=1e-6)
    assert whole.updates == pytest.approx(64 * 64 * whole.steps / whole.wall)
    monkeypatch.setattr(
        bench, "measure", lambda _: (1e10, [bench.Solve("ours", 0.1, 1e-6, 10, 0.5)], ["fipy is not installed."])
    )
    monkeypatch.setattr(bench, "growth", lambda: whole)
    monkeypatch.setattr(bench, "start_up", lambda: [Start(9.0, 8.0, 6, 0, 11), Start(2.0, 2.0, 4, 2, 11)])
    bench.run_morphology(1, as_json=True)
    written = json.loads(capsys.readouterr().out)
    assert written["run"]["steps"] == whole.steps
    assert written["start"][1]["loaded"] == 2
    bench.run_morphology(1, as_json=False)
    shown = capsys.readouterr().out
    assert "fipy is not installed." in shown
    assert "of the bandwidth" in shown
    assert "second process: first steps done after 2.0 s" in shown


@pytest.mark.fails_when("physics/morphology/reference.py", "solves = newton + steps", "solves = newton")
def test_what_a_run_must_move_is_counted() -> None:
    """Two steps with three of Newton's method and seven iterations in all, by hand for two dimensions."""
    rows = {
        "time": np.zeros(2),
        "newton": np.array([2, 1]),
        "iterations": np.array([3, 2]),
        "salt_iterations": np.array([1, 1]),
    }
    solve = 8 * 5 + 32 + 3 * 4 * 4 * 4 / 3
    step, newton = 80 + 56 + 32, 56 + 32 + 24
    by_hand = reference.traffic(2, 7) + 5 * solve + 2 * step + 3 * newton
    assert reference.moved_by(rows, 100, 2) == pytest.approx(100 * by_hand)
