"""Inputs of the double layer: what is refused, why, and that the remedy works; figures."""

import re
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import lithoscope as ls
from lithoscope.analysis.figures import double_layer as figures

MODEL, POLAR, PARAMS = "physics/double_layer/model.py", "design/polar.py", "physics/double_layer/params.py"


def remedy(error: ls.InputError) -> str:
    """The first literal of a remedy."""
    assert error.expected
    assert error.why
    assert error.do
    return re.findall(r'= "([^"]*)"', error.do)[0]


@pytest.mark.fails_when("units.py", "low <= number <= high", "number <= high")
def test_a_negative_concentration_is_refused() -> None:
    with pytest.raises(ls.InputError, match="concentration = -1 mol/L is outside what is possible") as refused:
        ls.DoubleLayer(concentration="-1 mol/L")
    assert refused.value.why
    assert ls.DoubleLayer(concentration=re.findall(r'"([^"]*)"', refused.value.do)[0]).concentration.value > 0


@pytest.mark.fails_when(PARAMS, "if solution.nu >= 1:", "if solution.nu >= 9:")
def test_ions_without_room_are_refused() -> None:
    with pytest.raises(ls.InputError, match="ions of 0.9 nm take more than all of the volume") as refused:
        ls.DoubleLayer(concentration="2 mol/L", ion_size="0.9 nm")
    layer = ls.DoubleLayer(concentration=remedy(refused.value), ion_size="0.9 nm")
    assert layer.static()["charge"] == 0


@pytest.mark.fails_when(PARAMS, "if curie <= T:", "if 2 * curie <= T:")
@pytest.mark.parametrize(("material", "temperature"), [("BaTiO3", "130 degC"), ("P(VDF-TrFE)", "110 degC")])
def test_a_ferroelectric_above_its_curie_point_is_refused(material: str, temperature: str) -> None:
    film = ls.PolarFilm(material, "100 nm")
    with pytest.raises(ls.InputError, match="is not polar there") as refused:
        ls.DoubleLayer(film, temperature=temperature)
    assert refused.value.where == "film.polarised"
    unpolar = ls.PolarFilm(material, "100 nm", remedy(refused.value), permittivity=1000)  # type: ignore[arg-type]
    assert ls.DoubleLayer(unpolar, temperature=temperature).static()["polarisation"] == 0
    cooler = re.findall(r'temperature = "([^"]*)"', refused.value.do)[0]
    assert ls.DoubleLayer(film, temperature=cooler).stack.film is not None


@pytest.mark.fails_when("physics/double_layer/solve/static.py", "if not low <= V <= high:", "if not low <= V:")
def test_a_voltage_beyond_the_mean_field_is_refused() -> None:
    with pytest.raises(ls.InputError, match="would pack ions in more than two layers") as refused:
        ls.DoubleLayer(voltage="20 V").static()
    assert np.isfinite(float(ls.DoubleLayer(voltage=remedy(refused.value)).static()["charge"]))


@pytest.mark.fails_when(POLAR, "if self.thickness.value < least:", "if self.thickness.value < 0.1 * least:")
def test_a_film_thinner_than_a_unit_cell_is_refused() -> None:
    with pytest.raises(ls.InputError, match="is thinner than a unit cell of BaTiO3") as refused:
        ls.PolarFilm("BaTiO3", "0.2 nm")
    assert ls.PolarFilm("BaTiO3", remedy(refused.value)).thickness.value > 1e-9


@pytest.mark.fails_when(POLAR, "if missing and not self.is_in_tables:", "if False:")
def test_an_unknown_ferroelectric_needs_its_own_numbers() -> None:
    with pytest.raises(ls.InputError, match='Did you mean "BaTiO3"') as refused:
        ls.PolarFilm("BaTiO", "100 nm")
    named = refused.value.do.split("Give ")[1].rstrip(".").split(", ")
    values = {"polarisation": "0.1 C/m2", "coercive_field": "50 MV/m", "viscosity": "2 ohm m", "permittivity": 10}
    assert ls.PolarFilm("BaTiO", "100 nm", **{name: values[name] for name in named}).is_ferroelectric  # type: ignore[arg-type]


@pytest.mark.fails_when(
    POLAR, "if (self.energy is None) == (self.amount is None):", "if self.energy is not None and self.amount is not None:"
)
def test_an_adsorbed_species_has_an_energy_or_an_amount() -> None:
    with pytest.raises(ls.InputError, match="energy and amount are alternatives") as refused:
        ls.Adsorbed("PF6")
    assert ls.Adsorbed("PF6", energy=remedy(refused.value)).energy is not None


@pytest.mark.fails_when(MODEL, "if self.voltage.value == 0:", "if self.voltage.value > 9:")
def test_a_tip_without_voltage_is_refused() -> None:
    with pytest.raises(ls.InputError, match="a bare tip has no field") as refused:
        ls.DoubleLayer().tip()
    assert float(ls.DoubleLayer(voltage=remedy(refused.value)).tip()["enhancement"][0]) > 1


@pytest.mark.fails_when(MODEL, "film.thickness >= chosen.distance.value:", "film.thickness > 9:")
def test_a_film_that_fills_the_gap_of_a_tip_is_refused() -> None:
    layer = ls.DoubleLayer(ls.PolarFilm("BaTiO3", "20 nm"), voltage="-0.1 V")
    with pytest.raises(ls.InputError, match="leaves no electrolyte beyond the film") as refused:
        layer.tip(ls.Tip("10 nm", "20 nm"))
    assert np.isfinite(layer.tip(ls.Tip("10 nm", remedy(refused.value)))["enhancement"][0])


@pytest.mark.fails_when(MODEL, "if self.film is None or not self.film.is_ferroelectric:", "if self.film is None:")
def test_only_a_ferroelectric_has_a_loop() -> None:
    film = ls.PolarFilm("LiF", "5 nm", "none", permittivity=9)
    with pytest.raises(ls.InputError, match="has no polarisation that follows a field") as refused:
        ls.DoubleLayer(film).hysteresis("1 V")
    assert 'PolarFilm("BaTiO3", "100 nm")' in refused.value.do
    assert ls.DoubleLayer(ls.PolarFilm("BaTiO3", "100 nm")).hysteresis("1 V", points=8).sizes["step"] == 10


@pytest.mark.fails_when(MODEL, 'if self.facing == "metal" and self.film is None:', "if False:")
def test_a_metal_on_a_metal_is_refused_and_has_no_ions() -> None:
    with pytest.raises(ls.InputError, match="without a film") as refused:
        ls.DoubleLayer(facing="metal")
    assert ls.DoubleLayer(facing=remedy(refused.value)).film is None  # type: ignore[arg-type]
    capacitor = ls.DoubleLayer(ls.PolarFilm("BaTiO3", "100 nm"), facing="metal")
    with pytest.raises(ls.InputError, match="has no ions for transient") as refused:
        capacitor.transient("1 us")
    capacitor.replaced(facing=remedy(refused.value)).transient("1 ns")


@pytest.mark.fails_when("document.py", 'for name in ("format", "kind")', 'for name in ("kind",)')
def test_a_double_layer_is_a_file() -> None:
    layer = ls.DoubleLayer(ls.PolarFilm("In2Se3", "10 nm", "in"), adsorbed=[ls.Adsorbed("PF6", "-0.1 eV")], voltage="0.1 V")
    assert ls.DoubleLayer.parse(layer.to_toml()) == layer
    assert 'format = "lithoscope.double-layer/1"' in layer.to_toml()


@pytest.mark.fails_when("analysis/figures/double_layer.py", 'label="anions"', 'label=""')
def test_figures_show_what_was_solved() -> None:
    layer = ls.DoubleLayer(ls.PolarFilm("P(VDF-TrFE)", "50 nm"))
    static = layer.static()
    potential, ions = figures.draw_profile(static).axes
    anions = next(line for line in ions.lines if line.get_label() == "anions")
    assert anions.get_ydata()[0] == pytest.approx(float(static["anion_factor"]))
    assert potential.lines[0].get_ydata()[0] == pytest.approx(0.0, abs=1e-9)
    loop = layer.hysteresis("4 V", points=40)
    assert figures.draw_loop({"a": loop}).axes[0].lines[0].get_ydata().min() < -0.07
    assert figures.draw_transient(layer.transient("1 ns")).axes[0].get_xscale() == "log"
    assert len(figures.draw_capacitance({"b": ls.DoubleLayer().capacitance("-0.2 V", "0.2 V", 5)}).axes[0].lines) == 1
    with pytest.raises(ls.InputError, match=r"table has no enhancement") as refused:
        figures.draw_tip(static)
    assert "DoubleLayer.tip()" in refused.value.do


@pytest.mark.fails_when("analysis/figures/double_layer.py", '"breaks into domains"', '""')
def test_the_figure_of_a_tip_names_what_has_no_field() -> None:
    layer = ls.DoubleLayer(ls.PolarFilm("P(VDF-TrFE)", "5 nm"), voltage="-0.1 V")
    drawn = figures.draw_tip(layer.tip(ls.Tip("50 nm", "200 nm")))
    assert "breaks into domains" in [text.get_text() for text in drawn.axes[0].texts]


@pytest.mark.fails_when(
    "physics/double_layer/solve/static.py", "return film.P if film is not None", "return -film.P if film is not None"
)
def test_python_of_the_page_runs() -> None:
    text = (Path(__file__).resolve().parents[2] / "docs" / "double-layer.md").read_text(encoding="utf-8")
    (code,) = re.findall(r"```python\n(.*?)```", text, re.DOTALL)
    names: dict[str, Any] = {}
    exec(
        compile(code.replace('"20 nm"), voltage', '"20 nm", "none", permittivity=11), voltage'), "double-layer.md", "exec"),
        names,
    )
    assert f"{float(names['state']['polarisation']):.3f} / {float(names['state']['charge']):.3f}" in text
