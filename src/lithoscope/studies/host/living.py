"""What the long runs say: verdicts and tables."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from lithoscope.analysis.energy import energy_density
from lithoscope.data import lookup
from lithoscope.studies.host import judging, lasting
from lithoscope.studies.host.arithmetic import lithium_thickness
from lithoscope.studies.host.cells import FIRST_VOLTAGE, THIN, bare_cell, interface
from lithoscope.studies.host.hundred import LATE, plateau
from lithoscope.studies.host.lives import SETTLED, fade, film_after, full_cell
from lithoscope.studies.host.runs import RATES
from lithoscope.studies.outcome import Link, Table
from lithoscope.studies.verdict import Prediction, Verdict, Word, judged, stated

if TYPE_CHECKING:
    from lithoscope.studies.claims import Claims
    from lithoscope.studies.host.findings import Findings
    from lithoscope.studies.host.lives import Lives

LATE_BARE, LATE_HOST, FAIL, THIN_FOIL = "host.overpot.bare100", "host.overpot.host100", "host.bare.fail", "host.lto.bare50"


def verdicts(lives: Lives, claims: Claims, found: Findings) -> dict[str, Verdict]:
    """The claims on long cycling."""
    made = (
        _late_bare(lives, claims),
        _late_host(lives, claims, found),
        _failure(lives, claims),
        _more_capacity(lives, claims, found),
        _necking(lives, claims),
        _ether_host(claims, found),
        _thin_foil(lives, claims),
        _full_host(claims),
        *lasting.verdicts(lives, claims),
    )
    return {verdict.id: verdict for verdict in made}


def _open(
    claims: Claims, name: str, note: str, decided: str, on: tuple[str, ...] = (FIRST_VOLTAGE,), run: str | None = None
) -> Verdict:
    return replace(stated(claims[name], Word.UNDECIDED, note, calibrated_on=on, run=run), decided_by=decided)


def _late_bare(lives: Lives, claims: Claims) -> Verdict:
    claim = claims[LATE_BARE]
    if not lives.grown:
        return stated(claim, Word.PENDING, judging.NOT_USED)
    parts = [f"{g.mechanism.name}, {g.strength.said('.2g')} {g.mechanism.unit}".strip() for g in lives.grown]
    low, high = (pick(plateau(g.bare)[-1] for g in lives.grown) for pick in (min, max))
    note = (
        f"Sets one number of ageing, in each of two ways to age taken alone: {'; '.join(parts)}. It is a lower bound, so the "
        "numbers are. The voltage is that of the plateau, with every number of moss at its prior, which takes it far below the "
        "fresh surface first."
    )
    return judged(claim, [Prediction(low, low, high, None, (LATE_BARE,), lives.grown[0].bare.manifest.run_id)], note)


def _late_host(lives: Lives, claims: Claims, found: Findings) -> Verdict:
    fresh, slow = found.overpotential[1.0], lives.hosts.get("1 mA/cm2")
    films = {g.mechanism.name: g.host[1.0] / fresh.value for g in lives.grown}
    if not films or slow is None:
        return stated(claims[LATE_HOST], Word.PENDING, judging.NOT_USED)
    first, late = (float(claims[name].values[0]) for name in ("host.overpot.host1", LATE_HOST))
    moved = float(plateau(slow)[-1] / plateau(slow)[0])
    low, high = min(films.values()), max(films.values())
    note = (
        f"The rise over {LATE} cycles: {moved:.2f} times because lithium moves towards the top, in a run without ageing; and "
        f"{', '.join(f'{x:.2f} times ({name})' for name, x in films.items())}, if the host's surface ages per area as the foil "
        f"that rises to {claims[LATE_BARE].values[0]:g} mV; reported are {late / first:.2f} times in all. Both are taken "
        "one on top of the other, and the first may be missing. Dead lithium is not modelled in a host, and films do not "
        "consume its lithium. The height of the voltage is missed as in the first cycle."
    )
    prediction = Prediction(
        fresh.value * moved * high, fresh.low * low, fresh.high * moved * high, fresh.decided_by, (FIRST_VOLTAGE, LATE_BARE),
        slow.manifest.run_id,
    )  # fmt: skip
    return judged(claims[LATE_HOST], [prediction], note)


def _failure(lives: Lives, claims: Claims) -> Verdict:
    claim = claims[FAIL]
    first, second = (float(v) for v in claim.values)
    known = [f for f in lives.failed if f.cycles is not None]
    by_charge, by_time, by_salt = first, first * 5 / 3, first * 3 / 5
    note = (
        f"{first:g} cycles at 3 mA/cm2 calibrate, the other number is predicted. Laws: a limit of charge gives {by_charge:g} "
        f"cycles at 5 mA/cm2, one of time {by_time:.0f}, depletion of salt, as 1/i2, {by_salt:.0f}; reported are {second:g}, "
        f"between charge and depletion. Runs, with failure as a voltage of twice that of cycle {SETTLED}: "
        + "; ".join(f"{f.mechanism.name} {f.cycles.said('.0f')}" for f in known if f.cycles is not None)
        + ". The paper means fluctuation, which no deterministic model shows: a soft short would be one, and its "
        "recorded voltage is not in the text."
    )
    values = [f.cycles.value for f in known if f.cycles is not None]
    if not values:
        return _open(claims, FAIL, note, "what ends the cell", (FAIL,))
    spread = Prediction(
        float(np.mean(values)),
        min(by_salt, *values),
        max(by_time, *values),
        "what ends the cell",
        (FIRST_VOLTAGE, f"{FAIL}[0]"),
    )
    fixed = Prediction(first, first, first, None, (FAIL,))
    verdict = judged(claim, [fixed, spread], note)
    return replace(verdict, verdict=Word.UNDECIDED, decided_by="what ends the cell")


def _more_capacity(lives: Lives, claims: Claims, found: Findings) -> Verdict:
    host, foil = (found.profiles[name][1.0][0].mean for name in ("host, 3 mAh", "bare, 3 mAh"))
    note = (
        f"With 3 mAh/cm2 at 1 mA/cm2 two hosts of 253 um need {host:.0f} mV, two fresh foils {foil:.0f}; the map strips and "
        f"plates 5 mAh/cm2 in hosts of {THIN:g} um without a clogged top. So the lower voltage holds. That cycling is stabler "
        "is a statement on ageing, which the host's model has not, and the numbers stand in a supplement that was not read."
    )
    return _open(claims, "host.cap3", note, "how a host ages")


def necks(volts: np.ndarray) -> bool:
    """Whether a voltage falls first and then rises, each by a twentieth at least."""
    least = int(volts.argmin())
    return 0 < least < len(volts) - 1 and volts[0] > 1.05 * volts[least] and volts[-1] > 1.05 * volts[least]


def _necking(lives: Lives, claims: Claims) -> Verdict:
    claim = claims["host.ether.necking"]
    if not lives.ether:
        return stated(claim, Word.PENDING, judging.NOT_USED)
    number = sum(necks(v) for v in lives.ether.values())
    word = Word.AGREES if number == len(lives.ether) else Word.UNDECIDED if number else Word.DISAGREES
    others = [name for name, v in lives.ether.items() if not necks(v)]
    first = next(iter(lives.ether.values()))
    note = (
        f"In {number} of {len(lives.ether)} runs of {LATE} cycles at 1 mA/cm2 in ether the voltage falls first and then rises, "
        f"by a twentieth each; at the priors from {first[0]:.0f} to {first.min():.0f} mV in cycle {first.argmin() + 1} and to "
        f"{first[-1]:.0f} mV. Moss lowers it, films raise it. {'Not with ' + ', '.join(others) + '. ' if others else ''}The "
        "interface is that of the carbonate cell: the ether's is not known."
    )
    made = stated(claim, word, note, calibrated_on=(FIRST_VOLTAGE,))
    return replace(made, decided_by="how fast films grow, and the area of moss" if word is Word.UNDECIDED else None)


def _ether_host(claims: Claims, found: Findings) -> Verdict:
    host = {i: found.profiles["host, ether"][i][0].mean for i in RATES}
    foil = {i: found.profiles["bare, ether"][i][0].mean for i in RATES}
    listed = ", ".join(f"{host[i]:.0f} against {foil[i]:.0f} mV at {i:g} mA/cm2" for i in RATES)
    note = (
        "In ether, with geometry and interface as in carbonate, two hosts need less than two fresh foils at every current: "
        f"{listed}. Constant profiles need a host that ages, and the numbers stand in a supplement that was not read."
    )
    return _open(claims, "host.ether.flat", note, "how a host ages")


def _thin_foil(lives: Lives, claims: Claims) -> Verdict:
    claim = claims[THIN_FOIL]
    thin, stated_capacity, asked = (float(v) for v in claim.values)
    inventory, cycled = thin / lithium_thickness(1), float(claims["host.lto.capacity"].values[0])
    lost = (inventory - cycled) / asked
    thick = float(claims["host.lto.750"].values[0]) / lithium_thickness(1)
    shown = [f"{name}: {fade(result):.0f} cycles" for name, result in lives.full.items()]
    note = (
        f"{thin:g} um are {inventory:.1f} mAh/cm2 ({stated_capacity:g} stated). If the fade begins when what is left is less "
        f"than the cathode takes, {lost:.3f} mAh/cm2 are lost per cycle, an efficiency of {1 - lost / cycled:.1%}; the foil of "
        f"750 um then lasts {(thick - cycled) / lost:.0f} cycles. In runs with {lives.dead:.2f} of the stripped moss dying the "
        "fade begins after: "
        f"{', '.join(shown) or 'none was solved'}{' (the thick foil: not within the run)' if shown else ''}. The other paper's "
        "foil with 1 % FEC loses more, 79.6 %: the opposite of what FEC does."
    )
    values = [thin, stated_capacity]
    predictions = [Prediction(v, v, v, None, (THIN_FOIL,)) for v in values]
    onset = next((fade(r) for name, r in lives.full.items() if name.startswith(f"{thin:g}")), asked)
    run = next((r.manifest.run_id for r in lives.full.values()), None)
    return judged(claim, [*predictions, Prediction(onset, onset, onset, None, (THIN_FOIL,), run)], note)


def _full_host(claims: Claims) -> Verdict:
    held, cycled = float(claims["host.lto.host"].values[0]), float(claims["host.lto.capacity"].values[0])
    needs = (held - cycled) / LATE / cycled
    asked = float(claims[THIN_FOIL].values[2])
    foil = (float(claims[THIN_FOIL].values[0]) / lithium_thickness(1) - cycled) / asked
    note = (
        f"With the loss of the foil, {foil:.2f} mAh/cm2 per cycle, a host of {held:g} mAh/cm2 would fade after "
        f"{(held - cycled) / foil:.0f} cycles. To last {LATE} it may lose {needs:.1%} of what it cycles, "
        f"{foil / cycled / needs:.1f} times less. For how many cycles it was seen to be stable is not in the text, and no "
        "model here says what a host loses."
    )
    return _open(claims, "host.lto.host", note, "what a host loses per cycle", (THIN_FOIL,))


# ------------------------------------------------------------------------------------------- tables and chain


def tables(lives: Lives, found: Findings, claims: Claims) -> tuple[Table, ...]:
    """A hundred cycles of two hosts, ageing that the bare cell asks for, both bare cells side by side, and the full cells."""
    return lasting.table(lives), _growth(lives), _bare_cells(lives, found, claims), energy(found, claims)


def _growth(lives: Lives) -> Table:
    rows = []
    for g in lives.grown:
        low, high = g.mechanism.known
        film = film_after(g.mechanism, g.strength.value, 2 * LATE) * 1e9
        strength = f"{g.strength.said('.2g')} {g.mechanism.unit}"
        hosts = (f"{g.host[i]:.0f}" for i in RATES)
        rows.append((g.mechanism.name, strength, f"{low:.2g} to {high:.2g}", f"{film:.0f}", *hosts))
    columns = (
        "mechanism",
        "strength",
        "range of the table",
        f"film after {2 * LATE} h / nm",
        *(f"two hosts, cycle {LATE}, {i:g} mA/cm2 / mV" for i in RATES),
    )
    remark = (
        "Each as strong as the voltage of the bare cell in cycle 100 asks, by itself. Hosts: with the film that grows on them "
        "as on the foil."
    )
    return Table("What the rise of the bare cell asks for", columns, tuple(rows), remark)


def _bare_cells(lives: Lives, found: Findings, claims: Claims) -> Table:
    here = interface(found.point)
    there_ohm = 320.0
    rows = [
        ("electrolyte", "1 M LiPF6, EC and diethyl carbonate", "1 M LiPF6, EC and DMC"),
        ("area", "1 cm2, stated", "0.4 to 2 cm2, not stated"),
        ("calibrated on", "more than 100 mV at 1 mA/cm2", f"{there_ohm:g} ohm before cycling"),
        ("one face, fresh / Ω cm²", f"{here.resistance * 1e4:.0f}", f"{there_ohm * 1.13 / 2:.0f} on 1.13 cm2 (64 to 320)"),
        ("reported life at 1 mA/cm2", "more than 200 h, 170 mV then", "100 h"),
    ]
    for name, result in lives.beside.items():
        grown = next(g for g in lives.grown if g.mechanism.name == name)
        theirs, ours = plateau(result), plateau(grown.bare)
        half = min(len(theirs), LATE // 2) - 1
        rows.append(
            (
                f"voltage in cycle {half + 1} with the same {name} / mV",
                f"{ours[min(half, len(ours) - 1)]:.0f}",
                f"{theirs[half]:.0f}",
            )
        )
    remark = (
        "The bare cells of both papers. The same lithium in nearly the same electrolyte differs by a factor of four in the "
        "resistance of a fresh face on a disc of 1.13 cm2, and by two in life at least. With ageing of the same strength per "
        "area the cell of the other paper has not reached 1 V when it is reported to have failed. Area, solvent and what "
        "counts as an end separate them; only the area is a number that could be looked up."
    )
    return Table("Two papers, one bare lithium", ("", "this paper", "the perovskite paper"), tuple(rows), remark)


def energy(found: Findings, claims: Claims) -> Table:
    """What the excess of lithium and of electrolyte cost the full cells."""
    foils = [float(claims[name].values[0]) for name in (THIN_FOIL, "host.lto.750")]
    bare, lean = bare_cell(found.point, found.ranges), lookup("practice.electrolyte_lean_vehicle")
    density = lookup("practice.electrolyte_density").to("g/cm3")
    assert lean.high is not None  # the table gives a range
    amounts = (("as in a laboratory", "electrolyte.amount", f"{lookup('solutions.amount').number!r} uL/cm2"),
               ("as in a vehicle cell, at most", "electrolyte.per_capacity", f"{lean.high / density!r} uL/mAh"))  # fmt: skip
    rows = []
    for foil in foils:
        for words, path, amount in amounts:
            seen = energy_density(full_cell(bare, foil, 0.0, claims).changed(path, amount))
            shares = seen.table["mass_share"]
            wet = shares[["electrolyte in the pores", "electrolyte outside the pores"]].sum()
            rows.append((f"{foil:g}", words, f"{shares['excess of lithium']:.0%}", f"{wet:.0%}", f"{seen.by_mass:.0f}",
                         f"{seen.by_volume:.0f}"))  # fmt: skip
    columns = ("lithium / um", "electrolyte", "excess of lithium, of the mass", "electrolyte, of the mass", "Wh/kg", "Wh/L")
    remark = (
        "Stack of the full cell with Li4Ti5O12 of 3 mAh/cm2: one coated side with half of each collector, without a case. The "
        "foil of 750 um, in which nothing can run out, costs more than the cathode weighs."
    )
    return Table("Energy of the full cells", columns, tuple(rows), remark)


def chain() -> tuple[Link, ...]:
    """Calibrations of the long runs."""
    return (
        Link((LATE_BARE,), "growth of films, or dead lithium, on the foil", (LATE_HOST,)),
        Link((f"{FAIL}, 3 mA/cm2",), "what ends the bare cell", (f"{FAIL}, 5 mA/cm2",)),
        Link((THIN_FOIL,), "share of stripped moss that dies in a full cell", ("host.lto.host", "750 um of lithium")),
    )
