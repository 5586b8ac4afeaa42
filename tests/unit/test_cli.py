"""The command line: what it prints, what it returns, and that nobody sees a traceback."""

import json
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from lithoscope import __version__
from lithoscope.cli import app as cli
from lithoscope.design.catalogue import entry
from lithoscope.physics.cell.model import CellModel
from lithoscope.physics.cell.worker import Worker
from lithoscope.protocol import Program
from lithoscope.result import load
from lithoscope.studies import outcome
from lithoscope.studies.perovskite.study import Perovskite

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
    assert "1 to 100 " in out, "with its range"
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
    assert data["folder"] == f"results/cell-program-{data['run_id']}"
    _, out, _ = lithoscope("show", data["folder"], "--json")
    assert json.loads(out)["run_id"] == data["run_id"]


def test_names_of_the_catalogue_stand_for_files(lithoscope: Any, files: tuple[str, str]) -> None:
    code, out, _ = lithoscope("run", "perovskite/bare", files[1], "--json")
    assert code == 0
    assert json.loads(out)["metrics"]["interface_resistance"]["value"] == pytest.approx(320, rel=1e-3)


@pytest.mark.fails_when("cli/studying.py", '"no bound" if value is None else', '"0" if value is None else')
def test_a_claim_whose_interval_has_no_end(lithoscope: Any) -> None:
    """At ends of ranges together the electrolyte of the host does not carry 5 mA/cm2."""
    code, out, _ = lithoscope("claims", "host.overpot.rates")
    assert code == 0
    assert "to no bound)" in out
    assert "disagrees" in out


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("run", "none.toml", "program.toml"), "none.toml does not exist"),
        (("run", "perovskite/bear", "program.toml"), 'Did you mean "perovskite/bare"?'),
        (("run", "cell.toml", "cell.toml"), 'cell.toml: format (line 3) = "lithoscope.cell/1"'),
        (("run", "cell.toml", "wrong.toml"), 'wrong.toml: steps.0.kind (line 3) = "power" is not built yet'),
        (
            ("run", "cell.toml", "program.toml", "--model", "model.toml"),
            'model.toml: kind (line 2) = "phase_field" is not a model that Lithoscope knows',
        ),
        (("show", "."), "is not a result of Lithoscope"),
        (("run", "cell.toml", "program.toml", "--to", "."), "is the current folder"),
        (("run", "cell.toml", "program.toml", "--to", "cell.toml"), "cell.toml is a file"),
        (("run", "cell.toml", "program.toml", "--to", "cell.toml/run"), "could not be written"),
        (("claims", "perovskite.eis.bear"), 'Did you mean "perovskite.eis.bare"?'),
        (("claims", "perovskit.eis.bare"), 'Did you mean "perovskite"?'),
        (("reproduce", "dipole"), 'Did you mean "dipoles"?'),
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
    (tmp_path / "wrong.toml").write_text('format = "lithoscope.program/1"\n[[steps]]\nkind = "power"\n')
    (tmp_path / "model.toml").write_text('format = "lithoscope.model/1"\nkind = "phase_field"\n')
    before = {p.name for p in tmp_path.iterdir()}
    code, out, err = lithoscope(*arguments)
    assert code == 2
    assert words in err
    assert "Traceback" not in out + err
    assert {p.name for p in tmp_path.iterdir()} == before, "a refusal leaves nothing behind"


@pytest.fixture
def no_run(monkeypatch: pytest.MonkeyPatch) -> None:
    """A simulation or a study that begins nevertheless fails the test."""

    def began(*_: Any, **__: Any) -> None:
        raise AssertionError("it was run in vain")

    monkeypatch.setattr(CellModel, "simulate", began)
    monkeypatch.setattr(Perovskite, "run", began)


@pytest.mark.usefixtures("no_run")
@pytest.mark.fails_when("run.py", "    check_target(to, Manifest(inputs).run_id, replace=replace)", "    pass")
def test_a_folder_of_somebody_else_is_refused_before_the_run(lithoscope: Any, files: tuple[str, str], tmp_path: Path) -> None:
    (tmp_path / "thesis").mkdir()
    (tmp_path / "thesis" / "chapter.txt").write_text("years of work")
    code, _, err = lithoscope("run", *files, "--to", "thesis")
    assert code == 2
    assert err == "thesis exists and is not a result of Lithoscope. Choose another folder.\n"


@pytest.mark.fails_when("cli/running.py", ".unlink(missing_ok=True)", ".exists()")
def test_another_run_is_replaced_only_if_asked_and_leaves_no_figures(
    lithoscope: Any, files: tuple[str, str], tmp_path: Path
) -> None:
    assert lithoscope("run", *files, "--to", "mine")[0] == 0
    assert (tmp_path / "mine" / "spectrum.svg").exists()
    rest = tmp_path / "rest.toml"
    rest.write_text('format = "lithoscope.program/1"\n[[steps]]\nkind = "rest"\nduration = "1 s"\n')
    code, _, err = lithoscope("run", files[0], "rest.toml", "--to", "mine")
    assert (code, "--replace" in err) == (2, True)
    assert lithoscope("run", files[0], "rest.toml", "--to", "mine", "--replace")[0] == 0
    assert not (tmp_path / "mine" / "spectrum.svg").exists(), "it would show another run"


@pytest.mark.usefixtures("no_run")
@pytest.mark.fails_when("cli/studying.py", "and GENERATOR not in page", "and False and page")
def test_a_report_of_somebody_else_is_not_overwritten(lithoscope: Any, tmp_path: Path) -> None:
    (tmp_path / "report").mkdir()
    (tmp_path / "report" / "report.html").write_text("<html>years of work</html>")
    code, _, err = lithoscope("reproduce", "perovskite")
    assert (code, err) == (
        2, "report/report.html exists and was not written by Lithoscope. Choose another folder: --to FOLDER.\n"
    )  # fmt: skip
    assert lithoscope("reproduce", "perovskite", "--to", "report/report.html")[0] == 2


@pytest.mark.fails_when("cli/app.py", "except OSError as error:", "except ZeroDivisionError as error:")
def test_a_file_that_cannot_be_written_is_one_message(lithoscope: Any, files: tuple[str, str]) -> None:
    assert lithoscope("run", *files, "--to", "mine", "--no-figures")[0] == 0
    code, _, err = lithoscope("show", "mine", "--csv", "none/t.csv")
    assert (code, "No such file or directory" in err) == (2, True)


@pytest.mark.fails_when("cli/running.py", "except RunInterrupted as interrupted:", "except ZeroDivisionError as interrupted:")
def test_an_interrupted_run_is_kept(
    lithoscope: Any, files: tuple[str, str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    honest = Worker.ask

    def pressed(self: Worker, *arguments: Any) -> bytes:
        signal.raise_signal(signal.SIGINT)
        return honest(self, *arguments)

    monkeypatch.setattr(Worker, "ask", pressed)
    code, out, err = lithoscope("run", *files, "--to", "mine")
    assert (code, err) == (4, "")
    assert "INTERRUPTED" in out
    assert "result in mine" in out
    assert load(tmp_path / "mine").status.word == "interrupted"


@pytest.mark.fails_when("cli/app.py", "raise _InterruptedError from interrupt", "raise")
def test_an_interrupt_elsewhere_is_one_message(lithoscope: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    def pressed(*_: Any, **__: Any) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(Perovskite, "run", pressed)
    code, _, err = lithoscope("reproduce", "perovskite")
    assert (code, err.splitlines()) == (
        4, ["INTERRUPTED  Nothing more was written. Run the same command again to repeat it."]
    )  # fmt: skip


@pytest.mark.fails_when("cli/__init__.py", "signal.signal(signal.SIGTERM, signal.default_int_handler)", "pass")
def test_the_end_of_a_job_is_an_interrupt(tmp_path: Path) -> None:
    code = (
        "import os, signal, lithoscope.cli.listing as listing, sys\n"
        "listing.show_data = lambda *a, **k: os.kill(os.getpid(), signal.SIGTERM)\n"
        "sys.argv = ['lithoscope', 'data']\nfrom lithoscope.cli import main; main()"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False, timeout=60)
    assert (done.returncode, done.stderr.split()[0]) == (4, "INTERRUPTED")


@pytest.mark.fails_when("cli/running.py", "return (given or count) - 1", "return count - 1")
def test_which_spectrum_is_written(lithoscope: Any, files: tuple[str, str], tmp_path: Path) -> None:
    higher = '[[steps]]\nkind = "spectrum"\nlow = "1 Hz"\n'
    (tmp_path / "two.toml").write_text(PROGRAM + higher)
    lithoscope("run", files[0], "two.toml", "--to", "mine", "--no-figures")
    for chosen, lowest in ((("--spectrum", "1"), 0.1), (("--spectrum", "2"), 1.0), ((), 1.0)):
        lithoscope("show", "mine", "--spectrum-csv", "z.csv", *chosen)
        last = (tmp_path / "z.csv").read_text().splitlines()[-1]
        assert float(last.split(",")[0]) == pytest.approx(lowest, rel=1e-9)
    for number in ("0", "3"):
        code, _, err = lithoscope("show", "mine", "--spectrum-csv", "z.csv", "--spectrum", number)
        assert (code, "Expected 1 to 2." in err) == (2, True)


@pytest.mark.fails_when("cli/studying.py", '("decided by", row["decided_by"] or ""),', "")
def test_all_about_a_claim(lithoscope: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    code, out, _ = lithoscope("claims", "perovskite.eis.bare")
    assert code == 0
    for part in ("320 ohm", "±5%", "calibrated: the number set a parameter", "Results: stability", "interfacial resistance"):
        assert part in out
    verdicts, _ = outcome.shipped("perovskite")
    monkeypatch.setattr(outcome, "shipped", lambda _: ([row | {"decided_by": "the area"} for row in verdicts], True))
    assert "decided by  the area" in lithoscope("claims", "perovskite.eis.bare")[1]
    row = json.loads(lithoscope("claims", "perovskite.eis.bare", "--json")[1])["claims"][0]
    assert row["section"].startswith("Results")


@pytest.mark.fails_when("cli/app.py", 'output.say(f"lithoscope {__version__}")', "pass")
def test_version(lithoscope: Any) -> None:
    assert lithoscope("--version")[:2] == (0, f"lithoscope {__version__}\n")


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


@pytest.mark.fails_when("cli/converting.py", "if isinstance(data, list):", "if False:")
def test_convert(lithoscope: Any, tmp_path: Path) -> None:
    """A ready program to a protocol and back; PyBaMM's strings to a program that runs."""
    ready, surface = "perovskite/first-cycles", ("--area", "1.13 cm2")
    assert lithoscope("convert", ready, *surface, "--to", "protocol.json") == (0, "wrote protocol.json\n", "")
    printed = lithoscope("convert", ready, *surface)[1]
    assert json.loads(printed) == json.loads((tmp_path / "protocol.json").read_text())
    code, out, _ = lithoscope("convert", "protocol.json", *surface)
    assert code == 0
    assert len(Program.parse(out)) == len(Program.parse(entry(ready)))
    (tmp_path / "strings.json").write_text(
        '["Rest for 1 minute", ["Charge at C/2 for 1 minute", "Discharge at 1 mA/cm2 for 1 s"]]'
    )
    code, out, _ = lithoscope("convert", "strings.json", "--capacity", "2 mAh/cm2", "--json")
    assert json.loads(out)["steps"][1]["steps"][0]["current_density"] == "1 mA/cm2"
    assert lithoscope("convert", "strings.json", "--capacity", "2 mAh/cm2", "--to", "program.toml")[0] == 0
    assert Program.read(tmp_path / "program.toml").cycles == 1


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("protocol.json",), '--area is missing. Expected an area such as "1.13 cm2"'),
        (("perovskite/first-cycles",), 'Add --area "1.13 cm2"'),
        (("perovskite/first-cycles", "--capacity", "1 mAh/cm2"), "A program has no C-rates"),
        (("perovskite/first-cycles", "--to", "protocol.json"), "exists already"),
        (("none.json",), "none.json does not exist"),
    ],
)
@pytest.mark.fails_when("cli/converting.py", "if to is not None and to.exists():", "if False:")
def test_convert_refuses(lithoscope: Any, tmp_path: Path, arguments: tuple[str, ...], words: str) -> None:
    assert lithoscope("convert", "perovskite/first-cycles", "--area", "1 cm2", "--to", "protocol.json")[0] == 0
    code, _, errors = lithoscope("convert", *arguments)
    assert code == 2
    assert words in errors


@pytest.mark.fails_when("cli/app.py", "except (StoreError, MissingExtraError) as error:", "except StoreError as error:")
def test_what_is_not_installed_is_one_message(lithoscope: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "aurora_unicycler", None)
    code, _, errors = lithoscope("convert", "perovskite/first-cycles", "--area", "1 cm2")
    assert code == 2
    assert errors.count("\n") == 1
    assert "pip install" in errors


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
