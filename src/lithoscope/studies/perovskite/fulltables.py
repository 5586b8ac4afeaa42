"""The tables of the full cells, and their sentence in the answer."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from lithoscope.analysis.energy import energy_density
from lithoscope.data import lookup
from lithoscope.design import Cell
from lithoscope.design.catalogue import entry
from lithoscope.physics.laws.life import cycles_hidden, efficiency_from_loss
from lithoscope.studies.mechanisms import MECHANISMS
from lithoscope.studies.outcome import Table
from lithoscope.studies.perovskite.fullcells import (
    AS_BARE,
    BARE,
    LCO_BARE,
    LCO_COATED,
    LESS,
    LTO_BARE,
    LTO_COATED,
    Case,
    FullCells,
    Reported,
    reported,
)
from lithoscope.studies.perovskite.fullruns import CHARGE_LIMIT, LCO, LTO, Cycled
from lithoscope.studies.perovskite.fullverdicts import inferred, inventory, limited_by, reductions, said
from lithoscope.studies.perovskite.mechanisms import READINGS
from lithoscope.studies.verdict import Prediction, Word, compare

if TYPE_CHECKING:
    from lithoscope.studies.claims import Claims
    from lithoscope.studies.search import Bounded

OHM_CM2 = 1e4
"""ohm m2 -> ohm cm2"""

HIDDEN = (0.8, 0.9, 0.95, 0.98, 0.99)
"""Efficiencies for which it is told how long a reserve hides them."""


def tables(full: FullCells, claims: Claims) -> tuple[Table, ...]:
    """What became of each cell, which case fits which number, what they would need, the reserve, and the energy."""
    if not full.cases:
        return ()
    return _cells(full), _fits(full, claims), _needed(full, claims), _reserve(full, claims), _energy()


def _cells(full: FullCells) -> Table:
    rows = []
    for plan in (LTO, LCO):
        for case in full.cases:
            for how in (BARE, AS_BARE, LESS):
                cell = case.cells.get((plan.cathode, how))
                if cell:
                    rows.append((plan.cathode.upper(), how, case.name, *_row(cell)))
    columns = ("cathode", "lithium", "mechanism alone, and the end of the bare symmetric cell", "largest / mAh/g",
               "cycle 20", "cycle 100", "last", "limited by", "lithium left / mAh/cm2", "electrolyte left",
               "lithium side before, after 20 cycles, later / ohm cm2", "run")  # fmt: skip
    remark = (
        "Capacity of discharges, each with the lithium of the symmetric cells and nothing set by a full cell. Li4Ti5O12 is "
        f"charged to {CHARGE_LIMIT}. Lithium side: real impedance at the lowest frequency of the instrument. Coated lithium "
        "that ages less was run where lithium that ages as the bare one does not keep what is reported. What films "
        "take of the solvent and of the salt are priors."
    )
    return Table("Full cells", columns, tuple(rows), remark)


def _row(cell: Cycled) -> tuple[str, ...]:
    table, last = cell.table, int(cell.capacity.index[-1])
    shares = table["solvent_left"]
    sides = ", ".join(f"{OHM_CM2 * resistance:.0f}" for resistance in cell.lithium.values())
    return (
        f"{cell.whole:.1f}",
        *(f"{cell.at(n):.1f}" for n in (20, 100)),
        f"{cell.at(last):.1f} ({last})",
        limited_by(cell),
        f"{table['lithium_left'].iloc[-1] / 36000:.2f}",
        f"{shares.iloc[-1] / shares.iloc[0]:.0%}",
        sides,
        cell.run_id,
    )


def _fits(full: FullCells, claims: Claims) -> Table:
    rows = []
    for case in full.cases:
        row = [case.name]
        for what in reported(claims):
            hows = (BARE,) if what.material == "bare" else (AS_BARE, LESS)
            cells = [case.cells.get((what.plan.cathode, how)) for how in hows]
            said_of = "; ".join(f"{_shown(what, cell)}, {fit(what, cell, claims)}" for cell in cells if cell) or "not solved"
            less = case.cells.get((what.plan.cathode, LESS)) if what.material != "bare" else None
            row.append(f"{said_of}; within reach" if less and allows(what, less) else said_of)
        rows.append(tuple(row))
    columns = ("mechanism alone, and the end of the bare symmetric cell", *(_asked(what) for what in reported(claims)))
    remark = (
        "Coated cells: ageing as the bare lithium, then as much less as the symmetric cell's life requires at least. Within "
        "reach: that lithium may age less still, and then keeps what is reported. A case that gives or allows all four "
        "numbers would explain the cells."
    )
    return Table("Which case gives which number", columns, tuple(rows), remark)


def _asked(what: Reported) -> str:
    number = f"{what.capacity:g} mAh/g" if what.capacity > 1 else f"{what.capacity:.0%} kept"
    return f"{what.plan.cathode.upper()}, {what.material}: {number} in cycle {what.cycle}"


def _shown(what: Reported, cell: Cycled) -> str:
    return f"{cell.at(what.cycle):.1f} mAh/g" if what.capacity > 1 else f"{cell.kept(what.cycle):.0%}"


def fit(what: Reported, cell: Cycled, claims: Claims) -> Word:
    """Whether a cell gives the number that is reported."""
    kept = cell.kept(what.cycle)
    asked = {
        LTO_BARE: cell.at(what.cycle),
        LTO_COATED: 100 * (1 - kept) / what.cycle,
        LCO_BARE: 100 * (1 - kept),
        LCO_COATED: 100 * kept,
    }[what.claim]
    claim = claims[what.claim]
    return compare(claim.band(len(claim.values) - 1), Prediction(asked, asked, asked))


def allows(what: Reported, least_aged: Cycled) -> bool:
    """Whether lithium that may age less still would keep what is reported: with as much as it may, it loses more."""
    return what.excess(least_aged) > 0


def within_reach(case: Case, what: Reported, claims: Claims) -> bool:
    """Whether a case gives a reported number, or allows it."""
    if what.material == "bare":
        bare = case.cells.get((what.plan.cathode, BARE))
        return bare is not None and fit(what, bare, claims) is Word.AGREES
    less = case.cells.get((what.plan.cathode, LESS))
    given = any(fit(what, cell, claims) is Word.AGREES for cell in case.coated(what.plan))
    return given or (less is not None and allows(what, less))


def _needed(full: FullCells, claims: Claims) -> Table:
    rows = []
    for of in MECHANISMS:
        mine = [case.required for case in full.cases if case.required.mechanism.name == of.name]
        low, high = of.known
        name = f"{of.name}: {of.field.replace('_', ' ')}"
        for case in mine:
            times = case.reduction("MASnCl3")
            rows.append((name, f"symmetric cells, {READINGS[case.reading]}", said(case.bare, of),
                         said(case.coated["MASnCl3"], of), _times(times)))  # fmt: skip
        for plan in (LTO, LCO):
            bare, coated = (full.needed.get((each.claim, of.name)) for each in reported(claims) if each.plan is plan)
            factor = reductions(full, of)[plan.cathode]
            rows.append((name, f"full cell with {plan.cathode.upper()}", said(bare, of) if bare else "not found",
                         said(coated, of) if coated else "not found", _times(factor)))  # fmt: skip
        rows.append((name, "known range", f"{low:g} to {high:g} {of.unit}".rstrip(), "", ""))
    columns = ("mechanism alone", "from", "bare lithium", "MASnCl3 on lithium", "times less")
    remark = (
        "Strength of each mechanism that gives what is reported, to about a tenth; for coated symmetric cells the most with "
        "which they live as long as reported. One law for one lithium asks for the same number in every row."
    )
    return Table("What the full cells need", columns, tuple(rows), remark)


def _times(factor: Bounded | None) -> str:
    if factor is None:
        return "-"
    if factor.bound == "exact" and factor.value < 1:
        return f"{1 / factor.value:.1f} times more"
    return "none" if factor.bound == "upper" else factor.said(".1f" if factor.value < 10 else ".0f")


def _reserve(full: FullCells, claims: Claims) -> Table:
    reserve, Q = inventory(claims)
    bare, coated = (each for each in reported(claims) if each.plan is LCO)
    rows = [(f"efficiency of {e:.0%}", f"{100 * e:.1f} %", f"{cycles_hidden(reserve, Q, e):.0f}", "") for e in HIDDEN]
    for what, word in ((bare, "at most"), (coated, "at least")):
        e = efficiency_from_loss(what.cycle, what.capacity, reserve, Q)
        rows.append((f"reported, {what.material}: {what.capacity:.0%} after {what.cycle} cycles", f"{word} {100 * e:.1f} %",
                     f"{cycles_hidden(reserve, Q, e):.0f}", ""))  # fmt: skip
    for case, cell in full.with_cells(LCO, BARE, AS_BARE, LESS):
        seen = inferred(cell, claims)
        if seen:
            own = float(np.mean(cell.table["efficiency"].loc[: max(int(seen.knee), 2)]))
            rows.append((f"run {cell.run_id} ({case.name}), limited by {limited_by(cell)}", f"{100 * seen.efficiency:.1f} %",
                         f"{seen.knee:.0f}", f"its own {100 * own:.1f} %; misfit {seen.misfit:.1%}"))  # fmt: skip
    remark = (
        f"Assumed: lithium limits the cell and nothing else, the same efficiency in every cycle, and a reserve of the whole "
        f"foil, {reserve:.1f} mAh/cm2, because the cathode brings what is cycled, {Q:g} mAh/cm2 as reported. The runs are "
        "read as an experimenter would read their curves, by least squares; where the misfit is large or the efficiency not "
        "the cell's own, the assumption fails: the curve is that of polarisation, which a curve of capacity alone cannot tell."
    )
    columns = ("from", "efficiency", "cycles that the reserve hides it", "against the run")
    return Table("How long a reserve of lithium hides a bad efficiency", columns, tuple(rows), remark)


def _energy() -> Table:
    cell = Cell.parse(entry("perovskite/lco-bare"))
    density = lookup("practice.electrolyte_density").to("g/cm3")
    lean = lookup("practice.electrolyte_lean_vehicle")
    assert cell.electrolyte.per_capacity is not None  # the catalogue gives it
    assert lean.high is not None
    stated = cell.electrolyte.per_capacity.to("uL/mAh")
    rows = []
    for name, amount in (("as reported", stated), ("as in a vehicle cell, at most", lean.high / density)):
        found = energy_density(cell.changed("electrolyte.per_capacity", f"{amount!r} uL/mAh"))
        share = found.table.loc[["electrolyte in the pores", "electrolyte outside the pores"], "mass_share"].sum()
        rows.append((name, f"{amount:.3g}", f"{amount * density:.2g}", f"{share:.0%}", f"{found.by_mass:.0f}",
                     f"{found.by_volume:.0f}"))  # fmt: skip
    columns = ("electrolyte", "uL/mAh", "g/Ah", "of the mass", "Wh/kg", "Wh/L")
    remark = (
        "Stack of the LiCoO2 cell with its foil of 50 um, one coated side with half of each collector, without a case, at the "
        "mean open-circuit voltage and 140 mAh/g: what the electrolyte called lean costs."
    )
    return Table("Energy of the cell with LiCoO2", columns, tuple(rows), remark)


def sentence(full: FullCells, claims: Claims) -> str:
    """What the full cells add to the answer."""
    if not full.cases:
        return ""
    what, bare = reported(claims)[0], full.with_cells(LTO, BARE)
    values = [cell.at(what.cycle) for _, cell in bare]
    lost = [100 * (1 - cell.kept(20)) for _, cell in full.with_cells(LCO, BARE)]
    return (
        f" Without any number from a full cell, bare lithium gives the Li4Ti5O12 cell {min(values):.0f} to {max(values):.0f} "
        f"mAh/g in cycle {what.cycle} ({what.capacity:g} reported) and costs the LiCoO2 cell {min(lost):.0f} to "
        f"{max(lost):.0f} % in 20 cycles (more than {claims[LCO_BARE].values[0]:g} % reported): what counts as the end of the "
        f"symmetric cell decides both. {_reach(full, claims)}"
    ).rstrip()


def _reach(full: FullCells, claims: Claims) -> str:
    """Which case gives or allows all four capacities, and with which strengths."""
    found = [case for case in full.cases if all(within_reach(case, what, claims) for what in reported(claims))]
    if not found:
        return "No mechanism alone gives or allows all four reported capacities."
    parts = []
    for case in found:
        of = case.required.mechanism
        needed = [(what, full.needed.get((what.claim, of.name))) for what in reported(claims)]
        asked = ", ".join(f"{said(s, of)} ({what.plan.cathode.upper()}, {what.material})" for what, s in needed if s)
        low, high = of.known
        parts.append(
            f"{case.name}; it takes a {of.field.replace('_', ' ')} of {asked}, where the symmetric cells ask for "
            f"{said(case.required.bare, of)} (bare) and at most {said(case.required.coated['MASnCl3'], of)} (MASnCl3), and "
            f"{low:g} to {high:g} is known"
        )
    return f"One mechanism alone gives or allows all four reported capacities only for {'; and '.join(parts)}."
