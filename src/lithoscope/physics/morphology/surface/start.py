"""The film of a document on the surface that a run begins with: its laws, its maps, its fields."""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy.special import gamma, ndtr

from lithoscope.design.carried import CarriedFilm, Defect, FerroelectricLayer, FilmMap, Tunnelling
from lithoscope.design.sites import SurfaceMaps
from lithoscope.physics.laws.ferroelectric import quartic
from lithoscope.physics.laws.films import areal_resistance
from lithoscope.physics.laws.membranes import membrane
from lithoscope.physics.morphology.engine import Array, jax, jnp
from lithoscope.physics.morphology.grid import Grid
from lithoscope.physics.morphology.start import rough
from lithoscope.physics.morphology.state import Parameters
from lithoscope.physics.morphology.surface import transport
from lithoscope.physics.morphology.surface.film import ByDiffusion, ByTunnelling, Fields, FilmLaws, Layer, Mark, Species
from lithoscope.physics.morphology.surface.geometry import BAND
from lithoscope.physics.morphology.surface.sites import on_columns
from lithoscope.physics.morphology.surface.tension import Elastic

Map = NDArray[np.float64]

SPARE = 3.0
"""Places of the band over what the first surface needs: it may become this much longer."""

_started = jax.jit(transport.start, static_argnums=(0, 5))


class Electrolyte(NamedTuple):
    """Of the reservoir: salt, mol/m3; kappa, S/m; D, m2/s; t+."""

    salt: float
    conductivity: float
    diffusivity: float
    t_plus: float


def electrolyte_of(parameters: Parameters) -> Electrolyte:
    """The electrolyte of the reservoir."""
    law, c, T = parameters.law, float(parameters.c0), float(parameters.temperature)
    functions = (law.conductivity, law.diffusivity, law.transference_number)
    return Electrolyte(c, *(float(function(c, T)) for function in functions))


def laws(
    film: CarriedFilm,
    grid: Grid,
    width: float,
    molar_volume: float,
    electrolyte: Electrolyte,
    contact: float = 0.0,
    elastic: Elastic | None = None,
) -> FilmLaws:
    """The laws of a film on a grid.

    width         eps of the profile, cells
    molar_volume  of lithium, m3/mol
    contact       resistance in series beside that of the document, ohm m2;  elastic: its stiffness, if it is to have a tension
    Raises InputError for a film that cannot be carried on this grid.
    """
    film.check_on(grid.spacing, width)
    species = tuple(Species(each.number("conductivity"), each.number("molar_volume"), each.number("lithium"))
                    for each in film.species)  # fmt: skip
    corrosion = film.corrosion
    return FilmLaws(
        grid=grid, width=width, places=_places(grid), species=species, molar_volume=molar_volume,
        porosity=film.porosity.value, series=film.mixing == "series",
        contact=contact + (film.contact_resistance.value if film.contact_resistance else 0.0),
        growth=_growth(film), galvanic=corrosion is not None and corrosion.mode == "galvanic",
        product=[each.material for each in film.species].index(corrosion.product) if corrosion else 0,
        cracks=film.cracking is not None, strength=film.strength,
        fresh=film.cracking.fresh_resistance.value if film.cracking else 0.0,
        layer=_layer(film.ferroelectric, electrolyte) if film.ferroelectric else None, elastic=elastic,
    )  # fmt: skip


def _places(grid: Grid) -> int:
    """Room for the band of a surface several times as large as the electrode."""
    return min(math.prod(grid.shape), math.ceil(SPARE * 2 * BAND * grid.columns))


def _growth(film: CarriedFilm) -> ByDiffusion | ByTunnelling | None:
    if film.corrosion is None:
        return None
    given = film.corrosion.growth
    if isinstance(given, Tunnelling):
        return ByTunnelling(given.speed.value, given.decay.value)
    return ByDiffusion(given.rate.value, given.linear.value if given.linear else math.inf)


def _layer(given: FerroelectricLayer, electrolyte: Electrolyte) -> Layer:
    full = given.number("polarisation")
    resistance, selective = areal_resistance(given.thickness.value, given.conductivity.value), (1.0, 0.0)
    if given.fixed_charge is not None:
        e = electrolyte
        charged = membrane(e.salt, given.fixed_charge.value, given.thickness.value, given.porosity.value,
                           e.conductivity, e.diffusivity, e.t_plus)  # fmt: skip
        # Pores and layer conduct side by side; kinetics see the cations of the pores, i0 ~ c+^(1/2).
        resistance = 1 / (1 / resistance + 1 / charged.resistance)
        selective = ((charged.cations / e.salt) ** 0.5, charged.depletion)
    return Layer(
        law=quartic(full, given.number("coercive_field")), viscosity=given.number("viscosity"), full=full,
        thickness=given.thickness.value, resistance=resistance,
        potential_step=given.potential_step.value if given.potential_step else 0.0, switching=given.switching,
        kinetic_factor=given.kinetic_factor.value if given.kinetic_factor else 1.0, selective=selective,
    )  # fmt: skip


# ---------------------------------------------------------------------------------------------------------- maps


def log_normal(grid: Grid, spread: float, correlation_length: float, seed: int) -> Map:
    """A random factor of mean 1 over the electrode, exp(s g - s^2 / 2), g Gaussian with correlation exp(-r^2 / l^2).

    spread  s, standard deviation of its logarithm;  correlation_length: l, m
    The same seed is the same map on every grid that resolves it.
    """
    if spread == 0:
        return np.ones(grid.shape[1:])
    g = rough(grid, 1.0, correlation_length, seed)
    return np.exp(spread * g - spread**2 / 2)


def weibull(grid: Grid, mean: float, modulus: float, correlation_length: float, seed: int) -> Map:
    """A random strength over the electrode, Weibull distributed, with a mean: e = e_0 (-ln(1 - u))^(1/m).

    modulus  m;  u: the distribution function of a Gaussian field with correlation exp(-r^2 / l^2)
    """
    u = ndtr(rough(grid, 1.0, correlation_length, seed))
    return np.asarray(mean / gamma(1 + 1 / modulus) * (-np.log1p(-u)) ** (1 / modulus))


def place_of(defect: Defect, grid: Grid) -> NDArray[np.bool_]:
    """Which columns of the electrode a defect covers."""
    axes = np.meshgrid(*(grid.centres(axis) for axis in range(1, len(grid.shape))), indexing="ij")
    middles = [defect.position.value, defect.second.value if defect.second else None]
    square = np.zeros(grid.shape[1:])
    for x, middle, n in zip(axes, middles, grid.shape[1:], strict=False):
        if middle is None:
            continue
        away = np.abs(x - middle)
        length = n * grid.spacing
        square += (away if grid.closed else np.minimum(away, length - away)) ** 2
    return square <= (defect.width.value / 2) ** 2


def _maps(film: CarriedFilm, grid: Grid) -> tuple[Map, Map, Map]:
    """Factors on the kinetics of corrosion, on the conductivity and on the thickness of the film, over the electrode."""
    given = film.map or FilmMap(correlation_length="1 um")
    length = given.correlation_length.value
    kinetics = log_normal(grid, given.kinetics.value, length, given.seed)
    conductivity = log_normal(grid, given.conductivity.value, length, given.seed + 1)
    thickness = np.ones_like(kinetics)
    for defect in film.defects:
        here = place_of(defect, grid)
        for values, factor in ((kinetics, defect.kinetics), (conductivity, defect.conductivity), (thickness, defect.thickness)):
            values[here] *= factor.value
    return kinetics, conductivity, thickness


def _polarisation(layer: FerroelectricLayer | None, full: float, grid: Grid) -> Map:
    columns = grid.shape[1:]
    if layer is None or layer.start == "none":
        return np.zeros(columns)
    if layer.start == "unpoled":
        # Domains of four cells: what is finer does not survive on the grid.
        return full * np.sign(rough(grid, 1.0, 4 * grid.spacing, layer.seed))
    return np.full(columns, full if layer.start == "out" else -full)


def fields(film: CarriedFilm, of: FilmLaws, xi: Array, sites: SurfaceMaps | None = None) -> Fields:
    """The film at the start: thickness of the document times its map, no stress, no cracks.

    sites  maps of what a rest left. They hold per electrode: where pits make the surface larger the film is thinner, so that
           its amounts on the grid are those of the maps
    """
    grid = of.grid
    kinetics, conductivity, thickness = _maps(film, grid)
    maps = _amount_maps(len(film.species), sites, grid)
    amounts = [each.thickness.value / law.molar_volume * thickness * map_
               for each, law, map_ in zip(film.species, of.species, maps, strict=True)]  # fmt: skip
    if sites is not None:
        kinetics = kinetics * on_columns(sites.kinetics_map, sites, grid.shape[1:], grid.spacing)
        amounts = [n * float(factor) for n, factor in zip(amounts, _held(of, xi, amounts), strict=True)]
        conductivity = conductivity * _conducting(of, amounts, sites)
    cracking = film.cracking
    strengths = np.full(grid.shape[1:], of.strength)
    if cracking is not None and cracking.weibull is not None:
        strengths = weibull(grid, of.strength, cracking.weibull.value, cracking.correlation_length.value, cracking.seed)
    by_mark = {
        Mark.STRETCH: 0 * kinetics, Mark.COVERED: 1 + 0 * kinetics,
        Mark.POLARISATION: _polarisation(film.ferroelectric, of.layer.full if of.layer else 0.0, grid),
        Mark.KINETICS: kinetics, Mark.CONDUCTIVITY: conductivity, Mark.STRENGTH: strengths,
    }  # fmt: skip
    owner = jnp.zeros(grid.shape, jnp.int32)
    carried = _started(
        of.setting, xi, _up(grid, [*amounts, 0 * kinetics]), _up(grid, [by_mark[mark] for mark in Mark]), owner, 0
    )
    return Fields(carried, owner)


def _amount_maps(count: int, sites: SurfaceMaps | None, grid: Grid) -> list[Map]:
    """Factors on the amount of each species, over the electrode."""
    if sites is None or not sites.amount_maps:
        return [np.ones(grid.shape[1:])] * count
    return [on_columns(each, sites, grid.shape[1:], grid.spacing) for each in sites.amount_maps]


def _held(of: FilmLaws, xi: Array, amounts: list[Map]) -> Map:
    """Factors by which the surface has to hold less of each species than the electrode, because it is larger; (species,)."""
    marks = jnp.zeros((len(Mark), *of.grid.shape))
    found = _started(of.setting, xi, _up(of.grid, amounts), marks, jnp.zeros(of.grid.shape, jnp.int32), 0)
    wanted = np.array([float(n.sum()) for n in amounts])
    return np.asarray(wanted / np.asarray(found.totals.sum(0)))


def _conducting(of: FilmLaws, amounts: list[Map], sites: SurfaceMaps) -> Map:
    """Factor on the conductivity that gives the film of these amounts the conductance of the maps."""
    if sites.resistance is None:
        return np.ones(of.grid.shape[1:])
    conductance = on_columns(sites.conductance_map, sites, of.grid.shape[1:], of.grid.spacing) / sites.resistance.value
    parts = [jnp.asarray(n * each.molar_volume / (1 - of.porosity)) for n, each in zip(amounts, of.species, strict=True)]
    return np.asarray(np.asarray(of.dense_resistance(parts)) * conductance / (1 - of.porosity) ** 1.5)


def _up(grid: Grid, maps: list[Map]) -> Array:
    """Maps over the electrode as fields that do not vary with height."""
    return jnp.asarray(np.stack([np.broadcast_to(each, grid.shape) for each in maps]))
