"""What films do over cycles: ready runs of films that stay whole, and that crack and grow again, judge what is said of them."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from lithoscope.data import lookup
from lithoscope.studies.claims import Band
from lithoscope.studies.deposits.reading import BEGUN, Hull, hull, interval, relative, said
from lithoscope.studies.deposits.ready import CYCLES, UNEVEN_FILMS, named
from lithoscope.studies.dipoles.tips import NOTICED
from lithoscope.studies.outcome import Table
from lithoscope.studies.verdict import Prediction, Verdict, Word, compare, with_numbers

if TYPE_CHECKING:
    from lithoscope.studies.claims import Claim, Claims
    from lithoscope.studies.deposits.reading import Studies

WHOLE, CRACKING, WEAK, BRITTLE, TOUGH = (f"cycles-{name}" for name in ("whole", "cracking", "weak", "brittle", "tough"))
EVEN = {BRITTLE: "cycles-even-brittle", TOUGH: "cycles-even-tough"}
FILMS = tuple(each.name for each in CYCLES)

EARLY_FILMS = ("bare-uneven-early", "bare-wide-early", *(each.name for each in UNEVEN_FILMS))
NAMES = (*FILMS, *EARLY_FILMS)

LESS = Band(0.0, 1 / NOTICED)

ALIKE = (
    "Heights and strength of a run come from one seed and one correlation length, so that hills are where the film is "
    "strongest: independent fields were not run."
)

LIES = "how the strength of the film lies to the heights of the surface"

STRAINS = "strain at which each kind of film cracks, and how even it is"


def verdicts(claims: Claims, studies: Studies) -> dict[str, Verdict]:
    """What cycles say of unevenness, of weak places and of strength."""
    made = (_feedback(claims, studies), _weak(claims, studies), _strength(claims, studies))
    return {verdict.id: verdict for verdict in made}


def _judged(claims: Claims, name: str, seen: Hull | None, band: Band, note: str, decided_by: str) -> Verdict:
    """A statement with the number that stands for it; undecided without a usable run."""
    claim = claims[name]
    if seen is None:
        return said(claim, Word.UNDECIDED, f"{note} No ready run can be used.", decided_by=decided_by)
    # Shares and ratios are not negative, whatever grids leave.
    number = Prediction(seen.value, max(seen.low, 0.0), seen.high, decided_by, run=seen.runs[-1])
    word = compare(band, number)
    made = said(claim, word, note, decided_by=decided_by if word is Word.UNDECIDED else None, run=seen.runs[-1])
    return with_numbers(made, [number])


def _feedback(claims: Claims, studies: Studies) -> Verdict:
    films = (WHOLE, CRACKING, BRITTLE, TOUGH)
    each = {name: interval(studies, name, "tips_growth") for name in films}
    shown = ", ".join(f"{_short(name)} {seen.value:.2f}" for name, seen in each.items() if seen)
    note = (
        "Largest over mean current density while lithium is plated the fourth time, over that of the first time, 0.5 mAh/cm2 "
        f"each at 2 mA/cm2: {shown}, over films, grids and seeds; a tenth more counts, which is ours. All of them begin "
        f"equally uneven, and the map moves with the surface. Tens of cycles were not run. {ALIKE}"
    )
    return _open(claims["dipoles.sei.feedback"], hull(studies, films, "tips_growth"), note)


def _weak(claims: Claims, studies: Studies) -> Verdict:
    films = (WEAK, CRACKING, BRITTLE, TOUGH)
    each = {name: (interval(studies, name, "weak_share"), interval(studies, name, "cracked_first")) for name in films}
    shown = ", ".join(
        f"{_short(name)} {share.value:.2f} ({100 * first.value:.0f} % of the film cracked by the end of the first plating)"
        for name, (share, first) in each.items() if share and first
    )  # fmt: skip
    note = (
        f"What has cracked in the weakest third of the surface when {100 * BEGUN:.0f} % of the film has, over the mean: "
        f"{shown}. Strength varies by a Weibull modulus of 5; in the first of them nothing else does. That a place cracks at "
        "its own strain is put in, and whether that strain decides where is not: the surface is stretched where lithium runs "
        f"ahead, by far more than films bear. A tenth more counts, which is ours. Fresh lithium is there in a crack, with "
        f"{_fresh()} ohm cm2, until film has grown again."
    )
    return _open(claims["dipoles.sei.weak_fracture"], hull(studies, films, "weak_share"), f"{note} {ALIKE}")


def _open(claim: Claim, seen: Hull | None, note: str) -> Verdict:
    """What hills that are all strong say, whatever it is: the number without a word for or against."""
    if seen is None:
        return said(claim, Word.UNDECIDED, f"{note} No ready run can be used.", decided_by=LIES)
    made = said(claim, Word.UNDECIDED, note, decided_by=LIES, run=seen.runs[-1])
    return with_numbers(made, [Prediction(seen.value, max(seen.low, 0.0), seen.high, LIES, run=seen.runs[-1])])


def _fresh() -> str:
    model = named(CRACKING).inputs(named(CRACKING).grids[0], 0)[2]
    assert model.film is not None  # the model of the ready run has it
    assert model.film.cracking is not None
    return f"{1e4 * model.film.cracking.fresh_resistance.value:.0f}"


def _strength(claims: Claims, studies: Studies) -> Verdict:
    """An even film of inorganic solids against an uneven one of organic: which of them cracks less.

    The ranges of the strains of both kinds nearly meet, and nobody knows how even each is: that they differ in one of the two
    alone is an end of the interval.
    """
    best = relative(studies, EVEN[BRITTLE], TOUGH, "cracked_first")
    parts = {
        "even for uneven, both brittle": relative(studies, EVEN[BRITTLE], BRITTLE, "cracked_first"),
        "even for uneven, both tough": relative(studies, EVEN[TOUGH], TOUGH, "cracked_first"),
        "brittle for tough, both even": relative(studies, EVEN[BRITTLE], EVEN[TOUGH], "cracked_first"),
        "brittle for tough, both uneven": relative(studies, BRITTLE, TOUGH, "cracked_first"),
    }
    shown = ", ".join(f"{what} {seen.value:.2f}" for what, seen in parts.items() if seen)
    ends = [seen for seen in (best, *parts.values()) if seen]
    if best:
        best = replace(best, low=min(seen.low for seen in ends), high=max(seen.high for seen in ends))
    stiff, soft = (lookup(f"sei.{name}.fracture_strain").number for name in ("LiF", "LEDC"))
    note = (
        "Share of the film that has cracked when 0.5 mAh/cm2 have been plated once, of an even film that breaks at "
        f"{stiff:g}, as inorganic ones, over that of an uneven one that breaks at {soft:g}, as organic ones; "
        f"better is a tenth less, which is ours. Each change alone: {shown}. The same resistance and the same growth in all, "
        "so that strength and evenness alone are compared; the strains are priors of the data tables, whose ranges nearly "
        "meet. What is stiff is not what follows a change of volume."
    )
    return _judged(claims, "dipoles.fd.mech", best, LESS, note, STRAINS)


def _short(name: str) -> str:
    return name.removeprefix("cycles-")


def table(studies: Studies) -> Table:
    """Cycles of each film."""
    numbers = ("tips", "tips_growth", "cracked_first", "cracked", "weak_share")
    rows = []
    for name in FILMS:
        seen = [interval(studies, name, number) if number in studies[name].names else None for number in numbers]
        shown = [f"{each.value:.2f} ({each.low:.2f} to {each.high:.2f})" if each else "" for each in seen]
        lost = len(studies[name].unusable)
        words = studies[name].number("tips").words if any(run.usable for run in studies[name].grids) else ""
        rows.append((_short(name), named(name).film, *shown, words, f"{lost} of {len(studies[name].runs)}"))
    columns = ("film", "what it does", "largest over mean current, first", "fourth over first",
               "cracked, first plating", "cracked, end", "weakest third over mean, at first",
               "grids, first", "runs not used")  # fmt: skip
    remark = (
        "0.5 mAh/cm2 plated at 2 mA/cm2 and stripped, four times. Intervals: two finest grids; three seeds on the coarsest."
    )
    return Table("Films over cycles", columns, tuple(rows), remark)


def uneven(studies: Studies) -> Table:
    """Films of the same mean conductivity, more and less uneven, early and late."""
    rows = []
    for name in EARLY_FILMS:
        seen = [interval(studies, name, number) for number in ("early", "tips", "roughness")]
        shown = [f"{each.value:.2f} ({max(each.low, 0):.2f} to {each.high:.2f})" if each else "no usable run" for each in seen]
        rows.append((name, named(name).film, *shown, studies[name].number("early").words))
    columns = ("ready run", "film", "rms at 1 mAh cm⁻² / µm", "largest over mean current", "rms at 4 mAh cm⁻² / µm",
               "grids, early")  # fmt: skip
    remark = (
        "2 mA/cm2 on bare lithium; the mean of the factor on the conductivity is one in all maps, so that patches side by side "
        "have the same resistance. A film that neither cracks nor grows thins where the surface is stretched, also an even one."
    )
    return Table("An even film and uneven ones", columns, tuple(rows), remark)
