"""The one door to PyBaMM and CasADi.

PyBaMM sends usage data unless told otherwise before it is imported; Lithoscope always tells it otherwise. Its log is
silenced: how a run ends is said by `lithoscope.errors.Status`, in laboratory words.
"""

from __future__ import annotations

import os

os.environ["PYBAMM_DISABLE_TELEMETRY"] = "true"

import casadi
import pybamm

pybamm.set_logging_level("CRITICAL")

__all__ = ["casadi", "pybamm"]
