"""Ways in which a cell of bare lithium may die."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from lithoscope.data import lookup


@dataclass(frozen=True, slots=True)
class Mechanism:
    """One way to die, with everything else as the data tables say.

    name     as a reader would call it
    field    of `design.Ageing`;  unit: of it
    ends     where its strength is searched, in that unit
    others   fields that are set with it
    """

    name: str
    field: str
    unit: str
    ends: tuple[float, float]
    others: tuple[tuple[str, str | float], ...] = ()

    def ageing(self, strength: float) -> dict[str, str | float]:
        """The table of a cell file with this strength."""
        return {**dict(self.others), self.field: f"{strength!r} {self.unit}".strip()}

    def given(self, field: str, value: str) -> Mechanism:
        """The same with another field of `design.Ageing` set."""
        return replace(self, others=(*self.others, (field, value)))

    def tried(self, number: int, most: float | None = None) -> tuple[float, ...]:
        """Strengths evenly spaced on a logarithmic scale, as many as asked over the whole range, up to `most`."""
        grid = tuple(float(strength) for strength in np.geomspace(*self.ends, number))
        return grid if most is None else (*(strength for strength in grid if strength < most), most)

    @property
    def known(self) -> tuple[float, float]:
        """Range in which the strength is known, in its unit."""
        record = lookup(f"ageing.{self.field}")
        assert record.low is not None  # records of this table have ranges
        assert record.high is not None
        return record.low, record.high


MECHANISMS = (
    Mechanism(
        "dead lithium", "dead_fraction", "", (1e-3, 0.98), (("dead_layer_tortuosity", 20.0), ("film_growth_rate", "0 m2/s"))
    ),
    Mechanism("film growth", "film_growth_rate", "m2/s", (1e-22, 2e-18), (("dead_fraction", 0.0),)),
)
"""Dead lithium alone is given the most tortuous layer that is known; with less of it, it cannot kill in time."""
