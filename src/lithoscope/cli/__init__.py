"""The command line: `lithoscope run`, `reproduce`, `claims`, `catalogue`, `data`, `show`, `check`, `bench`."""

from __future__ import annotations


def main() -> None:
    """Entry point of the `lithoscope` command."""
    from lithoscope.cli.app import start

    start()
