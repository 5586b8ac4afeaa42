"""Where every mole of lithium is: the book-keeping that each run carries."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

from lithoscope.units import MAH_PER_CM2

CLOSES = 1e-9
"""Largest change of the total, relative to the initial inventory, that counts as closed."""

AGREES = 1e-6
"""Largest difference between a reservoir and the quadrature of its flux, relative to what passed through it."""


@dataclass(frozen=True, slots=True)
class Reservoir:
    """One place that holds lithium. All amounts as charge per area, C/m2.

    initial   at the start
    final     at the end
    inflow    quadrature of its flux over the run, made from the trace and not from the reservoir
    passed    its turnover: what went in or came out, whichever is more, by the same quadrature
    mismatch  largest |change - inflow| at the end of any step, relative to what had passed by then, or to 1e-3 of the whole
              inventory if less had
    """

    initial: float
    final: float
    inflow: float
    passed: float
    mismatch: float

    @property
    def change(self) -> float:
        """final - initial, C/m2."""
        return self.final - self.initial


@dataclass(frozen=True, slots=True)
class Ledger:
    """The reservoirs of a cell and how well they add up.

    reservoirs  by name
    residual    largest change of the total at any solved time, relative to the initial inventory
    """

    reservoirs: Mapping[str, Reservoir]
    residual: float

    @property
    def initial(self) -> float:
        """Lithium in the cell at the start, C/m2."""
        return sum(reservoir.initial for reservoir in self.reservoirs.values())

    @property
    def closes(self) -> bool:
        """Whether lithium is conserved and every reservoir agrees with its flux."""
        return self.residual <= CLOSES and all(r.mismatch <= AGREES for r in self.reservoirs.values())

    def as_data(self) -> dict[str, Any]:
        """As plain data for JSON."""
        return {
            "unit": "C/m2",
            "initial": self.initial,
            "residual": self.residual,
            "closes": self.closes,
            "reservoirs": {name: asdict(reservoir) for name, reservoir in self.reservoirs.items()},
        }

    @classmethod
    def from_data(cls, data: Mapping[str, Any]) -> Ledger:
        """From the plain data of `as_data`."""
        return cls({name: Reservoir(**r) for name, r in data["reservoirs"].items()}, data["residual"])

    def __str__(self) -> str:
        lines = [f"{'reservoir':<22}{'start':>12}{'end':>12}{'change':>14}   mAh/cm2"]
        for name, r in self.reservoirs.items():
            lines.append(
                f"{name:<22}{r.initial / MAH_PER_CM2:>12.4f}{r.final / MAH_PER_CM2:>12.4f}{r.change / MAH_PER_CM2:>14.3e}"
            )
        lines.append(f"closes to {self.residual:.1e} of the inventory")
        return "\n".join(lines)
