"""The tension of a stretched film, which adds to the surface energy of the lithium under it, until the film breaks.

    T_f = sum_j n_j V_j sigma_j,   sigma_j = sigma_g + K_j e from 0 to K_j min(s, e_j),   E_off = (gamma + T_f) (V_m / F) kappa

n_j V_j  volume of a species per area of surface, m: theta delta_j without pores. What opens in a crack carries no stress
e        strain since the film was made without stress: ln J in two dimensions, ln J / 2 each way in three
K_j      2 G / (1 - nu) in two dimensions (no strain across), 2 G (1 + nu) / (1 - nu) in three (alike both ways), Pa
s        strain that the film still bears, likewise: e_c while it is whole, and less by what it has torn open
e_j      strain of a species at its strength K_j e_j: where e_c is larger it flows at that;  sigma_g: stress as film is made, Pa

A film breaks as a whole, at the mean strain of its species by volume or at that of its `cracking`. What it is stretched beyond
e_c opens in tears, and lets go as much strain beside them, so that it pulls on nothing at 2 e_c. That is so on soft lithium: a
piece between tears takes up the stress over sigma delta / tau from its edges, some 20 um for 1 GPa, 15 nm and the 0.7 MPa at
which bulk lithium yields, 0.2 um for the 100 MPa of its smallest columns. Longer pieces would pull on at their strength.

On a flat surface that grows evenly nothing stretches, and on a wave stretch and curvature are both small: without a stress of
growth the tension is of second order and no wave grows differently at first. A thin film under compression buckles and carries
none. A film that has torn stays torn where it shrinks again; what grows between is whole.
Source: C. Monroe and J. Newman, J. Electrochem. Soc. 151 (2004) A880, for stress at a lithium surface, with Laplace's law;
A. Kelly and W. R. Tyson, J. Mech. Phys. Solids 13 (1965) 329, for the length over which a piece takes up stress.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from lithoscope.data import lookup
from lithoscope.errors import InputError
from lithoscope.physics.morphology.engine import Array, jnp

if TYPE_CHECKING:
    from lithoscope.design.carried import CarriedFilm, FilmSpecies


@dataclass(frozen=True, slots=True)
class Elastic:
    """Stiffness of a film.

    moduli  K_j, Pa;  limits: e_j;  growth_stress: sigma_g, Pa;  ways: in which the surface stretches, 1 in 2D and 2 in 3D
    """

    moduli: tuple[float, ...]
    limits: tuple[float, ...]
    growth_stress: float = 0.0
    ways: int = 1

    def tension(self, solids: list[Array], stretch: Array, borne: Array) -> Array:
        """T_f, N/m.

        solids   n_j V_j of each species, m
        stretch  ln J;  borne: most of it that the film still bears
        """
        strain, left = stretch / self.ways, borne / self.ways
        total = jnp.zeros(())
        for solid, K, most in zip(solids, self.moduli, self.limits, strict=True):
            total = total + solid * jnp.clip(self.growth_stress + K * strain, 0.0, K * jnp.minimum(most, left))
        return total


def elastic(film: CarriedFilm, dimensions: int, growth_stress: float) -> Elastic:
    """Of the film of a document. Raises InputError for a material whose stiffness is not known.

    dimensions  of the domain;  growth_stress: Pa
    """
    nu = lookup("interphase.film_poisson_ratio").to("1")
    factor = 2 / (1 - nu) * (1 + nu if dimensions == 3 else 1)
    moduli = tuple(factor * _shear_modulus(each, number) for number, each in enumerate(film.species))
    return Elastic(moduli, tuple(each.number("fracture_strain") for each in film.species), growth_stress, dimensions - 1)


def _shear_modulus(species: FilmSpecies, number: int) -> float:
    if not species.has("shear_modulus"):
        raise InputError(
            f"model.film.species.{number}.shear_modulus", f"of {species.material} is neither given nor in the data tables",
            expected="a shear modulus", why="A film that is stretched pulls the surface flat, the more the stiffer it is",
            do='Write shear_modulus = "30 GPa" with the species, or elasticity = false in the model',
        )  # fmt: skip
    return species.number("shear_modulus")
