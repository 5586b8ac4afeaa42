"""The ready runs: which cell, which program, which film, on which grids and seeds. All of them stand in the catalogue."""

from __future__ import annotations

from dataclasses import dataclass

from lithoscope.design import Cell
from lithoscope.design.catalogue import entry
from lithoscope.errors import InputError, nearest
from lithoscope.physics.morphology.model import PhaseField
from lithoscope.protocol import Program
from lithoscope.result.manifest import inputs_of
from lithoscope.studies.deposits.rested import CELL, ENDS, MODEL, PROGRAM, RESTED, Rested

GRIDS_NM = (500.0, 375.0, 250.0)
"""Sizes of the cells of a grid study, coarsest first."""

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
    checked_by  ready run of the same film on three grids, where this one has only the coarsest
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
    rested: Rested | None = None

    def inputs(self, size: float, seed: int) -> tuple[Cell, Program, PhaseField]:
        """What stands in the catalogue for a grid and a seed; a rest, where there is one, comes before. size: nm."""
        model = PhaseField.parse(entry(self.model), file=self.model)
        changes: dict[str, object] = {"cell_size": f"{size:g} nm", "seed": seed}
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


HEIGHTS = {"2": "96 um", "4": "192 um", "6": "192 um"}
"""Of the domains for the depositions of 5 h, by current density in mA/cm2; that of the model is enough for the first 2 h."""

CELLS = {"bare": "perovskite/bare", "coated": "perovskite/masncl3"}

FILMS = {"uneven": UNEVEN, "wide": UNEVEN.replace("0.5", "1"), "regrowing": f"{UNEVEN}; {WEAK}; {AGAIN}"}

HOSTS = {
    "host-insulating": "8 % of insulating fibres of 460 nm, at random",
    "host-conducting": "8 % of conducting fibres of 460 nm, at random",
    "foil-beside-host": "no fibres",
}

EARLY = "early"


def _plated(on: str, film: str, when: str) -> Ready:
    """A deposition: its first 2 h on three grids and with three seeds, or all 5 h on the coarsest grid."""
    first = when == EARLY
    return Ready(
        name=f"{on}-{film}-{when}", cell=CELLS[on], program=f"deposits/plate-{when}", model=f"deposits/{on}-{film}",
        film=f"{FILMS[film]}; {WHOLE}" if on == "coated" else FILMS[film],
        grids=GRIDS_NM if first else GRIDS_NM[:1], seeds=(1, 2) if first else (),
        height=HEIGHTS.get(when), checked_by=None if first else f"{on}-{film}-{EARLY}",
    )  # fmt: skip


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
    *(Ready(name, "host/bare", "deposits/plate-host", f"deposits/{name}", f"{STILL}; {fibres}", FIBRES_NM, (1, 2))
      for name, fibres in HOSTS.items()),
    *(_on_rested(name, rested) for name, rested in RESTED.items()),
)  # fmt: skip
"""All of them. Those on one grid are not checked by themselves, and say so."""


def named(name: str) -> Ready:
    """The ready run of a name. Raises InputError naming the nearest one if there is none."""
    known = {ready.name: ready for ready in READY}
    if name not in known:
        raise InputError("name", f'= "{name}" is no ready run', expected=", ".join(known), do=nearest(name, known))
    return known[name]
