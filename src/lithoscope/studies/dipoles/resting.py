"""Lithium at rest: what it loses in a day in two electrolytes, how its film grows, and of what, over all that is open.

Rate constants that nobody measured are moved together (`SPEED`), and that of the anion against the others (`ANION`). Films of
ferroelectrics act on these rates by the causes of `ls.PolarisedFilm`, a stock of adsorbed anions by that of `ls.Interphase`.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from typing import TYPE_CHECKING

import numpy as np

from lithoscope.analysis.photoemission import Strata, share_in, strata_of
from lithoscope.constants import FARADAY
from lithoscope.data import lookup
from lithoscope.design import Cell
from lithoscope.design.catalogue import entry
from lithoscope.errors import End
from lithoscope.physics.interphase.model import ElectronSupply, Interphase, ReactionChange
from lithoscope.physics.interphase.network import lithium_network
from lithoscope.physics.interphase.polarised import PolarisedFilm
from lithoscope.protocol import Program, Rest
from lithoscope.run import run
from lithoscope.studies.ranges import Point, Range, at_values, from_data
from lithoscope.units import MAH_PER_CM2

if TYPE_CHECKING:
    from lithoscope.result import Result

DAY = 86400.0
HOUR = 3600.0

LEAKS, TUNNELS, CONDUCTS, PASSES, NATIVE, SPEED, ANION, WATER, AREA = (
    "electron permeability of the film",
    "attempt current of tunnelling",
    "electron conductivity of the film",
    "solvent through the film",
    "thickness of the native film",
    "speed of all reductions",
    "speed of the anion's reduction",
    "water in the electrolyte",
    "true area of the deposit",
)
"""Names of what is open."""

SOLVENT_PERMEABILITY = 3e-14
"""Of solvent through a film, where some passes, mol/m/s: 2e-18 m2/s times 15 mol/L, as models of graphite have it."""

MOST_RATE = 1.0
"""Largest rate constant that the model takes, mol/m2/s: 1e5 A/m2, far beyond what passes any film."""

ELECTROLYTES: Mapping[str, Mapping[str, object]] = {
    "carbonate": {},
    "ether": {
        "electrolyte.salt": "LiTFSI",
        "electrolyte.solvent": {"DOL": 0.5, "DME": 0.5},
        "electrolyte.properties": {
            "kind": "constant", "conductivity": "13 mS/cm", "diffusivity": "8e-10 m2/s", "transference_number": "0.4",
            "thermodynamic_factor": "1.8",
        },
    },
}  # fmt: skip
"""1 mol/L LiPF6 in EC:DMC, and 1 mol/L LiTFSI in DOL:DME. The transport enters the resistance of the outer layer alone."""

FROM_ANION = {"carbonate": "PF6_LiF", "ether": "TFSI_CF3SO2Li"}
"""The reduction of the anion."""

ANION_LEAVES = {"carbonate": ("gas", "PF3", 1.0), "ether": ("film", "CF3SO2Li", 1.0)}
"""What only the reduction of the anion leaves, where it is found, and how much for two electrons."""


def ranges() -> tuple[Range, ...]:
    """What is open about lithium at rest."""
    area = lookup("ageing.mossy_area")
    assert area.low is not None  # the table gives a range
    assert area.high is not None
    moved = "rate constants are orders of magnitude"
    return (
        from_data(LEAKS, "P_e", "mol/m/s", "interphase.electron_permeability"),
        from_data(TUNNELS, "j_t", "A/m2", "interphase.tunnelling_current"),
        from_data(CONDUCTS, "σ_e", "S/cm", "interphase.electron_conductivity"),
        Range(
            PASSES, "P_s", 0.0, 0.0, 1.0, "1", "models of graphite have either", "prior",
            readings=("none", f"{SOLVENT_PERMEABILITY:g} mol/m/s"),
        ),
        from_data(NATIVE, "L_0", "nm", "interphase.native_thickness"),
        Range(SPEED, "k", 1.0, 0.01, 100.0, "1", moved, "prior"),
        Range(ANION, "k_a", 1.0, 0.01, 100.0, "1", moved, "prior"),
        from_data(WATER, "c_w", "mol/m3", "interphase.water"),
        Range(AREA, "r_A", area.number, area.low, area.high, "1", "data: ageing.mossy_area", "prior"),
    )  # fmt: skip


@dataclass(frozen=True, slots=True)
class Seen:
    """What a day of rest shows.

    lost       lithium that the metal loses, mAh/cm2;  recession of the metal, m;  thickness of the film, m
    exponent   d ln(grown thickness) / d ln t over the second half of the day: 1 linear, 0.5 by diffusion, 0 at an end
    organic    share of organics in what has grown: after an hour, after the day
    anion      share of the electrons that reduce the anion
    stiffened  resistance of the film after the day over that at the start
    strata     the film after the day, for instruments
    """

    lost: float
    recession: float
    thickness: float
    exponent: float
    organic: tuple[float, float]
    anion: float
    stiffened: float
    strata: Strata

    def shown(self, length: float) -> float:
        """Share of the atoms that photoemission shows at the surface which inorganic solids hold. length: mean free path, m."""
        return 1 - float(share_in(self.strata, lithium_network().organics, length=length)[0])


def cell(kind: str, area: float = 1.0) -> Cell:
    """A foil in one of the two electrolytes. area: true over geometric."""
    return Cell.parse(entry("perovskite/bare")).changed_at({**ELECTROLYTES[kind], "working.roughness": area})


@dataclass(frozen=True, slots=True)
class Case:
    """What a rest has beside what is open.

    faster  factor on all reductions;  face: a polarised film;  stock: adsorbed anions, mol/m2;  name: in words
    """

    faster: float = 1.0
    face: PolarisedFilm | None = None
    stock: tuple[tuple[str, float], ...] = ()
    name: str = ""


PLAIN = Case()
"""Lithium with nothing on it but its film."""


def model(kind: str, point: Point, case: Case = PLAIN) -> Interphase:
    """An even surface at a point of what is open."""
    rates = {}
    for name in _reductions(kind):
        more = case.faster * point[SPEED] * (point[ANION] if name == FROM_ANION[kind] else 1.0)
        rate = min(lookup(f"reactions.{name}.rate").to("mol/m2/s") * more, MOST_RATE)
        rates[name] = ReactionChange(rate=f"{rate!r} mol/m2/s")
    supply = ElectronSupply(
        electron_permeability=f"{point[LEAKS]!r} mol/m/s",
        tunnelling_current=f"{point[TUNNELS]!r} A/m2",
        electron_conductivity=f"{point[CONDUCTS]!r} S/cm",
        solvent_permeability=f"{SOLVENT_PERMEABILITY!r} mol/m/s" if point[PASSES] else None,
    )
    return Interphase(
        edge=1, defects=[], snapshots=1, kinetic_spread=0.0, transport_spread=0.0, supply=supply, reactions=rates,
        native_thickness=f"{point[NATIVE]!r} nm", additives={"H2O": f"{point[WATER]!r} mol/m3"}, ferroelectric=case.face,
        adsorbed={name: f"{amount!r} mol/m2" for name, amount in case.stock},
    )  # fmt: skip


@cache
def _reductions(kind: str) -> tuple[str, ...]:
    """Reactions of an electrolyte that take electrons."""
    from lithoscope.physics.interphase.params import Numbers, chemistry

    plain = Interphase(edge=1, defects=[])
    return tuple(each.name for each in chemistry(cell(kind), plain, Numbers()).network.reactions if each.electrons)


@dataclass(slots=True)
class Rests:
    """A day of rest at any point, each run once.

    runs      those at the quoted values, by name
    unsolved  what was not solved, and how it ended
    """

    runs: dict[str, Result] = field(default_factory=dict)
    unsolved: list[tuple[str, str]] = field(default_factory=list)
    _seen: dict[tuple[object, ...], Seen | None] = field(default_factory=dict)

    def __call__(self, kind: str, point: Point, case: Case = PLAIN) -> Seen | None:
        """What a day of rest shows; None for a run that is not solved or whose lithium does not close."""
        at = tuple(point[each.name] for each in ranges())
        key = (kind, at, case)
        if key not in self._seen:
            result = rest(kind, point, case)
            if result.status.end is End.COMPLETED:
                self._seen[key] = seen(kind, result)
            else:
                self._seen[key] = None
                self.unsolved.append((f"{kind} at rest", str(result.status)))
            if at == tuple(at_values(ranges()).values()):
                self.runs.setdefault(named(kind, case), result)
        return self._seen[key]


def named(kind: str, case: Case) -> str:
    """A run in words."""
    told = case.name or ("all faster" if case.faster != 1 else "")
    return f"a day in the {kind}" + (f", {told}" if told else "")


def rest(kind: str, point: Point, case: Case = PLAIN) -> Result:
    """A day of rest, saved after an hour and after half of it."""
    made = model(kind, point, case)
    return run(cell(kind, point[AREA]), Program([Rest("1 h"), Rest("11 h"), Rest("12 h")]), made)


def seen(kind: str, result: Result) -> Seen:
    """What a run shows."""
    trace = result.trace
    time = trace["time"].values
    film = result.tree["film"].to_dataset()
    grown = film["film_volume"].values - film["film_volume"].values[0]
    names = _names(film["solid"])
    whole, organics = grown.sum(axis=1), lithium_network().organics
    hour, half = (int(np.argmin(np.abs(time - t))) for t in (HOUR, 0.5 * DAY))
    carbon = grown[:, [n for n, name in enumerate(names) if name in organics]].sum(axis=1)
    gone = trace["working_lithium"].values[0] - trace["working_lithium"].values[-1]
    place, left, per = ANION_LEAVES[kind]
    amounts = result.tree[place].to_dataset()
    index = _names(amounts[next(iter(set(amounts.dims) - {"time"}))]).index(left)
    amount = amounts[f"{place}_amount"].values[-1, index]
    resistance = trace["interphase_resistance"].values
    return Seen(
        lost=float(gone) / MAH_PER_CM2,
        recession=float(trace["recession"].values[-1]),
        thickness=float(trace["film_thickness"].values[-1]),
        exponent=_exponent(whole[half], whole[-1], time[half], time[-1]),
        organic=(float(carbon[hour] / whole[hour]), float(carbon[-1] / whole[-1])),
        anion=float(2 * FARADAY * amount / per / gone),
        stiffened=float(resistance[-1] / resistance[0]),
        strata=strata_of(result),
    )


def _exponent(first: float, last: float, begin: float, end: float) -> float:
    """d ln(thickness) / d ln(time) between two times; NaN for a film that has not grown."""
    if first <= 0 or last <= 0:
        return math.nan
    return float(math.log(last / first) / math.log(end / begin))


def _names(coordinate: object) -> list[str]:
    from lithoscope.result.names import words

    return list(words(coordinate))  # type: ignore[arg-type]  # a labelled coordinate
