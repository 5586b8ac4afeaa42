"""Films on lithium: what they cost in voltage, how they grow, and what a migration barrier lets one expect of them."""

from __future__ import annotations

import math
from typing import Any

from lithoscope.constants import AVOGADRO, BOLTZMANN, ELEMENTARY_CHARGE, VACUUM_PERMITTIVITY


def areal_resistance(thickness: float, conductivity: float) -> float:
    """Resistance of a uniform film, R = delta / sigma, ohm m2.

    thickness     delta, m
    conductivity  sigma, S/m, positive

    >>> round(areal_resistance(1e-6, 8e-4) * 1e4, 6)
    12.5
    """
    return thickness / conductivity


def areal_capacitance(thickness: float, permittivity: float) -> float:
    """Capacitance of a uniform film between two conductors, C = eps_r eps_0 / delta, F/m2.

    thickness     delta, m
    permittivity  eps_r, relative, at least 1
    Validity: a plane film far thicker than the space charge at its faces.

    Beside the resistance R = delta / sigma the thickness drops out of the time constant, R C = eps_r eps_0 / sigma.

    >>> round(areal_capacitance(1e-6, 113.0) * 1e3, 4)
    1.0005
    """
    return permittivity * VACUUM_PERMITTIVITY / thickness


def visible_share(frequency: float, conductivity: float, permittivity: float) -> float:
    """Share of the arc of a film that a spectrum shows which begins at a frequency, v = x^2 / (1 + x^2).

    x = 2 pi f eps_r eps_0 / sigma: the real part of R / (1 + j x) is R / (1 + x^2), so what is left of it on the axis is v R.

    frequency     f, highest of the spectrum, Hz
    conductivity  sigma, S/m
    permittivity  eps_r, relative

    >>> round(visible_share(1e5, 7.1e-4, 113.0), 3)
    0.439
    """
    x = 2 * math.pi * frequency * permittivity * VACUUM_PERMITTIVITY / conductivity
    return x**2 / (1 + x**2)


def apex_frequency(resistance: float, capacitance: float) -> float:
    """Frequency at the top of the arc of a resistance beside a capacitance, f = 1 / (2 pi R C), Hz.

    resistance   R, ohm m2
    capacitance  C, F/m2
    """
    return 1 / (2 * math.pi * resistance * capacitance)


def hopping_diffusivity(barrier: float, hop: float, attempt_frequency: float, temperature: float) -> float:
    """Diffusivity of independent hops on a cubic lattice, D = a^2 nu exp(-E / (k_B T)) / 6, m2/s.

    barrier            E, J
    hop                a, length of one hop, m
    attempt_frequency  nu, 1/s
    temperature        T, K
    """
    return hop**2 * attempt_frequency * math.exp(-barrier / (BOLTZMANN * temperature)) / 6


def ionic_conductivity(diffusivity: float, concentration: float, temperature: float) -> float:
    """Conductivity by Nernst and Einstein for single charges, sigma = n e^2 D / (k_B T), S/m.

    diffusivity    D, m2/s
    concentration  n / N_A, mol/m3 of mobile ions
    temperature    T, K
    Validity: independent ions (no correlation between hops).
    """
    return concentration * AVOGADRO * ELEMENTARY_CHARGE**2 * diffusivity / (BOLTZMANN * temperature)


def grown_by_diffusion(thickness: Any, rate: Any, linear: Any, t: Any) -> Any:
    """Thickness of a film after a time in which it grew by what comes through it, in series with a reaction, m.

    d delta / dt = 1 / (delta / k_p + 1 / k_l),   delta(t) = -a + sqrt((a + delta_0)^2 + 2 k_p t),   a = k_p / k_l

    thickness  delta_0, m, any shape
    rate       k_p, m2/s;  linear: k_l, m/s, positive; infinite where only transport limits
    t          s
    Limits: delta_0 + k_l t for a thin film, sqrt(delta_0^2 + 2 k_p t) for a thick one.
    Source: B. E. Deal and A. S. Grove, J. Appl. Phys. 36 (1965) 3770.

    >>> round(grown_by_diffusion(0.0, 3e-21, math.inf, 36000.0) * 1e9, 3)
    14.697
    """
    a = rate / linear
    return ((a + thickness) ** 2 + 2 * rate * t) ** 0.5 - a


def grown_by_tunnelling(thickness: Any, speed: Any, decay: Any, t: Any) -> Any:
    """Thickness of a film after a time in which electrons tunnelled through it, m.

    d delta / dt = v exp(-delta / l),   delta(t) = delta_0 + l ln(1 + (v t / l) exp(-delta_0 / l))

    thickness  delta_0, m, any shape;  speed: v, m/s, without a film;  decay: l, m;  t  s
    """
    arithmetic = thickness.__array_namespace__() if hasattr(thickness, "__array_namespace__") else math
    return thickness + decay * arithmetic.log1p(speed * t / decay * arithmetic.exp(-thickness / decay))
