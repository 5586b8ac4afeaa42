"""The study of the films over their depth: what photoemission would show, the blocking lengths, verdicts that can fail."""

from dataclasses import fields
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from lithoscope.studies.claims import read_claims
from lithoscope.studies.perovskite import depth, depthverdicts
from lithoscope.studies.perovskite.converted import DENSITY, Lithiations, ranges
from lithoscope.studies.perovskite.depth import Deep, Depths
from lithoscope.studies.perovskite.filmverdicts import GRADIENT, LIMIT, OXIDISED, SAME
from lithoscope.studies.ranges import at_values
from lithoscope.studies.verdict import Prediction, Word, stated

CLAIMS = read_claims("perovskite")
OPEN = ranges(CLAIMS)
POINT = at_values(OPEN)


class Leaking(Lithiations):
    """Lithiations whose leak is not calibrated: only the film itself is asked for."""

    def leak(self, point: Any) -> float:
        """n* of the tables."""
        return 3.52e-4


DEPTHS = Depths(Leaking(POINT))


@pytest.mark.fails_when("studies/perovskite/depth.py", "z = strata.edges[-1] - OVER_METAL_M if at_metal else 0.0", "z = 0.0")
def test_an_even_reaction_shows_at_the_surface_and_a_front_does_not() -> None:
    assert DEPTHS.reduced(0.3, 10.0, 2.5) < 1e-6
    assert DEPTHS.reduced(0.3, 10.0, 2.5, at_metal=True) > 0.99
    assert DEPTHS.reduced(0.3, 1e5, 2.5) == pytest.approx(0.3, abs=0.005)
    assert DEPTHS.reduced(1.0, 10.0, 2.5) > 0.99


@pytest.mark.fails_when("studies/perovskite/depth.py", "/ (2 * p[DECAY])", "/ p[DECAY]")
def test_two_blocking_lengths() -> None:
    """ln(6e12 / 0.5) / (2 * 5 /nm) = 3.0 nm against 1e-9 S/cm times 25 ohm cm2 = 0.25 nm: they disagree by twelve."""
    p = at_values(depth.blocking_ranges())
    assert depth._needed(p, 0.05) == pytest.approx(3.012, abs=1e-3)
    assert depth._allowed(p, 0.05) == pytest.approx(0.25, rel=1e-9)
    assert depth._ratio(p, 0.05) == pytest.approx(12.05, abs=0.01)
    assert depth.whole_salt(2.8e-7) == pytest.approx(115, abs=0.5)


def deep(**given: Any) -> Deep:
    """What the depth profiles gave, as far as verdicts need it."""
    clean = Prediction(0.0, 0.0, 0.05, "a")
    hours = (depth.PLATING_H, depth.CONTACT_H)
    found = {
        "ranges": depth.ranges(), "structure": Prediction(0.99, 0.6, 1.0, "a"), "reduced": dict.fromkeys(hours, clean),
        "deepest": dict.fromkeys(hours, 250.0), "needed": Prediction(3, 1, 8), "allowed": Prediction(0.25, 0.002, 3),
        "ratio": Prediction(12, 0.4, 4000),
        "share": {(law, h): 0.4 for law in ("tunnelling", "conduction") for h in (0.0, *hours)},
        "against": (np.array([1.0, 10.0, 100.0, 1000.0]), {("conduction", h): np.array([0.0, 0.9, 1.0, 0.0]) for h in hours}),
    } | given  # fmt: skip
    return Deep(**dict.fromkeys((each.name for each in fields(Deep)), None) | found)  # type: ignore[arg-type]


DONE: Any = SimpleNamespace(
    point={DENSITY: 0.05}, films={(law, "MASnCl3"): SimpleNamespace(amount=2.8e-7) for law in ("tunnelling", "conduction")}
)


@pytest.mark.fails_when(
    "studies/perovskite/depthverdicts.py", "for each in (p.value, p.low, p.high)", "for each in (p.value, p.low, p.low)"
)
def test_verdicts_follow_from_what_the_surface_shows() -> None:
    """A surface that stays, one that is reduced, and one of which nothing is known; in eV for the position of the line."""
    words = {v.id: v.verdict for v in depthverdicts.verdicts(deep(), DONE, CLAIMS).values()}
    assert words == dict.fromkeys((OXIDISED, SAME), Word.AGREES) | {GRADIENT: Word.UNDECIDED}
    for low, word in ((0.5, Word.DISAGREES), (0.0, Word.UNDECIDED)):
        shown = dict.fromkeys((depth.PLATING_H, depth.CONTACT_H), Prediction(0.9, low, 1.0, "a"))
        made = depthverdicts.verdicts(deep(reduced=shown), DONE, CLAIMS)
        assert (made[OXIDISED].verdict, made[SAME].verdict) == (word, word)
        assert made[SAME].low == pytest.approx((484.8,))
        assert made[SAME].high == pytest.approx((486.6 - 1.8 * low,))
    wrong = deep(structure=Prediction(0.2, 0.0, 0.4, "a"))
    assert depthverdicts.verdicts(wrong, DONE, CLAIMS)[GRADIENT].verdict is Word.DISAGREES


@pytest.mark.fails_when("studies/perovskite/depthverdicts.py", "if low > SHOWS", "if low > -1")
def test_the_note_on_the_surface_follows_from_what_was_computed() -> None:
    """What an unchanged surface says of a product that conducts depends on what the surface shows there."""
    at, hours = np.array([0.1, 1.0, 10.0, 100.0, 1000.0]), (depth.PLATING_H, depth.CONTACT_H)
    for inside, says in (
        ((0.9, 0.95, 1.0), "metallic to 90.0% to 100.0% over the range of the reaction depth: an unchanged surface excludes"),
        ((0.0, 0.9, 1.0), "surface decides on such a product only together"),
        ((0.0, 0.0, 0.05), "surface agrees with such a product too"),
    ):
        against = (at, {("conduction", h): np.array([0.5, *inside, 0.5]) for h in hours})
        made = depthverdicts.verdicts(deep(against=against), DONE, CLAIMS)
        assert says in made[OXIDISED].note
        assert "Three mean free paths are 7.5 nm" in made[SAME].note


@pytest.mark.fails_when("studies/perovskite/depthverdicts.py", '"disagree" if ratio.low > 1', '"disagree" if ratio.high < 1')
def test_the_verdict_says_where_the_two_lengths_disagree() -> None:
    plain = stated(CLAIMS[LIMIT], Word.UNDECIDED, "So far.")
    for ratio, word in ((Prediction(40, 3, 90), "lengths disagree:"), (Prediction(12, 0.4, 90), "lengths need not agree:"),
                        (Prediction(0.5, 0.1, 0.9), "lengths agree:")):  # fmt: skip
        note = depthverdicts.with_lengths(plain, deep(ratio=ratio), DONE).note
        assert note.startswith("So far. Two blocking")
        assert word in note
