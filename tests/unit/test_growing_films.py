"""Films over growing lithium: ready runs of channels, cracks and cycles, their verdicts, a charged layer, a stiff film."""

import math
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
import xarray as xr
from typer.testing import CliRunner

from lithoscope.cli.app import app
from lithoscope.constants import FARADAY
from lithoscope.data import lookup
from lithoscope.errors import InputError
from lithoscope.studies.claims import read_claims
from lithoscope.studies.deposits import cycling, kept, making, reading
from lithoscope.studies.deposits.grids import studied
from lithoscope.studies.deposits.making import Made, Study
from lithoscope.studies.deposits.ready import CHANNELS, CYCLES, READY, matching, named
from lithoscope.studies.dipoles import channels, cracking, films, selective, stiffness
from lithoscope.studies.ranges import at_values
from lithoscope.studies.verdict import Prediction, Word

CLAIMS = read_claims("dipoles")
SIZES = (500.0, 375.0, 250.0)


def made(size: float, seed: int, *, usable: bool = True, **numbers: float) -> Made:
    """A run with some numbers."""
    return Made(size, seed, "program completed" if usable else "marked", "Ended.", (0.0, 4.0), (0.0, 20.0), numbers, 0.0, (),
                "id", 1.0, ("09", "99"))  # fmt: skip


def study(name: str, usable: int = 3, **numbers: float) -> Study:
    """A ready run on its grids, all alike; the first so many can be used."""
    runs = [made(size, seed, usable=n < usable, **numbers) for n, (size, seed) in enumerate(named(name).plan)]
    return Study(name, tuple(runs))


@pytest.mark.fails_when("studies/deposits/grids.py", 'return f"not converged: one of', 'return f"one grid, one of')
def test_grids_that_cannot_be_used_are_counted() -> None:
    assert studied(SIZES[:1], [1.0], 3).words == "not converged: one of 3 grids can be used"
    assert studied(SIZES[:2], [1.0, 1.5], 3).words == "not converged: 2 of 3 grids can be used, and differ by 0.5"
    assert studied(SIZES[:1], [1.0]).words == "one grid, not checked by itself"
    assert study("channel-none", usable=1, early=1.0).number("early").words == "not converged: one of 3 grids can be used"


@pytest.mark.fails_when(
    "studies/deposits/reading.py", "run.numbers[number] / other.numbers[number]", "other.numbers[number] / run.numbers[number]"
)
def test_a_run_is_held_beside_that_of_its_own_grid_and_seed() -> None:
    mine = Study(
        "channel-all", tuple(made(s, k, early=v) for s, k, v in ((500, 0, 3.0), (375, 0, 2.4), (250, 0, 2.2), (500, 1, 8.0)))
    )
    to = Study(
        "channel-none", tuple(made(s, k, early=v) for s, k, v in ((500, 0, 1.5), (375, 0, 1.2), (250, 0, 1.0), (500, 1, 2.0)))
    )
    found = reading.relative({"channel-all": mine, "channel-none": to}, "channel-all", "channel-none", "early")
    assert found is not None
    assert (found.value, found.low, found.high) == pytest.approx((2.2, 2.2 - 0.2, 2.2 + 2.0 + 0.2)), (
        "grids 2.0 and 2.2, seeds 2 and 4"
    )
    lost = Study("channel-none", tuple(replace(run, ended="marked") if run.size == 250 else run for run in to.runs))
    coarser = reading.relative({"channel-all": mine, "channel-none": lost}, "channel-all", "channel-none", "early")
    assert coarser is not None
    assert coarser.value == pytest.approx(2.0), "what cannot be used on one side is not compared"


@pytest.mark.fails_when("design/catalogue/deposits/channels-dense.toml", 'thickness = "20 nm"', 'thickness = "30 nm"')
def test_the_channels_have_the_numbers_of_the_data_table() -> None:
    """Off in the reference; the ends of the ranges where they are run."""

    def layer(name: str) -> Any:
        model = named(name).inputs(500.0, 0)[2]
        assert model.film is not None
        return model.film.ferroelectric

    dense, porous = layer("channel-dense"), layer("channel-none")
    assert dense.thickness.value == pytest.approx(lookup("channels.dense_thickness").to("m"))
    assert dense.conductivity.value == pytest.approx(lookup("channels.dense_conductivity").to("S/m"))
    assert porous.thickness.value == pytest.approx(lookup("channels.porous_thickness").to("m"))
    assert porous.porosity.value == pytest.approx(lookup("channels.porosity").number)
    for each in (dense, porous):
        assert (each.start, each.switching, each.potential_step, each.kinetic_factor) == ("none", False, None, None)
    whole, end, inwards = (layer(f"channel-{name}") for name in ("all", "ends", "ends-in"))
    step, charge, factor = (lookup(f"channels.{name}") for name in ("potential_step", "fixed_charge", "kinetic_factor"))
    assert whole.potential_step.value == pytest.approx(step.to("V"))
    assert whole.fixed_charge.value == pytest.approx(charge.to("mol/m3"))
    assert whole.kinetic_factor.value == pytest.approx(factor.number)
    assert (1e3 * end.potential_step.value, 1e-3 * end.fixed_charge.value, end.kinetic_factor.value) == pytest.approx(
        (step.high, charge.high, factor.high)
    )
    assert (step.low, factor.low) == pytest.approx((-step.high, 1 / factor.high)), "ends of a layer poled into the metal"
    assert (end.start, inwards.start) == ("out", "in")


@pytest.mark.fails_when("studies/deposits/results/channel-step.json", '"voltage": -0.42', '"voltage": -0.32')
def test_a_poled_layer_is_a_voltage_and_no_shape() -> None:
    """Of the runs that ship: 50 mV everywhere move the voltage by 50 mV, and where lithium grows by nothing; so does the switch."""
    none = {(run.size, run.seed): run for run in kept.shipped("channel-none")[0].runs}
    for name in ("channel-step", "channel-switching"):
        for run in kept.shipped(name)[0].runs:
            other = none[run.size, run.seed]
            assert run.numbers["voltage"] - other.numbers["voltage"] == pytest.approx(-0.05, abs=5e-4)
            assert run.numbers["early"] == pytest.approx(other.numbers["early"], rel=5e-3)
    porous, dense = channels.field_over_coercive()
    assert porous < 1e-4
    assert dense == pytest.approx(20 / 1e-6 / 1.65e7, rel=1e-6), "i over kappa over the coercive field"
    single = {key for each in CHANNELS[1:6] for key, _ in each.changes if not key.endswith("start")}
    assert single == {
        f"film.ferroelectric.{name}" for name in ("potential_step", "switching", "fixed_charge", "kinetic_factor")
    }


def family(early: float, tips: float = 1.0) -> dict[str, Study]:
    """All layers, the polarised ones so many times as rough."""
    found = {}
    for name in channels.NAMES:
        alike = name in (channels.BARE, channels.NONE, channels.DENSE)
        found[name] = study(name, usable=9, early=1.0 if alike else early, tips=1.0 if alike else tips)
    return found


@pytest.mark.fails_when(
    "studies/dipoles/channels.py", "Word.AGREES if high <= 1 / NOTICED", "Word.AGREES if low <= 1 / NOTICED"
)
def test_a_layer_that_evens_is_seen() -> None:
    helps, nothing = (channels.verdict(CLAIMS, family(early)) for early in (0.5, 1.0))
    assert helps.verdict is Word.AGREES
    assert nothing.verdict is Word.UNDECIDED, "an observation is not refuted by what a model lacks"
    assert nothing.decided_by == channels.WITHOUT
    mixed = family(1.0)
    mixed["channel-ends-in"] = study("channel-ends-in", usable=9, early=0.4, tips=1.0)
    either = channels.verdict(CLAIMS, mixed)
    assert (either.verdict, either.decided_by) == (Word.UNDECIDED, channels.KINETICS)
    assert either.low == pytest.approx((0.4,))


def cycles(**by_name: dict[str, float]) -> dict[str, Study]:
    """All films over cycles, with numbers by the name of the film."""
    usual = {"tips": 1.5, "tips_growth": 1.0, "cracked": 0.9, "cracked_first": 0.5, "weak_share": 1.0, "early": 1.0,
             "roughness": 1.0}  # fmt: skip
    return {name: study(name, usable=9, **(usual | by_name.get(name.removeprefix("cycles-").replace("-", "_"), {})))
            for name in cracking.NAMES}  # fmt: skip


@pytest.mark.fails_when("studies/dipoles/cracking.py", 'hull(studies, films, "tips_growth")', 'hull(studies, films, "tips")')
def test_cycles_say_how_unevenness_grows_and_no_more() -> None:
    """As long as hills are where films are strong, no number speaks for or against the claim."""
    for growth in (0.8, 1.3):
        made = cycles(**{name: {"tips_growth": growth} for name in ("whole", "cracking", "brittle", "tough")})
        found = cracking.verdicts(CLAIMS, made)["dipoles.sei.feedback"]
        assert (found.verdict, found.decided_by) == (Word.UNDECIDED, cracking.LIES)
        assert found.predicted == pytest.approx((growth,))


@pytest.mark.fails_when(
    "studies/dipoles/cracking.py",
    "best = relative(studies, EVEN[BRITTLE], TOUGH",
    "best = relative(studies, EVEN[TOUGH], TOUGH",
)
def test_weak_places_and_strength_are_judged_by_what_cracks() -> None:
    weak = cracking.verdicts(CLAIMS, cycles(**{name: {"weak_share": 1.4} for name in ("weak", "cracking", "brittle", "tough")}))
    found = weak["dipoles.sei.weak_fracture"]
    assert (found.verdict, found.decided_by, found.predicted) == (Word.UNDECIDED, cracking.LIES, pytest.approx((1.4,)))

    def strength(even_brittle: float, even_tough: float, brittle: float) -> Any:
        by_name = {"even_brittle": even_brittle, "even_tough": even_tough, "brittle": brittle, "tough": 0.5}
        found = cycles(**{name: {"cracked_first": share} for name, share in by_name.items()})
        return cracking.verdicts(CLAIMS, found)["dipoles.fd.mech"]

    assert strength(0.2, 0.3, 0.4).verdict is Word.AGREES
    assert "even for uneven, both brittle 0.50" in strength(0.2, 0.3, 0.4).note
    assert strength(0.6, 0.55, 0.55).verdict is Word.DISAGREES
    one = strength(0.2, 0.6, 0.4)
    assert (one.verdict, one.decided_by) == (Word.UNDECIDED, cracking.STRAINS), "that they differ in one alone is an end"
    assert one.predicted == pytest.approx((0.4,))


@pytest.mark.fails_when("studies/deposits/cycling.py", "weakest = np.argsort(strong", "weakest = np.argsort(-strong")
def test_weak_places_are_those_of_the_map() -> None:
    strong = np.arange(12.0)
    assert cycling.weak_share((strong < 4).astype(float), strong) == pytest.approx(3.0), "all of it in the weakest third"
    assert cycling.weak_share((strong >= 4).astype(float), strong) == 0.0
    assert cycling.weak_share(np.full(12, 0.3), strong) == pytest.approx(1.0)
    assert cycling.weak_share(np.zeros(12), strong) == 1.0
    assert cycling.weak_share(np.where(strong < 2, np.nan, (strong < 4) * 1.0), strong) == pytest.approx((2 / 3) / 0.2)


@pytest.mark.fails_when("studies/deposits/cycling.py", "open_[begun[0]][1]", "open_[-1][1]")
def test_cracks_are_looked_at_when_they_begin(monkeypatch: pytest.MonkeyPatch) -> None:
    """0.1 s: a crack in the weakest third; 0.3 s, the end of the first plating: a third of all; at last everything has cracked."""
    monkeypatch.setattr(cycling, "strengths", lambda model, columns: np.arange(float(columns)))
    covered = np.ones((4, 3, 12))
    covered[1, :, :1], covered[2, :, 2:6], covered[3] = 0.0, 0.0, 0.0
    fields = {"covered": covered, "lithium_fraction": np.full_like(covered, 0.5)}
    seen = SimpleNamespace(
        times=np.array([0.0, 0.1, 0.3, 0.9]), field=lambda name, snapshot: fields[name][snapshot],
        result=trace(time=[0.0, 0.1, 0.3, 0.6, 0.9], step=[1, 1, 1, 2, 2], current_density=[-1.0, -1.0, -1.0, 1.0, 1.0]),
    )  # fmt: skip
    found = cycling.cracks(seen, None)
    assert found == pytest.approx({"cracked": 1.0, "cracked_first": 1 / 3, "weak_share": 3.0})
    covered[1] = covered[2]
    assert cycling.cracks(seen, None)["weak_share"] == pytest.approx(1.5), "two of four in the weakest third"


def trace(**columns: list[float]) -> Any:
    """A result with a trace alone."""
    time = columns.pop("time")
    return SimpleNamespace(trace=xr.Dataset({k: ("time", v) for k, v in columns.items()}, coords={"time": time}))


@pytest.mark.fails_when("studies/deposits/cycling.py", "(number == step) & (current < 0)", "(number == step)")
def test_tips_are_those_of_plating() -> None:
    result = trace(time=[0.0, 1.0, 3.0, 3.0, 5.0, 5.0, 6.0, 8.0], step=[1.0, 1, 1, 2, 2, 3, 3, 3],
                   tip_ratio=[1.0, 2.0, 2.0, 9.0, 9.0, 3.0, 3.0, 3.0],
                   current_density=[-1.0, -1, -1, 1, 1, -1, -1, -1])  # fmt: skip
    assert cycling.plated_tips(result) == pytest.approx(((1.5 + 4.0) / 3, 3.0))
    stripped = trace(time=[0.0, 1.0], step=[1.0, 1], tip_ratio=[1.0, 2.0], current_density=[1.0, 1])
    assert cycling.plated_tips(stripped) == ()


@pytest.mark.fails_when("studies/deposits/cycling.py", "plated >= EARLY", "plated >= 2 * EARLY")
def test_early_is_at_one_milliampere_hour() -> None:
    grown = trace(time=[0.0, 1.0, 2.0, 3.0], charge_passed=[0.0, -35e3, -37e3, -80e3], roughness=[1e-7, 2e-7, 3e-7, 9e-7])
    assert cycling.early(grown) == pytest.approx(0.3)
    assert cycling.early(trace(time=[0.0, 1.0], charge_passed=[0.0, -100.0], roughness=[1e-7, 1e-7])) == 0.0


CHARGED = at_values(selective.ranges())


@pytest.mark.fails_when("studies/dipoles/selective.py", "SEPARATOR_UM * 1e-6 / 2 /", "SEPARATOR_UM * 1e-6 /")
def test_a_layer_without_charge_selects_nothing_and_one_with_much_lets_cations_alone() -> None:
    plain, full = ({**CHARGED, selective.CHARGE: x} for x in (0.0, 1e4))
    assert selective.transference_ratio(plain) == pytest.approx(1.0, rel=1e-12)
    assert selective.polarisation_ratio(plain) == 1.0
    assert selective.layer(full).transference == pytest.approx(1.0, abs=1e-6)
    alone = selective.fall(full, covered=False)
    assert selective.fall(full, covered=True) == pytest.approx(alone, rel=1e-5), "nothing falls among cations without number"
    from lithoscope.physics.laws.transport import LandesfeindGasteiger

    law = LandesfeindGasteiger()
    D, t_plus = float(law.diffusivity(1000.0, 298.15)), float(law.transference_number(1000.0, 298.15))
    assert alone == pytest.approx((1 - t_plus) * 6.0 * 10e-6 / (FARADAY * D)), "half of 20 um, MacMullin number 6"


@pytest.mark.fails_when(
    "studies/dipoles/selective.py", "compare(LOWER, seen.polarisation)]", "compare(HIGHER, seen.transference)]"
)
def test_a_charged_layer_has_to_do_both() -> None:
    up, down, same = Prediction(1.5, 1.2, 2.0), Prediction(0.5, 0.4, 0.6), Prediction(1.0, 0.99, 1.0)
    words = [
        selective.verdict(CLAIMS, selective.Selective(t, p, same, (0.5, 0.3), {})).verdict
        for t, p in ((up, down), (up, same), (same, down))
    ]
    assert words == [Word.AGREES, Word.DISAGREES, Word.DISAGREES]


@pytest.mark.fails_when(
    "studies/dipoles/stiffness.py", "wavelength(point, MODULUS) / wavelength", "1.1 * wavelength(point, MODULUS) / wavelength"
)
def test_a_film_as_soft_as_the_soft_one_holds_back_nothing_more() -> None:
    point = at_values(stiffness.ranges())
    assert stiffness.longer({**point, stiffness.MODULUS: point[stiffness.SOFTER]}) == pytest.approx(1.0, rel=1e-12)
    thick = stiffness.longer({**point, stiffness.THICK: 50.0})
    assert thick > stiffness.longer(point) > 1.0
    assert 1e6 * stiffness.wavelength(point, None) == pytest.approx(6.8, abs=0.1), "the cut-off of the deposits at 2 mA/cm2"


@pytest.mark.fails_when(
    "studies/dipoles/stiffness.py", "compare(Band(1.0, math.inf), seen.borne)]", "compare(Band(0.0, math.inf), seen.borne)]"
)
def test_a_stiff_film_has_to_be_whole() -> None:
    deposit = reading.Hull(1.0, 0.5, 2.0, ("id",))
    found = stiffness.look(deposit)
    helps, breaks = Prediction(2.0, 1.5, 3.0), Prediction(0.1, 0.05, 0.2)
    assert stiffness.verdict(CLAIMS, replace(found, longer=helps, borne=breaks)).verdict is Word.DISAGREES
    assert stiffness.verdict(CLAIMS, replace(found, longer=helps, borne=helps)).verdict is Word.AGREES
    assert found.borne.run == "id"
    assert math.isfinite(found.breaks)


@pytest.mark.fails_when("studies/dipoles/films.py", "cracking.verdicts(claims, self.studies)", "{}")
def test_the_study_judges_films_by_what_ships() -> None:
    found = films.look()
    verdicts = found.verdicts(CLAIMS)
    names = ("fd.bto_uniform", "fd.tplus", "fd.modulus_block", "sei.feedback", "sei.weak_fracture", "fd.mech")
    assert set(verdicts) == {f"dipoles.{name}" for name in names}
    for verdict in verdicts.values():
        assert (verdict.verdict is Word.UNDECIDED) == (verdict.decided_by is not None)
        assert verdict.verdict is not Word.PENDING
    assert set(found.predictions) == set(found.moves)
    assert len(found.tables()) == 5 + len(found.moves)
    assert all(len(row) == len(table.columns) for table in found.tables() for row in table.rows)


@pytest.mark.fails_when("studies/deposits/ready.py", "if fnmatchcase(ready.name, pattern)", "if ready.name == pattern")
def test_a_pattern_names_ready_runs() -> None:
    assert matching("channel-*") == CHANNELS
    assert matching("cycles-*") == CYCLES
    assert matching("*") == READY
    with pytest.raises(InputError, match="matches no ready run"):
        matching("chanel-*")


@pytest.mark.fails_when("cli/depositing.py", 'if make and set(name) & set("*?["):', 'if make and "?" in name:')
def test_a_pattern_is_made_in_one_process(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(making, "make", lambda ready, report: kept.shipped(ready.name)[0])
    done = CliRunner().invoke(app, ["deposits", "cycles-even-*", "--make", "--to", str(tmp_path)])
    assert done.exit_code == 0
    assert {path.name for path in tmp_path.iterdir()} == {"cycles-even-brittle.json", "cycles-even-tough.json"}
