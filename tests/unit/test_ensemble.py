"""Many designs through one program: what `sweep` gives is what single runs give, in rows that say what they are."""

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import lithoscope as ls
from lithoscope.cli.sweeping import parse_vary, sweep_files
from lithoscope.errors import End, Status
from lithoscope.physics.cell import lanes

LANES, DESIGNS, CHECKING, VERB = (f"ensemble/{name}.py" for name in ("solving", "designs", "checking", "sweeping"))
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
    LANES, "values = np.array([list(job.model.values(job.cells[n])", "values = np.array([list(job.model.values(job.cells[0])"
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
    DESIGNS,
    'yield path, [float(value) for value in values], {"units": values[0].unit}',
    "yield path, [1.0 for _ in values], {}",
)
def test_rows_say_what_they_are(together: ls.Sweep) -> None:
    assert together["separator.thickness"].values == pytest.approx([15e-6, 20e-6, 30e-6])
    assert together["separator.thickness"].attrs["units"] == "m"
    assert together["voltage"].attrs["units"] == "V"
    assert list(together["cycle"].values) == [1, 1, 2, 2]
    assert list(together["status"].values) == ["program completed"] * 3
    assert str(together).startswith("3 designs: 3 program completed; 3 designs checked, ")


@pytest.mark.fails_when(CHECKING, "permutation(candidates)[:checks]", "permutation(candidates)[:0]")
def test_some_designs_are_checked_against_single_runs(together: ls.Sweep) -> None:
    """Two that are drawn; the first output is the dead lithium, least in the first design and most in the second."""
    assert together.checked == (0, 1, 2)
    assert 0 < together.error < 5e-5
    assert not together.notes


@pytest.mark.fails_when(CHECKING, "single.statuses[0].end is not ended.end", "False")
def test_a_check_that_ends_otherwise_is_no_agreement(cell: ls.Cell, monkeypatch: pytest.MonkeyPatch) -> None:
    all_end(Status(End.SALT_DEPLETED, "as told", 1.0), monkeypatch)
    found = ls.sweep(cell, PROGRAM, VARY, MODEL, backend="lanes", checks=1)
    assert found.error == float("inf")
    assert "CHECK FAILED: single runs do not all end as in lanes" in found.notes[0]
    assert np.isfinite(found["voltage"].values).all(), "what was solved is kept"


def all_end(status: Status, monkeypatch: pytest.MonkeyPatch, which: Any = None) -> None:
    """In lanes all designs, or those whose numbers meet a condition, end as told."""
    honest = lanes.Kernel._result

    def told(self: Any, built: Any, program: Any, task: Any, *rest: Any) -> Any:
        result = honest(self, built, program, task, *rest)
        ended = zip(task.cell, result.status, strict=True)
        return replace(result, status=tuple(status if which is None or which(row) else own for row, own in ended))

    monkeypatch.setattr(lanes.Kernel, "_result", told)


@pytest.mark.fails_when(LANES, 'singly(job, table.failed_in_lanes(rows), "single", NO_SOLUTION, keep)', "pass")
def test_a_design_that_fails_in_lanes_is_solved_singly(cell: ls.Cell, monkeypatch: pytest.MonkeyPatch) -> None:
    all_end(Status(End.NO_SOLUTION, "as told", 0.0), monkeypatch)
    found = ls.sweep(cell, PROGRAM, VARY, MODEL, backend="lanes")
    assert list(found["status"].values) == ["program completed"] * 3
    assert set(found["backend"].values) == {"single"}
    assert found.notes == ("3 designs found no solution in lanes and were solved singly. "
                           "They are spread over the whole range of every field.",)  # fmt: skip
    assert not found.checked, "nothing is left to compare"


@pytest.mark.fails_when(LANES, 'table.missing(group), "single", str(error), keep)', 'table.missing(group), "single", "", keep)')
def test_a_machine_without_lanes_solves_singly_and_says_so(cell: ls.Cell, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: Any, **__: Any) -> None:
        raise lanes.NoTargetError("as told")

    monkeypatch.setattr(lanes, "kernel", refuse)
    monkeypatch.setattr("lithoscope.ensemble.solving.WORTH_COMPILING", 1)
    found = ls.sweep(cell, PROGRAM, VARY, MODEL)
    assert list(found["backend"].values) == ["single"] * 3
    assert "as told" in found.notes[0]
    with pytest.raises(lanes.NoTargetError):
        ls.sweep(cell, PROGRAM, VARY, MODEL, backend="lanes")


@pytest.mark.fails_when(VERB, "default_model(designs.cells[0])", "default_model(cell)")
def test_designs_that_age_get_the_model_that_can(cell: ls.Cell) -> None:
    """And few steps are solved singly, which a note says."""
    found = ls.sweep(cell, ls.Program.strip_plate("1 mA/cm2", "0.1 mAh/cm2", cycles=1), {"working.ageing.dead_fraction": [0.02]},
                     outputs=["working_dead_lithium"])  # fmt: skip
    assert float(found["working_dead_lithium"][0, -1]) >= 0
    assert "too few" in found.notes[0]


def test_a_grid_has_every_combination() -> None:
    found = ls.grid({"area": ["1 cm2", "2 cm2"], "temperature": ["0 degC", "25 degC"]})
    assert found == {"area": ["1 cm2", "1 cm2", "2 cm2", "2 cm2"], "temperature": ["0 degC", "25 degC"] * 2}


test_a_grid_has_every_combination = pytest.mark.fails_when(DESIGNS, "row[n] for row in rows", "row[0] for row in rows")(
    test_a_grid_has_every_combination
)


@pytest.mark.fails_when(DESIGNS, 'raise error.under(f"design {n}") from None', "raise")
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


@pytest.mark.parametrize(
    ("wrong", "expected", "right"),
    [
        ({"rtol": 2e-3}, "from 1e-10 to 0.001", {"rtol": 1e-4}),
        ({"threads": -1}, "1 or more", {}),
        ({"samples": -1}, "0 or more", {"samples": 0}),
        ({"checks": -1}, "0 or more", {"checks": 3}),
        ({"backend": "lane"}, '"auto", "lanes" or "single"', {"backend": "lanes"}),
    ],
)
@pytest.mark.fails_when(VERB, "    check_numbers(rtol, samples, threads)\n", "")
def test_numbers_that_make_no_sweep(cell: ls.Cell, wrong: Any, expected: str, right: Any) -> None:
    """Also where no lanes are used; what the message says to write works."""
    rest = ls.Program([ls.Rest("1 s")])
    given = {"separator.thickness": ["20 um"]}
    with pytest.raises(ls.InputError) as caught:
        ls.sweep(cell, rest, given, MODEL, **({"backend": "single"} | wrong))
    assert caught.value.where == next(iter(wrong))
    assert caught.value.expected == expected
    assert len(ls.sweep(cell, rest, given, MODEL, **({"backend": "single"} | right))) == 1


@pytest.mark.fails_when(VERB, 'raise error.under(f"design {n}") from None', "raise")
@pytest.mark.parametrize(
    ("vary", "words", "remedy"),
    [
        ({"separator.thicknes": ["20 um"]}, r'design 0.separator.thicknes is not a known key.*Did you mean "thickness"',
         {"separator.thickness": ["20 um"]}),
        ({"separator.thickness": ["20 um", "1 m"]}, r'design 1.separator.thickness = 1 m .*Expected 0.1 nm to 10 mm.*"1 um"',
         {"separator.thickness": ["20 um", "1 um"]}),
        ({"temperature": ["25 degC", "85 degC"]}, r"design 1.temperature = 85 degC is far outside.*Expected -10 to 50 degC",
         {"temperature": ["25 degC", "50 degC"]}),
        ({"area": ["1 cm2", "2 cm2"], "temperature": ["25 degC"]}, r"equally many values.*ls.grid",
         ls.grid({"area": ["1 cm2", "2 cm2"], "temperature": ["25 degC"]})),
    ],
)  # fmt: skip
def test_a_refused_design_says_what_to_write(cell: ls.Cell, vary: Any, words: str, remedy: Any) -> None:
    rest = ls.Program([ls.Rest("1 s")])
    with pytest.raises(ls.InputError, match=words):
        ls.sweep(cell, rest, vary, MODEL)
    assert np.isfinite(ls.sweep(cell, rest, remedy, MODEL)["voltage"].values).all()


@pytest.mark.fails_when(VERB, "if designs * of_a_design > MOST_VALUES:", "if False:")
def test_more_than_memory_holds_is_refused(cell: ls.Cell, monkeypatch: pytest.MonkeyPatch) -> None:
    """Before one of them is made; as many as the message says can be run."""
    with monkeypatch.context() as patched:
        patched.setattr("lithoscope.ensemble.sweeping.MOST_VALUES", 2500)
        with pytest.raises(ls.InputError, match="Take at most 2 designs at a time"):
            ls.sweep(cell, PROGRAM, VARY, MODEL)
        assert len(ls.sweep(cell, PROGRAM, {path: values[:2] for path, values in VARY.items()}, MODEL)) == 2
    millions = {"separator.thickness": ["20 um"] * 1_000_000}
    with pytest.raises(ls.InputError, match=r"asks for 1000000 designs.*would not fit in memory.*Take at most 198412 designs"):
        ls.sweep(cell, PROGRAM, millions, MODEL)
    with pytest.raises(ls.InputError, match="fewer cycles, outputs or samples"):
        ls.sweep(cell, ls.Program.strip_plate("1 mA/cm2", "1 mAh/cm2", cycles=10_000), VARY, MODEL, samples=5000)


@pytest.mark.fails_when(VERB, "do=nearest(output, has))", 'do="")')
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


@pytest.mark.fails_when(DESIGNS, 'yield "cell", list(self.names), {}', 'yield "cell", [""] * len(self), {}')
def test_designs_that_are_given_as_cells(cell: ls.Cell, together: ls.Sweep) -> None:
    """By name or by number, also of other structure, with the numbers of the same designs as varied fields."""
    rows = [{path: values[n] for path, values in VARY.items()} for n in range(3)]
    cells = [cell.changed_at(row) for row in rows]
    found = ls.sweep(cells, PROGRAM, model=MODEL, backend="lanes", checks=0)
    assert np.array_equal(found["voltage"].values, together["voltage"].values)
    assert list(found["cell"].values) == ["0", "1", "2"]
    assert list(found.manifest.inputs) == [
        "cells",
        "program",
        "model",
        "outputs",
        "samples",
        "rtol",
        "backend",
        "checks",
        "seed",
    ]
    filmed = ls.Cell.symmetric(ls.Foil("500 um", films=[ls.Film("MASnCl3", "1 um")]), separator="PP 20 um",
                               electrolyte="1 M LiPF6 EC:DMC 1:1", area="1 cm2")  # fmt: skip
    named = ls.sweep({"bare": cells[0], "coated": filmed}, PROGRAM, model=MODEL, backend="lanes", checks=0)
    assert list(named["cell"].values) == ["bare", "coated"]
    assert np.array_equal(named["voltage"].values[0], together["voltage"].values[0])
    assert len(named.manifest.solver["kernels"]) == 2


@pytest.mark.fails_when(DESIGNS, "    if vary:\n", "    if False:\n")
@pytest.mark.parametrize(
    ("cells", "vary", "words"),
    [
        ([], None, "is empty.*Give them"),
        (["cell.toml"], None, r'is the name of a cell.*Read it from its file: ls.Cell.read\("cell.toml"\)'),
        ("cell.toml", VARY, r'is the name of a cell.*Read it from its file: ls.Cell.read\("cell.toml"\)'),
        (None, {"area": ["1 cm2"]}, "one cell whose fields vary, or several cells"),
    ],
)
def test_cells_that_make_no_sweep(cell: ls.Cell, cells: Any, vary: Any, words: str, tmp_path: Path) -> None:
    rest = ls.Program([ls.Rest("1 s")])
    with pytest.raises(ls.InputError, match=words):
        ls.sweep([cell, cell] if cells is None else cells, rest, vary, MODEL)
    cell.save(tmp_path / "cell.toml")
    assert len(ls.sweep([ls.Cell.read(tmp_path / "cell.toml")], rest, model=MODEL)) == 1, "the remedy works"
    assert len(ls.sweep([cell.changed_at({"area": "1 cm2"})], rest, model=MODEL)) == 1, "the other one, too"


@pytest.mark.fails_when(LANES, "times = start + length *", "times = length *")
def test_outputs_within_the_steps(cell: ls.Cell, together: ls.Sweep) -> None:
    """Of lanes and of single runs, at the same times, also of a design that ends early."""
    vary = {"working.thickness": ["500 um", "4 um"], **{path: values[:2] for path, values in VARY.items()}}
    asked: dict[str, Any] = {"outputs": ["working_lithium"], "samples": 20, "checks": 0}
    found, single = (ls.sweep(cell, PROGRAM, vary, MODEL, backend=backend, **asked) for backend in ("lanes", "single"))
    assert found["voltage_trace"].dims == found["time"].dims == ("design", "step", "sample")
    assert list(found["status"].values) == list(single["status"].values) == ["program completed", "lithium exhausted"]
    assert found["voltage_trace"].attrs["units"] == "V"
    assert found["duration"].values == pytest.approx(single["duration"].values, abs=0.5, nan_ok=True)
    assert found["time"].values == pytest.approx(single["time"].values, abs=0.5, nan_ok=True)
    assert found["time"].values[0, 3] == pytest.approx(3 * 3600 + np.linspace(0, 3600, 21))
    assert np.array_equal(found["voltage_trace"].values[..., -1], found["voltage"].values, equal_nan=True)
    whole = found["voltage_trace"].values[0], single["voltage_trace"].values[0]
    assert whole[0] == pytest.approx(whole[1], abs=2e-4), "V, within the thinning of the trace"
    lithium = found["working_lithium_trace"].values, single["working_lithium_trace"].values
    assert lithium[0] == pytest.approx(lithium[1], rel=1e-4, abs=1.0, nan_ok=True)
    assert np.ptp(lithium[0][0, 0]) == pytest.approx(36000, rel=0.01), "C/m2, an hour at 1 mA/cm2"


@pytest.mark.fails_when(CHECKING, "(*drawn, *_extremes(", "(*drawn, *() and _extremes(")
def test_the_extremes_are_checked(cell: ls.Cell) -> None:
    """Those of the first output at the end, beside one that is drawn."""
    vary = {"separator.thickness": [f"{n} um" for n in (25, 20, 60, 15, 30, 35, 40)]}
    found = ls.sweep(cell, PROGRAM, vary, MODEL, backend="lanes", checks=1, seed=3)
    last = np.abs(found["voltage"].values[:, -1])
    assert {int(np.argmin(last)), int(np.argmax(last))} == {2, 3}
    assert {2, 3} < set(found.checked)
    assert len(found.checked) == 3
    assert 0 < found.error < 5e-5
    assert f"3 designs checked, {found.error * 1e3:.3g} mV" in str(found)
    assert ls.sweep(cell, PROGRAM, vary, MODEL, backend="lanes", checks=0).checked == ()


@pytest.mark.fails_when(DESIGNS, "low > column.min() or high < column.max()", "False")
def test_many_failures_say_where_they_lie(cell: ls.Cell, monkeypatch: pytest.MonkeyPatch) -> None:
    """Those with a thick separator fail: its range is told, and no other."""
    thick = lambda numbers: bool(np.any(np.isclose(numbers, 30e-6) | np.isclose(numbers, 40e-6)))  # noqa: E731
    all_end(Status(End.NO_SOLUTION, "as told", 0.0), monkeypatch, thick)
    vary = {
        "separator.thickness": ["15 um", "30 um", "40 um", "20 um"],
        "working.ageing.dead_fraction": [0.02, 0.01, 0.05, 0.03],
    }
    found = ls.sweep(cell, PROGRAM, vary, MODEL, backend="lanes", checks=0)
    assert list(found["backend"].values) == ["lanes", "single", "single", "lanes"]
    assert found.notes == ("2 designs found no solution in lanes and were solved singly. They have in common: "
                           "separator.thickness 3e-05 to 4e-05 m of 1.5e-05 to 4e-05 m.",)  # fmt: skip
    named = {name: cell.changed("separator.thickness", value) for name, value in (("thin", "15 um"), ("thick", "30 um"))}
    assert "They have in common: cell thick." in ls.sweep(named, PROGRAM, model=MODEL, backend="lanes", checks=0).notes[0]


class Features(dict[str, bool]):
    """Those of a processor without wide vectors."""

    def flatten(self) -> str:
        return "-avx512f,-avx2,-fma"


@pytest.mark.fails_when("physics/cell/lanes/native.py", 'return 8 if features.get("avx2") else 4', "return 8")
def test_a_machine_without_wide_vectors(cell: ls.Cell, together: ls.Sweep, monkeypatch: pytest.MonkeyPatch) -> None:
    """Lanes run four at a time, with code for that machine, and the sweep says for which."""
    from lithoscope.physics.cell.lanes import native

    binding = native.llvm()
    monkeypatch.setattr(binding, "get_host_cpu_features", lambda: Features(avx2=False))
    monkeypatch.setattr(binding, "get_host_cpu_name", lambda: "x86-64")
    for cached in (native.processor, native.usual_width):
        cached.cache_clear()
    try:
        found = ls.sweep(cell, PROGRAM, VARY, MODEL, backend="lanes", checks=1)
        assert native.usual_width() == 4
        assert "-avx2" in found.manifest.solver["processors"][0]
        assert set(found["backend"].values) == {"lanes"}
        assert found["voltage"].values == pytest.approx(together["voltage"].values, abs=1e-9)
        assert not found.notes
    finally:
        for cached in (native.processor, native.usual_width):
            cached.cache_clear()


@pytest.mark.fails_when(
    "physics/cell/lanes/native.py",
    '    except RuntimeError as error:\n        raise NoTargetError(f"LLVM has no target for it ({error})") from None\n    return target',
    "    except ZeroDivisionError as error:\n        raise\n    return target",
)
def test_a_machine_for_which_there_is_no_target(cell: ls.Cell, monkeypatch: pytest.MonkeyPatch) -> None:
    """Its designs are solved singly, and a note says why."""
    from lithoscope.physics.cell.lanes import build, native

    def none() -> None:
        raise RuntimeError("No available targets are compatible with triple")

    build.check_target.cache_clear()
    monkeypatch.setattr(native.llvm().Target, "from_default_triple", none)
    monkeypatch.setattr("lithoscope.ensemble.solving.WORTH_COMPILING", 1)
    try:
        found = ls.sweep(cell, PROGRAM, VARY, MODEL)
    finally:
        build.check_target.cache_clear()
    assert set(found["backend"].values) == {"single"}
    assert "LLVM has no target for it" in found.notes[0]
    assert np.isfinite(found["voltage"].values).all()


@pytest.mark.fails_when(
    LANES,
    "        except (lanes.NotLoweredError, lanes.NoTargetError) as error:",
    "        except lanes.NoTargetError as error:",
)
def test_a_model_that_does_not_lower(cell: ls.Cell, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """The designs of that structure are solved singly, and a note names the remedy."""
    from lithoscope.physics.cell.lanes import lu

    lanes.kernel(ls.Mossy(cells=5), cell)
    monkeypatch.setattr(lu, "MOST_OPERATIONS", 10)
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    monkeypatch.setattr("lithoscope.ensemble.solving.WORTH_COMPILING", 1)
    found = ls.sweep(cell, PROGRAM, VARY, MODEL)
    assert set(found["backend"].values) == {"single"}
    assert "fewer cells per layer" in found.notes[0]
    assert np.isfinite(found["voltage"].values).all()
    with pytest.raises(lanes.NotLoweredError):
        ls.sweep(cell, PROGRAM, VARY, MODEL, backend="lanes")


@pytest.mark.fails_when("cli/sweeping.py", "to=None if table else to", "to=None")
def test_the_command_keeps_a_sweep_in_a_folder(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    asked: dict[str, Any] = {"paired": False, "outputs": (), "model": None, "as_json": True}
    code = sweep_files("perovskite/bare", "perovskite/first-cycles", ["separator.thickness=15 um, 25 um"], samples=2,
                       to=tmp_path / "mine", **asked)  # fmt: skip
    assert code == 0
    told = json.loads(capsys.readouterr().out)
    found = ls.load_sweep(tmp_path / "mine")
    assert found["voltage_trace"].shape == (2, 11, 3)
    assert [row["voltage, V"] for row in told["designs"]] == list(found["voltage"].values[:, -1])
    with pytest.raises(ls.InputError, match="--samples = 2, and nothing keeps them"):
        sweep_files("perovskite/bare", "perovskite/first-cycles", ["area=1 cm2"], samples=2, to=tmp_path / "a.csv", **asked)
