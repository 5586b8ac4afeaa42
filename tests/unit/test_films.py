"""What the study reads off voltammograms and lithiations, and what it concludes from them."""

import math
from types import SimpleNamespace

import numpy as np
import pytest

import lithoscope as ls
from lithoscope.analysis.voltammetry import ScanCurve
from lithoscope.errors import LithoscopeError
from lithoscope.physics.cell import Plated
from lithoscope.run import run
from lithoscope.studies.claims import Band, read_claims
from lithoscope.studies.perovskite import converted, convertspread, filmverdicts, voltammetry
from lithoscope.studies.perovskite.cells import THICKNESS
from lithoscope.studies.perovskite.converted import LAW, LAWS, LEAD, TIN, Converted, Lithiated, Lithiations
from lithoscope.studies.perovskite.convertspread import ConvertedSpread, Design
from lithoscope.studies.perovskite.scanned import _with_counter
from lithoscope.studies.perovskite.voltammetry import (
    BARE,
    ELECTRODES,
    FILM_CONDUCTIVITY,
    FIRST_CYCLE,
    KNOBS,
    SPECTRA,
    Curves,
    Scans,
    electrode,
)
from lithoscope.studies.ranges import at_values
from lithoscope.studies.verdict import Prediction, Word, answered

CLAIMS = read_claims("perovskite")
RANGES = voltammetry.ranges(CLAIMS)


def bell(V: np.ndarray, at: float, height: float) -> np.ndarray:
    return height * np.exp(-(((V - at) / 0.04) ** 2))


V = np.linspace(2.0, -0.1, 2101)
DOWN = ScanCurve(V, -bell(V, 1.5, 0.05) - bell(V, 0.6, 0.5) - bell(V, 0.4, 0.3) - 10 * np.clip(-V, 0, None))


@pytest.mark.fails_when("analysis/voltammetry.py", "find_peaks(way * J", "find_peaks(J")
def test_peaks_of_a_scan() -> None:
    """Reductions of a scan that falls, from the highest voltage down, with what they stand out by; plating is none."""
    assert not DOWN.rises
    found = DOWN.peaks(-0.1, 2.0)
    assert [peak.voltage for peak in found] == pytest.approx([1.5, 0.6, 0.4], abs=1e-3)
    assert [peak.prominence for peak in found] == pytest.approx([0.05, 0.5, 0.3], abs=2e-3)
    assert found[0].current_density == pytest.approx(-0.05, abs=1e-4)
    assert [peak.voltage for peak in DOWN.peaks(0.5, 1.0, least=0.1)] == pytest.approx([0.6], abs=1e-3)
    up = ScanCurve(V[::-1], bell(V[::-1], 0.8, 0.2))
    assert up.rises
    assert [peak.voltage for peak in up.peaks(0.0, 2.0, least=0.01)] == pytest.approx([0.8], abs=1e-3)
    assert float(up.at(0.8)) == pytest.approx(0.2)
    assert float(up.at(5.0)) == pytest.approx(float(up.current_density[-1]))


@pytest.mark.fails_when("studies/perovskite/voltammetry.py", "if peak.prominence >= least]", "]")
def test_what_is_read_off_a_cycle() -> None:
    """Insertion above 1 V, the other reductions that are seen beside the largest, the current at -0.1 V."""
    small = ScanCurve(V, DOWN.current_density - bell(V, 0.85, 0.02))
    curves = Curves(small, ScanCurve(V[::-1], bell(V[::-1], 0.1, 2.0)))
    assert curves.insertion is not None
    assert curves.insertion.voltage == pytest.approx(1.5, abs=1e-3)
    assert [peak.voltage for peak in curves.reactions] == pytest.approx([0.6, 0.4], abs=2e-3), "0.02 beside 0.5 is not seen"
    assert curves.plating == pytest.approx(1.0, abs=1e-3)
    assert curves.stripping == pytest.approx(2.0, rel=1e-3)


@pytest.mark.fails_when("studies/perovskite/voltammetry.py", "if name not in knob.electrodes or", "if")
def test_open_numbers_stand_where_they_should() -> None:
    """Every one has a range in the data, moves its electrodes and no other, and the films get what the spectra say."""
    base = at_values(tuple(RANGES.values()))
    for name in ELECTRODES:
        quoted = {p.path: p.quantity.value for p in Plated().parameters(electrode(name, RANGES, base))}
        for knob in (*KNOBS, *SPECTRA):
            r = RANGES[knob.name]
            assert r.low < r.high
            moved = electrode(name, RANGES, base | {knob.name: r.high if r.value != r.high else r.low})
            changed = {
                p.path for p in Plated().parameters(moved) if p.quantity.value != pytest.approx(quoted[p.path], rel=1e-9)
            }
            assert changed == (set(knob.paths) if name in knob.electrodes else set()), (name, knob.name)
    numbers = {p.path: p.quantity for p in Plated().parameters(electrode(TIN, RANGES, base))}
    assert numbers["working.coating.conductivity"].to("S/cm") == pytest.approx(8e-6 / 1.13, rel=1e-5)
    assert numbers["working.coating.conductivity"].status == "calibrated"
    assert numbers["working.coating.thickness"].range_in("um") == pytest.approx((0.8, 1.2))


@pytest.mark.fails_when(
    "studies/perovskite/scanned.py", '"native_film.conductivity", "exchange_current_density"', '"native_film.conductivity"'
)
def test_a_counter_electrode_as_in_another_cell() -> None:
    base = at_values(tuple(RANGES.values()))
    bare = ls.Cell.symmetric(
        anode=ls.Foil("50 um", native_film=ls.NativeFilm("20 nm", "1e-9 S/cm"), exchange_current_density="0.5 mA/cm2"),
        separator="PP 20 um", electrolyte="1 M LiPF6 EC:DMC 1:1", area="1 cm2",
    )  # fmt: skip
    made = {p.path: p.quantity for p in Plated().parameters(_with_counter(electrode(BARE, RANGES, base), bare))}
    assert made["counter.native_film.thickness"].to("nm") == pytest.approx(20)
    assert made["counter.native_film.conductivity"].to("S/cm") == pytest.approx(1e-9)
    assert made["counter.exchange_current_density"].to("mA/cm2") == pytest.approx(0.5)
    assert made["counter.thickness"].to("um") == pytest.approx(500), "only the interface"


OPEN = converted.ranges(CLAIMS)
POINT = at_values(OPEN)


@pytest.mark.fails_when("studies/perovskite/converted.py", "slope = (miss - last[1])", "slope = -(miss - last[1])")
def test_the_tin_film_calibrates_under_both_laws() -> None:
    """Away from the values of the data, too; the lead film then is predicted, and the thickness of both only scales amounts."""
    films = Lithiations(POINT)
    for n, law in enumerate(LAWS):
        point = {**POINT, LAW: float(n), converted.SHARE: 0.27, converted.DENSITY: 0.1, THICKNESS: 1.2}
        tin, lead = films.at(point, TIN), films.at(point, LEAD)
        assert tin.share == pytest.approx(0.27, rel=1.1e-3), law
        assert tin.amount == pytest.approx(0.27 * 1.2e-4 / 115, rel=2e-3)
        assert tin.thickness == pytest.approx(0.27 * 1.2, rel=2e-3)
        assert lead.share == pytest.approx(0.135 if law == "tunnelling" else 0.172, abs=0.004)
    assert films.leak(POINT) * 1e-4 == pytest.approx(3.52e-8, rel=2e-3), "the number of the data tables"


def made_up(**fields: Prediction) -> SimpleNamespace:
    return SimpleNamespace(**fields)


@pytest.mark.fails_when("studies/verdict.py", "compare(band, prediction), note)", "Word.AGREES, note)")
def test_statements_without_a_number_are_compared() -> None:
    claim = CLAIMS[filmverdicts.STRIP]
    band = Band(0.0, math.inf)
    holds = answered(claim, Prediction(1, 0.5, 2, "x", ("perovskite.eis.msc",)), band, "n")
    assert (holds.verdict, holds.decided_by, holds.predicted) == (Word.AGREES, None, (1,))
    assert holds.calibrated_on == ("perovskite.eis.msc",)
    either = answered(claim, Prediction(1, -0.5, 2, "x"), band, "n")
    assert (either.verdict, either.decided_by) == (Word.UNDECIDED, "x")
    assert answered(claim, Prediction(-1, -2, -0.5, "x"), band, "n").verdict is Word.DISAGREES


@pytest.mark.fails_when("studies/perovskite/filmverdicts.py", "low=min(tin.low, lead.low)", "low=tin.low")
def test_both_films_together() -> None:
    found = {TIN: Prediction(1.8, 1.0, 2.0, "a"), LEAD: Prediction(1.4, 0.2, 1.6, "b")}
    both = filmverdicts._both(found)
    assert (both.value, both.low, both.high, both.decided_by) == (1.8, 0.2, 2.0, "b")
    lowest = filmverdicts._joint(found, min)
    assert (lowest.value, lowest.low, lowest.high) == (1.4, 0.2, 1.6)


@pytest.mark.fails_when("studies/perovskite/filmverdicts.py", "replace(done.lead, calibrated=())", "done.lead")
def test_the_first_share_calibrates_and_the_second_is_judged() -> None:
    """Both stand in one claim: what the tin film sets supports nothing, what the lead film does is compared."""
    film = SimpleNamespace(share=0.3)
    others = {(law, f): film for law in LAWS for f in (TIN, LEAD)}
    rates = (np.array([0.05, 0.5]), {(law, TIN): np.array([0.3, 0.2]) for law in LAWS})
    claim = CLAIMS[converted.FRACTION]
    for lead, word in (
        (Prediction(0.15, 0.13, 0.21, LAW, (claim.id,)), Word.UNDECIDED),
        (Prediction(0.3, 0.25, 0.4, LAW), Word.DISAGREES),
    ):
        done = SimpleNamespace(films=others, lead=lead, rates=rates, point=POINT)
        made = filmverdicts._fraction(claim, done)
        assert (made.verdict, made.calibrated_on) == (word, (claim.id,))
    inside = SimpleNamespace(films=others, lead=Prediction(0.15, 0.14, 0.16, LAW), rates=rates, point=POINT)
    assert filmverdicts._fraction(claim, inside).verdict is Word.CALIBRATED, "the weakest of both"


@pytest.mark.slow
def test_the_numbers_that_are_not_moved_move_little() -> None:
    """No other number of the electrodes moves the current at -0.1 V by a tenth, but for those that scale a moved one."""
    same = ("native_film.thickness", "roughness", "activation_energy")
    base = at_values(tuple(RANGES.values()))
    scans = Scans(RANGES)
    for name in (BARE, TIN, LEAD):
        cell, quoted = electrode(name, RANGES, base), scans.curves(name, base).plating
        moved = {path for knob in (*KNOBS, *SPECTRA) for path in knob.paths}
        for p in Plated().parameters(cell):
            if p.path in moved or p.path.endswith(same) or p.quantity.low is None or p.quantity.high is None:
                continue
            for end in (p.quantity.low, p.quantity.high):
                unit = "" if p.quantity.unit == "1" else f" {p.quantity.unit}"
                result = run(cell.changed(p.path, f"{end!r}{unit}"), FIRST_CYCLE, Plated(), progress=False)
                assert Curves.of(result).plating == pytest.approx(quoted, rel=0.1), (name, p.path, end)


@pytest.mark.fails_when(
    "studies/perovskite/voltammetry.py", "conductivity_at(reported, point) / 100", "conductivity_at(reported, point)"
)
def test_the_film_conductivity_covers_the_readings_of_the_spectra() -> None:
    r = RANGES[FILM_CONDUCTIVITY]
    assert r.low < 1e-6 < r.value < 3e-5 < r.high


@pytest.mark.fails_when(
    "studies/perovskite/convertspread.py",
    "runs.at(point, name) for name in FILMS",
    "runs.at(runs.point, name) for name in FILMS",
)
def test_each_design_is_calibrated_on_its_own_share() -> None:
    point = {**POINT, LAW: 1.0, converted.SHARE: 0.28, converted.DENSITY: 0.2, converted.LEAK: 30.0, THICKNESS: 0.9}
    seen = convertspread._design(Lithiations(POINT), point)
    assert seen.films[TIN].share == pytest.approx(0.28, rel=1.1e-3)
    assert seen.films[TIN].thickness == pytest.approx(0.28 * 0.9, rel=2e-3)
    assert seen.films[LEAD].share != pytest.approx(0.14, rel=0.05), "not the same moles where electrons are conducted"
    assert seen.thicker > 1
    assert seen.grown > 1


@pytest.mark.fails_when(
    "studies/perovskite/convertspread.py",
    "except LithoscopeError:\n        return None",
    "except ZeroDivisionError:\n        return None",
)
def test_a_design_that_does_not_come_to_its_end_gives_no_number(monkeypatch: pytest.MonkeyPatch) -> None:
    film = Lithiated(0.15, 2.8e-7, 0.3, 4.25, 50.0)

    def at(self: Lithiations, point: dict[str, float], name: str) -> Lithiated:
        if point[LAW]:
            raise LithoscopeError("as told")
        return film

    monkeypatch.setattr(Lithiations, "at", at)
    monkeypatch.setattr(convertspread, "DESIGNS", 4)
    monkeypatch.setattr(convertspread, "doubled", lambda *_: 1.02)
    monkeypatch.setattr(convertspread, "growth", lambda *_: 1.7)
    seen = convertspread.spread_lithiations(POINT, OPEN, lambda *_: None)
    assert [each is None for each in seen.designs] == [bool(law) for law in seen.columns[LAW]]
    made = seen.film(LEAD, "share").added_to(Prediction(0.2, 0.19, 0.21), Band(0.12, 0.18))
    assert (made.low, made.high, made.sampled.failed) == (0.15, math.inf, 2)
    data = answered(CLAIMS[filmverdicts.LIMIT], made, Band(0.0, 1.0), "n").as_data()
    assert data["high"] is None, "an interval that is open above"


def converted_with(**found: object) -> Converted:
    """What the lithiations gave, as far as the designs are added to it."""
    same = {f: Prediction(1.0, 1.0, 1.0) for f in (TIN, LEAD)}
    given = {"amount": same, "depth": same, "lead": Prediction(1.0, 1.0, 1.0), "thicker": Prediction(1.0, 1.0, 1.0),
             "grown": Prediction(1.0, 1.0, 1.0)} | found  # fmt: skip
    return Converted(**dict.fromkeys(Converted.__dataclass_fields__) | given)


@pytest.mark.fails_when(
    "studies/perovskite/filmverdicts.py", 'lead=designs.film(LEAD, "share")', 'lead=designs.film(TIN, "share")'
)
def test_verdicts_on_the_conversion_hold_all_designs() -> None:
    """Some of the designs lie as reported; what the tin film set still supports nothing."""
    shares = np.linspace(0.1, 0.28, 20)
    tin, designs = Lithiated(0.3, 2.8e-7, 0.3, 4.25, 50.0), []
    for n, share in enumerate(shares):
        lead = Lithiated(float(share), 3e-7, 0.31, 4.25, 50.0)
        designs.append(Design({TIN: tin, LEAD: lead}, 1.005 + 0.01 * n, 1.04 + 0.05 * n))
    drawn = ConvertedSpread({LAW: list(range(20)), "idle": [3, 1, 4, 1, 5, 9, 2, 6, 5, 3] * 2}, designs)
    film = SimpleNamespace(share=0.3)
    done = converted_with(
        lead=Prediction(0.15, 0.14, 0.16, converted.SHARE, (converted.FRACTION,)), point=POINT,
        films={(law, f): film for law in LAWS for f in (TIN, LEAD)},
        rates=(np.array([0.05, 0.5]), {(law, TIN): np.array([0.3, 0.2]) for law in LAWS}),
    )  # fmt: skip
    told = filmverdicts.informed_of_conversion(done, drawn, CLAIMS)
    claim = CLAIMS[converted.FRACTION]
    before, made = (filmverdicts._fraction(claim, each) for each in (done, told))
    assert before.verdict is Word.CALIBRATED
    assert (made.verdict, made.calibrated_on, made.decided_by) == (Word.UNDECIDED, (claim.id,), LAW)
    assert (made.low[1], made.high[1]) == pytest.approx((0.1, 0.28))
    assert made.sampled[0] is None, "the tin film calibrates"
    assert made.sampled[1].inside == pytest.approx(0.3)
    assert "Of 20 designs with all open numbers free at once 30% give the lead film the reported share." in made.note
    assert "designs" not in before.note
    assert told.thicker.sampled.inside == pytest.approx(0.5)
    assert told.grown.sampled.inside == pytest.approx(0.1)
    assert (told.amount[LEAD].high, told.depth[LEAD].low) == (1.0, 0.31)
