"""The bare cell of the host paper beside the one of this paper: what ends the one, in the other."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from lithoscope.data import lookup
from lithoscope.errors import End
from lithoscope.studies.mechanisms import Mechanism
from lithoscope.studies.perovskite.cells import AREA, RESISTANCE
from lithoscope.studies.perovskite.mechanisms import LIMIT_V
from lithoscope.studies.search import Bounded, crossing

if TYPE_CHECKING:
    from lithoscope.studies.perovskite.longruns import LongRuns

CYCLES = 100
"""Cycles after which the host paper gives a voltage."""

TRIED = 4
"""Strengths that are tried first."""

LONGEST = 400
"""Cycles after which this paper's cell is given up."""


@dataclass(frozen=True, slots=True)
class HostComparison:
    """Two bare cells with one mechanism.

    mechanism  its name
    voltage    of the host paper's cell in cycle 100 with what ends this paper's cell, mV; at least the limit if it ended before
    life       of this paper's cell with what takes the host paper's to its voltage in cycle 100, h; None if nothing does
    """

    mechanism: str
    voltage: Bounded
    life: Bounded | None


def compare_with_host(ageing: LongRuns, mechanism: Mechanism, strength: float) -> HostComparison:
    """The bare cell of the host paper: its first voltage at 1 mA sets its interface, on 1 cm2, in the same electrolyte.

    strength  that ends this paper's cell at its time
    Its solvent is EC:DEC, for which no transport is measured here; at 1 mA/cm2 the electrolyte costs a few mV.
    Raises NotSolvedError.
    """
    first, late = (lookup(f"host_paper.{name}").to("V") for name in ("bare_first_voltage", "bare_voltage_100"))
    theirs = ageing.at(**{AREA: 1.0, RESISTANCE["bare"]: first / 1e-3})
    needed = crossing(lambda s: float(np.log(_late(theirs, mechanism, s).value / late)), mechanism.tried(TRIED))
    life = None
    if needed.bound != "lower":
        lived = ageing.life(ageing.run("bare", mechanism.ageing(needed.value), LONGEST), "limit")
        # With less than the least that was tried it would live longer still.
        life = Bounded(lived.value, "lower") if needed.bound == "upper" else lived
    voltage = _late(theirs, mechanism, strength)
    return HostComparison(mechanism.name, Bounded(1e3 * voltage.value, voltage.bound), life)


def _late(theirs: LongRuns, mechanism: Mechanism, strength: float) -> Bounded:
    """Voltage of the host paper's cell in cycle 100, V."""
    lived = theirs.run("bare", mechanism.ageing(strength), CYCLES)
    return Bounded(float(lived.plateau.iloc[-1])) if lived.status.end is End.COMPLETED else Bounded(LIMIT_V, "lower")
