"""The film on the moving surface: what it resists, how it grows, stretches, cracks and polarises.

    thickness    delta = sum_j n_j V_j / ((1 - eps) theta)
    resistance   1/R = theta / (R_film + R_layer + R_contact) + (1 - theta) / (R_fresh + delta_fresh / sigma)
    corrosion    i_corr = F z / V_p (1 - eps) d(delta)/dt, by the growth law, in the covered and in the open part
    stretch      d ln J/dt = kappa v_n - ln J d ln(delta)/dt
    cracks       d ln(theta)/dt = -max(kappa v_n, 0) while ln J is at the strain e_c at which the film cracks
    tension      T_f = theta sum_j delta_j sigma_j(ln J) until the film breaks at e_c, see `tension`
    polarisation rho dP/dt = E_n - E_Landau(P),   E_n = -R_FD i_n / delta_FD along the normal

theta is the share of the surface that is covered; what opens carries film of its own, without stress. E_n is the field of the
plating current in the layer: that current flows into the metal, against the normal. A polarisation that does not change has no
effect on a direct current; it acts through the four channels of the layer, each on its own switch, and through nothing else.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from enum import IntEnum
from typing import NamedTuple

from lithoscope.constants import FARADAY
from lithoscope.physics.laws.ferroelectric import Landau, coercive_field, follow
from lithoscope.physics.laws.films import grown_by_diffusion, grown_by_tunnelling
from lithoscope.physics.morphology.engine import Array, jnp
from lithoscope.physics.morphology.equations import geometry
from lithoscope.physics.morphology.grid import Grid
from lithoscope.physics.morphology.skin import Skin
from lithoscope.physics.morphology.surface import transport
from lithoscope.physics.morphology.surface.geometry import Frame, band, level
from lithoscope.physics.morphology.surface.tension import Elastic
from lithoscope.physics.morphology.surface.transport import Carried, Setting

MOLECULE = 0.3e-9
"""Thickness, m, below which a film limits its own growth no more than a layer of molecules would."""

ALL_OPEN = 1e-9
"""Least share of covered and of open surface by which amounts are divided."""


class Mark(IntEnum):
    """Marks of the surface, in the order in which they are carried.

    STRETCH       ln J;  COVERED: theta;  POLARISATION: P, C/m2, along the normal
    KINETICS      factor on the growth of the film;  CONDUCTIVITY: factor on its conductivity
    STRENGTH      strain e_c at which it breaks; of a film whose cracks are not followed what is left of it, 0 where it is torn
    """

    STRETCH = 0
    COVERED = 1
    POLARISATION = 2
    KINETICS = 3
    CONDUCTIVITY = 4
    STRENGTH = 5


@dataclass(frozen=True, slots=True)
class Species:
    """A species: conductivity, S/m; volume of a formula unit, m3/mol, and lithium in it."""

    conductivity: float
    molar_volume: float
    lithium: float


@dataclass(frozen=True, slots=True)
class ByDiffusion:
    """k_p, m2/s, and k_l, m/s."""

    rate: float
    linear: float = math.inf

    def grown(self, thickness: Array, factor: Array, dt: Array) -> Array:
        """Thickness after a time, m; the factor is that of a place on both constants."""
        return jnp.asarray(grown_by_diffusion(thickness, self.rate * factor, self.linear * factor, dt))

    def speed(self, thickness: Array, factor: Array) -> Array:
        """d(delta)/dt, m/s."""
        return factor / (jnp.maximum(thickness, MOLECULE) / self.rate + 1 / self.linear)


@dataclass(frozen=True, slots=True)
class ByTunnelling:
    """Speed without a film, m/s, and the thickness over which it falls by e, m."""

    fastest: float
    decay: float

    def grown(self, thickness: Array, factor: Array, dt: Array) -> Array:
        """Thickness after a time, m."""
        return jnp.asarray(grown_by_tunnelling(thickness, self.fastest * factor, self.decay, dt))

    def speed(self, thickness: Array, factor: Array) -> Array:
        """d(delta)/dt, m/s."""
        return self.fastest * factor * jnp.exp(-thickness / self.decay)


@dataclass(frozen=True, slots=True)
class Layer:
    """A ferroelectric layer.

    law             Landau coefficients;  viscosity: rho, ohm m;  full: P_s, C/m2
    thickness       m;  resistance: ohm m2, without fixed charge
    potential_step  V at full polarisation, 0 off;  switching: whether P follows the field
    kinetic_factor  on i0 at full polarisation, 1 off
    selective       factor on i0, and depletion in mol/m3 per A/m2, of a layer with fixed charge; 1 and 0 off
    """

    law: Landau
    viscosity: float
    full: float
    thickness: float
    resistance: float
    potential_step: float = 0.0
    switching: bool = False
    kinetic_factor: float = 1.0
    selective: tuple[float, float] = (1.0, 0.0)

    def field(self, i: Array) -> Array:
        """E_n of a plating current density, V/m, positive out of the metal."""
        return -self.resistance / self.thickness * i

    def reach(self, i: Array) -> Array:
        """|E_n| / E_c of a plating current density: above 1 it reverses the layer, far below nothing does."""
        return jnp.abs(self.field(i)) / coercive_field(self.law)

    def moved(self, P: Array, i: Array, dt: Array) -> Array:
        """The polarisation after a step."""
        return jnp.asarray(follow(self.law, P, self.field(i), dt, self.viscosity)) if self.switching else P


class Fields(NamedTuple):
    """What the surface carries, and the connected part that each cell belongs to (0 the electrode)."""

    carried: Carried
    owner: Array


@dataclass(frozen=True)
class FilmLaws:
    """The laws of a film; they implement `skin.Carried`. Frozen, and part of what a step is compiled for.

    grid, width, places   of the geometry: width in cells, places in the band
    species               of the film;  porosity: eps;  series: whether conductivities add in series or in parallel
    contact               resistance between film and metal, ohm m2
    molar_volume          of lithium, m3/mol
    growth, product       law of corrosion and the number of the species that grows; None without corrosion
    galvanic              whether the electrons of corrosion come from elsewhere
    cracks, fresh         whether the film cracks; resistance of a fresh crack, ohm m2
    strength              strain at which film on new metal breaks
    layer                 ferroelectric layer;  elastic: stiffness; None for a film without tension
    """

    grid: Grid
    width: float
    places: int
    species: tuple[Species, ...]
    molar_volume: float
    porosity: float = 0.0
    series: bool = True
    contact: float = 0.0
    growth: ByDiffusion | ByTunnelling | None = None
    product: int = 0
    galvanic: bool = False
    cracks: bool = False
    fresh: float = 1e-4
    strength: float = 1e3
    layer: Layer | None = None
    elastic: Elastic | None = None

    @property
    def setting(self) -> Setting:
        """Of the transport."""
        return Setting(Frame(self.grid.shape, not self.grid.closed), self.width, self.places)

    @property
    def depletes(self) -> bool:
        """Whether salt falls through the film."""
        return self.layer is not None and self.layer.selective[1] != 0

    # ------------------------------------------------------------------------------------------------- state

    def thickness(self, fields: Fields) -> tuple[Array, Array]:
        """Thickness of the film where the surface is covered, and in the open part, m."""
        amounts, covered = fields.carried.amounts, self.covered(fields)
        volumes = jnp.asarray([each.molar_volume for each in self.species])
        film = jnp.tensordot(volumes, amounts[:-1], 1) / (1 - self.porosity)
        fresh = amounts[-1] * self.species[self.product].molar_volume / (1 - self.porosity)
        return film / jnp.maximum(covered, ALL_OPEN), fresh / jnp.maximum(1 - covered, ALL_OPEN)

    def covered(self, fields: Fields) -> Array:
        """theta."""
        return jnp.clip(fields.carried.marks[Mark.COVERED], 0.0, 1.0)

    def polarisation(self, fields: Fields) -> Array:
        """P, C/m2, positive out of the metal."""
        return fields.carried.marks[Mark.POLARISATION]

    def resistance(self, fields: Fields) -> Array:
        """R of the surface, ohm m2: intact film and cracks side by side."""
        covered = self.covered(fields)
        conducts = jnp.maximum(fields.carried.marks[Mark.CONDUCTIVITY], 1e-6) * (1 - self.porosity) ** 1.5
        parts = [amount * each.molar_volume / (1 - self.porosity) for amount, each in
                 zip(fields.carried.amounts[:-1], self.species, strict=True)]  # fmt: skip
        film = self.dense_resistance(parts)
        intact: Array = (
            film / (conducts * jnp.maximum(covered, ALL_OPEN)) + self.contact + (self.layer.resistance if self.layer else 0)
        )
        if not self.cracks:
            return intact
        crack = self.fresh + self.thickness(fields)[1] / (self.species[self.product].conductivity * conducts)
        both: Array = 1 / (covered / jnp.maximum(intact, 1e-12) + (1 - covered) / crack)
        return both

    def dense_resistance(self, parts: Sequence[Array]) -> Array:
        """Resistance of a film without pores and of a conductivity factor of one, ohm m2; parts: of each species, m."""
        if self.series:
            return sum((part / each.conductivity for part, each in zip(parts, self.species, strict=True)), start=jnp.zeros(()))
        whole = sum(parts, start=jnp.zeros(()))
        carries = sum((part * each.conductivity for part, each in zip(parts, self.species, strict=True)), jnp.zeros(()))
        resistance: Array = whole**2 / jnp.maximum(carries, 1e-300)
        return resistance

    def skin(self, fields: Fields) -> Skin:
        """The surface as kinetics see it. Beyond the band around the surface it is continued from there."""
        share = self.polarisation(fields) / self.layer.full if self.layer else jnp.zeros(())
        step, factor, depletion = jnp.zeros(()), jnp.ones(()), jnp.zeros(())
        if self.layer:
            step = self.layer.potential_step * share
            factor = self.layer.kinetic_factor**share * self.layer.selective[0]
            depletion = jnp.asarray(self.layer.selective[1])
        rate = self.corrosion(fields)
        none = jnp.zeros(())
        return Skin(self.resistance(fields), step, factor, depletion, none if self.galvanic else rate,
                    rate if self.galvanic else none, self.tension(fields))  # fmt: skip

    def tension(self, fields: Fields) -> Array:
        """T_f, N/m."""
        if self.elastic is None:
            return jnp.zeros(())
        solids = [n * each.molar_volume for n, each in zip(fields.carried.amounts[:-1], self.species, strict=True)]
        return self.elastic.tension(solids, fields.carried.marks[Mark.STRETCH], self.borne(fields))

    def flat_tension(self, fields: Fields) -> float:
        """T_f of the film on a flat surface that nothing has stretched, N/m: that of its stress of growth."""
        if self.elastic is None or self.elastic.growth_stress <= 0:
            return 0.0
        per_area = fields.carried.totals.sum(0)[:-1] / self.grid.columns
        solids = [n * each.molar_volume for n, each in zip(per_area, self.species, strict=True)]
        return float(self.elastic.tension(solids, jnp.zeros(()), jnp.asarray(self.strength)))

    def borne(self, fields: Fields) -> Array:
        """Strain that the film still bears: that at which it breaks, less by what has opened in it."""
        strength = fields.carried.marks[Mark.STRENGTH]
        opened = -jnp.log(jnp.maximum(self.covered(fields), ALL_OPEN)) if self.cracks else 0.0
        return jnp.maximum(strength - opened, 0.0)

    # ---------------------------------------------------------------------------------------------- corrosion

    @property
    def _charge_per_volume(self) -> float:
        """F z (1 - eps) / V_p, C/m3 of film."""
        product = self.species[self.product]
        return FARADAY * product.lithium * (1 - self.porosity) / product.molar_volume

    def corrosion(self, fields: Fields) -> Array:
        """Parasitic current density at this moment, A/m2."""
        if self.growth is None:
            return jnp.zeros(())
        return sum(self._at_once(fields), start=jnp.zeros(()))

    def _at_once(self, fields: Fields) -> tuple[Array, Array]:
        """What the covered and the open part take at this moment, A/m2 of surface."""
        assert self.growth is not None  # asked for where there is corrosion alone
        (film, fresh), covered, factor = self.thickness(fields), self.covered(fields), fields.carried.marks[Mark.KINETICS]
        speeds = covered * self.growth.speed(film, factor), (1 - covered) * self.growth.speed(fresh, factor)
        return self._charge_per_volume * speeds[0], self._charge_per_volume * speeds[1]

    def corroded(self, fields: Fields, before: Array, dt: Array) -> Array:
        """Mean parasitic current density of the next step, A/m2: the growth law is integrated over it.

        It is scaled so that the diffuse interface has the area of the sharp surface: then the metal that goes and the film that
        comes are the same lithium. Galvanic corrosion is a current among others, and keeps its value over the step.
        """
        if self.growth is None:
            return jnp.zeros(())
        if self.galvanic:
            return self.corrosion(fields)
        mean = jnp.where(dt > 0, sum(self._grown(fields, dt)) / jnp.where(dt > 0, dt, 1.0), self.corrosion(fields))
        diffuse = jnp.sum(geometry(before, self.grid).area) * self.grid.spacing
        return mean * jnp.sum(fields.carried.band.area) / jnp.maximum(diffuse, 1e-30)

    def _grown(self, fields: Fields, dt: Array) -> tuple[Array, Array]:
        """Charge that the covered and the open part take in a step, C/m2 of surface."""
        assert self.growth is not None  # asked for by `corroded` alone
        (film, fresh), covered, factor = self.thickness(fields), self.covered(fields), fields.carried.marks[Mark.KINETICS]
        gained = [share * (self.growth.grown(old, factor, dt) - old) for share, old in ((covered, film), (1 - covered, fresh))]
        return self._charge_per_volume * gained[0], self._charge_per_volume * gained[1]

    # ------------------------------------------------------------------------------------------------- motion

    def advance(self, fields: Fields, before: Array, after: Array, speed: Array, dt: Array) -> Fields:
        """The fields after a step; see `skin.Carried`."""
        lost = self.corroded(fields, before, dt)
        i = speed * FARADAY / self.molar_volume + lost
        grown = self._with_film(fields, before, lost, dt)
        marks = grown.carried.marks
        if self.layer:
            P = self.layer.moved(marks[Mark.POLARISATION], i, dt)
            marks = marks.at[Mark.POLARISATION].set(P)
        fresh = jnp.asarray([0.0, 1.0, 0.0, 1.0, 1.0, self.strength])
        moved, stretched = transport.advance(
            self.setting, grown.carried._replace(marks=marks), before, after, fields.owner, fresh
        )
        return Fields(moved._replace(marks=self._stretched(moved.marks, stretched)), fields.owner)

    def _with_film(self, fields: Fields, before: Array, lost: Array, dt: Array) -> Fields:
        """The fields with what corrosion adds: locally by the law, in total by the metal that went."""
        if self.growth is None:
            return fields
        covered, (film, _) = self.covered(fields), self.thickness(fields)
        intact, cracked = self._at_once(fields) if self.galvanic else self._grown(fields, dt)
        open_share = cracked / jnp.maximum(intact + cracked, 1e-300)
        amount = lost * dt / (FARADAY * self.species[self.product].lithium)
        now = fields.carried
        amounts = now.amounts.at[self.product].add(amount * (1 - open_share)).at[-1].add(amount * open_share)
        cells = geometry(before, self.grid).area * self.grid.spacing * amount
        parts = jnp.arange(now.totals.shape[0], dtype=fields.owner.dtype).reshape(-1, *(1 for _ in self.grid.shape))
        mine = fields.owner == parts
        axes = tuple(range(1, 1 + len(self.grid.shape)))
        opened = jnp.sum(jnp.where(mine, cells * open_share, 0.0), axes)
        closed = jnp.sum(jnp.where(mine, cells * (1 - open_share), 0.0), axes)
        totals = now.totals.at[:, self.product].add(closed).at[:, -1].add(opened)
        volume = self.species[self.product].molar_volume / (1 - self.porosity)
        added = amount * (1 - open_share) * volume / jnp.maximum(covered, ALL_OPEN)
        thicker = film / jnp.maximum(film + added, 1e-300)
        old = jnp.where(film > 0, thicker, 1.0)
        marks = now.marks.at[Mark.STRETCH].multiply(old)
        if not self.cracks:
            marks = marks.at[Mark.STRENGTH].set(self.strength - old * (self.strength - marks[Mark.STRENGTH]))
        return Fields(now._replace(amounts=amounts, totals=totals, marks=marks), fields.owner)

    def _stretched(self, marks: Array, stretched: Array) -> Array:
        """Marks after the surface has stretched, by the logarithm of the ratio of areas."""
        before = marks[Mark.STRETCH]
        if not self.cracks:
            left = jnp.clip(2 * self.strength - before - stretched, 0.0, marks[Mark.STRENGTH])
            return marks.at[Mark.STRETCH].add(stretched).at[Mark.STRENGTH].set(left)
        most = jnp.maximum(marks[Mark.STRENGTH], before)
        free = before + stretched
        opened = jnp.clip(free - most, 0.0, jnp.maximum(stretched, 0.0))
        covered = jnp.clip(marks[Mark.COVERED], 0.0, 1.0) * jnp.exp(-opened)
        return marks.at[Mark.STRETCH].set(free - opened).at[Mark.COVERED].set(covered)

    def divided(self, fields: Fields, owner: Array, places: int) -> Fields:
        """The fields after the metal was divided into connected parts anew."""
        return Fields(transport.reassigned(self.setting, fields.carried, owner, places), owner)

    def has_room(self, fields: Fields) -> bool:
        """Whether no cell of the band was left out since the start."""
        return int(fields.carried.band.overflow) == 0

    def widened(self, fields: Fields, xi: Array) -> tuple[FilmLaws, Fields]:
        """The laws and the fields with twice the room for the band."""
        wider = replace(self, places=min(2 * self.places, self.setting.frame.size))
        here = band(self.setting.frame, level(xi, self.width), wider.places)
        return wider, fields._replace(carried=fields.carried._replace(band=here))

    def with_room_of(self, fields: Fields) -> FilmLaws:
        """The laws with the room that fields of another process were given."""
        return replace(self, places=len(fields.carried.band.cells))

    def lithium(self, fields: Fields) -> Array:
        """Lithium in all film, buried and left in the electrolyte included, C/m2 of electrode."""
        total: Array = self.lithium_by_fate(fields).sum()
        return total

    def shown(self, fields: Fields) -> dict[str, Array]:
        """What a snapshot keeps: not a number away from the surface."""
        here = jnp.zeros(self.setting.frame.size, bool).at[fields.carried.band.cells].set(fields.carried.band.used, mode="drop")
        known = here.reshape(self.grid.shape)
        found = {"surface_resistance": self.resistance(fields), "surface_film_thickness": self.thickness(fields)[0]}
        if self.cracks:
            found["covered"] = self.covered(fields)
        if self.layer:
            found["polarisation"] = self.polarisation(fields)
        return {name: jnp.where(known, values, jnp.nan) for name, values in found.items()}

    def lithium_by_fate(self, fields: Fields) -> Array:
        """Lithium in film that the surface carries, that is buried, and that is residue, C/m2 of electrode."""
        per = jnp.asarray([*(each.lithium for each in self.species), self.species[self.product].lithium])
        amounts = jnp.stack([fields.carried.totals.sum(0), fields.carried.buried, fields.carried.residue])
        by_fate: Array = amounts @ per * FARADAY / self.grid.columns
        return by_fate
