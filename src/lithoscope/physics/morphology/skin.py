"""What the surface of lithium carries, as kinetics see it, and how it moves with the surface."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple, Protocol

import numpy as np

from lithoscope.physics.morphology.engine import Array, jnp


class Skin(NamedTuple):
    """The surface at each cell; arrays of the shape of the grid, or that broadcast to it.

    resistance  R of the film, ohm m2 of real surface
    offset      E_off, shift of the equilibrium potential by what the surface carries, V; capillarity comes on top
    exchange    factor on the exchange current density
    depletion   fall of the salt concentration through a porous film per current density, (c/c+)(1 - t+) delta/(F D_f),
                mol/m3 per A/m2
    corrosion   i_corr, parasitic current density that turns metal into film on the spot, A/m2, not negative
    side        current density into the metal of a reaction that makes film with electrons from elsewhere, A/m2, not negative
    tension     T_f of the film, N/m: stress times thickness, adds to the surface energy
    """

    resistance: Array
    offset: Array
    exchange: Array
    depletion: Array
    corrosion: Array
    side: Array
    tension: Array


class Carried(Protocol):
    """Fields that the surface carries: a frozen, hashable object with the laws; the fields themselves are a tree of arrays."""

    @property
    def depletes(self) -> bool:
        """Whether salt falls through the film, so that kinetics see less of it than the electrolyte outside."""

    def skin(self, fields: Any) -> Skin:
        """The surface as kinetics see it."""

    def corroded(self, fields: Any, before: Array, dt: Array) -> Array:
        """Mean current density that turns metal into film during a step, A/m2: what `side` or `corrosion` is over it."""

    def advance(self, fields: Any, before: Array, after: Array, speed: Array, dt: Array) -> Any:
        """The fields after a step in which the metal fraction went from `before` to `after`; speed v_n in m/s."""

    def divided(self, fields: Any, owner: Array, places: int) -> Any:
        """The fields after the metal was divided into connected parts anew; owner: the part of each cell, 0 the electrode."""

    def has_room(self, fields: Any) -> bool:
        """Whether the compiled step had room for all of the surface, up to now."""

    def widened(self, fields: Any, xi: Array) -> tuple[Carried, Any]:
        """The laws and the fields with more room; xi: metal fraction that the fields belong to."""

    def with_room_of(self, fields: Any) -> Carried:
        """The laws with the room that fields of another process were given."""

    def lithium(self, fields: Any) -> Array:
        """Lithium in films of the surface, C/m2 of electrode."""

    def flat_tension(self, fields: Any) -> float:
        """T_f of the film on a flat surface that nothing has stretched, N/m."""

    def shown(self, fields: Any) -> Mapping[str, Array]:
        """What a snapshot keeps of the surface, by the name of the output; arrays of the shape of the grid."""


class Still:
    """A film that is fixed in space: a map of the resistance, or one number. Its fields are the skin itself."""

    depletes = False

    def skin(self, fields: Skin) -> Skin:
        """The fields."""
        return fields

    def corroded(self, fields: Skin, _before: Array, _dt: Array) -> Array:
        """What the fields say."""
        return fields.corrosion + fields.side

    def advance(self, fields: Skin, _before: Array, _after: Array, _speed: Array, _dt: Array) -> Skin:
        """The same."""
        return fields

    def divided(self, fields: Skin, _owner: Array, _places: int) -> Skin:
        """The same."""
        return fields

    def has_room(self, _fields: Skin) -> bool:
        """It needs none."""
        return True

    def widened(self, fields: Skin, _xi: Array) -> tuple[Carried, Skin]:
        """The same."""
        return self, fields

    def with_room_of(self, _fields: Skin) -> Carried:
        """The same."""
        return self

    def lithium(self, _fields: Skin) -> Array:
        """None: what a film took before the run is not counted."""
        return jnp.zeros(())

    def flat_tension(self, fields: Skin) -> float:
        """That of the fields."""
        return float(np.mean(fields.tension))

    def shown(self, _fields: Skin) -> Mapping[str, Array]:
        """Nothing: it is the same everywhere and always."""
        return {}

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Still)

    def __hash__(self) -> int:
        return hash(Still)


def uniform(resistance: Any, offset: Any = 0.0) -> Skin:
    """A film that is fixed in space, with nothing but a resistance and a step of the potential."""
    zero, one = jnp.asarray(np.zeros(())), jnp.asarray(np.ones(()))
    return Skin(jnp.asarray(resistance, float), jnp.asarray(offset, float), one, zero, zero, zero, zero)
