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
from lithoscope.studies.tables import ensembles, ledgers, moves, opened

if TYPE_CHECKING:
    from lithoscope.studies.claims import Claims
    from lithoscope.studies.perovskite.findings import Findings

REMARK = (
    "Priors where the paper is silent, and the tolerance of what it reports. The two resistances are read independently; "
    "the two films err alike, since their solutions are as 1 : 2. The electrolyte, EC:DMC 1:1 by volume, is 55 % of EC by "
    "weight (1.32 and 1.07 g/mL) where the transport properties were measured at 50 %; they are used as they are."
)
"""Below the table of what is open."""

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
    designs = ensembles({f"first cycle, {material}": each for material, each in found.ensembles.sweeps.items()})
    books = ledgers(found.runs, "five cycles")
    return _calibrated(found, claims), books, opened(found.ranges, REMARK), *_moves(found), designs


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


def _moves(found: Findings) -> tuple[Table, ...]:
    predictions = {f"overpotential, {m} / mV": found.overpotential[m] for m in MATERIALS}
    predictions |= {f"arc in the window, {m} / ohm": found.arc[m] for m in MATERIALS}
    predictions["overpotential of MAPbCl3 over MASnCl3"] = found.ratio
    return moves(predictions, found.sensitivities)
