"""What an electrode can be: one kind, one class, one file. The literal key `kind` says which.

A new kind of working electrode is a frozen class with `kind` and `films` (the films on it, from the metal outwards; there may
be none). It is added to `WORKING` and `Electrode` below; the model that suits it is added in `physics.cell.models`.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated

from pydantic import BeforeValidator

from lithoscope.design.anode import Foil
from lithoscope.design.cathode import Cathode
from lithoscope.design.host import Host
from lithoscope.design.substrate import Substrate
from lithoscope.document import Frozen, choose

WORKING: Mapping[str, type[Frozen]] = {"foil": Foil, "substrate": Substrate, "host": Host, "cathode": Cathode}
"""The kinds of working electrodes."""


def _working(given: object) -> object:
    return choose(WORKING, {}, "an electrode", given)


Electrode = Annotated[Foil | Substrate | Host | Cathode, BeforeValidator(_working)]
"""Any working electrode."""
