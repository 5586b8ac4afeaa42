"""What the depth profiles of the films say: verdicts, a figure, a table."""

from __future__ import annotations

import math
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
from matplotlib.lines import Line2D

from lithoscope.analysis.figures.depth import draw_photoemission, draw_shares
from lithoscope.analysis.figures.style import BLACK, DOUBLE, GREY, MM, ORANGE, TEAL, figure, svg
from lithoscope.analysis.photoemission import strata_of
from lithoscope.constants import thermal_voltage
from lithoscope.data import lookup
from lithoscope.studies.claims import Band
from lithoscope.studies.outcome import Panel, Table
from lithoscope.studies.perovskite.converted import CONTACT_H, DENSITY, LAWS
from lithoscope.studies.perovskite.depth import PLATING_H, REACTION, Deep, whole_salt
from lithoscope.studies.perovskite.filmverdicts import GRADIENT, LIMIT, OXIDISED, SAME
from lithoscope.studies.perovskite.voltammetry import TIN
from lithoscope.studies.typeset import typeset
from lithoscope.studies.verdict import Prediction, Verdict, answered
from lithoscope.units import convert

if TYPE_CHECKING:
    from collections.abc import Mapping

    from lithoscope.studies.claims import Claims
    from lithoscope.studies.perovskite.converted import Converted

REFERENCES = "perovskite.xps.sn"

SHOWS = 0.1
"""Share of reduced tin from which a spectrum of tin shows it beside the oxidised one: a reading, the paper gives none."""

MOST = 0.5
"""Share from which a layer counts as what it mostly is: a reading."""

SLOWER = "whether electrons or lithium ions are slower in the unconverted film"

STEADY_K = 298.15


def verdicts(deep: Deep, done: Converted, claims: Claims) -> dict[str, Verdict]:
    """The claims on what lies where, and on what photoemission finds at the surface."""
    made = (
        answered(claims[GRADIENT], _either_way(deep.structure), Band(MOST, math.inf), _structure_note(deep, done)),
        answered(claims[OXIDISED], deep.reduced[PLATING_H], Band(-math.inf, SHOWS), _surface_note(deep, done, PLATING_H)),
        _centre(claims, deep, _surface_note(deep, done, CONTACT_H)),
    )
    return {verdict.id: verdict for verdict in made}


def _either_way(order: Prediction) -> Prediction:
    """The order of the layers with the other end of what is open: where ions are slower, product lies at the surface."""
    return replace(order, low=0.0, decided_by=SLOWER)


def _centre(claims: Claims, deep: Deep, note: str) -> Verdict:
    """The centre of the tin line: a share s of reduced tin moves it by s times the distance of the two references, eV."""
    oxidised, metal = (float(value) for value in claims[REFERENCES].values)
    p = deep.reduced[CONTACT_H]
    value, high, low = (oxidised - (oxidised - metal) * each for each in (p.value, p.low, p.high))
    band = Band(float(claims[SAME].values[0]) - SHOWS * (oxidised - metal), math.inf)
    return answered(claims[SAME], replace(p, value=value, low=low, high=high), band, note)


def with_lengths(verdict: Verdict, deep: Deep, done: Converted) -> Verdict:
    """The verdict on the blocking by LiCl with the two lengths that it asks for. verdict: of that claim."""
    assert verdict.id == LIMIT  # the claim on blocking
    return replace(verdict, note=f"{verdict.note} {_lengths_note(deep, done)}")


def _conductivity(depth_nm: float, density: float) -> float:
    """Conductivity with which electrons get so deep, l = 2 V_T sigma_e / j, S/cm. density: mA/cm2."""
    return depth_nm * 1e-9 * convert(density, "mA/cm2", "A/m2") / (2 * thermal_voltage(STEADY_K)) / 100


def _structure_note(deep: Deep, done: Converted) -> str:
    p, r = deep.structure, deep.ranges[0]
    density = done.point[DENSITY]
    return (
        f"After the lithiation tin is unreduced at the surface and reduced at the metal, in the tin line, to {p.value:.0%} at "
        f"least ({p.low:.0%} to {p.high:.0%} over the ranges); a layer counts as what it is to {MOST:.0%}. That follows from "
        f"two things: {deep.share['tunnelling', 0.0]:.0%} convert, which calibrates, and electrons come from the metal and get "
        f"{r.low:g} to {r.high:g} nm into unconverted film: further, the product would not lie between them and it, and "
        "could not block. Both are put in. Where electrons got through the film faster than lithium ions, it would convert "
        "from the surface down, and the order would be the opposite (0 %); nobody measured their conductivity. "
        f"At {density:g} mA/cm2 {r.high:g} nm are a conductivity for electrons of "
        f"{_conductivity(r.high, density):.1g} S/cm in the film; with far more, it would convert evenly. The width of the step "
        "in the paper's own depth profile would measure this depth; it is not given in numbers."
    )


def _surface_note(deep: Deep, done: Converted, hours: float) -> str:
    p, deepest, density = deep.reduced[hours], deep.deepest[hours], done.point[DENSITY]
    shares = {law: deep.share[law, hours] for law in LAWS}
    what = "the deposition takes" if hours == PLATING_H else "100 cycles take"
    return (
        f"In {hours:g} h, as long as {what}, {shares['tunnelling']:.0%} of the tin film have converted where electrons "
        f"tunnel through the product and {shares['conduction']:.0%} where they are conducted. The tin line of the surface is "
        f"then metallic to {p.value:.1%} ({p.low:.1%} to {p.high:.1%}); a spectrum shows it from {SHOWS:.0%} on, which is a "
        f"reading. Where electrons tunnel, the surface stays as it is as long as they get less than {deepest:.0f} nm into the "
        f"film, {_conductivity(deepest, density):.1g} S/cm at {density:g} mA/cm2. {_conducted(deep, hours)} Three mean free "
        f"paths are {3 * lookup('photoemission.mean_free_path').to('nm'):.2g} nm: the front comes nearer than that before "
        "photoemission shows it. The film of the electrolyte on the surface is not counted."
    )


def _conducted(deep: Deep, hours: float) -> str:
    """What an unchanged surface would say of a product that conducts, over the range of the reaction depth."""
    at, seen = deep.against
    r = deep.ranges[0]
    inside = seen["conduction", hours][(at >= r.low) & (at <= r.high)]
    low, high = float(inside.min()), float(inside.max())
    says = (
        "an unchanged surface excludes such a product" if low > SHOWS
        else "an unchanged surface agrees with such a product too" if high <= SHOWS
        else "an unchanged surface decides on such a product only together with the reaction depth"
    )  # fmt: skip
    return f"Where they are conducted it is metallic to {low:.1%} to {high:.1%} over the range of the {r.name}: {says}."


def _lengths_note(deep: Deep, done: Converted) -> str:
    need, allow, ratio = deep.needed, deep.allowed, deep.ratio
    amount = done.films[LAWS[0], TIN].amount
    LiCl = lookup("films.LiCl.conductivity")
    words = "disagree" if ratio.low > 1 else "need not agree" if ratio.high > 1 else "agree"
    meets = need.value / allow.value * LiCl.to("S/cm")
    return (
        f"Two blocking lengths {words}: {need.value:.1f} nm of LiCl hold electrons back to {done.point[DENSITY]:g} mA/cm2 "
        f"({need.low:.1f} to {need.high:.1f} nm), and the resistance of the film allows {allow.value:.2g} nm "
        f"({allow.low:.1g} to {allow.high:.1g} nm), {ratio.value:.0f} "
        f"times less at the values of the priors ({ratio.low:.1g} to {ratio.high:.0f} "
        f"times); all LiCl of the converted amount would be {whole_salt(amount):.0f} nm. They meet if this LiCl "
        f"conducts {meets:.2g} S/cm ({LiCl.low:.0e} to {LiCl.high:.0e} are its range) and the rest "
        "of it leaves the lithium ions free."
    )


def panel(deep: Deep, done: Converted) -> Panel:
    """What lies where after lithiation, what photoemission shows, and the surface against the reaction depth."""
    with figure(DOUBLE, 66 * MM) as drawn:
        shares, electrons, surface = drawn.subplots(1, 3)
        start = float(deep.run.tree["steps"].to_dataset()["start_time"].values[1])
        strata = strata_of(deep.run, start)
        draw_shares(shares, strata)
        draw_photoemission(electrons, strata)
        shares.set_title("after lithiation", fontweight="normal")
        depth, seen = deep.against
        looks = {
            0.0: (TEAL, "after lithiation"),
            PLATING_H: (ORANGE, f"{PLATING_H:g} h"),
            CONTACT_H: (BLACK, f"{CONTACT_H:g} h"),
        }
        dashes: Mapping[str, str] = {"tunnelling": "-", "conduction": ":"}
        for (law, hours), share in seen.items():
            surface.semilogx(depth, 100 * np.maximum(share, 1e-12), color=looks[hours][0], ls=dashes[law])
        surface.axhline(100 * SHOWS, color=GREY, lw=0.6)
        surface.axvspan(deep.ranges[0].low, deep.ranges[0].high, color=GREY, alpha=0.2, lw=0, zorder=0)
        surface.set(xlabel="Reaction depth / nm", ylabel="Reduced tin / %", ylim=(0, 104), xlim=(depth[0], depth[-1]))
        surface.set_title("what the surface shows", fontweight="normal")
        handles = [Line2D([], [], color=colour, label=label) for colour, label in looks.values()]
        handles += [Line2D([], [], color=GREY, ls=dash, label=law) for law, dash in dashes.items()]
        surface.legend(handles=handles, loc="upper center", bbox_to_anchor=(0.5, -0.24), ncols=2, fontsize=5.5)
    r = deep.ranges[0]
    caption = (
        f"The tin film over its depth. Left: volume shares at the end of the lithiation at {done.point[DENSITY]:g} mA/cm2, the "
        f"solution at the left, the steel at the right; reaction depth {r.value:g} nm, a prior. Middle: what photoemission "
        "shows while this film is sputtered, with aluminium K alpha at normal emission (the paper's supplementary figures 8 "
        "and 16 to 18, not given in numbers); dotted: the metallic part of the tin line. Right: that part at "
        "the surface against the "
        f"reaction depth, after the lithiation, {PLATING_H:g} h and {CONTACT_H:g} h later at 20 mV, where electrons tunnel "
        f"(full) and where they are conducted (dotted: after {CONTACT_H:g} h it is all of it); line: what a spectrum shows, "
        f"{SHOWS:.0%}; band: range of the reaction depth. Calibrated: the converted share. Run: {deep.run.manifest.run_id}."
    )
    return Panel("depth", "The tin film over its depth", svg(drawn), typeset(caption))


def table(deep: Deep) -> Table:
    """What is open, and the lengths."""
    rows = [(r.name, r.symbol, r.quoted, r.extent, r.unit, f"{r.source} ({r.status})") for r in deep.ranges]
    for name, p in (
        ("blocking length that electrons need", deep.needed),
        ("blocking length that the resistance allows", deep.allowed),
    ):
        rows.append((name, "d", f"{p.value:.2g}", f"{p.low:.2g} to {p.high:.2g}", "nm", "computed from the tables"))
    remark = (
        f"The {REACTION} is how far electrons get in unconverted film; the front is as wide. Needed: ln(j_t/j)/(2 kappa) at "
        "the current of the lithiation. Allowed: conductivity of LiCl times the resistance that the spectra leave to one film."
    )
    return Table("The films over their depth", ("number", "symbol", "value", "range", "unit", "source"), tuple(rows), remark)
