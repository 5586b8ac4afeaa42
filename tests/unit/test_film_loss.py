"""What lithium and the electrolyte take from a film of barium titanate: exact laws, limits, balances, and the verdict."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import pytest
from scipy.integrate import solve_ivp

from lithoscope.data import lookup
from lithoscope.physics.laws.film_loss import lost, pieces
from lithoscope.studies.claims import read_claims
from lithoscope.studies.dipoles import chemistry, dissolving
from lithoscope.studies.ranges import at_values
from lithoscope.studies.verdict import Prediction, Word

D, SPEED, CONSTANT, DISSOLVING = 100e-9, 2e-14, 3e-22, 1e-15


@pytest.mark.fails_when("physics/laws/film_loss.py", "y = min(dissolving * t, thickness - x)", "y = dissolving * t")
def test_against_another_integrator() -> None:
    """dx/dt = 1/(1/k_r + x/k_p), dy/dt = v, until they meet."""

    def slope(_: float, state: np.ndarray) -> list[float]:
        return [1 / (1 / SPEED + state[0] / CONSTANT), DISSOLVING]

    def meet(_: float, state: np.ndarray) -> float:
        return 1.0 - (state[0] + state[1]) / D

    meet.terminal = True  # type: ignore[attr-defined]  # as SciPy wants it
    found = solve_ivp(slope, (0.0, 1e9), [0.0, 0.0], rtol=1e-10, atol=1e-18, events=meet, dense_output=True)
    end = float(found.t_events[0][0])
    for t in (0.1 * end, 0.7 * end, end, 3 * end):
        x, y = found.sol(min(t, end))
        here = lost(t, D, SPEED, CONSTANT, DISSOLVING)
        assert (here.reduced, here.dissolved) == pytest.approx((x, y), rel=1e-7)
    gone = lost(3 * end, D, SPEED, CONSTANT, DISSOLVING)
    assert gone.left == pytest.approx(0.0, abs=1e-12 * D)
    assert gone == pytest.approx(lost(end, D, SPEED, CONSTANT, DISSOLVING), rel=1e-6, abs=1e-14)


@pytest.mark.fails_when("physics/laws/film_loss.py", "b = 1 + dissolving / speed", "b = 1 + 2 * dissolving / speed")
def test_limits() -> None:
    """Reaction alone, transport alone, dissolution alone; both linear meet at d k_r/(k_r + v); all off takes nothing."""
    t = 1e5
    assert lost(t, D, SPEED, 1.0, 0.0).reduced == pytest.approx(SPEED * t, rel=1e-6)
    assert lost(t, D, math.inf, CONSTANT, 0.0).reduced == pytest.approx(math.sqrt(2 * CONSTANT * t), rel=1e-12)
    assert lost(t, D, 1e-30, CONSTANT, DISSOLVING).dissolved == pytest.approx(DISSOLVING * t, rel=1e-12)
    assert lost(1e12, D, 3e-14, 1.0, 1e-14).reduced == pytest.approx(D * 0.75, rel=1e-6)
    assert lost(0.0, D, SPEED, CONSTANT, DISSOLVING) == (0.0, 0.0, D)
    assert lost(1e15, D, SPEED, CONSTANT, 0.0).reduced == pytest.approx(D, rel=1e-12)


@pytest.mark.fails_when("physics/laws/film_loss.py", "of.dissolved / molar_volume, lithium", "0.0, lithium")
def test_barium_titanium_and_lithium_balance() -> None:
    """Formula units stay those of the film as made; lithium is what is reduced times what a unit takes."""
    for t in np.geomspace(1.0, 1e10, 30):
        here = pieces(lost(float(t), D, SPEED, CONSTANT, DISSOLVING), 38.7e-6, 2.0)
        assert here.left + here.reduced + here.dissolved == pytest.approx(D / 38.7e-6, rel=1e-12)
        assert here.lithium == 2 * here.reduced
        assert here.charge == pytest.approx(2 * 96485.33212 * here.reduced, rel=1e-9)


@pytest.mark.fails_when("studies/dipoles/dissolving.py", 'dead = f"{found.reduced!r} m" if found', "dead = None if found")
def test_a_lost_layer_no_longer_polarises() -> None:
    quoted = at_values(dissolving.ranges())
    fresh, day, month = (dissolving.polarisation_after(quoted, days) for days in (0.0, 1.0, 30.0))
    assert 0.2 < fresh < 0.265
    assert 0.5 * fresh < day < fresh
    assert month == 0
    assert dissolving.polarisation_after({**quoted, dissolving.DISSOLVING: 1e-6}, 30.0) == 0, "nothing is left"


@pytest.mark.fails_when(
    "studies/dipoles/dissolving.py", "return 1 - after(point, days).left /", "return after(point, days).left /"
)
def test_shares_that_are_lost() -> None:
    """By hand: sqrt(2 k_p t) of a film whose reaction is fast, in a day and a month; nothing else matters at quoted values."""
    day, month = dissolving.lost_share(1.0), dissolving.lost_share(30.0)
    k_p = lookup("film_loss.BaTiO3.reduction_constant").to("m2/s")
    assert day.value == pytest.approx(math.sqrt(2 * k_p * 86400) / 200e-9, rel=0.02)
    assert month.value / day.value == pytest.approx(math.sqrt(30), rel=0.03)
    assert day.low < 1e-4 < day.value < 0.5 < day.high <= month.high == pytest.approx(1.0)
    assert month.decided_by == dissolving.CONSTANT


@pytest.mark.parametrize(
    ("shares", "energy", "word"),
    [((0.5, 0.2, 1.0), 0.1, Word.AGREES), ((0.5, 0.2, 1.0), -0.1, Word.UNDECIDED), ((0.03, 0.001, 1.0), 0.1, Word.UNDECIDED),
     ((0.01, 0.001, 0.05), 0.1, Word.DISAGREES)],
)  # fmt: skip
@pytest.mark.fails_when("studies/dipoles/dissolving.py", "if word is Word.AGREES and not energies_hold:", "if False:")
def test_rates_and_energies_decide_together(
    shares: tuple[float, float, float], energy: float, word: Word, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = replace(
        chemistry.taken_apart(read_claims("dipoles")["dipoles.fd.stability"]), low=(energy,), verdict=Word.UNDECIDED
    )
    monkeypatch.setattr(dissolving, "lost_share", lambda days: Prediction(*shares, dissolving.CONSTANT))
    found = dissolving.with_loss(before)
    assert found.verdict is word
    assert found.note.startswith(before.note)
    assert "How fast" in found.note
