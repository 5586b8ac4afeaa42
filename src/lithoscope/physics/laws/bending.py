"""A thin stiff film on a growing surface: what its bending and its stress do to waves, and how high a wave it bears.

A wave h = h_0 cos(k x) of the surface under a film of tension T and bending stiffness D is pressed with (T k^2 + D k^4) h,
beside the gamma k^2 h of surface energy. Pressure on the metal moves its equilibrium potential by V_m / F:

    d(E_off)/dh = (V_m / F) ((gamma + T) k^2 + D k^4)
    omega(k) = (V_m / F) kappa k (G - d(E_off)/dh) / (1 + kappa k r)

G is the slope of the potential in front of the flat surface, which makes waves grow, and r all resistances of the surface. A
film in compression, T < -gamma, buckles by itself, with waves longer than 2 pi sqrt(D / |gamma + T|).
Source: C. Monroe and J. Newman, J. Electrochem. Soc. 151 (2004) A880, for pressure on lithium; S. P. Timoshenko and S.
Woinowsky-Krieger, Theory of Plates and Shells (1959), for the plate.
Validity: waves low and long beside the film, h_0 k << 1 and k L << 1; a film that is whole, elastic and flat without stress.
"""

from __future__ import annotations

import math

from lithoscope.constants import FARADAY


def bending_stiffness(shear_modulus: float, poisson_ratio: float, thickness: float) -> float:
    """Stiffness of a plate, D = E L^3 / (12 (1 - nu^2)) = G L^3 / (6 (1 - nu)), N m.

    shear_modulus  G, Pa;  poisson_ratio: nu;  thickness: L, m

    >>> round(bending_stiffness(55e9, 0.25, 15e-9) * 1e14, 3)
    4.125
    """
    return shear_modulus * thickness**3 / (6 * (1 - poisson_ratio))


def held_back(k: float, tension: float, stiffness: float, molar_volume: float) -> float:
    """Shift of the equilibrium potential for each height of a wave, (V_m / F)(T k^2 + D k^4), V/m.

    k  1/m;  tension: of surface and film together, gamma + T, N/m;  stiffness: D, N m;  molar_volume: V_m, m3/mol
    """
    return molar_volume / FARADAY * (tension * k**2 + stiffness * k**4)


def growth_rate(
    k: float, slope: float, conductivity: float, resistance: float, tension: float, stiffness: float, molar_volume: float
) -> float:
    """Rate at which a wave grows, omega = (V_m / F) kappa k (G - d(E_off)/dh) / (1 + kappa k r), 1/s.

    slope  G, V/m;  conductivity: kappa of the electrolyte, S/m;  resistance: r of film and charge transfer, ohm m2
    Validity: deep electrolyte, salt that follows at once.
    """
    drive = slope - held_back(k, tension, stiffness, molar_volume)
    return molar_volume / FARADAY * conductivity * k * drive / (1 + conductivity * k * resistance)


def neutral_wavelength(slope: float, tension: float, stiffness: float, molar_volume: float) -> float:
    """Wavelength above which waves grow, m: the positive root of (V_m / F)(T k^2 + D k^4) = G. 0 where nothing holds them.

    Limits: D -> 0, 2 pi sqrt(T V_m / (F G));  T -> 0, 2 pi (D V_m / (F G))^(1/4);  G -> 0 with T < 0, 2 pi sqrt(D / -T).

    >>> round(neutral_wavelength(50.0, 0.47, 0.0, 1.3e-5) * 1e6, 2)
    7.07
    """
    pressure = slope * FARADAY / molar_volume
    # The form of the root that loses no digits where one of the two terms is small.
    root = math.sqrt(tension**2 + 4 * stiffness * pressure)
    if tension > 0:
        square = 2 * pressure / (tension + root)
    else:
        square = (root - tension) / (2 * stiffness) if stiffness > 0 else math.inf
    return 2 * math.pi / math.sqrt(square) if square > 0 else math.inf


def breaking_height(k: float, thickness: float, strain: float) -> float:
    """Amplitude of a wave at which a film breaks, m: bending and mean stretch together reach its strain.

    L k^2 h / 2 + (k h)^2 / 4 = e

    k  1/m;  thickness: L, m;  strain: e at which it breaks
    It is an upper bound: the film follows one wave, and material that the growing crest stretches is not counted.
    """
    bend, stretch = thickness * k**2 / 2, k**2 / 4
    return 2 * strain / (bend + math.sqrt(bend**2 + 4 * stretch * strain))
