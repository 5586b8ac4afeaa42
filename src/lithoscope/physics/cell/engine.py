"""The one door to PyBaMM and CasADi.

PyBaMM sends usage data unless told otherwise before it is imported; Lithoscope always tells it otherwise. Its log is
silenced: how a run ends is said by `lithoscope.errors.Status`, in laboratory words.
"""

from __future__ import annotations

import os
import shutil
import stat
import tempfile
from pathlib import Path

os.environ["PYBAMM_DISABLE_TELEMETRY"] = "true"

import casadi
import pybamm
from pybamm.codegen.compilation import aot_compile

pybamm.set_logging_level("CRITICAL")


def compiler() -> str | None:
    """A C compiler with which functions can be compiled, None without one or without a private place for its output.

    What was compiled is loaded again by later runs, so its folder must belong to the user alone.
    """
    found = shutil.which("gcc")
    if found is None or not hasattr(os, "getuid"):
        return None
    folder = Path(tempfile.gettempdir()) / f"lithoscope-{os.getuid()}"
    try:
        folder.mkdir(mode=0o700, exist_ok=True)
        status = folder.lstat()
    except OSError:
        return None
    if not stat.S_ISDIR(status.st_mode) or status.st_uid != os.getuid() or status.st_mode & 0o077:
        return None
    os.environ["PYBAMM_CASADI_AOT_CACHE"] = str(folder)
    return found


__all__ = ["aot_compile", "casadi", "compiler", "pybamm"]
