"""What the long runs say: verdicts, tables, figures and sentences of the report."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from lithoscope.analysis.figures.style import BLACK, BLUE, CURVES, DOUBLE, GREY, MM, ORANGE, TEAL, figure, svg
from lithoscope.constants import FARADAY
from lithoscope.data import lookup
from lithoscope.studies.outcome import Link, Panel, Table
from lithoscope.studies.perovskite.life import (
    EARLY,
    HOURS_PER_CYCLE,
    LATE,
    LEAD_LIFE,
    LIFE,
    LIMIT_V,
    PRIOR_CYCLES,
    READINGS,
    WITHIN,
    Lives,
    Required,
    hours,
)
from lithoscope.studies.typeset import typeset
from lithoscope.studies.verdict import Prediction, Verdict, Word, judged, stated

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from lithoscope.result import Result
    from lithoscope.studies.claims import Claims

FAILURE, ABSTRACT = "perovskite.sym.bare_failure", "perovskite.sym.overpotential_abstract"
DECIDES = "what kills the bare cell, and what counts as its end"


def predicted_life(lives: Lives, material: str) -> Prediction:
    """Life of a coated cell that ages as fast as the bare one, over mechanisms and readings of the end, h."""
    found = [case.unchanged[material] for case in lives.required if case.bare is not None]
    known = [case.unchanged[material] for case in lives.required if _is_known(case)]
    return Prediction(min(known or found), min(found), max(found), DECIDES, (FAILURE,))


def _is_known(case: Required) -> bool:
    """Whether the strength that ends the bare cell lies in the range in which it is known."""
    low, high = case.mechanism.known
    return case.bare is not None and low <= case.bare <= high


def verdicts(lives: Lives, claims: Claims, overpotential: Prediction) -> dict[str, Verdict]:
    """The claims on life."""
    tin, lead = predicted_life(lives, "MASnCl3"), predicted_life(lives, "MAPbCl3")
    bare = Prediction(hours(claims)["bare"], hours(claims)["bare"], hours(claims)["bare"], None, (LIFE,))
    made = (
        _open(judged(claims[LIFE], [tin, bare], _required_note(lives, claims, "MASnCl3"))),
        _open(judged(claims[LEAD_LIFE], [lead], _required_note(lives, claims, "MAPbCl3"))),
        _open(judged(claims[ABSTRACT], [overpotential, tin], "The first number bounds the voltage, the second the life.")),
        stated(claims[FAILURE], Word.PENDING, f"{_failure_note(lives, claims)} Needs {claims[FAILURE].needs}."),
    )
    return {verdict.id: verdict for verdict in made}


def _open(verdict: Verdict) -> Verdict:
    """A measured life is not refuted by a cell that ages like another one: what is predicted is how much less it must age."""
    return replace(verdict, verdict=Word.UNDECIDED, decided_by=DECIDES)


def _required_note(lives: Lives, claims: Claims, material: str) -> str:
    """The smallest reduction that the reported life requires, and what supports it."""
    found = [(case, case.reduction(material)) for case in lives.required]
    parts = [f"{case.mechanism.name}, if the end is that {READINGS[case.reading]}: {factor:.1f} times less"
             for case, factor in found if factor is not None]  # fmt: skip
    return (
        f"To live as long as reported the {material} cell needs, against a bare cell that ends at "
        f"{hours(claims)['bare']:g} h: {'; '.join(parts)}; the predicted life is that of a cell that ages as the bare one. "
        f"{_comparable(lives)} Independent of these cells, the full cells with LiCoO2 lose at least "
        f"{independent_reduction(claims):.1f} times less lithium per cycle with the coating, if their fade is exhaustion "
        "of lithium: a number of the same kind, not of the same quantity. Electrode area, readings of the spectra and all "
        "other numbers of ageing are held at their quoted values."
    )


def _comparable(lives: Lives) -> str:
    """What the word `less` means for film growth."""
    return (
        "The growth rate k of the film is compared at the film conductivity that each spectrum leaves, "
        f"{lives.conductivity_ratio:.0f} times higher under the coating: the same k costs the coated cell that much less "
        "resistance, so that its need for less growth is the least that can be said."
    )


def independent_reduction(claims: Claims) -> float:
    """How many times less lithium per cycle the coated full cell loses than the bare one, at least.

    Bare: the whole foil and the capacity lost in 20 cycles; coated: at most the foil and what it lost in 100.
    """
    cathode, foil = float(claims["perovskite.lco.conditions"].values[0]), float(claims["perovskite.lco.conditions"].values[1])
    volume = lookup("lithium.molar_volume").to("cm3/mol")
    inventory = foil * 1e-4 / volume * FARADAY / 3.6
    bare = (inventory + float(claims["perovskite.lco.bare"].values[0]) / 100 * cathode) / 20
    coated = (inventory + (1 - float(claims["perovskite.lco.coated"].values[0]) / 100) * cathode) / 100
    return bare / coated


def _failure_note(lives: Lives, claims: Claims) -> str:
    known = [
        f"{case.mechanism.name} needs {_strength(case)} if the end is that {READINGS[case.reading]}"
        for case in lives.required
        if case.bare is not None
    ]
    never = f"not in {HOURS_PER_CYCLE * PRIOR_CYCLES:.0f} h"
    seen = {reading: f"after {life:.0f} h" if np.isfinite(life) else never for reading, life in lives.priors.items()}
    priors = [f"{READINGS[reading]} {when}" for reading, when in seen.items()]
    return (
        f"The time of the failure, {hours(claims)['bare']:g} h, sets the strength of each mechanism: {'; '.join(known)}. "
        f"With every number at its prior {', and '.join(priors)}."
    )


def _strength(case: Required) -> str:
    """The strength that ends the bare cell, with the range in which it is known."""
    low, high = case.mechanism.known
    unit = f" {case.mechanism.unit}".rstrip()
    return f"{case.mechanism.field.replace('_', ' ')} = {case.bare:.2g}{unit} (known: {low:g} to {high:g})"


def chain() -> tuple[Link, ...]:
    """The life of the bare cell sets how fast it ages; the lives of the others were not used."""
    return (Link((FAILURE,), "dead fraction, or film growth, of the bare cell", (LIFE, LEAD_LIFE, ABSTRACT)),)


def tables(lives: Lives, claims: Claims) -> tuple[Table, ...]:
    """What the lives require, and the two bare cells."""
    return _required_table(lives), _host_table(lives, claims)


def _required_table(lives: Lives) -> Table:
    rows = []
    for case in lives.required:
        reductions = [case.reduction(m) for m in ("MASnCl3", "MAPbCl3")]
        unchanged = [_hours(case.unchanged[m]) for m in ("MASnCl3", "MAPbCl3")]
        needed = ["-" if r is None else f"{r:.1f}" for r in reductions]
        where = "-" if case.bare is None else "yes" if _is_known(case) else "no"
        rows.append((case.mechanism.name, READINGS[case.reading], "none" if case.bare is None else _strength(case), where,
                     *unchanged, *needed))  # fmt: skip
    columns = ("mechanism alone", "the end", "strength that ends the bare cell at its time", "in the known range",
               "life of MASnCl3 as bare / h", "of MAPbCl3 / h", "times less for MASnCl3", "for MAPbCl3")  # fmt: skip
    remark = (
        "Each mechanism of the mossy model alone, as strong as the bare cell's life demands, to 4 %. Times less: the "
        "smallest reduction with which a coated cell lives as long as reported; 1.0 where it outlives that without any. "
        "Dead lithium is given the most tortuous layer that is known."
    )
    return Table("What the reported lives require", columns, tuple(rows), remark)


def _hours(life: float) -> str:
    return f"{life:.0f}" if np.isfinite(life) else "outlives the report"


def _host_table(lives: Lives, claims: Claims) -> Table:
    reported, late = hours(claims)["bare"], lookup("host_paper.bare_voltage_100")
    rows = []
    for name, voltage in lives.host.voltage.items():
        theirs = f"{voltage:.0f}" if voltage < 1e3 * LIMIT_V else f"over {1e3 * LIMIT_V:g}"
        life = lives.host.life[name]
        ours = f"{life:.0f}" if np.isfinite(life) else "over 800"
        rows.append((name, theirs, f"> {late.number:g}", ours, f"{reported:g}"))
    columns = ("mechanism alone", "host paper's cell in cycle 100, with what ends this one / mV", "reported / mV",
               "this paper's cell, with what the host paper's shows / h", "reported / h")  # fmt: skip
    remark = (
        "Two bare cells under the same current and capacity, in EC:DMC here and in EC:DEC there. The first voltage of "
        "each sets its interface. Neither predicts the other: a factor between two laboratories is the floor of any "
        "prediction of life."
    )
    return Table("Two bare cells", columns, tuple(rows), remark)


def panels(lives: Lives, claims: Claims) -> tuple[Panel, ...]:
    """The long runs, the shapes of half-cycles, and the spectra of the aged cell."""
    return _voltages(lives, claims), _shapes(lives), _spectra(lives)


def _voltages(lives: Lives, claims: Claims) -> Panel:
    reported = hours(claims)
    names = list(dict.fromkeys(name.partition(",")[0] for name in lives.runs))
    with figure(DOUBLE, 62 * MM) as drawn:
        for axes, name in zip(np.atleast_1d(drawn.subplots(1, max(len(names), 1), sharey=True)), names, strict=False):
            for kind, colour, dash, label in (
                ("bare", CURVES["bare"].colour, "-", "bare Li"),
                ("MASnCl3 as bare", CURVES["MASnCl3"].colour, ":", "MASnCl$_3$, ageing as the bare one"),
                ("MASnCl3 reduced", CURVES["MASnCl3"].colour, "--", "MASnCl$_3$, ageing less"),
            ):
                cycles = lives.runs[f"{name}, {kind}"].cycles
                axes.plot(HOURS_PER_CYCLE * cycles.index, cycles["end_peak_voltage"] * 1e3, color=colour, ls=dash, label=label)
            axes.set_title(name, fontweight="normal")
            axes.set_xlabel("Time / h")
            for material in ("bare", "MASnCl3"):
                axes.axvline(reported[material], color=GREY, lw=0.6)
            axes.set(ylim=(0, 1e3 * LIMIT_V), xlim=(0, 1.03 * reported["MASnCl3"]))
        drawn.axes[0].set_ylabel("Largest voltage of a half-cycle / mV")
        drawn.legend(*drawn.axes[0].get_legend_handles_labels(), loc="outside upper center", ncols=3)
    ids = ", ".join(f"{name} {result.manifest.run_id}" for name, result in lives.runs.items())
    caption = (
        f"The cells through their lives (beside the paper's figure 3b), each mechanism alone, ended at {LIMIT_V:g} V. "
        f"Calibrated: the bare cell, so that it ends at {reported['bare']:g} h (grey line). Predicted: the coated cell "
        f"that ages as fast as the bare one, and with {WITHIN:g} of the strength with which it would just live the "
        f"reported {reported['MASnCl3']:g} h (second line). The start differs because the films of the cells were "
        f"calibrated on their spectra. {_comparable(lives)} Where the voltage of a coated cell jumps, its dense foil has "
        f"become moss. Runs: {ids}."
    )
    return Panel("life", "Voltage over a life", svg(drawn), typeset(caption))


def _shapes(lives: Lives) -> Panel:
    looks = {"all": (BLACK, "-", "all processes"), "no populations": (BLUE, "--", "neither moss nor pits"),
             "no dead layer": (ORANGE, "-.", "no dead lithium")}  # fmt: skip
    with figure(DOUBLE, 60 * MM) as drawn:
        early, late = drawn.subplots(1, 2)
        for name, (colour, dash, label) in looks.items():
            for axes, cycle in ((early, EARLY), (late, LATE)):
                t, V = _half_cycle(lives.shapes[name], cycle)
                axes.plot(t, V, color=colour, ls=dash, label=label)
        for axes, title in ((early, f"cycle {EARLY}"), (late, f"cycle {LATE}")):
            axes.set_title(title, fontweight="normal")
            axes.set(xlabel="Capacity / mAh cm$^{-2}$", ylabel="Plating voltage / mV", xlim=(0, 1))
            axes.axhline(0, color=GREY, lw=0.4, zorder=0)
        drawn.legend(*early.get_legend_handles_labels(), loc="outside upper center", ncols=3)
    caption = (
        "Half-cycles of the bare cell at 1 mA/cm2 with a dead fraction of 0.1 and a tortuosity of 20, the ends of their "
        "ranges, and no film growth. The shapes come from the equations: without moss and pits there are no peaks, "
        "without dead lithium no arc. Nothing here is calibrated but the first resistance. Runs: "
        f"{', '.join(f'{name} {result.manifest.run_id}' for name, result in lives.shapes.items())}."
    )
    return Panel("shapes", "From peaks to arcs", svg(drawn), typeset(caption))


def _half_cycle(result: Result, cycle: int) -> tuple[np.ndarray, np.ndarray]:
    """Capacity, mAh/cm2, and voltage, mV, of the plating half of a cycle, after the first seconds; positive plates."""
    trace = result.trace
    inside = (trace["cycle"].values == cycle) & (trace["current_density"].values < 0)
    seconds = trace["time"].values[inside] - trace["time"].values[inside][0]
    shown = np.linspace(5, seconds[-1], 400)
    return shown / 3600, -np.interp(shown, seconds, trace["voltage"].values[inside]) * 1e3


def _spectra(lives: Lives) -> Panel:
    names = [name for name in lives.runs if name.endswith("reduced")]
    with figure(DOUBLE, 60 * MM) as drawn:
        for axes, name in zip(np.atleast_1d(drawn.subplots(1, max(len(names), 1))), names, strict=False):
            _nyquist(axes, lives.runs[name])
            axes.set_title(name.partition(",")[0], fontweight="normal")
        drawn.legend(*drawn.axes[0].get_legend_handles_labels(), loc="outside upper center", ncols=3)
    caption = (
        "Impedance of the MASnCl3 cell before, in the middle and after 400 cycles, for each mechanism alone with 0.9 of "
        "the strength that it can bear: what a spectrum after cycling would show, and by which the mechanisms can be told "
        "apart. Predicted; only the spectrum before is calibrated."
    )
    return Panel("aged", "Impedance of the aged cell", svg(drawn), typeset(caption))


def _nyquist(axes: Axes, result: Result) -> None:
    for spectrum, colour, dash in zip(result.spectra, (BLACK, TEAL, ORANGE), ("-", "--", "-."), strict=False):
        done = round(float(spectrum.attrs["time_s"]) / 3600 / HOURS_PER_CYCLE)
        label = f"after {done} cycles" if done else "before"
        x, y = spectrum["real_impedance"] / result.area, -spectrum["imaginary_impedance"] / result.area
        axes.plot(x, y, color=colour, ls=dash, label=label)
    axes.set(xlabel="$Z'$ / $\\Omega$", ylabel="$-Z''$ / $\\Omega$")
    axes.set_xlim(left=0)
    axes.set_ylim(bottom=0)
    axes.set_aspect("equal", adjustable="box")


def sentence(lives: Lives, claims: Claims) -> str:
    """What the long runs add to the answer."""
    reductions = [r for case in lives.required if (r := case.reduction("MASnCl3")) is not None]
    if not reductions:
        return f" No mechanism of the model ends the bare cell at {hours(claims)['bare']:g} h."
    known = [case for case in lives.required if _is_known(case)]
    ends = " and ".join(dict.fromkeys(READINGS[case.reading] for case in known)) or "nothing that is known"
    return (
        f" The bare cell's end at {hours(claims)['bare']:g} h follows from ageing inside the known ranges only if the end "
        f"is that {ends}. The reported life of the MASnCl3 cell then needs {min(reductions):.1f} to {max(reductions):.1f} "
        "times less of what ends the bare one, over both mechanisms and both readings of the end."
    )
