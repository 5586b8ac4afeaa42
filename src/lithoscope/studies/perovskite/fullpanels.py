"""The figures of the full cells."""

from __future__ import annotations

from typing import TYPE_CHECKING

from matplotlib.lines import Line2D

from lithoscope.analysis.figures.style import BLACK, CURVES, DOUBLE, GREY, MM, figure, svg
from lithoscope.studies.mechanisms import MECHANISMS
from lithoscope.studies.outcome import Panel
from lithoscope.studies.perovskite.fullcells import AS_BARE, BARE, LESS, FullCells, reported
from lithoscope.studies.perovskite.fullruns import CHARGE_LIMIT, LCO, LTO, Cycled, Plan
from lithoscope.studies.perovskite.mechanisms import LIMIT_V
from lithoscope.studies.typeset import typeset

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from lithoscope.studies.claims import Claims
    from lithoscope.studies.mechanisms import Mechanism
    from lithoscope.studies.perovskite.fullcells import Case
    from lithoscope.studies.search import Bounded

LOOKS = {
    BARE: (CURVES["bare"].colour, "-", "bare Li"),
    AS_BARE: (CURVES["MASnCl3"].colour, ":", "MASnCl$_3$, ageing as the bare one"),
    LESS: (CURVES["MASnCl3"].colour, "--", "MASnCl$_3$, ageing less"),
}

ENDS = {"doubled": "voltage doubled", "limit": f"{LIMIT_V:g} V reached"}

MARKS = {"bare": "o", "MASnCl3": "s"}


def panels(full: FullCells, claims: Claims) -> tuple[Panel, ...]:
    """Capacity over cycles of both kinds of cell, and the curves of the cells with Li4Ti5O12."""
    made = [_capacities(full, claims, plan) for plan in (LTO, LCO) if full.with_cells(plan, *LOOKS)]
    if full.with_cells(LTO, BARE):
        made.append(_curves(full))
    if full.needed:
        made.append(_needed(full, claims))
    return tuple(made)


def _title(case: Case) -> str:
    return f"{case.required.mechanism.name},\n{ENDS[case.required.reading]}"


NAMES = {LTO.cathode: "Li4Ti5O12", LCO.cathode: "LiCoO2"}
RATES = {LTO.cathode: "5 C", LCO.cathode: "0.5 C"}
BESIDE = {LTO.cathode: "4a", LCO.cathode: "4g"}


def _capacities(full: FullCells, claims: Claims, plan: Plan) -> Panel:
    whole = max(cell.whole for _, cell in full.with_cells(plan, *LOOKS))
    with figure(DOUBLE, 62 * MM) as drawn:
        grid = drawn.subplots(1, len(full.cases), sharey=True, squeeze=False)[0]
        for axes, case in zip(grid, full.cases, strict=True):
            for how, (colour, dash, _) in LOOKS.items():
                if cell := case.cells.get((plan.cathode, how)):
                    _fade(axes, cell, colour, dash)
            for what in reported(claims):
                if what.plan is plan:
                    axes.plot(what.cycle, what.of(whole), color=BLACK, marker=MARKS[what.material], mfc="none", ls="", zorder=3)
            axes.set_title(_title(case), fontweight="normal")
            axes.set(xlabel="Cycle", xlim=(0, 1.03 * plan.cycles), ylim=(0, 175 if plan is LTO else 135))
        grid[0].set_ylabel("Discharge capacity / mAh g$^{-1}$")
        handles = [Line2D([], [], color=colour, ls=dash, label=label) for colour, dash, label in LOOKS.values()]
        handles += [
            Line2D([], [], color=BLACK, ls="", marker=marker, mfc="none", label=f"reported, {CURVES[material].label}")
            for material, marker in MARKS.items()
        ]
        drawn.legend(handles=handles, loc="outside upper center", ncols=3)
    runs = ", ".join(f"{how} {cell.run_id}" for how in LOOKS for _, cell in full.with_cells(plan, how))
    caption = (
        f"Cells with {NAMES[plan.cathode]} at {RATES[plan.cathode]} (beside the paper's figure {BESIDE[plan.cathode]}): each "
        "mechanism alone, as strong as the end of the bare symmetric cell demands, with both readings of that end. Predicted: "
        "no number of a full cell was used. Marks: what the text reports; a reported share is drawn as that of the largest "
        "capacity of all cells here. A cross is where a cell came to its end. "
        f"{f'Charged to {CHARGE_LIMIT}. ' if plan is LTO else ''}Runs: {runs}."
    )
    return Panel(f"full-{plan.cathode}", f"Capacity of cells with {NAMES[plan.cathode]}", svg(drawn), typeset(caption))


def _fade(axes: Axes, cell: Cycled, colour: str, dash: str) -> None:
    axes.plot(cell.capacity.index, cell.capacity, color=colour, ls=dash)
    last = int(cell.capacity.index[-1])
    if last < cell.planned:
        axes.plot(last, cell.at(last), color=colour, marker="x", ls="", ms=5, clip_on=False)


def _curves(full: FullCells) -> Panel:
    cycles = (LTO.first, *LTO.shown)
    dashes = dict(zip(cycles, ("-", "--", ":"), strict=True))
    with figure(DOUBLE, 100 * MM) as drawn:
        grid = drawn.subplots(2, len(full.cases), sharex=True, sharey=True, squeeze=False)
        for column, case in enumerate(full.cases):
            coated = case.least_aged(LTO)
            for axes, cell, colour in ((grid[0, column], case.cells.get((LTO.cathode, BARE)), LOOKS[BARE][0]),
                                       (grid[1, column], coated, LOOKS[LESS][0])):  # fmt: skip
                for cycle, dash in dashes.items():
                    for half in (cell.charges, cell.discharges) if cell else ():
                        if cycle in half:
                            axes.plot(*half[cycle], color=colour, ls=dash)
                axes.axhline(_open_circuit(), color=GREY, lw=0.5, zorder=0)
            grid[0, column].set_title(_title(case), fontweight="normal")
            grid[1, column].set_xlabel("Capacity / mAh g$^{-1}$")
        for row, label in zip(grid, ("bare Li", "MASnCl$_3$ on Li"), strict=True):
            row[0].set_ylabel(f"Voltage / V, {label}")
        grid[0, 0].set(xlim=(0, 165), ylim=(0.95, 2.05))
        handles = [Line2D([], [], color=BLACK, ls=dash, label=f"cycle {cycle}") for cycle, dash in dashes.items()]
        drawn.legend(handles=handles, loc="outside upper center", ncols=3)
    caption = (
        "Charges and discharges of the cells with Li4Ti5O12 at 5 C (beside the paper's figures 4b and 4c), with bare lithium "
        "and with coated lithium that ages as the bare one, or less where it was run; the grey line is the potential of the "
        "plateau at rest. The paper reports the charge with bare lithium far above that with coated lithium, without saying by "
        "how much. Predicted."
    )
    return Panel("full-curves", "Charge and discharge against Li4Ti5O12", svg(drawn), typeset(caption))


def _needed(full: FullCells, claims: Claims) -> Panel:
    rows = ("symmetric, 1 V reached", "symmetric, voltage doubled", "LTO", "LCO")
    mechanisms = [of for of in MECHANISMS if any(case.required.mechanism.name == of.name for case in full.cases)]
    with figure(DOUBLE, 48 * MM) as drawn:
        for axes, of in zip(drawn.subplots(1, len(mechanisms), sharey=True, squeeze=False)[0], mechanisms, strict=True):
            axes.axvspan(*of.known, color=GREY, alpha=0.2, lw=0)
            for material, found in _strengths(full, claims, of).items():
                for row, strength in found.items():
                    beyond = {"lower": ">", "upper": "<"}.get(strength.bound, MARKS[material])
                    axes.plot(strength.value, rows.index(row), marker=beyond, color=CURVES[material].colour, ls="", mfc="none")
            axes.set(xscale="log", xlabel=f"{of.field.replace('_', ' ')}{f' / {of.unit}' if of.unit else ''}".replace(
                "m2/s", "m$^2$ s$^{-1}$"))  # fmt: skip
            axes.set_title(of.name, fontweight="normal")
            axes.set_ylim(len(rows) - 0.5, -0.5)
        drawn.axes[0].set_yticks(range(len(rows)), rows)
        handles = [
            Line2D([], [], color=CURVES[m].colour, marker=marker, ls="", mfc="none", label=CURVES[m].label)
            for m, marker in MARKS.items()
        ]
        drawn.legend(handles=handles, loc="outside upper center", ncols=2)
    caption = (
        "Strength of each mechanism alone that gives what is reported: of the symmetric cells their lives, of the full cells "
        "their capacities; for the coated symmetric cell, which still lived, it is the most. Grey: the range in which the "
        "number is known. A triangle points to where the strength lies beyond what was tried. One law for one lithium would "
        "put all circles, and all squares, above one another."
    )
    return Panel("full-needed", "What each cell asks of the lithium", svg(drawn), typeset(caption))


def _strengths(full: FullCells, claims: Claims, of: Mechanism) -> dict[str, dict[str, Bounded]]:
    """Strengths by the material and the row of the figure."""
    found: dict[str, dict[str, Bounded]] = {material: {} for material in MARKS}
    for case in full.cases:
        if case.required.mechanism.name == of.name:
            row = f"symmetric, {ENDS[case.required.reading]}"
            found["bare"][row], found["MASnCl3"][row] = case.required.bare, case.required.coated["MASnCl3"]
    for what in reported(claims):
        if strength := full.needed.get((what.claim, of.name)):
            found[what.material][what.plan.cathode.upper()] = strength
    return found


def _open_circuit() -> float:
    """Potential of the plateau of Li4Ti5O12, V."""
    from lithoscope.data import lookup

    values = lookup("cathodes.LTO.open_circuit_potential").value
    assert isinstance(values, tuple)  # a table of this package
    return float(values[0])
