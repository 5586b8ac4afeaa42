"""What the study concludes from full cells, with and without those that are not solved."""

import math
from dataclasses import replace
from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest

import lithoscope as ls
from lithoscope.analysis.failure import Mode
from lithoscope.errors import End, Status
from lithoscope.physics.contract import silent
from lithoscope.physics.laws.life import capacity_after
from lithoscope.studies.claims import read_claims
from lithoscope.studies.mechanisms import MECHANISMS
from lithoscope.studies.perovskite import fanpanels, fullcells, fullpanels, fullspread, fulltables, fullverdicts
from lithoscope.studies.perovskite.cells import calibrated_cell, ranges
from lithoscope.studies.perovskite.fullcells import (
    BARE,
    LCO_BARE,
    LCO_COATED,
    LESS,
    LTO_BARE,
    LTO_COATED,
    PLATEAU,
    cycle_full_cells,
    reported,
)
from lithoscope.studies.perovskite.fullruns import LCO, LTO, Cycled, FullRuns, Plan
from lithoscope.studies.perovskite.fullspread import FullSpread, cycle_designs
from lithoscope.studies.perovskite.joint import Joint, Kept, ageing_ranges
from lithoscope.studies.perovskite.required import Required
from lithoscope.studies.ranges import at_values
from lithoscope.studies.search import Bounded, NotSolvedError, Strength
from lithoscope.studies.verdict import Word

CLAIMS = read_claims("perovskite")
POINT = at_values(ranges(CLAIMS))
DEAD, FILM = MECHANISMS
NOTHING = FullSpread(0, {}, {}, {})


def told(plan: Plan, capacity: list[float], end: End = End.COMPLETED, plateau: float = 1.6) -> Cycled:
    """A cell with these capacities, mAh/g, from the first cycle that counts; one gram per square metre is active."""
    index = range(plan.first, plan.first + len(capacity))
    left = 360_000.0 if end is not End.LITHIUM_EXHAUSTED else 0.0
    table = pd.DataFrame(
        {"discharge_capacity": np.array(capacity) * 3.6, "lithium_left": left, "solvent_left": 1.0, "efficiency": 0.99,
         "mean_discharge_voltage": 1.5},
        index=index,
    )  # fmt: skip
    curve = np.linspace(0, capacity[0], 5), np.full(5, plateau)
    shown = {n: curve for n in (plan.first, *plan.shown) if n in index}
    status = Status(end, "as told", 3600.0, cycle=index[-1])
    mode = Mode.EXHAUSTION if end is End.LITHIUM_EXHAUSTED else Mode.FILMS
    return Cycled(status, plan.first, plan.cycles, 1e-3, table, shown, shown, {0: 0.02}, "told", mode)


@pytest.mark.fails_when(
    "studies/perovskite/fullruns.py", "return float(cycles[n - 1] + share *", "return float(cycles[n] + share *"
)
def test_when_a_capacity_falls_below() -> None:
    cell = told(LTO, [150.0, 140.0, 100.0, 100.0])
    assert cell.below(120.0) == pytest.approx(3.5), "half way between cycles 3 and 4"
    assert cell.below(160.0) == 2.0
    assert cell.below(90.0) is None
    assert told(LTO, [150.0, 140.0], End.SALT_DEPLETED).below(90.0) == 3.0, "a cell that ended has nothing after its end"
    assert (cell.whole, cell.at(4), cell.at(400)) == (150.0, 100.0, 0.0)
    assert cell.kept(4) == pytest.approx(2 / 3)


@pytest.mark.fails_when(
    "studies/perovskite/fullruns.py", 'self.table["discharge_capacity"].loc[self.first :]', 'self.table["discharge_capacity"]'
)
def test_a_discharge_that_follows_no_charge_does_not_count() -> None:
    """Li4Ti5O12 is made without lithium: its first discharge fills more than a charge takes out."""
    cell = told(LTO, [150.0, 140.0])
    first = pd.concat([cell.table.iloc[:1].set_axis([1]) * 2, cell.table])
    assert replace(cell, table=first).whole == 150.0


@pytest.mark.fails_when(
    "studies/perovskite/fullruns.py", 'if step.kind == "current" and step.until.voltage_above is not None:', "if True:"
)
def test_cycles_with_spectra() -> None:
    for plan, current in ((LTO, 28.0), (LCO, 14.0)):
        program = plan.steps()
        assert program.cycles == plan.cycles
        steps = list(program.visits())
        driven = [visit for visit in steps if visit.step.kind == "current"]
        assert {abs(visit.step.current_density.value) for visit in driven} == {current}
        at = [n for n, visit in enumerate(steps) if visit.step.kind == "spectrum"]
        assert [2 * cycle + n for n, cycle in enumerate(sorted({0, *plan.shown, plan.cycles}))] == at
        limits = {(visit.step.until.voltage_above, visit.step.until.voltage_below) for visit in driven}
        assert {str(top or low) for top, low in limits} == ({"2 V", "1 V"} if plan is LTO else {"4.2 V", "3 V"})


@pytest.mark.fails_when(
    "studies/perovskite/fullruns.py", "cell.replaced(counter=changed.foil", "cell.replaced(counter=cell.counter_foil"
)
def test_the_lithium_is_that_of_the_symmetric_cells() -> None:
    """The same interface, area and separator; the foil of 50 um keeps its thickness, the other takes the open one."""
    there = {**POINT, "electrode area": 1.5, "exchange current density": 2.0}
    for material in ("bare", "MASnCl3"):
        alike = calibrated_cell(material, CLAIMS, there)
        for plan, thickness in ((LTO, 500e-6), (LCO, 50e-6)):
            cell = FullRuns(CLAIMS, there).cell(plan, material)
            lithium = cell.counter_electrode
            assert lithium.native_film == alike.foil.native_film
            assert lithium.films == alike.foil.films
            assert lithium.exchange_current_density == alike.foil.exchange_current_density
            assert lithium.thickness.value == pytest.approx(thickness)
            assert cell.separator == alike.separator
            assert cell.area.value == pytest.approx(1.5e-4)


@pytest.mark.fails_when(
    "studies/perovskite/fullcells.py", "return float(np.log(self.cycle / found))", "return float(np.log(found / self.cycle))"
)
def test_excess_has_one_sign_on_each_side() -> None:
    what = reported(CLAIMS)[2]
    assert (what.claim, what.cycle, what.capacity) == (LCO_BARE, 20, pytest.approx(0.6))
    falls = [told(LCO, list(120 - rate * np.arange(100))) for rate in (0.1, 0.5, 2.0, 2.6, 5.0)]
    seen = [what.excess(cell) for cell in falls]
    assert seen == sorted(seen)
    assert [value > 0 for value in seen] == [False, False, False, True, True]
    assert what.excess(told(LCO, [120.0] * 10, End.LITHIUM_EXHAUSTED)) > 0


def test_what_is_reported() -> None:
    """0.07 % of each of 500 cycles leave 65 %; everything else stands in the claims as it is."""
    found = {what.claim: (what.cycle, what.capacity) for what in reported(CLAIMS)}
    assert found == {
        LTO_BARE: (400, 28.3), LTO_COATED: (500, pytest.approx(0.65)), LCO_BARE: (20, pytest.approx(0.6)),
        LCO_COATED: (100, pytest.approx(0.85)),
    }  # fmt: skip
    for claim, (cycle, _) in found.items():
        assert f"{cycle}" in CLAIMS[claim].text


def required(mechanism: object, reading: str, bare: float, coated: float) -> Required:
    limits = {"MASnCl3": Strength(coated), "MAPbCl3": Strength(coated)}
    return Required(mechanism, reading, Strength(bare), limits, dict.fromkeys(limits, Bounded(100.0)))


REQUIRED = (
    required(DEAD, "doubled", 0.02, 0.01), required(DEAD, "limit", 0.6, 0.07), required(FILM, "doubled", 2e-22, 1e-22),
    required(FILM, "limit", 8e-19, 1e-20),
)  # fmt: skip


@pytest.fixture
def made_up(monkeypatch: pytest.MonkeyPatch) -> set[str]:
    """Cells that lose capacity in proportion to cycles and strength; those with a material of this set are not solved."""
    unsolved: set[str] = set()

    def run(self: FullRuns, plan: Plan, material: str, ageing: dict[str, object]) -> Cycled:
        dead = float(str(ageing["dead_fraction"]))
        film = float(str(ageing["film_growth_rate"]).split()[0])
        strength = dead / 0.6 + film / 8e-19
        if material in unsolved:
            raise NotSolvedError("as told")
        rate = strength * (0.05 if plan.cathode == "lco" else 0.005) * (1.0 if material == "bare" else 0.5)
        cycles = np.arange(plan.first, plan.cycles + 1)
        values = 100 * np.exp(-rate * (cycles - plan.first))
        alive = values[values > 1e-3]
        ended = End.LITHIUM_EXHAUSTED if len(alive) < len(values) else End.COMPLETED
        return told(plan, list(alive), ended, 1.6 + (0.1 * strength if material == "bare" else 0.02))

    monkeypatch.setattr(FullRuns, "run", run)
    return unsolved


@pytest.mark.fails_when(
    "studies/perovskite/fullcells.py",
    "for case in cases:\n        kept = strongest",
    "for case in cases[:1]:\n        kept = strongest",
)
def test_searches_find_what_shows_the_report(made_up: set[str]) -> None:
    """Capacity falls as exp(-rate n): each strength that is found gives the reported capacity in the reported cycle."""
    full = cycle_full_cells(CLAIMS, POINT, REQUIRED, silent)
    assert full.complete
    runs = FullRuns(CLAIMS, POINT)
    assert len(full.needed) == 8
    for what in reported(CLAIMS):
        for of in MECHANISMS:
            strength = full.needed[what.claim, of.name]
            cell = runs.run(what.plan, what.material, of.ageing(strength.value))
            assert cell.at(what.cycle) == pytest.approx(what.threshold(cell), rel=0.15)


@pytest.mark.parametrize("begin", [1e-3, 0.02, 0.05, 0.3, 0.9])
@pytest.mark.fails_when(
    "studies/perovskite/fullcells.py", "if value >= 0:\n            if last", "if True:\n            if last"
)
def test_a_search_over_a_cliff_settles(begin: float) -> None:
    """Nothing is lost below 0.05, and above it the cell falls ever earlier, with a slope of its own."""
    tried: list[float] = []

    def excess(strength: float) -> float:
        tried.append(strength)
        return 0.4 * math.log(strength / 0.05) if strength >= 0.05 else -1.8

    found = fullcells.settled(excess, begin, (1e-3, 0.98))
    assert found.bound == "exact"
    assert found.value == pytest.approx(0.05, rel=0.15)
    assert len(tried) <= fullcells.ATTEMPTS
    assert fullcells.settled(lambda s: -1.0, begin, (1e-3, 0.98)) == Strength(0.98, "lower")
    assert fullcells.settled(lambda s: 1.0, begin, (1e-3, 0.98)).bound == "upper"
    with pytest.raises(NotSolvedError, match="did not settle"):
        fullcells.settled(lambda s: -1.0, begin, (1e-300, 1e300))


@pytest.mark.fails_when("studies/perovskite/fullcells.py", "claim.excess(as_bare) > 0 and", "claim.excess(as_bare) < 0 and")
def test_less_ageing_is_run_where_it_is_needed(made_up: set[str]) -> None:
    full = cycle_full_cells(CLAIMS, POINT, REQUIRED, silent)
    kinds = {case.required.reading: set(case.cells) for case in full.cases if case.required.mechanism is DEAD}
    assert ("lto", LESS) in kinds["limit"]
    assert ("lto", LESS) not in kinds["doubled"], "with as much ageing it keeps what is reported"
    assert all(case.usual is not None for case in full.cases if case.required.reading == "limit")
    assert all(case.usual is None for case in full.cases if case.required.reading == "doubled")


@pytest.mark.fails_when(
    "studies/perovskite/fullverdicts.py",
    "low, high = min(each[0] for each in seen)",
    "low, high = max(each[0] for each in seen)",
)
def test_verdicts_hold_all_cases(made_up: set[str]) -> None:
    full = cycle_full_cells(CLAIMS, POINT, REQUIRED, silent)
    made = fullverdicts.verdicts(full, CLAIMS, NOTHING)
    assert set(made) == {LTO_BARE, LTO_COATED, PLATEAU, LCO_BARE, LCO_COATED}
    bare = made[LTO_BARE]
    values = [cell.at(400) for _, cell in full.with_cells(LTO, BARE)]
    assert (bare.low[0], bare.high[0]) == (min(values), max(values))
    assert bare.predicted[0] == pytest.approx(full.cases[0].cells["lto", BARE].at(400)), "quoted where the strength is known"
    assert bare.verdict is Word.UNDECIDED
    assert bare.decided_by == fullverdicts.DECIDES
    assert made[LTO_COATED].high[0] is None, "some outlive the program"
    assert all("perovskite.sym.life_msc" in verdict.calibrated_on for verdict in made.values())
    assert "79.6 %" in made[LCO_BARE].note
    words = {made[claim].verdict for claim in (LCO_BARE, LCO_COATED, PLATEAU)}
    assert words == {Word.UNDECIDED}


@pytest.mark.fails_when("studies/perovskite/fullverdicts.py", "verdict if full.complete else _incomplete(verdict)", "verdict")
def test_a_case_that_is_not_solved_decides_nothing(made_up: set[str]) -> None:
    """The bare cells alone agree or not by the cases that are there; one missing case leaves them open."""
    only = cycle_full_cells(CLAIMS, POINT, REQUIRED[1:2], silent)
    assert fullverdicts.verdicts(only, CLAIMS, NOTHING)[LCO_BARE].verdict is Word.AGREES
    made_up.add("MASnCl3")
    found = cycle_full_cells(CLAIMS, POINT, REQUIRED[1:2], silent)
    assert not found.complete
    made = fullverdicts.verdicts(found, CLAIMS, NOTHING)
    assert made[LCO_BARE].verdict is Word.UNDECIDED
    assert made[LTO_COATED].verdict is Word.PENDING
    assert made[PLATEAU].verdict is Word.PENDING
    assert "Not solved, and in no number: LTO, MASnCl3, ageing as the bare one" in made[LCO_BARE].note
    assert {each.words for each in found.unsolved} == {"as told"}
    made_up.add("bare")
    nothing = cycle_full_cells(CLAIMS, POINT, REQUIRED, silent)
    assert {verdict.verdict for verdict in fullverdicts.verdicts(nothing, CLAIMS, NOTHING).values()} == {Word.PENDING}


@pytest.mark.fails_when("studies/perovskite/fulltables.py", "LCO_BARE: 100 * (1 - kept)", "LCO_BARE: 100 * kept")
def test_tables_and_figures(made_up: set[str]) -> None:
    full = cycle_full_cells(CLAIMS, POINT, REQUIRED, silent)
    tables = {table.title: table for table in fulltables.tables(full, CLAIMS)}
    assert all(len(row) == len(table.columns) for table in tables.values() for row in table.rows)
    fits = dict(
        zip(tables["Which case gives which number"].columns, tables["Which case gives which number"].rows[1], strict=True)
    )
    assert fits["LCO, bare: 60% kept in cycle 20"] == "39%, agrees"
    kept = tables["Energy of the cell with LiCoO2"].rows
    assert [row[1] for row in kept] == ["20", "2.31"]
    assert float(kept[0][4]) == pytest.approx(106, abs=1)
    assert float(kept[1][4]) > 2 * float(kept[0][4])
    panels = fullpanels.panels(full, CLAIMS)
    assert [panel.key for panel in panels] == ["full-lto", "full-lco", "full-curves", "full-needed"]
    assert ["4a" in panels[0].caption, "4g" in panels[1].caption, "4b" in panels[2].caption] == [True] * 3
    assert "28.3 reported" in fulltables.sentence(full, CLAIMS)


@pytest.mark.fails_when("studies/perovskite/fulltables.py", "return what.excess(least_aged) > 0", "return True")
def test_what_coated_lithium_may_still_do(made_up: set[str]) -> None:
    """Lithium that ages as much as its symmetric cell bears may age less, but not more."""
    full = cycle_full_cells(CLAIMS, POINT, REQUIRED[1:2], silent)
    (case,) = full.cases
    lto, lco = (what for what in reported(CLAIMS) if what.material != "bare")
    kept = {what.claim: case.cells[what.plan.cathode, LESS].kept(what.cycle) for what in (lto, lco)}
    assert kept[LCO_COATED] < 0.85 - 0.03, "it loses more than is reported: with less ageing it would keep it"
    assert fulltables.within_reach(case, lco, CLAIMS)
    bears = replace(case, cells=case.cells | {("lco", LESS): told(LCO, [120.0] * 100)})
    assert not fulltables.within_reach(bears, lco, CLAIMS)
    assert fulltables.within_reach(case, reported(CLAIMS)[2], CLAIMS), "the bare cell loses more than 40 %"
    assert "No mechanism alone" in fulltables.sentence(replace(full, cases=(bears,)), CLAIMS)


@pytest.mark.fails_when(
    "studies/perovskite/fullverdicts.py", "MAH_PER_CM2 / (3600 * cell.active)", "MAH_PER_CM2 / (1800 * cell.active)"
)
def test_the_efficiency_is_read_off_the_knee() -> None:
    """A cell that loses 5 % of what is plated in every cycle, with the foil of the paper as its reserve."""
    reserve, capacity = fullverdicts.inventory(CLAIMS)
    assert reserve == pytest.approx(10.31, abs=0.02)
    active = 20e-2
    values = capacity_after(np.arange(100), reserve, capacity, 0.95) * 36000 / (3600 * active)
    cell = replace(told(LCO, list(values)), active=active)
    cell = replace(cell, table=cell.table.assign(discharge_capacity=values * 3600 * active))
    seen = fullverdicts.inferred(cell, CLAIMS)
    assert seen is not None
    assert seen.efficiency == pytest.approx(0.95, abs=1e-3)
    assert seen.misfit < 1e-3
    assert fullverdicts.inferred(told(LCO, [120.0] * 100), CLAIMS) is None


@pytest.mark.fails_when(
    "studies/perovskite/fullruns.py",
    'passed = np.abs(trace["charge_passed"].values[inside] - trace["charge_passed"].values[inside[0]])',
    'passed = np.abs(trace["charge_passed"].values[inside])',
)
def test_what_is_read_off_a_run(monkeypatch: pytest.MonkeyPatch) -> None:
    """Three cycles of the bare cell at 5 C: curves end at the capacity of the table, spectra stand at their cycles."""
    short = Plan("lto", "lto-5c", 2, (2,), "2 V")
    monkeypatch.setattr(Plan, "cycles", 3)
    runs = FullRuns(CLAIMS, POINT)
    cell = runs.run(short, "bare", DEAD.ageing(0.02))
    assert runs.run(short, "bare", DEAD.ageing(0.02)) is cell, "what was seen is remembered"
    assert cell.status.end is End.COMPLETED
    assert list(cell.lithium) == [0, 2, 3]
    assert cell.lithium[0] == pytest.approx(320 / 2 * 1.13e-4, rel=1e-3), "the calibrated interface"
    assert cell.capacity.index.tolist() == [2, 3]
    assert 140 < cell.at(2) < 175
    for half, column in ((cell.charges, "charge_capacity"), (cell.discharges, "discharge_capacity")):
        passed, voltage = half[2]
        assert passed[0] == 0
        assert passed[-1] == pytest.approx(cell.table[column].loc[2] / (3600 * cell.active), rel=1e-6)
        assert len(passed) == len(voltage)
    assert cell.plateau(2) == pytest.approx(1.6, abs=0.05)
    assert cell.plateau(5) is None
    assert math.isclose(cell.active, 0.032)


@pytest.mark.fails_when("studies/perovskite/fullruns.py", "if result.status.end.numerical:", "if False:")
def test_an_unsolved_full_cell_raises(monkeypatch: pytest.MonkeyPatch) -> None:
    result = SimpleNamespace(status=Status(End.LEDGER_OPEN, "as told", 0.0))
    monkeypatch.setattr(ls.Full, "simulate", lambda *_, **__: result)
    with pytest.raises(NotSolvedError, match="The bare cell with LTO and dead fraction"):
        FullRuns(CLAIMS, POINT).run(LTO, "bare", {"dead_fraction": 0.1})


def designs(*capacities: list[float]) -> FullSpread:
    """Designs with these capacities, mAh/g, from the first cycle that counts and constant from the last one on."""
    found = {}
    for what in reported(CLAIMS):
        cycles = what.cycle + 1 - what.plan.first
        found[what.claim] = np.array([each + [each[-1]] * (cycles - len(each)) for each in capacities])
    return FullSpread(9, {"a": list(range(len(capacities)))}, found, {})


@pytest.mark.fails_when("studies/perovskite/fullspread.py", "np.where(np.isnan(found).any(axis=1), np.nan, lives)", "lives")
def test_what_is_read_off_designs() -> None:
    """One that keeps all, one that falls after cycle 3, one that never worked, and one that was not solved."""
    seen = designs([150.0], [150.0, 100.0, 90.0], [1e-3], [math.nan])
    what = {each.claim: each for each in reported(CLAIMS)}
    lives, fade = (each.values for each in seen.read(what[LTO_COATED]))
    assert lives == pytest.approx([np.inf, 3.25, 2.0, np.nan], nan_ok=True)
    assert fade == pytest.approx([0.0, 40 / 500, 100 / 500, np.nan], nan_ok=True)
    assert seen.idle(what[LTO_COATED]).tolist() == [False, False, True, False]
    assert seen.read(what[LTO_BARE])[0].values[:3].tolist() == [150.0, 90.0, 0.0]
    assert seen.read(what[LCO_BARE])[0].values == pytest.approx([0.0, 40.0, 100.0, np.nan], nan_ok=True)
    assert seen.read(what[LCO_COATED])[0].values == pytest.approx([100.0, 60.0, 0.0, np.nan], nan_ok=True)
    assert seen.read(what[LCO_COATED])[0].sampled.failed == 1


@pytest.mark.fails_when("studies/perovskite/fullverdicts.py", "return found, f", "return list(predictions), f")
def test_verdicts_hold_all_designs(made_up: set[str]) -> None:
    """A case alone agrees; designs that do not leave it open. The mechanism still is what decides."""
    only = cycle_full_cells(CLAIMS, POINT, REQUIRED[1:2], silent)
    assert fullverdicts.verdicts(only, CLAIMS, NOTHING)[LCO_BARE].verdict is Word.AGREES
    made = fullverdicts.verdicts(only, CLAIMS, designs([150.0], [150.0, 100.0, 75.0]))
    bare, lto = made[LCO_BARE], made[LTO_COATED]
    assert (bare.verdict, bare.decided_by) == (Word.UNDECIDED, fullverdicts.DECIDES)
    assert bare.low[0] == 0.0
    assert (bare.sampled[0].designs, bare.sampled[0].inside) == (2, 0.5)
    assert "Of the first 2 of 9 designs with all open numbers free at once" in bare.note
    assert "50% show it as reported; 0% reach the limit of the voltage at once." in bare.note
    assert (lto.low[0], lto.high[0]) == (pytest.approx(3.1), None)
    assert lto.sampled[0].failed == 0, "it outlives the report"
    assert "50% and 0% show each number as reported" in lto.note
    assert made[PLATEAU].sampled == ()
    assert "No design with all open numbers free at once" in fullverdicts.verdicts(only, CLAIMS, NOTHING)[LCO_BARE].note


@pytest.mark.fails_when("studies/perovskite/fanpanels.py", "each.plan is plan", "each.plan is LCO")
def test_a_figure_of_designs_shows_both_cathodes(monkeypatch: pytest.MonkeyPatch) -> None:
    drawn = []
    monkeypatch.setattr(fanpanels, "fan", lambda axes, cycles, *_: drawn.append((axes, int(cycles[0]), int(cycles[-1]))))
    panel = fanpanels.capacities(designs([150.0], [150.0, 100.0], [math.nan]), CLAIMS)
    assert [ends for _, *ends in drawn] == [[2, 400], [2, 500], [1, 20], [1, 100]]
    assert "3 of the 9 designs" in panel.caption


@pytest.mark.fails_when("studies/perovskite/fullspread.py", "passed[:, plan.first - 1 :]", "passed[:, plan.first :]")
def test_capacities_of_designs_are_those_of_single_runs(monkeypatch: pytest.MonkeyPatch) -> None:
    """Three cycles; a design that no cell can be is left out, and one that both readings keep is run once."""
    short = Plan("lto", "lto-5c", 2, (2,), "2 V")
    monkeypatch.setattr(Plan, "cycles", 3)
    monkeypatch.setattr(fullspread, "reported", lambda _: (fullcells.Reported(LTO_BARE, short, "bare", 3, 28.3),))
    point = {**at_values(ageing_ranges()), **POINT}
    both = {name: [value, value] for name, value in point.items()} | {"dead_fraction": [point["dead_fraction"], 2.0]}
    one = {name: [value] for name, value in point.items()}
    joint = Joint(3, 0, {}, {"doubled": Kept("doubled", both, {}, {}), "limit": Kept("limit", one, {}, {})}, {})
    seen = cycle_designs(CLAIMS, joint, silent)
    assert (len(seen), seen.kept) == (1, 3)
    ageing = {each.name: each.written(point[each.name]) for each in ageing_ranges()}
    cell = FullRuns(CLAIMS, POINT).cell(short, "bare").changed("counter.ageing", ageing)
    alone = fullspread.MODEL.simulate(cell, short.plain(3), silent, apart=True).cycles["discharge_capacity"].loc[2:] / (
        3600 * 0.032
    )
    assert seen.capacity[LTO_BARE][0] == pytest.approx(alone.to_numpy(), rel=1e-4)
    assert len(cycle_designs(CLAIMS, Joint(3, 3, {}, {"limit": Kept("limit", {}, {}, {})}, {}), silent)) == 0
