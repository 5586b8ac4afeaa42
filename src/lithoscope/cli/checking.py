"""`lithoscope check`: is this installation right?"""

from __future__ import annotations

import os
import time

from lithoscope.cli import output
from lithoscope.result.manifest import circumstances


def check_installation(*, as_json: bool) -> int:
    """Run every exact case of every model and report versions; returns the exit code."""
    from lithoscope.physics.cell import Mossy, Planar, Plated

    begun = time.perf_counter()
    rows = [
        {"model": model.kind, "case": case.name, "error": case.error(), "tolerance": case.tolerance}
        for model in (Planar(), Mossy(), Plated())
        for case in model.exact_cases()
    ]
    passed = [row["error"] <= row["tolerance"] for row in rows]  # type: ignore[operator]  # both are numbers
    silent = os.environ.get("PYBAMM_DISABLE_TELEMETRY") == "true"
    if as_json:
        output.write_json({"cases": rows, "passed": all(passed) and silent, "telemetry_off": silent, **circumstances()})
    else:
        versions = circumstances()["versions"]
        output.say(", ".join(f"{name} {version}" for name, version in versions.items()))
        output.say(f"telemetry of dependencies: {'off' if silent else 'ON'}")
        shown = [
            (str(row["model"]), str(row["case"]), f"{row['error']:.1e}", f"{row['tolerance']:.0e}", "right" if ok else "WRONG")
            for row, ok in zip(rows, passed, strict=True)
        ]
        output.table("\nexact solutions", ("model", "case", "relative error", "tolerance", ""), shown, right=(2, 3))
        output.say(f"{sum(passed)} of {len(passed)} right in {time.perf_counter() - begun:.1f} s")
    return 0 if all(passed) and silent else 3
