"""Many designs through one program: what `sweep` gives is what single runs give, in rows that say what they are."""

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import lithoscope as ls
from lithoscope.cli.sweeping import parse_vary, sweep_files
from lithoscope.errors import End, Status
from lithoscope.physics.cell import lanes

FILE = "ensemble.py"
MODEL = ls.Mossy(cells=5)
PROGRAM = ls.Program.strip_plate("1 mA/cm2", "1 mAh/cm2", cycles=2)
VARY = {"working.ageing.dead_fraction": [0.01, 0.05, 0.02], "separator.thickness": ["15 um", "20 um", "30 um"]}


@pytest.fixture(scope="module")
def cell() -> ls.Cell:
    return ls.Cell.symmetric(ls.Foil("500 um"), separator="PP 20 um", electrolyte="1 M LiPF6 EC:DMC 1:1", area="1 cm2")


@pytest.fixture(scope="module")
def together(cell: ls.Cell) -> ls.Sweep:
    return ls.sweep(cell, PROGRAM, VARY, MODEL, outputs=["working_dead_lithium"], backend="lanes", checks=2)


@pytest.mark.fails_when(
    FILE, "values = np.array([list(job.model.values(job.designs[n])", "values = np.array([list(job.model.values(job.designs[0])"
)
def test_lanes_give_what_single_runs_give(cell: ls.Cell, together: ls.Sweep) -> None:
    single = ls.sweep(cell, PROGRAM, VARY, MODEL, outputs=["working_dead_lithium"], backend="single")
    assert together["voltage"].dims == ("design", "step")
    assert together["voltage"].values == pytest.approx(single["voltage"].values, abs=5e-5), "V"
    assert together["working_dead_lithium"].values == pytest.approx(single["working_dead_lithium"].values, rel=1e-5, abs=1e-3)
    assert np.ptp(together["voltage"].values[:, -1]) > 1e-3, "the designs differ"
    assert set(together["backend"].values) == {"lanes"}
    assert set(single["backend"].values) == {"single"}


@pytest.mark.fails_when(
    FILE, 'yield path, ([float(value) for value in values], {"units": values[0].unit})', "yield path, (values, {})"
)
def test_rows_say_what_they_are(together: ls.Sweep) -> None:
    assert together["separator.thickness"].values == pytest.approx([15e-6, 20e-6, 30e-6])
    assert together["separator.thickness"].attrs["units"] == "m"
    assert together["voltage"].attrs["units"] == "V"
    assert list(together["cycle"].values) == [1, 1, 2, 2]
    assert list(together["status"].values) == ["program completed"] * 3
    assert str(together).startswith("3 designs: 3 program completed; 2 designs checked, ")


@pytest.mark.fails_when(FILE, "[:checks]).astype(int)", "[:0]).astype(int)")
def test_some_designs_are_checked_against_single_runs(together: ls.Sweep) -> None:
    assert len(together.checked) == 2
    assert 0 < together.error < 5e-5
    assert not together.notes


@pytest.mark.fails_when(FILE, "single[1].end is not solved.statuses[design].end", "False")
def test_a_check_that_ends_otherwise_is_no_agreement(cell: ls.Cell, monkeypatch: pytest.MonkeyPatch) -> None:
    honest = lanes.Kernel.run

    def run(*args: Any, **given: Any) -> Any:
        result = honest(*args, **given)
        return changed(result, Status(End.SALT_DEPLETED, "as told", 1.0))

    monkeypatch.setattr(lanes.Kernel, "run", run)
    found = ls.sweep(cell, PROGRAM, VARY, MODEL, backend="lanes", checks=1)
    assert found.error == float("inf")
    assert "CHECK FAILED: single runs do not all end as in lanes" in found.notes[0]
    assert np.isfinite(found["voltage"].values).all(), "what was solved is kept"


def changed(result: Any, status: Status) -> Any:
    """A result of lanes all of whose designs ended otherwise."""
    from dataclasses import replace

    return replace(result, status=(status,) * len(result))


@pytest.mark.fails_when(FILE, "return _replaced(solved, failed, _singly(job, failed)), (note,)", "return solved, (note,)")
def test_a_design_that_fails_in_lanes_is_solved_singly(cell: ls.Cell, monkeypatch: pytest.MonkeyPatch) -> None:
    honest = lanes.Kernel.run
    monkeypatch.setattr(
        lanes.Kernel, "run", lambda *args, **given: changed(honest(*args, **given), Status(End.NO_SOLUTION, "as told", 0.0))
    )
    found = ls.sweep(cell, PROGRAM, VARY, MODEL, backend="lanes")
    assert list(found["status"].values) == ["program completed"] * 3
    assert set(found["backend"].values) == {"single"}
    assert found.notes == ("3 designs found no solution in lanes and were solved singly.",)
    assert not found.checked, "nothing is left to compare"


@pytest.mark.fails_when(FILE, 'f"Solved singly: {error}"', '""')
def test_a_machine_without_lanes_solves_singly_and_says_so(cell: ls.Cell, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: Any, **__: Any) -> None:
        raise lanes.NoTargetError("as told")

    monkeypatch.setattr(lanes, "kernel", refuse)
    monkeypatch.setattr("lithoscope.ensemble.WORTH_COMPILING", 1)
    found = ls.sweep(cell, PROGRAM, VARY, MODEL)
    assert list(found["backend"].values) == ["single"] * 3
    assert "as told" in found.notes[0]
    with pytest.raises(lanes.NoTargetError):
        ls.sweep(cell, PROGRAM, VARY, MODEL, backend="lanes")


@pytest.mark.fails_when(FILE, "default_model(designs[0])", "default_model(cell)")
def test_designs_that_age_get_the_model_that_can(cell: ls.Cell) -> None:
    """And few steps are solved singly, which a note says."""
    found = ls.sweep(cell, ls.Program.strip_plate("1 mA/cm2", "0.1 mAh/cm2", cycles=1), {"working.ageing.dead_fraction": [0.02]},
                     outputs=["working_dead_lithium"])  # fmt: skip
    assert float(found["working_dead_lithium"][0, -1]) >= 0
    assert "too few" in found.notes[0]


def test_a_grid_has_every_combination() -> None:
    found = ls.grid({"area": ["1 cm2", "2 cm2"], "temperature": ["0 degC", "25 degC"]})
    assert found == {"area": ["1 cm2", "1 cm2", "2 cm2", "2 cm2"], "temperature": ["0 degC", "25 degC"] * 2}


test_a_grid_has_every_combination = pytest.mark.fails_when(FILE, "row[n] for row in rows", "row[0] for row in rows")(
    test_a_grid_has_every_combination
)


@pytest.mark.fails_when(FILE, 'raise error.under(f"design {n}") from None', "raise")
@pytest.mark.parametrize(
    ("vary", "words"),
    [
        ({"separator.thickness": ["20 um", "1 m"]}, "design 1.separator.thickness"),
        ({"separator.thicknes": ["20 um"]}, "thicknes"),
        ({"separator.thickness": ["20 um"], "area": ["1 cm2", "2 cm2"]}, "equally many values"),
        ({}, "at least one"),
    ],
)
def test_bad_designs_are_refused_before_anything_runs(cell: ls.Cell, vary: Any, words: str) -> None:
    with pytest.raises(ls.InputError, match=words):
        ls.sweep(cell, PROGRAM, vary, MODEL)


@pytest.mark.fails_when(FILE, "if values > MOST_VALUES:", "if False:")
def test_more_than_memory_holds_is_refused(cell: ls.Cell, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("lithoscope.ensemble.MOST_VALUES", 5)
    with pytest.raises(ls.InputError, match="would not fit in memory"):
        ls.sweep(cell, PROGRAM, VARY, MODEL)


@pytest.mark.fails_when(FILE, "do=nearest(output, has))", 'do="")')
def test_an_output_that_the_model_does_not_have(cell: ls.Cell) -> None:
    with pytest.raises(ls.InputError, match='Did you mean "voltage"'):
        ls.sweep(cell, PROGRAM, VARY, MODEL, outputs=["voltag"])


@pytest.mark.fails_when("cli/sweeping.py", "columns if paired else grid(columns)", "columns")
def test_the_command_writes_every_step_of_every_design(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    table = tmp_path / "all.csv"
    vary = ["separator.thickness=15 um, 25 um", "temperature = 15 degC,25 degC"]
    code = sweep_files("perovskite/bare", "perovskite/first-cycles", vary, paired=False, outputs=["working_salt_concentration"],
                       model=None, to=table, as_json=True)  # fmt: skip
    assert code == 0
    told = json.loads(capsys.readouterr().out)
    assert [row["separator.thickness, m"] for row in told["designs"]] == [1.5e-5, 1.5e-5, 2.5e-5, 2.5e-5]
    assert {row["ended"] for row in told["designs"]} == {"program completed"}
    rows = table.read_text().splitlines()
    assert len(rows) == 1 + 4 * 11, "a head, and the steps of four designs"
    assert "working_salt_concentration" in rows[0]
    assert [path.name for path in tmp_path.iterdir()] == ["all.csv"]


@pytest.mark.fails_when("cli/sweeping.py", "if not sign or not path.strip() or not listed:", "if False:")
@pytest.mark.parametrize("text", ["separator.thickness", "=20 um", "separator.thickness= ,"])
def test_what_varies_has_to_be_said(text: str) -> None:
    with pytest.raises(ls.InputError, match="a field and its values"):
        parse_vary([text])
    assert parse_vary(["separator.thickness=15 um, 25 um"]) == {"separator.thickness": ["15 um", "25 um"]}, "the remedy works"
