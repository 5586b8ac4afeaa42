"""The answer in words, and the tables of the report."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lithoscope.studies.host.cells import (
    CAPACITY,
    FIBRES,
    THICK,
    THICKNESS,
    THIN,
    areal_capacity,
    interface,
    lithium_fraction,
    matrix_fraction,
    most_fibres,
)
from lithoscope.studies.host.judging import HOST1, share_for
from lithoscope.studies.outcome import Table
from lithoscope.studies.tables import ensembles, ledgers, moves, opened

if TYPE_CHECKING:
    from lithoscope.studies.claims import Claims
    from lithoscope.studies.host.confine import Confined
    from lithoscope.studies.host.findings import Findings

REMARK = (
    "Priors where the paper is silent, and what it bounds. One set for all predictions: the interface of lithium follows from "
    "the voltage of the bare cell, the lithium fraction from the capacity per gram and the fraction of fibres. The numbers of "
    "the front law that move where lithium goes, and not the voltage, stand in the map."
)


def answer(found: Findings, claims: Claims) -> str:
    """What the short runs say, in one paragraph."""
    p, reported = found.overpotential, float(claims[HOST1].values[0])
    slope = (p[5.0].value - p[1.0].value) / 4
    third, fifth = (float(value) for value in claims["host.overpot.rates"].values)
    steep = (fifth - reported) / 4
    return (
        f"One interface of lithium, set by the {claims['host.overpot.bare'].values[0]:g} mV of the bare cell, and a lithium "
        f"fraction set by the capacity per gram give {p[1.0].value:.0f}, {p[3.0].value:.0f} and {p[5.0].value:.0f} mV for two "
        f"hosts at 1, 3 and 5 mA/cm2 where {reported:g}, {third:g} and {fifth:g} mV are reported. The slopes, {slope:.0f} and "
        f"{steep:.0f} ohm cm2, are near to each other, the heights are not: the reported line begins {reported - steep:.0f} mV "
        "above zero and every part of the model's "
        f"voltage vanishes with the current, so that no point of the ranges makes it. With {share_for(found, reported):.1%} of "
        "the surface the first voltage is met and the others are missed by far. The resistance of a fresh foil is "
        f"{found.fresh.value:.0f} times that of a host, and {found.aged.value:.1f} times after ten cycles with moss; the "
        f"reported {float(claims['host.eis.ratio'].values[0]):g} lies between. "
    )


def sentence(made: Confined) -> str:
    """What the map says."""
    insulating, conducting = made.of("insulating"), made.of("conducting")
    return (
        f"An insulating mat is stripped from its top and filled from inside in {sum(f.fills_from_inside for f in insulating)} "
        f"of {len(insulating)} runs over the free choices of the front law, a conducting one on which lithium is plated is "
        f"filled from its top in {sum(not f.fills_from_inside for f in conducting)} of {len(conducting)} and clogs in "
        f"{sum(f.clogs_its_top for f in conducting)}; but what turns the one into the other is whether lithium is plated on "
        "the fibres, and not their conductivity. "
    )


def all_tables(found: Findings, claims: Claims) -> tuple[Table, ...]:
    """Calibrated numbers, composites, open parameters, sensitivities, ledgers."""
    predictions = {f"overpotential of two hosts at {i:g} mA/cm2 / mV": q for i, q in found.overpotential.items()}
    predictions |= {f"voltage at {i:g} over that at 1 mA/cm2": q for i, q in found.rising.items()}
    predictions["resistance of a fresh foil over that of a fresh host"] = found.fresh
    predictions[next(key for key in found.sensitivities if key.startswith("the same after"))] = found.aged
    return (
        _calibrated(found, claims),
        _composites(found, claims),
        opened((*found.ranges, *found.moss), REMARK),
        *moves(predictions, found.sensitivities),
        ledgers(found.runs, "the program of each run"),
        ensembles(found.drawn.sweeps),
    )


def _calibrated(found: Findings, claims: Claims) -> Table:
    face = interface(found.point)
    film, transfer = (1e4 * r for r in (face.film, face.resistance - face.film))
    fibres = found.point[FIBRES]
    split = f"{film:.1f} Ω cm² beside charge transfer of {transfer:.1f} Ω cm²"
    rows = (
        ("bare cell at 1 mA/cm2", "host.overpot.bare", "native film of lithium", split),
        (
            "capacity per gram",
            CAPACITY,
            "lithium fraction",
            f"{lithium_fraction(fibres, claims):.3f} with {fibres:g} of fibres",
        ),
    )
    remark = (
        "Two numbers of the paper set two of the model; everything else is a prior. Both are lower bounds in the paper. The "
        "cells of the catalogue carry the same voltage by charge transfer alone, the other end of the range of the exchange "
        "current density."
    )
    return Table("What was calibrated", ("reported", "claim", "sets", "value"), rows, remark)


def _composites(found: Findings, claims: Claims) -> Table:
    rows = []
    fibres = next(r for r in found.ranges if r.name == FIBRES)
    for fraction in (fibres.low, fibres.value, fibres.high):
        s, matrix = lithium_fraction(fraction, claims), matrix_fraction(fraction)
        thick, thin = (areal_capacity({FIBRES: fraction, THICKNESS: t}, claims) for t in (THICK, THIN))
        rows.append((f"{fraction:.3f}", f"{matrix:.3f}", f"{s:.3f}", f"{1 - s - matrix:.2f}", f"{thick:.1f}",
                     f"{thin:.1f}"))  # fmt: skip
    columns = (
        "fibres with coating",
        "after reaction",
        "lithium",
        "porosity",
        f"capacity of {THICK:g} µm / mAh cm⁻²",
        f"of {THIN:g} µm / mAh cm⁻²",
    )
    remark = (
        f"The composites that hold {claims[CAPACITY].values[0]:g} mAh/g. With more than {most_fibres(claims):.3f} of fibres "
        "the pores cannot hold the lithium. Zinc oxide that reacts swells 2.3 times."
    )
    return Table("What the composite can be", columns, tuple(rows), remark)
