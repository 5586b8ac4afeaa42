"""The paper's conditions, checked where arithmetic can: inputs that fit together, and one that does not."""

from __future__ import annotations

from collections.abc import Callable

from lithoscope.constants import FARADAY
from lithoscope.data import lookup
from lithoscope.studies.claims import Claim, Claims
from lithoscope.studies.verdict import Verdict, Word, stated
from lithoscope.units import MAH_PER_CM2

CARBON_PER_LITHIUM = 6
MOLAR_MASS = {"C": 12.011, "MACl": 67.52, "SnCl2": 189.62}
"""g/mol, from standard atomic weights (IUPAC 2021)."""

LTO_CAPACITY, LCO_CAPACITY = 175.0, 140.0
"""Theoretical capacity of Li4Ti5O12 and the practical one of LiCoO2 to 4.2 V, mAh/g."""


def _numbers(claim: Claim) -> list[float]:
    return [float(value) for value in claim.values]


def _capacity(claim: Claim, _: Claims) -> tuple[Word, str]:
    lithium = FARADAY / 3.6 / lookup("lithium.molar_mass").number
    graphite = FARADAY / 3.6 / (CARBON_PER_LITHIUM * MOLAR_MASS["C"])
    return Word.INPUT, f"F / (3.6 M) gives {lithium:.0f} mAh/g for lithium and {graphite:.0f} mAh/g for LiC6."


def _films(claim: Claim, claims: Claims) -> tuple[Word, str]:
    thin, thick = _numbers(claim)
    half = _numbers(claims["perovskite.prec"])[0]
    return Word.INPUT, f"The thicknesses are as 1 : {thick / thin:g}, and so are the precursors, {half:g} and 1 mol/L."


def _matrix(claim: Claim, _: Claims) -> tuple[Word, str]:
    low, high = (5 * value for value in _numbers(claim))
    return Word.INPUT, f"5 h at these current densities are {low:g} to {high:g} mAh/cm2."


def _headline(claim: Claim, claims: Claims) -> tuple[Word, str]:
    capacity, current = _numbers(claim)
    highest = max(_numbers(claims["perovskite.plate.rates"]))
    fits = abs(5 * current - capacity) <= 0.05 * capacity
    note = (
        f"The results deposit for 5 h: {current:g} mA/cm2 for 5 h are {5 * current:g} mAh/cm2, not {capacity:g}. "
        f"{capacity:g} mAh/cm2 need {highest:g} mA/cm2 for {capacity / highest:g} h, or {capacity / current:g} h at "
        f"{current:g} mA/cm2."
    )
    return (Word.INPUT if fits else Word.INCONSISTENT), note


def _pressure(claim: Claim, _: Claims) -> tuple[Word, str]:
    pressure = _numbers(claim)[0] / 100
    record = lookup("lithium.yield_strength")
    return Word.INPUT, (
        f"{pressure:g} MPa is below the yield strength of lithium, {record.low:g} to {record.high:g} MPa: contact must "
        "come from creep of asperities or from the reaction, not from plastic flow of the foil."
    )


def _loading(claim: Claim, _: Claims) -> tuple[Word, str]:
    capacity = _numbers(claim)[0] * LTO_CAPACITY / 1000
    return Word.INPUT, f"At {LTO_CAPACITY:g} mAh/g this is {capacity:.2f} mAh/cm2, and 5 C is {5 * capacity:.1f} mA/cm2."


def _full_cell(claim: Claim, _: Claims) -> tuple[Word, str]:
    cathode, thickness, foil = _numbers(claim)
    molar_volume = lookup("lithium.molar_volume").to("m3/mol")
    dense = thickness * 1e-6 * FARADAY / molar_volume / MAH_PER_CM2
    return Word.INPUT, (
        f"{thickness:g} um of dense lithium are {dense:.1f} mAh/cm2 ({foil:g} stated), {dense / cathode:.1f} times the "
        f"cathode; 20 mg/cm2 of LiCoO2 at {LCO_CAPACITY:g} mAh/g are {20 * LCO_CAPACITY / 1000:g} mAh/cm2."
    )


def _lean(claim: Claim, _: Claims) -> tuple[Word, str]:
    grams = _numbers(claim)[0] * lookup("practice.electrolyte_density").number
    usual = lookup("practice.electrolyte_lean_vehicle")
    return Word.INPUT, (
        f"{grams:.0f} g/Ah, {grams / (usual.high or usual.number):.0f} to {grams / usual.number:.0f} times what vehicle "
        "cells hold: the cell is flooded, and drying out cannot explain a failure after 20 cycles."
    )


def _separator(claim: Claim, _: Claims) -> tuple[Word, str]:
    return Word.INPUT, "No product of that name could be identified; porosity and MacMullin number are priors with ranges."


def _instrument(claim: Claim, _: Claims) -> tuple[Word, str]:
    return Word.INPUT, "The same range of frequencies is simulated; what lies outside it is drawn dotted."


def _window(claim: Claim, claims: Claims) -> tuple[Word, str]:
    top = _numbers(claim)[0]
    peaks = _numbers(claims["perovskite.cv.intercalation_sn"])
    outside = [peak for peak in peaks if peak > top]
    note = f"The insertion peaks reported at {' and '.join(f'{p:g} V' for p in outside)} lie above the stated {top:g} V."
    return (Word.INCONSISTENT if outside else Word.INPUT), note


def _precursor(claim: Claim, _: Claims) -> tuple[Word, str]:
    chloride, tin = 0.338 / MOLAR_MASS["MACl"] * 100, 0.948 / MOLAR_MASS["SnCl2"] * 100
    return Word.INPUT, f"0.338 g and 0.948 g in 10 mL are {chloride:.3f} mol/L of MACl and {tin:.3f} mol/L of SnCl2."


CHECKS: dict[str, Callable[[Claim, Claims], tuple[Word, str]]] = {
    "perovskite.li.capacity": _capacity,
    "perovskite.film.thickness_sn": _films,
    "perovskite.plate.rates": _matrix,
    "perovskite.plate.headline": _headline,
    "perovskite.transfer.pressure": _pressure,
    "perovskite.lto.loading": _loading,
    "perovskite.lco.conditions": _full_cell,
    "perovskite.lco.lean": _lean,
    "perovskite.el.sep": _separator,
    "perovskite.eis.range": _instrument,
    "perovskite.cv.window": _window,
    "perovskite.prec": _precursor,
}

NOT_TESTABLE = {
    "perovskite.film.orientation": "A measured texture; it enters a model as an orientation.",
    "perovskite.xps.sn": "Reference binding energies; core levels are not modelled.",
}


def checked(claims: Claims) -> dict[str, Verdict]:
    """The verdicts that need no run, by claim."""
    verdicts = {}
    for identifier, check in CHECKS.items():
        word, note = check(claims[identifier], claims)
        verdicts[identifier] = stated(claims[identifier], word, note)
    for identifier, reason in NOT_TESTABLE.items():
        verdicts[identifier] = stated(claims[identifier], Word.NOT_TESTABLE, reason)
    return verdicts
