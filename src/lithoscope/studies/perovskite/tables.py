"""The answer in words, and the tables of the report."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lithoscope.physics.cell.params import numbers
from lithoscope.physics.laws.kinetics import charge_transfer_resistance
from lithoscope.studies.outcome import Table
from lithoscope.studies.perovskite.cells import (
    AREA,
    MATERIALS,
    TEMPERATURE,
    calibrated_cell,
    conductivity_at,
    mobile_lithium,
)
from lithoscope.studies.perovskite.findings import COATED_SPECTRA, LEAD, TIN
from lithoscope.studies.ranges import leading
from lithoscope.units import MAH_PER_CM2

if TYPE_CHECKING:
    from lithoscope.studies.claims import Claims
    from lithoscope.studies.perovskite.findings import Findings

SQUARE_CM = 1e4
"""ohm m2 -> ohm cm2"""


def answer(found: Findings, claims: Claims) -> str:
    """What the study found, in one paragraph."""
    p, area, R = found.overpotential, found.point[AREA], found.reported
    reported = float(claims[TIN].values[0])
    widest = claims[LEAD].band(0).high / claims[TIN].band(0).low
    fewest, most = mobile_lithium(conductivity_at(R, found.point))
    return (
        f"The spectra and the voltages of the coated cells do not fit together. {R.tin:g} and {R.lead:g} ohm imply "
        f"{p['MASnCl3'].value:.0f} and {p['MAPbCl3'].value:.0f} mV at 1 mA/cm2 on a disc of {area:g} cm2 "
        f"({p['MASnCl3'].low:.0f} to {p['MASnCl3'].high:.0f} and {p['MAPbCl3'].low:.0f} to {p['MAPbCl3'].high:.0f} mV over "
        f"all open parameters), both are reported as {reported:g} mV, and no electrode area gives both: their ratio is "
        f"{found.ratio.low:.2f} to {found.ratio.high:.2f} whatever the area, while two voltages of {reported:g} mV within "
        f"{claims[TIN].tolerance} differ by {widest:.2f} at most. With {claims[COATED_SPECTRA].tolerance} on each resistance "
        f"the margin is as small as {found.ratio.low / widest - 1:.1%}. {reported:g} mV need "
        f"{found.area_needed['MASnCl3']:.2f} cm2 for one cell and {found.area_needed['MAPbCl3']:.2f} cm2 for the other. Either "
        f"the interface resistance falls on cycling, to {_after_cycling(found, reported):.0f} ohm on {area:g} cm2 in both "
        "cells, or the discs differ: a spectrum after cycling would decide. If the reported resistances are only what the "
        f"instrument shows below 100 kHz, the voltages rise to {found.hidden['MASnCl3']:.0f} and "
        f"{found.hidden['MAPbCl3']:.0f} mV and lie further apart. The film conductivity that the spectra imply needs "
        f"{fewest:.2g} to {most:.2g} mobile lithium per unit cell with the computed barrier, depending on an attempt frequency "
        f"that nobody knows. For the bare cell the paper gives no voltage; {p['bare'].value:.0f} mV are predicted here."
    )


def _after_cycling(found: Findings, reported: float) -> float:
    """Interface resistance of a cell that shows the reported overpotential, ohm, counting what the electrolyte takes."""
    area = found.point[AREA]
    electrolyte = float(found.runs["MASnCl3"].spectra[0]["electrolyte_real_impedance"][-1]) * SQUARE_CM
    return (reported - electrolyte) / area


def all_tables(found: Findings, claims: Claims) -> tuple[Table, ...]:
    """Calibrated numbers, ledgers, open parameters, sensitivities."""
    return _calibrated(found, claims), _ledgers(found), _open(found), *_moves(found)


def _calibrated(found: Findings, claims: Claims) -> Table:
    rows = []
    for material in MATERIALS:
        face = numbers(calibrated_cell(material, claims, found.point)).working
        film = sum(film.resistance for film in face.films) * SQUARE_CM
        transfer = charge_transfer_resistance(face.exchange_current_density, TEMPERATURE) * SQUARE_CM
        native = face.native_film_resistance * SQUARE_CM
        sigma = f"{face.films[0].conductivity / 100:.3g}" if face.films else "-"
        rows.append(
            (material, f"{found.reported.resistance(material):g}", f"{film:.1f}", f"{native:.1f}", f"{transfer:.1f}", sigma)
        )
    columns = (
        "cell",
        "reported / Ω",
        "film / Ω cm²",
        "native film / Ω cm²",
        "charge transfer / Ω cm²",
        "σ of the film / S cm⁻¹",
    )
    remark = (
        "One face of each cell, at the quoted values of the open parameters. The split between native film and charge "
        "transfer rests on the exchange current density, a prior. A native film of 15 nm has 150 Ω cm² at the prior "
        "conductivity of 1e-8 S/cm; under the coating the spectra leave a tenth of that. A coated cell whose native film is "
        "left at the prior therefore shows 335 mV at 1 mA/cm2 and not 71 mV."
    )
    return Table("What was calibrated", columns, tuple(rows), remark)


def _ledgers(found: Findings) -> Table:
    rows = []
    for material in MATERIALS:
        ledger = found.runs[material].ledger
        for name, r in ledger.reservoirs.items():
            amounts = (f"{x / MAH_PER_CM2:z.5f}" for x in (r.initial, r.final, r.passed))
            rows.append((material, name.replace("_lithium", "").replace("_", " "), *amounts, f"{r.mismatch:.0e}"))
        rows.append((material, "total", f"{ledger.initial / MAH_PER_CM2:.5f}", "", "", f"{ledger.residual:.0e}"))
    columns = ("cell", "reservoir", "start / mAh cm⁻²", "end / mAh cm⁻²", "passed / mAh cm⁻²", "closes to")
    remark = (
        "Where the lithium is after five cycles. A reservoir closes to the difference between its change and the "
        "quadrature of its flux, relative to what passed; the total to its largest change at any solved time, relative "
        "to the inventory."
    )
    return Table("Ledger", columns, tuple(rows), remark)


def _open(found: Findings) -> Table:
    rows = tuple(
        (r.name, r.symbol, r.quoted, r.extent, "" if r.unit == "1" else r.unit, f"{r.source} ({r.status or 'open'})")
        for r in found.ranges
    )
    remark = (
        "Priors where the paper is silent, and the tolerance of what it reports. The two resistances are read independently; "
        "the two films err alike, since their solutions are as 1 : 2. The electrolyte, EC:DMC 1:1 by volume, is 55 % of EC by "
        "weight (1.32 and 1.07 g/mL) where the transport properties were measured at 50 %; they are used as they are."
    )
    return Table("What is open", ("parameter", "symbol", "value", "range", "unit", "source"), rows, remark)


def _moves(found: Findings) -> tuple[Table, ...]:
    tables = []
    predictions = {f"overpotential, {m} / mV": found.overpotential[m] for m in MATERIALS}
    predictions |= {f"arc in the window, {m} / ohm": found.arc[m] for m in MATERIALS}
    predictions["overpotential of MAPbCl3 over MASnCl3"] = found.ratio
    for key, prediction in predictions.items():
        rows = tuple(
            (s.parameter, f"{s.at_low:.4g}", f"{s.at_high:.4g}", f"{s.swing:.3g}") for s in leading(found.sensitivities[key])
        )
        ends = f"{prediction.low:.4g} to {prediction.high:.4g}"
        remark = (
            f"{prediction.value:.4g} at the quoted values; {ends} over all ranges together. Every other parameter moves it by "
            "less than 1 % of what the first does."
        )
        tables.append(Table(f"Sensitivity: {key}", ("parameter", "at its low end", "at its high end", "swing"), rows, remark))
    return tuple(tables)
