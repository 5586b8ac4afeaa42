"""What a cell died of, in one word and one reason: how its run ended, its resistances by part, and the detector of shorts."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum
from typing import TYPE_CHECKING

import numpy as np

from lithoscope.analysis.half_cycles import half_cycles
from lithoscope.analysis.soft_short import Verdict, has_cathode, soft_short
from lithoscope.analysis.trace import Trace
from lithoscope.errors import End
from lithoscope.units import MAH_PER_CM2

if TYPE_CHECKING:
    from lithoscope.result import Result

RISEN = 1.5
"""A cell whose resistance has not grown by this factor since its best cycle has not failed by it."""

SPENT, WHOLE = 0.05, 0.95
"""Lithium that is left of a full cell's capacity, as a share, below which it is used up; capacity that it has kept if it lacks
nothing."""

PARTS = {
    "ohmic_resistance": "electrolyte",
    "film_resistance": "films",
    "charge_transfer_resistance": "charge transfer",
    "transport_resistance": "salt transport",
}
"""Parts of the resistance in the table of cycles, in words."""


class Mode(Enum):
    """The ways in which a lithium cell fails."""

    NONE = "no failure"
    DEAD_LAYER = "polarisation rise (dead layer)"
    FILMS = "polarisation rise (films)"
    CHARGE_TRANSFER = "polarisation rise (charge transfer)"
    POLARISATION = "polarisation rise"
    SALT = "salt depletion"
    EXHAUSTION = "lithium exhaustion"
    STALLED = "stalled front"
    CLOGGED = "clogged host"
    DRY = "dry-out"
    SOFT_SHORT = "soft short suspected"
    HARD_SHORT = "hard short"


_BY_PART = {
    "ohmic_resistance": Mode.DEAD_LAYER,
    "transport_resistance": Mode.DEAD_LAYER,
    "film_resistance": Mode.FILMS,
    "charge_transfer_resistance": Mode.CHARGE_TRANSFER,
}
_BY_END = {
    End.LITHIUM_EXHAUSTED: Mode.EXHAUSTION,
    End.SALT_DEPLETED: Mode.SALT,
    End.FRONT_STALLED: Mode.STALLED,
    End.HOST_CLOGGED: Mode.CLOGGED,
    End.DRIED_OUT: Mode.DRY,
}
_BY_VERDICT = {Verdict.SUSPECTED: Mode.SOFT_SHORT, Verdict.HARD: Mode.HARD_SHORT}


@dataclass(frozen=True, slots=True)
class FailureMode:
    """How a cell failed.

    mode    the word
    reason  the state that decided it
    """

    mode: Mode
    reason: str

    @property
    def word(self) -> str:
        """The laboratory word."""
        return self.mode.value

    def __str__(self) -> str:
        return f"{self.word.upper()}: {self.reason}"


def failure_mode(result: Result) -> FailureMode:
    """What a cell died of.

    An end that the status names, such as exhausted lithium or depleted salt, stands first; then a short that its trace shows;
    then lithium that is used up in a full cell, which goes on with less capacity; then a resistance that has grown by the
    factor RISEN since the best cycle, named after the part that grew most. A short does not end a run by itself, and where it
    comes before another end, the reason says so.
    """
    short = _short(result)
    if mode := _BY_END.get(result.status.end):
        return FailureMode(mode, " ".join((result.status.sentence, *([f"Before: {short.reason}"] if short else ()))))
    if short:
        return short
    return _used_up(result) or _polarisation(result)


def _used_up(result: Result) -> FailureMode | None:
    """Lithium that no longer suffices for the capacity of the cathode."""
    if not has_cathode(result) or not len(result.cycles):
        return None
    capacity, last = result.cycles["discharge_capacity"], int(result.cycles.index[-1])
    inside = result.trace["cycle"].values == last
    left = float(result.trace["counter_lithium"].values[inside].min())
    if capacity.loc[last] >= WHOLE * capacity.max() or left >= SPENT * capacity.max():
        return None
    return FailureMode(
        Mode.EXHAUSTION,
        f"In cycle {last} the cell has {capacity.loc[last] / capacity.max():.0%} of its largest capacity, and "
        f"{left / MAH_PER_CM2:.2g} mAh/cm2 of lithium at its least.",
    )


def _short(result: Result) -> FailureMode | None:
    if not result.trace.sizes.get("time") or has_cathode(result) or not half_cycles(Trace.of(result)):
        return None
    found = soft_short(result)
    return FailureMode(_BY_VERDICT[found.verdict], found.reason) if found.verdict in _BY_VERDICT else None


def _polarisation(result: Result) -> FailureMode:
    """Which part of the resistance grew, where it did."""
    mode = Mode.POLARISATION if result.status.end in (End.POLARISED, End.STOP_REACHED) else Mode.NONE
    parts = {name: result.cycles[name].to_numpy() for name in PARTS} if len(result.cycles) else {}
    total = np.sum(list(parts.values()), axis=0) if parts else np.zeros(0)
    run = np.flatnonzero(np.isfinite(total))
    if len(run) < 2:
        return FailureMode(mode, result.status.sentence)
    best, last = int(run[np.argmin(total[run])]), int(run[-1])
    names = result.cycles.index.to_numpy()
    factor = float(total[last] / total[best])
    if factor < RISEN:
        said = f"The resistance of the cell is {factor:.2g} times that of its best cycle, {names[best]}."
        return FailureMode(mode, f"{said} {result.status.sentence}")
    grown = {name: float(values[last] - values[best]) for name, values in parts.items()}
    return _grown(grown, f"From cycle {names[best]} to {names[last]} the resistance of the cell grew {factor:.2g} times")


def _grown(grown: Mapping[str, float], begin: str) -> FailureMode:
    """Named after the part that grew most, ohm m2; what a dead layer does shows in two of them."""
    mode = _BY_PART[max(grown, key=lambda name: grown[name])]
    whole, share = sum(grown.values()), sum(value for name, value in grown.items() if _BY_PART[name] is mode)
    parts = " and ".join(PARTS[name] for name in grown if _BY_PART[name] is mode)
    return FailureMode(mode, f"{begin}, by {whole * 1e4:.3g} ohm cm2; {share / whole:.0%} of it in {parts}.")
