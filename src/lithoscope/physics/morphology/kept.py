"""A run of the morphology scale on the disk: parts from which it goes on with the same numbers, to the last bit.

A part holds the whole state at its end and what was recorded since the part before. The state between two loops is all that the
next one depends on, so that a run that was cut there is the run that was not.
"""

from __future__ import annotations

import time
from dataclasses import dataclass, field, replace

import jax
import jax.numpy as jnp
import numpy as np

from lithoscope.physics.morphology.drive import Driver, Point
from lithoscope.physics.morphology.fragments import no_pieces
from lithoscope.physics.morphology.record import Columns, Recorder
from lithoscope.physics.morphology.state import State
from lithoscope.result.checkpoint import Journal
from lithoscope.result.parts import Array, pack, unpack

EVERY_S = 20.0
"""Time between two parts: what a killed run loses."""

KINDS = ("trace", "steps", "shots")


@dataclass(slots=True)
class Keeper:
    """Keeps a run in a journal.

    every  time between two parts, s
    """

    journal: Journal
    every: float = field(default_factory=lambda: EVERY_S)
    _kept: dict[str, int] = field(default_factory=lambda: dict.fromkeys(KINDS, 0))
    _last: float = field(default_factory=time.monotonic)

    def take_up(self, driver: Driver) -> None:
        """Bring a run to where the journal ends. A part that is damaged, and what comes after it, is run again."""
        first = driver.point.state
        for number, data in self.journal.parts():
            try:
                header, arrays = unpack(data)
            except ValueError:
                self.journal.cut(number)
                break
            driver.point = Point(state=_state(first, header["places"], arrays), **header["point"])
            for kind in KINDS:
                _recorded(driver.recorder, kind).extend(_rows(kind, arrays))
        carried = driver.scheme.carried.with_room_of(driver.point.state.skin)
        driver.scheme = replace(driver.scheme, carried=carried)
        self._mark(driver.recorder)

    def keep(self, driver: Driver, *, now: bool = False) -> None:
        """Add a part if it is time, or now."""
        if not now and time.monotonic() - self._last < self.every:
            return
        leaves = jax.device_get(jax.tree.leaves(driver.point.state))
        arrays: dict[str, Array] = {f"state/{n}": np.asarray(leaf) for n, leaf in enumerate(leaves)}
        for kind in KINDS:
            for n, row in enumerate(_recorded(driver.recorder, kind)[self._kept[kind] :]):
                arrays |= {f"{kind}/{n}/{name}": np.asarray(value) for name, value in row.items()}
        p, pieces = driver.point, driver.point.state.pieces
        point = {"visit": p.visit, "begun": p.begun, "start": p.start, "start_charge": p.start_charge, "shot": p.shot}
        self.journal.append(pack({"point": point, "places": 0 if pieces is None else pieces.places}, arrays))
        self._mark(driver.recorder)

    def _mark(self, recorder: Recorder) -> None:
        self._kept = {kind: len(_recorded(recorder, kind)) for kind in KINDS}
        self._last = time.monotonic()


def _recorded(recorder: Recorder, kind: str) -> list[Columns]:
    found: list[Columns] = getattr(recorder, kind)
    return found


def _rows(kind: str, arrays: dict[str, Array]) -> list[Columns]:
    rows: dict[int, Columns] = {}
    for key, values in arrays.items():
        part, _, rest = key.partition("/")
        if part == kind:
            number, _, name = rest.partition("/")
            rows.setdefault(int(number), {})[name] = values
    return [rows[number] for number in sorted(rows)]


def _state(like: State, places: int, arrays: dict[str, Array]) -> State:
    """The state of a part, in the form of another one of the same run."""
    form = _with_places(like, places)
    leaves, tree = jax.tree.flatten(form)
    state: State = jax.tree.unflatten(tree, [jnp.asarray(arrays[f"state/{n}"]) for n in range(len(leaves))])
    return state


def _with_places(state: State, places: int) -> State:
    """The state with room for pieces, or without."""
    return state._replace(pieces=no_pieces(state.xi.shape, places) if places else None)
