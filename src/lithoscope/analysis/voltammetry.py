"""Voltammograms read as an experimenter reads them: currents at a voltage, and peaks."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import xarray as xr
from numpy.typing import NDArray

Array = NDArray[np.float64]

SETTLED_S = 1.0
"""Time after which the double layers have followed the start of a scan, s; before, their current would set the scale."""

RESOLUTION_V = 5e-4
"""Distance of the voltages between which a peak is looked for, V."""


@dataclass(frozen=True, slots=True)
class Peak:
    """A peak of a scan.

    voltage          where it is, V
    current_density  there, mA/cm2, positive oxidises the working electrode
    prominence       how far it stands out: its height above the higher of the two lowest points beside it, up to the next
                     higher peak or the end of the scan, mA/cm2
    """

    voltage: float
    current_density: float
    prominence: float


@dataclass(frozen=True, slots=True)
class ScanCurve:
    """One scan of a voltammogram, in the order in which it was run.

    voltage          V, shape (n,), rising or falling throughout
    current_density  mA/cm2, same shape
    """

    voltage: Array
    current_density: Array

    @property
    def rises(self) -> bool:
        """Whether the scan goes up, so that its peaks are oxidations."""
        return bool(self.voltage[-1] > self.voltage[0])

    def at(self, voltage: Array | float) -> Array:
        """The current density at a voltage, mA/cm2; outside the scan that of its nearest end."""
        way = 1 if self.rises else -1
        return np.asarray(np.interp(voltage, self.voltage[::way], self.current_density[::way]))

    def peaks(self, low: float, high: float, least: float = 0.0) -> list[Peak]:
        """The peaks in a window, from the highest voltage down: oxidations of a scan that rises, reductions of one that falls.

        low, high  ends of the window, V; a curve that rises towards an end has no peak there
        least      prominence of a peak that counts, mA/cm2
        """
        from scipy.signal import find_peaks

        low, high = max(low, self.voltage.min()), min(high, self.voltage.max())
        V = np.linspace(low, high, max(3, round((high - low) / RESOLUTION_V)))
        way = 1 if self.rises else -1
        J = self.at(V)
        # A trace keeps a flat top as one straight line: a plateau is one peak, in its middle.
        found, known = find_peaks(way * J, prominence=max(least, 1e-12))
        rows = zip(found[::-1], known["prominences"][::-1], strict=True)
        return [Peak(float(V[n]), float(J[n]), float(prominence)) for n, prominence in rows]


def scan_curve(trace: xr.Dataset, step: int) -> ScanCurve:
    """A scan of a trace, without the moment in which it starts.

    step  its number in the trace
    """
    inside = trace.isel(time=trace["step"].values == step)
    t, V, J = inside["time"].values, inside["voltage"].values, inside["current_density"].values / 10
    # A trace keeps few points where nothing bends, so that where the curve begins lies between two of them.
    begins = min(t[0] + SETTLED_S, t[-1])
    shown = np.concatenate([[begins], t[t > begins]])
    return ScanCurve(np.interp(shown, t, V), np.interp(shown, t, J))
