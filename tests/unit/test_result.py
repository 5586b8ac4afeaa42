"""Results: named, signed, kept whole, and never trusted when damaged."""

import csv
import json
import os
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

import lithoscope as ls
from lithoscope.errors import InputError, StoreError
from lithoscope.result import export, store
from lithoscope.result.names import NAMES, dataset


def test_every_output_has_unit_and_name(short_run: ls.Result) -> None:
    for node in short_run.tree.subtree:
        for name, variable in node.to_dataset().variables.items():
            assert variable.attrs["units"] == NAMES[str(name)].unit
            assert variable.attrs["long_name"]


def test_signs(short_run: ls.Result) -> None:
    """Positive current strips the working electrode, and the voltage is positive with it."""
    first = short_run.steps[short_run.steps["kind"] == "current"].iloc[0]
    assert first["charge"] > 0
    assert first["mean_voltage"] > 0
    at = short_run.trace.isel(time=short_run.trace["step"].values == first.name)
    assert float(at["working_lithium"][-1]) < float(at["working_lithium"][0])
    assert float(at["counter_lithium"][-1]) > float(at["counter_lithium"][0])
    assert float(at["working_salt_concentration"][-1]) > float(at["counter_salt_concentration"][-1])
    assert np.all(short_run.spectra[0]["imaginary_impedance"] < 0)


def test_an_unknown_output_is_hinted(short_run: ls.Result) -> None:
    with pytest.raises(InputError, match='Did you mean "voltage"'):
        short_run["voltag"]
    with pytest.raises(KeyError):
        dataset("time", ["time"], {"time": np.zeros(2), "volts": np.zeros(2)})


@pytest.mark.fails_when("result/store.py", "write_json(folder / MANIFEST", "write_json(folder / 'other.json'")
def test_a_stored_result_is_the_same(short_run: ls.Result, tmp_path: Path) -> None:
    loaded = ls.load(short_run.save(tmp_path / "run"))
    assert loaded.tree.identical(short_run.tree)
    assert loaded.status == short_run.status
    assert loaded.ledger == short_run.ledger
    assert loaded.manifest.run_id == short_run.manifest.run_id
    assert ls.Cell.parse(loaded.manifest.inputs["cell"]) == ls.Cell.parse(short_run.manifest.inputs["cell"])
    summary = json.loads((tmp_path / "run" / "summary.json").read_text())
    assert set(summary) >= {"schema", "run_id", "status", "ledger", "metrics", "versions", "wall_s"}
    assert set(summary["status"]) >= {"word", "sentence", "remedy", "cycle", "time_s"}
    assert not [path for path in tmp_path.iterdir() if path.name != "run"]


@pytest.mark.fails_when("result/store.py", "_keep_what_is_not_ours(path, half)\n        _replace", "_replace")
def test_saving_again_replaces_the_result_and_keeps_what_others_put_there(short_run: ls.Result, tmp_path: Path) -> None:
    short_run.save(tmp_path / "run")
    (tmp_path / "run" / "notes.txt").write_text("a good cell")
    ls.load(short_run.save(tmp_path / "run"))
    assert (tmp_path / "run" / "notes.txt").read_text() == "a good cell"
    assert [path.name for path in tmp_path.iterdir()] == ["run"]


@pytest.fixture
def another_run(bare: ls.Cell) -> ls.Result:
    """A short run of another cell."""
    return ls.run(bare, ls.Program([ls.Rest("1 s")]), progress=False)


@pytest.mark.fails_when("result/store.py", "if there != run_id and not replace:", "if False:")
def test_another_run_is_replaced_only_if_asked(short_run: ls.Result, another_run: ls.Result, tmp_path: Path) -> None:
    short_run.save(tmp_path / "run")
    with pytest.raises(StoreError, match=r"the result of another run.*replace=True"):
        another_run.save(tmp_path / "run")
    assert ls.load(tmp_path / "run").manifest.run_id == short_run.manifest.run_id
    another_run.save(tmp_path / "run", replace=True)
    assert ls.load(tmp_path / "run").manifest.run_id == another_run.manifest.run_id


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("file", "is a file"),
        ("file/run", "could not be written"),
        ("file/deep/run", "could not be written"),
        (".", "is the current folder"),
        ("..", "is the current folder or holds it"),
        ("/proc/nowhere/run", "could not be written"),
        ("n" * 300, "could not be written"),
    ],
)
@pytest.mark.fails_when("result/store.py", "        check_writable(path.parent)", "        pass")
def test_a_place_where_nothing_can_be_saved(
    name: str, words: str, short_run: ls.Result, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It is refused before anything is written, with what to do."""
    monkeypatch.chdir(tmp_path)
    Path("file").write_text("years of work")
    with pytest.raises(StoreError, match=words) as caught:
        store.check_target(name, "0")
    assert "hoose a" in str(caught.value)
    with pytest.raises(StoreError, match=words):
        short_run.save(name)
    assert [path.name for path in tmp_path.iterdir()] == ["file"]


@pytest.mark.fails_when("result/store.py", "    except BaseException:\n        old.replace(path)", "    except BaseException:")
def test_what_was_there_is_put_back_if_the_last_move_fails(
    short_run: ls.Result, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = short_run.save(tmp_path / "run")
    honest = Path.replace

    def replace(self: Path, target: Path) -> Path:
        if self.suffix == ".partial" and self.is_dir():
            raise OSError(5, "Input/output error")
        return honest(self, target)

    monkeypatch.setattr(Path, "replace", replace)
    with pytest.raises(StoreError, match="What was there before is untouched"):
        short_run.save(folder)
    assert [path.name for path in tmp_path.iterdir()] == ["run"]
    assert ls.load(folder).status == short_run.status


@pytest.mark.fails_when("result/store.py", "half.mkdir()", "half.mkdir(mode=0o700)")
def test_a_result_can_be_read_by_those_who_may_read_other_files(short_run: ls.Result, tmp_path: Path) -> None:
    before = os.umask(0o022)
    try:
        assert short_run.save(tmp_path / "run").stat().st_mode & 0o777 == 0o755
    finally:
        os.umask(before)


@pytest.mark.fails_when("result/result.py", "def __repr__(self)", "def repr(self)")
def test_a_result_shows_itself_in_one_line(short_run: ls.Result, another_run: ls.Result) -> None:
    run_id = short_run.manifest.run_id
    assert repr(short_run) == f"<Result of foil with MASnCl3: program completed, 5 steps, 2 cycles, run {run_id}>"
    assert repr(another_run).startswith("<Result of bare foil: program completed, 1 step, run ")


def truncate(folder: Path) -> None:
    file = next(path for path in folder.rglob("c/0") if path.is_file())
    file.write_bytes(file.read_bytes()[:-3])


def flip_a_bit(folder: Path) -> None:
    file = max((path for path in folder.rglob("c/0") if path.is_file()), key=lambda path: path.stat().st_size)
    data = bytearray(file.read_bytes())
    data[len(data) // 2] ^= 1
    file.write_bytes(bytes(data))


def empty_summary(folder: Path) -> None:
    (folder / "summary.json").write_text("")


def foreign(folder: Path) -> None:
    (folder / "manifest.json").write_text('{"schema": "someone.else/1"}')


def newer(folder: Path) -> None:
    manifest = json.loads((folder / "manifest.json").read_text())
    manifest |= {"schema": "lithoscope.result/9"}
    manifest["versions"]["lithoscope"] = "9.9"
    (folder / "manifest.json").write_text(json.dumps(manifest))


def outside(folder: Path) -> None:
    manifest = json.loads((folder / "manifest.json").read_text())
    manifest["files"]["../elsewhere"] = "0"
    (folder / "manifest.json").write_text(json.dumps(manifest))


def no_manifest(folder: Path) -> None:
    (folder / "manifest.json").unlink()


def half_manifest(folder: Path) -> None:
    (folder / "manifest.json").write_text('{"schema": "lithoscope.res')


@pytest.mark.parametrize(
    ("damage", "words"),
    [
        (truncate, "checksum does not match"),
        (flip_a_bit, "checksum does not match"),
        (empty_summary, "checksum does not match"),
        (foreign, "not a result of Lithoscope"),
        (newer, "written by Lithoscope 9.9"),
        (outside, "outside the folder"),
        (no_manifest, "not a result of Lithoscope"),
        (half_manifest, "cannot be read"),
    ],
)
@pytest.mark.fails_when("result/store.py", "_checksum(path / name) != checksum", "False")
def test_a_damaged_result_is_never_taken_for_one(
    damage: Callable[[Path], None], words: str, short_run: ls.Result, tmp_path: Path
) -> None:
    folder = short_run.save(tmp_path / "run")
    damage(folder)
    with pytest.raises(StoreError, match=words):
        ls.load(folder)


def test_a_folder_of_somebody_else_is_left_alone(short_run: ls.Result, tmp_path: Path) -> None:
    (tmp_path / "thesis.txt").write_text("years of work")
    with pytest.raises(StoreError, match="Choose another folder"):
        short_run.save(tmp_path)
    assert (tmp_path / "thesis.txt").read_text() == "years of work"
    with pytest.raises(StoreError, match="not a result"):
        ls.load(tmp_path)


@pytest.mark.fails_when("result/export.py", "result.area,\n", "1,\n")
def test_csv_with_bdf_names(short_run: ls.Result, tmp_path: Path) -> None:
    rows = list(csv.DictReader(short_run.to_csv(tmp_path / "trace.csv").read_text().splitlines()))
    assert list(rows[0])[:3] == ["Test Time / s", "Voltage / V", "Current / A"]
    assert len(rows) == short_run.trace.sizes["time"]
    ampere = np.array([float(row["Current / A"]) for row in rows])
    assert ampere.max() == pytest.approx(1.13e-3, rel=1e-9)
    hours = np.array([float(row["Net Capacity / Ah"]) for row in rows])
    assert hours.max() == pytest.approx(0.1e-3 * 1.13, rel=1e-6)
    spectrum = list(csv.DictReader(export.spectrum_csv(short_run, 0, tmp_path / "z.csv").read_text().splitlines()))
    assert list(spectrum[0])[:5] == [
        "Frequency / Hz", "Real Impedance / ohm", "Imaginary Impedance / ohm",
        "Working Real Impedance / ohm", "Working Imaginary Impedance / ohm",
    ]  # fmt: skip
    for row in spectrum:
        parts = [float(row[f"{part} Real Impedance / ohm"]) for part in ("Working", "Counter", "Electrolyte")]
        assert sum(parts) == pytest.approx(float(row["Real Impedance / ohm"]), rel=1e-6)
    assert all(float(row["Imaginary Impedance / ohm"]) < 0 for row in spectrum)


@pytest.mark.fails_when("result/result.py", 'float(steps["charge"].sum())', 'float(abs(steps["charge"]).sum())')
def test_metrics(short_run: ls.Result) -> None:
    metrics = short_run.metrics
    assert metrics["charge_throughput"]["value"] == pytest.approx(0.4, rel=1e-9)
    assert metrics["net_charge"]["value"] == pytest.approx(0, abs=1e-9), "as much was plated as stripped"
    assert metrics["cycles"]["value"] == 2
    assert metrics["overpotential_last_cycle"]["value"] == pytest.approx(71, abs=1)
    assert metrics["interface_resistance"]["value"] == pytest.approx(60, rel=1e-3)
    assert metrics["overpotential_first_cycle"]["value"] == pytest.approx(short_run.overpotential(1) * 1e3)


@pytest.mark.fails_when("result/result.py", "if cycle > 0]", "if cycle >= 0]")
def test_metrics_without_cycles_and_with_several_spectra(bare: ls.Cell) -> None:
    strip = ls.Current("1 mA/cm2", {"capacity": "0.1 mAh/cm2"})
    hold = ls.Voltage("-10 mV", {"duration": "10 min"})
    spectrum = ls.Spectrum("10 kHz", "0.1 Hz")
    result = ls.run(bare, ls.Program([spectrum, strip, hold, spectrum]), progress=False)
    metrics = result.metrics
    assert set(metrics) == {
        "time", "charge_throughput", "net_charge", "interface_resistance_first_spectrum", "interface_resistance_last_spectrum",
    }  # fmt: skip
    passed = result.steps["charge"].to_numpy() / 36000
    assert passed.min() < 0, "the voltage step plated"
    assert metrics["charge_throughput"]["value"] == pytest.approx(np.abs(passed).sum())
    assert metrics["net_charge"]["value"] == pytest.approx(passed.sum())
    with pytest.raises(InputError, match="no current step was run in it"):
        result.overpotential()


@pytest.mark.fails_when("result/result.py", 'weights=chosen["duration"].values', "weights=None")
def test_overpotential_is_averaged_over_time(bare: ls.Cell) -> None:
    """Two steps of one cycle of which one takes three times as long."""
    pair = (ls.Current("1 mA/cm2", {"duration": "3 h"}), ls.Current("-2 mA/cm2", {"duration": "1 h"}))
    result = ls.run(bare, ls.Program([ls.Loop(2, pair)]), progress=False)
    slow, fast = (abs(result.steps["mean_voltage"].iloc[n]) for n in (2, 3))
    assert result.overpotential(2) == pytest.approx((3 * slow + fast) / 4)
    assert result.overpotential() == result.overpotential(2)
    with pytest.raises(InputError, match="cycle = 7"):
        result.overpotential(7)


def test_quick_figures(short_run: ls.Result, tmp_path: Path) -> None:
    for what in ("voltage", "electrodes", "spectrum", "bode", "ledger", "profile"):
        figure = short_run.plot(what)
        for axes in figure.axes:
            assert axes.get_ylabel()
    with pytest.raises(InputError, match='Did you mean "spectrum"'):
        short_run.plot("spectra")
    from lithoscope.analysis.figures import save, svg

    assert svg(short_run.plot("voltage")) == svg(short_run.plot("voltage"))
    assert save(short_run.plot("voltage"), tmp_path / "v.svg").stat().st_size > 1000
    assert save(short_run.plot("voltage"), tmp_path / "v.PNG").stat().st_size > 1000


@pytest.mark.fails_when("analysis/figures/style.py", "if suffix not in FORMATS:", "if False:")
def test_a_figure_in_a_format_that_is_not_written(short_run: ls.Result, tmp_path: Path) -> None:
    from lithoscope.analysis.figures import save

    for name in ("v.doc", "v"):
        with pytest.raises(InputError, match=r"\.svg, \.png, \.pdf\. Write e\.g\. \"v\.svg\""):
            save(short_run.plot("voltage"), tmp_path / name)


@pytest.mark.fails_when("analysis/figures/quick.py", '-trace["counter_potential"]', 'trace["counter_potential"]')
def test_the_parts_of_the_voltage_add_up(short_run: ls.Result) -> None:
    whole, *parts = (line.get_ydata() for line in short_run.plot("electrodes").axes[0].lines[:4])
    assert np.sum(np.asarray(parts), axis=0) == pytest.approx(np.asarray(whole), abs=1e-9)


@pytest.mark.fails_when("analysis/figures/quick.py", "np.degrees(np.arctan2(y, x))", "np.degrees(np.arctan2(x, y))")
def test_magnitude_and_phase_are_those_of_the_impedance(short_run: ls.Result) -> None:
    spectrum = short_run.spectra[0]
    Z = (spectrum["real_impedance"].values + 1j * spectrum["imaginary_impedance"].values) / short_run.area
    above, below = short_run.plot("bode").axes
    assert np.asarray(above.lines[0].get_ydata()) == pytest.approx(np.abs(Z))
    assert np.asarray(below.lines[0].get_ydata()) == pytest.approx(-np.degrees(np.angle(Z)))


@pytest.mark.fails_when("analysis/figures/quick.py", "group.append(n)\n                break", "continue")
def test_spectra_that_are_alike_share_a_label(bare: ls.Cell) -> None:
    spectrum, one = ls.Spectrum("10 kHz", "1 Hz"), ls.Current("1 mA/cm2", {"capacity": "0.01 mAh/cm2"})
    back = ls.Current("-1 mA/cm2", {"capacity": "0.01 mAh/cm2"})
    result = ls.run(bare, ls.Program([spectrum, ls.Loop(2, (one, back, spectrum))]), progress=False)
    (legend,) = result.plot("spectrum").legends
    assert [text.get_text() for text in legend.get_texts()] == ["after 1 min, and 2 more alike"]


@pytest.mark.fails_when("analysis/figures/quick.py", "MANY_CYCLES = 30", "MANY_CYCLES = 300")
def test_long_cycling_is_an_envelope_with_windows(bare: ls.Cell) -> None:
    program = ls.Program.strip_plate("1 mA/cm2", "0.01 mAh/cm2", cycles=40)
    axes = ls.run(bare, program, progress=False).plot("voltage").axes
    assert [each.get_title(loc="left") for each in axes[1:]] == ["cycles 1 and 2", "cycles 21 and 22", "cycles 39 and 40"]
    low, high = (np.asarray(line.get_ydata()) for line in axes[0].lines[:2])
    assert len(low) == 40
    assert low == pytest.approx(-high, rel=1e-3)


@pytest.mark.fails_when("analysis/figures/quick.py", "-0.1 * largest, 1.25 * largest", "largest, largest * (1 + 1e-9)")
def test_a_constant_current_has_a_readable_axis(bare: ls.Cell) -> None:
    result = ls.run(bare, ls.Program([ls.Current("1 mA/cm2", {"duration": "5 min"})]), progress=False)
    voltage, current = result.plot("voltage").axes
    low, high = current.get_ylim()
    assert low < 0 < 1 < high < 2
    assert voltage.get_ylabel().endswith("/ mV")
    assert "/ min" in current.get_xlabel()


@pytest.mark.fails_when("analysis/figures/quick.py", "if what in over_frequency and", "if False and")
def test_a_figure_without_data_says_so(bare: ls.Cell) -> None:
    result = ls.run(bare, ls.Program([ls.Rest("1 s")]), progress=False)
    with pytest.raises(InputError, match='Add a step of kind "spectrum"'):
        result.plot("spectrum")


@pytest.mark.fails_when("result/store.py", "shutil.rmtree(half, ignore_errors=True)", "pass")
def test_no_room_on_the_disk(short_run: ls.Result, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What was there before stays, and no half folder is left behind."""
    folder = short_run.save(tmp_path / "run")
    before = store._checksum(folder / "manifest.json")

    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(store, "write_json", full)
    with pytest.raises(StoreError, match=r"No space left on device.*Make room"):
        short_run.save(folder)
    assert store._checksum(folder / "manifest.json") == before
    assert [path.name for path in tmp_path.iterdir()] == ["run"]
    assert ls.load(folder).status == short_run.status
