"""Spectra read as an experimenter reads them, and a check that they are spectra at all."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import xarray as xr
from numpy.typing import NDArray
from scipy.optimize import nnls

Array = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Arc:
    """The depressed semicircles of a spectrum, taken together.

    start  real impedance at the high-frequency end of the measured range, ohm m2
    end    real impedance at the valley before the diffusion branch, or at the low-frequency end if there is none, ohm m2
    apex   frequency of the highest point of the last arc, Hz
    """

    start: float
    end: float
    apex: float

    @property
    def width(self) -> float:
        """The resistance that is read off the real axis, ohm m2."""
        return self.end - self.start


def read_arc(spectrum: xr.Dataset) -> Arc:
    """The width of the arcs in the measured range, as it is read off a Nyquist plot.

    spectrum  with frequency, real_impedance and imaginary_impedance
    The valley is the last local minimum of -Z'' that follows a maximum, going down in frequency.
    """
    f, real, height = (spectrum[name].values for name in ("frequency", "real_impedance", "imaginary_impedance"))
    height = -height
    inner = np.arange(1, len(f) - 1)
    peaks = inner[(height[inner] >= height[inner - 1]) & (height[inner] > height[inner + 1])]
    valleys = inner[(height[inner] <= height[inner - 1]) & (height[inner] < height[inner + 1])]
    after = valleys[valleys > peaks[0]] if len(peaks) else valleys[:0]
    end = int(after[-1]) if len(after) else len(f) - 1
    before = peaks[peaks < end]
    apex = f[before[-1]] if len(before) else f[0]
    return Arc(float(real[0]), float(real[end]), float(apex))


def kramers_kronig_residual(spectrum: xr.Dataset, per_decade: int = 6) -> Array:
    """Relative residual of the best fit by relaxations, |Z - Z_fit| / |Z|, shape (n,).

    Z_fit = R_0 + sum_k R_k / (1 + j omega tau_k) with R_k >= 0 and fixed tau_k, a sum of relaxations that obeys the relations
    of Kramers and Kronig by construction. What it cannot follow is noise, drift or a non-linear response.

    per_decade  number of time constants per decade
    Validity: no inductance.
    """
    f = spectrum["frequency"].values
    Z = spectrum["real_impedance"].values + 1j * spectrum["imaginary_impedance"].values
    omega = 2 * np.pi * f
    decades = np.log10(omega.max() / omega.min()) + 4
    tau = np.geomspace(1e-2 / omega.max(), 1e2 / omega.min(), int(decades * per_decade))
    columns = np.column_stack([np.ones(len(f), dtype=complex), 1 / (1 + 1j * np.outer(omega, tau))])
    weight = 1 / np.abs(Z)
    matrix = np.vstack([(columns.real.T * weight).T, (columns.imag.T * weight).T])
    target = np.concatenate([Z.real * weight, Z.imag * weight])
    coefficients, _ = nnls(matrix, target)
    return np.asarray(np.abs(Z - columns @ coefficients) * weight)
