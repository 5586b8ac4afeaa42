"""What the study of lives concludes from its runs, with and without those that are not solved."""

from dataclasses import replace
from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest

from lithoscope.analysis.failure import FailureMode, Mode
from lithoscope.errors import End, Status
from lithoscope.physics.cell import Mossy
from lithoscope.physics.contract import silent
from lithoscope.studies.claims import read_claims
from lithoscope.studies.mechanisms import MECHANISMS
from lithoscope.studies.perovskite import aged, life, living, longruns
from lithoscope.studies.perovskite.agedspread import AgedSpread
from lithoscope.studies.perovskite.cells import ranges
from lithoscope.studies.perovskite.joint import Joint, Kept
from lithoscope.studies.perovskite.life import Lives, live
from lithoscope.studies.perovskite.longruns import MODEL, Lived, LongRuns
from lithoscope.studies.perovskite.mechanisms import HOURS_PER_CYCLE, LEAD_LIFE, LIFE, READINGS
from lithoscope.studies.perovskite.required import Required, deciding, name_of
from lithoscope.studies.ranges import at_values
from lithoscope.studies.search import Bounded, NotSolvedError, Strength
from lithoscope.studies.verdict import Prediction, Word
from lithoscope.studies.work import attempt

CLAIMS = read_claims("perovskite")
POINT = at_values(ranges(CLAIMS))
DEAD, FILM = MECHANISMS
NEVER = Bounded(800.0, "lower")


@pytest.fixture(autouse=True)
def no_designs(monkeypatch: pytest.MonkeyPatch) -> None:
    """Without the minutes that they take: what the designs say together has tests of its own."""
    monkeypatch.setattr(life, "draw", lambda *_: Joint(4, 0, {}, {"limit": Kept("limit", {}, {}, {})}, {}))


def case(mechanism: object = DEAD, life: Bounded = NEVER, reading: str = "limit") -> Required:
    coated = {"MASnCl3": Strength(0.02), "MAPbCl3": Strength(0.1, "lower")}
    return Required(mechanism, reading, Strength(0.1), coated, dict.fromkeys(coated, life))


def lives(*unchanged: Bounded, **fields: object) -> Lives:
    """Cells that live this long with what ends the bare one, by mechanism."""
    given = {"required": tuple(map(case, MECHANISMS, unchanged)), "runs": {}, "shapes": {}, "host": (), "aged": (), "moves": (),
             "prior": {"doubled": Bounded(84.0), "limit": Bounded(200.0, "lower")}, "unsolved": (), "joint": Joint(0, 0, {}, {}, {}),
             "spectra": AgedSpread((22, 45), {}, np.zeros((0, 2, 2)), {}), "fresh": {"bare": 15e-9, "MASnCl3": 1.4e-9}}  # fmt: skip
    return Lives(**given | fields)


OVERPOTENTIAL = Prediction(71, 25, 434)


@pytest.mark.parametrize("unchanged", [(Bounded(100.0), Bounded(300.0)), (Bounded(100.0), NEVER), (Bounded(850.0), NEVER)])
@pytest.mark.fails_when("studies/perovskite/living.py", "max(life.high for", "max(life.value for")
def test_a_measured_life_is_not_refuted_by_a_cell_that_ages_like_another(unchanged: tuple[Bounded, Bounded]) -> None:
    """The interval is that of cells that age as fast as the bare one; what less ageing would do is said in the note."""
    verdict = living.verdicts(lives(*unchanged), CLAIMS, OVERPOTENTIAL)[LIFE]
    assert verdict.verdict is Word.UNDECIDED
    assert verdict.decided_by == living.DECIDES
    low, high = (pick(life.value for life in unchanged) for pick in (min, max))
    assert (verdict.low[0], verdict.high[0]) == (low, None if NEVER in unchanged else high)
    assert verdict.predicted[1] == 100
    assert "5.0 times less" in verdict.note


@pytest.mark.fails_when("studies/perovskite/living.py", 'f"{LIFE}, its second number: the bare cell"', "FAILURE")
def test_the_chain_begins_where_the_number_stands() -> None:
    """100 h is the second number of the claim on both lives; the claim on how the bare cell fails states none."""
    assert living.hours(CLAIMS)["bare"] == CLAIMS[LIFE].values[1]
    assert isinstance(CLAIMS[living.FAILURE].values[0], bool)
    first, second = living.chain()
    assert first.on == (f"{LIFE}, its second number: the bare cell",)
    assert f"{LIFE}, its first number: the coated cell" in first.predicts
    assert second.predicts == (aged.AFTER,)
    made = living.verdicts(lives(Bounded(100.0), Bounded(300.0)), CLAIMS, OVERPOTENTIAL)
    assert all(LIFE in made[claim].calibrated_on for claim in (LIFE, LEAD_LIFE, living.ABSTRACT))


@pytest.mark.fails_when("studies/perovskite/required.py", '"lower" if allowed.bound == "upper" else "exact"', '"exact"')
def test_reduction() -> None:
    found = case()
    assert found.reduction("MASnCl3") == Bounded(pytest.approx(5.0))
    assert found.reduction("MAPbCl3") == Bounded(1.0, "upper"), "it outlives its report without any"
    less = replace(found, coated={"MASnCl3": Strength(0.02, "upper")}).reduction("MASnCl3")
    assert (less.bound, living._less(less)) == ("lower", "at least 5.0 times less"), "even the least that was tried is too much"
    for bare in (Strength(0.98, "lower"), Strength(0.001, "upper")):
        assert replace(found, bare=bare).reduction("MASnCl3") is None, "how strong it is in the bare cell is not known"
    assert replace(found, bare=Strength(0.001, "upper")).reduction("MAPbCl3") == Bounded(1.0, "upper")


@pytest.mark.fails_when("studies/perovskite/required.py", "return max(known or found", "return max(found")
def test_the_case_that_decides_is_a_known_one() -> None:
    """Dead lithium of 0.1 is known, film growth of 0.1 m2/s is not, however much it asks."""
    asks = replace(case(FILM), coated={"MASnCl3": Strength(1e-3)})
    assert deciding([case(), asks]) == case()
    assert deciding([asks]) is asks
    assert deciding([]) is None


@pytest.mark.fails_when("studies/perovskite/living.py", "bare / coated", "coated / bare")
def test_what_full_cells_support() -> None:
    """(10.31 + 0.4 x 2.8) / 20 against at most (10.31 + 0.15 x 2.8) / 100 mAh/cm2 per cycle."""
    assert living.independent_reduction(CLAIMS) == pytest.approx((10.31 + 1.12) / 20 / ((10.31 + 0.42) / 100), rel=1e-3)


def told(voltages: list[float], end: End = End.COMPLETED) -> SimpleNamespace:
    """A run as the study reads it: voltage of each cycle, V, in cells of 1 m2; a spectrum shows ten times as many ohm."""
    column = pd.Series(voltages, index=range(1, len(voltages) + 1))
    spectra = [{"real_impedance": np.array([10 * voltages[n]])} for n in (0, 0, 5, 25, -1) if n < len(voltages)]
    cycles = {"plateau_voltage": column, "end_peak_voltage": column}
    return SimpleNamespace(
        status=Status(end, "as told", time=7200.0 * len(voltages)),
        cycles=cycles,
        spectra=spectra,
        area=1.0,
        manifest=SimpleNamespace(run_id="told"),
    )


def simulated(self: LongRuns, material: str, ageing: dict[str, object], program: object) -> SimpleNamespace:
    """A voltage that rises with the strength and the time, from a start of the cell's own, to at most 1 V."""
    grown = (
        20 * float(ageing.get("dead_fraction", 0.02)) + float(str(ageing.get("film_growth_rate", "0 m2/s")).split()[0]) * 2e19
    )
    start, rise = {"bare": (0.02, 1.0), "MASnCl3": (0.04, 0.05), "MAPbCl3": (0.07, 0.05)}[material]
    voltages = [start * (1 + rise * grown * n / 5) for n in range(1, program.cycles + 1)]
    alive = [voltage for voltage in voltages if voltage < 1]
    return told(alive, End.COMPLETED if len(alive) == len(voltages) else End.STOP_REACHED)


@pytest.fixture
def made_up(monkeypatch: pytest.MonkeyPatch) -> set[str]:
    """Lives without a model; film growth is not solved in the materials of this set, once it is strong."""
    unsolved: set[str] = set()

    def run(self: LongRuns, material: str, ageing: dict[str, object], program: object) -> SimpleNamespace:
        result = simulated(self, material, ageing, program)
        strong = float(str(ageing.get("film_growth_rate", "0 m2/s")).split()[0]) > 2e-20
        if material in unsolved and strong:
            result.status = replace(result.status, end=End.NO_SOLUTION)
        return result

    monkeypatch.setattr(LongRuns, "_simulated", run)
    monkeypatch.setattr(living, "failure_mode", lambda run: FailureMode(Mode.FILMS, run.status.sentence))
    return unsolved


@pytest.mark.fails_when("studies/work.py", "except NotSolvedError as error:", "except ZeroDivisionError as error:")
def test_a_case_that_is_not_solved_is_a_row_and_all_else_goes_on(made_up: set[str]) -> None:
    complete = live(CLAIMS, POINT, silent)
    assert len(complete.required) == len(complete.aged) == 4
    assert not complete.unsolved
    made_up.add("MASnCl3")
    found = live(CLAIMS, POINT, silent)
    missing = name_of(FILM, "limit")
    assert [each.what for each in found.unsolved] == [missing]
    assert "NO SOLUTION FOUND" in found.unsolved[0].words
    assert "film growth rate" in found.unsolved[0].words
    assert [each.name for each in found.required] == [each.name for each in complete.required if each.name != missing]
    assert found.moves == complete.moves
    assert found.moves
    assert set(found.runs) == {name for name in complete.runs if name.startswith("dead lithium")}
    tables = {table.title: table for table in living.tables(found, CLAIMS)}
    assert (FILM.name, READINGS["limit"], "not solved", "-", "-", "-", "-", "-") in tables[
        "What the reported lives require"
    ].rows
    assert tables["Not solved"].rows == ((missing, found.unsolved[0].words),)
    made = living.verdicts(found, CLAIMS, OVERPOTENTIAL)
    failure = made[living.FAILURE]
    assert failure.verdict is Word.UNDECIDED
    assert "dead lithium: polarisation rise (films), which doubles for the last time in the last " in failure.note
    assert "film growth: " not in failure.note, "it was not solved"
    assert f"Not solved, and in no number: {missing}." in made[LIFE].note
    assert "Of 4 designs with all open numbers free at once 0 end the bare cell at its time" in made[LIFE].note
    assert f"Not solved, and in no number: {missing}." in living.sentence(found, CLAIMS)
    assert "Not solved" not in {table.title for table in living.tables(complete, CLAIMS)}


@pytest.mark.fails_when("studies/perovskite/living.py", "peaks < peaks[-1] / 2", "peaks < peaks[-1] / 4")
def test_how_steep_an_end_is() -> None:
    """Ninety cycles at 0.1 V and ten in which it rises to 0.4 V: it doubles for the last time in the last twentieth."""
    run = told([0.1] * 90 + list(np.linspace(0.11, 0.4, 10)))
    assert living._rise(run).startswith("which doubles for the last time in the last 7% of its 100 cycles, to 400 mV")
    assert "in the last 100% of its 2 cycles" in living._rise(told([0.3, 0.4]))


@pytest.mark.fails_when("studies/perovskite/living.py", "return verdict if verdict.verdict is Word.PENDING else", "return")
def test_a_study_of_which_nothing_is_solved_stays_pending(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(LongRuns, "_simulated", lambda *_: told([0.1] * 60, End.LEDGER_OPEN))
    found = live(CLAIMS, POINT, silent)
    made = living.verdicts(found, CLAIMS, OVERPOTENTIAL)
    assert {verdict.verdict for verdict in made.values()} == {Word.PENDING}
    assert "No mechanism" in living.sentence(found, CLAIMS)
    titles = [table.title for table in living.tables(found, CLAIMS)]
    assert titles == ["What the reported lives require", "Not solved"]


@pytest.mark.parametrize("end", [End.NO_SOLUTION, End.LEDGER_OPEN])
@pytest.mark.fails_when("studies/perovskite/longruns.py", "if status.end.numerical:", "if False:")
def test_an_unsolved_run_raises_each_time(monkeypatch: pytest.MonkeyPatch, end: End) -> None:
    """The second time from memory: a slow failure is not repeated."""
    made = []
    monkeypatch.setattr(LongRuns, "_simulated", lambda *_: made.append(1) or told([0.1] * 60, end))
    ageing = LongRuns(CLAIMS, POINT)
    for _ in range(2):
        with pytest.raises(NotSolvedError, match=r"The bare cell with dead fraction 0.5 was not solved. "):
            ageing.run("bare", {"dead_fraction": 0.5}, 60)
    assert len(made) == 1
    assert attempt("what", lambda: ageing.run("bare", {"dead_fraction": 0.5}, 60)).what == "what"


@pytest.mark.fails_when(
    "studies/perovskite/longruns.py",
    "return FINER.simulate(cell, program, silent, apart=True) if result.status.end.marked else result",
    "return result",
)
def test_an_open_ledger_is_tried_again_with_a_tighter_tolerance(monkeypatch: pytest.MonkeyPatch) -> None:
    def simulate(self: Mossy, *_: object, **__: object) -> SimpleNamespace:
        return told([0.1] * 60, End.LEDGER_OPEN if self.relative_tolerance > 2e-8 else End.COMPLETED)

    monkeypatch.setattr(Mossy, "simulate", simulate)
    assert LongRuns(CLAIMS, POINT).run("bare", {}, 60).status.end is End.COMPLETED


def lived(voltages: list[float], end: End = End.COMPLETED) -> Lived:
    run = told(voltages, end)
    return Lived(run.status, run.cycles["plateau_voltage"], run.cycles["end_peak_voltage"])


@pytest.mark.fails_when(
    "studies/perovskite/longruns.py", '"lower" if lived.status.end is End.COMPLETED else "exact"', '"exact"'
)
def test_life_of_a_run() -> None:
    ageing = LongRuns(CLAIMS, POINT)
    rising = [0.1] * 5 + [0.1, 0.15, 0.21, 0.3]
    assert ageing.life(lived(rising), "doubled") == Bounded(16.0)
    assert ageing.life(lived(rising), "limit") == Bounded(18.0, "lower")
    assert ageing.life(lived(rising, End.STOP_REACHED), "limit") == Bounded(18.0)
    assert ageing.life(lived([0.1, 0.3]), "doubled") == Bounded(4.0, "lower"), "too short to have a settled voltage"


@pytest.mark.fails_when(
    "studies/perovskite/longruns.py", "lived.plateau.loc[SETTLED + 1 : asked].max()", "lived.plateau.iloc[-1]"
)
def test_a_cell_that_was_at_its_end_is_so_for_good(monkeypatch: pytest.MonkeyPatch) -> None:
    """Its voltage may fall again, and its program may go on beyond the time that is asked for."""
    voltages = [0.1] * 5 + [0.15, 0.25] + [0.12] * 100
    monkeypatch.setattr(LongRuns, "_simulated", lambda *_: told(voltages))
    ageing = LongRuns(CLAIMS, POINT)
    hours = [HOURS_PER_CYCLE * cycles for cycles in (6, 7, 20)]
    assert [ageing.excess("bare", DEAD, "doubled", life, 0.1) > 0 for life in hours] == [False, True, True]
    assert ageing.excess("bare", DEAD, "limit", 200.0, 0.1) == pytest.approx(np.log(0.25 / 1.0))
    monkeypatch.setattr(LongRuns, "_simulated", lambda *_: told(voltages[:60], End.SALT_DEPLETED))
    assert LongRuns(CLAIMS, POINT).excess("bare", DEAD, "limit", 200.0, 0.1) == pytest.approx(np.log(200 / 120), rel=1e-4)


@pytest.mark.fails_when(
    "studies/perovskite/longruns.py", "(2 * lived.plateau.loc[SETTLED])))", "(3 * lived.plateau.loc[SETTLED])))"
)
def test_the_strength_that_is_found_ends_the_cell_in_time(monkeypatch: pytest.MonkeyPatch) -> None:
    """Dead lithium that doubles the voltage of the bare cell after 40 h: the run with it does."""
    monkeypatch.setattr(longruns, "LEAST_CYCLES", 20)
    monkeypatch.setattr(longruns, "TRIED_BARE", 4)
    ageing = LongRuns(CLAIMS, POINT)
    found = ageing.strength("bare", DEAD, "doubled", 40.0)
    assert found.bound == "exact"
    slower, faster = (ageing.run("bare", DEAD.ageing(f * found.value), 24) for f in (0.7, 1.4))
    assert ageing.life(faster, "doubled").value <= 40.0 <= ageing.life(slower, "doubled").value
    assert ageing.life(slower, "limit").bound == "lower"


@pytest.mark.fails_when("studies/mechanisms.py", "(1e-3, 0.98)", "(0.2, 0.98)")
def test_mechanisms_are_known_numbers() -> None:
    for mechanism in MECHANISMS:
        low, high = mechanism.known
        assert mechanism.ends[0] <= high
        assert low < high <= mechanism.ends[1]
    assert CLAIMS[LEAD_LIFE].bound == "lower"


@pytest.mark.fails_when("studies/mechanisms.py", "if strength < most), most)", "if strength < most),)")
def test_strengths_that_are_tried() -> None:
    assert DEAD.tried(3) == pytest.approx((1e-3, np.sqrt(0.98e-3), 0.98))
    assert DEAD.tried(3, 0.5) == pytest.approx((1e-3, np.sqrt(0.98e-3), 0.5)), "up to what the bare cell needs"


@pytest.mark.fails_when("studies/perovskite/longruns.py", "Mossy(cells=10)", "Mossy(cells=5)")
def test_ten_volumes_in_a_layer_are_enough() -> None:
    """Nearly all dead lithium stays dead: 0.26 % of the voltage in cycle 18, with twice as many a quarter of it."""
    voltage = {}
    for cells in (MODEL.cells, 20, 40):
        cell = longruns.calibrated_cell("bare", CLAIMS, POINT).changed("working.ageing", DEAD.ageing(0.98))
        result = MODEL.changed("cells", cells).simulate(cell, longruns.life_program(18), silent)
        voltage[cells] = result.cycles["plateau_voltage"].loc[18]
    assert voltage[40] > 4 * result.cycles["plateau_voltage"].loc[1], "a harsh case"
    assert voltage[MODEL.cells] == pytest.approx(voltage[40], rel=6e-3)
    assert voltage[20] == pytest.approx(voltage[40], rel=1.5e-3)


@pytest.mark.slow
@pytest.mark.parametrize(("material", "strength", "cycles"), [("bare", 0.98, 60), ("MASnCl3", 0.08, 400)])
def test_ten_volumes_in_a_layer_are_enough_for_a_life(material: str, strength: float, cycles: int) -> None:
    """To the end of a cell: 0.1 to 0.15 % of its life."""
    end = {}
    for cells in (MODEL.cells, 20, 40):
        cell = longruns.calibrated_cell(material, CLAIMS, POINT).changed("working.ageing", DEAD.ageing(strength))
        program = longruns.life_program(cycles).changed("stop.voltage_magnitude", "1 V")
        status = MODEL.changed("cells", cells).simulate(cell, program, silent).status
        assert status.end in (End.SALT_DEPLETED, End.STOP_REACHED)
        end[cells] = status.time
    assert end[MODEL.cells] == pytest.approx(end[40], rel=4e-3)
    assert end[20] == pytest.approx(end[40], rel=1e-3)
