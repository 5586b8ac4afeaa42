"""The ready runs: which cell, which program, which film, on which grids and seeds. All of them stand in the catalogue."""

from __future__ import annotations

from dataclasses import dataclass
from fnmatch import fnmatchcase

from lithoscope.design import Cell
from lithoscope.design.catalogue import entry
from lithoscope.errors import InputError, nearest
from lithoscope.physics.morphology.model import PhaseField
from lithoscope.protocol import Program
from lithoscope.result.manifest import inputs_of
from lithoscope.studies.deposits.rested import CELL, ENDS, MODEL, PROGRAM, RESTED, Rested

GRIDS_NM = (500.0, 375.0, 250.0)
"""Sizes of the cells of a grid study, coarsest first."""

ONE = GRIDS_NM[:1]
"""The coarsest alone, of what another run checks."""

UNEVEN = "log-normal factor on its conductivity, standard deviation of the logarithm 0.5, over 4 um, moving with the surface"
WEAK = "cracks at strains about 1 % (Weibull modulus 5, over 4 um), 10 ohm cm2 in a fresh crack"
CRACK = "even, but for a line of 1.5 um in which it conducts a hundred times better"
FIBRES_NM = (100.0, 75.0, 50.0)
"""The same among fibres, which are thinner than the coarsest of those."""

WHOLE = "the coating on it stays whole and even"
STILL = "the native film, even"
AGAIN = "grows as the root of time with 3e-21 m2/s, also in cracks"


@dataclass(frozen=True, slots=True)
class Ready:
    """A run of the phase field that is ready to be made.

    name     of the run;  cell, program, model: names in the catalogue
    grids    sizes of cells, nm, coarsest first;  seeds: further seeds of surface and film, on the coarsest grid
    film     what its map is and what else happens to it, in words
    height, base  of the domain and of the lithium in it at the start, where the model's are not enough
    checked_by  ready run of a film of its kind: its grids count where one of this one can be used, its seeds where it has none
    changes  of the model, by path
    rested   the rest that film and pits come from, where they do
    """

    name: str
    cell: str
    program: str
    model: str
    film: str
    grids: tuple[float, ...] = GRIDS_NM
    seeds: tuple[int, ...] = ()
    height: str | None = None
    base: str | None = None
    checked_by: str | None = None
    changes: tuple[tuple[str, str | bool], ...] = ()
    rested: Rested | None = None

    def inputs(self, size: float, seed: int) -> tuple[Cell, Program, PhaseField]:
        """What stands in the catalogue for a grid and a seed; a rest, where there is one, comes before. size: nm."""
        model = PhaseField.parse(entry(self.model), file=self.model)
        changes: dict[str, object] = {"cell_size": f"{size:g} nm", "seed": seed} | dict(self.changes)
        changes |= {name: given for name in ("height", "base") if (given := getattr(self, name))}
        if model.film and model.film.map:
            changes["film.map.seed"] = seed
        if model.film and model.film.cracking:
            changes["film.cracking.seed"] = seed
        if model.host:
            changes["host.seed"] = seed
        cell = Cell.parse(entry(self.cell), file=self.cell)
        return cell, Program.parse(entry(self.program), file=self.program), model.changed_at(changes)

    def written(self, size: float, seed: int) -> dict[str, str]:
        """The texts that a run is made from: its id is their hash. The maps of a rest follow from them."""
        texts = inputs_of(*self.inputs(size, seed))
        return texts if self.rested is None else texts | {"rest": f"{self.rested}\n{self.rested.interphase.to_toml()}"}

    @property
    def plan(self) -> tuple[tuple[float, int], ...]:
        """Size of the cells, nm, and seed of every run."""
        return (*((size, 0) for size in self.grids), *((self.grids[0], seed) for seed in self.seeds))


HEIGHTS = {"2": "96 um", "4": "144 um", "6": "192 um"}
"""Of the domains for the depositions of 5 h, by current density in mA/cm2: 40 um over dense lithium at the end.

That of the model is enough for the first 2 h.
"""

CELLS = {"bare": "perovskite/bare", "coated": "perovskite/masncl3"}

FILMS = {"uneven": UNEVEN, "wide": UNEVEN.replace("0.5", "1"), "regrowing": f"{UNEVEN}; {WEAK}; {AGAIN}"}

HOSTS = {
    "host-insulating": "8 % of insulating fibres of 460 nm, at random",
    "host-conducting": "8 % of conducting fibres of 460 nm, at random",
    "foil-beside-host": "no fibres",
}

EARLY = "early"


def _plated(on: str, film: str, when: str) -> Ready:
    """A deposition on three grids: its first 2 h with three seeds, or all 5 h, whose scatter over seeds is taken from those."""
    first = when == EARLY
    return Ready(
        name=f"{on}-{film}-{when}", cell=CELLS[on], program=f"deposits/plate-{when}", model=f"deposits/{on}-{film}",
        film=f"{FILMS[film]}; {WHOLE}" if on == "coated" else FILMS[film],
        seeds=(1, 2) if first else (), height=HEIGHTS.get(when), checked_by=None if first else f"{on}-{film}-{EARLY}",
    )  # fmt: skip


LAYER = "film.ferroelectric."
STEP, STRONG, INVERSE = (((f"{LAYER}potential_step", f"{volts} V"),) for volts in ("0.05", "0.2", "-0.2"))
SWITCHES = ((f"{LAYER}switching", True),)
CHARGE, MORE_CHARGE = (((f"{LAYER}fixed_charge", f"{salt} mol/L"),) for salt in ("0.16", "0.5"))
FASTER, FASTEST = (((f"{LAYER}kinetic_factor", factor),) for factor in ("2", "10"))
POLED, INWARDS, UNPOLED = (((f"{LAYER}start", start),) for start in ("out", "in", "unpoled"))
"""Switches of the channels of a ferroelectric layer, and the directions in which it is polarised at the start."""

POROUS = f"{UNEVEN}; on it 1 um of porous barium titanate"
DENSE = f"{UNEVEN}; on it 20 nm of dense barium titanate, 200 ohm cm2"


def _channel(
    name: str, what: str, *switches: tuple[tuple[str, str | bool], ...], grids: tuple[float, ...] = GRIDS_NM,
    checked_by: str | None = None,
) -> Ready:  # fmt: skip
    """Plating under a ferroelectric layer with some channels on; what is on one grid alone may have a run that checks it."""
    model, of = ("channels-dense", DENSE) if name.startswith("dense") else ("channels", POROUS)
    return Ready(
        name=f"channel-{name}", cell=CELLS["bare"], program=f"deposits/plate-{EARLY}", model=f"deposits/{model}",
        film=f"{of}, {what}", grids=grids, seeds=(1, 2) if len(grids) > 1 or checked_by else (), checked_by=checked_by,
        changes=tuple(change for switch in switches for change in switch),
    )  # fmt: skip


CHANNELS = (
    _channel("none", "not polarised: the reference"),
    _channel("step", "poled: a step of 50 mV", POLED, STEP),
    _channel("switching", "poled: a step of 50 mV that follows the field", POLED, STEP, SWITCHES),
    _channel("charge", "with 0.16 mol/L of fixed charge in its pores", CHARGE),
    _channel("kinetics", "poled: lithium is plated with twice the exchange current density", POLED, FASTER),
    _channel("kinetics-in", "poled into the metal: with half of it", INWARDS, FASTER),
    _channel("all", "poled, all channels at once", POLED, STEP, SWITCHES, CHARGE, FASTER),
    _channel("unpoled", "all channels at once, domains of four cells at random, so that no grid checks it",
             UNPOLED, STEP, SWITCHES, CHARGE, FASTER, grids=ONE),
    _channel("ends", "all channels at one end of their ranges", POLED, STRONG, SWITCHES, MORE_CHARGE, FASTEST, grids=ONE,
             checked_by="channel-all"),
    _channel("ends-in", "poled into the metal, all channels at their other ends", INWARDS, STRONG, SWITCHES, MORE_CHARGE,
             FASTEST, grids=ONE, checked_by="channel-all"),
    _channel("dense", "not polarised: the reference"),
    _channel("dense-with", "a step of 200 mV that follows the field and helps where it is reversed", POLED, STRONG, SWITCHES),
    _channel("dense-against", "the same step, which hinders where it is reversed", POLED, INVERSE, SWITCHES),
)  # fmt: skip
"""The channels of a ferroelectric layer, each alone and all together, and the same layer without polarisation."""

SPREADS, LENGTHS = (0.25, 0.5, 1.0), (3, 4, 6)
"""Standard deviations of the logarithm of the conductivity of the native film, and lengths over which it varies, um."""

KNOWN = {(0.5, 4): "bare-uneven-early", (1.0, 4): "bare-wide-early"}
"""Those of the pairs that are ready runs of their own, on three grids."""


def _uneven(spread: float, length: int) -> Ready:
    """The first 2 h of bare lithium under a film as uneven as that, on the coarsest grid."""
    return Ready(
        name=f"uneven-{spread:g}-{length}", cell=CELLS["bare"], program=f"deposits/plate-{EARLY}",
        model="deposits/bare-uneven", film=UNEVEN.replace("0.5", f"{spread:g}").replace("4 um", f"{length} um"),
        grids=ONE, seeds=(1, 2), checked_by=KNOWN[spread if spread in (0.5, 1.0) else 0.5, 4],
        changes=(("film.map.conductivity", f"{spread:g}"), ("film.map.correlation_length", f"{length} um")),
    )  # fmt: skip


EVEN_MAP = (("film.map.conductivity", "0"),)

UNEVEN_FILMS = (
    Ready("even-early", CELLS["bare"], f"deposits/plate-{EARLY}", "deposits/bare-uneven", "even", seeds=(1, 2),
          changes=EVEN_MAP),
    *(_uneven(spread, length) for spread in SPREADS for length in LENGTHS if (spread, length) not in KNOWN),
)  # fmt: skip
"""Films of the same mean conductivity that are more or less uneven, over shorter and longer lengths."""

BRITTLE, TOUGH = ((("film.cracking.strain", strain),) for strain in ("0.003", "0.1"))
ALIKE = (("film.cracking.weibull", "100"),)


def _cycled(name: str, what: str, model: str, *changes: tuple[tuple[str, str | bool], ...]) -> Ready:
    """Four small cycles of a film."""
    return Ready(
        name=f"cycles-{name}", cell=CELLS["bare"], program="deposits/cycles", model=f"deposits/{model}", film=what,
        seeds=(1, 2), base="24 um", changes=tuple(change for each in changes for change in each),
    )  # fmt: skip


CYCLES = (
    _cycled("whole", UNEVEN, "bare-uneven"),
    _cycled("cracking", FILMS["regrowing"], "bare-regrowing"),
    _cycled("weak", f"conducts evenly; {WEAK}; {AGAIN}", "bare-regrowing", EVEN_MAP),
    _cycled("brittle", FILMS["regrowing"].replace("1 %", "0.3 %"), "bare-regrowing", BRITTLE),
    _cycled("tough", FILMS["regrowing"].replace("1 %", "10 %"), "bare-regrowing", TOUGH),
    _cycled("even-brittle", f"even; cracks at 0.3 % everywhere alike; {AGAIN}", "bare-regrowing", EVEN_MAP, ALIKE, BRITTLE),
    _cycled("even-tough", f"even; cracks at 10 % everywhere alike; {AGAIN}", "bare-regrowing", EVEN_MAP, ALIKE, TOUGH),
)
"""Plated and stripped again and again: a film that stays whole, and films that crack and grow again."""


def _on_rested(name: str, rested: Rested) -> Ready:
    """0.3 mAh/cm2 on a surface that rested."""
    alone = name in ENDS
    return Ready(name, CELL, PROGRAM, MODEL, rested.words, grids=GRIDS_NM[:1] if alone else GRIDS_NM, seeds=(1, 2),
                 checked_by=ENDS.get(name), rested=rested)  # fmt: skip


READY = (
    *(_plated(on, film, EARLY) for on in CELLS for film in FILMS),
    *(_plated(on, film, i) for on in CELLS for film in ("uneven", "regrowing") for i in HEIGHTS),
    Ready("crack", "perovskite/bare", "deposits/begin", "deposits/crack", CRACK),
    Ready("strip-uneven", "perovskite/bare", "deposits/strip", "deposits/bare-uneven", UNEVEN, seeds=(1, 2), base="24 um"),
    Ready("strip-regrowing", "perovskite/bare", "deposits/strip", "deposits/bare-regrowing", FILMS["regrowing"], seeds=(1, 2),
          base="24 um"),
    *CHANNELS,
    *UNEVEN_FILMS,
    *CYCLES,
    *(Ready(name, "host/bare", "deposits/plate-host", f"deposits/{name}", f"{STILL}; {fibres}", FIBRES_NM, (1, 2))
      for name, fibres in HOSTS.items()),
    *(_on_rested(name, rested) for name, rested in RESTED.items()),
)  # fmt: skip
"""All of them. Those on one grid are checked by a run of their kind on three, and say so."""


def named(name: str) -> Ready:
    """The ready run of a name. Raises InputError naming the nearest one if there is none."""
    known = {ready.name: ready for ready in READY}
    if name not in known:
        raise InputError("name", f'= "{name}" is no ready run', expected=", ".join(known), do=nearest(name, known))
    return known[name]


def matching(pattern: str) -> tuple[Ready, ...]:
    """The ready runs whose names match a pattern such as "channel-*". Raises InputError if there is none."""
    found = tuple(ready for ready in READY if fnmatchcase(ready.name, pattern))
    if not found:
        raise InputError("name", f'= "{pattern}" matches no ready run', expected=", ".join(ready.name for ready in READY),
                         do=f'Write "*" for all of them, or a name such as {READY[0].name}')  # fmt: skip
    return found
