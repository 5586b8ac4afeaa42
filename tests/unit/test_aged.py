"""What the study says of aged cells: whose impedance is lower, on what a required reduction depends, and of two laboratories."""

import math
from dataclasses import replace
from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest

from lithoscope.errors import End, Status
from lithoscope.physics.contract import silent
from lithoscope.studies.claims import read_claims
from lithoscope.studies.mechanisms import MECHANISMS
from lithoscope.studies.perovskite import aged, agedspread, living, priors
from lithoscope.studies.perovskite.aged import AS_BARE, LESS, Aged
from lithoscope.studies.perovskite.agedspread import AgedSpread, measure
from lithoscope.studies.perovskite.cells import AREA, ranges
from lithoscope.studies.perovskite.hostcell import compare_with_host
from lithoscope.studies.perovskite.joint import Joint, Kept, ageing_ranges, possible
from lithoscope.studies.perovskite.life import Lives
from lithoscope.studies.perovskite.longruns import MODEL, LongRuns, life_program
from lithoscope.studies.perovskite.required import Required
from lithoscope.studies.ranges import at_values
from lithoscope.studies.search import Bounded, Strength
from lithoscope.studies.verdict import Word

CLAIMS = read_claims("perovskite")
POINT = at_values(ranges(CLAIMS))
DEAD, FILM = MECHANISMS
AFTER = (0, 1, 5, 25, 50)
NOTHING = AgedSpread((22, 45), {}, np.zeros((0, 2, 2)), {})


def case(reading: str = "doubled") -> Required:
    coated = {"MASnCl3": Strength(0.005), "MAPbCl3": Strength(0.02, "lower")}
    return Required(DEAD, reading, Strength(0.02), coated, dict.fromkeys(coated, Bounded(300.0)))


def cells(bare: tuple[float, ...], reading: str = "doubled") -> Aged:
    """The bare cell with these impedances; the coated ones keep theirs."""
    found = {("bare", AS_BARE): bare, ("MASnCl3", AS_BARE): (60.0,) * 5, ("MASnCl3", LESS): (50.0,) * 5}
    return Aged(case(reading), AFTER, {**found, ("MAPbCl3", AS_BARE): (80.0,) * 5})


ABOVE, BELOW = cells((320.0, 50.0, 25.0, 100.0, 200.0), "limit"), cells((320.0, 50.0, 20.0, 25.0, 30.0))


@pytest.mark.fails_when("studies/perovskite/aged.py", "return made if complete else", "return made if True else")
def test_the_order_of_impedances_is_judged_over_all_cases() -> None:
    """Transients of the first cycles do not count."""
    assert aged.ordering([ABOVE, BELOW]) == (25 / 80, 200 / 50)
    for found, complete, word in (
        ([ABOVE], True, Word.AGREES),
        ([BELOW], True, Word.DISAGREES),
        ([ABOVE, BELOW], True, Word.UNDECIDED),
        ([ABOVE], False, Word.UNDECIDED),
        ([], True, Word.PENDING),
    ):
        verdict = aged.verdict(found, CLAIMS, NOTHING, complete=complete)
        assert verdict.verdict is word
        assert bool(verdict.decided_by) is (word is Word.UNDECIDED)
        assert set(verdict.calibrated_on) == (set(aged.CALIBRATED) if found else set())
    note = aged.verdict([ABOVE, BELOW], CLAIMS, NOTHING, complete=True).note
    assert f"{ABOVE.case.name}: 1.2 to 4; " in note
    assert f"{BELOW.case.name}: 0.31 to 0.6" in note
    assert f"lower impedance throughout only for {ABOVE.case.name}." in note
    assert "in no case" in aged.verdict([BELOW], CLAIMS, NOTHING, complete=True).note
    assert "from 320 to 20 ohm in 5 cycles" in note
    assert "Missing inputs" in note


def designs(*ratios: float) -> AgedSpread:
    """Designs with this ratio after the first spectrum with the first film, and half more everywhere else."""
    found = np.array([[[ratio, 1.5 * ratio], [1.5 * ratio, 1.5 * ratio]] for ratio in ratios])
    return AgedSpread((22, 45), {"a": list(range(len(ratios)))}, found, {})


@pytest.mark.fails_when("studies/perovskite/aged.py", "max(made.high, designs.most)", "made.high")
def test_the_order_of_impedances_holds_all_designs() -> None:
    """Each design counts with the film and the spectrum in which the bare cell is lowest; the interval holds all of them."""
    whole = aged.verdict([ABOVE], CLAIMS, designs(1.2, 3.0, 6.0), complete=True)
    assert (whole.verdict, whole.decided_by) == (Word.AGREES, None)
    assert (whole.predicted[0], whole.low[0], whole.high[0]) == pytest.approx((1.25, 1.2, 9.0))
    assert (whole.sampled[0].designs, whole.sampled[0].inside) == (3, 1.0)
    assert set(whole.calibrated_on) == set(aged.CALIBRATED)
    some = aged.verdict([ABOVE], CLAIMS, designs(0.8, 3.0, 6.0, math.nan), complete=True)
    assert (some.verdict, some.decided_by) == (Word.UNDECIDED, aged.DECIDES)
    assert (some.sampled[0].failed, some.sampled[0].inside) == (1, 0.5)
    assert "Of 4 designs with all open numbers free at once that end the bare cell at its time 50% show that order" in some.note
    assert "after 22 and 45 cycles" in some.note
    none = aged.verdict([ABOVE], CLAIMS, NOTHING, complete=True)
    assert none.sampled == (None,)
    assert "No design with all open numbers free at once is kept." in none.note


class Told(dict):
    """A sweep with one spectrum of one frequency, and how each design ended."""

    def __init__(self, told: list[tuple[float, End]]) -> None:
        super().__init__(real_impedance=SimpleNamespace(values=np.array([value for value, _ in told])[:, None, None]))
        self.statuses = [Status(end, "as told", 0.0) for _, end in told]


@pytest.mark.fails_when("studies/perovskite/agedspread.py", " and not status.end.numerical", "")
def test_a_coated_cell_that_ends_first_has_the_higher_impedance() -> None:
    """Four pairs: both measured, the coated cell ended, both ended, and a coated cell that was not solved."""

    done, over, lost = End.COMPLETED, End.STOP_REACHED, End.NO_SOLUTION
    bare = [(2.0, done), (2.0, done), (math.nan, over), (2.0, done)]
    coated = [(1.0, done), (math.nan, over), (math.nan, over), (math.nan, lost)]
    ohm = [agedspread._impedance(Told(each)) for each in (bare, coated)]
    assert agedspread._ratio(*ohm)[:, 0] == pytest.approx([2.0, 0.0, math.nan, math.nan], nan_ok=True)


@pytest.mark.fails_when(
    "studies/perovskite/agedspread.py", '_ratio(seen["bare"], seen[material])', '_ratio(seen[material], seen["bare"])'
)
def test_spectra_of_designs_are_those_of_single_runs(monkeypatch: pytest.MonkeyPatch) -> None:
    """Two cycles; a design that no cell can be is left out, and one that both readings keep is measured once."""
    monkeypatch.setattr(agedspread, "HOURS_PER_CYCLE", 45.0)
    point = {**at_values(ageing_ranges()), **POINT}
    impossible = {**point, "dead_fraction": 2.0}
    both = {name: [point[name], impossible[name]] for name in point}
    one = {name: [value] for name, value in point.items()}
    kept = {"doubled": Kept("doubled", both, {}, {}), "limit": Kept("limit", one, {}, {})}
    seen = measure(CLAIMS, Joint(3, 0, {}, kept, {}), silent)
    assert seen.cycles == (1, 2)
    assert seen.ratio.shape == (1, 2, 2)
    assert seen.columns["dead_fraction"] == [point["dead_fraction"]]
    alone = [
        aged.lowest(MODEL.simulate(possible(material, CLAIMS, point), life_program(2, (1, 2)), silent, apart=True))
        for material in ("bare", "MAPbCl3")
    ]
    assert seen.ratio[0, 1] == pytest.approx(np.divide(*alone), rel=1e-3)
    assert seen.least.values == pytest.approx([seen.ratio.min()])
    empty = measure(CLAIMS, Joint(3, 3, {}, {"limit": Kept("limit", {}, {}, {})}, {}), silent)
    assert (len(empty), empty.sweeps) == (0, {})


@pytest.mark.fails_when("studies/perovskite/aged.py", 'if case.coated[material].bound != "lower":', "if True:")
def test_cells_are_compared_with_what_they_can_bear(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nine tenths of each strength; a coated cell that bears as much as the bare one is shown once."""
    asked = []

    def whole(self: LongRuns, material: str, ageing: dict[str, object], cycles: int, spectra: tuple[int, ...]) -> object:
        asked.append((material, float(ageing["dead_fraction"]), cycles, spectra))
        measured = spectra if material == "MASnCl3" else spectra[:4]
        return SimpleNamespace(spectra=[{"real_impedance": [9.0, 0.5]}] * len(measured), area=0.1)

    monkeypatch.setattr(LongRuns, "whole", whole)
    found = aged.compared(LongRuns(CLAIMS, POINT), CLAIMS, case())
    strengths = [("bare", 0.018), ("MASnCl3", 0.018), ("MASnCl3", 0.0045), ("MAPbCl3", 0.018)]
    assert asked == [(material, pytest.approx(strength), 50, AFTER) for material, strength in strengths]
    assert found.cycles == AFTER[:4], "only spectra that all of them reached"
    assert found.impedance["bare", AS_BARE] == (5.0,) * 4


def doubling(self: LongRuns, material: str, ageing: dict[str, object], cycles: int) -> object:
    """A voltage that the bare cell doubles in 50 cycles with a dead fraction of 0.02, and in proportion; the coated one needs more
    of it, by half the tortuosity and the electrode area, but no more than the area in its case."""
    slope = float(ageing["dead_fraction"]) / 0.02 / 50
    if material != "bare":
        tortuosity = float(ageing.get("dead_layer_tortuosity", 20.0))
        slope *= {20.0: 0.5, 2.0: 0.05}[tortuosity] * self.point[AREA] / POINT[AREA]
    voltage = pd.Series(
        [0.01 * (1 + slope * max(n - 5, 0) * 50 / 45) for n in range(1, cycles + 1)], index=range(1, cycles + 1)
    )
    return SimpleNamespace(status=Status(End.COMPLETED, time=7200.0 * cycles), plateau=voltage, peak=voltage)


@pytest.mark.fails_when(
    "studies/perovskite/priors.py", "there = ageing.at(**({} if end.field", "there = ageing.at(**({} if True"
)
def test_what_one_number_does_to_the_required_reduction(monkeypatch: pytest.MonkeyPatch) -> None:
    """The bare cell as before; the coated one with twice the area needs twice as much less."""
    monkeypatch.setattr(LongRuns, "run", doubling)
    ageing = LongRuns(CLAIMS, POINT)
    quoted = (395 / 45) * 0.5
    for end, expected in (
        (priors.End("dead layer tortuosity", "20", True, "dead_layer_tortuosity"), Bounded(pytest.approx(quoted, rel=0.05))),
        (priors.End("dead layer tortuosity", "2", False, "dead_layer_tortuosity"), Bounded(1.0, "upper")),
        (priors.End(AREA, "2.26 cm2", True, value=2 * POINT[AREA]), Bounded(pytest.approx(2 * quoted, rel=0.05))),
    ):
        assert priors.moved(ageing, CLAIMS, case(), end).reduction == expected


@pytest.mark.fails_when("studies/perovskite/priors.py", "value != given.get(field)", "True")
def test_the_ends_at_which_a_case_is_searched_again() -> None:
    """Dead lithium stands at the largest tortuosity already, and film growth is another mechanism."""
    found = priors.ends(CLAIMS, case())
    by_name = {end.name: [each.at for each in found if each.name == end.name] for end in found}
    assert by_name["dead layer tortuosity"] == ["2"]
    assert by_name["mossy film resistance"] == ["1 ohm cm2", "50 ohm cm2"]
    assert by_name[AREA] == ["0.4 cm2", "2 cm2"]
    assert {end.at for end in found if end.is_high} >= {"50 ohm cm2", "2 cm2"}
    assert not {"dead fraction", "film growth rate"} & set(by_name)
    assert "dead layer porosity" in priors.left(case())
    assert not set(by_name) & set(priors.left(case()))


@pytest.mark.fails_when(
    "studies/perovskite/living.py", '(min, max))\n    return (\n        f"Moved', '(max, min))\n    return (\n        f"Moved'
)
def test_moves_are_said_with_their_bounds() -> None:
    low, high, lost = (priors.End(name, "1 m", True, "x") for name in ("moss", "area", "sand"))
    moves = (priors.Move(high, Bounded(27.2, "lower")), priors.Move(low, Bounded(1.0, "upper")), priors.Move(lost, None))
    found = Lives((case(),), {}, {}, {}, (), (), moves, (), Joint(0, 0, {}, {}, {}), NOTHING, {})
    assert "make it, for" in living._moved(found)
    assert "no less (moss 1 m) to at least 27 times less (area 1 m)" in living._moved(found)
    table = next(table for table in living.tables(found, CLAIMS) if table.title == "On what the required reduction depends")
    assert [row[2] for row in table.rows] == ["at least 27", "none", "-"]
    assert "4.0 with every number at its quoted value" in table.remark


@pytest.mark.fails_when(
    "studies/perovskite/hostcell.py", 'Bounded(lived.value, "lower") if needed.bound == "upper" else lived', "lived"
)
def test_two_laboratories_with_their_bounds(monkeypatch: pytest.MonkeyPatch) -> None:
    """The host paper's cell rises by a share of its strength, or dies; 170 mV in cycle 100 are reported."""
    share = 1.0

    def run(self: LongRuns, material: str, ageing: dict[str, object], cycles: int) -> object:
        theirs = self.point[AREA] == 1.0
        last = (0.1 + share * float(ageing["dead_fraction"])) if theirs else 0.5
        end = End.STOP_REACHED if last > 1 or (share > 1 and not theirs) else End.COMPLETED
        column = pd.Series([last] * cycles, index=range(1, cycles + 1))
        return SimpleNamespace(status=Status(end, time=7200.0 * cycles), plateau=column, peak=column)

    monkeypatch.setattr(LongRuns, "run", run)
    ageing = LongRuns(CLAIMS, POINT)
    found = compare_with_host(ageing, DEAD, 0.4)
    assert found.voltage == Bounded(pytest.approx(500.0))
    assert found.life == Bounded(800.0, "lower"), "no longer than it is followed"
    share = 1e4
    found = compare_with_host(ageing, DEAD, 0.4)
    assert found.voltage == Bounded(1000.0, "lower")
    assert found.life == Bounded(800.0, "lower"), "longer than with the least that was tried"
    share = 1e-3
    assert compare_with_host(ageing, DEAD, 0.4).life is None, "nothing takes the cell there"
    assert not math.isinf(found.life.value)


@pytest.mark.slow
def test_what_is_not_moved_matters_little() -> None:
    """Less than a fifth of the required reduction, where the case that decides has its own strengths."""
    ageing = LongRuns(CLAIMS, POINT)
    known = replace(case(), bare=Strength(0.0206), coated={"MASnCl3": Strength(0.0073)})
    base = known.reduction("MASnCl3").value
    others = [
        priors.End("dead layer porosity", "0.2", False, "dead_layer_porosity"),
        priors.End("dead layer porosity", "0.7", True, "dead_layer_porosity"),
        priors.End("pit area", "0.5", False, "pit_area"),
        priors.End("pit area", "5", True, "pit_area"),
        priors.End("MacMullin number of the separator", "4.5", False, value=4.5),
        priors.End("MacMullin number of the separator", "8", True, value=8.0),
    ]
    for end in others:
        found = priors.moved(ageing, CLAIMS, known, end).reduction
        assert found.bound == "exact"
        assert found.value == pytest.approx(base, rel=0.2), end
