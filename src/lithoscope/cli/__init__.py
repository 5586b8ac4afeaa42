"""The command line: `lithoscope run`, `reproduce`, `claims`, `catalogue`, `data`, `show`, `check`, `bench`."""

from __future__ import annotations


def main() -> None:
    """Entry point of the `lithoscope` command."""
    import signal

    from lithoscope.cli.app import start

    # The end of a job is an interrupt like Ctrl-C: what was computed is kept.
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    start()
