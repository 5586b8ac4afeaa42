"""The ready runs of the phase field: what grids say, what ships, and the verdicts that follow from it."""

import json
from dataclasses import asdict, replace
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
from lithoscope.physics.morphology.checks import check
from lithoscope.result.manifest import Manifest
from lithoscope.studies.claims import read_claims
from lithoscope.studies.deposits import kept, making, reading
from lithoscope.studies.deposits.grids import studied
from lithoscope.studies.deposits.making import NUMBERS, Made, Study
from lithoscope.studies.deposits.ready import READY, named
from lithoscope.studies.host import deposited as on_foils
from lithoscope.studies.perovskite import deposited
from lithoscope.studies.verdict import Word

SIZES = (500.0, 375.0, 250.0)


@pytest.mark.fails_when(
    "studies/deposits/grids.py", "return (h1 - h2) / (h2 - h3) - first", "return (h1 - h2) / (h1 - h3) - first"
)
@pytest.mark.parametrize(("order", "limit"), [(1.0, 2.0), (1.5, -1.0), (2.0, 0.3)])
def test_the_observed_order_is_that_of_the_error(order: float, limit: float) -> None:
    found = studied(SIZES, [limit + 0.2 * (h / 500) ** order for h in SIZES])
    assert found.order == pytest.approx(order, rel=1e-6)
    assert found.limit == pytest.approx(limit, rel=1e-6)
    assert found.converged


@pytest.mark.fails_when("studies/deposits/grids.py", "if excess(LEAST_ORDER) * excess(MOST_ORDER) > 0:", "if False:")
@pytest.mark.parametrize("values", [(1.0, 1.2, 1.1), (1.0, 1.1, 1.4), (1.0, 1.0, 1.1)])
def test_grids_that_go_to_no_limit_say_so(values: tuple[float, ...]) -> None:
    found = studied(SIZES, values)
    assert not found.converged
    assert found.difference == pytest.approx(abs(values[2] - values[1]))
    assert "not converged" in found.words


@pytest.mark.fails_when("studies/deposits/grids.py", "quiet = len(values) == 3 and", "quiet =")
def test_one_grid_is_never_converged() -> None:
    assert not studied(SIZES[:1], [1.0]).converged
    assert studied(SIZES, [1.0, 1.0, 1.0]).converged, "no order is needed where nothing changes"


def made(ratio: float, size: float = 500.0, seed: int = 0, *, usable: bool = True) -> Made:
    """A run with a thickness and everything else at rest."""
    numbers = dict.fromkeys(NUMBERS, 1.0) | {"thickness_ratio": ratio, "dead_share": 0.0}
    return Made(size, seed, "program completed" if usable else "marked", "Ended.", (0.0, 10.0), (0.0, 48.5 * ratio), numbers, 0.0, (), "id", 1.0,
                ("09", "99"))  # fmt: skip


def three(name: str, *ratios: float, seeds: tuple[float, ...] = ()) -> Study:
    """A study on as many grids as there are numbers, with those of other seeds."""
    runs = [made(r, size) for r, size in zip(ratios, SIZES, strict=False)]
    return Study(name, (*runs, *(made(r, seed=n + 1) for n, r in enumerate(seeds))))


def family(names: tuple[str, ...], ratio: float, area: float) -> dict[str, Study]:
    """All ready runs of a kind of electrode, alike."""
    found = {name: three(name, *(ratio,) * len(named(name).grids)) for name in names}
    for study in found.values():
        for run in study.runs:
            run.numbers["largest_area"] = area
    return found


@pytest.mark.fails_when("studies/deposits/reading.py", "left = max(values) - min(values)", "left = values[-1] - min(values)")
def test_a_run_on_one_grid_is_as_uncertain_as_the_grids_that_check_it() -> None:
    checks = three("bare-uneven-early", 1.3, 1.2, 1.12, seeds=(1.25, 1.4))
    studies = {"bare-uneven-early": checks, "bare-uneven-6": three("bare-uneven-6", 1.05)}
    found = reading.interval(studies, "bare-uneven-6", "thickness_ratio")
    assert found is not None
    assert (found.low, found.high) == pytest.approx((1.05 - 0.05 - 0.18, 1.05 + 0.1 + 0.18)), (
        "seeds, and the grids that check it"
    )
    whole = reading.interval(studies, "bare-uneven-early", "thickness_ratio")
    assert whole is not None
    assert (whole.value, whole.low, whole.high) == pytest.approx((1.12, 1.12 - 0.05 - 0.08, 1.12 + 0.1 + 0.08))
    broken = Study("bare-uneven-6", (made(1.0, usable=False),))
    assert reading.interval({**studies, "bare-uneven-6": broken}, "bare-uneven-6", "thickness_ratio") is None


@pytest.mark.fails_when("studies/deposits/reading.py", "(study if study.seeded else checks).beside", "study.beside")
def test_three_grids_without_seeds_take_the_scatter_of_the_run_that_checks_them() -> None:
    """And their own grids; the same code reads what was run on one grid."""
    checks = three("bare-uneven-early", 1.3, 1.2, 1.12, seeds=(1.25, 1.4))
    studies = {"bare-uneven-early": checks, "bare-uneven-6": three("bare-uneven-6", 1.06, 1.05, 1.02)}
    found = reading.interval(studies, "bare-uneven-6", "thickness_ratio")
    assert found is not None
    assert (found.value, found.low, found.high) == pytest.approx((1.02, 1.02 - 0.05 - 0.03, 1.02 + 0.1 + 0.03))


@pytest.mark.fails_when(
    "studies/deposits/making.py", "if first.usable else (high - low, high - low)", "if first.usable else (0.0, 0.0)"
)
def test_seeds_whose_first_cannot_be_used_say_so() -> None:
    """The whole way between the others counts on both sides; with fewer than two of them there is no interval."""
    name = "bare-uneven-early"
    study = three(name, 1.3, 1.2, 1.12, seeds=(1.25, 1.4))
    lost = replace(study.runs[0], ended="marked")
    without = Study(name, (lost, *study.runs[1:]))
    assert without.beside("thickness_ratio") == pytest.approx((0.15, 0.15))
    found = reading.interval({name: without}, name, "thickness_ratio")
    assert found is not None
    assert (found.low, found.high) == pytest.approx((1.12 - 0.15 - 0.08, 1.12 + 0.15 + 0.08))
    alone = Study(name, tuple(replace(run, ended="marked") if run.seed else run for run in study.runs))
    assert alone.beside("thickness_ratio") is None
    assert reading.interval({name: alone}, name, "thickness_ratio") is None
    assert three(name, 1.3, 1.2, 1.12).beside("thickness_ratio") == (0.0, 0.0)


@pytest.mark.fails_when("studies/deposits/reading.py", "if other is None or not other.numbers[number]:", "if False:")
def test_a_quotient_that_has_no_other_run_is_not_used() -> None:
    """The first run stays the first: no other seed takes its place."""
    study = three("bare-uneven-early", 1.3, 1.2, 1.12, seeds=(1.25, 1.4))
    to = Study("bare-wide-early", tuple(replace(run, numbers=run.numbers | {"thickness_ratio": 0.0}) if n == 0 else run
                                        for n, run in enumerate(study.runs) if n != 2))  # fmt: skip
    made = reading.over(study, to, "thickness_ratio")
    assert [run.usable for run in made.runs] == [False, True, False, True, True]
    assert made.runs[0].seed == 0
    assert made.runs[0].ended == reading.NO_PAIR
    assert made.number("thickness_ratio").words == "not converged: one of 3 grids can be used"


@pytest.mark.fails_when(
    "studies/deposits/ready.py", 'HEIGHTS = {"2": "96 um", "4": "144 um"', 'HEIGHTS = {"2": "96 um", "4": "192 um"'
)
@pytest.mark.parametrize("name", [n for n in reading.NAMES if n.endswith(("-2", "-4", "-6")) and n[:4] in ("bare", "coat")])
def test_depositions_of_five_hours_stand_on_three_grids(name: str) -> None:
    """With 40 um of electrolyte over dense lithium at the end, and a run that checks them where they fail."""
    of = named(name)
    assert [size for size, _ in of.plan] == list(SIZES)
    assert of.checked_by is not None
    assert named(of.checked_by).seeds
    for size, seed in of.plan:
        cell, program, model = of.inputs(size, seed)
        plan = check(model, cell, program)
        capacity = float(-sum(v.step.current_density.value * v.step.duration for v in program.visits()))  # type: ignore[union-attr]
        dense = capacity / FARADAY * lookup("lithium.molar_volume").to("m3/mol")
        assert 39e-6 < model.height.value - plan.base - dense < 45e-6


@pytest.mark.fails_when("studies/deposits/reading.py", "if not films:", "if True:")
def test_the_table_says_what_holds_waves_back() -> None:
    """2 x 36 GPa x 15 nm x 1 % / 0.75 = 14.4 N/m for the native film; no film that moves beside a host."""
    bare, foil = reading.held_back(deposited.BARE), reading.held_back(("foil-beside-host",))
    assert "0.47 J/m2" in bare
    assert "up to 14 N/m, until it breaks at 1 %" in bare
    assert "0.47 J/m2" in foil
    assert "tension" not in foil


CLAIMS = read_claims("perovskite")


def words(bare: float, coated: float, area: float = 1.0) -> dict[str, Any]:
    """The verdicts for deposits that are so many times as thick as dense lithium."""
    return deposited.verdicts(CLAIMS, family(deposited.BARE, bare, area) | family(deposited.COATED, coated, area))


LINEAR, POROUS = "perovskite.plate.thickness_linear", "perovskite.plate.bare_porous"


@pytest.mark.fails_when(
    "studies/perovskite/deposited.py",
    "decided_by=ROOT if high < POROUS else AGAIN, run=bare.runs[0])\n\n\ndef _exp",
    "decided_by=AGAIN, run=bare.runs[0])\n\n\ndef _exp",
)
def test_the_verdicts_follow_the_thickness() -> None:
    dense, moss = words(1.0, 1.0), words(1.6, 1.0)
    assert set(dense) == set(deposited.DECIDED)
    assert dense[POROUS].verdict is Word.UNDECIDED, "what lacks growth from the root refutes no image"
    assert dense[POROUS].decided_by == reading.ROOT
    assert moss[POROUS].verdict is Word.AGREES
    assert moss["perovskite.fib"].verdict is Word.AGREES
    assert dense[LINEAR].verdict is Word.AGREES
    assert dense[LINEAR].predicted == pytest.approx((4.85,), rel=1e-3)
    assert words(1.0, 1.3)[LINEAR].verdict is Word.DISAGREES


@pytest.mark.fails_when("studies/perovskite/deposited.py", "area > 1 + BORNE", "area < 0")
def test_a_coating_that_would_tear_leaves_its_claim_open() -> None:
    verdict = words(1.0, 1.0, area=1.2)[LINEAR]
    assert verdict.verdict is Word.UNDECIDED
    assert verdict.decided_by == deposited.TEARING


@pytest.mark.fails_when("studies/deposits/making.py", "UM * (thickness - thickness[0])", "UM * thickness")
def test_a_thickness_is_what_was_gained() -> None:
    """The first snapshot has the width of the diffuse surface and its roughness, 2 um here."""
    deposit = xr.Dataset({"deposit_thickness": ("time", [2e-6, 26.25e-6])}, coords={"time": [0.0, 9000.0]})
    trace = xr.Dataset({"charge_passed": ("time", [0.0, -18e4])}, coords={"time": [0.0, 9000.0]})
    capacity, thickness = making.gained(SimpleNamespace(tree=xr.DataTree.from_dict({"deposit": deposit}), trace=trace))  # type: ignore[arg-type]
    assert capacity == pytest.approx((0.0, 5.0))
    assert thickness == pytest.approx((0.0, 24.25))


@pytest.mark.parametrize("name", [ready.name for ready in READY])
@pytest.mark.fails_when("design/catalogue/deposits/plate-6.toml", '"30 mAh/cm2"', '"31 mAh/cm2"')
def test_what_ships_was_made_from_what_stands_in_the_catalogue(name: str) -> None:
    study, of = kept.shipped(name)[0], named(name)
    assert tuple((run.size, run.seed) for run in study.runs) == of.plan
    for run in study.runs:
        assert run.run_id == Manifest(of.written(run.size, run.seed)).run_id
        assert run.residual < 1e-9, "lithium closes in every run"
        assert run.picture
    assert kept.read(json.loads(json.dumps(asdict(study)))) == study


@pytest.mark.fails_when("studies/deposits/results/crack.json", '"tip_ratio": 5', '"tip_ratio": 75')
def test_a_crack_draws_less_than_its_resistance_alone_would() -> None:
    """Side by side without charge transfer, a share s of the surface that conducts m times better draws m / (s m + 1 - s)."""
    better, share = 100, 1.5 / 12
    for run in kept.shipped("crack")[0].runs:
        assert 1 < run.numbers["tip_ratio"] < better / (share * better + 1 - share)
    verdict = on_foils.verdicts(read_claims("host"), on_foils.studies())["host.sei.cracks"]
    assert verdict.verdict is Word.AGREES


@pytest.mark.fails_when("studies/host/deposited.py", "1e4 * film.thickness", "1e3 * film.thickness")
def test_notes_tell_numbers_of_the_runs() -> None:
    """15 nm over 8.46688e-9 S/cm, the roughness of the model, and what was plated."""
    made = on_foils.verdicts(read_claims("host"), on_foils.studies())
    assert "With a film of 177 ohm cm2" in made["host.sei.cracks"].note
    assert "0.2 um at the start" in made["host.bare.mossy"].note
    assert "up to 30 mAh/cm2" in made["host.bare.softshort"].note


@pytest.mark.fails_when("studies/host/deposited.py", "if found.low > fibre:", "if found.low < fibre:")
def test_a_host_that_gets_rough_refutes_that_it_stays_flat() -> None:
    """A fibre has 0.46 um; what is missing in the runs can only add to the roughness, so that a flat one proves nothing."""
    shipped, claims = on_foils.studies(), read_claims("host")
    made = on_foils.verdicts(claims, shipped)
    for name in ("host.flat", "host.no_dendrite100"):
        assert made[name].verdict is Word.UNDECIDED
        assert made[name].decided_by == on_foils.CYCLED
    assert "fibres of 0.46 um" in made["host.flat"].note
    rough = shipped[on_foils.HOST]
    for run in rough.runs:
        run.numbers["roughness"] = 0.8
    assert on_foils.verdicts(claims, shipped)["host.flat"].verdict is Word.DISAGREES


@pytest.mark.fails_when("studies/host/deposited.py", "run.ended == BRANCHED", "run.ended != BRANCHED and False")
def test_a_branch_out_of_a_host_refutes_that_there_is_none() -> None:
    shipped = on_foils.studies()
    runs = shipped[on_foils.HOST].runs
    branched = replace(runs[0], ended=on_foils.BRANCHED, sentence="A branch.")
    made = on_foils.verdicts(read_claims("host"), {**shipped, on_foils.HOST: Study(on_foils.HOST, (branched, *runs[1:]))})
    assert made["host.no_dendrite100"].verdict is Word.DISAGREES


@pytest.mark.fails_when("studies/deposits/ready.py", 'changes["host.seed"] = seed', 'changes["host.seed"] = 0')
def test_lithium_fills_insulating_fibres_and_buries_conducting_ones() -> None:
    """Between insulating fibres it stands as high as their volume makes it, 1 / 0.92; on conducting ones higher and rougher."""
    inside, on_fibres, foil = (kept.shipped(name)[0].runs for name in (on_foils.HOST, on_foils.CONDUCTING, on_foils.BESIDE))
    for host, coated, bare in zip(inside, on_fibres, foil, strict=True):
        assert host.numbers["thickness_ratio"] == pytest.approx(1 / 0.92, rel=0.02)
        assert bare.numbers["thickness_ratio"] == pytest.approx(1, rel=0.02)
        assert coated.numbers["thickness_ratio"] > 1.05 * host.numbers["thickness_ratio"]
        assert coated.numbers["roughness"] > 3 * host.numbers["roughness"]
    first, second = (named(on_foils.HOST).inputs(100.0, seed)[2].host for seed in (1, 2))
    assert first is not None
    assert second is not None
    assert first.seed != second.seed


@pytest.mark.fails_when("cli/depositing.py", "if make:\n            raise", "if not make:\n            raise")
def test_the_command_lists_and_shows() -> None:
    listed = CliRunner().invoke(app, ["deposits"])
    assert listed.exit_code == 0
    assert all(ready.name in listed.output for ready in READY)
    shown = CliRunner().invoke(app, ["deposits", "crack"])
    assert "tip_ratio" in shown.output
    assert "Noted with cells of 500, 375, 250 nm: In two dimensions tips are ridges" in " ".join(shown.output.split())
    assert "375" in shown.output
    with pytest.raises(InputError, match="needs the name of a ready run"):
        CliRunner().invoke(app, ["deposits", "--make"], catch_exceptions=False)
    with pytest.raises(InputError, match=r"Expected bare-uneven-early.*crack"):
        named("crak")


@pytest.mark.slow
def test_a_ready_run_made_again_is_what_ships(tmp_path: Path) -> None:
    """The coarsest of the cracks."""
    old = kept.shipped("crack")[0].runs[0]
    new = making.make_one(named("crack"), old.size, old.seed)
    for name in NUMBERS:
        assert new.numbers[name] == pytest.approx(old.numbers[name], rel=1e-5, abs=1e-9)
    assert np.allclose(new.thickness, old.thickness)
    path = kept.write(Study("crack", (new,)), tmp_path)
    assert kept.read(json.loads(path.read_text())).runs == (new,)
