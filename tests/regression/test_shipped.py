"""Rung 10: the shipped verdicts are those that the code makes, and the catalogue holds the calibrated numbers."""

import json
from pathlib import Path

import pytest

import lithoscope as ls
from lithoscope.design.catalogue import entry
from lithoscope.physics.cell.params import numbers
from lithoscope.studies.claims import read_claims
from lithoscope.studies.outcome import Outcome, shipped
from lithoscope.studies.perovskite.cells import MATERIALS, Reported, calibrated_cell, ranges
from lithoscope.studies.ranges import at_values


@pytest.fixture(scope="module")
def outcome() -> Outcome:
    """The study, run once."""
    return ls.study("perovskite").run()


def close(a: object, b: object) -> bool:
    """Equal, numbers to 1e-5."""
    if isinstance(a, list) and isinstance(b, list):
        return len(a) == len(b) and all(close(x, y) for x, y in zip(a, b, strict=True))
    if isinstance(a, float) and isinstance(b, float | int):
        return a == pytest.approx(b, rel=1e-5)
    return a == b


@pytest.mark.fails_when("studies/perovskite/cells.py", "return interfaces * more /", "return 1.01 * interfaces * more /")
def test_shipped_verdicts_are_those_of_the_code(outcome: Outcome) -> None:
    """If this fails because the physics was meant to change: `lithoscope reproduce perovskite --ship`, and read the diff."""
    rows, _ = shipped("perovskite")
    fresh = json.loads(json.dumps([verdict.as_data() for verdict in outcome.verdicts]))
    for old, new in zip(rows, fresh, strict=True):
        for key in ("id", "verdict", "reported", "predicted", "low", "high", "decided_by", "calibrated_on"):
            assert close(new[key], old[key]), (new["id"], key, old[key], new[key])


def test_what_the_study_finds(outcome: Outcome) -> None:
    """The arithmetic of the paper's own numbers, which no run may contradict."""
    by_id = {verdict.id: verdict for verdict in outcome.verdicts}
    assert len(by_id) == 60
    for name, reported in (("eis.bare", (320,)), ("eis.msc", (60, 85))):
        verdict = by_id[f"perovskite.{name}"]
        assert verdict.verdict == "calibrated"
        assert verdict.predicted == pytest.approx(reported, rel=1e-4), "the calibrated cell shows what it was calibrated on"
    for name, linear in (("msc", 68.0), ("mpc", 96.0)):
        verdict = by_id[f"perovskite.sym.overpotential_{name}"]
        assert verdict.verdict == "inconsistent"
        assert verdict.predicted[0] == pytest.approx(linear + 3.2, abs=1.0), "60 or 85 ohm times 1.13 cm2, and the electrolyte"
        assert "perovskite.eis.msc" in verdict.calibrated_on
    assert by_id["perovskite.plate.headline"].verdict == "inconsistent"
    assert by_id["perovskite.cv.window"].verdict == "inconsistent"
    assert by_id["perovskite.sym.overpotential_abstract"].verdict == "pending"
    assert outcome.counts["pending"] == 42


def test_report_and_json(outcome: Outcome, tmp_path: Path) -> None:
    page = outcome.report(tmp_path / "report.html").read_text()
    assert (tmp_path / "report.html").stat().st_size < 5e6
    assert "<script" not in page
    assert "http://" not in page.replace("http://www.w3.org", "")
    assert "https://" not in page
    assert page.count("<svg") == len(outcome.panels) == 5
    for claim in outcome.claims.claims:
        assert claim.id in page
    ids = [part.split('"')[0] for part in page.split(' id="')[1:]]
    assert len(ids) == len(set(ids)), "no two things on the page have one name"
    rows = json.loads((tmp_path / "verdicts.json").read_text())
    assert len(rows) == 60


@pytest.mark.parametrize("material", MATERIALS)
@pytest.mark.fails_when("design/catalogue/perovskite/bare.toml", "8.46688e-9", "8.5e-9")
def test_the_catalogue_holds_the_calibrated_numbers(material: str) -> None:
    point = at_values(ranges())
    made = numbers(calibrated_cell(material, Reported.of(read_claims("perovskite")), point))
    kept = numbers(ls.Cell.parse(entry(f"perovskite/{material.lower()}")))
    assert kept.working.resistance(298.15) == pytest.approx(made.working.resistance(298.15), rel=1e-5)
    assert kept.working.native_film_resistance == pytest.approx(made.working.native_film_resistance, rel=1e-5)
