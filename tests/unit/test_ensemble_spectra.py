"""Spectra of a sweep: those that single runs measure, with their labels, kept with the rest."""

from pathlib import Path

import numpy as np
import pytest

import lithoscope as ls
from lithoscope.cli.sweeping import sweep_files

SPECTRA, PARTS = "ensemble/spectra.py", "ensemble/parts.py"
MODEL = ls.Mossy(cells=5)
CYCLES = ls.Program.strip_plate("1 mA/cm2", "1 mAh/cm2", cycles=1)
PROGRAM = ls.Program([ls.Spectrum(points_per_decade=2), *CYCLES.steps, ls.Spectrum(low="1 Hz", points_per_decade=3)])
VARY = {"working.ageing.dead_fraction": [0.01, 0.05, 0.02], "separator.thickness": ["15 um", "20 um", "30 um"]}


@pytest.fixture(scope="module")
def cell() -> ls.Cell:
    return ls.Cell.symmetric(ls.Foil("500 um"), separator="PP 20 um", electrolyte="1 M LiPF6 EC:DMC 1:1", area="1 cm2")


@pytest.fixture(scope="module")
def together(cell: ls.Cell) -> ls.Sweep:
    return ls.sweep(cell, PROGRAM, VARY, MODEL, backend="lanes", checks=0)


@pytest.mark.fails_when(SPECTRA, "at = np.searchsorted(-self.frequency, -frequency)", "at = np.arange(len(frequency))")
def test_lanes_give_the_spectra_of_single_runs(cell: ls.Cell, together: ls.Sweep) -> None:
    """Within what the states differ by: both integrate to the end of a cycle with their own tolerance."""
    alone = ls.sweep(cell, PROGRAM, VARY, MODEL, backend="single")
    whole = np.abs(alone["real_impedance"] + 1j * alone["imaginary_impedance"])
    names = [name for name in alone.data.data_vars if str(name).endswith("impedance")]
    assert len(names) == 8
    for name in names:
        one, other = together[str(name)], alone[str(name)]
        assert np.array_equal(np.isnan(one), np.isnan(other))
        assert float((np.abs(one - other) / whole).max()) < 1e-4
    assert float(np.abs(alone["real_impedance"][:, 0] - alone["real_impedance"][:, 1]).max()) > 1e-6, "the cells aged"


@pytest.mark.fails_when(SPECTRA, 'dimensions = ("design", "spectrum", "frequency")', 'dimensions = ("design", "spectrum", "f")')
def test_spectra_say_what_they_are(together: ls.Sweep) -> None:
    found = together["working_imaginary_impedance"]
    assert found.dims == ("design", "spectrum", "frequency")
    assert found.attrs["units"] == "ohm m2"
    assert together["spectrum_step"].values.tolist() == [1, len(PROGRAM)]
    assert (np.diff(together["frequency"].values) < 0).all()
    measured = np.isfinite(found.values).sum(axis=-1)
    assert (measured == [13, 16]).all(), "at the frequencies of each, and no others"
    assert (together["real_impedance"].isel(spectrum=0, frequency=[0, -1]) > 0).all()


@pytest.mark.fails_when(PARTS, '_under("spectrum", self.spectra)', "{}")
def test_spectra_are_kept_with_the_rest(cell: ls.Cell, together: ls.Sweep, tmp_path: Path) -> None:
    from lithoscope.ensemble.parts import Part

    kept = ls.sweep(cell, PROGRAM, VARY, MODEL, backend="lanes", checks=0, to=tmp_path / "kept")
    read = ls.load_sweep(tmp_path / "kept")
    for found in (kept, read):
        assert np.array_equal(found["real_impedance"].values, together["real_impedance"].values, equal_nan=True)
    part = Part("lanes", [0], {}, {}, np.zeros((1, 1)), (together.statuses[0],), spectra={"real_impedance": np.ones((1, 1, 2))})
    assert Part.from_bytes(part.to_bytes()).spectra["real_impedance"].tolist() == [[[1.0, 1.0]]]


@pytest.mark.fails_when(SPECTRA, "if not self.steps:", "if False:")
def test_a_program_without_spectra_has_none(cell: ls.Cell) -> None:
    found = ls.sweep(cell, CYCLES, VARY, MODEL, backend="lanes", checks=0)
    assert set(found.data.dims) == {"design", "step"}


@pytest.mark.fails_when(SPECTRA, 'n = self.steps.index(int(spectrum.attrs["step"]))', "n = 0")
def test_a_design_that_ends_early_has_no_later_spectrum(cell: ls.Cell) -> None:
    """In lanes and singly."""
    program = ls.Program([ls.Spectrum(points_per_decade=1), ls.Current("1 mA/cm2", {"capacity": "3 mAh/cm2"}),
                          ls.Spectrum(points_per_decade=1)])  # fmt: skip
    vary = {"working.thickness": ["10 um", "500 um"]}
    for backend in ("lanes", "single"):
        found = ls.sweep(cell, program, vary, MODEL, backend=backend, checks=0)  # type: ignore[arg-type]
        assert found.statuses[0].end is ls.End.LITHIUM_EXHAUSTED
        assert np.isfinite(found["real_impedance"].values).all(axis=-1).tolist() == [[True, False], [True, True]]


@pytest.mark.fails_when("cli/sweeping.py", 'drop_dims(["spectrum", "frequency"], errors="ignore")', "copy()")
def test_a_table_of_steps_has_a_row_for_each_step(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    program, table = tmp_path / "spectra.toml", tmp_path / "all.csv"
    program.write_text(ls.Program([ls.Spectrum(points_per_decade=1), ls.Rest("1 min")]).to_toml())
    vary = ["separator.thickness=15 um, 25 um"]
    code = sweep_files("perovskite/bare", str(program), vary, paired=False, outputs=(), model=None, to=table, as_json=False)
    assert code == 0
    assert len(table.read_text().splitlines()) == 1 + 2 * 2
    assert "program completed" in capsys.readouterr().out
