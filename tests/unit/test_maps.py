"""Maps: every design in its place, and a figure that hides no run that ended otherwise."""

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import lithoscope as ls
from lithoscope.analysis.figures.maps import _finer, _label, _ratios, draw_map, typeset
from lithoscope.analysis.figures.style import svg
from lithoscope.analysis.maps import METRICS, _programs, cycles_reached, overpotential
from lithoscope.cli.mapping import map_files, parse_axis

FILE, FIGURE, COMMAND = "analysis/maps.py", "analysis/figures/maps.py", "cli/mapping.py"
MODEL = ls.Planar(cells=5)
PROGRAM = ls.Program.strip_plate("1 mA/cm2", "0.2 mAh/cm2", cycles=1)
X = ("separator.thickness", ls.Between("10 um", "30 um"))
Y = ("working.exchange_current_density", ls.Between("1 mA/cm2", "10 mA/cm2", "log"))
J = ("program.current_density", ls.Between("0.5 mA/cm2", "2 mA/cm2", "log"))


@pytest.fixture(scope="module")
def cell() -> ls.Cell:
    foil = ls.Foil("50 um", exchange_current_density="3 mA/cm2")
    return ls.Cell.symmetric(foil, separator="PP 20 um", electrolyte="1 M LiPF6 EC:DMC 1:1", area="1 cm2")


@pytest.fixture(scope="module")
def found(cell: ls.Cell) -> ls.Map:
    return ls.map_of(cell, PROGRAM, MODEL, x=X, y=Y, points=(3, 2), backend="single")


def alone(cell: ls.Cell, program: ls.Program, **changes: Any) -> float:
    """The overpotential of one cell, V."""
    result = ls.run(cell.changed_at({path.replace("__", "."): value for path, value in changes.items()}), program, MODEL)
    return float(np.abs(result.steps["end_voltage"]).mean())


@pytest.mark.fails_when(FILE, "for axis in reversed(axes) if not axis.path", "for axis in axes if not axis.path")
def test_every_design_stands_in_its_place(cell: ls.Cell, found: ls.Map) -> None:
    """Rows are y, columns x, each the value of its own run."""
    for n, current in enumerate(("1 mA/cm2", "10 mA/cm2")):
        for m, thickness in ((0, "10 um"), (2, "30 um")):
            one = alone(cell, PROGRAM, separator__thickness=thickness, working__exchange_current_density=current)
            assert float(found.data["value"][n, m]) == pytest.approx(one, rel=1e-9)
    assert found.data["x"].values == pytest.approx([1e-5, 2e-5, 3e-5])
    assert found.data["x"].attrs["units"] == "m"
    assert (found.x.base, found.y.base) == (2e-5, 30.0)
    assert str(found) == "6 designs: 6 program completed"


@pytest.mark.fails_when(FILE, "flat.reshape(shape[::-1]).T if turned else flat.reshape(shape)", "flat.reshape(shape)")
@pytest.mark.parametrize("turned", [False, True])
def test_a_quantity_of_the_program_is_an_axis(cell: ls.Cell, turned: bool) -> None:
    """Every value is a program of its own, in which each step keeps its sign."""
    axes: dict[str, Any] = {"x": J, "y": Y} if turned else {"x": X, "y": J}
    found = ls.map_of(cell, PROGRAM, MODEL, **axes, points=(3, 2), backend="single")
    given = ls.Program.strip_plate("2 mA/cm2", "0.2 mAh/cm2", cycles=1)
    here = (0, 2) if turned else (1, 0)
    if turned:
        one = alone(cell, given, working__exchange_current_density="1 mA/cm2")
    else:
        one = alone(cell, given, separator__thickness="10 um")
    assert float(found.data["value"][here]) == pytest.approx(one, rel=1e-9)
    assert (found.x if turned else found.y).base == 10.0


@pytest.mark.fails_when(FILE, "math.copysign(value.value, old.value)", "value.value")
def test_currents_keep_their_sign_and_loops_are_entered(cell: ls.Cell) -> None:
    program = ls.Program([ls.Rest("1 min"), *PROGRAM.steps, ls.Current("-1 mA/cm2", {"duration": "1 min"})])
    axes: Any = ls.map_of.__globals__["_axis"](cell, program, MODEL, "x", *J, 2)
    last = _programs(program, [axes, replace(axes, path="separator.thickness")])[1]
    currents = [visit.step.current_density.value for visit in last.visits() if isinstance(visit.step, ls.Current)]
    assert currents == pytest.approx([20.0, -20.0, -20.0])
    assert len(last) == len(program)


@pytest.mark.fails_when(FILE, "np.where(solved if metric.ended else completed,", "np.where(solved,")
def test_a_design_that_ended_otherwise_has_no_value_but_its_end(cell: ls.Cell) -> None:
    x = ("working.thickness", ls.Between("5 um", "50 um", "log"))
    program = ls.Program.strip_plate("1 mA/cm2", "2 mAh/cm2", cycles=1)
    found = ls.map_of(cell, program, MODEL, x=x, y=X, points=2, backend="single")
    assert found.data["status"].values[:, 0].tolist() == ["lithium exhausted"] * 2
    assert np.isnan(found.data["value"].values).tolist() == [[True, False]] * 2
    text = svg(found.figure())
    assert "lithium exhausted: 2 designs" in labels(found)
    assert "url(#" in text, "hatched"
    reached = ls.map_of(cell, program, MODEL, x=x, y=X, points=2, backend="single", output="cycles")
    assert reached.data["value"].values.tolist() == [[0.0, 1.0]] * 2, "an end says how many cycles it took"


def labels(found: ls.Map) -> list[str]:
    return [text.get_text() for text in draw_map(found).legends[0].get_texts()]


@pytest.mark.fails_when(
    FILE,
    "visit.cycle: visit.number for visit in program.visits() if visit.cycle",
    "visit.cycle: 1 for visit in program.visits() if visit.cycle",
)
def test_metrics_of_a_sweep(cell: ls.Cell) -> None:
    program = ls.Program([ls.Rest("1 min"), *ls.Program.strip_plate("1 mA/cm2", "1 mAh/cm2", cycles=3).steps, ls.Rest("1 min")])
    swept = ls.sweep(cell, program, {"working.thickness": ["9 um", "50 um"]}, MODEL, backend="single")
    # 9 um hold 1.86 mAh/cm2, of which the first cycle strips 1 and brings it back.
    assert cycles_reached(swept, program).tolist() == [3.0, 3.0]
    short = replace(swept, statuses=(replace(swept.statuses[0], end=ls.End.POLARISED, step=5), swept.statuses[1]))
    assert cycles_reached(short, program).tolist() == [1.0, 3.0]
    expected = np.abs(swept["voltage"].values[:, 5:7]).mean(axis=1)
    assert overpotential(swept, program) == pytest.approx(expected), "rests do not count"
    assert METRICS["time_at_end"].of(swept, program) == pytest.approx(swept["time_at_end"].values)


@pytest.mark.fails_when(FILE, "do=nearest(path, here))", 'do="")')
@pytest.mark.parametrize(
    ("given", "words"),
    [
        ({"x": X, "y": X}, "A map has two axes"),
        ({"x": X, "y": ("separator.thicknes", X[1])}, "y.separator.thicknes is not a known key"),
        ({"x": ("separator.thickness", ls.Between("30 um", "10 um")), "y": Y}, 'Write Between("10 um", "30 um")'),
        ({"x": X, "y": ("program.current", J[1])}, 'Did you mean "program.current_density"?'),
        ({"x": X, "y": ("program.current_density", ls.Between("-1 mA/cm2", "1 mA/cm2"))}, "keeps its own sign"),
        ({"x": X, "y": Y, "output": "overpotentia"}, 'Did you mean "overpotential"?'),
    ],
)
def test_what_makes_no_map_is_refused_before_anything_runs(cell: ls.Cell, given: Any, words: str) -> None:
    with pytest.raises(ls.InputError) as refused:
        ls.map_of(cell, PROGRAM, MODEL, **given)
    assert words in str(refused.value)


# ------------------------------------------------------------------------------------------------------ the figure


@pytest.mark.fails_when(
    FIGURE, "upper = np.where(weight == 0, 0.0, weight * values[below + 1])", "upper = weight * values[below + 1]"
)
def test_between_the_points_lines_are_straight_and_gaps_stay_gaps() -> None:
    rows, columns = np.arange(4.0)[:, None], np.arange(3.0)
    fine = _finer(2 * rows + 3 * columns)
    assert fine[8::8, ::8] == pytest.approx((2 * rows + 3 * columns)[1:])
    assert fine[4, 12] == pytest.approx(2 * 0.5 + 3 * 1.5)
    holed = 2 * rows + 3 * columns
    holed[0, 0] = np.nan
    fine = _finer(holed)
    assert np.isnan(fine[:8, :8]).all()
    assert np.isfinite(fine[8:]).all()
    assert np.isfinite(fine[:, 8:]).all()


@pytest.mark.fails_when(FIGURE, "levels = np.array([part * 10.0**decade", "levels = np.array([1.0 * 10.0**decade")
def test_levels_hold_all_values() -> None:
    assert _ratios(0.03, 8.0) == pytest.approx([0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10])
    assert _ratios(1e-3, 90.0) == pytest.approx([1e-3, 0.01, 0.1, 1, 10, 100])


@pytest.mark.fails_when(FIGURE, 'exponent = int(power or 1) * (-1 if sign == "/" else 1)', "exponent = int(power or 1)")
def test_units_and_paths_as_print_has_them(found: ls.Map) -> None:
    assert typeset("mA/cm2") == "mA cm$^{-2}$"
    assert typeset("ohm cm2") == "$\\Omega$ cm$^{2}$"
    assert typeset("um") == "µm"
    assert _label(found.x) == "Thickness (separator) / µm"
    assert _label(replace(found.x, path="working.films.0.thickness")) == "Thickness (working, film 1) / µm"


@pytest.mark.fails_when(FIGURE, "inside &= low.value <= base <= high.value", "inside &= True")
def test_the_cell_is_marked_where_it_is(found: ls.Map) -> None:
    assert labels(found) == ["the cell as it is"]
    assert labels(replace(found, x=replace(found.x, base=1.0))) == ["the cell itself lies outside"]
    assert not draw_map(replace(found, x=replace(found.x, base=None))).legends


@pytest.mark.fails_when(FIGURE, 'wrong.split(". ")[0] or said', "said")
def test_a_check_that_failed_and_a_flat_map_say_so(found: ls.Map) -> None:
    failed = replace(found, notes=("CHECK FAILED: single runs differ by up to 9 mV. Use a smaller rtol.",))
    assert draw_map(failed).axes[0].get_title(loc="left") == "CHECK FAILED: single runs differ by up to 9 mV"
    flat = replace(found, data=found.data.assign(value=found.data["value"] * 0 + 2e-3))
    assert draw_map(flat).axes[0].get_title(loc="left").startswith("Overpotential in the last cycle / mV: 2 everywhere")
    nothing = replace(found, data=found.data.assign(value=found.data["value"] * np.nan))
    assert "no design has one" in draw_map(nothing).axes[0].get_title(loc="left")


# ----------------------------------------------------------------------------------------------------- the command


@pytest.mark.fails_when(COMMAND, '= "log" if text.endswith(" log") else "linear"', '= "linear"')
def test_the_command_draws_a_map(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    (tmp_path / "short.toml").write_text(PROGRAM.to_toml())
    figure = tmp_path / "map.svg"
    code = map_files("perovskite/masncl3", str(tmp_path / "short.toml"), "working.films.0.thickness=0.5 um..8 um log",
                     "temperature=15 degC..35 degC", wanted="voltage", points=3, model=None, to=figure, as_json=True)  # fmt: skip
    told = json.loads(capsys.readouterr().out)
    assert code == 0
    assert told["x"]["values"] == pytest.approx([5e-7, 2e-6, 8e-6])
    assert told["y"]["values"] == pytest.approx([288.15, 298.15, 308.15])
    assert np.array(told["value"]).shape == (3, 3)
    assert told["ends"] == {"program completed": 9}
    assert figure.read_text().startswith("<svg")


@pytest.mark.fails_when(COMMAND, "if not (sign and path.strip() and dots and low.strip() and high.strip()):", "if False:")
@pytest.mark.parametrize("text", ["separator.thickness", "separator.thickness=10 um", "=1..2", "separator.thickness=..2 um"])
def test_an_axis_that_cannot_be_read(text: str) -> None:
    with pytest.raises(ls.InputError, match="a field and its range"):
        parse_axis("--x", text)
    assert parse_axis("--x", "working.thickness=20 um..500 um log") == (
        "working.thickness",
        ls.Between("20 um", "500 um", "log"),
    )


@pytest.mark.fails_when(COMMAND, "if to.suffix.lower() not in FORMATS:", "if False:")
def test_a_file_that_is_no_figure_is_refused_before_anything_runs(tmp_path: Path) -> None:
    with pytest.raises(ls.InputError, match='Write --to "map.svg"'):
        map_files("perovskite/bare", "perovskite/first-cycles", "a=1..2", "b=1..2", wanted="voltage", points=2, model=None,
                  to=tmp_path / "map.txt", as_json=False)  # fmt: skip
