"""Papers as code: their cells, programs and claims, run to a verdict on each claim."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lithoscope.errors import InputError, nearest

if TYPE_CHECKING:
    from lithoscope.studies.outcome import Study

NAMES = ("perovskite", "host", "dipoles")
"""The studies that exist."""


def study(name: str, *, long: bool = True) -> Study:
    """A study by its name, e.g. study("perovskite"). Raises InputError for one that is not there.

    long  whether it makes runs that take minutes; without them the claims that need them stay pending
    """
    if name == "perovskite":
        from lithoscope.studies.perovskite.study import Perovskite

        return Perovskite(long=long)
    if name == "host":
        from lithoscope.studies.host.study import HostStudy

        return HostStudy(long=long)
    if name == "dipoles":
        from lithoscope.studies.dipoles.study import DipolesStudy

        return DipolesStudy(long=long)
    raise InputError("study", f'= "{name}" is not a study', expected=", ".join(NAMES), do=nearest(name, NAMES))
