"""A fibre mat with lithium in its pores, a separator and a lithium foil, through the thickness, as a plain PyBaMM model.

Two layers from left to right: the separator, and the host with its top on the separator (depth d = 0) and its back contact at
d = L_h. Each has its coordinate xi of a fixed length; dx = g dxi. Symbols of `planar` and:

    s, f        volume fractions of lithium and of the matrix;  eps = 1 - f - s, what is left for electrolyte
    phi         potential of lithium against the electrolyte beside it, phi_s - phi_e, V
    j           current density of charge transfer on the inner surface, A/m2, positive strips
    a           inner surface that takes part, per volume, 1/m;  a_0  of the host as it was infused
    q           charge of the double layer per volume, C_dl a_dl phi, C/m3
    i_s, i_e    current density in the lithium and the matrix, and in the electrolyte, towards the back, A/m2;  i_s + i_e = J
    sigma, kappa  of lithium and matrix; of the electrolyte in the pores, kappa_bulk eps^1.5, S/m
    s~          lithium fraction seen from a growth length l around a point
    u           velocity of the electrolyte towards the back, m/s
    Q_o, I_o, W lithium that has grown out of the top, C/m2, the current that strips it, A/m2, and the share of that current
                which crosses the pores at a depth
    V_m         molar volume of lithium, m3/mol

Equations
    ds/dt = -(V_m / F) a j,   dQ_o/dt = -I_o,   dq/dt = d i_e/dx - a j + I_o dW/dx
    i_s = (J / kappa - dphi/dx - dmu/dx) / (1/sigma + 1/kappa),   i_e = J - i_s;   i_s = 0 at the top, i_e = 0 at the back
    dmu/dx = 2 V_T (1 - t+) chi dln c/dx;   this is Ohm's law in both phases, d phi_e/dx = dmu/dx - i_e / kappa
    phi = R j + 2 V_T asinh(j / (2 i0)),   i0 = i0_ref sqrt(c / c_0);   for I_o with phi and c of the top
    d(eps c)/dt = -dN/dx,   N = -D eps^1.5 dc/dx - (1 - t+) i_e / F + c u,   u = -(V_m / F)(i_e + I_o W)
    sigma = sigma_m + sigma_Li ([s~ - s_c]+ / (1 - s_c))^2,   s~ - l^2 d2s~/dx2 = s
    a = a_0 (w g_strip + (1 - w) g_plate),   w = (1 + tanh(j / j_w)) / 2
    g_strip = s / (s + h),   g_plate = ((s~ + s_0) / (s~ + s_0 + h) + p) / (1 + exp((s - s_max) / 0.01))
    a_dl = a_0 (s + s_0) / (s + s_0 + h)
    I_o = (w Q_o / (Q_o + Q_h) + (1 - w) (share of the top that is full)) i_o
    V = phi(back) - (phi + sum v)_counter + int dphi_e/dx dx

Volume: u is the exact solution of du/dx = -d eps/dt with u = 0 at the back, where lithium ions in the double layer count with
the volume that they have in the metal. The separator is rigid; what the host expels fills the room that the foil leaves at the
other side, and what it draws in comes from there. That room is outside the pores, and its salt is booked:
    dQ_free/dt = -F c u at the foil. The unknown in the electrolyte is g eps c, so that salt is a linear function of the state.

Ends
    s and Q_o gone: lithium exhausted;   none left with contact to the back: front stalled;   eps at the top: host clogged;
    c = 1 mol/m3 at the back or at the foil: salt depleted.

Validity: one dimension, a rigid mat, no side reactions, constant temperature. The law of s~, sigma and a is a modelling choice:
every number in it is a parameter with a range.
Source: J. Newman and N. P. Balsara, Electrochemical Systems, 4th ed., chapter 22.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from lithoscope.constants import FARADAY, thermal_voltage
from lithoscope.physics.cell.engine import pybamm
from lithoscope.physics.cell.equations.base import SEPARATOR, LithiumCell, symbolic_diffusion_potential
from lithoscope.physics.cell.equations.foil import foil_face
from lithoscope.physics.laws.host import electronic_conductivity, plating_share, room, stripping_share
from lithoscope.physics.laws.kinetics import exchange_current_density, overpotential

HOST = "positive electrode"
"""PyBaMM's name of the working electrode. It tells the sizes of fields apart only in domains whose names it knows."""

LAYERS = (SEPARATOR, HOST)

WIDTH = 20
"""Length of the coordinate of a layer."""

INSULATOR = 1e-30
"""Electronic conductivity of the separator, S/m. Its inverse is finite, and no current passes."""

SWITCH = 0.01
"""Current density j_w in which stripping turns into plating, A/m2 of inner surface."""

HALF_GROWN = 1e-7
"""Thickness of lithium on the top at which half of its area takes part in stripping, m."""

CONTACT = 1e-2
"""Electronic resistance to the back at which lithium counts as half orphaned, ohm m2: 100 ohm cm2, a tenth of a volt at
1 mA/cm2."""


class HostCell(LithiumCell):
    """Li | separator | host. Equations at the top of this module.

    films    number of protective films on the counter electrode, {"Counter": 0}
    current  the symbol of the current, A, positive strips the counter electrode; PyBaMM's own input if not given
    """

    def __init__(self, films: dict[str, int] | None = None, current: Any = None, name: str = "Li|host cell") -> None:
        P = pybamm.Parameter
        self.salt = {layer: pybamm.Variable(f"Salt in the {layer} [mol.m-2]", domain=layer, scale=1e-3) for layer in LAYERS}
        self.charge = {layer: pybamm.Variable(f"Charge in the {layer} [C.m-2]", domain=layer, scale=1e-2) for layer in LAYERS}
        self.s = pybamm.Variable("Working lithium fraction", domain=HOST)
        self.g = {SEPARATOR: P("Separator thickness [m]") / WIDTH, HOST: P("Host thickness [m]") / WIDTH}
        self.V_m = P("Lithium molar volume [m3.mol-1]")
        # The volume of the charge is tiny; with it, du/dx = -d eps/dt holds to rounding.
        self.eps = 1 - P("Host matrix fraction") - self.s + self.V_m / FARADAY * self.charge[HOST] / self.g[HOST]
        self.stretch = _field(self.g[SEPARATOR], self.g[HOST])
        self.c_host = self.salt[HOST] / (self.eps * self.g[HOST])
        self.c = pybamm.concatenation(*self.salt.values()) / (_field(P("Separator porosity"), self.eps) * self.stretch)
        super().__init__({"Counter": 0, "Working": 0} | (films or {}), current, name)

    def _face(self, face: str, side: str) -> None:
        if face == "Counter":
            foil_face(self, face, pybamm.boundary_value(self.c, side))
            return
        self._inner_surface()
        self._outgrowth()
        self._currents()
        self._electrode()

    # ------------------------------------------------------------------------------- the surface of the lithium

    def _inner_surface(self) -> None:
        """Charge transfer in the pores, and the lithium there."""
        P, s = pybamm.Parameter, self.s
        a_0, h, s_0 = P("Host specific area [m-1]"), P("Host area half fraction"), P("Host seed fraction")
        self.around = self._seen_around()
        capacitance = P("Working double-layer capacitance [F.m-2]") * a_0 * plating_share(s, s_0, h)
        self.phi = self.charge[HOST] / (self.g[HOST] * capacitance)
        i0 = exchange_current_density(P("Working exchange current density [A.m-2]"), self.c_host, self.c0)
        self.j = j = self._variable("Working charge-transfer current density [A.m-2]", 0 * s, 0.1, HOST)
        self.R = P("Working native film resistance [Ohm.m2]")
        self.algebraic[j] = overpotential(j, i0, self.R, self.T) - self.phi
        self.room = room(s, P("Host largest lithium fraction"))
        strips = (1 + np.tanh(j / SWITCH)) / 2
        plates = (plating_share(self.around, s_0, h) + P("Host plating share of the matrix")) * self.room
        self.stripped = a_0 * (strips * stripping_share(s, h) + (1 - strips) * plates) * j
        self.initial_conditions[s] = P("Host initial lithium fraction") + 0 * s
        self.rhs[s] = -self.V_m / FARADAY * self.stripped

    def _seen_around(self) -> Any:
        """s~, the lithium fraction seen from a growth length around."""
        P = pybamm.Parameter
        around = self._variable("Working lithium fraction around", P("Host initial lithium fraction") + 0 * self.s, 1.0, HOST)
        length = P("Host growth length [m]") / self.g[HOST]
        self.algebraic[around] = around - self.s - length**2 * pybamm.div(pybamm.grad(around))
        self.boundary_conditions[around] = _no_slope()
        return around

    def _outgrowth(self) -> None:
        """Lithium that grows out of the top where the pores there are full."""
        P = pybamm.Parameter
        self.grown = grown = self._variable("Working outgrown lithium [C.m-2]", 0, 10.0)
        i = self._variable("Working outgrowth current density [A.m-2]", 0, 1.0)
        phi, c = self._top(self.phi), self._top(self.c_host)
        i0 = exchange_current_density(P("Working exchange current density [A.m-2]"), c, self.c0)
        self.algebraic[i] = overpotential(i, i0, self.R, self.T) - phi
        strips = (1 + np.tanh(i / SWITCH)) / 2
        half = HALF_GROWN * FARADAY / self.V_m
        self.outgrown = (strips * grown / (grown + half) + (1 - strips) * (1 - self._top(self.room))) * i
        self.rhs[grown] = -self.outgrown
        self.outgrown_heat = {"native film": self.outgrown * self.R * i, "charge-transfer": self.outgrown * (phi - self.R * i)}

    def _top(self, field: Any) -> Any:
        """Mean over the first fibres below the top, from which lithium grows out."""
        depth = (_xi(HOST) - WIDTH) * self.g[HOST]
        weight = np.exp(-depth / pybamm.Parameter("Host fibre spacing [m]"))
        return pybamm.Integral(weight * field, _xi(HOST)) / pybamm.Integral(weight, _xi(HOST))

    # ------------------------------------------------------------------------------- currents

    def _currents(self) -> None:
        """Ohm's law in both phases, and the charge of the double layer."""
        P, law, T, c = pybamm.Parameter, self.transport, self.T, self.c
        self.openness = _field(1 / P("Separator MacMullin number"), self.eps ** P("Host Bruggeman exponent"))
        sigma = electronic_conductivity(
            self.around,
            P("Host percolation threshold"),
            P("Host lithium conductivity [S.m-1]"),
            P("Host matrix conductivity [S.m-1]"),
        )
        self.ionic = self.stretch / (law.conductivity(c, T) * self.openness)
        self.electronic = {HOST: self.g[HOST] / sigma, SEPARATOR: self.g[SEPARATOR] / INSULATOR}
        electronic = _field(self.electronic[SEPARATOR], self.electronic[HOST])
        phi = pybamm.concatenation(self.charge[SEPARATOR], self.phi)
        self.boundary_conditions[phi] = self.boundary_conditions[c] = _no_slope()
        slope = 2 * thermal_voltage(T) * (1 - law.transference_number(c, T)) * law.thermodynamic_factor(c, T) / c
        self.dmu = slope * pybamm.grad(c)
        i_s = (_everywhere() * self.ionic * self.J - pybamm.grad(phi) - self.dmu) / (_everywhere() * (self.ionic + electronic))
        self.i_e = _before_back() * (self.J - i_s)
        self.W = self._share_crossing()
        charge = pybamm.concatenation(*self.charge.values())
        reacted = _field(pybamm.Scalar(0), self.g[HOST] * self.stripped)
        self.rhs[charge] = pybamm.div(self.i_e) - reacted + self.outgrown * pybamm.div(self.W)
        self.initial_conditions[charge] = 0 * charge
        self.variables |= {part.name: part for part in self.charge.values()}

    def _share_crossing(self) -> Any:
        """W on the edges between cells. It falls as exp(-d / spacing of the fibres), and to zero at the back."""
        spacing, thickness = pybamm.Parameter("Host fibre spacing [m]"), pybamm.Parameter("Host thickness [m]")
        depth, deepest = np.maximum(_edge() - WIDTH, 0) * self.g[HOST], np.exp(-thickness / spacing)
        return (np.exp(-depth / spacing) - deepest) / (1 - deepest)

    # ------------------------------------------------------------------------------- the electrode as a whole

    def _electrode(self) -> None:
        """Lithium, potential and heat of the whole electrode, and its ends."""
        P, xi, g = pybamm.Parameter, _xi(HOST), self.g[HOST]
        per_fraction = FARADAY / self.V_m
        stripped = pybamm.Integral(g * self.stripped, xi)
        lithium = per_fraction * pybamm.Integral(g * self.s, xi)
        self._reservoir("Working host lithium", lithium, -stripped, pybamm.Integral(g * abs(self.stripped), xi))
        self._reservoir("Working outgrown lithium", self.grown, -self.outgrown, abs(self.outgrown))
        self._protective_films("Working", self._potential(), stripped + self.outgrown)
        heat = {"native film": self.R * self.j, "charge-transfer": self.phi - self.R * self.j}
        self.variables |= {
            f"Working {kind} power [W.m-2]": pybamm.Integral(g * self.stripped * V, xi) + self.outgrown_heat[kind]
            for kind, V in heat.items()
        }
        back, top = (pybamm.boundary_value(self.c_host, side) for side in ("right", "left"))
        self.variables |= {
            "Working lithium [C.m-2]": lithium + self.grown,
            "Working lithium fraction": self.s,
            "Working salt concentration at the top [mol.m-3]": top,
            "Working thickness change [m]": self.grown / per_fraction,
            "Working porosity at the top": self._top(self.eps),
            "Working reaction depth [m]": pybamm.Integral(g * self.stripped, xi) ** 2
            / (2 * pybamm.Integral(g * self.stripped**2, xi) + LEAST_SPREAD),
        }
        self._ends("Working", back, lithium + self.grown, P("Working least lithium [C.m-2]"))
        self._contact(per_fraction)

    def _potential(self) -> Any:
        """Potential of the back against lithium in the electrolyte beside the top, V."""
        back, top = (pybamm.boundary_value(self.c_host, side) for side in ("right", "left"))
        drop = pybamm.Integral(pybamm.inner(self.i_e, self.ionic), _xi(*LAYERS)) - self.J * self._separator_resistance()
        return pybamm.boundary_value(self.phi, "right") + symbolic_diffusion_potential(self.transport, top, back, self.T) - drop

    def _separator_resistance(self) -> Any:
        P, g = pybamm.Parameter, self.g[SEPARATOR]
        c = self.salt[SEPARATOR] / (P("Separator porosity") * g)
        path = g * P("Separator MacMullin number")
        return pybamm.Integral(path / self.transport.conductivity(c, self.T), _xi(SEPARATOR))

    def _contact(self, per_fraction: Any) -> None:
        """Which lithium has electrons: that with a small electronic resistance to the back."""
        P, xi, g = pybamm.Parameter, _xi(HOST), self.g[HOST]
        to_back = pybamm.BackwardIndefiniteIntegral(self.electronic[HOST], xi)
        share = 1 / (1 + (to_back / CONTACT) ** 2)
        connected = per_fraction * pybamm.Integral(pybamm.inner(share, g * self.s), xi)
        self.variables |= {
            "Working connected lithium [C.m-2]": connected,
            "Working orphaned lithium [C.m-2]": self.variables["Working host lithium [C.m-2]"] - connected,
            "Working front depth [m]": pybamm.Integral(pybamm.inner(1 - share, g + 0 * self.s), xi),
        }
        least = P("Working least lithium [C.m-2]")
        # Half of what counts as exhausted, so that lithium that is gone is not taken for lithium that is cut off.
        self.events += [
            pybamm.Event("front stalled: working electrode", 2 * connected / least - 1),
            pybamm.Event("host clogged: working electrode",
                         self.variables["Working porosity at the top"] / P("Host closed porosity") - 1),
        ]  # fmt: skip

    def _double_layer_charge(self, face: str) -> Any:
        if face == "Counter":
            return super()._double_layer_charge(face)
        return pybamm.Integral(self.charge[HOST], _xi(HOST))

    # ------------------------------------------------------------------------------- the electrolyte

    def _electrolyte(self) -> None:
        P, law, T, c = pybamm.Parameter, self.transport, self.T, self.c
        m = pybamm.concatenation(*self.salt.values())
        D, anions = law.diffusivity(c, T) * self.openness / self.stretch, 1 - law.transference_number(c, T)
        moved = _behind_foil() * (D * pybamm.grad(c) + anions * self.i_e / FARADAY)
        carried = self.V_m / FARADAY * c * (self.i_e + self.outgrown * self.W)
        self.rhs[m] = pybamm.div(moved + carried)
        self.initial_conditions[m] = self.c0 * _field(P("Separator porosity"), 1 - P("Host matrix fraction")
                                                      - P("Host initial lithium fraction")) * self.stretch  # fmt: skip
        salt = pybamm.Integral(m, _xi(*LAYERS))
        x = pybamm.concatenation(
            self.g[SEPARATOR] * _xi(SEPARATOR), P("Separator thickness [m]") + self.g[HOST] * (_xi(HOST) - WIDTH)
        )
        self.variables |= {part.name: part for part in self.salt.values()}
        self.variables |= {
            "Salt concentration [mol.m-3]": c,
            "Lithium fraction": _field(pybamm.Scalar(0), self.s),
            "Position [m]": x,
            "Salt in the electrolyte [mol.m-2]": salt,
            "Path of the salt [m]": pybamm.Integral(self.stretch / self.openness, _xi(*LAYERS)),
            "Electrolyte resistance [Ohm.m2]": self._separator_resistance(),
        }
        left = self.V_m * pybamm.boundary_value(c, "left") * (self.J + self.outgrown)
        free = self._variable("Free electrolyte lithium since assembly [C.m-2]", 0, 1e3)
        self.rhs[free] = left
        self._reservoir("Electrolyte lithium", FARADAY * salt, -left, self._crossing())
        self._reservoir("Free electrolyte lithium", free, left, abs(left))

    def _beside(self, face: str) -> Any:
        return self.variables[f"{face} salt concentration{' at the top' if face == 'Working' else ''} [mol.m-3]"]

    def _voltage(self) -> None:
        super()._voltage()
        i_e, i_s, xi = self.i_e, _before_back() * self.J - self.i_e, _xi(*LAYERS)
        electronic = _field(pybamm.Scalar(0), self.electronic[HOST])
        # The separator's share, J^2 times its resistance, stands in the sum of the base already.
        ohmic = pybamm.Integral(pybamm.inner(i_e, i_e) * self.ionic + pybamm.inner(i_s, i_s) * electronic, xi)
        transport = -pybamm.Integral(pybamm.inner(i_e, self.dmu), xi)
        v = self.variables
        v |= {"Ohmic power [W.m-2]": ohmic, "Transport power [W.m-2]": transport}

    @property
    def default_geometry(self) -> Any:
        """The layers one after the other."""
        return {
            layer: {_xi(layer): {"min": pybamm.Scalar(WIDTH * n), "max": pybamm.Scalar(WIDTH * (n + 1))}}
            for n, layer in enumerate(LAYERS)
        }

    @property
    def default_var_pts(self) -> dict[str, int]:
        """80 cells in each layer."""
        return {"x": 80}

    @property
    def default_submesh_types(self) -> Any:
        """Evenly spaced."""
        return dict.fromkeys(LAYERS, pybamm.Uniform1DSubMesh)

    @property
    def default_spatial_methods(self) -> Any:
        """Finite volumes, second order."""
        return {layer: pybamm.FiniteVolume() for layer in LAYERS}


LEAST_SPREAD = 1e-12
"""Keeps the reaction depth finite at rest, A2/m5."""


def _xi(*layers: str) -> Any:
    """The coordinate in the middle of the cells."""
    return pybamm.SpatialVariable("x", domain=list(layers), coord_sys="cartesian")


def _edge() -> Any:
    """The coordinate of the edges between cells."""
    return pybamm.SpatialVariableEdge("x", domain=list(LAYERS), coord_sys="cartesian")


def _everywhere() -> Any:
    """1 on every edge. What it multiplies is taken to the edges by its arithmetic mean."""
    return _edge() > -1.0


def _before_back() -> Any:
    """1 on every edge but that of the back contact, through which no ions pass."""
    return _edge() < (2 - 1e-6) * WIDTH


def _behind_foil() -> Any:
    """1 on every edge but that of the foil, through which no anions move."""
    return _edge() > 1e-6 * WIDTH


def _field(separator: Any, host: Any) -> Any:
    """A field over both layers, uniform in the separator."""
    parts = [pybamm.PrimaryBroadcast(separator, SEPARATOR), pybamm.PrimaryBroadcast(host, HOST) if host.domain == [] else host]
    return pybamm.concatenation(*parts)


def _no_slope() -> dict[str, tuple[Any, str]]:
    """Boundary conditions that say nothing: what passes the ends is set on the fluxes themselves."""
    return dict.fromkeys(("left", "right"), (pybamm.Scalar(0), "Neumann"))
