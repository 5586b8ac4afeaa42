"""Moving pictures of whatever a result holds over space and time."""

from __future__ import annotations

from pathlib import Path

from lithoscope.analysis.figures.host import animate_host
from lithoscope.analysis.figures.morphology import animate_fields
from lithoscope.analysis.hosts import hosts_of
from lithoscope.result import Result


def animate(result: Result, path: str | Path, *, frames_per_second: int = 8) -> Path:
    """Write a result as a moving picture: the shape of lithium with the salt around it, or the lithium in a host.

    path  ends in .gif, or in .mp4 for a shape where ffmpeg is found
    Raises InputError for another ending, and for a result that holds neither.
    """
    if "fields" not in result.tree.children and hosts_of(result):
        return animate_host(result, path, frames_per_second=frames_per_second)
    return animate_fields(result, path, frames_per_second=frames_per_second)
