"""The way to equilibrium: the equations of `equations.drift` in time, by backward differentiation of variable order."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy.integrate import solve_ivp

from lithoscope.errors import End, Status
from lithoscope.physics.double_layer.equations.drift import LEAST_ROOM, Drift

Array = NDArray[np.float64]

RELATIVE, ABSOLUTE = 1e-7, 1e-10
"""Tolerances of the time steps; absolute in the units of `equations.drift`."""

SAVED = 80
"""Times that are kept, from a thousandth of lambda^2/D to the end, evenly on a logarithm."""


class History(NamedTuple):
    """States at saved times: t in s; states as columns, in the units of `equations.drift`."""

    t: Array
    states: Array
    status: Status


def transient(drift: Drift, duration: float) -> History:
    """From the start for a duration, s. A solver that gives up is a status; what it reached is kept."""
    end = duration / drift.time
    times = np.concatenate([[0.0], np.geomspace(min(1e-3, 0.01 * end), end, SAVED)])
    done: Any = solve_ivp(  # type: ignore[call-overload]
        drift.rates, (0.0, end), drift.start(), method="BDF", t_eval=times, rtol=RELATIVE, atol=ABSOLUTE, vectorized=True
    )
    reached = float(done.t[-1]) * drift.time if len(done.t) else 0.0
    ended = End.COMPLETED if done.success else End.NO_SOLUTION
    if done.success and float(drift.room(done.y).min()) < 10 * LEAST_ROOM:
        ended = End.NOT_FINITE
    return History(done.t * drift.time, done.y, Status(ended, "" if done.success else str(done.message), time=reached))
