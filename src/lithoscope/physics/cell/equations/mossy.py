"""Two lithium electrodes that grow moss, lose lithium and build up a dead layer, as a plain PyBaMM model.

Three layers from left to right: dead layer of the counter electrode, separator, dead layer of the working electrode; each has
its coordinate xi of a fixed length and its stretch g(t), so that dx = g dxi. Symbols of `planar` and:

    b, m        bulk lithium, and the mossy lithium that was plated on it
    Q_b, Q_m, Q_d, Q_f   lithium in bulk, moss, dead lithium and film of a face, C/m2
    i_q, i0_q, R_q       current density, exchange current density, film resistance of population q = b, m
    delta_q, delta_q0    thickness of its film, and of the film on a fresh surface, m;  R_q = delta_q / sigma
    A_q         active over geometric area;  a  share of area added by pits
    f, chi      share of plating on bulk that becomes moss; share of stripped moss that dies
    k_p, V_f    parabolic constant of film growth, m2/s; film volume per mole of lithium in it, m3/mol
    [x]+        smooth positive part m^3 / (m^2 + s^2), m = max(x, 0), s = 0.05 A/m2: nothing happens at rest
    s_b         share of the ground that bulk lithium covers, Q_b+ / (Q_b+ + Q_min)
    G           ground on which bulk lithium starts again where it is gone, a_k (s_0 (1 - s_b) + max(-Q_b, 0) / (h Q_min)),
                s_0 = 1e-3, h = 1e-2: what the integrator took too much, a hair, comes back first

Equations of a face
    C_dl dphi/dt = J_k - I_b - A_m i_m,   phi = R_q i_q + 2 V_T asinh(i_q / (2 i0_q)),   i0_q = i0_q,ref sqrt(c_k / c_0)
    A_b = a_k (1 + a) s_b,   A_m = A_max Q_m / (Q_m + Q_half),   I_b = A_b i_b - G [-i_b]+,   P = (A_b + G) [-i_b]+
    dQ_b/dt = -I_b - f P - F r_b
    dQ_m/dt = -A_m i_m + f P - chi A_m [i_m]+ - F r_m
    dQ_d/dt = chi A_m [i_m]+,   dQ_f/dt = F (r_b + r_m)
    da/dt = A_b [i_b]+ (a_max - a) / Q_pit - P a / Q_fill

Film: it grows on what is there, and deposition and pits expose fresh surface at the rate e_q (1/s, area over geometric area):
    r_q = (A_q k_p / delta_q + delta_q0 e_q) / V_f,   d delta_q/dt = k_p / delta_q - (delta_q - delta_q0) e_q / A_q
    e_b = a_k s_b A_b [i_b]+ (a_max - a) / Q_pit,   e_m = dA_m/dQ_m (A_m [-i_m]+ + f P)
The second equation is that of the mean thickness: A delta grows by A k_p / delta + delta_0 e. Where area shrinks, its film
stays in Q_f. A foil that is gone leaves its film on the ground, and comes back under it.

Electrolyte
    eps d(g c)/dt = -dN/dxi + eps c dg/dt,   N = -(D / (N_M g)) dc/dxi - (1 - t+) J / F,   N = 0 at both ends
    dead layer:  g = g_0 + Q_d V_m / (F (1 - eps_d)),   N_M = tau_d / eps_d
The pores of new dead lithium fill at the local concentration with electrolyte from outside the pores, which is booked:
    dQ_free/dt = -F dg/dt int eps c dxi
    V as in `planar`, with the ohmic drop J int g N_M / kappa dxi over all three layers.

Ends
    Q_b + Q_m = Q_min: lithium exhausted at face k;   c_k = 1 mol/m3: salt depleted at face k.

Validity: lateral variation enters through the areas only; films are consumed by nothing; pressure plays no part.
Limit: with f = a_max = k_p = 0 it is the planar model with two thin layers g_0.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from lithoscope.constants import FARADAY
from lithoscope.physics.cell.engine import pybamm
from lithoscope.physics.cell.equations.base import SEPARATOR, LithiumCell
from lithoscope.physics.laws.kinetics import exchange_current_density, overpotential, positive_part, share_of_area

DEAD_LAYERS = {"Counter": "counter dead layer", "Working": "working dead layer"}
LAYERS = (DEAD_LAYERS["Counter"], SEPARATOR, DEAD_LAYERS["Working"])

WIDTH = 20
"""Length of the coordinate of a layer. With as many cells in it, each has the width 1 and differences need no factors."""

SEED_LAYER_M = 1e-8
"""Thickness of a dead layer without dead lithium: a coordinate needs some length. It adds 0.3 % to a usual separator."""

MILLI = 1e-3
"""Salt is counted in mmol/m2, the size that it has where 1 mol/L fills a micrometre: an unknown with a scale of its own costs
two operations in each cell."""

LEAST_AREA = 1e-6
"""Area of a population, over geometric area, below which the thickness of its film has no meaning."""

SEEDS = 1e-3
"""Share of bare ground on which bulk lithium starts to grow again. It covers the ground ln(1/SEEDS) times as late as one layer
takes to deposit, 2 s at 1 mA/cm2, so that its value does not show."""


HOLE = 1e-2
"""Share of the least lithium that covers all ground where it is missing: the seeds alone would take a second to fill what the
integrator took too much, while the moss grows."""


class MossyLithiumCell(LithiumCell):
    """Li | dead layer | separator | dead layer | Li. Equations at the top of this module.

    films    number of protective films on each face, {"Counter": 0, "Working": 1}
    current  the symbol of the current, A, positive strips the counter electrode; PyBaMM's own input if not given
    shorted  whether an electronic leak lies beside the cell, see `equations.short`
    """

    seeds = SEEDS
    """Share of bare ground on which plating begins."""

    def __init__(
        self, films: dict[str, int] | None = None, current: Any = None, name: str = "mossy Li|Li cell", *, shorted: bool = False
    ) -> None:
        self.salt = {layer: pybamm.Variable(f"Salt in the {layer} [mmol.m-2]", domain=layer) for layer in LAYERS}
        super().__init__(films, current, name, shorted=shorted)

    def _face(self, face: str, side: str) -> None:
        P = pybamm.Parameter
        thickness = self._dead_layer(face)
        c, wet = self._salt_at(face, side, thickness), self._wet()
        phi = self._variable(f"{face} interface potential [V]", 0, 1e-3)
        lost = self._variable(f"{face} bulk lithium lost [C.m-2]", 0, 1e4)
        moss = self._variable(f"{face} moss [C.m-2]", 0, 1e4)
        pits = self._variable(f"{face} pit area", 0, 1.0)
        bulk, least = P(f"{face} initial lithium [C.m-2]") - lost, P(f"{face} least lithium [C.m-2]")
        half, most = P(f"{face} mossy half charge [C.m-2]"), P(f"{face} largest mossy area")
        rough, covered = wet * P(f"{face} roughness"), share_of_area(bulk, least)
        area = {"bulk": rough * (1 + pits) * covered, "mossy": wet * most * moss / (moss + half)}
        i = {
            "bulk": self._population(face, "bulk", phi, c, P(f"{face} exchange current density [A.m-2]")),
            "mossy": self._population(face, "mossy", phi, c, P(f"{face} mossy exchange current density [A.m-2]")),
        }
        ground = rough * (self.seeds * (1 - covered) + pybamm.maximum(-bulk, 0) / (HOLE * least))
        plated = (area["bulk"] + ground) * positive_part(-i["bulk"])
        passed = area["bulk"] * i["bulk"] - ground * positive_part(-i["bulk"])
        stripped = passed + area["mossy"] * i["mossy"]
        room = P(f"{face} largest pit area") - pits
        opened = area["bulk"] * positive_part(i["bulk"]) / P(f"{face} pit charge [C.m-2]") * room
        sprouted = P(f"{face} mossy fraction") * plated
        died = P(f"{face} dead fraction") * area["mossy"] * positive_part(i["mossy"])
        exposed = {
            "bulk": rough * covered * opened,
            "mossy": most * half / (moss + half) ** 2 * (area["mossy"] * positive_part(-i["mossy"]) + sprouted),
        }
        filmed = {q: self._film_growth(face, q, area[q], exposed[q]) for q in area}
        self.rhs[phi] = (self._current_density(face) - stripped) / P(f"{face} double-layer capacitance [F.m-2]")
        self.rhs[lost] = passed + sprouted + filmed["bulk"]
        self.rhs[moss] = -area["mossy"] * i["mossy"] + sprouted - died - filmed["mossy"]
        self.rhs[pits] = opened - plated * pits / P(f"{face} pit-filling charge [C.m-2]")
        self._losses(face, died, filmed["bulk"] + filmed["mossy"])
        turnover = abs(passed) + sprouted + filmed["bulk"]
        self._reservoir(f"{face} bulk lithium", bulk, -self.rhs[lost], turnover)
        turnover = abs(area["mossy"] * i["mossy"]) + sprouted + filmed["mossy"]
        self._reservoir(f"{face} mossy lithium", moss, self.rhs[moss], turnover)
        self.variables |= {f"{face} lithium [C.m-2]": bulk + moss, f"{face} mossy area": area["mossy"]}
        self._powers(face, phi, {"bulk": passed, "mossy": area["mossy"] * i["mossy"]}, i)
        self._protective_films(face, phi, stripped)
        self._ends(face, c, bulk + moss, least)

    def _salt_at(self, face: str, side: str, thickness: Any) -> Any:
        """Salt concentration at a face, mol/m3; thickness is that of its dead layer, m."""
        porosity = pybamm.Parameter(f"{face} dead layer porosity")
        return pybamm.boundary_value(self.salt[DEAD_LAYERS[face]], side) / (porosity * thickness / WIDTH / MILLI)

    def _wet(self) -> Any:
        """Share of an electrode that electrolyte touches."""
        return pybamm.Scalar(1)

    def _lithium_in_film(self, filmed: Any) -> Any:
        """Lithium that a film takes up, A/m2, when it takes so much from the metal; the salt may give some, too."""
        return filmed

    def _powers(self, face: str, phi: Any, passed: dict[str, Any], i: dict[str, Any]) -> None:
        """What the native films and the charge transfer of both populations dissipate.

        passed  current per geometric area, A/m2;  i: current density
        """
        R = {q: self.variables[f"{face} {q} film resistance [Ohm.m2]"] for q in i}
        self.variables |= {
            f"{face} native film power [W.m-2]": sum(passed[q] * R[q] * i[q] for q in i),
            f"{face} charge-transfer power [W.m-2]": sum(passed[q] * (phi - R[q] * i[q]) for q in i),
        }

    def _population(self, face: str, q: str, phi: Any, c: Any, i0: Any) -> Any:
        """Current density of one population, an algebraic unknown of the interface potential."""
        P = pybamm.Parameter
        fresh = P(f"{face} fresh {q} film thickness [m]")
        delta = self._variable(f"{face} {q} film thickness [m]", fresh, 1e-8)
        i = self._variable(f"{face} {q} current density [A.m-2]", 0, 10.0)
        R = delta / P(f"{face} native film conductivity [S.m-1]")
        self.variables[f"{face} {q} film resistance [Ohm.m2]"] = R
        self.algebraic[i] = overpotential(i, exchange_current_density(i0, c, self.c0), R, self.T) - phi
        return i

    def _film_growth(self, face: str, q: str, area: Any, exposed: Any) -> Any:
        """Lithium that the film of one population takes, F r_q, A/m2, and its thickness."""
        P = pybamm.Parameter
        fresh = P(f"{face} fresh {q} film thickness [m]")
        delta, rate = self.variables[f"{face} {q} film thickness [m]"], P(f"{face} film growth rate [m2.s-1]")
        self.rhs[delta] = rate / delta - (delta - fresh) * exposed / (area + LEAST_AREA)
        return FARADAY / P(f"{face} film molar volume [m3.mol-1]") * (area * rate / delta + fresh * exposed)

    def _losses(self, face: str, died: Any, filmed: Any) -> None:
        """Lithium that no longer takes part, and the layer that the dead lithium makes."""
        dead = self.variables[f"{face} dead lithium [C.m-2]"]
        film = self._variable(f"{face} film lithium [C.m-2]", 0, 1e4)
        taken = self._lithium_in_film(filmed)
        self.rhs[dead], self.rhs[film] = died, taken
        self._reservoir(f"{face} dead lithium", dead, died, died)
        self._reservoir(f"{face} film lithium", film, taken, taken)
        self.variables[f"{face} dead layer growth [m.s-1]"] = died * self._layer_per_charge(face)

    def _dead_layer(self, face: str) -> Any:
        """Thickness of the dead layer, m."""
        dead = self._variable(f"{face} dead lithium [C.m-2]", 0, 1e4)
        thickness = SEED_LAYER_M + dead * self._layer_per_charge(face)
        self.variables[f"{face} dead layer thickness [m]"] = thickness
        return thickness

    @staticmethod
    def _layer_per_charge(face: str) -> Any:
        P = pybamm.Parameter
        return P("Lithium molar volume [m3.mol-1]") / FARADAY / (1 - P(f"{face} dead layer porosity"))

    def _layered(self, dead: str, separator: Any) -> Any:
        """A field that is uniform in each layer.

        dead       name of the quantity in a dead layer, after the face
        separator  its value in the separator
        """
        values = (self._of("Counter", dead), separator, self._of("Working", dead))
        return _in_layers(values)

    def _of(self, face: str, name: str) -> Any:
        name = f"{face} {name}"
        return self.variables[name] if name in self.variables else pybamm.Parameter(name)

    def _electrolyte(self) -> None:
        P, law, T, L = pybamm.Parameter, self.transport, self.T, pybamm.Parameter("Separator thickness [m]")
        g = self._layered("dead layer thickness [m]", L) / WIDTH
        eps = self._layered("dead layer porosity", P("Separator porosity"))
        N_M = self._layered("dead layer MacMullin number", P("Separator MacMullin number"))
        # The unknown is eps g c and not c: the salt is then a linear function of the state, which integrators conserve.
        m = pybamm.concatenation(*self.salt.values())
        c = m / (eps * g / MILLI)
        fresh = (pybamm.Scalar(SEED_LAYER_M), L, pybamm.Scalar(SEED_LAYER_M))
        self.initial_conditions[m] = eps * _in_layers(thickness / WIDTH * self.c0 / MILLI for thickness in fresh)
        growth = self._layered("dead layer growth [m.s-1]", pybamm.Scalar(0)) / WIDTH
        self.rhs[m] = pybamm.div(self._anions_inwards(c, N_M * g, MILLI)) + m * (growth / g)
        xi = pybamm.SpatialVariable("x", domain=list(LAYERS), coord_sys="cartesian")
        salt = MILLI * pybamm.Integral(m, xi)
        self.variables |= {part.name: part for part in self.salt.values()}
        self.variables |= {
            "Salt concentration [mol.m-3]": c,
            "Position [m]": self._position(),
            "Salt in the electrolyte [mol.m-2]": salt,
            "Path of the salt [m]": pybamm.Integral(g * N_M, xi),
            "Electrolyte resistance [Ohm.m2]": pybamm.Integral(g * N_M / law.conductivity(c, T), xi),
        }
        self._book_salt(salt)

    def _position(self) -> Any:
        """Distance from the counter electrode."""
        before = self._of("Counter", "dead layer thickness [m]")
        L = pybamm.Parameter("Separator thickness [m]")
        starts = (pybamm.Scalar(0), before, before + L)
        lengths = (before, L, self._of("Working", "dead layer thickness [m]"))
        fields = []
        for n, (layer, start, length) in enumerate(zip(LAYERS, starts, lengths, strict=True)):
            xi = pybamm.SpatialVariable("x", domain=[layer], coord_sys="cartesian")
            fields.append(pybamm.PrimaryBroadcast(start, layer) + length * (xi / WIDTH - n))
        return pybamm.concatenation(*fields)

    def _book_salt(self, salt: Any) -> None:
        """The electrolyte in the pores, and what the pores of new dead lithium take from outside."""
        taken = pybamm.Scalar(0)
        for face, layer in DEAD_LAYERS.items():
            held = MILLI * pybamm.Integral(self.salt[layer], pybamm.SpatialVariable("x", domain=[layer], coord_sys="cartesian"))
            growth, thickness = (self._of(face, f"dead layer {what}") for what in ("growth [m.s-1]", "thickness [m]"))
            taken = taken + growth / thickness * held
        free = self._variable("Free electrolyte lithium since assembly [C.m-2]", 0, 1e3)
        self.rhs[free] = -FARADAY * taken
        self._reservoir("Electrolyte lithium", FARADAY * salt, FARADAY * taken, self._crossing())
        self._reservoir("Free electrolyte lithium", free, -FARADAY * taken, FARADAY * taken)

    @property
    def default_geometry(self) -> Any:
        """The layers one after the other."""
        geometry = {}
        for n, layer in enumerate(LAYERS):
            xi = pybamm.SpatialVariable("x", domain=[layer], coord_sys="cartesian")
            geometry[layer] = {xi: {"min": pybamm.Scalar(WIDTH * n), "max": pybamm.Scalar(WIDTH * (n + 1))}}
        return geometry

    @property
    def default_var_pts(self) -> dict[str, int]:
        """20 cells in each layer."""
        return {"x": 20}

    @property
    def default_submesh_types(self) -> Any:
        """Evenly spaced."""
        return dict.fromkeys(LAYERS, pybamm.Uniform1DSubMesh)

    @property
    def default_spatial_methods(self) -> Any:
        """Finite volumes, second order."""
        return {layer: pybamm.FiniteVolume() for layer in LAYERS}


def _in_layers(values: Iterable[Any]) -> Any:
    """One value in each layer as a field."""
    return pybamm.concatenation(*(pybamm.PrimaryBroadcast(value, layer) for value, layer in zip(values, LAYERS, strict=True)))
