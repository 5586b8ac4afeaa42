"""A fibre mat with lithium in its pores, a separator, and a lithium foil or a second such mat, through the thickness, as a
plain PyBaMM model.

Layers from left to right: a second host as counter electrode, if it is one; the separator; the host that is the working
electrode. A host has its top on the separator (depth d = 0) and its back contact at d = L_h. Each layer has its coordinate xi
of a fixed length; dx = g dxi. The same equations hold in both hosts (`porous`). Symbols of `planar` and:

    s, f        volume fractions of lithium and of the matrix;  eps = 1 - f - s, what is left for electrolyte
    phi         potential of lithium against the electrolyte beside it, phi_s - phi_e, V
    j           current density of charge transfer on the inner surface, A/m2, positive strips
    a           inner surface that takes part, per volume, 1/m;  a_0  of the host as it was infused
    q           charge of the double layer per volume, C_dl a_dl phi, C/m3
    i_s, i_e    current density in the lithium and the matrix, and in the electrolyte, towards +x, A/m2;  i_s + i_e = J
    sigma, kappa  of lithium and matrix; of the electrolyte in the pores, kappa_bulk eps^1.5, S/m
    s~          lithium fraction seen from a growth length l around a point
    u           velocity of the electrolyte towards +x, m/s
    Q_o, I_o, W lithium that has grown out of the top, C/m2, the current that strips it, A/m2, and the share of that current
                which crosses the pores at a depth
    b           1 in the working host, -1 in the counter host
    V_m         molar volume of lithium, m3/mol
    v, v_0, S   free electrolyte outside the pores and what was there at assembly, m;  salt in it, mol/m2;  c_f = S / v

Equations
    ds/dt = -(V_m / F) a j,   dQ_o/dt = -I_o,   dq/dt = d i_e/dx - a j + b I_o dW/dx
    i_s = (J / kappa - dphi/dx - dmu/dx) / (1/sigma + 1/kappa),   i_e = J - i_s;   i_s = 0 at a top, i_e = 0 at a back
    dmu/dx = 2 V_T (1 - t+) chi dln c/dx;   this is Ohm's law in both phases, d phi_e/dx = dmu/dx - i_e / kappa
    phi = R j + 2 V_T asinh(j / (2 i0)),   i0 = i0_ref sqrt(c / c_0);   for I_o with phi and c of the top
    d(eps c)/dt = -dN/dx + r,   N = -D eps^1.5 dc/dx - (1 - t+) i_e / F + c u,   u = -(V_m / F)(i_e + sum b I_o W)
    sigma = sigma_m + sigma_Li ([s~ - s_c]+ / (1 - s_c))^2,   s~ - l^2 d2s~/dx2 = s
    a = a_0 (w g_strip + (1 - w) g_plate),   w = (1 + tanh(j / j_w)) / 2
    g_strip = s / (s + h),   g_plate = ((s~ + s_0) / (s~ + s_0 + h) + p) / (1 + exp((s - s_max) / 0.01))
    a_dl = a_0 (s + s_0) / (s + s_0 + h)
    I_o = (w Q_o / (Q_o + Q_h) + (1 - w) (share of the top that is full)) i_o
    potential of a host = phi(back) + phi_e(back) - phi_e(top)

Volume: u is the exact solution of du/dx = -d eps/dt with u = 0 at a back, where lithium ions in the double layer count with
the volume that they have in the metal. What one host expels goes through the separator into the other. Lithium on a top, and a
foil, which is all top, takes no room in pores: a spring lets the stack give way to it. Then the pores as a whole gain or lose
volume, U = -(V_m / F) sum I_o, with I_o = J for a foil, and that passes the rim of the separator, evenly over its thickness L:
W, 1 in all of the separator for currents, falls linearly to 0 at the other side of it for volumes. Outside lies the free
electrolyte:

    r = ([U]+ c_f - [-U]+ c) / L in the separator,   dS/dt = [-U]+ mean c - [U]+ c_f,   v = v_0 - change of the pores

It is well mixed and gives back what it took. Mixing is what pumps salt out of the pores; electrolyte that came back as it went
would pump none. The unknown in the electrolyte is g eps c, so that salt is a linear function of the state.

Ends
    s and Q_o gone: lithium exhausted;   none left with contact to the back: front stalled;   eps at the top: host clogged;
    c = 1 mol/m3 at a back or at the foil: salt depleted;   v = 1 nm: electrolyte dried out.

Validity: one dimension, a rigid mat, no side reactions, constant temperature. The law of s~, sigma and a is a modelling choice:
every number in it is a parameter with a range.
Source: J. Newman and N. P. Balsara, Electrochemical Systems, 4th ed., chapter 22.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from lithoscope.constants import FARADAY, thermal_voltage
from lithoscope.physics.cell.engine import pybamm
from lithoscope.physics.cell.equations.base import SEPARATOR, LithiumCell
from lithoscope.physics.cell.equations.foil import foil_face
from lithoscope.physics.cell.equations.porous import LAYER, WIDTH, HostElectrode, coordinate, no_slope

INSULATOR = 1e-30
"""Electronic conductivity of the separator, S/m. Its inverse is finite, and no current passes."""

LEAST_FREE = 1e-9
"""Free electrolyte at which there is none left, m."""


class HostCell(LithiumCell):
    """Li | separator | host, or host | separator | host. Equations at the top of this module.

    hosts    the faces that are hosts: ("Working",), or ("Counter", "Working")
    films    number of protective films on the counter electrode, {"Counter": 0}
    current  the symbol of the current, A, positive strips the counter electrode; PyBaMM's own input if not given
    """

    def __init__(
        self, hosts: Sequence[str] = ("Working",), films: dict[str, int] | None = None, current: Any = None,
        name: str = "host cell",
    ) -> None:  # fmt: skip
        P = pybamm.Parameter
        self.layers = (*(LAYER[face] for face in hosts if face == "Counter"), SEPARATOR, LAYER["Working"])
        self.hosts = {face: HostElectrode(face, WIDTH * self.layers.index(LAYER[face])) for face in hosts}
        self.xi = coordinate(*self.layers)
        g, porosity = P("Separator thickness [m]") / WIDTH, P("Separator porosity")
        self.salt = pybamm.Variable(f"Salt in the {SEPARATOR} [mol.m-2]", domain=SEPARATOR, scale=1e-3)
        self.charge = pybamm.Variable(f"Charge in the {SEPARATOR} [C.m-2]", domain=SEPARATOR, scale=1e-2)
        self.c_separator = self.salt / (porosity * g)
        self.g = {SEPARATOR: g} | {host.layer: host.g for host in self.hosts.values()}
        self.V_m = P("Lithium molar volume [m3.mol-1]")
        self.stretch = self._field(self.g)
        self.m = self._field({SEPARATOR: self.salt} | {host.layer: host.salt for host in self.hosts.values()})
        self.c = self.m / (self._over_layers(porosity, "eps") * self.stretch)
        super().__init__({"Counter": 0, "Working": 0} | (films or {}), current, name)

    def _field(self, parts: dict[str, Any]) -> Any:
        """A field over all layers from one for each of them."""
        spread = {layer: pybamm.PrimaryBroadcast(part, layer) if part.domain == [] else part for layer, part in parts.items()}
        return pybamm.concatenation(*(spread[layer] for layer in self.layers))

    def _over_layers(self, separator: Any, of_host: str) -> Any:
        """A field from what it is in the separator and from an attribute of each host."""
        return self._field({SEPARATOR: separator} | {host.layer: getattr(host, of_host) for host in self.hosts.values()})

    def only(self, layer: str, part: Any) -> Any:
        """A field that is zero but in one layer."""
        return self._field(dict.fromkeys(self.layers, pybamm.Scalar(0)) | {layer: part})

    def _face(self, face: str, side: str) -> None:
        if face in self.hosts:
            self.hosts[face].react(self)
        else:
            foil_face(self, face, pybamm.boundary_value(self.c, side))

    # ------------------------------------------------------------------------------- currents

    def _electrolyte(self) -> None:
        self._currents()
        for host in self.hosts.values():
            host.close(self)
        self._salt()

    def _currents(self) -> None:
        """Ohm's law in both phases, and the charge of the double layers."""
        P, law, T, c = pybamm.Parameter, self.transport, self.T, self.c
        openness = {SEPARATOR: 1 / P("Separator MacMullin number")}
        openness |= {host.layer: host.eps ** P(f"{face} host Bruggeman exponent") for face, host in self.hosts.items()}
        self.openness = self._field(openness)
        concentrations = {SEPARATOR: self.c_separator} | {host.layer: host.c for host in self.hosts.values()}
        self.ionic = {
            layer: self.g[layer] / (law.conductivity(concentrations[layer], T) * openness[layer]) for layer in self.layers
        }
        for host in self.hosts.values():
            host.conduct()
        electronic, ionic = self._over_layers(self.g[SEPARATOR] / INSULATOR, "electronic"), self._field(self.ionic)
        phi = self._over_layers(self.charge, "phi")
        self.boundary_conditions[phi] = self.boundary_conditions[c] = no_slope()
        slope = 2 * thermal_voltage(T) * (1 - law.transference_number(c, T)) * law.thermodynamic_factor(c, T) / c
        self.dmu = slope * pybamm.grad(c)
        everywhere = self._edge() > -1.0
        i_s = (everywhere * ionic * self.J - pybamm.grad(phi) - self.dmu) / (everywhere * (ionic + electronic))
        self.i_e = self._off_backs() * (self.J - i_s)
        charge = self._over_layers(self.charge, "charge")
        reacted = self._field({SEPARATOR: pybamm.Scalar(0)} | {h.layer: h.g * h.stripped for h in self.hosts.values()})
        outgrown = sum(h.inward * h.outgrown * pybamm.div(h.share_crossing(self._edge())) for h in self.hosts.values())
        self.rhs[charge] = pybamm.div(self.i_e) - reacted + outgrown
        self.initial_conditions[charge] = 0 * charge
        self.variables |= {part.name: part for part in (self.charge, *(host.charge for host in self.hosts.values()))}

    def _edge(self) -> Any:
        """The coordinate of the edges between cells. What it multiplies is taken to the edges by its arithmetic mean."""
        return pybamm.SpatialVariableEdge("x", domain=list(self.layers), coord_sys="cartesian")

    def _off_backs(self) -> Any:
        """1 on every edge but that of a back contact, through which no ions pass."""
        before_right = self._edge() < (len(self.layers) - 1e-6) * WIDTH
        return before_right * (self._edge() > 1e-6 * WIDTH) if "Counter" in self.hosts else before_right

    def _double_layer_charge(self, face: str) -> Any:
        return self.hosts[face].surface_charge if face in self.hosts else super()._double_layer_charge(face)

    # ------------------------------------------------------------------------------- the electrolyte

    def _salt(self) -> None:
        P, law, T, c, m = pybamm.Parameter, self.transport, self.T, self.c, self.m
        D, anions = law.diffusivity(c, T) * self.openness / self.stretch, 1 - law.transference_number(c, T)
        # No anions move through a foil.
        moved = (self._edge() > 1e-6 * WIDTH) * (D * pybamm.grad(c) + anions * self.i_e / FARADAY)
        carried = self.V_m / FARADAY * c * (self.i_e + self._beside_pores())
        self.rhs[m] = pybamm.div(moved + carried) + self._through_the_rim()
        self.initial_conditions[m] = self.c0 * self._over_layers(P("Separator porosity"), "eps0") * self.stretch
        salt = pybamm.Integral(m, self.xi)
        self.variables |= {part.name: part for part in (self.salt, *(host.salt for host in self.hosts.values()))}
        self.variables |= {
            "Salt concentration [mol.m-3]": c,
            "Lithium fraction": self._over_layers(pybamm.Scalar(0), "s"),
            "Position [m]": self._position(),
            "Salt in the electrolyte [mol.m-2]": salt,
            "Path of the salt [m]": pybamm.Integral(self.stretch / self.openness, self.xi),
            "Electrolyte resistance [Ohm.m2]": pybamm.Integral(self.ionic[SEPARATOR], coordinate(SEPARATOR)),
        }
        self._reservoir("Electrolyte lithium", FARADAY * salt, -self.left, self._crossing())
        self._reservoir("Free electrolyte lithium", self.free, self.left, abs(self.left))

    def _beside_pores(self) -> Any:
        """sum b I_o W on the edges: what strips lithium that takes no room in pores, A/m2."""
        xi = self._edge() - WIDTH * self.layers.index(SEPARATOR)
        within = np.minimum(np.maximum(xi / WIDTH, 0), 1)
        ramp = {"Counter": 1 - within, "Working": within}
        tops = {face: host.inward * host.outgrown * host.share_crossing(self._edge()) for face, host in self.hosts.items()}
        return sum(ramp[face] * top for face, top in ({"Counter": -self.J} | tops).items())

    def _through_the_rim(self) -> Any:
        """The salt that electrolyte takes along through the rim of the separator, and the free electrolyte outside."""
        P, xi = pybamm.Parameter, coordinate(SEPARATOR)
        tops = {"Counter": self.J} | {face: host.outgrown for face, host in self.hosts.items()}
        gained = -self.V_m / FARADAY * sum(tops.values())
        into, out = pybamm.maximum(gained, 0), pybamm.maximum(-gained, 0)
        v_0 = P("Free electrolyte at assembly [m]")
        pores = sum(pybamm.Integral(host.g * (host.eps - host.eps0), host.xi) for host in self.hosts.values())
        volume = v_0 - pores
        self.free = self._variable("Free electrolyte lithium since assembly [C.m-2]", 0, 1e3)
        c_free = (self.c0 * v_0 + self.free / FARADAY) / volume
        self.left = FARADAY * (out * pybamm.Integral(self.c_separator, xi) / WIDTH - into * c_free)
        self.rhs[self.free] = self.left
        self.variables |= {
            "Free electrolyte [m]": volume,
            "Free salt concentration [mol.m-3]": c_free,
        }
        self.events.append(pybamm.Event("electrolyte dried out: outside the pores", volume / LEAST_FREE - 1))
        return self.only(SEPARATOR, (into * c_free - out * self.c_separator) / WIDTH)

    def _position(self) -> Any:
        """Distance from the counter electrode, or from its back contact, m."""
        parts, before = {}, pybamm.Scalar(0)
        for n, layer in enumerate(self.layers):
            parts[layer] = before + self.g[layer] * (coordinate(layer) - WIDTH * n)
            before = before + WIDTH * self.g[layer]
        return self._field(parts)

    def _beside(self, face: str) -> Any:
        return self.variables[f"{face} salt concentration{' at the top' if face in self.hosts else ''} [mol.m-3]"]

    def _voltage(self) -> None:
        super()._voltage()
        i_e, i_s = self.i_e, self._off_backs() * self.J - self.i_e
        electronic = self._over_layers(pybamm.Scalar(0), "electronic")
        ohmic = pybamm.inner(i_e, i_e) * self._field(self.ionic) + pybamm.inner(i_s, i_s) * electronic
        v = self.variables
        v |= {
            "Ohmic power [W.m-2]": pybamm.Integral(ohmic, self.xi),
            "Transport power [W.m-2]": -pybamm.Integral(pybamm.inner(i_e, self.dmu), self.xi),
        }

    # ------------------------------------------------------------------------------- the mesh

    @property
    def default_geometry(self) -> Any:
        """The layers one after the other."""
        return {
            layer: {coordinate(layer): {"min": pybamm.Scalar(WIDTH * n), "max": pybamm.Scalar(WIDTH * (n + 1))}}
            for n, layer in enumerate(self.layers)
        }

    @property
    def default_var_pts(self) -> dict[str, int]:
        """80 cells in each layer."""
        return {"x": 80}

    @property
    def default_submesh_types(self) -> Any:
        """Evenly spaced."""
        return dict.fromkeys(self.layers, pybamm.Uniform1DSubMesh)

    @property
    def default_spatial_methods(self) -> Any:
        """Finite volumes, second order."""
        return {layer: pybamm.FiniteVolume() for layer in self.layers}
