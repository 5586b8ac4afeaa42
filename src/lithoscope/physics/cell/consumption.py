"""Electrolyte as an amount: how much of it a cell has, and what films on its lithium consume, in numbers."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from lithoscope.data import lookup, records
from lithoscope.design.cathode import Cathode
from lithoscope.design.electrolyte import FILM_REACTIONS
from lithoscope.physics.cell.params import Parameter
from lithoscope.units import Quantity

if TYPE_CHECKING:
    from lithoscope.design import Cell, Electrolyte


@dataclass(frozen=True, slots=True)
class Consumption:
    """The electrolyte of a cell as an amount, SI.

    volume          of electrolyte per area, m;  in_pores: of it, at assembly
    concentration   of salt, mol/m3
    solvent, salt   consumed per mole of lithium metal in films
    film_volume     per mole of it, m3/mol
    solvent_volume, salt_volume   of electrolyte per mole, m3/mol
    mean_volume     of a mole of the solvent mixture, m3/mol
    film_parameter  where film_volume comes from;  parameters: where the others do
    """

    volume: float
    in_pores: float
    concentration: float
    solvent: float
    salt: float
    film_volume: float
    solvent_volume: float
    salt_volume: float
    mean_volume: float
    wetting_time: float
    film_parameter: Parameter
    parameters: tuple[Parameter, ...]

    def inputs(self) -> dict[str, float]:
        """By the parameter names of the PyBaMM model."""
        salt = self.volume * self.concentration
        return {
            "Electrolyte in the pores at assembly [m]": self.in_pores,
            "Free electrolyte at assembly [m]": self.volume - self.in_pores,
            "Salt at assembly [mol.m-2]": salt,
            "Solvent at assembly [mol.m-2]": (self.volume - salt * self.salt_volume) / self.mean_volume,
            "Solvent per lithium in films": self.solvent,
            "Salt per lithium in films": self.salt,
            "Solvent molar volume [m3.mol-1]": self.solvent_volume,
            "Salt molar volume [m3.mol-1]": self.salt_volume,
            "Wetting time [s]": self.wetting_time,
        }


def consumption(cell: Cell, cathode_pores: float) -> Consumption:
    """The electrolyte of a cell as an amount.

    cathode_pores  volume of the pores of the cathode per area, m
    """
    electrolyte = cell.electrolyte
    amount = electrolyte_amount(cell)
    shares = _shares(electrolyte)
    pores = cell.separator.property("porosity").value * cell.separator.thickness.value + cathode_pores
    mixed = {
        kind: sum(share * _of(name, kind) for name, share in shares.items()) for kind in ("solvent", "salt", "film_volume")
    }
    given = cell.counter_foil.ageing.film_molar_volume
    computed = Quantity(mixed["film_volume"], "m3/mol", None, None, "computed", "shares of the film reactions")
    salt_volume, wetting = lookup("solutions.salt_volume").quantity("m3/mol"), lookup("solutions.wetting_time").quantity("s")
    rows = [Parameter("electrolyte.amount", amount, electrolyte.amount is not None or electrolyte.per_capacity is not None)]
    for name, share in shares.items():
        quantity = lookup(f"solutions.{name}.share").quantity("1")
        is_given = electrolyte.film_reactions is not None
        rows.append(Parameter(f"electrolyte.film_reactions.{name}", Quantity(share, "1") if is_given else quantity, is_given))
    rows += [Parameter("electrolyte.salt_volume", salt_volume, False), Parameter("electrolyte.wetting_time", wetting, False)]
    return Consumption(
        volume=amount.value,
        in_pores=min(amount.value, pores),
        concentration=electrolyte.concentration.value,
        solvent=mixed["solvent"],
        salt=mixed["salt"],
        film_volume=mixed["film_volume"] if given is None else given.value,
        solvent_volume=molar_volume("EC") if "EC" in electrolyte.solvent else mean_molar_volume(electrolyte),
        salt_volume=salt_volume.value,
        mean_volume=mean_molar_volume(electrolyte),
        wetting_time=wetting.value,
        film_parameter=Parameter("counter.ageing.film_molar_volume", given or computed, given is not None),
        parameters=tuple(rows),
    )


def electrolyte_amount(cell: Cell) -> Quantity:
    """Electrolyte per area, m: what the cell gives, per area or per capacity of its cathode, else what the data tables say."""
    electrolyte = cell.electrolyte
    if electrolyte.amount is not None:
        return electrolyte.amount
    if electrolyte.per_capacity is not None and isinstance(cell.working, Cathode):
        return Quantity(electrolyte.per_capacity.value * cell.working.practical_capacity, "m", status="computed",
                        source="electrolyte.per_capacity times the capacity of the cathode")  # fmt: skip
    return lookup("solutions.amount").quantity("m")


def _shares(electrolyte: Electrolyte) -> Mapping[str, float]:
    """Shares of the reactions, per lithium metal: those that the cell gives, else those of the data tables."""
    given = electrolyte.film_reactions
    return given if given is not None else {name: lookup(f"solutions.{name}.share").number for name in FILM_REACTIONS}


def _of(reaction: str, kind: str) -> float:
    return lookup(f"solutions.{reaction}.{kind}").to("m3/mol" if kind == "film_volume" else "1")


def molar_volume(solvent: str) -> float:
    """Volume of a mole of a solvent, molar mass over density, m3/mol; a usual one for a solvent without a record."""
    if f"solutions.{solvent}.density" not in records():
        return lookup("solutions.solvent_volume").to("m3/mol")
    return lookup(f"solutions.{solvent}.molar_mass").to("kg/mol") / lookup(f"solutions.{solvent}.density").to("kg/m3")


def mean_molar_volume(electrolyte: Electrolyte) -> float:
    """Volume of a mole of the solvent mixture, m3/mol."""
    if electrolyte.basis == "volume":
        return 1 / sum(share / molar_volume(name) for name, share in electrolyte.solvent.items())
    moles = {name: share / _molar_mass(name) for name, share in electrolyte.solvent.items()}
    return sum(n * molar_volume(name) for name, n in moles.items()) / sum(moles.values())


def _molar_mass(solvent: str) -> float:
    """kg/mol; that of a carbonate for a solvent without a record."""
    identifier = f"solutions.{solvent}.molar_mass"
    return lookup(identifier if identifier in records() else "solutions.DMC.molar_mass").to("kg/mol")
