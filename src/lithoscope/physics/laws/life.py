"""How long a reserve of lithium hides a bad efficiency, and what the end of hiding says about the efficiency.

Everything here assumes a cell that is limited by lithium and by nothing else: no growing resistance, no ageing cathode, and an
efficiency that is the same in every cycle. A fade that is gradual from the start contradicts it; `infer_efficiency` says by
how much a measured curve does.

    R    reserve: lithium metal beyond what is cycled, C/m2. It is the whole foil where the cathode brings the lithium, and what
         is left of the foil when the cathode is full where the foil brings it
    Q    capacity of the cathode per cycle, C/m2
    e    efficiency: share of the lithium plated in a cycle that can be stripped again
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.optimize import minimize_scalar

from lithoscope.errors import InputError

SEEN = 0.01
"""Share of the capacity that must be lost for a curve to have a knee."""


def cycles_hidden(R: float, Q: float, e: float) -> float:
    """Cycles for which the capacity stays whole, N = R / (Q (1 - e)); infinite for e = 1.

    Validity: as above. Raises InputError if e is not between 0 and 1.

    >>> round(cycles_hidden(10.3, 2.8, 0.8), 1)
    18.4
    """
    _check(R, Q, e)
    return float(np.inf) if e == 1 else R / (Q * (1 - e))


def capacity_after(n: ArrayLike, R: float, Q: float, e: float) -> NDArray[np.float64]:
    """Capacity of the discharge after n cycles, C/m2, shape of n.

    Q_n = Q                                 n <= m,  m = floor(R / (Q (1 - e)))
    Q_n = (R - m (1 - e) Q + e Q) e^(n-m-1)  n > m

    n  whole numbers of cycles, from 0, any shape
    It is what every cycle does, written at once: what was plated comes back as e of it, and the reserve fills up the rest as
    long as it lasts. Validity: as above. Raises InputError if e is not between 0 and 1.
    """
    _check(R, Q, e)
    cycles = np.asarray(n, dtype=float)
    if e == 1:
        return np.full(cycles.shape, Q)
    last = np.floor(R / (Q * (1 - e)) + 1e-12)
    rest = R - last * (1 - e) * Q
    beyond = np.maximum(cycles - last - 1, 0)
    return np.where(cycles <= last, Q, (rest + e * Q) * e**beyond)


def efficiency_from_knee(N: float, R: float, Q: float) -> float:
    """Efficiency of a cell whose capacity begins to fall after N cycles, e = 1 - R / (N Q).

    Validity: as above, if lithium is what ends it; where N was only reached and no knee was seen, it is a lower bound.
    Raises InputError if the reserve is more than all that was plated.

    >>> round(efficiency_from_knee(20, 10.3 - 3.0, 3.0), 3)
    0.878
    """
    if not N * Q > R > 0:
        raise InputError("reserve", f"= {R:g} is not below the {N * Q:g} that {N:g} cycles plate",
                         expected="0 < reserve < cycles times capacity",
                         why="Not even an efficiency of zero would have used up the lithium by then",
                         do="Give reserve and capacity in the same unit")  # fmt: skip
    return 1 - R / (N * Q)


def efficiency_from_loss(N: float, left: float, R: float, Q: float) -> float:
    """Efficiency of a cell that has lost the reserve and a share of its capacity after N cycles, e = 1 - (R + (1 - left) Q) / (N Q).

    left  capacity after N cycles over Q
    Validity: as above; all losses counted as if every cycle plated Q, which is right until the knee and too low for e beyond.

    >>> round(efficiency_from_loss(20, 0.6, 10.3, 2.8), 3)
    0.796
    """  # noqa: E501
    return efficiency_from_knee(N, R + (1 - left) * Q, Q)


@dataclass(frozen=True, slots=True)
class Inferred:
    """What a fade curve says if lithium is what ends the cell.

    efficiency  e;  knee: cycle up to which the reserve hides it
    misfit      root mean square of what the curve differs from that of such a cell, over the capacity
    """

    efficiency: float
    knee: float
    misfit: float


def infer_efficiency(capacity: Sequence[float], R: float) -> Inferred:
    """Efficiency from the knee of a fade curve, by least squares with `capacity_after`.

    capacity  of each discharge in order, in any unit; the first is taken as Q
    R         reserve in the same unit
    Assumes that lithium limits the cell. A misfit well above the scatter of the data says that something else does.
    Raises InputError for a curve without a knee, from which only a bound follows: `efficiency_from_knee`.
    """
    Q, n = float(capacity[0]), np.arange(len(capacity))
    if len(n) < 3 or min(capacity) > (1 - SEEN) * Q:
        bound = 1 - R / (Q * max(len(n), 1))
        raise InputError("capacity", f"stays within {SEEN:.0%} of its first value: it has no knee",
                         expected="a curve that falls",
                         why=f"Such a curve says only that the efficiency is at least {bound:.3g}",
                         do="Give the curve up to the end of life")  # fmt: skip
    curve = np.asarray(capacity, dtype=float) / Q

    def squares(loss: float) -> float:
        return float(np.mean((capacity_after(n, R / Q, 1.0, 1 - float(loss)) - curve) ** 2))

    losses = np.geomspace(1e-5, 0.999, 2000)
    best = int(np.argmin([squares(loss) for loss in losses]))
    around = losses[max(best - 1, 0)], losses[min(best + 1, len(losses) - 1)]
    loss = float(minimize_scalar(squares, bounds=around, method="bounded", options={"xatol": 1e-12}).x)
    return Inferred(1 - loss, cycles_hidden(R, Q, 1 - loss), float(np.sqrt(squares(loss))))


def _check(R: float, Q: float, e: float) -> None:
    for name, value, holds, expected in (
        ("efficiency", e, 0 <= e <= 1, "from 0 to 1"),
        ("capacity", Q, Q > 0, "more than 0"),
        ("reserve", R, R >= 0, "at least 0"),
    ):
        if not holds:
            do = f"Write {value / 100:g} for {value:g} %" if name == "efficiency" and 1 < value <= 100 else ""
            raise InputError(name, f"= {value:g} is not possible", expected=expected, do=do)
