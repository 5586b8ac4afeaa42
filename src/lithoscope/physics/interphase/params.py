"""What the interphase scale needs to know: every number of a network, a film and a liquid, with where it comes from."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from lithoscope.constants import AVOGADRO, ELEMENTARY_CHARGE, FARADAY, thermal_voltage
from lithoscope.data import lookup, records
from lithoscope.errors import InputError, nearest
from lithoscope.physics.cell.params import Parameter, transport_law
from lithoscope.physics.interphase.equations import ABOVE_LARGEST, Chemistry, Face, Solids, Stock, Supply
from lithoscope.physics.interphase.film import Properties
from lithoscope.physics.interphase.galvanic import metal_of
from lithoscope.physics.interphase.network import ADSORBED, CATION, Network, adsorbed_name, lithium_network
from lithoscope.physics.interphase.polarised import face_of
from lithoscope.physics.interphase.rates import RateLaw, quickened, rate_table
from lithoscope.physics.laws.kinetics import arrhenius

if TYPE_CHECKING:
    from lithoscope.design import Cell
    from lithoscope.physics.interphase.model import Interphase
    from lithoscope.units import Quantity

Array = NDArray[np.float64]

UNIT_ACTIVITY = 1000.0
"""Concentration of a solute at unit activity, mol/m3; that of a solvent is the pure liquid."""

NATIVE = ("Li2CO3", "LiOH", "Li2O")
"""Solids of the film that lithium carries before it meets an electrolyte."""

SUPPLY_UNITS = {
    "electron_permeability": "mol/m/s",
    "tunnelling_current": "A/m2",
    "electron_conductivity": "S/m",
    "outer_permeability": "mol/m/s",
    "contact_gap": "m",
    "outer_porosity": "1",
    "film_reactant_saturation": "mol/m2",
}
"""Records of the table `interphase` that make up the supply, with their SI unit."""


@dataclass(slots=True)
class Numbers:
    """Looks numbers up, or takes what was given, and remembers each."""

    taken: list[Parameter] = field(default_factory=list)

    def __call__(self, record: str, unit: str, given: Quantity | None = None, path: str | None = None) -> float:
        """The value, SI."""
        quantity = given if given is not None else lookup(record).quantity(unit)
        self.taken.append(Parameter(path or record, quantity, given is not None))
        return quantity.value


def solvent_number(name: str, what: str) -> str:
    """The record of a property of a solvent."""
    own = f"solutions.{name}.{what}"
    return own if own in records() else f"interphase.solvents.{name}.{what}"


def pure_concentration(name: str, numbers: Numbers) -> float:
    """Concentration of a pure solvent, mol/m3."""
    density = numbers(solvent_number(name, "density"), "kg/m3")
    return density / numbers(solvent_number(name, "molar_mass"), "kg/mol")


def solvent_fractions(cell: Cell, numbers: Numbers) -> Mapping[str, float]:
    """Volume shares of the solvents. Raises InputError for one that no reaction is known of."""
    known = [name for name, each in lithium_network().species.items() if each.place == "solvent"]
    for name in cell.electrolyte.solvent:
        if name not in known:
            raise InputError(
                f"electrolyte.solvent.{name}", "is a solvent whose reactions with lithium are not known",
                expected=", ".join(known), why="What it leaves on lithium would be missing from the film",
                do=nearest(name, known) or 'Write one of them, e.g. solvent = { EC = 0.5, DMC = 0.5 }',
            )  # fmt: skip
    parts = dict(cell.electrolyte.solvent)
    if cell.electrolyte.basis == "weight":
        parts = {name: share / numbers(solvent_number(name, "density"), "kg/m3") for name, share in parts.items()}
    whole = sum(parts.values())
    return {name: share / whole for name, share in parts.items()}


def anion(salt: str) -> str:
    """The anion of a lithium salt, as the network has it. Raises InputError for one that is not known."""
    name = f"{salt.removeprefix('Li')}-"
    species = lithium_network().species
    if salt.startswith("Li") and name in species:
        return name
    known = [f"Li{each.removesuffix('-')}" for each, found in species.items() if found.charge == -1 and each != "e-"]
    raise InputError("electrolyte.salt", f'= "{salt}" has no known reactions with lithium', expected=", ".join(known),
                     why="What its anion leaves on lithium would be missing from the film",
                     do=nearest(salt, known) or f'Write salt = "{known[0]}"')  # fmt: skip


def concentrations(cell: Cell, model: Interphase, numbers: Numbers) -> dict[str, float]:
    """What the liquid holds at the start, mol/m3 of liquid. Raises InputError for an unknown additive."""
    salt = cell.electrolyte.concentration.value
    found = {name: share * pure_concentration(name, numbers) for name, share in solvent_fractions(cell, numbers).items()}
    found |= {anion(cell.electrolyte.salt): salt, CATION: salt}
    for name, given in ({"H2O": None} | dict(model.additives)).items():
        value = numbers("interphase.water", "mol/m3", given, f"additives.{name}")
        added = dissolved_name(name)
        found[added] = found.get(added, 0.0) + value
        if added.endswith("-"):
            found[CATION] += value
    return {name: value for name, value in found.items() if value > 0}


def dissolved_name(name: str) -> str:
    """The species that an additive brings, e.g. "FEC", "H2O", "LiNO3". Raises InputError naming the nearest one."""
    species = lithium_network().species
    plain = [each for each, found in species.items() if found.place in ("solvent", "solute") and not found.charge]
    salts = {f"Li{each.removesuffix('-')}": each for each, found in species.items() if found.charge == -1 and each != "e-"}
    if name in plain:
        return name
    if name in salts:
        return salts[name]
    names = (*plain, *salts)
    raise InputError(f"additives.{name}", "is not a species that is known", expected=", ".join(names),
                     why="Without its reactions it would leave nothing on lithium",
                     do=nearest(name, names) or 'Write e.g. additives = { FEC = "0.5 mol/L" }')  # fmt: skip


def chemistry(cell: Cell, model: Interphase, numbers: Numbers) -> Chemistry:
    """The network of an electrolyte with all its numbers."""
    held = concentrations(cell, model, numbers)
    net = network_of(held, model)
    for name in model.reactions:
        happening = list(dict.fromkeys(each.name.removesuffix(ADSORBED) for each in net.reactions))
        if name not in happening:
            raise InputError(f"reactions.{name}", "does not happen in this electrolyte", expected=", ".join(happening),
                             why="Its numbers would have no effect", do=nearest(name, happening) or "Leave it out")  # fmt: skip
    depth = numbers("solutions.amount", "m", cell.electrolyte.amount, "electrolyte.amount")
    area = reacting_area(cell, model, numbers)
    T = cell.temperature.value
    alpha = numbers("interphase.transfer_coefficient", "1") if model.rate_law == "butler-volmer" else 0.5
    rate, potential, energy = reaction_numbers(net, model, numbers, depth * UNIT_ACTIVITY / area, T, alpha)
    face = Face(np.zeros(len(rate)))
    if model.ferroelectric is not None:
        face = face_of(model.ferroelectric, cell, net, numbers)
    V_T, high, low = thermal_voltage(T), float(potential.max()), float(potential.min())
    below, above = max(face.potential, 0.0), max(-face.potential, 0.0)
    table = rate_table(
        model.rate_law, list(energy / V_T), alpha, -(high + below) / V_T - 1, (high + ABOVE_LARGEST + above - low) / V_T + 1
    )
    return Chemistry(
        net, potential, rate, table, solids(net, numbers), stock(net, held, depth, area, numbers), supply(model, numbers, T), T,
        face, layer_amount(numbers) if net.adsorbed else 0.0,
    )  # fmt: skip


def network_of(held: Mapping[str, float], model: Interphase) -> Network:
    """The reactions that a liquid and what is adsorbed can feed. Raises InputError for an anion that is not known."""
    there = [adsorbed_anion(name) for name in model.adsorbed]
    whole = lithium_network().with_adsorbed(there, leaving=model.desorption is not None)
    return whole.fed_by([*held, *NATIVE, *(adsorbed_name(name) for name in there)])


def adsorbed_anion(name: str) -> str:
    """An anion that can stand on the surface. Raises InputError naming the nearest one."""
    species = lithium_network().species
    known = [each for each, found in species.items() if found.charge == -1 and each != "e-"]
    if name in known:
        return name
    raise InputError(f"adsorbed.{name}", "is not an anion whose reactions are known", expected=", ".join(known),
                     why="What it leaves on lithium would be missing from the film",
                     do=nearest(name, known) or f'Write e.g. adsorbed = {{ "{known[0]}" = "2.7 umol/m2" }}')  # fmt: skip


def layer_amount(numbers: Numbers) -> float:
    """A full layer of what is adsorbed, mol/m2 of true area."""
    return numbers("double_layer.adsorption_sites", "1/m2") / AVOGADRO


def open_area(cell: Cell, model: Interphase, numbers: Numbers) -> float:
    """True area that meets the electrolyte over the geometric area."""
    area = numbers("lithium.roughness", "1", cell.foil.roughness, "working.roughness")
    return area * (1 - model.ferroelectric.coverage.value) if model.ferroelectric is not None else area


def reacting_area(cell: Cell, model: Interphase, numbers: Numbers) -> float:
    """True area on which the electrolyte reacts, a metal in contact included, over the geometric area of the lithium."""
    metal = metal_of(cell, numbers)
    return open_area(cell, model, numbers) + (metal.area if metal else 0.0)


def reaction_numbers(
    net: Network, model: Interphase, numbers: Numbers, per_time: float, T: float, alpha: float
) -> tuple[Array, Array, Array]:
    """Rates, mol/m2/s of true area, potentials, V, and reorganisation energies, V, of the reactions of a network.

    per_time  mol/m2 of true area at unit activity, which turns the rate of a reaction in the liquid into one per area
    T         K; the activation energies are those at the potential of lithium, see `rates`
    alpha     transfer coefficient, of Butler-Volmer kinetics only
    A full layer of adsorbed anions has the activity of its concentration in a depth of the diameter of an ion.
    """
    rows = []
    packed = 1.0
    if net.adsorbed:
        packed = layer_amount(numbers) / numbers("double_layer.ion_size", "m") / UNIT_ACTIVITY
    bond = numbers("interphase.bond_energy", "J") / ELEMENTARY_CHARGE if model.rate_law == "dissociative" else 0.0
    for each in net.reactions:
        name = each.name.removesuffix(ADSORBED)
        change = model.reactions.get(name)
        path = f"reactions.{name}"
        if set(each.reactants) <= set(net.adsorbed) and not each.electrons:
            assert model.desorption is not None  # without it nothing leaves
            rows.append((model.desorption.value * layer_amount(numbers), 0.0, 1.0))
            continue
        activation = numbers(f"{path}.activation", "J", change.activation if change else None)
        if not each.electrons:
            rows.append((numbers(f"{path}.rate", "1/s") * per_time * arrhenius(activation, T), 0.0, 1.0))
            continue
        rate = numbers(f"{path}.rate", "mol/m2/s", change.rate if change else None)
        rate *= packed if each.name != name else 1.0
        U = numbers(f"{path}.potential", "V", change.potential if change else None)
        energy = numbers(f"{path}.reorganisation", "J", change.reorganisation if change else None) / ELEMENTARY_CHARGE + bond
        rows.append((rate * quickened(model.rate_law, U, energy, alpha, activation, T), U, energy))
    columns = np.array(rows, dtype=float).T
    return columns[0], columns[1], columns[2]


def solids(net: Network, numbers: Numbers) -> Solids:
    """The solids that a network makes, and those of the native film."""
    names = tuple(dict.fromkeys((*net.films, *NATIVE)))
    columns = [[numbers(f"sei.{name}.{what}", unit) for name in names] for what, unit in SOLID_UNITS.items()]
    volume, decay, outer = (np.array([*column, *(0.0 for _ in net.adsorbed)]) for column in columns)
    return Solids((*names, *net.adsorbed), volume, decay, outer)


SOLID_UNITS = {"molar_volume": "m3/mol", "tunnelling_decay": "1/m", "outer_share": "1"}


def stock(net: Network, held: Mapping[str, float], depth: float, area: float, numbers: Numbers) -> Stock:
    """What the liquid holds, per projected area."""
    names = tuple(dict.fromkeys((CATION, *held, *net.dissolved)))
    pairs = numbers("interphase.pair_fraction", "1")
    per_mole = []
    for name in names:
        species = net.species[name]
        pure = pure_concentration(name, numbers) if species.place == "solvent" else UNIT_ACTIVITY
        factor = 0.0 if name == CATION else pairs if species.charge < 0 else 1.0
        per_mole.append(factor / (pure * depth))
    return Stock(names, np.array([held.get(name, 0.0) * depth for name in names]), np.array(per_mole), area)


def supply(model: Interphase, numbers: Numbers, T: float) -> Supply:
    """What passes the film at a temperature, K; tunnelling does not depend on it. Raises InputError if nothing does."""
    given = model.supply
    found = {
        name: numbers(f"interphase.{name}", unit, getattr(given, name, None), f"supply.{name}")
        for name, unit in SUPPLY_UNITS.items()
    }
    inner = 0.0 if given.solvent_permeability is None else given.solvent_permeability.value
    electrons, tunnelling, leakage, outer, gap, porosity, saturation = found.values()
    if not electrons + tunnelling + leakage + inner > 0:
        raise InputError("supply", "lets neither electrons nor solvent through",
                         expected="at least one positive number",
                         why="Without a supply nothing is reduced and the film cannot grow",
                         do='Leave one of them out, or write supply = { electron_permeability = "1e-16 mol/m/s" }')  # fmt: skip
    solid = arrhenius(numbers("interphase.film_activation", "J"), T)
    liquid = arrhenius(numbers("interphase.liquid_activation", "J"), T)
    return Supply(electrons * solid, tunnelling, leakage * solid, outer * liquid, inner * solid, gap, porosity, saturation)


def properties(cell: Cell, chemistry_: Chemistry, numbers: Numbers) -> Properties:
    """What films of these solids do."""
    adsorbed = chemistry_.network.adsorbed
    names = chemistry_.solids.names[: len(chemistry_.solids.names) - len(adsorbed)]
    # What is adsorbed has no volume, so that its numbers have no weight in any mixture.
    conductivity, shear, fracture = (
        np.array([*(numbers(f"sei.{name}.{what}", unit) for name in names), *(1.0 for _ in adsorbed)])
        for what, unit in (("conductivity", "S/m"), ("shear_modulus", "Pa"), ("fracture_strain", "1"))
    )
    conductivity *= arrhenius(numbers("lithium.activation_energy", "J"), cell.temperature.value)
    liquid = float(transport_law(cell).conductivity(cell.electrolyte.concentration.value, cell.temperature.value))
    return Properties(chemistry_.solids, conductivity, shear, fracture, chemistry_.supply.porosity, liquid)


def native_film(names: tuple[str, ...], thickness: Array, volumes: Array, numbers: Numbers) -> Array:
    """Amounts of native films of some thicknesses, mol/m2, shape (films, solids)."""
    share = np.zeros(len(names))
    for name in NATIVE:
        share[names.index(name)] = numbers(f"interphase.native_share_{name}", "1")
    parts = thickness[:, None] * (share / share.sum())
    # What is adsorbed has no volume, and no part in a native film.
    return np.asarray(parts / np.where(volumes > 0, volumes, 1.0))


def adsorbed_stock(model: Interphase, names: tuple[str, ...]) -> Array:
    """What stands on the surface at the start, mol/m2 of true area, shape (solids,)."""
    held = {adsorbed_name(name): amount.value for name, amount in model.adsorbed.items()}
    return np.array([held.get(name, 0.0) for name in names])


def inventory(cell: Cell, numbers: Numbers) -> float:
    """Lithium metal of the foil, C/m2."""
    volume = numbers("lithium.molar_volume", "m3/mol")
    return cell.foil.thickness.value * FARADAY / volume


__all__ = ["Numbers", "RateLaw", "adsorbed_stock", "chemistry", "inventory", "native_film", "properties", "solids", "supply"]
