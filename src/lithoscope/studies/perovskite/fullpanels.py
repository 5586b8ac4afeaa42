"""The figures of the full cells."""

from __future__ import annotations

from typing import TYPE_CHECKING

from matplotlib.lines import Line2D

from lithoscope.analysis.figures.style import BLACK, CURVES, DOUBLE, GREY, MM, figure, svg
from lithoscope.studies.outcome import Panel
from lithoscope.studies.perovskite.fullcells import AS_BARE, BARE, LESS, FullCells, Reported, reported
from lithoscope.studies.perovskite.fullruns import CHARGE_LIMIT, LCO, LTO, Cycled, Plan
from lithoscope.studies.perovskite.mechanisms import LIMIT_V
from lithoscope.studies.typeset import typeset

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from lithoscope.studies.claims import Claims
    from lithoscope.studies.perovskite.fullcells import Case

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
    return (*made, _curves(full)) if full.with_cells(LTO, BARE) else tuple(made)


def _title(case: Case) -> str:
    return f"{case.required.mechanism.name},\n{ENDS[case.required.reading]}"


NAMES = {LTO.cathode: "Li4Ti5O12", LCO.cathode: "LiCoO2"}
RATES = {LTO.cathode: "5 C", LCO.cathode: "0.5 C"}
BESIDE = {LTO.cathode: "4a", LCO.cathode: "4g"}


def _capacities(full: FullCells, claims: Claims, plan: Plan) -> Panel:
    with figure(DOUBLE, 62 * MM) as drawn:
        grid = drawn.subplots(1, len(full.cases), sharey=True, squeeze=False)[0]
        for axes, case in zip(grid, full.cases, strict=True):
            for how, (colour, dash, _) in LOOKS.items():
                if cell := case.cells.get((plan.cathode, how)):
                    _fade(axes, cell, colour, dash)
            for what in reported(claims):
                if what.plan is plan:
                    _mark(axes, what, case)
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
        "capacity of the coated or bare cell in the panel. A cross is where a cell came to its end. "
        f"{f'Charged to {CHARGE_LIMIT}. ' if plan is LTO else ''}Runs: {runs}."
    )
    return Panel(f"full-{plan.cathode}", f"Capacity of cells with {NAMES[plan.cathode]}", svg(drawn), typeset(caption))


def _fade(axes: Axes, cell: Cycled, colour: str, dash: str) -> None:
    axes.plot(cell.capacity.index, cell.capacity, color=colour, ls=dash)
    last = int(cell.capacity.index[-1])
    if last < cell.planned:
        axes.plot(last, cell.at(last), color=colour, marker="x", ls="", ms=5, clip_on=False)


def _mark(axes: Axes, what: Reported, case: Case) -> None:
    cell = case.cells.get((what.plan.cathode, BARE if what.material == "bare" else AS_BARE))
    if cell:
        axes.plot(what.cycle, what.threshold(cell), color=BLACK, marker=MARKS[what.material], mfc="none", ls="", zorder=3)


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


def _open_circuit() -> float:
    """Potential of the plateau of Li4Ti5O12, V."""
    from lithoscope.data import lookup

    values = lookup("cathodes.LTO.open_circuit_potential").value
    assert isinstance(values, tuple)  # a table of this package
    return float(values[0])
