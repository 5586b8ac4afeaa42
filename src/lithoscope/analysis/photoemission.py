"""A film over its depth as photoemission and secondary-ion mass spectrometry see it.

Depths z are counted from the surface inwards, m. A film is layers, each even.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from lithoscope.constants import AVOGADRO
from lithoscope.data import lookup
from lithoscope.errors import InputError
from lithoscope.physics.interphase.converting.chemistry import LINES, converting
from lithoscope.physics.interphase.film import THINNEST
from lithoscope.physics.interphase.network import METAL, dissolved_ion, lithium_network
from lithoscope.result.names import words

if TYPE_CHECKING:
    import xarray as xr

    from lithoscope.result import Result

Array = NDArray[np.float64]

MEASURED = ("Li", "C", "N", "O", "F", "P", "S", "Cl", "Sn", "Pb")
"""Elements with a line that photoemission measures; it does not see hydrogen."""

MOST_PLACES = 1024
"""Places of a map that a spectrum is the mean of."""

UNDER_M = 1e-6
"""Lithium beneath a film, m: many times what electrons leave."""


@dataclass(frozen=True)
class Strata:
    """A film in even layers, from the surface inwards; one film, or those of places side by side.

    thickness  of each layer, m, shape (layers,) or (places, layers); a layer that a place lacks is of no thickness
    amount     of each species in it, mol/m2 of the surface that an instrument looks down on, shape (species, ..., layers)
    volume     of each species in it, m, as amount; beside pores less than the thickness
    atoms      of each species by element: in a molecule of it, by its name, in the order of the rows
    """

    thickness: Array
    amount: Array
    volume: Array
    atoms: Mapping[str, Mapping[str, int]]

    @property
    def edges(self) -> Array:
        """z of the surface and of the lower side of each layer, m."""
        return np.concatenate([np.zeros((*self.thickness.shape[:-1], 1)), np.cumsum(self.thickness, axis=-1)], axis=-1)

    @property
    def elements(self) -> tuple[str, ...]:
        """Those that photoemission measures."""
        held = {element for atoms in self.atoms.values() for element in atoms}
        return tuple(each for each in MEASURED if each in held)

    def of(self, weight: Callable[[str], float]) -> Array:
        """Amount of something in each layer, mol/m2, from how much of it a species holds."""
        return np.asarray(np.tensordot([weight(name) for name in self.atoms], self.amount, 1))

    def density(self, amount: Array) -> Array:
        """Of an amount in each layer, mol/m3."""
        return np.divide(amount, self.thickness, out=np.zeros_like(amount), where=self.thickness > THINNEST)

    def element(self, name: str) -> Array:
        """Amount of an element in each layer, mol/m2."""
        return self.of(lambda species: self.atoms[species].get(name, 0))


def attenuated(edges: Array, density: Array, length: float, sputtered: Array | float = 0.0) -> Array:
    """Photoelectrons that leave a film, I(z) = int_z n(x) exp(-(x - z) / L) dx / L, in the unit of n.

    edges      of the layers, m, shape (..., layers + 1);  density: n of each layer, any unit per volume, shape (..., layers)
    length     L = lambda cos(theta), m: mean free path times the cosine of the angle to the normal
    sputtered  z, depths down to which the film was taken off, m, shape (depths,)
    Returns shape (depths, ...).
    A film that is even and thick gives n; a layer that begins at a depth d below a thick even one gives n exp(-d / L).
    Validity: no elastic scattering, one mean free path, sputtering that changes nothing below.
    """
    z = _beside(edges, np.atleast_1d(np.asarray(sputtered, dtype=float)))
    upper, lower = np.maximum(edges[..., :-1], z), np.maximum(edges[..., 1:], z)
    return np.asarray(((np.exp(-(upper - z) / length) - np.exp(-(lower - z) / length)) * density).sum(axis=-1))


def mixed(edges: Array, density: Array, length: float, sputtered: Array) -> Array:
    """Ions that leave a film while it is sputtered, in the unit of the density n.

    The beam mixes a zone of length w: dm/dz = n(z + w) - m / w for what the zone holds, m; the signal is m / w, and at the
    start m = int_0^w n dx. So an atom at x comes from z = max(x - w, 0) on, with exp(-(z - max(x - w, 0)) / w) / w, and every
    atom comes once: the integral of the signal over z is that of n.

    edges, density  as in `attenuated`;  length: w, m;  sputtered: z, m
    Source: Z. L. Liau et al., J. Vac. Sci. Technol. 16 (1979) 121; S. Hofmann, Surf. Interface Anal. 21 (1994) 673.
    """
    z = _beside(edges, np.asarray(sputtered, dtype=float))
    begin, end = np.maximum(edges[..., :-1] - length, 0.0), np.maximum(edges[..., 1:] - length, 0.0)
    # Atoms within the first zone all begin at z = 0.
    at_once = np.clip(length - edges[..., :-1], 0.0, np.diff(edges))
    upper, lower = np.minimum(begin, z), np.minimum(end, z)
    later = np.exp((lower - z) / length) - np.exp((upper - z) / length)
    return np.asarray(((later + np.exp(-z / length) * at_once / length) * density).sum(axis=-1))


def _beside(edges: Array, z: Array) -> Array:
    """Depths along an axis of their own, before those of the edges."""
    return z.reshape(-1, *(1 for _ in edges.shape))


def mean_free_path(element: str, length: float | None = None) -> float:
    """lambda of the electrons of the line of an element, m: lambda = lambda_1 (E / 1 keV)^p, E = h nu - E_b.

    length  lambda_1, m, that of the data tables if not given
    Raises InputError for an element without a line.
    """
    if element not in MEASURED:
        raise InputError("element", f'= "{element}" has no line that is known', expected=", ".join(MEASURED),
                         why="Its electrons would have no energy", do=f'Use e.g. "{MEASURED[-2]}"')  # fmt: skip
    first = lookup("photoemission.mean_free_path").to("m") if length is None else length
    kinetic = lookup("photoemission.photon_energy").number - lookup(f"photoemission.{element}.binding_energy").number
    return float(first * (kinetic / 1000) ** lookup("photoemission.energy_exponent").number)


def composition(
    strata: Strata, sputtered: Array | float = 0.0, *, angle: float = 0.0, length: float | None = None
) -> dict[str, Array]:
    """Shares of the atoms that photoemission shows, hydrogen left out, against the depth that was taken off.

    sputtered  m;  angle: of the analyser to the normal, degrees;  length: mean free path at 1 keV, m
    """
    found = {name: _signal(strata, strata.element(name), name, sputtered, angle, length) for name in strata.elements}
    whole = np.sum(list(found.values()), axis=0)
    return {name: np.divide(each, whole, out=np.zeros_like(each), where=whole > 0) for name, each in found.items()}


def reduced_share(
    strata: Strata, metal: str, sputtered: Array | float = 0.0, *, angle: float = 0.0, length: float | None = None
) -> Array:
    """Share of the line of a metal, "Sn" or "Pb", that comes from the metal and its alloys, as photoemission shows it."""
    whole = _signal(strata, strata.element(metal), metal, sputtered, angle, length)
    bare = _signal(strata, strata.of(lambda species: 1.0 if species == metal else 0.0), metal, sputtered, angle, length)
    return np.divide(bare, whole, out=np.zeros_like(bare), where=whole > 0)


def share_in(strata: Strata, solids: Collection[str], sputtered: Array | float = 0.0, *, length: float | None = None) -> Array:
    """Share of the atoms that photoemission shows, hydrogen left out, that are bound in some solids, as lines fitted show it.

    solids  their names;  sputtered: m;  length: mean free path at 1 keV, m
    """
    found: list[Array] = []
    for bound in (solids, strata.atoms):
        amounts = {e: strata.of(partial(_atoms_in, strata, bound, e)) for e in strata.elements}
        found.append(np.sum([_signal(strata, n, e, sputtered, 0.0, length) for e, n in amounts.items()], axis=0))
    return np.divide(found[0], found[1], out=np.zeros_like(found[0]), where=found[1] > 0)


def _atoms_in(strata: Strata, solids: Collection[str], element: str, species: str) -> int:
    """Atoms of an element in a species that is one of some solids."""
    return strata.atoms[species].get(element, 0) if species in solids else 0


def sputtered_ions(strata: Strata, sputtered: Array, *, mixing: float | None = None) -> dict[str, Array]:
    """Amount of each element in what leaves a film, mol/m3 of film, as mass spectrometry shows it with equal yields.

    sputtered  depths, m;  mixing: w, m, that of the data tables if not given
    Yields of ions are not known: compare trends of one element, not elements.
    """
    w = lookup("photoemission.mixing_length").to("m") if mixing is None else mixing
    held = {element for atoms in strata.atoms.values() for element in atoms}
    edges = strata.edges
    return {name: _over_places(mixed(edges, strata.density(strata.element(name)), w, sputtered)) for name in sorted(held)}


def strata_of(result: Result, time: float | None = None) -> Strata:
    """The film of a run at a time, s, or at its end: of a film that converts, or of one that grew at rest.

    The film at rest has two layers, the porous one outside; within each its solids are taken to be mixed. Anions that are still
    adsorbed stand between them, where electrons meet what they reduce, in a layer d G/G_1 thick: d the diameter of an ion, G_1
    a full layer. The lithium ions beside them are in the liquid, as in the books of the run.
    Raises InputError for a result without a film.
    """
    groups = result.tree.children
    if "depth" in groups:
        return _converting(_at(result.tree["depth"].to_dataset(), time))
    if "film" in groups:
        return _grown(result, time)
    raise InputError("result", "has no film with a depth", expected="a result of the model Interphase or ConvertingFilm",
                     why="Only these know depths", do="Run it with ls.ConvertingFilm() or ls.Interphase()")  # fmt: skip


def _signal(strata: Strata, amount: Array, line: str, sputtered: Array | float, angle: float, length: float | None) -> Array:
    along = mean_free_path(line, length) * math.cos(math.radians(angle))
    return _over_places(attenuated(strata.edges, strata.density(amount), along, sputtered))


def _over_places(signal: Array) -> Array:
    """What an instrument shows whose spot is larger than the map: the mean over the places, if there are any."""
    return np.asarray(signal.mean(axis=1) if signal.ndim > 1 else signal)


def _at(found: xr.Dataset, time: float | None) -> xr.Dataset:
    return found.isel(time=-1) if time is None else found.sel(time=time, method="nearest")


def _converting(depth: xr.Dataset) -> Strata:
    layers = {name: depth[name].values for name in ("layer_thickness", "layer_amount", "layer_share")}
    return strata_of_layers(words(depth["solid"]), layers)


def strata_of_layers(names: Sequence[str], layers: Mapping[str, Array]) -> Strata:
    """The film of a material that converts, from what its model says of its layers, from the metal outwards.

    names  of its solids, the material among them;  layers: layer_thickness, layer_amount, layer_share, as in a result
    """
    species = converting(next(name for name in names if name in LINES)).species
    thickness, amount, share = (layers[name][..., ::-1] for name in ("layer_thickness", "layer_amount", "layer_share"))
    return Strata(thickness, amount, share * thickness, {name: species[name].elements for name in names})


def strata_of_places(result: Result, time: float | None = None) -> Strata:
    """The films of the places of a map after a rest, side by side, each on its lithium.

    A spot of an instrument sees many places: what it shows of an uneven film is the mean over them, and not that of the mean
    film. Places are taken in even distances, at most `MOST_PLACES`.
    Raises InputError for a result without a map of a film.
    """
    groups = result.tree.children
    if "map" not in groups or "surface_amount" not in result.tree["map"].to_dataset():
        raise InputError("result", "has no map of a film", expected="a result of the model Interphase",
                         why="Only that resolves the surface", do="Run it with ls.Interphase()")  # fmt: skip
    now = _at(result.tree["map"].to_dataset(), time)
    held = now["surface_amount"].transpose("solid", "along", "across").values
    step = math.ceil(math.sqrt(held[0].size / MOST_PLACES))
    names = words(now["solid"])
    n = held[:, ::step, ::step].reshape(len(names), -1)
    return _layered(names, n, _rest(result, time)[1], on_lithium=True)


def _grown(result: Result, time: float | None) -> Strata:
    """The mean film of a rest per true area: an instrument looks down on each place of a rough surface."""
    film = _at(result.tree["film"].to_dataset(), time)
    area, room = _rest(result, time)
    return _layered(words(film["solid"]), film["film_amount"].values / area, room)


def _rest(result: Result, time: float | None) -> tuple[float, float]:
    """Of a rest: true over projected area, and solids over the whole in the porous layer.

    Every run begins with a native film and a part of each solid is compact, so that there is always a compact layer.
    """
    film, trace = _at(result.tree["film"].to_dataset(), time), _at(result.trace, time)
    outer, volume = _outer_shares(words(film["solid"])), film["film_volume"].values
    area = float(volume @ (1 - outer) / trace["inner_film_thickness"])
    porous = float(trace["outer_film_thickness"])
    return area, float(volume @ outer) / area / porous if porous > THINNEST else 1.0


def _outer_shares(names: Sequence[str]) -> Array:
    """Share of each solid that is laid down in the porous layer; nothing of what is adsorbed, which is no solid."""
    return np.array([lookup(f"sei.{n}.outer_share").number if n == dissolved_ion(n) else 0.0 for n in names])


def _layered(names: Sequence[str], n: Array, room: float, *, on_lithium: bool = False) -> Strata:
    """Porous layer, adsorbed anions, compact layer, and lithium if that is to be seen.

    n  amounts per true area, mol/m2, shape (species,) or (species, places);  room: solids over the whole in the porous layer
    """
    full = lookup("double_layer.adsorption_sites").to("1/m2") / AVOGADRO
    ion = lookup("double_layer.ion_size").to("m") / full
    ions, outer = np.array([name != dissolved_ion(name) for name in names]), _outer_shares(names)
    share = np.stack([outer, ions, np.where(ions, 0.0, 1 - outer)], axis=1)
    molar = [ion if own else lookup(f"sei.{name}.molar_volume").to("m3/mol") for name, own in zip(names, ions, strict=True)]
    amount = np.einsum("s...,sl->s...l", np.maximum(n, 0.0), share)
    volume = np.einsum("s...l,s->s...l", amount, molar)
    thickness = volume.sum(axis=0) / np.array([room, 1.0, 1.0])
    there = (thickness > THINNEST).reshape(-1, 3).any(axis=0)
    species = lithium_network().species
    atoms: dict[str, Mapping[str, int]] = {name: species[dissolved_ion(name)].elements for name in names}
    film = Strata(thickness[..., there], amount[..., there], volume[..., there], atoms)
    return _with_lithium(film) if on_lithium else film


def _with_lithium(film: Strata) -> Strata:
    """The film on metal that is thicker than instruments see."""
    metal = np.concatenate([np.zeros_like(film.thickness), np.full((*film.thickness.shape[:-1], 1), UNDER_M)], axis=-1)

    def over(values: Array, of_metal: Array) -> Array:
        return np.concatenate([np.pad(values, [*[(0, 0)] * (values.ndim - 1), (0, 1)]), of_metal[None]])

    amount = over(film.amount, metal / lookup("lithium.molar_volume").to("m3/mol"))
    thickness = np.concatenate([film.thickness, metal[..., -1:]], axis=-1)
    return Strata(thickness, amount, over(film.volume, metal), {**film.atoms, METAL: {METAL: 1}})
