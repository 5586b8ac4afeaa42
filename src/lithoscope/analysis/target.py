"""Which anions on a surface leave a film of wanted composition, and how many layers of them that takes.

    n_j = sum_a S_ja x_a,   x_a >= 0              what anions x_a (mol/m2) leave when they are reduced to the end
    minimise sum_i |w_i n_i - f_i / (1 - f_o)|,   sum_j w_j n_j = 1      named solids i; a linear program
    then n times what makes it so thick:          sum_j V_j n_j + V_o n_o = L,   w_o n_o = f_o / (1 - f_o) sum_j w_j n_j

w_j = V_j by volume, 1 by moles; f_o, V_o, n_o: share, molar volume and amount of the organic solid. No anion leaves organic
solids: their share is left to the electrolyte, as is what else that adds; a run with the stock found shows it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import TYPE_CHECKING, Literal, get_args

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import linprog

from lithoscope import units
from lithoscope.constants import AVOGADRO
from lithoscope.data import lookup
from lithoscope.errors import InputError, nearest
from lithoscope.physics.interphase.network import ELECTRON, Network, dissolved_ion, lithium_network

if TYPE_CHECKING:
    from lithoscope.design import Cell
    from lithoscope.physics.interphase.model import Interphase
    from lithoscope.result import Result
    from lithoscope.units import Given

Array = NDArray[np.float64]
Basis = Literal["volume", "mole"]

ORGANIC = "organic"
"""The share that is left to the electrolyte."""

REACHED = 0.01
"""Largest deviation of a fraction at which a composition counts as reached."""

ROUNDING = 1e-12


@dataclass(frozen=True)
class Target:
    """An answer of `target_sei`.

    wanted      fractions that were asked for, on this basis;  thickness: of the film, m
    anions      mol/m2 of each that comes nearest, true area
    fractions   that they leave when reduced to the end, of all that they leave and of the organic share
    layers      how many full layers of ions that is;  one_layer: film that one full layer of the mixture leaves, m
    run         a rest with this stock, if a cell was given;  grown: fractions of what has grown in it
    """

    wanted: Mapping[str, float]
    basis: Basis
    thickness: float
    anions: Mapping[str, float]
    fractions: Mapping[str, float]
    layers: float
    one_layer: float
    run: Result | None = None
    grown: Mapping[str, float] | None = None

    @property
    def deviation(self) -> float:
        """Largest difference between a wanted fraction and what the anions leave."""
        return max(abs(self.fractions.get(name, 0.0) - share) for name, share in self.wanted.items())

    @property
    def reached(self) -> bool:
        """Whether any amount of these anions leaves this composition."""
        return self.deviation <= REACHED

    def __str__(self) -> str:
        nm = f"{self.thickness * 1e9:.3g} nm"
        mixture = ", ".join(f"{name} {amount * 1e6:.3g} umol/m2" for name, amount in self.anions.items())
        nearest = f"No mixture of these anions leaves it; the nearest is off by {self.deviation:.2g}. "
        told = "one layer is enough" if self.layers <= 1 else f"one layer cannot, {self.layers:.3g} layers would"
        full = f"A full layer leaves {self.one_layer * 1e9:.2g} nm."
        return f"{'' if self.reached else nearest}{mixture} for {nm}: {told}. {full}"


def target_sei(
    target: Mapping[str, float], thickness: Given = "3 nm", anions: Sequence[str] | None = None, *, basis: Basis = "volume",
    cell: Cell | None = None, model: Interphase | None = None, rest: Given = "1 d", organic: str = "LEDC",
) -> Target:  # fmt: skip
    """Anions, and amounts of them per area, that leave a film of these fractions, as far as any do.

    target     fractions of solids by name, e.g. {"LiF": 0.6, "Li2O": 0.3}, and of "organic"; what they leave to 1 is free
    thickness  of the film;  anions: those to choose from, all that are known if not given
    basis      whether fractions are of the volume or of the moles of the film
    cell       in which the stock rests; without one there is only the arithmetic
    model      that rests, an even surface with the numbers of the data tables if not given;  rest: how long
    organic    solid whose molar volume the organic share has: by moles it says how much room that takes, by volume nothing

    Raises InputError for solids and anions that are not known, and for fractions that are none.
    """
    network = lithium_network()
    names = _chosen(network, anions)
    L = units.parse_as(units.Length, thickness, "thickness").value
    left = {name: network.leaves(name) for name in names}
    _check_words(network, basis, organic)
    _check(target, left, network)
    solids = list(dict.fromkeys(solid for each in left.values() for solid in each))
    made = np.array([[float(left[name].get(solid, 0)) for name in names] for solid in solids])
    volume = np.array([_molar_volume(solid) for solid in solids])
    weight, of_organic = (volume, 1.0) if basis == "volume" else (np.ones_like(volume), _molar_volume(organic))
    amounts = _nearest(target, solids, weight[:, None] * made)
    share = target.get(ORGANIC, 0.0)
    amounts *= L / float(volume @ made @ amounts + of_organic * share / (1 - share) * (weight @ made @ amounts))
    found = _answer(target, basis, L, dict(zip(names, amounts, strict=True)), solids, made @ amounts, volume)
    return found if cell is None else _with_run(found, cell, model, rest)


def _molar_volume(solid: str) -> float:
    """m3/mol."""
    return lookup(f"sei.{solid}.molar_volume").to("m3/mol")


def _check_words(network: Network, basis: str, organic: str) -> None:
    """Raises InputError for a basis that is none, and for what is no organic solid."""
    if basis not in get_args(Basis):
        raise InputError("basis", f'= "{basis}" is no basis', expected='"volume" or "mole"',
                         why="A fraction is of something", do=nearest(basis, get_args(Basis)) or 'Write "volume"')  # fmt: skip
    if organic not in network.organics:
        raise InputError("organic", f'= "{organic}" is no organic solid that is known', expected=", ".join(network.organics),
                         why="The room that a mole of it takes is looked up",
                         do=nearest(organic, network.organics) or 'Write "LEDC"')  # fmt: skip


def _chosen(network: Network, anions: Sequence[str] | None) -> list[str]:
    known = [each for each, found in network.species.items() if found.charge == -1 and each != ELECTRON]
    if anions is not None and not anions:
        raise InputError("anions", "is empty", expected=", ".join(known), why="Something has to leave the film",
                         do=f'Write anions = ["{known[0]}"], or leave it out')  # fmt: skip
    for name in anions or ():
        if name not in known:
            raise InputError("anions", f'= "{name}" is not an anion whose reactions are known', expected=", ".join(known),
                             why="What it leaves on lithium is not known",
                             do=nearest(name, known) or f'Write anions = ["{known[0]}"]')  # fmt: skip
    return list(dict.fromkeys(anions or known))


def _check(target: Mapping[str, float], left: Mapping[str, Mapping[str, Fraction]], network: Network) -> None:
    """Raises InputError for fractions that are none, and for solids that none of the anions leaves."""
    possible = dict.fromkeys(solid for name in lithium_network().species if name.endswith("-") and name != ELECTRON
                             for solid in network.leaves(name))  # fmt: skip
    for name, share in target.items():
        if not 0 <= share <= 1:
            raise InputError(f"target.{name}", f"= {share:g} is not a fraction", expected="a number from 0 to 1",
                             why="It is a share of the film", do=f"Write {name} = {min(max(share / 100, 0), 1):g}")  # fmt: skip
        if name != ORGANIC and name not in possible:
            expected = (*possible, ORGANIC)
            raise InputError(f"target.{name}", "is not a solid that an anion leaves", expected=", ".join(expected),
                             why="Only these can be put there by anions",
                             do=nearest(name, expected) or f'Leave it out, or count it as "{ORGANIC}"')  # fmt: skip
        if share and name != ORGANIC and not any(name in each for each in left.values()):
            does = next(each for each in (n for n in network.species if n.endswith("-")) if each != ELECTRON
                        and name in network.leaves(each))  # fmt: skip
            raise InputError(f"target.{name}", f"is left by none of {', '.join(left)}", expected=f"an anion such as {does}",
                             why="No amount of the others makes it", do=f'Add "{does}" to the anions')  # fmt: skip
    whole = sum(target.values())
    if not 0 < whole <= 1 + ROUNDING or target.get(ORGANIC, 0.0) >= 1:
        raise InputError(
            "target", f"adds up to {whole:g}, {target.get(ORGANIC, 0.0):g} of it organic",
            expected="fractions that add up to 1 or less, with something inorganic",
            why="They are shares of one film, and anions leave its inorganic part",
            do=_smaller(target, whole),
        )  # fmt: skip


def _smaller(target: Mapping[str, float], whole: float) -> str:
    if whole <= 1:
        return "Write e.g. LiF = 0.6"
    return "Write " + ", ".join(f"{name} = {share / whole:.3g}" for name, share in target.items())


def _nearest(target: Mapping[str, float], solids: list[str], parts: Array) -> Array:
    """Amounts of anions in proportion, that come nearest: the linear program at the top.

    parts  what a mole of each anion leaves of each solid, in what fractions are of, shape (solids, anions)
    """
    rest = 1 - target.get(ORGANIC, 0.0)
    free = sum(target.values()) < 1 - ROUNDING
    rows = [(n, target.get(solid, 0.0) / rest) for n, solid in enumerate(solids) if solid in target or not free]
    # The unknowns are shares of the film that anions leave, numbers near one.
    whole = parts.sum(axis=0)
    share, wanted = (parts / whole)[[n for n, _ in rows]], [part for _, part in rows]
    count, size = share.shape
    cost = np.concatenate([np.zeros(size), np.ones(2 * count)])
    equal = np.hstack([share, -np.eye(count), np.eye(count)])
    one = np.concatenate([np.ones(size), np.zeros(2 * count)])
    found = linprog(cost, A_eq=np.vstack([equal, one]), b_eq=np.array([*wanted, 1.0]), bounds=(0, None))
    assert found.x is not None, found.message  # any one anion alone is feasible
    return np.asarray(np.asarray(found.x, dtype=float)[:size] / whole)


def _answer(
    target: Mapping[str, float], basis: Basis, thickness: float, anions: Mapping[str, float], solids: list[str], n: Array,
    volume: Array,
) -> Target:  # fmt: skip
    part = n * (volume if basis == "volume" else 1.0)
    organic = target.get(ORGANIC, 0.0)
    fractions = {name: float(share) for name, share in zip(solids, (1 - organic) * part / part.sum(), strict=True) if share > 0}
    if organic:
        fractions[ORGANIC] = organic
    amount = sum(anions.values())
    layer = lookup("double_layer.adsorption_sites").to("1/m2") / AVOGADRO
    used = {name: float(each) for name, each in anions.items() if each > ROUNDING * amount}
    return Target(target, basis, thickness, used, fractions, amount / layer, float(volume @ n) / amount * layer)


def _with_run(found: Target, cell: Cell, model: Interphase | None, rest: Given) -> Target:
    """The answer with a rest of its stock, and what has grown in it."""
    from dataclasses import replace

    from lithoscope.physics.interphase.model import Interphase
    from lithoscope.protocol import Program, Rest
    from lithoscope.run import run

    of = model or Interphase(edge=1, defects=[], snapshots=1, kinetic_spread=0.0, transport_spread=0.0)
    stock = {name: f"{amount!r} mol/m2" for name, amount in found.anions.items()}
    result = run(cell, Program([Rest(rest)]), of.replaced(adsorbed=stock))
    return replace(found, run=result, grown=grown(result, found.basis))


def grown(result: Result, basis: Basis) -> Mapping[str, float]:
    """Fractions of what has grown in a rest, organic solids together; empty if nothing has."""
    from lithoscope.result.names import words

    film, organics = result.tree["film"].to_dataset(), lithium_network().organics
    amount = film["film_volume" if basis == "volume" else "film_amount"].values
    solid = lithium_network().species
    change = {name: float(x) for name, x in zip(words(film["solid"]), amount[-1] - amount[0], strict=True) if name in solid}
    whole = sum(each for each in change.values() if each > 0)
    if not whole > 0:
        return {}
    shares = {name: max(each, 0.0) / whole for name, each in change.items() if name not in organics}
    return shares | {ORGANIC: sum(max(change[name], 0.0) for name in organics if name in change) / whole}


def stock_left(result: Result) -> Mapping[str, float]:
    """Share of each adsorbed anion that a rest has left."""
    from lithoscope.result.names import words

    film = result.tree["film"].to_dataset()
    amount = film["film_amount"].values
    return {
        dissolved_ion(name): float(amount[-1, n] / amount[0, n])
        for n, name in enumerate(words(film["solid"]))
        if name != dissolved_ion(name) and amount[0, n] > 0
    }
