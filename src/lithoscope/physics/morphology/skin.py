"""What the surface of lithium carries, as kinetics see it, and how it moves with the surface."""

from __future__ import annotations

from typing import Any, NamedTuple, Protocol

from lithoscope.physics.morphology.engine import Array, jnp


class Skin(NamedTuple):
    """The surface at each cell; arrays of the shape of the grid, or that broadcast to it.

    resistance  R of the film, ohm m2 of real surface
    offset      E_off, shift of the equilibrium potential by what the surface carries, V; capillarity comes on top
    exchange    factor on the exchange current density
    depletion   fall of the salt concentration through a porous film per current density, (1 - S)(1 - t+) delta/(F D_f),
                mol/m3 per A/m2
    corrosion   i_corr, parasitic current density that turns metal into film, A/m2, not negative
    """

    resistance: Array
    offset: Array
    exchange: Array
    depletion: Array
    corrosion: Array


class Carried(Protocol):
    """Fields that the surface carries: a frozen, hashable object with the laws; the fields themselves are a tree of arrays."""

    def skin(self, fields: Any) -> Skin:
        """The surface as kinetics see it."""

    def advance(self, fields: Any, before: Array, after: Array, speed: Array, dt: Array) -> Any:
        """The fields after a step in which the metal fraction went from `before` to `after`; speed v_n in m/s."""

    def lithium(self, fields: Any, xi: Array) -> Array:
        """Lithium in films of the surface, mol in the whole domain."""


class Still:
    """A film that is fixed in space: a map of the resistance, or one number. Its fields are the skin itself."""

    def skin(self, fields: Skin) -> Skin:
        """The fields."""
        return fields

    def advance(self, fields: Skin, _before: Array, _after: Array, _speed: Array, _dt: Array) -> Skin:
        """The same."""
        return fields

    def lithium(self, _fields: Skin, _xi: Array) -> Array:
        """None: what a film took before the run is not counted."""
        return jnp.zeros(())

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Still)

    def __hash__(self) -> int:
        return hash(Still)


def uniform(resistance: Any, offset: Any = 0.0) -> Skin:
    """A film that is fixed in space, with nothing but a resistance and a step of the potential."""
    zero, one = jnp.zeros(()), jnp.ones(())
    return Skin(jnp.asarray(resistance, float), jnp.asarray(offset, float), one, zero, zero)
