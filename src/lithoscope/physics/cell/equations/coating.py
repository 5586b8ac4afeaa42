"""What a coating does on a substrate: insertion, conversion and alloying beside plating, all through one potential.

Symbols of `substrate` and, per geometric area:
    n_f, n      amount of the coating, amount that converted, mol/m2
    Q_x, x      inserted lithium, C/m2; its share of the largest content, x = Q_x / (F n_f x_max)
    Q_y, y      alloyed lithium, C/m2; lithium per metal, y = Q_y / (F n)
    E_0, G, k_x     insertion: potential, V; interaction; rate, A/m2
    U_c, j_c0, z    conversion: potential, V; current density there, A/m2; lithium per formula unit
    j_e0, n*; sigma_e, V_c   leaks: largest, A/m2, amount that lowers it by e; conductivity and molar volume of the product
    k_y, U_y(y)     alloying: rate, A/m2; staircase of plateaus, V;  y_m  lithium per metal of the last phase

Equations (positive currents oxidise)
    i_x = k_x (x e^a - (1 - x) e^-a) / (1 + 2 k_x cosh(a) / i_m),   a = ((phi - E_0) / V_T + G (x - 1/2)) / 2
    j_c = j_k j_e / (j_k + j_e),   j_k = j_c0 exp((U_c - phi) / (2 V_T))
    j_e = (1 - n / n_f) j_e0 exp(-n / n*)             tunnelling
    j_e = (1 - n / n_f) [U_c - phi]+ sigma_e / (n V_c + x_0)   conduction
    i_y = k_y n / (n + n_h) (w(y) e^b - w(y_m - y) e^-b) / (1 + 2 k_y cosh(b) / i_m)
        b = (phi - U_y(y)) / (2 V_T),   w(u) = u / (|u| + 0.05)
    dQ_x/dt = -i_x,   z F dn/dt = j_c,   dQ_y/dt = -i_y
    i_m = 100 A/m2: no reaction goes faster, because transport in the film takes over, F c D / delta = 12 A/m2 for 1 um with
    D = 1.4e-10 cm2/s; equilibria do not feel it

Equilibrium of insertion: E_0 - V_T (ln(x / (1 - x)) + G (x - 1/2)).
Validity: lithium is spread evenly in the film, so that a peak has the height of a thin layer and not that of diffusion; the
whole film takes lithium in, which needs electrons inside it, while conversion is limited by their supply: both are assumed.
"""

from __future__ import annotations

from typing import Any

from lithoscope.constants import FARADAY
from lithoscope.physics.cell.engine import pybamm
from lithoscope.physics.cell.equations.base import LithiumCell
from lithoscope.physics.laws.conversion import (
    LEAST_PRODUCT_M,
    NONE,
    alloying_rate,
    in_series,
    insertion_rate,
    leak_by_conduction,
    leak_by_tunnelling,
    reduction_rate,
)
from lithoscope.physics.laws.kinetics import positive_part


def coating_reactions(cell: LithiumCell, phi: Any, metal: str, leak: str) -> Any:
    """Give a substrate the reactions of its coating.

    phi    potential of the interface, V
    metal  that alloys, "Sn" or "Pb"
    leak   how electrons pass the product, "tunnelling" or "conduction"
    Returns the current density with which it is reduced, A/m2.
    """
    inserting = _insertion(cell, phi)
    converting, converted = _conversion(cell, phi, leak)
    return converting + inserting + _alloying(cell, phi, metal, converted)


def _take(cell: LithiumCell, name: str, reduced: Any) -> None:
    """Book what a reaction takes up."""
    content = cell.variables[f"{name} [C.m-2]"]
    cell.rhs[content] = reduced
    cell._reservoir(name, content, reduced, abs(reduced))


def _insertion(cell: LithiumCell, phi: Any) -> Any:
    P = pybamm.Parameter
    inserted = cell._variable("Working inserted lithium [C.m-2]", 0, 1e2)
    x = inserted / (FARADAY * P("Coating amount [mol.m-2]") * P("Insertion limit"))
    reduced = insertion_rate(
        P("Insertion rate [A.m-2]"), P("Insertion potential [V]"), P("Insertion interaction"), x, phi, cell.T
    )
    _take(cell, "Working inserted lithium", reduced)
    return reduced


def _conversion(cell: LithiumCell, phi: Any, leak: str) -> tuple[Any, Any]:
    """Current density of conversion, A/m2, and the amount that converted, mol/m2."""
    P = pybamm.Parameter
    product = cell._variable("Working converted lithium [C.m-2]", 0, 1e2)
    amount = product / (FARADAY * P("Conversion electrons"))
    share = amount / P("Coating amount [mol.m-2]")
    U = P("Conversion potential [V]")
    if leak == "tunnelling":
        supply = leak_by_tunnelling(P("Leak current density [A.m-2]"), amount, P("Leak amount [mol.m-2]"))
    else:
        thickness = amount * P("Product molar volume [m3.mol-1]") + LEAST_PRODUCT_M
        supply = leak_by_conduction(positive_part(U - phi, 1e-3), P("Product conductivity [S.m-1]"), thickness)
    kinetic = reduction_rate(P("Conversion rate [A.m-2]"), U, phi, cell.T)
    reduced = in_series(kinetic, supply * (1 - share))
    _take(cell, "Working converted lithium", reduced)
    cell.variables |= {"Working converted amount [mol.m-2]": amount, "Working converted share": share}
    return reduced, amount


def _alloying(cell: LithiumCell, phi: Any, metal: str, converted: Any) -> Any:
    P = pybamm.Parameter
    alloyed = cell._variable("Working alloyed lithium [C.m-2]", 0, 1.0)
    y = alloyed / (FARADAY * (converted + NONE))
    reduced = alloying_rate(P("Alloying rate [A.m-2]"), metal, y, converted, phi, cell.T)
    _take(cell, "Working alloyed lithium", reduced)
    return reduced
