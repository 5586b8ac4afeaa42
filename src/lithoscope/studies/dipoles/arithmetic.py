"""What arithmetic and data tables say without a run: constants, one layer of anions, what a stress makes, and what is open."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING

from lithoscope.constants import BOLTZMANN, ELEMENTARY_CHARGE, FARADAY, VACUUM_PERMITTIVITY, thermal_voltage
from lithoscope.data import lookup
from lithoscope.design.polar import PolarFilm
from lithoscope.physics.double_layer.model import DoubleLayer
from lithoscope.physics.double_layer.params import devonshire
from lithoscope.physics.laws.double_layer import image_energy
from lithoscope.physics.laws.ferroelectric import spontaneous_polarisation, stiffness
from lithoscope.studies.dipoles.layers import PER_NM2, STERN, TEMPERATURE, electrolyte_ranges, layer
from lithoscope.studies.ranges import Point, Range, at_values, explore, from_data
from lithoscope.studies.verdict import Prediction, Verdict, Word, stated, with_numbers

if TYPE_CHECKING:
    from lithoscope.studies.claims import Claim, Claims

AMOUNT, FLUORINES, PIEZO, STRESS = "anions in one layer", "fluorine that an anion leaves", "piezoelectric coefficient", "stress"
"""Names of what is open."""

COMPOUNDS = ("LiF", "Li2O", "Li2CO3")
"""Inorganic solids beside which an organic one is held: those that every film has. Li3N is a case of its own."""

IMAGE_DISTANCE_NM, IMAGE_LIQUID, IMAGE_SOLID = 0.4, 30.0, 1000.0
"""Nearest distance of a lithium ion from the film, and the permittivities on both sides."""


def layer_ranges() -> tuple[Range, ...]:
    """What is open about one layer of anions."""
    low, high = lookup("double_layer.adsorption_sites").low, lookup("double_layer.adsorption_sites").high
    assert low is not None  # the table gives a range
    assert high is not None
    polymer = lookup("ferroelectrics.P(VDF-TrFE).polarisation").to("C/m2") / ELEMENTARY_CHARGE * 1e-18
    ceramic = lookup("ferroelectrics.BaTiO3.polarisation").to("C/m2") / ELEMENTARY_CHARGE * 1e-18
    return (
        Range(
            AMOUNT, "Γ", ceramic, min(polymer, low), high, "1/nm2", "what the charge of a film holds, up to all sites", "prior"
        ),
        Range(FLUORINES, "-", 3.0, 1.0, 6.0, "1", "three by the network of reactions, six if all of it", "prior"),
    )


def layer_thickness(point: Point) -> float:
    """LiF that one layer of anions leaves, nm."""
    return point[AMOUNT] / PER_NM2 * point[FLUORINES] * lookup("sei.LiF.molar_volume").to("m3/mol") * 1e9


def piezo_ranges() -> tuple[Range, ...]:
    """What is open about a stressed film."""
    stern = next(r for r in electrolyte_ranges() if r.name == STERN)
    return (
        Range(PIEZO, "d33", 85.0, 30.0, 300.0, "pC/N", "from a polymer to a ceramic; not checked", "prior"),
        Range(STRESS, "σ", 1.0, 0.1, 10.0, "MPa", "lithium yields at about 0.7 MPa; a stack is pressed harder", "prior"),
        stern,
    )


def piezo_potential(point: Point) -> float:
    """Potential that a stress puts on the face of a film beside the electrolyte, over RT/F.

    The polarisation d33 sigma is that of a film of fixed polarisation in short circuit with the lithium.
    """
    charge = point[PIEZO] * 1e-12 * point[STRESS] * 1e6
    stressed = PolarFilm("stressed film", "200 nm", response="fixed", polarisation=f"{charge!r} C/m2",
                         coercive_field="1e7 V/m", viscosity="2 ohm m", permittivity=10.0)  # fmt: skip
    quoted = at_values(electrolyte_ranges())
    found = layer({**quoted, STERN: point[STERN]}, stressed).static()
    return float(found["surface_potential"]) / thermal_voltage(TEMPERATURE)


TAKEN_APART: Mapping[str, Mapping[str, tuple[Mapping[str, float], int]]] = {
    "BaTiO3": {
        "Ti": ({"BaO": 1, "Li2O": 2}, 4),
        "TiO": ({"BaO": 1, "TiO": 1, "Li2O": 1}, 2),
        "Ti2O3": ({"BaO": 1, "Ti2O3": 0.5, "Li2O": 0.5}, 1),
    },
    "PbTiO3": {"Pb": ({"TiO2": 1, "Li2O": 1}, 2)},
}
"""What lithium makes of an oxide, by what its metal is reduced to: the other products, and the electrons (BaTiO3 + 4 Li)."""


def taken_apart(oxide: str) -> Prediction:
    """Potential against lithium below which an oxide is reduced, V: the highest of all ways, above zero if lithium does it.

    Ways that are not in the tables could only raise it: above zero it is sufficient, below zero it says nothing.
    """
    ways = [reduced(oxide, to) for to in TAKEN_APART[oxide]]
    value, low, high = (max(getattr(way, name) for way in ways) for name in ("value", "low", "high"))
    return Prediction(value, low, high, "energies of formation")


def reduced(oxide: str, to: str) -> Prediction:
    """Potential against lithium below which an oxide is reduced to one phase, V: -dG/(n F).

    Its interval has every energy of formation at the end that counts against it, or for it.
    """
    products, electrons = TAKEN_APART[oxide][to]
    ranges = {name: lookup(f"oxides.{name}.formation_energy").quantity("J/mol") for name in (oxide, *products)}

    def volts(of: float, made: Mapping[str, float]) -> float:
        return (of - sum(count * made[name] for name, count in products.items())) / (electrons * FARADAY)

    ends = {name: (q.value, q.low if q.low is not None else q.value, q.high if q.high is not None else q.value)
            for name, q in ranges.items()}  # fmt: skip
    value, least, most = (
        volts(ends[oxide][a], {name: ends[name][b] for name in products}) for a, b in ((0, 0), (1, 2), (2, 1))
    )
    return Prediction(value, least, most, "energies of formation")


def axial_permittivity() -> float:
    """Relative permittivity of barium titanate along its polar axis, from its Landau coefficients."""
    law = devonshire("BaTiO3").at(TEMPERATURE)
    background = lookup("ferroelectrics.BaTiO3.background_permittivity").number
    return background + 1 / (float(stiffness(law, spontaneous_polarisation(law))) * VACUUM_PERMITTIVITY)


def conductivity_ratio() -> Prediction:
    """Conductivity of the organic salt of ethylene carbonate over that of inorganic solids, by the data tables."""
    organic = from_data("LEDC", "-", "S/cm", "sei.LEDC.conductivity")
    solids = [from_data(name, "-", "S/cm", f"sei.{name}.conductivity") for name in COMPOUNDS]
    return Prediction(
        organic.value / max(each.value for each in solids),
        organic.low / max(each.high for each in solids),
        organic.high / min(each.low for each in solids),
        "conductivity of each compound",
    )


def image() -> float:
    """Energy of a lithium ion by its image in the film, kT."""
    energy = image_energy(IMAGE_LIQUID, IMAGE_SOLID, IMAGE_DISTANCE_NM * 1e-9)
    return energy / (BOLTZMANN * TEMPERATURE)


def _capacity(claim: Claim) -> str:
    return f"F / (3.6 M) gives {FARADAY / 3.6 / lookup('lithium.molar_mass').number:.0f} mAh/g."


def _potential(claim: Claim) -> str:
    return "A reference constant: voltages here are counted against lithium itself."


INPUTS: dict[str, Callable[[Claim], str]] = {
    "dipoles.fd.li.capacity": _capacity,
    "dipoles.fd.li.potential": _potential,
}

NOT_TESTABLE = {
    "dipoles.fd.energy500": "The paper states no cell with this energy; with a cell, `lithoscope.energy_density` counts it.",
}


def checked(claims: Claims) -> dict[str, Verdict]:
    """The verdicts that need no run, by claim."""
    made = {name: stated(claims[name], Word.INPUT, note(claims[name])) for name, note in INPUTS.items()}
    made |= {name: stated(claims[name], Word.NOT_TESTABLE, reason) for name, reason in NOT_TESTABLE.items()}
    return (
        made
        | {name: _open(claims[name], note()) for name, note in PARTS.items()}
        | {
            "dipoles.fd.epsr": _permittivity(claims["dipoles.fd.epsr"]),
            "dipoles.fd.solvation_loosen": _image(claims["dipoles.fd.solvation_loosen"]),
        }
    )


def _open(claim: Claim, note: str) -> Verdict:
    return stated(claim, Word.PENDING, f"{note} Needs {claim.needs}.")


def _conducting() -> str:
    parts = [f"{name} {lookup(f'sei.{name}.conductivity').number:.0e}" for name in (*COMPOUNDS, "Li3N", "LEDC")]
    return (
        f"Priors of the data tables, in S/cm: {', '.join(parts)}. By them Li3N conducts better than an organic film and LiF "
        "far worse: the word inorganic does not decide it."
    )


def _order() -> str:
    volts = {name: lookup(f"reactions.{name}.potential").number for name in REDUCED}
    parts = ", ".join(f"{REDUCED[name]} {volt:g}" for name, volt in volts.items())
    return (
        f"Priors, in V against lithium: {parts}. So it is put in for carbonates with PF6-, and the opposite is put in for "
        "ethers with imides or nitrate, and for an additive such as FEC."
    )


REDUCED = {
    "EC_LEDC": "EC", "DMC_LMC": "DMC", "PF6_LiF": "PF6-", "DOL_PolyDOL": "DOL", "DME_LiOCH3": "DME",
    "TFSI_CF3SO2Li": "TFSI-", "NO3_LiNO2": "nitrate",
}  # fmt: skip
"""Reactions by what they reduce."""


def _tunnelling() -> str:
    oxide, fluoride = (lookup(f"sei.{name}.tunnelling_decay") for name in ("Li2O", "LiF"))
    return (
        f"The decay of electrons is a prior: {oxide.number:g} {oxide.unit} in Li2O and {fluoride.number:g} in LiF, so that "
        "Li2O has to be thicker to hold back as much."
    )


PARTS: dict[str, Callable[[], str]] = {
    "dipoles.sei.inorganic_good": _conducting,
    "dipoles.sei.solvent_first": _order,
    "dipoles.fd.li2o": _tunnelling,
}
"""Claims that stay open, with what the data tables put in."""


def _permittivity(claim: Claim) -> Verdict:
    value = axial_permittivity()
    alone = float(DoubleLayer(film=PolarFilm("BaTiO3", "200 nm"), facing="metal").static()["polarisation"])
    note = (
        f"Along the polar axis its coefficients give {value:.0f} (at {alone:.3f} C/m2), {float(claim.values[0]) / value:.0f} "
        "times less than reported; a film that is polarised towards the electrolyte answers it with this one. The large "
        f"number is that across the axis. Needs {claim.needs}."
    )
    return with_numbers(stated(claim, Word.PENDING, note), [Prediction(value, value, value)])


def _image(claim: Claim) -> Verdict:
    value = image()
    note = (
        f"As an image charge a film of permittivity {IMAGE_SOLID:g} pulls a lithium ion at {IMAGE_DISTANCE_NM:g} nm with "
        f"{value:.2f} kT, and half of that at twice the distance, in a liquid of {IMAGE_LIQUID:g}; the sheath is held by "
        f"tens of kT, in the liquid, whose permittivity is not that of the film. Needs {claim.needs}."
    )
    return stated(claim, Word.PENDING, note)


def preadsorbed() -> tuple[Prediction, float]:
    """LiF that one layer of anions leaves, nm, and anions per nm2 at the quoted value."""
    prediction, _ = explore(layer_thickness, layer_ranges(), calibrated=(), run=None)
    return prediction, at_values(layer_ranges())[AMOUNT]


def stressed() -> Prediction:
    """Potential that stress puts on the face of a film, over RT/F."""
    return explore(piezo_potential, piezo_ranges(), calibrated=(), run=None)[0]
