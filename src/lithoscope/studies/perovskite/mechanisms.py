"""What may be called the end of a symmetric cell, and when its paper says that it came."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from lithoscope.studies.claims import Claims

LIMIT_V = 1.0
"""Voltage that ends the experiment, V."""

SETTLED = 5
"""Cycle in which the first transients are over."""

HOURS_PER_CYCLE = 2.0

READINGS = {"doubled": f"the voltage is twice that of cycle {SETTLED}", "limit": f"the voltage reaches {LIMIT_V:g} V"}
"""What the end of a cell may mean."""

LIFE, LEAD_LIFE = "perovskite.sym.life_msc", "perovskite.sym.life_mpc"


def hours(claims: Claims) -> dict[str, float]:
    """The reported lives, h: exact for the bare cell, at least for the others."""
    coated, bare = (float(v) for v in claims[LIFE].values)
    return {"bare": bare, "MASnCl3": coated, "MAPbCl3": float(claims[LEAD_LIFE].values[0])}


def cycles(claims: Claims) -> dict[str, int]:
    """The cycles in the reported lives."""
    return {material: round(life / HOURS_PER_CYCLE) for material, life in hours(claims).items()}
