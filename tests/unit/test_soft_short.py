"""Soft shorts in traces: what is one, what only looks like one, and files that hold the traces."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

import lithoscope as ls
from lithoscope.analysis.detection import Sample, curve, drawn_cell, rate, trials
from lithoscope.analysis.failure import Mode
from lithoscope.analysis.figures.shorts import draw_detection, draw_diagnosis
from lithoscope.analysis.half_cycles import half_cycles
from lithoscope.analysis.soft_short import DEFAULT, Thresholds, Verdict, soft_short
from lithoscope.analysis.trace import Trace, read_trace
from lithoscope.design.catalogue import entry

DETECTOR, FAILURE, TRACE = "analysis/soft_short.py", "analysis/failure.py", "analysis/trace.py"
MEASURED = Path(__file__).resolve().parents[3] / "shared/data/li_li_tegdme/03_gcpl.txt"
LEVELS = (200.0, 100.0, 80.0, 78.0, 80.0, 82.0, 84.0, 86.0)
"""Resistances of the half-cycles of one direction as a cell is formed and ages, ohm."""


def square(levels: tuple[float, ...], *, contrast: float = 0.0, noise: float = 0.0, seed: int = 0) -> Trace:
    """Half-cycles of an hour at 1 A, strip and plate alike, whose voltage falls by a contrast from its start to its end."""
    t = np.arange(0.0, 3600.0, 10.0)
    signs = np.repeat([(-1.0) ** n for n in range(2 * len(levels))], len(t))
    slope = 1 + contrast * (0.5 - t / 3600)
    voltage = np.concatenate([level * slope for level in levels for _ in range(2)]) * signs
    voltage += noise * np.random.default_rng(seed).standard_normal(len(voltage))
    return Trace(np.arange(len(voltage)) * 10.0, voltage, signs, per_area=False)


@pytest.mark.fails_when(DETECTOR, "fall - max(0.0, least)", "fall")
def test_what_forms_a_cell_is_no_short() -> None:
    """The voltage falls to less than half in three cycles, ever more slowly; then it rises."""
    found = soft_short(square((400.0, 150.0, 100.0, 80.0, 72.0, 70.0, 71.0, 72.0)))
    assert found.verdict is Verdict.HEALTHY
    assert found.onset is None
    assert found.mimics == ()
    assert [finding.verdict for finding in found.findings[:5]] == [Verdict.NO_REFERENCE] * 4 + [Verdict.HEALTHY]


@pytest.mark.parametrize("share", [0.3, 0.5, 0.8])
@pytest.mark.fails_when(DETECTOR, "float(1 - np.exp(-fall)), tuple(reasons)", "fall, tuple(reasons)")
def test_the_share_that_leaks_is_read_off_the_fall(share: float) -> None:
    """A leak that carries a share s of the current lowers V by it; exact for a trace without a trend."""
    levels = (100.0, 80.0, 80.0, 80.0) + (80.0 * (1 - share),) * 4
    found = soft_short(square(levels))
    assert found.verdict is Verdict.SUSPECTED
    assert found.worst.leaked_share == pytest.approx(share, abs=1e-9)
    assert found.onset == pytest.approx(8 * 3600, abs=330), "within the first twelfth of the half-cycle"
    assert f"{share:.0%} below that of half-cycle 7" in found.reason
    assert len(found.mimics) == 3


@pytest.mark.fails_when(DETECTOR, "fall >= limits.hard_fall", "fall >= 2 * limits.hard_fall")
def test_a_hard_short_takes_nearly_all() -> None:
    """From nine tenths of the current on."""
    assert soft_short(square((*LEVELS[:5], 9.0, 9.0))).verdict is Verdict.SUSPECTED
    assert soft_short(square((*LEVELS[:5], 7.0, 7.0))).verdict is Verdict.HARD


@pytest.mark.fails_when(DETECTOR, "piece.contrast <= left", "False")
def test_a_smaller_fall_is_believed_where_the_peaks_go_with_it() -> None:
    """17 % lower: nothing by itself, evidence where the shape is flattened by as much, as a leak would; not where it stays."""
    before, after = square(LEVELS[:5], contrast=0.4), square((66.0, 66.0), contrast=0.3)
    steep = square((66.0, 66.0), contrast=0.4)

    def joined(second: Trace) -> Trace:
        time = np.concatenate([before.time, before.time[-1] + 10 + second.time])
        return Trace(time, np.r_[before.voltage, second.voltage], np.r_[before.current, second.current], per_area=False)

    assert soft_short(joined(steep)).verdict is Verdict.HEALTHY
    found = soft_short(joined(after))
    assert found.verdict is Verdict.SUSPECTED
    assert "peaks and arcs are flattened" in found.reason


@pytest.mark.fails_when(DETECTOR, "max(limits.noisier * usual, limits.least_noise)", "np.inf")
def test_a_smaller_fall_is_believed_where_the_voltage_jumps() -> None:
    """Between two levels, one of them as before: half the time, in bursts of minutes."""
    calm = square(LEVELS[:5], noise=0.1)
    burst = square((80.0, 80.0), noise=0.1)
    jumps = np.where(np.sin(burst.time / 40.0) > 0, 0.82, 1.0)
    time = np.concatenate([calm.time, calm.time[-1] + 10 + burst.time])
    noisy = Trace(time, np.r_[calm.voltage, burst.voltage * jumps], np.r_[calm.current, burst.current], per_area=False)
    found = soft_short(noisy)
    assert found.verdict is Verdict.SUSPECTED
    assert "It jumps by" in found.reason


@pytest.mark.fails_when(DETECTOR, "share - 1) / limits.surplus", "1 - share) / limits.surplus")
def test_more_cannot_come_out_than_went_in() -> None:
    """Where each strip ends at a cut-off voltage: 103 % is a leak; 80 % by itself is not, dead lithium does that, too."""

    def with_charges(*shares: float) -> Trace:
        trace = square((80.0,) * len(shares))
        current = trace.current.copy()
        for n, share in enumerate(shares):
            current[(2 * n + 1) * 360 : (2 * n + 2) * 360] *= share
        return Trace(trace.time, np.abs(trace.voltage) * current, current, per_area=False)

    assert soft_short(with_charges(0.97, 0.97, 0.97, 0.8), strips_all=True).verdict is Verdict.HEALTHY
    found = soft_short(with_charges(0.97, 0.97, 0.97, 1.05), strips_all=True)
    assert found.verdict is Verdict.SUSPECTED
    assert "105.0% of the charge that went in came out again" in found.reason
    assert soft_short(with_charges(0.97, 0.97, 0.97, 1.05)).verdict is Verdict.HEALTHY, "unknown whether it strips all"


@pytest.mark.fails_when("analysis/half_cycles.py", "LOW_QUANTILE = 0.2", "LOW_QUANTILE = 0.9")
def test_a_contact_that_is_closed_for_a_quarter_of_the_time_shows() -> None:
    """The level is a low quantile: the mean of such a half-cycle has fallen by 12 % only."""
    trace = square((100.0, 80.0, 80.0, 80.0, 80.0, 80.0))
    closed = (trace.time > 8 * 3600) & (trace.time % 1200 < 300)
    flickering = Trace(trace.time, np.where(closed, 0.5, 1.0) * trace.voltage, trace.current, per_area=False)
    assert soft_short(flickering).verdict is Verdict.SUSPECTED


# ---------------------------------------------------------------------------------------------- simulated cells


def cycled(cell: ls.Cell, model: ls.Planar | ls.Mossy, short: ls.Short | None = None, cycles: int = 6) -> ls.Result:
    """Strip and plate 1 mAh/cm2 at 1 mA/cm2."""
    program = ls.Program.strip_plate("1 mA/cm2", "1 mAh/cm2", cycles=cycles)
    return ls.run(cell if short is None else cell.replaced(short=short), program, model, progress=False)


@pytest.mark.fails_when(DETECTOR, "least = np.inf", "least = 0.0")
def test_moss_that_lowers_the_voltage_is_told_from_a_short(bare: ls.Cell) -> None:
    """Growing area lowers the voltage to a fifth in the first two cycles; a leak lowers it by half in the fourth."""
    healthy = cycled(bare, ls.Mossy())
    first, second = healthy.cycles["start_peak_voltage"].to_numpy()[:2]
    assert second < 0.3 * first, "it does fall"
    assert soft_short(healthy).verdict is Verdict.HEALTHY
    found = soft_short(cycled(bare, ls.Mossy(), ls.Short("20 mS/cm2", ls.Onset(capacity="7 mAh/cm2"))))
    assert found.verdict is Verdict.SUSPECTED
    assert found.onset == pytest.approx(7 * 3600, abs=600)


@pytest.mark.parametrize("number", range(6))
@pytest.mark.fails_when("analysis/detection.py", 'kind == "mossy" else Ageing()', 'kind == "moss" else Ageing()')
def test_cells_from_the_whole_range_of_the_tables_are_healthy(number: int) -> None:
    """Mossy cells drawn from the ranges of all priors; none is taken for a short, with 1 mV of noise."""
    cell = drawn_cell("mossy", 100 + number)
    assert cell.working.ageing.mossy_area is not None, "it ages by numbers of its own"
    healthy = Trace.of(cycled(cell, ls.Mossy())).measured(noise=1e-3, interval=10.0, seed=number)
    assert soft_short(healthy).verdict is Verdict.HEALTHY


@pytest.mark.parametrize(
    "thresholds",
    [Thresholds(fall=0.15), Thresholds(fall=0.4), Thresholds(supported_fall=0.08), Thresholds(supported_fall=0.2),
     Thresholds(noisier=2.0), Thresholds(noisier=6.0), Thresholds(least_noise=0.01), Thresholds(least_noise=0.05),
     Thresholds(flattened=1.0), Thresholds(flattened=1.3), Thresholds(least_contrast=0.02), Thresholds(least_contrast=0.1)],
    ids=repr,
)  # fmt: skip
@pytest.mark.fails_when(DETECTOR, "falls[n] / (limits.supported_fall if support else limits.fall)", "falls[n] / 3")
def test_no_verdict_hangs_on_one_threshold(bare: ls.Cell, thresholds: Thresholds) -> None:
    """Moved by half or double, each leaves a healthy cell healthy and half of the current suspected."""
    key = "records"
    if key not in KEPT:
        short = ls.Short("20 mS/cm2", ls.Onset(capacity="7 mAh/cm2"))
        KEPT[key] = tuple(Trace.of(cycled(bare, ls.Mossy(), each)) for each in (None, short))
    healthy, shorted = (trace.measured(noise=1e-3, interval=10.0, seed=1) for trace in KEPT[key])
    assert soft_short(healthy, thresholds=thresholds).verdict is Verdict.HEALTHY
    assert soft_short(shorted, thresholds=thresholds).verdict is Verdict.SUSPECTED


KEPT: dict[str, tuple[Trace, ...]] = {}
"""Runs that several cases of one test share."""


@pytest.mark.fails_when(DETECTOR, "electrolyte = read_arc(seen.spectra[0]).start", "electrolyte = None")
def test_a_short_from_the_first_hour_shows_against_the_electrolyte(bare: ls.Cell) -> None:
    """Nothing to compare it with, but a voltage below that of the electrolyte alone, which the first spectrum has shown."""
    short = ls.Short("2 S/cm2", ls.Onset(capacity="0.001 mAh/cm2"))
    cycles = ls.Program.strip_plate("1 mA/cm2", "1 mAh/cm2", cycles=1)
    program = ls.Program([ls.Spectrum("10 MHz", "1 Hz", points_per_decade=4, rest="1 s"), *cycles.steps])
    found = soft_short(ls.run(bare.replaced(short=short), program, ls.Planar(), progress=False))
    assert found.verdict is Verdict.SUSPECTED
    assert "of what the electrolyte alone would need" in found.reason
    healthy = soft_short(ls.run(bare, program, ls.Planar(), progress=False))
    assert healthy.verdict is Verdict.NO_REFERENCE


@pytest.mark.fails_when(DETECTOR, "evidence += [_surplus(pieces, n, limits)] if strips_all else []", "evidence += []")
def test_a_strip_beside_a_leak_does_not_end() -> None:
    """Lithium plated from nothing and stripped to 0.4 V: with a leak that carries the whole current below that voltage, 140 %
    of the charge comes out and no more lithium than went in.
    """
    cell = ls.Cell(
        ls.Foil("10 nm"), separator="PP 20 um", electrolyte="1 M LiPF6 EC:DMC 1:1", area="1 cm2", counter=ls.Foil("500 um")
    )
    strip = ls.Current("1 mA/cm2", {"capacity": "0.7 mAh/cm2", "voltage_above": "0.4 V"})
    program = ls.Program([ls.Loop(4, [ls.Current("-1 mA/cm2", {"capacity": "0.5 mAh/cm2"}), strip])])
    assert soft_short(ls.run(cell, program, ls.Planar(), progress=False)).verdict is Verdict.HEALTHY
    short = ls.Short("8 mS/cm2", ls.Onset(time="2.25 h"))
    seen = ls.run(cell.replaced(short=short), program, ls.Planar(), progress=False)
    found = soft_short(seen)
    assert "140.0% of the charge that went in came out again" in found.findings[5].reasons[0]
    ionic = (seen.steps["charge"] - seen.steps["leaked"]).to_numpy()
    assert ionic[:6].sum() < 0.01 * 18000, "lithium does not come from nowhere"


@pytest.mark.fails_when("analysis/half_cycles.py", "if len(runs) < FEWEST:", "if False:")
def test_a_record_of_direct_current_is_cut_into_pieces(bare: ls.Cell) -> None:
    """A stand-in for a measured record: 30 h in one direction, spikes of the instrument, a short from 24 h on that flickers."""
    short = ls.Short("10 mS/cm2", ls.Onset(time="24 h"), flicker=ls.Flicker("0.6", "10 min", 5))
    program = ls.Program([ls.Current("0.4 mA/cm2", {"duration": "30 h"})])
    trace = Trace.of(ls.run(bare.replaced(short=short), program, ls.Mossy(), progress=False))
    record = trace.measured(noise=1e-3, interval=20.0, seed=3)
    spiked = record.voltage.copy()
    spiked[np.random.default_rng(4).integers(0, len(spiked), 30)] += 0.3
    found = soft_short(Trace(record.time, spiked, record.current, per_area=True))
    assert found.verdict is Verdict.SUSPECTED
    assert found.onset is not None
    assert found.onset / 3600 == pytest.approx(24.0, abs=1.0)
    assert not any(finding.score >= 1 for finding in found.findings if finding.end < 23.9 * 3600)


@pytest.mark.skipif(not MEASURED.exists(), reason="the measured record is not part of the package")
@pytest.mark.fails_when(DETECTOR, "places = [n for n, piece in enumerate(pieces) if piece.sign == sign]", "places = []")
def test_the_measured_record_of_a_soft_short() -> None:
    """Its voltage falls near 24 h and then jumps: found there and not before, with both reasons, from time and voltage alone."""
    trace = read_trace(MEASURED, current="0.4 mA")
    found = soft_short(trace)
    assert found.verdict is Verdict.SUSPECTED
    assert found.onset is not None
    assert 23.5 < found.onset / 3600 < 24.2
    assert "57% below" in found.reason
    after = [finding for finding in found.findings if 25 * 3600 < finding.start < 28 * 3600]
    assert all(any("It jumps by" in reason for reason in finding.reasons) for finding in after)
    assert max(finding.score for finding in found.findings if finding.end < 22.5 * 3600) < 0.8


# ---------------------------------------------------------------------------------------------- rates of detection


@pytest.mark.fails_when("analysis/detection.py", "conductance = share / (1 - share)", "conductance = share / 10 / (1 - share)")
def test_strong_shorts_are_found_and_healthy_cells_are_left_alone() -> None:
    """A small sample of the curve on the page: 80 % of the current is found in every cell, nothing in healthy ones."""
    found = trials(Sample(planar=1, mossy=2, healthy=1, noises=(1e-3,), repeats=1))
    healthy = [trial for trial in found if trial.share == 0]
    strong = [trial for trial in found if trial.share == 0.8]
    assert (len(found), len(healthy)) == (22, 4)
    assert rate(strong) == 1.0
    assert rate(healthy) == 0.0
    assert all(abs(trial.delay) < 3.1 * 3600 for trial in strong)
    false, right = curve(strong, healthy)
    assert (false[0], right[0]) == (0.0, 0.0)
    assert (false[-1], right[-1]) == (1.0, 1.0)
    assert np.all(np.diff(false) >= 0)
    assert right[false == 0][-1] == 1.0, "a level exists at which all are found and none is false"
    assert draw_detection(found).axes[0].get_xlabel().startswith("Share of the current")


# ---------------------------------------------------------------------------------------------- how cells fail


@pytest.mark.fails_when(FAILURE, "End.LITHIUM_EXHAUSTED: Mode.EXHAUSTION", "End.LITHIUM_EXHAUSTED: Mode.SALT")
def test_how_cells_fail(bare: ls.Cell) -> None:
    """Each with its word: nothing, a short, exhausted lithium."""
    assert ls.failure_mode(cycled(bare, ls.Mossy())).mode is Mode.NONE
    short = ls.Short("20 mS/cm2", ls.Onset(capacity="7 mAh/cm2"))
    failed = ls.failure_mode(cycled(bare, ls.Mossy(), short))
    assert failed.word == "soft short suspected"
    assert str(failed).startswith("SOFT SHORT SUSPECTED: From 7.")
    thin = bare.changed("working.thickness", "8 um").changed("working.ageing.dead_fraction", 0.1)
    assert ls.failure_mode(cycled(thin, ls.Mossy(), cycles=30)).mode is Mode.EXHAUSTION


@pytest.mark.fails_when(FAILURE, "End.HOST_CLOGGED: Mode.CLOGGED", "End.HOST_CLOGGED: Mode.STALLED")
def test_a_host_has_deaths_of_its_own() -> None:
    """An end that the status names is the mode, also where the model is another one."""
    given = ls.Cell.parse(entry("host/filled"))
    host = {name: getattr(given.working, name) for name in given.working.model_fields_set - {"kind"}}
    host |= {"thickness": "30 um", "area_share": 1, "lithium_fraction": 0.8, "front": ls.FrontLaw(largest_filling=0.98)}
    program = ls.Program([ls.Current("-1 mA/cm2", {"duration": "20 h"})])
    result = ls.run(given.replaced(working=ls.Host(**host)), program, ls.PorousHost(cells=30), progress=False)
    failed = ls.failure_mode(result)
    assert failed.word == "clogged host"
    assert result.status.sentence in failed.reason


@pytest.mark.fails_when(DETECTOR, "not isinstance(seen, Trace) and has_cathode(seen)", "False")
def test_a_cell_with_a_cathode_is_not_asked_for_shorts() -> None:
    """At half the voltage per current, because the current is doubled, nothing is short; the remedy has the numbers."""
    cell = ls.Cell(ls.Cathode("LTO", "3.2 mg/cm2"), "PP 20 um", "LP30", "1 cm2", counter=ls.Foil("50 um"))
    slow, fast = (
        ls.Program.charge_discharge(current, low="1 V", high="2.5 V", cycles=cycles, first="discharge")
        for current, cycles in (("0.28 mA/cm2", 2), ("0.56 mA/cm2", 1))
    )
    result = ls.run(cell, ls.Program([*slow.steps, *fast.steps]), progress=False)
    with pytest.raises(ls.InputError, match="is that of a cell with a cathode") as caught:
        soft_short(result)
    assert 'result.cycles["coulombic_efficiency"]' in str(caught.value)
    assert np.all(result.cycles["coulombic_efficiency"] > 0.9)
    assert ls.failure_mode(result).mode is Mode.NONE


@pytest.mark.fails_when(FAILURE, '"film_resistance": Mode.FILMS', '"film_resistance": Mode.DEAD_LAYER')
def test_a_rise_is_named_after_the_part_that_grew(bare: ls.Cell) -> None:
    """Films that grow fast, and a dead layer that is long in a cell with thin films."""
    films = bare.changed("working.ageing", {"film_growth_rate": "3e-19 m2/s", "dead_fraction": 0.001})
    failed = ls.failure_mode(cycled(films, ls.Mossy(), cycles=12))
    assert failed.mode is Mode.FILMS
    assert "% of it in films" in failed.reason
    layer = bare.changed("working.ageing", {"film_growth_rate": "0 m2/s", "dead_fraction": 0.1, "dead_layer_tortuosity": 30})
    layer = layer.changed("working.native_film", {"thickness": "2 nm"})
    failed = ls.failure_mode(cycled(layer, ls.Mossy(), cycles=40))
    assert failed.mode is Mode.DEAD_LAYER
    assert "electrolyte and salt transport" in failed.reason


# ---------------------------------------------------------------------------------------------- files


@pytest.mark.fails_when(TRACE, "values = {name: _in_si(", "values = {name: found[name] + 0 * _in_si(")
def test_units_of_the_headers_count(tmp_path: Path) -> None:
    """Hours, millivolt and milliampere in their headers; semicolons; lines before the header; the area makes it per area."""
    rows = "\n".join(f"{n / 10};{50.0 + n};{-0.4}" for n in range(20))
    (tmp_path / "a.txt").write_text(f"Instrument XY\nUser;nobody\ntime/h;Ewe [mV];I/mA\n{rows}\n", encoding="utf-16")
    trace = read_trace(tmp_path / "a.txt", columns={"time": "time/h", "voltage": "Ewe [mV]"}, area="2 cm2")
    assert trace.time[:3] == pytest.approx([0.0, 360.0, 720.0])
    assert trace.voltage[0] == pytest.approx(0.05)
    assert trace.current[0] == pytest.approx(-2.0), "-0.4 mA on 2 cm2, A/m2"
    assert trace.resistance_unit == "ohm m2"


@pytest.mark.fails_when(TRACE, '"time": ("Test Time / s"', '"time": ("Time / s"')
def test_what_is_written_is_read(short_run: ls.Result, tmp_path: Path) -> None:
    """The CSV of a result with the names of the Battery Data Format, without being told anything."""
    short_run.to_csv(tmp_path / "trace.csv")
    trace = read_trace(tmp_path / "trace.csv", area=f"{short_run.area} m2")
    assert trace.voltage == pytest.approx(short_run["voltage"].to_numpy(), rel=1e-9, abs=1e-12)
    assert trace.current == pytest.approx(short_run["current_density"].to_numpy(), rel=1e-9, abs=1e-9)


GOOD = "time/s,Ewe/V,I/mA\n" + "\n".join(f"{n},0.05,1.0" for n in range(20)) + "\n"


@pytest.mark.parametrize(
    ("text", "told", "match", "remedy", "better"),
    [
        (GOOD.replace("Ewe/V", "Ewe"), {}, 'no column .*Ewe/V.* one of time/s, Ewe, I/mA.*columns={"voltage": "..."}',
         {"columns": {"voltage": "Ewe"}, "units": {"voltage": "V"}}, None),
        (GOOD.replace("Ewe/V", "Ewe"), {"columns": {"voltage": "Ewe"}}, 'has no unit. Expected V, mV.*units={"voltage": "V"}',
         {"columns": {"voltage": "Ewe"}, "units": {"voltage": "V"}}, None),
        (GOOD.replace(",I/mA", ",x/mA"), {}, 'for the current.*or give a constant one: current="0.4 mA"', {"current": "0.4 mA"}, None),
        (GOOD.replace("4,0.05", "4,---"), {}, 'row 6 has "---" for the voltage.*Delete the row', {}, GOOD),
        (GOOD.replace("7,0.05", "5,0.05"), {}, "record 8 is at 5 s, before the one above at 6 s.*Sort the rows", {}, GOOD),
        ("\n".join(GOOD.splitlines()[:5]), {}, "has 4 rows. Expected at least 10", {}, GOOD),
        ("no table\nat all\n", {}, "no line of headers", {}, GOOD),
        (GOOD.replace("I/mA", "I/K"), {"columns": {"current": "I/K"}}, 'has the unit "K".*A, mA, uA', {}, GOOD),
        (GOOD, {"current": "0.4"}, '"0.4" cannot be read.*such as "0.4 mA"', {"current": "0.4 mA"}, None),
    ],
)  # fmt: skip
@pytest.mark.fails_when(TRACE, "_check_order(path, values", "str(path) or _check_order(path, values")
def test_tables_that_are_refused(tmp_path: Path, text: str, told: dict, match: str, remedy: dict, better: str | None) -> None:
    """With the row or the column, and the remedy runs."""
    path = tmp_path / "a.csv"
    path.write_text(text)
    with pytest.raises(ls.InputError, match=match):
        read_trace(path, **told)
    path.write_text(better or text)
    assert len(read_trace(path, **remedy).time) == 20


def test_a_trace_without_current_is_refused() -> None:
    trace = Trace(np.arange(20.0), np.zeros(20), np.zeros(20), per_area=False)
    with pytest.raises(ls.InputError, match="has no half-cycle: no current flows in it"):
        soft_short(trace)


@pytest.mark.fails_when("cli/shorting.py", '"onset_s": found.onset', '"onset_s": None')
def test_the_command(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """`lithoscope short` on a table: words, a figure, JSON."""
    from lithoscope.cli.shorting import look_for_short

    trace = square((100.0, 80.0, 80.0, 80.0, 40.0, 40.0))
    table = "\n".join(f"{t},{v},{i}" for t, v, i in zip(trace.time, trace.voltage, trace.current, strict=True))
    (tmp_path / "a.csv").write_text(f"time/s,Ewe/V,Current / A\n{table}\n")
    figure = tmp_path / "a.svg"
    look_for_short(tmp_path / "a.csv", current=None, columns={}, area=None, figure=figure, as_json=False)
    assert "SOFT SHORT SUSPECTED. From 8." in capsys.readouterr().out
    assert figure.read_text(encoding="utf-8").startswith("<svg")
    look_for_short(tmp_path / "a.csv", current=None, columns={}, area=None, figure=None, as_json=True)
    said = json.loads(capsys.readouterr().out)
    assert said["onset_s"] == pytest.approx(8 * 3600, abs=330)
    assert len(half_cycles(trace)) == len(said["half_cycles"]) == 12
    assert draw_diagnosis(trace, soft_short(trace, thresholds=DEFAULT)).axes[1].get_ylabel().startswith("Level")
