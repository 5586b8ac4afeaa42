"""Lithium plated on another metal from zero thickness, as a plain PyBaMM model.

Separator, electrolyte and counter foil are those of `planar`. The working face, per geometric area; symbols of `planar` and:

    Q_p, Q_d, Q_f, Q_s   lithium in the deposit, dead, in the film on it, in the film on the metal, C/m2
    N, N_0, r_c          nuclei that formed, nuclei at assembly, 1/m2; radius of a nucleus without lithium, m
    r, theta, s          radius of the nuclei, m; share of the metal that they cover; share on which none are needed
    i                    current density on lithium, A/m2 of its area, positive strips
    A_pl, A_st           area that can be plated, that can be stripped, over geometric area
    f, chi, i_c          share of plating that goes into film; dead for each stripped; corrosion current density, A/m2
    eta_n, eta_r, N_r, t_n   barrier, reference overpotential, V; nuclei there, 1/m2; time of nucleation, s
    U_s, j_k0, j_l0, Q*  surface film on the metal: potential, V; rate, largest leak, A/m2; charge that lowers it by e, C/m2
    s_e         share of the metal that the electrolyte reaches, 1 without a coating

Equations
    C_dl dphi/dt = J_w - I + j_s,   J_w = -J                   and what a coating reduces, see `coating`
    phi = R i + 2 V_T asinh(i / (2 i0)),   i0 = i0_ref sqrt(c_w / c_0)
    I = A_st i - (A_pl - A_st) [-i]+,   P = A_pl [-i]+,   S = A_st [i]+
    r^3 = r_c^3 + 3 V_m Q_p / (2 pi F (N + N_0)),   theta = s + (1 - s) (1 - exp(-pi (N + N_0) r^2))
    A_pl = theta (2 - theta),   A_st = A_pl Q_p / (Q_p + Q_h)
    dN/dt = [N_inf - N]+ (1 - theta) / t_n,   N_inf = N_r ([-phi - eta_n]+ / eta_r)^3
    j_s = s_e j_k j_l / (j_k + j_l),   j_k = j_k0 exp((U_s - phi) / (2 V_T)),   j_l = j_l0 exp(-Q_s / Q*)
    dQ_p/dt = -I - f P - chi S - i_c A_st,   dQ_d/dt = chi S,   dQ_f/dt = f P + i_c A_st,   dQ_s/dt = j_s

theta (2 - theta) is twice the footprint of separate hemispheres and 1 where they have grown together (Avrami). Stripping
vanishes linearly with Q_p, so that nothing is stripped that is not there. Nuclei stay as sites when their lithium is gone.
A bare metal beside lithium corrodes it by itself: j_s takes its charge through the common potential.

Ends: salt depleted. Stripping to a voltage is an end of a step, and not of the run.
Validity: nuclei of one size; dense deposit; dead lithium takes no room and films no solvent.
Source: density of nuclei as the third power of the overpotential, A. Pei et al., Nano Lett. 17 (2017) 1132.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from lithoscope.constants import FARADAY
from lithoscope.physics.cell.engine import pybamm
from lithoscope.physics.cell.equations.coating import coating_reactions
from lithoscope.physics.cell.equations.foil import foil_face
from lithoscope.physics.cell.equations.planar import PlanarLithiumCell
from lithoscope.physics.laws.conversion import in_series, leak_by_tunnelling, reduction_rate
from lithoscope.physics.laws.kinetics import exchange_current_density, overpotential, positive_part, share_of_area

ROUNDING_V = 1e-3
"""Overpotential below which the onset of nucleation is rounded, V."""

ROUNDING_NUCLEI = 1e9
"""Nuclei below which the end of nucleation is rounded, 1/m2."""


POTENTIAL_V = 1.0
"""Size of every potential for the error test of the solver, V: beside an electrode at 2 V, which is known to some 1e-7 V, no
other potential can be asked to be known to 1e-12 V, and a solver that is asked so creeps."""


class SubstrateCell(PlanarLithiumCell):
    """Li | separator | metal without lithium. Equations at the top of this module.

    films    number of protective films on each face, {"Counter": 0, "Working": 1}; a coating is one of them
    current  the symbol of the current, A, positive strips the counter electrode; PyBaMM's own input if not given
    coating  its metal and the law of its leak, if there is one; equations in `coating`
    """

    def __init__(
        self,
        films: dict[str, int] | None = None,
        current: Any = None,
        name: str = "lithium|substrate cell",
        coating: tuple[str, str] | None = None,
    ) -> None:
        self.coating = coating
        super().__init__(films, current, name)

    def _variable(self, name: str, initial: Any, scale: float, domain: str | None = None) -> Any:
        return super()._variable(name, initial, POTENTIAL_V if name.endswith("potential [V]") else scale, domain)

    def _face(self, face: str, side: str) -> None:
        c = pybamm.boundary_value(self.c, side)
        if face == "Counter":
            foil_face(self, face, c)
        else:
            self._substrate(c)

    def _substrate(self, c: Any) -> None:
        P = pybamm.Parameter
        phi = self._variable("Working interface potential [V]", P("Working potential at assembly [V]"), 1e-3)
        plated = self._variable("Working lithium [C.m-2]", 0, 1e4)
        i = self._variable("Working charge-transfer current density [A.m-2]", 0, 10.0)
        R = P("Working native film resistance [Ohm.m2]")
        i0 = exchange_current_density(P("Working exchange current density [A.m-2]"), c, self.c0)
        self.algebraic[i] = overpotential(i, i0, R, self.T) - phi
        area = self._nuclei(phi, plated)
        strippable = area * share_of_area(plated, P("Working stripping half charge [C.m-2]"))
        plating, stripping = area * positive_part(-i), strippable * positive_part(i)
        passed = strippable * i - (area - strippable) * positive_part(-i)
        reduced = self._reactions(phi)
        self.rhs[phi] = (self._current_density("Working") - passed + reduced) / P("Working double-layer capacitance [F.m-2]")
        self._losses(passed, plating, stripping, strippable)
        self.variables |= {
            "Working deposit area": strippable,
            "Working deposit thickness [m]": plated * P("Lithium molar volume [m3.mol-1]") / FARADAY,
            "Working native film power [W.m-2]": passed * R * i,
            "Working charge-transfer power [W.m-2]": passed * (phi - R * i),
        }
        self._protective_films("Working", phi, passed - reduced)
        self._salt_end("Working", c)

    def _nuclei(self, phi: Any, plated: Any) -> Any:
        """Area that can be plated, over geometric area."""
        P = pybamm.Parameter
        formed = self._variable("Working nuclei [m-2]", 0, 1e12)
        sites = formed + P("Seeds [m-2]")
        each = 3 * P("Lithium molar volume [m3.mol-1]") * pybamm.maximum(plated, 0) / (2 * np.pi * FARADAY * sites)
        radius = (P("Seed radius [m]") ** 3 + each) ** (1 / 3)
        without = P("Share without nucleation")
        covered = without + (1 - without) * (1 - pybamm.exp(-np.pi * sites * radius**2))
        beyond = positive_part(-phi - P("Nucleation barrier [V]"), ROUNDING_V) / P("Nucleation reference overpotential [V]")
        room = positive_part(P("Nuclei at reference [m-2]") * beyond**3 - formed, ROUNDING_NUCLEI)
        self.rhs[formed] = room * (1 - covered) / P("Nucleation time [s]")
        self.variables["Working coverage"] = covered
        return covered * (2 - covered)

    def _reactions(self, phi: Any) -> Any:
        """Current density with which everything but lithium is reduced, A/m2."""
        reduced = self._surface_film(phi)
        return reduced + coating_reactions(self, phi, *self.coating) if self.coating else reduced

    def _surface_film(self, phi: Any) -> Any:
        P = pybamm.Parameter
        film = self._variable("Working surface film lithium [C.m-2]", 0, 10.0)
        kinetic = reduction_rate(P("Surface film rate [A.m-2]"), P("Surface film potential [V]"), phi, self.T)
        leak = leak_by_tunnelling(P("Surface film leak [A.m-2]"), film, P("Surface film charge [C.m-2]"))
        reduced = P("Share that the electrolyte reaches") * in_series(kinetic, leak)
        self.rhs[film] = reduced
        self._reservoir("Working surface film lithium", film, reduced, reduced)
        return reduced

    def _losses(self, passed: Any, plating: Any, stripping: Any, area: Any) -> None:
        """Where the plated lithium goes."""
        P = pybamm.Parameter
        died = P("Working dead fraction") * stripping
        filmed = P("Working film fraction") * plating + P("Working corrosion current density [A.m-2]") * area
        plated = self.variables["Working lithium [C.m-2]"]
        self.rhs[plated] = -passed - died - filmed
        self._reservoir("Working lithium", plated, self.rhs[plated], abs(passed) + died + filmed)
        for what, rate in (("dead", died), ("film", filmed)):
            lost = self._variable(f"Working {what} lithium [C.m-2]", 0, 1e2)
            self.rhs[lost] = rate
            self._reservoir(f"Working {what} lithium", lost, rate, rate)
