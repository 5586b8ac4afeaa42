"""What `lithoscope bench` measures of full cells."""

import json
from types import SimpleNamespace

import pytest

from lithoscope.cli import bench_ensembles, benching
from lithoscope.errors import End
from lithoscope.physics.cell import Full, reference


@pytest.mark.fails_when("cli/benching.py", 'discharge_first=first == "discharge")', 'discharge_first=first == "charge")')
def test_full_cells_and_their_reference_run_the_same_cycles(monkeypatch: pytest.MonkeyPatch) -> None:
    """Both end every half-cycle at the same limits, in the same order; ours complete the program."""
    ours: list[object] = []
    theirs: list[object] = []
    simulate, stock = Full.simulate, reference.stock_cycles

    def kept(*given: object, **named: object) -> object:
        ours.append(simulate(*given, **named))
        return ours[-1]

    def watched(*given: object, **named: object) -> object:
        solve = stock(*given, **named)
        return lambda: theirs.append(solve())

    monkeypatch.setattr(benching, "FULL_CYCLES", 2)
    monkeypatch.setattr(Full, "simulate", kept)
    monkeypatch.setattr(reference, "stock_cycles", watched)
    rows = benching._full(1)
    assert [row.what for row in rows] == ["2 cycles, Li|LTO cell, everything kept", "2 cycles, Li|LCO cell, everything kept"]
    assert all(row.time > 0 and row.reference > 0 and row.ratio == row.time / row.reference for row in rows)
    assert len(ours) == len(theirs) == 4, "a warm-up and one measurement of each"
    for mine, peer in zip(ours, theirs, strict=True):
        assert mine.status.end is End.COMPLETED
        assert len(peer.cycles) == len(mine.cycles) == 2
        for n, step in enumerate(peer.cycles[0].steps):
            assert float(step["Voltage [V]"].entries[-1]) == pytest.approx(mine.steps["end_voltage"].iloc[n], abs=2e-3)


@pytest.mark.fails_when("cli/benching.py", "            if turn:\n", "            if True:\n")
def test_the_warm_up_does_not_count(monkeypatch: pytest.MonkeyPatch) -> None:
    clock = iter([0.0, 0.0, 0.0, 3.0, 0.0, 2.0, 9.0, 9.0])
    monkeypatch.setattr(benching, "time", SimpleNamespace(perf_counter=lambda: next(clock)))
    assert benching._alternate(1, lambda: None, lambda: None) == (3.0, 2.0)


@pytest.mark.fails_when(
    "cli/bench_ensembles.py", "theirs_off = (float(np.abs(voltages[EXACT] - each)", "theirs_off = (float(np.abs(each)"
)
def test_ensembles_are_timed_beside_a_pool(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    for name, small in {"DESIGNS": 16, "CYCLES": 1, "POOL_DESIGNS": 2, "POOL_CYCLES": 1}.items():
        monkeypatch.setattr(bench_ensembles, name, small)
    bench_ensembles.run_ensembles(as_json=True)
    told = json.loads(capsys.readouterr().out)
    assert told["failed"] == 0
    assert told["ratio"] == pytest.approx(told["pool_s"] / told["lanes_s"])
    assert 0 < told["lanes_error_v"] < 1e-4
    assert 0 < told["pool_error_v"] < 1e-3
