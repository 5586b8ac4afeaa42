"""An electronic leak beside the cell: Ohm's law, parallel elements, its growth, and books that close."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest

import lithoscope as ls
from lithoscope.design.catalogue import entry
from lithoscope.physics.cell.equations.short import waves
from lithoscope.physics.cell.params import numbers

LEAK = "physics/cell/equations/short.py"
CYCLES = ls.Program.strip_plate("1 mA/cm2", "0.5 mAh/cm2", cycles=2)
MODELS = [ls.Planar(), ls.Mossy()]
PARTS: dict[str, Any] = {"separator": "PP 20 um", "electrolyte": "LP30", "area": "1 cm2", "counter": ls.Foil("250 um")}
UNSHORTED = [
    (ls.Cell(ls.Substrate("Cu"), **PARTS), ls.Plated()),
    (ls.Cell.parse(entry("host/filled")), ls.PorousHost()),
    (ls.Cell(ls.Cathode("LCO", "20 mg/cm2"), **PARTS), ls.Full()),
]
"""Cells whose models have no leak."""


def run(
    cell: ls.Cell, short: ls.Short | None, program: ls.Program = CYCLES, model: ls.Planar | ls.Mossy | None = None
) -> ls.Result:
    """A run with a short or without."""
    return ls.run(cell if short is None else cell.replaced(short=short), program, model or ls.Planar(), progress=False)


@pytest.mark.parametrize("model", MODELS, ids=lambda model: model.kind)
@pytest.mark.fails_when(LEAK, "self.ionic - self._terminal - leak", "self.ionic - 1.001 * self._terminal - leak")
def test_a_leak_that_conducts_nothing_changes_nothing(bare: ls.Cell, model: ls.Planar | ls.Mossy) -> None:
    """1 nS/cm2 beside some 100 ohm cm2: the voltage is that of the cell without it to 4 uV."""
    without, with_leak = (
        run(bare, short, model=model.replaced(relative_tolerance=1e-8)) for short in (None, ls.Short("1e-9 S/cm2"))
    )
    for column in ("end_voltage", "mean_voltage", "duration"):
        assert with_leak.steps[column].to_numpy() == pytest.approx(without.steps[column].to_numpy(), rel=1e-6, abs=4e-6)
    assert "leak_resistance" not in without.cycles, "what no short needs is not there without one"
    assert with_leak.cycles["leaked_share"].max() < 1e-6


@pytest.mark.parametrize("model", MODELS, ids=lambda model: model.kind)
@pytest.mark.fails_when(
    LEAK, "model, leak = self._model, self.conductance * V", "model, leak = self._model, self.conductance * V * 1.01"
)
def test_a_leak_that_conducts_all_obeys_ohm(bare: ls.Cell, model: ls.Planar | ls.Mossy) -> None:
    """V = J / G to the share of the current that the ions keep, and no lithium moves."""
    seen = run(bare, ls.Short("100 S/cm2"), model=model)
    assert np.abs(seen.steps["end_voltage"].to_numpy()) == pytest.approx(np.full(4, 10.0 / 1e6), rel=8e-5)
    assert seen.cycles["leaked_share"].to_numpy() == pytest.approx([1.0, 1.0], abs=1e-3)


@pytest.mark.fails_when(LEAK, "self.conductance * V", "self.conductance * V * 0.99")
def test_parallel_resistances(bare: ls.Cell) -> None:
    """At a voltage so small that everything is linear, 1/R = 1/R_cell + G, at all leaks; R_cell is that of the cell alone."""
    still = ls.Program([ls.Current("1e-4 mA/cm2", {"duration": "10 min"})])
    alone = float(run(bare, None, still)["voltage"][-1]) / 1e-3
    for conductance in (0.1, 10.0, 1000.0):
        seen = run(bare, ls.Short(f"{conductance} S/m2"), still)
        assert float(seen["voltage"][-1]) / 1e-3 == pytest.approx(1 / (1 / alone + conductance), rel=4e-11)


@pytest.mark.fails_when(LEAK, '[S.m-2]", begins, 10.0)', '[S.m-2]", pybamm.Scalar(0), 10.0)')
def test_the_spectrum_is_that_of_parallel_elements(bare: ls.Cell) -> None:
    """1/Z = 1/Z_cell + G at every frequency, to rounding, at assembly; the parts still add up to the whole."""
    program = ls.Program([ls.Spectrum("1 MHz", "1 mHz", rest="1 ms")])
    Z, shorted = (
        seen["real_impedance"].to_numpy() + 1j * seen["imaginary_impedance"].to_numpy()
        for seen in (run(bare, short, program).spectra[0] for short in (None, ls.Short("5 mS/cm2")))
    )
    assert np.max(np.abs(shorted * (1 / Z + 50.0) - 1)) < 1e-14
    spectrum = run(bare, ls.Short("5 mS/cm2"), program).spectra[0]
    parts = sum(spectrum[f"{part}_real_impedance"].to_numpy() for part in ("working", "counter", "electrolyte"))
    assert parts == pytest.approx(spectrum["real_impedance"].to_numpy(), rel=1e-9)


@pytest.mark.parametrize("model", MODELS, ids=lambda model: model.kind)
@pytest.mark.fails_when(
    "physics/cell/equations/base.py",
    "self.J = self.leak.ionic if self.leak else",
    "self.J = self.I / self.area if self.leak else",
)
def test_lithium_and_charge_close(bare: ls.Cell, model: ls.Planar | ls.Mossy) -> None:
    """What passed is what leaked and what crossed as ions; only the latter moved lithium, which the electrodes know."""
    short = ls.Short("5 mS/cm2", ls.Onset(capacity="0.3 mAh/cm2"), ls.Growth("linear", capacity="0.3 mAh/cm2"))
    seen = run(bare, short, model=model)
    assert seen.status.word == "program completed"
    assert seen.ledger.closes
    assert seen.ledger.residual < 1e-12
    step = seen.steps.iloc[0]
    ionic = step["charge"] - step["leaked"]
    inside = seen["step"].to_numpy() == 1
    crossed = np.trapezoid(seen["ionic_current_density"].to_numpy()[inside], seen["time"].to_numpy()[inside])
    assert crossed == pytest.approx(ionic, rel=1e-3), "the trace is thinned, so its quadrature is not exact"
    kinds = [name for name in ("bulk", "mossy", "dead", "film") if f"working_{name}_lithium" in seen.trace]
    held = sum(seen[f"working_{kind}_lithium"] for kind in kinds) if kinds else seen["working_lithium"]
    lost = float(held[0] - held.to_numpy()[inside][-1])
    in_double_layer = numbers(bare).working.double_layer_capacitance * float(seen["working_potential"].to_numpy()[inside][-1])
    assert lost + in_double_layer == pytest.approx(ionic, rel=1e-9)
    assert 0.1 * step["charge"] < step["leaked"] < 0.9 * step["charge"], "both matter"


@pytest.mark.fails_when("physics/cell/cycles.py", 'charge - steps["leaked"][halves] if', "charge if")
def test_what_leaks_plates_nothing(bare: ls.Cell) -> None:
    """The efficiency counts the lithium that was plated: 1 - lost / (charge that crossed as ions)."""
    seen = run(bare, ls.Short("20 mS/cm2"), model=ls.Mossy())
    steps, cycles = seen.steps, seen.cycles
    for cycle in (1, 2):
        of = steps[steps["cycle"] == cycle]
        plated = float(np.abs(of["charge"] - of["leaked"]).sum())
        lost = float(cycles.loc[cycle, "dead_lithium_made"] + cycles.loc[cycle, "film_lithium_made"])
        assert cycles.loc[cycle, "efficiency"] == pytest.approx(1 - lost / plated, abs=1e-12)
        assert cycles.loc[cycle, "leaked_share"] == pytest.approx(float(of["leaked"].abs().sum() / of["charge"].abs().sum()))
    assert cycles["leaked_share"].min() > 0.2


@pytest.mark.fails_when("physics/cell/record.py", '"leaked_charge" in seen', '"leaked charge" in seen')
def test_the_resistances_add_up_with_the_leak(bare: ls.Cell) -> None:
    """int V J / int J^2 is what the electrolyte, films, charge transfer, salt and the leak dissipate."""
    step = run(bare, ls.Short("5 mS/cm2")).steps.iloc[-1]
    parts = sum(step[name] for name in step.index if name.endswith("_resistance"))
    assert parts == pytest.approx(abs(step["mean_voltage"]) / 10.0, rel=1e-3)
    assert step["leaked"] < 0, "it counts as the charge of the step does"


@pytest.mark.parametrize(
    ("growth", "law"),
    [
        (None, np.ones_like),
        (ls.Growth("linear", time="30 min"), lambda x: 1 + x),
        (ls.Growth("exponential", time="30 min"), lambda x: np.minimum(np.exp(x), 3.0)),
    ],
    ids=["constant", "linear", "exponential"],
)
@pytest.mark.fails_when(LEAK, "pybamm.maximum(x, 0)", "pybamm.maximum(1.01 * x, 0)")
def test_the_law_of_growth(bare: ls.Cell, growth: ls.Growth | None, law: object) -> None:
    """In closed form but for the second in which a contact closes; across steps; bounded by the greatest conductance."""
    short = ls.Short("1 mS/cm2", ls.Onset(time="45 min"), growth, greatest_conductance="3 mS/cm2")
    seen = run(bare, short)
    t, G = seen["time"].to_numpy(), seen["short_conductance"].to_numpy()
    assert np.all(G[t < 2700] == 0)
    after = t > 2720
    exact = 10.0 * np.minimum(law((t[after] - 2700) / 1800), 3.0)  # type: ignore[operator]
    assert pytest.approx(exact, rel=1.5e-3) == G[after]
    assert len(exact) > 20


@pytest.mark.fails_when(LEAK, "model.rhs[passed] = abs(terminal)", "model.rhs[passed] = terminal")
def test_an_onset_by_charge_counts_both_directions_and_waits_at_rest(bare: ls.Cell) -> None:
    """0.75 mAh/cm2 at 1 mA/cm2 in half-cycles of 0.5 mAh/cm2 with rests of an hour between: after 105 minutes."""
    current = {sign: ls.Current(f"{sign}1 mA/cm2", {"capacity": "0.5 mAh/cm2"}) for sign in ("", "-")}
    program = ls.Program([current[""], ls.Rest("1 h"), current["-"], ls.Rest("1 h")])
    seen = run(
        bare, ls.Short("5 mS/cm2", ls.Onset(capacity="0.75 mAh/cm2"), ls.Growth("linear", capacity="1 mAh/cm2")), program
    )
    t, G = seen["time"].to_numpy(), seen["short_conductance"].to_numpy()
    assert float(t[np.flatnonzero(G)[0]]) == pytest.approx(105 * 60, abs=20)
    assert G[-1] == pytest.approx(50 * 1.25, rel=1e-3)
    assert G[t >= 120.1 * 60] == pytest.approx(np.full(np.sum(t >= 120.1 * 60), 62.5), rel=1e-3)


@pytest.mark.parametrize("seed", [0, 1, 2])
@pytest.mark.fails_when(LEAK, '1 - P("Short flicker depth") *', '1 - 0.9 * P("Short flicker depth") *')
def test_a_flickering_short_jumps_between_two_levels(bare: ls.Cell, seed: int) -> None:
    """Between G and (1 - depth) G, when the sum of waves says so; the solver misses none of the jumps."""
    short = ls.Short("5 mS/cm2", flicker=ls.Flicker(0.6, "2 min", seed))
    seen = run(bare, short, ls.Program([ls.Current("1 mA/cm2", {"duration": "1 h"})]))
    t, G = seen["time"].to_numpy(), seen["short_conductance"].to_numpy()
    w, p = waves(120.0, seed)
    when = np.arange(20.0, 3600.0, 0.5)
    wave = np.sin(np.multiply.outer(when, w) + p).sum(axis=1)
    settled = np.abs(wave) > 0.8
    expected = np.where(wave > 0, 20.0, 50.0)
    found = np.interp(when, t, G)
    assert np.mean(np.abs(found - expected)[settled] > 1.0) < 0.01
    again = run(bare, short, ls.Program([ls.Current("1 mA/cm2", {"duration": "1 h"})]))
    assert np.array_equal(again["voltage"], seen["voltage"]), "the same seed gives the same run"


@pytest.mark.fails_when(LEAK, "w * np.pi / dwell_time", "w * 3 / dwell_time")
def test_rice_counts_the_jumps() -> None:
    """Over many seeds a jump comes every dwell time, to three standard errors."""
    when = np.arange(0.0, 2e4, 1.0)
    dwell = []
    for seed in range(60):
        w, p = waves(100.0, seed)
        signs = np.sign(np.sin(np.multiply.outer(when, w) + p).sum(axis=1))
        dwell.append(2e4 / np.sum(signs[1:] != signs[:-1]))
    mean, error = np.mean(1 / np.array(dwell)), np.std(1 / np.array(dwell)) / np.sqrt(60)
    assert abs(mean - 0.01) < max(3 * error, 5e-5)
    assert error < 2e-4


@pytest.mark.fails_when(LEAK, "self._terminal - leak", "self._terminal - 0.99 * leak")
def test_under_voltage_control_the_leak_adds_its_current(bare: ls.Cell) -> None:
    """J = J_cell(V) + G V, at a voltage that is held and in a scan."""
    held = ls.Program([ls.Rest("1 min"), ls.Voltage("20 mV", {"duration": "10 min"})])
    alone, shorted = (run(bare, short, held) for short in (None, ls.Short("5 mS/cm2")))
    J = [float(seen["current_density"][-1]) for seen in (alone, shorted)]
    assert J[1] - J[0] == pytest.approx(50 * 0.02, rel=1e-4)
    assert shorted["short_conductance"].to_numpy() == pytest.approx(np.full(len(shorted["time"]), 50.0), rel=1e-6)
    scan = run(bare, ls.Short("5 mS/cm2"), ls.Program.cyclic_voltammetry(["0 V", "5 mV", "-5 mV"], "1 mV/s"))
    leak = scan["current_density"] - scan["ionic_current_density"]
    assert leak.to_numpy() == pytest.approx(50 * scan["voltage"].to_numpy(), abs=1e-6)


def test_the_model_works_in_pybamm_alone(bare: ls.Cell) -> None:
    """Plain objects, as for every model."""
    from lithoscope.physics.cell.engine import pybamm

    model, values = ls.Planar().to_pybamm(bare.replaced(short=ls.Short("5 mS/cm2")))
    solution = pybamm.Simulation(model, parameter_values=values).solve([0, 600])
    ours = run(bare, ls.Short("5 mS/cm2"), ls.Program([ls.Current("-1 mA/cm2", {"duration": "10 min"})]))
    assert float(solution["Voltage [V]"].entries[-1]) == pytest.approx(float(ours["voltage"][-1]), rel=1e-5)


@pytest.mark.fails_when("design/short.py", "most.value < self.conductance.value", "most.value < 0")
def test_what_a_short_refuses() -> None:
    """And the remedies run."""
    with pytest.raises(ls.InputError, match="growth goes by capacity, but the onset by time"):
        ls.Short("1 mS/cm2", ls.Onset(time="1 h"), ls.Growth("linear", capacity="1 mAh/cm2"))
    assert ls.Short("1 mS/cm2", ls.Onset(time="1 h"), ls.Growth("linear", time="2 h"))
    assert ls.Short("1 mS/cm2", ls.Onset(capacity="1 mAh/cm2"), ls.Growth("linear", capacity="2 mAh/cm2"))
    with pytest.raises(
        ls.InputError, match=r'greatest_conductance = .* is below the conductance .* greatest_conductance = "0.01 S/cm2"'
    ):
        ls.Short("10 mS/cm2", greatest_conductance="1 mS/cm2")
    assert ls.Short("10 mS/cm2", greatest_conductance="0.01 S/cm2")
    with pytest.raises(
        ls.InputError, match=r'gives both of time and capacity. Expected one of them. Write e.g. { time = "10 h" }'
    ):
        ls.Onset(time="1 h", capacity="1 mAh/cm2")
    with pytest.raises(ls.InputError, match="gives neither of time and capacity"):
        ls.Growth("linear")
    with pytest.raises(ls.InputError, match='kind = "cubic" is not allowed'):
        ls.Growth("cubic", time="1 h")  # type: ignore[arg-type]


@pytest.mark.parametrize("case", UNSHORTED, ids=lambda case: case[1].kind)
@pytest.mark.fails_when("physics/cell/model.py", "and not self.shorts:", "and False:")
def test_other_models_refuse_a_short(case: tuple[ls.Cell, Any]) -> None:
    """They have no leak in their equations; and both remedies run, or are accepted."""
    cell, model = case
    shorted, program = cell.replaced(short=ls.Short("5 mS/cm2")), ls.Program([ls.Rest("1 s")])
    expected = r"short is given, and the working electrode is a .*Expected no short, or .* foil.*Leave short out, or write"
    for attempt in (lambda: ls.run(shorted, program, progress=False), lambda: model.to_pybamm(shorted)):
        with pytest.raises(ls.InputError, match=expected) as caught:
            attempt()
        assert f'"{model.kind}" have no electronic leak' in str(caught.value.why)
    assert ls.run(cell, program, progress=False).status.word == "program completed"
    foil = shorted.replaced(working=ls.Foil("50 um"))
    assert "short_conductance" in ls.run(foil, program, progress=False).trace


@pytest.mark.fails_when("physics/cell/params.py", 'else short_parameters("short", cell.short)', "else ()")
def test_a_cell_file_with_a_short_goes_round(bare: ls.Cell) -> None:
    """Every number of it is listed with the result, with what is known about it."""
    text = bare.to_toml() + '\n[short]\nconductance = "1 mS/cm2"\nonset = { time = "1 h" }\nflicker = { seed = 3 }\n'
    cell = ls.Cell.parse(text)
    assert cell.short == ls.Short("1 mS/cm2", ls.Onset(time="1 h"), flicker=ls.Flicker(seed=3))
    assert ls.Cell.parse(cell.to_toml()) == cell
    assert numbers(cell).short is not None
    seen = run(bare, cell.short, ls.Program([ls.Rest("1 s")]))
    rows = {row["path"]: row for row in seen.manifest.numbers if row["path"].startswith("short.")}
    assert rows["short.conductance"]["value"] == 10.0
    assert rows["short.flicker.depth"]["status"] == "prior"
    assert not rows["short.greatest_conductance"]["given"]


@pytest.mark.fails_when("physics/cell/models/planar.py", "cell.short is not None)", "False)")
def test_a_run_that_is_kept_has_its_short(bare: ls.Cell, tmp_path: Path) -> None:
    """Solved in a process apart from the files of its inputs, stored and read again: the same numbers."""
    cell = bare.replaced(
        short=ls.Short("5 mS/cm2", ls.Onset(capacity="0.3 mAh/cm2"), ls.Growth("linear", capacity="1 mAh/cm2"))
    )
    ls.run(cell, CYCLES, ls.Planar(), to=tmp_path / "kept", progress=False)
    kept, here = ls.load(tmp_path / "kept"), ls.run(cell, CYCLES, ls.Planar(), progress=False)
    for name in ("voltage", "leaked_charge", "short_conductance"):
        assert np.array_equal(kept[name], here[name])
    assert kept.cycles["leaked_share"].to_numpy() == pytest.approx(here.cycles["leaked_share"].to_numpy(), abs=0)
    assert kept["leaked_charge"].attrs["units"] == "C/m2"
