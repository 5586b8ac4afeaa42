"""What an uneven or a thick film does to the current: patches side by side, and a cell with a thin and with a thick film."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from lithoscope.constants import thermal_voltage
from lithoscope.data import lookup
from lithoscope.physics.cell import Planar
from lithoscope.physics.interphase.model import Interphase
from lithoscope.protocol import Current, Program, Rest
from lithoscope.run import run
from lithoscope.studies.dipoles.layers import TEMPERATURE
from lithoscope.studies.dipoles.resting import cell
from lithoscope.studies.ranges import Point, Range, explore

if TYPE_CHECKING:
    from lithoscope.design import Cell
    from lithoscope.result import Result
    from lithoscope.studies.verdict import Prediction

UNEVEN, SHARE = "spread of the transport in the film", "resistance of the film over that of the map"
"""Names of what is open."""

PARTS = 0.1
"""Share of the surface that is called thin, and the same for thick."""

CURRENTS = ("1 mA/cm2", "5 mA/cm2")
"""At which a cell with a thin and one with a thick film are compared; the second is the high rate."""

CHARGE = "0.5 mAh/cm2"
"""That is passed before they are."""

THICKER = 2.0
"""Factor on the thickness of the native film."""


def ranges() -> tuple[Range, ...]:
    """What is open about an uneven film."""
    spread = lookup("interphase.transport_spread")
    assert spread.high is not None  # the table gives a range
    why = "data: interphase.transport_spread; the low end is a film that is hardly uneven"
    seen = "films of papers have 10 to 320 ohm cm2, the priors of the map a thousand and more"
    return (
        Range(UNEVEN, "s", spread.number, 0.1, spread.high, "1", why, "prior"),
        Range(SHARE, "-", 0.1, 0.01, 1.0, "1", seen, "prior"),
    )


def uneven(spread: float) -> Interphase:
    """A surface whose film varies by what passes it."""
    return Interphase(edge=48, defects=[], snapshots=1, transport_spread=spread)


@dataclass(slots=True)
class Patches:
    """Current through thin and thick places of films after a day, for spreads that were run once."""

    made: dict[float, tuple[float, float]]

    def __call__(self, point: Point) -> float:
        """Current density in the thinnest tenth over that in the thickest: charge transfer and film in series."""
        if point[UNEVEN] not in self.made:
            self.made[point[UNEVEN]] = tenths(run(cell("carbonate"), Program([Rest("1 d")]), uneven(point[UNEVEN])))
        transfer = thermal_voltage(TEMPERATURE) / lookup("lithium.exchange_current_density").to("A/m2")
        thin, thick = (transfer + point[SHARE] * each for each in self.made[point[UNEVEN]])
        return thick / thin


def tenths(result: Result) -> tuple[float, float]:
    """Resistance of the thinnest and of the thickest tenth of a film at the end, ohm m2: its patches side by side."""
    last = result.tree["map"].to_dataset().isel(time=-1)
    thick = np.asarray(last["surface_film_thickness"].values).ravel()
    each = np.asarray(last["surface_resistance"].values).ravel()
    order = np.argsort(thick)
    part = max(int(PARTS * len(order)), 1)
    return float(1 / np.mean(1 / each[order[:part]])), float(1 / np.mean(1 / each[order[-part:]]))


def patches() -> Prediction:
    """Current through thin places over that through thick ones."""
    return explore(Patches({}), ranges(), calibrated=(), run=None)[0]


@dataclass(frozen=True, slots=True)
class Thick:
    """What twice the film does at a current: voltage over that with the film, and salt difference over that with the film."""

    volts: float
    salt: float


def thickened() -> dict[str, Thick]:
    """The bare cell with its native film and with twice as much on both electrodes, at two currents."""
    found = {}
    base = cell("carbonate")
    film = base.foil.native_film
    assert film is not None  # the catalogue gives it
    assert film.thickness is not None  # likewise
    more = base.changed("working.native_film.thickness", f"{THICKER * film.thickness.value!r} m")
    for current in CURRENTS:
        thin, thick = (_held(each, current) for each in (base, more))
        found[current] = Thick(thick[0] / thin[0], thick[1] / thin[1])
    return found


def _held(made: Cell, current: str) -> tuple[float, float]:
    """Voltage, V, and difference of the salt between the electrodes, mol/m3, at the end of a charge."""
    trace = run(made, Program([Current(current, {"capacity": CHARGE})]), Planar()).trace
    ends = [float(trace[name].values[-1]) for name in ("working_salt_concentration", "counter_salt_concentration")]
    return abs(float(trace["voltage"].values[-1])), abs(ends[0] - ends[1])
