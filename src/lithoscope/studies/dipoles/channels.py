"""What a ferroelectric layer does to plating, channel by channel: ready runs beside the same layer without polarisation."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from lithoscope.analysis.figures.style import BLACK, BLUE, DOUBLE, GREY, MM, ORANGE, figure, svg
from lithoscope.data import lookup
from lithoscope.physics.laws.ferroelectric import coercive_field, quartic
from lithoscope.studies.deposits.making import PIXEL_UM
from lithoscope.studies.deposits.reading import Hull, relative, said
from lithoscope.studies.deposits.ready import CHANNELS, named
from lithoscope.studies.dipoles.tips import NOTICED
from lithoscope.studies.outcome import Panel, Table
from lithoscope.studies.verdict import Prediction, Verdict, Word, with_numbers

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from lithoscope.studies.claims import Claims
    from lithoscope.studies.deposits.making import Study
    from lithoscope.studies.deposits.reading import Studies

BARE, NONE, DENSE = "bare-uneven-early", "channel-none", "channel-dense"
"""No layer, and the layers that are not polarised."""

POROUS = tuple(each.name for each in CHANNELS if each.name != NONE and not each.name.startswith(DENSE))
SWITCHED = tuple(each.name for each in CHANNELS if each.name.startswith(DENSE) and each.name != DENSE)
TOGETHER = ("channel-all", "channel-ends", "channel-ends-in")
"""A polarised layer with all that it may do, and both ends of the ranges of that: what the claim is judged by."""

NAMES = (BARE, NONE, *POROUS, DENSE, *SWITCHED)

EARLY, TIPS = "early", "tips"
"""The numbers that stand for evenness: rms height at 1 mAh/cm2, and largest over mean current while lithium is plated."""

WITHOUT = "what a mat of fibres does without being polarised: pressure, wetting, how far it spreads the current"

KINETICS = "whether a polarised layer makes the reaction of lithium faster or slower"


def reference(name: str) -> str:
    """The same layer without polarisation."""
    return DENSE if name in SWITCHED else NONE


def ratios(studies: Studies, number: str) -> dict[str, Hull]:
    """A number of each layer over that of the same layer without polarisation; of the layer itself over none."""
    pairs = {NONE: BARE, DENSE: BARE} | {name: reference(name) for name in (*POROUS, *SWITCHED)}
    found = {name: relative(studies, name, to, number) for name, to in pairs.items()}
    return {name: hull for name, hull in found.items() if hull is not None}


def field_over_coercive() -> tuple[float, float]:
    """Field of 2 mA/cm2 in the porous and in the dense layer, over the coercive field: what would have to be above 1."""
    shares = []
    for name in (NONE, DENSE):
        _, program, model = named(name).inputs(named(name).grids[0], 0)
        assert model.film is not None  # the model of the ready run has it
        layer = model.film.ferroelectric
        assert layer is not None
        current = abs(program.steps[0].current_density.value)  # type: ignore[union-attr]  # a step at a current
        kappa = layer.conductivity.value + (layer.fixed_charge is not None) * _electrolyte() * layer.porosity.value**1.5
        coercive = coercive_field(quartic(layer.number("polarisation"), layer.number("coercive_field")))
        shares.append(current / kappa / coercive)
    return shares[0], shares[1]


def _electrolyte() -> float:
    from lithoscope.physics.laws.transport import LandesfeindGasteiger

    return float(LandesfeindGasteiger().conductivity(1000.0, 298.15))


def verdict(claims: Claims, studies: Studies) -> Verdict:
    """Whether lithium is plated more evenly under the layer because it is polarised."""
    claim = claims["dipoles.fd.bto_uniform"]
    early, tips = (ratios(studies, number) for number in (EARLY, TIPS))
    porous = [early[name] for name in POROUS if name in early]
    if not porous:
        return said(claim, Word.UNDECIDED, "No ready run of a layer can be used.", decided_by=WITHOUT)
    together = [early[name] for name in TOGETHER if name in early] or porous
    low, high = min(each.low for each in together), max(each.high for each in together)
    value = together[0]
    shown = ", ".join(f"{_short(name)} {early[name].value:.2f}" for name in POROUS if name in early)
    dense = ", ".join(f"{_short(name)} {early[name].value:.2f}" for name in SWITCHED if name in early)
    at, reached = field_over_coercive()
    note = (
        f"Rms height at 1 mAh/cm2 and 2 mA/cm2 over that under the same layer without polarisation: {shown}; with all channels "
        f"{low:.2f} to {high:.2f} over grids, seeds and the ends of the ranges; more evenly is below {1 / NOTICED:.2f}, "
        f"which is ours. The field of the current in the porous layer is {at:.0e} of the coercive field, so that nothing in it "
        f"is reversed. A dense film of 200 ohm cm2 is ({reached:.1f} of the coercive field): {dense} times as rough as "
        f"unpolarised{_even(early, tips)}. A uniform step of potential moves the voltage alone. The observation itself is not "
        "in doubt here: the paper gives no number, and the mat does more than be polarised."
    )
    # It is an observation, which no model refutes by what it lacks.
    word = Word.AGREES if high <= 1 / NOTICED else Word.UNDECIDED
    open_ = None if word is Word.AGREES else WITHOUT if low > 1 / NOTICED else KINETICS
    number = Prediction(value.value, low, high, open_, run=value.runs[-1])
    return with_numbers(said(claim, word, note, decided_by=open_, run=value.runs[-1]), [number])


def _even(early: dict[str, Hull], tips: dict[str, Hull]) -> str:
    if DENSE not in early:
        return ""
    return (
        f"; unpolarised it leaves {early[DENSE].value:.2f} of the height without a film, by its resistance alone"
        f" (largest over mean current {tips[DENSE].value:.2f} of it)"
    )


def _short(name: str) -> str:
    return name.removeprefix("channel-")


def sentence(studies: Studies) -> str:
    """The finding in words."""
    early = ratios(studies, EARLY)
    shown = {name: f"{early[name].value:.2f}" for name in early}
    if not {"channel-switching", "channel-charge", "channel-kinetics", "channel-all", DENSE} <= set(shown):
        return "Too few ready runs of ferroelectric layers can be used."
    return (
        "Plated at 2 mA/cm2 under a porous layer of barium titanate lithium is, at 1 mAh/cm2, "
        f"{shown['channel-switching']} times as rough as under the same layer without polarisation if the layer is a step of "
        f"potential, whether it may switch or not, {shown['channel-charge']} times with fixed charge in its pores, "
        f"{shown['channel-kinetics']} times if it doubles the exchange current density, {shown['channel-all']} times with all "
        f"of them. A dense film of 200 ohm cm2 leaves {shown[DENSE]} of the height by its resistance, polarised or not."
    )


def table(studies: Studies) -> Table:
    """Each layer beside the same without polarisation."""
    early, tips = (ratios(studies, number) for number in (EARLY, TIPS))
    rows = []
    for name in (NONE, *POROUS, DENSE, *SWITCHED):
        to = BARE if name in (NONE, DENSE) else reference(name)
        shown = [f"{seen[name].value:.3f} ({seen[name].low:.2f} to {seen[name].high:.2f})" if name in seen else "no usable run"
                 for seen in (early, tips)]  # fmt: skip
        study = studies[name]
        rough = f"{study.finest.numbers[EARLY]:.3g}" if study.finest.usable else ""
        words = study.number(EARLY).words if any(run.usable for run in study.grids) else ""
        rows.append((_short(name), named(name).film, rough, to, *shown, words))
    columns = ("layer", "what is on", "rms at 1 mAh cm⁻² / µm", "beside", "rms over it", "largest current over it",
               "grids, rms")  # fmt: skip
    step, charge, factor = (lookup(f"channels.{name}") for name in ("potential_step", "fixed_charge", "kinetic_factor"))
    remark = (
        "Plating at 2 mA/cm2 on the uneven native film of bare lithium; the same surface and the same map in all of them. "
        f"Ends: step {step.low:g} to {step.high:g} {step.unit}, charge to {charge.high:g} {charge.unit}, factor "
        f"{factor.low:g} to {factor.high:g}; all of them priors, which nobody measured. Intervals: the two finest grids, and "
        "three seeds on the coarsest. Domains of the layer that is not poled are four cells wide, finer on finer grids."
    )
    return Table("Plating under a ferroelectric layer, channel by channel", columns, tuple(rows), remark)


SHOWN = {
    BARE: "no\nlayer", NONE: "un-\npolarised", "channel-step": "step", "channel-switching": "switching\nstep",
    "channel-charge": "fixed\ncharge", "channel-kinetics": "faster\nkinetics", "channel-kinetics-in": "slower\nkinetics",
    "channel-all": "all", DENSE: "dense, un-\npolarised", "channel-dense-with": "dense,\nhelps",
    "channel-dense-against": "dense,\nhinders",
}  # fmt: skip


def panel(studies: Studies) -> Panel:
    """Sections of the deposits side by side, and the roughness of each beside that of the unpolarised layer."""
    shown = {name: title for name, title in SHOWN.items() if studies[name].finest.usable}
    with figure(DOUBLE, 105 * MM) as drawn:
        grid = drawn.add_gridspec(2, len(shown), height_ratios=[1.15, 1])
        for n, (name, title) in enumerate(shown.items()):
            ax = drawn.add_subplot(grid[0, n])
            _section(ax, studies[name], title, first=n == 0)
        _bars(drawn.add_subplot(grid[1, :]), studies)
        picture = svg(drawn)
    ids = ", ".join(f"{_short(name)} {studies[name].finest.run_id}" for name in shown)
    caption = (
        "Lithium plated at 2 mA/cm2 for 2 h under a layer of barium titanate on the uneven native film. Top: sections of 4 "
        "mAh/cm2 on the finest grid, dark is lithium, 12 um wide. Bottom: rms height at 1 mAh/cm2 and largest over mean "
        "current, over those of the same layer without polarisation (grey: of the unpolarised layer over none); lines span "
        f"grids and seeds, the grey band is a tenth. All numbers of the channels are priors. Runs: {ids}."
    )
    return Panel("channels", "Plating under a ferroelectric layer, channel by channel", picture, caption)


def _section(ax: Axes, study: Study, title: str, *, first: bool) -> None:
    rows = np.array([[int(shade) for shade in row] for row in study.finest.picture])
    height, width = (n * PIXEL_UM for n in rows.shape)
    ax.imshow(rows, cmap="Greys", vmin=0, vmax=12, extent=(0, width, 0, height), interpolation="nearest", aspect="equal")
    ax.set(xticks=[0, width], ylim=(0, 30))
    ax.set_title(title, fontsize=6)
    ax.set_facecolor("white")
    if first:
        ax.set(ylabel="Height / µm", xlabel="µm")
    else:
        ax.set(yticklabels=[], xticklabels=[])
    for side in ax.spines.values():
        side.set_color(BLACK)


def _bars(ax: Axes, studies: Studies) -> None:
    names = (NONE, *POROUS, DENSE, *SWITCHED)
    ax.axhspan(1 / NOTICED, NOTICED, color=GREY, alpha=0.15, lw=0)
    ax.axhline(1, color=GREY, lw=0.6)
    for number, colour, mark, shift, label in (
        (EARLY, BLUE, "o", -0.12, "rms height at 1 mAh cm$^{-2}$"), (TIPS, ORANGE, "s", 0.12, "largest over mean current"),
    ):  # fmt: skip
        found = ratios(studies, number)
        for n, name in enumerate(names):
            if name in found:
                seen, alike = found[name], name in (NONE, DENSE)
                look = GREY if alike else colour
                ax.plot([n + shift] * 2, [max(seen.low, 1e-2), seen.high], color=look, lw=1)
                ax.plot(n + shift, seen.value, mark, color=look, ms=4, mfc="white" if alike else look)
        ax.plot([], [], mark, color=colour, ms=4, label=label)
        for n, name in enumerate(names):
            if name not in found and number == EARLY:
                ax.text(n, 1, "no run\nusable", ha="center", va="center", fontsize=5, color=GREY)
    ax.set_xticks(range(len(names)), [SHOWN.get(name, _short(name).replace("-", ",\n")) for name in names], fontsize=5.5)
    ax.set(ylabel="Over the layer\nwithout polarisation", yscale="log", xlim=(-0.6, len(names) - 0.4))
    ax.set_yticks([0.1, 0.2, 0.5, 1, 2], ["0.1", "0.2", "0.5", "1", "2"])
    ax.minorticks_off()
    ax.legend(loc="lower left")
