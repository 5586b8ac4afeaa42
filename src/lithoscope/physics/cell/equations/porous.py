"""One host in a cell, on either side of the separator: its lithium, its inner surface, its top. Equations in `host`.

The depth d runs from the top, at the separator, to the back contact: towards larger x in the working electrode, towards smaller
x in the counter electrode. All else is the same on both sides.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from lithoscope.constants import FARADAY
from lithoscope.physics.cell.engine import pybamm
from lithoscope.physics.cell.equations.base import symbolic_diffusion_potential
from lithoscope.physics.laws.host import electronic_conductivity, plating_share, room, stripping_share
from lithoscope.physics.laws.kinetics import exchange_current_density, overpotential

if TYPE_CHECKING:
    from lithoscope.physics.cell.equations.host import HostCell

WIDTH = 20
"""Length of the coordinate of a layer."""

LAYER = {"Counter": "negative electrode", "Working": "positive electrode"}
"""PyBaMM's names of the electrodes. It tells the sizes of fields apart only in domains whose names it knows."""

SWITCH = 0.01
"""Current density j_w in which stripping turns into plating, A/m2 of inner surface."""

HALF_GROWN = 1e-7
"""Thickness of lithium on the top at which half of its area takes part in stripping, m."""

CONTACT = 1e-2
"""Electronic resistance to the back at which lithium counts as half orphaned, ohm m2: 100 ohm cm2, a tenth of a volt at
1 mA/cm2."""

LEAST_SPREAD = 1e-12
"""Keeps the reaction depth finite at rest, A2/m5."""


def coordinate(*layers: str) -> Any:
    """The coordinate in the middle of the cells."""
    return pybamm.SpatialVariable("x", domain=list(layers), coord_sys="cartesian")


def no_slope() -> dict[str, tuple[Any, str]]:
    """Boundary conditions that say nothing: what passes the ends is set on the fluxes themselves."""
    return dict.fromkeys(("left", "right"), (pybamm.Scalar(0), "Neumann"))


class HostElectrode:
    """A host as one of the electrodes of a cell.

    face   "Working" or "Counter"
    start  of its layer on the coordinate of the cell

    Its states are there at once, because the electrolyte is made of them; `react`, `conduct` and `close` add its equations to
    the cell, in this order, the last when the cell knows its currents.

    inward  1 if depth and x run the same way, -1 if not
    """

    def __init__(self, face: str, start: int) -> None:
        self.face, self.layer, self.start = face, LAYER[face], start
        self.top, self.back = ("left", "right") if face == "Working" else ("right", "left")
        self.inward = 1 if face == "Working" else -1
        self.g, self.V_m = self._number("thickness [m]") / WIDTH, pybamm.Parameter("Lithium molar volume [m3.mol-1]")
        self.xi = coordinate(self.layer)
        self.s = pybamm.Variable(f"{face} lithium fraction", domain=self.layer)
        self.salt = pybamm.Variable(f"Salt in the {self.layer} [mol.m-2]", domain=self.layer, scale=1e-3)
        self.charge = pybamm.Variable(f"Charge in the {self.layer} [C.m-2]", domain=self.layer, scale=1e-2)
        # The volume of the charge is tiny; with it, du/dx = -d eps/dt holds to rounding.
        self.eps = 1 - self._number("matrix fraction") - self.s + self.V_m / FARADAY * self.charge / self.g
        self.eps0 = 1 - self._number("matrix fraction") - self._number("initial lithium fraction")
        self.c = self.salt / (self.eps * self.g)

    def _number(self, name: str) -> Any:
        return pybamm.Parameter(f"{self.face} host {name}")

    def _surface(self, name: str) -> Any:
        """A parameter of its lithium that a foil has as well."""
        return pybamm.Parameter(f"{self.face} {name}")

    def at_top(self, field: Any) -> Any:
        """Mean over the first fibres below the top, from which lithium grows out."""
        weight = np.exp(-self._depth(self.xi) / self._number("fibre spacing [m]"))
        return pybamm.Integral(weight * field, self.xi) / pybamm.Integral(weight, self.xi)

    def _depth(self, xi: Any) -> Any:
        from_left = (xi - self.start) * self.g
        return from_left if self.inward > 0 else WIDTH * self.g - from_left

    # ------------------------------------------------------------------------------- the surface of the lithium

    def react(self, cell: HostCell) -> None:
        """Charge transfer in the pores, the lithium there, and what grows out of the top."""
        s, a_0 = self.s, self._number("specific area [m-1]")
        h, s_0 = self._number("area half fraction"), self._number("seed fraction")
        self.around = self._seen_around(cell)
        capacitance = self._surface("double-layer capacitance [F.m-2]") * a_0 * plating_share(s, s_0, h)
        self.phi = self.charge / (self.g * capacitance)
        i0 = exchange_current_density(self._surface("exchange current density [A.m-2]"), self.c, cell.c0)
        self.j = j = cell._variable(f"{self.face} charge-transfer current density [A.m-2]", 0 * s, 0.1, self.layer)
        self.R = self._surface("native film resistance [Ohm.m2]")
        cell.algebraic[j] = overpotential(j, i0, self.R, cell.T) - self.phi
        self.room = room(s, self._number("largest lithium fraction"))
        strips = (1 + np.tanh(j / SWITCH)) / 2
        plates = (plating_share(self.around, s_0, h) + self._number("plating share of the matrix")) * self.room
        self.stripped = a_0 * (strips * stripping_share(s, h) + (1 - strips) * plates) * j
        cell.initial_conditions[s] = self._number("initial lithium fraction") + 0 * s
        cell.rhs[s] = -self.V_m / FARADAY * self.stripped
        self._outgrowth(cell)

    def _seen_around(self, cell: HostCell) -> Any:
        """s~, the lithium fraction seen from a growth length around."""
        first = self._number("initial lithium fraction") + 0 * self.s
        around = cell._variable(f"{self.face} lithium fraction around", first, 1.0, self.layer)
        length = self._number("growth length [m]") / self.g
        cell.algebraic[around] = around - self.s - length**2 * pybamm.div(pybamm.grad(around))
        cell.boundary_conditions[around] = no_slope()
        return around

    def _outgrowth(self, cell: HostCell) -> None:
        """Lithium that grows out of the top where the pores there are full."""
        self.grown = grown = cell._variable(f"{self.face} outgrown lithium [C.m-2]", 0, 10.0)
        i = cell._variable(f"{self.face} outgrowth current density [A.m-2]", 0, 1.0)
        phi, c = self.at_top(self.phi), self.at_top(self.c)
        i0 = exchange_current_density(self._surface("exchange current density [A.m-2]"), c, cell.c0)
        cell.algebraic[i] = overpotential(i, i0, self.R, cell.T) - phi
        strips = (1 + np.tanh(i / SWITCH)) / 2
        half = HALF_GROWN * FARADAY / self.V_m
        self.outgrown = (strips * grown / (grown + half) + (1 - strips) * (1 - self.at_top(self.room))) * i
        cell.rhs[grown] = -self.outgrown
        self.outgrown_heat = {"native film": self.outgrown * self.R * i, "charge-transfer": self.outgrown * (phi - self.R * i)}

    # ------------------------------------------------------------------------------- currents

    def conduct(self) -> None:
        """The resistance of lithium and matrix, ohm m2 per unit of the coordinate."""
        sigma = electronic_conductivity(
            self.around, self._number("percolation threshold"), self._number("lithium conductivity [S.m-1]"),
            self._number("matrix conductivity [S.m-1]"),
        )  # fmt: skip
        self.electronic = self.g / sigma

    def share_crossing(self, edge: Any) -> Any:
        """W on the edges between cells. It falls as exp(-d / spacing of the fibres), and to zero at the back."""
        spacing, thickness = self._number("fibre spacing [m]"), self._number("thickness [m]")
        depth, deepest = np.maximum(self._depth(edge), 0), np.exp(-thickness / spacing)
        return (np.exp(-depth / spacing) - deepest) / (1 - deepest)

    # ------------------------------------------------------------------------------- the electrode as a whole

    def close(self, cell: HostCell) -> None:
        """Lithium, potential and heat of the whole electrode, and its ends."""
        face, xi, g, per_fraction = self.face, self.xi, self.g, FARADAY / self.V_m
        stripped = pybamm.Integral(g * self.stripped, xi)
        lithium = per_fraction * pybamm.Integral(g * self.s, xi)
        cell._reservoir(f"{face} host lithium", lithium, -stripped, pybamm.Integral(g * abs(self.stripped), xi))
        cell._reservoir(f"{face} outgrown lithium", self.grown, -self.outgrown, abs(self.outgrown))
        cell._protective_films(face, self._potential(cell), stripped + self.outgrown)
        heat = {"native film": self.R * self.j, "charge-transfer": self.phi - self.R * self.j}
        cell.variables |= {
            f"{face} {kind} power [W.m-2]": pybamm.Integral(g * self.stripped * V, xi) + self.outgrown_heat[kind]
            for kind, V in heat.items()
        }
        spread = pybamm.Integral(g * self.stripped**2, xi)
        cell.variables |= {
            f"{face} lithium [C.m-2]": lithium + self.grown,
            f"{face} lithium fraction": self.s,
            f"{face} salt concentration at the top [mol.m-3]": pybamm.boundary_value(self.c, self.top),
            f"{face} thickness change [m]": self.grown / per_fraction,
            f"{face} porosity at the top": self.at_top(self.eps),
            f"{face} reaction depth [m]": stripped**2 / (2 * spread + LEAST_SPREAD),
        }
        least = pybamm.Parameter(f"{face} least lithium [C.m-2]")
        cell._ends(face, pybamm.boundary_value(self.c, self.back), lithium + self.grown, least)
        self._contact(cell, lithium, least)

    def _potential(self, cell: HostCell) -> Any:
        """Potential of the back against lithium in the electrolyte beside the top, V."""
        back, top = (pybamm.boundary_value(self.c, side) for side in (self.back, self.top))
        drop = self.inward * pybamm.Integral(pybamm.inner(cell.i_e, cell.only(self.layer, cell.ionic[self.layer])), cell.xi)
        phi = pybamm.boundary_value(self.phi, self.back)
        return phi + symbolic_diffusion_potential(cell.transport, top, back, cell.T) - drop

    def _contact(self, cell: HostCell, lithium: Any, least: Any) -> None:
        """Which lithium has electrons: that with a small electronic resistance to the back."""
        face, xi, g = self.face, self.xi, self.g
        from_back = pybamm.BackwardIndefiniteIntegral if self.back == "right" else pybamm.IndefiniteIntegral
        share = 1 / (1 + (from_back(self.electronic, xi) / CONTACT) ** 2)
        connected = FARADAY / self.V_m * pybamm.Integral(pybamm.inner(share, g * self.s), xi)
        cell.variables |= {
            f"{face} connected lithium [C.m-2]": connected,
            f"{face} orphaned lithium [C.m-2]": lithium - connected,
            f"{face} front depth [m]": pybamm.Integral(pybamm.inner(1 - share, g + 0 * self.s), xi),
        }
        open_top = cell.variables[f"{face} porosity at the top"] / self._number("closed porosity")
        # Half of what counts as exhausted, so that lithium that is gone is not taken for lithium that is cut off.
        cell.events += [
            pybamm.Event(f"front stalled: {face.lower()} electrode", 2 * connected / least - 1),
            pybamm.Event(f"host clogged: {face.lower()} electrode", open_top - 1),
        ]

    @property
    def surface_charge(self) -> Any:
        """Charge of its double layer, per geometric area, C/m2."""
        return pybamm.Integral(self.charge, self.xi)
