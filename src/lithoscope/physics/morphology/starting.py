"""What a run costs until its first steps are done, in a process of its own: imports, compilation, steps."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from collections import Counter
from dataclasses import asdict, dataclass
from pathlib import Path

HERE = "from lithoscope.physics.morphology.starting import report; report()"
LOADED, COMPILED = "/jax/compilation_cache/cache_hits", "/jax/core/compile/backend_compile_duration"
"""Names by which JAX reports a program that it read from disk, and one that it compiled or read."""


@dataclass(frozen=True, slots=True)
class Start:
    """A process up to the end of its first loop of steps.

    wall, processor  s, from the start of the process
    compiled, loaded programs of JAX;  steps: of time that are in it
    """

    wall: float
    processor: float
    compiled: int
    loaded: int
    steps: int


def starts(cache: Path, times: int = 2) -> list[Start]:
    """Processes one after the other with one folder for compiled code, which is empty at first."""
    return [_start(cache) for _ in range(times)]


def _start(cache: Path) -> Start:
    environment = {name: value for name, value in os.environ.items() if not name.startswith("JAX_")}
    begun = time.perf_counter()
    done = subprocess.run(  # noqa: S603
        [sys.executable, "-c", HERE],
        check=True,
        capture_output=True,
        text=True,
        env=environment | {"XDG_CACHE_HOME": str(cache)},
    )
    return Start(**json.loads(done.stdout) | {"wall": time.perf_counter() - begun})


def report() -> None:
    """Say on standard output what this process has cost."""
    sys.stdout.write(json.dumps(asdict(_first())) + "\n")


def _first() -> Start:
    """The first loop of the run that the documentation shows."""
    import jax

    seen: Counter[str] = Counter()
    jax.monitoring.register_event_listener(lambda event, **_: seen.update([event]))
    jax.monitoring.register_event_duration_secs_listener(lambda event, duration_secs, **_: seen.update([event]))
    from lithoscope.design import Cell, Foil
    from lithoscope.physics.morphology.checks import check
    from lithoscope.physics.morphology.model import PhaseField
    from lithoscope.protocol import Current, Program

    cell = Cell.symmetric(anode=Foil("50 um"), electrolyte="1 M LiPF6 EC:DMC 1:1", separator="PP 20 um", area="1 cm2")
    program = Program([Current("-2 mA/cm2", {"capacity": "1 mAh/cm2"})])
    model = PhaseField(width="48 um", height="32 um", cell_size="0.25 um", roughness="0.2 um", seed=0)
    driver = model.driver(cell, program, check(model, cell, program))
    driver.enough = lambda: True
    driver.finish()
    steps = len(driver.recorder.columns()["time"])
    return Start(0.0, time.process_time(), seen[COMPILED] - seen[LOADED], seen[LOADED], steps)
