"""A lithium electrode against a porous cathode, in an electrolyte of which there is only so much, as a plain PyBaMM model.

Counter electrode: lithium as in `mossy`. Separator and cathode: PyBaMM's half cell, as in `half`. Symbols of both, and:

    r           lithium metal that goes into films, mol/m2/s, F r = F (r_b + r_m) of `mossy`
    nu_s, nu_a  solvent and salt that are consumed with a mole of it
    V_s, V_a    volume of electrolyte that a mole of solvent and of salt take, m3/mol
    W, V_free   electrolyte in the pores and outside them, m3/m2
    V_p         volume of the pores, eps_s L_s + eps_d L_d + eps_p L_p, with the thickness L_d of the dead layer
    y           share of the pores that is filled, W / V_p
    q           what flows into the pores from outside, m/s

Electrolyte
    u = (nu_s V_s + nu_a V_a) r                                                 volume that is consumed
    q = V_free+ / (V_free+ + V_1) (u + dV_p/dt + (V_p - W) / t_wet)             as long as there is any
    dW/dt = q - u,   dV_free/dt = -q
    The half cell has the pores y eps in each layer, transport properties times y^1.5, and y of the surfaces of both electrodes.
    Electrolyte that flows in brings salt at the concentration at assembly, which it keeps outside the pores.

Salt and lithium in films
    N = -nu_a r at the lithium face: the salt that a film consumes is taken from there
    dQ_f/dt = F (1 + nu_a) r: the lithium of that salt stays in the film

Dead layer: in series with the separator. Both are one layer with the pores and the resistance to transport of the two:
    filled  y (eps_s + eps_d L_d / L_s),   effective over bulk  y^1.5 L_s / (N_M,s L_s + N_M,d L_d)

Ground: where the foil has been stripped away its ground stays; s_0 = 1, plating may begin on all of it.

    V = phi_s,cathode - phi - sum v

Ends
    Q_b + Q_m = Q_min: lithium exhausted;   c = 1 mol/m3 at either end: salt depleted;   y = 0.3: electrolyte dried out.

Validity: what lies in the dead layer relaxes as fast as the separator; electrolyte spreads evenly over the pores; gas plays no
part; the cathode does not age.
Limits: without dead lithium, films and moss it is PyBaMM's half cell with the kinetics of `planar` at the lithium. A steady
state with any dead layer is exact where the transport properties are constant.
"""

from __future__ import annotations

from typing import Any

from lithoscope.constants import FARADAY
from lithoscope.physics.cell.engine import pybamm
from lithoscope.physics.cell.equations.base import DEPLETED_MOL_M3
from lithoscope.physics.cell.equations.half import CATHODE, LAYERS, SEPARATOR, HalfCell, Outside
from lithoscope.physics.cell.equations.mossy import MossyLithiumCell

DRIED_OUT = 0.3
"""Share of the pores that is filled below which the electrolyte counts as dried out."""

LAST_FREE_M = 1e-7
"""Electrolyte outside the pores below which it no longer flows in freely, m3/m2: a thousandth of what a usual cell holds."""

FREELY_WETTED = 1.5
"""Exponent of the share of the pores that is filled, in the transport properties."""

COUNTER_DEAD = "Counter dead lithium [C.m-2]"
PORES = "Electrolyte in the pores [m]"


class FullLithiumCell(MossyLithiumCell):
    """Li | dead layer and separator | cathode. Equations at the top of this module.

    films    number of protective films on the lithium, {"Counter": 1, "Working": 0}
    current  the symbol of the current, A, positive strips the lithium; PyBaMM's own input if not given
    """

    # A limit of the voltage ends a charge that must squeeze through seeds, where a cell would plate on all of the bare ground.
    seeds = 1.0

    def __init__(self, films: dict[str, int] | None = None, current: Any = None, name: str = "full cell") -> None:
        P = pybamm.Parameter
        L_s, L_p = P("Separator thickness [m]"), P("Positive electrode thickness [m]")
        dead, self.filling = pybamm.Variable(COUNTER_DEAD, scale=1e4), pybamm.Variable(PORES, scale=1e-5)
        L_d = dead * self._layer_per_charge("Counter")
        fresh = {SEPARATOR: P("Separator porosity") * L_s, CATHODE: P("Positive electrode porosity") * L_p}
        self.fresh_pores = fresh[SEPARATOR] + fresh[CATHODE]
        self.pores = {**fresh, SEPARATOR: fresh[SEPARATOR] + P("Counter dead layer porosity") * L_d}
        self.thickness = {SEPARATOR: L_s, CATHODE: L_p}
        self.paths = {
            SEPARATOR: P("Separator MacMullin number") * L_s + P("Counter dead layer MacMullin number") * L_d,
            CATHODE: P("Cathode MacMullin number") * L_p,
        }
        self.saturation = self.filling / sum(self.pores.values())
        super().__init__(films, current, name)

    def _face(self, face: str, side: str) -> None:
        if face == "Working":
            return
        self.half = self._half_cell()
        super()._face(face, side)

    def _half_cell(self) -> HalfCell:
        y, P = self.saturation, pybamm.Parameter
        around = Outside(
            current=self.I,
            area=self.area,
            phi=pybamm.Variable("Counter interface potential [V]", scale=1e-3),
            c0=self.c0,
            filled={layer: y * self.pores[layer] / self.thickness[layer] for layer in LAYERS},
            transport={layer: y**FREELY_WETTED * self.thickness[layer] / self.paths[layer] for layer in LAYERS},
            solid=P("Cathode electronic transport efficiency"),
            wet=y,
        )
        return HalfCell(around)

    def _salt_at(self, face: str, side: str, thickness: Any) -> Any:
        return pybamm.boundary_value(self.half.variables["Electrolyte concentration [mol.m-3]"], side)

    def _wet(self) -> Any:
        return self.saturation

    def _lithium_in_film(self, filmed: Any) -> Any:
        self.film_rate = filmed / FARADAY
        return filmed * (1 + pybamm.Parameter("Salt per lithium in films"))

    def _electrolyte(self) -> None:
        half = self.half.variables
        own = ("Discharge capacity [A.h]", "Throughput capacity [A.h]")
        self.rhs |= {unknown: rate for unknown, rate in self.half.rhs.items() if unknown.name not in own}
        self.initial_conditions |= {x: start for x, start in self.half.initial_conditions.items() if x.name not in own}
        for name in ("Separator", "Positive electrode"):
            part = half[f"{name} porosity times concentration [mol.m-3]"]
            self.variables[part.name] = part
        for name in ("Positive particle concentration [mol.m-3]", "Positive electrode surface potential difference [V]"):
            self.variables[name] = half[name]
        self._volumes()
        self.half.consume(self.salt_rate)
        self.boundary_conditions |= self.half.boundary_conditions
        self._salt()
        self._cathode()

    def _volumes(self) -> None:
        """Electrolyte in the pores and outside, and what films consume."""
        P, W = pybamm.Parameter, self.filling
        solvent, salt = (P(f"{kind} per lithium in films") * self.film_rate for kind in ("Solvent", "Salt"))
        used = solvent * P("Solvent molar volume [m3.mol-1]") + salt * P("Salt molar volume [m3.mol-1]")
        grown = P("Counter dead layer porosity") * self.variables["Counter dead layer growth [m.s-1]"]
        free = self._variable("Free electrolyte [m]", P("Free electrolyte at assembly [m]"), 1e-5)
        left = pybamm.maximum(free, 0)
        open_ = left / (left + LAST_FREE_M)
        drawn = open_ * (used + (sum(self.pores.values()) - W) / P("Wetting time [s]"))
        self.drawn, self.grown = drawn, open_ * grown
        self.variables[PORES] = W
        self.rhs[W], self.initial_conditions[W] = drawn + self.grown - used, P("Electrolyte in the pores at assembly [m]")
        self.rhs[free] = -(drawn + self.grown)
        consumed = pybamm.Scalar(0)
        for kind, rate in (("Solvent", solvent), ("Salt", salt)):
            gone = self._variable(f"{kind} in films [mol.m-2]", 0, 1e-1)
            self.rhs[gone] = rate
            self.variables[f"{kind} left [mol.m-2]"] = P(f"{kind} at assembly [mol.m-2]") - gone
            consumed = consumed + gone * P(f"{kind} molar volume [m3.mol-1]")
        self.salt_rate = salt
        self.variables |= {
            "Electrolyte volume [m]": W + free,
            "Electrolyte used [m]": consumed,
            "Pore volume [m]": sum(self.pores.values()),
            "Share of pores filled": self.saturation,
        }
        self.events.append(pybamm.Event("electrolyte dried out: pores", self.saturation / DRIED_OUT - 1))

    def _salt(self) -> None:
        """What flows into the pores brings salt; what a film consumes leaves through the face of the lithium."""
        half, whole = self.half.variables, sum(self.pores.values())
        m, c = half["Porosity times concentration [mol.m-3]"], half["Electrolyte concentration [mol.m-3]"]
        evenly = {layer: self.drawn * self.pores[layer] / whole for layer in LAYERS}
        evenly[SEPARATOR] += self.grown
        brought = pybamm.concatenation(
            *(pybamm.FullBroadcast(self.c0 * evenly[x] / self.thickness[x], x, "current collector") for x in LAYERS)
        )
        y0 = pybamm.Parameter("Electrolyte in the pores at assembly [m]") / self.fresh_pores
        self.initial_conditions[m] = pybamm.concatenation(
            *(pybamm.FullBroadcast(value, layer, "current collector") for layer, value in (
                (SEPARATOR, y0 * self.c0 * pybamm.Parameter("Separator porosity")),
                (CATHODE, y0 * self.c0 * pybamm.Parameter("Positive electrode porosity")),
            ))
        )  # fmt: skip
        self.rhs[m] += brought
        here = pybamm.boundary_value(c, "right")
        self.variables |= {
            "Working salt concentration [mol.m-3]": here,
            "Salt concentration [mol.m-3]": c,
            "Position [m]": self._position(),
            "Path of the salt [m]": self.paths[SEPARATOR] + self.paths[CATHODE] / 2,
            "Salt in the electrolyte [mol.m-2]": self._over_cell(m),
        }
        self.events.append(pybamm.Event("salt depleted: working electrode", here / DEPLETED_MOL_M3 - 1))

    def _position(self) -> Any:
        """Distance from the lithium."""
        x = pybamm.standard_spatial_vars
        return pybamm.concatenation(x.x_s, x.x_p) - pybamm.Parameter("Negative electrode thickness [m]")

    @staticmethod
    def _over_cell(field: Any) -> Any:
        return pybamm.Integral(field, pybamm.SpatialVariable("x", domain=list(LAYERS), coord_sys="cartesian"))

    @staticmethod
    def _over_cathode(field: Any) -> Any:
        return pybamm.Integral(field, pybamm.standard_spatial_vars.x_p)

    def _cathode(self) -> None:
        """The cathode and the electrolyte as places that hold lithium."""
        half, p = self.half.variables, self.half.param
        transfer = half["Sum of positive electrode volumetric interfacial current densities [A.m-3]"]
        a = half["Positive electrode surface area to volume ratio [m-1]"]
        charge = a * p.p.C_dl(half["Positive electrode temperature [K]"]) * self.variables[
            "Positive electrode surface potential difference [V]"
        ]  # fmt: skip
        self.layer_charge = self._over_cathode(charge)
        stripped = self._over_cathode(transfer)
        self.variables["Working charge transfer [A.m-2]"] = stripped
        active = half["Positive electrode active material volume fraction"]
        inside = pybamm.r_average(self.variables["Positive particle concentration [mol.m-3]"])
        content = FARADAY * self._over_cathode(active * inside)
        self._reservoir("Working lithium", content, -stripped, self._over_cathode(abs(transfer)))
        salt = FARADAY * self.variables["Salt in the electrolyte [mol.m-2]"]
        brought, gone = FARADAY * self.c0 * (self.drawn + self.grown), FARADAY * self.salt_rate
        self._reservoir("Electrolyte lithium", salt, brought - gone, self._crossing() + brought + gone)
        free = self.variables["Free electrolyte [m]"] - pybamm.Parameter("Free electrolyte at assembly [m]")
        self._reservoir("Free electrolyte lithium", FARADAY * self.c0 * free, -brought, brought)

    def _double_layers(self) -> None:
        v = self.variables
        lithium = pybamm.Parameter("Counter double-layer capacitance [F.m-2]") * v["Counter interface potential [V]"]
        inflow = v["Counter charge transfer [A.m-2]"] + v["Working charge transfer [A.m-2]"]
        self._reservoir("Double-layer lithium", -lithium - self.layer_charge, inflow, self._crossing())

    def _voltage(self) -> None:
        v, half, J = self.variables, self.half.variables, self.J
        phi = v["Counter interface potential [V]"]
        electrolyte = pybamm.boundary_value(half["Separator electrolyte potential [V]"], "right")
        cathode = half["Positive current collector potential [V]"]
        V = cathode + phi - v["Counter potential [V]"]
        lost = {
            "Ohmic": ("X-averaged electrolyte ohmic losses [V]", "X-averaged positive electrode ohmic losses [V]"),
            "Transport": ("X-averaged concentration overpotential [V]", "Positive particle concentration overpotential [V]"),
            "Charge-transfer": ("X-averaged positive electrode reaction overpotential [V]",),
        }
        power = {kind: -J * sum(half[name] for name in names) for kind, names in lost.items()}
        power["Charge-transfer"] += v["Counter charge-transfer power [W.m-2]"]
        power["Film"] = sum(v[f"Counter {kind} film power [W.m-2]"] for kind in ("protective", "native"))
        v |= {f"{kind} power [W.m-2]": value for kind, value in power.items()} | {
            "Current [A]": self.I,
            "Current variable [A]": self.I,
            "Current density [A.m-2]": J,
            "Voltage [V]": V,
            "Battery voltage [V]": V,
            "Open-circuit voltage [V]": half["Positive electrode bulk open-circuit potential [V]"],
            "Working potential [V]": cathode - electrolyte,
            "Electrolyte potential [V]": electrolyte + phi,
            "Share of the limiting current": self._share_of_limit(),
            "Ledger [C.m-2]": sum(v[f"{name} [C.m-2]"] for name in self.reservoirs),
        }

    @property
    def default_geometry(self) -> Any:
        """That of the half cell."""
        return self.half.default_geometry

    @property
    def default_var_pts(self) -> Any:
        """20 cells in each layer and in each particle."""
        return dict.fromkeys(self.half.default_var_pts, 20)

    @property
    def default_submesh_types(self) -> Any:
        """Those of the half cell."""
        return self.half.default_submesh_types

    @property
    def default_spatial_methods(self) -> Any:
        """Finite volumes, second order."""
        return self.half.default_spatial_methods
