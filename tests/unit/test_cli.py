"""The command line: what it prints, what it returns, and that nobody sees a traceback."""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from lithoscope.cli import app as cli
from lithoscope.design.catalogue import entry

PROGRAM = """format = "lithoscope.program/1"
[[steps]]
kind = "spectrum"
points_per_decade = 2
[[steps]]
kind = "current"
current_density = "1 mA/cm2"
until = { capacity = "0.05 mAh/cm2" }
"""


@pytest.fixture
def lithoscope(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path) -> Any:
    """lithoscope("run", ...) -> (exit code, output, errors), in a folder of its own."""
    monkeypatch.chdir(tmp_path)

    def call(*arguments: str) -> tuple[int, str, str]:
        monkeypatch.setattr(sys, "argv", ["lithoscope", *arguments])
        with pytest.raises(SystemExit) as ended:
            cli.start()
        captured = capsys.readouterr()
        return int(ended.value.code or 0), captured.out, captured.err

    return call


@pytest.fixture
def files(tmp_path: Path) -> tuple[str, str]:
    """A cell file and a program file."""
    (tmp_path / "cell.toml").write_text(entry("perovskite/masncl3"))
    (tmp_path / "program.toml").write_text(PROGRAM)
    return "cell.toml", "program.toml"


def test_run_and_show(lithoscope: Any, files: tuple[str, str], tmp_path: Path) -> None:
    code, out, _ = lithoscope("run", *files, "--to", "mine")
    assert code == 0
    assert "PROGRAM COMPLETED" in out
    assert "model: planar (the default for this cell)" in out
    assert "lithium balance" in out
    assert "working.exchange_current_density" in out, "what the cell does not give is listed"
    assert {"manifest.json", "summary.json", "voltage.svg", "spectrum.svg", "cell.toml"} <= {
        p.name for p in (tmp_path / "mine").iterdir()
    }
    code, out, _ = lithoscope(
        "show", "mine", "--csv", "t.csv", "--spectrum-csv", "z.csv", "--figure", "l.svg", "--what", "ledger"
    )
    assert code == 0
    assert "PROGRAM COMPLETED" in out
    assert all((tmp_path / name).exists() for name in ("t.csv", "z.csv", "l.svg"))


@pytest.mark.fails_when("cli/running.py", 'output.write_json(result.summary() | {"folder": str(folder)})', "describe(result)")
def test_json_is_all_that_is_printed(lithoscope: Any, files: tuple[str, str]) -> None:
    code, out, err = lithoscope("run", *files, "--json", "--no-figures")
    data = json.loads(out)
    assert (code, err) == (0, "")
    assert data["status"]["word"] == "program completed"
    assert data["folder"].startswith("results/cell-")
    _, out, _ = lithoscope("show", data["folder"], "--json")
    assert json.loads(out)["run_id"] == data["run_id"]


def test_names_of_the_catalogue_stand_for_files(lithoscope: Any, files: tuple[str, str]) -> None:
    code, out, _ = lithoscope("run", "perovskite/bare", files[1], "--json")
    assert code == 0
    assert json.loads(out)["metrics"]["interface_resistance"]["value"] == pytest.approx(320, rel=1e-3)


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("run", "none.toml", "program.toml"), "none.toml does not exist"),
        (("run", "perovskite/bear", "program.toml"), 'Did you mean "perovskite/bare"?'),
        (("run", "cell.toml", "cell.toml"), 'cell.toml: format (line 3) = "lithoscope.cell/1"'),
        (("run", "cell.toml", "wrong.toml"), 'wrong.toml: steps.0.kind (line 3) = "scan" is not built yet'),
        (("run", "cell.toml", "program.toml", "--model", "model.toml"), 'model.toml: kind (line 2) = "mossy" is not built yet'),
        (("show", "."), "is not a result of Lithoscope"),
        (("reproduce", "host"), "not built yet"),
        (("reproduce", "perovskit"), 'Did you mean "perovskite"?'),
        (("claims", "--verdict", "agree"), 'Did you mean "agrees"?'),
        (("data", "zzzz"), "fits no record"),
        (("catalogue", "perovskite/bare", "--to", "cell.toml"), "exists already"),
    ],
)
@pytest.mark.fails_when("cli/app.py", "except InputError as error:", "except ZeroDivisionError as error:")
def test_refusals_are_one_message_and_exit_code_2(
    arguments: tuple[str, ...], words: str, lithoscope: Any, files: tuple[str, str], tmp_path: Path
) -> None:
    (tmp_path / "wrong.toml").write_text('format = "lithoscope.program/1"\n[[steps]]\nkind = "scan"\n')
    (tmp_path / "model.toml").write_text('format = "lithoscope.model/1"\nkind = "mossy"\n')
    before = {p.name for p in tmp_path.iterdir()}
    code, out, err = lithoscope(*arguments)
    assert code == 2
    assert words in err
    assert "Traceback" not in out + err
    assert {p.name for p in tmp_path.iterdir()} == before, "a refusal leaves nothing behind"


def test_a_model_file(lithoscope: Any, files: tuple[str, str], tmp_path: Path) -> None:
    (tmp_path / "model.toml").write_text('format = "lithoscope.model/1"\nkind = "planar"\ncells = 12\n')
    code, out, _ = lithoscope("run", *files, "--model", "model.toml")
    assert (code, "model: planar\n" in out) == (0, True)
    (tmp_path / "model.toml").write_text('format = "lithoscope.model/1"\nkind = "planar"\ncells = 2\n')
    code, _, err = lithoscope("run", *files, "--model", "model.toml")
    assert (code, "cells (line 3)" in err) == (2, True)


def test_lists(lithoscope: Any, tmp_path: Path) -> None:
    assert "perovskite/bare" in lithoscope("catalogue")[1]
    assert lithoscope("catalogue", "perovskite/bare")[1].strip() == entry("perovskite/bare").strip()
    assert len(json.loads(lithoscope("catalogue", "--json")[1])) >= 5
    lithoscope("catalogue", "perovskite/bare", "--to", "mine.toml")
    assert (tmp_path / "mine.toml").read_text() == entry("perovskite/bare")
    assert "Kirk-Othmer" in lithoscope("data", "lithium.molar_vol")[1]
    assert "lithium.density" in lithoscope("data")[1]
    assert json.loads(lithoscope("data", "porosity", "--json")[1])[0]["reference"]


def test_claims_answer_at_once(lithoscope: Any) -> None:
    code, out, _ = lithoscope("claims", "perovskite", "--json")
    rows = json.loads(out)["claims"]
    assert code == 0
    assert len(rows) == 60
    code, out, _ = lithoscope("claims", "--verdict", "inconsistent")
    assert "perovskite.plate.headline" in out
    assert "perovskite.eis.bare" not in out


def test_check_runs_the_exact_cases(lithoscope: Any) -> None:
    code, out, _ = lithoscope("check", "--json")
    data = json.loads(out)
    assert (code, data["passed"], data["telemetry_off"]) == (0, True, True)
    assert len(data["cases"]) >= 6


def test_as_a_command() -> None:
    """The installed command itself, in a process of its own."""
    done = subprocess.run(
        [sys.executable, "-c", "from lithoscope.cli import main; main()", "run", "/nowhere.toml", "x"],
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.startswith("INPUT REFUSED  /nowhere.toml does not exist")
