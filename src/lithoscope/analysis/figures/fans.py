"""Fans: what many designs show over time, as bands in which a share of them lies."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import ArrayLike

from lithoscope.sensitivity import quantiles

if TYPE_CHECKING:
    from matplotlib.axes import Axes

BANDS = ((0.05, 0.95, 0.16), (0.25, 0.75, 0.3))
"""Shares of the designs below and above a band, and how dark it is."""

SAID = "middle 90 % and 50 % of the designs, and their median"
"""What the bands are, for a caption."""


def fan(axes: Axes, x: ArrayLike, values: ArrayLike, colour: str, label: str, dash: str = "-") -> None:
    """Bands and median of designs over x.

    values  shape (designs, x); one that is not finite counts as above all others, so that a band which holds it is open above
    """
    seen = np.asarray(values, dtype=float)
    top = 10 * float(np.nanmax(np.where(np.isfinite(seen), seen, np.nan)))
    for low, high, dark in BANDS:
        ends = np.minimum(quantiles(seen, (low, high)), top)
        axes.fill_between(np.asarray(x), *ends, color=colour, alpha=dark, lw=0)
    median = quantiles(seen, (0.5,))[0]
    axes.plot(np.asarray(x), np.where(np.isfinite(median), median, np.nan), color=colour, ls=dash, lw=1.1, label=label)
