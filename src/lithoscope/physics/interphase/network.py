"""Which reactions can happen, and that none of them makes or loses an atom or a charge.

A species is a formula and a charge, a reaction a line such as "EC + 2 e- + 2 Li+ -> Li2CO3 + C2H4". Every line is checked when
it is made, in whole numbers. A network is integrated in extents xi (mol/m2): n = n0 + S xi, so that every element balances to
rounding whatever a solver does.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from fractions import Fraction
from functools import cache, cached_property
from importlib import resources
from typing import Any, Literal, get_args

import numpy as np
from numpy.typing import NDArray

from lithoscope.errors import InputError, nearest

Array = NDArray[np.float64]
Place = Literal["electrode", "solvent", "solute", "gas", "film", "adsorbed"]

ELECTRON = "e-"
CATION = "Li+"
METAL = "Li"
ADSORBED = " adsorbed"

_ELEMENT = re.compile(r"([A-Z][a-z]?)(\d*)")
_TERM = re.compile(r"(?:(\d+(?:/\d+)?)\s+)?(\S+)")


@dataclass(frozen=True, slots=True)
class Species:
    """What takes part in reactions.

    name     as it stands in reactions
    formula  elements with whole numbers, e.g. "C3H4O3"; empty for the electron
    charge   in elementary charges
    place    electrode, solvent, solute, gas, film or adsorbed
    Raises InputError for a formula that cannot be read or an unknown place.
    """

    name: str
    formula: str
    charge: int = 0
    place: Place = "film"

    def __post_init__(self) -> None:
        places = get_args(Place)
        if self.place not in places:
            raise InputError(f"species.{self.name}.place", f'= "{self.place}" is not a place', expected=", ".join(places),
                             why="The place says whether a species limits a reaction, is left behind or leaves",
                             do=nearest(self.place, places) or 'Write place = "film"')  # fmt: skip
        if "".join(f"{element}{count}" for element, count in _ELEMENT.findall(self.formula)) != self.formula:
            raise InputError(f"species.{self.name}.formula", f'= "{self.formula}" cannot be read',
                             expected='elements with whole numbers, such as "C3H4O3"',
                             why="Its elements are what reactions have to balance",
                             do='Write it without brackets and charge, e.g. formula = "Li2CO3"')  # fmt: skip

    @property
    def elements(self) -> Mapping[str, int]:
        """Atoms of each element."""
        found: dict[str, int] = {}
        for element, count in _ELEMENT.findall(self.formula):
            found[element] = found.get(element, 0) + int(count or 1)
        return found


@dataclass(frozen=True, slots=True)
class Reaction:
    """A reaction with its stoichiometry.

    name  its identifier, under which the data tables have its numbers
    nu    stoichiometric numbers by species, negative for what is consumed; exact fractions
    text  as it was written
    """

    name: str
    nu: Mapping[str, Fraction]
    text: str

    @property
    def electrons(self) -> int:
        """Electrons it takes: as many lithium atoms of the metal dissolve."""
        return int(-self.nu.get(ELECTRON, Fraction(0)))

    @property
    def reactants(self) -> tuple[str, ...]:
        """What it consumes, without electrons and lithium ions."""
        return tuple(name for name, number in self.nu.items() if number < 0 and name not in (ELECTRON, CATION))


def reaction(name: str, text: str, species: Mapping[str, Species]) -> Reaction:
    """The reaction that a line describes.

    Raises InputError for a species that is not known, naming the nearest one, and for a line that does not balance, naming
    the elements.
    """
    where = f"reactions.{name}"
    sides = text.split("->")
    if len(sides) != 2 or not all(side.strip() for side in sides):
        raise InputError(where, f'= "{text}" is not a reaction', expected='two sides with "->" between them',
                         why="Something has to be consumed and something made",
                         do='Write e.g. "EC + 2 e- + 2 Li+ -> Li2CO3 + C2H4"')  # fmt: skip
    nu: dict[str, Fraction] = {}
    for sign, side in zip((-1, 1), sides, strict=True):
        for number, known in _terms(where, side, species):
            nu[known] = nu.get(known, Fraction(0)) + sign * number
    _check_balance(where, text, nu, species)
    return Reaction(name, {known: number for known, number in nu.items() if number}, text)


def _terms(where: str, side: str, species: Mapping[str, Species]) -> Iterable[tuple[Fraction, str]]:
    for term in re.split(r"\s\+\s", side.strip()):
        match = _TERM.fullmatch(term.strip())
        if not match or match[2] not in species:
            given = match[2] if match else term.strip()
            raise InputError(where, f'has the unknown species "{given}"', expected=", ".join(species),
                             why="Without its formula its elements cannot be balanced",
                             do=nearest(given, species) or f'Describe it: {given} = {{ formula = "..." }}')  # fmt: skip
        yield Fraction(match[1] or 1), match[2]


def _check_balance(where: str, text: str, nu: Mapping[str, Fraction], species: Mapping[str, Species]) -> None:
    excess: dict[str, Fraction] = {}
    for name, number in nu.items():
        for element, count in species[name].elements.items():
            excess[element] = excess.get(element, Fraction(0)) + number * count
        excess["charge"] = excess.get("charge", Fraction(0)) + number * species[name].charge
    wrong = {element: number for element, number in excess.items() if number}
    if not wrong:
        return
    told = ", ".join(f"{element} {'+' if number > 0 else ''}{number}" for element, number in sorted(wrong.items()))
    raise InputError(
        where, f'= "{text}" does not balance: the right side has {told} more than the left',
        expected="as many atoms of each element, and as much charge, on both sides",
        why="A network that makes or loses atoms cannot close its books",
        do=_remedy(wrong, nu) or f"Change the numbers of what holds {', '.join(sorted(wrong))}",
    )  # fmt: skip


def _remedy(wrong: Mapping[str, Fraction], nu: Mapping[str, Fraction]) -> str:
    """What electrons and lithium ions alone can put right, as something to type."""
    if not set(wrong) <= {"Li", "charge"}:
        return ""
    ions = -nu.get(CATION, Fraction(0)) + wrong.get("Li", Fraction(0))
    electrons = -nu.get(ELECTRON, Fraction(0)) - wrong.get("charge", Fraction(0)) + wrong.get("Li", Fraction(0))
    return f'Write "{electrons} e- + {ions} Li+" on the left' if ions >= 0 and electrons >= 0 else ""


@dataclass(frozen=True)
class Network:
    """Reactions that happen together.

    species    by name;  reactions  in order
    """

    species: Mapping[str, Species]
    reactions: tuple[Reaction, ...]

    @cached_property
    def films(self) -> tuple[str, ...]:
        """Solids that are made or consumed."""
        return self._taking_part("film")

    @cached_property
    def dissolved(self) -> tuple[str, ...]:
        """What the liquid holds a finite stock of, lithium ions included."""
        return self._taking_part("solvent", "solute")

    @cached_property
    def gases(self) -> tuple[str, ...]:
        """Gases that are made."""
        return self._taking_part("gas")

    @cached_property
    def adsorbed(self) -> tuple[str, ...]:
        """Ions that stand on the surface from the start, a stock of each site that takes no room."""
        return self._taking_part("adsorbed")

    @cached_property
    def organics(self) -> tuple[str, ...]:
        """Solids with carbon that bind it to hydrogen, which solvents leave: those of the whole table of species."""
        return tuple(name for name, each in self.species.items() if each.place == "film" and {"C", "H"} <= set(each.elements))

    def leaves(self, anion: str) -> Mapping[str, Fraction]:
        """Solids that a mole of an anion leaves when it and all that it leaves are reduced to the end, by the first route."""
        held: dict[str, Fraction] = {anion: Fraction(1)}
        while step := next((each for each in self.reactions if each.electrons and set(each.reactants) <= set(held)), None):
            times = min(-held[name] / step.nu[name] for name in step.reactants)
            for name, number in step.nu.items():
                held[name] = held.get(name, Fraction(0)) + times * number
            held = {name: amount for name, amount in held.items() if amount and name not in (ELECTRON, CATION)}
        return {name: amount for name, amount in held.items() if self.species[name].place == "film"}

    def _taking_part(self, *places: Place) -> tuple[str, ...]:
        used = dict.fromkeys(name for each in self.reactions for name in each.nu)
        return tuple(name for name in used if self.species[name].place in places)

    @cached_property
    def electrons(self) -> Array:
        """Electrons, which are lithium atoms of the metal, per event; shape (reactions,)."""
        return np.array([each.electrons for each in self.reactions], dtype=float)

    def numbers(self, names: Iterable[str]) -> Array:
        """Stoichiometric numbers of species over the whole step, shape (species, reactions).

        The metal gives the electrons and dissolves: its row is minus the electrons, and as many lithium ions are made.
        """
        rows = [[float(self._number(name, each)) for each in self.reactions] for name in names]
        return np.array(rows, dtype=float).reshape(len(rows), len(self.reactions))

    @staticmethod
    def _number(name: str, of: Reaction) -> Fraction:
        if name == METAL:
            return Fraction(-of.electrons)
        return of.nu.get(name, Fraction(0)) + (of.electrons if name == CATION else 0)

    @cached_property
    def elements(self) -> tuple[str, ...]:
        """Every element in it, lithium first."""
        found = {element for name in self.everything if name != METAL for element in self.species[name].elements}
        return (METAL, *sorted(found - {METAL}))

    @cached_property
    def everything(self) -> tuple[str, ...]:
        """Metal, liquid, film, what is adsorbed, and gas."""
        return (METAL, *self.dissolved, *self.films, *self.adsorbed, *self.gases)

    def composition(self, names: Iterable[str]) -> Array:
        """Atoms of each element in species, shape (elements, species)."""
        per = [{METAL: 1} if name == METAL else self.species[name].elements for name in names]
        return np.array([[each.get(element, 0) for each in per] for element in self.elements], dtype=float)

    def residual(self) -> Array:
        """Atoms of each element that each reaction makes, the metal included: zeros; shape (elements, reactions)."""
        return self.composition(self.everything) @ self.numbers(self.everything)

    def fed_by(self, names: Iterable[str]) -> Network:
        """The part of it that can happen from what is there, and from what that makes."""
        there, left = set(names) | {ELECTRON, CATION}, list(self.reactions)
        chosen: list[Reaction] = []
        while ready := [each for each in left if set(each.reactants) <= there]:
            chosen += ready
            left = [each for each in left if each not in ready]
            there |= {name for each in ready for name, number in each.nu.items() if number > 0}
        return Network(self.species, tuple(each for each in self.reactions if each in chosen))

    def with_adsorbed(self, names: Iterable[str], *, leaving: bool = False) -> Network:
        """The network in which each of these anions also stands adsorbed: "PF6- adsorbed" reacts as "PF6-" does.

        leaving  whether it can also go into the liquid
        """
        species, made = dict(self.species), list(self.reactions)
        for name in names:
            there = adsorbed_name(name)
            species[there] = replace(species[name], name=there, place="adsorbed")
            made += [_adsorbed(each, name, there) for each in self.reactions if name in each.reactants and each.electrons]
            if leaving:
                made.append(Reaction(f"{name} desorbs", {there: Fraction(-1), name: Fraction(1)}, f"{there} -> {name}"))
        return Network(species, tuple(made))


def adsorbed_name(name: str) -> str:
    """What a network calls an anion that is adsorbed.

    >>> adsorbed_name("PF6-")
    'PF6- adsorbed'
    """
    return f"{name}{ADSORBED}"


def dissolved_ion(name: str) -> str:
    """The anion itself of one that is adsorbed; any other name as it is.

    >>> dissolved_ion("PF6- adsorbed"), dissolved_ion("LiF")
    ('PF6-', 'LiF')
    """
    return name.removesuffix(ADSORBED)


def _adsorbed(of: Reaction, name: str, there: str) -> Reaction:
    """A reaction with an adsorbed anion in place of the dissolved one."""
    nu = {there if each == name else each: number for each, number in of.nu.items()}
    return Reaction(f"{of.name}{ADSORBED}", nu, of.text.replace(name, there, 1))


def network(species: Mapping[str, Mapping[str, Any]], reactions: Mapping[str, str]) -> Network:
    """A network from its tables, each line checked. Raises InputError."""
    known = {name: Species(name, **fields) for name, fields in species.items()}
    return Network(known, tuple(reaction(name, text, known) for name, text in reactions.items()))


@cache
def lithium_network() -> Network:
    """The reactions of carbonate, ether, imide and nitrate electrolytes with lithium: the shipped table."""
    text = (resources.files("lithoscope.data") / "networks" / "lithium.toml").read_text(encoding="utf-8")
    tables = tomllib.loads(text)
    return network(tables["species"], tables["reactions"])
