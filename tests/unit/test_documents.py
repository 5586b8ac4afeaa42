"""What is shown is what is run: README, documentation and examples."""

import re
import subprocess
import sys
import tomllib
from pathlib import Path
from typing import Any

import pytest

import lithoscope as ls

ROOT = Path(__file__).resolve().parents[2]
PAGES = [ROOT / "README.md", ROOT / "CONTRIBUTING.md", *sorted((ROOT / "docs").glob("*.md"))]


def blocks(page: Path, language: str) -> list[str]:
    """Fenced blocks of a page."""
    return re.findall(rf"```{language}\n(.*?)```", page.read_text(encoding="utf-8"), re.DOTALL)


@pytest.mark.fails_when("data/tables/native_film.toml", "value = 1e-8", "value = 2e-8")
def test_python_of_the_readme(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    (code,) = blocks(ROOT / "README.md", "python")
    names: dict[str, Any] = {}
    exec(compile(code, "README.md", "exec"), names)
    assert f"It shows {names['result'].overpotential() * 1e3:.0f} mV" in (ROOT / "README.md").read_text(encoding="utf-8")
    assert ls.load("my-run").status.word == "program completed"


@pytest.mark.fails_when("__init__.py", '"analysis.impedance": ("read_arc",)', '"analysis.impedance": ()')
def test_python_of_the_documentation(tmp_path: Path) -> None:
    """In a process of its own, as a reader would run it: PyBaMM warns about its own dependencies."""
    code = "\n".join(blocks(ROOT / "docs" / "python.md", "python"))
    (tmp_path / "page.py").write_text(code)
    done = subprocess.run(
        [sys.executable, "-W", "ignore", "page.py"], cwd=tmp_path, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    assert "<Result of foil with MASnCl3: program completed, 8 steps, 3 cycles, run " in done.stdout


def test_files_of_the_documentation_are_read() -> None:
    found = 0
    for text in blocks(ROOT / "docs" / "files.md", "toml"):
        if "format" in text:
            kind = {"cell": ls.Cell, "program": ls.Program, "model": ls.Planar}[
                tomllib.loads(text)["format"].split(".")[1].split("/")[0]
            ]
            kind.parse(text)
            found += 1
    assert found == 3


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_links_lead_somewhere(page: Path) -> None:
    for target in re.findall(r"\]\(([^)#]+)\)", page.read_text(encoding="utf-8")):
        if not target.startswith("http"):
            assert (page.parent / target).exists(), target


def test_commands_of_the_readme_exist() -> None:
    done = subprocess.run(
        [sys.executable, "-c", "from lithoscope.cli import main; main()", "--help"], capture_output=True, text=True, check=True
    )
    for command in re.findall(r"^lithoscope (\w+)", "\n".join(blocks(ROOT / "README.md", "sh")), re.MULTILINE):
        assert f" {command} " in done.stdout


@pytest.mark.parametrize("example", sorted((ROOT / "examples").glob("*.py")), ids=lambda path: path.name)
def test_examples_run(example: Path, tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-W", "ignore", str(example)], cwd=tmp_path, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    if "map_of(" not in example.read_text(encoding="utf-8"):
        assert float(re.findall(r"closes to (\S+)", done.stdout)[0]) < 1e-9
    else:  # many designs, of which the corner with the most resistance ends early
        assert int(re.findall(r"(\d+) program completed", done.stdout)[0]) > 100


def test_versions_agree() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    assert project["version"] == ls.__version__
    assert f"version: {ls.__version__}" in (ROOT / "CITATION.cff").read_text(encoding="utf-8")
    assert f"## {ls.__version__}" in (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")


def test_pins_have_no_addresses() -> None:
    text = (ROOT / "constraints.txt").read_text(encoding="utf-8")
    lines = [line for line in text.splitlines() if line and not line.startswith("#")]
    assert all(re.fullmatch(r"[A-Za-z0-9._-]+==[0-9A-Za-z.+!]+", line) for line in lines)
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    pinned = {line.split("==")[0].lower().replace("_", "-") for line in lines}
    wanted = [*project["dependencies"], *project["optional-dependencies"]["dev"]]
    assert {re.split(r"[<>=]", each)[0].lower() for each in wanted} <= pinned
