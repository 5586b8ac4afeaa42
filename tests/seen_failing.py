"""Rung 11: apply every recorded fault and require its test to fail.

    python tests/seen_failing.py            all faults, two at a time; exit code 1 if any goes unnoticed
    python tests/seen_failing.py ledger     only tests whose id contains the word

A test records its fault with `@pytest.mark.fails_when(file, old, new)`. Each fault is put into a copy of the package and
only its test is run against that copy. A fault whose text is no longer in the code is reported as stale.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent


@dataclass(frozen=True)
class Fault:
    """A replacement in one file of the package, and the test that must notice it."""

    test: str
    file: str
    old: str
    new: str


class Collector:
    """Collects the recorded faults of all tests, one for each test function."""

    def __init__(self) -> None:
        self.faults: dict[str, Fault] = {}

    def pytest_collection_modifyitems(self, items: list[pytest.Item]) -> None:
        """Called by pytest with every test."""
        for item in items:
            marker = item.get_closest_marker("fails_when")
            if marker:
                test = item.nodeid.split("[")[0]
                self.faults[test] = Fault(test, *marker.args)


def noticed(fault: Fault) -> tuple[Fault, str]:
    """Whether the test fails with the fault in place: "noticed", "NOT NOTICED", "STALE", or what else happened."""
    source = ROOT / "src" / "lithoscope" / fault.file
    text = source.read_text(encoding="utf-8")
    if fault.old not in text:
        return fault, "STALE"
    with tempfile.TemporaryDirectory() as folder:
        copy = Path(folder) / "lithoscope"
        shutil.copytree(ROOT / "src" / "lithoscope", copy, ignore=shutil.ignore_patterns("__pycache__"))
        (copy / fault.file).write_text(text.replace(fault.old, fault.new, 1), encoding="utf-8")
        environment = {**os.environ, "PYTHONPATH": folder, "PYTHONDONTWRITEBYTECODE": "1"}
        command = [sys.executable, "-m", "pytest", "-q", "-x", "-m", "", "-p", "no:cacheprovider", fault.test]
        try:
            done = subprocess.run(
                command, cwd=ROOT, env=environment, capture_output=True, text=True, timeout=600, check=False
            )  # fmt: skip
        except subprocess.TimeoutExpired:
            return fault, "no end in 600 s"
    # 2: the fault let an interrupt through to pytest itself.
    words = {0: "NOT NOTICED", 1: "noticed", 2: "noticed"}
    return fault, words.get(done.returncode, f"exit {done.returncode}")


def main() -> int:
    """Apply all faults; returns the exit code."""
    collector = Collector()
    pytest.main(["--collect-only", "-qq", "-m", "", str(ROOT / "tests")], plugins=[collector])
    wanted = [fault for fault in collector.faults.values() if all(word in fault.test for word in sys.argv[1:])]
    bad = 0
    with ThreadPoolExecutor(max_workers=2) as pool:
        for fault, found in pool.map(noticed, wanted):
            bad += found != "noticed"
            if found != "noticed" or len(wanted) < 20:
                sys.stdout.write(f"{found:<12}{fault.test}\n            {fault.file}: {fault.old!r} -> {fault.new!r}\n")
                sys.stdout.flush()
    sys.stdout.write(f"{len(wanted) - bad} of {len(wanted)} faults noticed\n")
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main())
