"""The import is light, touches nothing, and the floors hold."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

HEAVY = ("numpy", "pydantic", "pint", "xarray", "pandas", "pybamm", "casadi", "matplotlib", "scipy", "zarr", "tomlkit")


def modules_after(code: str, home: Path) -> set[str]:
    """Modules loaded by a fresh interpreter after some code."""
    done = subprocess.run(
        [sys.executable, "-c", f"{code}\nimport sys, json; sys.stderr.write(json.dumps(sorted(sys.modules)))"],
        capture_output=True,
        text=True,
        check=True,
        env={**os.environ, "HOME": str(home)},
    )
    return set(json.loads(done.stderr))


@pytest.mark.fails_when("run.py", "import sys\n", "import sys\n\nimport numpy\n")
def test_import_loads_no_heavy_part(tmp_path: Path) -> None:
    assert not modules_after("import lithoscope", tmp_path) & set(HEAVY)
    assert not list(tmp_path.iterdir()), "nothing is written into the home folder"


@pytest.mark.fails_when("cli/app.py", "import sys\n", "import sys\n\nimport numpy\n")
def test_help_loads_no_heavy_part(tmp_path: Path) -> None:
    code = (
        "import sys; sys.argv = ['lithoscope', '--help']\nfrom lithoscope.cli import main\ntry: main()\nexcept SystemExit: pass"
    )
    assert not modules_after(code, tmp_path) & set(HEAVY)


@pytest.mark.fails_when("physics/cell/engine.py", 'os.environ["PYBAMM_DISABLE_TELEMETRY"] = "true"', "pass")
def test_telemetry_is_off_whatever_the_environment_says(tmp_path: Path) -> None:
    code = (
        "import os; os.environ['PYBAMM_DISABLE_TELEMETRY'] = 'false'\n"
        "from lithoscope.physics.cell.engine import pybamm\nassert pybamm.telemetry._posthog.disabled is True"
    )
    modules_after(code, tmp_path)


def test_every_public_name_exists_and_can_be_asked_for_in_any_order() -> None:
    import lithoscope

    for name in reversed(lithoscope.__all__):
        assert callable(getattr(lithoscope, name))
    assert callable(lithoscope.run)
    assert callable(lithoscope.study)
    with pytest.raises(AttributeError, match="no attribute 'nothing'"):
        lithoscope.nothing  # noqa: B018
    assert set(lithoscope.__all__) <= set(dir(lithoscope))
