"""The tables of the voltammograms and of the lithiations, what calibrates and what is predicted, and a sentence."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from lithoscope.studies.outcome import Link, Table
from lithoscope.studies.perovskite import filmverdicts as on
from lithoscope.studies.perovskite.converted import CONTACT_H, DENSITY, FRACTION, LAWS
from lithoscope.studies.perovskite.scanned import INSERTION, SPECTRA
from lithoscope.studies.perovskite.voltammetry import ELECTRODES, FILMS, LEAD, TIN, Curves
from lithoscope.studies.ranges import leading

if TYPE_CHECKING:
    from collections.abc import Sequence

    from lithoscope.analysis.voltammetry import Peak
    from lithoscope.studies.claims import Claims
    from lithoscope.studies.perovskite.converted import Converted
    from lithoscope.studies.perovskite.scanned import Scanned


def tables(seen: Scanned, done: Converted) -> tuple[Table, ...]:
    """Peaks and currents, conversion, what is open in both, sensitivities."""
    return _curves(seen), _conversion(done), _open(seen, done), *_moves(seen, done)


def _curves(seen: Scanned) -> Table:
    rows = []
    for name in ELECTRODES:
        curves = Curves.of(seen.runs[name])
        insertion = f"{curves.insertion.voltage:.2f}" if curves.insertion else "none"
        up = curves.up.peaks(0.2, 1.0, least=0.05)
        rows.append(
            (name, insertion, _listed(curves.reactions), _listed(up), f"{curves.plating:.2f}", f"{curves.stripping:.2f}")
        )
    columns = ("electrode", "insertion / V", "reductions below 1 V / V", "oxidations above 0.2 V / V",
               "at -0.1 V / mA cm⁻²", "at +0.1 V, back / mA cm⁻²")  # fmt: skip
    remark = (
        "First cycle at 1 mV/s, down from 2 V to -0.1 V and back, every number at its value. Of the reductions those are "
        "listed that stand out by 5 % of the most prominent one. Steel reduces electrolyte, PbCl2 is too resistive for peaks."
    )
    return Table("Voltammograms", columns, tuple(rows), remark)


def _listed(peaks: Sequence[Peak]) -> str:
    return ", ".join(f"{peak.voltage:.2f}" for peak in peaks) or "none"


def _conversion(done: Converted) -> Table:
    densities, by_rate = done.rates
    n = int(np.argmax(densities))
    rows = []
    for law in LAWS:
        for film in FILMS:
            f = done.films[law, film]
            held = f"{done.held[law][1][-1]:.1%}" if film == TIN else "-"
            rows.append((law, film, f"{f.share:.1%}", f"{f.amount:.2e}", f"{f.thickness:.2f}", f"{f.per_metal:.2f}",
                         f"{f.charge:.1f}", f"{by_rate[law, film][n]:.1%}", held))  # fmt: skip
    columns = ("electrons", "film", "converted", "mol cm⁻²", "um", "Li per metal", "charge / uAh cm⁻²",
               f"converted at {densities[n]:g} mA cm⁻²", f"after {CONTACT_H:g} h at 20 mV")  # fmt: skip
    remark = (
        f"Lithiated at {done.point[DENSITY]:g} mA/cm2 to 20 mV. The share of the tin film is calibrated under each law: n* = "
        f"{done.leaks['tunnelling'] * 1e-4:.2e} mol/cm2, or {done.leaks['conduction'] / 100:.1e} S/cm. The charge holds what "
        "is inserted and what the steel takes as well."
    )
    return Table("Conversion of the films", columns, tuple(rows), remark)


def _open(seen: Scanned, done: Converted) -> Table:
    found = dict(seen.ranges)
    found |= {r.name: r for r in done.ranges if r.name not in found}
    rows = tuple(
        (r.name, r.symbol, r.quoted, r.extent, "" if r.unit == "1" else r.unit, f"{r.source} ({r.status or 'open'})")
        for r in found.values()
    )
    remark = (
        "Of numbers that differ between materials those of MASnCl3 are shown. The thickness of each native film stays at 15 "
        "nm: its conductivity moves its resistance from 1.5 to 150 ohm cm2, and the roughness of the counter foil, 1 to 2, "
        "acts as half of it. n* is set anew at every point of the lithiation; in the scans it stands at its value. Every "
        "other number moves a current by less than a tenth."
    )
    return Table("What is open on the substrates", ("number", "symbol", "value", "range", "unit", "source"), rows, remark)


def _moves(seen: Scanned, done: Converted) -> tuple[Table, ...]:
    made = []
    for key, moves in {**seen.sensitivities, **done.sensitivities}.items():
        rows = tuple((s.parameter, f"{s.at_low:.4g}", f"{s.at_high:.4g}", f"{s.swing:.3g}") for s in leading(moves)[:6])
        if rows:
            made.append(Table(f"Sensitivity: {key}", ("number", "at its low end", "at its high end", "swing"), rows))
    return tuple(made)


def chain() -> tuple[Link, ...]:
    """The peaks set their potentials, the spectra the film, the tin film the leak."""
    return (
        Link((INSERTION,), "potentials of insertion", ("height and shift of the peaks, not reported",)),
        Link((SPECTRA,), "film conductivity", (on.COATED, on.STRIP, on.SALT)),
        Link(
            (f"{FRACTION}, its first number: the tin film",),
            "how electrons pass the product",
            (f"{FRACTION}, its second number: the lead film", on.AMOUNT, on.INDEPENDENT, on.LIMIT, "dependence on the rate"),
        ),
    )


def sentence(seen: Scanned, done: Converted, claims: Claims) -> str:
    """What the voltammograms and the lithiations add to the answer."""
    reported = float(claims[on.COATED].values[0])
    return (
        f" On steel, {reported:g} mA/cm2 at -0.1 V ask for a counter electrode that passes more than the fresh foil of the "
        f"spectra: with that, {seen.counter.fresh[TIN][1]:.2f} mA/cm2 are left on {seen.counter.area[1]:g} cm2. Reductions of "
        f"a lead film that ends as Li17Pb4 lie below {seen.lowest[LEAD].high:.2f} V, not between 0.4 and 0.7 V. Calibrated on "
        f"the tin film, the lead film converts by {done.films[LAWS[0], LEAD].share:.0%} or by "
        f"{done.films[LAWS[1], LEAD].share:.0%}, as electrons tunnel through the product or are conducted; a lithiation at ten "
        "times the current would tell."
    )
