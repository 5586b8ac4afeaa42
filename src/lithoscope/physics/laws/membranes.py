"""A porous layer with fixed charge: which ions are in it, and which of them carry the current.

The salt is 1:1, and the layer in equilibrium with the electrolyte outside. Potentials are measured with a lithium reference; it
reads the same inside and outside, so that no Donnan step appears beside what is given here.
"""

from __future__ import annotations

from typing import NamedTuple

from lithoscope.constants import FARADAY


class Membrane(NamedTuple):
    """A charged porous layer in an electrolyte.

    cations, anions   concentrations in its pores, mol/m3
    transference      share of the current that cations carry in it
    permselectivity   S, 0 as outside, 1 for cations alone
    resistance        ohm m2
    depletion         fall of the salt concentration through it per current density, mol/m3 per A/m2
    """

    cations: float
    anions: float
    transference: float
    permselectivity: float
    resistance: float
    depletion: float


def donnan(salt: float, fixed: float) -> tuple[float, float]:
    """Concentrations of cations and anions in a layer with fixed negative charge, mol/m3.

    c+ c- = c^2,   c+ = c- + X

    salt   c outside, mol/m3;  fixed  X, mol/m3 of the pores, negative for positive charge
    Validity: ideal solution; pores wider than the Debye length see less.
    Source: F. G. Donnan, Z. Elektrochem. 17 (1911) 572.

    >>> donnan(1000.0, 0.0)
    (1000.0, 1000.0)
    """
    half = fixed / 2
    root = (half**2 + salt**2) ** 0.5
    # The smaller of the two from the product: the difference would lose its digits.
    return (half + root, salt**2 / (half + root)) if half >= 0 else (salt**2 / (root - half), root - half)


def membrane(
    salt: float, fixed: float, thickness: float, porosity: float, conductivity: float, diffusivity: float, t_plus: float
) -> Membrane:
    """A layer with fixed charge, from the properties of the electrolyte outside.

    t_m = t+ c+ / (t+ c+ + (1 - t+) c-),   S = (t_m - t+) / (1 - t+)
    R = delta / (eps^1.5 kappa (t+ c+ + (1 - t+) c-) / c),   dc/di = (c / c+) (1 - t+) delta / (F eps^1.5 D)

    salt          c outside, mol/m3;  fixed: X, mol/m3 of the pores, positive for negative charge that holds cations
    thickness     delta, m;  porosity: eps
    conductivity  kappa, S/m;  diffusivity: D, m2/s;  t_plus: t+ of the electrolyte
    Derivation of dc/di: no anion moves in the steady state, so that F phi'/RT = (ln c-)', and the flux of cations is
    i/F = -D+ c+ (ln c+ c-)' = -2 D+ (c+ / c) c' with c^2 = c+ c- of the salt in equilibrium with it, 2 D+ = D / (1 - t+).
    Validity: mobilities as outside; the concentration outside may be replaced by that of the reservoir where it hardly differs;
    dc/di is that of the steady state.
    """
    cations, anions = donnan(salt, fixed)
    carriers = t_plus * cations + (1 - t_plus) * anions
    share = t_plus * cations / carriers
    selectivity = (share - t_plus) / (1 - t_plus)
    open_ = porosity**1.5
    return Membrane(
        cations,
        anions,
        share,
        selectivity,
        thickness / (open_ * conductivity * carriers / salt),
        salt / cations * (1 - t_plus) * thickness / (FARADAY * open_ * diffusivity),
    )
