"""Interphase to morphology: what a rest left becomes the film, the maps and the pits that a phase field begins with.

Assumes  that the surface is as flat as its pits, so that recession along the normal is depth; that one porosity and one law of
         mixing do for the film of all places; that what is on the electrode does not change between the rest and the plating.
Keeps    the amount of each solid and the lithium in the film, per electrode, and the mean conductance: to rounding, on any
         grid.
Error    as numbers, in `Errors`: what was lumped together, thickness of single places, one slice for a whole map, slope of
         pits, salt that the rest used, adsorbed anions that stay behind; in `Resolved`: the share of the variance of the
         conductance that a grid keeps.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Literal, TypeVar

import numpy as np
from numpy.typing import NDArray

from lithoscope.constants import FARADAY
from lithoscope.data import lookup
from lithoscope.design import Cell
from lithoscope.design.carried import MOLECULE_M, CarriedFilm, Corrosion, Diffusion, FilmSpecies
from lithoscope.design.sites import SurfaceMaps
from lithoscope.document import Frozen
from lithoscope.errors import End, InputError
from lithoscope.physics.interphase.network import METAL, dissolved_ion, lithium_network
from lithoscope.physics.morphology.model import PhaseField
from lithoscope.physics.morphology.surface.sites import on_columns
from lithoscope.result.names import words

if TYPE_CHECKING:
    import xarray as xr

    from lithoscope.result import Result

Map = NDArray[np.float64]

MOST_SPECIES = 8
"""Species that a carried film can have."""

Given = TypeVar("Given", bound=Frozen)

Evened = Literal["film", "pits"]
"""What can be made even, for a control."""


@dataclass(frozen=True, slots=True)
class Errors:
    """What crossing from one scale to the other costs, as numbers.

    lumped         volume share of the solids that were counted with another one
    thickness      largest relative error of the thickness of a place: one porosity for all of them
    conductance    of what was taken over that of the whole map, minus one: one slice stands for it
    slices         standard deviation of that number over all slices of the map
    slope          steepest slope of the pits: recession along the normal is depth where it is small
    salt           share of the salt that the rest used and that the electrolyte keeps here
    lithium        lithium that corroded over that in the film that came: the rest dissolved or left as gas
    """

    lumped: float
    thickness: float
    conductance: float
    slices: float
    slope: float
    salt: float
    lithium: float
    adsorbed: float


@dataclass(frozen=True, slots=True)
class Resolved:
    """What a grid keeps of a map.

    cells        for each site
    conductance  mean over the cells over that over the sites, minus one: rounding
    variance     share of the variance of the conductance that is left
    neighbours   correlation of the conductance with that one site further, on the sites
    """

    cells: float
    conductance: float
    variance: float
    neighbours: float


@dataclass(frozen=True, slots=True)
class RestedSurface:
    """A surface after a rest, for `PhaseField(film=rested.film, start=rested.start)`.

    film, start  what the phase field carries, and its maps; start is None for an even surface
    time         of the rest, s;  lost: lithium that the metal has lost, C/m2 of electrode
    errors       of the bridge
    """

    film: CarriedFilm
    start: SurfaceMaps | None
    time: float
    lost: float
    errors: Errors

    def model(self, height: str, **changes: Any) -> PhaseField:
        """A phase field on it, as wide as its map.

        height   of the domain, e.g. "48 um";  changes: further fields of `PhaseField`
        """
        given: dict[str, Any] = {"height": height, "film": self.film, "start": self.start}
        if self.start is not None:
            given |= dict(zip(("width", "depth"), (_um(length) for length in self.start.lengths), strict=False))
        return PhaseField(**(given | changes))

    def cell(self, cell: Cell) -> Cell:
        """The cell with the foil that the rest has left: thinner by the lithium that is gone."""
        gone = self.lost * lookup("lithium.molar_volume").to("m3/mol") / FARADAY
        return apart(cell).changed_at({"working.thickness": _um(cell.foil.thickness.value - gone)})

    def on(self, cell_size: float) -> Resolved:
        """What a grid keeps of the map of conductance. cell_size: m."""
        if self.start is None or not self.start.conductance_map:
            return Resolved(1.0, 0.0, 1.0, 1.0)
        of = self.start
        sites = np.asarray(of.conductance_map).reshape(of.sites)
        shape = tuple(round(length / cell_size) for length in of.lengths)
        cells = on_columns(of.conductance_map, of, shape, cell_size)
        variance = float(sites.var())
        beside = float(np.mean((sites - 1) * (np.roll(sites, 1, 0) - 1)))
        return Resolved(
            of.spacing.value / cell_size, float(cells.mean() - 1), float(cells.var()) / variance if variance else 1.0,
            beside / variance if variance else 1.0,
        )  # fmt: skip

    def evened(self, *what: Evened) -> RestedSurface:
        """A control: the same amounts and the same mean conductance, spread evenly, or a surface without pits."""
        if self.start is None:
            return self
        maps = self.start
        if "film" in what:
            maps = _changed(maps, amount_maps=(), kinetics_map=(), conductance_map=(1.0,) * maps.count)
        if "pits" in what:
            maps = _changed(maps, recession_map=(1.0,) * maps.count)
        return replace(self, start=maps)


def apart(cell: Cell) -> Cell:
    """The cell with a counter electrode of its own: what happens to the working electrode does not happen to that."""
    return cell.changed_at({"counter": cell.counter_electrode.model_dump(mode="json", exclude_unset=True, exclude_none=True)})


def film_from_rest(
    result: Result, *, time: float | None = None, row: int = 0, whole: bool = False, corrosion: bool = False
) -> RestedSurface:
    """What a rest left on lithium, as the film and the surface that a phase field begins with.

    result     of `Interphase`
    time       of the map, s: the nearest one that was kept, the last if not given
    row        line of sites that a phase field in two dimensions takes;  whole: all of them, for three dimensions
    corrosion  whether the film goes on growing as it did between the last two maps, by diffusion through it

    Raises InputError for a result without a map, a row that is not there, and a film of nothing.
    """
    kept = _maps(result)
    maps = _solids(kept)
    k = len(maps["time"]) - 1 if time is None else int(np.argmin(np.abs(maps["time"].values - time)))
    now = maps.isel(time=k)
    edge = now.sizes["along"]
    if not 0 <= row < edge:
        raise InputError("row", f"= {row} is not on the map", expected=f"0 to {edge - 1}", do=f"Write row = {edge - 1}")
    taken = now if whole else now.isel(along=[row])
    species, amounts, lumped = _species(now, taken)
    film = CarriedFilm(species, porosity=_porosity(now))
    grows = _corrosion(maps, k, row, species, whole=whole) if corrosion else None
    if grows:
        film = _changed(film, corrosion=grows[0])
    start = None if edge == 1 else _start(taken, amounts, grows[1] if grows else None)
    if start is None:
        film = _even(film, taken)
    trace = result.trace
    seconds = float(maps["time"].values[k])
    lithium = trace["working_lithium"].values
    lost = float(lithium[0] - np.interp(seconds, trace["time"].values, lithium))
    errors = _errors(result, now, taken, film, amounts, lumped, seconds, _left_behind(kept.isel(time=k)))
    return RestedSurface(film, start, seconds, lost, errors)


def _maps(result: Result) -> xr.Dataset:
    if "map" not in result.tree.children or "surface_amount" not in result.tree["map"].to_dataset():
        raise InputError(
            "result", "has no map of a film", expected='a result of the model "interphase"',
            why="What a rest leaves on lithium is computed by that model",
            do='Let the cell rest: ls.run(cell, ls.Program([ls.Rest("30 d")]), ls.Interphase(edge=48))',
        )  # fmt: skip
    if result.status.end is not End.COMPLETED:
        raise InputError("result", f"is of a rest that did not go through: {result.status}", expected="a completed rest",
                         why="What is marked or cut short is no state to begin from",
                         do="Give the model of the rest more nodes, e.g. nodes = 13, and let it rest again")  # fmt: skip
    return result.tree["map"].to_dataset()


def _solids(maps: xr.Dataset) -> xr.Dataset:
    """The maps without what is adsorbed: that is no film, takes no room, resists nothing and holds no lithium."""
    return maps.isel(solid=[n for n, name in enumerate(words(maps["solid"])) if name == dissolved_ion(name)])


def _left_behind(now: xr.Dataset) -> float:
    """Volume that the anions which are still adsorbed would leave over that of the film."""
    network, left = lithium_network(), 0.0
    names, amount = words(now["solid"]), now["surface_amount"].values.mean(axis=(1, 2))
    volume = {name: lookup(f"sei.{name}.molar_volume").to("m3/mol") for name in network.films}
    for name, n in zip(names, amount, strict=True):
        if name != dissolved_ion(name):
            left += n * sum(volume[solid] * float(number) for solid, number in network.leaves(dissolved_ion(name)).items())
    return float(left / sum(volume[name] * n for name, n in zip(names, amount, strict=True) if name in volume))


def _flat(values: xr.DataArray) -> Map:
    """Sites in the order of a document: across first."""
    return np.asarray(values.transpose(..., "across", "along").values, float).reshape(*values.shape[:-2], -1)


def _species(now: xr.Dataset, taken: xr.Dataset) -> tuple[list[FilmSpecies], list[Map], float]:
    """Species of the film, their amounts at the sites taken, mol/m2, and the volume share of those counted with the largest.

    A solid is a species of its own if it is a layer of molecules on every row and holds lithium. The others are counted with
    the largest: their lithium as its lithium, their volume in its molar volume. Which these are, and that volume, is the same
    for all rows of a map, so that one compiled step does for all.
    """
    names, n = words(now["solid"]), now["surface_amount"].values
    volume = np.array([lookup(f"sei.{name}.molar_volume").to("m3/mol") for name in names])
    known = lithium_network().species
    lithium = np.array([known[name].elements.get(METAL, 0) for name in names])
    rows = n.mean(axis=2) * volume[:, None]
    means = rows.mean(axis=1)
    order = [j for j in np.argsort(-means) if lithium[j] and rows[j].min() >= MOLECULE_M and n[j].min() >= 0][:MOST_SPECIES]
    if not order:
        raise InputError(
            "result", f"has a film of {means.sum() * 1e9:.2g} nm", expected="0.3 nm of one solid that holds lithium",
            why="Less than one layer of molecules is no film that a surface could carry",
            do="Let the cell rest longer, or give the phase field no film",
        )  # fmt: skip
    host, rest = order[0], [j for j in range(len(names)) if j not in order]

    def counted(held: Map, j: int) -> Map:
        others = np.tensordot(lithium[rest] / lithium[j], held[rest], 1) if j == host else 0.0
        return np.asarray(held[j] + others)

    own = (means[host] + means[rest].sum()) / counted(n, host).mean()
    amounts = [counted(_flat(taken["surface_amount"]), j) for j in order]
    species = [
        FilmSpecies(names[j], _nm(float(amount.mean() * v)), molar_volume=f"{v!r} m3/mol", lithium=int(lithium[j]))
        for amount, j, v in ((a, j, float(own if j == host else volume[j])) for a, j in zip(amounts, order, strict=True))
    ]
    return species, amounts, float(means[rest].sum() / means.sum())


def _porosity(now: xr.Dataset) -> float:
    """Of the film of the whole map: what its thickness holds beside its solids."""
    names, n = words(now["solid"]), now["surface_amount"].values
    dense = sum(float(n[j].mean()) * lookup(f"sei.{name}.molar_volume").to("m3/mol") for j, name in enumerate(names))
    return max(0.0, 1 - dense / float(now["surface_film_thickness"].values.mean()))


def _start(taken: xr.Dataset, amounts: list[Map], kinetics: Map | None) -> SurfaceMaps:
    recession, conductance = _flat(taken["surface_recession"]), 1 / _flat(taken["surface_resistance"])
    across, along = taken.sizes["across"], taken.sizes["along"]
    spacing = float(taken["across"].values[1] - taken["across"].values[0])
    return SurfaceMaps(
        spacing=_um(spacing), sites=[across] if along == 1 else [across, along],
        recession=_nm(float(recession.mean())), recession_map=_relative(recession),
        resistance=f"{float(1 / conductance.mean())!r} ohm m2", conductance_map=_relative(conductance),
        amount_maps=[_relative(n) for n in amounts], kinetics_map=[] if kinetics is None else _relative(kinetics),
    )  # fmt: skip


def _even(film: CarriedFilm, taken: xr.Dataset) -> CarriedFilm:
    """The film of an even surface: conductivities scaled so that it resists as it did at rest."""
    parts = [each.thickness.value / each.number("conductivity") for each in film.species]
    pores = 1 - film.porosity.value
    factor = sum(parts) / pores**2.5 / float(taken["surface_resistance"].values.ravel()[0])
    scaled = [_changed(s, conductivity=f"{s.number('conductivity') * factor!r} S/m") for s in film.species]
    return _changed(film, species=scaled)


def _corrosion(maps: xr.Dataset, k: int, row: int, species: list[FilmSpecies], *, whole: bool) -> tuple[Corrosion, Map]:
    """Growth by diffusion as between two maps, k = (delta_2^2 - delta_1^2) / (2 (t_2 - t_1)), and its factor at the sites."""
    if k == 0:
        raise InputError("corrosion", "= true needs a map before that time", expected="a later time",
                         why="The speed of growth is taken from two maps", do="Rest with snapshots = 5")  # fmt: skip
    chosen = maps if whole else maps.isel(along=[row])
    early, late = (_flat(chosen["surface_film_thickness"].isel(time=j)) for j in (k - 1, k))
    seconds = float(maps["time"].values[k] - maps["time"].values[k - 1])
    rates = np.maximum(late**2 - early**2, 0.0) / (2 * seconds)
    if not rates.any():
        raise InputError(
            "corrosion", f"= true for a film that did not grow in the {seconds:.4g} s between the last two maps",
            expected="a film that grows", why="The map of its growth is relative to the mean, and that is nothing",
            do="Leave corrosion out: a film that has stopped growing is carried as it is",
        )  # fmt: skip
    return Corrosion(Diffusion(f"{float(rates.mean())!r} m2/s"), species[0].material), rates


def _errors(
    result: Result, now: xr.Dataset, taken: xr.Dataset, film: CarriedFilm, amounts: list[Map], lumped: float, seconds: float,
    adsorbed: float,
) -> Errors:  # fmt: skip
    conductance = 1 / now["surface_resistance"].values
    rows, mean = conductance.mean(axis=1), float(conductance.mean())
    parts = zip(amounts, film.species, strict=True)
    made = sum(n * s.number("molar_volume") for n, s in parts) / (1 - film.porosity.value)
    thickness = _flat(taken["surface_film_thickness"])
    recession = taken["surface_recession"].values
    spacing = float(np.diff(now["across"].values[:2])[0]) if now.sizes["across"] > 1 else math.inf
    slopes = [np.abs(recession - np.roll(recession, 1, axis)).max() / spacing for axis in (0, 1)]
    trace = result.trace
    at = {name: np.interp(seconds, trace["time"].values, trace[name].values) - float(trace[name].values[0])
          for name in ("working_lithium", "working_film_lithium", "electrolyte_lithium")}  # fmt: skip
    salt = at["electrolyte_lithium"] / float(trace["electrolyte_lithium"].values[0])
    filmed = at["working_film_lithium"]
    return Errors(
        lumped=lumped, thickness=float(np.max(np.abs(made / thickness - 1))),
        conductance=float((1 / taken["surface_resistance"].values).mean() / mean - 1), slices=float(rows.std() / mean),
        slope=float(max(slopes)), salt=float(abs(salt)), lithium=float(-at["working_lithium"] / filmed) if filmed else math.nan,
        adsorbed=adsorbed,
    )  # fmt: skip


def _changed(of: Given, **changes: object) -> Given:
    """A copy with some fields changed, validated again."""
    return type(of)(**({name: getattr(of, name) for name in of.model_fields_set} | changes))


def _relative(values: Map) -> list[float]:
    """Values over their mean; the last rounding of the mean is taken out."""
    found = values / math.fsum(values) * len(values)
    return [float(each) for each in found]


def _um(value: float) -> str:
    return f"{value * 1e6!r} um"


def _nm(value: float) -> str:
    return f"{value * 1e9!r} nm"
