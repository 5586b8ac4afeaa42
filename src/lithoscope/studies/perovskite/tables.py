"""The answer in words, and the tables of the report."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lithoscope.physics.cell.params import numbers
from lithoscope.physics.laws.kinetics import charge_transfer_resistance
from lithoscope.studies.outcome import Table
from lithoscope.studies.perovskite.cells import MATERIALS, TEMPERATURE, calibrated_cell
from lithoscope.units import MAH_PER_CM2

if TYPE_CHECKING:
    from lithoscope.studies.claims import Claims
    from lithoscope.studies.perovskite.findings import Findings

SQUARE_CM = 1e4
"""ohm m2 -> ohm cm2"""


def answer(found: Findings, claims: Claims) -> str:
    """What the study found, in one paragraph."""
    p, area = found.overpotential, found.point["electrode area"]
    reported = float(claims["perovskite.sym.overpotential_msc"].values[0])
    return (
        f"The spectra and the voltages of the coated cells do not fit together. {found.reported.tin:g} and "
        f"{found.reported.lead:g} Ω imply {p['MASnCl3'].value:.0f} and {p['MAPbCl3'].value:.0f} mV at 1 mA/cm² on a disc "
        f"of {area:g} cm² ({p['MASnCl3'].low:.0f} to {p['MASnCl3'].high:.0f} and {p['MAPbCl3'].low:.0f} to "
        f"{p['MAPbCl3'].high:.0f} mV over all open parameters), both are reported as {reported:g} mV, and no electrode "
        f"area gives both: their ratio is {found.ratio.low:.2f} to {found.ratio.high:.2f} whatever the area. {reported:g} "
        f"mV need {found.area_needed['MASnCl3']:.2f} cm² for one cell and {found.area_needed['MAPbCl3']:.2f} cm² for the "
        f"other. Either the interface resistance falls on cycling, to {_after_cycling(found, reported):.0f} Ω on {area:g} "
        "cm² in both cells, or the discs differ: a spectrum after cycling would decide. The film conductivity that the "
        "spectra imply needs about one mobile lithium per unit cell with the computed barrier."
    )


def _after_cycling(found: Findings, reported: float) -> float:
    """Interface resistance of a cell that shows the reported overpotential, ohm, counting what the electrolyte takes."""
    area = found.point["electrode area"]
    electrolyte = float(found.runs["MASnCl3"].spectra[0]["electrolyte_real_impedance"][-1]) * SQUARE_CM
    return (reported - electrolyte) / area


def all_tables(found: Findings) -> tuple[Table, ...]:
    """Calibrated numbers, ledgers, open parameters, sensitivities."""
    return _calibrated(found), _ledgers(found), _open(found), *_moves(found)


def _calibrated(found: Findings) -> Table:
    rows = []
    for material in MATERIALS:
        face = numbers(calibrated_cell(material, found.reported, found.point)).working
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
        "conductivity of 1e-8 S/cm; under the coating the spectra leave a tenth of that."
    )
    return Table("What was calibrated", columns, tuple(rows), remark)


def _ledgers(found: Findings) -> Table:
    rows = []
    for material in MATERIALS:
        ledger = found.runs[material].ledger
        for name, r in ledger.reservoirs.items():
            amounts = (f"{x / MAH_PER_CM2:.5f}" for x in (r.initial, r.final, r.passed))
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
    rows = tuple((r.name, r.symbol, f"{r.value:g}", f"{r.low:g} to {r.high:g}", r.unit, r.source) for r in found.ranges)
    return Table("What nobody measured", ("parameter", "symbol", "value", "range", "unit", "source"), rows)


def _moves(found: Findings) -> tuple[Table, ...]:
    tables = []
    predictions = {f"overpotential, {m} / mV": found.overpotential[m] for m in MATERIALS}
    predictions |= {f"arc in the window, {m} / ohm": found.arc[m] for m in MATERIALS}
    predictions["overpotential of MAPbCl3 over MASnCl3"] = found.ratio
    for key, prediction in predictions.items():
        ranked = sorted(found.sensitivities[key], key=lambda s: -s.swing)
        rows = tuple((s.parameter, f"{s.at_low:.4g}", f"{s.at_high:.4g}", f"{s.swing:.3g}") for s in ranked)
        ends = f"{prediction.low:.4g} to {prediction.high:.4g}"
        remark = f"{prediction.value:.4g} at the quoted values; {ends} over all ranges together."
        tables.append(Table(f"Sensitivity: {key}", ("parameter", "at its low end", "at its high end", "swing"), rows, remark))
    return tuple(tables)
